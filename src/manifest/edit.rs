//! Requirements rewritten in the text of a manifest: a pin moved, a package added beside another.
//!
//! Line by line, so that comments and layout stay. What is not understood is left, and said by the caller.

use super::{Kind, Requirement};
use regex::Regex;

/// Gives a requirement another specifier; `None` where its line is not understood.
pub fn move_pin(kind: Kind, text: &str, requirement: &Requirement, specifier: &str) -> Option<String> {
    let name = spelled(&requirement.name);
    // `pydantic[email]>=1.10,<2`, in quotes or bare, up to a marker, a comment or the end.
    let pep508 = format!(
        r#"(?i)(^|["'\s,(\[=])({name}(?:\[[^\]]*\])?)\s*\(?\s*((?:===|[<>=!~]=?)[^"';\#)\n\r]*?)\)?(\s*)(?:["';\#]|$|\r)"#
    );
    // `pydantic = "^1.10"`, `pydantic = {version = "^1.10"}`, or `version = "^1.10"` on a line of its own.
    let table =
        format!(r#"(?i)^\s*["']?{name}["']?\s*=\s*(?:["']([^"']*)["']|\{{[^}}]*?version\s*=\s*["']([^"']*)["'])"#);
    let at = requirement.line as usize;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let line = lines.get(at.checked_sub(1)?)?;
    let start: usize = lines[..at - 1].iter().map(|line| line.len()).sum();
    let found = if matches!(kind, Kind::Pyproject | Kind::Pipfile) {
        let captures = Regex::new(&table).ok()?.captures(line);
        captures.and_then(|found| found.get(1).or_else(|| found.get(2)))
    } else {
        None
    };
    let found = found.or_else(|| Regex::new(&pep508).ok()?.captures(line)?.get(3));
    let range = found.map(|found| (start + found.start(), start + found.end()))?;
    // A hash belongs to the version that it was taken of.
    if line.contains("--hash") || line.trim_end().ends_with('\\') {
        return None;
    }
    let old = &text[range.0..range.1];
    let kept = old.len() - old.trim_end().len();
    Some(format!("{}{specifier}{}", &text[..range.0], &text[range.1 - kept..]))
}

/// Adds a package beside a requirement, in the form that one has.
pub fn add_beside(kind: Kind, text: &str, requirement: &Requirement, name: &str, specifier: &str) -> Option<String> {
    let at = requirement.line as usize;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let line = *lines.get(at.checked_sub(1)?)?;
    let end: usize = lines[..at].iter().map(|line| line.len()).sum();
    let start = end - line.len();
    let beside = spelled(&requirement.name);
    let indent = &line[..line.len() - line.trim_start().len()];
    let newline = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
    let broken = if line.ends_with('\n') { "" } else { newline };
    let below = |entry: String| Some(format!("{}{broken}{indent}{entry}{newline}{}", &text[..end], &text[end..]));
    let table = Regex::new(&format!(r#"(?i)^\s*["']?{beside}["']?\s*="#)).ok()?;
    let is_table = matches!(kind, Kind::Pyproject | Kind::Pipfile) && table.is_match(line);
    if is_table {
        return below(format!("{name} = \"{specifier}\""));
    }
    let quoted = Regex::new(&format!(r#"(?i)(["'])({beside}(?:\[[^\]]*\])?\s*[^"']*)["'](\s*,)?"#)).ok()?;
    if let Some(found) = quoted.captures(line) {
        let (whole, quote) = (found.get(0)?, found.get(1)?.as_str());
        let entry = format!("{quote}{name}{specifier}{quote}");
        let alone = line[..whole.start()].trim().is_empty() && line[whole.end()..].trim_end().trim_start().is_empty();
        if alone {
            let comma = if found.get(3).is_some() { "" } else { "," };
            let own = if found.get(3).is_some() { "," } else { "" };
            let at = start + whole.end();
            return Some(format!("{}{comma}{newline}{indent}{entry}{own}{}", &text[..at], &text[at..]));
        }
        let at = start + whole.end();
        return Some(match found.get(3) {
            Some(_) => format!("{} {entry},{}", &text[..at], &text[at..]),
            None => format!("{}, {entry}{}", &text[..at], &text[at..]),
        });
    }
    match kind {
        Kind::Requirements | Kind::SetupCfg => below(format!("{name}{specifier}")),
        _ => None,
    }
}

/// A normalised name as files may spell it.
fn spelled(name: &str) -> String {
    name.split('-').map(regex::escape).collect::<Vec<_>>().join("[-_.]+")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::read;

    fn moved(kind: Kind, text: &str) -> String {
        let manifest = read(kind, text).unwrap();
        let pydantic = manifest.requirements.iter().find(|one| one.name == "pydantic").unwrap();
        move_pin(kind, text, pydantic, ">=2.4,<3").unwrap_or_else(|| "left".to_owned())
    }

    fn added(kind: Kind, text: &str) -> String {
        let manifest = read(kind, text).unwrap();
        let pydantic = manifest.requirements.iter().find(|one| one.name == "pydantic").unwrap();
        add_beside(kind, text, pydantic, "pydantic-settings", ">=2,<3").unwrap_or_else(|| "left".to_owned())
    }

    #[test]
    fn pins_move_in_every_kind_of_manifest() {
        for (kind, old, new) in [
            (Kind::Requirements, "a\npydantic[email]==1.10.2  # why\nb\n", "a\npydantic[email]>=2.4,<3  # why\nb\n"),
            (
                Kind::Requirements,
                "Pydantic ~= 1.10 ; python_version > '3'\n",
                "Pydantic >=2.4,<3 ; python_version > '3'\n",
            ),
            (
                Kind::Pyproject,
                "[project]\nname = 'x'\ndependencies = [\"fastapi<1\", \"pydantic>=1.10,<2\"]\n",
                "[project]\nname = 'x'\ndependencies = [\"fastapi<1\", \"pydantic>=2.4,<3\"]\n",
            ),
            (
                Kind::Pyproject,
                "[tool.poetry.dependencies]\npydantic = \"^1.10\"\n",
                "[tool.poetry.dependencies]\npydantic = \">=2.4,<3\"\n",
            ),
            (
                Kind::Pyproject,
                "[tool.poetry.dependencies]\npydantic = {version = \"^1.10\", extras = [\"email\"]}\n",
                "[tool.poetry.dependencies]\npydantic = {version = \">=2.4,<3\", extras = [\"email\"]}\n",
            ),
            (
                Kind::SetupCfg,
                "[options]\ninstall_requires =\n    pydantic>=1.9,<2\n    x\n",
                "[options]\ninstall_requires =\n    pydantic>=2.4,<3\n    x\n",
            ),
            (
                Kind::SetupPy,
                "setup(install_requires=['pydantic<2', 'x'])\n",
                "setup(install_requires=['pydantic>=2.4,<3', 'x'])\n",
            ),
        ] {
            assert_eq!(moved(kind, old), new, "{old}");
        }
        assert_eq!(moved(Kind::Requirements, "pydantic==1.10.2 --hash=sha256:00\n"), "left");
    }

    #[test]
    fn a_package_is_added_beside_another() {
        for (kind, old, new) in [
            (Kind::Requirements, "pydantic<2", "pydantic<2\npydantic-settings>=2,<3\n"),
            (
                Kind::Pyproject,
                "[project]\nname='x'\ndependencies = [\n    \"pydantic<2\",\n]\n",
                "[project]\nname='x'\ndependencies = [\n    \"pydantic<2\",\n    \"pydantic-settings>=2,<3\",\n]\n",
            ),
            (
                Kind::Pyproject,
                "[project]\nname='x'\ndependencies = [\"pydantic<2\"]\n",
                "[project]\nname='x'\ndependencies = [\"pydantic<2\", \"pydantic-settings>=2,<3\"]\n",
            ),
            (
                Kind::Pyproject,
                "[tool.poetry.dependencies]\npydantic = \"^1\"\n",
                "[tool.poetry.dependencies]\npydantic = \"^1\"\npydantic-settings = \">=2,<3\"\n",
            ),
            (
                Kind::SetupCfg,
                "[options]\ninstall_requires =\n    pydantic<2\n    x\n",
                "[options]\ninstall_requires =\n    pydantic<2\n    pydantic-settings>=2,<3\n    x\n",
            ),
            (
                Kind::SetupPy,
                "setup(install_requires=['pydantic<2', 'x'])\n",
                "setup(install_requires=['pydantic<2', 'pydantic-settings>=2,<3', 'x'])\n",
            ),
        ] {
            assert_eq!(added(kind, old), new, "{old}");
        }
    }
}
