//! Several `pre=True` validators of one field or model. Page: rules/pydantic/reversed-before-validators.md

use super::{Decoration, decorator, in_version_shim, only_v2};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::Grade;
use crate::python::ast::{self, Expr, Stmt};
use crate::python::span;
use crate::python::walk::says_true;
use crate::rule::{Check, Cx};
use crate::text;
use rustc_hash::FxHashMap;

pub const CHECK: Check = Check::Class(check);

fn check<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    if in_version_shim(cx) {
        return;
    }
    let Some(scope) = cx.scopes.last() else { return };
    let of = TypeExpr::Name(Name::Here(scope.qualify(class.name.as_str())));
    let all = before(cx, class);
    let mut first: FxHashMap<Option<&str>, &ast::StmtFunctionDef> = FxHashMap::default();
    for Before { function, fields: named, type_, by } in all {
        let subjects = if named.is_empty() { vec![None] } else { named.iter().copied().map(Some).collect() };
        let mut shared = None;
        for field in subjects {
            let earlier = *first.entry(field).or_insert(function);
            if !std::ptr::eq(earlier, function) {
                shared = shared.or(Some((field, earlier)));
            }
        }
        let what = |field: Option<&str>| field.map_or("the model".to_owned(), |field| format!("`{field}`"));
        let (message, when) = match shared {
            Some((field, earlier)) => (
                format!(
                    "on pydantic 2 this runs before `{}`: it turns the order of `pre=True` validators of {} round",
                    earlier.name,
                    what(field)
                ),
                Condition::Always,
            ),
            None => (
                format!(
                    "on pydantic 2 this runs before the `pre=True` validators of {} that the class inherits: it turns their order round",
                    what(named.first().copied())
                ),
                Condition::PreAbove {
                    of: of.clone(),
                    fields: named.iter().map(|field| (*field).to_owned()).collect(),
                    but: function.name.to_string(),
                },
            ),
        };
        let finding = cx.report(span(&function.name), text![message]);
        if let Some((_, earlier)) = shared {
            finding.label(span(&earlier.name), "runs first on pydantic 1");
        }
        finding.help(HELP);
        finding
            .when(Condition::resolves(type_, by))
            .when(Condition::any(vec![only_v2().not(), Condition::Migrating]))
            .when(when);
        finding.grade(super::maybe_v2().not(), Grade::Pinned);
    }
}

/// What a person can do about it.
pub(super) const HELP: &str =
    "join them into one validator before you move to pydantic 2, or change their order with the move";

/// Whether a class has several `pre=True` validators of one field, so that no rewrite keeps what V1 did.
pub(super) fn turns_fields_round<'a>(cx: &Cx<'a>, class: &'a ast::StmtClassDef) -> bool {
    let mut seen = Vec::new();
    before(cx, class).iter().any(|one| {
        let again = one.fields.iter().any(|field| seen.contains(field));
        seen.extend(&one.fields);
        again
    })
}

/// Whether a class has several `pre=True` validators of the whole model.
pub(super) fn turns_models_round<'a>(cx: &Cx<'a>, class: &'a ast::StmtClassDef) -> bool {
    before(cx, class).iter().filter(|one| one.by == "pydantic.root_validator").count() > 1
}

/// A validator that runs before pydantic's own.
struct Before<'a> {
    function: &'a ast::StmtFunctionDef,
    /// None for the whole model.
    fields: Vec<&'a str>,
    /// The decorator.
    type_: TypeExpr,
    /// What the decorator is, if it is pydantic's.
    by: &'static str,
}

fn before<'a>(cx: &Cx<'a>, class: &'a ast::StmtClassDef) -> Vec<Before<'a>> {
    let mut found = Vec::new();
    for stmt in &class.body {
        let Stmt::FunctionDef(function) = stmt else { continue };
        for (name, by) in [("validator", "pydantic.validator"), ("root_validator", "pydantic.root_validator")] {
            let Some(Decoration { call: Some(call), type_, .. }) = decorator(cx, function, name) else { continue };
            if !says_true(&call.arguments, "pre") {
                continue;
            }
            let literal = |arg: &'a Expr| match arg {
                Expr::StringLiteral(field) => Some(field.value.to_str()),
                _ => None,
            };
            let fields: Vec<&str> = call.arguments.args.iter().filter_map(literal).collect();
            if name == "root_validator" || !fields.is_empty() {
                found.push(Before { function, fields, type_, by });
            }
        }
    }
    found
}
