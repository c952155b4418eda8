//! What the project says of itself: manifests, pins, floors, and the part each file plays.
//!
//! Plain data and pure functions; who reads the files is not decided here.

use super::index::parent;
use super::reads::{Of, note};
use crate::fact::{Role, Verdict};
use crate::finding::{Grade, Severity};
use crate::manifest::{Kind, Manifest, PytestSettings, Requirement, Specifiers, Version};
use crate::page::Page;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::RwLock;

/// What the configuration says of a file; the floor above knows where it comes from.
pub trait Settings: Sync {
    /// Whether a rule runs on a file.
    fn selected(&self, path: &str, page: &Page) -> bool;
    /// A severity that replaces the page's.
    fn severity(&self, path: &str, page: &Page) -> Option<Severity>;
    /// The lowest Python that the file must run on, where it is configured.
    fn target(&self, path: &str) -> Option<(u32, u32)>;
    /// Which major versions of pydantic are configured: lowest and highest.
    fn pydantic(&self, path: &str) -> Option<(u32, u32)>;
    /// Whether pytest is started as `python -m pytest`, as configured: the working directory is on `sys.path` then.
    fn pytest_as_module(&self, path: &str) -> bool;
    /// Whether aware values are wanted where they may be had, as configured.
    fn prefers_aware(&self, path: &str) -> bool;
    /// Module and name of the function that gives what `datetime.utcnow()` does, where it is configured.
    fn datetime_helper(&self, path: &str) -> Option<(String, String)>;
    /// How much a private name matters that such an owner has (`Grade::External` and the like), where it is configured; inside none, where
    /// it is off.
    fn owner(&self, path: &str, owner: Grade) -> Option<Option<Severity>>;
}

/// Every rule runs, and nothing is configured.
pub struct Everything;

impl Settings for Everything {
    fn selected(&self, _path: &str, _page: &Page) -> bool {
        true
    }

    fn severity(&self, _path: &str, _page: &Page) -> Option<Severity> {
        None
    }

    fn target(&self, _path: &str) -> Option<(u32, u32)> {
        None
    }

    fn pydantic(&self, _path: &str) -> Option<(u32, u32)> {
        None
    }

    fn pytest_as_module(&self, _path: &str) -> bool {
        false
    }

    fn prefers_aware(&self, _path: &str) -> bool {
        false
    }

    fn datetime_helper(&self, _path: &str) -> Option<(String, String)> {
        None
    }

    fn owner(&self, _path: &str, _owner: Grade) -> Option<Option<Severity>> {
        None
    }
}

/// The project around the units.
pub struct Project<'a> {
    /// Manifests with their paths from the project's root.
    pub manifests: &'a [(String, Manifest)],
    /// Further folders that imports start from, as configured.
    pub src: Vec<String>,
    /// Classes of other packages that are pydantic models, as configured: `geojson_pydantic.Feature`.
    pub models: Vec<String>,
    /// The project is being moved from pydantic 1 to 2.
    pub migrating: bool,
    /// The move gives back what pydantic 1 did even where pydantic 2 is what a file runs on already.
    pub restore: bool,
    /// The day of the run, as `2027-03-01`: comments may silence until a day. Empty where no day counts.
    pub today: String,
    /// What lies around the files that were compiled.
    pub around: &'a Around,
    /// The configuration.
    pub settings: &'a dyn Settings,
}

impl Project<'_> {
    /// Whether a manifest asks for a package, or locks it.
    pub(super) fn declares(&self, package: &str) -> bool {
        note(Of::Declared, package);
        self.manifests.iter().any(|(_, manifest)| manifest.declares(package))
    }
}

/// What is known of files that are not compiled, or are known to git.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around {
    /// Files of variables that git has, or would add with everything else.
    pub versioned: FxHashSet<String>,
    /// Folders with a `.env` that an image built there takes in: no `.dockerignore` leaves it out.
    pub open: FxHashSet<String>,
}

