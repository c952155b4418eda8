//! What pytest would collect, by its configuration and the names of files.

use super::index::{self, File};
use super::judge::Judge;
use super::project::{Manifests, plays};
use crate::fact::{Binding, Name, Role, Verdict};
use crate::link::index::Found;
use crate::manifest::{Kind, PytestSettings, plugins};
use crate::python::stdlib::is_stdlib;
use std::collections::{HashMap, HashSet};

/// Folders that pytest does not enter by itself (`norecursedirs`), and those that hold what tests read rather than tests.
const PASSED_BY: [&str; 21] = [
    "_darcs",
    "build",
    "CVS",
    "dist",
    "node_modules",
    "venv",
    "data",
    "fixtures",
    "testdata",
    "test_data",
    "resources",
    "assets",
    "samples",
    "snippets",
    "cases",
    "inputs",
    "golden",
    "examples",
    "templates",
    "files",
    "docs",
];

/// Packages of which it is known all that comes with them.
const SMALL: [&str; 10] = [
    "pytest",
    "pytest-asyncio",
    "pytest-cov",
    "pytest-mock",
    "pytest-xdist",
    "pytest-timeout",
    "pytest-randomly",
    "pytest-env",
    "coverage",
    "anyio",
];

/// The modules that come with those, and what every environment has.
const BROUGHT: &str = "\
    _pytest py pluggy iniconfig packaging pygments exceptiongroup tomli colorama coverage execnet xdist idna sniffio anyio \
    backports_asyncio_runner backports typing_extensions setuptools pkg_resources pip wheel";

/// What a project says of pytest, in all.
pub struct Pytest {
    is_used: bool,
    installed: plugins::Installed,
    /// Those that davy knows and the project declares.
    plugins: Vec<&'static plugins::Plugin>,
    /// It declares packages of which davy does not know whether they are plugins.
    is_unsure: bool,
    /// It declares pytest and small plugins of it, and nothing else.
    is_alone: bool,
    /// It has hooks of pytest's own, which may register marks and settings.
    registers: bool,
    /// It has plugins of its own, or hooks that make arguments.
    pub(super) has_hooks: bool,
    conftests: Vec<File>,
    /// Those of them that keep pytest from files.
    leave_out: Vec<File>,
}

