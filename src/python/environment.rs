//! Variables of the environment that a module sets while it is imported.

use super::ast::{Expr, Stmt};
use super::dotted;
use super::walk::{imported, imported_from};
use crate::fact::{EnvRead, EnvSet, Name};

/// What a module sets, in order, with what it has imported by then. `*` stands for any variable.
pub fn sets(body: &[Stmt]) -> Vec<EnvSet> {
    of_block(body, true)
}

/// The same of any block; what is called is followed where a module calls it.
fn of_block(body: &[Stmt], is_module: bool) -> Vec<EnvSet> {
    let mut found = Vec::new();
    let mut after: Vec<Name> = Vec::new();
    // What is imported, by the names that it is called by.
    let mut known: Vec<(&str, Name)> = Vec::new();
    for stmt in body {
        let set = |name: String| EnvSet { name, after: after.clone(), by: None };
        match stmt {
            Stmt::Import(import) => {
                known.extend(import.names.iter().map(imported));
                after.extend(import.names.iter().map(|alias| {
                    let module = alias.name.as_str();
                    if alias.asname.is_some() { imported(alias).1 } else { Name::import(module, "") }
                }));
            }
            Stmt::ImportFrom(import) => {
                let names = import
                    .names
                    .iter()
                    .map(|alias| (alias.asname.as_ref().unwrap_or(&alias.name).as_str(), imported_from(import, alias)));
                known.extend(names);
                after.extend(import.names.iter().map(|alias| imported_from(import, alias)));
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    if let Expr::Subscript(item) = target
                        && is_environ(&item.value)
                    {
                        let name = item.slice.as_string_literal_expr().map(|name| name.value.to_str().to_owned());
                        found.push(set(name.unwrap_or_else(|| "*".to_owned())));
                    }
                }
                if let (Expr::Call(call), true) = (&*assign.value, is_module) {
                    found.extend(called(call, body, &known, &after));
                }
            }
            Stmt::Expr(stmt) => {
                if let Expr::Call(call) = &*stmt.value {
                    found.extend(of_call(call).map(set));
                    if is_module {
                        found.extend(called(call, body, &known, &after));
                    }
                }
            }
            Stmt::With(with) if with.items.iter().any(|item| patches(&item.context_expr)) => {
                found.push(set("*".to_owned()));
            }
            // Whatever is set on a condition, or in a loop, may be anything.
            Stmt::If(_) | Stmt::For(_) | Stmt::With(_) | Stmt::Try(_) => {
                let mut sets_some = false;
                super::walk::blocks(stmt, &mut |inner| sets_some |= !of_block(inner, is_module).is_empty());
                if sets_some {
                    found.push(set("*".to_owned()));
                }
            }
            _ => {}
        }
    }
    // Pytest calls these once the module is there, and before it looks at tests.
    let early = |name: &str| {
        matches!(
            name,
            "pytest_configure" | "pytest_sessionstart" | "pytest_load_initial_conftests" | "pytest_cmdline_main"
        )
    };
    for function in body.iter().filter_map(Stmt::as_function_def_stmt).filter(|one| early(one.name.as_str())) {
        let inner = of_block(&function.body, true).into_iter();
        found.extend(inner.map(|set| EnvSet { after: after.iter().cloned().chain(set.after).collect(), ..set }));
    }
    found
}

/// What a function sets that a module calls: one of its own, or of another.
fn called(call: &super::ast::ExprCall, body: &[Stmt], known: &[(&str, Name)], after: &[Name]) -> Option<EnvSet> {
    let callee = dotted(&call.func)?;
    let (first, rest) = callee.split_once('.').unwrap_or((&callee, ""));
    let mut own = body.iter().filter_map(Stmt::as_function_def_stmt);
    if rest.is_empty()
        && own.any(|function| function.name.as_str() == first && !of_block(&function.body, false).is_empty())
    {
        return Some(EnvSet { name: "*".to_owned(), after: after.to_vec(), by: None });
    }
    let (_, name) = known.iter().rev().find(|(name, _)| *name == first)?;
    let Name::Import { level, module, path } = name else { return None };
    // `app.boot.start()` is `start` of `app.boot`.
    let whole = [path.as_str(), rest].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(".");
    let (inner, last) = whole.rsplit_once('.').unwrap_or(("", &whole));
    let module = [module.as_str(), inner].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(".");
    let by = Name::Import { level: *level, module, path: last.to_owned() };
    (!last.is_empty()).then(|| EnvSet { name: "*".to_owned(), after: after.to_vec(), by: Some(by) })
}

