//! A state of a project that is linked after another one comes to what a link of it alone comes to, whatever has changed between them.

use davy::compile::compile;
use davy::discover::kind_of;
use davy::finding::Judged;
use davy::link::project::{Around, Everything, Project};
use davy::link::{Held, again, link};
use davy::manifest::{self, Manifest};
use davy::rule::Definitions;
use davy::rules;
use davy::unit::Unit;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Files by their paths.
type Files = BTreeMap<String, String>;

/// Numbers that are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// The code blocks of all pages of a family, each page in a folder of its own.
fn pages(family: &str) -> Files {
    let mut files = Files::new();
    for (at, rule) in rules::all().iter().filter(|rule| rule.page.family.name == family).enumerate() {
        let mut lines = rule.page.body.lines();
        let mut block = 0;
        while let Some(line) = lines.next() {
            if !line.starts_with("```python") && !line.starts_with("```text title=") {
                continue;
            }
            let title = line.split_once("title=\"").and_then(|(_, rest)| rest.strip_suffix('"'));
            let text: String =
                lines.by_ref().take_while(|line| !line.starts_with("```")).flat_map(|line| [line, "\n"]).collect();
            block += 1;
            let name = title.map_or_else(|| format!("example{block}.py"), str::to_owned);
            files.insert(format!("page{at}/{name}"), text);
        }
    }
    files
}

fn fixture(name: &str) -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    let mut files = Files::new();
    let mut waiting = vec![root.clone()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of the fixture").flatten() {
            let path = entry.path();
            if path.is_dir() {
                waiting.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let key = path.strip_prefix(&root).expect("below the fixture").to_string_lossy().replace('\\', "/");
                files.insert(key, text);
            }
        }
    }
    let installed =
        "Metadata-Version: 2.1\nName: shop\nVersion: 1.0\nRequires-Python: >=3.9\nRequires-Dist: pydantic>=2\n";
    files.insert(format!("shop-1.0{INSTALLED}"), installed.to_owned());
    files
}

/// What says what is installed, in a folder that is called after the version.
const INSTALLED: &str = ".dist-info/METADATA";

/// What somebody might do to a project between two commits.
fn change(files: &mut Files, gone: &mut Files, chance: &mut Chance) -> String {
    let paths: Vec<String> = files.keys().cloned().collect();
    let path = chance.pick(&paths).clone();
    let mut lines: Vec<String> = files[&path].split_inclusive('\n').map(str::to_owned).collect();
    match chance.below(13) {
        0 => {
            gone.insert(path.clone(), files.remove(&path).unwrap_or_default());
            return format!("{path} goes");
        }
        1 | 2 => {
            let back: Vec<String> = gone.keys().cloned().collect();
            if back.is_empty() {
                return "nothing".to_owned();
            }
            let path = chance.pick(&back).clone();
            files.insert(path.clone(), gone.remove(&path).unwrap_or_default());
            return format!("{path} comes back");
        }
        3 => {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
            let new = format!("{folder}/moved/{name}").trim_start_matches('/').to_owned();
            let text = files.remove(&path).unwrap_or_default();
            gone.insert(path.clone(), text.clone());
            files.insert(new.clone(), text);
            return format!("{path} moves to {new}");
        }
        4 => {
            let (folder, _) = path.rsplit_once('/').unwrap_or(("", &path));
            let name = *chance.pick(&[
                "__init__.py",
                "conftest.py",
                "test_new.py",
                "utils.py",
                "sub/__init__.py",
                "manage.py",
            ]);
            let new = format!("{folder}/{name}").trim_start_matches('/').to_owned();
            let texts = [
                "",
                "import pytest\n",
                "from . import models\n",
                "def pytest_configure(config): ...\n",
                "class Base:\n    def dict(self): ...\n",
            ];
            files.insert(new.clone(), (*chance.pick(&texts)).to_owned());
            return format!("{new} is new");
        }
        5 if !lines.is_empty() => _ = lines.remove(chance.below(lines.len())),
        6 if !lines.is_empty() => {
            let at = chance.below(lines.len());
            lines.insert(at, lines[at].clone());
        }
        7 => lines.insert(0, "\n# a comment\n\n".to_owned()),
        8 => lines.push("\n\ndef added():\n    return 1\n".to_owned()),
        9 => {
            let other = chance.pick(&paths).clone();
            files.insert(path.clone(), files[&other].clone());
            return format!("{path} becomes {other}");
        }
        10 => {
            let Some(path) = paths.iter().find(|path| path.ends_with(INSTALLED)) else { return "nothing".to_owned() };
            let text = files.remove(path).unwrap_or_default();
            let new = format!("shop-1.{}{INSTALLED}", chance.below(9));
            files.insert(new.clone(), text.replace("Version: 1", &format!("Version: {}", 1 + chance.below(2))));
            return format!("{path} moves to {new}");
        }
        _ => {
            // A name in this file is another one from now on: of a class, of a module, of a package.
            let words: Vec<String> = files[&path]
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .filter(|word| word.len() > 3)
                .map(str::to_owned)
                .collect();
            if words.is_empty() {
                return "nothing".to_owned();
            }
            let (old, new) = (chance.pick(&words).clone(), chance.pick(&words).clone());
            files.insert(path.clone(), files[&path].replace(&old, &new));
            return format!("{old} is {new} in {path}");
        }
    }
    files.insert(path.clone(), lines.concat());
    format!("lines of {path} change")
}

