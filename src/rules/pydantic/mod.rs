//! Deprecated Pydantic V1, and what its rules share.

pub mod after_validator_classmethod;
pub mod class_config;
mod config_keys;
pub mod config_read;
pub mod custom_type_hook;
pub mod deprecated_field_argument;
pub mod deprecated_function;
pub mod deprecated_model_method;
pub mod deprecated_root_validator;
pub mod deprecated_validator;
pub mod generic_model;
pub mod ignored_config_key;
mod imports;
pub mod instance_model_fields;
pub mod optional_without_default;
pub mod post_init_post_parse;
pub mod removed_import;
pub mod reversed_before_validators;
pub mod root_field;
pub mod settings_environment;
pub mod unannotated_field;

use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Ask, Edit, Fate, Finding, Grade, Piece, Tie, Tied};
use crate::python::ast::{self, AnyNodeRef, Expr, Ranged, Stmt};
use crate::python::types;
use crate::python::walk::{blocks, children};
use crate::python::{Block, deeper, span};
use crate::rule::Cx;
use crate::text;
use crate::text::Span;
use std::borrow::Cow;

/// The project may run pydantic 2, and nothing before it.
fn only_v2() -> Condition {
    Condition::Runs { package: Cow::Borrowed("pydantic"), major: 2, always: true }
}

/// The project may run pydantic 2.
fn maybe_v2() -> Condition {
    Condition::Runs { package: Cow::Borrowed("pydantic"), major: 2, always: false }
}

/// Whether the file was written for V1: it uses what V2 warns of or refuses.
fn speaks_v1(cx: &Cx) -> bool {
    const WORDS: &[&str] =
        &["class Config", ".from_orm(", ".parse_obj(", "parse_obj_as", "pydantic.generics", "__root__"];
    let Block::Module(body) = cx.scopes[0].block else { return false };
    let old = |alias: &ast::Alias| matches!(alias.name.as_str(), "validator" | "root_validator" | "BaseSettings");
    let imports = body.iter().any(|stmt| match stmt {
        Stmt::ImportFrom(import) => {
            import.module.as_ref().is_some_and(|module| module.as_str() == "pydantic") && import.names.iter().any(old)
        }
        _ => false,
    });
    imports || WORDS.iter().any(|word| cx.mentions(word))
}

/// What becomes of a form, as the end of a message: "is deprecated on pydantic>=2 (pyproject.toml)".
fn fate(fate: Fate) -> Piece {
    Piece::Ask(Ask::Pydantic(fate))
}

/// Where the project is pinned below 2 the form still works: the page makes it a note. What V2 ignores or refuses is an error.
fn graded(finding: &mut Finding, fate: Fate) {
    finding.grade(maybe_v2().not(), Grade::Pinned);
    match fate {
        Fate::Deprecated => {}
        Fate::Ignored | Fate::Changed => {
            finding.grade(only_v2(), Grade::Ignored);
        }
        Fate::Raises => {
            finding.grade(only_v2(), Grade::Raises);
        }
    }
}

/// A name that a fix imports from pydantic where it is not yet.
fn pydantic(name: &str) -> Piece {
    Piece::Name { module: "pydantic".to_owned(), name: name.to_owned() }
}

/// What an expression is, where it is written like one of `names`, and which of them it ends in.
fn named<'a>(cx: &Cx<'a>, expr: &'a Expr, names: &[&'static str]) -> Option<(TypeExpr, &'static str)> {
    if !cx.types.may_be(expr, &cx.scopes, names) {
        return None;
    }
    let type_ = cx.type_of(expr);
    let name = names.iter().find(|name| ends_in(cx, &type_, name))?;
    Some((type_, name))
}

/// Whether a class has a base that may be a model: one that is not obviously the standard library's.
fn may_be_model(class: &ast::StmtClassDef) -> bool {
    const OTHERS: &[&str] = &[
        "ABC",
        "Enum",
        "Exception",
        "Flag",
        "Generic",
        "IntEnum",
        "IntFlag",
        "NamedTuple",
        "Protocol",
        "StrEnum",
        "TestCase",
        "TypedDict",
        "dict",
        "int",
        "list",
        "object",
        "str",
    ];
    let bases = class.arguments.as_deref().map(|arguments| &*arguments.args).unwrap_or_default();
    bases.iter().any(|base| {
        let named = match base {
            Expr::Subscript(subscript) => &*subscript.value,
            other => other,
        };
        crate::python::dotted(named).is_none_or(|path| !OTHERS.contains(&path.rsplit('.').next().unwrap_or_default()))
    })
}

