//! Tests that never run, or cannot: what pytest would say, and what its rules share.

pub mod async_test_not_awaited;
pub mod broken_configuration;
pub mod broken_fixture;
pub mod broken_hook;
pub mod broken_parametrize;
pub mod circular_import;
pub mod guarded_import;
pub mod missing_name;
pub mod nose_setup;
pub mod production_imports_tests;
pub mod same_module_name;
pub mod shadowed_test;
pub mod stops_at_import;
pub mod test_without_verdict;
pub mod uncollected_file;
pub mod uncollected_tests;
pub mod unknown_fixture;
pub mod unknown_mark;
pub mod unreachable_module;
pub mod unrunnable_test;

use crate::fact::Condition;
use crate::python::ast::{self, Decorator, Expr, Stmt};
use crate::python::{Block, deeper, dotted, walk};
use crate::rule::Cx;

/// Whether the file may hold tests at all: most do not, and are done with.
fn may_test(cx: &Cx) -> bool {
    cx.mentions("def test") || cx.mentions("fixture")
}

/// What pytest calls a test, by its name.
fn is_test_name(name: &str) -> bool {
    name.starts_with("test_") || name == "test"
}

/// The classes around the node, the module left out; none where a function is among them.
fn classes<'a>(cx: &Cx<'a>) -> Option<Vec<&'a ast::StmtClassDef>> {
    cx.scopes[1..]
        .iter()
        .map(|scope| match scope.block {
            Block::Class(class) => Some(class),
            _ => None,
        })
        .collect()
}

/// Whether a class is pytest's alone: called `Test...`, and built on nothing that could make it something else.
fn is_plain_test_class(class: &ast::StmtClassDef) -> bool {
    class.name.as_str().starts_with("Test") && bases(class).iter().all(|base| base == "object") && !has_metaclass(class)
}

fn has_metaclass(class: &ast::StmtClassDef) -> bool {
    class.arguments.as_ref().is_some_and(|arguments| !arguments.keywords.is_empty())
}

/// The dotted names of the bases; a name of its own for what has none.
fn bases(class: &ast::StmtClassDef) -> Vec<String> {
    let all = class.arguments.iter().flat_map(|arguments| arguments.args.iter());
    all.map(|base| dotted(base).unwrap_or_else(|| "?".to_owned())).collect()
}

/// Whether a class is unittest's, as its bases are called.
fn is_unittest(class: &ast::StmtClassDef) -> bool {
    bases(class).iter().any(|base| base.ends_with("TestCase"))
}

/// What has to be true of the bases of such a class.
fn is_testcase(cx: &Cx, class: &ast::StmtClassDef) -> Condition {
    const CLASSES: [&str; 7] = [
        "unittest.TestCase",
        "unittest.case.TestCase",
        "unittest.IsolatedAsyncioTestCase",
        "django.test.TestCase",
        "django.test.SimpleTestCase",
        "django.test.TransactionTestCase",
        "rest_framework.test.APITestCase",
    ];
    let bases = class.arguments.iter().flat_map(|arguments| arguments.args.iter()).map(|base| cx.annotation(base));
    let each = bases.flat_map(|base| CLASSES.map(|of| Condition::derives(base.clone(), of)));
    Condition::any(each.collect())
}

/// What a decorator is called: `pytest.mark.skip` of `@pytest.mark.skip("x")`.
fn name_of(decorator: &Decorator) -> String {
    let callee = match &decorator.expression {
        Expr::Call(call) => &call.func,
        other => other,
    };
    dotted(callee).unwrap_or_else(|| "?".to_owned())
}

/// `pytest.mark.slow` and `mark.slow`: the name of the mark.
fn mark(decorator: &Decorator) -> Option<String> {
    let name = name_of(decorator);
    let (before, mark) = name.rsplit_once('.')?;
    (before == "pytest.mark" || before == "mark").then(|| mark.to_owned())
}

/// Whether a mark keeps a test from running, or lets it fail.
fn may_be_skipped(decorators: &[Decorator]) -> bool {
    decorators.iter().any(|one| mark(one).is_some_and(|mark| matches!(mark.as_str(), "skip" | "skipif" | "xfail")))
}

