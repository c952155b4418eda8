//! `Field(env=...)` in a settings class. Page: rules/pydantic/settings-environment.md

use super::{fate, graded, in_version_shim, named, only_v2, pydantic};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Edit, Fate, Fix, Piece};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Several(&[
    Check::Call(check),
    Check::Call(settings_dict),
    Check::Call(settings_call),
    Check::Class(settings_class),
]);

const FOREIGN: &str =
    "add `extra=\"ignore\"` if the file holds more than these settings; unknown arguments are ignored then, too";

/// `SettingsConfigDict(env_file=".env")`.
fn settings_dict<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    let Some(keyword) = call.arguments.find_keyword("env_file") else { return };
    let Some((type_, _)) = named(cx, &call.func, &["SettingsConfigDict"]) else { return };
    if call.arguments.find_keyword("extra").is_some() {
        return;
    }
    let at = span(keyword);
    foreign_keys(cx, at, Condition::resolves(type_, "pydantic_settings.SettingsConfigDict"));
}

/// `Settings(_env_file=".env")`.
fn settings_call<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    let Some(keyword) = call.arguments.find_keyword("_env_file") else { return };
    if keyword.value.is_none_literal_expr() {
        return;
    }
    let of = cx.type_of(&call.func);
    let mentions = |key: &'static str| Condition::Mentions { of: of.clone(), key: key.into() };
    let is_settings = settings_base(of.clone());
    // What says it in its Config is told there.
    let silent = Condition::any(vec![mentions("extra"), mentions("env_file")]).not();
    foreign_keys(cx, span(keyword), is_settings.and(silent));
}

fn settings_base(class: TypeExpr) -> Condition {
    Condition::any(vec![
        Condition::derives(class.clone(), "pydantic_settings.BaseSettings"),
        Condition::derives(class, "pydantic.BaseSettings"),
    ])
}

/// `class Config` with an `env_file`, in a settings class.
fn settings_class<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    if class.name.as_str() != "Config" {
        return;
    }
    let Some((_, owner)) = cx.class() else { return };
    let owner = TypeExpr::Name(Name::Here(owner.to_owned()));
    let key = |wanted: &str| {
        class.body.iter().find_map(|stmt| match stmt {
            Stmt::Assign(assign) => match assign.targets.as_slice() {
                [Expr::Name(name)] if name.id.as_str() == wanted => Some(span(stmt)),
                _ => None,
            },
            _ => None,
        })
    };
    let Some(at) = key("env_file").filter(|_| key("extra").is_none()) else { return };
    foreign_keys(cx, at, settings_base(owner));
}

/// V1 passed over what no field takes. Where V2 runs already, it starts as it is.
fn foreign_keys(cx: &mut Cx, at: crate::text::Span, is_settings: Condition) {
    if in_version_shim(cx) {
        return;
    }
    let message = text!["a key in the file that no setting takes ", fate(Fate::Raises)];
    let finding = cx.report(at, message);
    finding.when(is_settings).when(Condition::any(vec![only_v2().not(), Condition::Migrating]));
    graded(finding, Fate::Deprecated);
    finding.help(FOREIGN);
}

fn check<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    let Some(keyword) = call.arguments.find_keyword("env") else { return };
    let Some((_, class)) = cx.class() else { return };
    let class = TypeExpr::Name(Name::Here(class.to_owned()));
    let Some((type_, _)) = named(cx, &call.func, &["Field"]) else { return };
    if in_version_shim(cx) {
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
    let given = call.arguments.args.first().or_else(|| call.arguments.find_keyword("default").map(|one| &one.value));
    let factory = call.arguments.find_keyword("default_factory").is_some();
    let default = factory || given.is_some_and(|value| !matches!(value, Expr::EllipsisLiteral(_)));
    let instead = match default {
        true => ": a variable named like the field counts, else the default",
        false => ": a variable named like the field counts",
    };
    let finding = cx.report(span(keyword), text!["`env` of a settings field ", fate(Fate::Ignored), instead]);
    finding.when(Condition::resolves(type_, "pydantic.Field"));
    finding.when(settings_base(class));
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
