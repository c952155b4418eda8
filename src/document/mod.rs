//! Files that are no Python but hold settings: names with values, and where the values stand.
//!
//! Knows nothing of secrets: it reads what is there. What no parser reads is read line by line; nothing fails.

mod docker;
mod env;
mod ini;
mod json;
mod kind;
mod netrc;
mod notebook;
mod toml;
mod yaml;

use crate::text::Span;
use crate::unit::Syntax;
use std::borrow::Cow;

pub use json::Escapes;
pub use kind::syntax_of;
pub use notebook::Cell;

/// What a file of settings says.
#[derive(Default)]
pub struct Document<'t> {
    /// Names with values, in the order of the file.
    pub entries: Vec<Entry<'t>>,
    /// Pieces of Python in it.
    pub cells: Vec<Cell>,
}

/// A name with its value, as they stand in the text unless escapes were taken out; nothing of it is kept.
pub struct Entry<'t> {
    /// The name: the last key above the value, or what stands before `=`.
    pub key: Cow<'t, str>,
    /// The key or section around the mapping that it stands in; empty at the top.
    pub within: Cow<'t, str>,
    /// The value as it is written, without quotes.
    pub raw: Cow<'t, str>,
    /// The escapes in it, as JSON has them.
    pub escapes: Escapes,
    /// Where it stands, without its quotes.
    pub span: Span,
    /// It is switched off.
    pub commented: bool,
}

impl<'t> Entry<'t> {
    /// The value as its reader sees it, without escapes.
    pub fn value(&self) -> Cow<'_, str> {
        match self.escapes {
            Escapes::None => Cow::Borrowed(&self.raw),
            _ => json::unescape(&self.raw),
        }
    }

    fn new(key: impl Into<Cow<'t, str>>, value: impl Into<Cow<'t, str>>, span: Span) -> Entry<'t> {
        Entry {
            key: key.into(),
            within: Cow::Borrowed(""),
            raw: value.into(),
            escapes: Escapes::None,
            span,
            commented: false,
        }
    }
}

/// Reads a file.
pub fn read(text: &str, syntax: Syntax) -> Document<'_> {
    let entries = match syntax {
        Syntax::Env => env::entries(text),
        Syntax::Ini => ini::entries(text),
        Syntax::Yaml => yaml::entries(text),
        Syntax::Toml => toml::entries(text),
        Syntax::Json => json::entries(text),
        Syntax::Docker => docker::entries(text),
        Syntax::Netrc => netrc::entries(text),
        Syntax::Notebook => return Document { entries: Vec::new(), cells: notebook::cells(text) },
        Syntax::Key => Vec::new(),
    };
    Document { entries, cells: Vec::new() }
}

/// What stands behind a `#` at the beginning of a line or behind a blank, in the formats that have such comments.
/// A mark inside a value is taken for one, too.
pub fn comments(text: &str, syntax: Syntax) -> Vec<Span> {
    if matches!(syntax, Syntax::Json | Syntax::Notebook | Syntax::Key) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (start, line) in lines(text) {
        let behind_blank = |at: &usize| *at == 0 || line.as_bytes()[at - 1].is_ascii_whitespace();
        if let Some(at) = line.match_indices('#').map(|(at, _)| at).find(behind_blank) {
            found.push(Span::new((start + at) as u32, (start + line.len()) as u32));
        }
    }
    found
}

/// The lines of a text with where they start, without their ends.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split('\n').map(move |line| {
        let at = start;
        start += line.len() + 1;
        (at, line.strip_suffix('\r').unwrap_or(line))
    })
}

/// A value as it is written on one line, cut out of its quotes and away from the comment behind it.
fn unquoted(text: &str, start: usize, end: usize) -> (usize, usize) {
    let raw = &text[start..end];
    let lead = raw.len() - raw.trim_start().len();
    let (start, raw) = (start + lead, raw.trim());
    for quote in ['"', '\''] {
        if let Some(rest) = raw.strip_prefix(quote) {
            let mut escaped = false;
            for (at, c) in rest.char_indices() {
                if c == quote && !escaped {
                    return (start + 1, start + 1 + at);
                }
                escaped = c == '\\' && !escaped;
            }
        }
    }
    let comment = raw.find(" #").or_else(|| raw.find("\t#")).unwrap_or(raw.len());
    (start, start + raw[..comment].trim_end().len())
}

/// `NAME=value` as an item of a list: environments of containers, arguments of commands.
fn assignment(item: &str) -> Option<(&str, &str)> {
    let at = memchr::memchr(b'=', item.as_bytes())?;
    let (name, value) = (&item[..at], &item[at + 1..]);
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
    // With a blank in it, it is a command or a text, read as one.
    let fits = !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(plain)
        && !value.is_empty()
        && !value.contains(char::is_whitespace);
    fits.then_some((name, value))
}

/// Adds a value, or what is assigned in it.
fn push<'t>(entries: &mut Vec<Entry<'t>>, within: Cow<'t, str>, entry: Entry<'t>) {
    let span = entry.span;
    let entry = match assignment(&entry.raw) {
        // Escapes would shift the place.
        Some((name, inner)) if entry.escapes == Escapes::None && span.range().len() == entry.raw.len() => {
            Entry::new(name.to_owned(), inner.to_owned(), Span::new(span.end - inner.len() as u32, span.end))
        }
        _ => entry,
    };
    entries.push(Entry { within, ..entry });
}

/// Whether the value below this key is what other values beside it are called.
fn is_name(key: &str) -> bool {
    matches!(key, "name" | "Name" | "key" | "Key")
}

/// Gives values the name that stands beside them: `{"name": "DB_PASSWORD", "value": "..."}`.
fn pair_up(members: &mut [Entry]) {
    let is_value = |entry: &&mut Entry| matches!(&*entry.key, "value" | "Value" | "default" | "defaultValue");
    let Some(name) = members.iter().find(|entry| is_name(&entry.key)).map(|one| one.value().into_owned()) else {
        return;
    };
    for member in members.iter_mut().filter(is_value) {
        member.key = Cow::Owned(name.clone());
    }
}

#[cfg(test)]
mod tests;
