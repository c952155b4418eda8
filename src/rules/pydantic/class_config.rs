//! `class Config` in a model. Page: rules/pydantic/class-config.md

use super::config_layout::{Becomes, Entry, layout, without_key};
use super::plain_config::{PlainConfig, config_class};
use super::{config_keys, fate, graded, in_version_shim, newline, only_v2};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Edit, Fate, Finding, Fix, Piece, Tie, Tied};
use crate::python::ast::{self, Expr, Stmt};
use crate::python::{Block, span};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;

pub const CHECK: Check =
    Check::Several(&[Check::Class(check), Check::Class(shared), Check::Class(several), Check::Attribute(extra)]);

/// Of several bases with settings that differ, the first won in V1, and the last wins in V2.
fn several<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    const KEYS: &[&str] = &[
        "arbitrary_types_allowed",
        "extra",
        "from_attributes",
        "frozen",
        "orm_mode",
        "populate_by_name",
        "use_enum_values",
        "validate_assignment",
    ];
    let bases = class.arguments.as_deref().map(|arguments| &*arguments.args).unwrap_or_default();
    if bases.len() < 2 || !super::may_be_model(class) || in_version_shim(cx) {
        return;
    }
    let types: Vec<TypeExpr> = bases.iter().map(|base| cx.type_of(base)).filter(|base| !base.is_unknown()).collect();
    let own = cx.scopes.last().map(|scope| TypeExpr::Name(Name::Here(scope.qualify(class.name.as_str()))));
    let (Some(own), [first, .., last]) = (own, types.as_slice()) else { return };
    let differ = KEYS.iter().map(|key| {
        let mentions = |of: &TypeExpr| Condition::Mentions { of: of.clone(), key: (*key).into() };
        let has = |of: &TypeExpr| Condition::Has { of: of.clone(), key: (*key).into() };
        let other = Condition::any(vec![has(first).and(has(last).not()), has(last).and(has(first).not())]);
        mentions(first).and(mentions(last)).and(other)
    });
    let differ = Condition::any(differ.collect());
    let sets = class.body.iter().any(|stmt| {
        matches!(stmt, Stmt::ClassDef(inner) if inner.name.as_str() == "Config")
            || assigned(stmt).is_some_and(|(name, _)| name.id.as_str() == "model_config")
    });
    if sets {
        return;
    }
    let message =
        text!["the bases set the same thing in two ways: the first counted on pydantic 1, the last counts on 2"];
    let finding = cx.report(span(&class.name), message);
    finding.when(Condition::derives(own, "pydantic.BaseModel")).when(differ);
    finding.when(Condition::any(vec![only_v2().not(), Condition::Migrating]));
    finding.grade(super::maybe_v2().not(), crate::finding::Grade::Pinned);
    finding.help("write what has to count into the class itself");
}

/// `Extra.forbid` anywhere but in a class of keys, which says it itself.
fn extra<'a>(cx: &mut Cx<'a>, attribute: &'a ast::ExprAttribute) {
    let value = attribute.attr.as_str();
    if !matches!(value, "allow" | "forbid" | "ignore") || in_version_shim(cx) {
        return;
    }
    let Some((_, _)) = super::named(cx, &attribute.value, &["Extra"]) else { return };
    let in_keys = matches!(cx.scopes.last().map(|scope| scope.block), Some(Block::Class(_)))
        && matches!(cx.parent(0), Some(ast::AnyNodeRef::StmtAssign(assign))
            if matches!(assign.targets.as_slice(), [Expr::Name(name)] if name.id.as_str() == "extra"));
    if in_keys {
        return;
    }
    let orphan = match &*attribute.value {
        Expr::Name(name) => Some(name.id.as_str()),
        _ => None,
    };
    let printed = cx.is_printed();
    // `Extra.forbid.value` is the string as well; what asks for the member of an enum is not answered by one.
    let whole = match cx.parent(0) {
        Some(ast::AnyNodeRef::ExprAttribute(outer)) if matches!(outer.attr.as_str(), "value" | "name") => {
            Some(span(outer))
        }
        Some(ast::AnyNodeRef::ExprAttribute(_)) => None,
        Some(ast::AnyNodeRef::ExprCompare(compare))
            if compare.ops.iter().any(|op| matches!(op, ast::CmpOp::Is | ast::CmpOp::IsNot)) =>
        {
            None
        }
        _ if matches!(cx.parent(1), Some(ast::AnyNodeRef::ExprCall(call))
            if matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "isinstance")) =>
        {
            None
        }
        _ => Some(span(attribute)),
    };
    let what = cx.type_of(&attribute.value).attr(value);
    let finding = cx.report(span(attribute), text![format!("`Extra.{value}` "), fate(Fate::Deprecated)]);
    finding.when(Condition::Resolves { what, to: format!("pydantic.Extra.{value}").into() });
    graded(finding, Fate::Deprecated);
    let Some(whole) = whole else {
        finding.help("the string is no member of an enum: rewrite what asks for one with it");
        return;
    };
    if !printed {
        let mut fix = Fix::safe(format!("Write `\"{value}\"`"), vec![Edit::replace(whole, format!("\"{value}\""))]);
        if let Some(orphan) = orphan {
            fix = fix.orphan(orphan);
        }
        finding.fix(fix.when(only_v2()));
    }
}

