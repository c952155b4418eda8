//! Every rule page is a promise: marked lines are found by exactly its rule, unmarked code is clean, and the fix of the first block
//! gives the block under "Use instead".

use davy::page::Page;
use davy::rules;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// A code block of a page.
struct Block {
    /// Where the file lies, if the example has several.
    path: String,
    /// Without its markers.
    text: String,
    /// How often each line (from 1) is marked `# error`.
    marked: BTreeMap<u64, usize>,
    /// It stands under "Use instead".
    instead: bool,
}

fn blocks(body: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut instead = false;
    let mut lines = body.lines();
    while let Some(line) = lines.next() {
        // Another language is a file of the example where it has a name.
        let other = line.strip_prefix("```text").filter(|info| info.contains("title="));
        let Some(info) = line.strip_prefix("```python").or(other) else {
            if !line.trim().is_empty() {
                instead = line.trim() == "Use instead:";
            }
            continue;
        };
        let title = info.trim().strip_prefix("title=\"").and_then(|rest| rest.strip_suffix('"'));
        let mut text = String::new();
        let mut marked = BTreeMap::new();
        for (number, line) in lines.by_ref().take_while(|line| !line.starts_with("```")).enumerate() {
            let (code, count) = unmarked(line);
            if count > 0 {
                marked.insert(number as u64 + 1, count);
            }
            text.push_str(code);
            text.push('\n');
        }
        let path = title.unwrap_or("example.py").to_owned();
        blocks.push(Block { path, text, marked, instead });
        instead = false;
    }
    blocks
}

fn unmarked(line: &str) -> (&str, usize) {
    let mut code = line;
    let mut count = 0;
    while let Some(rest) = code.strip_suffix("# error") {
        code = rest.trim_end();
        count += 1;
    }
    (code, count)
}

/// Runs davy in a folder.
fn davy(folder: &Path, args: &[&str]) -> serde_json::Value {
    let output = Command::new(env!("CARGO_BIN_EXE_davy"))
        .args(["check", "--format", "json", "--exit-zero"])
        .args(args)
        .current_dir(folder)
        .output()
        .expect("davy runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

fn write(folder: &Path, block: &Block) {
    let path = folder.join(&block.path);
    std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a temporary folder is writable");
    std::fs::write(path, &block.text).expect("a temporary folder is writable");
}

fn check(page: &Page, examples: &[&Block], fixed: Option<&Block>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for block in examples {
        write(folder.path(), block);
    }
    // What is said of files in git needs a repository.
    if examples.iter().any(|block| block.path == ".env") {
        let git = Command::new("git").args(["init", "-q"]).current_dir(folder.path()).status();
        assert!(git.is_ok_and(|status| status.success()), "git makes a repository");
    }
    // A rule that is off by default is turned on.
    let report = davy(folder.path(), &["--extend-select", &page.code]);
    let mut found: BTreeMap<(String, u64), usize> = BTreeMap::new();
    for finding in report["findings"].as_array().expect("a list of findings") {
        assert_eq!(finding["code"], page.code, "{}: another rule speaks: {finding}", page.path);
        let path = finding["path"].as_str().expect("a path").to_owned();
        let line = finding["start"]["line"].as_u64().expect("a line");
        *found.entry((path, line)).or_default() += 1;
        // Places of one secret are one finding.
        for label in finding["labels"].as_array().expect("a list of labels") {
            if label["message"].as_str().is_some_and(|message| message.starts_with("the same value stands here")) {
                let path = label["path"].as_str().expect("a path").to_owned();
                *found.entry((path, label["start"]["line"].as_u64().expect("a line"))).or_default() += 1;
            }
        }
    }
    let marked = |block: &&Block| {
        block.marked.iter().map(|(line, count)| ((block.path.clone(), *line), *count)).collect::<Vec<_>>()
    };
    let expected: BTreeMap<_, _> = examples.iter().flat_map(marked).collect();
    let texts: Vec<&str> = examples.iter().map(|block| block.text.as_str()).collect();
    assert_eq!(
        found,
        expected,
        "{}: found (left) is not what is marked (right) in\n{}",
        page.path,
        texts.join("\n---\n")
    );
    let Some(fixed) = fixed else { return };
    if page.fix != davy::page::Fixable::None {
        davy(folder.path(), &["--extend-select", &page.code, "--fix", "--unsafe-fixes", "--select", &page.code]);
        let text = std::fs::read_to_string(folder.path().join(&fixed.path)).expect("the example is still there");
        assert_eq!(
            text, fixed.text,
            "{}: the fix (left) does not give the block under \"Use instead\" (right)",
            page.path
        );
    }
    // What is left unmarked in the better form is clean.
    write(folder.path(), fixed);
    let report = davy(folder.path(), &["--select", &page.code]);
    let left = report["findings"].as_array().expect("a list of findings").len();
    let unfixable = examples.iter().map(|block| block.marked.values().sum::<usize>()).sum::<usize>();
    assert!(left < unfixable, "{}: the better form still has all findings", page.path);
}

#[test]
fn every_example_does_what_its_page_says() {
    let mut broken = Vec::new();
    for rule in rules::all() {
        let page = &rule.page;
        let result = std::panic::catch_unwind(|| examples(page));
        if let Err(why) = result {
            let why = why.downcast::<String>().map_or_else(|_| "no word".to_owned(), |why| *why);
            broken.push(why);
        }
    }
    assert!(broken.is_empty(), "{} pages do not keep their promise:\n{}", broken.len(), broken.join("\n\n"));
}

fn examples(page: &Page) {
    let blocks = blocks(page.body);
    assert!(!blocks.is_empty(), "{} has no example", page.path);
    let mut at = 0;
    while at < blocks.len() {
        let mut end = at + 1;
        // Files of one example follow each other, each with its own path.
        while end < blocks.len()
            && !blocks[end].instead
            && blocks[end].path != "example.py"
            && blocks[at].path != "example.py"
        {
            end += 1;
        }
        let examples: Vec<&Block> = blocks[at..end].iter().collect();
        let fixed = blocks.get(end).filter(|block| block.instead);
        check(page, &examples, fixed);
        at = end + usize::from(fixed.is_some());
    }
}
