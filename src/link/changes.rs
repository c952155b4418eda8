//! What of a project is another than before: the keys of all that changed from one state to the next.

use super::index::File;
use super::judge::Judge;
use super::project::speaks_for;
use super::reads::{Key, Of, STARS, apart, key, symbol};
use super::sayings::{Listener, say};
use crate::fact::{Binding, Facts, Name, Step};
use crate::manifest::{Kind, Manifest};
use crate::record::Packed;
use crate::text::Span;
use crate::unit::Unit;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;
use std::hash::{DefaultHasher, Hash, Hasher};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// What a unit says to other files, as hashes: places in it are no part of that.
#[derive(PartialEq, Eq)]
pub(super) struct Digest {
    whole: u128,
    /// Of what it binds to each name.
    symbols: FxHashMap<String, u64>,
}

impl Digest {
    /// The keys of the names that are bound to something else now, or no more, or only now.
    pub(super) fn symbols(&self, other: &Digest, unit: Key) -> Vec<Key> {
        let differ = |one: &Digest, other: &Digest| {
            let names = one.symbols.iter().filter(|(name, hash)| other.symbols.get(*name) != Some(hash));
            names.map(|(name, _)| symbol(unit, name)).collect::<Vec<Key>>()
        };
        [differ(self, other), differ(other, self)].concat()
    }
}

/// What a unit says.
pub(super) fn digest(unit: &Unit) -> Digest {
    let nowhere = Span::at(0);
    let mut facts: Facts = unit.facts.clone();
    for binding in facts.symbols.values_mut().flatten() {
        match binding {
            Binding::Class(class) => class.span = nowhere,
            Binding::Function(function) => function.span = nowhere,
            _ => {}
        }
    }
    facts.patches.iter_mut().for_each(|patch| patch.span = nowhere);
    facts.handed.iter_mut().for_each(|handed| handed.span = nowhere);
    let mut steps = facts.steps.list();
    for step in &mut steps {
        match step {
            Step::Asks(at, ..) | Step::Reads(at, _) => *at = nowhere,
            Step::Import(import) => {
                import.at = nowhere;
                import.names.iter_mut().for_each(|(at, _)| *at = nowhere);
            }
            Step::MayImport(..) | Step::Binds(_) => {}
        }
    }
    facts.steps = Packed::of(&steps);
    let flags = (unit.broken, unit.generated, unit.skipped, unit.unwritable);
    let hash = |bindings: &Vec<Binding>| xxh3_64(&postcard::to_stdvec(bindings).unwrap_or_default());
    let stars = postcard::to_stdvec(&(&facts.stars, facts.dynamic, &facts.all)).unwrap_or_default();
    let symbols = facts.symbols.iter().map(|(name, bindings)| (name.clone(), hash(bindings)));
    let symbols = symbols.chain([(STARS.to_owned(), xxh3_64(&stars))]).collect();
    Digest { whole: xxh3_128(&postcard::to_stdvec(&(facts, flags)).unwrap_or_default()), symbols }
}

/// What manifests say: how each is made up, and which versions of each package they allow.
#[derive(PartialEq)]
pub(super) struct Told {
    /// Files of tests may be called anything.
    pub(super) has_own_names: bool,
    shape: u64,
    /// What they ask for, and which commands they keep.
    asked: FxHashMap<Key, u64>,
    versions: FxHashMap<Key, u64>,
}

/// Whether files of tests may be called anything.
pub(super) fn have_own_names(manifests: &[(String, Manifest)]) -> bool {
    let names =
        |manifest: &Manifest| manifest.pytest.as_ref().is_some_and(|said| !said.words("python_files").is_empty());
    manifests.iter().any(|(_, manifest)| names(manifest))
}

impl Told {
    pub(super) fn of(manifests: &[(String, Manifest)]) -> Told {
        let (mut asked, mut versions) = (Said::default(), Said::default());
        let mut shape = DefaultHasher::new();
        for (path, manifest) in manifests {
            // What is installed lies in a folder that is called after its version, and is asked by the folder around that.
            let path = if manifest.kind == Kind::Metadata { speaks_for(path, manifest.kind) } else { path };
            let mut manifest = manifest.clone();
            for one in std::mem::take(&mut manifest.requirements) {
                versions.hears(Of::Versions, &one.name, &(path, &one.specifier));
                asked.hears(
                    Of::Declared,
                    &one.name,
                    &(path, &one.extras, &one.marker, &one.extra_or_group, one.direct),
                );
            }
            for (name, version) in std::mem::take(&mut manifest.locked) {
                versions.hears(Of::Versions, &name, &(path, version));
                asked.hears(Of::Declared, &name, &path);
            }
            asked.hears(Of::Commands, "", &(path, std::mem::take(&mut manifest.commands)));
            (path, postcard::to_stdvec(&manifest).unwrap_or_default()).hash(&mut shape);
        }
        Told { has_own_names: have_own_names(manifests), shape: shape.finish(), asked: asked.0, versions: versions.0 }
    }

