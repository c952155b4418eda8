//! What a module does while it is imported, in order: imports, names that it binds, and names that it asks others for.

use super::ast::{self, Expr, Stmt};
use super::bind::is_type_checking;
use super::bound::bound;
use super::{Tree, deeper, dotted, span, walk};
use crate::fact::{ImportStep, Step};
use rustc_hash::FxHashSet;

/// The steps of a module.
pub fn steps(tree: &Tree) -> Vec<Step> {
    let mut steps = Vec::new();
    for stmt in tree.body() {
        match stmt {
            Stmt::ImportFrom(from) => steps.push(Step::Import(ImportStep {
                at: from.module.as_ref().map_or_else(|| span(stmt), span),
                level: from.level,
                module: from.module.as_ref().map_or_else(String::new, |module| module.to_string()),
                names: from.names.iter().map(|alias| (span(alias), alias.name.to_string())).collect(),
                known_as: None,
            })),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let (at, module) = (span(&alias.name), alias.name.to_string());
                    let known_as = alias.asname.as_ref().map_or_else(|| module.clone(), |name| name.to_string());
                    steps.push(Step::Import(ImportStep {
                        at,
                        level: 0,
                        module,
                        names: Vec::new(),
                        known_as: Some(known_as),
                    }));
                }
            }
            Stmt::ClassDef(class) => {
                let bases = class.arguments.iter().flat_map(|arguments| &arguments.args);
                let all = bases.chain(class.decorator_list.iter().map(|decorator| &decorator.expression));
                all.for_each(|expr| asks(expr, &mut steps));
                // What the body binds itself may be asked for under the name of a module.
                let own: Vec<&str> = class.body.iter().flat_map(bound).collect();
                let from = steps.len();
                for stmt in &class.body {
                    match stmt {
                        Stmt::Assign(assign) => asks(&assign.value, &mut steps),
                        Stmt::AnnAssign(assign) => assign.value.iter().for_each(|value| asks(value, &mut steps)),
                        Stmt::Expr(stmt) => asks(&stmt.value, &mut steps),
                        _ => {}
                    }
                }
                let is_own = |name: &String| own.contains(&name.as_str());
                let mut at = 0;
                steps.retain(|step| {
                    at += 1;
                    let name = match step {
                        Step::Asks(_, name, _) | Step::Reads(_, name) => name,
                        _ => return true,
                    };
                    at <= from || !is_own(name)
                });
            }
            Stmt::FunctionDef(function) => {
                function.decorator_list.iter().for_each(|decorator| asks(&decorator.expression, &mut steps));
            }
            Stmt::Assign(assign) => asks(&assign.value, &mut steps),
            Stmt::Expr(stmt) => asks(&stmt.value, &mut steps),
            other => may_import(other, &mut steps),
        }
        let names = bound(stmt).into_iter().map(str::to_owned).collect();
        steps.push(Step::Binds(names));
    }
    counting(steps)
}

/// Only those that count: what is asked of names that no import has bound by then leads nowhere, and names that are read are told by their
/// bindings unless a star may have brought them.
fn counting(all: Vec<Step>) -> Vec<Step> {
    let mut imported: FxHashSet<String> = FxHashSet::default();
    let mut is_starred = false;
    let mut steps: Vec<Step> = Vec::new();
    for mut step in all {
        match &mut step {
            Step::Import(import) => {
                is_starred |= import.names.iter().any(|(_, name)| name == "*");
                imported.extend(import.names.iter().map(|(_, name)| name.clone()));
                imported.extend(import.known_as.clone());
            }
            Step::Asks(_, module, _) if !imported.contains(module) => continue,
            Step::Reads(..) if !is_starred => continue,
            Step::Binds(names) => match steps.last_mut() {
                Some(Step::Binds(known)) => {
                    known.append(names);
                    continue;
                }
                _ if names.is_empty() => continue,
                _ => {}
            },
            _ => {}
        }
        steps.push(step);
    }
    steps
}

/// The imports inside a statement; those of type checkers and of functions are none.
fn may_import(stmt: &Stmt, steps: &mut Vec<Step>) {
    let names = |names: &[ast::Alias]| names.iter().map(|alias| alias.name.to_string()).collect();
    match stmt {
        Stmt::ImportFrom(from) => {
            let module = from.module.as_ref().map_or_else(String::new, |module| module.to_string());
            steps.push(Step::MayImport(from.level, module, names(&from.names)));
        }
        Stmt::Import(import) => {
            for alias in &import.names {
                steps.push(Step::MayImport(0, alias.name.to_string(), Vec::new()));
            }
        }
        Stmt::FunctionDef(_) => {}
        Stmt::If(branch) if is_type_checking(&branch.test) => {
            let others = branch.elif_else_clauses.iter().flat_map(|clause| &clause.body);
            others.for_each(|stmt| may_import(stmt, steps));
        }
        other => walk::blocks(other, &mut |body| body.iter().for_each(|stmt| may_import(stmt, steps))),
    }
}

/// A dotted name, as long as one of a module may be.
fn module_name(expr: &Expr) -> Option<String> {
    const PARTS: usize = 32;
    let mut inner = expr;
    for _ in 0..PARTS {
        match inner {
            Expr::Attribute(attribute) => inner = &attribute.value,
            Expr::Name(_) => return dotted(expr),
            _ => return None,
        }
    }
    None
}

/// `module.attribute` wherever it is evaluated for sure.
fn asks(expr: &Expr, steps: &mut Vec<Step>) {
    match expr {
        Expr::Lambda(_) | Expr::If(_) | Expr::BoolOp(_) | Expr::Generator(_) => {}
        Expr::Attribute(ast::ExprAttribute { value, attr, .. }) => {
            deeper(|| asks(value, steps));
            if let Some(of) = module_name(value) {
                steps.push(Step::Asks(span(attr), of, attr.to_string()));
            }
        }
        Expr::Name(name) if name.ctx.is_load() => steps.push(Step::Reads(span(name), name.id.to_string())),
        other => walk::children(other, &mut |child| deeper(|| asks(child, steps))),
    }
}
