//! Configurations as people write them, and what davy makes of them or says about them.

use super::*;
use std::fs;
use std::sync::LazyLock;

static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| {
    let page = |path, text| Page::parse(path, text).unwrap();
    vec![
        page(
            "rules/datetime/naive-utcnow.md",
            "+++\ncode = \"DTM001\"\nseverity = \"error\"\nfix = \"safe\"\neffort = 5\nrenamed-from = [\"DTM900\"]\nequivalents = [\"DTZ003\"]\n+++\n# naive-utcnow\n\nx\n",
        ),
        page(
            "rules/datetime/naive-reference.md",
            "+++\ncode = \"DTM002\"\nseverity = \"warning\"\nfix = \"none\"\neffort = 5\n+++\n# naive-reference\n\nx\n",
        ),
        page(
            "rules/datetime/naive-column.md",
            "+++\ncode = \"DTM101\"\nseverity = \"warning\"\nfix = \"none\"\ndefault = false\neffort = 5\n+++\n# naive-column\n\nx\n",
        ),
        page(
            "rules/secrets/provider-token.md",
            "+++\ncode = \"SEC001\"\nseverity = \"error\"\nfix = \"none\"\neffort = 5\n+++\n# provider-token\n\nx\n",
        ),
    ]
});

fn pages() -> Vec<&'static Page> {
    PAGES.iter().collect()
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The codes that are on in a file.
fn on(config: &Config, path: &str) -> Vec<&'static str> {
    PAGES.iter().filter(|page| config.selected(page, path)).map(|page| page.code.as_str()).collect()
}

/// A configuration made of `davy.toml`'s lines.
fn config(text: &str) -> Config {
    try_config("davy.toml", text.as_bytes()).unwrap().unwrap()
}

fn try_config(name: &str, bytes: &[u8]) -> Result<Option<Config>, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, bytes).unwrap();
    load(&file, &pages())
}

/// The message about a broken file, with the folder cut off.
fn message(name: &str, text: impl AsRef<[u8]>) -> String {
    let text = try_config(name, text.as_ref()).unwrap_err().to_string();
    text[text.find(name).unwrap_or(0)..].to_owned()
}

#[test]
fn every_key_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let file = root.join("pyproject.toml");
    let text = r#"
        [project]
        name = "gas"

        [tool.davy]
        select = ["datetime", "SEC001"]
        extend-select = ["naive-column"]
        ignore = ["DTM002"]
        exclude = ["migrations", "app/gen"]
        src = ["src", "../shared", "."]
        target-version = "py310"

        [tool.davy.per-file-ignores]
        "tests/**" = ["secrets"]

        [tool.davy.severity]
        datetime = "note"
        naive-utcnow = "error"

        [tool.davy.pydantic]
        version = "both"

        [tool.davy.pytest]
        command = "cd backend && pytest"
    "#;
    fs::write(&file, text).unwrap();
    let config = load(&file, &pages()).unwrap().unwrap();
    assert_eq!(config.origin.as_deref(), Some(file.as_path()));
    assert_eq!(config.root, root);
    assert_eq!(on(&config, "app/a.py"), ["DTM001", "DTM101", "SEC001"]);
    assert_eq!(on(&config, "tests/unit/a.py"), ["DTM001", "DTM101"]);
    assert_eq!(config.src, [root.join("src"), root.parent().unwrap().join("shared"), root.clone()]);
    assert_eq!(config.target_version, Some((3, 10)));
    assert!(config.excludes("x/migrations/0001.py") && config.excludes(root.join("app/gen/a.py")));
    assert!(!config.excludes("x/app/gen/a.py"));
    assert_eq!(config.severity_of(&PAGES[0]), Some(Level::Error));
    assert_eq!(config.severity_of(&PAGES[1]).and_then(Level::severity), Some(Severity::Note));
    assert_eq!(config.severity_of(&PAGES[3]), None);
    assert_eq!(config.pydantic_version, Some(PydanticVersion::Both));
    assert_eq!(config.pytest_command.as_deref(), Some("cd backend && pytest"));
}

