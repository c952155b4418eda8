//! `__post_init_post_parse__` of a dataclass. Page: rules/pydantic/post-init-post-parse.md

use super::{fate, graded, in_version_shim, named, only_v2};
use crate::fact::Condition;
use crate::finding::{Edit, Fate, Fix};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Class(check);

fn check<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    let method = |name: &str| {
        class.body.iter().find_map(|stmt| match stmt {
            Stmt::FunctionDef(function) if function.name.as_str() == name => Some(function),
            _ => None,
        })
    };
    let Some(hook) = method("__post_init_post_parse__") else { return };
    if in_version_shim(cx) {
        return;
    }
    let dataclass = class.decorator_list.iter().find_map(|decorator| {
        let callee = match &decorator.expression {
            Expr::Call(call) => &*call.func,
            other => other,
        };
        named(cx, callee, &["dataclass"]).map(|(type_, _)| type_)
    });
    let Some(dataclass) = dataclass else { return };
    let both = method("__post_init__").is_some();
    let finding =
        cx.report(span(&hook.name), text!["`__post_init_post_parse__` ", fate(Fate::Ignored), ": nobody calls it"]);
    finding.when(Condition::resolves(dataclass, "pydantic.dataclasses.dataclass"));
    graded(finding, Fate::Ignored);
    if both {
        finding.help("join it with `__post_init__`, which runs behind the validation in V2");
    } else {
        let edit = Edit::replace(span(&hook.name), "__post_init__");
        let fix = Fix::restoring("Rename it to `__post_init__`, which runs behind the validation in V2", vec![edit]);
        finding.fix(fix.when(only_v2()));
    }
}
