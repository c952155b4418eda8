//! Files of settings as a project has them: which are read, what is said of them, and what may be written into them.

use crate::common::oracle::git;
use crate::common::project::{Project, run};

const VALUE: &str = "Tr0ub4dor&3";

fn codes(report: &serde_json::Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("a list").iter();
    let mut codes: Vec<String> = findings.map(|one| one["code"].as_str().expect("a code").to_owned()).collect();
    codes.sort();
    codes
}

fn places(report: &serde_json::Value) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for finding in report["findings"].as_array().expect("a list") {
        let place =
            |at: &serde_json::Value| format!("{}:{}", at["path"].as_str().expect("a path"), at["start"]["line"]);
        all.push(place(finding));
        all.extend(finding["labels"].as_array().expect("a list").iter().map(place));
    }
    all.sort();
    all
}

#[test]
fn what_is_read_and_what_is_not() {
    let yaml = format!("password: {VALUE}\n");
    let project = Project::new(&[
        ("a.yml", &yaml),
        (".github/workflows/ci.yml", &yaml),
        (".github/scripts/x.py", "def f(:\n"),
        (".gitlab-ci.yml", &yaml),
        (".hidden/a.yml", &yaml),
        (".venv/pyvenv.cfg", "password = Tr0ub4dor&3\n"),
        ("node_modules/x/a.json", &format!("{{\"password\": \"{VALUE}\"}}")),
        ("package-lock.json", &format!("{{\"password\": \"{VALUE}\"}}")),
        ("pnpm-lock.yaml", &yaml),
        ("README.md", &yaml),
        ("build.env", &format!("DB_PASSWORD={VALUE}\n")),
        ("ignored.yml", &yaml),
        (".gitignore", "ignored.yml\n"),
    ]);
    let report = project.json(&["--select", "secrets"]);
    assert_eq!(places(&report), [".github/workflows/ci.yml:1", ".gitlab-ci.yml:1", "a.yml:1", "build.env:1"]);
    assert_eq!(report["findings"].as_array().expect("a list").len(), 1, "one value is one incident");
    assert_eq!(codes(&project.json(&["ignored.yml"])), ["SEC002"], "what is named is checked");
}

#[test]
fn large_binary_and_minified_files_are_counted() {
    let one_line = format!("{{\"password\": \"{VALUE}\", \"x\": \"{}\"}}", "a".repeat(60_000));
    let large = format!("password: {VALUE}\nx: {}\n", "a\n".repeat(3 << 20));
    let project =
        Project::new(&[("a.json", &one_line), ("b.yml", &large), ("c.ini", "password=\0\0\n"), ("d.ini", "a=1\n")]);
    let report = project.json(&[]);
    assert_eq!(
        (report["summary"]["skipped"].as_u64(), report["findings"].as_array().map(Vec::len)),
        (Some(3), Some(0))
    );
    project.davy(&["check"]).exits(0).says(&["3 files skipped: binary, minified, over 5 MB or not fetched from LFS"]);
}

#[test]
fn comments_silence_and_can_be_written() {
    let files = [
        ("a.yml", format!("db:\n  password: {VALUE}\nother: |\n  password={VALUE}x\n")),
        ("b.toml", format!("password = \"{VALUE}y\"  # davy: ignore[hardcoded-password] on purpose\n")),
        ("c.ini", format!("[x]\npassword = {VALUE}z  # pragma: allowlist secret\n")),
        ("d.json", format!("{{\"password\": \"{VALUE}j\"}}\n")),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let project = Project::new(&files);
    assert_eq!(places(&project.json(&["--select", "secrets"])), ["a.yml:2", "a.yml:4", "d.json:1"]);
    // Inside a block of text a comment would be text, and JSON has none.
    let added = project.davy(&["check", "--add-ignore", "a.yml", "d.json"]).exits(2);
    assert!(added.err.contains("no place for a comment"), "{}", added.err);
    assert_eq!(project.text("a.yml"), files[0].1);
    project.write("a.yml", format!("db:\n  password: {VALUE}\n"));
    project.davy(&["check", "--add-ignore", "a.yml"]).exits(0);
    assert_eq!(project.text("a.yml"), format!("db:\n  # davy: ignore[hardcoded-password]\n  password: {VALUE}\n"));
    assert_eq!(places(&project.json(&["a.yml"])), [] as [&str; 0]);
}

#[test]
fn columns_are_right_in_every_format() {
    let project = Project::new(&[
        ("a.yml", "ä: ü\n😀: [{pass: Tr0ub4dor&3}]\n"),
        ("b.json", "{\"é\": {\"password\": \"Zebra!4712\"}}\n"),
        ("c.toml", "\"é\" = {password = 'Zebra!4713'}\n"),
        ("d.env", "# ü\nexport PASSWORD=\"Zebra!4714\"\n"),
    ]);
    let report = project.json(&["--select", "secrets"]);
    let starts: Vec<(u64, u64)> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["start"]["line"].as_u64().expect("a line"), one["start"]["column"].as_u64().expect("a column")))
        .collect();
    assert_eq!(starts, [(2, 12), (1, 21), (1, 20), (2, 18)]);
}

