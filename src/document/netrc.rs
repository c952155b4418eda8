//! `.netrc` (`machine x login y password z`) and `.pgpass` (`host:port:database:user:password`).

use super::{Entry, lines};
use crate::text::Span;

/// Every password.
pub fn entries(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut before = "";
    for (start, line) in lines(text).filter(|(_, line)| !line.trim_start().starts_with('#')) {
        let mut push = |value: &str| {
            let at = start + line.len() - line[value.as_ptr() as usize - line.as_ptr() as usize..].len();
            let span = Span::new(at as u32, (at + value.len()) as u32);
            entries.push(Entry::new("password", value, span));
        };
        if line.matches(':').count() == 4 && !line.contains(char::is_whitespace) {
            line.rsplit(':').next().into_iter().for_each(&mut push);
            continue;
        }
        for word in line.split_whitespace() {
            if before == "password" {
                push(word);
            }
            before = word;
        }
    }
    entries
}
