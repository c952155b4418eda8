//! `__get_validators__` and `__modify_schema__`. Page: rules/pydantic/custom-type-hook.md

use super::{fate, graded, in_version_shim};
use crate::finding::Fate;
use crate::python::ast;
use crate::python::{Block, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Function(check);

fn check<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    let (what_becomes, help) = match function.name.as_str() {
        "__get_validators__" => (
            Fate::Deprecated,
            "write `__get_pydantic_core_schema__`: validators of V1 get arguments that they do not take",
        ),
        "__modify_schema__" => (Fate::Raises, "write `__get_pydantic_json_schema__(cls, core_schema, handler)`"),
        _ => return,
    };
    let Some(Block::Class(class)) = cx.scopes.last().map(|scope| scope.block) else { return };
    let defines = |name: &str| {
        class.body.iter().any(|stmt| matches!(stmt, ast::Stmt::FunctionDef(other) if other.name.as_str() == name))
    };
    let new =
        if what_becomes == Fate::Raises { "__get_pydantic_json_schema__" } else { "__get_pydantic_core_schema__" };
    // A type that serves both versions has both.
    if defines(new) || in_version_shim(cx) {
        return;
    }
    let finding = cx.report(span(&function.name), text![format!("`{}` ", function.name), fate(what_becomes)]);
    graded(finding, what_becomes);
    finding.help(help);
}
