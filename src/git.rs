//! What davy asks of git, through the `git` program.
//!
//! Never runs a hook or a helper that a repository's own configuration names.

use std::io;
use std::path::Path;
use std::process::Command;

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
    let mut command = Command::new("git");
    command.args(["-c", "core.fsmonitor=false", "status", "--porcelain", "--", "."]).current_dir(folder);
    let output = match command.output() {
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
