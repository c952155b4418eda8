//! Several files replaced as one: all of them, or none, whatever interrupts it.
//!
//! The new texts are written beside their files first; a plan in the project's root then says that they count. Who finds a plan
//! finishes it.

use crate::fix::{self, PLAN};
use serde::{Deserialize, Serialize};
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// One file to replace. Paths lie below the folder of the plan: a plan that came from elsewhere reaches nothing else.
#[derive(Debug, Serialize, Deserialize)]
struct Step {
    target: PathBuf,
    staged: PathBuf,
    /// Of the bytes that are replaced.
    before: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Plan {
    steps: Vec<Step>,
}

/// Why nothing was written.
#[derive(Debug)]
pub struct Failure {
    /// The file that could not be written.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

/// What finishing an interrupted run came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// Files that were replaced now.
    pub replaced: Vec<PathBuf>,
    /// Files that somebody has changed since, and that were left as they are.
    pub left: Vec<PathBuf>,
}

/// Replaces all files, or none.
pub fn write(root: &Path, files: &[(PathBuf, Vec<u8>)]) -> Result<(), Failure> {
    let mut staged = Vec::new();
    let mut steps = Vec::new();
    let folder = fs::canonicalize(root).map_err(|error| Failure { path: root.to_owned(), error })?;
    for one in stage_all(&folder, files) {
        let (file, step) = one?;
        staged.push(file);
        steps.push(step);
    }
    let plan_path = root.join(PLAN);
    let refused = |error| Failure { path: plan_path.clone(), error };
    let plan = serde_json::to_vec(&Plan { steps }).map_err(|error| refused(io::Error::other(error)))?;
    let mut file = tempfile::Builder::new().prefix(fix::STAGED).tempfile_in(root).map_err(refused)?;
    file.write_all(&plan).and_then(|()| file.as_file().sync_all()).map_err(refused)?;
    file.persist(&plan_path).map_err(|error| refused(error.error))?;
    // From here on the new texts count: what is staged must outlive this process.
    for file in staged {
        file.keep().map_err(|error| refused(error.error))?;
    }
    finish(root).map(|_| ()).map_err(refused)
}

/// How many files are written at a time: each waits for the disk.
const AT_ONCE: usize = 16;

type Staged = Result<(tempfile::NamedTempFile, Step), Failure>;

fn stage_all(root: &Path, files: &[(PathBuf, Vec<u8>)]) -> Vec<Staged> {
    let one = |(path, bytes): &(PathBuf, Vec<u8>)| {
        stage(root, path, bytes).map_err(|error| Failure { path: path.clone(), error })
    };
    let share = files.len().div_ceil(AT_ONCE).max(1);
    std::thread::scope(|scope| {
        let workers: Vec<_> =
            files.chunks(share).map(|chunk| scope.spawn(move || chunk.iter().map(one).collect::<Vec<_>>())).collect();
        let lost = || Failure { path: root.to_owned(), error: io::Error::other("a thread was lost") };
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|_| vec![Err(lost())])).collect()
    })
}

fn stage(root: &Path, path: &Path, bytes: &[u8]) -> io::Result<(tempfile::NamedTempFile, Step)> {
    let target = fs::canonicalize(path)?;
    let below = |path: &Path| match path.strip_prefix(root) {
        Ok(path) => Ok(path.to_owned()),
        Err(_) => Err(io::Error::other(format!("it lies outside of {}", root.display()))),
    };
    let (before, file) = (hash(&fs::read(&target)?), fix::stage(&target, bytes)?);
    let step = Step { target: below(&target)?, staged: below(file.path())?, before };
    Ok((file, step))
}

/// The folder, from `place` upward, in which an interrupted run left a plan.
pub fn pending(place: &Path) -> Option<PathBuf> {
    let place = fs::canonicalize(place).ok()?;
    place.ancestors().find(|folder| folder.join(PLAN).is_file()).map(Path::to_owned)
}

