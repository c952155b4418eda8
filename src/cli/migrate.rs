//! `davy migrate pydantic`: the move from pydantic 1 to 2, all files at once or none.
//!
//! Applies what is exact on pydantic 2 and what gives back what pydantic 1 did, moves the pin, and lists what is left for a person.

use super::{MigratePydantic, Outcome, When, check, fixing, plan, terminal};
use crate::config::{Changes, ConfigError, Configs};
use crate::finding::{Judged, Severity};
use crate::fix;
use crate::git::{self, WorkTree};
use crate::journal;
use crate::manifest::{Kind, Specifiers, Version, edit};
use crate::report::wrap::wrap;
use crate::rules;
use crate::scan::{self, Problem, Request, Scan, scan};
use crate::text::{Lines, decode};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The versions that the rewritten code runs on: `ValidationInfo` is one class from 2.4 on.
const PYDANTIC: &str = ">=2.4,<3";
const SETTINGS: &str = ">=2,<3";

/// Runs the command.
pub fn run(migrate: &MigratePydantic, when: When) -> io::Result<Outcome> {
    check::with_threads(0, || inside(migrate, when))
}

fn inside(migrate: &MigratePydantic, when: When) -> io::Result<Outcome> {
    let path = migrate.path.clone();
    if !path.exists() {
        terminal::complain(&format!("{}: no such file or folder", path.display()), Some("name the project's folder"));
        return Ok(Outcome::Failed);
    }
    let reads_only = migrate.diff || migrate.plan;
    // The move that was interrupted is the reason why the work tree is not clean.
    if !reads_only && journal::pending(&path).is_some() {
        let whole = fixing::resume(std::iter::once(path.as_path()))?;
        writeln!(io::stdout(), "Run again to see what is left.")?;
        return Ok(if whole { Outcome::Clean } else { Outcome::Failed });
    }
    if !reads_only && !migrate.allow_dirty && !is_clean(&path)? {
        return Ok(Outcome::Failed);
    }
    let pages = rules::pages();
    let progress = terminal::Progress::new(false);
    let step = |done, total| progress.step("compiling", done, total);
    let loaded = load(migrate, &pages, &step);
    progress.end();
    let mut scan = match loaded {
        Ok(scan) => scan,
        Err(error) => {
            terminal::complain(&error.to_string(), None);
            return Ok(Outcome::Failed);
        }
    };
    if migrate.plan {
        return plan::run(&scan, migrate.format).map(|()| problems(&scan.problems, Outcome::Clean));
    }
    let before = scan.link();
    let fixed = fixing::apply(&mut scan, fixing::Wanted::Migration);
    let manifests = moved(&scan);
    let mut all = scan.problems.clone();
    all.extend(fixed.problems.iter().cloned());
    if !all.is_empty() {
        return Ok(problems(&all, Outcome::Failed));
    }
    let left = left(&scan, "pydantic", &before.findings, &fixed.linked.findings, migrate.diff);
    if migrate.diff {
        let mut text = fixing::diff(&scan, None).text;
        for change in &manifests.changed {
            text.push_str(&change.diff());
        }
        io::stdout().lock().write_all(text.as_bytes())?;
        say_left(&scan, &left, when, &mut io::stderr().lock())?;
        return Ok(if text.is_empty() && left.is_empty() { Outcome::Clean } else { Outcome::Findings });
    }
    let manifests_changed = manifests.changed.iter().map(|change| (change.path.clone(), change.new.clone()));
    let Some(files) = write(&scan, manifests_changed.collect(), None) else { return Ok(Outcome::Failed) };
    let mut out = io::stdout().lock();
    let count = files.len() - manifests.changed.len();
    match (fixed.count, files.is_empty()) {
        (0, true) => say_nothing(&scan, &mut out)?,
        (rewrites, _) => say_rewritten(rewrites, count, &mut out)?,
    }
    for note in &manifests.notes {
        writeln!(out, "{note}")?;
    }
    say_untouched(&scan, fixed.linked.suppressed, &mut out)?;
    if !scan.restore
        && left.iter().any(|left| left.finding.fix.is_some())
        && let Some((path, pin)) = moved_before(&scan)
    {
        writeln!(
            out,
            "{path} asks for pydantic{pin} already: what would give back pydantic 1's behaviour is left there; `--restore` applies it"
        )?;
    }
    say_left(&scan, &left, when, &mut out)?;
    Ok(if left.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

/// Writes what the fixes made, and further files, in one step; how many files that are. None, with the reason said, where nothing was
/// written. `created` is a file of the scan that is not there yet.
pub fn write(scan: &Scan, further: Vec<(PathBuf, Vec<u8>)>, created: Option<&str>) -> Option<Vec<(PathBuf, Vec<u8>)>> {
    let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    let changed = scan.files.iter().filter(|file| file.shown && created != Some(file.key.as_str()));
    for file in changed {
        let Some(bytes) = &file.overlay else { continue };
        if file.on_disk().is_none() {
            terminal::complain(
                &format!("{}: has changed since it was read", file.display),
                Some("nothing was written: run again"),
            );
            return None;
        }
        files.push((file.path.clone(), bytes.clone()));
    }
    files.extend(further);
    fixing::sweep(files.iter().map(|(path, _)| path.as_path()));
    let failed = |path: &Path, error: &io::Error| {
        let message = format!("{}: could not be written: {}", path.display(), scan::plain(error));
        terminal::complain(&message, Some("nothing was changed, in this file or any other"));
    };
    // What nobody imports yet may be there before the others are.
    let new = created.and_then(|key| scan.file(key)).and_then(|file| Some((&file.path, file.overlay.as_ref()?)));
    if let Some((path, bytes)) = new
        && let Err(error) = fix::write(path, bytes)
    {
        failed(path, &error);
        return None;
    }
    if let Err(journal::Failure { path, error }) = journal::write(&scan.root, &files) {
        if let Some((path, _)) = new {
            let _ = std::fs::remove_file(path);
        }
        failed(&path, &error);
        return None;
    }
    files.extend(new.map(|(path, bytes)| (path.clone(), bytes.clone())));
    Some(files)
}

/// Says that there was nothing to do.
pub fn say_nothing(scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Nothing to rewrite in {} files", scan.files.iter().filter(|file| file.shown).count())
}

/// Says how much was rewritten.
pub fn say_rewritten(places: usize, files: usize, out: &mut dyn Write) -> io::Result<()> {
    let some = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    writeln!(out, "Rewrote {} in {}", some(places, "place"), some(files, "file"))
}

/// Says what no fix may touch.
pub fn say_untouched(scan: &Scan, suppressed: usize, out: &mut dyn Write) -> io::Result<()> {
    match suppressed {
        0 => {}
        1 => writeln!(out, "1 place stays as it is, as a `# davy: ignore` there says")?,
        several => writeln!(out, "{several} places stay as they are, as a `# davy: ignore` there says")?,
    }
    for file in scan.files.iter().filter(|file| file.shown && file.unit().broken) {
        writeln!(out, "{}: does not parse, and stays as it is: mend its syntax, then migrate again", file.display)?;
    }
    Ok(())
}

/// Whether nothing of the user's would be mixed with what is about to change; says so where it would.
pub fn is_clean(path: &Path) -> io::Result<bool> {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new(".")) };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let (message, help) = match git::work_tree(folder)? {
        WorkTree::Clean => return Ok(true),
        WorkTree::Dirty(changed) => (
            format!("{changed} files are changed or new, and would be mixed with the migration"),
            "commit or stash them first, or pass `--allow-dirty`; `--diff` shows what would change",
        ),
        WorkTree::None => (
            "the folder is under no version control, so nothing could be taken back".to_owned(),
            "make it a git repository, or pass `--allow-dirty`; `--diff` shows what would change",
        ),
    };
    terminal::complain(&message, Some(help));
    Ok(false)
}

