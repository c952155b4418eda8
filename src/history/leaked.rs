//! Secrets that any commit ever held: who has a clone has them, whether they are gone from the last commit or not.
//!
//! Along every parent, not the first ones alone. Each file is judged by what it tells by itself, and only whether two values are the same is known
//! of them, within the run.

use super::past::{Past, State};
use super::{Origin, Progress, Request, Source, Trouble, begun};
use crate::cache::Content;
use crate::config::Configs;
use crate::discover::kind_of;
use crate::discover::tree::{Files, decides};
use crate::finding::Severity;
use crate::git::history::{Commit, resolved, sides, tree};
use crate::page::Page;
use crate::rules;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

/// A secret that some commit held. Its value is not told.
#[derive(Debug, Clone)]
pub struct Leak {
    /// The rule that finds it.
    pub page: &'static Page,
    /// How much it matters, where it mattered most.
    pub severity: Severity,
    /// What it is.
    pub message: String,
    /// The files that held it, the first one first.
    pub paths: Vec<String>,
    /// The commit that brought it.
    pub first: Origin,
    /// The commit that took it away last; none where none did.
    pub last: Option<Origin>,
    /// The last commit holds it.
    pub is_at_head: bool,
}

/// What a history holds.
pub struct Leaks {
    /// In the order in which they came.
    pub leaks: Vec<Leak>,
    /// How many commits were looked at.
    pub commits: usize,
    /// Files whose bytes the clone does not have.
    pub missing: usize,
    /// The clone has the newest commits alone.
    pub is_shallow: bool,
}

/// How many files are judged at once.
const AT_ONCE: usize = 1024;

/// What makes two places the same secret: the value, or, where that is too short to tell, the line.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Same {
    Value(Content),
    Line(String, String, String),
}

/// A secret in a file.
#[derive(Debug, Clone)]
struct Held {
    same: Same,
    page: &'static Page,
    severity: Severity,
    message: String,
}

/// A file of some commit.
type Version = (Arc<str>, Arc<str>);

/// Looks for secrets in every commit that leads to the last one.
pub fn leaked(request: &Request, configs: &mut Configs, progress: &Progress) -> Result<Leaks, Trouble> {
    let begun = begun(request, configs)?;
    let root = &begun.root;
    let tip = resolved(root, &request.to)?;
    let after = request.from.as_ref().map(|from| resolved(root, from)).transpose()?;
    let commits = sides(root, after.as_deref(), &tip)?;
    let mut past = Past::new(root, &begun.base)?;
    let head: Files = tree(root, &tip)?.into_iter().map(|(path, object)| (path.into(), object.into())).collect();
    let checked = checked(&mut past, &head, &commits, configs)?;
    let wanted = |path: &str| checked.contains(path) && begun.holds(path);

    let mut versions: HashSet<Version> = HashSet::new();
    let held_at_head = head.iter().filter(|(path, _)| wanted(path));
    let held_at_head: Vec<Version> = held_at_head.map(|(path, object)| (path.clone(), object.clone())).collect();
    versions.extend(held_at_head.iter().cloned());
    for change in commits.iter().flat_map(|commit| &commit.changes).filter(|change| wanted(&change.path)) {
        let objects = [&change.before, &change.object].into_iter().flatten();
        versions.extend(objects.map(|object| (change.path.as_str().into(), object.as_str().into())));
    }
    let versions: Vec<Version> = versions.into_iter().collect();
    let held = held(&mut past, &versions, progress)?;
    let of = |path: &str, object: Option<&String>| -> &[Held] {
        let key = object.map(|object| (Arc::from(path), Arc::from(object.as_str())));
        key.and_then(|key: Version| held.get(&key)).map_or(&[], Vec::as_slice)
    };

    let mut leaks: BTreeMap<Same, (usize, Leak)> = BTreeMap::new();
    let mut note = |at: usize, commit: &Commit, path: &str, one: &Held| {
        let leak = Leak {
            page: one.page,
            severity: one.severity,
            message: one.message.clone(),
            paths: Vec::new(),
            first: Origin::from(commit),
            last: None,
            is_at_head: false,
        };
        let (_, leak) = leaks.entry(one.same.clone()).or_insert((at, leak));
        leak.severity = leak.severity.max(one.severity);
        if !leak.paths.iter().any(|known| known == path) {
            leak.paths.push(path.to_owned());
        }
    };
    let mut gone: HashMap<&Same, &Commit> = HashMap::new();
    for (at, commit) in commits.iter().enumerate() {
        for change in &commit.changes {
            let before = of(&change.path, change.before.as_ref());
            let now = of(&change.path, change.object.as_ref());
            now.iter().for_each(|one| note(at, commit, &change.path, one));
            for one in before.iter().filter(|one| now.iter().all(|other| other.same != one.same)) {
                gone.insert(&one.same, commit);
            }
        }
    }
    // What a merge brought by itself, and what lies before the commit that the history begins with.
    let last = commits.last().cloned();
    let mut at_head: HashSet<&Same> = HashSet::new();
    for (path, object) in &held_at_head {
        for one in of(path, Some(&object.to_string())) {
            at_head.insert(&one.same);
            if let Some(commit) = &last {
                note(commits.len(), commit, path, one);
            }
        }
    }
    let mut leaks: Vec<(usize, Same, Leak)> = leaks.into_iter().map(|(same, (at, leak))| (at, same, leak)).collect();
    leaks.sort_by(|a, b| (a.0, &a.2.paths, &a.2.page.code).cmp(&(b.0, &b.2.paths, &b.2.page.code)));
    let leaks = leaks.into_iter().map(|(_, same, leak)| Leak {
        is_at_head: at_head.contains(&same),
        last: gone.get(&same).map(|commit| Origin::from(*commit)),
        ..leak
    });
    Ok(Leaks {
        leaks: leaks.collect(),
        commits: commits.len(),
        missing: past.missing.len(),
        is_shallow: past.local.is_shallow,
    })
}

