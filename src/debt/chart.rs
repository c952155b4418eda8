//! The charts of the readiness report, as SVG to stand within a page.
//!
//! Their colours are variables of the page's style, so that one drawing serves light, dark and paper. They hold nothing of
//! a project but numbers, days, and a title that is escaped.

use super::{Age, Forecast, words};
use charts_rs::{
    AxisType, BarChart, ChartBase, Color, HorizontalBarChart, LineChart, LineStep, Series, SeriesBand, Symbol,
    YAxisConfig, svg_with_accessibility,
};
use jiff::Timestamp;

/// Charts are drawn at the size in which a telephone shows them, and stand beside each other on wider screens.
const SIZE: (f32, f32) = (360.0, 170.0);

/// A course of more values is thinned: a chart has no more columns to show them in.
const POINTS: usize = 90;

/// So many groups of bars fit a chart.
pub const BARS: usize = 26;

/// A forecast looks no farther than this, in weeks.
const HORIZON: f64 = 104.0;

const WEEK: f64 = 7.0 * 86_400.0;

/// A colour that the library draws with, and the variable that takes its place.
struct Paint {
    drawn: (u8, u8, u8),
    variable: &'static str,
}

const INK: Paint = Paint { drawn: (1, 35, 69), variable: "var(--chart-ink)" };
const GRID: Paint = Paint { drawn: (2, 36, 70), variable: "var(--chart-grid)" };
const LINE: Paint = Paint { drawn: (3, 37, 71), variable: "var(--chart-line)" };
const ERROR: Paint = Paint { drawn: (4, 38, 72), variable: "var(--chart-error)" };
const WARNING: Paint = Paint { drawn: (5, 39, 73), variable: "var(--chart-warning)" };
const GOOD: Paint = Paint { drawn: (6, 40, 74), variable: "var(--chart-good)" };

/// How many findings there were at each date. Nothing where all dates are one day: that has no course.
pub fn course(title: &str, dates: &[String], values: &[usize]) -> Option<String> {
    let (times, values) = timed(dates, values)?;
    let mut chart = LineChart::new(vec![held(&values)], Vec::new());
    chart.x_axis.values = times;
    chart.x_axis.kind = AxisType::Time;
    let most = values.iter().fold(0.0, |most: f32, value| most.max(*value));
    dress(&mut chart.base, &mut chart.y_axis_configs, most, &[&LINE]);
    finished(chart.svg(), title)
}

/// How many findings came and went in each period.
pub fn births_and_deaths(title: &str, periods: &[String], came: &[usize], went: &[usize]) -> Option<String> {
    let labels = summed_labels(periods).iter().map(|label| words::plain(label)).collect();
    let (came, went) = (summed(came), summed(went));
    let most = came.iter().chain(&went).max().copied().unwrap_or_default();
    if most == 0 {
        return None;
    }
    let series = [("came", &came), ("went", &went)].map(|(name, values)| bars(name, values));
    let mut chart = BarChart::new(series.into(), labels);
    dress(&mut chart.base, &mut chart.y_axis_configs, most as f32, &[&WARNING, &GOOD]);
    finished(chart.svg(), title)
}

/// How old findings are: errors, and warnings behind them. The library begins at the bottom.
pub fn ages(title: &str, ages: &[Age]) -> Option<String> {
    let most = ages.iter().map(|age| age.errors + age.warnings).max().filter(|most| *most > 0)?;
    let errors: Vec<usize> = ages.iter().rev().map(|age| age.errors).collect();
    let warnings: Vec<usize> = ages.iter().rev().map(|age| age.warnings).collect();
    let mut series = [bars("errors", &errors), bars("warnings", &warnings)];
    series.iter_mut().for_each(|series| series.stack = Some("all".to_owned()));
    let labels = ages.iter().rev().map(|age| words::plain(&age.label)).collect();
    let mut chart = HorizontalBarChart::new(series.into(), labels);
    dress(&mut chart.base, &mut chart.y_axis_configs, most as f32, &[&ERROR, &WARNING]);
    chart.base.x_axis.name_gap = 8.0;
    chart.base.margin.left = 8.0;
    finished(chart.svg(), title)
}

