//! PEP 440 versions: read them, order them, write them in their normal form.
//!
//! Never guesses: what is no version is `None`, and a number too large to hold is none either.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

/// More numbers than any real release has; keeps every question about versions cheap.
const LONGEST_RELEASE: usize = 32;

/// A version as PEP 440 orders them: `1.0` equals `1.0.0`, `2.0.dev1 < 2.0a1 < 2.0 < 2.0.post1`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Version {
    /// The `1` of `1!2.0`, nearly always 0.
    pub epoch: u64,
    /// The numbers of `1.10.3`, as many as were written.
    pub release: Vec<u64>,
    /// `a1`, `b2` or `rc3`.
    pub pre: Option<(Pre, u64)>,
    /// The number after `.post`.
    pub post: Option<u64>,
    /// The number after `.dev`.
    pub dev: Option<u64>,
    /// The parts after `+`; empty when there is none.
    pub local: Vec<LocalPart>,
}

/// The stage of a pre-release, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Pre {
    Alpha,
    Beta,
    Candidate,
}

/// One part of a local version such as `+cu118.2`; words sort before numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LocalPart {
    Word(String),
    Number(u64),
}

impl Version {
    /// Reads one version, with the spellings that PEP 440 forgives (`v1.0`, `1.0-beta.2`, `1.0-1`).
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.trim().to_ascii_lowercase();
        let rest = text.strip_prefix('v').unwrap_or(&text);
        let (rest, local) = match rest.split_once('+') {
            Some((public, local)) => (public, local_parts(local)?),
            None => (rest, Vec::new()),
        };
        let (epoch, rest) = match rest.split_once('!') {
            Some((epoch, rest)) => (epoch.parse().ok()?, rest),
            None => (0, rest),
        };
        let mut scanner = Scanner { rest };
        let release = scanner.release()?;
        let pre = scanner.pre()?;
        let post = scanner.post()?;
        let dev = scanner.labelled(&["dev"])?.map(|(_, number)| number);
        scanner.rest.is_empty().then_some(Version { epoch, release, pre, post, dev, local })
    }

    /// A final release of these numbers.
    pub fn of(release: &[u64]) -> Version {
        Version { release: release.to_vec(), ..Version::default() }
    }

    /// The first number of the release: 2 for `2.11.7`.
    pub fn major(&self) -> u64 {
        self.number(0)
    }

    /// The second number of the release: 11 for `2.11.7`, 0 for `2`.
    pub fn minor(&self) -> u64 {
        self.number(1)
    }

    /// Whether this is an alpha, beta, candidate or development release.
    pub fn is_prerelease(&self) -> bool {
        self.pre.is_some() || self.dev.is_some()
    }

    /// The number at a place of the release; the places that were not written are 0.
    pub(super) fn number(&self, place: usize) -> u64 {
        self.release.get(place).copied().unwrap_or(0)
    }

    /// Epoch and release alone: `2.0` of `2.0rc1.post2`.
    pub(super) fn base(&self) -> Version {
        Version { epoch: self.epoch, ..Version::of(&self.release) }
    }

    /// Everything but the local part: `2.0` of `2.0+cu118`.
    pub(super) fn public(&self) -> Version {
        Version { local: Vec::new(), ..self.clone() }
    }

    /// The base with the number at `place` one higher and the places behind it 0.
    pub(super) fn bumped(&self, place: usize) -> Version {
        let mut base = self.base();
        for (at, number) in base.release.iter_mut().enumerate() {
            match at.cmp(&place) {
                Ordering::Less => {}
                Ordering::Equal => *number = number.saturating_add(1),
                Ordering::Greater => *number = 0,
            }
        }
        base
    }

    fn significant(&self) -> &[u64] {
        let zeros = self.release.iter().rev().take_while(|&&n| n == 0).count();
        &self.release[..self.release.len() - zeros]
    }

    /// Where a version without `a1`, `b1`, `rc1` stands: before them if it is a development release, else after them.
    fn stage(&self) -> (u8, Option<(Pre, u64)>) {
        match (self.pre, self.post, self.dev) {
            (Some(pre), _, _) => (1, Some(pre)),
            (None, None, Some(_)) => (0, None),
            (None, _, _) => (2, None),
        }
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| self.significant().cmp(other.significant()))
            .then_with(|| self.stage().cmp(&other.stage()))
            .then_with(|| self.post.cmp(&other.post))
            .then_with(|| (self.dev.is_none(), self.dev).cmp(&(other.dev.is_none(), other.dev)))
            .then_with(|| self.local.cmp(&other.local))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Version) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epoch > 0 {
            write!(f, "{}!", self.epoch)?;
        }
        for (at, number) in self.release.iter().enumerate() {
            let dot = if at > 0 { "." } else { "" };
            write!(f, "{dot}{number}")?;
        }
        if let Some((stage, number)) = self.pre {
            let letter = match stage {
                Pre::Alpha => "a",
                Pre::Beta => "b",
                Pre::Candidate => "rc",
            };
            write!(f, "{letter}{number}")?;
        }
        if let Some(post) = self.post {
            write!(f, ".post{post}")?;
        }
        if let Some(dev) = self.dev {
            write!(f, ".dev{dev}")?;
        }
        for (at, part) in self.local.iter().enumerate() {
            f.write_str(if at > 0 { "." } else { "+" })?;
            match part {
                LocalPart::Word(word) => f.write_str(word)?,
                LocalPart::Number(number) => write!(f, "{number}")?,
            }
        }
        Ok(())
    }
}

