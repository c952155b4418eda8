//! What a module binds once it is imported, as far as pytest looks: functions, classes, fixtures, marks.
//!
//! A pure function of the text. Where a condition cannot be told both branches bind.

use super::ids::{self, Constants, Value};
use super::items::PLACEHOLDER;
use crate::python::ast::{self, Expr, Ranged, Stmt};
use crate::python::{Tree, dotted};
use crate::text::Lines;
use rustc_hash::FxHashMap;

/// What runs the tests, as far as conditions ask.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The version of Python.
    pub python: (u32, u32),
}

/// A module.
#[derive(Debug, Default)]
pub struct Outline {
    /// What each name is bound to, last binding first come.
    pub names: Names,
    /// Modules that are imported with `*`, and how far up each starts.
    pub stars: Vec<(u32, String)>,
    /// What every test in it has.
    pub marks: Marks,
    /// `__test__`, where it is said.
    pub test: Option<bool>,
    /// It skips itself whatever happens.
    pub skips: bool,
    /// It makes parameters or items by a hook of its own: names of those hooks.
    pub hooks: Vec<String>,
    /// `collect_ignore` and `collect_ignore_glob`.
    pub ignores: Vec<Ignored>,
    /// Names of the module that are true or false where the tests run.
    pub flags: FxHashMap<String, bool>,
    /// Functions and classes that a later one of the same name hides: name, line, line of the later.
    pub hidden: Vec<(String, u32, u32)>,
    /// Functions inside of functions that are named as tests: name and line.
    pub nested: Vec<(String, u32)>,
}

/// What a conftest leaves out.
#[derive(Debug, Clone)]
pub struct Ignored {
    /// A path from the conftest, or a pattern.
    pub path: String,
    /// Whether it is a pattern.
    pub is_glob: bool,
    /// Names that have to be true, or false.
    pub when: Vec<(String, bool)>,
}

/// Bindings in the order of their first line.
#[derive(Debug, Default)]
pub struct Names {
    order: Vec<String>,
    by_name: FxHashMap<String, Bound>,
}

impl Names {
    /// What a name is bound to in the end.
    pub fn get(&self, name: &str) -> Option<&Bound> {
        self.by_name.get(name)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Bound)> {
        self.order.iter().filter_map(|name| Some((name.as_str(), self.by_name.get(name)?)))
    }

    fn bind(&mut self, name: &str, bound: Bound) -> Option<Bound> {
        let old = self.by_name.insert(name.to_owned(), bound);
        if old.is_none() {
            self.order.push(name.to_owned());
        }
        old
    }

    fn unbind(&mut self, name: &str) {
        self.by_name.remove(name);
        self.order.retain(|other| other != name);
    }
}

/// What a name stands for.
#[derive(Debug)]
pub enum Bound {
    /// A function of the module or class.
    Function(Function),
    /// A class.
    Class(Class),
    /// A name of another module; the module itself where `name` is empty.
    Import {
        /// Dots in front.
        level: u32,
        /// Dotted module.
        module: String,
        /// The name in it.
        name: String,
    },
    /// Another name of the same module.
    Alias(String),
    /// Something else.
    Other,
}

/// A function.
#[derive(Debug)]
pub struct Function {
    /// 1-based line of its `def`.
    pub line: u32,
    /// Parameters that pytest would fill in: no defaults, nothing that `patch` gives.
    pub arguments: Vec<String>,
    /// What is on it.
    pub marks: Marks,
    /// It is a fixture.
    pub fixture: Option<Fixture>,
    /// A property, which is no function.
    pub is_property: bool,
    /// Takes no instance in a class.
    pub is_static: bool,
    /// A decorator of the project's own gives it parameters.
    pub is_computed: bool,
    /// It makes decorators that give parameters.
    parametrizes: bool,
}

/// A fixture.
#[derive(Debug)]
pub struct Fixture {
    /// Another name than the function's.
    pub name: Option<String>,
    /// Used by every test around.
    pub autouse: bool,
    /// One test for each; the ids, where they are known. `None`: it has none.
    pub params: Option<Ids>,
}

/// The ids of parameters; outside none where not even their number is known.
pub type Ids = Option<Vec<Option<String>>>;

