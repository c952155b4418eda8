//! The tests of a file: its own, what it imports, what its classes inherit, and what their fixtures multiply.

use super::outline::{Bound, Class, Function, Ids, Marks, Names, Outline, Target, outline};
use super::settings::Settings;
use super::{Item, Lost, Parameters, Texts, broken, marks};
use crate::python::parse;
use crate::unit::Kind;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// How far imports and bases are followed.
const DEEPEST: usize = 20;

/// Hooks of a conftest after which the list may be another.
const CHANGING: [&str; 7] = [
    "pytest_ignore_collect",
    "pytest_collect_file",
    "pytest_collect_directory",
    "pytest_pycollect_makemodule",
    "pytest_pycollect_makeitem",
    "pytest_generate_tests",
    "pytest_collection_modifyitems",
];

/// The modules that were looked at.
pub struct Modules<'a> {
    settings: &'a Settings,
    target: Target,
    texts: Texts,
    outlines: FxHashMap<PathBuf, Option<Rc<Outline>>>,
    /// The conftests above each folder, the nearest first.
    conftests: FxHashMap<PathBuf, Rc<Vec<PathBuf>>>,
    /// Where modules lie, by the folder that asks, the level and the name.
    places: RefCell<FxHashMap<(PathBuf, u32, String), Option<PathBuf>>>,
    /// What dotted names mean in files.
    meanings: FxHashMap<(PathBuf, String), Meaning>,
}

/// What a conftest leaves out.
pub enum Ignore {
    /// A path.
    Path(PathBuf),
    /// A pattern of whole paths.
    Glob(globset::GlobMatcher),
}

impl Ignore {
    /// Whether a path is left out.
    pub fn ignores(&self, path: &Path) -> bool {
        match self {
            Ignore::Path(one) => one == path,
            Ignore::Glob(glob) => glob.is_match(path),
        }
    }
}

/// A class with where it stands.
#[derive(Clone)]
struct Of<T> {
    file: PathBuf,
    outline: Rc<Outline>,
    value: T,
}

/// Which class of an outline: names from the module down.
type Way = Vec<String>;

fn class<'o>(outline: &'o Outline, way: &[String]) -> Option<&'o Class> {
    let mut names = &outline.names;
    let mut found = None;
    for name in way {
        match names.get(name) {
            Some(Bound::Class(class)) => {
                names = &class.names;
                found = Some(class);
            }
            _ => return None,
        }
    }
    found
}

/// What a name comes to, over imports.
#[derive(Clone)]
enum Meaning {
    Function(Of<Way>),
    Class(Of<Way>),
    /// Of a module that is not here: its dotted path.
    External(String),
    Other,
}

/// Everything that a class is, its bases first looked at last.
struct Line {
    /// The class and its bases, in the order in which attributes are looked up.
    classes: Vec<Of<Way>>,
    /// Bases from elsewhere.
    external: Vec<String>,
}

/// A fixture as it is found from a test.
struct Known {
    /// What it asks for.
    arguments: Vec<String>,
    autouse: bool,
    params: Option<Ids>,
}

/// The fixtures that a test may use, by name; the nearest last.
type Fixtures = FxHashMap<String, Vec<Rc<Known>>>;

