//! Names with values in running text: comments, commands, query strings, files that no parser reads.
//!
//! Linear: no byte is read for two names, and a value is never longer than values are.

use super::name::{NameClass, SECRET_WORDS, classify_name, secret_words};
use aho_corasick::AhoCorasick;
use regex::bytes::Regex;
use std::sync::LazyLock;

/// A name that is given a value, by their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignment {
    /// The name; of what needs none (`IDENTIFIED BY '...'`) the words that say it.
    pub name: (usize, usize),
    /// The value, without its quotes.
    pub value: (usize, usize),
    /// Quotes stand around the value.
    pub quoted: bool,
    /// The words are no name but say "password" (`IDENTIFIED BY`, `curl -u`).
    pub command: bool,
}

/// `IDENTIFIED BY 'x'`, `WITH PASSWORD 'x'`, `curl -u user:x`, `mysql -px`, `sshpass -p x`.
static COMMANDS: LazyLock<Regex> = LazyLock::new(|| {
    let sql = r"\b(identified\s{1,4}by|password)\s{1,4}'([^'\n]{3,128})'";
    let http = r#"\b(curl|wget)\b[^\n|;]{0,200}?\s(?:-u|--user)[ =]?["']?[\w.@+\-]{1,64}:([^\s"']{3,128})"#;
    let mysql = r#"\b(mysql|mysqldump|mysqladmin)\b[^\n|;]{0,200}?\s-p([^\s"']{3,128})"#;
    let ssh = r#"\b(sshpass)\s{1,4}-p\s{0,4}["']?([^\s"']{3,128})"#;
    let docker = r#"\b(docker|podman)\s{1,4}login\b[^\n|;]{0,200}?\s(?:-p|--password)[ =]["']?([^\s"'$]{3,128})"#;
    let keytool = r#"\s-(storepass|keypass)\s{1,4}["']?([^\s"'$]{3,128})"#;
    let openssl = r#"\s-(passin|passout)\s{1,4}["']?pass:([^\s"'$]{3,128})"#;
    Regex::new(&format!("(?i-u){sql}|{http}|{mysql}|{ssh}|{docker}|{keytool}|{openssl}")).expect("a test uses it")
});

const COMMANDS_OF: [&str; 12] = [
    "curl",
    "wget",
    "mysql",
    "sshpass",
    "identified",
    "password '",
    "docker login",
    "podman login",
    "-storepass",
    "-keypass",
    "-passin",
    "-passout",
];

/// Words without which none of the commands is there.
static COMMAND_WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).build(COMMANDS_OF).expect("short literals make an automaton")
});

/// Words of names and of commands, in one table.
static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = COMMANDS_OF.iter().copied().chain(SECRET_WORDS.split_ascii_whitespace());
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("short literals make an automaton")
});

/// Whether a text may hold an assignment or a command that this room finds: most texts say no word of it.
#[must_use]
pub fn may_assign(text: &str) -> bool {
    WORDS.is_match(text)
}

/// All names with values in a text, in order.
#[must_use]
pub fn assignments(text: &str) -> Vec<Assignment> {
    let mut found: Vec<Assignment> = Vec::new();
    let mut from = 0;
    for word in secret_words(text) {
        if word.start < from {
            continue;
        }
        let name = name_around(text, word, from);
        // A name that means nothing may be the value of the one before, or hide the next: go on right behind it.
        from = name.1;
        if name.1 - name.0 > LONGEST_NAME {
            continue;
        }
        if let Some((value, quoted)) = value_behind(text, name)
            && classify_name(&text[name.0..name.1]) != NameClass::No
        {
            from = value.1;
            found.push(Assignment { name, value, quoted, command: false });
        }
    }
    if COMMAND_WORDS.is_match(text) {
        // Bytes are enough for what is ASCII, and take a fraction of the time to prepare.
        for groups in COMMANDS.captures_iter(text.as_bytes()) {
            let mut parts = groups.iter().skip(1).flatten();
            if let (Some(name), Some(value)) = (parts.next(), parts.next()) {
                let value = (value.start(), text.ceil_char_boundary(value.end()));
                found.push(Assignment { name: (name.start(), name.end()), value, quoted: true, command: true });
            }
        }
        found.sort_by_key(|one| (one.value, !one.quoted, one.command));
        found.dedup_by_key(|one| one.value);
    }
    found
}

const LONGEST_NAME: usize = 64;
const LONGEST_VALUE: usize = 256;

