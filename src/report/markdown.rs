//! Markdown for a comment on a pull request, and for the summary of a CI job: what is new, what is gone, totals a family.

use super::mask::{Masks, one_line};
use super::{Report, Shown, summary};
use crate::finding::Severity;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// So many findings are listed: a comment of GitHub's holds 65,536 characters.
const MOST: usize = 100;

/// A heading, the totals, and the findings that fail, gravest first.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let masks = Masks::new(report);
    writeln!(out, "## davy\n\n**{}**", escaped(&summary::line(report)))?;
    let lines = [summary::gate(report), summary::fixed(report)].into_iter().flatten();
    for line in lines.chain(summary::budgets(report)) {
        writeln!(out, "\n{}", escaped(&line))?;
    }
    let mut findings: Vec<&Shown> = report.listed().filter(|shown| !shown.baselined).collect();
    if !findings.is_empty() {
        totals(&findings, out)?;
        findings.sort_by_key(|shown| Reverse(shown.finding.severity));
        writeln!(out, "\n| where | what |\n|---|---|")?;
        for shown in findings.iter().take(MOST) {
            let finding = &shown.finding;
            let line = report
                .sources
                .get(&finding.path)
                .map(|source| format!(":{}", source.lines().line(source.clip(finding.span).start)))
                .unwrap_or_default();
            let message = masks.text(&[&finding.path], &finding.message);
            let rule = match report.page_url(shown.page) {
                Some(url) => format!("[{}]({url})", finding.code),
                None => finding.code.to_string(),
            };
            let word = finding.severity.word();
            writeln!(out, "| {}{line} | {word} {rule}: {} |", code(&finding.path), cell(&one_line(&message)))?;
        }
        if findings.len() > MOST {
            writeln!(out, "\nand {} more", findings.len() - MOST)?;
        }
    }
    if !report.errors.is_empty() {
        writeln!(out, "\ndavy could not do all of its job:\n")?;
        for problem in &report.errors {
            let text = masks.text(problem.path.as_deref().as_slice(), &problem.message);
            let path = problem.path.as_ref().map(|path| format!("{}: ", code(path))).unwrap_or_default();
            writeln!(out, "- {path}{}", escaped(&one_line(&text)))?;
        }
    }
    Ok(())
}

fn totals(findings: &[&Shown], out: &mut dyn Write) -> io::Result<()> {
    let mut families: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for shown in findings {
        let counts = families.entry(shown.page.family.name).or_default();
        match shown.finding.severity {
            Severity::Error => counts[0] += 1,
            Severity::Warning => counts[1] += 1,
            Severity::Note => counts[2] += 1,
        }
    }
    writeln!(out, "\n| family | errors | warnings | notes |\n|---|---:|---:|---:|")?;
    for (family, [errors, warnings, notes]) in families {
        writeln!(out, "| {family} | {errors} | {warnings} | {notes} |")?;
    }
    Ok(())
}

/// A message in a cell: its code spans stay, and nothing else of it is Markdown or HTML.
fn cell(text: &str) -> String {
    let mut cell = String::new();
    for (index, part) in text.split('`').enumerate() {
        match index % 2 {
            0 => cell.push_str(&escaped(part)),
            _ => cell.push_str(&code(part)),
        }
    }
    cell
}

fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// A text as it is, whatever its characters mean in Markdown or HTML.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            // Within a line it means nothing while no `<` opens.
            '>' if safe.trim_end().is_empty() || safe.ends_with('\n') => safe.push_str("&gt;"),
            '*' | '_' | '[' | ']' | '|' | '\\' | '#' | '~' | '@' => {
                safe.push('\\');
                safe.push(char);
            }
            char => safe.push(char),
        }
    }
    safe
}
