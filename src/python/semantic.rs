//! What parses and still does not compile: names, loops, functions and patterns that contradict each other, and syntax that
//! older Pythons do not know.
//!
//! The parser's own checks, given what they ask of the scopes around; nothing is asked of the project.

use super::ast::visitor::source_order::{self, SourceOrderVisitor};
use super::ast::{self, Expr, PythonVersion, Stmt, TextRange};
use super::bound::bound;
use super::{Tree, deeper, span};
use crate::text::Span;
use ruff_python_parser::semantic_errors::{
    LazyImportContext, SemanticSyntaxChecker, SemanticSyntaxContext, SemanticSyntaxError, SemanticSyntaxErrorKind,
};
use ruff_python_parser::{UnsupportedSyntaxError, UnsupportedSyntaxErrorKind};
use std::cell::RefCell;
use std::collections::HashMap;

/// Something that Python does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What is wrong: one sentence, present tense, no full stop, code in backticks.
    pub message: String,
    /// The first version on which it is legal, if there is one.
    pub legal_from: Option<(u32, u32)>,
}

/// The faults of a file that parses, in order.
pub fn faults(tree: &Tree, text: &str, is_stub: bool) -> Vec<Fault> {
    let mut found: Vec<Fault> = tree.parsed.unsupported_syntax_errors().iter().filter_map(too_new).collect();
    let context = Context {
        text,
        is_stub,
        future: tree.body().iter().any(imports_annotations),
        places: Vec::new(),
        found: RefCell::default(),
    };
    let mut walk = Walk { context, checker: SemanticSyntaxChecker::new() };
    walk.inside(Place::of(Kind::Module, tree.body()), |walk| walk.visit_body(tree.body()));
    found.extend(walk.context.found.into_inner().into_iter().map(|error| told(&error)));
    found.sort_by_key(|fault| (fault.span, fault.legal_from));
    found.dedup_by(|one, other| one.span == other.span && one.message == other.message);
    found
}

fn imports_annotations(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::ImportFrom(import) if import.level == 0
        && import.module.as_ref().is_some_and(|module| module.as_str() == "__future__")
        && import.names.iter().any(|alias| alias.name.as_str() == "annotations"))
}

/// Syntax that came after Python 3.8.
fn too_new(error: &UnsupportedSyntaxError) -> Option<Fault> {
    use UnsupportedSyntaxErrorKind as Syntax;
    let (what, from) = match error.kind {
        Syntax::Match => ("`match` statements", (3, 10)),
        Syntax::ExceptStar => ("`except*`", (3, 11)),
        Syntax::UnparenthesizedNamedExpr(_) => ("`:=` without brackets here", (3, 10)),
        Syntax::RelaxedDecorator(_) => ("decorators of this form", (3, 9)),
        Syntax::TypeParameterList => ("type parameters", (3, 12)),
        Syntax::TypeAliasStatement => ("`type` statements", (3, 12)),
        Syntax::TypeParamDefault => ("defaults of type parameters", (3, 13)),
        Syntax::Pep701FString(_) => ("quotes, backslashes, comments and line breaks inside of f-strings", (3, 12)),
        Syntax::ParenthesizedContextManager => ("brackets around context managers", (3, 9)),
        Syntax::StarExpressionInIndex => ("`*` in an index", (3, 11)),
        Syntax::StarAnnotation => ("`*` in an annotation", (3, 11)),
        Syntax::UnparenthesizedUnpackInFor => ("`*` in the iterable of a `for` without brackets", (3, 9)),
        Syntax::UnparenthesizedExceptionTypes => ("several exceptions without brackets", (3, 14)),
        Syntax::TemplateStrings => ("template strings", (3, 14)),
        Syntax::UnpackingInComprehension(_) => ("`*` in a comprehension", (3, 15)),
        Syntax::LazyImportStatement => ("`lazy` imports", (3, 15)),
        Syntax::ParenthesizedKeywordArgumentName => {
            let message = "the name of a keyword argument stands in brackets".to_owned();
            return Some(Fault { span: span(error), message, legal_from: None });
        }
        // All that davy knows have them.
        Syntax::Walrus | Syntax::StarTuple(_) | Syntax::PositionalOnlyParameter => return None,
    };
    Some(Fault { span: span(error), message: what.to_owned(), legal_from: Some(from) })
}

