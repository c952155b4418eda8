//! What applies to a file and where it comes from; and the schema of the configuration, against davy and a real validator.

use crate::common::oracle::{clean_git, davy, root, run, said, say, scratch, skip, venv, write};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

fn shown(folder: &Path, args: &[&str]) -> Value {
    let output = run(davy()
        .args(["config", "show", "--format", "json"])
        .args(args)
        .env("DAVY_CACHE_DIR", "cache")
        .current_dir(folder));
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
}

/// `value, from` of a key.
fn key(json: &Value, name: &str) -> String {
    let keys = json["keys"].as_array().expect("a list");
    let row = keys.iter().find(|row| row["key"] == name).unwrap_or_else(|| panic!("no {name} in {json:#}"));
    format!("{}, {}", row["value"].as_str().expect("text"), row["from"].as_str().expect("text"))
}

#[test]
fn what_applies_is_shown_with_where_it_comes_from() {
    let folder = scratch();
    let here = folder.path();
    run(clean_git(&mut Command::new("git")).args(["init", "--quiet"]).arg(here));
    let top = "[project]\nname = \"shop\"\nversion = \"0\"\nrequires-python = \">=3.9\"\ndependencies = [\"pydantic>=2,<3\"]\n\n\
        [tool.davy]\nignore = [\n    \"PRV\", # ours\n    \"SEC002\",\n]\nexclude = [\"old\"]\n\n\
        [tool.davy.per-file-ignores]\n\"scripts/*\" = [\"DTM\"]\n\n[tool.davy.severity]\nDTM001 = \"note\"\nPYM = \"off\"\n";
    write(here, "pyproject.toml", top);
    write(here, "shop/a.py", "x = 1\n");
    write(here, "scripts/b.py", "x = 1\n");
    write(here, "old/c.py", "x = 1\n");
    write(here, "inner/davy.toml", "select = [\"SEC\"]\n\n[gate]\nfail-on = \"error\"\n");
    write(here, "inner/d.py", "x = 1\n");

    let json = shown(here, &["shop/a.py"]);
    assert_eq!(json["configuration"], "pyproject.toml");
    assert_eq!(json["excluded_by"], Value::Null);
    for (name, expected) in [
        ("select", "every rule that is on by default, default"),
        ("ignore", "[\"PRV\", \"SEC002\"], pyproject.toml:8:10"),
        ("severity.DTM001", "\"note\", pyproject.toml:18:10"),
        ("per-file-ignores.\"scripts/*\"", "[\"DTM\"], pyproject.toml:15:15"),
        ("target-version", "\"3.9\", requires-python of the nearest manifest"),
        ("pydantic.version", "\"2\", pydantic>=2,<3 (pyproject.toml)"),
        ("gate.fail-on", "warning, default"),
        ("baseline", "davy-baseline.jsonl, default"),
        ("cache-dir", "cache, DAVY_CACHE_DIR"),
    ] {
        assert_eq!(key(&json, name), expected);
    }
    let because = |json: &Value, code: &str| {
        let found = json["rules"].as_array().expect("a list").iter().find(|one| one["code"] == code).cloned();
        found
            .map(|one| format!("{}: {}", one["severity"].as_str().unwrap_or(""), one["because"].as_str().unwrap_or("")))
    };
    assert_eq!(because(&json, "PRV001").as_deref(), Some("off: ignore"));
    assert_eq!(because(&json, "PYM004").as_deref(), Some("off: severity"));
    assert_eq!(because(&json, "DTM001").as_deref(), Some("note: severity; warning by default"));
    assert_eq!(because(&json, "SEC001"), None);
    assert_eq!(
        because(&shown(here, &["scripts/b.py"]), "DTM001").as_deref(),
        Some("off: per-file-ignores \"scripts/*\"")
    );
    assert_eq!(shown(here, &["old/c.py"])["excluded_by"], "old");

    // The nearest file counts for rules and the gate; the project's own file for what there is one of.
    let json = shown(here, &["inner/d.py", "--config", "gate.fail-on = 'note'"]);
    assert_eq!(json["configuration"], "inner/davy.toml");
    assert_eq!(key(&json, "select"), "[\"SEC\"], inner/davy.toml:1:10");
    assert_eq!(key(&json, "ignore"), "[], default");
    assert_eq!(key(&json, "gate.fail-on"), "'note', --config 'gate.fail-on = 'note''");
    assert_eq!(because(&json, "DTM001").as_deref(), Some("off: not in select"));

    // For people; and what cannot be shown.
    let output = run(davy().args(["config", "show", "shop/a.py"]).current_dir(here));
    let text = said(&output);
    assert!(text.starts_with("shop/a.py: pyproject.toml\n") && text.contains("rules are on"), "{text}");
    for (args, says) in [
        (["config", "show", "nope.py"], "no such file"),
        (["config", "show", "--config=selct=[]"], "did you mean `select`"),
    ] {
        let output = run(davy().args(args).current_dir(here));
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains(says), "{}", said(&output));
    }
}

