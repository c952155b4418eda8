//! Lines that go on with the one above, and lines that are no code at all.

use super::super::statements::balanced;
use super::*;
use ruff_python_parser::{LexicalErrorType, ParseErrorType};

pub(super) fn all(piece: &Piece, tokens: &Range<usize>) -> Vec<Phrase> {
    let found = [
        chain(piece),
        space_after_backslash(piece),
        comment_below(piece),
        joined(piece),
        after_decorator(piece, tokens),
        placeholder(piece, tokens),
        foreign_line(piece),
    ];
    found.into_iter().flatten().collect()
}

/// `.filter(x)` in a line of its own, below a line that has ended.
fn chain(piece: &Piece) -> Option<Phrase> {
    if !matches!(piece.fault.error, ParseErrorType::UnexpectedIndentation) {
        return None;
    }
    let first = piece.scan.line_of(piece.fault.start);
    let first = if piece.scan.lines[first].is_blank() { piece.scan.next_code(first)? } else { first };
    let goes_on = |line: usize| {
        matches!(piece.first_word(line), "." | "and" | "or" | "+" | "|" | "if" | "else" | "==" | "in" | "/" | "%")
            && piece.scan.lines[line].is_fresh()
    };
    let first = if goes_on(first) { first } else { piece.scan.next_code(first).filter(|&next| goes_on(next))? };
    let above = piece.scan.previous_code(first)?;
    // Lines that a bracket of the chain holds belong to it.
    let mut last = first;
    let mut depth = 0i32;
    for line in first..piece.scan.lines.len() {
        if depth <= 0 && !goes_on(line) {
            break;
        }
        for token in piece.scan.tokens_of(line) {
            depth += i32::from(token.kind == Kind::Open) - i32::from(token.kind == Kind::Close);
        }
        last = line;
    }
    let head = piece.heads[above];
    let starts = piece.indices(head);
    let begin = (starts.start..piece.indices(above).end).find(|&at| {
        let before = piece.word(at.wrapping_sub(1));
        let assigned = matches!(before, "=" | "+=" | "return" | "yield" | "await" | "assert" | "in");
        assigned && at > starts.start && balanced(piece.text, &piece.scan.tokens[starts.start..at])
    });
    let begin = token(piece, begin.unwrap_or(starts.start))?;
    let sign = *piece.scan.tokens_of(first).first()?;
    let message = "this line goes on with an expression that has ended in the line above";
    let broken = piece.at(&sign, message).help("put parentheses around the whole expression");
    let edits = vec![Edit::insert(begin.start, "("), Edit::insert(piece.scan.lines[last].code_end, ")")];
    offered(edits, broken, "Put parentheses around the expression")
}

/// Blanks behind a backslash at the end of a line.
fn space_after_backslash(piece: &Piece) -> Option<Phrase> {
    if !matches!(piece.fault.error, ParseErrorType::Lexical(LexicalErrorType::LineContinuationError)) {
        return None;
    }
    let line = &piece.scan.lines[piece.scan.line_of(piece.fault.start)];
    let text = &piece.text[line.start..line.end];
    let clean = text.trim_end().len();
    if !text[..clean].ends_with('\\') || clean == text.len() {
        return None;
    }
    let start = line.start + clean;
    let broken = piece.broken(start - 1, start, "a space follows the backslash that continues the line");
    offered(vec![Edit::new(start, line.end, "")], broken.help("delete it"), "Delete the space after the backslash")
}

/// Words below a comment at the end of a line: its rest, which an editor wrapped.
fn comment_below(piece: &Piece) -> Option<Phrase> {
    if !matches!(piece.fault.error, ParseErrorType::UnexpectedIndentation) {
        return None;
    }
    let line = piece.line;
    let above = line.checked_sub(1).map(|above| &piece.scan.lines[above])?;
    let commented = piece.text[above.code_end..above.end].trim_start().starts_with('#');
    let words = piece.scan.tokens_of(line).iter().all(|token| token.kind == Kind::Name);
    if !commented || !words || opens_block(piece.first_word(line)) {
        return None;
    }
    let start = piece.scan.lines[line].start + piece.scan.lines[line].indent;
    let broken = piece.broken(start, piece.scan.lines[line].end, "this line reads like the rest of the comment above");
    let comment = Edit::insert(start, "# ");
    offered(vec![comment], broken.help("put `#` in front of it"), "Make the line a comment")
}

