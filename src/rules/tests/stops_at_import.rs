//! A module of tests that ends before its tests are seen. Page: rules/tests/stops-at-import.md

use crate::fact::Condition;
use crate::finding::Grade;
use crate::python::ast::{Expr, Stmt};
use crate::python::bound::{bound, is_builtin};
use crate::python::environment;
use crate::python::{Tree, deeper, dotted, span, walk};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;
use rustc_hash::{FxHashMap, FxHashSet};

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, tree: &Tree) {
    let is_test = cx.mentions("def test") || cx.mentions("fixture");
    let mut wrong = Vec::new();
    for stmt in tree.body() {
        match stmt {
            Stmt::Raise(_) if is_test => {
                wrong.push((span(stmt), "this is raised while pytest collects the file, so none of its tests runs"));
            }
            Stmt::Raise(_) => wrong.push((span(stmt), "this is raised when a test imports the file")),
            Stmt::Assert(assert) if assert.test.as_boolean_literal_expr().is_some_and(|literal| !literal.value) => {
                wrong.push((span(stmt), "this fails while pytest collects the file, so none of its tests runs"));
            }
            Stmt::Expr(stmt) => {
                let Expr::Call(call) = &*stmt.value else { continue };
                match dotted(&call.func).as_deref() {
                    Some("sys.exit" | "exit" | "quit" | "os._exit") => {
                        wrong.push((span(call), "this ends pytest while it collects the file"));
                    }
                    Some("pytest.skip") if call.arguments.find_keyword("allow_module_level").is_none() => {
                        wrong.push((
                            span(call),
                            "`pytest.skip` outside of a test is an error without `allow_module_level=True`",
                        ));
                    }
                    Some("pytest.fail" | "pytest.exit") => {
                        wrong.push((span(call), "this ends the collection of the file, so none of its tests runs"));
                    }
                    _ => {}
                }
            }
            Stmt::FunctionDef(function) => {
                for decorator in &function.decorator_list {
                    if let Expr::Call(call) = &decorator.expression
                        && dotted(&call.func).is_some_and(|name| name == "pytest.skip" || name == "pytest.xfail")
                    {
                        wrong.push((
                            span(decorator),
                            "this skips at once, outside of a test, which is an error: it is `pytest.mark.skip`",
                        ));
                    }
                }
            }
            Stmt::If(_) | Stmt::Try(_) | Stmt::With(_) => skips(stmt, &mut wrong),
            _ => {}
        }
    }
    if cx.mentions("parse_args") {
        for at in arguments(tree.body()) {
            let message = "this reads the arguments of pytest while it collects, and ends it where one is missing";
            let finding = cx.report(at, text![message]);
            finding.when(Condition::RunsInTests).when(Condition::NeverPut("argv".to_owned()));
        }
    }
    let mut run = super::runs_at_import(tree.body());
    run.extend(super::runs_around_functions(tree.body()));
    let called: Vec<&Expr> = run.iter().flat_map(|expr| of_called(cx, expr)).collect();
    run.extend(called);
    let mut told: FxHashSet<Span> = FxHashSet::default();
    for expr in run {
        if !told.insert(span(expr)) {
            continue;
        }
        if let Some(variable) = read(expr) {
            let message = format!("`{variable}` is asked for while pytest collects the file, and nobody here sets it");
            let finding = cx.report(span(expr), text![message]);
            finding.when(Condition::RunsInTests).when(Condition::Unset(variable.clone()));
            finding.grade(Condition::MayBeSet(variable), Grade::Uncertain);
            finding.help("set it in a conftest, or ask with `os.environ.get` and skip");
        }
        if let Some((at, name)) = opened(expr) {
            let message =
                format!("`{name}` is opened while pytest collects the file, and the project has no such file");
            let finding = cx.report(at, text![message]);
            finding.when(Condition::Collected).when(Condition::NoSuchFile(name));
            finding.help("open it in a fixture, by a path that begins at `__file__`");
        }
    }
    for (at, message) in wrong {
        cx.report(at, text![message]).when(Condition::RunsInTests);
    }
    if is_test && !tree.is_broken() {
        undefined(cx, tree);
    }
}

