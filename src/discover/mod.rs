//! Finds the Python files, settings and manifests below the paths that a user names, in one order on every machine.
//!
//! Opens no file but ignore files, and the first line of a nameless one that a hook hands over: what cannot be read later is the
//! reader's to report.

mod dedupe;
mod root;
mod skip;
#[cfg(test)]
mod tests;
pub mod tree;
mod walk;

use crate::config::{Pattern, paths};
use crate::document::syntax_of;
use crate::manifest;
use crate::unit::Kind;
use serde::{Deserialize, Serialize};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::Xxh3;

pub use root::{Root, project_root};

/// A file to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Absolute, through the links that the user named.
    pub path: PathBuf,
    /// Relative to the working directory, with forward slashes; bytes that are no UTF-8 as `\xff`.
    pub display: String,
    /// What it is, by its name.
    pub kind: Kind,
    /// The user named the file itself, not a folder above it.
    pub explicit: bool,
}

/// A path that could not be followed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Absolute.
    pub path: PathBuf,
    /// As in `Found`.
    pub display: String,
    /// What is wrong and what to do, without the path.
    pub message: String,
}

/// What lies below the named paths.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Sorted by the bytes of their paths; each file once, however many ways lead to it.
    pub files: Vec<Found>,
    /// Manifests (`manifest::kind_of` tells which) in the folders that were walked, and those named; sorted, absolute.
    pub manifests: Vec<PathBuf>,
    /// Missing and unreadable paths, sorted.
    pub problems: Vec<Problem>,
    /// Files and folders that `exclude` kept out; a folder counts once.
    pub excluded: usize,
    /// The folders below the walked ones that were seen, entered or not, in no order.
    pub folders: Vec<PathBuf>,
}

/// How to look.
#[derive(Debug, Clone, Default)]
pub struct Options<'a> {
    /// Absolute working directory: relative paths start here, and displayed ones are relative to it.
    pub working_directory: PathBuf,
    /// What is left out: the configuration's `exclude`.
    pub exclude: &'a [Pattern],
    /// `exclude` also counts for what the user named, as a hook wants it; and named files that are nothing to davy are left alone.
    pub force_exclude: bool,
    /// Folders in which nothing says that a project starts there: of what lies below, only packages are walked.
    pub loose: Vec<PathBuf>,
    /// Threads that walk; 0 leaves it to the machine.
    pub threads: usize,
}

/// Finds all files below `roots`. A root that is a file is taken whatever its name.
pub fn discover(roots: &[PathBuf], options: &Options) -> Discovery {
    let mut found = walk::Finds::default();
    let mut folders = Vec::new();
    for root in roots {
        let path = paths::absolute(root, &options.working_directory);
        let metadata = if root.as_os_str().is_empty() { Err(ErrorKind::NotFound.into()) } else { path.metadata() };
        match metadata {
            Err(error) => found.problems.push(unfollowed(path, root, &error, options)),
            Ok(_) if options.force_exclude && left_out(&path, options) => found.excluded += 1,
            Ok(metadata) if metadata.is_dir() => folders.push(path),
            // A hook names every text file; those that are nothing to davy are left alone.
            Ok(_) if options.force_exclude && !is_known(&path) => {}
            Ok(_) => named(path, &mut found),
        }
    }
    walk::walk(&folders, options, &mut found);
    found.problems.sort();
    found.problems.dedup();
    let shown = |path: &Path| paths::shown(path, &options.working_directory);
    let files = dedupe::once(found.files, &folders).into_iter().map(|file| Found {
        display: shown(&file.path),
        kind: kind_of(&file.path),
        path: file.path,
        explicit: file.explicit,
    });
    Discovery {
        files: files.collect(),
        manifests: dedupe::once(found.manifests, &folders).into_iter().map(|file| file.path).collect(),
        problems: found.problems,
        excluded: found.excluded,
        folders: found.folders,
    }
}

/// Hashes of the names in a folder that may change what a walk finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// Modules, manifests, ignore files, folders.
    pub of_python: u64,
    /// Settings.
    pub of_settings: u64,
}

