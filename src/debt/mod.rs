//! The readiness report: one document, every number of it measured, and one pure function per format that writes it.
//!
//! Renderers read no project, clock or configuration: equal documents give equal bytes.

pub mod chart;
mod course;
mod frame;
pub mod html;
pub mod markdown;
pub mod measure;
#[cfg(test)]
mod tests;
pub mod words;

use serde::{Deserialize, Serialize};

/// The whole report. Its JSON is this, field by field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Of this shape.
    pub version: u32,
    /// The version of davy.
    pub davy: String,
    /// The name of the project.
    pub project: String,
    /// The folders and files that are meant, from the project's root; empty for all.
    pub paths: Vec<String>,
    /// The day of the run, in UTC: `2027-03-01`.
    pub made: String,
    /// The day that ages and paces are counted to: that of the run, or of the older commit that is reported.
    #[serde(default)]
    pub as_of: String,
    /// What was selected on the command line; empty where nothing was.
    #[serde(default)]
    pub select: Vec<String>,
    /// What was looked at; none outside of a repository, where it is the files as they lie there.
    pub commit: Option<CommitRef>,
    /// So many files of the work tree differ from the commit: what they hold is not in the report.
    #[serde(default)]
    pub uncommitted: usize,
    /// How much was looked at.
    pub size: Size,
    /// Ready for production, or not, and why.
    pub verdict: Verdict,
    /// The parts of the readiness report.
    pub sections: Vec<Section>,
    /// What to do first: the most points per minute first.
    pub recommendations: Vec<Recommendation>,
    /// What all of it costs.
    pub effort: Effort,
    /// How it came to this; none outside of a repository.
    pub trend: Option<Trend>,
    /// Files that change often and have much to mend, the worst first.
    pub hotspots: Vec<Hotspot>,
    /// Whose it is, most minutes first.
    pub owners: Owners,
    /// How old it is, youngest first; empty outside of a repository.
    pub ages: Vec<Age>,
    /// What is different from an older revision.
    pub compare: Option<Compare>,
    /// The order in which modules with deprecated forms are moved.
    pub order: Vec<Module>,
    /// Every error, warning and note, by path and place.
    pub findings: Vec<Entry>,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommitRef {
    /// Its object's name, whole.
    pub id: String,
    /// `2027-03-01`, in UTC.
    pub date: String,
    /// Who wrote it, by `.mailmap`.
    pub author: String,
    /// The first line of its message.
    pub subject: String,
}

fn yes() -> bool {
    true
}

/// How much was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Size {
    /// Files that were checked.
    pub files: usize,
    /// Their lines.
    pub lines: usize,
}

/// Ready for production, or not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// No error anywhere.
    pub go: bool,
    /// Why, most important first: "2 secrets stand in the source".
    pub reasons: Vec<Reason>,
}

/// A reason, and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// A sentence.
    pub text: String,
    /// The section that tells more.
    pub section: String,
    /// Places in `Document::findings`.
    pub findings: Vec<usize>,
}

/// A part of the readiness report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// `startup`, `tests`, `integration`, `security`: an anchor.
    pub key: String,
    /// "System startup".
    pub title: String,
    /// What it asks, in a sentence.
    pub about: String,
    /// What files it counts: "Python files of tests".
    #[serde(default)]
    pub of: String,
    /// From 0 to 100: `clean / files` in percent, less `points_per_error` for each error (`words::score`).
    pub score: u32,
    /// Some of its rules are on; else its score says nothing.
    #[serde(default = "yes")]
    pub is_looked_at: bool,
    /// Files that the section is about.
    pub files: usize,
    /// Those of them without an error or a warning of the section.
    pub clean: usize,
    /// What an error takes away.
    pub points_per_error: u32,
    /// Findings by severity.
    pub errors: usize,
    /// Findings by severity.
    pub warnings: usize,
    /// Findings by severity.
    pub notes: usize,
    /// What a person needs to mend its errors and warnings.
    pub minutes: u32,
    /// What it found, by rule, most important first.
    pub rules: Vec<RuleCount>,
    /// Places of its errors and warnings in `Document::findings`.
    pub findings: Vec<usize>,
}

/// How often a rule reports in a section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleCount {
    /// `DTM001`.
    pub code: String,
    /// `naive-utcnow`.
    pub name: String,
    /// What it is about: the consequence in a sentence or two, plain text with `code` in backticks.
    pub summary: String,
    /// Findings by severity.
    pub errors: usize,
    /// Findings by severity.
    pub warnings: usize,
    /// Findings by severity.
    pub notes: usize,
    /// Of its errors and warnings, those that davy fixes without a change of behaviour.
    pub fixable: usize,
    /// What a person needs for the rest.
    pub minutes: u32,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    /// In the imperative: "Let davy fix 12 of 14 `naive-utcnow`".
    pub text: String,
    /// What to type, where davy does it.
    pub command: Option<String>,
    /// The rule; empty where several are meant.
    pub code: String,
    /// The points that the sections gain, together, once the steps before are done.
    pub points: u32,
    /// What a person needs.
    pub minutes: u32,
    /// Places in `Document::findings`.
    pub findings: Vec<usize>,
}

