//! `davy baseline`: record what is there, keep the record up to date, and say whether it is.

use super::{BaselineArgs, BaselineCommand, Outcome, check, gate, terminal};
use crate::baseline::{Baseline, Compared, Standing};
use crate::config::{Changes, Configs, paths};
use crate::finding::Judged;
use crate::identity::{self, Identity};
use crate::rules;
use crate::scan::{self, Request, Scan, scan};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Write};
use std::path::Path;

/// Runs the command.
pub fn run(command: &BaselineCommand) -> io::Result<Outcome> {
    check::with_threads(0, || inside(command))
}

fn inside(command: &BaselineCommand) -> io::Result<Outcome> {
    let (BaselineCommand::Create { args, .. }
    | BaselineCommand::Update(args)
    | BaselineCommand::Prune(args)
    | BaselineCommand::Check(args)) = command;
    let Some(scan) = load(args) else { return Ok(Outcome::Failed) };
    let display = paths::shown(&scan.baseline, &paths::working_directory());
    if check::complain_of(scan.problems.iter()) {
        terminal::complain(
            "the baseline would lack what could not be read, so nothing was recorded",
            Some("mend what is named above, then try again"),
        );
        return Ok(Outcome::Failed);
    }
    let findings: Vec<Judged> =
        scan.link().findings.into_iter().filter(|finding| gate::counts(&scan, finding)).collect();
    let identities = gate::identities(&scan, &findings);
    let old = match Baseline::read(&scan.baseline) {
        Ok(old) => old,
        Err(error) => {
            terminal::complain(&format!("{display}: {error}"), Some(error.help()));
            return Ok(Outcome::Failed);
        }
    };
    let none = || {
        terminal::complain(&format!("{display}: there is no baseline"), Some("`davy baseline create` makes one"));
        Ok(Outcome::Failed)
    };
    match (command, old) {
        (BaselineCommand::Create { from_detect_secrets: None, .. }, Some(_)) => {
            let help = "`davy baseline update` adds and removes; delete the file to begin again";
            terminal::complain(&format!("{display}: there is a baseline already"), Some(help));
            Ok(Outcome::Failed)
        }
        (BaselineCommand::Create { from_detect_secrets, .. }, old) => {
            let chosen = match from_detect_secrets {
                None => identities,
                Some(file) => match taken_over(&scan, file, &findings, &identities) {
                    Ok(chosen) => chosen,
                    Err(message) => {
                        let help = "name the baseline that `detect-secrets scan` wrote";
                        terminal::complain(&format!("{}: {message}", file.display()), Some(help));
                        return Ok(Outcome::Failed);
                    }
                },
            };
            let (added, baseline) = match old {
                None => (chosen.len(), Baseline::new(known_rules(), chosen)),
                Some(mut old) => {
                    let compared = gate::compare(&scan, &old, &chosen);
                    let new = fresh(&compared, &chosen);
                    old.add(&new);
                    (new.len(), old)
                }
            };
            if !written(&baseline, &scan.baseline, &display) {
                return Ok(Outcome::Failed);
            }
            let mut out = io::stdout().lock();
            writeln!(out, "Recorded {} in {display}", some(added, "finding"))?;
            writeln!(out, "Commit it: from now on `davy check` fails on what is new.")?;
            Ok(Outcome::Clean)
        }
        (_, None) => none(),
        (BaselineCommand::Update(_), Some(mut old)) => {
            let compared = gate::compare(&scan, &old, &identities);
            let gone = gone(&compared);
            let new = fresh(&compared, &identities);
            // What has moved to another path is recorded there.
            let moves = moved_entries(&old, &compared, &identities);
            old.remove(&gone);
            old.remove(&moves.iter().map(|(from, _)| from.clone()).collect::<Vec<_>>());
            old.add(&new);
            old.add(&moves.iter().map(|(_, to)| to.clone()).collect::<Vec<_>>());
            old.rules = known_rules();
            if !written(&old, &scan.baseline, &display) {
                return Ok(Outcome::Failed);
            }
            let mut out = io::stdout().lock();
            // A line that was edited, or went into another block, is told as one change.
            let carried = identity::cascade(&gone, &new);
            let is_carried = |index: &usize| carried.contains(&Some(*index));
            let pick = |all: &[Identity], keep: &dyn Fn(&usize) -> bool| -> Vec<Identity> {
                all.iter().enumerate().filter(|(index, _)| keep(index)).map(|(_, one)| one.clone()).collect()
            };
            let added = pick(&new, &|index| carried[*index].is_none());
            let removed = pick(&gone, &|index| !is_carried(index));
            list(&mut out, '+', &added)?;
            list(&mut out, '-', &removed)?;
            for (one, was) in new.iter().zip(&carried).filter_map(|(one, was)| Some((one, &gone[(*was)?]))) {
                let was = if one.content == was.content { format!("in {}", place(was)) } else { was.content.clone() };
                writeln!(out, "~ {}: {} (was {was})", one.path, said(one))?;
            }
            for (from, to) in &moves {
                writeln!(out, "> {} is {} now: {}", from.path, to.path, said(to))?;
            }
            let holds = some(old.entries().count(), "finding");
            let changed = new.len() - added.len();
            let changed = if changed == 0 { String::new() } else { format!(", changed {changed}") };
            writeln!(out, "Added {}, removed {}{changed}: {display} holds {holds}", added.len(), removed.len())?;
            drop(out);
            lower_budgets(&scan, &findings)
        }
        (BaselineCommand::Prune(_), Some(mut old)) => {
            let gone = gone(&gate::compare(&scan, &old, &identities));
            old.remove(&gone);
            if !gone.is_empty() && !written(&old, &scan.baseline, &display) {
                return Ok(Outcome::Failed);
            }
            let mut out = io::stdout().lock();
            list(&mut out, '-', &gone)?;
            let holds = some(old.entries().count(), "finding");
            writeln!(out, "Removed {}: {display} holds {holds}", gone.len())?;
            Ok(Outcome::Clean)
        }
        (BaselineCommand::Check(_), Some(old)) => {
            let compared = gate::compare(&scan, &old, &identities);
            let new = fresh(&compared, &identities);
            let mut out = io::stdout().lock();
            for (title, entries) in [("new", &new), ("fixed", &compared.fixed), ("stale", &compared.stale)] {
                for one in entries {
                    writeln!(out, "{title}: {}: {}", one.path, said(one))?;
                }
            }
            let (fixed, stale) = (compared.fixed.len(), compared.stale.len());
            if new.is_empty() && fixed + stale == 0 {
                writeln!(out, "{display} is what davy finds: {}", some(identities.len(), "finding"))?;
                return Ok(Outcome::Clean);
            }
            writeln!(out, "{} new, {fixed} fixed, {stale} stale: `davy baseline update`", new.len())?;
            Ok(Outcome::Findings)
        }
    }
}

