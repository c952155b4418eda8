//! Two tests of one name: the first never runs. Page: rules/tests/shadowed-test.md

use super::{is_test_name, may_test, stays_a_test};
use crate::fact::Condition;
use crate::python::ast::{self, Expr, Stmt};
use crate::python::{Tree, span};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;
use rustc_hash::FxHashMap;

pub const CHECK: Check = Check::Several(&[Check::File(module), Check::Class(class)]);

fn module(cx: &mut Cx, tree: &Tree) {
    if may_test(cx) {
        body(cx, tree.body());
    }
}

fn class<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    if may_test(cx) {
        body(cx, &class.body);
    }
}

/// Only what stands in one list of statements: the branches of an `if` exclude each other.
fn body(cx: &mut Cx, body: &[Stmt]) {
    let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
    for stmt in body {
        let (name, at) = match stmt {
            Stmt::FunctionDef(function) if is_test_name(&function.name) && stays_a_test(function) => {
                (function.name.as_str(), span(&function.name))
            }
            Stmt::ClassDef(class) if class.name.as_str().starts_with("Test") && class.decorator_list.is_empty() => {
                (class.name.as_str(), span(&class.name))
            }
            Stmt::ImportFrom(from) => {
                let names = from.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name));
                seen.extend(names.filter(|name| is_test_name(name)).map(|name| (name.as_str(), span(name))));
                continue;
            }
            // `test_rows = [1, 2]` below `def test_rows`; what is made of the test itself stays one.
            Stmt::Assign(assign) => {
                let [Expr::Name(target)] = &*assign.targets else { continue };
                let name = target.id.as_str();
                let is_value = matches!(
                    &*assign.value,
                    Expr::List(_)
                        | Expr::Tuple(_)
                        | Expr::Dict(_)
                        | Expr::Set(_)
                        | Expr::NumberLiteral(_)
                        | Expr::StringLiteral(_)
                        | Expr::BooleanLiteral(_)
                        | Expr::NoneLiteral(_)
                );
                if let Some(first) = seen.remove(name).filter(|_| is_value && is_test_name(name)) {
                    let message = format!("`{name}` takes the place of the test above it, which never runs");
                    let finding = cx.report(span(target), text![message]);
                    finding
                        .when(Condition::Collected)
                        .label(first, "nobody runs this one")
                        .help("give each its own name");
                }
                continue;
            }
            _ => continue,
        };
        if let Some(first) = seen.insert(name, at) {
            let message = format!("`{name}` takes the place of another one above it, which never runs");
            let finding = cx.report(at, text![message]);
            finding.when(Condition::Collected).label(first, "nobody runs this one").help("give each its own name");
        }
    }
}
