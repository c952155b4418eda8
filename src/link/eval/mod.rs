//! Gives symbolic types a meaning: follows names through files, classes through bases, calls through annotations.
//!
//! What cannot be followed is `Value::Unknown`. Bounded in depth and steps, so that cycles end.

mod calls;
mod names;
mod order;

use super::container::{index, is_mapping_method, item};
use super::index::{File, Index};
use super::known;
use super::reads::{Key, Of, Reads, STARS, key, note, note_key, note_symbol};
use super::sayings::Sayings;
use super::value::{Ancestor, Symbol, Value};
use crate::fact::{Argument, Binding, ClassFact, Facts, Name, Put, TypeExpr};
use crate::unit::Unit;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::cell::{Cell, RefCell};
use std::sync::{Arc, OnceLock, RwLock};

const STEPS: u32 = 3_000;
const DEPTH: u32 = 48;
/// How many classes deep inheritance is followed.
const CHAIN: usize = 64;

/// Evaluates symbolic types over all units.
pub struct Values<'a> {
    /// Where modules lie.
    pub index: &'a Index,
    /// The units, by file.
    pub units: Units<'a>,
    /// Classes outside the project that a user names as models.
    models: &'a [String],
    orders: RwLock<FxHashMap<Symbol, Order>>,
    /// For each attribute that somebody asked for: the classes that define it themselves.
    definers: RwLock<FxHashMap<String, Arc<[Symbol]>>>,
}

/// The method resolution order of a class, and what it was made of.
type Order = (Arc<Vec<Ancestor>>, Reads);

/// Holds a unit, at hand or read when somebody asks.
pub trait Held: Sync {
    /// The unit, as far as a link asks.
    fn held(&self) -> &Unit;
}

impl Held for Unit {
    fn held(&self) -> &Unit {
        self
    }
}

/// All units. Whoever looks at one has that noted.
pub struct Units<'a> {
    all: &'a [&'a dyn Held],
    /// The key of each.
    keys: Vec<Key>,
    sayings: OnceLock<Sayings>,
}

impl<'a> Units<'a> {
    /// The unit of a file.
    pub fn of(&self, file: File) -> &'a Unit {
        note_key(self.keys[file]);
        self.all[file].held()
    }

    /// The facts of a file, for what stars bring into it and out of it, and whether names may appear that no statement shows.
    fn stars(&self, file: File) -> &'a Facts {
        note_symbol(self.keys[file], STARS);
        &self.all[file].held().facts
    }

    /// All that a file binds to a name.
    fn bindings(&self, file: File, name: &str) -> Option<&'a Vec<Binding>> {
        note_symbol(self.keys[file], name);
        self.all[file].held().facts.symbols.get(name)
    }

    /// Every unit: whatever changes in one of them changes the answer.
    pub fn every(&self) -> impl Iterator<Item = &'a Unit> + Clone {
        note(Of::Whole, "");
        self.each()
    }

    /// Every unit, for a table of which each part has a key.
    pub fn each(&self) -> impl Iterator<Item = &'a Unit> + Clone {
        self.all.iter().map(|one| one.held())
    }

    /// The units that say something under a name, with their files. Whoever uses what they say notes the key of that.
    pub fn saying(&self, of: Of, name: &str) -> impl Iterator<Item = (File, &'a Unit)> + Clone {
        let sayings = self.sayings.get_or_init(|| Sayings::of(self.all.par_iter().map(|one| one.held())));
        sayings.under(of, name).into_iter().map(|file| (file, self.all[file].held()))
    }

    /// What units say, if it is known already.
    pub fn know(&self, sayings: Sayings) {
        // Who has asked before has the same.
        let _ = self.sayings.set(sayings);
    }

    /// What units say, if somebody asked.
    pub fn into_sayings(self) -> Option<Sayings> {
        self.sayings.into_inner()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// All files.
    pub fn files(&self) -> std::ops::Range<File> {
        note(Of::Whole, "");
        0..self.all.len()
    }
}

/// What one question may still spend. The order of a class has a budget of its own, so that an answer never depends on
/// what other questions have left in the cache.
struct Budget {
    steps: Cell<u32>,
}

/// The classes whose orders are being worked out, and whether a circle or a chain without end was cut.
#[derive(Default)]
struct Open {
    classes: RefCell<Vec<Symbol>>,
    cut: Cell<bool>,
}

