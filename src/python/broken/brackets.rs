//! Brackets that are never closed, closed twice or closed by the wrong one.
//!
//! The parser notices a lost bracket lines later. Here indentation is the anchor: a line that is indented no deeper
//! than the line of the opening bracket does not continue it, and a closer in front of a line closes what stands at
//! its own indentation.

use super::draft::Edit;
use super::piece::{Guess, Piece, starts_statement};
use super::scan::{Kind, Token};

/// What is wrong with the first bracket that does not fit. Numbers are token indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// Never closed; the token that shows it, if the text goes on.
    Unclosed { open: usize, evidence: Option<usize> },
    /// Closed by another kind of bracket.
    Wrong { open: usize, close: usize },
    /// Closes nothing.
    Extra { close: usize },
}

/// How many places are tried for one missing bracket.
const TRIES: usize = 24;

pub(super) fn guesses(piece: &Piece) -> Vec<Guess> {
    let Some(strict) = first_trouble(piece, false) else { return Vec::new() };
    let anchored = first_trouble(piece, true);
    let mut guesses = Vec::new();
    for trouble in anchored.into_iter().chain((anchored != Some(strict)).then_some(strict)) {
        match trouble {
            Trouble::Unclosed { open, evidence } => unclosed(piece, open, evidence, &mut guesses),
            Trouble::Wrong { open, close } => wrong(piece, open, close, &mut guesses),
            Trouble::Extra { close } => extra(piece, close, &mut guesses),
        }
    }
    guesses
}

fn closer(open: u8) -> &'static str {
    match open {
        b'(' => ")",
        b'[' => "]",
        _ => "}",
    }
}

/// Walks the brackets up to the first that does not fit. `anchored` believes indentation too.
fn first_trouble(piece: &Piece, anchored: bool) -> Option<Trouble> {
    let scan = &piece.scan;
    let bytes = piece.text.as_bytes();
    let line_indent = |token: usize| scan.lines[scan.tokens[token].line].indent;
    let mut open: Vec<usize> = Vec::new();
    for (number, line) in scan.lines.iter().enumerate() {
        let first = line.tokens.start;
        if line.is_fresh()
            && let Some(&top) = open.last()
        {
            let strong = starts_statement(piece.text, scan, number, bytes[scan.tokens[top].start]);
            let outdented = anchored
                && line.indent <= line_indent(top)
                && scan.tokens[first].kind != Kind::Close
                && !continues(piece.word(first));
            if strong || outdented {
                return Some(Trouble::Unclosed { open: top, evidence: Some(first) });
            }
        }
        for index in line.tokens.clone() {
            let token = &scan.tokens[index];
            if token.kind == Kind::Open {
                open.push(index);
            }
            if token.kind != Kind::Close {
                continue;
            }
            let fits = |&open: &usize| closer(bytes[scan.tokens[open].start]) == piece.of(token);
            let Some(&top) = open.last() else { return Some(Trouble::Extra { close: index }) };
            let others = &open[..open.len() - 1];
            if !fits(&top) {
                return Some(match others.iter().rev().any(|open| fits(open)) {
                    true => Trouble::Unclosed { open: top, evidence: Some(index) },
                    false => Trouble::Wrong { open: top, close: index },
                });
            }
            let leads = anchored && index == first && line.is_fresh();
            let aligned = |&open: &usize| fits(&open) && line_indent(open) == line.indent;
            if leads && line_indent(top) != line.indent && others.iter().any(aligned) {
                return Some(Trouble::Unclosed { open: top, evidence: Some(index) });
            }
            open.pop();
        }
    }
    open.last().map(|&open| Trouble::Unclosed { open, evidence: None })
}

/// Whether a line that starts so may stand left of the bracket it continues.
fn continues(word: &str) -> bool {
    matches!(word, "and" | "or" | "if" | "else" | "for" | "in" | "not" | "is" | "." | "+" | "-" | "*" | "/" | "|" | "->")
}

fn unclosed(piece: &Piece, open: usize, evidence: Option<usize>, guesses: &mut Vec<Guess>) {
    let scan = &piece.scan;
    let token = scan.tokens[open];
    let bracket = piece.of(&token);
    let close = closer(piece.text.as_bytes()[token.start]);
    let mut broken = piece.at(&token, format!("`{bracket}` is never closed"));
    broken.help = Some(format!("add the missing `{close}`"));
    if let Some(shown) = evidence {
        let shown = scan.tokens[shown];
        let word = piece.of(&shown);
        broken = match shown.kind {
            Kind::Close => broken.label(shown.start, shown.end, format!("`{word}` closes another bracket")),
            _ => broken.label(shown.start, shown.end, format!("`{close}` should come before this")),
        };
    }
    for at in places(piece, &token, evidence).into_iter().take(TRIES) {
        guesses.push(Guess::new(Edit::insert(at, close), broken.clone()));
    }
    if evidence.is_none_or(|shown| scan.tokens[shown].kind != Kind::Close) {
        let at = evidence.map_or(scan.lines.len(), |shown| scan.tokens[shown].line);
        let end = scan.previous_code(at).map_or(piece.text.len(), |line| scan.lines[line].code_end);
        close_all(piece, &token, end.max(token.end), &broken, guesses);
    }
}

