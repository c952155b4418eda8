//! What a project was like when a run looked at it: the next one looks at what has changed since, and at no more.
//!
//! Holds every folder with the names in it, every file of Python with how it lay on the disk and where its unit is kept, what manifests say, and
//! which files say what under which names; after a run of the whole project its settings, too. Whatever is another than it was, beside the text of
//! a few files, makes it none: the run looks at everything.

use crate::cache::{self, Below, Content, Mark, Place, Stat, read_at};
use crate::discover::{Names, names_in};
use crate::link::{self, Read, Sayings, Table};
use crate::manifest::Manifest;
use crate::record::{self, Record};
use crate::unit::Kind;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use xxhash_rust::xxh3::xxh3_64;

/// The head: magic, engine, and the length and checksum of both parts of what is told.
const HEAD: usize = 8 + 16 + 2 * (8 + 8);
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
    #[serde(with = "record::list")]
    pub folders: Vec<Folder>,
    /// Files that decide what is looked at or known: none where they were not there.
    pub guards: Vec<(PathBuf, Option<Guard>)>,
    /// The project's Python, by path.
    #[serde(with = "record::list")]
    pub files: Vec<File>,
    /// What the manifests say, by their paths below the root.
    pub manifests: Vec<(String, Manifest)>,
    /// What all files together came to.
    pub kept: link::Kept,
    /// Where it stands who says what.
    pub table: Table,
}

/// What a run of the whole project looks at beside its Python.
#[derive(Serialize, Deserialize)]
pub struct Rest {
    /// Settings and the like, by path.
    #[serde(with = "record::list")]
    pub files: Vec<File>,
    /// What git has of these although it is told to ignore it.
    pub tracked: Vec<String>,
    /// How git's index lay on the disk; none where there is none, or where it was too fresh to tell.
    pub index: Option<Stat>,
    /// A hash of all files, Python among them.
    pub hash: Content,
}

/// What is kept, as far as it is not read yet.
pub struct Kept {
    file: Arc<fs::File>,
    /// Where the second part begins, its length and its checksum.
    rest: (u64, u64, u64),
}

impl Kept {
    /// What a run of the whole project looks at beside its Python, where one has been here.
    pub fn rest(&self) -> Option<Rest> {
        let (start, length, checksum) = self.rest;
        let told = read_at(&self.file, start, usize::try_from(length).ok()?)?;
        (xxh3_64(&told) == checksum).then_some(())?;
        postcard::from_bytes(&told).ok()
    }

    /// Reads who says what.
    pub fn read(&self) -> Arc<Read> {
        let (file, base) = (Arc::clone(&self.file), self.end());
        Arc::new(move |start, length| read_at(&file, base?.checked_add(start)?, length))
    }

    /// Where the second part ends. Its length is not to be trusted before it is read.
    fn end(&self) -> Option<u64> {
        self.rest.0.checked_add(self.rest.1)
    }

    /// All of who says what.
    fn said(&self) -> Option<Vec<u8>> {
        let (start, end) = (self.end()?, self.file.metadata().ok()?.len());
        read_at(&self.file, start, usize::try_from(end.checked_sub(start)?).ok()?)
    }
}

/// A folder.
pub struct Folder {
    /// Below the root.
    pub path: String,
    /// How it lay on the disk.
    pub stat: Stat,
    /// The names in it that count, as hashes.
    pub names: Names,
}

/// How a file lay on the disk that is watched, and what it held.
#[derive(Clone, Serialize, Deserialize)]
pub struct Guard {
    stat: Stat,
    content: Content,
}

/// A file of the project.
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
    /// It was not looked into.
    pub skipped: bool,
}

impl Record for Folder {
    fn put(&self, to: &mut Vec<u8>) {
        let Folder { path, stat, names } = self;
        path.put(to);
        stat.put(to);
        names.of_python.put(to);
        names.of_settings.put(to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let (path, stat) = (String::take(from)?, Stat::take(from)?);
        Some(Folder { path, stat, names: Names { of_python: u64::take(from)?, of_settings: u64::take(from)? } })
    }
}

impl Record for File {
    fn put(&self, to: &mut Vec<u8>) {
        let File { key, kind, stat, content, place, skipped } = self;
        key.put(to);
        kind.put(to);
        stat.put(to);
        content.put(to);
        place.put(to);
        skipped.put(to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let (key, kind, stat) = (String::take(from)?, Kind::take(from)?, Stat::take(from)?);
        let (content, place, skipped) = (Content::take(from)?, Record::take(from)?, bool::take(from)?);
        Some(File { key, kind, stat, content, place, skipped })
    }
}

/// How files lie on the disk now.
pub struct Seen {
    /// Those that hold something else, by their places in the list, or may do so.
    pub changed: Vec<usize>,
    /// Those that hold what they held and lie there otherwise, or were written so shortly before somebody looked that this says nothing.
    pub touched: Vec<(usize, Stat)>,
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
    pub fn read(path: &Path, definitions: u64) -> Option<(State, Kept)> {
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
        let start = HEAD as u64 + told.len() as u64;
        let state: State = postcard::from_bytes(&told).ok()?;
        Some((state, Kept { file: Arc::new(file), rest: (start, number(40)?, number(48)?) }))
    }

