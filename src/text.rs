//! Bytes to text and places in it: spans, line index, source encodings, UTF-16 columns.
//!
//! Decoding follows CPython (BOM, PEP 263 cookie). Nothing here knows Python's grammar.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Byte offsets into the decoded text of one file. Always `start <= end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from `start` to `end`, in either order.
    pub fn new(start: u32, end: u32) -> Self {
        Span { start: start.min(end), end: start.max(end) }
    }

    /// The empty span at `offset`.
    pub fn at(offset: u32) -> Self {
        Span { start: offset, end: offset }
    }

    /// As a range for slicing.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether the two share a byte, or one is empty and lies within the other.
    pub fn touches(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end || self == other
    }

    /// Whether `other` lies within this span.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The text it names; empty where the text is shorter than the span says.
    pub fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or("")
    }
}

/// A place a person can be sent to. Lines and columns start at 1, columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Where each line starts. `\n`, `\r\n` and a lone `\r` end a line, as in Python.
#[derive(Debug, Clone)]
pub struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    /// Indexes a text.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            starts.push(at as u32 + 1);
        }
        Lines { starts }
    }

    /// How many lines there are; a text that ends in a line break has an empty last one.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The line, from 1, that holds `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32
    }

    /// Where `line` (from 1) starts; the last line's start beyond the end.
    pub fn start(&self, line: u32) -> u32 {
        let index = (line.max(1) as usize - 1).min(self.starts.len() - 1);
        self.starts[index]
    }

    /// The span of `line` (from 1) without its line break.
    pub fn span(&self, line: u32, text: &str) -> Span {
        let start = self.start(line);
        let end = self.starts.get(line as usize).copied().unwrap_or(text.len() as u32);
        let kept = Span::new(start, end).of(text).trim_end_matches(['\n', '\r']).len() as u32;
        Span::new(start, start + kept)
    }

    /// Line and column of `offset`.
    pub fn position(&self, offset: u32, text: &str) -> Position {
        let line = self.line(offset);
        let column = Span::new(self.start(line), offset).of(text).chars().count() as u32 + 1;
        Position { line, column }
    }

    /// The column of `offset` in UTF-16 code units, from 1, as SARIF and editors count.
    pub fn utf16_column(&self, offset: u32, text: &str) -> u32 {
        let line = self.line(offset);
        Span::new(self.start(line), offset).of(text).encode_utf16().count() as u32 + 1
    }
}

/// How the bytes of a file became text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// ISO-8859-1, which `encoding_rs` does not have (its `latin1` is windows-1252).
    Latin1,
    /// Another codec that the cookie names.
    Other(&'static encoding_rs::Encoding),
}

/// A decoded file.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    /// The text, without byte order mark.
    pub text: Cow<'a, str>,
    /// Whether a UTF-8 byte order mark stood in front.
    pub bom: bool,
    /// What `encode` needs to write it back.
    pub encoding: Encoding,
    /// What keeps Python from reading the file; the text is then a best effort and is never written back.
    pub trouble: Option<Trouble>,
}

/// Why Python refuses the bytes of a file before it looks at the grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Where, in the decoded text.
    pub at: u32,
    /// What is wrong, as a sentence without full stop.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// Bytes that are no UTF-8 and nothing else: up to Python 3.13 they may stand in comments.
    pub is_utf8: bool,
}

/// Where the line of an offset starts, whatever its break: `\n`, `\r\n` or `\r`.
pub fn line_start(text: &str, offset: u32) -> u32 {
    text[..offset as usize].rfind(['\n', '\r']).map_or(0, |at| at as u32 + 1)
}

/// Where the line of an offset stops: in front of its break.
pub fn line_stop(text: &str, offset: u32) -> u32 {
    text[offset as usize..].find(['\n', '\r']).map_or(text.len() as u32, |at| offset + at as u32)
}

/// Where the line behind that of an offset starts.
pub fn line_end(text: &str, offset: u32) -> u32 {
    let stop = line_stop(text, offset);
    match text.as_bytes()[stop as usize..] {
        [b'\r', b'\n', ..] => stop + 2,
        [_, ..] => stop + 1,
        [] => stop,
    }
}

