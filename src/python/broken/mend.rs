//! Fixes for broken places, and their proof.
//!
//! That a text parses after an edit proves little: many edits make it parse. So every way in which one slip could be
//! undone is tried, all that parse are compared by their trees, and only where a single tree is left, and the edit
//! adds something or replaces what looks alike, is the fix called proven. Otherwise each tree is one alternative.

mod brackets;
mod foreign;
mod layout;
mod old;
mod tokens;
pub(super) mod ways;

use super::draft::{Edit, edited};
use super::piece::{Fault, Piece, faults_of, span};
use super::scan::{Kind, scan};
use super::{Broken, explained};
use super::{paste, plain, quotes, statements, whole};
use crate::python::semantic;
use crate::python::{Tree, parse};
use crate::text::{Lines, Span};
use crate::unit;
pub use old::names;
use ruff_python_ast::comparable::ComparableStmt;
use rustc_hash::FxHashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use ways::{Class, Way};

/// A way to mend a broken place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// What it does, in the imperative.
    pub title: String,
    /// All of them stand together.
    pub edits: Vec<(Span, String)>,
    /// It is the only one: every other single slip that explains the error gives the same tree.
    pub proven: bool,
}

/// How many bytes may be parsed to mend one file.
const EFFORT: usize = 32 << 20;
/// How many places of a file are mended in one run; the next run takes the next.
const PLACES: usize = 40;
/// How many times its length a file is taken to cost when its places are explained once more.
const EXPLAINING: usize = 20;
/// How many ways are told for one place.
const ALTERNATIVES: usize = 4;
/// The stack that trees of any depth are compared and freed on.
const STACK: usize = 256 << 20;

/// Finds how each place can be mended.
pub(super) fn attach(text: &str, now: &[Fault], found: &mut [Broken]) {
    stacker::grow(STACK, || {
        let mut bench = Bench::new(text, now, found);
        for index in 0..found.len().min(PLACES) {
            let next = found.get(index + 1).map_or(text.len(), |next| next.span.start as usize);
            found[index].mends = bench.mends(&found[index], next);
        }
    });
}

/// What a text reads as.
struct Reading {
    faults: Vec<Fault>,
    tree: u64,
}

fn read(text: &str) -> Reading {
    let tree = parse(text, unit::Kind::Python);
    let mut hasher = DefaultHasher::new();
    tree.body().iter().for_each(|stmt| ComparableStmt::from(stmt).hash(&mut hasher));
    Reading { faults: faults_of(&tree.parsed), tree: hasher.finish() }
}

/// A file on the bench.
struct Bench<'a> {
    text: &'a str,
    now: &'a [Fault],
    parts: Vec<Range<usize>>,
    lines: Lines,
    /// The places as they are told: where each begins, and what is wrong there.
    told: Vec<(usize, String)>,
    /// What does not compile as the file stands, beside what does not parse.
    uncompilable: FxHashMap<String, usize>,
    budget: usize,
}

