//! Configuration: `[tool.davy]` in `pyproject.toml`, or the top of `davy.toml`, with every word given its meaning.
//!
//! Says which rules are on for a file and how much they matter. Never runs anything and never looks for Python files.

mod error;
mod find;
mod overrides;
pub mod paths;
mod pattern;
mod raw;
mod schema;
mod selector;
#[cfg(test)]
mod tests;

use crate::finding::{Grade, Severity};
use crate::manifest::{Specifiers, Version};
use crate::page::Page;
use crate::secrets::Formats;
use raw::{Document, Form, Raw, Word};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use error::{ConfigError, Place};
pub use find::{Configs, is_configuration, load};
pub use overrides::{Changes, apply_overrides, apply_selection};
pub use pattern::Pattern;
pub use raw::Said;
pub use schema::schema;
pub use selector::{Rank, Selection, Selector};

/// A configuration with every default filled in.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The file it came from; none where no file says anything.
    pub origin: Option<PathBuf>,
    /// Absolute folder that its paths start from.
    pub root: PathBuf,
    /// Which rules are on: what the file says, then what the command line says.
    pub selections: Vec<Selection>,
    /// Files and folders that are not checked.
    pub exclude: Vec<Pattern>,
    /// Absolute folders that first-party imports start from; empty where nobody said so.
    pub src: Vec<PathBuf>,
    /// The oldest Python the project runs on; none: ask the manifests.
    pub target_version: Option<(u32, u32)>,
    /// Rules that are off in some files.
    pub per_file_ignores: Vec<(Pattern, Vec<Selector>)>,
    /// How much rules matter; of equally specific selectors the later one counts.
    pub severity: Vec<(Selector, Level)>,
    /// From which severity on a finding fails a run.
    pub gate: Gate,
    /// Which pydantic the project runs; none: ask the manifests.
    pub pydantic_version: Option<PydanticVersion>,
    /// Classes of other packages that derive from pydantic's models.
    pub pydantic_models: Vec<String>,
    /// Absolute folder of the caches; none: the user's own.
    pub cache_dir: Option<PathBuf>,
    /// Every key that was set, as it is written, in the order in which they were read.
    pub said: Vec<Said>,
    /// Absolute path of the baseline; none: `davy-baseline.jsonl` in `root`.
    pub baseline: Option<PathBuf>,
    /// Module and name of the project's own `utcnow`.
    pub datetime_helper: Option<(String, String)>,
    /// What fixes of naive datetimes give.
    pub datetime_style: DatetimeStyle,
    /// How much private names matter, by who owns them.
    pub private: BTreeMap<Grade, Level>,
    /// How the project starts pytest: read for its options and paths, never run.
    pub pytest_command: Option<String>,
    /// The formats of secrets, with the project's own; none: those that davy ships. They live as long as the process.
    pub formats: Option<&'static Formats>,
}

/// A severity as users write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Fails a run, shown first.
    Error,
    /// Fails a run.
    Warning,
    /// Counted, never fails a run.
    Note,
    /// The rule is off.
    Off,
}

impl Level {
    /// The severity; none for `off`.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Level::Error => Some(Severity::Error),
            Level::Warning => Some(Severity::Warning),
            Level::Note => Some(Severity::Note),
            Level::Off => None,
        }
    }
}

/// From which severity on findings fail a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Errors alone.
    Error,
    /// Errors and warnings.
    #[default]
    Warning,
    /// Every finding.
    Note,
    /// None.
    Never,
}

impl FailOn {
    /// Whether a finding of this severity fails a run.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
            FailOn::Note => true,
            FailOn::Never => false,
        }
    }
}

/// What fails a run: in all, by rule and by path.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    /// Where nothing else is said.
    pub fail_on: FailOn,
    /// For some rules; of equally specific selectors the later one counts.
    pub rules: Vec<(Selector, FailOn)>,
    /// For some files, before what is said of rules; the later one counts.
    pub paths: Vec<(Pattern, FailOn)>,
    /// Rules of which there may be so many findings, recorded or not: below that number they fail nothing by themselves.
    pub budgets: Vec<Budget>,
}

