//! `datetime.utcnow()`. Page: rules/datetime/naive-utcnow.md

use super::sink::takes_aware;
use super::{
    OF_SUBCLASS, as_before, frozen_datetime, helper, is_itself, is_method, made_aware, method_call, naive_as_local,
    now_with, tell_patch, unpatched,
};
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
    let Some(is_utcnow) = is_method(cx, attribute, "utcnow") else { return };
    // Where it is taken once and for all, or for local time, that is what has to be said.
    if !call.arguments.is_empty() || frozen_datetime::takes(cx, call) || naive_as_local::takes(cx, call) {
        return;
    }
    let aware = || now_with(attribute, call, Piece::Ask(Ask::Utc), "");
    let outer = method_call(cx, call);
    let mut fixes = Vec::new();
    // The naive value becomes aware at once: the same instant, written directly.
    if let Some((outer, zone, is_utc)) = made_aware(cx, call) {
        let rest = Span::new(span(call).end, outer.end);
        if !cx.has_comment(rest) {
            let mut edits = now_with(attribute, call, Piece::from(zone), "");
            edits.push(Edit::replace(rest, ""));
            fixes.push(Fix::safe("Replace with an aware `now`", edits).when(is_utc));
        }
    }
    match outer {
        Some(("date", outer)) if outer.arguments.is_empty() => {
            fixes.push(Fix::safe("Replace with an aware `now`", aware()));
        }
        // It says itself which zone the value has afterwards.
        Some(("replace", outer)) if outer.arguments.find_keyword("tzinfo").is_some() => {
            fixes.push(Fix::safe("Replace with an aware `now`", aware()));
        }
        Some(("strftime", outer)) => {
            if let [Expr::StringLiteral(format)] = &*outer.arguments.args
                && !format.value.to_str().contains("%z")
                && !format.value.to_str().contains("%Z")
                && !format.value.to_str().contains("%c")
            {
                fixes.push(Fix::safe("Replace with an aware `now`", aware()));
            }
        }
        _ => {}
    }
    let is_free = !cx.has_comment(span(call));
    let later = cx.function().is_some();
    // Nobody can tell the difference where it goes; or somebody wants to see it.
    let mut give_aware = |title: &str, when: Condition, safe: bool| {
        let only = |fix: Fix| if safe { fix } else { Fix { safe: Condition::Always.not(), ..fix } };
        if is_free {
            fixes.push(only(helper(attribute, span(call), "()", false, later)).when(when.clone()));
        }
        fixes.push(only(Fix::safe(title, aware())).when(when));
    };
    if let Some(when) = takes_aware(cx, call.range()) {
        give_aware("Replace with an aware `now`: where it goes, it means the same", when, true);
    }
    give_aware("Replace with an aware `now`", Condition::PrefersAware, false);
    if is_free {
        fixes.push(helper(attribute, span(call), "()", true, later));
    }
    let naive = now_with(attribute, call, Piece::Ask(Ask::Utc), ".replace(tzinfo=None)");
    fixes.push(Fix { title: as_before("Replace with `now(...)`, made naive as before"), ..Fix::safe("", naive) });
    if cx.is_printed() {
        fixes.clear();
    }
    let unpatched = unpatched(attribute);
    let itself = is_itself(cx, attribute);
    let message = text!["`utcnow()` gives a naive datetime, which the rest of Python takes for local time"];
    let finding = cx.report(span(call), message);
    finding.when(is_utcnow);
    tell_patch(finding, attribute);
    finding.otherwise(OF_SUBCLASS);
    for mut fix in fixes {
        fix.safe = fix.safe.and(unpatched.clone());
        finding.fix(fix.when(itself.clone()));
    }
}