    /// The keys of packages that are asked for in another way than before, and whether they may be plugins of pytest that were not there;
    /// none where more than that has changed.
    pub(super) fn changes(&self, before: &Told) -> Option<(FxHashSet<Key>, bool)> {
        let mut keys = FxHashSet::default();
        differing(&before.asked, &self.asked, &mut keys);
        let of_tests = !keys.is_empty();
        differing(&before.versions, &self.versions, &mut keys);
        (self.shape == before.shape).then_some((keys, of_tests))
    }
}

/// What a unit adds to what all units say under one name, each with a hash of it.
pub(super) fn said(unit: &Unit) -> FxHashMap<Key, u64> {
    let mut all = Said::default();
    say(unit, &mut all);
    all.0
}

/// Hashes by their keys, each of several things in their order.
#[derive(Default)]
struct Said(FxHashMap<Key, u64>);

impl Listener for Said {
    fn hears(&mut self, of: Of, name: &str, what: &impl Hash) {
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        let hash = self.0.entry(key(of, name)).or_default();
        *hash = hash.rotate_left(7).wrapping_add(hasher.finish());
    }

    fn hears_packed(&mut self, of: Of, name: &str, what: &impl Serialize) {
        self.hears(of, name, &xxh3_64(&postcard::to_stdvec(what).unwrap_or_default()));
    }
}

/// What a unit says that may change what runs in tests, as hashes: to all of them, and to those that import it.
pub(super) fn said_to_tests(unit: &Unit) -> (u64, u64) {
    let facts = &unit.facts;
    let imports = facts.symbols.iter().map(|(name, bindings)| {
        let imports = bindings.iter().filter(|binding| matches!(binding, Binding::Import(_)));
        (name, imports.collect::<Vec<_>>())
    });
    let is_test = |name: &&String| name.to_ascii_lowercase().contains("test") || name.starts_with("pytest_");
    let imports: Vec<_> = imports.filter(|(_, imports)| !imports.is_empty()).collect();
    let tests: Vec<&String> = facts.symbols.keys().filter(is_test).collect();
    let is_pytest =
        |binding: &&Binding| matches!(binding, Binding::Import(Name::Import { module, .. }) if module == "pytest");
    let uses_pytest = imports.iter().any(|(_, imports)| imports.iter().any(is_pytest));
    let lists = (&facts.stars, &facts.submodules, &facts.typing_only, facts.symbols.contains_key("__path__"));
    let hooks: Vec<&&String> = tests.iter().filter(|name| name.starts_with("pytest_")).collect();
    let flags = (facts.edits_path, facts.registers_marks, facts.registers_plugins, facts.loads_modules);
    let hash = |packed: postcard::Result<Vec<u8>>| xxh3_64(&packed.unwrap_or_default());
    let to_all = hash(postcard::to_stdvec(&(hooks, flags, uses_pytest, &facts.left_out)));
    (to_all, hash(postcard::to_stdvec(&(imports, tests, lists, unit.broken))))
}

/// What two lists of hashes do not share, by their keys.
pub(super) fn differing(before: &FxHashMap<Key, u64>, now: &FxHashMap<Key, u64>, keys: &mut FxHashSet<Key>) {
    keys.extend(before.iter().filter(|(key, hash)| now.get(key) != Some(hash)).map(|(key, _)| *key));
    keys.extend(now.keys().filter(|key| !before.contains_key(key)));
}

impl Judge<'_> {
    /// What is worked out of all files of tests together, in parts, each with a hash of it.
    pub(super) fn told_of_tests(&self) -> FxHashMap<Key, u64> {
        apart(|| {
            let mut all = Said::default();
            let index = self.values.index;
            let paths = |files: &[File]| files.iter().map(|&file| index.path(file)).collect::<Vec<&str>>();
            let pytest = self.pytest();
            let names: Vec<&str> = pytest.plugins.iter().map(|plugin| plugin.name.as_str()).collect();
            let flags = [
                pytest.is_used,
                pytest.installed == crate::manifest::plugins::Installed::Known,
                pytest.is_unsure,
                pytest.is_alone,
                pytest.registers,
                pytest.has_hooks,
                self.names_plugins(),
                self.adds_hooks(),
                self.loads_modules(),
            ];
            all.hears(Of::Pytest, "", &(names, flags, paths(&pytest.conftests), paths(&pytest.leave_out)));
            for (file, path) in index.paths_apart().enumerate() {
                all.hears(Of::Collected, path, &format!("{:?}", self.collected(file)));
                if let Some(imports) = self.runs_in_tests(file) {
                    let imports = paths(imports);
                    all.hears(Of::Runs, path, &imports);
                    all.hears(Of::Runs, "", &(path, &imports));
                    imports.iter().for_each(|inner| all.hears(Of::Importers, inner, &path));
                }
            }
            for (home, (folders, edited)) in self.sys_paths() {
                let mut folders: Vec<&String> = folders.iter().collect();
                folders.sort();
                all.hears(Of::SysPath, home, &(folders, edited));
            }
            for ((home, name), files) in self.modules() {
                all.hears(Of::Module, &format!("{home}\0{name}"), &paths(files));
            }
            for ((home, top), folder) in self.first_packages() {
                all.hears(Of::Package, &format!("{home}\0{top}"), folder);
            }
            all.0
        })
    }
}