/// For source that ends in the middle: closes all that is open, with and without a value in front.
fn close_all(piece: &Piece, token: &Token, end: usize, broken: &super::Broken, guesses: &mut Vec<Guess>) {
    let mut open: Vec<&'static str> = Vec::new();
    let head = piece.statement_tokens(token.line).start;
    for other in piece.scan.tokens.iter().skip(head).take_while(|other| other.start < end) {
        match other.kind {
            Kind::Open => open.push(closer(piece.text.as_bytes()[other.start])),
            Kind::Close => {
                open.pop();
            }
            _ => {}
        }
    }
    let closers: String = open.into_iter().rev().collect();
    for text in [closers.clone(), format!(" _{closers}"), format!("{closers}: pass"), format!(" _{closers}: pass")] {
        guesses.push(Guess::new(Edit::insert(end, text), broken.clone()));
    }
}

/// Where the missing closer may stand, the likely places first.
fn places(piece: &Piece, open: &Token, evidence: Option<usize>) -> Vec<usize> {
    let scan = &piece.scan;
    let mut places = Vec::new();
    let stop = match evidence {
        Some(shown) if scan.tokens[shown].kind == Kind::Close => {
            places.push(scan.tokens[shown].start);
            scan.tokens[shown].line + 1
        }
        Some(shown) => scan.tokens[shown].line,
        None => scan.lines.len(),
    };
    let limit = evidence.map_or(piece.text.len(), |shown| scan.tokens[shown].start);
    let mut ends = |line: usize| {
        let tokens = scan.tokens_of(line);
        let Some(last) = tokens.last() else { return };
        let mut end = scan.lines[line].code_end.min(limit);
        if line == open.line
            && let Some(arrow) = tokens.iter().find(|token| token.start > open.start && piece.of(token) == "->")
        {
            places.push(arrow.start);
        }
        if matches!(piece.of(last), ":" | ",") && last.start >= open.end {
            places.push(last.start);
        }
        if end < open.end {
            end = open.end;
        }
        places.push(end);
        if piece.word(piece.indices(line).start) == "->" && line > open.line {
            places.push(tokens[0].start);
        }
    };
    let last = scan.previous_code(stop).filter(|&line| line > open.line);
    if let Some(last) = last {
        ends(last);
    }
    ends(open.line);
    let mut line = last.unwrap_or(0);
    while line > open.line + 1 && line + 40 > last.unwrap_or(0) {
        line -= 1;
        ends(line);
    }
    let line_end = scan.lines[open.line].code_end;
    let inner = scan.tokens_of(open.line).iter().filter(|token| token.start > open.start && token.end < line_end);
    places.extend(inner.filter(|token| token.kind != Kind::Operator).map(|token| token.end));
    places.retain(|&at| at >= open.end && at <= limit);
    let mut seen = Vec::new();
    places.retain(|at| !seen.contains(at) && { seen.push(*at); true });
    places
}

fn wrong(piece: &Piece, open: usize, close: usize, guesses: &mut Vec<Guess>) {
    let (opened, closed) = (piece.scan.tokens[open], piece.scan.tokens[close]);
    let right = closer(piece.text.as_bytes()[opened.start]);
    let (bracket, found) = (piece.of(&opened), piece.of(&closed));
    let broken = piece
        .at(&closed, format!("`{found}` does not close `{bracket}`"))
        .help(format!("write `{right}`, or add what is missing between the two"))
        .label(opened.start, opened.end, "opened here");
    guesses.push(Guess::new(Edit::new(closed.start, closed.end, right), broken.clone()));
    guesses.push(Guess::new(Edit::new(closed.start, closed.end, ""), broken));
    unclosed(piece, open, Some(close), guesses);
}

fn extra(piece: &Piece, close: usize, guesses: &mut Vec<Guess>) {
    let closed = piece.scan.tokens[close];
    let head = piece.statement_tokens(closed.line).start.min(close);
    let found = piece.of(&closed);
    let opener = match found {
        ")" => "(",
        "]" => "[",
        _ => "{",
    };
    let closers = (head..=close).rev().filter(|&index| piece.word(index) == found).take(TRIES);
    for index in closers {
        let token = piece.scan.tokens[index];
        let broken =
            piece.at(&token, format!("`{found}` closes no bracket")).help(format!("remove it, or add the missing `{opener}`"));
        guesses.push(Guess::new(Edit::new(token.start, token.end, ""), broken));
    }
    // The opening bracket was lost: after a name or an operator of the statement.
    let early = if piece.fault.start < closed.start { piece.scan.previous_code(piece.line) } else { None };
    let from = early.map_or(head, |line| piece.indices(line).start.min(head));
    for index in (from..close).rev().take(TRIES) {
        let token = piece.scan.tokens[index];
        if matches!(token.kind, Kind::Name | Kind::Operator | Kind::Open) {
            let broken = piece
                .at(&closed, format!("`{found}` closes no bracket"))
                .help(format!("remove it, or add the missing `{opener}`"));
            let broken = match token.line == closed.line {
                true => broken,
                false => piece
                    .at(&token, format!("`{opener}` is missing after `{}`", piece.of(&token)))
                    .help(format!("add `{opener}`, or remove the `{found}` that it should open"))
                    .label(closed.start, closed.end, "closes no bracket"),
            };
            guesses.push(Guess::new(Edit::insert(token.end, opener), broken));
        }
    }
    if head < close {
        let token = piece.scan.tokens[head];
        let broken = piece
            .at(&closed, format!("`{found}` closes no bracket"))
            .help(format!("remove it, or add the missing `{opener}`"));
        guesses.push(Guess::new(Edit::insert(token.start, opener), broken));
    }
}
