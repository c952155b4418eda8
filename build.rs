//! Pairs every rule page with its check: `rules/<family>/<name>.md` with `src/rules/<family>/<name>.rs`.
//!
//! A page without a check does not compile; a check without a page fails `tests/catalog.rs`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=rules");
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
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets the output folder"));
    fs::write(out.join("registry.rs"), table).expect("the output folder is writable");
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect());
    let mut all: Vec<PathBuf> = entries.unwrap_or_default();
    all.sort();
    all
}