/// What was, and what is to come between its bounds. Nothing where the forecast is silent.
pub fn forecast(title: &str, dates: &[String], values: &[usize], forecast: &Forecast) -> Option<String> {
    let (per_week, between) = (forecast.per_week?, forecast.between?);
    let (times, values) = timed(dates, values)?;
    let last = *times.last()?;
    let likely = forecast.gone.as_ref().and_then(|(_, likely, _)| seconds(likely));
    let past = (last - times[0]) / WEEK;
    let weeks = likely.map_or(past / 2.0, |day| (day - last) / WEEK * 1.25).clamp(4.0, HORIZON);
    // As much of the past as of the future, twice over: more would press the forecast to the edge.
    let from = times.partition_point(|time| *time < last - weeks * 2.0 * WEEK);
    let steps: Vec<f64> = (0..=20).map(|step| weeks * f64::from(step) / 20.0).collect();
    let now = forecast.now as f64;
    let ahead = |pace: f64| -> Vec<f32> { steps.iter().map(|week| (now + pace * week).max(0.0) as f32).collect() };
    let mut past = held(&values[from..]);
    past.x_values = Some(times[from..].to_vec());
    let band = SeriesBand::new(ahead(between.0), ahead(between.1));
    let most = values[from..].iter().copied().chain(band.upper.iter().flatten().copied()).fold(0.0, f32::max);
    let likely = Series {
        name: "forecast".to_owned(),
        data: ahead(per_week).into_iter().map(Some).collect(),
        x_values: Some(steps.iter().map(|week| last + week * WEEK).collect()),
        band: Some(band),
        stroke_dash_array: Some("4,3".to_owned()),
        symbol: Some(Symbol::None),
        ..Series::default()
    };
    let mut chart = LineChart::new(vec![past, likely], Vec::new());
    chart.x_axis.kind = AxisType::Time;
    dress(&mut chart.base, &mut chart.y_axis_configs, most, &[&LINE, &GOOD]);
    finished(chart.svg(), title)
}

/// Values that hold until the next one.
fn held(values: &[f32]) -> Series {
    Series {
        name: "findings".to_owned(),
        data: values.iter().copied().map(Some).collect(),
        step: Some(LineStep::End),
        fill: Some(true),
        symbol: Some(Symbol::None),
        ..Series::default()
    }
}

fn bars(name: &str, values: &[usize]) -> Series {
    let data = values.iter().map(|value| Some(*value as f32)).collect();
    Series { name: name.to_owned(), data, ..Series::default() }
}

/// What all charts have in common.
fn dress(base: &mut ChartBase, y_axes: &mut [YAxisConfig], most: f32, paints: &[&Paint]) {
    let color = |paint: &Paint| Color::from(paint.drawn);
    (base.width, base.height) = SIZE;
    base.compact = true;
    base.background_color = Color::transparent();
    base.margin = (8.0, 6.0, 2.0, 2.0).into();
    base.legend.show = Some(false);
    base.series.colors = paints.iter().map(|paint| color(paint)).collect();
    base.series.fill_opacity = Some(0.14);
    base.series.stroke_width = 1.75;
    base.grid.stroke_color = color(&GRID);
    base.x_axis.font.size = 11.0;
    base.x_axis.font.color = color(&INK);
    base.x_axis.stroke_color = color(&GRID);
    base.x_axis.height = 26.0;
    for axis in y_axes {
        axis.font.size = 11.0;
        axis.font.color = color(&INK);
        let (top, split) = scale(most);
        (axis.min, axis.max, axis.split_number) = (Some(0.0), Some(top), split);
    }
}

/// Where an axis for counts ends, and in how many whole steps.
fn scale(most: f32) -> (f32, usize) {
    let mut unit = 1.0;
    loop {
        for step in [1.0, 2.0, 5.0] {
            let steps = (most / (unit * step)).ceil();
            if steps <= 4.0 {
                let steps = steps.max(1.0);
                return (steps * unit * step, steps as usize);
            }
        }
        unit *= 10.0;
    }
}

/// The drawing with a name for those who hear it, in the colours of the page.
fn finished<E>(svg: Result<String, E>, title: &str) -> Option<String> {
    let mut svg = svg.ok()?;
    for Paint { drawn: (red, green, blue), variable } in [INK, GRID, LINE, ERROR, WARNING, GOOD] {
        svg = svg.replace(&format!("#{red:02X}{green:02X}{blue:02X}"), variable);
    }
    Some(svg_with_accessibility(&svg, title, ""))
}

/// Seconds since the epoch of a day.
fn seconds(day: &str) -> Option<f64> {
    let time: Timestamp = format!("{day}T00:00:00Z").parse().ok()?;
    Some(time.as_second() as f64)
}

