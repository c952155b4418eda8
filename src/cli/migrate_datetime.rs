//! `davy migrate datetime`: away from `utcnow`, all files at once or none, and through a function of the project's own where one is wanted.

use super::migrate::{is_clean, left, problems, say_left, say_nothing, say_rewritten, say_untouched, write};
use super::{MigrateDatetime, Outcome, Style, When, check, fixing, terminal};
use crate::config::{Changes, Configs};
use crate::finding::{Edit, Piece, Proposal};
use crate::fix;
use crate::journal;
use crate::python::stdlib::is_stdlib;
use crate::rules;
use crate::scan::{Elsewhere, Request, Scan, scan};
use crate::text::{Span, decode, encode};
use crate::unit::Kind;
use std::io::{self, Write};

/// The rules whose findings are rewritten; what the family finds besides is listed.
const MOVED: [&str; 3] = ["DTM001", "DTM002", "DTM003"];

/// Runs the command.
pub fn run(migrate: &MigrateDatetime, when: When) -> io::Result<Outcome> {
    check::with_threads(0, || inside(migrate, when))
}

fn inside(migrate: &MigrateDatetime, when: When) -> io::Result<Outcome> {
    let path = migrate.path.clone();
    if !path.exists() {
        terminal::complain(&format!("{}: no such file or folder", path.display()), Some("name the project's folder"));
        return Ok(Outcome::Failed);
    }
    if !migrate.diff && journal::pending(&path).is_some() {
        let whole = fixing::resume(std::iter::once(path.as_path()))?;
        writeln!(io::stdout(), "Run again to see what is left.")?;
        return Ok(if whole { Outcome::Clean } else { Outcome::Failed });
    }
    if !migrate.diff && !migrate.allow_dirty && !is_clean(&path)? {
        return Ok(Outcome::Failed);
    }
    let mut config = migrate.config.clone();
    config.extend(migrate.helper.as_ref().map(|helper| format!("datetime.helper = {}", quoted(helper))));
    config.extend(migrate.style.map(|style| format!("datetime.style = {}", quoted(style.word()))));
    let changes = Changes { config, select: vec!["datetime".to_owned()], ..Changes::default() };
    let request = Request { paths: vec![path.clone()], stdin: None, force_exclude: false, threads: 0, cache: true };
    let pages = rules::pages();
    let progress = terminal::Progress::new(false);
    let step = |done, total| progress.step("compiling", done, total);
    let loaded = Configs::new(&pages, changes).and_then(|mut configs| scan(&request, &mut configs, &step));
    progress.end();
    let mut scan = match loaded {
        Ok(scan) => scan,
        Err(error) => {
            terminal::complain(&error.to_string(), None);
            return Ok(Outcome::Failed);
        }
    };
    let before = scan.link();
    let (naive, aware) = before.columns;
    let wants_aware = match migrate.style {
        Some(style) => style == Style::Aware,
        None => naive == 0 && aware > 0,
    };
    let mut created = None;
    let mut written = None;
    if let Some(helper) = &migrate.helper {
        match write_helper(&mut scan, helper, wants_aware) {
            Ok(Helper::There) => {}
            Ok(Helper::Added(key)) => written = Some(key),
            Ok(Helper::Created(key)) => {
                written = Some(key.clone());
                created = Some(key);
            }
            Err((message, help)) => {
                terminal::complain(&message, Some(&help));
                return Ok(Outcome::Failed);
            }
        }
    }
    let wanted = if migrate.style == Some(Style::Aware) { fixing::Wanted::All } else { fixing::Wanted::Safe };
    let fixed = fixing::apply_some(&mut scan, wanted, &|code| MOVED.contains(&code));
    let mut all = scan.problems.clone();
    all.extend(fixed.problems.iter().cloned());
    if !all.is_empty() {
        return Ok(problems(&all, Outcome::Failed));
    }
    let left = left(&scan, "datetime", &before.findings, &fixed.linked.findings, migrate.diff);
    let mut err = io::stderr().lock();
    if migrate.diff {
        let text = fixing::diff(&scan, None).text;
        io::stdout().lock().write_all(text.as_bytes())?;
        say_left(&scan, &left, when, &mut err)?;
        return Ok(if text.is_empty() && left.is_empty() { Outcome::Clean } else { Outcome::Findings });
    }
    let Some(files) = write(&scan, Vec::new(), created.as_deref()) else { return Ok(Outcome::Failed) };
    let mut out = io::stdout().lock();
    match (fixed.count, files.is_empty()) {
        (0, true) => say_nothing(&scan, &mut out)?,
        (places, _) => say_rewritten(places, files.len(), &mut out)?,
    }
    if let (Some(helper), Some(key)) = (&migrate.helper, &written) {
        let gives = if wants_aware { "an aware value" } else { "what `utcnow()` gave, a naive value" };
        writeln!(out, "Wrote `{helper}` into {key}: it gives {gives}")?;
    }
    if naive + aware > 0 {
        let all = naive + aware;
        writeln!(out, "{naive} of {all} columns here that keep a time are naive: what went into those stays so")?;
    }
    say_untouched(&scan, fixed.linked.suppressed, &mut out)?;
    say_left(&scan, &left, when, &mut out)?;
    Ok(if left.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

/// As a string of TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// What became of the function that is wanted.
enum Helper {
    /// It was there.
    There,
    /// It stands in a file that was there, by its key.
    Added(String),
    /// It stands in a new file, by its key.
    Created(String),
}

/// Sees that the function is there, in memory; else what is wrong, and what next.
fn write_helper(scan: &mut Scan, helper: &str, aware: bool) -> Result<Helper, (String, String)> {
    let Some((module, name)) = helper.split_once(':') else { return Ok(Helper::There) };
    if !module.contains('.') && is_stdlib(module) {
        let message = format!("`{module}` is a module of the standard library, which a file of that name would hide");
        return Err((message, "put the function into a package: `app.time:utc_now`".to_owned()));
    }
    let path = module.replace('.', "/");
    let mut roots = scan.roots();
    roots.extend([String::new(), "src".to_owned()]);
    let below = |root: &str, path: &str| if root.is_empty() { path.to_owned() } else { format!("{root}/{path}") };
    for root in &roots {
        for key in [format!("{path}.py"), format!("{path}/__init__.py")] {
            let key = below(root, &key);
            if scan.file(&key).is_some() {
                return add_to(scan, &key, name, aware);
            }
        }
    }
    let package = path.rsplit_once('/').map_or("", |(package, _)| package);
    let holds = |root: &&String| {
        let folder = format!("{}/", below(root, package).trim_end_matches('/'));
        package.is_empty() || scan.files.iter().any(|file| file.key.starts_with(&folder))
    };
    let Some(root) = roots.iter().find(holds) else {
        let package = package.replace('/', ".");
        return Err((
            format!("there is no package `{package}` to write `{name}` into"),
            "name a module of one of the project's own packages: `--helper app.time:utc_now`".to_owned(),
        ));
    };
    let key = below(root, &format!("{path}.py"));
    let function = [Piece::Text("from datetime import datetime, timezone\n\n\n".to_owned())];
    let text: String = function.into_iter().chain(function_text(name, aware)).map(|piece| plain(&piece)).collect();
    let file = Elsewhere { key: key.clone(), bytes: Some(text.into_bytes()), object: None };
    *scan = scan.with(&[file], &|_| true);
    if scan.file(&key).is_none() {
        let help = "name a module that the configuration does not exclude";
        return Err((format!("{key}: is excluded, so nothing may be written there"), help.to_owned()));
    }
    Ok(Helper::Created(key))
}

/// Adds the function behind the last line of a file, unless it is there.
fn add_to(scan: &mut Scan, key: &str, name: &str, aware: bool) -> Result<Helper, (String, String)> {
    let again = || (format!("{key}: has changed since it was read"), "nothing was written: run again".to_owned());
    let file = scan.file(key).ok_or_else(again)?;
    if file.unit().facts.symbols.contains_key(name) {
        return Ok(Helper::There);
    }
    let bytes = file.bytes().ok_or_else(again)?;
    let source = decode(&bytes);
    let text = &source.text;
    let end = text.trim_end().len();
    let blank = if end == 0 { "" } else { "\n\n\n" };
    let pieces = std::iter::once(Piece::Text(blank.to_owned())).chain(function_text(name, aware));
    let edit = Edit::pieces(Span::new(end as u32, text.len() as u32), pieces.collect());
    let proposal = Proposal { edits: vec![edit], ..Proposal::default() };
    let applied = fix::apply(text, Kind::Python, &[&proposal], true);
    let added = applied.and_then(|applied| encode(&applied.text, source.encoding, source.bom));
    let Some(bytes) = added else {
        let help = "name another module, or write the function yourself and run again".to_owned();
        return Err((format!("{key}: `{name}` could not be added to it"), help));
    };
    scan.replace(key, Some(bytes));
    Ok(Helper::Added(key.to_owned()))
}

fn function_text(name: &str, aware: bool) -> Vec<Piece> {
    let of = |name: &str| Piece::Name { module: "datetime".to_owned(), name: name.to_owned() };
    let (docs, tail) = match aware {
        true => ("The time in UTC.", ""),
        false => ("The time in UTC, naive: what `datetime.utcnow()` gave.", ".replace(tzinfo=None)"),
    };
    vec![
        format!("def {name}() -> ").into(),
        of("datetime"),
        format!(":\n    \"\"\"{docs}\"\"\"\n    return ").into(),
        of("datetime"),
        ".now(".into(),
        of("timezone"),
        format!(".utc){tail}\n").into(),
    ]
}

fn plain(piece: &Piece) -> String {
    match piece {
        Piece::Text(text) => text.clone(),
        Piece::Name { name, .. } => name.clone(),
        Piece::Source(_) | Piece::Ask(_) => String::new(),
    }
}
