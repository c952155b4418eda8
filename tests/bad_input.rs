//! Bad input: whatever lies in a repository, davy gives a verdict, a finding or a message, and loses nothing.

use crate::common::project::{Project, Run, run};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

const UTCNOW: &str = "import datetime\n\nx = datetime.datetime.utcnow()\n";

/// xorshift: the same numbers on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

#[test]
fn any_bytes_at_all() {
    let project = Project::new(&[]);
    let mut numbers = Numbers(0x5EED);
    let words: Vec<&[u8]> = vec![
        b"def f(",
        b"):\n",
        b"    ",
        b"\t",
        b"class A(BaseModel):\n",
        b"'''",
        b"f'{",
        b"}'",
        b"\"",
        b"\\\n",
        b"\r",
        b"\r\n",
        b"\0",
        b"# coding: gbk\n",
        b"import datetime\n",
        b"datetime.datetime.utcnow()",
        b"password = '",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xe4\xbd",
        b"match x:\n",
        b"case [",
        b"]",
        b"@validator('a')\n",
        b"if a:\n",
        b"elif",
        b"lambda",
        b"<<<<<<< HEAD\n",
        b"# davy: ignore[",
        b"# noqa:",
        b"\xf0\x9f\x98\x80",
        b"0x",
        b"1e",
        b"async ",
    ];
    let mut before = Vec::new();
    for number in 0..300 {
        let mut bytes = Vec::new();
        for _ in 0..numbers.below(60) {
            match number % 3 {
                0 => bytes.push(numbers.next() as u8),
                1 => bytes.extend_from_slice(words[numbers.below(words.len())]),
                _ => {
                    bytes.extend_from_slice(words[numbers.below(words.len())]);
                    bytes.push(b' ' + numbers.below(95) as u8);
                }
            }
        }
        let name = format!("m{number:03}.py");
        project.write(&name, &bytes);
        before.push((name, bytes));
    }
    let one = project.davy(&["check", "--format", "json", "--threads", "1"]).exits(1);
    let four = project.davy(&["check", "--format", "json", "--threads", "4"]).exits(1);
    assert_eq!(one.out, four.out);
    for (name, bytes) in before {
        assert_eq!(project.bytes(&name), bytes, "{name} was changed");
    }
    for format in ["text", "concise", "sarif"] {
        project.davy(&["check", "--format", format, "--all", "--notes"]).exits(1);
    }
    let fix = project.davy(&["check", "--fix", "--unsafe-fixes", "--quiet"]);
    assert!(fix.code() <= 1, "{fix:#?}");
}

#[test]
fn what_python_cannot_read_is_a_finding_and_stays() {
    let cases: &[(&[u8], &str)] = &[
        (b"import datetime\nx = datetime.datetime.utcnow()\0\n", "NUL"),
        (b"# coding: nonsense\nimport datetime\nx = datetime.datetime.utcnow()\n", "unknown encoding `nonsense`"),
        (b"\xef\xbb\xbf# coding: latin-1\nx = 1\n", "byte order mark"),
        (b"\xff\xfex\0=\x001\0\n\0", "UTF-16"),
        (b"\xfe\xff\x00x\x00=\x001\x00\n", "UTF-16"),
        (b"x = '\xff'\n", "0xff is not valid UTF-8"),
        (b"# coding: ascii\nx = '\xc3\xa9'\n", "ASCII"),
    ];
    for (bytes, says) in cases {
        let project = Project::new(&[]);
        project.write("a.py", bytes);
        project.davy(&["check", "--fix", "--unsafe-fixes"]).exits(1).says(&["SYN002", "a.py", says, "help:"]);
        assert_eq!(project.bytes("a.py"), *bytes, "{says}");
    }
}

