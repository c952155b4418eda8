//! What pytest would collect, found without running anything: files, classes, functions, the ids of parameters, and what it passes by.
//!
//! Only files of tests, the conftests above them and what they take test classes from are read; the result is plain data.

mod ids;
mod items;
mod marks;
mod outline;
mod settings;

use crate::python::parse;
use crate::text::decode;
use crate::unit::Kind;
use items::Modules;
pub use outline::Target;
use rustc_hash::{FxHashMap, FxHashSet};
pub use settings::{Settings, Unreadable};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Whether an error of a rule stops a file while it is imported, so that none of its tests is seen: most fixtures that are wrong fail the tests that
/// use them alone.
pub fn stops(code: &str, message: &str) -> bool {
    STOPS.contains(&code) && (code != "TST006" || message.contains("refuses"))
}

/// The rules about what stops a file while it is imported: none of its tests is seen, nor those of what imports it.
pub const STOPS: [&str; 15] = [
    "SYN001", "SYN002", "SYN003", "SYN004", "SYN005", "TST005", "TST006", "TST007", "TST010", "TST011", "TST012",
    "TST018", "TST013", "TST014", "TST019",
];

/// What a run of pytest would collect.
#[derive(Debug, Default)]
pub struct Collection {
    /// The items, file by file, in the order of their lines.
    pub items: Vec<Item>,
    /// What looks like a test and is none.
    pub lost: Vec<Lost>,
    /// Files that cannot be collected.
    pub failures: Vec<Failure>,
    /// What may make the list another one when it runs.
    pub notes: Vec<String>,
}

/// A test.
#[derive(Debug, Clone)]
pub struct Item {
    /// Path from the root, with `/`.
    pub path: String,
    /// Classes and function: `TestOrder::test_total`.
    pub name: String,
    /// 1-based line of the function.
    pub line: u32,
    /// What parametrises it.
    pub parameters: Parameters,
}

/// How many tests a function is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parameters {
    /// One, without an id.
    None,
    /// As many as there are ids; those that only a run can tell are missing.
    Ids(Vec<Option<String>>),
    /// Only a run can tell.
    Unknown,
}

/// What looks like a test and is not collected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lost {
    /// Path from the root.
    pub path: String,
    /// 1-based line; 0 for a whole file.
    pub line: u32,
    /// The name, or empty for a whole file.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// A file that pytest fails on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failure {
    /// Path from the root.
    pub path: String,
    /// 1-based line.
    pub line: u32,
    /// What is wrong.
    pub reason: String,
}

impl Item {
    /// The node ids, as far as they are known: `test_a.py::test_b[1]`; `[...] x3` for three whose ids only a run can tell.
    pub fn node_ids(&self) -> Vec<String> {
        let base = format!("{}::{}", self.path, self.name);
        match &self.parameters {
            Parameters::None => vec![base],
            Parameters::Ids(ids) => {
                let known = ids.iter().flatten().map(|id| format!("{base}[{id}]"));
                let open = ids.iter().filter(|id| id.is_none()).count();
                let times = if open > 1 { format!(" x{open}") } else { String::new() };
                known.chain((open > 0).then(|| format!("{base}[...]{times}"))).collect()
            }
            Parameters::Unknown => vec![format!("{base}[...]")],
        }
    }
}

/// Collects what is configured.
pub fn collect(settings: &Settings, target: Target) -> Collection {
    let mut modules = Modules::new(settings, target);
    let mut files: Vec<(PathBuf, bool)> = Vec::new();
    let mut seen: FxHashSet<PathBuf> = FxHashSet::default();
    for start in &settings.starts {
        if start.is_file() {
            if seen.insert(start.clone()) {
                files.push((start.clone(), true));
            }
        } else {
            walk(start, settings, &mut modules, &mut |file| {
                if settings.is_test_file(&file) && seen.insert(file.clone()) {
                    files.push((file, false));
                }
            });
        }
    }
    let mut found = Collection::default();
    for (file, named) in &files {
        let is_python = file.extension().is_some_and(|end| end == "py");
        if !is_python && *named {
            found.notes.push(format!("{}: no Python; doctests in texts are not listed", settings.id(file)));
            continue;
        }
        of_file(file, settings, &mut modules, &mut found);
    }
    deselect(settings, &mut found);
    others(settings, &seen, &mut modules, &mut found);
    notes(settings, &modules, &mut found);
    found.lost.sort();
    found.lost.dedup();
    found
}

