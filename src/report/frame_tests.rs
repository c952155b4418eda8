//! The inputs that break frames, and the first screen of an old backend.
//!
//! Text format only; the other formats are shown in `tests`.

use super::tests::{page, report, shown, text_of, written};
use super::text::{Options, render};
use super::*;
use crate::finding::Place;

fn frame(text: &str, span: Span, width: usize) -> String {
    let page = page("DTM001", "naive-utcnow", "datetime");
    let mut report = report(vec![shown(page, Severity::Error, "a.py", span, "message")]);
    report.sources.insert("a.py".to_owned(), Source::new(text.to_owned(), false, Vec::new()));
    let all = text_of(&report, width);
    all.split("   ╰ more").next().unwrap_or_default().to_owned()
}

#[test]
fn a_long_line_is_cut_around_the_span() {
    let text = format!("x = [{}needle, {}]\n", "1, ".repeat(900), "2, ".repeat(900));
    let at = text.find("needle").expect("stands in the text") as u32;
    insta::assert_snapshot!(frame(&text, Span::new(at, at + 6), 60), @r"
    error[DTM001]: message
       ╭─[a.py:1:2706]
     1 │ …, 1, 1, 1, 1, 1, 1, 1, needle, 2, 2, 2, 2, 2, 2, 2, …
       ·                         ──────
    ");
    insta::assert_snapshot!(frame(&text, Span::new(0, text.len() as u32), 60), @r"
    error[DTM001]: message
       ╭─[a.py:1:1]
     1 │ x = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,…
       · ────────────────────────────────────────────────────
    ");
}

#[test]
fn many_lines_say_where_they_end() {
    let text: String = (1..=40).map(|line| format!("line {line}\r")).collect();
    insta::assert_snapshot!(frame(&text, Span::new(14, 200), 60), @r"
    error[DTM001]: message
       ╭─[a.py:3:1]
     2 │     line 2
     3 │ ╭─▶ line 3
     4 │ │   line 4
     5 │ │   line 5
     6 │ │   line 6
     7 │ ├─▶ line 7
       · ╰──── continues to line 27
     8 │     line 8
    ");
}

#[test]
fn empty_spans_at_the_end_of_things() {
    insta::assert_snapshot!(frame("", Span::at(0), 60), @r"
    error[DTM001]: message
       ╭─[a.py:1:1]
     1 │
       · ▲
    ");
    insta::assert_snapshot!(frame("def f(", Span::at(6), 60), @r"
    error[DTM001]: message
       ╭─[a.py:1:7]
     1 │ def f(
       ·       ▲
    ");
    insta::assert_snapshot!(frame("a\n", Span::at(2), 60), @r"
    error[DTM001]: message
       ╭─[a.py:2:1]
     1 │ a
     2 │
       · ▲
    ");
    insta::assert_snapshot!(frame("a\r\nb", Span::new(1, 3), 60), @r"
    error[DTM001]: message
       ╭─[a.py:1:2]
     1 │ a
       ·  ▲
     2 │ b
    ");
}

#[test]
fn labels_far_away_have_a_frame_of_their_own() {
    let mut lines = vec!["class Config: pass"];
    lines.extend(["x = 1"; 20]);
    lines.push("漢字 = Config.extra  # a comment that runs on and on and on");
    let text = lines.join("\n");
    let at = text.rfind("Config").expect("stands in the text") as u32;
    let mut found = shown(page("PYM001", "x", "pydantic"), Severity::Warning, "a.py", Span::new(at, at + 6), "message");
    let label = |start, end, message: &str| Place {
        path: "a.py".to_owned(),
        span: Span::new(start, end),
        message: message.to_owned(),
    };
    found.finding.labels = vec![
        label(6, 12, "defined here"),
        label(at + 40, at + 45, "far to the right, with more to say than this line holds"),
    ];
    let mut report = report(vec![found]);
    report.sources.insert("a.py".to_owned(), Source::new(text, false, Vec::new()));
    insta::assert_snapshot!(text_of(&report, 60), @r"
    warning[PYM001]: message
       ╭─[a.py:1:7]
     1 │ class Config: pass
       ·       ───┬──
       ·          ╰── defined here
        ╭─[a.py:22:6]
     21 │ x = 1
     22 │ 漢字 = Config.extra  # a comment that runs on and o…
        ·        ──────                                  ────
        ├ note: far to the right, with more to say than this
        │       line holds (a.py:22)
        ╰ more: davy explain PYM001

    Found 1 warning in 2 files
    ");
}

#[test]
fn a_label_inside_the_span_is_told_below() {
    let text = "order.items.dict()\n";
    let mut found = shown(page("PYM004", "x", "pydantic"), Severity::Error, "a.py", Span::new(0, 18), "message");
    let message = "an `Order`".to_owned();
    found.finding.labels = vec![Place { path: "a.py".to_owned(), span: Span::new(0, 5), message }];
    let mut report = report(vec![found]);
    report.sources.insert("a.py".to_owned(), Source::new(text.to_owned(), false, Vec::new()));
    insta::assert_snapshot!(text_of(&report, 60), @r"
    error[PYM004]: message
       ╭─[a.py:1:1]
     1 │ order.items.dict()
       · ──────────────────
       ├ note: an `Order` (a.py:1)
       ╰ more: davy explain PYM004

    Found 1 error in 2 files
    ");
}

#[test]
fn colours_and_links() {
    let mut found =
        shown(page("SEC001", "token", "secrets"), Severity::Error, "a\u{1b}.py", Span::new(0, 1), "a token\u{1b}[2J");
    found.finding.help = Some("revoke it".to_owned());
    let mut report = report(vec![found]);
    report.sources.insert("a\u{1b}.py".to_owned(), Source::new("k\u{1b}[31m = 1".to_owned(), false, Vec::new()));
    report.site = Some("https://example.org/".to_owned());
    let options = Options { color: true, width: 60, unicode: false, hyperlinks: true, pages: None };
    let output = written(|out| render(&report, options, out)).replace('\u{1b}', "ESC");
    insta::assert_snapshot!(output, @r"
    ESC[1mESC[31merror[ESC]8;;https://example.org/rules/secrets/token.mdESC\SEC001ESC]8;;ESC\]ESC[0m: ESC[1ma token␛[2JESC[0m
       ,-[ESC[2ma␛.py:1:1ESC[0m]
     ESC[2m1ESC[0m | k␛[31m = 1
       : ESC[31;1m^ESC[0m
       | ESC[1mESC[36mhelpESC[0m: revoke it
       ` ESC[1mESC[2mmoreESC[0m: davy explain ESC]8;;https://example.org/rules/secrets/token.mdESC\SEC001ESC]8;;ESC\

    ESC[1mFound 1 error in 2 filesESC[0m
    ");
}

#[test]
fn many_findings_collapse() {
    let utcnow = page("DTM001", "naive-utcnow", "datetime");
    let dict = page("PYM004", "dict-method", "pydantic");
    let mut findings: Vec<Shown> = Vec::new();
    for index in 0..180 {
        let (page, severity) = if index % 3 == 0 { (utcnow, Severity::Error) } else { (dict, Severity::Warning) };
        let path = format!("app/{}.py", ["crud", "models", "orders", "routes"][index / 60]);
        let mut found = shown(page, severity, &path, Span::at(0), "message");
        found.fix = (index % 4 == 0).then(|| Settled { title: "Mend".to_owned(), safe: index % 8 == 0, edits: vec![] });
        findings.push(found);
    }
    let mut report = report(findings);
    (report.fixed, report.suppressed) = (1, 2);
    insta::assert_snapshot!(text_of(&report, 100), @r"
    Warnings, one line a rule
      120  PYM004 dict-method   15 fixable, 15 unsafe  app/crud.py 40, app/models.py 40, 1 more

    Errors, one line a rule; examples below
       60  DTM001 naive-utcnow  8 fixable, 7 unsafe    app/crud.py 20, app/models.py 20, 1 more

    error[DTM001]: message
      app/crud.py
      ╰ fix: Mend (safe)

    error[DTM001]: message
      app/models.py
      ╰ fix: Mend (unsafe)

    error[DTM001]: message
      app/orders.py
      ├ fix: Mend (safe)
      ╰ more: davy explain DTM001

    Fixed 1 finding
    Found 60 errors, 120 warnings in 2 files: 23 can be fixed with --fix, 22 more with --unsafe-fixes
    2 findings suppressed
      davy check --all     every finding in its frame
      davy check --fix     apply 23 safe fixes
      davy explain DTM001  what is wrong and what to do
    ");
}

#[test]
fn nothing_to_say() {
    let mut report = report(vec![]);
    insta::assert_snapshot!(text_of(&report, 80), @r"
    All clear: 2 files
    ");
    report.files = 0;
    insta::assert_snapshot!(text_of(&report, 80), @r"
    No Python files to check
    ");
    report.files = 1;
    report.findings = vec![shown(page("DTM001", "x", "datetime"), Severity::Note, "a.py", Span::at(0), "a note")];
    insta::assert_snapshot!(text_of(&report, 80), @r"
    All clear: 1 file
    1 note, --notes lists it
    ");
    report.show_notes = true;
    insta::assert_snapshot!(text_of(&report, 80), @r"
    note[DTM001]: a note
      a.py
      ╰ more: davy explain DTM001

    Found 1 note in 1 file
    ");
}

/// Every pair of spans in every text, at several widths: no panic, and no frame wider than the terminal.
#[test]
fn no_span_breaks_a_frame() {
    let page = page("DTM001", "naive-utcnow", "datetime");
    let long = format!("\t{}", "漢x\u{301}😀\t".repeat(30));
    for text in [
        "",
        "\n",
        "\r",
        "a\r\n\r\nb\tc\n",
        "é😀\r\rx",
        "a\u{0}\u{1b}[1m\u{202e}b",
        "\u{feff}a\n\n\n\n\nb\nc\nd\ne",
        &long,
    ] {
        let end = text.len() as u32 + 2;
        let step = (end as usize / 12).max(1);
        for (width, unicode) in [(0, true), (60, true), (61, false)] {
            for start in (0..end).step_by(step) {
                for stop in (start..end).step_by(step) {
                    let mut found = shown(page, Severity::Error, "a.py", Span::new(start, stop), "message");
                    for span in [Span::new(start / 2, stop), Span::at(stop), Span::new(0, end)] {
                        let message = "a label".to_owned();
                        found.finding.labels.push(Place { path: "a.py".to_owned(), span, message });
                    }
                    let mut report = report(vec![found]);
                    let secrets = vec![Span::new(start / 2, start)];
                    report.sources.insert("a.py".to_owned(), Source::new(text.to_owned(), true, secrets));
                    let options = Options { color: false, width, unicode, hyperlinks: false, pages: None };
                    let output = written(|out| render(&report, options, out));
                    let wide = output.lines().find(|line| super::wrap::width(line) > width.max(60));
                    assert_eq!(wide, None, "{text:?} {start}..{stop} at {width}\n{output}");
                    written(|out| super::json::render(&report, out));
                    written(|out| super::sarif::render(&report, out));
                }
            }
        }
    }
}
