//! From expressions to symbolic types: what a name, a call or an annotation may mean, as far as this file can tell.
//!
//! Asks `flow` which bindings reach a use. Never guesses: what is not proven is `TypeExpr::Unknown`.

mod contents;

use super::ast::{self, Expr, Ranged};
use super::bind::{is_class_name, is_construction};
use super::filled::Fill;
use super::flow::{Def, Defs, Flow, flow};
use super::imported::{aliases, imports, is_cast, last_name};
use super::{Block, Scope, deeper};
use crate::fact::{Argument, Name, TypeExpr};
use contents::item_of;
use rustc_hash::FxHashMap;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

/// How deep and how wide one question may go before the answer is unknown.
const BUDGET: u32 = 400;
const DEPTH: u32 = 32;

/// Answers questions about the expressions of one file.
#[derive(Default)]
pub struct Types<'a> {
    /// The file's text.
    text: &'a str,
    /// Whether a block may bind names of another one, once somebody asked.
    declares: OnceCell<bool>,
    flows: RefCell<FxHashMap<BlockKey, Rc<Flow<'a>>>>,
    /// Every `import name as local` of the file: local, name.
    aliases: OnceCell<Vec<(&'a str, &'a str)>>,
    /// Every name that an import of the file binds, with the module.
    imported: OnceCell<Vec<(&'a str, String)>>,
    /// What is put into the containers that a block's names hold.
    fills: RefCell<FxHashMap<BlockKey, Rc<Fills<'a>>>>,
    /// The containers whose items are being worked out: what comes from a container adds nothing to it.
    filling: RefCell<Vec<(BlockKey, String)>>,
    budget: Cell<u32>,
}

type BlockKey = (u8, usize);
type Fills<'a> = FxHashMap<&'a str, Vec<Fill<'a>>>;

/// A module and the class that is its first statement lie at the same address.
fn key(block: Block) -> BlockKey {
    match block {
        Block::Module(body) => (0, body.as_ptr() as usize),
        Block::Class(class) => (1, std::ptr::from_ref(class) as usize),
        Block::Function(function) => (2, std::ptr::from_ref(function) as usize),
    }
}

impl<'a> Types<'a> {
    /// Of a file with this text.
    pub fn new(text: &'a str) -> Types<'a> {
        Types { text, ..Types::default() }
    }

    /// What `expr` may be, in the innermost of `scopes` (the module comes first).
    pub fn of(&self, expr: &'a Expr, scopes: &[Scope<'a>]) -> TypeExpr {
        self.budget.set(BUDGET);
        self.value(expr, scopes, 0)
    }

