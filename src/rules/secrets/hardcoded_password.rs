//! A password-like name with a literal. Page: rules/secrets/hardcoded-password.md

use super::bound::{Bound, bound_to, may_be_bound};
use super::{
    ROTATE, Value, grade_by_place, read_from_environment, read_from_settings, secret_fallback, value_of, variable,
};
use crate::document::{self, Document, Entry, Escapes};
use crate::fact::{Condition, Role};
use crate::finding::{Fix, Grade, Label, LabelAt};
use crate::python::ast::{AnyNodeRef, Expr, ExprContext, ExprName, Ranged, TextRange};
use crate::python::{Block, Tree, dotted, span};
use crate::rule::{Check, Cx};
use crate::secrets::{
    Assignment, Judgement, Likelihood, NameClass, assignments, classify_name, dsn_password, judge, may_assign,
    pem_private_key,
};
use crate::text;
use crate::text::Span;
use crate::unit::{Kind, Syntax};
use std::borrow::Cow;

pub const CHECK: Check =
    Check::Several(&[Check::Literal(check), Check::Name(constant), Check::File(comments), Check::Text(settings)]);

fn check<'a>(cx: &mut Cx<'a>, literal: &'a Expr) {
    // A sum is bound as a whole; what stands alone mostly ends here, before anything is asked of the value.
    let is_sum = matches!(cx.parent(0), Some(AnyNodeRef::ExprBinOp(_)));
    let bound = if is_sum || !may_be_bound(cx) { None } else { bound_to(cx, 0, literal.range()) };
    let bound = bound.filter(|bound| classify_name(bound.name) != NameClass::No);
    if bound.is_none() && !is_sum {
        exported(cx, literal);
        return embedded(cx, literal);
    }
    let Some(value) = value_of(cx, literal) else { return };
    let bound = bound.or_else(|| bound_to(cx, value.up, value.range));
    let Some(bound) = bound.filter(|bound| classify_name(bound.name) != NameClass::No) else { return };
    if secret_fallback::takes(cx, literal) || is_label(cx) || is_sample(cx) {
        return;
    }
    let name = bound.name;
    let name = variable(name);
    let fixes = match read_from_environment(cx, literal, &name).filter(|_| value.up == 0) {
        Some(fix) => {
            vec![read_from_settings(literal, &name.to_ascii_lowercase()), read_from_settings(literal, &name), fix]
        }
        None => Vec::new(),
    };
    report(cx, bound, &value, fixes, None);
}

/// A constant that is handed on as a secret: `connect(password=PW)`, where `PW = "..."` says nothing by itself.
fn constant<'a>(cx: &mut Cx<'a>, name: &'a ExprName) {
    // By its place a constant is known from its capitals; anything may stand there.
    let stands = match cx.parent(0) {
        Some(AnyNodeRef::Keyword(_) | AnyNodeRef::StmtAssign(_)) => true,
        Some(AnyNodeRef::Arguments(_)) => !name.id.bytes().any(|b| b.is_ascii_lowercase()),
        _ => false,
    };
    if !stands || name.ctx != ExprContext::Load {
        return;
    }
    let Some(bound) = bound_to(cx, 0, name.range()).filter(|bound| !bound.loose) else { return };
    if !classify_name(bound.name).is_secret() || classify_name(&name.id) != NameClass::No {
        return;
    }
    let Some(literal) = cx.only_value(&name.id) else { return };
    let Some(text) = super::plain(literal) else { return };
    let spans = super::parts(literal);
    let (Some(first), Some(last)) = (spans.first(), spans.last()) else { return };
    let span = Span::new(first.start, last.end);
    // What another file may hand on is handed on here, for certain.
    cx.findings.retain(|finding| finding.span != span || finding.when == Condition::Always);
    if cx.findings.iter().any(|finding| finding.span == span) {
        return;
    }
    let value = Value { text, span, spans, up: 0, range: literal.range() };
    report(cx, Bound { loose: true, ..bound }, &value, Vec::new(), Some(crate::python::span(name)));
}

