//! A run of a few files, or of a project in which nothing has changed: what an earlier run found out holds as long as that stays as it was.

use super::state::{self, Folder, Guard, State};
use super::{Configured, File, Scan, guarded, key, read};
use crate::cache::{self, Below, Cache, Compiled, Content, Place, Stat};
use crate::config::{Config, paths};
use crate::discover::{self, Discovery};
use crate::git;
use crate::link::index::Index;
use crate::link::project::{Project, included};
use crate::link::{Held, Kept, Linked, Quote, Read, Sayings, Since, Table, index_below, link_since};
use crate::manifest::Manifest;
use crate::rule::Definitions;
use crate::unit::{Kind, Unit};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What is watched, so that a later run knows whether the project is as it was.
pub struct Watched {
    /// Where it is kept.
    path: PathBuf,
    root: PathBuf,
    asked: Content,
    looked: Duration,
    folders: Vec<PathBuf>,
    manifests: Vec<PathBuf>,
    /// How many files of Python the project has.
    files: usize,
    /// All of the project was looked at, not its Python alone.
    is_whole: bool,
}

/// What an earlier run left.
pub struct Near {
    cache: Arc<Cache>,
    /// By file: what it held, and where its unit is kept; none for what is no part of the project.
    before: Vec<Option<(Content, Option<Place>)>>,
    kept: Kept,
    table: Table,
    read: Arc<Read>,
    /// The modules, where there are no others than then.
    index: Option<Index>,
    /// The files that others have been put in front of, counted as they were then.
    inserted: Vec<usize>,
}

/// A scan, as far as it is known.
pub struct Found {
    /// Sorted by path.
    pub files: Vec<File>,
    /// By their paths below the root.
    pub manifests: Vec<(String, Manifest)>,
    /// Of each file.
    pub configs: Configured,
    /// Where units are kept.
    pub cache: Arc<Cache>,
    /// For the link of a few files.
    pub near: Option<Arc<Near>>,
    /// A hash of all files, where all of them are shown and none has changed.
    pub hash: Option<Content>,
}

/// A file that an earlier run knew: its unit is read where it is kept, or made anew.
fn file_of(
    found: discover::Found,
    key: String,
    (stat, content, place): (Stat, Content, Option<Place>),
    (root, definitions, cache): (&Arc<PathBuf>, &Definitions, &Arc<Cache>),
) -> Option<File> {
    let Some(place) = place else {
        let shown = found.explicit;
        return read(found, shown, root, definitions, Some(cache)).ok();
    };
    let (base, name, definitions, kind) = (Arc::clone(root), key.clone(), *definitions, found.kind);
    let again = move || {
        let bytes = std::fs::read(base.join(&name)).ok().filter(|bytes| cache::content(bytes) == content);
        let made = bytes.and_then(|bytes| guarded(&bytes, kind, &definitions, &name).ok());
        made.unwrap_or_else(Unit::unknown)
    };
    let unit = Compiled::at(cache, place, again);
    let discover::Found { path, display, kind, explicit } = found;
    let stat = Some(stat);
    Some(File { path, key, display, kind, shown: explicit, unit, skipped: false, overlay: None, hash: content, stat })
}

/// A path below a folder, which `join` looks at twice.
fn below(folder: &Path, key: &str) -> PathBuf {
    let mut path = OsString::with_capacity(folder.as_os_str().len() + 1 + key.len());
    path.push(folder);
    path.push(std::path::MAIN_SEPARATOR_STR);
    path.push(key);
    path.into()
}

impl Watched {
    /// What a run looks at that starts at a root.
    pub fn new(path: PathBuf, root: &Path, loose: &[PathBuf], config: &Config) -> Watched {
        let ignored = ignore::gitignore::gitconfig_excludes_path();
        let asked = format!(
            "{root:?} {loose:?} {ignored:?} {:?} {:?} {}",
            paths::working_directory(),
            config.origin,
            config.whole()
        );
        Watched {
            path,
            root: root.to_owned(),
            asked: cache::content(asked.as_bytes()),
            looked: Duration::ZERO,
            folders: Vec::new(),
            manifests: Vec::new(),
            files: 0,
            is_whole: false,
        }
    }

