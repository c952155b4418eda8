//! Whose commit a finding came with, where several lie between the points that are looked at: those of a day, and those of a branch that is merged.

use super::lives::Life;
use super::past::Past;
use super::{Origin, Source};
use crate::discover::kind_of;
use crate::git::Error;
use crate::git::history::{Commit, sides};
use crate::identity::{self, Identity};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// The commits of branches, by the merge that brings them, oldest first.
pub type Sides = HashMap<String, Vec<Commit>>;

/// Which merges among some commits of the chain bring which others; `after` is the commit before the first of them.
pub fn branches(root: &Path, after: Option<&str>, chain: &[Commit]) -> Result<Sides, Error> {
    let Some(last) = chain.last().filter(|_| chain.iter().any(|commit| commit.parents.len() > 1)) else {
        return Ok(Sides::new());
    };
    let own: HashSet<&str> = chain.iter().map(|commit| commit.id.as_str()).collect();
    let all: Vec<Commit> = sides(root, after, &last.id)?.into_iter().filter(|one| !own.contains(&*one.id)).collect();
    let mut left: HashMap<String, (usize, Commit)> =
        all.into_iter().enumerate().map(|(at, commit)| (commit.id.clone(), (at, commit))).collect();
    let mut found = Sides::new();
    for merge in chain.iter().filter(|commit| commit.parents.len() > 1) {
        let mut brought: Vec<(usize, Commit)> = Vec::new();
        let mut open: Vec<String> = merge.parents[1..].to_vec();
        while let Some(id) = open.pop() {
            let Some((at, commit)) = left.remove(&id) else { continue };
            open.extend(commit.parents.iter().cloned());
            brought.push((at, commit));
        }
        brought.sort_by_key(|(at, _)| *at);
        found.insert(merge.id.clone(), brought.into_iter().map(|(_, commit)| commit).collect());
    }
    Ok(found)
}

impl From<&Commit> for Origin {
    fn from(commit: &Commit) -> Origin {
        let Commit { id, author, time, subject, .. } = commit;
        Origin { id: id.clone(), author: author.clone(), time: *time, subject: subject.clone() }
    }
}

/// The commits between two points, those of branches before the merge that brings them.
pub fn between<'c>(chain: &'c [Commit], sides: &'c Sides) -> Vec<&'c Commit> {
    let brought = |commit: &Commit| sides.get(&commit.id).into_iter().flatten();
    chain.iter().flat_map(|commit| brought(commit).chain([commit])).collect()
}

/// Tells which of several commits each of these lives came with: its finding is followed back through the versions of its file, renames of
/// that included. What another file brings about came with the last commit that changed its own; else with the point's, which is the last.
pub fn settle(past: &mut Past, lives: &mut [(&mut Life, &[&Commit])]) -> Result<(), Error> {
    let objects = lives.iter().flat_map(|(life, commits)| {
        let path = &life.first().identity.path;
        let changes = commits.iter().flat_map(|commit| &commit.changes).filter(move |change| change.path == *path);
        changes.filter_map(|change| Some(source(&change.path, change.object.as_deref()?)))
    });
    let objects: Vec<Source> = objects.collect();
    past.compile_all(objects.iter())?;
    for (life, commits) in lives.iter_mut() {
        let identity = life.first().identity.clone();
        if let Some(commit) = traced(past, &identity, commits)?.or(commits.last().copied()) {
            life.origin = Origin::from(commit);
        }
    }
    Ok(())
}

fn source(path: &str, object: &str) -> Source {
    (object.into(), kind_of(Path::new(path)))
}

/// The commit that brought a finding that the last of some commits has; none where none of them changed its file.
fn traced<'c>(past: &mut Past, identity: &Identity, commits: &[&'c Commit]) -> Result<Option<&'c Commit>, Error> {
    // The newest change of a path before a commit that leaves the file in place.
    let newest = |path: &str, before: usize| {
        let changes = commits[..before].iter().enumerate().rev();
        changes.into_iter().find_map(|(at, commit)| {
            let change = commit.changes.iter().find(|change| change.path == path)?;
            Some((at, source(path, change.object.as_deref()?)))
        })
    };
    let Some((mut at, version)) = newest(&identity.path, commits.len()) else { return Ok(None) };
    let mut now = past.candidates(&version, &identity.path);
    let Some(mut place) = now.iter().position(|one| one.is_like(identity)) else { return Ok(Some(commits[at])) };
    loop {
        let path = now[place].path.clone();
        if let Some((before, version)) = newest(&path, at) {
            let old = past.candidates(&version, &path);
            let Some(found) = identity::cascade(&old, &now)[place] else { return Ok(Some(commits[at])) };
            (at, now, place) = (before, old, found);
            continue;
        }
        // A file that is new may be one that goes in the same commit.
        let gone = commits[at].changes.iter().filter(|change| change.object.is_none());
        let gone =
            gone.filter_map(|change| Some((change.path.clone(), source(&change.path, change.before.as_deref()?))));
        let gone: Vec<(String, Source)> = gone.collect();
        past.compile_all(gone.iter().map(|(_, source)| source))?;
        let old: Vec<Identity> = gone.iter().flat_map(|(path, source)| past.candidates(source, path)).collect();
        let mut found = vec![None; now.len()];
        identity::moved(&old, &now, &mut found, |_| true);
        let Some(found) = found[place] else { return Ok(Some(commits[at])) };
        let Some((before, version)) = newest(&old[found].path, at) else { return Ok(Some(commits[at])) };
        past.compile_all([&version].into_iter())?;
        let path = old[found].path.clone();
        now = past.candidates(&version, &path);
        match now.iter().position(|one| one.is_like(&old[found])) {
            Some(index) => (at, place) = (before, index),
            None => return Ok(Some(commits[at])),
        }
    }
}
