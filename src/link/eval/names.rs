//! From names to values: bindings, imports, star imports, members of modules, classes and instances.
//!
//! A name that cannot be followed is unknown, never guessed.

use super::super::index::{File, Found};
use super::super::known;
use super::super::value::{Ancestor, Symbol, Value};
use super::Eval;
use crate::fact::{Binding, FunctionFact, Name, Put, TypeExpr};

/// A name that is bound more often than this, in a generated file, is not followed.
const MOST_BINDINGS: usize = 256;

impl Eval<'_, '_> {
    pub(super) fn name(&self, name: &Name, file: File, depth: u32) -> Value {
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
    pub(super) fn symbol(&self, file: File, name: &str, depth: u32) -> Value {
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
            if bindings.len() > MOST_BINDINGS {
                return Value::Unknown;
            }
            return Value::union(bindings.into_iter().map(|binding| self.binding(binding, &symbol, None, depth + 1)));
        }
        if name.contains('.') {
            return Value::Unknown;
        }
        match self.starred(file, name, depth + 1) {
            Some(value) => value,
            None if self.values.units.stars(file).dynamic => Value::Unknown,
            None => Value::external(&format!("builtins.{name}")),
        }
    }

    /// What `from m import *` brings under a name; `None` where no star import can bring it.
    fn starred(&self, file: File, name: &str, depth: u32) -> Option<Value> {
        if !self.spend(depth) {
            return Some(Value::Unknown);
        }
        for star in self.values.units.stars(file).stars.iter().rev() {
            let Name::Import { level, module, .. } = star else { continue };
            match self.values.index.import(file, *level, module) {
                Found::File(other) => {
                    let facts = self.values.units.stars(other);
                    let exported = match &facts.all {
                        Some(all) => all.iter().any(|one| one == name),
                        None => !name.starts_with('_'),
                    };
                    if exported && self.values.units.bindings(other, name).is_some() {
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
            Binding::Class(_) => Value::Class(symbol.clone(), Vec::new()),
            Binding::Function(_) => Value::Function(symbol.clone(), receiver.cloned().map(Box::new)),
            Binding::Value(type_) => {
                let value = self.eval(type_, symbol.file, depth);
                self.with_fills(value, symbol, depth)
            }
            Binding::Declared(type_) => self.eval(type_, symbol.file, depth),
            Binding::Import(name) => self.name(name, symbol.file, depth),
            Binding::TypeVar(_) if self.variables.get() => Value::Variable(symbol.clone()),
            Binding::TypeVar(bound) => {
                let vars = self.vars.borrow();
                let known = vars.iter().rev().find(|(var, _)| var == symbol).map(|(_, value)| value.clone());
                let some = !vars.is_empty();
                drop(vars);
                match known {
                    Some(value) => value,
                    None if some => Value::Unknown,
                    None => self.eval(bound, symbol.file, depth),
                }
            }
            Binding::Opaque => Value::Unknown,
        }
    }

    /// A container that nobody annotated, with what is put into it anywhere.
    fn with_fills(&self, value: Value, symbol: &Symbol, depth: u32) -> Value {
        const CONTAINERS: &[&str] = &["builtins.dict", "builtins.list", "builtins.set"];
        match value {
            Value::Instance(class) => match *class {
                Value::External(path, mut items) if CONTAINERS.contains(&path.as_str()) => {
                    if let Some(item) = items.last_mut() {
                        let more =
                            self.values.filled(symbol).filter(|(put, file)| self.is_put_in(put, *file, symbol, depth));
                        let more = more.map(|(put, file)| self.eval(&put.value, file, depth));
                        *item = Value::union([std::mem::replace(item, Value::Unknown)].into_iter().chain(more));
                    }
                    Value::Instance(Box::new(Value::External(path, items)))
                }
                other => Value::Instance(Box::new(other)),
            },
            other => other,
        }
    }

    /// Whether an attribute that is annotated as a model gets a dictionary somewhere, in its class, in one that derives from it or from outside.
    fn is_belied(&self, value: &Value, symbol: &Symbol, depth: u32) -> bool {
        let is_model = |one: &Value| matches!(one, Value::Instance(class) if matches!(**class, Value::Class(..)));
        let Some((owner, attr)) = symbol.name.rsplit_once('.').filter(|_| value.members().iter().any(is_model)) else {
            return false;
        };
        let owner = Ancestor::Project(Symbol { file: symbol.file, name: owner.to_owned() });
        let is_dict = |type_: &TypeExpr| {
            matches!(type_, TypeExpr::Display(of, _) if of == "dict") || *type_ == TypeExpr::of_builtin("dict")
        };
        let own = |class: &Symbol| {
            let name = format!("{}.{attr}", class.name);
            let all = self.values.units.bindings(class.file, &name).into_iter().flatten();
            all.into_iter().any(|binding| matches!(binding, Binding::Value(type_) if is_dict(type_)))
        };
        let definers = self.values.definers(attr);
        let mut inside = definers.iter().filter(|class| own(class) && self.order(class).contains(&owner));
        let mut outside = self.values.put(attr).filter(|(put, _)| is_dict(&put.value));
        inside.next().is_some() || outside.any(|(put, file)| self.is_put_in(put, file, symbol, depth))
    }

    /// Whether something is put into this very attribute or name: that of the class, of one above it or of one below it.
    fn is_put_in(&self, put: &Put, file: File, symbol: &Symbol, depth: u32) -> bool {
        let of = match &put.of {
            TypeExpr::None => return true,
            of => self.eval(of, file, depth),
        };
        let Some((owner, _)) = symbol.name.rsplit_once('.') else {
            return of.members().contains(&Value::Module(symbol.file));
        };
        let owner = Symbol { file: symbol.file, name: owner.to_owned() };
        let above = |low: &Symbol, high: &Symbol| self.order(low).contains(&Ancestor::Project(high.clone()));
        of.members().iter().any(|one| {
            let class = match one {
                Value::Instance(class) => &**class,
                other => other,
            };
            matches!(class, Value::Class(class, _) if above(class, &owner) || above(&owner, class))
        })
    }

    pub(super) fn member(&self, of: Value, attr: &str, depth: u32) -> Value {
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
            Value::Class(ref class, _) => self.class_member(class, attr, &of, 0, next),
            Value::Super(ref class) => {
                let receiver = Value::Instance(Box::new(Value::Class(class.clone(), Vec::new())));
                self.class_member(class, attr, &receiver, 1, next)
            }
            Value::Instance(ref class) if attr == "__class__" => (**class).clone(),
            Value::Instance(ref class) => match &**class {
                Value::Class(class, _) => self.class_member(class, attr, &of, 0, next),
                Value::External(path, args) if is_root(path, attr) => args.first().cloned().unwrap_or(Value::Unknown),
                Value::External(path, _) => self.external_member(path, attr, &of),
                _ => Value::Unknown,
            },
            _ => Value::Unknown,
        }
    }

    /// A method keeps what it is bound to, so that its result may depend on it.
    fn external_member(&self, class: &str, attr: &str, receiver: &Value) -> Value {
        let mut owner = class;
        if self.values.defines(class, attr) == Some(false)
            && let Some(base) = self
                .values
                .bases(class)
                .and_then(|bases| bases.iter().find(|base| self.values.defines(base, attr) == Some(true)))
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
    pub(super) fn class_member(&self, class: &Symbol, attr: &str, receiver: &Value, skip: usize, depth: u32) -> Value {
        let order = self.order(class);
        for ancestor in order.iter().skip(skip) {
            match ancestor {
                Ancestor::Unknown => return Value::Unknown,
                // A method of `class Orders(list[Order])`, the root of `class Orders(RootModel[list[Order]])`.
                Ancestor::External(path) if known::is_container(path) || is_root(path, attr) => {
                    return match self.container(receiver, depth) {
                        container @ Value::Instance(_) => self.member(container, attr, depth + 1),
                        _ => Value::Unknown,
                    };
                }
                Ancestor::External(path) => match self.values.defines(path, attr) {
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
                    let is_data = |binding: &&Binding| matches!(binding, Binding::Value(_) | Binding::Declared(_));
                    let inferred = bindings.iter().all(|binding| matches!(binding, Binding::Value(_)));
                    let vars =
                        if bindings.iter().any(is_data) { self.vars_of(receiver, owner, depth) } else { Vec::new() };
                    let before = (!vars.is_empty()).then(|| self.vars.replace(vars));
                    let value = Value::union(bindings.into_iter().map(|binding| match binding {
                        Binding::Function(function) if is_instance && self.is_property(function, owner.file, depth) => {
                            self.result(function, &symbol, Some(receiver), None, depth + 1)
                        }
                        binding => self.binding(binding, &symbol, Some(receiver), depth + 1),
                    }));
                    if let Some(before) = before {
                        self.vars.replace(before);
                    }
                    let holds_class = |one: &Value| matches!(one, Value::Class(..) | Value::External(..));
                    if !inferred && self.is_belied(&value, &symbol, depth) {
                        return Value::Unknown;
                    }
                    if value == Value::Unknown || !inferred && !value.members().iter().any(holds_class) {
                        return value;
                    }
                    // `model = Order` of a repository is another class in one that derives from it, and what nobody annotated is whatever
                    // somebody makes it.
                    let definers = self.values.definers(attr);
                    let below = definers.iter().filter(|other| {
                        *other != owner
                            && *other != class
                            && self.order(other).contains(&Ancestor::Project(class.clone()))
                    });
                    let others = below.flat_map(|other| {
                        let symbol = Symbol { file: other.file, name: format!("{}.{attr}", other.name) };
                        let bindings = self.values.bindings(&symbol).unwrap_or_default();
                        let values = bindings.into_iter().filter(|one| inferred || is_data(one));
                        values.map(|one| self.binding(one, &symbol, None, depth + 1)).collect::<Vec<_>>()
                    });
                    let put = self.values.put(attr).filter(|_| inferred);
                    let put = put.filter(|(put, file)| self.is_put_in(put, *file, &symbol, depth + 1));
                    let others = others.chain(put.map(|(put, file)| self.eval(&put.value, file, depth + 1)));
                    return Value::union([value].into_iter().chain(others));
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
}

/// Whether this is what a root model holds.
fn is_root(class: &str, attr: &str) -> bool {
    class == "pydantic.RootModel" && attr == "root"
}

fn module_value(found: Found) -> Value {
    match found {
        Found::File(file) => Value::Module(file),
        Found::Folder(folder) => Value::Folder(folder),
        Found::External | Found::Unknown => Value::Unknown,
    }
}
