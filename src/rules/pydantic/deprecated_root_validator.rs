//! `@root_validator`. Page: rules/pydantic/deprecated-root-validator.md

use super::{
    Decoration, decorator, fate, graded, in_version_shim, make_classmethod, named, only_v2, pydantic,
    reversed_before_validators, uses, validator_tie,
};
use crate::fact::{Condition, Name, TypeExpr};
use crate::finding::{Edit, Fate, Fix};
use crate::python::ast::visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt};
use crate::python::ast::{self, Expr, Ranged, Stmt};
use crate::python::span;
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::{Span, line_end, line_start};

pub const CHECK: Check = Check::Several(&[Check::Function(decorated), Check::Call(called)]);

const BY_HAND: &str =
    "rewrite it as `@model_validator(mode=\"after\")` on `self`: it does more with the values than can be followed";

fn decorated<'a>(cx: &mut Cx<'a>, function: &'a ast::StmtFunctionDef) {
    if in_version_shim(cx) {
        return;
    }
    let Some(Decoration { decorator, callee, call, type_, stacked }) = decorator(cx, function, "root_validator") else {
        return;
    };
    let flags = call.map(flags).unwrap_or(Some(Flags::default()));
    let commented = cx.has_comment(span(decorator));
    let raises = matches!(flags, Some(Flags { pre: false, skip_on_failure: false })) || stacked;
    let pre = matches!(flags, Some(Flags { pre: true, .. }));
    let copied = if pre && !stacked && !commented { copied(cx, function, decorator, callee) } else { None };
    let of_root = cx.class().is_some_and(|(class, _)| {
        class.body.iter().any(|stmt| crate::python::bound::bound(stmt).contains(&"__root__"))
    });
    let outcome = match flags {
        _ if of_root => Err("the model has a `__root__`, which a `RootModel` calls `root`: rewrite both by hand"),
        _ if stacked => Err("one function takes one `@root_validator`"),
        _ if function.is_async => Err("nobody awaits a validator: make it a plain function"),
        Some(_) if commented => Err("the comments between the arguments need a person"),
        Some(Flags { pre: true, .. }) => before(cx, function, decorator, callee),
        Some(Flags { skip_on_failure, .. }) => after(cx, function, decorator, callee, skip_on_failure),
        None => Err("only literal flags can be rewritten: decide between `mode=\"before\"` and `mode=\"after\"`"),
    };
    let model = cx.class().map(|(_, name)| TypeExpr::Name(Name::Here(name.to_owned())));
    // From an object, V1 read the attributes into a dictionary; V2 hands the object itself on.
    let objects = model.filter(|_| pre).map(|model| {
        // A subclass may be the one that is made from objects.
        let sets = |key: &'static str| Condition::Sets { of: model.clone(), key: key.into() };
        Condition::Migrating.and(Condition::any(vec![sets("orm_mode"), sets("from_attributes")]))
    });
    let outcome = outcome.map(|fix| match objects {
        Some(objects) => vec![copied.map(|fix| fix.when(objects.clone().not())), Some(fix.when(objects.not()))],
        None => vec![Some(fix)],
    });
    let outcome = outcome.map(|fixes| fixes.into_iter().flatten().collect());
    let turned_round =
        pre && cx.class().is_some_and(|(class, _)| reversed_before_validators::turns_models_round(cx, class));
    report(cx, callee, type_, "`@root_validator` ", raises, outcome, turned_round);
}

/// What V1 did before a validator that changes its dictionary: it took a copy. Only a move from V1 has to say so.
fn copied(cx: &Cx, function: &ast::StmtFunctionDef, decorator: &ast::Decorator, callee: &Expr) -> Option<Fix> {
    let all = &function.parameters;
    let name = all.posonlyargs.iter().chain(&all.args).nth(1)?.parameter.name.as_str();
    let found = uses(&function.body, name);
    let mut keeper = Keeper::new(name);
    keeper.visit_body(&function.body);
    let changes = keeper.mutates || keeper.removes || keeper.kept != found.reads.len();
    if found.tangled || !changes {
        return None;
    }
    let mut fix = before(cx, function, decorator, callee).ok()?;
    fix.edits.push(super::prepend(cx, function, &[format!("{name} = dict({name})")])?);
    Some(fix.when(Condition::Migrating))
}

