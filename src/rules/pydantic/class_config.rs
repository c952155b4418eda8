//! `class Config` in a model. Page: rules/pydantic/class-config.md

use super::{in_version_shim, maybe_v2, only_v2};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Edit, Fix, Grade, Piece};
use crate::python::ast::{self, Expr, Ranged, Stmt};
use crate::python::{Block, span};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Class(check);

/// Keys that V2 renamed: under the old name they have no effect. Source: pydantic's migration guide, executed on 2.14.
const RENAMED: &[(&str, &str)] = &[
    ("allow_population_by_field_name", "populate_by_name"),
    ("anystr_lower", "str_to_lower"),
    ("anystr_strip_whitespace", "str_strip_whitespace"),
    ("anystr_upper", "str_to_upper"),
    ("keep_untouched", "ignored_types"),
    ("max_anystr_length", "str_max_length"),
    ("min_anystr_length", "str_min_length"),
    ("orm_mode", "from_attributes"),
    ("schema_extra", "json_schema_extra"),
    ("validate_all", "validate_default"),
];

/// Keys that V2 removed and that need nothing in their place.
const DROPPED: &[&str] = &["smart_union", "underscore_attrs_are_private", "copy_on_model_validation", "post_init_call"];

/// Keys that V2 removed and that a person has to replace.
const REMOVED: &[&str] = &["error_msg_templates", "fields", "getter_dict", "json_loads", "json_dumps"];

fn check<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    if class.name.as_str() != "Config" || in_version_shim(cx) {
        return;
    }
    let Some(scope) = cx.scopes.last() else { return };
    let Block::Class(model) = scope.block else { return };
    let model_type = TypeExpr::Name(Name::Here(scope.name.clone()));
    let dead: Vec<&str> = keys(class).filter(|key| is_dead(key)).collect();
    let outcome = rewrite(cx, model, class);
    let message = match dead.as_slice() {
        [] => text!["`class Config` is Pydantic V1: deprecated in V2 and removed in V3"],
        [one] => text![format!("`{one}` in `class Config` has no effect on pydantic 2")],
        several => text![format!("`{}` in `class Config` have no effect on pydantic 2", several.join("`, `"))],
    };
    let finding = cx.report(Span::new(span(class).start, span(&class.name).end), message);
    if let Some(decorator) = class.decorator_list.first() {
        finding.span = Span::new(span(&class.name).start, span(&class.name).end);
        debug_assert!(span(decorator).start <= finding.span.start);
    }
    finding.when(Condition::derives(model_type.clone(), "pydantic.BaseModel"));
    finding.grade(maybe_v2().not(), Grade::Pinned);
    if !dead.is_empty() {
        finding.grade(only_v2(), Grade::Ignored);
    }
    match outcome {
        Ok((edits, asks, orphans)) => {
            let title = "Replace with `model_config`";
            for settings in [true, false] {
                let is_settings = Condition::derives(model_type.clone(), "pydantic_settings.BaseSettings");
                let name = if settings {
                    Piece::Name { module: "pydantic_settings".to_owned(), name: "SettingsConfigDict".to_owned() }
                } else {
                    super::pydantic("ConfigDict")
                };
                let mut edits = edits.clone();
                for piece in edits.iter_mut().flat_map(|edit| &mut edit.text) {
                    if *piece == super::pydantic("ConfigDict") {
                        *piece = name.clone();
                    }
                }
                let mut fix = if dead.is_empty() { Fix::safe(title, edits) } else { Fix::risky(title, edits) };
                fix.orphans.clone_from(&orphans);
                fix = fix.when(only_v2()).when(Condition::ConfigRead(model_type.clone()).not());
                fix = if settings { fix.when(is_settings) } else { fix };
                for ask in &asks {
                    fix = fix.when(ask.clone());
                }
                finding.fix(fix);
            }
        }
        Err(help) => {
            finding.help(help);
        }
    }
}

fn is_dead(key: &str) -> bool {
    RENAMED.iter().any(|(old, _)| *old == key)
        || REMOVED.contains(&key)
        || DROPPED.contains(&key)
        || key == "allow_mutation"
}

fn keys(class: &ast::StmtClassDef) -> impl Iterator<Item = &str> {
    class.body.iter().filter_map(|stmt| match stmt {
        Stmt::FunctionDef(function) => Some(function.name.as_str()),
        stmt => assigned(stmt).map(|(name, _)| name.id.as_str()),
    })
}

