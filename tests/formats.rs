//! Every format of a report, as those who read it understand it: places, fingerprints, escapes, and no secret anywhere.

use crate::common::project::{Project, run};
use serde_json::Value;
use std::collections::HashSet;

const FORMATS: &[&str] =
    &["text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjson", "sonar", "markdown"];
const SECRET: &str = "k3ep-me-0ut-of-here";

/// Findings behind an emoji and tabs, twins, CRLF, a broken file, a secret, a name that needs escapes.
fn project() -> Project {
    let twins = "import datetime\n\n\ndef f():\n    a = '😀é'; b = datetime.datetime.utcnow()\n    return b\n";
    Project::new(&[
        (
            "app/a.py",
            &format!("{twins}\n\ndef g():\n\tb = datetime.datetime.utcnow()\n\tb = datetime.datetime.utcnow()\n"),
        ),
        ("app/crlf.py", &twins.replace('\n', "\r\n")),
        ("app/broken.py", "def f(:\n    return 1\n"),
        ("app/s.py", &format!("DB_PASSWORD = '{SECRET}'\n")),
        ("app/50%, ü: <b>.py", twins),
    ])
}

fn printed(project: &Project, format: &str) -> String {
    run(project.command(&["check", "--format", format]), b"").exits(1).out
}

fn json(project: &Project, format: &str) -> Value {
    serde_json::from_str(&printed(project, format)).unwrap_or_else(|error| panic!("{format}: {error}"))
}

fn lines(project: &Project, path: &str) -> Vec<String> {
    project.text(path).split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect()
}

/// How many findings fail a run here.
const COUNT: usize = 7;

#[test]
fn no_format_shows_a_secret_or_a_folder_of_this_machine() {
    let project = project();
    let folder = project.root().to_string_lossy().into_owned();
    for format in FORMATS {
        let text = printed(&project, format);
        assert!(!text.contains(SECRET) && !text.contains(&folder), "{format}: {text}");
        assert_eq!(text, printed(&project, format), "{format} is the same every time");
    }
}

#[test]
fn places_lie_in_their_lines() {
    let project = project();
    for one in json(&project, "rdjson")["diagnostics"].as_array().expect("a list") {
        let (start, end) = (&one["location"]["range"]["start"], &one["location"]["range"]["end"]);
        let number = |value: &Value| value.as_u64().expect("a number") as usize;
        let line = &lines(&project, one["location"]["path"].as_str().expect("a path"))[number(&start["line"]) - 1];
        assert!((1..=line.len() + 1).contains(&number(&start["column"])), "{one}");
        if one["code"]["value"] == "DTM001" {
            let found = &line[number(&start["column"]) - 1..number(&end["column"]) - 1];
            assert_eq!(found, "datetime.datetime.utcnow()", "columns count bytes: {one}");
        }
    }
    for one in json(&project, "sonar")["issues"].as_array().expect("a list") {
        let place = &one["primaryLocation"];
        let number = |key: &str| place["textRange"][key].as_u64().map(|number| number as usize);
        let line =
            &lines(&project, place["filePath"].as_str().expect("a path"))[number("startLine").expect("a line") - 1];
        let units: Vec<u16> = line.encode_utf16().collect();
        if let (Some(start), Some(end)) = (number("startColumn"), number("endColumn")) {
            assert!(start < end && end <= units.len(), "{one}");
            if one["ruleId"] == "DTM001" {
                assert_eq!(String::from_utf16_lossy(&units[start..end]), "datetime.datetime.utcnow()", "{one}");
            }
        }
    }
    // Twins have a fingerprint each.
    let issues = json(&project, "gitlab");
    let issues = issues.as_array().expect("a list");
    assert_eq!(issues.len(), COUNT);
    let names: HashSet<&str> = issues.iter().map(|one| one["fingerprint"].as_str().expect("a name")).collect();
    assert_eq!(names.len(), COUNT);
    assert!(issues.iter().all(|one| one["location"]["lines"]["begin"].as_u64() >= Some(1)));
}

