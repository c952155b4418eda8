//! The states of a project in its commits: which files there are, what they compiled to, what is found in them.

use super::compiled::Compiled;
use super::lives::{Followed, Seen};
use super::store::{Kept, Store};
use super::{Every, Head, HeadFile, Source, Trouble};
use crate::cache;
use crate::compile::is_pointer;
use crate::config::{Config, ConfigError, Configs, paths};
use crate::discover::kind_of;
use crate::discover::tree::{Files, Rules, Taken, Tree};
use crate::finding::{Code, Judged, Severity};
use crate::git::Error;
use crate::git::history::{Local, Objects, local, tree};
use crate::identity::{self, Identity};
use crate::link::project::{Around, Manifests, Project, included};
use crate::link::{Answers, Held, Quote, again, imports_of, link};
use crate::manifest::{self, Manifest};
use crate::report::incidents::{LEAST, is_about_value, spoken_for};
use crate::rule::Definitions;
use crate::rules::page;
use crate::scan::{Configured, LARGE, guarded};
use crate::secrets::Formats;
use crate::text::{Lines, Span, decode};
use crate::unit::{Kind, Syntax, Unit};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// A place in an object.
type At = (Arc<str>, Span);

/// What is remembered of a place in an object.
#[derive(Debug, Clone, Default)]
struct Remembered {
    /// Its line, as findings are recognised by it.
    line: Arc<str>,
    /// The hash of what stands there, where that is long enough to be compared.
    value: Option<cache::Content>,
}

/// A manifest: its path, and its object.
type Place = (Arc<str>, Arc<str>);

/// A file that a walk takes.
pub type Chosen = (Arc<str>, Taken);

/// How many states are linked one after the other at least, before another thread is worth its first.
const LINKED_AT_LEAST: usize = 16;

/// How many bytes a manifest has that is kept as it was read.
const LONG: usize = 16 << 10;

/// How many objects are asked for at once: their bytes are in memory.
const AT_ONCE: usize = 512;

/// The state of the project in one commit, as far as davy looks at it.
#[derive(Default)]
pub struct State {
    /// What is checked, by path.
    pub checked: Vec<(Arc<str>, Source)>,
    /// What says something of the project.
    manifests: Vec<Place>,
    /// Folders with a `.env` that an image takes in.
    open: Vec<String>,
}

impl State {
    /// A file by itself.
    pub fn alone(path: Arc<str>, source: Source) -> State {
        State { checked: vec![(path, source)], ..State::default() }
    }
}

/// A finding about a secret, with the hash of its value where that is long enough to be compared, and its line.
pub type Secret = (Judged, Option<cache::Content>, String);

/// What all commits are looked at with, and what is known so far.
pub struct Past<'p> {
    pub root: &'p Path,
    /// The folder of caches.
    pub folder: Option<PathBuf>,
    /// What is said of this clone alone.
    pub local: Local,
    /// Objects that git does not have.
    pub missing: Vec<String>,
    /// How many files were compiled.
    pub made: usize,
    /// The same as `missing`.
    lost: HashSet<Arc<str>>,
    /// Paths that some manifest includes.
    pub included: HashSet<String>,
    base: &'p Arc<Config>,
    definitions: Definitions,
    /// Those of the commit before, which stay unless a file changes that decides.
    rules: Option<Rules>,
    objects: Mutex<Objects>,
    compiled: Mutex<Option<Compiled>>,
    /// Today's configuration of every file that any commit has.
    today: Configured,
    /// What those files are, by their names.
    kinds: FxHashMap<Arc<str>, Kind>,
    /// The day of the run, and the next one when a comment that silences findings runs out.
    day: String,
    expires: Option<String>,
    /// What is remembered of places where findings are.
    places: Mutex<FxHashMap<At, Remembered>>,
    /// Every file of the commits at hand, compiled; none where git does not have it.
    units: FxHashMap<Source, Option<Arc<Unit>>>,
    manifests: FxHashMap<Place, Option<Manifest>>,
    /// The last state that was linked.
    linked: Mutex<Option<LinkedState>>,
}

