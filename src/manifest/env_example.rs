//! Reads the names of the variables in an `.env.example`.
//!
//! Never keeps a value: some examples hold real secrets.

use super::Manifest;

pub(super) fn read(text: &str) -> Manifest {
    let variables = (1..).zip(text.lines()).filter_map(|(line, text)| Some((name(text)?, line)));
    Manifest { variables: variables.collect(), ..Manifest::default() }
}

/// `KEY=...`, `export KEY=...` or a lone `KEY`.
fn name(line: &str) -> Option<String> {
    let line = line.trim();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let name = line.split_once('=').map_or(line, |(name, _)| name).trim();
    let word = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (word && starts).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_no_values() {
        let manifest =
            read("# DB=x\r\nDB_URL=postgres://u:hunter2@h/d\r\n\r\nexport KEY = 'a=b'\nLONE\n1A=x\na b=c\n=x\n");
        let expected = [("DB_URL", 2), ("KEY", 4), ("LONE", 5)];
        assert_eq!(manifest.variables, expected.map(|(name, line)| (name.to_owned(), line)));
        assert!(!format!("{manifest:?}").contains("hunter2"));
    }
}
