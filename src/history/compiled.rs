//! What git's objects compiled to, kept between runs: the objects of a whole history, of which a run asks for few.
//!
//! Found by the object's name, so nothing in here is ever out of date; of another davy nothing is taken. Holds facts and places, no source text
//! and no value of a secret.

use super::Source;
use crate::cache;
use crate::manifest::{self, Manifest};
use crate::unit::Unit;
use rayon::prelude::*;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

const TABLES: &str = "
    CREATE TABLE engine (name TEXT NOT NULL);
    CREATE TABLE units (object TEXT NOT NULL, kind BLOB NOT NULL, sum INTEGER NOT NULL, unit BLOB NOT NULL);
    CREATE UNIQUE INDEX by_object ON units (object, kind);
";

/// A unit as it is kept: a sum of its bytes, and they.
type Packed = (u64, Vec<u8>);

/// The cache, open.
pub struct Compiled {
    db: Connection,
}

impl Compiled {
    /// Opens it, or makes it; none where that cannot be: it costs time, and nothing else. `definitions` is the hash of what the project adds
    /// to davy's knowledge.
    pub fn open(path: &Path, definitions: u64) -> Option<Compiled> {
        let engine = format!("{} {definitions:016x}", cache::ENGINE);
        std::fs::create_dir_all(path.parent()?).ok()?;
        let opened = || -> rusqlite::Result<Option<Connection>> {
            let db = Connection::open(path)?;
            // A cut of power may leave it broken, and then it is made anew.
            db.execute_batch("PRAGMA synchronous = OFF")?;
            let known: Option<String> = db.query_row("SELECT name FROM engine", [], |row| row.get(0)).optional()?;
            Ok(known.filter(|known| *known == engine).map(|_| db))
        };
        if let Ok(Some(db)) = opened() {
            return Some(Compiled { db });
        }
        if path.exists() {
            std::fs::remove_file(path).ok()?;
        }
        let db = Connection::open(path).ok()?;
        db.execute_batch("PRAGMA synchronous = OFF").ok()?;
        db.execute_batch(TABLES).ok()?;
        db.execute("INSERT INTO engine VALUES (?)", [engine]).ok()?;
        Some(Compiled { db })
    }

    /// What objects compiled to, as far as it is known.
    pub fn get(&self, sources: &[Source]) -> Vec<Option<Arc<Unit>>> {
        let read = || -> rusqlite::Result<Vec<Option<Packed>>> {
            let mut find = self.db.prepare("SELECT sum, unit FROM units WHERE object = ? AND kind = ?")?;
            let row = |row: &rusqlite::Row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?));
            sources
                .iter()
                .map(|(object, kind)| find.query_row(params![&**object, packed(kind)], row).optional())
                .collect()
        };
        let rows = read().unwrap_or_else(|_| vec![None; sources.len()]);
        let unit = |(sum, bytes): Packed| {
            (xxh3_64(&bytes) == sum).then(|| postcard::from_bytes(&bytes).ok()).flatten().map(Arc::new)
        };
        rows.into_par_iter().map(|row| row.and_then(unit)).collect()
    }

    /// What a manifest says, as far as it is known.
    pub fn manifest(&self, object: &str, kind: manifest::Kind) -> Option<Manifest> {
        let mut find = self.db.prepare("SELECT sum, unit FROM units WHERE object = ? AND kind = ?").ok()?;
        let row = |row: &rusqlite::Row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?));
        let (sum, bytes): Packed = find.query_row(params![object, told(kind)], row).ok()?;
        (xxh3_64(&bytes) == sum).then(|| postcard::from_bytes(&bytes).ok()).flatten()
    }

    /// Keeps what a manifest says.
    pub fn put_manifest(&self, object: &str, kind: manifest::Kind, manifest: &Manifest) {
        let Ok(bytes) = postcard::to_stdvec(manifest) else { return };
        let row = params![object, told(kind), xxh3_64(&bytes).cast_signed(), bytes];
        // Whoever cannot keep it costs time, and nothing else.
        let _ = self.db.execute("INSERT OR REPLACE INTO units VALUES (?, ?, ?, ?)", row);
    }

    /// Keeps what objects compiled to. Whoever cannot keep it costs time, and nothing else.
    pub fn put(&mut self, units: &[(&Source, &Unit)]) {
        let rows: Vec<(&Source, Vec<u8>)> =
            units.par_iter().filter_map(|(source, unit)| Some((*source, postcard::to_stdvec(*unit).ok()?))).collect();
        let mut write = || -> rusqlite::Result<()> {
            let transaction = self.db.transaction()?;
            {
                let mut insert = transaction.prepare("INSERT OR REPLACE INTO units VALUES (?, ?, ?, ?)")?;
                for ((object, kind), bytes) in &rows {
                    insert.execute(params![&**object, packed(kind), xxh3_64(bytes).cast_signed(), bytes])?;
                }
            }
            transaction.commit()
        };
        let _ = write();
    }
}

/// What a manifest is read as; no unit is of such a kind.
fn told(kind: manifest::Kind) -> String {
    format!("{kind:?}")
}

fn packed(kind: &crate::unit::Kind) -> Vec<u8> {
    postcard::to_stdvec(kind).unwrap_or_default()
}
