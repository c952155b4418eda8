//! Python 2, written as Python 3.

use super::super::draft::Edit;
use super::super::habits::{leads, simple_end, top_comma};
use super::super::piece::Piece;
use super::super::scan::Kind;
use super::ways::{Class, Way};
use std::ops::Range;

/// Each spelling of Python 2 in some lines by itself, all of them together, and what else `except A, B` may mean.
pub(super) fn ways(piece: &Piece, lines: &Range<usize>, whole: &str) -> Vec<Way> {
    let tokens = piece.indices(lines.start).start..piece.indices(lines.end.saturating_sub(1)).end;
    let mut ways = leading_zeros(piece, tokens.clone());
    let single: Vec<Way> = tokens.clone().filter_map(|index| modern(piece, index)).collect();
    ways.extend(single.clone());
    ways.extend(together(single, "Write it as Python 3"));
    ways.extend(tokens.filter_map(|index| tuple(piece, index, whole)));
    ways
}

/// Several ways taken as one.
pub(super) fn together(single: Vec<Way>, title: &str) -> Option<Way> {
    let class = single.iter().map(|way| way.class).max()?;
    let count = single.len();
    let mut edits: Vec<Edit> = Vec::new();
    for edit in single.into_iter().flat_map(|way| way.edits) {
        if !edits.iter().any(|other| other.start < edit.end && edit.start < other.end) {
            edits.push(edit);
        }
    }
    (count > 1).then(|| Way::new(edits, class).titled(title))
}

fn modern(piece: &Piece, index: usize) -> Option<Way> {
    let token = piece.scan.tokens[index];
    let word = piece.of(&token);
    let next = piece.scan.tokens.get(index + 1);
    let last = || piece.scan.tokens.get(simple_end(piece, index).checked_sub(1)?);
    match (word, token.kind) {
        ("print" | "exec", Kind::Name) if leads(piece, index) => {
            let (next, last) = (next?, last()?);
            if next.line != token.line || last.start < next.start || piece.of(next) == "(" {
                return None;
            }
            let open = Edit::new(token.end, next.start, "(");
            let title = format!("Write `{word}(...)`");
            if piece.of(next) == ">>" {
                let comma = top_comma(piece, index + 2, simple_end(piece, index))?;
                let (first, comma, value) =
                    (piece.scan.tokens.get(index + 2)?, piece.scan.tokens[comma], piece.scan.tokens.get(comma + 1)?);
                let file = format!(", file={})", &piece.text[first.start..comma.start]);
                let edits = vec![Edit::new(token.end, value.start, "("), Edit::insert(last.end, file)];
                return Some(Way::new(edits, Class::Risky).titled("Write `print(..., file=...)`"));
            }
            if piece.of(last) == "," {
                let edits = vec![open, Edit::new(last.start, last.end, ", end=\" \")")];
                return Some(Way::new(edits, Class::Risky).titled("Write `print(..., end=\" \")`"));
            }
            if word == "exec" && (index + 1..simple_end(piece, index)).any(|at| piece.word(at) == "in") {
                return None;
            }
            Some(Way::new(vec![open, Edit::insert(last.end, ")")], Class::Sound).titled(title))
        }
        ("raise", Kind::Name) if leads(piece, index) => {
            let stop = simple_end(piece, index);
            let comma = top_comma(piece, index + 1, stop)?;
            let value = piece.scan.tokens.get(comma + 1)?;
            if top_comma(piece, comma + 1, stop).is_some() || piece.word(comma.checked_sub(1)?) == ")" {
                return None;
            }
            let edits =
                vec![Edit::new(piece.scan.tokens[comma].start, value.start, "("), Edit::insert(last()?.end, ")")];
            let class = if value.kind == Kind::String { Class::Sound } else { Class::Risky };
            Some(Way::new(edits, class).titled("Call the exception with its message"))
        }
        ("except", Kind::Name) if leads(piece, index) && next.is_some_and(|next| next.kind != Kind::Open) => {
            let comma = top_comma(piece, index + 1, simple_end(piece, index))?;
            let name = piece.scan.tokens.get(comma + 1)?;
            if name.kind != Kind::Name || piece.word(comma + 2) != ":" {
                return None;
            }
            let edit = Edit::new(piece.scan.tokens[comma].start, name.start, " as ");
            Some(Way::sound(edit).titled("Replace `,` by `as`"))
        }
        ("<>", _) => Some(Way::sound(Edit::new(token.start, token.end, "!="))),
        ("`", _) => {
            let line_end = piece.indices(token.line).end;
            let close = (index + 1..line_end).find(|&other| piece.word(other) == "`")?;
            let close = piece.scan.tokens[close];
            // `a, b` in backticks is a tuple.
            let several = piece.text[token.end..close.start].contains(',');
            let (before, after) = if several { ("repr((", "))") } else { ("repr(", ")") };
            let edits = vec![Edit::new(token.start, token.end, before), Edit::new(close.start, close.end, after)];
            Some(Way::new(edits, Class::Sound).titled("Write `repr(...)`"))
        }
        (_, Kind::Number) => {
            let digits = word.trim_end_matches(['l', 'L']);
            let decimal = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if digits.len() + 1 == word.len() && decimal(digits) {
                return Some(Way::sound(Edit::new(token.start, token.end, digits)));
            }
            None
        }
        (_, Kind::String) if word.get(..2).is_some_and(|prefix| prefix.eq_ignore_ascii_case("ur")) => {
            let class = if word.contains("\\u") || word.contains("\\U") { Class::Risky } else { Class::Sound };
            let edit = Edit::new(token.start, token.start + 1, "");
            Some(Way::new(vec![edit], class).titled("Write `r` for `ur`"))
        }
        _ => None,
    }
}

