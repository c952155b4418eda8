//! One stretch of broken source with what the guesses ask about it: tokens, lines, statements, the first fault.
//!
//! A guess is a repair and what to tell the person if it turns out to be the right one. It is judged elsewhere.

use super::Broken;
use super::draft::Edit;
use super::scan::{Kind, Scan, Token, scan};
use crate::text::Span;
use ruff_python_ast::ModModule;
use ruff_python_parser::{Mode, ParseErrorType, ParseOptions, Parsed, parse_unchecked};
use std::ops::Range;

/// An error of the parser.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub start: usize,
    pub end: usize,
    pub error: ParseErrorType,
}

/// How the parser begins when a decorator decorates nothing.
pub(super) const UNDECORATED: &str = "Expected class, function definition";

/// All errors of a parsed module, in the order of the text.
pub(super) fn faults_of(parsed: &Parsed<ModModule>) -> Vec<Fault> {
    let mut faults: Vec<Fault> = parsed
        .errors()
        .iter()
        .map(|error| Fault {
            start: error.location.start().to_usize(),
            end: error.location.end().to_usize(),
            error: error.error.clone(),
        })
        .collect();
    faults.sort_by_key(|fault| (fault.start, fault.end));
    faults
}

/// All errors of a text.
pub(super) fn faults(text: &str) -> Vec<Fault> {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    parsed.try_into_module().map(|module| faults_of(&module)).unwrap_or_default()
}

/// Whether one of the faults, which are sorted, starts between two offsets.
pub(super) fn any_between(faults: &[Fault], start: usize, end: usize) -> bool {
    let first = faults.partition_point(|fault| fault.start < start);
    faults.get(first).is_some_and(|fault| fault.start <= end)
}

/// A repair that may make the first fault go away, and what it would mean.
#[derive(Debug, Clone)]
pub(super) struct Guess {
    pub edits: Vec<Edit>,
    pub broken: Broken,
}

impl Guess {
    pub fn new(edit: Edit, broken: Broken) -> Guess {
        Guess { edits: vec![edit], broken }
    }
}

/// Source whose first fault is to be explained.
pub(super) struct Piece<'a> {
    pub text: &'a str,
    pub scan: Scan,
    pub faults: Vec<Fault>,
    /// The first fault; there is always one.
    pub fault: Fault,
    /// The line of the first fault.
    pub line: usize,
    /// For each line, the line in which its statement starts.
    pub heads: Vec<usize>,
}

impl<'a> Piece<'a> {
    /// `None` where there is no fault.
    pub fn new(text: &'a str, faults: Vec<Fault>) -> Option<Piece<'a>> {
        let mut fault = faults.first()?.clone();
        let scan = scan(text);
        let mut line = scan.line_of(fault.start);
        if scan.lines[line].is_blank() {
            line = scan.previous_code(line).or_else(|| scan.next_code(line)).unwrap_or(line);
        }
        if let ParseErrorType::OtherError(message) = &fault.error
            && message.starts_with(UNDECORATED)
            && scan.tokens_of(line).first().is_some_and(|token| text[token.start..].starts_with('@'))
            && let Some(mut next) = scan.next_code(scan.line_of(fault.end.max(fault.start + 1) - 1))
        {
            // What stands below the decorators is at fault.
            let decorator = |at: usize| {
                scan.lines[at].indent == scan.lines[line].indent
                    && scan.tokens_of(at).first().is_some_and(|token| text[token.start..].starts_with('@'))
            };
            while decorator(next)
                && let Some(below) = scan.next_code(next)
            {
                next = below;
            }
            line = next;
            fault.start = scan.lines[next].start + scan.lines[next].indent;
            fault.end = scan.lines[next].code_end.max(fault.start);
        }
        let heads = heads(text, &scan);
        Some(Piece { text, scan, faults, fault, line, heads })
    }

    /// Whether the parser found an error in a line.
    pub fn is_faulty(&self, line: usize) -> bool {
        self.scan.lines.get(line).is_some_and(|line| any_between(&self.faults, line.start, line.end))
    }

    pub fn of(&self, token: &Token) -> &'a str {
        self.text.get(token.start..token.end).unwrap_or("")
    }

    /// The text of a token by index; empty beyond the ends.
    pub fn word(&self, index: usize) -> &'a str {
        self.scan.tokens.get(index).map_or("", |token| self.of(token))
    }

    /// The text of a token for a message: never more than one line, never long.
    pub fn short(&self, index: usize) -> String {
        let word = self.word(index).lines().next().unwrap_or("");
        if word.chars().count() > 24 { format!("{}…", word.chars().take(20).collect::<String>()) } else { word.to_owned() }
    }

    pub fn kind(&self, index: usize) -> Option<Kind> {
        self.scan.tokens.get(index).map(|token| token.kind)
    }

    /// The tokens of a line as indices.
    pub fn indices(&self, line: usize) -> Range<usize> {
        self.scan.lines.get(line).map_or(0..0, |line| line.tokens.clone())
    }

    /// The first word of a line.
    pub fn first_word(&self, line: usize) -> &'a str {
        self.scan.tokens_of(line).first().map_or("", |token| self.of(token))
    }

    /// The lines of the statement that holds `line`.
    pub fn statement(&self, line: usize) -> Range<usize> {
        let head = self.heads.get(line).copied().unwrap_or(line);
        let mut end = line + 1;
        while end < self.heads.len() && self.heads[end] == head {
            end += 1;
        }
        while end > line + 1 && self.scan.lines[end - 1].is_blank() {
            end -= 1;
        }
        head..end
    }

    /// The tokens of the statement that holds `line`, as indices.
    pub fn statement_tokens(&self, line: usize) -> Range<usize> {
        let lines = self.statement(line);
        self.indices(lines.start).start..self.indices(lines.end.saturating_sub(1)).end
    }

    /// The index of the first token that ends after `offset`.
    pub fn token_at(&self, offset: usize) -> usize {
        self.scan.tokens.partition_point(|token| token.end <= offset)
    }

    /// White space in front of a line.
    pub fn indent(&self, line: usize) -> &'a str {
        self.scan.lines.get(line).and_then(|line| self.text.get(line.start..line.start + line.indent)).unwrap_or("")
    }

    /// The code of a line, without indentation and comment.
    pub fn code(&self, line: usize) -> &'a str {
        self.scan
            .lines
            .get(line)
            .and_then(|line| self.text.get(line.start + line.indent..line.code_end.max(line.start + line.indent)))
            .unwrap_or("")
    }

    /// A finding on bytes `start..end` of this text.
    pub fn broken(&self, start: usize, end: usize, message: impl Into<String>) -> Broken {
        Broken { span: span(start, end), message: message.into(), help: None, labels: Vec::new() }
    }

    /// A finding on one token.
    pub fn at(&self, token: &Token, message: impl Into<String>) -> Broken {
        self.broken(token.start, token.end, message)
    }
}

pub(super) fn span(start: usize, end: usize) -> Span {
    Span::new(u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX))
}

impl Broken {
    pub(super) fn help(mut self, help: impl Into<String>) -> Broken {
        self.help = Some(help.into());
        self
    }

    pub(super) fn label(mut self, start: usize, end: usize, text: impl Into<String>) -> Broken {
        self.labels.push((span(start, end), text.into()));
        self
    }
}

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
fn heads(text: &str, scan: &Scan) -> Vec<usize> {
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
            if !follows {
                decorated = first == "@";
            }
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
            if below.indent == 0 && depth == 0 || starts_statement(text, scan, index, b'(') && below.indent == 0 {
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