/// A constant of the module that another file hands on as a secret: `from constants import PW; connect(password=PW)`.
fn exported(cx: &mut Cx, literal: &Expr) {
    let name = match cx.parent(0) {
        Some(AnyNodeRef::StmtAssign(assign)) => assign.targets.last(),
        Some(AnyNodeRef::StmtAnnAssign(assign)) => Some(&*assign.target),
        _ => None,
    };
    let (Some(Expr::Name(name)), Expr::StringLiteral(string), [_]) = (name, literal, cx.scopes.as_slice()) else {
        return;
    };
    let text = string.value.to_str();
    // Most constants are words or versions, and done with: letters of both cases with a digit, or with a sign, are neither.
    let any = |test: fn(&u8) -> bool| text.bytes().any(|b| test(&b));
    let mixed = any(u8::is_ascii_digit) && any(u8::is_ascii_lowercase);
    let odd = any(u8::is_ascii_uppercase) || text.contains(['!', '@', '#', '$', '&', '*', '+']);
    if !mixed || !odd || !(6..=64).contains(&text.len()) || text.contains([' ', '/', '{', ':', '<', '(']) {
        return;
    }
    let Judgement::Secret { likelihood, .. } = judge("password", text) else { return };
    let [span] = super::parts(literal)[..] else { return };
    if likelihood < Likelihood::Likely {
        return;
    }
    cx.secrets.push(span);
    let name = name.id.to_string();
    let finding = cx.report(span, text!["this constant holds a secret that everyone with the source can read"]);
    finding.help(ROTATE).when(Condition::HandedOn(name.clone()));
    finding.labels.push(Label { at: LabelAt::Use(name), text: text!["it is handed on as a secret here"] });
}

/// Reports a value that judges as a secret, by the name that it is bound to; whether it does.
fn report(cx: &mut Cx, bound: Bound, value: &Value, fixes: Vec<Fix>, used: Option<Span>) -> bool {
    let name = bound.name;
    let Judgement::Secret { class, likelihood, copied } = judge(name, &value.text) else { return false };
    let unlikely = likelihood == Likelihood::Unlikely;
    if class == NameClass::Connection || unlikely && (bound.loose || !may_be(class, &value.text)) {
        return false;
    }
    // `("password", "password1")`: fields beside each other.
    if bound.loose && likelihood <= Likelihood::Weak && is_numbered(name, &value.text) {
        return false;
    }
    // What a provider's format recognises is said by that rule, with more.
    if !cx.definitions.formats.find_in(name, &value.text).is_empty() || pem_private_key(&value.text).is_some() {
        return false;
    }
    let holds = match (bound.call, used) {
        (Some(call), None) => format!("`{call}` is handed"),
        (_, Some(_)) => "this constant holds".to_owned(),
        (None, None) => format!("`{name}` holds"),
    };
    let message = if copied {
        text![format!("{holds} a key that anyone can read in a tutorial")]
    } else if unlikely {
        text![format!("{holds} what may be a secret, or only a word")]
    } else if likelihood == Likelihood::Weak {
        text![format!("{holds} a value that is easy to guess, in force wherever nothing replaces it")]
    } else {
        text![format!("{holds} a secret that everyone with the source can read")]
    };
    // The factory password of somebody's device, as a client offers it: known to all, meant to be replaced.
    let is_default = likelihood == Likelihood::Weak && name.to_ascii_lowercase().starts_with("default");
    cx.secrets.extend(&value.spans);
    if is_default && ["DEFAULT_USERNAME", "DEFAULT_USER", "default_username"].iter().any(|name| cx.mentions(name)) {
        return false;
    }
    let mut grades = grade_by_place(cx, value.span, class);
    grades.extend((likelihood == Likelihood::Weak).then_some(Grade::Weak));
    grades.extend(unlikely.then_some(Grade::Uncertain));
    grades.extend(is_default.then_some(Grade::Default));
    let finding = cx.report(value.span, message);
    finding.help(ROTATE);
    for grade in grades {
        finding.grade(Condition::Always, grade);
    }
    if class == NameClass::Password {
        finding.grade(Condition::Role(Role::Ci), Grade::Ci);
    }
    if let Some(used) = used {
        let text = text![format!("it is handed on as `{name}` here")];
        finding.labels.push(Label { at: LabelAt::Here(used), text });
    }
    for fix in fixes.into_iter().filter(|_| !is_default) {
        finding.fix(fix);
    }
    true
}

