//! What containers hold: displays, what is put into them later, and what the builtins make of iterables.
//!
//! Only what is known of every item says anything of the items.

use super::super::ast::Expr;
use super::super::filled::{Fill, fills};
use super::super::{Block, Scope};
use super::{Types, key, wrap};
use crate::fact::TypeExpr;
use std::rc::Rc;

impl<'a> Types<'a> {
    pub(super) fn display(&self, of: &str, items: &'a [Expr], scopes: &[Scope<'a>], depth: u32) -> TypeExpr {
        let items = items.iter().map(|item| match item {
            Expr::Starred(starred) => item_of(self.value(&starred.value, scopes, depth)),
            item => self.value(item, scopes, depth),
        });
        let items: Vec<_> = items.collect();
        let items = if items.is_empty() { items } else { vec![TypeExpr::union(items)] };
        TypeExpr::Display(of.to_owned(), items)
    }

    /// What the builtins that take iterables give, where nothing hides them.
    pub(super) fn of_iterables(
        &self,
        name: &str,
        args: &'a [Expr],
        scopes: &[Scope<'a>],
        depth: u32,
    ) -> Option<TypeExpr> {
        const KNOWN: &[&str] = &[
            "enumerate",
            "filter",
            "frozenset",
            "iter",
            "list",
            "max",
            "min",
            "next",
            "reversed",
            "set",
            "sorted",
            "tuple",
            "zip",
        ];
        if !KNOWN.contains(&name) || !self.is_builtin(name, scopes, depth) {
            return None;
        }
        let item = |expr: &'a Expr| item_of(self.value(expr, scopes, depth));
        let list = |item: TypeExpr| TypeExpr::Display("list".to_owned(), vec![item]);
        Some(match (name, args) {
            ("enumerate", [of, ..]) => {
                list(TypeExpr::Display("tuple".to_owned(), vec![TypeExpr::of_builtin("int"), item(of)]))
            }
            ("zip", all) if !all.iter().any(Expr::is_starred_expr) => {
                list(TypeExpr::Display("tuple".to_owned(), all.iter().map(item).collect()))
            }
            ("set" | "frozenset", [of]) => TypeExpr::Display(name.to_owned(), vec![item(of)]),
            ("list" | "tuple" | "iter" | "reversed" | "sorted", [of]) => list(item(of)),
            ("filter", [_, of]) => list(item(of)),
            ("next" | "max" | "min", [of]) => item(of),
            ("next", [of, default]) => TypeExpr::union(vec![item(of), self.value(default, scopes, depth)]),
            _ => return None,
        })
    }

    /// A container that was displayed, with what the block puts into it later.
    pub(super) fn with_fills(
        &self,
        value: TypeExpr,
        id: &str,
        block: Block<'a>,
        scopes: &[Scope<'a>],
        depth: u32,
    ) -> TypeExpr {
        let is_container = |one: &TypeExpr| matches!(one, TypeExpr::Display(of, _) if of != "tuple");
        let holds = match &value {
            TypeExpr::Union(members) => members.iter().any(is_container),
            one => is_container(one),
        };
        // What a module or class puts into its own containers is a fact, for `link`.
        let Block::Function(function) = block else { return value };
        if !holds {
            return value;
        }
        let known = self.fills.borrow().get(&key(block)).cloned();
        let all = known.unwrap_or_else(|| {
            let fresh = Rc::new(fills(&function.body));
            self.fills.borrow_mut().insert(key(block), Rc::clone(&fresh));
            fresh
        });
        let Some(all) = all.get(id) else { return value };
        let own = (key(block), id.to_owned());
        if self.filling.borrow().contains(&own) {
            return value;
        }
        self.filling.borrow_mut().push(own);
        let handed = all.iter().any(|fill| matches!(fill, Fill::Handed));
        let more = all.iter().filter_map(|fill| match fill {
            Fill::Item(item) => Some(self.value(item, scopes, depth)),
            Fill::Items(items) => Some(wrap(self.value(items, scopes, depth), TypeExpr::Item)),
            Fill::Unknown => Some(TypeExpr::Unknown),
            Fill::Handed => None,
        });
        let more: Vec<TypeExpr> = more.collect();
        self.filling.borrow_mut().pop();
        let with_more = |one: TypeExpr| match one {
            // Whoever hands an empty container on has it filled, with nobody knows what.
            TypeExpr::Display(of, items) if of != "tuple" && !(handed && items.is_empty()) => {
                let items: Vec<TypeExpr> = items.into_iter().chain(more.iter().cloned()).collect();
                let item = match items.iter().any(TypeExpr::is_unknown) {
                    true => TypeExpr::Unknown,
                    false => TypeExpr::union(items),
                };
                TypeExpr::Display(of, vec![item])
            }
            other => other,
        };
        match value {
            TypeExpr::Union(members) => TypeExpr::union(members.into_iter().map(with_more).collect()),
            one => with_more(one),
        }
    }
}

/// What iterating gives: an empty display adds nothing, as in `for row in rows or []`.
pub(super) fn item_of(of: TypeExpr) -> TypeExpr {
    let is_empty = |one: &TypeExpr| matches!(one, TypeExpr::Display(_, items) if items.is_empty());
    let of = match of {
        TypeExpr::Union(members) if !members.iter().all(is_empty) => {
            TypeExpr::union(members.into_iter().filter(|one| !is_empty(one)).collect())
        }
        other => other,
    };
    wrap(of, TypeExpr::Item)
}
