//! The files of a run: found, read, compiled in parallel, kept for linking, recompiled where a fix changed them.
//!
//! The whole project is compiled, whatever was named: a model three files away is known. Only what was named is shown.

mod configured;
mod near;
mod state;

pub use configured::Configured;

use crate::cache::{self, Blob, Cache, Compiled, Content, Entry, Stat};
use crate::compile::compile;
use crate::config::{Config, ConfigError, Configs, Pattern, paths};
use crate::discover::{self, Discovery, Found, Root, project_root};
use crate::finding::{Judged, Severity};
use crate::git;
use crate::link::project::{Around, Project, Settings, included};
use crate::link::{self, Held, Linked, Reason, link_and_keep, reasons};
use crate::manifest::{self, Manifest};
use crate::page::Page;
use crate::rule::Definitions;
use crate::secrets::Formats;
use crate::text::{Span, decode};
use crate::unit::{Kind, Syntax, Unit};
use near::{Near, Watched};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use xxhash_rust::xxh3::Xxh3;

/// What to scan.
pub struct Request {
    /// What the user named.
    pub paths: Vec<PathBuf>,
    /// Text from standard input, under the name it would have.
    pub stdin: Option<(PathBuf, Vec<u8>)>,
    /// `exclude` counts for named files too.
    pub force_exclude: bool,
    /// Threads; 0 leaves it to the machine.
    pub threads: usize,
    /// Whether what earlier runs compiled may be used, and kept for the next one.
    pub cache: bool,
}

/// A file with its unit.
#[derive(Clone)]
pub struct File {
    /// Absolute; a name of its own for standard input.
    pub path: PathBuf,
    /// Path below the scan's root, with forward slashes: what `link` and the reports call it.
    pub key: String,
    /// What people are shown.
    pub display: String,
    /// Python or stub.
    pub kind: Kind,
    /// Whether its findings are wanted, or only its facts.
    pub shown: bool,
    /// What it compiled to.
    unit: Compiled,
    /// It was not looked into: binary or minified.
    pub skipped: bool,
    /// Bytes that replace what is on disk: standard input, or what a fix made of it.
    pub overlay: Option<Vec<u8>>,
    /// Of the bytes that were compiled first.
    hash: Content,
    /// How the file lay on the disk before it was read.
    stat: Option<Stat>,
}

/// Something that could not be done, with the file it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// What people are shown; none where no file is meant.
    pub display: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
}

/// A file as another state of the project has it.
pub struct Elsewhere {
    /// Its path below the root.
    pub key: String,
    /// What it holds; none where it is not there.
    pub bytes: Option<Vec<u8>>,
    /// The object of git's that the bytes are from.
    pub object: Option<String>,
}

impl Elsewhere {
    /// A file that the other state does not have.
    pub fn gone(key: String) -> Elsewhere {
        Elsewhere { key, bytes: None, object: None }
    }
}

/// All files of a run.
#[derive(Default, Clone)]
pub struct Scan {
    /// Sorted by path.
    pub files: Vec<File>,
    /// Manifests, by their paths below the root.
    pub manifests: Vec<(String, Manifest)>,
    /// What could not be done.
    pub problems: Vec<Problem>,
    /// The folder that keys start from.
    pub root: PathBuf,
    /// The project is being moved from pydantic 1 to 2.
    pub migrating: bool,
    /// The move gives back what pydantic 1 did even where pydantic 2 is what a file runs on already.
    pub restore: bool,
    /// The day of the run, in UTC: `2027-03-01`.
    pub today: String,
    /// The configuration of the project's root.
    pub config: Arc<Config>,
    /// Where the project's baseline lies, or would lie.
    pub baseline: PathBuf,
    /// What the project adds to davy's knowledge.
    pub definitions: Definitions,
    /// What earlier runs compiled: other states of the project are asked for, too.
    cache: Option<Arc<Cache>>,
    configs: Configured,
    src: Vec<String>,
    models: Vec<String>,
    around: Around,
    /// What is known from an earlier run, where that is enough.
    near: Option<Arc<Near>>,
    /// What a later run will look at first.
    watched: Option<Arc<Watched>>,
    /// A hash of all files, where it is known.
    hash: Option<Content>,
}

