//! Reads what stands in setup.py as literals: `install_requires`, `extras_require`, `python_requires`, `name`,
//! `package_dir`.
//!
//! Never runs or parses Python; what is computed is skipped in silence.

use super::Manifest;
use super::python_literals::{Literal, Reader, operator};
use super::python_tokens::{Token, TokenKind, tokens};
use super::requirement::{Requirement, is_name, normalise};
use super::roots;

/// Each call is read up to its end, and calls may stand inside each other; a real file has one or two.
const MOST_CALLS: usize = 32;

pub(super) fn read(text: &str) -> Manifest {
    let tokens = tokens(text);
    let mut reader = Reader::new(&tokens);
    let mut manifest = Manifest::default();
    for (name, open) in calls(&tokens).take(MOST_CALLS) {
        for (argument, at) in reader.arguments(open) {
            match (name, argument) {
                ("setup", argument) => read_argument(&mut reader, argument, at, &mut manifest),
                (_, "" | "where") => {
                    let folder = reader.literal(at);
                    let root = folder.text().and_then(roots::tidy);
                    roots::add_root(&mut manifest.package_roots, root);
                }
                _ => {}
            }
        }
    }
    manifest.requirements.sort_by_key(|requirement| requirement.line);
    manifest
}

/// The calls of interest and where their `(` stands.
fn calls(tokens: &[Token]) -> impl Iterator<Item = (&str, usize)> {
    tokens.iter().enumerate().filter_map(|(at, token)| {
        let TokenKind::Name(name) = &token.kind else { return None };
        let known = matches!(name.as_str(), "setup" | "find_packages" | "find_namespace_packages");
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let defined = before.is_some_and(|token| token.kind == TokenKind::Name("def".to_owned()));
        (known && !defined && operator(tokens, at + 1) == Some('(')).then_some((name.as_str(), at + 1))
    })
}

fn read_argument(reader: &mut Reader, argument: &str, at: usize, manifest: &mut Manifest) {
    match argument {
        "name" => {
            let literal = reader.literal(at);
            manifest.name = literal.text().filter(|name| is_name(name)).map(normalise);
        }
        "python_requires" => manifest.requires_python = reader.literal(at).text().map(str::to_owned),
        "install_requires" => declare(&reader.literal(at), None, None, manifest),
        "tests_require" => declare(&reader.literal(at), Some("tests"), None, manifest),
        "extras_require" => {
            let Literal::Dict(extras) = reader.literal(at) else { return };
            for (extra, requirements) in &extras {
                let Some(extra) = extra.text() else { continue };
                let (name, marker) = extra.split_once(':').unwrap_or((extra, ""));
                let [name, marker] = [name, marker].map(|text| Some(text.trim()).filter(|text| !text.is_empty()));
                declare(requirements, name, marker, manifest);
            }
        }
        "package_dir" => {
            let Literal::Dict(folders) = reader.literal(at) else { return };
            for (package, folder) in &folders {
                let root = package.text().zip(folder.text());
                let root = root.and_then(|(package, folder)| roots::of_package(package, folder));
                roots::add_root(&mut manifest.package_roots, root);
            }
        }
        _ => {}
    }
}

fn declare(requirements: &Literal, group: Option<&str>, marker: Option<&str>, manifest: &mut Manifest) {
    for (text, line) in requirements.texts() {
        let Some(mut requirement) = Requirement::parse(text, line, group) else { continue };
        requirement.marker = requirement.marker.or(marker.map(str::to_owned));
        manifest.requirements.push(requirement);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(manifest: &Manifest) -> Vec<(&str, &str, Option<&str>, u32)> {
        let requirements = manifest.requirements.iter();
        requirements.map(|r| (r.name.as_str(), r.specifier.as_str(), r.extra_or_group.as_deref(), r.line)).collect()
    }

    const PROJECT: &str = r#"#!/usr/bin/env python
"""Sets up."""
from setuptools import setup, find_packages

REQUIREMENTS = [
    'fastapi>=0.100',  # web
    "pydantic[email]"
    "<2",
    # 'commented',
]
TESTS = ['pytest']

def setup_env():
    pass

setup(
    name="My_App",
    version=get_version(),
    long_description=open('README.md').read(),
    install_requires=REQUIREMENTS + extra(),
    python_requires='>=3.8' ', <4',
    extras_require={
        'test': TESTS,
        "dev": TESTS + ['black==24.1.0; python_version > "3.8"'],
        ':python_version<"3.9"': ['zoneinfo'],
        name: ['x'],
    },
    package_dir={'': 'src'},
    packages=find_packages(where='src', exclude=['tests']),
    classifiers=['a :: b'],
)
"#;

    #[test]
    fn a_project() {
        let manifest = read(PROJECT);
        assert_eq!(manifest.name.as_deref(), Some("my-app"));
        assert_eq!(manifest.requires_python.as_deref(), Some(">=3.8, <4"));
        assert_eq!(manifest.package_roots, ["src"]);
        assert_eq!(
            rows(&manifest),
            [
                ("fastapi", ">=0.100", None, 6),
                ("pydantic", "<2", None, 7),
                ("pytest", "", Some("test"), 11),
                ("pytest", "", Some("dev"), 11),
                ("black", "==24.1.0", Some("dev"), 24),
                ("zoneinfo", "", None, 25),
            ]
        );
        assert_eq!(manifest.requirements[4].marker.as_deref(), Some("python_version > \"3.8\""));
        assert_eq!(manifest.requirements[5].marker.as_deref(), Some("python_version<\"3.9\""));
    }

    #[test]
    fn other_forms() {
        let manifest = read("\nsetuptools.setup(install_requires='''\na>=1\nb  # why\n''', tests_require=('c'))");
        assert_eq!(rows(&manifest), [("a", ">=1", None, 3), ("b", "", None, 4), ("c", "", Some("tests"), 5)]);
        assert_eq!(read("setup(packages=find_packages('lib'))").package_roots, ["lib"]);
        assert_eq!(read("setup(package_dir={'app': 'source/app'})").package_roots, ["source"]);
    }

    #[test]
    fn nothing_to_read() {
        for text in [
            "",
            "from setuptools import setup\nsetup()\n",
            "setup(**config)",
            "def setup(install_requires=['a']): pass",
            "setup(install_requires=read('requirements.txt'), name=NAME, python_requires=f'>={MIN}')",
            "setup(name='{{ cookiecutter.name }}')",
            "install_requires = ['a']",
            "# setup(install_requires=['a'])",
            "'''setup(install_requires=['a'])'''",
            "setup(",
            "setup(install_requires=",
            "setup(install_requires=]",
        ] {
            assert_eq!(read(text), Manifest::default(), "{text}");
        }
    }
}
