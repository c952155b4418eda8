//! Reads poetry's dependency tables, and translates its constraints (`^1.2`, `~1.2`, `1.*`) into PEP 440.
//!
//! Never keeps a constraint it cannot translate in another form than written, so that nobody mistakes it.

use toml::de::DeTable;

use super::Manifest;
use super::document::{Document, Value, items, strings, table_at, text_at};
use super::requirement::{Requirement, normalise};
use super::version::Version;

/// `[tool.poetry]`: the dependencies with their groups and extras, the name, the Python versions.
pub(super) fn read(document: &Document, manifest: &mut Manifest) {
    let Some(poetry) = document.table(&["tool", "poetry"]) else { return };
    let name = text_at(poetry, "name").map(normalise);
    manifest.name = manifest.name.take().or(name);
    if let Some(dependencies) = table_at(poetry, "dependencies") {
        let python = dependencies.get("python").and_then(constraint).map(specifier);
        manifest.requires_python = manifest.requires_python.take().or(python);
        let start = manifest.requirements.len();
        read_dependencies(document, dependencies, None, manifest);
        if let Some(extras) = table_at(poetry, "extras") {
            name_extras(extras, &mut manifest.requirements[start..]);
        }
    }
    if let Some(dependencies) = table_at(poetry, "dev-dependencies") {
        read_dependencies(document, dependencies, Some("dev"), manifest);
    }
    for (group, table) in table_at(poetry, "group").into_iter().flatten() {
        let dependencies = table.get_ref().as_table().and_then(|table| table_at(table, "dependencies"));
        if let Some(dependencies) = dependencies {
            read_dependencies(document, dependencies, Some(group.get_ref()), manifest);
        }
    }
}

/// A table of `name = "^1"`, `name = {version = "^1", ...}` or a list of such tables; Pipenv writes the same.
pub(super) fn read_dependencies(document: &Document, table: &DeTable, group: Option<&str>, manifest: &mut Manifest) {
    for (name, value) in table {
        let name = name.get_ref();
        if name == "python" {
            continue;
        }
        manifest.requirements.extend(items(Some(value)).map(|one| dependency(document, name, one, group)));
    }
}

fn dependency(document: &Document, name: &str, value: &Value, group: Option<&str>) -> Requirement {
    let table = value.get_ref().as_table();
    let get = |key: &str| table.and_then(|table| table.get(key));
    let optional = get("optional").and_then(|flag| flag.get_ref().as_bool()) == Some(true);
    let direct = ["git", "path", "file", "url", "hg", "svn"].iter().any(|key| get(key).is_some());
    Requirement {
        name: normalise(name),
        specifier: constraint(value).map(specifier).unwrap_or_default(),
        extras: strings(get("extras")).map(normalise).collect(),
        marker: table.and_then(marker),
        extra_or_group: group.or(optional.then_some("optional")).map(str::to_owned),
        direct,
        line: document.line(value),
    }
}

fn constraint<'d>(value: &'d Value) -> Option<&'d str> {
    match value.get_ref().as_table() {
        Some(table) => text_at(table, "version"),
        None => value.get_ref().as_str(),
    }
}

/// An optional dependency belongs to the first extra that lists it.
fn name_extras(extras: &DeTable, requirements: &mut [Requirement]) {
    for requirement in requirements.iter_mut().filter(|r| r.extra_or_group.is_some()) {
        let lists = |value: &Value| strings(Some(value)).any(|name| normalise(name) == requirement.name);
        if let Some((extra, _)) = extras.iter().find(|(_, value)| lists(value)) {
            requirement.extra_or_group = Some(extra.get_ref().to_string());
        }
    }
}

/// `markers`, `python` and `platform` of a dependency as one marker.
fn marker(table: &DeTable) -> Option<String> {
    let written = text_at(table, "markers").map(str::to_owned);
    let python = text_at(table, "python").and_then(|python| python_marker(&specifier(python)));
    let platform = text_at(table, "platform").map(|platform| format!("sys_platform == \"{platform}\""));
    let parts: Vec<String> = [written, python, platform].into_iter().flatten().collect();
    match parts.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        several => {
            let bracketed: Vec<String> = several.iter().map(|part| format!("({part})")).collect();
            Some(bracketed.join(" and "))
        }
    }
}

