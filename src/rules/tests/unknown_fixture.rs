//! A fixture that nobody defines. Page: rules/tests/unknown-fixture.md

use super::{classes, is_fixture, is_plain_test_class, is_test_name, mark, may_test, name_of};
use crate::fact::Condition;
use crate::finding::{Ask, Grade, Piece};
use crate::python::ast::{self, Decorator, Expr, Stmt};
use crate::python::walk::argument_names;
use crate::python::{Tree, dotted, span};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Several(&[Check::Function(check), Check::File(module)]);

/// `pytestmark = pytest.mark.usefixtures("database")`, and fixtures of a conftest that ask for what is nowhere.
fn module(cx: &mut Cx, tree: &Tree) {
    if !may_test(cx) {
        return;
    }
    let mut wanted: Vec<(Span, String)> = Vec::new();
    for stmt in tree.body() {
        let body = match stmt {
            Stmt::ClassDef(class) if is_plain_test_class(class) => class.body.as_slice(),
            other => std::slice::from_ref(other),
        };
        for assign in body.iter().filter_map(Stmt::as_assign_stmt) {
            let is_marks = |target: &Expr| matches!(target, Expr::Name(name) if name.id.as_str() == "pytestmark");
            if !assign.targets.iter().any(is_marks) {
                continue;
            }
            let marks = match &*assign.value {
                Expr::List(list) => list.elts.as_slice(),
                one => std::slice::from_ref(one),
            };
            for call in marks.iter().filter_map(Expr::as_call_expr) {
                if dotted(&call.func).is_some_and(|name| name.ends_with("mark.usefixtures")) {
                    let names = call.arguments.args.iter().filter_map(Expr::as_string_literal_expr);
                    wanted.extend(names.map(|name| (span(name), name.value.to_str().to_owned())));
                }
            }
        }
    }
    for (at, name) in wanted {
        let message =
            format!("no fixture `{name}` is defined where these tests could use it: they fail before they begin");
        let finding = cx.report(at, text![message]);
        finding.when(Condition::Collected).when(Condition::UnknownFixture(name));
        finding.grade(Condition::PluginsUnsure, Grade::Uncertain);
        finding.help("define it in the file or in a conftest above it, or declare the plugin that brings it");
    }
}

fn check<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    if function.decorator_list.iter().any(is_fixture) {
        of_fixture(cx, function);
        return;
    }
    if !is_test_name(&function.name) || !may_test(cx) {
        return;
    }
    // What is made of it later may give it anything.
    if cx.scopes.len() == 1 && cx.is_mentioned(&function.name) {
        return;
    }
    let Some(classes) = classes(cx) else { return };
    let plain = classes.iter().all(|class| {
        is_plain_test_class(class)
            && class.decorator_list.iter().all(|one| mark(one).is_some_and(|mark| mark != "parametrize"))
    });
    // Marks of a whole module may parametrize, and so may hooks.
    if !plain || cx.mentions("pytestmark") || cx.mentions("pytest_generate_tests") {
        return;
    }
    let mut marked = classes.iter().map(|class| &class.decorator_list).chain([&function.decorator_list]);
    if marked.any(|decorators| super::may_be_skipped(decorators)) {
        return;
    }
    let Some(given) = given(function) else { return };
    let receiver = usize::from(!classes.is_empty());
    let parameters = &function.parameters;
    let positional = parameters.posonlyargs.iter().chain(&parameters.args).skip(receiver + given.injected);
    let wanted = positional.chain(&parameters.kwonlyargs).filter(|one| one.default.is_none());
    let mut found: Vec<(Span, String)> = wanted
        .map(|one| (span(&one.parameter.name), one.parameter.name.as_str().to_owned()))
        .filter(|(_, name)| !given.names.contains(name))
        .collect();
    for decorator in function.decorator_list.iter().chain(classes.iter().flat_map(|class| &class.decorator_list)) {
        if let (Some("usefixtures"), Expr::Call(call)) = (mark(decorator).as_deref(), &decorator.expression) {
            found.extend(call.arguments.args.iter().filter_map(|argument| match argument {
                Expr::StringLiteral(name) => Some((span(argument), name.value.to_str().to_owned())),
                _ => None,
            }));
        }
    }
    // What is indirect is made by a fixture of that name.
    for decorator in function.decorator_list.iter().filter(|one| mark(one).as_deref() == Some("parametrize")) {
        let Expr::Call(call) = &decorator.expression else { continue };
        let all =
            matches!(call.arguments.find_argument_value("indirect", 2), Some(Expr::BooleanLiteral(all)) if all.value);
        let names = call.arguments.find_argument_value("argnames", 0).filter(|_| all);
        if let Some(names) = names.and_then(argument_names) {
            found.extend(names.into_iter().map(|name| (span(&decorator.expression), name)));
        }
    }
    let own = |name: &str| classes.iter().any(|class| class.body.iter().any(|stmt| defines(stmt, name)));
    found.retain(|(_, name)| !own(name));
    named_at_run_time(cx, function);
    for (at, name) in found {
        let finding = cx.report(at, text![Piece::Ask(Ask::FixtureFault(name.clone()))]);
        finding.when(Condition::Collected).when(Condition::FailingFixture(name.clone()));
        finding.grade(Condition::PluginsUnsure, Grade::Uncertain);
        finding.help("bring that fixture into a conftest above the test, or into the file");
        let message = format!("no fixture `{name}` is defined where this test could use it: it fails before it begins");
        let finding = cx.report(at, text![message]);
        finding.when(Condition::Collected).when(Condition::UnknownFixture(name));
        finding.grade(Condition::PluginsUnsure, Grade::Uncertain);
        finding.help("define it in the file or in a conftest above it, or declare the plugin that brings it");
    }
}

