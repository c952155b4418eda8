//! Whether a value is provably naive or provably aware, by what it is made of.

use super::is_method;
use crate::fact::Condition;
use crate::python::ast::{self, Expr, Operator};
use crate::python::dotted;
use crate::rule::Cx;

/// What a value says of its zone.
pub struct Zone<'a> {
    /// It has one.
    pub aware: bool,
    /// What `link` is to be asked for it.
    pub when: Condition,
    /// The expression that decides.
    pub by: &'a Expr,
}

/// The zone of a value: through sums with a `timedelta`, `replace`, and a name that is given a value once.
pub fn zone<'a>(cx: &Cx<'a>, value: &'a Expr, depth: u32) -> Option<Zone<'a>> {
    if depth > 8 {
        return None;
    }
    match value {
        Expr::Name(name) => zone(cx, cx.only_value(&name.id)?, depth + 1),
        Expr::BinOp(sum) if matches!(sum.op, Operator::Add | Operator::Sub) => {
            let is_span = matches!(&*sum.right, Expr::Call(call)
                if dotted(&call.func).is_some_and(|callee| callee.ends_with("timedelta")));
            is_span.then(|| zone(cx, &sum.left, depth + 1)).flatten()
        }
        Expr::Call(call) => of_call(cx, value, call, depth),
        _ => None,
    }
}

fn of_call<'a>(cx: &Cx<'a>, value: &'a Expr, call: &'a ast::ExprCall, depth: u32) -> Option<Zone<'a>> {
    let known = |aware: bool, when: Condition| Some(Zone { aware, when, by: value });
    let Expr::Attribute(attribute) = &*call.func else { return constructed(cx, value, call) };
    let method = attribute.attr.as_str();
    let arguments = &call.arguments;
    match method {
        "utcnow" | "utcfromtimestamp" => known(false, is_method(cx, attribute, method)?),
        "now" | "fromtimestamp" => {
            let when = is_method(cx, attribute, method)?;
            match arguments.find_argument_value("tz", usize::from(method == "fromtimestamp")) {
                None => known(false, when),
                Some(tz) => known(true, when.and(is_zone(cx, tz)?)),
            }
        }
        "today" if arguments.is_empty() => known(false, is_method(cx, attribute, method)?),
        "strptime" => {
            let when = is_method(cx, attribute, method)?;
            let Some(Expr::StringLiteral(format)) = arguments.find_argument_value("format", 1) else { return None };
            known(format.value.to_str().contains("%z"), when)
        }
        // No text and no path has these.
        "astimezone" => known(true, Condition::Always),
        "replace" => match arguments.find_keyword("tzinfo") {
            None => zone(cx, &attribute.value, depth + 1),
            Some(tz) if tz.value.is_none_literal_expr() => known(false, Condition::Always),
            Some(tz) => known(true, is_zone(cx, &tz.value)?),
        },
        _ => constructed(cx, value, call),
    }
}

/// `datetime(2027, 3, 1)`.
fn constructed<'a>(cx: &Cx<'a>, value: &'a Expr, call: &'a ast::ExprCall) -> Option<Zone<'a>> {
    let callee = dotted(&call.func)?;
    let arguments = &call.arguments;
    let plain = arguments.args.len() >= 3 && !arguments.args.iter().any(Expr::is_starred_expr);
    if !plain
        || !callee.ends_with("datetime") && !callee.ends_with("dt")
        || arguments.keywords.iter().any(|one| one.arg.is_none())
    {
        return None;
    }
    let when = Condition::resolves(cx.type_of(&call.func), "datetime.datetime");
    match arguments.find_argument_value("tzinfo", 7) {
        None => Some(Zone { aware: false, when, by: value }),
        Some(tz) => Some(Zone { aware: true, when: when.and(is_zone(cx, tz)?), by: value }),
    }
}

/// Whether an expression is a zone, not `None`.
fn is_zone<'a>(cx: &Cx<'a>, tz: &'a Expr) -> Option<Condition> {
    match tz {
        Expr::Call(call) => {
            let callee = cx.type_of(&call.func);
            let makers = ["zoneinfo.ZoneInfo", "pytz.timezone", "datetime.timezone", "dateutil.tz.gettz"];
            Some(Condition::any(makers.iter().map(|maker| Condition::resolves(callee.clone(), maker)).collect()))
        }
        Expr::Attribute(_) | Expr::Name(_) => {
            let zone = cx.type_of(tz);
            let known = ["datetime.timezone.utc", "datetime.UTC", "pytz.utc", "pytz.UTC"];
            (!zone.is_unknown())
                .then(|| Condition::any(known.iter().map(|one| Condition::resolves(zone.clone(), one)).collect()))
        }
        _ => None,
    }
}
