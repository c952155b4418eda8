//! What files compiled to, kept between runs: one packed file a project, in the user's cache folder.
//!
//! A unit is found by the hash of its bytes, so nothing in here is ever out of date; whatever is wrong with the file itself makes it an empty cache.
//! Behind the units lies what the last run came to, by a hash of all that it looked at. Holds facts, places and messages, and no value of a
//! secret. Only what is asked for is read.

use crate::link::Linked;
use crate::record::{self, Record};
use crate::text::Span;
use crate::unit::{Kind, Unit};
use serde::{Deserialize, Serialize};
#[cfg(target_os = "linux")]
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, Metadata};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// What davy's caches end in.
pub const EXTENSION: &str = "davycache";
const MAGIC: &[u8; 8] = b"davyunit";
/// What this davy makes of files: of another one's units nothing is taken.
pub const ENGINE: &str = env!("DAVY_ENGINE");
/// The head: magic, engine, length and checksum of the index.
const HEAD: usize = 8 + 16 + 8 + 8;
/// The head of an answer: what was asked, length and checksum.
const ANSWER: usize = 16 + 8 + 8;
/// Units that nobody asks for any more are kept as long as there is room for them.
const ROOM: u64 = 128 << 20;
/// So many files a run of a part compiles again and again.
const FEW: usize = 16;
/// A file that was written so shortly before the cache may have changed again within its clock's tick.
const TICK: Duration = Duration::from_secs(2);
/// What the clock of a file system that counts parts of seconds may lag behind.
const STEP: Duration = Duration::from_millis(20);
/// Caches of projects that nobody has looked at for so long go.
const ABANDONED: Duration = Duration::from_secs(60 * 24 * 3600);

/// The hash of a file's bytes.
pub type Content = u128;

/// The hash of bytes, not for secrets: it can be guessed back.
pub fn content(bytes: &[u8]) -> Content {
    xxh3_128(bytes)
}

/// How a file lies on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stat {
    size: u64,
    modified: Duration,
    /// Inode and time of the last change of the inode, where there are such things.
    node: (u64, i64, i64),
}

impl Stat {
    /// Whether the file was last changed before a time, in whatever steps its clock goes: who looked then has seen all of it, and whoever changes it
    /// later leaves another time. Of a file whose time is set back the inode tells.
    pub fn is_older(&self, time: Duration) -> bool {
        let (_, seconds, nanos) = self.node;
        let step = if self.modified.subsec_nanos() == 0 && nanos == 0 { TICK } else { STEP };
        let seconds = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
        let touched = seconds + Duration::from_nanos(u64::try_from(nanos).unwrap_or_default());
        self.modified.max(touched) + step < time
    }

    /// Reads it; `None` where the file system has no times.
    pub fn of(metadata: &Metadata) -> Option<Stat> {
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Stat { size: metadata.len(), modified, node: node(metadata) })
    }
}

/// A folder, to see how files lie that are below it.
pub struct Below {
    #[cfg(target_os = "linux")]
    folder: std::os::fd::OwnedFd,
    #[cfg(not(target_os = "linux"))]
    folder: PathBuf,
}

