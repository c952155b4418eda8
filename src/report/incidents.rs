//! One incident a value: the places where the same secret stands are one finding, with the others as labels.
//!
//! Compares the texts of the files at hand; nothing of a value is kept.

use super::{Report, Shown};
use crate::finding::{Place, Severity};
use std::collections::HashMap;

/// How the message of such a place begins.
pub const SAME: &str = "the same value stands here";

/// Joins findings of the family `secrets` that are about the same value. What the baseline holds stays apart from what it does not.
pub fn join(report: &mut Report) {
    let mut groups: HashMap<(&str, bool), Vec<usize>> = HashMap::new();
    for (index, shown) in report.findings.iter().enumerate() {
        let value = || report.sources.get(&shown.finding.path)?.text.get(shown.finding.span.range());
        if ["SEC001", "SEC002", "SEC003", "SEC004"].contains(&shown.page.code.as_str())
            && let Some(value) = value().filter(|value| value.len() >= 4)
        {
            groups.entry((value, shown.baselined)).or_default().push(index);
        }
    }
    let mut joined: Vec<Option<usize>> = vec![None; report.findings.len()];
    for places in groups.into_values().filter(|places| places.len() > 1) {
        // The place that matters most speaks for all; of equals, the first.
        let weight = |index: usize| (std::cmp::Reverse(report.findings[index].finding.severity), index);
        let Some(first) = places.iter().copied().min_by_key(|index| weight(*index)) else { continue };
        for place in places.into_iter().filter(|place| *place != first) {
            joined[place] = Some(first);
        }
    }
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
