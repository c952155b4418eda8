//! Fields that were optional for V1 and are required, or refuse `None`, on V2. Page: rules/pydantic/optional-without-default.md

use super::{fate, in_version_shim, maybe_v2, only_v2, speaks_v1};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Edit, Fate, Fix, Grade, Piece};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::span;
use crate::python::walk::says_true;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Class(check);

fn check<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    if !super::may_be_model(class) || in_version_shim(cx) {
        return;
    }
    // A table of SQLModel is not validated when it is made, on either version.
    if class.arguments.as_deref().is_some_and(|arguments| says_true(arguments, "table")) {
        return;
    }
    let Some(scope) = cx.scopes.last() else { return };
    let model = TypeExpr::Name(Name::Here(scope.qualify(class.name.as_str())));
    let inside: Vec<_> = cx.scopes.iter().cloned().chain([scope.child(crate::python::Block::Class(class))]).collect();
    // On V2 alone, a field that takes `None` and has no default is an ordinary thing to write.
    let asks =
        if speaks_v1(cx) { Condition::Always } else { Condition::any(vec![only_v2().not(), Condition::Migrating]) };
    for stmt in &class.body {
        let Stmt::AnnAssign(assign) = stmt else { continue };
        let Expr::Name(field) = &*assign.target else { continue };
        let name = field.id.as_str();
        if name.starts_with('_') || name == "model_config" {
            continue;
        }
        // A value of its own, or a type that is all but `None`: most fields.
        let plain = matches!(&*assign.annotation, Expr::Name(name) if matches!(name.id.as_str(), "bool" | "float" | "int" | "str"));
        let decided = match assign.value.as_deref() {
            None => plain,
            Some(Expr::NoneLiteral(_) | Expr::Call(_)) => false,
            Some(_) => true,
        };
        if decided {
            continue;
        }
        let annotation = cx.types.annotation(&assign.annotation, &inside);
        if annotation.is_unknown() || says(&assign.annotation, &["ClassVar", "Final", "InitVar", "Required"]) {
            continue;
        }
        let nullable = Condition::Nullable(annotation);
        let Some((is, message, edits)) = form(cx, assign, name, nullable) else { continue };
        let finding = cx.report(span(field), message);
        finding.when(Condition::derives(model.clone(), "pydantic.BaseModel")).when(asks.clone()).when(is);
        // Where both run, the class means two things; where one does, a person has decided, or will.
        finding.grade(Condition::any(vec![maybe_v2().not(), only_v2()]), Grade::Pinned);
        finding.fix(Fix::restoring("Say what V1 took it for", edits));
    }
}

/// What has to hold, what is said, and what restores it.
type Form = (Condition, Vec<Piece>, Vec<Edit>);

fn form<'a>(cx: &Cx<'a>, assign: &'a ast::StmtAnnAssign, name: &str, nullable: Condition) -> Option<Form> {
    let required = |edits| {
        let message =
            text![format!("`{name}` takes `None` and has no default, so it "), fate(Fate::Changed), ": required"];
        Some((nullable.clone(), message, edits))
    };
    match assign.value.as_deref() {
        // `None` alone was required by V1, too.
        None if assign.annotation.is_none_literal_expr() => None,
        None => required(vec![Edit::insert(span(&*assign.annotation).end, " = None")]),
        Some(Expr::NoneLiteral(_)) => refuses(cx, assign, name, nullable),
        Some(Expr::Call(call)) if super::named(cx, &call.func, &["Field"]).is_some() => {
            let arguments = &call.arguments;
            let decided = arguments.keywords.iter().any(|keyword| {
                keyword.arg.as_ref().is_none_or(|arg| matches!(arg.as_str(), "default" | "default_factory"))
            });
            let default = arguments.find_keyword("default").map(|keyword| &keyword.value);
            match arguments.args.first().or(default) {
                None if decided => None,
                None if arguments.keywords.is_empty() => required(vec![Edit::insert(span(arguments).end - 1, "None")]),
                None => required(vec![Edit::insert(span(&arguments.keywords[0]).start, "None, ")]),
                Some(Expr::NoneLiteral(_)) => refuses(cx, assign, name, nullable),
                Some(_) => None,
            }
        }
        Some(_) => None,
    }
}

/// `count: int = None`: V1 read it as optional, V2 refuses `None` where it is passed.
fn refuses<'a>(cx: &Cx<'a>, assign: &'a ast::StmtAnnAssign, name: &str, nullable: Condition) -> Option<Form> {
    let message = text![
        format!("`{name}` has the default `None`, which its type excludes, so it "),
        fate(Fate::Changed),
        ": `None` is refused"
    ];
    let annotation = span(&*assign.annotation);
    let edits = if cx.text.contains(" | None") && !matches!(&*assign.annotation, Expr::StringLiteral(_)) {
        vec![Edit::insert(annotation.end, " | None")]
    } else {
        let optional = Piece::Name { module: "typing".to_owned(), name: "Optional".to_owned() };
        vec![
            Edit::pieces(crate::text::Span::at(annotation.start), text![optional, "["]),
            Edit::insert(annotation.end, "]"),
        ]
    };
    Some((nullable.not(), message, edits))
}

/// Whether an annotation is one of these, or one of them in brackets.
fn says(annotation: &Expr, names: &[&str]) -> bool {
    match annotation {
        Expr::Subscript(subscript) => says(&subscript.value, names),
        Expr::StringLiteral(string) => names.iter().any(|name| string.value.to_str().contains(name)),
        Expr::Name(name) => names.contains(&name.id.as_str()),
        Expr::Attribute(attribute) => names.contains(&attribute.attr.as_str()),
        _ => false,
    }
}
