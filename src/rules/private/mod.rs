//! Reaching into what others keep to themselves, and what its rules share.

pub mod mangled_name;
pub mod private_attribute;
pub mod private_getattr;
pub mod private_import;
pub mod private_module;

use crate::fact::{Condition, OwnerKind, Role, TypeExpr};
use crate::finding::{Finding, Grade};
use crate::python::ast::{self, AnyNodeRef, Expr};
use crate::python::types::{Receiver, receiver};
use crate::python::{Block, dotted, span};
use crate::rule::Cx;

/// Names that begin with an underscore and are meant for everybody.
/// Sources: the documentation of `collections.namedtuple`, `enum`, Django's model `_meta` API, SQLAlchemy's `Row._mapping`,
/// `ctypes`, `os._exit`, `sys._getframe`, `sys._xoptions`, Arrow's guide to its C data interface, slowapi's quick start.
const PUBLIC: &[&str] = &[
    "_",
    "_as_parameter_",
    "_asdict",
    "_base_manager",
    "_current_frames",
    "_default_manager",
    "_exit",
    "_export_to_c",
    "_field_defaults",
    "_fields",
    "_fields_",
    "_generate_next_value_",
    "_getframe",
    "_ignore_",
    "_import_from_c",
    "_length_",
    "_make",
    "_mapping",
    "_member_map_",
    "_member_names_",
    "_meta",
    "_missing_",
    "_name_",
    "_order_",
    "_pack_",
    "_rate_limit_exceeded_handler",
    "_replace",
    "_sa_class_manager",
    "_sa_instance_state",
    "_state",
    "_type_",
    "_value2member_map_",
    "_value_",
    "_MEIPASS",
    "_xoptions",
];

/// Whether a name is its owner's to change.
fn is_private(name: &str) -> bool {
    name.starts_with('_') && !name.starts_with("__") && !PUBLIC.contains(&name)
}

/// `_Ledger__rows`: what Python makes of `__rows` in the class `Ledger`.
fn is_mangled(name: &str) -> bool {
    mangled(name).is_some()
}

/// The class and the attribute of a mangled name.
fn mangled(name: &str) -> Option<(&str, &str)> {
    let (class, attribute) = name.strip_prefix('_')?.split_once("__")?;
    // Classes begin with a capital; `_write__if_missing` is a method of somebody's own.
    let is_class = class.starts_with(char::is_uppercase);
    (is_class && !attribute.is_empty() && !attribute.ends_with("__")).then_some((class, attribute))
}

/// Whose a private name may be, so that a rule speaks of it.
const FOREIGN: [OwnerKind; 3] = [OwnerKind::External, OwnerKind::OtherPackage, OwnerKind::Sibling];

/// Only true where one of these owns the name of the receiver, and as important as that owner is.
fn foreign(finding: &mut Finding, of: &TypeExpr, name: &str, inside: Option<&str>, kinds: &[OwnerKind]) {
    let inside = inside.map(str::to_owned);
    let owner = |is| Condition::Owner { of: of.clone(), attr: name.to_owned(), inside: inside.clone(), is };
    finding.when(Condition::any(kinds.iter().map(|kind| owner(*kind)).collect()));
    finding.when(Condition::Role(Role::Generated).not());
    for kind in kinds {
        let grade = match kind {
            OwnerKind::External => Grade::External,
            OwnerKind::OtherPackage => Grade::OtherFolder,
            OwnerKind::Sibling => Grade::Sibling,
            OwnerKind::Unknown => Grade::UnknownOwner,
            OwnerKind::Own => continue,
        };
        finding.grade(owner(*kind), grade);
    }
}

fn in_annotation(cx: &Cx, attribute: &ast::ExprAttribute) -> bool {
    let holds = |annotation: &Expr| span(annotation).contains(span(attribute));
    cx.ancestors.iter().any(|node| match node {
        AnyNodeRef::StmtAnnAssign(assign) => holds(&assign.annotation),
        AnyNodeRef::Parameter(parameter) => parameter.annotation.as_deref().is_some_and(holds),
        AnyNodeRef::StmtFunctionDef(function) => function.returns.as_deref().is_some_and(holds),
        _ => false,
    })
}

/// `self`, `cls`, `super()`, `type(self)`, `self.__class__`: a class may reach into itself.
fn is_own(cx: &Cx, receiver_: &Expr) -> bool {
    match receiver_ {
        Expr::Name(name) => {
            let id = name.id.as_str();
            matches!(id, "self" | "cls" | "mcs" | "mcls" | "metacls") || is_first_parameter(cx, id)
        }
        Expr::Call(call) => match dotted(&call.func).as_deref() {
            Some("super") => true,
            Some("type") => call.arguments.args.first().is_some_and(|of| is_own(cx, of)),
            _ => false,
        },
        Expr::Attribute(attribute) if attribute.attr.as_str() == "__class__" => is_own(cx, &attribute.value),
        _ => false,
    }
}

fn is_first_parameter(cx: &Cx, id: &str) -> bool {
    let methods = cx.scopes.windows(2).filter_map(|pair| match (pair[0].block, pair[1].block) {
        (Block::Class(_), Block::Function(function)) => Some(function),
        _ => None,
    });
    methods.into_iter().any(|function| {
        let first = function.parameters.posonlyargs.iter().chain(&function.parameters.args).next();
        receiver(function) != Receiver::Static && first.is_some_and(|first| first.parameter.name.as_str() == id)
    })
}
