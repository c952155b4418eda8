//! Why a value under a secret-like name is not a secret.
//!
//! Puts the checks in order; what shapes tell stands in `shape.rs`, what words tell in `vocabulary.rs`, and how sure the
//! rest is in `likelihood.rs`.

use super::known::{Known, known};
use super::name::{NameClass, classify_name};
use super::shape::{is_labelled_digest, shape};
use super::url::{dsn_password, url_passwords};
use super::vocabulary::vocabulary;
use super::words::{is_hex_digest, is_uuid};

/// Why a value is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Harmless {
    /// Empty or white space.
    Empty,
    /// Filled in later: `{x}`, `${X}`, `<x>`, `%(x)s`, `$X`.
    Template,
    /// Points at a secret kept elsewhere: `vault:`, `op://`, `arn:aws:secretsmanager:`, `ENC[..]`.
    Reference,
    /// Already masked or cut: `****`, `sk-...`.
    Masked,
    /// One character, over and over.
    Repeated,
    /// `12345`, `abcdef`, `0123456789abcdef`.
    Sequence,
    /// Punctuation only.
    NoAlphanumerics,
    /// A sentence or label for people.
    Prose,
    /// A URL without a password in it.
    Url,
    /// A connection string without a password in it.
    NoPassword,
    /// A file or API path, or a file's name.
    Path,
    /// `component.config.step.password`, `settings.Token`.
    DottedKey,
    /// `X-Api-Key`, `application/json`.
    HeaderOrMime,
    /// A regular expression.
    Regex,
    /// The name itself, or the name's tail (`password = "password"`).
    OwnName,
    /// Words about secrets only (`"access_token"`, `"Client Secret"`).
    Vocabulary,
    /// `MY_PASSWORD`: the name of an environment variable.
    EnvName,
    /// An identifier (`invalid_auth`, `getUser`).
    Identifier,
    /// A digest, password hash or checksum.
    Digest,
    /// A UUID under a name that is no secret's.
    Uuid,
    /// `your-api-key`, `xxx`, `dummy`, `test`.
    Placeholder,
    /// A lower-case word where a key or token is expected.
    PlainWord,
    /// An example value from a provider's documentation; kept here as a hash only.
    KnownPublic,
    /// Made to be published: Stripe `pk_`, Mapbox `pk.`, Supabase `sb_publishable_`.
    Publishable,
    /// A name that is no secret's, or a value that cannot be `user:password` or a header.
    NotSecret,
}

/// Why a value under a secret-like name is not a secret; `None` when it may be one.
#[must_use]
pub fn harmless(name: &str, value: &str) -> Option<Harmless> {
    harmless_as(classify_name(name), name, value)
}

pub(super) fn harmless_as(class: NameClass, name: &str, value: &str) -> Option<Harmless> {
    let value = value.trim();
    if value.is_empty() {
        return Some(Harmless::Empty);
    }
    if known(value) == Some(Known::Documentation) {
        return Some(Harmless::KnownPublic);
    }
    if is_publishable(value) {
        return Some(Harmless::Publishable);
    }
    match class {
        NameClass::No => return Some(no_secret_name(value)),
        NameClass::Connection => return connection(value),
        NameClass::Credentials if !reads_user_password(value) => return Some(Harmless::NotSecret),
        NameClass::Authorization => {
            let Some((scheme, rest)) = value.split_once(' ') else {
                return Some(Harmless::NotSecret);
            };
            // `user:` and nothing behind it opens nothing.
            return if scheme.eq_ignore_ascii_case("basic") && !reads_user_password(rest) {
                Some(Harmless::NotSecret)
            } else if is_auth_scheme(scheme) {
                harmless_as(NameClass::Token, name, rest)
            } else {
                Some(Harmless::NotSecret)
            };
        }
        NameClass::Token => {
            if let Some((scheme, rest)) = value.split_once(' ')
                && is_auth_scheme(scheme)
            {
                return harmless_as(NameClass::Token, name, rest);
            }
        }
        _ => {}
    }
    shape(class, value).or_else(|| vocabulary(class, name, value))
}

/// `Bearer`, `Basic`, `Token`, `token`, `Bot`, `SSWS`, `ApiKey` before a credential (RFC 9110, 11.4).
pub(super) fn is_auth_scheme(word: &str) -> bool {
    ["bearer", "basic", "token", "bot", "ssws", "apikey", "api-key", "digest", "key"]
        .contains(&word.to_ascii_lowercase().as_str())
}

fn no_secret_name(value: &str) -> Harmless {
    match value {
        v if is_uuid(v) => Harmless::Uuid,
        v if is_hex_digest(v) || is_labelled_digest(v) => Harmless::Digest,
        _ => Harmless::NotSecret,
    }
}

fn connection(value: &str) -> Option<Harmless> {
    if !url_passwords(value).is_empty() || dsn_password(value).is_some() {
        return None;
    }
    Some(if value.contains("://") { Harmless::Url } else { Harmless::NoPassword })
}

fn reads_user_password(value: &str) -> bool {
    // `auth` of Docker's and npm's configuration, as in the header (RFC 7617).
    if !value.contains(':') {
        let decoded = || String::from_utf8(super::checksum::base64(value, 1024)?).ok();
        let is_encoded = value.len() >= 8 && value.len().is_multiple_of(4);
        return is_encoded && decoded().is_some_and(|text| text.contains(':') && reads_user_password(&text));
    }
    let Some((user, password)) = value.split_once(':') else {
        return false;
    };
    let plain = |s: &str| !s.is_empty() && !s.bytes().any(|b| b.is_ascii_whitespace());
    plain(user)
        && plain(password)
        && !password.starts_with("//")
        && harmless_as(NameClass::Password, "password", password).is_none()
}

fn is_publishable(value: &str) -> bool {
    // docs.stripe.com/keys, docs.mapbox.com access tokens, supabase.com/docs api keys
    ["pk_live_", "pk_test_", "pk.eyJ", "sb_publishable_"].iter().any(|p| value.starts_with(p))
}
