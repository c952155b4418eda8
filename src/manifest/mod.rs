//! Reads what a project says about itself: dependencies, Python versions, locked versions, package roots, pytest
//! settings. Text in, plain data out.
//!
//! Never touches the file system, never follows an include, never runs anything, and keeps no URL (they hold tokens).

mod commands;
mod document;
pub mod edit;
mod env_example;
mod ini;
mod kind;
mod lock;
mod metadata;
mod pipfile;
pub mod plugins;
mod poetry;
mod pyproject;
mod pytest;
mod python_literals;
mod python_tokens;
mod range;
mod requirement;
mod requirements;
mod roots;
mod setup_cfg;
mod setup_py;
mod specifier;
mod version;

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use kind::{Kind, kind_in, kind_of};
pub use pytest::{PytestSettings, Setting};
pub use requirement::{Requirement, normalise};
pub use specifier::Specifiers;
pub use version::{LocalPart, Pre, Version};

/// What one manifest says. What a kind of file cannot say stays empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Manifest {
    /// Which kind of file this was read from.
    pub kind: Kind,
    /// The project's name, normalised as PEP 503 says.
    pub name: Option<String>,
    /// The Python versions it supports, as written; poetry's `^3.9` comes as `>=3.9,<4.0`.
    pub requires_python: Option<String>,
    /// The declared dependencies in the order of their lines; what builds the project is not among them.
    pub requirements: Vec<Requirement>,
    /// Normalised name and exact version: what a lock file pins, and what a METADATA file is itself.
    pub locked: Vec<(String, String)>,
    /// Folders named as roots of packages, relative to the manifest: `src`. The manifest's own folder is never listed.
    pub package_roots: Vec<String>,
    /// Requirement files whose lines belong here too (`-r`, `file:`), as written, relative to the manifest.
    pub includes: Vec<String>,
    /// Constraint files (`-c`): they pin what is installed, and declare nothing.
    pub constraints: Vec<String>,
    /// What pytest would take from this file; `None` if pytest would pass it by.
    pub pytest: Option<PytestSettings>,
    /// It builds modules that are no Python: Cython, C, Rust.
    pub compiles: bool,
    /// Words of the commands that it keeps: where a folder of tests is among them, something may run it.
    pub commands: BTreeSet<String>,
    /// The variables of an `.env.example`, with their 1-based lines; the values are not kept.
    pub variables: Vec<(String, u32)>,
}

impl Manifest {
    /// Whether it declares a package, or locks it.
    pub fn declares(&self, name: &str) -> bool {
        self.requirements.iter().any(|one| one.name == name) || self.locked.iter().any(|(locked, _)| locked == name)
    }
}

/// Why a manifest cannot be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct ManifestError {
    /// 1-based line.
    pub line: u32,
    /// 1-based column, in characters.
    pub column: u32,
    /// What is wrong there; never holds text of the file.
    pub message: String,
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ManifestError { line, column, message } = self;
        write!(f, "line {line}, column {column}: {message}")
    }
}

impl std::error::Error for ManifestError {}

/// What the manifests at a project's root call it.
pub fn name(manifests: &[(String, Manifest)]) -> Option<String> {
    manifests.iter().filter(|(path, _)| !path.contains('/')).find_map(|(_, manifest)| manifest.name.clone())
}

