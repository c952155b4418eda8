//! What parses and still does not compile: names, loops, functions and patterns that contradict each other, and syntax that
//! older Pythons do not know.
//!
//! The parser's own checks, given what they ask of the scopes around; nothing is asked of the project.

mod own;
mod places;

use super::ast::visitor::source_order::{self, SourceOrderVisitor};
use super::ast::{self, Expr, Ranged, Stmt, TextRange, TextSize};
use super::{Tree, deeper, span};
use crate::text::Span;
use own::limits;
use places::{Context, Kind, Place, captured};
use ruff_python_parser::semantic_errors::{
    SemanticSyntaxChecker, SemanticSyntaxError, SemanticSyntaxErrorKind, WriteToDebugKind,
};
use ruff_python_parser::{UnsupportedSyntaxError, UnsupportedSyntaxErrorKind};
use rustc_hash::FxHashMap;
use std::cell::RefCell;

/// Something that Python does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What is wrong: one sentence, present tense, no full stop, code in backticks.
    pub message: String,
    /// The first version on which it is legal, if there is one.
    pub legal_from: Option<(u32, u32)>,
    /// The first version on which it is not, if it was before.
    pub illegal_from: Option<(u32, u32)>,
}

impl Fault {
    fn always(span: Span, message: impl Into<String>) -> Fault {
        Fault { span, message: message.into(), legal_from: None, illegal_from: None }
    }

    fn until(span: Span, message: impl Into<String>, legal_from: (u32, u32)) -> Fault {
        Fault { legal_from: Some(legal_from), ..Fault::always(span, message) }
    }
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
    let mut walk = Walk {
        context,
        checker: SemanticSyntaxChecker::new(),
        own: Vec::new(),
        blocks: 0,
        deepest: 0,
        tuples: Vec::new(),
        own_futures: Vec::new(),
        annotations: Vec::new(),
    };
    walk.inside(Place::of(Kind::Module, tree.body()), |walk| walk.visit_body(tree.body()));
    let within = |spans: &[Span], fault: &Fault| spans.iter().any(|one| one.contains(fault.span));
    // Brackets around values alone make a tuple.
    found.retain(|fault| fault.message != MANAGERS || !within(&walk.tuples, fault));
    found.extend(walk.context.found.into_inner().into_iter().map(|error| told(&error)));
    found.extend(walk.own);
    for fault in &mut found {
        if fault.legal_from.is_none() && within(&walk.own_futures, fault) {
            "imports from a `__future__` of one's own".clone_into(&mut fault.message);
            fault.legal_from = Some((3, 13));
        }
        // What is never evaluated was not looked at.
        if fault.legal_from.is_none() && within(&walk.annotations, fault) {
            fault.illegal_from = Some((3, 10));
        }
    }
    found.extend(limits(tree, text));
    found.sort_by_key(|fault| (fault.span, fault.legal_from));
    // `await` outside of any function is outside of an asynchronous one, too.
    let never = |fault: &Fault| fault.legal_from.is_none() && fault.illegal_from.is_none();
    found.dedup_by(|one, other| one.span == other.span && (one.message == other.message || never(one) && never(other)));
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
        // Where that is, only the parser's own words tell.
        Syntax::UnparenthesizedNamedExpr(_) if error.to_string().contains("index") => {
            ("indexes with `:=` and no brackets", (3, 10))
        }
        Syntax::UnparenthesizedNamedExpr(_) => ("sets with `:=` and no brackets", (3, 9)),
        Syntax::RelaxedDecorator(_) => ("decorators of this form", (3, 9)),
        Syntax::TypeParameterList => ("type parameters", (3, 12)),
        Syntax::TypeAliasStatement => ("`type` statements", (3, 12)),
        Syntax::TypeParamDefault => ("defaults of type parameters", (3, 13)),
        Syntax::Pep701FString(_) => ("quotes, backslashes, comments and line breaks inside of f-strings", (3, 12)),
        Syntax::ParenthesizedContextManager => (MANAGERS, (3, 9)),
        Syntax::StarExpressionInIndex => ("`*` in an index", (3, 11)),
        Syntax::StarAnnotation => ("`*` in an annotation", (3, 11)),
        Syntax::UnparenthesizedUnpackInFor => ("`*` in the iterable of a `for` without brackets", (3, 9)),
        Syntax::UnparenthesizedExceptionTypes => (EXCEPTIONS, (3, 14)),
        Syntax::TemplateStrings => ("template strings", (3, 14)),
        Syntax::UnpackingInComprehension(_) => ("`*` in a comprehension", (3, 15)),
        Syntax::LazyImportStatement => ("`lazy` imports", (3, 15)),
        Syntax::ParenthesizedKeywordArgumentName => {
            return Some(Fault::always(span(error), "the name of a keyword argument stands in brackets"));
        }
        // All that davy knows have them.
        Syntax::Walrus | Syntax::StarTuple(_) | Syntax::PositionalOnlyParameter => return None,
    };
    Some(Fault::until(span(error), what, from))
}

