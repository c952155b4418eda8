//! Units to judged findings: conditions answered, severities settled, suppressions applied.
//!
//! A function of the units, the manifests and the configuration; it reads no file.

mod again;
mod brought;
mod chains;
mod changes;
mod collect;
mod container;
mod environment;
mod eval;
mod fixtures;
mod ignores;
pub mod index;
mod installed;
mod judge;
mod known;
pub mod order;
mod others;
mod outside;
mod paths;
pub mod project;
mod reads;
mod runs;
mod sayings;
mod times;

mod value;
mod why;

pub use again::{Answers, Kept, Since, again};
pub use brought::imports_of;
pub use sayings::{Read, Sayings, Table};

use crate::fact::{Condition, Role, TypeExpr, Verdict};
use crate::finding::{
    Ask, Claim, Code, Edit, Fate, Finding, Fix, Grade, Judged, LabelAt, Piece, Place, Proposal, Rebind, Severity,
};
use crate::manifest::Manifest;
use crate::page::Page;
use crate::rules;
use crate::text::Span;
use chains::Chains;
pub use eval::Held;
use eval::Values;
use index::{File, Found, Index};
use judge::{Definer, Judge};
use project::{Manifests, Project};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use value::{Symbol, Value};

/// What holds in the project.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// By path, span and code.
    pub findings: Vec<Judged>,
    /// How many findings comments silence.
    pub suppressed: usize,
    /// Forms of pydantic 1 in files that run no other, and what says so: "pydantic>=1.10,<2 (pyproject.toml)".
    pub pinned: Option<(usize, String)>,
    /// How many columns keep a time without its zone, and how many with it.
    pub columns: (usize, usize),
}

/// Gives the text of a span of a file, for messages that quote the source.
pub type Quote<'a> = dyn Fn(File, Span) -> String + Sync + 'a;

/// What became of one candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The rule.
    pub code: Code,
    /// Where it looked.
    pub span: Span,
    /// Why it does not report; `None` where it does.
    pub why: Option<String>,
}

/// For each candidate of a file, why it is not reported.
pub fn reasons(units: &[(&str, &dyn Held)], file: File, project: &Project) -> Vec<Reason> {
    let paths: Vec<&str> = units.iter().map(|(path, _)| *path).collect();
    let units: Vec<&dyn Held> = units.iter().map(|(_, unit)| *unit).collect();
    let manifests = Manifests::new(project.manifests);
    let index = index_of(&paths, &manifests, project);
    let values = Values::new(&index, &units, &project.models);
    let judge = Judge::new(&values, project, &manifests);
    let of_imports = judge.of_imports(file);
    let reason =
        |code: &Code, span, when: &Condition| Reason { code: code.clone(), span, why: judge.why_not(when, file) };
    let own = units[file].held().findings.list();
    let own = own.iter().map(|one| reason(&one.code, one.span, &one.when));
    own.chain(of_imports.iter().map(|one| reason(&one.code, one.span, &one.when))).collect()
}

/// The files that tests bring in, tests and conftests among them, with what each imports.
pub fn imports(units: &[(&str, &dyn Held)], project: &Project) -> FxHashMap<File, Vec<File>> {
    let paths: Vec<&str> = units.iter().map(|(path, _)| *path).collect();
    let units: Vec<&dyn Held> = units.iter().map(|(_, unit)| *unit).collect();
    let manifests = Manifests::new(project.manifests);
    let index = index_of(&paths, &manifests, project);
    let values = Values::new(&index, &units, &project.models);
    Judge::new(&values, project, &manifests).all_runs().clone()
}

/// The modules of a project with these manifests and folders of sources.
pub fn index_below(paths: &[&str], manifests: &[(String, Manifest)], src: impl Iterator<Item = String>) -> Index {
    let mut roots = Manifests::new(manifests).roots();
    roots.extend(src);
    Index::new(paths, &roots)
}

fn index_of(paths: &[&str], manifests: &Manifests, project: &Project) -> Index {
    Index::new(paths, &roots(manifests, project))
}

/// The folders that imports may start from, as manifests and configuration say.
fn roots(manifests: &Manifests, project: &Project) -> Vec<String> {
    let mut roots = manifests.roots();
    roots.extend(project.src.iter().cloned());
    roots
}

/// Judges all findings of the files in `shown`; the other units only answer questions. Without `quote`, findings are only to be counted:
/// nothing is said of them, and no fix is worked out.
pub fn link(units: &[(&str, &dyn Held)], shown: &[File], project: &Project, quote: Option<&Quote>) -> Linked {
    linked(units, shown, project, quote, None, false).0
}

