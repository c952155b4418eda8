//! The findings of a run against the project's baseline.

use crate::baseline::{Baseline, Compared, View};
use crate::config::paths;
use crate::finding::{Judged, Severity};
use crate::identity::{self, Identity};
use crate::link::project::Settings;
use crate::rules;
use crate::scan::Scan;
use crate::text::{Lines, decode};
use std::collections::HashMap;
use std::path::Path;

/// The folder that paths in the baseline start from.
pub fn home(scan: &Scan) -> &Path {
    scan.baseline.parent().unwrap_or(Path::new("."))
}

/// Whether a finding is for the baseline: what never fails a run needs no place in it.
pub fn counts(finding: &Judged) -> bool {
    finding.severity > Severity::Note
}

/// What each finding is recognised by, in their order.
pub fn identities(scan: &Scan, findings: &[Judged]) -> Vec<Identity> {
    let home = home(scan);
    let mut texts: HashMap<&str, Option<(String, String, Lines)>> = HashMap::new();
    let mut all: Vec<Identity> = Vec::with_capacity(findings.len());
    for finding in findings {
        let text = texts.entry(&finding.path).or_insert_with(|| {
            let file = scan.file(&finding.path)?;
            let text = decode(&file.bytes()?).text.into_owned();
            let lines = Lines::new(&text);
            Some((paths::shown(&file.path, home), text, lines))
        });
        let (path, content) = match text {
            Some((path, text, lines)) => {
                let secrets = scan.file(&finding.path).map(|file| file.unit.secrets.as_slice()).unwrap_or_default();
                (path.clone(), identity::content(text, lines, secrets, finding.span))
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
        let Some(file) = files.get(path).filter(|file| file.shown && !file.unit.broken) else { return false };
        rules::page(rule).is_some_and(|page| scan.selected(&file.key, page))
    };
    let exists = |path: &str| files.contains_key(path) || home.join(path).exists();
    let has_rule = |rule: &str| rules::page(rule).is_some();
    baseline.compare(findings, &View { exists: &exists, ran: &ran, has_rule: &has_rule })
}
