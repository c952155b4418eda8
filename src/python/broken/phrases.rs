//! Phrases of a statement that are turned around or lack a word: `for x y`, `import a from b`, `f(name: 1)`.
//!
//! Each guess that has a title is a way to mend the place, too; the others only let the rest parse.

use super::draft::Edit;
use super::gaps::{ends_value, is_keyword, near};
use super::piece::{Guess, Piece};
use super::scan::{Kind, Token};
use super::statements::balanced;
use crate::python::broken::Broken;
use ruff_python_parser::{LexicalErrorType, ParseErrorType};
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
    let mut found = Vec::new();
    found.extend(torn(piece, &tokens));
    found.extend(hyphens(piece, &tokens));
    found.extend(imports(piece, &tokens));
    found.extend(missing_word(piece, &tokens));
    found.extend(missing_as(piece, &tokens));
    found.extend(alias(piece, &tokens));
    found.extend(wrapped_loop(piece, &tokens));
    found.extend(missing_def(piece, &tokens));
    found.extend(arguments(piece, &tokens));
    found.extend(assigned_in_with(piece, &tokens));
    found.extend(compared(piece, &tokens));
    found.extend(return_in_lambda(piece, &tokens));
    found.extend(angle_brackets(piece, &tokens));
    found.extend(super::quotes::inner(piece).and_then(|guess| offered(guess.edits, guess.broken, "Escape the quotes inside the string")));
    found.extend(chain(piece));
    found.extend(default_case(piece));
    found.extend(space_after_backslash(piece));
    found.extend(comment_below(piece));
    found
}

