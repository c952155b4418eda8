//! The names that statements bind.

use super::ast::{self, Expr, Stmt};
use super::deeper;
use super::walk::{blocks, imported};
use rustc_hash::FxHashMap;

/// The names that a statement binds in its block, whatever blocks it opens itself.
pub fn bound(stmt: &Stmt) -> Vec<&str> {
    let mut names = Vec::new();
    match stmt {
        Stmt::Import(import) => names.extend(import.names.iter().map(|alias| imported(alias).0)),
        Stmt::ImportFrom(import) => {
            names.extend(import.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str()));
        }
        Stmt::FunctionDef(function) => names.push(function.name.as_str()),
        Stmt::ClassDef(class) => names.push(class.name.as_str()),
        other => {
            stored(other, &mut names);
            blocks(other, &mut |body| names.extend(body.iter().flat_map(|stmt| deeper(|| bound(stmt)))));
        }
    }
    names
}

/// The names that the statements of a module mention as theirs and do not leave bound: deleted, annotated without a value, or bound by an
/// `except` alone, which unbinds them again.
pub fn left_unbound(body: &[Stmt]) -> Vec<&str> {
    let may_unbind = |stmt: &Stmt| match stmt {
        Stmt::Delete(_) | Stmt::AnnAssign(ast::StmtAnnAssign { value: None, .. }) => true,
        Stmt::Try(attempt) => attempt.handlers.iter().any(|handler| {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            handler.name.is_some()
        }),
        _ => false,
    };
    if !body.iter().any(may_unbind) {
        return Vec::new();
    }
    let mut states: FxHashMap<&str, bool> = FxHashMap::default();
    for stmt in body {
        match stmt {
            Stmt::Delete(delete) => {
                let names = delete.targets.iter().filter_map(Expr::as_name_expr);
                names.for_each(|name| _ = states.insert(name.id.as_str(), false));
            }
            Stmt::AnnAssign(ast::StmtAnnAssign { target, value: None, .. }) => {
                if let Expr::Name(name) = &**target {
                    states.entry(name.id.as_str()).or_insert(false);
                }
            }
            Stmt::Try(attempt) => {
                let caught = attempt.handlers.iter().filter_map(|handler| {
                    let ast::ExceptHandler::ExceptHandler(handler) = handler;
                    handler.name.as_ref().map(|name| name.as_str())
                });
                let caught: Vec<&str> = caught.collect();
                let names = bound(stmt);
                let count = |names: &[&str], name: &str| names.iter().filter(|one| **one == name).count();
                for &name in &names {
                    if count(&names, name) > count(&caught, name) {
                        states.insert(name, true);
                    } else {
                        states.entry(name).or_insert(false);
                    }
                }
            }
            other => bound(other).into_iter().for_each(|name| _ = states.insert(name, true)),
        }
    }
    states.into_iter().filter(|(_, is_bound)| !is_bound).map(|(name, _)| name).collect()
}

/// The names that a statement binds, imports, classes and functions excepted; walruses and comprehensions included.
pub fn stored<'a>(stmt: &'a Stmt, names: &mut Vec<&'a str>) {
    struct Stored<'n, 'a>(&'n mut Vec<&'a str>);
    impl<'a> ast::visitor::source_order::SourceOrderVisitor<'a> for Stored<'_, 'a> {
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Name(name) = expr
                && name.ctx != ast::ExprContext::Load
            {
                self.0.push(name.id.as_str());
            }
            if let Expr::Lambda(lambda) = expr
                && let Some(parameters) = &lambda.parameters
            {
                self.0.extend(parameters.iter().map(|parameter| parameter.name().as_str()));
            }
            deeper(|| ast::visitor::source_order::walk_expr(self, expr));
        }
        fn visit_body(&mut self, _body: &'a [Stmt]) {}
        fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            self.0.extend(handler.name.as_ref().map(|name| name.as_str()));
        }
        fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
            match pattern {
                ast::Pattern::MatchAs(as_) => self.0.extend(as_.name.as_ref().map(|name| name.as_str())),
                ast::Pattern::MatchMapping(mapping) => {
                    self.0.extend(mapping.rest.as_ref().map(|name| name.as_str()));
                }
                ast::Pattern::MatchStar(star) => self.0.extend(star.name.as_ref().map(|name| name.as_str())),
                _ => {}
            }
            deeper(|| ast::visitor::source_order::walk_pattern(self, pattern));
        }
    }
    use ast::visitor::source_order::SourceOrderVisitor;
    let mut visitor = Stored(names);
    match stmt {
        Stmt::If(_) | Stmt::While(_) | Stmt::For(_) | Stmt::With(_) | Stmt::Try(_) | Stmt::Match(_) => {
            ast::visitor::source_order::walk_stmt(&mut visitor, stmt);
        }
        other => visitor.visit_stmt(other),
    }
}

/// Whether every module has a name without binding it. Source: `dir(builtins)` of CPython 3.8 to 3.14, and what `site` adds.
pub fn is_builtin(name: &str) -> bool {
    const NAMES: &str = "\
    ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError \
    BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError \
    ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError Exception ExceptionGroup \
    False FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError \
    ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError \
    MemoryError ModuleNotFoundError NameError None NotADirectoryError NotImplemented NotImplementedError OSError \
    OverflowError PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError RecursionError \
    ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError SyntaxWarning \
    SystemError SystemExit TabError TimeoutError True TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError \
    UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning WindowsError ZeroDivisionError abs \
    aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex copyright \
    credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr globals hasattr hash \
    help hex id input int isinstance issubclass iter len license list locals map max memoryview min next object oct open \
    ord pow print property quit range repr reversed round set setattr slice sorted staticmethod str sum super tuple type \
    vars zip";
    name.starts_with("__") || NAMES.split_ascii_whitespace().any(|one| one == name)
}
