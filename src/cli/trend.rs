//! `davy trend`: how many findings each commit had, from the first one on.

use super::check::with_threads;
use super::{Outcome, Trend, TrendBy, TrendFormat, Walk, leaks, terminal};
use crate::config::{Changes, Configs, paths};
use crate::debt::markdown::escaped;
use crate::finding::Severity;
use crate::git::history::Commit;
use crate::history::owners::CodeOwners;
use crate::history::store::{Answer, ask};
use crate::history::{Every, History, Life, Origin, Point, Request, Sighting, Trouble, day_of, walk};
use crate::page::FAMILIES;
use crate::report::count;
use crate::report::csv::quoted;
use crate::report::mask::one_line;
use crate::report::wrap::{short_path, wrap};
use crate::rules;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// Runs the command.
pub fn run(args: &Trend) -> io::Result<Outcome> {
    with_threads(0, || inside(args))
}

fn inside(args: &Trend) -> io::Result<Outcome> {
    let request = request(&args.walk);
    if !is_there(&request.folder) {
        return Ok(Outcome::Failed);
    }
    if args.secrets {
        return leaks::run(args, &request);
    }
    let Some(history) = walked(&request, &args.walk) else { return Ok(Outcome::Failed) };
    if !knows_paths(&history) {
        return Ok(Outcome::Failed);
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = match (&args.sql, args.format) {
        (Some(sql), format) => match asked(&history, sql) {
            Ok(answer) => table(&answer, format, &mut out),
            Err((message, help)) => {
                terminal::complain(&message, Some(help));
                return Ok(Outcome::Failed);
            }
        },
        (None, TrendFormat::Text) => text(&history, args.by, &mut out),
        (None, TrendFormat::Json) => json(&history, &mut out),
        (None, TrendFormat::Csv) => csv(&history, args.by, &mut out),
        (None, TrendFormat::Markdown) => markdown(&history, args.by, &mut out),
    };
    terminal::read_or_not(written.and_then(|()| out.flush()))?;
    Ok(Outcome::Clean)
}

/// What a command asks of the history.
pub fn request(walk: &Walk) -> Request {
    Request {
        folder: walk.path.clone().unwrap_or_else(paths::working_directory),
        paths: walk.paths.clone(),
        from: walk.from.clone(),
        to: walk.to.clone(),
        every: walk.every,
        first_parent: walk.first_parent,
        also: None,
        head: false,
        store: walk.db.clone(),
    }
}

/// Whether a folder or file is there; where it is not, that is said.
pub fn is_there(path: &Path) -> bool {
    let is_there = path.exists();
    if !is_there {
        let help = "check the spelling and the working directory; `--path` names what is not there any more";
        terminal::complain(&format!("{}: no such file or folder", path.display()), Some(help));
    }
    is_there
}

/// The history that is asked for; where there is none, that is said.
pub fn walked(request: &Request, options: &Walk) -> Option<History> {
    let pages = rules::pages();
    let bar = terminal::Progress::new(options.quiet);
    let changes = Changes { select: options.select.clone(), ..Changes::default() };
    let history = Configs::new(&pages, changes)
        .map_err(Trouble::from)
        .and_then(|mut configs| walk(request, &mut configs, &|what, done, total| bar.step(what, done, total)));
    bar.end();
    told(history)
}

/// What was asked for; where there is none, that is said.
pub fn told<T>(found: Result<T, Trouble>) -> Option<T> {
    match found {
        Ok(found) => return Some(found),
        Err(Trouble::Git(error)) => terminal::complain(&error.message, Some(&error.help)),
        Err(Trouble::Config(error)) => terminal::complain(&error.to_string(), None),
        Err(Trouble::Store(problem)) => terminal::complain(&problem.message, Some(&problem.help)),
    }
    None
}

/// Whether any commit had a file that is meant; where none had, that is said.
pub fn knows_paths(history: &History) -> bool {
    // Where only the newest commits are known, nobody knows.
    let knows = history.paths.is_empty() || history.is_cut || history.churn.keys().any(|path| history.holds(path));
    if !knows {
        let message = format!("{}: no commit has a file there that davy looks into", history.paths.join(", "));
        terminal::complain(&message, Some("check the spelling: paths begin in the working directory"));
    }
    knows
}

/// What a question in SQL gives.
fn asked(history: &History, sql: &str) -> Result<Answer, (String, &'static str)> {
    let Some(path) = &history.store else {
        return Err(("the history cannot be kept, so it cannot be asked".to_owned(), "name a file with `--db FILE`"));
    };
    ask(path, sql)
        .map_err(|said| (format!("SQLite says: {said}"), "`--sql \"SELECT sql FROM sqlite_schema\"` lists the tables"))
}

/// The groups that findings are counted by.
struct Grouping {
    by: TrendBy,
    owners: Option<CodeOwners>,
}

impl Grouping {
    fn new(history: &History, by: TrendBy) -> Grouping {
        let last = history.points.last().filter(|_| by == TrendBy::Owner);
        Grouping { by, owners: last.and_then(|last| CodeOwners::of(&history.root, &last.commit.id)) }
    }

    fn of(&self, life: &Life, sighting: &Sighting) -> String {
        let path = &sighting.identity.path;
        match self.by {
            TrendBy::Family => rules::page(life.rule()).map_or("", |page| page.family.name).to_owned(),
            TrendBy::Rule => life.rule().to_owned(),
            TrendBy::Folder => path.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned(),
            TrendBy::Author => life.origin.author.clone(),
            TrendBy::Owner => match &self.owners {
                Some(owners) => owners.owner(path).unwrap_or("(nobody)").to_owned(),
                None => life.origin.author.clone(),
            },
        }
    }

    fn title(&self) -> &'static str {
        match self.by {
            TrendBy::Family => "Family",
            TrendBy::Rule => "Rule",
            TrendBy::Folder => "Folder",
            TrendBy::Owner if self.owners.is_some() => "Owner",
            TrendBy::Owner | TrendBy::Author => "Author",
        }
    }
}

