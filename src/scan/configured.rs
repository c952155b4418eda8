//! Which configuration a file has, for whoever links.

use crate::config::{Config, DatetimeStyle};
use crate::finding::{Grade, Severity};
use crate::link::project::Settings;
use crate::page::Page;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The configuration of each file, with its path.
#[derive(Default, Clone)]
pub struct Configured {
    /// Of files that have another one than most, or lie where their key does not say.
    pub files: FxHashMap<String, (Arc<Config>, PathBuf)>,
    /// Of all others, and the folder that their keys start from; none where there are no others.
    pub rest: Option<(Arc<Config>, PathBuf)>,
}

impl Configured {
    /// The configuration of a file.
    fn config(&self, key: &str) -> Option<&Config> {
        let known = self.files.get(key).map(|(config, _)| config);
        known.or(self.rest.as_ref().map(|(config, _)| config)).map(|config| &**config)
    }

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
        self.config(path).and_then(|config| config.severity_of(page)).and_then(|level| level.severity())
    }

    fn target(&self, path: &str) -> Option<(u32, u32)> {
        self.config(path).and_then(|config| config.target_version)
    }

    fn pytest_as_module(&self, path: &str) -> bool {
        let command = self.config(path).and_then(|config| config.pytest_command.as_deref());
        command.is_some_and(|command| command.contains("-m pytest"))
    }

    fn prefers_aware(&self, path: &str) -> bool {
        self.config(path).is_some_and(|config| config.datetime_style == DatetimeStyle::Aware)
    }

    fn datetime_helper(&self, path: &str) -> Option<(String, String)> {
        self.config(path).and_then(|config| config.datetime_helper.clone())
    }

    fn owner(&self, path: &str, owner: Grade) -> Option<Option<Severity>> {
        self.config(path)?.private.get(&owner).map(|level| level.severity())
    }

    fn pydantic(&self, path: &str) -> Option<(u32, u32)> {
        use crate::config::PydanticVersion::{Both, One, Two};
        self.config(path).and_then(|config| config.pydantic_version).map(|version| match version {
            One => (1, 1),
            Two => (2, 2),
            Both => (1, 2),
        })
    }
}
