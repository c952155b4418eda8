//! Two files of tests that pytest imports under one name. Page: rules/tests/same-module-name.md

use crate::fact::Condition;
use crate::finding::{Ask, Piece};
use crate::python::{Tree, span};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, tree: &Tree) {
    if !cx.mentions("def test") && !cx.mentions("fixture") {
        return;
    }
    let at = tree.body().first().map_or(Span::at(0), |stmt| {
        let first = span(stmt);
        Span::new(first.start, first.start + cx.source(first).lines().next().unwrap_or_default().len() as u32)
    });
    let message = text!["pytest imports this file under the name of `", Piece::Ask(Ask::SameModule), "`, and stops"];
    let other = text![
        "pytest has imported another package of this name by then, `",
        Piece::Ask(Ask::SamePackage),
        "`, and does not find this file in it"
    ];
    let finding = cx.report(at, other);
    finding.when(Condition::SamePackage);
    finding.help("put no `__init__.py` into the folders of tests, or one into each folder above, or say `--import-mode=importlib`");
    let finding = cx.report(at, message);
    finding.when(Condition::SameModule);
    finding.help("give one of them another name, put an `__init__.py` beside each, or say `--import-mode=importlib`");
}
