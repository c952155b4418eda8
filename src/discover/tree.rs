//! The same files as on the disk, found among the paths of a commit.

use super::skip::Look;
use super::walk::{as_what, wants_folder};
use super::{Options, is_settings};
use crate::config::Pattern;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The files of a commit: their paths from the root, each with the object that it holds.
pub type Files = BTreeMap<Arc<str>, Arc<str>>;

/// What a walk over a commit's files takes.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Davy looks into it.
    pub is_checked: bool,
    /// It is a manifest.
    pub is_manifest: bool,
}

/// What ignore files say. They stay the same as long as no file changes that `decides`.
pub struct Rules {
    /// By the kind of ignore file, `.ignore` first, then by the folder that holds it.
    kinds: [HashMap<String, Gitignore>; 2],
    /// What this clone or this machine is told to leave alone.
    others: Vec<Gitignore>,
}

impl Rules {
    /// Reads the ignore files among some files; `read` gives the bytes of an object, `own` is the text of `.git/info/exclude`.
    pub fn new(root: &Path, files: &Files, own: Option<&str>, read: &mut dyn FnMut(&str) -> Option<Vec<u8>>) -> Rules {
        let mut kinds = [HashMap::new(), HashMap::new()];
        for (path, object) in files {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let Some(kind) = NAMES.iter().position(|known| *known == name) else { continue };
            let text = read(object).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
            kinds[kind].insert(folder.to_owned(), ignored(&root.join(folder), &text));
        }
        let others = own.map(|text| ignored(root, text)).into_iter().chain([Gitignore::global().0]).collect();
        Rules { kinds, others }
    }
}

/// Decides which files of a commit a walk would take, as it would if the commit were checked out.
pub struct Tree<'t> {
    root: &'t Path,
    files: &'t Files,
    exclude: &'t [Pattern],
    options: Options<'t>,
    rules: &'t Rules,
    folders: RefCell<HashMap<String, bool>>,
}

const NAMES: [&str; 2] = [".ignore", ".gitignore"];

/// Whether what a walk takes of other files may depend on whether this one is there, or on what it holds.
pub fn decides(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let marks = matches!(name, "pyvenv.cfg" | "setup.py" | "pyproject.toml" | "setup.cfg");
    let is_output = |part: &str| matches!(part, "conda-meta" | "build" | "dist" | "venv" | "env" | "virtualenv");
    marks || NAMES.contains(&name) || folder.split('/').any(is_output)
}

impl<'t> Tree<'t> {
    /// Nothing is decided yet.
    pub fn new(root: &'t Path, files: &'t Files, exclude: &'t [Pattern], rules: &'t Rules) -> Tree<'t> {
        let options = Options { working_directory: root.to_owned(), ..Options::default() };
        Tree { root, files, exclude, options, rules, folders: RefCell::default() }
    }

    /// What a walk takes of a file: as settings of the project's own, git's copies of what it is told to ignore as well.
    pub fn takes(&self, path: &str) -> Taken {
        let whole = self.root.join(path);
        let excluded = || self.exclude.iter().any(|pattern| pattern.matches(&whole));
        let taken = as_what(&whole, &self.options);
        if taken != Taken::default() && self.enters(parent(path)) && !excluded() && !self.ignores(path, false) {
            return taken;
        }
        let covered = || self.exclude.iter().any(|pattern| pattern.covers(&whole));
        let is_tracked = is_settings(&whole) && self.is_ignored_by_git(path) && !covered();
        Taken { is_checked: is_tracked, is_manifest: false }
    }

    /// Whether a walk enters a folder.
    fn enters(&self, folder: &str) -> bool {
        if folder.is_empty() {
            return true;
        }
        if let Some(known) = self.folders.borrow().get(folder) {
            return *known;
        }
        let whole = self.root.join(folder);
        let enters = self.enters(parent(folder))
            && wants_folder(&whole, &Looking { root: self.root, files: self.files })
            && !self.exclude.iter().any(|pattern| pattern.matches(&whole))
            && !self.ignores(folder, true);
        self.folders.borrow_mut().insert(folder.to_owned(), enters);
        enters
    }

    /// Whether ignore files keep a walk from a path that it has come to.
    fn ignores(&self, path: &str, is_folder: bool) -> bool {
        let whole = self.root.join(path);
        let own = self.rules.kinds.iter().map(|rules| nearest(rules, path, &whole, is_folder));
        let others = self.rules.others.iter().map(|rules| rules.matched(&whole, is_folder).map(|_| ()));
        let first = own.chain(others).find(|found| !found.is_none());
        first.is_some_and(|found| found.is_ignore())
    }

    /// Whether git is told to ignore a path, or a folder above it.
    fn is_ignored_by_git(&self, path: &str) -> bool {
        let matched = |path: &str, is_folder: bool| {
            let whole = self.root.join(path);
            let own = nearest(&self.rules.kinds[1], path, &whole, is_folder);
            let others = self.rules.others.iter().map(|rules| rules.matched(&whole, is_folder).map(|_| ()));
            std::iter::once(own).chain(others).find(|found| !found.is_none()).is_some_and(|found| found.is_ignore())
        };
        let mut folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        folders.any(|folder| matched(folder, true)) || matched(path, false)
    }
}

