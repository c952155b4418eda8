//! What a file says of time: functions that give it, columns that keep it, attributes that are compared as times are.

use super::ast::{self, AnyNodeRef, CmpOp, Expr, ExprContext, Operator, Stmt};
use super::types::Types;
use super::{Scope, dotted};
use crate::fact::{Clock, Column, Facts, TypeExpr};

/// What a function without parameters gives, where it gives the time and nothing else.
pub fn clock<'a>(function: &'a ast::StmtFunctionDef, types: &Types<'a>, scopes: &[Scope<'a>]) -> Option<Clock> {
    let plain = function.parameters.is_empty() && function.decorator_list.is_empty() && !function.is_async;
    // Imports inside of it change nothing, nor does what it says of itself.
    let is_aside = |stmt: &Stmt| match stmt {
        Stmt::Import(_) | Stmt::ImportFrom(_) => true,
        Stmt::Expr(docs) => docs.value.is_string_literal_expr(),
        _ => false,
    };
    let [aside @ .., Stmt::Return(ast::StmtReturn { value: Some(value), .. })] = function.body.as_slice() else {
        return None;
    };
    if !plain || !aside.iter().all(is_aside) {
        return None;
    }
    let Expr::Call(call) = &**value else { return None };
    let Expr::Attribute(attribute) = &*call.func else { return None };
    if attribute.attr.as_str() != "replace" {
        return now(call, types, scopes);
    }
    let keyword = call.arguments.find_keyword("tzinfo")?;
    let (Expr::Call(inner), true) = (&*attribute.value, call.arguments.len() == 1) else { return None };
    let is_none = keyword.value.is_none_literal_expr();
    now(inner, types, scopes)
        .filter(|clock| is_none && clock.zone.is_some())
        .map(|clock| Clock { naive: true, ..clock })
}

/// `datetime.utcnow()`, `datetime.now(zone)`.
fn now<'a>(call: &'a ast::ExprCall, types: &Types<'a>, scopes: &[Scope<'a>]) -> Option<Clock> {
    let Expr::Attribute(attribute) = &*call.func else { return None };
    let class = || types.of(&attribute.value, scopes);
    match (attribute.attr.as_str(), &*call.arguments.args, &*call.arguments.keywords) {
        ("utcnow", [], []) => Some(Clock { class: class(), zone: None, naive: true }),
        ("now", [zone], []) => Some(Clock { class: class(), zone: Some(types.of(zone, scopes)), naive: false }),
        ("now", [], [tz]) if tz.arg.as_ref().is_some_and(|arg| arg.as_str() == "tz") => {
            Some(Clock { class: class(), zone: Some(types.of(&tz.value, scopes)), naive: false })
        }
        _ => None,
    }
}

/// The column that the assignment of a class attribute declares, if it keeps a time, or may.
pub fn column<'a>(
    name: &str,
    annotation: Option<&'a Expr>,
    value: Option<&'a Expr>,
    types: &Types<'a>,
    scopes: &[Scope<'a>],
) -> Option<Column> {
    let own = name.rsplit('.').next().unwrap_or(name);
    let declared = match value {
        // The type of a decorator, and what a base says of all columns below it.
        Some(value) if own == "impl" => Some(value),
        Some(Expr::Dict(map)) if own == "type_annotation_map" => {
            let keeps_time =
                |key: &Expr| dotted(key).is_some_and(|key| key == "datetime" || key.ends_with(".datetime"));
            map.items.iter().find(|item| item.key.as_ref().is_some_and(keeps_time)).map(|item| &item.value)
        }
        Some(Expr::Call(call)) => of_call(call),
        _ => None,
    };
    let named = |kind: &str| kind.ends_with("DateTime") || kind.ends_with("TIMESTAMP") || kind.ends_with("Datetime");
    if let Some(declared) = declared {
        let (kind, arguments) = match declared {
            Expr::Call(call) => (&*call.func, Some(&call.arguments)),
            other => (other, None),
        };
        // A type of the project's own may be called anything, and is asked for then.
        let last = dotted(kind)?;
        let last = last.rsplit('.').next()?;
        let keeps =
            named(last) || last.to_ascii_lowercase().contains("time") || last.to_ascii_lowercase().contains("utc");
        let zoned = arguments.map_or(Some(false), zoned);
        return keeps.then(|| Column { name: name.to_owned(), kind: types.of(kind, scopes), zoned });
    }
    let holds = |inner: &Expr| dotted(inner).is_some_and(|of| of == "datetime" || of.ends_with(".datetime"));
    // `created: datetime`: a column where the class is a model of SQLModel.
    if holds(annotation?) {
        return Some(Column {
            name: name.to_owned(),
            kind: TypeExpr::import("sqlmodel", "SQLModel"),
            zoned: Some(false),
        });
    }
    // `created: Mapped[datetime]`: what its base says of datetimes.
    let Expr::Subscript(subscript) = annotation? else { return None };
    let is_mapped = dotted(&subscript.value).is_some_and(|of| of == "Mapped" || of.ends_with(".Mapped"));
    let keeps = match &*subscript.slice {
        Expr::BinOp(union) => holds(&union.left) || holds(&union.right),
        Expr::Subscript(optional) => holds(&optional.slice),
        inner => holds(inner),
    };
    (is_mapped && keeps).then(|| Column { name: name.to_owned(), kind: TypeExpr::Unknown, zoned: None })
}

