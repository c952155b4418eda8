//! Brackets that are never closed, closed twice or closed by the wrong one.
//!
//! The parser notices a lost bracket lines later. Here indentation is the anchor: a line that is indented no deeper
//! than the line of the opening bracket does not continue it, and a closer in front of a line closes what stands at
//! its own indentation.

use super::Broken;
use super::clauses::opens_block;
use super::draft::Edit;
use super::piece::{Guess, Piece};
use super::scan::{Kind, Token};
use super::statements::starts_statement;

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

fn opener(close: &str) -> &'static str {
    match close {
        ")" => "(",
        "]" => "[",
        _ => "{",
    }
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
                return Some(match others.iter().rev().any(fits) {
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
    matches!(
        word,
        "and" | "or" | "if" | "else" | "for" | "in" | "not" | "is" | "." | "+" | "-" | "*" | "/" | "|" | "->"
    )
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
    if let Some(shown) = evidence.map(|shown| scan.tokens[shown]).filter(|shown| shown.kind == Kind::Close)
        && piece.of(&shown) != close
    {
        let broken = mismatch(piece, &token, &shown);
        guesses.push(Guess::new(Edit::new(shown.start, shown.end, close), broken.clone()));
        lost_opener(piece, open + 1, evidence.unwrap_or(open), &broken, guesses);
        guesses.push(Guess::new(Edit::new(shown.start, shown.end, ""), broken));
        let head = piece.statement_tokens(shown.line).start;
        too_early(piece, head.min(open), evidence.unwrap_or(open), guesses);
    }
    if evidence.is_none_or(|shown| scan.tokens[shown].kind != Kind::Close) {
        let at = evidence.map_or(scan.lines.len(), |shown| scan.tokens[shown].line);
        let end = scan.previous_code(at).map_or(piece.text.len(), |line| scan.lines[line].code_end);
        close_all(piece, &token, end.max(token.end), &broken, guesses);
    }
}

/// For source that ends in the middle: closes all that is open, with and without a value in front.
fn close_all(piece: &Piece, token: &Token, end: usize, broken: &Broken, guesses: &mut Vec<Guess>) {
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
        let first = piece.of(&tokens[0]);
        if line > open.line && (continues(first) || matches!(first, "from" | "as") || tokens[0].kind == Kind::Operator)
        {
            places.push(tokens[0].start);
        }
    };
    let last = scan.previous_code(stop).filter(|&line| line > open.line);
    // The end of a header: before its colon, before its arrow, at the end of the line above.
    if opens_block(piece.first_word(piece.heads[open.line])) {
        let colon = |&line: &usize| scan.tokens_of(line).last().is_some_and(|token| piece.of(token) == ":");
        if let Some(line) = (open.line + 1..stop.min(open.line + 60)).find(colon) {
            ends(line);
            let before = scan.previous_code(line).filter(|&before| before > open.line);
            before.into_iter().for_each(&mut ends);
        }
    }
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
    places.extend(inner.filter(|token| token.kind != Kind::Operator).map(|token| token.end).take(TRIES));
    places.retain(|&at| at >= open.end && at <= limit);
    let mut seen = Vec::new();
    places.retain(|at| {
        !seen.contains(at) && {
            seen.push(*at);
            true
        }
    });
    places
}

fn mismatch(piece: &Piece, opened: &Token, closed: &Token) -> Broken {
    let right = closer(piece.text.as_bytes()[opened.start]);
    piece
        .at(closed, format!("`{}` does not close `{}`", piece.of(closed), piece.of(opened)))
        .help(format!("write `{right}`, or add what is missing between the two"))
        .label(opened.start, opened.end, "opened here")
}

fn wrong(piece: &Piece, open: usize, close: usize, guesses: &mut Vec<Guess>) {
    let (opened, closed) = (piece.scan.tokens[open], piece.scan.tokens[close]);
    let right = closer(piece.text.as_bytes()[opened.start]);
    let broken = mismatch(piece, &opened, &closed);
    guesses.push(Guess::new(Edit::new(closed.start, closed.end, right), broken.clone()));
    lost_opener(piece, open + 1, close, &broken, guesses);
    too_early(piece, piece.statement_tokens(closed.line).start.min(open), close, guesses);
    guesses.push(Guess::new(Edit::new(closed.start, closed.end, ""), broken));
    unclosed(piece, open, Some(close), guesses);
}

