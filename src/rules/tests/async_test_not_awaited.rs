//! An asynchronous test that nobody awaits. Page: rules/tests/async-test-not-awaited.md

use super::{bases, classes, is_fixture, is_plain_test_class, is_test_name, mark, may_test, stays_a_test, yields};
use crate::fact::Condition;
use crate::python::ast;
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Function(check);

fn check<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    if function.is_async && function.decorator_list.iter().any(is_fixture) {
        fixture(cx, function);
        return;
    }
    if !function.is_async || !is_test_name(&function.name) || !may_test(cx) || yields(&function.body).is_some() {
        return;
    }
    let Some(classes) = classes(cx) else { return };
    let name = function.name.as_str();
    if let Some(class) = classes.last()
        && let [base] = bases(class).as_slice()
        && matches!(base.as_str(), "unittest.TestCase" | "TestCase")
        && function.decorator_list.is_empty()
    {
        let of = class.arguments.iter().flat_map(|arguments| arguments.args.first()).next();
        let Some(of) = of.map(|base| cx.annotation(base)) else { return };
        let message = format!("`TestCase` does not await `{name}`, so not one line of it runs");
        let finding = cx.report(span(&function.name), text![message]);
        finding.when(Condition::Collected);
        finding.when(Condition::any(vec![
            Condition::resolves(of.clone(), "unittest.TestCase"),
            Condition::resolves(of, "unittest.case.TestCase"),
        ]));
        finding.help("build the class on `unittest.IsolatedAsyncioTestCase`");
        return;
    }
    let mut marked = classes.iter().map(|class| &class.decorator_list).chain([&function.decorator_list]);
    if marked.any(|decorators| super::may_be_skipped(decorators)) {
        return;
    }
    let is_plain = classes.iter().all(|class| is_plain_test_class(class));
    let marks =
        |decorators: &[ast::Decorator]| decorators.iter().any(|one| mark(one).is_some_and(|mark| awaits(&mark)));
    let marked = marks(&function.decorator_list)
        || classes.iter().any(|class| marks(&class.decorator_list))
        // `pytestmark = pytest.mark.asyncio`
        || cx.mentions("pytestmark");
    if is_plain && stays_a_test(function) && !marked {
        let message = format!("nobody awaits `{name}`: pytest fails it without running a line");
        let finding = cx.report(span(&function.name), text![message]);
        finding.when(Condition::Collected).when(Condition::NobodyAwaits);
        finding.help("mark it `@pytest.mark.asyncio`, or say `asyncio_mode = auto` in pytest's configuration");
    }
}

/// `@pytest.fixture` on `async def`, where plugins await only what is marked as theirs.
fn fixture<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    let [decorator] = function.decorator_list.as_slice() else { return };
    let name = function.name.as_str();
    let used = cx.text.match_indices(name).count() > 1;
    let plain = matches!(super::name_of(decorator).as_str(), "pytest.fixture" | "fixture");
    // A conftest holds no tests, and others use what it has.
    let alone = !cx.mentions("def test");
    if !plain || !used && !alone || cx.mentions("anyio") || cx.mentions("trio") || cx.scopes.len() != 1 {
        return;
    }
    let message = format!("nobody awaits the fixture `{name}`: what uses it fails before it begins");
    let finding = cx.report(span(&function.name), text![message]);
    finding.when(Condition::CollectedOrConftest).when(Condition::NobodyAwaits);
    finding.help("write `@pytest_asyncio.fixture`, or say `asyncio_mode = auto` in pytest's configuration");
}

fn awaits(mark: &str) -> bool {
    matches!(mark, "asyncio" | "anyio" | "trio" | "gen_test" | "asyncio_cooperative" | "twisted")
}
