//! Local time that is stored beside UTC. Page: rules/datetime/local-beside-utc.md

use super::is_method;
use crate::python::ast::{self, AnyNodeRef, Expr, Ranged};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Several(&[Check::Call(call), Check::Attribute(reference)]);

fn call<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    let Expr::Attribute(attribute) = &*call.func else { return };
    if call.arguments.is_empty() && is_stored(cx) {
        report(cx, attribute);
    }
}

/// `default=datetime.now`
fn reference<'a>(cx: &mut Cx<'a>, attribute: &'a ast::ExprAttribute) {
    let called = matches!(cx.parent(0), Some(AnyNodeRef::ExprCall(call)) if call.func.range() == attribute.range());
    if !called && matches!(cx.parent(0), Some(AnyNodeRef::Keyword(_))) {
        report(cx, attribute);
    }
}

fn report<'a>(cx: &mut Cx<'a>, attribute: &'a ast::ExprAttribute) {
    let Some(is_now) = is_method(cx, attribute, "now") else { return };
    if !beside_utc(cx) {
        return;
    }
    let message = text!["local time is stored here, and UTC beside it: they are hours apart wherever TZ is not UTC"];
    let finding = cx.report(span(attribute), message);
    finding.when(is_now).help("store both in UTC: `datetime.now(timezone.utc)`");
}

/// Whether the value goes into an attribute, an item, or a named argument.
fn is_stored(cx: &Cx) -> bool {
    match cx.parent(0) {
        Some(AnyNodeRef::StmtAssign(assign)) => {
            assign.targets.iter().any(|target| target.is_attribute_expr() || target.is_subscript_expr())
        }
        Some(AnyNodeRef::Keyword(_) | AnyNodeRef::ExprDict(_)) => true,
        _ => false,
    }
}

/// Whether the class around, else the function, takes the time in UTC as well.
fn beside_utc(cx: &Cx) -> bool {
    let around = match (cx.class(), cx.function()) {
        (Some((class, _)), _) => span(class),
        (None, Some((_, function))) => span(function),
        (None, None) => return false,
    };
    let text = cx.source(around);
    ["utcnow", "now(timezone.utc", "now(UTC", "now(tz=timezone.utc", "now(tz=UTC", "now(datetime.timezone.utc"]
        .iter()
        .any(|form| text.contains(form))
}
