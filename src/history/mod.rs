//! What davy would have found in each commit that leads to one: every file is compiled once, however many commits have it.
//!
//! Selection, severities and excludes are today's; pins, floors, settings of pytest and ignore files are the commit's own.

mod compiled;
pub mod leaked;
mod lives;
mod origins;
pub mod owners;
mod past;
pub mod store;

use crate::cache;
use crate::config::{Config, ConfigError, Configs, paths};
use crate::discover::project_root;
use crate::discover::tree::{Files, decides};
use crate::finding::{Judged, Severity};
use crate::git::history::{Commit, chain, commits, tagged, tree, whole};
use crate::git::{self, Error};
use crate::unit::{Kind, Unit};
use lives::Followed;
pub use lives::{Life, Sighting};
use origins::{Sides, between, branches, settle};
use past::{Chosen, Past, State};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Kept, News, Problem, Store};

/// Which commits are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// All of them.
    Commit,
    /// The last one of each day.
    Day,
    /// The last one of each week.
    Week,
    /// Those with a tag, and the last one.
    Tag,
}

/// What is wanted.
pub struct Request {
    /// A folder or file of the project, which is there: findings below it are shown.
    pub folder: PathBuf,
    /// Files and folders whose findings are shown; empty for all below the folder.
    pub paths: Vec<PathBuf>,
    /// The commit to begin with; the first one, if none is named.
    pub from: Option<String>,
    /// The commit to end with.
    pub to: String,
    /// Which of those between them.
    pub every: Every,
    /// Findings that a branch brings came with the merge, whoever wrote them.
    pub first_parent: bool,
    /// A commit that is looked at whatever `every` says.
    pub also: Option<String>,
    /// Whether the last commit is told of in full.
    pub head: bool,
    /// Where the store lies; none for the folder of caches.
    pub store: Option<PathBuf>,
}

/// A state of the project in full.
pub struct Head {
    /// What was checked, by path.
    pub files: Vec<HeadFile>,
    /// What was found, by path and place.
    pub findings: Vec<Judged>,
    /// The life of each of them, as a place in `History::lives`.
    pub lives: Vec<Option<usize>>,
    /// What a manifest at the root calls the project.
    pub name: Option<String>,
    /// The folders that imports may start from.
    pub roots: Vec<String>,
    /// The codes of the rules that are on.
    pub rules: BTreeSet<String>,
}

/// A file that was checked.
pub struct HeadFile {
    /// From the root.
    pub path: String,
    /// As what it was read.
    pub kind: Kind,
    /// What it compiled to.
    pub unit: Arc<Unit>,
    /// As decoded, without byte order mark.
    pub text: String,
}

/// A commit that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// The commit, without its changes.
    pub commit: Commit,
    /// Tags that name it.
    pub tags: Vec<String>,
    /// How many files are checked, in the whole project.
    pub files: usize,
}

/// The commit that a finding came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The commit's object.
    pub id: String,
    /// Who wrote it, by `.mailmap`.
    pub author: String,
    /// Seconds since 1970.
    pub time: i64,
    /// The first line of its message.
    pub subject: String,
}

/// How many findings there are, by rule and severity.
pub type Counts = BTreeMap<(String, Severity), usize>;

/// The history of a project.
pub struct History {
    /// The folder that paths start from.
    pub root: PathBuf,
    /// Files and folders whose findings are meant, from the root; empty for all.
    pub paths: Vec<String>,
    /// Oldest first.
    pub points: Vec<Point>,
    /// Every finding that any of them has, by birth.
    pub lives: Vec<Life>,
    /// How many commits lie between the first and the last.
    pub commits: usize,
    /// How many files this run compiled.
    pub compiled: usize,
    /// Files of a commit whose bytes the clone does not have.
    pub missing: usize,
    /// The clone has the newest commits alone.
    pub is_shallow: bool,
    /// The clone is a shallow one, or the history was asked for from a commit on: what the first point has may be older.
    pub is_cut: bool,
    /// How many commits changed each file; none where that is not kept.
    pub churn: BTreeMap<String, usize>,
    /// The point of the commit that was asked for beside the others.
    pub also: Option<usize>,
    /// The last commit, where it was asked for.
    pub head: Option<Head>,
    /// Where all of it is kept; none where it cannot be.
    pub store: Option<PathBuf>,
}

