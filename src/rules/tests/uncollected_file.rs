//! A file of tests that pytest does not take for one. Page: rules/tests/uncollected-file.md

use super::{is_test_name, stays_a_test};
use crate::fact::Condition;
use crate::python::ast::Stmt;
use crate::python::{Tree, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, tree: &Tree) {
    if !cx.mentions("def test") {
        return;
    }
    let first = tree.body().iter().find_map(|stmt| match stmt {
        Stmt::FunctionDef(function) if is_test_name(&function.name) && stays_a_test(function) => {
            Some(span(&function.name))
        }
        _ => None,
    });
    // What is run by itself, or handed on to what runs it.
    if cx.mentions("__main__") || cx.mentions("__all__") {
        return;
    }
    if let Some(at) = first {
        let finding = cx.report(at, text!["pytest does not collect this file by its name, so its tests never run"]);
        finding.when(Condition::Uncollected).help("call it `test_....py`, or say so in `python_files`");
    }
}
