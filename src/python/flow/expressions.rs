//! Expressions and patterns: reads, walruses, comprehensions, lambdas, and what a test says of a name.
//!
//! Order of evaluation is Python's.

use super::super::ast::{self, Expr, Ranged};
use super::super::deeper;
use super::super::walk::children;
use super::{Def, Narrow, Walk};
use std::rc::Rc;

impl<'a> Walk<'a> {
    pub(super) fn pattern(&mut self, pattern: &'a ast::Pattern) {
        let offset = pattern.start().to_u32();
        match pattern {
            ast::Pattern::MatchValue(value) => self.expr(&value.value),
            ast::Pattern::MatchSingleton(_) => {}
            ast::Pattern::MatchSequence(sequence) => sequence.patterns.iter().for_each(|p| self.pattern(p)),
            ast::Pattern::MatchMapping(mapping) => {
                mapping.patterns.iter().for_each(|p| self.pattern(p));
                if let Some(rest) = &mapping.rest {
                    self.bind(rest.as_str(), Def::Opaque(offset));
                }
            }
            ast::Pattern::MatchClass(class) => {
                self.expr(&class.cls);
                class.arguments.patterns.iter().for_each(|p| self.pattern(p));
                class.arguments.keywords.iter().for_each(|k| self.pattern(&k.pattern));
            }
            ast::Pattern::MatchStar(star) => {
                if let Some(name) = &star.name {
                    self.bind(name.as_str(), Def::Opaque(offset));
                }
            }
            ast::Pattern::MatchAs(as_) => {
                if let Some(pattern) = &as_.pattern {
                    self.pattern(pattern);
                }
                if let Some(name) = &as_.name {
                    let def = match as_.pattern.as_deref() {
                        Some(ast::Pattern::MatchClass(class)) => Def::Except(&class.cls),
                        _ => Def::Opaque(offset),
                    };
                    self.bind(name.as_str(), def);
                }
            }
            ast::Pattern::MatchOr(or) => or.patterns.iter().for_each(|p| self.pattern(p)),
        }
    }

    pub(super) fn maybe(&mut self, expr: Option<&'a Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    pub(super) fn arguments(&mut self, arguments: &'a ast::Arguments) {
        arguments.args.iter().for_each(|arg| self.expr(arg));
        arguments.keywords.iter().for_each(|keyword| self.expr(&keyword.value));
    }

    pub(super) fn expr(&mut self, expr: &'a Expr) {
        deeper(|| self.expr_inner(expr));
    }

