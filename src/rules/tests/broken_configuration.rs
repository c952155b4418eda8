//! A configuration of pytest that pytest does not understand. Page: rules/tests/broken-configuration.md

use crate::document::{Document, Entry};
use crate::fact::Condition;
use crate::finding::Grade;
use crate::manifest::normalise;
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;
use crate::unit::Syntax;

pub const CHECK: Check = Check::Text(check);

fn check(cx: &mut Cx, document: &Document, syntax: Syntax) {
    if !matches!(syntax, Syntax::Ini | Syntax::Toml) || !cx.mentions("pytest") {
        return;
    }
    if syntax == Syntax::Ini
        && let Some(at) = cx.text.match_indices("[pytest]").map(|(at, _)| at).find(|at| is_line_start(cx.text, *at))
    {
        let span = Span::new(at as u32, (at + "[pytest]".len()) as u32);
        let message = text!["pytest refuses `[pytest]` in `setup.cfg`: there, the section is `[tool:pytest]`"];
        cx.report(span, message).when(Condition::Named("setup.cfg".into())).grade(Condition::Always, Grade::Raises);
    }
    misplaced(cx, syntax);
    if syntax == Syntax::Ini {
        twice(cx);
    }
    if syntax == Syntax::Toml
        && let Err(error) = toml::de::DeTable::parse(cx.text)
    {
        let at = error.span().map_or(0, |span| span.start.min(cx.text.len()));
        let start = cx.text.floor_char_boundary(at);
        let end = start + cx.text[start..].lines().next().unwrap_or_default().len();
        let what = error.message().lines().next().unwrap_or_default().to_owned();
        let message = format!("this is no TOML, and pytest does not start: {what}");
        let finding = cx.report(Span::new(start as u32, end as u32), text![message]);
        finding.when(Condition::Named("pyproject.toml".into())).grade(Condition::Always, Grade::Raises);
    }
    if syntax == Syntax::Ini {
        for (key, value) in continued(cx.text) {
            match key {
                "filterwarnings" => filters(cx, value),
                "required_plugins" => required(cx, value),
                "addopts" => options(cx, value),
                "usefixtures" => used_everywhere(cx, value),
                _ => {}
            }
        }
    }
    let mut told = false;
    for entry in &document.entries {
        let within = &*entry.within;
        let of_pytest = matches!(
            (syntax, within),
            (Syntax::Ini, "pytest" | "tool:pytest") | (Syntax::Toml, "ini_options" | "pytest")
        );
        if !of_pytest || entry.commented {
            continue;
        }
        let Some(key) = key(cx.text, entry) else { continue };
        let name = key.of(cx.text).to_owned();
        let message = format!("pytest knows no setting `{name}`, and does nothing with it");
        let finding = cx.report(key, text![message]);
        finding.when(Condition::UnknownSetting(name));
        finding.help("see `pytest --help`; what a plugin reads needs the plugin");
        // A list has an entry for each of its values.
        if entry.key == "testpaths" && !std::mem::replace(&mut told, true) {
            let message = text!["nothing of what `testpaths` names is there, so pytest looks everywhere"];
            let finding = cx.report(entry.span, message);
            finding.when(Condition::MissingTestpaths).help("name the folders that hold the tests");
        }
        if entry.key == "asyncio_mode" && !matches!(entry.span.of(cx.text).trim_matches(['"', '\'']), "auto" | "strict")
        {
            let finding = cx.report(entry.span, text!["pytest-asyncio has no such mode, and refuses to start"]);
            finding.when(Condition::Configures).grade(Condition::Always, Grade::Raises);
            finding.help("the modes are `auto` and `strict`");
        }
        match &*entry.key {
            "addopts" => options(cx, entry.span),
            "filterwarnings" => filters(cx, entry.span),
            "required_plugins" => required(cx, entry.span),
            "usefixtures" => used_everywhere(cx, entry.span),
            _ => {}
        }
    }
    if syntax == Syntax::Toml {
        native(cx);
    }
}

/// Fixtures that every test uses, and that nobody defines.
fn used_everywhere(cx: &mut Cx, value: Span) {
    for (at, name) in words(cx, value, ' ') {
        let message = format!("nothing in the project is a fixture `{name}`: every test fails before it begins");
        let finding = cx.report(at, text![message]);
        finding.when(Condition::Configures).when(Condition::NowhereFixture(name));
        finding.grade(Condition::PluginsUnsure, Grade::Uncertain).grade(Condition::Always, Grade::Raises);
        finding.help("define it in a conftest, or declare the plugin that brings it");
    }
}

/// The settings of pytest 9's own section in TOML that are lists, and those that are no texts either.
const LISTS: [&str; 11] = [
    "addopts",
    "testpaths",
    "pythonpath",
    "python_files",
    "python_classes",
    "python_functions",
    "norecursedirs",
    "markers",
    "filterwarnings",
    "usefixtures",
    "required_plugins",
];
const SWITCHES: [&str; 5] = ["strict", "strict_markers", "strict_config", "xfail_strict", "strict_xfail"];

