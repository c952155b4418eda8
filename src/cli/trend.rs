//! `davy trend`: how many findings each commit had, from the first one on.

use super::check::with_threads;
use super::{Outcome, Trend, TrendBy, TrendFormat, terminal};
use crate::config::{Changes, Configs, paths};
use crate::finding::Severity;
use crate::history::{Every, History, Life, Point, Request, Trouble, walk};
use crate::page::FAMILIES;
use crate::report::count;
use crate::rules;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// Runs the command.
pub fn run(args: &Trend) -> io::Result<Outcome> {
    with_threads(0, || inside(args))
}

fn inside(args: &Trend) -> io::Result<Outcome> {
    let pages = rules::pages();
    let request = Request {
        folder: args.path.clone().unwrap_or_else(paths::working_directory),
        from: args.from.clone(),
        to: args.to.clone(),
        every: args.every,
    };
    let bar = terminal::Progress::new(args.quiet);
    let changes = Changes { select: args.select.clone(), ..Changes::default() };
    let history = Configs::new(&pages, changes)
        .map_err(Trouble::from)
        .and_then(|mut configs| walk(&request, &mut configs, &|what, done, total| bar.step(what, done, total)));
    bar.end();
    let history = match history {
        Ok(history) => history,
        Err(Trouble::Git(error)) => {
            terminal::complain(&error.message, Some(&error.help));
            return Ok(Outcome::Failed);
        }
        Err(Trouble::Config(error)) => {
            terminal::complain(&error.to_string(), None);
            return Ok(Outcome::Failed);
        }
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = match args.format {
        TrendFormat::Text => text(&history, args.by, &mut out),
        TrendFormat::Json => json(&history, &mut out),
        TrendFormat::Csv => csv(&history, args.by, &mut out),
        TrendFormat::Markdown => markdown(&history, args.by, &mut out),
    };
    terminal::read_or_not(written.and_then(|()| out.flush()))?;
    Ok(Outcome::Clean)
}

/// What findings are counted by, in the order in which it is shown.
fn groups(history: &History, by: TrendBy) -> Vec<String> {
    match by {
        TrendBy::Family => {
            FAMILIES.iter().map(|family| family.name.to_owned()).filter(|name| has(history, by, name)).collect()
        }
        TrendBy::Rule => {
            let codes = history.points.iter().flat_map(|point| point.counts.keys().map(|(code, _)| code.clone()));
            codes.collect::<BTreeSet<_>>().into_iter().filter(|code| has(history, by, code)).collect()
        }
    }
}

fn has(history: &History, by: TrendBy, group: &str) -> bool {
    history.points.iter().any(|point| of(point, by, group) > 0)
}

/// How many errors and warnings a commit has of a group.
fn of(point: &Point, by: TrendBy, group: &str) -> usize {
    let counted =
        point.counts.iter().filter(|((code, severity), _)| *severity > Severity::Note && is_of(by, group, code));
    counted.map(|(_, count)| count).sum()
}

fn is_of(by: TrendBy, group: &str, code: &str) -> bool {
    match by {
        TrendBy::Family => rules::page(code).is_some_and(|page| page.family.name == group),
        TrendBy::Rule => code == group,
    }
}

/// How many errors and warnings of a group came after the first commit, and how many went.
fn births_and_deaths(history: &History, is_wanted: impl Fn(&Life) -> bool) -> (usize, usize) {
    let lives = || history.lives.iter().filter(|life| life.severity > Severity::Note && is_wanted(life));
    (lives().filter(|life| life.born > 0).count(), lives().filter(|life| life.died.is_some()).count())
}

fn total(point: &Point, severity: Severity) -> usize {
    point.counts.iter().filter(|((_, one), _)| *one == severity).map(|(_, count)| count).sum()
}

/// The day of a commit, in UTC.
fn day(point: &Point) -> String {
    let time = jiff::Timestamp::from_second(point.commit.time).unwrap_or_default();
    time.strftime("%Y-%m-%d").to_string()
}

/// A line for people: the course of each group, what it was at most, and what it is now.
fn text(history: &History, by: TrendBy, out: &mut dyn Write) -> io::Result<()> {
    let (Some(first), Some(last)) = (history.points.first(), history.points.last()) else {
        return writeln!(out, "There is no commit yet");
    };
    let commits = count(history.commits, "commit");
    writeln!(out, "{commits} from {} to {}, {} looked at\n", day(first), day(last), history.points.len())?;
    let groups = groups(history, by);
    let rows: Vec<(&str, Vec<usize>)> = groups
        .iter()
        .map(|group| (group.as_str(), history.points.iter().map(|point| of(point, by, group)).collect()))
        .collect();
    let all = |at: usize| rows.iter().map(|(_, values)| values[at]).sum();
    let sum: Vec<usize> = (0..history.points.len()).map(all).collect();
    let name = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default().max("all".len());
    // Name, course, five numbers of six columns, and what parts them.
    let course = terminal::width().min(100).saturating_sub(name + 5 * 8 + 2).clamp(8, 48);
    let heads = ["first", "most", "now", "came", "went"].map(|head| format!("  {head:>6}")).concat();
    writeln!(out, "{:name$}  {:course$}{heads}", "", "")?;
    let grouped = rows
        .iter()
        .map(|(group, values)| (*group, values, births_and_deaths(history, |life| is_of(by, group, &life.rule))));
    for (group, values, (came, went)) in grouped.chain([("all", &sum, births_and_deaths(history, |_| true))]) {
        let (begin, now) = (values[0], values[values.len() - 1]);
        let most = values.iter().max().copied().unwrap_or_default();
        let line = sparkline(values, course, terminal::unicode());
        writeln!(out, "{group:name$}  {line}  {begin:>6}  {most:>6}  {now:>6}  {came:>6}  {went:>6}")?;
    }
    let notes = total(last, Severity::Note);
    writeln!(
        out,
        "\nErrors and warnings; {} more at the end. What came and went is followed through edits and moves.",
        count(notes, "note")
    )?;
    missing(history, out)
}

fn missing(history: &History, out: &mut dyn Write) -> io::Result<()> {
    match history.missing {
        0 => Ok(()),
        files => {
            writeln!(out, "This clone does not have {} of older commits: they are not counted", count(files, "file"))
        }
    }
}

/// Values as a line of bars of one height each, the highest one full; every column is the last value of its share.
fn sparkline(values: &[usize], columns: usize, unicode: bool) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const PLAIN: [char; 8] = ['.', ':', '-', '=', '+', '*', '#', '@'];
    let bars = if unicode { BARS } else { PLAIN };
    let most = values.iter().max().copied().unwrap_or_default();
    let columns_used = columns.min(values.len());
    let mut line = String::new();
    for column in 0..columns_used {
        let value = values[((column + 1) * values.len()).div_ceil(columns_used) - 1];
        line.push(match value {
            0 => ' ',
            value => bars[(value * bars.len()).div_ceil(most).saturating_sub(1).min(bars.len() - 1)],
        });
    }
    line.extend(std::iter::repeat_n(' ', columns - columns_used));
    line
}