/// The paths that a check would look at, of all that ever were: as the ignore files of the last commit and today's configuration have it.
fn checked(
    past: &mut Past,
    head: &Files,
    commits: &[Commit],
    configs: &mut Configs,
) -> Result<HashSet<String>, Trouble> {
    let mut files = head.clone();
    for change in commits.iter().flat_map(|commit| &commit.changes).filter(|change| !decides(&change.path)) {
        if let Some(object) = change.object.as_ref().or(change.before.as_ref()) {
            files.entry(change.path.as_str().into()).or_insert_with(|| object.as_str().into());
        }
    }
    let chosen = past.chosen(&files, None, &HashSet::new());
    let state = past.state(&files, &chosen, configs)?;
    Ok(state.checked.iter().map(|(path, _)| path.to_string()).collect())
}

/// The secrets of each file.
fn held(past: &mut Past, versions: &[Version], progress: &Progress) -> Result<HashMap<Version, Vec<Held>>, Trouble> {
    let mut held = HashMap::new();
    let mut done = 0;
    for part in versions.chunks(AT_ONCE) {
        let states: Vec<State> = part
            .iter()
            .map(|(path, object)| {
                let source: Source = (Arc::clone(object), kind_of(Path::new(&**path)));
                State::alone(Arc::clone(path), source)
            })
            .collect();
        past.compile(states.iter())?;
        let found = past.secrets_in(&states);
        for (version, found) in part.iter().zip(found) {
            let secrets: Vec<Held> = found
                .into_iter()
                .filter_map(|(finding, value, line)| {
                    let page = rules::page(&finding.code.0)?;
                    let line = || Same::Line(finding.path.clone(), finding.code.0.clone(), line);
                    let same = value.map_or_else(line, Same::Value);
                    Some(Held { same, page, severity: finding.severity, message: finding.message })
                })
                .collect();
            if !secrets.is_empty() {
                held.insert(version.clone(), secrets);
            }
        }
        past.tidy(Some(&State::default()));
        done += part.len();
        progress("files", done, versions.len());
    }
    Ok(held)
}
