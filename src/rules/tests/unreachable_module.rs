//! A module that pytest's `sys.path` does not hold. Page: rules/tests/unreachable-module.md

use crate::fact::Condition;
use crate::python::ast::{self, Expr, Stmt};
use crate::python::walk::run_always;
use crate::python::{Tree, span};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::File(check);

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
    if !cx.mentions("test") && !cx.mentions("fixture") {
        return;
    }
    let mut found = Vec::new();
    for stmt in run_always(tree.body()) {
        match stmt {
            Stmt::ImportFrom(from) => {
                let module = from.module.as_ref().map_or("", |module| module.as_str());
                let at = from.module.as_ref().map_or_else(|| span(stmt), span);
                found.push((at, from.level, module.to_owned()));
            }
            Stmt::Assign(assign) if matches!(&assign.targets[..], [Expr::Name(name)] if name.id.as_str() == "pytest_plugins") =>
            {
                plugins(cx, &assign.value);
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
        if level == 0 {
            let top = module.split('.').next().unwrap_or(&module);
            if let Some(minor) = removed(top) {
                let message =
                    format!("Python 3.{minor} has no `{top}` anymore: the import fails, and no test here is seen");
                let finding = cx.report(at, text![message]);
                finding.when(Condition::CollectedOrConftest).when(Condition::Python(3, minor));
                finding.when(Condition::NotBackported(top.to_owned()));
                finding.help("use what took its place, or declare a package that brings it back");
            }
            let hidden =
                format!("`{top}` is another package here, beside the test, and has no `{module}`: the import fails");
            let finding = cx.report(at, text![hidden]);
            finding.when(Condition::CollectedOrConftest).when(Condition::Hidden(module.clone()));
            finding.help("give the folder among the tests another name");
            let absent = format!(
                "nothing that the project declares brings `{top}`: the import fails where only that is installed"
            );
            let finding = cx.report(at, text![absent]);
            finding.when(Condition::CollectedOrConftest).when(Condition::Uninstalled(module.clone()));
            finding.help("declare the package that has it");
        }
        let missing = format!("the project has no module `{}{module}`: the import fails", ".".repeat(level as usize));
        let finding = cx.report(at, text![missing]);
        finding.when(Condition::CollectedOrConftest).when(Condition::MissingModule { level, module: module.clone() });
        finding.help("import what there is, or add the module");
        let finding = cx.report(at, text![message]);
        finding.when(Condition::CollectedOrConftest).when(Condition::Unreachable { level, module }).help(help);
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

/// The minor version of Python 3 that came without a module of the standard library. Source: PEP 594, "What's New" of 3.12.
fn removed(module: &str) -> Option<u32> {
    match module {
        "asynchat" | "asyncore" | "imp" | "smtpd" => Some(12),
        "aifc" | "audioop" | "cgi" | "cgitb" | "chunk" | "crypt" | "imghdr" | "mailcap" | "msilib" | "nis"
        | "nntplib" | "ossaudiodev" | "pipes" | "sndhdr" | "spwd" | "sunau" | "telnetlib" | "uu" | "xdrlib" => Some(13),
        _ => None,
    }
}
