//! What breaks a file as a whole: merge conflicts, Markdown around the code, templates, Python 2.

use super::draft::{Edit, edited};
use super::habits::{LEADING_ZERO, first_span, python2};
use super::mend::ways::{Class, Way};
use super::piece::{Fault, Guess, Piece, any_between, faults, span};
use super::quotes::{looks_like_code, prose};
use super::scan::{Scan, scan};
use super::{Broken, RUN_END};

/// How many spellings of Python 2 make a file Python 2.
const THROUGHOUT: usize = 3;

fn raw<'a>(text: &'a str, scan: &Scan, line: usize) -> &'a str {
    scan.lines.get(line).and_then(|line| text.get(line.start..line.end)).unwrap_or("")
}

fn blank(scan: &Scan, lines: std::ops::RangeInclusive<usize>) -> Vec<Edit> {
    lines.filter_map(|line| scan.lines.get(line)).map(|line| Edit::new(line.start, line.end, "")).collect()
}

/// What stands at the begin of the lines of a conflict, in order.
const MARKERS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

fn marker(line: &str, sign: &str) -> bool {
    line.strip_prefix(sign).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Conflict markers that git left. One guess for each conflict; half of it is emptied.
pub(super) fn conflicts(text: &str, faults_now: &[Fault], budget: &mut usize) -> Vec<Guess> {
    if !text.contains("<<<<<<<") && !text.contains("=======") && !text.contains(">>>>>>>") {
        return Vec::new();
    }
    let scan = scan(text);
    let mut guesses = Vec::new();
    let (mut line, mut whole) = (0, true);
    let told = |line: usize, message: &str| Broken {
        span: span(scan.lines[line].start, scan.lines[line].end),
        message: message.to_owned(),
        help: Some("choose what to keep and delete the markers".to_owned()),
        labels: Vec::new(),
        mends: Vec::new(),
    };
    while line < scan.lines.len() {
        let here = raw(text, &scan, line);
        let starts = |index: &usize, sign: &str| marker(raw(text, &scan, *index), sign);
        let faulty = |from: usize, to: usize| any_between(faults_now, scan.lines[from].start, scan.lines[to].end);
        if marker(here, "<<<<<<<") && whole {
            let middle = (line + 1..scan.lines.len()).find(|index| starts(index, "======="));
            let end = middle.and_then(|middle| (middle + 1..scan.lines.len()).find(|index| starts(index, ">>>>>>>")));
            // Without an end none of the later ones has one either, and nobody looks again.
            whole = end.is_some();
            let base = (line + 1..middle.unwrap_or(line)).find(|index| starts(index, "|||||||"));
            if let (Some(middle), Some(end)) = (middle, end)
                && (!scan.lines[line].inside || faulty(line, end))
            {
                let mut broken = told(line, "a merge conflict is not resolved");
                let last = &scan.lines[end];
                broken.labels.push((span(last.start, last.end), "the conflict ends here".to_owned()));
                let cut = base.unwrap_or(middle);
                let mut ours = blank(&scan, line..=line);
                ours.extend(blank(&scan, cut..=end));
                let mut theirs = blank(&scan, line..=middle);
                theirs.extend(blank(&scan, end..=end));
                let cost = text.len() * 2;
                let mut edits = ours;
                if *budget > cost && text.len() < 2_000_000 {
                    *budget -= cost;
                    if faults(&edited(text, &theirs)).len() < faults(&edited(text, &edits)).len() {
                        edits = theirs;
                    }
                }
                guesses.push(Guess { edits, broken });
                line = end + 1;
                continue;
            }
        }
        let lone = |line: usize| {
            let here = raw(text, &scan, line);
            let stands = !scan.lines[line].inside && faulty(line, line);
            (0..MARKERS.len()).find(|&rank| stands && marker(here, MARKERS[rank]) && (rank != 2 || here == MARKERS[2]))
        };
        let Some(mut rank) = lone(line) else {
            line += 1;
            continue;
        };
        // The markers that follow it in a conflict belong to it.
        let mut last = line;
        for next in line + 1..scan.lines.len() {
            match lone(next) {
                Some(higher) if higher > rank => (rank, last) = (higher, next),
                Some(_) => break,
                None => {}
            }
        }
        let sign = MARKERS.into_iter().find(|sign| marker(here, sign)).unwrap_or_default();
        let guess = match last == line {
            true => {
                let broken = told(line, &format!("`{sign}` is left over from a merge conflict"));
                let broken = broken.help("delete the line, and look for what the merge left around it");
                Guess { edits: blank(&scan, line..=line), broken }
            }
            false => {
                let mut broken = told(line, "half of a merge conflict is left");
                broken
                    .labels
                    .push((span(scan.lines[last].start, scan.lines[last].end), "the conflict ends here".to_owned()));
                Guess { edits: blank(&scan, line..=last), broken }
            }
        };
        guesses.push(guess);
        line = last + 1;
    }
    guesses
}

/// Markdown fences, with the sentences that stand around them.
pub(super) fn fences(text: &str) -> Vec<Guess> {
    if !text.contains("```") && !text.contains("~~~") {
        return Vec::new();
    }
    let scan = scan(text);
    let fence = |line: usize| {
        let content = raw(text, &scan, line).trim();
        !scan.lines[line].inside
            && (content.starts_with("```") || content.starts_with("~~~"))
            && content
                .trim_start_matches(['`', '~'])
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '+'))
    };
    let sentence = |line: usize| {
        let content = raw(text, &scan, line).trim();
        !scan.lines[line].inside && (prose(content) || content.is_empty() || content.starts_with("**"))
    };
    let all: Vec<usize> = (0..scan.lines.len()).filter(|&line| fence(line)).collect();
    all.chunks(2)
        .map(|pair| {
            let line = &scan.lines[pair[0]];
            let start = line.start + line.indent;
            let mut broken = Broken {
                span: span(start, line.end),
                message: "a Markdown fence stands in the code".to_owned(),
                help: Some("delete the fences and the text around them".to_owned()),
                labels: Vec::new(),
                mends: Vec::new(),
            };
            let mut edits = blank(&scan, pair[0]..=pair[0]);
            let before = (0..pair[0]).rev().take_while(|&line| sentence(line)).last();
            edits.extend(before.map(|first| blank(&scan, first..=pair[0] - 1)).unwrap_or_default());
            let text_alone = |line: usize| !looks_like_code(raw(text, &scan, line).trim());
            if pair.len() == 1 && (pair[0] + 1..scan.lines.len()).all(text_alone) {
                // The end of a document: nothing below is code.
                edits.extend(blank(&scan, pair[0] + 1..=scan.lines.len() - 1));
            }
            if let Some(&close) = pair.get(1) {
                let line = &scan.lines[close];
                broken.labels.push((span(line.start + line.indent, line.end), "the other fence".to_owned()));
                edits.extend(blank(&scan, close..=close));
                let after = (close + 1..scan.lines.len()).take_while(|&line| sentence(line)).last();
                edits.extend(after.map(|last| blank(&scan, close + 1..=last)).unwrap_or_default());
            }
            Guess { edits, broken }
        })
        .collect()
}