/// What a project says of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// An earlier version than the one asked for may be installed.
    pub may_be_below: bool,
    /// That version or a later one may be installed.
    pub may_be_at_least: bool,
    /// "pydantic 1.10.2" or "pydantic>=1,<2".
    pub text: String,
    /// The manifest that says so; empty where nothing does.
    pub from: String,
}

impl Pin {
    /// "pydantic>=2 (pyproject.toml)". The nearest manifest counts, so its name alone says which.
    pub fn said(&self) -> String {
        let nested = |(folder, _): &(&str, &str)| {
            let name = folder.rsplit('/').next().unwrap_or(folder);
            name == "requirements" || name.ends_with("-info")
        };
        let at = match self.from.rsplit_once('/') {
            Some(parts) if nested(&parts) => parts.0.rfind('/').map_or(0, |at| at + 1),
            Some((folder, _)) => folder.len() + 1,
            None => 0,
        };
        if self.from.is_empty() { self.text.clone() } else { format!("{} ({})", self.text, &self.from[at..]) }
    }
}

/// Manifests by the folder they speak for.
pub struct Manifests<'a> {
    by_folder: FxHashMap<String, Vec<&'a (String, Manifest)>>,
    /// The settings of pytest that count for each folder that has any, with the folder that they are written in.
    pub(super) pytest: FxHashMap<String, (&'a str, &'a PytestSettings)>,
    /// What was asked before: by folder, package and version.
    pins: RwLock<FxHashMap<(String, String, u32), Option<Pin>>>,
}

impl<'a> Manifests<'a> {
    /// Sorts manifests by the folder that they speak for.
    pub fn new(all: &'a [(String, Manifest)]) -> Self {
        let by_path: FxHashMap<&str, &(String, Manifest)> = all.iter().map(|entry| (entry.0.as_str(), entry)).collect();
        let mut by_folder: FxHashMap<String, Vec<&'a (String, Manifest)>> = FxHashMap::default();
        for entry in all {
            let folder = speaks_for(&entry.0, entry.1.kind).to_owned();
            let mut waiting = vec![entry];
            let mut seen: Vec<&str> = Vec::new();
            // What a requirements file includes speaks for the same folder, wherever it lies.
            while let Some(entry) = waiting.pop() {
                if !seen.contains(&entry.0.as_str()) {
                    seen.push(&entry.0);
                    waiting.extend(included(entry).iter().filter_map(|path| by_path.get(path.as_str()).copied()));
                }
            }
            let known = by_folder.entry(folder).or_default();
            let fresh = seen.into_iter().filter_map(|path| by_path.get(path).copied());
            for entry in fresh.collect::<Vec<_>>() {
                if !known.iter().any(|other| other.0 == entry.0) {
                    known.push(entry);
                }
            }
        }
        let pytest = by_folder.iter().filter_map(|(folder, entries)| Some((folder.clone(), pytest_of(entries)?)));
        Manifests { pytest: pytest.collect(), by_folder, pins: RwLock::default() }
    }

    /// Folders with a manifest, their `src` and `lib`, and what the manifests name: imports may start from all of them.
    pub fn roots(&self) -> Vec<String> {
        let mut roots = Vec::new();
        let below = |folder: &str, name: &str| match (folder, name) {
            ("", name) => name.to_owned(),
            (folder, "" | ".") => folder.to_owned(),
            (folder, name) => format!("{folder}/{name}"),
        };
        for (folder, entries) in &self.by_folder {
            let owns = |kind| matches!(kind, Kind::Pyproject | Kind::SetupCfg | Kind::SetupPy | Kind::Requirements);
            if entries.iter().any(|(_, manifest)| owns(manifest.kind)) {
                roots.extend([folder.clone(), below(folder, "src"), below(folder, "lib")]);
            }
            for (_, manifest) in entries {
                roots.extend(manifest.package_roots.iter().map(|root| below(folder, root)));
                let paths = manifest.pytest.as_ref().map(|pytest| pytest.words("pythonpath")).unwrap_or_default();
                roots.extend(paths.iter().map(|path| below(folder, path.trim_start_matches("./"))));
            }
        }
        roots.sort();
        roots.dedup();
        roots
    }