/// `request.getfixturevalue(name)` with a name that is a literal, or parametrized with literals.
fn named_at_run_time<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    if !cx.may_find(&["getfixturevalue"]) {
        return;
    }
    let source = cx.source(span(function));
    if ["raises", "try:", "FixtureLookupError"].iter().any(|word| source.contains(word)) {
        return;
    }
    let mut wanted: Vec<(Span, String)> = Vec::new();
    for decorator in function.decorator_list.iter().filter(|one| mark(one).as_deref() == Some("parametrize")) {
        let Expr::Call(call) = &decorator.expression else { continue };
        let (Some(Expr::StringLiteral(name)), Some(Expr::List(values))) =
            (call.arguments.find_argument_value("argnames", 0), call.arguments.find_argument_value("argvalues", 1))
        else {
            continue;
        };
        if source.contains(&format!("request.getfixturevalue({})", name.value.to_str())) {
            let literals = values.elts.iter().filter_map(Expr::as_string_literal_expr);
            wanted.extend(literals.map(|literal| (span(literal), literal.value.to_str().to_owned())));
        }
    }
    super::own_statements(&function.body, &mut |stmt| {
        let value = match stmt {
            Stmt::Assign(assign) => &*assign.value,
            Stmt::Expr(stmt) => &*stmt.value,
            _ => return,
        };
        if let Expr::Call(call) = value
            && dotted(&call.func).as_deref() == Some("request.getfixturevalue")
            && let [Expr::StringLiteral(name)] = &*call.arguments.args
        {
            wanted.push((span(name), name.value.to_str().to_owned()));
        }
    });
    for (at, name) in wanted {
        let message = format!("no fixture `{name}` is defined where this test could use it: it fails");
        let finding = cx.report(at, text![message]);
        finding.when(Condition::Collected).when(Condition::NowhereFixture(name));
        finding.grade(Condition::PluginsUnsure, Grade::Uncertain);
        finding.help("define it in the file or in a conftest above it, or declare the plugin that brings it");
    }
}

