//! The walk itself: through the `ignore` crate, on several threads, in no order.
//!
//! Follows no link to a folder, so loops end by themselves.

use super::tree::Taken;
use super::{Options, Problem, is_manifest, is_python, is_settings, skip, unfollowed};
use ignore::{DirEntry, WalkBuilder, WalkState};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};

/// A file on the way to `Found`.
#[derive(Debug, Clone)]
pub struct File {
    /// Absolute.
    pub path: PathBuf,
    /// The file itself is a link.
    pub link: bool,
    /// The user named it.
    pub explicit: bool,
}

/// What was found so far, in no order, and some of it twice.
#[derive(Debug, Default)]
pub struct Finds {
    /// Python and settings.
    pub files: Vec<File>,
    /// Manifests.
    pub manifests: Vec<File>,
    /// What could not be followed.
    pub problems: Vec<Problem>,
    /// What `exclude` kept out.
    pub excluded: usize,
    /// The folders that were seen, entered or not.
    pub folders: Vec<PathBuf>,
}

enum Event {
    File(File, Taken),
    Folder(PathBuf),
    Problem(Problem),
    Excluded,
}

/// Walks the folders, which are absolute, and adds what it finds.
pub fn walk(folders: &[PathBuf], options: &Options, finds: &mut Finds) {
    let Some((first, others)) = folders.split_first() else { return };
    let mut builder = WalkBuilder::new(first);
    for folder in others {
        builder.add(folder);
    }
    // Hidden files are ours to judge: an `.env.example` is wanted.
    builder.hidden(false).require_git(false).follow_links(false).threads(options.threads);
    let (sender, receiver) = channel();
    builder.build_parallel().run(|| {
        let sender = sender.clone();
        Box::new(move |entry| visit(entry, options, &sender))
    });
    drop(sender);
    for event in receiver {
        match event {
            Event::Problem(problem) => finds.problems.push(problem),
            Event::Excluded => finds.excluded += 1,
            Event::Folder(folder) => finds.folders.push(folder),
            Event::File(file, taken) => {
                if taken.is_manifest {
                    finds.manifests.push(file.clone());
                }
                if taken.is_checked {
                    finds.files.push(file);
                }
            }
        }
    }
}

fn visit(entry: Result<DirEntry, ignore::Error>, options: &Options, sender: &Sender<Event>) -> WalkState {
    // The receiver outlives the walk.
    let send = |event| drop(sender.send(event));
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => {
            if let Some(problem) = problem(&error, None, options) {
                send(Event::Problem(problem));
            }
            return WalkState::Continue;
        }
    };
    let Some(kind) = entry.file_type() else { return WalkState::Continue };
    if entry.depth() == 0 {
        return WalkState::Continue;
    }
    let path = entry.path();
    if kind.is_dir() && (!is_hidden(path) || skip::may_hold_settings(path)) && !skip::is_never_first_party_by_name(path)
    {
        send(Event::Folder(path.to_owned()));
    }
    let mut taken = Taken::default();
    let wanted = if kind.is_dir() {
        wants_folder(path, &skip::Disk) && !is_beside(path, options)
    } else {
        taken = as_what(path, options);
        taken != Taken::default()
    };
    if !wanted {
        return WalkState::Skip;
    }
    if options.exclude.iter().any(|pattern| pattern.matches(path)) {
        send(Event::Excluded);
        return WalkState::Skip;
    }
    let file = kind.is_file() || kind.is_symlink() && path.is_file();
    if file {
        send(Event::File(File { path: path.to_owned(), link: kind.is_symlink(), explicit: false }, taken));
    }
    WalkState::Continue
}

/// Whether a folder is entered, as far as its name and what is in it say.
pub fn wants_folder(path: &Path, look: &dyn skip::Look) -> bool {
    (!is_hidden(path) || skip::may_hold_settings(path)) && !skip::never_first_party(path, look)
}

/// As what a file is taken, as far as its path says.
pub fn as_what(path: &Path, options: &Options) -> Taken {
    let (is_manifest, is_settings, is_python) = (is_manifest(path), is_settings(path), is_python(path));
    let in_hidden = || skip::is_in_hidden(path, options);
    let is_wanted = is_settings || (is_manifest || is_python && !is_hidden(path)) && !in_hidden();
    Taken { is_checked: is_wanted && (is_python || is_settings), is_manifest: is_wanted && is_manifest }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// Whether a folder below a loose root is no package, and so may be anybody's.
fn is_beside(folder: &Path, options: &Options) -> bool {
    let loose = options.loose.iter().any(|root| folder.starts_with(root));
    loose && !folder.join("__init__.py").is_file() && !folder.join("__init__.pyi").is_file()
}

/// The problem behind an error of the walk; none where a file went away, or only an ignore file is odd.
fn problem(error: &ignore::Error, at: Option<&Path>, options: &Options) -> Option<Problem> {
    match error {
        ignore::Error::WithPath { path, err } => problem(err, Some(path), options),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => problem(err, at, options),
        ignore::Error::Partial(errors) => errors.iter().find_map(|error| problem(error, at, options)),
        ignore::Error::Io(error) if error.kind() != ErrorKind::NotFound => {
            at.map(|path| unfollowed(path.to_owned(), path, error, options))
        }
        _ => None,
    }
}