/// The type among the arguments of `Column(...)`, `mapped_column(...)`, `Field(sa_column=Column(...))`, `Field(sa_type=...)`.
fn of_call(call: &ast::ExprCall) -> Option<&Expr> {
    let callee = dotted(&call.func)?;
    match callee.rsplit('.').next()? {
        "Column" | "mapped_column" => {
            let kind = |one: &&Expr| !one.is_string_literal_expr();
            let by_name = || call.arguments.find_keyword("type_").map(|keyword| &keyword.value);
            call.arguments.args.iter().find(kind).or_else(by_name)
        }
        "Field" => {
            if let Some(kind) = call.arguments.find_keyword("sa_type") {
                return Some(&kind.value);
            }
            match &call.arguments.find_keyword("sa_column")?.value {
                Expr::Call(column) => of_call(column),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether a type of a column keeps the zone; none where an expression decides.
fn zoned(arguments: &ast::Arguments) -> Option<bool> {
    match arguments.find_argument_value("timezone", 0) {
        None => Some(false),
        Some(Expr::BooleanLiteral(literal)) => Some(literal.value),
        Some(_) => None,
    }
}

/// Attributes that are ordered, subtracted or sorted by, or read by somebody who may: naive and aware values must not meet there.
/// `parent` is what the expression stands in.
pub fn compared(facts: &mut Facts, expr: &Expr, parent: Option<AnyNodeRef>) {
    if let Expr::Attribute(attribute) = expr
        && attribute.ctx == ExprContext::Load
    {
        let handed_on = matches!(
            parent,
            Some(
                AnyNodeRef::StmtAssign(_)
                    | AnyNodeRef::StmtAnnAssign(_)
                    | AnyNodeRef::StmtReturn(_)
                    | AnyNodeRef::ExprNamed(_)
                    | AnyNodeRef::Arguments(_)
            )
        );
        if handed_on && is_time(&attribute.attr) {
            facts.compared.insert(attribute.attr.as_str().to_owned());
        }
    }
    let mut add = |operand: &Expr| {
        if let Expr::Attribute(attribute) = operand {
            facts.compared.insert(attribute.attr.as_str().to_owned());
        }
    };
    match expr {
        Expr::Compare(compare) => {
            let orders = |op: &CmpOp| matches!(op, CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE);
            let is_time = |operand: &Expr| matches!(operand, Expr::Attribute(attribute) if is_time(&attribute.attr));
            let operands = || std::iter::once(&*compare.left).chain(&compare.comparators);
            if compare.ops.iter().any(orders) {
                operands().for_each(add);
            } else {
                operands().filter(|operand| is_time(operand)).for_each(add);
            }
        }
        Expr::BinOp(difference) if difference.op == Operator::Sub => {
            add(&difference.left);
            add(&difference.right);
        }
        Expr::Lambda(lambda) => add(&lambda.body),
        _ => {}
    }
}

/// Whether an attribute is called like a time: only those are looked at where anything may be equal.
fn is_time(name: &str) -> bool {
    let begins = |rest: &[u8]| match rest {
        [b'_', b'a', b't', ..] | [b'_', b'o', b'n', ..] => true,
        [b'd', ..] => rest.starts_with(b"date"),
        [b'e', ..] => rest.starts_with(b"expir"),
        [b'l', ..] => rest.starts_with(b"last"),
        [b's', ..] => rest.starts_with(b"since"),
        [b't', ..] => rest.starts_with(b"time"),
        [b'u', ..] => rest.starts_with(b"until"),
        [b'w', ..] => rest.starts_with(b"when"),
        _ => false,
    };
    let name = name.as_bytes();
    (0..name.len()).any(|at| begins(&name[at..]))
}
