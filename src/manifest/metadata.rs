//! Reads the headers of an installed or built package: `METADATA` and `PKG-INFO`.
//!
//! Never reads the description below the headers.

use super::Manifest;
use super::requirement::{Requirement, normalise};

pub(super) fn read(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    let mut version = None;
    for (line, key, value) in headers(text) {
        match key.as_str() {
            "name" => manifest.name = Some(normalise(&value)),
            "version" => version = Some(value),
            "requires-python" => manifest.requires_python = Some(value),
            "requires-dist" => manifest.requirements.extend(requirement(&value, line)),
            _ => {}
        }
    }
    manifest.locked = manifest.name.clone().zip(version).into_iter().collect();
    manifest
}

/// Line, lower-cased key and value of each header; indented lines continue the one before.
fn headers(text: &str) -> Vec<(u32, String, String)> {
    let mut headers: Vec<(u32, String, String)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            if let Some((_, _, value)) = headers.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((key, value)) = line.split_once(':') {
            headers.push((number, key.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    headers
}

fn requirement(value: &str, line: u32) -> Option<Requirement> {
    let requirement = Requirement::parse(value, line, None)?;
    let extra = requirement.marker.as_deref().and_then(extra);
    Some(Requirement { extra_or_group: extra, ..requirement })
}

/// The `x` of `... extra == "x"`.
fn extra(marker: &str) -> Option<String> {
    let (before, after) = marker
        .match_indices("extra")
        .map(|(at, word)| (&marker[..at], &marker[at + word.len()..]))
        .find(|(_, after)| after.trim_start().starts_with("=="))?;
    if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let value = after.trim_start().strip_prefix("==")?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (extra, _) = value[1..].split_once(quote)?;
    Some(extra.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package() {
        let text = "Metadata-Version: 2.1\r\nName: FastAPI_Users\r\nVersion: 13.0.0\r\nRequires-Python: >=3.8\r\n\
                    Requires-Dist: pydantic (>=1.9,<2) ; extra == \"x\"\r\nRequires-Dist: fastapi>=0.65.2\r\n\
                    Requires-Dist: redis <6,>=4.3 ; (python_version < '3.9') and extra == 'redis'\r\n\
                    Requires-Dist: pwdlib[argon2,bcrypt]==0.2.1\r\n\r\nName: body\r\nRequires-Dist: body\r\n";
        let manifest = read(text);
        assert_eq!(manifest.name.as_deref(), Some("fastapi-users"));
        assert_eq!(manifest.requires_python.as_deref(), Some(">=3.8"));
        assert_eq!(manifest.locked, [("fastapi-users".to_owned(), "13.0.0".to_owned())]);
        let rows: Vec<_> = manifest
            .requirements
            .iter()
            .map(|r| (r.name.as_str(), r.specifier.as_str(), r.extra_or_group.as_deref(), r.line))
            .collect();
        assert_eq!(
            rows,
            [
                ("pydantic", ">=1.9,<2", Some("x"), 5),
                ("fastapi", ">=0.65.2", None, 6),
                ("redis", "<6,>=4.3", Some("redis"), 7),
                ("pwdlib", "==0.2.1", None, 8),
            ]
        );
    }

    #[test]
    fn extras_in_markers() {
        assert_eq!(extra("extra=='a-b'").as_deref(), Some("a-b"));
        assert_eq!(extra("os_name == 'nt' and (extra == \"a\")").as_deref(), Some("a"));
        for marker in ["os_name == 'nt'", "extra == ", "extra == é", "extra == 'x", "myextra == 'x'", "extra != 'x'"] {
            assert_eq!(extra(marker), None, "{marker}");
        }
    }

    #[test]
    fn folded_headers_and_garbage() {
        let manifest =
            read(" lost\nLicense: MIT\n  \n  text\nName: a\nRequires-Dist: b\n   >=1\nnonsense\nRequires-Dist: ???\n");
        assert_eq!(manifest.requirements[0].specifier, ">=1");
        assert_eq!(manifest.requirements.len(), 1);
        assert_eq!(manifest.locked, []);
    }
}
