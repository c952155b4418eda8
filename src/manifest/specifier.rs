//! PEP 440 version specifiers that can be asked: is this version allowed, and what might be allowed at all.
//!
//! Never resolves: it knows no index, so "may be" speaks of versions that could exist, not of those that do.

use serde::{Deserialize, Serialize};

use super::version::Version;

/// More clauses than any real specifier has; keeps the range questions cheap.
const MOST_CLAUSES: usize = 128;

/// A version specifier such as `>=1.10,!=2.0,<3`; `>=1,<2 || >=3` (poetry's "or") is understood too.
// Alternatives of clauses. Never without an alternative; an alternative without clauses allows everything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Specifiers {
    alternatives: Vec<Vec<Clause>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Clause {
    Equal(Version),
    NotEqual(Version),
    Prefix(Version),
    NotPrefix(Version),
    AtLeast(Version),
    AtMost(Version),
    Below(Version),
    Above(Version),
    Compatible(Version),
    Exact(String),
}

impl Default for Specifiers {
    /// Allows everything.
    fn default() -> Specifiers {
        Specifiers { alternatives: vec![Vec::new()] }
    }
}

impl Specifiers {
    /// Reads a specifier; the empty one and `*` allow everything. `None` if any clause is not understood.
    pub fn parse(text: &str) -> Option<Specifiers> {
        let alternatives: Vec<Vec<Clause>> = text
            .split("||")
            .map(|alternative| {
                alternative
                    .split(',')
                    .map(str::trim)
                    .filter(|clause| !clause.is_empty() && *clause != "*")
                    .map(clause)
                    .collect()
            })
            .collect::<Option<_>>()?;
        let clauses: usize = alternatives.iter().map(Vec::len).sum();
        let small = clauses <= MOST_CLAUSES && alternatives.len() <= MOST_CLAUSES;
        small.then_some(Specifiers { alternatives })
    }

    /// Whether this version satisfies the specifier. Pre-releases are taken as any other version, except that, as
    /// PEP 440 says, `<2` allows no pre-release of 2.
    pub fn allows(&self, version: &Version) -> bool {
        self.alternatives.iter().any(|clauses| clauses.iter().all(|clause| clause.allows(version)))
    }

    /// Every version that a clause names.
    pub(super) fn mentioned(&self) -> impl Iterator<Item = Version> {
        self.alternatives.iter().flatten().filter_map(Clause::version)
    }
}

impl Clause {
    fn allows(&self, version: &Version) -> bool {
        match self {
            Clause::Equal(wanted) => equal(version, wanted),
            Clause::NotEqual(unwanted) => !equal(version, unwanted),
            Clause::Prefix(prefix) => has_prefix(version, prefix, prefix.release.len()),
            Clause::NotPrefix(prefix) => !has_prefix(version, prefix, prefix.release.len()),
            Clause::AtLeast(floor) => version.public() >= *floor,
            Clause::AtMost(ceiling) => version.public() <= *ceiling,
            Clause::Below(ceiling) => {
                let early = version.is_prerelease() && !ceiling.is_prerelease();
                version < ceiling && !(early && version.base() == ceiling.base())
            }
            Clause::Above(floor) => {
                let late = (version.post.is_some() && floor.post.is_none()) || !version.local.is_empty();
                version > floor && !(late && version.base() == floor.base())
            }
            Clause::Compatible(floor) => {
                version.public() >= *floor && has_prefix(version, floor, floor.release.len() - 1)
            }
            Clause::Exact(text) => version.to_string().eq_ignore_ascii_case(text),
        }
    }

    fn version(&self) -> Option<Version> {
        match self {
            Clause::Exact(text) => Version::parse(text),
            Clause::Equal(version)
            | Clause::NotEqual(version)
            | Clause::Prefix(version)
            | Clause::NotPrefix(version)
            | Clause::AtLeast(version)
            | Clause::AtMost(version)
            | Clause::Below(version)
            | Clause::Above(version)
            | Clause::Compatible(version) => Some(version.clone()),
        }
    }
}

/// One clause such as `>=1.2`. Old metadata also writes `>=3.6.*`, which means what its author meant.
fn clause(text: &str) -> Option<Clause> {
    if let Some(exact) = text.strip_prefix("===") {
        return Some(Clause::Exact(exact.trim().to_owned()));
    }
    let (operator, version) = ["~=", "==", "!=", "<=", ">=", "<", ">"]
        .into_iter()
        .find_map(|operator| Some((operator, text.strip_prefix(operator)?)))?;
    let Some(prefix) = version.trim().strip_suffix(".*") else {
        let version = Version::parse(version)?;
        return match operator {
            "~=" => (version.release.len() > 1).then_some(Clause::Compatible(version)),
            "==" => Some(Clause::Equal(version)),
            "!=" => Some(Clause::NotEqual(version)),
            "<=" => Some(Clause::AtMost(version)),
            ">=" => Some(Clause::AtLeast(version)),
            "<" => Some(Clause::Below(version)),
            _ => Some(Clause::Above(version)),
        };
    };
    let prefix = Version::parse(prefix).filter(|prefix| *prefix == prefix.base())?;
    let next = prefix.bumped(prefix.release.len() - 1);
    match operator {
        "==" => Some(Clause::Prefix(prefix)),
        "!=" => Some(Clause::NotPrefix(prefix)),
        ">=" => Some(Clause::AtLeast(prefix)),
        "<" => Some(Clause::Below(prefix)),
        "<=" => Some(Clause::Below(next)),
        ">" => Some(Clause::AtLeast(next)),
        _ => None,
    }
}

