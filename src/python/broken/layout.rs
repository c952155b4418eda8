//! Indentation: missing blocks, lines that slipped, tabs among spaces.
//!
//! Each guess moves whole lines or adds a block; which line is the one that slipped is decided by what then parses.

use super::clauses::{follows, opens_block, orphan};
use super::draft::Edit;
use super::piece::{Guess, Piece, UNDECORATED};
use ruff_python_parser::{LexicalErrorType, ParseErrorType};

/// A block that is missing, and lines that slipped to the left or the right.
pub(super) fn indentation(piece: &Piece) -> Vec<Guess> {
    let mut guesses = Vec::new();
    match &piece.fault.error {
        ParseErrorType::OtherError(message) if message.starts_with("Expected an indented block") => {
            let what = message.trim_start_matches("Expected an indented block after").trim().trim_matches('`');
            missing_block(piece, what, &mut guesses);
        }
        ParseErrorType::OtherError(message) if message == "Expected `case` block" => {
            missing_block(piece, "match` statement", &mut guesses);
        }
        ParseErrorType::UnexpectedIndentation => unexpected(piece, &mut guesses),
        ParseErrorType::Lexical(LexicalErrorType::IndentationError) => unmatched(piece, &mut guesses),
        ParseErrorType::OtherError(message) if message.starts_with(UNDECORATED) => {
            // A decorator, or what it decorates, slipped away from the one above.
            if let Some(&above) = statements_before(piece, piece.line).first()
                && piece.indent(above) != piece.indent(piece.line)
            {
                let (start, end) = word_span(piece, piece.line);
                let broken = piece.broken(start, end, "this line is not indented like the decorator above");
                let edits = vec![reindent(piece, piece.line, piece.indent(above))];
                guesses.push(Guess { edits, broken: broken.help("indent it like the decorator") });
            }
            unexpected(piece, &mut guesses);
        }
        // An `else` that its `if` does not reach, because a line between them slipped.
        _ if follows(piece.first_word(piece.line)) => orphan(piece, &mut guesses),
        _ => {}
    }
    guesses
}

fn reindent(piece: &Piece, line: usize, indent: &str) -> Edit {
    let line = &piece.scan.lines[line];
    Edit::new(line.start, line.start + line.indent, indent)
}

/// Moves the statement that starts in `line`, and all that is indented deeper below it.
pub(super) fn shift(piece: &Piece, line: usize, until: usize, indent: &str) -> Vec<Edit> {
    let old = piece.indent(line).len();
    let lines = (line..until).filter(|&index| !piece.scan.lines[index].is_blank() && !piece.scan.lines[index].inside);
    lines
        .map(|index| reindent(piece, index, &format!("{indent}{}", piece.indent(index).get(old..).unwrap_or(""))))
        .collect()
}

/// The first line after `line` that is indented no deeper.
pub(super) fn block_end(piece: &Piece, line: usize) -> usize {
    let indent = piece.scan.lines[line].indent;
    let ends = |&next: &usize| piece.scan.lines[next].is_fresh() && piece.scan.lines[next].indent <= indent;
    (line + 1..piece.scan.lines.len()).find(ends).unwrap_or(piece.scan.lines.len())
}

/// The first line after `line` that is indented less deep.
fn run_end(piece: &Piece, line: usize) -> usize {
    let indent = piece.scan.lines[line].indent;
    let ends = |&next: &usize| piece.scan.lines[next].is_fresh() && piece.scan.lines[next].indent < indent;
    (line + 1..piece.scan.lines.len()).find(ends).unwrap_or(piece.scan.lines.len())
}

/// The first word of a line.
pub(super) fn word_span(piece: &Piece, line: usize) -> (usize, usize) {
    let code = piece.scan.lines[line].start + piece.scan.lines[line].indent;
    piece
        .scan
        .tokens_of(line)
        .first()
        .map_or((code, code), |token| (token.start, token.end.min(piece.scan.lines[line].end)))
}

/// The lines in which the statements before `line` start, nearest first.
pub(super) fn statements_before(piece: &Piece, line: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = line;
    while let Some(previous) = piece.scan.previous_code(at) {
        let head = piece.heads[previous].min(previous);
        found.push(head);
        if found.len() > 60 || head == 0 {
            break;
        }
        at = head;
    }
    found
}

