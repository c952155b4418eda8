//! Lines of prose for a terminal: display width, wrapping, shortening.
//!
//! Knows no colours: callers style what comes back, so that escape sequences never count as columns.

use unicode_width::UnicodeWidthStr;

/// Columns a text takes.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Breaks `text` at spaces so that the first line fits `first` columns and the others `rest`. Words are never broken.
pub fn wrap(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let room = if lines.is_empty() { first } else { rest };
        if !line.is_empty() && width(&line) + 1 + width(word) > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// A path within `room` columns: its first folders give way to `…/`, its file name stays whole.
pub fn short_path(path: &str, room: usize, ellipsis: &str) -> String {
    if width(path) <= room {
        return path.to_owned();
    }
    let mut tail = path;
    while let Some((_, rest)) = tail.split_once('/') {
        tail = rest;
        if width(tail) + width(ellipsis) < room {
            break;
        }
    }
    if tail == path { path.to_owned() } else { format!("{ellipsis}/{tail}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_wraps_by_columns() {
        assert_eq!(wrap("never await 漢字漢字 here", 11, 13), ["never await", "漢字漢字 here"]);
        assert_eq!(wrap("", 10, 10), [""]);
        assert_eq!(wrap("incomprehensibilities", 4, 4), ["incomprehensibilities"]);
    }

    #[test]
    fn paths_lose_folders_first() {
        assert_eq!(short_path("app/services/orders/planner.py", 20, "…"), "…/orders/planner.py");
        assert_eq!(short_path("a_rather_long_name.py", 8, "…"), "a_rather_long_name.py");
    }
}
