//! How it came to this, and what is to be expected.

use super::findings::family_anchor;
use super::write::{Column, figure, link, number, paragraph, prose, table, text};
use crate::debt::{Course, Document, Forecast, Trend, chart, words};

/// So many rows of a long course are written out beneath its charts.
const ROWS: usize = 13;

/// Charts of all families and of each, the numbers beneath them.
pub fn trend(document: &Document) -> String {
    let nothing = paragraph(words::no_history(document).unwrap_or_default());
    let Some(trend) = &document.trend else { return nothing };
    let said = paragraph(&text(&words::history(trend)));
    if trend.commits < 2 {
        return format!("{said}{nothing}");
    }
    if trend.families.is_empty() {
        return format!("{said}{}", paragraph(words::NO_COURSE));
    }
    let columns: &[Column] = &[
        ("Family", false),
        ("About", false),
        ("First", true),
        ("Most", true),
        ("Now", true),
        ("Came", true),
        ("Went", true),
    ];
    let rows: Vec<Vec<String>> = trend.families.iter().map(|course| row(document, course)).collect();
    let numbers = format!("{}{}", by_date(trend), by_period(trend));
    let numbers = match numbers.is_empty() {
        true => numbers,
        false => format!("<details><summary>The numbers of these charts</summary>\n{numbers}</details>\n"),
    };
    format!("{said}{}{}{numbers}", table("Trend of each family", columns, &rows), charts(trend))
}

fn row(document: &Document, course: &Course) -> Vec<String> {
    let now = course.values.last().copied().unwrap_or_default();
    vec![
        text(&course.name),
        text(&course.about),
        words::grouped(course.values.first().copied().unwrap_or_default()),
        words::grouped(course.values.iter().max().copied().unwrap_or_default()),
        linked(document, &course.name, now),
        words::grouped(course.came.iter().sum()),
        words::grouped(course.went.iter().sum()),
    ]
}

/// A number of findings of a family, which leads to them.
fn linked(document: &Document, family: &str, now: usize) -> String {
    let is_there = document.findings.iter().any(|entry| words::family(&entry.code) == family);
    match (family, now) {
        (_, 0) => "0".to_owned(),
        ("all", now) => link("findings", &number(now, "finding")),
        (family, now) if is_there => link(&family_anchor(family), &number(now, "finding")),
        (_, now) => words::grouped(now),
    }
}

fn charts(trend: &Trend) -> String {
    let totals = words::totals(trend);
    let mut figures = String::new();
    let mut add = |name: &str, values: &[usize]| {
        let now = values.last().copied().unwrap_or_default();
        if let Some(svg) = chart::course(&format!("Findings over time, {name}"), &trend.dates, values) {
            figures.push_str(&figure(name, &format!("{} now", words::grouped(now)), &svg));
        }
    };
    add("All families", &totals);
    for course in &trend.families {
        add(&course.name, &course.values);
    }
    let (came, went) = (periods(trend, |course| &course.came), periods(trend, |course| &course.went));
    if let Some(svg) = chart::births_and_deaths("Findings that came and went", &trend.periods, &came, &went) {
        let said = "<span class=\"key warning\">came</span> <span class=\"key good\">went</span>";
        figures.push_str(&figure("Births and deaths", said, &svg));
    }
    if figures.is_empty() { figures } else { format!("<div class=\"charts\">\n{figures}</div>\n") }
}

/// What all families have together in each period.
fn periods(trend: &Trend, of: impl Fn(&Course) -> &Vec<usize>) -> Vec<usize> {
    let at = |index: usize| trend.families.iter().filter_map(|course| of(course).get(index)).sum();
    (0..trend.periods.len()).map(at).collect()
}

fn by_date(trend: &Trend) -> String {
    let last = trend.dates.len().saturating_sub(1);
    if last == 0 {
        return String::new();
    }
    let shown = trend.dates.len().min(ROWS);
    let at = (0..shown).map(|row| row * last / (shown - 1));
    let totals = words::totals(trend);
    let rows: Vec<Vec<String>> = at
        .map(|index| {
            let value = |course: &Course| words::grouped(course.values.get(index).copied().unwrap_or_default());
            let families = trend.families.iter().map(value);
            [text(&trend.dates[index]), words::grouped(totals[index])].into_iter().chain(families).collect()
        })
        .collect();
    let caption = match trend.dates.len() {
        all if all > shown => format!("Findings by date: {shown} of {} points", words::grouped(all)),
        _ => "Findings by date".to_owned(),
    };
    wide(&caption, &["Date", "All"], trend, &rows)
}