/// `[tool.pytest]` and `pytest.toml`, where values have types.
fn native(cx: &mut Cx) {
    let (mut at, mut within, mut wrong) = (0, false, Vec::new());
    for line in cx.text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if line.starts_with('[') {
            within = matches!(line.trim_end(), "[tool.pytest]" | "[pytest]");
            continue;
        }
        let Some((key, value)) = line.split_once('=').filter(|_| within && line.starts_with(char::is_alphabetic))
        else {
            continue;
        };
        let (key, value) = (key.trim_end(), value.trim());
        let is_text = value.starts_with(['"', '\'']);
        let wanted = match key {
            key if LISTS.contains(&key) && (is_text || matches!(value, "true" | "false")) => "a list",
            key if SWITCHES.contains(&key) && value.starts_with('[') => "`true` or `false`",
            "minversion" | "asyncio_mode" if value.starts_with('[') => "a text",
            _ => continue,
        };
        let begin = start + line.find(value).unwrap_or(0);
        wrong.push((Span::new(begin as u32, (begin + value.len()) as u32), key.to_owned(), wanted));
    }
    for (span, key, wanted) in wrong {
        let message = format!("`{key}` is {wanted} in this section, and pytest does not start with this value");
        let finding = cx.report(span, text![message]);
        let named = |name: &'static str| Condition::Named(name.into());
        finding.when(Condition::any(vec![named("pyproject.toml"), named("pytest.toml"), named(".pytest.toml")]));
        finding.grade(Condition::Always, Grade::Raises);
        finding.help("write the value as TOML has it, or use `[tool.pytest.ini_options]`");
    }
}

/// Sections that pytest does not read where they stand.
fn misplaced(cx: &mut Cx, syntax: Syntax) {
    let places: &[(&str, &str, &str)] = match syntax {
        Syntax::Ini => &[("[tool:pytest]", "tox.ini", "[pytest]"), ("[tool:pytest]", "pytest.ini", "[pytest]")],
        _ => &[
            ("[pytest]", "pyproject.toml", "[tool.pytest.ini_options]"),
            ("[tool:pytest]", "pyproject.toml", "[tool.pytest.ini_options]"),
            ("[tool.pytest.ini_option]", "pyproject.toml", "[tool.pytest.ini_options]"),
            ("[tool.pytest.ini-options]", "pyproject.toml", "[tool.pytest.ini_options]"),
            ("[tool.pytest.options]", "pyproject.toml", "[tool.pytest.ini_options]"),
        ],
    };
    for (section, file, instead) in places {
        let found = cx.text.match_indices(section).map(|(at, _)| at).find(|at| is_line_start(cx.text, *at));
        let Some(at) = found else { continue };
        let span = Span::new(at as u32, (at + section.len()) as u32);
        let finding = cx.report(span, text![format!("pytest does not read `{section}` in `{file}`")]);
        finding.when(Condition::Named((*file).into())).help(format!("the section is `{instead}`"));
    }
}

/// A key that stands twice in the section of an ini file.
fn twice(cx: &mut Cx) {
    let (mut at, mut within, mut seen, mut wrong) = (0, false, Vec::new(), Vec::new());
    for line in cx.text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if line.starts_with('[') {
            within = line.starts_with("[pytest]") || line.starts_with("[tool:pytest]");
        } else if within && line.starts_with(char::is_alphabetic) {
            let key = line.split(['=', ':']).next().unwrap_or(line).trim_end();
            if key.len() < line.trim_end().len() && seen.contains(&key) {
                wrong.push((Span::new(start as u32, (start + key.len()) as u32), key.to_owned()));
            }
            seen.push(key);
        }
    }
    for (span, key) in wrong {
        let finding = cx.report(span, text![format!("`{key}` stands twice, and pytest does not start")]);
        finding.when(Condition::Configures).grade(Condition::Always, Grade::Raises).help("make one of the two");
    }
}

/// Options that need a plugin which nobody declares.
fn options(cx: &mut Cx, value: Span) {
    let text = cx.source(value);
    let mut at = 0;
    let mut before = "";
    for word in text.split_whitespace() {
        let start = text[at..].find(word).map_or(at, |found| at + found);
        at = start + word.len();
        let option = word.split('=').next().unwrap_or(word);
        if before == "-p" && !word.starts_with("no:") {
            let place = value.start + start as u32;
            let name = word.trim_matches(['"', '\'', ',']);
            let message =
                format!("nothing that the project declares brings the plugin `{name}`: pytest does not start");
            let finding = cx.report(Span::new(place, place + word.len() as u32), text![message]);
            finding.when(Condition::Configures).when(Condition::Uninstalled(name.to_owned()));
            finding.grade(Condition::Always, Grade::Raises);
            finding.help("declare the package that has it, or take the option out");
        }
        before = word;
        if option.starts_with('-') && option.len() > 1 {
            let place = value.start + start as u32;
            let message = format!("no plugin that the project declares brings `{option}`: pytest refuses to start");
            let finding = cx.report(Span::new(place, place + option.len() as u32), text![message]);
            finding.when(Condition::UnknownOption(option.to_owned())).grade(Condition::Always, Grade::Raises);
            finding.help("declare the plugin beside pytest, or take the option out");
        }
    }
}

