//! What is put into containers after they were made: `rows.append(row)`, `prices[code] = price`.
//!
//! A list that nobody annotated holds what its display says and what is put into it; only the two together prove anything.

use super::ast::visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt};
use super::ast::{self, Expr, Stmt};
use super::deeper;
use std::collections::HashMap;

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
pub fn filled_by(call: &ast::ExprCall) -> Option<(&Expr, Fill<'_>)> {
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
pub fn fills<'a>(body: &'a [Stmt]) -> HashMap<&'a str, Vec<Fill<'a>>> {
    let mut reader = Reader { found: HashMap::new(), inner: 0 };
    reader.visit_body(body);
    reader.found
}

struct Reader<'a> {
    found: HashMap<&'a str, Vec<Fill<'a>>>,
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
