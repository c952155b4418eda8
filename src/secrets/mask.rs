//! Masks source that has no tree: an unterminated `password = "...` must not reach an output.
//!
//! Over-masking is fine, under-masking is not: behind a password-like name everything between quotes is covered, closed or
//! not, and a word without quotes; and on while brackets, quotes or a backslash keep the value open. Code stays readable.

use super::formats::Formats;
use super::pem;
use super::url;

/// Spans, in order and apart, of everything in broken source that may belong to a secret.
#[must_use]
pub fn mask_lexically(source: &str) -> Vec<(usize, usize)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    spans.extend(pem::blocks(source).map(|block| (block.start, block.end)));
    spans.extend(url::candidates(source).map(|candidate| candidate.password));
    spans.extend(Formats::built_in().candidates("", source).iter().map(|hit| (hit.start, token_end(source, hit.end))));
    url_user_info(source, &mut spans);
    mask_names(source, &mut spans);
    merge(spans)
}

/// Between `://` and the last `@` of the run: a password may hold an unencoded slash.
fn url_user_info(source: &str, spans: &mut Vec<(usize, usize)>) {
    let bytes = source.as_bytes();
    let mut from = 0;
    while let Some(at) = memchr::memmem::find(&bytes[from..], b"://") {
        let start = from + at + 3;
        let length = bytes[start..].iter().take_while(|b| !b.is_ascii_whitespace() && !b"\"'`<>".contains(b)).count();
        if let Some(sign) = memchr::memrchr(b'@', &bytes[start..start + length]) {
            spans.push((start, start + sign));
        }
        from = start + length;
    }
}

/// A format may stop before the token does (a longer, newer form): masks go on to its last character.
fn token_end(source: &str, end: usize) -> usize {
    end + source.as_bytes()[end..].iter().take_while(|b| b.is_ascii_alphanumeric() || b"_-+/=.~%".contains(b)).count()
}