fn extra(piece: &Piece, close: usize, guesses: &mut Vec<Guess>) {
    let closed = piece.scan.tokens[close];
    let head = piece.statement_tokens(closed.line).start.min(close);
    let found = piece.of(&closed);
    let opener = opener(found);
    let told = |token: &Token| {
        let broken = piece.at(token, format!("`{found}` closes no bracket"));
        broken.help(format!("remove it, or add the missing `{opener}`"))
    };
    aligned_opener(piece, head, close, guesses);
    too_early(piece, head, close, guesses);
    for index in (head..=close).rev().filter(|&index| piece.word(index) == found).take(TRIES) {
        let token = piece.scan.tokens[index];
        guesses.push(Guess::new(Edit::new(token.start, token.end, ""), told(&token)));
    }
    // The opening bracket was lost: in the line, at the end of a line above, where the parser stumbles.
    let first = piece.indices(closed.line).start;
    let mut places: Vec<usize> = (first.min(close)..close).rev().take(TRIES).collect();
    let from = piece.scan.previous_code(piece.line).unwrap_or(piece.line).min(piece.scan.tokens[head].line);
    let above =
        (from..closed.line).rev().take(TRIES).map(|line| piece.indices(line)).filter(|tokens| !tokens.is_empty());
    places.extend(above.map(|tokens| tokens.end - 1));
    let at = piece.token_at(piece.fault.start);
    places.extend([at.wrapping_sub(1), at.wrapping_sub(2), at].into_iter().filter(|&index| index < close));
    for index in places {
        let token = piece.scan.tokens[index];
        if !matches!(token.kind, Kind::Name | Kind::Operator | Kind::Open) {
            continue;
        }
        let broken = match token.line == closed.line {
            true => told(&closed),
            false => piece
                .at(&token, format!("`{opener}` is missing after `{}`", piece.short(index)))
                .help(format!("add `{opener}`, or remove the `{found}` that it should open"))
                .label(closed.start, closed.end, "closes no bracket"),
        };
        guesses.push(Guess::new(Edit::insert(token.end, opener), broken));
    }
    lost_opener(piece, head, close, &told(&closed), guesses);
    if head < close {
        let start = piece.scan.tokens[head].start;
        guesses.push(Guess::new(Edit::insert(start, opener), told(&closed)));
    }
}

/// The opening bracket of a closer was lost in its line: between two tokens, or inside a name that grew by it.
fn lost_opener(piece: &Piece, from: usize, close: usize, broken: &Broken, guesses: &mut Vec<Guess>) {
    let opener = opener(piece.word(close));
    let first = piece.scan.tokens.get(close).map_or(close, |closed| piece.indices(closed.line).start);
    for token in (first.max(from)..close).rev().take(TRIES).map(|index| piece.scan.tokens[index]) {
        if token.kind == Kind::Name {
            let letter = piece.of(&token).chars().next().map_or(0, char::len_utf8);
            guesses.push(Guess::new(Edit::insert(token.start + letter, opener), broken.clone()));
        }
        guesses.push(Guess::new(Edit::insert(token.start, opener), broken.clone()));
    }
}

/// A closer in front of a line whose indentation names the line that should have opened it.
fn aligned_opener(piece: &Piece, head: usize, close: usize, guesses: &mut Vec<Guess>) {
    let lines = piece.scan.tokens[head].line..=piece.scan.tokens[close].line;
    for line in lines.rev() {
        let first = piece.indices(line).start;
        let Some(closed) = piece.scan.tokens_of(line).first().filter(|token| token.kind == Kind::Close) else {
            continue;
        };
        let indent = piece.scan.lines[line].indent;
        let above = (piece.scan.tokens[head].line..line).rev().find(|&above| {
            let other = &piece.scan.lines[above];
            other.is_fresh() && other.indent <= indent
        });
        let Some(above) = above.filter(|&above| piece.scan.lines[above].indent == indent) else { continue };
        let Some(last) = piece.scan.tokens_of(above).last() else { continue };
        if above + 1 >= line
            || !matches!(last.kind, Kind::Name | Kind::Operator)
            || piece.word(first) != piece.word(close)
        {
            continue;
        }
        let opener = opener(piece.of(closed));
        let broken = piece
            .at(last, format!("`{opener}` is missing after `{}`", piece.short(piece.indices(above).end - 1)))
            .help(format!("add `{opener}`, or remove the `{}` that it should open", piece.of(closed)))
            .label(closed.start, closed.end, "should close it");
        guesses.push(Guess::new(Edit::insert(last.end, opener), broken));
    }
}

/// Closers that end a hanging bracket in the middle of a line, while the closer meant for it still comes.
fn too_early(piece: &Piece, head: usize, close: usize, guesses: &mut Vec<Guess>) {
    for (index, opened) in hanging(piece, head, close).into_iter().rev().take(TRIES) {
        let (token, opened) = (piece.scan.tokens[index], piece.scan.tokens[opened]);
        let found = piece.of(&token);
        let broken = piece
            .at(&token, format!("this `{found}` is one too many"))
            .help(format!("remove it, or add the missing `{}`", opener(found)))
            .label(opened.start, opened.end, "it closes this bracket too early");
        guesses.push(Guess::new(Edit::new(token.start, token.end, ""), broken));
    }
}

/// Closers in the middle of a line, each with its bracket that hangs at the end of another line.
fn hanging(piece: &Piece, from: usize, to: usize) -> Vec<(usize, usize)> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    for index in from..to {
        let token = &piece.scan.tokens[index];
        match token.kind {
            Kind::Open => open.push(index),
            Kind::Close => {
                let Some(opened) = open.pop().map(|opened| (opened, &piece.scan.tokens[opened])) else { continue };
                let hangs = piece.indices(opened.1.line).end == opened.0 + 1;
                if hangs && opened.1.line < token.line && piece.indices(token.line).start != index {
                    found.push((index, opened.0));
                }
            }
            _ => {}
        }
    }
    found
}
