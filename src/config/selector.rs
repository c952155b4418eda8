//! Selectors (`DTM001`, `naive-utcnow`, `DTM0`, `datetime`, `all`) and which rules they leave on.
//!
//! As in ruff: the more specific selector wins, an ignore wins a tie, and the command line comes after the file.

use super::error::{ConfigError, Place};
use crate::page::nearest;
use crate::page::{FAMILIES, Page};

/// Words that stand for rules. Ordered: the later variant is the more specific.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selector {
    /// `all`.
    All,
    /// A family's word: `datetime`.
    Family(String),
    /// The start of a code: `DTM`, `DTM0`.
    Prefix(String),
    /// One rule, by its code; written as code, old code or name.
    Rule(String),
}

/// How specific a selector is. `all` < family < prefix by its length < one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// `all`.
    All,
    /// A family's word.
    Family,
    /// A prefix of so many letters.
    Prefix(usize),
    /// One rule.
    Rule,
}

impl Selector {
    /// Reads a selector; the error names the nearest known one.
    pub fn parse(word: &str, pages: &[&Page], place: impl FnOnce() -> Place) -> Result<Selector, ConfigError> {
        // `dtm001` can mean nothing else.
        let (code, name) = (word.to_ascii_uppercase(), word.to_ascii_lowercase());
        let named =
            |page: &&&Page| page.code == code || page.name == name || page.renamed_from.iter().any(|old| *old == word);
        if let Some(page) = pages.iter().find(named) {
            return Ok(Selector::Rule(page.code.clone()));
        }
        if name == "all" {
            return Ok(Selector::All);
        }
        if FAMILIES.iter().any(|family| family.name == name) {
            return Ok(Selector::Family(name));
        }
        let family = FAMILIES.iter().find(|family| code.starts_with(family.prefix));
        if family.is_some_and(|family| family.prefix == code || pages.iter().any(|page| page.code.starts_with(&code))) {
            return Ok(Selector::Prefix(code));
        }
        Err(ConfigError::UnknownRule { place: place(), selector: word.to_owned(), help: help(word, pages) })
    }

    /// How specifically it means this rule, if it does.
    pub fn rank(&self, page: &Page) -> Option<Rank> {
        match self {
            Selector::All => Some(Rank::All),
            Selector::Family(name) => (page.family.name == name).then_some(Rank::Family),
            Selector::Prefix(prefix) => page.code.starts_with(prefix.as_str()).then_some(Rank::Prefix(prefix.len())),
            Selector::Rule(code) => (page.code == *code).then_some(Rank::Rule),
        }
    }
}

fn help(word: &str, pages: &[&Page]) -> String {
    if let Some(page) = pages.iter().find(|page| page.equivalents.iter().any(|other| other == word)) {
        return format!("davy's rule for it is `{}` ({})", page.code, page.name);
    }
    if word.is_empty() {
        return "name a rule, a family or `all`: `davy rules` lists what there is".to_owned();
    }
    let families = FAMILIES.iter().flat_map(|family| [family.name, family.prefix]);
    let rules = pages.iter().flat_map(|page| [page.code.as_str(), page.name.as_str()]);
    match nearest(word, rules.chain(families).chain(["all"])) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`davy rules` lists what there is".to_owned(),
    }
}

/// What one place (a file, or the command line) says about which rules are on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Replaces what was on before, be it by nothing; `None` where the place says nothing.
    pub select: Option<Vec<Selector>>,
    /// Adds to what was on before.
    pub extend_select: Vec<Selector>,
    /// Takes away.
    pub ignore: Vec<Selector>,
}

/// Whether a rule is on after all selections, the file's first.
///
/// An earlier ignore lives on under a later, broader select: `--select DTM` leaves out what the file ignores, `--select DTM001` does not.
pub fn is_on(selections: &[Selection], page: &Page) -> bool {
    let mut on = page.default;
    let mut ignored_before = None;
    for Selection { select, extend_select, ignore } in selections {
        let selected = strongest(select.as_deref().unwrap_or_default(), page).max(strongest(extend_select, page));
        let ignored = strongest(ignore, page);
        if select.is_some() {
            on = false;
        }
        if ignored.is_some() && ignored >= selected {
            on = false;
        } else if selected.is_some() && selected >= ignored_before {
            on = true;
        }
        ignored_before = ignored_before.max(ignored);
    }
    on
}

/// The rank of the most specific selector that means this rule.
pub fn strongest(selectors: &[Selector], page: &Page) -> Option<Rank> {
    selectors.iter().filter_map(|selector| selector.rank(page)).max()
}
