//! Python 2 and the habits of other languages: `print x`, `else if`, `&&`, `x++`, braces around blocks.
//!
//! Everything here is told from tokens alone; whether it explains the fault is decided by what then parses.

use super::clauses::opens_block;
use super::draft::Edit;
use super::piece::{Guess, Piece, span};
use super::scan::{Kind, Token};
use crate::text::Span;
use std::ops::Range;

/// A spelling of Python 2 and what makes it parse.
pub(super) struct Old {
    pub line: usize,
    /// Whether every version of Python 3 refuses it.
    pub refused: bool,
    pub guess: Guess,
}

/// All spellings of Python 2 in some tokens.
pub(super) fn python2(piece: &Piece, tokens: Range<usize>) -> Vec<Old> {
    let mut found: Vec<Old> = Vec::new();
    let mut covered = 0;
    for index in tokens {
        let token = piece.scan.tokens[index];
        if token.start < covered {
            continue;
        }
        if let Some((refused, guess)) = old(piece, index) {
            covered = guess.edits.iter().map(|edit| edit.end).max().unwrap_or(0);
            found.push(Old { line: token.line, refused, guess });
        }
    }
    found
}

/// Where the simple statement that holds token `index` ends.
pub(super) fn simple_end(piece: &Piece, index: usize) -> usize {
    let line = piece.scan.tokens[index].line;
    let end = piece.statement_tokens(line).end.max(index + 1);
    let mut depth = 0i32;
    for other in index..end {
        match piece.kind(other) {
            Some(Kind::Open) => depth += 1,
            Some(Kind::Close) if depth == 0 => return other,
            Some(Kind::Close) => depth -= 1,
            _ if depth == 0 && piece.word(other) == ";" => return other,
            _ => {}
        }
    }
    end
}

/// Whether token `index` is the first of a statement.
pub(super) fn leads(piece: &Piece, index: usize) -> bool {
    let token = piece.scan.tokens[index];
    let first = piece.indices(token.line).start == index && !piece.scan.lines[token.line].joined;
    first || matches!(piece.word(index.wrapping_sub(1)), ":" | ";" | "else")
}

/// How what is said of `0777` ends.
pub(super) const LEADING_ZERO: &str = "has a leading zero";

