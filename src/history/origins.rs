//! Whose commit a finding came with, where several lie between the points that are looked at: those of a day, and those of a branch that is merged.

use super::lives::Life;
use super::past::Past;
use super::{Origin, Source};
use crate::discover::kind_of;
use crate::git::Error;
use crate::git::history::{Commit, sides};
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

/// Tells which of several commits each of these lives came with: the first whose file has the finding; else the last that changed its file;
/// else the point's own, which is the last.
pub fn settle(past: &mut Past, lives: &mut [(&mut Life, &[&Commit])]) -> Result<(), Error> {
    let of = |life: &Life, commits: &[&Commit]| -> Vec<(Origin, Source)> {
        let path = &life.last().identity.path;
        let kind = kind_of(Path::new(path));
        let changes = commits.iter().filter_map(|commit| {
            let change = commit.changes.iter().find(|change| change.path == *path)?;
            Some((Origin::from(*commit), (change.object.as_deref()?.into(), kind)))
        });
        changes.collect()
    };
    let changes: Vec<Vec<(Origin, Source)>> = lives.iter().map(|(life, commits)| of(life, commits)).collect();
    let open = changes.iter().filter(|changes| changes.len() > 1).flatten().map(|(_, source)| source);
    past.compile_all(open)?;
    for ((life, commits), changes) in lives.iter_mut().zip(changes) {
        let is_there = |(_, source): &&(Origin, Source)| past.has(source, &life.last().identity);
        let found = match changes.as_slice() {
            [] => commits.last().map(|commit| Origin::from(*commit)),
            [one] => Some(one.0.clone()),
            several => several.iter().find(is_there).or(several.last()).map(|(origin, _)| origin.clone()),
        };
        if let Some(found) = found {
            life.origin = found;
        }
    }
    Ok(())
}
