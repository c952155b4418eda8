//! Imports that are turned around or written as another language does.

use super::*;

pub(super) fn all(piece: &Piece, tokens: &Range<usize>) -> Vec<Phrase> {
    let found = [turned(piece, tokens), path(piece, tokens), alias(piece, tokens)];
    found.into_iter().flatten().collect()
}

/// `import .a`, `import a from b`, `import *`, `import { a } from "b"`.
fn turned(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    if piece.word(tokens.start) != "import" {
        return None;
    }
    let (first, last) = (token(piece, tokens.start)?, token(piece, tokens.end - 1)?);
    let text = |from: usize, to: usize| -> Option<&str> {
        Some(&piece.text[token(piece, from)?.start..token(piece, to.checked_sub(1)?)?.end])
    };
    let next = tokens.start + 1;
    let whole = |with: &str| vec![Edit::new(first.start, last.end, with)];
    let said = |message: &str| piece.broken(first.start, last.end.min(piece.scan.lines[first.line].end), message);
    if piece.word(next).starts_with('.') && next < tokens.end {
        let dots = (next..tokens.end).take_while(|&at| piece.word(at).starts_with('.')).count() + next;
        let broken = said("`import` takes no leading dot");
        let Some(module) = (dots < tokens.end).then(|| text(dots, tokens.end)).flatten() else {
            return told(whole("pass"), broken.help("write `from . import name`"));
        };
        let (package, name) = module.rsplit_once('.').unwrap_or(("", module));
        let better = format!("from {}{package} import {name}", text(next, dots)?);
        return offered(whole(&better), broken.help(format!("write `{better}`")), format!("Write `{better}`"));
    }
    let from = (next..tokens.end).find(|&at| piece.word(at) == "from");
    if piece.word(next) == "{" || piece.word(next) == "*" && piece.word(next + 1) == "as" {
        return told(whole("pass"), said("this is an import of JavaScript").help("write `from module import name`"));
    }
    if let Some(from) = from.filter(|&from| from > next && from + 1 < tokens.end) {
        let (names, module) = (text(next, from)?, text(from + 1, tokens.end)?);
        if piece.kind(from + 1) == Some(Kind::String) {
            return told(
                whole("pass"),
                said("this is an import of JavaScript").help("write `from module import name`"),
            );
        }
        let better = format!("from {module} import {names}");
        let broken = said("`from` comes in front of `import`").help(format!("write `{better}`"));
        return offered(whole(&better), broken, format!("Write `{better}`"));
    }
    if piece.word(next) == "*" && next + 1 == tokens.end {
        return told(whole("pass"), said("`import *` names no module").help("write `from module import *`"));
    }
    None
}

/// `from ./base import Base`, `import app/models`
fn path(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let end = (tokens.start + 1..tokens.end).find(|&at| piece.word(at) == "import").unwrap_or(tokens.end);
    let slashed = (tokens.start + 1..end).any(|at| piece.word(at) == "/");
    if !matches!(piece.word(tokens.start), "from" | "import") || !slashed {
        return None;
    }
    let (first, last) = (token(piece, tokens.start + 1)?, token(piece, end - 1)?);
    let path = &piece.text[first.start..last.end];
    let better = match path.strip_prefix("./") {
        Some(rest) => format!(".{}", rest.replace('/', ".")),
        None => path.replace("../", "..").replace('/', "."),
    };
    let broken = piece.broken(first.start, last.end, "the path of a module has dots, no slashes");
    let edit = Edit::new(first.start, last.end, &*better);
    offered(vec![edit], broken.help(format!("write `{better}`")), format!("Write `{better}`"))
}

/// `import numpy np`
fn alias(piece: &Piece, tokens: &Range<usize>) -> Option<Phrase> {
    let imports = matches!(piece.word(tokens.start), "import" | "from");
    let at = (tokens.start + 2..tokens.end)
        .rev()
        .find(|&at| is_name(piece, at) && is_name(piece, at - 1))
        .filter(|_| imports)?;
    let (left, right) = (token(piece, at - 1)?, token(piece, at)?);
    let (before, after) = (piece.short(at - 1), piece.short(at));
    let broken = piece.at(&right, format!("`as` or `,` is missing between `{before}` and `{after}`"));
    let broken = broken.help(format!("write `{before} as {after}`, or `{before}, {after}`"));
    offered(vec![Edit::insert(left.end, " as")], broken, format!("Insert `as` after `{before}`"))
}
