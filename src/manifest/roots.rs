//! Which folders a build backend is told to take packages from.
//!
//! Never lists the manifest's own folder, an absolute path, or a mapping that renames a package.

use super::document::{Document, Value, items, strings, table_at, text_at};

/// All roots that the tools of a pyproject.toml name, each once.
pub(super) fn from_pyproject(document: &Document) -> Vec<String> {
    let mut roots = Vec::new();
    let mut add = |root: Option<String>| add_root(&mut roots, root);
    for (package, folder) in document.table(&["tool", "setuptools", "package-dir"]).into_iter().flatten() {
        add(folder.get_ref().as_str().and_then(|folder| of_package(package.get_ref(), folder)));
    }
    for path in [
        &["tool", "setuptools", "packages", "find", "where"][..],
        &["tool", "pdm", "package-dir"],
        &["tool", "pdm", "build", "package-dir"],
        &["tool", "uv", "build-backend", "module-root"],
        &["tool", "maturin", "python-source"],
        &["tool", "scikit-build", "wheel", "package-dir"],
        &["tool", "hatch", "build", "dev-mode-dirs"],
    ] {
        strings(document.value(path)).for_each(|folder| add(tidy(folder)));
    }
    for package in items(document.value(&["tool", "poetry", "packages"])) {
        let from = package.get_ref().as_table().and_then(|table| text_at(table, "from"));
        add(from.and_then(tidy));
    }
    for path in [&["tool", "hatch", "build"][..], &["tool", "hatch", "build", "targets", "wheel"]] {
        let Some(build) = document.table(path) else { continue };
        let packages = strings(build.get("packages")).chain(strings(build.get("only-include")));
        packages.for_each(|package| add(parent(package)));
        match table_at(build, "sources") {
            Some(sources) => sources
                .iter()
                .filter(|(_, to)| to.get_ref().as_str() == Some(""))
                .for_each(|(from, _)| add(tidy(from.get_ref()))),
            None => strings(build.get("sources")).for_each(|folder| add(tidy(folder))),
        }
    }
    roots
}

/// The files under `file` of setuptools' `{file = ["requirements.txt"]}`.
pub(super) fn files<'d>(value: Option<&'d Value<'_>>) -> impl Iterator<Item = &'d str> {
    let table = value.and_then(|value| value.get_ref().as_table());
    strings(table.and_then(|table| table.get("file")))
}

/// Adds a root that is not yet there.
pub(super) fn add_root(roots: &mut Vec<String>, root: Option<String>) {
    roots.extend(root.filter(|root| !roots.contains(root)));
}

/// The root behind setuptools' `package_dir = {"": "src"}` or `{"app": "lib/app"}`.
pub(super) fn of_package(package: &str, folder: &str) -> Option<String> {
    let folder = tidy(folder)?;
    if package.is_empty() {
        return Some(folder);
    }
    let root = folder.strip_suffix(&package.replace('.', "/"))?;
    tidy(root.strip_suffix('/')?)
}

/// The folder that holds a package: `src` of `src/app`.
fn parent(package: &str) -> Option<String> {
    let package = tidy(package)?;
    let (parent, _) = package.rsplit_once('/')?;
    Some(parent.to_owned())
}

/// `./src/` and `src` are one folder. `None` for the manifest's own folder and for absolute paths.
pub(super) fn tidy(path: &str) -> Option<String> {
    let path = path.trim().replace('\\', "/");
    let absolute = path.starts_with('/') || path.contains(':') || path.contains('*');
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    (!absolute && !parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roots(text: &str) -> Vec<String> {
        from_pyproject(&Document::parse(text).unwrap_or_else(|error| panic!("{error}")))
    }

    #[test]
    fn every_backend() {
        for text in [
            "[tool.setuptools]\npackage-dir = {\"\" = \"src\"}\n",
            "[tool.setuptools]\npackage-dir = {\"app.core\" = \"src/app/core\"}\n",
            "[tool.setuptools.packages.find]\nwhere = [\"src\", \"./src/\", \".\"]\n",
            "[tool.poetry]\npackages = [{include = \"app\", from = \"src\"}, {include = \"b\"}]\n",
            "[tool.hatch.build.targets.wheel]\npackages = [\"src/app\", \"other\"]\n",
            "[tool.hatch.build.targets.wheel]\nsources = [\"src\"]\n",
            "[tool.hatch.build]\nsources = {\"src\" = \"\", \"lib/a\" = \"b\"}\n",
            "[tool.hatch.build]\ndev-mode-dirs = [\".\", \"src\"]\n",
            "[tool.pdm]\npackage-dir = \"src\"\n",
            "[tool.pdm.build]\npackage-dir = \"src\"\n",
            "[tool.uv.build-backend]\nmodule-root = \"src\"\n",
            "[tool.maturin]\npython-source = \"src\"\n",
        ] {
            assert_eq!(roots(text), ["src"], "{text}");
        }
    }

    #[test]
    fn no_roots() {
        for text in [
            "",
            "[tool]\nsetuptools = 1\nhatch = []\npoetry = {packages = [1]}\n",
            "[tool.setuptools]\npackages = [\"app\"]\n",
            "[tool.setuptools]\npackage-dir = {\"app\" = \"source\", \"\" = \"/abs\", b = \"b\"}\n",
        ] {
            assert_eq!(roots(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn paths() {
        assert_eq!(tidy(" .\\src\\app/ ").as_deref(), Some("src/app"));
        assert_eq!(tidy("../lib").as_deref(), Some("../lib"));
        for path in ["", ".", "./", "/a", "C:\\a", "src/*"] {
            assert_eq!(tidy(path), None, "{path}");
        }
        assert_eq!(of_package("pp", "src/app"), None);
    }
}
