//! `__root__` models and their readers. Page: rules/pydantic/root-field.md

use super::{ends_in, fate, graded, in_version_shim, is_docstring, only_v2, pydantic};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Edit, Fate, Fix, Tie, Tied};
use crate::python::ast::{self, Expr, ExprContext, Ranged, Stmt};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::{Span, line_start};

pub const CHECK: Check = Check::Several(&[Check::Class(class), Check::Attribute(attribute), Check::Call(constructor)]);

fn class<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    let root = class.body.iter().find_map(|stmt| match stmt {
        Stmt::AnnAssign(assign) => match &*assign.target {
            Expr::Name(name) if name.id.as_str() == "__root__" => Some((span(name), stmt)),
            _ => None,
        },
        Stmt::Assign(assign) => match assign.targets.as_slice() {
            [Expr::Name(name)] if name.id.as_str() == "__root__" => Some((span(name), stmt)),
            _ => None,
        },
        _ => None,
    });
    let Some((at, root)) = root else { return };
    let Some(scope) = cx.scopes.last() else { return };
    if in_version_shim(cx) {
        return;
    }
    let model = TypeExpr::Name(Name::Here(scope.qualify(class.name.as_str())));
    let fix = rewrite(cx, class, root).map(|(edits, is_base)| {
        let mut fix = Fix::restoring("Make it a `RootModel`", edits);
        fix.chain = Some(Tie { by: Tied::Root, of: model.clone() });
        if let Some(Expr::Name(base)) = class.arguments.as_deref().and_then(|arguments| arguments.args.first()) {
            fix = fix.orphan(base.id.as_str());
        }
        fix.when(is_base).when(only_v2())
    });
    let finding = cx.report(at, text!["`__root__` ", fate(Fate::Raises)]);
    finding.when(Condition::derives(model, "pydantic.BaseModel"));
    graded(finding, Fate::Raises);
    match fix {
        Some(fix) => {
            finding.fix(fix);
            finding.otherwise("make it `class Name(RootModel[T])` with `root: T = None`, and read `.root`");
        }
        None => {
            finding.help("make it `class Name(RootModel[T])`, read `.root`, and look at what `.dict()` gives");
        }
    }
}

/// `class Tags(BaseModel): __root__: list[str]` as `class Tags(RootModel[list[str]])`.
fn rewrite<'a>(cx: &Cx<'a>, class: &'a ast::StmtClassDef, root: &'a Stmt) -> Option<(Vec<Edit>, Condition)> {
    let Stmt::AnnAssign(assign) = root else { return None };
    let arguments = class.arguments.as_deref()?;
    let ([base], []) = (&*arguments.args, &*arguments.keywords) else { return None };
    let type_ = cx.type_of(base);
    // A Config with `extra` raises beside a root.
    let refuses = class.body.iter().any(|stmt| match stmt {
        Stmt::ClassDef(inner) => inner.name.as_str() == "Config" && cx.source(span(inner)).contains("extra"),
        Stmt::Assign(assign) => {
            let source = cx.source(span(assign));
            source.starts_with("model_config") && source.contains("extra") || source.starts_with("Config")
        }
        // It sees the root under its old name.
        Stmt::FunctionDef(function) => function.decorator_list.iter().any(|decorator| {
            let source = cx.source(span(decorator));
            source.contains("root_validator") || source.contains("model_validator")
        }),
        _ => false,
    });
    if !ends_in(cx, &type_, "BaseModel") || refuses {
        return None;
    }
    let annotation = span(&*assign.annotation);
    let mut edits = vec![Edit::pieces(span(base), text![pydantic("RootModel"), "[", annotation, "]"])];
    match &assign.value {
        Some(value) if !matches!(&**value, Expr::EllipsisLiteral(_)) => {
            edits.push(Edit::replace(span(&*assign.target), "root"));
        }
        _ => {
            let others = class.body.iter().any(|stmt| stmt.range() != root.range() && !is_docstring(stmt));
            let docstring = class.body.iter().any(|stmt| stmt.range() != root.range());
            edits.push(if others || docstring {
                Edit::replace(line_of(cx, span(root))?, "")
            } else {
                Edit::replace(span(root), "pass")
            });
        }
    }
    for stmt in &class.body {
        let Stmt::FunctionDef(function) = stmt else { continue };
        for decorator in &function.decorator_list {
            let Expr::Call(call) = &decorator.expression else { continue };
            for argument in &call.arguments.args {
                if let Expr::StringLiteral(name) = argument
                    && name.value.to_str() == "__root__"
                    && let Some(part) = name.value.iter().next()
                {
                    edits.push(Edit::replace(span(part.content_range()), "root"));
                }
            }
        }
    }
    // Without a default, V1 took `None` for the root of an optional type.
    let required = match &assign.value {
        None => Condition::Nullable(cx.types.annotation(&assign.annotation, &cx.scopes)).not(),
        Some(_) => Condition::Always,
    };
    Some((edits, Condition::resolves(type_, "pydantic.BaseModel").and(required)))
}

