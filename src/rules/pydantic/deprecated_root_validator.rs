//! `@root_validator`. Page: rules/pydantic/deprecated-root-validator.md

use super::{decorator, grade_pinned, in_version_shim, make_classmethod, only_v2, pydantic, uses};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Edit, Fix, Grade};
use crate::python::ast::visitor::source_order::{SourceOrderVisitor, walk_expr};
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
    if super::is_called(cx, function) {
        return Err("it is called directly, too: as `@model_validator(mode=\"after\")` it has no `values` to take");
    }
    let Some((model, model_name)) = cx.class() else { return Err(by_hand) };
    let model_type = TypeExpr::Name(Name::Here(model_name.to_owned()));
    let reader = read(fields(cx), function, name);
    // Every read was one of the forms that have an exact counterpart.
    if reader.understood != found.reads.len() || !reader.returns {
        return Err(by_hand);
    }
    if !in_order(cx, model, function) {
        return Err("another validator of this class would change places with it: rewrite both by hand");
    }
    let mut edits = replaced(decorator, callee, "after");
    edits.extend(reader.edits);
    edits.push(Edit::replace(Span::new(span(class.range()).start, span(values.range()).end), "self"));
    for other in &function.decorator_list {
        if matches!(&other.expression, Expr::Name(name) if name.id.as_str() == "classmethod") {
            edits.push(Edit::replace(line_of(cx, span(other)), ""));
        }
    }
    let mut fix = Fix::safe("Replace with `@model_validator(mode=\"after\")`", edits);
    // Where assignments are validated, a method of the model sees the new value in place, and it stays there if that fails.
    fix.safe = fix.safe.and(Condition::Sets { of: model_type, key: "validate_assignment".into() }.not());
    Ok(fix)
}

fn read<'r>(fields: Vec<&'r str>, function: &ast::StmtFunctionDef, name: &'r str) -> Reader<'r> {
    let mut reader = Reader { name, fields, edits: Vec::new(), understood: 0, returns: true };
    function.body.iter().for_each(|stmt| reader.stmt(stmt));
    reader.returns &= matches!(function.body.last(), Some(Stmt::Return(_)));
    reader
}

/// Whether a root validator leaves `values` as they are, as far as it can be read.
fn reads_only(cx: &Cx, function: &ast::StmtFunctionDef) -> bool {
    let all = &function.parameters;
    let Some(values) = all.posonlyargs.iter().chain(&all.args).nth(1) else { return false };
    let name = values.parameter.name.as_str();
    let found = uses(&function.body, name);
    let reader = read(fields(cx), function, name);
    !found.tangled && reader.returns && reader.understood == found.reads.len()
}

/// V2 runs the old root validators before all that works on the finished model: only what changes nothing may follow `own`
/// as the old form, and nothing of the new form may stand before it.
fn in_order(cx: &Cx, model: &ast::StmtClassDef, own: &ast::StmtFunctionDef) -> bool {
    let before = |call: &ast::ExprCall| {
        let mode = call.arguments.find_keyword("mode");
        mode.is_some_and(|mode| matches!(&mode.value, Expr::StringLiteral(word) if word.value.to_str() == "before"))
    };
    model.body.iter().all(|stmt| match stmt {
        Stmt::FunctionDef(later) if later.start() > own.start() => {
            let pre = |call: &ast::ExprCall| flags(call).is_some_and(|flags| flags.pre);
            !decorated(later, "root_validator", &pre) || reads_only(cx, later)
        }
        Stmt::FunctionDef(earlier) if earlier.start() < own.start() => !decorated(earlier, "model_validator", &before),
        _ => true,
    })
}

/// Whether a decorator is called `name`, other than in a call that is `excepted`.
fn decorated(function: &ast::StmtFunctionDef, name: &str, excepted: &dyn Fn(&ast::ExprCall) -> bool) -> bool {
    function.decorator_list.iter().any(|decorator| match &decorator.expression {
        Expr::Call(call) => last_name(&call.func) == Some(name) && !excepted(call),
        other => last_name(other) == Some(name),
    })
}

fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

/// `ClassVar` and `Final` name no field.
fn is_of_class(annotation: &Expr) -> bool {
    match annotation {
        Expr::Subscript(subscript) => is_of_class(&subscript.value),
        Expr::StringLiteral(string) => ["ClassVar", "Final"].iter().any(|name| string.value.to_str().contains(name)),
        other => matches!(last_name(other), Some("ClassVar" | "Final")),
    }
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
            Expr::Name(name) if !name.id.starts_with('_') && !is_of_class(&assign.annotation) => Some(name.id.as_str()),
            _ => None,
        },
        _ => None,
    });
    fields.collect()
}

struct Reader<'r> {
    name: &'r str,
    fields: Vec<&'r str>,
    edits: Vec<Edit>,
    understood: usize,
    /// Every `return` gives the values back.
    returns: bool,
}

impl Reader<'_> {
    fn stmt(&mut self, stmt: &Stmt) {
        if let Stmt::Return(stmt) = stmt {
            match stmt.value.as_deref() {
                Some(Expr::Name(read)) if read.id.as_str() == self.name => {
                    self.understood += 1;
                    self.edits.push(Edit::replace(span(read), "self"));
                }
                _ => self.returns = false,
            }
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
        crate::python::deeper(|| walk_expr(self, expr));
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

/// Lambdas and comprehensions included: that none of them binds the name again is known before.
impl<'a> SourceOrderVisitor<'a> for Reader<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        self.expr(expr);
    }
}
