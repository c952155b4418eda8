//! Reads requirements and constraints files as pip does.
//!
//! Never follows `-r`, never expands `${VARIABLE}`, and keeps no index or repository URL.

use super::Manifest;
use super::requirement::{Requirement, without_comment};

pub(super) fn read(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    for (line, text) in logical_lines(text) {
        let text = without_comment(&text).trim();
        if text.starts_with('-') {
            read_option(text, line, &mut manifest);
            continue;
        }
        manifest.requirements.extend(requirement(without_options(text), line));
    }
    manifest
}

/// Lines with those that a backslash continues joined; each with the number of its first. As in pip, a comment line
/// ends a continuation.
fn logical_lines(text: &str) -> Vec<(u32, String)> {
    let mut lines = Vec::new();
    let mut open: Option<(u32, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        let comment = line.trim_start().starts_with('#');
        let (first, mut joined) = open.take().unwrap_or((number, String::new()));
        match line.strip_suffix('\\').filter(|_| !comment) {
            Some(line) => {
                joined.push_str(line);
                open = Some((first, joined));
            }
            None => {
                joined.push_str(if comment { " #" } else { line });
                lines.push((first, joined));
            }
        }
    }
    lines.extend(open);
    lines
}

fn read_option(text: &str, line: u32, manifest: &mut Manifest) {
    if let Some(path) = argument(text, "-r", "--requirement") {
        manifest.includes.push(path.to_owned());
    } else if let Some(path) = argument(text, "-c", "--constraint") {
        manifest.constraints.push(path.to_owned());
    } else if let Some(source) = argument(text, "-e", "--editable") {
        manifest.requirements.extend(requirement(source, line));
    }
}

/// The argument of `-r x`, `-rx`, `--requirement x` or `--requirement=x`.
fn argument<'t>(text: &'t str, short: &str, long: &str) -> Option<&'t str> {
    let rest = match text.strip_prefix(long) {
        Some(rest) => rest.strip_prefix(['=', ' ', '\t'])?,
        None => text.strip_prefix(short)?,
    };
    let argument = rest.trim().trim_matches(['"', '\'']);
    (!argument.is_empty()).then_some(argument)
}

/// Cuts `--hash=...` and other options off a requirement.
fn without_options(text: &str) -> &str {
    let option = |at: &usize| text[..*at].ends_with(char::is_whitespace);
    match text.match_indices("--").map(|(at, _)| at).find(option) {
        Some(at) => text[..at].trim_end(),
        None => text,
    }
}

fn requirement(text: &str, line: u32) -> Option<Requirement> {
    let named = Requirement::parse(text, line, None);
    named
        .filter(|named| named.direct || !is_archive(text))
        .or_else(|| from_egg(text, line))
        .or_else(|| from_wheel(text, line))
}

/// `git+https://example.org/davy.git@main#egg=davy[cli]&subdirectory=x`
fn from_egg(text: &str, line: u32) -> Option<Requirement> {
    let (_, fragment) = text.split_once('#')?;
    let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg="))?;
    let egg = Requirement::parse(egg.split([' ', ';']).next()?, line, None)?;
    Some(Requirement { direct: true, ..egg })
}

/// `https://example.org/pydantic-1.10.2-py3-none-any.whl` tells both name and version.
fn from_wheel(text: &str, line: u32) -> Option<Requirement> {
    let path = text.split(['#', '?', ' ', ';']).next()?;
    let file = path.rsplit(['/', '\\']).next()?.strip_suffix(".whl")?;
    let mut parts = file.split('-');
    let (name, version) = (parts.next()?, parts.next()?);
    let wheel = Requirement::parse(&format!("{name}=={version}"), line, None)?;
    Some(Requirement { direct: true, ..wheel })
}

/// `davy.tar.gz` reads like a name, but is a file.
fn is_archive(text: &str) -> bool {
    [".whl", ".tar.gz", ".tar.bz2", ".tgz", ".zip"].iter().any(|suffix| text.ends_with(suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, String, u32)> {
        let requirements = read(text).requirements.into_iter();
        requirements.map(|r| (r.name, r.specifier, r.line)).collect()
    }

    fn expected(rows: &[(&str, &str, u32)]) -> Vec<(String, String, u32)> {
        rows.iter().map(|(name, specifier, line)| ((*name).to_owned(), (*specifier).to_owned(), *line)).collect()
    }

    #[test]
    fn plain_lines() {
        let text = "fastapi==0.110.0\r\n\r\n# web\r\nPydantic[email]>=1.10,<3  # both\r\nuvicorn\r\n";
        let rows = [("fastapi", "==0.110.0", 1), ("pydantic", ">=1.10,<3", 4), ("uvicorn", "", 5)];
        assert_eq!(found(text), expected(&rows));
    }

    #[test]
    fn continuations_and_hashes() {
        let text = "anyio==4.3.0 \\\n    --hash=sha256:0123 \\\n    --hash=sha256:4567\n    # via starlette\nidna \\\n  ==3.6\na==1 \\\n# comment ends it\nb==2\\";
        let rows = [("anyio", "==4.3.0", 1), ("idna", "==3.6", 5), ("a", "==1", 7), ("b", "==2", 9)];
        assert_eq!(found(text), expected(&rows));
    }

    #[test]
    fn markers() {
        let manifest = read("tomli>=2 ; python_version < \"3.11\" --hash=sha256:00\n");
        assert_eq!(manifest.requirements[0].marker.as_deref(), Some("python_version < \"3.11\""));
    }

    #[test]
    fn options() {
        let text = "-i https://user:hunter2@example.org/simple\n--extra-index-url=https://x\n-r base.txt # why\n-rdev.txt\n\
                    --requirement=a/b.txt\n--requirement \"c d.txt\"\n-c constraints.txt\n--constraint c2.txt\n--pre\n\
                    -r\n--requirements x\n--no-binary :all:\n--find-links ./wheels\n";
        let manifest = read(text);
        assert_eq!(manifest.includes, ["base.txt", "dev.txt", "a/b.txt", "c d.txt"]);
        assert_eq!(manifest.constraints, ["constraints.txt", "c2.txt"]);
        assert!(manifest.requirements.is_empty());
        assert!(!format!("{manifest:?}").contains("hunter2"));
    }

    #[test]
    fn urls_and_paths() {
        let text = "-e .\n-e .[dev]\n./local\n../lib/x\n-e git+https://tok@h/davy.git@main#egg=Da_vy[cli]&subdirectory=x\n\
                    --editable=git+ssh://git@h/b#egg=b\ngit+https://h/c.git#egg=c ; os_name == 'nt'\n\
                    https://h/pydantic-1.10.2-py3-none-any.whl#sha256=0\nd @ https://h/d.zip\n./e.tar.gz\nf.tar.gz\n\
                    g_h-2.0-py3-none-any.whl\nhttps://h/x.zip\n";
        let rows = [
            ("da-vy", "", 5),
            ("b", "", 6),
            ("c", "", 7),
            ("pydantic", "==1.10.2", 8),
            ("d", "", 9),
            ("g-h", "==2.0", 12),
        ];
        assert_eq!(found(text), expected(&rows));
        assert!(read(text).requirements.iter().all(|requirement| requirement.direct));
        assert!(!format!("{:?}", read(text)).contains("tok@"));
    }

    #[test]
    fn garbage() {
        assert_eq!(found("\\\n\\\n\\"), []);
        assert_eq!(found("name=1.0\n<<<<<<< HEAD\n=======\n>>>>>>> x\n{% if x %}\né==1\n"), []);
        assert_eq!(found(&"x".repeat(1_000_000)).len(), 1);
    }
}
