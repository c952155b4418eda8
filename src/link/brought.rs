//! Imports that fail in files which tests bring in: names and modules that are not there, and modules that wait for each other.
//!
//! What a module does while it is imported is a fact of its file; here it is followed as Python does it.

use super::index::{File, Found, parent};
use super::judge::Judge;
use super::reads::{Of, apart, note};
use crate::fact::{Binding, Condition, Facts, Name, Step, Verdict};
use crate::finding::Finding;
use crate::python::bound::is_builtin;
use crate::python::deeper;
use crate::rules::tests::{missing_name, unreachable_module};
use crate::text::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// How many files are read to follow circles.
const MOST: usize = 300;

/// What may be wrong with the imports of a file, if pytest imports it by itself.
pub fn imports_of(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    if !facts.speaks_of_tests {
        return found;
    }
    let steps = facts.steps.list();
    let imports = steps.iter().filter_map(|step| match step {
        Step::Import(import) => Some(import),
        _ => None,
    });
    for import in imports {
        found.extend(unreachable_module::of_import(import.at, import.level, &import.module));
        let names = import.names.iter();
        found.extend(names.map(|(at, name)| missing_name::of_name(*at, import.level, &import.module, name)));
    }
    found
}

impl Judge<'_> {
    /// What may be wrong with the imports of a file that pytest imports, and what is wrong with those of one that a test brings in.
    pub(super) fn of_imports(&self, file: File) -> Vec<Finding> {
        let mut found = self.own_imports(file);
        found.extend(self.brought(file));
        found
    }

    /// What may be wrong with the imports of a file that pytest imports by itself, each on its condition.
    fn own_imports(&self, file: File) -> Vec<Finding> {
        let facts = &self.values.units.of(file).facts;
        if !facts.speaks_of_tests || self.judge(&Condition::CollectedOrConftest, file) == Verdict::No {
            return Vec::new();
        }
        imports_of(facts)
    }

    /// The imports of a file that fail when a test brings it in; what tests and conftests import themselves is told by their own rules.
    fn brought(&self, file: File) -> Vec<Finding> {
        let unit = self.values.units.of(file);
        let is_own = self.takes_part(file) && unit.facts.speaks_of_tests;
        let is_stub = self.values.index.path(file).ends_with(".pyi");
        if is_own || is_stub || unit.broken || !self.is_run_in_tests(file) {
            return Vec::new();
        }
        let fails = |(name, bindings): (&String, &Vec<Binding>)| {
            !unit.facts.typing_only.contains(name)
                && bindings.iter().any(|binding| self.failing(file, binding).is_some())
        };
        let absent = |module: &String| self.no_module(file, 0, module).is_some();
        let star = |star: &Name| match star {
            Name::Import { level, module, .. } => {
                self.no_module(file, *level, module).is_some() || self.lacks(file, *level, module, "*").is_yes()
            }
            Name::Here(_) => false,
        };
        let facts = &unit.facts;
        let goes_up = |binding: &Binding| matches!(binding, Binding::Import(Name::Import { level, .. }) if *level > 1);
        let goes_up = facts.symbols.values().flatten().any(goes_up);
        let packages = if goes_up { self.packages_around(file) } else { None };
        let is_beyond = |level: u32| packages.is_some_and(|packages| level as usize > packages);
        let goes_beyond =
            |binding: &Binding| matches!(binding, Binding::Import(Name::Import { level, .. }) if is_beyond(*level));
        let beyond = facts.symbols.values().flatten().any(goes_beyond);
        if !beyond
            && !facts.symbols.iter().any(fails)
            && !facts.submodules.iter().any(absent)
            && !facts.stars.iter().any(star)
        {
            return Vec::new();
        }
        let mut found = Vec::new();
        for step in &unit.facts.steps.list() {
            let Step::Import(import) = step else { continue };
            let dots = ".".repeat(import.level as usize);
            let module = &import.module;
            if is_beyond(import.level) {
                let text = "a relative import goes above the topmost package, as this module is imported: it fails, and with it the tests that need it";
                found.push(Finding::new("TST011", import.at, vec![text.into()]));
                continue;
            }
            if let Some(why) = self.no_module(file, import.level, module) {
                let text = match why {
                    Absent::Here => format!(
                        "the project has no module `{dots}{module}`: the import fails, and with it the tests that need it"
                    ),
                    Absent::Anywhere => {
                        let top = module.split('.').next().unwrap_or(module);
                        format!(
                            "nothing that the project declares brings `{top}`: the import fails where only that is installed, and with it the tests that need it"
                        )
                    }
                };
                found.push(Finding::new("TST011", import.at, vec![text.into()]));
                continue;
            }
            for (at, name) in &import.names {
                if self.lacks(file, import.level, module, name).is_yes() {
                    let what = match name.as_str() {
                        "*" => "has not all that its `__all__` names".to_owned(),
                        name => format!("has no `{name}`"),
                    };
                    let text = format!("`{dots}{module}` {what}: the import fails, and with it the tests that need it");
                    found.push(Finding::new("TST010", *at, vec![text.into()]));
                }
            }
        }
        found
    }

    /// How many packages are around a file, by the names that others import it under in a run of tests; the most of them. None where
    /// somebody imports it by a relative name, which says nothing.
    fn packages_around(&self, file: File) -> Option<usize> {
        let index = self.values.index;
        let path = index.path(file);
        let stem = path.strip_suffix("/__init__.py").or_else(|| path.strip_suffix(".py"))?;
        let stem = stem.rsplit('/').next()?;
        let inner = usize::from(index.package_folder(file).is_none());
        note(Of::Importers, path);
        let importers = self.importers.get_or_init(|| {
            apart(|| {
                let mut importers: FxHashMap<File, Vec<File>> = FxHashMap::default();
                for (&from, to) in self.all_runs() {
                    to.iter().for_each(|&to| importers.entry(to).or_default().push(from));
                }
                importers
            })
        });
        let mut most = None;
        for &from in importers.get(&file).into_iter().flatten() {
            let facts = &self.values.units.of(from).facts;
            let imports = facts.symbols.values().flatten().filter_map(|binding| match binding {
                Binding::Import(Name::Import { level, module, path }) => Some((*level, module.as_str(), path.as_str())),
                _ => None,
            });
            let whole = facts.submodules.iter().map(|module| (0, module.as_str(), ""));
            let stars = facts.stars.iter().filter_map(|star| match star {
                Name::Import { level, module, .. } => Some((*level, module.as_str(), "")),
                Name::Here(_) => None,
            });
            for (level, module, path) in imports.chain(whole).chain(stars) {
                let name = match path == stem {
                    true => format!("{module}.{path}"),
                    false if module.rsplit('.').next() == Some(stem) => module.to_owned(),
                    false => continue,
                };
                if index.import(from, level, name.trim_start_matches('.')) != Found::File(file) {
                    continue;
                }
                if level > 0 {
                    return None;
                }
                most = most.max(Some(name.trim_start_matches('.').split('.').count() - inner));
            }
        }
        most
    }

    /// Whether an import that a file binds fails.
    fn failing(&self, file: File, binding: &Binding) -> Option<()> {
        let Binding::Import(Name::Import { level, module, path }) = binding else { return None };
        let absent = self.no_module(file, *level, module).is_some();
        let lacks = || !path.is_empty() && self.lacks(file, *level, module, path).is_yes();
        (absent || lacks()).then_some(())
    }

    fn no_module(&self, file: File, level: u32, module: &str) -> Option<Absent> {
        if self.missing_module(file, level, module).is_yes() {
            return Some(Absent::Here);
        }
        (level == 0 && self.uninstalled(file, module).is_yes()).then_some(Absent::Anywhere)
    }

    /// Modules that wait for each other while the tests are collected: a finding at the import that fails first.
    pub(super) fn circles(&self) -> Option<(File, Finding)> {
        let edges = self.all_runs();
        let whole = |file: &File| !self.values.units.of(*file).broken;
        let circles = components(edges).into_iter().filter(|circle| circle.len() > 1 && circle.iter().all(whole));
        let mut leads: FxHashSet<File> = circles.flatten().collect();
        if leads.is_empty() {
            return None;
        }
        let mut importers: FxHashMap<File, Vec<File>> = FxHashMap::default();
        for (&from, to) in edges {
            to.iter().for_each(|&to| importers.entry(to).or_default().push(from));
        }
        let mut queue: Vec<File> = leads.iter().copied().collect();
        while let Some(file) = queue.pop() {
            let new = importers.get(&file).into_iter().flatten().copied().filter(|&from| leads.insert(from));
            queue.extend(new);
        }
        // Pytest imports conftests before the tests beside them.
        let first = |&file: &File| {
            let path = self.values.index.path(file);
            (!self.is_conftest(file), path)
        };
        // A module of the product may be called `test_...`, too.
        let is_told = |file: File| {
            let path = self.values.index.path(file);
            self.manifests.pytest(path).is_some() || parent(path).split('/').any(|part| part.starts_with("test"))
        };
        let starts = leads
            .iter()
            .copied()
            .filter(|&file| self.is_conftest(file) || self.collected(file).is_yes() && is_told(file));
        let mut starts: Vec<File> = starts.collect();
        starts.sort_by_key(first);
        let mut run = Run { judge: self, leads: &leads, states: FxHashMap::default(), read: 0 };
        for start in starts {
            match run.import(start) {
                Ok(()) => {}
                Err(Stop::Failed(failed)) => return Some((failed.file, failed.finding())),
                Err(Stop::Unsure) => return None,
            }
        }
        None
    }
}