#[test]
fn fingerprints_stay_when_code_moves() {
    let project = project();
    let names = |project: &Project| -> HashSet<String> {
        let log = json(project, "sarif");
        let results = log["runs"][0]["results"].as_array().expect("a list");
        results.iter().map(|one| one["partialFingerprints"]["davy/v1"].as_str().expect("a name").to_owned()).collect()
    };
    let before = names(&project);
    assert_eq!(before.len(), COUNT);
    let text = project.text("app/a.py");
    project.write("app/a.py", format!("# one line\n# and another\n{}", text.replace("; b =", ";   b =")));
    assert_eq!(names(&project), before);
}

#[test]
fn workflow_commands_are_escaped() {
    let project = project();
    let text = printed(&project, "github");
    let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(commands.len(), COUNT);
    let last_error = commands.iter().rposition(|line| line.starts_with("::error")).expect("an error");
    let first_warning = commands.iter().position(|line| line.starts_with("::warning")).expect("a warning");
    assert!(last_error < first_warning, "{text}");
    assert!(text.contains("file=app/50%25%2C ü%3A <b>.py,line=5,endLine=5,"), "{text}");

    // The summary of the job has them all.
    let mut command = project.command(&["check", "--format", "github"]);
    let summary = project.path("summary.md");
    std::fs::write(&summary, "before\n").expect("writable");
    command.env("GITHUB_STEP_SUMMARY", &summary);
    run(command, b"").exits(1);
    let summary = project.text("summary.md");
    assert!(summary.starts_with("before\n## davy\n"), "{summary}");
    assert_eq!(summary.matches("DTM001").count(), 5, "{summary}");
    assert!(!summary.contains("<b>.py:"), "{summary}");
}

#[test]
fn several_reports_from_one_run() {
    let project = project();
    let mut args = vec!["check".to_owned()];
    for format in FORMATS {
        args.extend(["--format".to_owned(), format!("{format}=out/{format}")]);
    }
    std::fs::create_dir(project.path("out")).expect("a folder");
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let run = project.davy(&args).exits(1);
    assert!(run.out.contains("Found 2 errors"), "people still see what is found: {}", run.out);
    for format in FORMATS.iter().filter(|format| **format != "text") {
        assert_eq!(project.text(&format!("out/{format}")), printed(&project, format), "{format}");
    }
    project.davy(&["check", "--format", "json", "--format", "sarif"]).exits(2).says(&["two formats cannot share"]);
    project.davy(&["check", "--format", "sarif=x", "--format", "json=x"]).exits(2).says(&["two reports cannot share"]);
    project.davy(&["check", "--format", "sarif=gone/x"]).exits(2).says(&["gone/x: cannot write it"]);
    project.davy(&["check", "--format", "sarfi"]).exits(2).says(&["did you mean `sarif`?"]);
    project.davy(&["check", "--format", "json="]).exits(2).says(&["name a file"]);
}

#[test]
fn lines_of_json_are_the_findings_of_the_object() {
    let project = project();
    let whole = json(&project, "json");
    let text = printed(&project, "jsonl");
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    for line in &mut lines {
        let kind = line.as_object_mut().expect("an object").remove("kind");
        assert_eq!(kind, Some(Value::from("finding")));
    }
    assert_eq!(Value::from(lines), whole["findings"]);
}

#[test]
fn a_clean_run_is_a_whole_report_too() {
    let project = Project::new(&[("a.py", "x = 1\n")]);
    for format in FORMATS {
        let out = project.davy(&["check", "--format", format]).exits(0).out;
        match *format {
            "gitlab" => assert_eq!(out, "[]\n"),
            "jsonl" => assert_eq!(out, ""),
            "junit" => assert!(out.contains("tests=\"1\" failures=\"0\""), "{out}"),
            "json" | "sarif" | "rdjson" | "sonar" => {
                serde_json::from_str::<Value>(&out).unwrap_or_else(|error| panic!("{format}: {error}"));
            }
            _ => assert!(out.contains("All clear: 1 file"), "{format}: {out}"),
        }
    }
}
