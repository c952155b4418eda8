//! What all formats of the readiness report say in the same words: scores, formulas, times, counts.

use super::{Document, Effort, Entry, Owners, Reason, Section, Trend};
use crate::page::FAMILIES;
use crate::report::count;
use crate::secrets::words;

/// The share of clean files in percent, rounded down, so that only a section without a dirty file has 100.
fn clean_percent(files: usize, clean: usize) -> u32 {
    (clean * 100).checked_div(files).map_or(100, |percent| u32::try_from(percent).unwrap_or(100).min(100))
}

/// The score of a section: the percentage of clean files, less points for each error, and never below 0.
pub fn score(files: usize, clean: usize, errors: usize, points_per_error: u32) -> u32 {
    let less = u32::try_from(errors).unwrap_or(u32::MAX).saturating_mul(points_per_error);
    clean_percent(files, clean).saturating_sub(less)
}

/// How a score comes about, with its numbers. `link` makes what it likes of the number of errors.
pub fn formula(section: &Section, link: impl Fn(&str) -> String) -> String {
    if !section.is_looked_at {
        return "None of its rules is on: it was not looked at.".to_owned();
    }
    let percent = clean_percent(section.files, section.clean);
    let clean = match (section.files, section.clean) {
        (0, _) => format!("No file of the project is part of this: {percent}."),
        (1, 1) => format!("The one file is clean: {percent} %."),
        (files, clean) if files == clean => format!("All {} files are clean: {percent} %.", grouped(files)),
        (files, clean) => format!("{} of {} are clean: {percent} %.", grouped(clean), counted(files, "file")),
    };
    let points = counted(section.points_per_error as usize, "point");
    let floor = if section.score == 0 && percent > 0 { ", and never below 0" } else { "" };
    match section.errors {
        0 => clean,
        1 => format!("{clean} Less {points} for {}{floor}: {}.", link("1 error"), section.score),
        errors => {
            let errors = link(&counted(errors, "error"));
            format!("{clean} Less {points} for each of {errors}{floor}: {}.", section.score)
        }
    }
}

/// `1 file`, `12,000 files`.
pub fn counted(number: usize, word: &str) -> String {
    let plain = count(number, word);
    plain.replacen(&number.to_string(), &grouped(number), 1)
}

/// `12,000`.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `5 min`, `2 h 30 min`, `41 h`: minutes no longer count in many hours.
pub fn duration(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) if hours < 10 => format!("{hours} h"),
        (hours, minutes) if hours < 10 => format!("{hours} h {minutes} min"),
        (hours, minutes) => format!("{} h", grouped((hours + minutes / 30) as usize)),
    }
}

/// `3 errors, 12 warnings, 1 note`, without what there is none of; "nothing found" where there is nothing.
pub fn severities(errors: usize, warnings: usize, notes: usize) -> String {
    let counts = [(errors, "error"), (warnings, "warning"), (notes, "note")];
    let counts: Vec<String> =
        counts.iter().filter(|(number, _)| *number > 0).map(|(number, word)| counted(*number, word)).collect();
    if counts.is_empty() { "nothing found".to_owned() } else { counts.join(", ") }
}

/// `GO` or `NO-GO`, and what that means.
pub fn verdict(document: &Document) -> (&'static str, &'static str) {
    match document.verdict.go {
        true => ("GO", "ready for production"),
        false => ("NO-GO", "not ready for production"),
    }
}

/// What all of it costs, in sentences.
pub fn effort(effort: &Effort) -> String {
    let by_itself = match effort.automatic {
        0 => String::new(),
        1 => " davy mends 1 finding by itself.".to_owned(),
        many => format!(" davy mends {} findings by itself.", grouped(many)),
    };
    let cost = match effort.minutes {
        0 => "No error and no warning needs a person.".to_owned(),
        minutes => format!(
            "To mend every error and warning takes a person {}, review and test runs not counted: {:.1} minutes for each 1,000 lines.",
            duration(minutes),
            effort.per_thousand_lines
        ),
    };
    let (Some(paid), Some(taken)) = (effort.paid_back, effort.taken_on) else { return format!("{cost}{by_itself}") };
    let weeks = match effort.weeks {
        1 => "last week".to_owned(),
        weeks => format!("last {weeks} weeks"),
    };
    format!("{cost}{by_itself} Over the {weeks}, {paid:.0} minutes a week were paid back and {taken:.0} were taken on.")
}

