//! What the command line changes: `--config 'key = value'`, `--config FILE`, `--select`, `--extend-select`, `--ignore`.
//!
//! Paths given here start from the working directory, whichever configuration they end up in.

use super::find::read_file;
use super::raw::{self, Document, Form};
use super::selector::{Selection, Selector};
use super::{Config, ConfigError, Place, paths};
use crate::page::Page;
use std::path::Path;

/// What the command line says about the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Each `--config`: lines of TOML as in `davy.toml`, or the path of a TOML file.
    pub config: Vec<String>,
    /// `--select`: replaces what the file selects.
    pub select: Vec<String>,
    /// `--extend-select`: adds to it.
    pub extend_select: Vec<String>,
    /// `--ignore`: takes away from it.
    pub ignore: Vec<String>,
}

impl Changes {
    /// Changes a configuration: first its keys, then which rules are on.
    pub fn apply(&self, config: &mut Config, pages: &[&Page]) -> Result<(), ConfigError> {
        apply_overrides(config, &self.config, pages)?;
        apply_selection(config, &self.select, &self.extend_select, &self.ignore, pages)
    }
}

/// Applies each `--config` in turn. A list replaces the one before; entries of `severity` and `per-file-ignores` are added.
pub fn apply_overrides(config: &mut Config, overrides: &[String], pages: &[&Page]) -> Result<(), ConfigError> {
    let here = paths::working_directory();
    for text in overrides {
        let origin = format!("--config '{text}'");
        let document = Document { origin: &origin, text, form: Form::Option };
        let file = paths::absolute(Path::new(text), &here);
        if !text.contains('=') || file.is_file() {
            override_by_file(config, text, &file, pages)?;
        } else if let Some(raw) = raw::read(&document)? {
            config.take(raw, &document, &here, pages)?;
        }
    }
    Ok(())
}

fn override_by_file(config: &mut Config, text: &str, file: &Path, pages: &[&Page]) -> Result<(), ConfigError> {
    let mut given = false;
    read_file(file, |raw, document| {
        given = true;
        config.take(raw, document, &paths::working_directory(), pages)
    })?;
    if given {
        return Ok(());
    }
    let message = if file.is_file() { "the file has no `[tool.davy]`" } else { "there is no such file" };
    let help = "write `key = value` as in TOML, or the path of a TOML file".to_owned();
    let place = Place::whole(&format!("--config '{text}'"));
    Err(ConfigError::WrongValue { place, message: message.to_owned(), help })
}

/// Applies `--select`, `--extend-select` and `--ignore`; words may be joined by commas.
pub fn apply_selection(
    config: &mut Config,
    select: &[String],
    extend_select: &[String],
    ignore: &[String],
    pages: &[&Page],
) -> Result<(), ConfigError> {
    let selection = Selection {
        select: if select.is_empty() { None } else { Some(selectors("--select", select, pages)?) },
        extend_select: selectors("--extend-select", extend_select, pages)?,
        ignore: selectors("--ignore", ignore, pages)?,
    };
    if selection != Selection::default() {
        config.selections.push(selection);
    }
    Ok(())
}

fn selectors(option: &str, words: &[String], pages: &[&Page]) -> Result<Vec<Selector>, ConfigError> {
    let words = words.iter().flat_map(|word| word.split(',')).map(str::trim);
    words.map(|word| Selector::parse(word, pages, || Place::whole(option))).collect()
}
