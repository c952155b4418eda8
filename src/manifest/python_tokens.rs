//! Cuts setup.py into names, strings and operators: enough to find literals, far too little to be Python.
//!
//! Never fails: an unterminated string ends with its line (or the file), and what is unknown is one opaque token.

/// A token and its 1-based line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) line: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Name(String),
    /// A string literal, its escapes read.
    Text(String),
    /// A number, an f-string with holes, an operator of no interest here.
    Opaque,
    /// One of `()[]{},:.;*=+`. `+=` comes as `=`, because it assigns too.
    Operator(char),
    /// The end of a line outside all brackets.
    Newline,
}

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut scanner = Scanner { rest: text, line: 1 };
    let mut tokens = Vec::new();
    let mut depth = 0usize;
    while let Some(c) = scanner.rest.chars().next() {
        let line = scanner.line;
        let kind = match c {
            '#' => {
                scanner.take_while(|c| c != '\n');
                continue;
            }
            '\n' => {
                scanner.advance(1);
                if depth > 0 {
                    continue;
                }
                TokenKind::Newline
            }
            '\\' => {
                scanner.advance(1);
                scanner.take_while(|c| c == '\r');
                scanner.take_prefix("\n");
                continue;
            }
            c if c.is_whitespace() => {
                scanner.advance(c.len_utf8());
                continue;
            }
            '"' | '\'' => scanner.string(""),
            c if c.is_alphabetic() || c == '_' => scanner.name_or_string(),
            c if c.is_ascii_digit() => {
                scanner.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
                TokenKind::Opaque
            }
            _ => scanner.operator(),
        };
        match kind {
            TokenKind::Operator('(' | '[' | '{') => depth += 1,
            TokenKind::Operator(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        tokens.push(Token { kind, line });
    }
    tokens
}

struct Scanner<'t> {
    rest: &'t str,
    line: u32,
}

impl<'t> Scanner<'t> {
    /// Takes so many bytes; they must end at a character's end.
    fn advance(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(bytes);
        let lines = taken.bytes().filter(|byte| *byte == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.rest = rest;
        taken
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        self.advance(end)
    }

    fn take_prefix(&mut self, prefix: &str) -> bool {
        let found = self.rest.starts_with(prefix);
        if found {
            self.advance(prefix.len());
        }
        found
    }

    fn name_or_string(&mut self) -> TokenKind {
        let name = self.take_while(|c| c.is_alphanumeric() || c == '_');
        let prefix = name.to_ascii_lowercase();
        let is_prefix =
            matches!(prefix.as_str(), "r" | "b" | "u" | "f" | "t" | "rb" | "br" | "rf" | "fr" | "rt" | "tr");
        match is_prefix && self.rest.starts_with(['"', '\'']) {
            true => self.string(&prefix),
            false => TokenKind::Name(name.to_owned()),
        }
    }

    fn string(&mut self, prefix: &str) -> TokenKind {
        let quote = if self.rest.starts_with('"') { "\"" } else { "'" };
        let triple = quote.repeat(3);
        let long = self.take_prefix(&triple);
        if !long {
            self.take_prefix(quote);
        }
        let end = if long { triple.as_str() } else { quote };
        let raw = prefix.contains('r');
        let mut text = String::new();
        loop {
            let plain = self.rest.find(['\\', '\n', '"', '\'']).unwrap_or(self.rest.len());
            text.push_str(self.advance(plain));
            if self.rest.is_empty() || self.take_prefix(end) || (!long && self.rest.starts_with('\n')) {
                break;
            }
            let c = self.rest.chars().next().unwrap_or('\n');
            self.advance(c.len_utf8());
            match c {
                '\\' => self.escape(raw, &mut text),
                c => text.push(c),
            }
        }
        let holes = prefix.contains(['f', 't']) && text.contains('{');
        if holes { TokenKind::Opaque } else { TokenKind::Text(text) }
    }

    /// What follows a backslash. Escapes that name a character by its number stay as written.
    fn escape(&mut self, raw: bool, text: &mut String) {
        let Some(c) = self.rest.chars().next() else { return };
        self.advance(c.len_utf8());
        match c {
            _ if raw => text.extend(['\\', c]),
            '\n' => {}
            '\r' => {
                self.take_prefix("\n");
            }
            'n' => text.push('\n'),
            't' => text.push('\t'),
            '\\' | '"' | '\'' => text.push(c),
            c => text.extend(['\\', c]),
        }
    }

    fn operator(&mut self) -> TokenKind {
        for (operator, kind) in [
            ("+=", TokenKind::Operator('=')),
            ("**", TokenKind::Operator('*')),
            ("==", TokenKind::Opaque),
            ("!=", TokenKind::Opaque),
            ("<=", TokenKind::Opaque),
            (">=", TokenKind::Opaque),
            (":=", TokenKind::Opaque),
        ] {
            if self.take_prefix(operator) {
                return kind;
            }
        }
        let c = self.rest.chars().next().unwrap_or('\n');
        self.advance(c.len_utf8().min(self.rest.len()));
        match c {
            '(' | ')' | '[' | ']' | '{' | '}' | ',' | ':' | '.' | ';' | '*' | '=' | '+' => TokenKind::Operator(c),
            _ => TokenKind::Opaque,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let show = |token: &Token| match &token.kind {
            TokenKind::Name(name) => name.clone(),
            TokenKind::Text(text) => format!("{text:?}"),
            TokenKind::Opaque => "?".to_owned(),
            TokenKind::Operator(c) => c.to_string(),
            TokenKind::Newline => "$".to_owned(),
        };
        tokens(text).iter().map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn tokens_of_all_kinds() {
        for (text, expected) in [
            ("a = b  # c\n", "a = b $"),
            ("f(\n  x='y', # z\n)\n", "f ( x = \"y\" , ) $"),
            ("a \\\n= 1", "a = ?"),
            ("a == b != c >= 1.5e3", "a ? b ? c ? ?"),
            ("a += [b] @ c", "a = [ b ] ? c"),
            ("**k, *a", "* k , * a"),
            ("r'\\d' b\"x\" u'y' f'z' f'{z}' rb'' x''", "\"\\\\d\" \"x\" \"y\" \"z\" ? \"\" x \"\""),
            ("'a\\'b' \"c\\\"d\" 'e\\\nf' 'g\\x41\\n'", "\"a'b\" \"c\\\"d\" \"ef\" \"g\\\\x41\\n\""),
            ("'''a 'b' \"c\"\n''' \"\"\"d\"\"\"", "\"a 'b' \\\"c\\\"\\n\" \"d\""),
            ("'open\nnext", "\"open\" $ next"),
            ("'''open\nx", "\"open\\nx\""),
            ("'\\", "\"\""),
            ("é = 'ü' § 🦀", "é = \"ü\" ? ?"),
            (") ] \n", ") ] $"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn lines() {
        let lines: Vec<u32> = tokens("a\r\n'''x\r\ny''' (\r\nb\\\r\nc").iter().map(|token| token.line).collect();
        assert_eq!(lines, [1, 1, 2, 3, 4, 5]);
    }
}