#[test]
fn the_schema_in_the_repository_is_the_one_of_the_types() {
    let printed = run(davy().args(["config", "schema"])).stdout;
    let kept = fs::read(root().join("docs/davy.schema.json")).expect("the schema is there");
    assert!(printed == kept, "run `davy config schema > docs/davy.schema.json`");
}

proptest::proptest! {
    /// Texts made of what configurations are made of: understood or refused with a place, never a panic, and the file stays.
    #[test]
    fn any_text_is_read_or_refused(text in proptest::prop_oneof![
        "\\PC{0,120}",
        "((\\[(tool\\.davy|gate|gate\\.rules|severity|pydantic|per-file-ignores)\\]|(select|ignore|exclude|src|baseline|fail-on|version|\"a/\\*\"|DTM|x)( = )?(\"[a-z0-9*!.>=]{0,6}\"|\\[\"[A-Z*]{0,4}\"\\]|[0-9]{1,3}|\\{\\}|true)?)\n){0,8}",
    ]) {
        let folder = scratch();
        for name in ["davy.toml", "pyproject.toml"] {
            let file = folder.path().join(name);
            fs::write(&file, &text).expect("writable");
            if let Err(error) = davy::config::load(&file, &davy::rules::pages()) {
                proptest::prop_assert!(error.to_string().contains(name), "{error}");
            }
            proptest::prop_assert_eq!(fs::read_to_string(&file).expect("readable"), text.clone());
        }
    }
}

/// Keys whose values mean more than their type says: the schema lets pass what davy then refuses.
const DEEPER: [&str; 5] = ["exclude", "required-version", "per-file-ignores.x", "gate.paths.x", "pydantic.models"];

#[test]
fn the_schema_and_davy_agree() {
    let test = "config::the_schema_and_davy_agree";
    let python = match venv("check-jsonschema", &["check-jsonschema==0.39.0"]) {
        Ok(python) => python,
        Err(why) => return skip(test, &why),
    };
    let keys = [
        "select",
        "extend-select",
        "ignore",
        "exclude",
        "src",
        "baseline",
        "cache-dir",
        "required-version",
        "target-version",
        "per-file-ignores",
        "per-file-ignores.x",
        "severity",
        "severity.DTM001",
        "severity.naive-utcnow",
        "severity.nope",
        "gate",
        "gate.fail-on",
        "gate.rules",
        "gate.rules.SEC",
        "gate.rules.all",
        "gate.rules.S",
        "gate.paths.x",
        "gate.budgets.PYM",
        "gate.budgets.pym",
        "pydantic.version",
        "pydantic.models",
        "pydantic.verison",
        "pytest.command",
        "selct",
        "tool.davy",
    ];
    let values = [
        "\"all\"",
        "[]",
        "[\"all\"]",
        "[\"DTM0\", \"datetime\"]",
        "[\"DTM999\"]",
        "[1]",
        "{}",
        "{ x = 1 }",
        "1",
        "-1",
        "1.5",
        "true",
        "\"error\"",
        "\"off\"",
        "\"never\"",
        "\"Error\"",
        "\"3.9\"",
        "\"py310\"",
        "\"3.99\"",
        "\"2\"",
        "\"both\"",
        "\">=0.1\"",
        "\"99\"",
        "[\"a.B\"]",
        "[[]]",
    ];
    let folder = scratch();
    let mut names = Vec::new();
    for key in keys {
        for value in values {
            let name = format!("{}.toml", names.len());
            fs::write(folder.path().join(&name), format!("{key} = {value}\n")).expect("writable");
            names.push((name, key, value));
        }
    }
    let mut validator = Command::new(python.parent().expect("a folder").join("check-jsonschema"));
    validator.args(["--output-format", "json", "--schemafile"]).arg(root().join("docs/davy.schema.json"));
    let output = run(validator.args(names.iter().map(|(name, ..)| name)).current_dir(folder.path()));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    assert_eq!(report["parse_errors"].as_array().map(Vec::len), Some(0), "{report:#}");
    let failed: BTreeSet<&str> =
        report["errors"].as_array().expect("a list").iter().filter_map(|one| one["filename"].as_str()).collect();
    let pages = davy::rules::pages();
    let mut accepted = 0;
    for (name, key, value) in &names {
        let config = davy::config::load(&folder.path().join(name), &pages);
        let schema = !failed.contains(name.as_str());
        match config {
            Ok(_) => assert!(schema, "davy takes what the schema refuses: {key} = {value}"),
            Err(error) => assert!(!schema || DEEPER.contains(key), "the schema takes {key} = {value}; davy: {error}"),
        }
        accepted += usize::from(schema);
    }
    assert!(accepted > 90 && accepted < names.len() - 90, "{accepted} of {}", names.len());
    say(&format!("config: the schema and davy agree on {} settings, {accepted} of them right; 0 skipped", names.len()));
}
