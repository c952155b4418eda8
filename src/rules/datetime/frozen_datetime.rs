//! A moment that is taken when the code is imported. Page: rules/datetime/frozen-datetime.md

use super::{is_django, is_itself, is_method, module_function, now_with, unpatched};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Ask, Edit, Fix, Piece};
use crate::python::ast::{self, AnyNodeRef, Expr, Ranged};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Call(check);

/// What keeps the moment.
enum Frozen<'a> {
    /// The default of a parameter: what every call gets.
    Parameter,
    /// The default of a column or field, in the call that declares it: what every row or instance gets.
    Declared { call: &'a ast::ExprCall, value: &'a Expr, name: Option<&'a ast::Identifier> },
    /// The default of a field in the body of a class, if the class makes fields of its annotations.
    Field { is_field: Condition },
}

fn check<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    let Some((what, is_moment)) = moment(cx, call) else { return };
    let Some(frozen) = frozen(cx, call) else { return };
    let (each, help) = match &frozen {
        Frozen::Parameter => ("call", "take `None` for the default, and the time inside the function"),
        Frozen::Declared { .. } => ("row or instance", "pass a function that takes the time"),
        Frozen::Field { .. } => ("instance", "give the field a `default_factory`"),
    };
    let fix = fix(cx, call, what, &frozen);
    let is_field = match frozen {
        Frozen::Field { is_field, .. } => is_field,
        _ => Condition::Always,
    };
    let message = format!("`{what}()` runs once, when this is imported: every {each} gets that moment");
    let finding = cx.report(span(call), text![message]);
    finding.when(is_moment).when(is_field).help(help);
    if let Some(fix) = fix {
        finding.fix(fix);
    }
}

/// Whether a call of `utcnow` stands where this rule speaks of it for certain, and no other has to.
pub fn takes(cx: &Cx, call: &ast::ExprCall) -> bool {
    matches!(frozen(cx, call), Some(Frozen::Parameter | Frozen::Declared { .. }))
}

/// The method, where a call takes the time, and what `link` is to be asked for it.
fn moment<'a>(cx: &Cx<'a>, call: &'a ast::ExprCall) -> Option<(&'a str, Condition)> {
    let (method, callee) = match &*call.func {
        Expr::Attribute(attribute) => {
            let method = attribute.attr.as_str();
            if !matches!(method, "utcnow" | "now" | "today") {
                return None;
            }
            if let Some(condition) = is_method(cx, attribute, method).filter(|_| method != "today") {
                let of_django = Condition::resolves(cx.type_of(&call.func), "django.utils.timezone.now");
                return Some((
                    method,
                    if method == "now" { Condition::any(vec![condition, of_django]) } else { condition },
                ));
            }
            (method, cx.type_of(&call.func))
        }
        Expr::Name(name) if name.id.as_str() == "now" => ("now", cx.type_of(&call.func)),
        _ => return None,
    };
    let known = match method {
        "today" => ["datetime.date.today", "datetime.datetime.today"],
        _ => ["django.utils.timezone.now", "django.utils.timezone.localtime"],
    };
    let any = known.into_iter().map(|known| Condition::resolves(callee.clone(), known)).collect();
    (!callee.is_unknown()).then(|| (method, Condition::any(any)))
}

