//! `except Error, name`, as Python 2 wrote it. Page: rules/syntax/except-comma.md

use crate::finding::{Edit, Fix};
use crate::python::Tree;
use crate::python::broken::names;
use crate::python::semantic::{EXCEPTIONS, Fault};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, _tree: &Tree) {
    let places: Vec<(Span, Span)> = cx.faults().iter().filter_map(|fault| name(cx, fault)).collect();
    for (at, comma) in places {
        let message = format!(
            "`except {}` is Python 2: an error up to Python 3.13, and `{}` is no exception that 3.14 could catch, too",
            cx.source(at),
            cx.source(Span::new(comma.end, at.end))
        );
        let finding = cx.report(at, text![message]);
        finding.fix(Fix::safe("Replace `,` by `as`", vec![Edit::replace(comma, " as ")]));
    }
}

/// The exceptions and the comma of a handler that gives its exception a name as Python 2 did: nothing in the file is called so.
pub fn name(cx: &Cx, fault: &Fault) -> Option<(Span, Span)> {
    if fault.message != EXCEPTIONS {
        return None;
    }
    let (caught, named) = cx.source(fault.span).split_once(',')?;
    let name = named.trim();
    let plain = |c: char| c.is_alphanumeric() || c == '_';
    let first = name.starts_with(|c: char| c.is_lowercase() || c == '_');
    if !first || !name.chars().all(plain) || !caught.chars().all(|c| plain(c) || c == '.') || names(cx.text, name) {
        return None;
    }
    let start = fault.span.start + caught.len() as u32;
    let end = fault.span.end - name.len() as u32;
    Some((fault.span, Span::new(start, end)))
}
