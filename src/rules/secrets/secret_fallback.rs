//! A literal in place of a secret that the environment lacks. Page: rules/secrets/secret-fallback.md

use super::{ROTATE, parts};
use crate::fact::Condition;
use crate::finding::{Edit, Fix, Grade, Piece};
use crate::python::ast::{AnyNodeRef, BoolOp, Expr, ExprCall, Ranged};
use crate::python::{dotted, span};
use crate::rule::{Check, Cx};
use crate::secrets::{Judgement, Likelihood, NameClass, judge};
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
    let Expr::StringLiteral(string) = literal else { return };
    let Some(Fallback { variable, fix }) = fallback(cx, literal) else { return };
    let Judgement::Secret { class, likelihood, copied } = judge(variable, string.value.to_str()) else { return };
    let signs = class == NameClass::SigningKey;
    if class == NameClass::Connection || likelihood == Likelihood::Unlikely && !signs {
        return;
    }
    // What a provider's format recognises is said by that rule, with more.
    if !cx.definitions.formats.find_in(variable, string.value.to_str()).is_empty() {
        return;
    }
    let spans = parts(literal);
    cx.secrets.extend(spans);
    let message = match signs {
        true if copied => format!("without `{variable}`, a key that anyone can read in a tutorial signs"),
        true => format!("without `{variable}`, a key that everyone with the source can read signs"),
        false => format!("without `{variable}`, a secret that everyone with the source can read is in force"),
    };
    let finding = cx.report(span(literal), text![message]);
    finding.help(ROTATE);
    if !signs {
        finding.grade(Condition::Always, Grade::Weak);
    }
    if let Some(edit) = fix {
        finding.fix(Fix::risky(format!("Take the literal away: without `{variable}` the program stops"), vec![edit]));
    }
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
        AnyNodeRef::Keyword(keyword) if keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "default") => {
            let Some(AnyNodeRef::ExprCall(call)) = cx.parent(2) else { return None };
            of_call(cx, call, literal)
        }
        AnyNodeRef::Arguments(_) => {
            let Some(AnyNodeRef::ExprCall(call)) = cx.parent(1) else { return None };
            let is_second = call.arguments.args.get(1).is_some_and(|second| second.range() == literal.range());
            of_call(cx, call, literal).filter(|_| is_second)
        }
        _ => None,
    }
}

fn of_call<'a>(cx: &Cx<'a>, call: &'a ExprCall, literal: &Expr) -> Option<Fallback<'a>> {
    let reads = Reads::of(cx, call)?;
    let alone = call.arguments.len() == 2;
    let fix = match reads {
        Reads::Library => without(cx, call, literal),
        Reads::Getenv | Reads::Environ => reads.required(cx, call, span(call)).filter(|_| alone),
    };
    Some(Fallback { variable: variable(call)?, fix })
}

/// How a call reads the environment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// `os.getenv`
    Getenv,
    /// `os.environ.get`
    Environ,
    /// decouple's `config`, environs' `env` and its methods, dynaconf's `settings.get` not among them.
    Library,
}

impl Reads {
    fn of(cx: &Cx, call: &ExprCall) -> Option<Reads> {
        let name = dotted(&call.func)?;
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
        (is_decouple || is_environs || is_starlette).then_some(Reads::Library)
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

/// The call without the literal, and without the comma in front of it.
fn without(cx: &Cx, call: &ExprCall, literal: &Expr) -> Option<Edit> {
    let mut before = None;
    for argument in call.arguments.iter_source_order() {
        let here = span(argument.range());
        if argument.value().range() == literal.range() {
            let from = Span::new(before?, here.end);
            return (!cx.has_comment(from)).then(|| Edit { span: from, text: Vec::new() });
        }
        before = Some(here.end);
    }
    None
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