fn told(error: &SemanticSyntaxError) -> Fault {
    let (message, legal_from) = match &error.kind {
        SemanticSyntaxErrorKind::AsyncComprehensionInSyncComprehension(_) => {
            ("asynchronous comprehensions inside of others".to_owned(), Some((3, 11)))
        }
        _ => (lower(&error.to_string()), None),
    };
    Fault { span: span(error), message, legal_from }
}

/// A message with a small first letter, as davy's own have it.
fn lower(message: &str) -> String {
    let mut chars = message.chars();
    let first = chars.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    format!("{first}{}", chars.as_str())
}

/// What stands around a node.
struct Place<'a> {
    kind: Kind<'a>,
    /// Names that are declared `global` in it, with the last place that says so.
    globals: HashMap<&'a str, TextRange>,
    /// How many loops are open in it.
    loops: usize,
}

#[derive(Clone, Copy)]
enum Kind<'a> {
    Module,
    Class,
    Function(&'a ast::StmtFunctionDef),
    Lambda(&'a ast::ExprLambda),
    /// A comprehension of a list, set or dictionary.
    Comprehension {
        is_async: bool,
    },
    Generator,
    /// Type parameters, and the value of a `type` statement.
    Types,
}

impl<'a> Place<'a> {
    fn of(kind: Kind<'a>, body: &'a [Stmt]) -> Place<'a> {
        let mut globals = HashMap::new();
        declared(body, &mut globals);
        Place { kind, globals, loops: 0 }
    }

    fn new(kind: Kind<'a>) -> Place<'a> {
        Place { kind, globals: HashMap::new(), loops: 0 }
    }
}

/// What a block declares `global`, functions and classes inside of it excepted.
fn declared<'a>(body: &'a [Stmt], globals: &mut HashMap<&'a str, TextRange>) {
    for stmt in body {
        match stmt {
            Stmt::Global(global) => {
                globals.extend(global.names.iter().map(|name| (name.as_str(), global.range)));
            }
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            other => deeper(|| super::walk::blocks(other, &mut |inner| declared(inner, globals))),
        }
    }
}

struct Context<'a> {
    text: &'a str,
    is_stub: bool,
    future: bool,
    places: Vec<Place<'a>>,
    found: RefCell<Vec<SemanticSyntaxError>>,
}

impl<'a> Context<'a> {
    fn outward(&self) -> impl Iterator<Item = Kind<'a>> + '_ {
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

fn binds(body: &[Stmt], name: &str) -> bool {
    body.iter().any(|stmt| deeper(|| bound(stmt)).contains(&name))
        || body.iter().any(|stmt| matches!(stmt, Stmt::Nonlocal(all) if all.names.iter().any(|one| one.as_str() == name)))
}

fn declares_global(body: &[Stmt], name: &str) -> bool {
    let mut globals = HashMap::new();
    declared(body, &mut globals);
    globals.contains_key(name)
}

struct Walk<'a> {
    context: Context<'a>,
    checker: SemanticSyntaxChecker,
}

impl<'a> Walk<'a> {
    fn inside(&mut self, place: Place<'a>, visit: impl FnOnce(&mut Self)) {
        self.context.places.push(place);
        visit(self);
        self.context.places.pop();
    }

    fn looped(&mut self, body: &'a [Stmt]) {
        let count = |walk: &mut Self, by: isize| {
            if let Some(place) = walk.context.places.last_mut() {
                place.loops = place.loops.saturating_add_signed(by);
            }
        };
        count(self, 1);
        self.visit_body(body);
        count(self, -1);
    }

