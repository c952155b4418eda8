//! Findings in their frames, for a person at a terminal. The only file that knows miette, which draws the frames.
//!
//! Knows nothing of the terminal but what the options say.

use super::incidents::SAME;
use super::mask::{Masks, one_line};
use super::snippet::{self, Mark, Snippet};
use super::table::{Plan, Row, plan};
use super::wrap::{width, wrap};
use super::{Problem, Report, Settled, Shown, count, summary};
use crate::finding::Severity;
use anstyle::{AnsiColor, Style};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteSpanContents, SourceSpan, ThemeStyles};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What the terminal can do.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Escape sequences for colours.
    pub color: bool,
    /// Columns; 60 are enough.
    pub width: usize,
    /// Box drawing characters.
    pub unicode: bool,
    /// OSC 8 links from codes to pages.
    pub hyperlinks: bool,
    /// Where the pages lie if the report knows no site: `file:///...`, and `rules/datetime/naive-utcnow.md` below it.
    pub pages: Option<&'static str>,
}

/// Collapsed rules first, then frames with the errors last, then what went wrong, the summary and what to type next.
pub fn render(report: &Report, options: Options, out: &mut dyn Write) -> io::Result<()> {
    let options = Options { width: options.width.clamp(40, 160), ..options };
    let screen = Screen { report, options, masks: Masks::new(report) };
    let Plan { framed, rows } = plan(report);
    let collapsed = !rows.is_empty();
    screen.table(&rows, out)?;
    let last: BTreeMap<&str, usize> =
        framed.iter().enumerate().map(|(index, shown)| (shown.finding.code.0.as_str(), index)).collect();
    for (index, shown) in framed.iter().enumerate() {
        screen.finding(shown, last.get(shown.finding.code.0.as_str()) == Some(&index), out)?;
        writeln!(out)?;
    }
    for problem in &report.errors {
        screen.problem(problem, out)?;
    }
    if report.summary { screen.end(collapsed, out) } else { Ok(()) }
}

struct Screen<'a> {
    report: &'a Report,
    options: Options,
    masks: Masks<'a>,
}

/// How many places of one secret are named one by one.
const PLACES: usize = 8;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const HINT: Style = AnsiColor::Cyan.on_default();

fn tone(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default(),
        Severity::Warning => AnsiColor::Yellow.on_default(),
        Severity::Note => AnsiColor::Cyan.on_default(),
    }
}