/// `==` looks at the local part only if the specifier names one.
fn equal(version: &Version, wanted: &Version) -> bool {
    match wanted.local.is_empty() {
        true => version.public() == *wanted,
        false => version == wanted,
    }
}

fn has_prefix(version: &Version, prefix: &Version, length: usize) -> bool {
    version.epoch == prefix.epoch && (0..length).all(|place| version.number(place) == prefix.number(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(specifier: &str, version: &str) -> bool {
        let specifiers = Specifiers::parse(specifier).unwrap_or_else(|| panic!("{specifier} is a specifier"));
        specifiers.allows(&Version::parse(version).unwrap_or_else(|| panic!("{version} is a version")))
    }

    #[test]
    fn nothing_asked_everything_allowed() {
        for specifier in ["", " ", ",", "*", ">=0"] {
            assert!(allows(specifier, "0.0.1") && allows(specifier, "99!2"), "{specifier:?}");
        }
        assert!(Specifiers::default().allows(&Version::default()));
    }

    /// Each line: specifier, versions it allows, versions it does not. Checked against `packaging`.
    #[test]
    fn as_packaging_answers() {
        for (specifier, allowed, denied) in [
            ("==1.10", "1.10 1.10.0 1.10+local", "1.10.1 1.10a1 1.10.post1"),
            ("==1.10+local", "1.10+local", "1.10 1.10+other"),
            ("!=1.10", "1.10.1 1.9", "1.10 1.10.0 1.10+local"),
            ("==1.*", "1 1.0 1.99.3 1.0a1 1.1.post1", "2 0.9 1!1.0"),
            ("==1.0.*", "1 1.0 1.0.5 1.0.dev1", "1.1"),
            ("!=3.9.*", "3.8 3.10 3.90", "3.9 3.9.7 3.9rc1"),
            (">=1.10,<3", "1.10 2.0b3 2.12.1 2.99", "1.9.9 3 3.0a1 1.10rc1"),
            ("<2", "1.10 0", "2 2.0a1 2.0.0.dev0+local 1!0"),
            ("<=2", "2 2.0.0 2.0a1 2+local 1.9", "2.0.1 2.post1"),
            (">1.7", "1.7.1 1.8 2.0a1", "1.7 1.7.0 1.7.0.post2 1.7+local"),
            (">1.7.post1", "1.7.post2 1.7.1", "1.7 1.7.post1"),
            ("<2.0b2", "2.0b1 2.0a1 1.9", "2.0b2 2.0"),
            ("~=2.2", "2.2 2.3 2.99 2.2.post3", "3.0 2.1 2.2rc1"),
            ("~=1.4.5", "1.4.5 1.4.9", "1.5 1.4.4"),
            ("~=1.4.5a4", "1.4.5a4 1.4.5 1.4.9", "1.5 1.4.5a3"),
            ("===1.0", "1.0", "1.0.0 1.0+local"),
            (" >= 1 , != 1.5.* ,<2, ", "1 1.4 1.6", "1.5 1.5.3 2"),
            ("==1!2.*", "1!2.3", "2.3"),
        ] {
            for version in allowed.split(' ') {
                assert!(allows(specifier, version), "{specifier} allows {version}");
            }
            for version in denied.split(' ') {
                assert!(!allows(specifier, version), "{specifier} denies {version}");
            }
        }
    }

    #[test]
    fn old_and_foreign_spellings() {
        assert!(allows(">=3.6.*", "3.6") && !allows(">=3.6.*", "3.5"));
        assert!(allows("<3.*", "2.7") && !allows("<3.*", "3.0"));
        assert!(allows("<=3.8.*", "3.8.9") && !allows("<=3.8.*", "3.9"));
        assert!(!allows(">3.6.*", "3.6.9") && allows(">3.6.*", "3.7"));
        assert!(allows(">=1,<2 || >=3", "3.1") && !allows(">=1,<2 || >=3", "2.5"));
    }

    #[test]
    fn not_understood() {
        for specifier in
            ["1.0", "=1.0", "^1.0", "~1.0", "~=1", "~=1.*", ">=x", ">=1 <2", "==1.0a1.*", ">", "é", "==\"3\""]
        {
            assert_eq!(Specifiers::parse(specifier), None, "{specifier}");
        }
        assert_eq!(Specifiers::parse(&"!=1,".repeat(100_000)), None);
        assert_eq!(Specifiers::parse(&"||".repeat(100_000)), None);
    }
}
