//! What davy says: findings and fixes, first as a file alone can state them, then as `link` has judged them.
//!
//! Owned plain data without lifetimes; no syntax tree and no reference to a rule.

pub use crate::fact::Tied;
use crate::fact::{Condition, TypeExpr};
use crate::record::Packed;
use crate::text::Span;
use serde::{Deserialize, Serialize};

/// The code of a rule: `DTM001`. The rule's page says everything else.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Code(pub String);

impl std::fmt::Display for Code {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Counted, listed on request, never fails a run.
    Note,
    /// Fails a run.
    Warning,
    /// Fails a run; shown last, nearest the prompt.
    Error,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity of a word.
    pub fn named(word: &str) -> Option<Severity> {
        [Severity::Note, Severity::Warning, Severity::Error].into_iter().find(|severity| severity.word() == word)
    }
}

/// A circumstance that a rule's page may map to another severity. A closed set, so that a page edit never makes a unit stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// In a test.
    Test,
    /// In documentation or an example.
    Docs,
    /// In a database migration.
    Migration,
    /// In a generated file.
    Generated,
    /// The project runs an older major version on which this still works.
    Pinned,
    /// Beside a local host.
    Local,
    /// Of another package, or the standard library.
    External,
    /// Of another folder of the project.
    OtherFolder,
    /// In a sibling module.
    Sibling,
    /// Of something that nobody can tell.
    UnknownOwner,
    /// Has the shape only: a checksum is wrong, or no name says more.
    Shape,
    /// As likely something harmless.
    Uncertain,
    /// A service that is started for a run of CI, and gone with it.
    Ci,
    /// Where the program is being debugged: `if DEBUG:`.
    Debug,
    /// A well-known weak value.
    Weak,
    /// A default that whoever calls is meant to replace.
    Default,
    /// Published on purpose.
    Public,
    /// Silently ignored.
    Ignored,
    /// Raises when it runs.
    Raises,
}

impl Grade {
    /// Those that say whose something is, of which a configuration may leave some out.
    pub const OWNERS: [Grade; 4] = [Grade::External, Grade::OtherFolder, Grade::Sibling, Grade::UnknownOwner];
}

/// A part of a message or of an edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// Text.
    Text(String),
    /// The text of the file at this span: kept as a place, never copied.
    Source(Span),
    /// The local name for `module.name` (the module itself where `name` is empty); imported where it is not yet.
    Name {
        /// Dotted module.
        module: String,
        /// A name in it, or empty.
        name: String,
    },
    /// What only `link` knows.
    Ask(Ask),
}

/// A part of a text that `link` fills in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// The class or module that defines `attr` of this: `gaslib.planner.RoutePlanner`.
    Owner(TypeExpr, String),
    /// The test or conftest that imports the file before this variable of the environment is set.
    Importer(String),
    /// The file of tests that is imported under the same name before this one.
    SameModule,
    /// The variable that a name is imported from, and the test that imports the file before it is set, as `Condition::TrippedOver` found them.
    Variable(String, String),
    /// What is wrong with the fixture of this name, as the file sees it.
    FixtureFault(String),
    /// The package of tests that is imported under the same name before the one of this file.
    SamePackage,
    /// The class of this value: `app.schemas.user.User`.
    Class(TypeExpr),
    /// The project's own function that gives the time in UTC, as `Condition::HasHelper` found it.
    Helper {
        /// Its value is naive.
        naive: bool,
        /// It may be in the file itself.
        here: bool,
    },
    /// " (114 of 114 columns here that keep a time are naive)", where the project has any.
    Columns,
    /// What gives this attribute in public, as `Condition::HasPublic` found it.
    Public(TypeExpr, String),
    /// What becomes of a form on the pydantic that the project runs: "is deprecated on pydantic>=2 (pyproject.toml)".
    Pydantic(Fate),
    /// `timezone.utc`, or `UTC` where every supported Python has it (3.11).
    Utc,
    /// The project's object of settings, by the name of a field in it.
    Setting(String),
    /// Where to declare a package that runs pydantic 2 and that the project declares nowhere; nothing, if it does.
    Declare(String),
    /// `Annotated`, from `typing` where every supported Python has it there (3.9), else from `typing_extensions`.
    Annotated,
}

/// What pydantic 2 makes of a V1 form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Fate {
    /// It still works and warns.
    Deprecated,
    /// It is accepted and does nothing.
    Ignored,
    /// It is accepted and means something else.
    Changed,
    /// It raises.
    Raises,
    /// It is not there, and nothing but a type checker looks.
    Missing,
}

impl From<&str> for Piece {
    fn from(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }
}

impl From<String> for Piece {
    fn from(text: String) -> Piece {
        Piece::Text(text)
    }
}

impl From<Span> for Piece {
    fn from(span: Span) -> Piece {
        Piece::Source(span)
    }
}

/// A second place that belongs to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Where.
    pub at: LabelAt,
    /// What is to be seen there.
    pub text: Vec<Piece>,
}

