//! A password in a URL. Page: rules/secrets/url-password.md

use super::{ROTATE, is_docstring, parts};
use crate::fact::Condition;
use crate::finding::Grade;
use crate::python::ast::Expr;
use crate::rule::{Check, Cx};
use crate::secrets::{Likelihood, url_passwords};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Literal(check);

fn check<'a>(cx: &mut Cx<'a>, literal: &'a Expr) {
    let is_docstring = is_docstring(cx);
    for part in parts(literal) {
        for (start, end, url) in url_passwords(cx.source(part)) {
            let span = Span::new(part.start + start as u32, part.start + end as u32);
            cx.secrets.push(span);
            // A host without a name that anybody could resolve explains a format.
            if is_docstring && !url.host.contains('.') {
                continue;
            }
            let message =
                text![format!("this {} URL holds a password that everyone with the source can read", url.scheme)];
            let finding = cx.report(span, message);
            finding.help(ROTATE);
            if is_docstring {
                finding.grade(Condition::Always, Grade::Docs);
            }
            if url.is_local() {
                finding.grade(Condition::Always, Grade::Local);
            } else if url.likelihood <= Likelihood::Weak {
                finding.grade(Condition::Always, Grade::Weak);
            }
        }
    }
}
