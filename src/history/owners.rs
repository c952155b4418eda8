//! Who owns which files, as `CODEOWNERS` says.
//!
//! The rules of GitHub: the last line that matches counts, patterns are those of `.gitignore` without `!`, and `docs/*` means the files of that folder
//! alone. Of GitLab's sections the owners that a heading names count for lines without any.

use crate::git::history::object_of;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::Path;

/// Where the file may lie, the place that counts first.
const PLACES: [&str; 4] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// What a `CODEOWNERS` says.
pub struct CodeOwners {
    /// Where it lies, from the root.
    pub path: String,
    rules: Vec<Rule>,
}

struct Rule {
    pattern: Gitignore,
    /// Written `docs/*`: what lies deeper is not meant.
    is_shallow: bool,
    owners: String,
}

impl CodeOwners {
    /// Reads that of a commit; none where it has none.
    pub fn of(root: &Path, commit: &str) -> Option<CodeOwners> {
        PLACES.iter().find_map(|path| {
            let bytes = object_of(root, commit, path)?;
            Some(CodeOwners::read(path, &String::from_utf8_lossy(&bytes)))
        })
    }

    fn read(path: &str, text: &str) -> CodeOwners {
        let mut rules = Vec::new();
        let mut of_section = String::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if line.trim_start_matches('^').starts_with('[') {
                let rest = line.split_once(']').map_or("", |(_, rest)| rest);
                // `[Docs][2] @writers`: how many have to approve is another matter.
                let rest = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(rest, |(_, rest)| rest);
                of_section = owners(rest);
                continue;
            }
            let (pattern, named) = split(line);
            let mut builder = GitignoreBuilder::new("");
            // `!` means nothing here.
            if builder.add_line(None, &pattern.replace('!', "\\!")).is_err() {
                continue;
            }
            let Ok(built) = builder.build() else { continue };
            let named = owners(named);
            let owners = if named.is_empty() { of_section.clone() } else { named };
            rules.push(Rule { pattern: built, is_shallow: pattern.ends_with("/*"), owners });
        }
        CodeOwners { path: path.to_owned(), rules }
    }

    /// Who owns a path from the root; none where nobody does.
    pub fn owner(&self, path: &str) -> Option<&str> {
        let matches = |rule: &&Rule| match rule.is_shallow {
            true => rule.pattern.matched(path, false).is_ignore(),
            false => rule.pattern.matched_path_or_any_parents(path, false).is_ignore(),
        };
        let rule = self.rules.iter().rev().find(matches)?;
        Some(rule.owners.as_str()).filter(|owners| !owners.is_empty())
    }
}

/// The pattern of a line, with blanks behind a backslash, and the rest.
fn split(line: &str) -> (String, &str) {
    let mut pattern = String::new();
    let mut chars = line.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' if chars.peek().is_some_and(|(_, next)| *next == ' ') => {
                pattern.push_str("\\ ");
                chars.next();
            }
            char if char.is_whitespace() => return (pattern, &line[at..]),
            char => pattern.push(char),
        }
    }
    (pattern, "")
}

/// The owners in the rest of a line, a comment left out.
fn owners(rest: &str) -> String {
    rest.split_whitespace().take_while(|word| !word.starts_with('#')).collect::<Vec<&str>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_matches_counts() {
        let owners = CodeOwners::read(
            "CODEOWNERS",
            "# everything\n*  @all\n*.py @python @ada # both\n/app/ @app\napp/models.py\ndocs/* @writers\nlib/a\\ b.py @blank\n!x.py @no\n",
        );
        assert_eq!(owners.owner("README.md"), Some("@all"));
        assert_eq!(owners.owner("lib/x/y.py"), Some("@python @ada"));
        assert_eq!(owners.owner("app/services/orders.py"), Some("@app"));
        assert_eq!(owners.owner("other/app/x.txt"), Some("@all"));
        assert_eq!(owners.owner("app/models.py"), None);
        assert_eq!(owners.owner("docs/index.md"), Some("@writers"));
        assert_eq!(owners.owner("docs/deep/index.md"), Some("@all"));
        assert_eq!(owners.owner("lib/a b.py"), Some("@blank"));
        assert_eq!(owners.owner("x.py"), Some("@python @ada"));
    }

    #[test]
    fn sections_name_owners_for_lines_without_any() {
        let owners = CodeOwners::read("CODEOWNERS", "[Docs][2] @writers\n/docs/\n/docs/api/ @api\n^[Rest]\n*.toml\n");
        assert_eq!(owners.owner("docs/a.md"), Some("@writers"));
        assert_eq!(owners.owner("docs/api/a.md"), Some("@api"));
        assert_eq!(owners.owner("a.toml"), None);
    }
}
