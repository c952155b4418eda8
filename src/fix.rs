//! Fixes applied: edits that do not touch each other, imports settled once, the result parsed before anybody sees it.
//!
//! `apply` is a pure function of a text; `write` replaces a file in one step or leaves it as it was.

use crate::finding::{Edit, Piece, Proposal};
use crate::python;
use crate::python::imports::{Imports, Replacement};
use crate::text::Span;
use crate::unit::Kind;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

/// A text after some fixes.
#[derive(Debug)]
pub struct Applied {
    /// What it became.
    pub text: String,
    /// Which fixes are in it, by their places in the list; those that touched others are left for the next pass.
    pub taken: Vec<usize>,
}

/// Applies as many of `proposals` as stand beside each other. `keep` says that others may import any name of the file.
/// `None` where none of them leaves a file that parses at least as well as before.
pub fn apply(text: &str, kind: Kind, proposals: &[&Proposal], keep: bool) -> Option<Applied> {
    let mut accepted: Vec<usize> = Vec::new();
    let mut taken = Taken::default();
    for (index, proposal) in proposals.iter().enumerate() {
        let edits = proposal.edits.iter().map(|edit| (edit.span, Some(edit)));
        let own: Vec<_> = edits.chain(proposal.rebinds.iter().map(|one| (one.at, None))).collect();
        if own.iter().any(|(span, edit)| taken.refuses(*span, *edit)) {
            continue;
        }
        own.into_iter().for_each(|(span, edit)| taken.insert(span, edit));
        accepted.push(index);
    }
    let chosen: Vec<&Proposal> = accepted.iter().map(|&index| proposals[index]).collect();
    if let Some(text) = together(text, kind, &chosen, keep) {
        return Some(Applied { text, taken: accepted });
    }
    // One of them does not hold: take them one after the other.
    let mut applied: Option<Applied> = None;
    let mut held: Vec<usize> = Vec::new();
    for index in accepted {
        let trial: Vec<&Proposal> = held.iter().chain([&index]).map(|&index| proposals[index]).collect();
        if let Some(text) = together(text, kind, &trial, keep) {
            held.push(index);
            applied = Some(Applied { text, taken: held.clone() });
        }
    }
    applied
}

/// The edits of one fix, complete by themselves.
pub fn complete(imports: &Imports, text: &str, proposal: &Proposal, keep: bool) -> Option<Vec<Replacement>> {
    imports.settle(text, &proposal.edits, &proposal.orphans, &proposal.rebinds, keep)
}

fn together(text: &str, kind: Kind, proposals: &[&Proposal], keep: bool) -> Option<String> {
    if proposals.is_empty() {
        return None;
    }
    let tree = python::parse(text, kind);
    let mut edits: Vec<Edit> = Vec::new();
    let mut known: BTreeMap<Span, Vec<&Edit>> = BTreeMap::new();
    for proposal in proposals {
        let shared = |edit: &&Edit| known.get(&edit.span).is_some_and(|same| same.contains(edit));
        edits.extend(proposal.edits.iter().filter(|edit| !shared(edit)).cloned());
        proposal.edits.iter().for_each(|edit| known.entry(edit.span).or_default().push(edit));
    }
    let orphans: Vec<_> = proposals.iter().flat_map(|proposal| proposal.orphans.iter().cloned()).collect();
    let rebinds: Vec<_> = proposals.iter().flat_map(|proposal| proposal.rebinds.iter().cloned()).collect();
    let settled = Imports::read(&tree).settle(text, &edits, &orphans, &rebinds, keep)?;
    let new = replaced(text, &settled)?;
    let after = python::parse(&new, kind);
    (new != text && after.error_count() <= tree.error_count()).then_some(new)
}

/// Whether an edit puts whole lines somewhere, which others may join.
fn adds_lines(edit: &Edit) -> bool {
    let last = edit.text.last();
    edit.span.start == edit.span.end && matches!(last, Some(Piece::Text(text)) if text.ends_with(['\n', '\r']))
}

/// The edits that are in, by where they start, so that a file of 20,000 fixes does not compare them all with each other.
#[derive(Default)]
struct Taken<'a> {
    by_start: BTreeMap<u32, Vec<(Span, Option<&'a Edit>)>>,
    /// Bytes of the longest.
    longest: u32,
}

