//! Tests that pytest passes by, by what their class or module is. Page: rules/tests/uncollected-tests.md

use super::{bases, classes, has_metaclass, is_test_name, is_testcase, is_unittest, mark, may_test, name_of};
use crate::fact::Condition;
use crate::python::ast::{self, Expr, Stmt};
use crate::python::{Block, Tree, dotted, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Several(&[Check::Class(class), Check::Function(function), Check::File(module)]);

/// A test inside of another, and one whose name pytest is configured to pass by.
fn function<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    let name = function.name.as_str();
    marked(cx, function);
    if !is_test_name(name) || !may_test(cx) || !function.decorator_list.is_empty() {
        return;
    }
    match cx.scopes.last().map(|scope| scope.block) {
        Some(Block::Function(outer)) if is_test_name(&outer.name) && cx.text.matches(name).count() == 1 => {
            let message = format!("pytest does not look into functions: `{name}` never runs");
            let finding = cx.report(span(&function.name), text![message]);
            finding.when(Condition::Collected).label(span(&outer.name), "it stands in this one");
            finding.help("move it out, or call it");
        }
        Some(Block::Module(_)) => {
            let message = format!("`python_functions`, as pytest is configured, takes no `{name}`: it never runs");
            let finding = cx.report(span(&function.name), text![message]);
            finding.when(Condition::PassedByName { is_class: false, name: name.to_owned() });
            finding.help("give it a name that is taken");
        }
        _ => {}
    }
}

/// A function with a mark that is no test by its name, and that nobody calls.
fn marked<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    let name = function.name.as_str();
    let marks = &function.decorator_list;
    if marks.is_empty() || name.starts_with("test") || !cx.may_find(&["mark."]) || !cx.mentions("def test") {
        return;
    }
    let alone =
        cx.scopes.len() == 1 && marks.iter().all(|one| mark(one).is_some()) && cx.text.matches(name).count() == 1;
    // `xtest_login` and `_test_login` are out of the way on purpose.
    let on_purpose = name.split('_').any(|part| part.ends_with("test")) || name.starts_with('_');
    if alone && !on_purpose {
        let message = format!("`{name}` has a mark and no name of a test: it never runs");
        let finding = cx.report(span(&function.name), text![message]);
        finding.when(Condition::Collected).when(Condition::ImportedElsewhere(name.to_owned()).not());
        finding.when(Condition::TakenByName { is_class: false, name: name.to_owned() }.not());
        finding.help("give it a name that begins with `test_`");
    }
}

/// The class of this module that a name is bound to.
fn class_of<'a>(tree: &'a Tree, name: &str) -> Option<&'a ast::StmtClassDef> {
    tree.body().iter().filter_map(Stmt::as_class_def_stmt).find(|class| class.name.as_str() == name)
}

fn class<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    if !may_test(cx) || classes(cx).is_none() || has_metaclass(class) {
        return;
    }
    let name = class.name.as_str();
    let plain = bases(class).iter().all(|base| base == "object");
    let method = |wanted: &dyn Fn(&str) -> bool| {
        class.body.iter().find_map(|stmt| match stmt {
            Stmt::FunctionDef(function) if wanted(function.name.as_str()) => Some(function),
            _ => None,
        })
    };
    let has_tests = method(&is_test_name).is_some();
    if !plain {
        inherits(cx, class, has_tests);
        let base = class
            .arguments
            .iter()
            .flat_map(|all| &all.args)
            .find_map(|base| class_of(cx.tree, &dotted(base).unwrap_or_default()));
        let off = base.and_then(|base| base.body.iter().find(|stmt| assigns_false(stmt)));
        let says_itself = class
            .body
            .iter()
            .any(|stmt| matches!(stmt, Stmt::Assign(assign) if assign.targets.iter().any(is_dunder_test)));
        if let Some(off) = off.filter(|_| has_tests && name.starts_with("Test") && !says_itself) {
            let message = format!(
                "pytest does not collect `{name}`, because a class above it says `__test__ = False`: none of its tests runs"
            );
            let finding = cx.report(span(&class.name), text![message]);
            finding.when(Condition::Collected).label(span(off), "this is inherited");
            finding.help("say `__test__ = True` in it");
        }
        return;
    }
    if has_tests && name.starts_with("Test") && cx.scopes.len() == 1 {
        let message = format!("`python_classes`, as pytest is configured, takes no `{name}`: none of its tests runs");
        let finding = cx.report(span(&class.name), text![message]);
        finding.when(Condition::PassedByName { is_class: true, name: name.to_owned() });
        finding.help("give it a name that is taken");
    }
    let is_inner = cx.scopes.len() > 1
        && classes(cx).is_some_and(|around| around.iter().all(|one| super::is_plain_test_class(one)));
    if has_tests
        && is_inner
        && !name.starts_with("Test")
        && class.decorator_list.is_empty()
        && cx.text.matches(name).count() == 1
    {
        let message = format!("pytest collects classes whose names begin with `Test`: no test of `{name}` runs");
        let finding = cx.report(span(&class.name), text![message]);
        finding.when(Condition::Collected).help(format!("call it `Test{}`", stem(name)));
        finding.when(Condition::TakenByName { is_class: true, name: name.to_owned() }.not());
        return;
    }
    let says_no = class.body.iter().any(assigns_false);
    if name.starts_with("Test") && !says_no {
        let made = method(&|name| matches!(name, "__init__" | "__new__"));
        let by_dataclass = class.decorator_list.iter().find(|one| name_of(one).ends_with("dataclass"));
        let (what, at) = match (made, by_dataclass) {
            (Some(function), _) => (format!("it has `{}`", function.name), span(&function.name)),
            (None, Some(decorator)) => ("a dataclass has `__init__`".to_owned(), span(decorator)),
            (None, None) => return,
        };
        let verb = if has_tests { "none of its tests runs" } else { "it is taken for a class of tests by its name" };
        let message = format!("pytest does not collect `{name}`, because {what}: {verb}");
        let finding = cx.report(span(&class.name), text![message]);
        finding.when(Condition::Collected).label(at, "this keeps pytest from making an instance");
        finding.help(match has_tests {
            true => "set the tests up in a fixture or in `setup_method`",
            false => "call it something that does not begin with `Test`, or say `__test__ = False` in it",
        });
    } else if has_tests && is_called_like_tests(name) && !is_built_on(cx, name) && cx.scopes.len() == 1 {
        let message = format!("pytest collects classes whose names begin with `Test`: no test of `{name}` runs");
        let finding = cx.report(span(&class.name), text![message]);
        finding.when(Condition::Collected).when(Condition::ImportedElsewhere(name.to_owned()).not());
        finding.when(Condition::TakenByName { is_class: true, name: name.to_owned() }.not());
        finding.help(format!("call it `Test{}`", stem(name)));
    }
}

