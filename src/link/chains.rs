//! Fixes that stand together over several files: classes whose `Config` builds on each other's, `__root__` models, those who
//! read them, and validators that run one after the other.
//!
//! A chain changes as a whole or not at all; where only a part of it was named, it is offered and not applied.

use super::index::File;
use super::judge::Judge;
use super::reads::{Of, note};
use super::value::{Ancestor, Symbol, Value};
use crate::fact::Binding;
use crate::finding::{Chain, Judged, Tie, Tied};
use crate::unit::Unit;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// All chains of a project, worked out when the first fix asks.
pub struct Chains<'l, 'a> {
    judge: &'l Judge<'a>,
    known: OnceLock<Known>,
}

#[derive(Default)]
struct Known {
    /// The chain of each class that holds something tied, or is read for it.
    of: FxHashMap<(Tied, Symbol), usize>,
    members: Vec<Members>,
}

/// What has to change in one step.
#[derive(Default)]
struct Members {
    /// Classes, with how much of each has to change.
    classes: BTreeMap<Symbol, usize>,
    /// Files that read what is tied, once for each read.
    reads: Vec<File>,
    /// Something that has moved already would change places with the rest.
    mixed: bool,
}

impl Members {
    /// Every place that has to change, as its file.
    fn files(&self) -> impl Iterator<Item = File> {
        let classes = self.classes.iter().flat_map(|(class, &count)| std::iter::repeat_n(class.file, count));
        classes.chain(self.reads.iter().copied())
    }
}

impl<'l, 'a> Chains<'l, 'a> {
    /// Nothing is worked out yet.
    pub fn new(judge: &'l Judge<'a>) -> Self {
        Chains { judge, known: OnceLock::new() }
    }

    /// The chain that a tie belongs to; `None` where the class stands alone.
    pub fn of(&self, tie: &Tie, file: File) -> Option<Chain> {
        let class = class_of(&self.judge.values.eval(&tie.of, file))?;
        let known = self.known.get_or_init(|| known(self.judge));
        let &index = known.of.get(&(tie.by, class))?;
        let members = &known.members[index];
        let stands = members.files().count() > 1 || members.mixed;
        stands.then(|| Chain { id: index.to_string(), by: tie.by, complete: true })
    }

    /// Takes the fixes of chains away that cannot change as a whole, and marks those of which only a part was named.
    pub fn settle(&self, findings: &mut [Judged], shown: &[File]) {
        let Some(known) = self.known.get() else { return };
        let shown: BTreeSet<File> = shown.iter().copied().collect();
        let mut offered: BTreeMap<String, (usize, bool)> = BTreeMap::new();
        for finding in findings.iter() {
            let chain = finding.fix.as_ref().and_then(|fix| fix.chain.as_ref()).map(|chain| &chain.id);
            // What raises counts as moved: a person has to write it anew in any case.
            if let Some(id) = chain.or(finding.aside.as_ref()) {
                let (count, safe) = offered.entry(id.clone()).or_insert((0, true));
                *count += 1;
                *safe &= finding.fix.as_ref().is_some_and(|fix| fix.safe);
            }
        }
        for finding in findings {
            let Some(fix) = &mut finding.fix else { continue };
            let Some(chain) = &mut fix.chain else { continue };
            let Some(members) = chain.id.parse().ok().and_then(|index: usize| known.members.get(index)) else {
                continue;
            };
            let (count, safe) = offered.get(&chain.id).copied().unwrap_or_default();
            let named = members.files().filter(|file| shown.contains(file)).count();
            let whole = count >= named && named == members.files().count();
            chain.complete = whole;
            fix.restores |= fix.safe;
            fix.safe &= safe && whole && !members.mixed;
            if whole {
                continue;
            }
            let others = self.together(chain.by, members);
            if chain.by != Tied::Validators && count < named {
                finding.fix = None;
                finding.help = Some(others);
            } else {
                finding.help.get_or_insert(others);
            }
        }
    }

