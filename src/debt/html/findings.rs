//! Every finding, by section, rule and file: a line each, which opens to its frame.
//!
//! What all findings of a rule or a file have in common is said once, above them: it reads better, and a thousand findings
//! stay a page that one can send. Attributes go without quotes where a finding writes them, for the same reason; they hold
//! nothing of the project.

use super::write::{
    attribute, code, finding_anchor, link, paragraph, part, prose, rule_anchor, section_anchor, slug, text,
};
use crate::debt::{Document, Entry, FrameLine, RuleCount, words};
use std::collections::BTreeMap;

/// The anchor of a family in the index of findings.
pub fn family_anchor(family: &str) -> String {
    format!("family-{}", slug(family))
}

/// What a rule found in a section.
struct Group<'d> {
    code: &'d str,
    name: &'d str,
    counted: Option<&'d RuleCount>,
    entries: Vec<(usize, &'d Entry)>,
}

/// How many lines are shown around those of findings.
#[derive(Clone, Copy)]
pub struct Around {
    pub errors: u32,
    pub others: u32,
}

/// All findings, with as many lines `around` their own.
pub fn render(document: &Document, around: Around) -> String {
    let mut body = match document.findings.len() {
        0 => paragraph(&format!("Nothing was found in {}.", words::counted(document.size.files, "file"))),
        _ => format!("{}{}", filter(document), families(document)),
    };
    if around.others < u32::MAX {
        body.push_str(&paragraph(
            "There is much to show: lines around findings were left out. The report in JSON has all.",
        ));
    }
    let mut titles: Vec<(&str, &str)> =
        document.sections.iter().map(|section| (section.key.as_str(), section.title.as_str())).collect();
    for entry in &document.findings {
        if !titles.iter().any(|(key, _)| *key == entry.section) {
            titles.push((&entry.section, "Elsewhere"));
        }
    }
    for (key, title) in titles {
        body.push_str(&section(document, key, title, around));
    }
    part("findings", "Findings", &body)
}

/// What a script fills and shows: without one there is nothing to filter with.
fn filter(document: &Document) -> String {
    let sections: String = document
        .sections
        .iter()
        .map(|section| format!("<option value=\"{}\">{}</option>", section_anchor(&section.key), text(&section.title)))
        .collect();
    let severities: String = ["error", "warning", "note"].map(|word| format!("<option>{word}</option>")).concat();
    format!(
        "<form id=\"filter\" role=\"search\" aria-label=\"Filter findings\" hidden>\
         <label>Text <input type=\"search\" name=\"text\" autocomplete=\"off\"></label>\
         <label>Severity <select name=\"severity\"><option value=\"\">all</option>{severities}</select></label>\
         <label>Section <select name=\"section\"><option value=\"\">all</option>{sections}</select></label>\
         <label>Rule <select name=\"rule\"><option value=\"\">all</option></select></label>\
         <label>Owner <select name=\"owner\"><option value=\"\">all</option></select></label>\
         <button type=\"reset\">Show all</button><output aria-live=\"polite\"></output></form>\n"
    )
}

/// The rules of each family that has findings.
fn families(document: &Document) -> String {
    let mut families: BTreeMap<&str, BTreeMap<(&str, &str), usize>> = BTreeMap::new();
    for entry in &document.findings {
        let rules = families.entry(words::family(&entry.code)).or_default();
        *rules.entry((&entry.section, &entry.code)).or_default() += 1;
    }
    let mut html = String::new();
    for (family, rules) in families {
        let rules: Vec<String> = rules
            .iter()
            .map(|((section, rule), count)| {
                format!("{} {}", link(&rule_anchor(section, rule), &code(rule)), words::grouped(*count))
            })
            .collect();
        let name = if family.is_empty() { "others" } else { family };
        html.push_str(&format!("<li id=\"{}\"><b>{name}</b> {}</li>\n", family_anchor(family), rules.join(", ")));
    }
    format!("<ul class=\"families\">\n{html}</ul>\n")
}

fn section(document: &Document, key: &str, title: &str, around: Around) -> String {
    let groups = groups(document, key);
    let anchor = section_anchor(key);
    let body = match groups.is_empty() {
        true => paragraph("Nothing was found here."),
        false => groups.iter().map(|group| rule(key, group, around)).collect(),
    };
    format!(
        "<section class=\"of\" aria-labelledby=\"{anchor}\">\n<h3 id=\"{anchor}\">{}</h3>\n{body}</section>\n",
        text(title)
    )
}

