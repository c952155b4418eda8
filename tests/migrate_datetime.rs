//! `davy migrate datetime`: the whole project in one step, through a function that is written once.

use crate::common::project::Project;

const PYPROJECT: (&str, &str) =
    ("pyproject.toml", "[project]\nname = \"app\"\nversion = \"0\"\nrequires-python = \">=3.9\"\n");
const ORDERS: (&str, &str) =
    ("app/orders.py", "from datetime import datetime\n\n\ndef stamp():\n    return datetime.utcnow()\n");
const MODELS: (&str, &str) = (
    "app/models.py",
    "import datetime as dt\nfrom dataclasses import dataclass, field\n\n\n@dataclass\nclass Order:\n    at: dt.datetime = field(default_factory=dt.datetime.utcnow)\n",
);

fn moved(project: &Project, args: &[&str]) -> (Option<i32>, String) {
    let run = project.davy(&[&["migrate", "datetime", "--allow-dirty"], args].concat());
    (run.status.code(), run.out + &run.err)
}

#[test]
fn a_function_is_written_once_and_called_everywhere() {
    let project = Project::new(&[PYPROJECT, ("app/__init__.py", ""), ORDERS, MODELS]);
    let (code, said) = moved(&project, &["--helper", "app.clock:utc_now"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Rewrote 2 places in 3 files"), "{said}");
    assert_eq!(
        project.text("app/clock.py"),
        "from datetime import datetime, timezone\n\n\ndef utc_now() -> datetime:\n    \"\"\"The time in UTC, naive: what `datetime.utcnow()` gave.\"\"\"\n    return datetime.now(timezone.utc).replace(tzinfo=None)\n"
    );
    assert_eq!(
        project.text("app/orders.py"),
        "from app.clock import utc_now\n\n\ndef stamp():\n    return utc_now()\n"
    );
    assert!(project.text("app/models.py").contains("default_factory=utc_now)"));
    let (code, said) = moved(&project, &["--helper", "app.clock:utc_now"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Nothing to rewrite"), "{said}");
}

#[test]
fn a_module_that_is_there_gets_the_function() {
    let clock = "import datetime\n\nSTARTED = datetime.datetime.utcnow()\n\n\ndef later():\n    return datetime.datetime.utcnow()\n";
    let project = Project::new(&[PYPROJECT, ("app/__init__.py", ""), ORDERS, ("app/clock.py", clock)]);
    let (code, said) = moved(&project, &["--helper", "app.clock:utc_now"]);
    assert_eq!(code, Some(0), "{said}");
    let clock = project.text("app/clock.py");
    assert!(clock.ends_with("def utc_now() -> datetime.datetime:\n    \"\"\"The time in UTC, naive: what `datetime.utcnow()` gave.\"\"\"\n    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)\n"), "{clock}");
    // Before the function is there, it cannot be called.
    assert!(clock.contains("STARTED = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)\n"), "{clock}");
    assert!(clock.contains("def later():\n    return utc_now()\n"), "{clock}");
    assert!(project.text("app/orders.py").contains("return utc_now()"));
}

#[test]
fn nothing_is_written_where_the_module_cannot_be() {
    let project = Project::new(&[PYPROJECT, ("app/__init__.py", ""), ORDERS]);
    for (helper, why) in [
        ("shop.clock:now", "there is no package `shop`"),
        ("time:now", "a module of the standard library"),
        ("app.clock", "is no function of a module"),
        ("app.clock:not a name", "is no function of a module"),
    ] {
        let (code, said) = moved(&project, &["--helper", helper]);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains(why), "{said}");
        assert_eq!(project.text("app/orders.py"), ORDERS.1);
    }
}

#[test]
fn a_test_that_replaces_datetime_is_named() {
    let test = "from unittest import mock\nfrom app import orders\n\ndef test_stamp():\n    with mock.patch(\"app.orders.datetime\") as fake:\n        fake.utcnow.return_value = 1\n        assert orders.stamp() == 1\n";
    let project = Project::new(&[PYPROJECT, ("app/__init__.py", ""), ORDERS, ("tests/test_orders.py", test)]);
    let (code, said) = moved(&project, &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("tests/test_orders.py:5: a test replaces `datetime` here"), "{said}");
    assert_eq!(project.text("app/orders.py"), ORDERS.1);
}

#[test]
fn columns_decide_what_a_new_function_gives() {
    let column = |kind: &str| {
        format!(
            "from datetime import datetime\nfrom sqlalchemy import Column, DateTime\nfrom sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n    pass\n\n\nclass Order(Base):\n    created = Column({kind}, default=datetime.utcnow)\n"
        )
    };
    for (kind, gives, models, orders) in [
        ("DateTime", "1 of 1 columns here that keep a time are naive", "default=utc_now)", "return utc_now()"),
        (
            "DateTime(timezone=True)",
            "it gives an aware value",
            "default=utc_now)",
            // It is not known where this goes.
            "return datetime.now(timezone.utc).replace(tzinfo=None)",
        ),
    ] {
        let project = Project::new(&[PYPROJECT, ("app/__init__.py", ""), ORDERS, ("app/models.py", &column(kind))]);
        let (code, said) = moved(&project, &["--helper", "app.clock:utc_now"]);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(gives), "{said}");
        assert!(project.text("app/models.py").contains(models), "{}", project.text("app/models.py"));
        assert!(project.text("app/orders.py").contains(orders), "{}", project.text("app/orders.py"));
    }
}

#[test]
fn aware_is_for_whoever_asks() {
    let project = Project::new(&[PYPROJECT, ("app/__init__.py", ""), ORDERS]);
    let (code, said) = moved(&project, &["--style", "aware", "--diff"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("+    return datetime.now(timezone.utc)\n"), "{said}");
    assert_eq!(project.text("app/orders.py"), ORDERS.1, "a diff writes nothing");
    let (code, said) = moved(&project, &["--style", "aware"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(project.text("app/orders.py").ends_with("return datetime.now(timezone.utc)\n"));
}
