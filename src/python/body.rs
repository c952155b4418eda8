//! What the body of a function says beyond itself.

use super::ast::{self, Expr, Stmt};
use super::bind::is_construction;
use super::deeper;
use super::walk::blocks;

/// What a function's body says beyond itself.
#[derive(Default)]
pub struct Body<'a> {
    /// What it returns; `None` where it returns nothing.
    pub returns: Vec<Option<&'a Expr>>,
    /// Names that are bound to something constructed.
    pub made: Vec<&'a str>,
    /// It is a generator.
    pub yields: bool,
    /// `self.name[: annotation] = value`.
    pub assigned: Vec<(&'a str, Option<&'a Expr>, Option<&'a Expr>)>,
    /// Classes and functions defined inside.
    pub nested: Vec<&'a Stmt>,
    /// What it imports: the last part of each module, and each name.
    pub imports: Vec<&'a str>,
    /// Names declared global.
    pub globals: Vec<&'a str>,
}

impl<'a> Body<'a> {
    /// Reads the statements; `own` is what the method calls its instance.
    pub fn statements(&mut self, body: &'a [Stmt], own: Option<&str>) {
        for stmt in body {
            deeper(|| self.statement(stmt, own));
        }
    }

    fn statement(&mut self, stmt: &'a Stmt, own: Option<&str>) {
        let last = |module: &'a str| module.rsplit('.').next().unwrap_or(module);
        match stmt {
            Stmt::Import(import) => self.imports.extend(import.names.iter().map(|alias| last(&alias.name))),
            Stmt::ImportFrom(import) => {
                self.imports.extend(import.module.as_ref().map(|module| last(module)));
                self.imports.extend(import.names.iter().map(|alias| alias.name.as_str()));
            }
            Stmt::Assign(assign) => {
                self.yields |= is_yield(&assign.value);
                if let ([Expr::Name(name)], true) = (assign.targets.as_slice(), is_construction(&assign.value)) {
                    self.made.push(name.id.as_str());
                }
                for target in &assign.targets {
                    self.target(target, None, Some(&assign.value), own);
                }
            }
            Stmt::AnnAssign(assign) => {
                self.target(&assign.target, Some(&assign.annotation), assign.value.as_deref(), own);
            }
            Stmt::AugAssign(assign) => self.target(&assign.target, None, None, own),
            Stmt::Expr(stmt) => self.yields |= is_yield(&stmt.value),
            Stmt::Return(stmt) => {
                self.yields |= stmt.value.as_deref().is_some_and(is_yield);
                self.returns.push(stmt.value.as_deref());
            }
            Stmt::ClassDef(_) | Stmt::FunctionDef(_) => self.nested.push(stmt),
            Stmt::Global(global) => self.globals.extend(global.names.iter().map(|name| name.as_str())),
            other => {
                if let Stmt::For(stmt) = other {
                    self.target(&stmt.target, None, None, own);
                }
                let mut inner = Vec::new();
                blocks(other, &mut |body| inner.push(body));
                for body in inner {
                    self.statements(body, own);
                }
            }
        }
    }

    fn target(&mut self, target: &'a Expr, annotation: Option<&'a Expr>, value: Option<&'a Expr>, own: Option<&str>) {
        match target {
            Expr::Attribute(attribute) => {
                if let Expr::Name(name) = &*attribute.value
                    && own == Some(name.id.as_str())
                {
                    self.assigned.push((attribute.attr.as_str(), annotation, value));
                }
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                elts.iter().for_each(|element| self.target(element, None, None, own));
            }
            _ => {}
        }
    }
}

fn is_yield(expr: &Expr) -> bool {
    match expr {
        Expr::Yield(_) | Expr::YieldFrom(_) => true,
        Expr::Await(await_) => matches!(*await_.value, Expr::Yield(_)),
        _ => false,
    }
}
