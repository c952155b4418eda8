//! From a project and its history to the report: every number is counted here.

use super::course::{effort, forecasts, trend};
use super::words::score;
use super::{
    Age, CommitRef, Compare, Document, Entry, Gone, Hotspot, Module, Owner, Owners, Reason, Recommendation, RuleCount,
    Section, Size, Verdict, frame,
};
use crate::collect;
use crate::fact::Role;
use crate::finding::{Judged, Severity};
use crate::history::owners::CodeOwners;
use crate::history::{Head, HeadFile, History, Life, Origin, day_of};
use crate::link::order::{graph, order};
use crate::link::project::plays;
use crate::page::Page;
use crate::report::Source;
use crate::report::mask::Masks;
use crate::rules;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What a report is made from.
pub struct Input<'i> {
    /// The name of the project.
    pub project: String,
    /// Now, in seconds since 1970.
    pub now: i64,
    /// The time that ages and paces are counted to: now, or that of the older commit that is reported.
    pub as_of: i64,
    /// What is there.
    pub head: &'i Head,
    /// How it came to this; none outside of a repository.
    pub history: Option<&'i History>,
    /// Who owns which files, as the project says.
    pub owners: Option<&'i CodeOwners>,
    /// An older revision: as it was named, and its point.
    pub since: Option<(&'i str, usize)>,
    /// What was selected on the command line.
    pub select: &'i [String],
    /// So many files of the work tree differ from the commit.
    pub uncommitted: usize,
}

/// Of which shape the document is.
const VERSION: u32 = 1;
/// What an error takes from a score.
const POINTS_PER_ERROR: u32 = 5;
/// So many hotspots are named.
const HOTSPOTS: usize = 20;

/// A part of the report, before anything is counted.
struct Part {
    key: &'static str,
    title: &'static str,
    about: &'static str,
    /// What files it counts.
    of: &'static str,
    /// What its rules are of.
    families: &'static [&'static str],
    /// Whether a file belongs to it: whether it is Python, and whether it is a test.
    holds: fn(bool, bool) -> bool,
}

/// The parts, in their order.
const PARTS: [Part; 4] = [
    Part {
        key: "startup",
        title: "System startup",
        about: "Deprecations: Pydantic V1 and naive times, and what no longer works or gives wrong results on the versions that the \
            application runs on.",
        of: "Python files that are no tests, and tests with such an error or warning",
        families: &["pydantic", "datetime"],
        holds: |is_python, is_test| is_python && !is_test,
    },
    Part {
        key: "tests",
        title: "Test suite",
        about: "What cannot run: tests that do not parse, are not collected, or whose imports and fixtures are not there.",
        of: "Python files of tests",
        families: &["syntax", "tests"],
        holds: |is_python, is_test| is_python && is_test,
    },
    Part {
        key: "integration",
        title: "Integration",
        about: "Private access: modules that reach into what others may change without notice, so that an upgrade breaks them.",
        of: "all Python files",
        families: &["private"],
        holds: |is_python, _| is_python,
    },
    Part {
        key: "security",
        title: "Security",
        about: "Secrets: values that stand in the source and in files of settings, for everyone who has the repository.",
        of: "all files, those of settings included",
        families: &["secrets"],
        holds: |_, _| true,
    },
];

fn is_test(path: &str) -> bool {
    plays(path, Role::Test, false).is_yes()
}

/// The part that a finding belongs to; none for davy's own comments.
fn part_of(page: &Page, path: &str) -> Option<&'static str> {
    Some(match page.family.name {
        "pydantic" | "datetime" => "startup",
        "syntax" if is_test(path) => "tests",
        "syntax" => "startup",
        "tests" => "tests",
        "private" => "integration",
        "secrets" => "security",
        _ => return None,
    })
}

/// A finding with all that is known of it.
struct Known<'k> {
    finding: &'k Judged,
    page: &'static Page,
    part: &'static str,
    life: Option<&'k Life>,
    /// Davy mends it, and behaviour stays.
    is_automatic: bool,
}

