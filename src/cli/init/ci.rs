//! The job of GitHub Actions or GitLab CI.

use super::{Change, Site, Step, VERSION, list, text_of};
use crate::cli::CiSystem;
use crate::git;
use std::fs;
use std::path::Path;

/// GitLab's job, as its component catalogue takes it, too.
const GITLAB: &str = include_str!("../../../templates/davy.yml");

/// Where GitLab's job lies.
const GITLAB_PATH: &str = ".gitlab/davy.yml";

pub fn step(site: &Site, wanted: Option<CiSystem>) -> Step {
    let Some(top) = &site.top else { return Step::Done };
    match wanted.or_else(|| system(top)) {
        Some(CiSystem::Github) => github(site, top),
        Some(CiSystem::Gitlab) => gitlab(site, top),
        None => Step::ByHand("no CI is known here; `davy init --ci github` or `--ci gitlab` writes its job".to_owned()),
    }
}

/// What the project's files say, then where it is pushed to.
fn system(top: &Path) -> Option<CiSystem> {
    let origin = || git::origin(top).unwrap_or_default();
    if top.join(".gitlab-ci.yml").is_file() {
        return Some(CiSystem::Gitlab);
    }
    if top.join(".github").is_dir() {
        return Some(CiSystem::Github);
    }
    match origin() {
        origin if origin.contains("github") => Some(CiSystem::Github),
        origin if origin.contains("gitlab") => Some(CiSystem::Gitlab),
        _ => None,
    }
}

fn github(site: &Site, top: &Path) -> Step {
    let folder = top.join(".github/workflows");
    let runs_davy = |text: String| text.contains("davy check") || text.contains("/davy@");
    let workflows = fs::read_dir(&folder).into_iter().flatten().flatten();
    if workflows.filter_map(|entry| fs::read_to_string(entry.path()).ok()).any(runs_davy) {
        return Step::Done;
    }
    let path = folder.join("davy.yml");
    if path.exists() {
        return Step::ByHand(format!("{} is there and does not run davy: add `davy check`", site.shown(&path)));
    }
    let branch = git::default_branch(top);
    let argument = site.path_argument();
    Step::Write(vec![Change::new(
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
        Err(error) => return Step::ByHand(format!("{}: {}", site.shown(&main), crate::scan::plain(&error))),
    };
    let text = old.clone().unwrap_or_default();
    if text.contains("davy check") || text.contains("davy.yml") {
        return Step::Done;
    }
    let item = match site.below.as_str() {
        "." => format!("- local: {GITLAB_PATH}\n"),
        below => format!("- local: {GITLAB_PATH}\n  inputs:\n    path: '{}'\n", below.replace('\'', "''")),
    };
    let mut changes = Vec::new();
    if !path.exists() {
        changes.push(Change::new(path, GITLAB.to_owned()));
    }
    match (old, list::append(&text.replace("\r\n", "\n"), "include", &item)) {
        (None, Some(new)) => changes.push(Change::new(main, new)),
        (Some(old), Some(new)) => changes.push(Change::edited(main, old, new)),
        (_, None) => return Step::ByHand(format!("add this to `include` in {}:\n{item}", site.shown(&main))),
    }
    Step::Write(changes)
}