impl Judge<'_> {
    /// Whether pytest takes a file for one of tests, and collects classes and functions by their usual names.
    pub(super) fn collected(&self, file: File) -> Verdict {
        let all = self.collected.get_or_init(|| {
            let mut everywhere: HashMap<&str, bool> = HashMap::new();
            let mut is_collected = |file| {
                let path = self.values.index.path(file);
                let is_looked_at = self.manifests.pytest(path).is_none_or(|(home, settings)| {
                    is_below(home, settings, path)
                        || *everywhere.entry(home).or_insert_with(|| self.testpaths_missing(home, settings))
                });
                is_looked_at && self.is_test_file(file) && !self.is_left_out(path)
            };
            (0..self.values.units.len()).map(|file| Verdict::from_bool(is_collected(file))).collect()
        });
        all[file]
    }

    /// Whether a file has the name of one of tests, in a folder that pytest enters, and its tests have the usual names.
    pub(super) fn is_test_file(&self, file: File) -> bool {
        let path = self.values.index.path(file);
        let pytest = self.manifests.pytest(path);
        let settings = pytest.map(|(_, settings)| settings);
        let is_out = |(home, said): (&str, &PytestSettings)| {
            is_kept_out(home, said, path) || is_ignored_by_option(home, said, path)
        };
        if is_passed_by(path) || !matches(settings, path) || pytest.is_some_and(is_out) {
            return false;
        }
        self.has_usual_names(settings) && self.uses_pytest()
    }

    /// Whether classes and functions of tests have their usual names.
    fn has_usual_names(&self, settings: Option<&PytestSettings>) -> bool {
        let usual = |key: &str, names: &[&str]| {
            let words = settings.map(|settings| settings.words(key)).unwrap_or_default();
            words.is_empty() || words.iter().any(|word| names.contains(&word.as_str()))
        };
        usual("python_classes", &["Test", "Test*"]) && usual("python_functions", &["test", "test*", "test_*", "test_"])
    }

    /// Whether pytest would collect a file, and is configured to take no class or function of a name.
    pub(super) fn passed_by_name(&self, file: File, is_class: bool, name: &str) -> Verdict {
        let path = self.values.index.path(file);
        let Some((home, settings)) = self.manifests.pytest(path) else { return Verdict::No };
        let words = settings.words(if is_class { "python_classes" } else { "python_functions" });
        let takes =
            |word: &String| name.starts_with(word.as_str()) || word.contains(['*', '?', '[']) && fits(word, name);
        let looked_at = matches(Some(settings), path)
            && is_below(home, settings, path)
            && !is_passed_by(path)
            && !is_kept_out(home, settings, path)
            && !is_ignored_by_option(home, settings, path)
            && !self.is_left_out(path);
        Verdict::from_bool(!words.is_empty() && !words.iter().any(takes) && looked_at)
    }

    /// Whether pytest is configured with a value of a setting.
    pub(super) fn pytest_says(&self, file: File, key: &str, value: &str) -> bool {
        let settings = self.manifests.pytest(self.values.index.path(file)).map(|(_, settings)| settings);
        settings.and_then(|settings| settings.text(key)).is_some_and(|said| said.trim().eq_ignore_ascii_case(value))
    }

    /// Whether a conftest keeps pytest from a file, maybe on some Pythons alone.
    pub(super) fn is_left_out(&self, path: &str) -> bool {
        self.pytest().leave_out.iter().any(|&conftest| {
            let folder = index::parent(self.values.index.path(conftest));
            let Some(below) = path.strip_prefix(folder).map(|rest| rest.trim_start_matches('/')) else { return false };
            let inside = folder.is_empty() || path.as_bytes().get(folder.len()) == Some(&b'/');
            let facts = &self.values.units[conftest].facts;
            let decides = facts.symbols.contains_key("pytest_ignore_collect");
            let mut named = facts.left_out.iter().map(|(pattern, is_glob)| match is_glob {
                false => below == pattern || below.starts_with(&format!("{}/", pattern.trim_end_matches('/'))),
                true => fits(pattern, below),
            });
            inside && (decides || named.any(|one| one))
        })
    }

    /// Whether the project runs pytest at all: it configures, declares or imports it.
    fn uses_pytest(&self) -> bool {
        self.pytest().is_used
    }

    pub(super) fn pytest(&self) -> &Pytest {
        self.pytest.get_or_init(|| {
            let imports = |binding: &Binding| {
                matches!(binding, Binding::Import(Name::Import { level: 0, module, .. }) if module == "pytest")
            };
            let manifests = || self.project.manifests.iter().map(|(_, manifest)| manifest);
            let units = || self.values.units.iter();
            let has_hooks = |(file, unit): (File, &&crate::unit::Unit)| {
                let is_conftest = self.values.index.path(file).rsplit('/').next() == Some("conftest.py");
                let symbols = &unit.facts.symbols;
                symbols.contains_key("pytest_plugins")
                    || unit.facts.registers_marks && (!is_conftest || symbols.contains_key("pytest_generate_tests"))
            };
            let names = manifests().flat_map(|manifest| {
                let required = manifest.requirements.iter().map(|one| one.name.as_str());
                let locked = manifest.locked.iter().map(|(name, _)| name.as_str());
                required.chain(locked).chain(plugins::installed_by_commands(manifest))
            });
            let names: HashSet<&str> = names.collect();
            let known = |name: &&str| plugins::all().iter().any(|plugin| plugin.name == **name) || plugins::brings_none(name);
            let conftests: Vec<File> =
                (0..self.values.units.len()).filter(|file| self.is_conftest(*file)).collect();
            let leaves_out = |file: &File| {
                let facts = &self.values.units[*file].facts;
                !facts.left_out.is_empty() || facts.symbols.contains_key("pytest_ignore_collect")
            };
            Pytest {
                is_used: manifests().any(|manifest| manifest.pytest.is_some() || manifest.declares("pytest"))
                    || units().any(|unit| unit.facts.symbols.values().flatten().any(imports)),
                installed: plugins::installed(manifests()),
                plugins: plugins::all().iter().filter(|plugin| names.contains(plugin.name.as_str())).collect(),
                is_alone: names.contains("pytest") && names.iter().all(|name| SMALL.contains(name)),
                is_unsure: !names.iter().all(known),
                registers: units().any(|unit| unit.facts.registers_marks),
                has_hooks: units().enumerate().any(has_hooks),
                leave_out: conftests.iter().copied().filter(leaves_out).collect(),
                conftests,
            }
        })
    }

    /// Whether a file holds fixtures for others.
    pub(super) fn is_conftest(&self, file: File) -> bool {
        let path = self.values.index.path(file);
        let kept_out = || self.manifests.pytest(path).is_some_and(|(home, settings)| is_kept_out(home, settings, path));
        path.rsplit('/').next() == Some("conftest.py") && !is_passed_by(path) && !kept_out()
    }

    pub(super) fn plugins(&self) -> plugins::Installed {
        self.pytest().installed
    }

    /// Whether a plugin that davy knows is declared.
    fn has_plugin(&self, name: &str) -> bool {
        self.pytest().plugins.iter().any(|plugin| plugin.name == name)
    }

    /// Pytest itself, and the plugins that are declared.
    pub(super) fn there(&self) -> impl Iterator<Item = &'static plugins::Plugin> + '_ {
        let own = plugins::all().iter().filter(|plugin| plugin.name == "pytest");
        own.chain(self.pytest().plugins.iter().copied().filter(|plugin| plugin.name != "pytest"))
    }

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
        let sets = |of: File| {
            self.values.units[of].facts.sets_env.iter().filter(move |set| set.name == variable || set.name == "*")
        };
        (0..self.values.units.len()).filter(|one| *one != file).find(|&one| {
            if !(self.collected(one).is_yes() || self.is_conftest(one)) {
                return false;
            }
            let imports = self.values.units[one].facts.symbols.values().flatten().any(|binding| match binding {
                Binding::Import(name) => leads(one, name),
                _ => false,
            });
            let facts = &self.values.units[one].facts;
            let whole = |module: &String| index.import(one, 0, module) == Found::File(file);
            let imports = imports || facts.submodules.iter().any(whole);
            // Set in time, in the file itself, in a conftest above it, or by a plugin.
            let in_time = || sets(one).any(|set| !set.after.iter().any(|name| leads(one, name)));
            imports && !in_time() && !self.is_set_above(one, variable)
        })
    }

    /// The variable of the environment that a name of a file is imported from, where nobody has set it as a test imports the file, and its
    /// default is not what is wanted; with that test.
    pub fn tripped_over(&self, file: File, name: &str, wanted: &str) -> Option<(String, File)> {
        let [Binding::Import(Name::Import { level, module, path })] =
            self.values.units[file].facts.symbols.get(name)?.as_slice()
        else {
            return None;
        };
        let Found::File(of) = self.values.index.import(file, *level, module) else { return None };
        let facts = &self.values.units[of].facts;
        let (variable, default) =
            facts.reads_env.get(path).filter(|_| facts.symbols.get(path).is_some_and(|all| all.len() == 1))?;
        if default.as_deref() == Some(wanted) || self.is_set_before(of, variable) {
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
            let sets = |set: &crate::fact::EnvSet| set.name == variable || set.name == "*";
            other != file && is_above && self.values.units[other].facts.sets_env.iter().any(sets)
        });
        let settings = self.manifests.pytest(path).map(|(_, settings)| settings);
        above
            || ["pytest-env", "pytest-dotenv"].iter().any(|name| self.has_plugin(name))
            || settings.is_some_and(|settings| ["env", "env_files"].iter().any(|key| !settings.lines(key).is_empty()))
    }

    /// Whether anybody sets a variable by the time that a file is imported, as far as the project shows.
    pub(super) fn is_set(&self, file: File, variable: &str) -> bool {
        let own = &self.values.units[file].facts.sets_env;
        let shell = ["PATH", "HOME", "USER", "PWD", "LANG", "TMPDIR", "SHELL", "PYTEST_CURRENT_TEST", "PYTEST_VERSION"];
        shell.contains(&variable)
            || own.iter().any(|set| set.name == variable || set.name == "*")
            || self.is_set_above(file, variable)
            || self.is_set_before(file, variable)
    }

    /// Whether something among the tests sets a variable before it imports a file: a test, a conftest, an `__init__`, what they bring in.
    fn is_set_before(&self, file: File, variable: &str) -> bool {
        let edges = self.runs_in_tests();
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
            let mut seen: HashSet<File> = queue.iter().copied().collect();
            while let Some(next) = queue.pop() {
                if next == file {
                    return true;
                }
                queue.extend(edges.get(&next).into_iter().flatten().copied().filter(|&one| seen.insert(one)));
            }
            false
        };
        edges.keys().copied().filter(|&from| from != file).any(|from| {
            let sets = self.values.units[from].facts.sets_env.iter();
            let mut sets = sets.filter(|set| set.name == variable || set.name == "*");
            sets.any(|set| !set.after.iter().any(|name| leads(from, name)))
        })
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

    /// Whether `testpaths` names nothing that is there.
    pub(super) fn missing_testpaths(&self, file: File) -> Verdict {
        let Some(settings) = self.configures(file) else { return Verdict::No };
        Verdict::from_bool(self.testpaths_missing(index::parent(self.values.index.path(file)), settings))
    }

    /// Whether `testpaths` names nothing that is there: then pytest looks everywhere.
    pub(super) fn testpaths_missing(&self, home: &str, settings: &PytestSettings) -> bool {
        let named = settings.words("testpaths");
        let there = |word: &String| {
            let word = word.trim_start_matches("./").trim_end_matches('/');
            let whole = if home.is_empty() { word.to_owned() } else { format!("{home}/{word}") };
            word.is_empty()
                || word == "."
                || word.contains(['*', '?', '['])
                || word.starts_with("..")
                || self.values.index.paths().any(|path| path == whole || path.starts_with(&format!("{whole}/")))
        };
        !named.is_empty() && !named.iter().any(there)
    }

    /// Whether pytest takes the name of a file of tests for a package with a module in it.
    pub(super) fn dotted_name(&self, file: File) -> Verdict {
        let path = self.values.index.path(file);
        let name = path.rsplit('/').next().unwrap_or(path);
        let dotted = name.strip_suffix(".py").is_some_and(|stem| stem.contains('.'));
        Verdict::from_bool(dotted && self.collected(file).is_yes() && !self.is_importlib(path))
    }

    /// Whether nothing that the project declares brings a module: certain only where it declares pytest and small plugins of it.
    pub(super) fn uninstalled(&self, file: File, module: &str) -> Verdict {
        let top = module.split('.').next().unwrap_or(module);
        if !self.pytest().is_alone || is_stdlib(top) {
            return Verdict::No;
        }
        let is_here = !matches!(self.values.index.import(file, 0, top), Found::External)
            || self
                .values
                .index
                .paths()
                .any(|path| path.split('/').any(|part| part.strip_suffix(".py").unwrap_or(part) == top));
        let brought = BROUGHT.split_ascii_whitespace().any(|one| one == top) || top.starts_with("pytest");
        let expects =
            |unit: &&crate::unit::Unit| unit.facts.may_lack.iter().any(|one| one.split('.').next() == Some(top));
        let is_expected = self.values.units.iter().any(expects);
        Verdict::from_bool(!brought && !is_here && !is_expected)
    }

    /// Whether neither the project nor what it declares has a module that Python has dropped.
    pub(super) fn not_backported(&self, file: File, module: &str) -> bool {
        let backports = [
            format!("standard-{module}"),
            format!("legacy-{module}"),
            format!("py{module}"),
            format!("{module}-lts"),
            format!("zombie-{module}"),
        ];
        let mut manifests = self.project.manifests.iter();
        let declared = manifests.any(|(_, manifest)| backports.iter().any(|name| manifest.declares(name)));
        let beside = format!("{}/{module}.py", index::parent(self.values.index.path(file)));
        !declared
            && self.values.index.file(beside.trim_start_matches('/')).is_none()
            && self.values.index.import(file, 0, module) == Found::External
    }

    /// The files that are imported when the tests are collected: theirs, conftests, and what those import, whatever happens; with what
    /// each imports.
    pub(super) fn runs_in_tests(&self) -> &HashMap<File, Vec<File>> {
        self.runs_in_tests.get_or_init(|| {
            let all = 0..self.values.units.len();
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
            let mut seen: HashSet<File> = queue.iter().copied().collect();
            let mut found = HashMap::new();
            while let Some(file) = queue.pop() {
                let imports = self.imports(file);
                queue.extend(imports.iter().copied().filter(|&next| seen.insert(next)));
                found.insert(file, imports);
            }
            found
        })
    }

    /// Whether a file that pytest takes for one of tests is one, and no script that is called so.
    fn holds_tests(&self, file: File) -> bool {
        let unit = self.values.units[file];
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
        let facts = &self.values.units[file].facts;
        let mut found = Vec::new();
        let mut homes: HashMap<(u32, &str), Option<File>> = HashMap::new();
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

    /// Whether the project declares packages that may be plugins for all that is known.
    pub(super) fn plugins_unsure(&self) -> bool {
        self.pytest().is_unsure
    }

    /// Whether neither the configuration nor a plugin registers a mark. A conftest may register some when it runs.
    pub(super) fn unknown_mark(&self, file: File, mark: &str) -> Verdict {
        let path = self.values.index.path(file);
        let Some((_, settings)) = self.manifests.pytest(path) else { return Verdict::Unknown };
        let lines = settings.lines("markers");
        let registered = lines.iter().any(|line| line.split([':', '(']).next().is_some_and(|name| name.trim() == mark));
        let by_plugin = self.there().any(|plugin| plugin.marks.iter().any(|one| one == mark));
        if registered || by_plugin {
            return Verdict::No;
        }
        let registers = self.pytest().registers;
        match self.plugins() == plugins::Installed::Known && !registers {
            true => Verdict::Yes,
            false => Verdict::Unknown,
        }
    }

    /// Whether unknown marks are errors.
    pub(super) fn strict_marks(&self, file: File) -> bool {
        let Some((_, settings)) = self.manifests.pytest(self.values.index.path(file)) else { return false };
        let on = |key: &str| settings.text(key).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let option = |word: &String| matches!(word.as_str(), "--strict-markers" | "--strict");
        on("strict_markers") || on("strict") || settings.words("addopts").iter().any(option)
    }

    /// Whether asynchronous tests need a mark that this one does not have, or nobody awaits them at all.
    pub(super) fn nobody_awaits(&self, file: File) -> Verdict {
        let path = self.values.index.path(file);
        let settings = self.manifests.pytest(path).map(|(_, settings)| settings);
        let says =
            |key: &str| settings.and_then(|settings| settings.text(key)).is_some_and(|mode| mode.trim() == "auto");
        let option = settings.map(|settings| settings.words("addopts")).unwrap_or_default();
        let auto = says("asyncio_mode")
            || says("anyio_mode")
            || says("trio_mode")
            || option.iter().any(|word| word.contains("-mode"));
        // What awaits everything, or may: plugins that davy knows little of, and hooks of the project's own.
        let others = ["pytest-aiohttp", "pytest-trio"];
        let unclear = self.plugins() == plugins::Installed::Unclear
            || others.iter().any(|name| self.has_plugin(name))
            || self.pytest().registers;
        match (auto, unclear) {
            (true, _) => Verdict::No,
            (false, true) => Verdict::Unknown,
            (false, false) => Verdict::Yes,
        }
    }

    /// What a file says of pytest.
    pub(super) fn configures(&self, file: File) -> Option<&PytestSettings> {
        let path = self.values.index.path(file);
        let manifest = self.project.manifests.iter().find(|(known, _)| known == path);
        manifest.and_then(|(_, manifest)| manifest.pytest.as_ref())
    }

    pub(super) fn unknown_setting(&self, file: File, key: &str) -> Verdict {
        if self.configures(file).is_none() {
            return Verdict::No;
        }
        let knows = |plugin: &plugins::Plugin| plugin.settings.iter().any(|one| one == key);
        // Of a plugin that nobody declares it is as unknown as any other.
        let known = self.there().any(knows)
            || plugins::all().iter().any(knows) && self.plugins() == plugins::Installed::Unclear;
        match (known, self.plugins()) {
            (true, _) => Verdict::No,
            (false, plugins::Installed::Known) => Verdict::from_bool(!self.pytest().registers),
            (false, plugins::Installed::Unclear) => Verdict::Unknown,
        }
    }

    pub(super) fn unknown_option(&self, file: File, option: &str) -> Verdict {
        if self.configures(file).is_none() || self.plugins() == plugins::Installed::Unclear {
            return Verdict::Unknown;
        }
        let mut having = plugins::all()
            .iter()
            .filter(|plugin| plugin.options.iter().any(|one| one == option || one == "-n" && option.starts_with("-n")));
        let files = 0..self.values.units.len();
        let added: Vec<File> =
            files.filter(|&one| self.values.units[one].facts.adds_options.contains(option)).collect();
        // Options of a conftest that pytest reads too late are not there when it starts.
        if !added.is_empty() {
            let is_late = |&one: &File| self.is_conftest(one) && self.lower_conftest(one).is_yes();
            return Verdict::from_bool(having.clone().next().is_none() && added.iter().all(is_late));
        }
        if having.clone().next().is_none() {
            // Nobody's: a conftest may add options, and short ones may be joined.
            return Verdict::from_bool(
                option.starts_with("--") && !self.pytest().registers && !self.pytest().is_unsure,
            );
        }
        Verdict::from_bool(!having.any(|plugin| plugin.name == "pytest" || self.has_plugin(&plugin.name)))
    }

    /// Whether the project declares pytest, all of its plugins are known, and this is none of them.
    pub(super) fn no_plugin(&self, name: &str) -> Verdict {
        let declared = self.project.manifests.iter().any(|(_, manifest)| {
            manifest.declares(name) || plugins::installed_by_commands(manifest).any(|one| one == name)
        });
        Verdict::from_bool(self.pytest().is_used && self.plugins() == plugins::Installed::Known && !declared)
    }

    /// Whether nothing that the project declares or has can bring a hook; those of plugins begin with their name, but for xdist's.
    pub(super) fn unknown_hook(&self, name: &str) -> Verdict {
        const OF_XDIST: [&str; 4] = ["configure_node", "testnodeready", "testnodedown", "handlecrashitem"];
        let rest = name.strip_prefix("pytest_").unwrap_or(name);
        let of_plugin = plugins::all().iter().any(|plugin| {
            let short = plugin.name.trim_start_matches("pytest-").replace('-', "_");
            short != "pytest" && rest.starts_with(&short)
        });
        let adds = |unit: &&crate::unit::Unit| unit.facts.symbols.contains_key("pytest_addhooks");
        let known = OF_XDIST.contains(&rest) || of_plugin || self.values.units.iter().any(adds);
        match self.plugins() == plugins::Installed::Known && !self.pytest().is_unsure {
            true => Verdict::from_bool(!known),
            false => Verdict::Unknown,
        }
    }

    /// Whether pytest reads a conftest only when it comes to its folder: it lies below the root, the folders of tests
    /// there, and what `testpaths` names.
    pub(super) fn lower_conftest(&self, file: File) -> Verdict {
        let path = self.values.index.path(file);
        let Some((home, settings)) = self.manifests.pytest(path).filter(|_| self.is_conftest(file)) else {
            return Verdict::No;
        };
        let folder = index::parent(path);
        let below = folder.strip_prefix(home).unwrap_or(folder).trim_start_matches('/');
        let named = settings.words("testpaths");
        let early = match named.is_empty() {
            true => below.is_empty() || !below.contains('/') && below.starts_with("test"),
            false => {
                below.is_empty()
                    || named.iter().any(|one| {
                        let one = one.trim_start_matches("./").trim_end_matches('/');
                        one == below
                            || below
                                .strip_prefix(one)
                                .is_some_and(|rest| rest.starts_with("/test") && !rest[1..].contains('/'))
                    })
            }
        };
        Verdict::from_bool(!early)
    }

    /// Whether a file lies among tests, and pytest passes it by for its name alone; nobody else reads it either.
    pub(super) fn uncollected(&self, file: File) -> Verdict {
        let path = self.values.index.path(file);
        let said = self.manifests.pytest(path);
        let settings = said.map(|(_, settings)| settings);
        if said.is_some_and(|(home, settings)| is_kept_out(home, settings, path)) {
            return Verdict::No;
        }
        let among_tests = index::parent(path).split('/').any(|part| matches!(part, "tests" | "test"));
        let name = path.rsplit('/').next().unwrap_or(path);
        // Tests in the `__init__` of a package are passed by like others.
        let is_init = name == "__init__.py";
        let is_file = is_init || name.ends_with(".py") && name.to_ascii_lowercase().contains("test");
        // unittest and others have names of their own; where pytest runs, a file beside has its name.
        let folder = index::parent(path);
        let uses_pytest = settings.is_some()
            || self.values.index.paths().any(|other| index::parent(other) == folder && matches(settings, other));
        let lost = among_tests && is_file && uses_pytest && !is_passed_by(path) && !matches(settings, path);
        Verdict::from_bool(lost && (is_init || !self.is_imported(file)))
    }

    /// Whether another file imports this one, or anything from it.
    fn is_imported(&self, file: File) -> bool {
        let index = self.values.index;
        self.values.units.iter().enumerate().filter(|(other, _)| *other != file).any(|(other, unit)| {
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
        })
    }

    /// Whether another file imports a name from this one.
    pub(super) fn imported_elsewhere(&self, file: File, name: &str) -> bool {
        let index = self.values.index;
        self.values.units.iter().enumerate().any(|(other, unit)| {
            let bindings = unit.facts.symbols.values().flatten();
            let named = bindings.filter_map(|binding| match binding {
                Binding::Import(Name::Import { level, module, path }) if path == name => Some((*level, module)),
                _ => None,
            });
            let starred = unit.facts.stars.iter().filter_map(|star| match star {
                Name::Import { level, module, .. } => Some((*level, module)),
                Name::Here(_) => None,
            });
            other != file
                && named.chain(starred).any(|(level, module)| index.import(other, level, module) == Found::File(file))
        })
    }

    /// Whether a file is part of what the project ships, and `module` is not.
    pub(super) fn is_production(&self, file: File, module: &str) -> Verdict {
        let index = self.values.index;
        let path = index.path(file);
        let plays_otherwise = [Role::Test, Role::Docs, Role::Migration, Role::Generated]
            .iter()
            .any(|role| plays(path, *role, self.values.units[file].generated).is_yes());
        // A module of a package, not a script that a developer runs.
        let name = path.rsplit('/').next().unwrap_or(path);
        let in_package = index.file(&format!("{}/__init__.py", index::parent(path))).is_some();
        let says_test = path.split('/').any(|part| part.contains("test") || part.contains("bench"));
        let is_tool = matches!(name, "conftest.py" | "setup.py" | "noxfile.py" | "tasks.py");
        // What the package itself asks for is there; a list of requirements may be a developer's.
        let package = |kind| matches!(kind, Kind::Pyproject | Kind::SetupCfg | Kind::SetupPy);
        let declared = self.project.manifests.iter().any(|(_, manifest)| {
            let mut own = manifest.requirements.iter().filter(|one| one.extra_or_group.is_none());
            package(manifest.kind) && own.any(|one| one.name == module)
        });
        let there = module == "pytest" || matches!(index.import(file, 0, module), Found::File(_) | Found::Folder(_));
        Verdict::from_bool(in_package && there && !plays_otherwise && !says_test && !is_tool && !declared)
    }
}