/// What was found in a section, in the order of its rules.
fn groups<'d>(document: &'d Document, key: &str) -> Vec<Group<'d>> {
    let counted = document.sections.iter().filter(|section| section.key == key).flat_map(|section| &section.rules);
    let mut groups: Vec<Group> = counted
        .map(|rule| Group { code: &rule.code, name: &rule.name, counted: Some(rule), entries: Vec::new() })
        .collect();
    for (index, entry) in document.findings.iter().enumerate().filter(|(_, entry)| entry.section == key) {
        match groups.iter_mut().find(|group| group.code == entry.code) {
            Some(group) => group.entries.push((index, entry)),
            None => groups.push(Group {
                code: &entry.code,
                name: &entry.name,
                counted: None,
                entries: vec![(index, entry)],
            }),
        }
    }
    groups
}

/// What all have in common, if they have.
fn common<'d, T: PartialEq>(entries: &[(usize, &'d Entry)], of: impl Fn(&'d Entry) -> T) -> Option<T> {
    let mut values = entries.iter().map(|(_, entry)| of(entry));
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

fn fix(entry: &Entry) -> &str {
    entry.fix.as_deref().unwrap_or_default()
}

/// What is said of each finding by itself, because its rule or its file does not say it for all.
#[derive(Clone, Copy)]
struct Own {
    severity: bool,
    minutes: bool,
    message: bool,
    help: bool,
    fix: bool,
    path: bool,
    owner: bool,
}

fn rule(section: &str, group: &Group, around: Around) -> String {
    let of = |severity: &str| group.entries.iter().filter(|(_, entry)| entry.severity == severity).count();
    let severity = common(&group.entries, |entry| entry.severity.as_str());
    let minutes = common(&group.entries, |entry| entry.minutes);
    let message = common(&group.entries, |entry| entry.message.as_str());
    let help = common(&group.entries, |entry| entry.help.as_str());
    let is_safe = group.entries.first().is_some_and(|(_, entry)| entry.safe);
    let is_one = group.entries.iter().all(|(_, entry)| entry.safe == is_safe);
    let offered = common(&group.entries, fix).filter(|_| is_one);
    let mut html = format!(
        "<section class=\"rule\"{}><h4 id=\"{}\">{} <span class=\"name\">{}</span> <span class=\"count\">{}</span></h4>\n",
        severity.map(|severity| format!(" data-severity=\"{}\"", attribute(severity))).unwrap_or_default(),
        rule_anchor(section, group.code),
        code(group.code),
        text(group.name),
        words::severities(of("error"), of("warning"), of("note"))
    );
    if let Some(counted) = group.counted.filter(|counted| !counted.summary.is_empty()) {
        html.push_str(&paragraph(&prose(&counted.summary)));
    }
    let fix_said = offered.filter(|title| !title.is_empty()).map(|title| fix_sentence(title, is_safe));
    let time_said = minutes.filter(|minutes| *minutes > 0).map(|minutes| format!("{}.", words::duration(minutes)));
    let texts = [message, help].into_iter().flatten().filter(|text| !text.is_empty()).map(sentence);
    let said: Vec<String> = texts.chain(fix_said).chain(time_said).collect();
    if !said.is_empty() {
        let all = if group.entries.len() > 1 { "<b>Each:</b> " } else { "" };
        html.push_str(&format!("<p class=\"same\">{all}{}</p>\n", said.join(" ")));
    }
    let own = Own {
        severity: severity.is_none(),
        minutes: minutes.is_none(),
        message: message.is_none(),
        help: help.is_none(),
        fix: offered.is_none(),
        path: true,
        owner: true,
    };
    let (several, alone): (Vec<_>, Vec<_>) = by_file(&group.entries).into_iter().partition(|entries| entries.len() > 1);
    for (index, entry) in alone.into_iter().flatten() {
        html.push_str(&finding(index, entry, &own, around));
    }
    for entries in several {
        html.push_str(&file(&entries, own, around));
    }
    html.push_str("</section>\n");
    html
}

/// The entries of each file, in the order of the files.
fn by_file<'d>(entries: &[(usize, &'d Entry)]) -> Vec<Vec<(usize, &'d Entry)>> {
    let mut files: Vec<Vec<(usize, &Entry)>> = Vec::new();
    for (index, entry) in entries {
        match files.iter_mut().find(|file| file[0].1.path == entry.path) {
            Some(file) => file.push((*index, entry)),
            None => files.push(vec![(*index, entry)]),
        }
    }
    files
}

