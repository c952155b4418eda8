//! Which findings comments silence, and which comments silence nothing.

use super::Candidate;
use crate::fact::Verdict;
use crate::finding::{Edit, Finding, Fix};
use crate::page::{FAMILIES, Page, nearest};
use crate::python::ignores::OWN;
use crate::rules;
use crate::text::Span;
use crate::unit::{Ignore, IgnoreForm, Unit};

/// Codes of davy's own findings; their pages say the rest.
const UNUSED: &str = "DVY001";
const UNKNOWN: &str = "DVY002";
const EXPIRED: &str = "DVY003";

/// For each candidate whether a comment silences it, and what is to be said of the comments themselves.
///
/// A migration has to move all there is: only davy's own comments, which mean this very finding, keep a place from it.
pub fn apply(
    unit: &Unit,
    candidates: &[Candidate],
    selected: impl Fn(&Page) -> bool,
    migrating: bool,
    today: &str,
) -> (Vec<bool>, Vec<Finding>) {
    let mut silenced = vec![false; candidates.len()];
    let mut findings = Vec::new();
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by_key(|&at| candidates[at].span);
    let start = |at: &usize| candidates[*at].span.start;
    let longest = candidates.iter().map(|one| one.span.end - one.span.start).max().unwrap_or(0);
    for ignore in &unit.ignores {
        if ignore.form == IgnoreForm::Unread {
            findings.push(unread(ignore));
            continue;
        }
        let mut used = vec![false; ignore.codes.len()];
        let near = match ignore.covers {
            None => order.as_slice(),
            Some(covers) => {
                let from = order.partition_point(|at| start(at) < covers.start.saturating_sub(longest));
                let to = order.partition_point(|at| start(at) <= covers.end);
                &order[from..to]
            }
        };
        for &at in near {
            let candidate = &candidates[at];
            let covered = ignore.covers.is_none_or(|covers| meets(covers, candidate.span));
            let meant = !migrating || ignore.form == IgnoreForm::Davy;
            if !covered || !meant || !names(ignore, candidate.page) {
                continue;
            }
            silenced[at] = true;
            for ((word, _), used) in ignore.codes.iter().zip(&mut used) {
                *used |= candidate.verdict != Verdict::No && matches(word, candidate.page);
            }
        }
        if ignore.form == IgnoreForm::Davy {
            let unused = judge(ignore, &used, unit, &selected);
            // What silences nothing need not expire.
            if unused.is_empty() {
                findings.extend(expired(ignore, today));
            }
            findings.extend(unused);
        }
    }
    (silenced, findings)
}

fn meets(covers: Span, span: Span) -> bool {
    span.start <= covers.end && covers.start <= span.end
}

/// Whether a word of a davy comment means a rule.
fn matches(word: &str, page: &Page) -> bool {
    word == page.code
        || word == page.name
        || word == page.family.name
        || word == page.family.prefix
        || page.renamed_from.iter().any(|old| old == word)
}

fn names(ignore: &Ignore, page: &Page) -> bool {
    let listed = |extra: fn(&str, &Page) -> bool| ignore.codes.iter().any(|(word, _)| extra(word, page));
    let equivalent = |word: &str, page: &Page| page.equivalents.iter().any(|one| one == word);
    match ignore.form {
        IgnoreForm::Davy => listed(matches),
        IgnoreForm::Unread => false,
        // A bare `# noqa` usually stands there for a long line: it says nothing about secrets.
        IgnoreForm::Noqa if ignore.codes.is_empty() => page.family.name != "secrets",
        IgnoreForm::Noqa => listed(|word, page| page.equivalents.iter().any(|one| one == word) || matches(word, page)),
        IgnoreForm::Nosec if ignore.codes.is_empty() => page.family.name == "secrets",
        IgnoreForm::Pylint if ignore.codes.iter().any(|(word, _)| word == "all") => page.family.name != "secrets",
        IgnoreForm::Nosec | IgnoreForm::Pylint => ignore.codes.iter().any(|(word, _)| equivalent(word, page)),
    }
}

