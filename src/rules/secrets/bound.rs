//! What a value is bound to: the name that says what it is, whichever way the two stand together.

use super::calls;
use crate::python::ast::{
    AnyNodeRef, BoolOp, CmpOp, Expr, ExprCall, ExprDict, Ranged, Stmt, StmtFunctionDef, TextRange,
};
use crate::python::dotted;
use crate::rule::Cx;
use crate::secrets::{NameClass, classify_name};
use crate::text::Span;

/// What a value is bound to.
#[derive(Clone, Copy)]
pub struct Bound<'a> {
    /// The name that says what the value is.
    pub name: &'a str,
    /// The call that it is handed to without a name.
    pub call: Option<&'a str>,
    /// The two only stand side by side, as a name and a text for people do, too: a word is no password here.
    pub loose: bool,
}

impl<'a> Bound<'a> {
    fn firm(name: &'a str) -> Bound<'a> {
        Bound { name, call: None, loose: false }
    }

    fn loose(name: &'a str) -> Bound<'a> {
        Bound { name, call: None, loose: true }
    }
}

/// Whether the node around a place gives what stands there a name, or may: most literals and names stand elsewhere.
pub fn may_be_bound(cx: &Cx) -> bool {
    matches!(
        cx.parent(0),
        Some(
            AnyNodeRef::StmtAssign(_)
                | AnyNodeRef::StmtAnnAssign(_)
                | AnyNodeRef::StmtReturn(_)
                | AnyNodeRef::ExprNamed(_)
                | AnyNodeRef::Keyword(_)
                | AnyNodeRef::Arguments(_)
                | AnyNodeRef::ParameterWithDefault(_)
                | AnyNodeRef::ExprDict(_)
                | AnyNodeRef::ExprCompare(_)
                | AnyNodeRef::ExprTuple(_)
                | AnyNodeRef::ExprList(_)
                | AnyNodeRef::ExprSet(_)
                | AnyNodeRef::ExprAttribute(_)
                | AnyNodeRef::ExprBoolOp(_)
                | AnyNodeRef::ExprIf(_)
                | AnyNodeRef::ExprBinOp(_)
        )
    )
}

/// What a value is bound to: assignment, keyword, dict key, default, comparison, pair, through what only wraps it, or by its place in a call.
/// `up` nodes lie between it and the node around its outermost form, which stands at `range`.
pub fn bound_to<'a>(cx: &Cx<'a>, up: usize, range: TextRange) -> Option<Bound<'a>> {
    let (up, outer) = unwrapped(cx, up, range);
    named(cx, up, outer).or_else(|| in_call(cx, up, outer))
}

/// How far a value goes as it is: out of `SecretStr(...)`, `Field(...)`, `.encode()`, `x or ...`, `... if x else y`.
fn unwrapped(cx: &Cx, mut up: usize, mut range: TextRange) -> (usize, TextRange) {
    let wraps = |call: &ExprCall| {
        matches!(
            calls::callee(call),
            Some("SecretStr" | "SecretBytes" | "Secret" | "Field" | "bytes" | "str" | "quote_plus")
        )
    };
    // Nobody wraps a value deeper; code that a program nested is not climbed for each of its literals.
    for _ in 0..8 {
        let outer = match (cx.parent(up), cx.parent(up + 1), cx.parent(up + 2)) {
            (Some(AnyNodeRef::ExprAttribute(attribute)), Some(AnyNodeRef::ExprCall(call)), _)
                if matches!(attribute.attr.as_str(), "encode" | "strip") && call.func.range() == attribute.range() =>
            {
                up += 2;
                call.range()
            }
            (Some(AnyNodeRef::Arguments(arguments)), Some(AnyNodeRef::ExprCall(call)), _)
                if arguments.args.first().is_some_and(|first| first.range() == range) && wraps(call) =>
            {
                up += 2;
                call.range()
            }
            (Some(AnyNodeRef::Keyword(keyword)), Some(AnyNodeRef::Arguments(_)), Some(AnyNodeRef::ExprCall(call)))
                if keyword.arg.as_ref().is_some_and(|arg| arg == "default") && option(call).is_none() =>
            {
                up += 3;
                call.range()
            }
            (Some(AnyNodeRef::ExprBoolOp(or)), ..) if or.op == BoolOp::Or => {
                up += 1;
                or.range()
            }
            (Some(AnyNodeRef::ExprIf(choice)), ..) if choice.test.range() != range => {
                up += 1;
                choice.range()
            }
            _ => return (up, range),
        };
        range = outer;
    }
    (up, range)
}

