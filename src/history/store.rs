//! What is kept of a history between runs: a SQLite database that any tool reads (`schema.sql`).
//!
//! Git is the truth. What is of another davy, of another configuration, old, or broken is made anew; a file that is not davy's own is never touched.

use super::lives::{Life, Sighting};
use super::{Counts, Origin, Point, day_of};
use crate::finding::Severity;
use crate::git::history::Commit;
use crate::identity::Identity;
use crate::rules;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, OpenFlags, params};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The tables.
pub const SCHEMA: &str = include_str!("schema.sql");
/// Of which shape they are.
const VERSION: i32 = 1;
/// "davy", where SQLite has a place for the kind of a file.
const APPLICATION: i32 = 0x6461_7679;
/// How long another davy may keep it locked.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a file cannot be the store.
#[derive(Debug)]
pub struct Problem {
    /// What is wrong with it.
    pub message: String,
    /// What to do next.
    pub help: String,
}

/// The store, open.
pub struct Store {
    db: Connection,
    /// Where it lies; none in memory.
    path: Option<PathBuf>,
    /// Points that it holds.
    points: usize,
}

/// What a store holds.
#[derive(Default)]
pub struct Kept {
    /// Oldest first.
    pub points: Vec<Point>,
    /// By birth.
    pub lives: Vec<Life>,
    /// Objects that the clone did not have.
    pub missing: Vec<String>,
}

/// What the next points bring.
pub struct News<'n> {
    /// The points themselves, and the place of the first of them.
    pub points: &'n [Point],
    /// See there.
    pub start: usize,
    /// Lives that are new or changed, with their places.
    pub lives: Vec<(usize, &'n Life)>,
    /// Findings at the end of days.
    pub days: &'n BTreeMap<String, Counts>,
    /// By point and path: how many commits.
    pub churn: &'n BTreeMap<(usize, String), usize>,
    /// Objects that the clone does not have.
    pub missing: &'n [String],
    /// The hash of each folder's configuration.
    pub folders: BTreeMap<String, String>,
}