/// A group with its errors and warnings.
struct Row {
    name: String,
    /// At each point.
    values: Vec<usize>,
    /// After the first point.
    came: usize,
    went: usize,
}

impl Row {
    fn now(&self) -> usize {
        self.values.last().copied().unwrap_or_default()
    }

    fn most(&self) -> usize {
        self.values.iter().max().copied().unwrap_or_default()
    }
}

/// Errors and warnings by group: families in the order of the catalog, the others with the most first.
fn rows(history: &History, grouping: &Grouping) -> Vec<Row> {
    let is_counted = |sighting: &Sighting| sighting.severity > Severity::Note;
    let courses = history.courses(|life, sighting| is_counted(sighting).then(|| grouping.of(life, sighting)));
    let mut moves: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for life in followed(history) {
        let (came, went) = moves.entry(grouping.of(life, life.last())).or_default();
        *came += usize::from(life.born > 0);
        *went += usize::from(life.died.is_some());
    }
    let row = |(name, values): (String, Vec<usize>)| {
        let (came, went) = moves.get(&name).copied().unwrap_or_default();
        Row { name, values, came, went }
    };
    let mut rows: Vec<Row> = courses.into_iter().map(row).collect();
    let place = |row: &Row| FAMILIES.iter().position(|family| family.name == row.name);
    match grouping.by {
        TrendBy::Family => rows.sort_by_key(place),
        TrendBy::Rule => {}
        TrendBy::Folder | TrendBy::Owner | TrendBy::Author => {
            rows.sort_by_key(|row| std::cmp::Reverse((row.now(), row.most())));
        }
    }
    rows
}

/// The errors and warnings that are meant, as they were last.
fn followed(history: &History) -> impl Iterator<Item = &Life> {
    let is_meant = |life: &&Life| life.last().severity > Severity::Note && history.holds(&life.last().identity.path);
    history.lives.iter().filter(is_meant)
}

/// How many findings there are at each point.
fn totals(history: &History, severity: Severity) -> Vec<usize> {
    let mut courses = history.courses(|_, sighting| (sighting.severity == severity).then_some(()));
    courses.remove(&()).unwrap_or_else(|| vec![0; history.points.len()])
}

fn day(point: &Point) -> String {
    day_of(point.commit.time)
}

/// So many groups have a line; what the others have is one line more.
const LINES: usize = 20;

/// A line for people: the course of each group, what it was at most, and what it is now.
fn text(history: &History, by: TrendBy, out: &mut dyn Write) -> io::Result<()> {
    let (Some(first), Some(last)) = (history.points.first(), history.points.last()) else {
        return writeln!(out, "There is no commit yet");
    };
    let commits = count(history.commits, "commit");
    writeln!(out, "{commits} from {} to {}, {} looked at\n", day(first), day(last), history.points.len())?;
    let mut rows = rows(history, &Grouping::new(history, by));
    let all = sum("all", &rows, history.points.len());
    if rows.len() > LINES {
        let rest = rows.split_off(LINES - 1);
        rows.push(sum(&format!("{} others", rest.len()), &rest, history.points.len()));
    }
    rows.push(all);
    let ellipsis = if terminal::unicode() { "…" } else { "..." };
    let names: Vec<String> = rows.iter().map(|row| short_path(&one_line(&row.name), 40, ellipsis)).collect();
    let name = names.iter().map(|name| crate::report::wrap::width(name)).max().unwrap_or_default();
    // Name, course, five numbers of six columns, and what parts them.
    let course = terminal::width().min(110).saturating_sub(name + 5 * 8 + 2).clamp(8, 48);
    let heads = ["first", "most", "now", "came", "went"].map(|head| format!("  {head:>6}")).concat();
    writeln!(out, "{:name$}  {:course$}{heads}", "", "")?;
    for (row, shown) in rows.iter().zip(&names) {
        let line = sparkline(&row.values, course, terminal::unicode());
        let pad = " ".repeat(name - crate::report::wrap::width(shown));
        let (begin, most, now) = (row.values[0], row.most(), row.now());
        writeln!(out, "{shown}{pad}  {line}  {begin:>6}  {most:>6}  {now:>6}  {:>6}  {:>6}", row.came, row.went)?;
    }
    changed_most(history, out)?;
    let notes = totals(history, Severity::Note).last().copied().unwrap_or_default();
    let notes = count(notes, "note");
    let text = format!(
        "Errors and warnings; {notes} more at the end. What came and went is followed through edits and moves."
    );
    writeln!(out)?;
    for line in wrap(&text, terminal::width(), terminal::width()) {
        writeln!(out, "{line}")?;
    }
    missing(history, out)
}