    /// With what was found of the project, the search having begun at `looked`; `named` is what somebody named, of it or not, where that was not all of it.
    /// None where what somebody named makes the project another one: Python or a manifest that is no part of it.
    pub fn of(self, project: &Discovery, named: Option<&Discovery>, looked: Duration) -> Option<Watched> {
        let named_files = named.into_iter().flat_map(|named| &named.files);
        let mut strangers: FxHashMap<&PathBuf, bool> =
            named_files.map(|file| (&file.path, file.kind.is_python())).collect();
        if !strangers.is_empty() {
            project.files.iter().for_each(|file| _ = strangers.remove(&file.path));
        }
        let is_part = |path: &PathBuf| project.manifests.contains(path);
        if strangers.values().any(|is_python| *is_python)
            || !named.into_iter().flat_map(|named| &named.manifests).all(is_part)
        {
            return None;
        }
        let folders = [self.root.clone()].into_iter().chain(project.folders.iter().cloned()).collect();
        let files = project.files.iter().filter(|file| file.kind.is_python()).count();
        Some(Watched {
            looked,
            folders,
            manifests: project.manifests.clone(),
            files,
            is_whole: named.is_none(),
            ..self
        })
    }

    /// What decides what is looked at or known; none where it has changed since somebody looked.
    fn guards(&self, scan: &Scan) -> Option<Vec<(PathBuf, Option<Guard>)>> {
        let ignore_files = |folder: &Path| [".gitignore", ".ignore", ".git/info/exclude"].map(|name| folder.join(name));
        let inside = self.folders.iter().flat_map(|folder| ignore_files(folder)).filter(|path| path.is_file());
        let above = self.root.ancestors().skip(1).flat_map(ignore_files);
        let git = [Some(self.root.join(".git/info/exclude")), ignore::gitignore::gitconfig_excludes_path()];
        let included = scan.manifests.iter().flat_map(included).map(|path| self.root.join(path));
        let all =
            inside.chain(above).chain(git.into_iter().flatten()).chain(self.manifests.iter().cloned()).chain(included);
        let guard = |path: PathBuf| {
            let guard = Guard::of(&path);
            guard.as_ref().is_none_or(|guard| guard.is_older(self.looked)).then_some((path, guard))
        };
        all.map(guard).collect()
    }

    /// What is known of the project, and what of it has changed; none where that is not enough. `stdin` takes the place of a file.
    pub fn near(
        &self,
        wanted: &Discovery,
        stdin: Option<File>,
        root: &Path,
        config: &Arc<Config>,
        definitions: &Definitions,
        cache: &Path,
    ) -> Option<Found> {
        let hash = definitions.formats.hash();
        let (state, lists) = State::read(&self.path, hash)?;
        if state.asked != self.asked || !wanted.problems.is_empty() {
            return None;
        }
        let cache = Arc::new(Cache::marked(cache, hash, &state.mark)?);
        let mut named: FxHashMap<String, &discover::Found> =
            wanted.files.iter().map(|file| (key(&file.path, root), file)).collect();
        let is_known = |path: &PathBuf| state.guards.iter().any(|(known, _)| known == path);
        if !wanted.manifests.iter().all(is_known) {
            return None;
        }
        let mut stdin = stdin.map(|file| (file.key.clone(), file));
        let mut configs = Configured { files: FxHashMap::default(), rest: Some((Arc::clone(config), root.to_owned())) };
        let (here, base) = (paths::working_directory(), Arc::new(root.to_owned()));
        let is_here = here == root;
        let found = |key: &str, kind: Kind, explicit: bool| {
            let path = below(root, key);
            let display = if is_here { key.to_owned() } else { paths::shown(&path, &here) };
            discover::Found { path, display, kind, explicit }
        };
        // While one looks how all of it lies on the disk, the other takes it to be as it was.
        let look = || state.has_same_tree(root, false).then(|| state.seen(&state.files, root).changed);
        let mut take = || {
            let known = |known: &state::File| {
                let state::File { key, kind, stat, content, place, .. } = known;
                let found = found(key, *kind, !named.is_empty() && named.remove(key).is_some());
                file_of(found, key.clone(), (*stat, *content, *place), (&base, definitions, &cache))
            };
            let files: Option<Vec<File>> = state.files.iter().map(known).collect();
            let names: Vec<&str> = state.files.iter().map(|file| file.key.as_str()).collect();
            (files, index_below(&names, &state.manifests, config.src.iter().map(|folder| self::key(folder, root))))
        };
        let (changed, (files, index)) = rayon::join(look, &mut take);
        let (changed, mut files) = (changed?, files?);
        let unknown = state.files.iter().filter(|file| file.place.is_none()).count();
        if unknown + changed.len() > state::FEW {
            return None;
        }
        let mut before: Vec<_> = state.files.iter().map(|file| Some((file.content, file.place))).collect();
        for at in changed {
            let state::File { key, kind, stat, content, .. } = &state.files[at];
            let found = found(key, *kind, files[at].shown);
            files[at] = file_of(found, key.clone(), (*stat, *content, None), (&base, definitions, &cache))?;
        }
        if let Some((name, _)) = &stdin
            && let Ok(at) = files.binary_search_by(|file| file.key.as_bytes().cmp(name.as_bytes()))
            && let Some((_, file)) = stdin.take()
        {
            files[at] = file;
        }
        for file in files.iter().filter(|file| file.shown && file.overlay.is_none()) {
            configs.files.insert(file.key.clone(), (Arc::clone(config), file.path.clone()));
        }
        // What is no part of the project, and Python, may be what others import.
        let others: Option<Vec<File>> = named
            .into_values()
            .map(|file| match file.kind.is_python() {
                true => None,
                false => read(file.clone(), true, root, definitions, Some(&cache)).ok(),
            })
            .collect();
        let mut others = others?;
        others.extend(stdin.map(|(_, file)| file));
        if others.iter().any(|file| file.kind.is_python()) {
            return None;
        }
        let mut inserted = Vec::new();
        let count = files.len();
        for file in others {
            let place = |files: &[File]| files.partition_point(|known| known.key.as_bytes() < file.key.as_bytes());
            inserted.push(place(&files[..count]));
            configs.files.insert(file.key.clone(), (Arc::clone(config), file.path.clone()));
            files.push(file);
            before.push(None);
        }
        if !inserted.is_empty() {
            let mut both: Vec<_> = files.into_iter().zip(before).collect();
            both.sort_by(|(a, _), (b, _)| a.key.as_bytes().cmp(b.key.as_bytes()));
            inserted.sort_unstable();
            (files, before) = both.into_iter().unzip();
        }
        let near = Near {
            cache: Arc::clone(&cache),
            before,
            kept: state.kept,
            table: state.table,
            read: lists.read(),
            index: Some(index).filter(|_| inserted.is_empty()),
            inserted,
        };
        Some(Found { files, manifests: state.manifests, configs, cache, near: Some(Arc::new(near)), hash: None })
    }

