//! What a rule is, and what it sees while a file is compiled.
//!
//! A rule sees one file and reports; what it wants to know of others it attaches as a condition.

use crate::document::Document;
use crate::fact::TypeExpr;
use crate::finding::{Edit, Finding, Piece};
use crate::python::ast::{self, AnyNodeRef, Expr, Ranged};
use crate::python::bound::bound;
use crate::python::broken::Broken;
use crate::python::semantic::{self, Fault};
use crate::python::types::Types;
use crate::python::walk::blocks;
use crate::python::{Block, Scope, Tree, deeper, span};
use crate::secrets::Formats;
use crate::text::{Span, Trouble};
use crate::unit::{Kind, Syntax};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

/// How a rule finds what its page describes: the nodes it wants to be called for.
#[derive(Clone, Copy)]
pub enum Check {
    /// Once a file.
    File(fn(&mut Cx<'_>, &Tree)),
    /// Every class statement, in the scope that holds it.
    Class(for<'a> fn(&mut Cx<'a>, &'a ast::StmtClassDef)),
    /// Every function statement, in the scope that holds it.
    Function(for<'a> fn(&mut Cx<'a>, &'a ast::StmtFunctionDef)),
    /// Every call.
    Call(for<'a> fn(&mut Cx<'a>, &'a ast::ExprCall)),
    /// Every attribute, read or written.
    Attribute(for<'a> fn(&mut Cx<'a>, &'a ast::ExprAttribute)),
    /// Every string or bytes literal and every f-string, once per implicit concatenation.
    Literal(for<'a> fn(&mut Cx<'a>, &'a Expr)),
    /// Every comparison, and everything with a sign between two operands.
    Operation(for<'a> fn(&mut Cx<'a>, &'a Expr)),
    /// Every name, read or written.
    Name(for<'a> fn(&mut Cx<'a>, &'a ast::ExprName)),
    /// Once a file that is no Python, with what it says; the tree is empty.
    Text(fn(&mut Cx<'_>, &Document, Syntax)),
    /// By `link`, over all units: davy's own matters.
    Link,
    /// All of these.
    Several(&'static [Check]),
}

/// A rule: its page and its check.
pub struct Rule {
    /// Where the page lies.
    pub path: &'static str,
    /// The page's text.
    pub page: &'static str,
    /// How it is found.
    pub check: Check,
}

/// What a user adds to davy's knowledge; part of every cache key.
#[derive(Clone, Copy)]
pub struct Definitions {
    /// Formats of provider tokens.
    pub formats: &'static Formats,
    /// No rule leaves a file because it lacks a word without which the rule finds nothing (`Cx::may_find`): what is found stays the same, which
    /// `tests/same_bytes.rs` holds them to.
    pub everywhere: bool,
}

impl Default for Definitions {
    fn default() -> Self {
        Definitions { formats: Formats::built_in(), everywhere: false }
    }
}

/// The file at hand, seen from the node that is being checked.
pub struct Cx<'a> {
    /// The decoded text.
    pub text: &'a str,
    /// What it is.
    pub kind: Kind,
    /// Its tree.
    pub tree: &'a Tree,
    /// Meaning of expressions.
    pub types: Rc<Types<'a>>,
    /// Blocks around the node, the module first.
    pub scopes: Vec<Scope<'a>>,
    /// Nodes around the node, outermost first, itself excluded.
    pub ancestors: Vec<AnyNodeRef<'a>>,
    /// What users added.
    pub definitions: &'a Definitions,
    /// Why Python refuses the bytes of the file, if it does.
    pub trouble: Option<&'a Trouble>,
    /// The places where the grammar is broken.
    pub broken: Vec<Broken>,
    /// What parses and does not compile, once somebody asked.
    pub faults: OnceCell<Vec<Fault>>,
    /// Functions and classes of the module by name, once somebody asked for one.
    pub callables: OnceCell<FxHashMap<&'a str, Callable<'a>>>,
    /// The imports that run, wherever they stand, once somebody asked.
    pub imports: OnceCell<Rc<[&'a ast::Stmt]>>,
    /// Names that the statements of the module mention, once somebody asked.
    pub mentioned: OnceCell<FxHashSet<&'a str>>,
    /// Words that rules looked for in the text, by where in the program they stand, with what came of it.
    pub words: RefCell<FxHashMap<(usize, usize), bool>>,
    /// What was found so far.
    pub findings: Vec<Finding>,
    /// Where secrets stand.
    pub secrets: Vec<Span>,
    /// The rule that is running.
    pub code: &'a str,
}

/// A function that a call by name leads to, and whether it is the `__init__` of a class.
pub type Callable<'a> = (&'a ast::StmtFunctionDef, bool);

impl<'a> Cx<'a> {
    /// What parses and does not compile; nothing where the grammar is broken, because what is built on that would be guesses.
    pub fn faults(&self) -> &[Fault] {
        self.faults.get_or_init(|| {
            if self.tree.is_broken() || self.trouble.is_some() || !self.kind.is_python() {
                return Vec::new();
            }
            semantic::faults(self.tree, self.text, self.kind == Kind::Stub)
        })
    }

    /// The function of this module that a call of a name runs: itself, or the `__init__` of a class in its own body.
    pub fn callable(&self, name: &str) -> Option<Callable<'a>> {
        let all = self.callables.get_or_init(|| {
            let of = |stmt: &'a ast::Stmt| match stmt {
                ast::Stmt::FunctionDef(function) => Some((function.name.as_str(), (function, false))),
                ast::Stmt::ClassDef(class) => class.body.iter().find_map(|stmt| match stmt {
                    ast::Stmt::FunctionDef(function) if function.name.as_str() == "__init__" => {
                        Some((class.name.as_str(), (function, true)))
                    }
                    _ => None,
                }),
                _ => None,
            };
            self.tree.body().iter().filter_map(of).collect()
        });
        all.get(name).copied()
    }

    /// The `import` and `from` statements that run, wherever they stand.
    pub fn imports(&self) -> Rc<[&'a ast::Stmt]> {
        let all = self.imports.get_or_init(|| {
            let mut found = Vec::new();
            crate::python::walk::imports(self.tree.body(), &mut found);
            found.into()
        });
        Rc::clone(all)
    }

    /// Whether a statement of the module that defines and imports nothing mentions a name: `test_sum = patched(test_sum)`.
    pub fn is_mentioned(&self, name: &str) -> bool {
        let all = self.mentioned.get_or_init(|| {
            let mut names = FxHashSet::default();
            for stmt in self.tree.body() {
                crate::python::walk::names(stmt, &mut names);
            }
            names
        });
        all.contains(name)
    }

    /// Reports a finding of the running rule; the rest is said on what it returns.
    pub fn report(&mut self, span: Span, text: impl Into<Vec<Piece>>) -> &mut Finding {
        let scope = self.scopes.last().map(|scope| scope.name.clone()).unwrap_or_default();
        let index = self.findings.len();
        self.findings.push(Finding { scope, ..Finding::new(self.code, span, text) });
        &mut self.findings[index]
    }

    /// What an expression may be, here.
    pub fn type_of(&self, expr: &'a Expr) -> TypeExpr {
        self.types.of(expr, &self.scopes)
    }

    /// The object that an annotation or a base spells, here.
    pub fn annotation(&self, expr: &Expr) -> TypeExpr {
        self.types.annotation(expr, &self.scopes)
    }

    /// The value that a name has here: the only thing that is ever assigned to it in the innermost block that assigns it.
    pub fn only_value(&self, name: &str) -> Option<&'a Expr> {
        for scope in self.scopes.iter().rev() {
            let body = match scope.block {
                Block::Module(body) => body,
                Block::Function(function) => {
                    if function.parameters.iter().any(|parameter| parameter.name().as_str() == name) {
                        return None;
                    }
                    &function.body
                }
                Block::Class(class) if std::ptr::eq(scope, self.scopes.last()?) => &class.body,
                Block::Class(_) => continue,
            };
            let mut found = Vec::new();
            assignments(body, name, &mut found);
            match found.as_slice() {
                [] => {}
                [Some(value)] => return Some(value),
                _ => return None,
            }
        }
        None
    }

    /// The node around this one; `parent(1)` is the one around that.
    pub fn parent(&self, up: usize) -> Option<AnyNodeRef<'a>> {
        self.ancestors.iter().rev().nth(up).copied()
    }

    /// The innermost function around the node, with its place among the scopes.
    pub fn function(&self) -> Option<(usize, &'a ast::StmtFunctionDef)> {
        self.scopes.iter().enumerate().rev().find_map(|(index, scope)| match scope.block {
            Block::Function(function) => Some((index, function)),
            _ => None,
        })
    }

    /// The innermost class around the node, with its qualified name.
    pub fn class(&self) -> Option<(&'a ast::StmtClassDef, &str)> {
        self.scopes.iter().rev().find_map(|scope| match scope.block {
            Block::Class(class) => Some((class, scope.name.as_str())),
            _ => None,
        })
    }

    /// The edit that adds an argument behind the last one of a call; none where a comment stands in the way.
    pub fn append_argument(&self, arguments: &ast::Arguments, mut text: Vec<Piece>) -> Option<Edit> {
        let whole = span(arguments.range());
        let close = whole.end.checked_sub(1)?;
        let last = arguments.iter_source_order().last().map(|last| span(last.range()).end);
        let rest = self.source(Span::new(last.unwrap_or(whole.start + 1), close));
        if self.has_comment(Span::new(last.unwrap_or(whole.start + 1), close)) {
            return None;
        }
        let trailing = rest.trim_end().ends_with(',');
        let separator = match last {
            None => "",
            Some(_) if trailing => " ",
            Some(_) => ", ",
        };
        // Behind the last argument and its brackets, in front of the line break that a closing bracket of its own may have.
        let kept = rest.trim_end().len() as u32;
        text.insert(0, separator.into());
        // A comma of its author's stays behind the last one.
        text.extend(trailing.then(|| ",".into()));
        Some(Edit::pieces(Span::at(close - rest.len() as u32 + kept), text))
    }

    /// Whether one of these words is there, without which a rule finds nothing: most files are done with here.
    pub fn may_find(&self, words: &[&'static str]) -> bool {
        self.definitions.everywhere || words.iter().any(|word| self.mentions(word))
    }

    /// Whether a word stands anywhere in the text; each is looked for once.
    pub fn mentions(&self, word: &'static str) -> bool {
        // Who asks again does so from the same place of the program: no letters are compared.
        let place = (word.as_ptr().addr(), word.len());
        let known = self.words.borrow().get(&place).copied();
        known.unwrap_or_else(|| {
            let lacks = |part: &&'static str| word.len() > part.len() && word.contains(*part) && !self.mentions(part);
            let found =
                !PARTS.iter().any(lacks) && memchr::memmem::find(self.text.as_bytes(), word.as_bytes()).is_some();
            self.words.borrow_mut().insert(place, found);
            found
        })
    }

    /// Whether the text speaks of tests or fixtures, as every file does that pytest imports by itself.
    pub fn speaks_of_tests(&self) -> bool {
        self.mentions("test") || self.mentions("fixture")
    }

    /// Whether a comment begins inside a span.
    pub fn has_comment(&self, within: Span) -> bool {
        let tokens = self.tree.tokens();
        let first = tokens.partition_point(|token| span(*token).start < within.start);
        let inside = tokens[first..].iter().take_while(|token| span(**token).start < within.end);
        inside.into_iter().any(|token| token.kind() == ast::token::TokenKind::Comment)
    }

    /// Whether an f-string prints the text of the node beside its value: `f"{node=}"`. Whoever edits it changes what is printed.
    pub fn is_printed(&self) -> bool {
        self.ancestors
            .iter()
            .any(|node| matches!(node, AnyNodeRef::InterpolatedElement(part) if part.debug_text.is_some()))
    }

    /// The text at a span.
    pub fn source(&self, span: Span) -> &'a str {
        span.of(self.text)
    }
}

/// Parts of words that rules look for: a text without the part is not read for the word.
const PARTS: [&str; 4] = ["test", "pydantic", "fixture", "datetime"];

/// What a block assigns to a name, in order; none for what is no plain assignment.
fn assignments<'a>(body: &'a [ast::Stmt], name: &str, found: &mut Vec<Option<&'a Expr>>) {
    let is_it = |target: &Expr| matches!(target, Expr::Name(target) if target.id.as_str() == name);
    for stmt in body {
        match stmt {
            ast::Stmt::Assign(assign) if assign.targets.iter().any(is_it) => found.push(Some(&assign.value)),
            ast::Stmt::AnnAssign(assign) if is_it(&assign.target) => found.push(assign.value.as_deref()),
            other if bound(other).contains(&name) => {
                let before = found.len();
                deeper(|| blocks(other, &mut |inner| assignments(inner, name, found)));
                if found.len() == before {
                    found.push(None);
                }
            }
            _ => {}
        }
    }
}

/// Builds a message from texts and spans: `text!["`", span, "` is naive"]`.
#[macro_export]
macro_rules! text {
    ($($piece:expr),* $(,)?) => { vec![$($crate::finding::Piece::from($piece)),*] };
}
