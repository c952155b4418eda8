//! `davy config`: what applies to a file and where each value comes from, and the schema of it all.

use super::{ConfigCommand, ConfigFormat, ConfigShow, Outcome, check, terminal};
use crate::cache;
use crate::config::{Changes, Config, Configs, FailOn, Level, Selector, paths};
use crate::link::project::Manifests;
use crate::page::Page;
use crate::rules;
use crate::scan::{Request, Scan, scan};
use std::io::{self, Write};
use std::path::Path;

/// Runs the command.
pub fn run(command: &ConfigCommand) -> io::Result<Outcome> {
    match command {
        ConfigCommand::Show(args) => check::with_threads(0, || show(args)),
        ConfigCommand::Schema => {
            let text = serde_json::to_string_pretty(&crate::config::schema())?;
            writeln!(io::stdout().lock(), "{text}")?;
            Ok(Outcome::Clean)
        }
    }
}

/// A key, what it is, and who says so.
struct Row {
    key: String,
    value: String,
    from: String,
}

/// Keys that the configuration of the project's root decides, wherever a file lies.
const OF_PROJECT: [&str; 5] = ["src", "baseline", "cache-dir", "gate.budgets", "pydantic.models"];

fn show(args: &ConfigShow) -> io::Result<Outcome> {
    if !args.path.exists() {
        let message = format!("{}: no such file or folder", args.path.display());
        terminal::complain(&message, Some("name a file that davy checks, or a folder"));
        return Ok(Outcome::Failed);
    }
    let pages = rules::pages();
    let changes = Changes { config: args.config.clone(), ..Changes::default() };
    let request =
        Request { paths: vec![args.path.clone()], stdin: None, force_exclude: false, threads: 0, cache: true };
    let path = paths::absolute(&args.path, &paths::working_directory());
    let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
    let loaded = Configs::new(&pages, changes).and_then(|mut configs| {
        let config = configs.for_folder(folder)?;
        let scan = scan(&request, &mut configs, &|_, _| ())?;
        Ok((config, scan))
    });
    let (config, scan) = match loaded {
        Ok(loaded) => loaded,
        Err(error) => {
            terminal::complain(&error.to_string(), None);
            return Ok(Outcome::Failed);
        }
    };
    let shown = paths::shown(&path, &paths::working_directory());
    let origin = config.origin.as_ref().map(|origin| paths::shown(origin, &paths::working_directory()));
    let rows = rows(&config, &scan, &path);
    let exceptions: Vec<Exception> = pages.iter().filter_map(|page| exception(&config, page, &path)).collect();
    let excluded = [&config, &scan.config].into_iter().flat_map(|config| &config.exclude).find(|one| one.covers(&path));
    let excluded = excluded.map(|pattern| pattern.text.clone());
    let mut out = io::stdout().lock();
    if args.format == ConfigFormat::Json {
        let json = serde_json::json!({
            "version": 1,
            "path": shown,
            "configuration": origin,
            "excluded_by": excluded,
            "keys": rows.iter().map(|row| serde_json::json!({ "key": row.key, "value": row.value, "from": row.from })).collect::<Vec<_>>(),
            "rules": exceptions.iter().map(|one| serde_json::json!({ "code": one.page.code, "name": one.page.name, "severity": one.level, "because": one.because })).collect::<Vec<_>>(),
        });
        writeln!(out, "{}", serde_json::to_string_pretty(&json)?)?;
        return Ok(Outcome::Clean);
    }
    let whence = origin.unwrap_or_else(|| "no configuration: the defaults hold".to_owned());
    writeln!(out, "{shown}: {whence}\n")?;
    if let Some(pattern) = excluded {
        writeln!(out, "Not checked unless it is named: `exclude` has {pattern:?}\n")?;
    }
    let widest = |of: fn(&Row) -> &str| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
    let (keys, values) = (widest(|row| &row.key), widest(|row| &row.value).min(40));
    for Row { key, value, from } in &rows {
        writeln!(out, "{key:keys$}  {value:values$}  {from}")?;
    }
    let off = exceptions.iter().filter(|one| one.level == "off").count();
    writeln!(out, "\n{} of {} rules are on", pages.len() - off, pages.len())?;
    let names = exceptions.iter().map(|one| one.page.name.len()).max().unwrap_or(0);
    for Exception { page, level, because } in &exceptions {
        writeln!(out, "{}  {:names$}  {level:7}  {because}", page.code, page.name)?;
    }
    Ok(Outcome::Clean)
}

