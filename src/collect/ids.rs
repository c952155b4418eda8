//! The ids that pytest gives to the values of a parametrised test, where the source says them.
//!
//! What pytest does is `_pytest.python.IdMaker` of 9.0: strings escaped, numbers and `None` as Python prints them, classes and functions by
//! name, all else by the argument's name and a number.

use crate::python::ast::{self, Expr};
use crate::python::dotted;
use rustc_hash::FxHashMap;

/// One value of a parameter, as far as its id goes.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// The id says it.
    Id(String),
    /// Has no id of its own: the name of the argument and a number.
    Plain,
    /// Only a run can tell.
    Computed,
}

/// One set of values of a parametrised test.
#[derive(Debug, Clone, PartialEq)]
pub struct Set {
    /// One for each argument.
    pub values: Vec<Value>,
    /// `id=`, where it is given; inside none, where it is computed.
    pub id: Option<Option<String>>,
    /// The marks on it, by name.
    pub marks: Vec<String>,
}

/// What names of the module stand for, where it is one value.
pub type Constants<'a> = FxHashMap<&'a str, &'a Expr>;

/// The sets of a list of values for some arguments; `None` where their number is unknown.
pub fn sets(values: &Expr, arguments: usize, constants: &Constants) -> Option<Vec<Set>> {
    let items = items(values, constants, 0)?;
    Some(items.into_iter().map(|item| set(item, arguments, constants)).collect())
}

/// The items of a literal list, or of a sum of such.
fn items<'a>(expr: &'a Expr, constants: &Constants<'a>, depth: usize) -> Option<Vec<&'a Expr>> {
    if depth > 8 {
        return None;
    }
    let elements = match expr {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        Expr::Set(set) if set.elts.len() < 2 => &set.elts,
        Expr::Name(name) => return items(constants.get(name.id.as_str())?, constants, depth + 1),
        Expr::BinOp(sum) if matches!(sum.op, ast::Operator::Add) => {
            let mut left = items(&sum.left, constants, depth + 1)?;
            left.extend(items(&sum.right, constants, depth + 1)?);
            return Some(left);
        }
        _ => return None,
    };
    let mut found = Vec::new();
    for element in elements {
        match element {
            Expr::Starred(starred) => found.extend(items(&starred.value, constants, depth + 1)?),
            element => found.push(element),
        }
    }
    Some(found)
}

fn set(item: &Expr, arguments: usize, constants: &Constants) -> Set {
    let param = match item {
        Expr::Call(call) if dotted(&call.func).is_some_and(|path| path == "param" || path.ends_with(".param")) => {
            Some(call)
        }
        _ => None,
    };
    if let Some(call) = param {
        let id = call.arguments.find_keyword("id").map(|keyword| match &keyword.value {
            Expr::StringLiteral(text) => Some(escaped(text.value.to_str())),
            _ => None,
        });
        // `id=None` is as good as none.
        let none = call.arguments.find_keyword("id").is_some_and(|keyword| keyword.value.is_none_literal_expr());
        let marks = call.arguments.find_keyword("marks").map(|keyword| marks(&keyword.value)).unwrap_or_default();
        let values: Vec<Value> = call.arguments.args.iter().map(|one| value(one, constants, 0)).collect();
        let complete = values.len() == arguments && !call.arguments.args.iter().any(Expr::is_starred_expr);
        let values = if complete { values } else { vec![Value::Computed; arguments] };
        return Set { values, id: id.filter(|_| !none), marks };
    }
    let values = match item {
        _ if arguments == 1 => vec![value(item, constants, 0)],
        Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. })
            if elts.len() == arguments && !elts.iter().any(Expr::is_starred_expr) =>
        {
            elts.iter().map(|one| value(one, constants, 0)).collect()
        }
        _ => vec![Value::Computed; arguments],
    };
    Set { values, id: None, marks: Vec::new() }
}

