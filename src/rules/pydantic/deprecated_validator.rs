//! `@validator`. Page: rules/pydantic/deprecated-validator.md

use super::validator_parameters::{Parameters, parameters};
use super::{
    Decoration, decorator, fate, graded, in_version_shim, make_classmethod, named, only_v2, pydantic, remove_arguments,
    reversed_before_validators, uses, validator_tie,
};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Ask, Edit, Fate, Fix, Piece};
use crate::python::ast::{self, Expr, Ranged, Stmt};
use crate::python::walk::says_true;
use crate::python::{Block, span};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::{Span, line_start, line_stop};

pub const CHECK: Check = Check::Several(&[Check::Function(decorated), Check::Call(called)]);

fn decorated<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    if in_version_shim(cx) {
        return;
    }
    let Some(Decoration { decorator, callee, call, type_, stacked }) = decorator(cx, function, "validator") else {
        return;
    };
    let outcome = match call {
        _ if stacked => Err(Obstacle::new("one function takes one `@validator`: name all fields in it").raises()),
        Some(call) => rewrite(cx, function, decorator, callee, call),
        None => Err(Obstacle::new("name the fields: a bare `@validator` raises").raises()),
    };
    report(cx, callee, type_, "`@validator` ", outcome);
}

/// `validator("a", allow_reuse=True)(function)`.
fn called<'a>(cx: &mut Cx<'a>, outer: &'a ast::ExprCall) {
    let Expr::Call(call) = &*outer.func else { return };
    let Some((type_, _)) = named(cx, &call.func, &["validator"]) else { return };
    if in_version_shim(cx) {
        return;
    }
    let outcome = reuse(cx, outer, call).map(|fix| Rewritten { fix, raises: false });
    report(cx, &call.func, type_, "`validator(...)(function)` ", outcome);
}

fn report(cx: &mut Cx, callee: &Expr, type_: TypeExpr, what: &str, outcome: Result<Rewritten, Obstacle>) {
    let what_becomes = match &outcome {
        Err(Obstacle { raises: true, .. }) => Fate::Raises,
        Ok(Rewritten { raises: true, .. }) => Fate::Raises,
        _ => Fate::Deprecated,
    };
    let tie = validator_tie(cx);
    let mixin = super::in_mixin(cx);
    let turned_round = cx.class().is_some_and(|(class, _)| reversed_before_validators::turns_fields_round(cx, class));
    let outcome = outcome.map(|Rewritten { fix, .. }| Fix { chain: tie.clone(), ..fix });
    let finding = cx.report(span(callee), text![what, fate(what_becomes)]);
    finding.when(Condition::resolves(type_, "pydantic.validator"));
    graded(finding, what_becomes);
    finding.aside = tie.filter(|_| what_becomes == Fate::Raises);
    match outcome {
        Ok(fix) => {
            let fix = fix.when(only_v2());
            finding.fix(if turned_round || mixin { fix.when(Condition::Migrating.not()) } else { fix });
            finding.otherwise(match (turned_round, mixin) {
                (true, _) => reversed_before_validators::HELP,
                (false, true) => super::MIXIN,
                (false, false) => REUSE,
            });
        }
        Err(obstacle) => {
            finding.help(obstacle.help);
        }
    }
}

const REUSE: &str =
    "let the function take the value, and a `ValidationInfo` for what was in `values`, then use `field_validator`";

/// A validator in V2's form, and whether V2 refuses the old one.
struct Rewritten {
    fix: Fix,
    raises: bool,
}

/// Why there is no exact form, and what a person has to decide.
pub(super) struct Obstacle {
    help: String,
    /// The old form does not run on V2 either.
    raises: bool,
}

impl Obstacle {
    pub(super) fn new(help: &str) -> Obstacle {
        Obstacle { help: help.to_owned(), raises: false }
    }

    pub(super) fn raises(self) -> Obstacle {
        Obstacle { raises: true, ..self }
    }
}

