//! A password-like name with a literal. Page: rules/secrets/hardcoded-password.md

use super::{ROTATE, bound_to, parts, read_from_environment, variable};
use crate::fact::Condition;
use crate::finding::Grade;
use crate::python::ast::{AnyNodeRef, Expr};
use crate::python::{Block, dotted};
use crate::rule::{Check, Cx};
use crate::secrets::{Judgement, Likelihood, NameClass, classify_name, judge, pem_private_key};
use crate::text;

pub const CHECK: Check = Check::Literal(check);

fn check<'a>(cx: &mut Cx<'a>, literal: &'a Expr) {
    let Some(bound) = bound_to(cx, literal) else { return };
    let name = bound.name;
    // Most names end here, before anything is asked of the value.
    if classify_name(name) == NameClass::No {
        return;
    }
    let bytes: Vec<u8>;
    let value = match literal {
        Expr::StringLiteral(string) => string.value.to_str(),
        Expr::BytesLiteral(literal) => {
            bytes = literal.value.bytes().collect();
            let Ok(text) = std::str::from_utf8(&bytes) else { return };
            text
        }
        _ => return,
    };
    let Judgement::Secret { class, likelihood, copied } = judge(name, value) else { return };
    if class == NameClass::Connection || likelihood == Likelihood::Unlikely || is_label(cx) || is_sample(cx) {
        return;
    }
    // What a provider's format recognises is said by that rule, with more.
    if !cx.definitions.formats.find_in(name, value).is_empty() || pem_private_key(value).is_some() {
        return;
    }
    let spans = parts(literal);
    let (Some(first), Some(last)) = (spans.first(), spans.last()) else { return };
    let span = crate::text::Span::new(first.start, last.end);
    let holds = match bound.call {
        Some(call) => format!("`{call}` is handed"),
        None => format!("`{name}` holds"),
    };
    let message = if copied {
        text![format!("{holds} a key that anyone can read in a tutorial")]
    } else if likelihood == Likelihood::Weak {
        text![format!("{holds} a value that is easy to guess, in force wherever nothing replaces it")]
    } else {
        text![format!("{holds} a secret that everyone with the source can read")]
    };
    // The factory password of somebody's device, as a client offers it: known to all, meant to be replaced.
    let is_default = likelihood == Likelihood::Weak && name.to_ascii_lowercase().starts_with("default");
    let fix = read_from_environment(cx, literal, &variable(name));
    let is_local = beside_local_host(cx);
    cx.secrets.extend(spans);
    if is_default && ["DEFAULT_USERNAME", "DEFAULT_USER", "default_username"].iter().any(|name| cx.mentions(name)) {
        return;
    }
    let finding = cx.report(span, message);
    finding.help(ROTATE);
    if likelihood == Likelihood::Weak {
        finding.grade(Condition::Always, Grade::Weak);
    }
    if is_default {
        finding.grade(Condition::Always, Grade::Default);
    }
    if is_local {
        finding.grade(Condition::Always, Grade::Local);
    }
    if let Some(fix) = fix.filter(|_| !is_default) {
        finding.fix(fix);
    }
}

/// The value stands in a mapping or a call of examples: `description_placeholders={"token": ...}`.
fn is_sample(cx: &Cx) -> bool {
    const WORDS: &[&str] = &["placeholder", "example", "sample", "description", "dummy", "fake"];
    let says = |name: &str| WORDS.iter().any(|word| name.to_ascii_lowercase().contains(word));
    cx.ancestors.iter().any(|node| match node {
        AnyNodeRef::StmtAssign(assign) => {
            assign.targets.iter().any(|target| super::target_name(target).is_some_and(says))
        }
        AnyNodeRef::Keyword(keyword) => keyword.arg.as_ref().is_some_and(|arg| says(arg.as_str())),
        _ => false,
    })
}

/// A sibling argument or key names a host that is this machine, or a service beside it: `localhost`, `postgres`.
fn beside_local_host(cx: &Cx) -> bool {
    let local = |name: Option<&str>, value: &Expr| {
        let host = name.is_some_and(|name| matches!(name, "host" | "hostname" | "server" | "address"));
        let here = |text: &str| matches!(text, "127.0.0.1" | "::1" | "0.0.0.0") || !text.contains(['.', ':']);
        host && matches!(value, Expr::StringLiteral(value) if here(value.value.to_str()))
    };
    match (cx.parent(0), cx.parent(1)) {
        (Some(AnyNodeRef::Keyword(_)), Some(AnyNodeRef::Arguments(arguments))) => {
            arguments.keywords.iter().any(|keyword| local(keyword.arg.as_ref().map(|arg| arg.as_str()), &keyword.value))
        }
        (Some(AnyNodeRef::ExprDict(dict)), _) => dict.items.iter().any(|item| {
            let key = match &item.key {
                Some(Expr::StringLiteral(key)) => Some(key.value.to_str()),
                _ => None,
            };
            local(key, &item.value)
        }),
        _ => false,
    }
}

/// Members of an Enum and arguments of a form field, a translation or a help text are words, not values.
fn is_label(cx: &Cx) -> bool {
    let in_enum = cx.scopes.last().is_some_and(|scope| match scope.block {
        Block::Class(class) => class.arguments.as_deref().is_some_and(|arguments| {
            arguments
                .args
                .iter()
                .any(|base| dotted(base).is_some_and(|base| base.ends_with("Enum") || base.ends_with("Flag")))
        }),
        _ => false,
    });
    let in_annotation = cx.ancestors.iter().any(|node| match node {
        AnyNodeRef::ExprSubscript(subscript) => dotted(&subscript.value).is_some_and(|base| base.ends_with("Literal")),
        _ => false,
    });
    in_enum || in_annotation
}
