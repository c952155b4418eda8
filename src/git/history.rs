//! The commits that lead to one, and the objects that they hold.

use super::{Error, answered, git, in_repository, line, unable};
use crate::secrets::mask_lexically;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

/// A commit, with what it changes against its first parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its object.
    pub id: String,
    /// Those that it was made from, the first one first.
    pub parents: Vec<String>,
    /// Who wrote it, by `.mailmap`.
    pub author: String,
    /// Seconds since 1970, as the committer's clock said.
    pub time: i64,
    /// The first line of its message, secrets hidden.
    pub subject: String,
    /// Files below the folder, in the order of their paths.
    pub changes: Vec<Changed>,
}

/// A path that a commit changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// From the folder that was asked about, with `/`.
    pub path: String,
    /// The object that was there before, under the same conditions.
    pub before: Option<String>,
    /// The object that is there now; none where nothing is, or neither a file nor anything that davy looks into: a link, a submodule.
    pub object: Option<String>,
}

/// What marks the beginning of a commit in what git prints: no name of a file or an author begins so.
const MARK: char = '\u{1}';

/// The commits from the first one to `to` along first parents: their names and times, oldest first.
pub fn chain(folder: &Path, to: &str) -> Result<Vec<(String, i64)>, Error> {
    in_repository(folder)?;
    let to_id = resolved(folder, to)?;
    let output =
        answered(git(folder).args(["rev-list", "--first-parent", "--reverse", "--timestamp", &to_id, "--"]).output())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let all = text
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(time, id)| (id.to_owned(), time.parse().unwrap_or_default()));
    Ok(all.collect())
}

/// The commit where two revisions parted.
pub fn parted(folder: &Path, one: &str, other: &str) -> Option<String> {
    line(folder, &["merge-base", "--end-of-options", one, other]).ok()?
}

/// The whole name of the commit that a revision names.
pub fn resolved(folder: &Path, revision: &str) -> Result<String, Error> {
    let commit = format!("{revision}^{{commit}}");
    let id = line(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
    id.ok_or_else(|| match revision {
        "HEAD" => Error::new("nothing is committed yet", "commit something: the history begins with it"),
        _ => Error::new(format!("git knows no commit `{revision}` here"), "`git log --oneline` lists the commits"),
    })
}

/// What each commit behind `after` changes against its first parent, up to `to`, along first parents, oldest first; without `after`, from the
/// first one on, whose changes are all files that it has.
pub fn commits(folder: &Path, after: Option<&str>, to: &str) -> Result<Vec<Commit>, Error> {
    let range = after.map_or_else(|| to.to_owned(), |after| format!("{after}..{to}"));
    log(folder, &["--reverse", "--first-parent", "-m", &range])
}

/// Every commit behind `after` that leads to `to`, along whatever parents, oldest first, with what those that merge nothing change.
pub fn sides(folder: &Path, after: Option<&str>, to: &str) -> Result<Vec<Commit>, Error> {
    let range = after.map_or_else(|| to.to_owned(), |after| format!("{after}..{to}"));
    log(folder, &["--reverse", "--topo-order", "--diff-merges=off", &range])
}

/// A commit with all files that it has as its changes: a history begins with it.
pub fn whole(folder: &Path, id: &str) -> Result<Commit, Error> {
    let found = log(folder, &["--max-count=1", "--diff-merges=off", id])?;
    let Some(commit) = found.into_iter().next() else {
        return Err(Error::new(
            format!("git says nothing of commit `{id}`"),
            "run `git fsck` in the clone, then davy again",
        ));
    };
    let files = tree(folder, id)?;
    Ok(Commit {
        changes: files.into_iter().map(|(path, object)| Changed { path, before: None, object: Some(object) }).collect(),
        ..commit
    })
}

/// The files of a commit below the folder, with their objects.
pub fn tree(folder: &Path, id: &str) -> Result<Vec<(String, String)>, Error> {
    let output = answered(git(folder).args(["ls-tree", "-r", "-z", id]).output())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let entries = text.split('\0').filter_map(|entry| {
        let (head, path) = entry.split_once('\t')?;
        let fields: Vec<&str> = head.split(' ').collect();
        let [mode, _, object] = fields.as_slice() else { return None };
        mode.starts_with("100").then(|| (path.to_owned(), (*object).to_owned()))
    });
    Ok(entries.collect())
}

/// The bytes of a file of a commit; none where it has none there, or where git does not have them.
pub fn object_of(folder: &Path, commit: &str, path: &str) -> Option<Vec<u8>> {
    let output = git(folder)
        .env("GIT_NO_LAZY_FETCH", "1")
        .args(["cat-file", "blob", &format!("{commit}:./{path}")])
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}

/// The commits that `git log` tells of, with their changes.
fn log(folder: &Path, what: &[&str]) -> Result<Vec<Commit>, Error> {
    let mut command = git(folder);
    command.args(["-c", "log.showRoot=true", "-c", "log.showSignature=false", "log"]);
    command.args(["--raw", "-z", "--no-abbrev", "--no-renames", "--relative", "--no-color", "--no-ext-diff"]);
    command.args(["--ignore-submodules=none", &format!("--format={MARK}%H%x00%P%x00%aN%x00%ct%x00%s")]);
    let output = answered(command.args(what).arg("--").output())?;
    Ok(parsed(&String::from_utf8_lossy(&output.stdout)))
}

fn parsed(text: &str) -> Vec<Commit> {
    let mut found: Vec<Commit> = Vec::new();
    let mut words = text.split('\0');
    while let Some(word) = words.next() {
        let word = word.trim_start_matches('\n');
        if let Some(id) = word.strip_prefix(MARK) {
            let mut field = || words.next().unwrap_or_default().to_owned();
            let (parents, author, time, subject) = (field(), field(), field(), field());
            let parents = parents.split_whitespace().map(str::to_owned).collect();
            let (time, subject) = (time.parse().unwrap_or_default(), without_secrets(&subject));
            found.push(Commit { id: id.to_owned(), parents, author, time, subject, changes: Vec::new() });
        } else if let Some(head) = word.strip_prefix(':')
            && let Some(commit) = found.last_mut()
        {
            let fields: Vec<&str> = head.split(' ').collect();
            let Some(path) = words.next() else { break };
            let [before_mode, mode, before, object, _] = fields.as_slice() else { continue };
            let file = |mode: &str, object: &str| mode.starts_with("100").then(|| object.to_owned());
            let (before, object) = (file(before_mode, before), file(mode, object));
            commit.changes.push(Changed { path: path.to_owned(), before, object });
        }
    }
    found
}

/// A message without what may belong to a secret: whoever commits one may name it, too.
fn without_secrets(message: &str) -> String {
    let mut shown = String::with_capacity(message.len());
    let mut done = 0;
    for (start, end) in mask_lexically(message) {
        shown.push_str(&message[done..start]);
        shown.push_str("***");
        done = end;
    }
    shown.push_str(&message[done..]);
    shown
}

/// A `git cat-file --batch` that is asked for one object after the other.
pub struct Objects {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Objects {
    /// Starts it.
    pub fn open(folder: &Path) -> Result<Objects, Error> {
        let mut command = git(folder);
        // What a partial clone lacks is not fetched: davy opens no connection.
        command.env("GIT_NO_LAZY_FETCH", "1").args(["cat-file", "--batch"]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(unable)?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Objects { child, input, output: BufReader::new(output) }),
            _ => Err(Error::new("git cannot be talked to", "run davy in the project's clone")),
        }
    }

    /// The bytes of an object; none where git does not have it.
    pub fn get(&mut self, object: &str) -> Result<Option<Vec<u8>>, Error> {
        self.input.write_all(format!("{object}\n").as_bytes()).and_then(|()| self.input.flush()).map_err(unable)?;
        read(&mut self.output)
    }

    /// The bytes of several objects, in their order.
    pub fn get_all(&mut self, objects: &[&str]) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let wanted: String = objects.iter().map(|object| format!("{object}\n")).collect();
        let Objects { input, output, .. } = self;
        // Git answers while it is asked: who writes everything first may wait for a full pipe.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // What could not be asked for is not answered, either.
                let _ = input.write_all(wanted.as_bytes()).and_then(|()| input.flush());
            });
            objects.iter().map(|_| read(output)).collect()
        })
    }
}

