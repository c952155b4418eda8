//! A key of V1 in `ConfigDict(...)`, in a class header or in a dataclass's config. Page: rules/pydantic/ignored-config-key.md

use super::plain_config::config_class;
use super::{config_keys, fate, graded, in_version_shim, named, only_v2, pydantic};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Edit, Fate, Fix};
use crate::python::ast::{self, Expr};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Several(&[Check::Call(config_dict), Check::Class(header), Check::Class(dataclass)]);

/// `ConfigDict(orm_mode=True)`: accepted, and without effect.
fn config_dict<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    let Some((of, name)) = named(cx, &call.func, &["ConfigDict", "SettingsConfigDict"]) else { return };
    let to = if name == "ConfigDict" { "pydantic.ConfigDict" } else { "pydantic_settings.SettingsConfigDict" };
    if in_version_shim(cx) {
        return;
    }
    for keyword in &call.arguments.keywords {
        let is = Condition::Resolves { what: of.clone(), to: to.into() };
        key(cx, &call.arguments, keyword, is, Fate::Ignored);
    }
}

/// `class Order(BaseModel, orm_mode=True)`: V2 hands it to `__init_subclass__`, which refuses it.
fn header<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    let Some(arguments) = class.arguments.as_deref() else { return };
    let Some(scope) = cx.scopes.last() else { return };
    let model = TypeExpr::Name(Name::Here(scope.qualify(class.name.as_str())));
    for keyword in &arguments.keywords {
        let is = Condition::derives(model.clone(), "pydantic.BaseModel");
        key(cx, arguments, keyword, is, Fate::Raises);
    }
}

fn key<'a>(
    cx: &mut Cx<'a>,
    arguments: &'a ast::Arguments,
    keyword: &'a ast::Keyword,
    is: Condition,
    what_becomes: Fate,
) {
    let Some(name) = keyword.arg.as_ref().filter(|name| config_keys::is_dead(name.as_str())) else { return };
    let old = name.as_str();
    let taken = |new: &str| arguments.find_keyword(new).is_some();
    let outcome =
        match (config_keys::renamed(old), &keyword.value) {
            (Some(new), _) if !taken(new) => {
                Ok((format!("Rename it to `{new}`"), vec![Edit::replace(span(name), new)], true))
            }
            (None, Expr::BooleanLiteral(literal)) if old == "allow_mutation" && !taken("frozen") => {
                let value = if literal.value { "frozen=False" } else { "frozen=True" };
                Ok((format!("Replace with `{value}`"), vec![Edit::replace(span(keyword), value)], true))
            }
            _ if config_keys::is_dropped(old) || config_keys::renamed(old).is_some() => {
                let edits = super::remove_arguments(cx, arguments, &[span(keyword)]);
                Ok(("Remove it".to_owned(), edits, what_becomes == Fate::Raises))
            }
            _ => Err(config_keys::instead_of(old)
                .unwrap_or("`frozen` is the opposite of `allow_mutation`: write it by hand")),
        };
    let finding = cx.report(span(name), text![format!("`{old}` "), fate(what_becomes)]);
    finding.when(is);
    graded(finding, what_becomes);
    match outcome {
        Ok((title, edits, restores)) => {
            let fix = if restores { Fix::restoring(title, edits) } else { Fix::safe(title, edits) };
            finding.fix(fix.when(only_v2()));
        }
        Err(help) => {
            finding.help(help);
        }
    }
}

/// `@dataclass(config=Config)` with a class of plain keys.
fn dataclass<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    for decorator in &class.decorator_list {
        let Expr::Call(call) = &decorator.expression else { continue };
        let Some(config) = call.arguments.find_keyword("config") else { continue };
        let Expr::Name(name) = &config.value else { continue };
        let Some((type_, _)) = named(cx, &call.func, &["dataclass"]).filter(|_| !in_version_shim(cx)) else { continue };
        let plain = config_class(cx, name.id.as_str());
        let dead = plain.as_ref().is_some_and(|plain| plain.dead);
        let what_becomes = if dead { Fate::Ignored } else { Fate::Deprecated };
        let text = match &plain {
            Some(plain) => {
                let mut text = text![pydantic("ConfigDict"), "("];
                text.extend(plain.arguments());
                text.push(")".into());
                Some(text)
            }
            None => None,
        };
        let finding =
            cx.report(span(&config.value), text!["a class as the config of a dataclass ", fate(what_becomes)]);
        if dead {
            finding.text = text!["a V1 key in the config of a dataclass ", fate(Fate::Ignored)];
        }
        finding.when(Condition::resolves(type_, "pydantic.dataclasses.dataclass"));
        graded(finding, what_becomes);
        match text {
            Some(text) => {
                let edits = vec![Edit { span: span(&config.value), text }];
                let title = "Write the keys as `ConfigDict(...)`";
                let plain = plain.unwrap_or_default();
                let fix = if plain.restores { Fix::restoring(title, edits) } else { Fix::safe(title, edits) };
                finding.fix(plain.asks.into_iter().fold(fix.when(only_v2()), Fix::when));
            }
            None => {
                finding.help("pass `ConfigDict(...)` with the keys of this class");
            }
        }
    }
}
