//! `@model_validator(mode="after")` on a class method. Page: rules/pydantic/after-validator-classmethod.md

use super::{Decoration, decorator, in_version_shim, only_v2, uses};
use crate::fact::Condition;
use crate::finding::{Edit, Fix};
use crate::python::ast::{self, Expr, Ranged};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::{Span, line_start};

pub const CHECK: Check = Check::Function(check);

fn check<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    let Some(Decoration { call: Some(call), type_, .. }) = decorator(cx, function, "model_validator") else { return };
    let after = call
        .arguments
        .find_keyword("mode")
        .is_some_and(|mode| matches!(&mode.value, Expr::StringLiteral(word) if word.value.to_str() == "after"));
    let classmethod = function
        .decorator_list
        .iter()
        .find(|decorator| matches!(&decorator.expression, Expr::Name(name) if name.id.as_str() == "classmethod"));
    let Some(classmethod) = classmethod.filter(|_| after && !in_version_shim(cx)) else { return };
    let edits = edits(cx, function, classmethod);
    let message =
        text!["`@classmethod` on an after-validator is deprecated since pydantic 2.12: it works on the finished model"];
    let finding = cx.report(span(classmethod), message);
    finding.when(Condition::resolves(type_, "pydantic.model_validator"));
    match edits {
        Some(edits) => {
            finding.fix(Fix::safe("Make it a method of the model", edits).when(only_v2()));
        }
        None => {
            finding.help("drop `@classmethod` and take `self`");
        }
    }
}

fn edits(cx: &Cx, function: &ast::StmtFunctionDef, classmethod: &ast::Decorator) -> Option<Vec<Edit>> {
    let all = &function.parameters;
    let positional: Vec<_> = all.posonlyargs.iter().chain(&all.args).collect();
    let [class, model, ..] = positional.as_slice() else { return None };
    let class_uses = uses(&function.body, class.parameter.name.as_str());
    let model_uses = uses(&function.body, model.parameter.name.as_str());
    let own = model.parameter.name.as_str() == "self";
    if class_uses.tangled || model_uses.tangled || class_uses.names.contains("self") && !own {
        return None;
    }
    let line = line_start(cx.text, classmethod.start().to_u32()) as usize;
    let rest = &cx.text[classmethod.end().to_usize()..];
    let stop = rest.find(['\n', '\r'])?;
    let breaks = if rest[stop..].starts_with("\r\n") { 2 } else { 1 };
    let alone = cx.text[line..classmethod.start().to_usize()].trim().is_empty() && rest[..stop].trim().is_empty();
    if !alone || cx.has_comment(Span::new(span(class.range()).start, span(model.range()).end)) {
        return None;
    }
    let whole = Span::new(line as u32, classmethod.end().to_u32() + (stop + breaks) as u32);
    let mut edits = vec![
        Edit::replace(whole, ""),
        Edit::replace(Span::new(span(class.range()).start, span(model.range()).end), "self"),
    ];
    edits.extend(class_uses.reads.iter().map(|read| Edit::replace(span(*read), "type(self)")));
    if !own {
        edits.extend(model_uses.reads.iter().map(|read| Edit::replace(span(*read), "self")));
    }
    Some(edits)
}
