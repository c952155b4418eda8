//! The keys of a configuration as they stand in TOML, still with their places. A new key starts here.
//!
//! Knows nothing of rules or folders: `mod.rs` gives the words their meaning.

use super::error::{ConfigError, Place};
use super::schema::{ByRules, Rules, TargetVersion};
use super::{DatetimeStyle, FailOn, Level, PydanticVersion};
use crate::page::nearest;
use crate::secrets::Format;
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// A string and where it stands.
pub type Word = Spanned<String>;

/// The configuration of davy: `[tool.davy]` in `pyproject.toml`, or the top of `davy.toml`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[schemars(title = "davy")]
pub struct Raw {
    /// Rules to run: codes, prefixes, names, families, or `all`. By itself every rule that is on by default.
    #[schemars(with = "Vec<Rules>")]
    pub select: Option<Vec<Word>>,
    /// Rules to run beside those of `select`.
    #[schemars(with = "Vec<Rules>")]
    pub extend_select: Option<Vec<Word>>,
    /// Rules to leave out; the more specific word wins over `select`.
    #[schemars(with = "Vec<Rules>")]
    pub ignore: Option<Vec<Word>>,
    /// Files and folders that are not checked: a name anywhere, or a path from this file, with `*`.
    #[schemars(with = "Vec<String>")]
    pub exclude: Option<Vec<Word>>,
    /// Folders that first-party imports start from.
    #[schemars(with = "Vec<String>")]
    pub src: Option<Vec<Word>>,
    /// Where the baseline lies. By itself `davy-baseline.jsonl` beside this file.
    #[schemars(with = "String")]
    pub baseline: Option<Word>,
    /// The folder of the caches. By itself `DAVY_CACHE_DIR`, else the user's cache folder.
    #[schemars(with = "String")]
    pub cache_dir: Option<Word>,
    /// The versions of davy that may check the project, as requirements say it: `>=0.1,<1`.
    #[schemars(with = "String")]
    pub required_version: Option<Word>,
    /// The oldest Python that the project runs on: `3.9` or `py39`. By itself what `requires-python` says.
    #[schemars(with = "TargetVersion")]
    pub target_version: Option<Word>,
    /// Rules that are off in some files.
    #[schemars(with = "BTreeMap<String, Vec<Rules>>")]
    pub per_file_ignores: BTreeMap<Word, Vec<Word>>,
    /// How much rules matter.
    #[schemars(with = "ByRules<Level>")]
    pub severity: BTreeMap<Word, Level>,
    /// What fails a run.
    #[serde(deserialize_with = "table")]
    pub gate: RawGate,
    /// What davy is to know of pydantic.
    #[serde(deserialize_with = "table")]
    pub pydantic: RawPydantic,
    /// What davy is to know of datetimes.
    #[serde(deserialize_with = "table")]
    pub datetime: RawDatetime,
    /// How much private names matter, by who owns them.
    #[serde(deserialize_with = "table")]
    pub private: RawPrivate,
    /// What davy is to know of pytest.
    #[serde(deserialize_with = "table")]
    pub pytest: RawPytest,
    /// What davy is to know of secrets.
    #[serde(deserialize_with = "table")]
    pub secrets: RawSecrets,
}

/// `[tool.davy.secrets]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[schemars(rename = "Secrets")]
pub struct RawSecrets {
    /// Formats of tokens beside those that davy ships; one of the same `id` takes its place.
    #[schemars(with = "Vec<Format>")]
    pub format: Option<Spanned<Vec<Format>>>,
}

/// `[tool.davy.gate]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[schemars(rename = "Gate")]
pub struct RawGate {
    /// From which severity on findings fail a run. By itself `warning`.
    #[schemars(with = "FailOn")]
    pub fail_on: Option<FailOn>,
    /// The same for some rules.
    #[schemars(with = "ByRules<FailOn>")]
    pub rules: BTreeMap<Word, FailOn>,
    /// The same for some files, whatever the rule.
    #[schemars(with = "BTreeMap<String, FailOn>")]
    pub paths: BTreeMap<Word, FailOn>,
    /// How many findings of some rules there may be, recorded or not; `davy baseline update` lowers the number.
    #[schemars(with = "ByRules<usize>")]
    pub budgets: BTreeMap<Word, Spanned<usize>>,
}