fn sum(name: &str, rows: &[Row], points: usize) -> Row {
    Row {
        name: name.to_owned(),
        values: (0..points).map(|at| rows.iter().map(|row| row.values[at]).sum()).collect(),
        came: rows.iter().map(|row| row.came).sum(),
        went: rows.iter().map(|row| row.went).sum(),
    }
}

/// So many days before the last commit are lately.
const LATELY: i64 = 28;

/// The rules that lately changed most.
fn changed_most(history: &History, out: &mut dyn Write) -> io::Result<()> {
    let Some(last) = history.points.last() else { return Ok(()) };
    let since = last.commit.time - LATELY * 24 * 3600;
    let is_late = |point: usize| point > 0 && history.points[point].commit.time >= since;
    let mut changes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for life in followed(history) {
        let (came, went) = changes.entry(life.rule()).or_default();
        *came += usize::from(is_late(life.born));
        *went += usize::from(life.died.is_some_and(is_late));
    }
    let mut changes: Vec<(&str, usize, usize)> =
        changes.into_iter().map(|(rule, (came, went))| (rule, came, went)).filter(|(_, c, w)| c + w > 0).collect();
    changes.sort_by_key(|(_, came, went)| std::cmp::Reverse(came + went));
    if changes.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nWhat changed most in the {LATELY} days before the last commit:")?;
    for (rule, came, went) in changes.into_iter().take(5) {
        let name = rules::page(rule).map_or("", |page| page.name.as_str());
        writeln!(out, "  {came:>5} came  {went:>5} went  {rule} {name}")?;
    }
    Ok(())
}

/// Said of a clone that has the newest commits alone.
pub const SHALLOW: &str = "The clone is shallow: older commits are not in it. `git fetch --unshallow` gets them";

fn missing(history: &History, out: &mut dyn Write) -> io::Result<()> {
    if history.is_shallow {
        writeln!(out, "{SHALLOW}")?;
    }
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
    shallow: bool,
    points: Vec<JsonPoint<'h>>,
    lives: Vec<JsonLife<'h>>,
}

/// A finding from its birth on. Births and deaths are the commits of points.
#[derive(Serialize)]
struct JsonLife<'h> {
    rule: &'h str,
    severity: &'static str,
    path: &'h str,
    scope: &'h str,
    born: &'h str,
    died: Option<&'h str>,
    came_with: JsonOrigin<'h>,
}

/// The commit that a finding came with: that of its birth, or one before it, of a branch or of a day.
#[derive(Serialize)]
struct JsonOrigin<'h> {
    commit: &'h str,
    date: String,
    author: &'h str,
    subject: &'h str,
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
    let courses = history.courses(|life, sighting| Some((life.rule().to_owned(), sighting.severity)));
    let time = |seconds: i64| jiff::Timestamp::from_second(seconds).unwrap_or_default().to_string();
    let points = history.points.iter().enumerate().map(|(at, Point { commit, tags, files })| {
        let mut rules: BTreeMap<&str, BTreeMap<&'static str, usize>> = BTreeMap::new();
        let mut total: BTreeMap<Severity, usize> = BTreeMap::new();
        for ((code, severity), values) in courses.iter().filter(|(_, values)| values[at] > 0) {
            rules.entry(code).or_default().insert(severity.word(), values[at]);
            *total.entry(*severity).or_default() += values[at];
        }
        let total = |severity: Severity| total.get(&severity).copied().unwrap_or_default();
        let Commit { id, author, subject, .. } = commit;
        JsonPoint {
            commit: id,
            date: time(commit.time),
            author,
            subject,
            tags,
            files: *files,
            errors: total(Severity::Error),
            warnings: total(Severity::Warning),
            notes: total(Severity::Note),
            rules,
        }
    });
    let of = |point: usize| history.points[point].commit.id.as_str();
    let lives = history.lives.iter().filter(|life| history.holds(&life.last().identity.path)).map(|life| {
        let Sighting { severity, identity, .. } = life.last();
        let Origin { id, author, subject, .. } = &life.origin;
        JsonLife {
            rule: life.rule(),
            severity: severity.word(),
            path: &identity.path,
            scope: &identity.scope,
            born: of(life.born),
            died: life.died.map(of),
            came_with: JsonOrigin { commit: id, date: time(life.origin.time), author, subject },
        }
    });
    let History { commits, compiled, missing, is_shallow: shallow, .. } = *history;
    let document =
        Document { version: 1, commits, compiled, missing, shallow, points: points.collect(), lives: lives.collect() };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// One line for each commit, one column for each group.