impl History {
    /// Whether a path is among those that are meant.
    pub fn holds(&self, path: &str) -> bool {
        holds(&self.paths, path)
    }

    /// How many findings each group has at each point; a finding of no group is not counted.
    pub fn courses<K: Ord>(&self, group: impl Fn(&Life, &Sighting) -> Option<K>) -> BTreeMap<K, Vec<usize>> {
        let mut changes: BTreeMap<K, Vec<isize>> = BTreeMap::new();
        for life in &self.lives {
            let ends = life.sightings.iter().skip(1).map(|next| next.since).chain([life.died.unwrap_or(usize::MAX)]);
            for (sighting, end) in life.sightings.iter().zip(ends) {
                let Some(key) = group(life, sighting).filter(|_| self.holds(&sighting.identity.path)) else { continue };
                let changes = changes.entry(key).or_insert_with(|| vec![0; self.points.len()]);
                changes[sighting.since] += 1;
                if let Some(change) = changes.get_mut(end) {
                    *change -= 1;
                }
            }
        }
        let summed = |changes: Vec<isize>| {
            let sum = changes.into_iter().scan(0, |sum: &mut isize, change| {
                *sum += change;
                Some(sum.unsigned_abs())
            });
            sum.collect()
        };
        changes.into_iter().map(|(key, changes)| (key, summed(changes))).collect()
    }
}

/// Whether a path is among some, or below one of them; among none is every path.
fn holds(paths: &[String], path: &str) -> bool {
    let is_below = |folder: &String| {
        path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    paths.is_empty() || paths.iter().any(is_below)
}

/// The project whose history is asked for.
struct Begun {
    root: PathBuf,
    base: Arc<Config>,
    /// Files and folders that are meant, from the root; empty for all.
    paths: Vec<String>,
}

impl Begun {
    fn holds(&self, path: &str) -> bool {
        holds(&self.paths, path)
    }
}

fn begun(request: &Request, configs: &mut Configs) -> Result<Begun, ConfigError> {
    let here = paths::working_directory();
    let folder = paths::absolute(&request.folder, &here);
    let start = folder.parent().filter(|_| folder.is_file()).unwrap_or(&folder);
    let root = git::top(start).filter(|top| folder.starts_with(top)).unwrap_or_else(|| project_root(start).folder);
    let mut base = configs.for_folder(&root)?;
    if base.origin.is_none() {
        base = configs.for_folder(start)?;
    }
    let below = Some(&folder).filter(|folder| **folder != root && request.paths.is_empty());
    let named = request.paths.iter().map(|path| paths::absolute(path, &here)).chain(below.cloned());
    let paths = named.map(|path| paths::shown(&path, &root)).filter(|path| path != ".").collect();
    Ok(Begun { root, base, paths })
}

/// Why there is no history.
pub enum Trouble {
    /// Git said so.
    Git(Error),
    /// The configuration is wrong.
    Config(ConfigError),
    /// The file that was named cannot be the store.
    Store(Problem),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        Trouble::Git(error)
    }
}

impl From<ConfigError> for Trouble {
    fn from(error: ConfigError) -> Trouble {
        Trouble::Config(error)
    }
}

/// A step of the work: what is done, how much of it, of how much.
pub type Progress<'a> = dyn Fn(&str, usize, usize) + Sync + 'a;

/// The object of a file, and as what it is read.
type Source = (Arc<str>, Kind);

/// How many commits are linked at once: as many states of the project are in memory, and so much is lost at most when a run is stopped.
const WINDOW: usize = 128;

