//! Where statements start when brackets, strings and indentation cannot be trusted.
//!
//! Nothing here knows the parser: a line starts a statement by what it says and how deep it stands.

use super::scan::{Kind, Scan, Token, scan};
use std::ops::Range;

/// Words that only ever start a statement.
const STARTERS: [&str; 19] = [
    "def", "class", "return", "import", "raise", "while", "with", "try", "except", "finally", "elif", "pass", "break",
    "continue", "del", "assert", "global", "nonlocal", "from",
];

/// Whether a line starts a statement even though brackets are open: nothing inside brackets reads like this.
///
/// `inside` is the innermost open bracket.
pub(super) fn starts_statement(text: &str, scan: &Scan, line: usize, inside: u8) -> bool {
    if !scan.lines[line].is_fresh() {
        return false;
    }
    let tokens = scan.tokens_of(line);
    let word = |index: usize| tokens.get(index).map_or("", |token| &text[token.start..token.end]);
    let names = |index: usize| tokens.get(index).is_some_and(|token| token.kind == Kind::Name);
    let ends_in_colon = tokens.last().is_some_and(|token| &text[token.start..token.end] == ":");
    match word(0) {
        "from" => tokens.iter().any(|token| &text[token.start..token.end] == "import"),
        "async" => matches!(word(1), "def" | "with"),
        "@" => names(1) && tokens.len() > 1 && tokens[1].start == tokens[0].end,
        "if" | "for" | "else" => ends_in_colon && balanced(text, &tokens[..tokens.len() - 1]),
        "pass" | "break" | "continue" => tokens.len() == 1,
        first if STARTERS.contains(&first) => !matches!(word(1), "=" | ":" | ")" | "," | ".") || ends_in_colon,
        _ if names(0) => {
            let mut index = 1;
            while word(index) == "." && names(index + 1) {
                index += 2;
            }
            let dotted = index > 1;
            let augmented = matches!(word(index), "+=" | "-=" | "*=" | "/=" | "|=" | "&=" | "//=" | "%=");
            // `name=value` may be an argument whose call lost its bracket.
            let spaced = tokens.get(index).is_some_and(|equal| text[..equal.start].ends_with(' '));
            augmented || word(index) == "=" && spaced && (dotted || matches!(inside, b'[' | b'{'))
        }
        _ => false,
    }
}

/// Whether the brackets of some tokens match in number, and no comma stands outside them.
pub(super) fn balanced(text: &str, tokens: &[Token]) -> bool {
    let mut depth = 0i32;
    for token in tokens {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth -= 1,
            _ => {}
        }
        if depth < 0 || depth == 0 && &text[token.start..token.end] == "," {
            return false;
        }
    }
    depth == 0
}

/// For each line the line in which its statement starts; unclosed brackets end where a statement must start.
pub(super) fn heads(text: &str, scan: &Scan) -> Vec<usize> {
    let mut heads = Vec::with_capacity(scan.lines.len());
    let mut open: Vec<u8> = Vec::new();
    let (mut head, mut statement) = (0, 0);
    for (index, line) in scan.lines.iter().enumerate() {
        if line.is_fresh() {
            let inside = open.last().copied();
            let goes_on = inside.is_none() && continues_above(text, scan, index, statement);
            if !goes_on && inside.is_none_or(|inside| starts_statement(text, scan, index, inside)) {
                (head, statement) = (index, index);
                open.clear();
            }
            if goes_on {
                head = statement;
            }
        } else if line.is_blank() && open.is_empty() && !line.joined {
            head = index;
        }
        for token in scan.tokens_of(index) {
            match token.kind {
                Kind::Open => open.push(text.as_bytes()[token.start]),
                Kind::Close => {
                    open.pop();
                }
                _ => {}
            }
        }
        heads.push(head);
    }
    heads
}

