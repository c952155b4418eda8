//! What stands around a node, as far as the parser's checks ask for it.

use super::super::ast::visitor::source_order::{self, SourceOrderVisitor};
use super::super::ast::{self, Expr, PythonVersion, Stmt, TextRange};
use super::super::deeper;
use super::super::walk::{blocks, imported};
use ruff_python_parser::semantic_errors::{LazyImportContext, SemanticSyntaxContext, SemanticSyntaxError};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// What stands around a node.
pub struct Place<'a> {
    /// What it is.
    pub kind: Kind<'a>,
    /// Names that are declared `global` in it, with the last place that says so.
    pub globals: FxHashMap<&'a str, TextRange>,
    /// The same of `nonlocal`.
    pub nonlocals: FxHashMap<&'a str, TextRange>,
    /// How many loops are open in it.
    pub loops: usize,
}

/// What kind of place it is.
#[derive(Clone, Copy)]
pub enum Kind<'a> {
    /// The whole file.
    Module,
    /// A class body.
    Class,
    /// A function body.
    Function(&'a ast::StmtFunctionDef),
    /// The value of a lambda.
    Lambda(&'a ast::ExprLambda),
    /// A comprehension of a list, set or dictionary.
    Comprehension {
        /// One of its `for` is `async`.
        is_async: bool,
    },
    /// A generator expression.
    Generator,
    /// Type parameters, and the value of a `type` statement.
    Types,
}

impl<'a> Place<'a> {
    /// A place with a body of statements.
    pub fn of(kind: Kind<'a>, body: &'a [Stmt]) -> Place<'a> {
        let (mut globals, mut nonlocals) = (FxHashMap::default(), FxHashMap::default());
        declared(body, &mut globals, &mut nonlocals);
        Place { kind, globals, nonlocals, loops: 0 }
    }

    /// A place with an expression.
    pub fn new(kind: Kind<'a>) -> Place<'a> {
        Place { kind, globals: FxHashMap::default(), nonlocals: FxHashMap::default(), loops: 0 }
    }
}

/// The name that a pattern itself binds.
pub fn captured(pattern: &ast::Pattern) -> Option<&ast::Identifier> {
    match pattern {
        ast::Pattern::MatchAs(ast::PatternMatchAs { name, .. })
        | ast::Pattern::MatchStar(ast::PatternMatchStar { name, .. })
        | ast::Pattern::MatchMapping(ast::PatternMatchMapping { rest: name, .. }) => name.as_ref(),
        _ => None,
    }
}

/// What a block declares `global` and `nonlocal`, functions and classes inside of it excepted.
fn declared<'a>(
    body: &'a [Stmt],
    globals: &mut FxHashMap<&'a str, TextRange>,
    nonlocals: &mut FxHashMap<&'a str, TextRange>,
) {
    for stmt in body {
        match stmt {
            Stmt::Global(stmt) => globals.extend(stmt.names.iter().map(|name| (name.as_str(), stmt.range))),
            Stmt::Nonlocal(stmt) => nonlocals.extend(stmt.names.iter().map(|name| (name.as_str(), stmt.range))),
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            other => deeper(|| blocks(other, &mut |inner| declared(inner, globals, nonlocals))),
        }
    }
}

/// All that is around the node at hand.
pub struct Context<'a> {
    /// The file.
    pub text: &'a str,
    /// A stub.
    pub is_stub: bool,
    /// `from __future__ import annotations`.
    pub future: bool,
    /// The module first.
    pub places: Vec<Place<'a>>,
    /// What the checks reported.
    pub found: RefCell<Vec<SemanticSyntaxError>>,
}

impl<'a> Context<'a> {
    /// The places around, the innermost first.
    pub fn outward(&self) -> impl Iterator<Item = Kind<'a>> + '_ {
        self.places.iter().rev().map(|place| place.kind)
    }
}