impl Known<'_> {
    fn counts(&self) -> bool {
        self.finding.severity > Severity::Note
    }

    fn minutes(&self) -> u32 {
        if self.is_automatic { 0 } else { self.page.effort }
    }
}

/// The whole report.
pub fn document(input: &Input) -> Document {
    let holds = |path: &str| input.history.is_none_or(|history| history.holds(path));
    let files = input.head.files.iter().filter(|file| holds(&file.path));
    let files: Vec<(&HeadFile, bool)> = files.map(|file| (file, is_test(&file.path))).collect();
    let known = known(input, &holds);
    let findings = entries(input, &known);
    let sections: Vec<Section> = PARTS.iter().map(|part| section(part, input, &files, &known)).collect();
    let lines = files.iter().map(|(file, _)| file.text.lines().count()).sum();
    let commit = input.history.and_then(|history| history.points.last()).map(|point| of(&Origin::from(&point.commit)));
    let trend = input.history.map(trend);
    Document {
        version: VERSION,
        davy: env!("CARGO_PKG_VERSION").to_owned(),
        project: input.project.clone(),
        paths: input.history.map(|history| history.paths.clone()).unwrap_or_default(),
        made: day_of(input.now),
        as_of: day_of(input.as_of),
        select: input.select.to_vec(),
        commit,
        uncommitted: input.uncommitted,
        size: Size { files: files.len(), lines },
        verdict: verdict(&sections, &known, files.len()),
        recommendations: recommendations(&files, &known),
        effort: effort(input.history, input.as_of, lines, &totals(&known)),
        trend: trend.map(|trend| super::Trend { forecasts: forecasts(input.history, input.as_of, &trend), ..trend }),
        hotspots: hotspots(input, &known),
        owners: owners(input, &known),
        ages: if input.history.is_some() { ages(input, &known) } else { Vec::new() },
        compare: compare(input, &known),
        order: modules(input, &known),
        sections,
        findings,
    }
}

/// Minutes of a person, and findings that davy mends by itself.
fn totals(known: &[Known]) -> (u32, usize) {
    let counted = || known.iter().filter(|one| one.counts());
    (counted().map(Known::minutes).sum(), counted().filter(|one| one.is_automatic).count())
}

fn known<'k>(input: &'k Input, holds: &dyn Fn(&str) -> bool) -> Vec<Known<'k>> {
    let life = |at: usize| Some(&input.history?.lives[input.head.lives.get(at).copied().flatten()?]);
    let one = |(at, finding): (usize, &'k Judged)| {
        let page = rules::page(&finding.code.0)?;
        let part = part_of(page, &finding.path).filter(|_| holds(&finding.path))?;
        let fix = finding.fix.as_ref();
        let is_automatic = fix.is_some_and(|fix| fix.safe && fix.chain.as_ref().is_none_or(|chain| chain.complete));
        Some(Known { finding, page, part, life: life(at), is_automatic })
    };
    input.head.findings.iter().enumerate().filter_map(one).collect()
}

/// The files of a part, how many of them have no error or warning, and the errors, as if some findings were not there.
fn counted(
    part: &Part,
    files: &[(&HeadFile, bool)],
    known: &[Known],
    without: &HashSet<usize>,
) -> (usize, usize, usize) {
    let own = known.iter().enumerate().filter(|(_, one)| one.part == part.key && one.counts());
    let of_part: HashSet<&str> = own.clone().map(|(_, one)| one.finding.path.as_str()).collect();
    let left = own.filter(|(at, _)| !without.contains(at)).map(|(_, one)| one.finding);
    let dirty: HashSet<&str> = left.clone().map(|finding| finding.path.as_str()).collect();
    // A file with such a finding is part of it, whatever it looks like.
    let holds = |(file, is_test): &&(&HeadFile, bool)| {
        (part.holds)(file.kind.is_python(), *is_test) || of_part.contains(file.path.as_str())
    };
    let all = files.iter().filter(holds).count();
    let clean = all - files.iter().filter(|(file, _)| dirty.contains(file.path.as_str())).count();
    (all, clean, left.filter(|finding| finding.severity == Severity::Error).count())
}