impl<'a> Taken<'a> {
    /// Whether an edit gets into the way of one that is in, and is not the very same: two fixes may want one thing of a third place.
    fn refuses(&self, span: Span, edit: Option<&Edit>) -> bool {
        let same = |of: &Option<&Edit>| match (of, edit) {
            (Some(one), Some(other)) => *one == other || adds_lines(one) && adds_lines(other),
            _ => false,
        };
        let near = self.by_start.range(span.start.saturating_sub(self.longest)..=span.end).flat_map(|(_, edits)| edits);
        near.into_iter().any(|(other, of)| collide(*other, span) && !same(of))
    }

    fn insert(&mut self, span: Span, edit: Option<&'a Edit>) {
        self.longest = self.longest.max(span.end - span.start);
        self.by_start.entry(span.start).or_default().push((span, edit));
    }
}

/// Whether two edits of different fixes get into each other's way.
fn collide(one: Span, other: Span) -> bool {
    one.start < other.end && other.start < one.end || one.start == other.start
}

/// The text with replacements, which are sorted; `None` where two of them overlap.
pub fn replaced(text: &str, replacements: &[Replacement]) -> Option<String> {
    let mut new = String::with_capacity(text.len() + 256);
    let mut at = 0;
    for (span, with) in replacements {
        new.push_str(text.get(at..span.start as usize)?);
        new.push_str(with);
        at = span.end as usize;
    }
    new.push_str(text.get(at..)?);
    Some(new)
}

/// Replaces a file by `bytes` in one step: written beside it, synced, renamed. Mode and links stay. A file that is not there is made.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let staged = match fs::canonicalize(path) {
        Ok(path) => stage(&path, bytes)?.persist(&path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut file = beside(path)?;
            file.write_all(bytes)?;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                // A temporary file is its owner's alone; this one is everybody's.
                file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
            }
            file.as_file().sync_all()?;
            file.persist(path)
        }
        Err(error) => return Err(error),
    };
    staged.map(drop).map_err(|error| error.error)
}

fn beside(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::Builder::new().prefix(STAGED).tempfile_in(folder)
}

/// How the names of files begin that are about to replace others.
pub const STAGED: &str = ".davy-";

/// The name of a plan to replace several files, in the root of a project: what it names is not abandoned.
pub const PLAN: &str = ".davy-journal";

/// After so long nobody is about to rename a staged file any more.
const ABANDONED: Duration = Duration::from_secs(600);

/// Takes away what a killed run left in a folder.
pub fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let ours = name.strip_prefix(STAGED).is_some_and(|rest| rest.len() == 6 && !rest.contains('.'));
        let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        let planned = || folder.ancestors().any(|folder| folder.join(PLAN).is_file());
        if ours && age().is_some_and(|age| age > ABANDONED) && !planned() {
            // Another run may be faster.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Writes beside a file what is to replace it, with its mode; gone with the guard, unless it is renamed.
pub fn stage(path: &Path, bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let metadata = fs::metadata(path)?;
    if metadata.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    let mut file = beside(path)?;
    file.write_all(bytes)?;
    file.as_file().set_permissions(metadata.permissions())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        // Only whoever may, as root may: a file that stays with its new owner is still whole.
        let _ = chown(file.path(), Some(metadata.uid()), Some(metadata.gid()));
    }
    file.as_file().sync_all()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::time::SystemTime;

    #[test]
    fn only_what_is_abandoned_is_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in [".davy-abc123", ".davy-new123", ".davy-notes.txt", "a.py"] {
            let file = File::create(path(name)).unwrap();
            if name != ".davy-new123" {
                file.set_modified(SystemTime::now() - ABANDONED * 2).unwrap();
            }
        }
        fs::write(path(PLAN), "{}").unwrap();
        sweep(folder.path());
        assert!(path(".davy-abc123").exists(), "a plan may name it");
        fs::remove_file(path(PLAN)).unwrap();
        sweep(folder.path());
        assert!(!path(".davy-abc123").exists());
        assert!(path(".davy-new123").exists() && path(".davy-notes.txt").exists() && path("a.py").exists());
    }
}
