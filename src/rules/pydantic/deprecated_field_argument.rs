//! Arguments of `Field(...)`, of `constr(...)` and its kin, and of FastAPI's parameters. Page: rules/pydantic/deprecated-field-argument.md

use super::deprecated_validator::item_of;
use super::pattern::{InV2, in_v2};
use super::{fate, graded, in_version_shim, named, only_v2};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Ask, Edit, Fate, Fix, Piece};
use crate::python::ast::{self, AnyNodeRef, Expr, Ranged, Stmt};
use crate::python::{Block, span};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Call(check);

/// What only single values can be held to.
const OF_ITEMS: &[&str] = &["ge", "gt", "le", "lt", "multiple_of", "max_digits", "decimal_places", "pattern"];

/// What `Field` of V2 takes. Source: its signature in 2.14.3.
const FIELD: &[&str] = &[
    "alias",
    "alias_priority",
    "allow_inf_nan",
    "coerce_numbers_to_str",
    "decimal_places",
    "default",
    "default_factory",
    "deprecated",
    "description",
    "discriminator",
    "examples",
    "exclude",
    "exclude_if",
    "fail_fast",
    "field_title_generator",
    "frozen",
    "ge",
    "gt",
    "init",
    "init_var",
    "json_schema_extra",
    "kw_only",
    "le",
    "lt",
    "max_digits",
    "max_length",
    "min_length",
    "multiple_of",
    "pattern",
    "repr",
    "serialization_alias",
    "strict",
    "title",
    "union_mode",
    "validate_default",
    "validation_alias",
];

fn check<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    if call.arguments.keywords.is_empty() {
        return;
    }
    const NAMES: &[&str] = &[
        "Field",
        "constr",
        "conlist",
        "conset",
        "confrozenset",
        "Query",
        "Path",
        "Header",
        "Cookie",
        "Body",
        "Form",
        "File",
    ];
    let Some((type_, name)) = named(cx, &call.func, NAMES) else { return };
    let found = match name {
        "Field" => field(cx, call),
        "constr" => constr(cx, call),
        "conlist" | "conset" | "confrozenset" => list(cx, call),
        _ => return fastapi(cx, call, type_, name),
    };
    let to = format!("pydantic.{name}");
    let Some(found) = found.filter(|_| !in_version_shim(cx)) else { return };
    let settings = cx.class().map(|(_, name)| TypeExpr::Name(Name::Here(name.to_owned())));
    let Found { at, name, what_becomes, outcome, is_extra } = found;
    let finding = cx.report(at, text![format!("`{name}` "), fate(what_becomes)]);
    finding.when(Condition::Resolves { what: type_, to: to.into() });
    // What a settings class does with `env` is said by a rule of its own.
    if let Some(class) = settings.filter(|_| is_extra && name == "env") {
        finding.when(Condition::derives(class.clone(), "pydantic_settings.BaseSettings").not());
        finding.when(Condition::derives(class, "pydantic.BaseSettings").not());
    }
    graded(finding, what_becomes);
    match outcome {
        Ok(fix) => {
            finding.fix(fix.when(only_v2()));
        }
        Err(help) => {
            finding.help(help);
        }
    }
}

/// The gravest argument of a call, and what becomes of all of them together.
struct Found {
    at: Span,
    name: String,
    what_becomes: Fate,
    outcome: Result<Fix, &'static str>,
    is_extra: bool,
}

/// One argument and its form in V2.
struct Argument {
    at: Span,
    name: String,
    what_becomes: Fate,
    outcome: Result<Change, &'static str>,
}

enum Change {
    /// Edits that keep behaviour on V2.
    Exact(Vec<Edit>),
    /// Edits that give back what V1 did.
    Restoring(Vec<Edit>),
    /// Edits whose effect is not quite that of V1.
    Risky(Vec<Edit>),
    /// The argument goes, and behaviour stays.
    Drop,
    /// The argument goes, because it raises today.
    DropRaising,
    /// The argument is a key of the JSON schema.
    Extra,
    /// The argument, under this name, belongs to the items of a container.
    OfItems(String),
}

