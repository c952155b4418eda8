//! Reads Pipenv's `Pipfile` and `Pipfile.lock`.
//!
//! Never keeps its sources: their URLs hold passwords.

use serde_json::{Map, Value};

use super::document::{Document, text_at};
use super::requirement::normalise;
use super::{Manifest, ManifestError, poetry};

/// Every table but these holds packages; users name groups of their own.
const NO_PACKAGES: [&str; 5] = ["source", "requires", "scripts", "pipenv", "pipfile"];

pub(super) fn read(text: &str) -> Result<Manifest, ManifestError> {
    let document = Document::parse(text)?;
    let mut manifest = Manifest {
        requires_python: document.table(&["requires"]).and_then(|requires| {
            let exact = text_at(requires, "python_full_version").map(|version| format!("=={version}"));
            exact.or_else(|| text_at(requires, "python_version").map(|version| format!("=={version}.*")))
        }),
        ..Manifest::default()
    };
    for (name, table) in document.root() {
        let name: &str = name.get_ref();
        let Some(table) = table.get_ref().as_table().filter(|_| !NO_PACKAGES.contains(&name)) else {
            continue;
        };
        let group = match name {
            "packages" => None,
            "dev-packages" => Some("dev"),
            group => Some(group),
        };
        poetry::read_dependencies(&document, table, group, &mut manifest);
    }
    manifest.requirements.sort_by_key(|requirement| requirement.line);
    Ok(manifest)
}

pub(super) fn read_lock(text: &str) -> Result<Manifest, ManifestError> {
    let lock: Value = serde_json::from_str(text).map_err(|error| ManifestError {
        line: u32::try_from(error.line()).unwrap_or(u32::MAX).max(1),
        column: u32::try_from(error.column()).unwrap_or(u32::MAX).max(1),
        message: format!("not the JSON of a lock file ({:?} error)", error.classify()).to_lowercase(),
    })?;
    let python = &lock["_meta"]["requires"]["python_version"];
    let groups = lock.as_object().into_iter().flatten().filter(|(name, _)| *name != "_meta");
    Ok(Manifest {
        requires_python: python.as_str().map(|version| format!("=={version}.*")),
        locked: groups.filter_map(|(_, group)| group.as_object()).flat_map(pinned).collect(),
        ..Manifest::default()
    })
}

fn pinned(group: &Map<String, Value>) -> impl Iterator<Item = (String, String)> {
    group.iter().filter_map(|(name, package)| {
        let version = package["version"].as_str()?.strip_prefix("==")?;
        Some((normalise(name), version.trim().to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipfile() {
        let text = "[[source]]\nurl = \"https://u:hunter2@h/simple\"\nname = \"pypi\"\n\n[packages]\nfastapi = \"*\"\n\
                    Pydantic = {version = \"<2\", extras = [\"email\"], markers = \"python_version < '3.12'\"}\n\
                    lib = {git = \"https://tok@h/lib.git\", ref = \"main\"}\n\n[dev-packages]\npytest = \"==8.0.0\"\n\n\
                    [docs]\nmkdocs = \">=1\"\n\n[requires]\npython_version = \"3.9\"\n\n[scripts]\ntest = \"pytest\"\n";
        let manifest = read(text).unwrap();
        assert_eq!(manifest.requires_python.as_deref(), Some("==3.9.*"));
        let rows: Vec<_> = manifest
            .requirements
            .iter()
            .map(|r| (r.name.as_str(), r.specifier.as_str(), r.extra_or_group.as_deref(), r.line))
            .collect();
        assert_eq!(
            rows,
            [
                ("fastapi", "", None, 6),
                ("pydantic", "<2", None, 7),
                ("lib", "", None, 8),
                ("pytest", "==8.0.0", Some("dev"), 11),
                ("mkdocs", ">=1", Some("docs"), 14),
            ]
        );
        assert!(manifest.requirements[2].direct);
        assert_eq!(manifest.requirements[1].marker.as_deref(), Some("python_version < '3.12'"));
        let shown = format!("{manifest:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("tok@"));
        let exact = read("[requires]\npython_full_version = \"3.9.1\"\n").unwrap();
        assert_eq!(exact.requires_python.as_deref(), Some("==3.9.1"));
    }

    #[test]
    fn lock() {
        let text = r#"{"_meta": {"requires": {"python_version": "3.9"}, "sources": [{"url": "x"}]},
            "default": {"Pydantic": {"version": "==1.10.2", "hashes": []}, "lib": {"git": "x", "ref": "y"}},
            "develop": {"pytest": {"version": "==8.0.0"}, "odd": 3, "older": {"version": "1.0"}}}"#;
        let manifest = read_lock(text).unwrap();
        let pairs = [("pydantic", "1.10.2"), ("pytest", "8.0.0")];
        assert_eq!(manifest.locked, pairs.map(|(name, version)| (name.to_owned(), version.to_owned())));
        assert_eq!(manifest.requires_python.as_deref(), Some("==3.9.*"));
    }

    #[test]
    fn odd_shapes() {
        for text in ["[]", "3", "null", "{\"default\": []}", "{\"_meta\": 3}"] {
            assert_eq!(read_lock(text), Ok(Manifest::default()), "{text}");
        }
        let error = read_lock("").unwrap_err();
        assert_eq!((error.line, error.column), (1, 1));
        assert!(read_lock(&"[".repeat(100_000)).is_err());
        assert!(read("packages = 3\n").unwrap().requirements.is_empty());
    }
}
