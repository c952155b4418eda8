//! The lines around a finding, secrets hidden.

use super::FrameLine;
use crate::report::Source;
use crate::report::mask::glyphs;
use crate::text::Span;

/// Lines before and behind what is meant.
const AROUND: u32 = 2;
/// Of what is meant, so many lines are shown.
const MOST_LINES: u32 = 5;
/// A line shows so many characters.
const MOST_CHARS: usize = 160;
/// And of those, so many before what is meant.
const BEFORE: usize = 60;

/// The lines around a span.
pub fn lines(source: &Source, span: Span) -> Vec<FrameLine> {
    let (first, last) = (source.lines().line(span.start), source.lines().line(span.end.max(span.start + 1) - 1));
    let all = source.lines().line(source.text.len() as u32);
    let last = last.clamp(first, first + MOST_LINES - 1);
    let from = first.saturating_sub(AROUND).max(1);
    let lines = from..=(last + AROUND).min(all);
    let mut shown: Vec<FrameLine> = lines.map(|number| line(source, number, span)).collect();
    let is_blank = |line: &FrameLine| line.mark.is_none() && line.text.trim().is_empty();
    while shown.last().is_some_and(is_blank) {
        shown.pop();
    }
    let begin = shown.iter().position(|line| !is_blank(line)).unwrap_or(0);
    shown.split_off(begin)
}

fn line(source: &Source, number: u32, span: Span) -> FrameLine {
    let whole = source.lines().span(number, &source.text);
    let mut text: Vec<char> = Vec::new();
    let (mut from, mut to) = (None, 0);
    for glyph in glyphs(source, whole).filter(|glyph| !matches!(glyph.char, '\n' | '\r')) {
        let repeat = if glyph.char == '\t' { 4 } else { glyph.repeat };
        let is_meant = span.start <= glyph.at && glyph.at < span.end.max(span.start + 1);
        if is_meant {
            from.get_or_insert(text.len());
        }
        text.extend(std::iter::repeat_n(if glyph.char == '\t' { ' ' } else { glyph.char }, repeat));
        if is_meant {
            to = text.len();
        }
    }
    // Blanks that a statement of several lines begins its lines with are not meant.
    let mark = from.map(|from| {
        let blanks = text[from..to].iter().take_while(|char| **char == ' ').count();
        (if from + blanks < to { from + blanks } else { from }, to)
    });
    let cut = mark.map_or(0, |(from, _)| from.saturating_sub(BEFORE)).min(text.len().saturating_sub(MOST_CHARS));
    let kept: String = text.iter().skip(cut).take(MOST_CHARS).collect();
    let (before, behind) = (if cut > 0 { "…" } else { "" }, if text.len() > cut + MOST_CHARS { "…" } else { "" });
    let place = |at: usize| (at.clamp(cut, cut + MOST_CHARS) - cut + usize::from(cut > 0)) as u32;
    FrameLine {
        number,
        text: format!("{before}{kept}{behind}"),
        mark: mark.map(|(from, to)| (place(from), place(to))).filter(|(from, to)| from < to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_marked_and_secrets_hidden() {
        let text = "a = 1\n\n\tpassword = \"hunter2!\"\nb = 2\n\n\n\nc = 3\n";
        let at = text.find("hunter2!").expect("there") as u32;
        let secret = Span::new(at, at + 8);
        let source = Source::new(text.to_owned(), false, vec![secret]);
        let shown = lines(&source, secret);
        let texts: Vec<(u32, &str)> = shown.iter().map(|line| (line.number, line.text.as_str())).collect();
        assert_eq!(texts, [(1, "a = 1"), (2, ""), (3, "    password = \"********\""), (4, "b = 2")]);
        assert_eq!(shown[2].mark, Some((16, 24)));
    }

    #[test]
    fn long_lines_are_cut_around_what_is_meant() {
        let text = format!("{}here{}\n", "x".repeat(500), "y".repeat(500));
        let source = Source::new(text, false, Vec::new());
        let shown = lines(&source, Span::new(500, 504));
        let (from, to) = shown[0].mark.expect("a mark");
        let meant: String = shown[0].text.chars().skip(from as usize).take((to - from) as usize).collect();
        assert_eq!((meant.as_str(), shown[0].text.chars().count()), ("here", MOST_CHARS + 2));
    }

    #[test]
    fn the_last_line_and_an_empty_file_have_frames() {
        let source = Source::new("x = 1".to_owned(), false, Vec::new());
        assert_eq!(lines(&source, Span::new(5, 5)).len(), 1);
        assert_eq!(lines(&Source::new(String::new(), false, Vec::new()), Span::new(0, 0)).len(), 0);
    }
}