fn joined(cx: &Cx, call: &ast::ExprCall, arguments: Vec<Argument>) -> Option<Found> {
    let gravest = arguments.iter().max_by_key(|one| (one.what_becomes == Fate::Raises, std::cmp::Reverse(one.at)))?;
    let (at, name, what_becomes) = (gravest.at, gravest.name.clone(), gravest.what_becomes);
    let is_extra = matches!(gravest.outcome, Ok(Change::Extra));
    let mut edits = Vec::new();
    let (mut removed, mut extra, mut of_items) = (Vec::new(), Vec::new(), Vec::new());
    let (mut restores, mut risky) = (false, false);
    let mut failed = None;
    for argument in arguments {
        match argument.outcome {
            Ok(Change::Exact(more)) => edits.extend(more),
            Ok(Change::Restoring(more)) => {
                restores = true;
                edits.extend(more);
            }
            Ok(Change::Risky(more)) => {
                risky = true;
                edits.extend(more);
            }
            Ok(Change::Drop) => removed.push(argument.at),
            Ok(Change::DropRaising) => {
                restores = true;
                removed.push(argument.at);
            }
            Ok(Change::Extra) => extra.push(argument.at),
            Ok(Change::OfItems(name)) => {
                restores = true;
                removed.push(argument.at);
                of_items.push((name, argument.at));
            }
            Err(help) => failed = Some(help),
        }
    }
    let extras = schema_extra(cx, call, &extra);
    let outcome = match (failed, extras) {
        (Some(help), _) => Err(help),
        (None, None) => Err("move it into `json_schema_extra={...}`"),
        (None, Some(extras)) => {
            edits.extend(extras);
            edits.extend(annotated_items(cx, call, &of_items));
            let removals = super::remove_arguments(cx, &call.arguments, &removed);
            if removals.iter().any(|edit| cx.has_comment(edit.span)) {
                Err("the comments between the arguments need a person")
            } else {
                edits.extend(removals);
                let title = "Write it as V2 has it";
                Ok(match (risky, restores) {
                    (true, _) => Fix::risky(title, edits),
                    (false, true) => Fix::restoring(title, edits),
                    (false, false) => Fix::safe(title, edits),
                })
            }
        }
    };
    Some(Found { at, name, what_becomes, outcome, is_extra })
}

/// The constraints of the items, as `List[Annotated[int, Field(gt=0)]]`.
fn annotated_items(cx: &Cx, call: &ast::ExprCall, arguments: &[(String, Span)]) -> Vec<Edit> {
    let item = container(cx, call).and_then(|container| container.item).filter(|_| !arguments.is_empty());
    let Some(item) = item.map(span) else { return Vec::new() };
    let values = call.arguments.keywords.iter();
    let mut behind = text![", ", span(&*call.func), "("];
    for (index, (name, at)) in arguments.iter().enumerate() {
        let Some(value) = values.clone().find(|keyword| span(*keyword) == *at).map(|keyword| span(&keyword.value))
        else {
            continue;
        };
        behind.push(format!("{}{name}=", if index > 0 { ", " } else { "" }).into());
        behind.push(value.into());
    }
    behind.push(")]".into());
    let before = text![Piece::Ask(Ask::Annotated), "["];
    vec![Edit::pieces(Span::at(item.start), before), Edit::pieces(Span::at(item.end), behind)]
}

/// A field that holds several values.
struct Container<'a> {
    /// The type of one of them, where constraints can be written to it.
    item: Option<&'a Expr>,
}