impl<'a> Bench<'a> {
    fn new(text: &'a str, now: &'a [Fault], found: &[Broken]) -> Bench<'a> {
        let uncompilable = uncompilable(&parse(text, unit::Kind::Python), text);
        let (parts, lines) = (statements::parts(text), Lines::new(text));
        let told = found.iter().map(|broken| (broken.span.start as usize, broken.message.clone())).collect();
        Bench { text, now, parts, lines, told, uncompilable, budget: EFFORT }
    }

    /// The ways to mend a place; `next` is where the next one begins.
    fn mends(&mut self, broken: &Broken, next: usize) -> Vec<Mend> {
        let start = broken.span.start as usize;
        let whole_file = whole::ways(self.text, broken).or_else(|| self.pasted(broken));
        let whole_file = whole_file.or_else(|| self.triple(broken).map(|way| vec![way]));
        let (mut ways, proven) = match whole_file {
            Some(ways) => (ways, false),
            None => self.within_part(start, next),
        };
        ways.retain(|way| self.holds(way));
        let proven = proven && ways.len() == 1;
        ways.truncate(ALTERNATIVES);
        let told = |way: Way| {
            let title = way.title.clone().unwrap_or_else(|| self.title(&way, start));
            let edits = way.edits.into_iter().map(|edit| (span(edit.start, edit.end), edit.text)).collect();
            Mend { title, edits, proven }
        };
        ways.into_iter().map(told).collect()
    }

    /// Pasted lines without what came along with them.
    fn pasted(&mut self, broken: &Broken) -> Option<Vec<Way>> {
        let (title, edits) = paste::mended(self.text, broken, self.now, &mut self.budget)?;
        Some(vec![Way::new(edits, Class::Risky).titled(title)])
    }

    /// A triple quote that was lost: never more than a guess.
    fn triple(&mut self, broken: &Broken) -> Option<Way> {
        if !broken.message.contains("\"\"\"") && !broken.message.starts_with("triple-quoted") {
            return None;
        }
        let guess = quotes::triple(self.text, self.now, &mut self.budget)?;
        (guess.broken.span == broken.span).then_some(Way { title: None, edits: guess.edits, class: Class::Risky })
    }

    /// The first way for each tree, within the part of the file around a place, and whether the proof holds there.
    fn within_part(&mut self, start: usize, next: usize) -> (Vec<Way>, bool) {
        let nothing = (Vec::new(), false);
        let Some(part) = self.parts.iter().find(|part| part.contains(&start)).cloned() else { return nothing };
        let text = &self.text[part.clone()];
        let before = read(text).faults;
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1).max(part.start) - part.start;
        let Some(first) = before.iter().position(|fault| fault.start >= line_start) else { return nothing };
        let own = before[first].clone();
        let alone = next >= part.end;
        if !alone && own.start + part.start >= next {
            return nothing;
        }
        let Some(piece) = Piece::new(text, before[first..].to_vec()) else { return nothing };
        let mut complete = true;
        let ways = ways::ways(&piece, start - part.start, self.text, &mut complete);
        let mut trees: Vec<(u64, Way)> = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        for way in ways {
            let candidate = edited(text, &way.edits);
            let Some(left) = self.budget.checked_sub(candidate.len()) else { return nothing };
            if candidate == text || seen.contains(&candidate) {
                continue;
            }
            self.budget = left;
            let reading = read(&candidate);
            let passes = match alone && first == 0 {
                true => reading.faults.is_empty(),
                false => {
                    shrinks(&before, &reading.faults, &way.edits, &own)
                        || behind(&reading.faults, &way.edits, next - part.start)
                }
            };
            seen.push(candidate);
            if !passes {
                continue;
            }
            match trees.iter_mut().find(|(tree, _)| *tree == reading.tree) {
                // The better way to the same tree.
                Some((_, first)) if first.class > way.class => *first = way,
                Some(_) => {}
                None => trees.push((reading.tree, way)),
            }
        }
        let proven = complete
            && matches!(&trees[..], [(_, way)] if way.class == Class::Sound
                && way.is_in_one_line(text)
                && same_tokens(text, &way.edits));
        let rivals = trees.iter().any(|(_, way)| way.class == Class::Rival);
        let own = trees.into_iter().map(|(_, way)| way).filter(|way| way.class != Class::Rival);
        (own.map(|way| way.moved(part.start)).collect(), proven && !rivals)
    }

    /// Whether the whole file is better for it: fewer errors, no new ones, and nothing that parses and does not compile.
    fn holds(&mut self, way: &Way) -> bool {
        let candidate = edited(self.text, &way.edits);
        let Some(left) = self.budget.checked_sub(candidate.len() * 2) else { return false };
        self.budget = left;
        let tree = parse(&candidate, unit::Kind::Python);
        let after = faults_of(&tree.parsed);
        let fewer = after.len() < self.now.len() && after.iter().all(|fault| known(self.now, fault, &way.edits));
        (fewer || self.is_explained(&candidate, &tree, way))
            && uncompilable(&tree, &candidate)
                .iter()
                .all(|(message, count)| self.uncompilable.get(message).is_some_and(|before| before >= count))
    }

    /// Whether fewer places are broken after it, and no others: one slip may give the parser several errors.
    fn is_explained(&mut self, candidate: &str, tree: &Tree, way: &Way) -> bool {
        let Some(left) = self.budget.checked_sub(candidate.len() * EXPLAINING) else { return false };
        self.budget = left;
        let (after, _) = explained(candidate, &tree.parsed);
        let told = |broken: &Broken| {
            let start = origin(broken.span.start as usize, &way.edits);
            self.told.iter().any(|(at, message)| *at == start && *message == broken.message)
        };
        after.len() < self.told.len() && after.iter().all(told)
    }

    /// What a way does where it has no words of its own: one insertion, or one replacement.
    fn title(&self, way: &Way, start: usize) -> String {
        let Some(edit) = way.edits.first() else { return String::new() };
        let (before, after) = (&self.text[..edit.start], &self.text[edit.end..]);
        let old = &self.text[edit.start..edit.end];
        let line = self.lines.line(edit.start as u32);
        let elsewhere = match line == self.lines.line(start as u32) {
            true => String::new(),
            false => format!(" in line {line}"),
        };
        let quoted = |text: &str| format!("`{}`", text.trim());
        if edit.text.is_empty() {
            return format!("Delete {}{elsewhere}", quoted(old));
        }
        if !old.is_empty() {
            return format!("Replace {} by {}{elsewhere}", quoted(old), quoted(&edit.text));
        }
        let what = quoted(&edit.text);
        let rest = after.lines().next().unwrap_or("");
        let next = rest.chars().next().filter(char::is_ascii_punctuation);
        if edit.text.contains(['"', '\'', '\\']) {
            // What stands in a string is not for titles.
            return match next {
                _ if rest.trim().is_empty() => format!("Insert {what} at the end of the line{elsewhere}"),
                Some(next) => format!("Insert {what} before `{next}`{elsewhere}"),
                None => {
                    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
                    format!("Insert {what} in column {column}{elsewhere}")
                }
            };
        }
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let scanned = scan(&before[line_start..]);
        match scanned.tokens.last() {
            Some(token) if token.kind == Kind::String => format!("Insert {what} after the string{elsewhere}"),
            Some(token) => {
                let word = &before[line_start + token.start..line_start + token.end];
                format!("Insert {what} after `{}`{elsewhere}", word.chars().take(24).collect::<String>())
            }
            None => format!("Insert {what}{elsewhere}"),
        }
    }
}