#[cfg(target_os = "linux")]
impl Below {
    /// None where it cannot be looked into.
    pub fn new(folder: &Path) -> Option<Below> {
        use rustix::fs::{Mode, OFlags, open};
        open(folder, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
            .ok()
            .map(|folder| Below { folder })
    }

    /// Of a path below it; none where nothing is there. Saves the system the way to the folder, thousands of times.
    pub fn stat(&self, path: &str) -> Option<Stat> {
        use rustix::fs::{AtFlags, StatxFlags, statx};
        let path = if path.is_empty() { "." } else { path };
        let found = statx(&self.folder, path, AtFlags::empty(), StatxFlags::BASIC_STATS).ok()?;
        let seconds = u64::try_from(found.stx_mtime.tv_sec).ok()?;
        let modified = Duration::from_secs(seconds) + Duration::from_nanos(found.stx_mtime.tv_nsec.into());
        let node = (found.stx_ino, found.stx_ctime.tv_sec, found.stx_ctime.tv_nsec.into());
        Some(Stat { size: found.stx_size, modified, node })
    }

    /// The hash of a file below it that lies there like this; none where it cannot be read.
    pub fn content(&self, path: &str, stat: &Stat) -> Option<Content> {
        use rustix::fs::{Mode, OFlags, openat};
        thread_local! {
            static BYTES: RefCell<Vec<u8>> = RefCell::default();
        }
        let file = openat(&self.folder, path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()?;
        let size = usize::try_from(stat.size).ok()?;
        BYTES.with_borrow_mut(|bytes| {
            bytes.clear();
            // One byte more than there are: who is given fewer than he asks for is at the end.
            bytes.try_reserve(size.checked_add(1)?).ok()?;
            while rustix::io::read(&file, rustix::buffer::spare_capacity(bytes)).ok()? > 0 && bytes.len() != size {
                bytes.try_reserve(1 << 12).ok()?;
            }
            let content = content(bytes);
            bytes.shrink_to(1 << 20);
            Some(content)
        })
    }
}

#[cfg(not(target_os = "linux"))]
impl Below {
    /// None where it cannot be looked into.
    pub fn new(folder: &Path) -> Option<Below> {
        folder.is_dir().then(|| Below { folder: folder.to_owned() })
    }

    /// Of a path below it; none where nothing is there.
    pub fn stat(&self, path: &str) -> Option<Stat> {
        Stat::of(&fs::metadata(self.folder.join(path)).ok()?)
    }

    /// The hash of a file below it; none where it cannot be read.
    pub fn content(&self, path: &str, _stat: &Stat) -> Option<Content> {
        fs::read(self.folder.join(path)).ok().map(|bytes| content(&bytes))
    }
}

impl Record for Stat {
    fn put(&self, to: &mut Vec<u8>) {
        let Stat { size, modified, node: (inode, seconds, nanos) } = self;
        size.put(to);
        modified.as_secs().put(to);
        modified.subsec_nanos().put(to);
        inode.put(to);
        seconds.put(to);
        nanos.put(to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let size = u64::take(from)?;
        let (seconds, nanos) = (u64::take(from)?, u32::take(from)?);
        let modified = Duration::from_secs(seconds).checked_add(Duration::from_nanos(nanos.into()))?;
        Some(Stat { size, modified, node: (u64::take(from)?, i64::take(from)?, i64::take(from)?) })
    }
}

#[cfg(unix)]
fn node(metadata: &Metadata) -> (u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn node(_metadata: &Metadata) -> (u64, i64, i64) {
    (0, 0, 0)
}

#[derive(Serialize, Deserialize, Default)]
struct Index {
    /// How many runs have written it.
    run: u32,
    files: BTreeMap<String, (Stat, Content)>,
    /// What git's objects hold, by their names.
    blobs: BTreeMap<String, Content>,
    #[serde(with = "record::list")]
    units: Vec<Place>,
}

impl Index {
    /// Where the units end, counted from the first of them.
    fn end(&self) -> u64 {
        self.units.iter().map(|place| place.start + u64::from(place.size)).max().unwrap_or_default()
    }
}

/// Where a unit lies, counted from the first of them.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    content: Content,
    kind: Kind,
    start: u64,
    size: u32,
    sum: u64,
    /// The last run that asked for it.
    used: u32,
}

impl Record for Place {
    fn put(&self, to: &mut Vec<u8>) {
        let Place { content, kind, start, size, sum, used } = self;
        content.put(to);
        kind.put(to);
        start.put(to);
        size.put(to);
        sum.put(to);
        used.put(to);
    }

    fn take(from: &mut &[u8]) -> Option<Self> {
        let (content, kind, start) = (Content::take(from)?, Kind::take(from)?, u64::take(from)?);
        Some(Place { content, kind, start, size: u32::take(from)?, sum: u64::take(from)?, used: u32::take(from)? })
    }
}

/// Tells a cache from others: its head, which holds the checksum of its index, and where its units begin and end.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    head: Vec<u8>,
    base: u64,
    end: u64,
}

/// A cache as it was found.
pub struct Cache {
    path: PathBuf,
    definitions: u64,
    file: Option<fs::File>,
    /// Where the units begin, and where they end.
    base: u64,
    end: u64,
    written: Option<SystemTime>,
    index: Index,
    places: HashMap<(Content, Kind), Place>,
}

/// A file of this run, for the next one.
pub struct Entry<'u> {
    /// Its key in the scan.
    pub path: &'u str,
    /// How it lay on the disk before it was read.
    pub stat: Option<Stat>,
    /// Of its bytes.
    pub content: Content,
    /// As what it was compiled.
    pub kind: Kind,
    /// What it compiled to.
    pub unit: &'u Compiled,
}

/// What a file compiled to: at hand, or kept until somebody asks.
#[derive(Debug, Clone)]
pub struct Compiled {
    unit: OnceLock<Arc<Unit>>,
    /// The unit as far as it tells others.
    told: OnceLock<Arc<Unit>>,
    kept: Option<Kept>,
}

/// Where a unit is kept, and how it is made again if that cannot be read.
#[derive(Clone)]
struct Kept {
    cache: Arc<Cache>,
    place: Place,
    again: Arc<dyn Fn() -> Unit + Send + Sync>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Kept").field(&self.place.content).finish()
    }
}

