//! What other classes make of a class: subclasses that define a method themselves, tests that patch it, fields that hold it.

use super::index::File;
use super::judge::Judge;
use super::reads::{Of, note};
use super::value::{Ancestor, Symbol, Value};
use crate::fact::{Binding, Name, Patch, TypeExpr, Verdict};
use std::sync::OnceLock;

/// What is collected from all units, once somebody asks.
#[derive(Default)]
pub struct Others<'a> {
    /// Classes with several bases.
    joined: OnceLock<Vec<Symbol>>,
    /// The annotations of attributes.
    annotations: OnceLock<Vec<(&'a TypeExpr, File)>>,
}

impl<'a> Judge<'a> {
    /// Whether something else than what the class itself has may stand under `attr` at run time: a subclass defines it, a class beside it
    /// comes first, or somebody patches it.
    pub(super) fn overridden(&self, value: &Value, attr: &str) -> Verdict {
        let class = match value {
            Value::Instance(class) => &**class,
            other => other,
        };
        let wanted = match class {
            Value::Class(symbol, _) => Ancestor::Project(symbol.clone()),
            Value::External(path, _) => Ancestor::External(path.clone()),
            Value::Super(class) => return self.overridden_above(class, attr),
            _ => return Verdict::Unknown,
        };
        if self.is_patched(&wanted, attr) {
            return Verdict::Yes;
        }
        let definers = self.definers(attr);
        // Going up the order of the class itself says nothing of its subclasses.
        let below = |definer: &Symbol| match &wanted {
            Ancestor::Project(own) => own != definer && self.values.order(definer).contains(&wanted),
            _ => self.values.order(definer).contains(&wanted),
        };
        if definers.iter().any(below) {
            return Verdict::Yes;
        }
        // A class that puts one of them in front of this one, as in `class D(Mixin, Order)`.
        let beside: Vec<Ancestor> = definers.iter().cloned().map(Ancestor::Project).collect();
        let puts = |class: &Symbol| {
            let order = self.values.order(class);
            order
                .iter()
                .position(|one| *one == wanted)
                .is_some_and(|at| order[..at].iter().any(|one| beside.contains(one)))
        };
        Verdict::from_bool(!beside.is_empty() && self.joined().iter().any(puts))
    }

    /// `super()` goes past every subclass, and in one with several bases to classes that the one around it does not know. A new name is
    /// looked up from the instance's own class.
    fn overridden_above(&self, class: &Symbol, attr: &str) -> Verdict {
        let own = Ancestor::Project(class.clone());
        let classes = self.definers(attr);
        if classes.is_empty() {
            return Verdict::No;
        }
        let definers: Vec<Ancestor> = classes.iter().cloned().map(Ancestor::Project).collect();
        let anywhere = attr.starts_with("model_");
        let meets = |candidate: &Symbol| {
            let order = self.values.order(candidate);
            let Some(at) = order.iter().position(|one| *one == own) else { return false };
            let from = if anywhere { 0 } else { at + 1 };
            order[from..].iter().any(|one| definers.contains(one))
        };
        Verdict::from_bool(classes.iter().chain(self.joined()).chain([class]).any(meets))
    }

    /// The classes that define an attribute themselves. A validator that takes the place of one of its name is one, too, and does what
    /// it should.
    fn definers(&self, attr: &str) -> Vec<Symbol> {
        let is_validator = |class: &&Symbol| {
            self.values.class(class).is_some_and(|class| class.validators.iter().any(|one| one.name == attr))
        };
        self.values.definers(attr).iter().filter(|class| !is_validator(class)).cloned().collect()
    }

    /// The classes with more than one base.
    fn joined(&self) -> &[Symbol] {
        note(Of::Joined, "");
        self.others.joined.get_or_init(|| {
            let mut all = Vec::new();
            for (file, unit) in self.values.units.saying(Of::Joined, "") {
                for (name, bindings) in &unit.facts.symbols {
                    let several = |binding: &Binding| matches!(binding, Binding::Class(class) if class.bases.len() > 1);
                    if bindings.iter().any(several) {
                        all.push(Symbol { file, name: name.clone() });
                    }
                }
            }
            all
        })
    }

