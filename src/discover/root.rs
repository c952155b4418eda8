//! The folder that a project starts at.
//!
//! Version control knows best, then davy's configuration, then manifests, then packages; never the home folder, unless asked for.

use crate::config::{is_configuration, paths};
use crate::manifest::{Kind, kind_of};
use std::path::{Path, PathBuf};

/// Where a project starts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Root {
    /// The folder.
    pub folder: PathBuf,
    /// Something says that a project starts here. Otherwise it is just a folder: its own files and packages may belong
    /// together, what else lies below may be anything.
    pub marked: bool,
}

/// The project that a file or folder belongs to: the nearest folder upward with a `.git`, else the outermost with a configuration
/// of davy's, else the outermost with a manifest, else the parent of the topmost package, else the folder itself.
///
/// The home folder and the top of the file system are a project only where they are `path` itself: a stray
/// `~/pyproject.toml` must not make davy read everything.
pub fn project_root(path: &Path) -> Root {
    root_below(&paths::absolute(path, &paths::working_directory()), std::env::home_dir().as_deref())
}

pub(super) fn root_below(path: &Path, home: Option<&Path>) -> Root {
    let start = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let too_far = |folder: &Path| folder != start && (Some(folder) == home || folder.parent().is_none());
    let folders = || start.ancestors().take_while(|folder| !too_far(folder));
    let holds = |folder: &Path, names: &[&str]| names.iter().any(|name| folder.join(name).is_file());
    let configured = |folder: &&Path| holds(folder, &["davy.toml"]) || is_configuration(&folder.join("pyproject.toml"));
    let declared = |folder: &&Path| declares(folder);
    let outside = || folders().find(|folder| !holds(folder, &["__init__.py"]));
    let marked = folders()
        .find(|folder| folder.join(".git").exists())
        .or_else(|| folders().filter(configured).last())
        .or_else(|| folders().filter(declared).last());
    let folder = marked.or_else(outside).unwrap_or(start).to_owned();
    Root { folder, marked: marked.is_some() }
}

/// Whether a manifest in the folder, in its `requirements/` or in its one `*.dist-info` says what a project is made of.
///
/// A folder with several of those is where packages are installed to.
fn declares(folder: &Path) -> bool {
    let mut described = 0;
    for name in names(folder) {
        let holds = |file| folder.join(&name).join(file).is_file();
        let installed = name.ends_with(".dist-info") && holds("METADATA");
        described += usize::from(installed || name.ends_with(".egg-info") && holds("PKG-INFO"));
        let below = || names(&folder.join(&name)).any(|file| is_declaration(&format!("{name}/{file}")));
        if is_declaration(&name) && folder.join(&name).is_file() || name == "requirements" && below() {
            return true;
        }
    }
    described == 1
}

fn names(folder: &Path) -> impl Iterator<Item = String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok())
}

/// Settings of test runners and sample environments lie in folders of every sort: they start no project.
fn is_declaration(name: &str) -> bool {
    !matches!(
        kind_of(name),
        None | Some(Kind::PytestIni | Kind::PytestToml | Kind::ToxIni | Kind::EnvExample | Kind::Commands)
    )
}
