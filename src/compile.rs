//! Turns the bytes of one file into a `Unit`.
//!
//! Never reads a path, a clock or the configuration, so equal bytes give equal units.

mod document;

use crate::document::Document;
use crate::fact::Facts;
use crate::finding::{Claim, Finding};
use crate::page::Page;
use crate::python::ast::visitor::source_order::{self, SourceOrderVisitor, TraversalSignal};
use crate::python::ast::{self, AnyNodeRef, Expr, Stmt};
use crate::python::broken::{self, Broken};
use crate::python::types::Types;
use crate::python::{self, Block, Scope, Tree, bind, deeper, ignores, steps, told};
use crate::record::Packed;
use crate::rule::{Check, Cx, Definitions};
use crate::rules;
use crate::secrets;
use crate::text::{Span, Trouble, decode};
use crate::unit::{Kind, Syntax, Unit};
use aho_corasick::AhoCorasick;
use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::LazyLock;

/// Compiles one file.
pub fn compile(bytes: &[u8], kind: Kind, definitions: &Definitions) -> Unit {
    compile_by(&ALL, bytes, kind, definitions)
}

/// Compiles one file by some of the rules: what a family costs is measured with it.
pub fn compile_by(rules: &'static Rules, bytes: &[u8], kind: Kind, definitions: &Definitions) -> Unit {
    if is_pointer(bytes) {
        // What it stands for is not here: absence proves nothing.
        return Unit::unknown();
    }
    if let Kind::Text(syntax) = kind {
        return document::compile(rules, bytes, syntax, definitions);
    }
    let source = decode(bytes);
    let text = &*source.text;
    let too_deep = broken::too_deep(text);
    let tree = python::parse(if too_deep.is_some() { "" } else { text }, kind);
    let mut places = Vec::from_iter(too_deep);
    let is_refused = source.trouble.as_ref().is_some_and(|trouble| !tree.takes(text, trouble));
    if !is_refused && places.is_empty() && tree.is_broken() {
        places = tree.broken_places(text);
    }
    let is_broken = is_refused || !places.is_empty();

    let Walked { mut findings, facts, mut secrets, deepest } =
        walk(rules, text, kind, &tree, places, source.trouble.as_ref(), definitions);
    if is_broken {
        let masked = secrets::mask_lexically(text);
        secrets.extend(masked.into_iter().map(|(start, end)| Span::new(start as u32, end as u32)));
    }
    secrets.extend(elsewhere(text, &secrets));
    secrets.sort();
    secrets.dedup();
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    let ignores = ignores::ignores(&tree, text);
    tree.free(deepest);
    Unit {
        findings: Claim::of(findings),
        facts,
        ignores,
        secrets,
        broken: is_broken,
        unwritable: source.trouble.is_some(),
        generated: is_generated(text),
        skipped: false,
    }
}

/// Whether a file is what git's extension for large files leaves in place of one, where nobody fetched it.
pub fn is_pointer(bytes: &[u8]) -> bool {
    bytes.len() < 1024 && bytes.starts_with(b"version https://git-lfs.github.com/spec/")
}

struct Walked {
    findings: Vec<Finding>,
    facts: Facts,
    secrets: Vec<Span>,
    deepest: usize,
}

/// Runs every rule over the tree.
fn walk<'a>(
    rules: &'static Rules,
    text: &'a str,
    kind: Kind,
    tree: &'a Tree,
    broken: Vec<Broken>,
    trouble: Option<&'a Trouble>,
    definitions: &'a Definitions,
) -> Walked {
    let types = Rc::new(Types::new(text));
    let mut facts = bind::facts(tree.body(), &types);
    // What grew name by name is half empty.
    facts.symbols = std::mem::take(&mut facts.symbols).into_iter().collect();
    facts.steps = Packed::of(&steps::steps(tree));
    let cx = Cx { trouble, broken, ..context(text, kind, tree, types, definitions) };
    let mut walk = Walk { rules, cx, facts: &mut facts, depth: 0, deepest: 0 };
    for &(code, check) in &rules.file {
        walk.cx.code = code;
        check(&mut walk.cx, tree);
    }
    walk.visit_body(tree.body());
    walk.facts.registers_marks = walk.cx.mentions("def pytest_");
    walk.facts.speaks_of_tests = walk.cx.speaks_of_tests();
    let Walk { cx, deepest, .. } = walk;
    Walked { findings: cx.findings, facts, secrets: cx.secrets, deepest }
}

