//! What davy would have found in each commit that leads to one: every file is compiled once, however many commits have it.
//!
//! Selection, severities and excludes are today's; pins, floors, settings of pytest and ignore files are the commit's own.

use crate::cache;
use crate::config::{Config, ConfigError, Configs, paths};
use crate::discover::tree::{Files, Taken, Tree, decides};
use crate::discover::{kind_of, project_root};
use crate::finding::{Judged, Severity};
use crate::git::history::{Commit, Objects, history, own_excludes, tagged};
use crate::git::{self, Error};
use crate::link::project::{Around, Project, included};
use crate::link::{WHOLE, link};
use crate::manifest::{self, Manifest};
use crate::report::incidents::{LEAST, is_about_value, spoken_for};
use crate::rule::Definitions;
use crate::scan::{Configured, LARGE, covered, guarded};
use crate::secrets::Formats;
use crate::text::{Span, decode};
use crate::unit::{Kind, Syntax, Unit};
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
    pub counts: BTreeMap<(String, Severity), usize>,
}

/// The history of a project.
pub struct History {
    /// The folder that paths start from.
    pub root: PathBuf,
    /// Oldest first.
    pub points: Vec<Point>,
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
type Source = (String, Kind);

/// A file that a walk takes.
type Chosen = (String, Taken);

/// A file that was compiled, or that an earlier run had.
struct Compiled {
    source: Source,
    content: cache::Content,
    unit: Arc<Unit>,
    is_new: bool,
}

/// The state of the project in one commit, as far as davy looks at it.
#[derive(Clone, Default)]
struct State {
    /// What is checked.
    checked: Vec<(String, Source)>,
    /// What says something of the project.
    manifests: Vec<(String, String)>,
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
    let objects = Mutex::new(Objects::open(&root)?);
    let mut past = Past {
        root: &root,
        base: &base,
        own: own_excludes(&root),
        objects: &objects,
        today: Configured::default(),
        values: Mutex::default(),
    };
    let mut states: Vec<(usize, State)> = Vec::new();
    let mut files = Files::new();
    let mut known: Option<Vec<Chosen>> = None;
    for (at, commit) in commits.iter().enumerate() {
        let mut decided = known.is_some();
        for change in &commit.changes {
            decided &= !decides(&change.path);
            match &change.object {
                Some(object) => _ = files.insert(change.path.clone(), object.clone()),
                None => _ = files.remove(&change.path),
            }
        }
        let changed: HashSet<&str> = commit.changes.iter().map(|change| change.path.as_str()).collect();
        known = Some(past.taken(&files, known.filter(|_| decided), &changed));
        if wanted.contains(&at) {
            states.push((at, past.state(&files, known.as_deref().unwrap_or_default(), configs)?));
        }
        progress("reading the history", at + 1, commits.len());
    }
    let (units, missing) = past.compile(&states, progress)?;
    let done = std::sync::atomic::AtomicUsize::new(0);
    let texts = past.manifests(&states)?;
    let total = states.len();
    let points: Vec<Point> = states
        .par_iter()
        .map(|(at, state)| {
            let counts = past.counts(state, &units, &texts);
            progress("linking", done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, total);
            let commit = Commit { changes: Vec::new(), ..commits[*at].clone() };
            let tags = tags.get(&commit.id).cloned().unwrap_or_default();
            Point { commit, tags, files: state.checked.len(), counts }
        })
        .collect();
    let compiled = units.len();
    drop(units);
    Ok(History { points, commits: commits.len(), compiled, missing, root: root.clone() })
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

/// What all commits are looked at with.
struct Past<'p> {
    root: &'p Path,
    base: &'p Arc<Config>,
    own: Option<String>,
    objects: &'p Mutex<Objects>,
    /// Today's configuration of every file that any commit has.
    today: Configured,
    /// Values that were compared, by where they stand.
    values: Mutex<HashMap<(String, Span), Option<cache::Content>>>,
}

impl Past<'_> {
    fn bytes(&self, object: &str) -> Result<Option<Vec<u8>>, Error> {
        match self.objects.lock() {
            Ok(mut objects) => objects.get(object),
            Err(_) => Ok(None),
        }
    }