/// Whether a file lies below what `testpaths` names, where it names any; globs are not followed.
fn is_below(folder: &str, settings: &PytestSettings, path: &str) -> bool {
    let named = settings.words("testpaths");
    let below = |named: &String| {
        let named = named.trim_start_matches("./").trim_end_matches('/');
        let whole = if folder.is_empty() { named.to_owned() } else { format!("{folder}/{named}") };
        named.is_empty()
            || named == "."
            || named.contains('*')
            || path == whole
            || path.starts_with(&format!("{whole}/"))
    };
    named.is_empty() || named.iter().any(below)
}

fn is_passed_by(path: &str) -> bool {
    index::parent(path)
        .split('/')
        .any(|part| PASSED_BY.contains(&part) || part.starts_with('.') || part.ends_with(".egg"))
}

/// Whether a file lies in a folder that `norecursedirs` keeps pytest from.
fn is_kept_out(home: &str, settings: &PytestSettings, path: &str) -> bool {
    let patterns = settings.words("norecursedirs");
    if patterns.is_empty() {
        return false;
    }
    let below = path[home.len()..].trim_start_matches('/');
    let mut folders = below.match_indices('/').map(|(at, _)| &below[..at]);
    folders.any(|folder| {
        let name = folder.rsplit('/').next().unwrap_or(folder);
        patterns.iter().map(|pattern| pattern.trim_start_matches("./").trim_end_matches('/')).any(|pattern| {
            let in_path = folder == pattern || folder.ends_with(&format!("/{pattern}"));
            if pattern.contains('/') { in_path || fits(pattern, folder) } else { fits(pattern, name) }
        })
    })
}

