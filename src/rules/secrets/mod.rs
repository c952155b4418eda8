//! Secrets in the source, and what its rules share.

mod bound;
mod calls;
pub mod copied_env;
pub mod hardcoded_password;
pub mod provider_token;
pub mod secret_fallback;
pub mod url_password;
pub mod versioned_env;

use crate::fact::Condition;
use crate::finding::{Ask, Edit, Fix, Grade, Piece};
use crate::python::ast::{AnyNodeRef, Expr, ExprBinOp, FStringPart, Operator, Ranged, TextRange};
use crate::python::span;
use crate::rule::Cx;
use crate::secrets::{NameClass, classify_name, words};
use crate::text;
use crate::text::Span;
use std::borrow::Cow;

/// What every message about a secret ends with.
const ROTATE: &str = "replace it where it was issued: the history of the repository keeps it";

/// The string literals of an expression, with the spans of what stands between their quotes.
fn parts(expr: &Expr) -> Vec<Span> {
    match expr {
        Expr::StringLiteral(string) => string.value.iter().map(|part| span(part.content_range())).collect(),
        Expr::BytesLiteral(bytes) => bytes.value.iter().map(|part| span(part.content_range())).collect(),
        Expr::FString(string) => {
            let literals = string.value.elements().filter_map(|element| element.as_literal());
            let plain = string.value.iter().filter_map(|part| part.as_literal()).map(|part| span(part.content_range()));
            literals.map(span).chain(plain).collect()
        }
        _ => Vec::new(),
    }
}

/// Offers to read the value from the environment, where the literal is the whole value.
fn read_from_environment(cx: &Cx, literal: &Expr, variable: &str) -> Option<Fix> {
    let whole = match literal {
        Expr::StringLiteral(string) => !string.value.is_implicit_concatenated(),
        _ => false,
    };
    // A default of `Field(...)`, a pattern or a type argument cannot be an expression just like that.
    let allowed = match cx.parent(0) {
        Some(AnyNodeRef::StmtAssign(assign)) => assign.value.range() == literal.range(),
        Some(AnyNodeRef::StmtAnnAssign(_) | AnyNodeRef::Keyword(_)) => true,
        Some(AnyNodeRef::ExprDict(dict)) => dict.items.iter().any(|item| item.value.range() == literal.range()),
        _ => false,
    };
    let in_f_string = cx.ancestors.iter().any(|node| matches!(node, AnyNodeRef::FString(_) | AnyNodeRef::TString(_)));
    if !whole || !allowed || in_f_string {
        return None;
    }
    let os = Piece::Name { module: "os".to_owned(), name: String::new() };
    let text = text![os, format!(".environ[\"{variable}\"]")];
    let fix =
        Fix::risky(format!("Read it from the environment (`{variable}`)"), vec![Edit { span: span(literal), text }]);
    Some(Fix { variables: vec![variable.to_owned()], ..fix })
}

/// Offers to read the value from the project's settings, where they have a field for it.
fn read_from_settings(literal: &Expr, field: &str) -> Fix {
    let text = text![Piece::Ask(Ask::Setting(field.to_owned()))];
    let edits = vec![Edit { span: span(literal), text }];
    Fix::risky(format!("Read it from the settings (`{field}`)"), edits).when(Condition::HasSetting(field.to_owned()))
}

/// A value as it stands in the source: one literal, several side by side, or several joined by `+`.
struct Value<'a> {
    text: Cow<'a, str>,
    /// What stands between the quotes, part by part.
    spans: Vec<Span>,
    /// From the first quote's inside to the last one's.
    span: Span,
    /// How many nodes lie between the literal and its outermost form, which stands at `range`.
    up: usize,
    range: TextRange,
}

/// The value that begins with a literal; none where it is the tail of another, or has holes.
fn value_of<'a>(cx: &Cx<'a>, literal: &'a Expr) -> Option<Value<'a>> {
    let (mut up, mut range) = (0, literal.range());
    let mut whole: Option<&ExprBinOp> = None;
    while let Some(AnyNodeRef::ExprBinOp(sum)) = cx.parent(up)
        && sum.op == Operator::Add
    {
        // Only what begins the whole speaks for it, so that a long sum is climbed once.
        if sum.left.range() != range {
            return None;
        }
        up += 1;
        range = sum.range();
        whole = Some(sum);
    }
    let mut literals = vec![literal];
    if let Some(sum) = whole {
        literals.clear();
        if !addends(sum, &mut literals) {
            return None;
        }
    }
    let mut text = Cow::Borrowed("");
    for literal in &literals {
        let part = plain(literal)?;
        text = if text.is_empty() { part } else { Cow::Owned(text.into_owned() + &part) };
    }
    let spans: Vec<Span> = literals.iter().flat_map(|literal| parts(literal)).collect();
    let span = Span::new(spans.first()?.start, spans.last()?.end);
    Some(Value { text, spans, span, up, range })
}

/// The literals of a sum in order; whether there is nothing else in it.
fn addends<'a>(sum: &'a ExprBinOp, literals: &mut Vec<&'a Expr>) -> bool {
    let mut at = sum;
    let mut reversed = Vec::new();
    loop {
        reversed.push(&*at.right);
        match &*at.left {
            Expr::BinOp(left) if left.op == Operator::Add => at = left,
            left => {
                reversed.push(left);
                break;
            }
        }
    }
    literals.extend(reversed.into_iter().rev());
    literals.iter().all(|literal| plain(literal).is_some())
}