    /// The nearest manifests that say something, from a file's folder upward.
    pub(super) fn nearest<T>(&self, path: &str, say: impl Fn(&[&'a (String, Manifest)]) -> Option<T>) -> Option<T> {
        let mut folder = parent(path);
        loop {
            if let Some(found) = self.by_folder.get(folder).and_then(|entries| say(entries)) {
                return Some(found);
            }
            if folder.is_empty() {
                return None;
            }
            folder = parent(folder);
        }
    }

    /// What the project says of a package, as against version `major`. A lock file is more exact than a declaration.
    pub fn pin(&self, path: &str, package: &str, major: u32) -> Option<Pin> {
        note(Of::Versions, package);
        let key = (parent(path).to_owned(), package.to_owned(), major);
        let known = self.pins.read().ok().and_then(|pins| pins.get(&key).cloned());
        if let Some(known) = known {
            return known;
        }
        let pin = self.pin_of(path, package, major);
        if let Ok(mut pins) = self.pins.write() {
            pins.insert(key, pin.clone());
        }
        pin
    }

    fn pin_of(&self, path: &str, package: &str, major: u32) -> Option<Pin> {
        let bound = Version::parse(&major.to_string())?;
        self.nearest(path, |entries| {
            let mut pin: Option<Pin> = None;
            let mut add = |from: &str, text: String, below: bool, at_least: bool| {
                let known =
                    pin.get_or_insert(Pin { may_be_below: false, may_be_at_least: false, text, from: from.to_owned() });
                known.may_be_below |= below;
                known.may_be_at_least |= at_least;
            };
            let locked = entries.iter().flat_map(|(from, manifest)| manifest.locked.iter().map(move |one| (from, one)));
            for (from, (_, version)) in locked.filter(|(_, (name, _))| name == package) {
                if let Some(parsed) = Version::parse(version) {
                    add(from, format!("{package} {version}"), parsed < bound, parsed >= bound);
                }
            }
            if pin.is_some() {
                return pin;
            }
            let mut add = |from: &str, text: String, below: bool, at_least: bool| {
                let known =
                    pin.get_or_insert(Pin { may_be_below: false, may_be_at_least: false, text, from: from.to_owned() });
                known.may_be_below |= below;
                known.may_be_at_least |= at_least;
            };
            for (from, manifest) in entries {
                for requirement in manifest.requirements.iter().filter(|one| one.name == package) {
                    let Some(allowed) = Specifiers::parse(&requirement.specifier) else { continue };
                    let text = format!("{package}{}", requirement.specifier);
                    // "Any version" says nothing: the newest is what gets installed.
                    let below = !requirement.specifier.trim().is_empty() && allowed.may_be_below(&bound);
                    add(from, text, below, allowed.may_be_at_least(&bound));
                }
            }
            pin
        })
    }

    /// The nearest manifest that a person writes and that declares a package, with the line. None where a package is declared that
    /// brings others along by its extras, as `fastapi[standard]` does.
    pub fn declaration(&self, path: &str, package: &str) -> Option<(&'a str, u32)> {
        note(Of::Declared, package);
        note(Of::Declared, "fastapi");
        let found = self.nearest(path, |entries| {
            let written = entries.iter().filter(|(_, manifest)| manifest.kind != Kind::Metadata);
            let mut all = written.flat_map(|(from, manifest)| manifest.requirements.iter().map(move |one| (from, one)));
            let declares = |(_, one): &(&String, &Requirement)| one.name == package && one.extra_or_group.is_none();
            let bundled = all.clone().any(|(_, one)| one.name == "fastapi" && !one.extras.is_empty());
            all.find(declares).map(|(from, one)| (from.as_str(), one.line, bundled))
        });
        found.filter(|(.., bundled)| !bundled).map(|(from, line, _)| (from, line))
    }

    /// The lowest Python that the nearest manifest supports.
    pub fn python(&self, path: &str) -> Option<(u32, u32)> {
        self.nearest(path, |entries| {
            let floors = entries.iter().filter_map(|(_, manifest)| {
                let floor = Specifiers::parse(manifest.requires_python.as_deref()?)?.floor()?;
                let part = |index: usize| floor.release.get(index).copied().unwrap_or(0) as u32;
                Some((part(0), part(1)))
            });
            floors.min()
        })
    }
}

/// The settings of pytest in the file that it prefers, with the folder of that.
fn pytest_of<'a>(entries: &[&'a (String, Manifest)]) -> Option<(&'a str, &'a PytestSettings)> {
    let rank = |kind: Kind| match kind {
        Kind::PytestToml => 0,
        Kind::PytestIni => 1,
        Kind::Pyproject => 2,
        Kind::ToxIni => 3,
        _ => 4,
    };
    let said = entries
        .iter()
        .filter_map(|(path, manifest)| Some((rank(manifest.kind), path.as_str(), manifest.pytest.as_ref()?)));
    let first = said.min_by_key(|(rank, ..)| *rank);
    first.map(|(_, path, settings)| (parent(path), settings))
}

