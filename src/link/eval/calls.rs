//! What calling and entering give: constructors, annotations of functions, decorators that leave them alone.
//!
//! Arguments are not looked at, but those of a generic class are.

use super::super::container::{item, method};
use super::super::index::File;
use super::super::known;
use super::super::value::{Ancestor, Symbol, Value};
use super::{Eval, Given};
use crate::fact::{Binding, FunctionFact, Name, TypeExpr};

/// What a function under `@contextmanager` gives, with what entering it gives.
const MANAGER: &str = "contextlib.AbstractContextManager";

impl Eval<'_, '_> {
    pub(super) fn call(&self, callee: Value, depth: u32) -> Value {
        self.call_with(callee, None, depth)
    }

    pub(super) fn call_with(&self, callee: Value, given: Option<&Given>, depth: u32) -> Value {
        if !self.spend(depth) {
            return Value::Unknown;
        }
        match callee {
            Value::Class(ref class, _) => match self.class_member(class, "__new__", &callee, 0, depth + 1) {
                Value::Function(..) => Value::Unknown,
                _ => Value::Instance(Box::new(callee)),
            },
            // `BaseModel.parse_obj(...)`, of any model.
            Value::External(ref path, _) if known::gives_own_class(path) => {
                Value::Instance(Box::new(Value::external("pydantic.BaseModel")))
            }
            Value::External(ref path, _) if matches!(path.as_str(), "os.getenv" | "os.environ.get") => {
                Value::union([Value::Instance(Box::new(Value::external("builtins.str"))), Value::None])
            }
            // `copy.deepcopy(order)` is another order.
            Value::External(ref path, _) if matches!(path.as_str(), "copy.copy" | "copy.deepcopy") => {
                let of = given.and_then(|given| Some((given.arguments.first()?, given.file)));
                of.map_or(Value::Unknown, |(of, file)| self.eval(&of.value, file, depth + 1))
            }
            Value::External(ref path, _) => {
                let last = path.rsplit('.').next().unwrap_or(path);
                let is_class = last.starts_with(|c: char| c.is_ascii_uppercase())
                    && last.contains(|c: char| c.is_ascii_lowercase())
                    || matches!(
                        path.as_str(),
                        "builtins.bool"
                            | "builtins.bytes"
                            | "builtins.dict"
                            | "builtins.float"
                            | "builtins.frozenset"
                            | "builtins.int"
                            | "builtins.list"
                            | "builtins.set"
                            | "builtins.str"
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
                    Binding::Function(function) => {
                        self.result(function, &symbol, receiver.as_deref(), given, depth + 1)
                    }
                    _ => Value::Unknown,
                }))
            }
            Value::Method(path, receiver) => method(&path, *receiver),
            // A parameter that is annotated `Callable[[], Order]`.
            Value::Instance(class) => match *class {
                Value::External(path, mut args)
                    if matches!(path.as_str(), "typing.Callable" | "collections.abc.Callable") && args.len() == 2 =>
                {
                    args.pop().unwrap_or(Value::Unknown)
                }
                _ => Value::Unknown,
            },
            _ => Value::Unknown,
        }
    }

    /// What calling a function gives, by its return annotation; decorators that may change it make it unknown.
    pub(super) fn result(
        &self,
        function: &FunctionFact,
        symbol: &Symbol,
        receiver: Option<&Value>,
        given: Option<&Given>,
        depth: u32,
    ) -> Value {
        let Some(returns) = &function.returns else { return self.inferred(function, symbol, receiver, depth) };
        if self.is_manager(function, symbol.file, depth) {
            let items = self.eval(returns, symbol.file, depth + 1).map(|class| self.instance(class, depth + 1));
            let manager = Value::External(MANAGER.to_owned(), vec![items.map(item)]);
            return Value::Instance(Box::new(manager));
        }
        // What a type variable stands for is decided by the class, or by the arguments.
        if self.holds_type_var(returns, symbol.file, depth) {
            let owner =
                symbol.name.rsplit_once('.').map(|(owner, _)| Symbol { file: symbol.file, name: owner.to_owned() });
            let of_class = receiver.zip(owner).map(|(receiver, owner)| self.vars_of(receiver, &owner, depth));
            let of_call = given.and_then(|given| self.decided(function, symbol, receiver, given, depth));
            let vars = [of_class.unwrap_or_default(), of_call.unwrap_or_default()].concat();
            if vars.is_empty() {
                return Value::Unknown;
            }
            let before = self.vars.replace(vars);
            let value = self.annotated_result(function, returns, symbol, receiver, depth);
            self.vars.replace(before);
            return value;
        }
        self.annotated_result(function, returns, symbol, receiver, depth)
    }

    fn annotated_result(
        &self,
        function: &FunctionFact,
        returns: &TypeExpr,
        symbol: &Symbol,
        receiver: Option<&Value>,
        depth: u32,
    ) -> Value {
        for decorator in &function.decorators {
            if !self.harmless(decorator, symbol.file, depth) {
                return Value::Unknown;
            }
        }
        // `-> Type[Self]`
        if let (TypeExpr::Subscript(of, args), Some(receiver)) = (returns, receiver)
            && let [own] = args.as_slice()
            && matches!(self.eval(own, symbol.file, depth + 1), Value::External(path, _) if path == "typing.Self")
            && matches!(self.eval(of, symbol.file, depth + 1), Value::External(path, _) if path == "builtins.type")
            && !function.is_async
        {
            return match receiver {
                Value::Instance(class) => (**class).clone(),
                class => class.clone(),
            };
        }
        let class = self.eval(returns, symbol.file, depth + 1);
        let value = class.map(|class| match (class, receiver) {
            (Value::External(path, _), Some(receiver)) if path == "typing.Self" => match receiver {
                Value::Class(..) => Value::Instance(Box::new(receiver.clone())),
                other => other.clone(),
            },
            (class, _) => self.instance(class, depth + 1),
        });
        if function.is_async && !function.is_generator { Value::Coroutine(Box::new(value)) } else { value }
    }

    /// A function without annotation that only returns what it constructs. Methods may be overridden, so they are left, but for
    /// those that construct their class or give themselves back.
    fn inferred(&self, function: &FunctionFact, symbol: &Symbol, receiver: Option<&Value>, depth: u32) -> Value {
        let Some(inferred) = &function.inferred else { return Value::Unknown };
        let is_self = *inferred == TypeExpr::import("typing", "Self");
        if receiver.is_some() && (!is_self || self.is_replaced(symbol)) {
            return Value::Unknown;
        }
        if !function.decorators.iter().all(|decorator| self.harmless(decorator, symbol.file, depth)) {
            return Value::Unknown;
        }
        let value = match receiver {
            Some(class @ Value::Class(..)) if is_self => Value::Instance(Box::new(class.clone())),
            Some(instance @ Value::Instance(_)) if is_self => instance.clone(),
            _ if is_self => Value::Unknown,
            _ => self.eval(inferred, symbol.file, depth + 1),
        };
        if function.is_async { Value::Coroutine(Box::new(value)) } else { value }
    }

    /// Whether a subclass has a method of its own under the name of this one.
    fn is_replaced(&self, method: &Symbol) -> bool {
        let Some((owner, name)) = method.name.rsplit_once('.') else { return false };
        let owner = Symbol { file: method.file, name: owner.to_owned() };
        let below = |other: &Symbol| *other != owner && self.order(other).contains(&Ancestor::Project(owner.clone()));
        self.values.definers(name).iter().any(below)
    }

    fn is_manager(&self, function: &FunctionFact, file: File, depth: u32) -> bool {
        function.decorators.iter().any(|decorator| match self.eval(decorator, file, depth + 1) {
            Value::External(path, _) => {
                matches!(path.as_str(), "contextlib.contextmanager" | "contextlib.asynccontextmanager")
            }
            _ => false,
        })
    }

    /// What the type variables of a function stand for in one call, by the annotations of its parameters.
    fn decided(
        &self,
        function: &FunctionFact,
        symbol: &Symbol,
        receiver: Option<&Value>,
        given: &Given,
        depth: u32,
    ) -> Option<Vec<(Symbol, Value)>> {
        let is_static = |decorator: &TypeExpr| matches!(self.eval(decorator, symbol.file, depth + 1), Value::External(path, _) if path == "builtins.staticmethod");
        let bound = usize::from(receiver.is_some() && !function.decorators.iter().any(is_static));
        let mut vars: Vec<(Symbol, Value)> = Vec::new();
        for parameter in &function.deciding {
            let by_name = given.arguments.iter().find(|one| one.name.as_deref() == Some(parameter.name.as_str()));
            let positional = given.arguments.iter().filter(|one| one.name.is_none());
            let by_place = parameter.at.and_then(|at| usize::from(at).checked_sub(bound));
            let Some(argument) = by_name.or_else(|| positional.clone().nth(by_place?)) else { continue };
            let value = self.eval(&argument.value, given.file, depth + 1);
            let (var, class) = self.unified(&parameter.annotation, symbol.file, value, depth + 1)?;
            match vars.iter().find(|(known, _)| *known == var) {
                Some((_, known)) if *known == class => {}
                Some(_) => return None,
                None => vars.push((var, class)),
            }
        }
        Some(vars).filter(|vars| !vars.is_empty())
    }

    /// The type variable of an annotation, and the class that it stands for where an argument is this.
    fn unified(&self, annotation: &TypeExpr, file: File, value: Value, depth: u32) -> Option<(Symbol, Value)> {
        if !self.spend(depth) {
            return None;
        }
        let class_of = |value: Value| match value {
            Value::Instance(class) if matches!(*class, Value::Class(..) | Value::External(..)) => Some(*class),
            _ => None,
        };
        match annotation {
            TypeExpr::Name(_) | TypeExpr::Attr(..) => Some((self.type_var(annotation, file, depth)?, class_of(value)?)),
            TypeExpr::Subscript(of, args) => {
                let path = match self.eval(of, file, depth + 1) {
                    Value::External(path, _) => path,
                    // A `Repo[M]` that is a `Repo[Order]`, or derives from one.
                    Value::Class(generic, _) => {
                        let known = self.vars_of(&value, &generic, depth);
                        let pairs = self.parameters(&generic, depth).into_iter().zip(args);
                        return pairs.into_iter().find_map(|(parameter, arg)| {
                            let (_, class) = known.iter().find(|(var, _)| *var == parameter)?;
                            Some((self.type_var(arg, file, depth)?, class.clone()))
                        });
                    }
                    _ => return None,
                };
                match (path.as_str(), args.as_slice()) {
                    ("builtins.type", [of]) => match value {
                        class @ (Value::Class(..) | Value::External(..)) => {
                            Some((self.type_var(of, file, depth)?, class))
                        }
                        _ => None,
                    },
                    ("typing.Optional", [inner]) => {
                        let mut members: Vec<Value> = value.members().to_vec();
                        members.retain(|member| *member != Value::None);
                        match members.as_slice() {
                            [only] => self.unified(inner, file, only.clone(), depth + 1),
                            _ => None,
                        }
                    }
                    (path, [inner]) if path.starts_with("builtins.") || path.starts_with("collections.abc.") => {
                        self.unified(inner, file, item(value), depth + 1)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The type variable that a name or attribute means, through imports.
    fn type_var(&self, expr: &TypeExpr, file: File, depth: u32) -> Option<Symbol> {
        let last = match expr {
            TypeExpr::Name(Name::Here(name)) => name,
            TypeExpr::Name(Name::Import { path, .. }) => path,
            TypeExpr::Attr(_, name) => name,
            _ => return None,
        };
        if !self.values.is_variable(last.rsplit('.').next().unwrap_or(last)) {
            return None;
        }
        let before = self.variables.replace(true);
        let value = self.eval(expr, file, depth + 1);
        self.variables.set(before);
        match value {
            Value::Variable(symbol) => Some(symbol),
            _ => None,
        }
    }

    /// What the type parameters of `owner`, a class that a value's class is or derives from, stand for there.
    pub(super) fn vars_of(&self, value: &Value, owner: &Symbol, depth: u32) -> Vec<(Symbol, Value)> {
        let class = match value {
            Value::Instance(class) => &**class,
            other => other,
        };
        match class {
            Value::Class(class, args) if !self.parameters(owner, depth).is_empty() => {
                let args = self.args_of(class, args, &Ancestor::Project(owner.clone()), depth);
                args.map_or_else(Vec::new, |args| self.given(owner, &args, depth))
            }
            _ => Vec::new(),
        }
    }

    /// What stands in the brackets of a class that another one is or derives from, for the other's own type arguments.
    pub(super) fn args_of(&self, class: &Symbol, args: &[Value], of: &Ancestor, depth: u32) -> Option<Vec<Value>> {
        if !self.spend(depth) {
            return None;
        }
        if matches!(of, Ancestor::Project(of) if of == class) {
            return Some(args.to_vec());
        }
        let before = self.vars.replace(self.given(class, args, depth));
        let bases = self.values.class(class).map(|class| class.bases.as_slice()).unwrap_or_default();
        let found = bases.iter().find_map(|base| match self.eval(base, class.file, depth + 1) {
            Value::Class(base, args) if self.order(&base).contains(of) => self.args_of(&base, &args, of, depth + 1),
            Value::External(path, args) if matches!(of, Ancestor::External(of) if *of == path) => Some(args),
            _ => None,
        });
        self.vars.replace(before);
        found
    }

    /// What the type parameters of a class stand for: what was written in brackets, else their bounds.
    fn given(&self, class: &Symbol, args: &[Value], depth: u32) -> Vec<(Symbol, Value)> {
        let parameters = self.parameters(class, depth);
        if args.is_empty() {
            let before = self.vars.take();
            let bound = |var: Symbol| (var.clone(), self.symbol(var.file, &var.name, depth + 1));
            let bounds = parameters.into_iter().map(bound).collect();
            self.vars.replace(before);
            return bounds;
        }
        let fits = args.len() <= parameters.len();
        let arg = |at: usize| args.get(at).filter(|_| fits).cloned().unwrap_or(Value::Unknown);
        parameters.into_iter().enumerate().map(|(at, var)| (var, arg(at))).collect()
    }

    /// The type variables of a class, in the order in which they are given: that of `Generic[...]`, where it is among the bases.
    fn parameters(&self, class: &Symbol, depth: u32) -> Vec<Symbol> {
        let bases = self.values.class(class).map(|class| class.bases.as_slice()).unwrap_or_default();
        let subscripts = bases.iter().filter_map(|base| match base {
            TypeExpr::Subscript(of, args) => Some((&**of, args)),
            _ => None,
        });
        let mut found = Vec::new();
        for (of, args) in subscripts {
            let is_generic = |path: &str| matches!(path, "typing.Generic" | "typing.Protocol");
            if matches!(of, TypeExpr::Name(Name::Import { .. }) | TypeExpr::Attr(..))
                && matches!(self.eval(of, class.file, depth + 1), Value::External(path, _) if is_generic(&path))
            {
                found.clear();
                args.iter().for_each(|arg| self.add_type_vars(arg, class.file, &mut found, depth));
                break;
            }
            args.iter().for_each(|arg| self.add_type_vars(arg, class.file, &mut found, depth));
        }
        found
    }

    fn add_type_vars(&self, arg: &TypeExpr, file: File, found: &mut Vec<Symbol>, depth: u32) {
        match arg {
            TypeExpr::Name(_) | TypeExpr::Attr(..) => {
                found.extend(self.type_var(arg, file, depth + 1).filter(|symbol| !found.contains(symbol)));
            }
            TypeExpr::Subscript(_, args) | TypeExpr::Union(args) => {
                args.iter().for_each(|arg| self.add_type_vars(arg, file, found, depth + 1));
            }
            _ => {}
        }
    }

    fn holds_type_var(&self, annotation: &TypeExpr, file: File, depth: u32) -> bool {
        let holds = |inner: &TypeExpr| self.holds_type_var(inner, file, depth + 1);
        match annotation {
            TypeExpr::Name(_) | TypeExpr::Attr(..) => self.type_var(annotation, file, depth).is_some(),
            TypeExpr::Of(of) => holds(of),
            TypeExpr::Subscript(_, args) | TypeExpr::Union(args) => args.iter().any(holds),
            _ => false,
        }
    }

    fn harmless(&self, decorator: &TypeExpr, file: File, depth: u32) -> bool {
        // `@lru_cache(maxsize=1)` is a call; `@router.get("/")` is a call of a method of a router.
        let callee = match decorator {
            TypeExpr::Call(callee) | TypeExpr::CallOr(callee, _) | TypeExpr::CallWith(callee, _) => &**callee,
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

    pub(super) fn enter(&self, value: Value, depth: u32) -> Value {
        let Value::Instance(class) = &value else { return Value::Unknown };
        if let Value::External(path, items) = &**class
            && path == MANAGER
        {
            return items.first().cloned().unwrap_or(Value::Unknown);
        }
        let Value::Class(symbol, _) = &**class else { return Value::Unknown };
        for method in ["__enter__", "__aenter__"] {
            if let Value::Function(function, _) = self.class_member(symbol, method, &value, 0, depth + 1)
                && let Some([Binding::Function(fact)]) = self.values.bindings(&function).as_deref()
            {
                return match self.result(fact, &function, Some(&value), None, depth + 1) {
                    Value::Coroutine(value) => *value,
                    value => value,
                };
            }
        }
        Value::Unknown
    }
}
