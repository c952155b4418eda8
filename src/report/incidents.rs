//! One incident a value: the places where the same secret stands are one finding, with the others as labels.
//!
//! Compares the texts of the files at hand; nothing of a value is kept.

use super::{Report, Shown};
use crate::finding::{Place, Severity};
use std::collections::HashMap;

/// How the message of such a place begins.
pub const SAME: &str = "the same value stands here";

/// Whether a rule is about a value that may stand in several places.
pub fn is_about_value(code: &str) -> bool {
    matches!(code, "SEC001" | "SEC002" | "SEC003" | "SEC004")
}

/// For each finding, the one that speaks for it, if another does. A finding comes with what makes it the same as others (none where nothing
/// does) and its severity.
pub fn spoken_for<K: std::hash::Hash + Eq>(
    findings: impl Iterator<Item = (Option<K>, Severity)>,
) -> Vec<Option<usize>> {
    let mut groups: HashMap<K, Vec<(std::cmp::Reverse<Severity>, usize)>> = HashMap::new();
    let mut joined = Vec::new();
    for (index, (key, severity)) in findings.enumerate() {
        joined.push(None);
        if let Some(key) = key {
            groups.entry(key).or_default().push((std::cmp::Reverse(severity), index));
        }
    }
    for places in groups.into_values().filter(|places| places.len() > 1) {
        // The place that matters most speaks for all; of equals, the first.
        let Some(first) = places.iter().min().map(|(_, index)| *index) else { continue };
        for (_, place) in places.into_iter().filter(|(_, place)| *place != first) {
            joined[place] = Some(first);
        }
    }
    joined
}

/// The least length of a value that makes findings the same, in bytes.
pub const LEAST: usize = 4;

/// Joins findings of the family `secrets` that are about the same value. What the baseline holds stays apart from what it does not.
pub fn join(report: &mut Report) {
    let keys = report.findings.iter().map(|shown| {
        let value = || report.sources.get(&shown.finding.path)?.text.get(shown.finding.span.range());
        let value = if is_about_value(&shown.page.code) { value() } else { None };
        (value.filter(|value| value.len() >= LEAST).map(|value| (value, shown.baselined)), shown.finding.severity)
    });
    let joined = spoken_for(keys);
    let mut others: HashMap<usize, Vec<Place>> = HashMap::new();
    let mut fails: HashMap<usize, bool> = HashMap::new();
    for (index, first) in joined.iter().enumerate() {
        let Some(first) = first else { continue };
        let Shown { finding, fails: failing, .. } = &report.findings[index];
        let less = if finding.severity == Severity::Note { " (by itself a note)" } else { "" };
        let message = format!("{SAME}{less}");
        let place = Place { path: finding.path.clone(), span: finding.span, message };
        others.entry(*first).or_default().push(place);
        *fails.entry(*first).or_default() |= *failing;
    }
    for (first, places) in others {
        let shown = &mut report.findings[first];
        shown.finding.labels.extend(places);
        shown.fails |= fails[&first];
    }
    let mut index = 0;
    report.findings.retain(|_| {
        index += 1;
        joined[index - 1].is_none()
    });
}