/// `root_validator(pre=True, allow_reuse=True)(function)`.
fn called<'a>(cx: &mut Cx<'a>, outer: &'a ast::ExprCall) {
    let Expr::Call(call) = &*outer.func else { return };
    let Some((type_, _)) = named(cx, &call.func, &["root_validator"]) else { return };
    if in_version_shim(cx) {
        return;
    }
    let flags = flags(call);
    let raises = matches!(flags, Some(Flags { pre: false, skip_on_failure: false }));
    let outcome = match (flags, &*outer.arguments.args) {
        (Some(Flags { pre: true, .. }), [function]) if outer.arguments.keywords.is_empty() => {
            let function = cx.type_of(function);
            let edits = vec![
                Edit { span: span(&*call.func), text: vec![pydantic("model_validator")] },
                Edit::replace(span(call.arguments.range()), "(mode=\"before\")"),
            ];
            let fix = Fix::safe("Replace with `model_validator(mode=\"before\")`", edits);
            if function.is_unknown() {
                Err("write the function out, then use `@model_validator(mode=\"before\")`")
            } else {
                Ok(vec![fix.when(Condition::Takes(function, 1))])
            }
        }
        _ => Err(BY_HAND),
    };
    report(cx, &call.func, type_, "`root_validator(...)(function)` ", raises, outcome, false);
}

fn report(
    cx: &mut Cx,
    callee: &Expr,
    type_: TypeExpr,
    what: &str,
    raises: bool,
    outcome: Result<Vec<Fix>, &'static str>,
    turned_round: bool,
) {
    let what_becomes = if raises { Fate::Raises } else { Fate::Deprecated };
    let tie = validator_tie(cx);
    let mixin = super::in_mixin(cx);
    let finding = cx.report(span(callee), text![what, fate(what_becomes)]);
    finding.when(Condition::resolves(type_, "pydantic.root_validator"));
    graded(finding, what_becomes);
    let chain = tie.clone();
    finding.aside = tie.filter(|_| raises);
    if raises {
        finding.help(
            "V2 wants `skip_on_failure=True` here; V1 ran it even after a field had failed, `@model_validator(mode=\"after\")` does not",
        );
    }
    match outcome {
        Ok(fixes) => {
            for fix in fixes {
                let fix = Fix { chain: chain.clone(), ..fix };
                let fix = match callee {
                    Expr::Name(name) => fix.orphan(name.id.as_str()),
                    _ => fix,
                };
                let fix = fix.when(only_v2());
                finding.fix(if turned_round || mixin { fix.when(Condition::Migrating.not()) } else { fix });
            }
            finding.otherwise(match (turned_round, mixin) {
                (true, _) => reversed_before_validators::HELP,
                (false, true) => super::MIXIN,
                (false, false) => {
                    "V2 hands an object on as it is, where V1 gave a dictionary of its attributes: read both"
                }
            });
        }
        Err(help) if !raises => {
            finding.help(help);
        }
        Err(_) => {}
    }
}

#[derive(Default, Clone, Copy)]
struct Flags {
    pre: bool,
    skip_on_failure: bool,
}

fn flags(call: &ast::ExprCall) -> Option<Flags> {
    let mut flags = Flags::default();
    if !call.arguments.args.is_empty() {
        return None;
    }
    for keyword in &call.arguments.keywords {
        let value = match &keyword.value {
            Expr::BooleanLiteral(literal) => literal.value,
            _ => return None,
        };
        match keyword.arg.as_ref()?.as_str() {
            "pre" => flags.pre = value,
            "skip_on_failure" => flags.skip_on_failure = value,
            "allow_reuse" => {}
            _ => return None,
        }
    }
    Some(flags)
}

fn replaced(decorator: &ast::Decorator, callee: &Expr, mode: &str) -> Vec<Edit> {
    let arguments = Span::new(span(callee).end, span(decorator).end);
    vec![
        Edit { span: span(callee), text: vec![pydantic("model_validator")] },
        Edit::replace(arguments, format!("(mode=\"{mode}\")")),
    ]
}

