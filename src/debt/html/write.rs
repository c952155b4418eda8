//! Pieces of HTML: texts that cannot be anything else, tables, links to findings.

use crate::debt::{Document, words};

/// A text for an element. Nothing of it is markup, and nothing of it turns the direction of what stands around it.
pub fn text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in words::plain(text).chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            char => safe.push(char),
        }
    }
    safe
}

/// A text for an attribute in double quotes.
pub fn attribute(value: &str) -> String {
    text(value).replace('"', "&quot;")
}

/// A sentence whose `code` is set as code.
pub fn prose(sentence: &str) -> String {
    let parts: Vec<&str> = sentence.split('`').collect();
    let mut html = String::new();
    for (index, part) in parts.iter().enumerate() {
        let is_closed = index + 1 < parts.len();
        match index % 2 {
            1 if is_closed => html.push_str(&code(part)),
            1 => html.push_str(&format!("`{}", text(part))),
            _ => html.push_str(&text(part)),
        }
    }
    html
}

/// A name as code.
pub fn code(name: &str) -> String {
    format!("<code>{}</code>", text(name))
}

/// The part of an anchor that a key makes.
pub fn slug(key: &str) -> String {
    key.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '-' }).collect()
}

/// The anchor of a section's findings.
pub fn section_anchor(section: &str) -> String {
    format!("findings-{}", slug(section))
}

/// The anchor of what a rule found in a section.
pub fn rule_anchor(section: &str, code: &str) -> String {
    format!("findings-{}-{}", slug(section), slug(code))
}

/// A link within the page.
pub fn link(anchor: &str, html: &str) -> String {
    format!("<a href=\"#{anchor}\">{html}</a>")
}

/// The anchor of a finding, by its place in the document.
pub fn finding_anchor(index: usize) -> String {
    format!("f{}", index + 1)
}

/// So many places are listed where a number tells of them; the others stand in the findings.
const PLACES: usize = 10;

/// A number or a text that leads to its findings: to the only one, or to a list of them. `rest` is the link to those that the
/// list leaves out.
pub fn places(document: &Document, findings: &[usize], label: &str, rest: &str) -> String {
    let known: Vec<usize> = findings.iter().copied().filter(|index| *index < document.findings.len()).collect();
    match known.as_slice() {
        [] => label.to_owned(),
        [only] => link(&finding_anchor(*only), label),
        [..] => {
            let item = |index: &usize| {
                let entry = &document.findings[*index];
                format!("<li>{}", link(&finding_anchor(*index), &text(&short_place(&words::place(entry)))))
            };
            let items: String = known.iter().take(PLACES).map(item).collect();
            let more = match known.len().saturating_sub(PLACES) {
                0 => String::new(),
                more => format!("<li><a {rest}>and {} more</a>", words::grouped(more)),
            };
            format!("<details class=\"places\"><summary>{label}</summary><ul>{items}{more}</ul></details>")
        }
    }
}

/// The last two names of a place: lists are narrow.
fn short_place(place: &str) -> String {
    let names: Vec<&str> = place.split('/').collect();
    match names.as_slice() {
        [.., folder, file] if names.len() > 2 => format!("\u{2026}/{folder}/{file}"),
        _ => place.to_owned(),
    }
}

/// A number in a column of numbers with the word that those hear who do not see the column's head.
pub fn number(number: usize, word: &str) -> String {
    let noun = if number == 1 { word.to_owned() } else { format!("{word}s") };
    format!("{}<span class=\"hear\"> {noun}</span>", words::grouped(number))
}

/// A column: its head, and whether it holds numbers.
pub type Column<'h> = (&'h str, bool);

/// A table that scrolls by itself where it is wide. The first cell of a row is its head.
pub fn table(caption: &str, columns: &[Column], rows: &[Vec<String>]) -> String {
    let (caption, label) = (text(caption), attribute(caption));
    let class = |index: usize| if columns.get(index).is_some_and(|column| column.1) { " class=\"n\"" } else { "" };
    let mut html = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\"><table><caption>{caption}</caption><thead><tr>"
    );
    for (index, (head, _)) in columns.iter().enumerate() {
        html.push_str(&format!("<th scope=\"col\"{}>{head}</th>", class(index)));
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for row in rows {
        html.push_str("<tr>");
        for (index, cell) in row.iter().enumerate() {
            match index {
                0 => html.push_str(&format!("<th scope=\"row\"{}>{cell}</th>", class(index))),
                _ => html.push_str(&format!("<td{}>{cell}</td>", class(index))),
            }
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody></table></div>\n");
    html
}

/// A chart with what it shows in words above it.
pub fn figure(title: &str, said: &str, svg: &str) -> String {
    format!(
        "<figure class=\"chart\"><figcaption><b>{}</b> <span>{said}</span></figcaption>{svg}</figure>\n",
        text(title)
    )
}

/// A part of the page under its own heading.
pub fn part(anchor: &str, heading: &str, body: &str) -> String {
    format!(
        "<section class=\"part\" aria-labelledby=\"{anchor}\">\n<h2 id=\"{anchor}\">{heading}</h2>\n{body}</section>\n"
    )
}

/// A paragraph.
pub fn paragraph(html: &str) -> String {
    format!("<p>{html}</p>\n")
}