/// The sum of all scores, as if some findings were not there.
fn points(files: &[(&HeadFile, bool)], known: &[Known], without: &HashSet<usize>) -> u32 {
    let score = |part: &Part| {
        let (all, clean, errors) = counted(part, files, known, without);
        score(all, clean, errors, POINTS_PER_ERROR)
    };
    PARTS.iter().map(score).sum()
}

/// A part with its numbers.
fn section(part: &Part, input: &Input, files: &[(&HeadFile, bool)], known: &[Known]) -> Section {
    let own: Vec<(usize, &Known)> = known.iter().enumerate().filter(|(_, one)| one.part == part.key).collect();
    let of = |severity: Severity| own.iter().filter(|(_, one)| one.finding.severity == severity).count();
    let (all, clean, errors) = counted(part, files, known, &HashSet::new());
    let mut on = input.head.rules.iter().filter_map(|code| rules::page(code));
    let mut rules: BTreeMap<&str, RuleCount> = BTreeMap::new();
    for (_, one) in &own {
        let Page { code, name, summary, .. } = one.page;
        let count = rules.entry(code).or_insert_with(|| RuleCount {
            code: code.clone(),
            name: name.clone(),
            summary: unmarked(summary),
            errors: 0,
            warnings: 0,
            notes: 0,
            fixable: 0,
            minutes: 0,
        });
        match one.finding.severity {
            Severity::Error => count.errors += 1,
            Severity::Warning => count.warnings += 1,
            Severity::Note => count.notes += 1,
        }
        if one.counts() {
            count.fixable += usize::from(one.is_automatic);
            count.minutes += one.minutes();
        }
    }
    let mut rules: Vec<RuleCount> = rules.into_values().collect();
    rules.sort_by_key(|rule| Reverse((rule.errors, rule.warnings, rule.notes)));
    Section {
        key: part.key.to_owned(),
        title: part.title.to_owned(),
        about: part.about.to_owned(),
        of: part.of.to_owned(),
        score: score(all, clean, errors, POINTS_PER_ERROR),
        is_looked_at: on.any(|page| part.families.contains(&page.family.name)),
        files: all,
        clean,
        points_per_error: POINTS_PER_ERROR,
        errors,
        warnings: of(Severity::Warning),
        notes: of(Severity::Note),
        minutes: own.iter().filter(|(_, one)| one.counts()).map(|(_, one)| one.minutes()).sum(),
        rules,
        findings: own.iter().filter(|(_, one)| one.counts()).map(|(at, _)| *at).collect(),
    }
}

/// A sentence of a page without the marks of emphasis; code keeps its backticks.
fn unmarked(summary: &str) -> String {
    let parts = summary.split('`').enumerate();
    let plain = parts.map(|(at, part)| if at % 2 == 0 { part.replace('*', "") } else { part.to_owned() });
    plain.collect::<Vec<_>>().join("`")
}