fn before(
    cx: &Cx,
    function: &ast::StmtFunctionDef,
    decorator: &ast::Decorator,
    callee: &Expr,
) -> Result<Fix, &'static str> {
    let mut edits = replaced(decorator, callee, "before");
    edits.extend(
        make_classmethod(cx, function, decorator).ok_or("put `@classmethod` directly below `@model_validator`")?,
    );
    Ok(Fix::safe("Replace with `@model_validator(mode=\"before\")`", edits))
}

/// A body that keeps every value becomes a method of the finished model.
fn after(
    cx: &Cx,
    function: &ast::StmtFunctionDef,
    decorator: &ast::Decorator,
    callee: &Expr,
    skip_on_failure: bool,
) -> Result<Fix, &'static str> {
    let all = &function.parameters;
    let positional: Vec<_> = all.posonlyargs.iter().chain(&all.args).collect();
    let [class, values] = positional.as_slice() else { return Err(BY_HAND) };
    let plain = all.vararg.is_none() && all.kwarg.is_none() && all.kwonlyargs.is_empty();
    if !plain || class.default.is_some() || values.default.is_some() {
        return Err(BY_HAND);
    }
    let class_uses = uses(&function.body, class.parameter.name.as_str());
    if class_uses.tangled || class_uses.looks_round() || class_uses.names.contains("self") {
        return Err(BY_HAND);
    }
    if super::is_called(cx, function) {
        return Err("it is called directly, too: as `@model_validator(mode=\"after\")` it has no `values` to take");
    }
    let Some((_, model_name)) = cx.class() else { return Err(BY_HAND) };
    let model_type = TypeExpr::Name(Name::Here(model_name.to_owned()));
    let mut edits = replaced(decorator, callee, "after");
    edits.push(Edit::replace(Span::new(span(class.range()).start, span(values.range()).end), "self"));
    if let Some(returns) = &function.returns {
        let arrow = Span::new(span(all.range()).end, span(&**returns).end);
        edits.push(Edit::replace(arrow, ""));
    }
    edits.extend(class_uses.reads.iter().map(|read| Edit::replace(span(*read), "type(self)")));
    let mut orphans = Vec::new();
    let annotations = values.parameter.annotation.as_deref().into_iter().chain(function.returns.as_deref());
    annotations.for_each(|annotation| super::names_in(annotation, &mut orphans));
    for other in &function.decorator_list {
        if matches!(&other.expression, Expr::Name(name) if name.id.as_str() == "classmethod") {
            edits.push(Edit::replace(line_of(cx, span(other)), ""));
        }
    }
    let body = body(cx, function, values.parameter.name.as_str()).ok_or(BY_HAND)?;
    edits.extend(body.edits);
    let title = "Replace with `@model_validator(mode=\"after\")`";
    let mutates = body.mutates;
    let mut fix = match (skip_on_failure, body.mutates) {
        // Who gets the dictionary may keep it, and look at it again.
        (true, _) if body.handed_on => Fix::restoring(title, edits),
        (true, _) => Fix { restores: Condition::Always, ..Fix::safe(title, edits) },
        // It ran after failures, too, and saw what was there by then: a body that only reads cannot tell.
        (false, false) => Fix::restoring(title, edits),
        (false, true) => Fix::risky(title, edits),
    };
    fix.orphans.extend(orphans);
    // Where assignments are validated, a method of the model sees the new value in place, and it stays there if that fails.
    let unassigned = Condition::Sets { of: model_type.clone(), key: "validate_assignment".into() }.not();
    if !body.cannot_fail {
        fix.safe = fix.safe.and(unassigned.clone());
        fix.restores = fix.restores.and(unassigned);
    }
    // It ran before `model_post_init` and the `__post_init__` of a dataclass, once for what comes from outside, and under no name.
    let post_init = |attr: &str| Condition::Overridden { of: model_type.clone(), attr: attr.to_owned() }.not();
    let own = Condition::resolves(model_type.clone().attr("model_post_init"), "pydantic.BaseModel.model_post_init");
    let plain = Condition::any(vec![Condition::derives(model_type.clone(), "pydantic.BaseModel").not(), own]);
    let held = |in_union| Condition::Held { of: model_type.clone(), in_union }.not();
    let hooked = cx.class().is_some_and(|(class, _)| {
        class.body.iter().any(|stmt| crate::python::bound::bound(stmt).contains(&"__post_init__"))
    });
    fix.safe =
        fix.safe.and(plain).and(post_init("model_post_init")).and(post_init("__post_init__")).and(held(!mutates));
    if hooked {
        fix.safe = Condition::Always.not();
    }
    // A subclass may take its place by a plain method of the same name, which V2 calls in another way.
    let replaced = post_init(function.name.as_str());
    fix.safe = fix.safe.and(replaced.clone());
    fix.restores = fix.restores.and(replaced);
    // Extra fields are not in the dictionary of the model.
    if body.whole {
        let kept = Condition::Sets { of: model_type, key: "extra".into() }.not();
        fix.safe = fix.safe.and(kept.clone());
        fix.restores = fix.restores.and(kept);
    }
    Ok(fix)
}

