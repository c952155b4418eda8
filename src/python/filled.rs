//! What is put into containers after they were made: `rows.append(row)`, `prices[code] = price`.
//!
//! A list that nobody annotated holds what its display says and what is put into it; only the two together prove anything.

use super::ast::visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt};
use super::ast::{self, Expr, Stmt};
use super::bind::is_construction;
use super::types::{Receiver, Types, receiver};
use super::{Block, Scope, deeper};
use crate::fact::{Facts, Put, TypeExpr};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Something that happens to a container.
#[derive(Clone, Copy)]
pub enum Fill<'a> {
    /// This becomes an item of it; the values of a mapping count as its items.
    Item(&'a Expr),
    /// All items of this become items of it.
    Items(&'a Expr),
    /// Items that are not known are put into it.
    Unknown,
    /// It is handed to a function, which may put anything into it.
    Handed,
}

/// What a call of a method puts into its receiver; `None` where it puts nothing.
fn filled_by(call: &ast::ExprCall) -> Option<(&Expr, Fill<'_>)> {
    let Expr::Attribute(method) = &*call.func else { return None };
    let fill = match (method.attr.as_str(), &*call.arguments.args) {
        ("append" | "appendleft" | "add", [item]) | ("insert" | "setdefault", [_, item]) => Fill::Item(item),
        ("extend" | "extendleft", [items]) => Fill::Items(items),
        ("append" | "appendleft" | "add" | "insert" | "setdefault" | "extend" | "extendleft" | "update", _) => {
            Fill::Unknown
        }
        _ => return None,
    };
    Some((&method.value, fill))
}

/// What happens to the containers that a block's names hold, by name.
pub fn fills<'a>(body: &'a [Stmt]) -> FxHashMap<&'a str, Vec<Fill<'a>>> {
    let mut reader = Reader { found: FxHashMap::default(), inner: 0 };
    reader.visit_body(body);
    reader.found
}

struct Reader<'a> {
    found: FxHashMap<&'a str, Vec<Fill<'a>>>,
    /// How many functions, classes and lambdas stand around the place: their names are of another block.
    inner: usize,
}

impl<'a> Reader<'a> {
    fn add(&mut self, to: &'a Expr, fill: Fill<'a>) {
        if let Expr::Name(name) = to {
            let fill = if self.inner > 0 && !matches!(fill, Fill::Handed) { Fill::Unknown } else { fill };
            self.found.entry(name.id.as_str()).or_default().push(fill);
        }
    }

