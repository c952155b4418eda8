//! All formats of a run: read from `rules/secrets/formats.toml`, found in one Aho-Corasick pass and a regex per format that
//! has a keyword in the text.
//!
//! Linear in the text: the regex crate never backtracks, and no format scans the same byte twice.

use std::collections::HashSet;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input};

use super::checksum::{Checksum, decodes, is_anonymous, verify};
use super::format::{Format, FormatError, check, read};
use super::known::known;
use super::words::distinct;

/// A recognised token. Holds its place, not its text.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'a> {
    /// Which format.
    pub format: &'a Format,
    /// First byte of the secret part.
    pub start: usize,
    /// After its last byte.
    pub end: usize,
    /// What its checksum says.
    pub checksum: Checksum,
    /// Public by design, or a known documentation value.
    pub public: bool,
}

/// All formats of a run.
#[derive(Debug)]
pub struct Formats {
    /// Of those that davy ships it is worked out when the first text asks: a run that compiles nothing does without.
    made: OnceLock<Made>,
    /// Every token has a run of at least so many characters that tokens are made of.
    shortest: usize,
    hash: u64,
}

/// Formats, ready to be looked for.
#[derive(Debug)]
struct Made {
    all: Vec<Format>,
    any: Option<Any>,
    /// Each keyword as it is written, with the format that it belongs to.
    keywords: Vec<(String, usize)>,
    /// How many bytes the longest of them has.
    longest: usize,
}

/// All keywords, in any case: most texts hold none, and are done with.
#[derive(Debug)]
struct Any {
    /// Soon there: for a file or two.
    few: AhoCorasick,
    /// Much faster, once there is enough text to make it for.
    many: OnceLock<Option<AhoCorasick>>,
    /// How many bytes of text have been looked at.
    seen: AtomicUsize,
}

impl Any {
    /// Of so many bytes it is worth while to make the fast one.
    const MANY: usize = 1 << 18;

    fn new(keywords: &[(String, usize)]) -> Result<Option<Any>, FormatError> {
        let few = Any::build(keywords, AhoCorasickKind::ContiguousNFA).map_err(|e| FormatError::Form(e.to_string()))?;
        Ok((!keywords.is_empty()).then(|| Any { few, many: OnceLock::new(), seen: AtomicUsize::new(0) }))
    }

    fn build(keywords: &[(String, usize)], kind: AhoCorasickKind) -> Result<AhoCorasick, aho_corasick::BuildError> {
        let words = keywords.iter().map(|(keyword, _)| keyword);
        AhoCorasick::builder().ascii_case_insensitive(true).kind(Some(kind)).build(words)
    }

    /// What is fastest for this text.
    fn of(&self, keywords: &[(String, usize)], text: &str) -> &AhoCorasick {
        let many = match self.many.get() {
            Some(many) => many,
            None if self.seen.fetch_add(text.len(), Ordering::Relaxed) < Any::MANY => return &self.few,
            None => self.many.get_or_init(|| Any::build(keywords, AhoCorasickKind::DFA).ok()),
        };
        many.as_ref().unwrap_or(&self.few)
    }
}

/// A keyword in a text.
#[derive(Clone, Copy)]
struct Keyword {
    /// Its format, by its place in the list.
    format: usize,
    start: usize,
    end: usize,
}

const BUILT_IN: &str = include_str!("../../rules/secrets/formats.toml");

