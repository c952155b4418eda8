//! `.dict()`, `.json()`, `.copy()` and their kin on what is proven to be a model. Page: rules/pydantic/deprecated-model-method.md

use super::{fate, graded, in_version_shim, only_v2};
use crate::fact::{Condition, TypeExpr};
use crate::finding::{Ask, Edit, Fate, Fix, Piece};
use crate::python::ast::{self, AnyNodeRef, Expr, Ranged};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check = Check::Several(&[Check::Attribute(attribute), Check::Call(by_name)]);

/// V1's method or attribute, V2's name for it.
const RENAMED: &[(&str, &str)] = &[
    ("dict", "model_dump"),
    ("json", "model_dump_json"),
    ("copy", "model_copy"),
    ("parse_obj", "model_validate"),
    ("parse_raw", "model_validate_json"),
    ("parse_file", "model_validate_json"),
    ("from_orm", "model_validate"),
    ("construct", "model_construct"),
    ("schema", "model_json_schema"),
    ("schema_json", "model_json_schema"),
    ("update_forward_refs", "model_rebuild"),
    ("validate", "model_validate"),
    ("__fields__", "model_fields"),
    ("__fields_set__", "model_fields_set"),
];

/// V2's name for a method or attribute of V1.
pub fn new_name(old: &str) -> Option<&'static str> {
    RENAMED.iter().find(|(name, _)| *name == old).map(|(_, new)| *new)
}

fn attribute<'a>(cx: &mut Cx<'a>, attribute: &'a ast::ExprAttribute) {
    let old = attribute.attr.as_str();
    let Some(new) = new_name(old) else { return };
    if attribute.ctx != ast::ExprContext::Load {
        return;
    }
    let receiver = cx.type_of(&attribute.value);
    if receiver.is_unknown() || in_version_shim(cx) {
        return;
    }
    let call = match cx.parent(0) {
        Some(AnyNodeRef::ExprCall(call)) if call.func.range() == attribute.range() => Some(call),
        _ => None,
    };
    let site = Site { attribute, call, receiver: &receiver, old, new };
    let Form { fixes, help, what_becomes } = if cx.is_printed() {
        Form::help("an f-string prints this text, too: rename it by hand")
    } else {
        form(cx, &site)
    };
    let class = Piece::Ask(Ask::Class(receiver.clone()));
    let shown = match what_becomes {
        Fate::Raises => shown_arguments(call),
        _ => String::new(),
    };
    let message = text!["`", class, format!(".{old}{shown}` "), fate(what_becomes)];
    let is_constructor = !matches!(old, "dict" | "json" | "copy" | "__fields_set__" | "__fields__");
    let finding = cx.report(span(&attribute.attr), message);
    finding
        .when(Condition::Resolves { what: receiver.clone().attr(old), to: format!("pydantic.BaseModel.{old}").into() });
    graded(finding, what_becomes);
    if let Some(help) = help {
        finding.help(help);
    }
    let overridden = Condition::Overridden { of: receiver.clone(), attr: old.to_owned() };
    // A model of V1 that has a method of the new name means something else by it, or calls the old one in it.
    let free = Condition::Resolves { what: receiver.clone().attr(new), to: format!("pydantic.BaseModel.{new}").into() };
    let free = Condition::any(vec![Condition::Migrating.not(), free]);
    // V1's method calls the new one of the instance, whoever defines it; the new one through `super()` goes past it.
    let through_super = matches!(receiver, TypeExpr::Super(_));
    let renamed = Condition::Overridden { of: receiver.clone(), attr: new.to_owned() };
    for mut fix in fixes {
        fix.safe = fix.safe.and(overridden.clone().not());
        if through_super {
            fix.safe = fix.safe.and(renamed.clone().not());
        }
        fix = fix.when(free.clone());
        finding.fix(fix.when(only_v2()));
    }
    finding.otherwise(match old {
        "__fields__" => FIELDS,
        _ => "the model has a method of the new name, or cannot take it: look at both",
    });
    let label = if is_constructor { "this model" } else { "the receiver is this model" };
    finding.definition(receiver, label);
}

/// `(skip_defaults=...)`: what the call is refused for.
fn shown_arguments(call: Option<&ast::ExprCall>) -> String {
    let keywords = call.map(|call| &*call.arguments.keywords).unwrap_or_default();
    let names: Vec<&str> = keywords.iter().filter_map(|keyword| keyword.arg.as_ref()).map(|arg| arg.as_str()).collect();
    let refused = names.into_iter().find(|name| !is_dump_keyword(name));
    refused.map_or(String::new(), |name| format!("({name}=...)"))
}