fn old(piece: &Piece, index: usize) -> Option<(bool, Guess)> {
    let token = piece.scan.tokens[index];
    let word = piece.of(&token);
    let (next, next_kind) = (piece.word(index + 1), piece.kind(index + 1));
    let same_line = piece.scan.tokens.get(index + 1).is_some_and(|other| other.line == token.line);
    let end =
        |from: usize| piece.scan.tokens.get(simple_end(piece, from).wrapping_sub(1)).map_or(token.end, |last| last.end);
    let value = matches!(next_kind, Some(Kind::Name | Kind::String | Kind::Number)) && same_line && !joins(next);
    let value = value || matches!(next, "`" | "-" | "~") && same_line;
    let told = |message: &str, help: &str| piece.at(&token, message).help(help);
    Some(match (word, token.kind) {
        ("print", Kind::Name) if leads(piece, index) && (value || next == ">>" && same_line) => {
            let broken = told("`print` without parentheses is Python 2", "write `print(...)`");
            (next != ">>", Guess::new(Edit::new(token.start, end(index), "print()"), broken))
        }
        ("exec", Kind::Name) if leads(piece, index) && value => {
            let broken = told("`exec` without parentheses is Python 2", "write `exec(...)`");
            (true, Guess::new(Edit::new(token.start, end(index), "exec()"), broken))
        }
        ("raise", Kind::Name) if leads(piece, index) => {
            let comma = top_comma(piece, index + 1, simple_end(piece, index))?;
            let from = piece.scan.tokens[comma].start;
            let broken = told("`raise` with a comma is Python 2", "write `raise Error(message)`");
            (true, Guess::new(Edit::new(from, end(index).max(from), ""), broken))
        }
        ("except", Kind::Name) if leads(piece, index) && next_kind != Some(Kind::Open) => {
            let stop = simple_end(piece, index);
            let comma = top_comma(piece, index + 1, stop)?;
            let (name, colon) = (piece.kind(comma + 1), piece.word(comma + 2));
            if name != Some(Kind::Name) || colon != ":" {
                return None;
            }
            let from = piece.scan.tokens[comma];
            let broken = told(
                "`except Error, name` is Python 2: an error up to Python 3.13, and from 3.14 on it catches both",
                "write `except Error as name`",
            );
            (false, Guess::new(Edit::new(from.start, from.end, " as"), broken))
        }
        ("<>", _) => {
            let broken = told("`<>` is Python 2", "write `!=`");
            (true, Guess::new(Edit::new(token.start, token.end, "!="), broken))
        }
        ("`", _) => {
            if let Some(script) = template_string(piece, index) {
                return Some((true, script));
            }
            let close = closing_backtick(piece, index)?;
            let broken = piece.broken(token.start, close.end, "backticks are Python 2").help("write `repr(...)`");
            (true, Guess::new(Edit::new(token.start, close.end, "''"), broken))
        }
        (_, Kind::Number) => {
            let digits = word.trim_end_matches(['l', 'L']);
            let long =
                digits.len() + 1 == word.len() && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            let octal = word.len() > 1 && word.starts_with('0') && word.bytes().all(|b| b.is_ascii_digit());
            if octal && word.bytes().any(|b| b != b'0') {
                let plain = word.trim_start_matches('0');
                let help = match plain.bytes().all(|b| b < b'8') {
                    true => format!("write `{plain}`, or `0o{plain}` if it is octal, as in Python 2"),
                    false => format!("write `{plain}`"),
                };
                let message = format!("`{word}` {LEADING_ZERO}");
                (true, Guess::new(Edit::new(token.start, token.end, "0"), told(&message, &help)))
            } else if long {
                let broken = told(&format!("`{word}` is a long integer of Python 2"), &format!("write `{digits}`"));
                (true, Guess::new(Edit::new(token.start, token.end, "0"), broken))
            } else {
                return None;
            }
        }
        (_, Kind::String) if word.starts_with("ur") || word.starts_with("UR") || word.starts_with("uR") => {
            let broken = piece.broken(token.start, token.start + 2, "the prefix `ur` is Python 2").help("write `r`");
            (true, Guess::new(Edit::new(token.start, token.start + 1, ""), broken))
        }
        _ => return None,
    })
}

fn closing_backtick(piece: &Piece, open: usize) -> Option<Token> {
    let line_end = piece.indices(piece.scan.tokens.get(open)?.line).end;
    (open + 1..line_end).find(|&other| piece.word(other) == "`").map(|close| piece.scan.tokens[close])
}

/// `` `Hello ${name}` ``
fn template_string(piece: &Piece, index: usize) -> Option<Guess> {
    let open = piece.scan.tokens.get(index).filter(|token| piece.of(token) == "`")?;
    let close = closing_backtick(piece, index)?;
    let broken = piece.broken(open.start, close.end, "this is a template string of JavaScript");
    let broken = broken.help("write `f\"...\"`");
    let is_script = piece.text[open.end..close.start].contains("${");
    is_script.then(|| Guess::new(Edit::new(open.start, close.end, "''"), broken))
}

/// Words that go on with an expression.
fn joins(word: &str) -> bool {
    matches!(word, "in" | "is" | "and" | "or" | "if" | "for" | "else" | "as")
}

pub(super) fn top_comma(piece: &Piece, from: usize, to: usize) -> Option<usize> {
    let mut depth = 0i32;
    (from..to).find(|&index| {
        match piece.kind(index) {
            Some(Kind::Open) => depth += 1,
            Some(Kind::Close) => depth -= 1,
            _ => {}
        }
        depth == 0 && piece.word(index) == ","
    })
}

