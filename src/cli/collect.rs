//! `davy collect`: the tests of a project, as pytest would list them.

use super::check::with_threads;
use super::{Collect, CollectFormat, Outcome, terminal};
use crate::collect::{Collection, Failure, Item, Lost, Parameters, STOPS, Settings, Target, collect, stops};
use crate::config::{Changes, ConfigError, Configs};
use crate::finding::Severity;
use crate::report::count;
use crate::rules;
use crate::scan::{Request, scan};
use crate::text::{Lines, decode};
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::collections::{HashMap, HashSet, VecDeque};
use std::io::{self, Write};
use std::path::PathBuf;

/// Runs the command.
pub fn run(args: &Collect) -> io::Result<Outcome> {
    with_threads(0, || inside(args))
}

fn inside(args: &Collect) -> io::Result<Outcome> {
    let here = match std::env::current_dir() {
        Ok(here) => here,
        Err(error) => {
            terminal::complain(&format!("the working directory cannot be read: {error}"), None);
            return Ok(Outcome::Failed);
        }
    };
    if let Some(missing) = args.paths.iter().find(|path| !here.join(path).exists()) {
        let help = "name files or folders, without `::`";
        terminal::complain(&format!("{}: there is no such file or folder", missing.display()), Some(help));
        return Ok(Outcome::Failed);
    }
    let paths: Vec<PathBuf> = args.paths.iter().map(|path| here.join(path).components().collect()).collect();
    let settings = match Settings::find(&paths, &here) {
        Ok(settings) => settings,
        Err(error) => {
            let help = "pytest does not start with it, either: correct the line";
            terminal::complain(&format!("{}:{}", error.path.display(), error.message), Some(help));
            return Ok(Outcome::Failed);
        }
    };
    let mut found = collect(&settings, Target { python: args.python });
    match stopped(&settings, &found, args.python) {
        Ok(failures) => {
            let configured_by = settings.file.as_ref().map(|file| settings.id(file));
            let failed = |path: &str| {
                let stops = |of: &str| of == path || lies_below(path, of) || configured_by.as_deref() == Some(of);
                failures.iter().any(|failure| stops(&failure.path))
            };
            found.items.retain(|item| !failed(&item.path));
            found.failures.extend(failures);
            found.failures.sort();
        }
        Err(error) => {
            terminal::complain(&error.to_string(), None);
            return Ok(Outcome::Failed);
        }
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    match args.format {
        CollectFormat::Text => text(&settings, &found, args.quiet, &mut out)?,
        CollectFormat::Json => json(&settings, &found, &mut out)?,
    }
    out.flush()?;
    Ok(if found.failures.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

/// The files of tests and conftests that fail when they are imported, or what they import, as `davy check` finds it, and the first
/// reason for each.
fn stopped(settings: &Settings, found: &Collection, python: (u32, u32)) -> Result<Vec<Failure>, ConfigError> {
    let pages = rules::pages();
    let config = vec![format!("target-version = '{}.{}'", python.0, python.1)];
    let changes = Changes { config, select: STOPS.map(str::to_owned).to_vec(), ..Changes::default() };
    let request =
        Request { paths: vec![settings.root.clone()], stdin: None, force_exclude: false, threads: 0, cache: true };
    let scan = Configs::new(&pages, changes).and_then(|mut configs| scan(&request, &mut configs, &|_, _| {}))?;
    let mut reasons: HashMap<usize, Failure> = HashMap::new();
    for finding in scan.link().findings.iter().filter(|finding| finding.severity == Severity::Error) {
        let Some(at) = scan.files.iter().position(|file| file.key == finding.path) else { continue };
        // Such bytes fail a Python that is not asked for.
        let later = finding.code.0 == "SYN002" && python < (3, 14) && finding.message.contains("from Python 3.14 on");
        if later || !stops(&finding.code.0, &finding.message) {
            continue;
        }
        reasons.entry(at).or_insert_with(|| {
            let file = &scan.files[at];
            let line = file.bytes().map_or(1, |bytes| Lines::new(&decode(&bytes).text).line(finding.span.start));
            Failure { path: settings.id(&file.path), line, reason: finding.message.clone() }
        });
    }
    let imports = if reasons.is_empty() { Default::default() } else { scan.imports() };
    let collected: HashSet<&str> = found.items.iter().map(|item| item.path.as_str()).collect();
    let known: HashSet<&str> = found.failures.iter().map(|failure| failure.path.as_str()).collect();
    let serves = |conftest: &str| collected.iter().chain(&known).any(|test| lies_below(test, conftest));
    let mut failures: Vec<Failure> = Vec::new();
    for (at, file) in scan.files.iter().enumerate() {
        let path = settings.id(&file.path);
        if settings.file.as_ref() == Some(&file.path) {
            failures.extend(reasons.get(&at).cloned());
        }
        let is_conftest = path.rsplit('/').next() == Some("conftest.py");
        if !is_conftest && !collected.contains(path.as_str()) || known.contains(path.as_str()) {
            continue;
        }
        let reason = match reasons.get(&at) {
            Some(own) => Some(own.clone()),
            None => brings(at, &imports, &reasons).map(|Failure { path: of, line, reason }| {
                let reason = format!("it imports {of}, where line {line} fails: {reason}");
                Failure { path: path.clone(), line: 1, reason }
            }),
        };
        failures.extend(reason.filter(|_| !is_conftest || serves(&path)));
    }
    Ok(failures)
}

/// The nearest file with a reason to fail among those that a file imports, whatever happens.
fn brings<'r>(
    file: usize,
    imports: &FxHashMap<usize, Vec<usize>>,
    reasons: &'r HashMap<usize, Failure>,
) -> Option<&'r Failure> {
    let (mut queue, mut seen) = (VecDeque::from([file]), HashSet::from([file]));
    while let Some(next) = queue.pop_front() {
        if let Some(failure) = reasons.get(&next) {
            return Some(failure);
        }
        queue.extend(imports.get(&next).into_iter().flatten().copied().filter(|&one| seen.insert(one)));
    }
    None
}

/// Whether a file is a conftest's to serve.
fn lies_below(path: &str, conftest: &str) -> bool {
    match conftest.rsplit_once('/') {
        Some((folder, "conftest.py")) => path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')),
        Some(_) => false,
        None => conftest == "conftest.py",
    }
}

/// How many tests there are, and whether a run may find more.
fn total(found: &Collection) -> (usize, bool) {
    let number = |item: &Item| match &item.parameters {
        Parameters::Ids(ids) => ids.len(),
        Parameters::None | Parameters::Unknown => 1,
    };
    let open = found.items.iter().any(|item| item.parameters == Parameters::Unknown);
    (found.items.iter().map(number).sum(), open)
}

fn files(found: &Collection) -> usize {
    found.items.chunk_by(|one, other| one.path == other.path).count()
}

fn text(settings: &Settings, found: &Collection, quiet: bool, out: &mut dyn Write) -> io::Result<()> {
    for id in found.items.iter().flat_map(Item::node_ids) {
        writeln!(out, "{}", id.replace(['\n', '\r'], " "))?;
    }
    if quiet {
        return Ok(());
    }
    let place = |path: &str, line: u32| if line == 0 { path.to_owned() } else { format!("{path}:{line}") };
    if !found.items.is_empty() {
        writeln!(out)?;
    }
    if !found.lost.is_empty() {
        writeln!(out, "Not collected:")?;
        for Lost { path, line, name, reason } in &found.lost {
            let name = if name.is_empty() { String::new() } else { format!("{name}: ") };
            writeln!(out, "  {}: {name}{reason}", place(path, *line))?;
        }
        writeln!(out)?;
    }
    if !found.failures.is_empty() {
        writeln!(out, "Cannot be collected:")?;
        for failure in &found.failures {
            writeln!(out, "  {}: {}", place(&failure.path, failure.line), failure.reason)?;
        }
        writeln!(out)?;
    }
    for note in &found.notes {
        writeln!(out, "note: {note}")?;
    }
    let (tests, open) = total(found);
    let least = if open { "at least " } else { "" };
    let by = settings.file.as_ref().map(|file| format!(", configured by {}", settings.id(file))).unwrap_or_default();
    let failed = match found.failures.len() {
        0 => String::new(),
        many => format!(", {} cannot be collected", count(many, "file")),
    };
    writeln!(out, "{least}{} in {}{failed}{by}", count(tests, "test"), count(files(found), "file"))
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    root: String,
    configured_by: Option<String>,
    files: Vec<File<'a>>,
    not_collected: Vec<Line<'a>>,
    failures: Vec<Line<'a>>,
    notes: &'a [String],
    summary: Summary,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    tests: Vec<Test<'a>>,
}

#[derive(Serialize)]
struct Test<'a> {
    name: &'a str,
    line: u32,
    /// Whether it is one of several.
    parametrized: bool,
    /// How many; none where only a run can tell.
    count: Option<usize>,
    /// The ids, none where only a run can tell.
    ids: Option<&'a [Option<String>]>,
}

