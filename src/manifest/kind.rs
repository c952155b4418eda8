//! Which manifest a file is, by its name alone.
//!
//! Never looks inside a file; a name that could be anything is no manifest.

use serde::{Deserialize, Serialize};

/// The kinds of manifests davy reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
pub enum Kind {
    /// `pyproject.toml`
    #[default]
    Pyproject,
    /// `requirements.txt`, `requirements/dev.txt`, `dev-requirements.in`
    Requirements,
    /// `constraints.txt`: pins, but declares nothing
    Constraints,
    /// `setup.cfg`
    SetupCfg,
    /// `setup.py`
    SetupPy,
    /// `poetry.lock`
    PoetryLock,
    /// `pdm.lock`
    PdmLock,
    /// `uv.lock`
    UvLock,
    /// `pylock.toml`, `pylock.dev.toml`
    PylockToml,
    /// `Pipfile.lock`
    PipfileLock,
    /// `Pipfile`
    Pipfile,
    /// `*.dist-info/METADATA`, `PKG-INFO`
    Metadata,
    /// `pytest.ini`, `.pytest.ini`
    PytestIni,
    /// `pytest.toml`, `.pytest.toml` (pytest 9)
    PytestToml,
    /// `tox.ini`
    ToxIni,
    /// `.env.example` and its many spellings
    EnvExample,
    /// What starts programs: `Makefile`, `noxfile.py`, `run.sh`, `.github/workflows/ci.yml`
    Commands,
}

/// The kind of the file at this path (forward slashes); only its last two components matter.
pub fn kind_of(path: &str) -> Option<Kind> {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    kind_in(folders.rsplit('/').next().unwrap_or(""), name)
}

/// The kind of the file of this name in a folder of that name.
pub fn kind_in(folder: &str, name: &str) -> Option<Kind> {
    match name {
        "pyproject.toml" => Some(Kind::Pyproject),
        "setup.cfg" => Some(Kind::SetupCfg),
        "setup.py" => Some(Kind::SetupPy),
        "poetry.lock" => Some(Kind::PoetryLock),
        "pdm.lock" => Some(Kind::PdmLock),
        "uv.lock" => Some(Kind::UvLock),
        "Pipfile.lock" => Some(Kind::PipfileLock),
        "Pipfile" => Some(Kind::Pipfile),
        "PKG-INFO" => Some(Kind::Metadata),
        "METADATA" => folder.ends_with(".dist-info").then_some(Kind::Metadata),
        "pytest.ini" | ".pytest.ini" => Some(Kind::PytestIni),
        "pytest.toml" | ".pytest.toml" => Some(Kind::PytestToml),
        "tox.ini" => Some(Kind::ToxIni),
        "pylock.toml" => Some(Kind::PylockToml),
        _ if name.starts_with("pylock.") && name.ends_with(".toml") => Some(Kind::PylockToml),
        _ if is_env_example(name) => Some(Kind::EnvExample),
        _ if starts_programs(folder, name) => Some(Kind::Commands),
        _ => requirements_kind(folder, name),
    }
}

fn requirements_kind(folder: &str, name: &str) -> Option<Kind> {
    let stem = name.strip_suffix(".txt").or_else(|| name.strip_suffix(".in"))?;
    let words = |word: &str| stem.split(['-', '_', '.']).any(|part| part == word);
    if words("constraints") {
        return Some(Kind::Constraints);
    }
    (words("requirements") || stem.starts_with("requirements") || folder == "requirements")
        .then_some(Kind::Requirements)
}

fn starts_programs(folder: &str, name: &str) -> bool {
    const NAMES: [&str; 14] = [
        "Makefile",
        "makefile",
        "GNUmakefile",
        "justfile",
        "Justfile",
        "Taskfile.yml",
        "Jenkinsfile",
        "noxfile.py",
        "tasks.py",
        "dodo.py",
        "package.json",
        ".gitlab-ci.yml",
        ".travis.yml",
        "azure-pipelines.yml",
    ];
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    NAMES.contains(&name) || name.ends_with(".sh") || is_yaml && matches!(folder, "workflows" | ".circleci")
}

fn is_env_example(name: &str) -> bool {
    if !name.contains("env") {
        return false;
    }
    let sample = |word: &str| matches!(word, "example" | "sample" | "template" | "dist" | "defaults");
    let words: Vec<&str> = name.split(['.', '-', '_']).filter(|word| !word.is_empty()).collect();
    words.len() >= 2
        && words.contains(&"env")
        && (words.last().is_some_and(|word| sample(word)) || (words.last() == Some(&"env") && sample(words[0])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_name() {
        for (path, kind) in [
            ("pyproject.toml", Kind::Pyproject),
            ("services/api/pyproject.toml", Kind::Pyproject),
            ("requirements.txt", Kind::Requirements),
            ("requirements.in", Kind::Requirements),
            ("requirements-dev.txt", Kind::Requirements),
            ("requirements_test.txt", Kind::Requirements),
            ("requirements3.txt", Kind::Requirements),
            ("dev-requirements.txt", Kind::Requirements),
            ("a/test_requirements.in", Kind::Requirements),
            ("requirements/dev.txt", Kind::Requirements),
            ("a/requirements/base.in", Kind::Requirements),
            ("homeassistant/package_constraints.txt", Kind::Constraints),
            ("requirements/constraints.txt", Kind::Constraints),
            ("setup.cfg", Kind::SetupCfg),
            ("a/setup.py", Kind::SetupPy),
            ("poetry.lock", Kind::PoetryLock),
            ("pdm.lock", Kind::PdmLock),
            ("uv.lock", Kind::UvLock),
            ("pylock.toml", Kind::PylockToml),
            ("pylock.dev.toml", Kind::PylockToml),
            ("Pipfile", Kind::Pipfile),
            ("Pipfile.lock", Kind::PipfileLock),
            ("lib/pydantic-2.11.7.dist-info/METADATA", Kind::Metadata),
            ("a.egg-info/PKG-INFO", Kind::Metadata),
            ("pytest.ini", Kind::PytestIni),
            (".pytest.ini", Kind::PytestIni),
            ("pytest.toml", Kind::PytestToml),
            ("tox.ini", Kind::ToxIni),
            (".env.example", Kind::EnvExample),
            ("Makefile", Kind::Commands),
            ("scripts/test.sh", Kind::Commands),
            (".github/workflows/ci.yml", Kind::Commands),
            ("noxfile.py", Kind::Commands),
            ("a/.env.sample", Kind::EnvExample),
            (".env.prod.example", Kind::EnvExample),
            (".env-template", Kind::EnvExample),
            ("env.example", Kind::EnvExample),
            ("example.env", Kind::EnvExample),
            (".example.env", Kind::EnvExample),
        ] {
            assert_eq!(kind_of(path), Some(kind), "{path}");
        }
    }

    #[test]
    fn no_manifest() {
        for path in [
            "",
            "/",
            "a/",
            "METADATA",
            "docs/METADATA",
            "requirements.py",
            "requirements/readme.md",
            "robots.txt",
            ".env",
            ".env.local",
            "example",
            "env",
            "environment.example",
            "pipfile",
            "myrequirementsx.txt",
            "a.lock",
        ] {
            assert_eq!(kind_of(path), None, "{path}");
        }
    }
}
