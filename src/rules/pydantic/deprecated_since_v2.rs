//! What pydantic 2 itself has deprecated since. Page: rules/pydantic/deprecated-since-v2.md

use super::{in_version_shim, maybe_v2, named};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Edit, Fix, Piece};
use crate::python::ast::{self, AnyNodeRef, Expr, Stmt};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Several(&[Check::Class(finals), Check::Call(call), Check::Attribute(core_schema)]);

/// `limit: Final[int] = 3` in a model: a class variable so far, a field in V3.
fn finals<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    if !cx.may_find(&["Final"]) || !super::may_be_model(class) || in_version_shim(cx) {
        return;
    }
    let Some(scope) = cx.scopes.last() else { return };
    let model = TypeExpr::Name(Name::Here(scope.qualify(class.name.as_str())));
    for stmt in &class.body {
        let Stmt::AnnAssign(ast::StmtAnnAssign { target, annotation, value: Some(value), .. }) = stmt else { continue };
        let Expr::Name(field) = &**target else { continue };
        let word = match &**annotation {
            Expr::Subscript(subscript) => &*subscript.value,
            other => other,
        };
        let Some((type_, _)) = named(cx, word, &["Final"]).filter(|_| !field.id.starts_with('_')) else { continue };
        let name = field.id.as_str();
        let message = text![format!(
            "`{name}` is `Final` with a default: a class variable until pydantic 2.11 said otherwise, a field in 3"
        )];
        let finding = cx.report(span(field), message);
        finding.when(maybe_v2()).when(Condition::resolves(type_, "typing.Final"));
        finding.when(Condition::derives(model.clone(), "pydantic.BaseModel"));
        if matches!(&**value, Expr::Call(_)) {
            finding.help("say `ClassVar` if it belongs to the class, or drop `Final` if it is a field");
            continue;
        }
        let class_var = Piece::Name { module: "typing".to_owned(), name: "ClassVar".to_owned() };
        let mut fix =
            Fix::safe("Say `ClassVar`, which is what it is", vec![Edit::pieces(span(word), text![class_var])]);
        if let Expr::Name(word) = word {
            fix = fix.orphan(word.id.as_str());
        }
        finding.fix(fix);
    }
}

fn call<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    const NAMES: &[&str] = &["with_config", "ConfigDict", "SettingsConfigDict", "Examples"];
    let Some((type_, name)) = named(cx, &call.func, NAMES).filter(|_| !in_version_shim(cx)) else { return };
    match name {
        "with_config" => {
            let ([], [keyword]) = (&*call.arguments.args, &*call.arguments.keywords) else { return };
            if keyword.arg.as_ref().is_none_or(|arg| arg.as_str() != "config") {
                return;
            }
            let edit = Edit::replace(Span::new(span(keyword).start, span(&keyword.value).start), "");
            let finding = cx.report(span(keyword), text!["`config` by keyword is deprecated since pydantic 2.11"]);
            finding.when(maybe_v2()).when(Condition::resolves(type_, "pydantic.with_config"));
            finding.fix(Fix::safe("Pass it by position", vec![edit]));
        }
        "Examples" => {
            let [first @ Expr::Dict(_)] = &*call.arguments.args else { return };
            let message = text!["examples in a dictionary are deprecated since pydantic 2.9"];
            let finding = cx.report(span(first), message);
            finding.when(maybe_v2()).when(Condition::resolves(type_, "pydantic.json_schema.Examples"));
            finding.help("pass a list of them");
        }
        _ => {
            let Some(keyword) = call.arguments.find_keyword("schema_generator") else { return };
            let edits = super::remove_arguments(cx, &call.arguments, &[span(keyword)]);
            let commented = edits.iter().any(|edit| cx.has_comment(edit.span));
            let to = if name == "ConfigDict" { "pydantic.ConfigDict" } else { "pydantic_settings.SettingsConfigDict" };
            let finding = cx.report(span(keyword), text!["`schema_generator` has no effect since pydantic 2.10"]);
            finding.when(maybe_v2()).when(Condition::resolves(type_, to));
            if commented {
                finding.help("remove it");
            } else {
                // Before 2.10 it still had one.
                finding.fix(Fix::risky("Remove it", edits));
            }
        }
    }
}

/// `super().__get_pydantic_core_schema__(source, handler)` in a model.
fn core_schema<'a>(cx: &mut Cx<'a>, attribute: &'a ast::ExprAttribute) {
    const NAME: &str = "__get_pydantic_core_schema__";
    if attribute.attr.as_str() != NAME || in_version_shim(cx) {
        return;
    }
    let receiver = cx.type_of(&attribute.value);
    if !matches!(receiver, TypeExpr::Super(_)) {
        return;
    }
    let arguments = match cx.parent(0) {
        Some(AnyNodeRef::ExprCall(call)) => Some((span(call), &call.arguments)),
        _ => None,
    };
    let what = receiver.attr(NAME);
    let finding =
        cx.report(span(&attribute.attr), text!["what a model inherits of this is deprecated since pydantic 2.11"]);
    finding.when(maybe_v2());
    finding.when(Condition::Resolves { what, to: "pydantic.BaseModel.__get_pydantic_core_schema__".into() });
    finding.help("call `handler(source)`; V2 warns that overriding this on a model has side effects");
    if let Some((whole, arguments)) = arguments
        && let ([source, handler], []) = (&*arguments.args, &*arguments.keywords)
        && matches!(handler, Expr::Name(_))
    {
        let text = text![span(handler), "(", span(source), ")"];
        finding.fix(Fix::risky("Call the handler", vec![Edit { span: whole, text }]));
    }
}
