//! A test that fails before its first line. Page: rules/tests/unrunnable-test.md

use super::{
    classes, is_plain_test_class, is_test_name, is_testcase, is_unittest, mark, may_test, stays_a_test, yields,
};
use crate::fact::Condition;
use crate::python::ast::{self, Expr};
use crate::python::{dotted, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Function(check);

fn check<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    let name = function.name.as_str();
    if !is_test_name(name) || !may_test(cx) {
        return;
    }
    skipped_by_text(cx, function);
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
    if plain && stays_a_test(function) && function.is_async && yields(&function.body).is_some() {
        let finding = cx.report(
            span(&function.name),
            text!["an asynchronous test that yields is never run: pytest expects it to fail"],
        );
        finding.when(Condition::Collected).help("assert what is yielded, or make it a fixture");
        return;
    }
    let Some(class) = classes.last() else { return };
    let more = function.parameters.iter_non_variadic_params().skip(1).find(|one| one.default.is_none());
    if let Some(more) =
        more.filter(|_| is_unittest(class) && function.decorator_list.is_empty() && class.decorator_list.is_empty())
    {
        let message = format!("unittest gives `{name}` no `{}`: every run of it is a `TypeError`", more.parameter.name);
        let condition = is_testcase(cx, class);
        let finding = cx.report(span(&more.parameter), text![message]);
        finding.when(Condition::Collected).when(condition).help("a `TestCase` uses no fixtures as arguments");
        return;
    }
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

/// Whether an expression is true or false for sure.
fn is_bool(expr: &Expr) -> bool {
    match expr {
        Expr::BooleanLiteral(_) | Expr::Compare(_) => true,
        Expr::UnaryOp(not) => matches!(not.op, ast::UnaryOp::Not),
        _ => false,
    }
}

/// `skipif("name")`: a text is evaluated where the test stands, and this name is nowhere.
fn skipped_by_text(cx: &mut Cx, function: &ast::StmtFunctionDef) {
    for decorator in &function.decorator_list {
        if !matches!(mark(decorator).as_deref(), Some("skipif" | "xfail")) {
            continue;
        }
        let Expr::Call(call) = &decorator.expression else { continue };
        let conditions = &call.arguments.args;
        let is_bare = conditions.len() == 1 && call.arguments.keywords.is_empty();
        if mark(decorator).as_deref() == Some("skipif") && is_bare && is_bool(&conditions[0]) {
            let finding = cx.report(span(call), text!["`skipif` with a condition that is no text needs `reason=`"]);
            finding.when(Condition::Collected).help("say why: `reason=\"...\"`");
        }
        let Some(Expr::StringLiteral(condition)) = conditions.first() else { continue };
        let name = condition.value.to_str();
        let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let given = matches!(name, "os" | "sys" | "platform" | "config");
        let elsewhere = cx.text.matches(name).count() > 1 || cx.mentions("import *");
        if is_name && !given && !elsewhere {
            let message =
                format!("`{name}` is evaluated as a condition, and nothing here has that name: the test fails");
            cx.report(span(condition), text![message]).when(Condition::Collected);
        }
    }
}
