//! What an expression tells other files, wherever it stands: what it patches, replaces, registers, loads, and does to `sys.path`.

use super::ast::{self, Expr};
use super::clock::compared;
use super::filled::changes;
use super::types::Types;
use super::walk::argument_names;
use super::{Scope, span};
use crate::fact::{Binding, Facts, Handed, Name, Patch, Tied, TypeExpr};
use crate::secrets::{NameClass, classify_name};

/// A name that another module has, and that says nothing by itself, under a name that means a secret.
fn handed<'a>(facts: &mut Facts, expr: &'a Expr, keyword: &ast::Keyword, types: &Types<'a>, scopes: &[Scope<'a>]) {
    let own = match expr {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return,
    };
    let Some(to) = keyword.arg.as_ref().filter(|to| classify_name(to).is_secret()) else { return };
    if classify_name(own) != NameClass::No {
        return;
    }
    if let TypeExpr::Name(of @ Name::Import { .. }) = types.of(expr, scopes) {
        facts.handed.push(Handed { of, to: to.as_str().to_owned(), span: span(expr) });
    }
}

/// Adds what an expression anywhere in the file tells others; `parent` is what it stands in.
pub fn expression<'a>(
    facts: &mut Facts,
    expr: &'a Expr,
    parent: Option<ast::AnyNodeRef<'a>>,
    types: &Types<'a>,
    scopes: &[Scope<'a>],
) {
    if let Some(ast::AnyNodeRef::Keyword(keyword)) = parent {
        handed(facts, expr, keyword, types, scopes);
    }
    // Most expressions are names and literals, and are done with here.
    match expr {
        Expr::Attribute(_) | Expr::Compare(_) | Expr::BinOp(_) | Expr::Lambda(_) => compared(facts, expr, parent),
        Expr::Call(_) | Expr::Subscript(_) => {}
        _ => return,
    }
    changes(facts, expr, parent, types, scopes);
    match expr {
        Expr::Attribute(attribute) => {
            let is_path = || super::dotted(expr).as_deref() == Some("sys.path");
            let is_changed = || match parent {
                Some(ast::AnyNodeRef::ExprSubscript(subscript)) => subscript.ctx != ast::ExprContext::Load,
                Some(ast::AnyNodeRef::StmtAugAssign(_)) => true,
                _ => attribute.ctx != ast::ExprContext::Load,
            };
            facts.edits_path |= attribute.attr.as_str() == "path" && is_path() && is_changed();
            // Finders bring modules that nobody sees.
            if attribute.attr.as_str() == "meta_path" {
                facts.may_lack.insert(ANY.to_owned());
            }
            if let Some(by) = tied(attribute.attr.as_str()) {
                facts.reads.push((by, types.of(&attribute.value, scopes)));
            }
            // `Order.dict = show`
            const METHODS: &[&str] =
                &["construct", "copy", "dict", "from_orm", "json", "parse_obj", "parse_raw", "schema", "validate"];
            let is_module = || {
                let imported = |of: &TypeExpr| matches!(of, TypeExpr::Name(Name::Import { .. }));
                match types.of(&attribute.value, scopes) {
                    TypeExpr::Attr(of, _) => imported(&of),
                    of => imported(&of),
                }
            };
            if attribute.ctx == ast::ExprContext::Store && (METHODS.contains(&attribute.attr.as_str()) || is_module()) {
                let (of, name) = (types.of(&attribute.value, scopes), attribute.attr.as_str().to_owned());
                facts.patches.push(Patch { of, name, span: span(attribute) });
            }
        }
        // A module that is put in the place of this one, or of another.
        Expr::Subscript(subscript)
            if matches!(&*subscript.value, Expr::Attribute(of) if of.attr.as_str() == "modules")
                && super::dotted(&subscript.value).as_deref() == Some("sys.modules") =>
        {
            match &*subscript.slice {
                Expr::StringLiteral(name) if subscript.ctx == ast::ExprContext::Store => {
                    facts.may_lack.insert(name.value.to_str().to_owned());
                }
                Expr::StringLiteral(_) => facts.dynamic = true,
                _ => {
                    facts.dynamic = true;
                    facts.may_lack.insert(ANY.to_owned());
                }
            }
        }
        // `sys.argv[1:] = ["x"]`
        Expr::Subscript(subscript)
            if subscript.ctx == ast::ExprContext::Store
                && super::dotted(&subscript.value).as_deref() == Some("sys.argv") =>
        {
            let of = TypeExpr::import("sys", "");
            facts.patches.push(Patch { of, name: "argv".to_owned(), span: span(subscript) });
        }
        Expr::Call(call) => {
            facts.dynamic |= remakes(call);
            paths_and_modules(facts, call);
            if call.arguments.find_keyword("__root__").is_some() {
                facts.reads.push((Tied::Root, types.of(&call.func, scopes)));
            }
            let callee = match &*call.func {
                Expr::Attribute(attribute) => attribute.attr.as_str(),
                Expr::Name(name) => name.id.as_str(),
                _ => return,
            };
            match (callee, &*call.arguments.args) {
                ("patch", [Expr::StringLiteral(target), ..]) => {
                    if let Some((module, name)) = target.value.to_str().rsplit_once('.') {
                        let (of, name) = (TypeExpr::import(module, ""), name.to_owned());
                        facts.patches.push(Patch { of, name, span: span(call) });
                    }
                }
                ("setattr", [Expr::StringLiteral(target), _, ..]) => {
                    if let Some((module, name)) = target.value.to_str().rsplit_once('.') {
                        let (of, name) = (TypeExpr::import(module, ""), name.to_owned());
                        facts.patches.push(Patch { of, name, span: span(call) });
                    }
                }
                // `setattr(types, name, made)`
                ("setattr", [of @ Expr::Name(_), name, _]) if !name.is_string_literal_expr() => {
                    let of = types.of(of, scopes);
                    if matches!(of, TypeExpr::Name(Name::Import { .. })) {
                        facts.patches.push(Patch { of, name: "*".to_owned(), span: span(call) });
                    }
                }
                ("getattr" | "hasattr", [of, Expr::StringLiteral(name), ..]) => {
                    if let Some(by) = tied(name.value.to_str()) {
                        facts.reads.push((by, types.of(of, scopes)));
                    }
                }
                ("setattr" | "object", [of, Expr::StringLiteral(name), ..]) => {
                    let (of, name) = (types.of(of, scopes), name.value.to_str().to_owned());
                    facts.patches.push(Patch { of, name, span: span(call) });
                }
                _ => {}
            }
        }
        _ => {}
    }
}

