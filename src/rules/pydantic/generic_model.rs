//! `GenericModel` among the bases. Page: rules/pydantic/generic-model.md

use super::{fate, graded, in_version_shim, named, only_v2, pydantic};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Edit, Fate, Fix};
use crate::python::ast::{self, Expr, Ranged};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Several(&[Check::Class(check), Check::Function(concrete_name)]);

fn check<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    let Some(arguments) = class.arguments.as_deref() else { return };
    if in_version_shim(cx) {
        return;
    }
    let generic =
        arguments.args.iter().find_map(|base| named(cx, base, &["GenericModel"]).map(|(type_, _)| (base, type_)));
    let Some((base, type_)) = generic else { return };
    let orphaned = |fix: Fix| match base {
        Expr::Name(name) => fix.orphan(name.id.as_str()),
        _ => fix,
    };
    // In V2 it is `BaseModel` itself, which cannot stand before a class that derives from it.
    let others = arguments.args.iter().filter(|other| other.range() != base.range()).map(|other| match other {
        Expr::Subscript(subscript) => &*subscript.value,
        other => other,
    });
    let models: Vec<Condition> =
        others.map(|other| Condition::derives(cx.type_of(other), "pydantic.BaseModel")).collect();
    let beside = if models.is_empty() { Condition::Always.not() } else { Condition::any(models) };
    let replaced =
        Fix::safe("Replace with `BaseModel`", vec![Edit { span: span(base), text: vec![pydantic("BaseModel")] }]);
    let removals = super::remove_arguments(cx, arguments, &[span(base)]);
    let commented = removals.iter().any(|edit| cx.has_comment(edit.span));
    let finding = cx.report(span(base), text!["`GenericModel` ", fate(Fate::Deprecated)]);
    finding.when(Condition::resolves(type_, "pydantic.GenericModel"));
    graded(finding, Fate::Deprecated);
    if !commented {
        let dropped = Fix::restoring("Drop it: another base is a model", removals);
        finding.fix(orphaned(dropped).when(beside.clone()).when(only_v2()));
    }
    finding.fix(orphaned(replaced).when(beside.not()).when(only_v2()));
}

/// What a generic model of V1 is called with its parameters.
fn concrete_name<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    if function.name.as_str() != "__concrete_name__" || in_version_shim(cx) {
        return;
    }
    let Some((_, class)) = cx.class() else { return };
    let class = TypeExpr::Name(Name::Here(class.to_owned()));
    let finding = cx.report(span(&function.name), text!["`__concrete_name__` ", fate(Fate::Ignored)]);
    finding.when(Condition::derives(class, "pydantic.BaseModel"));
    graded(finding, Fate::Ignored);
    let edits = vec![Edit::replace(span(&function.name), "model_parametrized_name")];
    finding.fix(Fix::restoring("Call it `model_parametrized_name`", edits).when(only_v2()));
}
