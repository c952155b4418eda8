//! What davy would have found in each commit that leads to one: every file is compiled once, however many commits have it.
//!
//! Selection, severities and excludes are today's; pins, floors, settings of pytest and ignore files are the commit's own.

mod lives;

use crate::cache;
use crate::config::{Config, ConfigError, Configs, paths};
use crate::discover::tree::{Files, Rules, Taken, Tree, decides};
use crate::discover::{kind_of, project_root};
use crate::finding::{Judged, Severity};
use crate::git::history::{Commit, Objects, history, own_excludes, tagged};
use crate::git::{self, Error};
use crate::identity::{self, Identity};
use crate::link::project::{Around, Project, included};
use crate::link::{WHOLE, link};
use crate::manifest::{self, Manifest};
use crate::report::incidents::{LEAST, is_about_value, spoken_for};
use crate::rule::Definitions;
use crate::scan::{Configured, LARGE, covered, guarded};
use crate::secrets::Formats;
use crate::text::{Lines, Span, decode};
use crate::unit::{Kind, Syntax, Unit};
use lives::{Followed, Seen};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

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
    /// A folder of the project.
    pub folder: PathBuf,
    /// The commit to begin with; the first one, if none is named.
    pub from: Option<String>,
    /// The commit to end with.
    pub to: String,
    /// Which of those between them.
    pub every: Every,
}

/// A commit with what davy finds in it.
pub struct Point {
    /// The commit, without its changes.
    pub commit: Commit,
    /// Tags that name it.
    pub tags: Vec<String>,
    /// How many files are checked.
    pub files: usize,
    /// How many findings there are, by rule and severity.
    pub counts: Counts,
}

/// What became of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// The rule.
    pub rule: String,
    /// As it was last.
    pub severity: Severity,
    /// Where it was last.
    pub path: String,
    /// The function or class around it, as it was last.
    pub scope: String,
    /// The point where it was seen first.
    pub born: usize,
    /// The point where it was not seen anymore, if there is one.
    pub died: Option<usize>,
}

/// How many findings there are, by rule and severity.
pub type Counts = BTreeMap<(String, Severity), usize>;

/// The history of a project.
pub struct History {
    /// The folder that paths start from.
    pub root: PathBuf,
    /// Oldest first.
    pub points: Vec<Point>,
    /// Every finding that any of them has, by birth.
    pub lives: Vec<Life>,
    /// How many commits lie between the first and the last.
    pub commits: usize,
    /// How many different files were compiled.
    pub compiled: usize,
    /// Files of a commit whose bytes the clone does not have.
    pub missing: usize,
}

/// Why there is no history.
pub enum Trouble {
    /// Git said so.
    Git(Error),
    /// The configuration is wrong.
    Config(ConfigError),
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

/// A place in an object.
type At = (Arc<str>, Span);

/// What is remembered of a place in an object.
#[derive(Debug, Clone)]
struct Remembered {
    /// Its line, as findings are recognised by it.
    line: Arc<str>,
    /// The hash of what stands there, where that is long enough to be compared.
    value: Option<cache::Content>,
}

/// A manifest: its path, and its object.
type Place = (Arc<str>, Arc<str>);

/// A file that a walk takes.
type Chosen = (Arc<str>, Taken);

/// How many objects are asked for at once: their bytes are in memory.
const AT_ONCE: usize = 512;

/// How many commits are linked at once: as many states of the project are in memory.
const WINDOW: usize = 128;

/// The state of the project in one commit, as far as davy looks at it.
#[derive(Default)]
struct State {
    /// What is checked.
    checked: Vec<(Arc<str>, Source)>,
    /// What says something of the project.
    manifests: Vec<Place>,
    /// Folders with a `.env` that an image takes in.
    open: Vec<String>,
}

/// Looks at all commits that are wanted.
pub fn walk(request: &Request, configs: &mut Configs, progress: &Progress) -> Result<History, Trouble> {
    let folder = paths::absolute(&request.folder, &paths::working_directory());
    let root = git::top(&folder).filter(|top| folder.starts_with(top)).unwrap_or_else(|| project_root(&folder).folder);
    let mut base = configs.for_folder(&root)?;
    if base.origin.is_none() {
        base = configs.for_folder(&folder)?;
    }
    let commits = history(&root, request.from.as_deref(), &request.to)?;
    let mut tags: HashMap<String, Vec<String>> = HashMap::new();
    for (commit, tag) in tagged(&root)? {
        tags.entry(commit).or_default().push(tag);
    }
    let wanted = sampled(&commits, request.every, &tags);
    let mut past = Past::new(&root, &base)?;
    let mut points: Vec<Point> = Vec::with_capacity(wanted.len());
    let mut followed = Followed::default();
    // What is linked next: commits, and their states; none where nothing that davy looks at has changed.
    let mut window: Vec<(usize, Option<State>)> = Vec::new();
    let mut files = Files::new();
    let mut chosen: Option<Vec<Chosen>> = None;
    let mut is_changed = true;
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
        let holds =
            |chosen: &[Chosen]| changed.iter().any(|path| chosen.binary_search_by(|one| (*one.0).cmp(path)).is_ok());
        is_changed |= !decided || chosen.as_deref().is_some_and(holds);
        let now = past.chosen(&files, chosen.filter(|_| decided), &changed);
        // What a manifest includes is called whatever it is called.
        is_changed |= holds(&now) || changed.iter().any(|path| past.included.contains(*path));
        if wanted.contains(&at) {
            let state = if is_changed { Some(past.state(&files, &now, configs)?) } else { None };
            window.push((at, state));
            is_changed = false;
        }
        chosen = Some(now);
        if window.len() >= WINDOW || at + 1 == commits.len() {
            past.link_all(&window, &commits, &tags, &mut points, &mut followed)?;
            window.clear();
        }
        progress("commits", at + 1, commits.len());
    }
    past.keep();
    let (compiled, missing) = (past.units.len() - past.missing, past.missing);
    Ok(History { points, lives: followed.lives, commits: commits.len(), compiled, missing, root: root.clone() })
}

