//! The parameters of a validator behind the value: what V1 passed by name, and where V2 has it.

use super::deprecated_validator::Obstacle;
use super::{Uses, pydantic, uses};
use crate::fact::Condition;
use crate::finding::Edit;
use crate::python::ast::{self, Expr, Ranged};
use crate::python::span;
use crate::rule::Cx;
use crate::text;
use crate::text::Span;

/// What becomes of the parameters of a validator.
pub(super) struct Parameters {
    pub edits: Vec<Edit>,
    /// V2 refuses the old form.
    pub restores: bool,
    /// Where the new form means the same.
    pub when: Condition,
}

/// The parameters after the value: `values` becomes `info`, read through `info.data`; `field.name` becomes `info.field_name`.
pub(super) fn parameters(cx: &Cx, function: &ast::StmtFunctionDef, is_static: bool) -> Result<Parameters, Obstacle> {
    let all = &function.parameters;
    let positional: Vec<_> = all.posonlyargs.iter().chain(&all.args).collect();
    let (value, further) = match (is_static, positional.as_slice()) {
        (true, [value, further @ ..]) => (value, further),
        (false, [first, ..]) if first.parameter.name.as_str() == "self" => {
            return Err(Obstacle::new("the first parameter of a validator is the class: call it `cls`").raises());
        }
        (false, [_, value, further @ ..]) => (value, further),
        _ => return Err(Obstacle::new("a validator takes the class and the value").raises()),
    };
    if all.vararg.is_some() {
        return Err(Obstacle::new("write the parameters out: V2 passes the value and a `ValidationInfo`"));
    }
    let mut wanted: Vec<&str> = Vec::new();
    for parameter in further.iter().copied().chain(&all.kwonlyargs) {
        match parameter.parameter.name.as_str() {
            name @ ("values" | "field") if parameter.default.is_none() => wanted.push(name),
            "config" => return Err(Obstacle::new("V2 passes no `config`: `info.config` is a dict, or `None`").raises()),
            _ => {
                return Err(
                    Obstacle::new("V1 passes `values`, `field` and `config` by name, and nothing else").raises()
                );
            }
        }
    }
    let kwargs = all.kwarg.as_ref().map(|kwarg| (kwarg.name.as_str(), uses(&function.body, kwarg.name.as_str())));
    let kwargs = kwargs.filter(|(_, found)| found.tangled || !found.reads.is_empty());
    let start = value.range().end().to_u32();
    let last = [
        further.last().map(|parameter| parameter.range().end()),
        all.kwonlyargs.last().map(|parameter| parameter.range().end()),
        all.kwarg.as_ref().map(|parameter| parameter.range().end()),
    ];
    let Some(end) = last.into_iter().flatten().max().map(|end| end.to_u32()) else {
        return Ok(Parameters { edits: Vec::new(), restores: false, when: Condition::Always });
    };
    let tail = Span::new(start, end);
    if cx.has_comment(tail) {
        return Err(Obstacle::new("the comments between the parameters need a person"));
    }
    if wanted.is_empty() && kwargs.is_none() {
        return Ok(Parameters { edits: vec![Edit::replace(tail, "")], restores: false, when: Condition::Always });
    }
    if super::is_called(cx, function) {
        return Err(Obstacle::new("it is called directly, too: `info` is no dict of values there"));
    }
    let found: Vec<Uses> = wanted.iter().map(|name| uses(&function.body, name)).collect();
    let everything = || found.iter().chain(kwargs.iter().map(|(_, found)| found));
    if everything().any(Uses::looks_round) {
        return Err(Obstacle::new("the body looks at its own variables: replace `values` by `info.data` by hand"));
    }
    let taken = |name: &str| {
        everything().any(|found| found.names.contains(name))
            || all.iter().any(|parameter| parameter.name().as_str() == name)
    };
    let free = ["info", "validation_info", "field_info_"].into_iter().find(|name| !taken(name));
    let Some(info) = free else { return Err(Obstacle::new("choose a name for the `ValidationInfo` parameter")) };
    let mut edits = vec![Edit::pieces(tail, text![format!(", {info}: "), pydantic("ValidationInfo")])];
    let mut first = Vec::new();
    let mut more = false;
    if let Some((name, found)) = &kwargs {
        let named = wanted.contains(&"values");
        let of_values = reads_of_values(function, name);
        // V1 handed on the field and the configuration, too.
        more = found.tangled || found.reads.len() != of_values.len();
        if named || more {
            // V2 hands nothing but the values to validators of V1 that take what there is, and no parameter names.
            let rest = if named { "{}".to_owned() } else { format!("{{\"values\": {info}.data}}") };
            first.push(format!("{name} = {rest}"));
        } else {
            edits.extend(of_values.into_iter().map(|read| Edit::replace(read, format!("{info}.data"))));
        }
    }
    for (name, found) in wanted.iter().zip(&found) {
        if *name == "values" && found.tangled {
            first.push(format!("values = {info}.data"));
            continue;
        }
        if *name == "values" {
            edits.extend(found.reads.iter().map(|read| Edit::replace(span(*read), format!("{info}.data"))));
            continue;
        }
        let names = attributes(function, "field", "name");
        if names.len() != found.reads.len() || found.tangled {
            return Err(
                Obstacle::new("V2 passes no `field`: `info.field_name` has its name, nothing has the rest").raises()
            );
        }
        edits.extend(names.into_iter().map(|whole| Edit::replace(whole, format!("{info}.field_name"))));
    }
    if !first.is_empty() {
        let edit = super::prepend(cx, function, &first);
        edits.push(edit.ok_or_else(|| Obstacle::new("replace `values` by `info.data` by hand"))?);
    }
    let when = if more { Condition::Migrating.not() } else { Condition::Always };
    Ok(Parameters { edits, restores: wanted.contains(&"field"), when })
}

