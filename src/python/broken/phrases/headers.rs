//! Headers of blocks: a word that is missing, parentheses that Python does not write, clauses of other languages.

use super::super::gaps::{ends_value, near};
use super::super::habits::top_comma;
use super::*;
use ruff_python_parser::ParseErrorType;

pub(super) fn all(piece: &Piece, tokens: &Range<usize>) -> Vec<Phrase> {
    let mut found = missing_word(piece, tokens);
    found.extend(missing_as(piece, tokens));
    found.extend(loop_of_c(piece, tokens));
    found.extend(wrapped_loop(piece, tokens));
    found.extend(missing_def(piece, tokens));
    found.extend(missing_if(piece, tokens));
    found.extend(assigned_in_with(piece, tokens));
    found.extend(default_case(piece));
    found.extend(patterns(piece, tokens));
    found.extend(return_type(piece, tokens));
    found.extend(last_sign(piece, tokens));
    found
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

/// `with file = open(path):`
fn assigned_in_with(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let (at, word) = head(piece, tokens);
    if word != "with" || piece.word(at + 2) != "=" || !is_name(piece, at + 1) || piece.word(tokens.end - 1) != ":" {
        return None;
    }
    let end = top_comma(piece, at + 3, tokens.end).unwrap_or(tokens.end - 1);
    let (name, equal, value, last) =
        (token(piece, at + 1)?, token(piece, at + 2)?, token(piece, at + 3)?, token(piece, end - 1)?);
    let better = format!("as {}", piece.of(&name));
    let edits = vec![Edit::new(name.start, value.start, ""), Edit::insert(last.end, format!(" {better}"))];
    let broken = piece.at(&equal, "`=` cannot stand in a `with` header").help(format!("write `... {better}`"));
    offered(edits, broken, format!("Write `{better}`"))
}

/// `else:` among the cases of a `match`.
fn default_case(piece: &Piece) -> Option<Phrase> {
    let line = piece.line;
    if !matches!(piece.first_word(line), "else" | "default" | "otherwise") {
        return None;
    }
    let indent = piece.scan.lines[line].indent;
    let above = (0..line)
        .rev()
        .find(|&other| piece.scan.lines[other].is_fresh() && piece.scan.lines[other].indent <= indent)?;
    if piece.first_word(above) != "case" || piece.scan.lines[above].indent != indent {
        return None;
    }
    let word = piece.scan.tokens_of(line).first()?;
    let broken = piece.at(word, format!("`{}` is no case of a `match`", piece.of(word))).help("write `case _:`");
    offered(vec![Edit::new(word.start, word.end, "case _")], broken, "Write `case _`")
}

/// `for (i = 0; i < n; i++):`
fn loop_of_c(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let (at, word) = head(piece, tokens);
    let semicolons = tokens.clone().filter(|&at| piece.word(at) == ";").count();
    let (first, last) = (token(piece, at)?, token(piece, tokens.end - 1)?);
    if word != "for" || piece.word(at + 1) != "(" || semicolons != 2 || piece.of(&last) != ":" {
        return None;
    }
    let broken = piece.at(&first, "this is a `for` loop of C").help("write `for i in range(n):`");
    told(vec![Edit::new(first.start, last.start, "for _ in _")], broken)
}

/// `user() if x is None:` with a block below it: the head of a block that begins with something else.
fn missing_if(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let last = token(piece, tokens.end - 1)?;
    let line = piece.scan.line_of(last.start);
    let below = piece.scan.next_code(line)?;
    let has_block = piece.scan.lines[below].indent > piece.scan.lines[line].indent;
    let inner = (tokens.start + 1..tokens.end).find(|&at| matches!(piece.word(at), "if" | "while" | "for" | "with"))?;
    if piece.of(&last) != ":" || !has_block || opens_block(piece.word(tokens.start)) {
        return None;
    }
    let (word, start) = (token(piece, inner)?, token(piece, tokens.start)?);
    let indent = piece.indent(line);
    let left = token(piece, inner - 1)?;
    let broken = piece.at(&word, format!("`{}` cannot follow another statement in its line", piece.of(&word)));
    let edit = Edit::new(left.end, word.start, format!("\n{indent}"));
    (start.line == word.line).then(|| offered(vec![edit], broken.help("start a new line"), "Start a new line"))?
}

/// `case A or B:`, `case > 5:`
fn patterns(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    if piece.word(tokens.start) != "case" {
        return None;
    }
    let stop = tokens.clone().find(|&at| piece.word(at) == "if").unwrap_or(tokens.end);
    let compares = |at: &usize| matches!(piece.word(*at), ">" | "<" | ">=" | "<=" | "==" | "!=" | "in" | "not" | "is");
    if let Some(sign) = (tokens.start + 1..stop).find(compares) {
        let (sign, last) = (token(piece, sign)?, token(piece, tokens.end - 1)?);
        let broken = piece.at(&sign, format!("`{}` cannot stand in a pattern", piece.of(&sign)));
        let start = token(piece, tokens.start + 1)?.start;
        let help = "bind a name and compare behind it: `case x if x > 5:`";
        return told(vec![Edit::new(start, last.start.max(start), "_ if 1")], broken.help(help));
    }
    let ors: Vec<usize> = (tokens.start + 1..stop).filter(|&at| piece.word(at) == "or").collect();
    let first = token(piece, *ors.first()?)?;
    let edits = ors.iter().filter_map(|&at| token(piece, at)).map(|or| Edit::new(or.start, or.end, "|")).collect();
    offered(edits, piece.at(&first, "`or` does not join patterns").help("write `|`"), "Write `|` for `or`")
}

/// `def f() : int:`, `def f() - int:`
fn return_type(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let (_, word) = head(piece, tokens);
    let close = (tokens.start..tokens.end).rfind(|&at| piece.word(at) == ")")?;
    let (sign, kind) = (token(piece, close + 1)?, piece.kind(close + 2));
    let typed = matches!(kind, Some(Kind::Name | Kind::String)) && piece.word(tokens.end - 1) == ":";
    if word != "def" || !typed || close + 3 >= tokens.end || !matches!(piece.of(&sign), ":" | "-" | ">" | "=") {
        return None;
    }
    let message = format!("`{}` does not announce a return type", piece.of(&sign));
    let next = token(piece, close + 2)?;
    let gap = if token(piece, close)?.end == sign.start { " " } else { "" };
    let edit = Edit::new(sign.start, next.start, format!("{gap}-> "));
    offered(vec![edit], piece.at(&sign, message).help("write `->`"), "Write `->`")
}

/// `if x then`, `if x::`
fn last_sign(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let (_, word) = head(piece, tokens);
    let last = token(piece, tokens.end - 1)?;
    if !opens_block(word) {
        return None;
    }
    if piece.of(&last) == ":" && piece.word(tokens.end.wrapping_sub(2)) == ":" {
        let first = token(piece, tokens.end.wrapping_sub(2))?;
        let broken = piece.broken(first.start, last.end, "a header ends with one `:`").help("remove the other");
        return offered(vec![Edit::new(last.start, last.end, "")], broken, "Delete `:`");
    }
    let foreign = matches!(piece.of(&last), "then" | "do" | "begin") && matches!(word, "if" | "elif" | "while" | "for");
    let before = token(piece, tokens.end.wrapping_sub(2)).filter(|_| foreign)?;
    let broken = piece.at(&last, format!("`{}` is not Python", piece.of(&last))).help("write `:`");
    told(vec![Edit::new(before.end, last.end, ":")], broken)
}