/// The same, with what a later run of a few files needs of it.
pub fn link_and_keep(
    units: &[(&str, &dyn Held)],
    shown: &[File],
    project: &Project,
    quote: Option<&Quote>,
) -> (Linked, Kept, Sayings) {
    linked(units, shown, project, quote, None, true)
}

/// The same for a few files of a project of which much is known from an earlier run.
pub fn link_since(
    units: &[(&str, &dyn Held)],
    shown: &[File],
    project: &Project,
    quote: Option<&Quote>,
    known: (Sayings, Since),
) -> Linked {
    linked(units, shown, project, quote, Some(known), false).0
}

fn linked(
    units: &[(&str, &dyn Held)],
    shown: &[File],
    project: &Project,
    quote: Option<&Quote>,
    known: Option<(Sayings, Since)>,
    keeps: bool,
) -> (Linked, Kept, Sayings) {
    let paths: Vec<&str> = units.iter().map(|(path, _)| *path).collect();
    let units: Vec<&dyn Held> = units.iter().map(|(_, unit)| *unit).collect();
    let manifests = Manifests::new(project.manifests);
    let own;
    let index = match known.as_ref().and_then(|(_, since)| since.index) {
        Some(index) => index,
        None => {
            own = index_of(&paths, &manifests, project);
            &own
        }
    };
    let values = Values::new(index, &units, &project.models);
    let judge = Judge::new(&values, project, &manifests);
    let chains = Chains::new(&judge);
    let kept = match known {
        Some((sayings, since)) => {
            values.units.know(sayings);
            since.now(&judge, &paths, project)
        }
        None => Kept::of(&judge, &paths, project),
    };
    let (circular, outside) = kept.findings(index);
    let linker = Linker { judge: &judge, chains: &chains, quote, circular, outside };
    let files: Vec<Said> = shown.par_iter().map(|&file| linker.file(file)).collect();
    let mut linked = Linked::default();
    let mut speak_of_time = false;
    for said in files {
        linked.findings.extend(said.findings);
        linked.suppressed += said.suppressed;
        speak_of_time |= said.speaks_of_time;
    }
    linked.findings.sort_by(|a, b| (&a.path, a.span, &a.code).cmp(&(&b.path, b.span, &b.code)));
    chains.settle(&mut linked.findings, shown);
    linked.pinned = pinned(&linked.findings, &judge);
    // Nobody else asks what the columns of the project are.
    if speak_of_time {
        linked.columns = judge.columns();
    }
    drop(linker);
    drop(chains);
    drop(judge);
    if keeps {
        // Where nobody has asked so far, the next run may.
        let _ = values.units.saying(reads::Of::Joined, "");
    }
    let sayings = values.units.into_sayings().unwrap_or_default();
    (linked, kept, sayings)
}

/// Whether a rule runs on any file.
fn wanted(code: &str, paths: &[&str], project: &Project) -> bool {
    rules::page(code).is_some_and(|page| paths.iter().any(|path| project.settings.selected(path, page)))
}

/// How much works today, and will not on pydantic 2.
fn pinned(findings: &[Judged], judge: &Judge) -> Option<(usize, String)> {
    let family = |finding: &&Judged| rules::page(&finding.code.0).is_some_and(|page| page.family.name == "pydantic");
    let mut pin = None;
    let mut count = 0;
    let mut last: Option<(&str, bool)> = None;
    for finding in findings.iter().filter(|finding| finding.severity == Severity::Note).filter(family) {
        let below = match last {
            Some((path, below)) if path == finding.path => below,
            _ => {
                let file = judge.values.index.file(&finding.path)?;
                let runs = judge.runs("pydantic", 2, file);
                let below = runs.may_be_below && !runs.may_be_at_least;
                if below {
                    pin.get_or_insert_with(|| runs.said());
                }
                below
            }
        };
        last = Some((&finding.path, below));
        count += usize::from(below);
    }
    pin.map(|pin| (count, pin))
}

/// Why a circumstance makes a finding matter less, for those that the message itself does not tell.
fn lowered(grade: Grade) -> Option<&'static str> {
    match grade {
        Grade::Test => Some("it stands in a test"),
        Grade::Docs => Some("it stands in an example or documentation"),
        Grade::Migration => Some("it stands in a migration"),
        Grade::Generated => Some("a program wrote the file"),
        Grade::Local => Some("the host beside it is this machine, or one next to it"),
        Grade::Ci => Some("CI starts the service for itself"),
        Grade::Debug => Some("it is in force while debugging"),
        _ => None,
    }
}

