//! What a specifier may allow: its floor, and whether it reaches below or above a version.
//!
//! Never lists real releases; it asks the specifier about a few versions that stand for all others.

use super::specifier::Specifiers;
use super::version::{Pre, Version};

impl Specifiers {
    /// The lowest version allowed: `3.9` for `>=3.9,<4`, `3.8.1` (the next patch) for `>3.8`.
    /// A pre-release only if the specifier names one. `None` if nothing bounds it from below, or nothing is allowed.
    pub fn floor(&self) -> Option<Version> {
        let lowest = Version::of(&[0]);
        let length = self.longest_release();
        if self.allows(&lowest) || self.allows(&just_above(&lowest, length)) {
            return None;
        }
        let plain = self.mentioned().flat_map(|version| neighbours(&version));
        let mut allowed: Vec<Version> = plain.filter(|version| self.allows(version)).collect();
        if allowed.is_empty() {
            allowed = self.witnesses(&lowest).filter(|version| self.allows(version)).collect();
        }
        allowed.into_iter().min()
    }

    /// Whether some version below this one is allowed. A pre-release of `version` is not below it: `>=2.0b1` may not
    /// be below 2.
    pub fn may_be_below(&self, version: &Version) -> bool {
        let boundary = first_of(version);
        self.witnesses(version).any(|witness| witness < boundary && self.allows(&witness))
    }

    /// Whether some version at or above this one is allowed; a pre-release of `version` counts: `==2.0b1` may be at
    /// least 2.
    pub fn may_be_at_least(&self, version: &Version) -> bool {
        let boundary = first_of(version);
        self.witnesses(version).any(|witness| witness >= boundary && self.allows(&witness))
    }

    /// Versions that stand for all others: what a specifier says changes only at the versions it mentions, so one
    /// version at, just below and just above each of them (and of `also`) decides every question about ranges.
    fn witnesses(&self, also: &Version) -> impl Iterator<Item = Version> {
        let length = self.longest_release().max(also.release.len());
        let lowest = Version::of(&[0]);
        let highest = Version {
            epoch: self.mentioned().map(|version| version.epoch).max().unwrap_or(0),
            ..Version::of(&[u64::MAX])
        };
        self.mentioned().chain([lowest, also.clone(), highest]).flat_map(move |version| {
            let above = just_above(&version, length);
            neighbours(&version).into_iter().chain([above])
        })
    }

    fn longest_release(&self) -> usize {
        let lengths = self.mentioned().map(|version| version.release.len());
        lengths.max().unwrap_or(1)
    }
}

/// The earliest version that people would call this one: the boundary between 1 and 2 lies before `2.0a1`.
fn first_of(version: &Version) -> Version {
    match version.pre.is_none() && version.post.is_none() {
        true => Version { dev: Some(0), ..version.base() },
        false => version.public(),
    }
}

/// Above the version and everything called after it, below anything else with at most `length` numbers.
fn just_above(version: &Version, length: usize) -> Version {
    let mut above = version.base();
    above.release.resize(length.max(above.release.len()), 0);
    above.release.push(1);
    above
}

/// The version itself and those around it that could well be published.
fn neighbours(version: &Version) -> Vec<Version> {
    let mut near = vec![version.clone(), version.base()];
    if let Some((stage, number)) = version.pre {
        let pre = |stage: Pre, number: u64| Version { pre: Some((stage, number)), ..version.base() };
        near.push(pre(stage, number.saturating_add(1)));
        near.extend(number.checked_sub(1).map(|before| pre(stage, before)));
    }
    if let Some(post) = version.post {
        near.push(Version { post: Some(post.saturating_add(1)), ..version.base() });
    }
    let mut patch = version.base();
    patch.release.resize(patch.release.len().max(3), 0);
    near.push(patch.bumped(patch.release.len() - 1));
    near.extend((0..version.release.len()).map(|place| version.bumped(place)));
    near
}

#[cfg(test)]
mod tests {
    use super::*;

