//! Secrets go in everywhere, and come out nowhere: no format, diff, log, cache, baseline or crash holds one, plain or encoded.

use crate::common::project::{Project, run};
use std::fs;
use std::path::Path;

/// The values, as they are planted; none of them stands in another.
const PLANTED: [&str; 14] = [
    "Assigned!4711x",
    "Keyword!4712x",
    "Fallback!4713x",
    "Settings!4714x",
    "InTheUrl!4715x",
    "Broken!4716x",
    "Variable!4717x",
    "InYaml!4718x",
    "InJson!4719x",
    "InImage!4720x",
    "InCell!4721x",
    "Comment!4722x",
    "Constant!4723x",
    "MIIxq7Yt2kPzR4vLw9Bn3Hs6Jf8Dm1Gc5Qa0Ze",
];

fn project() -> Project {
    let key = PLANTED[13];
    let body = format!("{key}\n{}\n", "k3Jx8Qw1Zp5Vt9Lm2Rb7Yc4Nd6Hg0Sf".repeat(2));
    let python = format!(
        "import os\nfrom pydantic_settings import BaseSettings\n\ndb_password = '{}'; x = os.getenv('K')._private\n\
         connect(user='app', password='{}')\nsecret = os.getenv('SECRET_KEY', '{}')\nURL = 'postgresql://app:{}@db.acme.io/x'\n\
         # admin_password = \"{}\"\nP = '{}'\nconnect(password=P)\n\n\
         class Settings(BaseSettings):\n    secret_key: str = '{}'\n\nKEY = '''-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----'''\n\
         def f(x):\n    return x._a('{}')\n",
        PLANTED[0], PLANTED[1], PLANTED[2], PLANTED[4], PLANTED[11], PLANTED[12], PLANTED[3], PLANTED[0],
    );
    let cell = format!(
        "{{\"cells\": [{{\"cell_type\": \"code\", \"source\": [\"password = '{}'\\n\"], \"outputs\": []}}], \"nbformat\": 4}}",
        PLANTED[10]
    );
    Project::new(&[
        ("app/a.py", &python),
        ("app/broken.py", &format!("def f(:\n    password = \"{}\n", PLANTED[5])),
        (".env", &format!("DB_PASSWORD={}\n", PLANTED[6])),
        ("compose.yml", &format!("environment:\n  - DB_PASSWORD={}\n", PLANTED[7])),
        ("config.json", &format!("{{\"password\": \"{}\"}}\n", PLANTED[8])),
        ("Dockerfile", &format!("FROM x\nENV DB_PASSWORD={}\n", PLANTED[9])),
        ("a.ipynb", &cell),
        ("key.pem", &format!("-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----\n")),
        ("davy.toml", "cache-dir = 'cache'\n"),
    ])
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = three.iter().fold(0u32, |sum, byte| (sum << 8) | u32::from(*byte)) << (8 * (3 - three.len()));
        text.extend((0..=three.len()).map(|place| char::from(DIGITS[(number >> (18 - 6 * place)) as usize & 63])));
    }
    text
}

/// What a value looks like where somebody wrote it down: plain, as hexadecimal digits, and as base64 at each of its three offsets.
fn spellings(value: &str) -> Vec<Vec<u8>> {
    let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut all = vec![value.to_owned(), hex.to_uppercase(), hex];
    for skip in 0..3 {
        let encoded = base64(&value.as_bytes()[skip..]);
        // The last characters depend on what follows.
        all.push(encoded[..encoded.len() - 3].to_owned());
    }
    all.into_iter().map(String::into_bytes).collect()
}

fn is_clean(what: &str, bytes: &[u8]) {
    for value in PLANTED {
        for spelling in spellings(value) {
            let found = bytes.windows(spelling.len()).any(|window| window == spelling);
            assert!(!found, "{what} holds {value} as {}", String::from_utf8_lossy(&spelling));
        }
    }
}

fn files_below(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[test]
fn nothing_that_is_written_holds_a_secret() {
    let project = project();
    let git = |args: &[&str]| {
        let done = std::process::Command::new("git").args(args).current_dir(project.root()).output();
        assert!(done.is_ok_and(|output| output.status.success()), "git {args:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    let own = ["-c", "user.name=a", "-c", "user.email=a@acme.io", "commit", "-q", "-m", "all"];
    git(&own);
    let mut found = 0;
    for format in
        ["text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjson", "sonar", "markdown"]
    {
        let shown = project.davy(&["check", "--format", format, "--notes", "--all", "--verbose"]);
        is_clean(format, shown.out.as_bytes());
        is_clean(format, shown.err.as_bytes());
        found = found.max(shown.out.matches("SEC").count());
    }
    assert!(found >= 12, "the values are found: {found}");
    for args in [
        &["check", "--diff", "--fix", "--unsafe-fixes"] as &[&str],
        &["check", "--explain-unknown", "app/a.py:4"],
        &["check", "--statistics", "--notes"],
        &["check", "--since", "HEAD", "--format", "json"],
        &["check", "--staged", "--verbose"],
        &["baseline", "create"],
        &["baseline", "show"],
        &["config", "show"],
        &["cache", "stats"],
    ] {
        let shown = project.davy(args);
        is_clean(&args.join(" "), shown.out.as_bytes());
        is_clean(&args.join(" "), shown.err.as_bytes());
    }
    project.davy(&["check", "--diff", "--fix", "--unsafe-fixes"]).says(&["Secrets are shown as `*`"]);
    let mut written = files_below(&project.path("cache"));
    assert!(!written.is_empty(), "there is a cache");
    written.push(project.path("davy-baseline.jsonl"));
    for path in written {
        is_clean(&path.to_string_lossy(), &fs::read(&path).expect("readable"));
    }
}

#[test]
fn standard_input_is_masked_as_well() {
    let project = Project::new(&[]);
    let text = format!("db_password = '{}'\n", PLANTED[0]);
    let shown = run(project.command(&["check", "--stdin-filename", "a.py", "-"]), text.as_bytes());
    assert!(shown.out.contains("SEC002"), "{}", shown.out);
    is_clean("standard input", shown.out.as_bytes());
}