/// The names of marks in `pytest.mark.slow` or a list of such.
pub fn marks(expr: &Expr) -> Vec<String> {
    match expr {
        Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
            elts.iter().flat_map(marks).collect()
        }
        Expr::Call(call) => marks(&call.func),
        expr => {
            let path = dotted(expr).unwrap_or_default();
            let (before, name) = path.rsplit_once('.').unwrap_or(("", &path));
            let is_mark = before == "mark" || before.ends_with(".mark");
            is_mark.then(|| name.to_owned()).into_iter().collect()
        }
    }
}

/// Names of classes and functions that every module has.
const BUILTINS: [&str; 34] = [
    "int",
    "str",
    "float",
    "bool",
    "bytes",
    "bytearray",
    "complex",
    "dict",
    "list",
    "set",
    "frozenset",
    "tuple",
    "object",
    "type",
    "len",
    "repr",
    "iter",
    "next",
    "open",
    "print",
    "sorted",
    "ValueError",
    "TypeError",
    "KeyError",
    "IndexError",
    "RuntimeError",
    "Exception",
    "OSError",
    "AttributeError",
    "LookupError",
    "max",
    "min",
    "sum",
    "range",
];

fn value(expr: &Expr, constants: &Constants, depth: usize) -> Value {
    let id = |text: &str| Value::Id(text.to_owned());
    match expr {
        // What is longer than 100 has no id of its own, since pytest 9.1.
        Expr::StringLiteral(text) if text.value.to_str().chars().count() > 100 => Value::Plain,
        Expr::BytesLiteral(bytes) if bytes.value.bytes().count() > 100 => Value::Plain,
        Expr::StringLiteral(text) => Value::Id(escaped(text.value.to_str())),
        Expr::BytesLiteral(bytes) => Value::Id(ascii(bytes.value.bytes())),
        Expr::NumberLiteral(number) => match &number.value {
            ast::Number::Int(int) => int.as_u64().map_or(Value::Computed, |int| Value::Id(int.to_string())),
            ast::Number::Float(float) => Value::Id(float_repr(*float)),
            ast::Number::Complex { .. } => Value::Computed,
        },
        Expr::UnaryOp(sign) if matches!(sign.op, ast::UnaryOp::USub) => match value(&sign.operand, constants, depth) {
            Value::Id(text) if sign.operand.is_number_literal_expr() && text != "0" => Value::Id(format!("-{text}")),
            Value::Id(text) if text == "0" => id("0"),
            _ => Value::Computed,
        },
        Expr::BooleanLiteral(literal) => id(if literal.value { "True" } else { "False" }),
        Expr::NoneLiteral(_) => id("None"),
        Expr::Lambda(_) => id("<lambda>"),
        Expr::List(_)
        | Expr::Tuple(_)
        | Expr::Dict(_)
        | Expr::Set(_)
        | Expr::ListComp(_)
        | Expr::SetComp(_)
        | Expr::DictComp(_)
        | Expr::EllipsisLiteral(_) => Value::Plain,
        Expr::Name(name) => match constants.get(name.id.as_str()) {
            Some(other) if depth < 8 => value(other, constants, depth + 1),
            Some(_) => Value::Computed,
            None if BUILTINS.contains(&name.id.as_str()) => id(&name.id),
            None => Value::Computed,
        },
        _ => Value::Computed,
    }
}

/// As `ascii_escaped` of pytest writes a text.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(c),
            _ if (c as u32) < 0x100 => out.push_str(&format!("\\x{:02x}", c as u32)),
            _ if (c as u32) < 0x10000 => out.push_str(&format!("\\u{:04x}", c as u32)),
            _ => out.push_str(&format!("\\U{:08x}", c as u32)),
        }
    }
    out
}

fn ascii(bytes: impl Iterator<Item = u8>) -> String {
    bytes
        .map(|byte| match byte {
            b' '..=b'~' => char::from(byte).to_string(),
            b'\n' => "\\n".to_owned(),
            b'\r' => "\\r".to_owned(),
            b'\t' => "\\t".to_owned(),
            _ => format!("\\x{byte:02x}"),
        })
        .collect()
}