/// Where a label points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LabelAt {
    /// In the same file.
    Here(Span),
    /// The statement that defines this class or function, wherever it is; dropped where it lies outside the project.
    Definition(TypeExpr),
    /// A file in the same folder, by its name.
    Beside(String),
    /// Where another file hands on this name of the file as a secret.
    Use(String),
    /// Where a test replaces this name of the file.
    Patch(String),
}

/// One replacement. An empty span inserts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub text: Vec<Piece>,
}

/// One way to mend a finding. `link` offers the first whose `when` is yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What it does, in the imperative: "Replace with `model_dump`".
    pub title: Vec<Piece>,
    /// All edits stand together.
    pub edits: Vec<Edit>,
    /// Names that the fix may leave unused, to be dropped from the imports.
    pub orphans: Vec<String>,
    /// Variables of the environment that the fixed code needs.
    pub variables: Vec<String>,
    /// Imported names that come from elsewhere afterwards.
    pub rebinds: Vec<Rebind>,
    /// Whether it applies at all.
    pub when: Condition,
    /// Whether behaviour stays the same; otherwise it needs `--unsafe-fixes`.
    pub safe: Condition,
    /// Whether it gives back what the code did before pydantic 2, where the old form has no effect or raises today.
    /// A migration applies it; a check does only where it is safe or asked for.
    pub restores: Condition,
    /// The chain of classes that changes in one step over all files, or not at all.
    pub chain: Option<Tie>,
}

/// What ties a fix to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tie {
    /// What they share.
    pub by: Tied,
    /// The class, or an instance of it.
    pub of: TypeExpr,
}

/// An imported name that comes from elsewhere afterwards, under the same local name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rebind {
    /// The alias in its `from` statement.
    pub at: Span,
    /// The module to import it from; empty drops the alias.
    pub module: String,
    /// Its name there.
    pub name: String,
}

/// What a file alone can say: true where `when` is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule.
    pub code: Code,
    /// What is underlined.
    pub span: Span,
    /// Qualified name of the enclosing function or class; empty at module level.
    pub scope: String,
    /// The message.
    pub text: Vec<Piece>,
    /// What to do, where no fix says it.
    pub help: Vec<Piece>,
    /// What to do where none of the fixes applies in this project.
    pub otherwise: Vec<Piece>,
    /// Further places.
    pub labels: Vec<Label>,
    /// Circumstances that hold, if their conditions do.
    pub grades: Vec<(Condition, Grade)>,
    /// Ways to mend it, best first.
    pub fixes: Vec<Fix>,
    /// What may be meant instead: listed beside the fix on offer, and never taken without a person.
    pub alternatives: Vec<Fix>,
    /// It raises, so nothing of it runs: a migration need not wait for it with what it is tied to.
    pub aside: Option<Tie>,
    /// Whether it is true.
    pub when: Condition,
}

/// A finding as it is kept: what tells whether it is true and where is at hand, and the rest is made again for the few that are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The rule.
    pub code: Code,
    /// What is underlined.
    pub span: Span,
    /// Qualified name of the enclosing function or class; empty at module level.
    pub scope: String,
    /// Whether it is true.
    pub when: Condition,
    rest: Packed<Finding>,
}

impl Claim {
    /// The findings of a file, in their order.
    pub fn of(findings: Vec<Finding>) -> Packed<Claim> {
        let claim = |mut finding: Finding| {
            let code = Code(std::mem::take(&mut finding.code.0));
            let scope = std::mem::take(&mut finding.scope);
            let when = std::mem::replace(&mut finding.when, Condition::Always);
            Claim { code, span: finding.span, scope, when, rest: Packed::of(&[finding]) }
        };
        Packed::of(&findings.into_iter().map(claim).collect::<Vec<_>>())
    }

    /// All that was found.
    pub fn whole(&self) -> Finding {
        let rest = self.rest.list().pop().unwrap_or_else(|| Finding::new("", self.span, Vec::new()));
        Finding { code: self.code.clone(), scope: self.scope.clone(), when: self.when.clone(), ..rest }
    }
}

impl Finding {
    /// A finding of a module, always true and without anything beside it.
    pub fn new(code: &str, span: Span, text: impl Into<Vec<Piece>>) -> Finding {
        Finding {
            code: Code(code.to_owned()),
            span,
            scope: String::new(),
            text: text.into(),
            help: Vec::new(),
            otherwise: Vec::new(),
            labels: Vec::new(),
            grades: Vec::new(),
            fixes: Vec::new(),
            alternatives: Vec::new(),
            aside: None,
            when: Condition::Always,
        }
    }

    /// Only true where `condition` holds, beside what was asked before.
    pub fn when(&mut self, condition: Condition) -> &mut Self {
        let before = std::mem::replace(&mut self.when, Condition::Always);
        self.when = before.and(condition);
        self
    }