struct Linker<'l, 'a> {
    judge: &'l Judge<'a>,
    chains: &'l Chains<'l, 'a>,
    /// None where findings are only counted.
    quote: Option<&'l Quote<'l>>,
    /// The circular import that fails, with the file at fault.
    circular: Option<(File, Finding)>,
    /// Files of tests that `testpaths` leaves out.
    outside: FxHashMap<File, Finding>,
}

/// What is said of a file.
struct Said {
    findings: Vec<Judged>,
    /// How many findings comments silence.
    suppressed: usize,
    /// A rule about times has something to ask of the project.
    speaks_of_time: bool,
}

/// A finding that is true or may be, with the page of its rule.
struct Candidate<'a> {
    told: Told<'a>,
    span: Span,
    page: &'static Page,
    verdict: Verdict,
}

/// A finding of the file itself, or one that the project brought.
#[derive(Clone, Copy)]
enum Told<'a> {
    Own(&'a Claim),
    Brought(&'a Finding),
}

impl<'a> Told<'a> {
    fn of(self) -> (&'a Code, Span, &'a Condition) {
        match self {
            Told::Own(claim) => (&claim.code, claim.span, &claim.when),
            Told::Brought(finding) => (&finding.code, finding.span, &finding.when),
        }
    }

    fn whole(self) -> Cow<'a, Finding> {
        match self {
            Told::Own(claim) => Cow::Owned(claim.whole()),
            Told::Brought(finding) => Cow::Borrowed(finding),
        }
    }
}

/// What a package for pydantic 2 is declared as, where it is new.
pub const PACKAGES: &str = ">=2,<3";

impl Linker<'_, '_> {
    fn file(&self, file: File) -> Said {
        let unit = self.judge.values.units.of(file);
        let path = self.judge.values.index.path(file);
        let settings = self.judge.project.settings;
        let mut candidates = Vec::new();
        let mut pages = ["TST010", "TST011"].map(rules::page).into_iter().flatten();
        let wanted = pages.any(|page| settings.selected(path, page));
        // `templates/{{cookiecutter.name}}/main.py` is Python once somebody fills it in.
        let is_template = path.contains("{{") && path.contains("}}");
        let of_imports = if wanted { self.judge.of_imports(file) } else { Vec::new() };
        let circular = self.circular.iter().filter(|(of, _)| *of == file).map(|(_, finding)| finding);
        let outside = self.outside.get(&file);
        let own = unit.findings.list();
        let brought = of_imports.iter().chain(circular).chain(outside).map(Told::Brought);
        for told in own.iter().map(Told::Own).chain(brought) {
            let (code, span, when) = told.of();
            let Some(page) = rules::page(&code.0) else { continue };
            let is_filled_in = is_template && page.family.name == "syntax";
            if settings.selected(path, page) && !is_filled_in && !self.is_off(told, file) {
                let verdict = self.judge.judge(when, file);
                candidates.push(Candidate { told, span, page, verdict });
            }
        }
        let migrating = self.judge.project.migrating;
        let (silenced, davys) = ignores::apply(
            unit,
            &candidates,
            |page| settings.selected(path, page),
            migrating,
            &self.judge.project.today,
        );
        let suppressed =
            candidates.iter().zip(&silenced).filter(|(one, silent)| one.verdict.is_yes() && **silent).count();
        let loud = candidates.iter().zip(&silenced).filter(|(one, silent)| one.verdict.is_yes() && !**silent);
        let mut findings: Vec<Judged> =
            loud.map(|(candidate, _)| self.settle(&candidate.told.whole(), candidate.page, file)).collect();
        // What a file that does not compile means for tests is said at the first place.
        let is_broken = |code: &str| code.starts_with("SYN") && code != "SYN004";
        if let Some(first) = own.iter().find(|one| is_broken(&one.code.0))
            && let Some(told) = findings.iter_mut().find(|one| one.code == first.code && one.span == first.span)
            && self.quote.is_some()
        {
            told.message += self.lost(file);
        }
        for finding in &davys {
            let page = rules::page(&finding.code.0).filter(|page| settings.selected(path, page));
            findings.extend(page.map(|page| self.settle(finding, page, file)));
        }
        Said { findings, suppressed, speaks_of_time: own.iter().any(|one| one.code.0.starts_with("DTM")) }
    }

