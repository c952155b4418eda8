//! Finds and reads configuration files: the nearest one upward from a folder.
//!
//! `davy.toml` wins over the `pyproject.toml` beside it; a `pyproject.toml` without `[tool.davy]` is passed by.

use super::raw::{self, Document, Raw, Said};
use super::{Changes, Config, ConfigError, Place, form_of, paths};
use crate::page::Page;
use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Reads one file, whatever its name (only `pyproject.toml` keeps its keys under `[tool.davy]`).
/// `None`: there is no such file, or it holds no configuration of davy's.
pub fn load(file: &Path, pages: &[&Page]) -> Result<Option<Config>, ConfigError> {
    let file = paths::absolute(file, &paths::working_directory());
    let Some(folder) = file.parent() else { return Ok(None) };
    let mut config = Config::empty(folder.to_owned());
    config.origin = Some(file.clone());
    let mut given = false;
    read_file(&file, |raw, document| {
        given = true;
        config.take(raw, document, folder, pages)
    })?;
    Ok(given.then_some(config))
}

/// Whether this file holds keys for davy, right or wrong; no where it cannot be read.
pub fn is_configuration(file: &Path) -> bool {
    let mut given = false;
    let read = read_file(file, |_, _| {
        given = true;
        Ok(())
    });
    given || matches!(read, Err(ConfigError::UnknownKey { .. } | ConfigError::WrongValue { .. }))
}

/// Reads the keys of a file and hands them on. Does nothing where the file does not exist, or has no keys for davy.
pub(super) fn read_file(
    file: &Path,
    take: impl FnOnce((Raw, Vec<Said>), &Document) -> Result<(), ConfigError>,
) -> Result<(), ConfigError> {
    let origin = paths::shown(file, &paths::working_directory());
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory => return Ok(()),
            _ => return Err(ConfigError::Unreadable { place: Place::whole(&origin), reason: error.to_string() }),
        },
    };
    let document = Document { origin: &origin, text: text_of(&bytes, &origin)?, form: form_of(file) };
    match raw::read(&document)? {
        Some(raw) => take(raw, &document),
        None => Ok(()),
    }
}

/// UTF-8, with or without a byte order mark.
fn text_of<'a>(bytes: &'a [u8], origin: &str) -> Result<&'a str, ConfigError> {
    let not = |place, what: &str| ConfigError::NotUtf8 { place, what: what.to_owned() };
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(not(Place::whole(origin), "the file is UTF-16"));
    }
    let body = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    std::str::from_utf8(body).map_err(|error| {
        let at = error.valid_up_to();
        let before = String::from_utf8_lossy(&body[..at]);
        not(Place::at(origin, &before, at), &format!("byte 0x{:02x} is not UTF-8", body[at]))
    })
}

/// The configurations of a run, each read once.
#[derive(Debug)]
pub struct Configs<'a> {
    pages: &'a [&'a Page],
    changes: Changes,
    fallback: Arc<Config>,
    known: HashMap<PathBuf, Arc<Config>>,
    /// The folder that was asked for last, as it was named: files come folder by folder.
    last: Option<(PathBuf, Arc<Config>)>,
}

impl<'a> Configs<'a> {
    /// Nothing is read yet, but what the command line changes is checked.
    pub fn new(pages: &'a [&'a Page], changes: Changes) -> Result<Configs<'a>, ConfigError> {
        let mut fallback = Config::empty(paths::working_directory());
        changes.apply(&mut fallback, pages)?;
        Ok(Configs { pages, changes, fallback: Arc::new(fallback), known: HashMap::new(), last: None })
    }

    /// The configuration for the files in `folder`: the nearest upward, else the defaults; the command line's changes are in it.
    pub fn for_folder(&mut self, folder: &Path) -> Result<Arc<Config>, ConfigError> {
        if let Some((last, config)) = &self.last
            && last.as_os_str() == folder.as_os_str()
        {
            return Ok(Arc::clone(config));
        }
        let asked = folder.to_owned();
        let folder = paths::absolute(folder, &paths::working_directory());
        let mut passed = Vec::new();
        let mut found = None;
        for above in folder.ancestors() {
            if let Some(known) = self.known.get(above) {
                found = Some(Arc::clone(known));
                break;
            }
            passed.push(above.to_owned());
            if let Some(config) = self.in_folder(above)? {
                found = Some(Arc::new(config));
                break;
            }
        }
        let config = found.unwrap_or_else(|| Arc::clone(&self.fallback));
        self.known.extend(passed.into_iter().map(|folder| (folder, Arc::clone(&config))));
        self.last = Some((asked, Arc::clone(&config)));
        Ok(config)
    }

    fn in_folder(&self, folder: &Path) -> Result<Option<Config>, ConfigError> {
        for name in ["davy.toml", "pyproject.toml"] {
            if let Some(mut config) = load(&folder.join(name), self.pages)? {
                self.changes.apply(&mut config, self.pages)?;
                return Ok(Some(config));
            }
        }
        Ok(None)
    }
}