/// `parser.parse_args()` outside of a function, with arguments that must be given: those of pytest are read, and they are others.
fn arguments(body: &[Stmt]) -> Vec<Span> {
    let mut found = Vec::new();
    let call = |stmt: &Stmt| match stmt {
        Stmt::Assign(assign) => assign.value.as_call_expr().cloned(),
        Stmt::Expr(stmt) => stmt.value.as_call_expr().cloned(),
        _ => None,
    };
    let must_be_given = |parser: &str, stmt: &Stmt| {
        let Some(call) = call(stmt).filter(|call| dotted(&call.func) == Some(format!("{parser}.add_argument"))) else {
            return false;
        };
        let named = call.arguments.args.first().and_then(Expr::as_string_literal_expr);
        let is_positional = named.is_some_and(|name| !name.value.to_str().starts_with('-'));
        let may_lack = ["nargs", "default", "action"].iter().any(|word| call.arguments.find_keyword(word).is_some());
        is_positional && !may_lack || walk::says_true(&call.arguments, "required")
    };
    for stmt in body {
        let Some(call) = call(stmt).filter(|call| call.arguments.is_empty()) else { continue };
        let Some(callee) = dotted(&call.func) else { continue };
        let Some(parser) = callee.strip_suffix(".parse_args") else { continue };
        if body.iter().any(|stmt| must_be_given(parser, stmt)) {
            found.push(span(&call));
        }
    }
    found
}

/// `pytest.skip` on a condition of the module's own, without what it needs there.
fn skips(stmt: &Stmt, wrong: &mut Vec<(Span, &'static str)>) {
    walk::blocks(stmt, &mut |body| {
        for stmt in body {
            match stmt {
                Stmt::Expr(stmt) => {
                    if let Expr::Call(call) = &*stmt.value
                        && dotted(&call.func).as_deref() == Some("pytest.skip")
                        && call.arguments.find_keyword("allow_module_level").is_none()
                    {
                        wrong.push((
                            span(call),
                            "`pytest.skip` outside of a test is an error without `allow_module_level=True`",
                        ));
                    }
                }
                Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
                other => deeper(|| skips(other, wrong)),
            }
        }
    });
}

/// The names that the module binds, and whether it does when it runs; none where some may be bound that no statement shows.
fn names(cx: &Cx, tree: &Tree) -> Option<FxHashMap<String, bool>> {
    if ["globals()", "exec(", "global ", "locals()", "vars()"].iter().any(|word| cx.mentions(word)) {
        return None;
    }
    let mut names: FxHashMap<String, bool> = FxHashMap::default();
    for stmt in tree.body() {
        let typing = match stmt {
            Stmt::If(branch) if branch.elif_else_clauses.is_empty() => {
                dotted(&branch.test).is_some_and(|path| path.rsplit('.').next() == Some("TYPE_CHECKING"))
            }
            _ => false,
        };
        for name in bound(stmt) {
            *names.entry(name.to_owned()).or_default() |= !typing;
        }
    }
    Some(names)
}

/// Names that are asked for while the file is imported, and that nothing binds, or only for type checkers.
fn undefined(cx: &mut Cx, tree: &Tree) {
    let Some(known) = names(cx, tree) else { return };
    let mut wanted: Vec<(Span, String)> = Vec::new();
    let mut add = |expr: &Expr| {
        if let Expr::Name(name) = expr
            && name.ctx.is_load()
        {
            wanted.push((span(name), name.id.to_string()));
        }
    };
    super::runs_at_import(tree.body()).into_iter().for_each(&mut add);
    for stmt in tree.body() {
        let (decorators, bases) = match stmt {
            Stmt::ClassDef(class) => (&class.decorator_list, class.arguments.as_ref()),
            Stmt::FunctionDef(function) => (&function.decorator_list, None),
            _ => continue,
        };
        decorators.iter().for_each(|decorator| add(root(&decorator.expression)));
        if let Stmt::FunctionDef(function) = stmt {
            let defaults = function.parameters.iter_non_variadic_params().filter_map(|one| one.default.as_deref());
            defaults.for_each(|default| add(root(default)));
        }
        bases.into_iter().flat_map(|bases| &bases.args).for_each(&mut add);
    }
    for (at, name) in wanted {
        if is_builtin(&name) && !known.contains_key(&name) {
            continue;
        }
        let message = match known.get(&name) {
            Some(true) => continue,
            None if known.contains_key("*") => {
                format!("`{name}` is asked for while pytest collects the file, and no `import *` here brings it")
            }
            Some(false) => {
                format!("`{name}` is imported for type checkers alone, and asked for while pytest collects the file")
            }
            None => format!("`{name}` is asked for while pytest collects the file, and nothing binds it"),
        };
        cx.report(at, text![message]).when(Condition::CollectedOrConftest).when(match known.contains_key("*") {
            true => Condition::NoSuchName(name.clone()).and(Condition::NeverPut(name)),
            false => Condition::NeverPut(name),
        });
    }
}

/// What the function of the module that an expression calls evaluates whatever happens.
fn of_called<'a>(cx: &Cx<'a>, expr: &Expr) -> Vec<&'a Expr> {
    let Expr::Call(call) = expr else { return Vec::new() };
    let Expr::Name(name) = &*call.func else { return Vec::new() };
    let Some((function, false)) = cx.callable(&name.id) else { return Vec::new() };
    let is_plain = function.decorator_list.is_empty() && !function.is_async && super::yields(&function.body).is_none();
    if !is_plain {
        return Vec::new();
    }
    // Behind a branch that may return nothing is sure to run.
    let straight = function
        .body
        .iter()
        .take_while(|stmt| matches!(stmt, Stmt::Assign(_) | Stmt::AnnAssign(_) | Stmt::Expr(_) | Stmt::Return(_)));
    let mut found = Vec::new();
    for stmt in straight {
        match stmt {
            Stmt::Return(returned) => found.extend(returned.value.iter().flat_map(|value| super::evaluated(value))),
            other => found.extend(super::runs_at_import(std::slice::from_ref(other))),
        }
    }
    found
}

