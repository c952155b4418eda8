//! Habits of other languages, written as Python.

use super::super::draft::Edit;
use super::super::habits::{braces, defines};
use super::super::piece::Piece;
use super::super::scan::{Kind, Token};
use super::old::together;
use super::ways::{Class, Way};
use std::ops::Range;

/// Each habit in some lines by itself, all of them together, and the braces of a block.
pub(super) fn ways(piece: &Piece, lines: &Range<usize>) -> Vec<Way> {
    let tokens = piece.indices(lines.start).start..piece.indices(lines.end.saturating_sub(1)).end;
    let single: Vec<Way> = tokens.clone().filter_map(|index| habit(piece, index)).collect();
    let mut ways = single.clone();
    ways.extend(together(single, "Write the operators as Python does"));
    ways.extend(tokens.filter_map(|index| tight(piece, index)));
    // `if x {` alone first: all braces of a block are many lines.
    let mut blocks = Vec::new();
    braces(piece, &mut blocks);
    blocks.sort_by_key(|guess| guess.edits.len());
    for guess in blocks {
        let class = if guess.edits.len() == 1 { Class::Sound } else { Class::Risky };
        ways.push(Way::new(guess.edits, class).titled("Write `:` for the braces"));
    }
    ways
}

fn habit(piece: &Piece, index: usize) -> Option<Way> {
    let token = piece.scan.tokens[index];
    let word = piece.of(&token);
    let next = piece.word(index + 1);
    let first = piece.indices(token.line).start == index;
    let put = |text: &str| Some(Way::sound(Edit::new(token.start, token.end, text)));
    match word {
        "else" if first && next == "if" => {
            let next = piece.scan.tokens.get(index + 1)?;
            Some(Way::sound(Edit::new(token.start, next.end, "elif")))
        }
        "elseif" | "elsif" if first => put("elif"),
        "!" => Some(Way::sound(Edit::new(token.start, operand(piece, index)?.start, "not "))),
        "&&" => put("and"),
        "||" => put("or"),
        "===" => put("=="),
        "!==" => put("!="),
        "++" | "--" => {
            // A statement of its own: `x++`.
            let last = piece.indices(token.line).end == index + 1;
            let named = piece.scan.tokens_of(token.line).iter().rev().skip(1);
            let name = named.clone().count() > 0
                && named.clone().all(|token| token.kind == Kind::Name || piece.of(token) == ".");
            let edit = Edit::new(token.start, token.end, format!(" {}= 1", &word[..1]));
            (last && name).then(|| Way::sound(edit))
        }
        "=>" if defines(piece, token.line) => put("->"),
        "=>" => Some(Way::risky(Edit::new(token.start, token.end, ">="))),
        "->" if !defines(piece, token.line) => Some(Way::risky(Edit::new(token.start, token.end, "."))),
        "throw" if first => Some(Way::risky(Edit::new(token.start, token.end, "raise"))),
        "const" | "let" | "var" | "new" => {
            let next = operand(piece, index).filter(|next| next.kind == Kind::Name && next.line == token.line)?;
            let edit = Edit::new(token.start, next.start, "");
            Some(Way::risky(edit).titled(format!("Delete `{word}`")))
        }
        "catch" if first => Some(Way::risky(Edit::new(token.start, token.end, "except"))),
        _ => None,
    }
}

/// `!x == y` means `(not x) == y` elsewhere, and `not x == y` is something else in Python.
fn tight(piece: &Piece, index: usize) -> Option<Way> {
    if piece.word(index) != "!" {
        return None;
    }
    let (token, first) = (piece.scan.tokens[index], operand(piece, index)?);
    let mut at = piece.token_at(first.start);
    loop {
        match (piece.kind(at + 1), piece.word(at + 1)) {
            (_, ".") if piece.kind(at + 2) == Some(Kind::Name) => at += 2,
            (Some(Kind::Open), _) => at = piece.closing(at + 1)?,
            _ => break,
        }
    }
    let end = piece.scan.tokens.get(at)?.end;
    let edits = vec![Edit::new(token.start, first.start, "(not "), Edit::insert(end, ")")];
    Some(Way::new(edits, Class::Risky).titled("Write `(not ...)`"))
}

fn operand(piece: &Piece, index: usize) -> Option<Token> {
    piece.scan.tokens.get(index + 1).copied()
}
