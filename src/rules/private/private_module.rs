//! A module of a library that keeps it to itself. Page: rules/private/private-module.md

use super::foreign;
use crate::fact::{Name, OwnerKind, TypeExpr};
use crate::python::ast::Stmt;
use crate::python::{Tree, span};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, _tree: &Tree) {
    for stmt in cx.imports().iter() {
        match stmt {
            Stmt::ImportFrom(from) if from.level == 0 => {
                if let (Some(module), Some(alias)) = (&from.module, from.names.first()) {
                    report(cx, module.as_str(), span(module), alias.name.as_str());
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    report(cx, alias.name.as_str(), span(&alias.name), "");
                }
            }
            _ => {}
        }
    }
}

/// Reports a module below a package of others, where a part of its path begins with an underscore.
fn report(cx: &mut Cx, module: &str, at: Span, name: &str) {
    let private = |part: &str| part.starts_with('_') && !part.starts_with("__");
    let Some((package, _)) = module.split_once('.') else { return };
    let Some(part) = module.split('.').skip(1).find(|part| private(part)) else { return };
    let of = TypeExpr::Name(Name::import(module, ""));
    let message = format!("`{part}` is a private module of `{package}`, which may move what is in it without notice");
    let finding = cx.report(at, text![message]);
    foreign(finding, &of, name, None, &[OwnerKind::External]);
    finding.help("import it from where the package offers it in public");
}
