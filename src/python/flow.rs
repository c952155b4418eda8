//! Which bindings of a local name may reach a use of it: one pass over a block, branches joined, loops closed.
//!
//! Run for blocks that hold a candidate only. It keeps places in the tree; what they mean is for `types`.

use super::ast::{self, Expr, Ranged, Stmt};
use super::walk::{blocks, children, imported, imported_from};
use super::{Block, deeper};
use crate::fact::Name;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// One way a local name may have come to its value.
#[derive(Clone)]
pub enum Def<'a> {
    /// A parameter, with its position; `usize::MAX` for keyword-only and variadic ones.
    Param(&'a ast::Parameter, usize),
    /// `*args`.
    Args(&'a ast::Parameter),
    /// `**kwargs`.
    Kwargs(&'a ast::Parameter),
    /// A value, or the part of it that unpacking takes.
    Assign(&'a Expr, Rc<[u32]>),
    /// `name: annotation`.
    Annotated(&'a Expr),
    /// An item of an iterable, or a part of each.
    Item(&'a Expr, Rc<[u32]>),
    /// What `with value as name` binds.
    Enter(&'a Expr),
    /// `except type as name`.
    Except(&'a Expr),
    /// An import.
    Import(Name),
    /// A class or function statement of this block.
    Statement(&'a str),
    /// Bound to something that says nothing.
    Opaque(u32),
    /// The same value after `isinstance` was found true or false.
    Narrow(Rc<Narrow<'a>>),
}

/// A value that an `isinstance` has looked at.
pub struct Narrow<'a> {
    /// What it was before.
    pub of: Defs<'a>,
    /// The classes.
    pub to: &'a Expr,
    /// What the test said.
    pub is: bool,
}

/// All that may reach a use.
pub type Defs<'a> = Rc<Vec<Def<'a>>>;

type Env<'a> = HashMap<&'a str, Defs<'a>>;

/// What one block does with its own names.
pub struct Flow<'a> {
    /// By the offset of a name that is read: what may reach it.
    pub uses: HashMap<u32, Defs<'a>>,
    /// Every binding of every name that belongs to the block.
    pub locals: HashMap<&'a str, Vec<Def<'a>>>,
    /// Names declared `global` or `nonlocal`.
    pub elsewhere: HashSet<&'a str>,
}

/// Follows the bindings of a block.
pub fn flow<'a>(block: Block<'a>) -> Flow<'a> {
    let body: &'a [Stmt] = match block {
        Block::Module(body) => body,
        Block::Class(class) => &class.body,
        Block::Function(function) => &function.body,
    };
    let mut elsewhere = HashSet::new();
    declared_elsewhere(body, &mut elsewhere);
    let mut walk = Walk {
        flow: Flow { uses: HashMap::new(), locals: HashMap::new(), elsewhere },
        env: Some(Env::new()),
        loops: Vec::new(),
        late: Vec::new(),
        lambdas: 0,
        rebound: HashSet::new(),
    };
    if !matches!(block, Block::Class(_)) {
        rebound_inside(body, matches!(block, Block::Module(_)), &mut walk.rebound);
    }
    if let Block::Function(function) = block {
        walk.parameters(&function.parameters);
    }
    walk.body(body);
    let Walk { mut flow, late, .. } = walk;
    for (offset, name) in late {
        if let Some(defs) = flow.locals.get(name) {
            flow.uses.insert(offset, Rc::new(defs.clone()));
        }
    }
    flow
}

struct Walk<'a> {
    flow: Flow<'a>,
    /// `None` where the code cannot be reached.
    env: Option<Env<'a>>,
    /// Environments at `break`, by loop.
    loops: Vec<Vec<Env<'a>>>,
    /// Reads inside lambdas, which run at another time.
    late: Vec<(u32, &'a str)>,
    lambdas: usize,
    /// Names that a function defined inside binds through `nonlocal` or, in a module, `global`: at any time.
    rebound: HashSet<&'a str>,
}

impl<'a> Walk<'a> {
    fn parameters(&mut self, parameters: &'a ast::Parameters) {
        let positional = parameters.posonlyargs.iter().chain(&parameters.args);
        for (index, parameter) in positional.enumerate() {
            self.bind(parameter.parameter.name.as_str(), Def::Param(&parameter.parameter, index));
        }
        for parameter in &parameters.kwonlyargs {
            self.bind(parameter.parameter.name.as_str(), Def::Param(&parameter.parameter, usize::MAX));
        }
        if let Some(parameter) = &parameters.vararg {
            self.bind(parameter.name.as_str(), Def::Args(parameter));
        }
        if let Some(parameter) = &parameters.kwarg {
            self.bind(parameter.name.as_str(), Def::Kwargs(parameter));
        }
    }

    fn bind(&mut self, name: &'a str, def: Def<'a>) {
        if self.flow.elsewhere.contains(name) {
            return;
        }
        let def = if self.rebound.contains(name) { Def::Opaque(0) } else { def };
        self.flow.locals.entry(name).or_default().push(def.clone());
        if let Some(env) = &mut self.env {
            env.insert(name, Rc::new(vec![def]));
        }
    }

    fn target(&mut self, target: &'a Expr, make: &dyn Fn(Rc<[u32]>) -> Def<'a>, path: &[u32]) {
        match target {
            Expr::Name(name) => self.bind(name.id.as_str(), make(path.into())),
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                let mut exact = true;
                for (index, element) in elts.iter().enumerate() {
                    if let Expr::Starred(starred) = element {
                        exact = false;
                        let offset = starred.start().to_u32();
                        self.target(&starred.value, &|_| Def::Opaque(offset), &[]);
                    } else if exact {
                        let path: Vec<u32> = path.iter().copied().chain([index as u32]).collect();
                        self.target(element, make, &path);
                    } else {
                        let offset = element.start().to_u32();
                        self.target(element, &|_| Def::Opaque(offset), &[]);
                    }
                }
            }
            Expr::Starred(starred) => {
                let offset = starred.start().to_u32();
                self.target(&starred.value, &|_| Def::Opaque(offset), &[]);
            }
            other => self.expr(other),
        }
    }

    fn body(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            deeper(|| self.stmt(stmt));
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Expr(stmt) => self.expr(&stmt.value),
            Stmt::Assign(assign) => {
                self.expr(&assign.value);
                for target in &assign.targets {
                    self.target(target, &|path| Def::Assign(&assign.value, path), &[]);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.expr(value);
                }
                match &*assign.target {
                    Expr::Name(name) => self.bind(name.id.as_str(), Def::Annotated(&assign.annotation)),
                    other => self.expr(other),
                }
            }
            Stmt::AugAssign(assign) => {
                self.expr(&assign.value);
                let offset = assign.start().to_u32();
                self.target(&assign.target, &|_| Def::Opaque(offset), &[]);
            }
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    match target {
                        Expr::Name(name) => self.bind(name.id.as_str(), Def::Opaque(name.start().to_u32())),
                        other => self.expr(other),
                    }
                }
            }
            Stmt::Return(stmt) => {
                self.maybe(stmt.value.as_deref());
                self.env = None;
            }
            Stmt::Raise(stmt) => {
                self.maybe(stmt.exc.as_deref());
                self.maybe(stmt.cause.as_deref());
                self.env = None;
            }
            Stmt::Assert(stmt) => {
                self.expr(&stmt.test);
                let before = self.env.clone();
                self.narrow(&stmt.test, false);
                self.maybe(stmt.msg.as_deref());
                self.env = before;
                self.narrow(&stmt.test, true);
            }
            Stmt::If(stmt) => self.if_stmt(stmt),
            Stmt::While(stmt) => {
                self.close_loop(&stmt.body);
                self.expr(&stmt.test);
                let head = self.env.clone();
                self.narrow(&stmt.test, true);
                self.loops.push(Vec::new());
                self.body(&stmt.body);
                let breaks = self.loops.pop().unwrap_or_default();
                self.env = head;
                self.narrow(&stmt.test, false);
                self.body(&stmt.orelse);
                self.rejoin(breaks);
            }
            Stmt::For(stmt) => {
                self.expr(&stmt.iter);
                self.close_loop(&stmt.body);
                let head = self.env.clone();
                self.target(&stmt.target, &|path| Def::Item(&stmt.iter, path), &[]);
                self.loops.push(Vec::new());
                self.body(&stmt.body);
                let breaks = self.loops.pop().unwrap_or_default();
                self.rejoin(head);
                self.body(&stmt.orelse);
                self.rejoin(breaks);
            }
            Stmt::Break(_) => {
                let env = self.env.take();
                if let (Some(env), Some(breaks)) = (env, self.loops.last_mut()) {
                    breaks.push(env);
                }
            }
            Stmt::Continue(_) => self.env = None,
            Stmt::With(stmt) => {
                for item in &stmt.items {
                    self.expr(&item.context_expr);
                    if let Some(target) = &item.optional_vars {
                        let offset = target.start().to_u32();
                        self.target(
                            target,
                            &|path| if path.is_empty() { Def::Enter(&item.context_expr) } else { Def::Opaque(offset) },
                            &[],
                        );
                    }
                }
                self.body(&stmt.body);
            }
            Stmt::Try(stmt) => self.try_stmt(stmt),
            Stmt::Match(stmt) => {
                self.expr(&stmt.subject);
                let before = self.env.clone();
                let mut ends = Vec::new();
                for case in &stmt.cases {
                    self.env.clone_from(&before);
                    self.pattern(&case.pattern);
                    self.maybe(case.guard.as_deref());
                    self.body(&case.body);
                    ends.extend(self.env.take());
                }
                self.env = before;
                self.rejoin(ends);
            }
            Stmt::FunctionDef(function) => {
                for decorator in &function.decorator_list {
                    self.expr(&decorator.expression);
                }
                for parameter in function.parameters.iter_non_variadic_params() {
                    self.maybe(parameter.default.as_deref());
                }
                self.bind(function.name.as_str(), Def::Statement(function.name.as_str()));
            }
            Stmt::ClassDef(class) => {
                for decorator in &class.decorator_list {
                    self.expr(&decorator.expression);
                }
                if let Some(arguments) = &class.arguments {
                    self.arguments(arguments);
                }
                self.bind(class.name.as_str(), Def::Statement(class.name.as_str()));
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let (bound, name) = imported(alias);
                    self.bind(bound, Def::Import(name));
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    if bound != "*" {
                        self.bind(bound, Def::Import(imported_from(import, alias)));
                    }
                }
            }
            Stmt::TypeAlias(alias) => {
                if let Expr::Name(name) = &*alias.name {
                    self.bind(name.id.as_str(), Def::Assign(&alias.value, Rc::new([])));
                }
            }
            Stmt::Global(_) | Stmt::Nonlocal(_) | Stmt::Pass(_) | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    fn if_stmt(&mut self, stmt: &'a ast::StmtIf) {
        self.expr(&stmt.test);
        let mut rest = self.env.clone();
        self.narrow(&stmt.test, true);
        self.body(&stmt.body);
        let mut ends: Vec<Env<'a>> = self.env.take().into_iter().collect();
        self.env = rest;
        self.narrow(&stmt.test, false);
        for clause in &stmt.elif_else_clauses {
            if let Some(test) = &clause.test {
                self.expr(test);
                rest = self.env.clone();
                self.narrow(test, true);
                self.body(&clause.body);
                ends.extend(self.env.take());
                self.env = rest;
                self.narrow(test, false);
            } else {
                self.body(&clause.body);
                ends.extend(self.env.take());
            }
        }
        self.rejoin(ends);
    }

    fn try_stmt(&mut self, stmt: &'a ast::StmtTry) {
        let before = self.env.clone();
        self.body(&stmt.body);
        let after = self.env.take();
        self.env = before;
        self.close_loop(&stmt.body);
        let failed = self.env.take();
        self.env = after;
        self.body(&stmt.orelse);
        let mut ends: Vec<Env<'a>> = self.env.take().into_iter().collect();
        for handler in &stmt.handlers {
            let ast::ExceptHandler::ExceptHandler(handler) = handler;
            self.env.clone_from(&failed);
            self.maybe(handler.type_.as_deref());
            if let Some(name) = &handler.name {
                let def = match &handler.type_ {
                    Some(type_) => Def::Except(type_),
                    None => Def::Opaque(handler.start().to_u32()),
                };
                self.bind(name.as_str(), def);
            }
            self.body(&handler.body);
            ends.extend(self.env.take());
        }
        let reaches_end = !ends.is_empty();
        if !stmt.finalbody.is_empty() {
            ends.extend(failed);
        }
        self.rejoin(ends);
        self.body(&stmt.finalbody);
        if !reaches_end {
            self.env = None;
        }
    }

    /// Before a body that may run many times, or stop anywhere: each name it binds may already hold any of its bindings.
    fn close_loop(&mut self, body: &'a [Stmt]) {
        let Some(env) = self.env.take() else { return };
        let mut inner = Walk {
            flow: Flow { uses: HashMap::new(), locals: HashMap::new(), elsewhere: self.flow.elsewhere.clone() },
            env: None,
            loops: Vec::new(),
            late: Vec::new(),
            lambdas: 0,
            rebound: self.rebound.clone(),
        };
        inner.bindings(body);
        let mut env = env;
        for (name, defs) in inner.flow.locals {
            let mut all: Vec<Def<'a>> = env.get(name).map(|defs| defs.to_vec()).unwrap_or_default();
            all.extend(defs);
            env.insert(name, Rc::new(all));
        }
        self.env = Some(env);
    }

    /// Collects the bindings of a body without following it: the environment stays unreachable.
    fn bindings(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            deeper(|| {
                self.env = None;
                match stmt {
                    Stmt::If(stmt) => {
                        self.expr(&stmt.test);
                        self.bindings(&stmt.body);
                        for clause in &stmt.elif_else_clauses {
                            self.maybe(clause.test.as_ref());
                            self.bindings(&clause.body);
                        }
                    }
                    Stmt::While(stmt) => {
                        self.expr(&stmt.test);
                        self.bindings(&stmt.body);
                        self.bindings(&stmt.orelse);
                    }
                    Stmt::For(stmt) => {
                        self.expr(&stmt.iter);
                        self.target(&stmt.target, &|path| Def::Item(&stmt.iter, path), &[]);
                        self.bindings(&stmt.body);
                        self.bindings(&stmt.orelse);
                    }
                    Stmt::Try(stmt) => {
                        self.bindings(&stmt.body);
                        for handler in &stmt.handlers {
                            let ast::ExceptHandler::ExceptHandler(handler) = handler;
                            if let Some(name) = &handler.name {
                                self.bind(name.as_str(), Def::Opaque(handler.start().to_u32()));
                            }
                            self.bindings(&handler.body);
                        }
                        self.bindings(&stmt.orelse);
                        self.bindings(&stmt.finalbody);
                    }
                    other => self.stmt(other),
                }
            });
        }
    }

    fn rejoin(&mut self, ends: impl IntoIterator<Item = Env<'a>>) {
        for end in ends {
            self.env = Some(match self.env.take() {
                None => end,
                Some(env) => join(env, end),
            });
        }
    }

    fn pattern(&mut self, pattern: &'a ast::Pattern) {
        let offset = pattern.start().to_u32();
        match pattern {
            ast::Pattern::MatchValue(value) => self.expr(&value.value),
            ast::Pattern::MatchSingleton(_) => {}
            ast::Pattern::MatchSequence(sequence) => sequence.patterns.iter().for_each(|p| self.pattern(p)),
            ast::Pattern::MatchMapping(mapping) => {
                mapping.patterns.iter().for_each(|p| self.pattern(p));
                if let Some(rest) = &mapping.rest {
                    self.bind(rest.as_str(), Def::Opaque(offset));
                }
            }
            ast::Pattern::MatchClass(class) => {
                self.expr(&class.cls);
                class.arguments.patterns.iter().for_each(|p| self.pattern(p));
                class.arguments.keywords.iter().for_each(|k| self.pattern(&k.pattern));
            }
            ast::Pattern::MatchStar(star) => {
                if let Some(name) = &star.name {
                    self.bind(name.as_str(), Def::Opaque(offset));
                }
            }
            ast::Pattern::MatchAs(as_) => {
                if let Some(pattern) = &as_.pattern {
                    self.pattern(pattern);
                }
                if let Some(name) = &as_.name {
                    let def = match as_.pattern.as_deref() {
                        Some(ast::Pattern::MatchClass(class)) => Def::Except(&class.cls),
                        _ => Def::Opaque(offset),
                    };
                    self.bind(name.as_str(), def);
                }
            }
            ast::Pattern::MatchOr(or) => or.patterns.iter().for_each(|p| self.pattern(p)),
        }
    }

    fn maybe(&mut self, expr: Option<&'a Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn arguments(&mut self, arguments: &'a ast::Arguments) {
        arguments.args.iter().for_each(|arg| self.expr(arg));
        arguments.keywords.iter().for_each(|keyword| self.expr(&keyword.value));
    }

    fn expr(&mut self, expr: &'a Expr) {
        deeper(|| self.expr_inner(expr));
    }

    fn expr_inner(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => self.read(name),
            Expr::Named(named) => {
                self.expr(&named.value);
                self.target(&named.target, &|path| Def::Assign(&named.value, path), &[]);
            }
            Expr::BoolOp(op) => {
                let truth = op.op == ast::BoolOp::And;
                let mut ends = Vec::new();
                for value in &op.values {
                    self.expr(value);
                    ends.extend(self.env.clone());
                    self.narrow(value, truth);
                }
                self.env = None;
                self.rejoin(ends);
            }
            Expr::If(if_) => {
                self.expr(&if_.test);
                let before = self.env.clone();
                self.narrow(&if_.test, true);
                self.expr(&if_.body);
                self.env.clone_from(&before);
                self.narrow(&if_.test, false);
                self.expr(&if_.orelse);
                self.env = before;
            }
            Expr::Lambda(lambda) => {
                let before = self.env.clone();
                if let Some(parameters) = &lambda.parameters {
                    for parameter in parameters.iter_non_variadic_params() {
                        self.maybe(parameter.default.as_deref());
                    }
                    self.hide(parameters.iter().map(|p| (p.name().as_str(), p.name().start().to_u32())));
                }
                self.lambdas += 1;
                self.expr(&lambda.body);
                self.lambdas -= 1;
                self.env = before;
            }
            Expr::ListComp(comp) => self.comprehension(&comp.generators, &[&comp.elt]),
            Expr::SetComp(comp) => self.comprehension(&comp.generators, &[&comp.elt]),
            Expr::Generator(comp) => self.comprehension(&comp.generators, &[&comp.elt]),
            Expr::DictComp(comp) => match &comp.key {
                Some(key) => self.comprehension(&comp.generators, &[key, &comp.value]),
                None => self.comprehension(&comp.generators, &[&comp.value]),
            },
            Expr::Attribute(attribute) => self.expr(&attribute.value),
            Expr::Call(call) => {
                self.expr(&call.func);
                self.arguments(&call.arguments);
            }
            other => children(other, &mut |child| self.expr(child)),
        }
    }

    fn read(&mut self, name: &'a ast::ExprName) {
        let id = name.id.as_str();
        let offset = name.start().to_u32();
        let reaches = self.env.as_ref().and_then(|env| env.get(id)).cloned();
        let hidden = matches!(reaches.as_deref().map(Vec::as_slice), Some([Def::Opaque(_)]));
        if self.lambdas > 0 && !hidden {
            self.late.push((offset, id));
        } else if let Some(defs) = reaches {
            self.flow.uses.insert(offset, defs);
        }
    }

    /// Names that mean something else for a while, without being bound in the block.
    fn hide(&mut self, names: impl Iterator<Item = (&'a str, u32)>) {
        let Some(env) = &mut self.env else { return };
        for (name, offset) in names {
            env.insert(name, Rc::new(vec![Def::Opaque(offset)]));
        }
    }

    fn comprehension(&mut self, generators: &'a [ast::Comprehension], results: &[&'a Expr]) {
        let Some(first) = generators.first() else { return };
        self.expr(&first.iter);
        let before = self.env.clone();
        for (index, generator) in generators.iter().enumerate() {
            if index > 0 {
                self.expr(&generator.iter);
            }
            let mut bound = Vec::new();
            targets(&generator.target, &mut Vec::new(), &mut bound);
            if let Some(env) = &mut self.env {
                for (name, path) in bound {
                    let def = match path {
                        Some(path) => Def::Item(&generator.iter, path.into()),
                        None => Def::Opaque(generator.start().to_u32()),
                    };
                    env.insert(name, Rc::new(vec![def]));
                }
            }
            for test in &generator.ifs {
                self.expr(test);
                self.narrow(test, true);
            }
        }
        for result in results {
            self.expr(result);
        }
        self.env = before;
    }

    /// Takes what `test` says of local names into the environment, where it was found to be `truth`.
    fn narrow(&mut self, test: &'a Expr, truth: bool) {
        match test {
            Expr::UnaryOp(unary) if unary.op == ast::UnaryOp::Not => deeper(|| self.narrow(&unary.operand, !truth)),
            Expr::BoolOp(op) if (op.op == ast::BoolOp::And) == truth => {
                op.values.iter().for_each(|value| deeper(|| self.narrow(value, truth)));
            }
            Expr::Call(call) => {
                let Expr::Name(function) = &*call.func else { return };
                let [Expr::Name(name), to] = &*call.arguments.args else { return };
                if function.id.as_str() != "isinstance" {
                    return;
                }
                let Some(env) = &mut self.env else { return };
                let Some(of) = env.get(name.id.as_str()).cloned() else { return };
                let narrow = Def::Narrow(Rc::new(Narrow { of, to, is: truth }));
                env.insert(name.id.as_str(), Rc::new(vec![narrow]));
            }
            _ => {}
        }
    }
}

