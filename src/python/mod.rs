//! The only door to the parser: the tree of one file, its scopes, and what its expressions may mean.
//!
//! Everything here is a function of one file's text. Only this folder names the parser's crates.

pub mod bind;
mod body;
pub mod bound;
pub mod broken;
mod clock;
pub mod environment;
mod filled;
pub mod flow;
pub mod ignores;
pub mod imported;
pub mod imports;
pub mod semantic;
mod settings;
pub mod stdlib;
pub mod steps;
pub mod told;
pub mod types;
pub mod walk;

use crate::text::{Span, Trouble};
use crate::unit::Kind;
use ruff_python_ast::{ModModule, PySourceType};
use ruff_python_parser::{ParseError, ParseOptions, Parsed, parse_unchecked, parse_unchecked_source};

/// The parser's tree, under davy's roof: other rooms name nodes through here.
pub mod ast {
    pub use ruff_python_ast::*;
    pub use ruff_text_size::{Ranged, TextRange, TextSize};
}

use ast::Ranged;
use ast::token::TokenKind;
use std::cell::{Cell, OnceCell};

/// A parsed file. The parser recovers, so there is a tree even where there are errors.
pub struct Tree {
    parsed: Parsed<ModModule>,
    /// Where comments stand, once somebody asked.
    comments: OnceCell<Vec<Span>>,
}

/// Parses a whole file.
pub fn parse(text: &str, kind: Kind) -> Tree {
    let kind = match kind {
        Kind::Python => PySourceType::Python,
        Kind::Stub => PySourceType::Stub,
        // Rules that need a tree are not asked; those that read the text get an empty one.
        Kind::Text(_) => return parse("", Kind::Python),
    };
    // What came after the oldest Python that davy knows is noted, with the version that it came with.
    let options = ParseOptions::from(kind).with_target_version(ast::PythonVersion::PY38);
    let module = parse_unchecked(text, options).try_into_module();
    Tree { parsed: module.unwrap_or_else(|| parse_unchecked_source(text, kind)), comments: OnceCell::new() }
}

impl Tree {
    /// The module's node.
    pub fn module(&self) -> &ModModule {
        self.parsed.syntax()
    }

    /// The module's statements.
    pub fn body(&self) -> &[ast::Stmt] {
        &self.parsed.syntax().body
    }

    /// Whether the grammar was broken anywhere.
    pub fn is_broken(&self) -> bool {
        errors(&self.parsed).next().is_some()
    }

    /// Whether all bytes that are no UTF-8 stand in comments, where Pythons before 3.14 do not look.
    pub fn takes(&self, text: &str, trouble: &Trouble) -> bool {
        let within = |at: usize| {
            let after = self.tokens().partition_point(|token| span(*token).start as usize <= at);
            let token = after.checked_sub(1).map(|index| self.tokens()[index]);
            token.is_some_and(|token| token.kind() == TokenKind::Comment && (at as u32) < span(token).end)
        };
        trouble.is_utf8 && text.match_indices('\u{FFFD}').all(|(at, _)| within(at))
    }

    /// How many errors the parser counted.
    pub fn error_count(&self) -> usize {
        errors(&self.parsed).count()
    }

    /// One entry a broken place.
    pub fn broken_places(&self, text: &str) -> Vec<broken::Broken> {
        broken::broken_places(text, &self.parsed)
    }

    /// All tokens, comments included.
    pub fn tokens(&self) -> &[ast::token::Token] {
        self.parsed.tokens()
    }

    /// The spans of all comments, from `#` to the end of the line.
    pub fn comments(&self) -> &[Span] {
        self.comments.get_or_init(|| {
            self.tokens().iter().filter(|token| token.kind() == TokenKind::Comment).map(|token| span(*token)).collect()
        })
    }

    /// Frees the tree on a stack that is large enough for its depth: nested boxes are dropped recursively.
    pub fn free(self, depth: usize) {
        if depth < 200 {
            drop(self);
        } else {
            stacker::grow((depth * 1024).max(1 << 20), || drop(self));
        }
    }
}