/// What becomes of a body.
struct Body {
    edits: Vec<Edit>,
    mutates: bool,
    /// It works on a dictionary of all values.
    whole: bool,
    /// Somebody else gets that dictionary.
    handed_on: bool,
    /// Nothing in it raises, as far as an eye can see.
    cannot_fail: bool,
}

/// Reads of fields become attributes of `self`; a body that does more gets a dictionary of the values, as it had.
fn body(cx: &Cx, function: &ast::StmtFunctionDef, name: &str) -> Option<Body> {
    let found = uses(&function.body, name);
    if found.tangled {
        return None;
    }
    let mut reader = Reader { name, fields: fields(cx), edits: Vec::new(), understood: 0, returns: true };
    function.body.iter().for_each(|stmt| reader.stmt(stmt));
    let ends = matches!(function.body.last(), Some(Stmt::Return(_)));
    if ends && reader.returns && reader.understood == found.reads.len() {
        let cannot_fail = cannot_fail(function);
        return Some(Body { edits: reader.edits, mutates: false, whole: false, handed_on: false, cannot_fail });
    }
    let mut keeper = Keeper::new(name);
    keeper.visit_body(&function.body);
    let handed_on = keeper.kept != found.reads.len();
    let elsewhere = keeper.returns.iter().any(|(_, value)| value.is_some());
    // What is gone from the dictionary has to go from the model, whose own dictionary holds no more than that.
    let clears = keeper.removes || handed_on || elsewhere;
    let of_model = cx.class().is_some_and(|(class, _)| class.decorator_list.is_empty());
    // What a `finally` changes comes behind what a `return` in front of it writes back.
    if !ends || keeper.returns_nothing || keeper.finishes || clears && !of_model {
        return None;
    }
    let newline = super::newline(cx);
    let mut edits = vec![super::prepend(cx, function, &[format!("{name} = dict(self.__dict__)")])?];
    for (returned, value) in &keeper.returns {
        let between = match super::indent_of(cx, returned.start) {
            Some(indent) => format!("{newline}{indent}"),
            None => "; ".to_owned(),
        };
        let mut text = Vec::new();
        if let Some(value) = value {
            text.extend(text![format!("{name} = "), *value, between.clone()]);
        }
        if clears {
            text.push(format!("self.__dict__.clear(){between}").into());
        }
        if clears || keeper.mutates {
            text.push(format!("self.__dict__.update({name}){between}").into());
        }
        text.push("return self".into());
        edits.push(Edit { span: *returned, text });
    }
    let cannot_fail = cannot_fail(function) && !clears;
    Some(Body { edits, mutates: keeper.mutates || clears, whole: true, handed_on, cannot_fail })
}

