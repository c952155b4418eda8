//! The cache: the same report with it and without it, whatever lies in its file.

use crate::common::project::{Project, Run, run};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, SystemTime};

const NAIVE: &str = "from datetime import datetime\n\nNOW = datetime.utcnow()\n";
const CLEAN: &str = "from datetime import datetime\n\nNOW = datetime.now(   )\n";

struct Cached {
    project: Project,
    folder: tempfile::TempDir,
}

impl Cached {
    /// A project whose files are old enough for their times to be trusted.
    fn new() -> Cached {
        let project = Project::new(&[
            ("schemas.py", "from pydantic import BaseModel\n\n\nclass Order(BaseModel):\n    number: int\n"),
            ("service.py", "from schemas import Order\n\n\ndef show(order: Order):\n    return order.dict()\n"),
            ("now.py", NAIVE),
        ]);
        let cached = Cached { project, folder: tempfile::tempdir().expect("a temporary folder") };
        for path in ["schemas.py", "service.py", "now.py"] {
            cached.age(path, 100);
        }
        // What a project was like is noted of files that were there well before the run.
        std::thread::sleep(Duration::from_millis(100));
        cached
    }

    fn age(&self, path: &str, seconds: u64) {
        let file = fs::File::options().append(true).open(self.project.path(path)).expect("a file");
        file.set_modified(SystemTime::now() - Duration::from_secs(seconds)).expect("times can be set");
    }

    fn davy(&self, args: &[&str]) -> Run {
        let mut command: Command = self.project.command(args);
        command.env("DAVY_CACHE_DIR", self.folder.path());
        run(command, b"")
    }

    fn check(&self) -> String {
        let with = self.davy(&["check", "--format", "json"]);
        assert_eq!(with, self.davy(&["check", "--format", "json", "--no-cache"]), "the cache changes the report");
        with.out
    }

    /// What is in the folder of caches.
    fn files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> =
            fs::read_dir(self.folder.path()).expect("readable").flatten().map(|entry| entry.path()).collect();
        files.sort_by_key(|path| path.to_string_lossy().contains("-state-"));
        files
    }

    fn file(&self) -> PathBuf {
        let files = self.files();
        assert_eq!(
            files.len(),
            2,
            "one file a project and one for runs of a few files, and nothing beside them: {files:?}"
        );
        files[0].clone()
    }
}

#[test]
fn the_report_is_the_same() {
    let cached = Cached::new();
    let first = cached.check();
    assert!(first.contains("PYM004") && first.contains("DTM001"), "{first}");
    let written = fs::read(cached.file()).expect("readable");
    assert_eq!(cached.check(), first);
    assert_eq!(fs::read(cached.file()).expect("readable"), written, "nothing has changed, so nothing is written");
    // What another file says is asked anew: only the files are kept, not what they come to.
    cached.project.write("schemas.py", "class Order:\n    number: int\n");
    assert!(!cached.check().contains("PYM004"));
    // The same bytes under another name, and as a stub.
    cached.project.write("other.py", NAIVE);
    cached.project.write("stub.pyi", NAIVE);
    assert!(cached.check().contains("other.py"));
    fs::remove_file(cached.project.path("now.py")).expect("removable");
    assert!(!cached.check().contains("\"now.py\""));
}

#[test]
fn a_change_is_seen_though_size_and_time_stay() {
    let cached = Cached::new();
    assert_eq!(NAIVE.len(), CLEAN.len());
    assert!(cached.check().contains("DTM001"));
    assert!(cached.check().contains("DTM001"));
    let time = fs::metadata(cached.project.path("now.py")).and_then(|metadata| metadata.modified()).expect("a time");
    cached.project.write("now.py", CLEAN);
    let file = fs::File::options().append(true).open(cached.project.path("now.py")).expect("a file");
    file.set_modified(time).expect("times can be set");
    assert!(!cached.check().contains("DTM001"), "the inode has changed since");
}

#[test]
fn an_answer_is_one_to_the_question_that_was_asked() {
    let cached = Cached::new();
    let ask = |args: &[&str]| {
        let args = [&["check", "--format", "json"], args].concat();
        let alone = cached.davy(&[&args[..], &["--no-cache"]].concat());
        assert_eq!(cached.davy(&args), alone, "{args:?}");
        assert_eq!(cached.davy(&args), alone, "{args:?}, again");
        alone.out
    };
    let whole = ask(&[]);
    assert_ne!(ask(&["--select", "DTM"]), whole);
    assert_eq!(ask(&[]), whole);
    assert_ne!(ask(&["--ignore", "DTM"]), whole);
    assert_ne!(ask(&["--config", "severity = { DTM001 = \"error\" }"]), whole);
    assert_ne!(ask(&["--config", "pydantic-version = \"1\""]), whole);
    cached.project.write("requirements.txt", "pydantic<2\n");
    assert_ne!(ask(&[]), whole);
    cached.project.write("davy.toml", "ignore = [\"PYM\"]\n");
    assert!(!ask(&[]).contains("PYM004"));
}