/// What is to be said of one davy comment: words that name no rule, words that silence nothing.
fn judge(ignore: &Ignore, used: &[bool], unit: &Unit, selected: &impl Fn(&Page) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    let idle = |word: &str| {
        let mut pages = rules::all().iter().map(|rule| &rule.page).filter(|page| matches(word, page)).peekable();
        // A rule that did not run, or a file that was not read in full, proves nothing.
        pages.peek().is_some() && pages.all(selected)
    };
    let unused: Vec<bool> =
        ignore.codes.iter().zip(used).map(|((word, _), used)| !used && !unit.broken && idle(word)).collect();
    let all_unused = !unused.is_empty() && unused.iter().all(|unused| *unused);
    for (at, ((word, span), unused)) in ignore.codes.iter().zip(&unused).enumerate() {
        let known = rules::all().iter().any(|rule| matches(word, &rule.page))
            || FAMILIES.iter().any(|family| family.name == word || family.prefix == word);
        if !known {
            let mut finding = Finding::new(
                UNKNOWN,
                *span,
                vec![format!("`{word}` names no rule, so this comment does not silence it").into()],
            );
            finding.help(meant(word));
            findings.push(finding);
        } else if *unused && (!all_unused || at == 0) {
            let text = if all_unused {
                "this comment silences nothing".to_owned()
            } else {
                format!("`{word}` silences nothing here")
            };
            let edit =
                if all_unused { Edit::replace(ignore.removal, "") } else { Edit::replace(listed(ignore, at), "") };
            let title = if all_unused { "Remove the comment" } else { "Remove the code" };
            let mut finding = Finding::new(UNUSED, if all_unused { ignore.span } else { *span }, vec![text.into()]);
            finding.fix(Fix::safe(title, vec![edit]));
            findings.push(finding);
        }
    }
    findings
}

/// What is to be said of the day that a comment names. Days of one form sort as their texts do.
fn expired(ignore: &Ignore, today: &str) -> Option<Finding> {
    let (day, span) = ignore.until.as_ref()?;
    if day.parse::<jiff::civil::Date>().is_err() || day.len() != 10 {
        let mut finding = Finding::new(
            UNKNOWN,
            *span,
            vec![format!("`until={day}` names no day, so this comment holds for good").into()],
        );
        finding.help("write it as `until=2027-03-01`");
        return Some(finding);
    }
    (day.as_str() < today).then(|| {
        let mut finding =
            Finding::new(EXPIRED, *span, vec![format!("this comment was meant to silence until {day}").into()]);
        finding.help("mend what it silences, or set another day");
        finding
    })
}

/// What is to be said of a comment that was meant for davy and names nothing.
fn unread(ignore: &Ignore) -> Finding {
    let word = ignore.codes.first().map_or("", |(word, _)| word);
    if OWN.contains(&word) {
        let text = "this comment names no rule in `[...]`, so it silences nothing".to_owned();
        let mut finding = Finding::new(UNKNOWN, ignore.span, vec![text.into()]);
        finding.help(format!("write `# davy: {word}[name]`, with the names or codes of the rules that it is about"));
        return finding;
    }
    let text = format!("`{word}` is none of davy's words, so this comment silences nothing");
    let mut finding = Finding::new(UNKNOWN, ignore.span, vec![text.into()]);
    finding.help(format!("did you mean `{}`?", nearest(word, OWN).unwrap_or("ignore")));
    finding
}

/// What somebody meant by a word that names no rule.
fn meant(word: &str) -> String {
    let equivalent = rules::all().iter().find(|rule| rule.page.equivalents.iter().any(|one| one == word));
    let codes = rules::all().iter().flat_map(|rule| [rule.page.code.as_str(), rule.page.name.as_str()]);
    let near = equivalent.map(|rule| rule.page.name.as_str()).or_else(|| nearest(word, codes));
    match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`davy rules` lists them".to_owned(),
    }
}

/// The span of a word in the list, with the comma that goes with it.
fn listed(ignore: &Ignore, at: usize) -> Span {
    let here = ignore.codes[at].1;
    match (ignore.codes.get(at + 1), at.checked_sub(1).map(|before| ignore.codes[before].1)) {
        (Some((_, next)), _) => Span::new(here.start, next.start),
        (None, Some(before)) => Span::new(before.end, here.end),
        (None, None) => here,
    }
}
