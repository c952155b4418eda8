//! The rewrites of `utcnow`, executed before and after in three time zones, with time running and frozen.

use crate::common::cases;
use crate::common::oracle::{copy, davy, root, run, said, say, scratch, skip, venv};

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

/// A service with its tests, in three time zones: as it is, after the fixes, and after the move to a function of its own.
#[test]
fn a_service_stays_green() {
    let packages = [
        "fastapi>=0.110",
        "httpx>=0.27",
        "pytest>=8,<9",
        "freezegun>=1.5,<2",
        "sqlalchemy>=2,<3",
        "pyjwt>=2,<3",
        "python-jose>=3.3,<4",
    ];
    let python = match venv("kiosk", &packages) {
        Ok(python) => python,
        Err(why) => return skip("oracle_datetime, the service", &why),
    };
    let scratch = scratch();
    let at = |what: &str| scratch.path().join(what);
    for what in ["before", "fixed", "moved"] {
        copy(&root().join("fixtures/kiosk"), &at(what));
    }
    let fix = |what: &str, args: &[&str]| run(davy().args(args).current_dir(at(what)));
    let fixed = fix("fixed", &["check", "--select", "DTM", "--fix", "--notes"]);
    assert_eq!(fixed.status.code(), Some(0), "nothing is left: {}", said(&fixed));
    let moved = fix("moved", &["migrate", "datetime", "--helper", "app.clock:utc_now", "--allow-dirty"]);
    assert_eq!(moved.status.code(), Some(0), "nothing is left: {}", said(&moved));
    for (what, helper) in [("fixed", false), ("moved", true)] {
        let text = |file: &str| std::fs::read_to_string(at(what).join(file)).expect("it is there");
        for file in ["app/models.py", "app/schemas.py", "app/security.py", "app/main.py", "tests/test_kiosk.py"] {
            let text = text(file);
            assert!(!text.contains("utcnow") && !text.contains("utcfromtimestamp"), "{what}: {text}");
        }
        assert!(text("app/security.py").contains("expire = datetime.now(timezone.utc) + expires_delta"));
        assert!(text("app/main.py").contains("ticket.printed_at = datetime.datetime.now(datetime.timezone.utc)"));
        assert_eq!(
            text("app/models.py").contains("default=utc_now, onupdate=utc_now"),
            helper,
            "{}",
            text("app/models.py")
        );
    }
    for zone in ["America/New_York", "UTC", "Asia/Taipei"] {
        for what in ["before", "fixed", "moved"] {
            let mut pytest = std::process::Command::new(&python);
            pytest.args(["-W", "error::DeprecationWarning:app", "-m", "pytest", "-q", "-p", "no:cacheprovider"]);
            // Deprecations are what is being mended.
            let warnings = if what == "before" { "ignore::DeprecationWarning" } else { "default" };
            let output = run(pytest.args(["-W", warnings]).env("TZ", zone).current_dir(at(what)));
            let said = said(&output);
            assert!(output.status.success() && said.contains("8 passed"), "{what} in {zone}: {said}");
            assert!(what == "before" || !said.contains("utcnow"), "{what} in {zone}: {said}");
        }
    }
    say(
        "oracle_datetime, the service: 8 tests green before, after the fixes and after the move, in 3 time zones; 0 skipped",
    );
}
