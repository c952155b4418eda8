//! Characters that only look like Python's, and some that nobody sees.

use super::draft::Edit;
use super::piece::{Fault, Guess, Piece};
use super::scan::Kind;
use ruff_python_parser::{LexicalErrorType, ParseErrorType};

/// A character that looks like one of Python's: its name, and what to write.
pub(super) fn look_alike(character: char) -> Option<(&'static str, &'static str)> {
    Some(match character {
        '\u{201C}' => ("left double quotation mark", "\""),
        '\u{201D}' => ("right double quotation mark", "\""),
        '\u{201E}' => ("low double quotation mark", "\""),
        '\u{201F}' | '\u{2033}' | '\u{FF02}' => ("look-alike of a double quote", "\""),
        '\u{AB}' | '\u{BB}' => ("guillemet", "\""),
        '\u{2018}' => ("left single quotation mark", "'"),
        '\u{2019}' => ("right single quotation mark", "'"),
        '\u{201A}' | '\u{201B}' | '\u{2032}' | '\u{B4}' | '\u{FF07}' => ("look-alike of a single quote", "'"),
        '\u{A0}' => ("no-break space", " "),
        '\u{2007}' | '\u{202F}' => ("narrow no-break space", " "),
        '\u{3000}' => ("ideographic space", " "),
        '\u{2000}'..='\u{2006}' | '\u{2008}'..='\u{200A}' | '\u{205F}' => ("space that is not ASCII", " "),
        '\u{200B}' => ("zero width space", ""),
        '\u{200C}' | '\u{200D}' | '\u{2060}' => ("invisible joiner", ""),
        '\u{FEFF}' => ("byte order mark inside the text", ""),
        '\u{AD}' => ("soft hyphen", ""),
        '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' => ("invisible text direction mark", ""),
        '\u{2028}' | '\u{2029}' | '\u{85}' => ("line separator that Python does not know", " "),
        '\u{2010}' | '\u{2011}' => ("hyphen", "-"),
        '\u{2013}' => ("en dash", "-"),
        '\u{2014}' => ("em dash", "-"),
        '\u{2212}' => ("minus sign", "-"),
        '\u{D7}' => ("multiplication sign", "*"),
        '\u{F7}' => ("division sign", "/"),
        '\u{2026}' => ("ellipsis", "..."),
        '\u{2192}' => ("arrow", "->"),
        '\u{2264}' => ("less-than-or-equal sign", "<="),
        '\u{2265}' => ("greater-than-or-equal sign", ">="),
        '\u{2260}' => ("not-equal sign", "!="),
        '\u{FF08}' => ("fullwidth parenthesis", "("),
        '\u{FF09}' => ("fullwidth parenthesis", ")"),
        '\u{FF3B}' | '\u{3010}' => ("fullwidth bracket", "["),
        '\u{FF3D}' | '\u{3011}' => ("fullwidth bracket", "]"),
        '\u{FF5B}' => ("fullwidth brace", "{"),
        '\u{FF5D}' => ("fullwidth brace", "}"),
        '\u{FF0C}' | '\u{3001}' => ("fullwidth comma", ","),
        '\u{FF1A}' => ("fullwidth colon", ":"),
        '\u{FF1B}' | '\u{37E}' => ("look-alike of a semicolon", ";"),
        '\u{FF1D}' => ("fullwidth equals sign", "="),
        '\u{3002}' | '\u{FF0E}' => ("fullwidth full stop", "."),
        '\u{FF0B}' => ("fullwidth plus sign", "+"),
        '\u{FF0A}' => ("fullwidth asterisk", "*"),
        _ => return None,
    })
}

/// The Latin letter that a small Cyrillic or Greek one looks like; any other character stays as it is.
pub(super) fn latin_letter(letter: char) -> char {
    match letter {
        'а' | 'α' => 'a',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' => 'e',
        'һ' => 'h',
        'і' | 'ι' => 'i',
        'ј' => 'j',
        'ӏ' => 'l',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'у' | 'γ' => 'y',
        'ν' => 'v',
        'ԝ' => 'w',
        'х' | 'χ' => 'x',
        other => other,
    }
}

/// Look-alike characters, invisible ones, and others that Python refuses.
pub(super) fn strange(piece: &Piece) -> Vec<Guess> {
    let unknown = |fault: &&Fault| {
        matches!(fault.error, ParseErrorType::Lexical(LexicalErrorType::UnrecognizedToken { .. }))
            && piece.scan.line_of(fault.start) == piece.line
    };
    let Some(fault) = piece.faults.iter().find(unknown) else { return Vec::new() };
    let Some(character) = piece.text.get(fault.start..).and_then(|rest| rest.chars().next()) else { return Vec::new() };
    if character.is_ascii() && !character.is_ascii_control() {
        return Vec::new();
    }
    let code = format!("U+{:04X}", u32::from(character));
    let end = fault.start + character.len_utf8();
    let known = look_alike(character);
    let mut broken = match known {
        Some((name, "")) => piece.broken(fault.start, end, format!("{code} ({name}) is no part of Python")),
        Some((name, _)) => {
            piece.broken(fault.start, end, format!("`{character}` is {code} ({name}), which Python does not read"))
        }
        None => piece.broken(fault.start, end, format!("Python does not read the character {code}")),
    };
    if character.is_whitespace()
        && let Some((name, _)) = known
    {
        broken.message = format!("{code} ({name}) is no space for Python");
    }
    broken.help = Some(match known {
        Some((_, "")) => "delete it; it is invisible in most editors".to_owned(),
        Some((_, " ")) => "replace it with a plain space".to_owned(),
        Some((_, plain)) => format!("write `{plain}`"),
        None => "remove it, or put it into a string".to_owned(),
    });
    let text = piece.text;
    // All in the lines up to the next one without any, as pasted text has many.
    let mut edits = Vec::new();
    let mut last = piece.scan.line_of(fault.start);
    for (at, other) in text[fault.start..].char_indices().map(|(at, other)| (at + fault.start, other)) {
        let line = piece.scan.line_of(at);
        if line > last + 2 {
            break;
        }
        let Some((_, plain)) = look_alike(other) else { continue };
        let token = piece.scan.tokens.get(piece.token_at(at));
        let in_string = token.is_some_and(|token| token.kind == Kind::String && token.start < at);
        if other == character || !in_string {
            edits.push(Edit::new(at, at + other.len_utf8(), plain));
            last = line;
        }
    }
    let mut guesses = Vec::new();
    if known.is_some() {
        let line_end = piece.scan.lines[piece.scan.line_of(fault.start)].end;
        let here: Vec<Edit> = edits.iter().filter(|edit| edit.start < line_end).cloned().collect();
        guesses.push(Guess { edits, broken: broken.clone() });
        guesses.push(Guess { edits: here, broken: broken.clone() });
        guesses.push(Guess::new(Edit::new(fault.start, end, known.map_or("", |known| known.1)), broken.clone()));
    }
    for text in ["", " ", "_"] {
        guesses.push(Guess::new(Edit::new(fault.start, end, text), broken.clone()));
    }
    guesses
}
