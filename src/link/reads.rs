//! What a judgement looked at, so that it need not be made again as long as all of that stays as it was.
//!
//! Everything that changes from one state of a project to the next has a key: a unit, a place in the tree of files, what all units say under
//! one name. Whoever looks at something notes its key; a change gives the keys of what is another now (`changes.rs`). Nothing is noted unless
//! somebody records.

use rustc_hash::FxHashSet;
use std::cell::{Cell, RefCell};
use std::sync::{Arc, OnceLock};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Stands for something that may change.
pub type Key = u64;

/// What was looked at.
pub type Reads = Arc<[Key]>;

/// What a key stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// What a file says to others, by its path.
    Unit,
    /// The versions of a package that manifests allow.
    Versions,
    /// Whether manifests ask for a package.
    Declared,
    /// The commands that manifests keep.
    Commands,
    /// All units.
    Whole,
    /// All paths.
    Paths,
    /// The module, package or folder at a path without ending.
    Base,
    /// The roots that hold a module or package of a name.
    Top,
    /// Files of a name.
    Named,
    /// Whether anything lies below a path.
    Below,
    /// The classes that define an attribute.
    Definers,
    /// What is put into an attribute.
    Put,
    /// What is put into the container under a name.
    Filled,
    /// Whether a type variable has a name.
    Variable,
    /// What else is imported under a name.
    Alias,
    /// The classes with several bases.
    Joined,
    /// The classes with validators.
    Validating,
    /// What is set of a name from outside.
    Patch,
    /// The annotations of attributes.
    Annotations,
    /// What is read of what classes share.
    Tied,
    /// Names that are handed on as secrets.
    Handed,
    /// Settings of models.
    Settings,
    /// Functions that give the time.
    Clocks,
    /// Columns that keep a time.
    Columns,
    /// Attributes that are compared.
    Compared,
    /// Who imports something of a name.
    Imports,
    /// What units say of pytest.
    Pytest,
    /// Whether pytest collects a file.
    Collected,
    /// What is on `sys.path` of the runs from a folder.
    SysPath,
    /// The files of tests that are imported under one name.
    Module,
    /// The folder that holds the first package of a name.
    Package,
    /// What a file imports that runs in tests.
    Runs,
    /// Who imports a file that runs in tests.
    Importers,
}

/// The name that stands for what stars bring, which no name is.
pub const STARS: &str = "*";

/// The key of what a file binds to a name, by the key of the file's unit.
pub fn symbol(unit: Key, name: &str) -> Key {
    xxh3_64_with_seed(name.as_bytes(), unit)
}

/// The key of what goes by a name.
pub fn key(of: Of, name: &str) -> Key {
    xxh3_64_with_seed(name.as_bytes(), of as u64)
}

/// What happens to notes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Nobody wants them.
    Off,
    /// They are made.
    On,
    /// They are wanted, and not of what is worked out now.
    Apart,
}

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode::Off) };
    static NOTES: RefCell<FxHashSet<Key>> = RefCell::default();
}

/// Notes that something is looked at.
pub fn note(of: Of, name: &str) {
    if MODE.get() == Mode::On {
        add(key(of, name));
    }
}

/// The same for a key that is known already.
pub fn note_key(key: Key) {
    if MODE.get() == Mode::On {
        add(key);
    }
}

/// Notes that what a file binds to a name is looked at.
pub fn note_symbol(unit: Key, name: &str) {
    if MODE.get() == Mode::On {
        add(symbol(unit, name));
    }
}

/// Notes what something that is known already was made of.
pub fn note_all(reads: &[Key]) {
    if MODE.get() == Mode::On {
        NOTES.with_borrow_mut(|notes| notes.extend(reads));
    }
}

fn add(key: Key) {
    NOTES.with_borrow_mut(|notes| notes.insert(key));
}

/// What an answer looked at; whoever records around it has that noted, too.
pub fn recorded<T>(answer: impl FnOnce() -> T) -> (T, Reads) {
    let mode = MODE.replace(Mode::On);
    let before = NOTES.take();
    let answer = answer();
    let notes = NOTES.replace(before);
    MODE.set(mode);
    let reads: Reads = notes.into_iter().collect();
    note_all(&reads);
    (answer, reads)
}

/// The same where somebody records, and nothing where nobody does.
pub fn nested<T>(answer: impl FnOnce() -> T) -> (T, Reads) {
    if MODE.get() == Mode::Off { (answer(), Reads::default()) } else { recorded(answer) }
}

/// Works something out of which each part has a key of its own: who asks for a part notes that.
pub fn apart<T>(make: impl FnOnce() -> T) -> T {
    let mode = MODE.get();
    MODE.set(if mode == Mode::Off { mode } else { Mode::Apart });
    let made = make();
    MODE.set(mode);
    made
}

/// Something that is worked out once, for all who ask, with what it was made of.
#[derive(Debug)]
pub struct Table<T>(OnceLock<(T, Reads)>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table(OnceLock::new())
    }
}

impl<T> Table<T> {
    /// What it holds, worked out by the first who asks.
    pub fn get(&self, make: impl FnOnce() -> T) -> &T {
        let (made, reads) = self.0.get_or_init(|| nested(make));
        note_all(reads);
        made
    }
}
