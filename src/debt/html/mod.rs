//! The readiness report as one page: no other file, no network, and nothing that a script has to do.
//!
//! Every text of the project is escaped where it enters the page, and the page's policy lets no style and no script in but its own.

mod change;
mod course;
mod findings;
mod people;
mod readiness;
mod write;

use super::{Document, words};
use findings::Around;
use sha2::{Digest, Sha256};
use write::{code, link, part, text};

const STYLE: &str = include_str!("../style.css");
const SCRIPT: &str = include_str!("../script.js");

/// A page of more bytes is none that one forwards.
const MOST: usize = 498_000;

/// The lines around findings: all that there are, or as few as it takes to keep the page small. Errors keep theirs longest.
const AROUND: [Around; 5] = [
    Around { errors: u32::MAX, others: u32::MAX },
    Around { errors: u32::MAX, others: 1 },
    Around { errors: 1, others: 1 },
    Around { errors: 1, others: 0 },
    Around { errors: 0, others: 0 },
];

/// The whole page.
pub fn page(document: &Document) -> String {
    let before = before_findings(document);
    let mut page = String::new();
    for around in AROUND {
        page = format!("{before}{}{}", findings::render(document, around), after_findings(document));
        if page.len() <= MOST {
            break;
        }
    }
    page
}

/// The parts of the page that come before the findings: anchor, heading, body. What only a history tells, and a comparison that nobody asked for,
/// are left out where there is none.
fn parts(document: &Document) -> Vec<(&'static str, &'static str, String)> {
    let mut parts = vec![
        ("readiness", "Readiness", readiness::render(document)),
        ("recommendations", "Recommendations", readiness::recommendations(document)),
        ("trend", "Trend", course::trend(document)),
        ("forecast", "Forecast", course::forecast(document)),
        ("hotspots", "Hotspots", people::hotspots(document)),
        ("owners", "Owners", people::owners(document)),
        ("age", "Age", people::ages(document)),
        ("compare", "Compare", change::compare(document)),
        ("migration", "Migration order", change::migration(document)),
    ];
    let has_history = words::no_history(document).is_none();
    parts.retain(|(anchor, ..)| match *anchor {
        "forecast" | "age" => has_history,
        "compare" => document.compare.is_some(),
        _ => true,
    });
    parts
}

fn before_findings(document: &Document) -> String {
    let parts = parts(document);
    let mut page = head(document);
    page.push_str("<body id=\"top\">\n<a class=\"skip\" href=\"#verdict\">Skip to the verdict</a>\n");
    page.push_str(&header(document));
    page.push_str("<nav aria-label=\"Parts of the report\"><ul>");
    let links = parts.iter().map(|(anchor, heading, _)| (*anchor, *heading)).chain([("findings", "Findings")]);
    for (anchor, heading) in links {
        page.push_str(&format!("<li>{}</li>", link(anchor, heading)));
    }
    page.push_str("</ul></nav>\n<main>\n");
    page.push_str(&readiness::verdict(document));
    for (anchor, heading, body) in &parts {
        page.push_str(&part(anchor, heading, body));
    }
    page
}

fn head(document: &Document) -> String {
    let title = text(&title(document));
    let policy = format!("default-src 'none'; style-src '{}'; script-src '{}'", hash(STYLE), hash(SCRIPT));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n"
    )
}

fn title(document: &Document) -> String {
    format!("Production readiness of {}", document.project)
}

fn header(document: &Document) -> String {
    let size =
        format!("{}, {}", words::counted(document.size.files, "file"), words::counted(document.size.lines, "line"));
    let paths = words::scope(document, code);
    let commit = match &document.commit {
        Some(commit) => format!(
            "{} of {}, <bdi>{}</bdi>: <bdi>{}</bdi>",
            code(&words::short(&commit.id)),
            text(&commit.date),
            text(&commit.author),
            text(&commit.subject)
        ),
        None => "the files as they lie there, outside of a git repository".to_owned(),
    };
    let commit = match words::uncommitted(document) {
        Some(said) => format!("{commit}. {}", text(&said)),
        None => commit,
    };
    format!(
        "<header>\n<h1>Production readiness of <bdi>{}</bdi></h1>\n<dl class=\"facts\">\
         <div><dt>Looked at</dt><dd>{paths}: {size} of Python and settings</dd></div>\
         <div><dt>Commit</dt><dd>{commit}</dd></div>\
         <div><dt>Made</dt><dd>{} by davy {}. {}</dd></div></dl>\n</header>\n",
        text(&document.project),
        text(&document.made),
        text(&document.davy),
        words::BY
    )
}

fn after_findings(document: &Document) -> String {
    format!(
        "</main>\n<footer><p>Measured by davy {} on {}. {}</p></footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n",
        text(&document.davy),
        text(&document.made),
        link("top", "Back to the top")
    )
}

/// What a policy names an inline style or script by.
fn hash(content: &str) -> String {
    format!("sha256-{}", base64(&Sha256::digest(content.as_bytes())))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(group.get(at).copied().unwrap_or_default()));
        for at in 0..4 {
            let digit = bits >> (18 - 6 * at) & 63;
            encoded.push(if at <= group.len() { char::from(DIGITS[digit as usize]) } else { '=' });
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let pairs = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")];
        for (plain, encoded) in pairs {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }
}