/// Filters that pytest cannot read, or whose category lies in a module that nobody brings.
fn filters(cx: &mut Cx, value: Span) {
    for (at, line) in words(cx, value, '\n') {
        let fields: Vec<&str> = line.split(':').map(str::trim).collect();
        let action = fields[0];
        const ACTIONS: [&str; 7] = ["default", "always", "all", "ignore", "module", "once", "error"];
        if fields.len() > 5 || !action.is_empty() && !ACTIONS.iter().any(|one| one.starts_with(action)) {
            let message = match fields.len() > 5 {
                true => "this filter has more than five fields: pytest does not start".to_owned(),
                false => format!("`{action}` is no action of a filter: pytest does not start"),
            };
            let finding = cx.report(at, text![message]);
            finding.when(Condition::Configures).grade(Condition::Always, Grade::Raises);
            finding.help("the actions are `error`, `ignore`, `default`, `always`, `module` and `once`");
            continue;
        }
        let Some(category) = fields.get(2).filter(|category| !category.is_empty()) else { continue };
        let message = match category.split_once('.') {
            None if WARNINGS.contains(category) => continue,
            None => format!("Python has no warning `{category}` of its own: pytest does not start"),
            Some((top, _)) => format!("no module `{top}` with this category is there, so the filter does nothing"),
        };
        let condition = match category.rsplit_once('.') {
            None => Condition::Configures,
            Some((module, _)) => {
                let missing = Condition::MissingModule { level: 0, module: module.to_owned() };
                Condition::Configures.and(Condition::any(vec![Condition::Uninstalled(module.to_owned()), missing]))
            }
        };
        let finding = cx.report(at, text![message]);
        finding.when(condition);
        if !category.contains('.') {
            finding.grade(Condition::Always, Grade::Raises);
        }
    }
}

/// The warnings that Python has of its own.
const WARNINGS: [&str; 12] = [
    "Warning",
    "UserWarning",
    "DeprecationWarning",
    "PendingDeprecationWarning",
    "SyntaxWarning",
    "RuntimeWarning",
    "FutureWarning",
    "ImportWarning",
    "UnicodeWarning",
    "BytesWarning",
    "ResourceWarning",
    "EncodingWarning",
];

/// Plugins without which pytest does not start, and that nobody declares.
fn required(cx: &mut Cx, value: Span) {
    for (at, word) in words(cx, value, ' ') {
        let name = word.split(['=', '<', '>', '!', '~', '[']).next().unwrap_or(&word);
        if name.is_empty() {
            continue;
        }
        let message = format!("pytest does not start without `{name}`, which the project does not declare");
        let finding = cx.report(Span::new(at.start, at.start + name.len() as u32), text![message]);
        finding.when(Condition::NoPlugin(normalise(name))).help("declare it beside pytest");
        finding.grade(Condition::Always, Grade::Raises);
    }
}

/// The parts of a value with their places, without quotes and commas; blank ones and comments left out.
fn words(cx: &Cx, value: Span, separator: char) -> Vec<(Span, String)> {
    let text = cx.source(value);
    let mut found = Vec::new();
    let mut at = 0;
    let separates = |c: char| c == '\n' || separator == ' ' && c.is_whitespace();
    for part in text.split(separates) {
        let bare = part.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ','));
        let start = value.start as usize + at + part.find(bare).unwrap_or(0);
        if !bare.is_empty() && !bare.starts_with('#') {
            found.push((Span::new(start as u32, (start + bare.len()) as u32), bare.to_owned()));
        }
        at += part.len() + 1;
    }
    found
}

/// The values of an ini file that stand in the lines below their keys, in the sections of pytest.
fn continued(text: &str) -> Vec<(&str, Span)> {
    let mut found: Vec<(&str, Span)> = Vec::new();
    let (mut section, mut at) = ("", 0);
    // The key whose lines are being read.
    let mut open = false;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let body = line.trim_end();
        if body.is_empty() || body.trim_start().starts_with(['#', ';']) {
            continue;
        }
        if body.starts_with(char::is_whitespace) {
            if let Some((_, span)) = found.last_mut().filter(|_| open) {
                span.end = (start + body.len()) as u32;
            }
            continue;
        }
        open = false;
        if let Some((name, _)) = body.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            section = name;
        } else if matches!(section, "pytest" | "tool:pytest")
            && let Some((key, value)) = body.split_once('=')
            && value.trim().is_empty()
        {
            found.push((key.trim(), Span::new((start + body.len()) as u32, (start + body.len()) as u32)));
            open = true;
        }
    }
    found
}

fn is_line_start(text: &str, at: usize) -> bool {
    at == 0 || text.as_bytes()[at - 1] == b'\n'
}

/// Where the key of an entry stands: at the beginning of its line. What is indented goes on with the value above.
fn key(text: &str, entry: &Entry) -> Option<Span> {
    let before = &text[..entry.span.start as usize];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = &text[start..entry.span.end as usize];
    let length = line.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    (length > 0 && line[..length] == entry.key).then(|| Span::new(start as u32, (start + length) as u32))
}
