//! The course of the debt, and what is to be expected of it.

use super::{Course, Effort, Forecast, Trend, words};
use crate::finding::Severity;
use crate::history::{History, Life, day_of};
use crate::page::FAMILIES;
use crate::rules;

const DAY: i64 = 24 * 3600;
const WEEK: i64 = 7 * DAY;
/// Of so many weeks at most a pace is taken.
const WEEKS: usize = 12;
/// And of so many at least.
const FEWEST: usize = 8;
/// Student's t for 95 %, both sides, by degrees of freedom from 7 on.
const STUDENT: [f64; 5] = [2.365, 2.306, 2.262, 2.228, 2.201];
/// What would take longer is never, in weeks.
const NEVER: f64 = 52.0 * 30.0;

/// The families of the report: davy's own comments are none.
fn family(life: &Life) -> Option<&'static str> {
    rules::page(life.rule()).map(|page| page.family.name).filter(|name| *name != "davy")
}

/// Errors and warnings of the report, as they were last.
fn counted(history: &History) -> impl Iterator<Item = (&'static str, &Life)> {
    let is_meant = |life: &&Life| {
        let last = life.last();
        last.severity > Severity::Note && history.holds(&last.identity.path)
    };
    history.lives.iter().filter(is_meant).filter_map(|life| Some((family(life)?, life)))
}

/// How it came to this; forecasts are another matter.
pub fn trend(history: &History) -> Trend {
    let times: Vec<i64> = history.points.iter().map(|point| point.commit.time).collect();
    let (first, last) = (times.iter().min().copied().unwrap_or(0), times.iter().max().copied().unwrap_or(0));
    let period = periods(last - first);
    let mut periods: Vec<String> = Vec::new();
    let mut day = first;
    while day < last + DAY {
        let label = period(day.min(last));
        if periods.last() != Some(&label) {
            periods.push(label);
        }
        day += DAY;
    }
    let mut courses = history
        .courses(|life, sighting| family(life).filter(|_| sighting.severity > Severity::Note))
        .into_iter()
        .map(|(name, values)| {
            let about = FAMILIES.iter().find(|family| family.name == name).map_or("", |family| family.about);
            let (came, went) = (vec![0; periods.len()], vec![0; periods.len()]);
            Course { name: name.to_owned(), about: about.to_owned(), values, came, went }
        })
        .collect::<Vec<Course>>();
    courses.sort_by_key(|course| FAMILIES.iter().position(|family| family.name == course.name));
    let place = |point: usize| {
        let label = period(times[point]);
        periods.iter().position(|one| *one == label)
    };
    for (name, life) in counted(history) {
        let Some(course) = courses.iter_mut().find(|course| course.name == name) else { continue };
        if let Some(at) = place(life.born).filter(|_| life.born > 0) {
            course.came[at] += 1;
        }
        if let Some(at) = life.died.and_then(place) {
            course.went[at] += 1;
        }
    }
    Trend {
        commits: history.commits,
        looked_at: history.points.len(),
        missing: history.missing,
        shallow: history.is_shallow,
        dates: times.iter().map(|time| day_of(*time)).collect(),
        families: courses,
        periods,
        forecasts: Vec::new(),
    }
}

/// How the time of a history is parted: by weeks (their Mondays), months or years.
fn periods(span: i64) -> fn(i64) -> String {
    // 1970 began on a Thursday.
    let monday = |time: i64| day_of(((time.div_euclid(DAY) + 3).div_euclid(7) * 7 - 3) * DAY);
    let month = |time: i64| day_of(time)[..7].to_owned();
    let year = |time: i64| day_of(time)[..4].to_owned();
    match span / WEEK {
        0..=30 => monday,
        31..=320 => month,
        _ => year,
    }
}

/// What all errors and warnings cost: `minutes` of a person, and how many davy mends.
pub fn effort(history: Option<&History>, as_of: i64, lines: usize, (minutes, automatic): &(u32, usize)) -> Effort {
    let per_thousand_lines = if lines == 0 { 0.0 } else { f64::from(*minutes) * 1000.0 / lines as f64 };
    let mut effort = Effort {
        minutes: *minutes,
        automatic: *automatic,
        per_thousand_lines,
        paid_back: None,
        taken_on: None,
        weeks: 0,
    };
    let Some(history) = history else { return effort };
    let Some((weeks, begin)) = lately(history, as_of) else { return effort };
    let is_late = |point: usize| history.points[point].commit.time > begin;
    let cost = |life: &Life| rules::page(life.rule()).map_or(0, |page| page.effort);
    let (mut came, mut went) = (0, 0);
    for (_, life) in counted(history) {
        came += if life.born > 0 && is_late(life.born) { cost(life) } else { 0 };
        went += if life.died.is_some_and(is_late) { cost(life) } else { 0 };
    }
    effort.paid_back = Some(f64::from(went) / weeks as f64);
    effort.taken_on = Some(f64::from(came) / weeks as f64);
    effort.weeks = weeks;
    effort
}

