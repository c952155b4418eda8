//! One small report, in every format, and the inputs that break frames.
//!
//! Shows behaviour: what a reader sees, not how it is made.

use super::text::Options;
use super::*;
use crate::finding::{Code, Place};
use std::io;

pub fn report(findings: Vec<Shown>) -> Report {
    Report {
        findings,
        errors: Vec::new(),
        files: 2,
        sources: BTreeMap::new(),
        show_notes: false,
        show_all: false,
        summary: true,
        again: String::new(),
        gate: None,
        budgets: Vec::new(),
        pinned: None,
        fixed: 0,
        suppressed: 0,
        skipped: 0,
        tool_version: "0.1.0",
        site: None,
    }
}

pub fn page(code: &str, name: &str, family: &str) -> &'static Page {
    let path = format!("rules/{family}/{name}.md").leak();
    let text = format!(
        "+++\ncode = \"{code}\"\nseverity = \"error\"\nfix = \"safe\"\neffort = 5\ntags = [\"time\"]\n+++\n# {name}\n\n\
         What it costs, in a sentence. And another\none.\n\n## Cases\n\nhidden\n"
    );
    Box::leak(Box::new(Page::parse(path, text.leak()).expect("a page written for this test")))
}

pub fn shown(page: &'static Page, severity: Severity, path: &str, span: Span, message: &str) -> Shown {
    let finding = Judged {
        path: path.to_owned(),
        code: Code(page.code.clone()),
        span,
        scope: String::new(),
        severity,
        message: message.to_owned(),
        help: None,
        labels: Vec::new(),
        fix: None,
        alternatives: Vec::new(),
        aside: None,
    };
    Shown { finding, page, fix: None, alternatives: Vec::new(), baselined: false, fails: severity > Severity::Note }
}

