//! Strings without their closing or opening quotes.
//!
//! A lost triple quote turns the file inside out from there on, so it is settled for the whole file first.

use super::draft::{Edit, edited};
use super::piece::{Fault, Guess, Piece, faults};
use super::scan::{Kind, Token, scan};

/// How many places are tried for one missing quote.
const TRIES: usize = 40;

/// A string in single quotes that its line does not close.
pub(super) fn unterminated(piece: &Piece) -> Vec<Guess> {
    let tokens = &piece.scan.tokens;
    let open = |token: &Token| token.kind == Kind::String && !token.closed && !token.triple;
    let Some(index) = tokens.iter().position(open) else { return Vec::new() };
    let token = tokens[index];
    let quote = quotes(piece.of(&token));
    let line = &piece.scan.lines[token.line];
    let end = token.end;
    let opening = token.start + piece.of(&token).find(quote).unwrap_or(0);
    let broken = piece.broken(opening, opening + quote.len(), "string is never closed");
    let broken = broken.help(format!("add the closing `{quote}`"));
    let mut guesses = Vec::new();
    // `'don't'`: the quote before closed it too early.
    let before = index.checked_sub(1).map(|before| tokens[before]);
    let close = tokens[line.tokens.start..index].iter().rfind(|other| other.kind == Kind::String && other.closed);
    if let Some(close) = close
        && piece.text[close.end..].starts_with(|c: char| c.is_alphanumeric())
        && piece.of(close).ends_with(quote)
    {
        let broken = piece
            .broken(close.end - 1, close.end, format!("the `{quote}` inside the string ends it"))
            .help(format!("escape it as `\\{quote}`, or quote the string with the other kind"))
            .label(close.start, close.start + 1, "the string starts here");
        guesses.push(Guess::new(Edit::insert(close.end - 1, "\\"), broken));
    }
    // `["a", "b] = "c"`: it is the string before that lost its closing quote.
    if let Some(close) = close.filter(|close| piece.of(close).ends_with(quote)) {
        let body = &piece.text[close.start..close.end - 1];
        let ends = body.char_indices().filter(|&(at, c)| at > 0 && matches!(c, ')' | ']' | '}' | ','));
        let broken = piece.broken(close.start, close.start + 1, "string is never closed");
        let broken = broken.help(format!("add the closing `{quote}`"));
        let ends = ends.map(|(at, _)| Guess::new(Edit::insert(close.start + at, quote), broken.clone()));
        guesses.extend(ends.take(TRIES));
    }
    // Two lines in one pair of quotes.
    let next = tokens.get(index + 1..).unwrap_or(&[]).iter().find(|other| open(other));
    let text = piece.text;
    let mut places = vec![end];
    let inside = |at: &(usize, char)| matches!(at.1, ')' | ']' | '}' | ',' | ':' | ' ' | '.' | '=' | '#' | '+' | '%');
    let body: Vec<(usize, char)> = text[opening + 1..end].char_indices().filter(inside).collect();
    places.extend(body.iter().rev().map(|(at, _)| opening + 1 + at).take(TRIES));
    for at in places {
        guesses.push(Guess::new(Edit::insert(at, quote), broken.clone()));
    }
    // A string that ended too early or started too late: its opening quote was lost.
    let lost = broken.clone().help(format!("add the missing `{quote}`, or remove this one"));
    let start = line.start + line.indent;
    let starts = text[start..opening].char_indices().rev().filter(|(at, c)| {
        let before = text[start..start + at].chars().next_back();
        !c.is_whitespace()
            && before.is_none_or(|before| matches!(before, ' ' | '(' | '[' | '{' | ',' | '=' | ':' | '+'))
    });
    for (at, _) in starts.take(TRIES) {
        guesses.push(Guess::new(Edit::insert(start + at, quote), lost.clone()));
    }
    guesses.push(Guess::new(Edit::new(opening, opening + quote.len(), ""), lost));
    if let Some(next) = next
        && next.line <= token.line + 30
        && before.is_none_or(|before| before.end <= token.start)
    {
        let multi = broken.help("use triple quotes for a string of several lines");
        guesses.push(Guess::new(Edit::new(token.start, next.end, "''"), multi));
    }
    guesses
}

