//! What the containers and models of other packages hand out: items, members of a subscript, results of a few methods.
//!
//! Functions of a value alone; what they do not know is unknown.

use super::known;
use super::value::Value;
use crate::fact::TypeExpr;

/// What iterating a value gives.
pub fn item(value: Value) -> Value {
    let Value::Instance(class) = value else { return Value::Unknown };
    let Value::External(path, args) = *class else { return Value::Unknown };
    match path.as_str() {
        "builtins.tuple" => elements(args),
        "builtins.list"
        | "builtins.set"
        | "builtins.frozenset"
        | "collections.deque"
        | "builtins.dict"
        | "collections.defaultdict"
        | "collections.OrderedDict"
        | "collections.abc.Iterable"
        | "collections.abc.Iterator"
        | "collections.abc.Generator"
        | "collections.abc.AsyncIterable"
        | "collections.abc.AsyncIterator"
        | "collections.abc.AsyncGenerator"
        | "collections.abc.Sequence"
        | "collections.abc.MutableSequence"
        | "collections.abc.Collection"
        | "collections.abc.Set"
        | "collections.abc.Mapping"
        | "collections.abc.MutableMapping" => args.into_iter().next().unwrap_or(Value::Unknown),
        _ => Value::Unknown,
    }
}

/// The items of a tuple.
fn elements(args: Vec<Value>) -> Value {
    match repeated(&args) {
        Some(one) => one.clone(),
        None => Value::union(args),
    }
}

/// The item of `tuple[X, ...]`.
fn repeated(args: &[Value]) -> Option<&Value> {
    match args {
        [one, Value::Instance(rest)] => {
            matches!(&**rest, Value::External(path, _) if path == "builtins.Ellipsis").then_some(one)
        }
        _ => None,
    }
}

fn is_mapping(path: &str) -> bool {
    matches!(
        path,
        "builtins.dict"
            | "collections.defaultdict"
            | "collections.OrderedDict"
            | "collections.abc.Mapping"
            | "collections.abc.MutableMapping"
    )
}

/// Whether a method belongs to a mapping: `builtins.dict.get`.
pub fn is_mapping_method(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(class, _)| is_mapping(class))
}

/// What `value[args]` gives, for an instance of `class`.
pub fn index(class: Value, args: &[TypeExpr]) -> Value {
    let Value::External(path, items) = class else { return Value::Unknown };
    let slice = matches!(args, [TypeExpr::Union(none)] if none.is_empty());
    if slice {
        return Value::Instance(Box::new(Value::External(path, items)));
    }
    if is_mapping(&path) {
        return items.into_iter().nth(1).unwrap_or(Value::Unknown);
    }
    if path == "builtins.tuple" {
        return match (repeated(&items), args) {
            (Some(one), _) => one.clone(),
            (None, [TypeExpr::Int(at)]) => items.get(*at as usize).cloned().unwrap_or(Value::Unknown),
            _ => Value::union(items),
        };
    }
    match path.as_str() {
        "builtins.list" | "collections.deque" | "collections.abc.Sequence" | "collections.abc.MutableSequence" => {
            items.into_iter().next().unwrap_or(Value::Unknown)
        }
        _ => Value::Unknown,
    }
}

/// What calling a bound method of an external class gives, for the few that rules need.
pub fn method(path: &str, receiver: Value) -> Value {
    if known::gives_own_class(path) {
        return match receiver {
            class @ Value::Class(..) => Value::Instance(Box::new(class)),
            instance => instance,
        };
    }
    if let Some(class) = known::returns(path) {
        return Value::Instance(Box::new(Value::external(class)));
    }
    let Value::Instance(class) = &receiver else { return Value::Unknown };
    let Value::External(container, args) = &**class else { return Value::Unknown };
    let Some(name) = path.strip_prefix(container.as_str()).and_then(|rest| rest.strip_prefix('.')) else {
        return Value::Unknown;
    };
    let list = |item: Value| Value::Instance(Box::new(Value::External("builtins.list".to_owned(), vec![item])));
    let (first, second) = (args.first().cloned(), args.get(1).cloned().unwrap_or(Value::Unknown));
    match name {
        "validate_python" | "validate_json" | "validate_strings" if container == "pydantic.TypeAdapter" => {
            first.unwrap_or(Value::Unknown)
        }
        "copy" => receiver,
        "values" if is_mapping(container) => list(second),
        "items" if is_mapping(container) => {
            let pair = vec![first.unwrap_or(Value::Unknown), second];
            list(Value::Instance(Box::new(Value::External("builtins.tuple".to_owned(), pair))))
        }
        "pop" | "popleft" if matches!(container.as_str(), "builtins.list" | "collections.deque" | "builtins.set") => {
            first.unwrap_or(Value::Unknown)
        }
        "get" if is_mapping(container) => Value::union([second, Value::None]),
        "setdefault" | "pop" if is_mapping(container) => second,
        _ => Value::Unknown,
    }
}
