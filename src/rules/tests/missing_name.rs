//! A name that a module of the project does not have. Page: rules/tests/missing-name.md

use super::{nested_imports, runs_at_import, top_level_imports};
use crate::fact::Condition;
use crate::finding::Finding;
use crate::python::ast::{self, Expr, Stmt};
use crate::python::{Tree, span};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::File(check);
/// The rule's code, for what the link says of plain imports.
const CODE: &str = "TST010";

fn check(cx: &mut Cx, tree: &Tree) {
    if !cx.speaks_of_tests() {
        return;
    }
    let mut found = Vec::new();
    for stmt in nested_imports(tree.body()) {
        if let Stmt::ImportFrom(from) = stmt {
            let module = from.module.as_ref().map_or("", |module| module.as_str());
            found.extend(from.names.iter().map(|alias| of_name(span(alias), from.level, module, alias.name.as_str())));
        }
    }
    let imports = top_level_imports(tree.body()).filter_map(|stmt| stmt.as_import_stmt());
    let local = |alias: &'_ _| -> (String, String) {
        let ast::Alias { name, asname, .. } = alias;
        (asname.as_ref().unwrap_or(name).to_string(), name.to_string())
    };
    let modules: Vec<(String, String)> = imports.flat_map(|import| &import.names).map(local).collect();
    // `app.missing` in a statement of the module itself is asked for while it is imported.
    for expr in runs_at_import(tree.body()) {
        if let Expr::Attribute(attribute) = expr
            && let Expr::Name(of) = &*attribute.value
            && attribute.ctx.is_load()
            && let Some((_, module)) = modules.iter().find(|(local, _)| local == of.id.as_str())
            && !module.contains('.')
        {
            let (package, name) = (module.clone(), attribute.attr.as_str().to_owned());
            let message = format!(
                "nothing imports `{package}.{name}` before this asks for it: it fails, and no test of this file is seen"
            );
            let finding = cx.report(span(&attribute.attr), text![message]);
            finding.help(format!("write `import {package}.{name}`"));
            finding.when(Condition::CollectedOrConftest);
            finding.when(Condition::NeverImported { package: package.clone(), name: name.clone() });
            found.push(of_name(span(&attribute.attr), 0, &package, &name));
        }
    }
    cx.findings.extend(found);
}

/// What may be wrong with a name of an import that runs whatever happens, in a file that pytest imports by itself.
pub fn of_name(at: Span, level: u32, module: &str, name: &str) -> Finding {
    let report = |message: String| {
        let mut finding = Finding::new(CODE, at, text![message]);
        finding.when(Condition::CollectedOrConftest);
        finding
    };
    if let Some((since, instead)) = gone(module, name).filter(|_| level == 0) {
        let mut finding =
            report(format!("`{module}` has no `{name}` {since}: the import fails, and no test here is seen"));
        finding.help(instead);
        return finding;
    }
    let dotted = format!("{}{module}", ".".repeat(level as usize));
    let mut finding = report(match name {
        "*" => format!(
            "`{dotted}` has not all that its `__all__` names: the import fails, and no test of this file is seen"
        ),
        _ => format!("`{dotted}` has no `{name}`: the import fails, and no test of this file is seen"),
    });
    finding.when(Condition::Lacks { level, module: module.to_owned(), name: name.to_owned() });
    finding.help("import what the module has, or give it the name");
    finding
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
