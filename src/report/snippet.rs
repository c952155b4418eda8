//! Cuts out of a file the lines that a frame shows: masked, without tabs, no wider than the terminal.
//!
//! Plain text and ranges into it; how a frame is drawn is not known here.

use super::Source;
use super::mask::{Glyph, glyphs};
use super::wrap::width as columns;
use crate::text::{Position, Span};
use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// A span of several lines shows this many, then says where it ends.
const MOST_LINES: u32 = 6;
/// Of a very long line only this many bytes around the span are looked at.
const NEAR: u32 = 2048;
const TAB: usize = 4;

/// A place to underline, with what is said there.
#[derive(Debug, Clone)]
pub struct Mark {
    /// Where, in the source.
    pub span: Span,
    /// Written under it.
    pub message: Option<String>,
}

/// Lines ready to be framed.
#[derive(Debug, Default)]
pub struct Snippet {
    /// All blocks, one after another; every line ends in `\n`.
    pub text: String,
    /// Runs of consecutive lines, in order.
    pub blocks: Vec<Block>,
    /// What to underline, the primary one first.
    pub marks: Vec<Placed>,
    /// Marks whose message finds no room in the frame.
    pub outside: Vec<Mark>,
}

/// Consecutive lines of the source.
#[derive(Debug)]
pub struct Block {
    /// Number of its first line, from 1.
    pub first: u32,
    /// How many lines.
    pub count: u32,
    /// Where it lies in `Snippet::text`.
    pub range: Range<usize>,
}

/// A mark, placed in `Snippet::text`.
#[derive(Debug)]
pub struct Placed {
    /// Where it lies in `Snippet::text`.
    pub range: Range<usize>,
    /// Where it truly starts.
    pub position: Position,
    /// Written under it.
    pub message: Option<String>,
}

/// The part of a mark that is shown: its bytes and their lines.
#[derive(Debug, Clone, Copy)]
struct Part {
    span: Span,
    lines: (u32, u32),
}

/// Lays out `marks`, of which the first is the primary one, in lines of at most `width` columns (line numbers included).
pub fn cut(source: &Source, marks: &[Mark], width: usize, ellipsis: &str) -> Snippet {
    let parts: Vec<Part> = marks.iter().enumerate().map(|(index, mark)| part(source, mark.span, index == 0)).collect();
    let runs = runs(source, &parts);
    let number_width = runs.last().map_or(1, |run| run.end.ilog10() as usize + 1);
    let gutter = if parts.iter().any(|part| part.lines.0 < part.lines.1) { 4 } else { 0 };
    // One column stays free for an arrow behind the last character.
    let room = width.saturating_sub(number_width + 5 + gutter).max(20);

    let mut snippet = Snippet::default();
    let mut shown: Vec<(u32, Line)> = Vec::new();
    for run in runs {
        let start = snippet.text.len();
        for number in run.clone() {
            let anchor = parts.iter().find(|part| part.lines.0 <= number && number <= part.lines.1);
            let line = Line::cut(source, number, anchor.map(|part| part.span), room, ellipsis, snippet.text.len());
            snippet.text.push_str(&line.text);
            snippet.text.push('\n');
            shown.push((number, line));
        }
        let range = start..snippet.text.len();
        snippet.blocks.push(Block { first: run.start, count: run.end - run.start, range });
    }
    // miette moves an underline that overlaps another one aside, where it would point at something else.
    let mut taken: Vec<Range<usize>> = Vec::new();
    for (index, (mark, part)) in marks.iter().zip(&parts).enumerate() {
        let line = |number: u32| shown.iter().find(|(of, _)| *of == number).map(|(_, line)| line);
        let (Some(first), Some(last)) = (line(part.lines.0), line(part.lines.1)) else { continue };
        let (range, cut_off) = (first.offset(part.span.start)..last.offset(part.span.end), !first.shows(part.span));
        let range = range.start..range.end.max(range.start);
        let middle = (first.column(range.start) + first.column(range.end.min(first.stop))) / 2;
        let mut message = mark.message.clone();
        let fits = message.as_ref().is_none_or(|message| middle + 4 + columns(message) <= room);
        let single = part.lines.0 == part.lines.1;
        let ours = range.start..range.end.max(range.start + 1);
        let overlaps = single && taken.iter().any(|other| other.start < ours.end && ours.start < other.end);
        let hidden = index > 0 && (cut_off || overlaps);
        if hidden || index > 0 && !fits {
            snippet.outside.push(mark.clone());
            message = None;
        }
        if single && !hidden {
            taken.push(ours);
        }
        if !hidden {
            let position = source.lines().position(part.span.start, &source.text);
            let more = source.lines().line(source.clip(mark.span).end.saturating_sub(1).max(part.span.start));
            if index == 0 && more > part.lines.1 {
                message = Some(format!("continues to line {more}"));
            }
            snippet.marks.push(Placed { range, position, message });
        }
    }
    snippet
}

/// The primary mark keeps up to `MOST_LINES` lines, another one its first.
fn part(source: &Source, span: Span, primary: bool) -> Part {
    let span = source.clip(span);
    let first = source.lines().line(span.start);
    let last = if span.end > span.start { source.lines().line(span.end - 1) } else { first };
    let kept = match last - first + 1 {
        count if !primary || count > MOST_LINES => first + if primary { MOST_LINES - 2 } else { 0 },
        _ => last,
    };
    let end_of_kept = source.lines().span(kept, &source.text).end;
    Part { span: Span::new(span.start, span.end.min(end_of_kept).max(span.start)), lines: (first, kept) }
}