/// How many findings of some rules there may be.
#[derive(Debug, Clone)]
pub struct Budget {
    /// As it is written: `PYM`.
    pub name: String,
    /// The rules.
    pub selector: Selector,
    /// The number.
    pub most: usize,
    /// Where the number stands in the file that the configuration came from, in bytes.
    pub span: std::ops::Range<usize>,
}

/// What fixes of naive datetimes give.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DatetimeStyle {
    /// What was there: naive, except where aware is proven to be the same.
    #[default]
    Preserve,
    /// Aware, for a person to want where it is not proven.
    Aware,
}

/// The pydantic that a project says it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum PydanticVersion {
    /// `"1"`
    #[serde(rename = "1")]
    One,
    /// `"2"`
    #[serde(rename = "2")]
    Two,
    /// `"both"`: the code has to run under either.
    #[serde(rename = "both")]
    Both,
}

impl Config {
    /// What holds where no file says anything.
    pub fn empty(root: PathBuf) -> Config {
        Config { root, selections: vec![Selection::default()], ..Config::default() }
    }

    /// All that it says, as a text: two that say the same decide the same.
    pub fn whole(&self) -> String {
        let Config { origin, root, selections, said, formats, .. } = self;
        let said: Vec<(&str, &str)> = said.iter().map(|one| (one.key.as_str(), one.value.as_str())).collect();
        let formats = formats.map(Formats::hash);
        format!("{origin:?} {root:?} {selections:?} {said:?} {formats:?}")
    }

    /// What the configuration makes of a rule's severity; none where it says nothing. `Level::Off` also shows in `selected`.
    pub fn severity_of(&self, page: &Page) -> Option<Level> {
        let ranked = self.severity.iter().filter_map(|(selector, level)| Some((selector.rank(page)?, *level)));
        ranked.max_by_key(|(rank, _)| *rank).map(|(_, level)| level)
    }

    /// Whether a finding of this severity fails a run; the path is absolute or relative to `root`.
    pub fn fails(&self, page: &Page, severity: Severity, path: impl AsRef<Path>) -> bool {
        if self.gate.budgets.iter().any(|budget| budget.selector.rank(page).is_some()) {
            return false;
        }
        let path = self.root.join(path);
        let by_path = self.gate.paths.iter().rev().find(|(pattern, _)| pattern.covers(&path));
        let ranked = self.gate.rules.iter().filter_map(|(selector, on)| Some((selector.rank(page)?, *on)));
        let by_rule = || ranked.max_by_key(|(rank, _)| *rank).map(|(_, on)| on);
        by_path.map(|(_, on)| *on).or_else(by_rule).unwrap_or(self.gate.fail_on).fails(severity)
    }

    /// Whether a rule is on at all, in some file.
    pub fn enabled(&self, page: &Page) -> bool {
        self.severity_of(page) != Some(Level::Off) && selector::is_on(&self.selections, page)
    }

    /// Whether a rule is on in a file, whose path is absolute or relative to `root`.
    pub fn selected(&self, page: &Page, path: impl AsRef<Path>) -> bool {
        self.enabled(page) && !self.ignored_in_file(page, &self.root.join(path))
    }

    /// The codes of the rules that are on, whatever is said of single files.
    pub fn rules(&self) -> std::collections::BTreeSet<String> {
        crate::rules::pages().into_iter().filter(|page| self.enabled(page)).map(|page| page.code.clone()).collect()
    }

    /// Whether the file, or a folder above it, is excluded. The path is absolute or relative to `root`.
    pub fn excludes(&self, path: impl AsRef<Path>) -> bool {
        let path = self.root.join(path);
        self.exclude.iter().any(|pattern| pattern.covers(&path))
    }

    fn ignored_in_file(&self, page: &Page, path: &Path) -> bool {
        let means = |selectors: &[Selector]| selectors.iter().any(|selector| selector.rank(page).is_some());
        self.per_file_ignores.iter().any(|(pattern, selectors)| means(selectors) && pattern.covers(path))
    }