impl Screen<'_> {
    fn paint(&self, style: Style, text: &str) -> String {
        if self.options.color && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn pick(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.options.unicode { unicode } else { ascii }
    }

    /// The code, as a link where the terminal and the report allow it.
    fn code(&self, shown: &Shown) -> String {
        let code = &shown.finding.code.0;
        let here = || self.options.pages.map(|folder| format!("{folder}/{}", shown.page.path));
        match self.report.page_url(shown.page).or_else(here).filter(|_| self.options.hyperlinks) {
            Some(url) => format!("\x1b]8;;{url}\x1b\\{code}\x1b]8;;\x1b\\"),
            None => code.clone(),
        }
    }

    fn finding(&self, shown: &Shown, last_of_rule: bool, out: &mut dyn Write) -> io::Result<()> {
        let finding = &shown.finding;
        let word = finding.severity.word();
        let lead = width(word) + width(&finding.code.0) + 4;
        let message = self.masks.text(&[&finding.path], &finding.message);
        let message = if shown.baselined { format!("{message} (in the baseline)").into() } else { message };
        let lines = wrap(&one_line(&message), self.options.width.saturating_sub(lead), self.options.width - 2);
        let tag = format!("{word}[{}]", self.code(shown));
        write!(out, "{}: ", self.paint(tone(finding.severity).bold(), &tag))?;
        for (index, line) in lines.iter().enumerate() {
            writeln!(out, "{}{}", if index == 0 { "" } else { "  " }, self.paint(BOLD, line))?;
        }
        let (indent, outside) = self.frame(shown, out)?;
        let tails = self.tails(shown, outside, last_of_rule);
        for (index, (word, style, text)) in tails.iter().enumerate() {
            let last = index + 1 == tails.len();
            let corner = if last { self.pick("╰", "`") } else { self.pick("├", "|") };
            let beside = if last { " " } else { self.pick("│", "|") };
            let lead = indent + 2 + width(word) + 2;
            let room = self.options.width.saturating_sub(lead);
            for (index, line) in wrap(text, room, room).iter().enumerate() {
                let link = |line: &String| line.replace(finding.code.0.as_str(), &self.code(shown));
                let line = if *word == "more" { &link(line) } else { line };
                match index {
                    0 => writeln!(out, "{:indent$}{corner} {}: {line}", "", self.paint(style.bold(), word))?,
                    _ => writeln!(out, "{:indent$}{beside} {:skip$}{line}", "", "", skip = lead - indent - 2)?,
                }
            }
        }
        Ok(())
    }

    /// What stands under the frame: labels elsewhere, help, the fix, and once a rule where to read more.
    fn tails(&self, shown: &Shown, outside: Vec<Mark>, last_of_rule: bool) -> Vec<(&'static str, Style, String)> {
        let finding = &shown.finding;
        let mut tails = Vec::new();
        let mut same = 0;
        let here = outside.iter().map(|mark| (&finding.path, mark.span, mark.message.as_deref().unwrap_or_default()));
        let elsewhere = finding.labels.iter().filter(|label| label.path != finding.path);
        for (path, span, message) in
            here.chain(elsewhere.map(|label| (&label.path, label.span, label.message.as_str())))
        {
            same += usize::from(message.starts_with(SAME));
            if same > PLACES && message.starts_with(SAME) {
                continue;
            }
            let line = self.report.sources.get(path).map(|source| format!(":{}", source.lines().line(span.start)));
            let message = self.masks.text(&[&finding.path, path], message);
            let text = format!("{} ({}{})", one_line(&message), one_line(path), line.unwrap_or_default());
            tails.push(("note", HINT, text));
        }
        if same > PLACES {
            let more = format!("and in {}; `--format json` lists them", count(same - PLACES, "more place"));
            tails.push(("note", HINT, more));
        }
        if let Some(help) = &finding.help {
            tails.push(("help", HINT, one_line(&self.masks.text(&[&finding.path], help)).into_owned()));
        }
        if let Some(Settled { title, safe, .. }) = &shown.fix {
            let title = self.masks.text(&[&finding.path], title);
            tails.push(("fix", GOOD, format!("{} ({})", one_line(&title), if *safe { "safe" } else { "unsafe" })));
        }
        for Settled { title, .. } in &shown.alternatives {
            let title = self.masks.text(&[&finding.path], title);
            tails.push(("or", GOOD, one_line(&title).into_owned()));
        }
        if last_of_rule {
            tails.push(("more", DIM, format!("davy explain {}", finding.code)));
        }
        tails
    }

    /// Draws the frame; gives back where its border stands, and the labels that found no room.
    fn frame(&self, shown: &Shown, out: &mut dyn Write) -> io::Result<(usize, Vec<Mark>)> {
        let finding = &shown.finding;
        let path = one_line(&finding.path).into_owned();
        let Some(source) = self.report.sources.get(&finding.path) else {
            writeln!(out, "  {}", self.paint(DIM, &path))?;
            return Ok((2, Vec::new()));
        };
        let mut marks = vec![Mark { span: finding.span, message: None }];
        for label in finding.labels.iter().filter(|label| label.path == finding.path) {
            let message = one_line(&self.masks.text(&[&finding.path], &label.message)).into_owned();
            marks.push(Mark { span: label.span, message: Some(message) });
        }
        let ellipsis = self.pick("…", "...");
        let mut snippet = snippet::cut(source, &marks, self.options.width, ellipsis);
        let outside = std::mem::take(&mut snippet.outside);
        let indent = snippet.blocks.last().map_or(1, |block| (block.first + block.count - 1).to_string().len()) + 2;
        let frame = Frame { path, snippet };
        let mut drawn = String::new();
        let handler = GraphicalReportHandler::new_themed(self.theme(finding.severity, &frame.snippet))
            .with_urls(false)
            .with_context_lines(1)
            .without_syntax_highlighting()
            .without_cause_chain();
        handler.render_report(&mut drawn, &frame).map_err(io::Error::other)?;
        let bottom = format!("{}{}", self.pick("╰", "`"), self.pick("────", "----"));
        // The first line is miette's place for the message, which stands above; closing lines would only take room.
        for line in drawn.lines().skip(1).filter(|line| line.trim_start() != bottom) {
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok((indent, outside))
    }

    fn theme(&self, severity: Severity, snippet: &Snippet) -> GraphicalTheme {
        let mut theme = if self.options.unicode { GraphicalTheme::unicode() } else { GraphicalTheme::none() };
        theme.styles = if self.options.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
        theme.characters.error.clear();
        theme.styles.link = theme.styles.linum;
        let strong = match severity {
            Severity::Error => theme.styles.error,
            Severity::Warning => theme.styles.warning,
            Severity::Note => theme.styles.advice,
        };
        // miette gives out highlight styles by position, so the primary mark's has to stand at its place.
        let mut order: Vec<usize> = (0..snippet.marks.len()).collect();
        order.sort_by_key(|&index| snippet.marks[index].range.start);
        if self.options.color {
            let styles = order.iter().map(|&index| if index == 0 { strong.bold() } else { theme.styles.help });
            theme.styles.highlights = styles.collect();
        }
        theme
    }

    fn table(&self, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
        let widest = |text: &dyn Fn(&Row) -> usize| rows.iter().map(text).max().unwrap_or(0);
        let counts = widest(&|row| row.count.to_string().len());
        let names = widest(&|row| row.code.len() + 1 + row.name.len());
        let fixes = widest(&|row| row.fixable().len());
        // A rule has one line: where it gets narrow, the code alone says which.
        let wide = self.options.width >= 2 + counts + 2 + names + 2 + fixes + 2 + 30;
        let names = if wide { names } else { widest(&|row| row.code.len()) };
        let lead = 2 + counts + 2 + names + 2 + fixes + 2;
        let ellipsis = self.pick("…", "...");
        let mut heading = None;
        for row in rows {
            if heading != Some(row.severity) {
                if heading.is_some() {
                    writeln!(out)?;
                }
                heading = Some(row.severity);
                let word = match row.severity {
                    Severity::Error => "Errors, one line a rule; examples below",
                    Severity::Warning => "Warnings, one line a rule",
                    Severity::Note => "Notes, one line a rule",
                };
                writeln!(out, "{}", self.paint(BOLD, word))?;
            }
            let name = if wide { format!(" {}", row.name) } else { String::new() };
            let gap = " ".repeat(names - row.code.len() - name.len());
            let rule = format!("{}{name}{gap}", self.paint(tone(row.severity).bold(), row.code));
            let count = row.count;
            let fixable = row.fixable();
            let pad = " ".repeat(fixes - fixable.len());
            let worst = row.worst(self.options.width.saturating_sub(lead), ellipsis);
            let fixable = self.paint(GOOD, &fixable);
            writeln!(out, "  {count:counts$}  {rule}  {fixable}{pad}  {}", self.paint(DIM, &worst))?;
        }
        if rows.is_empty() { Ok(()) } else { writeln!(out) }
    }

    fn problem(&self, problem: &Problem, out: &mut dyn Write) -> io::Result<()> {
        let line = super::concise::problem(problem, &self.masks);
        let text = line.strip_prefix("error: ").unwrap_or(&line);
        for (index, line) in wrap(text, self.options.width - 7, self.options.width - 2).iter().enumerate() {
            let lead = if index == 0 {
                format!("{}: ", self.paint(tone(Severity::Error).bold(), "error"))
            } else {
                "  ".to_owned()
            };
            writeln!(out, "{lead}{line}")?;
        }
        if let Some(help) = &problem.help {
            let help = self.masks.text(problem.path.as_deref().as_slice(), help);
            let help = one_line(&help);
            for (index, line) in wrap(&help, self.options.width - 8, self.options.width - 8).iter().enumerate() {
                let lead = if index == 0 { format!("  {}: ", self.paint(HINT.bold(), "help")) } else { " ".repeat(8) };
                writeln!(out, "{lead}{line}")?;
            }
        }
        writeln!(out)
    }

    fn end(&self, collapsed: bool, out: &mut dyn Write) -> io::Result<()> {
        if let Some(fixed) = summary::fixed(self.report) {
            writeln!(out, "{}", self.paint(GOOD.bold(), &fixed))?;
        }
        let clear = self.report.listed().next().is_none() && self.report.errors.is_empty();
        for line in wrap(&summary::line(self.report), self.options.width, self.options.width) {
            writeln!(out, "{}", self.paint(if clear { GOOD.bold() } else { BOLD }, &line))?;
        }
        if let Some(aside) = summary::aside(self.report) {
            writeln!(out, "{}", self.paint(DIM, &aside))?;
        }
        let more = [summary::gate(self.report), summary::pinned(self.report)];
        let more: Vec<String> = more.into_iter().flatten().chain(summary::budgets(self.report)).collect();
        for line in more.iter().flat_map(|line| wrap(line, self.options.width, self.options.width)) {
            writeln!(out, "{}", self.paint(DIM, &line))?;
        }
        let next = summary::next(self.report, collapsed);
        let commands = next.iter().map(|(command, _)| width(command)).max().unwrap_or(0);
        for (command, what) in next {
            // The command is what counts: what it does is left out where the line is too short.
            if 2 + commands + 2 + width(&what) > self.options.width {
                writeln!(out, "  {}", self.paint(HINT, &command))?;
                continue;
            }
            let gap = " ".repeat(commands - width(&command) + 2);
            writeln!(out, "  {}{gap}{}", self.paint(HINT, &command), self.paint(DIM, &what))?;
        }
        Ok(())
    }
}

/// A snippet as miette wants it. The message, code and help stand outside, where they wrap and align as one block.
#[derive(Debug)]
struct Frame {
    path: String,
    snippet: Snippet,
}

impl std::fmt::Display for Frame {
    fn fmt(&self, _: &mut std::fmt::Formatter) -> std::fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Frame {}

impl miette::Diagnostic for Frame {
    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.snippet.marks.iter().enumerate().map(|(index, mark)| {
            let span = (mark.range.start, mark.range.len());
            match index {
                0 => LabeledSpan::new_primary_with_span(mark.message.clone(), span),
                _ => LabeledSpan::new_with_span(mark.message.clone(), span),
            }
        })))
    }
}

impl miette::SourceCode for Frame {
    /// Whole blocks for drawing; without context lines, which only the header asks for, the true position.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let block = self.snippet.blocks.iter().find(|block| block.range.start <= start && end <= block.range.end);
        let block = block.ok_or(miette::MietteError::OutOfBounds)?;
        let mark = self.snippet.marks.iter().find(|mark| before == 0 && mark.range == (start..end));
        let (line, column) = match mark {
            Some(mark) => (mark.position.line as usize - 1, mark.position.column as usize - 1),
            None => (block.first as usize - 1, 0),
        };
        let data = &self.snippet.text.as_bytes()[block.range.clone()];
        let whole = SourceSpan::from((block.range.start, block.range.len()));
        let contents =
            MietteSpanContents::new_named(self.path.clone(), data, whole, line, column, block.count as usize);
        Ok(Box::new(contents))
    }
}
