//! Something is missing or misspelt inside a statement: commas, values, names, keywords, `==`.

use super::draft::Edit;
use super::look_alikes::latin_letter;
use super::piece::{Guess, Piece, faults};
use super::quotes::prose;
use super::scan::Kind;
use ruff_python_parser::ParseErrorType;

/// Words that Python keeps for itself.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// Whether a token can end a value.
pub(super) fn ends_value(piece: &Piece, index: usize) -> bool {
    match piece.kind(index) {
        Some(Kind::Name) => !is_keyword(piece.word(index)) || matches!(piece.word(index), "None" | "True" | "False"),
        Some(Kind::Number | Kind::String | Kind::Close) => true,
        _ => false,
    }
}

fn starts_value(piece: &Piece, index: usize) -> bool {
    let word = piece.word(index);
    let keyword = is_keyword(word) && !matches!(word, "None" | "True" | "False" | "not" | "lambda" | "await");
    matches!(piece.kind(index), Some(Kind::Name | Kind::Number | Kind::String | Kind::Open)) && !keyword
        || matches!(word, "*" | "**" | "-" | "~")
}

/// The innermost bracket open before token `index`, searched within its statement.
pub(super) fn inside(piece: &Piece, index: usize) -> Option<usize> {
    let head = piece.scan.tokens.get(index).map_or(0, |token| piece.statement_tokens(token.line).start);
    let mut depth = 0;
    for before in (head..index).rev() {
        match piece.kind(before) {
            Some(Kind::Close) => depth += 1,
            Some(Kind::Open) if depth == 0 => return Some(before),
            Some(Kind::Open) => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Whether a place lies in brackets.
pub(super) fn is_inside(piece: &Piece, at: usize) -> bool {
    inside(piece, piece.token_at(at)).is_some()
}

/// Whether the brackets around a place hold a sequence: a comma parts other values in them, and what meets here is neither a text before
/// a value that may be added to it nor a name before the value that it may be given.
pub(super) fn is_in_sequence(piece: &Piece, at: usize) -> bool {
    let index = piece.token_at(at);
    let Some(open) = inside(piece, index) else { return false };
    let (mut depth, mut commas, mut last) = (0, 0, open);
    for (at, token) in piece.scan.tokens.iter().enumerate().skip(open + 1).take(4_000) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close if depth == 0 => break,
            Kind::Close => depth -= 1,
            _ if depth == 0 && piece.word(at) == "," => commas += 1,
            _ => {}
        }
        last = at;
    }
    let (left, right) = (piece.kind(index.wrapping_sub(1)), piece.kind(index));
    let literal = |kind: Option<Kind>| matches!(kind, Some(Kind::String | Kind::Number));
    let adds = left == Some(Kind::String) && right == Some(Kind::Name);
    let lone = index < 2 || matches!(piece.word(index - 2), "," | "(");
    let gives = piece.word(open) == "(" && left == Some(Kind::Name) && lone && literal(right);
    commas > 0 && last > open && !adds && !gives
}

/// Two values side by side inside brackets.
pub(super) fn comma(piece: &Piece) -> Vec<Guess> {
    let at = piece.token_at(piece.fault.start);
    let mut guesses = Vec::new();
    let mut between: Vec<usize> = vec![at, at + 1];
    // `"a": "b" "c": "d"`: the strings join, and the colon is what does not fit.
    between.extend((at.saturating_sub(3)..at).rev());
    for index in between {
        if index == 0 || !ends_value(piece, index - 1) || !starts_value(piece, index) {
            continue;
        }
        let Some(open) = inside(piece, index) else { continue };
        let (left, right) = (piece.scan.tokens[index - 1], piece.scan.tokens[index]);
        let (before, after) = (piece.short(index - 1), piece.short(index));
        let start = left.start.max(piece.scan.lines[piece.scan.line_of(left.end.saturating_sub(1))].start);
        let said = |mark: &str| {
            let broken = piece.broken(start, left.end, format!("`{mark}` is missing between `{before}` and `{after}`"));
            broken.help(format!("add `{mark}` after `{before}`")).label(right.start, right.end, "the next value")
        };
        let head = piece.indices(piece.heads[piece.scan.tokens[open].line]).start;
        let parameters = matches!(piece.word(head), "def" | "async") && piece.kind(open - 1) == Some(Kind::Name);
        let mapping = piece.word(open) == "{" && left.kind != Kind::Close && piece.word(index.wrapping_sub(2)) != ":";
        let colon = Guess::new(Edit::insert(left.end, ":"), said(":"));
        let comma = Guess::new(Edit::insert(left.end, ","), said(","));
        let kind_of_value =
            matches!(piece.word(index), "int" | "str" | "float" | "bool" | "bytes" | "dict" | "list" | "set")
                || piece.word(index).starts_with(char::is_uppercase);
        if mapping || parameters && kind_of_value && left.line == right.line && piece.word(index + 1) != ":" {
            guesses.extend([colon, comma]);
        } else {
            guesses.push(comma);
        }
    }
    guesses
}

/// `=` where a comparison is meant.
pub(super) fn equals(piece: &Piece) -> Vec<Guess> {
    let tokens = piece.statement_tokens(piece.line);
    let at = piece.token_at(piece.fault.start);
    let from = at.saturating_sub(30).max(tokens.start);
    let mut guesses = Vec::new();
    for index in (from..tokens.end.min(at + 12)).filter(|&index| piece.word(index) == "=") {
        let token = piece.scan.tokens[index];
        let word = piece.first_word(piece.heads[token.line]);
        let condition = matches!(word, "if" | "elif" | "while" | "assert");
        if !condition && matches!(piece.fault.error, ParseErrorType::InvalidAssignmentTarget) {
            continue;
        }
        let message = match condition {
            true => "`=` assigns, it does not compare",
            false => "`=` cannot stand here",
        };
        let broken = piece.at(&token, message).help("write `==` to compare, or `:=` to assign inside an expression");
        guesses.push(Guess::new(Edit::new(token.start, token.end, "=="), broken));
    }
    guesses
}

/// A keyword where a name must stand.
pub(super) fn keyword_as_name(piece: &Piece) -> Vec<Guess> {
    let at = piece.token_at(piece.fault.start);
    let mut guesses = Vec::new();
    for index in [at, at.wrapping_sub(1), at + 1, at.wrapping_sub(2)] {
        let word = piece.word(index);
        if !is_keyword(word) || index >= piece.scan.tokens.len() {
            continue;
        }
        let (before, after) = (piece.word(index.wrapping_sub(1)), piece.word(index + 1));
        let first = piece.indices(piece.scan.tokens[index].line).start == index;
        let named = matches!(before, "def" | "class" | "." | "import" | "as" | "for" | "global" | "nonlocal" | "del");
        let bound = matches!(after, "=" | "." | "," | ")" | ":" | "+=" | "-=")
            && (first || matches!(before, "(" | "," | "*" | "**"));
        if !(named || bound) || word == "lambda" && after == ":" || first && after == ":" {
            continue;
        }
        let token = piece.scan.tokens[index];
        let broken = piece
            .at(&token, format!("`{word}` is a keyword and cannot be a name"))
            .help(format!("choose another name, such as `{}_`", word.to_ascii_lowercase()));
        guesses.push(Guess::new(Edit::insert(token.end, "_"), broken));
    }
    guesses
}

/// A keyword that is misspelt.
pub(super) fn typo(piece: &Piece) -> Vec<Guess> {
    let at = piece.token_at(piece.fault.start);
    let tokens = piece.statement_tokens(piece.line);
    let line = piece.indices(piece.line);
    let mut indices: Vec<usize> = vec![line.start, tokens.start];
    indices.extend([at, at.wrapping_sub(1), at.wrapping_sub(2), at + 1, line.start + 1]);
    if let Some(previous) = piece.scan.previous_code(piece.line) {
        indices.push(piece.indices(piece.heads[previous]).start);
        indices.push(piece.indices(previous).start);
    }
    let mut seen = Vec::new();
    let mut guesses = Vec::new();
    for index in indices {
        if seen.contains(&index) || piece.kind(index) != Some(Kind::Name) || is_keyword(piece.word(index)) {
            continue;
        }
        seen.push(index);
        let token = piece.scan.tokens[index];
        let word = piece.of(&token);
        let lower = word.to_lowercase();
        if let Some((letter, plain)) = foreign_letters(&lower) {
            let broken = piece
                .at(
                    &token,
                    format!(
                        "`{letter}` in `{word}` is U+{:04X}, which only looks like a Latin letter",
                        u32::from(letter)
                    ),
                )
                .help(format!("write `{plain}` in plain letters"));
            guesses.push(Guess::new(Edit::new(token.start, token.end, plain), broken));
            continue;
        }
        for keyword in KEYWORDS.iter().filter(|keyword| near(&lower, &keyword.to_lowercase()) && word.len() > 1) {
            let broken = piece
                .at(&token, format!("`{}` is no keyword", piece.short(index)))
                .help(format!("write `{keyword}`, if that is what you mean"));
            guesses.push(Guess::new(Edit::new(token.start, token.end, *keyword), broken));
        }
    }
    // `fucn name(...):` is near no keyword, but there is only one thing it can be.
    let first = tokens.start;
    let definition = piece.word(tokens.end.wrapping_sub(1)) == ":" && piece.kind(first + 1) == Some(Kind::Name);
    if definition && piece.kind(first) == Some(Kind::Name) && !is_keyword(piece.word(first)) {
        let token = piece.scan.tokens[first];
        let keyword = if piece.word(first + 2) == "(" { "def" } else { "class" };
        let broken = piece
            .at(&token, format!("`{}` is no keyword", piece.short(first)))
            .help(format!("write `{keyword}`, if that is what you mean"));
        guesses.push(Guess::new(Edit::new(token.start, token.end, keyword), broken));
    }
    guesses
}

/// A keyword with letters of another alphabet: the first of them, and the keyword as it should be.
fn foreign_letters(word: &str) -> Option<(char, String)> {
    let foreign = word.chars().find(|c| !c.is_ascii())?;
    let plain: String = word.chars().map(latin_letter).collect();
    is_keyword(&plain).then_some((foreign, plain))
}

/// Whether two words differ by one letter, added, lost, changed or swapped with its neighbour.
pub(super) fn near(word: &str, keyword: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (word.chars().collect(), keyword.chars().collect());
    if a == b {
        return true;
    }
    if a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let sorted = |letters: &[char]| {
        let mut letters = letters.to_vec();
        letters.sort_unstable();
        letters
    };
    // `ni`, `expect`: the same letters.
    if (a.len() <= 3 || a[0] == b[0]) && sorted(&a) == sorted(&b) {
        return true;
    }
    let front = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let least = a.len().min(b.len());
    if front + back + 1 >= a.len().max(b.len()) && (a.len() != b.len() || least > 2) {
        return least > 1;
    }
    a.len() == b.len() && front + back + 2 == a.len() && a[front] == b[front + 1] && a[front + 1] == b[front]
}

/// A statement that stops in the middle.
pub(super) fn unfinished(piece: &Piece) -> Vec<Guess> {
    let at = piece.token_at(piece.fault.start);
    let mut guesses = Vec::new();
    for index in [at.wrapping_sub(1), at] {
        let Some(token) = piece.scan.tokens.get(index) else { continue };
        let word = piece.of(token);
        let last = piece.indices(token.line).end == index + 1;
        let said = |message: String| {
            let start = token.start.max(piece.scan.lines[piece.scan.line_of(token.end.saturating_sub(1))].start);
            piece.broken(start, token.end, message)
        };
        let mut add = |text: &str, message: String, help: &str| {
            guesses.push(Guess::new(Edit::insert(token.end, text), said(message).help(help)));
        };
        let before_closer =
            piece.kind(index + 1) == Some(Kind::Close) || matches!(piece.word(index + 1), "," | ":" | ";");
        match word {
            "." if last || before_closer => add("_", "a name is missing after `.`".into(), "name the attribute"),
            "import" if last => add(" _", "nothing is named after `import`".into(), "say what to import"),
            "from" if last => add(" _ import _", "nothing is named after `from`".into(), "say what to import"),
            "def" if last => {
                add(" _():", "the function has no name".into(), "name it");
                add(" _(): pass", "the function has no name".into(), "name it");
            }
            "class" if last => {
                add(" _:", "the class has no name".into(), "name it");
                add(" _: pass", "the class has no name".into(), "name it");
            }
            "for" if last => add(" _ in _: pass", "the loop has no target".into(), "say what to loop over"),
            "@" if last => add("_", "nothing is named after `@`".into(), "name the decorator"),
            "=" if last || before_closer => {
                add(" _", "the value after `=` is missing".into(), "write the value");
            }
            _ if (token.kind == Kind::Operator && !matches!(word, "," | ":" | ";") || operator_word(word))
                && (last || before_closer) =>
            {
                add(" _", format!("the value after `{word}` is missing"), "write the value, or remove the operator");
            }
            "," if piece.word(index + 1) == "," => {
                add(" _", "a value is missing between two commas".into(), "write it, or remove a comma");
            }
            _ => {}
        }
    }
    // `def f`, `def f:`
    let tokens = piece.statement_tokens(piece.line);
    let name = tokens.start + 1 + usize::from(piece.word(tokens.start) == "async");
    let defines = piece.word(name.wrapping_sub(1)) == "def" && piece.kind(name) == Some(Kind::Name);
    if defines && piece.word(name + 1) != "(" {
        let token = piece.scan.tokens[name];
        let text = format!("`(` and `)` are missing after `{}`", piece.short(name));
        let broken = piece.at(&token, text).help("a function has parentheses even without parameters");
        for filler in ["()", "():", "(): pass"] {
            guesses.push(Guess::new(Edit::insert(token.end, filler), broken.clone()));
        }
    }
    // A header at the end of the file.
    if piece.is_last
        && let Some(header) = piece.scan.tokens.get(tokens.end.wrapping_sub(1))
        && super::clauses::opens_block(piece.word(tokens.start))
        && piece.scan.next_code(piece.statement(piece.line).end.saturating_sub(1)).is_none()
    {
        let head = piece.scan.tokens[tokens.start];
        let broken = piece
            .at(&head, format!("this `{}` is not finished", piece.of(&head)))
            .help("the file ends in the middle of it");
        for filler in [" pass", ": pass", " _: pass", " in _: pass", "(): pass"] {
            guesses.push(Guess::new(Edit::insert(header.end, filler), broken.clone()));
        }
    }
    guesses
}

fn operator_word(word: &str) -> bool {
    matches!(
        word,
        "and" | "or" | "not" | "in" | "is" | "if" | "else" | "as" | "raise" | "del" | "assert" | "while" | "with"
    ) || matches!(word, "await" | "elif" | "lambda")
}

/// A conditional expression without `else`.
pub(super) fn lone_if(piece: &Piece) -> Vec<Guess> {
    let wants_else = matches!(&piece.fault.error, ParseErrorType::ExpectedToken { expected, .. } if expected.to_string() == "`else`");
    if !wants_else {
        return Vec::new();
    }
    let at = piece.token_at(piece.fault.start);
    let Some(token) = at.checked_sub(1).and_then(|before| piece.scan.tokens.get(before)) else { return Vec::new() };
    let start = token.start.max(piece.scan.lines[piece.scan.line_of(token.end.saturating_sub(1))].start);
    let broken = piece.broken(start, token.end, "`x if condition` has no `else`").help("add `else` and a value");
    vec![Guess::new(Edit::insert(token.end, " else None"), broken)]
}

/// What is said of a line of text.
pub(super) const TEXT: &str = "this line is text, not Python";

/// Lines of text between the code.
pub(super) fn sentences(piece: &Piece) -> Vec<Guess> {
    let line = piece.line;
    let raw = |line: usize| piece.text[piece.scan.lines[line].start..piece.scan.lines[line].end].trim();
    let bold = |line: usize| raw(line).len() > 4 && raw(line).starts_with("**") && raw(line).ends_with("**");
    let reads =
        |line: usize| prose(raw(line)) || raw(line).starts_with(['•', '–']) || numbered(raw(line)) || bold(line);
    if !reads(line) || misspelt(piece, line) {
        return Vec::new();
    }
    let mut last = line;
    for next in line + 1..piece.scan.lines.len() {
        if !raw(next).is_empty() {
            if !reads(next) {
                break;
            }
            last = next;
        }
    }
    let start = piece.scan.lines[line].start + piece.scan.lines[line].indent;
    let end = piece.scan.lines[line].end;
    let broken = piece.broken(start, end, TEXT).help("remove it, or make it a comment");
    let edits = |last: usize| -> Vec<Edit> {
        (line..=last).map(|line| &piece.scan.lines[line]).map(|line| Edit::new(line.start, line.end, "")).collect()
    };
    let mut guesses = vec![Guess { edits: edits(last), broken: broken.clone() }];
    if last > line {
        guesses.push(Guess { edits: edits(line), broken });
    }
    guesses
}

/// Whether a line is code but for one misspelt keyword: `form x import y`.
fn misspelt(piece: &Piece, line: usize) -> bool {
    let line = &piece.scan.lines[line];
    let start = line.start + line.indent;
    let code = piece.text[start..line.end].trim_end();
    let fits = |edit: &Edit| {
        let Some((from, to)) = edit.start.checked_sub(start).zip(edit.end.checked_sub(start)) else { return false };
        let Some((before, after)) = code.get(..from).zip(code.get(to..)) else { return false };
        let body = if after.ends_with(':') { " pass" } else { "" };
        faults(&format!("{before}{}{after}{body}\n", edit.text)).is_empty()
    };
    typo(piece).iter().any(|guess| guess.edits.iter().all(fits))
}

/// `1. Text`, `- Text`, `* Text`.
fn numbered(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(['.', '-', '*', ')']);
    let plain = |word: &str| word.trim_end_matches(['.', ',']).chars().all(char::is_alphabetic);
    let words = rest.split_whitespace().count() > 1 && rest.split_whitespace().all(plain);
    rest.len() < line.len() && rest.starts_with(' ') && (prose(rest) || words)
}

/// Two statements in one line without anything between.
pub(super) fn side_by_side(piece: &Piece) -> Vec<Guess> {
    let at = piece.token_at(piece.fault.start);
    let mut guesses = Vec::new();
    for index in [at, at + 1] {
        let Some(token) = piece.scan.tokens.get(index) else { continue };
        if index == 0 || !ends_value(piece, index - 1) || piece.scan.tokens[index - 1].line != token.line {
            continue;
        }
        if inside(piece, index).is_some() {
            continue;
        }
        let (before, after) = (piece.short(index - 1), piece.short(index));
        let broken = piece
            .at(token, format!("`{after}` cannot follow `{before}`"))
            .help("an operator, a comma, a dot or a line break is missing between them");
        let left = piece.scan.tokens[index - 1].end;
        for text in [",", " =", ".", ";", " +", "("] {
            if text != "(" {
                guesses.push(Guess::new(Edit::insert(left, text), broken.clone()));
            }
        }
    }
    guesses
}
