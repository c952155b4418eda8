//! What the words of a value tell: its own name, placeholders, identifiers; and which values anybody would guess first.
//!
//! Words count at word boundaries only, and not inside random text.

use super::name::NameClass;
use super::value::Harmless;
use super::words::{distinct, has, looks_random, pronounceable, words, wordy_share};

/// What the words of the value tell.
pub(super) fn vocabulary(class: NameClass, name: &str, value: &str) -> Option<Harmless> {
    let parts = words(value);
    let letters: Vec<&str> =
        parts.iter().map(String::as_str).filter(|w| !w.bytes().all(|b| b.is_ascii_digit())).collect();
    if letters.is_empty() {
        return None;
    }
    let mut name_words = words(name);
    // `CONF_TOKEN = "token"`: constants that hold a setting's name.
    if name_words.len() > 1 && ["conf", "attr"].contains(&name_words[0].as_str()) {
        name_words.remove(0);
    }
    let same = parts == name_words || compact(&parts) == compact(&name_words);
    if class == NameClass::SigningKey {
        // Any literal signs: only the name of the setting itself and words that stand for "none" are harmless.
        let nothing = letters.len() == 1 && (has(NOTHING, letters[0]) || has("todo fixme tbd", letters[0]));
        let settings_name = value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            && name_words.len() >= 2
            && letters.ends_with(&name_words[name_words.len() - 2..].iter().map(String::as_str).collect::<Vec<_>>())
            && !letters.iter().any(|w| has("my your super very the a this some top test", w));
        return (same || settings_name).then_some(Harmless::OwnName).or(nothing.then_some(Harmless::Placeholder));
    }
    // `Password!`, `SuperSecret!`: what a rule for passwords asks for, around the first word that comes to mind.
    if class == NameClass::Password && value.contains(['!', '@', '#', '$', '%', '^', '&', '+']) && is_weak(value) {
        return None;
    }
    if same || (!parts.is_empty() && name_words.ends_with(&parts)) {
        return Some(Harmless::OwnName);
    }
    if letters.len() == 1 && has(NOTHING, letters[0]) {
        return Some(Harmless::PlainWord);
    }
    let random = looks_random(value);
    if !random && letters.iter().all(|w| has(SECRET_WORDS, w) || name_words.iter().any(|n| n == w)) {
        let alone = class == NameClass::Password && letters.len() == 1;
        // `POSTGRES_PASSWORD=postgres`: the first try of whoever guesses, not a word about secrets.
        let guessed = alone && !has(SECRET_WORDS, letters[0]) && is_weak(value);
        let numbered = letters.len() < parts.len() && alone;
        return if numbered || guessed { None } else { Some(Harmless::Vocabulary) };
    }
    // In random text a hump may spell `Foo`: there, only what separators set apart counts as a word.
    let lower = value.to_ascii_lowercase();
    let apart: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let told =
        if random { apart.iter().any(|w| has(PLACEHOLDER, w)) } else { letters.iter().any(|w| has(PLACEHOLDER, w)) };
    if told || is_x_run(&lower) || tells_of_rule(&letters) {
        return Some(Harmless::Placeholder);
    }
    let filler = |w: &&str| has(FILLER, w) || has(SECRET_WORDS, w) || name_words.iter().any(|n| n == w);
    if !random && letters.iter().all(filler) && !(class == NameClass::Password && letters.len() < parts.len()) {
        return Some(Harmless::Placeholder);
    }
    if random || (class == NameClass::Password && is_weak(value)) {
        return None;
    }
    identifier(class, value, &letters)
}

/// Lower-case words joined the way identifiers are.
fn identifier(class: NameClass, value: &str, letters: &[&str]) -> Option<Harmless> {
    let has_digit = value.bytes().any(|b| b.is_ascii_digit());
    let wordlike = letters.iter().all(|w| w.len() <= 3 || pronounceable(w)) && wordy_share(value) >= 60;
    let alphabetic = |extra: &[u8]| value.bytes().all(|b| b.is_ascii_alphabetic() || extra.contains(&b));
    if class == NameClass::Password {
        let snake = letters.len() > 1 && value.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        return (snake && wordlike).then_some(Harmless::Identifier);
    }
    if has_digit || !wordlike {
        return None;
    }
    if letters.len() == 1 && value.len() <= 20 && alphabetic(b"") {
        return Some(Harmless::PlainWord);
    }
    (letters.len() > 1 && alphabetic(b"_-. /:@,;")).then_some(Harmless::Identifier)
}

fn compact(words: &[String]) -> String {
    words.concat()
}

/// `long-enough-1`, `tooshort`: says how it fares with a rule about passwords.
fn tells_of_rule(letters: &[&str]) -> bool {
    let joined = letters.concat();
    let measures = ["long", "short", "strong", "weak", "simple", "common", "complex"];
    measures.iter().any(|word| joined.contains(&format!("{word}enough")) || joined.contains(&format!("too{word}")))
}

