//! A lexer for source that no parser accepts: names, strings, brackets and lines, whatever the bytes are.
//!
//! It never fails and never looks back: a string that is not closed ends with its line (or the file) and says so.
//! It does not know indentation levels or the grammar, and it keeps no comments.

use std::ops::Range;

/// What a token is, as far as a broken file lets one say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Name,
    Number,
    String,
    Open,
    Close,
    Operator,
    /// A character that Python has no use for.
    Strange,
}

/// A piece of a line. Offsets are bytes into the scanned text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    /// Index into `Scan::lines` of the line it starts in.
    pub line: usize,
    /// False for a string without its closing quotes.
    pub closed: bool,
    /// Whether it is a triple-quoted string.
    pub triple: bool,
}

/// One physical line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub start: usize,
    /// Without the line break.
    pub end: usize,
    /// End of the last token or of the indentation: comments and blanks at the end excluded.
    pub code_end: usize,
    /// Bytes of white space in front.
    pub indent: usize,
    /// The tokens that start here.
    pub tokens: Range<usize>,
    /// Whether the line starts inside a string.
    pub inside: bool,
    /// Whether the line before ends in a backslash.
    pub joined: bool,
}

impl Line {
    /// Neither code nor the inside of a string.
    pub fn is_blank(&self) -> bool {
        self.tokens.is_empty() && !self.inside
    }

    /// Whether a statement may start here as far as strings and backslashes say.
    pub fn is_fresh(&self) -> bool {
        !self.tokens.is_empty() && !self.inside && !self.joined
    }
}

/// All tokens and lines of a text.
#[derive(Debug)]
pub(super) struct Scan {
    pub tokens: Vec<Token>,
    pub lines: Vec<Line>,
}

impl Scan {
    /// The index of the line that holds `offset`.
    pub fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.start <= offset).saturating_sub(1)
    }

    /// The tokens that start in a line.
    pub fn tokens_of(&self, line: usize) -> &[Token] {
        self.lines.get(line).and_then(|line| self.tokens.get(line.tokens.clone())).unwrap_or(&[])
    }

    /// The next line after `line` with code in it.
    pub fn next_code(&self, line: usize) -> Option<usize> {
        (line + 1..self.lines.len()).find(|&next| !self.lines[next].is_blank())
    }

    /// The last line before `line` with code in it.
    pub fn previous_code(&self, line: usize) -> Option<usize> {
        (0..line.min(self.lines.len())).rev().find(|&previous| !self.lines[previous].is_blank())
    }
}

const OPERATORS: [&str; 34] = [
    "===", "!==", "**=", "//=", "<<=", ">>=", "...", "->", ":=", "==", "!=", "<=", ">=", "<>", "**", "//", "<<", ">>",
    "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", "&&", "||", "++", "--", "=>", "{%", "%}",
];