/// Visits the files below a folder, as pytest would.
fn walk(folder: &Path, settings: &Settings, modules: &mut Modules, visit: &mut dyn FnMut(PathBuf)) {
    let ignored = modules.ignores(folder);
    for path in settings::entries(folder) {
        if ignored.iter().any(|one| one.ignores(&path)) || is_ignored(&path, settings) {
            continue;
        }
        if path.is_dir() {
            if settings.enters(&path) {
                walk(&path, settings, modules, visit);
            }
        } else if path.extension().is_some_and(|end| end == "py") {
            visit(path);
        }
    }
}

/// `--ignore` and `--ignore-glob` of `addopts`.
fn is_ignored(path: &Path, settings: &Settings) -> bool {
    let ignored = settings.option("--ignore").into_iter().any(|one| settings.root.join(one) == path);
    let glob = |one: &str| {
        let whole = settings.root.join(one).to_string_lossy().into_owned();
        globset::Glob::new(&whole).is_ok_and(|glob| glob.compile_matcher().is_match(path))
    };
    ignored || settings.option("--ignore-glob").into_iter().any(glob)
}

fn of_file(file: &Path, settings: &Settings, modules: &mut Modules, found: &mut Collection) {
    let path = settings.id(file);
    if let Some((line, reason)) = modules.failure(file) {
        found.failures.push(Failure { path, line, reason });
        return;
    }
    let (items, lost) = modules.items(file);
    found.items.extend(items.into_iter().map(|item| Item { path: path.clone(), ..item }));
    found.lost.extend(lost.into_iter().map(|lost| Lost { path: path.clone(), ..lost }));
}

/// `-m`, `-k` and `--deselect` of `addopts`.
fn deselect(settings: &Settings, found: &mut Collection) {
    for start in settings.option("--deselect") {
        found.items.retain(|item| !format!("{}::{}", item.path, item.name).starts_with(start));
    }
    if !settings.option("-k").is_empty() {
        found.notes.push("`-k` in addopts is not followed".to_owned());
    }
}

/// Files that hold tests and are not looked into: by their names, or by where they lie.
fn others(settings: &Settings, seen: &FxHashSet<PathBuf>, modules: &mut Modules, found: &mut Collection) {
    let mut files = Vec::new();
    walk(&settings.root.clone(), settings, modules, &mut |file| {
        if !seen.contains(&file) {
            files.push(file);
        }
    });
    let below = |file: &Path| settings.starts.iter().any(|start| file.starts_with(start));
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_named = settings.is_test_file(&file);
        let among_tests = file.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "test")));
        let looks = is_named || among_tests && name.contains("test") && name != "conftest.py";
        if !looks || is_named && below(&file) {
            continue;
        }
        let count = modules.count(&file);
        if count == 0 {
            continue;
        }
        let tests = if count == 1 { "1 test".to_owned() } else { format!("{count} tests") };
        let reason = match is_named {
            true => format!("{tests}: outside of {}", starts(settings)),
            false => format!("{tests}: `python_files` has no pattern for this name"),
        };
        found.lost.push(Lost { path: settings.id(&file), line: 0, name: String::new(), reason });
    }
}

fn starts(settings: &Settings) -> String {
    let named: Vec<String> = settings.starts.iter().map(|start| format!("`{}`", settings.id(start))).collect();
    named.join(", ")
}

/// What pytest may find beside, or leave out, when it runs.
fn notes(settings: &Settings, modules: &Modules, found: &mut Collection) {
    let doctests =
        settings.options.iter().any(|one| one.starts_with("--doctest-modules") || one.starts_with("--doctest-glob"));
    if doctests {
        found.notes.push("doctests are not listed".to_owned());
    }
    let hooks: BTreeMap<String, Vec<String>> = modules.hooks();
    for (path, hooks) in hooks {
        found.notes.push(format!("{path} may change the list: `{}`", hooks.join("`, `")));
    }
}

/// The text of a file, read once.
#[derive(Default)]
struct Texts(FxHashMap<PathBuf, Option<String>>);

impl Texts {
    fn get(&mut self, path: &Path) -> Option<&str> {
        let read = || Some(decode(&fs::read(path).ok()?).text.into_owned());
        self.0.entry(path.to_owned()).or_insert_with(read).as_deref()
    }
}

/// Where a file stops to be Python, and how.
fn broken(text: &str) -> Option<(u32, String)> {
    let tree = parse(text, Kind::Python);
    let first = tree.broken_places(text).into_iter().next()?;
    Some((crate::text::Lines::new(text).line(first.span.start), first.message))
}