    /// The whole project as it was looked at last, if nothing in it has changed.
    pub fn whole(&self, root: &Path, config: &Arc<Config>, definitions: &Definitions, cache: &Path) -> Option<Found> {
        let hash = definitions.formats.hash();
        let (mut state, lists) = State::read(&self.path, hash)?;
        if state.asked != self.asked {
            return None;
        }
        let cache = Arc::new(Cache::marked(cache, hash, &state.mark)?);
        let mut rest = lists.rest()?;
        if !state.has_same_tree(root, true) {
            return None;
        }
        let now = state::now();
        let index = std::fs::metadata(root.join(".git/index")).ok().and_then(|found| Stat::of(&found));
        let may_track = index.is_none() && super::is_versioned(root) || index != rest.index;
        if may_track && git::tracked_though_ignored(root) != rest.tracked {
            return None;
        }
        let (python, others) = (state.seen(&state.files, root), state.seen(&rest.files, root));
        let is_large = |at: &usize| rest.files[*at].place.is_none();
        if !python.changed.is_empty() || !others.changed.iter().all(is_large) {
            return None;
        }
        if python.touched.len() + others.touched.len() > state::FEW {
            python.touched.iter().for_each(|(at, stat)| state.files[*at].stat = *stat);
            others.touched.iter().for_each(|(at, stat)| rest.files[*at].stat = *stat);
            let below = Below::new(root)?;
            let looked = state.looked;
            let again = |folder: Folder| {
                let stat = below.stat(&folder.path)?;
                if stat == folder.stat && stat.is_older(looked) {
                    return Some(folder);
                }
                Folder::of(root, folder.path, now).filter(|found| found.names == folder.names)
            };
            state.folders = state.folders.into_iter().map(again).collect::<Option<_>>()?;
            rest.index = index.filter(|index| index.is_older(now));
            state.looked = now;
            // As when units are kept: what cannot be kept costs time, and nothing else.
            let _ = state.write_again(&rest, &self.path, hash, &lists);
        }
        let base = (paths::working_directory(), Arc::new(root.to_owned()));
        let is_here = base.0 == root;
        let known = state.files.into_par_iter().chain(rest.files.into_par_iter()).with_min_len(256).map(|known| {
            let state::File { key, kind, stat, content, place, skipped } = known;
            let path = below(root, &key);
            let display = if is_here { key.clone() } else { paths::shown(&path, &base.0) };
            let found = discover::Found { path, display, kind, explicit: false };
            let file = file_of(found, key, (stat, content, place), (&base.1, definitions, &cache))?;
            (file.hash == content && file.skipped == skipped).then_some(File { shown: true, ..file })
        });
        let known: Vec<Option<File>> = known.collect();
        let mut files: Vec<File> = known.into_iter().collect::<Option<_>>()?;
        files.sort_by(|a, b| a.key.as_bytes().cmp(b.key.as_bytes()));
        let configs = Configured { files: FxHashMap::default(), rest: Some((Arc::clone(config), root.to_owned())) };
        Some(Found { files, manifests: state.manifests, configs, cache, near: None, hash: Some(rest.hash) })
    }

