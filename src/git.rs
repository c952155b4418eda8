//! What davy asks of git, through the `git` program.
//!
//! Never runs a hook or a helper that a repository's own configuration names.

pub mod history;

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What git says of a folder's work tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkTree {
    /// Everything is committed.
    Clean,
    /// So many files are changed or new.
    Dirty(usize),
    /// The folder is under no version control, or there is no git.
    None,
}

/// Asks for the state of the work tree that a folder belongs to, below that folder.
pub fn work_tree(folder: &Path) -> io::Result<WorkTree> {
    let output = match git(folder).args(["status", "--porcelain", "--", "."]).output() {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(WorkTree::None),
        Err(error) => return Err(error),
    };
    if !output.status.success() {
        return Ok(WorkTree::None);
    }
    Ok(match output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count() {
        0 => WorkTree::Clean,
        changed => WorkTree::Dirty(changed),
    })
}

fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.args(["--no-optional-locks", "-c", "core.fsmonitor=false"]).current_dir(folder);
    command
}

/// The top folder of the work tree that a folder belongs to; none where there is no repository, or no git.
pub fn top(folder: &Path) -> Option<PathBuf> {
    // Git names the folder with its links resolved, and the paths beside it are to be what the caller wrote.
    let output = git(folder).args(["rev-parse", "--is-inside-work-tree", "--show-cdup"]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let up = text.strip_prefix("true\n").filter(|_| output.status.success())?;
    let steps = up.matches("..").count();
    folder.ancestors().nth(steps).map(Path::to_owned)
}

/// Where the repository is fetched from.
pub fn origin(folder: &Path) -> Option<String> {
    line(folder, &["config", "--get", "remote.origin.url"]).ok()?
}

/// The branch that the others are merged into: what the remote says, else `master` where only that exists, else `main`.
pub fn default_branch(folder: &Path) -> String {
    let answer = |args: &[&str]| line(folder, args).ok().flatten();
    let head = answer(&["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"]);
    let has = |branch: &str| answer(&["rev-parse", "--verify", "--quiet", &format!("refs/heads/{branch}")]).is_some();
    match head.as_deref().and_then(|head| head.strip_prefix("origin/")) {
        Some(branch) => branch.to_owned(),
        None if has("master") && !has("main") => "master".to_owned(),
        None => "main".to_owned(),
    }
}

/// Why git gave no answer, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub help: String,
}

impl Error {
    /// What is wrong, and what to do next.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Error {
        Error { message: message.into(), help: help.into() }
    }
}

/// What differs between two states of the files below a folder. Paths start from that folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The file as the first state has it, with the object that holds its bytes.
    pub old: Option<(String, String)>,
    /// The file as the second state has it; the object is all zeros where it is in the work tree.
    pub new: Option<(String, String)>,
}

/// Two states to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between<'r> {
    /// A commit and the work tree.
    CommitAndTree(&'r str),
    /// A commit and the index.
    CommitAndIndex(&'r str),
    /// What is checked out and the index; before the first commit, nothing and the index.
    HeadAndIndex,
    /// The index and the work tree.
    IndexAndTree,
}

/// The commit that two-sided comparisons start from: where `revision` and the checked-out commit part.
pub fn base(folder: &Path, revision: &str) -> Result<String, Error> {
    let known = |revision: &str| {
        let commit = format!("{revision}^{{commit}}");
        line(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])
    };
    in_repository(folder)?;
    let is_shallow = line(folder, &["rev-parse", "--is-shallow-repository"])?.as_deref() == Some("true");
    let remote = revision.split_once('/').filter(|(remote, _)| {
        line(folder, &["config", "--get", &format!("remote.{remote}.url")]).ok().flatten().is_some()
    });
    let deepen = if is_shallow { " --unshallow" } else { "" };
    let fetch = match remote {
        // A clone of one branch keeps no others by itself: the name has to be given.
        Some((remote, branch)) => {
            format!("fetch it: `git fetch{deepen} {remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}`")
        }
        None if is_shallow => "the clone is shallow: fetch the rest, `git fetch --unshallow`".to_owned(),
        None => "name a branch, a tag or a commit; `git branch -a` lists the branches".to_owned(),
    };
    let Some(head) = known("HEAD")? else {
        return Err(Error::new("nothing is committed yet", "commit something, then compare with it"));
    };
    let Some(commit) = known(revision)? else {
        return Err(Error::new(format!("git knows no commit `{revision}` here"), fetch));
    };
    match line(folder, &["merge-base", &commit, &head])? {
        Some(base) => Ok(base),
        None if is_shallow => Err(Error::new(
            format!("the clone is shallow, and ends before the commit where HEAD and `{revision}` part"),
            "fetch the rest of the history: `git fetch --unshallow`",
        )),
        // Histories that never met are compared as they are.
        None => Ok(commit),
    }
}

fn in_repository(folder: &Path) -> Result<(), Error> {
    if line(folder, &["rev-parse", "--git-dir"])?.is_some() {
        return Ok(());
    }
    let none = || Error::new("this is no git repository", "run davy in the project's clone");
    Err(refusal(folder).unwrap_or_else(none))
}

/// Whether a folder lies in a repository, be it a bare one, that git looks into.
pub fn is_repository(folder: &Path) -> bool {
    in_repository(folder).is_ok()
}