fn is_fixture(decorator: &Decorator) -> bool {
    matches!(name_of(decorator).as_str(), "pytest.fixture" | "fixture" | "pytest_asyncio.fixture")
}

/// Decorators that leave a test what it is: marks, and patches, which add arguments.
fn stays_a_test(function: &ast::StmtFunctionDef) -> bool {
    let is_patch = |name: &str| name == "patch" || name.contains("patch.") || name.ends_with(".patch");
    function.decorator_list.iter().all(|one| mark(one).is_some() || is_patch(&name_of(one)))
}

/// Calls `visit` with every statement of a function's own body, blocks inside of it included, functions and classes excepted.
fn own_statements<'a>(body: &'a [Stmt], visit: &mut dyn FnMut(&'a Stmt)) {
    for stmt in body {
        visit(stmt);
        if !matches!(stmt, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
            deeper(|| walk::blocks(stmt, &mut |inner| own_statements(inner, visit)));
        }
    }
}

/// The imports that run whatever happens.
fn top_level_imports(body: &[Stmt]) -> impl Iterator<Item = &Stmt> {
    walk::run_always(body).into_iter().filter(|stmt| matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_)))
}

/// Those of them that do not stand in the module itself: of these the link knows (`fact::Step::Import`), and says what is wrong with them
/// where pytest imports the file.
fn nested_imports(body: &[Stmt]) -> impl Iterator<Item = &Stmt> {
    let around = body.iter().filter(|stmt| !matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_)));
    around.flat_map(|stmt| top_level_imports(std::slice::from_ref(stmt)))
}

/// Expressions that are evaluated while the module is imported, whatever happens: those of its own plain statements.
fn runs_at_import(body: &[Stmt]) -> Vec<&Expr> {
    let mut found = Vec::new();
    for stmt in body {
        match stmt {
            Stmt::Assign(assign) => found.extend(evaluated(&assign.value)),
            Stmt::AnnAssign(assign) => found.extend(assign.value.iter().flat_map(|value| evaluated(value))),
            Stmt::Expr(stmt) => found.extend(evaluated(&stmt.value)),
            _ => {}
        }
    }
    found
}

/// An expression and all in it that is evaluated for sure.
fn evaluated(expr: &Expr) -> Vec<&Expr> {
    fn inside<'a>(expr: &'a Expr, found: &mut Vec<&'a Expr>) {
        // What may not be evaluated is left out.
        if !matches!(expr, Expr::Lambda(_) | Expr::If(_) | Expr::BoolOp(_) | Expr::Generator(_)) {
            found.push(expr);
            walk::children(expr, &mut |child| deeper(|| inside(child, found)));
        }
    }
    let mut found = Vec::new();
    inside(expr, &mut found);
    found
}

/// What runs while a module is imported and stands in heads of functions and in classes: defaults, and values of attributes.
fn runs_around_functions(body: &[Stmt]) -> Vec<&Expr> {
    let mut found = Vec::new();
    for stmt in body {
        match stmt {
            Stmt::FunctionDef(function) => {
                let defaults = function.parameters.iter_non_variadic_params().filter_map(|one| one.default.as_deref());
                for default in defaults {
                    found.push(default);
                    walk::children(default, &mut |child| found.push(child));
                }
            }
            Stmt::ClassDef(class) => {
                found.extend(runs_at_import(&class.body));
                found.extend(runs_around_functions(&class.body));
            }
            _ => {}
        }
    }
    found
}

/// The first `yield` of a function's own body.
fn yields(body: &[Stmt]) -> Option<&Expr> {
    use ast::visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt};
    struct Finder<'a>(Option<&'a Expr>);
    impl<'a> SourceOrderVisitor<'a> for Finder<'a> {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            if !matches!(stmt, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
                deeper(|| walk_stmt(self, stmt));
            }
        }

        fn visit_expr(&mut self, expr: &'a Expr) {
            match expr {
                Expr::Lambda(_) | Expr::Generator(_) => {}
                Expr::Yield(_) | Expr::YieldFrom(_) => self.0 = self.0.or(Some(expr)),
                other => deeper(|| walk_expr(self, other)),
            }
        }
    }
    let mut finder = Finder(None);
    finder.visit_body(body);
    finder.0
}