#[derive(Serialize)]
struct Document<'h> {
    version: u32,
    commits: usize,
    compiled: usize,
    missing: usize,
    points: Vec<JsonPoint<'h>>,
    lives: Vec<JsonLife<'h>>,
}

/// A finding from its birth on. Births and deaths are the commits of points; the author is that of the commit.
#[derive(Serialize)]
struct JsonLife<'h> {
    rule: &'h str,
    severity: &'static str,
    path: &'h str,
    scope: &'h str,
    born: &'h str,
    died: Option<&'h str>,
}

#[derive(Serialize)]
struct JsonPoint<'h> {
    commit: &'h str,
    date: String,
    author: &'h str,
    subject: &'h str,
    tags: &'h [String],
    files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    rules: BTreeMap<&'h str, BTreeMap<&'static str, usize>>,
}

fn json(history: &History, out: &mut dyn Write) -> io::Result<()> {
    let points = history.points.iter().map(|point| {
        let mut rules: BTreeMap<&str, BTreeMap<&'static str, usize>> = BTreeMap::new();
        for ((code, severity), count) in &point.counts {
            rules.entry(code).or_default().insert(severity.word(), *count);
        }
        let time = jiff::Timestamp::from_second(point.commit.time).unwrap_or_default();
        JsonPoint {
            commit: &point.commit.id,
            date: time.to_string(),
            author: &point.commit.author,
            subject: &point.commit.subject,
            tags: &point.tags,
            files: point.files,
            errors: total(point, Severity::Error),
            warnings: total(point, Severity::Warning),
            notes: total(point, Severity::Note),
            rules,
        }
    });
    let History { commits, compiled, missing, .. } = *history;
    let of = |point: usize| history.points[point].commit.id.as_str();
    let lives = history.lives.iter().map(|life| JsonLife {
        rule: &life.rule,
        severity: life.severity.word(),
        path: &life.path,
        scope: &life.scope,
        born: of(life.born),
        died: life.died.map(of),
    });
    let document =
        Document { version: 1, commits, compiled, missing, points: points.collect(), lives: lives.collect() };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// One line for each commit, one column for each group.
fn csv(history: &History, by: TrendBy, out: &mut dyn Write) -> io::Result<()> {
    let groups = groups(history, by);
    let names: String = groups.iter().map(|group| format!(",{group}")).collect();
    writeln!(out, "commit,date,author,tags,files,errors,warnings,notes{names}")?;
    for point in &history.points {
        let numbers: String = groups.iter().map(|group| format!(",{}", of(point, by, group))).collect();
        let levels = [Severity::Error, Severity::Warning, Severity::Note].map(|level| total(point, level).to_string());
        let author = quoted(&point.commit.author);
        let tags = quoted(&point.tags.join(" "));
        writeln!(
            out,
            "{},{},{author},{tags},{},{}{numbers}",
            point.commit.id,
            day(point),
            point.files,
            levels.join(",")
        )?;
    }
    Ok(())
}

/// A field as RFC 4180 has it. What a spreadsheet would take for a formula gets a quote in front.
fn quoted(field: &str) -> String {
    let plain =
        if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{field}") } else { field.to_owned() };
    match plain.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", plain.replace('"', "\"\"")),
        false => plain,
    }
}

