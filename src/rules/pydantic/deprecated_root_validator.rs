//! `@root_validator`. Page: rules/pydantic/deprecated-root-validator.md

use super::{decorator, grade_pinned, in_version_shim, make_classmethod, only_v2, pydantic, uses};
use crate::fact::Condition;
use crate::finding::{Edit, Fix, Grade};
use crate::python::ast::{self, Expr, Ranged, Stmt};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Function(check);

fn check<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    if in_version_shim(cx) {
        return;
    }
    let Some((decorator, callee, call, type_)) = decorator(cx, function, "root_validator") else { return };
    let flags = call.map(flags).unwrap_or(Some(Flags::default()));
    let mut raises = false;
    let commented = cx.source(span(decorator)).contains('#');
    let outcome = match flags {
        Some(_) if commented => Err("the comments between the arguments need a person"),
        Some(Flags { pre: true, .. }) => before(cx, function, decorator, callee),
        Some(Flags { skip_on_failure: true, .. }) => after(cx, function, decorator, callee),
        Some(_) => {
            raises = true;
            Err(
                "V2 wants `skip_on_failure=True` here; V1 ran it even after a field had failed, `@model_validator(mode=\"after\")` does not",
            )
        }
        None => Err("only literal flags can be rewritten: decide between `mode=\"before\"` and `mode=\"after\"`"),
    };
    let finding =
        cx.report(span(callee), text!["`@root_validator` is Pydantic V1: deprecated in V2 and removed in V3"]);
    finding.when(Condition::resolves(type_, "pydantic.root_validator"));
    grade_pinned(finding);
    if raises {
        finding.grade(only_v2(), Grade::Raises);
    }
    match outcome {
        Ok(mut fix) => {
            if let Expr::Name(name) = callee {
                fix = fix.orphan(name.id.as_str());
            }
            finding.fix(fix.when(only_v2()));
        }
        Err(help) => {
            finding.help(help);
        }
    }
}

#[derive(Default)]
struct Flags {
    pre: bool,
    skip_on_failure: bool,
}

fn flags(call: &ast::ExprCall) -> Option<Flags> {
    let mut flags = Flags::default();
    if !call.arguments.args.is_empty() {
        return None;
    }
    for keyword in &call.arguments.keywords {
        let value = match &keyword.value {
            Expr::BooleanLiteral(literal) => literal.value,
            _ => return None,
        };
        match keyword.arg.as_ref()?.as_str() {
            "pre" => flags.pre = value,
            "skip_on_failure" => flags.skip_on_failure = value,
            "allow_reuse" => {}
            _ => return None,
        }
    }
    Some(flags)
}

fn replaced(decorator: &ast::Decorator, callee: &Expr, mode: &str) -> Vec<Edit> {
    let arguments = Span::new(span(callee).end, span(decorator).end);
    vec![
        Edit { span: span(callee), text: vec![pydantic("model_validator")] },
        Edit::replace(arguments, format!("(mode=\"{mode}\")")),
    ]
}

fn before(
    cx: &Cx,
    function: &ast::StmtFunctionDef,
    decorator: &ast::Decorator,
    callee: &Expr,
) -> Result<Fix, &'static str> {
    let mut edits = replaced(decorator, callee, "before");
    edits.extend(
        make_classmethod(cx, function, decorator).ok_or("put `@classmethod` directly below `@model_validator`")?,
    );
    Ok(Fix::safe("Replace with `@model_validator(mode=\"before\")`", edits))
}

