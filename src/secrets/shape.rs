//! What the shape of a value tells: holes, masks, sequences, sentences, paths, keys, patterns.
//!
//! Knows no vocabulary and no name.

use super::name::NameClass;
use super::url::url_passwords;
use super::value::{Harmless, is_auth_scheme};
use super::vocabulary::is_weak;
use super::words::{distinct, has, looks_random, pronounceable, words, wordy_share};

/// What the shape alone tells.
pub(super) fn shape(class: NameClass, value: &str) -> Option<Harmless> {
    if is_regex(value) {
        return Some(Harmless::Regex);
    }
    if is_requirement(value) || is_address(value) || is_colour(value) {
        return Some(Harmless::Identifier);
    }
    if is_template(value) {
        return Some(Harmless::Template);
    }
    if !value.chars().any(char::is_alphanumeric) {
        return Some(if value.contains('*') || value.contains('•') {
            Harmless::Masked
        } else {
            Harmless::NoAlphanumerics
        });
    }
    if value.contains("***") || value.contains("...") || value.contains('…') || value.contains("•••") {
        return Some(Harmless::Masked);
    }
    if is_reference(value) {
        return Some(Harmless::Reference);
    }
    if is_repeated(value) {
        return Some(Harmless::Repeated);
    }
    if is_sequence(value) && !(class == NameClass::Password && is_weak(value)) {
        return Some(Harmless::Sequence);
    }
    if is_labelled_digest(value) {
        return Some(Harmless::Digest);
    }
    if value.contains("://") && !value.contains(char::is_whitespace) {
        return if url_passwords(value).is_empty() { Some(Harmless::Url) } else { None };
    }
    // `db.internal:5432`
    let is_place = |(host, port): (&str, &str)| {
        host.contains('.') && port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit()) && !port.is_empty()
    };
    if value.split_once(':').is_some_and(is_place) {
        return Some(Harmless::Url);
    }
    if is_prose(class, value) {
        return Some(Harmless::Prose);
    }
    if is_header_or_mime(value) {
        return Some(Harmless::HeaderOrMime);
    }
    if is_path(value) {
        return Some(Harmless::Path);
    }
    if is_dotted_key(value) {
        return Some(Harmless::DottedKey);
    }
    // `CHANGE_ME` and `YOUR_SECRET_KEY` are no variables.
    let told = words(value).iter().any(|w| has("your change replace insert", w));
    if is_env_name(value) && !told {
        return Some(Harmless::EnvName);
    }
    None
}

