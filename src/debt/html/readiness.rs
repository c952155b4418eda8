//! The verdict, the scores and where they come from, and what to do first.

use super::write::{
    Column, code, finding_anchor, link, number, paragraph, part, places, prose, rule_anchor, section_anchor, slug,
    table, text,
};
use crate::debt::{Document, Entry, Recommendation, RuleCount, Section, words};

/// So many secrets are named that do not wait.
const ROWS: usize = 25;

/// Go or no-go, and the reasons.
pub fn verdict(document: &Document) -> String {
    let (word, meaning) = words::verdict(document);
    let class = if document.verdict.go { "go" } else { "no-go" };
    let mut reasons = String::new();
    for reason in &document.verdict.reasons {
        let rest = format!("href=\"#{}\"", section_target(document, &reason.section));
        let place = places(document, &reason.findings, &prose(&reason.text), &rest);
        let said = words::said(document, reason);
        reasons.push_str(&format!("<li>{place}{}</li>\n", listed(said.into_iter(), 0)));
    }
    let reasons = if reasons.is_empty() { String::new() } else { format!("<ol>\n{reasons}</ol>\n") };
    let heading = format!("<strong>{word}</strong> <span>{meaning}</span>");
    part("verdict", &heading, &reasons).replacen("class=\"part\"", &format!("class=\"part verdict {class}\""), 1)
}

/// Findings with what they say, and how many more there are; nothing where there is none.
fn listed<'d>(findings: impl Iterator<Item = (usize, &'d Entry)>, more: usize) -> String {
    let one = |(at, entry): (usize, &Entry)| {
        let place = link(&finding_anchor(at), &code(&words::place(entry)));
        format!("<li>{place}: {}</li>\n", prose(&words::told(entry)))
    };
    let mut items: String = findings.map(one).collect();
    if more > 0 {
        items.push_str(&format!("<li>and {} more</li>\n", words::grouped(more)));
    }
    if items.is_empty() { items } else { format!("\n<ul class=\"said\">\n{items}</ul>\n") }
}

/// The anchor of a section's card, where there is one.
fn section_target(document: &Document, key: &str) -> String {
    match document.sections.iter().any(|section| section.key == key) {
        true => card_anchor(key),
        false => "findings".to_owned(),
    }
}

fn card_anchor(section: &str) -> String {
    format!("section-{}", slug(section))
}

/// The cards of all sections, and their rules.
pub fn render(document: &Document) -> String {
    let cards: String = document.sections.iter().map(card).collect();
    let mut html = format!("<div class=\"cards\">\n{cards}</div>\n{}", paragraph(words::SCORES));
    let rows: Vec<Vec<String>> =
        document.sections.iter().flat_map(|section| section.rules.iter().map(|rule| row(section, rule))).collect();
    if !rows.is_empty() {
        html.push_str("<h3>What was found, by rule</h3>\n");
        html.push_str(&table("Findings by section and rule", RULES, &rows));
    }
    html
}

fn card(section: &Section) -> String {
    let anchor = card_anchor(&section.key);
    let findings = section_anchor(&section.key);
    let state = match (section.errors, section.warnings) {
        (1.., _) => "bad",
        (0, 1..) => "fair",
        (0, 0) => "good",
    };
    let counts = words::severities(section.errors, section.warnings, section.notes);
    let counts = if section.errors + section.warnings + section.notes > 0 { link(&findings, &counts) } else { counts };
    let time = match section.minutes {
        0 => String::new(),
        minutes => format!(", {} to mend", words::duration(minutes)),
    };
    let formula = words::formula(section, |errors| link(&findings, errors));
    format!(
        "<article class=\"card {state}\" id=\"{anchor}\" aria-labelledby=\"{anchor}-title\">\
         <h3 id=\"{anchor}-title\">{}</h3>\
         <p class=\"score\"><b>{shown}</b> <span>{of}</span></p>\
         <svg class=\"bar\" viewBox=\"0 0 100 2\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect width=\"100\" height=\"2\" class=\"all\"/><rect width=\"{score}\" height=\"2\" class=\"part-of\"/></svg>\
         <p class=\"about\">{} Counts {}.</p><p class=\"formula\">{formula}</p><p class=\"counts\">{counts}{time}</p></article>\n",
        text(&section.title),
        prose(&section.about),
        text(&section.of),
        score = if section.is_looked_at { section.score } else { 0 },
        shown = words::shown_score(section),
        of = if section.is_looked_at { "of 100" } else { "not looked at" },
    )
}

const RULES: &[Column] = &[
    ("Rule", false),
    ("Section", false),
    ("What it is about", false),
    ("Errors", true),
    ("Warnings", true),
    ("Notes", true),
    ("davy mends", true),
    ("Time for the rest", true),
];

fn row(section: &Section, rule: &RuleCount) -> Vec<String> {
    let anchor = rule_anchor(&section.key, &rule.code);
    let linked = |count: usize, word: &str| match count {
        0 => "<span class=\"zero\">0</span>".to_owned(),
        count => link(&anchor, &number(count, word)),
    };
    vec![
        format!("{} <span class=\"name\">{}</span>", link(&anchor, &code(&rule.code)), text(&rule.name)),
        text(&section.title),
        prose(&rule.summary),
        linked(rule.errors, "error"),
        linked(rule.warnings, "warning"),
        linked(rule.notes, "note"),
        words::grouped(rule.fixable),
        words::duration(rule.minutes),
    ]
}

/// What to do, in order of points per minute, and what all of it costs.
pub fn recommendations(document: &Document) -> String {
    if document.recommendations.is_empty() {
        return paragraph(words::NOTHING_TO_DO);
    }
    let rows: Vec<Vec<String>> =
        document.recommendations.iter().enumerate().map(|(index, one)| step(document, index, one)).collect();
    let columns: &[Column] = &[
        ("Step", false),
        ("What to do", false),
        ("Rule", false),
        ("Points gained", true),
        ("Time", true),
        ("Findings", true),
    ];
    let urgent = words::urgent(document).map(|(said, secrets)| {
        let known = secrets.iter().take(ROWS).filter_map(|at| Some((*at, document.findings.get(*at)?)));
        let list = listed(known, secrets.len().saturating_sub(ROWS));
        format!("{}{list}", paragraph(&format!("<strong>{}</strong>", text(&said))))
    });
    format!(
        "{}{}{}{}",
        urgent.unwrap_or_default(),
        paragraph(words::STEPS),
        table("Recommendations in order of effect per effort", columns, &rows),
        paragraph(&words::effort(&document.effort))
    )
}

fn step(document: &Document, index: usize, recommendation: &Recommendation) -> Vec<String> {
    let first = recommendation.findings.first().and_then(|index| document.findings.get(*index));
    let anchor = match first {
        Some(entry) => rule_anchor(&entry.section, &entry.code),
        None => "findings".to_owned(),
    };
    let command = recommendation.command.as_deref().map(|command| format!("<br>{}", code(command))).unwrap_or_default();
    let label = number(recommendation.findings.len(), "finding");
    vec![
        (index + 1).to_string(),
        format!("{}{command}", prose(&recommendation.text)),
        if recommendation.code.is_empty() { String::new() } else { code(&recommendation.code) },
        format!("+{}", recommendation.points),
        words::duration(recommendation.minutes),
        places(document, &recommendation.findings, &label, &format!("href=\"#{anchor}\"")),
    ]
}
