use super::html::page;
use super::markdown::markdown;
use super::words::{duration, formula, score, severities};
use super::*;

const SCRIPT: &str = "<script>alert(1)</script>";

fn commit(word: &str) -> CommitRef {
    let id = "9f2c4d1e5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d".to_owned();
    CommitRef { id, date: "2026-05-04".to_owned(), author: word.to_owned(), subject: word.to_owned() }
}

fn section(files: usize, clean: usize, errors: usize) -> Section {
    Section {
        key: "startup".to_owned(),
        title: "System startup".to_owned(),
        about: "What keeps the service from starting.".to_owned(),
        of: "Python files that are no tests".to_owned(),
        score: score(files, clean, errors, 5),
        is_looked_at: true,
        files,
        clean,
        points_per_error: 5,
        errors,
        warnings: 0,
        notes: 0,
        minutes: 0,
        rules: Vec::new(),
        findings: Vec::new(),
    }
}

/// A document in which nothing was found, outside of a repository.
fn empty() -> Document {
    Document {
        as_of: "2026-11-27".to_owned(),
        select: Vec::new(),
        version: 1,
        davy: "0.1.0".to_owned(),
        project: "gas-delivery".to_owned(),
        paths: Vec::new(),
        made: "2026-10-01".to_owned(),
        commit: None,
        uncommitted: 0,
        size: Size { files: 412, lines: 58_213 },
        verdict: Verdict { go: true, reasons: Vec::new() },
        sections: vec![section(412, 412, 0)],
        recommendations: Vec::new(),
        effort: Effort { minutes: 0, automatic: 0, per_thousand_lines: 0.0, paid_back: None, taken_on: None, weeks: 0 },
        trend: None,
        hotspots: Vec::new(),
        owners: Owners { by: "CODEOWNERS".to_owned(), owners: Vec::new() },
        ages: Vec::new(),
        compare: None,
        order: Vec::new(),
        findings: Vec::new(),
    }
}

/// Source as it is: a line has 30 characters without the indentation.
const LINES: [&str; 5] = [
    "    def plan(self, orders: list[Order]) -> Plan:",
    "        started = clock.now()",
    "        payload = order.dict(exclude_none=True)",
    "        logger.info(\"planned %s\", started)",
    "        return Plan(payload)",
];

/// A finding with five lines of source, one of 180 files.
fn entry(index: usize, word: &str) -> Entry {
    let line = 40 + u32::try_from(index).expect("a small number");
    let frame = LINES.iter().zip(line - 2..).map(|(source, number)| FrameLine {
        number,
        text: format!("{source}{}", if number == line { word } else { "" }),
        mark: (number == line).then_some((18, 60)),
    });
    Entry {
        code: "PYM004".to_owned(),
        name: "dict-method".to_owned(),
        severity: "error".to_owned(),
        section: "startup".to_owned(),
        path: format!("src/app/services/orders/views_{}.py", index % 180),
        line,
        column: 9,
        scope: format!("Planner.plan_{}", index % 7),
        message: format!("`Order{}.dict` is deprecated since Pydantic 2", index % 9),
        help: "Call `model_dump`".to_owned(),
        fix: Some("Use `model_dump()`".to_owned()),
        safe: true,
        minutes: 2,
        born: Some(commit(word)),
        from_the_beginning: false,
        owner: word.to_owned(),
        frame: frame.collect(),
    }
}