/// The points of a course, thinned, in time. Commits may be dated before their parents: time stands still there.
fn timed(dates: &[String], values: &[usize]) -> Option<(Vec<f64>, Vec<f32>)> {
    let mut times = Vec::new();
    let mut kept = Vec::new();
    for index in thinned(values, POINTS) {
        let time = seconds(dates.get(index)?)?;
        times.push(time.max(times.last().copied().unwrap_or(time)));
        kept.push(values[index] as f32);
    }
    (times.last() > times.first()).then_some((times, kept))
}

/// Which values of a long course are drawn: the first, the last, and the lowest and highest of every share between.
fn thinned(values: &[usize], most: usize) -> Vec<usize> {
    if values.len() <= most {
        return (0..values.len()).collect();
    }
    let shares = most / 2 - 1;
    let mut kept = vec![0];
    for share in 0..shares {
        let within = values.len() * share / shares..values.len() * (share + 1) / shares;
        let lowest = within.clone().min_by_key(|index| values[*index]);
        let highest = within.max_by_key(|index| values[*index]);
        kept.extend([lowest.min(highest), lowest.max(highest)].into_iter().flatten());
    }
    kept.push(values.len() - 1);
    kept.dedup();
    kept
}

/// How many periods one group of bars stands for.
fn share(periods: usize) -> usize {
    periods.div_ceil(BARS).max(1)
}

/// Counts of periods, of several together where there are too many to draw.
pub fn summed(values: &[usize]) -> Vec<usize> {
    values.chunks(share(values.len())).map(|values| values.iter().sum()).collect()
}

/// The labels of what `summed` makes: the first period of each.
pub fn summed_labels(periods: &[String]) -> Vec<String> {
    periods.iter().step_by(share(periods.len())).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(count: usize) -> Vec<String> {
        let first = 1_577_836_800;
        let day =
            |day: i64| Timestamp::from_second(first + day * 86_400).expect("a time").strftime("%Y-%m-%d").to_string();
        (0..count as i64).map(day).collect()
    }

    #[test]
    fn long_courses_keep_their_peaks_and_ends() {
        let mut values = vec![3; 5000];
        (values[0], values[2345], values[4999]) = (1, 90, 7);
        let kept = thinned(&values, POINTS);
        assert!(kept.len() <= POINTS, "{}", kept.len());
        assert!(kept.is_sorted());
        assert!([0, 2345, 4999].iter().all(|index| kept.contains(index)));
        let drawn = course("all", &days(5000), &values).expect("a course");
        assert!(drawn.len() < 8_000, "{}", drawn.len());
    }

    #[test]
    fn colours_are_those_of_the_page() {
        let drawn = course("all <b>", &days(9), &[1, 2, 3, 4, 5, 6, 7, 8, 9]).expect("a course");
        assert!(drawn.contains("var(--chart-line)") && drawn.contains("var(--chart-ink)"), "{drawn}");
        assert!(!drawn.contains("=\"#"), "{drawn}");
        assert!(drawn.contains("role=\"img\"") && drawn.contains("<title>all &lt;b&gt;</title>"), "{drawn}");
    }

    #[test]
    fn what_has_no_course_is_not_drawn() {
        assert_eq!(course("all", &days(1), &[4]), None);
        assert_eq!(course("all", &[], &[]), None);
        assert_eq!(course("all", &["2020-01-01".to_owned(), "<b>".to_owned()], &[4, 5]), None);
        assert_eq!(births_and_deaths("all", &["2020-01".to_owned()], &[0], &[0]), None);
        assert_eq!(ages("all", &[]), None);
    }

    #[test]
    fn a_silent_forecast_is_not_drawn() {
        let mut silent =
            Forecast { name: "all".to_owned(), now: 9, per_week: None, between: None, gone: None, text: String::new() };
        assert_eq!(forecast("all", &days(9), &[9; 9], &silent), None);
        (silent.per_week, silent.between) = (Some(-1.0), Some((-2.0, 0.5)));
        let drawn = forecast("all", &days(9), &[9; 9], &silent).expect("it says something");
        assert!(drawn.contains("var(--chart-good)") && drawn.contains("stroke-dasharray"), "{drawn}");
    }

    #[test]
    fn axes_count_in_whole_steps() {
        assert_eq!(scale(0.0), (1.0, 1));
        assert_eq!(scale(3.0), (3.0, 3));
        assert_eq!(scale(9.0), (10.0, 2));
        assert_eq!(scale(130.0), (150.0, 3));
    }
}