/// Guesses from the Python 2 in the statement of the fault.
pub(super) fn old_python(piece: &Piece) -> Vec<Guess> {
    let lines = piece.statement(piece.line);
    let mut places = python2(piece, piece.statement_tokens(piece.line));
    places.retain(|place| place.refused && lines.contains(&place.line));
    let all = places.iter().flat_map(|place| place.guess.edits.clone()).collect();
    let joined = (places.len() > 1).then(|| Guess { edits: all, broken: places[0].guess.broken.clone() });
    places.into_iter().map(|place| place.guess).chain(joined).collect()
}

/// Guesses from operators, words and braces of other languages.
pub(super) fn foreign(piece: &Piece) -> Vec<Guess> {
    let mut guesses = Vec::new();
    braces(piece, &mut guesses);
    let tokens = piece.statement_tokens(piece.line);
    let fault_line = piece.scan.line_of(piece.fault.start);
    let near = |index: &usize| piece.scan.tokens[*index].line.abs_diff(fault_line) <= 1;
    let mut found: Vec<Guess> = tokens.filter(near).filter_map(|index| habit(piece, index)).collect();
    let all: Vec<Edit> = found.iter().flat_map(|guess| guess.edits.clone()).collect();
    let joined = (found.len() > 1).then(|| Guess { edits: all, broken: found[0].broken.clone() });
    guesses.append(&mut found);
    guesses.extend(joined);
    guesses
}