impl Formats {
    /// The formats davy ships.
    pub fn built_in() -> &'static Formats {
        static FORMATS: OnceLock<Formats> = OnceLock::new();
        FORMATS.get_or_init(|| Formats { made: OnceLock::new(), shortest: SHORTEST, hash: fnv1a(BUILT_IN) })
    }

    /// # Panics
    /// Never: a test reads the same file.
    fn made(&self) -> &Made {
        self.made.get_or_init(|| read(BUILT_IN).and_then(Made::index).expect("a test reads the formats davy ships"))
    }

    fn of(all: Vec<Format>, hash: u64) -> Result<Formats, FormatError> {
        // The shapes that davy ships have longer runs, which a test holds them to.
        let own = all.iter().any(|format| !is_built_in(&format.id));
        Ok(Formats { made: OnceLock::from(Made::index(all)?), shortest: if own { 4 } else { SHORTEST }, hash })
    }

    /// Formats in the form of `rules/secrets/formats.toml`; every shape is tried.
    ///
    /// # Errors
    /// If the text has another form or a shape cannot be used.
    pub fn parse(toml: &str) -> Result<Formats, FormatError> {
        let all = read(toml)?;
        all.iter().try_for_each(check)?;
        Formats::of(all, fnv1a(toml))
    }

    /// The formats davy ships and those of a user; a user's format replaces a shipped one of the same id.
    ///
    /// # Errors
    /// As `parse`.
    pub fn built_in_and(own: Vec<Format>) -> Result<Formats, FormatError> {
        own.iter().try_for_each(check)?;
        let hash = fnv1a(BUILT_IN).rotate_left(1) ^ fnv1a(&format!("{own:?}"));
        let mut all = read(BUILT_IN)?;
        all.retain(|shipped| own.iter().all(|f| f.id != shipped.id));
        all.extend(own);
        Formats::of(all, hash)
    }

    /// Changes when any format does: part of every cache key.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// Every format, in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[Format] {
        &self.made().all
    }

    /// The format of this id, also for those found by code (`db-url`, `pem-private-key`).
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Format> {
        self.made().all.iter().find(|f| f.id == id)
    }

    /// Whether a text holds the keyword of any format: without one there is no token.
    #[must_use]
    pub fn speaks(&self, text: &str) -> bool {
        has_word(text.as_bytes(), self.shortest) && self.made().any(text).is_some_and(|any| any.is_match(text))
    }

    /// The same of a text for people, where long words are names: only those with a digit count.
    #[must_use]
    pub fn speaks_in_prose(&self, text: &str) -> bool {
        has_mixed_word(text.as_bytes(), self.shortest.max(20)) && self.speaks(text)
    }

    /// Whether a name holds the keyword of a format that needs context.
    #[must_use]
    pub fn is_context(&self, name: &str) -> bool {
        let made = self.made();
        made.keywords_in(name).iter().any(|keyword| made.all[keyword.format].needs_context)
    }

    /// All recognisable tokens of a text in order of place, none inside another; placeholders (`ghp_xxxx...`) left out.
    #[must_use]
    pub fn find<'a>(&'a self, text: &str) -> Vec<Hit<'a>> {
        self.find_in("", text)
    }

    /// As `find`, for a text that stands under `context` (the name it is bound to, the callee it is passed to): a
    /// format that needs context finds its keyword there too.
    #[must_use]
    pub fn find_in<'a>(&'a self, context: &str, text: &str) -> Vec<Hit<'a>> {
        if !has_word(text.as_bytes(), self.shortest) && !self.is_context(context) {
            return Vec::new();
        }
        let mut hits = self.candidates(context, text);
        hits.retain(|hit| !is_placeholder(&text[hit.start..hit.end]));
        hits
    }

    /// As `find_in`, with placeholders: what must be masked.
    pub(super) fn candidates<'a>(&'a self, context: &str, text: &str) -> Vec<Hit<'a>> {
        let mut hits = Vec::new();
        let made = self.made();
        let mut seen = Vec::new();
        let mut of_context = Vec::new();
        for keyword in made.keywords_in(text) {
            let format = &made.all[keyword.format];
            if format.needs_context {
                of_context.push(keyword);
                continue;
            }
            seen.resize(made.all.len(), false);
            if !std::mem::replace(&mut seen[keyword.format], true) {
                // A token begins at most one keyword's distance before; the regex looks from there.
                let from = text.floor_char_boundary(keyword.start.saturating_sub(REACH));
                search(format, text, from, text.len(), &mut hits);
            }
        }
        made.in_context(context, &of_context, text, &mut hits);
        hits.sort_by_key(|hit| {
            (hit.start, std::cmp::Reverse(hit.end), hit.format.needs_context, std::cmp::Reverse(hit.format.severity))
        });
        let mut end = 0;
        hits.retain(|hit| {
            let keep = hit.start >= end;
            end = end.max(hit.end);
            keep
        });
        hits
    }
}

