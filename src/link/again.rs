//! One state of a project after another: what looked at nothing that has changed is not judged again.

use super::chains::Chains;
use super::changes::{Told, differing, digest, said, said_to_tests};
use super::index::{File, Index};
use super::judge::Judge;
use super::project::{Manifests, Project};
use super::reads::{Key, Of, Reads, key, recorded};
use super::sayings::Sayings;
use super::{Held, Linker, Values, roots, wanted};
use crate::finding::{Finding, Judged};
use crate::unit::Unit;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::HashMap;
use std::sync::Arc;

/// What the link of one state came to, for the next one.
pub struct Answers {
    index: Arc<Index>,
    /// What the units say, if anybody asked.
    sayings: Option<Sayings>,
    units: Vec<Arc<Unit>>,
    /// By file.
    answers: Vec<Answer>,
    manifests: Told,
    of_tests: FxHashMap<Key, u64>,
    circular: Together,
    outside: Together,
}

/// What is found in a file, only to be counted, and what that looked at.
#[derive(Clone)]
struct Answer {
    findings: Arc<[Judged]>,
    reads: Reads,
}

/// Findings that all files together decide, by their paths, and what that looked at; none where no rule wants them.
#[derive(Default)]
struct Together(Option<(HashMap<String, Finding>, Reads)>);

impl Together {
    /// The same as before, if nothing that it looked at has changed, and no file that it speaks of: places in it are others then.
    fn again(
        &self,
        changed: &FxHashSet<Key>,
        is_same: &impl Fn(&str) -> bool,
        is_wanted: bool,
        find: impl FnOnce() -> HashMap<String, Finding>,
    ) -> Together {
        let is_kept = |(all, reads): &&(HashMap<String, Finding>, Reads)| {
            all.keys().all(|path| is_same(path)) && !reads.iter().any(|key| changed.contains(key))
        };
        let kept = self.0.as_ref().filter(is_kept);
        Together(is_wanted.then(|| kept.cloned().unwrap_or_else(|| recorded(find))))
    }

    fn of(&self, path: &str) -> Option<&Finding> {
        self.0.as_ref().and_then(|(all, _)| all.get(path))
    }

    fn by_file(&self, index: &Index) -> HashMap<File, Finding> {
        let all = self.0.iter().flat_map(|(all, _)| all);
        all.filter_map(|(path, finding)| Some((index.file(path)?, finding.clone()))).collect()
    }
}

impl Answers {
    /// The findings of each file, by span and code, in the order of the paths.
    pub fn findings(&self) -> impl Iterator<Item = &Arc<[Judged]>> {
        self.answers.iter().map(|answer| &answer.findings)
    }
}

/// Judges the findings of all files, only to be counted: `before` is what another state of the same project came to, with the same
/// configuration. Gives what `link` gives.
pub fn again(paths: &[&str], units: Vec<Arc<Unit>>, project: &Project, mut before: Option<Answers>) -> Answers {
    let all: Vec<&dyn Held> = units.iter().map(|unit| &**unit as &dyn Held).collect();
    let manifests = Manifests::new(project.manifests);
    let asked = roots(&manifests, project);
    let known = before.as_ref().map(|before| &before.index).filter(|index| index.is_of(paths, &asked)).cloned();
    let index = known.unwrap_or_else(|| Arc::new(Index::new(paths, &asked)));
    let values = Values::new(&index, &all, &project.models);
    if let Some((sayings, before)) = before.as_mut().and_then(|before| Some((before.sayings.take()?, &*before))) {
        let is_same = Arc::ptr_eq(&before.index, &index);
        let moved = || before.index.paths_apart().map(|path| index.file(path)).collect::<Vec<Option<File>>>();
        let fresh = units.iter().enumerate().filter(|&(file, unit)| {
            let old = if is_same { Some(file) } else { before.index.file(paths[file]) };
            old.is_none_or(|old| !Arc::ptr_eq(&before.units[old], unit))
        });
        let moved = (!is_same).then(moved);
        values.units.know(sayings.after(moved.as_deref(), fresh.map(|(file, unit)| (file, &**unit))));
    }
    let judge = Judge::new(&values, project, &manifests);
    let chains = Chains::new(&judge);
    let told = Told::of(project.manifests);
    let changes = before.as_ref().and_then(|before| Changes::new(before, &index, paths, &units, &told));
    if changes.is_none() {
        before = None;
    }
    let Changes { mut changed, of_tests: is_told } = changes.unwrap_or_default();
    let of_tests = match &mut before {
        Some(before) if !is_told => std::mem::take(&mut before.of_tests),
        _ => recorded(|| judge.told_of_tests()).0,
    };
    if let Some(before) = before.as_ref().filter(|_| is_told) {
        differing(&before.of_tests, &of_tests, &mut changed);
    }
    let (mut was_circular, mut was_outside) = (Together::default(), Together::default());
    if let Some(before) = &mut before {
        was_circular = std::mem::take(&mut before.circular);
        was_outside = std::mem::take(&mut before.outside);
    }
    let is_same = |path: &str| {
        let old = before.as_ref().and_then(|before| Some(&before.units[before.index.file(path)?]));
        old.is_some_and(|old| index.file(path).is_some_and(|file| Arc::ptr_eq(old, &units[file])))
    };
    let path = |file: File| paths[file].to_owned();
    let circles = || judge.circles().into_iter().map(|(file, finding)| (path(file), finding)).collect();
    let outside = || judge.outside().into_iter().map(|(file, finding)| (path(file), finding)).collect();
    let circular = was_circular.again(&changed, &is_same, wanted("TST018", paths, project), circles);
    let outside = was_outside.again(&changed, &is_same, wanted("TST009", paths, project), outside);
    let linker = Linker {
        judge: &judge,
        chains: &chains,
        quote: None,
        circular: circular.by_file(&index).into_iter().next(),
        outside: outside.by_file(&index),
    };
    let known = |file: File| {
        let before = before.as_ref()?;
        let path = paths[file];
        let old = if Arc::ptr_eq(&before.index, &index) { file } else { before.index.file(path)? };
        let answer = &before.answers[old];
        let stays = Arc::ptr_eq(&before.units[old], &units[file])
            && circular.of(path) == was_circular.of(path)
            && outside.of(path) == was_outside.of(path)
            && !answer.reads.iter().any(|key| changed.contains(key));
        stays.then(|| answer.clone())
    };
    let judged = |file: File| {
        let ((mut findings, _), reads) = recorded(|| linker.file(file));
        findings.sort_by(|a, b| (a.span, &a.code).cmp(&(b.span, &b.code)));
        Answer { findings: findings.into(), reads }
    };
    let mut answers: Vec<Option<Answer>> = (0..units.len()).map(known).collect();
    let rest: Vec<File> = (0..units.len()).filter(|&file| answers[file].is_none()).collect();
    let fresh: Vec<Answer> = rest.par_iter().map(|&file| judged(file)).collect();
    for (file, answer) in rest.into_iter().zip(fresh) {
        answers[file] = Some(answer);
    }
    let answers = answers.into_iter().flatten().collect();
    drop(linker);
    drop(chains);
    drop(judge);
    let sayings = values.units.into_sayings();
    drop(all);
    Answers { index, sayings, units, answers, manifests: told, of_tests, circular, outside }
}