impl<'a> Values<'a> {
    /// Nothing is evaluated yet.
    pub fn new(index: &'a Index, all: &'a [&'a dyn Held], models: &'a [String]) -> Self {
        let keys = index.paths_apart().map(|path| key(Of::Unit, path)).collect();
        let units = Units { all, keys, sayings: OnceLock::new() };
        Values { index, units, models, orders: RwLock::new(FxHashMap::default()), definers: RwLock::default() }
    }

    /// The bases of an external class, where they are known.
    pub fn bases(&self, class: &str) -> Option<&'static [&'static str]> {
        if self.models.iter().any(|model| model == class) { Some(&["pydantic.BaseModel"]) } else { known::bases(class) }
    }

    /// Whether an external class defines an attribute, where that is known.
    pub fn defines(&self, class: &str, attribute: &str) -> Option<bool> {
        if self.models.iter().any(|model| model == class) { Some(false) } else { known::defines(class, attribute) }
    }

    /// What `expr` of `file` is.
    pub fn eval(&self, expr: &TypeExpr, file: File) -> Value {
        Eval::new(self, &Open::default()).eval(expr, file, 0)
    }

    /// The class statement behind a symbol, where there is exactly one.
    pub fn class(&self, symbol: &Symbol) -> Option<&'a ClassFact> {
        let mut classes = self.bindings(symbol)?.into_iter().filter_map(|binding| match binding {
            Binding::Class(class) => Some(class),
            _ => None,
        });
        let class = classes.next()?;
        classes.next().is_none().then_some(class)
    }

    /// All bindings of a name that say what it is: its declarations, where it has any.
    pub fn bindings(&self, symbol: &Symbol) -> Option<Vec<&'a Binding>> {
        let all = self.units.bindings(symbol.file, &symbol.name)?;
        let declared: Vec<_> = all.iter().filter(|binding| matches!(binding, Binding::Declared(_))).collect();
        Some(if declared.is_empty() { all.iter().collect() } else { declared })
    }

    /// The project's classes that define an attribute themselves.
    pub fn definers(&self, attr: &str) -> Arc<[Symbol]> {
        note(Of::Definers, attr);
        let known = self.definers.read().ok().and_then(|known| known.get(attr).cloned());
        known.unwrap_or_else(|| {
            let mut all = Vec::new();
            for (file, unit) in self.units.saying(Of::Definers, attr) {
                let classes = unit.facts.symbols.keys().filter_map(|name| name.strip_suffix(attr)?.strip_suffix('.'));
                let classes = classes.filter(|class| !class.ends_with("<locals>"));
                all.extend(classes.map(|class| Symbol { file, name: class.to_owned() }));
            }
            let all: Arc<[Symbol]> = all.into();
            if let Ok(mut known) = self.definers.write() {
                known.insert(attr.to_owned(), Arc::clone(&all));
            }
            all
        })
    }

    /// What is put into an attribute of this name from outside its class, anywhere.
    fn put(&self, attr: &str) -> impl Iterator<Item = (&'a Put, File)> {
        note(Of::Put, attr);
        let of =
            |(file, unit): (File, &'a Unit)| unit.facts.put.get(attr).into_iter().flatten().map(move |put| (put, file));
        self.units.saying(Of::Put, attr).flat_map(of)
    }

    /// What is put into the container that a name or attribute holds, after it was made.
    fn filled(&self, symbol: &Symbol) -> impl Iterator<Item = (&'a Put, File)> {
        let elsewhere = |name: &str| {
            note(Of::Filled, name);
            let of = |(file, unit): (File, &'a Unit)| {
                let imported = |all: &Vec<Binding>| all.iter().any(|one| matches!(one, Binding::Import(_)));
                let counts = name.starts_with('.') || unit.facts.symbols.get(name).is_some_and(imported);
                let filled = unit.facts.filled.get(name).filter(|_| counts);
                filled.into_iter().flatten().map(move |put| (put, file))
            };
            self.units.saying(Of::Filled, name).flat_map(of).collect::<Vec<_>>()
        };
        let last = symbol.name.rsplit('.').next().unwrap_or_default();
        let (by_name, as_attribute) = (elsewhere(&symbol.name), elsewhere(&format!(".{last}")));
        let own = self.units.of(symbol.file).facts.filled.get(&symbol.name).into_iter().flatten();
        own.map(|value| (value, symbol.file)).chain(by_name).chain(as_attribute)
    }

    /// Whether a type variable somewhere in the project goes by this name, or was imported under it: few names have to be followed to know that
    /// they are none.
    fn is_variable(&self, name: &str) -> bool {
        let is_one = |name: &str| {
            note(Of::Variable, name);
            let is = |binding: &Binding| matches!(binding, Binding::TypeVar(_));
            let goes_by = |(one, all): (&String, &Vec<Binding>)| {
                one.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')) && all.iter().any(is)
            };
            self.units.saying(Of::Variable, name).any(|(_, unit)| unit.facts.symbols.iter().any(goes_by))
        };
        note(Of::Alias, name);
        let of = |unit: &'a Unit| unit.facts.symbols.get(name).into_iter().flatten();
        let mut before = self.units.saying(Of::Alias, name).flat_map(|(_, unit)| of(unit));
        is_one(name)
            || before.any(
                |binding| matches!(binding, Binding::Import(Name::Import { path, .. }) if path != name && is_one(path)),
            )
    }

    /// The dotted name that a person would use for a symbol.
    pub fn dotted(&self, symbol: &Symbol) -> String {
        format!("{}.{}", self.index.module_name(symbol.file), symbol.name.replace(".<locals>", ""))
    }
}