fn missing_block(piece: &Piece, what: &str, guesses: &mut Vec<Guess>) {
    let at_header = piece.fault.start > piece.scan.lines[piece.line].start + piece.scan.lines[piece.line].indent
        && piece.code(piece.line).ends_with(':');
    let (last, line) = match at_header {
        true => (piece.line, piece.scan.next_code(piece.line).unwrap_or(piece.line)),
        false => (piece.scan.previous_code(piece.line).unwrap_or(piece.line), piece.line),
    };
    let header = piece.heads[last].min(last);
    let (start, end) = word_span(piece, header);
    let what = if what.contains('`') { format!("`{what}") } else { what.to_owned() };
    let broken = piece
        .broken(start, end, format!("the block after this {what} is missing"))
        .help("indent its body, or write `pass`");
    let outer = piece.indent(header);
    let deeper = format!("{outer}{}", if outer.ends_with('\t') { "\t" } else { "    " });
    if last != line && mixed(piece, line) {
        tabs(piece, guesses);
    }
    if last != line && piece.scan.lines[line].is_fresh() {
        // Only the first line of the body slipped: the next one stands deeper.
        let (first, word_end) = word_span(piece, line);
        let slipped = piece
            .broken(first, word_end, "this line is not indented as the block it begins")
            .help("indent it like the lines below")
            .label(start, end, "the block belongs to this");
        let stop = block_end(piece, line);
        if let Some(next) = piece.scan.next_code(line).filter(|&next| piece.scan.lines[next].is_fresh())
            && piece.scan.lines[next].indent > piece.scan.lines[header].indent
        {
            guesses.push(Guess { edits: vec![reindent(piece, line, piece.indent(next))], broken: slipped.clone() });
        }
        if stop > line + 1
            && let Some(next) = (stop < piece.scan.lines.len()).then_some(stop)
            && piece.scan.lines[next].indent > piece.scan.lines[header].indent
        {
            guesses.push(Guess { edits: shift(piece, line, stop, piece.indent(next)), broken: slipped });
        }
    }
    let (next, next_end) = word_span(piece, line);
    let comments = (last + 1..line).all(|line| piece.scan.lines[line].end > piece.scan.lines[line].code_end);
    let slipped = last < line && comments && piece.indent(line) == outer;
    let labelled = match last != line {
        true if slipped => piece
            .broken(next, next_end, format!("an indented block is expected after this {what}").replace("this", "the"))
            .help("indent this line if it is the body, or write `pass` above it")
            .label(start, end, "the block belongs to this"),
        true => broken.clone().label(next, next_end, "an indented line should come before this"),
        false => broken.clone(),
    };
    let at = piece.scan.lines[last].code_end;
    let filler = if what.contains("match") { format!("\n{deeper}case _: pass") } else { " pass".to_owned() };
    guesses.push(Guess::new(Edit::insert(at, filler), labelled));
    if last != line {
        // The whole body stands at the level of its header.
        let stop = run_end(piece, line);
        for until in [line + 1, block_end(piece, line), stop] {
            guesses.push(Guess { edits: shift(piece, line, until.max(line + 1), &deeper), broken: broken.clone() });
        }
    }
}