/// `xxx`, `xxxx-xxxx`, `aaaxxxxbbb`: a run that stands for "something".
fn is_x_run(lower: &str) -> bool {
    lower.contains("xxx") && (lower.contains("xxxx") || distinct(lower) <= 6)
}

/// Whether a value belongs to those that guessing tools try first: common passwords and defaults of products, also with
/// digits or `!` after them.
pub fn is_weak(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let stem = lower.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    let spelled: String = lower
        .chars()
        .map(|c| match c {
            '0' => 'o',
            '3' => 'e',
            '1' => 'i',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            c => c,
        })
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let joined: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    has(WEAK, &lower)
        || has(WEAK, stem)
        || has(WEAK, &joined)
        || has(WEAK_SPELLED, &spelled)
        || (stem.len() < lower.len() && ["password", "passwd", "pass", "secret", "test", "pwd"].contains(&stem))
        || is_compound(stem)
}

/// `mysqluserpassword`, `thisismysecretkey`: words of this room without a gap between them, the last of them a secret's.
fn is_compound(text: &str) -> bool {
    if !(8..=40).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_lowercase()) {
        return false;
    }
    let is_word = |word: &str| {
        word.len() >= 2 && (has(SECRET_WORDS, word) || has(FILLER, word) || has(WEAK, word) || has(PLACEHOLDER, word))
    };
    let last = ["password", "passwd", "pass", "pwd", "secret", "key", "token", "passphrase"];
    // Whether the text up to a place is made of words.
    let mut made = vec![false; text.len() + 1];
    made[0] = true;
    for end in 1..=text.len() {
        made[end] = (0..end).any(|start| made[start] && end - start <= 12 && is_word(&text[start..end]));
    }
    made[text.len()] && last.iter().any(|word| text.ends_with(word))
}

const NOTHING: &str = "\
    none null nil undefined true false yes no on off string str text int integer bool boolean float bytes object \
    array any required optional hidden unavailable available visible default disabled enabled unknown missing empty blank na auto basic \
    bearer digest oauth implicit sensitive sensor switch input value type name asc desc get post put delete";

/// Words that name secrets and their surroundings: a value of nothing else describes itself.
const SECRET_WORDS: &str = "\
    password passwords passwd pwd pass pw passphrase passcode passwort secret secrets token tokens key keys apikey \
    api auth access refresh client user username login credential credentials bearer private public id value field \
    name the a an of for and new old current encrypted hashed hash signing encryption jwt session oauth account \
    email app bot service webhook url code pin x header cookie basic verification reset confirm confirmation repeat \
    type string str text input form data path file env var aws s db database wifi security authorization \
    authentication authenticate tok kennwort senha contrasena";

/// Words that say "not a real one" wherever they stand at word boundaries.
const PLACEHOLDER: &str = "\
    your yours yourself example examples placeholder dummy fake sample mock mocked todo fixme tbd redacted masked \
    removed insert replace replaceme enter lorem ipsum foobar nonexistent notreal bogus yourpassword yourtoken \
    yourkey yourapikey yoursecret omitted snip invalid incorrect wrong something whatever anything somepassword xxxx";

/// Words that make a placeholder only when nothing else stands beside them: `test-token`, `my_secret`, `foo`.
const FILLER: &str = "\
    test tests testing tester my our some foo bar baz qux quux spam eggs ham demo temp tmp stub here this that is \
    not no good bad one two three first second third other another abc def xyz long short random valid existing to \
    be in it real very super only local dev plain raw unit integration mytoken mykey mysecret with from on expired \
    deprecated hello world blah bla xx xxx y z b c";

/// First tries of guessing tools (top of public lists such as SecLists' default credentials) and defaults of images.
const WEAK: &str = "\
    changeme changeit changethis change admin administrator root toor postgres postgresql mysql mariadb guest \
    letmein welcome qwerty qwertyuiop qwertz asdf asdfgh asdfghjkl zxcvbn monkey dragon iloveyou hunter raspberry \
    ubuntu oracle minio minioadmin rabbitmq superuser sysadmin operator manager master supersecret topsecret \
    verysecret secretpassword mypassword mysecretpassword adminpassword rootpassword passpass elastic neo4j vagrant \
    docker django flask airflow jenkins grafana sa 1234 12345 123456 1234567 12345678 123456789 1234567890 0000 \
    000000 111111 123123 654321 666666 888888 abc123 a1b2c3 1q2w3e 1q2w3e4r 1qaz2wsx qwerty123 zaq12wsx trustno1 \
    sunshine princess football baseball shadow superman batman passwordpassword donttell nopassword user";

/// The same after undoing `0` for `o` and the like.
const WEAK_SPELLED: &str = "\
    password admin changeme root welcome secret letmein adminadmin passworditet toor";
