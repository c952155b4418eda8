//! A private attribute by its name in quotes. Page: rules/private/private-getattr.md

use super::{FOREIGN, foreign, is_mangled, is_own, is_private};
use crate::fact::OwnerKind;
use crate::finding::{Ask, Piece};
use crate::python::ast::{self, Expr};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Call(check);

fn check<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    let Expr::Name(callee) = &*call.func else { return };
    if !matches!(callee.id.as_str(), "getattr" | "setattr" | "delattr") {
        return;
    }
    let [of, Expr::StringLiteral(literal), ..] = &*call.arguments.args else { return };
    let name = literal.value.to_str();
    if !is_private(name) || is_mangled(name) || is_own(cx, of) {
        return;
    }
    let receiver = cx.type_of(of);
    let inside = cx.class().map(|(_, class)| class.to_owned());
    // `setattr(func, "_marked", True)` puts a mark of one's own on somebody's object: only what the project defines is its owner's.
    let kinds = match callee.id.as_str() {
        "setattr" => vec![OwnerKind::OtherPackage, OwnerKind::Sibling],
        _ => [&FOREIGN[..], &[OwnerKind::Unknown]].concat(),
    };
    let who = Piece::Ask(Ask::Owner(receiver.clone(), name.to_owned()));
    let message = text![format!("`{name}` is private to "), who, ", in quotes as well: it may change without notice"];
    let finding = cx.report(span(literal), message);
    foreign(finding, &receiver, name, inside.as_deref(), &kinds);
    finding.help("use what the owner offers in public, or ask for it there");
    finding.definition(receiver, "the receiver is of this class");
}