impl SemanticSyntaxContext for Context<'_> {
    fn future_annotations_or_stub(&self) -> bool {
        self.future || self.is_stub
    }

    fn lazy_import_context(&self) -> Option<LazyImportContext> {
        None
    }

    fn python_version(&self) -> PythonVersion {
        PythonVersion::PY310
    }

    fn source(&self) -> &str {
        self.text
    }

    fn global(&self, name: &str) -> Option<TextRange> {
        self.places.last()?.globals.get(name).copied()
    }

    fn has_nonlocal_binding(&self, name: &str) -> bool {
        self.outward().skip(1).any(|kind| match kind {
            // Methods see it.
            Kind::Class => name == "__class__",
            Kind::Function(function) => {
                function.parameters.iter().any(|parameter| parameter.name().as_str() == name)
                    || binds(&function.body, name) && !declares_global(&function.body, name)
            }
            Kind::Lambda(lambda) => {
                lambda.parameters.iter().flat_map(|all| all.iter()).any(|one| one.name().as_str() == name)
            }
            _ => false,
        })
    }

    fn in_async_context(&self) -> bool {
        for kind in self.outward() {
            match kind {
                Kind::Class | Kind::Lambda(_) => return false,
                Kind::Function(function) => return function.is_async,
                Kind::Comprehension { .. } | Kind::Generator | Kind::Module | Kind::Types => {}
            }
        }
        false
    }

    fn in_await_allowed_context(&self) -> bool {
        for kind in self.outward() {
            match kind {
                Kind::Class => return false,
                Kind::Function(_) | Kind::Lambda(_) => return true,
                Kind::Comprehension { .. } | Kind::Generator | Kind::Module | Kind::Types => {}
            }
        }
        false
    }

    fn in_yield_allowed_context(&self) -> bool {
        for kind in self.outward() {
            match kind {
                Kind::Class | Kind::Comprehension { .. } | Kind::Generator => return false,
                Kind::Function(_) | Kind::Lambda(_) => return true,
                Kind::Module | Kind::Types => {}
            }
        }
        false
    }

    fn in_sync_comprehension(&self) -> bool {
        for kind in self.outward() {
            match kind {
                Kind::Comprehension { is_async: false } => return true,
                Kind::Function(_) | Kind::Lambda(_) | Kind::Class => return false,
                _ => {}
            }
        }
        false
    }

    fn in_class_body_comprehension(&self) -> bool {
        for kind in self.outward() {
            match kind {
                Kind::Class => return true,
                Kind::Comprehension { .. } | Kind::Generator => {}
                _ => return false,
            }
        }
        false
    }

    fn in_module_scope(&self) -> bool {
        matches!(self.outward().next(), Some(Kind::Module))
    }

    fn in_function_scope(&self) -> bool {
        matches!(self.outward().next(), Some(Kind::Function(_) | Kind::Lambda(_)))
    }

    fn in_generator_context(&self) -> bool {
        for kind in self.outward() {
            match kind {
                Kind::Generator => return true,
                Kind::Comprehension { .. } => {}
                _ => return false,
            }
        }
        false
    }

    fn in_notebook(&self) -> bool {
        false
    }

    fn report_semantic_error(&self, error: SemanticSyntaxError) {
        self.found.borrow_mut().push(error);
    }

    fn in_loop_context(&self) -> bool {
        self.places.last().is_some_and(|place| place.loops > 0)
    }

    fn is_bound_parameter(&self, name: &str) -> bool {
        match self.outward().next() {
            Some(Kind::Function(function)) => {
                function.parameters.iter().any(|parameter| parameter.name().as_str() == name)
            }
            Some(Kind::Lambda(lambda)) => {
                lambda.parameters.iter().flat_map(|all| all.iter()).any(|one| one.name().as_str() == name)
            }
            _ => false,
        }
    }
}

/// Whether a function's own block binds a name, comprehensions and blocks of their own excepted.
fn binds(body: &[Stmt], name: &str) -> bool {
    struct Finder<'n> {
        name: &'n str,
        found: bool,
        /// Comprehensions around.
        inside: usize,
    }
    impl<'a> SourceOrderVisitor<'a> for Finder<'_> {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            match stmt {
                Stmt::FunctionDef(function) => self.found |= function.name.as_str() == self.name,
                Stmt::ClassDef(class) => self.found |= class.name.as_str() == self.name,
                Stmt::Import(import) => self.found |= import.names.iter().any(|one| imported(one).0 == self.name),
                Stmt::ImportFrom(import) => {
                    let local = |alias: &'a ast::Alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    self.found |= import.names.iter().any(|alias| local(alias) == self.name);
                }
                Stmt::Nonlocal(all) => self.found |= all.names.iter().any(|one| one.as_str() == self.name),
                other => deeper(|| source_order::walk_stmt(self, other)),
            }
        }

        fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
            let ast::ExceptHandler::ExceptHandler(inner) = handler;
            self.found |= inner.name.as_ref().is_some_and(|one| one.as_str() == self.name);
            source_order::walk_except_handler(self, handler);
        }

        fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
            self.found |= captured(pattern).is_some_and(|one| one.as_str() == self.name);
            deeper(|| source_order::walk_pattern(self, pattern));
        }

        fn visit_expr(&mut self, expr: &'a Expr) {
            let is_it =
                |expr: &Expr| matches!(expr, Expr::Name(one) if one.id.as_str() == self.name && !one.ctx.is_load());
            match expr {
                Expr::Lambda(_) => {}
                // What a comprehension assigns by `:=` belongs to the block around.
                Expr::Named(named) => {
                    self.found |= is_it(&named.target);
                    deeper(|| self.visit_expr(&named.value));
                }
                Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                    self.inside += 1;
                    deeper(|| source_order::walk_expr(self, expr));
                    self.inside -= 1;
                }
                other => {
                    self.found |= self.inside == 0 && is_it(other);
                    deeper(|| source_order::walk_expr(self, other));
                }
            }
        }
    }
    let mut finder = Finder { name, found: false, inside: 0 };
    finder.visit_body(body);
    finder.found
}

fn declares_global(body: &[Stmt], name: &str) -> bool {
    let (mut globals, mut nonlocals) = (FxHashMap::default(), FxHashMap::default());
    declared(body, &mut globals, &mut nonlocals);
    globals.contains_key(name)
}