    /// Keeps it for the next run.
    pub fn write(mut self, rest: Option<&Rest>, path: &Path, definitions: u64, sayings: &Sayings) -> io::Result<()> {
        let (table, said) = sayings.packed();
        self.table = table;
        self.put(rest, path, definitions, &said)
    }

    /// Keeps it again, as it was kept, and with files as they lie on the disk now.
    pub fn write_again(&self, rest: &Rest, path: &Path, definitions: u64, kept: &Kept) -> io::Result<()> {
        let said = kept.said().ok_or(io::ErrorKind::UnexpectedEof)?;
        self.put(Some(rest), path, definitions, &said)
    }

    fn put(&self, rest: Option<&Rest>, path: &Path, definitions: u64, said: &[u8]) -> io::Result<()> {
        let told = postcard::to_stdvec(self).map_err(io::Error::other)?;
        let rest = rest.map(postcard::to_stdvec).transpose().map_err(io::Error::other)?.unwrap_or_default();
        let mut whole = Vec::with_capacity(HEAD + told.len() + rest.len() + said.len());
        whole.extend_from_slice(cache::STATE);
        whole.extend_from_slice(&cache::engine(definitions));
        for part in [&told, &rest] {
            whole.extend_from_slice(&(part.len() as u64).to_le_bytes());
            whole.extend_from_slice(&xxh3_64(part).to_le_bytes());
        }
        whole.extend_from_slice(&told);
        whole.extend_from_slice(&rest);
        whole.extend_from_slice(said);
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new().prefix(".davy-").tempfile_in(folder)?;
        file.write_all(&whole)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Whether the tree of files is as it was: no file has come or gone, and what decides what is looked at says what it said.
    /// `is_whole` says whether settings count.
    pub fn has_same_tree(&self, root: &Path, is_whole: bool) -> bool {
        let stays = |(path, guard): &(PathBuf, Option<Guard>)| match (guard, fs::metadata(path)) {
            (None, found) => found.is_err(),
            (Some(_), Err(_)) => false,
            (Some(guard), Ok(found)) => {
                let same = Stat::of(&found).is_some_and(|stat| stat == guard.stat && stat.is_older(self.looked));
                same || fs::read(path).is_ok_and(|bytes| cache::content(&bytes) == guard.content)
            }
        };
        let Some(below) = Below::new(root) else { return false };
        let is_same = |folder: &Folder| {
            let stat = below.stat(&folder.path);
            let same = stat.is_some_and(|stat| stat == folder.stat && stat.is_older(self.looked));
            let names = || names_in(&root.join(&folder.path));
            let are_same = |now: Names| {
                now.of_python == folder.names.of_python && (!is_whole || now.of_settings == folder.names.of_settings)
            };
            same || names().is_some_and(are_same)
        };
        self.guards.iter().all(stays) && self.folders.par_iter().with_min_len(64).all(is_same)
    }

    /// How files lie on the disk now.
    pub fn seen(&self, files: &[File], root: &Path) -> Seen {
        let below = Below::new(root);
        let differs = |(at, file): (usize, &File)| {
            // A file that is gone without a word of its folder is a link that leads nowhere.
            let Some((below, stat)) = below.as_ref().and_then(|below| Some((below, below.stat(&file.key)?))) else {
                return Some((at, None));
            };
            if stat == file.stat && stat.is_older(self.looked) {
                return None;
            }
            let holds = below.content(&file.key, &stat) == Some(file.content);
            Some((at, holds.then_some(stat)))
        };
        let all: Vec<(usize, Option<Stat>)> =
            files.par_iter().with_min_len(64).enumerate().filter_map(differs).collect();
        let mut seen = Seen { changed: Vec::new(), touched: Vec::new() };
        for (at, stat) in all {
            match stat {
                Some(stat) => seen.touched.push((at, stat)),
                None => seen.changed.push(at),
            }
        }
        seen
    }
}
