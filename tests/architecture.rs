//! The floors: a file imports only from floors below its own, and only `src/python/` names the parser.

use std::path::{Path, PathBuf};
use syn::visit::Visit;

/// The rooms of `src`, from the ground up. A room may use the rooms of floors below it, and its own.
const FLOORS: &[&[&str]] = &[
    &["text", "record"],
    &["fact"],
    &["finding", "secrets"],
    &["unit", "page", "manifest"],
    &["document"],
    &["python"],
    &["rule"],
    &["rules"],
    &["compile"],
    &["link"],
    &["config"],
    &["cache", "discover", "fix", "git", "identity"],
    &["journal", "baseline", "collect"],
    &["scan", "report"],
    &["history"],
    &["debt"],
    &["cli"],
];

/// The parser's crates.
const PARSER: &[&str] =
    &["ruff_python_parser", "ruff_python_ast", "ruff_text_size", "ruff_python_trivia", "ruff_source_file"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the sources are there").flatten() {
        if entry.path().is_dir() {
            sources(&entry.path(), found);
        } else if entry.path().extension().is_some_and(|end| end == "rs") {
            found.push(entry.path());
        }
    }
}

/// Every path that a file names, in `use` declarations and in the code.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl<'ast> Visit<'ast> for Paths {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }

    fn visit_use_tree(&mut self, tree: &'ast syn::UseTree) {
        fn collect(tree: &syn::UseTree, before: &[String], all: &mut Vec<Vec<String>>) {
            match tree {
                syn::UseTree::Path(path) => {
                    let before: Vec<String> = before.iter().cloned().chain([path.ident.to_string()]).collect();
                    collect(&path.tree, &before, all);
                }
                syn::UseTree::Group(group) => group.items.iter().for_each(|tree| collect(tree, before, all)),
                syn::UseTree::Name(name) => all.push(before.iter().cloned().chain([name.ident.to_string()]).collect()),
                syn::UseTree::Rename(name) => {
                    all.push(before.iter().cloned().chain([name.ident.to_string()]).collect())
                }
                syn::UseTree::Glob(_) => all.push(before.to_vec()),
            }
        }
        collect(tree, &[], &mut self.0);
    }
}

#[test]
fn imports_point_downward() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let floor = |room: &str| FLOORS.iter().position(|rooms| rooms.contains(&room));
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 20);
    for file in files {
        let relative = file.strip_prefix(&root).expect("below src");
        let first = relative.components().next().expect("a file").as_os_str().to_string_lossy().into_owned();
        let room = first.strip_suffix(".rs").unwrap_or(&first).to_owned();
        if room == "main" || room == "lib" {
            continue;
        }
        let own = floor(&room).unwrap_or_else(|| panic!("{room} stands on no floor: draw it here and in src/lib.rs"));
        let text = std::fs::read_to_string(&file).expect("sources are readable");
        let mut paths = Paths::default();
        paths.visit_file(&syn::parse_file(&text).expect("sources parse"));
        for path in paths.0 {
            let names_parser = path.first().is_some_and(|first| PARSER.contains(&first.as_str()));
            assert!(room == "python" || !names_parser, "{} names the parser: {}", relative.display(), path.join("::"));
            if path.first().is_some_and(|first| first == "crate")
                && let Some(used) = path.get(1)
                && let Some(other) = floor(used)
            {
                let fine = *used == room || other < own;
                assert!(fine, "{} ({room}) uses {}, which is not below it", relative.display(), path.join("::"));
            }
        }
    }
}

/// The word that introduces a promise nobody keeps.
#[test]
fn nothing_is_left_half_done() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    for file in files {
        let text = std::fs::read_to_string(&file).expect("sources are readable");
        for word in ["todo!(", "unimplemented!(", "dbg!(", "FIXME"] {
            assert!(!text.contains(word), "{} holds {word}", file.display());
        }
    }
}
