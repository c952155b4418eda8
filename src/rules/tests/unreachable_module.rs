//! A module that pytest's `sys.path` does not hold. Page: rules/tests/unreachable-module.md

use super::nested_imports;
use crate::fact::Condition;
use crate::finding::Finding;
use crate::python::ast::{self, Expr, Stmt};
use crate::python::walk::run_always;
use crate::python::{Tree, span};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::File(check);
/// The rule's code, for what the link says of plain imports.
const CODE: &str = "TST011";

/// `pytest_plugins = ["module"]`.
fn plugins(cx: &mut Cx, value: &Expr) {
    const OWN: [&str; 4] = ["pytester", "anyio", "xdist", "celery"];
    let names = match value {
        Expr::StringLiteral(_) => vec![value],
        Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => elts.iter().collect(),
        _ => return,
    };
    let lower = text!["pytest refuses `pytest_plugins` in a conftest that it does not read before it starts"];
    let finding = cx.report(span(value), lower);
    finding.when(Condition::LowerConftest).help("name the plugins in the conftest of the root");
    for name in names.into_iter().filter_map(|name| name.as_string_literal_expr()) {
        let module = name.value.to_str().to_owned();
        if OWN.contains(&module.as_str()) || module.is_empty() {
            continue;
        }
        let finding = cx.report(span(name), text![format!("pytest finds no module `{module}`, and does not start")]);
        let missing = Condition::MissingModule { level: 0, module: module.clone() };
        let unreachable = Condition::Unreachable { level: 0, module: module.clone() };
        let gone = Condition::any(vec![Condition::Uninstalled(module), missing, unreachable]);
        finding.when(Condition::CollectedOrConftest).when(gone);
        finding.help("name a module that can be imported, or take it out");
    }
}

fn check(cx: &mut Cx, tree: &Tree) {
    if !cx.speaks_of_tests() {
        return;
    }
    for stmt in run_always(tree.body()) {
        if let Stmt::Assign(assign) = stmt
            && matches!(&assign.targets[..], [Expr::Name(name)] if name.id.as_str() == "pytest_plugins")
        {
            plugins(cx, &assign.value);
        }
    }
    for stmt in nested_imports(tree.body()) {
        match stmt {
            Stmt::ImportFrom(from) => {
                let module = from.module.as_ref().map_or("", |module| module.as_str());
                let at = from.module.as_ref().map_or_else(|| span(stmt), span);
                cx.findings.extend(of_import(at, from.level, module));
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    cx.findings.extend(of_import(span(&alias.name), 0, alias.name.as_str()));
                }
            }
            _ => {}
        }
    }
    if let Some(first) = tree.body().first().filter(|_| cx.mentions("def test")) {
        let first = span(first);
        let line = cx.source(first).lines().next().unwrap_or_default().len() as u32;
        let message =
            text!["the name of the file has a dot too many: pytest takes what stands before it for a package"];
        let finding = cx.report(Span::new(first.start, first.start + line), message);
        finding.when(Condition::DottedName).help("write `_` for the dot");
    }
}

/// What may be wrong with the module of an import that runs whatever happens, in a file that pytest imports by itself.
pub fn of_import(at: Span, level: u32, module: &str) -> Vec<Finding> {
    let top = module.split('.').next().unwrap_or(module);
    let mut found = Vec::new();
    let mut report = |message: String, help: &str, when: &[Condition]| {
        let mut finding = Finding::new(CODE, at, text![message]);
        finding.when(Condition::CollectedOrConftest).help(help);
        when.iter().for_each(|when| _ = finding.when(when.clone()));
        found.push(finding);
    };
    if level == 0 {
        if let Some(minor) = removed(top) {
            report(
                format!("Python 3.{minor} has no `{top}` anymore: the import fails, and no test here is seen"),
                "use what took its place, or declare a package that brings it back",
                &[Condition::Python(3, minor), Condition::NotBackported(top.to_owned())],
            );
        }
        report(
            format!("`{top}` is another package here, beside the test, and has no `{module}`: the import fails"),
            "give the folder among the tests another name",
            &[Condition::Hidden(module.to_owned())],
        );
        report(
            format!("nothing that the project declares brings `{top}`: the import fails where only that is installed"),
            "declare the package that has it",
            &[Condition::Uninstalled(module.to_owned())],
        );
    }
    report(
        format!("the project has no module `{}{module}`: the import fails", ".".repeat(level as usize)),
        "import what there is, or add the module",
        &[Condition::MissingModule { level, module: module.to_owned() }],
    );
    let (message, help) = match level {
        0 => (
            format!("no folder on `sys.path` holds `{top}` when pytest runs this: the import fails"),
            "import it by a name that leads there, or say `pythonpath = .` (or the folder that holds it) in pytest's configuration",
        ),
        _ => (
            "a relative import goes above the topmost package, as pytest imports this: it fails".to_owned(),
            "put an `__init__.py` into the folder, or import by the full name",
        ),
    };
    report(message, help, &[Condition::Unreachable { level, module: module.to_owned() }]);
    found
}

/// The minor version of Python 3 that came without a module of the standard library. Source: PEP 594, "What's New" of 3.12.
fn removed(module: &str) -> Option<u32> {
    match module {
        "asynchat" | "asyncore" | "imp" | "smtpd" => Some(12),
        "aifc" | "audioop" | "cgi" | "cgitb" | "chunk" | "crypt" | "imghdr" | "mailcap" | "msilib" | "nis"
        | "nntplib" | "ossaudiodev" | "pipes" | "sndhdr" | "spwd" | "sunau" | "telnetlib" | "uu" | "xdrlib" => Some(13),
        _ => None,
    }
}