fn offered(edits: Vec<Edit>, broken: Broken, title: impl Into<String>) -> Option<Phrase> {
    Some(Phrase { guess: Guess { edits, broken }, title: Some(title.into()) })
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

/// `! =`, `= =`: an operator in two pieces.
fn torn(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let pairs = tokens.clone().filter(|&at| at + 1 < tokens.end && !touch(piece, at, at + 1));
    let torn = pairs.filter_map(|at| {
        let whole = match (piece.word(at), piece.word(at + 1)) {
            ("!", "=") => "!=",
            ("=", "=") => "==",
            ("<", "=") => "<=",
            (">", "=") => ">=",
            ("+", "=") => "+=",
            ("-", "=") => "-=",
            ("*", "=") => "*=",
            ("/", "=") => "/=",
            (":", "=") => ":=",
            ("-", ">") => "->",
            _ => return None,
        };
        let (left, right) = (token(piece, at)?, token(piece, at + 1)?);
        (left.line == right.line).then_some((whole, left, right))
    });
    let all: Vec<_> = torn.collect();
    let &(whole, left, right) = all.first()?;
    let broken = piece.broken(left.start, right.end, format!("a space parts the operator `{whole}`"));
    let edits = all.iter().map(|(whole, left, right)| Edit::new(left.start, right.end, *whole)).collect();
    offered(edits, broken.help(format!("write `{whole}`")), format!("Write `{whole}`"))
}

/// `max-retries = 3`, `def my-function():`: names that other formats allow.
fn hyphens(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let mut at = tokens.start;
    while at < tokens.end {
        let mut end = at + 1;
        while is_name(piece, at)
            && piece.word(end) == "-"
            && touch(piece, end - 1, end)
            && touch(piece, end, end + 1)
            && piece.kind(end + 1) == Some(Kind::Name)
            && end + 1 < tokens.end
        {
            end += 2;
        }
        if end == at + 1 {
            at += 1;
            continue;
        }
        let (before, after) = (piece.word(at.wrapping_sub(1)), piece.word(end));
        let names = at > tokens.start && matches!(before, "def" | "class" | "import" | "from" | "as" | ".");
        let assigned = matches!(after, "=" | "+=") && (at == tokens.start || matches!(before, "(" | ","));
        let annotated = after == ":" && at == tokens.start;
        if names || assigned || annotated {
            let (first, last) = (token(piece, at)?, token(piece, end - 1)?);
            let word = &piece.text[first.start..last.end];
            let clean = word.replace('-', "_");
            let broken = piece.broken(first.start, last.end, format!("`{word}` is no name: a name has no hyphen"));
            let broken = broken.help(format!("write `{clean}`"));
            let edits = vec![Edit::new(first.start, last.end, clean.clone())];
            return match matches!(before, "import" | "from" | ".") {
                true => told(edits, Broken { help: Some("import the module by a name without hyphens".into()), ..broken }),
                false => offered(edits, broken, format!("Write `{clean}`")),
            };
        }
        at = end;
    }
    None
}

/// `import .a`, `import a from b`, `import *`, `import { a } from "b"`.
fn imports(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    if piece.word(tokens.start) != "import" {
        return None;
    }
    let (first, last) = (token(piece, tokens.start)?, token(piece, tokens.end - 1)?);
    let text = |from: usize, to: usize| -> Option<&str> {
        Some(&piece.text[token(piece, from)?.start..token(piece, to.checked_sub(1)?)?.end])
    };
    let next = tokens.start + 1;
    let whole = |with: &str| vec![Edit::new(first.start, last.end, with)];
    let said = |message: &str| piece.broken(first.start, last.end.min(piece.scan.lines[first.line].end), message);
    if piece.word(next).starts_with('.') && next < tokens.end {
        let dots = (next..tokens.end).take_while(|&at| piece.word(at).starts_with('.')).count() + next;
        let broken = said("`import` takes no leading dot");
        let Some(module) = (dots < tokens.end).then(|| text(dots, tokens.end)).flatten() else {
            return told(whole("pass"), broken.help("write `from . import name`"));
        };
        let (package, name) = module.rsplit_once('.').unwrap_or(("", module));
        let better = format!("from {}{package} import {name}", text(next, dots)?);
        return offered(whole(&better), broken.help(format!("write `{better}`")), format!("Write `{better}`"));
    }
    let from = (next..tokens.end).find(|&at| piece.word(at) == "from");
    if piece.word(next) == "{" || piece.word(next) == "*" && piece.word(next + 1) == "as" {
        return told(whole("pass"), said("this is an import of JavaScript").help("write `from module import name`"));
    }
    if let Some(from) = from.filter(|&from| from > next && from + 1 < tokens.end) {
        let (names, module) = (text(next, from)?, text(from + 1, tokens.end)?);
        if piece.kind(from + 1) == Some(Kind::String) {
            return told(whole("pass"), said("this is an import of JavaScript").help("write `from module import name`"));
        }
        let better = format!("from {module} import {names}");
        let broken = said("`from` comes in front of `import`").help(format!("write `{better}`"));
        return offered(whole(&better), broken, format!("Write `{better}`"));
    }
    if piece.word(next) == "*" && next + 1 == tokens.end {
        return told(whole("pass"), said("`import *` names no module").help("write `from module import *`"));
    }
    None
}

/// `for x y:`, `from a b`: the word between the two.
fn missing_word(piece: &Piece, tokens: &Range<usize>) -> Vec<Phrase> {
    let ParseErrorType::ExpectedToken { expected, .. } = &piece.fault.error else { return Vec::new() };
    let word = match expected.to_string().as_str() {
        "`in`" => "in",
        "`import`" => "import",
        _ => return Vec::new(),
    };
    let at = piece.token_at(piece.fault.start);
    let Some(before) = at.checked_sub(1).filter(|before| tokens.contains(before)) else { return Vec::new() };
    let Some(left) = token(piece, before).filter(|_| !is_keyword(piece.word(before))) else { return Vec::new() };
    let found = token(piece, at).filter(|right| right.line == left.line);
    match found.filter(|right| matches!(right.kind, Kind::Name | Kind::Open | Kind::String | Kind::Number)) {
        Some(right) if near(&piece.of(&right).to_lowercase(), word) => Vec::new(),
        Some(right) => {
            let message = format!("`{word}` is missing between `{}` and `{}`", piece.short(before), piece.short(at));
            let broken = piece.at(&right, message).help(format!("write `{word}` in front of it"));
            let title = format!("Insert `{word}` after `{}`", piece.short(before));
            offered(vec![Edit::insert(left.end, format!(" {word}"))], broken, title).into_iter().collect()
        }
        None => {
            let message = format!("`{word}` is missing after `{}`", piece.short(before));
            let help = if word == "in" { "say what to loop over" } else { "say what to import" };
            let broken = piece.at(&left, message).help(help);
            let fillers = [format!(" {word} _"), format!(" {word} _:")].into_iter();
            fillers.filter_map(|filler| told(vec![Edit::insert(left.end, filler)], broken.clone())).collect()
        }
    }
}

/// `with open(path) file:`, `except ValueError e:`, `except (ValueError e):`, `catch (ValueError e)`.
fn missing_as(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let (at, word) = head(piece, tokens);
    let colon = tokens.end.checked_sub(1).filter(|&last| piece.word(last) == ":")?;
    if !matches!(word, "with" | "except" | "catch") {
        return None;
    }
    let wrapped = word != "with" && piece.word(at + 1) == "(" && piece.word(colon - 1) == ")";
    let end = if wrapped { colon - 1 } else { colon };
    // The last two things of the header, or of an item of it.
    let name = (at + 2..end).rev().find(|&name| {
        let closes = name + 1 == end || piece.word(name + 1) == ",";
        is_name(piece, name) && closes && ends_value(piece, name - 1)
    })?;
    let (value, name_token) = (token(piece, name - 1)?, token(piece, name)?);
    let (left, right) = (piece.short(name - 1), piece.short(name));
    let broken = piece.at(&name_token, format!("`as` is missing between `{left}` and `{right}`"));
    let mut edits = vec![Edit::insert(value.end, " as")];
    if wrapped {
        let (open, close) = (token(piece, at + 1)?, token(piece, colon - 1)?);
        let gap = if open.start == token(piece, at)?.end { " " } else { "" };
        edits.extend([Edit::new(open.start, open.end, gap), Edit::new(close.start, close.end, "")]);
    }
    if word == "catch" {
        let catch = token(piece, at)?;
        edits.push(Edit::new(catch.start, catch.end, "except"));
        let broken = piece.at(&catch, "`catch` is not Python").help("write `except Error as name:`");
        return offered(edits, broken, "Write `except ... as ...`");
    }
    let before = if piece.kind(name - 1) == Some(Kind::Name) { left.as_str() } else { "..." };
    let broken = broken.help(format!("write `{before} as {right}`"));
    offered(edits, broken, format!("Insert `as` after `{left}`"))
}

/// `import numpy np`
fn alias(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let imports = matches!(piece.word(tokens.start), "import" | "from");
    let at = (tokens.start + 2..tokens.end).rev().find(|&at| is_name(piece, at) && is_name(piece, at - 1)).filter(|_| imports)?;
    let (left, right) = (token(piece, at - 1)?, token(piece, at)?);
    let (before, after) = (piece.short(at - 1), piece.short(at));
    let broken = piece.at(&right, format!("`as` or `,` is missing between `{before}` and `{after}`"));
    let broken = broken.help(format!("write `{before} as {after}`, or `{before}, {after}`"));
    offered(vec![Edit::insert(left.end, " as")], broken, format!("Insert `as` after `{before}`"))
}

/// `for (x in y):`, `foreach (x in y):`
fn wrapped_loop(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let (at, word) = head(piece, tokens);
    let (open, close) = (token(piece, at + 1)?, token(piece, tokens.end.checked_sub(2)?)?);
    let wrapped = piece.of(&open) == "(" && piece.of(&close) == ")" && piece.word(tokens.end - 1) == ":";
    if !wrapped || !matches!(word, "for" | "foreach") {
        return None;
    }
    let first = token(piece, at)?;
    let gap = if open.start == first.end { " " } else { "" };
    let edits = vec![
        Edit::new(first.start, first.end, "for"),
        Edit::new(open.start, open.end, gap),
        Edit::new(close.start, close.end, ""),
    ];
    let broken = match word {
        "for" => piece.at(&open, "the head of a `for` has no parentheses"),
        _ => piece.at(&first, "`foreach` is not Python"),
    };
    offered(edits, broken.help("write `for x in y:`"), "Write `for x in y:`")
}

/// `main():` with a block below it.
fn missing_def(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let (at, word) = head(piece, tokens);
    let first = token(piece, at)?;
    let is_call = is_name(piece, at) && touch(piece, at, at + 1) && piece.word(at + 1) == "(";
    let last = tokens.end - 1;
    let below = piece.scan.next_code(piece.scan.line_of(token(piece, last)?.start))?;
    let has_block = piece.scan.lines[below].indent > piece.scan.lines[first.line].indent;
    let keyword = ["if", "elif", "while", "except", "match", "for", "with", "case", "catch", "switch", "function"];
    if !is_call || piece.word(last) != ":" || !has_block || keyword.iter().any(|other| near(word, other)) {
        return None;
    }
    let head = format!("{}def ", if at > tokens.start { "async " } else { "" });
    let broken = piece.at(&first, format!("`def` is missing in front of `{word}`"));
    let broken = broken.help(format!("write `{head}{word}(...)`"));
    offered(vec![Edit::insert(first.start, "def ")], broken, format!("Insert `def` in front of `{word}`"))
}

/// `f(a: 1)`, `f("a"=1)`, `{"a" = 1}`.
fn arguments(piece: &Piece, tokens: &Range<usize>) -> Vec<Phrase> {
    if matches!(head(piece, tokens).1, "def" | "class") {
        return Vec::new();
    }
    let mut found = Vec::new();
    let opens = tokens.clone().filter(|&at| piece.kind(at) == Some(Kind::Open) && at > tokens.start);
    for open in opens {
        let is_call = piece.word(open) == "(" && ends_value(piece, open - 1) && touch(piece, open - 1, open);
        let is_mapping = piece.word(open) == "{";
        let mut pairs = Vec::new();
        let mut depth = 0;
        for at in open + 1..tokens.end {
            match piece.kind(at) {
                Some(Kind::Open) => depth += 1,
                Some(Kind::Close) if depth == 0 => break,
                Some(Kind::Close) => depth -= 1,
                _ if depth == 0 && matches!(piece.word(at), ":" | "=") => pairs.push(at),
                _ if depth == 0 && piece.word(at) == "lambda" => pairs.clear(),
                _ => {}
            }
        }
        let starts = |key: usize| matches!(piece.word(key.wrapping_sub(1)), "(" | "{" | ",");
        if is_call {
            let wrong = |&at: &usize| {
                starts(at - 1) && (piece.word(at) == ":" && is_name(piece, at - 1) || piece.kind(at - 1) == Some(Kind::String))
            };
            found.extend(argument_names(piece, &pairs.iter().copied().filter(wrong).collect::<Vec<_>>()));
        } else if is_mapping {
            let wrong: Vec<usize> = pairs.into_iter().filter(|&at| piece.word(at) == "=" && starts(at - 1)).collect();
            let edits = wrong.iter().filter_map(|&at| token(piece, at));
            let edits: Vec<Edit> = edits.map(|equal| Edit::new(equal.start, equal.end, ":")).collect();
            let Some(first) = wrong.first().and_then(|&at| token(piece, at)) else { continue };
            let broken = piece.at(&first, "`=` does not give a key its value").help("write `:` in a dictionary");
            found.extend(offered(edits, broken, "Write `:` for `=`"));
        }
    }
    found
}

/// `name: value` and `"name" = value` in a call.
fn argument_names(piece: &Piece, signs: &[usize]) -> Option<Phrase> {
    let first = *signs.first()?;
    let mut edits = Vec::new();
    let mut name = String::new();
    for &at in signs {
        let (key, sign) = (token(piece, at - 1)?, token(piece, at)?);
        let word = piece.of(&key).trim_matches(['"', '\'']);
        if word.is_empty() || !word.chars().all(|c| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let value = piece.text[sign.end..].trim_start_matches(' ');
        edits.push(Edit::new(key.start, piece.text.len() - value.len(), format!("{word}=")));
        if at == first {
            word.clone_into(&mut name);
        }
    }
    let (key, sign) = (token(piece, first - 1)?, token(piece, first)?);
    let broken = match piece.word(first) {
        ":" if key.kind == Kind::Name => piece.at(&sign, format!("`:` does not give the argument `{name}` its value")),
        ":" => piece.at(&sign, "a call holds arguments, no pairs of keys and values"),
        _ => piece.at(&key, format!("the argument `{name}` is named in quotes")),
    };
    offered(edits, broken.help(format!("write `{name}=...`")), "Write `name=value`")
}

/// `with file = open(path):`
fn assigned_in_with(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let (at, word) = head(piece, tokens);
    if word != "with" || piece.word(at + 2) != "=" || !is_name(piece, at + 1) || piece.word(tokens.end - 1) != ":" {
        return None;
    }
    let end = super::habits::top_comma(piece, at + 3, tokens.end).unwrap_or(tokens.end - 1);
    let (name, equal, value, last) =
        (token(piece, at + 1)?, token(piece, at + 2)?, token(piece, at + 3)?, token(piece, end - 1)?);
    let better = format!("as {}", piece.of(&name));
    let edits = vec![Edit::new(name.start, value.start, ""), Edit::insert(last.end, format!(" {better}"))];
    let broken = piece.at(&equal, "`=` cannot stand in a `with` header").help(format!("write `... {better}`"));
    offered(edits, broken, format!("Write `{better}`"))
}

/// `x = 1 if a = 2 else 3`, `[x for x in y if x = 1]`
fn compared(piece: &Piece, tokens: &Range<usize>) -> Vec<Phrase> {
    let mut found = Vec::new();
    let mut condition = None;
    for at in tokens.clone().skip(1) {
        match piece.word(at) {
            "if" => condition = Some(at),
            "else" => condition = None,
            "=" if condition.is_some_and(|condition| balanced(piece.text, &piece.scan.tokens[condition..at])) => {
                let Some(equal) = token(piece, at) else { continue };
                let broken = piece.at(&equal, "`=` assigns, it does not compare").help("write `==`");
                let edits = vec![Edit::new(equal.start, equal.end, "==")];
                found.extend(offered(edits, broken, "Replace `=` by `==`"));
            }
            _ => {}
        }
    }
    found
}

/// `lambda x: return x`
fn return_in_lambda(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let at = piece.token_at(piece.fault.start);
    let lambda = (tokens.start..at).rev().find(|&before| piece.word(before) == "lambda")?;
    if piece.word(at) != "return" || piece.word(at - 1) != ":" || lambda + 8 < at {
        return None;
    }
    let (word, value) = (token(piece, at)?, token(piece, at + 1)?);
    let broken = piece.at(&word, "`return` cannot stand in a `lambda`");
    let broken = broken.help("leave it out: a `lambda` gives back its value");
    offered(vec![Edit::new(word.start, value.start, "")], broken, "Delete `return`")
}

/// `list<str>`, `Dict<str, List<int>>`
fn angle_brackets(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let opens = tokens.clone().filter(|&at| {
        let next = piece.kind(at + 1) == Some(Kind::Name);
        piece.word(at) == "<" && is_name(piece, at.wrapping_sub(1)) && next && touch(piece, at - 1, at) && touch(piece, at, at + 1)
    });
    let opens: Vec<usize> = opens.collect();
    let &first = opens.first()?;
    let mut edits = Vec::new();
    for &open in &opens {
        let open = token(piece, open)?;
        edits.push(Edit::new(open.start, open.end, "["));
    }
    for at in (first..tokens.end).filter(|&at| matches!(piece.word(at), ">" | ">>")) {
        let close = token(piece, at)?;
        edits.push(Edit::new(close.start, close.end, "]".repeat(close.end - close.start)));
    }
    let name = piece.short(first - 1);
    let broken = piece.at(&token(piece, first)?, "types take their arguments in square brackets");
    offered(edits, broken.help(format!("write `{name}[...]`")), "Write square brackets")
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

/// `else:` among the cases of a `match`.
fn default_case(piece: &Piece) -> Option<Phrase> {
    let line = piece.line;
    if piece.first_word(line) != "else" {
        return None;
    }
    let indent = piece.scan.lines[line].indent;
    let above = (0..line).rev().find(|&other| piece.scan.lines[other].is_fresh() && piece.scan.lines[other].indent <= indent)?;
    if piece.first_word(above) != "case" || piece.scan.lines[above].indent != indent {
        return None;
    }
    let word = piece.scan.tokens_of(line).first()?;
    let broken = piece.at(word, "`else` is no case of a `match`").help("write `case _:`");
    offered(vec![Edit::new(word.start, word.end, "case _")], broken, "Write `case _`")
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
    if !commented || !words || super::clauses::opens_block(piece.first_word(line)) {
        return None;
    }
    let start = piece.scan.lines[line].start + piece.scan.lines[line].indent;
    let broken = piece.broken(start, piece.scan.lines[line].end, "this line reads like the rest of the comment above");
    let comment = Edit::insert(start, "# ");
    offered(vec![comment], broken.help("put `#` in front of it"), "Make the line a comment")
}