/// Where a module is not.
enum Absent {
    /// In the package that the project has.
    Here,
    /// In anything that is declared.
    Anywhere,
}

/// How far a module is.
#[derive(Default)]
struct State {
    names: FxHashSet<String>,
    /// Local names of modules.
    modules: FxHashMap<String, File>,
    /// Modules that were half made when all their names were imported.
    half: Vec<File>,
    done: bool,
}

/// The imports that lead to circles, one after the other, as Python makes them.
struct Run<'r, 'a> {
    judge: &'r Judge<'a>,
    /// The files of circles, and those that import them over others or not.
    leads: &'r FxHashSet<File>,
    states: FxHashMap<File, State>,
    read: usize,
}

/// Why a run ends before its end.
enum Stop {
    Failed(Failed),
    /// What happens is for conditions to decide, or too much to read.
    Unsure,
}

/// An import that finds a module half made.
struct Failed {
    file: File,
    at: Span,
    name: String,
    of: String,
}

impl Failed {
    fn finding(self) -> Finding {
        let Failed { at, name, of, .. } = self;
        let text = format!("`{of}` waits for this module and has no `{name}` yet: a circular import, which fails");
        let mut finding = Finding::new("TST018", at, vec![text.into()]);
        finding.help("move what both need into a third module, or import it inside the function that uses it");
        finding
    }
}

