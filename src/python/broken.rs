//! What is wrong with source that does not parse: one finding for each broken place, in words for people.
//!
//! A place is explained by repair: many guesses, each with its own message; the first that lets the rest parse is
//! believed, stays in the draft, and the search goes on behind it. Nothing of this is offered as a fix: `mend` looks for those.

mod brackets;
mod clauses;
mod depth;
mod draft;
mod gaps;
mod habits;
mod layout;
mod look_alikes;
mod mend;
mod numbers;
mod paste;
mod phrases;
mod piece;
mod plain;
mod quotes;
mod scan;
mod statements;
#[cfg(test)]
mod tests;
mod whole;

use crate::text::Span;
pub use depth::too_deep;
use draft::{Draft, Edit, edited};
pub use mend::{Mend, names};
use piece::{Fault, Guess, Piece, faults, faults_of};
use ruff_python_ast::ModModule;
use ruff_python_parser::Parsed;

/// A place where the source is not Python.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Where; never more than one line.
    pub span: Span,
    /// What is wrong: one sentence, present tense, no full stop, code in backticks.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Other places that belong to it, such as the opening bracket.
    pub labels: Vec<(Span, String)>,
    /// Ways to mend it, the likely one first.
    pub mends: Vec<Mend>,
}

/// How many findings one file gets at most.
const MOST: usize = 100;
/// How many bytes may be parsed to explain one file, beyond a few passes over it.
const EFFORT: usize = 12 << 20;
/// How many bytes are parsed at once to see whether they are well.
const BATCH: usize = 16 << 10;

/// The broken places of a file with the ways to mend them, sorted; empty only if the parser found no error.
pub fn broken_places(text: &str, parsed: &Parsed<ModModule>) -> Vec<Broken> {
    let (mut found, python) = explained(text, parsed);
    if python {
        mend::attach(text, &faults_of(parsed), &mut found);
    }
    found
}

/// The broken places of a file, and whether it is Python 3 but for them.
fn explained(text: &str, parsed: &Parsed<ModModule>) -> (Vec<Broken>, bool) {
    let now = faults_of(parsed);
    if now.is_empty() {
        return (Vec::new(), true);
    }
    let mut repair = Repair { draft: Draft::new(text), now, found: Vec::new(), budget: EFFORT, conflicts: Vec::new() };
    repair.whole_file();
    let template = repair.is_template();
    let old = !template && repair.is_python2();
    if !template {
        repair.parts();
    }
    let (mut found, conflicts) = (repair.found, repair.conflicts);
    let begins =
        |broken: &Broken| conflicts.binary_search_by_key(&broken.span.start, |conflict| conflict.start).is_ok();
    let within = |broken: &Broken| {
        let after = conflicts.partition_point(|conflict| conflict.start < broken.span.start);
        after.checked_sub(1).is_some_and(|index| broken.span.start <= conflicts[index].end)
    };
    found.retain(|broken| begins(broken) || !within(broken));
    if found.is_empty() {
        found.extend(Piece::new(text, faults_of(parsed)).map(|piece| plain::plain(&piece)));
    }
    (tidy(text, found), !template && !old)
}

/// The state of a file's repair.
struct Repair {
    draft: Draft,
    /// The errors of the draft as it stands.
    now: Vec<Fault>,
    /// What is found so far, in the offsets of the original.
    found: Vec<Broken>,
    /// How many bytes may still be parsed.
    budget: usize,
    /// Where the merge conflicts are: what else is wrong inside them is not worth saying.
    conflicts: Vec<Span>,
}

impl Repair {
    /// Takes guesses that were all made on the draft as it stands.
    fn take(&mut self, guesses: Vec<Guess>) {
        if guesses.is_empty() {
            return;
        }
        let mut edits = Vec::new();
        for guess in guesses {
            self.found.push(moved(guess.broken, |at| self.draft.original(at)));
            edits.extend(guess.edits);
        }
        self.draft.apply(&edits);
        self.budget = self.budget.saturating_sub(self.draft.text.len());
        self.now = faults(&self.draft.text);
    }

    /// Conflicts, pasted lines, triple quotes and fences: what must be settled before the file can be cut into parts.
    fn whole_file(&mut self) {
        let guesses = whole::conflicts(&self.draft.text, &self.now, &mut self.budget);
        let end = |guess: &Guess| guess.broken.labels.first().map_or(guess.broken.span.end, |label| label.0.end);
        self.conflicts = guesses.iter().map(|guess| Span::new(guess.broken.span.start, end(guess))).collect();
        self.take(guesses);
        let guesses = paste::pasted(&self.draft.text, &self.now, &mut self.budget);
        self.take(guesses);
        for _ in 0..8 {
            if self.budget < self.draft.text.len() {
                break;
            }
            let Some(guess) = quotes::triple(&self.draft.text, &self.now, &mut self.budget) else { break };
            self.take(vec![guess]);
        }
        // After the quotes: docstrings may hold fences.
        let guesses = whole::fences(&self.draft.text);
        self.take(guesses);
    }

