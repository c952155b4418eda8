//! Deprecated Pydantic V1, and what its rules share.

pub mod after_validator_classmethod;
pub mod class_config;
mod config_keys;
mod config_layout;
pub mod config_read;
pub mod custom_type_hook;
pub mod deprecated_field_argument;
pub mod deprecated_function;
pub mod deprecated_model_method;
pub mod deprecated_root_validator;
pub mod deprecated_since_v2;
pub mod deprecated_validator;
pub mod generic_model;
mod gone;
pub mod ignored_config_key;
mod imports;
pub mod instance_model_fields;
pub mod optional_without_default;
mod pattern;
mod plain_config;
pub mod post_init_post_parse;
pub mod removed_import;
pub mod reversed_before_validators;
pub mod root_field;
pub mod settings_environment;
pub mod unannotated_field;
pub mod undeclared_settings_package;
mod uses;
mod validator_parameters;
pub mod validator_type_error;
mod writing;

use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Ask, Fate, Finding, Grade, Piece, Tie, Tied};
use crate::python::ast::{self, AnyNodeRef, Expr, Ranged, Stmt};
use crate::python::{Block, imported, span};
use crate::rule::Cx;
use std::borrow::Cow;
use uses::{Uses, expressions, names_in, reads_in_class, uses};
use writing::{indent_of, make_classmethod, moved, newline, prepend, remove_arguments, with_blank_line};

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
        Fate::Deprecated | Fate::Missing => {}
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
    imported::last_name(type_, &cx.scopes) == Some(name)
}

/// Code that chooses between versions itself is left alone.
fn in_version_shim(cx: &Cx) -> bool {
    cx.ancestors.iter().any(|node| is_shim(cx, *node)) || behind_version_shim(cx)
}

/// Whether the other version has left the function by here: `if hasattr(model, "model_dump"): return model.model_dump()`.
fn behind_version_shim(cx: &Cx) -> bool {
    let Some((_, function)) = cx.function() else { return false };
    let Some(own) = cx.ancestors.last().map(|node| node.range().start()) else { return false };
    let leaves = |stmt: &ast::StmtIf| {
        let test = cx.source(span(&*stmt.test)).to_ascii_lowercase();
        let version = ["version", "v1", "v2"].iter().any(|word| test.contains(word)) && test.contains("pydantic");
        let asks = version || test.contains("hasattr(") && test.contains("model_");
        asks && stmt.elif_else_clauses.is_empty() && matches!(stmt.body.last(), Some(Stmt::Return(_) | Stmt::Raise(_)))
    };
    let before = function.body.iter().take_while(|stmt| stmt.end() <= own);
    before.into_iter().any(|stmt| matches!(stmt, Stmt::If(stmt) if leaves(stmt)))
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
        AnyNodeRef::ExprBoolOp(op) if op.op == ast::BoolOp::Or => op.values.first().is_some_and(|first| {
            let source = cx.source(span(first));
            source.starts_with("getattr(") && source.contains("model_")
        }),
        AnyNodeRef::StmtTry(stmt) => stmt.handlers.iter().any(|handler| {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            let source = handler.type_.as_deref().map(|type_| cx.source(span(type_))).unwrap_or_default();
            // An import that may fail for any reason.
            let imports = |stmt: &Stmt| matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_));
            let any = matches!(source, "" | "Exception" | "BaseException") && stmt.body.iter().any(imports);
            any || source.contains("ImportError")
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

/// Whether the class around is certainly no model: pydantic 1 passed over its validators, pydantic 2 runs them in every model that inherits.
fn in_mixin(cx: &Cx) -> bool {
    cx.class().is_some_and(|(class, _)| class.decorator_list.is_empty() && !may_be_model(class))
}

const MIXIN: &str =
    "pydantic 1 passed over validators of a class that is no model, pydantic 2 runs them: decide whether it should";

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

fn is_docstring(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(stmt) if matches!(*stmt.value, Expr::StringLiteral(_)))
}
