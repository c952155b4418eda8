//! Pydantic's rewrites, executed before and after under real pydantic 2.

use crate::common::cases;
use crate::common::oracle::{copy, davy, root, run, run_with, said, say, scratch, skip, venv};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const PACKAGES: &[&str] = &["pydantic>=2.12,<3", "pydantic-settings>=2.6,<3"];
const PROJECT: &str =
    "[project]\nname = \"case\"\nversion = \"0\"\nrequires-python = \">=3.9\"\ndependencies = [\"pydantic>=2.6,<3\"]\n";

/// Every form that `PYM001` to `PYM004` rewrite, and every trap they leave alone.
#[test]
fn small_models() {
    let python = match venv("pydantic-2", PACKAGES) {
        Ok(python) => python,
        Err(why) => return skip("oracle_pydantic::small_models", &why),
    };
    let cases = cases::read(&root().join("tests/data/pydantic_cases"));
    assert!(cases.len() >= 40);
    let rounds: cases::Rounds = &[("pydantic 2", &[], false)];
    cases::check("oracle_pydantic", &cases, &cases::Run { python: &python, project: PROJECT, select: "PYM", rounds });
}

/// The fixture does the same before and after; what it still warns about is counted and explained.
#[test]
fn gas_delivery() {
    let python = match venv("pydantic-2", PACKAGES) {
        Ok(python) => python,
        Err(why) => return skip("oracle_pydantic::gas_delivery", &why),
    };
    let scratch = scratch();
    let place = scratch.path().join("gas-delivery");
    copy(&root().join("fixtures/gas-delivery"), &place);
    let before = exercise(&python, &place);
    let warned = deprecations(&python, &place);

    fix(&place, false);
    let fixed = texts(&place);
    assert_eq!(before, exercise(&python, &place), "--fix changes what the fixture does");
    let left = deprecations(&python, &place);
    fix(&place, false);
    assert_eq!(fixed, texts(&place), "a second --fix changes more");
    assert_eq!(compiled(&place), 1, "only the file with a merge conflict does not: two others are mended");

    fix(&place, true);
    let risky = texts(&place);
    assert_eq!(before, exercise(&python, &place), "--unsafe-fixes changes what the fixture exercises");
    let left_at_last = deprecations(&python, &place);
    fix(&place, true);
    assert_eq!(risky, texts(&place), "a second --fix --unsafe-fixes changes more");
    say(&format!(
        "oracle_pydantic: the fixture runs as before; places that pydantic calls deprecated: {} before, {} after --fix, {} after \
         --unsafe-fixes; 0 skipped",
        warned.len(),
        left.len(),
        left_at_last.len()
    ));
    insta::assert_snapshot!("gas_delivery_deprecations_left", left.join("\n"));
    insta::assert_snapshot!("gas_delivery_unsafe", difference(&fixed, &risky));
}

fn fix(place: &Path, risky: bool) {
    let mut command = davy();
    command.args(["check", "--fix", "--quiet"]).args(risky.then_some("--unsafe-fixes")).current_dir(place);
    let output = run(&mut command);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", said(&output));
}

fn python_in(python: &Path, place: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(python);
    command.args(arguments).current_dir(place).env("PYTHONDONTWRITEBYTECODE", "1").env("TZ", "America/New_York");
    // What the unsafe fixes of literal passwords ask the environment for.
    command.env("PASSWORD", "long-enough-1");
    run(&mut command)
}

fn exercise(python: &Path, place: &Path) -> String {
    let output = python_in(python, place, &["exercise.py"]);
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8(output.stdout).expect("the exercise prints UTF-8")
}

