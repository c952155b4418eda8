//! A file of tests that pytest does not take for one. Page: rules/tests/uncollected-file.md

use super::{is_test_name, stays_a_test};
use crate::fact::Condition;
use crate::python::ast::Stmt;
use crate::python::{Tree, span};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, tree: &Tree) {
    if !cx.mentions("def test") {
        return;
    }
    let test = |stmt: &Stmt| match stmt {
        Stmt::FunctionDef(function) if is_test_name(&function.name) && stays_a_test(function) => {
            Some((span(&function.name), function.body.iter().any(Stmt::is_assert_stmt)))
        }
        _ => None,
    };
    let tests: Vec<(Span, bool)> = tree.body().iter().filter_map(test).collect();
    // What is run by itself, or handed on to what runs it.
    if cx.mentions("__main__") || cx.mentions("__all__") {
        return;
    }
    if let Some((at, _)) = tests.first() {
        let finding = cx.report(*at, text!["pytest does not collect this file by its name, so its tests never run"]);
        finding.when(Condition::Uncollected).when(Condition::Named("__init__.py".into()).not());
        finding.help("call it `test_....py`, or say so in `python_files`");
    }
    // What a package offers may be called so; what asserts is a test.
    if let Some((at, _)) = tests.iter().find(|(_, asserts)| *asserts) {
        let finding = cx.report(*at, text!["pytest does not look for tests in an `__init__.py`, so these never run"]);
        finding.when(Condition::Uncollected).when(Condition::Named("__init__.py".into()));
        finding.help("move them into a file called `test_....py`");
    }
}