/// The places of the commits that are looked at, in their order. A clock that goes backwards starts no second day.
fn sampled(commits: &[Commit], every: Every, tags: &HashMap<String, Vec<String>>) -> HashSet<usize> {
    const DAY: i64 = 24 * 3600;
    let mut latest = i64::MIN;
    let days: Vec<i64> = commits
        .iter()
        .map(|commit| {
            latest = latest.max(commit.time);
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
        Every::Tag => *at == last || tags.contains_key(&commits[*at].id),
    };
    (0..commits.len()).filter(is_wanted).collect()
}

/// What all commits are looked at with, and what is known so far.
struct Past<'p> {
    root: &'p Path,
    base: &'p Arc<Config>,
    definitions: Definitions,
    own: Option<String>,
    /// Those of the commit before, which stay unless a file changes that decides.
    rules: Option<Rules>,
    objects: Mutex<Objects>,
    cache: Option<cache::Cache>,
    /// Today's configuration of every file that any commit has.
    today: Configured,
    /// What is remembered of places where findings are.
    places: Mutex<HashMap<At, Remembered>>,
    /// Every file of every commit so far, compiled; none where git does not have it.
    units: HashMap<Source, Option<Arc<Unit>>>,
    /// Those that no earlier run had.
    new: Vec<(Source, cache::Content)>,
    missing: usize,
    manifests: HashMap<Place, Option<Manifest>>,
    /// Paths that some manifest includes.
    included: HashSet<String>,
}