fn load(
    migrate: &MigratePydantic,
    pages: &[&crate::page::Page],
    progress: &scan::Progress,
) -> Result<Scan, ConfigError> {
    let mut config = migrate.config.clone();
    config.push("pydantic.version = \"2\"".to_owned());
    let changes = Changes { config, select: vec!["pydantic".to_owned()], ..Changes::default() };
    let request =
        Request { paths: vec![migrate.path.clone()], stdin: None, force_exclude: false, threads: 0, cache: true };
    let mut scan = scan(&request, &mut Configs::new(pages, changes)?, progress)?;
    scan.migrating = true;
    scan.restore = migrate.restore || manifest_paths(&scan).any(|path| configured_below(&path));
    Ok(scan)
}

/// Tells of problems, if there are any.
pub fn problems(problems: &[Problem], otherwise: Outcome) -> Outcome {
    for problem in problems {
        let place = problem.display.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
        terminal::complain(&format!("{place}{}", problem.message), problem.help.as_deref());
    }
    if problems.is_empty() { otherwise } else { Outcome::Failed }
}

/// A manifest with its new text.
struct Change {
    path: PathBuf,
    display: String,
    old: Vec<u8>,
    new: Vec<u8>,
}

impl Change {
    fn diff(&self) -> String {
        let (old, new) = (decode(&self.old), decode(&self.new));
        let diff = similar::TextDiff::from_lines(&*old.text, &*new.text);
        diff.unified_diff().header(&self.display, &self.display).to_string()
    }
}

