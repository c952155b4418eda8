//! A literal in place of a secret that the environment lacks. Page: rules/secrets/secret-fallback.md

use super::bound::{Bound, bound_to};
use super::{ROTATE, calls, grade_by_place, value_of};
use crate::fact::Condition;
use crate::finding::{Edit, Fix, Grade, Piece};
use crate::python::ast::{AnyNodeRef, BoolOp, Expr, ExprCall, Ranged};
use crate::python::{Block, dotted, span};
use crate::rule::{Check, Cx};
use crate::secrets::{Judgement, Likelihood, NameClass, judge, pem_private_key};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Literal(check);

/// A read of a variable, whose literal stands where the variable does not.
struct Fallback<'a> {
    variable: &'a str,
    /// What becomes of it without the literal.
    fix: Option<Edit>,
}

fn check<'a>(cx: &mut Cx<'a>, literal: &'a Expr) {
    let Some(Fallback { variable, fix }) = fallback(cx, literal) else { return };
    let Some(value) = value_of(cx, literal) else { return };
    let Judgement::Secret { class, likelihood, copied } = judge(variable, &value.text) else { return };
    let signs = class == NameClass::SigningKey;
    if class == NameClass::Connection || likelihood == Likelihood::Unlikely && !signs && class != NameClass::Password {
        return;
    }
    // What a provider's format recognises is said by that rule, with more.
    if !cx.definitions.formats.find_in(variable, &value.text).is_empty() || pem_private_key(&value.text).is_some() {
        return;
    }
    cx.secrets.extend(&value.spans);
    let message = match signs {
        true if copied => {
            format!("without `{variable}` in the environment, its value is one that anyone can read in a tutorial")
        }
        true => {
            format!("without `{variable}` in the environment, its value is one that everyone with the source can read")
        }
        false => format!("without `{variable}`, a secret that everyone with the source can read is in force"),
    };
    let grades = grade_by_place(cx, value.span, class);
    let finding = cx.report(span(literal), text![message]);
    finding.help(ROTATE);
    if !signs {
        finding.grade(Condition::Always, Grade::Weak);
    }
    for grade in grades {
        finding.grade(Condition::Always, grade);
    }
    if let Some(edit) = fix {
        finding.fix(Fix::risky(format!("Take the literal away: without `{variable}` the program stops"), vec![edit]));
    }
}

/// Whether a literal stands in for a variable, so that this rule speaks of it and no other.
pub fn takes(cx: &Cx, literal: &Expr) -> bool {
    fallback(cx, literal).is_some()
}

fn fallback<'a>(cx: &Cx<'a>, literal: &Expr) -> Option<Fallback<'a>> {
    match cx.parent(0)? {
        // `getenv("X") or "literal"`
        AnyNodeRef::ExprBoolOp(or) if or.op == BoolOp::Or => {
            let [Expr::Call(call), other] = or.values.as_slice() else { return None };
            let reads = Reads::of(cx, call).filter(|_| other.range() == literal.range())?;
            let alone = call.arguments.len() == 1;
            let fix = reads.required(cx, call, span(or)).filter(|_| alone);
            Some(Fallback { variable: variable(call)?, fix })
        }
        AnyNodeRef::StmtAnnAssign(_) | AnyNodeRef::StmtAssign(_) => of_settings(cx, literal),
        AnyNodeRef::Keyword(keyword)
            if keyword.arg.as_ref().is_some_and(|arg| matches!(arg.as_str(), "default" | "fallback")) =>
        {
            let Some(AnyNodeRef::ExprCall(call)) = cx.parent(2) else { return None };
            of_call(cx, call, literal).or_else(|| of_settings(cx, literal))
        }
        AnyNodeRef::Arguments(_) => {
            let Some(AnyNodeRef::ExprCall(call)) = cx.parent(1) else { return None };
            let is_second = call.arguments.args.get(1).is_some_and(|second| second.range() == literal.range());
            of_call(cx, call, literal).filter(|_| is_second).or_else(|| of_settings(cx, literal))
        }
        _ => None,
    }
}

/// The default of a field of a class that reads the environment: pydantic's `BaseSettings`, and what is called after it.
fn of_settings<'a>(cx: &Cx<'a>, literal: &Expr) -> Option<Fallback<'a>> {
    let Block::Class(class) = cx.scopes.last()?.block else { return None };
    let bases = &class.arguments.as_deref()?.args;
    if !bases.iter().any(|base| dotted(base).is_some_and(|base| base.ends_with("Settings"))) {
        return None;
    }
    let Bound { name, .. } = bound_to(cx, 0, literal.range())?;
    let fix = match cx.parent(0)? {
        // `KEY: str = "..."`: the annotation alone makes it a field that must be given.
        AnyNodeRef::StmtAnnAssign(assign) => {
            let from = Span::new(span(&*assign.annotation).end, span(literal).end);
            (!cx.has_comment(from)).then(|| Edit { span: from, text: Vec::new() })
        }
        AnyNodeRef::Keyword(_) => match cx.parent(2)? {
            AnyNodeRef::ExprCall(call) if calls::callee(call) == Some("Field") => without(cx, call, literal),
            _ => None,
        },
        _ => None,
    };
    Some(Fallback { variable: name, fix })
}

