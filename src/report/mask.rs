//! The one door for source text on its way out: secrets become `*`, control characters become visible.
//!
//! Formats never slice `Source::text` to show it, and never write a message, title or edit that did not pass here.

use super::{Report, Source};
use crate::text::Span;
use aho_corasick::{AhoCorasick, MatchKind};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use unicode_width::UnicodeWidthChar;

/// A character of the source as it may be shown: `char`, `repeat` times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyph {
    /// The byte it stands for.
    pub at: u32,
    /// What is shown. A tab stays a tab.
    pub char: char,
    /// How often, so that a hidden wide character keeps its columns.
    pub repeat: usize,
}

/// The characters of `span`, hidden where they belong to a secret, whatever the frame is about.
pub fn glyphs(source: &Source, span: Span) -> impl Iterator<Item = Glyph> {
    let span = source.clip(span);
    let secrets: Vec<Span> = source.secrets.iter().copied().filter(|secret| secret.touches(span)).collect();
    span.of(&source.text).char_indices().map(move |(offset, char)| {
        let at = span.start + offset as u32;
        let character = Span::new(at, at + char.len_utf8() as u32);
        if !matches!(char, '\n' | '\r') && secrets.iter().any(|secret| secret.touches(character)) {
            return Glyph { at, char: '*', repeat: if char == '\t' { 1 } else { char.width().unwrap_or(1) } };
        }
        Glyph { at, char: visible(char), repeat: 1 }
    })
}

/// What a terminal may be sent for a character: no escape sequence, nothing that reverses the text.
fn visible(char: char) -> char {
    match char {
        '\t' => char,
        '\0'..='\u{1F}' => char::from_u32(0x2400 + u32::from(char)).unwrap_or('\u{FFFD}'),
        '\u{7F}' => '\u{2421}',
        '\u{80}'..='\u{9F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' => '\u{FFFD}',
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => '\u{FFFD}',
        _ => char,
    }
}

/// Text for one line of a terminal: line breaks become spaces, control characters visible.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if text.chars().all(|char| char != '\t' && visible(char) == char) {
        return Cow::Borrowed(text);
    }
    let broken = text.replace("\r\n", " ");
    Cow::Owned(
        broken.chars().map(|char| if matches!(char, '\n' | '\r' | '\t') { ' ' } else { visible(char) }).collect(),
    )
}

/// Hides the values of secrets in texts that davy wrote: messages, titles, replacements.
///
/// Rules do not copy secrets; this is the second lock. Values are compared within the process and never kept.
#[derive(Debug, Default)]
pub struct Masks<'a> {
    files: BTreeMap<&'a str, Values<'a>>,
}

#[derive(Debug)]
struct Values<'a> {
    values: Vec<&'a str>,
    /// `None` where it could not be built: then everything is hidden.
    finder: Option<AhoCorasick>,
}

impl<'a> Masks<'a> {
    /// Collects the values of each shown file.
    pub fn new(report: &'a Report) -> Masks<'a> {
        Masks::of(&report.sources)
    }

    /// The same for sources by path.
    pub fn of(sources: &'a BTreeMap<String, Source>) -> Masks<'a> {
        let mut files = BTreeMap::new();
        for (path, source) in sources {
            let values = values(source);
            if !values.is_empty() {
                let finder = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&values).ok();
                files.insert(path.as_str(), Values { values, finder });
            }
        }
        Masks { files }
    }

    /// `text`, about the files named, without any of their secrets.
    pub fn text<'t>(&self, paths: &[&str], text: &'t str) -> Cow<'t, str> {
        let mut hidden: Vec<Span> = Vec::new();
        for (index, path) in paths.iter().enumerate() {
            let Some(values) = self.files.get(path) else { continue };
            if paths[..index].contains(path) {
                continue;
            }
            let Some(finder) = &values.finder else { return Cow::Borrowed("(hidden)") };
            for found in finder.find_overlapping_iter(text) {
                let value = values.values[found.pattern().as_usize()];
                if !is_plain(value) || is_quoted(text, found.start(), found.end()) {
                    hidden.push(Span::new(found.start() as u32, found.end() as u32));
                }
            }
        }
        if hidden.is_empty() {
            return Cow::Borrowed(text);
        }
        hidden.sort();
        let mut masked = String::with_capacity(text.len());
        let mut done = 0;
        let mut hidden = hidden.into_iter().peekable();
        while let Some(mut span) = hidden.next() {
            while let Some(next) = hidden.next_if(|next| next.start <= span.end) {
                span.end = span.end.max(next.end);
            }
            masked.push_str(Span::new(done, span.start).of(text));
            masked.push_str("********");
            done = span.end;
        }
        masked.push_str(Span::new(done, text.len() as u32).of(text));
        Cow::Owned(masked)
    }
}

