//! Loops closed and branches joined.
//!
//! Bindings of a body that may run many times, or stop anywhere, are collected without following them.

use super::super::ast::{self, Stmt};
use super::super::deeper;
use super::{Def, Env, Flow, Walk};
use crate::python::ast::Ranged;
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;

impl<'a> Walk<'a> {
    /// Before a body that may run many times, or stop anywhere: each name it binds may already hold any of its bindings.
    pub(super) fn close_loop(&mut self, body: &'a [Stmt]) {
        let Some(env) = self.env.take() else { return };
        let mut inner = Walk {
            flow: Flow {
                uses: FxHashMap::default(),
                locals: FxHashMap::default(),
                elsewhere: self.flow.elsewhere.clone(),
                outside: FxHashSet::default(),
            },
            in_class: self.in_class,
            comprehensions: 0,
            env: None,
            loops: Vec::new(),
            late: Vec::new(),
            lambdas: 0,
            inner: Vec::new(),
            walruses: Vec::new(),
            rebound: self.rebound.clone(),
        };
        inner.bindings(body);
        let mut env = env;
        for (name, defs) in inner.flow.locals {
            let mut all: Vec<Def<'a>> = env.get(name).map(|defs| defs.to_vec()).unwrap_or_default();
            all.extend_from_slice(&defs);
            env.insert(name, Rc::new(all));
        }
        self.env = Some(env);
    }

    /// Collects the bindings of a body without following it: the environment stays unreachable.
    fn bindings(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            deeper(|| {
                self.env = None;
                match stmt {
                    Stmt::If(stmt) => {
                        self.expr(&stmt.test);
                        self.bindings(&stmt.body);
                        for clause in &stmt.elif_else_clauses {
                            self.maybe(clause.test.as_ref());
                            self.bindings(&clause.body);
                        }
                    }
                    Stmt::While(stmt) => {
                        self.expr(&stmt.test);
                        self.bindings(&stmt.body);
                        self.bindings(&stmt.orelse);
                    }
                    Stmt::For(stmt) => {
                        self.expr(&stmt.iter);
                        self.target(&stmt.target, &|path| Def::Item(&stmt.iter, path), &[]);
                        self.bindings(&stmt.body);
                        self.bindings(&stmt.orelse);
                    }
                    Stmt::Try(stmt) => {
                        self.bindings(&stmt.body);
                        for handler in &stmt.handlers {
                            let ast::ExceptHandler::ExceptHandler(handler) = handler;
                            if let Some(name) = &handler.name {
                                self.bind(name.as_str(), Def::Opaque(handler.start().to_u32()));
                            }
                            self.bindings(&handler.body);
                        }
                        self.bindings(&stmt.orelse);
                        self.bindings(&stmt.finalbody);
                    }
                    other => self.stmt(other),
                }
            });
        }
    }

    pub(super) fn rejoin(&mut self, ends: impl IntoIterator<Item = Env<'a>>) {
        for end in ends {
            self.env = Some(match self.env.take() {
                None => end,
                Some(env) => join(env, end),
            });
        }
    }
}

fn join<'a>(mut one: Env<'a>, other: Env<'a>) -> Env<'a> {
    for (name, defs) in other {
        match one.get(name) {
            Some(known) if Rc::ptr_eq(known, &defs) => {}
            Some(known) => {
                let mut all = known.to_vec();
                let fresh = defs.iter().filter(|def| !known.iter().any(|k| same(k, def)));
                all.extend(fresh.cloned());
                one.insert(name, Rc::new(all));
            }
            None => {
                one.insert(name, defs);
            }
        }
    }
    one
}

fn same(one: &Def, other: &Def) -> bool {
    match (one, other) {
        (Def::Assign(a, x), Def::Assign(b, y)) | (Def::Item(a, x), Def::Item(b, y)) => std::ptr::eq(*a, *b) && x == y,
        (Def::Rest(a), Def::Rest(b)) => std::ptr::eq(*a, *b),
        (Def::Param(a, _), Def::Param(b, _)) => std::ptr::eq(*a, *b),
        (Def::Annotated(a), Def::Annotated(b)) | (Def::Enter(a), Def::Enter(b)) => std::ptr::eq(*a, *b),
        (Def::Import(a), Def::Import(b)) => a == b,
        (Def::Statement(a), Def::Statement(b)) => a == b,
        (Def::Opaque(a), Def::Opaque(b)) => a == b,
        (Def::Narrow(a), Def::Narrow(b)) => Rc::ptr_eq(a, b),
        _ => false,
    }
}
