//! Names that pydantic 2 moved or removed. Page: rules/pydantic/removed-import.md

use super::imports::{self, Status};
use super::undeclared_settings_package::{PACKAGE, SETTINGS};
use super::{fate, graded, in_version_shim, is_shim, only_v2};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Ask, Edit, Fate, Fix, Piece, Rebind};
use crate::python::ast::{self, AnyNodeRef, Expr, Stmt};
use crate::python::walk::blocks;
use crate::python::{Tree, deeper, dotted, span};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Several(&[Check::File(statements), Check::Attribute(attribute)]);

fn statements(cx: &mut Cx<'_>, tree: &Tree) {
    if !cx.may_find(&["pydantic"]) {
        return;
    }
    let mut found = Vec::new();
    collect(tree.body(), false, &mut found, cx);
    for (import, alias, typing) in found {
        check(cx, import, alias, typing);
    }
}

/// An import of pydantic's, and whether only type checkers see it.
type Found<'t> = (&'t ast::StmtImportFrom, &'t ast::Alias, bool);

fn collect<'t>(body: &'t [Stmt], typing: bool, found: &mut Vec<Found<'t>>, cx: &Cx) {
    for stmt in body {
        match stmt {
            Stmt::ImportFrom(import) if import.level == 0 => {
                let ours = import.module.as_ref().is_some_and(|module| imports::is_pydantic(module.as_str()));
                found.extend(import.names.iter().filter(|_| ours).map(|alias| (import, alias, typing)));
            }
            Stmt::FunctionDef(function) => deeper(|| collect(&function.body, typing, found, cx)),
            Stmt::ClassDef(class) => deeper(|| collect(&class.body, typing, found, cx)),
            other if is_shim(cx, AnyNodeRef::from(other)) => {}
            Stmt::If(stmt) if cx.source(span(&*stmt.test)).ends_with("TYPE_CHECKING") => {
                deeper(|| collect(&stmt.body, true, found, cx));
                stmt.elif_else_clauses.iter().for_each(|clause| deeper(|| collect(&clause.body, typing, found, cx)));
            }
            other => deeper(|| blocks(other, &mut |inner| collect(inner, typing, found, cx))),
        }
    }
}

fn check(cx: &mut Cx<'_>, import: &ast::StmtImportFrom, alias: &ast::Alias, typing: bool) {
    let module = import.module.as_ref().map(|module| module.as_str()).unwrap_or_default();
    let name = alias.name.as_str();
    let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
    let unused = is_unused(cx, local);
    // What is called is said where it is called.
    let parses = matches!(name, "parse_raw_as" | "parse_file_as") && imports::is_pydantic(module);
    let uncalled = parses && !cx.text.contains(&format!("{local}("));
    let uncalled = uncalled.then_some(Status::Gone("use `TypeAdapter(...).validate_json`"));
    // Where it is a base, it is said there.
    let generic = unused && module == "pydantic.generics" && name == "GenericModel";
    let generic = generic.then_some(Status::Redirected("a `BaseModel` is generic by itself"));
    let Some(status) = imports::status(module, name).or(uncalled).or(generic) else { return };
    let what_becomes = match status.raises() {
        true if typing => Fate::Missing,
        true => Fate::Raises,
        false => Fate::Deprecated,
    };
    let finding = cx.report(span(alias), text![format!("`{module}.{name}` "), fate(what_becomes)]);
    graded(finding, what_becomes);
    let rebind =
        |module: &str, name: &str| Rebind { at: span(alias), module: module.to_owned(), name: name.to_owned() };
    match status {
        Status::Moved(module, name) => {
            let fix = Fix { rebinds: vec![rebind(module, name)], ..Fix::safe(title(module, name), Vec::new()) };
            finding.fix(fix.when(only_v2()));
        }
        Status::Successor(module, name) => {
            let fix = Fix { rebinds: vec![rebind(module, name)], ..Fix::restoring(title(module, name), Vec::new()) };
            finding.fix(fix.when(only_v2()));
            if module == SETTINGS {
                finding.help(Piece::Ask(Ask::Declare(PACKAGE.to_owned())));
            }
        }
        Status::Redirected(help) | Status::Gone(help) => {
            // The import of these says nothing on V2, only their use does.
            if unused && !matches!(name, "Color" | "PaymentCardNumber") {
                let title = "Remove the import, which nothing uses";
                let fix =
                    if status.raises() { Fix::restoring(title, Vec::new()) } else { Fix::safe(title, Vec::new()) };
                let fix = Fix { rebinds: vec![rebind("", local)], ..fix };
                finding.fix(fix.when(only_v2()));
            } else {
                finding.help(help);
            }
        }
    }
}

fn title(module: &str, name: &str) -> String {
    format!("Import `{module}.{name}` instead")
}

/// `pydantic.utils.to_camel` through the module.
fn attribute<'a>(cx: &mut Cx<'a>, attribute: &'a ast::ExprAttribute) {
    // The module itself is imported here, if its attributes are read here.
    if !cx.may_find(&["pydantic"]) {
        return;
    }
    let mut root = &*attribute.value;
    while let Expr::Attribute(inner) = root {
        root = &inner.value;
    }
    let Expr::Name(root) = root else { return };
    let Some(imported) = cx.types.imported(root.id.as_str(), "pydantic", &cx.scopes).map(str::to_owned) else { return };
    let (module, when) = match cx.type_of(&attribute.value) {
        TypeExpr::Name(Name::Import { level: 0, module, path }) => {
            (if path.is_empty() { module } else { format!("{module}.{path}") }, Condition::Always)
        }
        // In a function, the module's import is the project's to follow.
        TypeExpr::Name(Name::Here(_)) | TypeExpr::Attr(..) => {
            let Some(dotted) = dotted(&attribute.value) else { return };
            let is =
                Condition::Resolves { what: cx.types.name(&root.id, None, &cx.scopes), to: imported.clone().into() };
            (format!("{imported}{}", &dotted[root.id.len()..]), is)
        }
        _ => return,
    };
    let name = attribute.attr.as_str();
    if !imports::is_pydantic(&module) {
        return;
    }
    let Some(status) = imports::status(&module, name) else { return };
    if in_version_shim(cx) {
        return;
    }
    let what_becomes = if status.raises() { Fate::Raises } else { Fate::Deprecated };
    let printed = cx.is_printed();
    let finding = cx.report(span(attribute), text![format!("`{module}.{name}` "), fate(what_becomes)]);
    finding.when(when);
    graded(finding, what_becomes);
    let replaced = |module: &str, name: &str| {
        let piece = Piece::Name { module: module.to_owned(), name: name.to_owned() };
        vec![Edit { span: span(attribute), text: vec![piece] }]
    };
    match status {
        Status::Moved(module, name) if !printed => {
            finding.fix(Fix::safe(title(module, name), replaced(module, name)).when(only_v2()));
        }
        Status::Successor(module, name) if !printed => {
            finding.fix(Fix::restoring(title(module, name), replaced(module, name)).when(only_v2()));
            if module == SETTINGS {
                finding.help(Piece::Ask(Ask::Declare(PACKAGE.to_owned())));
            }
        }
        Status::Moved(..) | Status::Successor(..) => {}
        Status::Redirected(help) | Status::Gone(help) => {
            finding.help(help);
        }
    }
}

/// Whether a name stands nowhere but where it is imported.
fn is_unused(cx: &Cx, name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut whole = cx
        .text
        .match_indices(name)
        .filter(|(start, _)| !cx.text[..*start].ends_with(word) && !cx.text[start + name.len()..].starts_with(word));
    whole.nth(1).is_none()
}
