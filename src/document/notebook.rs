//! Jupyter notebooks: the Python of their cells, with where each byte of it stands in the file.

use super::json::{Reader, Token, unescape, unescaped};
use crate::text::Span;
use std::borrow::Cow;

/// The Python of one cell.
#[derive(Default)]
pub struct Cell {
    /// Its source; lines for IPython or a shell are comments here.
    pub source: String,
    /// Where each byte of the source stands in the file.
    places: Vec<u32>,
}

impl Cell {
    /// The place in the file of a span of the source.
    pub fn place(&self, span: Span) -> Option<Span> {
        let start = *self.places.get(span.start as usize)?;
        let last = *self.places.get((span.end as usize).checked_sub(1)?)?;
        Some(Span::new(start, last + 1))
    }

    fn add(&mut self, raw: &str, start: u32) {
        for (c, at) in unescaped(raw) {
            self.source.push(c);
            self.places.extend(std::iter::repeat_n(start + at as u32, c.len_utf8()));
        }
    }

    /// `%matplotlib inline` and `!pip install x` are no Python.
    fn quiet(&mut self) {
        let mut at = 0;
        let mut quiet = self.source.clone().into_bytes();
        for line in self.source.split('\n') {
            let blank = line.len() - line.trim_start().len();
            if line.trim_start().starts_with(['%', '!', '?']) {
                quiet[at + blank] = b'#';
            }
            at += line.len() + 1;
        }
        // One ASCII byte took the place of another.
        self.source = String::from_utf8(quiet).unwrap_or_default();
    }
}

/// All code cells, in order.
pub fn cells(text: &str) -> Vec<Cell> {
    let mut found = Vec::new();
    let mut keys: Vec<Cow<str>> = Vec::new();
    let mut key: Option<Cow<str>> = None;
    let mut cell = Cell::default();
    let mut is_code = false;
    let mut objects: Vec<bool> = Vec::new();
    let mut wants_key = false;
    for token in (Reader { text, at: 0 }) {
        match token {
            Token::Open(is_object) => {
                keys.push(key.take().unwrap_or_default());
                objects.push(is_object);
                wants_key = is_object;
                if is_object && keys.len() == 3 {
                    cell = Cell::default();
                    is_code = false;
                }
            }
            Token::Close => {
                if keys.len() == 3 && objects.last() == Some(&true) && is_code {
                    cell.quiet();
                    found.push(std::mem::take(&mut cell));
                }
                keys.pop();
                objects.pop();
                wants_key = false;
            }
            Token::Comma => wants_key = objects.last() == Some(&true),
            Token::Colon => {}
            Token::Scalar(raw, span, _) => {
                if wants_key {
                    key = Some(unescape(raw));
                    wants_key = false;
                    continue;
                }
                let named = key.take();
                let in_cells = keys.get(1).is_some_and(|key| key == "cells");
                match (in_cells, keys.len(), named.as_deref()) {
                    (true, 3, Some("cell_type")) => is_code = raw == "code",
                    (true, 3, Some("source")) => cell.add(span.of(text), span.start),
                    (true, 4, None) if keys[3] == "source" => cell.add(span.of(text), span.start),
                    _ => {}
                }
            }
        }
    }
    found
}