    /// What is set of a name from outside.
    pub(super) fn set_outside(&self, name: &str) -> impl Iterator<Item = (&'a Patch, File)> {
        note(Of::Patch, name);
        self.values.units.saying(Of::Patch, name).flat_map(move |(file, unit)| {
            let patches = unit.facts.patches.iter().filter(move |patch| patch.name == name);
            patches.map(move |patch| (patch, file))
        })
    }

    /// Whether anything gets an attribute of this name from outside, or a module attributes of names that are computed.
    pub(super) fn is_put(&self, name: &str, module: File) -> bool {
        let mut computed = self.set_outside("*").map(|(patch, from)| self.values.eval(&patch.of, from));
        self.set_outside(name).next().is_some()
            || computed.any(|of| matches!(of, Value::Module(of) if of == module) || of == Value::Unknown)
    }

    /// Whether an attribute of a class, of one above it or of one below it is set from outside.
    fn is_patched(&self, class: &Ancestor, attr: &str) -> bool {
        let related = |patched: &Value| match (patched, class) {
            (Value::Class(patched, _), Ancestor::Project(class)) => self.related(patched, class),
            (Value::Class(patched, _), class) => self.values.order(patched).contains(class),
            (Value::External(patched, _), Ancestor::Project(class)) => {
                self.values.order(class).contains(&Ancestor::External(patched.clone()))
            }
            (Value::External(patched, _), Ancestor::External(class)) => patched == class,
            _ => false,
        };
        self.set_outside(attr).any(|(patch, file)| self.patched_class(&patch.of, file).members().iter().any(related))
    }

    /// What a patch is of: `patch("app.models.Order.dict")` spells a class as if it were a module.
    fn patched_class(&self, of: &TypeExpr, file: File) -> Value {
        match of {
            TypeExpr::Name(Name::Import { level: 0, module, path }) if path.is_empty() => {
                match (self.values.eval(of, file), module.rsplit_once('.')) {
                    (module @ Value::Module(_), _) => module,
                    (_, Some((module, class))) => self.values.eval(&TypeExpr::import(module, class), file),
                    (other, None) => other,
                }
            }
            _ => self.values.eval(of, file),
        }
    }

    /// Whether the annotation of some attribute holds the class, one above it or one below it.
    pub(super) fn held(&self, value: &Value, in_union: bool) -> Verdict {
        let class = match value {
            Value::Instance(class) => &**class,
            other => other,
        };
        let Value::Class(class, _) = class else { return Verdict::Unknown };
        note(Of::Annotations, "");
        let annotations = self.others.annotations.get_or_init(|| {
            let mut all = Vec::new();
            for (file, unit) in self.values.units.saying(Of::Annotations, "") {
                let bindings =
                    unit.facts.symbols.iter().filter(|(name, _)| name.contains('.')).flat_map(|(_, all)| all);
                all.extend(bindings.filter_map(|binding| match binding {
                    Binding::Declared(annotation) => Some((annotation, file)),
                    _ => None,
                }));
            }
            all
        });
        let is = |part: &TypeExpr, file: File| match self.values.eval(part, file) {
            Value::Class(part, _) => self.related(&part, class),
            _ => false,
        };
        Verdict::from_bool(
            annotations.iter().any(|(annotation, file)| holds(annotation, !in_union, &|part| is(part, *file))),
        )
    }
}

/// Whether a part of an annotation is what is looked for; `counts` says that it stands where it matters, else only a union's members do.
fn holds(annotation: &TypeExpr, counts: bool, is: &dyn Fn(&TypeExpr) -> bool) -> bool {
    let several = |members: &[TypeExpr]| members.iter().filter(|one| **one != TypeExpr::None).count() > 1;
    match annotation {
        TypeExpr::Name(_) | TypeExpr::Attr(..) => counts && is(annotation),
        TypeExpr::Of(inner) => holds(inner, counts, is),
        TypeExpr::Union(members) => members.iter().any(|member| holds(member, counts || several(members), is)),
        TypeExpr::Subscript(of, args) => {
            let union = matches!(&**of, TypeExpr::Name(Name::Import { path, .. }) | TypeExpr::Attr(_, path) if path == "Union")
                || matches!(&**of, TypeExpr::Name(Name::Here(name)) if name == "Union");
            args.iter().any(|arg| holds(arg, counts || union && several(args), is))
        }
        _ => false,
    }
}
