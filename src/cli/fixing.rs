//! Fixes to a fixed point in memory, then written, or shown as a diff.
//!
//! Nothing is written before all passes are done, and each file in one step: an interrupted run has changed whole files or none.

use super::terminal;
use crate::finding::{Chain, Judged, Proposal, Tied};
use crate::fix;
use crate::journal::{self, Failure};
use crate::link::Linked;
use crate::manifest;
use crate::report::mask::one_line;
use crate::scan::{File, Problem, Scan, plain};
use crate::text::{Span, decode, encode};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

/// A tenth pass that still finds something to mend goes round in a circle.
const PASSES: usize = 10;

/// What the fixes did.
pub struct Fixed {
    /// What is left.
    pub linked: Linked,
    /// How many fixes are in the files now.
    pub count: usize,
    /// What did not come to an end, or could not be written.
    pub problems: Vec<Problem>,
    /// Which files had to change together.
    pub ties: Ties,
}

/// Whether an `__init__` file keeps imports that it does not use: they are what it exports.
pub fn keeps_imports(key: &str) -> bool {
    key.ends_with("__init__.py") || key.ends_with("__init__.pyi")
}

/// Which fixes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Those that keep behaviour.
    Safe,
    /// All of them.
    All,
    /// Those that keep behaviour, and those that give back what the code did on pydantic 1.
    Migration,
}

impl Wanted {
    fn takes(self, fix: &Proposal) -> bool {
        let whole = |chain: &Chain| chain.complete || self == Wanted::All && chain.by == Tied::Validators;
        fix.chain.as_ref().is_none_or(whole)
            && match self {
                Wanted::Safe => fix.safe,
                Wanted::All => true,
                Wanted::Migration => fix.safe || fix.restores,
            }
    }
}

/// Applies fixes until none is left to apply.
pub fn apply(scan: &mut Scan, wanted: Wanted) -> Fixed {
    apply_some(scan, wanted, &|_| true)
}

/// The same with the fixes of some rules, by their codes.
pub fn apply_some(scan: &mut Scan, wanted: Wanted, of: &dyn Fn(&str) -> bool) -> Fixed {
    let mut linked = scan.link();
    let mut count = 0;
    let mut problems = Vec::new();
    let mut ties = Ties::default();
    let mut needed: BTreeSet<(String, String)> = BTreeSet::new();
    for pass in 0.. {
        let changed = pass_over(scan, &linked, wanted, of);
        if changed.is_empty() {
            break;
        }
        if pass == PASSES {
            let names: Vec<String> =
                changed.iter().filter_map(|change| scan.file(&change.key)).map(|file| file.display.clone()).collect();
            problems.push(Problem {
                display: names.first().cloned(),
                message: format!("its fixes still change something after {PASSES} passes: a bug of davy's own"),
                help: Some("please report it; the file was left as the last pass had it".to_owned()),
            });
            break;
        }
        let mut first: BTreeMap<&str, &str> = BTreeMap::new();
        for (chain, key) in changed.iter().flat_map(|change| change.chains.iter().map(|chain| (chain, &change.key))) {
            let known = *first.entry(chain).or_insert(key);
            ties.join(known, key);
        }
        for change in changed {
            count += change.count;
            needed.extend(change.variables.into_iter().map(|variable| (change.key.clone(), variable)));
            scan.replace(&change.key, Some(change.bytes));
        }
        linked = scan.link();
    }
    if document_variables(scan, &needed, &mut ties) {
        linked = scan.link();
    }
    problems.extend(gone(scan, &linked, wanted));
    Fixed { linked, count, problems, ties }
}

/// Files that somebody changed or took away while davy read them, and that have fixes waiting.
fn gone(scan: &Scan, linked: &Linked, wanted: Wanted) -> Vec<Problem> {
    let waiting = linked.findings.iter().filter(|finding| finding.fix.as_ref().is_some_and(|fix| wanted.takes(fix)));
    let files: BTreeSet<&str> = waiting.map(|finding| finding.path.as_str()).collect();
    let changed = files.into_iter().filter_map(|key| scan.file(key)).filter(|file| file.bytes().is_none());
    let problem = |file: &File| Problem {
        display: Some(file.display.clone()),
        message: "has changed since it was read, so its fixes were left out".to_owned(),
        help: Some("run again".to_owned()),
    };
    changed.map(problem).collect()
}

