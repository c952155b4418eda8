//! Bytes that Python does not read at all. Page: rules/syntax/undecodable-source.md

use crate::fact::Condition;
use crate::python::Tree;
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, tree: &Tree) {
    let Some(trouble) = cx.trouble else { return };
    let end = cx.text[trouble.at as usize..].chars().next().map_or(0, |first| first.len_utf8() as u32);
    let span = Span::new(trouble.at, trouble.at + end);
    // Python 3.14 is the first that reads comments as well.
    let is_taken = tree.takes(cx.text, trouble);
    let message = if is_taken {
        format!("{}, not even in a comment, from Python 3.14 on", trouble.message)
    } else {
        trouble.message.clone()
    };
    let finding = cx.report(span, text![message]);
    finding.help(trouble.help.clone());
    if is_taken {
        finding.when(Condition::Python(3, 14));
    }
}
