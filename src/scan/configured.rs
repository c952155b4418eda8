//! Which configuration a file has, for whoever links.

use crate::config::{Config, DatetimeStyle};
use crate::finding::{Grade, Severity};
use crate::link::project::Settings;
use crate::page::Page;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The configuration of each file, by its key, with its path.
#[derive(Default, Clone)]
pub struct Configured {
    /// Of the files that are known by name.
    pub files: FxHashMap<String, (Arc<Config>, PathBuf)>,
    /// Of all others, and the folder that their keys start from; none where there are no others.
    pub rest: Option<(Arc<Config>, PathBuf)>,
}

impl Configured {
    /// The configuration of a file, and its path.
    pub fn of(&self, key: &str) -> Option<(&Config, Cow<'_, Path>)> {
        let rest = || self.rest.as_ref().map(|(config, root)| (&**config, Cow::Owned(root.join(key))));
        self.files.get(key).map(|(config, path)| (&**config, Cow::Borrowed(path.as_path()))).or_else(rest)
    }
}

impl Settings for Configured {
    fn selected(&self, path: &str, page: &Page) -> bool {
        self.of(path).is_some_and(|(config, path)| config.selected(page, &path))
    }

    fn severity(&self, path: &str, page: &Page) -> Option<Severity> {
        self.of(path).and_then(|(config, _)| config.severity_of(page)).and_then(|level| level.severity())
    }

    fn target(&self, path: &str) -> Option<(u32, u32)> {
        self.of(path).and_then(|(config, _)| config.target_version)
    }

    fn pytest_as_module(&self, path: &str) -> bool {
        let command = self.of(path).and_then(|(config, _)| config.pytest_command.as_deref());
        command.is_some_and(|command| command.contains("-m pytest"))
    }

    fn prefers_aware(&self, path: &str) -> bool {
        self.of(path).is_some_and(|(config, _)| config.datetime_style == DatetimeStyle::Aware)
    }

    fn datetime_helper(&self, path: &str) -> Option<(String, String)> {
        self.of(path).and_then(|(config, _)| config.datetime_helper.clone())
    }

    fn owner(&self, path: &str, owner: Grade) -> Option<Option<Severity>> {
        let (config, _) = self.of(path)?;
        config.private.get(&owner).map(|level| level.severity())
    }

    fn pydantic(&self, path: &str) -> Option<(u32, u32)> {
        use crate::config::PydanticVersion::{Both, One, Two};
        self.of(path).and_then(|(config, _)| config.pydantic_version).map(|version| match version {
            One => (1, 1),
            Two => (2, 2),
            Both => (1, 2),
        })
    }
}