    /// Which files are checked, and which are manifests; only those that `changed` are decided anew where the rest is `known`.
    fn taken(&self, files: &Files, known: Option<Vec<Chosen>>, changed: &HashSet<&str>) -> Vec<Chosen> {
        if known.is_some() && changed.is_empty() {
            return known.unwrap_or_default();
        }
        let mut read = |object: &str| self.bytes(object).ok().flatten();
        let tree = Tree::new(self.root, files, &self.base.exclude, self.own.as_deref(), &mut read);
        let decide = |path: &str| {
            let taken = tree.takes(path);
            (taken.is_checked || taken.is_manifest).then(|| (path.to_owned(), taken))
        };
        match known {
            None => files.keys().filter_map(|path| decide(path)).collect(),
            Some(mut known) => {
                known.retain(|(path, _)| !changed.contains(path.as_str()));
                let new = changed.iter().filter(|path| files.contains_key(**path)).filter_map(|path| decide(path));
                known.extend(new);
                known.sort_by(|a, b| a.0.cmp(&b.0));
                known
            }
        }
    }

    fn state(&mut self, files: &Files, taken: &[Chosen], configs: &mut Configs) -> Result<State, ConfigError> {
        let mut state = State::default();
        for (path, Taken { is_checked, is_manifest }) in taken {
            let Some(object) = files.get(path) else { continue };
            if *is_manifest {
                state.manifests.push((path.clone(), object.clone()));
            }
            if !is_checked {
                continue;
            }
            let whole = self.root.join(path);
            if !self.today.0.contains_key(path) {
                let config = configs.for_folder(whole.parent().unwrap_or(self.root))?;
                self.today.0.insert(path.clone(), (config, whole.clone()));
            }
            let (config, _) = &self.today.0[path];
            if config.origin != self.base.origin && config.excludes(&whole) {
                continue;
            }
            let kind = kind_of(&whole);
            if kind == Kind::Text(Syntax::Docker) {
                state.open.extend(self.open(files, path));
            }
            state.checked.push((path.clone(), (object.clone(), kind)));
        }
        // Files that others include are manifests whatever they are called.
        let mut at = 0;
        while at < state.manifests.len() {
            let (path, object) = state.manifests[at].clone();
            for path in self.manifest(&path, &object).iter().flat_map(included) {
                let is_known = state.manifests.iter().any(|(known, _)| *known == path);
                if let Some(object) = files.get(&path).filter(|_| !is_known) {
                    state.manifests.push((path, object.clone()));
                }
            }
            at += 1;
        }
        Ok(state)
    }

    /// The folder of an image, if it takes in a `.env`.
    fn open(&self, files: &Files, image: &str) -> Option<String> {
        let folder = crate::link::index::parent(image);
        let beside = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        files.get(&beside(".env"))?;
        let text = files.get(&beside(".dockerignore")).and_then(|object| self.bytes(object).ok().flatten());
        let mut builder = ignore::gitignore::GitignoreBuilder::new(self.root.join(folder));
        for line in String::from_utf8_lossy(&text.unwrap_or_default()).lines() {
            let _ = builder.add_line(None, line);
        }
        let rules = builder.build().unwrap_or_else(|_| ignore::gitignore::Gitignore::empty());
        let is_left_out = rules.matched(self.root.join(beside(".env")), false).is_ignore();
        (!is_left_out).then(|| folder.to_owned())
    }

    fn manifest(&self, path: &str, object: &str) -> Option<(String, Manifest)> {
        let kind = manifest::kind_of(path).unwrap_or(manifest::Kind::Requirements);
        let bytes = self.bytes(object).ok().flatten()?;
        manifest::read(kind, &decode(&bytes).text).ok().map(|manifest| (path.to_owned(), manifest))
    }

    /// Reads all manifests of all states once.
    fn manifests(&self, states: &[(usize, State)]) -> Result<HashMap<(String, String), Manifest>, Error> {
        let all: HashSet<&(String, String)> = states.iter().flat_map(|(_, state)| &state.manifests).collect();
        let read = all.into_iter().filter_map(|(path, object)| {
            self.manifest(path, object).map(|(path, manifest)| ((path, object.clone()), manifest))
        });
        Ok(read.collect())
    }

