//! What units say to all others, under names: who defines an attribute, imports a name, puts something somewhere.
//!
//! Tables over all units are made from those alone that say something under the name that is asked for. A file that is listed and no longer says it
//! does no harm: whoever asks looks at the unit.

use super::index::File;
use super::reads::{Key, Of, key};
use crate::fact::{Binding, Name, TypeExpr};
use crate::unit::Unit;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::hash::Hash;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// Takes what a unit says.
pub(super) trait Listener {
    /// Something under a name.
    fn hears(&mut self, of: Of, name: &str, what: &impl Hash);

    /// The same for what has no hash of its own.
    fn hears_packed(&mut self, of: Of, name: &str, what: &impl Serialize);

    /// The last part of a dotted name counts.
    fn hears_import(&mut self, dotted: &str, what: &impl Hash) {
        self.hears(Of::Imports, last(dotted), what);
    }
}

fn last(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or(dotted)
}

/// Under which a unit says that it concerns every run of pytest.
pub(super) mod of_pytest {
    pub const IMPORTS: &str = "imports";
    pub const REGISTERS_MARKS: &str = "registers marks";
    pub const REGISTERS_PLUGINS: &str = "registers plugins";
    pub const LOADS_MODULES: &str = "loads modules";
    pub const NAMES_PLUGINS: &str = "pytest_plugins";
    pub const ADDS_HOOKS: &str = "pytest_addhooks";
    pub const EDITS_PATH: &str = "edits sys.path";
}

/// Says all of a unit to a listener. Spans are no part of it.
pub(super) fn say(unit: &Unit, to: &mut impl Listener) {
    let facts = &unit.facts;
    for (name, bindings) in &facts.symbols {
        if let Some((class, attr)) = name.rsplit_once('.') {
            to.hears(Of::Definers, attr, &class);
        }
        for binding in bindings {
            match binding {
                Binding::TypeVar(_) => to.hears(Of::Variable, last(name), &()),
                Binding::Import(Name::Import { level, module, path }) => {
                    if path != name {
                        to.hears(Of::Alias, name, path);
                    }
                    to.hears_import(path, &(level, module, path));
                    to.hears_import(module, &(level, module, path));
                    to.hears(Of::Imports, path, &(level, module));
                    if *level == 0 && module == "pytest" {
                        to.hears(Of::Pytest, of_pytest::IMPORTS, &());
                    }
                }
                Binding::Class(class) => {
                    if class.bases.len() > 1 {
                        to.hears(Of::Joined, "", name);
                    }
                    if !class.validators.is_empty() {
                        to.hears(Of::Validating, "", name);
                    }
                    if !class.settings.is_empty() {
                        to.hears_packed(Of::Settings, "", &(name, &class.settings));
                    }
                }
                Binding::Function(function) => {
                    if let Some(clock) = &function.clock {
                        to.hears_packed(Of::Clocks, "", &(name, bindings.len(), clock));
                    }
                }
                Binding::Declared(annotation) if name.contains('.') => to.hears(Of::Annotations, "", annotation),
                _ => {}
            }
        }
    }
    for star in &facts.stars {
        if let Name::Import { level, module, .. } = star {
            to.hears_import(module, &(level, module));
            to.hears(Of::Imports, "*", &(level, module));
        }
    }
    facts.submodules.iter().for_each(|module| to.hears_import(module, &()));
    facts.imports_late.iter().for_each(|name| to.hears(Of::Imports, name, &()));
    for (attr, values) in &facts.put {
        values.iter().for_each(|put| to.hears(Of::Put, attr, &(&put.of, &put.value)));
    }
    for (name, values) in &facts.filled {
        let imported = |all: &Vec<Binding>| all.iter().any(|one| matches!(one, Binding::Import(_)));
        let is_imported = facts.symbols.get(name).is_some_and(imported);
        values.iter().for_each(|put| to.hears(Of::Filled, name, &(&put.of, &put.value, is_imported)));
    }
    facts.patches.iter().for_each(|patch| to.hears(Of::Patch, &patch.name, &patch.of));
    facts.reads.iter().for_each(|(by, of): &(_, TypeExpr)| to.hears(Of::Tied, "", &(by, of)));
    facts.handed.iter().for_each(|handed| to.hears(Of::Handed, "", &(&handed.of, &handed.to)));
    facts.columns.iter().for_each(|column| to.hears_packed(Of::Columns, "", column));
    facts.compared.iter().for_each(|attr| to.hears(Of::Compared, attr, &()));
    let of_pytest = [
        (facts.registers_marks, of_pytest::REGISTERS_MARKS),
        (facts.registers_plugins, of_pytest::REGISTERS_PLUGINS),
        (facts.loads_modules, of_pytest::LOADS_MODULES),
        (facts.edits_path, of_pytest::EDITS_PATH),
        (facts.symbols.contains_key("pytest_plugins"), of_pytest::NAMES_PLUGINS),
        (facts.symbols.contains_key("pytest_addhooks"), of_pytest::ADDS_HOOKS),
    ];
    of_pytest.iter().filter(|(says, _)| *says).for_each(|(_, name)| to.hears(Of::Pytest, name, &()));
}