#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    line: u32,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Summary {
    tests: usize,
    /// Whether the number is the whole one.
    exact: bool,
    files: usize,
}

fn json(settings: &Settings, found: &Collection, out: &mut dyn Write) -> io::Result<()> {
    let test = |item: &'_ Item| -> (Option<usize>, bool) {
        match &item.parameters {
            Parameters::None => (Some(1), false),
            Parameters::Ids(ids) => (Some(ids.len()), true),
            Parameters::Unknown => (None, true),
        }
    };
    let files = found.items.chunk_by(|one, other| one.path == other.path).map(|items| File {
        path: &items[0].path,
        tests: items
            .iter()
            .map(|item| {
                let (count, parametrized) = test(item);
                let ids = match &item.parameters {
                    Parameters::Ids(ids) => Some(&ids[..]),
                    Parameters::None | Parameters::Unknown => None,
                };
                Test { name: &item.name, line: item.line, parametrized, count, ids }
            })
            .collect(),
    });
    let files: Vec<File> = files.collect();
    let lost =
        found.lost.iter().map(|one| Line { path: &one.path, line: one.line, name: &one.name, reason: &one.reason });
    let failures =
        found.failures.iter().map(|one| Line { path: &one.path, line: one.line, name: "", reason: &one.reason });
    let (tests, open) = total(found);
    let document = Document {
        version: 1,
        root: settings.root.to_string_lossy().into_owned(),
        configured_by: settings.file.as_ref().map(|file| settings.id(file)),
        not_collected: lost.collect(),
        failures: failures.collect(),
        notes: &found.notes,
        summary: Summary { tests, exact: !open, files: files.len() },
        files,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