    /// The object that an annotation spells; wrap it in `instance()` for a value of that type.
    pub fn annotation(&self, expr: &Expr, scopes: &[Scope<'a>]) -> TypeExpr {
        self.budget.set(BUDGET);
        self.annotated(expr, scopes, 0)
    }

    /// The bindings of the names of a block.
    pub fn flow(&self, block: Block<'a>) -> Rc<Flow<'a>> {
        let key = key(block);
        if let Some(known) = self.flows.borrow().get(&key) {
            return Rc::clone(known);
        }
        let has = |word: &str| memchr::memmem::find(self.text.as_bytes(), word.as_bytes()).is_some();
        let declares = *self.declares.get_or_init(|| has("global") || has("nonlocal"));
        let fresh = Rc::new(flow(block, declares));
        self.flows.borrow_mut().insert(key, Rc::clone(&fresh));
        fresh
    }

    /// Whether an expression is written like one of `names`, under an alias or not: cheaper than asking what it is.
    pub fn may_be(&self, expr: &Expr, scopes: &[Scope<'a>], names: &[&str]) -> bool {
        match expr {
            Expr::Attribute(attribute) => names.contains(&attribute.attr.as_str()),
            Expr::Name(name) if names.contains(&name.id.as_str()) => true,
            Expr::Name(name) => {
                let aliases = self.aliases.get_or_init(|| {
                    let mut found = Vec::new();
                    if let Some(Block::Module(body)) = scopes.first().map(|scope| scope.block) {
                        aliases(body, &mut found);
                    }
                    found
                });
                aliases.iter().any(|(local, of)| *local == name.id.as_str() && names.contains(of))
            }
            _ => false,
        }
    }

    /// The dotted path that an import of `package`, anywhere in the file, binds `name` to.
    pub fn imported(&self, name: &str, package: &str, scopes: &[Scope<'a>]) -> Option<&str> {
        let imported = self.imported.get_or_init(|| {
            let mut found = Vec::new();
            if let Some(Block::Module(body)) = scopes.first().map(|scope| scope.block) {
                imports(body, &mut found);
            }
            found
        });
        let within =
            |path: &str| path.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        imported.iter().find(|(local, path)| *local == name && within(path)).map(|(_, path)| path.as_str())
    }

    /// What a name means that is read at `offset`; `None` where only the scope, not the place, should decide.
    pub fn name(&self, id: &str, offset: Option<u32>, scopes: &[Scope<'a>]) -> TypeExpr {
        self.budget.set(BUDGET);
        self.lookup(id, offset, scopes, 0)
    }

    fn spend(&self, depth: u32) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left > 0 && depth < DEPTH
    }

    /// The question may be asked from deep inside a tree, so it looks after its own stack.
    fn value(&self, expr: &'a Expr, scopes: &[Scope<'a>], depth: u32) -> TypeExpr {
        if self.spend(depth) { deeper(|| self.known_value(expr, scopes, depth + 1)) } else { TypeExpr::Unknown }
    }

    fn known_value(&self, expr: &'a Expr, scopes: &[Scope<'a>], next: u32) -> TypeExpr {
        match expr {
            Expr::Name(name) => self.lookup(name.id.as_str(), Some(name.start().to_u32()), scopes, next),
            Expr::Attribute(attribute) => self.value(&attribute.value, scopes, next).attr(attribute.attr.as_str()),
            Expr::Call(call) => self.call(call, scopes, next),
            Expr::Await(await_) => wrap(self.value(&await_.value, scopes, next), TypeExpr::Await),
            Expr::Subscript(subscript) => {
                let base = self.value(&subscript.value, scopes, next);
                if base.is_unknown() {
                    return base;
                }
                let args = match &*subscript.slice {
                    Expr::Tuple(tuple) => tuple.elts.iter().map(|arg| self.argument(arg, scopes, next)).collect(),
                    arg => vec![self.argument(arg, scopes, next)],
                };
                TypeExpr::Subscript(Box::new(base), args)
            }
            Expr::If(if_) => {
                let (one, other) = (self.value(&if_.body, scopes, next), self.value(&if_.orelse, scopes, next));
                TypeExpr::union(vec![one, other])
            }
            Expr::BoolOp(op) => {
                TypeExpr::union(op.values.iter().map(|value| self.value(value, scopes, next)).collect())
            }
            Expr::Named(named) => self.value(&named.value, scopes, next),
            Expr::NoneLiteral(_) => TypeExpr::None,
            Expr::StringLiteral(_) | Expr::FString(_) => TypeExpr::of_builtin("str"),
            Expr::BytesLiteral(_) => TypeExpr::of_builtin("bytes"),
            Expr::NumberLiteral(_) => TypeExpr::of_builtin("int"),
            Expr::BooleanLiteral(_) => TypeExpr::of_builtin("bool"),
            Expr::List(list) => self.display("list", &list.elts, scopes, next),
            Expr::Set(set) => self.display("set", &set.elts, scopes, next),
            Expr::Tuple(tuple) => {
                let items = tuple.elts.iter().map(|item| self.value(item, scopes, next)).collect();
                TypeExpr::Display("tuple".to_owned(), items)
            }
            Expr::Dict(dict) => {
                let items = dict.items.iter().map(|item| match item.key {
                    Some(_) => self.value(&item.value, scopes, next),
                    None => TypeExpr::Unknown,
                });
                let items: Vec<TypeExpr> = items.collect();
                let items = if items.is_empty() { items } else { vec![TypeExpr::union(items)] };
                TypeExpr::Display("dict".to_owned(), items)
            }
            Expr::ListComp(comp) => self.display("list", std::slice::from_ref(&*comp.elt), scopes, next),
            Expr::SetComp(comp) => self.display("set", std::slice::from_ref(&*comp.elt), scopes, next),
            Expr::Generator(comp) => self.display("list", std::slice::from_ref(&*comp.elt), scopes, next),
            Expr::DictComp(comp) => self.display("dict", std::slice::from_ref(&*comp.value), scopes, next),
            _ => TypeExpr::Unknown,
        }
    }

    /// What stands in the brackets of a subscript: an index, or the argument of a generic class.
    fn argument(&self, expr: &'a Expr, scopes: &[Scope<'a>], depth: u32) -> TypeExpr {
        match expr {
            Expr::NumberLiteral(number) => match &number.value {
                ast::Number::Int(int) => int.to_string().parse().map_or(TypeExpr::Unknown, TypeExpr::Int),
                _ => TypeExpr::Unknown,
            },
            Expr::StringLiteral(_) => TypeExpr::Unknown,
            Expr::Slice(_) => TypeExpr::Union(Vec::new()),
            other => self.annotated(other, scopes, depth),
        }
    }

    fn call(&self, call: &'a ast::ExprCall, scopes: &[Scope<'a>], depth: u32) -> TypeExpr {
        let args = &call.arguments.args;
        if let Expr::Name(function) = &*call.func {
            match (function.id.as_str(), &**args) {
                ("super", []) => {
                    let class = scopes.iter().rev().find(|scope| matches!(scope.block, Block::Class(_)));
                    return class.map_or(TypeExpr::Unknown, |class| TypeExpr::Super(class.name.clone()));
                }
                ("type", [of]) => {
                    let of = self.value(of, scopes, depth);
                    return match of {
                        TypeExpr::Of(class) => *class,
                        other => wrap(other, |other| TypeExpr::Attr(other, "__class__".to_owned())),
                    };
                }
                (name, _) if call.arguments.find_keyword("default").is_none() => {
                    if let Some(value) = self.of_iterables(name, args, scopes, depth) {
                        return value;
                    }
                }
                _ => {}
            }
        }
        let callee = self.value(&call.func, scopes, depth);
        // `parse_obj_as(List[Order], rows)`, `TypeAdapter(Order)`: what the annotation says.
        const ADAPTED: &[&str] = &["TypeAdapter", "parse_file_as", "parse_obj_as", "parse_raw_as"];
        if let Some(of) = args.first()
            && last_name(&callee, scopes).is_some_and(|name| ADAPTED.contains(&name))
        {
            let of = Box::new(self.annotated(of, scopes, depth));
            return wrap(callee, |callee| TypeExpr::Made(callee, of));
        }
        if last_name(&callee, scopes) == Some("create_model") {
            // Whoever gives a configuration gives no base.
            let configured = call.arguments.find_keyword("__config__").is_some();
            let unpacks = !configured && call.arguments.keywords.iter().any(|one| one.arg.is_none());
            let base = match call.arguments.find_keyword("__base__").map(|keyword| &keyword.value) {
                Some(Expr::NoneLiteral(_)) | None if unpacks => {
                    return TypeExpr::Unknown;
                }
                Some(Expr::NoneLiteral(_)) | None => TypeExpr::import("pydantic", "BaseModel"),
                Some(base) => self.value(base, scopes, depth),
            };
            return wrap(callee, |callee| TypeExpr::Made(callee, Box::new(base)));
        }
        if let (TypeExpr::Name(name), [to, _]) = (&callee, &**args)
            && is_cast(name, scopes)
        {
            return self.annotated(to, scopes, depth).instance();
        }
        // `prices.get(code, {})` may be the default.
        if let (Expr::Attribute(method), [_, default]) = (&*call.func, &**args)
            && matches!(method.attr.as_str(), "get" | "pop" | "setdefault")
        {
            let default = Box::new(self.value(default, scopes, depth));
            return wrap(callee, |callee| TypeExpr::CallOr(callee, default));
        }
        self.called(callee, call, scopes, depth)
    }