impl Run<'_, '_> {
    fn import(&mut self, file: File) -> Result<(), Stop> {
        if !self.leads.contains(&file) || self.states.contains_key(&file) {
            return Ok(());
        }
        self.read += 1;
        if self.read > MOST {
            return Err(Stop::Unsure);
        }
        self.states.insert(file, State::default());
        for step in &self.judge.values.units.of(file).facts.steps.list() {
            deeper(|| self.step(file, step))?;
        }
        self.states.entry(file).or_default().done = true;
        // A submodule becomes a name of its package.
        let index = self.judge.values.index;
        let path = index.path(file);
        let own = path.strip_suffix("/__init__.py").unwrap_or(path.strip_suffix(".py").unwrap_or(path));
        if let Some((folder, name)) = own.rsplit_once('/')
            && let Some(package) = index.file(&format!("{folder}/__init__.py"))
            && let Some(state) = self.states.get_mut(&package)
        {
            state.names.insert(name.to_owned());
        }
        Ok(())
    }

    fn step(&mut self, file: File, step: &Step) -> Result<(), Stop> {
        match step {
            Step::Binds(names) => {
                // What a star brings is told where it is imported.
                let names = names.iter().filter(|name| *name != "*").cloned();
                self.states.entry(file).or_default().names.extend(names);
            }
            Step::Asks(at, module, attribute) => {
                let of = self.states.get(&file).and_then(|state| state.modules.get(module)).copied();
                if let Some(of) = of {
                    self.wants(file, of, attribute, *at)?;
                }
            }
            Step::Reads(at, name) => {
                let Some(state) = self.states.get(&file) else { return Ok(()) };
                if state.half.is_empty() || state.names.contains(name) || state.names.contains("*") || is_builtin(name)
                {
                    return Ok(());
                }
                let of = state.half.iter().copied().find(|&of| self.judge.has_name(of, name, 0) == Verdict::Yes);
                if let Some(of) = of {
                    let of = self.judge.values.index.module_name(of);
                    return Err(Stop::Failed(Failed { file, at: *at, name: name.clone(), of }));
                }
            }
            Step::MayImport(level, module, names) => {
                let index = self.judge.values.index;
                let inner = names.iter().map(|name| format!("{module}.{name}"));
                let all = [module.clone()].into_iter().chain(inner);
                let leads = all.map(|module| index.import(file, *level, module.trim_matches('.'))).any(|found| {
                    matches!(found, Found::File(next) if self.leads.contains(&next)
                        && self.states.get(&next).is_none_or(|state| !state.done))
                });
                if leads {
                    return Err(Stop::Unsure);
                }
            }
            Step::Import(import) => {
                let is_star = import.names.iter().any(|(_, name)| name == "*");
                let home = self.modules(file, import.level, &import.module)?;
                if is_star {
                    self.star(file, home);
                }
                let Some(home) = home else { return Ok(()) };
                let state = |run: &mut Self, name: &str, module: File| {
                    run.states.entry(file).or_default().modules.insert(name.to_owned(), module);
                };
                if let Some(name) = &import.known_as {
                    state(self, name, home);
                    return Ok(());
                }
                for (at, name) in import.names.iter().filter(|(_, name)| name != "*") {
                    if self.states.get(&home).is_some_and(|state| state.names.contains(name)) {
                        continue;
                    }
                    let index = self.judge.values.index;
                    let submodule = index.package_folder(home).and_then(|folder| index.submodule(folder, name));
                    match submodule {
                        Some(Found::File(inner)) => {
                            self.import(inner)?;
                            state(self, name, inner);
                        }
                        Some(_) => {}
                        None => self.wants(file, home, name, *at)?,
                    }
                }
            }
        }
        Ok(())
    }

