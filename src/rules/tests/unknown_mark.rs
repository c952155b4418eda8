//! A mark that nobody registered. Page: rules/tests/unknown-mark.md

use super::mark;
use crate::fact::Condition;
use crate::finding::Grade;
use crate::python::ast;
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Several(&[Check::Function(function), Check::Class(class)]);

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
        let message =
            format!("no configuration registers the mark `{name}`: a typo in it would select nothing, silently");
        let finding = cx.report(span(&decorator.expression), text![message]);
        finding.when(Condition::Collected).when(Condition::UnknownMark(name.clone()));
        finding.grade(Condition::StrictMarks, Grade::Raises);
        finding.help(format!("add `{name}: what it is for` to `markers` in pytest's configuration"));
    }
}