    /// What to do, as one sentence.
    pub fn help(&mut self, text: impl Into<Piece>) -> &mut Self {
        self.help.push(text.into());
        self
    }

    /// What to do where none of the fixes applies, as one sentence.
    pub fn otherwise(&mut self, text: impl Into<Piece>) -> &mut Self {
        self.otherwise.push(text.into());
        self
    }

    /// Points at a second place in the same file.
    pub fn label(&mut self, span: Span, text: impl Into<Piece>) -> &mut Self {
        self.labels.push(Label { at: LabelAt::Here(span), text: vec![text.into()] });
        self
    }

    /// Points at the definition of a class or function, wherever it is.
    pub fn definition(&mut self, of: TypeExpr, text: impl Into<Piece>) -> &mut Self {
        self.labels.push(Label { at: LabelAt::Definition(of), text: vec![text.into()] });
        self
    }

    /// A circumstance that the page may map to another severity.
    pub fn grade(&mut self, condition: Condition, grade: Grade) -> &mut Self {
        self.grades.push((condition, grade));
        self
    }

    /// Offers a fix, after those offered before.
    pub fn fix(&mut self, fix: Fix) -> &mut Self {
        self.fixes.push(fix);
        self
    }

    /// Lists what may be meant instead of the fix on offer.
    pub fn alternative(&mut self, fix: Fix) -> &mut Self {
        self.alternatives.push(fix);
        self
    }
}

impl Fix {
    /// A fix that keeps behaviour.
    pub fn safe(title: impl Into<Piece>, edits: Vec<Edit>) -> Fix {
        let (when, safe, restores) = (Condition::Always, Condition::Always, Condition::Always.not());
        let (orphans, variables, rebinds, chain) = (Vec::new(), Vec::new(), Vec::new(), None);
        Fix { title: vec![title.into()], edits, orphans, variables, rebinds, when, safe, restores, chain }
    }

    /// A fix that gives back what the code did on pydantic 1, and so changes what runs on 2.
    pub fn restoring(title: impl Into<Piece>, edits: Vec<Edit>) -> Fix {
        Fix { restores: Condition::Always, ..Fix::risky(title, edits) }
    }

    /// A fix that a person has to want.
    pub fn risky(title: impl Into<Piece>, edits: Vec<Edit>) -> Fix {
        Fix { safe: Condition::Always.not(), ..Fix::safe(title, edits) }
    }

    /// Applies only where `condition` holds.
    pub fn when(mut self, condition: Condition) -> Fix {
        self.when = self.when.and(condition);
        self
    }

    /// A local name that may be unused afterwards.
    pub fn orphan(mut self, name: &str) -> Fix {
        self.orphans.push(name.to_owned());
        self
    }
}

impl Edit {
    /// Replaces `span`.
    pub fn replace(span: Span, text: impl Into<Piece>) -> Edit {
        Edit { span, text: vec![text.into()] }
    }

    /// Replaces `span` by several pieces.
    pub fn pieces(span: Span, text: Vec<Piece>) -> Edit {
        Edit { span, text }
    }

    /// Inserts at `offset`.
    pub fn insert(offset: u32, text: impl Into<Piece>) -> Edit {
        Edit::replace(Span::at(offset), text)
    }
}

/// A finding that holds in this project, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// Path from the project's root, with forward slashes.
    pub path: String,
    /// The rule.
    pub code: Code,
    /// What is underlined.
    pub span: Span,
    /// Qualified name of the enclosing function or class.
    pub scope: String,
    /// After grades, configuration and roles.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Further places, maybe in other files.
    pub labels: Vec<Place>,
    /// The fix on offer.
    pub fix: Option<Proposal>,
    /// What may be meant instead, where there is a fix.
    pub alternatives: Vec<Proposal>,
    /// It raises and has no fix that a migration takes: the chain that need not wait for it.
    pub aside: Option<String>,
}

/// A place in some file, with what is to be seen there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Path from the project's root.
    pub path: String,
    /// Where in it.
    pub span: Span,
    /// What is to be seen.
    pub message: String,
}

/// A fix whose conditions are settled; its imports are settled per file by `fix`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What it does.
    pub title: String,
    /// Whether behaviour stays the same.
    pub safe: bool,
    /// Whether it gives back what the code did before pydantic 2.
    pub restores: bool,
    /// Edits in the finding's file, without any `Ask` left.
    pub edits: Vec<Edit>,
    /// Names that may be unused afterwards.
    pub orphans: Vec<String>,
    /// Variables of the environment that the fixed code needs.
    pub variables: Vec<String>,
    /// Imported names that come from elsewhere afterwards.
    pub rebinds: Vec<Rebind>,
    /// What has to change in the same step.
    pub chain: Option<Chain>,
}

/// A chain of classes that changes as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The same for all its members.
    pub id: String,
    /// What they share.
    pub by: Tied,
    /// All members are on offer, so that the step can be taken; otherwise some lie in files that were not named.
    pub complete: bool,
}
