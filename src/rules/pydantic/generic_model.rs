//! `GenericModel` among the bases. Page: rules/pydantic/generic-model.md

use super::{fate, graded, in_version_shim, named, only_v2, pydantic};
use crate::fact::Condition;
use crate::finding::{Edit, Fate, Fix};
use crate::python::ast::{self, Expr, Ranged};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Class(check);

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
