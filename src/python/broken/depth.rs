//! Source nested deeper than CPython reads, told before anything parses it.

use super::Broken;
use super::piece::span;
use super::scan::{Kind, scan};

/// CPython's `MAXLEVEL`: the 201st open bracket is an error.
const BRACKETS: usize = 200;
/// CPython's `MAXINDENT` of 100 counts the margin: the 100th level is an error.
const LEVELS: usize = 99;

/// Brackets or blocks nested deeper than any version of CPython compiles. Linear, without recursion.
pub fn too_deep(text: &str) -> Option<Broken> {
    if !suspicious(text) {
        return None;
    }
    let scanned = scan(text);
    let mut depth = 0;
    let mut levels = vec![0];
    for (number, line) in scanned.lines.iter().enumerate() {
        if line.is_fresh() && depth == 0 {
            let column = columns(&text[line.start..line.start + line.indent]);
            while levels.last().is_some_and(|&level| level > column) {
                levels.pop();
            }
            if levels.last().is_some_and(|&level| level < column) {
                levels.push(column);
            }
            if levels.len() > LEVELS + 1 {
                let first = scanned.tokens_of(number).first()?;
                return Some(Broken {
                    span: span(first.start, first.end),
                    message: format!("too many levels of indentation: Python reads at most {LEVELS}"),
                    help: Some("move inner blocks into functions".to_owned()),
                    labels: Vec::new(),
                    mends: Vec::new(),
                });
            }
        }
        for token in scanned.tokens_of(number) {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = usize::saturating_sub(depth, 1),
                _ => {}
            }
            if depth > BRACKETS {
                return Some(Broken {
                    span: span(token.start, token.end),
                    message: format!("too many nested parentheses: Python reads at most {BRACKETS}"),
                    help: Some("build the value in steps".to_owned()),
                    labels: Vec::new(),
                    mends: Vec::new(),
                });
            }
        }
    }
    None
}

fn columns(indent: &str) -> usize {
    indent.bytes().fold(0, |column, byte| if byte == b'\t' { (column / 8 + 1) * 8 } else { column + 1 })
}

/// A quick look that ignores strings and comments: ordinary files are never scanned.
fn suspicious(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    // A run of so many blanks covers one of these places, wherever it begins.
    let is_run = |place: usize| {
        let before = bytes[..place].iter().rev().take(LEVELS).take_while(|byte| is_blank(byte)).count();
        let after = bytes[place..].iter().take(LEVELS).take_while(|byte| is_blank(byte)).count();
        before + after >= LEVELS
    };
    let is_indented = (LEVELS - 1..bytes.len()).step_by(LEVELS).any(|place| is_blank(&bytes[place]) && is_run(place));
    deepest_at_most(bytes) > BRACKETS && deepest(bytes) > BRACKETS || is_indented
}

/// No brackets stand deeper than this, counted by blocks.
fn deepest_at_most(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0, 0);
    for block in bytes.chunks(128) {
        // `[` and `{`, as `]` and `}`, differ in one bit.
        let opens = block.iter().map(|byte| u8::from(*byte == b'(') + u8::from(*byte | 0x20 == b'{')).sum::<u8>();
        let closes = block.iter().map(|byte| u8::from(*byte == b')') + u8::from(*byte | 0x20 == b'}')).sum::<u8>();
        let (opens, closes) = (usize::from(opens), usize::from(closes));
        deepest = deepest.max(depth + opens);
        depth = (depth + opens).saturating_sub(closes).max(opens);
    }
    deepest
}

/// How deep brackets stand.
fn deepest(bytes: &[u8]) -> usize {
    // How much deeper each byte leads.
    const DEEPER: [i8; 256] = {
        let mut all = [0; 256];
        (all[b'(' as usize], all[b'[' as usize], all[b'{' as usize]) = (1, 1, 1);
        (all[b')' as usize], all[b']' as usize], all[b'}' as usize]) = (-1, -1, -1);
        all
    };
    let (mut depth, mut deepest) = (0i32, 0i32);
    for &byte in bytes {
        depth = (depth + i32::from(DEEPER[usize::from(byte)])).max(0);
        deepest = deepest.max(depth);
    }
    deepest as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn blocks_count_no_less_than_bytes(text in "[(){}\\[\\]x]{0,700}", repeated in 0..4usize) {
            let text = format!("{}{text}", "(".repeat(repeated * 90));
            proptest::prop_assert!(deepest_at_most(text.as_bytes()) >= deepest(text.as_bytes()));
        }
    }
}
