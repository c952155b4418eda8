//! A test that cannot fail. Page: rules/tests/test-without-verdict.md

use super::{classes, is_plain_test_class, is_test_name, may_test, own_statements, stays_a_test};
use crate::fact::Condition;
use crate::python::ast::{self, Expr, Stmt};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Function(check);

fn check<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    if !may_test(cx) || !is_test_name(&function.name) {
        return;
    }
    let Some(classes) = classes(cx) else { return };
    let mut asserted = Vec::new();
    let mut returned = Vec::new();
    own_statements(&function.body, &mut |stmt| match stmt {
        Stmt::Assert(assert) if matches!(&*assert.test, Expr::Tuple(tuple) if !tuple.elts.is_empty()) => {
            asserted.push(span(&*assert.test));
        }
        Stmt::Return(ast::StmtReturn { value: Some(value), .. }) if is_something(value) => returned.push(span(stmt)),
        _ => {}
    });
    for at in asserted {
        let finding = cx.report(at, text!["a tuple is always true, so this never fails"]);
        finding.when(Condition::Collected).help("take the brackets away: `assert condition, message`");
    }
    let plain = classes.iter().all(|class| is_plain_test_class(class));
    if plain && stays_a_test(function) && !function.is_async {
        for at in returned {
            let finding = cx.report(at, text!["a test returns its verdict, and pytest looks at assertions alone"]);
            finding.when(Condition::Collected).help("write `assert` for `return`");
        }
    }
}

/// Whether a value is certainly not `None`.
fn is_something(value: &Expr) -> bool {
    match value {
        Expr::Compare(_) | Expr::StringLiteral(_) | Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) => true,
        Expr::FString(_) | Expr::List(_) | Expr::Tuple(_) | Expr::Dict(_) | Expr::Set(_) | Expr::BytesLiteral(_) => {
            true
        }
        Expr::UnaryOp(op) => op.op == ast::UnaryOp::Not,
        _ => false,
    }
}
