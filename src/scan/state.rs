//! What a project was like when a run looked at a few of its files: the next one looks at what has changed since, and at no more.
//!
//! Holds every folder with the names in it, every file with how it lay on the disk and where its unit is kept, what manifests say, and which files
//! say what under which names. Whatever is another than it was, beside the text of a few files, makes it none: the run looks at everything.

use crate::cache::{self, Content, Mark, Place, Stat, read_at};
use crate::discover::names_in;
use crate::link::{Kept, Sayings, Table};
use crate::manifest::Manifest;
use crate::unit::Kind;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use xxhash_rust::xxh3::xxh3_64;

/// The head: magic, engine, length and checksum of what is told.
const HEAD: usize = 8 + 16 + 8 + 8;
/// Of so many files other text is taken note of one by one.
pub const FEW: usize = 16;

/// What a project was like.
#[derive(Default, Serialize, Deserialize)]
pub struct State {
    /// A hash of what decides what is looked at: configuration, roots.
    pub asked: Content,
    /// When somebody began to look, since 1970.
    pub looked: Duration,
    /// The cache that the units are in.
    pub mark: Mark,
    /// The folders that were seen, below the root or the root itself.
    pub folders: Vec<Folder>,
    /// Files that decide what is looked at or known: none where they were not there.
    pub guards: Vec<(PathBuf, Option<Guard>)>,
    /// The project's Python, by path.
    pub files: Vec<File>,
    /// What the manifests say, by their paths below the root.
    pub manifests: Vec<(String, Manifest)>,
    /// What all files together came to.
    pub kept: Kept,
    /// Where it stands who says what.
    pub table: Table,
}

/// A folder.
#[derive(Serialize, Deserialize)]
pub struct Folder {
    /// Below the root.
    pub path: String,
    /// How it lay on the disk.
    pub stat: Stat,
    /// A hash of the names in it that count.
    pub names: u64,
}

/// How a file lay on the disk that is watched, and what it held.
#[derive(Clone, Serialize, Deserialize)]
pub struct Guard {
    stat: Stat,
    content: Content,
}

/// A file of the project.
#[derive(Serialize, Deserialize)]
pub struct File {
    /// Below the root.
    pub key: String,
    /// Python or stub.
    pub kind: Kind,
    /// How it lay on the disk.
    pub stat: Stat,
    /// Of its bytes.
    pub content: Content,
    /// Where its unit is kept; none where it is not.
    pub place: Option<Place>,
}

/// Now, since 1970.
pub fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

impl Guard {
    /// Of a file as it is now.
    pub fn of(path: &Path) -> Option<Guard> {
        let stat = Stat::of(&fs::metadata(path).ok()?)?;
        Some(Guard { stat, content: cache::content(&fs::read(path).ok()?) })
    }

    /// Whether it was last changed before a time.
    pub fn is_older(&self, time: Duration) -> bool {
        self.stat.is_older(time)
    }
}

impl Folder {
    /// As it is now; none where it cannot be read, or has changed since somebody looked.
    pub fn of(root: &Path, path: String, looked: Duration) -> Option<Folder> {
        let whole = root.join(&path);
        let stat = Stat::of(&fs::metadata(&whole).ok()?)?;
        stat.is_older(looked).then_some(())?;
        Some(Folder { names: names_in(&whole)?, stat, path })
    }
}

impl State {
    /// Reads what was kept of a project; none where there is nothing, or nothing to be trusted. `definitions` is the hash of what the project adds to
    /// davy's knowledge.
    pub fn read(
        path: &Path,
        definitions: u64,
    ) -> Option<(State, impl Fn(u64, usize) -> Option<Vec<u8>> + Send + Sync + 'static)> {
        let file = fs::File::open(path).ok()?;
        let head = read_at(&file, 0, HEAD)?;
        let number = |at: usize| head.get(at..at + 8).and_then(|part| part.try_into().ok()).map(u64::from_le_bytes);
        if &head[..8] != cache::STATE || head[8..24] != cache::engine(definitions) {
            return None;
        }
        let told = read_at(&file, HEAD as u64, usize::try_from(number(24)?).ok()?)?;
        if xxh3_64(&told) != number(32)? {
            return None;
        }
        let base = HEAD as u64 + told.len() as u64;
        let state: State = postcard::from_bytes(&told).ok()?;
        Some((state, move |start, length| read_at(&file, base.checked_add(start)?, length)))
    }

    /// Keeps it for the next run.
    pub fn write(mut self, path: &Path, definitions: u64, sayings: &Sayings) -> io::Result<()> {
        let (table, said) = sayings.packed();
        self.table = table;
        let told = postcard::to_stdvec(&self).map_err(io::Error::other)?;
        let mut whole = Vec::with_capacity(HEAD + told.len() + said.len());
        whole.extend_from_slice(cache::STATE);
        whole.extend_from_slice(&cache::engine(definitions));
        whole.extend_from_slice(&(told.len() as u64).to_le_bytes());
        whole.extend_from_slice(&xxh3_64(&told).to_le_bytes());
        whole.extend_from_slice(&told);
        whole.extend_from_slice(&said);
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new().prefix(".davy-").tempfile_in(folder)?;
        file.write_all(&whole)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// The files that hold something else by now, by their places in the list; none where more than the text of a few files has changed.
    pub fn changed(&self, root: &Path) -> Option<Vec<usize>> {
        let stays = |(path, guard): &(PathBuf, Option<Guard>)| match (guard, fs::metadata(path)) {
            (None, found) => found.is_err(),
            (Some(_), Err(_)) => false,
            (Some(guard), Ok(found)) => {
                let same = Stat::of(&found).is_some_and(|stat| stat == guard.stat && stat.is_settled(self.looked));
                same || fs::read(path).is_ok_and(|bytes| cache::content(&bytes) == guard.content)
            }
        };
        let is_same = |folder: &Folder| {
            let whole = root.join(&folder.path);
            let stat = fs::metadata(&whole).ok().and_then(|found| Stat::of(&found));
            let same = stat.is_some_and(|stat| stat == folder.stat && stat.is_settled(self.looked));
            same || names_in(&whole) == Some(folder.names)
        };
        if !self.guards.iter().all(stays) || !self.folders.par_iter().with_min_len(64).all(is_same) {
            return None;
        }
        // A file that is gone without a word of its folder is a link that leads nowhere.
        let differs = |(at, file): (usize, &File)| {
            let path = root.join(&file.key);
            let stat = fs::metadata(&path).ok().and_then(|found| Stat::of(&found));
            let same = stat.is_some_and(|stat| stat == file.stat && stat.is_settled(self.looked));
            let holds = || fs::read(&path).is_ok_and(|bytes| cache::content(&bytes) == file.content);
            (file.place.is_none() || !same && !holds()).then_some(at)
        };
        let changed: Vec<usize> = self.files.par_iter().with_min_len(64).enumerate().filter_map(differs).collect();
        (changed.len() <= FEW).then_some(changed)
    }
}