impl From<Unit> for Compiled {
    fn from(unit: Unit) -> Compiled {
        /// What most files of settings compile to.
        static NOTHING: LazyLock<Arc<Unit>> = LazyLock::new(Arc::default);
        let unit = if unit == **NOTHING { Arc::clone(&NOTHING) } else { Arc::new(unit) };
        Compiled { unit: OnceLock::from(unit), told: OnceLock::new(), kept: None }
    }
}

impl Compiled {
    /// What bytes of this hash compiled to, if a cache has it: read when somebody asks. `again` compiles them anew, where the cache is broken.
    pub fn kept(
        cache: &Arc<Cache>,
        content: Content,
        kind: Kind,
        again: impl Fn() -> Unit + Send + Sync + 'static,
    ) -> Option<Compiled> {
        cache.place(content, kind).map(|place| Compiled::at(cache, place, again))
    }

    /// What lies at a place of a cache.
    pub fn at(cache: &Arc<Cache>, place: Place, again: impl Fn() -> Unit + Send + Sync + 'static) -> Compiled {
        let kept = Kept { cache: Arc::clone(cache), place, again: Arc::new(again) };
        Compiled { unit: OnceLock::new(), told: OnceLock::new(), kept: Some(kept) }
    }

    /// Where secrets stand in the file.
    pub fn secrets(&self) -> Vec<Span> {
        let read = |kept: &Kept| Unit::secrets(&kept.cache.slice(&kept.place)?);
        let known = self.unit.get().or(self.told.get());
        let kept = || self.kept.as_ref().and_then(read);
        known.map(|unit| unit.secrets.clone()).or_else(kept).unwrap_or_else(|| self.get().secrets.clone())
    }

    /// The unit as far as it tells others: nothing is found in it.
    pub fn told(&self) -> &Unit {
        let told = |kept: &Kept| Unit::told(&kept.cache.slice(&kept.place)?);
        match (self.unit.get(), &self.kept) {
            (None, Some(kept)) => self.told.get_or_init(|| Arc::new(told(kept).unwrap_or_else(|| (kept.again)()))),
            _ => self.get(),
        }
    }

    /// The unit.
    pub fn get(&self) -> &Unit {
        self.unit.get_or_init(|| {
            let read = |kept: &Kept| {
                let bytes = kept.cache.slice(&kept.place)?;
                postcard::from_bytes(&bytes).ok()
            };
            let unit = self.kept.as_ref().map(|kept| read(kept).unwrap_or_else(|| (kept.again)()));
            Arc::new(unit.unwrap_or_default())
        })
    }
}

/// What an object of git's compiled to, for the next run.
pub struct Blob<'u> {
    /// The object's name.
    pub object: &'u str,
    /// Of its bytes.
    pub content: Content,
    /// As what it was compiled.
    pub kind: Kind,
    /// What it compiled to.
    pub unit: &'u Unit,
}

impl Cache {
    /// A cache for those who know from an earlier run where in it a unit lies; none where it is another one now than that `mark` was taken of.
    pub fn marked(path: &Path, definitions: u64, mark: &Mark) -> Option<Cache> {
        let file = fs::File::open(path).ok()?;
        (read_at(&file, 0, HEAD)? == mark.head && mark.head.get(8..24)? == engine(definitions)).then(|| Cache {
            path: path.to_owned(),
            definitions,
            file: Some(file),
            base: mark.base,
            end: mark.end,
            written: None,
            index: Index::default(),
            places: HashMap::new(),
        })
    }

    /// The same as it is by now.
    pub fn again(&self) -> Cache {
        Cache::open(&self.path, self.definitions)
    }

    /// What tells this cache from others.
    pub fn mark(&self) -> Option<Mark> {
        Some(Mark { head: read_at(self.file.as_ref()?, 0, HEAD)?, base: self.base, end: self.end })
    }

    /// Where the unit of bytes of this hash lies.
    pub fn place(&self, content: Content, kind: Kind) -> Option<Place> {
        self.places.get(&(content, kind)).copied()
    }