    fn is_template(&mut self) -> bool {
        let piece = Piece::new(&self.draft.text, self.now.clone());
        let Some(broken) = piece.and_then(|piece| whole::template(&piece)) else { return false };
        self.found.push(moved(broken, |at| self.draft.original(at)));
        true
    }

    fn is_python2(&mut self) -> bool {
        let piece = Piece::new(&self.draft.text, self.now.clone());
        let Some(guess) = piece.and_then(|piece| whole::python2_file(&piece)) else { return false };
        self.take(vec![guess]);
        true
    }

    /// Mends what is left part by part; parts are parsed in batches first, as most of them are well.
    fn parts(&mut self) {
        if self.now.is_empty() {
            return;
        }
        let parts = statements::parts(&self.draft.text);
        let end = self.draft.text.trim_end().len();
        let mut at = 0;
        while at < parts.len() && self.found.len() < MOST {
            let start = parts[at].start;
            let next = (at + 1..parts.len()).find(|&next| parts[next].end - start > BATCH).unwrap_or(parts.len());
            let batch = &parts[at..next];
            let whole = &self.draft.text[start..batch.last().map_or(start, |part| part.end)];
            at = next;
            if batch.len() > 1 && faults(whole).is_empty() {
                continue;
            }
            for part in batch {
                for broken in mend(&self.draft.text[part.clone()], part.end >= end, &mut self.budget) {
                    self.found.push(moved(broken, |at| self.draft.original(at + part.start)));
                }
            }
        }
    }
}

/// A finding with all its offsets translated.
fn moved(mut broken: Broken, at: impl Fn(usize) -> usize) -> Broken {
    let place = |span: Span| piece::span(at(span.start as usize), at(span.end as usize));
    broken.span = place(broken.span);
    for label in &mut broken.labels {
        label.0 = place(label.0);
    }
    broken
}

/// Explains and repairs one part until it parses.
fn mend(text: &str, is_last: bool, budget: &mut usize) -> Vec<Broken> {
    let mut draft = Draft::new(text);
    let mut found: Vec<Broken> = Vec::new();
    while found.len() < MOST {
        let Some(piece) = Piece::new(&draft.text, faults(&draft.text)) else { break };
        let piece = Piece { is_last, ..piece };
        *budget = budget.saturating_sub(draft.text.len());
        let affordable = *budget > draft.text.len() * 8;
        let guess = if affordable { best(&piece, budget) } else { None };
        let last = guess.is_none() && !affordable;
        let guess = guess.unwrap_or_else(|| give_up(&piece, budget));
        found.push(moved(guess.broken, |at| draft.original(at)));
        if last {
            break;
        }
        draft.apply(&guess.edits);
    }
    if found.len() > 1 {
        found.retain(|broken| broken.message != clauses::UNFINISHED_TRY);
    }
    found
}

type Guesses = fn(&Piece) -> Vec<Guess>;

/// Who may guess, the most telling first.
const GUESSERS: [Guesses; 18] = [
    look_alikes::strange,
    gaps::sentences,
    habits::old_python,
    numbers::malformed,
    phrases::guesses,
    quotes::unterminated,
    brackets::guesses,
    clauses::colon,
    habits::foreign,
    gaps::equals,
    gaps::comma,
    gaps::keyword_as_name,
    gaps::unfinished,
    gaps::typo,
    gaps::lone_if,
    layout::indentation,
    clauses::lone_try,
    gaps::side_by_side,
];
/// How many of them may doubt an error that the parser names precisely: those who know a phrase, and who look at strings and brackets.
const PRECISE: usize = 7;

/// The first guess after which everything parses, else the one that gets farthest beyond its own line.
fn best(piece: &Piece, budget: &mut usize) -> Option<Guess> {
    let mut best: Option<(usize, Guess)> = None;
    let precise = plain::is_precise(&piece.fault.error);
    for guesser in GUESSERS.into_iter().take(if precise { PRECISE } else { GUESSERS.len() }) {
        for guess in guesser(piece) {
            let candidate = edited(piece.text, &guess.edits);
            let Some(left) = budget.checked_sub(candidate.len()) else { return best.map(|(_, guess)| guess) };
            *budget = left;
            let Some(next) = faults(&candidate).into_iter().next() else { return Some(guess) };
            // Measured from the end, where the text is the same.
            let rest = candidate.len() - next.start.min(candidate.len());
            let touched = guess.edits.iter().map(|edit| edit.end).max().unwrap_or(0).max(piece.fault.start);
            let line = piece.scan.line_of(touched).max(piece.line);
            let limit = piece.text.len() - piece.scan.lines[line].end.min(piece.text.len());
            let cut_off = rest <= limit && plain::is_lone_try(&next.error) && !plain::is_lone_try(&piece.fault.error);
            if (rest < limit || cut_off) && best.as_ref().is_none_or(|(least, _)| rest < *least) {
                best = Some((rest, guess));
            }
        }
    }
    best.map(|(_, guess)| guess)
}

