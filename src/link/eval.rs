//! Gives symbolic types a meaning: follows names through files, classes through bases, calls through annotations.
//!
//! What cannot be followed is `Value::Unknown`. Bounded in depth and steps, so that cycles end.

use super::container::{index, item, method};
use super::index::{File, Found, Index};
use super::known;
use super::value::{Ancestor, Symbol, Value, merge};
use crate::fact::{Binding, ClassFact, FunctionFact, Name, TypeExpr};
use crate::unit::Unit;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

const STEPS: u32 = 3_000;
const DEPTH: u32 = 48;
/// How many classes deep inheritance is followed.
const CHAIN: usize = 64;

/// Evaluates symbolic types over all units.
pub struct Values<'a> {
    /// Where modules lie.
    pub index: &'a Index,
    /// The units, by file.
    pub units: &'a [&'a Unit],
    orders: RwLock<HashMap<Symbol, Arc<Vec<Ancestor>>>>,
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
    pub fn new(index: &'a Index, units: &'a [&'a Unit]) -> Self {
        Values { index, units, orders: RwLock::new(HashMap::new()) }
    }

    /// What `expr` of `file` is.
    pub fn eval(&self, expr: &TypeExpr, file: File) -> Value {
        Eval { values: self, budget: Budget { steps: Cell::new(STEPS) }, open: &Open::default() }.eval(expr, file, 0)
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
        let all = self.units.get(symbol.file)?.facts.symbols.get(&symbol.name)?;
        let declared: Vec<_> = all.iter().filter(|binding| matches!(binding, Binding::Declared(_))).collect();
        Some(if declared.is_empty() { all.iter().collect() } else { declared })
    }

    /// The method resolution order of a class, itself first, as C3 gives it.
    pub fn order(&self, class: &Symbol) -> Arc<Vec<Ancestor>> {
        self.order_within(class, &Open::default())
    }

    fn order_within(&self, class: &Symbol, open: &Open) -> Arc<Vec<Ancestor>> {
        let known = self.orders.read().ok().and_then(|orders| orders.get(class).cloned());
        if let Some(known) = known {
            return known;
        }
        let depth = open.classes.borrow().len();
        if depth > CHAIN || open.classes.borrow().contains(class) {
            open.cut.set(true);
            return Arc::new(vec![Ancestor::Project(class.clone()), Ancestor::Unknown]);
        }
        open.classes.borrow_mut().push(class.clone());
        let eval = Eval { values: self, budget: Budget { steps: Cell::new(STEPS) }, open };
        let order = Arc::new(crate::python::deeper(|| eval.linearise(class)));
        open.classes.borrow_mut().pop();
        // What was cut says something about this question only.
        if (depth == 0 || !open.cut.get())
            && let Ok(mut orders) = self.orders.write()
        {
            orders.insert(class.clone(), Arc::clone(&order));
        }
        order
    }

    /// The dotted name that a person would use for a symbol.
    pub fn dotted(&self, symbol: &Symbol) -> String {
        format!("{}.{}", self.index.module_name(symbol.file), symbol.name.replace(".<locals>", ""))
    }
}