/// Whether a body neither raises nor calls anything that may.
fn cannot_fail(function: &ast::StmtFunctionDef) -> bool {
    struct Fails(bool);
    impl<'a> SourceOrderVisitor<'a> for Fails {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            let plain = matches!(
                stmt,
                Stmt::Assign(_) | Stmt::AugAssign(_) | Stmt::Expr(_) | Stmt::If(_) | Stmt::Pass(_) | Stmt::Return(_)
            );
            self.0 |= !plain;
            crate::python::deeper(|| walk_stmt(self, stmt));
        }
        fn visit_expr(&mut self, expr: &'a Expr) {
            if let Expr::Call(call) = expr {
                self.0 |= match &*call.func {
                    Expr::Attribute(method) => !matches!(method.attr.as_str(), "get" | "copy" | "items" | "keys"),
                    Expr::Name(name) => !matches!(name.id.as_str(), "bool" | "len" | "str"),
                    _ => true,
                };
            }
            crate::python::deeper(|| walk_expr(self, expr));
        }
    }
    let mut fails = Fails(false);
    fails.visit_body(&function.body);
    !fails.0
}

/// `ClassVar` and `Final` name no field.
fn is_of_class(annotation: &Expr) -> bool {
    match annotation {
        Expr::Subscript(subscript) => is_of_class(&subscript.value),
        Expr::StringLiteral(string) => ["ClassVar", "Final"].iter().any(|name| string.value.to_str().contains(name)),
        Expr::Name(name) => matches!(name.id.as_str(), "ClassVar" | "Final"),
        Expr::Attribute(attribute) => matches!(attribute.attr.as_str(), "ClassVar" | "Final"),
        _ => false,
    }
}

/// The whole line of a decorator, its line break included.
fn line_of(cx: &Cx, span: Span) -> Span {
    Span::new(line_start(cx.text, span.start), line_end(cx.text, span.end))
}

/// The annotated names of the class around the function.
fn fields<'a>(cx: &Cx<'a>) -> Vec<&'a str> {
    let Some((class, _)) = cx.class() else { return Vec::new() };
    let fields = class.body.iter().filter_map(|stmt| match stmt {
        Stmt::AnnAssign(assign) => match &*assign.target {
            Expr::Name(name) if !name.id.starts_with('_') && !is_of_class(&assign.annotation) => Some(name.id.as_str()),
            _ => None,
        },
        _ => None,
    });
    fields.collect()
}

/// Reads fields by constant keys, and nothing else.
struct Reader<'r> {
    name: &'r str,
    fields: Vec<&'r str>,
    edits: Vec<Edit>,
    understood: usize,
    /// Every `return` gives the values back.
    returns: bool,
}

impl Reader<'_> {
    fn stmt(&mut self, stmt: &Stmt) {
        if let Stmt::Return(stmt) = stmt {
            match stmt.value.as_deref() {
                Some(Expr::Name(read)) if read.id.as_str() == self.name => {
                    self.understood += 1;
                    self.edits.push(Edit::replace(span(read), "self"));
                }
                _ => self.returns = false,
            }
            return;
        }
        super::expressions(stmt, &mut |expr| self.expr(expr));
        let mut inner = Vec::new();
        crate::python::walk::blocks(stmt, &mut |body| inner.push(body));
        for stmt in inner.into_iter().flatten() {
            crate::python::deeper(|| self.stmt(stmt));
        }
    }

    fn expr(&mut self, expr: &Expr) {
        let field = match expr {
            // `values["a"]`
            Expr::Subscript(subscript)
                if self.is_values(&subscript.value) && subscript.ctx == ast::ExprContext::Load =>
            {
                self.field(&subscript.slice)
            }
            // `values.get("a")`
            Expr::Call(call) => match (&*call.func, &*call.arguments.args, call.arguments.keywords.is_empty()) {
                (Expr::Attribute(get), [key] | [key, _], true)
                    if get.attr.as_str() == "get" && self.is_values(&get.value) =>
                {
                    self.field(key)
                }
                _ => None,
            },
            _ => None,
        };
        if let Some(field) = field {
            self.understood += 1;
            self.edits.push(Edit::replace(span(expr), format!("self.{field}")));
            return;
        }
        crate::python::deeper(|| walk_expr(self, expr));
    }

    fn is_values(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Name(name) if name.id.as_str() == self.name)
    }

    fn field(&self, key: &Expr) -> Option<String> {
        let Expr::StringLiteral(key) = key else { return None };
        let key = key.value.to_str();
        self.fields.contains(&key).then(|| key.to_owned())
    }
}

