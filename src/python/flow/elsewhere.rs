//! Names that belong to another block: `global`, `nonlocal`, and what functions inside rebind.

use super::super::ast::Stmt;
use super::super::deeper;
use super::super::walk::blocks;
use rustc_hash::FxHashSet;

pub(super) fn declared_elsewhere<'a>(body: &'a [Stmt], names: &mut FxHashSet<&'a str>) {
    for stmt in body {
        match stmt {
            Stmt::Global(global) => names.extend(global.names.iter().map(|name| name.as_str())),
            Stmt::Nonlocal(nonlocal) => names.extend(nonlocal.names.iter().map(|name| name.as_str())),
            other => deeper(|| blocks(other, &mut |inner| declared_elsewhere(inner, names))),
        }
    }
}

/// Names of this block that a function defined inside declares `nonlocal`, or `global`.
pub(super) fn rebound_inside<'a>(body: &'a [Stmt], module: bool, names: &mut FxHashSet<&'a str>) {
    for stmt in body {
        let inner = match stmt {
            Stmt::FunctionDef(function) => &function.body,
            Stmt::ClassDef(class) => &class.body,
            other => {
                deeper(|| blocks(other, &mut |inner| rebound_inside(inner, module, names)));
                continue;
            }
        };
        deeper(|| {
            declared(inner, module, names);
            rebound_inside(inner, module, names);
        });
    }
}

fn declared<'a>(body: &'a [Stmt], module: bool, names: &mut FxHashSet<&'a str>) {
    for stmt in body {
        match stmt {
            Stmt::Global(global) if module => names.extend(global.names.iter().map(|name| name.as_str())),
            Stmt::Nonlocal(nonlocal) if !module => names.extend(nonlocal.names.iter().map(|name| name.as_str())),
            other => deeper(|| blocks(other, &mut |inner| declared(inner, module, names))),
        }
    }
}