/// What one pass makes of a file.
struct Change {
    key: String,
    bytes: Vec<u8>,
    count: usize,
    /// The chains that it takes part in.
    chains: BTreeSet<String>,
    /// Variables of the environment that it needs now.
    variables: Vec<String>,
}

/// Names the variables that fixed files need, without values, in the nearest `.env.example`: what it lists is what people set.
/// Whether there is one that was changed.
fn document_variables(scan: &mut Scan, needed: &BTreeSet<(String, String)>, ties: &mut Ties) -> bool {
    let mut missing: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut joined = Vec::new();
    for (key, variable) in needed {
        let of_folder = |path: &str| path.rfind('/').map_or("", |at| &path[..at + 1]).to_owned();
        let examples = scan.manifests.iter().filter(|(path, manifest)| {
            manifest.kind == manifest::Kind::EnvExample && key.starts_with(&of_folder(path))
        });
        let Some((example, manifest)) = examples.max_by_key(|(path, _)| of_folder(path).len()) else { continue };
        if manifest.variables.iter().any(|(known, _)| known == variable)
            || scan.file(example).is_none_or(|file| !file.shown)
        {
            continue;
        }
        missing.entry(example.clone()).or_default().insert(variable);
        joined.push((example.clone(), key.clone()));
    }
    let mut changed = false;
    for (example, variables) in missing {
        let Some(bytes) = scan.file(&example).and_then(File::bytes) else { continue };
        let source = decode(&bytes);
        let newline = if source.text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut text = source.text.clone().into_owned();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push_str(newline);
        }
        for variable in variables {
            let _ = write!(text, "{variable}={newline}");
        }
        if let Some(bytes) = encode(&text, source.encoding, source.bom) {
            scan.replace(&example, Some(bytes));
            changed = true;
        }
    }
    for (example, key) in joined.iter().filter(|_| changed) {
        ties.join(example, key);
    }
    changed
}

/// The fixes of one pass. A chain whose fixes do not all find a place waits for the next one.
fn pass_over(scan: &Scan, linked: &Linked, wanted: Wanted, of: &dyn Fn(&str) -> bool) -> Vec<Change> {
    let mut by_file: BTreeMap<&str, Vec<&Proposal>> = BTreeMap::new();
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in linked.findings.iter().filter(|finding| of(&finding.code.0)) {
        let Some(fix) = finding.fix.as_ref().filter(|fix| wanted.takes(fix)) else { continue };
        by_file.entry(&finding.path).or_default().push(fix);
        if let Some(chain) = &fix.chain {
            *sizes.entry(&chain.id).or_default() += 1;
        }
    }
    // A chain of which some fixes are not wanted is not taken at all.
    let mut offered: BTreeMap<&str, usize> = BTreeMap::new();
    let waited_for = |finding: &&Judged| wanted != Wanted::Migration || finding.aside.is_none();
    let members = linked.findings.iter().filter(waited_for);
    for chain in members.filter_map(|finding| finding.fix.as_ref()?.chain.as_ref()) {
        *offered.entry(&chain.id).or_default() += 1;
    }
    let mut waiting: BTreeSet<&str> =
        sizes.iter().filter(|(id, size)| offered.get(*id) != Some(size)).map(|(id, _)| *id).collect();
    loop {
        let mut changed = Vec::new();
        let mut placed: BTreeMap<&str, usize> = BTreeMap::new();
        for (key, proposals) in &by_file {
            let free = |fix: &&&Proposal| fix.chain.as_ref().is_none_or(|chain| !waiting.contains(chain.id.as_str()));
            let mut proposals: Vec<&Proposal> = proposals.iter().filter(free).copied().collect();
            proposals.sort_by_key(|fix| fix.chain.is_none());
            let Some(file) = scan.file(key) else { continue };
            let Some(bytes) = file.bytes() else { continue };
            let source = decode(&bytes);
            let Some(applied) = fix::apply(&source.text, file.kind, &proposals, keeps_imports(key)) else { continue };
            let Some(bytes) = encode(&applied.text, source.encoding, source.bom) else { continue };
            let variables =
                applied.taken.iter().flat_map(|&index| proposals[index].variables.iter().cloned()).collect();
            let mut chains = BTreeSet::new();
            for chain in applied.taken.iter().filter_map(|&index| proposals[index].chain.as_ref()) {
                *placed.entry(&chain.id).or_default() += 1;
                chains.insert(chain.id.clone());
            }
            changed.push(Change { key: (*key).to_owned(), bytes, count: applied.taken.len(), chains, variables });
        }
        let torn: Vec<&str> = sizes
            .iter()
            .filter(|(id, size)| !waiting.contains(*id) && placed.get(*id) != Some(size))
            .map(|(id, _)| *id)
            .collect();
        if torn.is_empty() {
            return changed;
        }
        waiting.extend(torn);
    }
}

