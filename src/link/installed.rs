//! What pytest and its plugins know, as far as the project declares them: marks, settings, options, hooks, modules.

use super::index::{self, File, Found};
use super::judge::Judge;
use super::reads::{Of, apart, note};
use super::sayings::of_pytest;
use crate::fact::{Binding, Name, Verdict};
use crate::manifest::plugins;
use crate::python::stdlib::is_stdlib;
use rustc_hash::FxHashSet;

/// The modules that come with those, and what every environment has.
const BROUGHT: &str = "\
    _pytest py pluggy iniconfig packaging pygments exceptiongroup tomli colorama coverage execnet xdist idna sniffio anyio \
    backports_asyncio_runner backports typing_extensions setuptools pkg_resources pip wheel";

/// Packages of which it is known all that comes with them.
const SMALL: [&str; 10] = [
    "pytest",
    "pytest-asyncio",
    "pytest-cov",
    "pytest-mock",
    "pytest-xdist",
    "pytest-timeout",
    "pytest-randomly",
    "pytest-env",
    "coverage",
    "anyio",
];

/// What a project says of pytest, in all.
pub struct Pytest {
    pub(super) is_used: bool,
    pub(super) installed: plugins::Installed,
    /// Those that davy knows and the project declares.
    pub(super) plugins: Vec<&'static plugins::Plugin>,
    /// It declares packages of which davy does not know whether they are plugins.
    pub(super) is_unsure: bool,
    /// It declares pytest and small plugins of it, and nothing else.
    pub(super) is_alone: bool,
    /// It has hooks of pytest's own, which may register marks and settings.
    pub(super) registers: bool,
    /// It has plugins of its own, or hooks that make arguments.
    pub(super) has_hooks: bool,
    pub(super) conftests: Vec<File>,
    /// Those of them that keep pytest from files.
    pub(super) leave_out: Vec<File>,
}

