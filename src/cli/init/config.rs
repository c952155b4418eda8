//! davy's configuration: a table at the end of `pyproject.toml`, or a `davy.toml` where there is none.

use super::{Change, Site, Step, VERSION, text_of};
use crate::config::is_configuration;

pub fn step(site: &Site) -> Step {
    let pyproject = site.folder.join("pyproject.toml");
    let own = site.folder.join("davy.toml");
    if own.is_file() || is_configuration(&pyproject) {
        return Step::Done;
    }
    match text_of(&pyproject) {
        Ok(None) => Step::Write(vec![Change::new(own, keys(""))]),
        Ok(Some(old)) => {
            let gap = if old.is_empty() || old.ends_with("\n\n") {
                ""
            } else if old.ends_with('\n') {
                "\n"
            } else {
                "\n\n"
            };
            let new = format!("{old}{gap}{}", keys("tool.davy"));
            if new.parse::<toml::Table>().is_err() {
                let path = site.shown(&pyproject);
                return Step::ByHand(format!("{path} is no valid TOML: mend it, then run `davy init` again"));
            }
            Step::Write(vec![Change::edited(pyproject, old, new)])
        }
        Err(error) => Step::ByHand(format!("{}: {}", site.shown(&pyproject), crate::scan::plain(&error))),
    }
}

/// What every project says: the davy that it is written for, and what fails.
fn keys(table: &str) -> String {
    let minor = VERSION.rsplit_once('.').map_or(VERSION, |(minor, _)| minor);
    let (top, gate) = match table {
        "" => (String::new(), "gate".to_owned()),
        table => (format!("[{table}]\n"), format!("{table}.gate")),
    };
    format!(
        "{top}required-version = \">={minor}\"\n\n[{gate}]\nfail-on = \"warning\" # or \"error\", \"note\", \"never\"\n"
    )
}
