//! The hook of pre-commit and prek, which takes davy's wheel: nothing is compiled.

use super::{Change, Site, Step, VERSION, list, text_of};
use crate::git;
use std::path::{Path, PathBuf};

pub fn step(site: &Site) -> Step {
    let Some(top) = &site.top else {
        return Step::note(&match git::refusal(&site.folder) {
            Some(error) => format!("{}: {}; so there is no hook and no CI job to write", error.message, error.help),
            None => "this is no git repository, so there is no hook and no CI job to write; `git init` makes it one"
                .to_owned(),
        });
    };
    let prek = top.join("prek.toml");
    if prek.is_file() {
        return in_prek(site, prek);
    }
    // prek takes the other name, too.
    let names = [".pre-commit-config.yaml", ".pre-commit-config.yml"];
    let known = names.iter().map(|name| top.join(name)).find(|path| path.is_file());
    let path = known.unwrap_or_else(|| top.join(names[0]));
    let old = match text_of(&path) {
        Ok(old) => old,
        Err(error) => return Step::by_hand(format!("{}: {}", site.shown(&path), crate::scan::plain(&error))),
    };
    let text = old.clone().unwrap_or_default();
    if let Some(files) = own_hook(&text) {
        return covered(site, &path, files);
    }
    let item = item(site);
    let edited = list::append(&text.replace("\r\n", "\n"), "repos", &item);
    match (old, edited) {
        (None, Some(new)) => Step::write(vec![Change::new(path, new)]),
        (Some(old), Some(new)) => Step::write(vec![Change::edited(path, old, new)]),
        (_, None) => Step::by_hand(format!("add this to `repos` in {}:\n{item}", site.shown(&path))),
    }
}

/// What davy's hook in a text says of the files that it checks; nothing where there is no such hook.
fn own_hook(text: &str) -> Option<Option<&str>> {
    let mut lines = text.lines().skip_while(|line| {
        let line = line.trim_start_matches([' ', '-']).split('#').next().unwrap_or_default().trim_end();
        !matches!(line, "id: davy" | "id: davy-fix" | "id: davy-src" | "id: davy-system")
    });
    lines.next()?;
    let mut rest = lines.take_while(|line| !line.trim_start().starts_with("- "));
    Some(rest.find_map(|line| line.trim().strip_prefix("files:")).map(str::trim))
}

/// A hook for another folder of the repository does nothing here.
fn covered(site: &Site, path: &Path, files: Option<&str>) -> Step {
    let pattern = format!("^{}/", regex::escape(&site.below));
    match files {
        Some(files) if site.below != "." && !files.contains(&pattern) => Step::by_hand(format!(
            "davy's hook in {} checks {files} alone: add `|{pattern}` to its `files`",
            site.shown(path)
        )),
        _ => Step::default(),
    }
}

/// The same hook in prek's own file.
fn in_prek(site: &Site, path: PathBuf) -> Step {
    let old = match text_of(&path) {
        Ok(old) => old.unwrap_or_default(),
        Err(error) => return Step::by_hand(format!("{}: {}", site.shown(&path), crate::scan::plain(&error))),
    };
    if old.contains("\"davy\"") {
        return Step::default();
    }
    let files = match site.below.as_str() {
        "." => String::new(),
        below => format!("files = '^{}/'\n", regex::escape(below)),
    };
    let hook = format!(
        "[[repos]]\nrepo = \"local\"\n\n[[repos.hooks]]\nid = \"davy\"\nname = \"davy\"\nentry = \"davy check --force-exclude\"\n\
         language = \"python\"\nadditional_dependencies = [\"davy=={VERSION}\"]\ntypes = [\"text\"]\n{files}require_serial = true\n"
    );
    let gap = if old.trim().is_empty() {
        ""
    } else if old.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    };
    let new = format!("{old}{gap}{hook}");
    let repos = |text: &str| {
        let table = text.parse::<toml::Table>().ok()?;
        Some(table.get("repos").map_or(0, |repos| repos.as_array().map_or(0, Vec::len)))
    };
    match (repos(&old), repos(&new)) {
        (Some(before), Some(after)) if after == before + 1 => Step::write(vec![Change::edited(path, old, new)]),
        _ => Step::by_hand(format!("add this to {}:\n{hook}", site.shown(&path))),
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
      types: [text]
{files}      require_serial: true
"
    )
}

/// A string in YAML's single quotes, which know no escapes.
fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
