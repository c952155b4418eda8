//! Naive datetimes, and what its rules share.

pub mod doubled_utc_suffix;
pub mod frozen_datetime;
pub mod local_beside_utc;
pub mod naive_as_local;
pub mod naive_utcfromtimestamp;
pub mod naive_utcnow;
pub mod naive_utcnow_reference;
pub mod naive_with_aware;
pub mod pandas_utcnow;
mod sink;
mod zone;

use crate::fact::Condition;
use crate::finding::{Ask, Edit, Finding, Fix, Label, LabelAt, Piece};
use crate::python::ast::{self, AnyNodeRef, Ranged};
use crate::python::{dotted, span};
use crate::rule::Cx;
use crate::text::Span;

/// Whether `attribute` may be this method of `datetime.datetime`, and what `link` is to be asked for it.
fn is_method<'a>(cx: &Cx<'a>, attribute: &'a ast::ExprAttribute, method: &str) -> Option<Condition> {
    if attribute.attr.as_str() != method || attribute.ctx != ast::ExprContext::Load {
        return None;
    }
    let class = cx.type_of(&attribute.value);
    let what = class.clone().attr(method);
    // `clock.utcnow` of a module that says `utcnow = datetime.utcnow`: that line is the place to mend.
    let of_class = Condition::any(vec![
        Condition::resolves(class.clone(), "datetime.datetime"),
        Condition::derives(class, "datetime.datetime"),
    ]);
    let is_method = Condition::Resolves { what: what.clone(), to: format!("datetime.datetime.{method}").into() };
    (!what.is_unknown()).then(|| is_method.and(of_class))
}

/// Whether a call gives an aware value in UTC: `now(timezone.utc)`, `fromtimestamp(x, tz=UTC)`.
fn utc_now<'a>(cx: &Cx<'a>, call: &'a ast::ExprCall) -> Option<Condition> {
    let ast::Expr::Attribute(attribute) = &*call.func else { return None };
    let (method, at) = match attribute.attr.as_str() {
        "now" => ("now", 0),
        "fromtimestamp" => ("fromtimestamp", 1),
        _ => return None,
    };
    let condition = is_method(cx, attribute, method)?;
    let by_name = || call.arguments.find_keyword("tz").map(|keyword| &keyword.value);
    let zone = cx.type_of(call.arguments.args.get(at).or_else(by_name)?);
    let is_utc = Condition::any(vec![
        Condition::resolves(zone.clone(), "datetime.timezone.utc"),
        Condition::resolves(zone, "datetime.UTC"),
    ]);
    Some(condition.and(is_utc))
}

/// The class itself, not one that is built on it: that may have a `now` of its own, and freezegun treats it otherwise.
fn is_itself<'a>(cx: &Cx<'a>, attribute: &'a ast::ExprAttribute) -> Condition {
    Condition::resolves(cx.type_of(&attribute.value), "datetime.datetime")
}

/// What to do where a class of the project's own stands in the way of a fix.
const OF_SUBCLASS: &str = "if the class keeps `now` as it is: `.now(timezone.utc).replace(tzinfo=None)`";

/// A test that replaces the name through which the class is reached gets a mock where the fix calls `now`.
fn unpatched(attribute: &ast::ExprAttribute) -> Condition {
    root(attribute).map_or(Condition::Always, |name| Condition::Patched(name.to_owned()).not())
}

/// `now(timezone.utc).replace(tzinfo=None)`: equal to `utcnow()`, subclass kept, the same under freezegun.
fn naive_now() -> Vec<Piece> {
    vec!["now(".into(), Piece::Ask(Ask::Utc), ").replace(tzinfo=None)".into()]
}

/// A call of, or the name of, the project's own function in place of `utcnow`; `later` where that is looked at when it runs.
fn helper(attribute: &ast::ExprAttribute, at: Span, call: &str, naive: bool, later: bool) -> Fix {
    let edit = Edit::pieces(at, vec![Piece::Ask(Ask::Helper { naive, here: later }), call.into()]);
    let title = match naive {
        true => "Use the project's own helper, which gives the same",
        false => "Use the project's own helper, which gives an aware value",
    };
    let fix = Fix::safe(title, vec![edit]).when(Condition::HasHelper { naive, here: later });
    match root(attribute) {
        Some(name) => fix.orphan(name),
        None => fix,
    }
}