/// Whether two names differ in a number only.
fn is_numbered(name: &str, value: &str) -> bool {
    let letters =
        |text: &str| -> String { text.chars().filter(|c| c.is_alphabetic()).map(|c| c.to_ascii_lowercase()).collect() };
    letters(name) == letters(value)
}

/// Whether a value that is no more than a word is worth a note: chosen as passwords are, or with a number in it as issued keys have.
fn may_be(class: NameClass, value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    match class {
        NameClass::Password => value.len() >= 4,
        // `epv1Total` is the name of something.
        _ => value.len() >= 6 && digits >= 2,
    }
}

/// Names and values of a file of settings.
fn settings(cx: &mut Cx, document: &Document, syntax: Syntax) {
    // Texts for people are called after what they are about.
    let texts = document.entries.iter().filter(|entry| is_text(entry)).count();
    let loose = texts * 2 > document.entries.len();
    for (at, entry) in document.entries.iter().enumerate() {
        let name = qualified(entry);
        let class = classify_name(&name);
        if matches!(class, NameClass::No | NameClass::Connection) {
            // What is written tells of most that nothing is given a value in it.
            let written = cx.source(entry.span);
            let is_written = entry.escapes < Escapes::Any && std::ptr::eq(written, &*entry.raw);
            if is_written && (written.len() < 8 || !speaks(written)) {
                continue;
            }
            let value = entry.value();
            if value.len() >= 8 && speaks(&value) && dsn_password(&value).is_none() {
                in_text(cx, entry.span);
            }
            continue;
        }
        if is_locked(entry) || document.entries.get(at + 1).is_some_and(|next| next.within == "remoteRef") {
            continue;
        }
        let value = entry.value();
        if loose && (!value.bytes().any(|b| b.is_ascii_digit()) || value.contains(char::is_whitespace)) {
            continue;
        }
        let spans = vec![entry.span];
        let value = Value { text: Cow::Borrowed(&value), spans, span: entry.span, up: 0, range: TextRange::default() };
        let bound = Bound { name: &name, call: None, loose };
        if report(cx, bound, &value, Vec::new(), None)
            && let Some(finding) = cx.findings.last_mut()
        {
            if entry.commented {
                finding.grade(Condition::Always, Grade::Uncertain);
            }
            // What pytest or tox sets for a run of the tests.
            if entry.within.contains("pytest") || entry.within.starts_with("testenv") {
                finding.grade(Condition::Always, Grade::Test);
            }
        }
    }
    if matches!(syntax, Syntax::Docker | Syntax::Yaml | Syntax::Toml) {
        let whole = Span::new(0, cx.text.len() as u32);
        let places = if syntax == Syntax::Docker { vec![whole] } else { document::comments(cx.text, syntax) };
        for place in places {
            if speaks(cx.source(place)) {
                in_text(cx, place);
            }
        }
    }
}

/// What a value is called; of a `key` with what it is the key of: `{"Jwt": {"Key": "..."}}`.
fn qualified<'e>(entry: &'e Entry) -> Cow<'e, str> {
    if entry.key.eq_ignore_ascii_case("key") && !entry.within.is_empty() {
        return Cow::Owned(format!("{}.{}", entry.within, entry.key));
    }
    Cow::Borrowed(&entry.key)
}

/// What only the cluster opens (`kind: SealedSecret`).
fn is_locked(entry: &Entry) -> bool {
    entry.within == "encryptedData"
}

/// Written for people to read: several words, another script than ASCII, or a word with a capital.
fn is_text(entry: &Entry) -> bool {
    // Escapes take no blanks away.
    if entry.raw.contains(' ') || entry.escapes == Escapes::OfOthers {
        return true;
    }
    let value = entry.value();
    let is_label = value.starts_with(|c: char| c.is_ascii_uppercase())
        && value.len() > 2
        && value[1..].bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b':');
    is_label || value.contains(' ') || !value.is_ascii()
}

/// Names with values inside a literal that is bound to nothing secret: a command, a body of a request, a piece of SQL.
fn embedded(cx: &mut Cx, literal: &Expr) {
    let here = span(literal);
    if here.range().len() < 12 || super::is_docstring(cx) || !speaks(cx.source(here)) {
        return;
    }
    if let [part] = super::parts(literal)[..]
        && dsn_password(cx.source(part)).is_none()
    {
        in_text(cx, part);
    }
}