/// The weeks before a time, as many as the history has of a dozen, and when they began; none where there are too few to say anything.
fn lately(history: &History, as_of: i64) -> Option<(usize, i64)> {
    let first = history.points.iter().map(|point| point.commit.time).min()?;
    let weeks = usize::try_from((as_of - first) / WEEK).ok()?.min(WEEKS);
    (weeks >= FEWEST).then(|| (weeks, as_of - weeks as i64 * WEEK))
}

/// What to expect of each family that has findings now, and of all together.
pub fn forecasts(history: Option<&History>, as_of: i64, trend: &Trend) -> Vec<Forecast> {
    let Some(history) = history else { return Vec::new() };
    let families = trend.families.iter().map(|course| (course.name.clone(), course.values.clone()));
    let all = [("all".to_owned(), words::totals(trend))];
    let alive = families.chain(all).filter(|(_, values)| values.last().is_some_and(|now| *now > 0));
    let mut forecasts: Vec<Forecast> = alive.map(|(name, values)| forecast(history, as_of, name, &values)).collect();
    // One family alone is all.
    if forecasts.len() == 2 {
        forecasts.pop();
    }
    forecasts
}

fn forecast(history: &History, as_of: i64, name: String, values: &[usize]) -> Forecast {
    let now = values.last().copied().unwrap_or_default();
    let silent = |text: String| Forecast { name: name.clone(), now, per_week: None, between: None, gone: None, text };
    let Some((weeks, begin)) = lately(history, as_of) else {
        return silent(format!("Nothing is said: the history is shorter than {FEWEST} weeks."));
    };
    let at = |time: i64| {
        let point = history.points.iter().rposition(|point| point.commit.time <= time).unwrap_or(0);
        values[point] as f64
    };
    let ends: Vec<f64> = (0..=weeks as i64).map(|week| at(begin + week * WEEK)).collect();
    let changes: Vec<f64> = ends.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let count = changes.len() as f64;
    let mean = changes.iter().sum::<f64>() / count;
    let spread = (changes.iter().map(|change| (change - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt();
    if spread == 0.0 && mean == 0.0 {
        return silent(format!("Nothing has changed in {weeks} weeks: at this pace it stays at {now}."));
    }
    let half = STUDENT[weeks - FEWEST] * spread / count.sqrt();
    let (low, high) = (mean - half, mean + half);
    let after = |pace: f64| {
        let needed = now as f64 / -pace;
        (pace < 0.0 && needed < NEVER).then(|| day_of(as_of + (needed * WEEK as f64) as i64))
    };
    let gone = match (after(low), after(mean)) {
        (Some(earliest), Some(likeliest)) => Some((earliest, likeliest, after(high))),
        _ => None,
    };
    let pace = words::signed(mean);
    let text = match &gone {
        Some((earliest, likeliest, Some(latest))) => {
            format!("At {pace} a week it is gone on {likeliest}, between {earliest} and {latest}.")
        }
        Some((earliest, likeliest, None)) => {
            format!(
                "At {pace} a week it would be gone on {likeliest}, at the earliest on {earliest}; it may as well stand still."
            )
        }
        None if high < 0.0 => format!("At {pace} a week it is not gone within {} years.", NEVER / 52.0),
        None if low > 0.0 => format!("It grows by {pace} a week."),
        None => format!("It does not shrink: {pace} a week, and whether it grows cannot be told."),
    };
    Forecast { name: name.clone(), now, per_week: Some(mean), between: Some((low, high)), gone, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_parted_by_its_length() {
        let time = 1_700_000_000; // a Tuesday, 2023-11-14
        assert_eq!(periods(20 * WEEK)(time), "2023-11-13");
        assert_eq!(periods(100 * WEEK)(time), "2023-11");
        assert_eq!(periods(1_000 * WEEK)(time), "2023");
    }
}