fn load(args: &BaselineArgs) -> Option<Scan> {
    let pages = rules::pages();
    let changes = Changes { config: args.config.clone(), ..Changes::default() };
    let request =
        Request { paths: vec![args.path.clone()], stdin: None, force_exclude: false, threads: 0, cache: true };
    let progress = terminal::Progress::new(false);
    let step = |done, total| progress.step("compiling", done, total);
    let result = Configs::new(&pages, changes).and_then(|mut configs| scan(&request, &mut configs, &step));
    progress.end();
    match result {
        Ok(scan) => Some(scan),
        Err(error) => {
            terminal::complain(&error.to_string(), None);
            None
        }
    }
}

/// Budgets never rise by themselves: what has been mended may not come back.
fn lower_budgets(scan: &Scan, findings: &[Judged]) -> io::Result<Outcome> {
    let Some(origin) = &scan.config.origin else { return Ok(Outcome::Clean) };
    let display = paths::shown(origin, &paths::working_directory());
    let text = std::fs::read_to_string(origin).unwrap_or_default();
    let bom = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let Some((lowered, changes)) = gate::lowered(scan, &text[bom..], findings) else { return Ok(Outcome::Clean) };
    if let Err(error) = crate::fix::write(origin, (text[..bom].to_owned() + &lowered).as_bytes()) {
        let message = format!("{display}: cannot write it: {}", scan::plain(&error));
        terminal::complain(&message, Some("lower the budgets by hand"));
        return Ok(Outcome::Failed);
    }
    for (name, before, now) in changes {
        writeln!(io::stdout(), "{display}: the budget of {name} is {now} now, and was {before}")?;
    }
    Ok(Outcome::Clean)
}

