//! CPython's own verdict: on files of its standard library, and on everything a fix has changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Copies a sample of the standard library, chosen by a fixed stride, and prints for each file whether it compiles.
const SAMPLE: &str = r#"
import pathlib, sys, sysconfig, warnings
warnings.simplefilter("ignore")
out = pathlib.Path(sys.argv[1])
library = pathlib.Path(sysconfig.get_paths()["stdlib"])
files = sorted(path for path in library.rglob("*.py") if "site-packages" not in path.parts and path.stat().st_size < 200_000)
for number, path in enumerate(files[::5]):
    data = path.read_bytes()
    name = f"f{number:04}.py"
    (out / name).write_bytes(data)
"#;

const VERDICT: &str = r#"
import pathlib, sys, warnings
warnings.simplefilter("ignore")
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.py")):
    try:
        compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError, UnicodeDecodeError) as error:
        print(path.name, getattr(error, "msg", error), sep="\t")
"#;

fn python(script: &str, folder: &Path) -> String {
    let done = Command::new("python3").args(["-c", script]).arg(folder).output().expect("python3 is there");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("UTF-8")
}

/// Errors that only the compiler's later passes find; the parser's verdict is what is compared here.
fn is_later(message: &str) -> bool {
    [
        "outside function",
        "outside async",
        "nonlocal",
        "global",
        "duplicate argument",
        "not properly in loop",
        "outside loop",
        "__future__",
        "__debug__",
        "await",
        "yield",
        "return",
        "comprehension",
        "bare except",
        "default 'except:'",
        "not a chance",
    ]
    .iter()
    .any(|word| message.contains(word))
}

#[test]
fn the_standard_library() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    python(SAMPLE, folder.path());
    let refused: Vec<(String, String)> = python(VERDICT, folder.path())
        .lines()
        .filter_map(|line| line.split_once('\t').map(|(name, message)| (name.to_owned(), message.to_owned())))
        .collect();
    let davy = |args: &[&str]| {
        let done = Command::new(env!("CARGO_BIN_EXE_davy"))
            .args(["check", "--exit-zero"])
            .args(args)
            .current_dir(folder.path())
            .output();
        let done = done.expect("davy runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    };
    let report: serde_json::Value =
        serde_json::from_slice(&davy(&["--select", "syntax", "--format", "json", "."])).expect("one JSON object");
    let found: BTreeSet<String> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| finding["path"].as_str().expect("a path").to_owned())
        .collect();
    let files = report["summary"]["files"].as_u64().expect("a number");
    assert!(files > 200, "only {files} files");
    let expected: BTreeSet<String> =
        refused.iter().filter(|(_, message)| !is_later(message)).map(|(name, _)| name.clone()).collect();
    let later: BTreeSet<String> = refused.iter().map(|(name, _)| name.clone()).collect();
    let missed: Vec<_> = expected.difference(&found).collect();
    let false_alarms: Vec<_> = found.difference(&later).collect();
    assert!(
        missed.is_empty() && false_alarms.is_empty(),
        "missed {missed:?}, false alarms {false_alarms:?} of {files} files"
    );

    // Whatever the fixes change still compiles.
    davy(&["--fix", "--unsafe-fixes", "--quiet", "."]);
    let after: BTreeSet<String> =
        python(VERDICT, folder.path()).lines().filter_map(|line| line.split('\t').next().map(str::to_owned)).collect();
    assert!(after.is_subset(&later), "no longer compile: {:?}", after.difference(&later).collect::<Vec<_>>());
    let changed = |file: &fs::DirEntry| fs::read(file.path()).expect("readable");
    let state = || {
        fs::read_dir(folder.path())
            .expect("readable")
            .flatten()
            .map(|file| (file.file_name(), changed(&file)))
            .collect::<Vec<_>>()
    };
    let once = state();
    davy(&["--fix", "--unsafe-fixes", "--quiet", "."]);
    assert!(once == state(), "a second run changes something");
}
