//! One provider format and the file form it has: `[[format]]` tables of `rules/secrets/formats.toml`.
//!
//! Users add their own in the same form; what cannot be used is an error that names the format.

use std::sync::OnceLock;

use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

use super::checksum::{ChecksumKind, Structure};

/// How bad a find is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "FormatSeverity")]
pub enum Grade {
    /// Worth knowing: an identifier, a token that has expired by now, something public.
    Note,
    /// Opens something small, or the shape is not sure.
    Warning,
    /// Opens an account.
    Error,
}

/// One format, as a table `[[format]]` of the TOML file says it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "SecretFormat")]
pub struct Format {
    /// Kebab-case, unique.
    pub id: String,
    /// For people: "GitHub token".
    pub name: String,
    /// A regular expression of the `regex` crate; group 1, if there is one, is the secret part. Empty if `found-by`.
    #[serde(default)]
    pub shape: String,
    /// At least one of these stands in the text, or the shape is not tried. With `needs-context`, in any case of
    /// letters, before the token on its line (or in the name it is bound to).
    #[serde(default)]
    pub keywords: Vec<String>,
    /// The shape alone says nothing (32 hexadecimal digits): a keyword must stand before it.
    #[serde(default)]
    pub needs_context: bool,
    /// The token must not touch other letters or digits. True unless the shape begins or ends with punctuation.
    #[serde(default = "yes")]
    pub bounded: bool,
    /// How bad a find is.
    pub severity: Grade,
    /// Public by design.
    #[serde(default)]
    pub public: bool,
    /// The environment variable its users expect.
    pub env: Option<String>,
    /// Which checksum it carries.
    #[serde(default)]
    pub checksum: ChecksumKind,
    /// What must decode.
    #[serde(default)]
    pub structure: Structure,
    /// Where the format is documented, or that it was only observed.
    pub documented: String,
    /// What else a reader should know.
    pub note: Option<String>,
    /// The function of this room that finds it instead of a shape.
    pub found_by: Option<String>,
    #[serde(skip)]
    regex: OnceLock<Option<Regex>>,
}

fn yes() -> bool {
    true
}

impl Format {
    fn pattern(&self) -> String {
        if self.bounded {
            format!(r"(?-u:\b{{start-half}})(?:{})(?-u:\b{{end-half}})", self.shape)
        } else {
            self.shape.clone()
        }
    }

    fn compile(&self) -> Result<Regex, regex::Error> {
        regex::RegexBuilder::new(&self.pattern()).size_limit(4 << 20).build()
    }

    /// Compiled when first needed: a run that sees no keyword of a format never pays for it.
    pub(super) fn regex(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| self.compile().ok()).as_ref()
    }
}

/// Why a file of formats cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormatError {
    /// Not TOML, or not the form of `rules/secrets/formats.toml`.
    Form(String),
    /// A format's shape is no regular expression, or too large.
    Shape {
        /// Whose.
        id: String,
        /// What the regex crate says.
        reason: String,
    },
    /// Two formats of one file share an id.
    Twice(String),
    /// A shape without keywords would be tried on every text.
    NoKeyword(String),
    /// A shape that matches the empty text.
    MatchesNothing(String),
}

impl std::fmt::Display for FormatError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            FormatError::Form(reason) => write!(f, "{reason}"),
            FormatError::Shape { id, reason } => {
                write!(f, "format `{id}`: the shape is not usable; {reason}")
            }
            FormatError::Twice(id) => write!(f, "format `{id}` stands here twice; rename one"),
            FormatError::NoKeyword(id) => write!(
                f,
                "format `{id}` has a shape but no keyword of two characters or more; add a fixed part of the token"
            ),
            FormatError::MatchesNothing(id) => {
                write!(f, "format `{id}` matches the empty text; give its shape a fixed part")
            }
        }
    }
}

impl std::error::Error for FormatError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    format: Vec<Format>,
}

pub(super) fn read(toml: &str) -> Result<Vec<Format>, FormatError> {
    let file: File = toml::from_str(toml).map_err(|e| FormatError::Form(e.to_string()))?;
    Ok(file.format)
}

pub(super) fn check(format: &Format) -> Result<(), FormatError> {
    if format.shape.is_empty() {
        return Ok(());
    }
    if !format.keywords.iter().any(|k| k.len() >= 2) || format.keywords.iter().any(|k| k.len() < 2) {
        return Err(FormatError::NoKeyword(format.id.clone()));
    }
    let regex = format.compile().map_err(|e| FormatError::Shape { id: format.id.clone(), reason: e.to_string() })?;
    if regex.is_match("") {
        return Err(FormatError::MatchesNothing(format.id.clone()));
    }
    Ok(())
}
