//! Reads the literals of setup.py: strings, lists, tuples and dictionaries, their sums, and names assigned to such.
//!
//! Never evaluates anything else; what is no literal is `Unknown`, and a literal beside it is still read.

use std::collections::HashMap;

use super::python_tokens::{Token, TokenKind};

/// Deeper brackets and longer chains of names are unknown.
const DEEPEST: u32 = 24;
/// More values than any setup.py has; stops names that multiply each other.
const MOST_VALUES: u32 = 50_000;
/// A long string counts for as many values as it is long, for the same reason.
const BYTES_PER_VALUE: usize = 32;

/// A literal, each string with its 1-based line.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Text(String, u32),
    List(Vec<Literal>),
    Dict(Vec<(Literal, Literal)>),
    Unknown,
}

impl Literal {
    /// All strings of a list, however nested, with their lines. A lone string is a list of its lines, as setuptools has it.
    pub(super) fn texts(&self) -> Vec<(&str, u32)> {
        match self {
            Literal::Text(text, line) => (*line..).zip(text.lines()).map(|(line, text)| (text, line)).collect(),
            Literal::List(items) => items.iter().flat_map(Literal::texts).collect(),
            Literal::Dict(_) | Literal::Unknown => Vec::new(),
        }
    }

    /// The string, if this is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Literal::Text(text, _) => Some(text),
            _ => None,
        }
    }

    fn joined(self, other: Literal) -> Literal {
        match (self, other) {
            (Literal::Text(mut text, line), Literal::Text(more, _)) => {
                text.push_str(&more);
                Literal::Text(text, line)
            }
            (Literal::List(mut items), Literal::List(more)) => {
                items.extend(more);
                Literal::List(items)
            }
            (list @ Literal::List(_), Literal::Unknown) | (Literal::Unknown, list @ Literal::List(_)) => list,
            _ => Literal::Unknown,
        }
    }
}

/// The tokens of a file and where its names are assigned.
pub(super) struct Reader<'t> {
    tokens: &'t [Token],
    assigned: HashMap<&'t str, Vec<usize>>,
    values: u32,
}

