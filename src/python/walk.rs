//! Steps from a statement or an expression to what stands directly in it, and what import aliases bind.
//!
//! No state and no order beyond that of the source.

use super::ast::{self, Expr, Stmt};
use super::deeper;
use crate::fact::Name;
use rustc_hash::FxHashSet;

/// The local name and the meaning of an alias in `import a.b as c`.
pub fn imported(alias: &ast::Alias) -> (&str, Name) {
    let module = alias.name.as_str();
    match &alias.asname {
        Some(asname) => (asname.as_str(), Name::import(module, "")),
        None => {
            let top = module.split('.').next().unwrap_or(module);
            (top, Name::import(top, ""))
        }
    }
}

/// The meaning of an alias in `from m import n`.
pub fn imported_from(import: &ast::StmtImportFrom, alias: &ast::Alias) -> Name {
    let module = import.module.as_ref().map(|module| module.as_str()).unwrap_or_default();
    Name::Import { level: import.level, module: module.to_owned(), path: alias.name.as_str().to_owned() }
}

/// Whether a call is written with `keyword=True`.
pub fn says_true(arguments: &ast::Arguments, keyword: &str) -> bool {
    let found = arguments.find_keyword(keyword);
    found.is_some_and(|found| matches!(&found.value, Expr::BooleanLiteral(literal) if literal.value))
}

/// Whether a default is a dictionary where the annotation says another class: `order: Order = {}`.
pub fn belies(annotation: &Expr, default: &Expr) -> bool {
    let is_class =
        |name: &str| name.starts_with(|c: char| c.is_uppercase()) && name != "Any" && !name.ends_with("Dict");
    let named = match annotation {
        Expr::Subscript(subscript) => match super::dotted(&subscript.value).as_deref() {
            Some("Optional" | "typing.Optional") => super::dotted(&subscript.slice),
            _ => None,
        },
        Expr::StringLiteral(name) => Some(name.value.to_str().to_owned()),
        other => super::dotted(other),
    };
    matches!(default, Expr::Dict(_)) && named.is_some_and(|path| is_class(path.rsplit('.').next().unwrap_or_default()))
}

/// The statements of a block that run whatever happens: its own, and those of a `try` that lets an `ImportError` pass, or of a `with` that
/// only silences warnings.
pub fn run_always(body: &[Stmt]) -> Vec<&Stmt> {
    let mut found = Vec::new();
    for stmt in body {
        match stmt {
            Stmt::Try(attempt) if attempt.handlers.iter().all(lets_import_errors_pass) => {
                found.extend(deeper(|| run_always(&attempt.body)));
            }
            Stmt::With(with) if with.items.iter().all(|item| silences(&item.context_expr)) => {
                found.extend(deeper(|| run_always(&with.body)));
            }
            other => found.push(other),
        }
    }
    found
}

fn silences(expr: &Expr) -> bool {
    let Expr::Call(call) = expr else { return false };
    super::dotted(&call.func).is_some_and(|name| name == "warnings.catch_warnings")
}

/// Whether a handler names only built-in exceptions that are no `ImportError`.
fn lets_import_errors_pass(handler: &ast::ExceptHandler) -> bool {
    let ast::ExceptHandler::ExceptHandler(handler) = handler;
    let passes = |expr: &Expr| match expr {
        Expr::Name(name) => matches!(
            name.id.as_str(),
            "AttributeError"
                | "NameError"
                | "KeyError"
                | "ValueError"
                | "TypeError"
                | "RuntimeError"
                | "OSError"
                | "IOError"
                | "IndexError"
                | "LookupError"
                | "SyntaxError"
                | "AssertionError"
                | "FileNotFoundError"
        ),
        _ => false,
    };
    match handler.type_.as_deref() {
        Some(Expr::Tuple(tuple)) => tuple.elts.iter().all(passes),
        Some(expr) => passes(expr),
        None => false,
    }
}

/// The names of arguments as `parametrize` takes them, where they are literal: `"a, b"`, `["a", "b"]`.
pub fn argument_names(argnames: &Expr) -> Option<Vec<String>> {
    match argnames {
        Expr::StringLiteral(text) => {
            let names = text.value.to_str().split(',').map(|name| name.trim().to_owned());
            Some(names.filter(|name| !name.is_empty()).collect())
        }
        other => strings(other),
    }
}

/// Adds the names that a statement mentions anywhere, where it defines and imports nothing.
pub fn names<'a>(stmt: &'a Stmt, found: &mut FxHashSet<&'a str>) {
    struct Names<'n, 'a>(&'n mut FxHashSet<&'a str>);
    impl<'a> ast::visitor::source_order::SourceOrderVisitor<'a> for Names<'_, 'a> {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            if !matches!(stmt, Stmt::FunctionDef(_) | Stmt::ClassDef(_) | Stmt::Import(_) | Stmt::ImportFrom(_)) {
                deeper(|| ast::visitor::source_order::walk_stmt(self, stmt));
            }
        }
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Name(name) = expr {
                self.0.insert(name.id.as_str());
            }
            deeper(|| ast::visitor::source_order::walk_expr(self, expr));
        }
    }
    ast::visitor::source_order::SourceOrderVisitor::visit_stmt(&mut Names(found), stmt);
}