/// What the parser finds wrong, without its one false alarm: it wants a value between `raise` and `;`.
fn errors(parsed: &Parsed<ModModule>) -> impl Iterator<Item = &ParseError> {
    let after_raise = |error: &&ParseError| {
        let tokens = parsed.tokens();
        let at = tokens.partition_point(|token| token.start() < error.location.start());
        let before = tokens[..at].iter().rfind(|token| !token.kind().is_trivia());
        tokens.get(at).is_some_and(|token| token.kind() == TokenKind::Semi)
            && before.is_some_and(|token| token.kind() == TokenKind::Raise)
    };
    parsed.errors().iter().filter(move |error| !after_raise(error))
}

/// The span of a node or token.
pub fn span(node: impl Ranged) -> Span {
    Span { start: node.start().to_u32(), end: node.end().to_u32() }
}

/// Runs a step of a walk over the tree; grows the stack where the nesting asks for it.
#[inline]
pub fn deeper<R>(step: impl FnOnce() -> R) -> R {
    let here = 0u8;
    if FLOOR.get() <= std::ptr::from_ref(&here).addr() { step() } else { on_more_stack(step) }
}

thread_local! {
    /// The address down to which the stack at hand may be used; nothing is known of a thread that has not asked.
    static FLOOR: Cell<usize> = const { Cell::new(usize::MAX) };
}

#[cold]
#[inline(never)]
fn on_more_stack<R>(step: impl FnOnce() -> R) -> R {
    /// The stack that was at hand is at hand again, also where the step panicked.
    struct Back(usize);
    impl Drop for Back {
        fn drop(&mut self) {
            FLOOR.set(self.0);
        }
    }
    if FLOOR.get() == usize::MAX {
        FLOOR.set(floor());
        return deeper(step);
    }
    let _back = Back(FLOOR.get());
    stacker::grow(4 * 1024 * 1024, || {
        FLOOR.set(floor());
        step()
    })
}

/// Down to where the stack at hand leaves a step what it may use before the next one asks. Where nobody knows: as far as it goes.
fn floor() -> usize {
    const ENOUGH: usize = 96 * 1024;
    let here = 0u8;
    let here = std::ptr::from_ref(&here).addr();
    stacker::remaining_stack().map_or(0, |left| here - left + ENOUGH)
}

/// The dotted path that an expression spells, as in `pydantic.fields.Field`; none for anything but names and attributes.
pub fn dotted(expr: &ast::Expr) -> Option<String> {
    let mut parts = Vec::new();
    let mut at = expr;
    loop {
        match at {
            ast::Expr::Attribute(attribute) => {
                parts.push(attribute.attr.as_str());
                at = &attribute.value;
            }
            ast::Expr::Name(name) => {
                parts.push(name.id.as_str());
                break;
            }
            _ => return None,
        }
    }
    parts.reverse();
    Some(parts.join("."))
}

/// A block of code with names of its own. Class scopes do not nest into functions.
#[derive(Clone, Copy)]
pub enum Block<'a> {
    /// The module.
    Module(&'a [ast::Stmt]),
    /// A class body.
    Class(&'a ast::StmtClassDef),
    /// A function body.
    Function(&'a ast::StmtFunctionDef),
}

/// A block with its qualified name: `Repo`, `Repo.get`, `build.<locals>.Row`; empty for the module.
#[derive(Clone)]
pub struct Scope<'a> {
    /// The block.
    pub block: Block<'a>,
    /// Its qualified name.
    pub name: String,
}

impl<'a> Scope<'a> {
    /// The module's scope.
    pub fn module(body: &'a [ast::Stmt]) -> Scope<'a> {
        Scope { block: Block::Module(body), name: String::new() }
    }

    /// The scope of a class or function in this one.
    pub fn child(&self, block: Block<'a>) -> Scope<'a> {
        let name = match block {
            Block::Module(_) => "",
            Block::Class(class) => class.name.as_str(),
            Block::Function(function) => function.name.as_str(),
        };
        Scope { block, name: self.qualify(name) }
    }

    /// The qualified name of a type parameter of the class or function: `Repo[M]`.
    pub fn parameter(&self, name: &str) -> String {
        format!("{}[{name}]", self.name)
    }

    /// The qualified name of something bound in this scope.
    pub fn qualify(&self, name: &str) -> String {
        match self.block {
            Block::Module(_) => name.to_owned(),
            Block::Class(_) => format!("{}.{name}", self.name),
            Block::Function(_) => format!("{}.<locals>.{name}", self.name),
        }
    }
}