/// Go where nothing is an error; the reasons, the graver part first.
fn verdict(sections: &[Section], known: &[Known], files: usize) -> Verdict {
    let mut graver: Vec<&Section> = sections.iter().filter(|section| section.errors > 0).collect();
    graver.sort_by_key(|section| Reverse(section.errors));
    let mut reasons: Vec<Reason> = graver.into_iter().map(|section| reason(section, known)).collect();
    let go = reasons.is_empty();
    let passed: Vec<&Section> = sections.iter().filter(|section| !section.is_looked_at).collect();
    if let Some(first) = passed.first() {
        let titles: Vec<&str> = passed.iter().map(|section| section.title.as_str()).collect();
        let text = format!("Not looked at, as none of its rules is on: {}.", titles.join(", "));
        reasons.push(Reason { text, section: first.key.clone(), findings: Vec::new() });
    }
    if go {
        let text = format!("None of {} has an error.", super::words::counted(files, "file"));
        reasons.push(Reason { text, section: "startup".to_owned(), findings: Vec::new() });
        for section in sections.iter().filter(|section| section.warnings > 0) {
            let warnings = super::words::counted(section.warnings, "warning");
            reasons.push(Reason {
                text: format!("{}: {warnings} to mend, and none that stops a release.", section.title),
                section: section.key.clone(),
                findings: section.findings.clone(),
            });
        }
    }
    Verdict { go, reasons }
}

/// So many rules are named in a reason.
const NAMED: usize = 4;

fn reason(section: &Section, known: &[Known]) -> Reason {
    let is_error = |at: &usize| known[*at].finding.severity == Severity::Error;
    let findings: Vec<usize> = section.findings.iter().copied().filter(is_error).collect();
    let wrong: Vec<&RuleCount> = section.rules.iter().filter(|rule| rule.errors > 0).collect();
    let mut named: Vec<String> =
        wrong.iter().take(NAMED).map(|rule| format!("{} `{}`", rule.errors, rule.name)).collect();
    let others: usize = wrong.iter().skip(NAMED).map(|rule| rule.errors).sum();
    if others > 0 {
        named.push(format!("{others} of {}", super::words::counted(wrong.len() - NAMED, "other rule")));
    }
    let errors = super::words::counted(section.errors, "error");
    // Plain pytest runs nothing where it cannot collect everything.
    let stops = |at: &&usize| {
        let Known { finding, page, .. } = &known[**at];
        // What does not parse, and nobody imports, stops nothing.
        let is_imported = page.family.name != "syntax" || finding.message.contains("never run");
        section.key == "tests" && is_imported && collect::stops(&page.code, &finding.message)
    };
    let stopped: BTreeSet<&str> = findings.iter().filter(stops).map(|at| known[*at].finding.path.as_str()).collect();
    let guarded = |at: &&usize| known[**at].page.code == "TST017" && section.key == "tests";
    let guarded = section.findings.iter().filter(guarded).count();
    let stops = match stopped.len() {
        0 => String::new(),
        1 => " Plain `pytest` stops where it collects that file, and runs no test at all.".to_owned(),
        files => format!(" Plain `pytest` stops where it collects {files} files, and runs no test at all."),
    };
    let guards = match guarded {
        0 => String::new(),
        1 => " So it does at 1 `guarded-import`, where the variable is not set.".to_owned(),
        many => format!(" So it does at {many} `guarded-import`, where the variables are not set."),
    };
    let stops = if stops.is_empty() { stops } else { format!("{stops}{guards}") };
    Reason {
        text: format!("{}: {errors}: {}.{stops}", section.title, named.join(", ")),
        section: section.key.clone(),
        findings,
    }
}