    fn expr_inner(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => self.read(name),
            Expr::Named(named) => {
                self.expr(&named.value);
                self.target(&named.target, &|path| Def::Assign(&named.value, path), &[]);
                if let Expr::Name(name) = &*named.target {
                    self.walruses.push((name.id.as_str(), Def::Assign(&named.value, Rc::new([]))));
                }
            }
            Expr::BoolOp(op) => {
                let truth = op.op == ast::BoolOp::And;
                let mut ends = Vec::new();
                for value in &op.values {
                    self.expr(value);
                    ends.extend(self.env.clone());
                    self.narrow(value, truth);
                }
                self.env = None;
                self.rejoin(ends);
            }
            Expr::If(if_) => {
                self.expr(&if_.test);
                let before = self.env.clone();
                self.narrow(&if_.test, true);
                self.expr(&if_.body);
                self.env.clone_from(&before);
                self.narrow(&if_.test, false);
                self.expr(&if_.orelse);
                self.env = before;
            }
            Expr::Lambda(lambda) => self.lambda(lambda, &|_| None),
            Expr::ListComp(comp) => self.comprehension(&comp.generators, &[&comp.elt]),
            Expr::SetComp(comp) => self.comprehension(&comp.generators, &[&comp.elt]),
            Expr::Generator(comp) => self.comprehension(&comp.generators, &[&comp.elt]),
            Expr::DictComp(comp) => match &comp.key {
                Some(key) => self.comprehension(&comp.generators, &[key, &comp.value]),
                None => self.comprehension(&comp.generators, &[&comp.value]),
            },
            Expr::Attribute(attribute) => self.expr(&attribute.value),
            Expr::Call(call) => self.call(call),
            other => children(other, &mut |child| self.expr(child)),
        }
    }

    fn read(&mut self, name: &'a ast::ExprName) {
        let id = name.id.as_str();
        let offset = name.start().to_u32();
        let reaches = self.env.as_ref().and_then(|env| env.get(id)).cloned();
        let inner = self.lambdas + self.comprehensions > 0;
        if self.in_class && inner && !self.inner.contains(&id) {
            self.flow.outside.insert(offset);
        } else if self.lambdas > 0 && !self.inner.contains(&id) {
            self.late.push((offset, id));
        } else if let Some(defs) = reaches {
            self.flow.uses.insert(offset, defs);
        }
    }

    /// A call; where it says what a lambda in it is called with, the lambda's parameters are known.
    fn call(&mut self, call: &'a ast::ExprCall) {
        let plain = |expr: &Expr| !matches!(expr, Expr::Starred(_));
        let args: &'a [Expr] = &call.arguments.args;
        let all_plain = args.iter().all(plain);
        if let Expr::Lambda(lambda) = &*call.func {
            self.arguments(&call.arguments);
            let given = |index: usize| args.get(index).map(|arg| Def::Assign(arg, Rc::new([])));
            return self.lambda(lambda, &|index| given(index).filter(|_| all_plain));
        }
        self.expr(&call.func);
        let called = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            _ => "",
        };
        let each = |of: Option<&'a Expr>| of.map(|of| Def::Each(called, of)).filter(|_| all_plain);
        for arg in args {
            match (called, arg) {
                ("map" | "filter", Expr::Lambda(lambda)) => self.lambda(lambda, &|index| each(args.get(index + 1))),
                (_, arg) => self.expr(arg),
            }
        }
        for keyword in &call.arguments.keywords {
            let is_key = keyword.arg.as_ref().is_some_and(|name| name.as_str() == "key");
            match (called, &keyword.value, &*call.func) {
                ("sorted" | "min" | "max", Expr::Lambda(lambda), _) if is_key && args.len() == 1 => {
                    self.lambda(lambda, &|index| each(args.first().filter(|_| index == 0)));
                }
                (_, Expr::Lambda(lambda), Expr::Attribute(method)) if is_key && method.attr.as_str() == "sort" => {
                    let item = || Def::Item(&method.value, Rc::new([]));
                    self.lambda(lambda, &|index| (index == 0).then(item));
                }
                (_, value, _) => self.expr(value),
            }
        }
    }

    /// A lambda whose parameters are bound to what is `given` at each position.
    fn lambda(&mut self, lambda: &'a ast::ExprLambda, given: &dyn Fn(usize) -> Option<Def<'a>>) {
        let before = self.env.clone();
        let known = self.inner.len();
        if let Some(parameters) = &lambda.parameters {
            for parameter in parameters.iter_non_variadic_params() {
                self.maybe(parameter.default.as_deref());
            }
            let positional = parameters.posonlyargs.len() + parameters.args.len();
            for (index, parameter) in parameters.iter().enumerate() {
                let opaque = || Def::Opaque(parameter.name().start().to_u32());
                let def = given(index).filter(|_| index < positional).unwrap_or_else(opaque);
                self.hide(parameter.name().as_str(), def);
            }
        }
        self.lambdas += 1;
        self.expr(&lambda.body);
        self.lambdas -= 1;
        self.inner.truncate(known);
        self.env = before;
    }

    /// A name that means something else for a while, without being bound in the block.
    fn hide(&mut self, name: &'a str, def: Def<'a>) {
        self.inner.push(name);
        if let Some(env) = &mut self.env {
            env.insert(name, Rc::new(vec![def]));
        }
    }

    fn comprehension(&mut self, generators: &'a [ast::Comprehension], results: &[&'a Expr]) {
        let Some(first) = generators.first() else { return };
        self.expr(&first.iter);
        let before = self.env.clone();
        let (known, bound) = (self.inner.len(), self.walruses.len());
        self.comprehensions += 1;
        for (index, generator) in generators.iter().enumerate() {
            if index > 0 {
                self.expr(&generator.iter);
            }
            let mut names = Vec::new();
            targets(&generator.target, &mut Vec::new(), &mut names);
            for (name, path) in names {
                let def = match path {
                    Some(path) => Def::Item(&generator.iter, path.into()),
                    None => Def::Opaque(generator.start().to_u32()),
                };
                self.hide(name, def);
            }
            for test in &generator.ifs {
                self.expr(test);
                self.narrow(test, true);
            }
        }
        for result in results {
            self.expr(result);
        }
        self.comprehensions -= 1;
        self.inner.truncate(known);
        self.env = before;
        // A walrus in a comprehension binds outside of it, as often as there are items.
        if let Some(env) = &mut self.env {
            for (name, def) in &self.walruses[bound..] {
                let mut all: Vec<Def<'a>> = env.get(name).map(|defs| defs.to_vec()).unwrap_or_default();
                all.push(def.clone());
                env.insert(name, Rc::new(all));
            }
        }
    }

    /// Takes what `test` says of local names into the environment, where it was found to be `truth`.
    pub(super) fn narrow(&mut self, test: &'a Expr, truth: bool) {
        match test {
            Expr::UnaryOp(unary) if unary.op == ast::UnaryOp::Not => deeper(|| self.narrow(&unary.operand, !truth)),
            Expr::BoolOp(op) if (op.op == ast::BoolOp::And) == truth => {
                op.values.iter().for_each(|value| deeper(|| self.narrow(value, truth)));
            }
            Expr::Call(call) => {
                let Expr::Name(function) = &*call.func else { return };
                let [Expr::Name(name), to] = &*call.arguments.args else { return };
                let class = match function.id.as_str() {
                    "isinstance" => false,
                    "issubclass" => true,
                    _ => return,
                };
                let Some(env) = &mut self.env else { return };
                let Some(of) = env.get(name.id.as_str()).cloned() else { return };
                let narrow = Def::Narrow(Rc::new(Narrow { class, of, to, is: truth }));
                env.insert(name.id.as_str(), Rc::new(vec![narrow]));
            }
            _ => {}
        }
    }
}

type Bound<'a> = (&'a str, Option<Vec<u32>>);

fn targets<'a>(target: &'a Expr, path: &mut Vec<u32>, out: &mut Vec<Bound<'a>>) {
    match target {
        Expr::Name(name) => out.push((name.id.as_str(), Some(path.clone()))),
        Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
            for (index, element) in elts.iter().enumerate() {
                path.push(index as u32);
                targets(element, path, out);
                path.pop();
            }
        }
        Expr::Starred(starred) => {
            if let Expr::Name(name) = &*starred.value {
                out.push((name.id.as_str(), None));
            }
        }
        _ => {}
    }
}
