//! Where a module lies: from an import, seen from a file, to a file of the project or to a name outside it.
//!
//! The lenient resolver: it needs no configuration, and a tie is unknown. `sys.path` is not modelled here.

use super::reads::{Key, Of, key, note};
use crate::document::syntax_of;
use crate::python::stdlib::is_stdlib;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

/// A file of the project, by its place in the list of units.
pub type File = usize;

/// What an import leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A module of the project.
    File(File),
    /// A folder of the project without `__init__`: a namespace package.
    Folder(String),
    /// Outside the project.
    External,
    /// The project should have it, or has several.
    Unknown,
}

/// Knows every file of the project and the folders that imports start from.
pub struct Index {
    files: FxHashMap<String, File>,
    /// The `__init__` of each folder that has one.
    packages: FxHashMap<String, File>,
    /// Modules that are no packages, by their paths without the ending.
    modules: FxHashMap<String, File>,
    folders: FxHashSet<String>,
    /// Folders without `__init__` beside a module of their name, which comes before them.
    hidden: FxHashSet<String>,
    roots: Vec<String>,
    /// The roots that were asked for.
    asked: Vec<String>,
    paths: Vec<String>,
    /// The roots, by place in their list, below which a module or package lies, by its name.
    regular: FxHashMap<String, Vec<usize>>,
    /// The same for folders.
    bare: FxHashMap<String, Vec<usize>>,
}

impl Index {
    /// Indexes the files (paths from the project's root, forward slashes) and the folders that imports may start from,
    /// beside those that the packages themselves show.
    pub fn new(paths: &[&str], extra_roots: &[String]) -> Index {
        let files: FxHashMap<String, File> =
            paths.iter().enumerate().map(|(file, path)| ((*path).to_owned(), file)).collect();
        let (mut packages, mut modules) = (FxHashMap::default(), FxHashMap::default());
        // Of a module and its stub the module counts.
        for ending in [".pyi", ".py"] {
            for (file, path) in paths.iter().enumerate() {
                let Some(stem) = path.strip_suffix(ending) else { continue };
                if let Some(folder) = stem.strip_suffix("/__init__").or_else(|| (stem == "__init__").then_some("")) {
                    packages.insert(folder.to_owned(), file);
                }
                modules.insert(stem.to_owned(), file);
            }
        }
        let mut folders = FxHashSet::default();
        let mut roots: BTreeSet<String> = extra_roots.iter().cloned().collect();
        roots.insert(String::new());
        // A folder of settings is no package.
        for path in paths.iter().filter(|path| syntax_of(path.rsplit('/').next().unwrap_or_default()).is_none()) {
            let mut folder = parent(path);
            while folders.insert(folder.to_owned()) && !folder.is_empty() {
                folder = parent(folder);
            }
        }
        for folder in &folders {
            let is_package = |folder: &str| packages.contains_key(folder);
            // The folder above a topmost package is where imports of that package start.
            if is_package(folder) && !is_package(parent(folder)) && !folder.is_empty() {
                roots.insert(parent(folder).to_owned());
            }
        }
        let roots: Vec<String> = roots.into_iter().filter(|root| root.is_empty() || folders.contains(root)).collect();
        let places: FxHashMap<&str, usize> = roots.iter().enumerate().map(|(at, root)| (root.as_str(), at)).collect();
        let below = |all: &mut FxHashMap<String, Vec<usize>>, path: &str| {
            let Some(&root) = places.get(parent(path)) else { return };
            let known = all.entry(path.rsplit('/').next().unwrap_or(path).to_owned()).or_default();
            if !known.contains(&root) {
                known.push(root);
            }
        };
        let plain = paths.iter().filter_map(|path| path.strip_suffix(".py"));
        let is_hidden = |stem: &&str| folders.contains(*stem) && !packages.contains_key(*stem);
        let hidden = plain.filter(is_hidden).map(str::to_owned).collect();
        let (mut regular, mut bare) = (FxHashMap::default(), FxHashMap::default());
        for path in paths {
            let Some(stem) = path.strip_suffix(".py").or_else(|| path.strip_suffix(".pyi")) else { continue };
            below(&mut regular, stem);
            if let Some(package) = stem.strip_suffix("/__init__") {
                below(&mut regular, package);
            }
        }
        folders.iter().filter(|folder| !folder.is_empty()).for_each(|folder| below(&mut bare, folder));
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        Index { files, packages, modules, folders, hidden, roots, asked: extra_roots.to_vec(), paths, regular, bare }
    }