/// Why git will not look into the repository that a folder lies in, if it will not: it belongs to somebody else.
pub fn refusal(folder: &Path) -> Option<Error> {
    let output = git(folder).args(["rev-parse", "--git-dir"]).output().ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() || !said.contains("dubious ownership") {
        return None;
    }
    let advice = said.lines().map(str::trim).find(|line| line.starts_with("git config"));
    let advice = advice.unwrap_or("git config --global --add safe.directory FOLDER");
    Some(Error::new("git refuses the repository: it belongs to somebody else", format!("trust it: `{advice}`")))
}

/// What differs. Submodules and symbolic links are no files.
pub fn changes(folder: &Path, between: Between) -> Result<Vec<Change>, Error> {
    const DIFF: &[&str] =
        &["diff", "--raw", "-z", "-M", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--relative", "--no-color"];
    in_repository(folder)?;
    let mut command = git(folder);
    command.args(DIFF).arg("--ignore-submodules=all");
    match between {
        Between::CommitAndTree(commit) => command.arg(commit),
        Between::HeadAndIndex => command.arg("--cached"),
        Between::CommitAndIndex(commit) => command.args(["--cached", commit]),
        Between::IndexAndTree => &mut command,
    };
    let output = answered(command.arg("--").output())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut words = text.split('\0');
    let mut found = Vec::new();
    while let Some(head) = words.next().and_then(|head| head.strip_prefix(':')) {
        let fields: Vec<&str> = head.split(' ').collect();
        let [old_mode, new_mode, old, new, status] = fields.as_slice() else { break };
        let Some(first) = words.next() else { break };
        let second = if status.starts_with(['R', 'C']) { words.next().unwrap_or(first) } else { first };
        let file = |mode: &str, path: &str, object: &str| {
            mode.starts_with("100").then(|| (path.to_owned(), object.to_owned()))
        };
        // A copy leaves its source where it was.
        let old = if status.starts_with('C') { None } else { file(old_mode, first, old) };
        found.push(Change { old, new: file(new_mode, second, new) });
    }
    Ok(found)
}

/// Files below a folder that git neither tracks nor ignores.
pub fn untracked(folder: &Path) -> Result<Vec<String>, Error> {
    listing(git(folder).args(["ls-files", "-z", "--others", "--exclude-standard"]))
}

/// Which of these files below a folder git has, or would add with everything else; none where there is no repository.
pub fn versioned(folder: &Path, paths: &[&str]) -> Vec<String> {
    let listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"];
    listing(git(folder).args(listed).args(paths)).unwrap_or_default()
}

/// Files below a folder that git has although it is told to ignore them.
pub fn tracked_though_ignored(folder: &Path) -> Vec<String> {
    listing(git(folder).args(["ls-files", "-z", "--cached", "--ignored", "--exclude-standard"])).unwrap_or_default()
}

fn listing(command: &mut Command) -> Result<Vec<String>, Error> {
    let output = answered(command.output())?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

/// A file as git's index has it; none where it is not tracked.
pub fn in_index(file: &Path) -> Option<Vec<u8>> {
    let (folder, name) = (file.parent()?, file.file_name()?.to_str()?);
    let output = git(folder).args(["cat-file", "blob", &format!(":./{name}")]).output().ok()?;
    output.status.success().then_some(output.stdout)
}

/// The bytes of objects, by their names.
pub fn objects(folder: &Path, names: &[&str]) -> Result<HashMap<String, Vec<u8>>, Error> {
    let mut found = HashMap::new();
    if names.is_empty() {
        return Ok(found);
    }
    let mut command = git(folder);
    command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(unable)?;
    let wanted: String = names.iter().map(|name| format!("{name}\n")).collect();
    let input = child.stdin.take();
    // Git answers while it is asked: who writes everything first may wait for a full pipe.
    let writer = std::thread::spawn(move || input.map(|mut input| input.write_all(wanted.as_bytes())));
    let output = child.wait_with_output().map_err(unable)?;
    let _ = writer.join();
    let mut rest = output.stdout.as_slice();
    while let Some(end) = memchr::memchr(b'\n', rest) {
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = &rest[end + 1..];
        let mut words = head.split(' ');
        let (Some(name), Some("blob"), Some(size)) = (words.next(), words.next(), words.next()) else { continue };
        let Some(bytes) = size.parse::<usize>().ok().and_then(|size| rest.get(..size)) else { break };
        found.insert(name.to_owned(), bytes.to_vec());
        rest = rest.get(bytes.len() + 1..).unwrap_or_default();
    }
    match names.iter().find(|name| !found.contains_key(**name)) {
        Some(missing) => Err(Error::new(
            format!("git does not have the object {missing}"),
            "the clone is partial: fetch it whole, or check it out",
        )),
        None => Ok(found),
    }
}

/// The one line that git answers; `None` where it says no.
fn line(folder: &Path, args: &[&str]) -> Result<Option<String>, Error> {
    let output = git(folder).args(args).output().map_err(unable)?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(Some(text).filter(|text| output.status.success() && !text.is_empty()))
}

fn answered(output: io::Result<Output>) -> Result<Output, Error> {
    let output = output.map_err(unable)?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason").trim();
    Err(Error::new(format!("git refused: {said}"), "run davy in the project's clone"))
}

fn unable(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => Error::new("there is no `git` to ask", "install git, or put it on PATH"),
        _ => Error::new(format!("git cannot be run: {error}"), "run davy in the project's clone"),
    }
}
