//! Broken grammar, one finding a place. Page: rules/syntax/syntax-error.md

use crate::finding::{Edit, Fix};
use crate::python::Tree;
use crate::python::broken::Mend;
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
        for (index, mend) in place.mends.into_iter().enumerate() {
            match index {
                0 => finding.fix(fix(mend)),
                _ => finding.alternative(fix(mend)),
            };
        }
    }
}

fn fix(mend: Mend) -> Fix {
    let edits = mend.edits.into_iter().map(|(span, text)| Edit::replace(span, text)).collect();
    if mend.proven { Fix::safe(mend.title, edits) } else { Fix::risky(mend.title, edits) }
}
