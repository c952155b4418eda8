//! The readiness report as Markdown, for a wiki or a pull request.
//!
//! Holds no frames and no charts; of long lists the top, and how many more there are.

use super::{Compare, Document, Entry, RuleCount, Trend, words};
use std::io::{self, Write};

/// So many rows a list has.
const ROWS: usize = 20;

/// So many findings of a section are listed, whatever they are.
const FINDINGS: usize = 10;

/// Where so few findings are meant, a step says where they are.
const NAMED: usize = 5;

/// So many errors of a section are listed, and warnings that need a person.
const ERRORS: usize = 50;

/// The whole report.
pub fn markdown(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let (word, meaning) = words::verdict(document);
    writeln!(out, "# Production readiness of {}\n\n**{word}**: {meaning}\n", escaped(&document.project))?;
    for reason in &document.verdict.reasons {
        writeln!(out, "- {}", prose(&reason.text))?;
        for (_, entry) in words::said(document, reason) {
            writeln!(out, "  - {}: {}", code(&words::place(entry)), prose(&entry.message))?;
        }
    }
    if !document.verdict.reasons.is_empty() {
        writeln!(out)?;
    }
    let files = words::counted(document.size.files, "file");
    let lines = words::counted(document.size.lines, "line");
    let commit = match &document.commit {
        Some(commit) => format!(" at {} of {}", code(&words::short(&commit.id)), escaped(&commit.date)),
        None => String::new(),
    };
    let made = escaped(&document.made);
    let scope = words::scope(document, code);
    writeln!(
        out,
        "Looked at {scope}: {files} of Python and settings with {lines}{commit}, by davy {} on {made}.",
        escaped(&document.davy)
    )?;
    writeln!(out, "{}", words::BY)?;
    if let Some(said) = words::uncommitted(document) {
        writeln!(out, "\n{said}")?;
    }
    readiness(document, out)?;
    recommendations(document, out)?;
    writeln!(out, "\n## Trend\n")?;
    if let Some(said) = words::no_history(document) {
        let shallow = document.trend.as_ref().filter(|trend| trend.shallow).map(words::history);
        writeln!(out, "{said}{}", shallow.map(|said| format!(" {}", escaped(&said))).unwrap_or_default())?;
    } else if let Some(history) = &document.trend {
        trend(history, out)?;
    }
    people(document, out)?;
    if let Some(older) = &document.compare {
        writeln!(out, "\n## Compare\n")?;
        compare(document, older, out)?;
    }
    order(document, out)?;
    findings(document, out)
}

/// A table, its first `ROWS` rows, and how many more there are. A column that ends with a colon holds numbers.
fn table(out: &mut dyn Write, columns: &[&str], rows: Vec<Vec<String>>) -> io::Result<()> {
    top(out, columns, rows, ROWS)
}

/// The same with the first `most` rows.
fn top(out: &mut dyn Write, columns: &[&str], rows: Vec<Vec<String>>, most: usize) -> io::Result<()> {
    let heads: Vec<&str> = columns.iter().map(|column| column.trim_end_matches(':')).collect();
    let lines: Vec<&str> = columns.iter().map(|column| if column.ends_with(':') { "---:" } else { "---" }).collect();
    writeln!(out, "| {} |\n|{}|", heads.join(" | "), lines.join("|"))?;
    for row in rows.iter().take(most) {
        writeln!(out, "| {} |", row.join(" | "))?;
    }
    match rows.len().saturating_sub(most) {
        0 => Ok(()),
        more => writeln!(out, "\nand {} more", words::grouped(more)),
    }
}

fn readiness(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## Readiness\n")?;
    let rows = document.sections.iter().map(|section| {
        vec![
            escaped(&section.title),
            format!("**{}**", words::shown_score(section)),
            words::formula(section, str::to_owned),
            section.errors.to_string(),
            section.warnings.to_string(),
            section.notes.to_string(),
            words::duration(section.minutes),
        ]
    });
    let columns = ["Section", "Score:", "How it comes about", "Errors:", "Warnings:", "Notes:", "Time to mend:"];
    table(out, &columns, rows.collect())?;
    writeln!(out, "\n{}\n", words::SCORES)?;
    for section in &document.sections {
        writeln!(out, "- **{}**: {} Counts {}.", escaped(&section.title), prose(&section.about), escaped(&section.of))?;
    }
    let rules: Vec<&RuleCount> = document.sections.iter().flat_map(|section| &section.rules).collect();
    if rules.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### What was found, by rule\n")?;
    let rows = rules.iter().map(|rule| {
        vec![
            format!("{} {}", code(&rule.code), escaped(&rule.name)),
            prose(&rule.summary),
            words::severities(rule.errors, rule.warnings, rule.notes),
            words::grouped(rule.fixable),
            words::duration(rule.minutes),
        ]
    });
    let columns = ["Rule", "What it is about", "Found", "davy mends:", "Time for the rest:"];
    top(out, &columns, rows.collect(), rules.len())
}

