//! JUnit's XML as Python's own parser and `junitparser` read it.

#[path = "common/oracle.rs"]
mod common;

use common::{davy, root, run, said, say, skip, venv};
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
    let read = common::run_with(command.args(["-c", READ]), &text);
    assert!(read.status.success(), "{}", said(&read));
    let numbers = String::from_utf8(read.stdout).expect("UTF-8");
    assert_eq!(numbers.trim(), format!("{expected} {expected} {expected} {expected} 0"));
    say(&format!("oracle_formats: {expected} test cases read by junitparser; 0 skipped"));
}