/// What to do: what davy does by itself, then each rule whose findings need a person, the most points per minute first. Each step counts what it
/// adds to those before it.
fn recommendations(files: &[(&HeadFile, bool)], known: &[Known]) -> Vec<Recommendation> {
    let mut of_rule: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut automatic: Vec<usize> = Vec::new();
    for (at, one) in known.iter().enumerate().filter(|(_, one)| one.counts()) {
        match one.is_automatic {
            true => automatic.push(at),
            false => of_rule.entry(&one.page.code).or_default().push(at),
        }
    }
    let mut without: HashSet<usize> = HashSet::new();
    let mut now = points(files, known, &without);
    let mut steps = Vec::new();
    if !automatic.is_empty() {
        without.extend(&automatic);
        let then = points(files, known, &without);
        let rules: BTreeSet<&str> = automatic.iter().map(|at| known[*at].page.code.as_str()).collect();
        let what = match (rules.len(), automatic.len()) {
            (1, count) => format!("{} `{}`", super::words::grouped(count), known[automatic[0]].page.name),
            (rules, count) => format!("{} findings of {rules} rules", super::words::grouped(count)),
        };
        let notes = known.iter().filter(|one| one.is_automatic && !one.counts()).count();
        let notes = match notes {
            0 => String::new(),
            notes => format!(" (and {})", super::words::counted(notes, "note")),
        };
        let text = format!("Let davy fix {what}{notes} by itself; code that runs today behaves the same");
        steps.push(Recommendation {
            text,
            command: Some("davy check --fix".to_owned()),
            code: if rules.len() == 1 { known[automatic[0]].page.code.clone() } else { String::new() },
            points: then - now,
            minutes: 0,
            findings: automatic,
        });
        now = then;
    }
    while !of_rule.is_empty() {
        // Where no score moves yet, what is grave and what is much still does.
        let effect = |findings: &Vec<usize>| {
            let then = points(files, known, &without.iter().chain(findings).copied().collect());
            let errors = findings.iter().filter(|at| known[**at].finding.severity == Severity::Error).count();
            let minutes: u32 = findings.iter().map(|at| known[*at].minutes()).sum();
            let effect = f64::from(then - now) + 0.5 * errors as f64 + 0.05 * findings.len() as f64;
            (effect / f64::from(minutes.max(1)), then, minutes)
        };
        let best = of_rule.iter().map(|(code, findings)| (*code, effect(findings)));
        let Some((code, (_, then, minutes))) = best.reduce(|a, b| if b.1.0 > a.1.0 { b } else { a }) else { break };
        let findings = of_rule.remove(code).unwrap_or_default();
        let page = known[findings[0]].page;
        let what = format!("{} `{}`", super::words::grouped(findings.len()), page.name);
        // The history of a repository keeps what the source no longer has.
        let text = match page.family.name {
            "secrets" => format!("Take {what} out of the source; rotate the values first, as git's history keeps them"),
            _ => format!("Mend {what}"),
        };
        without.extend(&findings);
        steps.push(Recommendation {
            text,
            command: None,
            code: code.to_owned(),
            points: then - now,
            minutes,
            findings,
        });
        now = then;
    }
    steps
}

/// A commit, as the report names it.
pub fn of(origin: &Origin) -> CommitRef {
    let Origin { id, author, time, subject } = origin;
    CommitRef { id: id.clone(), date: day_of(*time), author: author.clone(), subject: subject.clone() }
}

/// The commit that a finding came with, where the history reaches so far.
fn born<'k>(input: &Input, one: &Known<'k>) -> Option<&'k Origin> {
    let life = one.life?;
    (life.born > 0 || !input.history?.is_cut).then_some(&life.origin)
}

fn owner(input: &Input, one: &Known) -> String {
    match (input.owners, born(input, one)) {
        (Some(owners), _) => owners.owner(&one.finding.path).unwrap_or("(nobody)").to_owned(),
        (None, Some(origin)) => origin.author.clone(),
        (None, None) => String::new(),
    }
}