/// `"a "b" c"`: quotes inside a string that end it.
pub(super) fn inner(piece: &Piece) -> Option<Guess> {
    let tokens = &piece.scan.tokens;
    let line = piece.indices(piece.scan.line_of(piece.fault.start));
    let is_string =
        |index: &usize| tokens[*index].kind == Kind::String && tokens[*index].closed && !tokens[*index].triple;
    let first = line.clone().filter(is_string).find(|&index| {
        tokens.get(index + 1).is_some_and(|next| next.kind == Kind::Name && next.start == tokens[index].end)
    })?;
    let last =
        line.clone().filter(is_string).find(|&index| index > first && tokens[index - 1].end == tokens[index].start)?;
    let (first, last) = (tokens[first], tokens[last]);
    let quote = quotes(piece.of(&first));
    if !piece.of(&last).starts_with(quote) {
        return None;
    }
    let broken = piece
        .broken(first.end - 1, first.end, format!("the `{quote}` inside the string ends it"))
        .help(format!("escape it as `\\{quote}`, or quote the string with the other kind"))
        .label(first.start, first.start + 1, "the string starts here");
    let edits = vec![Edit::insert(first.end - 1, "\\"), Edit::insert(last.start, "\\")];
    Some(Guess { edits, broken })
}

/// The quotes that open a string token.
fn quotes(token: &str) -> &'static str {
    let body = token.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    match body {
        _ if body.starts_with("\"\"\"") => "\"\"\"",
        _ if body.starts_with("'''") => "'''",
        _ if body.starts_with('\'') => "'",
        _ => "\"",
    }
}

/// Where triple quotes do not pair up: the repair that leaves the fewest errors.
pub(super) fn triple(text: &str, faults_now: &[Fault], budget: &mut usize) -> Option<Guess> {
    if !text.contains("\"\"\"") && !text.contains("'''") {
        return None;
    }
    let piece = Piece::new(text, faults_now.to_vec())?;
    let triples: Vec<Token> = piece.scan.tokens.iter().filter(|token| token.triple).copied().collect();
    let first = piece.fault.start;
    let last = *triples.last()?;
    if last.closed && !triples.iter().any(|token| inside_out(&piece, token)) {
        return None;
    }
    // Tokens around the first fault; what lies further back parsed well.
    let near = triples.partition_point(|token| token.end <= first);
    let mut guesses = Vec::new();
    for token in triples[near.saturating_sub(3)..(near + 1).min(triples.len())].iter().rev() {
        closing_lost(&piece, token, &mut guesses);
    }
    if let Some(token) = triples.get(near) {
        opening_lost(&piece, token, &mut guesses);
    }
    let mut best: Option<(usize, Guess)> = None;
    for guess in guesses {
        let candidate = edited(text, &guess.edits);
        *budget = budget.checked_sub(candidate.len())?;
        let left = faults(&candidate).len();
        if left < faults_now.len() && best.as_ref().is_none_or(|(least, _)| left < *least) {
            best = Some((left, guess));
        }
    }
    best.map(|(_, guess)| guess).or_else(|| {
        if last.closed {
            return None;
        }
        let quote = quotes(piece.of(&last));
        let mut broken = piece.at(&last, "triple-quoted string is never closed");
        broken.span.end = broken.span.start + quote.len() as u32;
        let broken = broken.help(format!("add the closing `{quote}`"));
        Some(Guess::new(Edit::insert(last.end, quote), broken))
    })
}

/// Whether a string holds code and the parser stumbles right behind it: it swallowed what stands between two others.
fn inside_out(piece: &Piece, token: &Token) -> bool {
    let last = piece.scan.line_of(token.end);
    if last == token.line || !piece.is_faulty(last) {
        return false;
    }
    let content = |line: usize| piece.text[piece.scan.lines[line].start..piece.scan.lines[line].end].trim();
    (token.line + 1..last).any(|line| looks_like_code(content(line)))
}

fn closing_lost(piece: &Piece, token: &Token, guesses: &mut Vec<Guess>) {
    let quote = quotes(piece.of(token));
    let opening = token.start + piece.of(token).find(quote).unwrap_or(0);
    let broken = piece
        .broken(opening, opening + 3, "triple-quoted string is never closed")
        .help(format!("add the closing `{quote}`"));
    let lines = token.line..=piece.scan.line_of(token.end);
    let mut places = Vec::new();
    let mut text_end = piece.scan.lines[token.line].end;
    for line in lines.clone() {
        let content = piece.text[piece.scan.lines[line].start..piece.scan.lines[line].end].trim();
        if line > token.line && looks_like_code(content) {
            places.push(text_end);
            if content.starts_with("def ") || content.starts_with("class ") || places.len() > 20 {
                break;
            }
        }
        if !content.is_empty() {
            text_end = piece.scan.lines[line].end.min(token.end);
        } else {
            places.push(text_end);
        }
    }
    places.push(piece.scan.lines[token.line].end.min(token.end));
    // `"""a, b)`: the rest of the line is code.
    let first_end = piece.scan.lines[token.line].end.min(token.end);
    let tail = piece.text[opening + 3..first_end.max(opening + 3)].trim_end();
    places.push(opening + 3 + tail.trim_end_matches([')', ',', ']', '}', ':', '.', ' ']).len());
    if token.end == piece.text.len() {
        places.push(piece.text.len());
    }
    let inner = if token.closed { token.end.saturating_sub(4) } else { token.end };
    let mut seen = Vec::new();
    places.retain(|at| {
        !seen.contains(at) && {
            seen.push(*at);
            true
        }
    });
    let rest = |at: usize| piece.text.get(at..inner).is_some_and(|rest| !token.closed || !rest.trim().is_empty());
    for at in places.into_iter().filter(|&at| at >= opening + 3 && at <= inner && rest(at)).take(12) {
        guesses.push(Guess::new(Edit::insert(at, quote), broken.clone()));
    }
}

