//! `utcnow` passed by reference. Page: rules/datetime/naive-utcnow-reference.md

use super::{as_before, helper, is_django, is_itself, is_method, module_function, naive_now, tell_patch, unpatched};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Ask, Edit, Fix, Piece};
use crate::python::ast::{self, AnyNodeRef, Ranged};
use crate::python::{Block, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Attribute(check);

fn check<'a>(cx: &mut Cx<'a>, attribute: &'a ast::ExprAttribute) {
    let Some(is_utcnow) = is_method(cx, attribute, "utcnow") else { return };
    if matches!(cx.parent(0), Some(AnyNodeRef::ExprCall(call)) if call.func.range() == attribute.range()) {
        return;
    }
    // `utcnow.return_value = ...` is a test's business.
    if matches!(cx.parent(0), Some(AnyNodeRef::ExprAttribute(_))) {
        return;
    }
    let place = place(cx, attribute);
    let mut text = text!["lambda: ", span(&*attribute.value), "."];
    text.extend(naive_now());
    let edit = Edit { span: span(attribute), text };
    let title = "Replace with a lambda that gives the same naive value";
    let column = column(cx);
    let mut aware = text!["lambda: ", span(&*attribute.value), "."];
    aware.extend([Piece::from("now("), Piece::Ask(Ask::Utc), ")".into()]);
    let aware =
        Fix::safe("Replace with a lambda that gives an aware value", vec![Edit { span: span(attribute), text: aware }]);
    let fix = match place {
        _ if cx.is_printed() => None,
        Place::Callable => Some(Fix { title: as_before(title), ..Fix::safe("", vec![edit]) }),
        Place::Pickled => Some(Fix::risky(title, vec![edit])),
        Place::Risky => {
            let class = vec![cx.source(span(&*attribute.value)).into()];
            module_function(cx, class).map(|(name, function)| {
                let edits = function.into_iter().chain([Edit::replace(span(attribute), name)]).collect();
                Fix::risky("Replace with a function of the module, which migrations can name", edits)
            })
        }
        Place::Other => None,
    };
    let message =
        text!["`utcnow` gives a naive datetime every time it is called, which the rest of Python takes for local time"];
    let unpatched = unpatched(attribute);
    let itself = is_itself(cx, attribute);
    let finding = cx.report(span(attribute), message);
    finding.when(is_utcnow);
    tell_patch(finding, attribute);
    match fix {
        Some(fix) => {
            let safe = fix.safe.clone().and(unpatched);
            let mut offer = |fix: Fix, safe: Condition| {
                finding.fix(Fix { safe, ..fix }.when(itself.clone()));
            };
            if let Some(when) = column {
                offer(helper(attribute, span(attribute), "", false, false).when(when.clone()), safe.clone());
                offer(aware.clone().when(when), safe.clone());
            }
            let wanted = Condition::PrefersAware;
            offer(helper(attribute, span(attribute), "", false, false).when(wanted.clone()), Condition::Always.not());
            offer(aware.when(wanted), Condition::Always.not());
            offer(helper(attribute, span(attribute), "", true, false), safe.clone());
            offer(fix, safe);
        }
        None => {
            finding.help(
                "pass a function that returns `datetime.now(timezone.utc)`, naive or aware as the callers expect",
            );
        }
    }
}

/// Whether it gives the default of a column that keeps the zone.
fn column(cx: &Cx) -> Option<Condition> {
    let (Some(AnyNodeRef::Keyword(keyword)), Some(AnyNodeRef::ExprCall(_))) = (cx.parent(0), cx.parent(2)) else {
        return None;
    };
    let gives =
        keyword.arg.as_ref().is_some_and(|arg| matches!(arg.as_str(), "default" | "onupdate" | "default_factory"));
    let target = match cx.parent(3)? {
        AnyNodeRef::StmtAssign(assign) => assign.targets.first()?,
        AnyNodeRef::StmtAnnAssign(assign) => &*assign.target,
        _ => return None,
    };
    let (Some(Block::Class(_)), ast::Expr::Name(name)) = (cx.scopes.last().map(|scope| &scope.block), target) else {
        return None;
    };
    let of = TypeExpr::Name(Name::Here(cx.scopes.last()?.name.clone()));
    gives.then(|| Condition::Zoned { of, attr: name.id.to_string() })
}

/// Where the reference stands.
enum Place {
    /// Somebody will call it without arguments.
    Callable,
    /// Somebody will call it, but wants to name it in a migration first.
    Risky,
    /// It goes to another process, which no lambda can.
    Pickled,
    /// Not known.
    Other,
}

fn place(cx: &Cx, attribute: &ast::ExprAttribute) -> Place {
    let call = match (cx.parent(0), cx.parent(1), cx.parent(2)) {
        (Some(AnyNodeRef::Keyword(_)), Some(AnyNodeRef::Arguments(_)), Some(AnyNodeRef::ExprCall(call))) => call,
        (Some(AnyNodeRef::Arguments(_)), Some(AnyNodeRef::ExprCall(call)), _) => call,
        (Some(AnyNodeRef::StmtAssign(assign)), ..) if assign.value.range() == attribute.range() => {
            let own = assign.targets.iter().all(|target| is_own_name(cx, target));
            return if own { Place::Callable } else { Place::Other };
        }
        (Some(AnyNodeRef::StmtAnnAssign(assign)), ..) if is_own_name(cx, &assign.target) => return Place::Callable,
        _ => return Place::Other,
    };
    let callee = match &*call.func {
        ast::Expr::Attribute(attribute) => attribute.attr.as_str(),
        ast::Expr::Name(name) => name.id.as_str(),
        _ => "",
    };
    // multiprocessing, concurrent.futures, pickle and their kin.
    const PICKLE: [&str; 12] = [
        "Process",
        "apply",
        "apply_async",
        "dump",
        "dumps",
        "imap",
        "imap_unordered",
        "map",
        "map_async",
        "run_in_executor",
        "starmap",
        "submit",
    ];
    match () {
        () if is_django(cx, &call.func) => Place::Risky,
        () if PICKLE.contains(&callee) => Place::Pickled,
        () => Place::Callable,
    }
}

/// Whether a lambda stays a plain function there: a name of a module or function, or an attribute of `self`. In a class it would
/// become a method, and take the instance.
fn is_own_name(cx: &Cx, target: &ast::Expr) -> bool {
    match target {
        ast::Expr::Name(_) => !matches!(cx.scopes.last().map(|scope| &scope.block), Some(Block::Class(_))),
        ast::Expr::Attribute(attribute) => {
            matches!(&*attribute.value, ast::Expr::Name(name) if name.id.as_str() == "self")
        }
        _ => false,
    }
}
