//! `.netrc` (`machine x login y password z`) and `.pgpass` (`host:port:database:user:password`).

use super::{Entry, lines};
use crate::text::Span;

/// Every password.
pub fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut entries = Vec::new();
    let mut before = "";
    for (start, line) in lines(text).filter(|(_, line)| !line.trim_start().starts_with('#')) {
        let password = |value| {
            let at = start + line.len() - line[str::as_ptr(value) as usize - line.as_ptr() as usize..].len();
            Entry::new("password", value, Span::new(at as u32, (at + value.len()) as u32))
        };
        if line.matches(':').count() == 4 && !line.contains(char::is_whitespace) {
            entries.extend(line.rsplit(':').next().map(password));
            continue;
        }
        for word in line.split_whitespace() {
            if before == "password" {
                entries.push(password(word));
            }
            before = word;
        }
    }
    entries
}
