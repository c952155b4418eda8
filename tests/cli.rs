//! The command line as a user meets it: every option, exit code and format on the real binary.

use crate::common::project::{self, Project, Run};
use serde_json::Value;

const UTCNOW: &str = "import datetime\n\nx = datetime.datetime.utcnow()\n";
const FIXED: &str = "import datetime\n\nx = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)\n";
const SECRET: &str = "hunter2-swordfish-9";
const FORMATS: [&str; 4] = ["text", "concise", "json", "sarif"];

/// A finding of every family, and of every kind of fix.
fn backend() -> Project {
    Project::new(&[
        ("app/__init__.py", ""),
        (
            "app/models.py",
            "from pydantic import BaseModel\n\n\nclass User(BaseModel):\n    name: str\n\n    class Config:\n        orm_mode = True\n",
        ),
        ("app/clock.py", UTCNOW),
        ("app/views.py", "from app.models import User\n\n\ndef show(user: User):\n    return user.dict()\n"),
        ("app/settings.py", "DB_PASSWORD = \"hunter2-swordfish-9\"\n"),
        ("app/broken.py", "def f()\n    return 1\n\n\nimport datetime\nnow = datetime.datetime.utcnow()\n"),
        ("pyproject.toml", "[project]\nname = \"app\"\nversion = \"1\"\ndependencies = [\"pydantic>=2.5\"]\n"),
    ])
}

fn codes(json: &Value) -> Vec<&str> {
    let findings = json["findings"].as_array().expect("a list");
    findings.iter().map(|one| one["code"].as_str().expect("a code")).collect()
}

#[test]
fn exit_codes_are_the_same_for_every_format() {
    let clean = Project::new(&[("a.py", "x = 1\n")]);
    let found = Project::new(&[("a.py", UTCNOW)]);
    for format in FORMATS {
        clean.davy(&["check", "--format", format]).exits(0);
        found.davy(&["check", "--format", format]).exits(1);
        found.davy(&["check", "--format", format, "--exit-zero"]).exits(0);
        found.davy(&["check", "--format", format, "a.py", "gone.py"]).exits(2);
        found.davy(&["check", "--format", format, "--exit-zero", "a.py", "gone.py"]).exits(2);
        found.davy(&["check", "--format", format, "--select", "nonsense"]).exits(2);
    }
    clean.davy(&["check"]).exits(0).says(&["All clear: 1 file"]);
    clean.davy(&["chek"]).exits(2).says(&["similar subcommand exists: 'check'"]);
    clean.davy(&["check", "--fromat", "json"]).exits(2).says(&["--format"]);
    clean.davy(&["--help"]).exits(0).says(&["check", "explain", "rules", "completions"]);
    clean.davy(&["check", "--help"]).exits(0).says(&["--unsafe-fixes", "--stdin-filename"]);
    clean.davy(&["--version"]).exits(0).says(&["davy 0."]);
    let empty = Project::new(&[]);
    for format in FORMATS {
        empty.davy(&["check", "--format", format]).exits(0);
    }
}

#[test]
fn rules_are_chosen_by_code_prefix_name_and_family() {
    let project = backend();
    let all = project.json(&[]);
    let all = codes(&all);
    for code in ["DTM001", "PYM003", "PYM004", "SEC002", "SYN001"] {
        assert!(all.contains(&code), "{all:?}");
    }
    for word in ["DTM001", "DTM0", "DTM", "naive-utcnow", "datetime"] {
        let json = project.json(&["--select", word]);
        let some = codes(&json);
        assert!(!some.is_empty() && some.iter().all(|code| *code == "DTM001"), "--select {word}: {some:?}");
        let json = project.json(&["--ignore", word]);
        let rest = codes(&json);
        assert!(!rest.contains(&"DTM001"), "--ignore {word}: {rest:?}");
        assert_eq!(rest.len() + some.len(), all.len());
    }
    assert_eq!(codes(&project.json(&["--select", "all"])).len(), all.len());
    assert_eq!(codes(&project.json(&["--select", "DTM,secrets"])), ["DTM001", "DTM001", "SEC002"]);
    assert_eq!(codes(&project.json(&["--select", "all", "--ignore", "DTM,PYM,SYN"])), ["SEC002"]);
    assert_eq!(codes(&project.json(&["--select", "DTM", "--extend-select", "SEC"])), ["DTM001", "DTM001", "SEC002"]);
    project
        .davy(&["check", "--select", "naiv-utcnow"])
        .exits(2)
        .says(&["--select: unknown rule `naiv-utcnow`; did you mean `naive-utcnow`?"]);
    project.davy(&["check", "--ignore", "datetme"]).exits(2).says(&["--ignore", "did you mean `datetime`?"]);
    project.davy(&["check", "--select", "DTZ003"]).exits(2).says(&["davy's rule for it is `DTM001` (naive-utcnow)"]);
}