/// A comment that holds what was code: `# password = "..."`.
fn comments(cx: &mut Cx, tree: &Tree) {
    for &comment in tree.comments() {
        if speaks(cx.source(comment)) {
            in_text(cx, comment);
        }
    }
}

/// Whether a text may name a secret with its value at all: most say no word of it.
fn speaks(text: &str) -> bool {
    is_given(text) && may_assign(text)
}

/// Whether one of the signs stands in a text without which nothing is given a value.
fn is_given(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr3(b'=', b':', b'-', bytes).is_some() || memchr::memchr(b'\'', bytes).is_some()
}

/// Whether a value without quotes is given to a name as code does it: `NAME=value`, `--name value`, or at the beginning of a line.
fn is_code(text: &str, found: Assignment) -> bool {
    let between = &text[found.name.1..found.value.0];
    let line = text[..found.name.0].rfind('\n').map_or(0, |at| at + 1);
    let before = text[line..found.name.0].trim_matches(['#', ' ', '\t', '-', '"', '\'']);
    let before = before.strip_prefix("export").unwrap_or(before);
    before.is_empty() || between == "=" && !before.contains("e.g") || text[..found.name.0].ends_with("--")
}

fn in_text(cx: &mut Cx, within: Span) {
    let text = cx.source(within);
    // Several lines are a text about something: a template, an example of a configuration.
    let is_text = text.matches('\n').nth(2).is_some() && !matches!(cx.kind, Kind::Text(_));
    for found in assignments(text) {
        let (name, value) = (&text[found.name.0..found.name.1], &text[found.value.0..found.value.1]);
        let name = if found.command { "password" } else { name };
        let Judgement::Secret { class, likelihood, .. } = judge(name, value) else { continue };
        // Without quotes the rest of a sentence looks like a value, too.
        let sure = if found.quoted { Likelihood::Weak } else { Likelihood::Likely };
        if !found.quoted && !is_code(text, found) {
            continue;
        }
        if !class.is_secret() || likelihood < sure || !cx.definitions.formats.find_in(name, value).is_empty() {
            continue;
        }
        let span = Span::new(within.start + found.value.0 as u32, within.start + found.value.1 as u32);
        if cx.findings.iter().any(|known| known.span.touches(span)) {
            continue;
        }
        cx.secrets.push(span);
        let grades = grade_by_place(cx, span, class);
        let message =
            format!("the value of `{name}` in this text may be a secret, and everyone with the source can read it");
        let finding = cx.report(span, text![message]);
        finding.help(ROTATE);
        finding.grade(Condition::Always, if is_text { Grade::Docs } else { Grade::Weak });
        for grade in grades {
            finding.grade(Condition::Always, grade);
        }
    }
}

/// The value stands in a mapping or a call of examples: `description_placeholders={"token": ...}`.
fn is_sample(cx: &Cx) -> bool {
    const WORDS: &[&str] = &["placeholder", "example", "sample", "description", "dummy", "fake"];
    let says = |name: &str| WORDS.iter().any(|word| name.to_ascii_lowercase().contains(word));
    cx.ancestors.iter().any(|node| match node {
        AnyNodeRef::StmtAssign(assign) => {
            assign.targets.iter().any(|target| super::bound::target_name(target).is_some_and(says))
        }
        AnyNodeRef::Keyword(keyword) => keyword.arg.as_ref().is_some_and(|arg| says(arg.as_str())),
        _ => false,
    })
}

/// Members of an Enum and arguments of a form field, a translation or a help text are words, not values.
fn is_label(cx: &Cx) -> bool {
    let in_enum = cx.scopes.last().is_some_and(|scope| match scope.block {
        Block::Class(class) => class.arguments.as_deref().is_some_and(|arguments| {
            arguments
                .args
                .iter()
                .any(|base| dotted(base).is_some_and(|base| base.ends_with("Enum") || base.ends_with("Flag")))
        }),
        _ => false,
    });
    let in_annotation = cx.ancestors.iter().any(|node| match node {
        AnyNodeRef::ExprSubscript(subscript) => dotted(&subscript.value).is_some_and(|base| base.ends_with("Literal")),
        _ => false,
    });
    in_enum || in_annotation
}
