//! How sure a value under a name looks like a real secret, graded for the author of a rule.
//!
//! Entropy does not decide: most real passwords have 4 to 11 characters. Name class and value shape do.

use super::known::{Known, known};
use super::name::{NameClass, classify_name};
use super::shape::is_sequence;
use super::url::{dsn_password, url_passwords};
use super::value::{Harmless, harmless_as, is_auth_scheme};
use super::vocabulary::is_weak;
use super::words::{distinct, is_hex_digest, looks_random, pronounceable, words, wordy_share};

/// How sure a value looks like a real secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Likelihood {
    /// May be one, but a word or an identifier is as likely: a note at most, off by default.
    Unlikely,
    /// Guessable (`changeme`, `admin`, `123456`, `dev` as signing key): in force if nothing replaces it. A warning.
    Weak,
    /// Shaped as people shape passwords and providers shape keys. An error.
    Likely,
    /// Long and random under a secret's name. An error.
    Certain,
}

/// What a name and a value say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Judgement {
    /// Not a secret, and why.
    Harmless(Harmless),
    /// May be a secret.
    Secret {
        /// What the name says.
        class: NameClass,
        /// How sure.
        likelihood: Likelihood,
        /// Anyone can read this value in a tutorial (`known`), which makes it worse, not better.
        copied: bool,
    },
}

/// Judges a literal by the name it is bound to.
#[must_use]
pub fn judge(name: &str, value: &str) -> Judgement {
    let class = classify_name(name);
    if let Some(reason) = harmless_as(class, name, value) {
        return Judgement::Harmless(reason);
    }
    let value = value.trim();
    let copied = known(value) == Some(Known::CopiedKey);
    let likelihood = if copied { Likelihood::Certain } else { grade(class, value) };
    Judgement::Secret { class, likelihood, copied }
}

/// How sure a value of this class looks, once nothing makes it harmless.
pub(super) fn grade(class: NameClass, value: &str) -> Likelihood {
    if let Some((start, end, _)) = url_passwords(value).into_iter().next() {
        return grade(NameClass::Password, &value[start..end]);
    }
    match class {
        NameClass::No => Likelihood::Unlikely,
        NameClass::Connection => dsn_password(value)
            .map_or(Likelihood::Unlikely, |(start, end)| grade(NameClass::Password, &value[start..end])),
        NameClass::Password => password(value),
        NameClass::SigningKey => signing_key(value),
        NameClass::Credentials => {
            // Without a colon it is the encoded form, which nobody writes by chance.
            value.split_once(':').map_or(Likelihood::Likely, |(_, password)| grade(NameClass::Password, password))
        }
        NameClass::Key | NameClass::Token | NameClass::Authorization => {
            issued(value.split_once(' ').filter(|(s, _)| is_auth_scheme(s)).map_or(value, |(_, rest)| rest))
        }
    }
}

fn random(value: &str) -> Option<Likelihood> {
    if (is_hex_digest(value) && distinct(value) >= 8) || (looks_random(value) && value.len() >= 20) {
        return Some(Likelihood::Certain);
    }
    looks_random(value).then_some(Likelihood::Likely)
}

fn password(value: &str) -> Likelihood {
    if is_weak(value) {
        return Likelihood::Weak;
    }
    if let Some(sure) = random(value) {
        return sure;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    if value.len() < 4 {
        return Likelihood::Unlikely;
    }
    if digits == value.len() {
        return Likelihood::Weak;
    }
    let parts = words(value);
    let spoken =
        digits == 0 && parts.iter().all(|w| w.len() <= 3 || pronounceable(w)) && parts.iter().any(|w| pronounceable(w));
    if !spoken {
        return Likelihood::Likely;
    }
    // `Sommer!` and `p@ssion` have what a password rule asks for; `kolibri` and `two-words` have not.
    let odd = value.bytes().any(|b| !b.is_ascii_alphanumeric() && !b" -_.,:;'()/".contains(&b));
    if odd { Likelihood::Likely } else { Likelihood::Unlikely }
}

fn signing_key(value: &str) -> Likelihood {
    match random(value) {
        Some(sure) => sure,
        None if value.starts_with("django-insecure-") => Likelihood::Weak,
        None if value.len() >= 12 && wordy_share(value) < 40 && !is_sequence(value) => Likelihood::Likely,
        None => Likelihood::Weak,
    }
}

fn issued(value: &str) -> Likelihood {
    if let Some(sure) = random(value) {
        return sure;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    if value.len() < 8 || digits == 0 || letters == 0 {
        return Likelihood::Unlikely;
    }
    // Words with a number behind (`client-token-1`) are names of things.
    if wordy_share(value) >= 60 { Likelihood::Unlikely } else { Likelihood::Likely }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