#[test]
fn a_pyproject_without_a_table_is_no_configuration() {
    for text in ["", "[project]\nname = 'x'\n", "[tool.ruff]\n", "tool = 3\n", "[tool.davy_]\n"] {
        assert!(try_config("pyproject.toml", text.as_bytes()).unwrap().is_none(), "{text}");
    }
    assert!(try_config("pyproject.toml", b"[tool.davy]").unwrap().is_some());
    assert!(try_config("davy.toml", b"").unwrap().is_some());
    assert!(load(Path::new("/no/such/davy.toml"), &pages()).unwrap().is_none());
    let folder = tempfile::tempdir().unwrap();
    assert!(load(folder.path(), &pages()).unwrap().is_none());
}

#[test]
fn the_more_specific_selector_wins() {
    for (text, codes) in [
        ("", &["DTM001", "DTM002", "SEC001"][..]),
        ("select = []", &[]),
        ("select = []\nextend-select = ['sec001']", &["SEC001"]),
        ("select = ['dtm0']", &["DTM001", "DTM002"]),
        ("select = ['Naive-UTCnow', 'Secrets']", &["DTM001", "SEC001"]),
        ("select = ['all']", &["DTM001", "DTM002", "DTM101", "SEC001"]),
        ("select = ['DTM']", &["DTM001", "DTM002", "DTM101"]),
        ("select = ['DTM0']", &["DTM001", "DTM002"]),
        ("select = ['DTM900']", &["DTM001"]),
        ("extend-select = ['DTM1']", &["DTM001", "DTM002", "DTM101", "SEC001"]),
        ("ignore = ['datetime']", &["SEC001"]),
        ("select = ['all']\nignore = ['all']", &[]),
        ("select = ['all']\nignore = ['DTM']", &["SEC001"]),
        ("select = ['DTM0']\nignore = ['DTM']", &["DTM001", "DTM002"]),
        ("select = ['DTM']\nignore = ['DTM0']", &["DTM101"]),
        ("select = ['DTM']\nignore = ['datetime']", &["DTM001", "DTM002", "DTM101"]),
        ("select = ['datetime', 'SEC']\nignore = ['DTM', 'all']", &["SEC001"]),
        ("select = ['naive-utcnow']\nignore = ['DTM00']", &["DTM001"]),
        ("select = ['naive-utcnow']\nignore = ['DTM001']", &[]),
        ("select = ['SEC']\nignore = ['DTM001']", &["SEC001"]),
        ("[severity]\nall = 'off'\nDTM002 = 'note'", &["DTM002"]),
    ] {
        assert_eq!(on(&config(text), "a.py"), codes, "{text}");
    }
}

#[test]
fn the_command_line_comes_after_the_file() {
    let after = |text: &str, select: &[&str], extend: &[&str], ignore: &[&str]| {
        let mut config = config(text);
        apply_selection(&mut config, &strings(select), &strings(extend), &strings(ignore), &pages()).unwrap();
        on(&config, "a.py")
    };
    let file = "select = ['DTM001', 'SEC']\nignore = ['DTM002']";
    assert_eq!(after(file, &[], &[], &[]), ["DTM001", "SEC001"]);
    assert_eq!(after(file, &["DTM"], &[], &[]), ["DTM001", "DTM101"], "a narrower ignore of the file lives on");
    assert_eq!(after(file, &["DTM002"], &[], &[]), ["DTM002"], "but not against the rule itself");
    assert_eq!(after(file, &[], &["DTM"], &[]), ["DTM001", "DTM101", "SEC001"]);
    assert_eq!(after(file, &[], &["DTM002"], &[]), ["DTM001", "DTM002", "SEC001"]);
    assert_eq!(after(file, &[], &[], &["datetime"]), ["SEC001"], "although the file selects the rule by its code");
    assert_eq!(after(file, &["all"], &[], &["DTM1, SEC001"]), ["DTM001"], "words may be joined by commas");
    let nothing = apply_selection(&mut config(file), &strings(&[""]), &[], &[], &pages()).unwrap_err();
    assert_eq!(
        nothing.to_string(),
        "--select: unknown rule ``; name a rule, a family or `all`: `davy rules` lists what there is"
    );
}

