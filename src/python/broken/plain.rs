//! The parser's own errors in words for people, for all that nothing else explains.

use super::Broken;
use super::piece::{Piece, UNDECORATED, span};
use super::scan::Kind;
use ruff_python_parser::{InterpolatedStringErrorType, LexicalErrorType, ParseErrorType};

/// What the parser says about the first fault.
pub(super) fn plain(piece: &Piece) -> Broken {
    let (message, help) = words(piece, &piece.fault.error);
    let (mut start, mut end) = (piece.fault.start, piece.fault.end);
    // A fault at a line break or at the end belongs to what stands before.
    let index = piece.token_at(start);
    let here = piece.scan.tokens.get(index).filter(|token| token.start <= start);
    if here.is_none()
        && let Some(before) = index.checked_sub(1).and_then(|before| piece.scan.tokens.get(before))
        && piece.scan.tokens.get(index).is_none_or(|next| next.start >= end.max(start + 1))
    {
        let line_start = piece.scan.lines[piece.scan.line_of(before.end.saturating_sub(1))].start;
        (start, end) = (before.start.max(line_start), before.end);
    }
    Broken { span: span(start, end), message, help, labels: Vec::new(), mends: Vec::new() }
}

/// Whether a `try` has no handler.
pub(super) fn is_lone_try(error: &ParseErrorType) -> bool {
    matches!(error, ParseErrorType::OtherError(message) if message.starts_with("Expected `except` or `finally`"))
}

/// Whether the parser knows better than any guess what is wrong.
pub(super) fn is_precise(error: &ParseErrorType) -> bool {
    use ParseErrorType as E;
    matches!(
        error,
        E::PositionalAfterKeywordArgument
            | E::PositionalAfterKeywordUnpacking
            | E::InvalidArgumentUnpackingOrder
            | E::IterableUnpackingInComprehension
            | E::NonDefaultParamAfterDefaultParam
            | E::ParamAfterVarKeywordParam
            | E::VarParameterWithDefault
            | E::ExpectedKeywordParam
            | E::InvalidNamedAssignmentTarget
            | E::InvalidAugmentedAssignmentTarget
            | E::InvalidAssignmentTarget
            | E::InvalidDeleteTarget
            | E::UnparenthesizedNamedExpression
            | E::UnparenthesizedGeneratorExpression
            | E::InvalidMatchPatternTarget
            | E::InvalidStarPatternUsage
            | E::EmptySlice
            | E::EmptyTypeParams
            | E::FStringError(_)
            | E::TStringError(_)
    )
}

/// Whether the fault lies inside a string: in a replacement field.
fn in_string(piece: &Piece) -> bool {
    let token = piece.scan.tokens.get(piece.token_at(piece.fault.start));
    token.is_some_and(|token| token.kind == Kind::String && token.start < piece.fault.start)
}

/// What stands at the fault, in words.
fn found(piece: &Piece) -> String {
    if in_string(piece) {
        let rest = piece.text.get(piece.fault.start..).unwrap_or_default();
        let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let length = rest.chars().next().map_or(0, |first| word.max(first.len_utf8()));
        return match &rest[..length] {
            next if !next.is_empty() && !next.contains(char::is_control) => format!("`{next}`"),
            _ => "the end of the line".to_owned(),
        };
    }
    let index = piece.token_at(piece.fault.start);
    let Some(token) = piece.scan.tokens.get(index) else { return "the end of the file".to_owned() };
    if token.start > piece.fault.start {
        return "the end of the line".to_owned();
    }
    match token.kind {
        Kind::String => "a string".to_owned(),
        _ => format!("`{}`", piece.of(token).chars().take(30).collect::<String>()),
    }
}