/// A statement with its line, and the empty line behind it where it is the first of its class.
fn line_of(cx: &Cx, here: Span) -> Option<Span> {
    let start = line_start(cx.text, here.start) as usize;
    let rest = &cx.text[here.end as usize..];
    let stop = rest.find(['\n', '\r']).unwrap_or(rest.len());
    if !cx.text[start..here.start as usize].trim().is_empty() || !rest[..stop].trim().is_empty() {
        return None;
    }
    let breaks = |text: &str| if text.starts_with("\r\n") { 2 } else { usize::from(!text.is_empty()) };
    let mut end = here.end as usize + stop + breaks(&rest[stop..]);
    let next = &cx.text[end..];
    let line = next.find(['\n', '\r']).unwrap_or(next.len());
    let first = cx.text[..start].trim_end().ends_with(':');
    if first && line < next.len() && next[..line].trim().is_empty() {
        end += line + breaks(&next[line..]);
    }
    Some(Span::new(start as u32, end as u32))
}

/// `tags.__root__`.
fn attribute<'a>(cx: &mut Cx<'a>, attribute: &'a ast::ExprAttribute) {
    if attribute.attr.as_str() != "__root__" || in_version_shim(cx) {
        return;
    }
    let receiver = cx.type_of(&attribute.value);
    if receiver.is_unknown() {
        return;
    }
    let printed = cx.is_printed();
    let store = attribute.ctx != ExprContext::Load;
    let finding = cx.report(span(&attribute.attr), text!["`__root__` ", fate(Fate::Raises)]);
    finding.when(Condition::Has { of: receiver.clone(), key: "__root__".into() });
    // A name that every model has, so that a class that is none does not resolve.
    finding.when(Condition::resolves(receiver.clone().attr("__fields_set__"), "pydantic.BaseModel.__fields_set__"));
    graded(finding, Fate::Raises);
    if printed || store {
        finding.help("read `root`");
    } else {
        let mut fix = Fix::restoring("Read `root`", vec![Edit::replace(span(&attribute.attr), "root")]);
        fix.chain = Some(Tie { by: Tied::Root, of: receiver });
        finding.fix(fix.when(only_v2()));
    }
}

/// `Tags(__root__=[...])`.
fn constructor<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    let Some(keyword) = call.arguments.find_keyword("__root__") else { return };
    let class = cx.type_of(&call.func);
    if class.is_unknown() || in_version_shim(cx) {
        return;
    }
    let only = call.arguments.len() == 1;
    let finding = cx.report(span(keyword), text!["`__root__` ", fate(Fate::Raises)]);
    finding.when(Condition::Has { of: class.clone(), key: "__root__".into() });
    finding.when(Condition::derives(class.clone(), "pydantic.BaseModel"));
    graded(finding, Fate::Raises);
    if only {
        let edit = Edit::pieces(span(keyword), text![span(&keyword.value)]);
        let mut fix = Fix::restoring("Pass the value itself", vec![edit]);
        fix.chain = Some(Tie { by: Tied::Root, of: class });
        finding.fix(fix.when(only_v2()));
    } else {
        finding.help("pass the value itself");
    }
}
