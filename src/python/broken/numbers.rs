//! Numbers that are none, in the words of CPython's tokenizer where it has any.

use super::draft::Edit;
use super::piece::{Guess, Piece};
use super::scan::Kind;

/// Numbers of the statement at fault that Python does not read.
pub(super) fn malformed(piece: &Piece) -> Vec<Guess> {
    let tokens = piece.statement_tokens(piece.line);
    let wrong = tokens.filter_map(|index| told(piece, index));
    let mut guesses: Vec<Guess> = wrong.collect();
    if guesses.len() > 1 {
        let all = guesses.iter().flat_map(|guess| guess.edits.clone()).collect();
        guesses.push(Guess { edits: all, broken: guesses[0].broken.clone() });
    }
    guesses
}

fn told(piece: &Piece, index: usize) -> Option<Guess> {
    let token = piece.scan.tokens.get(index).filter(|token| token.kind == Kind::Number)?;
    let word = piece.of(token);
    let (message, help) = wrong(word)?;
    let leads = word.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    let names = matches!(piece.word(index.wrapping_sub(1)), "def" | "class" | "." | "as" | "import");
    let names = leads && (names || matches!(piece.word(index + 1), "=" | "(" | "."));
    let letters = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let (message, help) = match names && letters.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        true => (
            format!("`{word}` is no name: a name does not begin with a digit"),
            "put a letter or `_` in front".to_owned(),
        ),
        false => (message, help),
    };
    let broken = piece.at(token, message).help(help);
    // As a name it may stand anywhere a number may, and in some places more.
    Some(Guess::new(Edit::new(token.start, token.end, "_0"), broken))
}

/// What is wrong with a number, and what to do.
fn wrong(word: &str) -> Option<(String, String)> {
    let lower = word.to_ascii_lowercase();
    for (prefix, base, kind) in [("0x", 16, "hexadecimal"), ("0o", 8, "octal"), ("0b", 2, "binary")] {
        let Some(digits) = lower.strip_prefix(prefix) else { continue };
        if digits.is_empty() {
            return Some((format!("`{word}` has no digits"), format!("write the {kind} digits behind `{prefix}`")));
        }
        if digits.ends_with('_') || digits.contains("__") {
            return Some(underscore(word));
        }
        let bad = digits.chars().find(|&c| c != '_' && !c.is_digit(base))?;
        let bad = word.chars().rev().find(|c| c.eq_ignore_ascii_case(&bad)).unwrap_or(bad);
        return Some((format!("`{bad}` is no {kind} digit, in `{word}`"), format!("write {}", digits_of(base))));
    }
    if word.matches('.').count() > 1 {
        return Some((
            format!("`{word}` is no number: it has more than one point"),
            "put it in quotes if it is a version or an address".to_owned(),
        ));
    }
    let digits = lower.trim_end_matches('j');
    if digits.contains("__") || digits.ends_with('_') || digits.contains("_.") || digits.contains("._") {
        return Some(underscore(word));
    }
    let number = digits.replace('_', "").parse::<f64>().is_ok();
    if number && lower.len() - digits.len() <= 1 {
        return None;
    }
    let end = word.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '_'))?;
    let (front, rest) = word.split_at(end);
    if matches!(rest, "e" | "E") {
        return Some((format!("the exponent of `{word}` is missing"), "write its digits".to_owned()));
    }
    // `1if`, `0or`: Python 3 still reads these.
    if matches!(rest, "if" | "and" | "or" | "in" | "is" | "else" | "for" | "not") {
        return None;
    }
    Some((
        format!("`{rest}` cannot follow the number `{front}`"),
        format!("put an operator or a space between them, or `{word}` in quotes"),
    ))
}

fn underscore(word: &str) -> (String, String) {
    let clean: Vec<&str> = word.split('_').filter(|part| !part.is_empty()).collect();
    (
        format!("`_` stands in `{word}` where no digit follows it"),
        format!("write `{}`: one `_` may part two digits", clean.join("_")),
    )
}

fn digits_of(base: u32) -> &'static str {
    match base {
        16 => "digits from `0` to `9` and from `a` to `f`",
        8 => "digits from `0` to `7`",
        _ => "the digits `0` and `1` alone",
    }
}