#[test]
fn encodings_and_line_endings_survive_a_fix() {
    let fixed = |bytes: &[u8], place: &str| {
        let project = Project::new(&[]);
        project.write("a.py", bytes);
        assert_eq!(project.found("a.py"), [format!("DTM001 {place}")], "{}", String::from_utf8_lossy(bytes));
        project.davy(&["check", "--fix"]).exits(0);
        let after = project.bytes("a.py");
        assert!(project.found("a.py").is_empty());
        project.davy(&["check", "--fix"]).exits(0);
        assert_eq!(project.bytes("a.py"), after, "a second run changes nothing");
        after
    };
    let with = |head: &[u8], tail: &[u8]| [head, b"x = datetime.datetime.utcnow()", tail].concat();
    let mended = |head: &[u8], tail: &[u8]| {
        [head, b"x = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)", tail].concat()
    };
    let cases: &[(&[u8], &[u8], &str)] = &[
        (b"import datetime\n", b"\n", "2:5"),
        (b"import datetime\n", b"", "2:5"),
        (b"import datetime\r\n\r\n", b"\r\ny = '''a\r\nb'''\r\n", "3:5"),
        (b"import datetime\r\r", b"\r", "3:5"),
        (b"import datetime\r\n# mixed\n\r", b"\r\n", "4:5"),
        (b"\xef\xbb\xbfimport datetime\n", b"\n", "2:5"),
        (b"# -*- coding: latin-1 -*-\nimport datetime\ny = '\xe9\x85'; ", b"\n", "3:15"),
        (b"# coding: gbk\nimport datetime\ny = '\xc4\xe3'; ", b"\n", "3:14"),
        (b"import datetime\n\x0c", b"\n", "2:6"),
    ];
    for (head, tail, place) in cases {
        let after = fixed(&with(head, tail), place);
        assert_eq!(after, mended(head, tail), "{}", String::from_utf8_lossy(&after));
    }
}

#[test]
fn an_empty_file_is_clean() {
    for text in ["", "\n", "\u{feff}", "\r", "   ", "\\"] {
        let project = Project::new(&[("a.py", text)]);
        let run = project.davy(&["check"]);
        assert!(run.code() <= 1 && (text == "\\" || run.code() == 0), "{text:?}: {run:#?}");
        assert_eq!(project.text("a.py"), text);
    }
}

#[test]
fn twenty_megabytes() {
    let project = Project::new(&[]);
    let line = "# a comment of sixty-four bytes, so that little has to be lexed.\n";
    let big = line.repeat((20 << 20) / line.len() + 1) + UTCNOW;
    project.write("big.py", &big);
    assert!(big.len() > 20 << 20);
    let lines = big.lines().count();
    assert_eq!(project.found("big.py"), [format!("DTM001 {lines}:5")]);
}