#[test]
fn standard_input_is_what_its_name_says() {
    let project = Project::new(&[]);
    let text = format!("services:\n  db:\n    environment: [POSTGRES_PASSWORD={VALUE}]\n");
    let shown = run(project.command(&["check", "--stdin-filename", "compose.yml", "-"]), text.as_bytes());
    assert!(shown.out.contains("SEC002") && shown.out.contains("POSTGRES_PASSWORD"), "{}", shown.out);
}

#[test]
fn what_git_has_though_it_ignores_it() {
    let project = Project::new(&[
        (".env", &format!("DB_PASSWORD={VALUE}\n")),
        (".env.example", "DB_PASSWORD=\n"),
        ("web/.env.local", &format!("API_PASSWORD={VALUE}x\n")),
        ("Dockerfile", "FROM x\nCOPY . .\n"),
    ]);
    std::fs::remove_dir_all(project.path(".git")).expect("removable");
    assert!(!codes(&project.json(&[])).contains(&"SEC005".to_owned()), "a folder without git");
    git(project.root(), &["init", "-q"]);
    // Not ignored yet: the next `git add .` takes them.
    let found = codes(&project.json(&[]));
    assert_eq!(found.iter().filter(|code| *code == "SEC005").count(), 2, "{found:?}");
    project.write(".gitignore", ".env\n.env.local\n");
    assert_eq!(codes(&project.json(&[])), ["SEC006"], "the image takes in what git ignores");
    git(project.root(), &["add", "-f", ".env"]);
    let found = codes(&project.json(&[]));
    assert_eq!(found, ["SEC002", "SEC005", "SEC006"], "git has it though it ignores it");
    project.write(".dockerignore", "**/.env\n");
    assert_eq!(codes(&project.json(&[])), ["SEC002", "SEC005"]);
    project.write(".env", "LOG_LEVEL=info\n");
    let report = project.json(&[]);
    assert_eq!(report["findings"][0]["severity"], "note", "{report}");
}

#[test]
fn a_fix_names_its_variable_in_the_example() {
    let project = Project::new(&[
        ("app/a.py", &format!("db_password = '{VALUE}'\nmail_password = '{VALUE}x'\n")),
        ("app/b.py", &format!("db_password = '{VALUE}y'\n")),
        (".env.example", "LOG_LEVEL=info\r\nMAIL_PASSWORD="),
        ("sub/.env.example", "A=\n"),
    ]);
    project.davy(&["check", "--fix", "--unsafe-fixes"]);
    assert_eq!(project.text(".env.example"), "LOG_LEVEL=info\r\nMAIL_PASSWORD=\r\nDB_PASSWORD=\r\n");
    assert_eq!(project.text("sub/.env.example"), "A=\n");
    assert_eq!(
        project.text("app/a.py"),
        "import os\n\ndb_password = os.environ[\"DB_PASSWORD\"]\nmail_password = os.environ[\"MAIL_PASSWORD\"]\n"
    );
}