    /// Reads a cache; an empty one where there is none, or none to be trusted. `definitions` is the hash of what the project adds to
    /// davy's knowledge.
    pub fn open(path: &Path, definitions: u64) -> Cache {
        let mut file = fs::File::open(path).ok();
        let found = file.as_ref().and_then(|file| index(file, Some(definitions)));
        file = file.filter(|_| found.is_some());
        let written = file.as_ref().and_then(|file| file.metadata().and_then(|metadata| metadata.modified()).ok());
        let (index, base) = found.unwrap_or_default();
        let places = index.units.iter().map(|place| ((place.content, place.kind), *place)).collect();
        let end = base + index.end();
        Cache { path: path.to_owned(), definitions, file, base, end, written, index, places }
    }

    /// What a run came to that looked at what is behind this hash, if it was the last one.
    pub fn answer(&self, asked: Content) -> Option<Linked> {
        let file = self.file.as_ref()?;
        let head = read_at(file, self.end, ANSWER)?;
        let (key, rest) = head.split_at(16);
        let (length, sum) = rest.split_at(8);
        if key != asked.to_le_bytes() {
            return None;
        }
        let length = usize::try_from(u64::from_le_bytes(length.try_into().ok()?)).ok()?;
        let bytes = read_at(file, self.end + ANSWER as u64, length)?;
        if xxh3_64(&bytes).to_le_bytes() != sum {
            return None;
        }
        postcard::from_bytes(&bytes).ok()
    }

    /// Keeps what a run came to behind the units that it asked for. Who reads meanwhile finds a sum that is wrong, and nothing else.
    pub fn put_answer(&self, asked: Content, answer: &Linked) -> io::Result<()> {
        // Another davy may put a new file in the place of this one at any time: what is measured is what is written to.
        let mut file = fs::File::options().read(true).write(true).open(&self.path)?;
        let Some((index, base)) = index(&file, Some(self.definitions)) else { return Ok(()) };
        let end = base + index.end();
        let bytes = postcard::to_stdvec(answer).map_err(io::Error::other)?;
        let mut whole = Vec::with_capacity(ANSWER + bytes.len());
        whole.extend_from_slice(&asked.to_le_bytes());
        whole.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        whole.extend_from_slice(&xxh3_64(&bytes).to_le_bytes());
        whole.extend_from_slice(&bytes);
        file.set_len(end)?;
        file.seek(io::SeekFrom::Start(end))?;
        file.write_all(&whole)
    }

    /// The hash of a file that lies as it lay, without reading it.
    pub fn seen(&self, path: &str, stat: &Stat) -> Option<Content> {
        let (known, content) = self.index.files.get(path)?;
        let written = self.written?.duration_since(UNIX_EPOCH).ok()?;
        // It was read some time before all was written.
        let is_settled = stat.modified + TICK < written;
        (is_settled && known == stat).then_some(*content)
    }

    /// The hash of what an object of git's holds: its name says what that is.
    pub fn blob(&self, object: &str) -> Option<Content> {
        self.index.blobs.get(object).copied()
    }

    fn slice(&self, place: &Place) -> Option<Vec<u8>> {
        let slice = read_at(self.file.as_ref()?, self.base.checked_add(place.start)?, place.size as usize)?;
        (xxh3_64(&slice) == place.sum).then_some(slice)
    }

    /// Keeps what a run compiled, if it is not what is kept already. Whoever writes last counts; nobody ever sees half a file. A run that looked
    /// at a part of the project (`is_part`) leaves the rest as it is, and compiles a few files again sooner than it writes everything.
    pub fn save(&self, entries: &[Entry], is_part: bool) -> io::Result<()> {
        let known = |entry: &Entry| {
            let file = self.index.files.get(entry.path);
            let same = file.is_some_and(|(stat, content)| Some(*stat) == entry.stat && *content == entry.content);
            same && self.places.contains_key(&(entry.content, entry.kind))
        };
        let new = entries.iter().filter(|entry| !known(entry)).count();
        let is_kept = if is_part { new <= FEW } else { new == 0 && entries.len() == self.index.files.len() };
        if is_kept {
            return Ok(());
        }
        let mut files = if is_part { self.index.files.clone() } else { BTreeMap::new() };
        files.extend(entries.iter().filter_map(|entry| Some((entry.path.to_owned(), (entry.stat?, entry.content)))));
        let index = Index { run: self.index.run.wrapping_add(1), files, ..Index::default() };
        let fresh = entries.iter().map(|entry| (entry.content, entry.kind, || entry.unit.get()));
        self.write(index, self.index.blobs.clone(), fresh)
    }

