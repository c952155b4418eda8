//! Files of tests that no run of plain `pytest` reaches, because `testpaths` names other folders: one finding a folder.

use super::index::{File, parent};
use super::judge::Judge;
use super::reads::{Of, note};
use crate::fact::Binding;
use crate::finding::Finding;
use crate::manifest::Kind;
use crate::text::Span;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Folders whose tests are there to be read or measured, and left out on purpose.
const ON_PURPOSE: [&str; 18] = [
    "bench",
    "benches",
    "benchmark",
    "benchmarks",
    "contrib",
    "demo",
    "demos",
    "doc",
    "example",
    "experimental",
    "perf",
    "performance",
    "profiling",
    "scripts",
    "third_party",
    "tools",
    "vendor",
    "vendored",
];

impl Judge<'_> {
    /// The first file of each folder that `testpaths` leaves out, with what to say of it.
    pub(super) fn outside(&self) -> FxHashMap<File, Finding> {
        let index = self.values.index;
        let mut folders: BTreeMap<&str, Vec<File>> = BTreeMap::new();
        for file in self.values.units.files() {
            if let Some(folder) = self.left_aside(file) {
                folders.entry(folder).or_default().push(file);
            }
        }
        let mut found = FxHashMap::default();
        for (folder, mut files) in folders {
            files.sort_by_key(|&file| index.path(file));
            let Some(at) = self.first_test(files[0]) else { continue };
            let others = match files.len() - 1 {
                0 => String::new(),
                1 => format!(", nor those of another file in `{folder}`"),
                more => format!(", nor those of {more} other files in `{folder}`"),
            };
            let text = format!("`testpaths` names other folders: `pytest` alone never runs these tests{others}");
            let mut finding = Finding::new("TST009", at, vec![text.into()]);
            finding.help(format!(
                "name `{folder}` in `testpaths`, or keep the command that runs it in a makefile, CI or tox"
            ));
            found.insert(files[0], finding);
        }
        found
    }

    /// The name of the first function or class of a file that is a test.
    fn first_test(&self, file: File) -> Option<Span> {
        let symbols = &self.values.units.of(file).facts.symbols;
        let is_method = |name: &str, bindings: &Vec<Binding>| {
            name.starts_with("test")
                && !name.contains('.')
                && bindings.iter().any(|binding| matches!(binding, Binding::Function(_)))
        };
        let has_method = |class: &str| {
            let prefix = format!("{class}.");
            let below = symbols.range(prefix.clone()..).take_while(|(name, _)| name.starts_with(&prefix));
            below.into_iter().any(|(name, bindings)| is_method(&name[prefix.len()..], bindings))
        };
        let tests = symbols.iter().filter(|(name, _)| !name.contains('.')).flat_map(|(name, bindings)| {
            bindings.iter().filter_map(|binding| match binding {
                Binding::Function(function) if name.starts_with("test") => Some(function.span),
                Binding::Class(class) if name.starts_with("Test") && has_method(name) => Some(class.span),
                _ => None,
            })
        });
        tests.min()
    }

    /// The highest folder around a file of tests that `testpaths` leaves out, and nothing else runs.
    fn left_aside(&self, file: File) -> Option<&str> {
        let path = self.values.index.path(file);
        let (home, settings) = self.manifests.pytest(path)?;
        let named = settings.words("testpaths");
        if named.is_empty() || !self.is_test_file(file) || self.testpaths_missing(home, settings) {
            return None;
        }
        let below_home = |named: &str| {
            let named = named.trim_start_matches("./").trim_end_matches('/');
            if home.is_empty() { named.to_owned() } else { format!("{home}/{named}") }
        };
        let named: Vec<String> = named.iter().map(|named| below_home(named)).collect();
        if named.iter().any(|named| named.contains('*') || named.is_empty()) {
            return None;
        }
        if named.iter().any(|named| path == named || path.starts_with(&format!("{named}/"))) {
            return None;
        }
        let facts = &self.values.units.of(file).facts;
        let is_test = |(name, bindings): (&String, &Vec<Binding>)| {
            let own = bindings.iter().any(|binding| !matches!(binding, Binding::Import(_)));
            let method = || name.split_once('.').is_some_and(|(_, method)| method.starts_with("test_"));
            own && (name.starts_with("test") && !name.contains('.') || name.starts_with("Test") && method())
        };
        if !facts.symbols.iter().any(is_test) {
            return None;
        }
        let ends = path.match_indices('/').map(|(at, _)| &path[..at]);
        let mut folders = ends.filter(|folder| folder.len() > home.len());
        let holds =
            |folder: &str| named.iter().any(|named| named == folder || named.starts_with(&format!("{folder}/")));
        let folder = folders.find(|folder| !holds(folder))?;
        let inside = path[home.len()..].trim_start_matches('/');
        if inside.split('/').any(|part| ON_PURPOSE.contains(&part.to_lowercase().as_str())) {
            return None;
        }
        (!self.is_run_apart(path, home)).then_some(folder)
    }

    /// Whether a folder between has a project of its own, or a command that the project keeps names one.
    fn is_run_apart(&self, path: &str, home: &str) -> bool {
        let mut around = Vec::new();
        let mut folder = parent(path);
        while folder.len() > home.len() {
            around.push(folder);
            folder = parent(folder);
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        note(Of::Commands, "");
        self.project.manifests.iter().any(|(from, manifest)| {
            let base = parent(from);
            let starts_project = !matches!(manifest.kind, Kind::EnvExample | Kind::Metadata);
            // `cd tests; pytest e2e`, `pytest tests/e2e`, `working-directory: e2e`.
            let is_named = |folder: &&str| {
                let ends = folder.match_indices('/').map(|(at, _)| &folder[at + 1..]);
                [*folder].into_iter().chain(ends).any(|one| manifest.commands.contains(one))
            };
            starts_project && around.contains(&base) || around.iter().any(is_named) || manifest.commands.contains(name)
        })
    }
}
