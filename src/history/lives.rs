//! Findings followed from commit to commit: where each was seen first, how it looked since, and where it was not seen anymore.

use super::{Counts, Origin};
use crate::finding::Severity;
use crate::identity::{self, Identity};
use std::collections::{BTreeMap, BTreeSet};

/// What became of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// The commit that it came with: that of the point where it was seen first, or one of those before it.
    pub origin: Origin,
    /// The point where it was seen first.
    pub born: usize,
    /// The point where it was not seen anymore, if there is one.
    pub died: Option<usize>,
    /// How it looked, oldest first; never empty.
    pub sightings: Vec<Sighting>,
}

/// How a finding looks from a point on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The point.
    pub since: usize,
    /// How much it matters.
    pub severity: Severity,
    /// What it is recognised by.
    pub identity: Identity,
    /// How many findings stand before it in its file.
    pub place: u32,
}

impl Life {
    /// How it looks now, or looked last.
    pub fn last(&self) -> &Sighting {
        &self.sightings[self.sightings.len() - 1]
    }

    /// How it looked when it was seen first.
    pub fn first(&self) -> &Sighting {
        &self.sightings[0]
    }

    /// The rule.
    pub fn rule(&self) -> &str {
        &self.last().identity.rule
    }
}

/// A finding in a commit.
pub struct Seen {
    /// What it is recognised by.
    pub identity: Identity,
    /// How much it matters.
    pub severity: Severity,
}

/// All findings so far, and those that are alive, by their files.
#[derive(Default)]
pub struct Followed {
    pub lives: Vec<Life>,
    /// Those that are alive.
    pub counts: Counts,
    /// Those that changed since somebody asked last.
    pub changed: BTreeSet<usize>,
    alive: BTreeMap<String, Vec<usize>>,
}

impl Followed {
    /// Goes on with lives as they were at the end of `points` points.
    pub fn resume(mut lives: Vec<Life>, points: usize) -> Followed {
        lives.retain(|life| life.born < points);
        for life in &mut lives {
            life.died = life.died.filter(|died| *died < points);
            life.sightings.retain(|sighting| sighting.since < points);
        }
        let mut followed = Followed { lives, ..Followed::default() };
        for (at, life) in followed.lives.iter().enumerate().filter(|(_, life)| life.died.is_none()) {
            let last = life.last();
            *followed.counts.entry((last.identity.rule.clone(), last.severity)).or_default() += 1;
            followed.alive.entry(last.identity.path.clone()).or_default().push(at);
        }
        for alive in followed.alive.values_mut() {
            alive.sort_by_key(|life| followed.lives[*life].last().place);
        }
        followed
    }

    /// The life of a finding that is alive.
    pub fn of(&self, identity: &Identity) -> Option<usize> {
        self.alive.get(&identity.path)?.iter().copied().find(|life| self.lives[*life].last().identity == *identity)
    }

    /// Takes the findings of the next commit, which is point `at`: `commit`; `is_there` says whether it has a file.
    ///
    /// In files whose findings are recognised by the same lines in the same order nothing has happened. The others are paired: by line and
    /// block, then by line, then by block, and at last with files that are gone.
    pub fn step(&mut self, at: usize, commit: &Origin, seen: Vec<Seen>, is_there: impl Fn(&str) -> bool) {
        let mut now: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
        for seen in seen {
            now.entry(seen.identity.path.clone()).or_default().push(seen);
        }
        let mut before = std::mem::take(&mut self.alive);
        let mut old: Vec<usize> = Vec::new();
        let mut new: Vec<(Seen, u32)> = Vec::new();
        for (path, seen) in now {
            let placed = |seen: Vec<Seen>| seen.into_iter().zip(0..);
            match before.remove(&path) {
                Some(known) if self.is_same(&known, &seen) => {
                    for (seen, place) in placed(seen) {
                        self.sight(known[place as usize], at, seen, place);
                    }
                    self.alive.insert(path, known);
                }
                Some(known) => {
                    old.extend(known);
                    new.extend(placed(seen));
                }
                None => new.extend(placed(seen)),
            }
        }
        old.extend(before.into_values().flatten());
        let olds: Vec<Identity> = old.iter().map(|life| self.lives[*life].last().identity.clone()).collect();
        let news: Vec<Identity> = new.iter().map(|(seen, _)| seen.identity.clone()).collect();
        let mut pairs = identity::cascade(&olds, &news);
        identity::moved(&olds, &news, &mut pairs, |path| !is_there(path));
        let mut goes_on = vec![false; old.len()];
        for ((seen, place), pair) in new.into_iter().zip(pairs) {
            let path = seen.identity.path.clone();
            let life = match pair {
                Some(index) => {
                    goes_on[index] = true;
                    self.sight(old[index], at, seen, place);
                    old[index]
                }
                None => self.begin(at, commit, seen, place),
            };
            self.alive.entry(path).or_default().push(life);
        }
        for (life, _) in old.into_iter().zip(goes_on).filter(|(_, goes_on)| !goes_on) {
            self.lives[life].died = Some(at);
            self.changed.insert(life);
            let last = self.lives[life].last();
            let key = (last.identity.rule.clone(), last.severity);
            self.count(key, -1);
        }
    }

    fn begin(&mut self, at: usize, commit: &Origin, Seen { identity, severity }: Seen, place: u32) -> usize {
        self.count((identity.rule.clone(), severity), 1);
        let sightings = vec![Sighting { since: at, severity, identity, place }];
        self.lives.push(Life { origin: commit.clone(), born: at, died: None, sightings });
        self.changed.insert(self.lives.len() - 1);
        self.lives.len() - 1
    }

    /// A finding that goes on looks like this now.
    fn sight(&mut self, life: usize, at: usize, Seen { identity, severity }: Seen, place: u32) {
        let last = self.lives[life].last();
        if last.severity == severity && last.place == place && last.identity == identity {
            return;
        }
        let before = (last.identity.rule.clone(), last.severity);
        self.count(before, -1);
        self.count((identity.rule.clone(), severity), 1);
        self.lives[life].sightings.push(Sighting { since: at, severity, identity, place });
        self.changed.insert(life);
    }

    fn count(&mut self, key: (String, Severity), change: isize) {
        let count = self.counts.entry(key.clone()).or_default();
        *count = count.saturating_add_signed(change);
        if *count == 0 {
            self.counts.remove(&key);
        }
    }

    fn is_same(&self, known: &[usize], seen: &[Seen]) -> bool {
        let same = |(life, seen): (&usize, &Seen)| self.lives[*life].last().identity == seen.identity;
        known.len() == seen.len() && known.iter().zip(seen).all(same)
    }
}
