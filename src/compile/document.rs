//! Files of settings: the rules that read text, and Python where a notebook holds some.

use super::{Rules, compile_by, context, elsewhere, is_generated, order};
use crate::document::{self, Cell};
use crate::finding::{Claim, Finding, LabelAt};
use crate::page::Page;
use crate::python::types::Types;
use crate::python::{self, ignores};
use crate::rule::Definitions;
use crate::secrets;
use crate::text::{Span, decode};
use crate::unit::{Ignore, Kind, Syntax, Unit};
use std::rc::Rc;
use std::sync::LazyLock;

/// The rules that a notebook's cells are worth: nobody imports them, and what runs in which order is not said.
static IN_CELLS: LazyLock<Rules> = LazyLock::new(|| Rules::of(|page: &Page| page.family.name == "secrets"));

/// Compiles a file that is no Python.
pub fn compile(rules: &Rules, bytes: &[u8], syntax: Syntax, definitions: &Definitions) -> Unit {
    if is_binary(bytes) || is_minified(bytes, syntax) {
        return Unit { skipped: true, ..Unit::default() };
    }
    let source = decode(bytes);
    let text = &*source.text;
    let unit = Unit { unwritable: source.trouble.is_some(), generated: is_generated(text), ..Unit::default() };
    // Most files say nothing that could be one, and are not read any further.
    let always = matches!(syntax, Syntax::Env | Syntax::Docker | Syntax::Netrc);
    let configures = matches!(syntax, Syntax::Ini | Syntax::Toml) && text.contains("pytest");
    let skips = !always && !configures && !definitions.everywhere;
    if skips && !secrets::may_hold(text) && !definitions.formats.speaks(text) {
        return unit;
    }
    let document = document::read(text, syntax);
    let tree = python::parse("", Kind::Text(syntax));
    let mut cx = context(text, Kind::Text(syntax), &tree, Rc::new(Types::new(text)), definitions);
    for &(code, check) in &rules.text {
        cx.code = code;
        check(&mut cx, &document, syntax);
    }
    let mut unit = Unit { secrets: cx.secrets, ..unit };
    let mut findings = cx.findings;
    unit.ignores = ignores::in_lines(text, document::comments(text, syntax));
    for cell in &document.cells {
        findings.extend(in_cell(cell, definitions, &mut unit));
    }
    unit.secrets.extend(elsewhere(text, &unit.secrets));
    unit.secrets.sort();
    unit.secrets.dedup();
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    findings.dedup_by(|a, b| a.span == b.span && a.code == b.code);
    Unit { findings: Claim::of(findings), ..unit }
}

/// Compiles the Python of a cell, and moves what is found to where it stands in the notebook.
fn in_cell(cell: &Cell, definitions: &Definitions, unit: &mut Unit) -> Vec<Finding> {
    let compiled = compile_by(&IN_CELLS, cell.source.as_bytes(), Kind::Python, definitions);
    unit.secrets.extend(compiled.secrets.iter().filter_map(|span| cell.place(*span)));
    let moved = |finding: Finding| {
        let labels = finding.labels.into_iter().filter_map(|mut label| {
            if let LabelAt::Here(span) = &mut label.at {
                *span = cell.place(*span)?;
            }
            Some(label)
        });
        // An edit of Python would have to be written as JSON.
        Some(Finding { span: cell.place(finding.span)?, labels: labels.collect(), fixes: Vec::new(), ..finding })
    };
    let ignored = |ignore: Ignore| {
        let place = |span: Span| cell.place(span);
        let covers = match ignore.covers {
            Some(span) => Some(place(span)?),
            None => return None,
        };
        let codes = ignore.codes.into_iter().filter_map(|(code, span)| Some((code, place(span)?))).collect();
        let until = ignore.until.and_then(|(day, span)| Some((day, place(span)?)));
        Some(Ignore { span: place(ignore.span)?, removal: place(ignore.removal)?, covers, codes, until, ..ignore })
    };
    unit.ignores.extend(compiled.ignores.into_iter().filter_map(ignored));
    compiled.findings.list().iter().map(Claim::whole).filter_map(moved).collect()
}

fn is_binary(bytes: &[u8]) -> bool {
    let utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    !utf16 && memchr::memchr(0, &bytes[..bytes.len().min(8192)]).is_some()
}

/// Long lines throughout: a program wrote it for another.
fn is_minified(bytes: &[u8], syntax: Syntax) -> bool {
    let lines = 1 + memchr::memchr_iter(b'\n', bytes).count();
    syntax != Syntax::Notebook && bytes.len() > 50_000 && bytes.len() / lines > 2_000
}