fn habit(piece: &Piece, index: usize) -> Option<Guess> {
    let token = piece.scan.tokens[index];
    let word = piece.of(&token);
    let following = piece.scan.tokens.get(index + 1);
    let next = piece.word(index + 1);
    let previous = index.checked_sub(1).map(|before| piece.scan.tokens[before]);
    let line = &piece.scan.lines[token.line];
    let first = line.tokens.start == index;
    let say = |message: &str, help: &str| piece.at(&token, message).help(help);
    let put = |text: &str, message: &str, help: &str| {
        Some(Guess::new(Edit::new(token.start, token.end, text), say(message, help)))
    };
    match word {
        "else" if next == "if" && (first || previous.is_some_and(|before| piece.of(&before) == "}")) => {
            let next = following?;
            let broken = piece.broken(token.start, next.end, "`else if` is not Python").help("write `elif`");
            Some(Guess::new(Edit::new(token.start, next.end, "elif"), broken))
        }
        "elseif" | "elsif" | "elsefi" if first => put("elif", &format!("`{word}` is not Python"), "write `elif`"),
        "!" => put("not ", "`!` is no operator of Python", "write `not`"),
        "&&" => put("and", "`&&` is no operator of Python", "write `and`"),
        "||" => put("or", "`||` is no operator of Python", "write `or`"),
        "===" => put("==", "`===` is no operator of Python", "write `==`, or `is` for identity"),
        "!==" => put("!=", "`!==` is no operator of Python", "write `!=`, or `is not` for identity"),
        "++" | "--" if following.is_none_or(|next| next.line > token.line || !starts_value(piece, index + 1)) => {
            let sign = &word[..1];
            let broken = say(&format!("`{word}` is no operator of Python"), &format!("write `{sign}= 1`"));
            Some(Guess::new(Edit::new(token.start, token.end, format!("{sign} 1")), broken))
        }
        "=>" if previous.is_some_and(|before| piece.of(&before) == ")") && defines(piece, token.line) => {
            put("->", "`=>` does not announce a return type", "write `->`")
        }
        "=>" if previous.is_some_and(|before| before.kind == Kind::String) => {
            put(":", "`=>` does not give a key its value", "write `:` in a dictionary")
        }
        "=>" => put(">=", "`=>` is no operator of Python", "write `>=` to compare, or `lambda` for a function"),
        "->" if !piece.statement_tokens(token.line).any(|other| piece.word(other) == "def") => {
            put(".", "`->` does not reach an attribute", "write `.`")
        }
        "//" if first || following.is_some_and(|next| next.line == token.line && next.start > token.end) => {
            let broken = say("`//` does not start a comment", "write `#`");
            Some(Guess::new(Edit::new(token.start, line.end, ""), broken))
        }
        "/" if next == "*" || next == "**" => {
            let close = piece.text[token.start..].find("*/").map(|at| token.start + at + 2)?;
            let broken = piece.broken(token.start, token.start + 2, "`/*` does not start a comment").help("write `#`");
            Some(Guess::new(Edit::new(token.start, close, ""), broken))
        }
        "var" | "let" | "const" | "new" if following.is_some_and(|next| next.kind == Kind::Name) => {
            let broken = say(&format!("`{word}` is not Python"), &format!("leave out `{word}`"));
            Some(Guess::new(Edit::new(token.start, following.map_or(token.end, |next| next.start), ""), broken))
        }
        "function" | "func" | "fn" | "fun" if first && following.is_some_and(|next| next.kind == Kind::Name) => {
            put("def", &format!("`{word}` does not define a function"), "write `def`")
        }
        "throw" if first && following.is_some_and(|next| next.kind == Kind::Name) => {
            put("raise", "`throw` is not Python", "write `raise`")
        }
        "catch" if first => put("except", "`catch` is not Python", "write `except`"),
        "switch" if first => put("match", "`switch` is not Python", "write `match`, or `if` and `elif`"),
        "?" if next == "." && following.is_some_and(|next| next.start == token.end) => {
            let broken = piece.broken(token.start, token.end + 1, "`?.` is no operator of Python");
            let broken = broken.help("write `a.b if a is not None else None`");
            Some(Guess::new(Edit::new(token.start, token.end, ""), broken))
        }
        "?" if next == "?" && following.is_some_and(|next| next.start == token.end) => {
            let broken = piece.broken(token.start, token.end + 1, "`??` is no operator of Python");
            Some(Guess::new(
                Edit::new(token.start, token.end + 1, "or"),
                broken.help("write `a if a is not None else b`, or `a or b`"),
            ))
        }
        "?" if previous.is_some_and(|before| before.end == token.start && before.kind == Kind::Name)
            && matches!(next, ")" | "," | "=" | ":" | "]") =>
        {
            let name = previous.map_or("", |before| piece.of(&before));
            let broken = say("`?` does not make a type optional in Python", &format!("write `{name} | None`"));
            let text = if line.tokens.start + 1 == index { "" } else { " | None" };
            Some(Guess::new(Edit::new(token.start, token.end, text), broken))
        }
        "instanceof" if previous.is_some() => {
            put("==", "`instanceof` is no operator of Python", "write `isinstance(value, Type)`")
        }
        "of" if previous.is_some_and(|before| before.kind == Kind::Name)
            && (line.tokens.start..index).any(|before| piece.word(before) == "for") =>
        {
            put("in", "`of` is not Python", "write `in`")
        }
        "?" => {
            let end = piece.indices(token.line).end;
            let colon = (index + 1..end).find(|&other| piece.word(other) == ":");
            let broken = say("`?` is no operator of Python", "write `a if condition else b`");
            let mut edits = vec![Edit::new(token.start, token.end, if colon.is_some() { " and " } else { "" })];
            edits.extend(
                colon.map(|colon| piece.scan.tokens[colon]).map(|colon| Edit::new(colon.start, colon.end, " or ")),
            );
            Some(Guess { edits, broken })
        }
        "$" => put("", "`$` is no part of a name in Python", "leave it out"),
        _ => None,
    }
}

pub(super) fn defines(piece: &Piece, line: usize) -> bool {
    let head = piece.indices(piece.heads[line]).start;
    piece.word(head) == "def" || piece.word(head) == "async" && piece.word(head + 1) == "def"
}

fn starts_value(piece: &Piece, index: usize) -> bool {
    matches!(piece.kind(index), Some(Kind::Name | Kind::Number | Kind::String | Kind::Open))
}

