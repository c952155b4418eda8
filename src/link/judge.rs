//! Answers conditions, with three values: only what is proven is yes.

use super::eval::Values;
use super::index::{File, Found};
use super::installed::Pytest;
use super::others::Others;
use super::paths::SysPaths;
use super::project::{Manifests, Pin, Project, plays};
use super::reads::{Key, Of, Table, note};
use super::runs::Taken;
use super::times::Times;
use super::value::{Ancestor, Symbol, Value};
use crate::fact::{Binding, Condition, Handed, Name, OwnerKind, Patch, Setting, Tied, TypeExpr, Validator, Verdict};
use crate::text::Span;
use rustc_hash::FxHashMap;
use std::sync::{Arc, Mutex, OnceLock, RwLock};

/// All that conditions are judged against.
pub struct Judge<'a> {
    /// Meaning of symbolic types.
    pub values: &'a Values<'a>,
    /// The project around the units.
    pub project: &'a Project<'a>,
    /// Its manifests, by folder.
    pub manifests: &'a Manifests<'a>,
    /// Who defines, patches and holds what.
    pub(super) others: Others<'a>,
    /// Names of modules that others hand on as secrets, with where and as what.
    handed: Table<FxHashMap<Symbol, (File, &'a Handed)>>,
    /// The project's objects that read the environment.
    environments: Table<Vec<(Symbol, Symbol)>>,
    /// The project's classes that write settings of a model, with what they turn on.
    settings: OnceLock<Vec<(Symbol, &'a [Setting])>>,
    /// What runs of pytest have on `sys.path`.
    pub(super) sys_paths: OnceLock<SysPaths>,
    /// Files of tests by the names that they are imported under.
    pub(super) modules: OnceLock<FxHashMap<(String, String), Vec<File>>>,
    /// The files of a run of tests that import a file, for each.
    pub(super) importers: OnceLock<FxHashMap<File, Vec<File>>>,
    /// Who imports a name, for each that somebody asked for.
    pub(super) takers: RwLock<FxHashMap<String, Arc<FxHashMap<File, Taken>>>>,
    /// For each folder that configures pytest and each topmost package of its tests: the folder that holds the first of that name.
    pub(super) packages: OnceLock<FxHashMap<(String, String), String>>,
    /// Whether pytest collects a file, for each.
    pub(super) collected: OnceLock<Vec<OnceLock<Verdict>>>,
    /// For each folder that configures pytest, whether that looks everywhere as `testpaths` names nothing that is there.
    pub(super) everywhere: Mutex<FxHashMap<String, bool>>,
    /// What the project says of pytest.
    pub(super) pytest: OnceLock<Pytest>,
    /// The files that are imported when the tests are collected.
    pub(super) runs_in_tests: OnceLock<FxHashMap<File, Vec<File>>>,
    /// The keys of the files that are, in order, where an earlier run knew them.
    pub(super) known_runs: OnceLock<Vec<Key>>,
    /// What the project says of time.
    pub(super) times: Times,
}

impl<'a> Judge<'a> {
    /// Nothing is judged yet.
    pub fn new(values: &'a Values<'a>, project: &'a Project<'a>, manifests: &'a Manifests<'a>) -> Self {
        Judge {
            values,
            project,
            manifests,
            others: Others::default(),
            handed: Table::default(),
            environments: Table::default(),
            settings: OnceLock::new(),
            sys_paths: OnceLock::new(),
            modules: OnceLock::new(),
            importers: OnceLock::new(),
            takers: RwLock::default(),
            packages: OnceLock::new(),
            collected: OnceLock::new(),
            everywhere: Mutex::default(),
            pytest: OnceLock::new(),
            runs_in_tests: OnceLock::new(),
            known_runs: OnceLock::new(),
            times: Times::default(),
        }
    }

    /// Whether a condition holds for a file.
    pub fn judge(&self, condition: &Condition, file: File) -> Verdict {
        match condition {
            Condition::Always => Verdict::Yes,
            Condition::Resolves { what, to } => self.resolves(what, to, file),
            Condition::Derives { what, of } => {
                all(self.values.eval(what, file).members(), |value| self.derives(value, of))
            }
            Condition::Owner { of, attr, inside, is } => {
                let inside = inside.as_ref().map(|name| Symbol { file, name: name.clone() });
                Verdict::from_bool(self.owner(of, attr, inside.as_ref(), file) == *is)
            }
            Condition::Role(role) => plays(self.values.index.path(file), *role, self.values.units.of(file).generated),
            Condition::Runs { package, major, always } => {
                let pin = self.runs(package, *major, file);
                Verdict::from_bool(pin.may_be_at_least && !(*always && pin.may_be_below))
            }
            Condition::Overridden { of, attr } => {
                all(self.values.eval(of, file).members(), |value| self.overridden(value, attr))
            }
            Condition::Held { of, in_union } => {
                all(self.values.eval(of, file).members(), |value| self.held(value, *in_union))
            }
            Condition::ReadSomewhere(by) => self.read_somewhere(*by),
            Condition::Sets { of, key } => self.sets(of, key, file),
            Condition::Has { of, key } => {
                all(self.values.eval(of, file).members(), |value| match self.setting(value, key) {
                    Some(setting) => Verdict::from_bool(setting == Some(true)),
                    None => Verdict::Unknown,
                })
            }
            Condition::Mentions { of, key } => {
                all(self.values.eval(of, file).members(), |value| match self.setting(value, key) {
                    Some(setting) => Verdict::from_bool(setting.is_some()),
                    None => Verdict::Unknown,
                })
            }
            Condition::PreAbove { of, fields, but } => {
                all(self.values.eval(of, file).members(), |value| self.pre_above(value, fields, but))
            }
            Condition::Plain(value) => all(self.values.eval(value, file).members(), plain),
            Condition::Nullable(annotation) => nullable(&self.values.eval(annotation, file)),
            Condition::Same(one, other) => {
                let (one, other) = (self.values.eval(one, file), self.values.eval(other, file));
                match one == Value::Unknown || other == Value::Unknown {
                    true => Verdict::Unknown,
                    false => Verdict::from_bool(one == other),
                }
            }
            Condition::Takes(of, count) => self.takes(&self.values.eval(of, file), *count as usize),
            Condition::Patched(name) => self.patched(name, file),
            Condition::Migrating => Verdict::from_bool(self.project.migrating),
            Condition::Versioned => {
                Verdict::from_bool(self.project.around.versioned.contains(self.values.index.path(file)))
            }
            Condition::OpenEnv => {
                let folder = super::index::parent(self.values.index.path(file));
                Verdict::from_bool(self.project.around.open.contains(folder))
            }
            Condition::HasHelper { naive, here } => Verdict::from_bool(self.helper(file, *naive, *here).is_some()),
            Condition::PrefersAware => {
                Verdict::from_bool(self.project.settings.prefers_aware(self.values.index.path(file)))
            }
            Condition::Zoned { of, attr } => {
                all(self.values.eval(of, file).members(), |value| self.keeps_zone(value, attr))
            }
            Condition::HasPublic { of, attr, same } => {
                Verdict::from_bool(self.public(of, attr, file).is_some_and(|(_, is_same)| is_same == *same))
            }
            Condition::HandedOn(name) => Verdict::from_bool(self.use_of(name, file).is_some()),
            Condition::HasSetting(field) => Verdict::from_bool(self.setting_of(field, file).is_some()),
            Condition::Undeclared(package) => {
                Verdict::from_bool(!self.project.migrating && self.undeclared(package, file).is_some())
            }
            Condition::Collected => self.collected(file),
            Condition::CollectedOrConftest => {
                if self.is_conftest(file) {
                    Verdict::Yes
                } else {
                    self.collected(file)
                }
            }
            Condition::Uncollected => self.uncollected(file),
            Condition::Lacks { level, module, name } => self.lacks(file, *level, module, name),
            Condition::NoSuchName(name) => match self.has_name(file, name, 0) {
                Verdict::Yes => Verdict::No,
                Verdict::No => Verdict::Yes,
                Verdict::Unknown => Verdict::Unknown,
            },
            Condition::NeverImported { package, name } => self.never_imported(file, package, name),
            Condition::Unreachable { level, module } => self.unreachable(file, *level, module),
            Condition::Tripped(variable) => Verdict::from_bool(self.tripped_by(file, variable).is_some()),
            Condition::TrippedOver(name, wanted) => Verdict::from_bool(self.tripped_over(file, name, wanted).is_some()),
            Condition::Unset(variable) => Verdict::from_bool(!self.is_set(file, variable)),
            Condition::MayBeSet(variable) => Verdict::from_bool(self.may_be_set(variable)),
            Condition::NoSuchFile(name) => {
                Verdict::from_bool(!self.values.index.has_named(name.trim_start_matches("./")))
            }
            Condition::MissingTestpaths => self.missing_testpaths(file),
            Condition::UnknownFixture(name) => self.unknown_fixture(file, name, true),
            Condition::OnlyFixture(name) => self.unknown_fixture(file, name, false),
            Condition::ShorterFixture(name, than) => self.shorter_fixture(file, name, *than),
            Condition::DottedName => self.dotted_name(file),
            Condition::Hidden(module) => self.hidden(file, module),
            Condition::MissingModule { level, module } => self.missing_module(file, *level, module),
            Condition::NoPlugin(name) => self.no_plugin(name),
            Condition::Inherits { of, attr } => all(self.values.eval(of, file).members(), |value| {
                Verdict::from_bool(matches!(self.definer(value, attr), Some(Definer::Class(_))))
            }),
            Condition::NotBackported(module) => Verdict::from_bool(self.not_backported(file, module)),
            Condition::UnknownHook(name) => self.unknown_hook(name),
            Condition::NeverPut(name) => Verdict::from_bool(!self.is_put(name, file)),
            Condition::NowhereFixture(name) => self.nowhere_fixture(file, name),
            Condition::FailingFixture(name) => Verdict::from_bool(self.fixture_fault(file, name).is_some()),
            Condition::ForeignFixture(name) => Verdict::from_bool(self.is_foreign_fixture(file, name)),
            Condition::PytestSays(key, value) => Verdict::from_bool(self.pytest_says(file, key, value)),
            Condition::TakenByName { is_class, name } => Verdict::from_bool(self.taken_by_name(file, *is_class, name)),
            Condition::PassedByName { is_class, name } => self.passed_by_name(file, *is_class, name),
            Condition::LeftOut => Verdict::from_bool(self.is_left_out(self.values.index.path(file))),
            Condition::LowerConftest => self.lower_conftest(file),
            Condition::Uninstalled(module) => self.uninstalled(file, module),
            Condition::RunsInTests => Verdict::from_bool(self.is_run_in_tests(file)),
            Condition::PluginsUnsure => Verdict::from_bool(self.plugins_unsure()),
            Condition::UnknownMark(mark) => self.unknown_mark(file, mark),
            Condition::StrictMarks => Verdict::from_bool(self.strict_marks(file)),
            Condition::NobodyAwaits => self.nobody_awaits(file),
            Condition::Configures => Verdict::from_bool(self.configures(file).is_some()),
            Condition::UnknownSetting(key) => self.unknown_setting(file, key),
            Condition::UnknownOption(option) => self.unknown_option(file, option),
            Condition::Named(name) => {
                Verdict::from_bool(self.values.index.path(file).rsplit('/').next() == Some(name.as_ref()))
            }
            Condition::SamePackage => Verdict::from_bool(self.same_package(file).is_some()),
            Condition::SameModule => Verdict::from_bool(self.same_module(file).is_some()),
            Condition::ImportedElsewhere(name) => Verdict::from_bool(self.imported_elsewhere(file, name)),
            Condition::Production(module) => self.is_production(file, module),
            Condition::RunsBefore(major, minor) => {
                let path = self.values.index.path(file);
                let is_named = named_version(path.rsplit('/').next().unwrap_or(path)) >= Some((*major, *minor));
                Verdict::from_bool(!is_named && self.python(file).is_some_and(|floor| floor < (*major, *minor)))
            }
            Condition::Python(major, minor) => match self.python(file) {
                Some(floor) => Verdict::from_bool(floor >= (*major, *minor)),
                None => Verdict::No,
            },
            Condition::All(conditions) => {
                fold(conditions.iter().map(|one| self.judge(one, file)), Verdict::No, Verdict::Yes)
            }
            Condition::Any(conditions) => {
                fold(conditions.iter().map(|one| self.judge(one, file)), Verdict::Yes, Verdict::No)
            }
            Condition::Not(condition) => match self.judge(condition, file) {
                Verdict::Yes => Verdict::No,
                Verdict::No => Verdict::Yes,
                Verdict::Unknown => Verdict::Unknown,
            },
        }
    }

    /// Whether a file imports another one.
    pub(super) fn needs(&self, file: File, other: File) -> bool {
        let index = self.values.index;
        self.values.units.of(file).facts.symbols.values().flatten().any(|binding| match binding {
            Binding::Import(Name::Import { level, module, path }) => {
                let leads = |module: &str| index.import(file, *level, module) == Found::File(other);
                leads(module) || leads(&format!("{module}.{path}"))
            }
            _ => false,
        })
    }

    /// What gives exactly an attribute in public, as it is written behind the receiver, and whether a read of it is sure to be the same: a
    /// property of its name without the underscore or another name for it is; a method that returns it may come to do more.
    /// Defined where the attribute is, one statement long, and overridden by nobody.
    pub fn public(&self, of: &TypeExpr, attr: &str, file: File) -> Option<(String, bool)> {
        let values = self.values.eval(of, file);
        let [value] = values.members() else { return None };
        let owner = self.definer(value, attr)?;
        let (home, prefix) = match &owner {
            Definer::Class(class) => (class.file, format!("{}.", class.name)),
            Definer::Module(module) => (*module, String::new()),
            Definer::External(_) => return None,
        };
        let bare = attr.trim_start_matches('_');
        let private = Name::Here(format!("{prefix}{attr}"));
        for name in [bare.to_owned(), format!("get_{bare}")] {
            let Some(bindings) = self.values.units.of(home).facts.symbols.get(&format!("{prefix}{name}")) else {
                continue;
            };
            // With a setter beside it the name is bound twice: what it gives may be another thing.
            let found = match bindings.as_slice() {
                [Binding::Function(getter)] if getter.returns_attribute.as_deref() == Some(attr) => {
                    let is_property = |decorator| {
                        let value = self.values.eval(decorator, home);
                        matches!(value, Value::External(path, _) if path == "builtins.property")
                    };
                    match getter.decorators.as_slice() {
                        [] if getter.takes == Some(1) && !getter.is_async => Some((format!("{name}()"), false)),
                        [decorator] if name == bare && is_property(decorator) => Some((name.clone(), true)),
                        _ => None,
                    }
                }
                [Binding::Value(TypeExpr::Name(same))] if *same == private => Some((name.clone(), true)),
                _ => None,
            };
            let own = found.is_some() && self.definer(value, &name).as_ref() == Some(&owner);
            let is_class = matches!(owner, Definer::Class(_));
            let stays = |attr: &str| !is_class || self.overridden(value, attr) == Verdict::No;
            if own && stays(&name) && stays(attr) {
                return found;
            }
        }
        None
    }

    /// Where another file hands on a name of this one as a secret, and to which argument.
    pub fn use_of(&self, name: &str, file: File) -> Option<(File, &'a Handed)> {
        note(Of::Handed, "");
        let all = self.handed.get(|| {
            let mut all = FxHashMap::default();
            for (user, unit) in self.values.units.saying(Of::Handed, "") {
                for handed in &unit.facts.handed {
                    let Name::Import { level, module, path } = &handed.of else { continue };
                    // `constants.PW` of a package is `PW` of its module.
                    let (inner, last) =
                        path.rsplit_once('.').map_or((String::new(), path.as_str()), |(inner, last)| {
                            (format!("{}{inner}", if module.is_empty() { "" } else { "." }), last)
                        });
                    if let Found::File(of) = self.values.index.import(user, *level, &format!("{module}{inner}")) {
                        all.entry(Symbol { file: of, name: last.to_owned() }).or_insert((user, handed));
                    }
                }
            }
            all
        });
        all.get(&Symbol { file, name: name.to_owned() }).copied()
    }

    /// Where an object of settings with this field can be imported from: its module and its name. None where that module needs
    /// the file itself.
    pub fn setting_of(&self, field: &str, file: File) -> Option<(String, String)> {
        let index = self.values.index;
        let found = self.environments().iter().find(|(object, class)| {
            let facts = &self.values.units.of(class.file).facts;
            let has = facts.symbols.contains_key(&format!("{}.{field}", class.name));
            let needs = self.needs(object.file, file);
            has && object.file != file && !needs
        })?;
        Some((index.module_name(found.0.file), found.0.name.clone()))
    }

    /// Module-level instances of classes that read the environment, with their classes.
    fn environments(&self) -> &[(Symbol, Symbol)] {
        self.environments.get(|| {
            let mut found = Vec::new();
            for (file, unit) in self.values.units.every().enumerate() {
                for (name, bindings) in &unit.facts.symbols {
                    let [Binding::Value(value @ TypeExpr::Call(_))] = bindings.as_slice() else { continue };
                    if name.contains('.') {
                        continue;
                    }
                    let Value::Instance(class) = self.values.eval(value, file) else { continue };
                    let Value::Class(symbol, _) = &*class else { continue };
                    let reads = [
                        "pydantic_settings.BaseSettings",
                        "pydantic.BaseSettings",
                        "pydantic_settings.main.BaseSettings",
                    ];
                    if reads.iter().any(|base| self.derives(&class, base).is_yes()) {
                        found.push((Symbol { file, name: name.clone() }, symbol.clone()));
                    }
                }
            }
            found
        })
    }

    /// Whether a move gives back what pydantic 1 did in a file: where pydantic 2 is pinned, its users know it as it is.
    pub fn gives_back(&self, file: File) -> bool {
        let moved = || {
            let pin = self.manifests.pin(self.values.index.path(file), "pydantic", 2);
            pin.is_some_and(|pin| pin.may_be_at_least && !pin.may_be_below)
        };
        !self.project.migrating || self.project.restore || !moved()
    }

    /// Which versions of a package run a file, as against version `major`. A project that says nothing runs the newest.
    pub fn runs(&self, package: &str, major: u32, file: File) -> Pin {
        let path = self.values.index.path(file);
        let configured = if package == "pydantic" { self.project.settings.pydantic(path) } else { None };
        let text = |version: &str| format!("{package} {version}");
        if let Some((lowest, highest)) = configured {
            let version = if lowest == highest { lowest.to_string() } else { format!("{lowest} and {highest}") };
            let (may_be_below, may_be_at_least) = (lowest < major, highest >= major);
            let from = if self.project.migrating { String::new() } else { "as configured".to_owned() };
            return Pin { may_be_below, may_be_at_least, text: text(&version), from };
        }
        let newest =
            || Pin { may_be_below: false, may_be_at_least: true, text: text(&major.to_string()), from: String::new() };
        self.manifests.pin(path, package, major).unwrap_or_else(newest)
    }

    /// The manifest and the line that declare pydantic for a file, where nothing in the project declares `package`.
    pub fn undeclared(&self, package: &str, file: File) -> Option<(&str, u32)> {
        let declared = self.project.declares(package);
        if declared { None } else { self.manifests.declaration(self.values.index.path(file), "pydantic") }
    }

    /// The lowest Python that a file must run on.
    pub fn python(&self, file: File) -> Option<(u32, u32)> {
        let path = self.values.index.path(file);
        self.project.settings.target(path).or_else(|| self.manifests.python(path))
    }

    fn resolves(&self, what: &TypeExpr, to: &str, file: File) -> Verdict {
        all(self.values.eval(what, file).members(), |value| match value {
            Value::External(path, _) => Verdict::from_bool(path == to),
            Value::Method(path, _) => Verdict::from_bool(path == to),
            Value::Unknown => Verdict::Unknown,
            _ => Verdict::No,
        })
    }

    /// Whether an attribute is read of something that nobody can follow.
    fn read_somewhere(&self, by: Tied) -> Verdict {
        note(Of::Tied, "");
        let reads = self.values.units.saying(Of::Tied, "");
        let reads = reads.flat_map(|(file, unit)| unit.facts.reads.iter().map(move |read| (read, file)));
        let unknown = |value: Value| match value {
            Value::Unknown => true,
            Value::Instance(class) => matches!(*class, Value::Unknown),
            _ => false,
        };
        let mut reads = reads.filter(|((read, _), _)| *read == by);
        Verdict::from_bool(reads.any(|((_, of), file)| unknown(self.values.eval(of, file))))
    }

    fn sets(&self, of: &TypeExpr, key: &str, file: File) -> Verdict {
        let value = self.values.eval(of, file);
        let classes = value.members().iter().map(|member| {
            let class = match member {
                Value::Instance(class) => class,
                other => other,
            };
            let Value::Class(class, _) = class else { return Verdict::Unknown };
            note(Of::Settings, "");
            let all = self.settings.get_or_init(|| settings(self.values)).iter();
            let sets = |one: &Setting| one.key == "*" || one.key == key && !one.off;
            let mut on = all.filter(|(_, settings)| settings.iter().any(sets));
            if on.any(|(other, _)| self.related(other, class)) {
                Verdict::Yes
            } else if self.values.order(class).contains(&Ancestor::Unknown) {
                Verdict::Unknown
            } else {
                Verdict::No
            }
        });
        fold(classes, Verdict::Yes, Verdict::No)
    }

    /// Whether a function takes so many parameters behind a `cls`, and no others.
    fn takes(&self, value: &Value, count: usize) -> Verdict {
        let Value::Function(symbol, _) = value else { return Verdict::Unknown };
        let Some([Binding::Function(function)]) = self.values.bindings(symbol).as_deref() else {
            return Verdict::Unknown;
        };
        let plain = function.decorators.is_empty() && !function.is_async;
        Verdict::from_bool(plain && function.takes.is_some_and(|takes| usize::from(takes) == count))
    }

    fn pre_above(&self, class: &Value, fields: &[String], but: &str) -> Verdict {
        let Value::Class(class, _) = class else { return Verdict::Unknown };
        let every = |fields: &[String]| fields.iter().any(|field| field == "*");
        let meets = |one: &Validator| match (fields.is_empty(), one.fields.is_empty()) {
            (true, true) => true,
            (false, false) => {
                every(fields) || every(&one.fields) || one.fields.iter().any(|field| fields.contains(field))
            }
            _ => false,
        };
        let is_v1 = |by: &TypeExpr, file| match self.values.eval(by, file) {
            Value::External(path, _) => matches!(path.as_str(), "pydantic.validator" | "pydantic.root_validator"),
            _ => false,
        };
        let order = self.values.order(class);
        let above = order.iter().skip(1).filter_map(|ancestor| match ancestor {
            Ancestor::Project(owner) => Some((self.values.class(owner)?, owner.file)),
            _ => None,
        });
        let mut validators = above.flat_map(|(class, file)| class.validators.iter().map(move |one| (one, file)));
        Verdict::from_bool(
            validators.any(|(one, file)| one.pre && one.name != but && meets(one) && is_v1(&one.by, file)),
        )
    }

    /// What the nearest class along the method resolution order that mentions a setting says of it: on, off or nothing.
    /// `None` where that is not known.
    fn setting(&self, value: &Value, key: &str) -> Option<Option<bool>> {
        let class = match value {
            Value::Instance(class) => &**class,
            other => other,
        };
        let root = |path: &str| path == "pydantic.RootModel" && key == "__root__";
        let class = match class {
            Value::Class(class, _) | Value::Super(class) => class,
            Value::External(path, _) if self.values.bases(path).is_some() => return Some(root(path).then_some(true)),
            _ => return None,
        };
        for ancestor in self.values.order(class).iter() {
            match ancestor {
                Ancestor::Unknown => return None,
                Ancestor::External(path) if root(path) => return Some(Some(true)),
                Ancestor::External(_) => {}
                Ancestor::Project(owner) => {
                    let settings = self.values.class(owner).map(|class| class.settings.as_slice()).unwrap_or_default();
                    // A root is no setting: whatever a Config holds, it is seen in the class.
                    if settings.iter().any(|one| one.key == "*") && key != "__root__" {
                        return None;
                    }
                    if let Some(setting) = settings.iter().find(|one| one.key == key) {
                        return Some(Some(!setting.off));
                    }
                }
            }
        }
        Some(None)
    }

    /// Whether one of two classes is the other, or derives from it.
    pub fn related(&self, one: &Symbol, other: &Symbol) -> bool {
        let above = |low: &Symbol, high: &Symbol| self.values.order(low).contains(&Ancestor::Project(high.clone()));
        above(one, other) || above(other, one)
    }

    fn patched(&self, name: &str, file: File) -> Verdict {
        let verdicts = self.set_outside(name).map(|(patch, from)| self.patches(patch, from, file));
        fold(verdicts, Verdict::Yes, Verdict::No)
    }

    fn patches(&self, patch: &Patch, from: File, file: File) -> Verdict {
        match self.values.eval(&patch.of, from) {
            Value::Module(module) => Verdict::from_bool(module == file),
            Value::Unknown => Verdict::Unknown,
            _ => Verdict::No,
        }
    }

    /// Where a test replaces this name of a file.
    pub fn patch_of(&self, name: &str, file: File) -> Option<(File, Span)> {
        // Where it stands is no part of what units say to others.
        note(Of::Whole, "");
        let found = self.set_outside(name).find(|(patch, from)| self.patches(patch, *from, file).is_yes());
        found.map(|(patch, from)| (from, patch.span))
    }

    /// Whether a class derives from an external one, or is it.
    pub(super) fn derives(&self, value: &Value, of: &str) -> Verdict {
        match value {
            Value::Class(class, _) => {
                let order = self.values.order(class);
                if order.contains(&Ancestor::External(of.to_owned())) {
                    Verdict::Yes
                } else if order.contains(&Ancestor::Unknown) {
                    Verdict::Unknown
                } else {
                    Verdict::No
                }
            }
            Value::External(path, _) if path == of => Verdict::Yes,
            Value::External(path, _) => match self.values.bases(path) {
                Some(bases) => Verdict::from_bool(bases.contains(&of)),
                None => Verdict::Unknown,
            },
            Value::Unknown => Verdict::Unknown,
            _ => Verdict::No,
        }
    }

    /// Who defines `attr` of this, seen from `file`: what is mixed is not known.
    fn owner(&self, of: &TypeExpr, attr: &str, inside: Option<&Symbol>, file: File) -> OwnerKind {
        let value = self.values.eval(of, file);
        let mut kinds = value
            .members()
            .iter()
            .filter(|member| **member != Value::None || value.members().len() == 1)
            .map(|member| self.owner_of(member, attr, inside, file));
        let kind = match kinds.next() {
            Some(first) if kinds.all(|kind| kind == first) => first,
            _ => OwnerKind::Unknown,
        };
        // What this file or the class around it has, too, may well be its own.
        let is_ours = || {
            let defines = |class: &Symbol| self.definer_on(class, attr).is_some();
            let own = |name: &String| {
                name.strip_suffix(attr).is_some_and(|before| before.is_empty() || before.ends_with('.'))
            };
            inside.is_some_and(defines) || self.values.units.of(file).facts.symbols.keys().any(own)
        };
        if kind == OwnerKind::Unknown && is_ours() { OwnerKind::Own } else { kind }
    }

    fn owner_of(&self, value: &Value, attr: &str, inside: Option<&Symbol>, file: File) -> OwnerKind {
        let Some(owner) = self.definer(value, attr) else { return OwnerKind::Unknown };
        if let Some(inside) = inside {
            let order = self.values.order(inside);
            let related = match &owner {
                Definer::Class(class) => {
                    order.contains(&Ancestor::Project(class.clone()))
                        || self.values.order(class).contains(&Ancestor::Project(inside.clone()))
                }
                Definer::External(path) => order.contains(&Ancestor::External(path.clone())),
                Definer::Module(_) => false,
            };
            if related {
                return OwnerKind::Own;
            }
        }
        let other = match owner {
            // Instances of these have the attributes that somebody put on them.
            Definer::External(path) if is_open(&path) => return OwnerKind::Own,
            Definer::External(_) => return OwnerKind::External,
            Definer::Module(other) => other,
            Definer::Class(class) => class.file,
        };
        let folder = |file| super::index::parent(self.values.index.path(file));
        if other == file {
            OwnerKind::Own
        } else if folder(other) == folder(file) {
            OwnerKind::Sibling
        } else {
            OwnerKind::OtherPackage
        }
    }

    /// The class or module that defines `attr`.
    pub fn definer(&self, value: &Value, attr: &str) -> Option<Definer> {
        match value {
            Value::Module(file) => {
                let symbol = Symbol { file: *file, name: attr.to_owned() };
                let bindings = self.values.bindings(&symbol)?;
                let imported = bindings.iter().any(|binding| matches!(binding, crate::fact::Binding::Import(_)));
                (!imported).then_some(Definer::Module(*file))
            }
            Value::Class(class, _) => self.definer_on(class, attr),
            Value::Instance(class) => match &**class {
                Value::Class(class, _) => self.definer_on(class, attr),
                Value::External(path, _) => Some(Definer::External(path.clone())),
                _ => None,
            },
            Value::External(path, _) => Some(Definer::External(path.clone())),
            _ => None,
        }
    }

    fn definer_on(&self, class: &Symbol, attr: &str) -> Option<Definer> {
        for ancestor in self.values.order(class).iter() {
            match ancestor {
                Ancestor::Project(owner) => {
                    let symbol = Symbol { file: owner.file, name: format!("{}.{attr}", owner.name) };
                    if self.values.bindings(&symbol).is_some() {
                        return Some(Definer::Class(owner.clone()));
                    }
                }
                Ancestor::External(path) if self.values.defines(path, attr) == Some(false) => {}
                Ancestor::External(_) | Ancestor::Unknown => return None,
            }
        }
        None
    }
}

/// External classes whose instances carry what their users put on them, or that have no private attributes at all.
fn is_open(path: &str) -> bool {
    path.starts_with("builtins.")
        || path.starts_with("ctypes.")
        || path.starts_with("unittest.mock.")
        || matches!(path, "types.ModuleType" | "types.SimpleNamespace" | "argparse.Namespace" | "threading.local")
}

/// The Python that a file names itself after, as in `_py312_typing.py` and `test_tstrings_py_314.py`: whoever imports it asks first.
fn named_version(name: &str) -> Option<(u32, u32)> {
    let stem = name.strip_suffix(".py")?.replace('_', "");
    let digits = |from: &str| from.chars().take_while(char::is_ascii_digit).collect::<String>();
    let mut found = stem.match_indices("py3").map(|(at, _)| digits(&stem[at + 3..]));
    found.find_map(|minor| Some((3, minor.parse().ok()?)))
}

/// Who defines an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Definer {
    /// A module of the project.
    Module(File),
    /// A class of the project.
    Class(Symbol),
    /// A module or class outside it.
    External(String),
}