const ITEMS_FIRST: &str = "a validator with `each_item` of the same field stays, and pydantic 2 refuses it behind this one: move that one by hand first";
const EACH_ITEM: &str = "`each_item` has no flag in V2: validate the items with `Annotated[T, AfterValidator(f)]`";

fn rewrite<'a>(
    cx: &Cx<'a>,
    function: &'a ast::StmtFunctionDef,
    decorator: &'a ast::Decorator,
    callee: &'a Expr,
    call: &'a ast::ExprCall,
) -> Result<Rewritten, Obstacle> {
    if function.is_async {
        return Err(Obstacle::new("nobody awaits a validator: make it a plain function"));
    }
    let each_item = says_true(&call.arguments, "each_item");
    let scalar = each_item && are_scalar(cx, call);
    if each_item && !scalar {
        let fix = each_item_of(cx, function, decorator, callee, call).ok_or_else(|| Obstacle::new(EACH_ITEM));
        return fix.map(|fix| Rewritten { fix, raises: false });
    }
    if !scalar && items_stay(cx, &field_names(call)?) {
        return Err(Obstacle::new(ITEMS_FIRST));
    }
    let Flags { mut edits, proof, when } = flags(cx, callee, call, scalar)?;
    // What stands between may take other arguments than it passes on.
    let plain = |other: &ast::Decorator| matches!(&other.expression, Expr::Name(name) if matches!(name.id.as_str(), "classmethod" | "staticmethod"));
    let between = function.decorator_list.iter().any(|other| other.start() > decorator.start() && !plain(other));
    let is_static = function.decorator_list.iter().any(|other| {
        other.start() > decorator.start()
            && matches!(&other.expression, Expr::Name(name) if name.id.as_str() == "staticmethod")
    });
    let Parameters { edits: parameters, restores, when: of_values } = parameters(cx, function, is_static)?;
    if between && (!parameters.is_empty() || cx.mentions("values")) {
        return Err(Obstacle::new(
            "another decorator stands below, and V2 looks at what it makes: rewrite both by hand",
        ));
    }
    // A subclass may take its place by a plain method of the same name, which V2 calls with a `ValidationInfo`.
    let replaced = match (parameters.is_empty(), cx.class()) {
        (false, Some((_, class))) => {
            let of = TypeExpr::Name(Name::Here(class.to_owned()));
            Condition::Overridden { of, attr: function.name.to_string() }.not()
        }
        _ => Condition::Always,
    };
    edits.extend(parameters);
    let when = when.and(of_values);
    if !is_static {
        let classmethod = make_classmethod(cx, function, decorator);
        edits.extend(classmethod.ok_or_else(|| Obstacle::new("put `@classmethod` directly below `@field_validator`"))?);
    }
    let title = "Replace with `@field_validator`";
    // V2 knows a class method of V1 by the name of its first parameter.
    let first = function.parameters.posonlyargs.iter().chain(&function.parameters.args).next();
    let by_name = first.is_some_and(|first| first.parameter.name.as_str() == "cls");
    let decorated = function
        .decorator_list
        .iter()
        .any(|other| matches!(&other.expression, Expr::Name(name) if name.id.as_str() == "classmethod"));
    let unseen = !is_static && !by_name && !decorated;
    let raises = restores || scalar || unseen;
    let mut fix = if raises { Fix::restoring(title, edits) } else { Fix::safe(title, edits) };
    fix.safe = fix.safe.and(proof).and(replaced.clone());
    fix.restores = fix.restores.and(replaced);
    fix = fix.when(when);
    if let Expr::Name(name) = callee {
        fix = fix.orphan(name.id.as_str());
    }
    for annotation in function.parameters.iter().filter_map(|parameter| parameter.annotation()) {
        super::names_in(annotation, &mut fix.orphans);
    }
    Ok(Rewritten { fix, raises })
}

