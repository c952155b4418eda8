//! SARIF 2.1.0, as GitHub's code scanning reads it.
//!
//! No absolute path, no snippet of source, nothing that differs between two runs. GitHub's limits: a description has at
//! most 1,024 characters, a rule at most 10 tags.

use super::fingerprint::fingerprints;
use super::incidents::SAME;
use super::json::replacement;
use super::line_hash::LineHashes;
use super::mask::Masks;
use super::sarif_schema::*;
use super::{Report, Settled, Shown, Source};
use crate::finding::Severity;
use crate::page::Page;
use crate::text::Span;
use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;
use std::io::{self, Write};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const ROOT: &str = "%SRCROOT%";
/// The most results that code scanning takes in a run.
const MOST: usize = 25_000;

/// One run; notes only where they are listed.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let masks = Masks::new(report);
    let names = fingerprints(report);
    let listed = report.findings.iter().zip(&names);
    let listed = listed.filter(|(shown, _)| report.lists(shown));
    let mut listed: Vec<(&Shown, &String)> = listed.collect();
    let left_out = listed.len().saturating_sub(MOST);
    if left_out > 0 {
        let mut severities: Vec<Severity> = listed.iter().map(|(shown, _)| shown.finding.severity).collect();
        severities.sort_by_key(|severity| Reverse(*severity));
        let (least, mut room) = (severities[MOST - 1], MOST);
        room -= severities.iter().filter(|severity| **severity > least).count();
        listed.retain(|(shown, _)| match shown.finding.severity.cmp(&least) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal => {
                let fits = room > 0;
                room = room.saturating_sub(1);
                fits
            }
        });
    }
    let pages: BTreeMap<&str, &Page> =
        listed.iter().map(|(shown, _)| (shown.finding.code.0.as_str(), shown.page)).collect();
    let indexes: BTreeMap<&str, usize> = pages.keys().enumerate().map(|(index, code)| (*code, index)).collect();
    let mut hashes: BTreeMap<&str, LineHashes> = BTreeMap::new();
    let results = listed.into_iter().map(|(shown, name)| {
        let path = shown.finding.path.as_str();
        let source = report.sources.get(path);
        let line = source.and_then(|source| {
            let hashes = hashes.entry(path).or_insert_with(|| LineHashes::new(source));
            hashes.of(source.lines().line(shown.finding.span.start), &source.secrets)
        });
        let index = indexes.get(shown.finding.code.0.as_str()).copied().unwrap_or_default();
        let fingerprints = Fingerprints { primary_location_line_hash: line, davy: name.clone() };
        result(report, &masks, shown, index, fingerprints)
    });
    let driver = Driver {
        name: "davy",
        full_name: format!("davy {}", report.tool_version),
        version: report.tool_version,
        semantic_version: report.tool_version,
        information_uri: report.site.as_deref(),
        rules: pages.iter().map(|(code, page)| rule(report, code, page)).collect(),
    };
    let root = Root { description: message("The folder in which davy ran.") };
    let run = Run {
        results: results.collect(),
        tool: Tool { driver },
        invocations: [invocation(report, &masks, left_out)],
        original_uri_base_ids: BaseIds { root },
        column_kind: "utf16CodeUnits",
    };
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn rule<'a>(report: &Report, code: &'a str, page: &'a Page) -> Rule<'a> {
    let first = page.summary.split_inclusive(". ").next().unwrap_or_default().trim();
    let secret = page.family.prefix == "SEC";
    let mut tags = vec![page.family.name];
    let security = secret.then_some("security");
    for tag in security.into_iter().chain(page.tags.iter().map(String::as_str)) {
        if !tags.contains(&tag) && tags.len() < 10 {
            tags.push(tag);
        }
    }
    Rule {
        id: code,
        name: &page.name,
        short_description: Message { text: short(first) },
        full_description: Message { text: short(&page.summary) },
        default_configuration: Configuration { level: page.severity.word() },
        help_uri: report.page_url(page),
        help: Help { text: page.prose(), markdown: page.prose() },
        properties: Properties {
            tags,
            precision: "high",
            problem_severity: match page.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "recommendation",
            },
            security_severity: secret.then_some(match page.severity {
                Severity::Error => "8.0",
                Severity::Warning => "5.5",
                Severity::Note => "2.0",
            }),
        },
    }
}

/// At most 1,024 characters.
fn short(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(1023) {
        Some((cut, _)) if text[cut..].chars().nth(1).is_some() => Cow::Owned(format!("{}…", &text[..cut])),
        _ => Cow::Borrowed(text),
    }
}