/// How much of the history the trend knows.
pub fn history(trend: &Trend) -> String {
    let days = match (trend.dates.first(), trend.dates.last()) {
        (Some(first), Some(last)) if first != last => format!(" from {first} to {last}"),
        (Some(only), _) => format!(" of {only}"),
        _ => String::new(),
    };
    let looked = match trend.looked_at {
        looked if looked == trend.commits => String::new(),
        looked => format!(", {} of them looked at", grouped(looked)),
    };
    let missing = match trend.missing {
        0 => String::new(),
        files => {
            format!(" This clone does not have {} of older commits: they are not counted.", counted(files, "file"))
        }
    };
    let shallow = if trend.shallow { " The clone is shallow: older commits are not in it." } else { "" };
    format!("{}{days}{looked}. Errors and warnings only.{missing}{shallow}", counted(trend.commits, "commit"))
}

/// All families together, at each of the dates.
pub fn totals(trend: &Trend) -> Vec<usize> {
    let at = |index: usize| trend.families.iter().filter_map(|course| course.values.get(index)).sum();
    (0..trend.dates.len()).map(at).collect()
}

/// The score of a section; a dash where it says nothing.
pub fn shown_score(section: &Section) -> String {
    if section.is_looked_at { section.score.to_string() } else { "\u{2013}".to_owned() }
}

/// What was looked at: paths, and rules where some were selected. `code` makes a name what it likes.
pub fn scope(document: &Document, code: impl Fn(&str) -> String) -> String {
    let list = |names: &[String]| names.iter().map(|name| code(name)).collect::<Vec<_>>().join(", ");
    let paths = match document.paths.as_slice() {
        [] => "the whole project".to_owned(),
        paths => list(paths),
    };
    match document.select.as_slice() {
        [] => paths,
        rules => format!("{paths}, by the rules {} alone", list(rules)),
    }
}

/// The day that ages and paces are counted to.
pub fn as_of(document: &Document) -> String {
    format!("Counted to {}.", document.as_of)
}

/// What the owners are taken from.
pub fn owners_by(owners: &Owners) -> String {
    format!("Owners by {}.", owners.by.trim_end_matches('.'))
}

/// The family of a rule, by its code.
pub fn family(code: &str) -> &'static str {
    FAMILIES.iter().find(|family| code.starts_with(family.prefix)).map(|family| family.name).unwrap_or_default()
}

/// `app/orders.py:12`.
pub fn place(entry: &Entry) -> String {
    format!("{}:{}", entry.path, entry.line)
}

/// A text of the project on one line, in the order in which it is written: what would break the line or turn the direction of
/// what stands around it is written out.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\t' => plain.push(char),
            char if char.is_control() || turns(char) => plain.push_str(&format!("\\u{{{:x}}}", u32::from(char))),
            char => plain.push(char),
        }
    }
    plain
}

/// Marks that order text from right to left, and the separators that end a line where no line ends.
fn turns(char: char) -> bool {
    matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The first characters of a commit's name.
pub fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

/// What the report does not hold, though it lies in the work tree.
pub fn uncommitted(document: &Document) -> Option<String> {
    let files = match document.uncommitted {
        0 => return None,
        1 => "1 file of the work tree differs".to_owned(),
        files => format!("{} files of the work tree differ", grouped(files)),
    };
    Some(format!("{files} from that commit: what is not committed is not in this report."))
}

/// What does not wait for anything to be mended, and the secrets that it is about.
pub fn urgent(document: &Document) -> Option<(String, Vec<usize>)> {
    let is_leak = |entry: &Entry| entry.severity == "error" && family(&entry.code) == "secrets";
    let leaks = document.findings.iter().enumerate().filter(|(_, entry)| is_leak(entry));
    let mut leaks: Vec<usize> = leaks.map(|(at, _)| at).collect();
    leaks.sort_by_key(|at| trial(&document.findings[*at]).is_some());
    let values = match leaks.len() {
        0 => return None,
        1 => "1 secret stands in the source: today, revoke or rotate it where it was issued, if it is or ever was in use. \
              Everyone with the repository has it, whatever is mended below."
            .to_owned(),
        leaks => format!(
            "{} secrets stand in the source: today, revoke or rotate each that is or ever was in use, where it was issued. \
             Everyone with the repository has them, whatever is mended below.",
            grouped(leaks)
        ),
    };
    Some((values, leaks))
}

/// A word in the path or the lines around a secret that says what it may be for: whoever rotates it can tell, davy cannot.
fn trial(entry: &Entry) -> Option<&'static str> {
    const WORDS: [&str; 5] = ["sandbox", "demo", "sample", "staging", "dummy"];
    let lines = entry.frame.iter().map(|line| line.text.as_str());
    let mut words = std::iter::once(entry.path.as_str()).chain(lines).flat_map(words);
    words.find_map(|word| WORDS.into_iter().find(|known| *known == word))
}

