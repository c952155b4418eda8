//! Where a time goes: whether nobody there can tell a naive value from an aware one.

use crate::fact::Condition;
use crate::python::ast::visitor::source_order::{SourceOrderVisitor, TraversalSignal};
use crate::python::ast::{self, AnyNodeRef, Expr, ExprContext, Operator, Ranged, TextRange};
use crate::rule::Cx;

/// The claims of a token that are times (RFC 7519, 4.1): the libraries below turn naive and aware values into the same number.
const CLAIMS: [&str; 3] = ["exp", "iat", "nbf"];

/// What makes a token of claims: PyJWT, python-jose, Authlib. Naive values are taken for UTC by all of them.
const ENCODERS: [&str; 4] = ["jwt.encode", "jwt.api_jwt.encode", "jose.jwt.encode", "authlib.jose.jwt.encode"];

/// Whether the value of the node may be aware in place of naive UTC, and what `link` is to be asked for it: it only becomes a claim of a
/// token, or goes into a column that keeps the zone.
pub fn takes_aware<'a>(cx: &Cx<'a>, value: TextRange) -> Option<Condition> {
    let function = cx.function().map(|(_, function)| function);
    flows(cx, &cx.ancestors, value, function, 0)
}

fn flows<'a>(
    cx: &Cx<'a>,
    around: &[AnyNodeRef<'a>],
    value: TextRange,
    function: Option<&'a ast::StmtFunctionDef>,
    depth: usize,
) -> Option<Condition> {
    let (parent, above) = around.split_last()?;
    if depth > 6 {
        return None;
    }
    let up = |at: usize| around.len().checked_sub(at + 1).map(|at| around[at]);
    match parent {
        AnyNodeRef::ExprBinOp(sum) => {
            // A difference of two times is none, and needs both of one kind.
            let is_span = |expr: &Expr| match expr {
                Expr::Call(call) => crate::python::dotted(&call.func).is_some_and(|name| name.ends_with("timedelta")),
                _ => false,
            };
            let keeps = sum.op == Operator::Add || sum.op == Operator::Sub && is_span(&sum.right);
            let left = keeps && sum.left.range() == value;
            left.then(|| flows(cx, above, parent.range(), function, depth + 1)).flatten()
        }
        AnyNodeRef::ExprIf(choice) if choice.test.range() != value => {
            flows(cx, above, parent.range(), function, depth + 1)
        }
        AnyNodeRef::ExprDict(dict) => {
            let item = dict.items.iter().find(|item| item.value.range() == value)?;
            let is_claim = matches!(&item.key, Some(Expr::StringLiteral(key)) if CLAIMS.contains(&key.value.to_str()));
            is_claim.then(|| claims(cx, above, parent.range(), function)).flatten()
        }
        AnyNodeRef::Keyword(keyword) => {
            let name = keyword.arg.as_ref()?.as_str();
            let Some(AnyNodeRef::ExprCall(call)) = up(2) else { return None };
            match &*call.func {
                Expr::Name(callee) if callee.id.as_str() == "dict" && CLAIMS.contains(&name) => {
                    claims(cx, &around[..around.len() - 3], call.range(), function)
                }
                Expr::Attribute(update) if update.attr.as_str() == "update" && CLAIMS.contains(&name) => {
                    let Expr::Name(of) = &*update.value else { return None };
                    becomes_token(cx, &of.id, function?)
                }
                // `Order(created_at=...)`
                class => Some(Condition::Zoned { of: cx.type_of(class), attr: name.to_owned() }),
            }
        }
        AnyNodeRef::StmtAssign(assign) if assign.value.range() == value => {
            let targets = assign.targets.iter().map(|target| stored(cx, target, function, depth));
            targets.collect::<Option<Vec<_>>>().map(all)
        }
        AnyNodeRef::StmtAnnAssign(assign) => stored(cx, &assign.target, function, depth),
        _ => None,
    }
}

fn stored<'a>(
    cx: &Cx<'a>,
    target: &'a Expr,
    function: Option<&'a ast::StmtFunctionDef>,
    depth: usize,
) -> Option<Condition> {
    match target {
        Expr::Name(name) => {
            let function = function?;
            let uses = uses(function, &name.id)?;
            let flows = uses.iter().map(|one| flows(cx, &one.around, one.at, Some(function), depth + 1));
            flows.collect::<Option<Vec<_>>>().filter(|all| !all.is_empty()).map(all)
        }
        Expr::Subscript(subscript) => match (&*subscript.value, &*subscript.slice) {
            (Expr::Name(of), Expr::StringLiteral(key)) if CLAIMS.contains(&key.value.to_str()) => {
                becomes_token(cx, &of.id, function?)
            }
            _ => None,
        },
        Expr::Attribute(attribute) => {
            let of = cx.type_of(&attribute.value);
            (!of.is_unknown()).then(|| Condition::Zoned { of, attr: attribute.attr.as_str().to_owned() })
        }
        _ => None,
    }
}

