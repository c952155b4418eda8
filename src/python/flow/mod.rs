//! Which bindings of a local name may reach a use of it: one pass over a block, branches joined, loops closed.
//!
//! Run for blocks that hold a candidate only. It keeps places in the tree; what they mean is for `types`.

mod elsewhere;
mod expressions;
mod loops;

use super::ast::{self, Expr, Ranged, Stmt};
use super::walk::{belies, imported, imported_from};
use super::{Block, deeper};
use crate::fact::Name;
use elsewhere::{declared_elsewhere, rebound_inside};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::hash_map::Entry;
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
    /// What a builtin of this name hands to its function: an item of the iterable.
    Each(&'a str, &'a Expr),
    /// What `with value as name` binds.
    Enter(&'a Expr),
    /// `except type as name`.
    Except(&'a Expr),
    /// An import.
    Import(Name),
    /// A class or function statement of this block.
    Statement(&'a str),
    /// The starred target of an assignment: a list of some of the items.
    Rest(&'a Expr),
    /// Bound to something that says nothing.
    Opaque(u32),
    /// The same value after `isinstance` was found true or false.
    Narrow(Rc<Narrow<'a>>),
}

/// A value that an `isinstance` or `issubclass` has looked at.
pub struct Narrow<'a> {
    /// It was `issubclass`: the value is a class.
    pub class: bool,
    /// What it was before.
    pub of: Defs<'a>,
    /// The classes.
    pub to: &'a Expr,
    /// What the test said.
    pub is: bool,
}

/// All that may reach a use.
pub type Defs<'a> = Rc<Vec<Def<'a>>>;

type Env<'a> = FxHashMap<&'a str, Defs<'a>>;

/// What one block does with its own names.
pub struct Flow<'a> {
    /// By the offset of a name that is read: what may reach it.
    pub uses: FxHashMap<u32, Defs<'a>>,
    /// Every binding of every name that belongs to the block.
    pub locals: FxHashMap<&'a str, Defs<'a>>,
    /// Names declared `global` or `nonlocal`.
    pub elsewhere: FxHashSet<&'a str>,
    /// Offsets of names in a class body that do not see its names: lambdas and comprehensions look past it.
    pub outside: FxHashSet<u32>,
}

/// Follows the bindings of a block; `declares` says whether the file has `global` or `nonlocal` anywhere.
pub fn flow<'a>(block: Block<'a>, declares: bool) -> Flow<'a> {
    let body: &'a [Stmt] = match block {
        Block::Module(body) => body,
        Block::Class(class) => &class.body,
        Block::Function(function) => &function.body,
    };
    let mut elsewhere = FxHashSet::default();
    if declares {
        declared_elsewhere(body, &mut elsewhere);
    }
    let mut walk = Walk {
        flow: Flow {
            uses: FxHashMap::default(),
            locals: FxHashMap::default(),
            elsewhere,
            outside: FxHashSet::default(),
        },
        in_class: matches!(block, Block::Class(_)),
        comprehensions: 0,
        env: Some(Env::default()),
        loops: Vec::new(),
        late: Vec::new(),
        lambdas: 0,
        inner: Vec::new(),
        walruses: Vec::new(),
        rebound: FxHashSet::default(),
    };
    if declares && !matches!(block, Block::Class(_)) {
        rebound_inside(body, matches!(block, Block::Module(_)), &mut walk.rebound);
    }
    if let Block::Function(function) = block {
        walk.parameters(&function.parameters);
    }
    walk.body(body);
    let Walk { mut flow, late, .. } = walk;
    for (offset, name) in late {
        if let Some(defs) = flow.locals.get(name) {
            flow.uses.insert(offset, Rc::clone(defs));
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
    /// The block is a class body.
    in_class: bool,
    /// How many comprehensions stand around the place, but for the iterable of the first.
    comprehensions: usize,
    /// Names that lambdas and comprehensions bind around the place, for themselves.
    inner: Vec<&'a str>,
    /// Bindings by walruses, in order.
    walruses: Vec<(&'a str, Def<'a>)>,
    /// Names that a function defined inside binds through `nonlocal` or, in a module, `global`: at any time.
    rebound: FxHashSet<&'a str>,
}

impl<'a> Walk<'a> {
    fn parameters(&mut self, parameters: &'a ast::Parameters) {
        let positional = parameters.posonlyargs.iter().chain(&parameters.args);
        let keywords = parameters.kwonlyargs.iter().map(|parameter| (usize::MAX, parameter));
        for (index, parameter) in positional.enumerate().chain(keywords) {
            let (annotation, default) = (parameter.annotation(), parameter.default.as_deref());
            let def = match annotation.zip(default) {
                Some((annotation, default)) if belies(annotation, default) => Def::Opaque(default.start().to_u32()),
                _ => Def::Param(&parameter.parameter, index),
            };
            self.bind(parameter.parameter.name.as_str(), def);
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
        let defs = Rc::new(vec![def]);
        match self.flow.locals.entry(name) {
            // Most names are bound once: both keep the same.
            Entry::Vacant(first) => _ = first.insert(Rc::clone(&defs)),
            Entry::Occupied(mut all) => Rc::make_mut(all.get_mut()).extend_from_slice(&defs),
        }
        if let Some(env) = &mut self.env {
            env.insert(name, defs);
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

    /// `match order: case Order():` says what the subject is.
    fn matched(&mut self, subject: &'a Expr, pattern: &'a ast::Pattern) {
        let (Expr::Name(name), ast::Pattern::MatchClass(class)) = (subject, pattern) else { return };
        let Some(env) = &mut self.env else { return };
        let Some(of) = env.get(name.id.as_str()).cloned() else { return };
        let narrow = Def::Narrow(Rc::new(Narrow { class: false, of, to: &class.cls, is: true }));
        env.insert(name.id.as_str(), Rc::new(vec![narrow]));
    }

    /// `first, *others = orders`
    fn rest(&mut self, target: &'a Expr, value: &'a Expr) {
        let (Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. })) = target else {
            return;
        };
        let starred = elts.iter().find_map(Expr::as_starred_expr);
        if let Some(Expr::Name(name)) = starred.map(|starred| &*starred.value) {
            self.bind(name.id.as_str(), Def::Rest(value));
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
                    self.rest(target, &assign.value);
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
                    self.matched(&stmt.subject, &case.pattern);
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
}