/// What must not be written: each secret without quotes around it, and each long line of one that has several.
fn values(source: &Source) -> Vec<&str> {
    let mut values = BTreeSet::new();
    for &secret in &source.secrets {
        let value = source.clip(secret).of(&source.text).trim().trim_matches(['"', '\'']);
        values.insert(value);
        if value.contains(['\n', '\r']) {
            values.extend(value.split(['\n', '\r']).map(str::trim).filter(|line| line.chars().count() >= 8));
        }
    }
    values.remove("");
    values.into_iter().collect()
}

/// A word such as `password` or `dev`: it also stands in davy's own prose, so it is hidden only between quotes.
fn is_plain(value: &str) -> bool {
    let word = value.bytes().all(|byte| byte.is_ascii_uppercase())
        || value.bytes().skip(1).all(|byte| byte.is_ascii_lowercase())
            && value.starts_with(|c: char| c.is_ascii_alphabetic());
    value.chars().count() < 4 || value.len() < 12 && word
}

fn is_quoted(text: &str, start: usize, end: usize) -> bool {
    let quote = |char: Option<char>| char.is_some_and(|char| matches!(char, '"' | '\'' | '`'));
    quote(text[..start].chars().next_back()) && quote(text[end..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::report;

    fn shown(text: &str, secret: &str) -> String {
        let at = text.find(secret).expect("stands in the text") as u32;
        let source = Source::new(text.to_owned(), false, vec![Span::new(at, at + secret.len() as u32)]);
        let all = Span::new(0, text.len() as u32);
        glyphs(&source, all).flat_map(|glyph| std::iter::repeat_n(glyph.char, glyph.repeat)).collect()
    }

    #[test]
    fn a_secret_keeps_its_columns() {
        assert_eq!(shown("k = 'hunter2'  # x", "hunter2"), "k = '*******'  # x");
        assert_eq!(shown("k = '密a😀'", "密a😀"), "k = '*****'");
        assert_eq!(shown("k = 'e\u{301}x'", "e\u{301}x"), "k = '**'");
    }

    #[test]
    fn control_characters_cannot_reach_a_terminal() {
        assert_eq!(shown("a\u{1b}[31mb\u{202e}", "a"), "*␛[31mb\u{fffd}");
        assert_eq!(one_line("a\r\nb\nc\u{1b}"), "a b c␛");
    }

    fn masked(secret: &str, text: &str) -> String {
        let source = Source::new(secret.to_owned(), false, vec![Span::new(0, secret.len() as u32)]);
        let mut report = report(vec![]);
        report.sources.insert("a.py".to_owned(), source);
        Masks::new(&report).text(&["a.py", "b.py", "a.py"], text).into_owned()
    }

    #[test]
    fn values_are_hidden_in_prose_and_edits() {
        assert_eq!(masked("'s3cr3t-s3cr3t'", "set to s3cr3t-s3cr3t here"), "set to ******** here");
        assert_eq!(masked("\"password\"", "a password, `password`"), "a password, `********`");
        assert_eq!(masked("é1é1", "é1é1é1 é1é1"), "******** ********");
        assert_eq!(masked("-----BEGIN\nMIIabcdefgh\n-----END", "see MIIabcdefgh"), "see ********");
        assert_eq!(masked("x", "no such text"), "no such text");
    }
}