    /// Takes over every key that `raw` has; its paths start from `base`.
    fn take(
        &mut self,
        (raw, said): (Raw, Vec<Said>),
        document: &Document,
        base: &Path,
        pages: &[&Page],
    ) -> Result<(), ConfigError> {
        self.said.extend(said);
        let reader = Reader { document, base, pages };
        if self.selections.is_empty() {
            self.selections.push(Selection::default());
        }
        let first = &mut self.selections[0];
        if let Some(words) = raw.select {
            first.select = Some(reader.selectors(&words)?);
        }
        let lists = [(raw.extend_select, &mut first.extend_select), (raw.ignore, &mut first.ignore)];
        for (words, list) in lists {
            if let Some(words) = words {
                *list = reader.selectors(&words)?;
            }
        }
        if let Some(words) = raw.exclude {
            self.exclude = words.iter().map(|word| reader.exclude(word)).collect::<Result<_, _>>()?;
        }
        if let Some(words) = raw.src {
            self.src = words.iter().map(|word| paths::absolute(Path::new(word.get_ref()), base)).collect();
        }
        if let Some(word) = raw.target_version {
            self.target_version = Some(reader.version(&word)?);
        }
        if let Some(word) = raw.baseline {
            self.baseline = Some(paths::absolute(Path::new(word.get_ref()), base));
        }
        if let Some(word) = raw.cache_dir {
            self.cache_dir = Some(paths::absolute(Path::new(word.get_ref()), base));
        }
        if let Some(word) = raw.required_version {
            reader.required(&word)?;
        }
        for (word, selectors) in raw.per_file_ignores {
            self.per_file_ignores.push((reader.pattern(&word)?, reader.selectors(&selectors)?));
        }
        for (word, level) in raw.severity {
            self.severity.push((reader.selector(&word)?, level));
        }
        if let Some(fail_on) = raw.gate.fail_on {
            self.gate.fail_on = fail_on;
        }
        for (word, on) in raw.gate.rules {
            self.gate.rules.push((reader.selector(&word)?, on));
        }
        for (word, on) in raw.gate.paths {
            self.gate.paths.push((reader.pattern(&word)?, on));
        }
        for (word, most) in raw.gate.budgets {
            let (name, selector) = (word.get_ref().clone(), reader.selector(&word)?);
            self.gate.budgets.push(Budget { name, selector, span: most.span(), most: most.into_inner() });
        }
        self.pydantic_version = raw.pydantic.version.or(self.pydantic_version);
        if let Some(models) = raw.pydantic.models {
            self.pydantic_models = models.iter().map(|word| reader.class(word)).collect::<Result<_, _>>()?;
        }
        self.datetime_style = raw.datetime.style.unwrap_or(self.datetime_style);
        if let Some(word) = raw.datetime.helper {
            self.datetime_helper = Some(reader.function(&word)?);
        }
        let said = raw.private;
        let levels = [said.external, said.other_folder, said.sibling, said.unknown];
        self.private.extend(Grade::OWNERS.into_iter().zip(levels).filter_map(|(owner, level)| Some((owner, level?))));
        if let Some(command) = raw.pytest.command {
            self.pytest_command = Some(command);
        }
        if let Some(formats) = raw.secrets.format {
            let span = formats.span();
            let all = Formats::built_in_and(formats.into_inner());
            let all = all.map_err(|error| {
                let word = toml::Spanned::new(span, String::new());
                reader.wrong(&word, error.to_string(), "`rules/secrets/formats.toml` of davy shows the form")
            })?;
            self.formats = Some(Box::leak(Box::new(all)));
        }
        Ok(())
    }
}

/// Gives words their meaning, and errors their place.
struct Reader<'a> {
    document: &'a Document<'a>,
    base: &'a Path,
    pages: &'a [&'a Page],
}

