//! Broken grammar, one finding a place. Page: rules/syntax/syntax-error.md

use crate::python::Tree;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, _tree: &Tree) {
    for place in std::mem::take(&mut cx.broken) {
        let finding = cx.report(place.span, text![place.message]);
        if let Some(help) = place.help {
            finding.help(help);
        }
        for (span, message) in place.labels {
            finding.label(span, message);
        }
    }
}