/// What is wrong, as a list says it.
pub fn told(entry: &Entry) -> String {
    match trial(entry).filter(|_| family(&entry.code) == "secrets") {
        Some(word) => format!("{} (beside the word `{word}`: ask whether it opens anything)", entry.message),
        None => entry.message.clone(),
    }
}

/// So few errors of a section are said one by one in the verdict.
const SAID: usize = 8;

/// The errors that a reason of the verdict is about, where they are few enough to be said one by one.
pub fn said<'d>(document: &'d Document, reason: &Reason) -> Vec<(usize, &'d Entry)> {
    let entry = |at: &usize| Some((*at, document.findings.get(*at)?));
    let errors = reason.findings.iter().filter_map(entry).filter(|(_, entry)| entry.severity == "error");
    let errors: Vec<(usize, &Entry)> = errors.collect();
    if errors.len() > SAID || document.verdict.go { Vec::new() } else { errors }
}

/// What is said in place of what only a history tells; none where there is one.
pub fn no_history(document: &Document) -> Option<&'static str> {
    match &document.trend {
        None => Some(NO_HISTORY),
        Some(trend) if trend.commits < 2 => Some(ONE_COMMIT),
        Some(_) => None,
    }
}

/// What the list of hotspots is.
pub fn hotspots(document: &Document) -> &'static str {
    if no_history(document).is_some() { MOST_DEBT } else { HOTSPOTS }
}

/// How every score comes about.
pub const SCORES: &str = "A score is the share of clean files in percent, rounded down, less points for each error. A file is clean \
    that has no error and no warning of the section; a note is for who wants to know. It says how much is left to mend, not whether it runs \
    today.";

/// Who says all this.
pub const BY: &str = "davy is a static analyser: it reads source and history and runs neither. It looks for what the sections below name and \
    for nothing else: who may do what, how the service is packaged and how it is run are for others to judge. It says what the source holds; \
    whether a secret still opens something, no source tells.";

/// What the order of recommendations is.
pub const STEPS: &str = "The most points for the least time first. Points are those that the sections gain, once the steps before are done. \
    Time is davy's estimate of the change itself, the same number of minutes for each finding of a rule in every project: reviews and runs \
    of the tests come on top. Tests that do not run tell nothing about the other steps: where the suite stops, begin with its own.";

/// What a hotspot is.
const HOTSPOTS: &str = "What changes often and has much to mend costs most to leave as it is. Debt is in minutes by the rules, what davy \
    mends by itself included.";

/// What the order of migration is.
pub const ORDER: &str = "From Pydantic V1 to what V2 has for it, and from deprecated calls of datetime to what takes their place. A module \
    comes behind those that it imports, so that each step builds on modules that are done.";

/// What hotspots are where nothing has changed yet.
const MOST_DEBT: &str = "With one commit nothing has changed yet: these are the files with the most to mend. Debt is in minutes by the rules, \
    what davy mends by itself included.";

/// Said in place of what a history tells.
const ONE_COMMIT: &str = "One commit is no history yet: trend, forecast and ages begin with the next.";

/// Said in place of a trend, a forecast, ages.
pub const NO_HISTORY: &str = "There is no history to tell: the project lies outside of a git repository.";

/// Said in place of recommendations.
pub const NOTHING_TO_DO: &str = "There is nothing to do: no error and no warning was found.";

/// Said in place of hotspots.
pub const NO_HOTSPOT: &str = "No file that changes has anything to mend.";

/// Said in place of owners.
pub const NO_OWNER: &str = "Nobody owns a finding: there is none.";

/// Said in place of ages.
pub const NO_AGE: &str = "No error and no warning is there to have an age.";

/// Said in place of an order of migration.
pub const NO_ORDER: &str = "No module has deprecated forms to move.";

/// Said in place of forecasts.
pub const NO_FORECAST: &str = "There is nothing to forecast: no family has a finding now.";

/// Said in place of a trend's table.
pub const NO_COURSE: &str = "No commit that was looked at had an error or a warning.";

/// `−1.5`, `+0.2`, `0.0`.
pub fn signed(number: f64) -> String {
    let rounded = format!("{:.1}", number.abs());
    match rounded.as_str() {
        "0.0" => rounded,
        _ if number < 0.0 => format!("\u{2212}{rounded}"),
        _ => format!("+{rounded}"),
    }
}