    /// Takes all names of a module: those that it has by now, if it is half made, else any.
    fn star(&mut self, file: File, home: Option<File>) {
        let half = home.filter(|&home| home != file && self.states.get(&home).is_some_and(|state| !state.done));
        let known = half.and_then(|half| self.states.get(&half)).map(|state| state.names.clone());
        let state = self.states.entry(file).or_default();
        match half {
            Some(half) => {
                state.half.push(half);
                state.names.extend(known.into_iter().flatten().filter(|name| !name.starts_with('_') || name == "*"));
            }
            None => _ = state.names.insert("*".to_owned()),
        }
    }

    /// Imports a module with the packages around it.
    fn modules(&mut self, file: File, level: u32, module: &str) -> Result<Option<File>, Stop> {
        let index = self.judge.values.index;
        let parts: Vec<&str> = module.split('.').filter(|part| !part.is_empty()).collect();
        let mut last = None;
        for count in usize::from(level == 0)..=parts.len() {
            match index.import(file, level, &parts[..count].join(".")) {
                Found::File(next) => {
                    if next != file {
                        self.import(next)?;
                    }
                    last = Some(next);
                }
                _ => last = None,
            }
        }
        Ok(last)
    }

    fn wants(&self, file: File, of: File, name: &str, at: Span) -> Result<(), Stop> {
        let Some(state) = self.states.get(&of).filter(|state| !state.done && of != file) else { return Ok(()) };
        let index = self.judge.values.index;
        if index.package_folder(of).is_some_and(|folder| index.submodule(folder, name).is_some()) {
            return Ok(());
        }
        // What the module never has is another matter; so is what is bound where conditions decide.
        let comes = self.judge.has_name(of, name, 0) == Verdict::Yes;
        if state.names.contains(name) || state.names.contains("*") || !comes {
            return Ok(());
        }
        let of = self.judge.values.index.module_name(of);
        Err(Stop::Failed(Failed { file, at, name: name.to_owned(), of }))
    }
}

/// The strongly connected components of a graph, without recursion (Tarjan).
fn components(edges: &FxHashMap<File, Vec<File>>) -> Vec<Vec<File>> {
    let mut order: FxHashMap<File, usize> = FxHashMap::default();
    let mut low: FxHashMap<File, usize> = FxHashMap::default();
    let (mut stack, mut on_stack, mut found) = (Vec::new(), FxHashSet::default(), Vec::new());
    let mut starts: Vec<File> = edges.keys().copied().collect();
    starts.sort_unstable();
    for start in starts {
        if order.contains_key(&start) {
            continue;
        }
        let mut work: Vec<(File, usize)> = vec![(start, 0)];
        while let Some((file, next)) = work.pop() {
            if next == 0 {
                order.insert(file, order.len());
                low.insert(file, order[&file]);
                stack.push(file);
                on_stack.insert(file);
            }
            match edges.get(&file).and_then(|all| all.get(next)) {
                Some(&to) => {
                    work.push((file, next + 1));
                    if !order.contains_key(&to) {
                        work.push((to, 0));
                    } else if on_stack.contains(&to) {
                        let least = low[&file].min(order[&to]);
                        low.insert(file, least);
                    }
                }
                None => {
                    if low[&file] == order[&file] {
                        let mut component = Vec::new();
                        while let Some(top) = stack.pop() {
                            on_stack.remove(&top);
                            component.push(top);
                            if top == file {
                                break;
                            }
                        }
                        component.sort_unstable();
                        found.push(component);
                    }
                    if let Some(&(above, _)) = work.last() {
                        let least = low[&above].min(low[&file]);
                        low.insert(above, least);
                    }
                }
            }
        }
    }
    found
}
