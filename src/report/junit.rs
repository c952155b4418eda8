//! JUnit's XML: a test suite a file, a failed test a finding; what davy could not do is an error.

use super::mask::{Masks, one_line};
use super::{Problem, Report, Shown};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// A run without findings is one test that passed, because many readers take none for a failure.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let masks = Masks::new(report);
    let mut suites: BTreeMap<&str, Vec<&Shown>> = BTreeMap::new();
    for shown in report.listed().filter(|shown| !shown.baselined) {
        suites.entry(&shown.finding.path).or_default().push(shown);
    }
    let failures: usize = suites.values().map(Vec::len).sum();
    let errors = report.errors.len();
    let tests = (failures + errors).max(1);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"davy\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">")?;
    for (path, findings) in &suites {
        let count = findings.len();
        writeln!(out, "  <testsuite name=\"{}\" tests=\"{count}\" failures=\"{count}\" errors=\"0\">", escaped(path))?;
        for shown in findings {
            case(report, &masks, shown, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    if failures + errors == 0 {
        writeln!(out, "  <testsuite name=\"davy\" tests=\"1\" failures=\"0\" errors=\"0\">")?;
        writeln!(out, "    <testcase name=\"no findings\" classname=\"davy\"/>")?;
        writeln!(out, "  </testsuite>")?;
    } else if errors > 0 {
        writeln!(out, "  <testsuite name=\"davy\" tests=\"{errors}\" failures=\"0\" errors=\"{errors}\">")?;
        for Problem { path, message, .. } in &report.errors {
            let name = path.as_deref().unwrap_or("davy");
            let text = masks.text(path.as_deref().as_slice(), message);
            writeln!(out, "    <testcase name=\"{}\" classname=\"davy\">", escaped(name))?;
            writeln!(out, "      <error message=\"{}\"/>\n    </testcase>", escaped(&one_line(&text)))?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn case(report: &Report, masks: &Masks, shown: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let finding = &shown.finding;
    let at = report
        .sources
        .get(&finding.path)
        .map(|source| source.lines().position(source.clip(finding.span).start, &source.text));
    let (line, column) = at.map_or((1, 1), |at| (at.line, at.column));
    let class = finding.path.strip_suffix(".py").unwrap_or(&finding.path).replace('/', ".");
    let name = format!("{} {} [{line}:{column}]", finding.code, shown.page.name);
    let message = masks.text(&[&finding.path], &finding.message);
    writeln!(
        out,
        "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{line}\">",
        escaped(&name),
        escaped(&class),
        escaped(&finding.path)
    )?;
    let place = format!("{}:{line}:{column}", finding.path);
    writeln!(
        out,
        "      <failure type=\"{}\" message=\"{}\">{}</failure>",
        finding.severity.word(),
        escaped(&one_line(&message)),
        escaped(&place)
    )?;
    writeln!(out, "    </testcase>")
}

/// Text of an attribute or an element; what XML 1.0 cannot hold becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'.. => safe.push(char),
            _ => safe.push('\u{FFFD}'),
        }
    }
    safe
}
