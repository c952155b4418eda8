//! A fixture that pytest refuses. Page: rules/tests/broken-fixture.md

use super::{is_fixture, mark, own_statements};
use crate::fact::{Condition, Lifetime};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::{Block, Tree, dotted, span};
use crate::rule::{Check, Cx};
use crate::text;
use rustc_hash::FxHashMap;

pub const CHECK: Check = Check::Several(&[Check::Function(check), Check::Call(called), Check::File(circles)]);

fn check<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    // What a function makes is for that function to know.
    let is_inner = cx.scopes.iter().any(|scope| matches!(scope.block, Block::Function(_)));
    if function.decorator_list.is_empty() || is_inner || !cx.may_find(&["fixture"]) {
        return;
    }
    let fixtures: Vec<_> = function.decorator_list.iter().filter(|one| is_fixture(one)).collect();
    let [first, rest @ ..] = fixtures.as_slice() else { return };
    let mut wrong = Vec::new();
    if let Some(second) = rest.first() {
        wrong.push((span(*second), "a fixture is made of a fixture: pytest refuses the file", Some(span(*first))));
    }
    if let Some(marked) = function.decorator_list.iter().find(|one| mark(one).is_some()) {
        wrong.push((span(marked), "a mark on a fixture has no effect, and pytest 9 refuses the file", None));
    }
    let mut yields = function.body.iter().filter(|stmt| match stmt {
        Stmt::Expr(stmt) => stmt.value.is_yield_expr(),
        Stmt::Assign(assign) => assign.value.is_yield_expr(),
        _ => false,
    });
    if let (Some(one), Some(other)) = (yields.next(), yields.next()) {
        let mut returns = false;
        own_statements(&function.body, &mut |stmt| returns |= stmt.is_return_stmt());
        if !returns {
            wrong.push((span(other), "a fixture yields twice: pytest fails every test that uses it", Some(span(one))));
        }
    }
    lifetimes(cx, function, first);
    without_params(cx, function, first);
    for (at, message, label) in wrong {
        let finding = cx.report(at, text![message]);
        finding.when(Condition::CollectedOrConftest);
        if let Some(label) = label {
            finding.label(label, "the first one");
        }
    }
}

/// `request.param` in a fixture that nobody gives any.
fn without_params<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef, decorator: &'a ast::Decorator) {
    let has_params = match &decorator.expression {
        Expr::Call(call) => {
            let open = call.arguments.keywords.iter().any(|keyword| keyword.arg.is_none());
            open || call.arguments.find_keyword("params").is_some() || call.arguments.args.len() > 1
        }
        _ => false,
    };
    let asks = function.parameters.iter_non_variadic_params().any(|one| one.parameter.name.as_str() == "request");
    let elsewhere =
        ["indirect", "generate_tests", "metafunc", "hasattr", "getattr"].iter().any(|word| cx.mentions(word));
    if has_params || !asks || elsewhere || !cx.mentions("def test") {
        return;
    }
    let mut read = None;
    for stmt in &function.body {
        let value = match stmt {
            Stmt::Assign(assign) => Some(&*assign.value),
            Stmt::Return(returned) => returned.value.as_deref(),
            Stmt::Expr(stmt) => Some(&*stmt.value),
            _ => None,
        };
        let mut inside: Vec<&Expr> = value.into_iter().collect();
        while let Some(expr) = inside.pop() {
            if read.is_none() && dotted(expr).as_deref() == Some("request.param") {
                read = Some(span(expr));
            }
            crate::python::walk::children(expr, &mut |child| inside.push(child));
        }
    }
    if let Some(at) = read {
        let message =
            format!("`{}` has no `params`, so `request.param` is not there: no test can use it", function.name);
        let finding = cx.report(at, text![message]);
        finding
            .when(Condition::Collected)
            .help("say `@pytest.fixture(params=[...])`, or parametrize it with `indirect`");
    }
}

