//! Reports as those read them that they are for: a parser of JUnit's XML, the schemas of GitLab, SonarQube and reviewdog, and jq.

use crate::common::oracle::{self, davy, prepared, root, run, said, say, scratch, skip, step, venv};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

const READ: &str = r#"
import sys
import xml.dom.minidom
from junitparser import JUnitXml
text = sys.stdin.buffer.read()
xml.dom.minidom.parseString(text)
report = JUnitXml.fromstring(text)
cases = [case for suite in report for case in suite]
failed = [case for case in cases if case.result]
print(len(cases), len(failed), report.tests, report.failures, report.errors)
"#;

#[test]
fn junit() {
    let test = "oracle_formats::junit";
    let place = match venv("junitparser", &["junitparser"]) {
        Ok(place) => place,
        Err(why) => return skip(test, &why),
    };
    let written = run(davy().args(["check", "--format", "junit"]).current_dir(root().join("fixtures/gas-delivery")));
    assert_eq!(written.status.code(), Some(1), "{}", said(&written));
    let text = String::from_utf8(written.stdout).expect("UTF-8");
    let expected = text.matches("<testcase ").count();
    assert!(expected > 50);
    let mut command = Command::new(&place);
    let read = oracle::run_with(command.args(["-c", READ]), &text);
    assert!(read.status.success(), "{}", said(&read));
    let numbers = String::from_utf8(read.stdout).expect("UTF-8");
    assert_eq!(numbers.trim(), format!("{expected} {expected} {expected} {expected} 0"));
    say(&format!("oracle_formats: {expected} test cases read by junitparser; 0 skipped"));
}

fn report(format: &str) -> Vec<u8> {
    let written =
        run(davy().args(["check", "--notes", "--format", format]).current_dir(root().join("fixtures/gas-delivery")));
    assert_eq!(written.status.code(), Some(1), "{}", said(&written));
    written.stdout
}

/// Whether a validator takes a document.
fn valid(python: &Path, schema: &Path, bytes: &[u8]) -> Result<(), String> {
    let folder = scratch();
    let file = folder.path().join("report.json");
    fs::write(&file, bytes).expect("writable");
    let mut command = Command::new(python.parent().expect("a folder").join("check-jsonschema"));
    let output = run(command.arg("--schemafile").arg(schema).arg(&file));
    if output.status.success() { Ok(()) } else { Err(said(&output)) }
}

/// The schema that reviewdog publishes, as the crate `rdfmt` carries it.
fn schema_of_reviewdog() -> Result<std::path::PathBuf, String> {
    let place = prepared("crates/rdfmt", "0.3.0", |place| {
        let _ = fs::remove_dir_all(place);
        let write = |path: &str, text: &str| fs::write(place.join(path), text).map_err(|error| error.to_string());
        fs::create_dir_all(place).map_err(|error| error.to_string())?;
        let manifest = "[package]\nname = \"schemas\"\nversion = \"0.0.0\"\n\n[lib]\npath = \"lib.rs\"\n\n\
            [dependencies]\nrdfmt = \"=0.3.0\"\n\n[workspace]\n";
        write("Cargo.toml", manifest)?;
        write("lib.rs", "")?;
        step(Command::new(env!("CARGO")).args(["vendor", "--quiet", "vendor"]).current_dir(place))
    })?;
    Ok(place.join("vendor/rdfmt/json_schema/DiagnosticResult.jsonschema"))
}

#[test]
fn published_schemas() {
    let test = "oracle_formats::published_schemas";
    let (python, reviewdog) = match (venv("check-jsonschema", &["check-jsonschema==0.39.0"]), schema_of_reviewdog()) {
        (Ok(python), Ok(reviewdog)) => (python, reviewdog),
        (Err(why), _) | (_, Err(why)) => return skip(test, &why),
    };
    let own = |name: &str| root().join(format!("tests/data/schemas/{name}.schema.json"));
    let cases = [
        ("gitlab", own("gitlab"), "/0/severity", "bad"),
        ("sonar", own("sonar"), "/issues/0/primaryLocation/textRange/startLine", "1"),
        ("rdjson", reviewdog, "/diagnostics/0/location/range/start/line", "1"),
    ];
    for (format, schema, place, bad) in &cases {
        let bytes = report(format);
        valid(&python, schema, &bytes).unwrap_or_else(|why| panic!("{format}: {why}"));
        // Where something is wrong, it has to say so, or its silence says nothing.
        let mut spoilt: Value = serde_json::from_slice(&bytes).expect("JSON");
        *spoilt.pointer_mut(place).unwrap_or_else(|| panic!("no {place} in {format}")) = Value::from(*bad);
        valid(&python, schema, spoilt.to_string().as_bytes()).expect_err(format);
    }
    say(&format!("oracle_formats: {} formats by their schemas; 0 skipped", cases.len()));
}

#[test]
fn jq_reads_json_whole_and_by_the_line() {
    let python = match venv("jq", &["jq==1.12.0"]) {
        Ok(python) => python,
        Err(why) => return skip("oracle_formats::jq", &why),
    };
    let jq = |program: &str, input: Vec<u8>| {
        let script = "import jq, sys; print(jq.compile(sys.argv[1]).input_text(sys.stdin.read(), slurp=sys.argv[2] == 'slurp').text())";
        let slurp = if program.starts_with("map") { "slurp" } else { "whole" };
        let read = oracle::run_with(
            Command::new(&python).args(["-c", script, program, slurp]),
            &String::from_utf8(input).expect("UTF-8"),
        );
        assert!(read.status.success(), "{}", said(&read));
        String::from_utf8_lossy(&read.stdout).trim().to_owned()
    };
    let count = "group_by(.code) | map({(.[0].code): length}) | add";
    let whole = jq(&format!(".findings | {count}"), report("json"));
    let lines = jq(&format!("map(select(.kind == \"finding\")) | {count}"), report("jsonl"));
    assert_eq!(whole, lines);
    assert!(whole.contains("\"DTM001\":"), "{whole}");
}