/// `getattr(order, "dict")`.
fn by_name<'a>(cx: &mut Cx<'a>, call: &'a ast::ExprCall) {
    let (Expr::Name(function), [of, Expr::StringLiteral(name)], true) =
        (&*call.func, &*call.arguments.args, call.arguments.keywords.is_empty())
    else {
        return;
    };
    let old = name.value.to_str();
    let Some(new) = new_name(old).filter(|_| function.id.as_str() == "getattr") else { return };
    let receiver = cx.type_of(of);
    if receiver.is_unknown() || in_version_shim(cx) || name.value.is_implicit_concatenated() {
        return;
    }
    let class = Piece::Ask(Ask::Class(receiver.clone()));
    let inner = name.value.iter().next().map(|part| span(part.content_range()));
    let finding = cx.report(span(name), text!["`", class, format!(".{old}` "), fate(Fate::Deprecated)]);
    finding
        .when(Condition::Resolves { what: receiver.clone().attr(old), to: format!("pydantic.BaseModel.{old}").into() });
    graded(finding, Fate::Deprecated);
    // Whoever gets the method may call it in a way that the new one refuses.
    let plain = matches!(old, "dict" | "parse_obj" | "construct" | "__fields_set__");
    if let Some(inner) = inner.filter(|_| plain) {
        let mut fix = Fix::safe(format!("Replace with `{new}`"), vec![Edit::replace(inner, new)]);
        fix.safe = Condition::Overridden { of: receiver.clone(), attr: old.to_owned() }.not();
        finding.fix(fix.when(only_v2()));
    }
    finding.definition(receiver, "the receiver is this model");
}

struct Site<'s, 'a> {
    attribute: &'a ast::ExprAttribute,
    call: Option<&'a ast::ExprCall>,
    receiver: &'s TypeExpr,
    old: &'s str,
    new: &'static str,
}

/// What a site becomes, best first.
struct Form {
    fixes: Vec<Fix>,
    help: Option<&'static str>,
    what_becomes: Fate,
}

impl Form {
    fn fix(fix: Fix) -> Form {
        Form { fixes: vec![fix], help: None, what_becomes: Fate::Deprecated }
    }

    fn help(help: &'static str) -> Form {
        Form { fixes: Vec::new(), help: Some(help), what_becomes: Fate::Deprecated }
    }

    fn raises(self) -> Form {
        Form { what_becomes: Fate::Raises, ..self }
    }
}

impl Site<'_, '_> {
    fn title(&self) -> String {
        format!("Replace with `{}`", self.new)
    }

    fn rename(&self) -> Edit {
        Edit::replace(span(&self.attribute.attr), self.new)
    }

    fn renamed(&self) -> Fix {
        Fix::safe(self.title(), vec![self.rename()])
    }

    fn has(&self, name: &str) -> bool {
        self.call.is_some_and(|call| call.arguments.find_keyword(name).is_some())
    }

    /// The names of the keyword arguments; `None` for `**more`.
    fn keywords(&self) -> impl Iterator<Item = Option<&str>> {
        let keywords = self.call.map(|call| &*call.arguments.keywords).unwrap_or_default();
        keywords.iter().map(|keyword| keyword.arg.as_ref().map(|arg| arg.as_str()))
    }

    fn is_root(&self) -> Condition {
        Condition::Has { of: self.receiver.clone(), key: "__root__".into() }
    }
}

fn form(cx: &Cx, site: &Site) -> Form {
    let Some(call) = site.call else { return reference(cx, site) };
    let positional = &call.arguments.args;
    if positional.iter().any(|arg| matches!(arg, Expr::Starred(_))) {
        return Form::help("the V2 method has another signature: pass the arguments by keyword");
    }
    match site.old {
        "dict" | "json" | "copy" if !positional.is_empty() => Form::help("the V2 methods take keyword arguments only"),
        "dict" => dict(site),
        "json" => json(cx, site, call),
        "copy" => copy(site),
        "from_orm" => {
            let mut fix = site.renamed();
            // Without `from_attributes` in the configuration both raise, but not the same error.
            fix.safe = Condition::Has { of: site.receiver.clone(), key: "from_attributes".into() };
            fix.restores = Condition::any(vec![
                Condition::Has { of: site.receiver.clone(), key: "from_attributes".into() },
                Condition::Has { of: site.receiver.clone(), key: "orm_mode".into() },
            ]);
            Form::fix(fix)
        }
        "parse_raw" => parse_raw(site, call),
        "parse_file" => parse_file(cx, site, call),
        "schema" if site.has("ref_template") && !positional.is_empty() => Form::help("pass the arguments by keyword"),
        "schema" if definitions(cx, call).is_some() => {
            let mut fix = site.renamed();
            fix.edits.extend(definitions(cx, call));
            let title = "Replace with `model_json_schema`, where the definitions are under `$defs`";
            Form::fix(Fix::restoring(title, fix.edits)).raises()
        }
        "schema_json" => schema_json(cx, site, call),
        "update_forward_refs" if !call.arguments.is_empty() => update_forward_refs(cx, site, call),
        "__fields__" | "__fields_set__" => reference(cx, site),
        _ => Form::fix(site.renamed()),
    }
}

