//! Where pytest's root is, what configures it, and which files it looks into: `_pytest.config.findpaths` and `_pytest.main` of 9.0.

use crate::manifest::{self, PytestSettings};
use globset::{GlobBuilder, GlobMatcher};
use std::fs;
use std::path::{Path, PathBuf};

/// What applies to a run.
#[derive(Debug)]
pub struct Settings {
    /// Node ids start here.
    pub root: PathBuf,
    /// The file that the settings come from.
    pub file: Option<PathBuf>,
    /// What it says.
    pub settings: PytestSettings,
    /// Files and folders that are named, by whoever runs it or as `testpaths`.
    pub starts: Vec<PathBuf>,
    /// `addopts`.
    pub options: Vec<String>,
    files: Vec<Pattern>,
    folders: Vec<Pattern>,
}

/// A file of settings that cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Which.
    pub path: PathBuf,
    /// Why, with the line.
    pub message: String,
}

/// A pattern of `fnmatch_ex`: of the name, or of the end of the path where it has a `/`.
#[derive(Debug)]
struct Pattern {
    glob: Option<GlobMatcher>,
    of_path: bool,
}

impl Pattern {
    fn new(pattern: &str) -> Pattern {
        let of_path = pattern.contains('/');
        let whole = if of_path && !pattern.starts_with('/') { format!("*/{pattern}") } else { pattern.to_owned() };
        let glob = GlobBuilder::new(&whole).literal_separator(false).backslash_escape(false).build();
        Pattern { glob: glob.ok().map(|glob| glob.compile_matcher()), of_path }
    }

    fn matches(&self, path: &Path) -> bool {
        let Some(glob) = &self.glob else { return false };
        if self.of_path {
            return glob.is_match(path);
        }
        path.file_name().is_some_and(|name| glob.is_match(name))
    }
}

/// The files that may configure pytest, the strongest first.
const FILES: [&str; 7] =
    ["pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg"];

impl Settings {
    /// What applies to the named paths, or to the working directory.
    pub fn find(paths: &[PathBuf], here: &Path) -> Result<Settings, Unreadable> {
        let named: Vec<PathBuf> = paths.iter().map(|path| here.join(path)).collect();
        let ancestor = common(&named).unwrap_or_else(|| here.to_owned());
        let found = configured(&ancestor)?;
        let (root, file, settings) = match found {
            Some((file, settings)) => (file.parent().map(Path::to_owned).unwrap_or_default(), Some(file), settings),
            None => {
                let setup = ancestor.ancestors().find(|folder| folder.join("setup.py").is_file());
                (setup.map_or_else(|| ancestor.clone(), Path::to_owned), None, PytestSettings::default())
            }
        };
        let options = settings.words("addopts");
        let mut starts = named;
        if starts.is_empty() && same(here, &root) {
            starts = settings.words("testpaths").iter().flat_map(|one| globbed(&root, one)).collect();
        }
        if starts.is_empty() {
            starts.push(here.to_owned());
        }
        let patterns = |key: &str, usual: &[&str]| -> Vec<Pattern> {
            match settings.settings.contains_key(key) {
                true => settings.words(key).iter().map(|one| Pattern::new(one)).collect(),
                false => usual.iter().map(|one| Pattern::new(one)).collect(),
            }
        };
        let files = patterns("python_files", &["test_*.py", "*_test.py"]);
        let usual = ["*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}"];
        let folders = patterns("norecursedirs", &usual);
        Ok(Settings { root, file, settings, starts, options, files, folders })
    }

    /// Whether a file has a name of tests.
    pub fn is_test_file(&self, path: &Path) -> bool {
        self.files.iter().any(|pattern| pattern.matches(path))
    }

    /// Whether pytest enters a folder.
    pub fn enters(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default();
        name != "__pycache__" && !path.join("pyvenv.cfg").is_file() && !self.folders.iter().any(|one| one.matches(path))
    }

    /// Whether a name is one of classes or functions of tests: `Test`, `test`, or as configured.
    pub fn names(&self, key: &str, usual: &str, name: &str) -> bool {
        let words = self.settings.words(key);
        let words = if words.is_empty() { vec![usual.to_owned()] } else { words };
        words.iter().any(|word| {
            name.starts_with(word.as_str())
                || word.contains(['*', '?', '[']) && Pattern::new(word).matches(Path::new(name))
        })
    }

    /// The values of an option of `addopts`: `--ignore=a`, `--ignore a`, `-m "not slow"`.
    pub fn option(&self, name: &str) -> Vec<&str> {
        let mut found = Vec::new();
        for (index, word) in self.options.iter().enumerate() {
            if word == name {
                found.extend(self.options.get(index + 1).map(String::as_str));
            } else if let Some(rest) = word.strip_prefix(name) {
                let short = name.len() == 2;
                match rest.strip_prefix('=') {
                    Some(value) => found.push(value),
                    None if short => found.push(rest),
                    None => {}
                }
            }
        }
        found
    }

    /// The path of a file as node ids have it.
    pub fn id(&self, path: &Path) -> String {
        let short = path.strip_prefix(&self.root).unwrap_or(path);
        let parts: Vec<_> = short.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        parts.join("/")
    }
}

fn same(one: &Path, other: &Path) -> bool {
    one == other || fs::canonicalize(one).ok().zip(fs::canonicalize(other).ok()).is_some_and(|(a, b)| a == b)
}

/// The deepest folder that holds all paths.
fn common(paths: &[PathBuf]) -> Option<PathBuf> {
    let folder = |path: &PathBuf| match path.is_dir() {
        true => path.clone(),
        false => path.parent().map(Path::to_owned).unwrap_or_default(),
    };
    let mut all = paths.iter().map(folder);
    let first = all.next()?;
    Some(all.fold(first, |shared, path| {
        shared.ancestors().find(|ancestor| path.starts_with(ancestor)).map(Path::to_owned).unwrap_or_default()
    }))
}

/// The first file upward that configures pytest, with what it says.
fn configured(ancestor: &Path) -> Result<Option<(PathBuf, PytestSettings)>, Unreadable> {
    let mut project = None;
    for folder in ancestor.ancestors() {
        for name in FILES {
            let path = folder.join(name);
            let Some(kind) = manifest::kind_of(name) else { continue };
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let read = manifest::read(kind, &text);
            let read = read.map_err(|error| Unreadable {
                path: path.clone(),
                message: format!("{}:{}: {}", error.line, error.column, error.message),
            })?;
            match read.pytest {
                Some(settings) => return Ok(Some((path, settings))),
                // The root, if nothing upward configures pytest.
                None if name == "pyproject.toml" && project.is_none() => project = Some(path),
                None => {}
            }
        }
    }
    Ok(project.map(|path| (path, PytestSettings::default())))
}

/// `testpaths` may have stars.
fn globbed(root: &Path, named: &str) -> Vec<PathBuf> {
    if !named.contains(['*', '?', '[']) {
        return Some(root.join(named)).filter(|path| path.exists()).into_iter().collect();
    }
    let Ok(glob) = GlobBuilder::new(named).literal_separator(true).build() else { return Vec::new() };
    let glob = glob.compile_matcher();
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if glob.is_match(path.strip_prefix(root).unwrap_or(&path)) {
                found.push(path.clone());
            }
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What lies in a folder, by name.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).into_iter().flatten().flatten().map(|one| one.path()).collect();
    found.sort();
    found
}