    /// Whether the configuration leaves out what belongs to such an owner.
    fn is_off(&self, told: Told, file: File) -> bool {
        let path = self.judge.values.index.path(file);
        let off = |grade: Grade| self.judge.project.settings.owner(path, grade) == Some(None);
        Grade::OWNERS.into_iter().any(off)
            && told.whole().grades.iter().any(|(when, grade)| off(*grade) && self.judge.judge(when, file).is_yes())
    }

    fn settle(&self, finding: &Finding, page: &Page, file: File) -> Judged {
        let path = self.judge.values.index.path(file);
        let configured = self.judge.project.settings.severity(path, page);
        let (graded, grade) = self.severity(finding, page, file);
        let severity = configured.unwrap_or(graded);
        if self.quote.is_none() {
            return Judged {
                path: path.to_owned(),
                code: finding.code.clone(),
                span: finding.span,
                scope: finding.scope.clone(),
                severity,
                message: String::new(),
                help: None,
                labels: Vec::new(),
                fix: None,
                alternatives: Vec::new(),
                aside: None,
            };
        }
        let labels = finding.labels.iter().filter_map(|label| {
            let (file, span) = match &label.at {
                LabelAt::Here(span) => (file, *span),
                LabelAt::Definition(of) => self.definition(of, file)?,
                LabelAt::Patch(name) => self.judge.patch_of(name, file)?,
                LabelAt::Use(name) => self.judge.use_of(name, file).map(|(file, handed)| (file, handed.span))?,
                LabelAt::Beside(name) => {
                    let folder = index::parent(path);
                    let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
                    return Some(Place { path, span: Span::at(0), message: self.text(&label.text, file) });
                }
            };
            let path = self.judge.values.index.path(file).to_owned();
            Some(Place { path, span, message: self.text(&label.text, file) })
        });
        let fix = self.fix(&finding.fixes, file);
        let others = finding.alternatives.iter().filter(|_| fix.is_some());
        let alternatives = others.filter_map(|other| self.fix(std::slice::from_ref(other), file)).collect();
        let mut help = self.text(&finding.help, file);
        if let Some(reason) = grade.filter(|_| configured.is_none() && !help.is_empty()).and_then(lowered) {
            help = format!("{help} (a {} only: {reason})", severity.word());
        }
        if help.is_empty() && fix.is_none() && !finding.fixes.is_empty() {
            help = self.without_fix(finding, page, file);
        }
        Judged {
            path: path.to_owned(),
            code: finding.code.clone(),
            span: finding.span,
            scope: finding.scope.clone(),
            severity,
            message: self.text(&finding.text, file),
            help: (!help.is_empty()).then_some(help),
            labels: labels.collect(),
            aside: self.aside(finding, fix.as_ref(), file),
            fix,
            alternatives,
        }
    }

