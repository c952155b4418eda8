//! The edits that several rules of pydantic make.

use super::is_docstring;
use crate::finding::{Edit, Piece};
use crate::python::ast::{self, Expr, Ranged};
use crate::python::span;
use crate::rule::Cx;
use crate::text::{Span, line_start};

/// Whole lines with their break, and with the empty line in front of them, or else behind.
pub(super) fn with_blank_line(cx: &Cx, lines: Span) -> Span {
    let rest = &cx.text[lines.end as usize..];
    let breaks = |text: &str| if text.starts_with("\r\n") { 2 } else { usize::from(text.starts_with(['\n', '\r'])) };
    let end = lines.end as usize + breaks(rest);
    let before = &cx.text[..lines.start as usize];
    let above = before.strip_suffix('\n').map(|text| text.strip_suffix('\r').unwrap_or(text)).unwrap_or(before);
    let line = &above[above.rfind(['\n', '\r']).map_or(0, |at| at + 1)..];
    let blank = above.len() < before.len() && line.trim().is_empty();
    let start = if blank { above.len() - line.len() } else { lines.start as usize };
    Span::new(start as u32, end as u32)
}

/// The edit that puts statements in front of a function's body, behind its docstring. A body on the line of the header gets lines of
/// its own; none where a docstring shares a line with what follows.
pub(super) fn prepend(cx: &Cx, function: &ast::StmtFunctionDef, statements: &[String]) -> Option<Edit> {
    let first = function.body.iter().find(|stmt| !is_docstring(stmt))?;
    let start = span(first).start;
    if let Some(indent) = indent_of(cx, start) {
        let lines = statements.iter().map(|statement| format!("{statement}{}{indent}", newline(cx)));
        return Some(Edit::insert(start, lines.collect::<String>()));
    }
    let header = span(&function.name).end;
    let colon = cx.text[..start as usize].trim_end();
    if is_docstring(&function.body[0])
        || !colon.ends_with(':')
        || cx.text[header as usize..start as usize].contains('\n')
    {
        return None;
    }
    let line = line_start(cx.text, header) as usize;
    let outer = &cx.text[line..][..cx.text[line..].len() - cx.text[line..].trim_start().len()];
    let indent = format!("{}{outer}{}", newline(cx), if outer.contains('\t') { "\t" } else { "    " });
    let blanks = Span::new(colon.len() as u32, start);
    Some(Edit::replace(blanks, format!("{indent}{}{indent}", statements.join(&indent))))
}

/// The blanks in front of a statement that stands first on its line.
pub(super) fn indent_of<'a>(cx: &Cx<'a>, start: u32) -> Option<&'a str> {
    let line = line_start(cx.text, start) as usize;
    let indent = &cx.text[line..start as usize];
    indent.trim().is_empty().then_some(indent)
}

/// A function as it would stand elsewhere, from a header of one's own to its last line: `shift` replaces the indentation that
/// its `def` has. None where a string or a comment would move with it, or the body stands on the line of the header.
pub(super) fn moved(cx: &Cx, function: &ast::StmtFunctionDef, header: &str, shift: &str) -> Option<Vec<Piece>> {
    use crate::python::ast::token::TokenKind;
    let def = span(&function.name).start;
    let line = line_start(cx.text, def) as usize;
    let old = &cx.text[line..][..cx.text[line..].len() - cx.text[line..].trim_start().len()];
    let first = function.body.first()?;
    // The header ends with its line; comments behind that belong to the body.
    let header_end =
        cx.tree.tokens().iter().find(|token| token.kind() == TokenKind::Newline && span(**token).start > def)?;
    let header_end = span(*header_end);
    let mut start = header_end.end as usize;
    if header_end.start > span(first).start || indent_of(cx, span(first).start).is_none() {
        return None;
    }
    let end = span(function).end as usize;
    let inside = cx.tree.tokens().iter().filter(|token| {
        let here = span(**token);
        here.start as usize >= start && (here.end as usize) <= end
    });
    let long = |token: &&ast::token::Token| {
        matches!(token.kind(), TokenKind::String | TokenKind::FStringMiddle)
            && span(**token).of(cx.text).contains(['\n', '\r'])
    };
    if inside.clone().any(|token| long(&token)) || cx.has_comment(Span::new(def, header_end.start)) {
        return None;
    }
    let mut pieces = vec![Piece::from(header)];
    while start < end {
        let rest = &cx.text[start..];
        let stop = start + rest.find(['\n', '\r']).unwrap_or(rest.len());
        let text = cx.text[start..stop].strip_prefix(old);
        let text = text.unwrap_or_else(|| cx.text[start..stop].trim_start());
        let from = (stop - text.len()) as u32;
        pieces.push(newline(cx).into());
        if !text.trim().is_empty() {
            pieces.push(shift.into());
            pieces.push(Span::new(from, stop.min(end) as u32).into());
        }
        start = stop + if cx.text[stop..].starts_with("\r\n") { 2 } else { 1 };
    }
    Some(pieces)
}

