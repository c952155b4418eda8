//! davy, a safety lamp for Python backends: the living map of its architecture.
//!
//! # Compile and link
//!
//! Each file is *compiled* by a pure function of its bytes into a [`unit::Unit`]: findings that hold by themselves, findings that hold only
//! if the project agrees, and the facts that other files may ask for. A cheap *link* over all units judges the conditions.
//!
//! ```text
//! bytes --compile--> Unit { findings, facts, ignores, secrets } --link--> Judged findings --report--> text, JSON, SARIF
//!                                                                    \--fix--> new bytes, compiled and linked again
//! ```
//!
//! A rule never sees two files. It asks, and the answer comes later; only a proven *yes* reports:
//!
//! ```
//! use davy::compile::compile;
//! use davy::link::{link, project::{Around, Everything, Project}};
//! use davy::rule::Definitions;
//! use davy::unit::Kind;
//!
//! let definitions = Definitions::default();
//! // By itself, neither file says that `order` is a model ...
//! let schemas = compile(b"from pydantic import BaseModel\nclass Order(BaseModel):\n    number: int\n", Kind::Python, &definitions);
//! let service = compile(b"from schemas import Order\ndef show(order: Order):\n    return order.dict()\n", Kind::Python, &definitions);
//! assert_eq!(service.findings.list().len(), 1); // a finding on a condition
//!
//! // ... together they do.
//! let around = Around::default();
//! let project = Project { manifests: &[], src: Vec::new(), models: Vec::new(), migrating: false, restore: false, today: String::new(), around: &around, settings: &Everything };
//! let linked = link(&[("schemas.py", &schemas), ("service.py", &service)], &[0, 1], &project, Some(&|_, _| String::new()));
//! assert_eq!(linked.findings[0].code.0, "PYM004");
//! assert_eq!(linked.findings[0].labels[0].path, "schemas.py");
//!
//! // Alone, the question stays open, and unknown is silence.
//! let linked = link(&[("service.py", &service)], &[0], &project, Some(&|_, _| String::new()));
//! assert!(linked.findings.is_empty());
//! ```
//!
//! What decides whether a finding is true is kept beside it (`finding::Claim`): linking makes the rest again only for those that are.
//!
//! Judging notes what it looks at (`link/reads.rs`), and what changes between two states of a project is known by the same keys
//! (`link/changes.rs`): commits of a history are linked one after the other, and only what looked at something that changed is judged again
//! (`link/again.rs`; `tests/again.rs` holds that against links of each state alone). A check that finds everything as it was takes the last
//! answer from the cache.
//!
//! A rule that finds nothing without some word says so (`rule::Cx::may_find`), and most files are done with there; `tests/same_bytes.rs` holds that
//! against rules that look at every file, and runs from nothing, from the cache and after a checkout against each other.
//!
//! What files say to all others is listed by name (`link/sayings.rs`), so that a question reads the units alone that have to do with it. A run of
//! a few files, as a hook makes it, walks nothing: it compares how folders and files lie with what the last run noted (`scan/state.rs`),
//! compiles what has changed, and reads units when a condition asks for them (`scan/near.rs`; `tests/near.rs` holds that against runs without a
//! cache).
//!
//! # Floors
//!
//! A file imports only from floors below its own; `tests/architecture.rs` keeps it.
//!
//! ```text
//! cli                 what users type, exit codes, the terminal
//! debt                the readiness report: one document, one pure function per format
//! history             what each commit had, every file of all of them compiled once
//! scan  report        files read and compiled in parallel; one pure function a format
//! journal  baseline   several files replaced as one; the findings that a project had when it began to look
//! collect             what pytest would collect, from the files of tests alone
//! discover  fix  git  files below the named paths; edits that stand beside each other, written in one step; what davy asks of git
//! cache               what files compiled to, kept between runs by the hash of their bytes
//! identity            what makes a finding the same when code moves
//! config              pyproject.toml and davy.toml, selectors, severities
//! link                module index, meaning of symbolic types, conditions, suppressions; what pytest collects and finds, what columns keep
//! compile             bytes -> Unit: one walk that calls every rule
//! rules               every rule's check; pages lie in rules/
//! rule                what a rule is and sees: Check, Cx
//! python              the only door to the parser: tree, scopes, flow, symbolic types, imports, ignores, broken places, what does not compile
//! document            files of settings: names with values, and where the values stand
//! unit page manifest  what is kept of a file; rule pages; pyproject, requirements, lock files, setup.*, plugins of pytest
//! finding secrets     findings and fixes as plain data; what davy knows of secrets in text
//! fact                names, symbolic types, facts, conditions, verdicts
//! text record         spans, lines, encodings; lists as bytes
//! ```
//!
//! # Invariants
//!
//! 1. [`compile::compile`] reads no path, clock, environment or configuration: equal bytes, equal unit (`tests/compile.rs`).
//! 2. A question about the project is a [`fact::Condition`]. Judging is three-valued; only `Yes` reports.
//! 3. Findings, fixes and units are owned, serialisable data without references to a tree or a rule.
//! 4. Only `src/python/` names the parser.
//! 5. Order is decided once (path, span, code): any number of threads prints the same bytes.
//! 6. Nothing executes, imports or evaluates the scanned code, and nothing opens a network connection.
//! 7. A secret's value never leaves the process: units hold spans, and everything that shows source masks them.
//! 8. A fixed file parses at least as well as before and keeps encoding, line endings and mode; it is replaced in one step.
//!    Fixes that stand together (`link/chains.rs`) are taken as a whole, and several files are replaced through a journal that the next
//!    run finishes.
//! 9. A panic in one file is davy's own bug, reported with the path; the run goes on and exits with 2.
//!
//! # Adding a rule
//!
//! Write `rules/<family>/<name>.md` (the page: code, severity, why, examples that run) and `src/rules/<family>/<name>.rs` (one `CHECK` and small
//! functions), and one `pub mod` line. `build.rs` pairs them by name.

pub mod baseline;
pub mod cache;
pub mod cli;
pub mod collect;
pub mod compile;
pub mod config;
pub mod debt;
pub mod discover;
pub mod document;
pub mod fact;
pub mod finding;
pub mod fix;
pub mod git;
pub mod history;
pub mod identity;
pub mod journal;
pub mod link;
pub mod manifest;
pub mod page;
pub mod python;
pub mod record;
pub mod report;
pub mod rule;
pub mod rules;
pub mod scan;
pub mod secrets;
pub mod text;
pub mod unit;