/// What a rule found several times in one file.
fn file(entries: &[(usize, &Entry)], own: Own, around: Around) -> String {
    let owner = common(entries, |entry| entry.owner.as_str());
    let path = code(&entries[0].1.path);
    let mut html = format!("<h5>{path}{}</h5>\n", owner.map(said_owner).unwrap_or_default());
    let own = Own { owner: owner.is_none(), path: false, ..own };
    for (index, entry) in entries {
        html.push_str(&finding(*index, entry, &own, around));
    }
    html
}

fn said_owner(owner: &str) -> String {
    if owner.is_empty() { String::new() } else { format!(" <i>{}</i>", text(owner)) }
}

fn fix_sentence(title: &str, is_safe: bool) -> String {
    match is_safe {
        true => format!("davy mends it: {}", sentence(title)),
        false => format!("davy offers: {}", sentence(title)),
    }
}

/// A message with its full stop.
fn sentence(message: &str) -> String {
    let stop = if message.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{stop}", prose(message))
}

fn finding(index: usize, entry: &Entry, own: &Own, around: Around) -> String {
    let scope = if entry.scope.is_empty() { String::new() } else { format!(" in {}", code(&entry.scope)) };
    let severity = match own.severity {
        true => format!("<b class=\"{}\">{}</b> ", attribute(&entry.severity), text(&entry.severity)),
        false => String::new(),
    };
    let place = match own.path {
        true => code(&words::place(entry)),
        false => format!("line {}", entry.line),
    };
    let message = if own.message { format!(": {}", prose(&entry.message)) } else { String::new() };
    let mut facts = Vec::new();
    if own.help && !entry.help.is_empty() {
        facts.push(sentence(&entry.help));
    }
    if let Some(title) = entry.fix.as_deref().filter(|_| own.fix) {
        facts.push(fix_sentence(title, entry.safe));
    }
    if own.minutes && entry.minutes > 0 {
        facts.push(format!("{}.", words::duration(entry.minutes)));
    }
    if let Some(born) = &entry.born {
        let before = if entry.from_the_beginning { " or before" } else { "" };
        facts.push(format!("Since {} {}{before}.", text(&born.date), text(&words::short(&born.id))));
    }
    if own.owner && !entry.owner.is_empty() {
        facts.push(said_owner(&entry.owner).trim_start().to_owned());
    }
    format!(
        "<details id={}><summary>{severity}{place}{scope}{message}</summary><p>{}{}</details>\n",
        finding_anchor(index),
        facts.join(" "),
        frame(entry, around)
    )
}

/// The lines of a finding without the indentation that all of them have.
fn frame(entry: &Entry, around: Around) -> String {
    let around = if entry.severity == "error" { around.errors } else { around.others };
    let is_near = |line: &&FrameLine| line.mark.is_some() || line.number.abs_diff(entry.line) <= around;
    let lines: Vec<&FrameLine> = entry.frame.iter().filter(is_near).collect();
    let Some(first) = lines.first() else { return String::new() };
    let indented = |line: &&&FrameLine| !line.text.trim().is_empty();
    let spaces = |line: &&FrameLine| {
        let spaces = line.text.chars().take_while(|char| *char == ' ').count();
        line.mark.map_or(spaces, |(from, _)| spaces.min(from as usize))
    };
    let indent = lines.iter().filter(indented).map(spaces).min().unwrap_or_default();
    let mut html = format!("<ol start={}>", first.number);
    let mut expected = first.number;
    for line in lines {
        match line.number == expected {
            true => html.push_str("<li>"),
            false => html.push_str(&format!("<li value={}>", line.number)),
        }
        html.push_str(&marked(line, indent));
        expected = line.number + 1;
    }
    html.push_str("</ol>");
    html
}

fn marked(line: &FrameLine, indent: usize) -> String {
    let chars: Vec<char> = line.text.chars().collect();
    let of = |from: usize, to: usize| text(&chars[from..to].iter().collect::<String>());
    let end = chars.len();
    let start = indent.min(end);
    match line.mark.map(|(from, to)| ((from as usize).clamp(start, end), (to as usize).min(end))) {
        Some((from, to)) if from < to => format!("{}<mark>{}</mark>{}", of(start, from), of(from, to), of(to, end)),
        _ => of(start, end).trim_end().to_owned(),
    }
}