/// In place of a name: any.
const ANY: &str = "*";

/// What a call does to `sys.path`, and the modules that it does without.
fn paths_and_modules(facts: &mut Facts, call: &ast::ExprCall) {
    let last = match &*call.func {
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        Expr::Name(name) => name.id.as_str(),
        _ => return,
    };
    // `importlib.import_module(name)`, `pkgutil.walk_packages(...)`
    facts.loads_modules |= matches!(
        last,
        "import_module"
            | "__import__"
            | "walk_packages"
            | "iter_modules"
            | "find_modules"
            | "exec_module"
            | "run_module"
    );
    if last == "addoption" {
        let names = call.arguments.args.iter().filter_map(Expr::as_string_literal_expr);
        facts.adds_options.extend(names.map(|name| name.value.to_str().to_owned()));
    }
    // `__all__.append("Order")`, `__path__.append(folder)`: what is there is not to be seen.
    if let Expr::Attribute(attribute) = &*call.func
        && let Expr::Name(of) = &*attribute.value
        && matches!(of.id.as_str(), "__all__" | "__path__")
    {
        facts.dynamic = true;
    }
    if matches!(last, "register" | "import_plugin") {
        let callee = super::dotted(&call.func).unwrap_or_default();
        facts.registers_plugins |= callee.contains("plugin");
    }
    if last == "parametrize"
        && let Some(names) = call.arguments.find_argument_value("argnames", 0)
    {
        facts.parametrizes.extend(argument_names(names).unwrap_or_default());
    }
    // Most calls are none of these, and cost no text.
    if !matches!(
        last,
        "insert" | "append" | "extend" | "addsitedir" | "importorskip" | "setdefault" | "update" | "dict"
    ) {
        return;
    }
    let callee = super::dotted(&call.func).unwrap_or_default();
    let is_sys = |binding: &Binding| matches!(binding, Binding::Import(Name::Import { module, path, .. }) if module == "sys" && path == "path");
    let own = || facts.symbols.get("path").is_some_and(|all| all.iter().any(is_sys));
    match callee.as_str() {
        "sys.path.insert" | "sys.path.append" | "sys.path.extend" | "site.addsitedir" | "addsitedir" => {
            facts.edits_path = true;
        }
        "path.insert" | "path.append" | "path.extend" => facts.edits_path |= own(),
        "pytest.importorskip" | "importorskip" | "sys.modules.setdefault" => {
            let name = call.arguments.args.first().and_then(Expr::as_string_literal_expr);
            let name = name.map(|name| name.value.to_str().to_owned());
            facts.may_lack.insert(name.unwrap_or_else(|| ANY.to_owned()));
        }
        "sys.modules.update" => _ = facts.may_lack.insert(ANY.to_owned()),
        // `patch.dict(sys.modules, {...})`
        other if other.ends_with("patch.dict") => {
            let of_modules = match call.arguments.args.first() {
                Some(Expr::StringLiteral(name)) => name.value.to_str() == "sys.modules",
                Some(other) => super::dotted(other).as_deref() == Some("sys.modules"),
                None => false,
            };
            if of_modules {
                facts.may_lack.insert(ANY.to_owned());
            }
        }
        _ => {}
    }
}

/// Whether a call makes this module anew: `recreate_module(__name__, by_module={...})`, `lazy.attach(__name__, ...)`.
fn remakes(call: &ast::ExprCall) -> bool {
    let own = |expr: &Expr| matches!(expr, Expr::Name(name) if name.id.as_str() == "__name__");
    call.arguments.args.iter().any(own) && {
        let callee = super::dotted(&call.func).unwrap_or_default().to_lowercase();
        ["module", "lazy", "attach", "deprecat"].iter().any(|word| callee.contains(word))
    }
}

/// The attribute of a class that others build on, by any of its names.
fn tied(attr: &str) -> Option<Tied> {
    match attr {
        "Config" | "__config__" => Some(Tied::Config),
        "__root__" => Some(Tied::Root),
        _ => None,
    }
}
