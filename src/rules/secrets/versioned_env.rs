//! A file of variables that git has. Page: rules/secrets/versioned-env.md

use crate::document::Document;
use crate::fact::{Condition, Role};
use crate::finding::Grade;
use crate::rule::{Check, Cx};
use crate::secrets::{Judgement, judge};
use crate::text;
use crate::unit::Syntax;

pub const CHECK: Check = Check::Text(check);

fn check(cx: &mut Cx, document: &Document, syntax: Syntax) {
    let (Syntax::Env, Some(first)) = (syntax, document.entries.first()) else { return };
    let is_secret =
        |key: &str, value: &str| matches!(judge(key, value), Judgement::Secret { class, .. } if class.is_secret());
    let secret = document.entries.iter().find(|entry| is_secret(&entry.key, &entry.value()));
    let at = secret.unwrap_or(first).span;
    let finding = cx.report(at, text!["this file of variables is in git, or will be with the next `git add .`"]);
    finding.when(Condition::Versioned).when(Condition::Role(Role::Docs).not());
    finding
        .help("name it in .gitignore, take it out with `git rm --cached`, and commit a `.env.example` without values");
    if secret.is_none() {
        finding.grade(Condition::Always, Grade::Uncertain);
    }
}
