//! SARIF as code scanning wants it: the fields it requires, the same bytes every time, and Microsoft's validator.

use crate::common::oracle::{davy, npm, root, run, said, say, scratch, skip};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const VALIDATOR: &str = "@microsoft/sarif-multitool@5.7.0";

fn sarif() -> Vec<u8> {
    let mut command = davy();
    command.args(["check", "--format", "sarif", "--notes"]).current_dir(root().join("fixtures/gas-delivery"));
    let output = run(&mut command);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    output.stdout
}

/// A text that is there and not empty.
fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.filter(|text| !text.is_empty()).unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

fn number(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

#[test]
fn what_code_scanning_requires() {
    let bytes = sarif();
    assert!(bytes == sarif(), "two runs print different bytes");
    let log: Value = serde_json::from_slice(&bytes).expect("it is JSON");
    assert!(text(&log, "/$schema").ends_with("sarif-2.1.0.json"));
    assert_eq!(text(&log, "/version"), "2.1.0");
    assert_eq!(list(&log, "/runs").len(), 1);
    let run = &log["runs"][0];
    assert_eq!(text(run, "/columnKind"), "utf16CodeUnits");
    assert_eq!(text(run, "/tool/driver/name"), "davy");
    text(run, "/tool/driver/semanticVersion");
    let rules = list(run, "/tool/driver/rules");
    for rule in rules {
        text(rule, "/id");
        for description in ["/shortDescription/text", "/fullDescription/text"] {
            assert!(text(rule, description).chars().count() <= 1024, "too long: {rule}");
        }
        text(rule, "/help/text");
        text(rule, "/help/markdown");
        text(rule, "/properties/problem.severity");
        assert!((1..=10).contains(&list(rule, "/properties/tags").len()), "{rule}");
        let security = text(rule, "/id").starts_with("SEC");
        assert_eq!(rule.pointer("/properties/security-severity").is_some(), security, "{rule}");
    }
    let results = list(run, "/results");
    assert!(results.len() > 50);
    let file = |result: &Value| text(result, "/locations/0/physicalLocation/artifactLocation/uri").to_owned();
    let is_secret = |result: &&Value| ["SEC", "SYN"].contains(&&text(result, "/ruleId")[..3]);
    let secret: BTreeSet<String> = results.iter().filter(is_secret).map(&file).collect();
    let mut hashed = 0;
    for result in results {
        let index = usize::try_from(number(result, "/ruleIndex")).expect("it is an index");
        assert_eq!(rules[index]["id"], result["ruleId"]);
        text(result, "/message/text");
        assert!(["error", "warning", "note"].contains(&text(result, "/level")));
        // "Only one location should be included unless the problem can only be corrected by making a change at every specified location":
        // the places of one secret.
        let places = list(result, "/locations").len();
        assert!(places == 1 || places > 1 && text(result, "/ruleId").starts_with("SEC"), "{result}");
        let region = |pointer: &str| number(result, &format!("/locations/0/physicalLocation/region/{pointer}"));
        let (start, end) = ((region("startLine"), region("startColumn")), (region("endLine"), region("endColumn")));
        assert!(start >= (1, 1) && start <= end, "{result}");
        // The hash covers the lines that follow: none where a secret stands among them, or it could be guessed back.
        // In a file that does not parse, whatever may be one counts.
        assert_eq!(text(result, "/partialFingerprints/davy~1v1").len(), 32, "{result}");
        if result.pointer("/partialFingerprints/primaryLocationLineHash").is_none() && secret.contains(&file(result)) {
            continue;
        }
        let hash = text(result, "/partialFingerprints/primaryLocationLineHash");
        let (value, count) = hash.split_once(':').expect("a hash has a count");
        assert!(u64::from_str_radix(value, 16).is_ok() && count.parse::<u32>().is_ok(), "{hash}");
        hashed += 1;
    }
    assert!(hashed > results.len() / 2);
    let mut uris = Vec::new();
    every_uri(&log, &mut uris);
    for uri in &uris {
        let path = root().join("fixtures/gas-delivery").join(uri);
        assert!(
            !uri.starts_with('/') && !uri.contains(':') && !uri.contains('\\') && !uri.contains(".."),
            "not relative: {uri}"
        );
        assert!(path.is_file(), "no such file: {uri}");
    }
    assert!(uris.len() >= results.len());
    let shown = String::from_utf8(bytes).expect("JSON is UTF-8");
    assert!(!shown.contains(env!("CARGO_MANIFEST_DIR")), "it names a folder of this machine");
}

/// The `uri` of every artifact location, wherever it stands.
fn every_uri(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.get("uri").and_then(Value::as_str) {
                    Some(uri) if name == "artifactLocation" => found.push(uri.to_owned()),
                    _ => every_uri(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| every_uri(item, found)),
        _ => {}
    }
}

#[test]
fn the_validator_of_microsoft() {
    let program = match npm("sarif", VALIDATOR).map(|place| place.join(".bin/sarif-multitool")) {
        Ok(program) if program.exists() => program,
        Ok(_) => return skip("oracle_sarif", "sarif-multitool has no program for this machine"),
        Err(why) => return skip("oracle_sarif", &why),
    };
    let scratch = scratch();
    let bytes = sarif();
    let Some(found) = complaints(&program, scratch.path(), &bytes) else {
        return skip("oracle_sarif", "sarif-multitool does not run on this machine");
    };

    // It has to find something where something is wrong, or its silence says nothing.
    let mut spoilt: Value = serde_json::from_slice(&bytes).expect("it is JSON");
    spoilt["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = Value::from(0);
    spoilt["runs"][0]["results"][1].as_object_mut().expect("a result").remove("message");
    let control = serde_json::to_vec(&spoilt).expect("plain data");
    let control = complaints(&program, scratch.path(), &control).expect("it ran before");
    assert!(
        control.iter().any(|(level, ..)| level == "error"),
        "the validator finds nothing in a broken file: {control:?}"
    );

    // SARIF2005 wants the tool's address, which the package does not have before it is published.
    let homeless = env!("CARGO_PKG_HOMEPAGE").is_empty();
    let expected = |rule: &str| homeless && rule == "SARIF2005";
    let serious: Vec<_> = found.iter().filter(|(level, rule, _)| level != "note" && !expected(rule)).collect();
    say(&format!(
        "oracle_sarif: {} errors and warnings, {} notes by the validator; 0 skipped",
        serious.len(),
        found.len() - serious.len()
    ));
    assert!(serious.is_empty(), "{serious:#?}");
}

/// Level, rule and text of what the validator finds; it exits with 0 whatever that is. `None` if it does not run.
fn complaints(program: &Path, place: &Path, bytes: &[u8]) -> Option<Vec<(String, String, String)>> {
    let (file, out): (PathBuf, PathBuf) = (place.join("davy.sarif"), place.join("out.sarif"));
    fs::write(&file, bytes).expect("the scratch folder is writable");
    let _ = fs::remove_file(&out);
    let mut command = Command::new(program);
    command.arg("validate").arg(&file).arg("-o").arg(&out);
    command.args([
        "--rule-kind",
        "Sarif;Ghas",
        "--log",
        "ForceOverwrite",
        "--level",
        "Error;Warning;Note",
        "--kind",
        "Fail",
    ]);
    command.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
    let output = command.output().ok()?;
    let text = fs::read_to_string(&out).ok()?;
    let log: Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_else(|_| panic!("{}", said(&output)));
    let results = log["runs"][0]["results"].as_array().cloned().unwrap_or_default();
    let word = |value: &Value| value.as_str().unwrap_or("warning").to_owned();
    let complaint = |one: &Value| {
        (
            word(&one["level"]),
            word(&one["ruleId"]),
            format!("{} {}", one["message"], one["locations"][0]["physicalLocation"]["region"]["startLine"]),
        )
    };
    Some(results.iter().map(complaint).collect())
}

/// GitHub's hash of a place, as Microsoft's own code computes it from the files.
#[test]
fn the_line_hash_is_the_one_of_the_tool() {
    let program = match npm("sarif", VALIDATOR).map(|place| place.join(".bin/sarif-multitool")) {
        Ok(program) if program.exists() => program,
        Ok(_) => return skip("oracle_sarif::line_hash", "sarif-multitool has no program for this machine"),
        Err(why) => return skip("oracle_sarif::line_hash", &why),
    };
    let scratch = scratch();
    let ours: Value = serde_json::from_slice(&sarif()).expect("it is JSON");
    let mut bare = ours.clone();
    let root = format!("file://{}/", root().join("fixtures/gas-delivery").display());
    bare["runs"][0]["originalUriBaseIds"] = serde_json::json!({ "%SRCROOT%": { "uri": root } });
    for result in bare["runs"][0]["results"].as_array_mut().expect("a list") {
        result.as_object_mut().expect("a result").remove("partialFingerprints");
    }
    let (file, out) = (scratch.path().join("bare.sarif"), scratch.path().join("hashed.sarif"));
    fs::write(&file, bare.to_string()).expect("the scratch folder is writable");
    let mut command = Command::new(program);
    command.arg("rewrite").arg(&file).arg("-o").arg(&out);
    command.args(["--insert", "RollingHashPartialFingerprints", "--log", "ForceOverwrite"]);
    let Ok(output) = command.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1").output() else {
        return skip("oracle_sarif::line_hash", "sarif-multitool does not run on this machine");
    };
    let text = fs::read_to_string(&out).unwrap_or_else(|_| panic!("{}", said(&output)));
    let theirs: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).expect("it is JSON");
    let mut same = 0;
    for (one, other) in list(&ours, "/runs/0/results").iter().zip(list(&theirs, "/runs/0/results")) {
        let hash = |result: &Value| result.pointer("/partialFingerprints/primaryLocationLineHash").cloned();
        // Left out where a secret stands in the lines that it covers.
        if let Some(hashed) = hash(one) {
            assert_eq!(Some(hashed), hash(other), "{one}");
            same += 1;
        }
    }
    assert!(same > 50, "{same} hashes compared");
    say(&format!("oracle_sarif: {same} line hashes are those of the tool; 0 skipped"));
}