/// What has changed from one state to the next.
#[derive(Default)]
struct Changes {
    changed: FxHashSet<Key>,
    /// Something that may change what runs in tests.
    of_tests: bool,
}

impl Changes {
    /// None where so much has changed that everything is judged again.
    fn new(before: &Answers, index: &Index, paths: &[&str], units: &[Arc<Unit>], manifests: &Told) -> Option<Changes> {
        let is_same = std::ptr::eq(index, &*before.index);
        let paths_changed = if is_same { Vec::new() } else { index.changes(&before.index)? };
        let mut changed: FxHashSet<Key> = paths_changed.into_iter().collect();
        // Whoever comes or goes may be a test, or what tests import.
        let has_tests = before.of_tests.contains_key(&key(Of::Runs, ""));
        let is_test = |path: &str| manifests.has_own_names || path.contains("test");
        let others =
            |all: &Index, known: &Index| all.paths_apart().any(|path| is_test(path) && known.file(path).is_none());
        let of_tests =
            !changed.is_empty() && (has_tests || others(index, &before.index) || others(&before.index, index));
        let (asked, may_be_plugins) = manifests.changes(&before.manifests)?;
        changed.extend(asked);
        let mut changes = Changes { of_tests: of_tests || may_be_plugins, changed };
        let nothing = FxHashMap::default();
        for (path, unit) in paths.iter().zip(units) {
            let old = before.index.file(path).map(|old| &before.units[old]);
            let own = key(Of::Unit, path);
            match old {
                Some(old) if Arc::ptr_eq(old, unit) => continue,
                Some(old) => {
                    let (was, is) = (digest(old), digest(unit));
                    if was == is {
                        continue;
                    }
                    changes.changed.extend(was.symbols(&is, own));
                    differing(&said(old), &said(unit), &mut changes.changed);
                    let (was, is) = (said_to_tests(old), said_to_tests(unit));
                    let runs = is_test(path) || before.of_tests.contains_key(&key(Of::Runs, path));
                    changes.of_tests |= was.0 != is.0 || was != is && runs;
                }
                None => {
                    differing(&nothing, &said(unit), &mut changes.changed);
                    let is = said_to_tests(unit);
                    changes.of_tests |= is.0 != said_to_tests(&Unit::default()).0;
                }
            }
            changes.changed.extend([own, key(Of::Whole, "")]);
        }
        for (path, unit) in before.index.paths_apart().zip(&before.units) {
            if index.file(path).is_none() {
                differing(&said(unit), &nothing, &mut changes.changed);
                changes.of_tests |= said_to_tests(unit).0 != said_to_tests(&Unit::default()).0;
                changes.changed.insert(key(Of::Unit, path));
            }
        }
        Some(changes)
    }
}
