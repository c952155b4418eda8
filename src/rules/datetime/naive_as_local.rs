//! A naive UTC value that is taken for local time. Page: rules/datetime/naive-as-local.md

use super::{is_itself, is_method, now_with, unpatched, utc_now};
use crate::fact::Condition;
use crate::finding::{Ask, Fix, Piece};
use crate::python::ast::{self, Expr, Operator};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Call(check);

fn check<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    let Some((receiver, reader, is_reader)) = reader(cx, call) else { return };
    let Some(Taken { call: taken, condition, through }) = taken(cx, receiver, 0) else { return };
    // The call itself is at hand, and can be made aware.
    let fix = match (&*taken.func, through) {
        (Expr::Attribute(attribute), false) if attribute.attr.as_str() == "utcnow" && !cx.is_printed() => {
            let title = "Replace with an aware `now`: the value changes, it was off by the local offset";
            let edits = now_with(attribute, taken, Piece::Ask(Ask::Utc), "");
            let fix = Fix::risky(title, edits);
            Some(fix.when(unpatched(attribute).and(is_itself(cx, attribute))))
        }
        _ => None,
    };
    let message = format!("{reader} takes this naive UTC value for local time: it is off wherever TZ is not UTC");
    let finding = cx.report(span(receiver), text![message]);
    finding
        .when(condition)
        .when(is_reader)
        .help("make the value aware where it is taken: `datetime.now(timezone.utc)`");
    if through {
        finding.label(span(taken), "it is taken here, in UTC and without saying so");
    }
    if let Some(fix) = fix {
        finding.fix(fix);
    }
}

/// Whether the value of this call is read as local time at once, so that this rule speaks of it.
pub fn takes<'a>(cx: &Cx<'a>, call: &'a ast::ExprCall) -> bool {
    cx.ancestors.iter().rev().take(6).any(|node| match node {
        ast::AnyNodeRef::ExprCall(outer) => reader(cx, outer)
            .and_then(|(receiver, ..)| taken(cx, receiver, 0))
            .is_some_and(|taken| !taken.through && std::ptr::eq(taken.call, call)),
        _ => false,
    })
}

/// What a call reads as local time, how people call it, and what `link` is to be asked for it.
fn reader<'a>(cx: &Cx<'a>, call: &'a ast::ExprCall) -> Option<(&'a Expr, &'static str, Condition)> {
    let callee = match &*call.func {
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        Expr::Name(name) => name.id.as_str(),
        _ => return None,
    };
    match (callee, &*call.func) {
        ("timestamp", Expr::Attribute(attribute)) if call.arguments.is_empty() => {
            Some((&attribute.value, "`timestamp()`", Condition::Always))
        }
        ("astimezone", Expr::Attribute(attribute)) => Some((&attribute.value, "`astimezone()`", Condition::Always)),
        ("mktime", func) => {
            let [Expr::Call(inner)] = &*call.arguments.args else { return None };
            let Expr::Attribute(attribute) = &*inner.func else { return None };
            let is_tuple = attribute.attr.as_str() == "timetuple";
            let is_mktime = Condition::resolves(cx.type_of(func), "time.mktime");
            is_tuple.then_some((&*attribute.value, "`mktime()`", is_mktime))
        }
        _ => None,
    }
}

/// Where a naive UTC value is taken.
struct Taken<'a> {
    call: &'a ast::ExprCall,
    condition: Condition,
    /// It went through a name.
    through: bool,
}

/// The call that a value comes from, where it is one that gives naive UTC: through sums, `replace` without a zone, and a name that is
/// given a value once.
fn taken<'a>(cx: &Cx<'a>, value: &'a Expr, depth: u32) -> Option<Taken<'a>> {
    if depth > 8 {
        return None;
    }
    match value {
        Expr::BinOp(sum) if matches!(sum.op, Operator::Add | Operator::Sub) => taken(cx, &sum.left, depth + 1),
        Expr::Name(name) => {
            let value = cx.only_value(&name.id)?;
            // A sum of a thousand names is nobody's clock.
            let found = taken(cx, value, depth + 1)?;
            Some(Taken { through: true, ..found })
        }
        Expr::Call(call) => {
            let Expr::Attribute(attribute) = &*call.func else { return None };
            match attribute.attr.as_str() {
                method @ ("utcnow" | "utcfromtimestamp") => {
                    let condition = is_method(cx, attribute, method)?;
                    Some(Taken { call, condition, through: false })
                }
                "replace" => match call.arguments.find_keyword("tzinfo") {
                    None => taken(cx, &attribute.value, depth + 1),
                    Some(zone) if matches!(zone.value, Expr::NoneLiteral(_)) => {
                        let Expr::Call(inner) = &*attribute.value else { return None };
                        let condition = utc_now(cx, inner)?;
                        Some(Taken { call: inner, condition, through: false })
                    }
                    Some(_) => None,
                },
                _ => None,
            }
        }
        _ => None,
    }
}