/// What a store was made with: an answer of another one is not taken.
pub type Key = [(&'static str, String)];

impl Store {
    /// Opens the store, or makes it. A file that is no store of davy's stays as it is, unless it lies in the `cache`.
    pub fn open(path: &Path, key: &Key, is_cache: bool) -> Result<Store, Problem> {
        let unable = |error: &dyn std::fmt::Display| Problem {
            message: format!("{}: cannot be opened: {error}", path.display()),
            help: "check the folder and its permissions, or name another file with `--db`".to_owned(),
        };
        match owner(path) {
            Ok(Owner::Nobody | Owner::Davy) => {}
            Ok(Owner::Other) if is_cache => fs::remove_file(path).map_err(|error| unable(&error))?,
            Ok(Owner::Other) => {
                return Err(Problem {
                    message: format!("{} is no store of davy's", path.display()),
                    help: "name another file, or one that is not there yet".to_owned(),
                });
            }
            Err(error) => return Err(unable(&crate::scan::plain(&error))),
        }
        if let Some(folder) = path.parent().filter(|_| is_cache) {
            fs::create_dir_all(folder).map_err(|error| unable(&crate::scan::plain(&error)))?;
        }
        if let Ok(store) = Store::as_it_is(path, key) {
            return Ok(store);
        }
        if path.exists() {
            fs::remove_file(path).map_err(|error| unable(&crate::scan::plain(&error)))?;
        }
        Store::new(path, key).map_err(|error| unable(&error))
    }

    /// A store that ends with the run.
    pub fn in_memory(key: &Key) -> Option<Store> {
        Store::made(Connection::open_in_memory().ok()?, None, key).ok()
    }

    /// The store as an earlier run left it; an error where it is not what this one would have left.
    fn as_it_is(path: &Path, key: &Key) -> rusqlite::Result<Store> {
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        prepare(&db)?;
        let version: i32 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        for (name, value) in key {
            let known: String = db.query_row("SELECT value FROM meta WHERE key = ?", [name], |row| row.get(0))?;
            if version != VERSION || known != *value {
                return Err(rusqlite::Error::QueryReturnedNoRows);
            }
        }
        let points = db.query_row("SELECT count(*) FROM commits", [], |row| row.get(0))?;
        Ok(Store { db, path: Some(path.to_owned()), points })
    }

    fn new(path: &Path, key: &Key) -> rusqlite::Result<Store> {
        Store::made(Connection::open(path)?, Some(path.to_owned()), key)
    }

    fn made(mut db: Connection, path: Option<PathBuf>, key: &Key) -> rusqlite::Result<Store> {
        prepare(&db)?;
        let transaction = db.transaction()?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
        transaction.execute_batch(SCHEMA)?;
        for (name, value) in key {
            transaction.execute("INSERT INTO meta VALUES (?, ?)", [*name, value.as_str()])?;
        }
        transaction.commit()?;
        Ok(Store { db, path, points: 0 })
    }

    /// Everything again, where what it holds cannot be read.
    pub fn anew(self, key: &Key) -> Option<Store> {
        let Store { db, path, .. } = self;
        let Some(path) = path else { return Store::in_memory(key) };
        drop(db);
        fs::remove_file(&path).ok()?;
        Store::new(&path, key).ok()
    }

    /// Where it lies.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// What it holds.
    pub fn load(&self) -> rusqlite::Result<Kept> {
        let mut kept = Kept::default();
        let mut commits = self.db.prepare("SELECT id, author, time, subject, files FROM commits ORDER BY point")?;
        let points = commits.query_map([], |row| {
            let commit = Commit {
                id: row.get(0)?,
                parents: Vec::new(),
                author: row.get(1)?,
                time: row.get(2)?,
                subject: row.get(3)?,
                changes: Vec::new(),
            };
            Ok(Point { commit, tags: Vec::new(), files: row.get(4)? })
        })?;
        kept.points = points.collect::<rusqlite::Result<_>>()?;
        let mut findings =
            self.db.prepare("SELECT rule, born, died, origin, author, time, subject FROM findings ORDER BY id")?;
        let lives = findings.query_map([], |row| {
            let rule: String = row.get(0)?;
            let origin = Origin { id: row.get(3)?, author: row.get(4)?, time: row.get(5)?, subject: row.get(6)? };
            Ok((rule, Life { origin, born: row.get(1)?, died: row.get(2)?, sightings: Vec::new() }))
        })?;
        let (rules, mut lives): (Vec<String>, Vec<Life>) =
            lives.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().unzip();
        let mut sightings = self.db.prepare(
            "SELECT finding, since, severity, path, scope, content, ordinal, place FROM sightings ORDER BY finding, since",
        )?;
        let mut rows = sightings.query([])?;
        while let Some(row) = rows.next()? {
            let finding: usize = row.get(0)?;
            let (Some(life), Some(rule)) = (lives.get_mut(finding), rules.get(finding)) else { continue };
            let severity = row.get_ref(2)?.as_str()?;
            life.sightings.push(Sighting {
                since: row.get(1)?,
                severity: Severity::named(severity).unwrap_or(Severity::Note),
                identity: Identity {
                    rule: rule.clone(),
                    path: row.get(3)?,
                    scope: row.get(4)?,
                    content: row.get(5)?,
                    ordinal: row.get(6)?,
                },
                place: row.get(7)?,
            });
        }
        // Other tools may have written here: places that lead nowhere are worth no more than a broken file.
        let end = kept.points.len();
        let is_whole = |life: &Life| {
            let since: Vec<usize> = life.sightings.iter().map(|sighting| sighting.since).collect();
            let dies = life.died.unwrap_or(end);
            since.first() == Some(&life.born)
                && since.windows(2).all(|pair| pair[0] < pair[1])
                && since.last().is_some_and(|last| *last < dies)
                && dies <= end
        };
        let last: Option<usize> = self.db.query_row("SELECT max(point) + 1 FROM commits", [], |row| row.get(0))?;
        if last.unwrap_or(0) != end || !lives.iter().all(is_whole) {
            return Err(rusqlite::Error::QueryReturnedNoRows);
        }
        kept.lives = lives;
        let mut missing = self.db.prepare("SELECT object FROM missing")?;
        kept.missing = missing.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        Ok(kept)
    }

    /// The hash of each folder's configuration.
    pub fn folders(&self) -> rusqlite::Result<Vec<(String, String)>> {
        let mut folders = self.db.prepare("SELECT folder, configuration FROM folders")?;
        folders.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    }

    /// A value that was kept beside the rest.
    pub fn value(&self, key: &str) -> Option<String> {
        self.db.query_row("SELECT value FROM meta WHERE key = ?", [key], |row| row.get(0)).ok()
    }

    /// How many commits changed each file, up to so many points.
    pub fn churn(&self, points: usize) -> rusqlite::Result<BTreeMap<String, usize>> {
        let mut churn = self.db.prepare("SELECT path, sum(commits) FROM churn WHERE point < ? GROUP BY path")?;
        churn.query_map([points], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    }

    /// Takes in what the next points bring, all of it or nothing; what was there behind `start` goes. `values` are kept beside the rest.
    pub fn append(&mut self, news: &News, values: &Key) -> rusqlite::Result<()> {
        let transaction = self.db.transaction()?;
        if news.start < self.points {
            for sql in [
                "DELETE FROM sightings WHERE since >= ?1",
                "DELETE FROM findings WHERE born >= ?1",
                "UPDATE findings SET died = NULL WHERE died >= ?1",
                "DELETE FROM churn WHERE point >= ?1",
                "DELETE FROM missing WHERE point >= ?1",
                "DELETE FROM days WHERE day >= (SELECT min(day) FROM commits WHERE point >= ?1)",
                "DELETE FROM commits WHERE point >= ?1",
            ] {
                transaction.execute(sql, [news.start])?;
            }
        }
        {
            let mut commit = transaction.prepare("INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?)")?;
            for (at, Point { commit: one, files, .. }) in news.points.iter().enumerate() {
                let day = day_of(one.time);
                commit.execute(params![news.start + at, one.id, one.author, one.time, day, one.subject, files])?;
            }
            let mut finding = transaction
                .prepare("INSERT OR REPLACE INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
            let mut sighting = transaction.prepare("INSERT INTO sightings VALUES (?, ?, ?, ?, ?, ?, ?, ?)")?;
            for (id, life) in &news.lives {
                let Sighting { severity, identity, .. } = life.last();
                let Identity { rule, path, scope, .. } = identity;
                let page = rules::page(rule);
                let family = page.map_or("", |page| page.family.name);
                let minutes = page.map_or(0, |page| page.effort);
                let severity = severity.word();
                let Life { origin, born, died, .. } = life;
                finding.execute(params![
                    id,
                    rule,
                    family,
                    severity,
                    path,
                    scope,
                    minutes,
                    born,
                    died,
                    origin.id,
                    origin.author,
                    origin.time,
                    origin.subject
                ])?;
                for seen in life.sightings.iter().filter(|seen| seen.since >= news.start) {
                    let Identity { path, scope, content, ordinal, .. } = &seen.identity;
                    let (severity, place) = (seen.severity.word(), seen.place);
                    sighting.execute(params![id, seen.since, severity, path, scope, content, ordinal, place])?;
                }
            }
            let mut day = transaction.prepare("INSERT INTO days VALUES (?, ?, ?, ?)")?;
            for (date, counts) in news.days {
                transaction.execute("DELETE FROM days WHERE day = ?", [date])?;
                for ((rule, severity), count) in counts {
                    day.execute(params![date, rule, severity.word(), count])?;
                }
            }
            let mut churn = transaction.prepare("INSERT INTO churn VALUES (?, ?, ?)")?;
            for ((point, path), commits) in news.churn {
                churn.execute(params![point, path, commits])?;
            }
            let mut missing = transaction.prepare("INSERT OR IGNORE INTO missing VALUES (?, ?)")?;
            for object in news.missing {
                missing.execute(params![news.start, object])?;
            }
            let mut folder = transaction.prepare("INSERT OR REPLACE INTO folders VALUES (?, ?)")?;
            for (name, configuration) in &news.folders {
                folder.execute([name, configuration])?;
            }
            let mut value = transaction.prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)")?;
            for (name, text) in values {
                value.execute([*name, text.as_str()])?;
            }
        }
        transaction.commit()?;
        self.points = news.start + news.points.len();
        Ok(())
    }
}

/// Another davy is waited for; what a cut of power breaks is made anew.
fn prepare(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(PATIENCE)?;
    db.execute_batch("PRAGMA synchronous = OFF")
}

/// Whose file it is.
enum Owner {
    Nobody,
    Davy,
    Other,
}

fn owner(path: &Path) -> io::Result<Owner> {
    let mut head = Vec::new();
    match fs::File::open(path) {
        Ok(file) => file.take(100).read_to_end(&mut head)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Owner::Nobody),
        Err(error) => return Err(error),
    };
    let is_davys = head.starts_with(b"SQLite format 3\0") && head.get(68..72) == Some(&APPLICATION.to_be_bytes()[..]);
    Ok(match (head.is_empty(), is_davys) {
        (true, _) => Owner::Nobody,
        (_, true) => Owner::Davy,
        _ => Owner::Other,
    })
}

/// What a question in SQL gives: the names of its columns, and its rows.
pub struct Answer {
    /// Names.
    pub columns: Vec<String>,
    /// Values.
    pub rows: Vec<Vec<serde_json::Value>>,
}

/// Asks a store without changing it. The error is SQLite's own word.
pub fn ask(path: &Path, sql: &str) -> Result<Answer, String> {
    let asked = || -> rusqlite::Result<Answer> {
        let mut db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        db.busy_timeout(PATIENCE)?;
        // `VACUUM INTO` would write another file, `ATTACH` would read one.
        db.authorizer(Some(|context: AuthContext<'_>| match context.action {
            AuthAction::Select | AuthAction::Read { .. } | AuthAction::Function { .. } | AuthAction::Recursive => {
                Authorization::Allow
            }
            AuthAction::Pragma { pragma_value: None, .. } => Authorization::Allow,
            AuthAction::Pragma { pragma_name: "table_info" | "table_xinfo" | "index_list", .. } => Authorization::Allow,
            _ => Authorization::Deny,
        }))?;
        let mut statement = db.prepare(sql)?;
        let columns = apart(statement.column_names());
        let mut rows = Vec::new();
        let mut found = statement.query([])?;
        while let Some(row) = found.next()? {
            let values = (0..columns.len()).map(|at| row.get_ref(at).map(value));
            rows.push(values.collect::<rusqlite::Result<_>>()?);
        }
        Ok(Answer { columns, rows })
    };
    asked().map_err(|error| match error {
        rusqlite::Error::SqlInputError { msg, .. } => msg,
        error => error.to_string(),
    })
}

/// Names that are told apart, as SQLite does it for the columns of a subquery: of two called `path` the second is `path:1`.
fn apart<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let mut apart: Vec<String> = Vec::new();
    for name in names {
        let others = (1..).map(|number| format!("{name}:{number}"));
        apart.extend(std::iter::once(name.to_owned()).chain(others).find(|one| !apart.contains(one)));
    }
    apart
}

fn value(value: rusqlite::types::ValueRef) -> serde_json::Value {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Null => serde_json::Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into(),
    }
}