/// How what breaks a whole file is mended; `None` where the place is no such thing.
///
/// A marker or a fence is deleted, text becomes a comment, and nobody but a person picks a side of a conflict.
pub(super) fn ways(text: &str, broken: &Broken) -> Option<Vec<Way>> {
    let start = text[..broken.span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next().unwrap_or("");
    let deleted = |start: usize| Edit::new(start, text[start..].find('\n').map_or(text.len(), |at| start + at + 1), "");
    if MARKERS.iter().any(|sign| marker(line, sign)) {
        let alone = broken.labels.is_empty();
        let delete = || Way::new(vec![deleted(start)], Class::Risky).titled("Delete the marker");
        return Some(alone.then(delete).into_iter().collect());
    }
    if let Some(end) = broken.labels.first().filter(|label| label.1 == RUN_END && broken.message.starts_with("text ")) {
        let lines = text[start..end.0.end as usize].split_inclusive('\n').scan(start, |at, line| {
            *at += line.len();
            (!line.trim().is_empty())
                .then(|| Edit::insert(*at - line.trim_start().len(), "# "))
                .map_or(Some(None), |edit| Some(Some(edit)))
        });
        let edits: Vec<Edit> = lines.flatten().collect();
        let title = format!("Make {} lines comments", edits.len());
        return Some(vec![Way::new(edits, Class::Risky).titled(title)]);
    }
    if !line.trim_start().starts_with("```") && !line.trim_start().starts_with("~~~") {
        return None;
    }
    let guess = fences(text).into_iter().find(|guess| guess.broken.span == broken.span)?;
    let edits = guess.edits.into_iter().filter_map(|edit| {
        let content = text[edit.start..edit.end].trim_start();
        match content.starts_with("```") || content.starts_with("~~~") {
            true => Some(deleted(edit.start)),
            false => (!content.is_empty()).then(|| Edit::insert(edit.end - content.len(), "# ")),
        }
    });
    let edits: Vec<Edit> = edits.collect();
    let title = match edits.iter().any(|edit| !edit.text.is_empty()) {
        true => "Delete the fences, and make the text around them comments",
        false => "Delete the fences",
    };
    Some(vec![Way::new(edits, Class::Risky).titled(title)])
}

/// A template that becomes Python only once it is filled in.
pub(super) fn template(piece: &Piece) -> Option<Broken> {
    let text = piece.text;
    let in_code = |at: usize| {
        let index = piece.token_at(at);
        let string = piece.scan.tokens.get(index).filter(|token| token.start < at);
        let line = &piece.scan.lines[piece.scan.line_of(at)];
        string.is_none_or(|token| token.kind != super::scan::Kind::String) && at < line.code_end
    };
    let faulty = |at: usize| piece.is_faulty(piece.scan.line_of(at));
    let found = |open: &str, close: &str| {
        text.match_indices(open).map(|(at, _)| at).find(|&at| {
            let rest = text[at + open.len()..].lines().next().unwrap_or("");
            let closed = rest.find(close);
            let variable = |body: &str| {
                let body = body.trim().trim_matches('-').trim();
                let first = body.split(['.', '|', ' ', '(', '[']).next().unwrap_or("");
                !first.is_empty()
                    && first.chars().all(|c| c.is_alphanumeric() || c == '_')
                    && !body.contains([':', ','])
            };
            let body = closed.and_then(|end| rest.get(..end));
            // A template string of JavaScript has them, too.
            let quoted = open == "${" && text[..at].lines().next_back().is_some_and(|before| before.contains('`'));
            let fits = if open == "{{" || open == "${" { body.is_some_and(variable) } else { body.is_some() };
            fits && !quoted && in_code(at) && faulty(at)
        })
    };
    let named =
        [("{%", "%}", "Jinja"), ("{{", "}}", "Jinja"), ("{#", "#}", "Jinja"), ("<%", "%>", "Mako"), ("${", "}", "")];
    let (at, open, close, language) = named
        .into_iter()
        .filter_map(|(open, close, language)| found(open, close).map(|at| (at, open, close, language)))
        .min_by_key(|hit| hit.0)?;
    let end = text[at..].find(close).map_or(at + open.len(), |end| at + end + close.len());
    let cookie = text[at..end].contains("cookiecutter");
    let mako = text.lines().any(|line| line.trim_start().starts_with("% ") || line.contains("<%"));
    let language = match language {
        _ if cookie => "cookiecutter ",
        "Jinja" => "Jinja ",
        "" if !mako => "",
        _ => "Mako ",
    };
    Some(
        piece
            .broken(at, end, format!("this file is a {language}template, not Python"))
            .help("exclude it, or give it another suffix such as `.py.jinja`"),
    )
}

/// One finding for a file that is Python 2 throughout, with all its spellings made to parse.
pub(super) fn python2_file(piece: &Piece) -> Option<Guess> {
    let places = python2(piece, 0..piece.scan.tokens.len());
    let refused: Vec<_> = places.iter().filter(|place| place.refused).collect();
    let lines: std::collections::BTreeSet<usize> = places.iter().map(|place| place.line).collect();
    // Leading zeros alone are written by people who never saw Python 2.
    let telling = refused.iter().any(|place| !place.guess.broken.message.ends_with(LEADING_ZERO));
    if !telling || lines.len() < THROUGHOUT {
        return None;
    }
    let first = places.first()?;
    let what = first.guess.broken.message.split(" is Python 2").next().unwrap_or("").to_owned();
    let broken = Broken {
        span: first_span(piece, first.line),
        message: format!("this file is Python 2: {} lines that Python 3 does not read", lines.len()),
        help: Some("port it (`2to3`, `futurize`), exclude it, or delete it".to_owned()),
        labels: vec![(first.guess.broken.span, what)],
        mends: Vec::new(),
    };
    Some(Guess { edits: places.into_iter().flat_map(|place| place.guess.edits).collect(), broken })
}