fn words(piece: &Piece, error: &ParseErrorType) -> (String, Option<String>) {
    use ParseErrorType as E;
    let told = |message: &str, help: &str| (message.to_owned(), Some(help.to_owned()));
    match error {
        E::ExpectedToken { expected, .. } => {
            let expected = expected.to_string();
            let wanted = match expected.as_str() {
                "newline" => "the end of the statement".to_owned(),
                "dedent" | "indent" => "another indentation".to_owned(),
                "name" => "a name".to_owned(),
                other => other.to_owned(),
            };
            match found(piece) {
                what if in_string(piece) && matches!(what.as_str(), "`}`" | "`]`" | "`)`") => (
                    format!("{what} closes no bracket of its kind in this f-string"),
                    Some("close the bracket that is open before it".to_owned()),
                ),
                what => (format!("expected {wanted}, found {what}"), None),
            }
        }
        E::ExpectedExpression if in_string(piece) => told(
            "a value is missing between the braces of this f-string",
            "write it, or `{{` and `}}` for the braces themselves",
        ),
        E::ExpectedExpression => match found(piece) {
            what if what.starts_with('`') || what.starts_with("a ") => {
                (format!("{what} cannot stand here"), Some("a value is expected".to_owned()))
            }
            what => (format!("a value is missing before {what}"), None),
        },
        E::SimpleStatementsOnSameLine => (
            format!("{} cannot follow what stands before it", found(piece)),
            Some("an operator, a comma or a line break is missing".to_owned()),
        ),
        E::SimpleAndCompoundStatementOnSameLine => (
            format!("{} cannot follow another statement in its line", found(piece)),
            Some("start a new line".to_owned()),
        ),
        E::PositionalAfterKeywordArgument => {
            told("a positional argument follows a keyword argument", "move it to the front, or name it")
        }
        E::PositionalAfterKeywordUnpacking => {
            told("a positional argument follows `**` unpacking", "move it in front of the `**` argument")
        }
        E::InvalidArgumentUnpackingOrder => told("`*` unpacking follows `**` unpacking", "move it to the front"),
        E::IterableUnpackingInComprehension => told("`*` unpacks into no comprehension", "use a second `for`"),
        E::NonDefaultParamAfterDefaultParam => told(
            "a parameter without a default follows one with a default",
            "give it a default, move it to the front, or put `*` before it",
        ),
        E::ParamAfterVarKeywordParam => told("a parameter follows `**`", "`**` comes last"),
        E::VarParameterWithDefault => told("a parameter with `*` or `**` has a default", "remove the default"),
        E::ExpectedKeywordParam => told("no parameter follows the bare `*`", "name one, or remove the `*`"),
        E::InvalidAssignmentTarget => told("this cannot be assigned to", "write `==` to compare, or assign to a name"),
        E::InvalidNamedAssignmentTarget => told("`:=` assigns to names only", "put a plain name in front of it"),
        E::InvalidAnnotatedAssignmentTarget => told("this cannot be annotated", "only a name, attribute or item can"),
        E::InvalidAugmentedAssignmentTarget => told("this cannot be assigned to", "only a name, attribute or item can"),
        E::InvalidDeleteTarget => told("this cannot be deleted", "only names, attributes and items can"),
        E::UnparenthesizedNamedExpression => told("`:=` needs parentheses here", "write `(name := value)`"),
        E::UnparenthesizedTupleExpression => told("a tuple needs parentheses here", "put parentheses around it"),
        E::UnparenthesizedGeneratorExpression => {
            told("a generator beside other arguments needs parentheses", "put parentheses around it")
        }
        E::InvalidLambdaExpressionUsage => told("`lambda` needs parentheses here", "put parentheses around it"),
        E::InvalidYieldExpressionUsage => told("`yield` needs parentheses here", "put parentheses around it"),
        E::InvalidStarredExpressionUsage => told("`*` unpacks nothing here", "use it in a call, a list or a tuple"),
        E::InvalidStarPatternUsage => told("`*` is no pattern here", "use it inside a sequence pattern"),
        E::InvalidMatchPatternTarget => told("`_` cannot be bound in a pattern", "choose a name"),
        E::ExpectedRealNumber => told("the first part of a complex number is not real", "write `1 + 2j`"),
        E::ExpectedImaginaryNumber => told("the second part of a complex number is not imaginary", "write `1 + 2j`"),
        E::EmptySlice => told("the index is missing", "write it between the brackets"),
        E::EmptyGlobalNames => told("`global` names nothing", "name a variable"),
        E::EmptyNonlocalNames => told("`nonlocal` names nothing", "name a variable"),
        E::EmptyDeleteTargets => told("`del` deletes nothing", "say what to delete"),
        E::EmptyImportNames => told("nothing is named after `import`", "say what to import"),
        E::EmptyTypeParams => told("the list of type parameters is empty", "name one, or remove the brackets"),
        E::UnexpectedIndentation => {
            told("this line is indented deeper than the block it is in", "indent it like the line above")
        }
        E::UnexpectedTokenAfterAsync(_) => {
            told("`async` stands in front of `def`, `with` or `for` only", "remove it, or write one of them")
        }
        E::UnexpectedIpythonEscapeCommand => told("this is an IPython command, not Python", "remove it"),
        E::UnexpectedExpressionToken => (format!("{} cannot stand here", found(piece)), None),
        E::FStringError(InterpolatedStringErrorType::UnclosedLbrace) if beside(piece).is_some() => {
            let (left, right) = beside(piece).unwrap_or_default();
            (
                format!("`{right}` cannot follow `{left}` in this f-string"),
                Some("an operator is missing between them, or a `_` in the name".to_owned()),
            )
        }
        E::FStringError(kind) => interpolated(kind, "f-string"),
        E::TStringError(kind) => interpolated(kind, "t-string"),
        E::StringAnnotationError(message) => (readable(message), None),
        E::OtherError(message) if message == "Expected a statement" => match piece.text.get(piece.fault.start..) {
            Some(rest) if rest.starts_with('@') => told("a decorator stands in front of nothing", "add the function"),
            _ => (format!("{} cannot start a statement", found(piece)), None),
        },
        E::OtherError(message) if message == "Expected `case` block" => {
            told("a `match` holds `case` blocks alone", "move the line out, or begin it with `case`")
        }
        E::OtherError(message) if message == "Expected an identifier" => {
            (format!("a name is expected, found {}", found(piece)), None)
        }
        E::OtherError(message) if message.starts_with(UNDECORATED) => told(
            "a decorator stands above this, which is neither a function nor a class",
            "remove the decorator, or add what it decorates",
        ),
        E::OtherError(message) if message.starts_with("Expected an identifier, but found a keyword") => {
            let word = found(piece);
            (format!("{word} is a keyword and cannot stand here"), Some("a value or a name is expected".to_owned()))
        }
        E::OtherError(message) => (readable(message), None),
        E::Lexical(error) => lexical(piece, error),
    }
}

