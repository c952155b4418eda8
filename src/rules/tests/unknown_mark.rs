//! A mark that nobody registered. Page: rules/tests/unknown-mark.md

use super::mark;
use crate::fact::Condition;
use crate::finding::Grade;
use crate::python::ast;
use crate::python::{Block, dotted, span};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Several(&[Check::Function(function), Check::Class(class), Check::Attribute(elsewhere)]);

/// `pytestmark = pytest.mark.smoke`, `pytest.param(1, marks=pytest.mark.smoke)`.
fn elsewhere<'a>(cx: &mut Cx<'a>, attribute: &'a ast::ExprAttribute) {
    let is_mark = matches!(&*attribute.value, ast::Expr::Attribute(of) if of.attr.as_str() == "mark");
    if !is_mark
        || !cx.may_find(&["pytest.mark"])
        || dotted(&attribute.value).as_deref() != Some("pytest.mark")
        || !super::may_test(cx)
    {
        return;
    }
    if cx.scopes.iter().any(|scope| matches!(scope.block, Block::Function(_))) {
        return;
    }
    let in_decorator = cx.ancestors.iter().any(|node| matches!(node, ast::AnyNodeRef::Decorator(_)));
    // A decorator itself is looked at with its function.
    let is_argument = cx.ancestors.iter().any(|node| matches!(node, ast::AnyNodeRef::Arguments(_)));
    if !in_decorator || is_argument {
        report(cx, attribute.attr.as_str(), span(attribute));
    }
}

fn function<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    check(cx, &function.decorator_list);
}

fn class<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    check(cx, &class.decorator_list);
}

fn check(cx: &mut Cx, decorators: &[ast::Decorator]) {
    for decorator in decorators {
        let Some(name) = mark(decorator) else { continue };
        // Those are said to be misspelt.
        if matches!(name.as_str(), "parameterize" | "parametrise" | "parameterise") {
            continue;
        }
        report(cx, &name, span(&decorator.expression));
    }
}

fn report(cx: &mut Cx, name: &str, at: Span) {
    let message = format!("no configuration registers the mark `{name}`: a typo in it would select nothing, silently");
    let finding = cx.report(at, text![message]);
    finding.when(Condition::Collected).when(Condition::UnknownMark(name.to_owned()));
    finding.grade(Condition::StrictMarks, Grade::Raises);
    finding.help(format!("add `{name}: what it is for` to `markers` in pytest's configuration"));
}