fn reuse<'a>(cx: &Cx<'a>, outer: &'a ast::ExprCall, call: &'a ast::ExprCall) -> Result<Fix, Obstacle> {
    let ([function], true) = (&*outer.arguments.args, outer.arguments.keywords.is_empty()) else {
        return Err(Obstacle::new("a validator is made of one function"));
    };
    if items_stay(cx, &field_names(call)?) {
        return Err(Obstacle::new(ITEMS_FIRST));
    }
    let Flags { edits, proof, when } = flags(cx, &call.func, call, false)?;
    let takes = match function {
        Expr::Lambda(lambda) => {
            let names: Vec<&str> =
                lambda.parameters.iter().flat_map(|all| all.iter()).map(|one| one.name().as_str()).collect();
            matches!(names.as_slice(), ["cls", _] | [_]).then_some(Condition::Always)
        }
        Expr::Name(_) | Expr::Attribute(_) => {
            let function = cx.type_of(function);
            (!function.is_unknown()).then_some(Condition::Takes(function, 1))
        }
        _ => None,
    };
    let by_hand = || Obstacle::new(REUSE);
    let mut fix = Fix::safe("Replace with `field_validator`", edits).when(takes.ok_or_else(by_hand)?);
    fix.safe = fix.safe.and(proof);
    fix = fix.when(when);
    if let Expr::Name(name) = &*call.func {
        fix = fix.orphan(name.id.as_str());
    }
    Ok(fix)
}

/// A validator of items, as it stands in their type.
struct OfItems {
    /// `AfterValidator(lambda value: ...)`, or the name of a function.
    text: Vec<Piece>,
    /// The edit that writes that function in front of the class.
    function: Option<Edit>,
}

/// A validator of items as a lambda where it is one expression, else as a function before the class.
fn of_items<'a>(
    cx: &Cx<'a>,
    model: &ast::StmtClassDef,
    function: &'a ast::StmtFunctionDef,
    decorator: &'a ast::Decorator,
    call: &'a ast::ExprCall,
) -> Option<OfItems> {
    let all = &function.parameters;
    let [class, value] = &*all.args else { return None };
    let plain = all.posonlyargs.is_empty() && all.kwonlyargs.is_empty() && all.vararg.is_none() && all.kwarg.is_none();
    let class_uses = uses(&function.body, class.parameter.name.as_str());
    let mut before = false;
    for keyword in &call.arguments.keywords {
        match (keyword.arg.as_ref()?.as_str(), &keyword.value) {
            ("pre", Expr::BooleanLiteral(literal)) => before = literal.value,
            ("each_item" | "allow_reuse", Expr::BooleanLiteral(_)) => {}
            _ => return None,
        }
    }
    let outside = super::is_called(cx, function) || !class_uses.reads.is_empty() || class_uses.tangled;
    let commented =
        cx.has_comment(span(decorator)) || cx.has_comment(Span::new(span(decorator).end, span(&function.name).end));
    // Of several methods of one name the last counts.
    let same = |stmt: &&Stmt| matches!(stmt, Stmt::FunctionDef(other) if other.name.as_str() == function.name.as_str());
    let hidden = model.body.iter().filter(same).count() > 1 || class_uses.names.contains("__class__");
    if !plain || commented || hidden || function.decorator_list.len() != 1 || outside {
        return None;
    }
    let mut text = text![pydantic(if before { "BeforeValidator" } else { "AfterValidator" }), "("];
    if let [Stmt::Return(ast::StmtReturn { value: Some(result), .. })] = function.body.as_slice()
        && !cx.source(span(&**result)).contains(['\n', '\r'])
        && !cx.has_comment(span(function))
    {
        text.extend(text![format!("lambda {}: ", value.parameter.name), span(&**result), ")"]);
        return Some(OfItems { text, function: None });
    }
    // A class inside another does not see what that one binds.
    let around = cx.scopes.iter().rev().nth(1);
    if around.is_some_and(|scope| matches!(scope.block, Block::Class(_))) {
        return None;
    }
    // Two underscores in front would be mangled where the class reads it.
    let bare = function.name.trim_start_matches('_');
    let mut names = [format!("_{bare}"), format!("_check_{bare}")].into_iter();
    let name = names.find(|name| !cx.text.contains(name.as_str()))?;
    let indent = super::indent_of(cx, span(model).start)?;
    let mut moved = super::moved(cx, function, &format!("{indent}def {name}({}):", cx.source(span(value))), indent)?;
    let newline = super::newline(cx);
    moved.push(format!("{newline}{newline}{newline}").into());
    let top = model.decorator_list.first().map_or(span(model).start, |first| span(first).start);
    text.push(format!("{name})").into());
    Some(OfItems { text, function: Some(Edit::pieces(Span::at(line_start(cx.text, top)), moved)) })
}