    /// Keeps what a run came to for the next one, where all of it is of the files as they lie on the disk.
    pub fn keep(&self, scan: &Scan, cache: &Cache, kept: Kept, sayings: Sayings) -> io::Result<()> {
        let cache = cache.again();
        let Some(mark) = cache.mark() else { return Ok(()) };
        let (mut files, mut others) = (Vec::new(), Vec::new());
        let mut moved = Vec::with_capacity(scan.files.len());
        for file in &scan.files {
            let is_part = file.kind.is_python();
            moved.push(is_part.then_some(files.len()));
            if !is_part && !self.is_whole {
                continue;
            }
            // What is too large to be looked into has not been looked at, either.
            let stat = file
                .stat
                .or_else(|| Stat::of(&std::fs::metadata(&file.path).ok()?).filter(|stat| stat.is_older(self.looked)));
            let (Some(stat), None, true) = (stat, &file.overlay, self.root.join(&file.key) == file.path) else {
                return Ok(());
            };
            let place = cache.place(file.hash, file.kind).filter(|_| !file.skipped);
            let (key, kind, content, skipped) = (file.key.clone(), file.kind, file.hash, file.skipped);
            let known = state::File { key, kind, stat, content, place, skipped };
            if is_part { files.push(known) } else { others.push(known) }
        }
        // A file that is not there any more has not been looked at.
        if files.is_empty()
            || files.len() != self.files
            || files.iter().filter(|file| file.place.is_none()).count() > state::FEW
        {
            return Ok(());
        }
        let folder = |folder: &PathBuf| Folder::of(&self.root, key(folder, &self.root), self.looked);
        let Some(folders) = self.folders.iter().map(folder).collect() else { return Ok(()) };
        let Some(guards) = self.guards(scan) else { return Ok(()) };
        let state = State {
            asked: self.asked,
            looked: self.looked,
            mark,
            folders,
            guards,
            files,
            manifests: scan.manifests.clone(),
            kept,
            table: Table::default(),
        };
        let index = std::fs::metadata(self.root.join(".git/index")).ok().and_then(|found| Stat::of(&found));
        let rest = self.is_whole.then(|| state::Rest {
            files: others,
            tracked: if super::is_versioned(&self.root) { git::tracked_though_ignored(&self.root) } else { Vec::new() },
            index: index.filter(|index| index.is_older(self.looked)),
            hash: scan.hash_of_files(),
        });
        let sayings = sayings.after(Some(&moved), std::iter::empty());
        state.write(rest.as_ref(), &self.path, scan.definitions.formats.hash(), &sayings)
    }
}

impl Near {
    /// Judges the findings of a few files.
    pub fn link(
        &self,
        files: &[File],
        units: &[(&str, &dyn Held)],
        shown: &[usize],
        project: &Project,
        quote: &Quote,
    ) -> Linked {
        let holds_other =
            |file: &File, (content, _): (Content, Option<Place>)| file.hash != content || file.overlay.is_some();
        let changed = files.iter().zip(&self.before).filter_map(|(file, before)| {
            let before = (*before)?;
            holds_other(file, before).then_some((file, before.1))
        });
        let changed: Vec<(&File, Option<Place>)> = changed.collect();
        let old = |(file, place): &(&'_ File, Option<Place>)| {
            Some((file.key.clone(), Compiled::at(&self.cache, (*place)?, Unit::unknown)))
        };
        let olds: FxHashMap<String, Compiled> = changed.iter().filter_map(old).collect();
        let both =
            changed.iter().filter_map(|(file, _)| Some((file.key.as_str(), olds.get(&file.key)?.told(), file.held())));
        let since = Since {
            kept: self.kept.clone(),
            files: both.collect(),
            is_unsure: changed.iter().any(|(_, place)| place.is_none()),
            index: self.index.as_ref(),
        };
        let says_other = |(file, before): (&File, &Option<(Content, Option<Place>)>)| {
            before.is_none_or(|before| holds_other(file, before))
        };
        let fresh = files.iter().zip(&self.before).enumerate().filter(|(_, both)| says_other(*both));
        let fresh = fresh.map(|(at, (file, _))| (at, file.held()));
        let count = files.len() - self.inserted.len();
        let sayings = Sayings::kept(self.table.clone(), Arc::clone(&self.read), count, self.inserted.clone(), fresh);
        link_since(units, shown, project, Some(quote), (sayings, since))
    }
}
