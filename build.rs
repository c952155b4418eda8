//! Pairs every rule page with its check: `rules/<family>/<name>.md` with `src/rules/<family>/<name>.rs`.
//!
//! A page without a check does not compile; a check without a page fails `tests/catalog.rs`.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.lock");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets the manifest folder"));
    let mut table = String::from("/// Every rule, by the path of its page.\npub static RULES: &[Rule] = &[\n");
    for family in sorted(&root.join("rules")) {
        for page in sorted(&family) {
            let Some(name) = page.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".md"))
            else {
                continue;
            };
            let family = family.file_name().and_then(|name| name.to_str()).expect("family folders have plain names");
            let module = format!("crate::rules::{family}::{}", name.replace('-', "_"));
            let path = format!("rules/{family}/{name}.md");
            let file = root.join(&path);
            writeln!(
                table,
                "    Rule {{ path: {path:?}, page: include_str!({:?}), check: {module}::CHECK }},",
                file.to_str().expect("the manifest folder is UTF-8")
            )
            .expect("writing to a string cannot fail");
        }
    }
    table.push_str("];\n");
    println!("cargo::rustc-env=DAVY_ENGINE={:016x}", engine(&root));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets the output folder"));
    fs::write(out.join("registry.rs"), table).expect("the output folder is writable");
}

/// A hash of everything that shapes what a file compiles to: the rules, the code and the versions of what it builds on.
fn engine(root: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut folders = vec![root.join("rules"), root.join("src")];
    while let Some(folder) = folders.pop() {
        for path in sorted(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else {
                path.strip_prefix(root).unwrap_or(&path).hash(&mut hasher);
                fs::read(&path).unwrap_or_default().hash(&mut hasher);
            }
        }
    }
    fs::read(root.join("Cargo.lock")).unwrap_or_default().hash(&mut hasher);
    hasher.finish()
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect());
    let mut all: Vec<PathBuf> = entries.unwrap_or_default();
    all.sort();
    all
}
