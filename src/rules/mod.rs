//! Every rule's check, one file each, and the table that pairs them with their pages.
//!
//! A rule's file has one `CHECK`; code, severity and prose stand in its page alone.

pub mod datetime;
pub mod davy;
pub mod private;
pub mod pydantic;
pub mod secrets;
pub mod syntax;
pub mod tests;

use crate::page::Page;
use crate::rule::{Check, Rule};
use std::sync::LazyLock;

include!(concat!(env!("OUT_DIR"), "/registry.rs"));

/// A rule with its page read.
pub struct Registered {
    /// What it is.
    pub page: Page,
    /// How it is found.
    pub check: Check,
}

static ALL: LazyLock<Vec<Registered>> = LazyLock::new(|| {
    let mut all: Vec<Registered> = RULES
        .iter()
        .map(|rule| Registered {
            page: Page::parse(rule.path, rule.page).expect("tests/catalog.rs reads every page"),
            check: rule.check,
        })
        .collect();
    all.sort_by(|a, b| a.page.code.cmp(&b.page.code));
    all
});

/// Every rule, by code.
pub fn all() -> &'static [Registered] {
    &ALL
}

/// Every page, by code.
pub fn pages() -> Vec<&'static Page> {
    ALL.iter().map(|rule| &rule.page).collect()
}

/// The page of a rule.
pub fn page(code: &str) -> Option<&'static Page> {
    ALL.binary_search_by(|rule| rule.page.code.as_str().cmp(code)).ok().map(|index| &ALL[index].page)
}