fn counted(findings: impl Iterator<Item = Judged>) -> Vec<String> {
    let one = |one: Judged| {
        format!("{} {}..{} {} {:?} {}", one.path, one.span.start, one.span.end, one.code.0, one.severity, one.scope)
    };
    findings.map(one).collect()
}

/// Changes a project many times, and links every state twice. Gives how many findings there were in all.
fn walk(mut files: Files, seed: u64, steps: usize) -> usize {
    let mut chance = Chance(seed);
    let mut gone = Files::new();
    let mut compiled: BTreeMap<(String, String), Arc<Unit>> = BTreeMap::new();
    let mut before = None;
    let mut said = vec!["the beginning".to_owned()];
    let mut all = 0;
    for step in 0..steps {
        let mut keys = Vec::new();
        let mut units: Vec<Arc<Unit>> = Vec::new();
        let mut manifests: Vec<(String, Manifest)> = Vec::new();
        for (path, text) in &files {
            if let Some(kind) = manifest::kind_of(path) {
                manifests.extend(manifest::read(kind, text).ok().map(|read| (path.clone(), read)));
            }
            let kind = kind_of(Path::new(path));
            keys.push(path.as_str());
            let unit = compiled
                .entry((path.clone(), text.clone()))
                .or_insert_with(|| Arc::new(compile(text.as_bytes(), kind, &Definitions::default())));
            units.push(Arc::clone(unit));
        }
        let around = Around::default();
        let project = Project {
            manifests: &manifests,
            src: Vec::new(),
            models: Vec::new(),
            migrating: false,
            restore: false,
            today: String::new(),
            around: &around,
            settings: &Everything,
        };
        let held = units.iter().map(|unit| &**unit as &dyn Held);
        let pairs: Vec<(&str, &dyn Held)> = keys.iter().copied().zip(held).collect();
        let shown: Vec<usize> = (0..pairs.len()).collect();
        let alone = counted(link(&pairs, &shown, &project, None).findings.into_iter());
        let now = again(&keys, units.clone(), &project, before.take());
        let after = counted(now.findings().flat_map(|findings| findings.iter().cloned()));
        let differ: Vec<&String> = alone
            .iter()
            .filter(|one| !after.contains(one))
            .chain(after.iter().filter(|one| !alone.contains(one)))
            .collect();
        assert_eq!(
            alone,
            after,
            "seed {seed}, step {step}, after {:?}: {differ:#?}",
            &said[said.len().saturating_sub(4)..]
        );
        all += alone.len();
        before = Some(now);
        let count = 1 + chance.below(3);
        said.extend((0..count).map(|_| change(&mut files, &mut gone, &mut chance)));
    }
    all
}

#[test]
fn what_pages_show_changes_at_random() {
    let found: usize = ["pydantic", "datetime", "tests", "private"]
        .iter()
        .zip(11..)
        .map(|(family, seed)| walk(pages(family), seed, 150))
        .sum();
    assert!(found > 1_000, "{found}");
}

#[test]
fn fixtures_change_at_random() {
    let found: usize = ["gas-delivery", "bottle-depot", "kiosk"]
        .iter()
        .zip(21..)
        .map(|(name, seed)| walk(fixture(name), seed, 150))
        .sum();
    assert!(found > 1_000, "{found}");
}