/// The next answer.
fn read(output: &mut BufReader<ChildStdout>) -> Result<Option<Vec<u8>>, Error> {
    let mut head = String::new();
    output.read_line(&mut head).map_err(unable)?;
    let words: Vec<&str> = head.split_whitespace().collect();
    let size: usize = match words.as_slice() {
        [_, "blob", size] => size.parse().unwrap_or_default(),
        [_, "missing"] => return Ok(None),
        _ => return Err(Error::new("git stopped answering", "run `git fsck` in the clone, then davy again")),
    };
    let mut bytes = vec![0; size + 1];
    output.read_exact(&mut bytes).map_err(unable)?;
    bytes.pop();
    Ok(Some(bytes))
}

impl Drop for Objects {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What is said of this clone alone.
#[derive(Debug, Clone, Default)]
pub struct Local {
    /// What git is told to leave alone: the text of `.git/info/exclude`.
    pub excludes: Option<String>,
    /// It has the newest commits alone.
    pub is_shallow: bool,
}

/// Asks for it.
pub fn local(folder: &Path) -> Local {
    let asked = ["rev-parse", "--is-shallow-repository", "--git-path", "info/exclude"];
    let said = line(folder, &asked).ok().flatten().unwrap_or_default();
    let (is_shallow, path) = said.split_once('\n').unwrap_or((&said, ""));
    Local { excludes: std::fs::read_to_string(folder.join(path)).ok(), is_shallow: is_shallow == "true" }
}

/// The commits that tags name, along any branch.
pub fn tagged(folder: &Path) -> Result<Vec<(String, String)>, Error> {
    let output = answered(
        git(folder)
            .args(["for-each-ref", "--format=%(refname:short)%00%(*objectname)%00%(objectname)", "refs/tags"])
            .output(),
    )?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let tags = text.lines().filter_map(|line| {
        let mut words = line.split('\0');
        let (name, peeled, object) = (words.next()?, words.next()?, words.next()?);
        Some((if peeled.is_empty() { object } else { peeled }.to_owned(), name.to_owned()))
    });
    Ok(tags.collect())
}
