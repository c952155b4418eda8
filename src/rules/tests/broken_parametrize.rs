//! A `parametrize` that contradicts itself or its test. Page: rules/tests/broken-parametrize.md

use super::{classes, is_test_name, is_testcase, is_unittest, mark, may_test, stays_a_test};
use crate::fact::{Condition, Lifetime};
use crate::python::ast::{self, Decorator, Expr, Stmt};
use crate::python::walk::{argument_names, strings};
use crate::python::{dotted, span};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Function(check);

fn check<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    if !is_test_name(&function.name) || !may_test(cx) {
        return;
    }
    let Some(classes) = classes(cx) else { return };
    let mut wrong: Vec<(Span, String)> = Vec::new();
    let mut known: Vec<String> = Vec::new();
    // What is indirect is made by a fixture, which may ask for any name.
    let indirect = |decorator: &Decorator| match &decorator.expression {
        Expr::Call(call) => call.arguments.find_argument_value("indirect", 2).is_some(),
        _ => false,
    };
    let shared = cx.mentions("autouse") || cx.mentions("usefixtures") || function.decorator_list.iter().any(indirect);
    for decorator in &function.decorator_list {
        let Some(mark) = mark(decorator) else { continue };
        if matches!(mark.as_str(), "parameterize" | "parametrise" | "parameterise") {
            wrong.push((span(&decorator.expression), format!("`{mark}` is no mark of pytest's: it is `parametrize`")));
            continue;
        }
        if mark != "parametrize" {
            continue;
        }
        if let Some(class) = classes.last().filter(|class| is_unittest(class)) {
            let message = "`parametrize` does nothing in a `TestCase`: the test is run without its arguments";
            let condition = is_testcase(cx, class);
            let finding = cx.report(span(&decorator.expression), text![message]);
            finding.when(Condition::Collected).when(condition);
            continue;
        }
        one(cx, decorator, function, shared, &mut known, &mut wrong);
    }
    from_around(cx, function, &classes, shared, &known, &mut wrong);
    for (at, message) in wrong {
        cx.report(at, text![message]).when(Condition::Collected);
    }
    strict(cx, function);
}

/// The marks of a statement `pytestmark = ...`.
fn module_marks(stmt: &Stmt) -> &[Expr] {
    let Stmt::Assign(assign) = stmt else { return &[] };
    let is_marks = |target: &Expr| matches!(target, Expr::Name(name) if name.id.as_str() == "pytestmark");
    match &*assign.value {
        _ if !assign.targets.iter().any(is_marks) => &[],
        Expr::List(list) => &list.elts,
        one => std::slice::from_ref(one),
    }
}

/// What the class of a test or its module is parametrized with, and the test does not take.
fn from_around<'a>(
    cx: &Cx<'a>,
    function: &'a ast::StmtFunctionDef,
    classes: &[&'a ast::StmtClassDef],
    shared: bool,
    known: &[String],
    wrong: &mut Vec<(Span, String)>,
) {
    if shared || !stays_a_test(function) || !classes.iter().all(|class| super::is_plain_test_class(class)) {
        return;
    }
    let of_class = |class: &&'a ast::StmtClassDef| {
        let decorators = class.decorator_list.iter().map(|decorator| &decorator.expression);
        decorators.chain(class.body.iter().flat_map(module_marks)).map(|mark| (mark, "its class")).collect::<Vec<_>>()
    };
    let of_module = cx.tree.body().iter().flat_map(module_marks).map(|mark| (mark, "the module"));
    let mut around: Vec<(Vec<String>, &str)> = Vec::new();
    for (mark, whose) in classes.iter().flat_map(of_class).chain(of_module) {
        let Expr::Call(call) = mark else { continue };
        if !dotted(&call.func).is_some_and(|name| name.ends_with("mark.parametrize")) {
            continue;
        }
        let indirect = call.arguments.find_argument_value("indirect", 2).is_some();
        let names = call.arguments.find_argument_value("argnames", 0).and_then(argument_names).filter(|_| !indirect);
        let Some(names) = names else { return };
        around.push((names, whose));
    }
    let own: Vec<&str> =
        function.parameters.iter_non_variadic_params().map(|one| one.parameter.name.as_str()).collect();
    let given = |name: &&&str| {
        **name == "self"
            || known.iter().any(|one| one == **name)
            || around.iter().any(|(names, _)| names.iter().any(|one| one == **name))
    };
    // A fixture may ask for the name.
    if around.is_empty()
        || own.iter().filter(|name| !given(name)).count() > 0
        || !function.decorator_list.iter().all(|one| !matches!(mark(one).as_deref(), Some("usefixtures")))
    {
        return;
    }
    for (names, whose) in &around {
        for name in names.iter().filter(|name| !own.contains(&name.as_str()) && *name != "anyio_backend") {
            let message = format!("`{}` takes no `{name}`, which {whose} is parametrized with", function.name);
            wrong.push((span(&function.name), message));
        }
    }
}