fn merge(mut spans: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    spans.retain(|(start, end)| start < end);
    spans.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (start, end) in spans {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

/// What an open value still waits for.
#[derive(Default)]
struct Open {
    depth: usize,
    /// The quote that the value stands in, and whether it is tripled.
    quote: Option<(u8, bool)>,
    /// The value has not begun, or the line ends in a backslash.
    more: bool,
}

impl Open {
    fn is_open(&self) -> bool {
        self.depth > 0 || self.quote.is_some() || self.more
    }

    /// Reads one line, or its rest, and covers what stands between quotes, closed or not.
    fn read(&mut self, offset: usize, line: &[u8], spans: &mut Vec<(usize, usize)>) {
        let mut i = 0;
        let mut value = false;
        let mut last = 0;
        let mut start = 0;
        while i < line.len() {
            let byte = line[i];
            if let Some((open, triple)) = self.quote {
                let closes = if triple { line[i..].starts_with(&[open; 3]) } else { byte == open };
                if byte == b'\\' {
                    i += 1;
                } else if closes {
                    spans.push((offset + start, offset + i));
                    i += if triple { 2 } else { 0 };
                    self.quote = None;
                }
            } else {
                match byte {
                    b'"' | b'\'' => {
                        let triple = line[i..].starts_with(&[byte; 3]);
                        self.quote = Some((byte, triple));
                        value = true;
                        i += if triple { 2 } else { 0 };
                        start = i + 1;
                    }
                    b'(' | b'[' | b'{' => self.depth += 1,
                    b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                    b'#' => break,
                    _ => value |= byte.is_ascii_alphanumeric(),
                }
            }
            if !line.get(i).is_none_or(u8::is_ascii_whitespace) {
                last = line[i];
            }
            i += 1;
        }
        if let Some((_, triple)) = self.quote {
            spans.push((offset + start.min(line.len()), offset + line.len()));
            // A plain quote ends with its line, unless a backslash joins the next one.
            if !triple && i <= line.len() {
                self.quote = None;
            }
        }
        // `=` with nothing behind it, in legal source or not: the value comes next.
        self.more = !value || line.last() == Some(&b'\\') || b"\\=:,+|([{".contains(&last);
    }
}

fn mask_names(source: &str, spans: &mut Vec<(usize, usize)>) {
    let bytes = source.as_bytes();
    let mut open = Open::default();
    let mut line_start = 0;
    while line_start < bytes.len() {
        let line_end = memchr::memchr2(b'\n', b'\r', &bytes[line_start..]).map_or(bytes.len(), |n| line_start + n);
        let line = &bytes[line_start..line_end];
        let inside = open.quote.is_some();
        if open.is_open() && line.iter().any(|b| !b.is_ascii_whitespace()) {
            open.read(line_start, line, spans);
        }
        if let Some(name_end) = first_name(&source[line_start..line_end]).filter(|_| !inside) {
            let from = line_start + name_end;
            spans.extend(bare_value(source, from, line_end));
            quoted_before(line_start, &line[..name_end], spans);
            let rest = &bytes[from..line_end];
            let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
            let mut own = Open::default();
            own.read(line_end - rest.len(), rest, spans);
            // The header of a function names its parameters: no value follows on the next line.
            if !is_header(line) || own.quote.is_some() {
                open = own;
            }
        }
        line_start = line_end + 1;
    }
}

/// Whether a line begins a definition, an import or a block, so that names in it are not what is given a value below.
fn is_header(line: &[u8]) -> bool {
    const WORDS: [&[u8]; 12] = [
        b"def ", b"class ", b"async ", b"import ", b"from ", b"for ", b"with ", b"while ", b"if ", b"elif ",
        b"return ", b"assert ",
    ];
    let line = line.trim_ascii_start();
    WORDS.iter().any(|word| line.starts_with(word)) && line.trim_ascii_end().ends_with(b":")
        || [b"import ".as_slice(), b"from "].iter().any(|word| line.starts_with(word))
}

/// What stands behind `name =` or `name:` without quotes: `PASSWORD=abc`, unless it reads as code.
fn bare_value(source: &str, from: usize, end: usize) -> Option<(usize, usize)> {
    const CODE: &[&str] = &[
        "str",
        "bytes",
        "int",
        "bool",
        "None",
        "True",
        "False",
        "Optional",
        "SecretStr",
        "SecretBytes",
        "Any",
        "await",
        "lambda",
        "not",
    ];
    const OWNERS: &[&str] = &["self", "cls", "os", "settings", "config", "request", "app", "conf"];
    let rest = &source[from..end];
    let behind = rest.trim_start_matches(['"', '\'', ']']).trim_start();
    let value = behind.strip_prefix(['=', ':'])?;
    // `==` compares.
    if value.starts_with('=') {
        return None;
    }
    let value = value.trim_start();
    let length = value.find(|c: char| c.is_whitespace() || matches!(c, ',' | ')' | '}' | ']')).unwrap_or(value.len());
    let word = &value[..length];
    let is_code = word.contains(['(', '[', '"', '\'', '{'])
        || CODE.contains(&word.trim_end_matches(':'))
        || OWNERS.iter().any(|owner| word.strip_prefix(owner).is_some_and(|rest| rest.starts_with('.')));
    let start = end - value.len();
    (!is_code && !word.is_empty()).then_some((start, start + length))
}

/// Where the first password-like name of a line ends.
fn first_name(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        let is_name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'-' || *b >= 0x80;
        let length = bytes[i..].iter().take_while(|b| is_name(b)).count();
        if length == 0 {
            i += 1;
            continue;
        }
        // Names are shorter; the tail of a longer run is what would be read as one.
        if is_sensitive(&bytes[i..i + length]) {
            return Some(i + length);
        }
        i += length;
    }
    None
}

/// Any part of a name that speaks of secrets: wider than `classify_name`, on purpose.
fn is_sensitive(name: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    SENSITIVE.iter().any(|part| memchr::memmem::find(&lower, part.as_bytes()).is_some())
        || SENSITIVE_WHOLE.iter().any(|word| lower.as_slice() == word.as_bytes())
}

const SENSITIVE: &[&str] = &[
    "pass",
    "pwd",
    "secret",
    "token",
    "credential",
    "apikey",
    "api_key",
    "api-key",
    "_key",
    "-key",
    "authorization",
    "auth",
    "login",
    "bearer",
    "dsn",
    "private",
    "signing",
    "encrypt",
    "mnemonic",
    "seed",
    "connection_string",
    "conn_str",
    "connstr",
    "cookie",
    "senha",
    "contrase",
    "kennwort",
    "_pw",
    "cred",
    "fernet",
];
const SENSITIVE_WHOLE: &[&str] =
    &["pw", "key", "jwt", "hmac", "pat", "pin", "salt", "otp", "accesskey", "secretkey", "privatekey", "wd"];

/// `"literal" == password`: quoted text before the name, on its line.
fn quoted_before(offset: usize, before: &[u8], spans: &mut Vec<(usize, usize)>) {
    let mut quote: Option<(u8, usize)> = None;
    let mut i = 0;
    while i < before.len() {
        match quote {
            Some(_) if before[i] == b'\\' => i += 1,
            Some((open, start)) if before[i] == open => {
                spans.push((offset + start, offset + i));
                quote = None;
            }
            None if matches!(before[i], b'"' | b'\'') => quote = Some((before[i], i + 1)),
            _ => {}
        }
        i += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(source: &str) -> String {
        let mut bytes = source.to_owned();
        for (start, end) in mask_lexically(source).into_iter().rev() {
            let stars = "*".repeat(source[start..end].chars().count());
            bytes.replace_range(start..end, &stars);
        }
        bytes
    }

    #[test]
    fn no_form_lets_the_value_through() {
        for source in [
            "password = \"zebra42",
            "password = 'zebra42\nx = 1",
            "db.password: str = \"zebra42\"",
            "password = (\n    \"zebra42\"\n    \"zebra42\"\n)\n",
            "password = \\\n    \"zebra42\"\n",
            "password = \"\"\"\nzebra42\nzebra42",
            "password=\n\n\n  'zebra42'",
            "connect(user, password=\n    # note\n    'zebra42')",
            "{\"password\": \"zebra42\", }}",
            "{\"password\":\n  \"zebra42\"}",
            "if \"zebra42\" == password:",
            "if 'zebra42' == user.password",
            "os.getenv(\"DB_PASS\", \"zebra42\"",
            "os.environ.get('TOKEN') or 'zebra42",
            "password = \"abc\\\nzebra42\"",
            "password: str =\n    'zebra42'",
            "os.getenv(\"DB_PASS\",  # note\n    'zebra42')",
            "config['password'] = \\\n    'zebra42'",
            "# password: zebra42",
            "password: zebra42",
            "PASSWORD=zebra42",
            "password\t=\r\"zebra42\"",
            "login('bob', 'zebra42'",
            "x = 'postgresql~~app:zebra42@db/x",
            "x = 'postgresql~~app:ab/zebra42@db/x",
            "f'redis~~:zebra42@{host}",
            "pässword_token = 'zebra42",
            "headers = {'Authorization': 'Bearer zebra42'",
            "passwords = [\n  'a',\n  'zebra42',\n  'zebra42'",
            "password = f\"\"\"{x}\nzebra42\"\"\"",
        ] {
            let source = &source.replace("~~", "://");
            assert!(!masked(source).contains("zebra42"), "{source:?} -> {:?}", masked(source));
        }
    }

    #[test]
    fn keys_and_tokens_are_masked() {
        let token = ["ghp_", "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8cF0qwertz"].concat();
        assert!(!masked(&format!("x = '{token}")).contains(&token[4..]));
        assert!(!masked(&format!("x = '{}", ["ghp_", &"x".repeat(36)].concat())).contains("xxx"));
        let open = "k = '''-----BEGIN PRIVATE KEY-----\nMIIEzebra42\nzebra42\n";
        assert!(!masked(open).contains("zebra42"));
    }

    #[test]
    fn what_has_nothing_to_do_with_it_stays() {
        let source = "def f(x:\n    return x + 'zebra42'\n\nhost = 'db'\n";
        assert_eq!(masked(source), source);
        assert_eq!(masked("password = 'a'\nname = 'bob'\n"), "password = '*'\nname = 'bob'\n");
        for source in [
            "def test(credentials):\n    r = api.post(\n    assert r.status_code == 201\n",
            "import token_utils\nfor x in y\n    pass\n",
            "token = self.token\nprint 'hello'\n",
            "class A\n    pass\nif token = 3.x():\n    go()\n",
        ] {
            assert_eq!(masked(source), source);
        }
    }

    #[test]
    fn linear_on_hostile_source() {
        for unit in
            ["password = (", "a", "\"", "password\n", "'''", "-----BEGIN PRIVATE KEY-----", "a://b:c@d ", "\\", "é"]
        {
            let source = unit.repeat(300_000 / unit.len());
            assert!(mask_lexically(&source).len() <= source.len());
        }
    }
}
