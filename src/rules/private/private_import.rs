//! A private name that is imported from another package. Page: rules/private/private-import.md

use super::{FOREIGN, foreign, is_private};
use crate::fact::{Name, TypeExpr};
use crate::finding::{Ask, Piece};
use crate::python::ast::{Alias, StmtImportFrom};
use crate::python::{Tree, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::File(check);

fn check(cx: &mut Cx, _tree: &Tree) {
    for from in cx.imports().iter().filter_map(|stmt| stmt.as_import_from_stmt()) {
        for alias in from.names.iter().filter(|alias| is_private(&alias.name)) {
            report(cx, from, alias);
        }
    }
}

fn report(cx: &mut Cx, from: &StmtImportFrom, alias: &Alias) {
    let module = from.module.as_ref().map(|module| module.as_str().to_owned()).unwrap_or_default();
    let of = TypeExpr::Name(Name::Import { level: from.level, module, path: String::new() });
    let name = alias.name.as_str();
    let who = Piece::Ask(Ask::Owner(of.clone(), name.to_owned()));
    let message = text![format!("`{name}` is private to "), who, ", which may move it without notice"];
    let finding = cx.report(span(alias), message);
    foreign(finding, &of, name, None, &FOREIGN);
    finding.help("import what the owner offers in public, or ask for it there");
}
