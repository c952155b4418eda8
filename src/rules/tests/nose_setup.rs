//! `setup` and `teardown` as nose had them, which pytest 8 does not call. Page: rules/tests/nose-setup.md

use super::{classes, is_plain_test_class, is_test_name, is_testcase, is_unittest, may_test};
use crate::fact::Condition;
use crate::finding::{Edit, Fix};
use crate::python::ast::{self, Stmt};
use crate::python::{Tree, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Several(&[Check::Class(class), Check::File(module)]);

fn class<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    if !may_test(cx) || classes(cx).is_none() {
        return;
    }
    if is_unittest(class) {
        of_unittest(cx, class);
    }
    if !is_plain_test_class(class) {
        return;
    }
    told(cx, &class.body, "setup_method", "teardown_method");
}

/// unittest calls `setUp`, and nothing else.
fn of_unittest<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    for function in class.body.iter().filter_map(Stmt::as_function_def_stmt) {
        let (name, instead) = match function.name.as_str() {
            name @ ("setup" | "set_up") => (name, "setUp"),
            name @ ("teardown" | "tearDOwn" | "tear_down") => (name, "tearDown"),
            _ => continue,
        };
        let is_called = cx.text.contains(&format!(".{name}("));
        if is_called || !function.decorator_list.is_empty() || function.parameters.len() != 1 {
            continue;
        }
        let at = span(&function.name);
        let condition = is_testcase(cx, class);
        let finding = cx.report(at, text![format!("unittest does not call `{name}`: it is `{instead}`")]);
        finding.when(Condition::Collected).when(condition);
        finding.fix(Fix::safe(format!("Call it `{instead}`"), vec![Edit::replace(at, instead)]));
    }
}

fn module(cx: &mut Cx, tree: &Tree) {
    if may_test(cx) {
        told(cx, tree.body(), "setup_module", "teardown_module");
    }
}

fn told(cx: &mut Cx, body: &[Stmt], setup: &'static str, teardown: &'static str) {
    let functions: Vec<_> = body.iter().filter_map(Stmt::as_function_def_stmt).collect();
    if !functions.iter().any(|function| is_test_name(function.name.as_str())) {
        return;
    }
    for function in &functions {
        let (name, instead) = match function.name.as_str() {
            "setup" => ("setup", setup),
            "teardown" => ("teardown", teardown),
            _ => continue,
        };
        // Somebody calls it, or says what it is.
        let is_used = cx.text.match_indices(name).any(|(at, _)| {
            let before = cx.text[..at].chars().next_back();
            let after = cx.text[at + name.len()..].trim_start();
            at as u32 != span(&function.name).start
                && !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
                && after.starts_with('(')
                && !cx.text[..at].trim_end().ends_with("def")
        });
        let has_other = functions.iter().any(|one| one.name.as_str() == instead);
        if !function.decorator_list.is_empty() || function.is_async || is_used || has_other {
            continue;
        }
        let message = format!("pytest does not call `{name}`, which was nose's, since version 8");
        let at = span(&function.name);
        let finding = cx.report(at, text![message]);
        finding.when(Condition::Collected);
        finding.when(Condition::Runs { package: "pytest".into(), major: 8, always: false });
        finding.fix(Fix::safe(format!("Call it `{instead}`"), vec![Edit::replace(at, instead)]));
    }
}
