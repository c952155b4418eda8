//! A class that holds the configuration of others: its keys, as arguments of `ConfigDict`.

use super::{config_keys, ends_in, is_docstring};
use crate::fact::Condition;
use crate::finding::Piece;
use crate::python::ast::{self, Expr, Stmt};
use crate::python::{Block, span};
use crate::rule::Cx;
use crate::text;

/// The keys of a class in this module that is nothing but keys.
#[derive(Default)]
pub(super) struct PlainConfig {
    /// The name of each key in V2, and the argument it becomes; in order, a key that is set twice is not taken.
    pub entries: Vec<(String, Vec<Piece>)>,
    /// It has keys that V2 does not know.
    pub dead: bool,
    /// A key that has an effect today under its new name only.
    pub restores: bool,
    /// What has to hold.
    pub asks: Vec<Condition>,
}

impl PlainConfig {
    /// All arguments, one behind the other.
    pub fn arguments(&self) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for (_, text) in &self.entries {
            if !pieces.is_empty() {
                pieces.push(", ".into());
            }
            pieces.extend(text.iter().cloned());
        }
        pieces
    }

    /// The arguments whose keys are not `set` by a class that builds on this one.
    pub fn without(&self, set: &[&str]) -> Vec<Vec<Piece>> {
        self.entries.iter().filter(|(key, _)| !set.contains(&key.as_str())).map(|(_, text)| text.clone()).collect()
    }
}

/// The only class of this name at the top of the module, if all it holds are keys with values that mean the same wherever they are
/// written.
pub(super) fn config_class<'a>(cx: &Cx<'a>, name: &str) -> Option<PlainConfig> {
    let Block::Module(body) = cx.scopes.first()?.block else { return None };
    let binds = |stmt: &&Stmt| crate::python::bound::bound(stmt).contains(&name);
    let mut bindings = body.iter().filter(binds);
    let (Some(Stmt::ClassDef(class)), None) = (bindings.next(), bindings.next()) else { return None };
    let mut plain = PlainConfig::default();
    match class.arguments.as_deref() {
        None => {}
        Some(arguments) => match (&*arguments.args, &*arguments.keywords) {
            ([], []) => {}
            ([base], []) => {
                let type_ = cx.type_of(base);
                ends_in(cx, &type_, "BaseConfig").then_some(())?;
                plain.asks.push(Condition::resolves(type_, "pydantic.BaseConfig"));
            }
            _ => return None,
        },
    }
    if !class.decorator_list.is_empty() {
        return None;
    }
    for stmt in &class.body {
        if is_docstring(stmt) || matches!(stmt, Stmt::Pass(_)) {
            continue;
        }
        let (key, value) = match stmt {
            Stmt::Assign(assign) => match assign.targets.as_slice() {
                [Expr::Name(key)] => (key, &*assign.value),
                _ => return None,
            },
            Stmt::AnnAssign(ast::StmtAnnAssign { target, value: Some(value), .. }) => match &**target {
                Expr::Name(key) => (key, &**value),
                _ => return None,
            },
            _ => return None,
        };
        let key = key.id.as_str();
        plain.dead |= config_keys::is_dead(key);
        if config_keys::is_dropped(key) {
            continue;
        }
        // Only what means the same wherever it is written.
        let constant = matches!(
            value,
            Expr::StringLiteral(_) | Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) | Expr::NoneLiteral(_)
        );
        let (new, text) = match (key, value) {
            ("allow_mutation", Expr::BooleanLiteral(literal)) => {
                plain.restores = true;
                ("frozen", text![format!("frozen={}", if literal.value { "False" } else { "True" })])
            }
            ("extra", Expr::Attribute(attribute)) if ends_in(cx, &cx.type_of(&attribute.value), "Extra") => {
                let extra = attribute.attr.as_str();
                let to = format!("pydantic.Extra.{extra}").into();
                plain.asks.push(Condition::Resolves { what: cx.type_of(value), to });
                ("extra", text![format!("extra=\"{extra}\"")])
            }
            (key, value) if constant && config_keys::instead_of(key).is_none() => {
                // `from_attributes` has no effect on how a dataclass is made or called.
                let new = config_keys::renamed(key);
                plain.restores |= new.is_some_and(|new| new != "from_attributes");
                let new = config_keys::in_v2(key);
                (new, text![format!("{new}="), span(value)])
            }
            _ => return None,
        };
        if plain.entries.iter().any(|(other, _)| other == new) {
            return None;
        }
        plain.entries.push((new.to_owned(), text));
    }
    Some(plain)
}