/// Checks every key and type of a place.
fn place(value: &Value) {
    let keys: Vec<&String> = value.as_object().expect("a place").keys().collect();
    assert_eq!(keys, ["column", "line", "offset"]);
    assert!(
        value["line"].as_u64() >= Some(1) && value["column"].as_u64() >= Some(1) && value["offset"].is_u64(),
        "{value}"
    );
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn json_is_what_the_documentation_says() {
    let project = backend();
    project.write("app/wide.py", "\u{feff}import datetime\ns = 'é😀'; x = datetime.datetime.utcnow()\n");
    let json = project.json(&["gone.py", "."]);
    assert_eq!(keys(&json), ["errors", "findings", "summary", "version"]);
    assert_eq!(json["version"], 1);
    for one in json["findings"].as_array().expect("a list") {
        assert_eq!(
            keys(one),
            [
                "alternatives",
                "baselined",
                "code",
                "end",
                "family",
                "fix",
                "help",
                "labels",
                "message",
                "name",
                "path",
                "severity",
                "start"
            ]
        );
        for key in ["code", "family", "message", "name", "path"] {
            assert!(one[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {one}");
        }
        assert!(["error", "warning", "note"].contains(&one["severity"].as_str().expect("a word")));
        assert!(one["help"].is_null() || one["help"].is_string());
        assert!(
            !one["path"].as_str().expect("a path").starts_with(['/', '.']),
            "relative to the working directory: {one}"
        );
        place(&one["start"]);
        place(&one["end"]);
        for label in one["labels"].as_array().expect("a list") {
            assert_eq!(keys(label), ["end", "message", "path", "start"]);
            place(&label["start"]);
            place(&label["end"]);
        }
        if !one["fix"].is_null() {
            assert_eq!(keys(&one["fix"]), ["edits", "safety", "title"]);
            assert!(["safe", "unsafe"].contains(&one["fix"]["safety"].as_str().expect("a word")));
            for edit in one["fix"]["edits"].as_array().expect("a list") {
                assert_eq!(keys(edit), ["end", "path", "start", "text"]);
                assert!(edit["path"].is_string() && edit["text"].is_string());
                place(&edit["start"]);
                place(&edit["end"]);
            }
        }
    }
    let [error] = json["errors"].as_array().expect("a list").as_slice() else { panic!("{json:#}") };
    assert_eq!(keys(error), ["help", "message", "path"]);
    assert_eq!(error["path"], "gone.py");
    for key in ["files", "findings", "fixable_safe", "fixable_unsafe"] {
        assert!(json["summary"][key].is_u64(), "{key}");
    }
    assert_eq!(json["summary"]["findings"], json["findings"].as_array().expect("a list").len());
    let wide = json["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|one| one["path"] == "app/wide.py")
        .expect("it is found");
    assert_eq!(
        wide["start"],
        serde_json::json!({ "line": 2, "column": 15, "offset": 37 }),
        "columns count characters, offsets bytes"
    );
    assert_eq!(project.bytes("app/wide.py")[37..].iter().take(8).copied().collect::<Vec<u8>>(), b"datetime");
}

#[test]
fn every_fix_in_json_is_complete_by_itself() {
    let project = backend();
    let json = project.json(&[]);
    let mut tried = 0;
    for one in json["findings"].as_array().expect("a list") {
        let Some(edits) = one["fix"]["edits"].as_array() else { continue };
        let path = one["path"].as_str().expect("a path");
        let old = project.bytes(path);
        let (mut new, mut at) = (Vec::new(), 0);
        for edit in edits {
            assert_eq!(edit["path"], path);
            let offset = |key: &str| edit[key]["offset"].as_u64().expect("an offset") as usize;
            new.extend_from_slice(&old[at..offset("start")]);
            new.extend_from_slice(edit["text"].as_str().expect("text").as_bytes());
            at = offset("end");
        }
        new.extend_from_slice(&old[at..]);
        let before = project.found(path);
        project.write(path, &new);
        let after = project.found(path);
        let broken = |found: &[String]| found.iter().filter(|one| one.starts_with("SYN")).count();
        assert!(broken(&after) <= broken(&before), "{}", String::from_utf8_lossy(&new));
        assert_eq!(after.len() + 1, before.len(), "{one:#}\n{}", String::from_utf8_lossy(&new));
        project.write(path, &old);
        tried += 1;
    }
    assert!(tried >= 4, "{json:#}");
}

#[test]
fn sarif_is_one_run_with_relative_paths() {
    let run = backend().davy(&["check", "--format", "sarif"]).exits(1);
    let sarif: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    let results = sarif["runs"][0]["results"].as_array().expect("a list");
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().expect("a list");
    for result in results {
        let rule = &rules[result["ruleIndex"].as_u64().expect("an index") as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["markdown"].as_str().is_some_and(|page| page.starts_with("# ")));
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a path");
        assert!(uri.starts_with("app/"), "{uri}");
        // The hash of a line with a secret could be guessed back.
        let secret = result["ruleId"].as_str().expect("a code").starts_with("SEC");
        assert_eq!(result["partialFingerprints"]["primaryLocationLineHash"].is_string(), !secret, "{result}");
    }
    assert!(!run.out.contains(SECRET));
}

#[test]
fn standard_input_has_a_name_and_comes_back_mended() {
    let project = backend();
    project.piped(&["check", "-"], UTCNOW.as_bytes()).exits(1).says(&["DTM001", "<stdin>:3:5"]);
    project
        .piped(&["check", "-", "--stdin-filename", "app/new.py"], UTCNOW.as_bytes())
        .exits(1)
        .says(&["app/new.py:3:5"]);
    let view = b"from app.models import User\ndef f(u: User):\n    return u.dict()\n";
    let run = project.piped(&["check", "-", "--stdin-filename", "app/views.py", "--format", "concise"], view).exits(1);
    run.says(&["app/views.py:3:", "PYM004"]);

    let run = project.piped(&["check", "-", "--fix"], UTCNOW.as_bytes()).exits(0);
    assert_eq!((run.out.as_str(), run.err.as_str()), (FIXED, ""));
    project.piped(&["check", "-", "--fix", "--exit-non-zero-on-fix"], UTCNOW.as_bytes()).exits(1);
    let broken = "x =\n";
    let run = project.piped(&["check", "-", "--fix"], broken.as_bytes()).exits(1);
    assert_eq!(run.out, broken, "what cannot be mended comes back as it was");
    let run = project.piped(&["check", "-", "--diff", "--stdin-filename", "app/new.py"], UTCNOW.as_bytes()).exits(1);
    run.says(&["--- app/new.py", "+x = datetime.datetime.now(datetime.timezone.utc)"]);
    project
        .piped(&["check", "-", "app"], b"")
        .exits(2)
        .says(&["`-` reads standard input and goes with no other path", "leave out the other paths"]);
    project.piped(&["check", "-"], b"").exits(0);
    assert!(!project.path("app/new.py").exists());
}

#[test]
fn fixes_are_applied_as_far_as_asked() {
    let project = backend();
    let run = project.davy(&["check", "--fix"]).exits(1);
    run.says(&["Fixed"]);
    assert_eq!(project.text("app/clock.py"), FIXED);
    assert!(project.text("app/settings.py").contains(SECRET), "unsafe fixes are not taken");
    let before = project.text("app/broken.py");
    project.davy(&["check", "--fix"]).exits(1).silent_about(&["Fixed"]);
    assert_eq!(project.text("app/broken.py"), before, "a second run changes nothing");
    project.davy(&["check", "--fix", "--unsafe-fixes", "app/settings.py"]).exits(0);
    assert_eq!(project.text("app/settings.py"), "import os\n\nDB_PASSWORD = os.environ[\"DB_PASSWORD\"]\n");

    let one = Project::new(&[("a.py", UTCNOW), ("b.py", UTCNOW)]);
    one.davy(&["check", "--fix", "--exit-non-zero-on-fix", "a.py"]).exits(1).says(&["Fixed 1 finding"]);
    assert_eq!((one.text("a.py").as_str(), one.text("b.py").as_str()), (FIXED, UTCNOW), "only what was named");
    one.davy(&["check", "--fix", "--exit-non-zero-on-fix", "a.py"]).exits(0).says(&["All clear"]);
}

#[test]
fn a_diff_shows_and_changes_nothing() {
    let project = backend();
    let run = project.davy(&["check", "--diff", "--unsafe-fixes", "app"]).exits(1);
    run.clone().says(&[
        "--- app/clock.py",
        "+++ app/clock.py",
        "-x = datetime.datetime.utcnow()",
        "+DB_PASSWORD = os.environ",
        "Would fix",
    ]);
    run.silent_about(&[SECRET]);
    project.davy(&["check", "--diff", "--exit-zero"]).exits(0);
    let run = project.davy(&["check", "--diff", "app/settings.py"]).exits(0);
    assert_eq!(run.out, "", "nothing safe to do");
    assert_eq!(project.text("app/clock.py"), UTCNOW);
}

#[test]
fn no_format_shows_a_secret() {
    let project = backend();
    project.write("app/more.py", "DB_PASSWORD = 'hunter2-swordfish-9'; y = (\n\npassword = \"hunter2-swordfish-9\n");
    for args in [
        &["--format", "text", "--all"][..],
        &["--format", "concise"],
        &["--format", "json"],
        &["--format", "sarif"],
        &["--diff", "--unsafe-fixes"],
        &["--verbose"],
    ] {
        project.davy(&[&["check"], args].concat()).silent_about(&[SECRET]);
    }
}

#[test]
fn notes_are_counted_listed_on_demand_and_never_fail() {
    let project = Project::new(&[("a.py", UTCNOW), ("davy.toml", "[severity]\nnaive-utcnow = \"note\"\n")]);
    let run = project.davy(&["check"]).exits(0);
    run.says(&["1 note, --notes lists it"]).silent_about(&["DTM001"]);
    project.davy(&["check", "--notes"]).exits(0).says(&["DTM001", "Found 1 note"]);
    assert_eq!(project.json(&[])["findings"][0]["severity"], "note");
    let sarif =
        |args: &[&str]| project.davy(&[&["check", "--format", "sarif"], args].concat()).out.contains("\"ruleId\"");
    assert!(!sarif(&[]) && sarif(&["--notes"]));
    project.davy(&["check", "--config", "severity.DTM001 = 'error'"]).exits(1).says(&["error[DTM001]"]);
    project.davy(&["check", "--config", "severity.DTM = 'warning'"]).says(&["note"]);
}

#[test]
fn many_warnings_collapse_unless_all_are_wanted() {
    let many = UTCNOW.to_owned() + &"y = datetime.datetime.utcnow()\n".repeat(60);
    let project = Project::new(&[("a.py", &many), ("b.py", "def f()\n    pass\n")]);
    let run = project.davy(&["check"]).exits(1);
    assert!(run.out.matches("DTM001").count() < 5, "{}", run.out);
    assert!(run.out.find("DTM001") < run.out.find("SYN001"), "errors are framed last");
    run.says(&["61", "davy check --all", "davy check --fix", "davy explain"]);
    let run = project.davy(&["check", "--all"]).exits(1);
    assert!(run.out.matches("warning[DTM001]").count() == 61);
    let run = project.davy(&["check", "--statistics"]).exits(1);
    run.says(&["count code severity name", "61 DTM001 warning naive-utcnow"]).silent_about(&["a.py"]);
}

#[test]
fn quiet_verbose_and_colours() {
    let project = Project::new(&[("a.py", UTCNOW)]);
    let run = project.davy(&["check", "--quiet"]).exits(1).says(&["DTM001"]).silent_about(&["Found", "davy check"]);
    assert_eq!(run.err, "");
    let run = project.davy(&["check", "--verbose", "--no-cache"]).exits(1);
    assert!(run.err.contains("compiled 1 file, of which 1 are checked"), "{run:#?}");
    let coloured = |args: &[&str], name: &str| {
        let mut command = project.command(&[&["check"], args].concat());
        if !name.is_empty() {
            command.env(name, "1");
        }
        project::run(command, b"").exits(1).out.contains("\x1b[")
    };
    assert!(!coloured(&[], ""), "a pipe is no terminal");
    assert!(!coloured(&[], "NO_COLOR"));
    assert!(coloured(&[], "FORCE_COLOR"));
    assert!(coloured(&["--color", "always"], "NO_COLOR"));
    assert!(!coloured(&["--color", "never"], "FORCE_COLOR"));
    assert!(!coloured(&["--format", "concise"], "FORCE_COLOR"));
}

#[test]
fn a_code_links_to_the_page_of_its_rule() {
    let run = Project::new(&[("a.py", UTCNOW)]).davy(&["check", "--color", "always"]).exits(1);
    let (_, link) = run.out.split_once("\x1b]8;;file://").expect("a link");
    let (path, _) = link.split_once("\x1b\\").expect("its end");
    let page = std::fs::read_to_string(path.replace("%20", " ")).expect("the page is there");
    assert!(page.contains("# naive-utcnow"));
    let plain = Project::new(&[("a.py", UTCNOW)]).davy(&["check"]).exits(1);
    assert!(!plain.out.contains("file://"));
}

#[test]
fn sixty_columns_are_enough() {
    let project = backend();
    let mut command = project.command(&["check", "--all"]);
    command.env("COLUMNS", "60");
    let run: Run = project::run(command, b"").exits(1);
    for line in run.out.lines() {
        assert!(line.chars().count() <= 60, "{line}");
    }
}

#[test]
fn threads_change_nothing() {
    let project = backend();
    for number in 0..60 {
        project.write(&format!("app/m{number}.py"), UTCNOW);
    }
    for format in FORMATS {
        let run = |threads: &str| {
            project.davy(&["check", "--all", "--notes", "--format", format, "--threads", threads]).exits(1).out
        };
        assert_eq!(run("1"), run("4"), "{format}");
        assert_eq!(run("4"), run("4"), "{format}");
    }
}

#[test]
fn add_ignore_silences_what_is_there_with_comments_alone() {
    let project = backend();
    project.write("app/long.py", "import datetime\n\nx = [\n    datetime.datetime.utcnow(),\n    datetime.datetime.utcnow(),\n]\ny = datetime.datetime.utcnow()  # why\n\n\ndef f():\n    if y:\n        return datetime.datetime.utcnow()\r\n");
    let files = ["app/models.py", "app/clock.py", "app/views.py", "app/settings.py", "app/long.py"];
    let before: Vec<String> = files.iter().map(|path| project.text(path)).collect();
    project.davy(&["check", "--add-ignore"]).exits(2).says(&["app/broken.py", "does not parse", "Added"]);
    std::fs::remove_file(project.path("app/broken.py")).expect("our own file");
    project.davy(&["check"]).exits(0).says(&["All clear", "suppressed"]);
    for (path, before) in files.iter().zip(before) {
        let after = project.text(path);
        assert!(after.contains("# davy: ignore["), "{path}");
        let mut without = String::new();
        for line in after.split_inclusive('\n') {
            match line.find("# davy: ignore[") {
                Some(at) if line[..at].trim().is_empty() => {}
                Some(at) => {
                    without += &(line[..at].trim_end().to_owned() + if line.ends_with("\r\n") { "\r\n" } else { "\n" })
                }
                None => without += line,
            }
        }
        assert_eq!(without, before, "only comments were added to {path}");
    }
    project.davy(&["check", "--add-ignore"]).exits(0).says(&["Added 0 comments"]);
    project.davy(&["check", "--add-ignore", "--fix"]).exits(2).says(&["cannot be used with"]);
}

#[test]
fn exclusion_obeys_hooks_on_demand() {
    let project = Project::new(&[("a.py", UTCNOW), ("gen/b.py", UTCNOW), ("davy.toml", "exclude = [\"gen\"]\n")]);
    assert_eq!(project.json(&[])["summary"]["files"], 1);
    assert_eq!(project.json(&["gen/b.py"])["summary"]["files"], 1, "what is named is checked");
    assert_eq!(project.json(&["a.py", "gen/b.py", "--force-exclude"])["summary"]["files"], 1);
    project.davy(&["check", "--force-exclude", "gen/b.py"]).exits(0);
}

#[test]
fn configuration_decides_by_file_rule_and_version() {
    let project = Project::new(&[
        ("app/a.py", "from datetime import datetime\n\nx = datetime.utcnow()\n"),
        ("tests/t.py", UTCNOW),
        (
            "pyproject.toml",
            "[project]\nname = \"a\"\nversion = \"1\"\nrequires-python = \">=3.11\"\n\n[tool.davy.per-file-ignores]\n\"tests/*\" = [\"datetime\"]\n",
        ),
    ]);
    assert_eq!(codes(&project.json(&[])), ["DTM001"]);
    project.davy(&["check", "--fix"]).exits(0);
    let new = project.text("app/a.py");
    assert!(new.contains("UTC") && !new.contains("timezone"), "from 3.11 there is `datetime.UTC`: {new}");
    assert_eq!(project.text("tests/t.py"), UTCNOW);

    let text = "from datetime import datetime\n\nx = datetime.utcnow()\n";
    for (version, aware) in [("3.10", "timezone.utc"), ("3.11", "UTC")] {
        let project = Project::new(&[("a.py", text)]);
        project.davy(&["check", "--fix", "--config", &format!("target-version = '{version}'")]).exits(0);
        assert!(
            project.text("a.py").contains(&format!("datetime.now({aware})")),
            "{version}: {}",
            project.text("a.py")
        );
    }
    project
        .davy(&["check", "--config", "selct = ['DTM']"])
        .exits(2)
        .says(&["unknown key `selct`; did you mean `select`?"]);
    project.davy(&["check", "--config", "select = ["]).exits(2).says(&["--config"]);
}

#[test]
fn comments_of_every_kind_silence() {
    let call = "x = datetime.datetime.utcnow()";
    let silent = [
        format!("{call}  # davy: ignore[DTM001]"),
        format!("{call}  # davy: ignore[naive-utcnow] kept for the old client"),
        format!("{call}  # davy: ignore[datetime]"),
        format!("# davy: ignore[DTM001] why\n{call}"),
        format!("# davy: ignore[DTM001] why\n# and more\n{call}"),
        "x = [\n    1,  # davy: ignore[DTM001]\n    datetime.datetime.utcnow(),\n]".to_owned(),
        format!("# davy: file-ignore[DTM001]\n{call}"),
        format!("{call}  # noqa: DTZ003"),
        format!("{call}  # noqa: E501,DTZ003 why"),
        format!("{call}  # noqa"),
        format!("{call}  # ruff: ignore[DTZ003]"),
        format!("# ruff: noqa: DTZ003\n{call}"),
    ];
    for lines in silent {
        let project = Project::new(&[("a.py", &format!("import datetime\n\n{lines}\n"))]);
        assert_eq!(project.found("a.py"), Vec::<String>::new(), "{lines}");
        assert_eq!(project.json(&[])["summary"]["suppressed"], 1, "{lines}");
    }
    let secret = "DB_PASSWORD = \"hunter2-swordfish-9\"";
    for (comment, silent) in [
        ("nosec", true),
        ("nosec B105", true),
        ("noqa: S105", true),
        ("noqa", false),
        ("noqa: E501", false),
        ("davy: ignore[SEC]", true),
    ] {
        let project = Project::new(&[("a.py", &format!("{secret}  # {comment}\n"))]);
        let found = project.found("a.py");
        assert_eq!(!found.iter().any(|one| one.starts_with("SEC002")), silent, "{comment}: {found:?}");
    }
    let private = "from app.store import Store\n\n\ndef f(s: Store):\n    return s._rows";
    let project = Project::new(&[
        ("app/__init__.py", ""),
        ("app/store.py", "class Store:\n    def __init__(self):\n        self._rows = []\n"),
        ("web/__init__.py", ""),
    ]);
    for (comment, silent) in [
        ("", false),
        ("  # pylint: disable=protected-access", true),
        ("  # pylint: disable=W0212", true),
        ("  # pylint: disable=line-too-long", false),
        ("  # noqa: SLF001", true),
    ] {
        project.write("web/a.py", format!("{private}{comment}\n"));
        assert_eq!(project.found("web/a.py").is_empty(), silent, "{comment}");
    }
}

#[test]
fn comments_that_silence_nothing_are_found_and_removed() {
    let project = Project::new(&[(
        "a.py",
        "import datetime\n\ny = 1  # davy: ignore[DTM001]\n# davy: ignore[PYM001] old\nz = 2\nx = datetime.datetime.utcnow()  # davy: ignore[DTM001, SEC002] why\nw = 3  # noqa: DTZ003\n",
    )]);
    let found = project.found("a.py");
    assert_eq!(found, ["DVY001 3:8", "DVY001 4:1", "DVY001 6:56"]);
    project.davy(&["check", "--fix"]).exits(0);
    assert_eq!(
        project.text("a.py"),
        "import datetime\n\ny = 1\nz = 2\nx = datetime.datetime.utcnow()  # davy: ignore[DTM001] why\nw = 3  # noqa: DTZ003\n"
    );
    for (before, after) in [
        ("y = 1  # noqa: E501  # davy: ignore[DTM001] old\n", "y = 1  # noqa: E501\n"),
        ("y = 1  # davy: ignore[DTM001]  # noqa: E501\n", "y = 1  # noqa: E501\n"),
        ("# davy: ignore[DTM001]  # noqa: E501\ny = 1\n", "# noqa: E501\ny = 1\n"),
        ("if y:\r\n    # davy: file-ignore[DTM001]\r\n    y = 1\r\n", "if y:\r\n    y = 1\r\n"),
        ("y = 1\n# davy: ignore[DTM001]", "y = 1\n"),
        ("y = 1  # davy: ignore[DTM001, naive-utcnow]\n", "y = 1\n"),
    ] {
        let project = Project::new(&[("a.py", before)]);
        project.davy(&["check", "--fix"]).exits(0);
        assert_eq!(project.text("a.py"), after);
    }
    let project = Project::new(&[("a.py", "y = 1  # davy: ignore[DTM999]\nz = 2  # davy: ignore[naive-utcnw]\n")]);
    let run = project.davy(&["check"]).exits(1);
    run.says(&["DVY002", "`DTM999` names no rule", "`naive-utcnw` names no rule"]);
    assert_eq!(codes(&project.json(&["--select", "DTM"])), Vec::<&str>::new());
}

#[test]
fn rules_explain_themselves() {
    let project = Project::new(&[]);
    for word in ["DTM001", "dtm001", "naive-utcnow"] {
        project.davy(&["explain", word]).exits(0).says(&[
            "DTM001 naive-utcnow",
            "warning in family datetime",
            "Use instead",
            "davy: ignore[naive-utcnow]",
            "DTZ003",
        ]);
    }
    project
        .davy(&["explain", "naive-utcnw"])
        .exits(2)
        .says(&["there is no rule `naive-utcnw`", "did you mean `naive-utcnow`?"]);
    project.davy(&["explain", "xyzzy-plugh"]).exits(2).says(&["`davy rules` lists all"]);
    project.davy(&["rules"]).exits(0).says(&["DTM001 naive-utcnow warning, with safe and unsafe fixes"]);
    project
        .davy(&["rules", "--format", "markdown"])
        .exits(0)
        .says(&["# Rules", "| DTM001 | [naive-utcnow](rules/datetime/naive-utcnow.md) |"]);
    let json: Value = serde_json::from_str(&project.davy(&["rules", "--format", "json"]).exits(0).out).expect("JSON");
    for rule in json["rules"].as_array().expect("a list") {
        project
            .davy(&["explain", rule["code"].as_str().expect("a code")])
            .exits(0)
            .says(&[rule["name"].as_str().expect("a name")]);
    }
    for shell in ["bash", "zsh", "fish"] {
        project.davy(&["completions", shell]).exits(0).says(&["unsafe-fixes", "explain"]);
    }
    project.davy(&["completions", "tcsh"]).exits(2).says(&["bash", "fish", "zsh"]);
}

#[test]
fn a_place_without_a_finding_is_explained() {
    let project = Project::new(&[
        (
            "models.py",
            "from pydantic import BaseModel\nfrom vendor import Feature\n\nclass Item(BaseModel):\n    a: int\n\nclass Place(Feature):\n    b: int\n",
        ),
        (
            "db.py",
            "from models import Item\n\ndef load(key):\n    return CACHE[key]\n\ndef rows() -> list[dict]:\n    return []\n",
        ),
        (
            "app.py",
            "from db import load, rows\nfrom models import Item, Place\n\ndef show(item: Item, place: Place, row):\n    item.dict()\n    place.dict()\n    row.dict()\n    load(1).dict()\n    rows()[0].copy()\n    print(1)\n",
        ),
    ]);
    let why = |line: u32| project.davy(&["check", "--explain-unknown", &format!("app.py:{line}")]).exits(0);
    why(5).says(&["app.py:5:10: PYM004 deprecated-model-method holds here"]);
    why(6).says(&["no PYM004", "`Place` (models.py) derives from `vendor.Feature`", "name it in `pydantic.models`"]);
    why(7).says(&["no finding for `.dict`: nothing in this file says what `row` is; annotate it"]);
    why(8).says(&["`load` (db.py) has no return annotation"]);
    why(9).says(&["it is `builtins.dict.copy`"]);
    why(10).says(&["app.py:10: no rule has anything to ask here"]);
    project.davy(&["check", "--explain-unknown", "app.py"]).exits(2).says(&["write it as FILE:LINE"]);
    project.davy(&["check", "--explain-unknown", "app.py:99"]).exits(2).says(&["has 10 lines"]);
    let models = ["check", "--config", "pydantic.models = ['vendor.Feature']", "app.py", "--format", "concise"];
    project.davy(&models).exits(1).says(&["app.py:6:11: warning PYM004 [*] `Place.dict`"]);
}

#[test]
fn comments_about_comments_are_not_written() {
    let project = Project::new(&[(
        "a.py",
        "from datetime import datetime\nt = datetime.utcnow()  # davy: ignore[DTM002] other\n",
    )]);
    project.davy(&["check", "--add-ignore"]).exits(0).says(&["Added 1 comment"]);
    let once = project.text("a.py");
    project.davy(&["check", "--add-ignore"]).exits(0).says(&["Added 0 comments"]);
    assert_eq!(project.text("a.py"), once);
}

#[test]
fn hints_hold_what_was_typed() {
    let project = Project::new(&[("sub/a.py", "from datetime import datetime\nt = datetime.utcnow()\n")]);
    project.davy(&["check", "sub", "--select", "DTM"]).exits(1).says(&["davy check sub --select DTM --fix"]);
    project
        .davy(&["check", "--statistics", "--format", "json"])
        .exits(2)
        .says(&["`--statistics` is a table of its own"]);
    project.davy(&["check", "--diff", "--format", "json"]).exits(2).says(&["`--diff` is a format of its own"]);
    project
        .davy(&["check", "--stdin-filename", "x.py", "other.py"])
        .exits(2)
        .says(&["`--stdin-filename` names standard input"]);
    project.davy(&["check", "--threads", "5000"]).exits(2).says(&["5000 is not in 0..=256"]);
    let read = project.piped(&["check", "--stdin-filename", "x.py", "--format", "concise"], b"x = (\n");
    assert!(read.out.starts_with("x.py:"), "a name for standard input means that it is read: {}", read.out);
    let source = b"from datetime import datetime\nt = datetime.utcnow()\n";
    project.piped(&["check", "-", "--add-ignore"], source).exits(2).says(&["name the file instead of `-`"]);
    let excluded = ["check", "-", "--stdin-filename", "docs/a.py", "--force-exclude", "--config", "exclude = ['docs']"];
    project.piped(&excluded, source).exits(0);
    let quiet = project.davy(&["check", "--format", "concise", "-q"]).exits(1);
    assert!(!quiet.out.contains("Found"), "{}", quiet.out);
}

#[test]
fn requirement_files_are_followed() {
    let project = Project::new(&[
        ("requirements.txt", "-r deps/prod.txt\n"),
        ("deps/prod.txt", "pydantic<2\n"),
        ("a.py", "from pydantic import BaseModel\n\nclass M(BaseModel):\n    a: int\n\nM(a=1).dict()\n"),
    ]);
    let run = project.davy(&["check", "--notes"]).exits(0);
    run.says(&["is deprecated on pydantic 2, and works on pydantic<2 (prod.txt)", "`davy migrate pydantic`"]);
    project.write("requirements.txt", "pydantic>=1.10\n");
    project.davy(&["check"]).exits(1).says(&["no fix while pydantic>=1.10 (requirements.txt) may run here"]);
}

#[test]
fn a_secret_is_masked_wherever_it_stands() {
    let value = "tr0ub4dor&3zebra";
    let text =
        format!("import datetime\npassword = \"{value}\"\npasswd, user = \"{value}\", datetime.datetime.utcnow()\n");
    let project = Project::new(&[("a.py", &text)]);
    for args in [&["check"][..], &["check", "--diff"], &["check", "--format", "json"], &["check", "--format", "sarif"]]
    {
        project.davy(args).silent_about(&[value]);
    }
}

#[test]
fn bases_that_disagree_are_said_before_a_move_and_after_it() {
    let source = "from pydantic import BaseModel\n\n\nclass A(BaseModel):\n    class Config:\n        extra = \"forbid\"\n\n\nclass B(BaseModel):\n    class Config:\n        extra = \"allow\"\n\n\nclass C(A, B):\n    pass\n\n\nclass D(A):\n    pass\n";
    let project = Project::new(&[("models.py", source), ("requirements.txt", "pydantic<2\n")]);
    let said = "models.py:14";
    let before = project.davy(&["check", "--notes", "--format", "concise"]);
    assert!(
        before.out.lines().any(|line| line.starts_with(said) && line.contains("the last counts on 2")),
        "{}",
        before.out
    );
    let moved = project.davy(&["migrate", "pydantic", "--allow-dirty"]);
    assert!(moved.out.contains("PYM003 the bases set the same thing in two ways"), "{}", moved.out);
    let after = project.davy(&["check", "--notes", "--format", "concise"]);
    assert!(!after.out.contains("two ways"), "on pydantic 2 alone it is how it is: {}", after.out);
}

#[test]
fn a_diff_shows_no_value_that_a_fix_leaves_elsewhere() {
    let source =
        "def connect(db):\n    return db.open(password=\"Tr0ub4dor&3\")\n\n\nNOTE = \"try Tr0ub4dor&3 first\"\n";
    let project = Project::new(&[("a.py", source)]);
    let run = project.davy(&["check", "--diff", "--unsafe-fixes"]);
    assert!(run.out.contains("os.environ"), "{}", run.out);
    assert!(!run.out.contains("Tr0ub4dor"), "{}", run.out);
}
