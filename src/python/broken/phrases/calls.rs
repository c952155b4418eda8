//! Arguments, parameters and types.

use super::super::gaps::ends_value;
use super::*;

pub(super) fn all(piece: &Piece, tokens: &Range<usize>) -> Vec<Phrase> {
    let mut found = separators(piece, tokens);
    found.extend(arguments(piece, tokens));
    found.extend(parameters(piece, tokens));
    found.extend(angle_brackets(piece, tokens));
    found.extend(changed_tuple(piece, tokens));
    found
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
                starts(at - 1)
                    && (piece.word(at) == ":" && is_name(piece, at - 1) || piece.kind(at - 1) == Some(Kind::String))
            };
            found.extend(argument_names(piece, &pairs.iter().copied().filter(wrong).collect::<Vec<_>>()));
            found.extend(pairs.iter().filter_map(|&at| no_name(piece, open, at)));
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

/// `list<str>`, `Dict<str, List<int>>`
fn angle_brackets(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let opens = tokens.clone().filter(|&at| {
        let next = piece.kind(at + 1) == Some(Kind::Name);
        piece.word(at) == "<"
            && is_name(piece, at.wrapping_sub(1))
            && next
            && touch(piece, at - 1, at)
            && touch(piece, at, at + 1)
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

/// `f(a.b=1)`, `f(True=1)`: what stands before `=` names no argument.
fn no_name(piece: &Piece, open: usize, sign: usize) -> Option<Phrase> {
    if piece.word(sign) != "=" {
        return None;
    }
    let mut depth = 0;
    let start = (open + 1..sign).rev().take_while(|&at| {
        match piece.kind(at) {
            Some(Kind::Close) => depth += 1,
            Some(Kind::Open) => depth -= 1,
            _ => {}
        }
        depth > 0 || piece.word(at) != ","
    });
    let start = start.last()?;
    let (first, last, equal) = (token(piece, start)?, token(piece, sign - 1)?, token(piece, sign)?);
    if start + 1 == sign && (is_name(piece, start) || first.kind == Kind::String) {
        return None;
    }
    let word = piece.text[first.start..last.end].lines().next().unwrap_or_default();
    let broken = match start + 1 == sign {
        true => piece.at(&first, format!("`{word}` cannot name an argument")).help("choose another name"),
        false => piece
            .at(&equal, format!("`=` gives an argument its value, and `{word}` is no name of one"))
            .help("write `==` to compare, or a plain name in front of `=`"),
    };
    told(vec![Edit::new(equal.start, equal.end, "==")], broken)
}

/// `f(a,, b)`, `f(a; b)`
fn separators(piece: &Piece, tokens: &Range<usize>) -> Vec<Phrase> {
    let mut found = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for at in tokens.clone() {
        match piece.kind(at) {
            Some(Kind::Open) => open.push(at),
            Some(Kind::Close) => _ = open.pop(),
            _ if open.is_empty() => {}
            _ => {
                let Some(sign) = token(piece, at) else { continue };
                match (piece.word(at), piece.word(at.wrapping_sub(1))) {
                    (",", "," | "(" | "[" | "{") => {
                        let broken = piece.at(&sign, "a value is missing in front of this `,`");
                        let edits = vec![Edit::new(sign.start, sign.end, "")];
                        found.extend(offered(edits, broken.help("write it, or remove the comma"), "Delete `,`"));
                    }
                    ("...", "," | "(" | "[" | "{") if touch(piece, at, at + 1) && is_name(piece, at + 1) => {
                        let stars = if open.last().is_some_and(|&open| piece.word(open) == "{") { "**" } else { "*" };
                        let broken = piece.at(&sign, "`...` unpacks nothing in Python");
                        let edits = vec![Edit::new(sign.start, sign.end, stars)];
                        found.extend(offered(
                            edits,
                            broken.help(format!("write `{stars}`")),
                            format!("Write `{stars}`"),
                        ));
                    }
                    (";", _) => found.extend(replaced(piece, &sign, ",", "`;` cannot stand in brackets")),
                    _ => {}
                }
            }
        }
    }
    found
}

/// `def f(self.x)`, `def f((a, b))`, `lambda (a, b): a`, `def f(a[0])`, `def f(a:=1)`
fn parameters(piece: &Piece, tokens: &Range<usize>) -> Vec<Phrase> {
    let (at, word) = head(piece, tokens);
    let fault = piece.token_at(piece.fault.start);
    let mut found = Vec::new();
    if let Some(lambda) = tokens.clone().find(|&at| piece.word(at) == "lambda" && piece.word(at + 1) == "(") {
        let tuple = piece.closing(lambda + 1).and_then(|close| Some((token(piece, lambda + 1)?, token(piece, close)?)));
        if let Some((open, close)) = tuple {
            let broken = piece.at(&open, "the parameters of a `lambda` have no parentheses");
            let edits = vec![Edit::new(open.start, open.end, ""), Edit::new(close.start, close.end, "")];
            found.extend(offered(edits, broken.help("write `lambda a, b: ...`"), "Delete the parentheses"));
        }
    }
    let Some(open) = (at..tokens.end).find(|&at| piece.word(at) == "(").filter(|_| word == "def") else { return found };
    let Some(end) = piece.closing(open) else { return found };
    let mut depth = 0;
    let mut start = open + 1;
    for at in open + 1..=end {
        let last = at == end || depth == 0 && piece.word(at) == ",";
        if last {
            let span = start..at;
            // The parser stumbles inside the parameter, or at its end.
            if !span.is_empty() && span.start <= fault && fault <= at {
                found.extend(parameter(piece, span));
            }
            start = at + 1;
        }
        match piece.kind(at) {
            Some(Kind::Open) => depth += 1,
            Some(Kind::Close) => depth -= 1,
            _ => {}
        }
    }
    found
}

fn parameter(piece: &Piece, tokens: Range<usize>) -> Option<Phrase> {
    let (first, last) = (token(piece, tokens.start)?, token(piece, tokens.end - 1)?);
    let edits = vec![Edit::new(first.start, last.end, "_")];
    if piece.of(&first) == "(" {
        let broken = piece.at(&first, "a parameter in parentheses is Python 2");
        return told(edits, broken.help("name the parameter, and unpack it in the body"));
    }
    let next = piece.word(tokens.start + 1);
    let end = match (first.kind, next) {
        (Kind::String | Kind::Number, _) => tokens.start,
        (Kind::Name, "." | "[" | "(") => (tokens.start..tokens.end)
            .find(|&at| matches!(piece.word(at), "=" | ":"))
            .map_or(tokens.end - 1, |sign| sign - 1),
        (Kind::Name, ":=") => {
            let sign = token(piece, tokens.start + 1)?;
            return replaced(piece, &sign, "=", "`:=` gives a parameter no default");
        }
        _ => return None,
    };
    let last = token(piece, end)?;
    let word = piece.text[first.start..last.end].lines().next().unwrap_or_default();
    let broken = piece.broken(first.start, first.start + word.len(), format!("`{word}` cannot be a parameter"));
    told(edits, broken.help("a parameter is a plain name, with its type behind `:` and its default behind `=`"))
}

/// `a, b += 1`
fn changed_tuple(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let comma = super::super::habits::top_comma(piece, tokens.start, tokens.end)?;
    let sign = (comma..tokens.end).find(|&at| matches!(piece.word(at), "+=" | "-=" | "*=" | "/=" | "|="))?;
    let fault = piece.token_at(piece.fault.start);
    let sign = token(piece, sign).filter(|_| fault == sign)?;
    let broken = piece.at(&sign, format!("`{}` changes one variable, not a tuple", piece.of(&sign)));
    told(vec![Edit::new(sign.start, sign.end, "=")], broken.help("change them one by one"))
}
