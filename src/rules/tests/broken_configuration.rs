//! A configuration of pytest that pytest does not understand. Page: rules/tests/broken-configuration.md

use crate::document::{Document, Entry};
use crate::fact::Condition;
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
        cx.report(span, message).when(Condition::Named("setup.cfg".into()));
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
        finding.when(Condition::Named("pyproject.toml".into()));
    }
    for entry in &document.entries {
        let within = entry.within.as_str();
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
        if entry.key == "testpaths" {
            let message = text!["nothing of what `testpaths` names is there, so pytest looks everywhere"];
            let finding = cx.report(entry.span, message);
            finding.when(Condition::MissingTestpaths).help("name the folders that hold the tests");
        }
        if entry.key == "addopts" {
            options(cx, entry);
        }
    }
}

/// Options that need a plugin which nobody declares.
fn options(cx: &mut Cx, entry: &Entry) {
    let text = cx.source(entry.span);
    let mut at = 0;
    for word in text.split_whitespace() {
        let start = text[at..].find(word).map_or(at, |found| at + found);
        at = start + word.len();
        let option = word.split('=').next().unwrap_or(word);
        if option.starts_with('-') && option.len() > 1 {
            let place = entry.span.start + start as u32;
            let message =
                format!("`{option}` needs a plugin that the project does not declare: pytest refuses to start");
            let finding = cx.report(Span::new(place, place + option.len() as u32), text![message]);
            finding.when(Condition::UnknownOption(option.to_owned()));
            finding.help("declare the plugin beside pytest, or take the option out");
        }
    }
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