fn assigned(stmt: &Stmt) -> Option<(&ast::ExprName, &Expr)> {
    match stmt {
        Stmt::Assign(assign) => match assign.targets.as_slice() {
            [Expr::Name(name)] => Some((name, &assign.value)),
            _ => None,
        },
        Stmt::AnnAssign(assign) => match (&*assign.target, &assign.value) {
            (Expr::Name(name), Some(value)) => Some((name, value)),
            _ => None,
        },
        _ => None,
    }
}

type Rewritten = (Vec<Edit>, Vec<Condition>, Vec<String>);

/// Edits key by key, so that comments and layout between them stay.
fn rewrite<'a>(
    cx: &Cx<'a>,
    model: &'a ast::StmtClassDef,
    class: &'a ast::StmtClassDef,
) -> Result<Rewritten, &'static str> {
    let bases = class.arguments.as_deref().is_some_and(|arguments| !arguments.is_empty());
    if bases || !class.decorator_list.is_empty() {
        return Err("this Config inherits: migrate it together with the classes it builds on");
    }
    if model.body.iter().any(|stmt| assigned(stmt).is_some_and(|(name, _)| name.id.as_str() == "model_config")) {
        return Err("the class has `model_config` too, which raises: join them");
    }
    let own: Vec<&str> = keys(class).collect();
    let around: Vec<&str> = model.body.iter().flat_map(crate::python::imports::bound).collect();
    let mut entries: Vec<Entry> = Vec::new();
    let mut asks = Vec::new();
    let mut orphans = Vec::new();
    for stmt in &class.body {
        if matches!(stmt, Stmt::Pass(_)) || is_docstring(stmt) {
            entries.push(Entry { span: span(stmt), text: None });
            continue;
        }
        let Some((key, value)) = assigned(stmt) else {
            return Err("this Config holds more than plain keys: move the rest out, then use `model_config`");
        };
        let key = key.id.as_str();
        if own.iter().filter(|other| **other == key).count() > 1 || REMOVED.contains(&key) {
            return Err("V2 removed a key of this Config: replace it by hand, then use `model_config`");
        }
        // Names mean something else here: a class body sees the names of the model, a nested one does not.
        let mut names = Vec::new();
        names_read(value, &mut names);
        if names.iter().any(|name| own.contains(name) || around.contains(name)) {
            return Err("a value in this Config is a name of the class: write it out, then use `model_config`");
        }
        if DROPPED.contains(&key) {
            entries.push(Entry { span: span(stmt), text: None });
            continue;
        }
        let (new, text) = match (key, value) {
            ("allow_mutation", Expr::BooleanLiteral(literal)) => {
                ("frozen", text![if literal.value { "False" } else { "True" }])
            }
            ("allow_mutation", _) => return Err("`frozen` is the opposite of `allow_mutation`: write it by hand"),
            ("extra", Expr::Attribute(attribute)) if super::ends_in(cx, &cx.type_of(&attribute.value), "Extra") => {
                let extra = attribute.attr.as_str();
                asks.push(Condition::Resolves {
                    what: cx.type_of(value),
                    to: format!("pydantic.Extra.{extra}").into(),
                });
                if let Expr::Name(name) = &*attribute.value {
                    orphans.push(name.id.as_str().to_owned());
                }
                ("extra", text![format!("\"{extra}\"")])
            }
            _ => {
                let renamed = RENAMED.iter().find(|(old, _)| *old == key).map_or(key, |(_, new)| new);
                match value {
                    Expr::Tuple(tuple) if !tuple.parenthesized => (renamed, text!["(", span(value), ")"]),
                    value => (renamed, text![span(value)]),
                }
            }
        };
        let mut pieces = text![format!("{new}=")];
        pieces.extend(text);
        entries.push(Entry { span: span(stmt), text: Some(pieces) });
    }
    layout(cx, class, &entries).map(|edits| (edits, asks, orphans))
}

struct Entry {
    span: Span,
    /// `None` drops the statement.
    text: Option<Vec<Piece>>,
}