/// A class of tests that is built on one with `__init__`.
fn inherits<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef, has_tests: bool) {
    let name = class.name.as_str();
    let Some(base) = class.arguments.iter().flat_map(|arguments| arguments.args.first()).next() else { return };
    if !has_tests || !name.starts_with("Test") || is_unittest(class) || class.body.iter().any(assigns_false) {
        return;
    }
    let made = class.body.iter().filter_map(Stmt::as_function_def_stmt).find(|one| one.name.as_str() == "__init__");
    let what = if made.is_some() { "it has `__init__`" } else { "a class above it has `__init__`" };
    let message = format!("pytest does not collect `{name}`, because {what}: none of its tests runs");
    let at = made.map_or_else(|| span(base), |made| span(&made.name));
    let of = cx.annotation(base);
    let is_testcase = is_testcase(cx, class);
    let inherits = Condition::Inherits { of, attr: "__init__".to_owned() };
    let finding = cx.report(span(&class.name), text![message]);
    finding.when(Condition::Collected).when(is_testcase.not());
    if made.is_none() {
        finding.when(inherits);
    }
    finding.label(at, "this keeps pytest from making an instance");
    finding.help("set the tests up in a fixture or in `setup_method`");
}

/// `UserTests`, `UserTest`, `UserTestCase`.
fn is_called_like_tests(name: &str) -> bool {
    !name.starts_with("Test") && !name.starts_with('_') && stem(name).len() < name.len()
}

fn stem(name: &str) -> &str {
    ["TestCase", "Tests", "Test"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

/// Whether anything in the file names the class beside its own header: a mixin is collected with what is built on it.
fn is_built_on(cx: &Cx, name: &str) -> bool {
    cx.text.match_indices(name).count() > 1
}

fn is_dunder_test(target: &Expr) -> bool {
    matches!(target, Expr::Name(name) if name.id.as_str() == "__test__")
}

fn assigns_false(stmt: &Stmt) -> bool {
    let Stmt::Assign(assign) = stmt else { return false };
    assign.targets.iter().any(is_dunder_test)
        && matches!(&*assign.value, Expr::BooleanLiteral(literal) if !literal.value)
}

/// `__test__ = False` for a whole module that holds tests.
fn module(cx: &mut Cx, tree: &Tree) {
    if !cx.may_find(&["__test__"]) {
        return;
    }
    let tests = tree.body().iter().filter(|stmt| match stmt {
        Stmt::FunctionDef(function) => is_test_name(function.name.as_str()),
        Stmt::ClassDef(class) => class.name.as_str().starts_with("Test"),
        _ => false,
    });
    let count = tests.count();
    let Some(off) = tree.body().iter().find(|stmt| assigns_false(stmt)) else { return };
    if count > 0 {
        let finding = cx.report(span(off), text!["pytest passes this whole module by, with the tests in it"]);
        finding
            .when(Condition::Collected)
            .help("take the line out, or say why with `pytest.skip(..., allow_module_level=True)`");
    }
}
