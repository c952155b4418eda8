//! One dependency: its name, its versions, when it applies. Reads the one-line form of PEP 508 and its older spellings.
//!
//! Never keeps where a dependency is fetched from: such URLs hold tokens.

use serde::{Deserialize, Serialize};

/// A declared dependency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Requirement {
    /// Normalised as PEP 503 says.
    pub name: String,
    /// `>=1.10,<3`; empty when every version will do. `None` from `Specifiers::parse` if it was not understood.
    pub specifier: String,
    /// `email` of `pydantic[email]`, normalised like names.
    pub extras: Vec<String>,
    /// `python_version < "3.11"`, as written.
    pub marker: Option<String>,
    /// The extra or dependency group it belongs to; `None` for what the project always needs.
    pub extra_or_group: Option<String>,
    /// Fetched from a URL, a path or a repository, so that the specifier does not say which version.
    pub direct: bool,
    /// 1-based.
    pub line: u32,
}

/// A project name as PEP 503 compares it: `Foo.Bar__baz` is `foo-bar-baz`.
pub fn normalise(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.trim().chars() {
        match c {
            '-' | '_' | '.' if normal.ends_with('-') => {}
            '-' | '_' | '.' => normal.push('-'),
            c => normal.push(c.to_ascii_lowercase()),
        }
    }
    normal
}

impl Requirement {
    /// Reads `name[extra] >=1,<2 ; marker`, `name (>=1)`, `name @ url`; a trailing ` # comment` is dropped.
    /// `None` if this is no requirement.
    pub(super) fn parse(text: &str, line: u32, group: Option<&str>) -> Option<Requirement> {
        let text = without_comment(text).trim();
        let end = text.bytes().take_while(|b| is_name_byte(*b)).count();
        let (name, rest) = text.split_at(end);
        if !is_name(name) {
            return None;
        }
        let (extras, rest) = extras(rest.trim_start())?;
        let direct = rest.starts_with('@');
        let (specifier, marker) = match direct {
            true => ("", rest.split_once(" ;").map(|(_, marker)| marker)),
            false => rest.split_once(';').map_or((rest, None), |(specifier, marker)| (specifier, Some(marker))),
        };
        Some(Requirement {
            name: normalise(name),
            specifier: tidy(specifier)?,
            extras,
            marker: marker.map(str::trim).filter(|m| !m.is_empty()).map(str::to_owned),
            extra_or_group: group.map(str::to_owned),
            direct,
            line,
        })
    }
}

/// Whether this can be a project's name at all.
pub(super) fn is_name(text: &str) -> bool {
    let ends = text.bytes().next().into_iter().chain(text.bytes().last());
    !text.is_empty() && text.bytes().all(is_name_byte) && ends.into_iter().all(|b| b.is_ascii_alphanumeric())
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

/// A comment starts at the beginning or after a space; `#egg=` inside a URL is none.
pub(super) fn without_comment(text: &str) -> &str {
    let starts = |at: usize| text[..at].chars().next_back().is_none_or(char::is_whitespace);
    match text.match_indices('#').find(|(at, _)| starts(*at)) {
        Some((at, _)) => &text[..at],
        None => text,
    }
}

fn extras(text: &str) -> Option<(Vec<String>, &str)> {
    let Some(inside) = text.strip_prefix('[') else {
        return Some((Vec::new(), text));
    };
    let (extras, rest) = inside.split_once(']')?;
    let extras = extras.split(',').map(str::trim).filter(|extra| !extra.is_empty());
    Some((extras.map(normalise).collect(), rest.trim_start()))
}

/// `( >= 1.0 , <2 )` becomes `>=1.0,<2`. `None` if this is not made of version clauses.
fn tidy(specifier: &str) -> Option<String> {
    let specifier = specifier.trim();
    let specifier = match specifier.strip_prefix('(') {
        Some(inside) => inside.strip_suffix(')')?,
        None => specifier,
    };
    let clauses: Vec<String> = specifier
        .split(',')
        .map(|clause| clause.split_whitespace().collect::<String>())
        .filter(|clause| !clause.is_empty())
        .collect();
    clauses.iter().all(|clause| is_clause(clause)).then(|| clauses.join(","))
}

fn is_clause(clause: &str) -> bool {
    let version = clause.trim_start_matches(['<', '>', '=', '!', '~', '^']);
    let operator = &clause[..clause.len() - version.len()];
    let operated = if operator.is_empty() { clause == "*" } else { operator != "=" };
    operated && !version.contains(['<', '>', '=', '"', '\'', '/', '(', ')', '[', ']', '@', ';'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Requirement {
        Requirement::parse(text, 1, None).unwrap_or_else(|| panic!("{text} is a requirement"))
    }

    #[test]
    fn names() {
        for (written, normal) in [("Foo", "foo"), ("foo.Bar__baz-.x", "foo-bar-baz-x"), (" a ", "a"), ("", "")] {
            assert_eq!(normalise(written), normal);
        }
    }

    #[test]
    fn specifiers() {
        for (text, name, specifier) in [
            ("pydantic", "pydantic", ""),
            ("Pydantic_Core==2.1", "pydantic-core", "==2.1"),
            ("pydantic >=1.10 , < 3", "pydantic", ">=1.10,<3"),
            ("pydantic (>=1.9,<2)", "pydantic", ">=1.9,<2"),
            ("pydantic(>=1.9)", "pydantic", ">=1.9"),
            ("pydantic ()", "pydantic", ""),
            ("pydantic~=1.10", "pydantic", "~=1.10"),
            ("zope.interface!=5.*", "zope-interface", "!=5.*"),
            ("a>=1,", "a", ">=1"),
            ("a===weird", "a", "===weird"),
            ("a>=1  # why", "a", ">=1"),
        ] {
            let requirement = parse(text);
            assert_eq!((requirement.name.as_str(), requirement.specifier.as_str()), (name, specifier), "{text}");
            assert!(!requirement.direct && requirement.marker.is_none());
        }
    }

    #[test]
    fn extras_and_markers() {
        let requirement = parse("pydantic[email, Dot_Env] >=1 ; python_version < '3.11' and extra == \"x\"");
        assert_eq!(requirement.extras, ["email", "dot-env"]);
        assert_eq!(requirement.specifier, ">=1");
        assert_eq!(requirement.marker.as_deref(), Some("python_version < '3.11' and extra == \"x\""));
        assert!(parse("a[]").extras.is_empty());
    }

    #[test]
    fn urls_are_not_kept() {
        let requirement = parse("davy @ git+https://token@example.org/davy.git@v1#egg=x;y ; os_name == 'nt'");
        assert_eq!((requirement.name.as_str(), requirement.specifier.as_str()), ("davy", ""));
        assert_eq!(requirement.marker.as_deref(), Some("os_name == 'nt'"));
        assert!(requirement.direct && !format!("{requirement:?}").contains("token"));
        assert!(parse("a[b]@https://example.org/a.whl").direct);
    }

    #[test]
    fn no_requirements() {
        for text in [
            "",
            "  ",
            "# a",
            "-e .",
            "./a",
            "https://example.org/a.whl",
            "a b",
            "a 1.0",
            "a=1",
            "a = 1",
            "_a",
            "a-",
            "{{ name }}",
            "a[b",
            "a (>=1",
            "a >=1 <2 )",
            "é",
            "python_version<\"3\"",
            "a>=b=c",
            "a/b",
        ] {
            assert_eq!(Requirement::parse(text, 1, None), None, "{text}");
        }
    }
}
