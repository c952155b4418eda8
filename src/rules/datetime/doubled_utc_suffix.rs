//! `isoformat() + "Z"` of an aware value. Page: rules/datetime/doubled-utc-suffix.md

use super::utc_now;
use crate::fact::Condition;
use crate::finding::{Edit, Fix};
use crate::python::ast::{self, AnyNodeRef, Expr, Operator, Ranged};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Literal(check);

fn check<'a>(cx: &mut Cx<'a>, literal: &'a Expr) {
    let suffix = match literal {
        Expr::StringLiteral(suffix) => suffix,
        Expr::FString(string) => return in_f_string(cx, string),
        _ => return,
    };
    let Some(AnyNodeRef::ExprBinOp(sum)) = cx.parent(0) else { return };
    if suffix.value.to_str() != "Z" || sum.op != Operator::Add || sum.right.range() != literal.range() {
        return;
    }
    let Some(is_aware) = iso_of_aware(cx, &sum.left) else { return };
    let rest = Span::new(span(&*sum.left).end, span(literal).end);
    let fix = (!cx.has_comment(rest) && !cx.is_printed()).then(|| {
        let edit = Edit::replace(rest, ".replace(\"+00:00\", \"Z\")");
        Fix::risky("Replace the offset by `Z`", vec![edit])
    });
    let finding = cx.report(span(sum), text![MESSAGE]);
    finding.when(is_aware);
    if let Some(fix) = fix {
        finding.fix(fix);
    }
}

const MESSAGE: &str = "the value says `+00:00` already: with a `Z` behind it, no parser takes it";

/// `f"{now.isoformat()}Z"`: without a fix, because older Pythons take no quotes there.
fn in_f_string<'a>(cx: &mut Cx<'a>, string: &'a ast::ExprFString) {
    let elements: Vec<&ast::InterpolatedStringElement> = string.value.elements().collect();
    for pair in elements.windows(2) {
        let (Some(value), Some(suffix)) = (pair[0].as_interpolation(), pair[1].as_literal()) else { continue };
        let ends = suffix.value.strip_prefix('Z').is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
        let plain = value.format_spec.is_none() && value.debug_text.is_none();
        if !ends || !plain {
            continue;
        }
        if let Some(is_aware) = iso_of_aware(cx, &value.expression) {
            let finding = cx.report(Span::new(span(value).start, span(suffix).start + 1), text![MESSAGE]);
            finding.when(is_aware).help("leave the `Z` out, or replace the offset by it");
        }
    }
}

/// Whether an expression is the `isoformat()` of an aware value.
fn iso_of_aware<'a>(cx: &Cx<'a>, expr: &'a Expr) -> Option<Condition> {
    let Expr::Call(call) = expr else { return None };
    let Expr::Attribute(attribute) = &*call.func else { return None };
    (attribute.attr.as_str() == "isoformat").then(|| aware(cx, &attribute.value, 0)).flatten()
}

/// Whether a value is an aware `now` in UTC: through sums, `replace` of no zone, and a name that is given a value once.
fn aware<'a>(cx: &Cx<'a>, value: &'a Expr, depth: u32) -> Option<Condition> {
    if depth > 8 {
        return None;
    }
    match value {
        Expr::BinOp(sum) if matches!(sum.op, Operator::Add | Operator::Sub) => aware(cx, &sum.left, depth + 1),
        Expr::Name(name) => aware(cx, cx.only_value(&name.id)?, depth + 1),
        Expr::Call(call) => utc_now(cx, call).or_else(|| replaced(cx, call, depth)),
        _ => None,
    }
}

fn replaced<'a>(cx: &Cx<'a>, call: &'a ast::ExprCall, depth: u32) -> Option<Condition> {
    let Expr::Attribute(attribute) = &*call.func else { return None };
    let keeps_zone = attribute.attr.as_str() == "replace" && call.arguments.find_keyword("tzinfo").is_none();
    keeps_zone.then(|| aware(cx, &attribute.value, depth + 1)).flatten()
}