fn recommendations(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## Recommendations\n")?;
    if document.recommendations.is_empty() {
        return writeln!(out, "{}", words::NOTHING_TO_DO);
    }
    if let Some((urgent, secrets)) = words::urgent(document) {
        writeln!(out, "**{urgent}**\n")?;
        for entry in secrets.iter().take(ROWS).filter_map(|at| document.findings.get(*at)) {
            writeln!(out, "- {}: {}", code(&words::place(entry)), prose(&words::told(entry)))?;
        }
        match secrets.len().saturating_sub(ROWS) {
            0 => writeln!(out)?,
            more => writeln!(out, "\nand {} more\n", words::grouped(more))?,
        }
    }
    writeln!(out, "{}\n", words::STEPS)?;
    let rows = document.recommendations.iter().enumerate().map(|(index, step)| {
        let command = step.command.as_deref().map(|command| format!(": {}", code(command))).unwrap_or_default();
        let places: Vec<String> = match step.findings.as_slice() {
            few if few.len() <= NAMED => {
                let entries = few.iter().filter_map(|index| document.findings.get(*index));
                entries.map(|entry| code(&words::place(entry))).collect()
            }
            _ => Vec::new(),
        };
        let places = if places.is_empty() { String::new() } else { format!(": {}", places.join(", ")) };
        vec![
            (index + 1).to_string(),
            format!("{}{command}{places}", prose(&step.text)),
            format!("+{}", step.points),
            words::duration(step.minutes),
            step.findings.len().to_string(),
        ]
    });
    table(out, &["Step:", "What to do", "Points:", "Time:", "Findings:"], rows.collect())?;
    writeln!(out, "\n{}", words::effort(&document.effort))
}

fn trend(trend: &Trend, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", escaped(&words::history(trend)))?;
    if trend.families.is_empty() {
        writeln!(out, "\n{}", words::NO_COURSE)?;
    } else if trend.dates.len() > 1 {
        writeln!(out)?;
        let rows = trend.families.iter().map(|course| {
            let edge = |value: Option<&usize>| words::grouped(value.copied().unwrap_or_default());
            vec![
                escaped(&course.name),
                edge(course.values.first()),
                edge(course.values.iter().max()),
                edge(course.values.last()),
                words::grouped(course.came.iter().sum()),
                words::grouped(course.went.iter().sum()),
            ]
        });
        table(out, &["Family", "First:", "Most:", "Now:", "Came:", "Went:"], rows.collect())?;
    }
    writeln!(out, "\n## Forecast\n")?;
    if trend.forecasts.is_empty() {
        return writeln!(out, "{}", words::NO_FORECAST);
    }
    let first = &trend.forecasts[0].text;
    if trend.forecasts.iter().all(|forecast| forecast.text == *first) {
        return writeln!(out, "{}", prose(first));
    }
    for forecast in &trend.forecasts {
        writeln!(out, "- **{}**: {}", escaped(&forecast.name), prose(&forecast.text))?;
    }
    Ok(())
}

fn people(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let no_history = words::no_history(document);
    writeln!(out, "\n## Hotspots\n")?;
    match document.hotspots.as_slice() {
        [] => writeln!(out, "{}", no_history.unwrap_or(words::NO_HOTSPOT))?,
        hotspots => {
            writeln!(out, "{}\n", words::hotspots(document))?;
            let rows = hotspots.iter().map(|hotspot| {
                let commits = words::grouped(hotspot.commits);
                let findings = words::grouped(hotspot.findings);
                let time = words::duration(hotspot.minutes);
                vec![code(&hotspot.path), escaped(&hotspot.owner), commits, findings, time]
            });
            table(out, &["File", "Owner", "Commits:", "Findings:", "Debt:"], rows.collect())?;
        }
    }
    writeln!(out, "\n## Owners\n")?;
    match document.owners.owners.as_slice() {
        [] => writeln!(out, "{}", words::NO_OWNER)?,
        owners => {
            writeln!(out, "{}\n", escaped(&words::owners_by(&document.owners)))?;
            let rows = owners.iter().map(|owner| {
                let age = owner.age.map(|days| words::counted(days as usize, "day")).unwrap_or_default();
                let (errors, warnings) = (words::grouped(owner.errors), words::grouped(owner.warnings));
                vec![escaped(&owner.name), errors, warnings, words::duration(owner.minutes), age]
            });
            table(out, &["Owner", "Errors:", "Warnings:", "Time to mend:", "Median age:"], rows.collect())?;
        }
    }
    if no_history.is_some() {
        return Ok(());
    }
    writeln!(out, "\n## Age\n")?;
    match document.ages.as_slice() {
        [] => writeln!(out, "{}", words::NO_AGE),
        ages => {
            let some = ages.iter().filter(|age| age.errors + age.warnings > 0);
            let rows = some.map(|age| vec![escaped(&age.label), age.errors.to_string(), age.warnings.to_string()]);
            table(out, &["Age", "Errors:", "Warnings:"], rows.collect())
        }
    }
}

