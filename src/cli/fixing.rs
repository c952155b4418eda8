//! Fixes to a fixed point in memory, then written, or shown as a diff.
//!
//! Nothing is written before all passes are done, and each file in one step: an interrupted run has changed whole files or none.

use crate::finding::Judged;
use crate::fix;
use crate::link::Linked;
use crate::report::mask::one_line;
use crate::rule::Definitions;
use crate::scan::{Problem, Scan, plain};
use crate::text::{Span, decode, encode};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A tenth pass that still finds something to mend goes round in a circle.
const PASSES: usize = 10;

/// What the fixes did.
pub struct Fixed {
    /// What is left.
    pub linked: Linked,
    /// How many fixes are in the files now.
    pub count: usize,
    /// What did not come to an end, or could not be written.
    pub problems: Vec<Problem>,
}

/// Whether an `__init__` file keeps imports that it does not use: they are what it exports.
pub fn keeps_imports(key: &str) -> bool {
    key.ends_with("__init__.py") || key.ends_with("__init__.pyi")
}

/// Applies fixes until none is left to apply.
pub fn apply(scan: &mut Scan, risky: bool, definitions: &Definitions) -> Fixed {
    let mut linked = scan.link();
    let mut count = 0;
    let mut problems = Vec::new();
    for pass in 0.. {
        let mut by_file: BTreeMap<String, Vec<&Judged>> = BTreeMap::new();
        for finding in &linked.findings {
            if finding.fix.as_ref().is_some_and(|fix| fix.safe || risky) {
                by_file.entry(finding.path.clone()).or_default().push(finding);
            }
        }
        let mut changed = Vec::new();
        for (key, findings) in by_file {
            let Some(file) = scan.file(&key) else { continue };
            let Some(bytes) = file.bytes() else { continue };
            let source = decode(&bytes);
            let proposals: Vec<_> = findings.iter().filter_map(|finding| finding.fix.as_ref()).collect();
            let Some(applied) = fix::apply(&source.text, file.kind, &proposals, keeps_imports(&key)) else { continue };
            let Some(new) = encode(&applied.text, source.encoding, source.bom) else { continue };
            count += applied.count;
            changed.push((key, new));
        }
        if changed.is_empty() {
            break;
        }
        if pass == PASSES {
            let names: Vec<String> =
                changed.iter().filter_map(|(key, _)| scan.file(key)).map(|file| file.display.clone()).collect();
            problems.push(Problem {
                display: names.first().cloned(),
                message: format!("its fixes still change something after {PASSES} passes: a bug of davy's own"),
                help: Some("please report it; the file was left as the last pass had it".to_owned()),
            });
            break;
        }
        for (key, new) in changed {
            scan.replace(&key, Some(new), definitions);
        }
        linked = scan.link();
    }
    Fixed { linked, count, problems }
}

/// Writes what the fixes made. A file that cannot be written stays as it was, and so do its findings.
pub fn write(scan: &mut Scan, fixed: &mut Fixed, definitions: &Definitions) {
    let mut failed = Vec::new();
    for file in scan.files.iter().filter(|file| file.shown) {
        let Some(bytes) = &file.overlay else { continue };
        let result = match file.on_disk() {
            Some(_) => fix::write(&file.path, bytes).map_err(|error| plain(&error)),
            None => Err("the file has changed since it was read".to_owned()),
        };
        if let Err(why) = result {
            let message = format!("the fixes could not be written: {why}");
            let help = Some("the file is as it was".to_owned());
            fixed.problems.push(Problem { display: Some(file.display.clone()), message, help });
            failed.push(file.key.clone());
        }
    }
    if failed.is_empty() {
        return;
    }
    for key in failed {
        scan.replace(&key, None, definitions);
    }
    let before = fixed.linked.findings.len();
    fixed.linked = scan.link();
    fixed.count = fixed.count.saturating_sub(fixed.linked.findings.len() - before.min(fixed.linked.findings.len()));
}

/// What the fixes would change, as a unified diff. Secrets are masked on both sides. `given` is what came from standard
/// input, which is then all that is shown.
pub fn diff(scan: &Scan, given: Option<&[u8]>, definitions: &Definitions) -> String {
    let mut text = String::new();
    for file in scan.files.iter().filter(|file| file.shown) {
        let old = given.map(<[u8]>::to_vec).or_else(|| file.on_disk());
        let (Some(new), Some(old)) = (&file.overlay, old) else { continue };
        let before = crate::compile::compile(&old, file.kind, definitions);
        let (old, new) = (decode(&old), decode(new));
        let old = masked(&old.text, &before.secrets);
        let new = masked(&new.text, &file.unit.secrets);
        let path = one_line(&file.display).into_owned();
        let diff = similar::TextDiff::from_lines(old.as_str(), new.as_str());
        let _ = write!(text, "{}", diff.unified_diff().header(&path, &path));
    }
    text
}

/// The text with every byte of a secret replaced by `*`, line breaks excepted.
fn masked(text: &str, secrets: &[Span]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    for secret in secrets {
        let (start, end) = (secret.start as usize, secret.end as usize);
        if start < at {
            continue;
        }
        let (Some(before), Some(value)) = (text.get(at..start), text.get(start..end)) else { continue };
        masked.push_str(before);
        masked.extend(value.chars().map(|c| if c == '\n' || c == '\r' { c } else { '*' }));
        at = end;
    }
    masked.push_str(text.get(at..).unwrap_or_default());
    masked
}