/// Whether a line that no bracket holds goes on with the statement above: a bracket was closed too early there.
fn continues_above(text: &str, scan: &Scan, line: usize, head: usize) -> bool {
    let first = scan.tokens_of(line).first();
    if first.is_some_and(|token| token.kind == Kind::Close) {
        return true;
    }
    let above = scan.previous_code(line).and_then(|above| scan.tokens_of(above).last());
    let mut open = above.is_some_and(|last| &text[last.start..last.end] == ",");
    let body = above.is_some_and(|last| &text[last.start..last.end] == ":");
    if let Some(first) = first.filter(|_| !body) {
        let header = scan.tokens_of(line).last().is_some_and(|last| &text[last.start..last.end] == ":");
        open |= match &text[first.start..first.end] {
            "and" | "or" | "in" | "is" => true,
            "if" | "else" | "for" => !header && scan.tokens_of(line).len() > 1,
            "@" => false,
            _ => first.kind == Kind::Operator,
        };
    }
    open && head < line && scan.lines[line].indent > scan.lines[head].indent
}

/// Cuts a text where a statement starts at the left margin, so that what is broken in one part stays there.
pub(super) fn parts(text: &str) -> Vec<Range<usize>> {
    let scan = scan(text);
    let mut cuts = Vec::new();
    let (mut depth, mut inside, mut decorated, mut bodiless) = (Vec::new(), b'(', false, false);
    for (index, line) in scan.lines.iter().enumerate() {
        let tokens = scan.tokens_of(index);
        if line.is_fresh() && line.indent == 0 {
            let first = &text[tokens[0].start..tokens[0].end];
            let strong = starts_statement(text, &scan, index, inside);
            let follows = tokens[0].kind == Kind::Close || matches!(first, "else" | "elif" | "except" | "finally");
            let defines = strong && matches!(first, "def" | "class" | "import" | "from" | "async" | "@");
            let alone = depth.is_empty() && !follows && (defines || !leads_indented(text, &scan, index));
            if !decorated && !bodiless && !follows && (alone || strong && !depth.is_empty()) {
                cuts.push(line.start);
                depth.clear();
            }
        }
        if line.is_fresh() && depth.is_empty() {
            decorated = &text[tokens[0].start..tokens[0].end] == "@";
        }
        for token in tokens {
            match token.kind {
                Kind::Open => depth.push(text.as_bytes()[token.start]),
                Kind::Close => {
                    depth.pop();
                }
                _ => {}
            }
        }
        inside = depth.last().copied().unwrap_or(b'(');
        if let Some(last) = tokens.last() {
            bodiless = depth.is_empty() && &text[last.start..last.end] == ":";
        }
    }
    if cuts.first().is_none_or(|&first| first > 0) {
        cuts.insert(0, 0);
    }
    cuts.retain(|&cut| cut == 0 || !slipped(text, &scan, scan.line_of(cut)));
    cuts.push(text.len());
    cuts.windows(2).map(|pair| pair[0]..pair[1]).filter(|range| !range.is_empty()).collect()
}

/// Whether below a statement at the margin stands a line between the margin and its body: the statement slipped.
fn slipped(text: &str, scan: &Scan, line: usize) -> bool {
    let (mut body, mut depth) = (0, 0usize);
    for (index, below) in scan.lines.iter().enumerate().skip(line) {
        if index > line && below.is_fresh() {
            if below.indent == 0 && (depth == 0 || starts_statement(text, scan, index, b'(')) {
                return false;
            }
            if depth == 0 && body == 0 {
                body = below.indent;
            }
            if body > 0 && below.indent < body && (depth == 0 || starts_statement(text, scan, index, b'(')) {
                return body > 4 && below.indent == 4;
            }
        }
        for token in scan.tokens_of(index) {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }
    false
}

/// Whether a simple statement at the margin stands in front of an indented one: it slipped out of the block above.
fn leads_indented(text: &str, scan: &Scan, line: usize) -> bool {
    let tokens = scan.tokens_of(line);
    let first = tokens.first().map_or("", |token| &text[token.start..token.end]);
    let block = matches!(first, "if" | "for" | "while" | "with" | "try" | "match" | "async" | "def" | "class");
    let opens = tokens.iter().filter(|token| token.kind == Kind::Open).count();
    let closes = tokens.iter().filter(|token| token.kind == Kind::Close).count();
    let next = scan.next_code(line).map(|next| &scan.lines[next]);
    !block && opens <= closes && next.is_some_and(|next| next.indent > 0 && next.is_fresh())
}