/// What a literal without holes says.
fn plain(literal: &Expr) -> Option<Cow<'_, str>> {
    match literal {
        Expr::StringLiteral(string) => Some(Cow::Borrowed(string.value.to_str())),
        Expr::BytesLiteral(bytes) => String::from_utf8(bytes.value.bytes().collect()).ok().map(Cow::Owned),
        Expr::FString(string) => {
            let mut text = String::new();
            for part in string.value.iter() {
                match part {
                    FStringPart::Literal(literal) => text.push_str(&literal.value),
                    FStringPart::FString(part) => {
                        for element in &part.elements {
                            text.push_str(&element.as_literal()?.value);
                        }
                    }
                }
            }
            Some(Cow::Owned(text))
        }
        _ => None,
    }
}

/// Circumstances around a place that make a value there matter less, whatever the rule.
fn grade_by_place(cx: &Cx, at: Span, class: NameClass) -> Vec<Grade> {
    let mut grades = Vec::new();
    // A host decides what a password opens, not what a key signs.
    let opens = matches!(class, NameClass::Password | NameClass::Credentials | NameClass::Connection);
    if opens && beside_local_host(cx.text, at) {
        grades.push(Grade::Local);
    }
    let debugs = |test: &Expr| {
        let source = cx.source(span(test.range()));
        let text = source.to_ascii_lowercase();
        ["debug", "testing", "is_dev", "development"].iter().any(|word| text.contains(word)) && !text.contains("not ")
    };
    let in_debug = cx.ancestors.iter().any(|node| match node {
        AnyNodeRef::StmtIf(choice) => debugs(&choice.test) && choice.body.iter().any(|stmt| span(stmt).contains(at)),
        AnyNodeRef::ExprIf(choice) => debugs(&choice.test) && span(&*choice.body).contains(at),
        _ => false,
    });
    if in_debug {
        grades.push(Grade::Debug);
    }
    grades
}

/// A line near by names this machine as the host of the same thing: whatever the value opens is not reached from elsewhere.
fn beside_local_host(text: &str, at: Span) -> bool {
    const LINES: usize = 4;
    let bytes = text.as_bytes();
    let (from, to) = (at.start as usize, at.end as usize);
    let start = memchr::memrchr(b'\n', &bytes[..from]).map_or(0, |n| n + 1);
    let before = text.floor_char_boundary(start.max(from.saturating_sub(600)));
    let end = to + memchr::memchr(b'\n', &bytes[to..]).unwrap_or(bytes.len() - to).min(600);
    let end = text.floor_char_boundary(end);
    if is_local(&text[before..from]) || is_local(&text[to..end]) {
        return true;
    }
    let own = place_of(&text[before..from]);
    let above = text[text.floor_char_boundary(start.saturating_sub(600))..start].lines().rev();
    let below = text[end..text.floor_char_boundary((end + 600).min(text.len()))].lines().skip(1);
    // The nearest line that says which host it is decides.
    let nearest = |(away, line): (usize, &str)| {
        let (place, is_host) = place_of(line);
        let related =
            place.is_empty() || (own.0.is_empty() && is_host) || place.iter().any(|word| own.0.contains(word));
        if !related {
            return None;
        }
        let names_another = is_host && line.split(['=', ':']).skip(1).any(|value| value.trim().contains('.'));
        (is_local(line) || names_another).then(|| (away, is_local(line)))
    };
    let above = above.take(LINES).enumerate().find_map(nearest);
    let below = below.take(LINES).enumerate().find_map(nearest);
    match (above, below) {
        (Some(above), Some(below)) if above.0 == below.0 => above.1 || below.1,
        (Some(above), Some(below)) => above.min(below).1,
        (one, other) => one.or(other).is_some_and(|(_, is_local)| is_local),
    }
}

fn is_local(text: &str) -> bool {
    const HOSTS: [&str; 5] = ["localhost", "127.0.0.1", "0.0.0.0", "host.docker.internal", "[::1]"];
    HOSTS.iter().any(|host| memchr::memmem::find(text.as_bytes(), host.as_bytes()).is_some())
}

/// What the name at the beginning of a line is about (`db` of `DB_HOST`), and whether it names a host.
fn place_of(line: &str) -> (Vec<String>, bool) {
    let line = line.trim_start_matches([' ', '\t', '-', '"', '\'', '#', '{', '(', ',']);
    let line = line.strip_prefix("export ").unwrap_or(line);
    let name = &line[..line.find(|c: char| !c.is_ascii_alphanumeric() && !"_.-".contains(c)).unwrap_or(line.len())];
    let mut words = words(name);
    let is_host = words.last().is_some_and(|word| {
        ["host", "hostname", "hosts", "server", "address", "addr", "endpoint", "url", "uri", "dsn", "ip"]
            .contains(&word.as_str())
    });
    let is_secret = classify_name(name) != NameClass::No;
    if is_host || is_secret {
        words.pop();
    }
    for word in &mut words {
        if ["database", "postgres", "postgresql", "pg", "mysql", "mariadb", "sql"].contains(&word.as_str()) {
            "db".clone_into(word);
        }
    }
    (words, is_host)
}

/// Whether a literal is a docstring, or another string that nobody reads.
fn is_docstring(cx: &Cx) -> bool {
    matches!(cx.parent(0), Some(AnyNodeRef::StmtExpr(_)))
}

/// `db_password` as an environment variable.
fn variable(name: &str) -> String {
    let mut variable = String::new();
    let mut last_lower = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && last_lower {
            variable.push('_');
        }
        variable.push(if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
        last_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    // The shell has set these to something else.
    if matches!(variable.as_str(), "PWD" | "OLDPWD" | "USER" | "HOME" | "PATH" | "SHELL" | "LANG" | "TERM" | "TMPDIR") {
        return format!("APP_{variable}");
    }
    variable
}
