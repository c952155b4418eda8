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

    /// Applies edits that do not overlap.
    pub fn apply(&mut self, edits: &[Edit]) {
        let mut edits: Vec<&Edit> = edits.iter().collect();
        edits.sort_by_key(|edit| (edit.start, edit.end));
        for edit in edits.into_iter().rev() {
            if edit.start > edit.end || self.text.get(edit.start..edit.end).is_none() {
                continue;
            }
            let (from, to) = (self.original(edit.start), self.original(edit.end));
            let grown = edit.start + edit.text.len();
            self.text.replace_range(edit.start..edit.end, &edit.text);
            let cut = self.map.partition_point(|entry| entry.0 < edit.start);
            let mut tail: Vec<(usize, usize)> = self.map.split_off(cut);
            tail.retain(|entry| entry.0 > edit.end);
            self.map.push((edit.start, from));
            self.map.push((grown, to));
            self.map.extend(tail.into_iter().map(|(now, was)| (now + grown - edit.end, was)));
            if self.map.first().is_none_or(|entry| entry.0 > 0) {
                self.map.insert(0, (0, 0));
            }
        }
    }
}

/// The text after edits that do not overlap.
pub(super) fn edited(text: &str, edits: &[Edit]) -> String {
    let mut draft = Draft::new(text);
    draft.apply(edits);
    draft.text
}