/// Lambdas and comprehensions included: that none of them binds the name again is known before.
impl<'a> SourceOrderVisitor<'a> for Reader<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        self.expr(expr);
    }
}

/// Counts the uses of a dictionary that hand it to nobody.
struct Keeper<'r> {
    name: &'r str,
    kept: usize,
    mutates: bool,
    /// Something is taken out of it.
    removes: bool,
    /// Every `return`, with what it gives back where that is something else.
    returns: Vec<(Span, Option<Span>)>,
    returns_nothing: bool,
    /// There is a `finally`.
    finishes: bool,
}

impl<'r> Keeper<'r> {
    fn new(name: &'r str) -> Keeper<'r> {
        let (mutates, removes, returns_nothing, finishes) = (false, false, false, false);
        Keeper { name, kept: 0, mutates, removes, returns: Vec::new(), returns_nothing, finishes }
    }

    fn is_values(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Name(name) if name.id.as_str() == self.name)
    }
}

impl<'a> SourceOrderVisitor<'a> for Keeper<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Return(returned) => match returned.value.as_deref() {
                Some(value) if self.is_values(value) => {
                    self.kept += 1;
                    self.returns.push((span(returned), None));
                }
                Some(value) => {
                    self.returns.push((span(returned), Some(span(value))));
                    self.visit_expr(value);
                }
                // Nothing at all is no dictionary.
                None => self.returns_nothing = true,
            },
            // What runs later may return something of its own.
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::For(looped) if self.is_values(&looped.iter) => {
                self.kept += 1;
                self.visit_expr(&looped.target);
                self.visit_body(&looped.body);
                self.visit_body(&looped.orelse);
            }
            other => {
                self.finishes |= matches!(other, Stmt::Try(stmt) if !stmt.finalbody.is_empty());
                crate::python::deeper(|| walk_stmt(self, other));
            }
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        const PURE: &[&str] = &["any", "all", "bool", "dict", "len", "list", "repr", "set", "sorted", "str", "tuple"];
        match expr {
            Expr::Subscript(subscript) if self.is_values(&subscript.value) => {
                self.kept += 1;
                self.removes |= subscript.ctx == ast::ExprContext::Del;
                self.mutates |= subscript.ctx == ast::ExprContext::Store;
                self.visit_expr(&subscript.slice);
            }
            Expr::Attribute(attribute) if self.is_values(&attribute.value) => match attribute.attr.as_str() {
                "get" | "items" | "keys" | "values" | "copy" => self.kept += 1,
                "update" | "setdefault" => {
                    self.kept += 1;
                    self.mutates = true;
                }
                "pop" | "popitem" | "clear" => {
                    self.kept += 1;
                    self.removes = true;
                }
                _ => {}
            },
            Expr::Dict(dict) => {
                for item in &dict.items {
                    item.key.iter().for_each(|key| self.visit_expr(key));
                    // `{**values}` is a copy.
                    if item.key.is_none() && self.is_values(&item.value) {
                        self.kept += 1;
                    } else {
                        self.visit_expr(&item.value);
                    }
                }
            }
            Expr::Compare(compare) => {
                let contains = compare.ops.iter().all(|op| matches!(op, ast::CmpOp::In | ast::CmpOp::NotIn));
                self.visit_expr(&compare.left);
                for comparator in &compare.comparators {
                    if contains && self.is_values(comparator) {
                        self.kept += 1;
                    } else {
                        self.visit_expr(comparator);
                    }
                }
            }
            Expr::Call(call) => {
                let pure = matches!(&*call.func, Expr::Name(name) if PURE.contains(&name.id.as_str()));
                self.visit_expr(&call.func);
                for argument in &call.arguments.args {
                    if pure && self.is_values(argument) { self.kept += 1 } else { self.visit_expr(argument) }
                }
                for keyword in &call.arguments.keywords {
                    // `**values` is a copy.
                    if keyword.arg.is_none() && self.is_values(&keyword.value) {
                        self.kept += 1;
                    } else {
                        self.visit_expr(&keyword.value);
                    }
                }
            }
            other => crate::python::deeper(|| walk_expr(self, other)),
        }
    }
}
