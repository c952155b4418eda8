//! What is wrong with source that does not parse: one finding for each broken place, in words for people.
//!
//! A place is explained by repair: many guesses, each with its own message; the first that lets the rest parse is
//! believed, stays in the draft, and the search goes on behind it. Nothing here is offered as a fix.

mod brackets;
mod depth;
mod draft;
mod gaps;
mod habits;
mod layout;
mod piece;
mod plain;
mod quotes;
mod scan;
#[cfg(test)]
mod tests;
mod whole;

use crate::text::Span;
pub use depth::too_deep;
use draft::{Draft, Edit, edited};
use piece::{Fault, Guess, Piece, faults, faults_of, parts};
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
}

/// How many findings one file gets at most.
const MOST: usize = 100;
/// How many bytes may be parsed to explain one file, beyond two passes over it.
const EFFORT: usize = 12 << 20;

/// The broken places of a file, sorted; empty only if the parser found no error.
pub fn broken_places(text: &str, parsed: &Parsed<ModModule>) -> Vec<Broken> {
    let first = faults_of(parsed);
    let Some(piece) = Piece::new(text, first.clone()) else { return Vec::new() };
    let mut repair = Repair { draft: Draft::new(text), found: Vec::new(), budget: EFFORT + 2 * text.len() };
    repair.whole_file(&first);
    if let Some(broken) = repair.template() {
        repair.found.push(broken);
    } else {
        repair.python2();
        for part in parts(&repair.draft.text) {
            let source = repair.draft.text[part.clone()].to_owned();
            for broken in mend(&source, &mut repair.budget) {
                let moved = moved(broken, |at| repair.draft.original(at + part.start));
                repair.found.push(moved);
            }
            if repair.found.len() >= MOST {
                break;
            }
        }
    }
    let mut found = repair.found;
    if found.is_empty() {
        found.push(plain::plain(&piece));
    }
    tidy(text, found)
}

/// The state of a file's repair: what is settled, and what is found so far in the offsets of the original.
struct Repair {
    draft: Draft,
    found: Vec<Broken>,
    budget: usize,
}

impl Repair {
    fn take(&mut self, guess: Guess) {
        let broken = moved(guess.broken, |at| self.draft.original(at));
        self.found.push(broken);
        self.draft.apply(&guess.edits);
    }

    /// Takes guesses that were all made on the draft as it stands.
    fn take_all(&mut self, guesses: Vec<Guess>) -> bool {
        let mut edits = Vec::new();
        let some = !guesses.is_empty();
        for guess in guesses {
            self.found.push(moved(guess.broken, |at| self.draft.original(at)));
            edits.extend(guess.edits);
        }
        self.draft.apply(&disjoint(edits));
        some
    }

    /// Conflicts, fences and triple quotes: what must be settled before the file can be cut into parts.
    fn whole_file(&mut self, first: &[Fault]) {
        let guesses = whole::conflicts(&self.draft.text, first, &mut self.budget);
        self.take_all(guesses);
        let guesses = whole::fences(&self.draft.text);
        self.take_all(guesses);
        for _ in 0..8 {
            if self.budget < self.draft.text.len() {
                return;
            }
            self.budget -= self.draft.text.len();
            let now = faults(&self.draft.text);
            let Some(guess) = quotes::triple(&self.draft.text, &now, &mut self.budget) else { return };
            self.take(guess);
        }
    }

    fn template(&self) -> Option<Broken> {
        let piece = Piece::new(&self.draft.text, faults(&self.draft.text))?;
        whole::template(&piece).map(|broken| moved(broken, |at| self.draft.original(at)))
    }

    fn python2(&mut self) {
        let guess = Piece::new(&self.draft.text, faults(&self.draft.text)).and_then(|piece| whole::python2_file(&piece));
        if let Some(guess) = guess {
            let guess = Guess { edits: disjoint(guess.edits), ..guess };
            self.take(guess);
        }
    }
}