/// A document with this word wherever a project has words, and so many findings.
fn full(word: &str, findings: usize) -> Document {
    let mut document = empty();
    let all: Vec<usize> = (0..findings).collect();
    document.findings = all.iter().map(|index| entry(*index, word)).collect();
    document.findings[0] = Entry {
        code: "DTM001".to_owned(),
        path: word.to_owned(),
        scope: word.to_owned(),
        message: format!("{word} and `{word}`"),
        help: word.to_owned(),
        fix: Some(word.to_owned()),
        ..entry(0, word)
    };
    document.project = word.to_owned();
    document.paths = vec![word.to_owned()];
    document.commit = Some(commit(word));
    let reason = Reason { text: word.to_owned(), section: "startup".to_owned(), findings: all.clone() };
    document.verdict = Verdict { go: false, reasons: vec![reason] };
    document.sections[0].rules = vec![RuleCount {
        code: "PYM004".to_owned(),
        name: "dict-method".to_owned(),
        summary: word.to_owned(),
        errors: findings,
        warnings: 0,
        notes: 0,
        fixable: findings,
        minutes: 0,
    }];
    document.recommendations = vec![Recommendation {
        text: word.to_owned(),
        command: Some(word.to_owned()),
        code: "PYM004".to_owned(),
        points: 9,
        minutes: 5,
        findings: all.clone(),
    }];
    document.trend = Some(Trend {
        commits: 2,
        looked_at: 2,
        missing: 0,
        shallow: false,
        dates: vec!["2026-05-04".to_owned(), "2026-06-04".to_owned()],
        families: vec![Course {
            name: "pydantic".to_owned(),
            about: word.to_owned(),
            values: vec![3, 4],
            came: vec![2],
            went: vec![1],
        }],
        periods: vec![word.to_owned()],
        forecasts: vec![Forecast {
            name: "all".to_owned(),
            now: 4,
            per_week: None,
            between: None,
            gone: None,
            text: word.to_owned(),
        }],
    });
    document.hotspots = vec![Hotspot {
        path: word.to_owned(),
        commits: 5,
        findings: 1,
        minutes: 2,
        weight: 10,
        owner: word.to_owned(),
    }];
    document.owners.owners =
        vec![Owner { name: word.to_owned(), errors: findings, warnings: 0, minutes: 2, age: Some(40) }];
    document.ages = vec![Age { label: word.to_owned(), errors: findings, warnings: 0, findings: all.clone() }];
    let gone = Gone { code: "PYM004".to_owned(), path: word.to_owned(), scope: word.to_owned(), commit: commit(word) };
    document.compare = Some(Compare {
        name: word.to_owned(),
        commit: commit(word),
        came: all,
        went: vec![gone],
        then: 4,
        now: findings,
    });
    document.order = vec![Module { path: word.to_owned(), imports: Vec::new(), automatic: 1, person: 0, minutes: 0 }];
    document
}

fn written(document: &Document) -> String {
    let mut out = Vec::new();
    markdown(document, &mut out).expect("a vector takes all");
    String::from_utf8(out).expect("it is text")
}

/// The formula of a section in which so many of so many files are clean.
fn formula_of(files: usize, clean: usize, errors: usize) -> String {
    formula(&section(files, clean, errors), str::to_owned)
}

#[test]
fn formulas_come_with_their_numbers() {
    assert_eq!(formula_of(50, 41, 3), "41 of 50 files are clean: 82 %. Less 5 points for each of 3 errors: 67.");
    assert_eq!(formula_of(50, 49, 1), "49 of 50 files are clean: 98 %. Less 5 points for 1 error: 93.");
    assert_eq!(formula_of(1200, 1199, 0), "1,199 of 1,200 files are clean: 99 %.");
    assert_eq!(formula_of(50, 50, 0), "All 50 files are clean: 100 %.");
    assert_eq!(formula_of(1, 1, 0), "The one file is clean: 100 %.");
    assert_eq!(formula_of(0, 0, 0), "No file of the project is part of this: 100.");
    let floor = "10 of 50 files are clean: 20 %. Less 5 points for each of 40 errors, and never below 0: 0.";
    assert_eq!(formula_of(50, 10, 40), floor);
}

#[test]
fn numbers_read_as_people_say_them() {
    assert_eq!([5, 60, 150, 2460].map(duration), ["5 min", "1 h", "2 h 30 min", "41 h"]);
    assert_eq!(severities(0, 0, 0), "nothing found");
    assert_eq!(severities(1, 0, 1200), "1 error, 1,200 notes");
}