    /// What a file that does not compile means for tests.
    fn lost(&self, file: File) -> &'static str {
        match (self.judge.is_conftest(file), self.judge.collected(file).is_yes()) {
            (true, _) => "; no test beside it or below runs",
            (_, true) => "; these tests never run",
            _ if self.judge.is_run_in_tests(file) => "; the tests that import this never run",
            _ => "",
        }
    }

    fn aside(&self, finding: &Finding, fix: Option<&Proposal>, file: File) -> Option<String> {
        let waits = fix.is_none_or(|fix| !fix.safe && !fix.restores);
        let tie = finding.aside.as_ref().filter(|_| waits)?;
        self.chains.of(tie, file).map(|chain| chain.id)
    }

    /// Why none of the fixes is on offer, and what to do instead.
    fn without_fix(&self, finding: &Finding, page: &Page, file: File) -> String {
        let pin = self.judge.runs("pydantic", 2, file);
        if page.family.name == "pydantic" && pin.may_be_below {
            let then = |condition: &Condition| self.judge.judge(&condition.once_migrated(), file).is_yes();
            if finding.fixes.iter().any(|fix| then(&fix.when) && (then(&fix.restores) || then(&fix.safe))) {
                return format!("no fix while {} may run here; `davy migrate pydantic` makes the move", pin.said());
            }
        }
        self.text(&finding.otherwise, file)
    }

    /// How much a finding matters, and the circumstance that makes it less than its page says.
    fn severity(&self, finding: &Finding, page: &Page, file: File) -> (Severity, Option<Grade>) {
        let roles = [
            (Role::Test, Grade::Test),
            (Role::Docs, Grade::Docs),
            (Role::Migration, Grade::Migration),
            (Role::Generated, Grade::Generated),
        ];
        let by_role = roles.into_iter().filter(|(role, grade)| {
            page.severity_when.contains_key(grade) && self.judge.judge(&Condition::Role(*role), file).is_yes()
        });
        let stated = finding.grades.iter().filter(|(when, _)| self.judge.judge(when, file).is_yes());
        let grades = by_role.map(|(_, grade)| grade).chain(stated.map(|(_, grade)| *grade));
        let path = self.judge.values.index.path(file);
        let severities: Vec<(Severity, Grade)> = grades
            .filter_map(|grade| {
                let configured = self.judge.project.settings.owner(path, grade).flatten();
                Some((configured.or_else(|| page.severity_when.get(&grade).copied())?, grade))
            })
            .collect();
        match (severities.iter().min_by_key(|one| one.0), severities.iter().max_by_key(|one| one.0)) {
            (Some(&(lowest, grade)), _) if lowest < page.severity => (lowest, Some(grade)),
            (_, Some(&(highest, _))) => (highest.max(page.severity), None),
            _ => (page.severity, None),
        }
    }

    /// The first fix that applies.
    fn fix(&self, fixes: &[Fix], file: File) -> Option<Proposal> {
        if self.judge.values.units.of(file).unwritable {
            return None;
        }
        let fix = fixes.iter().find(|fix| self.judge.judge(&fix.when, file).is_yes())?;
        let edits = fix.edits.iter().map(|edit| {
            let text = edit.text.iter().flat_map(|piece| self.piece(piece, file)).collect();
            Edit { span: edit.span, text }
        });
        // An alias that only goes away stays where another file imports it from here.
        let leaves = |rebind: &Rebind| rebind.module.is_empty() && self.judge.imported_elsewhere(file, &rebind.name);
        if fix.rebinds.iter().any(leaves) {
            return None;
        }
        Some(Proposal {
            title: self.text(&fix.title, file),
            safe: self.judge.judge(&fix.safe, file).is_yes(),
            restores: self.judge.judge(&fix.restores, file).is_yes() && self.judge.gives_back(file),
            edits: edits.collect(),
            orphans: fix.orphans.iter().filter(|name| !self.judge.imported_elsewhere(file, name)).cloned().collect(),
            variables: fix.variables.clone(),
            rebinds: fix.rebinds.clone(),
            chain: fix.chain.as_ref().and_then(|class| self.chains.of(class, file)),
        })
    }

    /// What becomes of a V1 form on the pydantic that runs this file.
    fn fate(&self, fate: Fate, file: File) -> String {
        let verb = match fate {
            Fate::Deprecated => "is deprecated",
            Fate::Ignored => "has no effect",
            Fate::Changed => "means something else",
            Fate::Raises => "raises",
            Fate::Missing => "does not exist",
        };
        let pin = self.judge.runs("pydantic", 2, file);
        match (pin.may_be_below, pin.may_be_at_least) {
            (true, false) => format!("{verb} on pydantic 2, and works on {}", pin.said()),
            (true, true) => format!("{verb} on pydantic 2, which may run here: {}", pin.said()),
            (false, _) => format!("{verb} on {}", pin.said()),
        }
    }

    /// What to add to a manifest so that a package for pydantic 2 is declared.
    fn declare(&self, package: &str, file: File) -> String {
        let below = self.judge.runs("pydantic", 2, file).may_be_below;
        match self.judge.undeclared(package, file).filter(|_| !below && !self.judge.project.migrating) {
            Some((manifest, line)) => {
                let name = manifest.rsplit('/').next().unwrap_or(manifest);
                format!("add `{package}{PACKAGES}` to {name}, beside pydantic on line {line}")
            }
            None => String::new(),
        }
    }

    /// A piece with its question answered.
    fn piece(&self, piece: &Piece, file: File) -> Vec<Piece> {
        let Piece::Ask(ask) = piece else { return vec![piece.clone()] };
        let datetime = |name: &str| Piece::Name { module: "datetime".to_owned(), name: name.to_owned() };
        match ask {
            Ask::Utc if self.judge.python(file) >= Some((3, 11)) => vec![datetime("UTC")],
            Ask::Utc => vec![datetime("timezone"), ".utc".into()],
            Ask::Annotated => {
                let old = self.judge.python(file).is_some_and(|floor| floor < (3, 9));
                let module = if old { "typing_extensions" } else { "typing" };
                vec![Piece::Name { module: module.to_owned(), name: "Annotated".to_owned() }]
            }
            Ask::Setting(field) => match self.judge.setting_of(field, file) {
                Some((module, name)) => vec![Piece::Name { module, name }, format!(".{field}").into()],
                None => Vec::new(),
            },
            Ask::Declare(package) => vec![self.declare(package, file).into()],
            Ask::Owner(of, attr) => vec![self.owner(of, attr, file).into()],
            Ask::Helper { naive, here } => match self.judge.helper(file, *naive, *here) {
                Some((module, name)) if self.judge.values.index.import(file, 0, &module) == Found::File(file) => {
                    vec![name.into()]
                }
                Some((module, name)) => vec![Piece::Name { module, name }],
                None => Vec::new(),
            },
            Ask::Columns => match self.judge.columns() {
                (0, 0) => Vec::new(),
                (naive, aware) => {
                    let all = naive + aware;
                    vec![format!(" ({naive} of {all} columns here that keep a time are naive)").into()]
                }
            },
            Ask::Public(of, attr) => {
                vec![self.judge.public(of, attr, file).map(|(name, _)| name).unwrap_or_default().into()]
            }
            Ask::Importer(variable) => {
                let importer = self.judge.tripped_by(file, variable);
                vec![importer.map(|one| self.judge.values.index.path(one).to_owned()).unwrap_or_default().into()]
            }
            Ask::Variable(name, wanted) => {
                let found = self.judge.tripped_over(file, name, wanted);
                let said = found.map(|(variable, by)| {
                    format!("`{variable}` is not set when `{}` imports this", self.judge.values.index.path(by))
                });
                vec![said.unwrap_or_default().into()]
            }
            Ask::FixtureFault(name) => vec![self.judge.fixture_fault(file, name).unwrap_or_default().into()],
            Ask::SamePackage => vec![self.judge.same_package(file).unwrap_or_default().into()],
            Ask::SameModule => {
                let other = self.judge.same_module(file).map(|other| self.judge.values.index.path(other).to_owned());
                vec![other.unwrap_or_default().into()]
            }
            Ask::Class(of) => vec![self.class(of, file).into()],
            Ask::Pydantic(fate) => vec![self.fate(*fate, file).into()],
        }
    }

    fn text(&self, pieces: &[Piece], file: File) -> String {
        let mut text = String::new();
        for piece in pieces.iter().flat_map(|piece| self.piece(piece, file)) {
            match piece {
                Piece::Text(part) => text.push_str(&part),
                Piece::Source(span) => text.extend(self.quote.map(|quote| quote(file, span))),
                Piece::Name { module, name } if name.is_empty() => text.push_str(&module),
                Piece::Name { name, .. } => text.push_str(&name),
                Piece::Ask(_) => {}
            }
        }
        text
    }

    fn owner(&self, of: &TypeExpr, attr: &str, file: File) -> String {
        let value = self.judge.values.eval(of, file);
        let member = value.members().iter().find(|member| **member != Value::None);
        let owner = match member.and_then(|member| self.judge.definer(member, attr)) {
            Some(Definer::Module(module)) => self.judge.values.index.module_name(module),
            Some(Definer::Class(class)) => self.judge.values.dotted(&class),
            Some(Definer::External(path)) => path,
            None => return "its owner".to_owned(),
        };
        format!("`{owner}`")
    }

    fn class(&self, of: &TypeExpr, file: File) -> String {
        let value = self.judge.values.eval(of, file);
        let member = value.members().iter().find(|member| **member != Value::None);
        let class = match member {
            Some(Value::Instance(class)) => Some(&**class),
            other => other,
        };
        match class {
            Some(Value::Class(class, _)) => class.name.clone(),
            Some(Value::External(path, _)) => path.clone(),
            Some(Value::Super(_)) => "super()".to_owned(),
            _ => String::new(),
        }
    }

    /// The name in the header of the class or function behind a symbolic type.
    fn definition(&self, of: &TypeExpr, file: File) -> Option<(File, Span)> {
        let value = self.judge.values.eval(of, file);
        let member = value.members().iter().find(|member| **member != Value::None)?;
        let symbol: &Symbol = match member {
            Value::Class(symbol, _) | Value::Function(symbol, _) => symbol,
            Value::Instance(class) => match &**class {
                Value::Class(symbol, _) => symbol,
                _ => return None,
            },
            _ => return None,
        };
        let span = self.judge.values.class(symbol).map(|class| class.span)?;
        Some((symbol.file, span))
    }
}
