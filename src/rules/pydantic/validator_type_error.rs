//! `raise TypeError` in a validator. Page: rules/pydantic/validator-type-error.md

use super::{decorator, in_version_shim, maybe_v2, only_v2};
use crate::fact::Condition;
use crate::finding::{Edit, Fix};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::walk::blocks;
use crate::python::{deeper, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Function(check);

const VALIDATORS: &[&str] = &["field_validator", "model_validator", "root_validator", "validator"];

fn check<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    if function.decorator_list.is_empty() || !cx.may_find(&["TypeError"]) || in_version_shim(cx) {
        return;
    }
    let found = VALIDATORS.iter().find_map(|name| decorator(cx, function, name).map(|found| (found, *name)));
    let Some((decoration, name)) = found else { return };
    if !cx.types.means_builtin("TypeError", &cx.scopes) || !cx.types.means_builtin("ValueError", &cx.scopes) {
        return;
    }
    let mut raised = Vec::new();
    raises(&function.body, &mut raised);
    for class in raised {
        let message = text!["a `TypeError` in a validator is no `ValidationError` on pydantic 2: it goes through"];
        let finding = cx.report(span(class), message);
        let (what, to) = (decoration.type_.clone(), format!("pydantic.{name}").into());
        finding.when(Condition::Resolves { what, to });
        finding.when(Condition::any(vec![maybe_v2(), Condition::Migrating]));
        let edits = vec![Edit::replace(span(class), "ValueError")];
        finding.fix(Fix::restoring("Raise a `ValueError`, as pydantic 1 took it", edits).when(only_v2()));
    }
}

/// The `TypeError` of every `raise` that leaves the function.
fn raises<'a>(body: &'a [Stmt], found: &mut Vec<&'a Expr>) {
    for stmt in body {
        match stmt {
            Stmt::Raise(raise) => {
                let class = match raise.exc.as_deref() {
                    Some(Expr::Call(call)) => Some(&*call.func),
                    other => other,
                };
                let named = |class: &&Expr| matches!(class, Expr::Name(name) if name.id.as_str() == "TypeError");
                found.extend(class.filter(named));
            }
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            // Whatever a handler catches is not followed.
            Stmt::Try(stmt) if !stmt.handlers.is_empty() => {
                for handler in &stmt.handlers {
                    let ast::ExceptHandler::ExceptHandler(handler) = handler;
                    deeper(|| raises(&handler.body, found));
                }
                [&stmt.orelse, &stmt.finalbody].into_iter().for_each(|body| deeper(|| raises(body, found)));
            }
            other => deeper(|| blocks(other, &mut |inner| raises(inner, found))),
        }
    }
}