/// Yes where it holds for every member; what is mixed is not proven.
fn all(members: &[Value], mut judge: impl FnMut(&Value) -> Verdict) -> Verdict {
    let members: Vec<&Value> = match members {
        [_] => members.iter().collect(),
        several => several.iter().filter(|member| **member != Value::None).collect(),
    };
    let verdicts: Vec<Verdict> = members.into_iter().map(&mut judge).collect();
    match verdicts.first() {
        Some(first) if verdicts.iter().all(|verdict| verdict == first) => *first,
        _ => Verdict::Unknown,
    }
}

fn fold(verdicts: impl Iterator<Item = Verdict>, decides: Verdict, otherwise: Verdict) -> Verdict {
    let mut result = otherwise;
    for verdict in verdicts {
        if verdict == decides {
            return decides;
        }
        if verdict == Verdict::Unknown {
            result = Verdict::Unknown;
        }
    }
    result
}

/// Whether a value is no description of a field.
fn plain(value: &Value) -> Verdict {
    match value {
        Value::None => Verdict::Yes,
        Value::Instance(class) => match &**class {
            Value::Class(..) => Verdict::Yes,
            Value::External(path, _) => Verdict::from_bool(match path.strip_prefix("pydantic.") {
                Some(name) => name.starts_with("Secret") || name.ends_with("Url") || name.ends_with("Dsn"),
                None => !path.ends_with("Field") && !path.starts_with("sqlmodel."),
            }),
            _ => Verdict::Unknown,
        },
        _ => Verdict::Unknown,
    }
}

/// Whether an annotation, as an object, takes `None`.
fn nullable(annotation: &Value) -> Verdict {
    let takes = |member: &Value| match member {
        Value::None => Verdict::Yes,
        Value::External(path, _) => Verdict::from_bool(matches!(path.as_str(), "typing.Any" | "builtins.object")),
        Value::Class(..) => Verdict::No,
        _ => Verdict::Unknown,
    };
    fold(annotation.members().iter().map(takes), Verdict::Yes, Verdict::No)
}

fn settings<'a>(values: &Values<'a>) -> Vec<(Symbol, &'a [Setting])> {
    let mut all = Vec::new();
    for (file, unit) in values.units.saying(Of::Settings, "") {
        for (name, bindings) in &unit.facts.symbols {
            for binding in bindings {
                if let Binding::Class(class) = binding
                    && !class.settings.is_empty()
                {
                    all.push((Symbol { file, name: name.clone() }, class.settings.as_slice()));
                }
            }
        }
    }
    all
}