/// What units say something of, each with a list of its own.
const SAID: [Of; 17] = [
    Of::Definers,
    Of::Put,
    Of::Filled,
    Of::Variable,
    Of::Alias,
    Of::Joined,
    Of::Validating,
    Of::Patch,
    Of::Annotations,
    Of::Tied,
    Of::Handed,
    Of::Settings,
    Of::Clocks,
    Of::Columns,
    Of::Compared,
    Of::Imports,
    Of::Pytest,
];

/// The keys of what a unit says, by their lists.
#[derive(Default)]
struct Names(Vec<(usize, Key)>);

impl Listener for Names {
    fn hears(&mut self, of: Of, name: &str, _: &impl Hash) {
        let Some(list) = SAID.iter().position(|one| *one == of) else { return };
        self.0.push((list, key(of, name)));
    }

    fn hears_packed(&mut self, of: Of, name: &str, _: &impl Serialize) {
        self.hears(of, name, &());
    }
}

/// Which files say something under a name.
#[derive(Default)]
pub struct Sayings {
    lists: [Vec<(Key, u32)>; SAID.len()],
    /// What has been added since these were put in order, in order itself.
    late: [Vec<(Key, u32)>; SAID.len()],
    /// What lies on the disk, in the place of the lists.
    kept: Option<Kept>,
}

/// Reads bytes of a file that holds lists; none where they are not there.
pub type Read = dyn Fn(u64, usize) -> Option<Vec<u8>> + Send + Sync;

/// Lists on the disk, in blocks: which of them a name stands in is known.
struct Kept {
    contents: [Contents; SAID.len()],
    read: Arc<Read>,
    /// How many files there were.
    files: usize,
    /// The files that others have been put in front of since, once for each.
    before: Vec<File>,
}

/// Where the blocks of a list lie, and what each begins with.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Contents {
    start: u64,
    length: u64,
    /// The first key and the checksum of each block.
    blocks: Vec<([u8; 8], [u8; 4])>,
}

/// Where the lists of a file lie that holds some.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Table([Contents; SAID.len()]);

/// So many entries a block has.
const BLOCK: usize = 64;
/// So many bytes an entry has.
const ENTRY: usize = 12;

/// So many times more is in order than was added since.
const FEW: usize = 8;

fn named((file, unit): (File, &Unit)) -> Vec<(usize, (Key, u32))> {
    let mut names = Names::default();
    say(unit, &mut names);
    names.0.sort_unstable();
    names.0.dedup();
    let file = u32::try_from(file).unwrap_or(u32::MAX);
    names.0.into_iter().map(|(list, key)| (list, (key, file))).collect()
}

