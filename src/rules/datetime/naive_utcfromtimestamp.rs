//! `datetime.utcfromtimestamp(...)`. Page: rules/datetime/naive-utcfromtimestamp.md

use super::{is_method, made_aware, unpatched};
use crate::finding::{Ask, Edit, Fix, Piece};
use crate::python::ast::{self, Expr};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

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
    let aware = made_aware(cx, call).and_then(|(outer, zone, is_utc)| {
        let zone = cx.append_argument(&call.arguments, vec![Piece::from(zone)])?;
        let name = Edit::replace(span(&attribute.attr), "fromtimestamp");
        let tail = Edit::replace(Span::new(span(call).end, outer.end), "");
        Some(Fix::safe("Replace with an aware `fromtimestamp`", vec![name, zone, tail]).when(is_utc))
    });
    let unpatched = unpatched(attribute);
    let message = text!["`utcfromtimestamp()` gives a naive datetime, which the rest of Python takes for local time"];
    let finding = cx.report(span(call), message);
    finding.when(is_utc);
    // The aware form needs the same argument list: offered only where the naive one is.
    for mut fix in fix.is_some().then_some(aware).flatten().into_iter().chain(fix) {
        fix.safe = fix.safe.and(unpatched.clone());
        finding.fix(fix);
    }
}