/// A body that only reads fields becomes a method of the finished model.
fn after(
    cx: &Cx,
    function: &ast::StmtFunctionDef,
    decorator: &ast::Decorator,
    callee: &Expr,
) -> Result<Fix, &'static str> {
    let by_hand =
        "rewrite it as `@model_validator(mode=\"after\")` on `self`: it does more than read the fields of this class";
    let all = &function.parameters;
    let positional: Vec<_> = all.posonlyargs.iter().chain(&all.args).collect();
    let [class, values] = positional.as_slice() else { return Err(by_hand) };
    let plain = all.vararg.is_none() && all.kwarg.is_none() && all.kwonlyargs.is_empty();
    if !plain || function.is_async || class.default.is_some() || values.default.is_some() || function.returns.is_some()
    {
        return Err(by_hand);
    }
    let name = values.parameter.name.as_str();
    let found = uses(&function.body, name);
    if found.tangled || found.names.contains("self") || found.names.contains(class.parameter.name.as_str()) {
        return Err(by_hand);
    }
    let fields = fields(cx);
    let mut edits = replaced(decorator, callee, "after");
    let mut reader = Reader { name, fields: &fields, edits: Vec::new(), understood: 0 };
    for stmt in &function.body {
        reader.stmt(stmt);
    }
    let returns = matches!(function.body.last(), Some(Stmt::Return(stmt))
        if matches!(stmt.value.as_deref(), Some(Expr::Name(read)) if read.id.as_str() == name));
    // Every read was one of the forms that have an exact counterpart.
    if reader.understood != found.reads.len() || !returns {
        return Err(by_hand);
    }
    edits.append(&mut reader.edits);
    edits.push(Edit::replace(Span::new(span(class.range()).start, span(values.range()).end), "self"));
    for other in &function.decorator_list {
        if matches!(&other.expression, Expr::Name(name) if name.id.as_str() == "classmethod") {
            edits.push(Edit::replace(line_of(cx, span(other)), ""));
        }
    }
    Ok(Fix::safe("Replace with `@model_validator(mode=\"after\")`", edits))
}

/// The whole line of a decorator, its line break included.
fn line_of(cx: &Cx, span: Span) -> Span {
    let start = cx.text[..span.start as usize].rfind(['\n', '\r']).map_or(0, |at| at as u32 + 1);
    let rest = &cx.text[span.end as usize..];
    let end = rest.find('\n').or_else(|| rest.find('\r')).map_or(cx.text.len() as u32, |at| span.end + at as u32 + 1);
    Span::new(start, end)
}

/// The annotated names of the class around the function.
fn fields<'a>(cx: &Cx<'a>) -> Vec<&'a str> {
    let Some((class, _)) = cx.class() else { return Vec::new() };
    let fields = class.body.iter().filter_map(|stmt| match stmt {
        Stmt::AnnAssign(assign) => match &*assign.target {
            Expr::Name(name) if !name.id.starts_with('_') => Some(name.id.as_str()),
            _ => None,
        },
        _ => None,
    });
    fields.collect()
}

struct Reader<'r> {
    name: &'r str,
    fields: &'r [&'r str],
    edits: Vec<Edit>,
    understood: usize,
}

impl Reader<'_> {
    fn stmt(&mut self, stmt: &Stmt) {
        if let Stmt::Return(stmt) = stmt
            && let Some(Expr::Name(read)) = stmt.value.as_deref()
            && read.id.as_str() == self.name
        {
            self.understood += 1;
            self.edits.push(Edit::replace(span(read), "self"));
            return;
        }
        super::expressions(stmt, &mut |expr| self.expr(expr));
        let mut inner = Vec::new();
        crate::python::walk::blocks(stmt, &mut |body| inner.push(body));
        for stmt in inner.into_iter().flatten() {
            crate::python::deeper(|| self.stmt(stmt));
        }
    }

    fn expr(&mut self, expr: &Expr) {
        let field = match expr {
            // `values["a"]`
            Expr::Subscript(subscript)
                if self.is_values(&subscript.value) && subscript.ctx == ast::ExprContext::Load =>
            {
                self.field(&subscript.slice)
            }
            // `values.get("a")`
            Expr::Call(call) => match (&*call.func, &*call.arguments.args, call.arguments.keywords.is_empty()) {
                (Expr::Attribute(get), [key] | [key, _], true)
                    if get.attr.as_str() == "get" && self.is_values(&get.value) =>
                {
                    self.field(key)
                }
                _ => None,
            },
            _ => None,
        };
        if let Some(field) = field {
            self.understood += 1;
            self.edits.push(Edit::replace(span(expr), format!("self.{field}")));
            return;
        }
        crate::python::walk::children(expr, &mut |child| crate::python::deeper(|| self.expr(child)));
    }

    fn is_values(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Name(name) if name.id.as_str() == self.name)
    }

    fn field(&self, key: &Expr) -> Option<String> {
        let Expr::StringLiteral(key) = key else { return None };
        let key = key.value.to_str();
        self.fields.contains(&key).then(|| key.to_owned())
    }
}