/// The places in the fixture's own files that pydantic warns about while the exercise runs, sorted.
fn deprecations(python: &Path, place: &Path) -> Vec<String> {
    let script = "
import os, runpy, sys, warnings
import pydantic
sys.path.insert(0, os.getcwd())
found = set()
def show(message, category, filename, lineno, file=None, line=None):
    if category.__name__.startswith('PydanticDeprecated') or 'has been re' in str(message):
        name = os.path.relpath(filename).replace(os.sep, '/')
        # Pydantic's own files are named where a class is rebuilt: the place that counts is named by another warning.
        if not name.startswith('..'):
            found.add((name, lineno, str(message).split(';')[0].split('. ')[0].splitlines()[0]))
warnings.filterwarnings = lambda *args, **kwargs: None
warnings.simplefilter('always')
warnings.showwarning = show
out, sys.stdout = sys.stdout, open(os.devnull, 'w')
runpy.run_path('exercise.py', run_name='__main__')
for name, line, message in sorted(found):
    print(f'{name}:{line}: {message}', file=out)
";
    let output = python_in(python, place, &["-c", script]);
    assert!(output.status.success(), "{}", said(&output));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

/// How many files do not compile.
fn compiled(place: &Path) -> usize {
    files(place).iter().filter(|path| !compiles(path)).count()
}

fn compiles(path: &Path) -> bool {
    let script = "import sys; compile(open(sys.argv[1], 'rb').read(), 'x', 'exec', dont_inherit=True)";
    run(Command::new("python3").args(["-c", script]).arg(path)).status.success()
}

fn files(place: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(place).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "py") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn texts(place: &Path) -> Vec<(PathBuf, String)> {
    let text = |path: &PathBuf| fs::read_to_string(path).expect("the fixture is UTF-8");
    files(place).iter().map(|path| (path.strip_prefix(place).expect("inside").to_owned(), text(path))).collect()
}

/// The lines that are new, by file; what they replace may be a secret.
fn difference(one: &[(PathBuf, String)], other: &[(PathBuf, String)]) -> String {
    let mut shown = String::new();
    for ((path, old), (_, new)) in one.iter().zip(other).filter(|(one, other)| one != other) {
        let diff = similar::TextDiff::from_lines(old.as_str(), new.as_str());
        shown.push_str(&format!("{}\n", path.display()));
        for change in diff.iter_all_changes().filter(|change| change.tag() == similar::ChangeTag::Insert) {
            shown.push_str(&format!("{}{change}", change.tag()));
        }
    }
    shown
}

/// Every name that pydantic 1 had is imported from pydantic 2, and davy's word on it compared: "raises" where it does, and nothing where not.
#[test]
fn names() {
    let test = "oracle_pydantic::names";
    let one = match venv("pydantic-1", &["pydantic>=1.10.17,<2", "python-dotenv>=0.21", "pytest>=8,<9"]) {
        Ok(python) => python,
        Err(why) => return skip(test, &why),
    };
    let two = match venv("pydantic-2", PACKAGES) {
        Ok(python) => python,
        Err(why) => return skip(test, &why),
    };
    let list = "
import importlib, pkgutil, types
import pydantic
for module in ['pydantic', *('pydantic.' + one.name for one in pkgutil.iter_modules(pydantic.__path__))]:
    if module.rsplit('.', 1)[-1] in ('mypy', '_hypothesis_plugin', 'v1'):
        continue
    found = importlib.import_module(module)
    for name in sorted(set(dir(found)) | set(getattr(found, '__all__', []))):
        value = getattr(found, name, None)
        if not name.startswith('_') and not isinstance(value, types.ModuleType):
            print(module, name)
";
    let output = run(Command::new(&one).args(["-c", list]));
    assert!(output.status.success(), "{}", said(&output));
    let all = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(all.lines().count() > 1_000, "{all}");
    let tried = "
import sys, warnings
warnings.simplefilter('ignore')
for line in sys.stdin:
    module, name = line.split()
    try:
        exec(f'from {module} import {name}', {})
    except ImportError:
        print(module, name)
    except Exception as error:
        # Pydantic's own word for what was removed.
        assert type(error).__name__ == 'PydanticImportError', error
        print(module, name)
";
    let output = run_with(Command::new(&two).args(["-c", tried]), &all);
    assert!(output.status.success(), "{}", said(&output));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let raises: std::collections::BTreeSet<&str> = text.lines().collect();

    let scratch = scratch();
    fs::write(scratch.path().join("pyproject.toml"), PROJECT).expect("the scratch folder is writable");
    let module = |line: &str| {
        let (module, name) = line.split_once(' ').expect("a module and a name");
        format!("from {module} import {name}\n")
    };
    fs::write(scratch.path().join("case.py"), all.lines().map(module).collect::<String>()).expect("writable");
    let mut command = davy();
    command.args(["check", "--format", "json", "--select", "PYM006", "--exit-zero"]).current_dir(scratch.path());
    let report: serde_json::Value = serde_json::from_slice(&run(&mut command).stdout).expect("one JSON object");
    let lines: Vec<&str> = all.lines().collect();
    let errors = report["findings"].as_array().expect("a list").iter().filter(|one| one["severity"] == "error");
    let said: std::collections::BTreeSet<&str> =
        errors.map(|one| lines[one["start"]["line"].as_u64().expect("a line") as usize - 1]).collect();
    let missed: Vec<_> = raises.difference(&said).collect();
    let wrong: Vec<_> = said.difference(&raises).collect();
    assert!(missed.is_empty() && wrong.is_empty(), "not said to raise: {missed:?}\nsaid, and fine: {wrong:?}");
    say(&format!(
        "oracle_pydantic: {} names of pydantic 1, {} of which raise on 2; 0 skipped",
        lines.len(),
        raises.len()
    ));
}