impl<'p> Past<'p> {
    fn new(root: &'p Path, base: &'p Arc<Config>) -> Result<Past<'p>, Error> {
        let definitions = Definitions { formats: base.formats.unwrap_or_else(Formats::built_in) };
        let folder = base.cache_dir.clone().or_else(cache::folder);
        // What checks read again and again stays small.
        let path = folder.map(|folder| cache::path(&folder, &root.join(".git")));
        Ok(Past {
            root,
            base,
            own: own_excludes(root),
            rules: None,
            objects: Mutex::new(Objects::open(root)?),
            cache: path.map(|path| cache::Cache::open(&path, definitions.formats.hash())),
            definitions,
            today: Configured::default(),
            places: Mutex::default(),
            units: HashMap::new(),
            new: Vec::new(),
            missing: 0,
            manifests: HashMap::new(),
            included: HashSet::new(),
        })
    }

    fn bytes(&self, object: &str) -> Result<Option<Vec<u8>>, Error> {
        match self.objects.lock() {
            Ok(mut objects) => objects.get(object),
            Err(_) => Ok(None),
        }
    }

    /// Which files a walk takes; only those that are `changed` are decided anew where the rest is `known`.
    fn chosen(&mut self, files: &Files, known: Option<Vec<Chosen>>, changed: &HashSet<&str>) -> Vec<Chosen> {
        let known = match known {
            Some(known) if changed.is_empty() => return known,
            known => known,
        };
        let rules = match self.rules.take().filter(|_| known.is_some()) {
            Some(rules) => rules,
            None => Rules::new(self.root, files, self.own.as_deref(), &mut |object| self.bytes(object).ok().flatten()),
        };
        let tree = Tree::new(self.root, files, &self.base.exclude, &rules);
        let decide = |path: &Arc<str>| {
            let taken = tree.takes(path);
            (taken.is_checked || taken.is_manifest).then(|| (Arc::clone(path), taken))
        };
        let chosen = match known {
            None => files.keys().filter_map(decide).collect(),
            Some(mut known) => {
                known.retain(|(path, _)| !changed.contains(&**path));
                let there = changed.iter().filter_map(|path| files.get_key_value(*path));
                known.extend(there.filter_map(|(path, _)| decide(path)));
                known.sort_by(|a, b| a.0.cmp(&b.0));
                known
            }
        };
        self.rules = Some(rules);
        chosen
    }

    fn state(&mut self, files: &Files, chosen: &[Chosen], configs: &mut Configs) -> Result<State, ConfigError> {
        let mut state = State::default();
        for (path, Taken { is_checked, is_manifest }) in chosen {
            let Some(object) = files.get(path) else { continue };
            if *is_manifest {
                state.manifests.push((Arc::clone(path), Arc::clone(object)));
            }
            if !is_checked {
                continue;
            }
            let whole = self.root.join(&**path);
            if !self.today.0.contains_key(&**path) {
                let config = configs.for_folder(whole.parent().unwrap_or(self.root))?;
                self.today.0.insert(path.to_string(), (config, whole.clone()));
            }
            let (config, _) = &self.today.0[&**path];
            if config.origin != self.base.origin && config.excludes(&whole) {
                continue;
            }
            let kind = kind_of(&whole);
            if kind == Kind::Text(Syntax::Docker) {
                state.open.extend(self.open(files, path));
            }
            state.checked.push((Arc::clone(path), (Arc::clone(object), kind)));
        }
        // Files that others include are manifests whatever they are called.
        let mut at = 0;
        while at < state.manifests.len() {
            let place = state.manifests[at].clone();
            let includes = self.manifest(&place).map(|manifest| included(&(place.0.to_string(), manifest.clone())));
            for path in includes.unwrap_or_default() {
                let is_known = state.manifests.iter().any(|(known, _)| **known == path);
                if let Some((path, object)) = files.get_key_value(path.as_str()).filter(|_| !is_known) {
                    state.manifests.push((Arc::clone(path), Arc::clone(object)));
                }
                self.included.insert(path);
            }
            at += 1;
        }
        state.manifests.sort();
        Ok(state)
    }

    /// A manifest, read once.
    fn manifest(&mut self, place: &Place) -> Option<&Manifest> {
        if !self.manifests.contains_key(place) {
            let kind = manifest::kind_of(&place.0).unwrap_or(manifest::Kind::Requirements);
            let bytes = self.bytes(&place.1).ok().flatten();
            let read = bytes.and_then(|bytes| manifest::read(kind, &decode(&bytes).text).ok());
            self.manifests.insert(place.clone(), read);
        }
        self.manifests.get(place).and_then(Option::as_ref)
    }

    /// Compiles what is new in some commits, and links them.
    fn link_all(
        &mut self,
        window: &[(usize, Option<State>)],
        commits: &[Commit],
        tags: &HashMap<String, Vec<String>>,
        points: &mut Vec<Point>,
        followed: &mut Followed,
    ) -> Result<(), Error> {
        self.compile(window.iter().filter_map(|(_, state)| state.as_ref()))?;
        let past = &*self;
        let found: Vec<Option<Vec<Seen>>> =
            window.par_iter().map(|(_, state)| state.as_ref().map(|state| past.seen(state))).collect();
        for ((at, state), found) in window.iter().zip(found) {
            let mut counts = Counts::new();
            let files = match (&found, state) {
                (Some(found), Some(state)) => {
                    for seen in found {
                        *counts.entry((seen.identity.rule.clone(), seen.severity)).or_default() += 1;
                    }
                    state.checked.len()
                }
                // As the one before, which is all that this can be: the first has a state.
                _ => points.last().map_or(0, |last: &Point| {
                    counts.clone_from(&last.counts);
                    last.files
                }),
            };
            if let (Some(found), Some(state)) = (found, state) {
                let is_there = |path: &str| state.checked.binary_search_by(|(known, _)| (**known).cmp(path)).is_ok();
                followed.step(points.len(), found, is_there);
            }
            let commit = Commit { changes: Vec::new(), ..commits[*at].clone() };
            let tags = tags.get(&commit.id).cloned().unwrap_or_default();
            points.push(Point { commit, tags, files, counts });
        }
        Ok(())
    }

    /// The folder of an image, if it takes in a `.env`.
    fn open(&self, files: &Files, image: &str) -> Option<String> {
        let folder = crate::link::index::parent(image);
        let beside = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        files.get(beside(".env").as_str())?;
        let text = files.get(beside(".dockerignore").as_str()).and_then(|object| self.bytes(object).ok().flatten());
        let mut builder = ignore::gitignore::GitignoreBuilder::new(self.root.join(folder));
        for line in String::from_utf8_lossy(&text.unwrap_or_default()).lines() {
            let _ = builder.add_line(None, line);
        }
        let rules = builder.build().unwrap_or_else(|_| ignore::gitignore::Gitignore::empty());
        let is_left_out = rules.matched(self.root.join(beside(".env")), false).is_ignore();
        (!is_left_out).then(|| folder.to_owned())
    }

    /// Compiles every file of some states that no other had.
    fn compile<'s>(&mut self, states: impl Iterator<Item = &'s State>) -> Result<(), Error> {
        let sources = states.flat_map(|state| &state.checked).map(|(_, source)| source);
        let sources: HashSet<&Source> = sources.filter(|source| !self.units.contains_key(*source)).collect();
        let known =
            |(object, kind): &&Source| self.cache.as_ref().and_then(|cache| cache.unit(cache.blob(object)?, *kind));
        let kept: Vec<(&Source, Option<Unit>)> =
            sources.into_par_iter().map(|source| (source, known(&source))).collect();
        let (kept, new): (Vec<_>, Vec<_>) = kept.into_iter().partition(|(_, unit)| unit.is_some());
        let mut compiled: Vec<(Source, Option<Compiled>)> = Vec::with_capacity(kept.len() + new.len());
        compiled.extend(
            kept.into_iter().map(|(source, unit)| (source.clone(), unit.map(|unit| Compiled { unit, new: None }))),
        );
        for part in new.chunks(AT_ONCE) {
            let names: Vec<&str> = part.iter().map(|(source, _)| &*source.0).collect();
            let bytes = match self.objects.lock() {
                Ok(mut objects) => objects.get_all(&names)?,
                Err(_) => Vec::new(),
            };
            let read: Vec<(&Source, Option<Vec<u8>>)> = part.iter().map(|(source, _)| *source).zip(bytes).collect();
            let made = read
                .into_par_iter()
                .map(|(source, bytes)| (source.clone(), bytes.map(|bytes| made(&bytes, source, &self.definitions))));
            compiled.par_extend(made);
        }
        for (source, compiled) in compiled {
            self.missing += usize::from(compiled.is_none());
            if let Some(content) = compiled.as_ref().and_then(|one| one.new) {
                self.new.push((source.clone(), content));
            }
            self.units.insert(source, compiled.map(|one| Arc::new(one.unit)));
        }
        Ok(())
    }

    /// Keeps what was compiled for the next run. What cannot be kept costs time, and nothing else.
    fn keep(&self) {
        let blobs = self.new.iter().filter_map(|(source, content)| {
            let unit = self.units.get(source)?.as_ref()?;
            Some(cache::Blob { object: &source.0, content: *content, kind: source.1, unit })
        });
        let blobs: Vec<cache::Blob> = blobs.collect();
        if let Some(cache) = self.cache.as_ref().filter(|_| !blobs.is_empty()) {
            let _ = cache.keep(&blobs);
        }
    }

    /// What is remembered of a place in an object: its line, and what tells the value there from others; not the value.
    fn place(&self, object: &Arc<str>, span: Span, secrets: &[Span]) -> Remembered {
        let key = (Arc::clone(object), span);
        if let Some(known) = self.places.lock().ok().and_then(|places| places.get(&key).cloned()) {
            return known;
        }
        let bytes = self.bytes(object).ok().flatten().unwrap_or_default();
        let text = decode(&bytes).text;
        let value = text.get(span.range()).filter(|value| value.len() >= LEAST);
        let remembered = Remembered {
            line: identity::content(&text, &Lines::new(&text), secrets, span).into(),
            value: value.map(|value| cache::content(value.as_bytes())),
        };
        if let Ok(mut places) = self.places.lock() {
            places.insert(key, remembered.clone());
        }
        remembered
    }

    /// The findings of a commit.
    fn seen(&self, state: &State) -> Vec<Seen> {
        let findings = self.link(state);
        let sources: HashMap<&str, &Source> = state.checked.iter().map(|(path, source)| (&**path, source)).collect();
        let placed = findings.iter().map(|finding| {
            let source = sources.get(finding.path.as_str())?;
            let unit = self.units.get(*source)?.as_ref()?;
            Some(self.place(&source.0, finding.span, &unit.secrets))
        });
        let placed: Vec<Option<Remembered>> = placed.collect();
        let keys = findings.iter().zip(&placed).map(|(finding, placed)| {
            let value = placed.as_ref().and_then(|placed| placed.value).filter(|_| is_about_value(&finding.code.0));
            (value, finding.severity)
        });
        let joined = spoken_for(keys);
        let mut seen = Vec::with_capacity(findings.len());
        for ((finding, placed), _) in
            findings.into_iter().zip(placed).zip(joined).filter(|(_, joined)| joined.is_none())
        {
            let identity = Identity {
                path: finding.path,
                rule: finding.code.0,
                scope: finding.scope,
                content: placed.map(|placed| placed.line.to_string()).unwrap_or_default(),
                ordinal: 0,
            };
            seen.push(Seen { identity, severity: finding.severity });
        }
        seen
    }

    fn link(&self, state: &State) -> Vec<Judged> {
        let unit = |source: &Source| self.units.get(source).and_then(Option::as_deref);
        let known: Vec<(&str, &Source, &Unit)> =
            state.checked.iter().filter_map(|(path, source)| Some((&**path, source, unit(source)?))).collect();
        let files: Vec<(&str, &Unit)> = known.iter().map(|(path, _, unit)| (*path, *unit)).collect();
        let manifests = state.manifests.iter().filter_map(|place| {
            let manifest = self.manifests.get(place)?.as_ref()?;
            Some((place.0.to_string(), manifest.clone()))
        });
        let manifests: Vec<(String, Manifest)> = manifests.collect();
        let variables = known.iter().filter(|(_, (_, kind), _)| *kind == Kind::Text(Syntax::Env));
        let around = Around {
            versioned: variables.map(|(path, ..)| (*path).to_owned()).collect(),
            open: state.open.iter().cloned().collect(),
        };
        let project = Project {
            manifests: &manifests,
            src: self.base.src.iter().map(|folder| paths::shown(folder, self.root)).collect(),
            models: self.base.pydantic_models.clone(),
            migrating: false,
            restore: false,
            today: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
            around: &around,
            settings: &self.today,
        };
        let quote = |file: usize, span: Span| {
            let (_, (object, _), unit) = &known[file];
            let bytes = self.bytes(object).ok().flatten().unwrap_or_default();
            let text = decode(&bytes).text.into_owned();
            if span == WHOLE {
                return covered(text, &unit.secrets);
            }
            match unit.secrets.iter().any(|secret| secret.touches(span)) {
                true => "********".to_owned(),
                false => span.of(&text).to_owned(),
            }
        };
        let shown: Vec<usize> = (0..files.len()).collect();
        link(&files, &shown, &project, &quote).findings
    }
}

/// Compiles the bytes of an object.
fn made(bytes: &[u8], (object, kind): &Source, definitions: &Definitions) -> Compiled {
    if !kind.is_python() && bytes.len() as u64 > LARGE {
        return Compiled { unit: Unit { skipped: true, ..Unit::default() }, new: None };
    }
    match guarded(bytes, *kind, definitions, object) {
        Ok(unit) => Compiled { unit, new: Some(cache::content(bytes)) },
        // A panic is davy's own bug: a check tells it, and counts nothing in the file.
        Err(_) => Compiled { unit: Unit::default(), new: None },
    }
}

/// A file that was compiled.
struct Compiled {
    unit: Unit,
    /// The hash of its bytes, where no earlier run had it.
    new: Option<cache::Content>,
}
