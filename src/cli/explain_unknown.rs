//! `davy check --explain-unknown FILE:LINE`: why a place got no finding.

use super::{Outcome, terminal};
use crate::link;
use crate::python::ast::visitor::source_order::{SourceOrderVisitor, walk_expr};
use crate::python::ast::{Expr, Ranged};
use crate::python::{deeper, parse, span};
use crate::rules;
use crate::rules::pydantic::deprecated_model_method::new_name;
use crate::scan::Scan;
use crate::text::{Lines, Span, decode};
use std::io::{self, Write};
use std::path::PathBuf;

/// The file and line of `FILE:LINE`.
pub fn place(word: &str) -> Option<(PathBuf, u32)> {
    let (file, line) = word.rsplit_once(':')?;
    line.parse().ok().filter(|line| *line > 0).map(|line| (PathBuf::from(file), line))
}

/// Says of each candidate on the line what became of it.
pub fn run(scan: &Scan, line: u32) -> io::Result<Outcome> {
    let shown: Vec<_> = scan.files.iter().filter(|file| file.shown).collect();
    let [file] = shown.as_slice() else {
        terminal::complain("`--explain-unknown` looks at one file", Some("write it as FILE:LINE"));
        return Ok(Outcome::Failed);
    };
    let bytes = file.bytes().unwrap_or_default();
    let text = decode(&bytes).text.into_owned();
    let lines = Lines::new(&text);
    let count = text.lines().count();
    if line as usize > count {
        terminal::complain(&format!("{}: has {count} lines", file.display), Some("write it as FILE:LINE"));
        return Ok(Outcome::Failed);
    }
    let mut out = io::stdout().lock();
    let mut said = 0;
    let mut seen: Vec<Span> = Vec::new();
    let say = |out: &mut dyn Write, at: Span, what: &str| {
        let position = lines.position(at.start, &text);
        writeln!(out, "{}:{}:{}: {what}", file.display, position.line, position.column)
    };
    for link::Reason { code, span, why } in scan.reasons(&file.key) {
        if lines.line(span.start) != line {
            continue;
        }
        seen.push(span);
        said += 1;
        let name = rules::page(&code.0).map_or("", |page| page.name.as_str());
        match why {
            Some(why) => say(&mut out, span, &format!("no {code} {name}: {why}"))?,
            None => say(&mut out, span, &format!("{code} {name} holds here"))?,
        }
    }
    let tree = parse(&text, file.kind);
    let mut sites = Sites(Vec::new());
    sites.visit_body(tree.body());
    for (at, receiver) in sites.0 {
        if lines.line(at.start) == line && !seen.contains(&at) {
            said += 1;
            let receiver = receiver.of(&text).replace(['\n', '\r'], " ");
            let why = format!(
                "no finding for `.{}`: nothing in this file says what `{receiver}` is; annotate it",
                at.of(&text)
            );
            say(&mut out, at, &why)?;
        }
    }
    if said == 0 {
        writeln!(out, "{}:{line}: no rule has anything to ask here", file.display)?;
    }
    Ok(Outcome::Clean)
}

/// Attributes that could be a model's, with their receivers.
struct Sites(Vec<(Span, Span)>);

impl<'a> SourceOrderVisitor<'a> for Sites {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Attribute(attribute) = expr
            && new_name(attribute.attr.as_str()).is_some()
        {
            self.0.push((span(attribute.attr.range()), span(attribute.value.range())));
        }
        deeper(|| walk_expr(self, expr));
    }
}