    /// What a call gives; with the arguments that have names of their own, where they may decide it.
    fn called(&self, callee: TypeExpr, call: &'a ast::ExprCall, scopes: &[Scope<'a>], depth: u32) -> TypeExpr {
        let last = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => "",
        };
        let is_class = is_class_name(last);
        let few = call.arguments.len() <= 4 && !call.arguments.args.iter().any(Expr::is_starred_expr);
        if callee.is_unknown() || is_class || !few {
            return wrap(callee, TypeExpr::Call);
        }
        let value = |value: &'a Expr| match value {
            Expr::Name(_) | Expr::Attribute(_) => self.value(value, scopes, depth),
            value if is_construction(value) => self.value(value, scopes, depth),
            _ => TypeExpr::Unknown,
        };
        let positional = call.arguments.args.iter().map(|arg| Argument { name: None, value: value(arg) });
        let named = call.arguments.keywords.iter().map(|keyword| Argument {
            name: keyword.arg.as_ref().map(|name| name.as_str().to_owned()),
            value: value(&keyword.value),
        });
        let all: Vec<Argument> = positional.chain(named.filter(|one| one.name.is_some())).collect();
        if all.iter().all(|one| one.value.is_unknown()) {
            return wrap(callee, TypeExpr::Call);
        }
        TypeExpr::CallWith(Box::new(callee), all)
    }

    /// Whether a name means the builtin where it is read in the innermost of `scopes`.
    pub fn means_builtin(&self, name: &str, scopes: &[Scope<'a>]) -> bool {
        self.budget.set(BUDGET);
        self.is_builtin(name, scopes, 0)
    }

    /// Whether nothing in the file hides a builtin.
    fn is_builtin(&self, name: &str, scopes: &[Scope<'a>], depth: u32) -> bool {
        self.lookup(name, None, scopes, depth) == TypeExpr::Name(Name::Here(name.to_owned()))
            && scopes.first().is_some_and(|scope| !self.flow(scope.block).locals.contains_key(name))
    }

    fn lookup(&self, id: &str, offset: Option<u32>, scopes: &[Scope<'a>], depth: u32) -> TypeExpr {
        let innermost = scopes.len().saturating_sub(1);
        for (index, scope) in scopes.iter().enumerate().rev() {
            if index < innermost && matches!(scope.block, Block::Class(_)) {
                continue;
            }
            // Class and module names that other scopes read are facts: `link` joins their bindings.
            if index < innermost && matches!(scope.block, Block::Module(_)) {
                break;
            }
            let flow = self.flow(scope.block);
            let here = offset.filter(|_| index == innermost);
            if here.is_some_and(|offset| flow.outside.contains(&offset)) {
                continue;
            }
            if let Some(defs) = here.and_then(|offset| flow.uses.get(&offset)) {
                let value = self.defs(defs, scopes, depth);
                return self.with_fills(value, id, scope.block, scopes, depth);
            }
            let type_parameter = match scope.block {
                Block::Class(class) => class.type_params.as_deref(),
                Block::Function(function) => function.type_params.as_deref(),
                Block::Module(_) => None,
            };
            if let Some(parameter) =
                type_parameter.and_then(|all| all.iter().find(|parameter| parameter.name().as_str() == id))
            {
                return TypeExpr::Name(Name::Here(scope.parameter(parameter.name().as_str())));
            }
            if matches!(scope.block, Block::Module(_)) {
                break;
            }
            if let Some(defs) = flow.locals.get(id) {
                let unreached = here.is_some() && matches!(scope.block, Block::Function(_));
                // A read that no binding reaches is dead code, or an UnboundLocalError.
                return if unreached {
                    TypeExpr::Unknown
                } else {
                    let value = self.defs(defs, &scopes[..=index], depth);
                    self.with_fills(value, id, scope.block, &scopes[..=index], depth)
                };
            }
        }
        TypeExpr::Name(Name::Here(id.to_owned()))
    }

    fn defs(&self, defs: &Defs<'a>, scopes: &[Scope<'a>], depth: u32) -> TypeExpr {
        if !self.spend(depth) || defs.len() > 12 {
            return TypeExpr::Unknown;
        }
        TypeExpr::union(defs.iter().map(|def| self.def(def, scopes, depth + 1)).collect())
    }

    fn def(&self, def: &Def<'a>, scopes: &[Scope<'a>], depth: u32) -> TypeExpr {
        if !self.spend(depth) {
            return TypeExpr::Unknown;
        }
        match def {
            Def::Param(parameter, index) => self.parameter(parameter, *index, scopes, depth),
            Def::Args(parameter) => match &parameter.annotation {
                Some(annotation) => {
                    let items = vec![self.annotated(annotation, outside(scopes), depth), TypeExpr::builtin("Ellipsis")];
                    TypeExpr::Subscript(Box::new(TypeExpr::builtin("tuple")), items).instance()
                }
                None => TypeExpr::Unknown,
            },
            Def::Kwargs(parameter) => match &parameter.annotation {
                Some(annotation) => {
                    let items = vec![TypeExpr::builtin("str"), self.annotated(annotation, outside(scopes), depth)];
                    TypeExpr::Subscript(Box::new(TypeExpr::builtin("dict")), items).instance()
                }
                None => TypeExpr::of_builtin("dict"),
            },
            Def::Assign(value, path) => take(self.value(value, scopes, depth), path),
            Def::Annotated(annotation) => self.annotated(annotation, scopes, depth).instance(),
            Def::Item(iter, path) => take(item_of(self.value(iter, scopes, depth)), path),
            Def::Each(builtin, _) if !self.is_builtin(builtin, scopes, depth) => TypeExpr::Unknown,
            Def::Each(_, iter) => wrap(self.value(iter, scopes, depth), TypeExpr::Item),
            Def::Enter(value) => wrap(self.value(value, scopes, depth), TypeExpr::Enter),
            Def::Except(Expr::Tuple(types)) => {
                TypeExpr::union(types.elts.iter().map(|one| self.annotated(one, scopes, depth).instance()).collect())
            }
            Def::Except(one) => self.annotated(one, scopes, depth).instance(),
            Def::Import(name) => TypeExpr::Name(name.clone()),
            Def::Statement(id) => match scopes.last() {
                Some(scope) => TypeExpr::Name(Name::Here(scope.qualify(id))),
                None => TypeExpr::Unknown,
            },
            Def::Rest(of) => TypeExpr::Display("list".to_owned(), vec![item_of(self.value(of, scopes, depth))]),
            Def::Opaque(_) => TypeExpr::Unknown,
            Def::Narrow(narrow) => {
                let to = match narrow.to {
                    Expr::Tuple(tuple) => {
                        tuple.elts.iter().map(|one| self.annotated(one, scopes, depth)).collect::<Vec<_>>()
                    }
                    one => vec![self.annotated(one, scopes, depth)],
                };
                let of = self.defs(&narrow.of, scopes, depth);
                // A class is narrowed as its instances would be.
                if !narrow.class {
                    return TypeExpr::Narrow { of: Box::new(of), to, is: narrow.is };
                }
                let instances = TypeExpr::Narrow { of: Box::new(TypeExpr::Of(Box::new(of))), to, is: narrow.is };
                TypeExpr::Attr(Box::new(instances), "__class__".to_owned())
            }
        }
    }

    fn parameter(&self, parameter: &'a ast::Parameter, index: usize, scopes: &[Scope<'a>], depth: u32) -> TypeExpr {
        if let Some(annotation) = &parameter.annotation {
            // `def first[T: Order](one: T)`: its own type parameters are seen from inside.
            let own = matches!(scopes.last().map(|scope| scope.block), Some(Block::Function(function)) if function.type_params.is_some());
            let scopes = if own { scopes } else { outside(scopes) };
            return self.annotated(annotation, scopes, depth).instance();
        }
        if index > 0 {
            return TypeExpr::Unknown;
        }
        let [.., class, function] = scopes else { return TypeExpr::Unknown };
        let (Block::Class(_), Block::Function(function)) = (class.block, function.block) else {
            return TypeExpr::Unknown;
        };
        match receiver(function) {
            Receiver::Instance => TypeExpr::Name(Name::Here(class.name.clone())).instance(),
            Receiver::Class => TypeExpr::Name(Name::Here(class.name.clone())),
            Receiver::Static => TypeExpr::Unknown,
        }
    }

    /// The object that an annotation spells. Places do not matter here: annotations are about names.
    fn annotated(&self, expr: &Expr, scopes: &[Scope<'a>], depth: u32) -> TypeExpr {
        if !self.spend(depth) {
            return TypeExpr::Unknown;
        }
        let next = depth + 1;
        match expr {
            Expr::Name(name) => self.lookup(name.id.as_str(), None, scopes, next),
            Expr::Attribute(attribute) => self.annotated(&attribute.value, scopes, next).attr(attribute.attr.as_str()),
            Expr::NoneLiteral(_) => TypeExpr::None,
            Expr::EllipsisLiteral(_) => TypeExpr::builtin("Ellipsis"),
            Expr::BinOp(op) if op.op == ast::Operator::BitOr => {
                TypeExpr::union(vec![self.annotated(&op.left, scopes, next), self.annotated(&op.right, scopes, next)])
            }
            Expr::StringLiteral(string) => {
                let text = string.value.to_str();
                if text.len() > 2_000 {
                    return TypeExpr::Unknown;
                }
                match ruff_python_parser::parse_expression(text.trim()) {
                    Ok(parsed) => self.annotated(parsed.expr(), scopes, depth + 8),
                    Err(_) => TypeExpr::Unknown,
                }
            }
            Expr::Subscript(subscript) => {
                let base = self.annotated(&subscript.value, scopes, next);
                let last = match &*subscript.value {
                    Expr::Name(name) => name.id.as_str(),
                    Expr::Attribute(attribute) => attribute.attr.as_str(),
                    _ => "",
                };
                if base.is_unknown() || last == "Literal" {
                    return TypeExpr::Unknown;
                }
                let args = match &*subscript.slice {
                    Expr::Tuple(tuple) if last == "Annotated" => match tuple.elts.first() {
                        Some(first) => return self.annotated(first, scopes, next),
                        None => return TypeExpr::Unknown,
                    },
                    Expr::Tuple(tuple) => tuple.elts.iter().map(|arg| self.annotated(arg, scopes, next)).collect(),
                    arg => vec![self.annotated(arg, scopes, next)],
                };
                TypeExpr::Subscript(Box::new(base), args)
            }
            _ => TypeExpr::Unknown,
        }
    }
}

