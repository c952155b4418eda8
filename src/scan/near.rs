//! A run of a few files: what an earlier one found out of the rest of the project holds as long as that stays as it was.

use super::state::{self, Folder, Guard, State};
use super::{Configured, File, Scan, guarded, key, read};
use crate::cache::{self, Cache, Compiled, Content, Place};
use crate::config::{Config, paths};
use crate::discover::{self, Discovery};
use crate::link::project::Project;
use crate::link::{Held, Kept, Linked, Quote, Read, Sayings, Since, Table, link_since};
use crate::manifest::Manifest;
use crate::rule::Definitions;
use crate::unit::Unit;
use std::collections::{HashMap, HashSet};
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
    /// What somebody named that is no part of it.
    strangers: HashSet<PathBuf>,
}

/// What an earlier run left.
pub struct Near {
    cache: Arc<Cache>,
    /// By file: what it held, and where its unit is kept; none for what is no part of the project.
    before: Vec<Option<(Content, Option<Place>)>>,
    kept: Kept,
    table: Table,
    read: Arc<Read>,
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
    /// For the link.
    pub near: Near,
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
            strangers: HashSet::new(),
        }
    }

    /// With what was found of the project, the search having begun at `looked`; `named` is what somebody named, of it or not.
    pub fn of(self, project: &Discovery, named: &[discover::Found], looked: Duration) -> Watched {
        let mut strangers: HashSet<PathBuf> = named.iter().map(|file| file.path.clone()).collect();
        if !strangers.is_empty() {
            project.files.iter().for_each(|file| _ = strangers.remove(&file.path));
        }
        let folders = [self.root.clone()].into_iter().chain(project.folders.iter().cloned()).collect();
        let files = project.files.iter().filter(|file| file.kind.is_python()).count();
        Watched { looked, folders, manifests: project.manifests.clone(), files, strangers, ..self }
    }

    /// What decides what is looked at or known; none where it has changed since somebody looked.
    fn guards(&self, scan: &Scan) -> Option<Vec<(PathBuf, Option<Guard>)>> {
        let ignore_files = |folder: &Path| [".gitignore", ".ignore"].map(|name| folder.join(name));
        let inside = self.folders.iter().flat_map(|folder| ignore_files(folder)).filter(|path| path.is_file());
        let above = self.root.ancestors().skip(1).flat_map(ignore_files);
        let git = [Some(self.root.join(".git/info/exclude")), ignore::gitignore::gitconfig_excludes_path()];
        let included = scan.manifests.iter().map(|(path, _)| self.root.join(path));
        let included = included.filter(|path| !self.manifests.contains(path));
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
        let (state, read_at) = State::read(&self.path, hash)?;
        if state.asked != self.asked || !wanted.problems.is_empty() {
            return None;
        }
        let cache = Arc::new(Cache::marked(cache, hash, &state.mark)?);
        let changed: HashSet<usize> = state.changed(root)?.into_iter().collect();
        let mut named: HashMap<String, &discover::Found> =
            wanted.files.iter().map(|file| (key(&file.path, root), file)).collect();
        let is_known = |path: &PathBuf| state.guards.iter().any(|(known, _)| known == path);
        if !wanted.manifests.iter().all(is_known) {
            return None;
        }
        let mut stdin = stdin.map(|file| (file.key.clone(), file));
        let mut configs = Configured { files: HashMap::new(), rest: Some((Arc::clone(config), root.to_owned())) };
        let (here, base) = (paths::working_directory(), Arc::new(root.to_owned()));
        let mut files = Vec::with_capacity(state.files.len() + named.len());
        let mut before = Vec::with_capacity(files.capacity());
        for (at, known) in state.files.into_iter().enumerate() {
            let state::File { key, kind, stat, content, place } = known;
            before.push(Some((content, place)));
            let wanted = named.remove(&key);
            if let Some((_, file)) = stdin.take_if(|(name, _)| *name == key) {
                files.push(file);
                continue;
            }
            let path = root.join(&key);
            let display = if here == root { key.clone() } else { paths::shown(&path, &here) };
            let found = discover::Found { path, display, kind, explicit: wanted.is_some() };
            let file = match place.filter(|_| !changed.contains(&at)) {
                Some(place) => {
                    let (base, name, definitions) = (Arc::clone(&base), key.clone(), *definitions);
                    let again = move || {
                        let bytes =
                            std::fs::read(base.join(&name)).ok().filter(|bytes| cache::content(bytes) == content);
                        let made = bytes.and_then(|bytes| guarded(&bytes, kind, &definitions, &name).ok());
                        made.unwrap_or_else(Unit::unknown)
                    };
                    let unit = Compiled::at(&cache, place, again);
                    let discover::Found { path, display, .. } = found;
                    let shown = wanted.is_some();
                    File {
                        path,
                        key,
                        display,
                        kind,
                        shown,
                        unit,
                        skipped: false,
                        overlay: None,
                        hash: content,
                        stat: Some(stat),
                    }
                }
                None => read(found, wanted.is_some(), root, definitions, Some(&cache)).ok()?,
            };
            if file.shown {
                configs.files.insert(file.key.clone(), (Arc::clone(config), file.path.clone()));
            }
            files.push(file);
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
        let mut both: Vec<_> = files.into_iter().zip(before).collect();
        if !inserted.is_empty() {
            both.sort_by(|(a, _), (b, _)| a.key.as_bytes().cmp(b.key.as_bytes()));
            inserted.sort_unstable();
        }
        let (files, before) = both.into_iter().unzip();
        let near = Near {
            cache: Arc::clone(&cache),
            before,
            kept: state.kept,
            table: state.table,
            read: Arc::new(read_at),
            inserted,
        };
        Some(Found { files, manifests: state.manifests, configs, cache, near })
    }

    /// Keeps what a run came to for the next one, where all of it is of the files as they lie on the disk.
    pub fn keep(&self, scan: &Scan, cache: &Cache, kept: Kept, sayings: Sayings) -> io::Result<()> {
        let cache = cache.again();
        let Some(mark) = cache.mark() else { return Ok(()) };
        let mut files = Vec::new();
        let mut moved = Vec::with_capacity(scan.files.len());
        for file in &scan.files {
            let is_part = file.kind.is_python() && !self.strangers.contains(&file.path);
            moved.push(is_part.then_some(files.len()));
            let (Some(stat), None, true) = (file.stat, &file.overlay, self.root.join(&file.key) == file.path) else {
                match is_part {
                    true => return Ok(()),
                    false => continue,
                }
            };
            if is_part {
                let place = cache.place(file.hash, file.kind).filter(|_| !file.skipped);
                files.push(state::File { key: file.key.clone(), kind: file.kind, stat, content: file.hash, place });
            }
        }
        // A file that is not there any more has not been looked at.
        if files.len() != self.files || files.iter().filter(|file| file.place.is_none()).count() > state::FEW {
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
        state.write(&self.path, scan.definitions.formats.hash(), &sayings.after(Some(&moved), std::iter::empty()))
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
        let holds_other = |file: &File, (content, place): (Content, Option<Place>)| {
            file.hash != content || place.is_none() || file.overlay.is_some()
        };
        let changed = files.iter().zip(&self.before).filter_map(|(file, before)| {
            let before = (*before)?;
            holds_other(file, before).then_some((file, before.1))
        });
        let changed: Vec<(&File, Compiled)> = changed
            .map(|(file, place)| match place {
                Some(place) => (file, Compiled::at(&self.cache, place, Unit::unknown)),
                None => (file, Unit::unknown().into()),
            })
            .collect();
        let since = Since {
            kept: self.kept.clone(),
            files: changed.iter().map(|(file, old)| (file.key.as_str(), old.told(), file.held())).collect(),
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
