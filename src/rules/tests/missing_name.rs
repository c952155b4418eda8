//! A name that a module of the project does not have. Page: rules/tests/missing-name.md

use super::{runs_at_import, top_level_imports};
use crate::fact::Condition;
use crate::python::ast::{Expr, Stmt};
use crate::python::{Tree, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, tree: &Tree) {
    if !cx.mentions("test") && !cx.mentions("fixture") {
        return;
    }
    let mut modules: Vec<(&str, &str)> = Vec::new();
    let mut found = Vec::new();
    for stmt in top_level_imports(tree.body()) {
        match stmt {
            Stmt::ImportFrom(from) => {
                let module = from.module.as_ref().map_or("", |module| module.as_str());
                for alias in &from.names {
                    found.push((span(alias), from.level, module.to_owned(), alias.name.as_str().to_owned()));
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let local = alias.asname.as_ref().map_or(alias.name.as_str(), |name| name.as_str());
                    modules.push((local, alias.name.as_str()));
                }
            }
            _ => {}
        }
    }
    // `app.missing` in a statement of the module itself is asked for while it is imported.
    for expr in runs_at_import(tree.body()) {
        if let Expr::Attribute(attribute) = expr
            && let Expr::Name(of) = &*attribute.value
            && attribute.ctx.is_load()
            && let Some((_, module)) = modules.iter().find(|(local, _)| *local == of.id.as_str())
            && !module.contains('.')
        {
            let (package, name) = ((*module).to_owned(), attribute.attr.as_str().to_owned());
            let message = format!(
                "nothing imports `{package}.{name}` before this asks for it: it fails, and no test of this file is seen"
            );
            let finding = cx.report(span(&attribute.attr), text![message]);
            finding.help(format!("write `import {package}.{name}`"));
            finding.when(Condition::CollectedOrConftest);
            finding.when(Condition::NeverImported { package: package.clone(), name: name.clone() });
            found.push((span(&attribute.attr), 0, package, name));
        }
    }
    for (at, level, module, name) in found {
        if let Some((since, instead)) = gone(&module, &name).filter(|_| level == 0) {
            let message = format!("`{module}` has no `{name}` {since}: the import fails, and no test here is seen");
            cx.report(at, text![message]).when(Condition::CollectedOrConftest).help(instead);
            continue;
        }
        let dotted = format!("{}{module}", ".".repeat(level as usize));
        let message = match name.as_str() {
            "*" => format!(
                "`{dotted}` has not all that its `__all__` names: the import fails, and no test of this file is seen"
            ),
            _ => format!("`{dotted}` has no `{name}`: the import fails, and no test of this file is seen"),
        };
        let finding = cx.report(at, text![message]);
        finding.when(Condition::CollectedOrConftest).when(Condition::Lacks { level, module, name });
        finding.help("import what the module has, or give it the name");
    }
}

/// Names that the standard library had once, or never: since when, and what to write instead.
/// Sources: "What's New" of Python 3.9 to 3.13; `dir(unittest.mock)`.
fn gone(module: &str, name: &str) -> Option<(&'static str, &'static str)> {
    const ABSTRACT: [&str; 25] = [
        "Awaitable",
        "Coroutine",
        "AsyncIterable",
        "AsyncIterator",
        "AsyncGenerator",
        "Hashable",
        "Iterable",
        "Iterator",
        "Generator",
        "Reversible",
        "Container",
        "Collection",
        "Callable",
        "Set",
        "MutableSet",
        "Mapping",
        "MutableMapping",
        "MappingView",
        "KeysView",
        "ItemsView",
        "ValuesView",
        "Sequence",
        "MutableSequence",
        "ByteString",
        "Sized",
    ];
    const MOCK: [&str; 23] = [
        "Mock",
        "MagicMock",
        "patch",
        "sentinel",
        "DEFAULT",
        "ANY",
        "call",
        "create_autospec",
        "AsyncMock",
        "ThreadingMock",
        "FILTER_DIR",
        "NonCallableMock",
        "NonCallableMagicMock",
        "mock_open",
        "PropertyMock",
        "seal",
        "CallableMixin",
        "Base",
        "MagicMixin",
        "MagicProxy",
        "AsyncMagicMixin",
        "AsyncMockMixin",
        "InvalidSpecError",
    ];
    match (module, name) {
        ("collections", name) if ABSTRACT.contains(&name) => {
            Some(("since Python 3.10", "import it from `collections.abc`"))
        }
        ("asyncio", "coroutine") => Some(("since Python 3.11", "write `async def`")),
        ("inspect", "getargspec" | "formatargspec") => Some(("since Python 3.11", "write `inspect.signature`")),
        ("unittest", "makeSuite" | "findTestCases") => {
            Some(("since Python 3.13", "write `unittest.defaultTestLoader`"))
        }
        ("fractions", "gcd") => Some(("since Python 3.9", "import it from `math`")),
        ("unittest.mock", name) if name.starts_with(char::is_uppercase) && !MOCK.contains(&name) => {
            Some(("in any Python", "the mocks are `Mock`, `MagicMock` and `AsyncMock`"))
        }
        _ => None,
    }
}
