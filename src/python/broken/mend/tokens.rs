//! One token that was lost, or typed for another: `:`, quotes, `,`, `==`.

use super::super::clauses;
use super::super::draft::Edit;
use super::super::gaps;
use super::super::piece::Piece;
use super::super::quotes;
use super::super::scan::Kind;
use super::ways::{Class, Way};
use std::ops::Range;

/// How many places are tried for one token.
const PLACES: usize = 400;

/// The tokens of some lines, as indices.
pub(super) fn between(piece: &Piece, lines: &Range<usize>) -> Range<usize> {
    piece.indices(lines.start).start..piece.indices(lines.end.saturating_sub(1)).end
}

/// `:` at the end of a header.
pub(super) fn headers(piece: &Piece) -> Vec<Way> {
    let guesses = clauses::colon(piece).into_iter();
    let colons = guesses.filter(|guess| guess.edits.iter().all(|edit| edit.text == ":"));
    colons.map(|guess| Way::new(guess.edits, Class::Sound)).collect()
}

/// `:` between any two tokens near the fault.
pub(super) fn colons(piece: &Piece, lines: &Range<usize>, complete: &mut bool) -> Vec<Way> {
    let tokens = between(piece, lines);
    *complete &= tokens.len() <= PLACES;
    let values = tokens.take(PLACES).filter(|&index| {
        // `print "a"` is no annotation.
        let first = piece.indices(piece.scan.tokens[index].line).start == index;
        piece.kind(index) != Some(Kind::Operator) && !(first && matches!(piece.word(index), "print" | "exec"))
    });
    let ends = values.map(|index| piece.scan.tokens[index].end);
    // Wherever a colon fits, a comma may fit, too: `tuple[int ...]`.
    let both = |end| [Way::sound(Edit::insert(end, ":")), Way::risky(Edit::insert(end, ","))];
    let mut ways: Vec<Way> = ends.flat_map(both).collect();
    // `def f:`
    let gaps = gaps::unfinished(piece).into_iter();
    let parentheses = gaps.filter(|guess| guess.edits.iter().all(|edit| edit.text == "()" || edit.text == "():"));
    ways.extend(parentheses.map(|guess| Way::new(guess.edits, Class::Risky)));
    ways
}

/// The quote that a line lacks, at every place in it.
pub(super) fn quotes(piece: &Piece, lines: &Range<usize>, complete: &mut bool) -> Vec<Way> {
    let tokens = &piece.scan.tokens;
    let open = tokens.iter().find(|token| token.kind == Kind::String && !token.closed && !token.triple);
    let Some(token) = open.filter(|token| lines.contains(&token.line)) else { return braces(piece, lines) };
    let word = piece.of(token);
    let opening = token.start + word.find(['"', '\'']).unwrap_or(0);
    let quote = &piece.text[opening..opening + 1];
    let line = &piece.scan.lines[token.line];
    // `"abc'`: the other kind.
    let other = if quote == "'" { "\"" } else { "'" };
    // Blanks in front belong to a string that lost its opening quote, where the lines around are indented otherwise.
    let around = [piece.scan.previous_code(token.line), piece.scan.next_code(token.line)];
    let aligned = around.into_iter().flatten().any(|other| piece.indent(other) == piece.indent(token.line));
    let from = if aligned { line.start + line.indent } else { line.start };
    let others = piece.text[from..line.end].match_indices(other).map(|(at, _)| from + at);
    let replaced = others.take(20).map(|at| Way::sound(Edit::new(at, at + 1, quote)));
    let (mut ways, late): (Vec<Way>, Vec<Way>) = replaced.partition(|way| {
        let rest = &piece.text[way.edits[0].end..line.end];
        way.edits[0].start > opening && !rest.starts_with(|c: char| c.is_alphanumeric())
    });
    let guesses = quotes::unterminated(piece).into_iter();
    let single = guesses.filter(|guess| guess.edits.iter().all(|edit| edit.start == edit.end && edit.text.len() == 1));
    ways.extend(single.map(|guess| Way::new(guess.edits, Class::Sound)));
    ways.extend(late);
    *complete &= line.end - from <= PLACES;
    let places = piece.text[from..line.end].char_indices().map(|(at, _)| from + at).chain([line.end]);
    ways.extend(places.take(PLACES).map(|at| Way::sound(Edit::insert(at, quote))));
    // `abc'`: it follows what ends a value, and may be what is too many.
    if piece.text[..opening].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | ']' | '}' | '"' | '\''))
    {
        ways.push(Way::risky(Edit::new(opening, opening + 1, "")));
    }
    ways
}

/// `f'{a'`: the brace that a string with fields lacks.
fn braces(piece: &Piece, lines: &Range<usize>) -> Vec<Way> {
    let fault = piece.fault.start;
    let formatted = |word: &str| {
        let prefix = word.split(['"', '\'']).next().unwrap_or("");
        prefix.contains(['f', 'F', 't', 'T'])
    };
    let string = piece.scan.tokens.iter().find(|token| {
        token.kind == Kind::String && lines.contains(&token.line) && formatted(piece.of(token)) && token.end > fault
    });
    let Some(token) = string.filter(|token| token.start <= fault && !token.triple) else { return Vec::new() };
    let text = &piece.text[token.start..token.end];
    let places = |from: usize| text.char_indices().map(|(at, _)| at).filter(move |&at| at >= from).take(PLACES);
    let insert = |at: usize, brace: &str| {
        let title = format!("Insert `{brace}` in the string");
        Way::sound(Edit::insert(token.start + at, brace)).titled(title)
    };
    // Behind the name, the call or the index that each field begins with.
    let fields = text.match_indices('{').map(|(at, _)| {
        let body = &text[at + 1..];
        at + 1 + body.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(body.len())
    });
    let mut ways: Vec<Way> = fields.map(|at| insert(at, "}")).collect();
    ways.extend(places(2).flat_map(|at| [insert(at, "}"), insert(at, "{")]));
    ways
}

/// `,` between two values in brackets. On one line an operator may be what is missing.
pub(super) fn commas(piece: &Piece) -> Vec<Way> {
    let mut ways = Vec::new();
    for guess in gaps::comma(piece) {
        let Some(edit) = guess.edits.first() else { continue };
        let rest = piece.text[edit.start..].trim_start_matches([' ', '\t']);
        let over_lines = rest.starts_with(['\n', '\r', '#']);
        ways.push(Way::new(guess.edits, if over_lines { Class::Sound } else { Class::Risky }));
    }
    // `from a import b c`
    let at = piece.token_at(piece.fault.start);
    let imports = matches!(piece.first_word(piece.heads[piece.line]), "from" | "import");
    if let Some(left) = at.checked_sub(1).filter(|_| imports).map(|left| piece.scan.tokens[left]) {
        ways.push(Way::risky(Edit::insert(left.end, ",")));
    }
    ways
}

/// `=` for `==`, or for `:=`.
pub(super) fn equals(piece: &Piece, lines: &Range<usize>) -> Vec<Way> {
    let said = gaps::equals(piece).into_iter().filter_map(|guess| guess.edits.into_iter().next());
    let mut ways = Vec::new();
    for edit in said.filter(|edit| lines.contains(&piece.scan.line_of(edit.start))) {
        let head = piece.first_word(piece.heads[piece.scan.line_of(edit.start)]);
        let condition = matches!(head, "if" | "elif" | "while" | "assert");
        let class = if condition { Class::Sound } else { Class::Risky };
        let assigns = Edit { text: ":=".to_owned(), ..edit.clone() };
        ways.extend([Way::new(vec![edit], class), Way::risky(assigns)]);
    }
    ways
}
