//! A rule's page: the one place that holds its code, severity, fix availability and prose.
//!
//! Pages are read from the binary itself; nothing here knows how a rule finds anything.

use crate::finding::{Grade, Severity};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A family of rules, in the order they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Family {
    /// The letters its codes start with.
    pub prefix: &'static str,
    /// The word users write: `--select pydantic`.
    pub name: &'static str,
    /// What it is about, in half a sentence.
    pub about: &'static str,
}

/// Every family.
pub const FAMILIES: &[Family] = &[
    Family { prefix: "PYM", name: "pydantic", about: "deprecated Pydantic V1" },
    Family { prefix: "DTM", name: "datetime", about: "naive datetimes" },
    Family { prefix: "SYN", name: "syntax", about: "files that do not parse" },
    Family { prefix: "TST", name: "tests", about: "tests that cannot run" },
    Family { prefix: "PRV", name: "private", about: "reaching into private names" },
    Family { prefix: "SEC", name: "secrets", about: "secrets in the source" },
    Family { prefix: "DVY", name: "davy", about: "davy's own comments" },
];

/// Whether a rule offers fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fixable {
    /// Never.
    None,
    /// Sometimes, and then behaviour stays the same.
    Safe,
    /// Sometimes, and a person has to want it.
    Unsafe,
    /// Safe or unsafe, as the place allows.
    Mixed,
}

/// What the front matter of a page says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FrontMatter {
    code: String,
    severity: Severity,
    #[serde(default)]
    severity_when: BTreeMap<Grade, Severity>,
    fix: Fixable,
    #[serde(default = "on")]
    default: bool,
    effort: u32,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    references: Vec<String>,
    #[serde(default)]
    equivalents: Vec<String>,
    #[serde(default)]
    renamed_from: Vec<String>,
}

fn on() -> bool {
    true
}

/// A rule's page.
#[derive(Debug)]
pub struct Page {
    /// `DTM001`.
    pub code: String,
    /// `naive-utcnow`: says what is wrong, reads after "allow".
    pub name: String,
    /// The family it belongs to.
    pub family: Family,
    /// Unless a grade says otherwise.
    pub severity: Severity,
    /// Severities by circumstance: the lowest that applies wins, or the highest where none lowers it.
    pub severity_when: BTreeMap<Grade, Severity>,
    /// Whether it offers fixes.
    pub fix: Fixable,
    /// Whether it is on unless ignored.
    pub default: bool,
    /// Minutes a person needs to mend one finding.
    pub effort: u32,
    /// Words to search by.
    pub tags: Vec<String>,
    /// Where its facts come from.
    pub references: Vec<String>,
    /// Codes of other tools whose suppressions count here: `DTZ003`, `protected-access`.
    pub equivalents: Vec<String>,
    /// Codes it had before.
    pub renamed_from: Vec<String>,
    /// The first paragraph: the consequence in a sentence or two.
    pub summary: String,
    /// Markdown after the front matter.
    pub body: &'static str,
    /// `rules/datetime/naive-utcnow.md`.
    pub path: &'static str,
}

impl Page {
    /// Reads a page; the error names the page and what is wrong with it.
    pub fn parse(path: &'static str, text: &'static str) -> Result<Page, String> {
        let wrong = |what: &str| format!("{path}: {what}");
        let rest = text.strip_prefix("+++\n").ok_or_else(|| wrong("does not start with `+++`"))?;
        let (front, body) = rest.split_once("\n+++\n").ok_or_else(|| wrong("the front matter does not end"))?;
        let front: FrontMatter = toml::from_str(front).map_err(|error| wrong(&error.to_string()))?;
        let name = body.lines().next().and_then(|line| line.strip_prefix("# ")).unwrap_or_default().to_owned();
        let stem = path.rsplit('/').next().and_then(|file| file.strip_suffix(".md"));
        if stem != Some(name.as_str()) {
            return Err(wrong("the heading is not the file's name"));
        }
        let family = FAMILIES.iter().find(|family| front.code.starts_with(family.prefix)).copied();
        let family = family.ok_or_else(|| wrong("the code belongs to no family"))?;
        let summary = body.split("\n\n").nth(1).unwrap_or_default().replace('\n', " ").trim().to_owned();
        let FrontMatter {
            code,
            severity,
            severity_when,
            fix,
            default,
            effort,
            tags,
            references,
            equivalents,
            renamed_from,
        } = front;
        Ok(Page {
            code,
            name,
            family,
            severity,
            severity_when,
            fix,
            default,
            effort,
            tags,
            references,
            equivalents,
            renamed_from,
            summary,
            body,
            path,
        })
    }

    /// What `davy explain` and SARIF show: everything above the rare cases.
    pub fn prose(&self) -> &'static str {
        self.body.split("\n## Cases\n").next().unwrap_or(self.body).trim_end()
    }
}

/// The known word nearest to a mistyped one; `None` where none is near enough to be meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = word.to_lowercase();
    let near = known.into_iter().map(|known| (distance(&typed, &known.to_lowercase()), known)).min()?;
    let length = typed.chars().count();
    (near.0 <= length.div_ceil(3) && near.0 < length).then_some(near.1)
}

/// Levenshtein's: how many characters to insert, delete or replace.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_near() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(nearest("slect", ["ignore", "select", "src"]), Some("select"));
        assert_eq!(nearest("SELECT", ["ignore", "select"]), Some("select"));
        assert_eq!(nearest("line-length", ["ignore", "select"]), None);
        assert_eq!(nearest("3", ["1", "2"]), None, "nothing of it is right");
        assert_eq!(nearest("x", []), None);
    }
}