/// The name that a word is part of; nothing before `from` belongs to it.
fn name_around(text: &str, word: std::ops::Range<usize>, from: usize) -> (usize, usize) {
    let of_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let bytes = text.as_bytes();
    let before = bytes[from..word.start].iter().rev().take_while(of_name).count();
    let after = bytes[word.end..].iter().take_while(of_name).count();
    let (mut start, end) = (word.start - before, word.end + after);
    // The dashes of an option are no part of it.
    while start < word.start && !bytes[start].is_ascii_alphanumeric() && bytes[start] != b'_' {
        start += 1;
    }
    (start, end)
}

/// The value that a name is given, without its quotes, and whether it has some.
fn value_behind(text: &str, name: (usize, usize)) -> Option<((usize, usize), bool)> {
    let bytes = text.as_bytes();
    let mut at = name.1;
    let skip = |at: &mut usize, of: &[u8], most: usize| {
        let length = bytes[*at..].iter().take(most).take_while(|byte| of.contains(byte)).count();
        *at += length;
        length
    };
    // `"name": `, `\"name\": `, `config["name"] = `
    skip(&mut at, b"\\", 1);
    skip(&mut at, b"\"'", 1);
    skip(&mut at, b"]", 1);
    let blanks = skip(&mut at, b" \t", 3);
    let sign = bytes[at..].iter().take(2).take_while(|byte| b"=:>".contains(byte)).count();
    let is_sign = matches!(&bytes[at..at + sign], b"=" | b":" | b":=" | b"=>");
    if is_sign {
        at += sign;
        skip(&mut at, b" \t", 3);
    } else if sign > 0 || blanks != 1 || at != name.1 + 1 || !text[..name.0].ends_with("--") {
        return None;
    }
    skip(&mut at, b"\\", 1);
    let quote = bytes.get(at).copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let (start, ends, least): (usize, &dyn Fn(u8) -> bool, usize) = match quote {
        Some(quote) => (at + 1, &move |byte| byte == quote || byte == b'\\' || byte == b'\n', 1),
        None => (at, &|byte| byte.is_ascii_whitespace() || b"\"'`,;&<>(){}[]\\|".contains(&byte), 3),
    };
    let length = bytes[start..].iter().take(LONGEST_VALUE + 1).take_while(|byte| !ends(**byte)).count();
    let end = start + length;
    // What is not closed on its line is no value.
    let closed = quote.is_none() || bytes.get(end).is_some_and(|byte| *byte != b'\n');
    let fits = (least..=LONGEST_VALUE).contains(&length) && text.is_char_boundary(start) && text.is_char_boundary(end);
    (closed && fits).then_some(((start, end), quote.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(&str, &str)> {
        let part = |(start, end): (usize, usize)| &text[start..end];
        assignments(text).iter().map(|one| (part(one.name), part(one.value))).collect()
    }

    #[test]
    fn names_with_values_in_text() {
        for (text, expected) in [
            ("# password = \"zebra42\"", ("password", "zebra42")),
            ("{\"user\": \"app\", \"password\": \"zebra42\"}", ("password", "zebra42")),
            (r#"{\"api_key\": \"zebra42\"}"#, ("api_key", "zebra42")),
            ("grant_type=password&client_secret=zebra42&x=1", ("client_secret", "zebra42")),
            ("export DB_PASSWORD=zebra42", ("DB_PASSWORD", "zebra42")),
            ("run --db-password zebra42 --verbose", ("db-password", "zebra42")),
            ("config['token'] = 'zebra42'", ("token", "zebra42")),
            ("CREATE USER x IDENTIFIED BY 'zebra42'", ("IDENTIFIED BY", "zebra42")),
            ("ALTER ROLE x WITH PASSWORD 'zebra42';", ("PASSWORD", "zebra42")),
            ("curl -s -u app:zebra42 https://acme.io", ("curl", "zebra42")),
            ("mysql -uroot -pzebra42 shop", ("mysql", "zebra42")),
            ("sshpass -p zebra42 ssh x", ("sshpass", "zebra42")),
            ("docker login -u x -p zebra42 registry.acme.io", ("docker", "zebra42")),
            ("keytool -list -storepass zebra42", ("storepass", "zebra42")),
            ("openssl rsa -passin pass:zebra42", ("passin", "zebra42")),
            ("PGPASSWORD=zebra42 psql -h db", ("PGPASSWORD", "zebra42")),
        ] {
            assert_eq!(pairs(text), [expected], "{text}");
        }
        for text in ["", "the password is not set", "password", "token: ", "name = \"zebra42\"", "password 'a'"] {
            assert_eq!(pairs(text), [], "{text}");
        }
    }

    #[test]
    fn linear_on_hostile_text() {
        for unit in ["password=", "a", "password \"", "curl -u ", "'", "password='", "--password "] {
            assert!(assignments(&unit.repeat(1_000_000 / unit.len())).len() <= 1_000_000);
        }
    }
}
