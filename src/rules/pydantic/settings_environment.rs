//! `Field(env=...)` in a settings class. Page: rules/pydantic/settings-environment.md

use super::{ends_in, fate, graded, in_version_shim, only_v2, pydantic};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Edit, Fate, Fix, Piece};
use crate::python::ast::{self, Expr};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Call(check);

fn check<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    let Some(keyword) = call.arguments.find_keyword("env") else { return };
    let Some((_, class)) = cx.class() else { return };
    let class = TypeExpr::Name(Name::Here(class.to_owned()));
    let type_ = cx.type_of(&call.func);
    if !ends_in(cx, &type_, "Field") || in_version_shim(cx) {
        return;
    }
    let taken =
        call.arguments.find_keyword("validation_alias").is_some() || call.arguments.find_keyword("alias").is_some();
    let value: Option<Vec<Piece>> = match &keyword.value {
        Expr::StringLiteral(_) => Some(text!["validation_alias=", span(&keyword.value)]),
        Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. })
            if !elts.is_empty() && elts.iter().all(|name| matches!(name, Expr::StringLiteral(_))) =>
        {
            let mut pieces = text!["validation_alias=", pydantic("AliasChoices"), "("];
            for (index, name) in elts.iter().enumerate() {
                pieces.push(if index > 0 { ", " } else { "" }.into());
                pieces.push(span(name).into());
            }
            pieces.push(")".into());
            Some(pieces)
        }
        _ => None,
    };
    let commented = cx.has_comment(span(keyword));
    let finding =
        cx.report(span(keyword), text!["`env` of a settings field ", fate(Fate::Ignored), ": the default counts"]);
    finding.when(Condition::resolves(type_, "pydantic.Field"));
    finding.when(Condition::any(vec![
        Condition::derives(class.clone(), "pydantic_settings.BaseSettings"),
        Condition::derives(class, "pydantic.BaseSettings"),
    ]));
    graded(finding, Fate::Ignored);
    match value.filter(|_| !taken && !commented) {
        Some(text) => {
            let fix = Fix::risky("Replace with `validation_alias`", vec![Edit { span: span(keyword), text }]);
            finding.fix(fix.when(only_v2()));
            finding.help(
                "with an alias, the field can no longer be set by its own name: look at who builds these settings",
            );
        }
        None => {
            finding.help("name the variable with `validation_alias`");
        }
    }
}