/// What is said of `except A, B:`.
pub const EXCEPTIONS: &str = "several exceptions without brackets";

const MANAGERS: &str = "brackets around context managers";

fn told(error: &SemanticSyntaxError) -> Fault {
    let at = span(error);
    match &error.kind {
        SemanticSyntaxErrorKind::AsyncComprehensionInSyncComprehension(_) => Fault::until(at, COMPREHENSIONS, (3, 11)),
        SemanticSyntaxErrorKind::WriteToDebug(WriteToDebugKind::Delete(_)) => {
            Fault { illegal_from: Some((3, 10)), ..Fault::always(at, "`__debug__` is deleted") }
        }
        SemanticSyntaxErrorKind::YieldOutsideFunction(kind) => {
            Fault::always(at, format!("`{kind}` outside of a function"))
        }
        SemanticSyntaxErrorKind::DuplicateParameter(name) => {
            Fault::always(at, format!("two parameters are called `{name}`"))
        }
        _ => Fault::always(at, lower(&error.to_string())),
    }
}

const COMPREHENSIONS: &str = "asynchronous comprehensions inside of others";

/// A message with a small first letter, as davy's own have it.
fn lower(message: &str) -> String {
    let mut chars = message.chars();
    let first = chars.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    format!("{first}{}", chars.as_str())
}
struct Walk<'a> {
    context: Context<'a>,
    checker: SemanticSyntaxChecker,
    /// What the parser's checks do not know.
    own: Vec<Fault>,
    /// Loops, `with` and `try` around the statement, functions and classes excepted.
    blocks: usize,
    /// The most of them so far.
    deepest: usize,
    /// `with` statements that give nothing a name.
    tuples: Vec<Span>,
    /// Imports from a module of the project's that is called `__future__`.
    own_futures: Vec<Span>,
    /// Annotations that are never evaluated.
    annotations: Vec<Span>,
}

impl<'a> Walk<'a> {
    fn inside(&mut self, place: Place<'a>, visit: impl FnOnce(&mut Self)) {
        self.context.places.push(place);
        visit(self);
        self.context.places.pop();
    }

    fn fault(&mut self, at: impl Ranged, message: impl Into<String>) {
        self.own.push(Fault::always(span(at), message));
    }

