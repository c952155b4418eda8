//! Where a name is read.

use crate::python::ast::{self, Expr, Ranged, Stmt};
use crate::python::deeper;
use crate::python::walk::{blocks, children};

/// How a name is used in a function's body.
#[derive(Default)]
pub(super) struct Uses<'a> {
    /// Where it is read.
    pub reads: Vec<&'a ast::ExprName>,
    /// It is bound, deleted, shadowed in a nested scope, or read where an edit would change the text that is printed.
    pub tangled: bool,
    /// Every name that occurs.
    pub names: rustc_hash::FxHashSet<&'a str>,
}

/// Builtins that see all variables of a function, whatever they are called.
const LOOKING_ROUND: &[&str] = &["dir", "eval", "exec", "locals", "vars"];

/// Collects the uses of `name` in a body, nested functions and comprehensions included.
pub(super) fn uses<'a>(body: &'a [Stmt], name: &str) -> Uses<'a> {
    let mut uses = Uses::default();
    for stmt in body {
        uses.stmt(stmt, name);
    }
    uses
}

impl<'a> Uses<'a> {
    /// Whether the body may see its variables without naming them.
    pub(super) fn looks_round(&self) -> bool {
        LOOKING_ROUND.iter().any(|name| self.names.contains(name))
    }

    fn stmt(&mut self, stmt: &'a Stmt, name: &str) {
        match stmt {
            Stmt::FunctionDef(function) => {
                self.names.insert(function.name.as_str());
                let shadows = function.parameters.iter().any(|parameter| parameter.name().as_str() == name);
                let mut inner = Uses::default();
                for stmt in &function.body {
                    inner.stmt(stmt, name);
                }
                self.tangled |= inner.tangled || shadows || !inner.reads.is_empty();
                self.names.extend(inner.names);
                for parameter in &*function.parameters {
                    self.names.insert(parameter.name().as_str());
                }
            }
            Stmt::ClassDef(_) | Stmt::Match(_) | Stmt::Global(_) | Stmt::Nonlocal(_) => self.tangled = true,
            Stmt::Import(import) => {
                let bound = import.names.iter().map(|alias| crate::python::walk::imported(alias).0);
                bound.for_each(|bound| {
                    self.names.insert(bound);
                });
            }
            Stmt::ImportFrom(import) => {
                let bound = import.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str());
                bound.for_each(|bound| {
                    self.names.insert(bound);
                });
            }
            other => {
                expressions(other, &mut |expr| self.expr(expr, name));
                if let Stmt::Try(stmt) = other {
                    for handler in &stmt.handlers {
                        let ast::ExceptHandler::ExceptHandler(handler) = handler;
                        self.names.extend(handler.name.as_ref().map(|name| name.as_str()));
                        self.tangled |= handler.name.as_ref().is_some_and(|bound| bound.as_str() == name);
                    }
                }
                let mut inner = Vec::new();
                blocks(other, &mut |body| inner.push(body));
                for stmt in inner.into_iter().flatten() {
                    deeper(|| self.stmt(stmt, name));
                }
            }
        }
    }

    fn expr(&mut self, expr: &'a Expr, name: &str) {
        match expr {
            Expr::Name(found) => {
                self.names.insert(found.id.as_str());
                if found.id.as_str() == name {
                    self.tangled |= found.ctx != ast::ExprContext::Load;
                    self.reads.push(found);
                }
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.tangled |= parameters.iter().any(|parameter| parameter.name().as_str() == name);
                }
                deeper(|| self.expr(&lambda.body, name));
            }
            Expr::ListComp(comp) => self.comprehension(&comp.generators, &[&comp.elt], name),
            Expr::SetComp(comp) => self.comprehension(&comp.generators, &[&comp.elt], name),
            Expr::Generator(comp) => self.comprehension(&comp.generators, &[&comp.elt], name),
            Expr::DictComp(comp) => {
                let key = comp.key.iter().map(|key| &**key);
                let results: Vec<&Expr> = key.chain([&*comp.value]).collect();
                self.comprehension(&comp.generators, &results, name);
            }
            Expr::FString(string) => {
                let debug = string.value.elements().any(|element| {
                    matches!(element, ast::InterpolatedStringElement::Interpolation(part) if part.debug_text.is_some())
                });
                self.tangled |= debug;
                children(expr, &mut |child| deeper(|| self.expr(child, name)));
            }
            other => children(other, &mut |child| deeper(|| self.expr(child, name))),
        }
    }

    fn comprehension(&mut self, generators: &'a [ast::Comprehension], results: &[&'a Expr], name: &str) {
        for generator in generators {
            self.expr(&generator.target, name);
            self.expr(&generator.iter, name);
            generator.ifs.iter().for_each(|test| self.expr(test, name));
        }
        results.iter().for_each(|result| self.expr(result, name));
    }
}

