//! `model_fields` read on an instance. Page: rules/pydantic/instance-model-fields.md

use super::{in_version_shim, only_v2};
use crate::fact::Condition;
use crate::finding::{Edit, Fix};
use crate::python::ast::{self, AnyNodeRef, Expr, ExprContext};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Attribute(check);

fn check<'a>(cx: &mut Cx<'a>, attribute: &'a ast::ExprAttribute) {
    let name = attribute.attr.as_str();
    if !matches!(name, "model_fields" | "model_computed_fields") || attribute.ctx != ExprContext::Load {
        return;
    }
    let receiver = cx.type_of(&attribute.value);
    if receiver.is_unknown() || in_version_shim(cx) {
        return;
    }
    let value = span(&*attribute.value);
    // A receiver in brackets takes the new call around them.
    let whole = match cx.parent(0) {
        Some(AnyNodeRef::ExprCall(_)) => None,
        _ => matches!(&*attribute.value, Expr::Name(_) | Expr::Attribute(_) | Expr::Call(_) | Expr::Subscript(_))
            .then_some(value),
    };
    let printed = cx.is_printed() || !cx.types.means_builtin("type", &cx.scopes);
    let message = text![format!("`{name}` on an instance is deprecated since pydantic 2.11, and gone in 3")];
    let finding = cx.report(span(&attribute.attr), message);
    finding.when(Condition::Resolves {
        what: receiver.clone().attr(name),
        to: format!("pydantic.BaseModel.{name}").into(),
    });
    finding.when(Condition::derives(receiver, "pydantic.BaseModel").not());
    if let Some(value) = whole.filter(|_| !printed) {
        let edits = vec![Edit::insert(value.start, "type("), Edit::insert(value.end, ")")];
        finding.fix(Fix::safe("Read it on the class", edits).when(only_v2()));
    }
}
