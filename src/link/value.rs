//! What an expression turns out to be, and the classes behind it.
//!
//! Plain data; `eval` makes it.

use super::index::File;
use super::known;

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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    let mut order = Vec::new();
    let mut unknown = false;
    for list in &mut lists {
        let before = list.len();
        list.retain(|one| *one != Ancestor::Unknown);
        unknown |= list.len() < before;
    }
    loop {
        lists.retain(|list| !list.is_empty());
        if lists.is_empty() {
            break;
        }
        let head = lists.iter().map(|list| &list[0]).find(|head| !lists.iter().any(|list| list[1..].contains(head)));
        let Some(head) = head.cloned() else {
            unknown = true;
            break;
        };
        for list in &mut lists {
            if list[0] == head {
                list.remove(0);
            }
        }
        order.push(head);
    }
    if unknown {
        // An unknown base may stand anywhere and override anything.
        order.insert(0, Ancestor::Unknown);
    }
    order
}
