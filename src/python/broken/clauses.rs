//! Headers and clauses: a colon that is missing, `else` without its `if`, `try` without its `except`.

use super::Broken;
use super::draft::Edit;
use super::layout::{block_end, shift, statements_before, word_span};
use super::piece::{Guess, Piece, span};
use super::plain::is_lone_try;
use super::scan::Kind;
use super::statements::balanced;

/// Words that open a block.
pub(super) fn opens_block(word: &str) -> bool {
    matches!(word, "if" | "elif" | "else" | "for" | "while" | "try" | "except" | "finally" | "with" | "def" | "class")
        || matches!(word, "async" | "match" | "case")
}

/// A header without its colon.
pub(super) fn colon(piece: &Piece) -> Vec<Guess> {
    let mut guesses = Vec::new();
    let before = piece.scan.previous_code(piece.line);
    for line in std::iter::once(piece.line).chain(before) {
        let lines = piece.statement(line);
        let tokens = piece.statement_tokens(line);
        let word = piece.first_word(lines.start);
        let Some(last) = piece.scan.tokens.get(tokens.end.wrapping_sub(1)) else { continue };
        if tokens.is_empty() || !opens_block(word) {
            continue;
        }
        let told = |start: usize, end: usize| {
            let head =
                if word == "async" { format!("async {}", piece.word(tokens.start + 1)) } else { word.to_owned() };
            piece.broken(start, end, format!("`:` is missing after the `{head}` header")).help("add `:` at its end")
        };
        if piece.of(last) != ":" {
            let start = last.start.max(piece.scan.lines[piece.scan.line_of(last.end.saturating_sub(1))].start);
            let broken = told(start, last.end);
            if matches!(piece.of(last), ";" | "," | "." | "::") {
                guesses.push(Guess::new(Edit::new(last.start, last.end, ":"), broken.clone()));
            }
            guesses.push(Guess::new(Edit::insert(last.end, ":"), broken));
        }
        // `if x return y`, `else return y`
        if line == piece.line {
            let at = piece.token_at(piece.fault.start);
            for index in [at, at + 1] {
                if index > tokens.start
                    && tokens.contains(&index)
                    && piece.scan.tokens[index].line == line
                    && balanced(piece.text, &piece.scan.tokens[tokens.start..index])
                {
                    let previous = piece.scan.tokens[index - 1];
                    let start = previous.start.max(piece.scan.lines[line].start);
                    guesses.push(Guess::new(Edit::insert(previous.end, ":"), told(start, previous.end)));
                }
            }
        }
    }
    guesses
}

/// Words that go on with the statement above.
pub(super) fn follows(word: &str) -> bool {
    matches!(word, "else" | "elif" | "except" | "finally" | "case")
}

/// `else`, `except` and their like without the statement they belong to.
pub(super) fn orphan(piece: &Piece, guesses: &mut Vec<Guess>) {
    let line = piece.line;
    let before = statements_before(piece, line);
    let (start, end) = word_span(piece, line);
    let word = piece.first_word(line).to_owned();
    let here = piece.scan.lines[line].indent;
    // A line between slipped out of the block above, to the left or to the level of the header.
    if let Some(&previous) = before.first() {
        let deeper = before.iter().skip(1).map(|&line| piece.indent(line)).find(|indent| indent.len() > here);
        if let Some(deeper) = deeper
            && piece.scan.lines[previous].indent <= here
        {
            let (start, end) = word_span(piece, previous);
            let broken = piece
                .broken(start, end, "this line is indented less than the block around it")
                .help("indent it like its neighbours")
                .label(word_span(piece, line).0, word_span(piece, line).1, "goes on with the statement above");
            guesses.push(Guess { edits: shift(piece, previous, line, deeper), broken });
        }
    }
    let partner = match word.as_str() {
        "else" => "`if`, `for`, `while` or `try`",
        "elif" => "`if`",
        "case" => "`match`",
        _ => "`try`",
    };
    let broken = piece
        .broken(start, end, format!("`{word}` belongs to no {partner}"))
        .help("indent it like the statement it continues, and put nothing between them");
    let partners: Vec<&str> = match word.as_str() {
        "else" => vec!["if", "for", "while", "try", "elif", "except"],
        "elif" => vec!["if", "elif"],
        "case" => vec!["match", "case"],
        _ => vec!["try", "except"],
    };
    for &other in before.iter().filter(|&&other| partners.contains(&piece.first_word(other))) {
        let edits = shift(piece, line, block_end(piece, line), piece.indent(other));
        guesses.push(Guess { edits, broken: broken.clone() });
    }
    if word != "case" {
        let tokens = piece.statement_tokens(line);
        let colon = (tokens.start..tokens.end).rev().find(|&index| piece.word(index) == ":");
        if let Some(colon) = colon {
            let colon = piece.scan.tokens[colon];
            guesses.push(Guess::new(Edit::new(start, colon.end, "if 1:"), broken));
        }
    }
}

/// `try` without `except`: the header is at fault, not the line where the parser notices.
pub(super) fn lone_try(piece: &Piece) -> Vec<Guess> {
    if !is_lone_try(&piece.fault.error) {
        return Vec::new();
    }
    let before = statements_before(piece, piece.line + 1);
    let mut guesses = Vec::new();
    for line in before.into_iter().filter(|&line| piece.first_word(line) == "try") {
        let token = piece.indices(line).start;
        let Some(colon) = piece.scan.tokens.get(token + 1).filter(|next| next.kind == Kind::Operator) else { continue };
        let (start, end) = word_span(piece, line);
        let broken = piece
            .broken(start, end, "`try` has neither `except` nor `finally`")
            .help("add an `except` or `finally` block after it");
        // A line of the body slipped to the left, or the handler itself.
        let here = piece.line;
        let (first, first_end) = word_span(piece, here);
        let slipped = piece
            .broken(first, first_end, "this line is indented less than the block around it")
            .help("indent it like its neighbours");
        let mut levels: Vec<&str> = Vec::new();
        for indent in statements_before(piece, here).into_iter().map(|line| piece.indent(line)) {
            if !levels.contains(&indent) && indent.len() > piece.indent(here).len() && levels.len() < 8 {
                levels.push(indent);
            }
        }
        for other in statements_before(piece, here) {
            if other <= line || !follows(piece.first_word(other)) || piece.indent(other) != piece.indent(line) {
                continue;
            }
            let (first, end) = word_span(piece, other);
            let slipped = Broken { span: span(first, end), ..slipped.clone() };
            for level in &levels {
                let edits = shift(piece, other, piece.statement(other).end, level);
                guesses.push(Guess { edits, broken: slipped.clone() });
            }
        }
        for level in levels {
            let edits = shift(piece, here, piece.statement(here).end, level);
            guesses.push(Guess { edits, broken: slipped.clone() });
        }
        let broken = match piece.scan.next_code(piece.scan.previous_code(block_end(piece, line)).unwrap_or(line)) {
            None if piece.is_last => {
                piece.broken(start, end, UNFINISHED_TRY).help("the file ends before its `except` or `finally`")
            }
            _ => broken,
        };
        guesses.push(Guess::new(Edit::new(start, colon.end, "if 1:"), broken));
    }
    guesses
}

/// Said of a `try` that the end of the file cuts off; not worth saying beside what is cut off inside it.
pub(super) const UNFINISHED_TRY: &str = "this `try` is not finished";
