//! What came along with pasted code: prompts of a session, the signs of a diff, line numbers, a traceback.
//!
//! Each run of such lines is one place, however many of its lines do not parse.

use super::draft::{Edit, edited};
use super::piece::{Fault, Guess, any_between, faults, span};
use super::scan::{Scan, scan};
use super::{Broken, RUN_END};
use std::ops::Range;

/// What a run of lines was copied from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Session,
    Diff,
    Numbered,
    Traceback,
}

impl Source {
    const ALL: [Source; 4] = [Source::Traceback, Source::Session, Source::Diff, Source::Numbered];

    fn message(self) -> &'static str {
        match self {
            Source::Session => "an interactive session is pasted here, prompts and all",
            Source::Diff => "lines of a diff are pasted here, signs and all",
            Source::Numbered => "line numbers are pasted in front of the code",
            Source::Traceback => "a traceback is pasted into the code",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Source::Session => "delete the prompts, and make the output comments",
            Source::Diff => "keep the lines marked `+` without the sign, and drop those marked `-`",
            Source::Numbered => "delete the numbers",
            Source::Traceback => "remove it, or make it a comment",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Source::Session => "Delete the prompts and make the output comments",
            Source::Diff => "Delete the signs and make the removed lines comments",
            Source::Numbered => "Delete the line numbers",
            Source::Traceback => "Make the traceback a comment",
        }
    }
}

/// A run of pasted lines and what turns them into Python. No line is lost.
#[derive(Debug)]
pub(super) struct Run {
    source: Source,
    lines: Range<usize>,
    edits: Vec<Edit>,
}

/// A text with its lines, of which those inside strings are none of anybody's business.
struct Sheet<'a> {
    text: &'a str,
    scan: Scan,
}

impl<'a> Sheet<'a> {
    fn line(&self, line: usize) -> &'a str {
        self.scan.lines.get(line).map_or("", |line| &self.text[line.start..line.end])
    }

    fn is_outside(&self, line: usize) -> bool {
        self.scan.lines.get(line).is_some_and(|line| !line.inside)
    }

    /// Deletes the first bytes of a line.
    fn cut(&self, line: usize, bytes: usize) -> Edit {
        let start = self.scan.lines[line].start;
        Edit::new(start, start + bytes, "")
    }

    fn comment(&self, line: usize) -> Edit {
        Edit::insert(self.scan.lines[line].start, "# ")
    }

    /// The run that begins in a line.
    fn run(&self, source: Source, line: usize) -> Option<Run> {
        let (end, edits) = match source {
            Source::Session => self.session(line),
            Source::Diff => self.diff(line),
            Source::Numbered => self.numbered(line),
            Source::Traceback => self.traceback(line),
        }?;
        Some(Run { source, lines: line..end, edits })
    }

    /// `>>> f()`, `... g()` and the output below, up to an empty line that no prompt follows.
    fn session(&self, first: usize) -> Option<(usize, Vec<Edit>)> {
        let prompt = |line: usize| {
            let text = self.line(line);
            let code = text.trim_start();
            let sign = [">>> ", "... "].into_iter().find(|sign| code.starts_with(sign));
            let bare = matches!(code.trim_end(), ">>>" | "...").then_some(code.trim_end());
            sign.or(bare).map(|sign| text.len() - code.len() + sign.len())
        };
        if !self.line(first).trim_start().starts_with(">>>") {
            return None;
        }
        let (mut end, mut edits) = (first, Vec::new());
        while end < self.scan.lines.len() {
            let text = self.line(end);
            match prompt(end) {
                Some(bytes) => edits.push(self.cut(end, bytes)),
                None if text.trim().is_empty() => {
                    let goes_on = (end + 1..self.scan.lines.len()).find(|&next| !self.line(next).trim().is_empty());
                    if !goes_on.is_some_and(|next| self.line(next).trim_start().starts_with(">>>")) {
                        break;
                    }
                }
                None => edits.push(self.comment(end)),
            }
            end += 1;
        }
        prompt(first).map(|_| (end, edits))
    }

    /// Lines with `+`, `-` or a space in front, and those between them.
    fn diff(&self, first: usize) -> Option<(usize, Vec<Edit>)> {
        let added = |line: usize| self.line(line).starts_with('+');
        let signed = |line: usize| {
            let rest = self.line(line).strip_prefix(['+', '-']);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| !c.is_ascii_digit() && c != '='))
        };
        let heading = |line: usize| {
            let text = self.line(line);
            text.starts_with("@@ ") || text.starts_with("diff --git ") || text.starts_with("\\ No newline")
        };
        // A line that is only shown has a space in front, which makes its indentation odd.
        let context = |line: usize| {
            let text = self.line(line);
            (text.len() - text.trim_start_matches(' ').len()) % 2 == 1 && !text.trim().is_empty()
        };
        let part = |line: usize| signed(line) || heading(line) || context(line);
        if !part(first) {
            return None;
        }
        let fits = |&line: &usize| part(line) || self.line(line).starts_with(' ') || self.line(line).trim().is_empty();
        let mut end = (first..self.scan.lines.len()).take_while(fits).count() + first;
        while !part(end - 1) {
            end -= 1;
        }
        let signs = (first..end).filter(|&line| signed(line)).count();
        let indented = |line: usize| added(line) && self.line(line)[1..].starts_with("  ");
        let told = signs > 1 && (first..end).any(added) || (first..end).any(|line| heading(line) || indented(line));
        let headed =
            |line: usize| heading(line) || self.line(line).starts_with("+++ ") || self.line(line).starts_with("--- ");
        let edits = (first..end).filter(|&line| part(line)).map(|line| match self.line(line).starts_with('-') {
            removed if removed || headed(line) => self.comment(line),
            _ => self.cut(line, 1),
        });
        told.then(|| (end, edits.collect()))
    }

    /// `12 code`, `13: code`: numbers that count the lines.
    fn numbered(&self, first: usize) -> Option<(usize, Vec<Edit>)> {
        let number = |line: usize| {
            let text = self.line(line);
            let blanks = text.len() - text.trim_start().len();
            let digits = text[blanks..].bytes().take_while(u8::is_ascii_digit).count();
            let value: u32 = text[blanks..blanks + digits].parse().ok()?;
            let rest = &text[blanks + digits..];
            let mark = usize::from(rest.starts_with([':', '|', '.', ')']));
            let gap = usize::from(rest[mark..].starts_with([' ', '\t', '|']));
            (rest.len() == mark || gap == 1).then_some((value, blanks + digits + mark + gap))
        };
        let (start, _) = number(first)?;
        let counts = |line: usize| number(line).filter(|(value, _)| *value as usize == start as usize + line - first);
        let end = (first..self.scan.lines.len()).take_while(|&line| counts(line).is_some()).count() + first;
        let edits: Vec<Edit> =
            (first..end).filter_map(|line| counts(line).map(|(_, bytes)| self.cut(line, bytes))).collect();
        (edits.len() > 1).then_some((end, edits))
    }

    /// From `Traceback (most recent call last):` to the line with the error.
    fn traceback(&self, first: usize) -> Option<(usize, Vec<Edit>)> {
        if !self.line(first).trim_start().starts_with("Traceback (most recent call last):") {
            return None;
        }
        let indent = self.scan.lines[first].indent;
        let deeper = |&line: &usize| self.scan.lines[line].indent > indent && !self.line(line).trim().is_empty();
        let frames = (first + 1..self.scan.lines.len()).take_while(deeper).count() + first + 1;
        let error = self.line(frames).trim_start();
        let named = error.split([':', ' ']).next().is_some_and(|name| {
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_'))
        });
        let end = if named && frames < self.scan.lines.len() { frames + 1 } else { frames };
        Some((end, (first..end).map(|line| self.comment(line)).collect()))
    }
}

