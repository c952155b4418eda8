//! JSON, also with comments and trailing commas: strings with the keys above them.
//!
//! Own, because nothing that is kept gives the places of values; broken files give what was read until there.

use super::{Entry, is_name, pair_up, push};
use crate::text::Span;
use std::borrow::Cow;

/// Every string and number below a key.
pub fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut key = Cow::Borrowed("");
    for token in (Reader { text, at: 0 }) {
        match token {
            Token::Open(is_object) => {
                open.push(Open {
                    is_object,
                    key: std::mem::take(&mut key),
                    first: entries.len(),
                    wants_key: is_object,
                    names: false,
                });
            }
            Token::Close => {
                let closed = open.pop();
                if let Some(closed) = &closed
                    && closed.is_object
                    && closed.names
                    && entries.len() - closed.first <= 64
                {
                    pair_up(&mut entries[closed.first..]);
                }
                if let Some(around) = open.last_mut() {
                    around.wants_key = around.is_object;
                    around.names |= closed.is_some_and(|closed| closed.names);
                }
                key = Cow::Borrowed("");
            }
            Token::Comma => {
                if let Some(around) = open.last_mut() {
                    around.wants_key = around.is_object;
                }
                key = Cow::Borrowed("");
            }
            Token::Colon => {}
            Token::Scalar(raw, span, escapes) => {
                let Some(around) = open.last_mut() else { continue };
                if around.wants_key {
                    key = if escapes == Escapes::None { Cow::Borrowed(raw) } else { unescape(raw) };
                    around.names |= is_name(&key);
                    around.wants_key = false;
                    continue;
                }
                let (within, key) = match around.is_object {
                    true => (around.key.clone(), key.clone()),
                    false => (Cow::Borrowed(""), around.key.clone()),
                };
                push(&mut entries, within, Entry { escapes, ..Entry::new(key, raw, span) });
            }
        }
    }
    entries
}

struct Open<'t> {
    is_object: bool,
    /// The key above it, for what stands in an array.
    key: Cow<'t, str>,
    /// The first entry in it.
    first: usize,
    wants_key: bool,
    /// A key in it, or further in, gives what stands beside it a name.
    names: bool,
}

/// What escapes there are in a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Escapes {
    /// None: it is what is written.
    None,
    /// Those of blanks, quotes and slashes: every letter, digit and sign of ASCII is written as it is.
    OfBlanks,
    /// The same, and some of characters beyond ASCII.
    OfOthers,
    /// Any: what is written may hide a letter or a sign.
    Any,
}

impl Escapes {
    /// What stands behind a backslash.
    fn of(behind: &[u8]) -> Escapes {
        match behind {
            [b'n' | b't' | b'r' | b'"' | b'\\' | b'/', ..] => Escapes::OfBlanks,
            [b'u', b'0', b'0', b'0'..=b'7', ..] => Escapes::Any,
            [b'u', rest @ ..] if rest.iter().take(4).filter(|byte| byte.is_ascii_hexdigit()).count() == 4 => {
                Escapes::OfOthers
            }
            _ => Escapes::Any,
        }
    }
}

/// A piece of JSON.
pub enum Token<'t> {
    /// `{` (true) or `[`.
    Open(bool),
    /// `}` or `]`.
    Close,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// A string as it is written between its quotes, a number or a word, with its place and the escapes in it.
    Scalar(&'t str, Span, Escapes),
}

/// Reads tokens one by one; what is no JSON is stepped over.
pub struct Reader<'t> {
    /// The file.
    pub text: &'t str,
    /// How far it is read.
    pub at: usize,
}

/// What a string may end with, or escape something by.
const MAY_END: [bool; 256] = {
    let mut all = [false; 256];
    (all[b'\\' as usize], all[b'\n' as usize], all[b'"' as usize], all[b'\'' as usize]) = (true, true, true, true);
    all
};

impl Reader<'_> {
    /// Where the string ends that begins behind a quote, and the escapes in it.
    fn string_end(&self, start: usize, quote: u8) -> (usize, Escapes) {
        let bytes = self.text.as_bytes();
        let (mut at, mut escapes) = (start, Escapes::None);
        // Most strings are short: a table is faster than a search.
        while let Some(length) =
            bytes.get(at..).and_then(|rest| rest.iter().position(|byte| MAY_END[usize::from(*byte)]))
        {
            at += length;
            match bytes[at] {
                b'\\' => {
                    escapes = escapes.max(Escapes::of(&bytes[at + 1..]));
                    at += 2;
                }
                byte if byte == quote || byte == b'\n' => return (at, escapes),
                _ => at += 1,
            }
        }
        (bytes.len(), escapes)
    }
}

impl<'t> Iterator for Reader<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let bytes = self.text.as_bytes();
        loop {
            let mut byte = *bytes.get(self.at)?;
            while matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                self.at += 1;
                byte = *bytes.get(self.at)?;
            }
            let start = self.at;
            self.at += 1;
            match byte {
                b'{' | b'[' => return Some(Token::Open(byte == b'{')),
                b'}' | b']' => return Some(Token::Close),
                b',' => return Some(Token::Comma),
                b':' => return Some(Token::Colon),
                b'"' | b'\'' => {
                    let (end, escapes) = self.string_end(self.at, byte);
                    let span = Span::new(self.at as u32, end as u32);
                    self.at = (end + 1).min(bytes.len());
                    return Some(Token::Scalar(span.of(self.text), span, escapes));
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
                    return Some(Token::Scalar(span.of(self.text), span, Escapes::None));
                }
                _ => {}
            }
        }
    }
}

/// A string without its escapes.
pub fn unescape(raw: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', raw.as_bytes()) else { return Cow::Borrowed(raw) };
    let mut text = String::with_capacity(raw.len());
    text.push_str(&raw[..first]);
    text.extend(unescaped(&raw[first..]).map(|(c, _)| c));
    Cow::Owned(text)
}

/// The characters of a string, with where each begins in what is written.
pub fn unescaped(raw: &str) -> impl Iterator<Item = (char, usize)> + '_ {
    let mut next = 0;
    std::iter::from_fn(move || {
        let at = next;
        let c = raw[at..].chars().next()?;
        next += c.len_utf8();
        if c != '\\' {
            return Some((c, at));
        }
        let (c, length) = escape(&raw[next..])?;
        next += length;
        Some((c, at))
    })
}

/// What is meant by what stands behind a backslash, and how long that is.
fn escape(behind: &str) -> Option<(char, usize)> {
    if let [b'u', digits @ ..] = behind.as_bytes()
        && let Some(digits) = digits.first_chunk::<4>()
        && digits.iter().all(u8::is_ascii_hexdigit)
    {
        let digit = |code, digit: &u8| (code << 4) + u32::from(digit & 15) + u32::from(digit >> 6) * 9;
        return Some((char::from_u32(digits.iter().fold(0, digit)).unwrap_or('\u{fffd}'), 5));
    }
    let c = behind.chars().next()?;
    let meant = match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'u' => {
            let length = behind[1..].chars().take(4).map(char::len_utf8).sum::<usize>();
            let digits = u32::from_str_radix(&behind[1..=length], 16);
            return Some((digits.ok().and_then(char::from_u32).unwrap_or('\u{fffd}'), 1 + length));
        }
        other => other,
    };
    Some((meant, c.len_utf8()))
}
