//! Whole projects, each with its reviewed findings.

use std::path::Path;
use std::process::Command;

#[test]
fn gas_delivery() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/gas-delivery");
    let output = Command::new(env!("CARGO_BIN_EXE_davy"))
        .args(["check", "--format", "concise", "--notes"])
        .current_dir(folder)
        .output()
        .expect("davy runs");
    assert_eq!(output.status.code(), Some(1));
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout));
}