#[test]
fn no_word_of_a_project_is_markup() {
    let words =
        [SCRIPT, "\"><img src=x onerror=alert(1)>", "\" onload=\"x", "</style>", "\u{202e}gnp.exe", "a\u{0}b\u{2028}c"];
    let plain = page(&full("word", 3));
    let tags = |page: &str| page.matches('<').count();
    for word in words {
        let page = page(&full(word, 3));
        assert_eq!(tags(&page), tags(&plain), "{word:?} makes an element");
        let mut inside = page.split('<').map(|rest| rest.split('>').next().unwrap_or_default());
        assert!(inside.all(|tag| !tag.contains("onload=\"")), "{word:?} makes an attribute");
        assert!(!page.contains(['\u{202e}', '\0', '\u{2028}']), "{word:?} stands in the page as it is");
    }
}

#[test]
fn no_word_of_a_project_is_markdown() {
    let text = written(&full(SCRIPT, 3));
    let outside: String = text.split('`').step_by(2).collect();
    assert!(!outside.contains("<script"), "{outside}");
    let plain = written(&full("word", 3));
    for word in ["a|b", "a\n\n# b", "a\u{2028}b"] {
        assert_eq!(written(&full(word, 3)).lines().count(), plain.lines().count(), "{word:?} makes a line");
    }
    let cells = |text: &str| text.replace("\\|", "").matches('|').count();
    assert_eq!(cells(&written(&full("a|`b", 3))), cells(&plain));
}

#[test]
fn a_thousand_findings_with_their_frames_can_be_sent() {
    let page = page(&full("# Ada Lovelace", 1000));
    assert!(page.len() < 500_000, "{}", page.len());
    assert!(page.matches("<li>").count() > 5000, "lines were left out");
}

#[test]
fn more_findings_lose_the_lines_around_them_and_none_is_left_out() {
    let page = page(&full("# Ada Lovelace", 3000));
    assert_eq!(page.matches("<details id=f").count(), 3000);
    assert_eq!(page.matches("<ol start=").count(), 3000);
    assert!(page.matches("<li>").count() < 5000);
    assert!(page.contains("There is much to show"));
}

#[test]
fn every_link_of_the_page_leads_somewhere() {
    for document in [empty(), full("word", 1), full("word", 40)] {
        let page = page(&document);
        let links: Vec<&str> =
            page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap_or_default()).collect();
        assert!(links.len() >= 8, "{links:?}");
        for link in links {
            let is_there = page.contains(&format!("id=\"{link}\"")) || page.contains(&format!("id={link}>"));
            assert!(is_there, "#{link}");
        }
    }
}

#[test]
fn where_nothing_was_found_the_page_says_so() {
    let page = page(&empty());
    for sentence in ["<strong>GO</strong>", words::NO_HISTORY, words::NOTHING_TO_DO, words::NO_OWNER, words::NO_ORDER] {
        assert!(page.contains(sentence), "{sentence}");
    }
    assert!(page.contains("Nothing was found in 412 files."));
    assert!(!page.contains("<form"), "there is nothing to filter");
}

#[test]
fn lists_of_markdown_say_how_much_they_leave_out() {
    let text = written(&full("word", 80));
    assert!(text.contains("**NO-GO**: not ready for production"));
    assert!(text.contains("\n### System startup\n") && text.contains("\nand 30 more\n"), "{text}");
    assert!(text.contains("| Family | First | Most | Now | Came | Went |\n|---|---:|---:|---:|---:|---:|"));
    assert!(text.contains("| pydantic | 3 | 4 | 4 | 2 | 1 |"));
}

#[test]
fn secrets_beside_a_word_for_trials_come_last_and_say_so() {
    let secret = |line: u32, around: &str| {
        let known = entry(0, "");
        let frame = vec![FrameLine { number: line, text: around.to_owned(), mark: Some((0, 1)) }];
        Entry { code: "SEC002".to_owned(), message: format!("secret {line}"), line, frame, ..known }
    };
    let findings =
        vec![secret(1, "SANDBOX = {"), secret(2, "LIVE = {"), secret(3, "class DemoClient:"), entry(0, "demo")];
    let document = Document { findings, recommendations: full("", 1).recommendations, ..empty() };
    let markdown = written(&document);
    let places = ["secret 2\n", "secret 1 (beside the word `sandbox`", "secret 3 (beside the word `demo`"];
    let places = places.map(|place| markdown.find(place));
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in {markdown}");
    assert_eq!(markdown.matches("beside the word").count(), 2);
}