/// The validators of the items of a field, in the order in which they run.
fn validators_of_items<'a>(
    cx: &Cx<'a>,
    model: &'a ast::StmtClassDef,
    field: &str,
) -> Vec<(&'a ast::StmtFunctionDef, &'a ast::Decorator, &'a ast::ExprCall)> {
    let functions = model.body.iter().filter_map(|stmt| match stmt {
        Stmt::FunctionDef(function) => Some(function),
        _ => None,
    });
    let found = functions.filter_map(|function| {
        let Decoration { decorator, call: Some(call), .. } = decorator(cx, function, "validator")? else { return None };
        let named = field_names(call).is_ok_and(|fields| fields.contains(&field));
        (named && says_true(&call.arguments, "each_item")).then_some((function, decorator, call))
    });
    found.collect()
}

/// Whether a validator of the items of one of these fields has no form in V2: behind a `field_validator` pydantic 2 refuses it at import.
fn items_stay(cx: &Cx, fields: &[&str]) -> bool {
    let Some((model, _)) = cx.class().filter(|_| cx.may_find(&["each_item"])) else { return false };
    model.body.iter().any(|stmt| match stmt {
        Stmt::FunctionDef(function) => match decorator(cx, function, "validator") {
            Some(Decoration { decorator, callee, call: Some(call), .. }) if says_true(&call.arguments, "each_item") => {
                let named = field_names(call).is_ok_and(|names| {
                    names.iter().any(|name| *name == "*" || fields.contains(name))
                        || names.is_empty()
                        || fields.contains(&"*")
                });
                named && !are_scalar(cx, call) && each_item_of(cx, function, decorator, callee, call).is_none()
            }
            _ => false,
        },
        Stmt::Assign(ast::StmtAssign { value, .. }) => matches!(&**value, Expr::Call(outer)
            if matches!(&*outer.func, Expr::Call(call) if says_true(&call.arguments, "each_item"))),
        _ => false,
    })
}

/// A validator of items moves into their type, together with the others of the same field.
fn each_item_of<'a>(
    cx: &Cx<'a>,
    function: &'a ast::StmtFunctionDef,
    decorator: &'a ast::Decorator,
    callee: &'a Expr,
    call: &'a ast::ExprCall,
) -> Option<Fix> {
    let (model, model_name) = cx.class()?;
    let model_type = TypeExpr::Name(Name::Here(model_name.to_owned()));
    let own = of_items(cx, model, function, decorator, call)?;
    let mut edits: Vec<Edit> = own.function.into_iter().collect();
    // A subclass that declares the field again would not validate its items.
    let mut alone = Condition::Always;
    for field in field_names(call).ok().filter(|fields| !fields.is_empty())? {
        let assign = annotation_of(model, field)?;
        alone = alone.and(Condition::Overridden { of: model_type.clone(), attr: field.to_owned() }.not());
        let item = span(item_of(&assign.annotation)?);
        let mut behind = Vec::new();
        for (function, decorator, call) in validators_of_items(cx, model, field) {
            behind.push(", ".into());
            behind.extend(of_items(cx, model, function, decorator, call)?.text);
        }
        behind.push("]".into());
        edits.push(Edit::pieces(Span::at(item.start), text![Piece::Ask(Ask::Annotated), "["]));
        edits.push(Edit::pieces(Span::at(item.end), behind));
    }
    // The method goes, with the empty line in front of it.
    let lines = Span::new(line_start(cx.text, decorator.start().to_u32()), line_stop(cx.text, span(function).end));
    let others = model.body.len() > 1;
    edits.push(Edit::replace(super::with_blank_line(cx, lines), ""));
    let title = "Move it into the type of the items, as `Annotated[...]`";
    let fix = Fix { safe: alone, ..Fix::safe(title, edits) };
    let fix = match callee {
        Expr::Name(name) => fix.orphan(name.id.as_str()),
        _ => fix,
    };
    others.then_some(fix)
}