impl<'t> Reader<'t> {
    pub(super) fn new(tokens: &'t [Token]) -> Reader<'t> {
        let mut assigned: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut starts = true;
        for (at, token) in tokens.iter().enumerate() {
            if let TokenKind::Name(name) = &token.kind
                && starts
                && operator(tokens, at + 1) == Some('=')
            {
                assigned.entry(name).or_default().push(at + 2);
            }
            starts = matches!(token.kind, TokenKind::Newline | TokenKind::Operator(';'));
        }
        Reader { tokens, assigned, values: 0 }
    }

    /// The literal that starts at this token.
    pub(super) fn literal(&mut self, at: usize) -> Literal {
        self.expression(at, 0).0
    }

    /// The keyword arguments and the first positional argument (under an empty name) of the call whose `(` is at
    /// `open`; each with the place where its value begins.
    pub(super) fn arguments(&self, open: usize) -> Vec<(&'t str, usize)> {
        let mut arguments = Vec::new();
        let mut at = open + 1;
        while at < self.tokens.len() && operator(self.tokens, at) != Some(')') {
            match &self.tokens[at].kind {
                TokenKind::Name(name) if operator(self.tokens, at + 1) == Some('=') => {
                    arguments.push((name.as_str(), at + 2))
                }
                _ if arguments.is_empty() => arguments.push(("", at)),
                _ => {}
            }
            at = self.end_of_item(at);
            at += usize::from(operator(self.tokens, at) != Some(')'));
        }
        arguments
    }

    /// A value and the place behind it, which is a comma, a colon, a closing bracket, or the end of a statement.
    fn expression(&mut self, at: usize, depth: u32) -> (Literal, usize) {
        let (mut value, mut at) = self.term(at, depth);
        while operator(self.tokens, at) == Some('+') {
            let (right, next) = self.term(at + 1, depth);
            value = value.joined(right);
            at = next;
        }
        let end = self.end_of_item(at);
        if end == at { (value, at) } else { (Literal::Unknown, end) }
    }

    fn term(&mut self, at: usize, depth: u32) -> (Literal, usize) {
        self.values = self.values.saturating_add(1);
        if depth > DEEPEST || self.values > MOST_VALUES {
            return (Literal::Unknown, self.end_of_item(at));
        }
        let Some(token) = self.tokens.get(at) else {
            return (Literal::Unknown, at);
        };
        let (value, next) = match &token.kind {
            TokenKind::Text(_) => self.strings(at),
            TokenKind::Operator(open @ ('[' | '(')) => self.sequence(at + 1, *open, depth + 1),
            TokenKind::Operator('{') => self.dict(at + 1, depth + 1),
            TokenKind::Name(name) => (self.named(name, depth + 1), at + 1),
            _ => return (Literal::Unknown, self.end_of_item(at)),
        };
        match operator(self.tokens, next) {
            Some('.' | '(' | '[') => (Literal::Unknown, self.behind_trailers(next)),
            _ => (value, next),
        }
    }

    /// Strings beside each other are one.
    fn strings(&mut self, at: usize) -> (Literal, usize) {
        let mut joined = String::new();
        let mut next = at;
        while let Some(Token { kind: TokenKind::Text(text), .. }) = self.tokens.get(next) {
            joined.push_str(text);
            next += 1;
        }
        let weight = u32::try_from(joined.len() / BYTES_PER_VALUE).unwrap_or(u32::MAX);
        self.values = self.values.saturating_add(weight);
        (Literal::Text(joined, self.tokens[at].line), next)
    }

    fn sequence(&mut self, mut at: usize, open: char, depth: u32) -> (Literal, usize) {
        let mut items = Vec::new();
        let mut comma = false;
        while !self.is_closed(at) {
            if operator(self.tokens, at) == Some('*') {
                at += 1;
            }
            let (item, next) = self.expression(at, depth);
            items.push(item);
            at = next.max(at);
            comma = operator(self.tokens, at) == Some(',');
            if !comma && !self.is_closed(at) {
                items.push(Literal::Unknown); // a colon: a slice or a lambda
            }
            at += usize::from(!self.is_closed(at));
        }
        let grouping = open == '(' && items.len() == 1 && !comma;
        let value = match items.pop() {
            Some(only) if grouping => only,
            last => {
                items.extend(last);
                Literal::List(items)
            }
        };
        (value, at + 1)
    }

    /// A dictionary; a set is a list.
    fn dict(&mut self, mut at: usize, depth: u32) -> (Literal, usize) {
        let mut pairs = Vec::new();
        let mut items = Vec::new();
        while !self.is_closed(at) {
            let (key, next) = self.expression(at, depth);
            at = next;
            if operator(self.tokens, at) == Some(':') {
                let (value, next) = self.expression(at + 1, depth);
                pairs.push((key, value));
                at = next;
            } else {
                items.push(key);
            }
            at += usize::from(!self.is_closed(at));
        }
        let is_set = pairs.is_empty() && !items.is_empty();
        let value = if is_set { Literal::List(items) } else { Literal::Dict(pairs) };
        (value, at + 1)
    }

    /// What a name was assigned. Assigned several times, it may hold any of them, so all are taken.
    fn named(&mut self, name: &str, depth: u32) -> Literal {
        let places = self.assigned.get(name).cloned().unwrap_or_default();
        let mut values: Vec<Literal> = Vec::new();
        for place in places {
            values.push(self.expression(place, depth).0);
        }
        match values.pop() {
            None => Literal::Unknown,
            Some(only) if values.is_empty() => only,
            Some(last) => {
                values.push(last);
                Literal::List(values)
            }
        }
    }

    /// Whether a bracket closes here; the end of the file closes all.
    fn is_closed(&self, at: usize) -> bool {
        at >= self.tokens.len() || matches!(operator(self.tokens, at), Some(')' | ']' | '}'))
    }

    /// Behind `.name`, `(...)` and `[...]`, as many as follow.
    fn behind_trailers(&self, mut at: usize) -> usize {
        loop {
            at = match operator(self.tokens, at) {
                Some('.') => (at + 2).min(self.tokens.len()),
                Some('(' | '[') => self.behind_bracket(at),
                _ => return at,
            };
        }
    }

    fn behind_bracket(&self, open: usize) -> usize {
        let mut depth = 0usize;
        for at in open..self.tokens.len() {
            match operator(self.tokens, at) {
                Some('(' | '[' | '{') => depth += 1,
                Some(')' | ']' | '}') if depth <= 1 => return at + 1,
                Some(')' | ']' | '}') => depth -= 1,
                _ => {}
            }
        }
        self.tokens.len()
    }

    /// The next comma, colon, closing bracket or end of statement that is not inside brackets.
    fn end_of_item(&self, mut at: usize) -> usize {
        while let Some(token) = self.tokens.get(at) {
            at = match token.kind {
                TokenKind::Operator(',' | ':' | ';' | ')' | ']' | '}') | TokenKind::Newline => return at,
                TokenKind::Operator('(' | '[' | '{') => self.behind_bracket(at),
                _ => at + 1,
            };
        }
        at
    }
}

/// The operator at this place, if one is there.
pub(super) fn operator(tokens: &[Token], at: usize) -> Option<char> {
    match tokens.get(at)?.kind {
        TokenKind::Operator(operator) => Some(operator),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::python_tokens::tokens;

    /// The texts of what is assigned to `x`.
    fn texts(source: &str) -> Vec<(String, u32)> {
        let tokens = tokens(source);
        let mut reader = Reader::new(&tokens);
        let literal = reader.named("x", 0);
        literal.texts().into_iter().map(|(text, line)| (text.to_owned(), line)).collect()
    }

    fn words(source: &str) -> Vec<String> {
        texts(source).into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn lists_and_strings() {
        for (source, expected) in [
            ("x = []", &[][..]),
            ("x = ['a']", &["a"]),
            ("x = ('a', \"b\",)", &["a", "b"]),
            ("x = 'a' \"b\"", &["ab"]),
            ("x = ['a' 'b', 'c' + 'd']", &["ab", "cd"]),
            ("x = [('a'), ('b' 'c')]", &["a", "bc"]),
            ("x = {'a', 'b'}", &["a", "b"]),
            ("x = ['a'] + ['b'] + ('c',)", &["a", "b", "c"]),
            ("x = (['a'] +\n ['b'])", &["a", "b"]),
            ("y = ['b']\nx = ['a', *y] + y", &["a", "b", "b"]),
            ("y = 'b>=1'\nx = ['a', y]", &["a", "b>=1"]),
            ("x = ['a']\nx += ['b']", &["a", "b"]),
            ("if a:\n    x = ['a']\nelse:\n    x = ['b']", &["a", "b"]),
            ("x = '''\na\nb\n'''", &["", "a", "b"]),
        ] {
            assert_eq!(words(source), *expected, "{source}");
        }
    }

    #[test]
    fn a_literal_beside_something_else() {
        for (source, expected) in [
            ("x = ['a', f(1, 2)[3].b, 'c']", &["a", "c"][..]),
            ("x = ['a'] + f('b')", &["a"]),
            ("x = f('b') + ['a']", &["a"]),
            ("x = ['a' % b, 'c'.format(d), f'{e}', 'g' if h else 'i', 'j']", &["j"]),
            ("x = ['a' for a in b]", &[]),
            ("x = ['a', lambda z: 'b', 'c'][0]", &[]),
            ("x = ['a', lambda z: 'b', 'c']", &["a", "b", "c"]),
            ("x = open('a').read().splitlines()", &[]),
            ("x = 1", &[]),
            ("x =", &[]),
            ("x = [", &[]),
            ("x = ['a'", &["a"]),
            ("x = ['a')", &["a"]),
            ("x = unknown", &[]),
            ("x = {'a': 'b', **c}", &[]),
        ] {
            assert_eq!(words(source), *expected, "{source}");
        }
    }

    #[test]
    fn lines_are_those_of_the_strings() {
        let expected = [("a", 2), ("b", 4), ("c", 5)].map(|(text, line)| (text.to_owned(), line));
        assert_eq!(texts("x = [\n 'a', # one\n\n '''b\nc'''\n]"), expected);
    }

    #[test]
    fn bombs() {
        for source in [
            "x = x".to_owned(),
            "x = [x, x, x, x, x, x, x, x, x, x]".to_owned(),
            "a = [b, b, b]\nb = [a, a, a]\nx = [a, b]".to_owned(),
            "x = ".to_owned() + &"[".repeat(100_000),
            "x = ".to_owned() + &"{".repeat(100_000) + &"}".repeat(100_000),
            "x = ".to_owned() + &"+".repeat(100_000),
            "x = ".to_owned() + &"('a')+".repeat(20_000),
            "x = [".to_owned() + &"]".repeat(100_000),
            format!("a = '{}'\nx = [{}]", "y".repeat(1_000_000), "a,".repeat(100_000)),
        ] {
            texts(&source);
        }
    }

    #[test]
    fn arguments_of_calls() {
        let tokens = tokens("f('a', k=[1, (2)], *b, m=lambda: 3, n = 'x', **c)\n");
        let reader = Reader::new(&tokens);
        let names: Vec<&str> = reader.arguments(1).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["", "k", "m", "n"]);
    }
}