/// The name that an attribute is reached through.
fn root(attribute: &ast::ExprAttribute) -> Option<&str> {
    let mut root = &*attribute.value;
    while let ast::Expr::Attribute(inner) = root {
        root = &inner.value;
    }
    match root {
        ast::Expr::Name(name) => Some(name.id.as_str()),
        _ => None,
    }
}

/// A function of the module that gives what `utcnow` does, and the edit that writes it: Django's migrations have to be able to name it.
fn module_function(cx: &Cx, class: Vec<Piece>) -> Option<(&'static str, Option<Edit>)> {
    const NAME: &str = "naive_utc_now";
    if cx.callable(NAME).is_some() {
        return Some((NAME, None));
    }
    let first = cx.tree.body().iter().find_map(|stmt| match stmt {
        ast::Stmt::ClassDef(class) => Some(span(class).start),
        _ => None,
    })?;
    // In front of the decorators, at the beginning of a line.
    let at = cx.text[..first as usize].rfind('\n').map_or(0, |at| at + 1);
    let mut text = vec![format!("def {NAME}():\n    return ").into()];
    text.extend(class);
    text.push(".".into());
    text.extend(naive_now());
    text.push("\n\n\n".into());
    (at == first as usize).then(|| (NAME, Some(Edit::pieces(Span::at(at as u32), text))))
}

/// The title of a fix that keeps what was there, with what the project's columns are.
fn as_before(title: &str) -> Vec<Piece> {
    vec![title.into(), Piece::Ask(Ask::Columns)]
}

/// Points at the test that replaces what the fix would no longer call as before.
fn tell_patch(finding: &mut Finding, attribute: &ast::ExprAttribute) {
    if let Some(name) = root(attribute) {
        let text =
            vec![format!("a test replaces `{name}` here: `now` gives its mock, so the fix needs a person").into()];
        finding.labels.push(Label { at: LabelAt::Patch(name.to_owned()), text });
    }
}

/// The edits that turn `utcnow()` into `now(zone)` and what follows it; brackets and comments stay.
fn now_with(attribute: &ast::ExprAttribute, call: &ast::ExprCall, zone: Piece, tail: &str) -> Vec<Edit> {
    let arguments = span(call.arguments.range());
    let mut edits = vec![Edit::replace(span(&attribute.attr), "now")];
    edits.push(Edit::pieces(Span::at(arguments.end - 1), vec![zone]));
    if !tail.is_empty() {
        edits.push(Edit::insert(arguments.end, tail));
    }
    edits
}

/// Whether a call declares a field of Django's, whose migrations cannot write a lambda down.
fn is_django(cx: &Cx, callee: &ast::Expr) -> bool {
    let name = dotted(callee).unwrap_or_default();
    name.ends_with("Field") && !name.ends_with(".Field") && name != "Field" && cx.mentions("django")
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

/// Where the result is made aware at once by `.replace(tzinfo=zone)`: that call, the zone, and the question whether it is UTC.
fn made_aware(cx: &Cx, call: &ast::ExprCall) -> Option<(Span, Span, Condition)> {
    let ("replace", outer) = method_call(cx, call)? else { return None };
    let ([], [keyword]) = (&*outer.arguments.args, &*outer.arguments.keywords) else { return None };
    if keyword.arg.as_ref().is_none_or(|arg| arg.as_str() != "tzinfo") {
        return None;
    }
    let zone = cx.type_of(&keyword.value);
    let is_utc = Condition::any(vec![
        Condition::resolves(zone.clone(), "datetime.timezone.utc"),
        Condition::resolves(zone, "datetime.UTC"),
    ]);
    Some((span(outer), span(&keyword.value), is_utc))
}
