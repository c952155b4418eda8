//! Secrets in the source, and what its rules share.

pub mod hardcoded_password;
pub mod provider_token;
pub mod secret_fallback;
pub mod url_password;

use crate::finding::{Edit, Fix, Piece};
use crate::python::ast::{AnyNodeRef, Expr, ExprCall, Ranged, TextRange};
use crate::python::{dotted, span};
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

/// What a value is bound to.
#[derive(Clone, Copy)]
struct Bound<'a> {
    /// The name that says what the value is.
    name: &'a str,
    /// The call that it is handed to without a name; then `name` is ours.
    call: Option<&'static str>,
}

/// What a literal is bound to: assignment, keyword, dict key, default, comparison, through what only wraps it, or by its place in a known call.
fn bound_to<'a>(cx: &Cx<'a>, literal: &Expr) -> Option<Bound<'a>> {
    let (up, outer) = unwrapped(cx, literal);
    let named = named(cx, up, outer).map(|name| Bound { name, call: None });
    named.or_else(|| by_place(cx, up, outer))
}

/// How far a value goes as it is: out of `SecretStr(...)`, `Field(...)`, `.encode()`. The nodes to climb, and where its outermost form stands.
fn unwrapped(cx: &Cx, literal: &Expr) -> (usize, TextRange) {
    const WRAPPERS: [&str; 6] = ["SecretStr", "SecretBytes", "Secret", "Field", "bytes", "str"];
    let (mut up, mut range) = (0, literal.range());
    loop {
        let call = match (cx.parent(up), cx.parent(up + 1), cx.parent(up + 2)) {
            (Some(AnyNodeRef::ExprAttribute(attribute)), Some(AnyNodeRef::ExprCall(call)), _)
                if matches!(attribute.attr.as_str(), "encode" | "strip") && call.func.range() == attribute.range() =>
            {
                up += 2;
                call
            }
            (Some(AnyNodeRef::Arguments(arguments)), Some(AnyNodeRef::ExprCall(call)), _)
                if arguments.args.first().is_some_and(|first| first.range() == range) && wraps(call, &WRAPPERS) =>
            {
                up += 2;
                call
            }
            (Some(AnyNodeRef::Keyword(keyword)), Some(AnyNodeRef::Arguments(_)), Some(AnyNodeRef::ExprCall(call)))
                if keyword.arg.as_ref().is_some_and(|arg| arg == "default") && wraps(call, &["Field"]) =>
            {
                up += 3;
                call
            }
            _ => return (up, range),
        };
        range = call.range();
    }
}

fn wraps(call: &ExprCall, names: &[&str]) -> bool {
    match &*call.func {
        Expr::Name(name) => names.contains(&name.id.as_str()),
        Expr::Attribute(attribute) => names.contains(&attribute.attr.as_str()),
        _ => false,
    }
}

/// The name that a value is given, where the node `up` above the literal is the one around it.
fn named<'a>(cx: &Cx<'a>, up: usize, value: TextRange) -> Option<&'a str> {
    let is_value = |expr: &Expr| expr.range() == value;
    match cx.parent(up)? {
        AnyNodeRef::StmtAssign(assign) if is_value(&assign.value) => target_name(assign.targets.last()?),
        AnyNodeRef::StmtAnnAssign(assign) if assign.value.as_deref().is_some_and(is_value) => {
            target_name(&assign.target)
        }
        AnyNodeRef::ExprNamed(named) if is_value(&named.value) => target_name(&named.target),
        AnyNodeRef::Keyword(keyword) => keyword.arg.as_ref().map(|arg| arg.as_str()),
        AnyNodeRef::ParameterWithDefault(parameter) => Some(parameter.parameter.name.as_str()),
        AnyNodeRef::ExprDict(dict) => {
            let item = dict.items.iter().find(|item| is_value(&item.value))?;
            match item.key.as_ref()? {
                Expr::StringLiteral(key) => Some(key.value.to_str()),
                key => target_name(key),
            }
        }
        AnyNodeRef::ExprCompare(compare) => {
            let [other] = &*compare.comparators else { return None };
            let equal = matches!(*compare.ops, [crate::python::ast::CmpOp::Eq | crate::python::ast::CmpOp::NotEq]);
            let other = if is_value(other) { &*compare.left } else { other };
            target_name(other).filter(|_| equal)
        }
        // `user, password = "app", "..."`
        AnyNodeRef::ExprTuple(values) => {
            let Some(AnyNodeRef::StmtAssign(assign)) = cx.parent(up + 1) else { return None };
            let [Expr::Tuple(targets)] = assign.targets.as_slice() else { return None };
            let at = values.elts.iter().position(is_value)?;
            (targets.elts.len() == values.elts.len()).then(|| target_name(&targets.elts[at])).flatten()
        }
        _ => None,
    }
}

/// Calls that take a secret without a name: the last part of their name, where the secret stands, what it is, and the package that has to be
/// spoken of in the file. From the documentation of each.
const BY_PLACE: [(&str, usize, &str, &str); 14] = [
    ("encode", 1, "jwt_secret", "jwt"),
    ("decode", 1, "jwt_secret", "jwt"),
    ("Fernet", 0, "encryption_key", "cryptography"),
    ("HTTPBasicAuth", 1, "password", "requests"),
    ("HTTPDigestAuth", 1, "password", "requests"),
    ("BasicAuth", 1, "password", "httpx"),
    ("DigestAuth", 1, "password", "httpx"),
    ("BasicAuth", 1, "password", "aiohttp"),
    ("login", 1, "password", "smtplib"),
    ("login", 1, "password", "imaplib"),
    ("URLSafeTimedSerializer", 0, "secret_key", "itsdangerous"),
    ("URLSafeSerializer", 0, "secret_key", "itsdangerous"),
    ("TimestampSigner", 0, "secret_key", "itsdangerous"),
    ("LineBotApi", 0, "access_token", "linebot"),
];

fn by_place<'a>(cx: &Cx<'a>, up: usize, value: TextRange) -> Option<Bound<'a>> {
    match cx.parent(up)? {
        AnyNodeRef::Arguments(arguments) => {
            let Some(AnyNodeRef::ExprCall(call)) = cx.parent(up + 1) else { return None };
            let at = arguments.args.iter().position(|argument| argument.range() == value)?;
            let known = BY_PLACE
                .iter()
                .find(|(name, place, _, package)| *place == at && wraps(call, &[name]) && cx.mentions(package));
            let (name, _, meaning, package) = *known?;
            // Everything can be encoded; a key goes to the package itself.
            let of_package = !matches!(name, "encode" | "decode")
                || dotted(&call.func).is_some_and(|whole| whole == format!("{package}.{name}"));
            of_package.then_some(Bound { name: meaning, call: Some(name) })
        }
        // `auth=("app", "...")`
        AnyNodeRef::ExprTuple(pair) => {
            let Some(AnyNodeRef::Keyword(keyword)) = cx.parent(up + 1) else { return None };
            let is_auth =
                keyword.arg.as_ref().is_some_and(|arg| matches!(arg.as_str(), "auth" | "basic_auth" | "http_auth"));
            let is_second = pair.elts.len() == 2 && pair.elts[1].range() == value;
            (is_auth && is_second).then_some(Bound { name: "password", call: Some("auth") })
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
