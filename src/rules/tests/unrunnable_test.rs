//! A test that fails before its first line. Page: rules/tests/unrunnable-test.md

use super::{classes, is_plain_test_class, is_test_name, is_unittest, may_test, stays_a_test, yields};
use crate::fact::Condition;
use crate::python::ast;
use crate::python::{dotted, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Function(check);

fn check<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    let name = function.name.as_str();
    if !is_test_name(name) || !may_test(cx) {
        return;
    }
    let Some(classes) = classes(cx) else { return };
    let plain = classes.iter().all(|class| is_plain_test_class(class));
    if plain
        && stays_a_test(function)
        && !function.is_async
        && let Some(yielded) = yields(&function.body)
    {
        let finding = cx.report(span(&function.name), text!["a test that yields is never run: pytest refuses it"]);
        finding.when(Condition::Collected).label(span(yielded), "it yields here");
        finding.help("assert what is yielded, or make it a fixture");
        return;
    }
    let Some(class) = classes.last() else { return };
    let parameters = &function.parameters;
    let takes_self = !parameters.posonlyargs.is_empty() || !parameters.args.is_empty() || parameters.vararg.is_some();
    let is_static = function
        .decorator_list
        .iter()
        .any(|one| dotted(&one.expression).is_some_and(|name| name.ends_with("staticmethod")));
    if !takes_self && !is_static && (plain || is_unittest(class)) && (is_unittest(class) || stays_a_test(function)) {
        let message = format!("`{name}` does not take `self`: every run of it is a `TypeError`");
        let finding = cx.report(span(&function.name), text![message]);
        finding.when(Condition::Collected).help("give it `self`, or make it a `@staticmethod`");
    }
}
