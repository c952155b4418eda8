//! pydantic_settings is imported and declared nowhere. Page: rules/pydantic/undeclared-settings-package.md

use super::{in_version_shim, maybe_v2};
use crate::fact::Condition;
use crate::finding::{Ask, Piece};
use crate::python::ast::Stmt;
use crate::python::{Tree, span};
use crate::rule::{Check, Cx};
use crate::text;
use std::borrow::Cow;

pub const CHECK: Check = Check::File(check);

/// The module.
pub(super) const SETTINGS: &str = "pydantic_settings";

/// The package that brings it.
pub(super) const PACKAGE: &str = "pydantic-settings";

/// The first import at the top of a file; under `if` and `try` somebody has thought of it.
fn check(cx: &mut Cx<'_>, tree: &Tree) {
    if !cx.may_find(&[SETTINGS]) || in_version_shim(cx) {
        return;
    }
    let ours = |module: &str| module.split('.').next() == Some(SETTINGS);
    let found = tree.body().iter().find(|stmt| match stmt {
        Stmt::Import(import) => import.names.iter().any(|alias| ours(alias.name.as_str())),
        Stmt::ImportFrom(import) => {
            import.level == 0 && import.module.as_ref().is_some_and(|module| ours(module.as_str()))
        }
        _ => false,
    });
    let Some(stmt) = found else { return };
    let finding =
        cx.report(span(stmt), text![format!("`{SETTINGS}` is imported, and `{PACKAGE}` is declared nowhere")]);
    finding.help(Piece::Ask(Ask::Declare(PACKAGE.to_owned())));
    finding.when(maybe_v2()).when(Condition::Undeclared(Cow::Borrowed(PACKAGE)));
}
