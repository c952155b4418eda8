//! `parse_obj_as(...)` and the other functions of V1. Page: rules/pydantic/deprecated-function.md

use super::plain_config::config_class;
use super::{Decoration, decorator, fate, graded, in_version_shim, named, only_v2, pydantic};
use crate::fact::{Condition, TypeExpr};
use crate::finding::{Edit, Fate, Fix, Piece};
use crate::python::ast::{self, Expr};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check =
    Check::Several(&[Check::Call(check), Check::Call(passed), Check::Call(url), Check::Function(validated)]);

/// `PostgresDsn.build(user=...)`.
fn url<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    const CLASSES: &[&str] = &[
        "AmqpDsn",
        "AnyHttpUrl",
        "AnyUrl",
        "CockroachDsn",
        "FileUrl",
        "HttpUrl",
        "KafkaDsn",
        "MongoDsn",
        "PostgresDsn",
        "RedisDsn",
    ];
    let Expr::Attribute(method) = &*call.func else { return };
    let Some(user) = call.arguments.find_keyword("user").filter(|_| method.attr.as_str() == "build") else { return };
    let Some((type_, class)) = named(cx, &method.value, CLASSES).filter(|_| !in_version_shim(cx)) else { return };
    let finding = cx.report(span(user), text![format!("`{class}.build(user=...)` "), fate(Fate::Raises)]);
    let to = |module: &str| Condition::Resolves { what: type_.clone(), to: format!("{module}.{class}").into() };
    finding.when(Condition::any(vec![to("pydantic"), to("pydantic.networks")]));
    graded(finding, Fate::Raises);
    finding.help(
        "it is `username` in V2, which puts the `/` in front of `path` itself and gives an object: `str(...)` of it is the text",
    );
}

/// A function of V1: its name, what becomes of it, the method of `TypeAdapter`, and the parameter behind the type.
const ADAPTED: &[(&str, Fate, &str, Option<&str>)] = &[
    ("parse_obj_as", Fate::Deprecated, "validate_python", Some("obj")),
    ("parse_raw_as", Fate::Raises, "validate_json", Some("b")),
    ("parse_file_as", Fate::Raises, "validate_json", Some("path")),
    ("schema_of", Fate::Deprecated, "json_schema", None),
    ("schema_json_of", Fate::Deprecated, "json_schema", None),
];

fn check<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    const NAMES: &[&str] =
        &["create_model", "parse_obj_as", "parse_raw_as", "parse_file_as", "schema_of", "schema_json_of"];
    let Some((type_, found)) = named(cx, &call.func, NAMES) else { return };
    if found == "create_model" {
        return create_model(cx, call, type_);
    }
    let known = ADAPTED.iter().find(|(name, ..)| *name == found);
    let Some(&(name, what_becomes, method, second)) = known.filter(|_| !in_version_shim(cx)) else { return };
    let fix = adapter(cx, call, name, method, second);
    let finding = cx.report(span(&*call.func), text![format!("`{name}` "), fate(what_becomes)]);
    finding.when(Condition::Resolves { what: type_, to: format!("pydantic.{name}").into() });
    graded(finding, what_becomes);
    match fix {
        Some(fix) => {
            let fix = if what_becomes == Fate::Raises {
                Fix { restores: Condition::Always, safe: Condition::Always.not(), ..fix }
            } else {
                fix
            };
            finding.fix(fix.when(only_v2()));
        }
        None => {
            finding.help(format!("use `TypeAdapter(...).{method}(...)`"));
        }
    }
}

/// `TypeAdapter(T).validate_python(x)`.
fn adapter(cx: &Cx, call: &ast::ExprCall, name: &str, method: &str, second: Option<&str>) -> Option<Fix> {
    let mut positional = call.arguments.args.iter();
    if call.arguments.args.iter().any(|arg| matches!(arg, Expr::Starred(_))) || cx.has_comment(span(&call.arguments)) {
        return None;
    }
    let mut taken = Vec::new();
    let mut argument = |wanted: &str| {
        positional.next().or_else(|| {
            let keyword = call.arguments.find_keyword(wanted)?;
            taken.push(span(keyword));
            Some(&keyword.value)
        })
    };
    let type_ = span(argument("type_")?);
    let value = match second {
        Some(wanted) => Some(span(argument(wanted)?)),
        None => None,
    };
    if positional.next().is_some() {
        return None;
    }
    // The name of the type in messages: V2 has its own.
    let rest: Vec<&ast::Keyword> = call
        .arguments
        .keywords
        .iter()
        .filter(|keyword| !taken.contains(&span(*keyword)))
        .filter(|keyword| keyword.arg.as_ref().is_none_or(|arg| arg.as_str() != "type_name" || second.is_none()))
        .collect();
    let json = name == "schema_json_of";
    let of_dumps = |keyword: &&ast::Keyword| {
        keyword
            .arg
            .as_ref()
            .is_some_and(|arg| !matches!(arg.as_str(), "title" | "by_alias" | "ref_template" | "schema_generator"))
    };
    let known = rest.is_empty() || json && rest.iter().all(of_dumps);
    if !known {
        return None;
    }
    let mut text = Vec::new();
    if json {
        text.extend([Piece::Name { module: "json".to_owned(), name: String::new() }, ".dumps(".into()]);
    }
    text.extend(text![pydantic("TypeAdapter"), "(", type_, format!(").{method}(")]);
    if let Some(value) = value {
        if name == "parse_file_as" {
            let path = Piece::Name { module: "pathlib".to_owned(), name: "Path".to_owned() };
            text.extend(text![path, "(", value, ").read_bytes()"]);
        } else {
            text.push(value.into());
        }
    }
    text.push(")".into());
    if json {
        for keyword in rest {
            text.extend(text![", ", span(keyword)]);
        }
        text.push(")".into());
    }
    let fix = Fix::safe("Replace with `TypeAdapter`", vec![Edit { span: span(call), text }]);
    Some(orphaned(fix, &call.func))
}

