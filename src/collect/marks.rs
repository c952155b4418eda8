//! Expressions over marks: `-m "not slow and (db or net)"`.

/// Whether an expression holds for a test with such marks; `None` where it is none that davy reads.
pub fn holds(expression: &str, marks: &[String]) -> Option<bool> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, marks };
    let holds = reader.any()?;
    reader.words.is_empty().then_some(holds)
}

struct Reader<'a> {
    words: &'a [&'a str],
    marks: &'a [String],
}

impl Reader<'_> {
    fn takes(&mut self, word: &str) -> bool {
        let found = self.words.first() == Some(&word);
        self.words = &self.words[usize::from(found)..];
        found
    }

    fn any(&mut self) -> Option<bool> {
        let mut holds = self.all()?;
        while self.takes("or") {
            holds |= self.all()?;
        }
        Some(holds)
    }

    fn all(&mut self) -> Option<bool> {
        let mut holds = self.one()?;
        while self.takes("and") {
            holds &= self.one()?;
        }
        Some(holds)
    }

    fn one(&mut self) -> Option<bool> {
        if self.takes("not") {
            return self.one().map(|holds| !holds);
        }
        if self.takes("(") {
            let holds = self.any()?;
            return self.takes(")").then_some(holds);
        }
        let (name, rest) = self.words.split_first()?;
        let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '.'));
        if !plain || matches!(*name, "and" | "or") {
            return None;
        }
        self.words = rest;
        Some(self.marks.iter().any(|mark| mark == name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        let marks = ["slow".to_owned(), "db".to_owned()];
        for (expression, wanted) in [
            ("slow", Some(true)),
            ("not slow", Some(false)),
            ("not net and (db or x)", Some(true)),
            ("x or not (slow and db)", Some(false)),
            ("slow and", None),
            ("slow db", None),
            ("(slow", None),
            ("slow(level=1)", None),
        ] {
            assert_eq!(holds(expression, &marks), wanted, "{expression}");
        }
    }
}
