//! Reads of `Model.Config` and `Model.__config__`. Page: rules/pydantic/config-read.md

use super::{config_keys, fate, graded, in_version_shim, only_v2};
use crate::fact::Condition;
use crate::finding::{Edit, Fate, Fix, Tie, Tied};
use crate::python::ast::{self, AnyNodeRef, ExprContext, Ranged};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Attribute(check);

fn check<'a>(cx: &mut Cx<'a>, attribute: &'a ast::ExprAttribute) {
    let what_becomes = match attribute.attr.as_str() {
        "Config" => Fate::Deprecated,
        "__config__" => Fate::Raises,
        _ => return,
    };
    let model = cx.type_of(&attribute.value);
    if model.is_unknown() || attribute.ctx != ExprContext::Load || in_version_shim(cx) || is_header(cx) {
        return;
    }
    let key = match cx.parent(0) {
        Some(AnyNodeRef::ExprAttribute(key))
            if key.value.range() == attribute.range() && key.ctx == ExprContext::Load =>
        {
            Some(key)
        }
        _ => None,
    };
    let fix = key.filter(|_| !cx.is_printed()).map(|key| {
        let old = key.attr.as_str();
        let new = config_keys::renamed(old).unwrap_or(old);
        let at = Span::new(span(&attribute.attr).start, span(key).end);
        let edits = vec![Edit::replace(at, format!("model_config[\"{new}\"]"))];
        let mut fix = Fix::safe("Read `model_config`", edits);
        fix.restores = Condition::Always;
        if new != old || what_becomes == Fate::Raises || old == "allow_mutation" {
            fix.safe = Condition::Always.not();
        }
        fix.chain = Some(Tie { by: Tied::Config, of: model.clone() });
        let asks = |key: &str| Condition::Mentions { of: model.clone(), key: key.to_owned().into() };
        let known = Condition::any(vec![asks(old), asks(new)]);
        fix.when(known).when(only_v2())
    });
    let help = "read `model_config`, a dictionary of the keys that the classes set; defaults are not in it";
    let finding =
        cx.report(span(&attribute.attr), text![format!("`{}` of a model ", attribute.attr), fate(what_becomes)]);
    let class = Condition::derives(model.clone(), "pydantic.BaseModel");
    finding.when(Condition::any(vec![class, Condition::derives(model.attr("__class__"), "pydantic.BaseModel")]));
    graded(finding, what_becomes);
    match fix {
        Some(fix) => {
            finding.fix(fix);
        }
        None => {
            finding.help(help);
        }
    }
}

/// `class Config(Base.Config)` is rewritten with its class.
fn is_header(cx: &Cx) -> bool {
    match (cx.parent(0), cx.parent(1)) {
        (Some(AnyNodeRef::Arguments(_)), Some(AnyNodeRef::StmtClassDef(class))) => class.name.as_str() == "Config",
        _ => false,
    }
}
