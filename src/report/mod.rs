//! What a run shows: the data of a report, and one pure function per format that writes it.
//!
//! Never reads a file, a clock or the environment, and decides no order: the caller sorted by path, span and code.

pub mod concise;
pub mod csv;
mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod incidents;
pub mod json;
pub mod junit;
mod line_hash;
pub mod markdown;
pub mod mask;
pub mod rdjson;
pub mod sarif;
mod sarif_schema;
mod snippet;
pub mod sonar;
pub mod statistics;
mod summary;
mod table;
pub mod text;
pub mod wrap;

#[cfg(test)]
mod frame_tests;
#[cfg(test)]
mod machine_tests;
#[cfg(test)]
mod tests;

use crate::finding::{Judged, Severity};
use crate::page::Page;
use crate::text::{Lines, Span};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Everything a format needs.
#[derive(Debug)]
pub struct Report {
    /// Sorted by path, span and code; notes included.
    pub findings: Vec<Shown>,
    /// What davy could not do.
    pub errors: Vec<Problem>,
    /// Files checked.
    pub files: usize,
    /// By display path: every file that a finding or an edit names. A label may point into a file that is not here.
    pub sources: BTreeMap<String, Source>,
    /// Whether notes are listed where a format does not always list them.
    pub show_notes: bool,
    /// Whether the text format frames every finding, however many there are.
    pub show_all: bool,
    /// Whether the summary and what to type next are printed.
    pub summary: bool,
    /// The paths and choices that the user typed, with a blank before each: what the next command needs again.
    pub again: String,
    /// Findings fixed in this run; they are not among `findings`.
    pub fixed: usize,
    /// Findings silenced by comments.
    pub suppressed: usize,
    /// Files that were not looked into: binary, minified or too large.
    pub skipped: usize,
    /// How the run stands against the project's baseline, where there is one.
    pub gate: Option<Gate>,
    /// Budgets of the configuration: what they are for, how many findings there are, and how many there may be.
    pub budgets: Vec<(String, usize, usize)>,
    /// What works on pydantic 1 alone, and what says that it runs.
    pub pinned: Option<(usize, String)>,
    /// The version of davy.
    pub tool_version: &'static str,
    /// Where the pages of the rules can be read, once there is such a place: `{site}/rules/datetime/naive-utcnow.md`.
    pub site: Option<String>,
}

/// How a run stands against a baseline, or a revision.
#[derive(Debug, Default)]
pub struct Gate {
    /// The revision, as people are told; none where it is a baseline.
    pub since: Option<String>,
    /// Findings that it holds.
    pub known: usize,
    /// Entries whose finding is gone.
    pub fixed: usize,
    /// Entries that nothing can match any more.
    pub stale: usize,
    /// Findings of rules that the baseline does not know, by code.
    pub of_new_rules: BTreeMap<String, usize>,
}

/// A finding with what is needed to show it.
#[derive(Debug)]
pub struct Shown {
    /// Its paths are relative to the working directory.
    pub finding: Judged,
    /// The page of its rule.
    pub page: &'static Page,
    /// The fix on offer; formats read this one, never `finding.fix`.
    pub fix: Option<Settled>,
    /// What may be meant instead.
    pub alternatives: Vec<Settled>,
    /// The baseline holds it: it is listed, and fails nothing.
    pub baselined: bool,
    /// It fails the run, unless the baseline holds it.
    pub fails: bool,
}

/// A fix that is complete by itself, imports included.
#[derive(Debug)]
pub struct Settled {
    /// What it does, in the imperative.
    pub title: String,
    /// Whether behaviour stays the same.
    pub safe: bool,
    /// All edits stand together; they may lie in several files.
    pub edits: Vec<TextEdit>,
}

/// One replacement. An empty span inserts.
#[derive(Debug)]
pub struct TextEdit {
    /// Display path.
    pub path: String,
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// What davy could not do.
#[derive(Debug)]
pub struct Problem {
    /// The file it is about.
    pub path: Option<String>,
    /// What failed.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
}

/// The text of a shown file.
#[derive(Debug)]
pub struct Source {
    /// As decoded, without byte order mark.
    pub text: String,
    /// Where its lines start: worked out when somebody asks, as of most files nothing is shown.
    lines: OnceLock<Lines>,
    /// Whether a UTF-8 byte order mark stood in front.
    pub bom: bool,
    /// Bytes that are never shown.
    pub secrets: Vec<Span>,
}

impl Source {
    /// A text of which nothing is worked out yet.
    pub fn new(text: String, bom: bool, secrets: Vec<Span>) -> Source {
        Source { text, lines: OnceLock::new(), bom, secrets }
    }

    /// Where its lines start.
    pub fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::new(&self.text))
    }

    /// `span`, cut to the text and widened to whole characters, so that it can be sliced whatever it was.
    fn clip(&self, span: Span) -> Span {
        let start = self.text.floor_char_boundary(span.start as usize);
        let end = self.text.ceil_char_boundary(span.end as usize);
        Span::new(start as u32, end as u32)
    }
}

impl Report {
    /// The findings that a format without a place for notes lists.
    fn listed(&self) -> impl DoubleEndedIterator<Item = &Shown> {
        self.findings.iter().filter(|shown| self.lists(shown))
    }

    /// Whether a finding is listed where notes are not: what fails the run always is.
    fn lists(&self, shown: &Shown) -> bool {
        self.show_notes || shown.fails || shown.finding.severity > Severity::Note
    }

    /// Where the page of a rule can be read.
    fn page_url(&self, page: &Page) -> Option<String> {
        self.site.as_ref().map(|site| format!("{}/{}", site.trim_end_matches('/'), page.path))
    }
}

/// `1 file`, `2 files`.
pub fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}
