//! A module that refuses to be imported outside of the test environment, and is, by tests. Page: rules/tests/guarded-import.md

use crate::fact::Condition;
use crate::finding::{Ask, Piece};
use crate::python::ast::{Expr, Stmt};
use crate::python::environment::{self, is_environ};
use crate::python::{Tree, span, walk};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, tree: &Tree) {
    for stmt in tree.body() {
        let Stmt::If(choice) = stmt else { continue };
        let Some(raised) = choice.body.iter().find(|stmt| stmt.is_raise_stmt()) else { continue };
        if let Some((name, wanted)) = imported(&choice.test) {
            let asked = Piece::Ask(Ask::Variable(name.clone(), wanted.clone()));
            let finding = cx.report(span(raised), text![asked, ": it raises, and no test runs"]);
            finding.when(Condition::TrippedOver(name, wanted));
            finding.help("set the variable in the topmost conftest, before anything is imported, or in pytest's `env`");
        }
        let Some(variable) = variable(cx, &choice.test) else { continue };
        let importer = Piece::Ask(Ask::Importer(variable.clone()));
        let message =
            text![format!("`{variable}` is not set when `"), importer, "` imports this: it raises, and no test runs"];
        let at = span(raised);
        let finding = cx.report(at, message);
        finding.when(Condition::Tripped(variable.clone()));
        finding.help(format!(
            "set `{variable}` in the topmost conftest, before anything is imported, or in pytest's `env`"
        ));
    }
}

/// `ENV != "test"`: the name, and what it should be.
fn imported(test: &Expr) -> Option<(String, String)> {
    let Expr::Compare(compare) = test else { return None };
    match (&*compare.left, &*compare.ops, &*compare.comparators) {
        (Expr::Name(name), [op], [Expr::StringLiteral(wanted)]) if *op == crate::python::ast::CmpOp::NotEq => {
            Some((name.id.to_string(), wanted.value.to_str().to_owned()))
        }
        _ => None,
    }
}

/// The one variable that a condition asks for, where it is not as wanted: `os.environ.get("X") != "test"`, `"X" not in os.environ`,
/// `not os.getenv("X")`.
fn variable(cx: &Cx, test: &Expr) -> Option<String> {
    // `URL = os.getenv("URL")`, asked for below.
    let read = |expr: &Expr| match expr {
        Expr::Name(name) => cx.only_value(&name.id).and_then(read),
        other => read(other),
    };
    match test {
        Expr::Compare(compare) => match (&*compare.left, &*compare.ops, &*compare.comparators) {
            (Expr::StringLiteral(name), [op], [of]) if *op == crate::python::ast::CmpOp::NotIn => {
                is_environ(of).then(|| name.value.to_str().to_owned())
            }
            (left, [op], [Expr::NoneLiteral(_)]) if *op == crate::python::ast::CmpOp::Is => read(left),
            (left, [op], [Expr::StringLiteral(_)]) if *op == crate::python::ast::CmpOp::NotEq => read(left),
            _ => None,
        },
        Expr::UnaryOp(not) if not.op == crate::python::ast::UnaryOp::Not => read(&not.operand),
        _ => None,
    }
}

fn read(expr: &Expr) -> Option<String> {
    let Expr::Call(call) = expr else { return None };
    // A default other than nothing may be what is wanted.
    let mut found =
        environment::read(expr).filter(|read| read.default.is_none() && !read.is_open).map(|read| read.variable);
    if found.is_none() {
        // `os.environ.get("X").lower()`
        walk::children(&call.func, &mut |child| found = found.take().or_else(|| read(child)));
    }
    found
}