type Bound<'a> = (&'a str, Option<Vec<u32>>);

fn targets<'a>(target: &'a Expr, path: &mut Vec<u32>, out: &mut Vec<Bound<'a>>) {
    match target {
        Expr::Name(name) => out.push((name.id.as_str(), Some(path.clone()))),
        Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
            for (index, element) in elts.iter().enumerate() {
                path.push(index as u32);
                targets(element, path, out);
                path.pop();
            }
        }
        Expr::Starred(starred) => {
            if let Expr::Name(name) = &*starred.value {
                out.push((name.id.as_str(), None));
            }
        }
        _ => {}
    }
}

fn join<'a>(mut one: Env<'a>, other: Env<'a>) -> Env<'a> {
    for (name, defs) in other {
        match one.get(name) {
            Some(known) if Rc::ptr_eq(known, &defs) => {}
            Some(known) => {
                let mut all = known.to_vec();
                let fresh = defs.iter().filter(|def| !known.iter().any(|k| same(k, def)));
                all.extend(fresh.cloned());
                one.insert(name, Rc::new(all));
            }
            None => {
                one.insert(name, defs);
            }
        }
    }
    one
}

fn same(one: &Def, other: &Def) -> bool {
    match (one, other) {
        (Def::Assign(a, x), Def::Assign(b, y)) | (Def::Item(a, x), Def::Item(b, y)) => std::ptr::eq(*a, *b) && x == y,
        (Def::Param(a, _), Def::Param(b, _)) => std::ptr::eq(*a, *b),
        (Def::Annotated(a), Def::Annotated(b)) | (Def::Enter(a), Def::Enter(b)) => std::ptr::eq(*a, *b),
        (Def::Import(a), Def::Import(b)) => a == b,
        (Def::Statement(a), Def::Statement(b)) => a == b,
        (Def::Opaque(a), Def::Opaque(b)) => a == b,
        (Def::Narrow(a), Def::Narrow(b)) => Rc::ptr_eq(a, b),
        _ => false,
    }
}