/// Every key, set or not.
fn rows(config: &Config, scan: &Scan, path: &Path) -> Vec<Row> {
    let manifests = Manifests::new(&scan.manifests);
    let key = paths::shown(path, &scan.root);
    let unset = |key: &str, value: &str, from: &str| Row {
        key: key.to_owned(),
        value: value.to_owned(),
        from: from.to_owned(),
    };
    let python = manifests.python(&key).map(|(major, minor)| format!("\"{major}.{minor}\""));
    let pin = manifests.pin(&key, "pydantic", 2);
    let pydantic = match &pin {
        Some(pin) if pin.may_be_below && pin.may_be_at_least => "\"both\"",
        Some(pin) if pin.may_be_below => "\"1\"",
        _ => "\"2\"",
    };
    let here = paths::working_directory();
    let cache = cache::folder().map_or_else(|| "none".to_owned(), |folder| paths::shown(&folder, &here));
    let told = std::env::var_os("DAVY_CACHE_DIR").is_some_and(|told| !told.is_empty());
    let declared = "requires-python of the nearest manifest";
    let defaults = [
        unset("select", "every rule that is on by default", "default"),
        unset("extend-select", "[]", "default"),
        unset("ignore", "[]", "default"),
        unset("exclude", "[]", "default"),
        unset("src", "what the manifests say", "default"),
        unset("baseline", &paths::shown(&scan.baseline, &here), "default"),
        unset("cache-dir", &cache, if told { "DAVY_CACHE_DIR" } else { "default" }),
        unset("required-version", "any", "default"),
        unset(
            "target-version",
            python.as_deref().unwrap_or("any"),
            if python.is_some() { declared } else { "default" },
        ),
        unset("per-file-ignores", "{}", "default"),
        unset("severity", "{}", "default"),
        unset("gate.fail-on", &format!("{:?}", FailOn::default()).to_lowercase(), "default"),
        unset("gate.rules", "{}", "default"),
        unset("gate.paths", "{}", "default"),
        unset("gate.budgets", "{}", "default"),
        unset("pydantic.version", pydantic, &pin.as_ref().map_or_else(|| "default".to_owned(), |pin| pin.said())),
        unset("pydantic.models", "[]", "default"),
        unset("datetime.helper", "none", "default"),
        unset("datetime.style", "preserve", "default"),
        unset("private.external", "warning", "default"),
        unset("private.other-folder", "warning", "default"),
        unset("private.sibling", "note", "default"),
        unset("private.unknown", "note", "default"),
        unset("pytest.command", "none", "default"),
    ];
    let mut rows = Vec::new();
    for default in defaults {
        let from = if OF_PROJECT.contains(&default.key.as_str()) { &*scan.config } else { config };
        let inside = format!("{}.", default.key);
        let mut said: Vec<&crate::config::Said> = Vec::new();
        for one in from.said.iter().filter(|one| one.key == default.key || one.key.starts_with(&inside)) {
            // What is said later replaces what was said before.
            said.retain(|other| other.key != one.key);
            said.push(one);
        }
        if said.is_empty() {
            rows.push(default);
        } else {
            rows.extend(said.into_iter().map(|one| unset(&one.key, &one.value, &one.place.to_string())));
        }
    }
    rows
}

/// A rule that is not what its page says.
struct Exception {
    page: &'static Page,
    level: &'static str,
    because: String,
}

fn exception(config: &Config, page: &'static Page, path: &Path) -> Option<Exception> {
    let level = config.severity_of(page);
    let off = |because: String| Some(Exception { page, level: "off", because });
    if level == Some(Level::Off) {
        return off("severity".to_owned());
    }
    if !config.enabled(page) {
        let means = |selectors: &[Selector]| selectors.iter().any(|selector| selector.rank(page).is_some());
        let ignored = config.selections.iter().any(|selection| means(&selection.ignore));
        let because = match (ignored, page.default) {
            (true, _) => "ignore",
            (false, true) => "not in select",
            (false, false) => "off by default",
        };
        return off(because.to_owned());
    }
    if !config.selected(page, path) {
        let pattern = config.per_file_ignores.iter().find(|(pattern, selectors)| {
            pattern.covers(path) && selectors.iter().any(|selector| selector.rank(page).is_some())
        });
        return off(pattern.map_or_else(String::new, |(pattern, _)| format!("per-file-ignores {:?}", pattern.text)));
    }
    let severity = level?.severity()?;
    let because = || format!("severity; {} by default", page.severity.word());
    (severity != page.severity).then(|| Exception { page, level: severity.word(), because: because() })
}
