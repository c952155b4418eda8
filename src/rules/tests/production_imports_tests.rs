//! Production code that imports its tests, or what runs them. Page: rules/tests/production-imports-tests.md

use crate::fact::Condition;
use crate::python::ast::Stmt;
use crate::python::{Tree, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, tree: &Tree) {
    // Plugins of pytest's, and helpers for tests wherever they lie.
    let is_helper =
        ["fixture", "def pytest_", "pytest_plugins", "def test", "import unittest", "pytest.raises", "assert_"];
    for stmt in tree.body() {
        let (module, at) = match stmt {
            Stmt::Import(import) => match import.names.iter().find(|alias| is_of_tests(&alias.name)) {
                Some(alias) => (alias.name.as_str(), span(alias)),
                None => continue,
            },
            Stmt::ImportFrom(import) if import.level == 0 => match &import.module {
                Some(module) if is_of_tests(module) => (module.as_str(), span(module)),
                _ => continue,
            },
            _ => continue,
        };
        if is_helper.iter().any(|word| cx.mentions(word)) {
            return;
        }
        let message = format!("`{module}` is imported by what runs in production, where nobody installs it");
        let finding = cx.report(at, text![message]);
        finding.when(Condition::Production(module.to_owned()));
        finding.help("move what both need out of the tests, or import it where only tests come by");
    }
}

fn is_of_tests(module: &str) -> bool {
    let top = module.split('.').next().unwrap_or(module);
    matches!(top, "pytest" | "tests")
}