#[test]
fn files_have_their_own_ignores() {
    let text = "[per-file-ignores]\n'__init__.py' = ['DTM001']\n'tests' = ['DTM']\n'!app/**' = ['SEC']\n'app/old/*.py' = ['all']";
    let config = config(text);
    assert_eq!(on(&config, "app/a.py"), ["DTM001", "DTM002", "SEC001"]);
    assert_eq!(on(&config, "app/__init__.py"), ["DTM002", "SEC001"]);
    assert_eq!(on(&config, "app/tests/deep/a.py"), ["SEC001"]);
    assert_eq!(on(&config, "lib/a.py"), ["DTM001", "DTM002"]);
    assert!(on(&config, "app/old/a.py").is_empty());
    assert_eq!(on(&config, config.root.join("app/a.py").to_str().unwrap()), ["DTM001", "DTM002", "SEC001"]);
}

#[test]
fn unknown_keys_name_the_nearest() {
    for (name, text, says) in [
        ("davy.toml", "src = []\nslect = []", "davy.toml:2:1: unknown key `slect`; did you mean `select`?"),
        (
            "davy.toml",
            "perfileignores = 1",
            "davy.toml:1:1: unknown key `perfileignores`; did you mean `per-file-ignores`?",
        ),
        (
            "pyproject.toml",
            "[tool.davy.pydantic]\nversoin = '1'",
            "pyproject.toml:2:1: unknown key `versoin`; did you mean `version`?",
        ),
        ("davy.toml", "é = 1\npytest.comand = 'x'", "davy.toml:1:1: invalid unquoted key"),
        ("davy.toml", "pytest.comand = 'x'", "davy.toml:1:8: unknown key `comand`; did you mean `command`?"),
        ("davy.toml", "pytest.x = 'x'", "davy.toml:1:8: unknown key `x`; the keys here are `command`"),
        (
            "davy.toml",
            "[tool.davy]",
            "davy.toml:1:2: unknown key `tool`; in `davy.toml` the keys stand at the top, without `[tool.davy]`",
        ),
        ("davy.toml", "line-length = 3", "davy.toml:1:1: unknown key `line-length`; the keys here are `select`, `"),
    ] {
        let message = message(name, text);
        assert!(message.starts_with(says), "{text}: {message}");
    }
}

#[test]
fn unknown_rules_name_the_nearest() {
    for (text, says) in [
        ("select = ['DTM',\n  'DTM00l']", "davy.toml:2:3: unknown rule `DTM00l`; did you mean `DTM001`?"),
        ("ignore = ['naive-utcnw']", "davy.toml:1:11: unknown rule `naive-utcnw`; did you mean `naive-utcnow`?"),
        ("ignore = ['DTN']", "davy.toml:1:11: unknown rule `DTN`; did you mean `DTM`?"),
        ("ignore = ['DTM9']", "davy.toml:1:11: unknown rule `DTM9`; did you mean `DTM`?"),
        ("ignore = ['D']", "davy.toml:1:11: unknown rule `D`; `davy rules` lists what there is"),
        (
            "ignore = ['']",
            "davy.toml:1:11: unknown rule ``; name a rule, a family or `all`: `davy rules` lists what there is",
        ),
        ("[severity]\nsecret = 'note'", "davy.toml:2:1: unknown rule `secret`; did you mean `secrets`?"),
        ("[per-file-ignores]\na = ['X']", "davy.toml:2:6: unknown rule `X`; `davy rules` lists what there is"),
        (
            "extend-select = ['DTZ003']",
            "davy.toml:1:18: unknown rule `DTZ003`; davy's rule for it is `DTM001` (naive-utcnow)",
        ),
    ] {
        assert_eq!(message("davy.toml", text), says, "{text}");
    }
}