/// Where a mapping of claims goes.
fn claims<'a>(
    cx: &Cx<'a>,
    around: &[AnyNodeRef<'a>],
    mapping: TextRange,
    function: Option<&'a ast::StmtFunctionDef>,
) -> Option<Condition> {
    match around.last()? {
        AnyNodeRef::Arguments(_) => {
            let AnyNodeRef::ExprCall(call) = around.get(around.len().checked_sub(2)?)? else { return None };
            match &*call.func {
                Expr::Attribute(update) if update.attr.as_str() == "update" => {
                    let Expr::Name(of) = &*update.value else { return None };
                    becomes_token(cx, &of.id, function?)
                }
                _ => encodes(cx, call),
            }
        }
        AnyNodeRef::Keyword(_) => match around.get(around.len().checked_sub(3)?)? {
            AnyNodeRef::ExprCall(call) => encodes(cx, call),
            _ => None,
        },
        AnyNodeRef::StmtAssign(assign) if assign.value.range() == mapping => match &*assign.targets {
            [Expr::Name(name)] => becomes_token(cx, &name.id, function?),
            _ => None,
        },
        AnyNodeRef::StmtAnnAssign(assign) => match &*assign.target {
            Expr::Name(name) => becomes_token(cx, &name.id, function?),
            _ => None,
        },
        _ => None,
    }
}

fn encodes<'a>(cx: &Cx<'a>, call: &'a ast::ExprCall) -> Option<Condition> {
    let callee = cx.type_of(&call.func);
    let any = ENCODERS.iter().map(|encoder| Condition::resolves(callee.clone(), encoder)).collect();
    (!callee.is_unknown()).then(|| Condition::any(any))
}

/// Whether a mapping of this name is only filled, and made a token of.
fn becomes_token<'a>(cx: &Cx<'a>, name: &str, function: &'a ast::StmtFunctionDef) -> Option<Condition> {
    let mut encoded = Vec::new();
    for one in uses(function, name)? {
        let up = |at: usize| one.around.len().checked_sub(at + 1).map(|at| one.around[at]);
        match up(0)? {
            AnyNodeRef::ExprAttribute(method) if matches!(method.attr.as_str(), "update" | "setdefault") => {
                // What it gives is nobody's.
                let Some(AnyNodeRef::StmtExpr(_)) = up(2) else { return None };
            }
            AnyNodeRef::ExprSubscript(item) if item.ctx == ExprContext::Store => {}
            AnyNodeRef::Arguments(_) => {
                let Some(AnyNodeRef::ExprCall(call)) = up(1) else { return None };
                encoded.push(encodes(cx, call)?);
            }
            AnyNodeRef::Keyword(_) => {
                let Some(AnyNodeRef::ExprCall(call)) = up(2) else { return None };
                encoded.push(encodes(cx, call)?);
            }
            _ => return None,
        }
    }
    (!encoded.is_empty()).then(|| all(encoded))
}

fn all(conditions: Vec<Condition>) -> Condition {
    conditions.into_iter().fold(Condition::Always, Condition::and)
}

/// A place where a name is read.
struct Use<'a> {
    at: TextRange,
    around: Vec<AnyNodeRef<'a>>,
}

/// Every place in a function where a name is read, with what is around it. None where the name is a parameter's, or belongs to somebody
/// else as well: a function inside, `global`, `nonlocal`.
fn uses<'a>(function: &'a ast::StmtFunctionDef, name: &str) -> Option<Vec<Use<'a>>> {
    if function.parameters.iter().any(|parameter| parameter.name().as_str() == name) {
        return None;
    }
    let mut reader = Reader { name, around: Vec::new(), found: Vec::new(), shared: false };
    reader.visit_body(&function.body);
    (!reader.shared).then_some(reader.found)
}

struct Reader<'n, 'a> {
    name: &'n str,
    around: Vec<AnyNodeRef<'a>>,
    found: Vec<Use<'a>>,
    shared: bool,
}

impl<'a> SourceOrderVisitor<'a> for Reader<'_, 'a> {
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        match node {
            AnyNodeRef::StmtGlobal(all) => self.shared |= all.names.iter().any(|name| name.as_str() == self.name),
            AnyNodeRef::StmtNonlocal(all) => self.shared |= all.names.iter().any(|name| name.as_str() == self.name),
            _ => {}
        }
        self.around.push(node);
        TraversalSignal::Traverse
    }

    fn leave_node(&mut self, _node: AnyNodeRef<'a>) {
        self.around.pop();
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && name.id.as_str() == self.name
            && name.ctx != ExprContext::Store
        {
            let inner = |node: &AnyNodeRef| {
                matches!(node, AnyNodeRef::StmtFunctionDef(_) | AnyNodeRef::ExprLambda(_) | AnyNodeRef::StmtClassDef(_))
            };
            self.shared |= self.around.iter().any(inner);
            self.found.push(Use { at: expr.range(), around: self.around.clone() });
        }
        crate::python::deeper(|| ast::visitor::source_order::walk_expr(self, expr));
    }
}
