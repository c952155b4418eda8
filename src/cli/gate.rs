//! The findings of a run against the project's baseline, or against another state of the project that git has.

use crate::baseline::{Baseline, Compared, View};
use crate::cache;
use crate::config::{Budget, paths};
use crate::discover;
use crate::finding::{Judged, Severity};
use crate::git::{self, Between, Change};
use crate::identity::{self, Identity};
use crate::manifest;
use crate::rules;
use crate::scan::{Elsewhere, Scan};
use crate::text::{Lines, Span, decode};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// The folder that paths in the baseline start from.
pub fn home(scan: &Scan) -> &Path {
    scan.baseline.parent().unwrap_or(Path::new("."))
}

/// Whether a finding is for the baseline: a note that fails nothing needs no place in it.
pub fn counts(scan: &Scan, finding: &Judged) -> bool {
    finding.severity > Severity::Note || scan.fails(finding)
}

/// What each finding is recognised by, in their order.
pub fn identities(scan: &Scan, findings: &[Judged]) -> Vec<Identity> {
    recognised(scan, findings, false)
}

/// The same where both sides are at hand: another secret in the same line is another finding. Never to be kept or shown.
pub fn exact_identities(scan: &Scan, findings: &[Judged]) -> Vec<Identity> {
    recognised(scan, findings, true)
}

/// A file with findings: its path, its text, the lines of that, and where secrets stand in it.
type Known = (String, String, Lines, Vec<Span>);

fn recognised(scan: &Scan, findings: &[Judged], exact: bool) -> Vec<Identity> {
    let home = home(scan);
    let mut texts: HashMap<&str, Option<Known>> = HashMap::new();
    let mut all: Vec<Identity> = Vec::with_capacity(findings.len());
    for finding in findings {
        let text = texts.entry(&finding.path).or_insert_with(|| {
            let file = scan.file(&finding.path)?;
            let text = decode(&file.bytes()?).text.into_owned();
            let lines = Lines::new(&text);
            Some((paths::shown(&file.path, home), text, lines, file.secrets()))
        });
        let (path, content) = match text {
            Some((path, text, lines, secrets)) => {
                let mut content = identity::content(text, lines, secrets, finding.span);
                for secret in secrets.iter().filter(|secret| exact && secret.touches(finding.span)) {
                    content.push_str(&format!(" {:032x}", cache::content(secret.of(text).as_bytes())));
                }
                (path.clone(), content)
            }
            None => (finding.path.clone(), String::new()),
        };
        let (rule, scope) = (finding.code.0.clone(), finding.scope.clone());
        all.push(Identity { path, rule, scope, content, ordinal: 0 });
    }
    identity::number(&mut all);
    all
}

/// How findings stand against a baseline, in a run that looked at the files of `scan`.
pub fn compare(scan: &Scan, baseline: &Baseline, findings: &[Identity]) -> Compared {
    let home = home(scan);
    let files: HashMap<String, &crate::scan::File> =
        scan.files.iter().map(|file| (paths::shown(&file.path, home), file)).collect();
    let ran = |path: &str, rule: &str| {
        let Some(file) = files.get(path).filter(|file| file.shown && !file.unit().broken) else { return false };
        rules::page(rule).is_some_and(|page| scan.selected(&file.key, page))
    };
    let exists = |path: &str| files.contains_key(path) || home.join(path).exists();
    let has_rule = |rule: &str| rules::page(rule).is_some();
    baseline.compare(findings, &View { exists: &exists, ran: &ran, has_rule: &has_rule })
}

/// How many findings there are of the rules that have a budget: name, number, and how many there may be. Who looks at a part knows no totals.
pub fn budgets(scan: &Scan, findings: &[Judged]) -> Vec<(String, usize, usize)> {
    let own = &scan.config.root;
    if scan.config.gate.budgets.is_empty() || scan.files.iter().any(|file| !file.shown && file.path.starts_with(own)) {
        return Vec::new();
    }
    let total = |budget: &Budget| {
        let meant =
            |finding: &&Judged| rules::page(&finding.code.0).is_some_and(|page| budget.selector.rank(page).is_some());
        findings.iter().filter(|finding| finding.severity > Severity::Note).filter(meant).count()
    };
    scan.config.gate.budgets.iter().map(|budget| (budget.name.clone(), total(budget), budget.most)).collect()
}

/// Budgets with what they were and what they are.
pub type Lowered = Vec<(String, usize, usize)>;

/// The configuration's text with every budget lowered to what there is; `None` where none is too high.
pub fn lowered(scan: &Scan, text: &str, findings: &[Judged]) -> Option<(String, Lowered)> {
    let mut changes: Vec<(&Budget, usize)> = Vec::new();
    for (budget, (_, total, most)) in scan.config.gate.budgets.iter().zip(budgets(scan, findings)) {
        // The number has to stand where it stood: nobody has changed the file since it was read.
        let stands = text.get(budget.span.clone()).is_some_and(|number| number.parse() == Ok(most));
        if total < most && stands {
            changes.push((budget, total));
        }
    }
    changes.sort_by_key(|(budget, _)| std::cmp::Reverse(budget.span.start));
    let mut lowered = text.to_owned();
    for (budget, total) in &changes {
        lowered.replace_range(budget.span.clone(), &total.to_string());
    }
    let said = changes.into_iter().rev().map(|(budget, total)| (budget.name.clone(), budget.most, total)).collect();
    (lowered != text).then_some((lowered, said))
}