/// Whether `--ignore` or `--ignore-glob` in `addopts` keeps pytest from a file.
fn is_ignored_by_option(home: &str, settings: &PytestSettings, path: &str) -> bool {
    let words = settings.words("addopts");
    if !words.iter().any(|word| word.starts_with("--ignore")) {
        return false;
    }
    let below = path[home.len()..].trim_start_matches('/');
    let plain = |value: &str| value.trim_matches(['"', '\'']).trim_start_matches("./").trim_end_matches('/').to_owned();
    let values = |option: &str| {
        let joined = words.iter().filter_map(|word| word.strip_prefix(option)?.strip_prefix('=').map(plain));
        let apart = words.windows(2).filter(|pair| pair[0] == option).map(|pair| plain(&pair[1]));
        joined.chain(apart).collect::<Vec<_>>()
    };
    let lies = |folder: &String| below == folder || below.starts_with(&format!("{folder}/"));
    values("--ignore").iter().any(lies) || values("--ignore-glob").iter().any(|pattern| fits(pattern, below))
}

/// Whether a name is what a pattern of the shell wants.
fn fits(pattern: &str, name: &str) -> bool {
    // Most have one star, and need no automaton.
    match pattern.split_once('*') {
        Some((before, after)) if !after.contains(['*', '?', '[', '{']) && !before.contains(['?', '[', '{', '\\']) => {
            name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
        }
        None if !pattern.contains(['?', '[', '{']) => pattern == name,
        _ => globset::Glob::new(pattern).is_ok_and(|glob| glob.compile_matcher().is_match(name)),
    }
}