/// The container that a call of `Field` describes; none where the field is none.
fn container<'a>(cx: &Cx<'a>, call: &ast::ExprCall) -> Option<Container<'a>> {
    const OTHERS: &[&str] =
        &["Deque", "Iterable", "Mapping", "MutableMapping", "MutableSequence", "Sequence", "Tuple", "deque", "tuple"];
    const HEADS: &[&str] = &["Dict", "FrozenSet", "List", "Set", "dict", "frozenset", "list", "set"];
    let Some(AnyNodeRef::StmtAnnAssign(assign)) = cx.parent(0) else { return None };
    if assign.value.as_deref().is_none_or(|value| value.range() != call.range()) {
        return None;
    }
    fn heads<'a>(annotation: &'a Expr, found: &mut Vec<&'a str>) {
        match annotation {
            Expr::Subscript(subscript) => match &*subscript.value {
                Expr::Name(name) if name.id.as_str() == "Optional" => heads(&subscript.slice, found),
                Expr::Name(name) => found.push(name.id.as_str()),
                Expr::Attribute(attribute) => found.push(attribute.attr.as_str()),
                _ => {}
            },
            Expr::BinOp(op) => [&op.left, &op.right].into_iter().for_each(|side| heads(side, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    heads(&assign.annotation, &mut found);
    let is_container = found.iter().any(|head| OTHERS.contains(head) || HEADS.contains(head));
    let item = item_of(&assign.annotation).filter(|item| matches!(item, Expr::Name(_)));
    is_container.then_some(Container { item })
}

/// V1 asked each item, V2 asks the container, which has no order and no digits.
fn of_items(cx: &Cx, call: &ast::ExprCall, keyword: &ast::Keyword, name: &str) -> Result<Change, &'static str> {
    const HELP: &str = "V1 held each item to it: write it to their type, as in `List[Annotated[int, Field(gt=0)]]`";
    let item = container(cx, call).and_then(|container| container.item);
    if item.is_none() || cx.has_comment(span(keyword)) {
        return Err(HELP);
    }
    Ok(Change::OfItems(name.to_owned()))
}

/// The extra keys as one `json_schema_extra={...}` in the place of the first of them.
fn schema_extra(cx: &Cx, call: &ast::ExprCall, extra: &[Span]) -> Option<Vec<Edit>> {
    let Some((first, others)) = extra.split_first() else { return Some(Vec::new()) };
    if call.arguments.find_keyword("json_schema_extra").is_some() {
        return None;
    }
    let keywords: Vec<&ast::Keyword> =
        call.arguments.keywords.iter().filter(|keyword| extra.contains(&span(*keyword))).collect();
    let mut pieces = text!["json_schema_extra={"];
    for (index, keyword) in keywords.iter().enumerate() {
        let name = keyword.arg.as_ref()?;
        let separator = if index > 0 { ", " } else { "" };
        pieces.push(format!("{separator}\"{name}\": ").into());
        pieces.push(span(&keyword.value).into());
    }
    pieces.push("}".into());
    let removals = super::remove_arguments(cx, &call.arguments, others);
    if removals.iter().any(|edit| cx.has_comment(edit.span)) || cx.has_comment(*first) {
        return None;
    }
    Some([Edit::pieces(*first, pieces)].into_iter().chain(removals).collect())
}

fn field<'a>(cx: &Cx<'a>, call: &'a ast::ExprCall) -> Option<Found> {
    // What `**more` brings is not seen, and nobody knows what it joins.
    let spread = call.arguments.keywords.iter().any(|keyword| keyword.arg.is_none());
    let holds_several = container(cx, call).is_some();
    let mut arguments = Vec::new();
    for keyword in &call.arguments.keywords {
        let Some(name) = &keyword.arg else { continue };
        let argument = |what_becomes, outcome| Argument {
            at: span(keyword),
            name: name.as_str().to_owned(),
            what_becomes,
            outcome,
        };
        let literal = match &keyword.value {
            Expr::BooleanLiteral(literal) => Some(literal.value),
            _ => None,
        };
        arguments.push(match (name.as_str(), literal) {
            ("min_items" | "max_items" | "allow_mutation" | "regex", _) if spread => {
                let fate = if name.as_str() == "regex" { Fate::Raises } else { Fate::Deprecated };
                argument(fate, Err("what `**` brings may hold the new name, too: write it out"))
            }
            ("min_items" | "max_items", _) => argument(Fate::Deprecated, length(call, name)),
            ("allow_mutation", _) if call.arguments.find_keyword("frozen").is_some() => {
                argument(Fate::Deprecated, Err("`frozen` is there, too: decide which of them counts"))
            }
            ("allow_mutation", Some(value)) => {
                let edit = Edit::replace(span(keyword), if value { "frozen=False" } else { "frozen=True" });
                argument(Fate::Deprecated, Ok(Change::Exact(vec![edit])))
            }
            ("allow_mutation", None) => {
                let value = span(&keyword.value);
                let simple = matches!(&keyword.value, Expr::Name(_) | Expr::Attribute(_) | Expr::Call(_));
                let (open, close) = if simple { ("", "") } else { ("(", ")") };
                let text = text![format!("frozen=not {open}"), value, close];
                argument(Fate::Deprecated, Ok(Change::Exact(vec![Edit::pieces(span(keyword), text)])))
            }
            ("include", _) => argument(Fate::Deprecated, Ok(Change::Drop)),
            ("const", Some(false)) | ("unique_items", Some(false)) => argument(Fate::Raises, Ok(Change::DropRaising)),
            ("const", _) => argument(Fate::Raises, constant(cx, call, keyword)),
            ("unique_items", _) => {
                argument(Fate::Raises, Err("take a `set`, or check for doubles in a validator: V1 refused them"))
            }
            ("regex", _) if holds_several => {
                let pattern = match regex(cx, name, &keyword.value) {
                    Ok(Change::Restoring(_)) => of_items(cx, call, keyword, "pattern"),
                    Ok(_) => Err("V1 matched each item from its start: write the pattern to their type"),
                    Err(help) => Err(help),
                };
                argument(Fate::Raises, pattern)
            }
            ("regex", _) => argument(Fate::Raises, regex(cx, name, &keyword.value)),
            (numeric, _) if holds_several && OF_ITEMS.contains(&numeric) => {
                argument(Fate::Raises, of_items(cx, call, keyword, numeric))
            }
            (known, _) if FIELD.contains(&known) => continue,
            _ if spread => continue,
            _ => argument(Fate::Deprecated, Ok(Change::Extra)),
        });
    }
    joined(cx, call, arguments)
}