/// Edits without those that overlap an earlier one.
fn disjoint(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort_by_key(|edit| (edit.start, edit.end));
    let mut end = 0;
    edits.retain(|edit| edit.start >= end && { end = edit.end; true });
    edits
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
fn mend(text: &str, budget: &mut usize) -> Vec<Broken> {
    let mut draft = Draft::new(text);
    let mut found: Vec<Broken> = Vec::new();
    while found.len() < MOST {
        let Some(piece) = Piece::new(&draft.text, faults(&draft.text)) else { break };
        *budget = budget.saturating_sub(draft.text.len());
        let affordable = *budget > draft.text.len() * 8;
        let guess = if affordable { best(&piece, budget) } else { None };
        let last = guess.is_none() && !affordable;
        let guess = guess.unwrap_or_else(|| give_up(&piece, budget));
        found.push(moved(guess.broken, |at| draft.original(at)));
        if last {
            break;
        }
        draft.apply(&disjoint(guess.edits));
    }
    if found.len() > 1 {
        found.retain(|broken| broken.message != layout::UNFINISHED_TRY);
    }
    found
}

type Guesses = fn(&Piece) -> Vec<Guess>;

/// Who may guess, the most telling first.
const GUESSERS: [Guesses; 16] = [
    quotes::strange,
    gaps::sentences,
    habits::old_python,
    quotes::unterminated,
    brackets::guesses,
    layout::colon,
    habits::foreign,
    gaps::equals,
    gaps::comma,
    gaps::keyword_as_name,
    gaps::unfinished,
    gaps::typo,
    gaps::lone_if,
    layout::indentation,
    layout::lone_try,
    gaps::side_by_side,
];
/// How many of them may doubt an error that the parser names precisely: only those who look at strings and brackets.
const PRECISE: usize = 5;

/// The first guess after which everything parses, else the one that gets farthest beyond its own line.
fn best(piece: &Piece, budget: &mut usize) -> Option<Guess> {
    let mut best: Option<(usize, Guess)> = None;
    let precise = plain::is_precise(&piece.fault.error);
    for guesser in GUESSERS.into_iter().take(if precise { PRECISE } else { GUESSERS.len() }) {
        for guess in guesser(piece) {
            let candidate = edited(piece.text, &disjoint(guess.edits.clone()));
            let Some(left) = budget.checked_sub(candidate.len()) else { return best.map(|(_, guess)| guess) };
            *budget = left;
            let Some(next) = faults(&candidate).into_iter().next() else { return Some(guess) };
            // Measured from the end, where the text is the same.
            let rest = candidate.len() - next.start.min(candidate.len());
            let touched = guess.edits.iter().map(|edit| edit.end).max().unwrap_or(0).max(piece.fault.start);
            let line = piece.scan.line_of(touched).max(piece.line);
            let limit = piece.text.len() - piece.scan.lines[line].end.min(piece.text.len());
            if rest < limit && best.as_ref().is_none_or(|(least, _)| rest < *least) {
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
    let header = layout::opens_block(piece.first_word(lines.start)) || piece.code(lines.end - 1).ends_with(':');
    let indent = scan.lines[lines.start].indent;
    let header = header && scan.next_code(lines.end - 1).is_some_and(|next| scan.lines[next].indent > indent);
    let deeper = |&line: &usize| scan.lines[line].is_blank() || scan.lines[line].indent > indent || !scan.lines[line].is_fresh();
    let block = lines.end..(lines.end..scan.lines.len()).find(|line| !deeper(line)).unwrap_or(scan.lines.len());
    let mut ways = Vec::new();
    if header {
        ways.push(cut(lines.clone(), "if 1:"));
        ways.push(cut(lines.clone(), "def _():"));
        ways.push(cut(lines.clone(), "else:"));
        ways.push(cut(lines.clone(), "except _:"));
    }
    ways.push(cut(lines.clone(), "pass"));
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
    found.truncate(MOST);
    found
}