/// Whether a path has a name that `python_files` wants.
fn matches(settings: Option<&PytestSettings>, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let words = settings.map(|settings| settings.words("python_files")).unwrap_or_default();
    let patterns: Vec<&str> =
        if words.is_empty() { vec!["test_*.py", "*_test.py"] } else { words.iter().map(String::as_str).collect() };
    // A pattern with a folder in it fits the end of the path.
    patterns.iter().any(|pattern| match pattern.contains('/') {
        true => fits(&format!("*/{}", pattern.trim_start_matches('/')), &format!("/{path}")),
        false => fits(pattern, name),
    })
}

impl<'a> Manifests<'a> {
    /// What pytest takes its settings from, for a file, with the folder of that: the nearest folder upward that says any, and in it the file that pytest prefers.
    pub fn pytest(&self, path: &str) -> Option<(&'a str, &'a PytestSettings)> {
        let rank = |kind: Kind| match kind {
            Kind::PytestToml => 0,
            Kind::PytestIni => 1,
            Kind::Pyproject => 2,
            Kind::ToxIni => 3,
            _ => 4,
        };
        self.nearest(path, |entries| {
            let said = entries
                .iter()
                .filter_map(|(path, manifest)| Some((rank(manifest.kind), path.as_str(), manifest.pytest.as_ref()?)));
            let first = said.min_by_key(|(rank, ..)| *rank);
            first.map(|(_, path, settings)| (index::parent(path), settings))
        })
    }
}