/// `min_items` is `min_length`, unless both are there: then V2 takes the one and drops the other.
fn length(call: &ast::ExprCall, name: &ast::Identifier) -> Result<Change, &'static str> {
    let new = if name.as_str() == "min_items" { "min_length" } else { "max_length" };
    if call.arguments.find_keyword(new).is_some() {
        return Err("V2 drops it beside `min_length` or `max_length`: decide which of them counts items");
    }
    Ok(Change::Exact(vec![Edit::replace(span(name), new)]))
}

/// `a: str = Field("x", const=True)` takes one value.
fn constant<'a>(cx: &Cx<'a>, call: &'a ast::ExprCall, keyword: &ast::Keyword) -> Result<Change, &'static str> {
    const HELP: &str = "annotate the field with `Literal[...]`";
    let default = call
        .arguments
        .args
        .first()
        .or_else(|| call.arguments.find_keyword("default").map(|keyword| &keyword.value))
        .ok_or(HELP)?;
    let constant = matches!(
        default,
        Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::NumberLiteral(_) | Expr::BooleanLiteral(_)
    ) && !matches!(default, Expr::NumberLiteral(number) if !number.value.is_int());
    let Some(AnyNodeRef::StmtAnnAssign(assign)) = cx.parent(0) else { return Err(HELP) };
    let whole = assign.value.as_deref().is_some_and(|value| value.range() == call.range());
    let is_true = matches!(&keyword.value, Expr::BooleanLiteral(literal) if literal.value);
    if !constant || !whole || !is_true || cx.has_comment(span(call)) {
        return Err(HELP);
    }
    let literal = Piece::Name { module: "typing".to_owned(), name: "Literal".to_owned() };
    let annotation = Edit::pieces(span(&*assign.annotation), text![literal, "[", span(default), "]"]);
    let rest = if call.arguments.args.len() + call.arguments.keywords.len() == 2 {
        vec![Edit::pieces(span(call), text![span(default)])]
    } else {
        super::remove_arguments(cx, &call.arguments, &[span(keyword)])
    };
    let edits = [annotation].into_iter().chain(rest).collect();
    // V1 compared what it had converted: `"2"` was fine for the constant 2, and is not for `Literal[2]`.
    Ok(match default {
        Expr::StringLiteral(_) | Expr::NumberLiteral(_) => Change::Restoring(edits),
        _ => Change::Risky(edits),
    })
}