/// The line break that the file uses.
pub(super) fn newline(cx: &Cx) -> &'static str {
    if cx.text.contains("\r\n") {
        "\r\n"
    } else if cx.text.contains('\n') {
        "\n"
    } else {
        "\r"
    }
}

/// The edit that puts `@classmethod` under a decorator, if the function does not have it; none where it cannot stand.
pub(super) fn make_classmethod(cx: &Cx, function: &ast::StmtFunctionDef, below: &ast::Decorator) -> Option<Vec<Edit>> {
    let hidden = |(class, _): (&ast::StmtClassDef, &str)| {
        class.body.iter().any(|stmt| crate::python::bound::bound(stmt).contains(&"classmethod"))
    };
    if cx.class().is_some_and(hidden) {
        return None;
    }
    let named = |decorator: &ast::Decorator, name: &str| matches!(&decorator.expression, Expr::Name(found) if found.id.as_str() == name);
    if function.decorator_list.iter().any(|decorator| named(decorator, "staticmethod")) {
        return None;
    }
    if let Some(at) = function.decorator_list.iter().position(|decorator| named(decorator, "classmethod")) {
        let own = function.decorator_list.iter().position(|decorator| decorator.start() == below.start())?;
        return (at > own).then(Vec::new);
    }
    let line = line_start(cx.text, below.start().to_u32()) as usize;
    let indent = &cx.text[line..below.start().to_usize()];
    let rest = &cx.text[below.end().to_usize()..];
    let line_end = rest.find(['\n', '\r'])?;
    let newline = if rest[line_end..].starts_with("\r\n") { "\r\n" } else { &rest[line_end..=line_end] };
    if !indent.trim().is_empty() {
        return None;
    }
    let at = below.end().to_u32() + line_end as u32;
    Some(vec![Edit::insert(at, format!("{newline}{indent}@classmethod"))])
}

/// The edits that take arguments out of a call, with the comma before or behind them.
pub(super) fn remove_arguments(cx: &Cx, arguments: &ast::Arguments, removed: &[Span]) -> Vec<Edit> {
    let mut all: Vec<Span> = arguments.args.iter().map(span).collect();
    all.extend(arguments.keywords.iter().map(span));
    all.sort();
    let kept: Vec<&Span> = all.iter().filter(|one| !removed.contains(one)).collect();
    let mut edits = Vec::new();
    for (index, here) in all.iter().enumerate().filter(|(_, one)| removed.contains(one)) {
        // An argument with a line of its own takes the line along, and no comment of its neighbours.
        let line = line_start(cx.text, here.start) as usize;
        let rest = &cx.text[here.end as usize..];
        let stop = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let alone = cx.text[line..here.start as usize].trim().is_empty() && matches!(rest[..stop].trim(), "" | ",");
        if alone && stop < rest.len() {
            let end = here.end as usize + stop + if rest[stop..].starts_with("\r\n") { 2 } else { 1 };
            edits.push(Edit::replace(Span::new(line as u32, end as u32), ""));
            continue;
        }
        let before = all[..index].iter().rev().find(|one| kept.contains(one));
        let end = match (before, all.get(index + 1)) {
            // With something kept in front, its comma goes; else the comma behind goes with what follows it.
            (Some(_), _) => here.end,
            (None, Some(next)) => next.start,
            (None, None) => {
                let rest = &cx.text[here.end as usize..span(arguments).end as usize - 1];
                here.end
                    + if rest.trim_start().starts_with(',') { rest.find(',').map_or(0, |at| at as u32 + 1) } else { 0 }
            }
        };
        let start = match before {
            Some(before) if index > 0 => all[index - 1].end.max(before.end),
            _ => here.start,
        };
        edits.push(Edit::replace(Span::new(start, end), ""));
    }
    edits
}