impl Made {
    fn any(&self, text: &str) -> Option<&AhoCorasick> {
        self.any.as_ref().map(|any| any.of(&self.keywords, text))
    }

    /// Every keyword of a text, in the order of their ends.
    fn keywords_in(&self, text: &str) -> Vec<Keyword> {
        let mut all = Vec::new();
        // Most texts hold none, which is told much faster than where all are.
        let Some((any, first)) = self.any(text).and_then(|any| Some((any, any.find(text)?))) else { return all };
        // Whatever lies over another one touches one of those that do not, which are found much faster.
        let around =
            |start: usize, end: usize| start.saturating_sub(self.longest)..(end + self.longest).min(text.len());
        let mut piece = around(first.start(), first.end());
        let mut from = first.end();
        while let Some(next) = any.find(Input::new(text).span(from..text.len())) {
            let next_piece = around(next.start(), next.end());
            if next_piece.start > piece.end {
                self.all_in(any, text, std::mem::replace(&mut piece, next_piece), &mut all);
            } else {
                piece.end = next_piece.end;
            }
            from = next.end();
        }
        self.all_in(any, text, piece, &mut all);
        all
    }

    /// Adds every keyword of a piece of a text, also those that lie over each other.
    fn all_in(&self, any: &AhoCorasick, text: &str, piece: std::ops::Range<usize>, all: &mut Vec<Keyword>) {
        for found in any.find_overlapping_iter(Input::new(text).span(piece)) {
            let (keyword, format) = &self.keywords[found.pattern().as_usize()];
            if self.all[*format].needs_context || text.as_bytes()[found.range()] == *keyword.as_bytes() {
                all.push(Keyword { format: *format, start: found.start(), end: found.end() });
            }
        }
    }

    /// The tokens of formats that need context: those that `context` names, and those that have a keyword shortly before them.
    fn in_context<'a>(&'a self, context: &str, keywords: &[Keyword], text: &str, hits: &mut Vec<Hit<'a>>) {
        let mut named: Vec<usize> = Vec::new();
        for keyword in self.keywords_in(context) {
            if self.all[keyword.format].needs_context && !named.contains(&keyword.format) {
                named.push(keyword.format);
                search(&self.all[keyword.format], text, 0, text.len(), hits);
            }
        }
        if keywords.is_empty() {
            return;
        }
        let mut done = vec![0; self.all.len()];
        for keyword in keywords {
            let from = keyword.end.max(done[keyword.format]);
            let line =
                memchr::memchr2(b'\n', b'\r', &text.as_bytes()[keyword.end..(keyword.end + NEAR).min(text.len())]);
            let to = text.floor_char_boundary(line.map_or(keyword.end + NEAR, |n| keyword.end + n).min(text.len()));
            if from >= to || named.contains(&keyword.format) {
                continue;
            }
            done[keyword.format] = to;
            search(&self.all[keyword.format], text, from, to, hits);
        }
    }

    fn index(all: Vec<Format>) -> Result<Made, FormatError> {
        for (i, format) in all.iter().enumerate() {
            if all[..i].iter().any(|f| f.id == format.id) {
                return Err(FormatError::Twice(format.id.clone()));
            }
        }
        let shaped = all.iter().enumerate().filter(|(_, format)| !format.shape.is_empty());
        let keywords: Vec<(String, usize)> =
            shaped.flat_map(|(at, format)| format.keywords.iter().map(move |keyword| (keyword.clone(), at))).collect();
        let longest = keywords.iter().map(|(keyword, _)| keyword.len()).max().unwrap_or_default();
        Ok(Made { any: Any::new(&keywords)?, all, keywords, longest })
    }
}