    fn together(&self, by: Tied, members: &Members) -> String {
        let index = self.judge.values.index;
        let mut places: Vec<String> =
            members.classes.keys().map(|class| format!("`{}` ({})", class.name, index.path(class.file))).collect();
        let readers: BTreeSet<&str> = members.reads.iter().map(|file| index.path(*file)).collect();
        places.extend(readers.into_iter().map(|path| format!("what reads it in {path}")));
        if places.len() > 4 {
            let more = places.len() - 3;
            places.truncate(3);
            places.push(format!("{more} more"));
        }
        let places = places.join(", ");
        match by {
            Tied::Validators => {
                format!("validators of one field run in order, so all of these change together: {places}")
            }
            Tied::Config | Tied::Root => format!("these change in one step or not at all: {places}"),
        }
    }
}

fn class_of(value: &Value) -> Option<Symbol> {
    match value {
        Value::Class(class, _) => Some(class.clone()),
        Value::Instance(class) => class_of(class),
        _ => None,
    }
}

/// Joins classes that build on each other and those that somebody reads.
fn known(judge: &Judge) -> Known {
    let mut joined = Joined::default();
    attributes(judge, &mut joined);
    validators(judge, &mut joined);
    joined.known()
}

/// `Config` and `__root__`, in classes and wherever they are read.
fn attributes(judge: &Judge, joined: &mut Joined) {
    let values = judge.values;
    let mut nodes: Vec<(Tied, Symbol)> = Vec::new();
    note(Of::Whole, "");
    let holding =
        ["Config", "__root__"].map(|attr| values.units.saying(Of::Definers, attr).collect::<BTreeMap<_, _>>());
    let holding: BTreeMap<File, &Unit> = holding.into_iter().flatten().collect();
    for (file, unit) in holding {
        for (name, bindings) in &unit.facts.symbols {
            let Some((class, attr)) = name.rsplit_once('.') else { continue };
            let by = match attr {
                "Config" if bindings.iter().any(|binding| matches!(binding, Binding::Class(_))) => Tied::Config,
                "__root__" => Tied::Root,
                _ => continue,
            };
            let class = Symbol { file, name: class.to_owned() };
            if values.class(&class).is_some() {
                nodes.push((by, class));
            }
        }
    }
    for (by, class) in &nodes {
        let own = joined.place(*by, class);
        joined.members[own].classes.insert(class.clone(), 1);
        if *by != Tied::Config {
            continue;
        }
        let inner = Symbol { file: class.file, name: format!("{}.Config", class.name) };
        for ancestor in values.order(&inner).iter().skip(1) {
            if let Ancestor::Project(other) = ancestor
                && let Some(owner) = other.name.strip_suffix(".Config")
            {
                let other = joined.place(*by, &Symbol { file: other.file, name: owner.to_owned() });
                joined.join(own, other);
            }
        }
    }
    let orders: Vec<_> = nodes.iter().map(|(_, node)| values.order(node)).collect();
    for (file, unit) in values.units.saying(Of::Tied, "") {
        for (by, of) in &unit.facts.reads {
            let Some(class) = class_of(&values.eval(of, file)) else { continue };
            let read = joined.place(*by, &class);
            joined.members[read].reads.push(file);
            let (own, above) = (Ancestor::Project(class.clone()), values.order(&class));
            for ((other, node), order) in nodes.iter().zip(&orders) {
                let related = || order.contains(&own) || above.contains(&Ancestor::Project(node.clone()));
                if other == by && related() {
                    let node = joined.place(*by, node);
                    joined.join(read, node);
                }
            }
        }
    }
}

/// A class with the fields that its V1 validators name.
struct Validating<'a> {
    class: Symbol,
    fields: BTreeSet<&'a str>,
    /// One of them looks at the whole model.
    root: bool,
}

impl Validating<'_> {
    /// Whether two classes have validators that run one after the other.
    fn meets(&self, other: &Validating) -> bool {
        let every = |one: &Validating, other: &Validating| one.fields.contains("*") && !other.fields.is_empty();
        self.root && other.root
            || every(self, other)
            || every(other, self)
            || self.fields.intersection(&other.fields).next().is_some()
    }
}

