//! A private attribute of a class or module of another package. Page: rules/private/private-attribute.md

use crate::fact::{Condition, OwnerKind, Role, TypeExpr};
use crate::finding::{Ask, Piece};
use crate::python::ast::{self, AnyNodeRef, Expr};
use crate::python::span;
use crate::python::types::{Receiver, receiver};
use crate::python::{Block, dotted};
use crate::rule::{Check, Cx};
use crate::text;

pub const CHECK: Check = Check::Attribute(check);

/// Names that begin with an underscore and are meant for everybody.
/// Sources: the documentation of `collections.namedtuple`, `enum`, Django's model `_meta` API, SQLAlchemy's `Row._mapping`,
/// `ctypes`, `os._exit`, `sys._getframe`, `sys._xoptions`, Arrow's guide to its C data interface.
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

fn check<'a>(cx: &mut Cx<'a>, attribute: &'a ast::ExprAttribute) {
    let name = attribute.attr.as_str();
    if !name.starts_with('_') || name.starts_with("__") || PUBLIC.contains(&name) {
        return;
    }
    // An annotation touches nothing at run time, and some types have no public name.
    if is_own(cx, &attribute.value) || in_annotation(cx, attribute) {
        return;
    }
    let of = cx.type_of(&attribute.value);
    if of.is_unknown() || matches!(of, TypeExpr::Super(_)) {
        return;
    }
    let inside = cx.class().map(|(_, name)| name.to_owned());
    let owner = |is| Condition::Owner { of: of.clone(), attr: name.to_owned(), inside: inside.clone(), is };
    let foreign = Condition::any(vec![owner(OwnerKind::External), owner(OwnerKind::OtherPackage)]);
    let who = Piece::Ask(Ask::Owner(of.clone(), name.to_owned()));
    let message = text![format!("`{name}` is private to `"), who, "`, which may change it without notice"];
    let finding = cx.report(span(&attribute.attr), message);
    finding.when(foreign).when(Condition::Role(Role::Generated).not());
    finding.help("use what the owner offers in public, or ask for it there");
    finding.definition(of.clone(), "the receiver is of this class");
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