fn entries(input: &Input, known: &[Known]) -> Vec<Entry> {
    let mut sources: BTreeMap<String, Source> = BTreeMap::new();
    let of_path: HashMap<&str, &HeadFile> = input.head.files.iter().map(|file| (file.path.as_str(), file)).collect();
    for one in known {
        let path = &one.finding.path;
        if let Some(file) = of_path.get(path.as_str()).filter(|_| !sources.contains_key(path)) {
            sources.insert(path.clone(), Source::new(file.text.clone(), false, file.unit.secrets.clone()));
        }
    }
    let masks = Masks::of(&sources);
    let entry = |one: &Known| {
        let Judged { path, span, scope, severity, message, help, fix, .. } = one.finding;
        let hidden = |text: &str| masks.text(&[path], text).into_owned();
        let source = sources.get(path);
        let position = source.map(|source| source.lines().position(span.start, &source.text));
        Entry {
            code: one.page.code.clone(),
            name: one.page.name.clone(),
            severity: severity.word().to_owned(),
            section: one.part.to_owned(),
            path: path.clone(),
            line: position.map_or(1, |position| position.line),
            column: position.map_or(1, |position| position.column),
            scope: scope.clone(),
            message: hidden(message),
            help: help.as_deref().map(hidden).unwrap_or_default(),
            fix: fix.as_ref().map(|fix| hidden(&fix.title)),
            safe: one.is_automatic,
            minutes: one.minutes(),
            born: born(input, one).map(of),
            from_the_beginning: input.history.is_some_and(|history| history.is_cut)
                && one.life.is_some_and(|life| life.born == 0),
            owner: owner(input, one),
            frame: source.map(|source| frame::lines(source, *span)).unwrap_or_default(),
        }
    };
    known.iter().map(entry).collect()
}

fn hotspots(input: &Input, known: &[Known]) -> Vec<Hotspot> {
    let Some(history) = input.history else { return Vec::new() };
    let mut spots: BTreeMap<&str, Hotspot> = BTreeMap::new();
    for one in known.iter().filter(|one| one.counts()) {
        let path = one.finding.path.as_str();
        let commits = history.churn.get(path).copied().unwrap_or_default();
        let spot = spots.entry(path).or_insert_with(|| Hotspot {
            path: path.to_owned(),
            commits,
            findings: 0,
            minutes: 0,
            weight: 0,
            owner: owner(input, one),
        });
        spot.findings += 1;
        // What davy mends by itself is debt, too.
        spot.minutes += one.page.effort;
    }
    let mut spots: Vec<Hotspot> = spots
        .into_values()
        .map(|spot| Hotspot { weight: spot.commits as u64 * u64::from(spot.minutes), ..spot })
        .filter(|spot| spot.weight > 0)
        .collect();
    spots.sort_by(|a, b| b.weight.cmp(&a.weight).then_with(|| a.path.cmp(&b.path)));
    spots.truncate(HOTSPOTS);
    spots
}

/// The days since a finding came.
fn age(input: &Input, one: &Known) -> Option<u32> {
    let time = one.life?.origin.time;
    u32::try_from((input.as_of - time).max(0) / (24 * 3600)).ok()
}

fn owners(input: &Input, known: &[Known]) -> Owners {
    let mut all: BTreeMap<String, (Owner, Vec<u32>)> = BTreeMap::new();
    for one in known.iter().filter(|one| one.counts()) {
        let name = owner(input, one);
        if name.is_empty() {
            continue;
        }
        let empty = Owner { name: name.clone(), errors: 0, warnings: 0, minutes: 0, age: None };
        let (owner, ages) = all.entry(name).or_insert((empty, Vec::new()));
        match one.finding.severity {
            Severity::Error => owner.errors += 1,
            _ => owner.warnings += 1,
        }
        owner.minutes += one.minutes();
        ages.extend(age(input, one));
    }
    let median = |mut ages: Vec<u32>| {
        ages.sort_unstable();
        ages.get(ages.len() / 2).copied()
    };
    let mut owners: Vec<Owner> = all.into_values().map(|(owner, ages)| Owner { age: median(ages), ..owner }).collect();
    owners.sort_by(|a, b| (b.minutes, b.errors, b.warnings, &a.name).cmp(&(a.minutes, a.errors, a.warnings, &b.name)));
    let by = match input.owners {
        Some(owners) => owners.path.clone(),
        None => "authors of the commits that the findings came with".to_owned(),
    };
    Owners { by, owners }
}

/// The steps of age, in days.
const AGES: [(&str, u32); 5] = [
    ("less than a week", 7),
    ("less than a month", 30),
    ("less than three months", 91),
    ("less than a year", 365),
    ("a year or more", u32::MAX),
];