fn unexpected(piece: &Piece, guesses: &mut Vec<Guess>) {
    let line = piece.line;
    let before = statements_before(piece, line);
    let (start, end) = word_span(piece, line);
    let here = piece.indent(line);
    let deep = piece
        .broken(start, end, "this line is indented deeper than the block it is in")
        .help("indent it like the line above, or add the header that opens a block");
    if mixed(piece, line) {
        tabs(piece, guesses);
    }
    let Some(&previous) = before.first() else {
        let broken = piece.broken(start, end, "the first statement is indented").help("start it at the left margin");
        for until in [line + 1, block_end(piece, line), run_end(piece, line)] {
            guesses.push(Guess { edits: shift(piece, line, until, ""), broken: broken.clone() });
        }
        return;
    };
    // The line above slipped to the left, out of the block that goes on here.
    let older = before.iter().skip(1).find(|&&line| piece.scan.lines[line].indent >= here.len());
    let slipped: Vec<usize> =
        before.iter().copied().take_while(|&line| piece.scan.lines[line].indent < here.len()).collect();
    let sibling = before.get(1).is_some_and(|&line| piece.indent(line) == here);
    let header = before.get(1).is_some_and(|&line| opens_block(piece.first_word(line)));
    let outdented = |line: usize| {
        let (start, end) = word_span(piece, line);
        piece
            .broken(start, end, "this line is indented less than the block around it")
            .help("indent it like its neighbours")
    };
    let lifted = Guess { edits: shift(piece, previous, line, here), broken: outdented(previous) };
    let lowered =
        |until: usize| Guess { edits: shift(piece, line, until, piece.indent(previous)), broken: deep.clone() };
    let alone = lowered(block_end(piece, line));
    let odd = |indent: &str| !indent.contains('\t') && !indent.len().is_multiple_of(4);
    let single =
        piece.statement(previous).len() == 1 && older.is_some_and(|&older| piece.statement(older).end == previous);
    let left = single && (sibling || !header && slipped.len() == 1);
    if odd(piece.indent(previous)) && !odd(here) || left && (!odd(here) || odd(piece.indent(previous))) {
        guesses.push(lifted.clone());
        guesses.push(alone);
    } else {
        guesses.push(alone);
        guesses.push(lifted);
    }
    if slipped.len() > 1 && slipped.len() < 12 && older.is_some() {
        let first = slipped[slipped.len() - 1];
        let old = piece.scan.lines[first].indent;
        if slipped.iter().all(|&line| piece.scan.lines[line].indent >= old) {
            guesses.push(Guess { edits: shift(piece, first, line, here), broken: outdented(first) });
        }
    }
    guesses.push(lowered(line + 1));
    guesses.push(lowered(run_end(piece, line)));
    // A header was lost above, or has no colon that anyone could find: give the block one.
    let at = piece.scan.lines[line].start + here.len();
    let wrapped = format!("{}if 1:\n{here}", piece.indent(previous));
    guesses.push(Guess::new(Edit::new(at - here.len(), at, wrapped), deep));
}

fn unmatched(piece: &Piece, guesses: &mut Vec<Guess>) {
    let line = piece.line;
    let (start, end) = word_span(piece, line);
    let broken = piece
        .broken(start, end, "this line is indented like none of the blocks around it")
        .help("indent it like the block it belongs to");
    if mixed(piece, line) {
        tabs(piece, guesses);
    }
    let before = statements_before(piece, line);
    let mut levels: Vec<&str> = Vec::new();
    for &other in &before {
        let indent = piece.indent(other);
        if !levels.contains(&indent) && levels.len() < 8 {
            levels.push(indent);
        }
    }
    let own = piece.scan.lines[line].indent;
    levels.sort_by_key(|level| level.len().abs_diff(own));
    let odd = |indent: &str| !indent.contains('\t') && !indent.len().is_multiple_of(4);
    let header = before.get(1).is_some_and(|&line| opens_block(piece.first_word(line)));
    // Whether the body or its header slipped: what stands above the header tells at which level it belongs.
    let header_indent = before.get(1).map_or(0, |&header| piece.indent(header).len());
    let jump = before.first().map_or(0, |&body| piece.indent(body).len().saturating_sub(header_indent));
    let above = before.iter().skip(2).map(|&line| piece.indent(line).len()).find(|&indent| indent <= own);
    let body = match before.get(1) {
        Some(&header) if follows(piece.first_word(header)) => {
            let partner =
                |&line: &usize| piece.indent(line).len() == header_indent && opens_block(piece.first_word(line));
            before.iter().skip(2).any(partner)
        }
        Some(&header)
            if above.is_some_and(|above| {
                above != header_indent && (above > header_indent || !header_indent.is_multiple_of(4))
            }) =>
        {
            let blanks = piece.scan.previous_code(header).map_or(header, |previous| header - previous - 1);
            let level = before.get(2).is_some_and(|&line| piece.indent(line).len() == own);
            if header_indent == 0 { blanks >= 2 } else { level && blanks >= 1 }
        }
        _ => true,
    };
    if header && body && jump > 4 && !follows(piece.first_word(line)) && !odd(piece.indent(line)) {
        let (start, end) = word_span(piece, before[0]);
        let message = "this line is indented deeper than the block it is in";
        let other = piece.broken(start, end, message).help("indent it like the lines below");
        guesses.push(Guess { edits: shift(piece, before[0], line, piece.indent(line)), broken: other });
    }
    slipped_header(piece, &before, guesses);
    if let Some(&previous) = before.first()
        && odd(piece.indent(previous))
        && !odd(piece.indent(line))
    {
        let (start, end) = word_span(piece, previous);
        let message = "this line is indented like none of the blocks around it";
        let other = piece.broken(start, end, message).help("indent it like the lines below");
        guesses.push(Guess { edits: shift(piece, previous, line, piece.indent(line)), broken: other });
    }
    for level in &levels {
        guesses.push(Guess { edits: shift(piece, line, block_end(piece, line), level), broken: broken.clone() });
    }
    // The line above is the one that slipped.
    if let Some(&previous) = before.first() {
        let (start, end) = word_span(piece, previous);
        let other = piece
            .broken(start, end, "this line is indented deeper than the block it is in")
            .help("indent it like the lines below");
        guesses.push(Guess { edits: shift(piece, previous, line, piece.indent(line)), broken: other });
    }
    for level in levels {
        guesses.push(Guess { edits: shift(piece, line, run_end(piece, line), level), broken: broken.clone() });
        guesses.push(Guess { edits: vec![reindent(piece, line, level)], broken: broken.clone() });
    }
}