fn orphaned(fix: Fix, callee: &Expr) -> Fix {
    match callee {
        Expr::Name(name) => fix.orphan(name.id.as_str()),
        _ => fix,
    }
}

/// `json.dumps(order, default=pydantic_encoder)`.
fn passed<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    const ENCODER: &str = "pydantic_encoder";
    if !cx.may_find(&[ENCODER]) {
        return;
    }
    let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
    for expr in call.arguments.args.iter().chain(keywords).chain([&*call.func]) {
        if !matches!(expr, Expr::Name(_) | Expr::Attribute(_)) {
            continue;
        }
        let Some((type_, _)) = named(cx, expr, &[ENCODER]).filter(|_| !in_version_shim(cx)) else {
            continue;
        };
        let encoder = Piece::Name { module: "pydantic_core".to_owned(), name: "to_jsonable_python".to_owned() };
        let edits = vec![Edit { span: span(expr), text: vec![encoder] }];
        let fix = orphaned(Fix::risky("Replace with `to_jsonable_python`", edits), expr);
        let finding = cx.report(span(expr), text!["`pydantic_encoder` ", fate(Fate::Deprecated)]);
        finding.when(Condition::resolves(type_, "pydantic.pydantic_encoder"));
        graded(finding, Fate::Deprecated);
        finding.fix(fix.when(only_v2()));
        finding.help(
            "`pydantic_core.to_jsonable_python` takes its place, but writes durations, decimals, UTC and aliases in another way",
        );
    }
}

/// `@validate_arguments`.
fn validated<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    let Some(Decoration { callee, type_, .. }) = decorator(cx, function, "validate_arguments") else { return };
    if in_version_shim(cx) {
        return;
    }
    let edits = vec![Edit { span: span(callee), text: vec![pydantic("validate_call")] }];
    // Errors name arguments by their position, and `.validate` and `.model` are gone.
    let fix = orphaned(Fix::risky("Replace with `validate_call`", edits), callee);
    let finding = cx.report(span(callee), text!["`@validate_arguments` ", fate(Fate::Deprecated)]);
    finding.when(Condition::resolves(type_, "pydantic.validate_arguments"));
    graded(finding, Fate::Deprecated);
    finding.fix(fix.when(only_v2()));
}

/// `create_model("M", count=5)`.
fn create_model<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall, type_: TypeExpr) {
    let mut edits = Vec::new();
    let mut first: Option<(Span, String)> = None;
    for keyword in &call.arguments.keywords {
        let Some(name) = keyword.arg.as_ref().filter(|name| !name.as_str().starts_with("__")) else { continue };
        let inferred = match &keyword.value {
            Expr::StringLiteral(_) => "str",
            Expr::BooleanLiteral(_) => "bool",
            Expr::NumberLiteral(number) => match number.value {
                ast::Number::Int(_) => "int",
                ast::Number::Float(_) => "float",
                ast::Number::Complex { .. } => continue,
            },
            _ => continue,
        };
        first.get_or_insert((span(keyword), name.as_str().to_owned()));
        let value = span(&keyword.value);
        edits.push(Edit::pieces(value, text![format!("({inferred}, "), value, ")"]));
    }
    if let Some((at, name)) = first {
        let finding = cx.report(at, text![format!("`{name}` has no type, which "), fate(Fate::Raises)]);
        finding.when(Condition::resolves(type_.clone(), "pydantic.create_model"));
        graded(finding, Fate::Raises);
        finding.fix(Fix::restoring("Give it the type that V1 inferred", edits).when(only_v2()));
    }
    let Some(config) = call.arguments.find_keyword("__config__") else { return };
    let Expr::Name(name) = &config.value else { return };
    let Some(plain) = config_class(cx, name.id.as_str()) else { return };
    let mut text = text![pydantic("ConfigDict"), "("];
    text.extend(plain.arguments());
    text.push(")".into());
    let edits = vec![Edit { span: span(&config.value), text }];
    let finding = cx.report(span(config), text!["a class as `__config__` ", fate(Fate::Raises)]);
    finding.when(Condition::resolves(type_, "pydantic.create_model"));
    graded(finding, Fate::Raises);
    let fix = Fix::restoring("Write the keys as `ConfigDict(...)`", edits).when(only_v2());
    finding.fix(plain.asks.into_iter().fold(fix, Fix::when));
}