/// A scope that there is not, arguments that live shorter than the fixture, and the fixture itself among them.
fn lifetimes<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef, decorator: &'a ast::Decorator) {
    let scope = match &decorator.expression {
        Expr::Call(call) => call.arguments.find_keyword("scope").map(|keyword| &keyword.value),
        _ => None,
    };
    if let Expr::Call(call) = &decorator.expression
        && let Some(first @ Expr::StringLiteral(_)) = call.arguments.args.first()
    {
        let finding = cx.report(span(first), text!["a fixture takes no positional argument: pytest refuses the file"]);
        finding.when(Condition::CollectedOrConftest).help("say `scope=` or `name=`");
    }
    let scope = scope.map(|scope| match scope {
        Expr::Name(name) => cx.only_value(&name.id).unwrap_or(scope),
        scope => scope,
    });
    let mut lifetime = Lifetime::Function;
    if let Some(Expr::StringLiteral(word)) = scope {
        match Lifetime::of(word.value.to_str()) {
            Some(known) => lifetime = known,
            None => {
                let message = format!("pytest has no scope `{}`, and refuses the file", word.value.to_str());
                let finding = cx.report(span(word), text![message]);
                finding.when(Condition::CollectedOrConftest);
                finding.help("the scopes are `function`, `class`, `module`, `package` and `session`");
            }
        }
    }
    let in_class = matches!(cx.scopes.last().map(|scope| scope.block), Some(Block::Class(_)));
    let parameters: Vec<_> = function.parameters.iter_non_variadic_params().collect();
    let is_static = function.decorator_list.iter().any(|one| super::name_of(one).ends_with("staticmethod"));
    if in_class && parameters.is_empty() && function.parameters.vararg.is_none() && !is_static {
        let message = format!("`{}` does not take `self`: pytest refuses the file", function.name);
        cx.report(span(&function.name), text![message]).when(Condition::CollectedOrConftest);
        return;
    }
    for parameter in parameters.into_iter().skip(usize::from(in_class && !is_static)) {
        let name = parameter.parameter.name.as_str();
        if parameter.default.is_some() {
            continue;
        }
        if name == function.name.as_str() && scope.is_none() && !in_class {
            let message = format!("`{name}` asks for itself, and nobody above gives another one: no test can use it");
            let finding = cx.report(span(&parameter.parameter.name), text![message]);
            finding.when(Condition::CollectedOrConftest).when(Condition::OnlyFixture(name.to_owned()));
        }
        if lifetime > Lifetime::Function && name != "request" {
            let message =
                format!("`{name}` lives shorter than `{}`, which asks for it: no test can use that", function.name);
            let finding = cx.report(span(&parameter.parameter.name), text![message]);
            finding.when(Condition::CollectedOrConftest);
            finding.when(Condition::ShorterFixture(name.to_owned(), lifetime));
            finding.help("give the argument a wider scope, or this fixture a narrower one");
        }
    }
}

/// A fixture of this module that a test calls by itself.
fn called<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    let Expr::Name(name) = &*call.func else { return };
    if cx.scopes.len() < 2 || !cx.mentions("fixture") && !cx.mentions("conftest") {
        return;
    }
    let Some((fixture, false)) = cx.callable(&name.id) else { return imported(cx, call, name) };
    if !fixture.decorator_list.iter().any(is_fixture) {
        return;
    }
    if is_taken(cx, &name.id) {
        return;
    }
    let message = format!("`{}` is a fixture, and pytest refuses to have it called", name.id);
    let finding = cx.report(span(call), text![message]);
    finding.when(Condition::CollectedOrConftest).label(span(&fixture.name), "it is made a fixture here");
    finding.help("take it as a parameter, or call a plain function that both use");
}

/// Whether a function around has a parameter or a variable of that name: a parameter is what the fixture gives.
fn is_taken(cx: &Cx, name: &str) -> bool {
    cx.scopes.iter().any(|scope| match scope.block {
        Block::Function(function) => {
            function.parameters.iter().any(|one| one.name().as_str() == name)
                || function.body.iter().any(|stmt| crate::python::bound::bound(stmt).contains(&name))
        }
        Block::Class(_) | Block::Module(_) => false,
    })
}

/// A fixture of another file that is imported and called.
fn imported<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall, name: &ast::ExprName) {
    let brings = |stmt: &Stmt| {
        let Stmt::ImportFrom(from) = stmt else { return false };
        let holds_fixtures = |module: &str| module.contains("conftest") || module.contains("fixture");
        from.names.iter().any(|alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str() == name.id.as_str())
            && from.module.as_ref().is_some_and(|module| holds_fixtures(module))
    };
    if !cx.tree.body().iter().any(brings) || is_taken(cx, &name.id) {
        return;
    }
    let message = format!("`{}` is a fixture, and pytest refuses to have it called", name.id);
    let finding = cx.report(span(call), text![message]);
    finding.when(Condition::CollectedOrConftest).when(Condition::ForeignFixture(name.id.to_string()));
    finding.help("take it as a parameter, or call a plain function that both use");
}

/// Fixtures of one module that need each other.
fn circles(cx: &mut Cx, tree: &Tree) {
    if !cx.may_find(&["fixture"]) {
        return;
    }
    let mut needs: FxHashMap<&str, (&ast::StmtFunctionDef, Vec<&str>)> = FxHashMap::default();
    for stmt in tree.body() {
        if let Stmt::FunctionDef(function) = stmt
            && function.decorator_list.iter().any(|one| is_fixture(one) && !matches!(&one.expression, Expr::Call(_)))
        {
            let names = function.parameters.iter_non_variadic_params().map(|one| one.parameter.name.as_str());
            needs.insert(function.name.as_str(), (function, names.collect()));
        }
    }
    let mut found = Vec::new();
    for (name, (function, own)) in &needs {
        let mut waiting: Vec<&str> = own.iter().copied().filter(|other| other != name).collect();
        let mut seen: Vec<&str> = Vec::new();
        while let Some(next) = waiting.pop() {
            if next == *name {
                found.push((span(&function.name), (*name).to_owned()));
                break;
            }
            if !seen.contains(&next) {
                seen.push(next);
                waiting.extend(needs.get(next).into_iter().flat_map(|(_, more)| more.iter().copied()));
            }
        }
    }
    found.sort();
    // One of the circle says it.
    if let Some((at, name)) = found.into_iter().next() {
        let finding =
            cx.report(at, text![format!("`{name}` needs itself, through other fixtures: no test can use it")]);
        finding.when(Condition::CollectedOrConftest);
    }
}