/// What all errors and warnings cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effort {
    /// What a person needs.
    pub minutes: u32,
    /// What davy does by itself is no part of `minutes`: so many findings.
    pub automatic: usize,
    /// Minutes for each 1,000 lines.
    pub per_thousand_lines: f64,
    /// Minutes a week that went with findings that went, over the last `weeks` weeks; none where there is too little history.
    pub paid_back: Option<f64>,
    /// Minutes a week that came with findings that came.
    pub taken_on: Option<f64>,
    /// How many weeks that are.
    pub weeks: usize,
}

/// How it came to this. Errors and warnings only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    /// How many commits lead here.
    pub commits: usize,
    /// How many of them were looked at.
    pub looked_at: usize,
    /// Files of older commits that the clone does not have.
    pub missing: usize,
    /// The clone has the newest commits alone.
    #[serde(default)]
    pub shallow: bool,
    /// The days of the points, in their order: `2027-03-01`.
    pub dates: Vec<String>,
    /// One for each family that ever had a finding.
    pub families: Vec<Course>,
    /// Weeks or months, as the length of the history has it.
    pub periods: Vec<String>,
    /// What to expect, for each family that has findings now, and for all together.
    pub forecasts: Vec<Forecast>,
}

/// The course of a family.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// `datetime`.
    pub name: String,
    /// What it is about: "naive datetimes".
    pub about: String,
    /// Findings at each of `Trend::dates`.
    pub values: Vec<usize>,
    /// Findings that came in each of `Trend::periods`; those of the first commit are none.
    pub came: Vec<usize>,
    /// Findings that went.
    pub went: Vec<usize>,
}

/// When it will be gone, at the pace of the last weeks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// The family, or `all`.
    pub name: String,
    /// Findings now.
    pub now: usize,
    /// What a week changes, on average; none where there is too little history to say.
    pub per_week: Option<f64>,
    /// Between which values that average lies with 95 % of certainty.
    pub between: Option<(f64, f64)>,
    /// The day when none is left, at that pace: the earliest, the likeliest, the latest (none: never, as far as can be told).
    pub gone: Option<(String, String, Option<String>)>,
    /// All of that in a sentence, or why nothing is said.
    pub text: String,
}

/// A file that changes often and has much to mend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hotspot {
    /// From the project's root.
    pub path: String,
    /// Commits that changed it.
    pub commits: usize,
    /// Errors and warnings in it.
    pub findings: usize,
    /// What all of them cost by the pages of their rules, what davy mends by itself included.
    pub minutes: u32,
    /// `commits * minutes`.
    pub weight: u64,
    /// Who owns it.
    pub owner: String,
}

/// Whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owners {
    /// `CODEOWNERS`, by the path of that file, or `authors of the commits that the findings came with`.
    pub by: String,
    /// Most minutes first.
    pub owners: Vec<Owner>,
}

/// Somebody who owns findings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owner {
    /// As `CODEOWNERS` or git has it; any characters.
    pub name: String,
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// What a person needs for them.
    pub minutes: u32,
    /// The median age of them in days; none outside of a repository.
    pub age: Option<u32>,
}

/// How many findings are of an age.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Age {
    /// "less than a week".
    pub label: String,
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Places of both in `Document::findings`.
    pub findings: Vec<usize>,
}

/// What is different from an older revision. Errors and warnings only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compare {
    /// As it was named: `v1.2`.
    pub name: String,
    /// The commit.
    pub commit: CommitRef,
    /// What came, by places in `Document::findings`.
    pub came: Vec<usize>,
    /// What went.
    pub went: Vec<Gone>,
    /// How many were there then.
    pub then: usize,
    /// How many are there now.
    pub now: usize,
}

/// A finding that is there no more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gone {
    /// `DTM001`.
    pub code: String,
    /// Where it was last.
    pub path: String,
    /// The function or class around it.
    pub scope: String,
    /// The commit that it was missing in first.
    pub commit: CommitRef,
}

/// A module with deprecated forms. It comes behind those of the list that it imports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Module {
    /// From the project's root.
    pub path: String,
    /// Modules of the list that it imports.
    pub imports: Vec<String>,
    /// Findings that davy moves by itself.
    pub automatic: usize,
    /// Those that a person has to look at.
    pub person: usize,
    /// What a person needs for these.
    pub minutes: u32,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// `DTM001`.
    pub code: String,
    /// `naive-utcnow`.
    pub name: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// The key of its section.
    pub section: String,
    /// From the project's root.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// The function or class around it; empty in a module.
    pub scope: String,
    /// What is wrong.
    pub message: String,
    /// What to do; empty where the message says it.
    pub help: String,
    /// The fix on offer, in the imperative.
    pub fix: Option<String>,
    /// Whether it keeps behaviour.
    pub safe: bool,
    /// What a person needs; 0 where davy does it.
    pub minutes: u32,
    /// The commit that it came with; none outside of a repository.
    pub born: Option<CommitRef>,
    /// It was there in the first commit that was looked at: it may be older.
    pub from_the_beginning: bool,
    /// Who owns it.
    pub owner: String,
    /// The lines around it, secrets hidden.
    pub frame: Vec<FrameLine>,
}

/// A line of source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrameLine {
    /// From 1.
    pub number: u32,
    /// Secrets hidden, cut where it is very long.
    pub text: String,
    /// The characters of `text` that are meant: from, to.
    pub mark: Option<(u32, u32)>,
}