impl<'a> Modules<'a> {
    /// Nothing is read yet.
    pub fn new(settings: &'a Settings, target: Target) -> Modules<'a> {
        let (texts, outlines, conftests) = (Texts::default(), FxHashMap::default(), FxHashMap::default());
        Modules {
            settings,
            target,
            texts,
            outlines,
            conftests,
            places: RefCell::default(),
            meanings: FxHashMap::default(),
        }
    }

    fn outline(&mut self, path: &Path) -> Option<Rc<Outline>> {
        if let Some(known) = self.outlines.get(path) {
            return known.clone();
        }
        let target = self.target;
        let read = self.texts.get(path).map(|text| {
            let tree = parse(text, Kind::Python);
            Rc::new(outline(&tree, text, target))
        });
        self.outlines.insert(path.to_owned(), read.clone());
        read
    }

    /// The conftests that a file has, the outermost first.
    fn conftests(&mut self, file: &Path) -> Rc<Vec<PathBuf>> {
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        if let Some(known) = self.conftests.get(&folder) {
            return known.clone();
        }
        let inside = folder.ancestors().take_while(|above| above.starts_with(&self.settings.root));
        let mut found: Vec<PathBuf> =
            inside.map(|above| above.join("conftest.py")).filter(|path| path.is_file()).collect();
        found.reverse();
        let found = Rc::new(found);
        self.conftests.insert(folder, found.clone());
        found
    }

    /// What the conftests of a folder leave out.
    pub fn ignores(&mut self, folder: &Path) -> Vec<Ignore> {
        let conftests = self.conftests(&folder.join("conftest.py"));
        let mut found = Vec::new();
        for conftest in conftests.iter() {
            let home = conftest.parent().unwrap_or(Path::new("")).to_owned();
            let Some(outline) = self.outline(conftest) else { continue };
            for one in outline
                .ignores
                .iter()
                .filter(|one| one.when.iter().all(|(name, is)| self.is(conftest, &outline, name) == Some(*is)))
            {
                let path = home.join(one.path.trim_end_matches('/'));
                match one.is_glob {
                    false => found.push(Ignore::Path(path)),
                    true => {
                        let glob = globset::Glob::new(&path.to_string_lossy());
                        found.extend(glob.ok().map(|glob| Ignore::Glob(glob.compile_matcher())));
                    }
                }
            }
        }
        found
    }

    /// Whether a name of a module is true where the tests run, as far as the project's modules say.
    fn is(&mut self, file: &Path, outline: &Rc<Outline>, name: &str) -> Option<bool> {
        if let Some(known) = outline.flags.get(name) {
            return Some(*known);
        }
        let Some(Bound::Import { level, module, name }) = outline.names.get(name) else { return None };
        let other = self.module(file, *level, module)?;
        self.outline(&other)?.flags.get(name).copied()
    }

    /// Why a file cannot be collected: it does not parse, or a conftest of it does not.
    pub fn failure(&mut self, file: &Path) -> Option<(u32, String)> {
        if let Some((line, reason)) = self.texts.get(file).and_then(broken) {
            return Some((line, reason));
        }
        for conftest in self.conftests(file).iter() {
            if let Some((line, reason)) = self.texts.get(conftest).and_then(broken) {
                return Some((1, format!("{}:{line}: {reason}", self.settings.id(conftest))));
            }
        }
        None
    }

    /// How many functions and methods of a file are named as tests.
    pub fn count(&mut self, file: &Path) -> usize {
        let Some(outline) = self.outline(file) else { return 0 };
        let is_test = |(name, bound): (&str, &Bound)| {
            matches!(bound, Bound::Function(function) if function.fixture.is_none())
                && self.settings.names("python_functions", "test", name)
        };
        let own = outline.names.iter().filter(|one| is_test(*one)).count();
        let classes = outline.names.iter().filter_map(|(name, bound)| match bound {
            Bound::Class(class) if self.settings.names("python_classes", "Test", name) => Some(class),
            _ => None,
        });
        own + classes.map(|class| class.names.iter().filter(|one| is_test(*one)).count()).sum::<usize>()
    }

    /// Hooks that may change what is collected, by the file that has them.
    pub fn hooks(&self) -> BTreeMap<String, Vec<String>> {
        let changes = |hook: &&String| CHANGING.contains(&hook.as_str());
        let conftests = self.outlines.iter().filter(|(path, _)| path.ends_with("conftest.py"));
        let read = conftests.filter_map(|(path, outline)| Some((path, outline.as_ref()?)));
        let having = read.filter_map(|(path, outline)| {
            let hooks: Vec<String> = outline.hooks.iter().filter(changes).cloned().collect();
            (!hooks.is_empty()).then(|| (self.settings.id(path), hooks))
        });
        having.collect()
    }

    /// The module that a file imports: by where the file lies, `pythonpath`, the root and its `src`.
    fn module(&self, from: &Path, level: u32, module: &str) -> Option<PathBuf> {
        let asked = (from.parent()?.to_owned(), level, module.to_owned());
        if let Some(known) = self.places.borrow().get(&asked) {
            return known.clone();
        }
        let found = self.look_for(from, level, module);
        self.places.borrow_mut().insert(asked, found.clone());
        found
    }

    fn look_for(&self, from: &Path, level: u32, module: &str) -> Option<PathBuf> {
        let parts = module.split('.').filter(|part| !part.is_empty());
        let below = |start: &Path| {
            let path = parts.clone().fold(start.to_owned(), |path, part| path.join(part));
            let file = path.with_extension("py");
            let named = parts.clone().next().is_some();
            if named && file.is_file() {
                Some(file)
            } else {
                Some(path.join("__init__.py")).filter(|path| path.is_file())
            }
        };
        let folder = from.parent()?;
        if level > 0 {
            return below(folder.ancestors().nth(level as usize - 1)?);
        }
        let package = folder.ancestors().find(|above| !above.join("__init__.py").is_file())?;
        let root = &self.settings.root;
        let configured = self.settings.settings.words("pythonpath").into_iter().map(|one| root.join(one));
        let starts = [package.to_owned()].into_iter().chain(configured).chain([root.clone(), root.join("src")]);
        starts.into_iter().find_map(|start| below(&start))
    }

    /// What a dotted name means in a module.
    fn meaning(&mut self, file: &Path, outline: &Rc<Outline>, dotted: &str, depth: usize) -> Meaning {
        let asked = (file.to_owned(), dotted.to_owned());
        if let Some(known) = self.meanings.get(&asked) {
            return known.clone();
        }
        if depth > DEEPEST {
            return Meaning::Other;
        }
        // Modules that import a name from each other have it nowhere.
        self.meanings.insert(asked.clone(), Meaning::External(dotted.to_owned()));
        let found = self.look_up(file, outline, dotted, depth);
        self.meanings.insert(asked, found.clone());
        found
    }

    fn look_up(&mut self, file: &Path, outline: &Rc<Outline>, dotted: &str, depth: usize) -> Meaning {
        let (first, rest) = dotted.split_once('.').map_or((dotted, ""), |(first, rest)| (first, rest));
        let here = |way: Way| Of { file: file.to_owned(), outline: outline.clone(), value: way };
        match outline.names.get(first) {
            Some(Bound::Function(_)) if rest.is_empty() => Meaning::Function(here(vec![first.to_owned()])),
            Some(Bound::Class(_)) => {
                let way: Way = dotted.split('.').map(str::to_owned).collect();
                match class(outline, &way) {
                    Some(_) => Meaning::Class(here(way)),
                    None => Meaning::Other,
                }
            }
            Some(Bound::Alias(other)) if rest.is_empty() && other != first => {
                let other = other.clone();
                self.meaning(file, outline, &other, depth + 1)
            }
            Some(Bound::Import { level, module, name }) => {
                let (level, module, name) = (*level, module.clone(), name.clone());
                self.imported(file, level, &module, &name, rest, depth)
            }
            Some(_) => Meaning::Other,
            None => {
                for (level, module) in outline.stars.clone() {
                    match self.imported(file, level, &module, dotted, "", depth) {
                        Meaning::Other | Meaning::External(_) => {}
                        found => return found,
                    }
                }
                Meaning::External(dotted.to_owned())
            }
        }
    }

    fn imported(&mut self, file: &Path, level: u32, module: &str, name: &str, rest: &str, depth: usize) -> Meaning {
        let whole = [module, name, rest].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
        // `import a.b` and then `a.b.C`; `from a import b` and then `b.C`.
        let parts: Vec<&str> = whole.split('.').filter(|part| !part.is_empty()).collect();
        let known = module.split('.').filter(|part| !part.is_empty()).count();
        for cut in (known..parts.len()).rev() {
            let Some(path) = self.module(file, level, &parts[..cut].join(".")) else { continue };
            let Some(outline) = self.outline(&path) else { continue };
            let meaning = self.meaning(&path, &outline, &parts[cut..].join("."), depth + 1);
            if !matches!(meaning, Meaning::External(_)) {
                return meaning;
            }
        }
        Meaning::External(whole)
    }

    /// A class with its bases, as they are looked up.
    fn line(&mut self, of: Of<Way>, depth: usize) -> Line {
        let mut line = Line { classes: vec![of.clone()], external: Vec::new() };
        let Some(found) = class(&of.outline, &of.value).filter(|_| depth < DEEPEST) else { return line };
        for base in found.bases.clone() {
            match self.meaning(&of.file, &of.outline, &base, 0) {
                Meaning::Class(of) => {
                    let above = self.line(of, depth + 1);
                    line.classes.extend(above.classes);
                    line.external.extend(above.external);
                }
                Meaning::External(path) => line.external.push(path),
                Meaning::Function(_) | Meaning::Other => line.external.push(base),
            }
        }
        line
    }

    /// The tests of a file, and what looks like one and is none.
    pub fn items(&mut self, file: &Path) -> (Vec<Item>, Vec<Lost>) {
        let Some(outline) = self.outline(file) else { return (Vec::new(), Vec::new()) };
        let mut found = Found { items: Vec::new(), lost: Vec::new() };
        if outline.test == Some(false) {
            let reason = "`__test__ = False` for the whole file".to_owned();
            found.lost.push(Lost { path: String::new(), line: 0, name: String::new(), reason });
            return (found.items, found.lost);
        }
        if outline.skips {
            let reason = "the file skips itself".to_owned();
            found.lost.push(Lost { path: String::new(), line: 0, name: String::new(), reason });
            return (found.items, found.lost);
        }
        let mut fixtures = Fixtures::default();
        for conftest in self.conftests(file).iter().chain([&file.to_owned()]) {
            self.module_fixtures(conftest, &mut fixtures, 0);
        }
        let names: Vec<String> = outline.names.iter().map(|(name, _)| name.to_owned()).collect();
        let starred = self.starred(file, &outline);
        for name in starred.into_iter().chain(names) {
            match self.meaning(file, &outline, &name, 0) {
                Meaning::Function(of) => {
                    let Some(Bound::Function(function)) = of.outline.names.get(&of.value[0]) else { continue };
                    if self.is_test(&name, function) {
                        let own = [&function.marks, &outline.marks];
                        let item = self.item(&[], &name, function, &own, &fixtures, &outline, false);
                        found.items.extend(item);
                    }
                }
                Meaning::Class(of) => self.of_class(of, &[], &name, &outline, &fixtures, &mut found),
                _ => {}
            }
        }
        self.lost(&outline, &mut found);
        (found.items, found.lost)
    }

    /// Names that `from x import *` brings.
    fn starred(&mut self, file: &Path, outline: &Rc<Outline>) -> Vec<String> {
        let mut found = Vec::new();
        for (level, module) in outline.stars.clone() {
            let Some(other) = self.module(file, level, &module).and_then(|path| self.outline(&path)) else { continue };
            let all = other.names.iter().map(|(name, _)| name.to_owned());
            found.extend(all.filter(|name| !name.starts_with('_') && outline.names.get(name).is_none()));
        }
        found
    }

    fn is_test(&self, name: &str, function: &Function) -> bool {
        function.fixture.is_none() && !function.is_property && self.settings.names("python_functions", "test", name)
    }

    fn of_class(
        &mut self,
        of: Of<Way>,
        outer: &[String],
        name: &str,
        module: &Rc<Outline>,
        fixtures: &Fixtures,
        found: &mut Found,
    ) {
        let Some(own) = class(&of.outline, &of.value) else { return };
        let at = own.line;
        let line = self.line(of.clone(), 0);
        let is_unittest =
            line.external.iter().any(|path| path.rsplit('.').next().is_some_and(|last| last.ends_with("TestCase")));
        let looked_up = |test: &dyn Fn(&Class) -> bool| {
            line.classes.iter().filter_map(|of| class(&of.outline, &of.value)).any(test)
        };
        let said = line.classes.iter().filter_map(|of| class(&of.outline, &of.value)?.test).next();
        let is_named = self.settings.names("python_classes", "Test", name);
        if !(is_unittest || is_named || said == Some(true)) {
            return;
        }
        let mut path = outer.to_vec();
        path.push(name.to_owned());
        let mut lose = |reason: &str| {
            let (path, name, reason) = (String::new(), path.join("::"), reason.to_owned());
            found.lost.push(Lost { path, line: at, name, reason });
        };
        if said == Some(false) {
            return lose("`__test__` is False");
        }
        if !is_unittest {
            let defines = |name: &'static str| move |class: &Class| class.names.get(name).is_some();
            let made = looked_up(&|class| class.is_dataclass)
                || line.external.iter().any(|path| path.ends_with("NamedTuple") || path.ends_with("BaseModel"));
            if looked_up(&defines("__init__")) || made {
                return lose("it has an `__init__`");
            }
            if looked_up(&defines("__new__")) {
                return lose("it has a `__new__`");
            }
        }
        let mut fixtures = fixtures.iter().map(|(name, all)| (name.clone(), all.clone())).collect::<Fixtures>();
        for of in line.classes.iter().rev() {
            if let Some(class) = class(&of.outline, &of.value) {
                own_fixtures(&class.names, &mut fixtures);
            }
        }
        let mut class_marks: Vec<Marks> = Vec::new();
        class_marks.extend(line.classes.iter().filter_map(|of| Some(class(&of.outline, &of.value)?.marks.clone())));
        let mut seen: FxHashSet<String> = FxHashSet::default();
        // What bases bring comes first, as pytest lists it.
        let mut by_class: Vec<Vec<Item>> = Vec::new();
        for of in &line.classes {
            let Some(here) = class(&of.outline, &of.value) else { continue };
            let outer = std::mem::take(&mut found.items);
            for (member, bound) in here.names.iter() {
                if !seen.insert(member.to_owned()) {
                    continue;
                }
                // `test_b = test_a` in the same class.
                let function = match bound {
                    Bound::Function(function) => Some(function),
                    Bound::Alias(other) => match here.names.get(other) {
                        Some(Bound::Function(function)) => Some(function),
                        _ => None,
                    },
                    _ => None,
                };
                let is_test = |function: &&Function| match is_unittest {
                    true => member.starts_with("test") && !function.is_property,
                    false => self.is_test(member, function),
                };
                if let Some(function) = function.filter(is_test) {
                    let mut marks = vec![&function.marks];
                    marks.extend(&class_marks);
                    marks.push(&module.marks);
                    found.items.extend(self.item(&path, member, function, &marks, &fixtures, module, is_unittest));
                }
                match bound {
                    Bound::Class(_) if !is_unittest => {
                        let mut way = of.value.clone();
                        way.push(member.to_owned());
                        let inner = Of { value: way, ..of.clone() };
                        self.of_class(inner, &path, member, module, &fixtures, found);
                    }
                    _ => {}
                }
            }
            by_class.push(std::mem::replace(&mut found.items, outer));
        }
        found.items.extend(by_class.into_iter().rev().flatten());
    }

    /// What looks like a test and is none, beside classes.
    fn lost(&self, outline: &Outline, found: &mut Found) {
        let is_function = |name: &str| self.settings.names("python_functions", "test", name);
        let is_class = |name: &str| self.settings.names("python_classes", "Test", name);
        let mut lose = |line: u32, name: &str, reason: String| {
            found.lost.push(Lost { path: String::new(), line, name: name.to_owned(), reason });
        };
        for (name, line, later) in &outline.hidden {
            let last = name.rsplit("::").next().unwrap_or(name);
            if is_function(last) || is_class(last) {
                lose(*line, name, format!("defined again in line {later}"));
            }
        }
        for (name, line) in outline.nested.iter().filter(|(name, _)| is_function(name)) {
            lose(*line, name, "stands inside of a function".to_owned());
        }
        for (name, bound) in outline.names.iter() {
            let Bound::Class(class) = bound else { continue };
            let tests = class.names.iter().filter(|(name, bound)| match bound {
                Bound::Function(function) => function.fixture.is_none() && name.starts_with("test_"),
                _ => false,
            });
            let count = tests.count();
            let is_base = found_base(outline, name);
            if count > 0 && !is_class(name) && class.bases.is_empty() && !is_base && class.test != Some(true) {
                let tests = if count == 1 { "1 test".to_owned() } else { format!("{count} tests") };
                lose(class.line, name, format!("{tests} in it, and `python_classes` has no pattern for this name"));
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what a test has around it")]
    fn item(
        &self,
        classes: &[String],
        name: &str,
        function: &Function,
        own: &[&Marks],
        fixtures: &Fixtures,
        module: &Outline,
        is_unittest: bool,
    ) -> Option<Item> {
        let all: Vec<String> = own.iter().flat_map(|marks| marks.names.iter().cloned()).collect();
        let wanted = self.settings.option("-m").last().copied();
        if wanted.is_some_and(|expression| marks::holds(expression, &all) == Some(false)) {
            return None;
        }
        let mut parts: Vec<String> = classes.to_vec();
        parts.push(name.to_owned());
        let parameters = match is_unittest {
            true => Parameters::None,
            false => parameters(function, !classes.is_empty(), own, &all, fixtures, module),
        };
        Some(Item { path: String::new(), name: parts.join("::"), line: function.line, parameters })
    }

    /// The fixtures that a module defines or imports.
    fn module_fixtures(&mut self, path: &Path, fixtures: &mut Fixtures, depth: usize) {
        let Some(outline) = self.outline(path).filter(|_| depth < DEEPEST) else { return };
        for (level, module) in outline.stars.clone() {
            if let Some(other) = self.module(path, level, &module) {
                self.module_fixtures(&other, fixtures, depth + 1);
            }
        }
        own_fixtures(&outline.names, fixtures);
        let imported: Vec<String> = outline
            .names
            .iter()
            .filter(|(_, bound)| matches!(bound, Bound::Import { .. } | Bound::Alias(_)))
            .map(|(name, _)| name.to_owned())
            .collect();
        for name in imported {
            if let Meaning::Function(of) = self.meaning(path, &outline, &name, 0)
                && let Some(Bound::Function(function)) = of.outline.names.get(&of.value[0])
            {
                add_fixture(&name, function, fixtures);
            }
        }
    }
}

/// What is found in a file.
struct Found {
    items: Vec<Item>,
    lost: Vec<Lost>,
}

/// Whether a class is the base of another in the file.
fn found_base(outline: &Outline, name: &str) -> bool {
    outline
        .names
        .iter()
        .any(|(_, bound)| matches!(bound, Bound::Class(class) if class.bases.iter().any(|base| base == name)))
}

fn own_fixtures(names: &Names, fixtures: &mut Fixtures) {
    for (name, bound) in names.iter() {
        if let Bound::Function(function) = bound {
            add_fixture(name, function, fixtures);
        }
    }
}

fn add_fixture(name: &str, function: &Function, fixtures: &mut Fixtures) {
    let Some(fixture) = &function.fixture else { return };
    let name = fixture.name.as_deref().unwrap_or(name);
    let arguments = function.arguments.iter().filter(|one| !matches!(one.as_str(), "self" | "cls" | "request"));
    // Ids of plain values have the name of the fixture.
    let params = fixture.params.clone().map(|ids| {
        ids.map(|ids| ids.into_iter().map(|id| id.map(|id| named(&id, fixture.name.is_none(), name))).collect())
    });
    let known = Known { arguments: arguments.cloned().collect(), autouse: fixture.autouse, params };
    fixtures.entry(name.to_owned()).or_default().push(Rc::new(known));
}

/// An id without the name that it begins with, as it was not known yet.
fn named(id: &str, unnamed: bool, name: &str) -> String {
    match id.strip_prefix(PLACEHOLDER) {
        Some(number) if unnamed => format!("{name}{number}"),
        _ => id.to_owned(),
    }
}

/// Stands for the name of a fixture in the ids of plain values.
pub const PLACEHOLDER: char = '\u{0}';

/// How a test is multiplied: by its own marks, and by the fixtures that it uses.
fn parameters(
    function: &Function,
    in_class: bool,
    own: &[&Marks],
    all: &[String],
    fixtures: &Fixtures,
    module: &Outline,
) -> Parameters {
    let direct: Vec<(&Vec<String>, &Ids)> =
        own.iter().flat_map(|marks| marks.parametrized.iter().map(|(names, ids)| (names, ids))).collect();
    let skipped = usize::from(in_class && !function.is_static);
    let wanted = function.arguments.iter().skip(skipped);
    // What is used, and what that uses.
    let mut autouse: Vec<&String> =
        fixtures.iter().filter(|(_, all)| all.iter().any(|one| one.autouse)).map(|(name, _)| name).collect();
    autouse.sort();
    let mut closure: Vec<String> = Vec::new();
    let uses = own.iter().flat_map(|marks| &marks.uses);
    let mut queue: Vec<String> = autouse.into_iter().chain(uses).chain(wanted).cloned().collect();
    queue.reverse();
    while let Some(name) = queue.pop() {
        if closure.contains(&name) {
            continue;
        }
        closure.push(name.clone());
        if let Some(nearest) = fixtures.get(&name).and_then(|all| all.last()) {
            queue.extend(nearest.arguments.iter().rev().cloned());
        }
    }
    let by_plugin = all.iter().any(|mark| mark == "anyio") && !fixtures.contains_key("anyio_backend")
        || closure.iter().any(|name| name == "anyio_backend" && !fixtures.contains_key(name));
    let by_hook = module.hooks.iter().any(|hook| hook == "pytest_generate_tests");
    let mut result: Option<Vec<Option<String>>> = None;
    let mut combine = |ids: &Ids| -> bool {
        let Some(ids) = ids else { return false };
        result = Some(match result.take() {
            None => ids.clone(),
            Some(before) => {
                let mut both = Vec::with_capacity(before.len() * ids.len());
                for one in &before {
                    let join = |other: &Option<String>| Some(format!("{}-{}", one.as_ref()?, other.as_ref()?));
                    both.extend(ids.iter().map(join));
                }
                both
            }
        });
        true
    };
    let mut known = !by_plugin && !by_hook && !function.is_computed;
    let is_direct = |name: &String| direct.iter().any(|(names, _)| names.contains(name));
    for name in closure.iter().filter(|name| !is_direct(name)) {
        let mut chain = fixtures.get(name).into_iter().flatten().rev();
        let with = chain.find_map(|one| match &one.params {
            Some(params) => Some(Some(params)),
            // One that overrides another has its parameters only if it asks for it.
            None if !one.arguments.contains(name) => Some(None),
            None => None,
        });
        if let Some(Some(params)) = with {
            known &= combine(params);
        }
    }
    // The fixtures' come first.
    for (_, ids) in &direct {
        known &= combine(ids);
    }
    match (known, result) {
        (false, _) => Parameters::Unknown,
        (true, None) => Parameters::None,
        (true, Some(ids)) => Parameters::Ids(ids),
    }
}
