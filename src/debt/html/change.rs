//! What is different from an older revision, and in which order modules are moved.

use super::people::left_out;
use super::write::{Column, code, finding_anchor, link, paragraph, prose, table, text};
use crate::debt::{Document, Gone, Module, words};

/// So many rows a table has; the JSON has all.
const ROWS: usize = 40;

/// What came and what went since an older revision.
pub fn compare(document: &Document) -> String {
    let Some(compare) = &document.compare else { return String::new() };
    let commit = &compare.commit;
    let mut html = paragraph(&format!(
        "Since <b><bdi>{}</bdi></b> ({} of {}, <bdi>{}</bdi>: <bdi>{}</bdi>): {} then, {} now; {} came, {} went.",
        text(&compare.name),
        code(&words::short(&commit.id)),
        text(&commit.date),
        text(&commit.author),
        text(&commit.subject),
        words::counted(compare.then, "finding"),
        link("findings", &words::grouped(compare.now)),
        link("came", &words::grouped(compare.came.len())),
        link("went", &words::grouped(compare.went.len()))
    ));
    html.push_str("<h3 id=\"came\">What came</h3>\n");
    let known = compare.came.iter().filter_map(|index| Some((*index, document.findings.get(*index)?)));
    let rows: Vec<Vec<String>> = known
        .take(ROWS)
        .map(|(index, entry)| {
            let place = link(&finding_anchor(index), &code(&words::place(entry)));
            vec![place, code(&entry.code), text(&entry.severity), prose(&entry.message)]
        })
        .collect();
    let columns: &[Column] = &[("Where", false), ("Rule", false), ("Severity", false), ("What", false)];
    match rows.is_empty() {
        true => html.push_str(&paragraph("Nothing came.")),
        false => html.push_str(&table("Findings that came", columns, &rows)),
    }
    html.push_str(&left_out(compare.came.len(), ROWS, "finding"));
    html.push_str("<h3 id=\"went\">What went</h3>\n");
    let rows: Vec<Vec<String>> = compare.went.iter().take(ROWS).map(gone_row).collect();
    let columns: &[Column] = &[("Where it was", false), ("Rule", false), ("Within", false), ("Gone with", false)];
    match rows.is_empty() {
        true => html.push_str(&paragraph("Nothing went.")),
        false => html.push_str(&table("Findings that went", columns, &rows)),
    }
    html.push_str(&left_out(compare.went.len(), ROWS, "finding"));
    html
}

fn gone_row(gone: &Gone) -> Vec<String> {
    let commit = &gone.commit;
    vec![
        code(&gone.path),
        code(&gone.code),
        if gone.scope.is_empty() { "the module".to_owned() } else { code(&gone.scope) },
        format!(
            "{} of {}, <bdi>{}</bdi>: <bdi>{}</bdi>",
            code(&words::short(&commit.id)),
            text(&commit.date),
            text(&commit.author),
            text(&commit.subject)
        ),
    ]
}

/// Modules with deprecated forms, each behind those that it imports.
pub fn migration(document: &Document) -> String {
    if document.order.is_empty() {
        return paragraph(words::NO_ORDER);
    }
    let columns: &[Column] = &[
        ("Step", false),
        ("Module", false),
        ("Behind", false),
        ("davy moves", true),
        ("A person moves", true),
        ("Time", true),
    ];
    let rows: Vec<Vec<String>> = document
        .order
        .iter()
        .take(ROWS)
        .enumerate()
        .map(|(index, module)| module_row(document, index, module))
        .collect();
    format!(
        "{}{}{}",
        paragraph(words::ORDER),
        table("Modules in the order of migration", columns, &rows),
        left_out(document.order.len(), ROWS, "module")
    )
}

fn module_row(document: &Document, index: usize, module: &Module) -> Vec<String> {
    let steps: Vec<String> = document
        .order
        .iter()
        .take(index)
        .enumerate()
        .filter(|(_, earlier)| module.imports.contains(&earlier.path))
        .map(|(earlier, _)| (earlier + 1).to_string())
        .collect();
    let first = document.findings.iter().position(|entry| entry.path == module.path);
    let path = match first {
        Some(finding) => link(&finding_anchor(finding), &code(&module.path)),
        None => code(&module.path),
    };
    vec![
        (index + 1).to_string(),
        path,
        if steps.is_empty() { "\u{2013}".to_owned() } else { format!("step {}", steps.join(", ")) },
        words::grouped(module.automatic),
        words::grouped(module.person),
        words::duration(module.minutes),
    ]
}