#[test]
fn a_fix_reads_the_settings_that_are_there() {
    let settings = "from pydantic_settings import BaseSettings\n\n\nclass Settings(BaseSettings):\n    db_password: str\n\n\nsettings = Settings()\n";
    let project = Project::new(&[
        ("app/__init__.py", ""),
        ("app/settings.py", settings),
        ("app/db.py", &format!("def f(c):\n    c.connect(db_password='{VALUE}', mail_password='{VALUE}x')\n")),
        ("app/base.py", &format!("db_password = '{VALUE}y'\n")),
    ]);
    project.write("app/settings.py", format!("from app import base\n{settings}"));
    project.davy(&["check", "--fix", "--unsafe-fixes"]);
    assert_eq!(
        project.text("app/db.py"),
        "import os\n\nfrom app.settings import settings\n\ndef f(c):\n    c.connect(db_password=settings.db_password, mail_password=os.environ[\"MAIL_PASSWORD\"])\n"
    );
    assert!(!project.text("app/base.py").contains("settings"), "what the settings need cannot need them");
}

#[test]
fn a_project_has_formats_of_its_own() {
    let format = "[[secrets.format]]\nid = \"acme\"\nname = \"ACME token\"\nshape = \"acme_[0-9a-f]{12}\"\nkeywords = [\"acme_\"]\nseverity = \"error\"\ndocumented = \"our handbook\"\n";
    let text = "x = call('acme_0123fedc9871')\n";
    let project = Project::new(&[("a.py", text), ("b.yml", "x: acme_0123fedc9872\n")]);
    project.davy(&["check"]).exits(0);
    project.write("davy.toml", format);
    let report = project.json(&[]);
    assert_eq!(places(&report), ["a.py:1", "b.yml:1"], "{report}");
    assert!(report["findings"][0]["message"].as_str().is_some_and(|message| message.contains("ACME token")));
    project.write("davy.toml", format.replace("acme_[", "acme_("));
    project.davy(&["check"]).exits(2).says(&["davy.toml", "format `acme`", "the shape is not usable"]);
    project.write("davy.toml", format.replace("shape", "form"));
    project.davy(&["check"]).exits(2).says(&["unknown", "form"]);
}

#[test]
fn the_host_of_something_else_says_nothing() {
    let severity = |text: &str| {
        let report = Project::new(&[("deploy.yml", text)]).json(&["--select", "SEC002"]);
        report["findings"][0]["severity"].as_str().expect("a severity").to_owned()
    };
    for (text, expected) in [
        ("db_host: localhost\ndb_password: {}\n", "note"),
        ("DATABASE_HOST: localhost\nDB_PASSWORD: {}\n", "note"),
        ("host: 127.0.0.1\npassword: {}\n", "note"),
        ("app_host: localhost\ndb_password: {}\n", "error"),
        ("proxy: http://localhost:8080\nhost: db.acme.io\npassword: {}\n", "error"),
        ("password: {}\nhost: db.acme.io\nother: 1\nurl: http://localhost\n", "error"),
    ] {
        assert_eq!(severity(&text.replace("{}", VALUE)), expected, "{text}");
    }
}

#[test]
fn what_the_tests_set_and_what_only_the_cluster_opens() {
    let sealed =
        "kind: SealedSecret\nspec:\n  encryptedData:\n    password: AgBy3i4OJSWKxPiTySYZZA9rO43cGDEq6zXkq2J8\n";
    let external = "kind: ExternalSecret\nspec:\n  data:\n  - secretKey: password\n    remoteRef: {key: prod/db, property: password}\n";
    let project = Project::new(&[("sealed.yml", sealed), ("external.yml", external)]);
    assert_eq!(codes(&project.json(&["--notes"])), [""; 0]);
    let ini = format!("[tool:pytest]\nenv =\n    SECRET_KEY={VALUE}\n[app]\npassword = x{VALUE}\n");
    let report = Project::new(&[("setup.cfg", &ini)]).json(&["--select", "SEC002"]);
    let severities: Vec<&str> =
        report["findings"].as_array().expect("a list").iter().filter_map(|one| one["severity"].as_str()).collect();
    assert_eq!(severities, ["note", "error"]);
}