fn lexical(piece: &Piece, error: &LexicalErrorType) -> (String, Option<String>) {
    use LexicalErrorType as L;
    let told = |message: &str, help: &str| (message.to_owned(), Some(help.to_owned()));
    match error {
        L::FStringError(kind) => interpolated(kind, "f-string"),
        L::TStringError(kind) => interpolated(kind, "t-string"),
        L::UnclosedStringError => told("string is never closed", "add the closing quote"),
        L::UnicodeError => {
            told("an escape sequence of this string is not valid", "double the backslash, or use `r\"...\"`")
        }
        L::MissingUnicodeLbrace | L::MissingUnicodeRbrace => {
            told("`\\N` needs a character name in braces", "write `\\N{NAME}`, or double the backslash")
        }
        L::InvalidByteLiteral => told("a bytes literal holds ASCII only", "encode a string, or write `\\x..`"),
        L::IndentationError => {
            told("this line is indented like none of the blocks around it", "indent it like the block it belongs to")
        }
        L::UnrecognizedToken { tok } if !tok.is_ascii() => {
            (format!("Python does not read the character U+{:04X}", u32::from(*tok)), Some("remove it".to_owned()))
        }
        L::UnrecognizedToken { tok } => (format!("`{tok}` is no part of Python here"), None),
        L::LineContinuationError => {
            told("a character follows the backslash that continues the line", "end the line after it")
        }
        L::Eof => told("the file ends in the middle of a statement", "finish it"),
        L::OtherError(message) if message.contains("decimal integer") || message.contains("Parse") => {
            told("this number is not well formed", "a number has no leading zeros and no letters")
        }
        L::OtherError(message) if &**message == "Invalid Syntax" => {
            (format!("{} is not well formed", found(piece)), None)
        }
        L::StringError => ("this string cannot stand here".to_owned(), None),
        L::OtherError(message) => (readable(message), None),
    }
}

fn interpolated(kind: &InterpolatedStringErrorType, what: &str) -> (String, Option<String>) {
    use InterpolatedStringErrorType as I;
    let (message, help) = match kind {
        I::UnclosedLbrace => ("`{` is never closed", "add `}`, or write `{{` for a brace"),
        I::SingleRbrace => ("`}` closes nothing", "write `}}` for a brace"),
        I::InvalidConversionFlag => ("what follows `!` is no conversion", "write `!r`, `!s` or `!a`"),
        I::ConversionFlagNotImmediatelyAfterExclamation => ("a space stands after `!`", "write `!r`, `!s` or `!a`"),
        I::UnterminatedString => ("string is never closed", "add the closing quote"),
        I::UnterminatedTripleQuotedString => ("triple-quoted string is never closed", "add the closing quotes"),
        I::LambdaWithoutParentheses => ("`lambda` needs parentheses here", "put parentheses around it"),
        I::NewlineInFormatSpec => ("the format after `:` runs into the next line", "keep it in one line"),
    };
    let message = if message.starts_with("string") || message.starts_with("triple") {
        message.to_owned()
    } else {
        format!("{message} in this {what}")
    };
    (message, Some(help.to_owned()))
}

/// Two words side by side in a replacement field: `{user name}`.
fn beside<'a>(piece: &Piece<'a>) -> Option<(&'a str, &'a str)> {
    let (before, after) = piece.text.split_at_checked(piece.fault.start)?;
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let right = &after[..after.find(|c: char| !is_part(c)).unwrap_or(after.len())];
    let left = before.strip_suffix(' ')?.trim_end_matches(' ');
    let left = &left[left.rfind(|c: char| !is_part(c)).map_or(0, |at| at + 1)..];
    (!left.is_empty() && !right.is_empty()).then_some((left, right))
}

/// One of the parser's sentences in the house's form.
fn readable(message: &str) -> String {
    let message = message.trim_end_matches('.').replace('\'', "`");
    let mut letters = message.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
