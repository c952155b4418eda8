//! What an expression turns out to be, and the classes behind it.
//!
//! Plain data; `eval` makes it.

use super::index::File;
use super::known;
use rustc_hash::FxHashMap;

/// A name of the project.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol {
    /// The file that binds it.
    pub file: File,
    /// Its qualified name there.
    pub name: String,
}

/// More alternatives than these say nothing about what a thing is.
const MOST_ALTERNATIVES: usize = 24;

/// What an expression turns out to be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Not known.
    Unknown,
    /// `None`.
    None,
    /// A module of the project.
    Module(File),
    /// A namespace package of the project.
    Folder(String),
    /// A class of the project, with what its type parameters stand for, as far as somebody wrote it: `Repo[Order]`.
    Class(Symbol, Vec<Value>),
    /// A function of the project, and what it is bound to.
    Function(Symbol, Option<Box<Value>>),
    /// A dotted object outside the project, with type arguments (as instances).
    External(String, Vec<Value>),
    /// A method of an external class, and what it is bound to.
    Method(String, Box<Value>),
    /// A type variable, where somebody asks which one it is rather than what it stands for.
    Variable(Symbol),
    /// An instance of a class.
    Instance(Box<Value>),
    /// What an async function returns before it is awaited.
    Coroutine(Box<Value>),
    /// `super()` of an instance of this class.
    Super(Symbol),
    /// One of several.
    Union(Vec<Value>),
}

impl Value {
    /// An object outside the project, under the name it is known by.
    pub fn external(path: &str) -> Value {
        Value::External(known::canonical(path), Vec::new())
    }

    /// All alternatives; one for anything but a union.
    pub fn members(&self) -> &[Value] {
        match self {
            Value::Union(members) => members,
            one => std::slice::from_ref(one),
        }
    }

    /// One of these; unknown where there is none, or too many.
    pub fn union(values: impl IntoIterator<Item = Value>) -> Value {
        let mut all = Vec::new();
        for value in values {
            match value {
                Value::Union(members) => all.extend(members),
                one => all.push(one),
            }
        }
        all.sort();
        all.dedup();
        match all.len() {
            0 => Value::Unknown,
            1 => all.remove(0),
            _ if all.len() > MOST_ALTERNATIVES => Value::Unknown,
            _ => Value::Union(all),
        }
    }

    /// Each alternative, changed.
    pub fn map(self, mut f: impl FnMut(Value) -> Value) -> Value {
        match self {
            Value::Union(members) => Value::union(members.into_iter().map(f)),
            one => f(one),
        }
    }
}

/// One class on a method resolution order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Ancestor {
    /// A class of the project.
    Project(Symbol),
    /// A class outside it.
    External(String),
    /// A base that could not be followed.
    Unknown,
}

/// C3: the next class is the first head that is in no other tail.
pub fn merge(mut lists: Vec<Vec<Ancestor>>) -> Vec<Ancestor> {
    let mut unknown = false;
    for list in &mut lists {
        let before = list.len();
        list.retain(|one| *one != Ancestor::Unknown);
        unknown |= list.len() < before;
    }
    let mut order = match <[_; 1]>::try_from(lists) {
        Ok([only]) => only,
        Err(lists) => {
            let (order, is_whole) = merged(&lists);
            unknown |= !is_whole;
            order
        }
    };
    if unknown {
        // An unknown base may stand anywhere and override anything.
        order.insert(0, Ancestor::Unknown);
    }
    order
}

/// Several lists as one, and whether all of them fit.
fn merged(lists: &[Vec<Ancestor>]) -> (Vec<Ancestor>, bool) {
    let mut in_tails: FxHashMap<&Ancestor, usize> = FxHashMap::default();
    for one in lists.iter().flat_map(|list| list.iter().skip(1)) {
        *in_tails.entry(one).or_default() += 1;
    }
    let mut order = Vec::new();
    let mut rests: Vec<&[Ancestor]> = lists.iter().map(Vec::as_slice).collect();
    loop {
        rests.retain(|rest| !rest.is_empty());
        if rests.is_empty() {
            return (order, true);
        }
        let mut heads = rests.iter().map(|rest| &rest[0]);
        let Some(head) = heads.find(|head| in_tails.get(head).is_none_or(|count| *count == 0)) else {
            return (order, false);
        };
        for rest in rests.iter_mut().filter(|rest| rest[0] == *head) {
            *rest = &rest[1..];
            if let Some(count) = rest.first().and_then(|next| in_tails.get_mut(next)) {
                *count -= 1;
            }
        }
        order.push(head.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn class(name: usize) -> Ancestor {
        Ancestor::Project(Symbol { file: 0, name: name.to_string() })
    }

    /// C3 as its definition has it, quadratic.
    fn defined(mut lists: Vec<Vec<Ancestor>>) -> (Vec<Ancestor>, bool) {
        let mut order = Vec::new();
        loop {
            lists.retain(|list| !list.is_empty());
            if lists.is_empty() {
                return (order, true);
            }
            let in_a_tail = |head: &Ancestor| lists.iter().any(|list| list[1..].contains(head));
            let Some(head) = lists.iter().map(|list| list[0].clone()).find(|head| !in_a_tail(head)) else {
                return (order, false);
            };
            for list in lists.iter_mut().filter(|list| list[0] == head) {
                list.remove(0);
            }
            order.push(head);
        }
    }

    #[test]
    fn a_diamond_has_its_top_last() {
        let lists = vec![vec![class(1), class(0)], vec![class(2), class(0)], vec![class(1), class(2)]];
        assert_eq!(merge(lists), [class(1), class(2), class(0)]);
        // `class C(A, B)` and `class D(B, A)` have no heir.
        let crossed = vec![vec![class(1), class(2)], vec![class(2), class(1)]];
        assert_eq!(merge(crossed), [Ancestor::Unknown]);
        let open = vec![vec![class(1), Ancestor::Unknown, class(0)]];
        assert_eq!(merge(open), [Ancestor::Unknown, class(1), class(0)]);
    }

    proptest! {
        #[test]
        fn orders_are_those_of_the_definition(bases in prop::collection::vec(prop::collection::vec(0..8usize, 0..4), 1..9)) {
            let mut orders: Vec<Vec<Ancestor>> = Vec::new();
            for (at, bases) in bases.iter().enumerate() {
                let mut lists: Vec<Vec<Ancestor>> =
                    bases.iter().filter_map(|base| orders.get(*base)).cloned().collect();
                let direct: Vec<Ancestor> = lists.iter().map(|list| list[0].clone()).collect();
                lists.push(direct);
                let (expected, is_whole) = defined(lists.clone());
                prop_assert_eq!(merged(&lists), (expected, is_whole));
                orders.push([vec![class(at)], merged(&lists).0].concat());
            }
        }
    }
}