/// As Python prints a float.
fn float_repr(float: f64) -> String {
    if !float.is_finite() {
        return "inf".to_owned();
    }
    let scientific = format!("{float:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{float}");
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// The id that stands in a list of `ids`.
pub fn given(id: &Expr) -> Value {
    match id {
        Expr::NoneLiteral(_) => Value::Plain,
        Expr::StringLiteral(text) => Value::Id(escaped(text.value.to_str())),
        Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) => value(id, &Constants::default(), 0),
        _ => Value::Computed,
    }
}

/// The ids of all sets, made unique as pytest does; `None` for those that only a run can tell.
pub fn ids(arguments: &[String], sets: &[Set], given: Option<&[Value]>) -> Vec<Option<String>> {
    if sets.is_empty() {
        return vec![Some("NOTSET".to_owned())];
    }
    let id = |(index, set): (usize, &Set)| -> Option<String> {
        if let Some(id) = &set.id {
            return id.clone();
        }
        match given.and_then(|given| given.get(index)) {
            Some(Value::Id(id)) => return Some(id.clone()),
            Some(Value::Computed) => return None,
            // `None` among the ids: the values make it.
            Some(Value::Plain) | None => {}
        }
        let part = |(argument, value): (&String, &Value)| match value {
            Value::Id(id) => Some(id.clone()),
            Value::Plain => Some(format!("{argument}{index}")),
            Value::Computed => None,
        };
        let parts: Option<Vec<String>> = arguments.iter().zip(&set.values).map(part).collect();
        Some(parts?.join("-"))
    };
    let mut all: Vec<Option<String>> = sets.iter().enumerate().map(id).collect();
    // Two may be the same, and one of them is unknown: then nobody knows which gets a number.
    let mut counts: FxHashMap<String, usize> = FxHashMap::default();
    all.iter().flatten().for_each(|id| *counts.entry(id.clone()).or_default() += 1);
    let unknown = all.iter().any(Option::is_none);
    let mut suffixes: FxHashMap<String, usize> = FxHashMap::default();
    for index in 0..all.len() {
        let Some(id) = all[index].clone().filter(|id| counts.get(id).is_some_and(|count| *count > 1)) else { continue };
        let separator = if id.ends_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
        let suffix = suffixes.entry(id.clone()).or_default();
        let taken = |new: &String| all.iter().flatten().any(|other| other == new);
        let mut new = format!("{id}{separator}{suffix}");
        while taken(&new) {
            *suffix += 1;
            new = format!("{id}{separator}{suffix}");
        }
        *suffix += 1;
        all[index] = if unknown { None } else { Some(new) };
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python::parse;
    use crate::unit::Kind;

    fn of(arguments: &[&str], values: &str) -> Vec<String> {
        let tree = parse(values, Kind::Python);
        let ast::Stmt::Expr(stmt) = &tree.body()[0] else { panic!("an expression") };
        let sets = sets(&stmt.value, arguments.len(), &Constants::default()).expect("a list");
        let arguments: Vec<String> = arguments.iter().map(|one| (*one).to_owned()).collect();
        ids(&arguments, &sets, None).into_iter().map(|id| id.unwrap_or("?".to_owned())).collect()
    }

    #[test]
    fn ids_are_pytests() {
        assert_eq!(
            of(&["a"], "[1, -2, 1.0, 1e20, 0.00001, True, None]"),
            ["1", "-2", "1.0", "1e+20", "1e-05", "True", "None"]
        );
        assert_eq!(of(&["a"], r"['x', 'a\\b', 'é', '\n', b'\x00z']"), ["x", "a\\\\b", "\\xe9", "\\n", "\\x00z"]);
        assert_eq!(of(&["a"], "[[1], {}, (), int, f(), x]"), ["a0", "a1", "a2", "int", "?", "?"]);
        assert_eq!(of(&["a", "b"], "[(1, 'x'), [2, ()], pytest.param(3, 4, id='three')]"), ["1-x", "2-b1", "three"]);
        assert_eq!(of(&["a"], "['x', 'x', 'y', 1, 1]"), ["x0", "x1", "y", "1_0", "1_1"]);
    }
}