/// Writes what the fixes made. A file that cannot be written stays as it was, and so do its findings; so do the files that had to
/// change with it.
pub fn write(scan: &mut Scan, fixed: &mut Fixed) {
    let mut failed = Vec::new();
    let mut groups: BTreeMap<&str, Vec<&File>> = BTreeMap::new();
    for file in scan.files.iter().filter(|file| file.shown && file.overlay.is_some()) {
        groups.entry(fixed.ties.of(&file.key)).or_default().push(file);
    }
    sweep(groups.values().flatten().map(|file| file.path.as_path()));
    for files in groups.values() {
        let Err((file, why)) = write_group(&scan.root, files) else { continue };
        let message = format!("the fixes could not be written: {why}");
        let help = match files.len() {
            1 => "the file is as it was".to_owned(),
            2 => "the file is as it was, and so is the one that had to change with it".to_owned(),
            several => format!("the file is as it was, and so are the {} that had to change with it", several - 1),
        };
        fixed.problems.push(Problem { display: Some(file.display.clone()), message, help: Some(help) });
        failed.extend(files.iter().map(|file| file.key.clone()));
    }
    if failed.is_empty() {
        return;
    }
    for key in failed {
        scan.replace(&key, None);
    }
    let before = fixed.linked.findings.len();
    fixed.linked = scan.link();
    fixed.count = fixed.count.saturating_sub(fixed.linked.findings.len() - before.min(fixed.linked.findings.len()));
}

/// Takes away what killed runs left beside these files, once a folder.
pub fn sweep<'p>(files: impl Iterator<Item = &'p Path>) {
    files.filter_map(Path::parent).collect::<BTreeSet<_>>().into_iter().for_each(fix::sweep);
}

/// Replaces one file, or several as one; else the file that could not be, and why.
fn write_group<'s>(root: &Path, files: &[&'s File]) -> Result<(), (&'s File, String)> {
    let gone = |file: &&&File| file.on_disk().is_none();
    if let Some(file) = files.iter().find(gone) {
        return Err((file, "the file has changed since it was read".to_owned()));
    }
    if let [file] = files {
        return fix::write(&file.path, file.overlay.as_deref().unwrap_or_default())
            .map_err(|error| (*file, plain(&error)));
    }
    let texts = files.iter().map(|file| (file.path.clone(), file.overlay.clone().unwrap_or_default()));
    journal::write(root, &texts.collect::<Vec<_>>()).map_err(|Failure { path, error }| {
        let file = files.iter().find(|file| file.path == path).unwrap_or(&files[0]);
        (*file, plain(&error))
    })
}

/// Files that changed together, by their keys.
#[derive(Debug, Default)]
pub struct Ties(BTreeMap<String, String>);

impl Ties {
    /// The first of the files that a file is tied to; itself, if there is none.
    fn of<'t>(&'t self, key: &'t str) -> &'t str {
        let mut at = key;
        while let Some(next) = self.0.get(at).filter(|next| next.as_str() < at) {
            at = next;
        }
        at
    }

    fn join(&mut self, one: &str, other: &str) {
        let (one, other) = (self.of(one).to_owned(), self.of(other).to_owned());
        if one != other {
            let (first, second) = if one < other { (one, other) } else { (other, one) };
            self.0.insert(second, first);
        }
    }
}

