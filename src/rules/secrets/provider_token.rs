//! A token in the format of its provider. Page: rules/secrets/provider-token.md

use super::{ROTATE, bound_to, is_docstring, parts, read_from_environment};
use crate::fact::Condition;
use crate::finding::Grade;
use crate::python::ast::Expr;
use crate::rule::{Check, Cx};
use crate::secrets::{Checksum, Grade as Level, Known, known};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Literal(check);

fn check<'a>(cx: &mut Cx<'a>, literal: &'a Expr) {
    let formats = cx.definitions.formats;
    let is_docstring = is_docstring(cx);
    for part in parts(literal) {
        let name = bound_to(cx, literal).unwrap_or_default();
        for hit in formats.find_in(name, cx.source(part)) {
            let span = Span::new(part.start + hit.start as u32, part.start + hit.end as u32);
            // What a provider prints in its own documentation opens nothing.
            if known(cx.source(span)) == Some(Known::Documentation) {
                continue;
            }
            let shape = if hit.checksum == Checksum::Wrong { "has the shape of" } else { "is" };
            let message =
                text![format!("this {shape} a secret that everyone with the source can use: {}", hit.format.name)];
            let fix = match &hit.format.env {
                Some(variable) if span == part => read_from_environment(cx, literal, variable),
                _ => None,
            };
            cx.secrets.push(span);
            let finding = cx.report(span, message);
            finding.help(ROTATE);
            if is_docstring {
                finding.grade(Condition::Always, Grade::Docs);
            }
            if hit.checksum == Checksum::Wrong {
                finding.grade(Condition::Always, Grade::Shape);
            }
            match hit.format.severity {
                _ if hit.public => {
                    finding.grade(Condition::Always, Grade::Public);
                }
                Level::Note => {
                    finding.grade(Condition::Always, Grade::Public);
                }
                Level::Warning => {
                    finding.grade(Condition::Always, Grade::Weak);
                }
                Level::Error => {}
            }
            if let Some(fix) = fix {
                finding.fix(fix);
            }
        }
    }
}