/// A step of the work, told to whoever shows it.
pub type Progress<'a> = dyn Fn(usize, usize) + Sync + 'a;

/// Has the system give memory in small pages alone: of large ones half is never used, and clearing them takes an eighth of the time of a run of a
/// few files. Elsewhere than on Linux nothing is said.
fn small_pages() {
    // Where it may not be said, it takes its time.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// Finds, reads and compiles.
pub fn scan(request: &Request, configs: &mut Configs, progress: &Progress) -> Result<Scan, ConfigError> {
    small_pages();
    let here = paths::working_directory();
    let mut named: Vec<PathBuf> = request.paths.iter().map(|path| paths::absolute(path, &here)).collect();
    let stdin = request.stdin.as_ref().map(|(name, bytes)| (paths::absolute(name, &here), bytes));
    let places = named.iter().chain(stdin.iter().map(|(path, _)| path));
    // A hook names a thousand files of a few folders.
    let starts: FxHashSet<&Path> =
        places.map(|path| if path.is_dir() { path } else { path.parent().unwrap_or(path) }).collect();
    let named_below = common(&starts.iter().map(|start| start.to_path_buf()).collect::<Vec<_>>());
    let mut found: Vec<Root> = starts.into_iter().map(project_root).collect();
    found.sort();
    found.dedup();
    let loose: Vec<PathBuf> = found.iter().filter(|root| !root.marked).map(|root| root.folder.clone()).collect();
    let mut roots: Vec<PathBuf> = found.into_iter().map(|root| root.folder).collect();
    roots.dedup();
    let mut base = configs.for_folder(roots.first().map_or(here.as_path(), |root| root.as_path()))?;
    // One of several projects in a repository that has no configuration itself: what it says counts, its baseline and budgets, too.
    if let Some(folder) = named_below.filter(|_| base.origin.is_none()) {
        base = configs.for_folder(&folder)?;
    }
    let options = discover::Options {
        working_directory: here.clone(),
        exclude: &base.exclude,
        force_exclude: request.force_exclude,
        loose: Vec::new(),
        threads: request.threads,
    };
    named.sort();
    named.dedup();
    let is_part = roots != named;
    let root = common(&roots).unwrap_or_else(|| here.clone());
    let definitions = &Definitions { formats: base.formats.unwrap_or_else(Formats::built_in), everywhere: false };
    let folder = request.cache.then(|| base.cache_dir.clone().or_else(cache::folder)).flatten();
    let place = folder.as_ref().map(|folder| cache::path(folder, &root));
    let watched = match (&folder, roots.as_slice()) {
        // Where git keeps its files elsewhere, what it is told to ignore may stand there.
        (_, [only]) if only.join(".git").is_file() => None,
        (Some(folder), [only]) if if is_part { named.iter().all(|path| !path.is_dir()) } else { loose.is_empty() } => {
            Some(Watched::new(cache::path_for(folder, only, "state"), only, &loose, &base))
        }
        _ => None,
    };
    let scan = |files: Vec<File>, manifests, problems, configs, cache, watched| {
        let around = around(&files, &root);
        let home = if base.origin.is_some() { base.root.as_path() } else { root.as_path() };
        let baseline = base.baseline.clone().unwrap_or_else(|| home.join(crate::baseline::NAME));
        let src = base.src.iter().map(|folder| key(folder, &root)).collect();
        Scan {
            files,
            manifests,
            problems,
            root: root.clone(),
            migrating: false,
            restore: false,
            today: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
            baseline,
            config: Arc::clone(&base),
            definitions: *definitions,
            cache,
            configs,
            src,
            models: base.pydantic_models.clone(),
            around,
            near: None,
            watched,
            hash: None,
        }
    };
    let known = |found: near::Found| {
        let near::Found { files, manifests, configs, cache, near, hash } = found;
        Scan { near, hash, ..scan(files, manifests, Vec::new(), configs, Some(cache), None) }
    };
    if let (Some(watched), Some(cache), false, false) = (&watched, &place, is_part, request.force_exclude)
        && let Some(found) = watched.whole(&root, &base, definitions, cache)
    {
        return Ok(known(found));
    }
    let looked = state::now();
    let wanted = discover::discover(&named, &options);
    let mut stdin_file = None;
    let mut has_one_config = true;
    if let Some((path, bytes)) = &stdin {
        let config = configs.for_folder(path.parent().unwrap_or(&root))?;
        has_one_config &= config.origin == base.origin;
        if !request.force_exclude || !config.excludes(path) {
            stdin_file = Some(of_stdin(path, bytes, &root, definitions));
        }
    }
    if let (Some(watched), Some(cache), true) = (&watched, &place, is_part) {
        for file in &wanted.files {
            has_one_config &= configs.for_folder(file.path.parent().unwrap_or(&root))?.origin == base.origin;
        }
        let given = || match &stdin_file {
            None => Some(None),
            Some(Ok(file)) => Some(Some(file.clone())),
            Some(Err(_)) => None,
        };
        let given = has_one_config.then(given).flatten();
        let found = given.and_then(|given| watched.near(&wanted, given, &root, &base, definitions, cache));
        if let Some(found) = found {
            return Ok(known(found));
        }
    }
    let context =
        if !is_part { None } else { Some(discover::discover(&roots, &discover::Options { loose, ..options.clone() })) };
    let mut watched = watched.and_then(|watched| {
        let named = context.is_some().then_some(&wanted);
        watched.of(context.as_ref().unwrap_or(&wanted), named, looked)
    });
    let Discovery { files: shown, manifests, problems, .. } = wanted;
    let mut problems: Vec<Problem> = problems
        .into_iter()
        .map(|one| Problem { display: Some(one.display), message: one.message, help: None })
        .collect();
    let mut all: Vec<(Found, bool)> = shown.into_iter().map(|file| (file, true)).collect();
    let known: FxHashSet<PathBuf> = all.iter().map(|(file, _)| file.path.clone()).collect();
    let mut manifests: Vec<PathBuf> = manifests;
    if let Some(context) = context {
        all.extend(
            context
                .files
                .into_iter()
                .filter(|file| file.kind.is_python() && !known.contains(&file.path))
                .map(|file| (file, false)),
        );
        manifests.extend(context.manifests);
    }
    manifests.sort();
    manifests.dedup();
    add_tracked(&named, &root, &base.exclude, &mut all);

    let mut by_key = FxHashMap::default();
    let mut kept = Vec::new();
    for (file, shown) in all {
        let config = configs.for_folder(file.path.parent().unwrap_or(&root))?;
        let other = config.origin != base.origin;
        if other && (!file.explicit || request.force_exclude) && config.excludes(&file.path) {
            continue;
        }
        let key = key(&file.path, &root);
        if other || root.join(&key).as_os_str() != file.path.as_os_str() {
            by_key.insert(key, (config, file.path.clone()));
        }
        if stdin.as_ref().is_none_or(|(path, _)| *path != file.path) {
            kept.push((file, shown));
        }
    }
    if let Some((path, _)) = &stdin {
        by_key.insert(key(path, &root), (configs.for_folder(path.parent().unwrap_or(&root))?, path.clone()));
    }

    let cache = place.map(|path| Arc::new(Cache::open(&path, definitions.formats.hash())));
    let total = kept.len();
    let done = std::sync::atomic::AtomicUsize::new(0);
    let compiled: Vec<Result<File, Option<Problem>>> = kept
        .into_par_iter()
        .map(|(found, shown)| {
            let file = read(found, shown, &root, definitions, cache.as_ref());
            progress(done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1, total);
            file
        })
        .collect();
    let mut files = Vec::with_capacity(compiled.len() + 1);
    for file in compiled {
        match file {
            Ok(file) => files.push(file),
            Err(problem) => problems.extend(problem),
        }
    }
    if let Some(cache) = &cache {
        // What was not read has no content to be known by.
        let entries = files.iter().filter(|file| !file.skipped).map(|file| {
            let File { key, stat, hash, kind, unit, .. } = file;
            Entry { path: key, stat: *stat, content: *hash, kind: *kind, unit }
        });
        let entries: Vec<Entry> = entries.collect();
        // A home that cannot be written to costs time, and nothing else.
        let _ = cache.save(&entries, is_part);
    }
    match stdin_file {
        Some(Ok(file)) => files.push(file),
        Some(Err(problem)) => problems.push(problem),
        None => {}
    }
    files.sort_by(|a, b| a.key.as_bytes().cmp(b.key.as_bytes()));
    let mut manifests: Vec<(String, Manifest)> =
        manifests.iter().filter_map(|path| read_manifest(path, &root)).collect();
    // Files that others include are manifests whatever they are called.
    let mut at = 0;
    while at < manifests.len() {
        for path in included(&manifests[at]) {
            if !manifests.iter().any(|(known, _)| *known == path) {
                let text = std::fs::read(root.join(&path)).map(|bytes| decode(&bytes).text.into_owned());
                let read = text.ok().and_then(|text| manifest::read(manifest::Kind::Requirements, &text).ok());
                manifests.extend(read.map(|manifest| (path, manifest)));
            }
        }
        at += 1;
    }
    let one = by_key.values().all(|(config, _)| config.origin == base.origin);
    watched = watched.filter(|_| one && problems.is_empty());
    Ok(scan(
        files,
        manifests,
        problems,
        Configured { files: by_key, rest: Some((Arc::clone(&base), root.clone())) },
        cache,
        watched.map(Arc::new),
    ))
}

/// The file that standard input takes the place of.
fn of_stdin(path: &Path, bytes: &[u8], root: &Path, definitions: &Definitions) -> Result<File, Problem> {
    let kind = discover::kind_of(path);
    let display = paths::shown(path, &paths::working_directory());
    let unit = guarded(bytes, kind, definitions, &display)?;
    Ok(File {
        key: key(path, root),
        display,
        kind,
        shown: true,
        skipped: unit.skipped,
        unit: unit.into(),
        overlay: Some(bytes.to_vec()),
        hash: cache::content(bytes),
        stat: None,
        path: path.to_owned(),
    })
}

/// Whether a folder belongs to a work tree of git's, as far as its files tell.
fn is_versioned(folder: &Path) -> bool {
    folder.ancestors().any(|folder| folder.join(".git").exists())
}

/// Adds settings that git has although it is told to ignore them: the walk passed them by, and everybody with a clone has them.
fn add_tracked(named: &[PathBuf], root: &Path, exclude: &[Pattern], files: &mut Vec<(Found, bool)>) {
    let folders: Vec<&PathBuf> = named.iter().filter(|path| path.is_dir()).collect();
    if folders.is_empty() || !is_versioned(root) {
        return;
    }
    let here = paths::working_directory();
    for name in git::tracked_though_ignored(root) {
        let path = root.join(&name);
        let kind = discover::kind_of(&path);
        let wanted = !kind.is_python()
            && folders.iter().any(|folder| path.starts_with(folder))
            && !exclude.iter().any(|pattern| pattern.covers(&path))
            && files.iter().all(|(known, _)| known.path != path);
        if wanted && path.is_file() {
            let display = paths::shown(&path, &here);
            files.push((Found { path, display, kind, explicit: false }, true));
        }
    }
}

/// Asks git and the folders around about files of variables.
fn around(files: &[File], root: &Path) -> Around {
    let of = |syntax: Syntax| files.iter().filter(move |file| file.kind == Kind::Text(syntax));
    let variables: Vec<&str> = of(Syntax::Env).map(|file| file.key.as_str()).collect();
    let mut around = Around::default();
    if !variables.is_empty() && is_versioned(root) {
        around.versioned = git::versioned(root, &variables).into_iter().collect();
    }
    for image in of(Syntax::Docker) {
        let Some(folder) = image.path.parent() else { continue };
        let left_out = || {
            let (ignored, _) = ignore::gitignore::Gitignore::new(folder.join(".dockerignore"));
            ignored.matched(folder.join(".env"), false).is_ignore()
        };
        if folder.join(".env").is_file() && !left_out() {
            around.open.insert(link::index::parent(&image.key).to_owned());
        }
    }
    around
}

impl Scan {
    fn project(&self) -> Project<'_> {
        Project {
            manifests: &self.manifests,
            src: self.src.clone(),
            models: self.models.clone(),
            migrating: self.migrating,
            restore: self.restore,
            today: self.today.clone(),
            around: &self.around,
            settings: &self.configs,
        }
    }

    /// Whether the rest of the project is as an earlier run has seen it, so that only what has changed was looked at.
    pub fn is_near(&self) -> bool {
        self.near.is_some() || self.hash.is_some()
    }

    fn units(&self) -> Vec<(&str, &dyn Held)> {
        self.files.iter().map(|file| (file.key.as_str(), file as &dyn Held)).collect()
    }

    /// Why candidates of a file are not reported.
    pub fn reasons(&self, key: &str) -> Vec<Reason> {
        let units = self.units();
        let Some(file) = self.files.iter().position(|file| file.key == key) else { return Vec::new() };
        reasons(&units, file, &self.project())
    }

    /// The files that tests bring in, tests and conftests among them, with what each imports: places in `files`.
    pub fn imports(&self) -> FxHashMap<usize, Vec<usize>> {
        let units = self.units();
        link::imports(&units, &self.project())
    }

    /// Judges the findings of all shown files. Where nothing is another than when a whole project was last linked, the answer is that one.
    pub fn link(&self) -> Linked {
        let is_whole = self.files.iter().all(|file| file.shown && file.overlay.is_none());
        let cache = self.cache.as_ref().filter(|_| is_whole);
        let asked = cache.map(|_| self.asked());
        if let Some(answer) = cache.zip(asked).and_then(|(cache, asked)| cache.answer(asked)) {
            return answer;
        }
        let linked = self.linked();
        if let Some((cache, asked)) = cache.zip(asked) {
            // As when units are kept: what cannot be kept costs time, and nothing else.
            let _ = cache.put_answer(asked, &linked);
        }
        linked
    }

    /// A hash of all that a link looks at.
    fn asked(&self) -> Content {
        let mut hash = Xxh3::new();
        let mut add = |bytes: &[u8]| {
            hash.update(&(bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        add(&self.hash.unwrap_or_else(|| self.hash_of_files()).to_le_bytes());
        add(self.config.whole().as_bytes());
        let Scan { manifests, migrating, restore, today, src, models, around, .. } = self;
        add(&postcard::to_stdvec(manifests).unwrap_or_default());
        let mut versioned: Vec<&String> = around.versioned.iter().collect();
        let mut open: Vec<&String> = around.open.iter().collect();
        versioned.sort();
        open.sort();
        add(format!("{migrating} {restore} {today} {src:?} {models:?} {versioned:?} {open:?}").as_bytes());
        hash.digest128()
    }

    /// A hash of all files, with their configuration.
    fn hash_of_files(&self) -> Content {
        let mut hash = Xxh3::new();
        let mut add = |bytes: &[u8]| {
            hash.update(&(bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        let mut known: FxHashMap<*const Config, u128> = FxHashMap::default();
        for file in &self.files {
            add(file.key.as_bytes());
            add(&file.hash.to_le_bytes());
            add(format!("{:?} {}", file.kind, file.skipped).as_bytes());
            if let Some((config, path)) = self.configs.of(&file.key) {
                let whole = || cache::content(config.whole().as_bytes());
                add(&known.entry(std::ptr::from_ref(config)).or_insert_with(whole).to_le_bytes());
                add(path.as_os_str().as_encoded_bytes());
            }
        }
        hash.digest128()
    }

    fn linked(&self) -> Linked {
        let units = self.units();
        let shown: Vec<usize> = (0..self.files.len()).filter(|&index| self.files[index].shown).collect();
        let project = self.project();
        let quote = |file: usize, span: Span| {
            let file = &self.files[file];
            let bytes = file.bytes().unwrap_or_default();
            let text = decode(&bytes).text.into_owned();
            let mut quoted = span.of(&text).to_owned();
            if file.unit().secrets.iter().any(|secret| secret.touches(span)) {
                quoted = "********".to_owned();
            }
            quoted
        };
        if let Some(near) = &self.near {
            return near.link(&self.files, &units, &shown, &project, &quote);
        }
        let (linked, kept, sayings) = link_and_keep(&units, &shown, &project, Some(&quote));
        if let (Some(watched), Some(cache)) = (&self.watched, &self.cache) {
            // As when units are kept: what cannot be kept costs time, and nothing else.
            let _ = watched.keep(self, cache, kept, sayings);
        }
        linked
    }

    /// The folders that imports may start from, as manifests and configuration say.
    pub fn roots(&self) -> Vec<String> {
        let mut roots = crate::link::project::Manifests::new(&self.manifests).roots();
        roots.extend(self.src.iter().cloned());
        roots
    }

    /// Whether a rule runs on a file, as the configuration of that says.
    pub fn selected(&self, key: &str, page: &Page) -> bool {
        self.configs.selected(key, page)
    }

    /// Whether a finding fails a run, as the configuration of its file says.
    pub fn fails(&self, finding: &Judged) -> bool {
        let page = crate::rules::page(&finding.code.0);
        let known = self.configs.of(&finding.path).zip(page);
        known.map_or(finding.severity > Severity::Note, |((config, path), page)| {
            config.fails(page, finding.severity, &path)
        })
    }

    /// The file that reports call `key`.
    pub fn file(&self, key: &str) -> Option<&File> {
        let index = self.files.binary_search_by(|file| file.key.as_bytes().cmp(key.as_bytes())).ok()?;
        Some(&self.files[index])
    }

    /// The same project in another state: some files with other bytes, or gone, or there again. What is there again is shown where `shown` says so.
    pub fn with(&self, files: &[Elsewhere], shown: &(dyn Fn(&str) -> bool + Sync)) -> Scan {
        // What is known of this state is not known of another one.
        let mut other = Scan { near: None, watched: None, hash: None, ..self.clone() };
        if self.is_near() {
            // Other states are kept by the names of git's objects, which nobody has looked at so far.
            other.cache = self.cache.as_ref().map(|cache| Arc::new(cache.again()));
        }
        let cache = other.cache.clone();
        let here = paths::working_directory();
        let changed: FxHashMap<&str, &Option<Vec<u8>>> =
            files.iter().map(|file| (file.key.as_str(), &file.bytes)).collect();
        other.files.retain(|file| changed.get(file.key.as_str()).is_none_or(|bytes| bytes.is_some()));
        other.manifests.retain(|(key, _)| !changed.contains_key(key.as_str()));
        let compiled: Vec<Option<File>> = files
            .par_iter()
            .map(|Elsewhere { key, bytes, object }| {
                let bytes = bytes.as_ref()?;
                let known = self.file(key);
                let path = self.root.join(key);
                let kind = if discover::is_checked(&path) { discover::kind_of(&path) } else { known?.kind };
                if known.is_none() && self.config_at(&path).excludes(&path) {
                    return None;
                }
                let display = paths::shown(&path, &here);
                let named = object.as_ref().and_then(|object| cache.as_ref()?.blob(object));
                let content = named.unwrap_or_else(|| cache::content(bytes));
                let again = || guarded(bytes, kind, &self.definitions, &display).ok();
                let kept = cache.as_ref().and_then(|cache| {
                    let (bytes, definitions, display) = (bytes.clone(), self.definitions, display.clone());
                    let again =
                        move || guarded(&bytes, kind, &definitions, &display).unwrap_or_else(|_| Unit::unknown());
                    Compiled::kept(cache, content, kind, again)
                });
                let (unit, skipped) = match kept {
                    Some(unit) => (unit, false),
                    None => again().map(|unit| (unit.skipped, unit)).map(|(skipped, unit)| (unit.into(), skipped))?,
                };
                Some(File {
                    key: key.clone(),
                    skipped,
                    kind,
                    shown: known.map_or_else(|| shown(key), |known| known.shown),
                    unit,
                    overlay: Some(bytes.clone()),
                    hash: content,
                    stat: None,
                    display,
                    path,
                })
            })
            .collect();
        if let Some(cache) = &cache {
            let named =
                compiled.iter().zip(files).filter_map(|(file, from)| Some((file.as_ref()?, from.object.as_ref()?)));
            let blobs: Vec<Blob> = named
                .map(|(file, object)| Blob { object, content: file.hash, kind: file.kind, unit: file.unit() })
                .collect();
            // As when it is saved: what cannot be kept costs time, and nothing else.
            let _ = cache.keep(&blobs);
        }
        for file in compiled.into_iter().flatten() {
            let config = || (self.config_at(&file.path), file.path.clone());
            other.configs.files.entry(file.key.clone()).or_insert_with(config);
            match other.files.binary_search_by(|known| known.key.as_bytes().cmp(file.key.as_bytes())) {
                Ok(index) => other.files[index] = file,
                Err(index) => other.files.insert(index, file),
            }
        }
        for Elsewhere { key, bytes, .. } in files {
            if let (Some(kind), Some(bytes)) = (manifest::kind_of(key), bytes) {
                let read = manifest::read(kind, &decode(bytes).text).ok();
                other.manifests.extend(read.map(|manifest| (key.clone(), manifest)));
            }
        }
        other.manifests.sort_by(|a, b| a.0.cmp(&b.0));
        other
    }

    /// The configuration of a file that the scan did not see: that of its nearest neighbour, else the project's.
    fn config_at(&self, path: &Path) -> Arc<Config> {
        let near = self
            .configs
            .files
            .values()
            .filter(|(_, known)| known.parent().is_some_and(|folder| path.starts_with(folder)));
        let near = near.max_by_key(|(_, known)| known.components().count());
        Arc::clone(near.map_or(&self.config, |(config, _)| config))
    }

    /// Compiles what a fix made of a file; nothing is written.
    pub fn replace(&mut self, key: &str, bytes: Option<Vec<u8>>) {
        let Ok(index) = self.files.binary_search_by(|file| file.key.as_bytes().cmp(key.as_bytes())) else { return };
        self.hash = None;
        let file = &mut self.files[index];
        file.overlay = bytes;
        if let Some(bytes) = file.bytes()
            && let Ok(unit) = guarded(&bytes, file.kind, &self.definitions, &file.display)
        {
            file.skipped = unit.skipped;
            file.unit = unit.into();
        }
    }
}

impl Held for File {
    /// Of a file that nothing is said of it is enough what it tells.
    fn held(&self) -> &Unit {
        if self.shown { self.unit.get() } else { self.unit.told() }
    }
}

impl File {
    /// What it compiled to.
    pub fn unit(&self) -> &Unit {
        self.unit.get()
    }

    /// Where secrets stand in it.
    pub fn secrets(&self) -> Vec<Span> {
        self.unit.secrets()
    }

    /// The bytes as they are to be seen: those of a fix, else those on disk, if they are still the ones that were compiled.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        match &self.overlay {
            Some(bytes) => Some(bytes.clone()),
            None => self.on_disk(),
        }
    }

    /// The bytes on disk, if they are still the ones that were compiled.
    pub fn on_disk(&self) -> Option<Vec<u8>> {
        std::fs::read(&self.path).ok().filter(|bytes| cache::content(bytes) == self.hash)
    }
}

/// The size in bytes beyond which a file that is no Python holds data, and is not looked into.
pub const LARGE: u64 = 5 << 20;

fn read(
    found: Found,
    shown: bool,
    root: &Path,
    definitions: &Definitions,
    cache: Option<&Arc<Cache>>,
) -> Result<File, Option<Problem>> {
    let stat = cache.and_then(|_| std::fs::metadata(&found.path).ok()).and_then(|metadata| Stat::of(&metadata));
    let key = key(&found.path, root);
    if let (Some(cache), Some(now)) = (cache, &stat)
        && let Some(content) = cache.seen(&key, now)
        && let Some(unit) = kept(cache, content, &found, definitions)
    {
        let Found { path, display, kind, .. } = found;
        let (overlay, skipped) = (None, false);
        return Ok(File { key, display, kind, shown, unit, skipped, overlay, hash: content, stat, path });
    }
    let is_large = || std::fs::metadata(&found.path).is_ok_and(|metadata| metadata.len() > LARGE);
    if !found.kind.is_python() && is_large() {
        let Found { path, display, kind, .. } = found;
        let unit = Unit { skipped: true, ..Unit::default() };
        return Ok(File {
            key,
            display,
            kind,
            shown,
            unit: unit.into(),
            skipped: true,
            overlay: None,
            hash: cache::content(&[]),
            stat: None,
            path,
        });
    }
    let bytes = match std::fs::read(&found.path) {
        Ok(bytes) => bytes,
        // What only answers questions may be missing; so may what was deleted since it was found.
        Err(_) if !shown => return Err(None),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !found.explicit => return Err(None),
        Err(error) => {
            let help = "check its permissions, or leave it out with `exclude`".to_owned();
            let message = format!("cannot be read: {}", plain(&error));
            return Err(Some(Problem { display: Some(found.display), message, help: Some(help) }));
        }
    };
    if bytes.len() >= u32::MAX as usize / 2 {
        let message = "is larger than 2 GiB, which no Python source is".to_owned();
        return Err(Some(Problem {
            display: Some(found.display),
            message,
            help: Some("leave it out with `exclude`".to_owned()),
        }));
    }
    let content = cache::content(&bytes);
    let (unit, skipped) = match cache.and_then(|cache| kept(cache, content, &found, definitions)) {
        Some(unit) => (unit, false),
        None => {
            let unit = guarded(&bytes, found.kind, definitions, &found.display).map_err(Some)?;
            let skipped = unit.skipped;
            (unit.into(), skipped)
        }
    };
    Ok(File {
        key,
        display: found.display,
        kind: found.kind,
        shown,
        unit,
        skipped,
        overlay: None,
        hash: content,
        stat,
        path: found.path,
    })
}

/// What a cache has for the bytes of a file.
fn kept(cache: &Arc<Cache>, content: Content, found: &Found, definitions: &Definitions) -> Option<Compiled> {
    let (path, kind, definitions, display) = (found.path.clone(), found.kind, *definitions, found.display.clone());
    let again = move || {
        let bytes = std::fs::read(&path).ok().filter(|bytes| cache::content(bytes) == content);
        bytes.and_then(|bytes| guarded(&bytes, kind, &definitions, &display).ok()).unwrap_or_else(Unit::unknown)
    };
    Compiled::kept(cache, content, kind, again)
}

/// Compiles a file; a panic in it is davy's own bug, not the end of the run.
pub fn guarded(bytes: &[u8], kind: Kind, definitions: &Definitions, display: &str) -> Result<Unit, Problem> {
    catch_unwind(AssertUnwindSafe(|| compile(bytes, kind, definitions))).map_err(|_| Problem {
        display: Some(display.to_owned()),
        message: "davy failed on this file: a bug of its own".to_owned(),
        help: Some("please report it with the file, if you can share it; the other files were checked".to_owned()),
    })
}

fn read_manifest(path: &Path, root: &Path) -> Option<(String, Manifest)> {
    let key = key(path, root);
    let kind = manifest::kind_of(&key).or_else(|| manifest::kind_of(&path.to_string_lossy()))?;
    let bytes = std::fs::read(path).ok()?;
    let text = decode(&bytes).text.into_owned();
    manifest::read(kind, &text).ok().map(|manifest| (key, manifest))
}

/// An error without the "(os error 13)" behind it.
pub fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    text[..end].to_lowercase()
}

/// The path below the root with forward slashes; bytes that are no UTF-8 stay apart.
fn key(path: &Path, root: &Path) -> String {
    paths::shown(path, root)
}

/// The deepest folder above all of them.
fn common(roots: &[PathBuf]) -> Option<PathBuf> {
    let first = roots.first()?;
    first.ancestors().find(|folder| roots.iter().all(|root| root.starts_with(folder))).map(Path::to_owned)
}
