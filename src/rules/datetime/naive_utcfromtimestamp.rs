//! `datetime.utcfromtimestamp(...)`. Page: rules/datetime/naive-utcfromtimestamp.md

use super::{is_method, unpatched};
use crate::finding::{Ask, Edit, Fix, Piece};
use crate::python::ast::{self, Expr};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Call(check);

fn check<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    let Expr::Attribute(attribute) = &*call.func else { return };
    let Some(is_utc) = is_method(cx, attribute, "utcfromtimestamp") else { return };
    let zone = match (&*call.arguments.args, call.arguments.keywords.is_empty()) {
        ([argument], true) if !matches!(argument, Expr::Starred(_) | Expr::Generator(_)) => {
            cx.append_argument(&call.arguments, vec![Piece::Ask(Ask::Utc)])
        }
        _ => None,
    };
    let fix = zone.map(|zone| {
        let name = Edit::replace(span(&attribute.attr), "fromtimestamp");
        let edits = vec![name, zone, Edit::insert(span(call).end, ".replace(tzinfo=None)")];
        Fix::safe("Replace with `fromtimestamp(...)`, made naive as before", edits)
    });
    let unpatched = unpatched(attribute);
    let message = text!["`utcfromtimestamp()` gives a naive datetime, which the rest of Python takes for local time"];
    let finding = cx.report(span(call), message);
    finding.when(is_utc);
    if let Some(mut fix) = fix {
        fix.safe = fix.safe.and(unpatched);
        finding.fix(fix);
    }
}
