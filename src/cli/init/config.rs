//! davy's configuration: a table at the end of `pyproject.toml`, or a `davy.toml` where there is none.

use super::{Change, Site, Step, VERSION, text_of};
use crate::config::is_configuration;

pub fn step(site: &Site) -> Step {
    let pyproject = site.folder.join("pyproject.toml");
    let own = site.folder.join("davy.toml");
    // A second configuration would take the place of the one that counts here.
    let top = site.top.as_deref().unwrap_or(&site.folder);
    let mut above = site.folder.ancestors().take_while(|folder| folder.starts_with(top));
    if above.any(|folder| folder.join("davy.toml").is_file() || is_configuration(&folder.join("pyproject.toml"))) {
        return Step::default();
    }
    match text_of(&pyproject) {
        Ok(None) => Step::write(vec![Change::new(own, keys(""))]),
        Ok(Some(old)) => {
            let gap = if old.is_empty() || old.ends_with("\n\n") {
                ""
            } else if old.ends_with('\n') {
                "\n"
            } else {
                "\n\n"
            };
            let new = format!("{old}{gap}{}", keys("tool.davy"));
            let path = site.shown(&pyproject);
            if old.parse::<toml::Table>().is_err() {
                return Step::by_hand(format!("{path} is no valid TOML: mend it, then run `davy init` again"));
            }
            if new.parse::<toml::Table>().is_err() {
                return Step::by_hand(format!(
                    "{path} writes `tool` in a way that takes no `[tool.davy]`: add davy's keys there"
                ));
            }
            Step::write(vec![Change::edited(pyproject, old, new)])
        }
        Err(error) => Step::by_hand(format!("{}: {}", site.shown(&pyproject), crate::scan::plain(&error))),
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
