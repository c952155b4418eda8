//! The facts of a file: every binding of its module-level and class-level names, with symbolic types.
//!
//! Walks statements only. Functions are entered for what they say of `self`, of globals and of classes defined inside.

use super::ast::{self, Expr, Stmt};
use super::body::Body;
use super::clock::{clock, column};
use super::imported::last_name;
use super::types::{Receiver, Types, receiver};
use super::walk::{belies, blocks, children, imported, imported_from, says_true, strings};
use super::{Block, Scope, deeper, span};
use crate::fact::{
    Binding, ClassFact, Deciding, Facts, FixtureFact, FunctionFact, Lifetime, Name, TypeExpr, Validator,
};
use std::collections::btree_map::Entry;

/// Collects the facts of a file.
pub fn facts<'a>(body: &'a [Stmt], types: &Types<'a>) -> Facts {
    let mut binder = Binder { facts: Facts::default(), types, typing: false };
    binder.block(body, &[Scope::module(body)]);
    // Walruses, captures of patterns and the like.
    for name in body.iter().flat_map(super::bound::bound).filter(|name| *name != "*") {
        binder.facts.symbols.entry(name.to_owned()).or_insert_with(|| vec![Binding::Opaque]);
    }
    let unbound = super::bound::left_unbound(body).into_iter().map(str::to_owned);
    // A function that declares it global may bind it, too.
    let alone = |name: &String| {
        let bindings = binder.facts.symbols.get(name).map_or(&[][..], Vec::as_slice);
        let is_global = |binding: &Binding| !matches!(binding, Binding::Declared(_));
        !bindings.iter().any(|binding| matches!(binding, Binding::Declared(_))) || !bindings.iter().any(is_global)
    };
    let unbound = unbound.filter(alone).collect();
    binder.facts.unbound = unbound;
    binder.facts.sets_env = super::environment::sets(body);
    binder.facts.env_functions = super::environment::setters(body).map(str::to_owned).collect();
    binder.facts.dynamic |= binder.facts.symbols.contains_key("__getattr__");
    binder.facts
}

struct Binder<'t, 'a> {
    facts: Facts,
    types: &'t Types<'a>,
    /// Only type checkers come here.
    typing: bool,
}