/// V2 runs its own validators before those of V1: what is left of them changes places with what has moved.
fn validators(judge: &Judge, joined: &mut Joined) {
    let values = judge.values;
    let mut all: Vec<Validating> = Vec::new();
    let mut v2: Vec<Validating> = Vec::new();
    note(Of::Whole, "");
    for (file, unit) in values.units.saying(Of::Validating, "") {
        for (name, bindings) in &unit.facts.symbols {
            let [Binding::Class(fact)] = bindings.as_slice() else { continue };
            if fact.validators.is_empty() {
                continue;
            }
            let made_by = |by, names: [&str; 2]| match values.eval(by, file) {
                Value::External(path, _) => names.contains(&path.as_str()),
                _ => false,
            };
            let class = Symbol { file, name: name.clone() };
            let of = |names: [&str; 2]| {
                let found: Vec<_> = fact.validators.iter().filter(|one| made_by(&one.by, names)).collect();
                let fields = found.iter().flat_map(|one| &one.fields).map(String::as_str).collect();
                let root = found.iter().any(|one| one.fields.is_empty());
                (found.len(), Validating { class: class.clone(), fields, root })
            };
            let (moved, new) = of(["pydantic.field_validator", "pydantic.model_validator"]);
            let (left, old) = of(["pydantic.validator", "pydantic.root_validator"]);
            if left > 0 {
                let own = joined.place(Tied::Validators, &class);
                joined.members[own].classes.insert(class.clone(), left);
                joined.members[own].mixed |= old.meets(&new);
                all.push(old);
            }
            if moved > 0 {
                v2.push(new);
            }
        }
    }
    let by_class: FxHashMap<&Symbol, &Validating> = all.iter().map(|one| (&one.class, one)).collect();
    for low in &all {
        for ancestor in values.order(&low.class).iter().skip(1) {
            let Ancestor::Project(high) = ancestor else { continue };
            let Some(high) = by_class.get(high).filter(|high| low.meets(high)) else { continue };
            let (one, other) =
                (joined.place(Tied::Validators, &low.class), joined.place(Tied::Validators, &high.class));
            joined.join(one, other);
        }
    }
    // What has moved above runs behind what is left below, and in front of it once that has moved, too: whole models alone, because
    // those of fields are sorted by pydantic.
    let moved: FxHashMap<&Symbol, &Validating> = v2.iter().map(|one| (&one.class, one)).collect();
    for low in all.iter().filter(|low| low.root) {
        for ancestor in values.order(&low.class).iter().skip(1) {
            let Ancestor::Project(high) = ancestor else { continue };
            if moved.get(high).is_some_and(|high| high.root) {
                let low = joined.place(Tied::Validators, &low.class);
                joined.members[low].mixed = true;
            }
        }
    }
    // A subclass that has moved runs its validators before those that it inherits from a class that has not.
    for low in &v2 {
        for ancestor in values.order(&low.class).iter().skip(1) {
            let Ancestor::Project(high) = ancestor else { continue };
            if by_class.get(high).is_some_and(|high| low.meets(high)) {
                let high = joined.place(Tied::Validators, high);
                joined.members[high].mixed = true;
            }
        }
    }
}

/// Sets that are joined step by step.
#[derive(Default)]
struct Joined {
    places: FxHashMap<(Tied, Symbol), usize>,
    parents: Vec<usize>,
    members: Vec<Members>,
}

impl Joined {
    fn place(&mut self, by: Tied, class: &Symbol) -> usize {
        let fresh = self.parents.len();
        let place = *self.places.entry((by, class.clone())).or_insert(fresh);
        if place == fresh {
            self.parents.push(fresh);
            self.members.push(Members::default());
        }
        place
    }

    fn root(&self, mut place: usize) -> usize {
        while self.parents[place] != place {
            place = self.parents[place];
        }
        place
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        let (low, high) = (one.min(other), one.max(other));
        self.parents[high] = low;
    }

    fn known(self) -> Known {
        let roots: Vec<usize> = (0..self.parents.len()).map(|place| self.root(place)).collect();
        let of = self.places.into_iter().map(|(key, place)| (key, roots[place])).collect();
        let mut members: Vec<Members> = roots.iter().map(|_| Members::default()).collect();
        for (own, root) in self.members.into_iter().zip(roots) {
            members[root].classes.extend(own.classes);
            members[root].reads.extend(own.reads);
            members[root].mixed |= own.mixed;
        }
        Known { of, members }
    }
}
