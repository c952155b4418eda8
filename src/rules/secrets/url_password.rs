//! A password in a URL or a connection string. Page: rules/secrets/url-password.md

use super::{ROTATE, grade_by_place, is_docstring, parts};
use crate::document::Document;
use crate::fact::Condition;
use crate::finding::Grade;
use crate::python::ast::{Expr, FStringPart};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::secrets::{Likelihood, NameClass, dsn_password, is_weak_password, may_name, url_passwords};
use crate::text;
use crate::text::Span;
use crate::unit::Syntax;

pub const CHECK: Check = Check::Several(&[Check::Literal(check), Check::Text(settings)]);

fn check<'a>(cx: &mut Cx<'a>, literal: &'a Expr) {
    let whole = cx.source(span(literal)).as_bytes();
    if whole.len() < 12 {
        return;
    }
    let is_url = memchr::memmem::find(whole, b"://").is_some() && memchr::memchr(b'@', whole).is_some();
    let is_docstring = is_docstring(cx);
    let is_connection = !is_docstring && memchr::memchr(b'=', whole).is_some() && may_name(cx.source(span(literal)));
    if !is_url && !is_connection {
        return;
    }
    for part in whole_parts(literal) {
        if is_url {
            urls(cx, part, is_docstring);
        }
        if is_connection {
            connection(cx, part);
        }
    }
}

fn settings(cx: &mut Cx, document: &Document, syntax: Syntax) {
    // Cells of a notebook are read as the Python that they are.
    if syntax != Syntax::Notebook {
        urls(cx, Span::new(0, cx.text.len() as u32), false);
    }
    for entry in &document.entries {
        connection(cx, entry.span);
    }
}

/// What stands between the quotes, part by part; of an f-string with its holes, which may be a host.
fn whole_parts(literal: &Expr) -> Vec<Span> {
    let Expr::FString(string) = literal else { return parts(literal) };
    let of_part = |part: &FStringPart| match part {
        FStringPart::Literal(literal) => Some(span(literal.content_range())),
        FStringPart::FString(part) => {
            let (first, last) = (part.elements.first()?, part.elements.last()?);
            Some(Span::new(span(first).start, span(last).end))
        }
    };
    string.value.iter().filter_map(of_part).collect()
}

/// Reports every password in the URLs of a piece of text.
fn urls(cx: &mut Cx, part: Span, is_docstring: bool) {
    for (start, end, url) in url_passwords(cx.source(part)) {
        let span = Span::new(part.start + start as u32, part.start + end as u32);
        cx.secrets.push(span);
        // A host without a name that anybody could resolve explains a format.
        if is_docstring && !url.host.contains('.') {
            continue;
        }
        let mut grades = grade_by_place(cx, span, NameClass::No);
        grades.extend(is_docstring.then_some(Grade::Docs));
        if url.is_local() {
            grades.push(Grade::Local);
        } else if url.likelihood <= Likelihood::Weak {
            grades.push(Grade::Weak);
        }
        let message = format!("this {} URL holds a password that everyone with the source can read", url.scheme);
        report(cx, span, message, grades);
    }
}

/// Reports the password of a connection string: `host=db user=app password=...`.
fn connection(cx: &mut Cx, part: Span) {
    let text = cx.source(part);
    // Several lines are a text about something.
    let Some((start, end)) = dsn_password(text).filter(|_| !text.contains('\n')) else { return };
    let span = Span::new(part.start + start as u32, part.start + end as u32);
    cx.secrets.push(span);
    let mut grades = grade_by_place(cx, span, NameClass::Connection);
    grades.extend(is_weak_password(cx.source(span)).then_some(Grade::Weak));
    let message = "this connection string holds a password that everyone with the source can read".to_owned();
    report(cx, span, message, grades);
}

fn report(cx: &mut Cx, span: Span, message: String, grades: Vec<Grade>) {
    let finding = cx.report(span, text![message]);
    finding.help(ROTATE);
    for grade in grades {
        finding.grade(Condition::Always, grade);
    }
}