fn check<'a>(cx: &mut Cx<'a>, class: &'a ast::StmtClassDef) {
    if class.name.as_str() != "Config" || in_version_shim(cx) {
        return;
    }
    let Some(scope) = cx.scopes.last() else { return };
    let Block::Class(model) = scope.block else { return };
    let model_type = TypeExpr::Name(Name::Here(scope.name.clone()));
    let dead: Vec<&str> = keys(class).filter(|key| config_keys::is_dead(key)).collect();
    let outcome = rewrite(cx, model, class);
    let encoders = keys(class).any(|key| key == "json_encoders");
    // A shared class of keys may hold some that V2 does not know.
    let inherits_dead = base(cx, model, class).is_ok_and(|base| base.plain.is_some_and(|plain| plain.dead));
    let (message, what_becomes) = match dead.as_slice() {
        [] if inherits_dead => (text!["what `class Config` inherits ", fate(Fate::Ignored)], Fate::Ignored),
        [] => (text!["`class Config` ", fate(Fate::Deprecated)], Fate::Deprecated),
        [one] => (text![format!("`{one}` in `class Config` "), fate(Fate::Ignored)], Fate::Ignored),
        several => {
            let names = several.join("`, `");
            (text![format!("`class Config` sets `{names}`, and each "), fate(Fate::Ignored)], Fate::Ignored)
        }
    };
    let finding = cx.report(Span::new(span(class).start, span(&class.name).end), message);
    if !class.decorator_list.is_empty() {
        finding.span = span(&class.name);
    }
    finding.when(Condition::derives(model_type.clone(), "pydantic.BaseModel"));
    graded(finding, what_becomes);
    if encoders {
        finding.otherwise(
            "`json_encoders` of the bases count no longer, where pydantic 1 joined them: write all of them out here",
        );
    }
    offer(finding, &model_type, outcome);
}

/// `Config = Shared` in a model, which V2 takes for a field without a type.
fn shared<'a>(cx: &mut Cx<'a>, model: &'a ast::StmtClassDef) {
    let config = |stmt: &&Stmt| matches!(stmt, Stmt::Assign(assign) if matches!(assign.targets.as_slice(), [Expr::Name(name)] if name.id.as_str() == "Config"));
    let Some(Stmt::Assign(assign)) = model.body.iter().find(config) else { return };
    if in_version_shim(cx) {
        return;
    }
    let Some(scope) = cx.scopes.last() else { return };
    let model_type = TypeExpr::Name(Name::Here(scope.qualify(model.name.as_str())));
    let mut bound = model.body.iter().flat_map(crate::python::bound::bound);
    let twice = bound.clone().filter(|name| *name == "Config").count() > 1 || bound.any(|name| name == "model_config");
    let plain = match &*assign.value {
        Expr::Name(name) if !twice => config_class(cx, name.id.as_str()),
        _ => None,
    };
    let outcome = plain.ok_or(ELSEWHERE).map(|plain| {
        let mut text = text!["model_config = ", super::pydantic("ConfigDict"), "("];
        text.extend(plain.arguments());
        text.push(")".into());
        let edits = vec![Edit { span: span(assign), text }];
        Rewritten { edits, asks: plain.asks, orphans: Vec::new(), restores: true }
    });
    let finding = cx.report(span(assign), text!["`Config` of another class ", fate(Fate::Raises)]);
    finding.when(Condition::derives(model_type.clone(), "pydantic.BaseModel"));
    graded(finding, Fate::Raises);
    offer(finding, &model_type, outcome);
}