/// Every rule of this davy: a later one's new rules are told apart.
fn known_rules() -> BTreeSet<String> {
    rules::pages().iter().map(|page| page.code.clone()).collect()
}

fn fresh(compared: &Compared, identities: &[Identity]) -> Vec<Identity> {
    let all = compared.findings.iter().zip(identities);
    let mut fresh: Vec<Identity> =
        all.filter(|(standing, _)| **standing != Standing::Known).map(|(_, one)| one.clone()).collect();
    fresh.sort();
    fresh
}

fn gone(compared: &Compared) -> Vec<Identity> {
    compared.fixed.iter().chain(&compared.stale).cloned().collect()
}

/// Entries whose finding is known under another path, with what they become.
fn moved_entries(old: &Baseline, compared: &Compared, identities: &[Identity]) -> Vec<(Identity, Identity)> {
    let entries: HashSet<&Identity> = old.entries().collect();
    let known = compared.findings.iter().zip(identities).filter(|(standing, _)| **standing == Standing::Known);
    let mut elsewhere: Vec<&Identity> =
        known.map(|(_, one)| one).filter(|one| !entries.iter().any(|entry| entry.is_like(one))).collect();
    let left: HashSet<Identity> = gone(compared).into_iter().collect();
    let mut moves = Vec::new();
    for entry in old.entries().filter(|entry| !left.contains(*entry)) {
        let same = |one: &&Identity| {
            one.path != entry.path
                && (&one.rule, &one.scope, &one.content) == (&entry.rule, &entry.scope, &entry.content)
        };
        if !identities.iter().any(|one| one.is_like(entry))
            && let Some(at) = elsewhere.iter().position(same)
        {
            moves.push((entry.clone(), elsewhere.remove(at).clone()));
        }
    }
    moves
}

fn written(baseline: &Baseline, path: &Path, display: &str) -> bool {
    match baseline.write(path) {
        Ok(()) => true,
        Err(error) => {
            let message = format!("{display}: cannot write it: {}", scan::plain(&error));
            terminal::complain(&message, Some("the baseline is as it was"));
            false
        }
    }
}

fn list(out: &mut dyn Write, sign: char, all: &[Identity]) -> io::Result<()> {
    all.iter().try_for_each(|one| writeln!(out, "{sign} {}: {}", one.path, said(one)))
}

/// The block around a finding, as people call it.
fn place(one: &Identity) -> String {
    if one.scope.is_empty() { "the module".to_owned() } else { one.scope.replace(".<locals>", "") }
}

fn said(one: &Identity) -> String {
    let scope = if one.scope.is_empty() { String::new() } else { format!(" in {}", place(one)) };
    format!("{}{scope}: {}", one.rule, one.content)
}

fn some(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What `detect-secrets scan` writes, as far as it is of use here.
#[derive(Deserialize)]
struct DetectSecrets {
    results: BTreeMap<String, Vec<Detected>>,
}

#[derive(Deserialize)]
struct Detected {
    line_number: u32,
}

/// The secrets among the findings that stand where detect-secrets has recorded one.
fn taken_over(scan: &Scan, file: &Path, findings: &[Judged], identities: &[Identity]) -> Result<Vec<Identity>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| scan::plain(&error))?;
    let recorded: DetectSecrets =
        serde_json::from_str(&text).map_err(|_| "no baseline of detect-secrets".to_owned())?;
    let folder = paths::absolute(file, &paths::working_directory());
    let folder = folder.parent().unwrap_or(Path::new("/"));
    let mut places: HashSet<(String, u32)> = HashSet::new();
    for (path, all) in &recorded.results {
        let path = paths::shown(&folder.join(path), gate::home(scan));
        places.extend(all.iter().map(|one| (path.clone(), one.line_number)));
    }
    let mut chosen = Vec::new();
    for (finding, identity) in findings.iter().zip(identities) {
        let secret = rules::page(&finding.code.0).is_some_and(|page| page.family.name == "secrets");
        let Some(file) = scan.file(&finding.path).filter(|_| secret) else { continue };
        let bytes = file.bytes().unwrap_or_default();
        let line = crate::text::Lines::new(&crate::text::decode(&bytes).text).line(finding.span.start);
        if places.contains(&(identity.path.clone(), line)) {
            chosen.push(identity.clone());
        }
    }
    Ok(chosen)
}
