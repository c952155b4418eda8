//! Settings of a model that change what its methods do, in every form in which a class can write them.

use super::ast::{self, Expr, Stmt};

/// The settings of [`crate::fact::ClassFact`]; of a class that is no model they mean nothing.
pub fn of(class: &ast::StmtClassDef) -> Vec<String> {
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
                Some(("Config", _)) => found.push("*".to_owned()),
                _ => {}
            },
        }
    }
    found.sort();
    found.dedup();
    found
}

/// What `Base.Config` holds is known from `Base`; of another class nothing is.
fn inner(config: &ast::StmtClassDef, found: &mut Vec<String>) {
    let bases = config.arguments.iter().flat_map(|arguments| &arguments.args);
    let known = |base: &Expr| matches!(base, Expr::Attribute(attribute) if attribute.attr.as_str() == "Config");
    if bases.into_iter().any(|base| !known(base)) {
        found.push("*".to_owned());
    }
    for stmt in &config.body {
        match (assigned(stmt), stmt) {
            (Some((name, value)), _) => entry(name, value, found),
            (None, Stmt::FunctionDef(_) | Stmt::Pass(_) | Stmt::Expr(_)) => {}
            (None, _) => found.push("*".to_owned()),
        }
    }
}

fn config_dict(value: &Expr, found: &mut Vec<String>) {
    match value {
        Expr::Call(call) if call.arguments.args.is_empty() => {
            for keyword in &call.arguments.keywords {
                match &keyword.arg {
                    Some(name) => entry(name.as_str(), &keyword.value, found),
                    None => found.push("*".to_owned()),
                }
            }
        }
        Expr::Dict(dict) => {
            for item in &dict.items {
                match &item.key {
                    Some(Expr::StringLiteral(key)) => entry(key.value.to_str(), &item.value, found),
                    _ => found.push("*".to_owned()),
                }
            }
        }
        _ => found.push("*".to_owned()),
    }
}

fn entry(name: &str, value: &Expr, found: &mut Vec<String>) {
    let off = match (name, value) {
        ("validate_assignment", Expr::BooleanLiteral(literal)) => !literal.value,
        ("extra", Expr::StringLiteral(word)) => matches!(word.value.to_str(), "forbid" | "ignore"),
        ("extra", Expr::Attribute(attribute)) => matches!(attribute.attr.as_str(), "forbid" | "ignore"),
        ("validate_assignment" | "extra", _) => false,
        _ => true,
    };
    if !off {
        found.push(name.to_owned());
    }
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
