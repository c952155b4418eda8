//! `.dict()`, `.json()`, `.copy()` and their kin on what is proven to be a model. Page: rules/pydantic/deprecated-model-method.md

use super::{grade_pinned, in_version_shim, only_v2};
use crate::fact::Condition;
use crate::finding::{Ask, Edit, Fix, Piece};
use crate::python::ast::{self, AnyNodeRef, Expr, Ranged};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Attribute(check);

/// V1's method, V2's name for it.
const RENAMED: &[(&str, &str)] = &[
    ("dict", "model_dump"),
    ("json", "model_dump_json"),
    ("copy", "model_copy"),
    ("parse_obj", "model_validate"),
    ("from_orm", "model_validate"),
    ("construct", "model_construct"),
    ("schema", "model_json_schema"),
    ("update_forward_refs", "model_rebuild"),
    ("validate", "model_validate"),
];

fn check<'a>(cx: &mut Cx<'a>, attribute: &'a ast::ExprAttribute) {
    let old = attribute.attr.as_str();
    let Some((_, new)) = RENAMED.iter().find(|(name, _)| *name == old) else { return };
    if attribute.ctx != ast::ExprContext::Load {
        return;
    }
    let receiver = cx.type_of(&attribute.value);
    if receiver.is_unknown() || in_version_shim(cx) {
        return;
    }
    let call = match cx.parent(0) {
        Some(AnyNodeRef::ExprCall(call)) if call.func.range() == attribute.range() => Some(call),
        _ => None,
    };
    let what = receiver.clone().attr(old);
    let class = Piece::Ask(Ask::Class(receiver.clone()));
    let is_constructor = matches!(old, "parse_obj" | "from_orm" | "construct" | "validate");
    let to = format!("pydantic.BaseModel.{old}");
    let message = text!["`", class, format!(".{old}` is Pydantic V1: deprecated in V2 and removed in V3")];
    let printed = Form::None("an f-string prints this text, too: rename it by hand");
    let form = if cx.is_printed() { printed } else { call.map_or(Form::Renamed, |call| form(old, call)) };
    let fix = match form {
        Form::Renamed => {
            let edit = Edit::replace(span(&attribute.attr), *new);
            let mut fix = Fix::safe(format!("Replace with `{new}`"), vec![edit]);
            fix.safe = Condition::Overridden { of: receiver.clone(), attr: old.to_owned() }.not();
            let updates = call.is_some_and(|call| call.arguments.find_keyword("update").is_some());
            match (old, call) {
                // Without `from_attributes` in the configuration both raise, but not the same error.
                ("from_orm", _) => fix.safe = Condition::Always.not(),
                // Whoever calls it may pass what the new method does not take.
                ("copy" | "json", None) => fix.safe = Condition::Always.not(),
                // Where extra fields are kept, `model_copy` keeps new ones among them, and `copy` did not.
                ("copy", _) if updates => {
                    fix.safe = fix.safe.and(Condition::Sets { of: receiver.clone(), key: "extra".into() }.not())
                }
                _ => {}
            }
            Ok(fix.when(only_v2()))
        }
        Form::None(help) => Err(help),
    };
    let finding = cx.report(span(&attribute.attr), message);
    finding.when(Condition::Resolves { what, to: to.into() });
    grade_pinned(finding);
    match fix {
        Ok(fix) => {
            finding.fix(fix);
        }
        Err(help) => {
            finding.help(help);
        }
    }
    let label = if is_constructor { "this model" } else { "the receiver is this model" };
    finding.definition(receiver, label);
}

/// Whether the new name alone is the whole move.
enum Form {
    Renamed,
    None(&'static str),
}

fn form(old: &str, call: &ast::ExprCall) -> Form {
    let keywords = || call.arguments.keywords.iter().map(|keyword| keyword.arg.as_ref().map(|arg| arg.as_str()));
    let has = |name: &str| keywords().any(|keyword| keyword == Some(name));
    match old {
        "dict" if has("skip_defaults") => {
            Form::None("use `model_dump(exclude_unset=...)`: `skip_defaults` raises in V2")
        }
        "json" if keywords().any(|keyword| !is_dump_keyword(keyword)) => Form::None(
            "`model_dump_json` takes none of the arguments of `json.dumps`: use `json.dumps(x.model_dump(mode=\"json\"), ...)`",
        ),
        "copy" if has("include") || has("exclude") || keywords().any(|keyword| keyword.is_none()) => {
            Form::None("`model_copy` has neither `include` nor `exclude`: build the copy from `model_dump(...)`")
        }
        "update_forward_refs" if !call.arguments.is_empty() => {
            Form::None("pass the names as `model_rebuild(_types_namespace={...})`")
        }
        "dict" | "json" | "copy" if !call.arguments.args.is_empty() => {
            Form::None("the V2 methods take keyword arguments only")
        }
        "schema" if has("ref_template") && !call.arguments.args.is_empty() => {
            Form::None("pass the arguments by keyword")
        }
        _ if call.arguments.args.iter().any(|arg| matches!(arg, Expr::Starred(_))) => {
            Form::None("the V2 method has another signature: pass the arguments by keyword")
        }
        _ => Form::Renamed,
    }
}

fn is_dump_keyword(keyword: Option<&str>) -> bool {
    let known = ["include", "exclude", "by_alias", "exclude_unset", "exclude_defaults", "exclude_none"];
    keyword.is_none_or(|keyword| known.contains(&keyword))
}