impl Judge<'_> {
    pub(super) fn pytest(&self) -> &Pytest {
        note(Of::Pytest, "");
        note(Of::Named, "conftest.py");
        let said = || {
            let imports = |binding: &Binding| matches!(binding, Binding::Import(Name::Import { level: 0, module, .. }) if module == "pytest");
            let manifests = || self.project.manifests.iter().map(|(_, manifest)| manifest);
            let saying = |name: &'static str| self.values.units.saying(Of::Pytest, name);
            let has_hooks = |(file, unit): (File, &crate::unit::Unit)| {
                let is_conftest = self.values.index.path(file).rsplit('/').next() == Some("conftest.py");
                unit.facts.registers_marks && (!is_conftest || unit.facts.symbols.contains_key("pytest_generate_tests"))
            };
            let registers_plugins =
                || saying(of_pytest::REGISTERS_PLUGINS).any(|(_, unit)| unit.facts.registers_plugins);
            let names = manifests().flat_map(|manifest| {
                let required = manifest.requirements.iter().map(|one| one.name.as_str());
                let locked = manifest.locked.iter().map(|(name, _)| name.as_str());
                required.chain(locked).chain(plugins::installed_by_commands(manifest))
            });
            let names: FxHashSet<&str> = names.collect();
            let known =
                |name: &&str| plugins::all().iter().any(|plugin| plugin.name == **name) || plugins::brings_none(name);
            let conftests: Vec<File> = self.values.units.files().filter(|file| self.is_conftest(*file)).collect();
            let leaves_out = |file: &File| {
                let facts = &self.values.units.of(*file).facts;
                !facts.left_out.is_empty() || facts.symbols.contains_key("pytest_ignore_collect")
            };
            Pytest {
                is_used: manifests().any(|manifest| manifest.pytest.is_some() || manifest.declares("pytest"))
                    || saying(of_pytest::IMPORTS).any(|(_, unit)| unit.facts.symbols.values().flatten().any(imports)),
                installed: plugins::installed(manifests()),
                plugins: plugins::all().iter().filter(|plugin| names.contains(plugin.name.as_str())).collect(),
                is_alone: names.contains("pytest") && names.iter().all(|name| SMALL.contains(name)),
                is_unsure: !names.iter().all(known),
                registers: saying(of_pytest::REGISTERS_MARKS).any(|(_, unit)| unit.facts.registers_marks),
                has_hooks: self.names_plugins()
                    || saying(of_pytest::REGISTERS_MARKS).any(has_hooks)
                    || registers_plugins(),
                leave_out: conftests.iter().copied().filter(leaves_out).collect(),
                conftests,
            }
        };
        self.pytest.get_or_init(|| apart(said))
    }

    /// Whether anything names plugins of pytest.
    pub(super) fn names_plugins(&self) -> bool {
        let mut units = self.values.units.saying(Of::Pytest, of_pytest::NAMES_PLUGINS);
        units.any(|(_, unit)| unit.facts.symbols.contains_key("pytest_plugins"))
    }

    /// Whether anything loads modules by names that are worked out.
    pub(super) fn loads_modules(&self) -> bool {
        self.values.units.saying(Of::Pytest, of_pytest::LOADS_MODULES).any(|(_, unit)| unit.facts.loads_modules)
    }

    /// Whether anything adds hooks to those of pytest.
    pub(super) fn adds_hooks(&self) -> bool {
        let mut units = self.values.units.saying(Of::Pytest, of_pytest::ADDS_HOOKS);
        units.any(|(_, unit)| unit.facts.symbols.contains_key("pytest_addhooks"))
    }

    /// Whether the project runs pytest at all: it configures, declares or imports it.
    pub(super) fn uses_pytest(&self) -> bool {
        self.pytest().is_used
    }

    pub(super) fn plugins(&self) -> plugins::Installed {
        self.pytest().installed
    }

    /// Whether a plugin that davy knows is declared.
    pub(super) fn has_plugin(&self, name: &str) -> bool {
        self.pytest().plugins.iter().any(|plugin| plugin.name == name)
    }

    /// Pytest itself, and the plugins that are declared.
    pub(super) fn there(&self) -> impl Iterator<Item = &'static plugins::Plugin> + '_ {
        let own = plugins::all().iter().filter(|plugin| plugin.name == "pytest");
        own.chain(self.pytest().plugins.iter().copied().filter(|plugin| plugin.name != "pytest"))
    }

    /// Whether neither the configuration nor a plugin registers a mark. A conftest may register some when it runs.
    pub(super) fn unknown_mark(&self, file: File, mark: &str) -> Verdict {
        let path = self.values.index.path(file);
        let Some((_, settings)) = self.manifests.pytest(path) else { return Verdict::Unknown };
        let lines = settings.lines("markers");
        let registered = lines.iter().any(|line| line.split([':', '(']).next().is_some_and(|name| name.trim() == mark));
        let by_plugin = self.there().any(|plugin| plugin.marks.iter().any(|one| one == mark));
        if registered || by_plugin {
            return Verdict::No;
        }
        let registers = self.pytest().registers;
        match self.plugins() == plugins::Installed::Known && !registers {
            true => Verdict::Yes,
            false => Verdict::Unknown,
        }
    }

    /// Whether unknown marks are errors.
    pub(super) fn strict_marks(&self, file: File) -> bool {
        let Some((_, settings)) = self.manifests.pytest(self.values.index.path(file)) else { return false };
        let on = |key: &str| settings.text(key).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let option = |word: &String| matches!(word.as_str(), "--strict-markers" | "--strict");
        on("strict_markers") || on("strict") || settings.words("addopts").iter().any(option)
    }

    /// Whether asynchronous tests need a mark that this one does not have, or nobody awaits them at all.
    pub(super) fn nobody_awaits(&self, file: File) -> Verdict {
        let path = self.values.index.path(file);
        let settings = self.manifests.pytest(path).map(|(_, settings)| settings);
        let says =
            |key: &str| settings.and_then(|settings| settings.text(key)).is_some_and(|mode| mode.trim() == "auto");
        let option = settings.map(|settings| settings.words("addopts")).unwrap_or_default();
        let auto = says("asyncio_mode")
            || says("anyio_mode")
            || says("trio_mode")
            || option.iter().any(|word| word.contains("-mode"));
        // What awaits everything, or may: plugins that davy knows little of, and hooks of the project's own.
        let others = ["pytest-aiohttp", "pytest-trio"];
        let unclear = self.plugins() == plugins::Installed::Unclear
            || others.iter().any(|name| self.has_plugin(name))
            || self.pytest().registers;
        match (auto, unclear) {
            (true, _) => Verdict::No,
            (false, true) => Verdict::Unknown,
            (false, false) => Verdict::Yes,
        }
    }

    pub(super) fn unknown_setting(&self, file: File, key: &str) -> Verdict {
        if self.configures(file).is_none() {
            return Verdict::No;
        }
        let knows = |plugin: &plugins::Plugin| plugin.settings.iter().any(|one| one == key);
        // Of a plugin that nobody declares it is as unknown as any other.
        let known = self.there().any(knows)
            || plugins::all().iter().any(knows) && self.plugins() == plugins::Installed::Unclear;
        match (known, self.plugins()) {
            (true, _) => Verdict::No,
            (false, plugins::Installed::Known) => Verdict::from_bool(!self.pytest().registers),
            (false, plugins::Installed::Unclear) => Verdict::Unknown,
        }
    }

    pub(super) fn unknown_option(&self, file: File, option: &str) -> Verdict {
        if self.configures(file).is_none() || self.plugins() == plugins::Installed::Unclear {
            return Verdict::Unknown;
        }
        let mut having = plugins::all()
            .iter()
            .filter(|plugin| plugin.options.iter().any(|one| one == option || one == "-n" && option.starts_with("-n")));
        let files = self.values.units.files();
        let added: Vec<File> =
            files.filter(|&one| self.values.units.of(one).facts.adds_options.contains(option)).collect();
        // Options of a conftest that pytest reads too late are not there when it starts.
        if !added.is_empty() {
            let is_late = |&one: &File| self.is_conftest(one) && self.lower_conftest(one).is_yes();
            return Verdict::from_bool(having.clone().next().is_none() && added.iter().all(is_late));
        }
        if having.clone().next().is_none() {
            // Nobody's: a conftest may add options, and short ones may be joined.
            return Verdict::from_bool(
                option.starts_with("--") && !self.pytest().registers && !self.pytest().is_unsure,
            );
        }
        Verdict::from_bool(!having.any(|plugin| plugin.name == "pytest" || self.has_plugin(&plugin.name)))
    }

    /// Whether the project declares pytest, all of its plugins are known, and this is none of them.
    pub(super) fn no_plugin(&self, name: &str) -> Verdict {
        note(Of::Commands, "");
        let mut manifests = self.project.manifests.iter();
        let by_command = manifests.any(|(_, manifest)| plugins::installed_by_commands(manifest).any(|one| one == name));
        let declared = by_command || self.project.declares(name);
        Verdict::from_bool(self.pytest().is_used && self.plugins() == plugins::Installed::Known && !declared)
    }

    /// Whether nothing that the project declares or has can bring a hook; those of plugins begin with their name, but for xdist's.
    pub(super) fn unknown_hook(&self, name: &str) -> Verdict {
        const OF_XDIST: [&str; 4] = ["configure_node", "testnodeready", "testnodedown", "handlecrashitem"];
        let rest = name.strip_prefix("pytest_").unwrap_or(name);
        let of_plugin = plugins::all().iter().any(|plugin| {
            let short = plugin.name.trim_start_matches("pytest-").replace('-', "_");
            short != "pytest" && rest.starts_with(&short)
        });
        note(Of::Pytest, "");
        let known = OF_XDIST.contains(&rest) || of_plugin || self.adds_hooks();
        match self.plugins() == plugins::Installed::Known && !self.pytest().is_unsure {
            true => Verdict::from_bool(!known),
            false => Verdict::Unknown,
        }
    }

    /// Whether nothing that the project declares brings a module: certain only where it declares pytest and small plugins of it.
    pub(super) fn uninstalled(&self, file: File, module: &str) -> Verdict {
        let top = module.split('.').next().unwrap_or(module);
        if !self.pytest().is_alone || is_stdlib(top) {
            return Verdict::No;
        }
        let is_here = !matches!(self.values.index.import(file, 0, top), Found::External)
            || self
                .values
                .index
                .paths()
                .any(|path| path.split('/').any(|part| part.strip_suffix(".py").unwrap_or(part) == top));
        let brought = BROUGHT.split_ascii_whitespace().any(|one| one == top) || top.starts_with("pytest");
        let expects = |unit: &crate::unit::Unit| {
            unit.facts.may_lack.iter().any(|one| one == "*" || one.split('.').next() == Some(top))
        };
        let is_expected = self.values.units.every().any(expects);
        Verdict::from_bool(!brought && !is_here && !is_expected)
    }

    /// Whether neither the project nor what it declares has a module that Python has dropped.
    pub(super) fn not_backported(&self, file: File, module: &str) -> bool {
        let backports = [
            format!("standard-{module}"),
            format!("legacy-{module}"),
            format!("py{module}"),
            format!("{module}-lts"),
            format!("zombie-{module}"),
        ];
        let declared = backports.iter().any(|name| self.project.declares(name));
        let beside = format!("{}/{module}.py", index::parent(self.values.index.path(file)));
        !declared
            && self.values.index.file(beside.trim_start_matches('/')).is_none()
            && self.values.index.import(file, 0, module) == Found::External
    }

    /// Whether the project declares packages that may be plugins for all that is known.
    pub(super) fn plugins_unsure(&self) -> bool {
        self.pytest().is_unsure
    }
}
