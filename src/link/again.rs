//! One state of a project after another: what looked at nothing that has changed is not judged again.

use super::chains::Chains;
use super::changes::{Told, differing, digest, have_own_names, said, said_to_tests};
use super::index::{File, Index};
use super::judge::Judge;
use super::project::{Manifests, Project};
use super::reads::{Key, Of, Reads, key, recorded};
use super::sayings::Sayings;
use super::{Held, Linker, Said, Values, roots, wanted};
use crate::finding::{Finding, Judged};
use crate::unit::Unit;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
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
#[derive(Clone, Default, Serialize, Deserialize)]
struct Together(Option<(FxHashMap<String, Finding>, Reads)>);

impl Together {
    /// The same as before, if nothing that it looked at has changed, and no file that it speaks of: places in it are others then.
    fn again(
        &self,
        changed: &FxHashSet<Key>,
        is_same: &impl Fn(&str) -> bool,
        is_wanted: bool,
        find: impl FnOnce() -> FxHashMap<String, Finding>,
    ) -> Together {
        let is_kept = |(all, reads): &&(FxHashMap<String, Finding>, Reads)| {
            all.keys().all(|path| is_same(path)) && !reads.iter().any(|key| changed.contains(key))
        };
        let kept = self.0.as_ref().filter(is_kept);
        Together(is_wanted.then(|| kept.cloned().unwrap_or_else(|| recorded(find))))
    }

    fn of(&self, path: &str) -> Option<&Finding> {
        self.0.as_ref().and_then(|(all, _)| all.get(path))
    }

    fn by_file(&self, index: &Index) -> FxHashMap<File, Finding> {
        let all = self.0.iter().flat_map(|(all, _)| all);
        all.filter_map(|(path, finding)| Some((index.file(path)?, finding.clone()))).collect()
    }
}

/// What all files together came to, for a run of a few of them.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Kept {
    circular: Together,
    outside: Together,
    /// The keys of the files that run in tests, in order; none where nobody asked.
    runs: Option<Vec<Key>>,
}

/// What has changed since something was kept: files that hold something else, and none that came or went.
pub struct Since<'s> {
    /// What was kept.
    pub kept: Kept,
    /// The paths of the files, with what each compiled to and compiles to now.
    pub files: Vec<(&'s str, &'s Unit, &'s Unit)>,
    /// Other files have changed, and what they compiled to is not known any more.
    pub is_unsure: bool,
    /// The modules, where somebody has sorted them already.
    pub index: Option<&'s Index>,
}

impl Kept {
    /// Of a whole project.
    pub(super) fn of(judge: &Judge, paths: &[&str], project: &Project) -> Kept {
        let (circular, outside) = finders(judge, paths);
        let together = |code, find: &dyn Fn() -> FxHashMap<String, Finding>| {
            Together(wanted(code, paths, project).then(|| recorded(find)))
        };
        let (circular, outside) = (together("TST018", &circular), together("TST009", &outside));
        let all = circular.0.is_some().then(|| judge.all_runs());
        let runs = all.map(|all| {
            let mut keys: Vec<Key> = all.keys().map(|&file| key(Of::Runs, paths[file])).collect();
            keys.sort_unstable();
            keys
        });
        Kept { circular, outside, runs }
    }

    /// The findings by file.
    pub(super) fn findings(&self, index: &Index) -> (Option<(File, Finding)>, FxHashMap<File, Finding>) {
        (self.circular.by_file(index).into_iter().next(), self.outside.by_file(index))
    }
}

impl Since<'_> {
    /// The same as of the whole project: worked out again where that looked at something that has changed.
    pub(super) fn now(self, judge: &Judge, paths: &[&str], project: &Project) -> Kept {
        let Since { kept, files, is_unsure, .. } = self;
        if is_unsure {
            return Kept::of(judge, paths, project);
        }
        let mut changed: FxHashSet<Key> = FxHashSet::default();
        let mut of_tests = false;
        for (path, old, unit) in &files {
            let is_test = path.contains("test") || have_own_names(project.manifests);
            let is_known = |known: &Vec<Key>| known.binary_search(&key(Of::Runs, path)).is_ok();
            let runs = || is_test || kept.runs.as_ref().is_none_or(is_known);
            of_tests |= differ(old, unit, path, &mut changed, runs);
        }
        if of_tests {
            return Kept::of(judge, paths, project);
        }
        if let Some(runs) = kept.runs.clone() {
            // Nobody has asked yet.
            let _ = judge.known_runs.set(runs);
        }
        let is_same = |path: &str| files.iter().all(|(other, ..)| *other != path);
        let (circles, outside) = finders(judge, paths);
        Kept {
            circular: kept.circular.again(&changed, &is_same, wanted("TST018", paths, project), circles),
            outside: kept.outside.again(&changed, &is_same, wanted("TST009", paths, project), outside),
            runs: kept.runs,
        }
    }
}

/// What finds what all files together decide.
fn finders<'f>(
    judge: &'f Judge,
    paths: &'f [&str],
) -> (impl Fn() -> FxHashMap<String, Finding> + 'f, impl Fn() -> FxHashMap<String, Finding> + 'f) {
    let path = |file: File| paths[file].to_owned();
    let circles = move || judge.circles().into_iter().map(|(file, finding)| (path(file), finding)).collect();
    let outside = move || judge.outside().into_iter().map(|(file, finding)| (path(file), finding)).collect();
    (circles, outside)
}

/// Adds the keys of what a file says otherwise than before; whether that may change what runs in tests.
fn differ(old: &Unit, unit: &Unit, path: &str, changed: &mut FxHashSet<Key>, runs: impl FnOnce() -> bool) -> bool {
    let own = key(Of::Unit, path);
    let (was, is) = (digest(old), digest(unit));
    if was == is {
        return false;
    }
    changed.extend(was.symbols(&is, own));
    differing(&said(old), &said(unit), changed);
    changed.extend([own, key(Of::Whole, "")]);
    let (was, is) = (said_to_tests(old), said_to_tests(unit));
    was.0 != is.0 || was != is && runs()
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
    let (circles, outside) = finders(&judge, paths);
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
        let (Said { mut findings, .. }, reads) = recorded(|| linker.file(file));
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
            match old {
                Some(old) if Arc::ptr_eq(old, unit) => continue,
                Some(old) => {
                    let runs = || is_test(path) || before.of_tests.contains_key(&key(Of::Runs, path));
                    changes.of_tests |= differ(old, unit, path, &mut changes.changed, runs);
                }
                None => {
                    changes.changed.extend([key(Of::Unit, path), key(Of::Whole, "")]);
                    differing(&nothing, &said(unit), &mut changes.changed);
                    let is = said_to_tests(unit);
                    changes.of_tests |= is.0 != said_to_tests(&Unit::default()).0;
                }
            }
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
