//! A token in the format of its provider. Page: rules/secrets/provider-token.md

use super::bound::{bound_to, may_be_bound};
use super::{ROTATE, grade_by_place, is_docstring, parts, read_from_environment, value_of};
use crate::document::Document;
use crate::fact::Condition;
use crate::finding::{Fix, Grade};
use crate::python::ast::{Expr, Ranged};
use crate::rule::{Check, Cx};
use crate::secrets::{Checksum, Grade as Level, Hit, Known, NameClass, known, pem_private_key};
use crate::text;
use crate::text::Span;
use crate::unit::Syntax;

pub const CHECK: Check = Check::Several(&[Check::Literal(check), Check::Text(settings)]);

/// A private key in PEM, in one string or in several that stand together.
fn private_key<'a>(cx: &mut Cx<'a>, literal: &'a Expr, is_docstring: bool) {
    let Some(value) = value_of(cx, literal) else { return };
    let Some(key) = pem_private_key(&value.text) else { return };
    let is_first = value.text.find("-----BEGIN ") == Some(key.start);
    let skip = cx.source(value.span).find("-----BEGIN ").filter(|_| is_first).unwrap_or_default();
    let span = Span::new(value.span.start + skip as u32, value.span.end);
    cx.secrets.extend(&value.spans);
    key_found(cx, span, key.encrypted, is_docstring);
}

fn key_found(cx: &mut Cx, span: Span, encrypted: bool, is_docstring: bool) {
    let finding = cx.report(span, text!["this is a private key that everyone with the source can use"]);
    finding.help(ROTATE);
    if is_docstring {
        finding.grade(Condition::Always, Grade::Docs);
    }
    if encrypted {
        finding.grade(Condition::Always, Grade::Weak);
    }
}

fn check<'a>(cx: &mut Cx<'a>, literal: &'a Expr) {
    let whole = cx.source(crate::python::span(literal));
    if whole.len() < 14 {
        return;
    }
    let is_docstring = is_docstring(cx);
    if cx.may_find(&["-----BEGIN "]) {
        private_key(cx, literal, is_docstring);
    }
    let formats = cx.definitions.formats;
    // Without a keyword in it, only a long word under a telling name is a token.
    if is_docstring && !formats.speaks_in_prose(whole) {
        return;
    }
    if !formats.speaks(whole) {
        let is_word = whole.len() >= 18 && !whole.contains(' ') && may_be_bound(cx);
        if !is_word || !bound_to(cx, 0, literal.range()).is_some_and(|bound| formats.is_context(bound.name)) {
            return;
        }
    }
    for part in parts(literal) {
        let name = bound_to(cx, 0, literal.range()).map_or("", |bound| bound.name);
        for hit in formats.find_in(name, cx.source(part)) {
            let span = Span::new(part.start + hit.start as u32, part.start + hit.end as u32);
            let fix = match &hit.format.env {
                Some(variable) if span == part => read_from_environment(cx, literal, variable),
                _ => None,
            };
            report(cx, &hit, span, is_docstring, fix);
        }
    }
}

/// Tokens and keys anywhere in a file that is no Python.
fn settings(cx: &mut Cx, _document: &Document, _syntax: Syntax) {
    let text = cx.text;
    let mut from = 0;
    while let Some(key) = pem_private_key(&text[from..]) {
        let span = Span::new((from + key.start) as u32, (from + key.end) as u32);
        cx.secrets.push(span);
        key_found(cx, span, key.encrypted, false);
        from += key.end;
    }
    for hit in cx.definitions.formats.find(text) {
        report(cx, &hit, Span::new(hit.start as u32, hit.end as u32), false, None);
    }
}

fn report(cx: &mut Cx, hit: &Hit, span: Span, is_docstring: bool, fix: Option<Fix>) {
    // What a provider prints in its own documentation, or wants to be published, opens nothing.
    if known(cx.source(span)) == Some(Known::Documentation) || hit.public {
        return;
    }
    let shape = if hit.checksum == Checksum::Wrong { "has the shape of" } else { "is" };
    // What opens nothing by itself is no secret to use.
    let message = text![match hit.format.severity {
        Level::Error => format!("this {shape} a secret that everyone with the source can use: {}", hit.format.name),
        _ => format!("everyone with the source can read this: {}", hit.format.name),
    }];
    cx.secrets.push(span);
    let grades = grade_by_place(cx, span, NameClass::No);
    let finding = cx.report(span, message);
    finding.help(ROTATE);
    if is_docstring {
        finding.grade(Condition::Always, Grade::Docs);
    }
    if hit.checksum == Checksum::Wrong {
        finding.grade(Condition::Always, Grade::Shape);
    }
    match hit.format.severity {
        Level::Note => {
            finding.grade(Condition::Always, Grade::Public);
        }
        Level::Warning => {
            finding.grade(Condition::Always, Grade::Weak);
        }
        Level::Error => {}
    }
    for grade in grades {
        finding.grade(Condition::Always, grade);
    }
    if let Some(fix) = fix {
        finding.fix(fix);
    }
}