/// `01` and `0755` in some lines, as decimal and as octal numbers.
fn leading_zeros(piece: &Piece, tokens: Range<usize>) -> Vec<Way> {
    let numbers: Vec<(&str, Edit)> = tokens
        .filter_map(|index| {
            let token = piece.scan.tokens.get(index).filter(|token| token.kind == Kind::Number)?;
            let plain = piece.of(token).strip_prefix('0')?.trim_start_matches('0');
            let decimal = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit());
            decimal.then(|| (piece.of(token), Edit::new(token.start, token.end, plain)))
        })
        .collect();
    if numbers.is_empty() {
        return Vec::new();
    }
    let octal = |edit: &Edit| Edit { text: format!("0o{}", edit.text), ..edit.clone() };
    let title = match numbers.len() {
        1 => None,
        many => Some(format!("Write {many} numbers without leading zeros")),
    };
    let decimals = Way { title, ..Way::new(numbers.iter().map(|number| number.1.clone()).collect(), Class::Risky) };
    let mut ways = vec![decimals];
    if numbers.iter().all(|(_, edit)| edit.text.bytes().all(|byte| byte < b'8')) {
        let title = (numbers.len() > 1).then(|| format!("Write {} octal numbers", numbers.len()));
        ways.push(Way { title, ..Way::new(numbers.iter().map(|number| octal(&number.1)).collect(), Class::Risky) });
    }
    // `0755` is a file mode, `05` a month.
    if numbers.iter().any(|(word, _)| word.len() >= 4) {
        ways.reverse();
    }
    ways
}

/// `except A, b:` may have been meant as `except (A, b):`, unless nothing in the file is called `b`.
fn tuple(piece: &Piece, index: usize, whole: &str) -> Option<Way> {
    if piece.word(index) != "except" || !leads(piece, index) {
        return None;
    }
    let (first, stop) = (piece.scan.tokens.get(index + 1)?, simple_end(piece, index));
    top_comma(piece, index + 1, stop)?;
    let colon = (index + 1..piece.scan.tokens.len()).find(|&at| piece.word(at) == ":")?;
    let last = piece.scan.tokens.get(colon.checked_sub(1)?)?;
    let name = piece.of(last);
    let known = name.starts_with(char::is_uppercase) || piece.word(colon.wrapping_sub(2)) == "." || names(whole, name);
    let edits = vec![Edit::insert(first.start, "("), Edit::insert(last.end, ")")];
    (known && first.kind != Kind::Open)
        .then(|| Way::new(edits, Class::Risky).titled("Put brackets around the exceptions"))
}

/// Whether a line of the text imports, defines or assigns a name, as far as lines tell.
pub fn names(text: &str, name: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        let starts = ["import ", "from ", "class "].iter().any(|start| line.starts_with(start));
        let assigns = line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='));
        (starts || assigns) && line.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
    })
}
