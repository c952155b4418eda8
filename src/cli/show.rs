//! `davy explain` and `davy rules`: the pages, printed.

use super::{Outcome, RulesFormat, When, terminal};
use crate::page::{FAMILIES, Fixable, Page};
use crate::report::wrap::wrap;
use crate::rules;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Prints the page of a rule.
pub fn explain(word: &str, when: When) -> io::Result<Outcome> {
    let pages = rules::pages();
    let page = pages.iter().find(|page| {
        page.code.eq_ignore_ascii_case(word) || page.name == word || page.renamed_from.iter().any(|old| old == word)
    });
    let Some(page) = page else {
        let known = pages.iter().flat_map(|page| [page.code.as_str(), page.name.as_str()]);
        let near = crate::page::nearest(word, known);
        let about: Vec<String> = pages
            .iter()
            .filter(|page| word.len() > 2 && page.name.contains(&word.to_lowercase()))
            .map(|page| format!("`{}`", page.name))
            .collect();
        let help = match near {
            _ if FAMILIES.iter().any(|family| family.name == word || family.prefix == word) => {
                "that is a family: `davy rules` lists its rules".to_owned()
            }
            _ if !about.is_empty() => format!("did you mean {}? `davy rules` lists all", about.join(" or ")),
            Some(near) => format!("did you mean `{near}`? `davy rules` lists all"),
            None => "`davy rules` lists all".to_owned(),
        };
        terminal::complain(&format!("there is no rule `{word}`"), Some(&help));
        return Ok(Outcome::Failed);
    };
    let mut text = String::new();
    let bold = |line: &str| if terminal::color(when) { format!("\x1b[1m{line}\x1b[0m") } else { line.to_owned() };
    let prose = page.prose().trim_start();
    let (_, rest) = prose.split_once('\n').unwrap_or((prose, ""));
    let _ = writeln!(text, "{}\n", bold(&format!("{} {}", page.code, page.name)));
    let _ = writeln!(text, "{} in family {}, {}\n", page.severity.word(), page.family.name, fixes(page));
    let _ = writeln!(text, "{}", filled(rest.trim(), terminal::width().clamp(40, 100)));
    if !page.equivalents.is_empty() {
        let _ = writeln!(text, "\nIn other tools: {}.", page.equivalents.join(", "));
    }
    for reference in &page.references {
        let _ = writeln!(text, "\nSee {reference}");
    }
    let _ = writeln!(text, "\nSilence one place with `# davy: ignore[{}] why`.", page.name);
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Outcome::Clean)
}

/// The prose of a page within so many columns; code, lists and tables as they are.
fn filled(prose: &str, columns: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut code = false;
    for line in prose.lines().chain([""]) {
        let fence = line.starts_with("```");
        let is_prose = !code && !fence && !line.is_empty() && !line.starts_with(['#', '|', ' ']);
        let item = line.starts_with("- ");
        if !is_prose || item {
            let text = std::mem::take(&mut paragraph).join(" ");
            let hanging = if text.starts_with("- ") { "  " } else { "" };
            let wrapped = wrap(&text, columns, columns - hanging.len());
            let indent = |(at, line): (usize, String)| if at == 0 { line } else { format!("{hanging}{line}") };
            lines.extend(wrapped.into_iter().enumerate().map(indent).filter(|line| !line.is_empty()));
        }
        code ^= fence;
        if is_prose { paragraph.push(line) } else { lines.push(line.to_owned()) }
    }
    lines.join("\n").trim_end().to_owned()
}

/// Prints all rules.
pub fn rules(format: RulesFormat) -> io::Result<Outcome> {
    let text = match format {
        RulesFormat::Text => table(),
        RulesFormat::Markdown => markdown(),
        RulesFormat::Json => json()?,
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Outcome::Clean)
}

fn fixes(page: &Page) -> &'static str {
    match page.fix {
        Fixable::None => "no fix",
        Fixable::Safe => "with safe fixes",
        Fixable::Unsafe => "with unsafe fixes",
        Fixable::Mixed => "with safe and unsafe fixes",
    }
}

fn table() -> String {
    let pages = rules::pages();
    let widest = pages.iter().map(|page| page.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for page in pages {
        let off = if page.default { "" } else { ", off by default" };
        let _ = writeln!(text, "{}  {:widest$}  {}, {}{off}", page.code, page.name, page.severity.word(), fixes(page));
    }
    text
}

/// The index of all rules, as the repository keeps it in `rules.md`.
pub fn markdown() -> String {
    let mut text = String::from("# Rules\n\nGenerated from the pages by `davy rules --format markdown`.\n");
    for family in FAMILIES {
        let pages: Vec<&Page> = rules::pages().into_iter().filter(|page| page.family == *family).collect();
        if pages.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n## {}: {}\n", family.prefix, family.about);
        text.push_str("| code | name | severity | fix | minutes | in other tools |\n|---|---|---|---|---|---|\n");
        for page in pages {
            let _ = writeln!(
                text,
                "| {} | [{}]({}) | {} | {} | {} | {} |",
                page.code,
                page.name,
                page.path,
                page.severity.word(),
                match page.fix {
                    Fixable::None => "",
                    Fixable::Safe => "safe",
                    Fixable::Unsafe => "unsafe",
                    Fixable::Mixed => "safe, unsafe",
                },
                page.effort,
                page.equivalents.join(", ")
            );
        }
    }
    text
}

fn json() -> io::Result<String> {
    let rules: Vec<serde_json::Value> = rules::pages()
        .into_iter()
        .map(|page| {
            serde_json::json!({
                "code": page.code,
                "name": page.name,
                "family": page.family.name,
                "severity": page.severity.word(),
                "default": page.default,
                "effort_minutes": page.effort,
                "fix": match page.fix {
                    Fixable::None => "none",
                    Fixable::Safe => "safe",
                    Fixable::Unsafe => "unsafe",
                    Fixable::Mixed => "mixed",
                },
                "summary": page.summary,
                "tags": page.tags,
                "references": page.references,
                "equivalents": page.equivalents,
                "markdown": page.prose(),
            })
        })
        .collect();
    let text = serde_json::to_string_pretty(&serde_json::json!({ "version": 1, "rules": rules }))?;
    Ok(text + "\n")
}
