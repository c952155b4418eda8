//! What one family of rules costs over compiling alone, and over compiling with all other families: the two take turns, the median of the
//! ratios counts.
//!
//! usage: cargo bench --bench family -- FAMILY CORPUS        (for example `pydantic target/corpus/zenml`)

use davy::compile::{Rules, compile_by};
use davy::rule::Definitions;
use davy::unit::Kind;
use std::path::{Path, PathBuf};
use std::time::Instant;

const ROUNDS: usize = 9;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let [family, corpus] = args.as_slice() else {
        println!("usage: cargo bench --bench family -- FAMILY CORPUS");
        return;
    };
    let mut sources = Vec::new();
    read(Path::new(corpus), &mut sources);
    let rules = |chosen: &dyn Fn(&str) -> bool| -> &'static Rules {
        Box::leak(Box::new(Rules::of(|page| chosen(page.family.name))))
    };
    let (none, own) = (rules(&|_| false), rules(&|name| name == family));
    let (others, all) = (rules(&|name| name != family), rules(&|_| true));
    let definitions = Definitions::default();
    let time = |rules| {
        let start = Instant::now();
        let findings: usize = sources
            .iter()
            .map(|source| compile_by(rules, source, Kind::Python, &definitions).findings.list().len())
            .sum();
        std::hint::black_box(findings);
        start.elapsed().as_secs_f64()
    };
    let ratio = |without, with| {
        let mut ratios: Vec<f64> = (0..ROUNDS)
            .map(|_| {
                let before = time(without);
                time(with) / before
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ROUNDS / 2]
    };
    println!(
        "{} files: {family} takes {:.2} times as long as compiling alone; with the other families, {:.2} times as long as without it",
        sources.len(),
        ratio(none, own),
        ratio(others, all),
    );
}

fn read(folder: &Path, sources: &mut Vec<Vec<u8>>) {
    let mut paths: Vec<PathBuf> = match std::fs::read_dir(folder) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(_) => return,
    };
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read(&path, sources);
        } else if path.extension().is_some_and(|end| end == "py") {
            sources.extend(std::fs::read(path));
        }
    }
}