/// How often each thing is wrong that parses and does not compile, or not on every Python.
fn uncompilable(tree: &Tree, text: &str) -> FxHashMap<String, usize> {
    let mut counts = FxHashMap::default();
    for fault in semantic::faults(tree, text, false) {
        *counts.entry(fault.message).or_default() += 1;
    }
    counts
}

/// Where an offset after some edits stood before them.
fn origin(at: usize, edits: &[Edit]) -> usize {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.start);
    let mut moved = at;
    for edit in edits {
        let shift = edit.text.len() as isize - (edit.end - edit.start) as isize;
        if moved as isize >= edit.start as isize + edit.text.len() as isize {
            moved = moved.saturating_add_signed(-shift);
        }
    }
    moved
}

/// Whether a fault after some edits was there before.
fn known(before: &[Fault], fault: &Fault, edits: &[Edit]) -> bool {
    let start = origin(fault.start, edits);
    before.iter().any(|old| old.start == start && old.error == fault.error)
}

/// Whether errors went away, `own` with them, and none came.
fn shrinks(before: &[Fault], after: &[Fault], edits: &[Edit], own: &Fault) -> bool {
    let old = |fault: &Fault| known(before, fault, edits);
    let gone = !after.iter().any(|fault| origin(fault.start, edits) == own.start && fault.error == own.error);
    after.len() < before.len() && gone && after.iter().all(old)
}

/// Whether all that is wrong after some edits lies where the next place begins, or behind.
fn behind(after: &[Fault], edits: &[Edit], next: usize) -> bool {
    after.iter().all(|fault| origin(fault.start, edits) >= next)
}

/// Whether all lines but the edited one read as before, token by token.
fn same_tokens(text: &str, edits: &[Edit]) -> bool {
    let candidate = edited(text, edits);
    let (Some(first), Some(last)) = (edits.iter().map(|e| e.start).min(), edits.iter().map(|e| e.end).max()) else {
        return false;
    };
    let line_start = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let rest = text.len() - text[last..].find('\n').map_or(text.len(), |at| last + at);
    let outside = |text: &str| -> Vec<String> {
        let end = text.len() - rest;
        let scanned = scan(text);
        let outside = scanned.tokens.iter().filter(|token| token.start < line_start || token.start >= end);
        outside.map(|token| text[token.start..token.end].to_owned()).collect()
    };
    outside(text) == outside(&candidate)
}

/// Whether the parser's own words about a fault leave nothing to guess but strings and brackets.
fn is_precise(piece: &Piece) -> bool {
    plain::is_precise(&piece.fault.error)
}