struct Eval<'v, 'a> {
    values: &'v Values<'a>,
    budget: Budget,
    open: &'v Open,
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
            TypeExpr::Item(of) => self.eval(of, file, next).map(item),
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
            let kept = value
                .members()
                .iter()
                .filter(|member| classes.members().iter().any(|class| within(member, class) == Some(true)));
            let kept: Vec<Value> = kept.cloned().collect();
            if !kept.is_empty() {
                return Value::union(kept);
            }
            return Value::union(classes.members().iter().map(|class| self.instance(class.clone(), depth)));
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
            (Value::External(a, _), Value::External(b, _)) => match known::bases(a) {
                Some(bases) => Some(bases.contains(&b.as_str())),
                None if a.starts_with("builtins.") && b.starts_with("builtins.") => Some(false),
                None => None,
            },
            (Value::Class(a), other) => {
                let order = self.order(a);
                let wanted = match other {
                    Value::Class(b) => Ancestor::Project(b.clone()),
                    Value::External(b, _) => Ancestor::External(b.clone()),
                    _ => return None,
                };
                if order.contains(&wanted) {
                    Some(true)
                } else {
                    (!order.contains(&Ancestor::Unknown)).then_some(false)
                }
            }
            (Value::External(a, _), Value::Class(_)) => {
                (a.starts_with("builtins.") || known::bases(a).is_some()).then_some(false)
            }
            _ => None,
        }
    }

    fn name(&self, name: &Name, file: File, depth: u32) -> Value {
        match name {
            Name::Here(name) => self.symbol(file, name, depth),
            Name::Import { level, module, path } => {
                // `import a.b` binds `a`: the path may lead through submodules.
                let found = self.values.index.import(file, *level, module);
                if found == Found::External {
                    let dotted = if path.is_empty() { module.clone() } else { format!("{module}.{path}") };
                    return Value::external(&dotted);
                }
                let mut value = module_value(found);
                for part in path.split('.').filter(|part| !part.is_empty()) {
                    value = self.member(value, part, depth);
                }
                value
            }
        }
    }

    /// A qualified name of a file: its bindings, else what star imports bring, else a builtin.
    fn symbol(&self, file: File, name: &str, depth: u32) -> Value {
        if !self.spend(depth) {
            return Value::Unknown;
        }
        if !name.contains('.') && self.values.index.package_folder(file).is_some() {
            let value = self.module_member(file, name, depth + 1);
            if value != Value::Unknown {
                return value;
            }
        }
        let symbol = Symbol { file, name: name.to_owned() };
        if let Some(bindings) = self.values.bindings(&symbol) {
            return Value::union(bindings.into_iter().map(|binding| self.binding(binding, &symbol, None, depth + 1)));
        }
        if name.contains('.') {
            return Value::Unknown;
        }
        match self.starred(file, name, depth + 1) {
            Some(value) => value,
            None if self.values.units[file].facts.dynamic => Value::Unknown,
            None => Value::external(&format!("builtins.{name}")),
        }
    }

    /// What `from m import *` brings under a name; `None` where no star import can bring it.
    fn starred(&self, file: File, name: &str, depth: u32) -> Option<Value> {
        if !self.spend(depth) {
            return Some(Value::Unknown);
        }
        for star in self.values.units[file].facts.stars.iter().rev() {
            let Name::Import { level, module, .. } = star else { continue };
            match self.values.index.import(file, *level, module) {
                Found::File(other) => {
                    let facts = &self.values.units[other].facts;
                    let exported = match &facts.all {
                        Some(all) => all.iter().any(|one| one == name),
                        None => !name.starts_with('_'),
                    };
                    if exported && facts.symbols.contains_key(name) {
                        return Some(self.symbol(other, name, depth + 1));
                    }
                    if exported && let Some(value) = self.starred(other, name, depth + 1) {
                        return Some(value);
                    }
                    if facts.dynamic {
                        return Some(Value::Unknown);
                    }
                }
                Found::External => match known::star_exports(module) {
                    Some(names) if names.contains(&name) => return Some(Value::external(&format!("{module}.{name}"))),
                    Some(_) => {}
                    None => return Some(Value::Unknown),
                },
                Found::Folder(_) | Found::Unknown => return Some(Value::Unknown),
            }
        }
        None
    }

    fn binding(&self, binding: &Binding, symbol: &Symbol, receiver: Option<&Value>, depth: u32) -> Value {
        match binding {
            Binding::Class(_) => Value::Class(symbol.clone()),
            Binding::Function(_) => Value::Function(symbol.clone(), receiver.cloned().map(Box::new)),
            Binding::Value(type_) | Binding::Declared(type_) => self.eval(type_, symbol.file, depth),
            Binding::Import(name) => self.name(name, symbol.file, depth),
            Binding::TypeVar(bound) => self.eval(bound, symbol.file, depth),
            Binding::Opaque => Value::Unknown,
        }
    }

    fn member(&self, of: Value, attr: &str, depth: u32) -> Value {
        if !self.spend(depth) {
            return Value::Unknown;
        }
        let next = depth + 1;
        match of {
            // `None` has no attributes worth asking for: the access proves that it is something else.
            Value::Union(members) => {
                let members = members.into_iter().filter(|member| *member != Value::None);
                Value::union(members.map(|one| self.member(one, attr, next)))
            }
            Value::Module(file) => self.module_member(file, attr, next),
            Value::Folder(folder) => module_value(self.values.index.submodule(&folder, attr).unwrap_or(Found::Unknown)),
            Value::External(path, _) => Value::external(&format!("{path}.{attr}")),
            Value::Class(ref class) => self.class_member(class, attr, &of, 0, next),
            Value::Super(ref class) => {
                let receiver = Value::Instance(Box::new(Value::Class(class.clone())));
                self.class_member(class, attr, &receiver, 1, next)
            }
            Value::Instance(ref class) if attr == "__class__" => (**class).clone(),
            Value::Instance(ref class) => match &**class {
                Value::Class(class) => self.class_member(class, attr, &of, 0, next),
                Value::External(path, _) => self.external_member(path, attr, &of),
                _ => Value::Unknown,
            },
            _ => Value::Unknown,
        }
    }

    /// A method keeps what it is bound to, so that its result may depend on it.
    fn external_member(&self, class: &str, attr: &str, receiver: &Value) -> Value {
        let mut owner = class;
        if known::defines(class, attr) == Some(false)
            && let Some(base) =
                known::bases(class).and_then(|bases| bases.iter().find(|base| known::defines(base, attr) == Some(true)))
        {
            owner = base;
        }
        Value::Method(known::canonical(&format!("{owner}.{attr}")), Box::new(receiver.clone()))
    }

    fn module_member(&self, file: File, attr: &str, depth: u32) -> Value {
        let symbol = Symbol { file, name: attr.to_owned() };
        // `from app.crud import orders` in `app/crud/__init__.py` names the submodule, not itself.
        let is_itself = |binding: &Binding| match binding {
            Binding::Import(Name::Import { level, module, path }) => {
                path == attr && self.values.index.import(file, *level, module) == Found::File(file)
            }
            _ => false,
        };
        if let Some(bindings) =
            self.values.bindings(&symbol).filter(|bindings| !bindings.iter().copied().all(is_itself))
        {
            return Value::union(bindings.into_iter().map(|binding| self.binding(binding, &symbol, None, depth + 1)));
        }
        if let Some(folder) = self.values.index.package_folder(file)
            && let Some(found) = self.values.index.submodule(folder, attr)
        {
            return module_value(found);
        }
        self.starred(file, attr, depth + 1).unwrap_or(Value::Unknown)
    }

    /// Looks a name up along the method resolution order, from its `skip`th class on.
    fn class_member(&self, class: &Symbol, attr: &str, receiver: &Value, skip: usize, depth: u32) -> Value {
        let order = self.order(class);
        for ancestor in order.iter().skip(skip) {
            match ancestor {
                Ancestor::Unknown => return Value::Unknown,
                Ancestor::External(path) => match known::defines(path, attr) {
                    Some(true) => {
                        return Value::Method(format!("{path}.{attr}"), Box::new(receiver.clone()));
                    }
                    Some(false) => {}
                    None => return Value::Unknown,
                },
                Ancestor::Project(owner) => {
                    let symbol = Symbol { file: owner.file, name: format!("{}.{attr}", owner.name) };
                    let Some(bindings) = self.values.bindings(&symbol) else { continue };
                    let is_instance = matches!(receiver, Value::Instance(_));
                    return Value::union(bindings.into_iter().map(|binding| match binding {
                        Binding::Function(function) if is_instance && self.is_property(function, owner.file, depth) => {
                            self.result(function, &symbol, Some(receiver), depth + 1)
                        }
                        binding => self.binding(binding, &symbol, Some(receiver), depth + 1),
                    }));
                }
            }
        }
        Value::Unknown
    }

    fn is_property(&self, function: &FunctionFact, file: File, depth: u32) -> bool {
        function.decorators.iter().any(|decorator| match self.eval(decorator, file, depth + 1) {
            Value::External(path, _) => known::is_property(&path),
            _ => false,
        })
    }

    fn order(&self, class: &Symbol) -> Arc<Vec<Ancestor>> {
        self.values.order_within(class, self.open)
    }

    fn linearise(&self, class: &Symbol) -> Vec<Ancestor> {
        let mut order = vec![Ancestor::Project(class.clone())];
        let Some(fact) = self.values.class(class) else {
            order.push(Ancestor::Unknown);
            return order;
        };
        let mut lists: Vec<Vec<Ancestor>> = Vec::new();
        let mut direct = Vec::new();
        for base in &fact.bases {
            let list = match self.eval(base, class.file, 0) {
                Value::Class(base) if base == *class => vec![Ancestor::Unknown],
                Value::Class(base) => self.order(&base).to_vec(),
                Value::External(path, _) => {
                    let mut list = vec![Ancestor::External(path.clone())];
                    match known::bases(&path) {
                        Some(bases) => list.extend(bases.iter().map(|base| Ancestor::External((*base).to_owned()))),
                        None => list.push(Ancestor::Unknown),
                    }
                    list
                }
                _ => vec![Ancestor::Unknown],
            };
            direct.extend(list.first().cloned());
            lists.push(list);
        }
        lists.push(direct);
        order.extend(merge(lists));
        order
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
            Value::Class(_) => base,
            Value::Instance(class) => index(*class, args),
            _ => Value::Unknown,
        }
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
            Value::Class(_) => Value::Instance(Box::new(class)),
            _ => Value::Unknown,
        }
    }

    fn call(&self, callee: Value, depth: u32) -> Value {
        if !self.spend(depth) {
            return Value::Unknown;
        }
        match callee {
            Value::Class(ref class) => match self.class_member(class, "__new__", &callee, 0, depth + 1) {
                Value::Function(..) => Value::Unknown,
                _ => Value::Instance(Box::new(callee)),
            },
            Value::External(ref path, _) => {
                let last = path.rsplit('.').next().unwrap_or(path);
                let is_class = last.starts_with(|c: char| c.is_ascii_uppercase())
                    && last.contains(|c: char| c.is_ascii_lowercase())
                    || matches!(
                        path.as_str(),
                        "builtins.dict"
                            | "builtins.list"
                            | "builtins.set"
                            | "builtins.str"
                            | "builtins.int"
                            | "builtins.tuple"
                    )
                    || matches!(
                        path.as_str(),
                        "datetime.datetime" | "datetime.date" | "datetime.time" | "datetime.timedelta"
                    );
                if is_class { Value::Instance(Box::new(callee)) } else { Value::Unknown }
            }
            Value::Function(symbol, receiver) => {
                let Some(bindings) = self.values.bindings(&symbol) else { return Value::Unknown };
                Value::union(bindings.into_iter().map(|binding| match binding {
                    Binding::Function(function) => self.result(function, &symbol, receiver.as_deref(), depth + 1),
                    _ => Value::Unknown,
                }))
            }
            Value::Method(path, receiver) => method(&path, *receiver),
            _ => Value::Unknown,
        }
    }

    /// What calling a function gives, by its return annotation; decorators that may change it make it unknown.
    fn result(&self, function: &FunctionFact, symbol: &Symbol, receiver: Option<&Value>, depth: u32) -> Value {
        let Some(returns) = &function.returns else { return Value::Unknown };
        // What a type variable stands for is decided by the arguments, which are not looked at.
        if self.holds_type_var(returns, symbol.file) {
            return Value::Unknown;
        }
        for decorator in &function.decorators {
            if !self.harmless(decorator, symbol.file, depth) {
                return Value::Unknown;
            }
        }
        let class = self.eval(returns, symbol.file, depth + 1);
        let value = class.map(|class| match (class, receiver) {
            (Value::External(path, _), Some(receiver)) if path == "typing.Self" => match receiver {
                Value::Class(_) => Value::Instance(Box::new(receiver.clone())),
                other => other.clone(),
            },
            (class, _) => self.instance(class, depth + 1),
        });
        if function.is_async && !function.is_generator { Value::Coroutine(Box::new(value)) } else { value }
    }

    fn holds_type_var(&self, annotation: &TypeExpr, file: File) -> bool {
        match annotation {
            TypeExpr::Name(Name::Here(name)) => self.is_type_var(file, name),
            TypeExpr::Name(Name::Import { level, module, path }) => {
                matches!(self.values.index.import(file, *level, module), Found::File(file) if self.is_type_var(file, path))
            }
            TypeExpr::Attr(of, _) | TypeExpr::Of(of) => self.holds_type_var(of, file),
            TypeExpr::Subscript(of, args) => {
                self.holds_type_var(of, file) || args.iter().any(|arg| self.holds_type_var(arg, file))
            }
            TypeExpr::Union(members) => members.iter().any(|member| self.holds_type_var(member, file)),
            _ => false,
        }
    }

    fn is_type_var(&self, file: File, name: &str) -> bool {
        let symbol = Symbol { file, name: name.to_owned() };
        let bindings = self.values.bindings(&symbol).unwrap_or_default();
        bindings.iter().any(|binding| matches!(binding, Binding::TypeVar(_)))
    }

    fn harmless(&self, decorator: &TypeExpr, file: File, depth: u32) -> bool {
        // `@lru_cache(maxsize=1)` is a call; `@router.get("/")` is a call of a method of a router.
        let callee = match decorator {
            TypeExpr::Call(callee) => &**callee,
            other => other,
        };
        match self.eval(callee, file, depth + 1) {
            Value::External(path, _) => known::keeps_result(&path) || known::is_property(&path),
            Value::Method(_, receiver) => match *receiver {
                Value::Instance(class) => matches!(*class, Value::External(path, _) if known::registers(&path)),
                _ => false,
            },
            _ => false,
        }
    }

    fn enter(&self, value: Value, depth: u32) -> Value {
        let Value::Instance(class) = &value else { return Value::Unknown };
        let Value::Class(symbol) = &**class else { return Value::Unknown };
        for method in ["__enter__", "__aenter__"] {
            if let Value::Function(function, _) = self.class_member(symbol, method, &value, 0, depth + 1)
                && let Some([Binding::Function(fact)]) = self.values.bindings(&function).as_deref()
            {
                return match self.result(fact, &function, Some(&value), depth + 1) {
                    Value::Coroutine(value) => *value,
                    value => value,
                };
            }
        }
        Value::Unknown
    }
}

fn module_value(found: Found) -> Value {
    match found {
        Found::File(file) => Value::Module(file),
        Found::Folder(folder) => Value::Folder(folder),
        Found::External | Found::Unknown => Value::Unknown,
    }
}