/// What is an error where pytest is told to be strict: no values, values that give the same id.
fn strict<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    for decorator in function.decorator_list.iter().filter(|one| mark(one).as_deref() == Some("parametrize")) {
        let Expr::Call(call) = &decorator.expression else { continue };
        let Some(Expr::List(values)) = call.arguments.find_argument_value("argvalues", 1) else { continue };
        if values.elts.is_empty() {
            let finding = cx.report(span(values), text!["there are no values, and pytest is told to fail over that"]);
            finding.when(Condition::Collected);
            finding.when(Condition::PytestSays("empty_parameter_set_mark".into(), "fail_at_collect".into()));
            continue;
        }
        if call.arguments.find_argument_value("ids", 3).is_some() {
            continue;
        }
        let literals: Option<Vec<&str>> = values.elts.iter().map(|value| plain_literal(cx, value)).collect();
        let Some(literals) = literals else { continue };
        let twice = (1..literals.len()).find(|&at| literals[..at].contains(&literals[at]));
        if let Some(at) = twice {
            let message =
                format!("`{}` stands twice and gives the same id, which pytest is told to refuse", literals[at]);
            let finding = cx.report(span(&values.elts[at]), text![message]);
            let on = |key: &'static str| Condition::PytestSays(key.into(), "true".into());
            finding.when(Condition::Collected);
            finding.when(Condition::any(vec![on("strict_parametrization_ids"), on("strict")]));
        }
    }
}

/// The source of a number, a text, a boolean or `None`, of which the id is made.
fn plain_literal<'a>(cx: &Cx<'a>, value: &'a Expr) -> Option<&'a str> {
    let is_plain = matches!(
        value,
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::BooleanLiteral(_) | Expr::NoneLiteral(_)
    );
    is_plain.then(|| cx.source(span(value)))
}

