//! A field of a model without an annotation. Page: rules/pydantic/unannotated-field.md

use super::{fate, graded, in_version_shim, only_v2};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Edit, Fate, Fix};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Class(check);

fn check<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    if !super::may_be_model(class) || in_version_shim(cx) {
        return;
    }
    let Some(scope) = cx.scopes.last() else { return };
    let model = TypeExpr::Name(Name::Here(scope.qualify(class.name.as_str())));
    let annotated = |name: &str| {
        class.body.iter().any(|stmt| match stmt {
            Stmt::AnnAssign(assign) => matches!(&*assign.target, Expr::Name(target) if target.id.as_str() == name),
            _ => false,
        })
    };
    for stmt in &class.body {
        let Stmt::Assign(assign) = stmt else { continue };
        let [Expr::Name(field)] = assign.targets.as_slice() else { continue };
        let name = field.id.as_str();
        if name.starts_with('_') || matches!(name, "model_config" | "Config") || annotated(name) {
            continue;
        }
        let Some(type_) = type_of(cx, &assign.value) else { continue };
        let finding = cx.report(span(field), text![format!("`{name}` has no annotation, which "), fate(Fate::Raises)]);
        finding.when(Condition::derives(model.clone(), "pydantic.BaseModel"));
        // What `keep_untouched` names is no field.
        finding.when(Condition::Mentions { of: model.clone(), key: "keep_untouched".into() }.not());
        finding.when(Condition::Mentions { of: model.clone(), key: "ignored_types".into() }.not());
        graded(finding, Fate::Raises);
        match type_ {
            Some(type_) => {
                let edits = vec![Edit::insert(span(field).end, format!(": {type_}"))];
                let title = format!("Annotate it as `{type_}`, as V1 did");
                finding.fix(Fix::restoring(title, edits).when(only_v2()));
            }
            None => {
                finding.help("annotate it with its type, or with `ClassVar[...]` if it is no field");
            }
        }
    }
}

/// The type that V1 inferred: of a literal, else not known; none for what may be no field.
fn type_of<'a>(cx: &Cx<'a>, value: &'a Expr) -> Option<Option<&'static str>> {
    Some(match value {
        Expr::StringLiteral(_) | Expr::FString(_) => Some("str"),
        Expr::BytesLiteral(_) => Some("bytes"),
        Expr::BooleanLiteral(_) => Some("bool"),
        Expr::NumberLiteral(number) => Some(match number.value {
            ast::Number::Int(_) => "int",
            ast::Number::Float(_) => "float",
            ast::Number::Complex { .. } => return Some(None),
        }),
        Expr::UnaryOp(op) if op.op == ast::UnaryOp::USub => return type_of(cx, &op.operand),
        Expr::List(_) | Expr::ListComp(_) => Some("list"),
        Expr::Dict(_) | Expr::DictComp(_) => Some("dict"),
        Expr::Set(_) | Expr::SetComp(_) => Some("set"),
        Expr::Tuple(tuple) if tuple.parenthesized => Some("tuple"),
        Expr::NoneLiteral(_) => None,
        Expr::Call(call) if super::named(cx, &call.func, &["Field"]).is_some() => match call.arguments.args.first() {
            Some(default) => return Some(type_of(cx, default).flatten()),
            None => None,
        },
        _ => return None,
    })
}