/// Every `import` and `from` statement that runs, wherever it stands: those for type checkers alone do not.
pub fn imports<'a>(body: &'a [Stmt], found: &mut Vec<&'a Stmt>) {
    for stmt in body {
        match stmt {
            Stmt::Import(_) | Stmt::ImportFrom(_) => found.push(stmt),
            Stmt::FunctionDef(function) => deeper(|| imports(&function.body, found)),
            Stmt::ClassDef(class) => deeper(|| imports(&class.body, found)),
            Stmt::If(choice) if super::dotted(&choice.test).is_some_and(|test| test.ends_with("TYPE_CHECKING")) => {}
            other => deeper(|| blocks(other, &mut |inner| imports(inner, found))),
        }
    }
}

/// Calls `visit` with every statement list nested in a statement, those of classes and functions excepted.
pub fn blocks<'a>(stmt: &'a Stmt, visit: &mut dyn FnMut(&'a [Stmt])) {
    match stmt {
        Stmt::If(stmt) => {
            visit(&stmt.body);
            stmt.elif_else_clauses.iter().for_each(|clause| visit(&clause.body));
        }
        Stmt::While(stmt) => {
            visit(&stmt.body);
            visit(&stmt.orelse);
        }
        Stmt::For(stmt) => {
            visit(&stmt.body);
            visit(&stmt.orelse);
        }
        Stmt::With(stmt) => visit(&stmt.body),
        Stmt::Try(stmt) => {
            visit(&stmt.body);
            for handler in &stmt.handlers {
                let ast::ExceptHandler::ExceptHandler(handler) = handler;
                visit(&handler.body);
            }
            visit(&stmt.orelse);
            visit(&stmt.finalbody);
        }
        Stmt::Match(stmt) => stmt.cases.iter().for_each(|case| visit(&case.body)),
        _ => {}
    }
}

/// Calls `visit` with the expressions directly below one, lambdas and comprehensions excepted.
pub fn children<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    match expr {
        Expr::BoolOp(op) => op.values.iter().for_each(visit),
        Expr::Named(named) => {
            visit(&named.target);
            visit(&named.value);
        }
        Expr::BinOp(op) => {
            visit(&op.left);
            visit(&op.right);
        }
        Expr::UnaryOp(op) => visit(&op.operand),
        Expr::If(if_) => {
            visit(&if_.test);
            visit(&if_.body);
            visit(&if_.orelse);
        }
        Expr::Dict(dict) => {
            for item in &dict.items {
                if let Some(key) = &item.key {
                    visit(key);
                }
                visit(&item.value);
            }
        }
        Expr::Set(set) => set.elts.iter().for_each(visit),
        Expr::List(list) => list.elts.iter().for_each(visit),
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(visit),
        Expr::Await(await_) => visit(&await_.value),
        Expr::Yield(yield_) => {
            if let Some(value) = &yield_.value {
                visit(value);
            }
        }
        Expr::YieldFrom(yield_) => visit(&yield_.value),
        Expr::Compare(compare) => {
            visit(&compare.left);
            compare.comparators.iter().for_each(visit);
        }
        Expr::Call(call) => {
            visit(&call.func);
            call.arguments.args.iter().for_each(&mut *visit);
            call.arguments.keywords.iter().for_each(|keyword| visit(&keyword.value));
        }
        Expr::FString(string) => {
            for element in string.value.elements() {
                interpolated(element, visit);
            }
        }
        Expr::TString(string) => {
            for element in string.value.elements() {
                interpolated(element, visit);
            }
        }
        Expr::Attribute(attribute) => visit(&attribute.value),
        Expr::Subscript(subscript) => {
            visit(&subscript.value);
            visit(&subscript.slice);
        }
        Expr::Starred(starred) => visit(&starred.value),
        Expr::Slice(slice) => {
            for part in [&slice.lower, &slice.upper, &slice.step].into_iter().flatten() {
                visit(part);
            }
        }
        _ => {}
    }
}

fn interpolated<'a>(element: &'a ast::InterpolatedStringElement, visit: &mut dyn FnMut(&'a Expr)) {
    let ast::InterpolatedStringElement::Interpolation(element) = element else { return };
    visit(&element.expression);
    if let Some(spec) = &element.format_spec {
        for inner in &spec.elements {
            deeper(|| interpolated(inner, visit));
        }
    }
}

/// The texts of a list or tuple of literals; none where anything else is in it.
pub fn strings(expr: &Expr) -> Option<Vec<String>> {
    let elements = match expr {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => return None,
    };
    let text = |element: &Expr| match element {
        Expr::StringLiteral(string) => Some(string.value.to_str().to_owned()),
        _ => None,
    };
    elements.iter().map(text).collect()
}
