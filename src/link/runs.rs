//! What is imported when the tests are collected, and who imports what.

use super::collect::PASSED_BY;
use super::index::{self, File, Found};
use super::judge::Judge;
use super::reads::{Of, apart, key, note};
use crate::fact::{Binding, Name};
use crate::python::stdlib::is_stdlib;
use crate::unit::Unit;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

impl Judge<'_> {
    /// The files that are imported when the tests are collected: theirs, conftests, and what those import, whatever happens; with what
    /// each imports.
    pub(super) fn all_runs(&self) -> &FxHashMap<File, Vec<File>> {
        note(Of::Runs, "");
        self.imported_in_tests()
    }

    /// What a file imports, if it is imported when the tests are collected.
    pub(super) fn runs_in_tests(&self, file: File) -> Option<&Vec<File>> {
        note(Of::Runs, self.values.index.path(file));
        self.imported_in_tests().get(&file)
    }

    /// Whether a file is imported when the tests are collected.
    pub(super) fn is_run_in_tests(&self, file: File) -> bool {
        let path = self.values.index.path(file);
        match self.known_runs.get() {
            Some(known) => {
                note(Of::Runs, path);
                known.binary_search(&key(Of::Runs, path)).is_ok()
            }
            None => self.runs_in_tests(file).is_some(),
        }
    }

    fn imported_in_tests(&self) -> &FxHashMap<File, Vec<File>> {
        let run = || {
            let all = self.values.units.files();
            let mut queue: Vec<File> = all
                .filter(|&file| self.is_conftest(file) || self.collected(file).is_yes() && self.holds_tests(file))
                .collect();
            // The packages around a test are imported with it.
            let around = |file: &File| {
                let mut folder = index::parent(self.values.index.path(*file));
                let mut found = Vec::new();
                while let Some(init) = self.values.index.file(&format!("{folder}/__init__.py")) {
                    found.push(init);
                    folder = index::parent(folder);
                }
                found
            };
            let inits: Vec<File> = queue.iter().flat_map(around).collect();
            queue.extend(inits);
            queue.sort_unstable();
            queue.dedup();
            let mut seen: FxHashSet<File> = queue.iter().copied().collect();
            let mut found = FxHashMap::default();
            while let Some(file) = queue.pop() {
                let imports = self.imports(file);
                queue.extend(imports.iter().copied().filter(|&next| seen.insert(next)));
                found.insert(file, imports);
            }
            found
        };
        self.runs_in_tests.get_or_init(|| apart(run))
    }

    /// Whether a file that pytest takes for one of tests is one, and no script that is called so.
    fn holds_tests(&self, file: File) -> bool {
        let unit = self.values.units.of(file);
        let is_told = self.manifests.pytest(self.values.index.path(file)).is_some();
        let is_test = |name: &String| {
            let name = name.to_ascii_lowercase();
            !name.contains('.') && (name.starts_with("test") || name.ends_with("test") || name.ends_with("tests"))
        };
        !unit.broken && (is_told || unit.facts.symbols.keys().any(is_test))
    }

    /// Whether an absolute import would start from a folder that pytest passes by.
    fn is_among_data(&self, file: File, module: &str) -> bool {
        let path = self.values.index.path(file);
        let below = module.replace('.', "/");
        path.rfind(&below).is_some_and(|at| path[..at].split('/').any(|part| PASSED_BY.contains(&part)))
    }

    /// Adds a module with the packages around it; gives back the module.
    fn imported(&self, file: File, level: u32, module: &str, found: &mut Vec<File>) -> Option<File> {
        let top = module.split('.').next().unwrap_or(module);
        if level == 0 && is_stdlib(top) {
            return None;
        }
        let index = self.values.index;
        let ends = module.match_indices('.').map(|(at, _)| at).chain([module.len()]);
        let mut last = None;
        for end in ends {
            last = match index.import(file, level, &module[..end]) {
                // What lies among the data of tests is put on `sys.path` by somebody, or by nobody.
                Found::File(next) if level == 0 && self.is_among_data(next, &module[..end]) => return None,
                Found::File(next) if level == 0 && !self.is_certain(file, &module[..end], next) => return None,
                Found::File(next) => Some(next),
                Found::External => return None,
                _ => None,
            };
            found.extend(last);
        }
        last
    }

    /// The files that a file imports when it is imported, the packages around them as well.
    pub(super) fn imports(&self, file: File) -> Vec<File> {
        let index = self.values.index;
        let facts = &self.values.units.of(file).facts;
        let mut found = Vec::new();
        let mut homes: FxHashMap<(u32, &str), Option<File>> = FxHashMap::default();
        for (name, bindings) in facts.symbols.iter().filter(|(name, _)| !facts.typing_only.contains(*name)) {
            for binding in bindings {
                let Binding::Import(Name::Import { level, module, path }) = binding else { continue };
                if name.contains('.') {
                    continue;
                }
                let home =
                    *homes.entry((*level, module)).or_insert_with(|| self.imported(file, *level, module, &mut found));
                let folder = home.and_then(|home| index.package_folder(home)).filter(|_| !path.is_empty());
                if let Some(Found::File(inner)) = folder.and_then(|folder| index.submodule(folder, path)) {
                    found.push(inner);
                }
            }
        }
        for module in &facts.submodules {
            self.imported(file, 0, module, &mut found);
        }
        for star in &facts.stars {
            if let Name::Import { level, module, .. } = star {
                self.imported(file, *level, module, &mut found);
            }
        }
        // Nobody runs a stub.
        found.retain(|&next| !index.path(next).ends_with(".pyi"));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether another file imports this one, or anything from it.
    pub(super) fn is_imported(&self, file: File) -> bool {
        let index = self.values.index;
        note(Of::Whole, "");
        let imports = |(other, unit): (File, &Unit)| {
            let bindings = unit.facts.symbols.values().flatten();
            let imported = bindings.filter_map(|binding| match binding {
                Binding::Import(Name::Import { level, module, path }) => Some((*level, module, path)),
                _ => None,
            });
            let mut leads = imported.flat_map(|(level, module, path)| {
                [index.import(other, level, module), index.import(other, level, &format!("{module}.{path}"))]
            });
            leads.any(|found| found == Found::File(file))
                || unit.facts.stars.iter().any(|star| match star {
                    Name::Import { level, module, .. } => index.import(other, *level, module) == Found::File(file),
                    Name::Here(_) => false,
                })
        };
        apart(|| self.values.units.each().enumerate().filter(|(other, _)| *other != file).any(imports))
    }

    /// Whether another file imports a name from this one.
    pub(super) fn imported_elsewhere(&self, file: File, name: &str) -> bool {
        // Where a name leads is for the paths to say.
        note(Of::Paths, "");
        [name, "*"].iter().any(|name| {
            note(Of::Imports, name);
            self.takers(name).get(&file).is_some_and(|taken| taken.by != file || taken.by_several)
        })
    }

    /// Who imports a name, by the files that it is imported from; `*` for all that a file has.
    fn takers(&self, name: &str) -> Arc<FxHashMap<File, Taken>> {
        let known = self.takers.read().ok().and_then(|known| known.get(name).cloned());
        known.unwrap_or_else(|| {
            let all = Arc::new(apart(|| self.taken(name)));
            if let Ok(mut known) = self.takers.write() {
                known.insert(name.to_owned(), Arc::clone(&all));
            }
            all
        })
    }

    fn taken(&self, name: &str) -> FxHashMap<File, Taken> {
        let mut all: FxHashMap<File, Taken> = FxHashMap::default();
        let mut add = |by: File, level: u32, module: &str| {
            if let Found::File(file) = self.values.index.import(by, level, module) {
                let taken = all.entry(file).or_insert(Taken { by, by_several: false });
                taken.by_several |= taken.by != by;
            }
        };
        for (other, unit) in self.values.units.saying(Of::Imports, name) {
            for binding in unit.facts.symbols.values().flatten() {
                match binding {
                    Binding::Import(Name::Import { level, module, path }) if path == name => add(other, *level, module),
                    _ => {}
                }
            }
            for star in unit.facts.stars.iter().filter(|_| name == "*") {
                match star {
                    Name::Import { level, module, .. } => add(other, *level, module),
                    Name::Here(_) => {}
                }
            }
        }
        all
    }
}

/// Who imports something from a file.
pub(super) struct Taken {
    /// The first who does.
    by: File,
    /// Others do as well.
    by_several: bool,
}
