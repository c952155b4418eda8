//! What pytest would collect, by its configuration and the names of files.

use super::index::{self, File};
use super::judge::Judge;
use super::project::{Manifests, plays};
use super::reads::{Of, apart, note};
use crate::fact::{Role, Verdict};
use crate::link::index::Found;
use crate::manifest::{Kind, PytestSettings};
use std::sync::OnceLock;

/// Folders that pytest does not enter by itself (`norecursedirs`), and those that hold what tests read rather than tests.
pub(super) const PASSED_BY: [&str; 21] = [
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

impl Judge<'_> {
    /// Whether pytest takes a file for one of tests, and collects classes and functions by their usual names.
    pub(super) fn collected(&self, file: File) -> Verdict {
        let path = self.values.index.path(file);
        note(Of::Collected, path);
        let is_collected = || {
            let is_looked_at = || {
                let said = self.manifests.pytest(path);
                said.is_none_or(|(home, settings)| {
                    is_below(home, settings, path) || self.looks_everywhere(home, settings)
                })
            };
            self.is_test_file(file) && is_looked_at() && !self.is_left_out(path)
        };
        let collected = self.collected.get_or_init(|| (0..self.values.units.len()).map(|_| OnceLock::new()).collect());
        *collected[file].get_or_init(|| Verdict::from_bool(apart(is_collected)))
    }

    /// Whether `testpaths` of a folder names nothing that is there, looked up once.
    fn looks_everywhere(&self, home: &str, settings: &PytestSettings) -> bool {
        let known = self.everywhere.lock().ok().and_then(|known| known.get(home).copied());
        known.unwrap_or_else(|| {
            let is_missing = self.testpaths_missing(home, settings);
            if let Ok(mut known) = self.everywhere.lock() {
                known.insert(home.to_owned(), is_missing);
            }
            is_missing
        })
    }

    /// Whether a file has the name of one of tests, in a folder that pytest enters, and its tests have the usual names.
    pub(super) fn is_test_file(&self, file: File) -> bool {
        let path = self.values.index.path(file);
        // Whatever `python_files` says, pytest imports nothing else.
        if !path.ends_with(".py") {
            return false;
        }
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
        let key = if is_class { "python_classes" } else { "python_functions" };
        let passes = !settings.words(key).is_empty() && !self.taken_by_name(file, is_class, name);
        let looked_at = matches(Some(settings), path)
            && is_below(home, settings, path)
            && !is_passed_by(path)
            && !is_kept_out(home, settings, path)
            && !is_ignored_by_option(home, settings, path)
            && !self.is_left_out(path);
        Verdict::from_bool(passes && looked_at)
    }

    /// Whether the configuration of pytest takes a class or function of a name for one of tests.
    pub(super) fn taken_by_name(&self, file: File, is_class: bool, name: &str) -> bool {
        let settings = self.manifests.pytest(self.values.index.path(file)).map(|(_, settings)| settings);
        let key = if is_class { "python_classes" } else { "python_functions" };
        let words = settings.map(|settings| settings.words(key)).unwrap_or_default();
        let usual = if is_class { "Test" } else { "test" };
        let takes = |word: &str| name.starts_with(word) || word.contains(['*', '?', '[']) && fits(word, name);
        if words.is_empty() { takes(usual) } else { words.iter().any(|word| takes(word)) }
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
            let facts = &self.values.units.of(conftest).facts;
            let decides = facts.symbols.contains_key("pytest_ignore_collect");
            let mut named = facts.left_out.iter().map(|(pattern, is_glob)| match is_glob {
                false => below == pattern || below.starts_with(&format!("{}/", pattern.trim_end_matches('/'))),
                true => fits(pattern, below),
            });
            inside && (decides || named.any(|one| one))
        })
    }

    /// Whether a file holds fixtures for others.
    pub(super) fn is_conftest(&self, file: File) -> bool {
        let path = self.values.index.path(file);
        let kept_out = || self.manifests.pytest(path).is_some_and(|(home, settings)| is_kept_out(home, settings, path));
        path.rsplit('/').next() == Some("conftest.py") && !is_passed_by(path) && !kept_out()
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

    /// What a file says of pytest, where pytest listens to it.
    pub(super) fn configures(&self, file: File) -> Option<&PytestSettings> {
        let path = self.values.index.path(file);
        let manifest = self.project.manifests.iter().find(|(known, _)| known == path);
        let own = manifest.and_then(|(_, manifest)| manifest.pytest.as_ref())?;
        // Another file in the folder may come before it.
        let counts = self.manifests.pytest(path).is_some_and(|(_, settings)| std::ptr::eq(settings, own));
        counts.then_some(own)
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
                            || one.contains('*') && (fits(one, below) || fits(&format!("{one}/test*"), below))
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

    /// Whether a file is part of what the project ships, and `module` is not.
    pub(super) fn is_production(&self, file: File, module: &str) -> Verdict {
        let index = self.values.index;
        let path = index.path(file);
        let plays_otherwise = [Role::Test, Role::Docs, Role::Migration, Role::Generated]
            .iter()
            .any(|role| plays(path, *role, self.values.units.of(file).generated).is_yes());
        // A module of a package, not a script that a developer runs.
        let name = path.rsplit('/').next().unwrap_or(path);
        let in_package = index.file(&format!("{}/__init__.py", index::parent(path))).is_some();
        let says_test = path.split('/').any(|part| part.contains("test") || part.contains("bench"));
        let is_tool = matches!(name, "conftest.py" | "setup.py" | "noxfile.py" | "tasks.py");
        // What the package itself asks for is there; a list of requirements may be a developer's.
        let package = |kind| matches!(kind, Kind::Pyproject | Kind::SetupCfg | Kind::SetupPy);
        note(Of::Declared, module);
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
    let patterns = settings.map(|settings| settings.words("python_files")).unwrap_or_default();
    if patterns.is_empty() {
        return name.ends_with(".py") && (name.starts_with("test_") || name.ends_with("_test.py"));
    }
    // A pattern with a folder in it fits the end of the path.
    patterns.iter().any(|pattern| match pattern.contains('/') {
        true => fits(&format!("*/{}", pattern.trim_start_matches('/')), &format!("/{path}")),
        false => fits(pattern, name),
    })
}

impl<'a> Manifests<'a> {
    /// What pytest takes its settings from, for a file, with the folder of that: the nearest folder upward that says any, and in it the file that pytest prefers.
    pub fn pytest(&self, path: &str) -> Option<(&'a str, &'a PytestSettings)> {
        if self.pytest.is_empty() {
            return None;
        }
        let mut folder = index::parent(path);
        loop {
            match self.pytest.get(folder) {
                None if folder.is_empty() => return None,
                None => folder = index::parent(folder),
                found => return found.copied(),
            }
        }
    }
}