/// The arguments of a call, and the file that they stand in.
struct Given<'g> {
    arguments: &'g [Argument],
    file: File,
}

struct Eval<'v, 'a> {
    values: &'v Values<'a>,
    budget: Budget,
    open: &'v Open,
    /// What type variables stand for, innermost last; with any known, another one is unknown.
    vars: RefCell<Vec<(Symbol, Value)>>,
    /// Type variables are wanted as such.
    variables: Cell<bool>,
}

impl<'v, 'a> Eval<'v, 'a> {
    fn new(values: &'v Values<'a>, open: &'v Open) -> Self {
        Eval {
            values,
            budget: Budget { steps: Cell::new(STEPS) },
            open,
            vars: RefCell::default(),
            variables: Cell::new(false),
        }
    }
}

impl Eval<'_, '_> {
    fn spend(&self, depth: u32) -> bool {
        let left = self.budget.steps.get();
        self.budget.steps.set(left.saturating_sub(1));
        left > 0 && depth < DEPTH
    }

    fn eval(&self, expr: &TypeExpr, file: File, depth: u32) -> Value {
        if !self.spend(depth) {
            return Value::Unknown;
        }
        let next = depth + 1;
        match expr {
            TypeExpr::Unknown | TypeExpr::Int(_) => Value::Unknown,
            TypeExpr::None => Value::None,
            TypeExpr::Name(name) => self.name(name, file, next),
            TypeExpr::Attr(of, attr) => {
                let of = self.eval(of, file, next);
                self.member(of, attr, next)
            }
            TypeExpr::Call(of) => self.eval(of, file, next).map(|callee| self.call(callee, next)),
            TypeExpr::CallWith(of, arguments) => {
                let given = Given { arguments, file };
                self.eval(of, file, next).map(|callee| self.call_with(callee, Some(&given), next))
            }
            TypeExpr::CallOr(of, default) => self.eval(of, file, next).map(|callee| {
                let gives_default = matches!(&callee, Value::Method(path, _) if is_mapping_method(path));
                let value = self.call(callee, next);
                if gives_default { Value::union([value, self.eval(default, file, next)]) } else { value }
            }),
            TypeExpr::Made(by, base) => match self.eval(by, file, next) {
                Value::External(path, _) if path == "pydantic.create_model" => match self.eval(base, file, next) {
                    class @ (Value::Class(..) | Value::External(..)) => class,
                    _ => Value::Unknown,
                },
                Value::External(path, _)
                    if matches!(
                        path.as_str(),
                        "pydantic.parse_obj_as" | "pydantic.parse_raw_as" | "pydantic.parse_file_as"
                    ) =>
                {
                    self.eval(base, file, next).map(|class| self.instance(class, next))
                }
                Value::External(path, _) if path == "pydantic.TypeAdapter" => {
                    let of = self.eval(base, file, next).map(|class| self.instance(class, next));
                    Value::Instance(Box::new(Value::External(path, vec![of])))
                }
                _ => Value::Unknown,
            },
            TypeExpr::Await(of) => self.eval(of, file, next).map(|value| match value {
                Value::Coroutine(value) => *value,
                Value::Instance(class) => match *class {
                    Value::External(name, mut args)
                        if matches!(name.as_str(), "collections.abc.Awaitable" | "collections.abc.Coroutine") =>
                    {
                        args.pop().unwrap_or(Value::Unknown)
                    }
                    _ => Value::Unknown,
                },
                _ => Value::Unknown,
            }),
            // Iterating proves that it is not `None`.
            TypeExpr::Item(of) => match self.eval(of, file, next) {
                Value::Union(members) => {
                    let members = members.into_iter().filter(|member| *member != Value::None);
                    Value::union(members.map(|value| self.item(value, next)))
                }
                value => self.item(value, next),
            },
            TypeExpr::Enter(of) => self.eval(of, file, next).map(|value| self.enter(value, next)),
            TypeExpr::Subscript(base, args) => {
                let base = self.eval(base, file, next);
                base.map(|base| self.subscript(base, args, file, next))
            }
            TypeExpr::Of(annotation) => self.eval(annotation, file, next).map(|class| self.instance(class, next)),
            TypeExpr::Union(members) => Value::union(members.iter().map(|member| self.eval(member, file, next))),
            TypeExpr::Display(of, items) => {
                let items: Vec<Value> = items.iter().map(|item| self.eval(item, file, next)).collect();
                let items = if of == "dict" { [vec![Value::Unknown], items].concat() } else { items };
                Value::Instance(Box::new(Value::External(format!("builtins.{of}"), items)))
            }
            TypeExpr::Narrow { of, to, is } => self.narrow(of, to, *is, file, next),
            TypeExpr::Super(class) => Value::Super(Symbol { file, name: class.clone() }),
        }
    }