fn python_marker(specifier: &str) -> Option<String> {
    let clause = |clause: &str| {
        let at = clause.find(|c: char| c.is_ascii_digit())?;
        let (operator, version) = clause.split_at(at);
        let patch = version.trim_end_matches(".*").matches('.').count() > 1;
        let variable = if patch { "python_full_version" } else { "python_version" };
        Some(format!("{variable} {operator} \"{version}\""))
    };
    let alternatives: Vec<String> = specifier
        .split(" || ")
        .map(|all| Some(all.split(',').map(clause).collect::<Option<Vec<_>>>()?.join(" and ")))
        .collect::<Option<_>>()?;
    Some(alternatives.join(" or "))
}

/// Translates a constraint of poetry into PEP 440; "or" stays as ` || `. What is not understood stays as written.
pub(super) fn specifier(constraint: &str) -> String {
    let alternatives: Option<Vec<String>> =
        constraint.split('|').filter(|alternative| !alternative.trim().is_empty()).map(translated).collect();
    let written = constraint.trim();
    match alternatives {
        Some(alternatives) if alternatives.iter().any(String::is_empty) => String::new(),
        Some(alternatives) => alternatives.join(" || "),
        None => written.to_owned(),
    }
}

fn translated(constraint: &str) -> Option<String> {
    let clauses: Option<Vec<String>> =
        clauses(constraint).iter().filter(|clause| *clause != "*").map(|clause| translated_clause(clause)).collect();
    clauses.map(|clauses| clauses.join(","))
}

/// Clauses are set apart by commas or spaces; a space after an operator separates nothing.
fn clauses(constraint: &str) -> Vec<String> {
    let mut clauses: Vec<String> = Vec::new();
    for word in constraint.split([',', ' ', '\t', '\n']).filter(|word| !word.is_empty()) {
        match clauses.last_mut() {
            Some(last) if last.ends_with(['<', '>', '=', '!', '~', '^']) => last.push_str(word),
            _ => clauses.push(word.to_owned()),
        }
    }
    clauses
}

fn translated_clause(clause: &str) -> Option<String> {
    let at = clause.find(|c| !matches!(c, '<' | '>' | '=' | '!' | '~' | '^'))?;
    let (operator, written) = clause.split_at(at);
    if let Some(prefix) = written.strip_suffix(".*") {
        Version::parse(prefix)?;
        return match operator {
            "" | "=" | "^" | "~" => Some(format!("=={written}")),
            _ => Some(clause.to_owned()),
        };
    }
    let version = Version::parse(written)?;
    match operator {
        "^" => Some(format!(">={written},<{}", version.bumped(breaking(&version)))),
        "~" => Some(format!(">={written},<{}", version.bumped((version.release.len() - 1).min(1)))),
        "" | "=" => Some(format!("=={written}")),
        "==" | "===" | "!=" | "<" | "<=" | ">" | ">=" | "~=" => Some(clause.to_owned()),
        _ => None,
    }
}

