//! TOML, read by its own library; a file that it refuses is read line by line.

use super::{Entry, ini, push};
use crate::text::Span;
use std::borrow::Cow;
use toml_edit::{Document, Item, Value};

/// Every string and number below a key.
pub fn entries(text: &str) -> Vec<Entry<'_>> {
    let Ok(document) = text.parse::<Document<String>>().or_else(|_| Document::parse(text.to_owned())) else {
        return ini::entries(text);
    };
    let mut entries = Vec::new();
    for (key, item) in document.as_table() {
        of_item(text, "", key, item, &mut entries);
    }
    entries.sort_by_key(|entry| entry.span);
    entries
}

// The library refuses what is nested deeper than 80.
fn of_item<'t>(text: &'t str, within: &str, key: &str, item: &Item, entries: &mut Vec<Entry<'t>>) {
    match item {
        Item::None => {}
        Item::Value(value) => of_value(text, within, key, value, entries),
        Item::Table(table) => table.iter().for_each(|(inner, item)| of_item(text, key, inner, item, entries)),
        Item::ArrayOfTables(tables) => {
            for table in tables {
                table.iter().for_each(|(inner, item)| of_item(text, key, inner, item, entries));
            }
        }
    }
}

fn of_value<'t>(text: &'t str, within: &str, key: &str, value: &Value, entries: &mut Vec<Entry<'t>>) {
    match value {
        Value::Array(array) => array.iter().for_each(|value| of_value(text, within, key, value, entries)),
        Value::InlineTable(table) => table.iter().for_each(|(inner, value)| of_value(text, key, inner, value, entries)),
        _ => {
            let Some(range) = value.span() else { return };
            let Some(raw) = text.get(range.clone()) else { return };
            let quotes =
                ["\"\"\"", "'''", "\"", "'"].iter().find(|quote| raw.starts_with(**quote)).map_or(0, |q| q.len());
            if range.len() < 2 * quotes {
                return;
            }
            let span = Span::new((range.start + quotes) as u32, (range.end - quotes) as u32);
            let plain =
                value.as_str().map_or_else(|| Cow::Borrowed(span.of(text)), |value| Cow::Owned(value.to_owned()));
            push(entries, Cow::Owned(within.to_owned()), Entry::new(key.to_owned(), plain, span));
        }
    }
}
