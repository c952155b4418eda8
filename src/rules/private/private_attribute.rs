//! A private attribute of a class or module of another package. Page: rules/private/private-attribute.md

use super::{FOREIGN, foreign, in_annotation, is_mangled, is_own, is_private};
use crate::fact::{Condition, OwnerKind, TypeExpr};
use crate::finding::{Ask, Edit, Fix, Piece};
use crate::python::ast;
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Attribute(check);

fn check<'a>(cx: &mut Cx<'a>, attribute: &'a ast::ExprAttribute) {
    let name = attribute.attr.as_str();
    if !is_private(name) || is_mangled(name) {
        return;
    }
    // An annotation touches nothing at run time, and some types have no public name.
    if is_own(cx, &attribute.value) || in_annotation(cx, attribute) {
        return;
    }
    let of = cx.type_of(&attribute.value);
    if matches!(of, TypeExpr::Super(_)) {
        return;
    }
    let inside = cx.class().map(|(_, class)| class.to_owned());
    let who = Piece::Ask(Ask::Owner(of.clone(), name.to_owned()));
    let message = text![format!("`{name}` is private to "), who, ", which may change it without notice"];
    let at = span(&attribute.attr);
    let is_read = attribute.ctx == ast::ExprContext::Load && !cx.is_printed();
    let finding = cx.report(at, message);
    let kinds = [&FOREIGN[..], &[OwnerKind::Unknown]].concat();
    foreign(finding, &of, name, inside.as_deref(), &kinds);
    finding.otherwise("use what the owner offers in public, or ask for it there");
    finding.definition(of.clone(), "the receiver is of this class");
    let public = Piece::Ask(Ask::Public(of.clone(), name.to_owned()));
    let offer = |same: bool, title: &str| {
        let edits = vec![Edit::pieces(at, vec![public.clone()])];
        let fix = if same { Fix::safe("", edits) } else { Fix::risky("", edits) };
        let title = text![title, " `", public.clone(), "`"];
        Fix { title, ..fix }.when(Condition::HasPublic { of: of.clone(), attr: name.to_owned(), same })
    };
    let fixes = [offer(true, "Read the public"), offer(false, "Ask the method")];
    if is_read {
        for fix in fixes {
            finding.fix(fix);
        }
    } else {
        finding.help("use what the owner offers in public, or ask for it there");
    }
}
