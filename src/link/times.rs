//! What a project says of time: its own functions that give it, and whether its columns keep the zone.

use super::index::{self, File, Found};
use super::judge::Judge;
use super::project::plays;
use super::reads::{Of, Table, note};
use super::value::{Ancestor, Symbol, Value};
use crate::fact::{Binding, Clock, Column, Name, Role, TypeExpr, Verdict};
use rustc_hash::FxHashSet;

/// What is collected from all units, once somebody asks.
#[derive(Default)]
pub struct Times {
    /// Functions that give naive time in UTC.
    clocks: Table<Vec<Symbol>>,
    /// How many columns keep a time without its zone, and how many with it.
    columns: Table<(usize, usize)>,
}

impl Judge<'_> {
    /// The project's own function that gives the time in UTC: as it is configured, else the only one that gives a naive value
    /// and does nothing else. In a module
    /// that does not need the file itself; in the file (`here`) only for whoever calls it later.
    pub fn helper(&self, file: File, naive: bool, here: bool) -> Option<(String, String)> {
        let index = self.values.index;
        let path = index.path(file);
        let configured = self.project.settings.datetime_helper(path);
        let home = match &configured {
            Some((module, name)) => match index.import(file, 0, module) {
                Found::File(home) => Some(Symbol { file: home, name: name.clone() }),
                _ => None,
            },
            // An aware `now` is as short as any name for it.
            None if !naive => None,
            None => {
                let near = |one: &&Symbol| top(index.path(one.file)) == top(path);
                let mut near = self.clocks().iter().filter(near);
                near.next().filter(|_| near.next().is_none()).cloned()
            }
        }?;
        let bindings = self.values.units.of(home.file).facts.symbols.get(&home.name)?;
        // What is configured is naive, unless it is known to be aware.
        let is_aware = bindings.iter().any(|binding| match binding {
            Binding::Function(function) => function.clock.as_ref().is_some_and(|clock| !clock.naive),
            _ => false,
        });
        let calls_itself = bindings.iter().any(|binding| match binding {
            Binding::Function(function) => function.clock.as_ref().is_none_or(|clock| clock.zone.is_none()),
            _ => true,
        });
        let reachable = if home.file == file { here && !calls_itself } else { !self.reaches(home.file, file) };
        (is_aware != naive && reachable).then(|| (index.module_name(home.file), home.name))
    }

    /// Functions of the project that give naive time in UTC and do nothing else, tests excepted.
    fn clocks(&self) -> &[Symbol] {
        self.times.clocks.get(|| {
            note(Of::Clocks, "");
            note(Of::Paths, "");
            let mut all = Vec::new();
            for (file, unit) in self.values.units.saying(Of::Clocks, "") {
                let path = self.values.index.path(file);
                if [Role::Test, Role::Docs].iter().any(|role| plays(path, *role, unit.generated).is_yes()) {
                    continue;
                }
                for (name, bindings) in &unit.facts.symbols {
                    let [Binding::Function(function)] = bindings.as_slice() else { continue };
                    let Some(clock) = function.clock.as_ref().filter(|clock| clock.naive) else { continue };
                    if !name.contains('.') && !name.starts_with('_') && self.is_clock(clock, file) {
                        all.push(Symbol { file, name: name.clone() });
                    }
                }
            }
            all
        })
    }

    fn is_clock(&self, clock: &Clock, file: File) -> bool {
        let is = |of: &TypeExpr, paths: &[&str]| match self.values.eval(of, file) {
            Value::External(path, _) => paths.contains(&path.as_str()),
            _ => false,
        };
        let in_utc = |zone: &TypeExpr| is(zone, &["datetime.timezone.utc", "datetime.UTC"]);
        is(&clock.class, &["datetime.datetime"]) && clock.zone.as_ref().is_none_or(in_utc)
    }

    /// Whether importing one file leads to another, through whatever it imports.
    fn reaches(&self, from: File, to: File) -> bool {
        let index = self.values.index;
        let mut seen = FxHashSet::from_iter([from]);
        let mut waiting = vec![from];
        while let Some(file) = waiting.pop() {
            for binding in self.values.units.of(file).facts.symbols.values().flatten() {
                let Binding::Import(Name::Import { level, module, path }) = binding else { continue };
                for module in [module.clone(), format!("{module}.{path}")] {
                    if let Found::File(next) = index.import(file, *level, &module)
                        && seen.insert(next)
                    {
                        waiting.push(next);
                    }
                }
            }
        }
        seen.contains(&to)
    }

    /// Whether an attribute of a class is a column that keeps the zone, and nobody orders or subtracts what is in it.
    pub(super) fn keeps_zone(&self, value: &Value, attr: &str) -> Verdict {
        let class = match value {
            Value::Instance(class) => &**class,
            other => other,
        };
        let Value::Class(class, _) = class else { return Verdict::Unknown };
        let zoned = self.values.order(class).iter().find_map(|ancestor| match ancestor {
            Ancestor::Project(owner) => Some(self.zone_of(self.column(owner, attr)?, owner, 0)),
            _ => None,
        });
        match zoned.flatten() {
            Some(zoned) => Verdict::from_bool(zoned && !self.is_compared(attr)),
            None => Verdict::Unknown,
        }
    }

    fn column(&self, class: &Symbol, attr: &str) -> Option<&Column> {
        let is_it = |column: &&Column| {
            column.name.strip_prefix(&class.name).and_then(|rest| rest.strip_prefix('.')) == Some(attr)
        };
        self.values.units.of(class.file).facts.columns.iter().find(is_it)
    }

    /// Whether a column keeps the zone.
    fn zone_of(&self, column: &Column, class: &Symbol, depth: usize) -> Option<bool> {
        // A type whose `impl` is made of itself.
        if depth > 8 {
            return None;
        }
        if column.kind.is_unknown() {
            // What the base says of all datetimes below it.
            let of_base = self.values.order(class).iter().find_map(|ancestor| match ancestor {
                Ancestor::Project(base) => {
                    Some(self.zone_of(self.column(base, "type_annotation_map")?, base, depth + 1))
                }
                _ => None,
            });
            return of_base.unwrap_or(Some(false));
        }
        let kind = self.values.eval(&column.kind, class.file);
        match &kind {
            Value::External(path, _) if path == "sqlmodel.SQLModel" => {
                let own = Value::Class(class.clone(), Vec::new());
                self.derives(&own, "sqlmodel.SQLModel").is_yes().then_some(false)
            }
            Value::External(path, _) => {
                let last = path.rsplit('.').next().unwrap_or_default();
                let of_sqlalchemy = ["sqlalchemy", "sqlmodel", "flask_sqlalchemy"].contains(&top_package(path));
                (of_sqlalchemy && matches!(last, "DateTime" | "TIMESTAMP" | "DATETIME")).then_some(column.zoned?)
            }
            Value::Class(decorator, _) => {
                let is_type = ["sqlalchemy.types.TypeDecorator", "sqlalchemy.TypeDecorator"]
                    .iter()
                    .any(|base| self.derives(&kind, base).is_yes());
                let inner = self.column(decorator, "impl").filter(|_| is_type)?;
                self.zone_of(inner, decorator, depth + 1)
            }
            _ => None,
        }
    }

    fn is_compared(&self, attr: &str) -> bool {
        note(Of::Compared, attr);
        self.values.units.saying(Of::Compared, attr).any(|(_, unit)| unit.facts.compared.contains(attr))
    }

    /// How many of the project's columns keep a time without its zone, and how many with it.
    pub fn columns(&self) -> (usize, usize) {
        *self.times.columns.get(|| {
            note(Of::Columns, "");
            let (mut naive, mut aware) = (0, 0);
            for (file, unit) in self.values.units.saying(Of::Columns, "") {
                for column in &unit.facts.columns {
                    let Some((class, attr)) = column.name.rsplit_once('.') else { continue };
                    if matches!(attr, "impl" | "type_annotation_map") {
                        continue;
                    }
                    match self.zone_of(column, &Symbol { file, name: class.to_owned() }, 0) {
                        Some(true) => aware += 1,
                        Some(false) => naive += 1,
                        None => {}
                    }
                }
            }
            (naive, aware)
        })
    }
}

/// The outermost folder of a path: a package, or what holds all of them.
fn top(path: &str) -> &str {
    let folder = index::parent(path);
    folder.split('/').next().unwrap_or(folder)
}

fn top_package(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}
