//! Comments that silence findings: davy's own and those of the tools a team used before.
//!
//! Reads comments and logical lines only. Which codes a comment may silence is for `link` and the rules' pages.

use super::ast::token::TokenKind;
use super::{Tree, span};
use crate::page::nearest;
use crate::text::{Lines, Span};
use crate::unit::{Ignore, IgnoreForm};
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

static MARKERS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(["davy:", "noqa", "nosec", "pylint:", "ruff:", "pragma:", "gitleaks:"])
        .expect("a few short literals make an automaton")
});

/// What davy's own comments may start with.
pub const OWN: [&str; 2] = ["ignore", "file-ignore"];

/// All comments of a file that silence something, and those of davy's that were meant to.
pub fn ignores(tree: &Tree, text: &str) -> Vec<Ignore> {
    let comments: Vec<Span> =
        tree.comments().iter().copied().filter(|comment| MARKERS.is_match(comment.of(text))).collect();
    if comments.is_empty() {
        return Vec::new();
    }
    let logical = logical_lines(tree);
    let several = |token: &&super::ast::token::Token| {
        token.kind() == TokenKind::String && span(**token).of(text).contains(['\n', '\r'])
    };
    let strings: Vec<Span> = tree.tokens().iter().filter(several).map(|token| span(*token)).collect();
    read(text, &logical, &strings, comments.into_iter())
}

/// The same for a file without statements: a comment there covers its line.
pub fn in_lines(text: &str, comments: Vec<Span>) -> Vec<Ignore> {
    if comments.is_empty() || !MARKERS.is_match(text) {
        return Vec::new();
    }
    let lines = Lines::new(text);
    let logical = (1..=lines.count() as u32).map(|line| lines.span(line, text));
    let logical: Vec<Span> = logical.filter(|line| !line.of(text).trim_start().starts_with('#')).collect();
    read(text, &logical, &[], comments.into_iter())
}

fn read(text: &str, logical: &[Span], strings: &[Span], comments: impl Iterator<Item = Span>) -> Vec<Ignore> {
    let lines = Lines::new(text);
    let enabled = enabled(text);
    let mut found = Vec::new();
    for comment in comments {
        if MARKERS.is_match(comment.of(text)) {
            Place { text, lines: &lines, logical, strings, enabled: &enabled, comment }.read(&mut found);
        }
    }
    found
}

/// The spans of the logical lines that hold code, in order.
pub fn logical_lines(tree: &Tree) -> Vec<Span> {
    let mut all = Vec::new();
    let mut start = None;
    for token in tree.tokens() {
        let here = span(*token);
        match token.kind() {
            TokenKind::Comment | TokenKind::NonLogicalNewline | TokenKind::Indent | TokenKind::Dedent => {}
            TokenKind::Newline | TokenKind::EndOfFile => {
                if let Some(start) = start.take() {
                    all.push(Span::new(start, here.start));
                }
            }
            _ => start = start.or(Some(here.start)),
        }
    }
    all
}

struct Place<'t> {
    text: &'t str,
    lines: &'t Lines,
    logical: &'t [Span],
    /// Strings of several lines.
    strings: &'t [Span],
    /// Where pylint is told to look again, and for what.
    enabled: &'t [(u32, Vec<&'t str>)],
    comment: Span,
}

/// Every `pylint: enable=` with its place and its words.
fn enabled(text: &str) -> Vec<(u32, Vec<&str>)> {
    let all = text.match_indices("pylint:").filter_map(|(at, marker)| {
        let line = text[at + marker.len()..].lines().next().unwrap_or_default();
        let list = line.trim_start().strip_prefix("enable")?.trim_start().strip_prefix('=')?;
        Some((at as u32, list.split(',').map(str::trim).collect()))
    });
    all.collect()
}