fn by_period(trend: &Trend) -> String {
    let periods = chart::summed_labels(&trend.periods);
    let families: Vec<(Vec<usize>, Vec<usize>)> =
        trend.families.iter().map(|course| (chart::summed(&course.came), chart::summed(&course.went))).collect();
    let rows: Vec<Vec<String>> = periods
        .iter()
        .enumerate()
        .map(|(index, period)| {
            let at = |values: &[usize]| values.get(index).copied().unwrap_or_default();
            let cells = families.iter().map(|(came, went)| format!("+{} \u{2212}{}", at(came), at(went)));
            [text(period)].into_iter().chain(cells).collect()
        })
        .collect();
    let caption = match periods.len() < trend.periods.len() {
        true => "What came (+) and went (\u{2212}), from each of these periods to the next",
        false => "What came (+) and went (\u{2212}) by period",
    };
    if rows.is_empty() { String::new() } else { wide(caption, &["Period"], trend, &rows) }
}

/// A table with a column for each family.
fn wide(caption: &str, first: &[&str], trend: &Trend, rows: &[Vec<String>]) -> String {
    let heads: Vec<String> = first
        .iter()
        .map(|head| (*head).to_owned())
        .chain(trend.families.iter().map(|course| text(&course.name)))
        .collect();
    let columns: Vec<Column> = heads.iter().enumerate().map(|(index, head)| (head.as_str(), index > 0)).collect();
    table(caption, &columns, rows)
}

/// When each family will be gone, with bounds, or why nothing is said.
pub fn forecast(document: &Document) -> String {
    let Some(trend) = &document.trend else { return String::new() };
    if trend.forecasts.is_empty() {
        return paragraph(words::NO_FORECAST);
    }
    let columns: &[Column] = &[
        ("Family", false),
        ("Now", true),
        ("Change a week", true),
        ("95 % between", true),
        ("Gone at the earliest", true),
        ("Likeliest", true),
        ("At the latest", true),
        ("In words", false),
    ];
    let rows: Vec<Vec<String>> = trend.forecasts.iter().map(|forecast| forecast_row(document, forecast)).collect();
    let mut figures = String::new();
    for forecast in &trend.forecasts {
        let values = match trend.families.iter().find(|course| course.name == forecast.name) {
            Some(course) => course.values.clone(),
            None => words::totals(trend),
        };
        let title = format!("Forecast, {}", forecast.name);
        if let Some(svg) = chart::forecast(&title, &trend.dates, &values, forecast) {
            let said =
                "<span class=\"key line\">so far</span> <span class=\"key good\">at this pace, 95 % within</span>";
            let name = if forecast.name == "all" { "All families" } else { &forecast.name };
            figures.push_str(&figure(name, said, &svg));
        }
    }
    let figures = if figures.is_empty() { figures } else { format!("<div class=\"charts\">\n{figures}</div>\n") };
    format!("{figures}{}", table("Forecast for each family", columns, &rows))
}

fn forecast_row(document: &Document, forecast: &Forecast) -> Vec<String> {
    let dash = || "\u{2013}<span class=\"hear\"> not known</span>".to_owned();
    let gone = forecast.gone.as_ref();
    vec![
        text(&forecast.name),
        linked(document, &forecast.name, forecast.now),
        forecast.per_week.map_or_else(dash, words::signed),
        forecast.between.map_or_else(dash, |(low, high)| format!("{} to {}", words::signed(low), words::signed(high))),
        gone.map_or_else(dash, |(earliest, _, _)| text(earliest)),
        gone.map_or_else(dash, |(_, likely, _)| text(likely)),
        gone.map_or_else(dash, |(_, _, latest)| latest.as_deref().map_or("never".to_owned(), text)),
        prose(&forecast.text),
    ]
}