    /// Compiles every file of every state once; and how many git does not have.
    fn compile(
        &self,
        states: &[(usize, State)],
        progress: &Progress,
    ) -> Result<(HashMap<Source, Arc<Unit>>, usize), Error> {
        let all: HashSet<&Source> =
            states.iter().flat_map(|(_, state)| &state.checked).map(|(_, source)| source).collect();
        let definitions = Definitions { formats: self.base.formats.unwrap_or_else(Formats::built_in) };
        let folder = self.base.cache_dir.clone().or_else(cache::folder);
        let cache =
            folder.map(|folder| cache::Cache::open(&cache::path(&folder, self.root), definitions.formats.hash()));
        let (total, done) = (all.len(), std::sync::atomic::AtomicUsize::new(0));
        let compiled: Vec<Result<Option<Compiled>, Error>> = all
            .into_par_iter()
            .map(|source| {
                let one = self.one(source, &definitions, cache.as_ref());
                progress("compiling", done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, total);
                one
            })
            .collect();
        let compiled: Vec<Option<Compiled>> = compiled.into_iter().collect::<Result<_, _>>()?;
        let missing = compiled.iter().filter(|one| one.is_none()).count();
        let compiled: Vec<Compiled> = compiled.into_iter().flatten().collect();
        let new = compiled.iter().filter(|one| one.is_new && !one.unit.skipped);
        let blobs: Vec<cache::Blob> = new
            .map(|Compiled { source: (object, kind), content, unit, .. }| cache::Blob {
                object,
                content: *content,
                kind: *kind,
                unit,
            })
            .collect();
        if let Some(cache) = cache.filter(|_| !blobs.is_empty()) {
            // What cannot be kept costs time, and nothing else.
            let _ = cache.keep(&blobs);
        }
        let units = compiled.into_iter().map(|one| (one.source, one.unit)).collect();
        Ok((units, missing))
    }

    /// Compiles a file, or takes what an earlier run made of it; none where git does not have it.
    fn one(
        &self,
        source: &Source,
        definitions: &Definitions,
        cache: Option<&cache::Cache>,
    ) -> Result<Option<Compiled>, Error> {
        let (object, kind) = source;
        let compiled =
            |content, unit, is_new| Some(Compiled { source: source.clone(), content, unit: Arc::new(unit), is_new });
        let known = cache.and_then(|cache| {
            let content = cache.blob(object)?;
            Some((content, cache.unit(content, *kind)?))
        });
        if let Some((content, unit)) = known {
            return Ok(compiled(content, unit, false));
        }
        let Some(bytes) = self.bytes(object)? else { return Ok(None) };
        let unit = match !kind.is_python() && bytes.len() as u64 > LARGE {
            true => Unit { skipped: true, ..Unit::default() },
            // A panic is davy's own bug: the file counts as one without findings, as in a check.
            false => guarded(&bytes, *kind, definitions, object).unwrap_or_default(),
        };
        Ok(compiled(cache::content(&bytes), unit, true))
    }

    /// What tells the value at a place from others; not the value.
    fn value(&self, object: &str, span: Span) -> Option<cache::Content> {
        let key = (object.to_owned(), span);
        if let Some(known) = self.values.lock().ok()?.get(&key) {
            return *known;
        }
        let bytes = self.bytes(object).ok().flatten()?;
        let text = decode(&bytes).text;
        let value = text.get(span.range()).filter(|value| value.len() >= LEAST);
        let value = value.map(|value| cache::content(value.as_bytes()));
        self.values.lock().ok()?.insert(key, value);
        value
    }

    /// Links one state.
    fn counts(
        &self,
        state: &State,
        units: &HashMap<Source, Arc<Unit>>,
        texts: &HashMap<(String, String), Manifest>,
    ) -> BTreeMap<(String, Severity), usize> {
        let mut counts = BTreeMap::new();
        let findings = self.link(state, units, texts);
        let objects: HashMap<&str, &str> =
            state.checked.iter().map(|(path, (object, _))| (path.as_str(), object.as_str())).collect();
        let keys = findings.iter().map(|finding| {
            let object = objects.get(finding.path.as_str()).filter(|_| is_about_value(&finding.code.0));
            (object.and_then(|object| self.value(object, finding.span)), finding.severity)
        });
        let joined = spoken_for(keys);
        for (finding, _) in findings.iter().zip(joined).filter(|(_, joined)| joined.is_none()) {
            *counts.entry((finding.code.0.clone(), finding.severity)).or_default() += 1;
        }
        counts
    }

    fn link(
        &self,
        state: &State,
        units: &HashMap<Source, Arc<Unit>>,
        texts: &HashMap<(String, String), Manifest>,
    ) -> Vec<Judged> {
        let known: Vec<(&str, &Source, &Unit)> = state
            .checked
            .iter()
            .filter_map(|(path, source)| Some((path.as_str(), source, &**units.get(source)?)))
            .collect();
        let files: Vec<(&str, &Unit)> = known.iter().map(|(path, _, unit)| (*path, *unit)).collect();
        let mut manifests: Vec<(String, Manifest)> =
            state.manifests.iter().filter_map(|key| Some((key.0.clone(), texts.get(key)?.clone()))).collect();
        manifests.sort_by(|a, b| a.0.cmp(&b.0));
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