/// The manifests after the move, and what is to be said of them.
#[derive(Default)]
struct Moved {
    changed: Vec<Change>,
    notes: Vec<String>,
}

/// A manifest that asks for pydantic 2 and nothing before it, with how it says so.
fn moved_before(scan: &Scan) -> Option<(&str, &str)> {
    let two = Version::parse("2")?;
    scan.manifests.iter().find_map(|(key, manifest)| {
        let pin =
            manifest.requirements.iter().find(|one| one.name == "pydantic" && !one.specifier.trim().is_empty())?;
        let above = Specifiers::parse(&pin.specifier).is_some_and(|allowed| !allowed.may_be_below(&two));
        above.then_some((key.as_str(), pin.specifier.as_str()))
    })
}

/// Moves every pin that keeps pydantic below 2, and adds pydantic-settings where the code imports it now.
fn moved(scan: &Scan) -> Moved {
    let mut moved = Moved::default();
    let wants_settings = scan.files.iter().any(|file| imports(file.unit(), "pydantic_settings"));
    let declared = scan.manifests.iter().any(|(_, manifest)| manifest.declares("pydantic-settings"));
    let mut add_settings = wants_settings && !declared;
    let Some(two) = Version::parse("2") else { return moved };
    // What a build left behind says what runs, and is nobody's to edit.
    for (key, manifest) in scan.manifests.iter().filter(|(_, manifest)| manifest.kind != Kind::Metadata) {
        let path = scan.root.join(key);
        let Ok(old) = std::fs::read(&path) else { continue };
        let decoded = decode(&old);
        let mut text = decoded.text.to_string();
        let locked = manifest.locked.iter().find(|(name, _)| name == "pydantic");
        if locked.is_some_and(|(_, version)| Version::parse(version).is_some_and(|version| version < two)) {
            moved.notes.push(format!("{key}: locks pydantic below 2; make it anew"));
        }
        for requirement in manifest.requirements.iter().filter(|one| one.name == "pydantic") {
            let below = Specifiers::parse(&requirement.specifier).is_some_and(|allowed| allowed.may_be_below(&two));
            if below && !requirement.specifier.trim().is_empty() {
                match edit::move_pin(manifest.kind, &text, requirement, PYDANTIC) {
                    Some(new) => {
                        text = new;
                        moved.notes.push(format!("{key}: pydantic{} is pydantic{PYDANTIC} now", requirement.specifier));
                    }
                    None => moved.notes.push(format!(
                        "{key}: line {} pins pydantic{}; move it by hand",
                        requirement.line, requirement.specifier
                    )),
                }
            }
        }
        let beside = manifest.requirements.iter().find(|one| one.name == "pydantic" && one.extra_or_group.is_none());
        if let Some(beside) = beside.filter(|_| add_settings)
            && let Some(new) = edit::add_beside(manifest.kind, &text, beside, "pydantic-settings", SETTINGS)
        {
            text = new;
            add_settings = false;
            moved.notes.push(format!("{key}: pydantic-settings{SETTINGS} is declared now"));
        }
        if text != *decoded.text
            && let Some(new) = crate::text::encode(&text, decoded.encoding, decoded.bom)
        {
            moved.changed.push(Change { path, display: key.clone(), old: old.clone(), new });
        }
    }
    for path in manifest_paths(scan) {
        if configured_below(&path) {
            let key = path.strip_prefix(&scan.root).unwrap_or(&path).display();
            moved
                .notes
                .push(format!("{key}: davy's own `pydantic.version` still says 1; make it \"2\", or take it out"));
        }
    }
    if add_settings {
        moved
            .notes
            .push(format!("pydantic-settings{SETTINGS} is imported and declared nowhere; add it to the dependencies"));
    }
    moved
}

