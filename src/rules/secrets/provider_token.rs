//! A token in the format of its provider. Page: rules/secrets/provider-token.md

use super::{ROTATE, bound_to, is_docstring, parts, read_from_environment};
use crate::fact::Condition;
use crate::finding::Grade;
use crate::python::ast::Expr;
use crate::rule::{Check, Cx};
use crate::secrets::{Checksum, Grade as Level, Known, known, pem_private_key};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Literal(check);

/// A private key in PEM, in one string or in several that stand together.
fn private_key(cx: &mut Cx, literal: &Expr, is_docstring: bool) {
    let text = match literal {
        Expr::StringLiteral(string) => string.value.to_str().to_owned(),
        Expr::BytesLiteral(bytes) => String::from_utf8_lossy(&bytes.value.bytes().collect::<Vec<u8>>()).into_owned(),
        _ => return,
    };
    let Some(key) = pem_private_key(&text) else { return };
    let spans = parts(literal);
    let (Some(first), Some(last)) = (spans.first(), spans.last()) else { return };
    let span = Span::new(first.start, last.end);
    cx.secrets.extend(spans);
    let finding = cx.report(span, text!["this is a private key that everyone with the source can use"]);
    finding.help(ROTATE);
    if is_docstring {
        finding.grade(Condition::Always, Grade::Docs);
    }
    if key.encrypted {
        finding.grade(Condition::Always, Grade::Weak);
    }
}

fn check<'a>(cx: &mut Cx<'a>, literal: &'a Expr) {
    let formats = cx.definitions.formats;
    let is_docstring = is_docstring(cx);
    if cx.mentions("-----BEGIN ") {
        private_key(cx, literal, is_docstring);
    }
    for part in parts(literal) {
        let name = bound_to(cx, literal).map_or("", |bound| bound.name);
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