/// Looks at all commits that are wanted, and that no earlier run has looked at.
pub fn walk(request: &Request, configs: &mut Configs, progress: &Progress) -> Result<History, Trouble> {
    let begun = begun(request, configs)?;
    let (root, base) = (&begun.root, &begun.base);
    let mut chain = chain(root, &request.to)?;
    if let Some(from) = &request.from {
        let at = place_of(root, &chain, from, &request.to)?;
        chain.drain(..at);
    }
    let mut tags: HashMap<String, Vec<String>> = HashMap::new();
    for (commit, tag) in tagged(root)? {
        tags.entry(commit).or_default().push(tag);
    }
    let mut wanted = sampled(&chain, request.every, &tags);
    let also = request.also.as_ref().map(|name| place_of(root, &chain, name, &request.to)).transpose()?;
    if let Some(at) = also
        && let Err(place) = wanted.binary_search(&at)
    {
        wanted.insert(place, at);
    }
    let mut past = Past::new(root, base)?;
    let from = chain.first().filter(|_| request.from.is_some()).map(|(id, _)| id.clone()).unwrap_or_default();
    let also = also.map(|at| chain[at].0.clone()).unwrap_or_default();
    let key = past.key(request.every, &also, &from, request.first_parent);
    let mut store = opened(request, &past, &key)?;
    let kept = store.as_ref().map(|store| past.kept(store, configs)).transpose()?.flatten();
    if kept.is_none() {
        store = store.and_then(|store| store.anew(&key));
    }
    let Kept { mut points, lives, .. } = kept.unwrap_or_default();
    let ids: Vec<&str> = points.iter().map(|point| point.commit.id.as_str()).collect();
    let same = ids.iter().zip(&wanted).take_while(|(id, at)| **id == chain[**at].0).count();
    // Who looks at an older state does not make the store forget the newer one.
    let is_older = ids.last().filter(|_| same < ids.len()).is_some_and(|tip| {
        let leads = git::history::chain(root, tip).unwrap_or_default();
        chain.last().is_some_and(|last| leads.contains(last))
    });
    let mut followed = Followed::resume(lives, same);
    if same < points.len() {
        followed.changed.extend(0..followed.lives.len());
    }
    points.truncate(same);
    if same < wanted.len() {
        let mut files = Files::new();
        let mut rest = Vec::new();
        let begin = match same.checked_sub(1).map(|last| wanted[last]) {
            Some(last) => {
                let known = tree(root, &chain[last].0)?;
                files.extend(known.into_iter().map(|(path, object)| (path.into(), object.into())));
                rest.extend(commits(root, Some(&chain[last].0), &chain[chain.len() - 1].0)?);
                last + 1
            }
            None if request.from.is_some() => {
                rest.push(whole(root, &chain[0].0)?);
                rest.extend(commits(root, Some(&chain[0].0), &chain[chain.len() - 1].0)?);
                0
            }
            None => {
                rest = commits(root, None, &chain[chain.len() - 1].0)?;
                0
            }
        };
        let wanted: HashSet<usize> = wanted[same..].iter().copied().collect();
        let after = begin.checked_sub(1).map(|last| chain[last].0.as_str());
        let sides = match request.first_parent {
            true => Sides::new(),
            false => branches(root, after.or(request.from.as_ref().map(|_| chain[0].0.as_str())), &rest)?,
        };
        let begins = request.from.is_none() && !past.local.is_shallow;
        let writes = store.as_mut().filter(|_| !is_older);
        let mut later = Later { past: &mut past, store: writes, points, followed, sides, commits: &rest, begins };
        later.walk(files, begin, &wanted, configs, progress)?;
        let is_behind = later.store.is_none() && !is_older;
        (points, followed) = (later.points, later.followed);
        store = store.filter(|_| !is_behind);
    }
    let head = match chain.last() {
        Some((tip, _)) if request.head => Some(past.head(tip, configs, &followed)?),
        _ => None,
    };
    for point in &mut points {
        point.tags = tags.get(&point.commit.id).cloned().unwrap_or_default();
    }
    Ok(History {
        paths: begun.paths,
        churn: store.as_ref().and_then(|store| store.churn(points.len()).ok()).unwrap_or_default(),
        also: points.iter().position(|point| point.commit.id == also),
        points,
        lives: followed.lives,
        commits: chain.len(),
        is_shallow: past.local.is_shallow,
        is_cut: request.from.is_some() || past.local.is_shallow,
        head,
        compiled: past.made,
        missing: past.missing.len(),
        store: store.and_then(|store| store.path().map(Path::to_owned)),
        root: root.clone(),
    })
}

/// The place of a commit in a chain; of one beside it, where the two parted.
fn place_of(root: &Path, chain: &[(String, i64)], name: &str, to: &str) -> Result<usize, Error> {
    let id = git::history::resolved(root, name)?;
    let place = |id: &str| chain.iter().position(|(one, _)| one == id);
    let parted = || place(&git::history::parted(root, &id, to)?);
    place(&id).or_else(parted).ok_or_else(|| {
        Error::new(format!("`{name}` is not on the way to `{to}` along first parents"), "name a commit of that branch")
    })
}