/// Time that grows with the square of the lines would be minutes here.
#[test]
fn many_of_the_same() {
    let project = Project::new(&[]);
    let bodies = [
        "x = 1  # davy: ignore[DTM001]",
        "x = 1  # noqa: DTM001",
        "x = 1  # nosec",
        "# pylint: disable=a-b\n# pylint: enable=c-d",
        "# davy: file-ignore[DTM001]",
        "@a",
        "class A(BaseModel):\n    a: int = 1\n    @validator('a')\n    def b(cls, v): return v",
        "x = (",
        "\"\"\"",
    ];
    let start = std::time::Instant::now();
    for body in bodies {
        let text = format!("from pydantic import BaseModel, validator\n{}", format!("{body}\n").repeat(4_000));
        project.write("a.py", &text);
        assert!(project.davy(&["check", "--format", "json"]).code() <= 1, "{body}");
    }
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

/// What overflows the stack of a program that walks trees by recursion.
fn nests() -> Vec<(&'static str, String)> {
    let many = 50_000;
    let each =
        |open: &str, middle: &str, close: &str| format!("x = {}{middle}{}\n", open.repeat(many), close.repeat(many));
    let joined = |what: &str, with: &str| format!("x = {}\n", vec![what; many].join(with));
    let mut quoted = "int".to_owned();
    for _ in 0..12 {
        quoted = format!("{quoted:?}");
    }
    vec![
        ("parentheses", format!("x = {}{}\n", "(".repeat(100_000), ")".repeat(100_000))),
        ("open_parentheses", format!("x = {}\n", "(".repeat(100_000))),
        ("elif", format!("if a:\n    pass\n{}", "elif a:\n    pass\n".repeat(many))),
        ("sum", joined("1", "+")),
        ("strings", joined("'s'", " + ")),
        ("implicit", joined("'s'", " ")),
        ("all_of", joined("a", " and ")),
        ("compared", joined("a", " < ")),
        ("power", joined("a", " ** ")),
        ("union", format!("def f(x: {0}) -> '{0}': return x.dict()\n", vec!["A"; many].join(" | "))),
        ("attributes", each("", "a", ".b")),
        ("calls", each("", "a", "()")),
        ("chain", each("", "a", ".dict()")),
        ("subscripts", each("", "a", "[0]")),
        ("inner_subscripts", each("a[", "0", "]")),
        ("inner_calls", each("a(", "0", ")")),
        ("not", each("not ", "a", "")),
        ("minus", each("-", "1", "")),
        ("lambdas", each("lambda: ", "0", "")),
        ("ternary", each("a if b else ", "c", "")),
        ("targets", each("y = ", "0", "")),
        ("awaits", format!("async def f():\n    {}", each("await ", "a", ""))),
        ("fstrings", format!("x = {}0{}\n", "f'{".repeat(2_000), "}'".repeat(2_000))),
        ("quoted", format!("def f(x: {quoted}) -> {quoted}: ...\ny: {quoted} = 0\n")),
        ("quoted_dots", format!("x: 'a{}' = 0\n", ".b".repeat(many))),
        ("quoted_brackets", format!("x: '{}int{}' = 0\n", "list[".repeat(many), "]".repeat(many))),
        (
            "blocks",
            (0..1000).map(|level| format!("{}if a:\n", " ".repeat(level))).collect::<String>()
                + &" ".repeat(1000)
                + "pass\n",
        ),
    ]
}

#[test]
fn no_nesting_overflows_a_stack() {
    let project = Project::new(&[]);
    let nests = nests();
    for (name, text) in &nests {
        for copy in 0..4 {
            project.write(&format!("{name}_{copy}.py"), text);
        }
    }
    let run = project.davy(&["check", "--format", "json", "--threads", "4"]).exits(1);
    let json: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(json["errors"], serde_json::json!([]));
    assert_eq!(json["summary"]["files"], nests.len() * 4);
    for name in ["parentheses", "open_parentheses", "inner_calls", "inner_subscripts", "blocks"] {
        let path = format!("{name}_0.py");
        let codes: Vec<_> =
            json["findings"].as_array().expect("a list").iter().filter(|one| one["path"] == path.as_str()).collect();
        assert_eq!(codes.len(), 1, "{name} is beyond what CPython compiles");
        assert_eq!(codes[0]["code"], "SYN001");
    }
    for name in ["elif", "sum", "strings", "attributes", "not", "minus", "lambdas", "chain"] {
        let path = format!("\"{name}_0.py\"");
        assert!(!run.out.contains(&path), "{name} is legal, if odd");
    }
}

#[test]
fn links_that_go_round() {
    let project = Project::new(&[("a/m.py", UTCNOW)]);
    symlink("..", project.path("a/up")).expect("a link");
    symlink("self", project.path("self")).expect("a link");
    symlink("two.py", project.path("one.py")).expect("a link");
    symlink("one.py", project.path("two.py")).expect("a link");
    symlink("gone.py", project.path("dangling.py")).expect("a link");
    symlink("a/m.py", project.path("same.py")).expect("a link");
    let run = project.davy(&["check", "--format", "concise"]).exits(1);
    assert_eq!(run.out.matches("DTM001").count(), 1, "{run:#?}");
    project.davy(&["check", "one.py"]).exits(2).says(&["one.py"]);
    project.davy(&["check", "dangling.py"]).exits(2).says(&["dangling.py", "link to something that does not exist"]);
    project.davy(&["check", "--fix", "same.py"]).exits(0);
    assert!(project.path("same.py").is_symlink(), "the link stays a link");
    assert!(project.text("a/m.py").contains("timezone.utc"));
}

/// Runs as somebody whom permissions stop: root reads everything.
fn as_nobody(project: &Project, args: &[&str]) -> Option<Run> {
    let mut command = project.command(args);
    let root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    if root {
        let open = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
        open(project.root(), 0o755).expect("our own folder");
        command.uid(65534).gid(65534);
        let mut probe = project.command(&["--version"]);
        probe.uid(65534).gid(65534).stdout(Stdio::null()).stderr(Stdio::null());
        if !probe.status().is_ok_and(|status| status.success()) {
            return None;
        }
    }
    Some(run(command, b""))
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_checked() {
    let project = Project::new(&[("a.py", UTCNOW), ("b.py", UTCNOW), ("closed/c.py", UTCNOW)]);
    let mode = |path: &str, mode| {
        fs::set_permissions(project.path(path), fs::Permissions::from_mode(mode)).expect("our own file")
    };
    mode("b.py", 0);
    mode("closed", 0);
    if let Some(run) = as_nobody(&project, &["check", "--format", "concise"]) {
        run.exits(2).says(&["a.py:3:5: warning DTM001", "error: b.py", "error: closed", "ermission denied"]);
    }
    mode("closed", 0o755);
    mode("b.py", 0o644);
    assert_eq!(project.text("b.py"), UTCNOW);
}

#[test]
fn names_that_are_no_utf8() {
    let project = Project::new(&[]);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.py");
    if fs::write(project.root().join(name), UTCNOW).is_err() {
        return; // This file system takes no such name.
    }
    let listed = project.davy(&["check", "--format", "concise"]).exits(1).says(&["caf\\xe9.py:3:5"]);
    assert_eq!(listed.out.matches("DTM001").count(), 1);
    project.davy(&["check", "--format", "json"]).exits(1);
    project.davy(&["check", "--format", "sarif"]).exits(1);
    project.davy(&["check", "--fix"]).exits(0);
    let after = fs::read_to_string(project.root().join(name)).expect("the file is there");
    assert!(after.contains("timezone.utc"));
    let mut named = project.command(&["check"]);
    named.arg(name);
    run(named, b"").exits(0);
}

#[test]
fn paths_that_lead_nowhere() {
    let project = Project::new(&[("a.py", UTCNOW)]);
    for format in ["text", "concise", "json", "sarif"] {
        let run = project.davy(&["check", "a.py", "b.py", "c/d", "--format", format]).exits(2);
        run.says(&["b.py", "c/d", "o such file or folder; check the spelling", "DTM001"]);
    }
    project.davy(&["check", "b.py", "--fix"]).exits(2).says(&["b.py", "Nothing was checked: 1 problem"]);
    project.davy(&["check", ""]).exits(2);
    fs::create_dir(project.path("empty")).expect("a folder");
    project.davy(&["check", "empty"]).exits(0).says(&["No Python files"]);
    project.write("empty/readme.txt", "no Python");
    project.davy(&["check", "empty"]).exits(0).says(&["No Python files"]);
}

#[test]
fn a_broken_configuration_says_where() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("davy.toml", "select = [\n", &["davy.toml:1:", "valid TOML"]),
        ("pyproject.toml", "[tool.davy]\nselect = ['DTM'\n", &["pyproject.toml:", "TOML"]),
        ("davy.toml", "selct = ['DTM']\n", &["davy.toml:1:1: unknown key `selct`; did you mean `select`?"]),
        (
            "davy.toml",
            "\nselect = ['naive-utcnw']\n",
            &["davy.toml:2:11: unknown rule `naive-utcnw`; did you mean `naive-utcnow`?"],
        ),
        ("davy.toml", "select = 'DTM'\n", &["davy.toml:1:10"]),
        ("davy.toml", "[severity]\nDTM001 = 'loud'\n", &["davy.toml:2:10"]),
        ("davy.toml", "[per-file-ignores]\n'*.py' = ['DTM9']\n", &["davy.toml:2:11", "DTM9"]),
    ];
    for (path, toml, says) in cases {
        let project = Project::new(&[("a.py", UTCNOW), (path, toml)]);
        project.davy(&["check", "--fix"]).exits(2).says(says);
        for format in ["json", "sarif"] {
            let run = project.davy(&["check", "--format", format]);
            let report: serde_json::Value = serde_json::from_str(&run.out).expect("a document, whatever went wrong");
            assert!(run.code() == 2 && report.to_string().contains(says[0]), "{report}");
        }
        assert_eq!(project.text("a.py"), UTCNOW);
        assert_eq!(project.text(path), *toml);
    }
    let project = Project::new(&[("a.py", UTCNOW)]);
    project.write("davy.toml", b"select = ['\xff']\n");
    project.davy(&["check"]).exits(2).says(&["davy.toml:1:", "UTF-8"]);
}

