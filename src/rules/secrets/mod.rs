//! Secrets in the source, and what its rules share.

pub mod hardcoded_password;
pub mod provider_token;
pub mod secret_fallback;
pub mod url_password;

use crate::finding::{Edit, Fix, Piece};
use crate::python::ast::{AnyNodeRef, Expr, Ranged};
use crate::python::span;
use crate::rule::Cx;
use crate::text;
use crate::text::Span;

/// What every message about a secret ends with.
const ROTATE: &str = "replace it where it was issued: the history of the repository keeps it";

/// The string literals of an expression, with the spans of what stands between their quotes.
fn parts(expr: &Expr) -> Vec<Span> {
    match expr {
        Expr::StringLiteral(string) => string.value.iter().map(|part| span(part.content_range())).collect(),
        Expr::BytesLiteral(bytes) => bytes.value.iter().map(|part| span(part.content_range())).collect(),
        Expr::FString(string) => {
            let literals = string.value.elements().filter_map(|element| element.as_literal());
            let plain = string.value.iter().filter_map(|part| part.as_literal()).map(|part| span(part.content_range()));
            literals.map(span).chain(plain).collect()
        }
        _ => Vec::new(),
    }
}

/// Offers to read the value from the environment, where the literal is the whole value.
fn read_from_environment(cx: &Cx, literal: &Expr, variable: &str) -> Option<Fix> {
    let whole = match literal {
        Expr::StringLiteral(string) => !string.value.is_implicit_concatenated(),
        _ => false,
    };
    // A default of `Field(...)`, a pattern or a type argument cannot be an expression just like that.
    let allowed = match cx.parent(0) {
        Some(AnyNodeRef::StmtAssign(assign)) => assign.value.range() == literal.range(),
        Some(AnyNodeRef::StmtAnnAssign(_) | AnyNodeRef::Keyword(_)) => true,
        Some(AnyNodeRef::ExprDict(dict)) => dict.items.iter().any(|item| item.value.range() == literal.range()),
        _ => false,
    };
    let in_f_string = cx.ancestors.iter().any(|node| matches!(node, AnyNodeRef::FString(_) | AnyNodeRef::TString(_)));
    if !whole || !allowed || in_f_string {
        return None;
    }
    let os = Piece::Name { module: "os".to_owned(), name: String::new() };
    let text = text![os, format!(".environ[\"{variable}\"]")];
    Some(Fix::risky(format!("Read it from the environment (`{variable}`)"), vec![Edit { span: span(literal), text }]))
}

/// The name that a value is bound to, with the place of that name: assignment, keyword, dict key, default, comparison.
fn bound_to<'a>(cx: &Cx<'a>, literal: &Expr) -> Option<&'a str> {
    let is_literal = |expr: &Expr| expr.range() == literal.range();
    match cx.parent(0)? {
        AnyNodeRef::StmtAssign(assign) if is_literal(&assign.value) => target_name(assign.targets.last()?),
        AnyNodeRef::StmtAnnAssign(assign) if assign.value.as_deref().is_some_and(is_literal) => {
            target_name(&assign.target)
        }
        AnyNodeRef::ExprNamed(named) if is_literal(&named.value) => target_name(&named.target),
        AnyNodeRef::Keyword(keyword) => keyword.arg.as_ref().map(|arg| arg.as_str()),
        AnyNodeRef::ParameterWithDefault(parameter) => Some(parameter.parameter.name.as_str()),
        AnyNodeRef::ExprDict(dict) => {
            let item = dict.items.iter().find(|item| is_literal(&item.value))?;
            match item.key.as_ref()? {
                Expr::StringLiteral(key) => Some(key.value.to_str()),
                key => target_name(key),
            }
        }
        AnyNodeRef::ExprCompare(compare) => {
            let [other] = &*compare.comparators else { return None };
            let equal = matches!(*compare.ops, [crate::python::ast::CmpOp::Eq | crate::python::ast::CmpOp::NotEq]);
            let other = if is_literal(other) { &*compare.left } else { other };
            target_name(other).filter(|_| equal)
        }
        _ => None,
    }
}

fn target_name(target: &Expr) -> Option<&str> {
    match target {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Subscript(subscript) => match &*subscript.slice {
            Expr::StringLiteral(key) => Some(key.value.to_str()),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a literal is a docstring, or another string that nobody reads.
fn is_docstring(cx: &Cx) -> bool {
    matches!(cx.parent(0), Some(AnyNodeRef::StmtExpr(_)))
}

/// `db_password` as an environment variable.
fn variable(name: &str) -> String {
    let mut variable = String::new();
    let mut last_lower = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && last_lower {
            variable.push('_');
        }
        variable.push(if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
        last_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    // The shell has set these to something else.
    if matches!(variable.as_str(), "PWD" | "OLDPWD" | "USER" | "HOME" | "PATH" | "SHELL" | "LANG" | "TERM" | "TMPDIR") {
        return format!("APP_{variable}");
    }
    variable
}