/// The runs of pasted lines of a file that make it fail.
fn runs(text: &str, faults_now: &[Fault], budget: &mut usize) -> Vec<Run> {
    let sheet = Sheet { text, scan: scan(text) };
    let mut found: Vec<Run> = Vec::new();
    for source in Source::ALL {
        let mut line = 0;
        while line < sheet.scan.lines.len() {
            let Some(run) = sheet.is_outside(line).then(|| sheet.run(source, line)).flatten() else {
                line += 1;
                continue;
            };
            line = run.lines.end.max(line + 1);
            let (start, end) = (sheet.scan.lines[run.lines.start].start, sheet.scan.lines[run.lines.end - 1].end);
            let known =
                found.iter().any(|other| other.lines.start < run.lines.end && run.lines.start < other.lines.end);
            if known || !any_between(faults_now, start, end) {
                continue;
            }
            // It is one only if the text is better without the signs.
            let candidate = edited(text, &run.edits);
            let Some(left) = budget.checked_sub(candidate.len()) else { return found };
            *budget = left;
            if faults(&candidate).len() < faults_now.len() {
                found.push(run);
            }
        }
    }
    found.sort_by_key(|run| run.lines.start);
    found
}

fn told(text: &str, scan: &Scan, run: &Run) -> Broken {
    let line = |line: usize| {
        let line = &scan.lines[line];
        let start = line.start + line.indent.min(text[line.start..line.end].len());
        span(start, line.end)
    };
    let mut broken = Broken {
        span: line(run.lines.start),
        message: run.source.message().to_owned(),
        help: Some(run.source.help().to_owned()),
        labels: Vec::new(),
        mends: Vec::new(),
    };
    if run.lines.len() > 1 {
        broken.labels.push((line(run.lines.end - 1), RUN_END.to_owned()));
    }
    broken
}

/// One guess for each run of pasted lines.
pub(super) fn pasted(text: &str, faults_now: &[Fault], budget: &mut usize) -> Vec<Guess> {
    if faults_now.is_empty() {
        return Vec::new();
    }
    let scan = scan(text);
    let runs = runs(text, faults_now, budget).into_iter();
    runs.map(|run| Guess { broken: told(text, &scan, &run), edits: run.edits }).collect()
}

/// How the pasted lines told at a place are turned into Python; `None` where the place is no such thing.
pub(super) fn mended(
    text: &str,
    broken: &Broken,
    faults_now: &[Fault],
    budget: &mut usize,
) -> Option<(String, Vec<Edit>)> {
    let source = Source::ALL.into_iter().find(|source| source.message() == broken.message)?;
    let guess = pasted(text, faults_now, budget).into_iter().find(|guess| guess.broken.span == broken.span)?;
    Some((source.title().to_owned(), guess.edits))
}
