//! A module that pytest's `sys.path` does not hold. Page: rules/tests/unreachable-module.md

use super::top_level_imports;
use crate::fact::Condition;
use crate::python::ast::Stmt;
use crate::python::{Tree, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, tree: &Tree) {
    if !cx.mentions("test") && !cx.mentions("fixture") {
        return;
    }
    let mut found = Vec::new();
    for stmt in top_level_imports(tree.body()) {
        match stmt {
            Stmt::ImportFrom(from) => {
                let module = from.module.as_ref().map_or("", |module| module.as_str());
                let at = from.module.as_ref().map_or_else(|| span(stmt), span);
                found.push((at, from.level, module.to_owned()));
            }
            Stmt::Import(import) => {
                found.extend(import.names.iter().map(|alias| (span(&alias.name), 0, alias.name.as_str().to_owned())));
            }
            _ => {}
        }
    }
    for (at, level, module) in found {
        let (message, help) = match level {
            0 => {
                let top = module.split('.').next().unwrap_or(&module);
                (
                    format!("no folder on `sys.path` holds `{top}` when pytest runs this: the import fails"),
                    "say `pythonpath = .` (or the folder that holds it) in pytest's configuration",
                )
            }
            _ => (
                "a relative import goes above the topmost package, as pytest imports this: it fails".to_owned(),
                "put an `__init__.py` into the folder, or import by the full name",
            ),
        };
        let finding = cx.report(at, text![message]);
        finding.when(Condition::CollectedOrConftest).when(Condition::Unreachable { level, module }).help(help);
    }
}
