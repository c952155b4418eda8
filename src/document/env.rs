//! `.env` files: `NAME=value`, also exported, quoted over several lines, or switched off by `#`.

use super::{Entry, lines, unquoted};
use crate::text::Span;

/// Every variable that is given a value.
pub fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    let mut inside = 0;
    for (start, line) in lines(text) {
        if start < inside {
            continue;
        }
        let body = line.trim_start();
        let offset = start + line.len() - body.len();
        // What is commented out is known to everyone with the file as well.
        let bare = body.trim_start_matches(['#', ' ']);
        let bare = bare.strip_prefix("export ").or_else(|| bare.strip_prefix("set ")).unwrap_or(bare);
        let offset = offset + body.len() - bare.len();
        let Some((name, value)) = bare.split_once('=') else { continue };
        let key = name.trim();
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
        if key.is_empty() || !key.bytes().all(plain) || body.starts_with('#') && name != key {
            continue;
        }
        let from = offset + name.len() + 1;
        let opened = value.trim_start();
        let (from, to) = match opened.strip_prefix('"') {
            Some(rest) if !rest.contains('"') => {
                let open = from + value.len() - rest.len();
                let close = memchr::memchr(b'"', &text.as_bytes()[open..]).map_or(start + line.len(), |at| open + at);
                inside = close;
                (open, close)
            }
            _ => unquoted(text, from, start + line.len()),
        };
        if from < to {
            let span = Span::new(from as u32, to as u32);
            entries.push(Entry { commented: body.starts_with('#'), ..Entry::new(key, &text[from..to], span) });
        }
    }
    entries
}