/// Whether a symbolic type ends in `name`: enough to ask `link` what it is.
fn ends_in(cx: &Cx, type_: &TypeExpr, name: &str) -> bool {
    types::last_name(type_, &cx.scopes) == Some(name)
}

/// Code that chooses between versions itself is left alone.
fn in_version_shim(cx: &Cx) -> bool {
    cx.ancestors.iter().any(|node| is_shim(cx, *node))
}

/// Whether a node chooses between versions.
fn is_shim(cx: &Cx, node: AnyNodeRef) -> bool {
    let chooses = |test: &Expr| {
        let source = cx.source(span(test));
        source.contains("hasattr(") || source.to_ascii_lowercase().contains("pydantic") || source.contains("VERSION")
    };
    match node {
        AnyNodeRef::StmtIf(stmt) => chooses(&stmt.test),
        AnyNodeRef::ExprIf(expr) => chooses(&expr.test),
        AnyNodeRef::StmtTry(stmt) => stmt.handlers.iter().any(|handler| {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            let source = handler.type_.as_deref().map(|type_| cx.source(span(type_))).unwrap_or_default();
            source.contains("ImportError")
                || source.contains("AttributeError")
                || source.contains("ModuleNotFoundError")
        }),
        _ => false,
    }
}

/// The first decorator of a function that is, by its name, `pydantic.NAME`.
fn decorator<'a>(cx: &Cx<'a>, function: &'a ast::StmtFunctionDef, name: &'static str) -> Option<Decoration<'a>> {
    let mut found = function.decorator_list.iter().filter_map(|decorator| {
        let (callee, call) = match &decorator.expression {
            Expr::Call(call) => (&*call.func, Some(call)),
            other => (other, None),
        };
        let (type_, _) = named(cx, callee, &[name])?;
        Some(Decoration { decorator, callee, call, type_, stacked: false })
    });
    let first = found.next()?;
    let stacked = found.next().is_some();
    Some(Decoration { stacked, ..first })
}

/// A decorator of pydantic's.
struct Decoration<'a> {
    decorator: &'a ast::Decorator,
    callee: &'a Expr,
    call: Option<&'a ast::ExprCall>,
    type_: TypeExpr,
    /// The function has several of the kind.
    stacked: bool,
}

/// Ties a validator to those that run before and after it.
fn validator_tie(cx: &Cx) -> Option<Tie> {
    let (_, class) = cx.class()?;
    Some(Tie { by: Tied::Validators, of: TypeExpr::Name(Name::Here(class.to_owned())) })
}

/// Whether the file names a method through its class or an instance: what it takes must not change then.
fn is_called(cx: &Cx, function: &ast::StmtFunctionDef) -> bool {
    let name = function.name.as_str();
    cx.text.match_indices(name).any(|(at, _)| {
        let behind = cx.text[at + name.len()..].trim_start();
        let Some(owner) = cx.text[..at].trim_end().strip_suffix('.') else { return false };
        let start = owner.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        let owner = &owner[start..];
        let own = matches!(owner, "self" | "cls" | "") || owner.starts_with(char::is_uppercase);
        own && behind.starts_with(['(', ',', ')'])
    })
}

/// Whether statements of a class body other than `own` read `name`, functions and classes inside excepted.
fn reads_in_class(class: &ast::StmtClassDef, name: &str, own: &ast::StmtAnnAssign) -> bool {
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
fn names_in(annotation: &Expr, names: &mut Vec<String>) {
    match annotation {
        Expr::Name(name) => names.push(name.id.as_str().to_owned()),
        other => children(other, &mut |child| deeper(|| names_in(child, names))),
    }
}

fn is_docstring(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(stmt) if matches!(*stmt.value, Expr::StringLiteral(_)))
}

/// Whole lines with their break, and with the empty line in front of them, or else behind.
fn with_blank_line(cx: &Cx, lines: Span) -> Span {
    let rest = &cx.text[lines.end as usize..];
    let breaks = |text: &str| if text.starts_with("\r\n") { 2 } else { usize::from(text.starts_with(['\n', '\r'])) };
    let end = lines.end as usize + breaks(rest);
    let before = &cx.text[..lines.start as usize];
    let above = before.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text)).unwrap_or(before);
    let line = &above[above.rfind(['\n', '\r']).map_or(0, |at| at + 1)..];
    let blank = above.len() < before.len() && line.trim().is_empty();
    let start = if blank { above.len() - line.len() } else { lines.start as usize };
    Span::new(start as u32, end as u32)
}

/// The keys of a class in this module, as arguments.
struct PlainConfig {
    arguments: Vec<Piece>,
    dead: bool,
    /// A key that has an effect today under its new name only.
    restores: bool,
}

