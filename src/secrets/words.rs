//! Words in identifiers and values: how they are split, and whether a run of letters reads like a word.
//!
//! Everything else in this room decides on words, never on substrings (`latest` holds no `test`).

/// Lower-case words of a name or value: split at anything that is no letter or digit, between letters and digits,
/// and at camelCase humps (`APIKey2` is `api`, `key`, `2`).
pub fn words(text: &str) -> Vec<String> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Upper,
        Lower,
        Digit,
        Other,
    }
    let kind = |c: char| match c {
        c if c.is_ascii_digit() => Kind::Digit,
        c if c.is_uppercase() => Kind::Upper,
        c if c.is_alphabetic() => Kind::Lower,
        _ => Kind::Other,
    };
    let chars: Vec<char> = text.chars().collect();
    let mut found: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut before = Kind::Other;
    for (i, &c) in chars.iter().enumerate() {
        let now = kind(c);
        let next = chars.get(i + 1).map_or(Kind::Other, |&c| kind(c));
        let starts = match (before, now) {
            (Kind::Lower, Kind::Upper) => true,
            (Kind::Upper, Kind::Upper) => next == Kind::Lower,
            (Kind::Digit, Kind::Lower | Kind::Upper) | (_, Kind::Digit) => before != now,
            _ => false,
        };
        if (starts || now == Kind::Other) && !word.is_empty() {
            found.push(std::mem::take(&mut word));
        }
        if now != Kind::Other {
            word.extend(c.to_lowercase());
        }
        before = now;
    }
    if !word.is_empty() {
        found.push(word);
    }
    found
}

/// Whether a word stands in a list of words, written as one string.
pub(super) fn has(list: &str, word: &str) -> bool {
    !word.is_empty() && list.split_ascii_whitespace().any(|w| w == word)
}

/// Whether a lower-case run of letters could be said aloud: vowels in between, no long pile of consonants.
pub(super) fn pronounceable(word: &str) -> bool {
    let (mut vowels, mut run, mut longest, mut vowel_run) = (0usize, 0usize, 0usize, 0usize);
    let mut length = 0usize;
    let mut longest_vowels = 0usize;
    let mut after_q = false;
    for c in word.chars() {
        if !c.is_alphabetic() {
            return false;
        }
        if after_q && c != 'u' {
            return false;
        }
        after_q = c == 'q';
        length += 1;
        if matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y') || !c.is_ascii() {
            vowels += 1;
            run = 0;
            vowel_run += 1;
            longest_vowels = longest_vowels.max(vowel_run);
        } else {
            run += 1;
            vowel_run = 0;
            longest = longest.max(run);
        }
    }
    length >= 2 && vowels > 0 && longest <= 4 && longest_vowels <= 3 && vowels * 8 >= length
}

/// The share (0 to 100) of a value's letters and digits that stand in pronounceable words of three letters or more.
pub(super) fn wordy_share(value: &str) -> usize {
    let all = words(value);
    let total: usize = all.iter().map(|w| w.chars().count()).sum();
    let wordy: usize =
        all.iter().filter(|w| w.chars().count() >= 3 && pronounceable(w)).map(|w| w.chars().count()).sum();
    (wordy * 100).checked_div(total).unwrap_or(0)
}

/// A value of 16 characters or more that no person made up: no spaces, letters *and* digits (or unpronounceable
/// letters), many different characters, few words.
pub(super) fn looks_random(value: &str) -> bool {
    let length = value.len();
    if length < 16 || !value.is_ascii() || value.bytes().any(|b| b.is_ascii_whitespace()) {
        return false;
    }
    let alphanumeric = value.bytes().filter(u8::is_ascii_alphanumeric).count();
    if distinct(value) < 8 || alphanumeric * 10 < length * 7 {
        return false;
    }
    if value.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    wordy_share(value) < if length >= 32 { 55 } else { 45 }
}

/// How many different bytes a value has.
pub(super) fn distinct(value: &str) -> usize {
    let mut seen = [false; 256];
    value.bytes().for_each(|b| seen[b as usize] = true);
    seen.iter().filter(|&&s| s).count()
}

/// Hexadecimal digits only, of a digest's length (MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512).
pub(super) fn is_hex_digest(value: &str) -> bool {
    matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128) && value.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The 8-4-4-4-12 form of a UUID (RFC 9562).
pub(super) fn is_uuid(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    parts.len() == 5
        && parts
            .iter()
            .zip([8, 4, 4, 4, 12])
            .all(|(part, n)| part.len() == n && part.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_every_style() {
        let cases: [(&str, &[&str]); 9] = [
            ("db_password", &["db", "password"]),
            ("dbPassword", &["db", "password"]),
            ("DBPassword", &["db", "password"]),
            ("X-Api-Key", &["x", "api", "key"]),
            ("APIKey2", &["api", "key", "2"]),
            ("spring.datasource.password", &["spring", "datasource", "password"]),
            ("oauth2_token", &["oauth", "2", "token"]),
            ("SECRET_KEY", &["secret", "key"]),
            ("", &[]),
        ];
        for (name, expected) in cases {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn words_read_aloud() {
        for word in ["password", "airflow", "strength", "hunter", "placeholder"] {
            assert!(pronounceable(word), "{word}");
        }
        for word in ["xkcdq", "qwrtp", "bcdfgh", "x", "zzkqwvb"] {
            assert!(!pronounceable(word), "{word}");
        }
    }

    #[test]
    fn random_values() {
        for value in
            ["9f86d081884c7d659a2f", "Zk3v9QxT1bLm7RwY", "qX7-Lp2_vB9kZt4w", "0b1f3c5e7a9d2b4f6c8e0a1d3f5b7c9e"]
        {
            assert!(looks_random(value), "{value}");
        }
        for value in [
            "my-long-service-name-here",
            "current_access_token_value",
            "hunter2",
            "1234567890123456",
            "component.config.password",
        ] {
            assert!(!looks_random(value), "{value}");
        }
    }
}
