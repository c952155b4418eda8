//! What the imports of a file call things.

use super::{Block, Scope, ast, deeper};
use crate::fact::{Name, TypeExpr};

/// What `from m import name as local` renames, anywhere in a body: the local name and the other.
pub fn aliases<'a>(body: &'a [ast::Stmt], found: &mut Vec<(&'a str, &'a str)>) {
    for stmt in body {
        match stmt {
            ast::Stmt::ImportFrom(import) => {
                let renamed = import
                    .names
                    .iter()
                    .filter_map(|alias| Some((alias.asname.as_ref()?.as_str(), alias.name.as_str())));
                found.extend(renamed);
            }
            ast::Stmt::FunctionDef(function) => deeper(|| aliases(&function.body, found)),
            ast::Stmt::ClassDef(class) => deeper(|| aliases(&class.body, found)),
            other => deeper(|| super::walk::blocks(other, &mut |inner| aliases(inner, found))),
        }
    }
}

/// Every name that an import binds, anywhere in a body, with the dotted path that it stands for.
pub fn imports<'a>(body: &'a [ast::Stmt], found: &mut Vec<(&'a str, String)>) {
    for stmt in body {
        match stmt {
            ast::Stmt::Import(import) => {
                let path = |alias: &'a ast::Alias| match super::walk::imported(alias) {
                    (local, Name::Import { module, .. }) => Some((local, module)),
                    _ => None,
                };
                found.extend(import.names.iter().filter_map(path));
            }
            ast::Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map(|module| module.as_str()).unwrap_or_default();
                let local = |alias: &'a ast::Alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                let path = |alias: &'a ast::Alias| (local(alias), format!("{module}.{}", alias.name));
                found.extend(import.names.iter().filter(|_| import.level == 0).map(path));
            }
            ast::Stmt::FunctionDef(function) => deeper(|| imports(&function.body, found)),
            ast::Stmt::ClassDef(class) => deeper(|| imports(&class.body, found)),
            other => deeper(|| super::walk::blocks(other, &mut |inner| imports(inner, found))),
        }
    }
}

/// The last part of what a symbolic type is called where it comes from: enough to ask `link` what it is.
pub fn last_name<'t>(type_: &'t TypeExpr, scopes: &[Scope<'t>]) -> Option<&'t str> {
    match type_ {
        TypeExpr::Name(Name::Here(local)) => imported_as(local, scopes).or_else(|| local.rsplit('.').next()),
        TypeExpr::Name(Name::Import { path, .. }) => path.rsplit('.').next(),
        TypeExpr::Attr(_, attr) => Some(attr),
        _ => None,
    }
}

/// Whether a name is `typing.cast`, however it was imported.
pub fn is_cast(name: &Name, scopes: &[Scope]) -> bool {
    let typing = |module: &str| module == "typing" || module == "typing_extensions";
    match name {
        Name::Import { level: 0, module, path } => typing(module) && path == "cast",
        Name::Here(local) => {
            let Some(Block::Module(body)) = scopes.first().map(|scope| scope.block) else { return false };
            body.iter().any(|stmt| match stmt {
                ast::Stmt::ImportFrom(import) => {
                    import.module.as_ref().is_some_and(|module| typing(module.as_str()))
                        && import.names.iter().any(|alias| {
                            alias.name.as_str() == "cast"
                                && alias.asname.as_ref().unwrap_or(&alias.name).as_str() == local
                        })
                }
                _ => false,
            })
        }
        Name::Import { .. } => false,
    }
}

/// The name that the module imports as `local`.
pub fn imported_as<'t>(local: &str, scopes: &[Scope<'t>]) -> Option<&'t str> {
    let Block::Module(body) = scopes.first()?.block else { return None };
    let aliases = body.iter().filter_map(|stmt| match stmt {
        ast::Stmt::ImportFrom(import) => Some(&import.names),
        _ => None,
    });
    let alias = aliases.flatten().find(|alias| alias.asname.as_ref().is_some_and(|asname| asname.as_str() == local))?;
    Some(alias.name.as_str())
}
