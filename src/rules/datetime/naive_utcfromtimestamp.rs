//! `datetime.utcfromtimestamp(...)`. Page: rules/datetime/naive-utcfromtimestamp.md

use super::sink::takes_aware;
use super::{as_before, is_itself, is_method, made_aware, tell_patch, unpatched};
use crate::fact::Condition;
use crate::finding::{Ask, Edit, Fix, Piece};
use crate::python::ast::{self, Expr, Ranged};
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
    let taken = takes_aware(cx, call.range());
    let mut fixes = Vec::new();
    if let Some(zone) = zone {
        let name = Edit::replace(span(&attribute.attr), "fromtimestamp");
        let aware = vec![name, zone];
        let edits = [aware.clone(), vec![Edit::insert(span(call).end, ".replace(tzinfo=None)")]].concat();
        if let Some(when) = taken {
            let title = "Replace with an aware `fromtimestamp`: where it goes, it means the same";
            fixes.push(Fix::safe(title, aware.clone()).when(when));
        }
        fixes.push(Fix::risky("Replace with an aware `fromtimestamp`", aware).when(Condition::PrefersAware));
        let title = as_before("Replace with `fromtimestamp(...)`, made naive as before");
        fixes.push(Fix { title, ..Fix::safe("", edits) });
    }
    let aware = made_aware(cx, call).and_then(|(outer, zone, is_utc)| {
        let zone = cx.append_argument(&call.arguments, vec![Piece::from(zone)])?;
        let name = Edit::replace(span(&attribute.attr), "fromtimestamp");
        let tail = Edit::replace(Span::new(span(call).end, outer.end), "");
        Some(Fix::safe("Replace with an aware `fromtimestamp`", vec![name, zone, tail]).when(is_utc))
    });
    let unpatched = unpatched(attribute);
    let itself = is_itself(cx, attribute);
    let message = text!["`utcfromtimestamp()` gives a naive datetime, which the rest of Python takes for local time"];
    let finding = cx.report(span(call), message);
    finding.when(is_utc);
    tell_patch(finding, attribute);
    // The aware form needs the same argument list: offered only where the naive one is.
    for mut fix in aware.filter(|_| !fixes.is_empty()).into_iter().chain(fixes) {
        fix.safe = fix.safe.and(unpatched.clone());
        finding.fix(fix.when(itself.clone()));
    }
}