/// Finishes what a plan says; a plan that cannot be read never counted.
pub fn finish(root: &Path) -> io::Result<Finished> {
    let root = fs::canonicalize(root)?;
    let path = root.join(PLAN);
    let mut finished = Finished::default();
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(finished),
        Err(error) => return Err(error),
    };
    if let Ok(plan) = serde_json::from_slice::<Plan>(&text) {
        for Step { target, staged, before } in plan.steps {
            let is_ours = staged.file_name().is_some_and(|name| name.to_string_lossy().starts_with(fix::STAGED));
            let (Some(target), Some(staged)) = (inside(&root, &target), inside(&root, &staged)) else { continue };
            if !is_ours || !staged.is_file() {
                continue;
            }
            if fs::read(&target).is_ok_and(|bytes| hash(&bytes) == before) {
                fs::rename(&staged, &target)?;
                finished.replaced.push(target);
            } else {
                fs::remove_file(&staged)?;
                finished.left.push(target);
            }
        }
    }
    fs::remove_file(&path)?;
    Ok(finished)
}

/// A file below a folder; none where a link or `..` leads out of it.
fn inside(root: &Path, below: &Path) -> Option<PathBuf> {
    let path = root.join(below);
    let folder = fs::canonicalize(path.parent()?).ok()?;
    (folder.starts_with(root) && !path.is_symlink()).then(|| folder.join(path.file_name().unwrap_or_default()))
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(names: &[&str]) -> (tempfile::TempDir, Vec<(PathBuf, Vec<u8>)>) {
        let folder = tempfile::tempdir().unwrap();
        let files = names.iter().map(|name| {
            let path = folder.path().join(name);
            fs::write(&path, format!("old {name}")).unwrap();
            (path, format!("new {name}").into_bytes())
        });
        let files = files.collect();
        (folder, files)
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn all_files_change_and_nothing_else_is_left() {
        let (folder, files) = folder(&["a", "b"]);
        write(folder.path(), &files).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("b")).unwrap(), "new b");
        assert_eq!(names(folder.path()), ["a", "b"]);
    }

    #[test]
    fn one_that_cannot_be_written_keeps_all_as_they_were() {
        let (folder, mut files) = folder(&["a", "b"]);
        files.push((folder.path().join("missing"), b"new".to_vec()));
        let failure = write(folder.path(), &files).unwrap_err();
        assert!(failure.path.ends_with("missing"));
        assert_eq!(fs::read_to_string(folder.path().join("a")).unwrap(), "old a");
        assert_eq!(names(folder.path()), ["a", "b"]);
    }

    #[test]
    fn an_interrupted_run_is_finished_and_edits_in_between_are_kept() {
        let (folder, files) = folder(&["a", "b", "c"]);
        let mut steps = Vec::new();
        for (path, bytes) in &files {
            let (file, step) = stage(&fs::canonicalize(folder.path()).unwrap(), path, bytes).unwrap();
            file.keep().unwrap();
            steps.push(step);
        }
        // Killed behind the first file; then a person edits the third.
        fs::rename(folder.path().join(&steps[0].staged), folder.path().join(&steps[0].target)).unwrap();
        fs::write(folder.path().join("c"), "edited").unwrap();
        fs::write(folder.path().join(PLAN), serde_json::to_vec(&Plan { steps }).unwrap()).unwrap();
        assert_eq!(pending(&folder.path().join("a")), Some(fs::canonicalize(folder.path()).unwrap()));
        let finished = finish(folder.path()).unwrap();
        assert_eq!((finished.replaced.len(), finished.left.len()), (1, 1));
        let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!((text("a"), text("b"), text("c")), ("new a".into(), "new b".into(), "edited".into()));
        assert_eq!(names(folder.path()), ["a", "b", "c"]);
        assert_eq!(pending(folder.path()), None);
    }

    #[test]
    fn a_plan_reaches_nothing_outside_its_folder() {
        let (folder, _) = folder(&["victim"]);
        let root = folder.path().join("root");
        fs::create_dir(&root).unwrap();
        fs::write(root.join(".davy-evil"), "evil").unwrap();
        let before = hash(b"old victim");
        let absolute = folder.path().join("victim");
        for target in [PathBuf::from("../victim"), absolute] {
            let steps = vec![Step { target, staged: PathBuf::from(".davy-evil"), before }];
            fs::write(root.join(PLAN), serde_json::to_vec(&Plan { steps }).unwrap()).unwrap();
            assert_eq!(finish(&root).unwrap(), Finished::default());
        }
        assert_eq!(fs::read_to_string(folder.path().join("victim")).unwrap(), "old victim");
    }
}
