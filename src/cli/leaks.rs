//! `davy trend --secrets`: what any commit ever held, and no value of it.

use super::trend::{SHALLOW, told};
use super::{Outcome, Trend, TrendFormat, terminal};
use crate::config::{Changes, Configs};
use crate::debt::markdown::escaped;
use crate::finding::Severity;
use crate::history::leaked::{Leak, Leaks, leaked};
use crate::history::{Origin, Request, Trouble, day_of};
use crate::report::csv::quoted;
use crate::report::mask::one_line;
use crate::report::{count, wrap};
use crate::rules;
use serde::Serialize;
use std::io::{self, Write};

/// Runs the command.
pub fn run(args: &Trend, request: &Request) -> io::Result<Outcome> {
    let pages = rules::pages();
    let bar = terminal::Progress::new(args.walk.quiet);
    let changes = Changes { select: args.walk.select.clone(), ..Changes::default() };
    let found = Configs::new(&pages, changes)
        .map_err(Trouble::from)
        .and_then(|mut configs| leaked(request, &mut configs, &|what, done, total| bar.step(what, done, total)));
    bar.end();
    let Some(leaks) = told(found) else { return Ok(Outcome::Failed) };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = match args.format {
        TrendFormat::Text => text(&leaks, &args.walk.to, &mut out),
        TrendFormat::Json => json(&leaks, &mut out),
        TrendFormat::Csv => csv(&leaks, &mut out),
        TrendFormat::Markdown => markdown(&leaks, &mut out),
    };
    terminal::read_or_not(written.and_then(|()| out.flush()))?;
    if args.exit_code && leaks.is_shallow {
        let help = "fetch all commits: `git fetch --unshallow`, or `fetch-depth: 0` where CI checks out";
        terminal::complain("the clone is shallow: what older commits held is not known", Some(help));
        return Ok(Outcome::Failed);
    }
    let fails = args.exit_code && !leaks.leaks.is_empty();
    Ok(if fails { Outcome::Findings } else { Outcome::Clean })
}

fn text(leaks: &Leaks, to: &str, out: &mut dyn Write) -> io::Result<()> {
    for leak in &leaks.leaks {
        let Leak { page, severity, message, paths, first, .. } = leak;
        writeln!(out, "{} {} {}: {}", severity.word(), page.code, page.name, one_line(message))?;
        let others = match paths.len() {
            1 => String::new(),
            more => format!(" and {}", count(more - 1, "other file")),
        };
        writeln!(out, "  in    {}{others}", one_line(&paths[0]))?;
        writeln!(out, "  first {}", origin(first))?;
        match (&leak.last, leak.is_at_head) {
            (_, true) => writeln!(out, "  still in {to}\n")?,
            (Some(last), false) => writeln!(out, "  gone  {}\n", origin(last))?,
            (None, false) => writeln!(out, "  gone  with a merge\n")?,
        }
    }
    let commits = count(leaks.commits, "commit");
    match leaks.leaks.len() {
        0 => writeln!(out, "No secret in {commits}")?,
        all => {
            let still = leaks.leaks.iter().filter(|leak| leak.is_at_head).count();
            let held = format!("{} in {commits}, {still} of them still in {to}", count(all, "secret"));
            let text = format!("{held}. Whoever has a clone has all of them: revoke each, then take it out.");
            for line in wrap::wrap(&text, terminal::width(), terminal::width()) {
                writeln!(out, "{line}")?;
            }
        }
    }
    if leaks.is_shallow {
        writeln!(out, "{SHALLOW}")?;
    }
    match leaks.missing {
        0 => Ok(()),
        files => writeln!(out, "This clone does not have {} of older commits", count(files, "file")),
    }
}

/// `2027-03-01 3f2a1b9c Ada: the first line of the message`.
fn origin(Origin { id, author, time, subject }: &Origin) -> String {
    let id: String = id.chars().take(8).collect();
    format!("{} {id} {}: {}", day_of(*time), one_line(author), one_line(subject))
}

#[derive(Serialize)]
struct Document<'l> {
    version: u32,
    commits: usize,
    missing: usize,
    shallow: bool,
    secrets: Vec<Secret<'l>>,
}

#[derive(Serialize)]
struct Secret<'l> {
    code: &'l str,
    name: &'l str,
    severity: &'static str,
    message: &'l str,
    paths: &'l [String],
    first: Commit<'l>,
    gone: Option<Commit<'l>>,
    is_at_head: bool,
}

#[derive(Serialize)]
struct Commit<'l> {
    commit: &'l str,
    date: String,
    author: &'l str,
    subject: &'l str,
}

fn json(leaks: &Leaks, out: &mut dyn Write) -> io::Result<()> {
    fn commit(Origin { id, author, time, subject }: &Origin) -> Commit<'_> {
        let date = jiff::Timestamp::from_second(*time).unwrap_or_default().to_string();
        Commit { commit: id, date, author, subject }
    }
    let secrets = leaks.leaks.iter().map(|leak| Secret {
        code: &leak.page.code,
        name: &leak.page.name,
        severity: leak.severity.word(),
        message: &leak.message,
        paths: &leak.paths,
        first: commit(&leak.first),
        gone: leak.last.as_ref().filter(|_| !leak.is_at_head).map(commit),
        is_at_head: leak.is_at_head,
    });
    let Leaks { commits, missing, is_shallow: shallow, .. } = *leaks;
    serde_json::to_writer_pretty(
        &mut *out,
        &Document { version: 1, commits, missing, shallow, secrets: secrets.collect() },
    )?;
    writeln!(out)
}

/// The columns of a table.
const COLUMNS: [&str; 11] =
    ["severity", "code", "name", "file", "files", "first", "commit", "author", "gone", "gone commit", "gone author"];

/// A leak as the fields of a table.
fn row(leak: &Leak) -> [String; 11] {
    let Leak { page, severity, paths, first, .. } = leak;
    let of = |origin: &Origin| [day_of(origin.time), origin.id.clone(), origin.author.clone()];
    let [day, id, author] = of(first);
    let gone = leak.last.as_ref().filter(|_| !leak.is_at_head).map(of);
    let [gone_day, gone_id, gone_author] = gone.unwrap_or_default();
    let severity: &Severity = severity;
    let (files, file) = (paths.len().to_string(), paths[0].clone());
    let (code, name) = (page.code.clone(), page.name.clone());
    [severity.word().to_owned(), code, name, file, files, day, id, author, gone_day, gone_id, gone_author]
}

fn csv(leaks: &Leaks, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", COLUMNS.join(","))?;
    for leak in &leaks.leaks {
        writeln!(out, "{}", row(leak).map(|field| quoted(&field)).join(","))?;
    }
    Ok(())
}

fn markdown(leaks: &Leaks, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "| {} |\n|{}", COLUMNS.join(" | "), "---|".repeat(COLUMNS.len()))?;
    for leak in &leaks.leaks {
        writeln!(out, "| {} |", row(leak).map(|field| escaped(&field)).join(" | "))?;
    }
    Ok(())
}