/// `["definitions"]` or `.get("definitions")` behind a call.
fn definitions(cx: &Cx, call: &ast::ExprCall) -> Option<Edit> {
    let key = match (cx.parent(1), cx.parent(2)) {
        (Some(AnyNodeRef::ExprSubscript(subscript)), _) if subscript.value.range() == call.range() => &*subscript.slice,
        (Some(AnyNodeRef::ExprAttribute(get)), Some(AnyNodeRef::ExprCall(outer)))
            if get.attr.as_str() == "get" && outer.func.range() == get.range() =>
        {
            outer.arguments.args.first()?
        }
        _ => return None,
    };
    let Expr::StringLiteral(literal) = key else { return None };
    (literal.value.to_str() == "definitions" && !literal.value.is_implicit_concatenated())
        .then(|| literal.value.iter().next().map(|part| Edit::replace(span(part.content_range()), "$defs")))?
}

/// The method or attribute itself, without a call.
fn reference(cx: &Cx, site: &Site) -> Form {
    let mut fix = site.renamed();
    match site.old {
        "__fields__" => {
            // On an instance, V2.11 deprecates `model_fields` itself.
            let value = span(&*site.attribute.value);
            let edits = vec![Edit::insert(value.start, "type("), Edit::insert(value.end, ")"), site.rename()];
            let mut through_class = Fix::safe("Replace with `model_fields` of the class", edits);
            // Who writes `BaseModel` may mean any model, or any model's class.
            let any_model = Condition::resolves(site.receiver.clone().attr("__class__"), "pydantic.BaseModel");
            through_class.safe = any_model.not();
            let fix = fix.when(Condition::derives(site.receiver.clone(), "pydantic.BaseModel"));
            let mut fixes = vec![fix];
            fixes.extend(cx.types.means_builtin("type", &cx.scopes).then_some(through_class));
            // Behind the names, V1 had other objects. Where V2 runs, both spellings give the same.
            if !takes_names(cx, site.attribute) {
                fixes = fixes.into_iter().map(|fix| fix.when(Condition::Migrating.not())).collect();
            }
            return Form { fixes, help: None, what_becomes: Fate::Deprecated };
        }
        "__fields_set__" | "dict" | "parse_obj" | "construct" | "validate" | "update_forward_refs" => {}
        "parse_raw" | "parse_file" | "schema_json" => {
            return Form::help("the V2 method has another signature: look at who calls it");
        }
        // Whoever calls it may pass what the new method does not take.
        _ => fix.safe = Condition::Always.not(),
    }
    Form::fix(fix)
}

const FIELDS: &str = "`model_fields` holds other objects: `.annotation` for `.type_`, `.is_required()` for `.required`, no `.name`; mend what reads them";

/// Whether no more than the names are taken out of `__fields__`.
fn takes_names(cx: &Cx, attribute: &ast::ExprAttribute) -> bool {
    const OF_NAMES: &[&str] = &["all", "any", "dict.fromkeys", "frozenset", "len", "list", "set", "sorted", "tuple"];
    let parent = match cx.parent(0) {
        Some(AnyNodeRef::Arguments(_)) => cx.parent(1),
        parent => parent,
    };
    match parent {
        Some(AnyNodeRef::ExprCompare(compare)) => {
            compare.left.range() != attribute.range()
                && compare.ops.iter().all(|op| matches!(op, ast::CmpOp::In | ast::CmpOp::NotIn))
        }
        Some(AnyNodeRef::ExprCall(call)) => {
            crate::python::dotted(&call.func).is_some_and(|name| OF_NAMES.contains(&name.as_str()))
        }
        Some(AnyNodeRef::ExprAttribute(method)) => method.attr.as_str() == "keys",
        Some(AnyNodeRef::StmtFor(stmt)) => stmt.iter.range() == attribute.range(),
        Some(AnyNodeRef::Comprehension(comprehension)) => comprehension.iter.range() == attribute.range(),
        Some(AnyNodeRef::ExprStarred(_) | AnyNodeRef::ExprUnaryOp(_) | AnyNodeRef::StmtIf(_)) => true,
        _ => false,
    }
}