/// The scan as the index has it, with the staged files shown.
pub fn at_index(scan: &Scan) -> Result<Scan, git::Error> {
    let root = &scan.root;
    let mut files = earlier(scan, &git::changes(root, Between::IndexAndTree)?)?;
    files.extend(git::untracked(root)?.into_iter().map(Elsewhere::gone));
    // A file that was deleted since it was staged is committed all the same.
    let whole = scan.files.iter().all(|file| file.shown);
    let mut index = scan.with(&files, &|_| whole);
    let staged = git::changes(root, Between::HeadAndIndex)?;
    show_only(&mut index, staged.into_iter().filter_map(|change| change.new).map(|(path, _)| path).collect());
    Ok(index)
}

/// Shows the files that differ from the last commit, and no others.
pub fn only_changed(scan: &mut Scan) -> Result<(), git::Error> {
    let changes = git::changes(&scan.root, Between::CommitAndTree("HEAD"))?;
    let mut wanted: HashSet<String> =
        changes.into_iter().filter_map(|change| change.new).map(|(path, _)| path).collect();
    wanted.extend(git::untracked(&scan.root)?);
    show_only(scan, wanted);
    Ok(())
}

fn show_only(scan: &mut Scan, wanted: HashSet<String>) {
    for file in &mut scan.files {
        file.shown &= wanted.contains(&file.key);
    }
}

/// The findings that a project had at a revision, as they would be called now.
pub struct Earlier {
    /// Notes included: what was a note and fails now is not new.
    pub identities: Vec<Identity>,
    /// How many of them would have failed a run, and are the first.
    pub counted: usize,
    /// The revision, with the commit that was compared with where that says more.
    pub name: String,
}

/// Compiles and links the project as it was where `revision` and HEAD part.
pub fn since(scan: &Scan, revision: &str, staged: bool) -> Result<Earlier, git::Error> {
    let root = &scan.root;
    let base = git::base(root, revision)?;
    let between = if staged { Between::CommitAndIndex(&base) } else { Between::CommitAndTree(&base) };
    let changes = git::changes(root, between)?;
    let mut files = earlier(scan, &changes)?;
    if !staged {
        files.extend(git::untracked(root)?.into_iter().map(Elsewhere::gone));
    }
    // Who names files asks for nothing that is gone elsewhere.
    let whole = scan.files.iter().all(|file| file.shown);
    // What has another path now is shown if it is shown there.
    let moved: HashMap<&str, &str> = changes
        .iter()
        .filter_map(|change| Some((change.old.as_ref()?.0.as_str(), change.new.as_ref()?.0.as_str())))
        .collect();
    let shown_now = |path: &str| scan.file(moved.get(path)?).map(|file| file.shown);
    let old = scan.with(&files, &|path| shown_now(path).unwrap_or(whole));
    let mut findings = old.link().findings;
    findings.sort_by_key(|finding| !counts(&old, finding));
    let counted = findings.iter().filter(|finding| counts(&old, finding)).count();
    let mut identities = exact_identities(&old, &findings);
    let home = home(scan);
    let named = |path: &str| paths::shown(&root.join(path), home);
    let renamed: HashMap<String, String> = changes
        .iter()
        .filter_map(|change| Some((&change.old.as_ref()?.0, &change.new.as_ref()?.0)))
        .filter(|(old, new)| old != new)
        .map(|(old, new)| (named(old), named(new)))
        .collect();
    for one in &mut identities {
        if let Some(new) = renamed.get(&one.path) {
            one.path.clone_from(new);
        }
    }
    let short = base.get(..10).unwrap_or(&base);
    let name = if revision.starts_with(short) { format!("`{revision}`") } else { format!("`{revision}` ({short})") };
    Ok(Earlier { identities, counted, name })
}

/// The files that differ, as the first of two states has them.
fn earlier(scan: &Scan, changes: &[Change]) -> Result<Vec<Elsewhere>, git::Error> {
    let matters = |path: &str| {
        discover::is_checked(Path::new(path)) || manifest::kind_of(path).is_some() || scan.file(path).is_some()
    };
    let old = || changes.iter().filter_map(|change| change.old.as_ref()).filter(|(path, _)| matters(path));
    let names: Vec<&str> = old().map(|(_, object)| object.as_str()).collect();
    let bytes = git::objects(&scan.root, &names)?;
    let kept: HashSet<&str> = old().map(|(path, _)| path.as_str()).collect();
    let gone = changes.iter().filter_map(|change| change.new.as_ref()).map(|(path, _)| path);
    let gone =
        gone.filter(|path| matters(path) && !kept.contains(path.as_str())).map(|path| Elsewhere::gone(path.clone()));
    let there = old().map(|(path, object)| Elsewhere {
        key: path.clone(),
        bytes: bytes.get(object).cloned(),
        object: Some(object.clone()),
    });
    Ok(gone.chain(there).collect())
}