fn config_class<'a>(cx: &Cx<'a>, name: &str) -> Option<PlainConfig> {
    let Block::Module(body) = cx.scopes.first()?.block else { return None };
    let mut classes = body.iter().filter_map(|stmt| match stmt {
        Stmt::ClassDef(class) if class.name.as_str() == name => Some(class),
        _ => None,
    });
    let class = classes.next().filter(|_| classes.next().is_none())?;
    let bare = class.arguments.as_deref().is_none_or(|arguments| arguments.is_empty());
    if !bare || !class.decorator_list.is_empty() {
        return None;
    }
    let mut plain = PlainConfig { arguments: Vec::new(), dead: false, restores: false };
    for stmt in &class.body {
        if is_docstring(stmt) || matches!(stmt, Stmt::Pass(_)) {
            continue;
        }
        let Stmt::Assign(assign) = stmt else { return None };
        let [Expr::Name(key)] = assign.targets.as_slice() else { return None };
        let key = key.id.as_str();
        plain.dead |= config_keys::is_dead(key);
        if config_keys::is_dropped(key) {
            continue;
        }
        // Only what means the same wherever it is written.
        let constant = matches!(
            &*assign.value,
            Expr::StringLiteral(_) | Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) | Expr::NoneLiteral(_)
        );
        let written = match (key, &*assign.value) {
            ("allow_mutation", Expr::BooleanLiteral(literal)) => {
                plain.restores = true;
                text![format!("frozen={}", if literal.value { "False" } else { "True" })]
            }
            ("extra", Expr::Attribute(attribute)) if ends_in(cx, &cx.type_of(&attribute.value), "Extra") => {
                text![format!("extra=\"{}\"", attribute.attr)]
            }
            (key, value) if constant => {
                // `from_attributes` has no effect on how a dataclass is made or called.
                let new = config_keys::renamed(key);
                plain.restores |= new.is_some_and(|new| new != "from_attributes");
                text![format!("{}=", new.unwrap_or(key)), span(value)]
            }
            _ => return None,
        };
        if !plain.arguments.is_empty() {
            plain.arguments.push(", ".into());
        }
        plain.arguments.extend(written);
    }
    Some(plain)
}

/// The edit that puts a statement in front of a function's body, behind its docstring; none where the body shares a line.
fn prepend(cx: &Cx, function: &ast::StmtFunctionDef, statement: &str) -> Option<Edit> {
    let first = function.body.iter().find(|stmt| !is_docstring(stmt))?;
    let start = span(first).start;
    let indent = indent_of(cx, start)?;
    Some(Edit::insert(start, format!("{statement}{}{indent}", newline(cx))))
}

/// The blanks in front of a statement that stands first on its line.
fn indent_of<'a>(cx: &Cx<'a>, start: u32) -> Option<&'a str> {
    let line = cx.text[..start as usize].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let indent = &cx.text[line..start as usize];
    indent.trim().is_empty().then_some(indent)
}

/// A function as it would stand elsewhere, from a header of one's own to its last line: `shift` replaces the indentation that
/// its `def` has. None where a string or a comment would move with it, or the body stands on the line of the header.
fn moved(cx: &Cx, function: &ast::StmtFunctionDef, header: &str, shift: &str) -> Option<Vec<Piece>> {
    use crate::python::ast::token::TokenKind;
    let def = span(&function.name).start;
    let line = cx.text[..def as usize].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let old = &cx.text[line..][..cx.text[line..].len() - cx.text[line..].trim_start().len()];
    let first = function.body.first()?;
    // The header ends with its line; comments behind that belong to the body.
    let header_end =
        cx.tree.tokens().iter().find(|token| token.kind() == TokenKind::Newline && span(**token).start > def)?;
    let header_end = span(*header_end);
    let mut start = header_end.end as usize;
    if header_end.start > span(first).start || indent_of(cx, span(first).start).is_none() {
        return None;
    }
    let end = span(function).end as usize;
    let inside = cx.tree.tokens().iter().filter(|token| {
        let here = span(**token);
        here.start as usize >= start && (here.end as usize) <= end
    });
    let long = |token: &&ast::token::Token| {
        matches!(token.kind(), TokenKind::String | TokenKind::FStringMiddle)
            && span(**token).of(cx.text).contains(['\n', '\r'])
    };
    if inside.clone().any(|token| long(&token)) || cx.has_comment(Span::new(def, header_end.start)) {
        return None;
    }
    let mut pieces = vec![Piece::from(header)];
    while start < end {
        let rest = &cx.text[start..];
        let stop = start + rest.find(['\n', '\r']).unwrap_or(rest.len());
        let text = cx.text[start..stop].strip_prefix(old);
        let text = text.unwrap_or_else(|| cx.text[start..stop].trim_start());
        let from = (stop - text.len()) as u32;
        pieces.push(newline(cx).into());
        if !text.trim().is_empty() {
            pieces.push(shift.into());
            pieces.push(Span::new(from, stop.min(end) as u32).into());
        }
        start = stop + if cx.text[stop..].starts_with("\r\n") { 2 } else { 1 };
    }
    Some(pieces)
}