/// Finishes what an interrupted run had begun, from each of these places upward; whether all of it could be.
pub fn resume<'p>(places: impl Iterator<Item = &'p Path>) -> io::Result<bool> {
    let mut whole = true;
    for root in places.filter_map(journal::pending).collect::<BTreeSet<_>>() {
        let finished = journal::finish(&root)?;
        let files = match finished.replaced.len() {
            1 => "1 file".to_owned(),
            several => format!("{several} files"),
        };
        writeln!(io::stderr(), "Finished what an interrupted run had begun: {files}.")?;
        for path in &finished.left {
            let message = format!("{}: was edited in between and stays as it is", path.display());
            terminal::complain(&message, Some("files that had to change with it have changed: look at the difference"));
            whole = false;
        }
    }
    Ok(whole)
}

/// What the fixes would change, as a unified diff. Secrets are masked on both sides. `given` is what came from standard
/// input, which is then all that is shown.
pub fn diff(scan: &Scan, given: Option<&[u8]>) -> Diff {
    let mut text = String::new();
    let mut masks = false;
    for file in scan.files.iter().filter(|file| file.shown) {
        let old = given.map(<[u8]>::to_vec).or_else(|| file.on_disk());
        let (Some(new), Some(old)) = (&file.overlay, old) else { continue };
        let before = crate::compile::compile(&old, file.kind, &scan.definitions);
        let (old, new) = (decode(&old), decode(new));
        // What was a secret on one side is one wherever it stands on the other: a fix may take away what told so.
        let of = |text: &str, spans: &[Span]| -> Vec<String> {
            spans
                .iter()
                .filter_map(|span| text.get(span.start as usize..span.end as usize))
                .map(str::to_owned)
                .collect()
        };
        let mut values = of(&old.text, &before.secrets);
        values.extend(of(&new.text, &file.unit().secrets));
        let old = masked(&old.text, &everywhere(&old.text, &before.secrets, &values));
        let new = masked(&new.text, &everywhere(&new.text, &file.unit().secrets, &values));
        let path = one_line(&file.display).into_owned();
        masks |= !values.is_empty();
        let diff = similar::TextDiff::from_lines(old.as_str(), new.as_str());
        let _ = write!(text, "{}", diff.unified_diff().header(&path, &path));
    }
    Diff { text, masks }
}

/// What the fixes would change.
pub struct Diff {
    /// Unified.
    pub text: String,
    /// Secrets in it are covered, so that it cannot be applied as it is.
    pub masks: bool,
}

/// The places of secrets in a text, and of all else that reads like one of the values, in order.
fn everywhere(text: &str, secrets: &[Span], values: &[String]) -> Vec<Span> {
    let mut spans = secrets.to_vec();
    for value in values.iter().filter(|value| value.len() >= 4) {
        spans.extend(
            text.match_indices(value.as_str()).map(|(at, found)| Span::new(at as u32, (at + found.len()) as u32)),
        );
    }
    spans.sort();
    spans
}

/// The text with every byte of a secret replaced by `*`, line breaks excepted.
fn masked(text: &str, secrets: &[Span]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for secret in secrets {
        let (start, end) = (secret.start as usize, secret.end as usize);
        if start < at {
            continue;
        }
        let (Some(before), Some(value)) = (text.get(at..start), text.get(start..end)) else { continue };
        masked.push_str(before);
        masked.extend(value.chars().map(|c| if c == '\n' || c == '\r' { c } else { '*' }));
        at = end;
    }
    masked.push_str(text.get(at..).unwrap_or_default());
    masked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Changes, Configs};
    use crate::scan::{Request, scan};
    use std::fs;

    #[test]
    fn what_changed_since_it_was_read_is_told_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.py", "b.py", "c.py"] {
            fs::write(folder.path().join(name), "import datetime\n\nnow = datetime.datetime.utcnow()\n").unwrap();
        }
        let pages = crate::rules::pages();
        let mut configs = Configs::new(&pages, Changes::default()).unwrap();
        let paths = vec![folder.path().to_owned()];
        let request = Request { paths, stdin: None, force_exclude: false, threads: 1, cache: false };
        let mut scan = scan(&request, &mut configs, &|_, _| {}).unwrap();
        fs::write(folder.path().join("a.py"), "edited = 1\n").unwrap();
        fs::remove_file(folder.path().join("b.py")).unwrap();
        let fixed = apply(&mut scan, Wanted::Safe);
        let told: Vec<&str> = fixed.problems.iter().filter_map(|problem| problem.display.as_deref()).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].ends_with("a.py") && told[1].ends_with("b.py"));
        assert_eq!((fixed.count, fixed.linked.findings.len()), (1, 2));
    }
}