    fn target(&mut self, target: &'a Expr, value: Option<&'a Expr>) {
        match target {
            Expr::Subscript(subscript) => {
                let fill = match (value, &*subscript.slice) {
                    (Some(items), Expr::Slice(_)) => Fill::Items(items),
                    (Some(item), _) => Fill::Item(item),
                    (None, _) => Fill::Unknown,
                };
                self.add(&subscript.value, fill);
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                elts.iter().for_each(|element| self.target(element, None));
            }
            Expr::Starred(starred) => self.target(&starred.value, None),
            _ => {}
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for Reader<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        deeper(|| match stmt {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {
                self.inner += 1;
                walk_stmt(self, stmt);
                self.inner -= 1;
            }
            other => {
                match other {
                    Stmt::Assign(assign) => {
                        assign.targets.iter().for_each(|target| self.target(target, Some(&assign.value)));
                        // Under another name it may be filled as well.
                        self.add(&assign.value, Fill::Handed);
                        if assign.targets.len() > 1 {
                            assign.targets.iter().for_each(|target| self.add(target, Fill::Handed));
                        }
                    }
                    Stmt::AugAssign(assign) => self.target(&assign.target, None),
                    Stmt::For(stmt) => self.target(&stmt.target, None),
                    _ => {}
                }
                walk_stmt(self, other);
            }
        });
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        deeper(|| {
            if let Expr::Call(call) = expr {
                if let Some((to, fill)) = filled_by(call) {
                    self.add(to, fill);
                }
                if !keeps_its_arguments(call) {
                    let values = call.arguments.keywords.iter().map(|keyword| &keyword.value);
                    call.arguments.args.iter().chain(values).for_each(|arg| self.add(arg, Fill::Handed));
                }
            }
            if let Expr::Lambda(_) = expr {
                self.inner += 1;
                walk_expr(self, expr);
                self.inner -= 1;
            } else {
                walk_expr(self, expr);
            }
        });
    }
}

/// Builtins and constructors put nothing into what they are given.
fn keeps_its_arguments(call: &ast::ExprCall) -> bool {
    const BUILTINS: &[&str] = &[
        "all",
        "any",
        "bool",
        "dict",
        "enumerate",
        "filter",
        "frozenset",
        "iter",
        "len",
        "list",
        "map",
        "max",
        "min",
        "next",
        "print",
        "repr",
        "reversed",
        "set",
        "sorted",
        "str",
        "sum",
        "tuple",
        "zip",
    ];
    match &*call.func {
        Expr::Name(name) => BUILTINS.contains(&name.id.as_str()) || super::bind::is_class_name(&name.id),
        Expr::Attribute(attribute) => super::bind::is_class_name(&attribute.attr),
        _ => false,
    }
}

/// Adds what an expression puts into a container or an attribute that was made elsewhere.
pub fn changes<'a>(
    facts: &mut Facts,
    expr: &'a Expr,
    parent: Option<ast::AnyNodeRef<'a>>,
    types: &Types<'a>,
    scopes: &[Scope<'a>],
) {
    // Whatever is not constructed on the spot counts as unknown: asking for more would follow every function of every file.
    let value = |expr: Option<&'a Expr>| match expr {
        Some(Expr::NoneLiteral(_)) => TypeExpr::None,
        Some(Expr::Dict(_)) => TypeExpr::of_builtin("dict"),
        Some(expr) if is_construction(expr) => types.of(expr, scopes),
        _ => TypeExpr::Unknown,
    };
    let add = |all: &mut BTreeMap<String, Vec<Put>>, name: &str, of: Option<&'a Expr>, put: Option<&'a Expr>| {
        let of = of.map_or(TypeExpr::None, |of| types.of(of, scopes));
        // Of what is not known, nobody can say whose attribute it is.
        if !of.is_unknown() {
            let put = Put { of, value: value(put) };
            let values = all.entry(name.to_owned()).or_default();
            if !values.contains(&put) {
                values.push(put);
            }
        }
    };
    let (to, put) = match expr {
        Expr::Attribute(attribute) if attribute.ctx == ast::ExprContext::Store => {
            if !is_own(&attribute.value, scopes) {
                let put = match parent {
                    Some(ast::AnyNodeRef::StmtAssign(assign)) if assign.targets.iter().any(Expr::is_attribute_expr) => {
                        Some(&*assign.value)
                    }
                    _ => None,
                };
                add(&mut facts.put, attribute.attr.as_str(), Some(&attribute.value), put);
            }
            return;
        }
        Expr::Subscript(subscript) if subscript.ctx == ast::ExprContext::Store => (&*subscript.value, None),
        Expr::Call(call) => match (filled_by(call), &*call.func, &*call.arguments.args) {
            (Some((to, Fill::Item(item))), ..) => (to, Some(item)),
            (Some((to, _)), ..) => (to, None),
            (None, Expr::Name(function), [of, Expr::StringLiteral(name), put]) if function.id.as_str() == "setattr" => {
                return add(&mut facts.put, name.value.to_str(), Some(of), Some(put));
            }
            _ => return,
        },
        _ => return,
    };
    match to {
        Expr::Name(name) if facts.symbols.contains_key(name.id.as_str()) => {
            add(&mut facts.filled, name.id.as_str(), None, put);
        }
        Expr::Attribute(attribute) => {
            add(&mut facts.filled, &format!(".{}", attribute.attr), Some(&attribute.value), put);
        }
        _ => {}
    }
}

/// Whether this is what the method around calls its instance.
fn is_own(expr: &Expr, scopes: &[Scope<'_>]) -> bool {
    let (Expr::Name(name), [.., class, function]) = (expr, scopes) else { return false };
    let (Block::Class(_), Block::Function(function)) = (class.block, function.block) else { return false };
    let first = function.parameters.posonlyargs.iter().chain(&function.parameters.args).next();
    first.is_some_and(|first| first.parameter.name.as_str() == name.id.as_str())
        && receiver(function) == Receiver::Instance
}
