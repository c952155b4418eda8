//! A naive value beside an aware one. Page: rules/datetime/naive-with-aware.md

use super::zone::zone;
use crate::python::ast::{CmpOp, Expr, Operator};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Operation(check);

fn check<'a>(cx: &mut Cx<'a>, operation: &'a Expr) {
    if !cx.may_find(&["datetime"]) {
        return;
    }
    match operation {
        Expr::BinOp(difference) if difference.op == Operator::Sub => {
            meet(
                cx,
                operation,
                &difference.left,
                &difference.right,
                "subtracting one from the other raises `TypeError`",
            );
        }
        Expr::Compare(compare) => {
            let mut left = &*compare.left;
            for (op, right) in compare.ops.iter().zip(&compare.comparators) {
                let effect = match op {
                    CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => "comparing them raises `TypeError`",
                    CmpOp::Eq | CmpOp::NotEq => "they are never equal",
                    _ => "",
                };
                if !effect.is_empty() {
                    meet(cx, operation, left, right, effect);
                }
                left = right;
            }
        }
        _ => {}
    }
}

fn meet<'a>(cx: &mut Cx<'a>, operation: &'a Expr, left: &'a Expr, right: &'a Expr, effect: &str) {
    let Some(one) = zone(cx, left, 0) else { return };
    let Some(other) = zone(cx, right, 0) else { return };
    if one.aware == other.aware {
        return;
    }
    let (naive, aware) = if one.aware { (other, one) } else { (one, other) };
    let message = format!("a naive datetime meets an aware one: {effect}");
    let finding = cx.report(span(operation), text![message]);
    finding.when(naive.when).when(aware.when);
    finding.label(span(naive.by), "this says nothing of its zone");
    finding.label(span(aware.by), "this has a zone");
    finding.help("make both of one kind: best aware, as `datetime.now(timezone.utc)` is");
}
