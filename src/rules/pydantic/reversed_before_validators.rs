//! Several `pre=True` validators of one field. Page: rules/pydantic/reversed-before-validators.md

use super::{Decoration, decorator, in_version_shim, only_v2};
use crate::fact::Condition;
use crate::finding::Grade;
use crate::python::ast::{self, Expr, Stmt};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;
use std::collections::HashMap;

pub const CHECK: Check = Check::Class(check);

fn check<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    let mut first: HashMap<&str, &ast::StmtFunctionDef> = HashMap::new();
    for stmt in &class.body {
        let Stmt::FunctionDef(function) = stmt else { continue };
        let Some(Decoration { call: Some(call), type_, .. }) = decorator(cx, function, "validator") else { continue };
        let pre = call
            .arguments
            .find_keyword("pre")
            .is_some_and(|pre| matches!(&pre.value, Expr::BooleanLiteral(literal) if literal.value));
        if !pre || in_version_shim(cx) {
            continue;
        }
        let mut shared = None;
        for field in &call.arguments.args {
            if let Expr::StringLiteral(field) = field {
                let earlier = *first.entry(field.value.to_str()).or_insert(function);
                if !std::ptr::eq(earlier, function) {
                    shared = shared.or(Some((field.value.to_str(), earlier)));
                }
            }
        }
        let Some((field, earlier)) = shared else { continue };
        let message = text![format!(
            "on pydantic 2 this runs before `{}`: it turns the order of `pre=True` validators of `{field}` round",
            earlier.name
        )];
        let finding = cx.report(span(&function.name), message);
        finding.label(span(&earlier.name), "runs first on pydantic 1");
        finding.help("join them into one validator before you move to pydantic 2, or change their order with the move");
        finding
            .when(Condition::resolves(type_, "pydantic.validator"))
            .when(Condition::any(vec![only_v2().not(), Condition::Migrating]));
        finding.grade(super::maybe_v2().not(), Grade::Pinned);
    }
}