fn compare(document: &Document, compare: &Compare, out: &mut dyn Write) -> io::Result<()> {
    let then = words::counted(compare.then, "finding");
    let (now, came, went) = (compare.now, compare.came.len(), compare.went.len());
    let commit = &compare.commit;
    writeln!(
        out,
        "Since {} ({} of {}): {then} then, {now} now; {came} came, {went} went.",
        code(&compare.name),
        code(&words::short(&commit.id)),
        escaped(&commit.date),
    )?;
    let came: Vec<Vec<String>> =
        compare.came.iter().filter_map(|index| document.findings.get(*index)).map(finding).collect();
    if !came.is_empty() {
        writeln!(out, "\n### What came\n")?;
        table(out, &["Where", "What"], came)?;
    }
    if compare.went.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### What went\n")?;
    let went = compare.went.iter().map(|gone| {
        let commit = format!("{} of {}", code(&words::short(&gone.commit.id)), escaped(&gone.commit.date));
        vec![code(&gone.path), code(&gone.code), code(&gone.scope), commit]
    });
    table(out, &["Where it was", "Rule", "Within", "Gone with"], went.collect())
}

fn order(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## Migration order\n")?;
    if document.order.is_empty() {
        return writeln!(out, "{}", words::NO_ORDER);
    }
    writeln!(out, "{}\n", words::ORDER)?;
    let rows = document.order.iter().enumerate().map(|(index, module)| {
        vec![
            (index + 1).to_string(),
            code(&module.path),
            module.automatic.to_string(),
            module.person.to_string(),
            words::duration(module.minutes),
        ]
    });
    table(out, &["Step:", "Module", "davy moves:", "A person moves:", "Time:"], rows.collect())
}

/// The top of each section: errors, then warnings that need a person, then those that davy mends, then notes.
fn findings(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## Findings")?;
    for section in &document.sections {
        writeln!(out, "\n### {}\n", escaped(&section.title))?;
        let of = |severity: &'static str| {
            document.findings.iter().filter(move |entry| entry.section == section.key && entry.severity == severity)
        };
        let by_hand = of("warning").filter(|entry| !entry.safe);
        let by_itself = of("warning").filter(|entry| entry.safe);
        let all: Vec<&Entry> = of("error").chain(by_hand).chain(by_itself).chain(of("note")).collect();
        if all.is_empty() {
            writeln!(out, "Nothing was found here.")?;
            continue;
        }
        let most = of("error").count() + of("warning").filter(|entry| !entry.safe).count();
        let most = most.clamp(FINDINGS, ERRORS);
        top(out, &["Where", "What"], all.iter().map(|entry| finding(entry)).collect(), most)?;
    }
    Ok(())
}

fn finding(entry: &Entry) -> Vec<String> {
    let what = format!("{} {}: {}", escaped(&entry.severity), code(&entry.code), prose(&entry.message));
    vec![code(&words::place(entry)), what]
}

/// A sentence: its code spans stay, and nothing else of it is Markdown or HTML.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let part = |(index, part): (usize, &&str)| match index % 2 {
        1 if index + 1 < parts.len() => code(part),
        1 => format!("\\`{}", escaped(part)),
        _ => escaped(part),
    };
    parts.iter().enumerate().map(part).collect()
}

/// A name as code, in a cell: no pipe ends the cell, no quote the code, and no character the line.
fn code(text: &str) -> String {
    let text = words::plain(text).replace('|', "\\|");
    match text.is_empty() {
        true => text,
        false if text.contains('`') => format!("`` {} ``", text.replace("``", "` `")),
        false => format!("`{text}`"),
    }
}

/// A text as it is, whatever its characters mean in Markdown or HTML.
pub fn escaped(text: &str) -> String {
    crate::report::markdown::escaped(&words::plain(text)).replace('`', "\\`").replace('!', "\\!")
}