fn local_parts(text: &str) -> Option<Vec<LocalPart>> {
    text.split(['.', '-', '_'])
        .map(|part| {
            let word = !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric());
            let number = part.parse().ok().map(LocalPart::Number);
            word.then(|| number.unwrap_or_else(|| LocalPart::Word(part.to_owned())))
        })
        .collect()
}

/// Reads a lower-cased version from left to right. The outer `Option` of every answer is "this can be read at all".
struct Scanner<'t> {
    rest: &'t str,
}

impl Scanner<'_> {
    fn release(&mut self) -> Option<Vec<u64>> {
        let mut release = vec![self.number()?];
        while let Some(after) = self.rest.strip_prefix('.')
            && after.starts_with(|c: char| c.is_ascii_digit())
        {
            self.rest = after;
            release.push(self.number()?);
        }
        (release.len() <= LONGEST_RELEASE).then_some(release)
    }

    fn pre(&mut self) -> Option<Option<(Pre, u64)>> {
        let labels = ["alpha", "a", "beta", "b", "preview", "pre", "c", "rc"];
        let Some((label, number)) = self.labelled(&labels)? else {
            return Some(None);
        };
        let stage = match label {
            "alpha" | "a" => Pre::Alpha,
            "beta" | "b" => Pre::Beta,
            _ => Pre::Candidate,
        };
        Some(Some((stage, number)))
    }

    fn post(&mut self) -> Option<Option<u64>> {
        if let Some(after) = self.rest.strip_prefix('-')
            && after.starts_with(|c: char| c.is_ascii_digit())
        {
            self.rest = after;
            return self.number().map(Some);
        }
        let post = self.labelled(&["post", "rev", "r"])?;
        Some(post.map(|(_, number)| number))
    }

    /// `.label1`, with every separator and the number optional.
    fn labelled(&mut self, labels: &[&'static str]) -> Option<Option<(&'static str, u64)>> {
        let separators = ['-', '_', '.'];
        let start = self.rest.strip_prefix(separators).unwrap_or(self.rest);
        let Some(label) = labels.iter().find(|label| start.starts_with(**label)) else {
            return Some(None);
        };
        let after = &start[label.len()..];
        let number = after.strip_prefix(separators).unwrap_or(after);
        if !number.starts_with(|c: char| c.is_ascii_digit()) {
            self.rest = after;
            return Some(Some((label, 0)));
        }
        self.rest = number;
        self.number().map(|number| Some((*label, number)))
    }

    fn number(&mut self) -> Option<u64> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = self.rest[..digits].parse().ok()?;
        self.rest = &self.rest[digits..];
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap_or_else(|| panic!("{text} is a version"))
    }

    #[test]
    fn normal_forms() {
        for (written, normal) in [
            ("1", "1"),
            (" v1.10.3 ", "1.10.3"),
            ("1.0-alpha.2", "1.0a2"),
            ("1.0PREVIEW", "1.0rc0"),
            ("1.0c1", "1.0rc1"),
            ("1.0-1", "1.0.post1"),
            ("1.0.rev3", "1.0.post3"),
            ("1.0r", "1.0.post0"),
            ("1.0a.post1.dev2", "1.0a0.post1.dev2"),
            ("2!1.0", "2!1.0"),
            ("2.0+CU118.Ab-3", "2.0+cu118.ab.3"),
            ("1.0.dev", "1.0.dev0"),
        ] {
            assert_eq!(version(written).to_string(), normal);
        }
    }

    #[test]
    fn no_versions() {
        for text in ["", "x", "1..2", "1.", "1.0.*", "1.0x", "1.0+", "1.0+é", "!1", "1.0 2", "é", "1.0post1x", "-1"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
        assert_eq!(Version::parse(&"9".repeat(100_000)), None);
        assert_eq!(Version::parse(&vec!["1"; 100_000].join(".")), None);
    }

    #[test]
    fn order_of_pep_440() {
        let ordered = [
            "1.0.dev456",
            "1.0a1",
            "1.0a2.dev456",
            "1.0a12.dev456",
            "1.0a12",
            "1.0b1.dev456",
            "1.0b2",
            "1.0b2.post345.dev456",
            "1.0b2.post345",
            "1.0rc1.dev456",
            "1.0rc1",
            "1.0",
            "1.0+abc.5",
            "1.0+abc.7",
            "1.0+5",
            "1.0.post456.dev34",
            "1.0.post456",
            "1.0.15",
            "1.1.dev1",
            "1.10",
            "1!0.1",
        ];
        for (at, left) in ordered.iter().enumerate() {
            for (other, right) in ordered.iter().enumerate() {
                assert_eq!(version(left).cmp(&version(right)), at.cmp(&other), "{left} {right}");
            }
        }
        assert_eq!(version("1.0"), version("1.0.0"));
        assert_eq!(version("0"), Version::default());
    }

    #[test]
    fn parts() {
        assert_eq!((version("2.11.7").major(), version("2.11.7").minor()), (2, 11));
        assert_eq!(version("2").minor(), 0);
        assert!(version("2.0rc1").is_prerelease() && version("2.0.dev1").is_prerelease());
        assert!(!version("2.0.post1").is_prerelease());
        assert_eq!(version("3.8.4rc1").bumped(1).to_string(), "3.9.0");
    }
}