/// A file at hand, of which nothing is known yet.
fn context<'a>(
    text: &'a str,
    kind: Kind,
    tree: &'a Tree,
    types: Rc<Types<'a>>,
    definitions: &'a Definitions,
) -> Cx<'a> {
    Cx {
        text,
        kind,
        tree,
        types,
        scopes: vec![Scope::module(tree.body())],
        ancestors: Vec::new(),
        definitions,
        trouble: None,
        broken: Vec::new(),
        faults: OnceCell::new(),
        callables: OnceCell::new(),
        imports: OnceCell::new(),
        mentioned: OnceCell::new(),
        words: RefCell::default(),
        findings: Vec::new(),
        secrets: Vec::new(),
        code: "",
    }
}

fn order(finding: &Finding) -> (Span, &str) {
    (finding.span, &finding.code.0)
}

/// Where a value that is known to be a secret stands again: a frame or a diff around that place must not show it.
fn elsewhere(text: &str, secrets: &[Span]) -> Vec<Span> {
    // Long values are looked for by their beginning, and compared from there: a table over all of a megabyte is larger than memory.
    const BEGINNING: usize = 64;
    let mut values: Vec<&[u8]> =
        secrets.iter().map(|span| span.of(text).as_bytes()).filter(|value| value.len() >= 8).collect();
    values.sort();
    values.dedup_by_key(|value| &value[..value.len().min(BEGINNING)]);
    if values.is_empty() || values.len() > 1_000 {
        return Vec::new();
    }
    let beginnings = values.iter().map(|value| &value[..value.len().min(BEGINNING)]);
    let Ok(automaton) = AhoCorasick::new(beginnings) else { return Vec::new() };
    let mut seen = vec![0; values.len()];
    let mut found = Vec::new();
    for hit in automaton.find_overlapping_iter(text) {
        let which = hit.pattern().as_usize();
        if hit.start() < seen[which] {
            continue;
        }
        let same = text.as_bytes()[hit.start()..].iter().zip(values[which]).take_while(|(a, b)| a == b).count();
        let end = text.ceil_char_boundary(hit.start() + same);
        seen[which] = end;
        found.push(Span::new(hit.start() as u32, end as u32));
    }
    found
}

/// Whether the first lines say that a program wrote the file.
fn is_generated(text: &str) -> bool {
    static MARKS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let marks = ["generated by", "do not edit", "autogenerated", "auto-generated", "@generated"];
        AhoCorasick::builder().ascii_case_insensitive(true).build(marks).ok()
    });
    let mut comments = text.lines().take(10).filter(|line| line.starts_with('#') || line.starts_with("\"\"\""));
    comments.any(|line| MARKS.as_ref().is_some_and(|marks| marks.is_match(line)))
}

