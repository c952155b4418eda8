//! Fixtures: which one a test sees under a name, and whether it can have it.

use super::index::{self, File, Found};
use super::judge::Judge;
use crate::fact::{Binding, FixtureFact, Lifetime, Name, Verdict};
use crate::manifest::plugins;

/// Fixtures of pytest's own that live for one test (`pytest --fixtures` of 9.2 names the scope of the others), and pytest-mock's.
const FOR_ONE_TEST: [&str; 15] = [
    "monkeypatch",
    "tmp_path",
    "tmpdir",
    "capsys",
    "capsysbinary",
    "capfd",
    "capfdbinary",
    "caplog",
    "capteesys",
    "recwarn",
    "record_property",
    "record_xml_attribute",
    "pytester",
    "testdir",
    "mocker",
];

/// How deep fixtures that ask for others are followed.
const DEPTH: usize = 8;

impl Judge<'_> {
    /// The conftests of a file, the nearest first.
    fn homes(&self, path: &str) -> impl Iterator<Item = File> {
        let mut found = Vec::new();
        let mut folder = index::parent(path);
        loop {
            let conftest = if folder.is_empty() { "conftest.py".to_owned() } else { format!("{folder}/conftest.py") };
            found.extend(self.values.index.file(&conftest));
            if folder.is_empty() {
                break;
            }
            folder = index::parent(folder);
        }
        found.into_iter()
    }

    /// Whether nothing that a test of a file could use defines a fixture: the file, where it counts, the conftests above it, the plugins.
    pub(super) fn unknown_fixture(&self, file: File, name: &str, counts: bool) -> Verdict {
        let path = self.values.index.path(file);
        if self.plugins() == plugins::Installed::Unclear
            || self.pytest().has_hooks
            || self.manifests.pytest(path).is_none()
        {
            return Verdict::Unknown;
        }
        let by_plugin = self.there().any(|plugin| plugin.fixtures.iter().any(|one| one == name));
        let homes = self.homes(path).filter(|home| *home != file).chain(counts.then_some(file));
        let mut found = Verdict::from_bool(by_plugin);
        for home in homes {
            let unit = self.values.units.of(home);
            // What is imported or assigned under the name may be one.
            let is_named = unit.facts.symbols.contains_key(name) && !unit.facts.renamed.contains(name);
            if unit.facts.fixtures.contains_key(name) || is_named {
                return Verdict::No;
            }
            match self.starred_fixture(home, name, 0) {
                Verdict::Yes => return Verdict::No,
                Verdict::Unknown => found = Verdict::Unknown,
                Verdict::No => {}
            }
            if found == Verdict::No && self.brings_renamed(home, name) {
                return Verdict::No;
            }
            if unit.facts.dynamic || unit.broken {
                found = Verdict::Unknown;
            }
        }
        match found {
            Verdict::Yes => Verdict::No,
            Verdict::No => Verdict::Yes,
            Verdict::Unknown => Verdict::Unknown,
        }
    }

    /// Whether a file imports a function that is a fixture of this name: `@pytest.fixture(name="user") def make_user()`.
    fn brings_renamed(&self, file: File, name: &str) -> bool {
        let bindings = self.values.units.of(file).facts.symbols.values().flatten();
        let mut imports = bindings.filter_map(|binding| match binding {
            Binding::Import(Name::Import { level, module, path }) if !path.is_empty() => Some((*level, module, path)),
            _ => None,
        });
        imports.any(|(level, module, path)| match self.values.index.import(file, level, module) {
            Found::File(of) => {
                let facts = &self.values.units.of(of).facts;
                facts.renamed.contains(path) && facts.fixtures.contains_key(name)
            }
            _ => false,
        })
    }

    /// Whether `from module import *` brings a file a fixture, or what may be one.
    fn starred_fixture(&self, file: File, name: &str, depth: usize) -> Verdict {
        let mut found = Verdict::No;
        for star in &self.values.units.of(file).facts.stars {
            let Name::Import { level, module, .. } = star else { continue };
            let Found::File(from) = self.values.index.import(file, *level, module) else {
                found = Verdict::Unknown;
                continue;
            };
            let facts = &self.values.units.of(from).facts;
            let exported = facts.all.as_ref().map_or(!name.starts_with('_'), |all| all.iter().any(|one| one == name));
            // A fixture under another name than its function's comes along with that.
            let is_renamed = facts.fixtures.contains_key(name) && !facts.symbols.contains_key(name);
            let deeper = if depth < DEPTH { self.starred_fixture(from, name, depth + 1) } else { Verdict::Unknown };
            match (self.has_name(from, name, 0), deeper) {
                (Verdict::Yes, _) if exported => return Verdict::Yes,
                (_, Verdict::Yes) => return Verdict::Yes,
                _ if is_renamed => return Verdict::Yes,
                (Verdict::Unknown, _) | (_, Verdict::Unknown) => found = Verdict::Unknown,
                _ => {}
            }
        }
        found
    }

    /// Whether the fixture that a file sees under a name lives shorter than what asks for it.
    pub(super) fn shorter_fixture(&self, file: File, name: &str, than: Lifetime) -> Verdict {
        let path = self.values.index.path(file);
        let homes = std::iter::once(file).chain(self.homes(path).filter(|home| *home != file));
        for home in homes {
            let facts = &self.values.units.of(home).facts;
            match facts.fixtures.get(name) {
                Some(FixtureFact { lifetime: Lifetime::Dynamic, .. }) => return Verdict::Unknown,
                Some(fixture) => return Verdict::from_bool(fixture.lifetime < than),
                // What is imported under the name may be one.
                None if facts.symbols.contains_key(name) || !facts.stars.is_empty() => return Verdict::Unknown,
                None => {}
            }
        }
        Verdict::from_bool(FOR_ONE_TEST.contains(&name))
    }

    /// Whether no fixture of a name is in sight of a file, and nothing in the project is called so.
    pub(super) fn nowhere_fixture(&self, file: File, name: &str) -> Verdict {
        match self.unknown_fixture(file, name, true) {
            Verdict::Yes => Verdict::from_bool(!self.values.units.every().any(|unit| {
                unit.facts.parametrizes.contains(name)
                    || unit.facts.fixtures.keys().any(|one| one.rsplit('.').next() == Some(name))
                    || unit.facts.symbols.contains_key(name)
            })),
            other => other,
        }
    }

    /// The fixture that a file sees under a name, with the file that defines it; none where that is not certain.
    fn fixture(&self, file: File, name: &str) -> Option<(File, &FixtureFact)> {
        let path = self.values.index.path(file);
        for home in std::iter::once(file).chain(self.homes(path).filter(|home| *home != file)) {
            let facts = &self.values.units.of(home).facts;
            if let Some(fixture) = facts.fixtures.get(name) {
                return Some((home, fixture));
            }
            if let Some(bindings) = facts.symbols.get(name) {
                let [Binding::Import(imported)] = bindings.as_slice() else { return None };
                return self.imported_fixture(home, imported);
            }
            if !facts.stars.is_empty() || facts.dynamic {
                return None;
            }
        }
        None
    }

    fn imported_fixture(&self, file: File, name: &Name) -> Option<(File, &FixtureFact)> {
        let Name::Import { level, module, path } = name else { return None };
        let Found::File(of) = self.values.index.import(file, *level, module) else { return None };
        let facts = &self.values.units.of(of).facts;
        let fixture = facts.fixtures.get(path).filter(|_| facts.symbols.get(path).is_some_and(|all| all.len() == 1));
        fixture.map(|fixture| (of, fixture))
    }

    /// Whether a name that a file imports is a fixture of another.
    pub(super) fn is_foreign_fixture(&self, file: File, name: &str) -> bool {
        match self.values.units.of(file).facts.symbols.get(name).map(Vec::as_slice) {
            Some([Binding::Import(imported)]) => self.imported_fixture(file, imported).is_some(),
            _ => false,
        }
    }

    /// What is wrong with a fixture as a test sees it: something that it asks for, itself or over others, and that is not in sight of the
    /// test, or lives too short. What its own file shows is told there.
    pub(super) fn fixture_fault(&self, file: File, name: &str) -> Option<String> {
        self.fault(file, name, &mut vec![name.to_owned()])
    }

    fn fault(&self, file: File, name: &str, seen: &mut Vec<String>) -> Option<String> {
        let (home, fixture) = self.fixture(file, name)?;
        for need in &fixture.needs {
            if need == "request" || seen.contains(need) || seen.len() > DEPTH {
                continue;
            }
            // The test may give it itself, or its class.
            let facts = &self.values.units.of(file).facts;
            let is_own = facts.fixtures.keys().any(|one| one.rsplit('.').next() == Some(need) && one != need);
            if facts.parametrizes.contains(need) || is_own {
                continue;
            }
            let is_told = home == file || self.is_conftest(home) && self.nowhere_fixture(home, need).is_yes();
            if !is_told && self.unknown_fixture(file, need, true).is_yes() {
                return Some(format!(
                    "`{name}` asks for the fixture `{need}`, which this test does not see: it fails before it begins"
                ));
            }
            let lives = fixture.lifetime;
            if home != file
                && (Lifetime::Class..=Lifetime::Session).contains(&lives)
                && self.shorter_fixture(file, need, lives).is_yes()
                && self.shorter_fixture(home, need, lives) == Verdict::No
            {
                return Some(format!(
                    "`{name}` asks for `{need}`, which lives shorter where this test sees it: it fails before it begins"
                ));
            }
            seen.push(need.clone());
            if let Some(fault) = self.fault(file, need, seen) {
                return Some(fault);
            }
        }
        None
    }
}