/// What marks say.
#[derive(Debug, Default, Clone)]
pub struct Marks {
    /// Names of all marks.
    pub names: Vec<String>,
    /// Fixtures that are used beside the arguments.
    pub uses: Vec<String>,
    /// Parameters, the nearest first: their names, and the ids.
    pub parametrized: Vec<(Vec<String>, Ids)>,
}

/// A class.
#[derive(Debug)]
pub struct Class {
    /// 1-based line.
    pub line: u32,
    /// The bases, dotted.
    pub bases: Vec<String>,
    /// What is in it.
    pub names: Names,
    /// What every test in it has.
    pub marks: Marks,
    /// `__test__`, where it is said.
    pub test: Option<bool>,
    /// Makes an `__init__` of its own: a dataclass.
    pub is_dataclass: bool,
}

/// Reads a module.
pub fn outline<'a>(tree: &'a Tree, text: &'a str, target: Target) -> Outline {
    let lines = Lines::new(text);
    let mut constants = Constants::default();
    let mut twice: Vec<&str> = Vec::new();
    for stmt in tree.body() {
        let (target, value) = match stmt {
            Stmt::Assign(assign) if assign.targets.len() == 1 => (&assign.targets[0], Some(&*assign.value)),
            Stmt::AnnAssign(assign) => (&*assign.target, assign.value.as_deref()),
            Stmt::AugAssign(assign) => (&*assign.target, None),
            _ => continue,
        };
        if let Expr::Name(name) = target {
            match value {
                Some(value) if !constants.contains_key(name.id.as_str()) => drop(constants.insert(&name.id, value)),
                _ => twice.push(&name.id),
            }
        }
    }
    constants.retain(|name, _| !twice.contains(name));
    let mut reader = Reader { text, lines, constants, target, outline: Outline::default(), when: Vec::new() };
    let flags = reader.constants.iter().filter_map(|(name, value)| Some(((*name).to_owned(), reader.holds(value)?)));
    reader.outline.flags = flags.collect();
    let mut scope = Scope::default();
    reader.body(tree.body(), &mut scope, false);
    let skips = tree.body().iter().any(skips);
    Outline { names: scope.names, marks: scope.marks, test: scope.test, hidden: scope.hidden, skips, ..reader.outline }
}

#[derive(Default)]
struct Scope {
    names: Names,
    marks: Marks,
    test: Option<bool>,
    hidden: Vec<(String, u32, u32)>,
}

struct Reader<'a> {
    text: &'a str,
    lines: Lines,
    constants: Constants<'a>,
    target: Target,
    outline: Outline,
    /// The conditions around, as far as they are names.
    when: Vec<(String, bool)>,
}

impl<'a> Reader<'a> {
    fn body(&mut self, body: &'a [Stmt], scope: &mut Scope, maybe: bool) {
        for stmt in body {
            crate::python::deeper(|| self.stmt(stmt, scope, maybe));
        }
    }