    /// The first iterable is looked at outside of the comprehension.
    fn comprehension(&mut self, kind: Kind<'a>, results: &[&'a Expr], generators: &'a [ast::Comprehension]) {
        let mut all = generators.iter();
        if let Some(first) = all.next() {
            self.visit_expr(&first.iter);
            self.inside(Place::new(kind), |walk| {
                walk.visit_expr(&first.target);
                first.ifs.iter().for_each(|test| walk.visit_expr(test));
                for generator in all {
                    walk.visit_expr(&generator.iter);
                    walk.visit_expr(&generator.target);
                    generator.ifs.iter().for_each(|test| walk.visit_expr(test));
                }
                results.iter().for_each(|result| walk.visit_expr(result));
            });
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for Walk<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        deeper(|| {
            self.checker.visit_stmt(stmt, &self.context);
            match stmt {
                Stmt::FunctionDef(function) => {
                    function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                    let typed = |walk: &mut Self| {
                        walk.visit_parameters(&function.parameters);
                        function.returns.iter().for_each(|returns| walk.visit_annotation(returns));
                        let place = Place::of(Kind::Function(function), &function.body);
                        walk.inside(place, |walk| walk.visit_body(&function.body));
                    };
                    match &function.type_params {
                        Some(parameters) => self.inside(Place::new(Kind::Types), |walk| {
                            walk.visit_type_params(parameters);
                            typed(walk);
                        }),
                        None => typed(self),
                    }
                }
                Stmt::ClassDef(class) => {
                    class.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                    let typed = |walk: &mut Self| {
                        class.arguments.iter().for_each(|arguments| walk.visit_arguments(arguments));
                        let place = Place::of(Kind::Class, &class.body);
                        walk.inside(place, |walk| walk.visit_body(&class.body));
                    };
                    match &class.type_params {
                        Some(parameters) => self.inside(Place::new(Kind::Types), |walk| {
                            walk.visit_type_params(parameters);
                            typed(walk);
                        }),
                        None => typed(self),
                    }
                }
                Stmt::TypeAlias(alias) => {
                    self.visit_expr(&alias.name);
                    self.inside(Place::new(Kind::Types), |walk| {
                        alias.type_params.iter().for_each(|parameters| walk.visit_type_params(parameters));
                        walk.visit_expr(&alias.value);
                    });
                }
                Stmt::For(stmt) => {
                    self.visit_expr(&stmt.target);
                    self.visit_expr(&stmt.iter);
                    self.looped(&stmt.body);
                    self.visit_body(&stmt.orelse);
                }
                Stmt::While(stmt) => {
                    self.visit_expr(&stmt.test);
                    self.looped(&stmt.body);
                    self.visit_body(&stmt.orelse);
                }
                other => source_order::walk_stmt(self, other),
            }
        });
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        deeper(|| {
            self.checker.visit_expr(expr, &self.context);
            let is_async = |all: &[ast::Comprehension]| all.iter().any(|one| one.is_async);
            match expr {
                Expr::Lambda(lambda) => {
                    lambda.parameters.iter().for_each(|parameters| self.visit_parameters(parameters));
                    self.inside(Place::new(Kind::Lambda(lambda)), |walk| walk.visit_expr(&lambda.body));
                }
                Expr::ListComp(ast::ExprListComp { elt, generators, .. })
                | Expr::SetComp(ast::ExprSetComp { elt, generators, .. }) => {
                    let kind = Kind::Comprehension { is_async: is_async(generators) };
                    self.comprehension(kind, &[elt], generators);
                }
                Expr::DictComp(comprehension) => {
                    let results: Vec<&Expr> =
                        comprehension.key.iter().chain([&comprehension.value]).map(|one| &**one).collect();
                    let kind = Kind::Comprehension { is_async: is_async(&comprehension.generators) };
                    self.comprehension(kind, &results, &comprehension.generators);
                }
                Expr::Generator(generator) => {
                    self.comprehension(Kind::Generator, &[&generator.elt], &generator.generators);
                }
                other => source_order::walk_expr(self, other),
            }
        });
    }

    fn visit_identifier(&mut self, _identifier: &'a ast::Identifier) {}
}