/// What a fixture of the module asks for, where something in the file uses it; another file may bring what a conftest asks for.
fn of_fixture<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    let name = function.name.as_str();
    let used = cx.text.match_indices(name).count() > 1;
    if !cx.mentions("def test") && cx.scopes.len() == 1 && function.decorator_list.len() == 1 {
        for parameter in function.parameters.iter_non_variadic_params().filter(|one| one.default.is_none()) {
            let wanted = parameter.parameter.name.as_str().to_owned();
            let message =
                format!("nothing in the project is a fixture `{wanted}`: what uses `{name}` fails before it begins");
            let finding = cx.report(span(&parameter.parameter.name), text![message]);
            finding.when(Condition::CollectedOrConftest).when(Condition::Named("conftest.py".into()));
            finding.when(Condition::NowhereFixture(wanted)).grade(Condition::PluginsUnsure, Grade::Uncertain);
            finding.help("define it in the conftest, or declare the plugin that brings it");
        }
        return;
    }
    if !cx.mentions("def test") || cx.scopes.len() != 1 || !used || function.decorator_list.len() != 1 {
        return;
    }
    for parameter in function.parameters.iter_non_variadic_params().filter(|one| one.default.is_none()) {
        let wanted = parameter.parameter.name.as_str();
        // Tests of the file may give it by a mark.
        let is_given = |line: &str| line.contains(wanted) && line.contains(['"', '\'']);
        if cx.mentions("parametrize") && cx.text.lines().any(is_given) {
            continue;
        }
        let message =
            format!("no fixture `{wanted}` is defined where `{name}` could use it: its tests fail before they begin");
        let finding = cx.report(span(&parameter.parameter.name), text![message]);
        finding.when(Condition::Collected).when(Condition::UnknownFixture(wanted.to_owned()));
        finding.grade(Condition::PluginsUnsure, Grade::Uncertain);
        finding.help("define it in the file or in a conftest above it, or declare the plugin that brings it");
    }
}

/// Whether a statement of a class is a fixture of this name.
fn defines(stmt: &Stmt, name: &str) -> bool {
    let Stmt::FunctionDef(function) = stmt else { return false };
    let said = |decorator: &Decorator| match &decorator.expression {
        Expr::Call(call) => call
            .arguments
            .find_keyword("name")
            .is_none_or(|keyword| matches!(&keyword.value, Expr::StringLiteral(said) if said.value.to_str() == name)),
        _ => true,
    };
    let renamed = |decorator: &Decorator| match &decorator.expression {
        Expr::Call(call) => call.arguments.find_keyword("name").is_some(),
        _ => false,
    };
    let mut fixtures = function.decorator_list.iter().filter(|one| is_fixture(one));
    fixtures.any(|one| said(one) && (renamed(one) || function.name.as_str() == name))
}

/// What decorators give to a test.
struct Given {
    /// Names of arguments.
    names: Vec<String>,
    /// How many arguments `patch` puts in front.
    injected: usize,
}

/// None where a decorator may give anything.
fn given(function: &ast::StmtFunctionDef) -> Option<Given> {
    let mut given = Given { names: Vec::new(), injected: 0 };
    for decorator in &function.decorator_list {
        match mark(decorator).as_deref() {
            Some("parametrize") => given.names.extend(parametrized(decorator)?),
            Some(_) => {}
            None => given.injected += injected(decorator)?,
        }
    }
    Some(given)
}

fn parametrized(decorator: &Decorator) -> Option<Vec<String>> {
    let Expr::Call(call) = &decorator.expression else { return None };
    argument_names(call.arguments.find_argument_value("argnames", 0)?)
}

/// How many arguments a patch gives: none where it is told what to put there.
fn injected(decorator: &Decorator) -> Option<usize> {
    let name = name_of(decorator);
    let Expr::Call(call) = &decorator.expression else { return None };
    let told = ["new", "new_callable"].iter().any(|keyword| call.arguments.find_keyword(keyword).is_some());
    let own = match name.rsplit('.').next()? {
        "patch" => 1,
        "object" if name.contains("patch") => 2,
        "dict" if name.contains("patch") => return Some(0),
        _ => return None,
    };
    // `new_callable` makes what is handed on.
    let is_given = call.arguments.args.len() > own || call.arguments.find_keyword("new").is_some();
    Some(usize::from(!is_given || told && call.arguments.find_keyword("new").is_none()))
}