/// V1 matched from the start; V2's engine searches, and lacks some of what Python's has.
fn regex(cx: &Cx, name: &ast::Identifier, value: &Expr) -> Result<Change, &'static str> {
    let edits = vec![Edit::replace(span(name), "pattern")];
    let literal = match value {
        Expr::StringLiteral(literal) => Some(literal),
        Expr::Name(constant) => constant_text(cx, constant.id.as_str()),
        _ => None,
    };
    let Some(literal) = literal else { return Ok(Change::Risky(edits)) };
    match in_v2(literal.value.to_str()) {
        InV2::Same => Ok(Change::Restoring(edits)),
        InV2::Differs => Ok(Change::Risky(edits)),
        InV2::Raises => Err(
            "V2's engine does not read this pattern (it has no look-around and no references): check it in a validator, or set `regex_engine`",
        ),
    }
}

/// The text of a constant at the top of the module, where it is bound once.
fn constant_text<'a>(cx: &Cx<'a>, name: &str) -> Option<&'a ast::ExprStringLiteral> {
    let Block::Module(body) = cx.scopes.first()?.block else { return None };
    let mut bindings = body.iter().filter(|stmt| crate::python::bound::bound(stmt).contains(&name));
    let (Some(only), None) = (bindings.next(), bindings.next()) else { return None };
    match only {
        Stmt::Assign(ast::StmtAssign { value, .. })
        | Stmt::AnnAssign(ast::StmtAnnAssign { value: Some(value), .. }) => value.as_string_literal_expr(),
        _ => None,
    }
}

fn constr(cx: &Cx, call: &ast::ExprCall) -> Option<Found> {
    let arguments = call.arguments.keywords.iter().filter_map(|keyword| {
        let name = keyword.arg.as_ref()?;
        let outcome = match name.as_str() {
            "regex" => regex(cx, name, &keyword.value),
            "curtail_length" => Err("cut the text in an `AfterValidator`"),
            _ => return None,
        };
        Some(Argument { at: span(keyword), name: name.as_str().to_owned(), what_becomes: Fate::Raises, outcome })
    });
    let arguments = arguments.collect();
    joined(cx, call, arguments)
}

fn list(cx: &Cx, call: &ast::ExprCall) -> Option<Found> {
    let arguments = call.arguments.keywords.iter().filter_map(|keyword| {
        let name = keyword.arg.as_ref()?;
        let outcome = match (name.as_str(), &keyword.value) {
            ("min_items" | "max_items", _) => length(call, name).map(|change| match change {
                Change::Exact(edits) => Change::Restoring(edits),
                other => other,
            }),
            ("unique_items", Expr::BooleanLiteral(literal)) if !literal.value => Ok(Change::DropRaising),
            ("unique_items", _) => Err("take a `set`, or check for doubles in a validator: V1 refused them"),
            _ => return None,
        };
        Some(Argument { at: span(keyword), name: name.as_str().to_owned(), what_becomes: Fate::Raises, outcome })
    });
    let arguments = arguments.collect();
    joined(cx, call, arguments)
}

/// FastAPI takes `regex` as another name of `pattern`, and warns.
fn fastapi<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall, type_: TypeExpr, name: &str) {
    let Some(keyword) = call.arguments.find_keyword("regex") else { return };
    let Some(arg) = &keyword.arg else { return };
    let both = call.arguments.find_keyword("pattern").is_some();
    let edit = Edit::replace(span(arg), "pattern");
    let finding =
        cx.report(span(keyword), text![format!("`regex` of `{name}` is deprecated: FastAPI calls it `pattern`")]);
    finding.when(Condition::Any(vec![
        Condition::Resolves { what: type_.clone(), to: format!("fastapi.{name}").into() },
        Condition::Resolves { what: type_, to: format!("fastapi.param_functions.{name}").into() },
    ]));
    graded(finding, Fate::Deprecated);
    if !both {
        finding.fix(Fix::safe("Rename it to `pattern`", vec![edit]).when(only_v2()));
    }
}