/// Where `name["values"]` or `name.get("values")` is read in a function's body.
fn reads_of_values(function: &ast::StmtFunctionDef, name: &str) -> Vec<Span> {
    use ast::visitor::source_order::{SourceOrderVisitor, walk_expr};
    struct Found<'n>(&'n str, Vec<Span>);
    impl<'a> SourceOrderVisitor<'a> for Found<'_> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            let (of, key) = match expr {
                Expr::Subscript(subscript) if subscript.ctx == ast::ExprContext::Load => {
                    (Some(&*subscript.value), Some(&*subscript.slice))
                }
                Expr::Call(call) => match &*call.func {
                    Expr::Attribute(get) if get.attr.as_str() == "get" => {
                        (Some(&*get.value), call.arguments.args.first())
                    }
                    _ => (None, None),
                },
                _ => (None, None),
            };
            let named = matches!(of, Some(Expr::Name(of)) if of.id.as_str() == self.0);
            let values = matches!(key, Some(Expr::StringLiteral(key)) if key.value.to_str() == "values");
            if named && values {
                self.1.push(span(expr));
            }
            crate::python::deeper(|| walk_expr(self, expr));
        }
    }
    let mut found = Found(name, Vec::new());
    found.visit_body(&function.body);
    found.1
}

/// The spans of all `name.attr` in a function's body.
fn attributes(function: &ast::StmtFunctionDef, name: &str, attr: &str) -> Vec<Span> {
    use ast::visitor::source_order::{SourceOrderVisitor, walk_expr};
    struct Found<'n>(&'n str, &'n str, Vec<Span>);
    impl<'a> SourceOrderVisitor<'a> for Found<'_> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Attribute(attribute) = expr
                && attribute.attr.as_str() == self.1
                && matches!(&*attribute.value, Expr::Name(of) if of.id.as_str() == self.0)
            {
                self.2.push(span(attribute));
            }
            crate::python::deeper(|| walk_expr(self, expr));
        }
    }
    let mut found = Found(name, attr, Vec::new());
    found.visit_body(&function.body);
    found.2
}