fn of_call<'a>(cx: &Cx<'a>, call: &'a ExprCall, literal: &Expr) -> Option<Fallback<'a>> {
    let reads = Reads::of(cx, call)?;
    let alone = call.arguments.len() == 2;
    let fix = match reads {
        Reads::Library => without(cx, call, literal),
        Reads::Mapping => None,
        Reads::Getenv | Reads::Environ => reads.required(cx, call, span(call)).filter(|_| alone),
    };
    let variable = match (reads, call.arguments.args.last()) {
        // `parser.get("mail", "password", fallback="...")`
        (Reads::Mapping, Some(Expr::StringLiteral(last))) if last.range() != literal.range() => last.value.to_str(),
        _ => variable(call)?,
    };
    Some(Fallback { variable, fix })
}

/// How a call reads the environment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// `os.getenv`
    Getenv,
    /// `os.environ.get`
    Environ,
    /// decouple's `config`, environs' `env` and its methods.
    Library,
    /// `settings.get`, of dynaconf or a mapping: what it does without the literal is not known.
    Mapping,
}

impl Reads {
    fn of(cx: &Cx, call: &ExprCall) -> Option<Reads> {
        // Most calls end here, before their whole name is put together.
        let of_env = || match &*call.func {
            Expr::Name(name) => name.id.as_str() == "env",
            Expr::Attribute(attribute) => matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == "env"),
            _ => false,
        };
        if !matches!(calls::callee(call), Some("getenv" | "get" | "setdefault" | "pop" | "config")) && !of_env() {
            return None;
        }
        let name = dotted(&call.func).unwrap_or_default();
        match name.as_str() {
            "os.getenv" | "getenv" => return Some(Reads::Getenv),
            "os.environ.get" | "environ.get" | "os.environ.setdefault" | "environ.setdefault" => {
                return Some(Reads::Environ);
            }
            _ => {}
        }
        let first = name.split('.').next().unwrap_or_default();
        let is_decouple = first == "config" && name == "config" && cx.mentions("decouple");
        let is_environs = first == "env" && (cx.mentions("environs") || cx.mentions("environ"));
        let is_starlette = name == "config" && cx.mentions("starlette.config");
        let of_mapping = || matches!(calls::callee(call), Some("get" | "pop")).then_some(Reads::Mapping);
        (is_decouple || is_environs || is_starlette).then_some(Reads::Library).or_else(of_mapping)
    }

    /// The edit that reads the variable and wants it to be there.
    fn required(self, cx: &Cx, call: &ExprCall, whole: Span) -> Option<Edit> {
        let name = span(key(call)?);
        if cx.has_comment(whole) {
            return None;
        }
        let environ = match (self, &*call.func) {
            (Reads::Environ, Expr::Attribute(get)) if get.attr.as_str() == "get" => {
                vec![Piece::Source(span(&*get.value))]
            }
            (Reads::Getenv, _) => {
                let os = Piece::Name { module: "os".to_owned(), name: String::new() };
                text![os, ".environ"]
            }
            _ => return None,
        };
        Some(Edit { span: whole, text: [environ, text!["[", name, "]"]].concat() })
    }
}

/// The call without the literal, and without the comma that parts it from its neighbour.
fn without(cx: &Cx, call: &ExprCall, literal: &Expr) -> Option<Edit> {
    let arguments: Vec<_> = call.arguments.iter_source_order().collect();
    let at = arguments.iter().position(|argument| argument.value().range() == literal.range())?;
    let here = span(arguments[at].range());
    let gone = match (at.checked_sub(1).map(|before| &arguments[before]), arguments.get(at + 1)) {
        (Some(before), _) => Span::new(span(before.range()).end, here.end),
        (None, Some(next)) => Span::new(here.start, span(next.range()).start),
        (None, None) => here,
    };
    (!cx.has_comment(gone)).then(|| Edit { span: gone, text: Vec::new() })
}

/// The name of the variable, as the call says it.
fn key(call: &ExprCall) -> Option<&Expr> {
    let named = || call.arguments.keywords.iter().find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg == "key"));
    call.arguments.args.first().or_else(|| named().map(|keyword| &keyword.value))
}

fn variable(call: &ExprCall) -> Option<&str> {
    match key(call)? {
        Expr::StringLiteral(name) => Some(name.value.to_str()),
        _ => None,
    }
}
