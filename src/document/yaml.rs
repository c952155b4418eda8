//! YAML, read by saphyr's parser; what it refuses (templates) is read line by line from there on.

use super::{Entry, ini, lines, pair_up, push};
use crate::text::Span;
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::borrow::Cow;

/// A mapping or sequence that is open.
struct Open {
    /// The key above it.
    key: String,
    /// The first entry in it.
    first: usize,
    /// Of a mapping: the key that waits for its value.
    waiting: Option<Option<String>>,
}

/// Every scalar below a key.
pub fn entries(text: &str) -> Vec<Entry<'_>> {
    let places = Places::new(text);
    let mut entries: Vec<Entry> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let Ok((event, place)) = event else {
            let read = entries.last().map_or(0, |entry| entry.span.end as usize);
            entries.extend(by_line(text, read));
            return entries;
        };
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                let key = taken(&mut open, None);
                let waiting = matches!(event, Event::MappingStart(..)).then_some(None);
                open.push(Open { key, first: entries.len(), waiting });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                if let Some(closed) = open.pop()
                    && closed.waiting.is_some()
                    && entries.len() - closed.first <= 64
                {
                    pair_up(&mut entries[closed.first..]);
                }
            }
            Event::Alias(_) => drop(taken(&mut open, None)),
            // `!vault`, `!secret`, `!Ref`: what stands here is read from elsewhere, or locked.
            Event::Scalar(_, _, _, Some(tag)) if tag.handle == "!" => drop(taken(&mut open, Some(""))),
            Event::Scalar(value, style, ..) => {
                let is_key = open.last().is_some_and(|around| around.waiting == Some(None));
                let within = open.last().map_or("", |around| around.key.as_str()).to_owned();
                let key = taken(&mut open, Some(&value));
                if is_key || open.is_empty() {
                    continue;
                }
                let (start, mut end) = (places.offset(&place.start), places.offset(&place.end));
                let mut start = start.min(text.len());
                end = end.clamp(start, text.len());
                match style {
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if end >= start + 2 => {
                        start += 1;
                        end -= 1;
                    }
                    // The mark, the indentation and what follows it are no part of the value.
                    ScalarStyle::Literal | ScalarStyle::Folded => {
                        let line = text[start..end].lines().next().unwrap_or_default();
                        let is_mark = line.starts_with(['|', '>'])
                            && line[1..].trim_matches(['+', '-', ' ', '1', '2', '4']).is_empty();
                        let first = if is_mark { (start + line.len() + 1).min(end) } else { start };
                        start = first + text[first..end].len() - text[first..end].trim_start().len();
                        end = start + text[start..end].trim_end().len();
                    }
                    _ => {}
                }
                let span = Span::new(start as u32, end as u32);
                match settings_in(text, &key, span) {
                    Some(settings) if style == ScalarStyle::Literal => entries.extend(settings),
                    _ => push(&mut entries, Cow::Owned(within), Entry::new(key, value, span)),
                }
            }
            _ => {}
        }
    }
    entries
}

/// What a block says line by line, where most of its lines give a name a value: a file inside a ConfigMap.
fn settings_in<'t>(text: &'t str, key: &str, block: Span) -> Option<Vec<Entry<'t>>> {
    let body = block.of(text);
    let is_said = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let said = body.lines().map(str::trim).filter(is_said).count();
    if said < 2 {
        return None;
    }
    let settings: Vec<Entry> = lines(body)
        .map(|(start, line)| (start + block.start as usize, line))
        .filter_map(|(start, line)| ini::entry(text, start, line))
        .collect();
    // `redis.conf` has no signs.
    let is_given = |entry: &&Entry| !entry.commented && (key.ends_with(".conf") || is_given(text, entry));
    let given = settings.iter().filter(is_given).count();
    (given * 2 > said).then_some(settings)
}

/// A sign stands before the value: `set -e` is a command.
fn is_given(text: &str, entry: &Entry) -> bool {
    let before = text[..entry.span.start as usize].trim_end_matches([' ', '\t', '"', '\'']);
    before.ends_with(['=', ':'])
}

/// The key that the next node stands under; a scalar that is a key itself waits for its value.
fn taken(open: &mut [Open], scalar: Option<&str>) -> String {
    let Some(around) = open.last_mut() else { return String::new() };
    match &mut around.waiting {
        None => around.key.clone(),
        Some(waiting) => match waiting.take() {
            Some(key) => key,
            None => {
                *waiting = Some(scalar.unwrap_or_default().to_owned());
                String::new()
            }
        },
    }
}

fn by_line(text: &str, from: usize) -> Vec<Entry<'_>> {
    lines(text)
        .filter(|(start, line)| *start >= from && !line.trim_start().starts_with('#'))
        .filter_map(|(start, line)| ini::entry(text, start, line))
        .collect()
}

/// Byte offsets of saphyr's places, which count characters.
struct Places<'t> {
    text: &'t str,
    lines: Vec<usize>,
    is_ascii: bool,
}

impl<'t> Places<'t> {
    fn new(text: &'t str) -> Places<'t> {
        Places { text, lines: lines(text).map(|(start, _)| start).collect(), is_ascii: text.is_ascii() }
    }

    fn offset(&self, place: &saphyr_parser::Marker) -> usize {
        if self.is_ascii {
            return place.index().min(self.text.len());
        }
        let Some(&start) = self.lines.get(place.line() - 1) else { return self.text.len() };
        let rest = &self.text[start..];
        start + rest.char_indices().nth(place.col()).map_or(rest.len(), |(at, _)| at)
    }
}