/// Where the value of a call is kept for good: what is computed while a module is imported.
fn frozen<'a>(cx: &Cx<'a>, call: &ast::ExprCall) -> Option<Frozen<'a>> {
    if cx.function().is_some() {
        return None;
    }
    let mut at = call.range();
    for (index, node) in cx.ancestors.iter().rev().enumerate() {
        match node {
            AnyNodeRef::ExprLambda(_) | AnyNodeRef::StmtFunctionDef(_) | AnyNodeRef::StmtClassDef(_) => return None,
            AnyNodeRef::ParameterWithDefault(_) => return Some(Frozen::Parameter),
            AnyNodeRef::Keyword(keyword) => {
                let name = keyword.arg.as_ref().filter(|arg| matches!(arg.as_str(), "default" | "onupdate"))?;
                let Some(AnyNodeRef::ExprCall(outer)) = cx.parent(index + 2) else { return None };
                return declares(outer).then_some(Frozen::Declared {
                    call: outer,
                    value: &keyword.value,
                    name: Some(name),
                });
            }
            AnyNodeRef::Arguments(arguments) => {
                let Some(AnyNodeRef::ExprCall(outer)) = cx.parent(index + 1) else { return None };
                let first = arguments.args.first().filter(|first| first.range() == at);
                let takes_default = matches!(&*outer.func, Expr::Name(name) if name.id.as_str() == "Field");
                if let Some(value) = first.filter(|_| takes_default) {
                    return Some(Frozen::Declared { call: outer, value, name: None });
                }
            }
            AnyNodeRef::StmtAnnAssign(assign) => {
                let (class, name) = cx.class()?;
                let own = TypeExpr::Name(Name::Here(name.to_owned()));
                let mut ways: Vec<Condition> = ["pydantic.BaseModel", "sqlmodel.SQLModel", "sqlmodel.main.SQLModel"]
                    .into_iter()
                    .map(|base| Condition::derives(own.clone(), base))
                    .collect();
                for decorator in &class.decorator_list {
                    let callee = match &decorator.expression {
                        Expr::Call(call) => &call.func,
                        other => other,
                    };
                    let makers =
                        ["dataclasses.dataclass", "pydantic.dataclasses.dataclass", "attr.define", "attrs.define"];
                    ways.extend(makers.into_iter().map(|maker| Condition::resolves(cx.type_of(callee), maker)));
                }
                let has_it = assign.value.as_deref().is_some_and(|value| value.range() == at);
                return has_it.then(|| Frozen::Field { is_field: Condition::any(ways) });
            }
            _ => {}
        }
        at = node.range();
    }
    None
}

/// Whether a call declares a column or a field.
fn declares(call: &ast::ExprCall) -> bool {
    let name = match &*call.func {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    matches!(name, "Column" | "mapped_column" | "Field" | "field" | "attrib" | "ib") || name.ends_with("Field")
}

/// The function itself in place of its result, where nothing is made of that.
fn for_django<'a>(cx: &Cx<'a>, call: &'a ast::ExprCall, what: &str, value: &'a Expr) -> Option<Fix> {
    if !call.arguments.is_empty() || value.range() != call.range() {
        return None;
    }
    let title = "Pass the function, so that the time is taken whenever it is asked for";
    match (&*call.func, what) {
        (Expr::Attribute(attribute), "utcnow") => {
            let (name, function) = module_function(cx, vec![cx.source(span(&*attribute.value)).into()])?;
            let edits = function.into_iter().chain([Edit::replace(span(call), name)]).collect();
            Some(Fix::risky(title, edits).when(unpatched(attribute).and(is_itself(cx, attribute))))
        }
        _ => Some(Fix::risky(title, vec![Edit::replace(Span::new(span(&*call.func).end, span(call).end), "")])),
    }
}

/// A function in place of the value, where the declaration takes one.
fn fix<'a>(cx: &Cx<'a>, call: &'a ast::ExprCall, what: &str, frozen: &Frozen<'a>) -> Option<Fix> {
    let Frozen::Declared { call: outer, value, name } = frozen else { return None };
    let callee = match &*outer.func {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return None,
    };
    let here = span(*value);
    // attrs has another word for it in each of its versions.
    if cx.has_comment(here) || cx.is_printed() || callee.ends_with("ib") {
        return None;
    }
    // Django's migrations cannot write a lambda down: they have to be able to name the function.
    if is_django(cx, &outer.func) {
        return for_django(cx, call, what, value);
    }
    let mut edits = Vec::new();
    match (callee, name) {
        ("Field" | "field", Some(name)) => edits.push(Edit::replace(span(*name), "default_factory")),
        ("Field", None) => edits.push(Edit::insert(here.start, "default_factory=")),
        _ => {}
    }
    edits.push(Edit::insert(here.start, "lambda: "));
    let mut safe_from_mocks = Condition::Always;
    if let (Expr::Attribute(attribute), "utcnow") = (&*call.func, what) {
        edits.extend(now_with(attribute, call, Piece::Ask(Ask::Utc), ".replace(tzinfo=None)"));
        safe_from_mocks = unpatched(attribute).and(is_itself(cx, attribute));
    }
    let title = "Take the time whenever it is asked for";
    Some(Fix::risky(title, edits).when(safe_from_mocks))
}