fn markdown(history: &History, by: TrendBy, out: &mut dyn Write) -> io::Result<()> {
    let (Some(first), Some(last)) = (history.points.first(), history.points.last()) else {
        return writeln!(out, "There is no commit yet");
    };
    let what = if by == TrendBy::Family { "Family" } else { "Rule" };
    writeln!(out, "| {what} | {} | most | {} |\n|---|---:|---:|---:|", day(first), day(last))?;
    for group in groups(history, by) {
        let values: Vec<usize> = history.points.iter().map(|point| of(point, by, &group)).collect();
        let most = values.iter().max().copied().unwrap_or_default();
        writeln!(out, "| {group} | {} | {most} | {} |", values[0], values[values.len() - 1])?;
    }
    writeln!(out, "\nErrors and warnings in {} of {}.", count(history.points.len(), "commit"), history.commits)?;
    missing(history, out)
}

impl std::str::FromStr for Every {
    type Err = String;

    fn from_str(word: &str) -> Result<Every, String> {
        Ok(match word {
            "commit" => Every::Commit,
            "day" => Every::Day,
            "week" => Every::Week,
            "tag" => Every::Tag,
            _ => return Err("it is `commit`, `day`, `week` or `tag`".to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_course_of_values_is_drawn_in_the_columns_there_are() {
        assert_eq!(sparkline(&[0, 1, 4, 8], 6, true), " ▁▄█  ");
        assert_eq!(sparkline(&[1, 1, 2, 2, 8, 8], 3, false), ".:@");
        assert_eq!(sparkline(&[0, 0], 2, true), "  ");
    }

    #[test]
    fn fields_of_tables_are_what_they_were() {
        assert_eq!(quoted("Ada, \"the\" Countess"), "\"Ada, \"\"the\"\" Countess\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
    }
}