    /// Keeps what objects of git's compiled to, beside what this run has saved.
    pub fn keep(&self, blobs: &[Blob]) -> io::Result<()> {
        let now = Cache::open(&self.path, self.definitions);
        let known = |blob: &Blob| {
            now.blob(blob.object) == Some(blob.content) && now.places.contains_key(&(blob.content, blob.kind))
        };
        if blobs.iter().all(known) {
            return Ok(());
        }
        let index = Index { run: now.index.run, files: now.index.files.clone(), ..Index::default() };
        let mut names = now.index.blobs.clone();
        names.extend(blobs.iter().map(|blob| (blob.object.to_owned(), blob.content)));
        now.write(index, names, blobs.iter().map(|blob| (blob.content, blob.kind, || blob.unit)))
    }

    /// Packs the units that a run asked for, then those of others as long as there is room. `blobs` keeps the names of what is packed.
    fn write<'u>(
        &self,
        mut index: Index,
        blobs: BTreeMap<String, Content>,
        fresh: impl Iterator<Item = (Content, Kind, impl Fn() -> &'u Unit)>,
    ) -> io::Result<()> {
        let run = index.run;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        // What all units come to is more than memory should hold at once; the index before them says where each lies.
        let mut units = io::BufWriter::new(tempfile::tempfile_in(folder)?);
        let mut length = 0;
        let mut taken: HashSet<(Content, Kind)> = HashSet::new();
        let mut add = |content: Content, kind: Kind, used: u32, slice: &[u8], index: &mut Index| -> io::Result<u64> {
            if taken.insert((content, kind)) {
                let (start, size) = (length, slice.len() as u32);
                index.units.push(Place { content, kind, start, size, sum: xxh3_64(slice), used });
                units.write_all(slice)?;
                length += slice.len() as u64;
            }
            Ok(length)
        };
        for (content, kind, unit) in fresh {
            match self.places.get(&(content, kind)).and_then(|place| self.slice(place)) {
                Some(slice) => add(content, kind, run, &slice, &mut index)?,
                None => {
                    let fresh = postcard::to_stdvec(unit()).map_err(io::Error::other)?;
                    add(content, kind, run, &fresh, &mut index)?
                }
            };
        }
        // Other branches and older states come back.
        let mut others: Vec<&Place> = self.index.units.iter().collect();
        others.sort_by_key(|place| std::cmp::Reverse(place.used));
        for place in others {
            let Some(slice) = self.slice(place) else { continue };
            if add(place.content, place.kind, place.used, &slice, &mut index)? > ROOM {
                break;
            }
        }
        let held: HashSet<Content> = index.units.iter().map(|place| place.content).collect();
        index.blobs = blobs.into_iter().filter(|(_, content)| held.contains(content)).collect();
        let bytes = postcard::to_stdvec(&index).map_err(io::Error::other)?;
        let mut file = tempfile::Builder::new().prefix(".davy-").tempfile_in(folder)?;
        file.write_all(MAGIC)?;
        file.write_all(&engine(self.definitions))?;
        file.write_all(&(bytes.len() as u64).to_le_bytes())?;
        file.write_all(&xxh3_64(&bytes).to_le_bytes())?;
        file.write_all(&bytes)?;
        let mut units = units.into_inner().map_err(io::IntoInnerError::into_error)?;
        units.rewind()?;
        io::copy(&mut units, file.as_file_mut())?;
        // The answer stays: whether it is one to the next question, its key says.
        let end = self.end;
        let rest = self
            .file
            .as_ref()
            .and_then(|file| read_at(file, end, usize::try_from(file.metadata().ok()?.len().checked_sub(end)?).ok()?));
        file.write_all(&rest.unwrap_or_default())?;
        file.persist(&self.path).map_err(|error| error.error)?;
        sweep(folder);
        Ok(())
    }
}

/// The index, and where the units begin; `None` unless every byte of it is this davy's own, and made with these definitions where
/// they are told.
fn index(file: &fs::File, definitions: Option<u64>) -> Option<(Index, u64)> {
    let head = read_at(file, 0, HEAD)?;
    let number = |at: usize| head.get(at..at + 8).and_then(|part| part.try_into().ok()).map(u64::from_le_bytes);
    if &head[..8] != MAGIC || head[8..24] != engine(definitions.unwrap_or_else(|| number(16).unwrap_or_default())) {
        return None;
    }
    let part = read_at(file, HEAD as u64, usize::try_from(number(24)?).ok()?)?;
    if xxh3_64(&part) != number(32)? {
        return None;
    }
    Some((postcard::from_bytes(&part).ok()?, HEAD as u64 + part.len() as u64))
}