/// Gives a finding its fix, or says why there is none.
fn offer(finding: &mut Finding, model_type: &TypeExpr, outcome: Result<Rewritten, &'static str>) {
    let Rewritten { edits, asks, orphans, restores } = match outcome {
        Ok(rewritten) => rewritten,
        Err(help) => {
            finding.help(help);
            return;
        }
    };
    let title =
        if edits.iter().all(|edit| edit.text == text![""]) { "Remove it" } else { "Replace with `model_config`" };
    for settings in [true, false] {
        let is_settings = Condition::any(vec![
            Condition::derives(model_type.clone(), "pydantic_settings.BaseSettings"),
            Condition::derives(model_type.clone(), "pydantic.BaseSettings"),
        ]);
        let name = if settings {
            Piece::Name { module: "pydantic_settings".to_owned(), name: "SettingsConfigDict".to_owned() }
        } else {
            super::pydantic("ConfigDict")
        };
        let mut edits = edits.clone();
        for piece in edits.iter_mut().flat_map(|edit| &mut edit.text) {
            if *piece == super::pydantic("ConfigDict") {
                *piece = name.clone();
            }
        }
        let mut fix = if restores { Fix::restoring(title, edits) } else { Fix::safe(title, edits) };
        fix.orphans.clone_from(&orphans);
        fix.safe = fix.safe.and(Condition::ReadSomewhere(Tied::Config).not());
        fix.restores = Condition::Always;
        fix.chain = Some(Tie { by: Tied::Config, of: model_type.clone() });
        fix = fix.when(only_v2());
        fix = if settings { fix.when(is_settings) } else { fix };
        for ask in &asks {
            fix = fix.when(ask.clone());
        }
        finding.fix(fix);
    }
}

fn keys(class: &ast::StmtClassDef) -> impl Iterator<Item = &str> {
    class.body.iter().filter_map(|stmt| match stmt {
        Stmt::FunctionDef(function) => Some(function.name.as_str()),
        stmt => assigned(stmt).map(|(name, _)| name.id.as_str()),
    })
}

fn assigned(stmt: &Stmt) -> Option<(&ast::ExprName, &Expr)> {
    match stmt {
        Stmt::Assign(assign) => match assign.targets.as_slice() {
            [Expr::Name(name)] => Some((name, &assign.value)),
            _ => None,
        },
        Stmt::AnnAssign(assign) => match (&*assign.target, &assign.value) {
            (Expr::Name(name), Some(value)) => Some((name, value)),
            _ => None,
        },
        _ => None,
    }
}

/// A Config as `model_config`.
struct Rewritten {
    edits: Vec<Edit>,
    /// What has to hold.
    asks: Vec<Condition>,
    orphans: Vec<String>,
    /// A key that has no effect today gets its effect back.
    restores: bool,
}

const ELSEWHERE: &str =
    "this Config builds on a class of its own: write the keys of both into one `model_config = ConfigDict(...)`";

/// What a Config builds on.
#[derive(Default)]
struct Base {
    /// What has to hold.
    ask: Option<Condition>,
    /// A name that nobody may need behind the change.
    orphan: Option<String>,
    /// Keys to be written out.
    plain: Option<PlainConfig>,
}

/// What a Config builds on: nothing, pydantic's own, a class of plain keys, or the Config of the model's base, whose keys V2 merges by itself.
fn base<'a>(cx: &Cx<'a>, model: &'a ast::StmtClassDef, class: &'a ast::StmtClassDef) -> Result<Base, &'static str> {
    let Some(arguments) = class.arguments.as_deref().filter(|arguments| !arguments.is_empty()) else {
        return Ok(Base::default());
    };
    let ([base], []) = (&*arguments.args, &*arguments.keywords) else { return Err(ELSEWHERE) };
    if let Expr::Attribute(attribute) = base
        && attribute.attr.as_str() == "Config"
    {
        // V2 merges the settings of all bases, and the last of them wins: what is written out here comes behind them all.
        let of_model = model.arguments.as_deref().map(|arguments| &*arguments.args).unwrap_or_default();
        let generic = |base: &&Expr| {
            let named = match base {
                Expr::Subscript(subscript) => &*subscript.value,
                other => other,
            };
            crate::python::dotted(named).is_some_and(|path| matches!(path.rsplit('.').next(), Some("Generic" | "ABC")))
        };
        let plain = |base: &'a Expr| match base {
            Expr::Subscript(subscript) => &*subscript.value,
            other => other,
        };
        let of_model: Vec<&Expr> = of_model.iter().filter(|base| !generic(base)).map(plain).collect();
        let wanted = crate::python::dotted(&attribute.value);
        let own =
            of_model.iter().position(|base| crate::python::dotted(base) == wanted).or(match of_model.as_slice() {
                [_] => Some(0),
                _ => None,
            });
        let own =
            own.ok_or("this Config builds on a class that is no base of the model: write the keys of both out")?;
        let mut ask = Condition::Same(cx.type_of(&attribute.value), cx.type_of(of_model[own]));
        for other in &of_model[own + 1..] {
            ask = ask.and(Condition::derives(cx.type_of(other), "pydantic.BaseModel").not());
        }
        return Ok(Base { ask: Some(ask), ..Base::default() });
    }
    let type_ = cx.type_of(base);
    if !super::ends_in(cx, &type_, "BaseConfig") {
        let Expr::Name(name) = base else { return Err(ELSEWHERE) };
        let plain = Some(config_class(cx, name.id.as_str()).ok_or(ELSEWHERE)?);
        return Ok(Base { plain, ..Base::default() });
    }
    let orphan = match base {
        Expr::Name(name) => Some(name.id.as_str().to_owned()),
        _ => None,
    };
    Ok(Base { ask: Some(Condition::resolves(type_, "pydantic.BaseConfig")), orphan, plain: None })
}