impl Reader<'_> {
    fn selectors(&self, words: &[Word]) -> Result<Vec<Selector>, ConfigError> {
        words.iter().map(|word| self.selector(word)).collect()
    }

    fn selector(&self, word: &Word) -> Result<Selector, ConfigError> {
        Selector::parse(word.get_ref(), self.pages, || self.document.place(word.span().start))
    }

    fn pattern(&self, word: &Word) -> Result<Pattern, ConfigError> {
        Pattern::new(word.get_ref(), self.base).map_err(|message| {
            let message = format!("`{}` is no valid pattern: {message}", word.get_ref());
            self.wrong(word, message, "write a name such as `migrations`, or a path such as `app/generated/*`")
        })
    }

    fn exclude(&self, word: &Word) -> Result<Pattern, ConfigError> {
        let pattern = self.pattern(word)?;
        if pattern.negated {
            let message = format!("`{}` would exclude everything else", word.get_ref());
            return Err(self.wrong(word, message, "name what is not checked, without `!`"));
        }
        Ok(pattern)
    }

    /// `sqlmodel.SQLModel`.
    fn class(&self, word: &Word) -> Result<String, ConfigError> {
        let text = word.get_ref();
        let letter = |c: char| c == '_' || c.is_alphanumeric();
        let name = |part: &str| part.chars().all(letter) && part.starts_with(|c: char| !c.is_numeric());
        if text.contains('.') && text.split('.').all(name) {
            return Ok(text.clone());
        }
        let message = format!("`{text}` is no class of a package");
        Err(self.wrong(word, message, "write where it is imported from, and its name: `sqlmodel.SQLModel`"))
    }

    /// `app.time:utc_now`.
    fn function(&self, word: &Word) -> Result<(String, String), ConfigError> {
        let text = word.get_ref();
        let letter = |c: char| c == '_' || c.is_alphanumeric();
        let name = |part: &str| part.chars().all(letter) && part.starts_with(|c: char| c == '_' || c.is_alphabetic());
        match text.split_once(':') {
            Some((module, function)) if module.split('.').all(name) && name(function) => {
                Ok((module.to_owned(), function.to_owned()))
            }
            _ => {
                let message = format!("`{text}` is no function of a module");
                Err(self.wrong(word, message, "write its module, a colon and its name: `app.time:utc_now`"))
            }
        }
    }

    /// `3.9` or `py39`.
    fn version(&self, word: &Word) -> Result<(u32, u32), ConfigError> {
        let text = word.get_ref();
        let numbers = text.strip_prefix("py").and_then(|digits| digits.split_at_checked(1)).or(text.split_once('.'));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten();
        match numbers.map(|(major, minor)| (digits(major), digits(minor))) {
            Some((Some(3), Some(minor))) if minor <= NEWEST => Ok((3, minor)),
            _ => {
                let message = format!("`{text}` is no version from 3.0 to 3.{NEWEST}");
                Err(self.wrong(
                    word,
                    message,
                    "write the oldest one the project runs on, such as `\"3.9\"` or `\"py39\"`",
                ))
            }
        }
    }

    /// `">=0.2"`: whether this davy is meant.
    fn required(&self, word: &Word) -> Result<(), ConfigError> {
        let own = env!("CARGO_PKG_VERSION");
        let text = word.get_ref();
        let wanted = Specifiers::parse(text).filter(|_| !text.trim().is_empty());
        match (wanted, Version::parse(own)) {
            (Some(wanted), Some(version)) if wanted.allows(&version) => Ok(()),
            (Some(_), _) => {
                let message = format!("the project wants davy {text}, and this is {own}");
                Err(self.wrong(word, message, "install a davy that it allows, or change `required-version`"))
            }
            (None, _) => {
                let message = format!("`{text}` says no versions");
                Err(self.wrong(word, message, "write them as requirements do, such as `\">=0.2,<1\"`"))
            }
        }
    }

    fn wrong(&self, word: &Word, message: String, help: &str) -> ConfigError {
        ConfigError::WrongValue { place: self.document.place(word.span().start), message, help: help.to_owned() }
    }
}

/// The newest Python 3 there is, counted by its second number: 3.15 is in its beta since May 2026 (PEP 790).
const NEWEST: u32 = 15;

/// Where davy's keys stand in a file of this name.
fn form_of(file: &Path) -> Form {
    if file.file_name().is_some_and(|name| name == "pyproject.toml") { Form::Pyproject } else { Form::Davy }
}
