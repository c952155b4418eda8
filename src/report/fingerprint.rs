//! A name for each finding of a report that stays when code moves: the hash of its identity.
//!
//! No secret is in it, so that nothing could be guessed back from it.

use super::Report;
use crate::identity::{self, Identity};
use sha2::{Digest, Sha256};

/// One for each finding of a report, in their order; all different. 32 hexadecimal digits.
pub fn fingerprints(report: &Report) -> Vec<String> {
    let identities = report.findings.iter().map(|shown| {
        let finding = &shown.finding;
        let content = report
            .sources
            .get(&finding.path)
            .map(|source| identity::content(&source.text, source.lines(), &source.secrets, source.clip(finding.span)));
        Identity {
            path: finding.path.clone(),
            rule: finding.code.0.clone(),
            scope: finding.scope.clone(),
            content: content.unwrap_or_default(),
            ordinal: 0,
        }
    });
    let mut identities: Vec<Identity> = identities.collect();
    identity::number(&mut identities);
    identities.iter().map(hash).collect()
}

fn hash(one: &Identity) -> String {
    let ordinal = one.ordinal.to_string();
    let parts = [&one.rule, &one.path, &one.scope, &one.content, &ordinal];
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