/// The one statement of a class body that declares a field.
fn annotation_of<'a>(class: &'a ast::StmtClassDef, field: &str) -> Option<&'a ast::StmtAnnAssign> {
    let mut found = class.body.iter().filter_map(|stmt| match stmt {
        Stmt::AnnAssign(assign) => match &*assign.target {
            Expr::Name(name) if name.id.as_str() == field => Some(assign),
            _ => None,
        },
        _ => None,
    });
    let assign = found.next();
    assign.filter(|_| found.next().is_none())
}

/// Whether all fields of a validator are plain values, so that V1 had no items to look at.
fn are_scalar(cx: &Cx, call: &ast::ExprCall) -> bool {
    let Some((model, _)) = cx.class() else { return false };
    let scalar = |field: &&str| {
        model.body.iter().any(|stmt| match stmt {
            Stmt::AnnAssign(assign) => {
                matches!(&*assign.target, Expr::Name(name) if name.id.as_str() == *field)
                    && matches!(&*assign.annotation, Expr::Name(name)
                        if matches!(name.id.as_str(), "int" | "str" | "float" | "bool" | "bytes" | "datetime" | "date" | "Decimal" | "UUID"))
            }
            _ => false,
        })
    };
    field_names(call).is_ok_and(|fields| !fields.is_empty() && fields.iter().all(scalar))
}

/// The type of the items of a container, `Optional` or not.
pub(super) fn item_of(annotation: &Expr) -> Option<&Expr> {
    match annotation {
        Expr::BinOp(op) if op.op == ast::Operator::BitOr => match (&*op.left, &*op.right) {
            (other, Expr::NoneLiteral(_)) | (Expr::NoneLiteral(_), other) => item_of(other),
            _ => None,
        },
        Expr::Subscript(subscript) => {
            let path = crate::python::dotted(&subscript.value)?;
            match (path.rsplit('.').next()?, &*subscript.slice) {
                ("Optional", inner) => item_of(inner),
                ("List" | "list" | "Set" | "set" | "FrozenSet" | "frozenset", item) => Some(item),
                ("Dict" | "dict", Expr::Tuple(pair)) => pair.elts.get(1),
                _ => None,
            }
        }
        _ => None,
    }
}

/// What becomes of the name of a validator and its flags.
struct Flags {
    edits: Vec<Edit>,
    /// What has to hold of the fields' defaults.
    proof: Condition,
    /// What has to be settled before.
    when: Condition,
}

