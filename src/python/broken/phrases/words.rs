//! Words and operators that are missing, torn apart or in the wrong place.

use super::super::gaps::ends_value;
use super::super::statements::balanced;
use super::*;

pub(super) fn all(piece: &Piece, tokens: &Range<usize>) -> Vec<Phrase> {
    let mut found: Vec<Phrase> = torn(piece, tokens).into_iter().collect();
    found.extend(hyphens(piece, tokens));
    found.extend(compared(piece, tokens));
    found.extend(return_in_lambda(piece, tokens));
    found.extend(next_statement(piece, tokens));
    found.extend(negated(piece, tokens));
    found.extend(assert_message(piece, tokens));
    found.extend(type_first(piece, tokens));
    found.extend(walrus_alone(piece, tokens));
    found.extend(conditional_comprehension(piece, tokens));
    found
}

/// `! =`, `= =`: an operator in two pieces.
fn torn(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let pairs =
        tokens.clone().filter(|&at| at + 1 < tokens.end && (piece.word(at + 1) == "!" || !touch(piece, at, at + 1)));
    let torn = pairs.filter_map(|at| {
        let whole = match (piece.word(at), piece.word(at + 1)) {
            ("!", "=") | ("=", "!") => "!=",
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
    let broken = piece.broken(
        left.start,
        right.end,
        match piece.word(piece.token_at(right.start)) {
            "!" => "`=!` is no operator of Python".to_owned(),
            _ => format!("a space parts the operator `{whole}`"),
        },
    );
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
                true => {
                    told(edits, Broken { help: Some("import the module by a name without hyphens".into()), ..broken })
                }
                false => offered(edits, broken, format!("Write `{clean}`")),
            };
        }
        at = end;
    }
    None
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

/// `import a import b`, `x = f() y = 1`
fn next_statement(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let at = piece.token_at(piece.fault.start);
    let (left, right) = (token(piece, at.checked_sub(1)?)?, token(piece, at)?);
    let fits = tokens.contains(&at) && at > tokens.start && left.line == right.line && ends_value(piece, at - 1);
    if !fits || !balanced_ends(piece, tokens.start..at) {
        return None;
    }
    let mut name = at + 1;
    while piece.word(name) == "." && piece.kind(name + 1) == Some(Kind::Name) {
        name += 2;
    }
    let keyword = matches!(
        piece.word(at),
        "import"
            | "return"
            | "raise"
            | "pass"
            | "break"
            | "continue"
            | "del"
            | "assert"
            | "global"
            | "nonlocal"
            | "from"
    );
    let assigns = is_name(piece, at) && matches!(piece.word(name), "=" | "+=" | "-=" | "|=");
    let has_value = (tokens.start..at).any(|before| matches!(piece.word(before), "=" | ")"));
    if !(keyword || assigns && has_value) {
        return None;
    }
    let word = &piece.text[right.start..token(piece, if keyword { at } else { name - 1 })?.end];
    let broken =
        piece.broken(right.start, right.start + word.len(), format!("`{word}` begins another statement in its line"));
    let indent = piece.indent(piece.scan.line_of(piece.scan.tokens[tokens.start].start));
    let edit = Edit::new(left.end, right.start, format!("\n{indent}"));
    offered(vec![edit], broken.help("start a new line"), "Start a new line")
}

/// Whether the brackets of some tokens match.
fn balanced_ends(piece: &Piece, tokens: Range<usize>) -> bool {
    let sign = |at: usize| match piece.kind(at) {
        Some(Kind::Open) => 1,
        Some(Kind::Close) => -1,
        _ => 0,
    };
    tokens.map(sign).sum::<i32>() == 0
}

/// `x not is None`, `x not y`
fn negated(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let at = (tokens.start + 1..tokens.end).find(|&at| piece.word(at) == "not" && ends_value(piece, at - 1))?;
    let (not, next) = (token(piece, at)?, token(piece, at + 1)?);
    match piece.of(&next) {
        "is" => {
            let broken = piece.broken(not.start, next.end, "`not is` is the wrong way round").help("write `is not`");
            offered(vec![Edit::new(not.start, next.end, "is not")], broken, "Write `is not`")
        }
        "in" => None,
        _ => {
            let broken = piece.at(&not, "`in` is missing after `not`").help("write `not in`");
            offered(vec![Edit::insert(not.end, " in")], broken, "Insert `in` after `not`")
        }
    }
}

/// `assert x "message"`
fn assert_message(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let at = tokens.end.checked_sub(1).filter(|_| piece.word(tokens.start) == "assert")?;
    let (left, message) = (token(piece, at.checked_sub(1)?)?, token(piece, at)?);
    if message.kind != Kind::String || !ends_value(piece, at - 1) || at < tokens.start + 2 {
        return None;
    }
    let broken = piece.at(&message, "`,` is missing in front of the message of this `assert`");
    offered(
        vec![Edit::insert(left.end, ",")],
        broken.help("write `assert condition, message`"),
        "Insert `,` before the message",
    )
}

/// `int port = 1`, `port int = 1`
fn type_first(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let (kind, name) = (token(piece, tokens.start)?, token(piece, tokens.start + 1)?);
    let word = piece.of(&name);
    if is_type(word) && is_name(piece, tokens.start) && piece.word(tokens.start + 2) == "=" {
        let variable = piece.of(&kind);
        let broken = piece.at(&kind, format!("`:` is missing between `{variable}` and `{word}`"));
        let broken = broken.help(format!("write `{variable}: {word}`"));
        return offered(vec![Edit::insert(kind.end, ":")], broken, format!("Insert `:` after `{variable}`"));
    }
    if !is_type(piece.of(&kind)) || !is_name(piece, tokens.start + 1) || piece.word(tokens.start + 2) != "=" {
        return None;
    }
    let plain = match piece.of(&kind) {
        "string" => "str",
        "double" => "float",
        "char" => "str",
        "void" => "None",
        other => other,
    };
    let better = format!("{word}: {plain}");
    let broken = piece.broken(kind.start, name.end, "the type of a variable stands behind its name");
    offered(
        vec![Edit::new(kind.start, name.end, &*better)],
        broken.help(format!("write `{better}`")),
        format!("Write `{better}`"),
    )
}

fn is_type(word: &str) -> bool {
    matches!(word, "int" | "str" | "float" | "bool" | "bytes" | "list" | "dict" | "set" | "tuple")
        || matches!(word, "string" | "double" | "char" | "void")
}

/// `name := value` as a statement.
fn walrus_alone(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let sign = token(piece, tokens.start + 1)?;
    if piece.of(&sign) != ":=" || !is_name(piece, tokens.start) {
        return None;
    }
    replaced(piece, &sign, "=", "`:=` is no statement without parentheses")
}

/// `[x for x in y if a else b]`
fn conditional_comprehension(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let at = piece.token_at(piece.fault.start);
    let word = token(piece, at).filter(|_| piece.word(at) == "else" && tokens.contains(&at))?;
    let condition = (tokens.start..at).rfind(|&before| piece.word(before) == "if")?;
    let comprehends = (tokens.start..condition).rfind(|&before| matches!(piece.word(before), "for" | "["))?;
    if piece.word(comprehends) != "for" {
        return None;
    }
    let mut depth = 0;
    let end = (at + 1..tokens.end).find(|&other| {
        match piece.kind(other) {
            Some(Kind::Open) => depth += 1,
            Some(Kind::Close) => depth -= 1,
            _ => {}
        }
        depth < 0
    })?;
    let broken = piece.at(&word, "the `if` of a comprehension has no `else`");
    let broken = broken.help("put the choice in front: `[a if condition else b for x in y]`");
    told(vec![Edit::new(word.start, token(piece, end)?.start, "")], broken)
}
