//! Secrets with known answers (`fixtures/secrets`): how many are found, and how much else.

use std::process::Command;

#[test]
fn secrets_are_found_and_little_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let target = folder.path().join("secrets");
    // Another seed than the one of the table: what is found must not hang on one set of values.
    for seed in ["20261126", "7", "8", "9"] {
        let script = |args: &[&str]| {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/secrets.py");
            let output = Command::new("python3").arg(script).args(args).arg(&target).output();
            let output = output.expect("python3 is on PATH");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).expect("UTF-8")
        };
        script(&["generate", "--seed", seed]);
        let table = script(&["compare", "--only", "davy", "--verbose", "--davy", env!("CARGO_BIN_EXE_davy")]);
        let row = table.lines().find(|line| line.starts_with("davy")).expect("a row for davy");
        let numbers: Vec<usize> =
            row.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).take(4).collect();
        let [found, secrets, false_alarms, others] = numbers[..] else { panic!("{row}") };
        assert!(secrets >= 150 && others >= 150, "{row}");
        assert!(found * 100 >= secrets * 95, "{seed}\n{table}");
        assert!(false_alarms * 100 <= others * 2, "{seed}\n{table}");
    }
}