impl Place<'_> {
    fn read(&self, found: &mut Vec<Ignore>) {
        let body = self.comment.of(self.text);
        // One comment may hold several: `# noqa: E501  # davy: ignore[SEC002]`.
        for (at, _) in body.match_indices('#') {
            let part = &body[at + 1..];
            let part = &part[..part.find('#').unwrap_or(part.len())];
            let offset = self.comment.start + at as u32;
            let word = part.trim_start();
            let lower = word.to_ascii_lowercase();
            let ignore = if lower.starts_with("davy:") {
                self.davy(word, offset, part)
            } else if lower.starts_with("noqa") {
                Some(self.noqa(word, offset, part))
            } else if lower.starts_with("ruff:") || lower.starts_with("flake8:") {
                self.ruff(word, offset, part)
            } else if lower.starts_with("nosec") {
                Some(self.nosec(word, offset, part))
            } else if lower.starts_with("pylint:") {
                self.pylint(word, offset, part)
            } else if lower.starts_with("pragma:") {
                self.allowlist(&lower, offset, part)
            } else if lower.contains("gitleaks:allow") {
                Some(self.ignore(IgnoreForm::Nosec, self.span_of(offset, part), Some(self.line_of_code()), Vec::new()))
            } else {
                None
            };
            found.extend(ignore);
        }
    }

    fn ignore(&self, form: IgnoreForm, span: Span, covers: Option<Span>, codes: Vec<(String, Span)>) -> Ignore {
        Ignore { form, span, removal: self.removal(span), covers, codes, until: None }
    }

    fn span_of(&self, offset: u32, part: &str) -> Span {
        Span::new(offset, offset + 1 + part.trim_end().len() as u32)
    }

    /// What to delete so that the comment leaves no trace.
    fn removal(&self, span: Span) -> Span {
        let line = self.physical();
        let before = Span::new(line.start, span.start).of(self.text).trim_end();
        let after = Span::new(span.end, line.end).of(self.text).trim_start();
        match (before.is_empty(), after.is_empty()) {
            (true, true) => Span::new(line.start, self.next_line()),
            (true, false) => Span::new(span.start, line.end - after.len() as u32),
            (false, _) => Span::new(line.start + before.len() as u32, span.end),
        }
    }

    /// Whether nothing but blanks stands before the comment on its line.
    fn alone(&self) -> bool {
        let line = self.lines.line(self.comment.start);
        Span::new(self.lines.start(line), self.comment.start).of(self.text).trim().is_empty()
    }

    fn physical(&self) -> Span {
        self.lines.span(self.lines.line(self.comment.start), self.text)
    }

    /// Where the next line starts, or the end of the text.
    fn next_line(&self) -> u32 {
        let line = self.lines.line(self.comment.start) + 1;
        if line as usize > self.lines.count() { self.text.len() as u32 } else { self.lines.start(line) }
    }

    /// The logical line that the comment stands in, or behind.
    fn around(&self) -> Option<usize> {
        let at = self.comment.start;
        let line = self.lines.line(at);
        let last = self.logical.partition_point(|one| one.start <= at).checked_sub(1)?;
        (line <= self.lines.line(self.logical[last].end)).then_some(last)
    }

    /// The logical lines that start behind a place.
    fn below(&self, offset: u32) -> impl Iterator<Item = &Span> {
        self.logical[self.logical.partition_point(|one| one.start <= offset)..].iter()
    }

    /// The statement a davy comment is about: the one it stands in or behind, else the one below; decorators belong to theirs.
    fn statement(&self) -> Span {
        let first = match self.around() {
            Some(around) => around,
            None if !self.alone() => return self.physical(),
            None => self.logical.partition_point(|one| one.start < self.comment.start),
        };
        let Some(mut covers) = self.logical.get(first).copied() else { return self.physical() };
        let is_decorator = |at: usize| self.text[self.logical[at].start as usize..].starts_with('@');
        let (mut top, mut last) = (first, first);
        while let Some(above) = top.checked_sub(1).filter(|above| is_decorator(*above)) {
            top = above;
        }
        while is_decorator(last) && last + 1 < self.logical.len() {
            last += 1;
        }
        covers.start = self.logical[top].start;
        covers.end = self.logical[last].end;
        covers
    }

    fn davy(&self, word: &str, offset: u32, part: &str) -> Option<Ignore> {
        let rest = word[5..].trim_start();
        let verb = &rest[..rest.find(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').unwrap_or(rest.len())];
        let listed = rest[verb.len()..].trim_start();
        let span = self.span_of(offset, part);
        if !OWN.contains(&verb) {
            // `# davy: please look` is talk; a list, or a word like ours, was meant for davy.
            let meant = listed.starts_with('[') || nearest(verb, OWN).is_some();
            return meant.then(|| self.ignore(IgnoreForm::Unread, span, None, self.words(verb, ' ')));
        }
        let codes = self.bracketed(listed);
        if codes.is_empty() {
            return Some(self.ignore(IgnoreForm::Unread, span, None, self.words(verb, ' ')));
        }
        let covers = (verb == "ignore").then(|| self.statement());
        let until = self.until(listed);
        Some(Ignore { until, ..self.ignore(IgnoreForm::Davy, span, covers, codes) })
    }

    /// The day behind `until=`, which stands first behind the list.
    fn until(&self, rest: &str) -> Option<(String, Span)> {
        let (_, reason) = rest.split_once(']')?;
        let day = reason.trim_start().strip_prefix("until=")?;
        let day = &day[..day.find(char::is_whitespace).unwrap_or(day.len())];
        let start = (day.as_ptr() as usize - self.text.as_ptr() as usize) as u32;
        Some((day.to_owned(), Span::new(start, start + day.len() as u32)))
    }

    /// The words of `[A, B]` with their places; none where a bracket is missing.
    fn bracketed(&self, rest: &str) -> Vec<(String, Span)> {
        let list = rest.trim_start().strip_prefix('[').and_then(|inner| inner.split_once(']'));
        list.map_or_else(Vec::new, |(inner, _)| self.words(inner, ','))
    }

    /// The words of a list, with the places where they stand in the file.
    fn words(&self, list: &str, separator: char) -> Vec<(String, Span)> {
        let base = list.as_ptr() as usize - self.text.as_ptr() as usize;
        let mut words = Vec::new();
        let mut at = 0;
        for piece in list.split(separator) {
            let word = piece.trim();
            if !word.is_empty() {
                let start = base + at + (piece.len() - piece.trim_start().len());
                words.push((word.to_owned(), Span::new(start as u32, (start + word.len()) as u32)));
            }
            at += piece.len() + separator.len_utf8();
        }
        words
    }

    /// Codes as flake8 takes them: separated by commas or blanks, ended by the first word that is no code.
    fn codes(&self, rest: &str) -> Vec<(String, Span)> {
        let Some(rest) = rest.trim_start().strip_prefix(':') else { return Vec::new() };
        let mut codes = Vec::new();
        for (word, place) in self.words(rest, ',') {
            for (code, _) in self.words(place.of(self.text), ' ') {
                let digits = code.trim_start_matches(|c: char| c.is_ascii_alphabetic());
                let is_code =
                    digits.len() < code.len() && !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
                if !is_code {
                    return codes;
                }
                codes.push((code, place));
            }
            let _ = word;
        }
        codes
    }

    fn noqa(&self, word: &str, offset: u32, part: &str) -> Ignore {
        let codes = self.codes(&word[4..]);
        self.ignore(IgnoreForm::Noqa, self.span_of(offset, part), Some(self.logical_or_physical()), codes)
    }

    /// The line of the comment; with a string of several lines that ends on it, all lines of that string, as ruff has it.
    fn logical_or_physical(&self) -> Span {
        let line = self.physical();
        let holds =
            |string: &&Span| string.start < line.start && line.start <= string.end && string.end <= self.comment.start;
        let last = self.strings.partition_point(|string| string.start < line.start).checked_sub(1);
        match last.map(|at| &self.strings[at]).filter(holds) {
            Some(string) => Span::new(self.lines.span(self.lines.line(string.start), self.text).start, line.end),
            None => line,
        }
    }

    fn ruff(&self, word: &str, offset: u32, part: &str) -> Option<Ignore> {
        let rest = word.split_once(':')?.1.trim_start();
        let span = self.span_of(offset, part);
        let lower = rest.to_ascii_lowercase();
        if lower.starts_with("noqa") {
            let codes = self.codes(&rest[4..]);
            return Some(self.ignore(IgnoreForm::Noqa, span, None, codes));
        }
        let (covers, rest) = match rest.strip_prefix("file-ignore") {
            Some(rest) => (None, rest),
            None => (Some(self.statement()), rest.strip_prefix("ignore")?),
        };
        let codes = self.bracketed(rest);
        (!codes.is_empty()).then(|| self.ignore(IgnoreForm::Noqa, span, covers, codes))
    }

    fn nosec(&self, word: &str, offset: u32, part: &str) -> Ignore {
        // Codes or names, separated by commas or blanks, as bandit takes them; what follows is the reason.
        let rest = word[5..].trim_start_matches([':', ' ']);
        let is_test = |code: &str| {
            let digits = code.strip_prefix('B').unwrap_or_default();
            !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) || code.contains('_')
        };
        let words = self.words(rest, ',').into_iter().flat_map(|(_, place)| self.words(place.of(self.text), ' '));
        let codes = words.take_while(|(code, _)| is_test(code)).collect();
        // bandit asks every line of what it reports.
        self.ignore(IgnoreForm::Nosec, self.span_of(offset, part), Some(self.line_of_code()), codes)
    }

    /// The logical line that the comment stands in or behind, else its own.
    fn line_of_code(&self) -> Span {
        self.around().map_or_else(|| self.physical(), |at| self.logical[at])
    }

    /// `# pragma: allowlist secret`, and `nextline`, as detect-secrets takes them.
    fn allowlist(&self, lower: &str, offset: u32, part: &str) -> Option<Ignore> {
        let rest = lower.strip_prefix("pragma:")?.trim_start();
        let rest = rest.strip_prefix("allowlist").or_else(|| rest.strip_prefix("whitelist"))?;
        let covers = match rest.trim_start_matches([' ', '-']) {
            rest if rest.starts_with("nextline secret") => {
                self.lines.span(self.lines.line(self.comment.start) + 1, self.text)
            }
            rest if rest.starts_with("secret") => self.line_of_code(),
            _ => return None,
        };
        Some(self.ignore(IgnoreForm::Nosec, self.span_of(offset, part), Some(covers), Vec::new()))
    }

    fn pylint(&self, word: &str, offset: u32, part: &str) -> Option<Ignore> {
        let rest = word[7..].trim_start();
        if rest.starts_with("skip-file") {
            let all = (("all").to_owned(), self.span_of(offset, part));
            return Some(self.ignore(IgnoreForm::Pylint, self.span_of(offset, part), None, vec![all]));
        }
        let (next, rest) = match rest.strip_prefix("disable-next") {
            Some(rest) => (true, rest),
            None => (false, rest.strip_prefix("disable")?),
        };
        let codes = self.words(rest.trim_start().strip_prefix('=')?, ',');
        let covers = match (next, self.alone()) {
            (true, _) => {
                let line = self.lines.line(self.comment.start);
                Some(self.lines.span(line + 1, self.text))
            }
            (false, false) => Some(self.headed(self.statement())),
            (false, true) => self.block(&codes),
        };
        Some(self.ignore(IgnoreForm::Pylint, self.span_of(offset, part), covers, codes))
    }

    fn indent(&self, offset: u32) -> u32 {
        offset - self.lines.start(self.lines.line(offset))
    }

    /// The header of a block with all that is in it; any other statement as it is.
    fn headed(&self, statement: Span) -> Span {
        let own = self.indent(statement.start);
        let last = self.below(statement.start).take_while(|one| self.indent(one.start) > own).last();
        Span::new(statement.start, last.map_or(statement.end, |one| one.end))
    }

    /// From a comment on a line of its own to the end of its block, or to where the same is enabled again.
    /// `None` at module level: the whole file.
    fn block(&self, codes: &[(String, Span)]) -> Option<Span> {
        let own = self.indent(self.comment.start);
        let after = self.enabled.partition_point(|(at, _)| *at < self.comment.end);
        let enabled = self.enabled[after..].iter().find_map(|(at, words)| {
            let all = codes.iter().all(|(code, _)| words.contains(&code.as_str()));
            all.then_some(*at)
        });
        if own == 0 {
            return enabled.map(|end| Span::new(self.comment.start, end));
        }
        let last = self.below(self.comment.start).take_while(|one| self.indent(one.start) >= own).last();
        let end = last.map_or(self.comment.end, |one| one.end);
        Some(Span::new(self.comment.start, enabled.map_or(end, |enabled| enabled.min(end))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Kind;

    fn covered(text: &str) -> Vec<(String, Option<String>)> {
        let tree = crate::python::parse(text, Kind::Python);
        let codes = |one: &Ignore| one.codes.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>().join(" ");
        let all = ignores(&tree, text);
        all.iter().map(|one| (codes(one), one.covers.map(|span| span.of(text).to_owned()))).collect()
    }

    fn one(codes: &str, covers: &str) -> Vec<(String, Option<String>)> {
        vec![(codes.to_owned(), Some(covers.to_owned()))]
    }

    #[test]
    fn own_comments_cover_a_statement() {
        assert_eq!(
            covered("x = 1  # davy: ignore[A1, b-c] why\n"),
            one("A1 b-c", "x = 1  # davy: ignore[A1, b-c] why")
        );
        assert_eq!(covered("# davy: ignore[A1]\n# more\nx = 1\ny = 2\n"), one("A1", "x = 1"));
        assert_eq!(
            covered("x = (\n  1,  # davy: ignore[A1]\n  2,\n)\n"),
            one("A1", "x = (\n  1,  # davy: ignore[A1]\n  2,\n)")
        );
        assert_eq!(covered("# davy: ignore[A1]\n@a\n@b\ndef f():\n  pass\n"), one("A1", "@a\n@b\ndef f():"));
        let decorated = "@a(\n  1,\n)\ndef f():  # davy: ignore[A1]";
        assert_eq!(covered(&format!("{decorated}\n  pass\n")), one("A1", decorated));
        let decorated = "@a  # davy: ignore[A1]\n@b\ndef f():";
        assert_eq!(covered(&format!("{decorated}\n  pass\n")), one("A1", decorated));
        assert_eq!(covered("'# davy: ignore[A1]'\n"), vec![]);
        assert_eq!(covered("# davy: file-ignore[A1]\n"), vec![("A1".to_owned(), None)]);
    }

    #[test]
    fn comments_of_other_tools_count() {
        assert_eq!(covered("x = 1  # noqa: S105,E501 because\n"), one("S105 E501", "x = 1  # noqa: S105,E501 because"));
        assert_eq!(covered("x = 1  # NOQA\n"), one("", "x = 1  # NOQA"));
        assert_eq!(covered("# ruff: noqa: S105\n"), vec![("S105".to_owned(), None)]);
        assert_eq!(covered("x = 1  # nosec B105\n"), one("B105", "x = 1  # nosec B105"));
        assert_eq!(covered("x = 1  # pragma: allowlist secret\n"), one("", "x = 1  # pragma: allowlist secret"));
        assert_eq!(covered("# pragma: allowlist nextline secret\nx = 1\ny = 2\n"), one("", "x = 1"));
        assert_eq!(covered("x = 1  # a test key, gitleaks:allow\n"), one("", "x = 1  # a test key, gitleaks:allow"));
        assert_eq!(covered("x = 1  # pragma: no cover\n"), vec![]);
        let lines = "x = f(\n  1,  # nosec B105\n  2,\n)";
        assert_eq!(covered(&format!("{lines}\n")), one("B105", lines));
        assert_eq!(covered("x = 1  # pylint: disable=protected-access\n").len(), 1);
        let block = "def f():\n  # pylint: disable=a-b\n  x = 1\n  y = 2\nz = 3\n";
        assert_eq!(covered(block), one("a-b", "# pylint: disable=a-b\n  x = 1\n  y = 2"));
    }
}
