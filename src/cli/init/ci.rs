//! The job of GitHub Actions or GitLab CI.

use super::{Change, Site, Step, VERSION, list, text_of};
use crate::cli::CiSystem;
use crate::git;
use saphyr::{LoadableYamlNode, Yaml};
use std::fs;
use std::path::Path;

/// GitLab's job, as its component catalogue takes it, too.
const GITLAB: &str = include_str!("../../../templates/davy.yml");

/// Where GitLab's job lies.
const GITLAB_PATH: &str = ".gitlab/davy.yml";

pub fn step(site: &Site, wanted: Option<CiSystem>) -> Step {
    let Some(top) = &site.top else { return Step::default() };
    match wanted.or_else(|| system(top)) {
        Some(CiSystem::Github) => github(site, top),
        Some(CiSystem::Gitlab) => gitlab(site, top),
        None => Step::note("No CI is known here; `davy init --ci github` or `--ci gitlab` writes its job"),
    }
}

/// What the project's files say, and where it is pushed to; that decides where they disagree.
fn system(top: &Path) -> Option<CiSystem> {
    let (gitlab, github) = (top.join(".gitlab-ci.yml").is_file(), top.join(".github").is_dir());
    let origin = git::origin(top).unwrap_or_default();
    match (gitlab, github) {
        (true, false) => Some(CiSystem::Gitlab),
        (false, true) => Some(CiSystem::Github),
        _ if origin.contains("github") => Some(CiSystem::Github),
        _ if origin.contains("gitlab") => Some(CiSystem::Gitlab),
        (true, true) => Some(CiSystem::Github),
        (false, false) => None,
    }
}

/// The lines of a job that run davy.
fn own_lines(text: &str) -> Vec<&str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    code.filter(|line| ["davy check", "/davy@", ".gitlab/davy.yml"].iter().any(|word| line.contains(word))).collect()
}

/// A job for another folder of the repository does nothing here.
fn covered(site: &Site, path: &Path, text: &str) -> Step {
    if site.below == "." || text.contains(&site.below) {
        return Step::default();
    }
    Step::by_hand(format!("davy's job in {} checks other folders: add {}", site.shown(path), site.below))
}

fn github(site: &Site, top: &Path) -> Step {
    let folder = top.join(".github/workflows");
    for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        if !own_lines(&text).is_empty() {
            return covered(site, &entry.path(), &text);
        }
    }
    let path = folder.join("davy.yml");
    if path.exists() {
        return Step::by_hand(format!("{} is there and does not run davy: add `davy check`", site.shown(&path)));
    }
    let branch = git::default_branch(top);
    let argument = site.path_argument();
    Step::write(vec![Change::new(
        path,
        format!(
            "name: davy

on:
  push:
    branches: [{branch}]
  pull_request:

permissions: {{}}

concurrency:
  group: davy-${{{{ github.ref }}}}
  cancel-in-progress: true

jobs:
  davy:
    runs-on: ubuntu-latest
    permissions:
      contents: read
      security-events: write # to hand the findings to code scanning
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
        with:
          persist-credentials: false
      - run: pipx install --pip-args='--only-binary davy' davy=={VERSION}
      - run: davy check --format github --format sarif=davy.sarif{argument}
      - if: ${{{{ !cancelled() && hashFiles('davy.sarif') != '' }}}}
        continue-on-error: true # a private repository may have no code scanning
        uses: github/codeql-action/upload-sarif@0499de31b99561a6d14a36a5f662c2a54f91beee # v4.31.2
        with:
          sarif_file: davy.sarif
          category: davy
"
        ),
    )])
}

fn gitlab(site: &Site, top: &Path) -> Step {
    let path = top.join(GITLAB_PATH);
    let main = top.join(".gitlab-ci.yml");
    let old = match text_of(&main) {
        Ok(old) => old,
        Err(error) => return Step::by_hand(format!("{}: {}", site.shown(&main), crate::scan::plain(&error))),
    };
    let text = old.clone().unwrap_or_default();
    let mut step = Step::default();
    let own = own_lines(&text);
    if own.iter().all(|line| !line.contains("davy check")) && !path.exists() {
        step.write.push(Change::new(path, GITLAB.to_owned()));
    }
    if !own.is_empty() {
        step.by_hand = covered(site, &main, &text).by_hand;
        return step;
    }
    let mut inputs = String::new();
    if site.below != "." {
        inputs.push_str(&format!("    path: '{}'\n", site.below.replace('\'', "''")));
    }
    if let Some(stage) = stage(&text) {
        inputs.push_str(&format!("    stage: '{}'\n", stage.replace('\'', "''")));
    }
    let inputs = if inputs.is_empty() { inputs } else { format!("  inputs:\n{inputs}") };
    let item = format!("- local: {GITLAB_PATH}\n{inputs}");
    match (old, list::append(&text.replace("\r\n", "\n"), "include", &item)) {
        (None, Some(new)) => step.write.push(Change::new(main, new)),
        (Some(old), Some(new)) => step.write.push(Change::edited(main, old, new)),
        (_, None) => step.by_hand.push(format!("add this to `include` in {}:\n{item}", site.shown(&main))),
    }
    step
}

/// The stage for a check, where a pipeline has stages and none of them is `test`.
fn stage(text: &str) -> Option<String> {
    let documents = Yaml::load_from_str(text).ok()?;
    let stages = documents.first()?.as_mapping()?.get(&Yaml::value_from_str("stages"))?.as_sequence()?;
    let names: Vec<&str> = stages.iter().filter_map(|stage| stage.as_str()).collect();
    if names.contains(&"test") {
        return None;
    }
    let apt =
        |name: &&&str| ["lint", "check", "quality", "verify", "tests", "static"].iter().any(|word| name.contains(word));
    names.iter().find(apt).or(names.first()).map(|name| (*name).to_owned())
}