/// Bytes of a file; `None` unless all of them are there.
pub fn read_at(file: &fs::File, start: u64, length: usize) -> Option<Vec<u8>> {
    // What a broken length asks for may be more than memory.
    if length > 1 << 16 && start.checked_add(length as u64)? > file.metadata().ok()?.len() {
        return None;
    }
    let mut bytes = vec![0; length];
    #[cfg(unix)]
    std::os::unix::fs::FileExt::read_exact_at(file, &mut bytes, start).ok()?;
    #[cfg(windows)]
    {
        let mut done = 0;
        while done < length {
            let place = start + done as u64;
            match std::os::windows::fs::FileExt::seek_read(file, &mut bytes[done..], place).ok()? {
                0 => return None,
                read => done += read,
            }
        }
    }
    Some(bytes)
}

/// What shaped the units: this davy, and what the project adds to its knowledge.
pub fn engine(definitions: u64) -> [u8; 16] {
    let mut both = [0; 16];
    both[..8].copy_from_slice(&xxh3_64(ENGINE.as_bytes()).to_le_bytes());
    both[8..].copy_from_slice(&definitions.to_le_bytes());
    both
}

/// The folder of all caches: `DAVY_CACHE_DIR`, else the user's cache folder; none where there is no such folder.
pub fn folder() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let told = std::env::var_os("DAVY_CACHE_DIR").filter(|told| !told.is_empty()).map(PathBuf::from);
    told.or_else(|| etcetera::choose_base_strategy().ok().map(|base| base.cache_dir().join("davy")))
}

/// The cache of a project in a folder of caches: named like the project, and by its place.
pub fn path(folder: &Path, root: &Path) -> PathBuf {
    path_for(folder, root, "")
}

/// Another cache of a project: what it holds, of which the first word is part of the name.
pub fn path_for(folder: &Path, root: &Path, what: &str) -> PathBuf {
    let name: String = root
        .file_name()
        .map(|name| {
            name.to_string_lossy().chars().filter(|c| c.is_alphanumeric() || "-_.".contains(*c)).take(40).collect()
        })
        .unwrap_or_default();
    let place = xxh3_64(&[root.as_os_str().as_encoded_bytes(), what.as_bytes()].concat());
    let word =
        what.split(' ').next().filter(|word| !word.is_empty()).map(|word| format!("-{word}")).unwrap_or_default();
    folder.join(format!("{name}{word}-{place:016x}.{EXTENSION}"))
}

/// What begins a file that says what a project was like.
pub const STATE: &[u8; 8] = b"davystat";

/// Whether a cache says what a project was like, for a run of a few files.
pub fn is_state(path: &Path) -> bool {
    let mut head = [0; 8];
    fs::File::open(path).is_ok_and(|mut file| file.read_exact(&mut head).is_ok()) && &head == STATE
}

/// Whether a cache is a database: what `davy trend` keeps.
pub fn is_database(path: &Path) -> bool {
    let mut head = [0; 16];
    fs::File::open(path).is_ok_and(|mut file| file.read_exact(&mut head).is_ok()) && &head == b"SQLite format 3\0"
}

/// The caches in a folder, with their sizes.
pub fn all(folder: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let is_cache = |path: &Path| path.extension().is_some_and(|end| end == EXTENSION);
    let mut found: Vec<(PathBuf, u64)> = entries
        .flatten()
        .filter(|entry| is_cache(&entry.path()))
        .map(|entry| (entry.path(), entry.metadata().map_or(0, |metadata| metadata.len())))
        .collect();
    found.sort();
    Ok(found)
}

/// How many files and units a cache holds; `None` where it is not of this davy.
pub fn counts(path: &Path) -> Option<(usize, usize)> {
    let file = fs::File::open(path).ok()?;
    index(&file, None).map(|(index, _)| (index.files.len(), index.units.len()))
}

/// Removes the caches of projects that nobody has looked at for long.
fn sweep(folder: &Path) {
    for (path, _) in all(folder).unwrap_or_default() {
        let age =
            fs::metadata(&path).and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
        if age.is_some_and(|age| age > ABANDONED) {
            // Another davy may have been faster.
            let _ = fs::remove_file(&path);
        }
    }
}
