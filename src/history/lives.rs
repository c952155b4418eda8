//! Findings followed from commit to commit: where each was seen first, and where it was not seen anymore.

use super::Life;
use crate::finding::Severity;
use crate::identity::{self, Identity};
use std::collections::BTreeMap;

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
    alive: BTreeMap<String, Vec<(Identity, usize)>>,
}

impl Followed {
    /// Takes the findings of the next commit, which is point `at`; `is_there` says whether it has a file.
    ///
    /// In files whose findings are recognised by the same lines in the same order nothing has happened. The others are paired: by line and
    /// block, then by line, then by block, and at last with files that are gone.
    pub fn step(&mut self, at: usize, seen: Vec<Seen>, is_there: impl Fn(&str) -> bool) {
        let mut now: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
        for seen in seen {
            now.entry(seen.identity.path.clone()).or_default().push(seen);
        }
        let mut before = std::mem::take(&mut self.alive);
        let (mut old, mut new): (Vec<(Identity, usize)>, Vec<Seen>) = (Vec::new(), Vec::new());
        for (path, seen) in now {
            match before.remove(&path) {
                Some(known) if is_same(&known, &seen) => {
                    for (one, (_, life)) in seen.iter().zip(&known) {
                        self.lives[*life].severity = one.severity;
                    }
                    self.alive.insert(path, known);
                }
                Some(known) => {
                    old.extend(known);
                    new.extend(seen);
                }
                None => new.extend(seen),
            }
        }
        old.extend(before.into_values().flatten());
        let olds: Vec<Identity> = old.iter().map(|(identity, _)| identity.clone()).collect();
        let news: Vec<Identity> = new.iter().map(|seen| seen.identity.clone()).collect();
        let mut pairs = identity::cascade(&olds, &news);
        identity::moved(&olds, &news, &mut pairs, |path| !is_there(path));
        let mut goes_on = vec![false; old.len()];
        for (seen, pair) in new.into_iter().zip(pairs) {
            let Seen { identity, severity } = seen;
            let life = match pair {
                Some(index) => {
                    goes_on[index] = true;
                    old[index].1
                }
                None => {
                    let (rule, path, scope) = (identity.rule.clone(), identity.path.clone(), identity.scope.clone());
                    self.lives.push(Life { rule, severity, path, scope, born: at, died: None });
                    self.lives.len() - 1
                }
            };
            let known = &mut self.lives[life];
            known.severity = severity;
            known.path.clone_from(&identity.path);
            known.scope.clone_from(&identity.scope);
            self.alive.entry(identity.path.clone()).or_default().push((identity, life));
        }
        for ((_, life), _) in old.iter().zip(goes_on).filter(|(_, goes_on)| !goes_on) {
            self.lives[*life].died = Some(at);
        }
    }
}

fn is_same(known: &[(Identity, usize)], seen: &[Seen]) -> bool {
    known.len() == seen.len() && known.iter().zip(seen).all(|((one, _), other)| *one == other.identity)
}
