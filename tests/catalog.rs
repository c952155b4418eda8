//! The rules as a whole: every page is read, every check has one, and `rules.md` is what the pages say.

use crate::common::oracle::root;
use davy::page::Page;
use davy::rules;
use std::collections::BTreeSet;
use std::process::Command;

#[test]
fn every_page_is_read_and_its_code_is_its_own() {
    let mut codes = BTreeSet::new();
    for rule in rules::RULES {
        let page = Page::parse(rule.path, rule.page).unwrap_or_else(|error| panic!("{error}"));
        assert!(codes.insert(page.code.clone()), "{}: {} is taken", page.path, page.code);
        assert!(page.prose().contains("**Fix safety.**"), "{}: no word on fix safety", page.path);
        assert!(!page.summary.is_empty() && page.summary.len() <= 1024, "{}: no summary, or a long one", page.path);
    }
}

#[test]
fn every_check_has_a_page() {
    let families = std::fs::read_dir(root().join("src/rules")).expect("the sources are there").flatten();
    for family in families.filter(|entry| entry.path().is_dir()) {
        for file in std::fs::read_dir(family.path()).expect("a family is a folder").flatten() {
            let name = file.file_name().into_string().expect("source files have plain names");
            let text = std::fs::read_to_string(file.path()).expect("sources are readable");
            if !text.contains("pub const CHECK") {
                continue;
            }
            let page = name.strip_suffix(".rs").expect("a Rust file").replace('_', "-");
            let path = root().join("rules").join(family.file_name()).join(format!("{page}.md"));
            assert!(path.is_file(), "{} has a check but no page {}", file.path().display(), path.display());
        }
    }
}

#[test]
fn the_index_is_what_the_pages_say() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_davy")).args(["rules", "--format", "markdown"]).output().expect("davy runs");
    let fresh = String::from_utf8(output.stdout).expect("UTF-8");
    let path = root().join("rules.md");
    if std::env::var_os("DAVY_UPDATE").is_some() {
        std::fs::write(&path, &fresh).expect("the repository is writable");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, fresh, "rules.md is stale: DAVY_UPDATE=1 cargo test --test catalog");
}
