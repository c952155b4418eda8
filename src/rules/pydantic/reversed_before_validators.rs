//! Several `pre=True` validators of one field. Page: rules/pydantic/reversed-before-validators.md

use super::{Decoration, decorator, in_version_shim, only_v2};
use crate::fact::{Condition, TypeExpr};
use crate::finding::Grade;
use crate::python::ast::{self, Expr, Stmt};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;
use std::collections::HashMap;

pub const CHECK: Check = Check::Class(check);

fn check<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    if in_version_shim(cx) {
        return;
    }
    for Shared { function, field, earlier, type_ } in shared(cx, class) {
        let message = text![format!(
            "on pydantic 2 this runs before `{}`: it turns the order of `pre=True` validators of `{field}` round",
            earlier.name
        )];
        let finding = cx.report(span(&function.name), message);
        finding.label(span(&earlier.name), "runs first on pydantic 1");
        finding.help(HELP);
        finding
            .when(Condition::resolves(type_, "pydantic.validator"))
            .when(Condition::any(vec![only_v2().not(), Condition::Migrating]));
        finding.grade(super::maybe_v2().not(), Grade::Pinned);
    }
}

/// What a person can do about it.
pub(super) const HELP: &str =
    "join them into one validator before you move to pydantic 2, or change their order with the move";

/// Whether a class has several `pre=True` validators of one field, so that no rewrite keeps what V1 did.
pub(super) fn is_turned_round<'a>(cx: &Cx<'a>, class: &'a ast::StmtClassDef) -> bool {
    !shared(cx, class).is_empty()
}

/// A `pre=True` validator of a field that has one already.
struct Shared<'a> {
    function: &'a ast::StmtFunctionDef,
    field: &'a str,
    earlier: &'a ast::StmtFunctionDef,
    /// The decorator.
    type_: TypeExpr,
}

fn shared<'a>(cx: &Cx<'a>, class: &'a ast::StmtClassDef) -> Vec<Shared<'a>> {
    let mut first: HashMap<&str, &ast::StmtFunctionDef> = HashMap::new();
    let mut found = Vec::new();
    for stmt in &class.body {
        let Stmt::FunctionDef(function) = stmt else { continue };
        let Some(Decoration { call: Some(call), type_, .. }) = decorator(cx, function, "validator") else { continue };
        let pre = call
            .arguments
            .find_keyword("pre")
            .is_some_and(|pre| matches!(&pre.value, Expr::BooleanLiteral(literal) if literal.value));
        if !pre {
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
        found.extend(shared.map(|(field, earlier)| Shared { function, field, earlier, type_ }));
    }
    found
}
