//! How the statements of a `class Config` become the lines of `model_config = ConfigDict(...)`.

use super::{is_docstring, newline};
use crate::finding::{Edit, Piece};
use crate::python::ast::{self, Expr, Ranged, Stmt};
use crate::python::span;
use crate::rule::Cx;
use crate::text;
use crate::text::{Span, line_start};

/// Words that say of a Config no more than that it is one.
const EMPTY_WORDS: &[&str] = &[
    "base",
    "class",
    "config",
    "configuration",
    "configurations",
    "for",
    "meta",
    "model",
    "models",
    "of",
    "options",
    "pydantic",
    "schema",
    "settings",
    "subclass",
    "the",
    "this",
];

/// A docstring as comments, if it says something: a dictionary has nowhere else to keep one.
fn prose(cx: &Cx, stmt: &Stmt) -> Option<String> {
    let Stmt::Expr(stmt) = stmt else { return None };
    let Expr::StringLiteral(string) = &*stmt.value else { return None };
    let separator = format!("{}{}", newline(cx), super::indent_of(cx, span(stmt).start)?);
    let says = |word: &str| !EMPTY_WORDS.contains(&word.to_ascii_lowercase().as_str());
    let mut words = string.value.to_str().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.any(says).then_some(())?;
    let lines: Vec<String> =
        string.value.to_str().trim().lines().map(|line| format!("# {}", line.trim()).trim_end().to_owned()).collect();
    Some(lines.join(&separator))
}

/// A statement that is no key; `None` for what may be one.
pub fn without_key(cx: &Cx, stmt: &Stmt) -> Option<Becomes> {
    let empty = matches!(stmt, Stmt::Pass(_)) || is_docstring(stmt) || is_ellipsis(stmt);
    empty.then(|| prose(cx, stmt).map_or(Becomes::Nothing, Becomes::Prose))
}

fn is_ellipsis(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(stmt) if matches!(*stmt.value, Expr::EllipsisLiteral(_)))
}

/// A statement of a Config, and what becomes of it.
pub struct Entry {
    /// The statement.
    pub span: Span,
    /// What stands there afterwards.
    pub becomes: Becomes,
}

/// What becomes of a statement.
pub enum Becomes {
    /// `key=value`.
    Key(Vec<Piece>),
    /// Comments.
    Prose(String),
    /// Nothing.
    Nothing,
}

