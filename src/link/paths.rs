//! What a file of tests can import under pytest: `sys.path` as `rootdir`, `pythonpath`, the import mode and the folders of the tests make it.

use super::index::{File, Found, parent};
use super::judge::Judge;
use super::reads::{Of, apart, note};
use super::sayings::of_pytest;
use crate::fact::{Binding, Facts, Name, Step, Verdict};
use crate::manifest::Kind;
use crate::python::stdlib::is_stdlib;
use crate::unit::Unit;
use rustc_hash::{FxHashMap, FxHashSet};

/// For each folder with a configuration of pytest: what its runs have on `sys.path`, and whether somebody edits that.
pub type SysPaths = FxHashMap<String, (FxHashSet<String>, bool)>;

impl Judge<'_> {
    /// The folder whose configuration of pytest counts for a file; the root, where nothing configures it.
    fn home(&self, path: &str) -> &str {
        self.manifests.pytest(path).map_or("", |(folder, _)| folder)
    }

    pub(super) fn is_importlib(&self, path: &str) -> bool {
        let options = self.manifests.pytest(path).map(|(_, settings)| settings.words("addopts")).unwrap_or_default();
        options.iter().any(|option| option.ends_with("importlib"))
    }

    /// Whether a folder is a regular package.
    fn is_package(&self, folder: &str) -> bool {
        let file = if folder.is_empty() { "__init__.py".to_owned() } else { format!("{folder}/__init__.py") };
        self.values.index.file(&file).is_some()
    }

    /// The folder that pytest puts on `sys.path` for a file: the first one upward that is no package.
    fn base<'p>(&self, path: &'p str) -> &'p str {
        let mut folder = parent(path);
        while !folder.is_empty() && self.is_package(folder) {
            folder = parent(folder);
        }
        folder
    }

    /// The file that is imported under the same name before this one, in the same run: pytest stops at the second.
    pub fn same_module(&self, file: File) -> Option<File> {
        let path = self.values.index.path(file);
        if !self.takes_part(file) || self.is_importlib(path) {
            return None;
        }
        let name = self.module_of(path)?;
        // A run of its own has its own names.
        let (home, _) = self.manifests.pytest(path)?;
        note(Of::Module, &format!("{home}\0{name}"));
        let rivals = self.modules().get(&(home.to_owned(), name))?;
        rivals.first().copied().filter(|first| *first != file)
    }

    /// The folder of another package with the name of the topmost one around a file, from which tests are imported before.
    pub fn same_package(&self, file: File) -> Option<String> {
        let path = self.values.index.path(file);
        if !self.takes_part(file) || self.is_importlib(path) || self.same_module(file).is_some() {
            return None;
        }
        let (home, settings) = self.manifests.pytest(path)?;
        let (top, base) = self.topmost(path)?;
        note(Of::Package, &format!("{home}\0{top}"));
        let first = self.first_packages().get(&(home.to_owned(), top.clone())).filter(|first| **first != base)?;
        // Parts of a project that are built by themselves are tested by themselves.
        let is_apart = |folder: &str| {
            let mut manifests = self.project.manifests.iter().map(|(path, _)| parent(path));
            folder != home
                && manifests.any(|place| place != home && (place == folder || folder.starts_with(&format!("{place}/"))))
        };
        let together = !settings.words("testpaths").is_empty() || !is_apart(first) && !is_apart(&base);
        together.then(|| if first.is_empty() { top.clone() } else { format!("{first}/{top}") })
    }

    /// The topmost package around a file, as pytest imports it, with the folder that holds it.
    fn topmost(&self, path: &str) -> Option<(String, String)> {
        let module = self.module_of(path)?;
        let (top, _) = module.split_once('.')?;
        Some((top.to_owned(), self.base(path).to_owned()))
    }

    /// The folder that holds the first package of a name in the runs from a folder, for each.
    pub(super) fn first_packages(&self) -> &FxHashMap<(String, String), String> {
        let first = || {
            let mut firsts: FxHashMap<(String, String), String> = FxHashMap::default();
            let all = self.values.units.files().filter(|&one| self.takes_part(one));
            let mut all: Vec<&str> = all.map(|one| self.values.index.path(one)).collect();
            all.sort_unstable();
            for path in all {
                if let Some((top, base)) = self.topmost(path) {
                    firsts.entry((self.home(path).to_owned(), top)).or_insert(base);
                }
            }
            firsts
        };
        self.packages.get_or_init(|| apart(first))
    }

    /// Files of tests by the folder of their configuration and the name that they are imported under, in the order of their paths.
    pub(super) fn modules(&self) -> &FxHashMap<(String, String), Vec<File>> {
        self.modules.get_or_init(|| {
            apart(|| {
                let mut all: FxHashMap<(String, String), Vec<File>> = FxHashMap::default();
                for file in self.values.units.files() {
                    let path = self.values.index.path(file);
                    if self.takes_part(file)
                        && let Some(name) = self.module_of(path)
                    {
                        all.entry((self.home(path).to_owned(), name)).or_default().push(file);
                    }
                }
                for files in all.values_mut() {
                    files.sort_by_key(|file| self.values.index.path(*file));
                }
                all
            })
        })
    }

    pub(super) fn takes_part(&self, file: File) -> bool {
        self.collected(file).is_yes() || self.is_conftest(file)
    }

    /// The dotted name that pytest imports a file under; none for a conftest that lies in no package, of which there may be many.
    fn module_of(&self, path: &str) -> Option<String> {
        let stem = path.strip_suffix(".py")?;
        let base = self.base(path);
        let name = stem[base.len()..].trim_start_matches('/').replace('/', ".");
        (name != "conftest").then_some(name)
    }

    /// What a run has on `sys.path`, and whether a test or conftest of it edits that.
    fn sys_path(&self, home: &str) -> &(FxHashSet<String>, bool) {
        static NOTHING: std::sync::OnceLock<(FxHashSet<String>, bool)> = std::sync::OnceLock::new();
        note(Of::SysPath, home);
        self.sys_paths().get(home).unwrap_or_else(|| NOTHING.get_or_init(Default::default))
    }

    /// What every run has on `sys.path`.
    pub(super) fn sys_paths(&self) -> &SysPaths {
        let make = || {
            let mut all = SysPaths::default();
            for file in self.values.units.files() {
                let path = self.values.index.path(file);
                if !self.takes_part(file) {
                    continue;
                }
                let home = self.home(path);
                let (folders, edited) = all.entry(home.to_owned()).or_insert_with(|| {
                    let mut folders = FxHashSet::default();
                    let words = self.manifests.pytest(path).map(|(_, settings)| settings.words("pythonpath"));
                    for word in words.unwrap_or_default() {
                        let word = word.trim_start_matches("./").trim_end_matches('/');
                        folders.insert(match (home, word) {
                            (home, "" | ".") => home.to_owned(),
                            ("", word) => word.to_owned(),
                            (home, word) => format!("{home}/{word}"),
                        });
                    }
                    if self.project.settings.pytest_as_module(path) {
                        folders.insert(home.to_owned());
                    }
                    (folders, false)
                });
                if !self.is_importlib(path) {
                    folders.insert(self.base(path).to_owned());
                }
                *edited |= self.values.units.of(file).facts.edits_path;
            }
            // `from context import app`, `import pathfix`, `tests/__init__.py`: what lies beside tests or above them may come first.
            let tests: Vec<File> = self.values.units.files().filter(|&test| self.takes_part(test)).collect();
            let edits = self.values.units.saying(Of::Pytest, of_pytest::EDITS_PATH);
            for (file, _) in edits.filter(|(_, unit)| unit.facts.edits_path) {
                let folder = parent(self.values.index.path(file));
                let paths = tests.iter().map(|&test| self.values.index.path(test));
                let near = paths.filter(|path| {
                    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
                });
                let homes: FxHashSet<&str> = near.map(|path| self.home(path)).collect();
                homes.into_iter().for_each(|home| all.entry(home.to_owned()).or_default().1 = true);
            }
            all
        };
        self.sys_paths.get_or_init(|| apart(make))
    }

    /// Whether a file of tests imports a module of the project's that no folder on `sys.path` holds.
    pub(super) fn unreachable(&self, file: File, level: u32, module: &str) -> Verdict {
        let path = self.values.index.path(file);
        let mut here = parent(path);
        // Who configures nothing may run it by something else.
        if self.manifests.pytest(path).is_none() {
            return Verdict::Unknown;
        }
        if level > 0 {
            if self.is_importlib(path) {
                return Verdict::No;
            }
            let mut packages = 0;
            while !here.is_empty() && self.is_package(here) {
                packages += 1;
                here = parent(here);
            }
            return Verdict::from_bool(level > packages);
        }
        let top = module.split('.').next().unwrap_or(module);
        let (folders, edited) = self.sys_path(self.home(path));
        // Under importlib pytest makes modules of the folders around a test.
        let own = path[self.home(path).len()..].trim_start_matches('/').split('/').next();
        if *edited || is_stdlib(top) || self.is_importlib(path) && own == Some(top) {
            return Verdict::No;
        }
        let holds = |folder: &str| {
            let base = if folder.is_empty() { top.to_owned() } else { format!("{folder}/{top}") };
            self.values.index.submodule(folder, top).is_some()
                || self.values.index.file(&format!("{base}.py")).is_some()
        };
        if folders.iter().any(|folder| holds(folder)) {
            return Verdict::No;
        }
        // `PYTHONPATH=tests pytest`
        note(Of::Commands, "");
        if self.project.manifests.iter().any(|(_, manifest)| manifest.commands.contains("PYTHONPATH")) {
            return Verdict::Unknown;
        }
        // pytest-django puts the folder of `manage.py` there.
        let is_django = self.values.index.has_named("manage.py");
        let home = self.home(path);
        let below = |name: &str| if home.is_empty() { name.to_owned() } else { format!("{home}/{name}") };
        // A folder of that name beside the test may be about the library of that name; a file is a helper.
        let above = path[..].match_indices('/').map(|(at, _)| &path[..at]).filter(|folder| folder.len() > home.len());
        let beside = above.clone().any(|folder| self.values.index.file(&format!("{folder}/{top}.py")).is_some());
        let mut held: Vec<String> = vec!["src".to_owned(), String::new(), home.to_owned(), below("src")];
        held.retain(|folder| holds(folder));
        let mut inner = above.filter(|folder| holds(folder) && self.defines(file, folder, module));
        let no_src = || {
            let is_named = top == "src" && self.root_is_called_src(home, folders, module);
            is_named && !self.uninstalled(file, module).is_yes()
        };
        held.extend((beside || inner.next().is_some() || no_src()).then(|| here.to_owned()));
        // What the project installs of itself, or asks for under that name, may be there.
        let installs = self.project.manifests.iter().any(|(_, manifest)| {
            matches!(manifest.kind, Kind::Pyproject | Kind::SetupPy | Kind::SetupCfg)
                && (manifest.name.is_some() || manifest.kind == Kind::SetupPy)
        });
        let outer = |folder: &String| folder.is_empty() || folder == home || folder.ends_with("src");
        let may_be_installed =
            installs && held.iter().any(outer) || self.project.declares(&top.replace('_', "-").to_lowercase());
        Verdict::from_bool(!held.is_empty() && !may_be_installed && !is_django)
    }

    /// Whether a module lies below a folder, with definitions of its own of all that a file imports from it: then it is meant, and no library of that name.
    fn defines(&self, file: File, folder: &str, module: &str) -> bool {
        let index = self.values.index;
        let path = format!("{folder}/{}", module.replace('.', "/"));
        let found = index.file(&format!("{path}.py")).or_else(|| index.file(&format!("{path}/__init__.py")));
        let Some(found) = found.filter(|_| module.contains('.')) else { return false };
        let own = |name: &String| {
            let bindings = self.values.units.of(found).facts.symbols.get(name);
            bindings.is_some_and(|bindings| !bindings.iter().any(|binding| matches!(binding, Binding::Import(_))))
        };
        let steps = self.values.units.of(file).facts.steps.list();
        let mut names = steps.iter().filter_map(|step| match step {
            Step::Import(import) if import.level == 0 && import.module == module => Some(&import.names),
            _ => None,
        });
        names.any(|names| !names.is_empty() && names.iter().all(|(_, name)| own(name)))
    }

    /// Whether a module is named as if the root of the tests were a folder `src`: the project has no such folder, and what follows lies in the root,
    /// which the runs have on `sys.path`.
    fn root_is_called_src(&self, home: &str, folders: &FxHashSet<String>, module: &str) -> bool {
        let index = self.values.index;
        let Some((_, rest)) = module.split_once('.') else { return false };
        let rest = rest.replace('.', "/");
        let path = if home.is_empty() { rest } else { format!("{home}/{rest}") };
        let is_there = [format!("{path}.py"), format!("{path}/__init__.py")];
        folders.contains(home)
            && is_there.iter().any(|path| index.file(path).is_some())
            && !index.paths().any(|path| path.starts_with("src/") || path.contains("/src/"))
    }

    /// Whether a package beside a test, whose folder comes first on `sys.path`, has the name of another that has the module.
    pub(super) fn hidden(&self, file: File, module: &str) -> Verdict {
        let path = self.values.index.path(file);
        let Some((top, rest)) = module.split_once('.') else { return Verdict::No };
        if self.is_importlib(path) || self.manifests.pytest(path).is_none() {
            return Verdict::Unknown;
        }
        let index = self.values.index;
        let holds = |folder: &str| {
            let base = if folder.is_empty() { top.to_owned() } else { format!("{folder}/{top}") };
            let whole = format!("{base}/{}", rest.replace('.', "/"));
            let package = index.file(&format!("{base}/__init__.py")).is_some();
            let module = [format!("{whole}.py"), format!("{whole}/__init__.py")];
            (package, module.iter().any(|path| index.file(path).is_some()))
        };
        let base = self.base(path);
        let (home, (folders, edited)) = (self.home(path), self.sys_path(self.home(path)));
        let mut others = folders.iter().map(String::as_str).chain([home, "", "src"]).filter(|folder| *folder != base);
        Verdict::from_bool(!edited && holds(base) == (true, false) && others.any(|folder| holds(folder).1))
    }

    /// Whether the project has the package around a module, and nothing that could be the module.
    pub(super) fn missing_module(&self, file: File, level: u32, module: &str) -> Verdict {
        let index = self.values.index;
        let Some((package, name)) = module.rsplit_once('.').or((level > 0).then_some(("", module))) else {
            return Verdict::No;
        };
        let Found::File(home) = index.import(file, level, package) else { return Verdict::Unknown };
        if level == 0 && !self.is_certain(file, package, home) {
            return Verdict::Unknown;
        }
        let Some(folder) = index.package_folder(home) else {
            // `app.py` comes before the folder `app` where that has no `__init__.py`.
            let folder = index.path(home).strip_suffix(".py").unwrap_or_default();
            let inner = format!("{folder}/{name}");
            let is_there = [format!("{inner}.py"), format!("{inner}/__init__.py")];
            return match is_there.iter().any(|path| index.file(path).is_some()) {
                true => Verdict::Yes,
                false => Verdict::Unknown,
            };
        };
        // Other distributions may have a part of it: `__path__ = extend_path(__path__, __name__)`.
        let mut around = folder;
        loop {
            let init = format!("{around}/__init__.py");
            let Some(file) = index.file(init.trim_start_matches('/')) else { break };
            if self.values.units.of(file).facts.symbols.contains_key("__path__") {
                return Verdict::Unknown;
            }
            // A project may be a package itself.
            if around.is_empty() {
                break;
            }
            around = parent(around);
        }
        // What is built, or written by a program, is not in the source.
        let built =
            name.starts_with('_') || name.contains("version") || name.contains("pb2") || name.contains("generated");
        let below = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let there = index.submodule(folder, name).is_some() || index.has_below(&below);
        let missing = !built && !there && !self.compiles() && self.has_name(home, name, 0) == Verdict::No;
        Verdict::from_bool(missing)
    }

    /// Whether a submodule of a package is there, and nothing imports it by the time that the tests are collected.
    pub(super) fn never_imported(&self, file: File, package: &str, name: &str) -> Verdict {
        let index = self.values.index;
        let top = package.split('.').next().unwrap_or(package);
        if is_stdlib(top) || self.is_anothers(top) {
            return Verdict::No;
        }
        let (folder, home) = match index.import(file, 0, package) {
            Found::File(home) if self.is_certain(file, package, home) => match index.package_folder(home) {
                Some(folder) => (folder.to_owned(), Some(home)),
                None => return Verdict::No,
            },
            Found::Folder(folder) => (folder, None),
            _ => return Verdict::Unknown,
        };
        let Some(Found::File(inner)) = index.submodule(&folder, name) else { return Verdict::No };
        // Whoever imports it, wherever, may have done so by then.
        let imports = |unit: &Unit| {
            let facts = &unit.facts;
            let named = |binding: &Binding| match binding {
                Binding::Import(Name::Import { module, path, .. }) => {
                    path == name || module.rsplit('.').next() == Some(name)
                }
                _ => false,
            };
            facts.imports_late.contains(name)
                || facts.submodules.iter().any(|module| module.rsplit('.').next() == Some(name))
                || facts.symbols.values().flatten().any(named)
                || facts
                    .stars
                    .iter()
                    .any(|star| matches!(star, Name::Import { module, .. } if module.rsplit('.').next() == Some(name)))
        };
        // Plugins are named in texts.
        note(Of::Pytest, "");
        note(Of::Imports, name);
        if self.names_plugins() || self.values.units.saying(Of::Imports, name).any(|(_, unit)| imports(unit)) {
            return Verdict::No;
        }
        // What is bound under the name is what is asked for; what may come by other ways is not known.
        let facts = home.map(|home| &self.values.units.of(home).facts);
        let is_bound =
            facts.is_some_and(|facts| facts.symbols.contains_key(name) || facts.dynamic || !facts.stars.is_empty());
        Verdict::from_bool(
            !is_bound && !self.is_run_in_tests(inner) && !self.loads_modules() && !self.is_put(name, inner),
        )
    }

    /// Whether a module of the project's has no such name.
    pub(super) fn lacks(&self, file: File, level: u32, module: &str, name: &str) -> Verdict {
        if name.starts_with("__") {
            return Verdict::No;
        }
        let top = module.split('.').next().unwrap_or(module);
        if level == 0 && self.is_anothers(top) {
            return Verdict::Unknown;
        }
        let beside = if self.takes_part(file) { self.beside(file, level, module) } else { None };
        let home = match beside {
            Some(home) => Found::File(home),
            None if level == 0 && is_stdlib(top) => Found::External,
            None => self.values.index.import(file, level, module),
        };
        // Which of several conftests has come first is not known.
        let is_conftest = level == 0 && module == "conftest";
        match home {
            Found::File(home) if level == 0 && beside.is_none() && !self.is_certain(file, module, home) => {
                Verdict::Unknown
            }
            Found::File(home) if !is_conftest => {
                let one = [name.to_owned()];
                let names = if name == "*" {
                    self.values.units.of(home).facts.all.as_deref().unwrap_or_default()
                } else {
                    &one
                };
                Verdict::from_bool(names.iter().any(|name| self.has_name(home, name, 0) == Verdict::No))
            }
            _ => Verdict::Unknown,
        }
    }

    /// Whether an absolute import leads there and nowhere else: no other folder has a package of that name, or `sys.path` decides.
    pub(super) fn is_certain(&self, from: File, module: &str, found: File) -> bool {
        let index = self.values.index;
        let top = module.split('.').next().unwrap_or(module);
        let below = module.replace('.', "/");
        let path = index.path(found);
        let start = path.rfind(&below).map(|at| path[..at].trim_end_matches('/'));
        index.holders(top) < 2
            || start.is_some_and(|start| self.sys_path(self.home(index.path(from))).0.contains(start))
    }

    /// Whether a project here builds modules of other languages, which are not in the source as Python.
    fn compiles(&self) -> bool {
        self.project.manifests.iter().any(|(_, manifest)| manifest.compiles)
    }

    /// Whether the project asks for a package of that name: what it has under the name may be an example, or a test of its own.
    fn is_anothers(&self, top: &str) -> bool {
        let name = top.replace('_', "-").to_lowercase();
        note(Of::Declared, &name);
        let mut all = self.project.manifests.iter();
        all.any(|(_, manifest)| manifest.declares(&name) && manifest.name.as_ref() != Some(&name))
    }

    /// The helper beside a test that hides a module of the standard library: its folder comes first on `sys.path`. What pytest itself has
    /// imported by then is not looked for again.
    fn beside(&self, file: File, level: u32, module: &str) -> Option<File> {
        let path = self.values.index.path(file);
        let hides = level == 0 && is_stdlib(module) && !PRELOADED.split_ascii_whitespace().any(|one| one == module);
        if !hides || self.is_importlib(path) || self.manifests.pytest(path).is_none() {
            return None;
        }
        let base = self.base(path);
        let name = if base.is_empty() { format!("{module}.py") } else { format!("{base}/{module}.py") };
        self.values.index.file(&name).filter(|other| *other != file)
    }

    /// Whether a module binds a name, itself or through `import *`.
    pub(super) fn has_name(&self, file: File, name: &str, depth: usize) -> Verdict {
        let unit = self.values.units.of(file);
        let facts: &Facts = &unit.facts;
        let path = self.values.index.path(file);
        let unclear =
            facts.dynamic || unit.broken || unit.skipped || unit.generated || path.ends_with(".pyi") || depth > 16;
        if unclear {
            return Verdict::Unknown;
        }
        let index = self.values.index;
        let submodule = index.package_folder(file).and_then(|folder| index.submodule(folder, name));
        let is_left = !facts.typing_only.contains(name) && !facts.unbound.contains(name);
        if facts.symbols.contains_key(name) && is_left || submodule.is_some() {
            return Verdict::Yes;
        }
        // `state.client = Client()`, whoever does it and when.
        if facts.unbound.contains(name) {
            note(Of::Put, name);
            if self.values.units.saying(Of::Put, name).any(|(_, unit)| unit.facts.put.contains_key(name)) {
                return Verdict::Unknown;
            }
        }
        // `Event_Store` may be made by a decorator of `Event`.
        let is_made = facts.symbols.keys().any(|one| {
            let rest = name.strip_prefix(one.as_str()).and_then(|rest| rest.strip_prefix('_'));
            let capital = |text: &str| text.starts_with(|c: char| c.is_uppercase());
            capital(one) && rest.is_some_and(capital)
        });
        let may_be_compiled = index.package_folder(file).is_some() && self.compiles();
        let mut found = if is_made || may_be_compiled { Verdict::Unknown } else { Verdict::No };
        for star in &facts.stars {
            let Name::Import { level, module, .. } = star else { continue };
            let Found::File(from) = index.import(file, *level, module) else { return Verdict::Unknown };
            let listed = self.values.units.of(from).facts.all.as_ref();
            // Without `__all__` a star leaves private names behind.
            let exported = listed.map_or(!name.starts_with('_'), |all| all.iter().any(|one| one == name));
            match self.has_name(from, name, depth + 1) {
                Verdict::Yes if exported => return Verdict::Yes,
                Verdict::Unknown => found = Verdict::Unknown,
                _ => {}
            }
        }
        match found {
            // Another module may put it there: `types.NULL = NULL`.
            Verdict::No if self.is_put(name, file) => Verdict::Unknown,
            found => found,
        }
    }
}

/// Modules of the standard library that pytest 9.2 has imported before it looks at a test, without plugins (`sys.modules`, CPython 3.11).
const PRELOADED: &str = "\
    abc argparse array ast atexit base64 bdb binascii bisect builtins bz2 calendar cmd code codecs codeop \
    collections contextlib copy copyreg csv dataclasses datetime decimal difflib dis email encodings enum errno \
    faulthandler fcntl fnmatch functools gc genericpath gettext glob hashlib heapq html importlib inspect io \
    ipaddress itertools json keyword linecache locale logging lzma marshal math ntpath numbers opcode operator os \
    pathlib pdb platform posix posixpath pprint pyexpat quopri random re readline reprlib runpy select selectors \
    shlex shutil signal site socket stat string struct subprocess sys tempfile textwrap threading time token \
    tokenize traceback types typing unicodedata unittest urllib uuid warnings weakref xml zipfile zipimport zlib";