fn opening_lost(piece: &Piece, token: &Token, guesses: &mut Vec<Guess>) {
    let quote = quotes(piece.of(token));
    let opening = token.start + piece.of(token).find(quote).unwrap_or(0);
    let mut line = piece.line;
    for _ in 0..8 {
        let Some(text_line) = piece.scan.lines.get(line) else { break };
        let start = text_line.start + text_line.indent;
        let code = piece.code(line);
        if !text_line.is_blank() && start <= opening {
            let word = code.find(char::is_whitespace).unwrap_or(code.len()).max(1);
            let broken = piece
                .broken(
                    start,
                    (start + word).min(text_line.end),
                    format!("the opening `{quote}` of this text is missing"),
                )
                .help(format!("add `{quote}` where the text begins"))
                .label(opening, opening + 3, "should close the text, but opens a string");
            guesses.push(Guess::new(Edit::insert(start, quote), broken.clone()));
            if let Some(equal) = code.find("= ").or_else(|| code.find("(")) {
                let at = start + equal + code[equal..].find([' ', '(']).unwrap_or(0) + 1;
                guesses.push(Guess::new(Edit::insert(at, quote), broken));
            }
        }
        let Some(previous) = piece.scan.previous_code(line) else { break };
        if piece.code(previous).ends_with(':') && looks_like_code(piece.code(previous)) {
            break;
        }
        line = previous;
    }
}

/// Whether a line inside a string reads like a statement.
pub(super) fn looks_like_code(line: &str) -> bool {
    let scanned = scan(line);
    let tokens = scanned.tokens_of(0);
    let word = |index: usize| tokens.get(index).map_or("", |token| &line[token.start..token.end]);
    let last = tokens.last().map_or("", |token| &line[token.start..token.end]);
    match word(0) {
        "def" | "class" => matches!(word(2), "(" | ":" | "["),
        "@" => tokens.len() > 1,
        "async" => matches!(word(1), "def" | "with" | "for"),
        "if" | "for" | "while" | "with" | "try" | "else" | "elif" | "except" | "finally" => last == ":",
        "return" | "raise" | "assert" | "await" | "yield" | "del" => {
            tokens.len() == 1 || !line.ends_with('.') && (tokens.len() < 3 || !prose(line))
        }
        "import" => tokens.len() == 2 || word(2) == "." || word(2) == "as",
        "from" => line.contains(" import "),
        "pass" | "continue" | "break" => tokens.len() == 1,
        _ => {
            let called = last == ")" && tokens.first().is_some_and(|token| token.kind == Kind::Name) && !prose(line);
            let mut index = 1;
            while word(index) == "." {
                index += 2;
            }
            let annotated = word(1) == ":" && line.contains(" = ");
            annotated || matches!(word(index), "=" | "+=" | "-=") || called && word(index) == "("
        }
    }
}

/// Whether a line reads like a sentence: words without punctuation between them.
pub(super) fn prose(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let plain = |word: &&&str| {
        word.trim_matches(['.', ',', ':', ';', '!', '?', '(', ')', '`', '"', '\'', '*'])
            .chars()
            .all(char::is_alphabetic)
    };
    let keyword = words.first().is_some_and(|word| {
        matches!(
            *word,
            "if" | "for" | "while" | "def" | "class" | "import" | "from" | "return" | "with" | "assert" | "del"
        ) || matches!(
            *word,
            "raise" | "not" | "lambda" | "else" | "elif" | "except" | "try" | "async" | "await" | "global"
        )
    });
    let code = words.first().is_some_and(|word| {
        word.starts_with(['!', '%'])
            || word.trim_end_matches(')').contains(['(', '=', '[']) && !word.starts_with(['(', '['])
    });
    let keyword = keyword || code;
    let plain = words.iter().filter(plain).count();
    words.len() >= 3 && plain * 4 >= words.len() * 3 && !keyword && !line.contains(" = ")
}
