//! The rewrites of `utcnow`, executed before and after in three time zones, with time running and frozen.

#[path = "common/oracle.rs"]
mod common;

use common::{cases, root, skip, venv};

const PROJECT: &str = "[project]\nname = \"case\"\nversion = \"0\"\nrequires-python = \">=3.9\"\ndependencies = []\n";

#[test]
fn small_programs() {
    let packages = [
        "freezegun>=1.5,<2",
        "sqlalchemy>=2,<3",
        "pyjwt>=2,<3",
        "python-jose>=3.3,<4",
        "authlib>=1.3,<2",
        "pydantic>=2,<3",
    ];
    let python = match venv("datetime", &packages) {
        Ok(python) => python,
        Err(why) => return skip("oracle_datetime", &why),
    };
    let cases = cases::read(&root().join("tests/data/datetime_cases"));
    assert!(cases.len() >= 70);
    let rounds: cases::Rounds = &[
        ("New York", &[("TZ", "America/New_York")], false),
        ("UTC", &[("TZ", "UTC")], false),
        ("Taipei", &[("TZ", "Asia/Taipei")], false),
        ("New York, frozen", &[("TZ", "America/New_York")], true),
        ("Taipei, frozen", &[("TZ", "Asia/Taipei")], true),
    ];
    cases::check("oracle_datetime", &cases, &cases::Run { python: &python, project: PROJECT, select: "DTM", rounds });
}
