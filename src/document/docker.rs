//! Dockerfiles: `ENV` and `ARG`. What `RUN` passes to commands is found as text.

use super::{Entry, lines, unquoted};
use crate::text::Span;

/// Every variable that an image is built with.
pub fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    let mut continued = false;
    for (start, line) in lines(text) {
        let body = line.trim_start();
        let word = body.split_whitespace().next().unwrap_or_default();
        let is_set = ["ENV", "ARG"].iter().any(|known| word.eq_ignore_ascii_case(known));
        if !continued && !is_set {
            continue;
        }
        let skip = if continued { 0 } else { word.len() };
        variables(text, start + line.len() - body.len() + skip, start + line.len(), &mut entries);
        continued = body.trim_end().ends_with('\\');
    }
    entries
}

fn variables<'t>(text: &'t str, mut at: usize, end: usize, entries: &mut Vec<Entry<'t>>) {
    let bytes = text.as_bytes();
    while at < end {
        at += text[at..end].len() - text[at..end].trim_start().len();
        let plain = |b: &&u8| b.is_ascii_alphanumeric() || b"_-.".contains(b);
        let length = bytes[at..end].iter().take_while(plain).count();
        if length == 0 {
            return;
        }
        let key = &text[at..at + length];
        let separator = bytes.get(at + length).filter(|_| at + length < end);
        let from = at + length + 1;
        let (from, to, next) = match separator {
            Some(b'=') => {
                let quote = bytes.get(from).filter(|b| matches!(b, b'"' | b'\''));
                match quote.and_then(|quote| Some((*quote, memchr::memchr(*quote, bytes.get(from + 1..end)?)?))) {
                    Some((_, length)) => (from + 1, from + 1 + length, from + length + 2),
                    None => {
                        let length = bytes[from..end].iter().take_while(|b| !b.is_ascii_whitespace()).count();
                        (from, from + length, from + length)
                    }
                }
            }
            // `ENV NAME the rest`
            Some(b' ' | b'\t') => {
                let (from, to) = unquoted(text, from, end);
                (from, to, end)
            }
            _ => return,
        };
        if from < to && &text[from..to] != "\\" {
            let span = Span::new(from as u32, to as u32);
            entries.push(Entry::new(key, &text[from..to], span));
        }
        at = next;
    }
}
