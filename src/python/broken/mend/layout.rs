//! Indentation, and text that is no code. People decide: where a line stands is what it means.

use super::super::clauses::lone_try;
use super::super::draft::Edit;
use super::super::gaps;
use super::super::layout::indentation;
use super::super::piece::{Guess, Piece};
use super::ways::{Class, Way};

/// Lines moved to another level, and blocks that are given a body.
pub(super) fn ways(piece: &Piece) -> Vec<Way> {
    let blank = |text: &str| text.chars().all(|c| c == ' ' || c == '\t');
    let (mut ways, mut bodies) = (Vec::new(), Vec::new());
    for Guess { edits, .. } in indentation(piece).into_iter().chain(lone_try(piece)) {
        if edits.iter().all(|edit| blank(&edit.text) && blank(&piece.text[edit.start..edit.end])) {
            let changed: Vec<&Edit> =
                edits.iter().filter(|edit| piece.text[edit.start..edit.end] != edit.text).collect();
            let title = match &changed[..] {
                [] => continue,
                [one] => format!("Indent the line by {} instead of {}", one.text.len(), one.end - one.start),
                many => format!("Indent {} lines by {} instead of {}", many.len(), many[0].text.len(), {
                    many[0].end - many[0].start
                }),
            };
            ways.push(Way::new(edits, Class::Risky).titled(title));
        } else if let [edit] = &edits[..]
            && edit.text == " pass"
        {
            bodies.push(Way::new(edits, Class::Risky));
        }
    }
    ways.append(&mut bodies);
    ways
}

/// Text between the code becomes a comment: no line is ever lost.
pub(super) fn sentences(piece: &Piece) -> Vec<Way> {
    // The head of a block is no comment, and takes the block with it.
    let is_head = |edit: &Edit| piece.text[edit.start..edit.end].trim_end().ends_with(':');
    let sentences = gaps::sentences(piece).into_iter().filter(|guess| !guess.edits.iter().any(is_head));
    let comments = sentences.map(|guess| {
        let starts = guess.edits.iter().filter_map(|edit| {
            let line = piece.text[edit.start..edit.end].trim_start();
            (!line.is_empty()).then(|| Edit::insert(edit.end - line.len(), "# "))
        });
        let edits: Vec<Edit> = starts.collect();
        let title = match edits.len() {
            1 => "Make the line a comment".to_owned(),
            many => format!("Make {many} lines comments"),
        };
        Way::new(edits, Class::Risky).titled(title)
    });
    comments.collect()
}
