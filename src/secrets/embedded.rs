//! Names with values in running text: comments, commands, query strings, files that no parser reads.
//!
//! Linear: the regex crate never backtracks, and a match is never longer than a name and a value may be.

use super::name::{NameClass, classify_name};
use regex::Regex;
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

/// `name = "value"`, `"name": "value"`, `NAME=value`, `--name value`.
static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"([A-Za-z_][A-Za-z0-9_.\-]{1,63})";
    let quoted = r#"\\?(?:"([^"\n\\]{1,256})|'([^'\n\\]{1,256}))\\?["']"#;
    let bare = r#"([^\s"'`,;&<>(){}\[\]\\|]{3,256})"#;
    let pattern = format!(r#"{name}(?:\\?["']?\]?[ \t]{{0,3}}(?:=|:=|:|=>)[ \t]{{0,3}}| )(?:{quoted}|{bare})"#);
    Regex::new(&pattern).expect("a test uses it")
});

/// `IDENTIFIED BY 'x'`, `WITH PASSWORD 'x'`, `curl -u user:x`, `mysql -px`, `sshpass -p x`.
static COMMANDS: LazyLock<Regex> = LazyLock::new(|| {
    let sql = r"\b(identified\s{1,4}by|password)\s{1,4}'([^'\n]{3,128})'";
    let http = r#"\b(curl|wget)\b[^\n|;]{0,200}?\s(?:-u|--user)[ =]?["']?[\w.@+\-]{1,64}:([^\s"']{3,128})"#;
    let mysql = r#"\b(mysql|mysqldump|mysqladmin)\b[^\n|;]{0,200}?\s-p([^\s"']{3,128})"#;
    let ssh = r#"\b(sshpass)\s{1,4}-p\s{0,4}["']?([^\s"']{3,128})"#;
    Regex::new(&format!("(?i){sql}|{http}|{mysql}|{ssh}")).expect("a test uses it")
});

/// All names with values in a text, in order.
#[must_use]
pub fn assignments(text: &str) -> Vec<Assignment> {
    let mut found: Vec<Assignment> = Vec::new();
    let mut from = 0;
    while let Some(groups) = ASSIGNED.captures_at(text, from) {
        let Some(name) = groups.get(1) else { break };
        let quoted = groups.get(2).or_else(|| groups.get(3));
        let Some(value) = quoted.or_else(|| groups.get(4)) else { break };
        // A name that means nothing may be the value of the one before, or hide the next: go on right behind it.
        from = name.end();
        let blank = !text[name.end()..value.start()].contains(['=', ':']);
        let is_option = text[..name.start()].ends_with("--");
        if (!blank || is_option) && classify_name(name.as_str()) != NameClass::No {
            from = value.end();
            found.push(Assignment {
                name: (name.start(), name.end()),
                value: (value.start(), value.end()),
                quoted: quoted.is_some(),
                command: false,
            });
        }
    }
    for groups in COMMANDS.captures_iter(text) {
        let mut parts = groups.iter().skip(1).flatten();
        if let (Some(name), Some(value)) = (parts.next(), parts.next()) {
            let value = (value.start(), value.end());
            found.push(Assignment { name: (name.start(), name.end()), value, quoted: true, command: true });
        }
    }
    found.sort_by_key(|one| (one.value, one.command));
    found.dedup_by_key(|one| one.value);
    found
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