fn result<'a>(
    report: &'a Report,
    masks: &Masks,
    shown: &'a Shown,
    rule_index: usize,
    partial_fingerprints: Fingerprints,
) -> Finding<'a> {
    let finding = &shown.finding;
    let paths = [finding.path.as_str()];
    let help = finding.help.as_deref().map(|help| masks.text(&paths, help));
    let related = finding.labels.iter().enumerate().map(|(index, label)| Location {
        id: Some(index + 1),
        physical_location: place(report, &label.path, label.span),
        message: Some(Message { text: masks.text(&[&finding.path, &label.path], &label.message) }),
    });
    let same = finding.labels.iter().filter(|label| label.message.starts_with(SAME));
    Finding {
        rule_id: &finding.code.0,
        rule_index,
        level: finding.severity.word(),
        baseline_state: report.gate.as_ref().map(|_| if shown.baselined { "unchanged" } else { "new" }),
        message: Message { text: sentences(masks.text(&paths, &finding.message), help) },
        // A secret has to go from everywhere it stands.
        locations: std::iter::once((&finding.path, finding.span))
            .chain(same.map(|label| (&label.path, label.span)))
            .map(|(path, span)| Location { id: None, physical_location: place(report, path, span), message: None })
            .collect(),
        related_locations: related.collect(),
        partial_fingerprints,
        fixes: shown
            .fix
            .iter()
            .chain(&shown.alternatives)
            .filter_map(|settled| fix(report, masks, &finding.path, settled))
            .collect(),
    }
}

/// Message and help as prose: the only text that code scanning shows beside the code.
fn sentences<'a>(message: Cow<'a, str>, help: Option<Cow<'a, str>>) -> Cow<'a, str> {
    let mut text = String::new();
    for part in [Some(message), help].into_iter().flatten() {
        let mut chars = part.chars();
        text.push_str(if text.is_empty() { "" } else { " " });
        // A path is spelled as it is.
        let is_word = part.split(' ').next().is_some_and(|word| word.chars().all(char::is_alphabetic));
        match chars.next() {
            Some(first) if is_word => text.extend(first.to_uppercase()),
            other => text.extend(other),
        }
        text.push_str(chars.as_str());
        text.push_str(if part.ends_with(['.', '!', '?']) { "" } else { "." });
    }
    Cow::Owned(text)
}

/// A fix is whole or absent.
fn fix<'a>(report: &Report, masks: &Masks, path: &str, settled: &'a Settled) -> Option<Fix<'a>> {
    let mut changes: BTreeMap<&str, Vec<Replacement>> = BTreeMap::new();
    for edit in &settled.edits {
        let source = report.sources.get(&edit.path)?;
        let text = replacement(masks, path, edit)?;
        let inserted_content = (!text.is_empty()).then_some(Inserted { text });
        let deleted_region = region(source, edit.span);
        changes.entry(&edit.path).or_default().push(Replacement { deleted_region, inserted_content });
    }
    let changes = changes
        .into_iter()
        .map(|(path, replacements)| ArtifactChange { artifact_location: artifact(path), replacements });
    Some(Fix {
        description: Message { text: masks.text(&[path], &settled.title).into_owned().into() },
        artifact_changes: changes.collect(),
    })
}

fn invocation<'a>(report: &'a Report, masks: &Masks, left_out: usize) -> Invocation<'a> {
    let cut = (left_out > 0).then(|| Notification {
        level: "warning",
        message: Message {
            text: format!("Code scanning takes {MOST} results: the {left_out} least severe are left out.").into(),
        },
        locations: Vec::new(),
    });
    let notifications = report.errors.iter().map(|problem| {
        let path = problem.path.as_deref();
        let help = problem.help.as_deref().map(|help| masks.text(path.as_slice(), help));
        let physical_location = path.map(|path| PhysicalLocation { artifact_location: artifact(path), region: None });
        Notification {
            level: "error",
            message: Message { text: sentences(masks.text(path.as_slice(), &problem.message), help) },
            locations: physical_location
                .map(|at| Location { id: None, physical_location: at, message: None })
                .into_iter()
                .collect(),
        }
    });
    Invocation {
        execution_successful: report.errors.is_empty(),
        tool_execution_notifications: notifications.chain(cut).collect(),
    }
}

/// A place in a file; without region where the file was not read.
///
/// A span that ends with a line break ends on its own line: code scanning shows an alert in a pull request only if
/// every line of the region is part of the change.
fn place(report: &Report, path: &str, span: Span) -> PhysicalLocation {
    let region = report.sources.get(path).map(|source| {
        let span = source.clip(span);
        let kept = span.of(&source.text).trim_end_matches(['\n', '\r']).len() as u32;
        region(source, if kept > 0 { Span::new(span.start, span.start + kept) } else { span })
    });
    PhysicalLocation { artifact_location: artifact(path), region }
}

fn region(source: &Source, span: Span) -> Region {
    let span = source.clip(span);
    let (lines, text) = (source.lines(), &source.text);
    Region {
        start_line: lines.line(span.start),
        start_column: lines.utf16_column(span.start, text),
        end_line: lines.line(span.end),
        end_column: lines.utf16_column(span.end, text),
    }
}

fn artifact(path: &str) -> ArtifactLocation {
    ArtifactLocation { uri: uri(path), uri_base_id: ROOT }
}

/// A relative reference: everything but unreserved characters and `/` is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for &byte in path.as_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

fn message(text: &'static str) -> Message<'static> {
    Message { text: Cow::Borrowed(text) }
}
