//! `datetime.utcnow()`. Page: rules/datetime/naive-utcnow.md

use super::{is_method, naive_now, unpatched};
use crate::fact::Condition;
use crate::finding::{Ask, Edit, Fix, Piece};
use crate::python::ast::{self, AnyNodeRef, Expr, Ranged};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Call(check);

fn check<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    let Expr::Attribute(attribute) = &*call.func else { return };
    let Some(is_utcnow) = is_method(cx, attribute, "utcnow") else { return };
    if !call.arguments.is_empty() {
        return;
    }
    let tail = Span::new(span(&attribute.attr).start, span(call).end);
    let aware = || vec!["now(".into(), Piece::Ask(Ask::Utc), ")".into()];
    let outer = method_call(cx, call);
    let mut fixes = Vec::new();
    match outer {
        // The naive value becomes aware at once: the same instant, written directly.
        Some(("replace", outer)) => {
            if let ([], [keyword]) = (&*outer.arguments.args, &*outer.arguments.keywords)
                && keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "tzinfo")
            {
                let zone = cx.type_of(&keyword.value);
                let is_utc = Condition::any(vec![
                    Condition::resolves(zone.clone(), "datetime.timezone.utc"),
                    Condition::resolves(zone, "datetime.UTC"),
                ]);
                let text = vec!["now(".into(), Piece::from(span(&keyword.value)), ")".into()];
                let edit = Edit { span: Span::new(tail.start, span(outer).end), text };
                fixes.push(Fix::safe("Replace with an aware `now`", vec![edit]).when(is_utc));
            }
        }
        Some(("date", outer)) if outer.arguments.is_empty() => {
            fixes.push(Fix::safe("Replace with an aware `now`", vec![Edit { span: tail, text: aware() }]));
        }
        Some(("strftime", outer)) => {
            if let [Expr::StringLiteral(format)] = &*outer.arguments.args
                && !format.value.to_str().contains("%z")
                && !format.value.to_str().contains("%Z")
                && !format.value.to_str().contains("%c")
            {
                fixes.push(Fix::safe("Replace with an aware `now`", vec![Edit { span: tail, text: aware() }]));
            }
        }
        _ => {}
    }
    fixes
        .push(Fix::safe("Replace with `now(...)`, made naive as before", vec![Edit { span: tail, text: naive_now() }]));
    let unpatched = unpatched(attribute);
    let message = text!["`utcnow()` gives a naive datetime, which the rest of Python takes for local time"];
    let finding = cx.report(span(call), message);
    finding.when(is_utcnow);
    for mut fix in fixes {
        fix.safe = fix.safe.and(unpatched.clone());
        finding.fix(fix);
    }
}

/// The method that is called on the result at once, with that call.
fn method_call<'a>(cx: &Cx<'a>, call: &ast::ExprCall) -> Option<(&'a str, &'a ast::ExprCall)> {
    let (Some(AnyNodeRef::ExprAttribute(attribute)), Some(AnyNodeRef::ExprCall(outer))) = (cx.parent(0), cx.parent(1))
    else {
        return None;
    };
    let is_receiver = attribute.value.range() == call.range() && outer.func.range() == attribute.range();
    is_receiver.then_some((attribute.attr.as_str(), outer))
}