impl<'a> Binder<'_, 'a> {
    fn bind(&mut self, name: String, binding: Binding) {
        if !self.typing {
            self.facts.typing_only.remove(&name);
        } else if !self.facts.symbols.contains_key(&name) {
            self.facts.typing_only.insert(name.clone());
        }
        match self.facts.symbols.entry(name) {
            // Most names are bound once, and a list that is to grow would have room for four.
            Entry::Vacant(name) => drop(name.insert(vec![binding])),
            Entry::Occupied(name) if name.get().contains(&binding) => {}
            Entry::Occupied(name) => name.into_mut().push(binding),
        }
    }

    /// The statements of a module or class body, or of a block nested in one.
    fn block(&mut self, body: &'a [Stmt], scopes: &[Scope<'a>]) {
        for stmt in body {
            deeper(|| self.stmt(stmt, scopes));
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt, scopes: &[Scope<'a>]) {
        let Some(scope) = scopes.last() else { return };
        match stmt {
            Stmt::ClassDef(class) => self.class(class, scopes),
            Stmt::FunctionDef(function) => self.function(function, scopes),
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.left_out(super::dotted(target), &assign.value);
                    self.column(target, None, Some(&assign.value), scopes);
                    self.assign(target, &assign.value, scopes);
                }
            }
            Stmt::AnnAssign(assign) => {
                self.column(&assign.target, Some(&assign.annotation), assign.value.as_deref(), scopes);
                if let Expr::Name(name) = &*assign.target {
                    let type_ = self.types.annotation(&assign.annotation, scopes);
                    let binding = match (&type_, &assign.value) {
                        (TypeExpr::Name(alias), Some(value)) if is_typing(alias, "TypeAlias") => {
                            Binding::Value(self.types.annotation(value, scopes))
                        }
                        (_, Some(value)) if belies(&assign.annotation, value) => Binding::Opaque,
                        _ => Binding::Declared(type_.instance()),
                    };
                    self.bind(scope.qualify(name.id.as_str()), binding);
                }
            }
            Stmt::TypeAlias(alias) => {
                if let Expr::Name(name) = &*alias.name {
                    let type_ = self.types.annotation(&alias.value, scopes);
                    self.bind(scope.qualify(name.id.as_str()), Binding::Value(type_));
                }
            }
            Stmt::AugAssign(assign) => match &*assign.target {
                Expr::Name(name) if name.id.as_str() == "__all__" => {
                    if let (Some(all), Some(more)) = (&mut self.facts.all, strings(&assign.value)) {
                        all.extend(more);
                    } else {
                        self.facts.all = None;
                        self.facts.dynamic = true;
                    }
                }
                target => {
                    self.left_out(super::dotted(target), &assign.value);
                    self.opaque(target, scope);
                }
            },
            Stmt::Delete(delete) => {
                let names = delete.targets.iter().filter_map(Expr::as_name_expr);
                if names.into_iter().any(|name| name.id.as_str() == "__all__") {
                    self.facts.all = None;
                }
                delete.targets.iter().for_each(|target| self.opaque(target, scope));
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let (bound, name) = imported(alias);
                    let whole = alias.name.as_str();
                    if alias.asname.is_none() && whole.contains('.') && !self.typing && scope.qualify(bound) == bound {
                        self.facts.submodules.insert(whole.to_owned());
                    }
                    self.bind(scope.qualify(bound), Binding::Import(name));
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    let name = imported_from(import, alias);
                    if bound != "*" {
                        self.bind(scope.qualify(bound), Binding::Import(name));
                    } else if let Name::Import { level, module, .. } = name {
                        self.facts.stars.push(Name::Import { level, module, path: String::new() });
                    }
                }
            }
            Stmt::For(stmt) => {
                self.opaque(&stmt.target, scope);
                self.block(&stmt.body, scopes);
                self.block(&stmt.orelse, scopes);
            }
            Stmt::With(stmt) => {
                for item in &stmt.items {
                    if let Some(target) = &item.optional_vars {
                        self.opaque(target, scope);
                    }
                }
                self.block(&stmt.body, scopes);
            }
            Stmt::Expr(stmt) => {
                if let Expr::Call(call) = &*stmt.value {
                    let callee = super::dotted(&call.func).unwrap_or_default();
                    if let Some((name, "append" | "extend")) = callee.split_once('.') {
                        call.arguments.args.iter().for_each(|value| self.left_out(Some(name.to_owned()), value));
                    }
                    self.facts.dynamic |= matches!(callee.as_str(), "exec" | "globals" | "locals" | "vars")
                        || matches!(&*call.func, Expr::Attribute(ast::ExprAttribute { value, .. })
                            if matches!(&**value, Expr::Call(inner)
                                if matches!(super::dotted(&inner.func).as_deref(), Some("globals" | "locals" | "vars"))));
                }
            }
            Stmt::If(branch) if is_type_checking(&branch.test) => {
                let before = std::mem::replace(&mut self.typing, true);
                self.block(&branch.body, scopes);
                self.typing = before;
                for clause in &branch.elif_else_clauses {
                    self.block(&clause.body, scopes);
                }
            }
            other => {
                let mut inner = Vec::new();
                blocks(other, &mut |body| inner.push(body));
                for body in inner {
                    self.block(body, scopes);
                }
            }
        }
    }

    /// `collect_ignore = ["setup.py"]`.
    fn left_out(&mut self, name: Option<String>, value: &Expr) {
        let is_glob = match name.as_deref() {
            Some("collect_ignore") => false,
            Some("collect_ignore_glob") => true,
            _ => return,
        };
        let one = || value.as_string_literal_expr().map(|text| vec![text.value.to_string()]);
        let paths = strings(value).or_else(one).unwrap_or_default();
        self.facts.left_out.extend(paths.into_iter().map(|path| (path, is_glob)));
    }

    fn column(
        &mut self,
        target: &'a Expr,
        annotation: Option<&'a Expr>,
        value: Option<&'a Expr>,
        scopes: &[Scope<'a>],
    ) {
        let Some(scope) = scopes.last().filter(|scope| matches!(scope.block, Block::Class(_))) else { return };
        if let Expr::Name(name) = target {
            let name = scope.qualify(name.id.as_str());
            self.facts.columns.extend(column(&name, annotation, value, self.types, scopes));
        }
    }

    fn opaque(&mut self, target: &'a Expr, scope: &Scope<'a>) {
        match target {
            Expr::Name(name) => self.bind(scope.qualify(name.id.as_str()), Binding::Opaque),
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                elts.iter().for_each(|element| self.opaque(element, scope));
            }
            Expr::Starred(starred) => self.opaque(&starred.value, scope),
            Expr::Subscript(subscript) => {
                let of_globals = matches!(&*subscript.value, Expr::Call(call)
                    if matches!(super::dotted(&call.func).as_deref(), Some("globals" | "locals" | "vars")));
                self.facts.dynamic |= of_globals;
            }
            _ => {}
        }
    }

    fn assign(&mut self, target: &'a Expr, value: &'a Expr, scopes: &[Scope<'a>]) {
        let Some(scope) = scopes.last() else { return };
        let Expr::Name(name) = target else { return self.opaque(target, scope) };
        let id = name.id.as_str();
        if id == "__all__" && matches!(scope.block, Block::Module(_)) {
            self.facts.all = strings(value);
            self.facts.dynamic |= self.facts.all.is_none();
        }
        if matches!(scope.block, Block::Module(_))
            && let Some(read) = super::environment::read(value)
        {
            self.facts.reads_env.insert(id.to_owned(), read);
        }
        // `store_fixture = pytest.fixture(make_store, name="store")`
        if let Expr::Call(call) = value
            && super::dotted(&call.func).is_some_and(|name| name.ends_with("fixture"))
            && let Some(Expr::StringLiteral(name)) = call.arguments.find_keyword("name").map(|name| &name.value)
        {
            let fixture = FixtureFact { lifetime: Lifetime::Dynamic, needs: Vec::new() };
            self.facts.fixtures.insert(name.value.to_str().to_owned(), fixture);
        }
        if let Expr::Call(call) = value
            && let Some(bound) = self.type_var(call, scopes)
        {
            return self.bind(scope.qualify(id), Binding::TypeVar(bound));
        }
        if let Some(of) = new_type(value) {
            let type_ = self.types.annotation(of, scopes);
            return self.bind(scope.qualify(id), Binding::Value(type_));
        }
        // `Row = list[User]` and `Row = "User"` name types; everything else is a value.
        let type_ = match value {
            Expr::Subscript(_) | Expr::BinOp(_) => self.types.annotation(value, scopes),
            _ => self.types.of(value, scopes),
        };
        self.bind(scope.qualify(id), Binding::Value(type_));
    }

    fn type_var(&self, call: &'a ast::ExprCall, scopes: &[Scope<'a>]) -> Option<TypeExpr> {
        let callee = super::dotted(&call.func)?;
        if !matches!(callee.rsplit('.').next(), Some("TypeVar")) {
            return None;
        }
        let bound = call.arguments.find_keyword("bound");
        Some(match bound {
            Some(keyword) => self.types.annotation(&keyword.value, scopes),
            None => TypeExpr::Unknown,
        })
    }

    fn class(&mut self, class: &'a ast::StmtClassDef, scopes: &[Scope<'a>]) {
        let Some(scope) = scopes.last() else { return };
        let inner = scope.child(Block::Class(class));
        let within: Vec<Scope<'a>> = scopes.iter().cloned().chain([inner.clone()]).collect();
        // `class Repo[M](Base[M])`: its bases see its type parameters.
        let outside = if class.type_params.is_some() { within.as_slice() } else { scopes };
        let arguments = class.arguments.as_deref();
        let bases = arguments.map(|all| all.args.iter()).into_iter().flatten();
        let bases = bases.map(|base| match base {
            Expr::Starred(_) => TypeExpr::Unknown,
            base => self.types.annotation(base, outside),
        });
        let own = self.type_parameters(class.type_params.as_deref(), &within);
        let generic =
            (!own.is_empty()).then(|| TypeExpr::Subscript(Box::new(TypeExpr::import("typing", "Generic")), own));
        let keywords = arguments.map(|all| all.keywords.iter()).into_iter().flatten();
        let keywords = keywords.map(|keyword| keyword.arg.as_ref().map_or("**", |arg| arg.as_str()).to_owned());
        let fact = ClassFact {
            span: span(&class.name),
            bases: bases.chain(generic).collect(),
            keywords: keywords.collect(),
            decorators: self.decorators(&class.decorator_list, scopes),
            settings: super::settings::of(class),
            validators: self.validators(class, scopes),
        };
        self.bind(scope.qualify(class.name.as_str()), Binding::Class(Box::new(fact)));
        self.block(&class.body, &within);
    }

    /// Binds the type parameters of the innermost scope; gives their names.
    fn type_parameters(&mut self, all: Option<&'a ast::TypeParams>, scopes: &[Scope<'a>]) -> Vec<TypeExpr> {
        let Some(scope) = scopes.last() else { return Vec::new() };
        let mut names = Vec::new();
        for parameter in all.into_iter().flat_map(|all| all.iter()) {
            let name = scope.parameter(parameter.name().as_str());
            let binding = match parameter {
                ast::TypeParam::TypeVar(ast::TypeParamTypeVar { bound, .. }) => Binding::TypeVar(
                    bound.as_ref().map_or(TypeExpr::Unknown, |bound| self.types.annotation(bound, scopes)),
                ),
                _ => Binding::Opaque,
            };
            self.bind(name.clone(), binding);
            names.push(TypeExpr::Name(Name::Here(name)));
        }
        names
    }

    /// What a function without annotation gives, where every `return` gives something that it constructs.
    fn inferred(
        &self,
        function: &'a ast::StmtFunctionDef,
        body: &Body<'a>,
        scopes: &[Scope<'a>],
        inner: &Scope<'a>,
    ) -> Option<TypeExpr> {
        let made = |expr: &Expr| {
            is_construction(expr) || matches!(expr, Expr::Name(name) if body.made.contains(&name.id.as_str()))
        };
        let all =
            body.returns.iter().all(|value| value.is_none_or(|value| made(value) || value.is_none_literal_expr()));
        let some = body.returns.iter().flatten().any(|value| made(value));
        let class = scopes.last().filter(|scope| matches!(scope.block, Block::Class(_)));
        let in_class = class.is_some();
        if let Some(class) = class.filter(|_| function.returns.is_none() && !body.yields) {
            return self.alternative_constructor(function, body, class, scopes, inner);
        }
        if function.returns.is_some() || body.yields || in_class || !all || !some || body.returns.len() > 4 {
            return None;
        }
        let scopes: Vec<Scope<'a>> = scopes.iter().cloned().chain([inner.clone()]).collect();
        let values =
            body.returns.iter().map(|value| value.map_or(TypeExpr::None, |value| self.types.of(value, &scopes)));
        Some(TypeExpr::union(values.collect())).filter(|value| !value.is_unknown())
    }

    /// `typing.Self`, for a class method of which every `return` gives `cls(...)`, and a method that gives itself back.
    fn alternative_constructor(
        &self,
        function: &'a ast::StmtFunctionDef,
        body: &Body<'a>,
        class: &Scope<'a>,
        scopes: &[Scope<'a>],
        inner: &Scope<'a>,
    ) -> Option<TypeExpr> {
        let kind = receiver(function);
        if kind == Receiver::Static || body.returns.is_empty() || body.returns.len() > 4 {
            return None;
        }
        let named = |value: &Option<&Expr>| value.is_some_and(Expr::is_name_expr);
        if kind == Receiver::Instance && !body.returns.iter().all(named) {
            return None;
        }
        let scopes: Vec<Scope<'a>> = scopes.iter().cloned().chain([inner.clone()]).collect();
        let made = TypeExpr::Name(Name::Here(class.name.clone()));
        let makes = |value: &'a Expr| match self.types.of(value, &scopes) {
            TypeExpr::Call(callee) | TypeExpr::CallWith(callee, _) => kind == Receiver::Class && *callee == made,
            own => kind == Receiver::Instance && own == made.clone().instance(),
        };
        let all = body.returns.iter().all(|value| value.is_some_and(makes));
        all.then(|| TypeExpr::import("typing", "Self"))
    }

    /// Methods under `@validator(...)` and its kin, and names that are bound to `validator(...)(function)`.
    fn validators(&self, class: &'a ast::StmtClassDef, scopes: &[Scope<'a>]) -> Vec<Validator> {
        let mut found = Vec::new();
        let mut add = |name: &str, by: &'a Expr, arguments: Option<&'a ast::Arguments>| {
            const KINDS: &[&str] = &["validator", "root_validator", "field_validator", "model_validator"];
            if !self.types.may_be(by, scopes, KINDS) {
                return;
            }
            let by = self.types.of(by, scopes);
            let Some(kind) = last_name(&by, scopes) else { return };
            let fields = match (kind, arguments) {
                ("validator" | "field_validator", arguments) => {
                    let literal = |arg: &Expr| match arg {
                        Expr::StringLiteral(name) => Some(name.value.to_str().to_owned()),
                        _ => None,
                    };
                    let names = arguments.and_then(|all| all.args.iter().map(literal).collect::<Option<Vec<_>>>());
                    names.unwrap_or_else(|| vec!["*".to_owned()])
                }
                ("root_validator" | "model_validator", _) => Vec::new(),
                _ => return,
            };
            let pre = arguments.is_some_and(|all| says_true(all, "pre"));
            found.push(Validator { by, fields, name: name.to_owned(), pre });
        };
        for stmt in &class.body {
            match stmt {
                Stmt::FunctionDef(function) => {
                    for decorator in &function.decorator_list {
                        match &decorator.expression {
                            Expr::Call(call) => add(&function.name, &call.func, Some(&call.arguments)),
                            other => add(&function.name, other, None),
                        }
                    }
                }
                Stmt::Assign(ast::StmtAssign { value, targets, .. }) => {
                    if let Expr::Call(outer) = &**value {
                        let name = targets.first().and_then(super::dotted).unwrap_or_default();
                        match &*outer.func {
                            Expr::Call(inner) => add(&name, &inner.func, Some(&inner.arguments)),
                            other => add(&name, other, None),
                        }
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The parameters that may decide what a function gives: `def first(rows: List[T]) -> T`.
    fn deciding(&self, function: &'a ast::StmtFunctionDef, scopes: &[Scope<'a>]) -> Vec<Deciding> {
        let mut named = Vec::new();
        function.returns.iter().for_each(|returns| names_in(returns, &mut named));
        if named.is_empty() {
            return Vec::new();
        }
        let all = &function.parameters;
        let positional =
            all.posonlyargs.iter().chain(&all.args).enumerate().map(|(at, one)| (u8::try_from(at).ok(), one));
        let mut found = Vec::new();
        for (at, parameter) in positional.chain(all.kwonlyargs.iter().map(|one| (None, one))) {
            let Some(annotation) = parameter.parameter.annotation.as_deref() else { continue };
            let mut own = Vec::new();
            names_in(annotation, &mut own);
            if own.iter().any(|name| named.contains(name)) {
                let name = parameter.parameter.name.as_str().to_owned();
                found.push(Deciding { name, at, annotation: self.types.annotation(annotation, scopes) });
            }
        }
        found
    }

    fn decorators(&self, list: &'a [ast::Decorator], scopes: &[Scope<'a>]) -> Vec<TypeExpr> {
        list.iter().map(|decorator| self.types.of(&decorator.expression, scopes)).collect()
    }

    fn function(&mut self, function: &'a ast::StmtFunctionDef, scopes: &[Scope<'a>]) {
        let Some(scope) = scopes.last() else { return };
        let inner = scope.child(Block::Function(function));
        if let Some((name, lifetime)) = fixture(function) {
            if name != function.name.as_str() && matches!(scope.block, Block::Module(_)) {
                self.facts.renamed.insert(function.name.as_str().to_owned());
            }
            let wanted = function.parameters.iter_non_variadic_params().filter(|one| one.default.is_none());
            let needs = wanted.map(|one| one.parameter.name.to_string()).filter(|need| need != "self").collect();
            self.facts.fixtures.insert(scope.qualify(&name), FixtureFact { lifetime, needs });
        }
        let class = match scope.block {
            Block::Class(_) if receiver(function) == Receiver::Instance => Some(scope.name.clone()),
            _ => None,
        };
        let first = function.parameters.posonlyargs.iter().chain(&function.parameters.args).next();
        let own = first.map(|parameter| parameter.parameter.name.as_str());
        let mut body = Body::default();
        body.statements(&function.body, own.filter(|_| class.is_some()));
        self.facts.imports_late.extend(body.imports.iter().map(|name| (*name).to_owned()));
        let returns_attribute = match function.body.as_slice() {
            [docs @ .., Stmt::Return(ast::StmtReturn { value: Some(value), .. })]
                if docs.iter().all(|stmt| matches!(stmt, Stmt::Expr(docs) if docs.value.is_string_literal_expr())) =>
            {
                match &**value {
                    Expr::Attribute(attribute) => match &*attribute.value {
                        Expr::Name(name) if Some(name.id.as_str()) == own => Some(attribute.attr.as_str().to_owned()),
                        _ => None,
                    },
                    _ => None,
                }
            }
            _ => None,
        };
        let within: Vec<Scope<'a>> = scopes.iter().cloned().chain([inner.clone()]).collect();
        // `def first[M](one: M) -> M`: its annotations see its type parameters.
        let outside = if function.type_params.is_some() { within.as_slice() } else { scopes };
        self.type_parameters(function.type_params.as_deref(), &within);
        let fact = FunctionFact {
            span: span(&function.name),
            returns: function.returns.as_deref().map(|returns| self.types.annotation(returns, outside)),
            inferred: self.inferred(function, &body, scopes, &inner),
            is_async: function.is_async,
            is_generator: body.yields,
            decorators: self.decorators(&function.decorator_list, scopes),
            takes: takes(&function.parameters),
            deciding: self.deciding(function, outside),
            returns_attribute,
            clock: clock(function, self.types, &within).map(Box::new),
        };
        self.bind(scope.qualify(function.name.as_str()), Binding::Function(Box::new(fact)));
        let scopes = within;
        for name in body.globals {
            self.bind(name.to_owned(), Binding::Opaque);
        }
        if let Some(class) = class {
            for (attribute, annotation, value) in body.assigned {
                let binding = match (annotation, value) {
                    (Some(annotation), _) => Binding::Declared(self.types.annotation(annotation, &scopes).instance()),
                    (None, Some(value)) => Binding::Value(self.types.of(value, &scopes)),
                    (None, None) => Binding::Opaque,
                };
                self.bind(format!("{class}.{attribute}"), binding);
            }
        }
        for stmt in body.nested {
            self.stmt(stmt, &scopes);
        }
    }
}

/// The name of the fixture that a function is made, and how long it lives.
fn fixture(function: &ast::StmtFunctionDef) -> Option<(String, Lifetime)> {
    let decorator = function.decorator_list.iter().find(|decorator| {
        let callee = match &decorator.expression {
            Expr::Call(call) => &call.func,
            other => other,
        };
        super::dotted(callee).is_some_and(|name| name.ends_with("fixture"))
    })?;
    let said = |keyword: &str| match &decorator.expression {
        Expr::Call(call) => call.arguments.find_keyword(keyword).map(|keyword| &keyword.value),
        _ => None,
    };
    let name = match said("name") {
        Some(Expr::StringLiteral(name)) => name.value.to_str().to_owned(),
        _ => function.name.as_str().to_owned(),
    };
    let lifetime = match said("scope") {
        None => Lifetime::Function,
        Some(Expr::StringLiteral(scope)) => Lifetime::of(scope.value.to_str()).unwrap_or(Lifetime::Dynamic),
        Some(_) => Lifetime::Dynamic,
    };
    Some((name, lifetime))
}

/// `TYPE_CHECKING`, `typing.TYPE_CHECKING`.
pub fn is_type_checking(test: &Expr) -> bool {
    super::dotted(test).is_some_and(|path| path.rsplit('.').next() == Some("TYPE_CHECKING"))
}

/// The class that `NewType("Row", User)` is made from.
fn new_type(value: &Expr) -> Option<&Expr> {
    let Expr::Call(call) = value else { return None };
    match (super::dotted(&call.func)?.rsplit('.').next()?, &*call.arguments.args) {
        ("NewType", [_, of]) => Some(of),
        _ => None,
    }
}

/// The names of an annotation that may be type variables.
fn names_in<'a>(annotation: &'a Expr, names: &mut Vec<&'a str>) {
    const COMMON: &[&str] =
        &["Any", "Dict", "Iterable", "Iterator", "List", "Optional", "Sequence", "Set", "Tuple", "Type", "Union"];
    let capital = |name: &str| name.trim_start_matches('_').starts_with(|c: char| c.is_ascii_uppercase());
    match annotation {
        Expr::Name(name) if COMMON.contains(&name.id.as_str()) => {}
        Expr::Name(name) if capital(&name.id) => names.push(name.id.as_str()),
        Expr::Attribute(attribute) if capital(&attribute.attr) => names.push(attribute.attr.as_str()),
        other => children(other, &mut |child| deeper(|| names_in(child, names))),
    }
}

/// How many parameters a function takes behind a leading `cls`.
fn takes(all: &ast::Parameters) -> Option<u8> {
    let names = all.iter_non_variadic_params().map(|parameter| parameter.parameter.name.as_str());
    let count = names.enumerate().filter(|(index, name)| *index > 0 || *name != "cls").count();
    let fixed = all.vararg.is_none() && all.kwarg.is_none();
    u8::try_from(count).ok().filter(|_| fixed)
}

/// A call of something that is written like a class, or of `cls`.
pub fn is_construction(expr: &Expr) -> bool {
    let Expr::Call(call) = expr else { return false };
    let last = match &*call.func {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    is_class_name(last)
}

/// Whether a name is written like that of a class.
pub fn is_class_name(name: &str) -> bool {
    name.trim_start_matches('_').starts_with(|c: char| c.is_ascii_uppercase())
}

fn is_typing(name: &Name, what: &str) -> bool {
    matches!(name, Name::Import { level: 0, module, path }
        if path == what && (module == "typing" || module == "typing_extensions"))
        || matches!(name, Name::Here(here) if here == what)
}