/// The store, where there is a place for it.
fn opened(request: &Request, past: &Past, key: &[(&'static str, String); 8]) -> Result<Option<Store>, Trouble> {
    if let Some(path) = &request.store {
        return Store::open(path, key, false).map(Some).map_err(Trouble::Store);
    }
    // Each choice of commits has its own.
    let [_, _, (_, every), (_, from), (_, parents), ..] = key;
    let what = format!("trend {every} {parents} {from}");
    let place = past.folder.as_ref().map(|folder| cache::path_for(folder, past.root, &what));
    // A cache that cannot be written costs time, and nothing else.
    Ok(place.and_then(|path| Store::open(&path, key, true).ok()).or_else(|| Store::in_memory(key)))
}

/// The points behind those that are known.
struct Later<'l, 'p> {
    past: &'l mut Past<'p>,
    store: Option<&'l mut Store>,
    points: Vec<Point>,
    followed: Followed,
    commits: &'l [Commit],
    sides: Sides,
    /// The first commit is the first one of all, and has made its files.
    begins: bool,
}

impl Later<'_, '_> {
    /// Looks at all commits, of which the first one is commit `begin` of the chain; `files` are those before it.
    fn walk(
        &mut self,
        mut files: Files,
        begin: usize,
        wanted: &HashSet<usize>,
        configs: &mut Configs,
        progress: &Progress,
    ) -> Result<(), Trouble> {
        let commits = self.commits;
        // What is linked next: commits, those since the one before, and their states; none where nothing that davy looks at has changed.
        let mut window: Vec<(&[Commit], Option<State>)> = Vec::new();
        let mut since = 0;
        let mut chosen: Option<Vec<Chosen>> = None;
        let mut is_changed = true;
        let mut churn: BTreeMap<(usize, String), usize> = BTreeMap::new();
        let mut next = self.points.len();
        if begin > 0 {
            chosen = Some(self.past.chosen(&files, None, &HashSet::new()));
        }
        for (at, commit) in commits.iter().enumerate() {
            let mut decided = chosen.is_some();
            let mut changed: HashSet<&str> = HashSet::new();
            for change in &commit.changes {
                decided &= !decides(&change.path);
                // What an image takes in.
                is_changed |= change.path.ends_with(".dockerignore");
                changed.insert(&change.path);
                match &change.object {
                    Some(object) => _ = files.insert(change.path.as_str().into(), object.as_str().into()),
                    None => _ = files.remove(change.path.as_str()),
                }
            }
            let holds = |chosen: &[Chosen]| {
                changed.iter().any(|path| chosen.binary_search_by(|one| (*one.0).cmp(path)).is_ok())
            };
            is_changed |= !decided || chosen.as_deref().is_some_and(holds);
            let now = self.past.chosen(&files, chosen.filter(|_| decided), &changed);
            // What a manifest includes is called whatever it is called.
            is_changed |= holds(&now) || changed.iter().any(|path| self.past.included.contains(*path));
            for path in changed.iter().filter(|_| begin + at > 0 || self.begins) {
                if now.binary_search_by(|one| (*one.0).cmp(path)).is_ok_and(|at| now[at].1.is_checked) {
                    *churn.entry((next, (*path).to_owned())).or_default() += 1;
                }
            }
            if wanted.contains(&(begin + at)) {
                let state = if is_changed { Some(self.past.state(&files, &now, configs)?) } else { None };
                window.push((&commits[since..=at], state));
                since = at + 1;
                is_changed = false;
                next += 1;
            }
            chosen = Some(now);
            if window.len() >= WINDOW || at + 1 == commits.len() {
                self.link(&window, std::mem::take(&mut churn))?;
                window.clear();
            }
            progress("commits", at + 1, commits.len());
        }
        Ok(())
    }

    /// Compiles what is new in some commits, links them, and keeps what came of it.
    fn link(
        &mut self,
        window: &[(&[Commit], Option<State>)],
        churn: BTreeMap<(usize, String), usize>,
    ) -> Result<(), Trouble> {
        let start = self.points.len();
        let lost = self.past.missing.len();
        let mut days: BTreeMap<String, Counts> = BTreeMap::new();
        if let Some(last) = self.points.last() {
            days.insert(day_of(last.commit.time), self.followed.counts.clone());
        }
        self.past.compile(window.iter().filter_map(|(_, state)| state.as_ref()))?;
        let found = self.past.seen_in(&window.iter().map(|(_, state)| state.as_ref()).collect::<Vec<_>>());
        let mut births: Vec<(usize, &[Commit])> = Vec::new();
        for ((commits, state), found) in window.iter().zip(found) {
            let Some(commit) = commits.last() else { continue };
            let files = match (found, state) {
                (Some(found), Some(state)) => {
                    let is_there =
                        |path: &str| state.checked.binary_search_by(|(known, _)| (**known).cmp(path)).is_ok();
                    let known = self.followed.lives.len();
                    self.followed.step(self.points.len(), &Origin::from(commit), found, is_there);
                    births.extend((known..self.followed.lives.len()).map(|life| (life, *commits)));
                    state.checked.len()
                }
                // As the one before, which is all that this can be.
                _ => self.points.last().map_or(0, |last| last.files),
            };
            let commit = Commit { changes: Vec::new(), ..commit.clone() };
            days.insert(day_of(commit.time), self.followed.counts.clone());
            self.points.push(Point { commit, tags: Vec::new(), files });
        }
        self.settle(&births)?;
        self.past.tidy(window.iter().rev().find_map(|(_, state)| state.as_ref()));
        let changed = std::mem::take(&mut self.followed.changed);
        let Some(store) = &mut self.store else { return Ok(()) };
        let news = News {
            points: &self.points[start..],
            start,
            lives: changed.into_iter().map(|life| (life, &self.followed.lives[life])).collect(),
            days: &days,
            churn: &churn,
            missing: &self.past.missing[lost..],
            folders: self.past.folders(),
        };
        let values = self.past.values();
        if store.append(&news, &values).is_err() {
            // Another davy is at it, or the disk is full: the answer is the same.
            self.store = None;
        }
        Ok(())
    }
}

impl Later<'_, '_> {
    /// Tells which of several commits each of these lives came with.
    fn settle(&mut self, births: &[(usize, &[Commit])]) -> Result<(), Error> {
        let mut candidates: HashMap<*const Commit, Vec<&Commit>> = HashMap::new();
        for (_, commits) in births {
            candidates.entry(commits.as_ptr()).or_insert_with(|| between(commits, &self.sides));
        }
        let first = births.first().map_or(0, |(life, _)| *life);
        let mut lives: Vec<(&mut Life, &[&Commit])> = Vec::new();
        let mut wanted = births.iter().peekable();
        for (at, life) in self.followed.lives.iter_mut().enumerate().skip(first) {
            if let Some((_, commits)) = wanted.next_if(|(life, _)| *life == at) {
                let among = candidates[&commits.as_ptr()].as_slice();
                if among.len() > 1 {
                    lives.push((life, among));
                }
            }
        }
        settle(self.past, &mut lives)
    }
}

/// The day of a time, in UTC: `2027-03-01`.
pub fn day_of(time: i64) -> String {
    jiff::Timestamp::from_second(time).unwrap_or_default().strftime("%Y-%m-%d").to_string()
}

/// The places of the commits that are looked at, in their order. A clock that goes backwards starts no second day.
fn sampled(commits: &[(String, i64)], every: Every, tags: &HashMap<String, Vec<String>>) -> Vec<usize> {
    const DAY: i64 = 24 * 3600;
    let mut latest = i64::MIN;
    let days: Vec<i64> = commits
        .iter()
        .map(|(_, time)| {
            latest = latest.max(*time);
            latest.div_euclid(DAY)
        })
        .collect();
    // 1970 began on a Thursday; weeks begin on Mondays.
    let period = |at: usize| match every {
        Every::Week => (days[at] + 3).div_euclid(7),
        _ => days[at],
    };
    let last = commits.len().saturating_sub(1);
    let is_wanted = |at: &usize| match every {
        Every::Commit => true,
        Every::Day | Every::Week => *at == last || period(*at) != period(at + 1),
        Every::Tag => *at == last || tags.contains_key(&commits[*at].0),
    };
    (0..commits.len()).filter(is_wanted).collect()
}