fn one(
    cx: &Cx,
    decorator: &Decorator,
    function: &ast::StmtFunctionDef,
    shared: bool,
    known: &mut Vec<String>,
    wrong: &mut Vec<(Span, String)>,
) {
    let Expr::Call(call) = &decorator.expression else { return };
    let arguments = &call.arguments;
    const KEYWORDS: [&str; 5] = ["argnames", "argvalues", "indirect", "ids", "scope"];
    let named = arguments.keywords.iter().filter_map(|keyword| keyword.arg.as_ref());
    for keyword in named.filter(|keyword| !KEYWORDS.contains(&keyword.as_str())) {
        wrong.push((span(keyword), format!("`parametrize` has no argument `{keyword}`: pytest refuses the file")));
    }
    let Some(argnames) = arguments.find_argument_value("argnames", 0) else { return };
    let Some(names) = argument_names(argnames) else { return };
    // A fixture that the test uses may ask for the name, one that is used everywhere as well.
    let indirect = arguments.find_argument_value("indirect", 2);
    let own = function.parameters.iter_non_variadic_params().map(|one| one.parameter.name.as_str());
    let alone = stays_a_test(function)
        && own
            .filter(|one| *one != "self")
            .all(|one| names.iter().any(|name| name == one) || known.iter().any(|name| name == one))
        && !function.decorator_list.iter().any(|one| mark(one).as_deref() == Some("usefixtures"))
        && !shared;
    for (at, name) in names.iter().enumerate() {
        if known.contains(name) || names[..at].contains(name) {
            wrong.push((span(argnames), format!("`{name}` is parametrized twice")));
        }
        let takes = function.parameters.iter_non_variadic_params().any(|one| one.parameter.name.as_str() == name);
        // Anyio asks for its backend itself.
        if !takes && alone && name != "anyio_backend" {
            wrong.push((span(argnames), format!("`{}` takes no `{name}`", function.name)));
        }
    }
    for parameter in function.parameters.iter_non_variadic_params() {
        let name = parameter.parameter.name.as_str();
        if parameter.default.is_some() && names.iter().any(|one| one == name) {
            wrong.push((
                span(parameter),
                format!("`{name}` has a default, which pytest refuses where it is parametrized"),
            ));
        }
    }
    if let Some(Expr::StringLiteral(scope)) = arguments.find_argument_value("scope", 4)
        && Lifetime::of(scope.value.to_str()).is_none()
    {
        wrong.push((span(scope), format!("pytest has no scope `{}`", scope.value.to_str())));
    }
    match arguments.find_argument_value("argvalues", 1) {
        None if arguments.args.iter().all(|one| !one.is_starred_expr())
            && arguments.keywords.iter().all(|one| one.arg.is_some()) =>
        {
            wrong.push((span(&decorator.expression), "`parametrize` has no values".to_owned()));
        }
        Some(value @ (Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) | Expr::NoneLiteral(_))) => {
            wrong.push((span(value), "the values are no list: pytest refuses the file".to_owned()));
        }
        _ => {}
    }
    known.extend(names.iter().cloned());
    if let Some(indirect) = indirect
        && let Some(indirects) = strings(indirect)
    {
        for name in indirects.iter().filter(|name| !names.contains(name)) {
            wrong.push((span(indirect), format!("`{name}` is indirect, and no argument here is called so")));
        }
    }
    let said = arguments.find_argument_value("argvalues", 1).map(|value| match value {
        Expr::Name(name) => cx.only_value(name.id.as_str()).unwrap_or(value),
        value => value,
    });
    let values = match said {
        Some(Expr::List(list)) => &list.elts,
        Some(Expr::Tuple(tuple)) => &tuple.elts,
        _ => return,
    };
    if values.iter().any(Expr::is_starred_expr) {
        return;
    }
    if let Some(Expr::List(ids)) = arguments.find_argument_value("ids", 3)
        && !ids.elts.iter().any(Expr::is_starred_expr)
        && ids.elts.len() != values.len()
    {
        wrong.push((
            span(ids),
            format!("ids of another number than the sets of values: {} and {}", ids.elts.len(), values.len()),
        ));
    }
    for value in values {
        if let Some(count) = count(value, names.len())
            && count != names.len()
        {
            let some = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
            let message = format!("{} for {}", some(count, "value"), some(names.len(), "argument"));
            wrong.push((span(value), message));
        }
    }
}

/// How many arguments a set of values fills; none where that is not to be seen.
fn count(value: &Expr, wanted: usize) -> Option<usize> {
    let fixed = |all: &[Expr]| (!all.iter().any(Expr::is_starred_expr)).then_some(all.len());
    match value {
        Expr::Call(call) if dotted(&call.func).is_some_and(|name| name == "pytest.param" || name == "param") => {
            fixed(&call.arguments.args)
        }
        // One name takes whatever stands there.
        _ if wanted == 1 => None,
        Expr::Tuple(tuple) => fixed(&tuple.elts),
        Expr::List(list) => fixed(&list.elts),
        Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) | Expr::NoneLiteral(_) => Some(1),
        // Of a text each letter is a value.
        Expr::StringLiteral(text) => Some(text.value.to_str().chars().count()),
        _ => None,
    }
}