    /// Whether it is what these files and roots give.
    pub(super) fn is_of(&self, paths: &[&str], extra_roots: &[String]) -> bool {
        self.paths == paths && self.asked == extra_roots
    }

    /// The file at a path.
    pub fn file(&self, path: &str) -> Option<File> {
        note(Of::Base, stem(path));
        self.files.get(path).copied()
    }

    /// The path of a file.
    pub fn path(&self, file: File) -> &str {
        &self.paths[file]
    }

    /// All paths.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        note(Of::Paths, "");
        self.paths_apart()
    }

    /// All paths, for who notes by himself what of them counts.
    pub(super) fn paths_apart(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }

    /// Whether a file has this name, wherever.
    pub(super) fn has_named(&self, name: &str) -> bool {
        note(Of::Named, name.rsplit('/').next().unwrap_or(name));
        self.paths_apart()
            .any(|path| path.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/')))
    }

    /// Whether anything lies below a folder of this path, or is called so up to its ending.
    pub(super) fn has_below(&self, path: &str) -> bool {
        note(Of::Below, path);
        self.paths_apart().any(|one| one.strip_prefix(path).is_some_and(|rest| rest.starts_with(['/', '.'])))
    }

    /// What of the tree of files is another one than before; none where imports may start from other folders now.
    pub(super) fn changes(&self, before: &Index) -> Option<Vec<Key>> {
        if self.roots != before.roots {
            return None;
        }
        let mut keys = Vec::new();
        let paths = |one: &Index, other: &Index| {
            one.paths.iter().filter(|path| !other.files.contains_key(*path)).cloned().collect::<Vec<String>>()
        };
        for path in paths(self, before).into_iter().chain(paths(before, self)) {
            let name = path.rsplit('/').next().unwrap_or(&path);
            keys.extend([key(Of::Paths, ""), key(Of::Whole, ""), key(Of::Base, stem(&path)), key(Of::Named, name)]);
            let package = parent(&path);
            if matches!(name, "__init__.py" | "__init__.pyi") {
                keys.push(key(Of::Base, package));
                keys.push(key(Of::Top, package.rsplit('/').next().unwrap_or(package)));
            }
            keys.push(key(Of::Top, stem(name)));
            keys.extend(path.match_indices('/').map(|(at, _)| key(Of::Below, &path[..at])));
            let ends = name.match_indices('.').map(|(at, _)| path.len() - name.len() + at);
            keys.extend(ends.map(|at| key(Of::Below, &path[..at])));
        }
        let folders =
            |one: &Index, other: &Index| one.folders.difference(&other.folders).cloned().collect::<Vec<String>>();
        for folder in folders(self, before).into_iter().chain(folders(before, self)) {
            keys.push(key(Of::Base, &folder));
            keys.push(key(Of::Top, folder.rsplit('/').next().unwrap_or(&folder)));
        }
        Some(keys)
    }

    /// What `level` dots and `module` lead to, seen from `from`.
    pub fn import(&self, from: File, level: u32, module: &str) -> Found {
        if level > 0 {
            let mut folder = parent(&self.paths[from]);
            for _ in 1..level {
                if folder.is_empty() {
                    return Found::Unknown;
                }
                folder = parent(folder);
            }
            return self.below(folder, module).unwrap_or(Found::Unknown);
        }
        let top = module.split('.').next().unwrap_or(module);
        note(Of::Top, top);
        // Regular modules win over the standard library, and that over folders without `__init__`.
        let mut holders = self.regular.get(top).map_or(&[][..], Vec::as_slice);
        if holders.is_empty() && !is_stdlib(top) {
            holders = self.bare.get(top).map_or(&[][..], Vec::as_slice);
        }
        if let [root] = holders {
            return self.below(&self.roots[*root], module).unwrap_or(Found::Unknown);
        }
        let here = parent(&self.paths[from]);
        let holders = holders.iter().map(|&root| self.roots[root].as_str());
        let Some(best) = holders.clone().map(|root| shared(root, here)).max() else {
            return Found::External;
        };
        let mut nearest = holders.filter(|root| shared(root, here) == best);
        match (nearest.next(), nearest.next()) {
            (Some(root), None) => self.below(root, module).unwrap_or(Found::Unknown),
            _ => Found::Unknown,
        }
    }

    /// How many folders have a module or package of this name.
    pub fn holders(&self, top: &str) -> usize {
        note(Of::Top, top);
        self.regular.get(top).map_or(0, Vec::len)
    }

    /// A submodule of a package, or of a folder.
    pub fn submodule(&self, folder: &str, name: &str) -> Option<Found> {
        self.below(folder, name)
    }

    /// The folder whose submodules a file holds: its own for an `__init__`, none for a plain module.
    pub fn package_folder(&self, file: File) -> Option<&str> {
        let path = &self.paths[file];
        let name = path.rsplit('/').next().unwrap_or(path);
        (name == "__init__.py" || name == "__init__.pyi").then(|| parent(path))
    }

    /// The dotted name of a file's module, from the root that is nearest above its topmost package.
    pub fn module_name(&self, file: File) -> String {
        let path = &self.paths[file];
        let stem = path.strip_suffix(".pyi").or_else(|| path.strip_suffix(".py")).unwrap_or(path);
        let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
        let mut root = parent(path);
        let is_package = |folder: &str| {
            note(Of::Base, folder);
            self.packages.contains_key(folder)
        };
        while !root.is_empty() && is_package(root) {
            root = parent(root);
        }
        let above = |candidate: &&String| {
            candidate.is_empty() || root == candidate.as_str() || root.starts_with(&format!("{candidate}/"))
        };
        let best = self.roots.iter().filter(above).max_by_key(|candidate| candidate.len()).map_or("", String::as_str);
        stem[best.len()..].trim_start_matches('/').replace('/', ".")
    }

    fn below(&self, folder: &str, module: &str) -> Option<Found> {
        if module.is_empty() {
            note(Of::Base, folder);
            return Some(match self.packages.get(folder) {
                Some(&file) => Found::File(file),
                None if self.folders.contains(folder) => Found::Folder(folder.to_owned()),
                None => return None,
            });
        }
        let base = join(folder, &module.replace('.', "/"));
        note(Of::Base, &base);
        let mut around =
            base.match_indices('/').map(|(at, _)| &base[..at]).filter(|around| around.len() > folder.len());
        let is_hidden = |around| {
            note(Of::Base, around);
            self.hidden.contains(around)
        };
        if around.any(is_hidden) {
            return None;
        }
        // A package wins over a module of the same name, as in CPython's finder.
        if let Some(&file) = self.packages.get(&base).or_else(|| self.modules.get(&base)) {
            return Some(Found::File(file));
        }
        self.folders.contains(&base).then_some(Found::Folder(base))
    }
}