/// Reads the names in a folder. None where it cannot be read, or where one of them is a link: what is behind it may change and its name stay.
pub fn names_in(folder: &Path) -> Option<Names> {
    let all = skip::is_told_by_contents(folder);
    let (mut python, mut settings) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).ok()? {
        let entry = entry.ok()?;
        let (path, kind) = (entry.path(), entry.file_type().ok()?);
        let is_named = path.file_name().is_some_and(|name| {
            name.as_encoded_bytes().starts_with(b".git")
                || [".ignore", "pyvenv.cfg", "davy.toml"].iter().any(|known| name == *known)
        });
        let is_folder = kind.is_dir() && !skip::is_never_first_party_by_name(&path);
        let (is_code, is_setting) = (is_named || is_python(&path) || is_manifest(&path), is_settings(&path));
        if kind.is_symlink() && (is_code || is_setting) {
            return None;
        }
        let name = || (path.file_name().unwrap_or_default().to_owned(), kind.is_dir());
        if all || is_code || is_folder {
            python.push(name());
        }
        if is_setting {
            settings.push(name());
        }
    }
    let hash = |mut names: Vec<(std::ffi::OsString, bool)>| {
        names.sort();
        let mut hash = Xxh3::new();
        for (name, is_folder) in names {
            hash.update(name.as_encoded_bytes());
            hash.update(if is_folder { b"//" } else { b"/" });
        }
        hash.digest()
    };
    Some(Names { of_python: hash(python), of_settings: hash(settings) })
}

/// A file that the user named: a manifest or settings by its name, else Python. `setup.py` is both.
fn named(path: PathBuf, found: &mut walk::Finds) {
    let file = walk::File { link: path.is_symlink(), explicit: true, path };
    let wanted = is_python(&file.path) || is_settings(&file.path);
    let manifest = is_manifest(&file.path);
    if manifest {
        found.manifests.push(file.clone());
    }
    if wanted || !manifest {
        found.files.push(file);
    }
}

/// Whether a file is Python, settings or a manifest: by its name, or by a first line that runs Python.
fn is_known(path: &Path) -> bool {
    let runs_python = || {
        let mut start = [0; 128];
        let read = std::fs::File::open(path).and_then(|mut file| file.read(&mut start)).unwrap_or_default();
        let line = start[..read].split(|byte| *byte == b'\n').next().unwrap_or_default();
        line.starts_with(b"#!") && memchr::memmem::find(line, b"python").is_some()
    };
    is_checked(path) || is_manifest(path) || path.extension().is_none() && runs_python()
}

/// What a file is by its name: a stub, settings, or else Python.
pub fn kind_of(path: &Path) -> Kind {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    match syntax_of(&name) {
        Some(syntax) => Kind::Text(syntax),
        None if path.extension().is_some_and(|end| end == "pyi") => Kind::Stub,
        None => Kind::Python,
    }
}

/// Whether a file is one that davy looks into when it walks: Python, or settings.
pub fn is_checked(path: &Path) -> bool {
    is_python(path) || is_settings(path)
}

fn is_settings(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| syntax_of(name).is_some())
}

fn is_python(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "py" || end == "pyi")
}

fn is_manifest(path: &Path) -> bool {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else {
        return false;
    };
    let folder = folder.file_name().unwrap_or_default().to_string_lossy();
    manifest::kind_in(&folder, name).is_some()
}

/// Whether a named path is one that a walk from the working directory would leave out by its name.
fn left_out(path: &Path, options: &Options) -> bool {
    let mut below = path.ancestors().take_while(|part| *part != options.working_directory.as_path());
    let below_here = path.starts_with(&options.working_directory);
    options.exclude.iter().any(|pattern| pattern.covers(path))
        || below_here && below.any(|part| skip::never_first_party(part, &skip::Disk))
}

fn unfollowed(path: PathBuf, root: &Path, error: &std::io::Error, options: &Options) -> Problem {
    let message = match error.kind() {
        ErrorKind::NotFound if root.as_os_str().is_empty() => {
            "the path is empty; name a file or folder, or `.` for this one".to_owned()
        }
        ErrorKind::NotFound if path.is_symlink() => "it is a link to something that does not exist".to_owned(),
        ErrorKind::NotFound => "no such file or folder; check the spelling and the working directory".to_owned(),
        ErrorKind::PermissionDenied => "permission denied; make it readable, or exclude it".to_owned(),
        _ => error.to_string(),
    };
    let display =
        if root.as_os_str().is_empty() { "\"\"".to_owned() } else { paths::shown(&path, &options.working_directory) };
    Problem { path, display, message }
}