fn dict(site: &Site) -> Form {
    let mut fix = site.renamed().when(site.is_root().not());
    if !site.has("skip_defaults") {
        return Form::fix(fix);
    }
    if site.has("exclude_unset") {
        return Form::help("`skip_defaults` is `exclude_unset`, which is passed, too: decide which one counts")
            .raises();
    }
    let name = site.call.and_then(|call| call.arguments.find_keyword("skip_defaults")).and_then(|one| one.arg.as_ref());
    let Some(name) = name else { return Form::help("pass `exclude_unset` instead of `skip_defaults`").raises() };
    fix.edits.push(Edit::replace(span(name), "exclude_unset"));
    let mut fix = Fix { restores: Condition::Always, ..fix };
    fix.safe = Condition::Always.not();
    fix.title = text!["Replace with `model_dump(exclude_unset=...)`"];
    Form::fix(fix).raises()
}

fn is_dump_keyword(name: &str) -> bool {
    const KNOWN: &[&str] =
        &["include", "exclude", "by_alias", "exclude_unset", "exclude_defaults", "exclude_none", "update", "deep"];
    KNOWN.contains(&name)
}

fn json(cx: &Cx, site: &Site, call: &ast::ExprCall) -> Form {
    let more: Vec<&str> = site.keywords().flatten().filter(|name| !is_dump_keyword(name)).collect();
    match more.as_slice() {
        [] => Form::fix(site.renamed()),
        ["indent"] => {
            Form::fix(Fix { restores: Condition::Always, safe: Condition::Always.not(), ..site.renamed() }).raises()
        }
        ["models_as_dict"] => {
            let argument = call.arguments.find_keyword("models_as_dict");
            let default = argument.filter(|one| matches!(&one.value, Expr::BooleanLiteral(literal) if literal.value));
            let Some(argument) = default else { return Form::help("`models_as_dict` is gone in V2").raises() };
            let mut fix = site.renamed();
            fix.edits.extend(super::remove_arguments(cx, &call.arguments, &[span(argument)]));
            Form::fix(Fix { restores: Condition::Always, safe: Condition::Always.not(), ..fix }).raises()
        }
        _ => Form::help(
            "of the arguments of `json.dumps`, `model_dump_json` takes `indent` alone: use `json.dumps(x.model_dump(mode=\"json\"), ...)`",
        )
        .raises(),
    }
}

fn copy(site: &Site) -> Form {
    if site.has("include") || site.has("exclude") || site.keywords().any(|keyword| keyword.is_none()) {
        return Form::help("`model_copy` has neither `include` nor `exclude`: build the copy from `model_dump(...)`");
    }
    let mut fix = site.renamed();
    // V2's own `copy` does not go through `model_copy`, as the others go through their new names.
    let of = || site.receiver.clone();
    let plain = Condition::resolves(of().attr("model_copy"), "pydantic.BaseModel.model_copy")
        .and(Condition::Overridden { of: of(), attr: "model_copy".to_owned() }.not());
    fix.safe = fix.safe.and(plain);
    // `model_copy` copies by these two, which V1's `copy` never asked.
    for hook in ["__copy__", "__deepcopy__"] {
        let own = Condition::Resolves { what: of().attr(hook), to: format!("pydantic.BaseModel.{hook}").into() };
        fix = fix.when(own.and(Condition::Overridden { of: of(), attr: hook.to_owned() }.not()));
    }
    if site.has("update") {
        // Where extra fields are kept, `model_copy` keeps new ones among them, and `copy` did not.
        fix.safe = fix.safe.and(Condition::Sets { of: site.receiver.clone(), key: "extra".into() }.not());
        fix.restores = Condition::Always;
    }
    Form::fix(fix)
}