#[test]
fn wrong_values_say_what_to_write() {
    for (text, says) in [
        ("select = 'DTM'", "davy.toml:1:10: unexpected string \"DTM\"; write a list: put it in `[...]`"),
        ("target-version = 3.10", "davy.toml:1:18: unexpected floating point `3.1`; write it in quotes"),
        ("target-version = '3'", "davy.toml:1:18: `3` is no version from 3.0 to 3.15; write the oldest one"),
        ("target-version = 'py27'", "davy.toml:1:18: `py27` is no version from 3.0 to 3.15; write the oldest one"),
        ("target-version = 'pyé9'", "davy.toml:1:18: `pyé9` is no version from 3.0 to 3.15; write the oldest one"),
        ("target-version = '3.99'", "davy.toml:1:18: `3.99` is no version from 3.0 to 3.15; write the oldest one"),
        (
            "pydantic.models = ['a.B', 'SQLModel']",
            "davy.toml:1:27: `SQLModel` is no class of a package; write where it is imported from, and its name: `sqlmodel.",
        ),
        ("pydantic.models = ['a..B']", "davy.toml:1:20: `a..B` is no class of a package; "),
        ("target-version = '>=3.9'", "davy.toml:1:18: `>=3.9` is no version from 3.0 to 3.15; write the oldest one"),
        ("severity.DTM = 'eror'", "davy.toml:1:16: `eror` is no value of this key; did you mean `error`?"),
        (
            "severity.DTM = 'high'",
            "davy.toml:1:16: `high` is no value of this key; the values are `error`, `warning`, `note`, `off`",
        ),
        ("severity = 'error'", "davy.toml:1:12: unexpected string \"error\"; write a table"),
        ("pydantic.version = '3'", "davy.toml:1:20: `3` is no value of this key; the values are `1`, `2`, `both`"),
        ("pydantic.version = 2", "davy.toml:1:20: wanted string or table; write it in quotes"),
        ("exclude = ['a', 'b[']", "davy.toml:1:17: `b[` is no valid pattern: "),
        (
            "exclude = ['!a']",
            "davy.toml:1:12: `!a` would exclude everything else; name what is not checked, without `!`",
        ),
        ("exclude = ['']", "davy.toml:1:12: `` is no valid pattern: it names nothing"),
        ("select = [1]", "davy.toml:1:11: "),
    ] {
        let message = message("davy.toml", text);
        assert!(message.starts_with(says), "{text}: {message}");
        println!("{message}");
    }
    assert!(message("pyproject.toml", "[tool]\ndavy = 3").starts_with("pyproject.toml:2:8: "));
}

#[test]
fn broken_files_say_where() {
    for (name, bytes, says) in [
        ("pyproject.toml", &b"[tool.davy\nselect = ['x']"[..], "pyproject.toml:1:11: "),
        ("pyproject.toml", b"[tool.davy]\na = 1\na = 2\n", "pyproject.toml:3:1: duplicate key; davy reads"),
        ("davy.toml", b"select = ['DTM'\nx", "davy.toml:2:1: "),
        (
            "davy.toml",
            b"src = []\n# caf\xe9\n",
            "davy.toml:2:6: byte 0xe9 is not UTF-8, and TOML must be UTF-8; save the file as UTF-8",
        ),
        ("davy.toml", b"\xff\xfes\0", "davy.toml: the file is UTF-16, and TOML must be UTF-8; save the file as UTF-8"),
        ("davy.toml", b"a\0 = 1", "davy.toml:1:2: "),
        ("davy.toml", b"\xef\xbb\xbfslect = 1", "davy.toml:1:1: unknown key `slect`"),
    ] {
        let message = message(name, bytes);
        assert!(message.starts_with(says), "{message}");
        assert!(!message.contains('\n'), "{message}");
    }
    // What says nothing of davy is the business of others; for pytest, it is a finding.
    assert!(try_config("pyproject.toml", b"[project\nname = 'x'").unwrap().is_none());
    assert!(try_config("pyproject.toml", b"[tool.pytest.ini_options\n").unwrap().is_none());
    assert!(try_config("davy.toml", b"\xef\xbb\xbfselect = ['DTM']\r\n").unwrap().is_some());
    let deep = format!("x = {}", "[".repeat(100_000));
    assert!(message("davy.toml", deep).starts_with("davy.toml:1:"));
}

#[test]
#[cfg(unix)]
fn an_unreadable_file_is_an_error() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("davy.toml");
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&file).is_err() {
        assert!(matches!(load(&file, &pages()), Err(ConfigError::Unreadable { .. })));
    }
    std::os::unix::fs::symlink("loop.toml", folder.path().join("loop.toml")).unwrap();
    assert!(matches!(load(&folder.path().join("loop.toml"), &pages()), Err(ConfigError::Unreadable { .. })));
}

