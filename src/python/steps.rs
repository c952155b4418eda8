//! What a module does while it is imported, in order: imports, names that it binds, and names that it asks others for.

use super::ast::{self, Expr, Stmt};
use super::bind::is_type_checking;
use super::bound::bound;
use super::{Tree, deeper, dotted, span, walk};
use crate::fact::{ImportStep, Step};
use rustc_hash::FxHashSet;
use std::borrow::Cow;

/// The steps of a module. Only those that count: what is asked of names that no import has bound by then leads nowhere, and names that are
/// read are told by their bindings unless a star may have brought them.
pub fn steps(tree: &Tree) -> Vec<Step> {
    let mut all = Steps { steps: Vec::new(), imported: FxHashSet::default(), is_starred: false };
    tree.body().iter().for_each(|stmt| all.of(stmt));
    all.steps
}

struct Steps<'a> {
    steps: Vec<Step>,
    /// What imports have bound so far.
    imported: FxHashSet<&'a str>,
    /// A star has brought names that nobody sees.
    is_starred: bool,
}

impl<'a> Steps<'a> {
    fn of(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::ImportFrom(from) => {
                let names = from.names.iter().map(|alias| (span(alias), alias.name.as_str().to_owned()));
                self.steps.push(Step::Import(ImportStep {
                    at: from.module.as_ref().map_or_else(|| span(stmt), span),
                    level: from.level,
                    module: from.module.as_ref().map_or_else(String::new, |module| module.as_str().to_owned()),
                    names: names.collect(),
                    known_as: None,
                }));
                self.is_starred |= from.names.iter().any(|alias| alias.name.as_str() == "*");
                self.imported.extend(from.names.iter().map(|alias| alias.name.as_str()));
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let known_as = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    self.steps.push(Step::Import(ImportStep {
                        at: span(&alias.name),
                        level: 0,
                        module: alias.name.as_str().to_owned(),
                        names: Vec::new(),
                        known_as: Some(known_as.to_owned()),
                    }));
                    self.imported.insert(known_as);
                }
            }
            Stmt::ClassDef(class) => self.class(class),
            Stmt::FunctionDef(function) => {
                function.decorator_list.iter().for_each(|decorator| self.asks(&decorator.expression));
            }
            Stmt::Assign(assign) => self.asks(&assign.value),
            Stmt::Expr(stmt) => self.asks(&stmt.value),
            other => may_import(other, &mut self.steps),
        }
        let names = bound(stmt).into_iter().map(str::to_owned);
        match self.steps.last_mut() {
            Some(Step::Binds(known)) => known.extend(names),
            _ if names.len() == 0 => {}
            _ => self.steps.push(Step::Binds(names.collect())),
        }
    }

    fn class(&mut self, class: &'a ast::StmtClassDef) {
        let bases = class.arguments.iter().flat_map(|arguments| &arguments.args);
        let all = bases.chain(class.decorator_list.iter().map(|decorator| &decorator.expression));
        all.for_each(|expr| self.asks(expr));
        let from = self.steps.len();
        for stmt in &class.body {
            match stmt {
                Stmt::Assign(assign) => self.asks(&assign.value),
                Stmt::AnnAssign(assign) => assign.value.iter().for_each(|value| self.asks(value)),
                Stmt::Expr(stmt) => self.asks(&stmt.value),
                _ => {}
            }
        }
        if self.steps.len() == from {
            return;
        }
        // What the body binds itself may be asked for under the name of a module.
        let own: Vec<&str> = class.body.iter().flat_map(bound).collect();
        let is_other = |step: &Step| match step {
            Step::Asks(_, name, _) | Step::Reads(_, name) => !own.contains(&name.as_str()),
            _ => true,
        };
        let asked = self.steps.split_off(from);
        self.steps.extend(asked.into_iter().filter(is_other));
    }

    /// `module.attribute` wherever it is evaluated for sure.
    fn asks(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Lambda(_) | Expr::If(_) | Expr::BoolOp(_) | Expr::Generator(_) => {}
            Expr::Attribute(ast::ExprAttribute { value, attr, .. }) => {
                deeper(|| self.asks(value));
                if let Some(of) = module_name(value).filter(|of| self.imported.contains(&**of)) {
                    self.steps.push(Step::Asks(span(attr), of.into_owned(), attr.as_str().to_owned()));
                }
            }
            Expr::Name(name) if name.ctx.is_load() && self.is_starred => {
                self.steps.push(Step::Reads(span(name), name.id.to_string()));
            }
            other => walk::children(other, &mut |child| deeper(|| self.asks(child))),
        }
    }
}

/// The imports inside a statement; those of type checkers and of functions are none.
fn may_import(stmt: &Stmt, steps: &mut Vec<Step>) {
    let names = |names: &[ast::Alias]| names.iter().map(|alias| alias.name.as_str().to_owned()).collect();
    match stmt {
        Stmt::ImportFrom(from) => {
            let module = from.module.as_ref().map_or_else(String::new, |module| module.as_str().to_owned());
            steps.push(Step::MayImport(from.level, module, names(&from.names)));
        }
        Stmt::Import(import) => {
            for alias in &import.names {
                steps.push(Step::MayImport(0, alias.name.as_str().to_owned(), Vec::new()));
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
fn module_name(expr: &Expr) -> Option<Cow<'_, str>> {
    if let Expr::Name(name) = expr {
        return Some(Cow::Borrowed(name.id.as_str()));
    }
    const PARTS: usize = 32;
    let mut inner = expr;
    for _ in 0..PARTS {
        match inner {
            Expr::Attribute(attribute) => inner = &attribute.value,
            Expr::Name(_) => return dotted(expr).map(Cow::Owned),
            _ => return None,
        }
    }
    None
}
