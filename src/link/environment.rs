//! Variables of the environment: who sets them by the time that a file is imported by tests.

use super::index::{self, File, Found};
use super::judge::Judge;
use crate::fact::{Binding, EnvSet, Name};
use rustc_hash::FxHashSet;

impl Judge<'_> {
    /// The test or conftest that imports a file while nobody has set a variable of the environment.
    pub fn tripped_by(&self, file: File, variable: &str) -> Option<File> {
        let index = self.values.index;
        let leads = |from: File, name: &Name| match name {
            Name::Import { level, module, path } => {
                index.import(from, *level, module) == Found::File(file)
                    || !path.is_empty() && index.import(from, *level, &format!("{module}.{path}")) == Found::File(file)
            }
            Name::Here(_) => false,
        };
        self.values.units.files().filter(|one| *one != file).find(|&one| {
            if !(self.collected(one).is_yes() || self.is_conftest(one)) {
                return false;
            }
            let imports = self.values.units.of(one).facts.symbols.values().flatten().any(|binding| match binding {
                Binding::Import(name) => leads(one, name),
                _ => false,
            });
            let facts = &self.values.units.of(one).facts;
            let whole = |module: &String| index.import(one, 0, module) == Found::File(file);
            let imports = imports || facts.submodules.iter().any(whole);
            // Set in time, in the file itself, in a conftest above it, or by a plugin.
            let in_time = || self.env_sets(one, variable).any(|set| !set.after.iter().any(|name| leads(one, name)));
            imports && !in_time() && !self.is_set_above(one, variable) && !self.is_set_before(file, variable)
        })
    }

    /// Where a file sets a variable while it is imported.
    fn env_sets<'j>(&'j self, file: File, variable: &'j str) -> impl Iterator<Item = &'j EnvSet> {
        let by_function = move |by: &Name| match by {
            Name::Import { level, module, path } => match self.values.index.import(file, *level, module) {
                Found::File(of) => self.values.units.of(of).facts.env_functions.contains(path),
                _ => false,
            },
            Name::Here(_) => false,
        };
        let named = self.values.units.of(file).facts.sets_env.iter();
        let named = named.filter(move |set| set.name == variable || set.name == "*");
        named.filter(move |set| set.by.as_ref().is_none_or(by_function))
    }

    /// The variable of the environment that a name of a file is imported from, where nobody has set it as a test imports the file, and its
    /// default is not what is wanted; with that test.
    pub fn tripped_over(&self, file: File, name: &str, wanted: &str) -> Option<(String, File)> {
        let [Binding::Import(Name::Import { level, module, path })] =
            self.values.units.of(file).facts.symbols.get(name)?.as_slice()
        else {
            return None;
        };
        let Found::File(of) = self.values.index.import(file, *level, module) else { return None };
        let facts = &self.values.units.of(of).facts;
        let is_alone = facts.symbols.get(path).is_some_and(|all| all.len() == 1);
        let read = facts.reads_env.get(path).filter(|read| is_alone && !read.is_open)?;
        let variable = &read.variable;
        // `app.config.STAGE = "test"`
        if read.default.as_deref() == Some(wanted) || self.is_set_before(of, variable) || self.is_put(path, of) {
            return None;
        }
        self.tripped_by(file, variable).map(|by| (variable.clone(), by))
    }

    /// Whether a conftest above a file sets a variable, or a plugin does.
    fn is_set_above(&self, file: File, variable: &str) -> bool {
        let index = self.values.index;
        let path = index.path(file);
        let above = self.pytest().conftests.iter().copied().any(|other| {
            let folder = index::parent(index.path(other));
            let is_above = folder.is_empty() || path.starts_with(&format!("{folder}/"));
            other != file && is_above && self.env_sets(other, variable).next().is_some()
        });
        let settings = self.manifests.pytest(path).map(|(_, settings)| settings);
        above
            || ["pytest-env", "pytest-dotenv"].iter().any(|name| self.has_plugin(name))
            || settings.is_some_and(|settings| ["env", "env_files"].iter().any(|key| !settings.lines(key).is_empty()))
    }

    /// Whether anybody sets a variable by the time that a file is imported, as far as the project shows.
    pub(super) fn is_set(&self, file: File, variable: &str) -> bool {
        let shell = ["PATH", "HOME", "USER", "PWD", "LANG", "TMPDIR", "SHELL", "PYTEST_CURRENT_TEST", "PYTEST_VERSION"];
        shell.contains(&variable)
            || self.env_sets(file, variable).next().is_some()
            || self.is_set_above(file, variable)
            || self.is_set_before(file, variable)
    }

    /// Whether something among the tests sets a variable before it imports a file: a test, a conftest, an `__init__`, what they bring in.
    fn is_set_before(&self, file: File, variable: &str) -> bool {
        let edges = self.all_runs();
        let leads = |from: File, name: &Name| {
            let Name::Import { level, module, path } = name else { return false };
            let inner = format!("{module}.{path}");
            let starts = [module.as_str(), inner.trim_end_matches('.')];
            let starts = starts.map(|module| self.values.index.import(from, *level, module)).into_iter();
            let mut queue: Vec<File> = starts
                .filter_map(|found| match found {
                    Found::File(next) => Some(next),
                    _ => None,
                })
                .collect();
            let mut seen: FxHashSet<File> = queue.iter().copied().collect();
            while let Some(next) = queue.pop() {
                if next == file {
                    return true;
                }
                queue.extend(edges.get(&next).into_iter().flatten().copied().filter(|&one| seen.insert(one)));
            }
            false
        };
        edges
            .keys()
            .copied()
            .filter(|&from| from != file)
            .any(|from| self.env_sets(from, variable).any(|set| !set.after.iter().any(|name| leads(from, name))))
    }

    /// Whether the project says what runs it, which may set a variable.
    pub(super) fn may_be_set(&self, variable: &str) -> bool {
        let runs = |path: &str| {
            let name = path.rsplit('/').next().unwrap_or(path);
            path.starts_with(".github/")
                || path.starts_with(".circleci/")
                || [
                    ".gitlab-ci",
                    "docker-compose",
                    "compose.",
                    "azure-pipelines",
                    ".env",
                    "Dockerfile",
                    "tox.ini",
                    "noxfile",
                ]
                .iter()
                .any(|start| name.starts_with(start))
        };
        self.values.index.paths().any(runs)
            || self
                .project
                .manifests
                .iter()
                .any(|(_, manifest)| manifest.variables.iter().any(|(name, _)| name == variable))
    }
}
