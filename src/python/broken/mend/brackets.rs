//! A bracket that was lost, is one too many, or is of the wrong kind: every place where it may stand.

use super::super::brackets;
use super::super::draft::Edit;
use super::super::piece::Piece;
use super::super::scan::{Kind, Token};
use super::tokens::between;
use super::ways::{Class, Way};
use rustc_hash::FxHashSet;
use std::ops::Range;

/// How many places are tried.
const PLACES: usize = 300;

fn is_bracket(text: &str) -> bool {
    matches!(text, "(" | ")" | "[" | "]" | "{" | "}")
}

pub(super) fn ways(piece: &Piece, lines: &Range<usize>, whole: &str, complete: &mut bool) -> Vec<Way> {
    let mut kinds: Vec<String> = Vec::new();
    let mut ways: Vec<Way> = Vec::new();
    let mut closers: Vec<usize> = Vec::new();
    for guess in brackets::guesses(piece) {
        let [edit] = &guess.edits[..] else { continue };
        let old = &piece.text[edit.start..edit.end];
        if !(edit.text.is_empty() || is_bracket(&edit.text)) || !(old.is_empty() || is_bracket(old)) {
            continue;
        }
        if old.is_empty() && !kinds.contains(&edit.text) {
            kinds.push(edit.text.clone());
        }
        let token = piece.scan.tokens.get(piece.token_at(edit.start));
        if !old.is_empty() && edit.text.is_empty() && token.is_some_and(|token| joins(piece, token)) {
            continue;
        }
        if matches!(old, ")" | "]" | "}") {
            closers.push(edit.start);
        }
        let class = if edit.text.is_empty() { Class::Risky } else { Class::Sound };
        ways.push(Way::new(guess.edits, class));
    }
    if ways.is_empty() {
        return ways;
    }
    closers.dedup();
    let mut likely: Vec<Way> = closers.iter().flat_map(|&at| doubled(piece, at)).collect();
    likely.extend(kinds.iter().flat_map(|kind| grown(piece, lines, kind, whole)));
    likely.append(&mut ways);
    let mut ways = likely;
    // Up to the end of the part: what closes a bracket may come late.
    let tokens = between(piece, &(lines.start..piece.scan.lines.len()));
    *complete &= tokens.len() <= PLACES;
    for token in tokens.take(PLACES).map(|index| piece.scan.tokens[index]) {
        for kind in &kinds {
            if matches!(kind.as_str(), ")" | "]" | "}") {
                ways.push(Way::sound(Edit::insert(token.end, kind)));
            } else {
                ways.push(Way::sound(Edit::insert(token.start, kind)));
                // `fooa)` was `foo(a)`.
                let inner = piece.of(&token).char_indices().skip(1).map(|(at, _)| token.start + at);
                let near = token.kind == Kind::Name && lines.contains(&token.line);
                ways.extend(inner.filter(|_| near).map(|at| Way::sound(Edit::insert(at, kind))));
            }
        }
        // One that is too many, or of the wrong kind.
        if matches!(token.kind, Kind::Open | Kind::Close) && lines.contains(&token.line) {
            if !joins(piece, &token) {
                ways.push(Way::risky(Edit::new(token.start, token.end, "")));
            }
            let others = if token.kind == Kind::Open { ["(", "[", "{"] } else { [")", "]", "}"] };
            let others = others.into_iter().filter(|other| *other != piece.of(&token));
            ways.extend(others.map(|other| Way::sound(Edit::new(token.start, token.end, other))));
        }
    }
    ways
}

/// Whether two names would become one without the bracket.
fn joins(piece: &Piece, token: &Token) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    piece.text[..token.start].ends_with(part) && piece.text[token.end..].starts_with(part)
}

/// `))` at a closer that does not fit: typed twice.
fn doubled(piece: &Piece, at: usize) -> Vec<Way> {
    let index = piece.token_at(at);
    let Some(token) = piece.scan.tokens.get(index).copied() else { return Vec::new() };
    let twice =
        index > 0 && piece.word(index - 1) == piece.of(&token) && piece.scan.tokens[index - 1].end == token.start;
    twice.then(|| Way::risky(Edit::new(token.start, token.end, ""))).into_iter().collect()
}

/// `acceptself)`: a name that grew by the bracket it lost, where the file knows both halves.
fn grown(piece: &Piece, lines: &Range<usize>, kind: &str, whole: &str) -> Vec<Way> {
    if matches!(kind, ")" | "]" | "}") {
        return Vec::new();
    }
    let part = |c: char| !(c.is_alphanumeric() || c == '_');
    let words: FxHashSet<&str> = whole.split(part).filter(|word| !word.is_empty()).collect();
    let mut found: Vec<(bool, usize)> = Vec::new();
    for token in between(piece, lines).map(|index| piece.scan.tokens[index]).filter(|token| token.kind == Kind::Name) {
        let word = piece.of(&token);
        for (at, _) in word.char_indices().skip(1) {
            if words.contains(&word[at..]) && word[at..].len() > 1 {
                found.push((!words.contains(&word[..at]), token.start + at));
            }
        }
    }
    found.sort_unstable();
    found.into_iter().map(|(_, at)| Way::sound(Edit::insert(at, kind))).collect()
}