    fn narrow(&self, of: &TypeExpr, to: &[TypeExpr], is: bool, file: File, depth: u32) -> Value {
        let value = self.eval(of, file, depth);
        let classes = Value::union(to.iter().map(|class| self.eval(class, file, depth)));
        let within = |member: &Value, class: &Value| match member {
            Value::Instance(of) => self.subclass(of, class),
            Value::None => Some(false),
            _ => None,
        };
        if is {
            // Each member, as far as it may be an instance of each class: itself, or what the class says of it.
            let mut kept = Vec::new();
            for member in value.members() {
                for class in classes.members() {
                    match (within(member, class), member) {
                        (Some(true), _) => kept.push(member.clone()),
                        (Some(false), Value::Instance(of)) if self.subclass(class, of) != Some(false) => {
                            kept.push(self.instance(class.clone(), depth));
                        }
                        (Some(false), _) => {}
                        (None, _) => kept.push(self.instance(class.clone(), depth)),
                    }
                }
            }
            return Value::union(kept);
        }
        // A variable that holds a class may hold a subclass: not being its instance excludes nothing.
        if !to.iter().all(|class| matches!(class, TypeExpr::Name(_))) {
            return value;
        }
        let mut kept = Vec::new();
        for member in value.members() {
            let verdicts: Vec<_> = classes.members().iter().map(|class| within(member, class)).collect();
            if !verdicts.contains(&Some(true)) {
                kept.push(member.clone());
            }
        }
        Value::union(kept)
    }

    /// Whether the class `one` is `other` or derives from it.
    fn subclass(&self, one: &Value, other: &Value) -> Option<bool> {
        match (one, other) {
            (Value::External(a, _), Value::External(b, _)) if a == b => Some(true),
            (Value::External(a, _), Value::External(b, _)) => match self.values.bases(a) {
                Some(bases) => Some(bases.contains(&b.as_str())),
                None if a.starts_with("builtins.") && b.starts_with("builtins.") => Some(false),
                None => None,
            },
            (Value::Class(a, _), other) => {
                let order = self.order(a);
                let wanted = match other {
                    Value::Class(b, _) => Ancestor::Project(b.clone()),
                    Value::External(b, _) => Ancestor::External(b.clone()),
                    _ => return None,
                };
                if order.contains(&wanted) {
                    Some(true)
                } else {
                    (!order.contains(&Ancestor::Unknown)).then_some(false)
                }
            }
            (Value::External(a, _), Value::Class(..)) => {
                (a.starts_with("builtins.") || self.values.bases(a).is_some()).then_some(false)
            }
            _ => None,
        }
    }

