//! A text under repair that remembers where each of its bytes stood in the original.
//!
//! Repairs exist only to see what else is broken; they are never offered as fixes.

/// Replaces `start..end` with `text`.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub start: usize,
    pub end: usize,
    pub text: String,
}

impl Edit {
    pub fn new(start: usize, end: usize, text: impl Into<String>) -> Edit {
        Edit { start, end, text: text.into() }
    }

    pub fn insert(at: usize, text: impl Into<String>) -> Edit {
        Edit::new(at, at, text)
    }
}

/// The text as it stands, and a map back to the original.
#[derive(Debug)]
pub(super) struct Draft {
    pub text: String,
    /// From `now` on, bytes stood `was` onward, up to the next entry's `was`. Sorted, the first is `(0, 0)`.
    map: Vec<(usize, usize)>,
    length: usize,
}

impl Draft {
    pub fn new(text: &str) -> Draft {
        Draft { text: text.to_owned(), map: vec![(0, 0)], length: text.len() }
    }

    /// Where `now` stood in the original.
    pub fn original(&self, now: usize) -> usize {
        let index = self.map.partition_point(|entry| entry.0 <= now).saturating_sub(1);
        let (start, was) = self.map[index];
        let limit = self.map.get(index + 1).map_or(self.length, |next| next.1);
        (was + now.saturating_sub(start)).min(limit)
    }

    /// Applies edits, in one pass. One that overlaps an earlier one is left out.
    pub fn apply(&mut self, edits: &[Edit]) {
        let mut edits: Vec<&Edit> = edits.iter().collect();
        edits.sort_by_key(|edit| (edit.start, edit.end));
        let (mut text, mut map) = (String::with_capacity(self.text.len() + 16), Vec::new());
        let mut at = 0;
        for edit in edits {
            if edit.start < at || self.text.get(edit.start..edit.end).is_none() {
                continue;
            }
            self.keep(at, edit.start, &mut text, &mut map);
            map.push((text.len(), self.original(edit.start)));
            text.push_str(&edit.text);
            at = edit.end;
        }
        self.keep(at, self.text.len(), &mut text, &mut map);
        (self.text, self.map) = (text, map);
    }

    /// Copies `start..end` of the text and what the map says about it.
    fn keep(&self, start: usize, end: usize, text: &mut String, map: &mut Vec<(usize, usize)>) {
        map.push((text.len(), self.original(start)));
        let first = self.map.partition_point(|entry| entry.0 <= start);
        let inside = self.map[first..].iter().take_while(|entry| entry.0 < end);
        map.extend(inside.map(|&(now, was)| (text.len() + now - start, was)));
        text.push_str(&self.text[start..end]);
    }
}

/// The text after edits; one that overlaps an earlier one is left out.
pub(super) fn edited(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| (edit.start, edit.end));
    let mut result = String::with_capacity(text.len() + 16);
    let mut at = 0;
    for edit in edits {
        if edit.start < at || text.get(edit.start..edit.end).is_none() {
            continue;
        }
        result.push_str(&text[at..edit.start]);
        result.push_str(&edit.text);
        at = edit.end;
    }
    result.push_str(&text[at..]);
    result
}
