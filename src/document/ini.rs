//! `.ini`, `.cfg`, `.conf`, `.properties`: `name = value`, `name: value`, `name value`.

use super::{Entry, lines, unquoted};
use crate::text::Span;
use std::borrow::Cow;

/// Every option that is given a value on its line.
pub fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut section = "";
    lines(text)
        .filter_map(|(start, line)| {
            if let Some((name, _)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                section = name;
            }
            entry(text, start, line).map(|entry| Entry { within: Cow::Borrowed(section), ..entry })
        })
        .collect()
}

/// The option of one line.
pub fn entry<'t>(text: &'t str, start: usize, line: &'t str) -> Option<Entry<'t>> {
    let body = line.trim_start();
    let offset = start + line.len() - body.len();
    if body.is_empty() || body.starts_with(['[', '<', '{', '}', '(', '|', '*']) {
        return None;
    }
    // An option that is commented out is known to everyone with the file as well.
    let commented = body.starts_with(['#', ';', '!']);
    let bare = body.trim_start_matches(['#', ';', '!', ' ']);
    let bare = bare.strip_prefix("- ").unwrap_or(bare).trim_start_matches(['"', '\'']);
    let offset = offset + body.len() - bare.len();
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b"_-./$@".contains(&b);
    let length = bare.bytes().take_while(|b| is_name(*b)).count();
    let (name, rest) = bare.split_at(length);
    if name.is_empty() {
        return None;
    }
    let rest = rest.trim_start_matches(['"', '\'']);
    let gap = rest.len() - rest.trim_start().len();
    let behind = rest.trim_start();
    let value = match behind.chars().next()? {
        ':' if behind.starts_with(":=") => &behind[2..],
        '=' if behind.starts_with("=>") => &behind[2..],
        '=' | ':' => &behind[1..],
        _ if gap > 0 && !commented && behind.split_whitespace().count() == 1 => behind,
        _ => return None,
    };
    let from = offset + bare.len() - value.len();
    let (from, mut to) = unquoted(text, from, start + line.len());
    while to > from && matches!(text.as_bytes()[to - 1], b',' | b';') {
        to -= 1;
    }
    let value = text.get(from..to)?;
    // Prose that was commented.
    if value.is_empty() || commented && value.contains(char::is_whitespace) {
        return None;
    }
    let value = value.trim_end_matches(['"', '\'']);
    // Code that is called a configuration.
    if value.ends_with(')') && !value.contains('(') {
        return None;
    }
    let span = Span::new(from as u32, (from + value.len()) as u32);
    Some(Entry { commented, ..Entry::new(name, value, span) })
}