    /// The text before a place, without the blanks in between.
    fn before(&self, at: TextSize) -> &'a str {
        self.context.text[..at.to_usize()].trim_end()
    }

    /// Only names, attributes and one call were decorators once.
    fn decorator(&mut self, decorator: &'a ast::Decorator) {
        let written = span(decorator).of(self.context.text);
        if written.trim_start_matches(['@', ' ', '\t']).starts_with('(') {
            self.own.push(Fault::until(span(decorator), "decorators of this form", (3, 9)));
        }
    }

    /// An annotation that is never evaluated, and still may not yield, await or assign.
    fn annotation(&mut self, annotation: &'a Expr) {
        struct Finder<'a>(Vec<&'a Expr>);
        impl<'a> SourceOrderVisitor<'a> for Finder<'a> {
            fn visit_expr(&mut self, expr: &'a Expr) {
                match expr {
                    Expr::Lambda(_) => {}
                    Expr::Yield(_) | Expr::YieldFrom(_) | Expr::Await(_) | Expr::Named(_) => self.0.push(expr),
                    other => deeper(|| source_order::walk_expr(self, other)),
                }
            }
        }
        self.annotations.push(span(annotation));
        let mut finder = Finder(Vec::new());
        finder.visit_expr(annotation);
        for expr in finder.0 {
            self.fault(expr, "an annotation yields, awaits or assigns");
        }
    }

    /// A name that is bound or used in the innermost place before a statement declares it otherwise.
    fn name(&mut self, name: &str, at: TextRange, is_expression: bool) {
        let Some(place) = self.context.places.last() else { return };
        let before =
            |declared: &FxHashMap<&str, TextRange>| declared.get(name).is_some_and(|there| at.start() < there.start());
        // The parser's checks look at expressions themselves, as far as `global` goes.
        let global = !is_expression && before(&place.globals);
        let nonlocal = before(&place.nonlocals);
        if global || nonlocal {
            let word = if global { "global" } else { "nonlocal" };
            self.fault(at, format!("name `{name}` is used before it is declared {word}"));
        }
    }

    /// A block of a statement that Python keeps an account of; it has room for 20, and from 3.13 on for 21 (measured).
    fn block(&mut self, body: &'a [Stmt], adds: usize) {
        self.blocks += adds;
        // The outermost that is too deep says it.
        let first = body.first().filter(|_| self.blocks > 20 && self.blocks - adds <= 20);
        let (told, before) = (self.own.len(), self.deepest);
        if let Some(first) = first {
            self.deepest = self.blocks;
            self.fault(first, "more than 20 loops, `with` and `try` are nested in each other");
        }
        self.deepest = self.deepest.max(self.blocks);
        self.visit_body(body);
        if first.is_some() && self.deepest == 21 {
            self.own[told].legal_from = Some((3, 13));
        }
        self.deepest = self.deepest.max(before);
        self.blocks -= adds;
    }

    fn looped(&mut self, body: &'a [Stmt]) {
        let count = |walk: &mut Self, by: isize| {
            if let Some(place) = walk.context.places.last_mut() {
                place.loops = place.loops.saturating_add_signed(by);
            }
        };
        count(self, 1);
        self.block(body, 1);
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
            self.of_stmt(stmt);
            match stmt {
                Stmt::FunctionDef(function) => {
                    function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                    let typed = |walk: &mut Self| {
                        walk.visit_parameters(&function.parameters);
                        function.returns.iter().for_each(|returns| walk.visit_annotation(returns));
                        let place = Place::of(Kind::Function(function), &function.body);
                        let blocks = std::mem::take(&mut walk.blocks);
                        walk.inside(place, |walk| walk.visit_body(&function.body));
                        walk.blocks = blocks;
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
                        let blocks = std::mem::take(&mut walk.blocks);
                        walk.inside(place, |walk| walk.visit_body(&class.body));
                        walk.blocks = blocks;
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
                Stmt::With(stmt) => {
                    stmt.items.iter().for_each(|item| self.visit_with_item(item));
                    self.block(&stmt.body, stmt.items.len());
                }
                Stmt::Try(stmt) => {
                    let ending = usize::from(!stmt.finalbody.is_empty());
                    self.block(&stmt.body, ending + usize::from(!stmt.handlers.is_empty()));
                    self.blocks += ending;
                    for handler in &stmt.handlers {
                        let ast::ExceptHandler::ExceptHandler(handler) = handler;
                        handler.type_.iter().for_each(|kind| self.visit_expr(kind));
                        if let Some(name) = &handler.name {
                            self.name(name.as_str(), name.range, false);
                        }
                        self.block(&handler.body, 2);
                    }
                    self.visit_body(&stmt.orelse);
                    self.blocks -= ending;
                    self.block(&stmt.finalbody, ending);
                }
                other => source_order::walk_stmt(self, other),
            }
        });
    }

    fn visit_pattern(&mut self, pattern: &'a ast::Pattern) {
        if let Some(name) = captured(pattern) {
            self.name(name.as_str(), name.range, false);
        }
        match pattern {
            ast::Pattern::MatchOr(or) => {
                let takes_all = |one: &&ast::Pattern| {
                    matches!(one, ast::Pattern::MatchAs(ast::PatternMatchAs { pattern: None, name: None, .. }))
                };
                let before = or.patterns.split_last().map_or(&[][..], |(_, before)| before);
                if let Some(all) = before.iter().find(takes_all) {
                    self.fault(all, "`_` takes everything, so the patterns behind it are never looked at");
                }
            }
            ast::Pattern::MatchValue(value) if matches!(&*value.value, Expr::FString(_) | Expr::TString(_)) => {
                self.fault(value, "a pattern is an f-string: patterns are literals and dotted names");
            }
            _ => {}
        }
        deeper(|| source_order::walk_pattern(self, pattern));
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        deeper(|| {
            self.checker.visit_expr(expr, &self.context);
            self.of_expr(expr);
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
