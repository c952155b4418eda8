//! Where a module lies: from an import, seen from a file, to a file of the project or to a name outside it.
//!
//! The lenient resolver: it needs no configuration, and a tie is unknown. `sys.path` is not modelled here.

use super::reads::{Key, Of, key, note};
use crate::document::syntax_of;
use crate::python::stdlib::is_stdlib;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use xxhash_rust::xxh3::xxh3_64;

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
    paths: Vec<String>,
    /// The files in the order of their paths, where they have another one.
    order: Option<Vec<File>>,
    /// What lies at a path without ending, by the hash of that.
    places: FxHashMap<u64, At>,
    folders: FxHashSet<String>,
    roots: Vec<String>,
    /// The roots that were asked for.
    asked: Vec<String>,
    /// The roots, by place in their list, below which a module or package lies, by its name.
    regular: FxHashMap<String, Vec<usize>>,
    /// The same for folders.
    bare: FxHashMap<String, Vec<usize>>,
}

/// What lies at a path without ending.
#[derive(Clone, Copy, Default)]
struct At {
    /// The module, or its stub where there is no other.
    module: Option<u32>,
    /// The `__init__` of the folder.
    package: Option<u32>,
    is_folder: bool,
    /// The module is more than a stub.
    is_plain: bool,
}

impl At {
    /// Whether it is a folder without `__init__` beside a module of its name, which comes before it.
    fn is_hidden(self) -> bool {
        self.is_folder && self.is_plain && self.package.is_none()
    }
}

impl Index {
    /// Indexes the files (paths from the project's root, forward slashes) and the folders that imports may start from,
    /// beside those that the packages themselves show.
    pub fn new(paths: &[&str], extra_roots: &[String]) -> Index {
        let mut places: FxHashMap<u64, At> = FxHashMap::with_capacity_and_hasher(paths.len() * 2, FxBuildHasher);
        let mut folders = FxHashSet::default();
        let mut last = None;
        for (file, path) in paths.iter().enumerate() {
            let stem = stem(path);
            let is_python = stem.len() < path.len();
            // A folder of settings is no package.
            if !is_python && syntax_of(path.rsplit('/').next().unwrap_or_default()).is_some() {
                continue;
            }
            let mut folder = parent(path);
            if last != Some(folder) {
                last = Some(folder);
                while folders.insert(folder.to_owned()) {
                    places.entry(hash(folder)).or_default().is_folder = true;
                    folder = parent(folder);
                }
            }
            let Some(file) = u32::try_from(file).ok().filter(|_| is_python) else { continue };
            // Of a module and its stub the module counts.
            let is_plain = path.ends_with(".py");
            let place = places.entry(hash(stem)).or_default();
            place.module = place.module.filter(|_| !is_plain).or(Some(file));
            place.is_plain |= is_plain;
            if let Some(folder) = stem.strip_suffix("/__init__").or_else(|| (stem == "__init__").then_some("")) {
                let place = places.entry(hash(folder)).or_default();
                place.package = place.package.filter(|_| !is_plain).or(Some(file));
            }
        }
        let mut roots: BTreeSet<String> = extra_roots.iter().cloned().collect();
        roots.insert(String::new());
        let is_package = |folder: &str| places.get(&hash(folder)).is_some_and(|at| at.package.is_some());
        for folder in &folders {
            // The folder above a topmost package is where imports of that package start.
            if is_package(folder) && !is_package(parent(folder)) && !folder.is_empty() {
                roots.insert(parent(folder).to_owned());
            }
        }
        let roots: Vec<String> = roots.into_iter().filter(|root| root.is_empty() || folders.contains(root)).collect();
        let of_roots: FxHashMap<&str, usize> = roots.iter().enumerate().map(|(at, root)| (root.as_str(), at)).collect();
        let below = |all: &mut FxHashMap<String, Vec<usize>>, path: &str| {
            let Some(&root) = of_roots.get(parent(path)) else { return };
            let known = all.entry(path.rsplit('/').next().unwrap_or(path).to_owned()).or_default();
            if !known.contains(&root) {
                known.push(root);
            }
        };
        let (mut regular, mut bare) = (FxHashMap::default(), FxHashMap::default());
        let mut around = (None, false);
        for path in paths {
            let stem = stem(path);
            if stem.len() == path.len() {
                continue;
            }
            let folder = parent(path);
            if around.0 != Some(folder) {
                around = (Some(folder), of_roots.contains_key(folder));
            }
            if around.1 {
                below(&mut regular, stem);
            }
            if let Some(package) = stem.strip_suffix("/__init__") {
                below(&mut regular, package);
            }
        }
        folders.iter().filter(|folder| !folder.is_empty()).for_each(|folder| below(&mut bare, folder));
        let order = (!paths.is_sorted()).then(|| {
            let mut order: Vec<File> = (0..paths.len()).collect();
            order.sort_by_key(|file| paths[*file]);
            order
        });
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        Index { paths, order, places, folders, roots, asked: extra_roots.to_vec(), regular, bare }
    }

    /// Whether it is what these files and roots give.
    pub(super) fn is_of(&self, paths: &[&str], extra_roots: &[String]) -> bool {
        self.paths == paths && self.asked == extra_roots
    }

    /// The file at a path.
    pub fn file(&self, path: &str) -> Option<File> {
        note(Of::Base, stem(path));
        self.at(path)
    }

    fn at(&self, path: &str) -> Option<File> {
        let module = self.place(stem(path)).module.map(|file| file as File);
        if module.is_some_and(|file| self.paths[file] == path) {
            return module;
        }
        // A stub beside its module, or no Python.
        let found = match &self.order {
            None => self.paths.binary_search_by(|one| one.as_str().cmp(path)),
            Some(order) => order.binary_search_by(|file| self.paths[*file].as_str().cmp(path)).map(|at| order[at]),
        };
        found.ok()
    }

    fn place(&self, path: &str) -> At {
        self.places.get(&hash(path)).copied().unwrap_or_default()
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
            one.paths.iter().filter(|path| other.at(path).is_none()).cloned().collect::<Vec<String>>()
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
            self.place(folder).package.is_some()
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
            let place = self.place(folder);
            return match place.package {
                Some(file) => Some(Found::File(file as File)),
                None => place.is_folder.then(|| Found::Folder(folder.to_owned())),
            };
        }
        let base = join(folder, &module.replace('.', "/"));
        note(Of::Base, &base);
        let mut around =
            base.match_indices('/').map(|(at, _)| &base[..at]).filter(|around| around.len() > folder.len());
        let is_hidden = |around| {
            note(Of::Base, around);
            self.place(around).is_hidden()
        };
        if around.any(is_hidden) {
            return None;
        }
        // A package wins over a module of the same name, as in CPython's finder.
        let place = self.place(&base);
        if let Some(file) = place.package.or(place.module) {
            return Some(Found::File(file as File));
        }
        place.is_folder.then_some(Found::Folder(base))
    }
}

/// A path without the ending of Python's files.
fn stem(path: &str) -> &str {
    path.strip_suffix(".py").or_else(|| path.strip_suffix(".pyi")).unwrap_or(path)
}

fn hash(path: &str) -> u64 {
    xxh3_64(path.as_bytes())
}

/// The folder of a path; empty at the root.
pub fn parent(path: &str) -> &str {
    memchr::memrchr(b'/', path.as_bytes()).map_or("", |at| &path[..at])
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