#[test]
fn whatever_lies_in_its_file() {
    let cached = Cached::new();
    let first = cached.check();
    let good = fs::read(cached.file()).expect("readable");
    for at in (0..good.len()).step_by(97) {
        let mut bad = good.clone();
        bad[at] ^= 0x55;
        fs::write(cached.file(), bad).expect("writable");
        assert_eq!(cached.davy(&["check", "--format", "json"]).out, first, "a byte at {at}");
        let mut cut = good.clone();
        cut.truncate(at);
        fs::write(cached.file(), cut).expect("writable");
        assert_eq!(cached.davy(&["check", "--format", "json"]).out, first, "cut at {at}");
    }
    for text in [&b""[..], b"davyunit", b"something else altogether", &[0xFF; 4096]] {
        fs::write(cached.file(), text).expect("writable");
        assert_eq!(cached.davy(&["check", "--format", "json"]).out, first);
        assert!(fs::read(cached.file()).expect("readable").starts_with(b"davyunit"), "it is replaced");
    }
}

#[test]
fn a_folder_that_cannot_be_written_to_costs_nothing() {
    let cached = Cached::new();
    let first = cached.check();
    for folder in ["/proc/davy", "/dev/null/davy"] {
        let mut command = cached.project.command(&["check", "--format", "json"]);
        command.env("DAVY_CACHE_DIR", folder);
        let run = run(command, b"");
        assert_eq!((run.out.as_str(), run.err.as_str()), (first.as_str(), ""));
    }
}

#[test]
fn many_at_once() {
    let cached = Cached::new();
    let first = cached.check();
    // While others write, there are files beside it for a moment.
    let file = cached.file();
    std::thread::scope(|scope| {
        for index in 0..8 {
            let (cached, first, file) = (&cached, &first, &file);
            scope.spawn(move || {
                for _ in 0..5 {
                    if index == 0 {
                        let _ = fs::write(file, b"spoilt");
                    }
                    assert_eq!(&cached.davy(&["check", "--format", "json"]).out, first);
                }
            });
        }
    });
}

#[test]
fn it_can_be_looked_at_and_removed() {
    let cached = Cached::new();
    cached.check();
    let stats = cached.davy(&["cache", "stats"]).exits(0);
    assert!(stats.out.contains("2 caches") && stats.out.contains("3 files, 3 units"), "{}", stats.out);
    cached.davy(&["cache", "clean"]).exits(0).says(&["Removed 2 caches"]);
    assert_eq!(fs::read_dir(cached.folder.path()).expect("readable").count(), 0);
    cached.davy(&["cache", "clean"]).exits(0).says(&["Removed 0 caches"]);
    // The configuration may name another folder.
    cached.project.write("davy.toml", "cache-dir = \".davy\"\n");
    cached.davy(&["check"]);
    assert!(cached.project.path(".davy").is_dir());
    cached.davy(&["cache", "stats"]).exits(0).says(&["3 files, 3 units"]);
    let text = fs::read(cached.project.path(".davy")).err();
    assert!(text.is_some());
}

#[test]
fn no_secret_is_kept() {
    let cached = Cached::new();
    cached.project.write("s.py", "DB_PASSWORD = 'k3ep-me-0ut-of-here'\nconnect('postgres://u:k3ep-me-t00@db/x')\n");
    assert!(cached.check().contains("SEC"));
    for file in cached.files() {
        let bytes = fs::read(file).expect("readable");
        assert!(memchr::memmem::find(&bytes, b"k3ep").is_none());
    }
}

#[test]
fn objects_of_git_are_kept_by_their_names() {
    let cached = Cached::new();
    fs::remove_dir_all(cached.project.path(".git")).expect("it is there");
    let git = |args: &[&str]| {
        let own = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
        let output =
            Command::new("git").args(own).args(args).current_dir(cached.project.root()).output().expect("git runs");
        assert!(output.status.success(), "git {args:?}");
        String::from_utf8(output.stdout).expect("a name").trim().to_owned()
    };
    git(&["init", "--quiet"]);
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message", "one"]);
    let object = git(&["rev-parse", "HEAD:schemas.py"]);
    // The old schemas prove the old finding: they come from git, and then from the cache.
    cached.project.write("schemas.py", "class Order:\n    number: int\n");
    cached.project.write("now.py", CLEAN);
    let since = ["check", "--since", "HEAD", "--format", "json"];
    let first = cached.davy(&since).exits(0);
    let bytes = fs::read(cached.file()).expect("readable");
    assert!(memchr::memmem::find(&bytes, object.as_bytes()).is_some(), "the object's name is kept");
    cached.davy(&["cache", "stats"]).exits(0).says(&["3 files, 5 units"]);
    assert_eq!(cached.davy(&since), first);
    assert_eq!(fs::read(cached.file()).expect("readable"), bytes, "nothing is new, nothing is written");
    assert_eq!(cached.davy(&[&since[..], &["--no-cache"]].concat()), first);
    // Broken in the middle, it is made anew.
    let mut broken = bytes.clone();
    let middle = broken.len() / 2;
    broken[middle] ^= 0x40;
    fs::write(cached.file(), broken).expect("writable");
    assert_eq!(cached.davy(&since), first);
}