/// Edits key by key, so that comments and layout between them stay.
fn rewrite<'a>(
    cx: &Cx<'a>,
    model: &'a ast::StmtClassDef,
    class: &'a ast::StmtClassDef,
) -> Result<Rewritten, &'static str> {
    if !class.decorator_list.is_empty() {
        return Err("this Config is decorated: write what it comes to into `model_config`");
    }
    if model.body.iter().any(|stmt| assigned(stmt).is_some_and(|(name, _)| name.id.as_str() == "model_config")) {
        return Err("the class has `model_config` too, which raises: join them");
    }
    let Base { ask, orphan, plain } = base(cx, model, class)?;
    let plain = plain.unwrap_or_default();
    let mut asks = Vec::from_iter(ask);
    asks.extend(plain.asks.iter().cloned());
    let mut orphans = Vec::from_iter(orphan);
    let own: Vec<&str> = keys(class).collect();
    let around: Vec<&str> = model.body.iter().flat_map(crate::python::bound::bound).collect();
    let mut entries: Vec<Entry> = Vec::new();
    let mut restores = plain.restores;
    let mut functions = Vec::new();
    for stmt in &class.body {
        if let Some(becomes) = without_key(cx, stmt) {
            entries.push(Entry { span: span(stmt), becomes });
            continue;
        }
        if let Stmt::FunctionDef(function) = stmt {
            if let Some(help) = config_keys::instead_of(&function.name) {
                return Err(help);
            }
            let name = "_json_schema_extra";
            let header = schema_function(function, name).filter(|_| !around.contains(&name)).ok_or(FUNCTION)?;
            let text = super::moved(cx, function, &header, super::indent_of(cx, span(class).start).ok_or(FUNCTION)?);
            functions.push(text.ok_or(FUNCTION)?);
            restores = true;
            entries.push(Entry {
                span: decorated(function),
                becomes: Becomes::Key(text![format!("json_schema_extra={name}")]),
            });
            continue;
        }
        let Some((key, value)) = assigned(stmt) else {
            return Err("this Config holds more than plain keys: move the rest out, then use `model_config`");
        };
        let key = key.id.as_str();
        if key == "allow_mutation" && own.contains(&"frozen") {
            return Err("`frozen` and `allow_mutation` become one key in V2: decide which value counts");
        }
        if own.iter().filter(|other| **other == key).count() > 1 {
            return Err("a key of this Config is set twice: decide which value counts");
        }
        // Names mean something else here: a class body sees the names of the model, a nested one does not.
        let mut names = Vec::new();
        names_read(value, &mut names);
        if names.iter().any(|name| own.contains(name) || around.contains(name) || *name == "__qualname__") {
            return Err("a value in this Config is a name of the class: write it out, then use `model_config`");
        }
        let renamed = config_keys::renamed(key);
        if config_keys::is_dropped(key) || renamed.is_some_and(|new| own.contains(&new)) {
            entries.push(Entry { span: span(stmt), becomes: Becomes::Nothing });
            continue;
        }
        let (new, text) = match (key, value) {
            ("allow_mutation", Expr::BooleanLiteral(literal)) => {
                restores = true;
                ("frozen", text![if literal.value { "False" } else { "True" }])
            }
            ("allow_mutation", _) => return Err("`frozen` is the opposite of `allow_mutation`: write it by hand"),
            ("extra", Expr::Attribute(attribute)) if super::ends_in(cx, &cx.type_of(&attribute.value), "Extra") => {
                let extra = attribute.attr.as_str();
                asks.push(Condition::Resolves {
                    what: cx.type_of(value),
                    to: format!("pydantic.Extra.{extra}").into(),
                });
                if let Expr::Name(name) = &*attribute.value {
                    orphans.push(name.id.as_str().to_owned());
                }
                ("extra", text![format!("\"{extra}\"")])
            }
            _ => {
                restores |= renamed.is_some();
                match value {
                    Expr::Tuple(tuple) if !tuple.parenthesized => {
                        (renamed.unwrap_or(key), text!["(", span(value), ")"])
                    }
                    value => (renamed.unwrap_or(key), text![span(value)]),
                }
            }
        };
        if key == "json_encoders" {
            // V1 merged them with those of the bases, in V2 the last ones count alone.
            for base in model.arguments.iter().flat_map(|arguments| &arguments.args) {
                let inherits = Condition::Mentions { of: cx.type_of(base), key: "json_encoders".into() };
                asks.push(Condition::Migrating.and(inherits).not());
            }
        }
        let mut pieces = text![format!("{new}=")];
        pieces.extend(text);
        entries.push(Entry { span: span(stmt), becomes: Becomes::Key(pieces) });
    }
    let set: Vec<&str> = own.iter().map(|key| config_keys::in_v2(key)).collect();
    let inherited = plain.without(&set);
    let mut edits = layout(cx, model, class, &inherited, &entries)?;
    if let [function] = &mut *functions
        && let Some(first) = edits.iter_mut().find(|edit| edit.span.start == span(class).start)
    {
        let (newline, indent) = (newline(cx), super::indent_of(cx, span(class).start).unwrap_or_default());
        function.push(format!("{newline}{newline}{indent}").into());
        first.text.splice(0..0, std::mem::take(function));
    }
    Ok(Rewritten { edits, asks, orphans, restores })
}

