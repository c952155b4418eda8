//! The keys of a configuration as they stand in TOML, still with their places. A new key starts here.
//!
//! Knows nothing of rules or folders: `mod.rs` gives the words their meaning.

use super::error::{ConfigError, Place};
use super::{FailOn, Level, PydanticVersion};
use crate::page::nearest;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// A string and where it stands.
pub type Word = Spanned<String>;

/// Every key.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Raw {
    pub select: Option<Vec<Word>>,
    pub extend_select: Option<Vec<Word>>,
    pub ignore: Option<Vec<Word>>,
    pub exclude: Option<Vec<Word>>,
    pub src: Option<Vec<Word>>,
    pub baseline: Option<Word>,
    pub cache_dir: Option<Word>,
    pub required_version: Option<Word>,
    pub target_version: Option<Word>,
    pub per_file_ignores: BTreeMap<Word, Vec<Word>>,
    pub severity: BTreeMap<Word, Level>,
    pub gate: RawGate,
    pub pydantic: RawPydantic,
    pub pytest: RawPytest,
}

/// `[tool.davy.gate]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct RawGate {
    pub fail_on: Option<FailOn>,
    pub rules: BTreeMap<Word, FailOn>,
    pub paths: BTreeMap<Word, FailOn>,
    pub budgets: BTreeMap<Word, Spanned<usize>>,
}

/// `[tool.davy.pydantic]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct RawPydantic {
    pub version: Option<PydanticVersion>,
    pub models: Option<Vec<Word>>,
}

/// `[tool.davy.pytest]`
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct RawPytest {
    pub command: Option<String>,
}

/// A text that may hold davy's keys.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// What to call it: a path, or `--config '...'`.
    pub origin: &'a str,
    /// TOML.
    pub text: &'a str,
    /// Where in it the keys stand.
    pub form: Form,
}

/// Where in a document davy's keys stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Under `[tool.davy]`.
    Pyproject,
    /// At the top.
    Davy,
    /// At the top, and all of it is one option of the command line, so that lines and columns say nothing.
    Option,
}

impl Document<'_> {
    /// The place of a byte.
    pub fn place(&self, offset: usize) -> Place {
        match self.form {
            Form::Option => Place::whole(self.origin),
            Form::Pyproject | Form::Davy => Place::at(self.origin, self.text, offset),
        }
    }

    fn place_of(&self, error: &toml::de::Error) -> Place {
        error.span().map_or_else(|| Place::whole(self.origin), |span| self.place(span.start))
    }
}

/// Reads the keys; `None` where a `pyproject.toml` holds none.
pub fn read(document: &Document) -> Result<Option<Raw>, ConfigError> {
    let table = DeTable::parse(document.text).map_err(|error| broken(document, &error))?;
    let span = table.span();
    let mut value = Spanned::new(span, DeValue::Table(table.into_inner()));
    if document.form == Form::Pyproject {
        for key in ["tool", "davy"] {
            let DeValue::Table(mut table) = value.into_inner() else { return Ok(None) };
            let Some(inner) = table.remove(key) else { return Ok(None) };
            value = inner;
        }
    }
    Raw::deserialize(ValueDeserializer::from(value)).map(Some).map_err(|error| wrong(document, &error))
}

fn broken(document: &Document, error: &toml::de::Error) -> ConfigError {
    let help = match document.form {
        Form::Option => "write TOML, such as `--config 'ignore = [\"DTM001\"]'`, or the path of a TOML file",
        Form::Pyproject | Form::Davy => "davy reads its configuration from this file, so it has to be valid TOML",
    };
    let message = error.message().trim_end().replace('\n', ", ");
    ConfigError::BrokenToml { place: document.place_of(error), message, help: help.to_owned() }
}

/// What serde says about a key or value, in words for the person who wrote it.
fn wrong(document: &Document, error: &toml::de::Error) -> ConfigError {
    let place = document.place_of(error);
    let message = error.message();
    let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    if let (true, [key, known @ ..]) = (message.starts_with("unknown field"), words.as_slice()) {
        let help = if document.form == Form::Davy && *key == "tool" {
            "in `davy.toml` the keys stand at the top, without `[tool.davy]`".to_owned()
        } else {
            meant(key, known, "the keys here are")
        };
        return ConfigError::UnknownKey { place, key: (*key).to_owned(), help };
    }
    if let (true, [value, known @ ..]) = (message.starts_with("unknown variant"), words.as_slice()) {
        let message = format!("`{value}` is no value of this key");
        return ConfigError::WrongValue { place, message, help: meant(value, known, "the values are") };
    }
    let help = if message.contains("expected a sequence") {
        "write a list: put it in `[...]`"
    } else if message.contains("expected a string") || message.contains("wanted string or table") {
        "write it in quotes"
    } else if message.contains("expected a map") || message.contains("expected struct") {
        "write a table, such as `[tool.davy.severity]` or, in `davy.toml`, `[severity]`"
    } else {
        "see `davy check --help`"
    };
    let message = message.split(", expected").next().unwrap_or(message).replace("invalid type: ", "unexpected ");
    ConfigError::WrongValue { place, message, help: help.to_owned() }
}

fn meant(word: &str, known: &[&str], all: &str) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{all} `{}`", known.join("`, `")),
    }
}