/// The files that a manifest includes, as paths from the project's root.
pub fn included((path, manifest): &(String, Manifest)) -> Vec<String> {
    let inside = |include: &String| {
        let mut parts: Vec<&str> = parent(path).split('/').filter(|part| !part.is_empty()).collect();
        for part in include.split(['/', '\\']) {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()?),
                part => parts.push(part),
            }
        }
        (!include.starts_with('/')).then(|| parts.join("/"))
    };
    manifest.includes.iter().chain(&manifest.constraints).filter_map(inside).collect()
}

/// The folder that a manifest speaks for: its own, or the one above for `requirements/` and `*.dist-info/`.
pub(super) fn speaks_for(path: &str, kind: Kind) -> &str {
    let folder = parent(path);
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let nested = match kind {
        Kind::Metadata => name.ends_with(".dist-info") || name.ends_with(".egg-info"),
        Kind::Requirements => name == "requirements",
        _ => false,
    };
    if nested { parent(folder) } else { folder }
}

/// Whether a file plays a part, told from its path.
pub fn plays(path: &str, role: Role, generated: bool) -> Verdict {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.strip_suffix(".pyi").or_else(|| name.strip_suffix(".py")).unwrap_or(name);
    let within = |names: &[&str]| parent(path).split('/').any(|part| names.contains(&part));
    // `docker-compose.test.yml`, `.env.example`: files of settings say what they are for in any word of their name.
    let is_settings = stem == name;
    let says = |words: &[&str]| is_settings && name.split(['.', '-', '_']).any(|word| words.contains(&word));
    Verdict::from_bool(match role {
        Role::Test => {
            stem.starts_with("test_")
                || stem.ends_with("_test")
                || stem == "conftest"
                || within(&["test", "tests", "e2e", "testing", "unittests", "testdata", "test_data", "t"])
                || says(&["test", "tests", "testing"])
        }
        Role::Docs => {
            within(&["docs", "doc", "docs_src", "example", "examples", "samples", "tutorial", "tutorials"])
                || says(&["example", "sample", "template", "tmpl", "dist", "default"])
        }
        Role::Migration => within(&["migrations", "alembic", "versions"]) && !within(&["tests"]),
        Role::Ci => {
            within(&[".github", ".circleci", ".gitlab"])
                || [".gitlab-ci.", ".travis.", "azure-pipelines", "bitbucket-pipelines", "appveyor", "cloudbuild"]
                    .iter()
                    .any(|start| name.starts_with(start))
        }
        Role::Generated => {
            generated
                || parent(path).ends_with("alembic/versions")
                || stem.ends_with("_pb2")
                || stem.ends_with("_pb2_grpc")
        }
    })
}