/// A header that slipped to the left: its body stands two levels deeper, and this line between the two.
fn slipped_header(piece: &Piece, before: &[usize], guesses: &mut Vec<Guess>) {
    let here = piece.scan.lines[piece.line].indent;
    for &header in before.iter().filter(|&&header| opens_block(piece.first_word(header))) {
        let own = piece.scan.lines[header].indent;
        let stop = piece.statement(header).end;
        let body = (stop..piece.line).find(|&line| !piece.scan.lines[line].is_blank());
        let body = body.map_or(0, |body| piece.scan.lines[body].indent);
        if own < here && here < body && body - own > 4 {
            let (start, end) = word_span(piece, header);
            let broken = piece
                .broken(start, end, "this line is indented less than the block around it")
                .help("indent it one level above its body");
            guesses.push(Guess { edits: shift(piece, header, stop, piece.indent(piece.line)), broken });
        }
    }
}

/// Whether the line's indentation and that of a neighbour do not compare: tabs here, spaces there.
fn mixed(piece: &Piece, line: usize) -> bool {
    let here = piece.indent(line);
    let before = statements_before(piece, line);
    let clash = |other: &str| {
        let (here_tabs, other_tabs) = (here.contains('\t'), other.contains('\t'));
        !other.is_empty() && !here.is_empty() && (here_tabs != other_tabs)
    };
    here.contains('\t') && here.contains(' ') || before.iter().take(4).any(|&other| clash(piece.indent(other)))
}

fn tabs(piece: &Piece, guesses: &mut Vec<Guess>) {
    let tabbed = |line: usize| piece.indent(line).contains('\t');
    let indented = (0..piece.scan.lines.len())
        .filter(|&line| !piece.scan.lines[line].is_blank() && !piece.indent(line).is_empty());
    let (with, all) = indented.fold((0, 0), |(with, all), line| (with + usize::from(tabbed(line)), all + 1));
    let rare = with * 2 <= all;
    let below = piece.scan.next_code(piece.line).filter(|_| !tabbed(piece.line));
    let around =
        std::iter::once(piece.line).chain(below).chain(statements_before(piece, piece.line).into_iter().take(3));
    let line = around
        .into_iter()
        .find(|&line| tabbed(line) && rare || !tabbed(line) && !rare && !piece.indent(line).is_empty())
        .unwrap_or(piece.line);
    let (start, end) = word_span(piece, line);
    let line_start = piece.scan.lines[line].start;
    let broken = piece
        .broken(line_start, start.max(line_start), "tabs and spaces are mixed in the indentation")
        .help("indent all lines with spaces");
    let broken = if line_start == start { piece.broken(start, end, broken.message.clone()) } else { broken };
    for width in [8, 4, 2] {
        let lines = piece.scan.lines.iter().enumerate().filter(|(_, line)| !line.is_blank() && !line.inside);
        let edits = lines
            .filter(|(index, _)| piece.indent(*index).contains('\t'))
            .map(|(index, _)| reindent(piece, index, &piece.indent(index).replace('\t', &" ".repeat(width))))
            .collect();
        guesses.push(Guess { edits, broken: broken.clone() });
    }
    for level in statements_before(piece, piece.line).into_iter().take(3).map(|line| piece.indent(line)) {
        guesses.push(Guess { edits: vec![reindent(piece, piece.line, level)], broken: broken.clone() });
    }
}