fn ages(input: &Input, known: &[Known]) -> Vec<Age> {
    let mut ages = AGES.map(|(label, _)| Age { label: label.to_owned(), errors: 0, warnings: 0, findings: Vec::new() });
    for (at, one) in known.iter().enumerate().filter(|(_, one)| one.counts()) {
        let Some(days) = age(input, one) else { continue };
        let step = AGES.iter().position(|(_, below)| days < *below).unwrap_or(AGES.len() - 1);
        match one.finding.severity {
            Severity::Error => ages[step].errors += 1,
            _ => ages[step].warnings += 1,
        }
        ages[step].findings.push(at);
    }
    ages.into()
}

fn compare(input: &Input, known: &[Known]) -> Option<Compare> {
    let history = input.history?;
    let (name, point) = input.since?;
    let came =
        known.iter().enumerate().filter(|(_, one)| one.counts() && one.life.is_some_and(|life| life.born > point));
    let is_gone = |life: &&Life| {
        let last = life.last();
        let is_part = rules::page(life.rule()).is_some_and(|page| part_of(page, &last.identity.path).is_some());
        let was_there = life.born <= point && life.died.is_some_and(|died| died > point);
        was_there && is_part && last.severity > Severity::Note && history.holds(&last.identity.path)
    };
    let gone = history.lives.iter().filter(is_gone).map(|life| {
        let identity = &life.last().identity;
        Gone {
            code: identity.rule.clone(),
            path: identity.path.clone(),
            scope: identity.scope.clone(),
            commit: of(&Origin::from(&history.points[life.died.unwrap_or_default()].commit)),
        }
    });
    let then = history.courses(|life, sighting| {
        let part = part_of(rules::page(life.rule())?, &sighting.identity.path);
        part.filter(|_| sighting.severity > Severity::Note)
    });
    let then = then.values().map(|values| values[point]).sum();
    Some(Compare {
        name: name.to_owned(),
        commit: of(&Origin::from(&history.points[point].commit)),
        came: came.map(|(at, _)| at).collect(),
        went: gone.collect(),
        then,
        now: known.iter().filter(|one| one.counts()).count(),
    })
}

/// Modules with deprecated forms, each behind those that it imports.
fn modules(input: &Input, known: &[Known]) -> Vec<Module> {
    let files: Vec<_> = input.head.files.iter().map(|file| (file.path.as_str(), &*file.unit)).collect();
    let mut of_path: HashMap<&str, Module> = HashMap::new();
    for one in known.iter().filter(|one| matches!(one.page.family.name, "pydantic" | "datetime")) {
        let path = one.finding.path.as_str();
        let module = of_path.entry(path).or_insert_with(|| Module {
            path: path.to_owned(),
            imports: Vec::new(),
            automatic: 0,
            person: 0,
            minutes: 0,
        });
        module.automatic += usize::from(one.is_automatic);
        module.person += usize::from(!one.is_automatic);
        module.minutes += one.minutes();
    }
    let graph = graph(&files, &input.head.roots);
    let is_planned: Vec<bool> = files.iter().map(|(path, _)| of_path.contains_key(path)).collect();
    let mut modules = Vec::new();
    for file in order(&graph) {
        let Some(mut module) = of_path.remove(files[file].0) else { continue };
        module.imports =
            imported(&graph, file, &is_planned).into_iter().map(|other| files[other].0.to_owned()).collect();
        modules.push(module);
    }
    modules
}

/// The planned files that a file imports, through others that are not planned.
fn imported(graph: &[Vec<usize>], file: usize, is_planned: &[bool]) -> Vec<usize> {
    let (mut found, mut seen, mut queue) = (Vec::new(), HashSet::from([file]), vec![file]);
    while let Some(from) = queue.pop() {
        for &next in graph[from].iter().filter(|&&next| seen.insert(next)) {
            if is_planned[next] { found.push(next) } else { queue.push(next) }
        }
    }
    found.sort_unstable();
    found
}
