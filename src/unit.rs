//! The compiled form of one file: a pure function of its bytes, cached by them.

use crate::fact::Facts;
use crate::finding::Claim;
use crate::record::{Packed, Record};
use crate::text::Span;
use serde::{Deserialize, Serialize};

/// What kind of file is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// `.py`.
    Python,
    /// `.pyi`.
    Stub,
    /// A file of settings, or another that may hold secrets.
    Text(Syntax),
}

impl Record for Kind {
    fn put(&self, to: &mut Vec<u8>) {
        let code = match self {
            Kind::Python => 0,
            Kind::Stub => 1,
            Kind::Text(syntax) => 2 + *syntax as u8,
        };
        code.put(to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        match u8::take(from)? {
            0 => Some(Kind::Python),
            1 => Some(Kind::Stub),
            code => Syntax::ALL.get(usize::from(code) - 2).map(|syntax| Kind::Text(*syntax)),
        }
    }
}

/// How a file is written that is no Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Syntax {
    /// `.env` and what is called after it.
    Env,
    /// `.ini`, `.cfg`, `.conf`, `.properties`.
    Ini,
    /// YAML.
    Yaml,
    /// TOML.
    Toml,
    /// JSON, with or without comments.
    Json,
    /// Dockerfiles.
    Docker,
    /// `.netrc`, `.pgpass`.
    Netrc,
    /// Jupyter notebooks.
    Notebook,
    /// Keys and certificates: text without structure.
    Key,
}

impl Syntax {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Syntax; 9] = [
        Syntax::Env,
        Syntax::Ini,
        Syntax::Yaml,
        Syntax::Toml,
        Syntax::Json,
        Syntax::Docker,
        Syntax::Netrc,
        Syntax::Notebook,
        Syntax::Key,
    ];
}

impl Kind {
    /// Whether the file is Python, so that it is a module and has a tree.
    pub fn is_python(self) -> bool {
        !matches!(self, Kind::Text(_))
    }
}

/// All that davy keeps of a file. What is read alone comes first: secrets, for who shows its text, and what it tells others, where nothing is said of
/// the file itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Where secrets stand: every frame, diff and snippet masks these bytes, whatever it is about.
    pub secrets: Vec<Span>,
    /// What the file tells others.
    pub facts: Facts,
    /// The file has no complete syntax tree, so absence proves nothing.
    pub broken: bool,
    /// The bytes were not decoded faithfully, so the file is never written.
    pub unwritable: bool,
    /// The header says that a program wrote it.
    pub generated: bool,
    /// It was not looked into: binary or minified.
    pub skipped: bool,
    /// In source order; conditional ones included.
    pub findings: Packed<Claim>,
    /// Comments that silence findings.
    pub ignores: Vec<Ignore>,
}

/// What a file tells others: the beginning of a unit.
#[derive(Deserialize)]
struct Beginning {
    secrets: Vec<Span>,
    facts: Facts,
    broken: bool,
    unwritable: bool,
    generated: bool,
    skipped: bool,
}

impl Unit {
    /// Of a file that cannot be looked into: absence proves nothing.
    pub fn unknown() -> Unit {
        Unit { skipped: true, broken: true, unwritable: true, ..Unit::default() }
    }

    /// What the file tells others, of a unit that is packed as `postcard` does: nothing is found in it.
    pub fn told(packed: &[u8]) -> Option<Unit> {
        let (begin, _) = postcard::take_from_bytes::<Beginning>(packed).ok()?;
        let Beginning { secrets, facts, broken, unwritable, generated, skipped } = begin;
        Some(Unit { secrets, facts, broken, unwritable, generated, skipped, ..Unit::default() })
    }

    /// Where secrets stand, of a unit that is packed as `postcard` does.
    pub fn secrets(packed: &[u8]) -> Option<Vec<Span>> {
        postcard::take_from_bytes(packed).ok().map(|(secrets, _)| secrets)
    }
}

/// A comment that silences findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ignore {
    /// Which dialect.
    pub form: IgnoreForm,
    /// The comment from its marker on.
    pub span: Span,
    /// What goes with it when it goes: the blanks before it, or its line where nothing else is there.
    pub removal: Span,
    /// What it silences: the statement or line. The whole file where `None`.
    pub covers: Option<Span>,
    /// The codes, names or words in it, with their places; empty silences all that another tool's form allows.
    pub codes: Vec<(String, Span)>,
    /// The day until when it is meant to, as it is written behind `until=`. Only davy's own comments say it.
    pub until: Option<(String, Span)>,
}

/// Whose comment it is. Foreign ones count where a rule's page names an equivalent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum IgnoreForm {
    /// `# davy: ignore[...]`, `# davy: file-ignore[...]`.
    Davy,
    /// `# noqa`, `# ruff: noqa`, `# ruff: ignore`, `# flake8: noqa`.
    Noqa,
    /// `# nosec`; without codes also what scanners of secrets heed: `# pragma: allowlist secret`, `gitleaks:allow`.
    Nosec,
    /// `# pylint: disable=`.
    Pylint,
    /// Meant for davy, but it names no rule or says nothing that davy knows: silences nothing.
    Unread,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_as_what_it_was() {
        for kind in [Kind::Python, Kind::Stub].into_iter().chain(Syntax::ALL.map(Kind::Text)) {
            let mut bytes = Vec::new();
            kind.put(&mut bytes);
            assert_eq!(Kind::take(&mut &bytes[..]), Some(kind));
        }
        assert_eq!(Kind::take(&mut &[u8::MAX][..]), None);
    }
}
