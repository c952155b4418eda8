//! An image that takes a `.env` in. Page: rules/secrets/copied-env.md

use crate::document::Document;
use crate::fact::Condition;
use crate::finding::{Label, LabelAt};
use crate::rule::{Check, Cx};
use crate::text;
use crate::text::Span;
use crate::unit::Syntax;

pub const CHECK: Check = Check::Text(check);

fn check(cx: &mut Cx, _document: &Document, syntax: Syntax) {
    if syntax != Syntax::Docker {
        return;
    }
    let mut start = 0;
    for line in cx.text.split_inclusive('\n') {
        let at = start + (line.len() - line.trim_start().len()) as u32;
        start += line.len() as u32;
        let mut words = line.split_whitespace();
        let word = words.next().unwrap_or_default().to_ascii_uppercase();
        if !matches!(word.as_str(), "COPY" | "ADD") {
            continue;
        }
        // Another stage has no `.env` of ours; a named folder may have none either.
        let arguments: Vec<&str> = words.collect();
        let from_stage = arguments.iter().any(|word| word.starts_with("--from"));
        let sources: Vec<&str> = arguments.iter().filter(|word| !word.starts_with("--")).copied().collect();
        let takes_all = sources.len() >= 2
            && sources[..sources.len() - 1].iter().any(|source| matches!(*source, "." | "./" | "*" | "./*" | ".env"));
        if !takes_all || from_stage {
            continue;
        }
        let span = Span::new(at, at + line.trim().len() as u32);
        let finding = cx.report(span, text!["the image takes `.env` in with everything else that lies here"]);
        finding
            .when(Condition::OpenEnv)
            .help("name `.env` in .dockerignore, and give its values when the container starts");
        let text = text!["whoever gets the image gets this file"];
        finding.labels.push(Label { at: LabelAt::Beside(".env".to_owned()), text });
    }
}
