//! The ways in which one slip could be undone, the likely ones first, and as many of the others as a proof needs.

use super::super::draft::Edit;
use super::super::gaps;
use super::super::look_alikes::look_alike;
use super::super::phrases;
use super::super::piece::Piece;
use super::super::scan::Kind;
use super::{brackets, foreign, is_precise, layout, old, tokens};

/// What a way may be used for, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::python::broken) enum Class {
    /// It adds something, or replaces what looks alike: proven where it is the only one.
    Sound,
    /// For people to choose.
    Risky,
    /// Nobody is offered it, but where it parses nothing is proven.
    Rival,
}

/// Edits that may undo one slip.
#[derive(Debug, Clone)]
pub(in crate::python::broken) struct Way {
    /// What it does; `None` where the edit says it.
    pub title: Option<String>,
    pub edits: Vec<Edit>,
    pub class: Class,
}

impl Way {
    pub fn new(edits: Vec<Edit>, class: Class) -> Way {
        Way { title: None, edits, class }
    }

    pub fn sound(edit: Edit) -> Way {
        Way::new(vec![edit], Class::Sound)
    }

    pub fn risky(edit: Edit) -> Way {
        Way::new(vec![edit], Class::Risky)
    }

    pub fn titled(mut self, title: impl Into<String>) -> Way {
        self.title = Some(title.into());
        self
    }

    /// The same, in a text that has `by` bytes more in front.
    pub fn moved(mut self, by: usize) -> Way {
        for edit in &mut self.edits {
            (edit.start, edit.end) = (edit.start + by, edit.end + by);
        }
        self
    }

    /// Whether it changes one line alone.
    pub fn is_in_one_line(&self, text: &str) -> bool {
        let first = self.edits.iter().map(|edit| edit.start).min().unwrap_or(0);
        let last = self.edits.iter().map(|edit| edit.end).max().unwrap_or(0);
        !text[first..last].contains('\n') && !self.edits.iter().any(|edit| edit.text.contains('\n'))
    }
}

/// All ways for the first fault of a piece, which is told at `told`. `complete` is taken back where some were left out.
pub(super) fn ways(piece: &Piece, told: usize, whole: &str, complete: &mut bool) -> Vec<Way> {
    let told = piece.scan.line_of(told);
    let (above, below) = (told.min(piece.line), told.max(piece.line));
    let lines = piece.statement(above).start.min(above)..piece.statement(below).end.max(below + 1);
    let mut ways = plain_characters(piece, told);
    for phrase in phrases::phrases(piece) {
        ways.extend(phrase.title.map(|title| Way::new(phrase.guess.edits, Class::Risky).titled(title)));
    }
    let free = !is_precise(piece);
    if free {
        ways.extend(gaps::typo(piece).into_iter().map(|guess| Way::new(guess.edits, Class::Risky)));
    }
    if free {
        ways.extend(tokens::headers(piece));
    }
    ways.extend(tokens::quotes(piece, &lines, complete));
    if free {
        ways.extend(tokens::commas(piece));
        ways.extend(tokens::equals(piece, &lines));
    }
    ways.extend(old::ways(piece, &lines, whole));
    if free {
        ways.extend(foreign::ways(piece, &lines));
    }
    ways.extend(brackets::ways(piece, &lines, whole, complete));
    if free {
        ways.extend(tokens::colons(piece, &lines, complete));
        ways.extend(layout::ways(piece));
        ways.extend(layout::sentences(piece));
    }
    ways
}

/// Typographic and invisible characters that stand for Python's own.
fn plain_characters(piece: &Piece, told: usize) -> Vec<Way> {
    let mut all: Vec<(usize, Edit)> = Vec::new();
    for token in piece.scan.tokens.iter().filter(|token| token.kind == Kind::Strange) {
        let Some(plain) = piece.of(token).chars().next().and_then(look_alike) else { continue };
        all.push((token.line, Edit::new(token.start, token.end, plain.1)));
    }
    let title = |edits: &[Edit]| match edits {
        [one] => match (&piece.text[one.start..one.end], one.text.as_str()) {
            (_, "") => "Delete the invisible character".to_owned(),
            (_, " ") => "Replace it by a plain space".to_owned(),
            (strange, plain) => format!("Replace `{strange}` by `{plain}`"),
        },
        many => format!("Replace {} characters by the plain ones that they look like", many.len()),
    };
    let here: Vec<Edit> = all.iter().filter(|(line, _)| *line == told).map(|(_, edit)| edit.clone()).collect();
    let kind = here.first().map(|edit| edit.text.clone());
    let alike = here.iter().filter(|edit| Some(&edit.text) == kind.as_ref()).cloned().collect();
    let ways = [here, alike, all.into_iter().map(|(_, edit)| edit).collect::<Vec<_>>()];
    let mut ways: Vec<Vec<Edit>> = ways.into_iter().filter(|edits| !edits.is_empty()).collect();
    // `return<U+200B>user`: a space may have stood there.
    let joins = |edit: &Edit| {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        edit.text.is_empty() && piece.text[..edit.start].ends_with(word) && piece.text[edit.end..].starts_with(word)
    };
    for at in 0..ways.len() {
        if ways[at].iter().any(joins) {
            let apart = ways[at].iter().map(|edit| match joins(edit) {
                true => Edit { text: " ".to_owned(), ..edit.clone() },
                false => edit.clone(),
            });
            ways.push(apart.collect());
        }
    }
    ways.into_iter().map(|edits| Way { title: Some(title(&edits)), edits, class: Class::Sound }).collect()
}