pub fn layout<'e>(
    cx: &Cx,
    model: &ast::StmtClassDef,
    class: &ast::StmtClassDef,
    inherited: &[Vec<Piece>],
    entries: &'e [Entry],
) -> Result<Vec<Edit>, &'static str> {
    let whole = span(class);
    let key = |entry: &'e Entry| match &entry.becomes {
        Becomes::Key(text) => Some((entry.span, text)),
        _ => None,
    };
    let kept: Vec<(Span, &Vec<Piece>)> = entries.iter().filter_map(key).collect();
    let config = super::pydantic("ConfigDict");
    let line = line_start(cx.text, whole.start) as usize;
    let indent = &cx.text[line..whole.start as usize];
    let shares_lines =
        |pair: &[Stmt]| !cx.source(Span::new(span(&pair[0]).end, span(&pair[1]).start)).contains(['\n', '\r']);
    let joined = |(span, _): &(Span, _)| cx.source(*span).contains('\\');
    if !indent.trim().is_empty() || class.body.windows(2).any(shares_lines) {
        return Err("write `model_config = ConfigDict(...)` by hand: several statements share a line");
    }
    if kept.iter().any(joined) {
        return Err("write `model_config = ConfigDict(...)` by hand: a value goes on behind a backslash");
    }
    // The last line's comment stays behind whatever ends there.
    let rest = &cx.text[whole.end as usize..];
    let end = whole.end + rest.find(['\n', '\r']).unwrap_or(rest.len()) as u32;
    let line_end = end;
    let end = end + deeper_comments(&cx.text[end as usize..], indent);
    let prose = entries.iter().any(|entry| matches!(entry.becomes, Becomes::Prose(_)));
    let commented = prose || cx.has_comment(Span::new(whole.start, end));
    // Nothing is left to say.
    if kept.is_empty() && inherited.is_empty() && !commented {
        let others = model.body.iter().any(|stmt| stmt.range() != class.range() && !is_docstring(stmt));
        return Ok(match others {
            true => vec![Edit::replace(super::with_blank_line(cx, Span::new(line as u32, end)), "")],
            false => vec![Edit::replace(whole, "pass")],
        });
    }
    // One key without comments fits on one line.
    if !cx.has_comment(whole)
        && !prose
        && end == line_end
        && kept.len() + inherited.len() <= 1
        && kept.iter().all(|(span, _)| !cx.source(*span).contains(['\n', '\r']))
    {
        let mut text = text!["model_config = ", config, "("];
        text.extend(inherited.iter().flatten().cloned());
        text.extend(kept.iter().flat_map(|(_, text)| text.iter().cloned()));
        text.push(")".into());
        return Ok(vec![Edit { span: whole, text }]);
    }
    let colon = header_end(cx, class).ok_or("write `model_config = ConfigDict(...)` by hand")?;
    let newline = newline(cx);
    let mut header = text!["model_config = ", config, "("];
    for text in inherited {
        let inner =
            super::indent_of(cx, entries.first().map_or(whole.start, |entry| entry.span.start)).unwrap_or(indent);
        header.push(format!("{newline}{inner}").into());
        header.extend(text.iter().cloned());
        header.push(",".into());
    }
    let mut edits = vec![Edit::pieces(Span::new(whole.start, colon), header)];
    let mut closed = false;
    for (index, entry) in entries.iter().enumerate() {
        let last = index + 1 == entries.len();
        match &entry.becomes {
            Becomes::Key(text) => {
                let text = text.iter().cloned().chain([Piece::from(",")]).collect();
                edits.push(Edit { span: entry.span, text });
            }
            Becomes::Prose(comments) => edits.push(Edit::replace(entry.span, comments.as_str())),
            // What is dropped at the end makes room for the bracket.
            Becomes::Nothing if last => {
                let start = line_start(cx.text, entry.span.start) as usize;
                if cx.has_comment(Span::new(entry.span.end, end)) {
                    edits.push(Edit::replace(whole_lines(cx, entry.span), ""));
                } else {
                    edits.push(Edit::replace(Span::new(start as u32, end), format!("{indent})")));
                    closed = true;
                }
            }
            Becomes::Nothing => edits.push(Edit::replace(whole_lines(cx, entry.span), "")),
        }
    }
    if !closed {
        edits.push(Edit::insert(end, format!("{newline}{indent})")));
    }
    Ok(edits)
}

/// Bytes of the comments below a class that are indented like its body.
fn deeper_comments(below: &str, indent: &str) -> u32 {
    let mut taken = 0;
    let mut at = 0;
    for line in below.split_inclusive('\n') {
        let text = line.trim();
        let deeper = line.len() - line.trim_start().len() > indent.len();
        if text.starts_with('#') && deeper && at > 0 {
            taken = at + line.trim_end_matches(['\n', '\r']).len();
        } else if !text.is_empty() {
            break;
        }
        at += line.len();
    }
    taken as u32
}

/// The end of `class Config:`, the colon included; none where something else stands behind it.
fn header_end(cx: &Cx, class: &ast::StmtClassDef) -> Option<u32> {
    let start = span(&class.name).end;
    let first = class.body.first()?.start().to_u32();
    let header = cx.source(Span::new(start, first));
    let colon = start + header.find(':')? as u32 + 1;
    let line = cx.source(Span::new(colon, first));
    line.contains(['\n', '\r']).then_some(colon)
}

/// A statement with its line, and the empty line behind it: a docstring takes its distance along.
fn whole_lines(cx: &Cx, span: Span) -> Span {
    let start = line_start(cx.text, span.start) as usize;
    let mut end = span.end as usize;
    let mut skip_line = |only_blank: bool| {
        let rest = &cx.text[end..];
        let stop = rest.find(['\n', '\r']).unwrap_or(rest.len());
        if (only_blank && !rest[..stop].trim().is_empty()) || stop == rest.len() {
            return;
        }
        end += stop + if rest[stop..].starts_with("\r\n") { 2 } else { 1 };
    };
    skip_line(false);
    skip_line(true);
    let before = &cx.text[start..span.start as usize];
    let behind = &cx.text[span.end as usize..end];
    if before.trim().is_empty() && behind.trim().is_empty() { Span::new(start as u32, end as u32) } else { span }
}
