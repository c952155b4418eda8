//! Private access: whose a name is, and how much that matters.

use crate::common::project::Project;

#[test]
fn private_names_matter_by_who_owns_them() {
    let files = |config: &str| {
        let report = "import threading\nfrom billing.ledger import Ledger\nfrom app.beside import Helper\n\ndef f(ledger: Ledger, helper: Helper, anything):\n    ledger._rows\n    helper._rows\n    anything._rows\n    threading._shutdown()\n";
        Project::new(&[
            ("billing/__init__.py", ""),
            ("billing/ledger.py", "class Ledger:\n    def __init__(self):\n        self._rows = []\n"),
            ("app/__init__.py", ""),
            ("app/beside.py", "class Helper:\n    def __init__(self):\n        self._rows = []\n"),
            ("app/report.py", report),
            ("davy.toml", config),
        ])
    };
    let levels = |config: &str| -> Vec<String> {
        let report = files(config).json(&["--select", "private"]);
        let findings = report["findings"].as_array().expect("a list").iter();
        findings
            .map(|one| format!("{} {}", one["start"]["line"], one["severity"].as_str().expect("a severity")))
            .collect()
    };
    assert_eq!(levels(""), ["6 warning", "7 note", "8 note", "9 warning"]);
    let config = "[private]\nexternal = \"error\"\nother-folder = \"note\"\nsibling = \"warning\"\nunknown = \"off\"\n";
    assert_eq!(levels(config), ["6 note", "7 warning", "9 error"]);
}

#[test]
fn what_alembic_writes_down_is_generated() {
    let revision = "import threading\n\nthreading._shutdown()\n";
    let project = Project::new(&[("app/alembic/versions/0001_init.py", revision), ("app/versions/v1.py", revision)]);
    let report = project.json(&["--select", "private"]);
    let paths: Vec<&str> =
        report["findings"].as_array().expect("a list").iter().filter_map(|one| one["path"].as_str()).collect();
    assert_eq!(paths, ["app/versions/v1.py"]);
}