/// The name that a value is given, where the node `up` above it is the one around it.
fn named<'a>(cx: &Cx<'a>, up: usize, value: TextRange) -> Option<Bound<'a>> {
    let is_value = |expr: &Expr| expr.range() == value;
    match cx.parent(up)? {
        AnyNodeRef::StmtAssign(assign) if is_value(&assign.value) => {
            target_name(assign.targets.last()?).map(Bound::firm)
        }
        AnyNodeRef::StmtAnnAssign(assign) if assign.value.as_deref().is_some_and(is_value) => {
            target_name(&assign.target).map(Bound::firm)
        }
        AnyNodeRef::ExprNamed(named) if is_value(&named.value) => target_name(&named.target).map(Bound::firm),
        AnyNodeRef::Keyword(keyword) => {
            let name = keyword.arg.as_ref()?.as_str();
            match (name, cx.parent(up + 2)) {
                ("default", Some(AnyNodeRef::ExprCall(call))) => option(call).map(Bound::firm),
                _ => Some(Bound::firm(name)),
            }
        }
        AnyNodeRef::ParameterWithDefault(parameter) => Some(Bound::firm(parameter.parameter.name.as_str())),
        AnyNodeRef::ExprDict(dict) => key_of(dict, value).map(Bound::firm),
        AnyNodeRef::ExprCompare(compare) => {
            let [other] = &*compare.comparators else { return None };
            let equal = matches!(*compare.ops, [CmpOp::Eq | CmpOp::NotEq]);
            let other = if is_value(other) { &*compare.left } else { other };
            target_name(other).filter(|_| equal).map(Bound::firm)
        }
        AnyNodeRef::ExprTuple(tuple) => in_sequence(cx, up, value, &tuple.elts),
        AnyNodeRef::ExprList(list) => in_sequence(cx, up, value, &list.elts),
        AnyNodeRef::ExprSet(set) => in_sequence(cx, up, value, &set.elts),
        // `def password(self): return "..."`
        AnyNodeRef::StmtReturn(_) => {
            let (_, function) = cx.function()?;
            let name = function.name.as_str().trim_start_matches('_');
            Some(Bound::loose(name.strip_prefix("get_").unwrap_or(name)))
        }
        _ => None,
    }
}

/// `user, password = "app", "..."`, `password in ("...", "...")`, `("password", "...")`.
fn in_sequence<'a>(cx: &Cx<'a>, up: usize, value: TextRange, elements: &'a [Expr]) -> Option<Bound<'a>> {
    let at = elements.partition_point(|element| element.start() < value.start());
    elements.get(at).filter(|element| element.range() == value)?;
    match cx.parent(up + 1) {
        Some(AnyNodeRef::StmtAssign(assign)) => {
            if let [Expr::Tuple(targets)] = assign.targets.as_slice() {
                let same = targets.elts.len() == elements.len();
                return same.then(|| target_name(&targets.elts[at])).flatten().map(Bound::firm);
            }
        }
        Some(AnyNodeRef::ExprCompare(compare)) if matches!(*compare.ops, [CmpOp::In | CmpOp::NotIn]) => {
            return target_name(&compare.left).map(Bound::loose);
        }
        // `auth=("app", "...")`
        Some(AnyNodeRef::Keyword(keyword)) => {
            let is_auth =
                keyword.arg.as_ref().is_some_and(|arg| matches!(arg.as_str(), "auth" | "basic_auth" | "http_auth"));
            if is_auth && at == 1 && elements.len() == 2 {
                return Some(Bound { name: "password", call: Some("auth"), loose: false });
            }
        }
        _ => {}
    }
    match elements {
        // Keys of a form, not one address beside another.
        [Expr::StringLiteral(name), _] if at == 1 && !name.value.to_str().contains([':', '/', '@']) => {
            Some(Bound::loose(name.value.to_str()))
        }
        _ => None,
    }
}

