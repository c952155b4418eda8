//! What the parser's checks do not know of, and CPython does.

use super::super::ast::{self, Expr, ExprContext, Ranged, Stmt};
use super::super::walk::blocks;
use super::super::{Tree, deeper, span};
use super::places::Kind;
use super::{COMPREHENSIONS, Fault, MANAGERS, Walk};
use crate::text::Span;

impl<'a> Walk<'a> {
    /// Looks at a statement.
    pub(super) fn of_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::ImportFrom(import)
                if import.level > 0 && import.module.as_ref().is_some_and(|module| module.as_str() == "__future__") =>
            {
                self.own_futures.push(span(stmt));
            }
            Stmt::Nonlocal(all) => {
                for name in &all.names {
                    if self.context.places.last().is_some_and(|place| place.globals.contains_key(name.as_str())) {
                        self.fault(name, format!("name `{name}` is nonlocal and global"));
                    }
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Expr::Name(name) = &*assign.target
                    && self.context.places.last().is_some_and(|place| place.nonlocals.contains_key(name.id.as_str()))
                {
                    self.fault(name, format!("name `{}` is annotated and nonlocal", name.id));
                }
                if self.context.future {
                    self.annotation(&assign.annotation);
                }
            }
            Stmt::FunctionDef(function) => {
                self.name(function.name.as_str(), function.name.range, false);
                let annotations = function.parameters.iter().filter_map(|one| one.as_parameter().annotation.as_deref());
                let spans = annotations.chain(function.returns.as_deref()).map(span);
                self.annotations.extend(spans.filter(|_| self.context.future));
                for decorator in &function.decorator_list {
                    self.decorator(decorator);
                }
            }
            Stmt::ClassDef(class) => {
                self.name(class.name.as_str(), class.name.range, false);
                for decorator in &class.decorator_list {
                    self.decorator(decorator);
                }
            }
            Stmt::Expr(stmt) if stmt.value.is_starred_expr() => {
                self.fault(stmt, "a `*` stands before a value that nothing takes apart");
            }
            Stmt::With(stmt) => {
                if stmt.items.iter().all(|item| item.optional_vars.is_none()) {
                    self.tuples.push(span(stmt));
                }
                if let [item] = &*stmt.items
                    && item.optional_vars.is_some()
                    && self.before(item.start()).ends_with('(')
                {
                    self.own.push(Fault::until(span(item), MANAGERS, (3, 9)));
                }
                for target in stmt.items.iter().filter_map(|item| item.optional_vars.as_deref()) {
                    if target.is_starred_expr() {
                        self.fault(target, "a starred target is neither in a list nor in a tuple");
                    }
                }
            }
            Stmt::Try(stmt) => {
                let bare = |handler: &&ast::ExceptHandler| {
                    let ast::ExceptHandler::ExceptHandler(handler) = handler;
                    handler.type_.is_none()
                };
                if let Some((_, before)) = stmt.handlers.split_last()
                    && let Some(handler) = before.iter().find(bare)
                {
                    let at = span(handler);
                    let at = Span::new(at.start, at.start + "except".len() as u32);
                    self.own.push(Fault::always(at, "a bare `except:` comes before the last one"));
                }
                if stmt.is_star {
                    for handler in &stmt.handlers {
                        let ast::ExceptHandler::ExceptHandler(handler) = handler;
                        self.leaves(&handler.body, false);
                    }
                }
            }
            _ => {}
        }
    }

    /// `return`, `break` and `continue` that would leave an `except*`.
    fn leaves(&mut self, body: &'a [Stmt], in_loop: bool) {
        for stmt in body {
            match stmt {
                Stmt::Return(_) => self.fault(stmt, "`return` leaves an `except*` block"),
                Stmt::Break(_) if !in_loop => self.fault(stmt, "`break` leaves an `except*` block"),
                Stmt::Continue(_) if !in_loop => self.fault(stmt, "`continue` leaves an `except*` block"),
                Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
                Stmt::For(ast::StmtFor { body, orelse, .. }) | Stmt::While(ast::StmtWhile { body, orelse, .. }) => {
                    deeper(|| self.leaves(body, true));
                    deeper(|| self.leaves(orelse, in_loop));
                }
                // Those inside say it themselves.
                Stmt::Try(ast::StmtTry { is_star: true, body, orelse, finalbody, .. }) => {
                    [body, orelse, finalbody].into_iter().for_each(|inner| deeper(|| self.leaves(inner, in_loop)));
                }
                other => {
                    let mut inner = Vec::new();
                    blocks(other, &mut |body| inner.push(body));
                    inner.into_iter().for_each(|body| deeper(|| self.leaves(body, in_loop)));
                }
            }
        }
    }

    /// Looks at an expression.
    pub(super) fn of_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => self.name(name.id.as_str(), name.range, true),
            Expr::Named(named) if named.target.range().start() != named.range.start() => {
                self.fault(&*named.target, "the target of `:=` stands in brackets");
            }
            Expr::Await(_) => {
                let mut around = self.context.outward();
                let inner = matches!(around.next(), Some(Kind::Comprehension { .. }));
                if inner && matches!(around.next(), Some(Kind::Comprehension { is_async: false } | Kind::Generator)) {
                    drop(around);
                    self.own.push(Fault::until(span(expr), COMPREHENSIONS, (3, 11)));
                }
            }
            Expr::Attribute(attribute) if attribute.attr.as_str() == "__debug__" && attribute.ctx.is_store() => {
                self.fault(&attribute.attr, "`__debug__` is assigned to");
            }
            Expr::Call(call) => {
                for keyword in &call.arguments.keywords {
                    if keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == "__debug__") {
                        self.fault(keyword, "`__debug__` is assigned to");
                    }
                }
            }
            Expr::FString(string) => {
                for element in string.value.elements() {
                    self.field(element, 0);
                }
            }
            Expr::TString(string) => {
                for element in string.value.elements() {
                    self.field(element, 0);
                }
            }
            Expr::Tuple(ast::ExprTuple { elts, ctx: ExprContext::Store, .. })
            | Expr::List(ast::ExprList { elts, ctx: ExprContext::Store, .. })
                if elts.iter().position(Expr::is_starred_expr).is_some_and(|at| at > 255) =>
            {
                self.fault(expr, "more than 255 targets stand before the starred one");
            }
            _ => {}
        }
    }

    /// A field of an f-string, and those of its format.
    fn field(&mut self, element: &'a ast::InterpolatedStringElement, depth: usize) {
        let ast::InterpolatedStringElement::Interpolation(field) = element else { return };
        if field.expression.is_starred_expr() {
            self.fault(&*field.expression, "a `*` stands before a value that nothing takes apart");
        }
        let at = span(field);
        match depth {
            2 => self.own.push(Fault::until(at, "fields of an f-string that are nested more than twice", (3, 12))),
            3 => return self.fault(field, "fields of an f-string are nested more than three times"),
            _ => {}
        }
        // `{a!r :>10}`
        let end = field.format_spec.as_ref().map_or(at.end - 1, |format| span(&**format).start.saturating_sub(1));
        let behind =
            Span::new(span(&*field.expression).end, end.max(span(&*field.expression).end)).of(self.context.text);
        if !field.conversion.is_none() && behind.ends_with(char::is_whitespace) {
            self.own.push(Fault::until(at, "blanks behind the conversion in an f-string", (3, 12)));
        }
        if let Some(format) = &field.format_spec {
            format.elements.iter().for_each(|inner| self.field(inner, depth + 1));
        }
    }
}
/// What Python's tokenizer has no room for.
pub fn limits(tree: &Tree, text: &str) -> Vec<Fault> {
    use ast::token::TokenKind;
    let (mut found, mut newer) = (Vec::new(), Vec::new());
    let (mut brackets, mut indents) = (0_usize, 0_usize);
    let mut add = |at: Span, message: &str| {
        if found.is_empty() {
            found.push(Fault::always(at, message));
        }
    };
    let is_ascii = text.is_ascii();
    for token in tree.tokens() {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                brackets += 1;
                if brackets > 200 {
                    add(span(*token), "more than 200 brackets are nested in each other");
                }
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => brackets = brackets.saturating_sub(1),
            TokenKind::Indent => {
                indents += 1;
                if indents >= 100 {
                    add(span(*token), "blocks are nested 100 levels deep");
                }
            }
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::Int if span(*token).range().len() > 4_300 => {
                let number = span(*token).of(text);
                let digits = number.bytes().filter(u8::is_ascii_digit).count();
                if !number.starts_with('0') && digits > 4_300 {
                    add(span(*token), "a decimal number has more than 4,300 digits: write it in hexadecimal");
                }
            }
            // Unicode 15.1, which came with 3.13, takes these into names.
            TokenKind::Name if !is_ascii && !span(*token).of(text).is_ascii() => {
                let odd = span(*token).of(text).chars().find(|c| matches!(c, '\u{200C}' | '\u{200D}' | '・' | '･'));
                newer.extend(
                    odd.map(|odd| Fault::until(span(*token), format!("U+{:04X} in a name", odd as u32), (3, 13))),
                );
            }
            _ => {}
        }
    }
    found.extend(newer);
    found
}
