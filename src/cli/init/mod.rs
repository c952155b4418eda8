//! `davy init`: the configuration, the hook and the CI job of the project at hand, shown as a diff and written when somebody agrees.
//!
//! What is there already stays as it is; what cannot be edited safely is said, to be done by hand.

mod ci;
mod config;
mod hook;
mod list;
mod ruff;

use super::{Init, InitPart, Outcome, terminal};
use crate::config::paths;
use crate::{fix, git, scan};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// The version that hooks and CI jobs install.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The project that davy is to be set up in.
struct Site {
    /// Absolute folder that davy is to check.
    folder: PathBuf,
    /// Absolute top of git's work tree, if there is one.
    top: Option<PathBuf>,
    /// From `top` to `folder`, with `/`; `.` where they are the same.
    below: String,
}

/// A file to write.
struct Change {
    path: PathBuf,
    /// Nothing: the file is new.
    old: Option<String>,
    new: String,
}

/// What one part of the setup comes to; nothing in it: nothing is left to do.
#[derive(Default)]
struct Step {
    /// The files to write.
    write: Vec<Change>,
    /// What a person has to do, because davy cannot.
    by_hand: Vec<String>,
    /// What is worth knowing.
    notes: Vec<String>,
}

impl Step {
    fn write(changes: Vec<Change>) -> Step {
        Step { write: changes, ..Step::default() }
    }

    fn by_hand(what: String) -> Step {
        Step { by_hand: vec![what], ..Step::default() }
    }

    fn note(what: &str) -> Step {
        Step { notes: vec![what.to_owned()], ..Step::default() }
    }
}

/// Runs the command.
pub fn run(init: &Init) -> io::Result<Outcome> {
    let folder = paths::absolute(&init.path, &paths::working_directory());
    if !folder.is_dir() {
        terminal::complain(&format!("{}: no such folder", init.path.display()), Some("name the project's folder"));
        return Ok(Outcome::Failed);
    }
    let site = Site::at(folder);
    let wants = |part: InitPart| !init.skip.contains(&part);
    let mut steps = Vec::new();
    if wants(InitPart::Config) {
        steps.push(config::step(&site));
    }
    if wants(InitPart::Hook) {
        steps.push(hook::step(&site));
    }
    if wants(InitPart::Ci) {
        steps.push(ci::step(&site, init.ci));
    }
    let mut all = Step::default();
    for step in steps {
        all.write.extend(step.write);
        all.by_hand.extend(step.by_hand);
        all.notes.extend(step.notes);
    }
    let Step { write: own, by_hand, notes } = all;
    let ruff = if wants(InitPart::Ruff) { ruff::step(&site, &own).write } else { Vec::new() };

    let mut out = io::stdout().lock();
    for change in own.iter().chain(&ruff) {
        write!(out, "{}", change.diff(&site))?;
    }
    for line in &by_hand {
        writeln!(out, "By hand: {line}")?;
    }
    for line in &notes {
        writeln!(out, "{line}")?;
    }
    let whole = if by_hand.is_empty() { Outcome::Clean } else { Outcome::Failed };
    if own.is_empty() && ruff.is_empty() {
        match whole {
            Outcome::Clean => writeln!(out, "Nothing to write: davy is set up here already")?,
            _ => writeln!(out, "Nothing was written")?,
        }
        return Ok(whole);
    }
    if init.diff {
        return Ok(Outcome::Clean);
    }
    if !init.yes && !io::stdin().is_terminal() {
        drop(out);
        let help = "`--yes` writes what the diff shows; `--diff` only shows it";
        terminal::complain("there is nobody to ask, so nothing was written", Some(help));
        return Ok(Outcome::Failed);
    }
    let mut chosen = Vec::new();
    if !own.is_empty() {
        let files = if own.len() == 1 { "this file".to_owned() } else { format!("these {} files", own.len()) };
        if !init.yes && !agreed(&mut out, &format!("Write {files}?"))? {
            writeln!(out, "Nothing was written")?;
            return Ok(Outcome::Clean);
        }
        chosen.extend(own);
    }
    if !ruff.is_empty() && (init.yes || agreed(&mut out, "Switch off in ruff what davy reports, too?")?) {
        chosen.extend(ruff);
    }
    for change in &chosen {
        if let Err(error) = change.write() {
            let message = format!("{}: cannot write it: {}", site.shown(&change.path), scan::plain(&error));
            drop(out);
            terminal::complain(&message, Some("what was written before stays; run `davy init` again"));
            return Ok(Outcome::Failed);
        }
        writeln!(out, "Wrote {}", site.shown(&change.path))?;
    }
    if chosen.is_empty() {
        writeln!(out, "Nothing was written")?;
        return Ok(Outcome::Clean);
    }
    let folder = site.shown(&site.folder);
    let place = if folder == "." { String::new() } else { format!(" {}", quoted(&folder)) };
    writeln!(out, "\nNext:")?;
    writeln!(out, "  davy check{place}              what there is")?;
    writeln!(out, "  davy baseline create{place}    record it: from then on only what is new fails")?;
    if wants(InitPart::Hook) && site.top.is_some() {
        writeln!(
            out,
            "  pre-commit install{}      the hook, in this clone; `prek install` does the same",
            " ".repeat(place.len())
        )?;
    }
    Ok(whole)
}

/// Asks on the terminal; no answer is a no.
fn agreed(out: &mut dyn Write, question: &str) -> io::Result<bool> {
    write!(out, "{question} [Y/n] ")?;
    out.flush()?;
    let mut answer = String::new();
    if io::stdin().lock().read_line(&mut answer)? == 0 {
        writeln!(out)?;
        return Ok(false);
    }
    Ok(matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}

impl Site {
    fn at(folder: PathBuf) -> Site {
        let top = git::top(&folder);
        let below = top.as_deref().map_or_else(|| ".".to_owned(), |top| paths::shown(&folder, top));
        Site { folder, top, below }
    }

    /// A path as the person at the terminal would write it.
    fn shown(&self, path: &Path) -> String {
        paths::shown(path, &paths::working_directory())
    }

    /// The command of a hook or a job: `davy check` and what it checks.
    fn path_argument(&self) -> String {
        if self.below == "." { String::new() } else { format!(" {}", quoted(&self.below)) }
    }
}

/// A path in a shell's words.
fn quoted(path: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "/._-".contains(char);
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

impl Change {
    /// A file that is not there yet.
    fn new(path: PathBuf, text: String) -> Change {
        Change { path, old: None, new: text }
    }

    /// A file with another text, in the line endings that it has.
    fn edited(path: PathBuf, old: String, new: String) -> Change {
        let new = if old.contains("\r\n") { new.replace("\r\n", "\n").replace('\n', "\r\n") } else { new };
        Change { path, old: Some(old), new }
    }

    fn diff(&self, site: &Site) -> String {
        let path = site.shown(&self.path);
        let old = self.old.as_deref().unwrap_or_default();
        let from = if self.old.is_some() { path.as_str() } else { "/dev/null" };
        let mut text = String::new();
        let diff = similar::TextDiff::from_lines(old, &self.new);
        // Writing to a string cannot fail.
        let _ = write!(text, "{}", diff.unified_diff().header(from, &path));
        text
    }

    fn write(&self) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        if fs::read_to_string(&self.path).ok() != self.old {
            return Err(io::Error::other("it has changed since it was read"));
        }
        fix::write(&self.path, self.new.as_bytes())
    }
}

/// A file's text; none where it does not exist, an error where it cannot be read as text.
fn text_of(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
