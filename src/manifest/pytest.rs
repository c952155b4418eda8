//! What pytest takes from a manifest, wherever it stands: pytest.ini, tox.ini, setup.cfg or pyproject.toml.
//!
//! Never interprets a setting; it only keeps the difference between a text and a list.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::de::{DeTable, DeValue};

use super::document::Document;
use super::ini::{self, Section};
use super::{Manifest, ManifestError};

/// The settings of pytest in one file, by their names, raw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct PytestSettings {
    pub settings: BTreeMap<String, Setting>,
}

/// One raw setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Setting {
    /// As an ini file has it (lines joined by `\n`), or a TOML string, number or boolean.
    Text(String),
    /// A TOML array.
    List(Vec<String>),
}

impl Default for Setting {
    fn default() -> Setting {
        Setting::Text(String::new())
    }
}

impl PytestSettings {
    /// A setting that is a list of words, such as `testpaths` or `pythonpath`: a text is split at white space, and
    /// quotes keep a word together.
    pub fn words(&self, name: &str) -> Vec<String> {
        match self.settings.get(name) {
            Some(Setting::Text(text)) => split_words(text),
            Some(Setting::List(list)) => list.clone(),
            None => Vec::new(),
        }
    }

    /// A setting that is a list of lines, such as `markers` or `filterwarnings`.
    pub fn lines(&self, name: &str) -> Vec<String> {
        match self.settings.get(name) {
            Some(Setting::Text(text)) => {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                lines.map(str::to_owned).collect()
            }
            Some(Setting::List(list)) => list.clone(),
            None => Vec::new(),
        }
    }

    /// A setting that is one text, such as `asyncio_mode`.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.settings.get(name)? {
            Setting::Text(text) => Some(text),
            Setting::List(_) => None,
        }
    }
}

/// `pytest.ini` is pytest's even when it is empty.
pub(super) fn read_pytest_ini(text: &str) -> Result<Manifest, ManifestError> {
    let sections = ini::parse(text)?;
    Ok(manifest(Some(from_ini(&sections, "pytest").unwrap_or_default())))
}

/// `tox.ini` is pytest's if it has a `[pytest]` section.
pub(super) fn read_tox_ini(text: &str) -> Result<Manifest, ManifestError> {
    let sections = ini::parse(text)?;
    Ok(manifest(from_ini(&sections, "pytest")))
}

/// `pytest.toml` is pytest's even when it is empty.
pub(super) fn read_pytest_toml(text: &str) -> Result<Manifest, ManifestError> {
    let document = Document::parse(text)?;
    let settings = document.table(&["pytest"]).map(from_table);
    Ok(manifest(Some(settings.unwrap_or_default())))
}

/// `[tool.pytest.ini_options]`, or pytest 9's `[tool.pytest]`.
pub(super) fn from_pyproject(document: &Document) -> Option<PytestSettings> {
    if let Some(options) = document.table(&["tool", "pytest", "ini_options"]) {
        return Some(from_table(options));
    }
    let native = document.table(&["tool", "pytest"])?;
    (!native.is_empty()).then(|| from_table(native))
}

/// The settings under a section of an ini file.
pub(super) fn from_ini(sections: &[Section], name: &str) -> Option<PytestSettings> {
    let options = ini::section(sections, name)?.options.iter();
    Some(PytestSettings {
        settings: options.map(|option| (option.key.clone(), Setting::Text(option.text()))).collect(),
    })
}

fn from_table(table: &DeTable) -> PytestSettings {
    let setting = |value: &DeValue| match value.as_array() {
        Some(array) => Some(Setting::List(array.iter().filter_map(|item| raw(item.get_ref())).collect())),
        None => raw(value).map(Setting::Text),
    };
    let pairs = table.iter().filter_map(|(key, value)| Some((key.get_ref().to_string(), setting(value.get_ref())?)));
    PytestSettings { settings: pairs.collect() }
}

fn raw(value: &DeValue) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    }
}

fn split_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in text.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

fn manifest(pytest: Option<PytestSettings>) -> Manifest {
    Manifest { pytest, ..Manifest::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Kind, read};

    fn settings(kind: Kind, text: &str) -> Option<PytestSettings> {
        read(kind, text).unwrap_or_else(|error| panic!("{error}")).pytest
    }

    const INI: &str = "[tox]\nenvlist = py311\n\n[pytest]\naddopts = -ra -q\npythonpath = . src\ntestpaths =\n    tests\n    \"more tests\"\n\
                       asyncio_mode=auto\nmarkers =\n    slow: marks slow tests\n    db: %d needs it\n";

    #[test]
    fn ini_files() {
        for kind in [Kind::PytestIni, Kind::ToxIni] {
            let pytest = settings(kind, INI).unwrap();
            assert_eq!(pytest.text("addopts"), Some("-ra -q"));
            assert_eq!(pytest.words("pythonpath"), [".", "src"]);
            assert_eq!(pytest.words("testpaths"), ["tests", "more tests"]);
            assert_eq!(pytest.lines("markers"), ["slow: marks slow tests", "db: %d needs it"]);
            assert_eq!(pytest.text("asyncio_mode"), Some("auto"));
            assert!(pytest.words("absent").is_empty() && pytest.text("envlist").is_none());
        }
    }

    #[test]
    fn whose_file_it_is() {
        assert_eq!(settings(Kind::PytestIni, ""), Some(PytestSettings::default()));
        assert_eq!(settings(Kind::PytestToml, ""), Some(PytestSettings::default()));
        assert_eq!(settings(Kind::ToxIni, "[tox]\n"), None);
        assert_eq!(settings(Kind::SetupCfg, "[pytest]\nx = 1\n"), None);
        assert_eq!(settings(Kind::Pyproject, "[tool.pytest]\n"), None);
        assert_eq!(settings(Kind::Pyproject, "[tool.black]\n"), None);
        assert!(settings(Kind::Pyproject, "[tool.pytest.ini_options]\n").is_some());
    }

    #[test]
    fn other_homes() {
        let pytest = settings(Kind::SetupCfg, "[tool:pytest]\ntestpaths = a b\n").unwrap();
        assert_eq!(pytest.words("testpaths"), ["a", "b"]);
        for head in ["[tool.pytest.ini_options]", "[tool.pytest]"] {
            let toml =
                format!("{head}\npythonpath = ['.', 'src dir']\nxfail_strict = true\ntimeout = 30\naddopts = '-q'\n");
            let pytest = settings(Kind::Pyproject, &toml).unwrap();
            assert_eq!(pytest.words("pythonpath"), [".", "src dir"]);
            assert_eq!(pytest.lines("pythonpath"), [".", "src dir"]);
            assert_eq!((pytest.text("xfail_strict"), pytest.text("timeout")), (Some("true"), Some("30")));
            assert_eq!(pytest.text("pythonpath"), None);
        }
        let pytest = settings(Kind::PytestToml, "[pytest]\ntestpaths = ['t']\n").unwrap();
        assert_eq!(pytest.words("testpaths"), ["t"]);
    }
}
