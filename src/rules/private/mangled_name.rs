//! A name that Python mangled, spelled out. Page: rules/private/mangled-name.md

use super::mangled;
use crate::python::ast::{self, Stmt};
use crate::python::{deeper, span, walk};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Attribute(check);

fn check(cx: &mut Cx, attribute: &ast::ExprAttribute) {
    let Some((class, name)) = mangled(&attribute.attr) else { return };
    let class = class.to_owned();
    let message = format!("`__{name}` is mangled so that nobody outside of `{class}` reads it, and this does");
    if defines(cx.tree.body(), &class) {
        return;
    }
    let finding = cx.report(span(&attribute.attr), text![message]);
    finding.help("give the class a method or property for what is needed here");
}

/// Whether a class of this name stands in a body, at any depth: its own module may do so.
fn defines(body: &[Stmt], name: &str) -> bool {
    body.iter().any(|stmt| match stmt {
        Stmt::ClassDef(class) => {
            class.name.as_str().trim_start_matches('_') == name || deeper(|| defines(&class.body, name))
        }
        Stmt::FunctionDef(function) => deeper(|| defines(&function.body, name)),
        other => {
            let mut found = false;
            deeper(|| walk::blocks(other, &mut |inner| found |= defines(inner, name)));
            found
        }
    })
}