/// The shortest run of letters, digits and `_-+/=~.%` in a token of the formats that davy ships.
const SHORTEST: usize = 12;

fn of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-+/=~.%".contains(&byte)
}

/// Whether a text has a run of at least `length` characters that tokens are made of.
fn has_word(text: &[u8], length: usize) -> bool {
    word_at(text, length).is_some()
}

/// Where the first such run begins. Looks at every byte of such runs, and at few others.
fn word_at(text: &[u8], length: usize) -> Option<usize> {
    let mut start = 0;
    while let Some(last) = (start + length).checked_sub(1).filter(|last| *last < text.len()) {
        // From behind: the last byte that is none ends all runs that begin before it.
        match text[start..=last].iter().rposition(|byte| !of_token(*byte)) {
            Some(at) => start += at + 1,
            None => return Some(start),
        }
    }
    None
}

/// The same, with a digit in the run.
fn has_mixed_word(text: &[u8], length: usize) -> bool {
    let mut rest = text;
    while let Some(at) = word_at(rest, length) {
        let end = at + rest[at..].iter().take_while(|byte| of_token(**byte)).count();
        if rest[at..end].iter().any(u8::is_ascii_digit) {
            return true;
        }
        rest = &rest[end..];
    }
    false
}

fn is_built_in(id: &str) -> bool {
    static IDS: OnceLock<HashSet<String>> = OnceLock::new();
    IDS.get_or_init(|| read(BUILT_IN).unwrap_or_default().into_iter().map(|format| format.id).collect()).contains(id)
}

/// How far before its keyword a token may begin.
const REACH: usize = 512;
/// How far behind its keyword a token that needs context may stand.
const NEAR: usize = 160;

/// Every match between `from` and `to`; each search goes on where the last match ended.
fn search<'a>(format: &'a Format, text: &str, mut from: usize, to: usize, hits: &mut Vec<Hit<'a>>) {
    let Some(regex) = format.regex() else { return };
    let text = &text[..to];
    while let Some(found) = regex.find_at(text, from) {
        let next = if found.end() > from { found.end() } else { from + 1 };
        let secret = regex.captures_at(text, found.start()).and_then(|c| c.get(1)).unwrap_or(found);
        let token = secret.as_str();
        if !token.is_empty() && decodes(format.structure, token) {
            let checksum = verify(format.checksum, token);
            let public = format.public || known(token).is_some() || is_anonymous(format.structure, token);
            hits.push(Hit { format, start: secret.start(), end: secret.end(), checksum, public });
        }
        from = next;
        if from > text.len() || !text.is_char_boundary(from) {
            break;
        }
    }
}

/// Documentation writes tokens of one letter, of counting letters, or with words in them.
fn is_placeholder(token: &str) -> bool {
    let lower = token.to_ascii_lowercase();
    let tail = &token[token.floor_char_boundary(token.len().saturating_sub(24))..];
    let steps = tail
        .as_bytes()
        .windows(2)
        .filter(|w| w[1] == w[0] || w[1] == w[0].wrapping_add(1) || w[1] == w[0].wrapping_sub(1))
        .count();
    distinct(tail) < 6
        || steps * 4 >= tail.len() * 3
        || [
            "xxxx",
            "****",
            "your_",
            "your-",
            "yourtoken",
            "placeholder",
            "redacted",
            "00000000",
            "12345678",
            "abcdefgh",
            "deadbeef",
        ]
        .iter()
        .any(|word| lower.contains(word))
        || ((lower.ends_with("example") || lower.ends_with("examplekey")) && known(token).is_none())
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
#[path = "formats_tests.rs"]
mod tests;
