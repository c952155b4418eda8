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
    let colons = guesses.filter(|guess| guess.edits.iter().all(|edit| edit.text == ":" && heads(piece, edit.start)));
    let mut ways: Vec<Way> = colons.map(|guess| Way::new(guess.edits, Class::Sound)).collect();
    // `if a then`, `while a do`
    let line = &piece.scan.lines[piece.line];
    let text = piece.text[line.start..line.end].trim_end();
    let word = text.rsplit(' ').next().unwrap_or_default();
    if matches!(word, "then" | "do" | "begin")
        && matches!(piece.first_word(piece.line), "if" | "elif" | "while" | "for")
    {
        let end = line.start + text.len();
        let start = line.start + text[..text.len() - word.len()].trim_end().len();
        ways.push(Way::new(vec![Edit::new(start, end, ":")], Class::Risky).titled(format!("Write `:` for `{word}`")));
    }
    ways
}

/// Whether a `:` at a place may end a header: nothing follows it, or no block does. `if x is None then` has a word too many.
fn heads(piece: &Piece, at: usize) -> bool {
    let line = piece.scan.line_of(at);
    let rest = piece.text[at..piece.scan.lines[line].end].trim();
    let has_block = piece.scan.next_code(line).is_some_and(|next| piece.indent(next) > piece.indent(line));
    rest.is_empty() || rest.starts_with('#') || !has_block
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
    let first = piece.scan.lines[lines.start].start;
    let is_header = matches!(
        piece.first_word(lines.start),
        "if" | "elif"
            | "else"
            | "while"
            | "for"
            | "def"
            | "class"
            | "with"
            | "try"
            | "except"
            | "finally"
            | "async"
            | "match"
            | "case"
    );
    let fits = |end: &usize| !is_header || *end < first || heads(piece, *end) || gaps::is_inside(piece, *end);
    let ends = ends.filter(fits);
    // Wherever a colon fits, a comma may fit, too: `tuple[int ...]`.
    let both = |end: usize| {
        // `timeout[0]` is no annotation.
        let touches = piece.text[end..].starts_with(['[', '(', '.']);
        let class = if touches { Class::Risky } else { Class::Sound };
        [Way::new(vec![Edit::insert(end, ":")], class), Way::risky(Edit::insert(end, ","))]
    };
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
    // `"abc”`
    let curly = piece.text[opening..line.end].match_indices(['”', '“', '’', '‘']);
    ways.extend(
        curly
            .map(|(at, found)| (opening + at, found.len()))
            .take(20)
            .map(|(at, length)| Way::sound(Edit::new(at, at + length, quote))),
    );
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

/// `,` between two values in brackets. On one line an operator may be what is missing, and so it may where nothing else shows a sequence.
pub(super) fn commas(piece: &Piece) -> Vec<Way> {
    let mut ways = Vec::new();
    for guess in gaps::comma(piece) {
        let Some(edit) = guess.edits.first() else { continue };
        let rest = piece.text[edit.start..].trim_start_matches([' ', '\t']);
        let over_lines = rest.starts_with(['\n', '\r', '#']);
        let is_sure = over_lines && gaps::is_in_sequence(piece, edit.start);
        ways.push(Way::new(guess.edits, if is_sure { Class::Sound } else { Class::Risky }));
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
