//! The baseline: the findings that a project had when it began to look, one sorted entry a line.
//!
//! Lines of JSON. Entries stand apart by empty lines, which stay when an entry goes: so two branches that mend different things merge without
//! a conflict. Nothing in it is derived: no line numbers, counts, hashes or dates.

use crate::identity::{Identity, moved, strict};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

/// What the file is called where nobody says otherwise.
pub const NAME: &str = "davy-baseline.jsonl";
/// The first line's version.
const VERSION: u32 = 1;

/// A baseline, with the layout of its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The rules that it knew; what another rule finds is no news.
    pub rules: BTreeSet<String>,
    lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Line {
    Entry(Identity),
    Empty,
}

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[serde(rename = "davy-baseline")]
    version: u32,
    rules: BTreeSet<String>,
}

/// Why a baseline cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read it: {0}")]
    Unreadable(io::Error),
    /// A merge was not finished.
    #[error("line {0} is a mark of a merge conflict")]
    Conflict(usize),
    /// It is none, or of a later davy.
    #[error("line 1 is no head of a baseline that this davy knows")]
    Head,
    /// A line is none of a baseline.
    #[error("line {0} is no entry: {1}")]
    Entry(usize, String),
}

impl Error {
    /// What to do next.
    pub fn help(&self) -> &'static str {
        match self {
            Error::Unreadable(_) => "make it readable, or name another one: `baseline = \"...\"` in the configuration",
            Error::Conflict(_) => "take both sides out of the marks, then run `davy baseline update`",
            Error::Head => "restore it from version control, or delete it and run `davy baseline create`",
            Error::Entry(..) => "restore the line from version control, or delete it and run `davy baseline update`",
        }
    }
}

/// How findings stand against a baseline.
#[derive(Debug, Default)]
pub struct Compared {
    /// For each finding: what it is.
    pub findings: Vec<Standing>,
    /// Entries whose finding is gone.
    pub fixed: Vec<Identity>,
    /// Entries that nothing can match any more: their file is gone, or davy no longer has their rule.
    pub stale: Vec<Identity>,
}

/// What a finding is, as against a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has recorded it.
    New,
    /// It is in the baseline.
    Known,
    /// The baseline does not know its rule.
    OfNewRule,
}

/// What a run looked at: only there an entry without a finding says something.
pub struct View<'v> {
    /// Whether the file of an entry is there.
    pub exists: &'v dyn Fn(&str) -> bool,
    /// Whether the rule ran on the file.
    pub ran: &'v dyn Fn(&str, &str) -> bool,
    /// Whether davy has the rule at all.
    pub has_rule: &'v dyn Fn(&str) -> bool,
}

impl Baseline {
    /// A new one.
    pub fn new(rules: BTreeSet<String>, mut entries: Vec<Identity>) -> Baseline {
        entries.sort();
        let lines = entries.into_iter().flat_map(|entry| [Line::Entry(entry), Line::Empty]).collect();
        Baseline { rules, lines }
    }

    /// Reads a file; `None` where there is none.
    pub fn read(path: &Path) -> Result<Option<Baseline>, Error> {
        match fs::read(path) {
            Ok(bytes) => Baseline::parse(&String::from_utf8_lossy(&bytes)).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::Unreadable(error)),
        }
    }

    /// Reads its text.
    pub fn parse(text: &str) -> Result<Baseline, Error> {
        let mut lines = text.strip_prefix('\u{FEFF}').unwrap_or(text).lines().enumerate();
        let head: Head = match lines.next() {
            Some((_, line)) if is_conflict(line) => return Err(Error::Conflict(1)),
            Some((_, line)) => serde_json::from_str(line).map_err(|_| Error::Head)?,
            None => return Err(Error::Head),
        };
        if head.version != VERSION {
            return Err(Error::Head);
        }
        let mut read = Vec::new();
        for (index, line) in lines {
            read.push(match line.trim() {
                "" => Line::Empty,
                line if is_conflict(line) => return Err(Error::Conflict(index + 1)),
                line => {
                    Line::Entry(serde_json::from_str(line).map_err(|error| Error::Entry(index + 1, plain(&error)))?)
                }
            });
        }
        Ok(Baseline { rules: head.rules, lines: read })
    }

    /// Its text.
    pub fn text(&self) -> String {
        // Strings and numbers always have a form in JSON.
        let mut text = serde_json::to_string(&Head { version: VERSION, rules: self.rules.clone() }).unwrap_or_default();
        text.push('\n');
        for line in &self.lines {
            if let Line::Entry(entry) = line {
                text.push_str(&serde_json::to_string(entry).unwrap_or_default());
            }
            text.push('\n');
        }
        text
    }

    /// Replaces the file in one step.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        crate::fix::write(path, self.text().as_bytes())
    }

    /// Its entries, in the order of the file.
    pub fn entries(&self) -> impl Iterator<Item = &Identity> {
        self.lines.iter().filter_map(|line| match line {
            Line::Entry(entry) => Some(entry),
            Line::Empty => None,
        })
    }

    /// Takes entries out; the lines around them stay as they are.
    pub fn remove(&mut self, gone: &[Identity]) {
        let mut counts: BTreeMap<&Identity, usize> = BTreeMap::new();
        gone.iter().for_each(|one| *counts.entry(one).or_default() += 1);
        self.lines.retain(|line| match line {
            Line::Entry(entry) => match counts.get_mut(entry) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            },
            Line::Empty => true,
        });
    }

    /// Puts entries in, each in front of the first that comes behind it.
    pub fn add(&mut self, new: &[Identity]) {
        for one in new {
            let behind = |line: &Line| matches!(line, Line::Entry(entry) if entry > one);
            let at = self.lines.iter().position(behind).unwrap_or(self.lines.len());
            self.lines.splice(at..at, [Line::Entry(one.clone()), Line::Empty]);
        }
    }

    /// How the findings of a run stand against it.
    pub fn compare(&self, findings: &[Identity], view: &View) -> Compared {
        let entries: Vec<Identity> = self.entries().cloned().collect();
        let mut found = strict(&entries, findings);
        moved(&entries, findings, &mut found, |path| !(view.exists)(path));
        let mut matched = vec![false; entries.len()];
        found.iter().flatten().for_each(|index| matched[*index] = true);
        let standing = |(finding, found): (&Identity, &Option<usize>)| match found {
            Some(_) => Standing::Known,
            None if self.rules.contains(&finding.rule) => Standing::New,
            None => Standing::OfNewRule,
        };
        let mut compared =
            Compared { findings: findings.iter().zip(&found).map(standing).collect(), ..Compared::default() };
        for entry in entries.into_iter().zip(matched).filter(|(_, matched)| !matched).map(|(entry, _)| entry) {
            if !(view.exists)(&entry.path) || !(view.has_rule)(&entry.rule) {
                compared.stale.push(entry);
            } else if (view.ran)(&entry.path, &entry.rule) {
                compared.fixed.push(entry);
            }
        }
        compared
    }
}

fn is_conflict(line: &str) -> bool {
    ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark))
}

/// What serde says, without a place: every entry is one line.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}
