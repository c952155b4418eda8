//! Which files import which, and an order in which every file comes behind those that it imports.

use super::index::{File, Found, Index};
use crate::fact::{Binding, Name};
use crate::unit::Unit;

/// For each file, the files that it imports; `roots` are the folders that imports may start from.
pub fn graph(files: &[(&str, &Unit)], roots: &[String]) -> Vec<Vec<File>> {
    let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
    let index = Index::new(&paths, roots);
    let imports = |(from, (_, unit)): (usize, &(&str, &Unit))| {
        let facts = &unit.facts;
        let bound = facts.symbols.values().flatten().filter_map(|binding| match binding {
            Binding::Import(name) => Some(name),
            _ => None,
        });
        let mut found: Vec<File> = Vec::new();
        for name in bound.chain(&facts.stars) {
            let Name::Import { level, module, path } = name else { continue };
            let below = if path.is_empty() { module.clone() } else { format!("{module}.{path}") };
            for module in [module.clone(), below.trim_start_matches('.').to_owned()] {
                if let Found::File(other) = index.import(from, *level, &module) {
                    found.push(other);
                }
            }
        }
        found.sort();
        found.dedup();
        found.retain(|&other| other != from);
        found
    };
    files.iter().enumerate().map(imports).collect()
}

/// Files behind those that they import; a circle begins with its first file by path.
pub fn order(graph: &[Vec<File>]) -> Vec<File> {
    let mut done = vec![false; graph.len()];
    let mut order = Vec::new();
    for start in 0..graph.len() {
        let mut waiting = vec![(start, 0)];
        while let Some((file, next)) = waiting.pop() {
            if next == 0 {
                if done[file] {
                    continue;
                }
                done[file] = true;
            }
            match graph[file].get(next) {
                Some(&other) => {
                    waiting.push((file, next + 1));
                    if !done[other] {
                        waiting.push((other, 0));
                    }
                }
                None => order.push(file),
            }
        }
    }
    order
}