#[test]
fn a_read_only_file_or_folder_stays_as_it_is() {
    let project = Project::new(&[("a.py", UTCNOW), ("b.py", UTCNOW)]);
    fs::set_permissions(project.path("a.py"), fs::Permissions::from_mode(0o444)).expect("our own file");
    project.davy(&["check", "--fix"]).exits(2).says(&[
        "a.py",
        "could not be written: the file is read-only",
        "the file is as it was",
    ]);
    assert_eq!(project.text("a.py"), UTCNOW);
    assert!(project.text("b.py").contains("timezone.utc"), "the others are mended");
    project.davy(&["check", "--add-ignore"]).exits(2).says(&["a.py", "read-only"]);
    assert_eq!(project.text("a.py"), UTCNOW);

    let project = Project::new(&[("sub/a.py", UTCNOW)]);
    fs::set_permissions(project.path("sub"), fs::Permissions::from_mode(0o555)).expect("our own folder");
    if let Some(run) = as_nobody(&project, &["check", "--fix"]) {
        run.exits(2).says(&["sub/a.py", "could not be written", "the file is as it was"]);
        assert_eq!(project.text("sub/a.py"), UTCNOW);
        assert_eq!(fs::read_dir(project.path("sub")).expect("a folder").count(), 1, "nothing is left behind");
    }
    fs::set_permissions(project.path("sub"), fs::Permissions::from_mode(0o755)).expect("our own folder");
}