/// `[tool.davy.pydantic]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[schemars(rename = "Pydantic")]
pub struct RawPydantic {
    /// Which pydantic the project runs. By itself what its manifests and lock files say.
    #[schemars(with = "PydanticVersion")]
    pub version: Option<PydanticVersion>,
    /// Classes of other packages that derive from pydantic's models: `geojson_pydantic.Feature`.
    #[schemars(with = "Vec<String>")]
    pub models: Option<Vec<Word>>,
}

/// `[tool.davy.datetime]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[schemars(rename = "Datetime")]
pub struct RawDatetime {
    /// The project's own function for what `datetime.utcnow()` gives, a naive value in UTC: `app.time:utc_now`. Fixes call it. By itself
    /// the one function of the project that does nothing else.
    #[schemars(with = "String")]
    pub helper: Option<Word>,
    /// What fixes give: `preserve` keeps values naive wherever they may meet others, `aware` offers aware ones there, as unsafe fixes.
    #[schemars(with = "DatetimeStyle")]
    pub style: Option<DatetimeStyle>,
}

/// `[tool.davy.private]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[schemars(rename = "Private")]
pub struct RawPrivate {
    /// Of a library or the standard library. By itself `warning`.
    #[schemars(with = "Level")]
    pub external: Option<Level>,
    /// Of another folder of the project. By itself `warning`.
    #[schemars(with = "Level")]
    pub other_folder: Option<Level>,
    /// Of another module of the same folder. By itself `note`.
    #[schemars(with = "Level")]
    pub sibling: Option<Level>,
    /// Of something that davy cannot tell. By itself `note`.
    #[schemars(with = "Level")]
    pub unknown: Option<Level>,
}

/// `[tool.davy.pytest]`
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[schemars(rename = "Pytest")]
pub struct RawPytest {
    /// How the project starts pytest: read for its options and paths, never run.
    #[schemars(with = "String")]
    pub command: Option<String>,
}

/// A table and nothing else: serde would take a list for its values one by one.
fn table<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Table<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Table<T> {
        type Value = T;

        fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
            out.write_str("a map")
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            T::deserialize(MapAccessDeserializer::new(map))
        }
    }
    deserializer.deserialize_map(Table(PhantomData))
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

/// A key as a document sets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// With the tables around it: `gate.fail-on`.
    pub key: String,
    /// As it is written.
    pub value: String,
    /// Where the value stands.
    pub place: Place,
}

/// Reads the keys, and what each of them says as it is written; `None` where a `pyproject.toml` holds none.
pub fn read(document: &Document) -> Result<Option<(Raw, Vec<Said>)>, ConfigError> {
    let table = match DeTable::parse(document.text) {
        Ok(table) => table,
        // It says nothing of davy: sample data of a packaging tool, or what a finding tells (`broken-configuration`).
        Err(_) if document.form == Form::Pyproject && !document.text.contains("davy") => return Ok(None),
        Err(error) => return Err(broken(document, &error)),
    };
    let span = table.span();
    let mut value = Spanned::new(span, DeValue::Table(table.into_inner()));
    if document.form == Form::Pyproject {
        for key in ["tool", "davy"] {
            let DeValue::Table(mut table) = value.into_inner() else { return Ok(None) };
            let Some(inner) = table.remove(key) else { return Ok(None) };
            value = inner;
        }
    }
    let mut said = Vec::new();
    tell(document, String::new(), &value, &mut said);
    let raw = Raw::deserialize(ValueDeserializer::from(value)).map_err(|error| wrong(document, &error))?;
    Ok(Some((raw, said)))
}

/// Every key below a value, with the value that it has.
fn tell(document: &Document, key: String, value: &Spanned<DeValue>, said: &mut Vec<Said>) {
    if let DeValue::Table(table) = value.get_ref() {
        for (name, value) in table {
            let name = name.get_ref();
            let plain = |char: char| char.is_ascii_alphanumeric() || char == '-' || char == '_';
            let name = if name.chars().all(plain) { name.to_string() } else { format!("\"{name}\"") };
            let key = if key.is_empty() { name } else { format!("{key}.{name}") };
            tell(document, key, value, said);
        }
        return;
    }
    said.push(Said { key, value: written(document, value), place: document.place(value.span().start) });
}

/// A value on one line, without the comments in it.
fn written(document: &Document, value: &Spanned<DeValue>) -> String {
    match value.get_ref() {
        DeValue::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| written(document, item)).collect();
            format!("[{}]", items.join(", "))
        }
        _ => document.text.get(value.span()).unwrap_or_default().replace('\n', " "),
    }
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