/// Where davy's configuration may say which pydantic runs.
fn manifest_paths(scan: &Scan) -> impl Iterator<Item = PathBuf> {
    scan.manifests.iter().map(|(key, _)| key.as_str()).chain(["davy.toml"]).map(|key| scan.root.join(key))
}

/// Whether davy's configuration in a file says that pydantic 1 runs.
fn configured_below(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some(table) = std::fs::read_to_string(path).ok().and_then(|text| text.parse::<toml::Table>().ok()) else {
        return false;
    };
    let table = match &*name {
        "pyproject.toml" => table.get("tool").and_then(|tool| tool.get("davy")).and_then(|davy| davy.as_table()),
        "davy.toml" => Some(&table),
        _ => None,
    };
    let version = table.and_then(|davy| davy.get("pydantic")).and_then(|pydantic| pydantic.get("version"));
    version.is_some_and(|version| matches!(version.as_str(), Some("1" | "both")))
}

/// Whether a file imports a package.
fn imports(unit: &crate::unit::Unit, package: &str) -> bool {
    use crate::fact::{Binding, Name};
    let is = |name: &Name| matches!(name, Name::Import { level: 0, module, .. } if module == package);
    unit.facts.symbols.values().flatten().any(|binding| matches!(binding, Binding::Import(name) if is(name)))
}

/// Something for a person to do.
pub struct Left {
    finding: Judged,
    /// 1-based, in the file as it lies there when the person reads this.
    line: u32,
}

/// What a person has to do in a family: what no fix took, and what only showed before. With `as_it_was` the files stay as they are.
pub fn left(scan: &Scan, family: &str, before: &[Judged], after: &[Judged], as_it_was: bool) -> Vec<Left> {
    let matters = |finding: &&Judged| {
        let page = rules::page(&finding.code.0);
        page.is_some_and(|page| page.family.name == family) && finding.severity > Severity::Note
    };
    let unchanged = |finding: &&Judged| scan.file(&finding.path).is_some_and(|file| file.overlay.is_none());
    let order_only = before.iter().filter(|finding| finding.code.0 == "PYM019");
    let of_old = order_only.filter(|finding| !unchanged(finding)).map(|finding| (finding, true));
    let mut texts: BTreeMap<&str, Option<Texts>> = BTreeMap::new();
    let mut left: Vec<Left> = Vec::new();
    for (finding, is_old) in after.iter().filter(matters).map(|finding| (finding, false)).chain(of_old) {
        let texts = texts.entry(&finding.path).or_insert_with(|| {
            let file = scan.file(&finding.path)?;
            Some(Texts::new(&file.on_disk()?, &file.bytes()?))
        });
        let Some(texts) = texts else { continue };
        let line = texts.line(finding.span.start, is_old, as_it_was);
        left.push(Left { finding: finding.clone(), line });
    }
    left.sort_by(|a, b| (&a.finding.path, a.line, &a.finding.code).cmp(&(&b.finding.path, b.line, &b.finding.code)));
    let same =
        |a: &Left, b: &Left| (&a.finding.path, a.line, &a.finding.code) == (&b.finding.path, b.line, &b.finding.code);
    left.dedup_by(|a, b| a.finding.code.0 == "PYM019" && same(a, b));
    left
}

