//! `davy migrate pydantic --plan`: the order of the modules, what each contains and what it costs.
//!
//! Reads only. A module comes behind those that it imports; what imports each other stands together.

use super::PlanFormat;
use crate::link::index::File;
use crate::link::order::{self, order};
use crate::rules;
use crate::scan::Scan;
use crate::text::{Lines, decode};
use crate::unit::Unit;
use serde::Serialize;
use std::io::{self, Write};

/// The whole plan.
#[derive(Debug, Serialize)]
struct Plan {
    version: u32,
    modules: Vec<Module>,
    automatic: usize,
    person: usize,
    minutes: u32,
}

/// One module that has something to move.
#[derive(Debug, Serialize)]
struct Module {
    path: String,
    /// Modules of the plan that it imports.
    imports: Vec<String>,
    automatic: usize,
    person: usize,
    /// What a person needs for the rest.
    minutes: u32,
    findings: Vec<Place>,
}

#[derive(Debug, Serialize)]
struct Place {
    line: u32,
    code: String,
    name: String,
    message: String,
    automatic: bool,
}

/// Prints the plan.
pub fn run(scan: &Scan, format: PlanFormat) -> io::Result<()> {
    let plan = plan(scan);
    let mut out = io::BufWriter::new(io::stdout().lock());
    match format {
        PlanFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &plan).map_err(io::Error::other)?;
            writeln!(out)?;
        }
        PlanFormat::Text => text(&plan, &mut out)?,
    }
    out.flush()
}

fn text(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    if plan.modules.is_empty() {
        return writeln!(out, "Nothing to move");
    }
    let widest = plan.modules.iter().map(|module| module.path.chars().count()).max().unwrap_or(0).min(60);
    writeln!(out, "{:>4}  {:widest$}  {:>9}  {:>6}  {:>7}", "step", "module", "automatic", "person", "minutes")?;
    for (index, module) in plan.modules.iter().enumerate() {
        let Module { path, automatic, person, minutes, .. } = module;
        writeln!(out, "{:>4}  {path:widest$}  {automatic:>9}  {person:>6}  {minutes:>7}", index + 1)?;
    }
    let Plan { automatic, person, minutes, .. } = plan;
    writeln!(out, "\n{automatic} places move by themselves, {person} need a person: {}", hours(*minutes))?;
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for place in plan.modules.iter().flat_map(|module| &module.findings).filter(|place| !place.automatic) {
        match kinds.iter_mut().find(|(name, _)| *name == place.name) {
            Some((_, count)) => *count += 1,
            None => kinds.push((place.name.clone(), 1)),
        }
    }
    kinds.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    for (name, count) in kinds {
        writeln!(out, "  {count:>4}  {name}")?;
    }
    Ok(())
}

fn hours(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("about {minutes} minutes"),
        (hours, 0) => format!("about {hours} hours"),
        (hours, minutes) => format!("about {hours} h {minutes} min"),
    }
}

fn plan(scan: &Scan) -> Plan {
    let linked = scan.link();
    let graph = graph(scan);
    let order = order(&graph);
    let mut modules: Vec<Module> = Vec::new();
    for &file in &order {
        let file = &scan.files[file];
        let findings: Vec<_> = linked.findings.iter().filter(|finding| finding.path == file.key).collect();
        if findings.is_empty() {
            continue;
        }
        let bytes = file.bytes().unwrap_or_default();
        let lines = Lines::new(&decode(&bytes).text);
        let mut module = Module {
            path: file.display.clone(),
            imports: Vec::new(),
            automatic: 0,
            person: 0,
            minutes: 0,
            findings: Vec::new(),
        };
        for finding in findings {
            let Some(page) = rules::page(&finding.code.0) else { continue };
            let whole = |fix: &crate::finding::Proposal| fix.chain.as_ref().is_none_or(|chain| chain.complete);
            let automatic = finding.fix.as_ref().is_some_and(|fix| (fix.safe || fix.restores) && whole(fix));
            if automatic {
                module.automatic += 1;
            } else {
                module.person += 1;
                module.minutes += page.effort;
            }
            module.findings.push(Place {
                line: lines.line(finding.span.start),
                code: finding.code.0.clone(),
                name: page.name.clone(),
                message: finding.message.clone(),
                automatic,
            });
        }
        modules.push(module);
    }
    let planned: Vec<String> = modules.iter().map(|module| module.path.clone()).collect();
    for module in &mut modules {
        let Some(own) = scan.files.iter().position(|file| file.display == module.path) else { continue };
        let names = graph[own].iter().map(|&other| scan.files[other].display.clone());
        module.imports = names.filter(|name| planned.contains(name) && *name != module.path).collect();
    }
    let sum = |count: fn(&Module) -> usize| modules.iter().map(count).sum();
    Plan {
        version: 1,
        automatic: sum(|module| module.automatic),
        person: sum(|module| module.person),
        minutes: modules.iter().map(|module| module.minutes).sum(),
        modules,
    }
}

/// For each file, the files that it imports.
fn graph(scan: &Scan) -> Vec<Vec<File>> {
    let files: Vec<(&str, &Unit)> = scan.files.iter().map(|file| (file.key.as_str(), file.unit())).collect();
    order::graph(&files, &scan.roots())
}
