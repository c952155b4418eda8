//! reviewdog's diagnostic format: one object, with what `--fix` would write as suggestions.
//!
//! Lines and columns start at 1, and columns count bytes of the line as UTF-8.

use super::json::replacement;
use super::mask::Masks;
use super::{Report, Shown, Source};
use crate::finding::Severity;
use crate::text::Span;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// The findings; what davy could not do is a diagnostic without a place.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let masks = Masks::new(report);
    let findings = report.listed().filter(|shown| !shown.baselined).map(|shown| diagnostic(report, &masks, shown));
    let errors = report.errors.iter().map(|problem| Diagnostic {
        message: masks.text(problem.path.as_deref().as_slice(), &problem.message),
        location: Location { path: problem.path.as_deref().unwrap_or_default(), range: None },
        severity: "ERROR",
        code: None,
        suggestions: Vec::new(),
    });
    let document = Document {
        source: Origin { name: "davy", url: report.site.as_deref() },
        diagnostics: findings.chain(errors).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn diagnostic<'a>(report: &'a Report, masks: &Masks, shown: &'a Shown) -> Diagnostic<'a> {
    let finding = &shown.finding;
    let source = report.sources.get(&finding.path);
    // A suggestion replaces one range: what needs several edits cannot be one.
    let suggestion = || {
        let fix = shown.fix.as_ref().filter(|fix| fix.safe)?;
        let [edit] = fix.edits.as_slice() else { return None };
        let text = replacement(masks, &finding.path, edit).filter(|_| edit.path == finding.path)?;
        Some(Suggestion { range: range(source?, edit.span), text })
    };
    Diagnostic {
        message: masks.text(&[&finding.path], &finding.message),
        location: Location { path: &finding.path, range: source.map(|source| range(source, finding.span)) },
        severity: match finding.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Note => "INFO",
        },
        code: Some(Code { value: &finding.code.0, url: report.page_url(shown.page) }),
        suggestions: suggestion().into_iter().collect(),
    }
}

fn range(source: &Source, span: Span) -> Range {
    let span = source.clip(span);
    let place = |offset: u32| {
        let line = source.lines().line(offset);
        Place { line, column: offset - source.lines().start(line) + 1 }
    };
    Range { start: place(span.start), end: place(span.end) }
}

#[derive(Serialize)]
struct Document<'a> {
    source: Origin<'a>,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Origin<'a> {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: Cow<'a, str>,
    location: Location<'a>,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Code<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Range {
    start: Place,
    end: Place,
}

#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
}