/// Lines to show: those of the marks, one around the primary mark unless it is blank, and gaps of one or two lines.
fn runs(source: &Source, parts: &[Part]) -> Vec<Range<u32>> {
    let speaks = |line: u32| {
        let span = source.lines().span(line, &source.text);
        span.end - span.start < NEAR && !span.of(&source.text).trim().is_empty()
    };
    let mut runs: Vec<Range<u32>> = parts.iter().map(|part| part.lines.0..part.lines.1 + 1).collect();
    if let Some(primary) = runs.first_mut() {
        if primary.start > 1 && speaks(primary.start - 1) {
            primary.start -= 1;
        }
        if (primary.end as usize) <= source.lines().count() && speaks(primary.end) {
            primary.end += 1;
        }
    }
    runs.sort_by_key(|run| (run.start, run.end));
    let mut joined: Vec<Range<u32>> = Vec::new();
    for run in runs {
        match joined.last_mut() {
            Some(last) if run.start <= last.end + 2 => last.end = last.end.max(run.end),
            _ => joined.push(run),
        }
    }
    joined
}

/// One line as shown.
struct Line {
    text: String,
    /// Each shown character: its byte in the source, its byte in `Snippet::text`.
    places: Vec<(u32, usize)>,
    /// The bytes of the source that are shown, and where they end in `Snippet::text`.
    window: Span,
    base: usize,
    stop: usize,
}

impl Line {
    fn cut(source: &Source, number: u32, anchor: Option<Span>, room: usize, ellipsis: &str, base: usize) -> Line {
        let whole = source.lines().span(number, &source.text);
        let anchor = anchor.map_or(Span::at(whole.start), |span| {
            Span::new(span.start.clamp(whole.start, whole.end), span.end.clamp(whole.start, whole.end))
        });
        let near = Span::new(
            whole.start.max(anchor.start.saturating_sub(NEAR)),
            whole.end.min(anchor.start.saturating_add(2 * NEAR)),
        );
        let near = if whole.end - whole.start <= 2 * NEAR { whole } else { source.clip(near) };
        let cells = cells(source, near);
        let total: usize = cells.iter().map(|cell| cell.width).sum();
        let fits = total <= room && near == whole;
        let range = if fits { 0..cells.len() } else { window(&cells, anchor, room, ellipsis.chars().count()) };
        let window = Span::new(
            cells.get(range.start).map_or(near.end, |cell| cell.glyph.at),
            cells.get(range.end).map_or(near.end, |cell| cell.glyph.at),
        );
        let mut line = Line { text: String::new(), places: Vec::new(), window, base, stop: base };
        if window.start > whole.start {
            line.text.push_str(ellipsis);
        }
        for cell in &cells[range] {
            line.places.push((cell.glyph.at, base + line.text.len()));
            match cell.glyph.char {
                '\t' => line.text.extend(std::iter::repeat_n(' ', cell.width)),
                char => line.text.extend(std::iter::repeat_n(char, cell.glyph.repeat)),
            }
        }
        line.stop = base + line.text.len();
        if window.end < whole.end {
            line.text.push_str(ellipsis);
        }
        line
    }

    /// Where byte `at` of the source stands in `Snippet::text`; the nearest shown place where it is cut off.
    fn offset(&self, at: u32) -> usize {
        let index = self.places.partition_point(|(byte, _)| *byte < at);
        self.places.get(index).map_or(self.stop, |(_, place)| *place)
    }

    /// Whether some of `span` is shown here.
    fn shows(&self, span: Span) -> bool {
        self.window.touches(span) || self.window.contains(Span::at(span.start))
    }

    /// The column, from 0, at a place in `Snippet::text`.
    fn column(&self, place: usize) -> usize {
        columns(self.text.get(..place.saturating_sub(self.base)).unwrap_or(&self.text))
    }
}

struct Cell {
    glyph: Glyph,
    width: usize,
}

fn cells(source: &Source, span: Span) -> Vec<Cell> {
    let mut column = 0;
    let mut cells = Vec::new();
    for glyph in glyphs(source, span) {
        let width = match glyph.char {
            '\t' => TAB - column % TAB,
            char => char.width().unwrap_or(0) * glyph.repeat,
        };
        column += width;
        cells.push(Cell { glyph, width });
    }
    cells
}

/// The cells around `anchor` that fit `room` columns with an ellipsis on either side.
fn window(cells: &[Cell], anchor: Span, room: usize, ellipsis: usize) -> Range<usize> {
    let room = room.saturating_sub(2 * ellipsis).max(1);
    let from = cells.partition_point(|cell| cell.glyph.at < anchor.start);
    let to = cells.partition_point(|cell| cell.glyph.at < anchor.end).max(from);
    let width = |range: Range<usize>| cells[range].iter().map(|cell| cell.width).sum::<usize>();
    let anchored = width(from..to).min(room);
    let before = ((room - anchored) / 2).max(room.min(8) / 2);
    let (mut start, mut used) = (from, 0);
    while start > 0 && used + cells[start - 1].width <= before {
        start -= 1;
        used += cells[start].width;
    }
    let mut end = from;
    while end < cells.len() && used + cells[end].width <= room {
        used += cells[end].width;
        end += 1;
    }
    while end == cells.len() && start > 0 && used + cells[start - 1].width <= room {
        start -= 1;
        used += cells[start].width;
    }
    start..end
}
