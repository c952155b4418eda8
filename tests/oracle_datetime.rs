//! The datetime rewrites, executed by CPython before and after, in three time zones: same naivety, same instant.

use std::fs;
use std::process::Command;

/// Each defines `result()`, a datetime, a date or a string; after the fix nothing of `utcnow` is left.
const CASES: &[&str] = &[
    "import datetime\ndef result():\n    return datetime.datetime.utcnow()\n",
    "import datetime as dt\ndef result():\n    return dt.datetime.utcnow()\n",
    "from datetime import datetime\ndef result():\n    return datetime.utcnow()\n",
    "from datetime import datetime as D\ndef result():\n    return D.utcnow()\n",
    "from datetime import datetime, timedelta\ndef result():\n    return datetime.utcnow() + timedelta(hours=1)\n",
    "from datetime import (\n    datetime,\n    timedelta,\n)\ndef result():\n    return datetime.utcnow() - timedelta(1)\n",
    "from datetime import (\n    datetime,  # when\n    timedelta,  # how long\n)\ndef result():\n    return datetime.utcnow() - timedelta(1)\n",
    "from datetime import (datetime)\ndef result():\n    return datetime.utcnow()\n",
    "from datetime import *\ndef result():\n    return datetime.utcnow()\n",
    "def result():\n    from datetime import datetime\n    return datetime.utcnow()\n",
    "def result():\n    import datetime\n    return datetime.datetime.utcnow()\n",
    "\"\"\"Docstring.\"\"\"\nfrom __future__ import annotations\nimport datetime\nNow = datetime.datetime\ndef result():\n    return Now.utcnow()\n",
    "from datetime import datetime\nclass timezone:\n    utc = None\ndef result():\n    return datetime.utcnow()\n",
    "from datetime import datetime\ndef result(timezone=None):\n    return datetime.utcnow()\n",
    "from datetime import datetime\r\ndef result():\r\n    return datetime.utcnow()\r\n",
    "import datetime\ndef result():\n    return datetime.datetime.utcnow().date()\n",
    "import datetime\ndef result():\n    return datetime.datetime.utcnow().strftime('%Y-%m-%d')\n",
    "import datetime\ndef result():\n    return datetime.datetime.utcnow().replace(tzinfo=datetime.timezone.utc)\n",
    "from datetime import datetime, timezone\ndef result():\n    return datetime.utcnow().replace(tzinfo=timezone.utc)\n",
    "from datetime import datetime\ndef result():\n    return datetime.utcnow().isoformat()[:13] + 'Z'\n",
    "from datetime import datetime\ndef result():\n    return f\"{datetime.utcnow():%Y%m%d}\"\n",
    "from datetime import datetime\ndef result():\n    return datetime.utcnow().replace(microsecond=0)\n",
    "from datetime import datetime\ndef result():\n    return datetime.utcfromtimestamp(86400.5)\n",
    "from datetime import datetime\ndef result():\n    return datetime.utcfromtimestamp((-1))\n",
    "from datetime import datetime\ndef result():\n    return datetime.utcfromtimestamp(\n        3,\n    )\n",
    "from dataclasses import dataclass, field\nfrom datetime import datetime\n@dataclass\nclass Row:\n    at: datetime = field(default_factory=datetime.utcnow)\ndef result():\n    return Row().at\n",
    "from datetime import datetime\nnow = datetime.utcnow\ndef result():\n    return now()\n",
    "import datetime\ndef call(f):\n    return f()\ndef result():\n    return call(datetime.datetime.utcnow)\n",
    "import datetime\nclass Own(datetime.datetime):\n    pass\ndef result():\n    return datetime.datetime.utcnow()\n",
    "from datetime import datetime\ntry:\n    from zoneinfo import ZoneInfo as timezone\nexcept ImportError:\n    timezone = None\ndef result():\n    return datetime.utcnow()\n",
    "import os, datetime, sys\nclass A:\n    at = datetime.datetime.utcnow()\ndef result(at=datetime.datetime.utcnow()):\n    return max(at, A.at)\n",
];

const COMPARE: &str = r#"
import datetime, pathlib, sys, warnings
warnings.simplefilter("ignore")
before, after = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
bad = 0
for path in sorted(before.glob("*.py")):
    values = []
    for source in (path, after / path.name):
        space = {"__name__": source.stem}
        import types
        module = types.ModuleType(source.stem); sys.modules[source.stem] = module
        exec(compile(source.read_bytes(), str(source), "exec"), module.__dict__)
        values.append(module.result())
    one, two = values
    same = type(one) is type(two) and getattr(one, "tzinfo", None) == getattr(two, "tzinfo", None)
    if same and isinstance(one, datetime.datetime):
        same = abs(two - one) < datetime.timedelta(seconds=30)
    elif same:
        same = one == two
    if not same or "utcnow" in (after / path.name).read_text() or "utcfrom" in (after / path.name).read_text():
        bad += 1
        print(path.name, repr(one), repr(two), (after / path.name).read_text(), sep="\n")
sys.exit(bad)
"#;

#[test]
fn rewrites_keep_the_value() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    fs::create_dir(&before).expect("writable");
    fs::create_dir(&after).expect("writable");
    fs::write(folder.path().join("compare.py"), COMPARE).expect("writable");
    for (number, case) in CASES.iter().enumerate() {
        for side in [&before, &after] {
            fs::write(side.join(format!("case_{number:02}.py")), case).expect("writable");
        }
    }
    let fix = || {
        let done = Command::new(env!("CARGO_BIN_EXE_davy"))
            .args(["check", "--fix", "--select", "datetime"])
            .current_dir(&after)
            .output();
        let done = done.expect("davy runs");
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stdout));
    };
    fix();
    let once: Vec<_> =
        (0..CASES.len()).map(|n| fs::read(after.join(format!("case_{n:02}.py"))).expect("readable")).collect();
    fix();
    let twice: Vec<_> =
        (0..CASES.len()).map(|n| fs::read(after.join(format!("case_{n:02}.py"))).expect("readable")).collect();
    assert_eq!(once, twice, "a second run changes nothing");
    for zone in ["America/New_York", "UTC", "Asia/Taipei"] {
        let done = Command::new("python3")
            .arg(folder.path().join("compare.py"))
            .args([&before, &after])
            .env("TZ", zone)
            .output()
            .expect("python3 is there");
        let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{zone}: {said}");
    }
}
