//! Bytes that Python does not read at all. Page: rules/syntax/undecodable-source.md

use crate::python::Tree;
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, _tree: &Tree) {
    let Some(trouble) = cx.trouble else { return };
    let end = cx.text[trouble.at as usize..].chars().next().map_or(0, |first| first.len_utf8() as u32);
    let finding = cx.report(Span::new(trouble.at, trouble.at + end), text![trouble.message.clone()]);
    finding.help(trouble.help.clone());
}
