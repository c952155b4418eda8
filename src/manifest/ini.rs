//! Reads ini files the way Python's `configparser` does: continuation lines, `=` or `:`, `#` and `;` comments.
//!
//! Never interpolates `%(...)s`, and forgives duplicates: the last one wins, as in a parser that is not strict.

use std::collections::HashMap;

use super::ManifestError;

/// One `[section]`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Section {
    pub(super) name: String,
    pub(super) options: Vec<Entry>,
}

/// One `key = value`; a value may span lines, each with its 1-based number.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Entry {
    /// Lower-cased.
    pub(super) key: String,
    pub(super) line: u32,
    pub(super) lines: Vec<(u32, String)>,
}

impl Entry {
    /// The whole value, its lines joined, without blank lines at the ends.
    pub(super) fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|(_, line)| line.as_str()).collect();
        lines.join("\n").trim().to_owned()
    }

    /// The lines that hold something. A value on one line alone may hold several items, set apart by `separator`.
    pub(super) fn items(&self, separator: char) -> Vec<(u32, &str)> {
        let filled = |(_, item): &(u32, &str)| !item.is_empty();
        let lines = self.lines.iter().map(|(line, text)| (*line, text.trim())).filter(filled);
        match self.lines.as_slice() {
            [(line, text)] => text.split(separator).map(|item| (*line, item.trim())).filter(filled).collect(),
            _ => lines.collect(),
        }
    }
}

/// The last section of this name.
pub(super) fn section<'s>(sections: &'s [Section], name: &str) -> Option<&'s Section> {
    sections.iter().rev().find(|section| section.name == name)
}

impl Section {
    /// The last option of this name.
    pub(super) fn option(&self, key: &str) -> Option<&Entry> {
        self.options.iter().rev().find(|entry| entry.key == key)
    }
}

/// Reads all sections in their order; those of one name are joined.
pub(super) fn parse(text: &str) -> Result<Vec<Section>, ManifestError> {
    let mut sections: Vec<Section> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut current: Option<usize> = None;
    let mut open = false; // the last option still takes continuation lines
    let mut indentation = 0;
    for (number, raw) in (1..).zip(text.lines()) {
        let line = raw.trim();
        let indent = raw.len() - raw.trim_start().len();
        if line.starts_with(['#', ';']) {
            continue;
        }
        let section = current.and_then(|at| sections.get_mut(at));
        let option = section.and_then(|section| section.options.last_mut()).filter(|_| open);
        if let Some(option) = option
            && (line.is_empty() || indent > indentation)
        {
            option.lines.push((number, line.to_owned()));
            continue;
        }
        if line.is_empty() {
            continue;
        }
        indentation = indent;
        if let Some(name) = header(line) {
            let place = *places.entry(name).or_insert(sections.len());
            if place == sections.len() {
                sections.push(Section { name: name.to_owned(), ..Section::default() });
            }
            current = Some(place);
            open = false;
            continue;
        }
        let error = |message: &str| ManifestError {
            line: number,
            column: u32::try_from(indent + 1).unwrap_or(u32::MAX),
            message: message.to_owned(),
        };
        let Some(section) = current.and_then(|at| sections.get_mut(at)) else {
            return Err(error("a `[section]` must come first"));
        };
        let Some((key, value)) = line.split_once(['=', ':']).filter(|(key, _)| !key.is_empty()) else {
            return Err(error("neither a section nor a `key = value`"));
        };
        section.options.push(Entry {
            key: key.trim().to_lowercase(),
            line: number,
            lines: vec![(number, value.trim().to_owned())],
        });
        open = true;
    }
    for option in sections.iter_mut().flat_map(|section| &mut section.options) {
        while option.lines.len() > 1 && option.lines.last().is_some_and(|(_, line)| line.is_empty()) {
            option.lines.pop();
        }
    }
    Ok(sections)
}

fn header(line: &str) -> Option<&str> {
    let inside = line.strip_prefix('[')?;
    let end = inside.rfind(']').filter(|end| *end > 0)?;
    Some(&inside[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(ini: &str, name: &str, key: &str) -> Option<String> {
        let sections = parse(ini).unwrap_or_else(|error| panic!("{error}"));
        Some(section(&sections, name)?.option(key)?.text())
    }

    #[test]
    fn keys_and_values() {
        let ini =
            "# top\n[a]\nKey = value\nother: x = y\nempty =\n; done\n[b:c]\r\nurl=http://x:1\r\npercent = %(x)s 100%\n";
        assert_eq!(text(ini, "a", "key").as_deref(), Some("value"));
        assert_eq!(text(ini, "a", "other").as_deref(), Some("x = y"));
        assert_eq!(text(ini, "a", "empty").as_deref(), Some(""));
        assert_eq!(text(ini, "b:c", "url").as_deref(), Some("http://x:1"));
        assert_eq!(text(ini, "b:c", "percent").as_deref(), Some("%(x)s 100%"));
        assert_eq!(text(ini, "a", "percent"), None);
    }

    #[test]
    fn continuation_lines() {
        let ini = "[a]\nlist =\n    one\n\n  # not this\n    two ; kept\n  three\n\nnext = 1\n";
        assert_eq!(text(ini, "a", "list").as_deref(), Some("one\n\ntwo ; kept\nthree"));
        assert_eq!(text(ini, "a", "next").as_deref(), Some("1"));
        let sections = parse(ini).unwrap();
        let list = sections[0].option("list").unwrap();
        assert_eq!(list.items(';'), [(3, "one"), (6, "two ; kept"), (7, "three")]);
    }

    #[test]
    fn a_lone_line_may_hold_items() {
        let sections = parse("[a]\nwhere = src, lib,\n").unwrap();
        assert_eq!(sections[0].options[0].items(','), [(2, "src"), (2, "lib")]);
    }

    #[test]
    fn indented_keys_are_keys() {
        let ini = "[a]\n  x = 1\n  y = 2\n    more\n[b]\n";
        assert_eq!(text(ini, "a", "x").as_deref(), Some("1"));
        assert_eq!(text(ini, "a", "y").as_deref(), Some("2\nmore"));
    }

    #[test]
    fn a_section_twice_is_one() {
        let ini = "[a]\nx = 1\n[b]\n[a]\nx = 2\ny = 3\n";
        assert_eq!(text(ini, "a", "x").as_deref(), Some("2"));
        assert_eq!(text(ini, "a", "y").as_deref(), Some("3"));
    }

    #[test]
    fn errors() {
        for (ini, line, column) in
            [("x = 1\n", 1, 1), ("[a]\n\n  oops\n", 3, 3), ("[a]\n[]\n", 2, 1), ("[a]\n= x\n", 2, 1), ("  x", 1, 3)]
        {
            let error = parse(ini).unwrap_err();
            assert_eq!((error.line, error.column), (line, column), "{ini:?}");
        }
        assert_eq!(parse("").unwrap(), []);
    }
}