/// A file before the move and behind it.
struct Texts {
    old: Lines,
    new: Lines,
    steps: Vec<similar::DiffOp>,
}

impl Texts {
    fn new(old: &[u8], new: &[u8]) -> Texts {
        let (old, new) = (decode(old), decode(new));
        let steps = similar::TextDiff::from_lines(&*old.text, &*new.text).ops().to_vec();
        Texts { old: Lines::new(&old.text), new: Lines::new(&new.text), steps }
    }

    /// The 1-based line of a place in the old text or the new one, as it is counted in the old or the new.
    fn line(&self, offset: u32, in_old: bool, as_old: bool) -> u32 {
        let line = if in_old { self.old.line(offset) } else { self.new.line(offset) };
        if in_old == as_old {
            return line;
        }
        let at = line as usize - 1;
        let found = self.steps.iter().find_map(|step| {
            let (from, to) =
                if in_old { (step.old_range(), step.new_range()) } else { (step.new_range(), step.old_range()) };
            from.contains(&at).then(|| (to.start + (at - from.start)).min(to.end.max(to.start + 1) - 1))
        });
        found.map_or(line, |at| at as u32 + 1)
    }
}

/// Lists what a person has to do.
pub fn say_left(scan: &Scan, left: &[Left], when: When, out: &mut dyn Write) -> io::Result<()> {
    if left.is_empty() {
        return Ok(());
    }
    let bold = |text: &str| if terminal::color(when) { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() };
    writeln!(
        out,
        "\n{}",
        bold(&match left.len() {
            1 => "1 place is left for a person:".to_owned(),
            several => format!("{several} places are left for a person:"),
        })
    )?;
    // The same advice is given once for places that follow each other.
    let mut given = None;
    for Left { finding, line } in left {
        let Some(file) = scan.file(&finding.path) else { continue };
        writeln!(out, "{}:{line}: {} {}", file.display, finding.code, finding.message)?;
        let fix =
            finding.fix.as_ref().map(|fix| format!("{} (changes behaviour; `davy check --unsafe-fixes`)", fix.title));
        // Why the fix needs somebody: a test that replaces what it calls.
        let elsewhere = finding.labels.iter().filter(|label| label.path != finding.path && fix.is_some());
        for label in
            elsewhere.filter(|_| rules::page(&finding.code.0).is_some_and(|page| page.family.name == "datetime"))
        {
            let Some(other) = scan.file(&label.path) else { continue };
            let line = other.bytes().map_or(0, |bytes| Lines::new(&decode(&bytes).text).line(label.span.start));
            writeln!(out, "    {}:{line}: {}", other.display, label.message)?;
        }
        let advice = match (&finding.help, fix) {
            (Some(help), Some(fix)) => Some(format!("{help}\n{fix}")),
            (help, fix) => help.clone().or(fix),
        };
        if let Some(advice) = advice.as_ref().filter(|advice| given.as_ref() != Some(*advice)) {
            let room = terminal::width().max(20) - 4;
            for line in advice.lines().flat_map(|line| wrap(line.trim(), room, room)) {
                writeln!(out, "    {line}")?;
            }
        }
        given = advice;
    }
    Ok(())
}