const FUNCTION: &str = "this Config holds a function: give it a place outside, then name it in `model_config`";

/// The header that a `schema_extra` of V1 gets as a function of its own: it takes the schema, and perhaps the class.
fn schema_function(function: &ast::StmtFunctionDef, name: &str) -> Option<String> {
    let all = &function.parameters;
    let plain = all.posonlyargs.is_empty() && all.kwonlyargs.is_empty() && all.vararg.is_none() && all.kwarg.is_none();
    let is_static = function
        .decorator_list
        .iter()
        .all(|decorator| matches!(&decorator.expression, Expr::Name(name) if name.id.as_str() == "staticmethod"));
    let names: Vec<&str> = all.args.iter().map(|parameter| parameter.parameter.name.as_str()).collect();
    let defaults = all.args.iter().any(|parameter| parameter.default.is_some());
    let fits = matches!(names.as_slice(), [_] | [_, _]) && !matches!(names.first(), Some(&("cls" | "self")));
    let known =
        function.name.as_str() == "schema_extra" && plain && is_static && fits && !defaults && !function.is_async;
    known.then(|| format!("def {name}({}):", names.join(", ")))
}

/// A function with its decorators.
fn decorated(function: &ast::StmtFunctionDef) -> Span {
    let start = function.decorator_list.first().map_or(span(function).start, |first| span(first).start);
    Span::new(start, span(function).end)
}

fn names_read<'a>(expr: &'a Expr, names: &mut Vec<&'a str>) {
    match expr {
        Expr::Name(name) => names.push(name.id.as_str()),
        Expr::Lambda(lambda) => crate::python::deeper(|| names_read(&lambda.body, names)),
        Expr::DictComp(comp) => {
            comp.key.iter().for_each(|key| names_read(key, names));
            names_read(&comp.value, names);
            comp.generators.iter().for_each(|generator| names_read(&generator.iter, names));
        }
        Expr::ListComp(ast::ExprListComp { elt, generators, .. })
        | Expr::SetComp(ast::ExprSetComp { elt, generators, .. })
        | Expr::Generator(ast::ExprGenerator { elt, generators, .. }) => {
            names_read(elt, names);
            generators.iter().for_each(|generator| names_read(&generator.iter, names));
        }
        other => crate::python::walk::children(other, &mut |child| crate::python::deeper(|| names_read(child, names))),
    }
}