/// Calls `visit` with the expressions that stand directly in a statement.
pub(super) fn expressions<'a>(stmt: &'a Stmt, visit: &mut dyn FnMut(&'a Expr)) {
    let mut maybe = |expr: &'a Option<Box<Expr>>| {
        if let Some(expr) = expr {
            visit(expr);
        }
    };
    match stmt {
        Stmt::Return(stmt) => maybe(&stmt.value),
        Stmt::Raise(stmt) => {
            maybe(&stmt.exc);
            maybe(&stmt.cause);
        }
        Stmt::Delete(stmt) => stmt.targets.iter().for_each(visit),
        Stmt::Assign(stmt) => {
            visit(&stmt.value);
            stmt.targets.iter().for_each(visit);
        }
        Stmt::AugAssign(stmt) => {
            visit(&stmt.value);
            visit(&stmt.target);
        }
        Stmt::AnnAssign(stmt) => {
            maybe(&stmt.value);
            visit(&stmt.target);
        }
        Stmt::For(stmt) => {
            visit(&stmt.target);
            visit(&stmt.iter);
        }
        Stmt::While(stmt) => visit(&stmt.test),
        Stmt::If(stmt) => {
            visit(&stmt.test);
            stmt.elif_else_clauses.iter().filter_map(|clause| clause.test.as_ref()).for_each(visit);
        }
        Stmt::With(stmt) => {
            for item in &stmt.items {
                visit(&item.context_expr);
                if let Some(target) = &item.optional_vars {
                    visit(target);
                }
            }
        }
        Stmt::Assert(stmt) => {
            visit(&stmt.test);
            if let Some(message) = &stmt.msg {
                visit(message);
            }
        }
        Stmt::Expr(stmt) => visit(&stmt.value),
        Stmt::Try(stmt) => {
            for handler in &stmt.handlers {
                let ast::ExceptHandler::ExceptHandler(handler) = handler;
                maybe(&handler.type_);
            }
        }
        _ => {}
    }
}

/// Whether statements of a class body other than `own` read `name`, functions and classes inside excepted.
pub(super) fn reads_in_class(class: &ast::StmtClassDef, name: &str, own: &ast::StmtAnnAssign) -> bool {
    use ast::visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt};
    struct Reads<'n>(&'n str, bool);
    impl<'a> SourceOrderVisitor<'a> for Reads<'_> {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            match stmt {
                Stmt::FunctionDef(function) => {
                    function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                    let defaults = function.parameters.iter().filter_map(|parameter| parameter.default());
                    defaults.for_each(|default| self.visit_expr(default));
                }
                Stmt::ClassDef(_) => {}
                other => deeper(|| walk_stmt(self, other)),
            }
        }
        fn visit_expr(&mut self, expr: &'a Expr) {
            self.1 |=
                matches!(expr, Expr::Name(found) if found.id.as_str() == self.0 && found.ctx == ast::ExprContext::Load);
            deeper(|| walk_expr(self, expr));
        }
    }
    let mut reads = Reads(name, false);
    class.body.iter().filter(|stmt| stmt.range() != own.range()).for_each(|stmt| reads.visit_stmt(stmt));
    reads.1
}

/// The plain names that an annotation is made of.
pub(super) fn names_in(annotation: &Expr, names: &mut Vec<String>) {
    match annotation {
        Expr::Name(name) => names.push(name.id.as_str().to_owned()),
        other => children(other, &mut |child| deeper(|| names_in(child, names))),
    }
}