    fn bind(&self, scope: &mut Scope, name: &str, bound: Bound, maybe: bool) {
        if maybe && matches!(bound, Bound::Other) && scope.names.get(name).is_some() {
            return;
        }
        let line = |bound: &Bound| match bound {
            Bound::Function(function) if function.fixture.is_none() => Some(function.line),
            Bound::Class(class) => Some(class.line),
            _ => None,
        };
        let new = line(&bound);
        if let (Some(old), Some(new)) = (scope.names.bind(name, bound).as_ref().and_then(line), new)
            && !maybe
        {
            scope.hidden.push((name.to_owned(), old, new));
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt, scope: &mut Scope, maybe: bool) {
        match stmt {
            Stmt::FunctionDef(function) => {
                let name = function.name.as_str();
                if name.starts_with("pytest_") {
                    self.outline.hooks.push(name.to_owned());
                }
                let inside = function.body.iter().map(|stmt| crate::python::span(stmt).start as usize).min();
                let end = crate::python::span(function).end as usize;
                self.nested(inside.and_then(|start| self.text.get(start..end)).unwrap_or(""), &function.body);
                let overload = function.decorator_list.iter().any(|decorator| {
                    let path = dotted(&decorator.expression).unwrap_or_default();
                    path.ends_with(".setter") || path.ends_with(".deleter") || path.ends_with("overload")
                });
                if !overload {
                    let bound = Bound::Function(self.function(function, scope));
                    self.bind(scope, name, bound, maybe);
                }
            }
            Stmt::ClassDef(class) => {
                let bound = Bound::Class(self.class(class));
                self.bind(scope, class.name.as_str(), bound, maybe);
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let module = alias.name.as_str();
                    let (local, module) = match &alias.asname {
                        Some(name) => (name.as_str(), module),
                        None => {
                            (module.split('.').next().unwrap_or(module), module.split('.').next().unwrap_or(module))
                        }
                    };
                    let bound = Bound::Import { level: 0, module: module.to_owned(), name: String::new() };
                    self.bind(scope, local, bound, maybe);
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map(|module| module.as_str()).unwrap_or_default();
                for alias in &import.names {
                    if alias.name.as_str() == "*" {
                        self.outline.stars.push((import.level, module.to_owned()));
                        continue;
                    }
                    let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    let (level, module, name) = (import.level, module.to_owned(), alias.name.to_string());
                    self.bind(scope, local, Bound::Import { level, module, name }, maybe);
                }
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.assign(target, &assign.value, scope, maybe);
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.assign(&assign.target, value, scope, maybe);
                }
            }
            Stmt::AugAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.ignored(name.id.as_str(), &assign.value);
                }
            }
            Stmt::Expr(stmt) => self.extended(&stmt.value),
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    if let Expr::Name(name) = target
                        && !maybe
                    {
                        scope.names.unbind(&name.id);
                    }
                }
            }
            Stmt::If(branch) => {
                let known = self.holds(&branch.test);
                if known != Some(false) {
                    let name = known.is_none().then(|| flag(&branch.test)).flatten();
                    let named = usize::from(name.is_some());
                    self.when.extend(name);
                    self.body(&branch.body, scope, maybe || known.is_none());
                    self.when.truncate(self.when.len() - named);
                }
                let mut open = known != Some(true);
                for clause in branch.elif_else_clauses.iter() {
                    if !open {
                        break;
                    }
                    let known = clause.test.as_ref().map_or(Some(true), |test| self.holds(test));
                    if known != Some(false) {
                        self.body(&clause.body, scope, true);
                    }
                    open = known != Some(true);
                }
            }
            Stmt::Try(stmt) => {
                self.body(&stmt.body, scope, maybe);
                for handler in &stmt.handlers {
                    let ast::ExceptHandler::ExceptHandler(handler) = handler;
                    // What it binds is what the body would have.
                    let mut other = Scope::default();
                    self.body(&handler.body, &mut other, true);
                    for name in other.names.order {
                        if scope.names.get(&name).is_none()
                            && let Some(bound) = other.names.by_name.remove(&name)
                        {
                            scope.names.bind(&name, bound);
                        }
                    }
                }
                self.body(&stmt.orelse, scope, maybe);
                self.body(&stmt.finalbody, scope, maybe);
            }
            Stmt::With(stmt) => self.body(&stmt.body, scope, maybe),
            Stmt::For(stmt) => self.body(&stmt.body, scope, true),
            Stmt::While(stmt) => self.body(&stmt.body, scope, true),
            _ => {}
        }
    }

    fn assign(&mut self, target: &Expr, value: &'a Expr, scope: &mut Scope, maybe: bool) {
        let Expr::Name(name) = target else {
            if let Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) = target {
                for one in elts {
                    if let Expr::Name(name) = one {
                        self.bind(scope, &name.id, Bound::Other, maybe);
                    }
                }
            }
            return;
        };
        match name.id.as_str() {
            "__test__" => {
                if let Expr::BooleanLiteral(literal) = value {
                    scope.test = Some(literal.value);
                }
            }
            "pytestmark" => {
                let all: Vec<&'a Expr> = match value {
                    Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                        elts.iter().collect()
                    }
                    one => vec![one],
                };
                all.into_iter().for_each(|mark| self.mark(mark, &mut scope.marks));
            }
            name => {
                self.ignored(name, value);
                let bound = match value {
                    Expr::Name(other) => Bound::Alias(other.id.to_string()),
                    _ => Bound::Other,
                };
                self.bind(scope, name, bound, maybe);
            }
        }
    }

    /// `collect_ignore = [...]` in a conftest, and what is added to it.
    fn ignored(&mut self, name: &str, value: &Expr) {
        if !matches!(name, "collect_ignore" | "collect_ignore_glob") {
            return;
        }
        let (Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. })) = value else { return };
        for one in elts.iter().filter_map(|one| one.as_string_literal_expr()) {
            self.leave_out(name, one.value.to_str());
        }
    }

    fn leave_out(&mut self, name: &str, path: &str) {
        let is_glob = name == "collect_ignore_glob";
        self.outline.ignores.push(Ignored { path: path.to_owned(), is_glob, when: self.when.clone() });
    }

    /// `collect_ignore.append("x.py")`, `collect_ignore.extend([...])`.
    fn extended(&mut self, value: &Expr) {
        let Expr::Call(call) = value else { return };
        let path = dotted(&call.func).unwrap_or_default();
        let Some((name, method)) = path.split_once('.') else { return };
        match (method, call.arguments.args.first()) {
            ("extend", Some(list)) => self.ignored(name, list),
            ("append", Some(Expr::StringLiteral(one))) if name.starts_with("collect_ignore") => {
                self.leave_out(name, one.value.to_str());
            }
            _ => {}
        }
    }

    fn nested(&mut self, outer: &str, body: &'a [Stmt]) {
        for stmt in body {
            match stmt {
                // One that is called or handed on is no lost test.
                Stmt::FunctionDef(function)
                    if function.name.starts_with("test_")
                        && function.decorator_list.is_empty()
                        && outer.matches(function.name.as_str()).count() == 1 =>
                {
                    self.outline.nested.push((function.name.to_string(), self.line(function)));
                }
                _ => {}
            }
        }
    }

    fn line(&self, function: &ast::StmtFunctionDef) -> u32 {
        self.lines.line(function.name.start().to_u32())
    }

    fn class(&mut self, class: &'a ast::StmtClassDef) -> Class {
        let mut scope = Scope::default();
        self.body(&class.body, &mut scope, false);
        let bases = class.arguments.iter().flat_map(|arguments| &arguments.args);
        let bases = bases.map(|base| match base {
            Expr::Subscript(subscript) => dotted(&subscript.value).unwrap_or_default(),
            base => dotted(base).unwrap_or_default(),
        });
        let bases = bases.collect();
        let mut marks = Marks::default();
        class.decorator_list.iter().rev().for_each(|decorator| self.mark(&decorator.expression, &mut marks));
        marks.names.extend(scope.marks.names);
        marks.uses.extend(scope.marks.uses);
        marks.parametrized.extend(scope.marks.parametrized);
        let is_dataclass = class.decorator_list.iter().any(|decorator| {
            let path = dotted(callee(&decorator.expression)).unwrap_or_default();
            let last = path.rsplit('.').next().unwrap_or_default();
            last.ends_with("dataclass")
                || matches!(path.as_str(), "attr.s" | "attrs" | "define" | "frozen" | "attr.define")
        });
        let names = class.name.as_str();
        self.outline
            .hidden
            .extend(scope.hidden.into_iter().map(|(name, old, new)| (format!("{names}::{name}"), old, new)));
        Class {
            line: self.lines.line(class.name.start().to_u32()),
            bases,
            names: scope.names,
            marks,
            test: scope.test,
            is_dataclass,
        }
    }

    fn function(&mut self, function: &'a ast::StmtFunctionDef, scope: &Scope) -> Function {
        let mut found = Function {
            line: self.line(function),
            arguments: Vec::new(),
            marks: Marks::default(),
            fixture: None,
            is_property: false,
            is_static: false,
            is_computed: false,
            parametrizes: self.text[function.range().start().to_usize()..function.range().end().to_usize()]
                .contains("parametrize"),
        };
        let (mut patched, mut drawn) = (0, None);
        for decorator in function.decorator_list.iter().rev() {
            let expression = &decorator.expression;
            let path = dotted(callee(expression)).unwrap_or_default();
            let last = path.rsplit('.').next().unwrap_or_default();
            match last {
                "fixture" | "yield_fixture" => found.fixture = Some(self.fixture(expression)),
                "property" | "cached_property" => found.is_property = true,
                "staticmethod" => found.is_static = true,
                "patch" => patched += usize::from(gives(expression, 1)),
                "object" if path.ends_with("patch.object") => patched += usize::from(gives(expression, 2)),
                "given" => drawn = Some(expression),
                _ => {
                    found.is_computed |= matches!(
                        scope.names.get(&path),
                        Some(Bound::Function(other)) if other.parametrizes
                    );
                    self.mark(expression, &mut found.marks);
                }
            }
        }
        let parameters = &function.parameters;
        let needed = parameters.posonlyargs.iter().chain(&parameters.args).filter(|one| one.default.is_none());
        let keyword = parameters.kwonlyargs.iter().filter(|one| one.default.is_none());
        let names = needed.chain(keyword).map(|one| one.parameter.name.to_string());
        found.arguments = names.collect();
        // Mocks come first, behind the instance.
        let start = usize::from(found.arguments.first().is_some_and(|first| matches!(first.as_str(), "self" | "cls")));
        let end = (start + patched).min(found.arguments.len());
        found.arguments.drain(start..end);
        // Hypothesis fills in what it is given by name, and the last ones.
        if let Some(Expr::Call(call)) = drawn {
            let by_name = |name: &String| call.arguments.find_keyword(name).is_some();
            found.arguments.retain(|name| !by_name(name));
            found.arguments.truncate(found.arguments.len().saturating_sub(call.arguments.args.len()));
        }
        found
    }

    fn fixture(&self, expression: &'a Expr) -> Fixture {
        let Expr::Call(call) = expression else { return Fixture { name: None, autouse: false, params: None } };
        let keyword = |name: &str| call.arguments.find_keyword(name).map(|keyword| &keyword.value);
        let name = keyword("name").and_then(|value| value.as_string_literal_expr()).map(|name| name.value.to_string());
        let autouse =
            keyword("autouse").is_some_and(|value| !matches!(value, Expr::BooleanLiteral(literal) if !literal.value));
        let params = keyword("params").filter(|value| !value.is_none_literal_expr());
        let shown = name.clone().unwrap_or_else(|| PLACEHOLDER.to_string());
        let params = params.map(|values| self.ids(std::slice::from_ref(&shown), values, keyword("ids")));
        Fixture { name, autouse, params }
    }

    /// The ids of some values, given or made.
    fn ids(&self, arguments: &[String], values: &'a Expr, given: Option<&'a Expr>) -> Ids {
        let sets = ids::sets(values, arguments.len(), &self.constants)?;
        let given = given.filter(|given| !given.is_none_literal_expr());
        let list = given.map(|given| match given {
            Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                elts.iter().map(ids::given).collect()
            }
            // A function makes them.
            _ => vec![Value::Computed; sets.len()],
        });
        Some(ids::ids(arguments, &sets, list.as_deref()))
    }

    fn mark(&mut self, expression: &'a Expr, marks: &mut Marks) {
        // `many = pytest.mark.parametrize(...)`
        if let Expr::Name(name) = expression {
            match self.constants.get(name.id.as_str()) {
                Some(named) if !named.is_name_expr() => self.mark(named, marks),
                _ => {}
            }
            return;
        }
        let path = dotted(callee(expression)).unwrap_or_default();
        let (before, name) = path.rsplit_once('.').unwrap_or(("", &path));
        if !(before == "mark" || before.ends_with(".mark") || name == "parametrize") {
            return;
        }
        marks.names.push(name.to_owned());
        let Expr::Call(call) = expression else { return };
        match name {
            "usefixtures" => {
                let literal = call.arguments.args.iter().filter_map(|one| one.as_string_literal_expr());
                marks.uses.extend(literal.map(|one| one.value.to_string()));
            }
            "parametrize" => {
                let at = |index: usize, name: &str| call.arguments.find_argument_value(name, index);
                let (Some(names), Some(values)) = (at(0, "argnames"), at(1, "argvalues")) else { return };
                let arguments = match names {
                    Expr::StringLiteral(text) => {
                        let text = text.value.to_str();
                        text.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
                    }
                    Expr::List(ast::ExprList { elts, .. }) | Expr::Tuple(ast::ExprTuple { elts, .. }) => elts
                        .iter()
                        .filter_map(|one| one.as_string_literal_expr())
                        .map(|one| one.value.to_string())
                        .collect(),
                    _ => Vec::new(),
                };
                let ids = if arguments.is_empty() { None } else { self.ids(&arguments, values, at(3, "ids")) };
                marks.parametrized.push((arguments, ids));
            }
            _ => {}
        }
    }

    /// Whether a condition holds where the tests run, as far as the source tells.
    fn holds(&self, test: &Expr) -> Option<bool> {
        match test {
            Expr::BooleanLiteral(literal) => Some(literal.value),
            Expr::NumberLiteral(number) => match &number.value {
                ast::Number::Int(int) => int.as_u64().map(|int| int != 0),
                _ => None,
            },
            Expr::UnaryOp(not) if matches!(not.op, ast::UnaryOp::Not) => self.holds(&not.operand).map(|known| !known),
            Expr::BoolOp(all) => {
                let and = matches!(all.op, ast::BoolOp::And);
                let known: Vec<Option<bool>> = all.values.iter().map(|value| self.holds(value)).collect();
                if known.contains(&Some(!and)) {
                    return Some(!and);
                }
                known.iter().all(Option::is_some).then_some(and)
            }
            Expr::Name(name) if name.id.as_str() == "TYPE_CHECKING" => Some(false),
            Expr::Name(name) => self.constants.get(name.id.as_str()).and_then(|value| match value {
                Expr::Compare(_) | Expr::BooleanLiteral(_) => self.holds(value),
                _ => None,
            }),
            Expr::Attribute(attribute) if attribute.attr.as_str() == "TYPE_CHECKING" => Some(false),
            Expr::Compare(compare) => self.compares(compare),
            _ => None,
        }
    }

    fn compares(&self, compare: &ast::ExprCompare) -> Option<bool> {
        let ([op], [right]) = (&*compare.ops, &*compare.comparators) else { return None };
        // `sys.version_info[:2]`
        let left = match &*compare.left {
            Expr::Subscript(subscript) if subscript.slice.is_slice_expr() => dotted(&subscript.value)?,
            left => dotted(left)?,
        };
        match (left.as_str(), right) {
            ("__name__", Expr::StringLiteral(name)) if name.value.to_str() == "__main__" => {
                Some(!matches!(op, ast::CmpOp::Eq))
            }
            ("sys.version_info" | "version_info", Expr::Tuple(version)) => {
                let number = |index: usize| match version.elts.get(index) {
                    Some(Expr::NumberLiteral(ast::ExprNumberLiteral { value: ast::Number::Int(int), .. })) => {
                        int.as_u64().and_then(|int| u32::try_from(int).ok())
                    }
                    _ => None,
                };
                let wanted = (number(0)?, number(1).unwrap_or(0));
                let python = self.target.python;
                // `(3, 11) < (3, 11, 4)`: the whole version is longer than what is asked.
                Some(match op {
                    ast::CmpOp::GtE | ast::CmpOp::Gt => python >= wanted,
                    ast::CmpOp::Lt | ast::CmpOp::LtE => python < wanted,
                    _ => return None,
                })
            }
            ("sys.platform" | "platform", Expr::StringLiteral(name)) => {
                let here = if cfg!(windows) {
                    "win32"
                } else if cfg!(target_os = "macos") {
                    "darwin"
                } else {
                    "linux"
                };
                match op {
                    ast::CmpOp::Eq => Some(name.value.to_str() == here),
                    ast::CmpOp::NotEq => Some(name.value.to_str() != here),
                    _ => None,
                }
            }
            ("os.name", Expr::StringLiteral(name)) => {
                let here = if cfg!(windows) { "nt" } else { "posix" };
                match op {
                    ast::CmpOp::Eq => Some(name.value.to_str() == here),
                    ast::CmpOp::NotEq => Some(name.value.to_str() != here),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// What is called, or the expression itself.
fn callee(expression: &Expr) -> &Expr {
    match expression {
        Expr::Call(call) => &call.func,
        other => other,
    }
}

/// Whether `patch(...)` gives the function a mock: no replacement is named.
fn gives(expression: &Expr, needed: usize) -> bool {
    matches!(expression, Expr::Call(call) if call.arguments.args.len() <= needed && call.arguments.find_keyword("new").is_none())
}

/// `pytest.skip("not here", allow_module_level=True)`.
fn skips(stmt: &Stmt) -> bool {
    let Stmt::Expr(stmt) = stmt else { return false };
    let Expr::Call(call) = &*stmt.value else { return false };
    dotted(&call.func).is_some_and(|name| name == "pytest.skip" || name == "skip")
        && call.arguments.find_keyword("allow_module_level").is_some()
}

/// `PY_3_10_PLUS`, `not PY_3_10_PLUS`.
fn flag(test: &Expr) -> Option<(String, bool)> {
    match test {
        Expr::UnaryOp(not) if matches!(not.op, ast::UnaryOp::Not) => flag(&not.operand).map(|(name, is)| (name, !is)),
        test => dotted(test).map(|name| (name, true)),
    }
}