/// The functions of a module that set variables.
pub fn setters(body: &[Stmt]) -> impl Iterator<Item = &str> {
    let functions = body.iter().filter_map(Stmt::as_function_def_stmt);
    functions.filter(|function| !of_block(&function.body, false).is_empty()).map(|function| function.name.as_str())
}

/// `mock.patch.dict("os.environ", {...})`.
fn patches(expr: &Expr) -> bool {
    let Expr::Call(call) = expr else { return false };
    let of_environ = match call.arguments.args.first() {
        Some(Expr::StringLiteral(name)) => name.value.to_str() == "os.environ",
        Some(other) => is_environ(other),
        None => false,
    };
    of_environ && dotted(&call.func).is_some_and(|name| name.ends_with("patch.dict"))
}

/// Whether an expression spells the environment of the process.
pub fn is_environ(expr: &Expr) -> bool {
    dotted(expr).is_some_and(|name| name == "os.environ" || name == "environ")
}

/// `os.environ.setdefault("X", ...)`, `os.putenv("X", ...)`, `os.environ.update(...)`, `load_dotenv()`.
fn of_call(call: &super::ast::ExprCall) -> Option<String> {
    let last = match &*call.func {
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        Expr::Name(name) => name.id.as_str(),
        _ => return None,
    };
    // Most calls are none of these, and cost no text.
    if !matches!(last, "setdefault" | "putenv" | "update" | "setenv") && !last.ends_with("load_dotenv") {
        return None;
    }
    let callee = dotted(&call.func)?;
    let first = || match call.arguments.args.first() {
        Some(Expr::StringLiteral(name)) => name.value.to_str().to_owned(),
        _ => "*".to_owned(),
    };
    match callee.as_str() {
        "os.environ.setdefault" | "environ.setdefault" | "os.putenv" => Some(first()),
        "os.environ.update" | "environ.update" => Some("*".to_owned()),
        other if other.ends_with("load_dotenv") => Some("*".to_owned()),
        // `monkeypatch.setenv("X", "1")`, where a module does it.
        other if other.ends_with(".setenv") => Some(first()),
        _ => None,
    }
}

/// `os.environ.get("X")`, `os.getenv("X", "production")`, `os.environ["X"]`.
pub fn read(expr: &Expr) -> Option<EnvRead> {
    let text = |expr: &Expr| expr.as_string_literal_expr().map(|text| text.value.to_str().to_owned());
    let given = |variable: String, default: Option<String>, is_open| Some(EnvRead { variable, default, is_open });
    match expr {
        Expr::Subscript(item) if is_environ(&item.value) => given(text(&item.slice)?, None, false),
        Expr::Call(call) => {
            let callee = dotted(&call.func)?;
            if !matches!(callee.as_str(), "os.environ.get" | "environ.get" | "os.getenv" | "getenv") {
                return None;
            }
            match &*call.arguments.args {
                [name] if call.arguments.keywords.is_empty() => given(text(name)?, None, false),
                [name, default] => {
                    let default = text(default).filter(|word| ENVIRONMENTS.contains(&word.to_lowercase().as_str()));
                    let is_open = default.is_none();
                    given(text(name)?, default, is_open)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// What environments are called.
const ENVIRONMENTS: [&str; 14] = [
    "production",
    "prod",
    "live",
    "staging",
    "stage",
    "development",
    "develop",
    "dev",
    "debug",
    "local",
    "test",
    "testing",
    "ci",
    "default",
];