/// A backslash at the end of a line that has ended.
fn joined(piece: &Piece) -> Option<Phrase> {
    let line = piece.scan.line_of(piece.fault.start);
    let first = piece.scan.tokens_of(line).first().filter(|_| piece.scan.lines[line].joined)?;
    let above = piece.scan.lines.get(line.checked_sub(1)?)?;
    let at = above.start + piece.text[above.start..above.end].rfind('\\')?;
    let message = "the backslash joins this line with the next, which begins another statement";
    let broken = piece.broken(at, at + 1, message).label(first.start, first.end, "the next statement");
    (first.start == piece.fault.start)
        .then(|| offered(vec![Edit::new(at, at + 1, "")], broken.help("delete it"), "Delete the backslash"))?
}

/// `@property;`, `@property:`
fn after_decorator(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let last = token(piece, tokens.end - 1)?;
    if piece.word(tokens.start) != "@" || !matches!(piece.of(&last), ";" | ":") {
        return None;
    }
    let broken = piece.at(&last, format!("`{}` cannot end a decorator", piece.of(&last))).help("remove it");
    offered(vec![Edit::new(last.start, last.end, "")], broken, format!("Delete `{}`", piece.of(&last)))
}

/// `PORT = @PORT@`, `PORT = %PORT%`, `f(<default>)`: a value that nobody filled in.
fn placeholder(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let fault = piece.token_at(piece.fault.start);
    let near = |at: &usize| at.abs_diff(fault) <= 2;
    let at = tokens.clone().filter(near).find(|&at| {
        let sides = matches!((piece.word(at), piece.word(at + 2)), ("@", "@") | ("%", "%") | ("<", ">"));
        let starts = matches!(piece.word(at.wrapping_sub(1)), "=" | "(" | "," | "[" | ":" | "return");
        sides
            && starts
            && piece.kind(at + 1) == Some(Kind::Name)
            && touch(piece, at, at + 1)
            && touch(piece, at + 1, at + 2)
    })?;
    let (first, last) = (token(piece, at)?, token(piece, at + 2)?);
    let word = &piece.text[first.start..last.end];
    let broken = piece.broken(first.start, last.end, format!("`{word}` is a placeholder that nobody filled in"));
    told(vec![Edit::new(first.start, last.end, "_")], broken.help("write the value"))
}

/// `%load_ext x`, `!pip install x`, `https://...`, `<!-- x -->`, `SELECT * FROM x`, `[... code ...]`
fn foreign_line(piece: &Piece) -> Option<Phrase> {
    let line = &piece.scan.lines[piece.line];
    let start = line.start + line.indent;
    let text = piece.text.get(start..line.end)?;
    let mut words = text.split_whitespace();
    let (first, second) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let command = |sign: char| {
        text.strip_prefix(sign).is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || c == sign))
    };
    let sql =
        matches!(first, "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "CREATE" | "ALTER" | "DROP") && !second.is_empty();
    let what = match text {
        _ if command('%') || command('!') => "is an IPython command, not Python",
        _ if text.starts_with("http://") || text.starts_with("https://") => "is an address, not Python",
        _ if text.starts_with("<!--") => "is a comment of HTML, not of Python",
        _ if sql => "is SQL, not Python",
        _ if text.starts_with("[...") || text.starts_with("...") && text.contains(' ') => {
            "stands for code that was left out"
        }
        _ => return None,
    };
    let broken = piece.broken(start, line.end, format!("this line {what}"));
    offered(vec![Edit::insert(start, "# ")], broken.help("remove it, or make it a comment"), "Make the line a comment")
}