/// The parser's own words, and the statement out of the way.
fn give_up(piece: &Piece, budget: &mut usize) -> Guess {
    let broken = plain::plain(piece);
    let lines = piece.statement(piece.line);
    let scan = &piece.scan;
    let fault_line = scan.line_of(piece.fault.start);
    let cut = |lines: std::ops::Range<usize>, with: &str| {
        let (first, last) = (&scan.lines[lines.start], &scan.lines[lines.end.max(lines.start + 1) - 1]);
        vec![Edit::new(first.start + first.indent, last.end.max(first.start + first.indent), with)]
    };
    let header = clauses::opens_block(piece.first_word(lines.start)) || piece.code(lines.end - 1).ends_with(':');
    let indent = scan.lines[lines.start].indent;
    let header = header && scan.next_code(lines.end - 1).is_some_and(|next| scan.lines[next].indent > indent);
    let deeper =
        |&line: &usize| scan.lines[line].is_blank() || scan.lines[line].indent > indent || !scan.lines[line].is_fresh();
    let block = lines.end..(lines.end..scan.lines.len()).find(|line| !deeper(line)).unwrap_or(scan.lines.len());
    let mut ways = Vec::new();
    if header {
        if piece.first_word(lines.start) == "case" {
            ways.push(cut(lines.clone(), "case _:"));
        }
        ways.push(cut(lines.clone(), "if 1:"));
        ways.push(cut(lines.clone(), "def _():"));
        ways.push(cut(lines.clone(), "else:"));
        ways.push(cut(lines.clone(), "except _:"));
    }
    ways.push(cut(lines.clone(), "pass"));
    ways.push(cut(lines.clone(), "class _: pass"));
    ways.push(cut(fault_line..fault_line + 1, "pass"));
    ways.push(cut(fault_line..fault_line + 1, ""));
    ways.push(cut(lines.clone(), ""));
    ways.push(cut(lines.start..block.end.max(lines.end), "pass"));
    ways.push(cut(lines.start..block.end.max(lines.end), ""));
    for edits in ways {
        let candidate = edited(piece.text, &edits);
        *budget = budget.saturating_sub(candidate.len());
        let touched = edits.iter().map(|edit| edit.end).max().unwrap_or(0);
        let rest = faults(&candidate).first().map_or(0, |next| candidate.len() - next.start.min(candidate.len()) + 1);
        if rest <= piece.text.len() - touched {
            return Guess { edits, broken };
        }
    }
    // Nothing helps: the rest of the part goes with it.
    let start = scan.lines[lines.start.min(fault_line)].start;
    Guess { edits: vec![Edit::new(start, piece.text.len(), "")], broken }
}

/// Makes one finding of two lines of text that only empty lines part.
fn joins_text(text: &str, first: &mut Broken, next: &Broken) -> bool {
    let is_run = first.labels.first().is_some_and(|label| label.1 == RUN_END);
    let end = if is_run { first.labels[0].0.end } else { first.span.end };
    let gap = text.get(end as usize..next.span.start as usize);
    let joins = next.message == gaps::TEXT
        && (first.message == gaps::TEXT || is_run)
        && gap.is_some_and(|gap| gap.trim().is_empty());
    if joins {
        "text stands here that is not Python".clone_into(&mut first.message);
        first.help = Some("remove it, or make its lines comments".to_owned());
        first.labels = vec![(next.span, RUN_END.to_owned())];
    }
    joins
}

/// Where lines that are one finding end.
const RUN_END: &str = "up to here";

/// Sorted, at most one finding for a line, every span within one line and on character boundaries.
fn tidy(text: &str, mut found: Vec<Broken>) -> Vec<Broken> {
    let clamp = |span: Span| {
        let mut start = (span.start as usize).min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let line_end = memchr::memchr2(b'\n', b'\r', &text.as_bytes()[start..]).map_or(text.len(), |at| start + at);
        let mut end = (span.end as usize).clamp(start, line_end);
        while !text.is_char_boundary(end) {
            end += 1;
        }
        piece::span(start, end)
    };
    for broken in &mut found {
        broken.span = clamp(broken.span);
        for label in &mut broken.labels {
            label.0 = clamp(label.0);
        }
    }
    found.sort_by_key(|broken| broken.span);
    let lines = crate::text::Lines::new(text);
    found.dedup_by_key(|broken| lines.line(broken.span.start));
    found.dedup_by(|next, first| joins_text(text, first, next));
    found.truncate(MOST);
    found
}