fn declared_elsewhere<'a>(body: &'a [Stmt], names: &mut HashSet<&'a str>) {
    for stmt in body {
        match stmt {
            Stmt::Global(global) => names.extend(global.names.iter().map(|name| name.as_str())),
            Stmt::Nonlocal(nonlocal) => names.extend(nonlocal.names.iter().map(|name| name.as_str())),
            other => deeper(|| blocks(other, &mut |inner| declared_elsewhere(inner, names))),
        }
    }
}

/// Names of this block that a function defined inside declares `nonlocal`, or `global`.
fn rebound_inside<'a>(body: &'a [Stmt], module: bool, names: &mut HashSet<&'a str>) {
    for stmt in body {
        let inner = match stmt {
            Stmt::FunctionDef(function) => &function.body,
            Stmt::ClassDef(class) => &class.body,
            other => {
                deeper(|| blocks(other, &mut |inner| rebound_inside(inner, module, names)));
                continue;
            }
        };
        deeper(|| {
            declared(inner, module, names);
            rebound_inside(inner, module, names);
        });
    }
}

fn declared<'a>(body: &'a [Stmt], module: bool, names: &mut HashSet<&'a str>) {
    for stmt in body {
        match stmt {
            Stmt::Global(global) if module => names.extend(global.names.iter().map(|name| name.as_str())),
            Stmt::Nonlocal(nonlocal) if !module => names.extend(nonlocal.names.iter().map(|name| name.as_str())),
            other => deeper(|| blocks(other, &mut |inner| declared(inner, module, names))),
        }
    }
}