/// What the ignore file nearest to a path says of it.
fn nearest(rules: &HashMap<String, Gitignore>, path: &str, whole: &Path, is_folder: bool) -> Match<()> {
    let mut folder = parent(path);
    loop {
        if let Some(rules) = rules.get(folder) {
            let found = rules.matched(whole, is_folder).map(|_| ());
            if !found.is_none() {
                return found;
            }
        }
        if folder.is_empty() {
            return Match::None;
        }
        folder = parent(folder);
    }
}

fn ignored(folder: &Path, text: &str) -> Gitignore {
    let mut builder = GitignoreBuilder::new(folder);
    for line in text.strip_prefix('\u{FEFF}').unwrap_or(text).lines() {
        // A line that is no pattern is passed by, as on the disk.
        let _ = builder.add_line(None, line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Folders of a commit.
struct Looking<'t> {
    root: &'t Path,
    files: &'t Files,
}

impl Looking<'_> {
    fn below(&self, path: &Path) -> Option<String> {
        let below: PathBuf = path.strip_prefix(self.root).ok()?.into();
        below.to_str().map(|below| below.replace('\\', "/"))
    }

    /// The paths in a folder, counted from it.
    fn inside<'s>(&'s self, folder: &str) -> impl Iterator<Item = &'s str> {
        let start = format!("{folder}/");
        let range = self.files.range::<str, _>((Bound::Included(start.as_str()), Bound::Unbounded));
        let inside: Vec<&str> = range.map_while(|(path, _)| path.strip_prefix(&start)).collect();
        inside.into_iter()
    }
}

impl Look for Looking<'_> {
    fn is_file(&self, path: &Path) -> bool {
        self.below(path).is_some_and(|path| self.files.contains_key(path.as_str()))
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.below(path).is_some_and(|path| self.inside(&path).next().is_some())
    }

    fn holds(&self, folder: &Path, test: &dyn Fn(&str) -> bool) -> bool {
        let below = self.below(folder);
        below.is_some_and(|folder| self.inside(&folder).any(|path| test(path.split('/').next().unwrap_or(path))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(files: &[(&str, &str)]) -> Vec<String> {
        let all: Files = files.iter().map(|(path, text)| ((*path).into(), (*text).into())).collect();
        let root = Path::new("/nowhere/project");
        let mut read = |object: &str| Some(object.as_bytes().to_vec());
        let rules = Rules::new(root, &all, None, &mut read);
        let tree = Tree::new(root, &all, &[], &rules);
        all.keys().filter(|path| tree.takes(path).is_checked).map(|path| path.to_string()).collect()
    }

    #[test]
    fn what_is_told_to_be_ignored_is_left_out_and_settings_that_git_has_are_not() {
        let found = taken(&[
            (".gitignore", "generated/\n*.env\n!keep.py\n"),
            ("app/main.py", ""),
            ("app/.gitignore", "local.py\n"),
            ("app/local.py", ""),
            ("generated/a.py", ""),
            ("generated/secret.env", ""),
            ("notes.txt", ""),
        ]);
        assert_eq!(found, ["app/main.py", "generated/secret.env"]);
    }

    #[test]
    fn environments_and_builds_are_told_by_what_is_in_them() {
        let found = taken(&[
            ("venv/lib/python3.9/a.py", ""),
            ("env/settings.py", ""),
            ("other/pyvenv.cfg", ""),
            ("other/b.py", ""),
            ("build/lib/c.py", ""),
            ("setup.py", ""),
            ("dist/__init__.py", ""),
            ("dist/d.py", ""),
            (".hidden/e.py", ""),
            (".github/workflows/ci.yml", ""),
            ("node_modules/f.py", ""),
        ]);
        assert_eq!(found, [".github/workflows/ci.yml", "dist/__init__.py", "dist/d.py", "env/settings.py", "setup.py"]);
    }
}