/// A limit on the size of files stops the writing in the middle, as a full disk does.
#[test]
fn a_full_disk_under_fix_leaves_the_file_untouched() {
    let old = UTCNOW.repeat(400);
    let project = Project::new(&[("a.py", &old), ("b.py", UTCNOW)]);
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 4; exec \"$0\" check --fix", env!("CARGO_BIN_EXE_davy")]);
    command.current_dir(project.root());
    run(command, b"").exits(2).says(&["a.py", "could not be written: file too large", "the file is as it was"]);
    assert_eq!(project.text("a.py"), old);
    assert!(project.text("b.py").contains("timezone.utc"), "the others are mended");
    let names = fs::read_dir(project.root()).expect("a folder").flatten().map(|entry| entry.file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with(".davy-")), "nothing is left behind");
}

#[test]
fn files_that_go_away_while_they_are_scanned() {
    let project = Project::new(&[("kept.py", UTCNOW)]);
    let names: Vec<String> = (0..300).map(|number| format!("gone/m{number}.py")).collect();
    for round in 0..12 {
        names.iter().for_each(|name| project.write(name, UTCNOW));
        let paths: Vec<_> = names.iter().map(|name| project.path(name)).collect();
        let remover = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_micros(700 * round));
            paths.iter().for_each(|path| fs::remove_file(path).expect("our own file"));
        });
        let run = project.davy(&["check", "--format", "concise", "--quiet"]);
        remover.join().expect("the files go away");
        run.exits(1).says(&["kept.py:3:5: warning DTM001"]);
    }
}

