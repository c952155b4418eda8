//! `pandas.Timestamp.utcnow()`. Page: rules/datetime/pandas-utcnow.md

use crate::fact::Condition;
use crate::finding::{Edit, Fix};
use crate::python::ast::{self, Expr};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Call(check);

fn check<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    let Expr::Attribute(attribute) = &*call.func else { return };
    let (to, method, given) = match attribute.attr.as_str() {
        "utcnow" => ("pandas.Timestamp.utcnow", "now", 0),
        "utcfromtimestamp" => ("pandas.Timestamp.utcfromtimestamp", "fromtimestamp", 1),
        _ => return,
    };
    let callee = cx.type_of(&call.func);
    if callee.is_unknown() {
        return;
    }
    let plain = call.arguments.args.len() == given
        && call.arguments.keywords.is_empty()
        && !call.arguments.args.iter().any(Expr::is_starred_expr)
        && !cx.is_printed();
    let zone = cx.append_argument(&call.arguments, vec!["\"UTC\"".into()]).filter(|_| plain);
    let message = format!("`Timestamp.{}()` is deprecated since pandas 3, which will take it out", attribute.attr);
    let finding = cx.report(span(call), text![message]);
    finding.when(Condition::resolves(callee, to));
    match zone {
        Some(zone) => {
            let edits = vec![Edit::replace(span(&attribute.attr), method), zone];
            finding.fix(Fix::safe(format!("Replace with `Timestamp.{method}(\"UTC\")`"), edits));
        }
        None => {
            finding.help(format!("write `Timestamp.{method}` with \"UTC\" as its zone"));
        }
    }
}
