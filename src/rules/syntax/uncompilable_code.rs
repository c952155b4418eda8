//! What parses and does not compile. Page: rules/syntax/uncompilable-code.md

use crate::fact::Condition;
use crate::python::Tree;
use crate::python::semantic::Fault;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, _tree: &Tree) {
    let always: Vec<Fault> = cx.faults().iter().filter(|fault| fault.legal_from.is_none()).cloned().collect();
    for fault in always {
        let finding = cx.report(fault.span, text![fault.message]);
        if let Some((major, minor)) = fault.illegal_from {
            finding.when(Condition::Python(major, minor));
        }
    }
}
