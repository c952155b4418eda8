//! The hook of pre-commit and prek, which takes davy's wheel: nothing is compiled.

use super::{Change, Site, Step, VERSION, list, text_of};

pub fn step(site: &Site) -> Step {
    let Some(top) = &site.top else {
        return Step::ByHand(
            "this is no git repository, so there is no hook to write; `git init` makes it one".to_owned(),
        );
    };
    let path = top.join(".pre-commit-config.yaml");
    let old = match text_of(&path) {
        Ok(old) => old,
        Err(error) => return Step::ByHand(format!("{}: {}", site.shown(&path), crate::scan::plain(&error))),
    };
    let text = old.clone().unwrap_or_default();
    let ids =
        text.lines().map(|line| line.trim_start_matches([' ', '-']).split('#').next().unwrap_or_default().trim_end());
    if ids.into_iter().any(|line| matches!(line, "id: davy" | "id: davy-fix" | "id: davy-src" | "id: davy-system")) {
        return Step::Done;
    }
    let item = item(site);
    let edited = list::append(&text.replace("\r\n", "\n"), "repos", &item);
    match (old, edited) {
        (None, Some(new)) => Step::Write(vec![Change::new(path, new)]),
        (Some(old), Some(new)) => Step::Write(vec![Change::edited(path, old, new)]),
        (_, None) => Step::ByHand(format!("add this to `repos` in {}:\n{item}", site.shown(&path))),
    }
}

fn item(site: &Site) -> String {
    let files = match site.below.as_str() {
        "." => String::new(),
        below => format!("      files: {}\n", single_quoted(&format!("^{}/", regex::escape(below)))),
    };
    format!(
        "- repo: local
  hooks:
    - id: davy
      name: davy
      entry: davy check --force-exclude
      language: python
      additional_dependencies: [\"davy=={VERSION}\"]
      types_or: [python, pyi]
{files}      require_serial: true
"
    )
}

/// A string in YAML's single quotes, which know no escapes.
fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
