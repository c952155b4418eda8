//! A list at the top of a YAML file, with one more item: everything else stays byte for byte.
//!
//! Knows the block style that people write such files in; `None` for whatever else YAML may be, and wherever a parser does not read out of the
//! new text the same as out of the old one, and the item.

use saphyr::{LoadableYamlNode, Mapping, Yaml};

/// The text with `item` at the end of the list under `key`; a list that is not there is added. `item` begins with `- `, and its
/// lines are indented as if the dash stood at the left edge.
pub fn append(text: &str, key: &str, item: &str) -> Option<String> {
    written(text, key, item).filter(|new| is_only_longer(text, new, key))
}

/// Whether a list is longer by one item, and everything else is as it was.
fn is_only_longer(old: &str, new: &str, key: &str) -> bool {
    let (Ok(old), Ok(new)) = (Yaml::load_from_str(old), Yaml::load_from_str(new)) else { return false };
    let nothing = Mapping::new();
    let before = match old.as_slice() {
        [] => &nothing,
        [only] if only.is_null() => &nothing,
        [only] => match only.as_mapping() {
            Some(mapping) => mapping,
            None => return false,
        },
        _ => return false,
    };
    let [only] = new.as_slice() else { return false };
    let Some(after) = only.as_mapping() else { return false };
    let list = Yaml::value_from_str(key);
    let (short, long) = (items(before, &list), items(after, &list));
    let others = |mapping: &Mapping| mapping.keys().filter(|other| **other != list).count();
    long.len() == short.len() + 1
        && long.starts_with(&short)
        && others(before) == others(after)
        && before.iter().all(|(other, value)| *other == list || after.get(other) == Some(value))
}

fn items<'t>(mapping: &Mapping<'t>, key: &Yaml<'t>) -> Vec<Yaml<'t>> {
    mapping.get(key).and_then(|value| value.as_sequence().cloned()).unwrap_or_default()
}

fn written(text: &str, key: &str, item: &str) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let several_documents = lines.iter().skip_while(|line| is_blank(line)).skip(1).any(|line| line.starts_with("---"));
    if text.contains('\t') || several_documents {
        return None;
    }
    let head = format!("{key}:");
    let starts = |line: &&str| line.starts_with(&head) || line.starts_with(&format!("{key} "));
    let Some(at) = lines.iter().position(starts) else {
        let gap = if text.trim().is_empty() || text.ends_with("\n\n") { "" } else { "\n" };
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        return Some(format!("{text}{end}{gap}{head}\n{}", indented(item, 2)));
    };
    let rest = lines[at].strip_prefix(&head)?.trim();
    if rest == "[]" {
        let before: String = lines[..at].concat();
        let after: String = lines[at + 1..].concat();
        return Some(format!("{before}{head}\n{}{after}", indented(item, 2)));
    }
    if !(rest.is_empty() || rest.starts_with('#')) {
        return None;
    }
    let first = at + 1 + lines[at + 1..].iter().position(|line| !is_blank(line))?;
    let indent = width(lines[first]);
    if !lines[first][indent..].starts_with("- ") {
        return None;
    }
    // The list goes on to the first line of something else; what stands between its last item and that belongs to the other.
    let belongs = |line: &str| width(line) > indent || width(line) == indent && line[indent..].starts_with("- ");
    let end = lines[first..]
        .iter()
        .position(|line| !is_blank(line) && !belongs(line))
        .map_or(lines.len(), |more| first + more);
    let last = (first..end).rev().find(|index| !is_blank(lines[*index]))?;
    // A comment right below the last item that stands at least as deep is about it.
    let deep = |line: &str| width(line) >= indent.max(1) && !line.trim().is_empty();
    let last = last + lines[last + 1..end.min(lines.len())].iter().take_while(|line| deep(line)).count();
    let mut new: String = lines[..=last].concat();
    if !new.ends_with('\n') {
        new.push('\n');
    }
    new.push_str(&indented(item, indent));
    new.push_str(&lines[last + 1..].concat());
    Some(new)
}

/// Whether a line says nothing: empty, or a comment.
fn is_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

fn width(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn indented(item: &str, by: usize) -> String {
    item.lines().map(|line| format!("{:by$}{line}\n", "")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &str = "- repo: local\n  hooks:\n    - id: davy\n";

    #[test]
    fn an_item_goes_to_the_end_of_its_list() {
        let cases = [
            ("", "repos:\n  - repo: local\n    hooks:\n      - id: davy\n"),
            ("repos: []\n", "repos:\n  - repo: local\n    hooks:\n      - id: davy\n"),
            ("repos:\n- repo: a\n", "repos:\n- repo: a\n- repo: local\n  hooks:\n    - id: davy\n"),
            ("repos:\n- repo: a", "repos:\n- repo: a\n- repo: local\n  hooks:\n    - id: davy\n"),
            (
                "repos: # all\n  # first\n  - repo: a\n    hooks:\n      - id: b # c\n\n# the rest\nci:\n  x: 1\n",
                "repos: # all\n  # first\n  - repo: a\n    hooks:\n      - id: b # c\n  - repo: local\n    hooks:\n      - id: davy\n\n# the rest\nci:\n  x: 1\n",
            ),
            (
                "---\nfail_fast: true\nrepos:\n- repo: a\n  hooks:\n  - id: b\n    entry: |\n      x\n\n      y\nci: {}\n",
                "---\nfail_fast: true\nrepos:\n- repo: a\n  hooks:\n  - id: b\n    entry: |\n      x\n\n      y\n- repo: local\n  hooks:\n    - id: davy\nci: {}\n",
            ),
            (
                "repos:\n  - repo: a\n    hooks:\n      - id: b\n        # args: [x]\n  # - repo: c\n\n# end\n",
                "repos:\n  - repo: a\n    hooks:\n      - id: b\n        # args: [x]\n  # - repo: c\n  - repo: local\n    hooks:\n      - id: davy\n\n# end\n",
            ),
            ("ci: {}\n", "ci: {}\n\nrepos:\n  - repo: local\n    hooks:\n      - id: davy\n"),
        ];
        for (before, after) in cases {
            assert_eq!(append(before, "repos", ITEM).as_deref(), Some(after), "{before:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_line_stays(text in "((repos|ci|# x|  - a|- a|    b: c|  #|---|repos: \\[\\])?\n){0,12}") {
            if let Some(new) = append(&text, "repos", ITEM) {
                let mut after = new.lines();
                let kept = text.lines().filter(|line| *line != "repos: []").all(|line| after.any(|other| other == line));
                proptest::prop_assert!(kept && new.contains("id: davy"), "{new}");
            }
        }
    }

    #[test]
    fn what_is_written_otherwise_is_left_to_its_author() {
        for text in [
            "repos: [{repo: a}]\n",
            "repos:\n  a: b\n",
            "repos: *all\n",
            "repos:\n",
            "a: 1\n---\nrepos:\n- a\n",
            "repos:\n\t- a\n",
            "\"repos\":\n  - repo: a\n",
            "broken: [\nrepos:\n  - x: y\n",
            "- a\n",
        ] {
            assert_eq!(append(text, "repos", ITEM), None, "{text:?}");
        }
    }
}