fn csv(history: &History, by: TrendBy, out: &mut dyn Write) -> io::Result<()> {
    let rows = rows(history, &Grouping::new(history, by));
    let names: String = rows.iter().map(|row| format!(",{}", quoted(&row.name))).collect();
    writeln!(out, "commit,date,author,tags,files,errors,warnings,notes{names}")?;
    let levels = [Severity::Error, Severity::Warning, Severity::Note].map(|level| totals(history, level));
    for (at, point) in history.points.iter().enumerate() {
        let columns = levels.iter().chain(rows.iter().map(|row| &row.values));
        let numbers: String = columns.map(|values| format!(",{}", values[at])).collect();
        let author = quoted(&point.commit.author);
        let tags = quoted(&point.tags.join(" "));
        writeln!(out, "{},{},{author},{tags},{}{numbers}", point.commit.id, day(point), point.files)?;
    }
    Ok(())
}

fn markdown(history: &History, by: TrendBy, out: &mut dyn Write) -> io::Result<()> {
    let (Some(first), Some(last)) = (history.points.first(), history.points.last()) else {
        return writeln!(out, "There is no commit yet");
    };
    let grouping = Grouping::new(history, by);
    let heads = format!("| {} | {} | most | {} | came | went |", grouping.title(), day(first), day(last));
    writeln!(out, "{heads}\n|---|---:|---:|---:|---:|---:|")?;
    for row in rows(history, &grouping) {
        let (name, begin, most, now) = (escaped(&row.name), row.values[0], row.most(), row.now());
        writeln!(out, "| {name} | {begin} | {most} | {now} | {} | {} |", row.came, row.went)?;
    }
    writeln!(out, "\nErrors and warnings in {} of {}.", count(history.points.len(), "commit"), history.commits)?;
    missing(history, out)
}

/// The answer of a question in SQL.
fn table(answer: &Answer, format: TrendFormat, out: &mut dyn Write) -> io::Result<()> {
    let plain = |value: &serde_json::Value| match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows = answer.rows.iter().map(|row| row.iter().map(plain).collect::<Vec<String>>());
    match format {
        TrendFormat::Json => {
            let objects = answer.rows.iter().map(|row| {
                let fields = answer.columns.iter().cloned().zip(row.iter().cloned());
                fields.collect::<serde_json::Map<String, serde_json::Value>>()
            });
            serde_json::to_writer_pretty(&mut *out, &objects.collect::<Vec<_>>())?;
            writeln!(out)
        }
        TrendFormat::Csv => {
            for row in [answer.columns.clone()].into_iter().chain(rows) {
                writeln!(out, "{}", row.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(","))?;
            }
            Ok(())
        }
        TrendFormat::Markdown => {
            writeln!(out, "| {} |", answer.columns.iter().map(|name| escaped(name)).collect::<Vec<_>>().join(" | "))?;
            writeln!(out, "|{}", "---|".repeat(answer.columns.len()))?;
            for row in rows {
                writeln!(out, "| {} |", row.iter().map(|field| escaped(field)).collect::<Vec<_>>().join(" | "))?;
            }
            Ok(())
        }
        TrendFormat::Text => {
            let lines: Vec<Vec<String>> = [answer.columns.clone()].into_iter().chain(rows).collect();
            let lines: Vec<Vec<String>> =
                lines.iter().map(|row| row.iter().map(|field| one_line(field).into_owned()).collect()).collect();
            let width = |column: usize| {
                lines.iter().map(|row| crate::report::wrap::width(&row[column])).max().unwrap_or_default()
            };
            let widths: Vec<usize> = (0..answer.columns.len()).map(width).collect();
            for row in &lines {
                let mut line = String::new();
                for (field, width) in row.iter().zip(&widths) {
                    line.push_str(field);
                    line.push_str(&" ".repeat(width + 2 - crate::report::wrap::width(field)));
                }
                writeln!(out, "{}", line.trim_end())?;
            }
            Ok(())
        }
    }
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
}
