//! Settings of a model that change what its methods do, in every form in which a class can write them.

use super::ast::{self, Expr, Stmt};
use crate::fact::Setting;

/// The settings of [`crate::fact::ClassFact`]; of a class that is no model they mean nothing.
pub fn of(class: &ast::StmtClassDef) -> Vec<Setting> {
    let mut found = Vec::new();
    for keyword in class.arguments.iter().flat_map(|arguments| &arguments.keywords) {
        if let Some(name) = &keyword.arg {
            entry(name.as_str(), &keyword.value, &mut found);
        }
    }
    for stmt in &class.body {
        match stmt {
            Stmt::ClassDef(config) if config.name.as_str() == "Config" => inner(config, &mut found),
            stmt => match assigned(stmt) {
                Some(("model_config", value)) => config_dict(value, &mut found),
                Some(("Config", _)) => found.push(unread()),
                Some(("__root__", _)) => found.push(root()),
                None if is_root(stmt) => found.push(root()),
                _ => {}
            },
        }
    }
    found.sort();
    found.dedup();
    found
}

/// What `Base.Config` holds is known from `Base`; of another class nothing is.
fn inner(config: &ast::StmtClassDef, found: &mut Vec<Setting>) {
    let bases = config.arguments.iter().flat_map(|arguments| &arguments.args);
    let known = |base: &Expr| matches!(base, Expr::Attribute(attribute) if attribute.attr.as_str() == "Config");
    if bases.into_iter().any(|base| !known(base)) {
        found.push(unread());
    }
    for stmt in &config.body {
        match (assigned(stmt), stmt) {
            (Some((name, value)), _) => entry(name, value, found),
            (None, Stmt::FunctionDef(_) | Stmt::Pass(_) | Stmt::Expr(_)) => {}
            (None, _) => found.push(unread()),
        }
    }
}

fn config_dict(value: &Expr, found: &mut Vec<Setting>) {
    match value {
        Expr::Call(call) if call.arguments.args.is_empty() => {
            for keyword in &call.arguments.keywords {
                match &keyword.arg {
                    Some(name) => entry(name.as_str(), &keyword.value, found),
                    None => found.push(unread()),
                }
            }
        }
        Expr::Dict(dict) => {
            for item in &dict.items {
                match &item.key {
                    Some(Expr::StringLiteral(key)) => entry(key.value.to_str(), &item.value, found),
                    _ => found.push(unread()),
                }
            }
        }
        _ => found.push(unread()),
    }
}

fn entry(name: &str, value: &Expr, found: &mut Vec<Setting>) {
    let off = match (name, value) {
        ("extra", Expr::StringLiteral(word)) => matches!(word.value.to_str(), "forbid" | "ignore"),
        ("extra", Expr::Attribute(attribute)) => matches!(attribute.attr.as_str(), "forbid" | "ignore"),
        (_, Expr::BooleanLiteral(literal)) => !literal.value,
        _ => false,
    };
    found.push(Setting { key: name.to_owned(), off });
}

/// A model that is one value: what its methods give is another thing in V2.
fn root() -> Setting {
    Setting { key: "__root__".to_owned(), off: false }
}

/// `__root__: list[int]`, without a value.
fn is_root(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::AnnAssign(assign) if matches!(&*assign.target, Expr::Name(name) if name.id.as_str() == "__root__"))
}

fn unread() -> Setting {
    Setting { key: "*".to_owned(), off: false }
}

fn assigned(stmt: &Stmt) -> Option<(&str, &Expr)> {
    let (target, value) = match stmt {
        Stmt::Assign(assign) => (assign.targets.first()?, &assign.value),
        Stmt::AnnAssign(assign) => (&*assign.target, assign.value.as_ref()?),
        _ => return None,
    };
    match target {
        Expr::Name(name) => Some((name.id.as_str(), value)),
        _ => None,
    }
}