pub fn written(render: impl Fn(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut bytes = Vec::new();
    render(&mut bytes).expect("memory can be written");
    String::from_utf8(bytes).expect("formats write UTF-8")
}

pub fn text_of(report: &Report, width: usize) -> String {
    let options = Options { color: false, width, unicode: true, hyperlinks: false, pages: None };
    written(|out| super::text::render(report, options, out))
}

fn find(text: &str, part: &str) -> Span {
    let at = text.find(part).expect("stands in the text") as u32;
    Span::new(at, at + part.len() as u32)
}

const ORDERS: &str = "from datetime import datetime\r\n\r\nclass Order(BaseModel):\r\n\tlabel = \"😀\"; at = datetime.utcnow(); key = \"hunter2-hunter2\"\r\n\r\n    @validator(\r\n        \"label\",\r\n    )\r\n    def check(cls, v): return v\r\n";
const SCHEMAS: &str = "\nclass BaseModel: pass\n";

/// An emoji and a tab before the column, CRLF, labels here and elsewhere, a foreign secret in the frame, several lines.
pub fn sample() -> Report {
    let path = "app/order s.py";
    let utcnow = page("DTM001", "naive-utcnow", "datetime");
    let validator = page("PYM001", "v1-validator", "pydantic");
    let secret = page("SEC001", "password-literal", "secrets");

    let mut first = shown(
        utcnow,
        Severity::Error,
        path,
        find(ORDERS, "datetime.utcnow()"),
        "`datetime.utcnow()` returns a naive datetime, which compares with no aware one",
    );
    first.finding.labels = vec![
        Place { path: path.to_owned(), span: find(ORDERS, "datetime import"), message: "imported here".to_owned() },
        Place {
            path: "app/schemas.py".to_owned(),
            span: find(SCHEMAS, "BaseModel"),
            message: "`BaseModel` is defined here".to_owned(),
        },
    ];
    let at = |span, text: &str| TextEdit { path: path.to_owned(), span, text: text.to_owned() };
    first.fix = Some(Settled {
        title: "Replace with `datetime.now(timezone.utc)`".to_owned(),
        safe: true,
        edits: vec![
            at(Span::at(find(ORDERS, "\r\n").start), ", timezone"),
            at(find(ORDERS, "datetime.utcnow()"), "datetime.now(timezone.utc)"),
        ],
    });
    let third = shown(secret, Severity::Warning, path, find(ORDERS, "hunter2-hunter2"), "`key` holds a secret");
    let multi = Span::new(find(ORDERS, "@validator").start, find(ORDERS, "    def").start);
    let mut second = shown(validator, Severity::Warning, path, multi, "`@validator` is gone in Pydantic 3");
    second.finding.help = Some("use `@field_validator` and make it a class method".to_owned());
    second.fix = Some(Settled {
        title: "Copy hunter2-hunter2 around".to_owned(),
        safe: false,
        edits: vec![at(multi, "hunter2-hunter2")],
    });
    let note = shown(utcnow, Severity::Note, "app/schemas.py", Span::at(SCHEMAS.len() as u32), "the file ends");

    let mut report = report(vec![first, third, second, note]);
    let hidden = vec![find(ORDERS, "hunter2-hunter2")];
    report.sources.insert(path.to_owned(), Source::new(ORDERS.to_owned(), true, hidden));
    report.sources.insert("app/schemas.py".to_owned(), Source::new(SCHEMAS.to_owned(), false, Vec::new()));
    report.errors.push(Problem {
        path: Some("app/gone.py".to_owned()),
        message: "cannot be read: permission denied".to_owned(),
        help: Some("make it readable, or exclude it".to_owned()),
    });
    report.site = Some("https://example.org/davy".to_owned());
    report
}

#[test]
fn text_at_80_columns() {
    insta::assert_snapshot!(text_of(&sample(), 80), @r#"
    warning[SEC001]: `key` holds a secret
       ╭─[app/order s.py:4:46]
     3 │ class Order(BaseModel):
     4 │     label = "😀"; at = datetime.utcnow(); key = "***************"
       ·                                                  ───────────────
       ╰ more: davy explain SEC001

    warning[PYM001]: `@validator` is gone in Pydantic 3
       ╭─[app/order s.py:6:5]
     6 │ ╭─▶     @validator(
     7 │ │           "label",
     8 │ ╰─▶     )
     9 │         def check(cls, v): return v
       ├ help: use `@field_validator` and make it a class method
       ├ fix: Copy ******** around (unsafe)
       ╰ more: davy explain PYM001

    error[DTM001]: `datetime.utcnow()` returns a naive datetime, which compares with
      no aware one
       ╭─[app/order s.py:4:20]
     1 │ from datetime import datetime
       ·      ───────┬───────
       ·             ╰── imported here
     2 │
     3 │ class Order(BaseModel):
     4 │     label = "😀"; at = datetime.utcnow(); key = "***************"
       ·                        ─────────────────
       ├ note: `BaseModel` is defined here (app/schemas.py:2)
       ├ fix: Replace with `datetime.now(timezone.utc)` (safe)
       ╰ more: davy explain DTM001

    error: app/gone.py: cannot be read: permission denied
      help: make it readable, or exclude it

    Found 1 error, 2 warnings (and 1 note) in 2 files: 1 can be fixed with --fix, 1
    more with --unsafe-fixes
    1 note, --notes lists it
      davy check --fix  apply 1 safe fix
    "#);
}

#[test]
fn text_at_60_columns() {
    insta::assert_snapshot!(text_of(&sample(), 60), @r#"
    warning[SEC001]: `key` holds a secret
       ╭─[app/order s.py:4:46]
     3 │ class Order(BaseModel):
     4 │ …😀"; at = datetime.utcnow(); key = "***************"
       ·                                      ───────────────
       ╰ more: davy explain SEC001

    warning[PYM001]: `@validator` is gone in Pydantic 3
       ╭─[app/order s.py:6:5]
     6 │ ╭─▶     @validator(
     7 │ │           "label",
     8 │ ╰─▶     )
     9 │         def check(cls, v): return v
       ├ help: use `@field_validator` and make it a class method
       ├ fix: Copy ******** around (unsafe)
       ╰ more: davy explain PYM001

    error[DTM001]: `datetime.utcnow()` returns a naive datetime,
      which compares with no aware one
       ╭─[app/order s.py:4:20]
     1 │ from datetime import datetime
       ·      ───────┬───────
       ·             ╰── imported here
     2 │
     3 │ class Order(BaseModel):
     4 │ …bel = "😀"; at = datetime.utcnow(); key = "*********…
       ·                   ─────────────────
       ├ note: `BaseModel` is defined here (app/schemas.py:2)
       ├ fix: Replace with `datetime.now(timezone.utc)` (safe)
       ╰ more: davy explain DTM001

    error: app/gone.py: cannot be read: permission denied
      help: make it readable, or exclude it

    Found 1 error, 2 warnings (and 1 note) in 2 files: 1 can be
    fixed with --fix, 1 more with --unsafe-fixes
    1 note, --notes lists it
      davy check --fix  apply 1 safe fix
    "#);
}

#[test]
fn concise() {
    insta::assert_snapshot!(written(|out| super::concise::render(&sample(), out)), @r"
    app/order s.py:4:20: error DTM001 [*] `datetime.utcnow()` returns a naive datetime, which compares with no aware one
    app/order s.py:4:46: warning SEC001 `key` holds a secret
    app/order s.py:6:5: warning PYM001 [!] `@validator` is gone in Pydantic 3
    error: app/gone.py: cannot be read: permission denied
    Found 1 error, 2 warnings (and 1 note) in 2 files: 1 can be fixed with --fix, 1 more with --unsafe-fixes
    1 note, --notes lists it
    ");
}

#[test]
fn statistics() {
    insta::assert_snapshot!(written(|out| super::statistics::render(&sample(), out)), @r"
    count  code    severity  name              fixable
        1  DTM001  error     naive-utcnow      1 fixable
        1  PYM001  warning   v1-validator      1 unsafe
        1  SEC001  warning   password-literal

    Found 1 error, 2 warnings (and 1 note) in 2 files: 1 can be fixed with --fix, 1 more with --unsafe-fixes
    1 note, --notes lists it
    ");
}

#[test]
fn no_format_shows_a_secret() {
    let report = Report { show_notes: true, show_all: true, ..sample() };
    let colored = Options { color: true, width: 100, unicode: false, hyperlinks: true, pages: None };
    for output in [
        text_of(&report, 60),
        written(|out| super::text::render(&report, colored, out)),
        written(|out| super::concise::render(&report, out)),
        written(|out| super::json::render(&report, out)),
        written(|out| super::sarif::render(&report, out)),
    ] {
        assert!(!output.contains("hunter2"), "{output}");
    }
}