type Checks<F> = Vec<(&'static str, F)>;

/// Rules by what they want to be called for.
#[derive(Default)]
pub struct Rules {
    file: Checks<fn(&mut Cx<'_>, &Tree)>,
    class: Checks<for<'a> fn(&mut Cx<'a>, &'a ast::StmtClassDef)>,
    function: Checks<for<'a> fn(&mut Cx<'a>, &'a ast::StmtFunctionDef)>,
    call: Checks<for<'a> fn(&mut Cx<'a>, &'a ast::ExprCall)>,
    attribute: Checks<for<'a> fn(&mut Cx<'a>, &'a ast::ExprAttribute)>,
    literal: Checks<for<'a> fn(&mut Cx<'a>, &'a Expr)>,
    operation: Checks<for<'a> fn(&mut Cx<'a>, &'a Expr)>,
    name: Checks<for<'a> fn(&mut Cx<'a>, &'a ast::ExprName)>,
    text: Checks<fn(&mut Cx<'_>, &Document, Syntax)>,
}

static ALL: LazyLock<Rules> = LazyLock::new(|| Rules::of(|_| true));

impl Rules {
    /// The rules whose pages are wanted.
    pub fn of(wanted: impl Fn(&Page) -> bool) -> Rules {
        let mut all = Rules::default();
        for rule in rules::all().iter().filter(|rule| wanted(&rule.page)) {
            all.add(&rule.page.code, rule.check);
        }
        all
    }

    fn add(&mut self, code: &'static str, check: Check) {
        match check {
            Check::File(check) => self.file.push((code, check)),
            Check::Class(check) => self.class.push((code, check)),
            Check::Function(check) => self.function.push((code, check)),
            Check::Call(check) => self.call.push((code, check)),
            Check::Attribute(check) => self.attribute.push((code, check)),
            Check::Literal(check) => self.literal.push((code, check)),
            Check::Operation(check) => self.operation.push((code, check)),
            Check::Name(check) => self.name.push((code, check)),
            Check::Text(check) => self.text.push((code, check)),
            Check::Several(checks) => checks.iter().for_each(|check| self.add(code, *check)),
            Check::Link => {}
        }
    }
}

struct Walk<'f, 'a> {
    rules: &'static Rules,
    cx: Cx<'a>,
    facts: &'f mut Facts,
    depth: usize,
    deepest: usize,
}

impl<'a> Walk<'_, 'a> {
    fn inside(&mut self, block: Block<'a>, body: &'a [Stmt]) {
        if let Some(scope) = self.cx.scopes.last().map(|scope| scope.child(block)) {
            self.cx.scopes.push(scope);
            self.visit_body(body);
            self.cx.scopes.pop();
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for Walk<'_, 'a> {
    fn enter_node(&mut self, node: AnyNodeRef<'a>) -> TraversalSignal {
        self.cx.ancestors.push(node);
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        TraversalSignal::Traverse
    }

    fn leave_node(&mut self, _node: AnyNodeRef<'a>) {
        self.cx.ancestors.pop();
        self.depth -= 1;
    }

    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        deeper(|| match stmt {
            Stmt::FunctionDef(function) => {
                for &(code, check) in &self.rules.function {
                    self.cx.code = code;
                    check(&mut self.cx, function);
                }
                let node = AnyNodeRef::from(function);
                self.enter_node(node);
                for decorator in &function.decorator_list {
                    self.visit_decorator(decorator);
                }
                if let Some(parameters) = &function.type_params {
                    self.visit_type_params(parameters);
                }
                self.visit_parameters(&function.parameters);
                if let Some(returns) = &function.returns {
                    self.visit_annotation(returns);
                }
                self.inside(Block::Function(function), &function.body);
                self.leave_node(node);
            }
            Stmt::ClassDef(class) => {
                for &(code, check) in &self.rules.class {
                    self.cx.code = code;
                    check(&mut self.cx, class);
                }
                let node = AnyNodeRef::from(class);
                self.enter_node(node);
                for decorator in &class.decorator_list {
                    self.visit_decorator(decorator);
                }
                if let Some(parameters) = &class.type_params {
                    self.visit_type_params(parameters);
                }
                let reads = self.facts.reads.len();
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                // `class Config(Base.Config)` builds on the other and is rewritten with it.
                if class.name.as_str() == "Config" {
                    self.facts.reads.truncate(reads);
                }
                self.inside(Block::Class(class), &class.body);
                self.leave_node(node);
            }
            other => source_order::walk_stmt(self, other),
        });
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        deeper(|| {
            let parent = self.cx.ancestors.last().copied();
            told::expression(self.facts, expr, parent, &self.cx.types, &self.cx.scopes);
            match expr {
                Expr::Call(call) => {
                    for &(code, check) in &self.rules.call {
                        self.cx.code = code;
                        check(&mut self.cx, call);
                    }
                }
                Expr::Attribute(attribute) => {
                    for &(code, check) in &self.rules.attribute {
                        self.cx.code = code;
                        check(&mut self.cx, attribute);
                    }
                }
                Expr::Name(name) => {
                    for &(code, check) in &self.rules.name {
                        self.cx.code = code;
                        check(&mut self.cx, name);
                    }
                }
                Expr::BinOp(_) | Expr::Compare(_) => {
                    for &(code, check) in &self.rules.operation {
                        self.cx.code = code;
                        check(&mut self.cx, expr);
                    }
                }
                Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::FString(_) => {
                    for &(code, check) in &self.rules.literal {
                        self.cx.code = code;
                        check(&mut self.cx, expr);
                    }
                }
                _ => {}
            }
            source_order::walk_expr(self, expr);
        });
    }

    fn visit_identifier(&mut self, _identifier: &'a ast::Identifier) {}
}
