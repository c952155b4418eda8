//! A hook in a conftest that pytest does not know, or does not hand such an argument. Page: rules/tests/broken-hook.md

use super::{is_fixture, name_of};
use crate::fact::Condition;
use crate::page::nearest;
use crate::python::ast::{self, Expr, Stmt};
use crate::python::{Tree, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, tree: &Tree) {
    if !cx.may_find(&["pytest_"]) {
        return;
    }
    for stmt in tree.body() {
        if let Stmt::ImportFrom(from) = stmt {
            for alias in &from.names {
                let name = alias.asname.as_ref().unwrap_or(&alias.name);
                let is_hook = HOOKS.iter().any(|(hook, _)| *hook == name.as_str()) || name.as_str() == "pytest_plugins";
                // What a function here is called is told there; a module may have such a name, too.
                let is_function =
                    from.level > 0 || from.module.as_ref().is_some_and(|module| !module.starts_with("pytest"));
                if name.starts_with("pytest_") && !is_hook && is_function {
                    unknown(cx, name);
                }
            }
        }
        let Stmt::FunctionDef(function) = stmt else { continue };
        let name = function.name.as_str();
        if name.starts_with("pytest_")
            && function.decorator_list.iter().any(is_fixture)
            && !HOOKS.iter().any(|(hook, _)| *hook == name)
        {
            unknown(cx, &function.name);
        }
        if !name.starts_with("pytest_") || function.decorator_list.iter().any(is_apart) {
            continue;
        }
        match HOOKS.iter().find(|(hook, _)| *hook == name) {
            Some((_, arguments)) => takes(cx, function, arguments),
            None => unknown(cx, &function.name),
        }
    }
}

/// `@pytest.hookimpl(optionalhook=True)`, `specname="..."`, a fixture, and whatever davy does not know.
fn is_apart(decorator: &ast::Decorator) -> bool {
    let plain = matches!(name_of(decorator).as_str(), "pytest.hookimpl" | "hookimpl");
    let Expr::Call(call) = &decorator.expression else { return !plain };
    let apart = |name: &str| call.arguments.find_keyword(name).is_some();
    !plain || apart("optionalhook") || apart("specname")
}

fn takes(cx: &mut Cx, function: &ast::StmtFunctionDef, arguments: &str) {
    let name = function.name.as_str();
    let mut known = arguments.split(' ');
    let parameters = function.parameters.posonlyargs.iter().chain(&function.parameters.args);
    // What has a default is never handed over.
    let wrong = parameters
        .filter(|parameter| parameter.default.is_none())
        .find(|parameter| !known.clone().any(|one| one == parameter.parameter.name.as_str()));
    let Some(wrong) = wrong else { return };
    let argument = wrong.parameter.name.as_str();
    let dropped = matches!(argument, "path" | "startdir" | "fspath");
    let (message, since) = match dropped {
        true => (format!("pytest 9 hands `{name}` no `{argument}` anymore, and does not start"), 9),
        false => (format!("pytest hands `{name}` no `{argument}`, and does not start"), 0),
    };
    let near = match argument {
        "path" | "fspath" => known.find(|one| one.ends_with("_path")),
        "startdir" => known.find(|one| *one == "start_path"),
        argument => nearest(argument, known),
    };
    let help = match near.filter(|near| !near.is_empty()) {
        Some(near) => format!("it is `{near}`"),
        None if arguments.is_empty() => "it has no arguments".to_owned(),
        None => format!("it has {}", arguments.split(' ').map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ")),
    };
    let finding = cx.report(span(&wrong.parameter), text![message]);
    finding.when(Condition::CollectedOrConftest).when(Condition::Named("conftest.py".into()));
    if since > 0 {
        finding.when(Condition::Runs { package: "pytest".into(), major: since, always: false });
    }
    finding.help(help);
}

fn unknown(cx: &mut Cx, identifier: &ast::Identifier) {
    let name = identifier.as_str();
    let message = format!("pytest knows no hook `{name}`, and does not start");
    let help = match nearest(name, HOOKS.iter().map(|(hook, _)| *hook)) {
        Some(near) => format!("it is `{near}`; what is no hook gets another name"),
        None => "give it a name that does not begin with `pytest_`".to_owned(),
    };
    let finding = cx.report(span(identifier), text![message]);
    finding.when(Condition::CollectedOrConftest).when(Condition::Named("conftest.py".into()));
    finding.when(Condition::UnknownHook(name.to_owned())).help(help);
}

/// Pytest's hooks with what they are handed (`_pytest.hookspec` of 9.2).
#[rustfmt::skip]
const HOOKS: [(&str, &str); 52] = [
    ("pytest_addhooks", "pluginmanager"),
    ("pytest_addoption", "parser pluginmanager"),
    ("pytest_assertion_pass", "item lineno orig expl"),
    ("pytest_assertrepr_compare", "config op left right"),
    ("pytest_cmdline_main", "config"),
    ("pytest_cmdline_parse", "pluginmanager args"),
    ("pytest_collect_directory", "path parent"),
    ("pytest_collect_file", "file_path parent"),
    ("pytest_collection", "session"),
    ("pytest_collection_finish", "session"),
    ("pytest_collection_modifyitems", "session config items"),
    ("pytest_collectreport", "report"),
    ("pytest_collectstart", "collector"),
    ("pytest_configure", "config"),
    ("pytest_deselected", "items"),
    ("pytest_enter_pdb", "config pdb"),
    ("pytest_exception_interact", "node call report"),
    ("pytest_fixture_post_finalizer", "fixturedef request"),
    ("pytest_fixture_setup", "fixturedef request"),
    ("pytest_generate_tests", "metafunc"),
    ("pytest_ignore_collect", "collection_path config"),
    ("pytest_internalerror", "excrepr excinfo"),
    ("pytest_itemcollected", "item"),
    ("pytest_keyboard_interrupt", "excinfo"),
    ("pytest_leave_pdb", "config pdb"),
    ("pytest_load_initial_conftests", "early_config parser args"),
    ("pytest_make_collect_report", "collector"),
    ("pytest_make_parametrize_id", "config val argname"),
    ("pytest_markeval_namespace", "config"),
    ("pytest_plugin_registered", "plugin plugin_name manager"),
    ("pytest_pycollect_makeitem", "collector name obj"),
    ("pytest_pycollect_makemodule", "module_path parent"),
    ("pytest_pyfunc_call", "pyfuncitem"),
    ("pytest_report_collectionfinish", "config start_path items"),
    ("pytest_report_from_serializable", "config data"),
    ("pytest_report_header", "config start_path"),
    ("pytest_report_teststatus", "report config"),
    ("pytest_report_to_serializable", "config report"),
    ("pytest_runtest_call", "item"),
    ("pytest_runtest_logfinish", "nodeid location"),
    ("pytest_runtest_logreport", "report"),
    ("pytest_runtest_logstart", "nodeid location"),
    ("pytest_runtest_makereport", "item call"),
    ("pytest_runtest_protocol", "item nextitem"),
    ("pytest_runtest_setup", "item"),
    ("pytest_runtest_teardown", "item nextitem"),
    ("pytest_runtestloop", "session"),
    ("pytest_sessionfinish", "session exitstatus"),
    ("pytest_sessionstart", "session"),
    ("pytest_terminal_summary", "terminalreporter exitstatus config"),
    ("pytest_unconfigure", "config"),
    ("pytest_warning_recorded", "warning_message when nodeid location"),
];
