//! JSON, also with comments and trailing commas: strings with the keys above them.
//!
//! Own, because nothing that is kept gives the places of values; broken files give what was read until there.

use super::{Entry, pair_up, push};
use crate::text::Span;

/// Every string and number below a key.
pub fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut key = String::new();
    for token in (Reader { text, at: 0 }) {
        match token {
            Token::Open(is_object) => {
                open.push(Open {
                    is_object,
                    key: std::mem::take(&mut key),
                    first: entries.len(),
                    wants_key: is_object,
                });
            }
            Token::Close => {
                if let Some(closed) = open.pop()
                    && closed.is_object
                    && entries.len() - closed.first <= 64
                {
                    pair_up(&mut entries[closed.first..]);
                }
                if let Some(around) = open.last_mut() {
                    around.wants_key = around.is_object;
                }
                key.clear();
            }
            Token::Comma => {
                if let Some(around) = open.last_mut() {
                    around.wants_key = around.is_object;
                }
                key.clear();
            }
            Token::Colon => {}
            Token::Scalar(value, span) => {
                let Some(around) = open.last_mut() else { continue };
                if around.wants_key {
                    key = value;
                    around.wants_key = false;
                } else if around.is_object {
                    push(&mut entries, &around.key, &key, value, span);
                } else {
                    push(&mut entries, "", &around.key, value, span);
                }
            }
        }
    }
    entries
}

struct Open {
    is_object: bool,
    /// The key above it, for what stands in an array.
    key: String,
    /// The first entry in it.
    first: usize,
    wants_key: bool,
}

/// A piece of JSON.
pub enum Token {
    /// `{` (true) or `[`.
    Open(bool),
    /// `}` or `]`.
    Close,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// A string without escapes, a number or a word, with its place between the quotes.
    Scalar(String, Span),
}

/// Reads tokens one by one; what is no JSON is stepped over.
pub struct Reader<'t> {
    /// The file.
    pub text: &'t str,
    /// How far it is read.
    pub at: usize,
}

impl Reader<'_> {
    /// Where the string ends that begins behind a quote.
    fn string_end(&self, start: usize, quote: u8) -> usize {
        let bytes = self.text.as_bytes();
        let mut at = start;
        while let Some(found) = memchr::memchr3(quote, b'\\', b'\n', bytes.get(at..).unwrap_or_default()) {
            match bytes[at + found] {
                b'\\' => at += found + 2,
                _ => return at + found,
            }
        }
        bytes.len()
    }
}

impl Iterator for Reader<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let bytes = self.text.as_bytes();
        loop {
            let byte = *bytes.get(self.at)?;
            let start = self.at;
            self.at += 1;
            match byte {
                b'{' | b'[' => return Some(Token::Open(byte == b'{')),
                b'}' | b']' => return Some(Token::Close),
                b',' => return Some(Token::Comma),
                b':' => return Some(Token::Colon),
                b'"' | b'\'' => {
                    let end = self.string_end(self.at, byte);
                    let span = Span::new(self.at as u32, end as u32);
                    self.at = (end + 1).min(bytes.len());
                    return Some(Token::Scalar(unescape(span.of(self.text)), span));
                }
                b'/' if matches!(bytes.get(self.at), Some(b'/' | b'*')) => {
                    let end: &[u8] = if bytes[self.at] == b'*' { b"*/" } else { b"\n" };
                    let rest = &bytes[self.at + 1..];
                    let length = memchr::memmem::find(rest, end).map_or(rest.len(), |at| at + end.len());
                    self.at += 1 + length;
                }
                b if b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'$' => {
                    let is_word = |b: &&u8| b.is_ascii_alphanumeric() || b"-_+.$".contains(b);
                    self.at = start + bytes[start..].iter().take_while(is_word).count();
                    let span = Span::new(start as u32, self.at as u32);
                    return Some(Token::Scalar(span.of(self.text).to_owned(), span));
                }
                _ => {}
            }
        }
    }
}

/// A string without its escapes.
fn unescape(raw: &str) -> String {
    if !raw.contains('\\') {
        return raw.to_owned();
    }
    unescaped(raw).map(|(c, _)| c).collect()
}

/// The characters of a string, with where each begins in what is written.
pub fn unescaped(raw: &str) -> impl Iterator<Item = (char, usize)> + '_ {
    let mut chars = raw.char_indices();
    std::iter::from_fn(move || {
        let (at, c) = chars.next()?;
        if c != '\\' {
            return Some((c, at));
        }
        let c = match chars.next()?.1 {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'u' => {
                let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
            }
            other => other,
        };
        Some((c, at))
    })
}
