//! One JSON object, stable: it grows only by adding.
//!
//! Holds no source text but the replacements of fixes, and lists notes always.
//!
//! Lines and columns start at 1 and columns count characters; `offset` counts bytes of the text as UTF-8, the three of
//! a byte order mark included. `start` and `end` of a label are null where its file was not read. `fix` is null where
//! there is none, and where its replacement would hold a secret: a fix is whole or absent. The summary counts it.

use super::mask::Masks;
use super::summary::Counts;
use super::{Report, Settled, Shown, Source};
use crate::finding::Severity;
use crate::text::Span;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Pretty-printed, keys in one order, with a line break at the end.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let masks = Masks::new(report);
    let counts = Counts::of(report.findings.iter());
    let document = Document {
        version: 1,
        findings: report.findings.iter().map(|shown| finding(report, &masks, shown)).collect(),
        errors: report.errors.iter().map(|problem| error(&masks, problem)).collect(),
        summary: Summary {
            files: report.files,
            findings: report.findings.len(),
            errors: counts.errors,
            warnings: counts.warnings,
            notes: counts.notes,
            fixable_safe: counts.safe,
            fixable_unsafe: counts.risky,
            fixed: report.fixed,
            suppressed: report.suppressed,
            skipped: report.skipped,
            baseline: report.gate.as_ref().map(|gate| Baseline {
                known: gate.known,
                fixed: gate.fixed,
                stale: gate.stale,
                of_new_rules: &gate.of_new_rules,
            }),
        },
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// The same findings and errors, an object a line: `kind` says which.
pub fn render_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Entry<T: Serialize> {
        kind: &'static str,
        #[serde(flatten)]
        value: T,
    }
    let masks = Masks::new(report);
    for shown in &report.findings {
        serde_json::to_writer(&mut *out, &Entry { kind: "finding", value: finding(report, &masks, shown) })?;
        writeln!(out)?;
    }
    for problem in &report.errors {
        serde_json::to_writer(&mut *out, &Entry { kind: "error", value: error(&masks, problem) })?;
        writeln!(out)?;
    }
    Ok(())
}

fn error<'a>(masks: &Masks, problem: &'a super::Problem) -> Error<'a> {
    let paths = problem.path.as_deref();
    Error {
        path: paths,
        message: masks.text(paths.as_slice(), &problem.message),
        help: problem.help.as_ref().map(|help| masks.text(paths.as_slice(), help)),
    }
}

fn finding<'a>(report: &'a Report, masks: &Masks, shown: &'a Shown) -> Finding<'a> {
    let finding = &shown.finding;
    let text = |text: &'a str| masks.text(&[&finding.path], text);
    let (start, end) = places(report.sources.get(&finding.path), finding.span).unwrap_or((UNREAD, UNREAD));
    let labels = finding.labels.iter().map(|label| {
        let (start, end) = places(report.sources.get(&label.path), label.span).unzip();
        Label { path: &label.path, start, end, message: masks.text(&[&finding.path, &label.path], &label.message) }
    });
    Finding {
        code: &finding.code.0,
        name: &shown.page.name,
        family: shown.page.family.name,
        severity: finding.severity,
        message: text(&finding.message),
        path: &finding.path,
        start,
        end,
        labels: labels.collect(),
        help: finding.help.as_deref().map(text),
        fix: shown.fix.as_ref().and_then(|settled| fix(report, masks, &finding.path, settled)),
        alternatives: shown.alternatives.iter().filter_map(|one| fix(report, masks, &finding.path, one)).collect(),
        baselined: shown.baselined,
    }
}

fn fix<'a>(report: &'a Report, masks: &Masks, path: &str, settled: &'a Settled) -> Option<Fix<'a>> {
    let edit = |edit: &'a super::TextEdit| {
        let (start, end) = places(report.sources.get(&edit.path), edit.span)?;
        let text = replacement(masks, path, edit)?;
        Some(Edit { path: &edit.path, start, end, text })
    };
    Some(Fix {
        title: masks.text(&[path], &settled.title),
        safety: if settled.safe { "safe" } else { "unsafe" },
        edits: settled.edits.iter().map(edit).collect::<Option<Vec<Edit>>>()?,
    })
}

/// The text of an edit, unless it holds a secret of the files it is about: masked, it would break the code.
pub(super) fn replacement<'a>(masks: &Masks, path: &str, edit: &'a super::TextEdit) -> Option<&'a str> {
    (masks.text(&[path, &edit.path], &edit.text) == edit.text).then_some(&edit.text)
}

fn places(source: Option<&Source>, span: Span) -> Option<(Place, Place)> {
    let source = source?;
    let span = source.clip(span);
    let place = |offset: u32| {
        let at = source.lines().position(offset, &source.text);
        Place { line: at.line, column: at.column, offset: offset + if source.bom { 3 } else { 0 } }
    };
    Some((place(span.start), place(span.end)))
}

/// Where a finding is that has no source; callers give one to each.
const UNREAD: Place = Place { line: 1, column: 1, offset: 0 };

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: Vec<Finding<'a>>,
    errors: Vec<Error<'a>>,
    summary: Summary<'a>,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    name: &'a str,
    family: &'a str,
    severity: Severity,
    message: Cow<'a, str>,
    path: &'a str,
    start: Place,
    end: Place,
    labels: Vec<Label<'a>>,
    help: Option<Cow<'a, str>>,
    fix: Option<Fix<'a>>,
    /// What may be meant instead.
    alternatives: Vec<Fix<'a>>,
    /// Whether the baseline holds it.
    baselined: bool,
}

#[derive(Serialize)]
struct Place {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct Label<'a> {
    path: &'a str,
    start: Option<Place>,
    end: Option<Place>,
    message: Cow<'a, str>,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: Cow<'a, str>,
    safety: &'static str,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    path: &'a str,
    start: Place,
    end: Place,
    text: &'a str,
}

#[derive(Serialize)]
struct Error<'a> {
    path: Option<&'a str>,
    message: Cow<'a, str>,
    help: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct Summary<'a> {
    files: usize,
    findings: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    fixable_safe: usize,
    fixable_unsafe: usize,
    fixed: usize,
    suppressed: usize,
    skipped: usize,
    /// Null where there is no baseline.
    baseline: Option<Baseline<'a>>,
}

#[derive(Serialize)]
struct Baseline<'a> {
    known: usize,
    fixed: usize,
    stale: usize,
    of_new_rules: &'a BTreeMap<String, usize>,
}