/// A state that was linked, and what it was linked with.
struct LinkedState {
    answers: Answers,
    surroundings: Surroundings,
}

/// What is around the files of a state: folders with a `.env` that an image takes in, files of variables.
#[derive(PartialEq, Eq)]
struct Surroundings(Vec<String>, Vec<Arc<str>>);

impl<'p> Past<'p> {
    /// Nothing is known yet.
    pub fn new(root: &'p Path, base: &'p Arc<Config>) -> Result<Past<'p>, Error> {
        let definitions = Definitions { formats: base.formats.unwrap_or_else(Formats::built_in), everywhere: false };
        let folder = base.cache_dir.clone().or_else(cache::folder);
        // What checks read again and again stays small.
        let path = folder.as_ref().map(|folder| cache::path_for(folder, root, "objects"));
        Ok(Past {
            root,
            local: local(root),
            folder,
            missing: Vec::new(),
            lost: HashSet::new(),
            made: 0,
            included: HashSet::new(),
            kinds: FxHashMap::default(),
            base,
            rules: None,
            objects: Mutex::new(Objects::open(root)?),
            compiled: Mutex::new(path.and_then(|path| Compiled::open(&path, definitions.formats.hash()))),
            definitions,
            today: Configured::default(),
            day: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
            expires: None,
            places: Mutex::default(),
            units: FxHashMap::default(),
            manifests: FxHashMap::default(),
            linked: Mutex::default(),
        })
    }

    /// What a store has to be made with, so that its answers are those of this run.
    pub fn key(&self, every: Every, also: &str, from: &str, first_parent: bool) -> [(&'static str, String); 8] {
        let told = ignore::gitignore::gitconfig_excludes_path().and_then(|path| std::fs::read(path).ok());
        let names = std::fs::read(self.root.join(".mailmap")).unwrap_or_default();
        let own = self.local.excludes.as_deref().unwrap_or_default();
        let excludes =
            format!("{:032x}{:032x}", cache::content(own.as_bytes()), cache::content(&told.unwrap_or_default()));
        [
            ("davy", cache::ENGINE.to_owned()),
            ("root", self.root.display().to_string()),
            ("every", format!("{every:?} {also}").to_lowercase().trim_end().to_owned()),
            ("from", from.to_owned()),
            ("parents", if first_parent { "first" } else { "all" }.to_owned()),
            ("configuration", fingerprint(self.base)),
            ("excludes", excludes),
            ("mailmap", format!("{:032x}", cache::content(&names))),
        ]
    }

    /// What a store holds, if this run would come to the same; none where it cannot be read, either.
    pub fn kept(&mut self, store: &Store, configs: &mut Configs) -> Result<Option<Kept>, ConfigError> {
        let (Ok(folders), Ok(kept)) = (store.folders(), store.load()) else { return Ok(None) };
        for (folder, configuration) in folders {
            if fingerprint(&*configs.for_folder(&self.root.join(folder))?) != configuration {
                return Ok(None);
            }
        }
        self.expires = store.value("expires").filter(|day| !day.is_empty());
        if self.expires.as_ref().is_some_and(|day| *day < self.day) {
            return Ok(None);
        }
        let names: Vec<&str> = kept.missing.iter().map(String::as_str).collect();
        let fetched = self.objects.lock().ok().and_then(|mut objects| objects.get_all(&names).ok());
        let is_here = |bytes: &Vec<u8>| !is_pointer(bytes);
        let is_there = fetched.is_some_and(|fetched| fetched.iter().flatten().any(is_here));
        if is_there {
            return Ok(None);
        }
        self.lost = kept.missing.iter().map(|object| object.as_str().into()).collect();
        self.missing.clone_from(&kept.missing);
        Ok(Some(kept))
    }

    /// What a store keeps beside the rest.
    pub fn values(&self) -> [(&'static str, String); 1] {
        [("expires", self.expires.clone().unwrap_or_default())]
    }

    /// The configuration of each folder that any commit so far has, as a hash.
    pub fn folders(&self) -> BTreeMap<String, String> {
        let mut hashes: FxHashMap<*const Config, String> = FxHashMap::default();
        let mut all = BTreeMap::new();
        for (path, (config, _)) in &self.today.files {
            let folder = crate::link::index::parent(path);
            if !all.contains_key(folder) {
                let hash = hashes.entry(Arc::as_ptr(config)).or_insert_with(|| fingerprint(config));
                all.insert(folder.to_owned(), hash.clone());
            }
        }
        all
    }

    /// Lets go of what only older states need: `last` is the newest one.
    pub fn tidy(&mut self, last: Option<&State>) {
        let Some(last) = last else { return };
        let wanted: HashSet<&Source> = last.checked.iter().map(|(_, source)| source).collect();
        self.units.retain(|source, _| wanted.contains(source));
        if let Ok(mut places) = self.places.lock() {
            let objects: HashSet<&str> = wanted.iter().map(|(object, _)| &**object).collect();
            places.retain(|(object, _), _| objects.contains(&**object));
        }
    }

    /// The findings of several states, one after the other, where there is one.
    pub fn seen_in(&self, states: &[Option<&State>]) -> Vec<Option<Vec<Seen>>> {
        let part = states.len().div_ceil(rayon::current_num_threads()).max(LINKED_AT_LEAST);
        let parts: Vec<_> = states.chunks(part).collect();
        let last = parts.len().saturating_sub(1);
        let linked = |(at, part): (usize, &[Option<&State>])| {
            // The first part goes on where the window before ended.
            let mut linked = if at == 0 { self.linked.lock().ok().and_then(|mut linked| linked.take()) } else { None };
            let mut seen = |state: &State| {
                let now = self.link_after(state, linked.take());
                let seen = self.seen(state, &now.answers);
                linked = Some(now);
                seen
            };
            let all: Vec<Option<Vec<Seen>>> = part.iter().map(|state| state.map(&mut seen)).collect();
            (all, linked.filter(|_| at == last))
        };
        let parts: Vec<_> = parts.into_par_iter().enumerate().map(linked).collect();
        let mut all = Vec::with_capacity(states.len());
        for (seen, linked) in parts {
            all.extend(seen);
            if let (Some(linked), Ok(mut last)) = (linked, self.linked.lock()) {
                *last = Some(linked);
            }
        }
        all
    }

    fn bytes(&self, object: &str) -> Result<Option<Vec<u8>>, Error> {
        match self.objects.lock() {
            Ok(mut objects) => objects.get(object),
            Err(_) => Ok(None),
        }
    }

    /// Which files a walk takes; only those that are `changed` are decided anew where the rest is `known`.
    pub fn chosen(&mut self, files: &Files, known: Option<Vec<Chosen>>, changed: &HashSet<&str>) -> Vec<Chosen> {
        let known = match known {
            Some(known) if changed.is_empty() => return known,
            known => known,
        };
        let rules = match self.rules.take().filter(|_| known.is_some()) {
            Some(rules) => rules,
            None => Rules::new(self.root, files, self.local.excludes.as_deref(), &mut |object| {
                self.bytes(object).ok().flatten()
            }),
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

    pub fn state(&mut self, files: &Files, chosen: &[Chosen], configs: &mut Configs) -> Result<State, ConfigError> {
        let mut state = State::default();
        for (path, Taken { is_checked, is_manifest }) in chosen {
            let Some(object) = files.get(path) else { continue };
            if *is_manifest {
                state.manifests.push((Arc::clone(path), Arc::clone(object)));
            }
            if !is_checked {
                continue;
            }
            if !self.kinds.contains_key(path) {
                let whole = self.root.join(&**path);
                let config = configs.for_folder(whole.parent().unwrap_or(self.root))?;
                self.kinds.insert(Arc::clone(path), kind_of(&whole));
                self.today.files.insert(path.to_string(), (config, whole));
            }
            let kind = self.kinds[path];
            let (config, whole) = &self.today.files[&**path];
            if config.origin != self.base.origin && config.excludes(whole) {
                continue;
            }
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
            let kept = self.compiled.lock().ok().and_then(|all| all.as_ref()?.manifest(&place.1, kind));
            let read = kept.or_else(|| {
                let bytes = self.bytes(&place.1).ok().flatten()?;
                let read = manifest::read(kind, &decode(&bytes).text).ok()?;
                // A lock file takes longer to read than to take from here.
                if bytes.len() > LONG
                    && let Ok(Some(all)) = self.compiled.lock().as_deref()
                {
                    all.put_manifest(&place.1, kind, &read);
                }
                Some(read)
            });
            self.manifests.insert(place.clone(), read);
        }
        self.manifests.get(place).and_then(Option::as_ref)
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

    /// Compiles every file of some states that is not compiled yet, or takes it from an earlier run.
    pub fn compile<'s>(&mut self, states: impl Iterator<Item = &'s State>) -> Result<(), Error> {
        self.compile_all(states.flat_map(|state| &state.checked).map(|(_, source)| source))
    }

    /// The same for some files.
    pub fn compile_all<'s>(&mut self, sources: impl Iterator<Item = &'s Source>) -> Result<(), Error> {
        let sources: HashSet<&Source> = sources.filter(|source| !self.units.contains_key(*source)).collect();
        let sources: Vec<Source> = sources.into_iter().cloned().collect();
        let kept = match self.compiled.lock().as_deref() {
            Ok(Some(compiled)) => compiled.get(&sources),
            _ => vec![None; sources.len()],
        };
        let (kept, new): (Vec<_>, Vec<_>) = sources.into_iter().zip(kept).partition(|(_, unit)| unit.is_some());
        for (source, unit) in kept {
            self.hold(source, unit);
        }
        for part in new.chunks(AT_ONCE) {
            let names: Vec<&str> = part.iter().map(|((object, _), _)| &**object).collect();
            let bytes = match self.objects.lock() {
                Ok(mut objects) => objects.get_all(&names)?,
                Err(_) => Vec::new(),
            };
            let read: Vec<(&Source, Option<Vec<u8>>)> = part.iter().map(|(source, _)| source).zip(bytes).collect();
            let made: Vec<(&Source, Made)> = read
                .into_par_iter()
                .map(|(source, bytes)| (source, made(bytes.as_deref(), source, &self.definitions)))
                .collect();
            if let Ok(Some(compiled)) = self.compiled.lock().as_deref_mut() {
                let worth = made.iter().filter(|(_, made)| made.keeps);
                let units = worth.filter_map(|(source, made)| Some((*source, made.unit.as_ref()?)));
                compiled.put(&units.collect::<Vec<_>>());
            }
            for (source, made) in made {
                self.made += usize::from(made.unit.is_some());
                if made.is_missing && self.lost.insert(Arc::clone(&source.0)) {
                    self.missing.push(source.0.to_string());
                }
                self.hold(source.clone(), made.unit.map(Arc::new));
            }
        }
        Ok(())
    }

    /// Has a file at hand from now on, and the day when a comment in it runs out in mind.
    fn hold(&mut self, source: Source, unit: Option<Arc<Unit>>) {
        let ignores = unit.iter().flat_map(|unit| &unit.ignores);
        let days = ignores.filter_map(|ignore| ignore.until.as_ref()).map(|(day, _)| day);
        let next = days.filter(|day| **day >= self.day).min().cloned();
        self.expires = [self.expires.take(), next].into_iter().flatten().min();
        self.units.insert(source, unit);
    }

    /// What a file may have found in it, as far as it tells by itself.
    pub fn candidates(&self, source: &Source, path: &str) -> Vec<Identity> {
        let Some(Some(unit)) = self.units.get(source) else { return Vec::new() };
        let imports = imports_of(&unit.facts);
        let own = unit.findings.list();
        let own = own.iter().map(|one| (&one.code, one.span, &one.scope));
        let all: Vec<_> = own.chain(imports.iter().map(|one| (&one.code, one.span, &one.scope))).collect();
        let places: Vec<_> = all.iter().map(|one| (Arc::clone(&source.0), one.1, unit.secrets.as_slice())).collect();
        let identity = |((code, _, scope), place): (&(&Code, Span, &String), Remembered)| Identity {
            path: path.to_owned(),
            rule: code.0.clone(),
            scope: (*scope).clone(),
            content: String::from(&*place.line),
            ordinal: 0,
        };
        let mut all: Vec<Identity> = all.iter().zip(self.places(&places)).map(identity).collect();
        identity::number(&mut all);
        all
    }

    /// What is remembered of a place in an object: its line, and what tells the value there from others; not the value.
    fn place(&self, object: &Arc<str>, span: Span, secrets: &[Span]) -> Remembered {
        self.places(&[(Arc::clone(object), span, secrets)]).pop().unwrap_or_default()
    }

    /// The same for several places, in their order: each object is read once.
    fn places(&self, wanted: &[(Arc<str>, Span, &[Span])]) -> Vec<Remembered> {
        let known = |(object, span, _): &(Arc<str>, Span, &[Span])| {
            self.places.lock().ok().and_then(|places| places.get(&(Arc::clone(object), *span)).cloned())
        };
        let mut found: Vec<Option<Remembered>> = wanted.iter().map(known).collect();
        let fresh: Vec<usize> = (0..found.len()).filter(|&at| found[at].is_none()).collect();
        let mut new: BTreeMap<&Arc<str>, Vec<usize>> = BTreeMap::new();
        for &at in &fresh {
            new.entry(&wanted[at].0).or_default().push(at);
        }
        let names: Vec<&str> = new.keys().map(|object| &***object).collect();
        let bytes = match self.objects.lock() {
            Ok(mut objects) if !names.is_empty() => objects.get_all(&names).unwrap_or_default(),
            _ => Vec::new(),
        };
        for (places, bytes) in new.into_values().zip(bytes) {
            let bytes = bytes.unwrap_or_default();
            let text = decode(&bytes).text;
            let lines = Lines::new(&text);
            for at in places {
                let (_, span, secrets) = &wanted[at];
                let value = text.get(span.range()).filter(|value| value.len() >= LEAST);
                found[at] = Some(Remembered {
                    line: identity::content(&text, &lines, secrets, *span).into(),
                    value: value.map(|value| cache::content(value.as_bytes())),
                });
            }
        }
        if let Ok(mut places) = self.places.lock() {
            let of = |at: &usize| Some(((Arc::clone(&wanted[*at].0), wanted[*at].1), found[*at].clone()?));
            places.extend(fresh.iter().filter_map(of));
        }
        found.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// The errors and warnings about secrets of several states.
    pub fn secrets_in(&self, states: &[State]) -> Vec<Vec<Secret>> {
        states.par_iter().map(|state| self.secrets(state)).collect()
    }

    fn secrets(&self, state: &State) -> Vec<Secret> {
        let is_secret = |code: &str| page(code).is_some_and(|page| page.family.name == "secrets");
        let units = state.checked.iter().filter_map(|(_, source)| self.units.get(source)?.as_ref());
        let may_have = units.flat_map(|unit| unit.findings.list()).any(|claim| is_secret(&claim.code.0));
        if !may_have {
            return Vec::new();
        }
        let found = self.link(state, false).into_iter().filter(|finding| is_secret(&finding.code.0));
        let counted = found.filter(|finding| finding.severity > Severity::Note);
        let secret = |finding: Judged| {
            let (_, source) = state.checked.iter().find(|(path, _)| **path == *finding.path)?;
            let unit = self.units.get(source)?.as_ref()?;
            let Remembered { line, value } = self.place(&source.0, finding.span, &unit.secrets);
            let value = value.filter(|_| is_about_value(&finding.code.0));
            Some((finding, value, line.to_string()))
        };
        counted.filter_map(secret).collect()
    }

    /// A commit in full.
    pub fn head(&mut self, commit: &str, configs: &mut Configs, followed: &Followed) -> Result<Head, Trouble> {
        let files = tree(self.root, commit)?.into_iter().map(|(path, object)| (path.into(), object.into())).collect();
        let chosen = self.chosen(&files, None, &HashSet::new());
        let state = self.state(&files, &chosen, configs)?;
        self.compile([&state].into_iter())?;
        let mut findings = Vec::new();
        let mut lives = Vec::new();
        for (finding, seen) in self.found(&state) {
            lives.push(followed.of(&seen.identity));
            findings.push(finding);
        }
        let names: Vec<&str> = state.checked.iter().map(|(_, (object, _))| &**object).collect();
        let bytes = match self.objects.lock() {
            Ok(mut objects) => objects.get_all(&names)?,
            Err(_) => Vec::new(),
        };
        let files = state.checked.iter().zip(bytes).filter_map(|((path, source), bytes)| {
            let unit = Arc::clone(self.units.get(source)?.as_ref()?);
            let text = decode(&bytes?).text.into_owned();
            Some(HeadFile { path: path.to_string(), kind: source.1, unit, text })
        });
        let files = files.collect();
        let manifests = self.manifests(&state);
        let mut roots = Manifests::new(&manifests).roots();
        roots.extend(self.src());
        let rules = self.base.rules();
        Ok(Head { files, findings, lives, name: manifest::name(&manifests), roots, rules })
    }

    /// The findings of a commit, as they are followed.
    fn seen(&self, state: &State, answers: &Answers) -> Vec<Seen> {
        let findings = answers.findings().flat_map(|findings| findings.iter().cloned()).collect();
        self.recognised(state, findings).into_iter().map(|(_, seen)| seen).collect()
    }

    /// The findings of a commit, each with what it is recognised by.
    fn found(&self, state: &State) -> Vec<(Judged, Seen)> {
        self.recognised(state, self.link(state, true))
    }

    fn recognised(&self, state: &State, mut findings: Vec<Judged>) -> Vec<(Judged, Seen)> {
        let sources: FxHashMap<&str, &Source> = state.checked.iter().map(|(path, source)| (&**path, source)).collect();
        let unit = |source: &Source| self.units.get(source).and_then(Option::as_ref);
        findings.retain(|finding| sources.get(finding.path.as_str()).is_some_and(|source| unit(source).is_some()));
        let places = findings.iter().filter_map(|finding| {
            let source = sources.get(finding.path.as_str())?;
            Some((Arc::clone(&source.0), finding.span, unit(source)?.secrets.as_slice()))
        });
        let placed = self.places(&places.collect::<Vec<_>>());
        let keys = findings
            .iter()
            .zip(&placed)
            .map(|(finding, placed)| (placed.value.filter(|_| is_about_value(&finding.code.0)), finding.severity));
        let joined = spoken_for(keys);
        let mut seen = Vec::with_capacity(findings.len());
        for ((finding, placed), _) in
            findings.into_iter().zip(placed).zip(joined).filter(|(_, joined)| joined.is_none())
        {
            let identity = Identity {
                path: finding.path.clone(),
                rule: finding.code.0.clone(),
                scope: finding.scope.clone(),
                content: String::from(&*placed.line),
                ordinal: 0,
            };
            let severity = finding.severity;
            seen.push((finding, Seen { identity, severity }));
        }
        seen
    }

    fn manifests(&self, state: &State) -> Vec<(String, Manifest)> {
        let manifests = state.manifests.iter().filter_map(|place| {
            let manifest = self.manifests.get(place)?.as_ref()?;
            Some((place.0.to_string(), manifest.clone()))
        });
        manifests.collect()
    }

    /// The folders that the configuration has imports start from.
    fn src(&self) -> Vec<String> {
        self.base.src.iter().map(|folder| paths::shown(folder, self.root)).collect()
    }

    /// Links a commit for what is counted, after another one.
    fn link_after(&self, state: &State, before: Option<LinkedState>) -> LinkedState {
        let known = state
            .checked
            .iter()
            .filter_map(|(path, source)| Some((&**path, Arc::clone(self.units.get(source)?.as_ref()?))));
        let (paths, units): (Vec<&str>, Vec<Arc<Unit>>) = known.unzip();
        let variables = state.checked.iter().filter(|(_, (_, kind))| *kind == Kind::Text(Syntax::Env));
        let variables = variables.map(|(path, _)| Arc::clone(path)).collect();
        let surroundings = Surroundings(state.open.clone(), variables);
        let before = before.filter(|before| before.surroundings == surroundings);
        let manifests = self.manifests(state);
        let around = around(state);
        let project = self.project(&manifests, &around);
        let answers = again(&paths, units, &project, before.map(|before| before.answers));
        LinkedState { answers, surroundings }
    }

    fn project<'a>(&'a self, manifests: &'a [(String, Manifest)], around: &'a Around) -> Project<'a> {
        Project {
            manifests,
            src: self.src(),
            models: self.base.pydantic_models.clone(),
            migrating: false,
            restore: false,
            today: self.day.clone(),
            around,
            settings: &self.today,
        }
    }

    /// The findings of a commit: in full, or only as they are counted.
    fn link(&self, state: &State, in_full: bool) -> Vec<Judged> {
        let unit = |source: &Source| self.units.get(source).and_then(Option::as_deref);
        let known: Vec<(&str, &Source, &Unit)> =
            state.checked.iter().filter_map(|(path, source)| Some((&**path, source, unit(source)?))).collect();
        let files: Vec<(&str, &dyn Held)> = known.iter().map(|(path, _, unit)| (*path, *unit as &dyn Held)).collect();
        let manifests = self.manifests(state);
        let around = around(state);
        let project = self.project(&manifests, &around);
        let quote = |file: usize, span: Span| {
            let (_, (object, _), unit) = &known[file];
            let bytes = self.bytes(object).ok().flatten().unwrap_or_default();
            let text = decode(&bytes).text.into_owned();
            match unit.secrets.iter().any(|secret| secret.touches(span)) {
                true => "********".to_owned(),
                false => span.of(&text).to_owned(),
            }
        };
        let shown: Vec<usize> = (0..files.len()).collect();
        link(&files, &shown, &project, in_full.then_some(&quote as &Quote)).findings
    }
}

/// What is known of files that are not compiled, or are known to git.
fn around(state: &State) -> Around {
    let variables = state.checked.iter().filter(|(_, (_, kind))| *kind == Kind::Text(Syntax::Env));
    Around {
        versioned: variables.map(|(path, _)| path.to_string()).collect(),
        open: state.open.iter().cloned().collect(),
    }
}

/// What became of an object.
struct Made {
    /// None where git does not have it.
    unit: Option<Unit>,
    /// It is worth to be kept.
    keeps: bool,
    /// The clone does not have it, or has a pointer in its place.
    is_missing: bool,
}

/// Compiles the bytes of an object.
fn made(bytes: Option<&[u8]>, (object, kind): &Source, definitions: &Definitions) -> Made {
    let Some(bytes) = bytes else { return Made { unit: None, keeps: false, is_missing: true } };
    if !kind.is_python() && bytes.len() as u64 > LARGE {
        let unit = Unit { skipped: true, ..Unit::default() };
        return Made { unit: Some(unit), keeps: false, is_missing: false };
    }
    let is_missing = is_pointer(bytes);
    match guarded(bytes, *kind, definitions, object) {
        Ok(unit) => Made { unit: Some(unit), keeps: !is_missing, is_missing },
        // A panic is davy's own bug: a check tells it, and counts nothing in the file.
        Err(_) => Made { unit: Some(Unit::default()), keeps: false, is_missing: false },
    }
}

/// A hash of what a configuration says.
fn fingerprint(config: &Config) -> String {
    format!("{:032x}", cache::content(config.whole().as_bytes()))
}
