//! Syntax that the oldest Python of the project does not know. Page: rules/syntax/too-new-syntax.md

use crate::fact::Condition;
use crate::python::Tree;
use crate::python::semantic::Fault;
use crate::rule::{Check, Cx};
use crate::rules::syntax::except_comma;
use crate::text;
use crate::unit::Kind;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, _tree: &Tree) {
    // Nobody runs a stub.
    if cx.kind == Kind::Stub {
        return;
    }
    let newer =
        cx.faults().iter().filter(|fault| fault.legal_from.is_some() && except_comma::place(cx, fault).is_none());
    let newer: Vec<Fault> = newer.cloned().collect();
    for fault in newer {
        let Some((major, minor)) = fault.legal_from else { continue };
        let message =
            format!("{}: from Python {major}.{minor} on, and this project runs on older ones, too", fault.message);
        let finding = cx.report(fault.span, text![message]);
        finding.when(Condition::RunsBefore(major, minor)).when(Condition::LeftOut.not());
        finding.help(format!("write it as older Pythons do, or say `requires-python = \">={major}.{minor}\"`"));
    }
}