fn flags<'a>(cx: &Cx<'a>, callee: &'a Expr, call: &'a ast::ExprCall, scalar: bool) -> Result<Flags, Obstacle> {
    let mut edits = vec![Edit { span: span(callee), text: vec![pydantic("field_validator")] }];
    let mut removed = Vec::new();
    let mut always = false;
    let fields = field_names(call)?;
    for keyword in &call.arguments.keywords {
        let Some(name) = &keyword.arg else { return Err(Obstacle::new("write the arguments of `@validator` out")) };
        let flag = match &keyword.value {
            Expr::BooleanLiteral(literal) => Some(literal.value),
            _ => None,
        };
        match (name.as_str(), flag) {
            ("pre", Some(true)) => {
                edits.push(Edit::replace(span(keyword), format!("mode={}", quoted(cx, call, "before"))))
            }
            ("pre" | "always" | "each_item", Some(false)) | ("allow_reuse", _) => removed.push(span(keyword)),
            ("always", Some(true)) => {
                always = true;
                removed.push(span(keyword));
            }
            // Nothing to iterate over: V1 called it with the value, V2 raises.
            ("each_item", Some(true)) if scalar => removed.push(span(keyword)),
            ("each_item", _) => return Err(Obstacle::new(EACH_ITEM)),
            ("check_fields", _) => {}
            ("whole", _) => return Err(Obstacle::new("`whole` was removed before V1 ended").raises()),
            _ => return Err(Obstacle::new("only literal flags can be rewritten: decide what this one means")),
        }
    }
    let removals = remove_arguments(cx, &call.arguments, &removed);
    if removals.iter().any(|edit| cx.has_comment(edit.span)) {
        return Err(Obstacle::new("the comments between the arguments need a person"));
    }
    edits.extend(removals);
    let (mut proof, mut when) = (Condition::Always, Condition::Always);
    if always {
        let (defaults, plain) = validate_defaults(cx, &fields)?;
        edits.extend(defaults);
        proof = plain;
        when = defaults_written(cx, &fields);
    }
    Ok(Flags { edits, proof, when })
}

/// A string in the quotes that the call uses.
fn quoted(cx: &Cx, call: &ast::ExprCall, text: &str) -> String {
    let single = call.arguments.args.first().is_some_and(|arg| cx.source(span(arg)).starts_with('\''));
    if single { format!("'{text}'") } else { format!("\"{text}\"") }
}

fn field_names(call: &ast::ExprCall) -> Result<Vec<&str>, Obstacle> {
    let names = call.arguments.args.iter().map(|arg| match arg {
        Expr::StringLiteral(string) => Some(string.value.to_str()),
        _ => None,
    });
    let names: Option<Vec<&str>> = names.collect();
    match names {
        Some(names) if !names.is_empty() => Ok(names),
        Some(_) => Err(Obstacle::new("name the fields: `@validator()` raises").raises()),
        None if call.arguments.args.iter().any(|arg| matches!(arg, Expr::List(_) | Expr::Tuple(_))) => {
            Err(Obstacle::new("name the fields one by one: a list raises").raises())
        }
        None => Ok(Vec::new()),
    }
}

/// In a move, a field that V1 took for optional gets its `None` first, so that this default is validated.
fn defaults_written<'a>(cx: &Cx<'a>, fields: &[&str]) -> Condition {
    let Some((class, _)) = cx.class() else { return Condition::Always };
    let bare = class.body.iter().filter_map(|stmt| match stmt {
        Stmt::AnnAssign(assign) if assign.value.is_none() => match &*assign.target {
            Expr::Name(name) if fields.contains(&name.id.as_str()) => Some(&*assign.annotation),
            _ => None,
        },
        _ => None,
    });
    let scopes = &cx.scopes;
    let optional: Vec<Condition> =
        bare.map(|annotation| Condition::Nullable(cx.types.annotation(annotation, scopes))).collect();
    if optional.is_empty() { Condition::Always } else { Condition::Migrating.and(Condition::any(optional)).not() }
}