impl Sayings {
    /// Of all units, in their order.
    pub fn of<'u>(units: impl IndexedParallelIterator<Item = &'u Unit>) -> Sayings {
        let mut sayings = Sayings::default();
        for (list, said) in units.enumerate().map(named).collect::<Vec<_>>().into_iter().flatten() {
            sayings.lists[list].push(said);
        }
        sayings.lists.par_iter_mut().for_each(|list| list.par_sort_unstable());
        sayings
    }

    /// As bytes, with the table of what lies where in them.
    pub fn packed(&self) -> (Table, Vec<u8>) {
        let mut bytes = Vec::new();
        let mut table = Table::default();
        for (list, contents) in self.lists.iter().zip(&mut table.0) {
            contents.start = bytes.len() as u64;
            contents.length = list.len() as u64;
            for block in list.chunks(BLOCK) {
                let from = bytes.len();
                for (key, file) in block {
                    bytes.extend_from_slice(&key.to_le_bytes());
                    bytes.extend_from_slice(&file.to_le_bytes());
                }
                contents.blocks.push((block[0].0.to_le_bytes(), sum(&bytes[from..])));
            }
        }
        (table, bytes)
    }

    /// Of `files` files as they are kept, with what has changed since: `before` names the files that others have been put in front of, and `fresh`
    /// are the units that say other things now.
    pub fn kept<'u>(
        table: Table,
        read: Arc<Read>,
        files: usize,
        before: Vec<File>,
        fresh: impl Iterator<Item = (File, &'u Unit)>,
    ) -> Sayings {
        let kept = Kept { contents: table.0, read, files, before };
        let mut sayings = Sayings { kept: Some(kept), ..Sayings::default() };
        for (list, said) in fresh.flat_map(named) {
            sayings.late[list].push(said);
        }
        sayings.late.iter_mut().for_each(|late| late.sort_unstable());
        sayings
    }

    /// Of another state of the project: `moved` says which file each of the files is now, if that is another one, and `fresh` are the units that are
    /// new or say other things than before.
    pub fn after<'u>(
        mut self,
        moved: Option<&[Option<File>]>,
        fresh: impl Iterator<Item = (File, &'u Unit)>,
    ) -> Sayings {
        if let Some(moved) = moved {
            let to = |file: u32| u32::try_from(moved.get(file as usize).copied()??).ok();
            for list in self.lists.iter_mut().chain(&mut self.late) {
                list.retain_mut(|(_, file)| to(*file).map(|now| *file = now).is_some());
                list.sort_unstable();
            }
        }
        for (list, said) in fresh.flat_map(named) {
            self.late[list].push(said);
        }
        for (list, late) in self.lists.iter_mut().zip(&mut self.late) {
            if late.len() * FEW > list.len() {
                list.append(late);
                list.sort_unstable();
                list.dedup();
            } else {
                late.sort_unstable();
                late.dedup();
            }
        }
        self
    }

    /// The files that say something under a name, in their order.
    pub(super) fn under(&self, of: Of, name: &str) -> Vec<File> {
        let Some(at) = SAID.iter().position(|one| *one == of) else { return Vec::new() };
        let wanted = key(of, name);
        let part = |list: &[(Key, u32)], found: &mut Vec<File>| {
            let from = list.partition_point(|(key, _)| *key < wanted);
            found.extend(list[from..].iter().take_while(|(key, _)| *key == wanted).map(|(_, file)| *file as File));
        };
        let mut found = match &self.kept {
            Some(kept) => kept.under(at, wanted),
            None => Vec::new(),
        };
        part(&self.lists[at], &mut found);
        if !self.late[at].is_empty() {
            part(&self.late[at], &mut found);
            found.sort_unstable();
            found.dedup();
        }
        found
    }
}

impl Kept {
    /// The files that are listed under a key. Where the list cannot be read it may be any of them.
    fn under(&self, list: usize, wanted: Key) -> Vec<File> {
        let contents = &self.contents[list];
        let first = |block: &([u8; 8], [u8; 4])| Key::from_le_bytes(block.0);
        let from = contents.blocks.partition_point(|block| first(block) < wanted).saturating_sub(1);
        let mut found = Vec::new();
        for at in from..contents.blocks.len() {
            if first(&contents.blocks[at]) > wanted {
                break;
            }
            let Some(bytes) = self.block(contents, at) else {
                return (0..self.files).map(|file| self.now(file)).collect();
            };
            for entry in bytes.chunks_exact(ENTRY) {
                let (key, file) = entry.split_at(8);
                if key == wanted.to_le_bytes() {
                    found.extend(file.try_into().ok().map(u32::from_le_bytes).map(|file| self.now(file as File)));
                }
            }
        }
        found
    }

    fn block(&self, contents: &Contents, at: usize) -> Option<Vec<u8>> {
        let entries = (contents.length as usize).checked_sub(at * BLOCK)?.min(BLOCK);
        let bytes = (self.read)(contents.start + (at * BLOCK * ENTRY) as u64, entries * ENTRY)?;
        (sum(&bytes) == contents.blocks[at].1).then_some(bytes)
    }

    /// Which file it is by now.
    fn now(&self, file: File) -> File {
        file + self.before.partition_point(|before| *before <= file)
    }
}

/// The checksum of a block.
fn sum(block: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = xxh3_64(block).to_le_bytes();
    [a, b, c, d]
}