/// Decodes a file as CPython does: byte order mark, PEP 263 cookie in line 1 or 2, else UTF-8.
///
/// Source: "Encoding declarations" in the language reference, and `Parser/tokenizer` of CPython 3.11.
pub fn decode(bytes: &[u8]) -> Source<'_> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        let codec = if bytes[0] == 0xFF { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
        let (text, _) = codec.decode_without_bom_handling(&bytes[2..]);
        let text = Cow::Owned(text.into_owned());
        let trouble = trouble(0, "the file is UTF-16, which Python cannot read", "save it as UTF-8");
        return Source { text, bom: false, encoding: Encoding::Utf8, trouble: Some(trouble) };
    }
    let bom = bytes.starts_with(&[0xEF, 0xBB, 0xBF]);
    let body = if bom { &bytes[3..] } else { bytes };
    let mut source = decode_body(body, bom);
    if source.trouble.is_none()
        && let Some(at) = memchr::memchr(0, source.text.as_bytes())
    {
        source.trouble =
            Some(trouble(at as u32, "the file contains a NUL byte", "remove it: Python refuses source with NUL bytes"));
    }
    source
}

fn decode_body(body: &[u8], bom: bool) -> Source<'_> {
    let Some(cookie) = cookie(body) else { return utf8(body, bom) };
    let name = normal_codec(&cookie.name);
    let at = cookie.start as u32;
    // CPython compares the spelling here: `utf8` beside a byte order mark is an error.
    if bom && name != "utf-8" && !name.starts_with("utf-8-") {
        let message = format!("the file starts with a UTF-8 byte order mark but declares `{}`", cookie.name);
        let mut source = utf8(body, bom);
        source.trouble = Some(trouble(at, &message, "declare utf-8, or drop the declaration"));
        return source;
    }
    if matches!(name.as_str(), "utf-8" | "utf8" | "utf-8-sig" | "u8" | "utf" | "cp65001") {
        return utf8(body, bom);
    }
    if matches!(
        name.as_str(),
        "latin-1" | "iso-8859-1" | "iso8859-1" | "latin1" | "l1" | "iso-latin-1" | "8859" | "cp819"
    ) {
        let text: String = body.iter().map(|&byte| byte as char).collect();
        return Source { text: Cow::Owned(text), bom, encoding: Encoding::Latin1, trouble: None };
    }
    if matches!(name.as_str(), "ascii" | "us-ascii" | "646") {
        let mut source = utf8(body, bom);
        if let Some(bad) = body.iter().position(|byte| !byte.is_ascii()) {
            let message = "a byte outside ASCII in a file that declares `ascii`";
            source.trouble = Some(trouble(bad as u32, message, "declare utf-8, or drop the declaration"));
        }
        return source;
    }
    let Some(codec) = encoding_rs::Encoding::for_label(python_label(&name).as_bytes()) else {
        let mut source = utf8(body, bom);
        let message = format!("unknown encoding `{}`", cookie.name);
        source.trouble = Some(trouble(at, &message, "name a codec that Python has, such as utf-8"));
        return source;
    };
    let (text, bad) = codec.decode_without_bom_handling(body);
    let text: Cow<str> = Cow::Owned(text.into_owned());
    let trouble = bad.then(|| {
        let at = text.find('\u{FFFD}').unwrap_or(0) as u32;
        trouble(at, &format!("bytes that are not valid `{}`", cookie.name), "save the file in the encoding it declares")
    });
    Source { text, bom, encoding: Encoding::Other(codec), trouble }
}

fn utf8(body: &[u8], bom: bool) -> Source<'_> {
    match std::str::from_utf8(body) {
        Ok(text) => Source { text: Cow::Borrowed(text), bom, encoding: Encoding::Utf8, trouble: None },
        Err(error) => {
            let at = error.valid_up_to();
            let message = format!("byte 0x{:02x} is not valid UTF-8", body[at]);
            let help = "save the file as UTF-8, or declare its encoding in the first line";
            let text = String::from_utf8_lossy(body);
            let trouble = Trouble { is_utf8: true, ..trouble(at as u32, &message, help) };
            Source { text, bom, encoding: Encoding::Utf8, trouble: Some(trouble) }
        }
    }
}

fn trouble(at: u32, message: &str, help: &str) -> Trouble {
    Trouble { at, message: message.to_owned(), help: help.to_owned(), is_utf8: false }
}

/// Turns text back into the bytes of the file it came from; `None` where the encoding cannot hold it.
pub fn encode(text: &str, encoding: Encoding, bom: bool) -> Option<Vec<u8>> {
    match encoding {
        Encoding::Utf8 => {
            let mut bytes = Vec::with_capacity(text.len() + 3);
            if bom {
                bytes.extend_from_slice(&[0xEF, 0xBB, 0xBF]);
            }
            bytes.extend_from_slice(text.as_bytes());
            Some(bytes)
        }
        Encoding::Latin1 => text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect(),
        Encoding::Other(codec) => {
            let (bytes, _, unmappable) = codec.encode(text);
            (!unmappable).then(|| bytes.into_owned())
        }
    }
}

