//! Reads pyproject.toml: the `[project]` table, dependency groups, and what poetry, pdm, uv, hatch, flit and
//! setuptools say in their own tables.
//!
//! Never reads `[build-system]`: what builds the project is not what it runs on.

use toml::de::DeTable;

use super::document::{Document, Value, items, strings, table_at, text_at};
use super::requirement::{Requirement, normalise};
use super::{Manifest, ManifestError, poetry, pytest, roots};

pub(super) fn read(text: &str) -> Result<Manifest, ManifestError> {
    let document = Document::parse(text)?;
    let mut manifest = Manifest {
        package_roots: roots::from_pyproject(&document),
        pytest: pytest::from_pyproject(&document),
        ..Manifest::default()
    };
    read_project(&document, &mut manifest);
    read_groups(&document, document.table(&["dependency-groups"]), &mut manifest);
    poetry::read(&document, &mut manifest);
    read_groups(&document, document.table(&["tool", "pdm", "dev-dependencies"]), &mut manifest);
    declare(&document, document.value(&["tool", "uv", "dev-dependencies"]), Some("dev"), &mut manifest);
    read_flit(&document, &mut manifest);
    read_hatch(&document, &mut manifest);
    read_setuptools(&document, &mut manifest);
    manifest.requirements.sort_by_key(|requirement| requirement.line);
    Ok(manifest)
}

fn read_project(document: &Document, manifest: &mut Manifest) {
    let Some(project) = document.table(&["project"]) else { return };
    manifest.name = text_at(project, "name").map(normalise);
    manifest.requires_python = text_at(project, "requires-python").map(str::to_owned);
    declare(document, project.get("dependencies"), None, manifest);
    read_groups(document, table_at(project, "optional-dependencies"), manifest);
}

/// A table of groups or extras, each a list of requirements. `{include-group = "x"}` adds nothing: `x` is listed too.
fn read_groups(document: &Document, groups: Option<&DeTable>, manifest: &mut Manifest) {
    for (group, list) in groups.into_iter().flatten() {
        declare(document, Some(list), Some(group.get_ref()), manifest);
    }
}

fn declare(document: &Document, list: Option<&Value>, group: Option<&str>, manifest: &mut Manifest) {
    let declared = items(list).filter_map(|item| {
        let text = item.get_ref().as_str()?;
        let text = text.strip_prefix("-e ").unwrap_or(text); // pdm lists editable packages this way
        Requirement::parse(text, document.line(item), group)
    });
    manifest.requirements.extend(declared);
}

/// Flit's own table, from before `[project]`.
fn read_flit(document: &Document, manifest: &mut Manifest) {
    let Some(flit) = document.table(&["tool", "flit", "metadata"]) else { return };
    let name = text_at(flit, "dist-name").or(text_at(flit, "module"));
    manifest.name = manifest.name.take().or(name.map(normalise));
    let python = text_at(flit, "requires-python").map(str::to_owned);
    manifest.requires_python = manifest.requires_python.take().or(python);
    declare(document, flit.get("requires"), None, manifest);
    declare(document, flit.get("dev-requires"), Some("dev"), manifest);
    read_groups(document, table_at(flit, "requires-extra"), manifest);
}

/// The environments of hatch are groups by another name.
fn read_hatch(document: &Document, manifest: &mut Manifest) {
    for (name, environment) in document.table(&["tool", "hatch", "envs"]).into_iter().flatten() {
        let Some(environment) = environment.get_ref().as_table() else { continue };
        for key in ["dependencies", "extra-dependencies"] {
            declare(document, environment.get(key), Some(name.get_ref()), manifest);
        }
    }
    let hook = ["tool", "hatch", "metadata", "hooks", "requirements_txt", "files"];
    manifest.includes.extend(strings(document.value(&hook)).map(str::to_owned));
}

