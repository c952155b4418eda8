//! What a regular expression of V1 means to V2: its engine is Rust's, and it searches where V1 matched from the start.

use regex_syntax::ast::{self, parse::Parser};
use regex_syntax::hir::Look;

/// What becomes of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum InV2 {
    /// It takes the same texts; but for a line break at the very end, which Python's `$` lets pass.
    Same,
    /// It may take others.
    Differs,
    /// The model cannot be built.
    Raises,
}

/// What V2 makes of a pattern that V1 took.
pub(super) fn in_v2(pattern: &str) -> InV2 {
    let Ok(tree) = Parser::new().parse(pattern) else { return InV2::Raises };
    let Ok(hir) = regex_syntax::hir::translate::Translator::new().translate(pattern, &tree) else {
        return InV2::Raises;
    };
    let anchored = hir.properties().look_set_prefix().contains(Look::Start);
    let read_alike = ast::visit(&tree, ReadAlike).is_ok();
    if anchored && read_alike { InV2::Same } else { InV2::Differs }
}

/// Ends early at what both engines take, and read differently.
struct ReadAlike;

impl ast::Visitor for ReadAlike {
    type Output = ();
    type Err = ();

    fn finish(self) -> Result<(), ()> {
        Ok(())
    }

    /// `\\<` is a plain character to Python.
    fn visit_pre(&mut self, node: &ast::Ast) -> Result<(), ()> {
        use ast::AssertionKind::{EndLine, NotWordBoundary, StartLine, StartText, WordBoundary};
        match node {
            ast::Ast::Assertion(assertion) => match assertion.kind {
                StartLine | EndLine | StartText | WordBoundary | NotWordBoundary => Ok(()),
                _ => Err(()),
            },
            _ => Ok(()),
        }
    }

    /// `[[]`, `[[:alpha:]]`: a class in a class, which Python does not have.
    fn visit_class_set_item_pre(&mut self, item: &ast::ClassSetItem) -> Result<(), ()> {
        match item {
            ast::ClassSetItem::Bracketed(_) | ast::ClassSetItem::Ascii(_) => Err(()),
            _ => Ok(()),
        }
    }

    /// `[a&&b]`
    fn visit_class_set_binary_op_pre(&mut self, _: &ast::ClassSetBinaryOp) -> Result<(), ()> {
        Err(())
    }
}

#[cfg(test)]
mod tests {
    use super::{InV2, in_v2};

    #[test]
    fn what_v2_makes_of_a_pattern() {
        let same = ["^[a-z]+$", r"^\w$", r"\A\d{3}", "^a(b|c)", "^a|^b", "(^a|^b)c", "^", "(?i)^[a-z]", r"^a\.b\$"];
        let differs = ["[a-z]+", "^a|b", "(?m)^a", r"^\<b\>", "^[[:alpha:]]", "^[a&&b]", "(^a)?b", "", "^[a[b]]"];
        let raises = ["(?=a)b", "^(?!a)", r"^(a)\1", "^(?P<x>a)(?P=x)", r"^a\Z", "^a{", "^(?<=b)a"];
        for (patterns, expected) in [(&same[..], InV2::Same), (&differs, InV2::Differs), (&raises, InV2::Raises)] {
            for pattern in patterns {
                assert_eq!(in_v2(pattern), expected, "{pattern}");
            }
        }
    }
}