#[test]
fn the_nearest_configuration_upward_counts() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let write = |name: &str, text: &str| {
        fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        fs::write(root.join(name), text).unwrap();
    };
    write("davy.toml", "select = ['SEC']");
    write("pyproject.toml", "[tool.davy]\nselect = ['DTM001']");
    write("api/pyproject.toml", "[project]\nname = 'api'");
    write("api/deep/er/a.py", "");
    write("web/pyproject.toml", "[tool.davy]\nselect = ['DTM002']");
    write("broken/pyproject.toml", "[tool.davy");
    let pages = pages();
    let mut configs = Configs::new(&pages, Changes::default()).unwrap();
    let mut codes = |folder: &str| configs.for_folder(&root.join(folder)).map(|config| on(&config, "a.py"));
    assert_eq!(codes(".").unwrap(), ["SEC001"], "davy.toml wins");
    assert_eq!(codes("api/deep/er").unwrap(), ["SEC001"], "a pyproject.toml without a table stops nothing");
    assert_eq!(codes("api/not/there").unwrap(), ["SEC001"]);
    assert_eq!(codes("web/../web/x").unwrap(), ["DTM002"]);
    assert!(matches!(codes("broken/x"), Err(ConfigError::BrokenToml { .. })));
    assert_eq!(codes("api").unwrap(), ["SEC001"], "and is an error only below it");

    let nearest = configs.for_folder(&root.join("api")).unwrap();
    assert!(std::sync::Arc::ptr_eq(&nearest, &configs.for_folder(&root.join("api/deep")).unwrap()));
    assert_eq!(nearest.root, root);

    let changes =
        Changes { config: strings(&["severity.SEC = 'note'"]), ignore: strings(&["DTM"]), ..Changes::default() };
    let mut changed = Configs::new(&pages, changes).unwrap();
    let web = changed.for_folder(&root.join("web")).unwrap();
    assert!(on(&web, "a.py").is_empty());
    assert_eq!(web.severity_of(&PAGES[3]), Some(Level::Note));

    let wrong = Changes { select: strings(&["naive"]), ..Changes::default() };
    assert!(Configs::new(&pages, wrong).is_err(), "checked before any file is");
}

#[test]
fn any_key_can_be_set_for_one_run() {
    let mut config = config("select = ['DTM']\nexclude = ['old']\n[severity]\nDTM = 'note'\nSEC = 'note'");
    let lines = [
        "select = ['all']",
        "severity.DTM001 = 'error'",
        "pytest.command = 'pytest -q'\nsrc = ['lib']",
        "[severity]\nSEC = 'off'",
    ];
    apply_overrides(&mut config, &strings(&lines), &pages()).unwrap();
    assert_eq!(on(&config, "a.py"), ["DTM001", "DTM002", "DTM101"]);
    assert_eq!(config.severity_of(&PAGES[0]), Some(Level::Error));
    assert_eq!(config.severity_of(&PAGES[1]), Some(Level::Note));
    assert_eq!(config.pytest_command.as_deref(), Some("pytest -q"));
    assert_eq!(config.src, [paths::working_directory().join("lib")]);
    assert!(config.excludes("old/a.py"), "what is not named stays");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ci=1.toml");
    fs::write(&file, "select = ['SEC']\nseverity.SEC = 'error'").unwrap();
    apply_overrides(&mut config, &[file.to_str().unwrap().to_owned()], &pages()).unwrap();
    assert_eq!(on(&config, "a.py"), ["SEC001"]);
}

#[test]
fn wrong_overrides_are_errors() {
    for (text, says) in [
        ("slect = ['DTM']", "--config 'slect = ['DTM']': unknown key `slect`; did you mean `select`?"),
        ("select = ['DTM00l']", "--config 'select = ['DTM00l']': unknown rule `DTM00l`; did you mean `DTM001`?"),
        (
            "nope.toml",
            "--config 'nope.toml': there is no such file; write `key = value` as in TOML, or the path of a TOML file",
        ),
        ("select=DTM", "--config 'select=DTM': "),
        ("", "--config '': there is no such file"),
    ] {
        let message = apply_overrides(&mut Config::default(), &strings(&[text]), &pages()).unwrap_err().to_string();
        assert!(message.starts_with(says), "{message}");
    }
    let error = apply_selection(&mut Config::default(), &strings(&["DMT"]), &[], &[], &pages()).unwrap_err();
    assert_eq!(error.to_string(), "--select: unknown rule `DMT`; `davy rules` lists what there is");
}