/// The scopes in which a function's own annotations are read.
fn outside<'s, 'a>(scopes: &'s [Scope<'a>]) -> &'s [Scope<'a>] {
    &scopes[..scopes.len().saturating_sub(1)]
}

fn wrap(inner: TypeExpr, outer: impl FnOnce(Box<TypeExpr>) -> TypeExpr) -> TypeExpr {
    if inner.is_unknown() { inner } else { outer(Box::new(inner)) }
}

fn take(value: TypeExpr, path: &[u32]) -> TypeExpr {
    path.iter().fold(value, |value, &index| wrap(value, |of| TypeExpr::Subscript(of, vec![TypeExpr::Int(index)])))
}

/// What the first parameter of a method receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receiver {
    /// An instance.
    Instance,
    /// The class.
    Class,
    /// Nothing of the sort.
    Static,
}

/// What the first parameter of a function in a class body receives.
pub fn receiver(function: &ast::StmtFunctionDef) -> Receiver {
    let decorated = |name: &str| {
        function.decorator_list.iter().any(|decorator| {
            let expr = match &decorator.expression {
                Expr::Call(call) => &*call.func,
                other => other,
            };
            super::dotted(expr).is_some_and(|path| path.rsplit('.').next() == Some(name))
        })
    };
    let first = function.parameters.posonlyargs.iter().chain(&function.parameters.args).next();
    let first = first.map(|parameter| parameter.parameter.name.as_str());
    if decorated("staticmethod") {
        Receiver::Static
    } else if decorated("classmethod")
        || first == Some("cls")
        || matches!(function.name.as_str(), "__new__" | "__init_subclass__" | "__class_getitem__")
    {
        Receiver::Class
    } else {
        Receiver::Instance
    }
}
