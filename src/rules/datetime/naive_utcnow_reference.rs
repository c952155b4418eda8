//! `utcnow` passed by reference. Page: rules/datetime/naive-utcnow-reference.md

use super::{helper, is_django, is_method, naive_now, unpatched};
use crate::finding::{Edit, Fix};
use crate::python::ast::{self, AnyNodeRef, Ranged};
use crate::python::{Block, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Attribute(check);

fn check<'a>(cx: &mut Cx<'a>, attribute: &'a ast::ExprAttribute) {
    let Some(is_utcnow) = is_method(cx, attribute, "utcnow") else { return };
    if matches!(cx.parent(0), Some(AnyNodeRef::ExprCall(call)) if call.func.range() == attribute.range()) {
        return;
    }
    // `utcnow.return_value = ...` is a test's business.
    if matches!(cx.parent(0), Some(AnyNodeRef::ExprAttribute(_))) {
        return;
    }
    let place = place(cx, attribute);
    let mut text = text!["lambda: ", span(&*attribute.value), "."];
    text.extend(naive_now());
    let edit = Edit { span: span(attribute), text };
    let title = "Replace with a lambda that gives the same naive value";
    let fix = match place {
        _ if cx.is_printed() => None,
        Place::Callable => Some(Fix::safe(title, vec![edit])),
        Place::Risky => Some(Fix::risky(title, vec![edit])),
        Place::Other => None,
    };
    let message =
        text!["`utcnow` gives a naive datetime every time it is called, which the rest of Python takes for local time"];
    let unpatched = unpatched(attribute);
    let finding = cx.report(span(attribute), message);
    finding.when(is_utcnow);
    match fix {
        Some(mut fix) => {
            let mut helper = helper(attribute, span(attribute), "");
            helper.safe = fix.safe.clone().and(unpatched.clone());
            finding.fix(helper);
            fix.safe = fix.safe.and(unpatched);
            finding.fix(fix);
        }
        None => {
            finding.help(
                "pass a function that returns `datetime.now(timezone.utc)`, naive or aware as the callers expect",
            );
        }
    }
}

/// Where the reference stands.
enum Place {
    /// Somebody will call it without arguments.
    Callable,
    /// Somebody will call it, but may also want to pickle or serialise it.
    Risky,
    /// Not known.
    Other,
}

fn place(cx: &Cx, attribute: &ast::ExprAttribute) -> Place {
    let call = match (cx.parent(0), cx.parent(1), cx.parent(2)) {
        (Some(AnyNodeRef::Keyword(_)), Some(AnyNodeRef::Arguments(_)), Some(AnyNodeRef::ExprCall(call))) => call,
        (Some(AnyNodeRef::Arguments(_)), Some(AnyNodeRef::ExprCall(call)), _) => call,
        (Some(AnyNodeRef::StmtAssign(assign)), ..) if assign.value.range() == attribute.range() => {
            let own = assign.targets.iter().all(|target| is_own_name(cx, target));
            return if own { Place::Callable } else { Place::Other };
        }
        (Some(AnyNodeRef::StmtAnnAssign(assign)), ..) if is_own_name(cx, &assign.target) => return Place::Callable,
        _ => return Place::Other,
    };
    if is_django(&cx.type_of(&call.func)) { Place::Risky } else { Place::Callable }
}

/// Whether a lambda stays a plain function there: a name of a module or function, or an attribute of `self`. In a class it would
/// become a method, and take the instance.
fn is_own_name(cx: &Cx, target: &ast::Expr) -> bool {
    match target {
        ast::Expr::Name(_) => !matches!(cx.scopes.last().map(|scope| &scope.block), Some(Block::Class(_))),
        ast::Expr::Attribute(attribute) => {
            matches!(&*attribute.value, ast::Expr::Name(name) if name.id.as_str() == "self")
        }
        _ => false,
    }
}
