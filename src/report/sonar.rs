//! SonarQube's generic issue format: the rules, and the issues with their places.
//!
//! Columns start at 0 and count UTF-16 units. Sonar refuses a whole report for one range that lies outside its line.

use super::mask::Masks;
use super::{Report, Source};
use crate::finding::Severity;
use crate::page::Page;
use crate::text::Span;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// The findings that the baseline does not hold.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let masks = Masks::new(report);
    let listed = || report.listed().filter(|shown| !shown.baselined);
    let pages: BTreeMap<&str, &Page> = listed().map(|shown| (shown.page.code.as_str(), shown.page)).collect();
    let rules = pages.values().map(|page| Rule {
        id: &page.code,
        name: &page.name,
        description: &page.summary,
        engine_id: "davy",
        clean_code_attribute: if page.family.name == "secrets" { "TRUSTWORTHY" } else { "CONVENTIONAL" },
        impacts: [Impact {
            software_quality: match page.family.name {
                "secrets" => "SECURITY",
                "private" => "MAINTAINABILITY",
                _ => "RELIABILITY",
            },
            severity: match page.severity {
                Severity::Error => "HIGH",
                Severity::Warning => "MEDIUM",
                Severity::Note => "LOW",
            },
        }],
    });
    let issues = listed().map(|shown| {
        let finding = &shown.finding;
        Issue {
            rule_id: &finding.code.0,
            effort_minutes: shown.page.effort,
            primary_location: Location {
                message: masks.text(&[&finding.path], &finding.message),
                file_path: &finding.path,
                text_range: report.sources.get(&finding.path).map(|source| range(source, finding.span)),
            },
        }
    });
    let document = Document { rules: rules.collect(), issues: issues.collect() };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn range(source: &Source, span: Span) -> Range {
    let span = source.clip(span);
    let (lines, text) = (source.lines(), &source.text);
    let (start_line, end_line) = (lines.line(span.start), lines.line(span.end));
    let whole = Range { start_line, end_line: start_line, start_column: None, end_column: None };
    // An empty range, or one that ends behind a line break, is the whole line.
    let column = |offset: u32| lines.utf16_column(offset, text) - 1;
    if span.start == span.end || start_line != end_line {
        return whole;
    }
    Range { start_column: Some(column(span.start)), end_column: Some(column(span.end)), ..whole }
}

#[derive(Serialize)]
struct Document<'a> {
    rules: Vec<Rule<'a>>,
    issues: Vec<Issue<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    name: &'a str,
    description: &'a str,
    engine_id: &'static str,
    clean_code_attribute: &'static str,
    impacts: [Impact; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Impact {
    software_quality: &'static str,
    severity: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Issue<'a> {
    rule_id: &'a str,
    effort_minutes: u32,
    primary_location: Location<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    message: Cow<'a, str>,
    file_path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text_range: Option<Range>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Range {
    start_line: u32,
    end_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}
