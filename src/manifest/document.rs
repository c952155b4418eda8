//! A TOML file that knows its lines: look up a path of keys, walk strings with the line each stands on.
//!
//! Never says what a key means.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ManifestError;

/// A value and where it stands.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// One parsed TOML file.
pub(super) struct Document<'t> {
    root: DeTable<'t>,
    lines: LineIndex,
}

impl<'t> Document<'t> {
    /// Parses the text. The parser bounds nesting itself, so a bomb is an error like any other.
    pub(super) fn parse(text: &'t str) -> Result<Document<'t>, ManifestError> {
        match DeTable::parse(text) {
            Ok(root) => Ok(Document { root: root.into_inner(), lines: LineIndex::new(text) }),
            Err(error) => Err(error_at(text, error.span().map_or(0, |span| span.start), error.message())),
        }
    }

    pub(super) fn root(&self) -> &DeTable<'t> {
        &self.root
    }

    /// The value at a path of keys: `["tool", "poetry", "name"]`.
    pub(super) fn value(&self, path: &[&str]) -> Option<&Value<'t>> {
        let (last, tables) = path.split_last()?;
        let table = tables.iter().try_fold(&self.root, |table, key| table_at(table, key))?;
        table.get(*last)
    }

    pub(super) fn table(&self, path: &[&str]) -> Option<&DeTable<'t>> {
        self.value(path)?.get_ref().as_table()
    }

    pub(super) fn text(&self, path: &[&str]) -> Option<&str> {
        self.value(path)?.get_ref().as_str()
    }

    /// The 1-based line on which a value begins.
    pub(super) fn line<T>(&self, value: &Spanned<T>) -> u32 {
        self.lines.line(value.span().start)
    }
}

/// The table under a key.
pub(super) fn table_at<'d, 't>(table: &'d DeTable<'t>, key: &str) -> Option<&'d DeTable<'t>> {
    table.get(key)?.get_ref().as_table()
}

/// The string under a key.
pub(super) fn text_at<'d>(table: &'d DeTable<'_>, key: &str) -> Option<&'d str> {
    table.get(key)?.get_ref().as_str()
}

/// The items of an array, or the value itself if it is none: many tools take `"a"` for `["a"]`.
pub(super) fn items<'d, 't>(value: Option<&'d Value<'t>>) -> impl Iterator<Item = &'d Value<'t>> {
    let array = value.and_then(|value| value.get_ref().as_array());
    let single = value.filter(|value| !value.get_ref().is_array());
    array.into_iter().flatten().chain(single)
}

/// The strings among the items.
pub(super) fn strings<'d>(value: Option<&'d Value<'_>>) -> impl Iterator<Item = &'d str> {
    items(value).filter_map(|item| item.get_ref().as_str())
}

/// Where lines begin.
pub(super) struct LineIndex {
    ends: Vec<usize>,
}

impl LineIndex {
    pub(super) fn new(text: &str) -> LineIndex {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at);
        LineIndex { ends: ends.collect() }
    }

    /// The 1-based line of a byte offset.
    pub(super) fn line(&self, offset: usize) -> u32 {
        let before = self.ends.partition_point(|end| *end < offset);
        u32::try_from(before + 1).unwrap_or(u32::MAX)
    }
}

/// An error at a byte offset.
pub(super) fn error_at(text: &str, offset: usize, message: &str) -> ManifestError {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let start = text[..offset].rfind('\n').map_or(0, |end| end + 1);
    let column = text[start..offset].chars().count() + 1;
    ManifestError {
        line: LineIndex::new(text).line(offset),
        column: u32::try_from(column).unwrap_or(u32::MAX),
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_up_and_knows_lines() {
        let document = Document::parse("[a.b]\r\nc = [\r\n 'x',\r\n 1, 'y']\r\nd = 'z'\r\n").unwrap();
        let c = document.value(&["a", "b", "c"]);
        assert_eq!(strings(c).collect::<Vec<_>>(), ["x", "y"]);
        let lines: Vec<u32> = items(c).map(|item| document.line(item)).collect();
        assert_eq!(lines, [3, 4, 4]);
        assert_eq!(document.text(&["a", "b", "d"]), Some("z"));
        assert_eq!(strings(document.value(&["a", "b", "d"])).collect::<Vec<_>>(), ["z"]);
        assert!(document.value(&["a", "x", "c"]).is_none() && document.value(&[]).is_none());
        assert!(document.value(&["a", "b", "d", "e"]).is_none());
    }

    #[test]
    fn bombs_are_errors() {
        for bomb in ["[".repeat(100_000), "a=".to_owned() + &"[".repeat(100_000)] {
            assert!(Document::parse(&bomb).is_err());
        }
    }

    #[test]
    fn errors_stand_somewhere() {
        let error = error_at("é\né漢x", 8, "no");
        assert_eq!((error.line, error.column), (2, 3));
        assert_eq!(error_at("", 99, "no").line, 1);
        assert_eq!(error_at("é", 1, "no").column, 1);
    }
}