fn layout(cx: &Cx, class: &ast::StmtClassDef, entries: &[Entry]) -> Result<Vec<Edit>, &'static str> {
    let whole = span(class);
    let kept: Vec<&Entry> = entries.iter().filter(|entry| entry.text.is_some()).collect();
    let config = super::pydantic("ConfigDict");
    let source = cx.source(whole);
    let line_start = cx.text[..whole.start as usize].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let indent = &cx.text[line_start..whole.start as usize];
    if !indent.trim().is_empty() || source.contains(';') || source.contains('\\') {
        return Err("write `model_config = ConfigDict(...)` by hand: several statements share a line");
    }
    // One key without comments fits on one line.
    if !source.contains('#')
        && kept.len() <= 1
        && kept.iter().all(|entry| !cx.source(entry.span).contains(['\n', '\r']))
    {
        let mut text = text!["model_config = ", config, "("];
        text.extend(kept.iter().flat_map(|entry| entry.text.iter().flatten().cloned()));
        text.push(")".into());
        return Ok(vec![Edit { span: whole, text }]);
    }
    let colon = header_end(cx, class).ok_or("write `model_config = ConfigDict(...)` by hand")?;
    let newline = if source.contains("\r\n") {
        "\r\n"
    } else if source.contains('\n') {
        "\n"
    } else {
        "\r"
    };
    let mut edits = vec![Edit::pieces(Span::new(whole.start, colon), text!["model_config = ", config, "("])];
    for entry in entries {
        match &entry.text {
            Some(text) => {
                let text = text.iter().cloned().chain([Piece::from(",")]).collect();
                edits.push(Edit { span: entry.span, text });
            }
            None => edits.push(Edit::replace(whole_lines(cx, entry.span), "")),
        }
    }
    // The bracket closes behind the last line of the class, whatever comment stands there.
    let rest = &cx.text[whole.end as usize..];
    let end = whole.end + rest.find(['\n', '\r']).unwrap_or(rest.len()) as u32;
    edits.push(Edit::insert(end, format!("{newline}{indent})")));
    Ok(edits)
}

/// The end of `class Config:`, the colon included; none where something else stands behind it.
fn header_end(cx: &Cx, class: &ast::StmtClassDef) -> Option<u32> {
    let start = span(&class.name).end;
    let first = class.body.first()?.start().to_u32();
    let header = cx.source(Span::new(start, first));
    let colon = start + header.find(':')? as u32 + 1;
    let line = cx.source(Span::new(colon, first));
    line.contains(['\n', '\r']).then_some(colon)
}

/// A statement with its line, and the empty line behind it: a docstring takes its distance along.
fn whole_lines(cx: &Cx, span: Span) -> Span {
    let start = cx.text[..span.start as usize].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let mut end = span.end as usize;
    let mut skip_line = |only_blank: bool| {
        let rest = &cx.text[end..];
        let stop = rest.find(['\n', '\r']).unwrap_or(rest.len());
        if (only_blank && !rest[..stop].trim().is_empty()) || stop == rest.len() {
            return;
        }
        end += stop + if rest[stop..].starts_with("\r\n") { 2 } else { 1 };
    };
    skip_line(false);
    skip_line(true);
    let before = &cx.text[start..span.start as usize];
    let behind = &cx.text[span.end as usize..end];
    if before.trim().is_empty() && behind.trim().is_empty() { Span::new(start as u32, end as u32) } else { span }
}

fn is_docstring(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(stmt) if matches!(*stmt.value, Expr::StringLiteral(_) | Expr::EllipsisLiteral(_)))
}

fn names_read<'a>(expr: &'a Expr, names: &mut Vec<&'a str>) {
    match expr {
        Expr::Name(name) => names.push(name.id.as_str()),
        Expr::Lambda(lambda) => crate::python::deeper(|| names_read(&lambda.body, names)),
        Expr::DictComp(comp) => {
            comp.key.iter().for_each(|key| names_read(key, names));
            names_read(&comp.value, names);
            comp.generators.iter().for_each(|generator| names_read(&generator.iter, names));
        }
        Expr::ListComp(ast::ExprListComp { elt, generators, .. })
        | Expr::SetComp(ast::ExprSetComp { elt, generators, .. })
        | Expr::Generator(ast::ExprGenerator { elt, generators, .. }) => {
            names_read(elt, names);
            generators.iter().for_each(|generator| names_read(&generator.iter, names));
        }
        other => crate::python::walk::children(other, &mut |child| crate::python::deeper(|| names_read(child, names))),
    }
}