    fn subscript(&self, base: Value, args: &[TypeExpr], file: File, depth: u32) -> Value {
        match base {
            Value::External(path, _) => match path.as_str() {
                "typing.Optional" => {
                    let inner = args.first().map_or(Value::Unknown, |arg| self.eval(arg, file, depth));
                    Value::union([inner, Value::None])
                }
                "typing.Union" => Value::union(args.iter().map(|arg| self.eval(arg, file, depth))),
                "typing.Annotated" | "typing.Final" | "typing.ClassVar" | "typing.Required" | "typing.NotRequired" => {
                    args.first().map_or(Value::Unknown, |arg| self.eval(arg, file, depth))
                }
                "sqlalchemy.orm.Mapped" => args.first().map_or(Value::Unknown, |arg| self.eval(arg, file, depth)),
                _ => {
                    let args = args.iter().map(|arg| self.eval(arg, file, depth).map(|arg| self.instance(arg, depth)));
                    Value::External(path, args.collect())
                }
            },
            Value::Class(class, _) => Value::Class(class, args.iter().map(|arg| self.eval(arg, file, depth)).collect()),
            Value::Instance(class) => match *class {
                Value::Class(..) => {
                    let value = Value::Instance(class);
                    self.special(&value, &["__getitem__"], depth).unwrap_or_else(|| {
                        match self.container(&value, depth) {
                            Value::Instance(class) => index(*class, args),
                            _ => Value::Unknown,
                        }
                    })
                }
                class => index(class, args),
            },
            _ => Value::Unknown,
        }
    }

    /// What iterating a value gives, by the class's own methods where it is one of the project.
    fn item(&self, value: Value, depth: u32) -> Value {
        if !matches!(&value, Value::Instance(class) if matches!(**class, Value::Class(..))) {
            return item(value);
        }
        let Some(iterator) = self.special(&value, &["__iter__", "__aiter__"], depth) else {
            return item(self.container(&value, depth));
        };
        iterator.map(|one| match self.special(&one, &["__next__", "__anext__"], depth) {
            Some(Value::Coroutine(value)) => *value,
            Some(value) => value,
            None => item(one),
        })
    }

    /// An instance of a class of the project as one of the external class that it derives from: `class Orders(list[Order])`.
    pub(super) fn container(&self, value: &Value, depth: u32) -> Value {
        let Value::Instance(class) = value else { return Value::Unknown };
        let Value::Class(class, args) = &**class else { return Value::Unknown };
        let order = self.order(class);
        let Some(above @ Ancestor::External(path)) = order.iter().find(|one| matches!(one, Ancestor::External(_)))
        else {
            return Value::Unknown;
        };
        match self.args_of(class, args, above, depth + 1) {
            Some(args) => Value::Instance(Box::new(Value::External(path.clone(), args))),
            None => Value::Unknown,
        }
    }

    /// What the first of these methods gives that the class of an instance has, if it is one of the project.
    fn special(&self, value: &Value, methods: &[&str], depth: u32) -> Option<Value> {
        let Value::Instance(class) = value else { return None };
        let Value::Class(class, _) = &**class else { return None };
        let found = methods.iter().map(|method| self.class_member(class, method, value, 0, depth + 1));
        let method = found.into_iter().find(|found| matches!(found, Value::Function(..)))?;
        Some(self.call(method, depth + 1))
    }

    fn instance(&self, class: Value, depth: u32) -> Value {
        if !self.spend(depth) {
            return Value::Unknown;
        }
        match class {
            Value::Union(members) => Value::union(members.into_iter().map(|member| self.instance(member, depth + 1))),
            Value::None => Value::None,
            Value::External(path, mut args) => match path.as_str() {
                "typing.Any" | "builtins.object" | "typing.Self" | "typing.TypeVar" => Value::Unknown,
                "builtins.type" => match args.pop() {
                    Some(Value::Instance(class)) => *class,
                    _ => Value::Unknown,
                },
                _ => Value::Instance(Box::new(Value::External(path, args))),
            },
            Value::Class(..) => Value::Instance(Box::new(class)),
            _ => Value::Unknown,
        }
    }
}
