//! What the parts of a run cost, on the files of `fixtures`: compiling them, with and without the words that rules wait for, linking what they
//! compiled to, and reading that from a cache's bytes.
//!
//! usage: cargo bench --bench parts

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use davy::compile::compile;
use davy::document::syntax_of;
use davy::link::{
    Held, link,
    project::{Around, Everything, Project},
};
use davy::rule::Definitions;
use davy::unit::{Kind, Unit};
use std::path::{Path, PathBuf};

struct Source {
    path: String,
    kind: Kind,
    bytes: Vec<u8>,
}

/// The files that davy reads below `fixtures`.
fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"), &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn below(folder: &Path, found: &mut Vec<Source>) {
    let entries: Vec<PathBuf> =
        std::fs::read_dir(folder).map(|all| all.flatten().map(|entry| entry.path()).collect()).unwrap_or_default();
    for path in entries {
        if path.is_dir() {
            below(&path, found);
            continue;
        }
        let is_python = path.extension().is_some_and(|end| end == "py");
        let kind = if is_python { Some(Kind::Python) } else { syntax_of(&path.to_string_lossy()).map(Kind::Text) };
        if let (Some(kind), Ok(bytes)) = (kind, std::fs::read(&path)) {
            found.push(Source { path: path.to_string_lossy().into_owned(), kind, bytes });
        }
    }
}

fn units(sources: &[Source], definitions: &Definitions) -> Vec<Unit> {
    sources.iter().map(|source| compile(&source.bytes, source.kind, definitions)).collect()
}

fn parts(criterion: &mut Criterion) {
    let sources = sources();
    let bytes: usize = sources.iter().map(|source| source.bytes.len()).sum();
    let usual = Definitions::default();
    let everywhere = Definitions { everywhere: true, ..usual };
    let mut group = criterion.benchmark_group("parts");
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("compile", |bencher| bencher.iter(|| units(&sources, &usual)));
    // By rules that look at every file, whether it holds their words or not.
    group.bench_function("compile everywhere", |bencher| bencher.iter(|| units(&sources, &everywhere)));

    let units = units(&sources, &usual);
    let held: Vec<(&str, &dyn Held)> =
        sources.iter().zip(&units).map(|(source, unit)| (source.path.as_str(), unit as &dyn Held)).collect();
    let shown: Vec<usize> = (0..held.len()).collect();
    let around = Around::default();
    let project = Project {
        manifests: &[],
        src: Vec::new(),
        models: Vec::new(),
        migrating: false,
        restore: false,
        today: String::new(),
        around: &around,
        settings: &Everything,
    };
    group.bench_function("link", |bencher| bencher.iter(|| link(&held, &shown, &project, None)));

    let kept: Vec<Vec<u8>> = units.iter().filter_map(|unit| postcard::to_stdvec(unit).ok()).collect();
    let read = |bytes: &Vec<u8>| postcard::from_bytes::<Unit>(bytes).ok();
    group.bench_function("read from a cache", |bencher| bencher.iter(|| kept.iter().filter_map(read).count()));
    group.finish();
}

criterion_group!(benches, parts);
criterion_main!(benches);
