//! One stretch of broken source with what the guesses ask about it: tokens, lines, statements, the first fault.
//!
//! A guess is a repair and what to tell the person if it turns out to be the right one. It is judged elsewhere.

use super::Broken;
use super::draft::Edit;
use super::scan::{Kind, Scan, Token, scan};
use super::statements::heads;
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
    let mut faults: Vec<Fault> = crate::python::errors(parsed)
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
    /// Whether the file ends with this piece.
    pub is_last: bool,
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
        Some(Piece { text, scan, faults, fault, line, heads, is_last: true })
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
        if word.chars().count() > 24 {
            format!("{}…", word.chars().take(20).collect::<String>())
        } else {
            word.to_owned()
        }
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

    /// The index of the bracket that closes the one at `open`.
    pub fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0;
        (open..self.scan.tokens.len()).find(|&at| {
            match self.kind(at) {
                Some(Kind::Open) => depth += 1,
                Some(Kind::Close) => depth -= 1,
                _ => {}
            }
            depth == 0
        })
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
        Broken { span: span(start, end), message: message.into(), help: None, labels: Vec::new(), mends: Vec::new() }
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