/// `always=True` lives on the field in V2: a default becomes `Field(<default>, validate_default=True)`.
/// The condition is what has to hold so that the default is a value, and no field information already.
fn validate_defaults<'a>(cx: &Cx<'a>, fields: &[&str]) -> Result<(Vec<Edit>, Condition), Obstacle> {
    let unknown =
        || Obstacle::new("`always=True` becomes `validate_default=True` on the field, which is not in this class");
    let Some((class, class_name)) = cx.class() else { return Err(unknown()) };
    let class_type = TypeExpr::Name(Name::Here(class_name.to_owned()));
    let mut edits = Vec::new();
    let mut proof = Condition::Always;
    if fields.is_empty() || fields.iter().any(|field| field.starts_with('_')) {
        return Err(unknown());
    }
    for field in fields {
        let assign = annotation_of(class, field).ok_or_else(unknown)?;
        // A subclass that declares the field again would not validate its default.
        proof = proof.and(Condition::Overridden { of: class_type.clone(), attr: (*field).to_owned() }.not());
        match assign.value.as_deref() {
            // Its default stands in the annotation.
            None if cx.source(span(&*assign.annotation)).contains("Field(") => return Err(unknown()),
            None => {}
            Some(Expr::EllipsisLiteral(_)) => {}
            Some(Expr::Call(call)) if named(cx, &call.func, &["Field"]).is_some() => {
                let decided = call
                    .arguments
                    .keywords
                    .iter()
                    .find(|keyword| keyword.arg.as_ref().is_none_or(|arg| arg.as_str() == "validate_default"));
                match decided.map(|keyword| &keyword.value) {
                    Some(Expr::BooleanLiteral(literal)) if literal.value => continue,
                    Some(_) => return Err(Obstacle::new("decide on `validate_default` of the field")),
                    None => {}
                }
                let required = matches!(call.arguments.args.first(), Some(Expr::EllipsisLiteral(_)));
                if !required {
                    let added = cx.append_argument(&call.arguments, text!["validate_default=True"]);
                    edits.push(added.ok_or_else(|| Obstacle::new("add `validate_default=True` to the field by hand"))?);
                }
            }
            Some(default) => {
                if super::reads_in_class(class, field, assign) {
                    return Err(Obstacle::new(
                        "the class reads this default: write `Field(..., validate_default=True)` by hand",
                    ));
                }
                proof = proof.and(is_plain(cx, default).ok_or_else(|| {
                    Obstacle::new("`always=True` becomes `validate_default=True` in the function that makes the field")
                })?);
                let bare = matches!(default, Expr::Tuple(tuple) if !tuple.parenthesized);
                let (open, close) = if bare { ("((", ")") } else { ("(", "") };
                let default = span(default);
                let text = text![pydantic("Field"), open, default, close, ", validate_default=True)"];
                edits.push(Edit { span: default, text });
            }
        }
    }
    Ok((edits, proof))
}

/// What has to hold so that a default is a value: a name or a call may give field information, which must not be wrapped.
/// `None` where it certainly does.
fn is_plain<'a>(cx: &Cx<'a>, default: &'a Expr) -> Option<Condition> {
    let plain = || Condition::Plain(cx.type_of(default));
    Some(match default {
        Expr::Attribute(attribute) => {
            Condition::any(vec![Condition::derives(cx.type_of(&attribute.value), "enum.Enum"), plain()])
        }
        Expr::Name(_) => plain(),
        Expr::Call(call) => {
            let callee = cx.type_of(&call.func);
            if ["field", "PrivateAttr"].iter().any(|name| super::ends_in(cx, &callee, name)) {
                return None;
            }
            plain()
        }
        Expr::UnaryOp(op) => is_plain(cx, &op.operand)?,
        Expr::StringLiteral(_)
        | Expr::BytesLiteral(_)
        | Expr::FString(_)
        | Expr::NumberLiteral(_)
        | Expr::BooleanLiteral(_)
        | Expr::NoneLiteral(_)
        | Expr::List(_)
        | Expr::Dict(_)
        | Expr::Set(_)
        | Expr::Tuple(_)
        | Expr::ListComp(_)
        | Expr::DictComp(_)
        | Expr::SetComp(_)
        | Expr::Lambda(_)
        | Expr::BinOp(_)
        | Expr::Compare(_) => Condition::Always,
        Expr::If(choice) => is_plain(cx, &choice.body)?.and(is_plain(cx, &choice.orelse)?),
        _ => Condition::Always.not(),
    })
}
