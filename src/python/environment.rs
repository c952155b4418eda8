//! Variables of the environment that a module sets while it is imported.

use super::ast::{Expr, Stmt};
use super::dotted;
use super::walk::{imported, imported_from};
use crate::fact::{EnvRead, EnvSet, Name};

/// What a module sets, in order, with what it has imported by then. `*` stands for any variable.
pub fn sets(body: &[Stmt]) -> Vec<EnvSet> {
    let mut found = Vec::new();
    let mut after: Vec<Name> = Vec::new();
    for stmt in body {
        match stmt {
            Stmt::Import(import) => after.extend(import.names.iter().map(|alias| {
                let module = alias.name.as_str();
                if alias.asname.is_some() { imported(alias).1 } else { Name::import(module, "") }
            })),
            Stmt::ImportFrom(import) => {
                after.extend(import.names.iter().map(|alias| imported_from(import, alias)));
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    if let Expr::Subscript(item) = target
                        && is_environ(&item.value)
                        && let Expr::StringLiteral(name) = &*item.slice
                    {
                        found.push(EnvSet { name: name.value.to_str().to_owned(), after: after.clone() });
                    }
                }
            }
            Stmt::Expr(stmt) => {
                if let Expr::Call(call) = &*stmt.value {
                    found.extend(of_call(call).map(|name| EnvSet { name, after: after.clone() }));
                }
            }
            Stmt::With(with) if with.items.iter().any(|item| patches(&item.context_expr)) => {
                found.push(EnvSet { name: "*".to_owned(), after: after.clone() });
            }
            // Whatever is set on a condition, or in a loop, may be anything.
            Stmt::If(_) | Stmt::For(_) | Stmt::With(_) | Stmt::Try(_) => {
                let mut sets_some = false;
                super::walk::blocks(stmt, &mut |inner| sets_some |= !sets(inner).is_empty());
                if sets_some {
                    found.push(EnvSet { name: "*".to_owned(), after: after.clone() });
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
        let inner = sets(&function.body).into_iter();
        found.extend(inner.map(|set| EnvSet { after: after.iter().cloned().chain(set.after).collect(), ..set }));
    }
    found
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
    let callee = dotted(&call.func)?;
    let first = || match call.arguments.args.first() {
        Some(Expr::StringLiteral(name)) => name.value.to_str().to_owned(),
        _ => "*".to_owned(),
    };
    match callee.as_str() {
        "os.environ.setdefault" | "environ.setdefault" | "os.putenv" => Some(first()),
        "os.environ.update" | "environ.update" => Some("*".to_owned()),
        other if other.ends_with("load_dotenv") => Some("*".to_owned()),
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