struct Cookie {
    name: String,
    start: usize,
}

/// The PEP 263 cookie: in a comment of line 1, or of line 2 where line 1 is blank or a comment.
fn cookie(body: &[u8]) -> Option<Cookie> {
    let mut offset = 0;
    for _ in 0..2 {
        let rest = &body[offset..];
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        let blank = line.iter().take_while(|b| matches!(b, b' ' | b'\t' | 0x0C)).count();
        match line.get(blank) {
            Some(b'#') => {
                if let Some(found) = cookie_in(&line[blank..]) {
                    return Some(Cookie { name: found.0, start: offset + blank + found.1 });
                }
            }
            Some(_) => return None,
            None => {}
        }
        let crlf = rest.get(end) == Some(&b'\r') && rest.get(end + 1) == Some(&b'\n');
        offset = (offset + end + if crlf { 2 } else { 1 }).min(body.len());
    }
    None
}

fn cookie_in(comment: &[u8]) -> Option<(String, usize)> {
    let at = memchr::memmem::find(comment, b"coding")?;
    let after = at + b"coding".len();
    if !matches!(comment.get(after), Some(b':' | b'=')) {
        return None;
    }
    let start = after + 1 + comment[after + 1..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let name: String = comment[start..]
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        .map(|&b| b as char)
        .collect();
    (!name.is_empty()).then_some((name, start))
}

fn normal_codec(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

/// Python's codec names that the WHATWG labels of `encoding_rs` spell otherwise.
fn python_label(name: &str) -> Cow<'_, str> {
    match name {
        "cp932" | "ms932" | "mskanji" | "ms-kanji" => Cow::Borrowed("shift_jis"),
        "cp949" | "ms949" | "uhc" => Cow::Borrowed("euc-kr"),
        "cp936" | "ms936" => Cow::Borrowed("gbk"),
        "cp950" | "ms950" => Cow::Borrowed("big5"),
        "euc-jis" | "ujis" | "u-jis" | "eucjp" => Cow::Borrowed("euc-jp"),
        "koi8-r" | "koi8-u" => Cow::Borrowed(name),
        _ => match name.strip_prefix("cp125") {
            Some(rest) => Cow::Owned(format!("windows-125{rest}")),
            None => Cow::Borrowed(name),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_in_python() {
        let text = "a\r\nb\rc\nd";
        let lines = Lines::new(text);
        assert_eq!(lines.count(), 4);
        assert_eq!(lines.position(5, text), Position { line: 3, column: 1 });
        assert_eq!(lines.span(1, text).of(text), "a");
        assert_eq!(lines.span(4, text).of(text), "d");
    }

    #[test]
    fn columns_count_characters_and_utf16_units() {
        let text = "é😀x";
        let lines = Lines::new(text);
        let x = text.find('x').map(|at| at as u32).unwrap_or(0);
        assert_eq!(lines.position(x, text).column, 3);
        assert_eq!(lines.utf16_column(x, text), 4);
    }

    #[test]
    fn cookies_are_read_as_cpython_does() {
        assert_eq!(
            decode(b"# -*- coding: latin-1 -*-\ns = '\xe9'\n").text,
            "# -*- coding: latin-1 -*-\ns = '\u{e9}'\n"
        );
        assert!(decode(b"#!/x\n# vim: set fileencoding=gbk :\n'\xc4\xe3'\n").text.contains('你'));
        assert!(decode(b"x = 1\n# coding: nonsense\n").trouble.is_none(), "line 2 counts only after a comment");
        assert!(decode(b"# coding: nonsense\n").trouble.is_some());
        assert!(decode(b"\xef\xbb\xbf# coding: latin-1\n").trouble.is_some());
        assert!(decode(b"\xff\xfex\0").trouble.is_some());
        assert_eq!(decode(b"a\xff").trouble.map(|t| t.at), Some(1));
        assert_eq!(decode(b"a\0b").trouble.map(|t| t.at), Some(1));
    }

    #[test]
    fn what_is_decoded_is_encoded_back() {
        for bytes in [&b"\xef\xbb\xbfx = 1\r\n"[..], b"# coding: latin-1\n'\xe9\x85'\n", b"# coding: gbk\n'\xc4\xe3'\n"]
        {
            let source = decode(bytes);
            assert_eq!(encode(&source.text, source.encoding, source.bom).as_deref(), Some(bytes));
        }
    }
}
