//! `--add-ignore`: a `# davy: ignore[...]` for every finding that is there, so that only new ones show.

use crate::document::{self, Entry};
use crate::finding::Judged;
use crate::fix::{replaced, write};
use crate::rules;
use crate::scan::{Problem, Scan, plain};
use crate::text::{Lines, Span, decode, encode};
use crate::unit::{Kind, Syntax};
use std::collections::{BTreeMap, BTreeSet};

/// Writes the comments; gives their number and what could not be written.
pub fn run(scan: &Scan, findings: &[Judged]) -> (usize, Vec<Problem>) {
    let mut by_file: BTreeMap<&str, Vec<&Judged>> = BTreeMap::new();
    for finding in findings {
        by_file.entry(&finding.path).or_default().push(finding);
    }
    let mut count = 0;
    let mut problems = Vec::new();
    for (key, findings) in by_file {
        let Some(file) = scan.file(key) else { continue };
        let failed = |message: &str, help: &str| Problem {
            display: Some(file.display.clone()),
            message: message.to_owned(),
            help: Some(help.to_owned()),
        };
        let Some(bytes) = file.on_disk().filter(|_| file.overlay.is_none()) else {
            problems.push(failed("has changed since it was read", "run again"));
            continue;
        };
        if file.unit().broken {
            problems
                .push(failed("does not parse, so that nothing says where its statements end", "mend its syntax first"));
            continue;
        }
        let source = decode(&bytes);
        let (new, comments) = match file.kind {
            Kind::Python | Kind::Stub => commented(&source.text, &findings),
            Kind::Text(syntax) => match commented_settings(&source.text, syntax, &findings) {
                Some(commented) => commented,
                None => {
                    let message = "has no place for a comment beside what was found";
                    problems.push(failed(message, "record it instead: `davy baseline create`"));
                    continue;
                }
            },
        };
        let result = match encode(&new, source.encoding, source.bom) {
            Some(bytes) => write(&file.path, &bytes).map_err(|error| plain(&error)),
            None => Err("its encoding cannot hold the comments".to_owned()),
        };
        match result {
            Ok(()) => count += comments,
            Err(why) => {
                problems.push(failed(&format!("the comments could not be written: {why}"), "the file is as it was"))
            }
        }
    }
    (count, problems)
}

/// A file of settings with a comment above each line, where its format has comments and reads the same with them.
fn commented_settings(text: &str, syntax: Syntax, findings: &[&Judged]) -> Option<(String, usize)> {
    if matches!(syntax, Syntax::Json | Syntax::Notebook | Syntax::Key | Syntax::Netrc) {
        return None;
    }
    let lines = Lines::new(text);
    let mut names: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    for finding in findings {
        let page = rules::page(&finding.code.0)?;
        names.entry(lines.line(finding.span.start)).or_default().insert(&page.name);
    }
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let comment = |(line, names): (&u32, &BTreeSet<&str>)| {
        let span = lines.span(*line, text);
        let source = span.of(text);
        let indent = &source[..source.len() - source.trim_start().len()];
        let names: Vec<&str> = names.iter().copied().collect();
        (Span::at(span.start), format!("{indent}# davy: ignore[{}]{newline}", names.join(", ")))
    };
    let replacements: Vec<(Span, String)> = names.iter().map(comment).collect();
    let new = replaced(text, &replacements)?;
    // Inside a value that runs over several lines a comment is part of it.
    let (before, after) = (document::read(text, syntax).entries, document::read(&new, syntax).entries);
    let same = |(one, other): (&Entry, &Entry)| one.key == other.key && one.value() == other.value();
    let unchanged = before.len() == after.len() && before.iter().zip(&after).all(same);
    unchanged.then_some((new, replacements.len()))
}

/// The text with one comment a statement, naming all its rules.
fn commented(text: &str, findings: &[&Judged]) -> (String, usize) {
    let lines = Lines::new(text);
    let tree = crate::python::parse(text, crate::unit::Kind::Python);
    let statements = crate::python::ignores::logical_lines(&tree);
    let mut names: BTreeMap<u32, BTreeSet<&str>> = BTreeMap::new();
    for finding in findings {
        let Some(page) = rules::page(&finding.code.0) else { continue };
        let statement = statements.iter().rev().find(|span| span.start <= finding.span.start);
        let start = statement.map_or(finding.span.start, |span| span.start);
        names.entry(lines.line(start)).or_default().insert(&page.name);
    }
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut replacements = Vec::new();
    for (line, names) in &names {
        let names: Vec<&str> = names.iter().copied().collect();
        let comment = format!("# davy: ignore[{}]", names.join(", "));
        let span = lines.span(*line, text);
        let source = span.of(text);
        let statement = statements.iter().find(|one| lines.line(one.start) == *line);
        let one_line = statement.is_some_and(|one| lines.line(one.end) == *line);
        if one_line && !source.contains('#') {
            replacements.push((Span::at(span.end), format!("  {comment}")));
        } else {
            let indent = &source[..source.len() - source.trim_start().len()];
            replacements.push((Span::at(span.start), format!("{indent}{comment}{newline}")));
        }
    }
    let count = replacements.len();
    (replaced(text, &replacements).unwrap_or_else(|| text.to_owned()), count)
}
