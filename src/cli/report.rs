//! `davy report`: the readiness report, as a page, as Markdown or as data.

use super::check::{complain_of, with_threads};
use super::trend::{is_there, knows_paths, request, walked};
use super::{Outcome, Report, ReportFormat, terminal};
use crate::config::{Changes, Configs, paths};
use crate::debt::measure::{Input, document};
use crate::debt::words::verdict;
use crate::debt::{Document, html, markdown};
use crate::git;
use crate::history::owners::CodeOwners;
use crate::history::{Head, HeadFile, History, Request};
use crate::manifest;
use crate::report::incidents::{LEAST, is_about_value, spoken_for};
use crate::rules;
use crate::scan::{self, scan};
use crate::text::decode;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the page goes, unless another place is named.
const PAGE: &str = "davy-report.html";

/// Runs the command.
pub fn run(args: &Report) -> io::Result<Outcome> {
    with_threads(0, || inside(args))
}

fn inside(args: &Report) -> io::Result<Outcome> {
    let folder = args.walk.path.clone().unwrap_or_else(paths::working_directory);
    let whole = paths::absolute(&folder, &paths::working_directory());
    if !is_there(&folder) {
        return Ok(Outcome::Failed);
    }
    let start = whole.parent().filter(|_| whole.is_file()).unwrap_or(&whole);
    if let Some(error) = git::refusal(start) {
        terminal::complain(&error.message, Some(&error.help));
        return Ok(Outcome::Failed);
    }
    let (document, failed) = match git::is_repository(start) {
        true => match of_repository(args) {
            Some(document) => (document, false),
            None => return Ok(Outcome::Failed),
        },
        false if args.since.is_some() => {
            let message = format!("{} is in no git repository, so there is nothing to compare with", whole.display());
            terminal::complain(&message, Some("leave out `--since`, or name a folder of a clone"));
            return Ok(Outcome::Failed);
        }
        false => match of_folder(args, folder)? {
            Some(made) => made,
            None => return Ok(Outcome::Failed),
        },
    };
    if document.size.files == 0 {
        let help = "name a folder with Python files; `davy check` says what is left out and why";
        terminal::complain("nothing to report: there is no file that davy looks into", Some(help));
        return Ok(Outcome::Failed);
    }
    let written = written(args, &document)?;
    Ok(if written && !failed { Outcome::Clean } else { Outcome::Failed })
}

/// Writes the report to where it goes; whether that could be done.
fn written(args: &Report, document: &Document) -> io::Result<bool> {
    let mut bytes = Vec::new();
    match args.format {
        ReportFormat::Html => bytes.extend(html::page(document).into_bytes()),
        ReportFormat::Markdown => markdown::markdown(document, &mut bytes)?,
        ReportFormat::Json => {
            serde_json::to_writer_pretty(&mut bytes, document)?;
            bytes.push(b'\n');
        }
    }
    let page = (args.format == ReportFormat::Html).then(|| PathBuf::from(PAGE));
    let file = args.output.clone().or(page).filter(|file| file.as_os_str() != "-");
    let mut out = io::stdout().lock();
    let Some(file) = file else {
        terminal::read_or_not(out.write_all(&bytes).and_then(|()| out.flush()))?;
        return Ok(true);
    };
    if let Err(error) = std::fs::write(&file, &bytes) {
        let message = format!("{}: cannot be written: {}", file.display(), scan::plain(&error));
        terminal::complain(&message, Some("name another file with `--output`, or `-` for standard output"));
        return Ok(false);
    }
    let (go, means) = verdict(document);
    writeln!(out, "{go}: {means}. The report is in {}", file.display())?;
    Ok(true)
}

/// The report of a commit.
fn of_repository(args: &Report) -> Option<Document> {
    let request = Request { also: args.since.clone(), head: true, ..request(&args.walk) };
    let history: History = walked(&request, &args.walk)?;
    if !knows_paths(&history) {
        return None;
    }
    let head = history.head.as_ref()?;
    let tip = history.points.last()?;
    let owners = CodeOwners::of(&history.root, &tip.commit.id);
    let since = args.since.as_deref().zip(history.also);
    let project = match history.paths.as_slice() {
        [one] => name_of(&history.root.join(one)),
        _ => head.name.clone().unwrap_or_else(|| name_of(&history.root)),
    };
    // What is not committed says nothing of an older commit.
    let uncommitted = match git::work_tree(&history.root) {
        Ok(git::WorkTree::Dirty(files)) if args.walk.to == "HEAD" => files,
        _ => 0,
    };
    let now = jiff::Timestamp::now().as_second();
    let as_of = if args.walk.to == "HEAD" { now.max(tip.commit.time) } else { tip.commit.time };
    Some(document(&Input {
        project,
        now,
        as_of,
        head,
        history: Some(&history),
        owners: owners.as_ref(),
        since,
        select: &args.walk.select,
        uncommitted,
    }))
}

/// The report of a folder that is in no repository, as its files lie there; whether something could not be done.
fn of_folder(args: &Report, folder: PathBuf) -> io::Result<Option<(Document, bool)>> {
    let pages = rules::pages();
    let changes = Changes { select: args.walk.select.clone(), ..Changes::default() };
    let named = if args.walk.paths.is_empty() { vec![folder.clone()] } else { args.walk.paths.clone() };
    let request = scan::Request { paths: named, stdin: None, force_exclude: false, threads: 0, cache: true };
    let bar = terminal::Progress::new(args.walk.quiet);
    let scanned = Configs::new(&pages, changes)
        .and_then(|mut configs| scan(&request, &mut configs, &|done, total| bar.step("files", done, total)));
    bar.end();
    let scan = match scanned {
        Ok(scan) => scan,
        Err(error) => {
            terminal::complain(&error.to_string(), None);
            return Ok(None);
        }
    };
    let failed = complain_of(scan.problems.iter());
    let files = scan.files.iter().filter(|file| file.shown).map(|file| HeadFile {
        path: file.key.clone(),
        kind: file.kind,
        unit: Arc::new(file.unit().clone()),
        text: decode(&file.bytes().unwrap_or_default()).text.into_owned(),
    });
    let files: Vec<HeadFile> = files.collect();
    let found = scan.link().findings;
    let keys = found.iter().map(|finding| {
        let file = files.binary_search_by(|file| file.path.as_bytes().cmp(finding.path.as_bytes())).ok();
        let value = file.and_then(|file| files[file].text.get(finding.span.range()));
        let value = value.filter(|value| value.len() >= LEAST && is_about_value(&finding.code.0));
        (value, finding.severity)
    });
    let joined = spoken_for(keys);
    let findings: Vec<_> =
        found.into_iter().zip(joined).filter(|(_, joined)| joined.is_none()).map(|(finding, _)| finding).collect();
    let lives = vec![None; findings.len()];
    let head = Head {
        files,
        findings,
        lives,
        name: manifest::name(&scan.manifests),
        roots: scan.roots(),
        rules: scan.config.rules(),
    };
    let project = head.name.clone().unwrap_or_else(|| name_of(&paths::absolute(&folder, &paths::working_directory())));
    let now = jiff::Timestamp::now().as_second();
    let document = document(&Input {
        project,
        now,
        as_of: now,
        head: &head,
        history: None,
        owners: None,
        since: None,
        select: &args.walk.select,
        uncommitted: 0,
    });
    Ok(Some((document, failed)))
}

fn name_of(folder: &Path) -> String {
    folder.file_name().map_or_else(|| folder.display().to_string(), |name| name.to_string_lossy().into_owned())
}
