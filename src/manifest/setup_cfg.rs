//! Reads setuptools' setup.cfg, and pytest's section in it.
//!
//! Never evaluates `attr:`, and records `file:` without opening it.

use super::ini::{self, Entry, Section};
use super::requirement::{Requirement, normalise};
use super::{Manifest, ManifestError, pytest, roots};

pub(super) fn read(text: &str) -> Result<Manifest, ManifestError> {
    let sections = ini::parse(text)?;
    let mut manifest = Manifest {
        name: option(&sections, "metadata", "name").map(|name| normalise(&name.text())),
        requires_python: option(&sections, "options", "python_requires").map(Entry::text),
        pytest: pytest::from_ini(&sections, "tool:pytest"),
        ..Manifest::default()
    };
    manifest.name = manifest.name.filter(|name| !name.is_empty() && !name.contains(':'));
    if let Some(requires) = option(&sections, "options", "install_requires") {
        declare(requires, None, &mut manifest);
    }
    if let Some(requires) = option(&sections, "options", "tests_require") {
        declare(requires, Some("tests"), &mut manifest);
    }
    let extras = ini::section(&sections, "options.extras_require");
    for extra in extras.into_iter().flat_map(|section| &section.options) {
        declare(extra, Some(&extra.key), &mut manifest);
    }
    manifest.requirements.sort_by_key(|requirement| requirement.line);
    read_roots(&sections, &mut manifest);
    Ok(manifest)
}

/// setuptools takes `python-requires` for `python_requires`.
fn option<'s>(sections: &'s [Section], section: &str, key: &str) -> Option<&'s Entry> {
    let section = ini::section(sections, section)?;
    section.option(key).or_else(|| section.option(&key.replace('_', "-")))
}

fn declare(entry: &Entry, group: Option<&str>, manifest: &mut Manifest) {
    for (line, item) in entry.items(';') {
        if let Some(files) = item.strip_prefix("file:") {
            let files = files.split(',').map(str::trim).filter(|file| !file.is_empty());
            manifest.includes.extend(files.map(str::to_owned));
            continue;
        }
        manifest.requirements.extend(Requirement::parse(item, line, group));
    }
}

fn read_roots(sections: &[Section], manifest: &mut Manifest) {
    let package_dir = option(sections, "options", "package_dir");
    for (_, item) in package_dir.into_iter().flat_map(|entry| entry.items(',')) {
        let (package, folder) = item.split_once('=').unwrap_or(("", item));
        roots::add_root(&mut manifest.package_roots, roots::of_package(package.trim(), folder));
    }
    for name in ["options.packages.find", "options.packages.find_namespace"] {
        let folders = option(sections, name, "where").into_iter().flat_map(|entry| entry.items(','));
        folders.for_each(|(_, folder)| roots::add_root(&mut manifest.package_roots, roots::tidy(folder)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(text: &str) -> Manifest {
        read(text).unwrap_or_else(|error| panic!("{error}"))
    }

    fn rows(manifest: &Manifest) -> Vec<(&str, &str, Option<&str>, u32)> {
        let requirements = manifest.requirements.iter();
        requirements.map(|r| (r.name.as_str(), r.specifier.as_str(), r.extra_or_group.as_deref(), r.line)).collect()
    }

    #[test]
    fn a_project() {
        let manifest = manifest(
            "[metadata]\nname = My_App\nversion = attr: app.__version__\n\n[options]\npackages = find:\npackage_dir =\n    =src\n\
             python_requires = >=3.8,!=3.9.0\ninstall_requires =\n    # web\n    fastapi>=0.100  # pinned\n    pydantic[email]<2 ; python_version < \"3.12\"\n\n\
             \n    typing-extensions\nzip_safe = False\n\n[options.extras_require]\ndev =\n    pytest\n    mypy==1.0\n\
             [options.packages.find]\nwhere = src\n\n[tool:pytest]\naddopts = -q\n",
        );
        assert_eq!(manifest.name.as_deref(), Some("my-app"));
        assert_eq!(manifest.requires_python.as_deref(), Some(">=3.8,!=3.9.0"));
        assert_eq!(
            rows(&manifest),
            [
                ("fastapi", ">=0.100", None, 12),
                ("pydantic", "<2", None, 13),
                ("typing-extensions", "", None, 16),
                ("pytest", "", Some("dev"), 21),
                ("mypy", "==1.0", Some("dev"), 22),
            ]
        );
        assert_eq!(manifest.requirements[1].marker.as_deref(), Some("python_version < \"3.12\""));
        assert_eq!(manifest.package_roots, ["src"]);
        assert_eq!(manifest.pytest.and_then(|pytest| pytest.text("addopts").map(str::to_owned)).as_deref(), Some("-q"));
    }

    #[test]
    fn short_forms() {
        let manifest = manifest(
            "[metadata]\nname = attr: x.y\n[options]\npython-requires = >=3.7\ninstall_requires = a>=1; b\n\
             package_dir = app=lib/app\n[options.packages.find]\nwhere = one, two\n",
        );
        assert_eq!(manifest.name, None);
        assert_eq!(manifest.requires_python.as_deref(), Some(">=3.7"));
        assert_eq!(rows(&manifest), [("a", ">=1", None, 5), ("b", "", None, 5)]);
        assert_eq!(manifest.package_roots, ["lib", "one", "two"]);
    }

    #[test]
    fn files_are_recorded() {
        let manifest = manifest("[options]\ninstall_requires = file: requirements.txt, more.txt\n");
        assert_eq!(manifest.includes, ["requirements.txt", "more.txt"]);
        assert!(manifest.requirements.is_empty());
    }

    #[test]
    fn nothing() {
        assert_eq!(manifest(""), Manifest::default());
        assert_eq!(manifest("[flake8]\nmax-line-length = 100\n"), Manifest::default());
        assert!(read("x\n").is_err());
    }
}
