//! `--statistics`: how often each rule is found, and how much of it can be fixed.
//!
//! Counts what is listed; names no file.

use super::table::{Row, rows};
use super::{Report, concise};
use std::cmp::Reverse;
use std::io::{self, Write};

/// A line a rule, commonest first, then the summary.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = rows(report.listed());
    rows.sort_by_key(|row| (Reverse(row.count), row.code, Reverse(row.severity)));
    let widest = |least: usize, text: &dyn Fn(&Row) -> usize| rows.iter().map(text).fold(least, usize::max);
    let counts = widest(5, &|row| row.count.to_string().len());
    let names = widest(4, &|row| row.name.len());
    if !rows.is_empty() {
        writeln!(out, "{:>counts$}  code    severity  {:names$}  fixable", "count", "name")?;
    }
    for row in &rows {
        let (count, code, name, word) = (row.count, row.code, row.name, row.severity.word());
        let line = format!("{count:>counts$}  {code:6}  {word:8}  {name:names$}  {}", row.fixable());
        writeln!(out, "{}", line.trim_end())?;
    }
    if !rows.is_empty() {
        writeln!(out)?;
    }
    concise::end(report, out)
}
