//! Phrases of a statement that are turned around or lack a word: `for x y`, `import a from b`, `f(name: 1)`.
//!
//! Each guess that has a title is a way to mend the place, too; the others only let the rest parse.

mod calls;
mod headers;
mod imports;
mod lines;
mod words;

use super::clauses::opens_block;
use super::draft::Edit;
use super::gaps::is_keyword;
use super::piece::{Guess, Piece};
use super::scan::{Kind, Token};
use super::{Broken, quotes};
use std::ops::Range;

/// A phrase that is wrong.
pub(super) struct Phrase {
    pub guess: Guess,
    /// What its edits do, where they are what a person would do.
    pub title: Option<String>,
}

/// All guesses, whoever may offer them.
pub(super) fn guesses(piece: &Piece) -> Vec<Guess> {
    phrases(piece).into_iter().map(|phrase| phrase.guess).collect()
}

/// What may be wrong with the statement at fault.
pub(super) fn phrases(piece: &Piece) -> Vec<Phrase> {
    let tokens = piece.statement_tokens(piece.line);
    if tokens.is_empty() {
        return Vec::new();
    }
    let mut found = words::all(piece, &tokens);
    found.extend(imports::all(piece, &tokens));
    found.extend(headers::all(piece, &tokens));
    found.extend(calls::all(piece, &tokens));
    found.extend(lines::all(piece, &tokens));
    let quotes = quotes::inner(piece);
    found.extend(quotes.and_then(|guess| offered(guess.edits, guess.broken, "Escape the quotes inside the string")));
    found
}

fn offered(edits: Vec<Edit>, broken: Broken, title: impl Into<String>) -> Option<Phrase> {
    Some(Phrase { guess: Guess { edits, broken }, title: Some(title.into()) })
}

/// One token that another takes the place of.
fn replaced(piece: &Piece, token: &Token, with: &str, message: impl Into<String>) -> Option<Phrase> {
    let broken = piece.at(token, message).help(format!("write `{with}`"));
    let title = format!("Write `{with}` for `{}`", piece.of(token));
    offered(vec![Edit::new(token.start, token.end, with)], broken, title)
}

fn told(edits: Vec<Edit>, broken: Broken) -> Option<Phrase> {
    Some(Phrase { guess: Guess { edits, broken }, title: None })
}

fn token(piece: &Piece, index: usize) -> Option<Token> {
    piece.scan.tokens.get(index).copied()
}

/// Whether two tokens touch.
fn touch(piece: &Piece, left: usize, right: usize) -> bool {
    token(piece, left).zip(token(piece, right)).is_some_and(|(left, right)| left.end == right.start)
}

fn is_name(piece: &Piece, index: usize) -> bool {
    piece.kind(index) == Some(Kind::Name) && !is_keyword(piece.word(index))
}

/// The first word of the statement, `async` aside.
fn head<'a>(piece: &Piece<'a>, tokens: &Range<usize>) -> (usize, &'a str) {
    let at = tokens.start + usize::from(piece.word(tokens.start) == "async");
    (at, piece.word(at))
}