/// `dynamic = ["dependencies"]` with the files that hold them.
fn read_setuptools(document: &Document, manifest: &mut Manifest) {
    let Some(dynamic) = document.table(&["tool", "setuptools", "dynamic"]) else { return };
    let extras = table_at(dynamic, "optional-dependencies").into_iter().flatten();
    let lists = dynamic.get("dependencies").into_iter().chain(extras.map(|(_, list)| list));
    let files = lists.flat_map(|list| roots::files(Some(list)));
    manifest.includes.extend(files.map(str::to_owned));
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
    fn nothing() {
        for text in ["", "[project]\n", "project = 1\ndependency-groups = 2\n", "[tool.flit.metadata]\n"] {
            assert_eq!(manifest(text), Manifest::default());
        }
    }

    #[test]
    fn uv_and_pep_735() {
        let manifest = manifest(
            "[project]\nname = \"My.App\"\nrequires-python = \">=3.11\"\ndependencies = [\n  \"fastapi>=0.110\", # web\n\
             \n  \"pydantic[email] >=2 ; python_version < '3.13'\",\n  \"not a requirement\", 3,\n]\n\n\
             [project.optional-dependencies]\ncache = [\"redis\"]\n\n[dependency-groups]\n\
             dev = [{include-group = \"test\"}, \"ruff\"]\ntest = [\"pytest>=8\"]\n\n[tool.uv]\ndev-dependencies = [\"mypy\"]\n\n\
             [build-system]\nrequires = [\"hatchling\"]\n",
        );
        assert_eq!(manifest.name.as_deref(), Some("my-app"));
        assert_eq!(manifest.requires_python.as_deref(), Some(">=3.11"));
        assert_eq!(
            rows(&manifest),
            [
                ("fastapi", ">=0.110", None, 5),
                ("pydantic", ">=2", None, 7),
                ("redis", "", Some("cache"), 12),
                ("ruff", "", Some("dev"), 15),
                ("pytest", ">=8", Some("test"), 16),
                ("mypy", "", Some("dev"), 19),
            ]
        );
        assert_eq!(manifest.requirements[1].marker.as_deref(), Some("python_version < '3.13'"));
    }

    #[test]
    fn pdm_and_hatch() {
        let manifest = manifest(
            "[project]\ndependencies = [\"a\"]\n[tool.pdm.dev-dependencies]\ntest = [\"b>1\", \"-e file:///x#egg=y\", \"-e c @ file:///c\"]\n\
             [tool.hatch.envs.default]\ndependencies = [\"d\"]\n[tool.hatch.envs.docs]\nextra-dependencies = [\"e\"]\n\
             [tool.hatch.metadata.hooks.requirements_txt]\nfiles = [\"requirements.txt\"]\n",
        );
        assert_eq!(
            rows(&manifest),
            [
                ("a", "", None, 2),
                ("b", ">1", Some("test"), 4),
                ("c", "", Some("test"), 4),
                ("d", "", Some("default"), 6),
                ("e", "", Some("docs"), 8),
            ]
        );
        assert_eq!(manifest.includes, ["requirements.txt"]);
    }

    #[test]
    fn flit() {
        let manifest = manifest(
            "[tool.flit.metadata]\nmodule = \"my_module\"\nrequires-python = \">=3.6\"\nrequires = [\"requests (>=2.6)\"]\n\
             [tool.flit.metadata.requires-extra]\ntest = [\"pytest\"]\n",
        );
        assert_eq!(manifest.name.as_deref(), Some("my-module"));
        assert_eq!(manifest.requires_python.as_deref(), Some(">=3.6"));
        assert_eq!(rows(&manifest), [("requests", ">=2.6", None, 4), ("pytest", "", Some("test"), 6)]);
    }

    #[test]
    fn setuptools_dynamic() {
        let manifest = manifest(
            "[project]\nname = \"x\"\ndynamic = [\"dependencies\"]\n[tool.setuptools.dynamic]\n\
             dependencies = {file = [\"requirements.txt\"]}\noptional-dependencies.dev = {file = \"dev.txt\"}\n\
             version = {attr = \"x.y\"}\n",
        );
        assert_eq!(manifest.includes, ["requirements.txt", "dev.txt"]);
    }

    #[test]
    fn project_wins_over_poetry() {
        let manifest = manifest(
            "[project]\nname = \"a\"\nrequires-python = \">=3.10\"\ndependencies = [\"x>=1\"]\n\
             [tool.poetry]\nname = \"b\"\n[tool.poetry.dependencies]\npython = \"^3.8\"\ny = \"^1\"\n",
        );
        assert_eq!(manifest.name.as_deref(), Some("a"));
        assert_eq!(manifest.requires_python.as_deref(), Some(">=3.10"));
        assert_eq!(rows(&manifest), [("x", ">=1", None, 4), ("y", ">=1,<2", None, 9)]);
    }
}