    fn specifiers(text: &str) -> Specifiers {
        Specifiers::parse(text).unwrap_or_else(|| panic!("{text} is a specifier"))
    }

    #[test]
    fn floors() {
        for (specifier, floor) in [
            (">=3.9,<4", "3.9"),
            (">=3.9", "3.9"),
            ("~=3.8", "3.8"),
            ("~=3.8.2", "3.8.2"),
            ("==3.9.*", "3.9"),
            ("==3.11.4", "3.11.4"),
            ("===3.11.4", "3.11.4"),
            (">3.8", "3.8.1"),
            (">3.8.2", "3.8.3"),
            (">=3.8,!=3.8.*", "3.9"),
            (">=3.9,!=3.9.0,!=3.9.1", "3.9.2"),
            (">=2.7,!=3.0.*,!=3.1.*", "2.7"),
            (">=2.0b1", "2.0b1"),
            (">=3.9,<4.0 || >=3.7,<3.8", "3.7"),
            (">1.0.0,<1.0.1", "1.0.0.1"),
            (">=3.8,>=3.10", "3.10"),
        ] {
            let found = specifiers(specifier).floor().map(|version| version.to_string());
            assert_eq!(found.as_deref(), Some(floor), "{specifier}");
        }
    }

    #[test]
    fn no_floor() {
        for specifier in ["", "<4", "!=3.9.*", "!=0", ">=0", ">=3,<2", "<2,>=2.0b1", "===weird"] {
            assert_eq!(specifiers(specifier).floor(), None, "{specifier}");
        }
    }

    /// Which pydantic: 1, 2 or both.
    #[test]
    fn below_and_at_least_two() {
        let two = Version::of(&[2]);
        for (specifier, below, at_least) in [
            ("", true, true),
            (">=1.10,<3", true, true),
            (">=1.10", true, true),
            ("<2", true, false),
            ("<2.0", true, false),
            ("<2.0.0a0", true, false),
            ("<2.0.dev0", true, false),
            ("<=2", true, true),
            ("<=1.10.99", true, false),
            ("==1.*", true, false),
            ("~=1.10", true, false),
            ("~=1.10.2", true, false),
            ("==1.10.13", true, false),
            (">=2", false, true),
            (">=2.0b1", false, true),
            (">=2.0.dev1", false, true),
            ("==2.0b1", false, true),
            (">1", true, true),
            (">1.10,<2", true, false),
            (">2,<3", false, true),
            (">=1,!=1.*", false, true),
            (">=1.10,!=1.*,<3", false, true),
            ("!=2", true, true),
            ("!=2.*,<3", true, false),
            (">=1,!=2.*", true, true),
            (">=1,<2 || >=2,<3", true, true),
            (">=1,<1.5 || >=3", true, true),
            ("==1!1.0", false, true),
            ("<0", false, false),
            (">=3,<2", false, false),
            ("===1.10.2", true, false),
        ] {
            let specifiers = specifiers(specifier);
            let found = (specifiers.may_be_below(&two), specifiers.may_be_at_least(&two));
            assert_eq!(found, (below, at_least), "{specifier}");
        }
    }

    #[test]
    fn boundaries_inside_a_major() {
        let boundary = Version::of(&[1, 10, 5]);
        for (specifier, below, at_least) in [
            (">=1.10,<2", true, true),
            (">=1.10.5", false, true),
            (">1.10.4,<1.10.5", true, false),
            ("<1.10.5", true, false),
            ("==1.10.*", true, true),
            ("!=1.10.5,<1.10.6,>=1.10.5", false, true),
        ] {
            let specifiers = specifiers(specifier);
            let found = (specifiers.may_be_below(&boundary), specifiers.may_be_at_least(&boundary));
            assert_eq!(found, (below, at_least), "{specifier}");
        }
        let candidate = Version::parse("2.0b2").expect("a version");
        assert!(specifiers("<2.0b2").may_be_below(&candidate));
        assert!(!specifiers("<2.0b2").may_be_at_least(&candidate));
    }
}