/// The line break that the file uses.
fn newline(cx: &Cx) -> &'static str {
    if cx.text.contains("\r\n") {
        "\r\n"
    } else if cx.text.contains('\n') {
        "\n"
    } else {
        "\r"
    }
}

/// The edit that puts `@classmethod` under a decorator, if the function does not have it; none where it cannot stand.
fn make_classmethod(cx: &Cx, function: &ast::StmtFunctionDef, below: &ast::Decorator) -> Option<Vec<Edit>> {
    let named = |decorator: &ast::Decorator, name: &str| matches!(&decorator.expression, Expr::Name(found) if found.id.as_str() == name);
    if function.decorator_list.iter().any(|decorator| named(decorator, "staticmethod")) {
        return None;
    }
    if let Some(at) = function.decorator_list.iter().position(|decorator| named(decorator, "classmethod")) {
        let own = function.decorator_list.iter().position(|decorator| decorator.start() == below.start())?;
        return (at > own).then(Vec::new);
    }
    let line_start = cx.text[..below.start().to_usize()].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let indent = &cx.text[line_start..below.start().to_usize()];
    let rest = &cx.text[below.end().to_usize()..];
    let line_end = rest.find(['\n', '\r'])?;
    let newline = if rest[line_end..].starts_with("\r\n") { "\r\n" } else { &rest[line_end..=line_end] };
    if !indent.trim().is_empty() {
        return None;
    }
    let at = below.end().to_u32() + line_end as u32;
    Some(vec![Edit::insert(at, format!("{newline}{indent}@classmethod"))])
}

/// How a name is used in a function's body.
#[derive(Default)]
struct Uses<'a> {
    /// Where it is read.
    reads: Vec<&'a ast::ExprName>,
    /// It is bound, deleted, shadowed in a nested scope, or read where an edit would change the text that is printed.
    tangled: bool,
    /// Every name that occurs.
    names: std::collections::HashSet<&'a str>,
}

/// Collects the uses of `name` in a body, nested functions and comprehensions included.
fn uses<'a>(body: &'a [Stmt], name: &str) -> Uses<'a> {
    let mut uses = Uses::default();
    for stmt in body {
        uses.stmt(stmt, name);
    }
    uses
}

impl<'a> Uses<'a> {
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
fn expressions<'a>(stmt: &'a Stmt, visit: &mut dyn FnMut(&'a Expr)) {
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

/// The edits that take arguments out of a call, with the comma before or behind them.
fn remove_arguments(cx: &Cx, arguments: &ast::Arguments, removed: &[Span]) -> Vec<Edit> {
    let mut all: Vec<Span> = arguments.args.iter().map(span).collect();
    all.extend(arguments.keywords.iter().map(span));
    all.sort();
    let kept: Vec<&Span> = all.iter().filter(|one| !removed.contains(one)).collect();
    let mut edits = Vec::new();
    for (index, here) in all.iter().enumerate().filter(|(_, one)| removed.contains(one)) {
        // An argument with a line of its own takes the line along, and no comment of its neighbours.
        let line = cx.text[..here.start as usize].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let rest = &cx.text[here.end as usize..];
        let stop = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let alone = cx.text[line..here.start as usize].trim().is_empty() && matches!(rest[..stop].trim(), "" | ",");
        if alone && stop < rest.len() {
            let end = here.end as usize + stop + if rest[stop..].starts_with("\r\n") { 2 } else { 1 };
            edits.push(Edit::replace(Span::new(line as u32, end as u32), ""));
            continue;
        }
        let before = all[..index].iter().rev().find(|one| kept.contains(one));
        let end = match (before, all.get(index + 1)) {
            // With something kept in front, its comma goes; else the comma behind goes with what follows it.
            (Some(_), _) => here.end,
            (None, Some(next)) => next.start,
            (None, None) => {
                let rest = &cx.text[here.end as usize..span(arguments).end as usize - 1];
                here.end
                    + if rest.trim_start().starts_with(',') { rest.find(',').map_or(0, |at| at as u32 + 1) } else { 0 }
            }
        };
        let start = match before {
            Some(before) if index > 0 => all[index - 1].end.max(before.end),
            _ => here.start,
        };
        edits.push(Edit::replace(Span::new(start, end), ""));
    }
    edits
}