/// Reads a whole text. Linear.
pub(super) fn scan(text: &str) -> Scan {
    let mut scanner = Scanner { text, bytes: text.as_bytes(), at: 0, tokens: Vec::new(), lines: Vec::new() };
    scanner.open_line(false, false);
    while scanner.at < scanner.bytes.len() {
        scanner.step();
    }
    scanner.close_line(scanner.at);
    Scan { tokens: scanner.tokens, lines: scanner.lines }
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    tokens: Vec<Token>,
    lines: Vec<Line>,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn open_line(&mut self, inside: bool, joined: bool) {
        let start = self.at;
        let rest = &self.bytes[start..];
        let indent = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | 0x0C)).count();
        let tokens = self.tokens.len()..self.tokens.len();
        self.lines.push(Line { start, end: start, code_end: start + indent, indent, tokens, inside, joined });
        if !inside {
            self.at += indent;
        }
    }

    fn close_line(&mut self, end: usize) {
        let count = self.tokens.len();
        let Some(line) = self.lines.last_mut() else { return };
        line.end = end;
        line.tokens.end = count;
        let last = self.tokens.last().map_or(0, |token| token.end);
        line.code_end = if last > line.start { last.min(end) } else { line.code_end.min(end) };
    }

    /// Skips a line break at the cursor and starts the next line.
    fn next_line(&mut self, inside: bool, joined: bool) {
        self.close_line(self.at);
        self.at += if self.peek(0) == b'\r' && self.peek(1) == b'\n' { 2 } else { 1 };
        self.open_line(inside, joined);
    }

    fn step(&mut self) {
        match self.peek(0) {
            b'\n' | b'\r' => self.next_line(false, false),
            b' ' | b'\t' | 0x0C => self.at += 1,
            b'#' => {
                let rest = &self.bytes[self.at..];
                self.at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            }
            b'\\' if matches!(self.peek(1), b'\n' | b'\r') => {
                self.at += 1;
                self.next_line(false, true);
            }
            b'"' | b'\'' => self.string(self.at, false),
            b'(' | b'[' => self.push(Kind::Open, 1),
            b'{' if self.peek(1) != b'%' => self.push(Kind::Open, 1),
            b')' | b']' | b'}' => self.push(Kind::Close, 1),
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(1).is_ascii_digit() => self.number(),
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => self.name(),
            byte if byte.is_ascii() => {
                let rest = &self.bytes[self.at..];
                let operator = OPERATORS.iter().find(|operator| rest.starts_with(operator.as_bytes()));
                let kind = if matches!(byte, b'$' | b'?' | b'`' | b'!') && operator.is_none() || byte < b' ' {
                    Kind::Strange
                } else {
                    Kind::Operator
                };
                self.push(kind, operator.map_or(1, |operator| operator.len()));
            }
            _ => {
                let next = self.text[self.at..].chars().next().unwrap_or(' ');
                if next.is_alphabetic() { self.name() } else { self.push(Kind::Strange, next.len_utf8()) }
            }
        }
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let (start, end) = (self.at, self.at + length);
        self.tokens.push(Token { kind, start, end, line: self.lines.len() - 1, closed: true, triple: false });
        self.at = end;
    }

    fn number(&mut self) {
        let rest = &self.bytes[self.at..];
        let mut length = 0;
        while let Some(&byte) = rest.get(length) {
            let sign = matches!(byte, b'+' | b'-')
                && matches!(rest[length - 1], b'e' | b'E')
                && !matches!(rest.get(1), Some(b'x' | b'X'))
                && rest.get(length + 1).is_some_and(u8::is_ascii_digit);
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') || length > 0 && sign) {
                break;
            }
            length += 1;
        }
        self.push(Kind::Number, length);
    }

    fn name(&mut self) {
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let next = self.bytes.get(self.at + length);
        if length <= 2 && matches!(next, Some(b'"' | b'\'')) {
            let prefix = rest[..length].to_ascii_lowercase();
            if matches!(prefix.as_str(), "r" | "u" | "b" | "f" | "t" | "br" | "rb" | "fr" | "rf" | "tr" | "rt" | "ur") {
                let start = self.at;
                self.at += length;
                self.string(start, prefix.contains(['f', 't']));
                return;
            }
        }
        self.push(Kind::Name, length);
    }

    /// Reads a string whose quotes start at the cursor and whose prefix starts at `start`.
    fn string(&mut self, start: usize, fields: bool) {
        let line = self.lines.len() - 1;
        let quote = Quote::at(self.bytes, self.at);
        let body = self.at + quote.width();
        let found = if fields { formatted_end(self.bytes, body, quote, 3) } else { None };
        let (end, closed) = found.map_or_else(|| plain_end(self.bytes, body, quote), |end| (end, true));
        while self.at < end {
            if matches!(self.peek(0), b'\n' | b'\r') {
                self.next_line(true, false);
            } else {
                self.at += 1;
            }
        }
        self.at = end.max(body).min(self.bytes.len());
        let token = Token { kind: Kind::String, start, end: self.at, line, closed, triple: quote.triple };
        self.tokens.push(token);
        // Lines inside the string were opened before the token was known.
        let (index, count) = (self.tokens.len() - 1, self.tokens.len());
        let last = self.lines.len() - 1;
        for opened in line..=last {
            let opened_line = &mut self.lines[opened];
            opened_line.tokens.end = count;
            if opened > line {
                opened_line.tokens.start = index + 1;
            }
            if opened < last {
                opened_line.code_end = opened_line.end;
            }
        }
    }
}

/// How a string is quoted.
#[derive(Clone, Copy)]
struct Quote {
    byte: u8,
    triple: bool,
}

impl Quote {
    fn at(bytes: &[u8], at: usize) -> Quote {
        let byte = bytes[at];
        Quote { byte, triple: bytes[at..].starts_with(&[byte; 3]) }
    }

    fn width(self) -> usize {
        if self.triple { 3 } else { 1 }
    }

    fn closes(self, bytes: &[u8], at: usize) -> bool {
        bytes[at] == self.byte && (!self.triple || bytes[at..].starts_with(&[self.byte; 3]))
    }
}

/// One past the closing quotes, or where the string gives up.
fn plain_end(bytes: &[u8], mut at: usize, quote: Quote) -> (usize, bool) {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += if bytes[at..].starts_with(b"\\\r\n") { 3 } else { 2 },
            b'\n' | b'\r' if !quote.triple => return (at, false),
            _ if quote.closes(bytes, at) => return (at + quote.width(), true),
            _ => at += 1,
        }
    }
    (bytes.len(), false)
}

/// The longest replacement field that is followed before the string is read as plain text.
const FIELD: usize = 2000;

/// The end of an f-string with nested quotes (PEP 701); `None` where it does not close that way.
fn formatted_end(bytes: &[u8], mut at: usize, quote: Quote, depth: u32) -> Option<usize> {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'\n' | b'\r' if !quote.triple => return None,
            b'{' if bytes.get(at + 1) == Some(&b'{') => at += 2,
            b'{' => at = field_end(bytes, at + 1, quote, depth)?,
            _ if quote.closes(bytes, at) => return Some(at + quote.width()),
            _ => at += 1,
        }
    }
    None
}

fn field_end(bytes: &[u8], start: usize, outer: Quote, depth: u32) -> Option<usize> {
    let (mut at, mut braces) = (start, 1);
    while at < bytes.len() && at - start < FIELD {
        match bytes[at] {
            b'{' => braces += 1,
            b'}' if braces == 1 => return Some(at + 1),
            b'}' => braces -= 1,
            b'\n' | b'\r' if !outer.triple => return None,
            b'"' | b'\'' => {
                let inner = Quote::at(bytes, at);
                if depth == 0 || outer.triple && inner.triple && inner.byte == outer.byte {
                    return None;
                }
                let formatted = matches!(bytes[at - 1], b'f' | b'F');
                let body = at + inner.width();
                // A nested one that does not close that way decides for all around it: another reading at each level
                // would take exponential time.
                at = if formatted {
                    formatted_end(bytes, body, inner, depth - 1)?
                } else {
                    match plain_end(bytes, body, inner) {
                        (end, true) => end,
                        _ => return None,
                    }
                };
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    None
}
