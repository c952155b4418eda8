//! A module of tests that ends before its tests are seen. Page: rules/tests/stops-at-import.md

use crate::fact::Condition;
use crate::python::ast::{Expr, Stmt};
use crate::python::{Tree, dotted, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, tree: &Tree) {
    if !cx.mentions("def test") {
        return;
    }
    let mut wrong = Vec::new();
    for stmt in tree.body() {
        match stmt {
            Stmt::Raise(_) => {
                wrong.push((span(stmt), "this is raised while pytest collects the file, so none of its tests runs"))
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
            _ => {}
        }
    }
    for (at, message) in wrong {
        cx.report(at, text![message]).when(Condition::Collected);
    }
}