/// Reads one manifest. Only TOML, JSON and ini files can be broken; of the others, what is not understood is skipped.
pub fn read(kind: Kind, text: &str) -> Result<Manifest, ManifestError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let manifest = match kind {
        Kind::Pyproject => pyproject::read(text)?,
        Kind::Requirements | Kind::Constraints => requirements::read(text),
        Kind::SetupCfg => setup_cfg::read(text)?,
        Kind::SetupPy => setup_py::read(text),
        Kind::PoetryLock | Kind::PdmLock | Kind::UvLock | Kind::PylockToml => lock::read(text)?,
        Kind::PipfileLock => pipfile::read_lock(text)?,
        Kind::Pipfile => pipfile::read(text)?,
        Kind::Metadata => metadata::read(text),
        Kind::PytestIni => pytest::read_pytest_ini(text)?,
        Kind::PytestToml => pytest::read_pytest_toml(text)?,
        Kind::ToxIni => pytest::read_tox_ini(text)?,
        Kind::EnvExample => env_example::read(text),
        Kind::Commands => Manifest { commands: commands::words(text), ..Manifest::default() },
    };
    let commands = match kind {
        Kind::Pyproject | Kind::SetupCfg | Kind::ToxIni => commands::words_beside_pytest(text),
        _ => manifest.commands,
    };
    let compiles = match kind {
        Kind::Pyproject => commands::builds_modules(commands::build_system(text)),
        Kind::SetupPy | Kind::SetupCfg => commands::builds_modules(text),
        _ => false,
    };
    Ok(Manifest { kind, commands, compiles, ..manifest })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 17] = [
        Kind::Pyproject,
        Kind::Requirements,
        Kind::Constraints,
        Kind::SetupCfg,
        Kind::SetupPy,
        Kind::PoetryLock,
        Kind::PdmLock,
        Kind::UvLock,
        Kind::PylockToml,
        Kind::PipfileLock,
        Kind::Pipfile,
        Kind::Metadata,
        Kind::PytestIni,
        Kind::PytestToml,
        Kind::ToxIni,
        Kind::EnvExample,
        Kind::Commands,
    ];

    #[test]
    fn every_kind_takes_anything_without_panic() {
        let bombs = [
            String::new(),
            "\u{feff}".to_owned(),
            "\r\n\r\n\r".to_owned(),
            "\0\u{1}\u{fffd}é漢🦀=[\"'\\".to_owned(),
            "[".repeat(20_000),
            "{".repeat(20_000),
            "a=".to_owned() + &"[".repeat(20_000),
            "a=".to_owned() + &"{a=".repeat(20_000),
            "{\"a\":".repeat(20_000),
            "[".to_owned() + &vec!["a"; 20_000].join(".") + "]",
            "setup(install_requires=".to_owned() + &"[".repeat(20_000),
            "setup(install_requires=".to_owned() + &"(".repeat(20_000) + &")".repeat(20_000),
            "x".repeat(100_000),
            "\\\n".repeat(20_000),
            "[a]\n".to_owned() + &" b\n".repeat(20_000),
            "-r ".repeat(10_000),
            "\"\"\"".to_owned(),
        ];
        for kind in KINDS {
            for bomb in &bombs {
                if let Err(error) = read(kind, bomb) {
                    assert!(error.line >= 1 && error.column >= 1, "{kind:?}: {error}");
                    assert!(error.message.len() < 300, "{kind:?}");
                }
            }
        }
    }

    #[test]
    fn every_cut_of_a_file_is_read_without_panic() {
        let text = "\u{feff}[project]\r\nname = 'é'\r\ndependencies = [\"a[b]>=1 ; c == 'd'\", # 漢\n]\n\
                    [tool.poetry.dependencies]\nx = {version = \"^1.2\", python = \"~3.8\"}\n-e git+https://a/b#egg=c\n\
                    setup(name='a', install_requires=['b' \"c\", *D] + E, extras_require={'x': [\"\"\"y\n\"\"\"]})\n";
        for kind in KINDS {
            for (at, _) in text.char_indices() {
                let _ = read(kind, &text[..at]);
                let _ = read(kind, &text[at..]);
            }
        }
    }

    #[test]
    fn an_error_says_where() {
        let error = read(Kind::Pyproject, "\u{feff}[project]\r\nname = \"é\" oops\r\n").unwrap_err();
        assert_eq!((error.line, error.column), (2, 12));
        let error = read(Kind::PipfileLock, "{\n  \"default\": [,]\n}").unwrap_err();
        assert_eq!((error.line, error.column), (2, 15));
        let error = read(Kind::SetupCfg, "[metadata]\nname = a\noops\n").unwrap_err();
        assert_eq!(error.to_string(), "line 3, column 1: neither a section nor a `key = value`");
    }

    #[test]
    fn kind_is_kept() {
        for kind in KINDS {
            let text = if kind == Kind::PipfileLock { "{}" } else { "" };
            assert_eq!(read(kind, text).map(|manifest| manifest.kind), Ok(kind));
        }
    }
}
