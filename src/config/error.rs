//! What can be wrong with a configuration: each message says what, where and what to do next.
//!
//! Never prints; the command line shows these and exits 2.

use crate::text::{Lines, Position};
use std::fmt;

/// Where a configuration says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// A path as the user would write it, or the option: `--config 'ignore = []'`.
    pub origin: String,
    /// Line and column in the file; none for an option or a whole file.
    pub position: Option<Position>,
}

impl Place {
    /// A whole file, or an option.
    pub fn whole(origin: &str) -> Place {
        Place { origin: origin.to_owned(), position: None }
    }

    /// The character at byte `offset` of the file `origin`, which holds `text`.
    pub fn at(origin: &str, text: &str, offset: usize) -> Place {
        let position = Lines::new(text).position(u32::try_from(offset).unwrap_or(u32::MAX), text);
        Place { origin: origin.to_owned(), position: Some(position) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self.position {
            Some(Position { line, column }) => write!(out, "{}:{line}:{column}", self.origin),
            None => out.write_str(&self.origin),
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file is there, but cannot be read.
    #[error("{place}: the configuration cannot be read ({reason}); mend its permissions, or remove it")]
    Unreadable {
        /// The file.
        place: Place,
        /// What the system says.
        reason: String,
    },
    /// The bytes are no UTF-8.
    #[error("{place}: {what}, and TOML must be UTF-8; save the file as UTF-8")]
    NotUtf8 {
        /// The first wrong byte.
        place: Place,
        /// What it is instead.
        what: String,
    },
    /// The text is no TOML.
    #[error("{place}: {message}; {help}")]
    BrokenToml {
        /// Where the parser stopped.
        place: Place,
        /// What it says.
        message: String,
        /// What to do.
        help: String,
    },
    /// A key that davy does not have.
    #[error("{place}: unknown key `{key}`; {help}")]
    UnknownKey {
        /// The key.
        place: Place,
        /// As written.
        key: String,
        /// The nearest known key, or all of them.
        help: String,
    },
    /// A rule that davy does not have.
    #[error("{place}: unknown rule `{selector}`; {help}")]
    UnknownRule {
        /// The selector.
        place: Place,
        /// As written.
        selector: String,
        /// The nearest known one, or where to look.
        help: String,
    },
    /// A value that means nothing to davy.
    #[error("{place}: {message}; {help}")]
    WrongValue {
        /// The value.
        place: Place,
        /// What is wrong with it.
        message: String,
        /// What to write instead.
        help: String,
    },
}

impl ConfigError {
    /// Where it is.
    pub fn place(&self) -> &Place {
        match self {
            ConfigError::Unreadable { place, .. }
            | ConfigError::NotUtf8 { place, .. }
            | ConfigError::BrokenToml { place, .. }
            | ConfigError::UnknownKey { place, .. }
            | ConfigError::UnknownRule { place, .. }
            | ConfigError::WrongValue { place, .. } => place,
        }
    }
}
