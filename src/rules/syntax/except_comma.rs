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
    let places: Vec<Place> = cx.faults().iter().filter_map(|fault| place(cx, fault)).collect();
    for Place { at, comma, is_sure, is_name } in places {
        let second = cx.source(Span::new(comma.end, at.end));
        let message = format!(
            "`except {}` is Python 2: an error up to Python 3.13, and `{second}` is no exception that 3.14 could catch, too",
            cx.source(at),
        );
        let help = format!("write `as error`, and below it `{second} = error.args`");
        let finding = cx.report(at, text![message]);
        let edits = vec![Edit::replace(comma, " as ")];
        match (is_name, is_sure) {
            (true, true) => finding.fix(Fix::safe("Replace `,` by `as`", edits)),
            (true, false) => finding.fix(Fix::risky("Replace `,` by `as`", edits)),
            (false, _) => finding.help(help),
        };
    }
}

/// A handler that gives its exception a name as Python 2 did.
pub struct Place {
    /// The exceptions and the name.
    at: Span,
    comma: Span,
    /// Nothing in the file is called so.
    is_sure: bool,
    /// It is one name, rather than a tuple that takes the exception apart.
    is_name: bool,
}

/// What exceptions are called where something else in the file is called so, too.
const USUAL: [&str; 8] = ["err", "error", "ex", "exc", "exception", "inst", "msg", "why"];

/// Whether a fault is such a handler.
pub fn place(cx: &Cx, fault: &Fault) -> Option<Place> {
    if fault.message != EXCEPTIONS {
        return None;
    }
    // `except (A, B), error`
    let whole = cx.source(fault.span);
    let from = if whole.starts_with('(') { whole.find(')')? } else { 0 };
    let at = from + whole[from..].find(',')?;
    let (caught, named) = (&whole[..at], &whole[at + 1..]);
    let named = named.trim();
    let plain = |c: char| c.is_alphanumeric() || c == '_';
    let small = |name: &str| name.starts_with(|c: char| c.is_lowercase() || c == '_') && name.chars().all(plain);
    let parts = named.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
    let is_name = parts.is_none();
    let shaped = parts.map_or_else(
        || small(named),
        |parts| parts.split(',').map(str::trim).filter(|part| !part.is_empty()).all(small),
    );
    let is_sure = !names(cx.text, named);
    let is_usual = named.chars().count() == 1 || USUAL.contains(&named);
    if !shaped
        || !caught.chars().all(|c| plain(c) || matches!(c, '.' | '(' | ')' | ',' | ' '))
        || is_name && !is_sure && !is_usual
    {
        return None;
    }
    let start = fault.span.start + caught.len() as u32;
    let end = fault.span.end - named.len() as u32;
    Some(Place { at: fault.span, comma: Span::new(start, end), is_sure, is_name })
}