/// The place whose change breaks: the first number that is not 0, or the last one written.
fn breaking(version: &Version) -> usize {
    let first = version.release.iter().position(|number| *number > 0);
    first.unwrap_or(version.release.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Kind, Specifiers};

    #[test]
    fn constraints() {
        for (written, translation) in [
            ("^3.9", ">=3.9,<4.0"),
            ("^1.2.3", ">=1.2.3,<2.0.0"),
            ("^1", ">=1,<2"),
            ("^0.2.3", ">=0.2.3,<0.3.0"),
            ("^0.0.3", ">=0.0.3,<0.0.4"),
            ("^0.0", ">=0.0,<0.1"),
            ("^0", ">=0,<1"),
            ("^2.0b1", ">=2.0b1,<3.0"),
            ("~1.2.3", ">=1.2.3,<1.3.0"),
            ("~1.2", ">=1.2,<1.3"),
            ("~1", ">=1,<2"),
            ("~=1.2", "~=1.2"),
            ("*", ""),
            ("", ""),
            ("1.2.*", "==1.2.*"),
            ("1.2.3", "==1.2.3"),
            ("=1.2", "==1.2"),
            ("==1.2", "==1.2"),
            (">=1.2,<2", ">=1.2,<2"),
            (" >= 1.2 , < 2 ", ">=1.2,<2"),
            (">=1.2 <2", ">=1.2,<2"),
            (">=3.8,<3.9.7 || >3.9.7,<4.0", ">=3.8,<3.9.7 || >3.9.7,<4.0"),
            ("^1.0 | ^2.0", ">=1.0,<2.0 || >=2.0,<3.0"),
            ("~2.7 || ^3.6", ">=2.7,<2.8 || >=3.6,<4.0"),
            ("* || ^1", ""),
            ("!=1.5.*", "!=1.5.*"),
            ("weird", "weird"),
            ("^x", "^x"),
        ] {
            assert_eq!(specifier(written), translation, "{written}");
        }
        assert_eq!(Specifiers::parse(&specifier("^x")), None);
        assert!(Specifiers::parse(&specifier("~2.7 || ^3.6")).is_some());
    }

    fn read(text: &str) -> Manifest {
        crate::manifest::read(Kind::Pyproject, text).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_project() {
        let manifest = read(
            "[tool.poetry]\nname = \"My_App\"\npackages = [{include = \"app\", from = \"src\"}]\n\n\
             [tool.poetry.dependencies]\npython = \"^3.9\"\nfastapi = \"^0.110\"\n\
             pydantic = {version = \">=1.10,<3\", extras = [\"email\"]}\n\
             redis = {version = \"*\", optional = true}\nlonely = {version = \"1\", optional = true}\n\
             local = {path = \"../local\", develop = true}\n\
             numpy = [\n  {version = \"^1.0\", python = \"<3.12\"},\n  {version = \"^2.0\", python = \"^3.12\", platform = \"linux\"},\n]\n\n\
             [tool.poetry.extras]\ncache = [\"Redis\"]\n\n[tool.poetry.dev-dependencies]\nblack = \"24.1.0\"\n\n\
             [tool.poetry.group.test.dependencies]\npytest = \"~8.0\"\n\n[build-system]\nrequires = [\"poetry-core\"]\n",
        );
        assert_eq!(manifest.name.as_deref(), Some("my-app"));
        assert_eq!(manifest.requires_python.as_deref(), Some(">=3.9,<4.0"));
        assert_eq!(manifest.package_roots, ["src"]);
        let rows: Vec<_> = manifest
            .requirements
            .iter()
            .map(|r| (r.name.as_str(), r.specifier.as_str(), r.extra_or_group.as_deref(), r.line))
            .collect();
        assert_eq!(
            rows,
            [
                ("fastapi", ">=0.110,<0.111", None, 7),
                ("pydantic", ">=1.10,<3", None, 8),
                ("redis", "", Some("cache"), 9),
                ("lonely", "==1", Some("optional"), 10),
                ("local", "", None, 11),
                ("numpy", ">=1.0,<2.0", None, 13),
                ("numpy", ">=2.0,<3.0", None, 14),
                ("black", "==24.1.0", Some("dev"), 21),
                ("pytest", ">=8.0,<8.1", Some("test"), 24),
            ]
        );
        let marker = |at: usize| manifest.requirements[at].marker.as_deref();
        assert_eq!(marker(5), Some("python_version < \"3.12\""));
        let both = "(python_version >= \"3.12\" and python_version < \"4.0\") and (sys_platform == \"linux\")";
        assert_eq!(marker(6), Some(both));
        assert!(manifest.requirements[4].direct);
        assert_eq!(manifest.requirements[1].extras, ["email"]);
    }

    #[test]
    fn odd_shapes() {
        assert_eq!(read("[tool]\npoetry = 1\n"), Manifest::default());
        assert_eq!(read("[tool.poetry]\ndependencies = 1\nextras = 2\ngroup = 3\n"), Manifest::default());
        let manifest = read("[tool.poetry.dependencies]\npython = 3\na = 1\nb = {}\nc = []\n");
        let names: Vec<&str> = manifest.requirements.iter().map(|r| r.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
    }
}