/// Invalid JSON and `NaN` give other errors in V2, so only a literal is proven; a migration takes it all the same.
fn parse_raw(site: &Site, call: &ast::ExprCall) -> Form {
    let ([text], keywords) = (&*call.arguments.args, &*call.arguments.keywords) else {
        return Form::help("pass the text to `model_validate_json`, and decode it before, if need be");
    };
    let json = |keyword: &ast::Keyword| {
        keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "content_type")
            && matches!(&keyword.value, Expr::StringLiteral(kind) if matches!(kind.value.to_str(), "json" | "application/json"))
    };
    let mut edits = vec![site.rename()];
    match keywords {
        [] => {}
        [kind] if json(kind) => edits.push(Edit::replace(Span::new(span(text).end, span(kind).end), "")),
        _ => return Form::help("pass the text to `model_validate_json`, and decode it before, if need be"),
    }
    let proven = match text {
        Expr::StringLiteral(literal) => serde_json::from_str::<serde_json::Value>(literal.value.to_str()).is_ok(),
        _ => false,
    };
    let safe = if proven {
        Condition::Sets { of: site.receiver.clone(), key: "strict".into() }.not()
    } else {
        Condition::Always.not()
    };
    Form::fix(Fix { restores: Condition::Always, safe, ..Fix::safe(site.title(), edits) })
}

fn parse_file(cx: &Cx, site: &Site, call: &ast::ExprCall) -> Form {
    let ([path], []) = (&*call.arguments.args, &*call.arguments.keywords) else {
        return Form::help("read the file, then pass its text to `model_validate_json`");
    };
    let path_class = Piece::Name { module: "pathlib".to_owned(), name: "Path".to_owned() };
    if cx.has_comment(span(&call.arguments)) {
        return Form::help("read the file, then pass its text to `model_validate_json`");
    }
    let path = span(path);
    let edits = vec![
        site.rename(),
        Edit::pieces(Span::at(path.start), text![path_class, "("]),
        Edit::insert(path.end, ").read_bytes()"),
    ];
    Form::fix(Fix { restores: Condition::Always, ..Fix::risky("Read the file, then `model_validate_json`", edits) })
}

fn schema_json(cx: &Cx, site: &Site, call: &ast::ExprCall) -> Form {
    let of_schema = |keyword: &&ast::Keyword| {
        keyword.arg.as_ref().is_some_and(|arg| matches!(arg.as_str(), "by_alias" | "ref_template"))
    };
    let keywords = &call.arguments.keywords;
    if !call.arguments.args.is_empty()
        || keywords.iter().any(|keyword| keyword.arg.is_none())
        || cx.has_comment(span(&call.arguments))
    {
        return Form::help("use `json.dumps(Model.model_json_schema(...), ...)`");
    }
    let (schema, rest): (Vec<&ast::Keyword>, Vec<&ast::Keyword>) = keywords.iter().partition(of_schema);
    let json = Piece::Name { module: "json".to_owned(), name: String::new() };
    let list = |all: &[&ast::Keyword]| {
        let mut pieces = Vec::new();
        for (index, keyword) in all.iter().enumerate() {
            pieces.extend((index > 0).then(|| Piece::from(", ")));
            pieces.push(Piece::from(span(*keyword)));
        }
        pieces
    };
    let mut arguments = text!["("];
    arguments.extend(list(&schema));
    arguments.push(")".into());
    if !rest.is_empty() {
        arguments.push(", ".into());
        arguments.extend(list(&rest));
    }
    arguments.push(")".into());
    let edits = vec![
        Edit::pieces(Span::at(span(call).start), text![json, ".dumps("]),
        site.rename(),
        Edit::pieces(span(call.arguments.range()), arguments),
    ];
    Form::fix(Fix::safe("Replace with `json.dumps(...model_json_schema())`", edits))
}

fn update_forward_refs(cx: &Cx, site: &Site, call: &ast::ExprCall) -> Form {
    let help = "pass the names as `model_rebuild(_types_namespace={...})`";
    if !call.arguments.args.is_empty() || cx.has_comment(span(&call.arguments)) {
        return Form::help(help).raises();
    }
    let mut pieces = text!["(_types_namespace="];
    match &*call.arguments.keywords {
        [all] if all.arg.is_none() => pieces.push(span(&all.value).into()),
        keywords => {
            pieces.push("{".into());
            for (index, keyword) in keywords.iter().enumerate() {
                let Some(arg) = &keyword.arg else { return Form::help(help).raises() };
                let separator = if index > 0 { ", " } else { "" };
                pieces.push(format!("{separator}\"{arg}\": ").into());
                pieces.push(span(&keyword.value).into());
            }
            pieces.push("}".into());
        }
    }
    pieces.push(")".into());
    let edits = vec![site.rename(), Edit::pieces(span(call.arguments.range()), pieces)];
    Form::fix(Fix::restoring("Replace with `model_rebuild(_types_namespace=...)`", edits)).raises()
}