/// `if x {` ... `}`: all braces of the block are one finding.
pub(super) fn braces(piece: &Piece, guesses: &mut Vec<Guess>) {
    let headed = |line: usize| {
        let word = match piece.first_word(line) {
            ")" => piece.first_word(piece.heads[line]),
            word => word,
        };
        let word = if word == "}" { piece.word(piece.indices(line).start + 1) } else { word };
        opens_block(word) || matches!(word, "function" | "func" | "fn" | "switch" | "catch" | "do")
    };
    let brace = |line: usize| {
        let tokens = piece.scan.tokens_of(line);
        let last = tokens.last()?;
        let opens = tokens.iter().filter(|token| token.kind == Kind::Open).count();
        let closes = tokens.iter().filter(|token| token.kind == Kind::Close).count();
        let leading = usize::from(tokens.first().is_some_and(|token| token.kind == Kind::Close));
        (piece.of(last) == "{" && headed(line) && opens + leading == closes + 1).then_some(*last)
    };
    let lines = (piece.heads[piece.line]..=piece.line).rev().take(60);
    let Some((line, opener)) = lines.filter_map(|line| Some((line, brace(line)?))).last() else { return };
    let broken = piece.at(&opener, "blocks have no braces in Python").help("write `:` and indent the block");
    let mut edits = vec![Edit::new(opener.start, opener.end, ":")];
    edits.extend(type_after_colon(piece, line, &opener));
    let alone = edits.clone();
    let mut depth = 1;
    for next in (line + 1..piece.scan.lines.len()).take(2000) {
        let tokens = piece.scan.tokens_of(next);
        let Some(first) = tokens.first() else { continue };
        if piece.of(first) == "}" {
            let gap = tokens.get(1).map_or(first.end, |second| second.start);
            edits.push(Edit::new(first.start, gap, ""));
            depth -= 1;
        }
        if let Some(opener) = brace(next) {
            let before = piece.text[..opener.start].trim_end().ends_with(':');
            edits.push(Edit::new(opener.start, opener.end, if before { "" } else { ":" }));
            depth += 1;
        }
        if depth == 0 {
            break;
        }
    }
    let parenthesised = edits.clone();
    guesses.push(Guess { edits, broken: broken.clone() });
    // With what usually comes along: `else if`, `&&`, `var`.
    let last = parenthesised.last().map_or(opener.end, |edit| edit.end);
    let from = piece.indices(line).start;
    let inside = (from..piece.scan.tokens.len()).take_while(|&index| piece.scan.tokens[index].start < last);
    let more = inside.filter_map(|index| habit(piece, index).or_else(|| template_string(piece, index)));
    let more = more.flat_map(|guess| guess.edits);
    let mut all = parenthesised;
    for edit in more {
        if !all.iter().any(|other| other.start < edit.end && edit.start < other.end) {
            all.push(edit);
        }
    }
    guesses.push(Guess { edits: all, broken: broken.clone() });
    guesses.push(Guess { edits: alone, broken });
}

/// `def f(): str {`: the colon that announces a type.
fn type_after_colon(piece: &Piece, line: usize, opener: &Token) -> Option<Edit> {
    let tokens = piece.scan.tokens_of(line);
    let close = tokens.iter().rposition(|token| token.kind == Kind::Close)?;
    let colon = tokens.get(close + 1).filter(|token| piece.of(token) == ":" && token.end < opener.start)?;
    let typed = tokens.get(close + 2).is_some_and(|token| token.kind == Kind::Name);
    typed.then(|| Edit::new(colon.start, colon.end, " ->"))
}

/// The span of a line's first token; used for findings about a whole file.
pub(super) fn first_span(piece: &Piece, line: usize) -> Span {
    let line_span = &piece.scan.lines[line];
    piece
        .scan
        .tokens_of(line)
        .first()
        .map_or(span(line_span.start, line_span.end), |token| span(token.start, token.end))
}