#[test]
fn a_full_disk_under_the_output() {
    let Ok(full) = fs::OpenOptions::new().write(true).open("/dev/full") else { return };
    let project = Project::new(&[("a.py", UTCNOW)]);
    let commands: &[&[&str]] = &[
        &["check"],
        &["check", "--format", "json"],
        &["check", "--format", "sarif"],
        &["check", "--format", "concise"],
        &["check", "--diff"],
        &["check", "--statistics"],
        &["rules"],
        &["explain", "DTM001"],
        &["completions", "bash"],
    ];
    for args in commands {
        let output = project.command(args).stdout(full.try_clone().expect("a handle")).output().expect("davy ends");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {err}");
        assert!(err.contains("error: cannot write the output: no space left on device"), "{args:?}: {err}");
    }
}

#[test]
fn a_reader_that_goes_away() {
    let project = Project::new(&[]);
    for number in 0..400 {
        project.write(&format!("m{number}.py"), UTCNOW);
    }
    for (args, code) in [
        (&["check", "--all"][..], 1),
        (&["check", "--format", "json"], 1),
        (&["check", "--diff"], 1),
        (&["completions", "zsh"], 0),
    ] {
        let mut child =
            project.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("davy starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("davy ends");
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(err.is_empty() || err.starts_with("Would fix"), "{args:?}: {err}");
        assert_eq!(output.status.code(), Some(code), "{args:?}: {err}");
    }
}

#[test]
fn a_kill_under_fix_leaves_whole_files() {
    let mut numbers = Numbers(0xD0_5EED);
    let old = UTCNOW.repeat(20);
    let finished = Project::new(&[("a.py", &old)]);
    finished.davy(&["check", "--fix", "--quiet"]).exits(0);
    let new = finished.text("a.py");
    assert_ne!(old, new);
    let (mut some_old, mut some_new) = (0, 0);
    for round in 0..15 {
        let project = Project::new(&[]);
        let names: Vec<String> = (0..60).map(|number| format!("m{number}.py")).collect();
        for name in &names {
            project.write(name, &old);
        }
        let mut child = project
            .command(&["check", "--fix", "--quiet"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("davy starts");
        // Half of the rounds wait for the first file to change, to hit the writing.
        if round % 2 == 0 {
            while project.text("m0.py") == old && child.try_wait().expect("a child").is_none() {
                std::thread::sleep(Duration::from_micros(200));
            }
            std::thread::sleep(Duration::from_micros(numbers.below(20_000) as u64));
        } else {
            std::thread::sleep(Duration::from_millis(numbers.below(600) as u64));
        }
        child.kill().expect("a child of ours");
        child.wait().expect("it ends");
        for name in &names {
            let text = project.text(name);
            assert!(text == old || text == new, "{name} is half written");
            *if text == old { &mut some_old } else { &mut some_new } += 1;
        }
        for entry in fs::read_dir(project.root()).expect("a folder").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            assert!(name.starts_with("m") || name == ".git" || name.starts_with(".davy-"), "{name}");
            assert!(!name.starts_with(".davy-") || !name.ends_with(".py"), "{name} looks like source");
        }
        let files = project.json(&["--exit-zero"])["summary"]["files"].clone();
        assert_eq!(files, names.len(), "what is left over is no source");
        project.davy(&["check", "--fix", "--quiet"]).exits(0);
        assert!(names.iter().all(|name| project.text(name) == new), "the next run finishes it");
    }
    assert!(some_old > 0 && some_new > 0, "the kills hit before and after, {some_old} and {some_new}");
}

#[test]
fn a_kill_under_fix_leaves_files_that_belong_together_to_the_next_run() {
    let mut numbers = Numbers(0xC0_FFEE);
    let names: Vec<String> = (0..80).map(|number| format!("m{number:02}.py")).collect();
    let base =
        "from pydantic import BaseModel\n\n\nclass Base(BaseModel):\n    class Config:\n        extra = \"forbid\"\n";
    let child = |number: usize| {
        format!(
            "from base import Base\n\n\nclass M{number}(Base):\n    a: int\n\n    class Config(Base.Config):\n        title = \"M\"\n"
        )
    };
    let write = || {
        let project = Project::new(&[("base.py", base)]);
        names.iter().enumerate().for_each(|(number, name)| project.write(name, child(number)));
        project
    };
    let state = |project: &Project| {
        let new = names.iter().filter(|name| project.text(name).contains("model_config")).count();
        (new, project.text("base.py").contains("model_config"))
    };
    let (mut torn, mut whole) = (0, 0);
    // On a busy machine the kills come late: then there are more of them, without a wait.
    for round in 0..120 {
        if round >= 20 && torn > 0 {
            break;
        }
        let project = write();
        let mut running = project
            .command(&["check", "--fix", "--quiet"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("davy starts");
        while !project.text("base.py").contains("model_config") && running.try_wait().expect("a child").is_none() {
            std::thread::sleep(Duration::from_micros(if round < 20 { 50 } else { 1 }));
        }
        let most = if round < 20 { 3_000 } else { 300 };
        std::thread::sleep(Duration::from_micros(numbers.below(most) as u64));
        running.kill().expect("a child of ours");
        running.wait().expect("it ends");
        let is_torn = !matches!(state(&project), (0, false) | (80, true));
        *if is_torn { &mut torn } else { &mut whole } += 1;
        let looked = project.davy(&["check", "--quiet", "--exit-zero"]);
        assert!(!is_torn || project.path(".davy-journal").exists(), "a torn chain has a plan");
        assert!(!is_torn || looked.err.contains("an interrupted run has changed some files"), "{}", looked.err);
        // It needs no fix of its own to finish what had begun.
        let run = project.davy(&["check", "--fix", "--quiet", "--select", "SYN"]);
        run.clone().exits(0);
        assert!(!is_torn || run.err.contains("Finished what an interrupted run had begun"), "{}", run.err);
        assert!(matches!(state(&project), (0, false) | (80, true)), "half of a chain: {:?}", state(&project));
        assert!(!project.path(".davy-journal").exists());
        project.davy(&["check", "--fix", "--quiet"]).exits(0);
        assert_eq!(state(&project), (80, true));
    }
    assert!(torn > 0, "no kill hit a chain while it was written; {whole} were whole");
}

#[test]
fn files_that_belong_together_are_written_all_or_none() {
    let project = Project::new(&[
        (
            "base.py",
            "from pydantic import BaseModel\n\n\nclass Base(BaseModel):\n    class Config:\n        extra = \"forbid\"\n",
        ),
        (
            "child.py",
            "from base import Base\n\n\nclass M(Base):\n    a: int\n\n    class Config(Base.Config):\n        title = \"M\"\n",
        ),
        ("other.py", UTCNOW),
    ]);
    let (base, other) = (project.text("base.py"), project.text("other.py"));
    let mut permissions = fs::metadata(project.path("child.py")).expect("a file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(project.path("child.py"), permissions).expect("a file of ours");
    let run = project.davy(&["check", "--fix"]);
    run.clone().exits(2);
    let said = format!("{}{}", run.out, run.err);
    assert!(said.contains("child.py") && said.contains("and so is the one that had to change with it"), "{said}");
    assert_eq!(project.text("base.py"), base);
    assert_ne!(project.text("other.py"), other, "what stands alone is written");
}