/// What an expression begins with: `pytest` of `@pytest.mark.parametrize("a", [1])`.
fn root(expr: &Expr) -> &Expr {
    match expr {
        Expr::Call(call) => root(&call.func),
        Expr::Attribute(attribute) => root(&attribute.value),
        other => other,
    }
}

/// A file of settings or data that is opened to be read, by a literal name: files of other kinds are not known to be there or not.
fn opened(expr: &Expr) -> Option<(Span, String)> {
    let Expr::Call(call) = expr else { return None };
    let Expr::Name(callee) = &*call.func else { return None };
    let Some(Expr::StringLiteral(name)) = call.arguments.args.first() else { return None };
    let reads = match call.arguments.find_argument_value("mode", 1) {
        None => true,
        Some(Expr::StringLiteral(mode)) => mode.value.to_str().starts_with('r'),
        Some(_) => false,
    };
    let path = name.value.to_str();
    let is_known = [".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".py"].iter().any(|end| path.ends_with(end));
    let is_own =
        callee.id.as_str() == "open" && reads && is_known && !path.starts_with(['/', '~']) && !path.contains("..");
    is_own.then(|| (span(name), path.to_owned()))
}

/// `os.environ["X"]`, which raises where nobody has set it, and `int(os.environ.get("X"))`.
fn read(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Call(call) if dotted(&call.func).is_some_and(|name| name == "int" || name == "float") => {
            let [inner @ Expr::Call(_)] = &*call.arguments.args else { return None };
            let read = environment::read(inner)?;
            (read.default.is_none() && !read.is_open).then_some(read.variable)
        }
        Expr::Subscript(item) if item.ctx.is_load() => environment::read(expr).map(|read| read.variable),
        _ => None,
    }
}