/// Filled in later: some part is a hole.
pub(super) fn is_template(value: &str) -> bool {
    if value.starts_with('$')
        && value.len() > 1
        && value[1..].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !value.as_bytes()[1].is_ascii_digit()
    {
        return true;
    }
    if value.contains("${")
        || value.contains("{{")
        || value.contains("{%")
        || value.contains("$(")
        || value.contains("%(")
    {
        return true;
    }
    if value.contains("<<") && value.contains(">>") {
        return true;
    }
    let hole = |open: char, close: char| {
        value
            .find(open)
            .and_then(|a| value[a + 1..].find(close).map(|n| &value[a + 1..a + 1 + n]))
            .is_some_and(|inside| inside.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-. :!()[]'\"/|,".contains(&b)))
    };
    if hole('{', '}') || (hole('<', '>') && !value.contains("<>")) {
        return true;
    }
    let wrapped = |open: &str, close: &str| {
        value.len() > open.len() + close.len() && value.starts_with(open) && value.ends_with(close)
    };
    if wrapped("[", "]") || wrapped("__", "__") || wrapped("%", "%") || wrapped("@", "@") || wrapped("(", ")") {
        return true;
    }
    ["%s", "%d", "%r"].iter().any(|f| {
        value.find(f).is_some_and(|at| value[at + 2..].bytes().next().is_none_or(|b| !b.is_ascii_alphanumeric()))
    })
}

/// `bob@acme.io`: the address of a mailbox.
fn is_address(value: &str) -> bool {
    let Some((mailbox, host)) = value.split_once('@') else { return false };
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._+-".contains(&b));
    let Some((domain, top)) = host.rsplit_once('.') else { return false };
    let is_top = (2..=6).contains(&top.len()) && top.bytes().all(|b| b.is_ascii_lowercase());
    !mailbox.is_empty() && !domain.is_empty() && plain(mailbox) && plain(domain) && is_top
}

/// `#ff00aa`, of three to eight digits (CSS Color 4).
fn is_colour(value: &str) -> bool {
    value
        .strip_prefix('#')
        .is_some_and(|digits| matches!(digits.len(), 3 | 4 | 6 | 8) && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// `PyJWT>=2.13`, `cryptography==42`: the name of a package with its versions (PEP 508).
fn is_requirement(value: &str) -> bool {
    ["==", ">=", "~=", "<=", "!="].iter().any(|sign| {
        value.split_once(sign).is_some_and(|(name, version)| {
            let named = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.[], <>".contains(&b));
            named && name.len() > 1 && version.trim_start().starts_with(|c: char| c.is_ascii_digit())
        })
    })
}

fn is_reference(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    [
        "vault:",
        "op://",
        "ssm:",
        "ssm://",
        "secretsmanager:",
        "arn:aws",
        "enc[",
        "enc(",
        "sops:",
        "env:",
        "env.",
        "os.environ",
        "file:",
        "secret://",
        "secrets://",
        "keyring:",
        "!vault",
        "!secret",
        "awssm:",
        "gcpsm:",
        "projects/",
        "@microsoft.keyvault",
    ]
    .iter()
    .any(|p| lower.starts_with(p))
}

fn is_repeated(value: &str) -> bool {
    let mut plain = value.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase());
    let Some(first) = plain.next() else {
        return true;
    };
    if value.len() >= 12 && distinct(&value.to_ascii_lowercase()) <= 3 {
        return true;
    }
    // The same in base64: `MDAwMDAw` is `000000`.
    let body = value.trim_end_matches('=').as_bytes();
    if body.len() >= 16 && body[..body.len() - 3].windows(5).all(|run| run[0] == run[4]) {
        return true;
    }
    let mut more = 0;
    plain.all(|c| {
        more += 1;
        c == first
    }) && more >= 2
}

/// Each character follows the one before by +1 or -1 (with `9` to `0`, `9` to `a`, `z` to `0` allowed).
pub(super) fn is_sequence(value: &str) -> bool {
    let plain: Vec<u8> = value.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_lowercase()).collect();
    if plain.len() < 3 || plain.len() * 4 < value.len() * 3 {
        return false;
    }
    let step = |a: u8, b: u8| {
        b == a + 1 || a == b + 1 || matches!((a, b), (b'9', b'0' | b'a') | (b'z' | b'f', b'0' | b'a') | (b'0', b'9'))
    };
    let breaks = plain.windows(2).filter(|w| !step(w[0], w[1])).count();
    breaks == 0 || (plain.len() >= 12 && breaks <= plain.len() / 8)
}

/// A digest with its algorithm in front, or a password hash in modular crypt format.
pub(super) fn is_labelled_digest(value: &str) -> bool {
    // The native hash of MySQL: `*` with 40 hexadecimal digits.
    if value.strip_prefix('*').is_some_and(|hash| hash.len() == 40 && hash.bytes().all(|b| b.is_ascii_hexdigit())) {
        return true;
    }
    let lower = value.to_ascii_lowercase();
    [
        "sha1:", "sha256:", "sha512:", "sha1-", "sha256-", "sha384-", "sha512-", "md5:", "pbkdf2", "bcrypt", "scrypt:",
        "argon2", "$2a$", "$2b$", "$2y$", "$1$", "$5$", "$6$", "$argon2", "{ssha}", "{sha}", "sha256$", "sha1$",
        "md5$", "$pbkdf2",
    ]
    .iter()
    .any(|p| lower.starts_with(p))
}

fn is_regex(value: &str) -> bool {
    if value.starts_with('^')
        || value.contains("(?")
        || value.contains(".*")
        || value.contains(".+")
        || value.contains("[^")
    {
        return true;
    }
    let ranges = ["[a-z", "[A-Z", "[0-9", "\\d", "\\w", "\\s", "\\b", "\\S+", "|["]
        .iter()
        .filter(|p| value.contains(*p))
        .count();
    ranges > 0 && value.contains(['+', '*', '{', '|', ']', '?'])
}

/// A sentence, a label, a prompt.
fn is_prose(class: NameClass, value: &str) -> bool {
    if value.chars().filter(|c| !c.is_ascii() && c.is_alphabetic()).count() * 2 > value.chars().count() {
        return true;
    }
    // `Contraseña`, `Hasło`: what a form calls the field.
    let foreign = value.chars().any(|c| !c.is_ascii() && c.is_alphabetic());
    if foreign && value.chars().all(|c| c.is_alphabetic() || c == ' ' || c == '-') {
        return true;
    }
    let parts: Vec<&str> = value.split_whitespace().collect();
    if parts.len() < 2 {
        let label = value.trim_end_matches([':', '?', '.']);
        return label.len() < value.len() && label.chars().all(char::is_alphabetic) && label.len() > 2;
    }
    if is_auth_scheme(parts[0]) && parts.len() == 2 {
        return false;
    }
    let wordlike = parts
        .iter()
        .filter(|w| {
            w.trim_matches(|c: char| !c.is_alphanumeric()).chars().all(|c| c.is_alphabetic() || c == '\'' || c == '-')
        })
        .count();
    // "correct horse battery staple" is a passphrase and a weak signing key; "Enter your passphrase." is neither.
    let bare = value.bytes().all(|b| b.is_ascii_lowercase() || b == b' ');
    let chosen = (class == NameClass::SigningKey && parts.len() <= 5)
        || (class == NameClass::Password
            && matches!(parts.len(), 4..=8 | 12 | 24)
            && parts.iter().all(|w| w.len() > 3));
    if bare && chosen {
        return false;
    }
    // Google's application passwords are shown as four groups of four letters.
    if parts.len() == 4 && parts.iter().all(|w| w.len() == 4) && !parts.iter().all(|w| pronounceable(w)) {
        return false;
    }
    wordlike * 2 >= parts.len() || value.ends_with(['.', ':', '!', '?'])
}

fn is_path(value: &str) -> bool {
    let unix = value.strip_prefix('~').unwrap_or(value);
    let segments: Vec<&str> = unix.split(['/', '\\']).filter(|s| !s.is_empty()).collect();
    let wordlike = |s: &&str| {
        s.len() < 24 && !looks_random(s) && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-@+ *:=".contains(&b))
    };
    let windows = value.len() > 2 && value.as_bytes()[1] == b':' && matches!(value.as_bytes()[2], b'\\' | b'/');
    if windows {
        return true;
    }
    let rooted = ["/", "~/", "./", "../", "\\\\"].iter().any(|p| value.starts_with(p));
    if rooted {
        return !segments.is_empty()
            && segments.iter().all(wordlike)
            && (segments.len() == 1 || wordy_share(value) >= 40);
    }
    if segments.len() >= 2 && segments.iter().all(wordlike) && wordy_share(value) >= 60 {
        return true;
    }
    let Some((stem, extension)) = value.rsplit_once('.') else {
        return false;
    };
    !stem.is_empty() && has(EXTENSIONS, &extension.to_ascii_lowercase())
}

/// `X-Api-Key`, `Set-Cookie`, `application/json`, `text/html; charset=utf-8`.
fn is_header_or_mime(value: &str) -> bool {
    if ["application/", "text/", "image/", "multipart/", "audio/", "video/"].iter().any(|p| value.starts_with(p)) {
        return true;
    }
    let parts: Vec<&str> = value.split('-').collect();
    parts.len() >= 2
        && parts.iter().all(|p| {
            let mut bytes = p.bytes();
            bytes.next().is_some_and(|b| b.is_ascii_uppercase())
                && (p.len() <= 2
                    || p.bytes().all(|b| b.is_ascii_alphabetic()) && pronounceable(&p.to_ascii_lowercase())
                    || p.len() <= 4)
                && bytes.all(|b| b.is_ascii_alphabetic())
        })
}

/// `a.b.c` or `package.module:attribute`, every part a word.
fn is_dotted_key(value: &str) -> bool {
    let parts: Vec<&str> = value.split(['.', ':']).collect();
    parts.len() >= 2
        && parts.iter().all(|p| {
            p.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && p.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        })
        && wordy_share(value) >= 70
        && value.bytes().filter(u8::is_ascii_digit).count() <= 1
}

/// `MY_SECRET`: capitals with underscores, read as words.
fn is_env_name(value: &str) -> bool {
    value.contains('_')
        && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        && value.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && wordy_share(value) >= 50
}

const EXTENSIONS: &str = "\
    pem key crt cer p12 pfx jks der pub txt json yaml yml toml ini cfg conf env py html htm js ts css xml csv db \
    sqlite log sh md rst php zip gz png svg gpg asc kdbx bin dat jinja j2 tmpl";