/// The key of a value in a dict; of `{"name": "DB_PASSWORD", "value": "..."}` it is what the other one says.
fn key_of(dict: &ExprDict, value: TextRange) -> Option<&str> {
    let at = dict.items.partition_point(|item| item.value.start() < value.start());
    let item = dict.items.get(at).filter(|item| item.value.range() == value)?;
    let key = match item.key.as_ref()? {
        Expr::StringLiteral(key) => key.value.to_str(),
        key => return target_name(key),
    };
    if !matches!(key, "value" | "Value" | "default") {
        return Some(key);
    }
    dict.items.iter().find_map(|other| match (other.key.as_ref()?, &other.value) {
        (Expr::StringLiteral(key), Expr::StringLiteral(name))
            if matches!(key.value.to_str(), "name" | "Name" | "key" | "Key") =>
        {
            Some(name.value.to_str())
        }
        _ => None,
    })
}

/// What an option of a command line is called: `add_argument("--password", default="...")`.
fn option(call: &ExprCall) -> Option<&str> {
    call.arguments.args.iter().rev().find_map(|argument| match argument {
        Expr::StringLiteral(name) if name.value.to_str().starts_with("--") => Some(name.value.to_str()),
        _ => None,
    })
}

/// By its place among the arguments of a call: of a known one, behind its name, or where a function of this file has a parameter for it.
fn in_call<'a>(cx: &Cx<'a>, up: usize, value: TextRange) -> Option<Bound<'a>> {
    let (Some(AnyNodeRef::Arguments(arguments)), Some(AnyNodeRef::ExprCall(call))) = (cx.parent(up), cx.parent(up + 1))
    else {
        return None;
    };
    let at = arguments.args.partition_point(|argument| argument.start() < value.start());
    arguments.args.get(at).filter(|argument| argument.range() == value)?;
    if let Some((name, meaning, loose)) = calls::known(cx, call, at) {
        return Some(Bound { name: meaning, call: Some(name), loose });
    }
    let callee = calls::callee(call)?;
    if let Some(Expr::StringLiteral(name)) = at.checked_sub(1).and_then(|before| arguments.args.get(before))
        && calls::names_and_sets(callee)
        && classify_name(name.value.to_str()) != NameClass::No
    {
        return Some(Bound::loose(name.value.to_str()));
    }
    // What has blanks in it is for people: no need to look for the parameter.
    let here = Span::new(value.start().to_u32(), value.end().to_u32());
    let is_word = !cx.source(here).contains(' ');
    is_word.then(|| parameter(cx, call, at)).flatten().map(Bound::firm)
}

/// The parameter of a function or class of this file that takes the argument at a place.
fn parameter<'a>(cx: &Cx<'a>, call: &'a ExprCall, at: usize) -> Option<&'a str> {
    let (owner, name) = match &*call.func {
        Expr::Name(name) => (None, name.id.as_str()),
        Expr::Attribute(attribute) => match &*attribute.value {
            Expr::Name(of) if matches!(of.id.as_str(), "self" | "cls") => (cx.class(), attribute.attr.as_str()),
            _ => return None,
        },
        _ => return None,
    };
    let (function, bound) = match owner {
        Some((class, _)) => (method(&class.body, name)?, true),
        None => cx.callable(name)?,
    };
    let is_static = function
        .decorator_list
        .iter()
        .any(|decorator| dotted(&decorator.expression).is_some_and(|name| name == "staticmethod"));
    let parameters = &function.parameters;
    let skip = usize::from(bound && !is_static);
    let parameter = parameters.posonlyargs.iter().chain(&parameters.args).nth(at + skip)?;
    Some(parameter.parameter.name.as_str())
}

fn method<'a>(body: &'a [Stmt], name: &str) -> Option<&'a StmtFunctionDef> {
    body.iter().find_map(|stmt| match stmt {
        Stmt::FunctionDef(function) if function.name.as_str() == name => Some(function),
        _ => None,
    })
}

/// What a target of an assignment, or a key, is called.
pub fn target_name(target: &Expr) -> Option<&str> {
    match target {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Subscript(subscript) => match &*subscript.slice {
            Expr::StringLiteral(key) => Some(key.value.to_str()),
            slice @ (Expr::Name(_) | Expr::Attribute(_)) => target_name(slice),
            _ => None,
        },
        _ => None,
    }
}