/// A path without the ending of Python's files.
fn stem(path: &str) -> &str {
    path.strip_suffix(".py").or_else(|| path.strip_suffix(".pyi")).unwrap_or(path)
}

/// The folder of a path; empty at the root.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// How many leading folders two paths share, one more where `root` lies on the way up from `here`.
fn shared(root: &str, here: &str) -> (bool, usize) {
    let parts = |path| str::split(path, '/').filter(|part| !part.is_empty());
    let same = parts(root).zip(parts(here)).take_while(|(a, b)| a == b).count();
    (same == parts(root).count(), same)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> Index {
        let paths = [
            "app/__init__.py",
            "app/schemas/__init__.py",
            "app/schemas/user.py",
            "src/lib/__init__.py",
            "src/lib/calendar.py",
            "tests/helpers.py",
            "tests/test_a.py",
            "other/app/__init__.py",
            "other/main.py",
        ];
        Index::new(&paths, &[])
    }

    #[test]
    fn imports_lead_to_files() {
        let index = index();
        assert_eq!(index.import(6, 0, "app.schemas.user"), Found::File(2));
        assert_eq!(index.import(2, 1, "user"), Found::File(2));
        assert_eq!(index.import(2, 2, "schemas"), Found::File(1));
        assert_eq!(index.import(2, 4, "x"), Found::Unknown);
        assert_eq!(index.import(0, 0, "lib.calendar"), Found::File(4));
        assert_eq!(index.import(8, 0, "app"), Found::File(7), "the nearest wins");
    }

    #[test]
    fn what_is_not_there_is_external_or_unknown() {
        let index = index();
        assert_eq!(index.import(0, 0, "requests.sessions"), Found::External);
        assert_eq!(index.import(0, 0, "calendar"), Found::External, "only a root's child shadows");
        assert_eq!(index.import(0, 0, "app.missing"), Found::Unknown);
        assert_eq!(index.import(6, 0, "tests.helpers"), Found::File(5));
    }

    #[test]
    fn modules_are_named_from_their_root() {
        let index = index();
        assert_eq!(index.module_name(2), "app.schemas.user");
        assert_eq!(index.module_name(4), "lib.calendar");
        assert_eq!(index.module_name(5), "tests.helpers");
    }
}
