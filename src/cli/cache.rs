//! `davy cache`: where it lies, how much it is, and away with it.

use super::{CacheCommand, Outcome, terminal};
use crate::cache;
use crate::config::{Changes, Configs, paths};
use crate::rules;
use crate::scan;
use std::io::{self, Write};

/// Runs the command, for the folder that the configuration here names, else for the user's own.
pub fn run(command: CacheCommand) -> io::Result<Outcome> {
    let pages = rules::pages();
    let here = paths::working_directory();
    let config = Configs::new(&pages, Changes::default()).and_then(|mut configs| configs.for_folder(&here));
    let config = match config {
        Ok(config) => config,
        Err(error) => {
            terminal::complain(&error.to_string(), None);
            return Ok(Outcome::Failed);
        }
    };
    let Some(folder) = config.cache_dir.clone().or_else(cache::folder) else {
        let help = "set DAVY_CACHE_DIR, or `cache-dir` in the configuration";
        terminal::complain("there is no home folder, and so no cache", Some(help));
        return Ok(Outcome::Failed);
    };
    let shown = folder.display();
    let caches = match cache::all(&folder) {
        Ok(caches) => caches,
        Err(error) => {
            let message = format!("{shown}: cannot be read: {}", scan::plain(&error));
            terminal::complain(&message, Some("check its permissions"));
            return Ok(Outcome::Failed);
        }
    };
    let total: u64 = caches.iter().map(|(_, size)| size).sum();
    let projects = crate::report::count(caches.len(), "cache");
    let mut out = io::stdout().lock();
    match command {
        CacheCommand::Stats => {
            writeln!(out, "{shown}: {projects}, {}", size(total))?;
            for (path, bytes) in &caches {
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                let holds = match cache::counts(path) {
                    Some((files, units)) => format!("{files} files, {units} units"),
                    None if cache::is_state(path) => "for runs of a few files".to_owned(),
                    None if cache::is_database(path) => "for `davy trend`".to_owned(),
                    None => "of another davy, to be made anew".to_owned(),
                };
                writeln!(out, "  {name}: {holds}, {}", size(*bytes))?;
            }
            Ok(Outcome::Clean)
        }
        CacheCommand::Clean => {
            for (path, _) in &caches {
                if let Err(error) = std::fs::remove_file(path)
                    && error.kind() != io::ErrorKind::NotFound
                {
                    let message = format!("{}: cannot be removed: {}", path.display(), scan::plain(&error));
                    terminal::complain(&message, Some("check its permissions"));
                    return Ok(Outcome::Failed);
                }
            }
            writeln!(out, "Removed {projects}, {}, from {shown}", size(total))?;
            Ok(Outcome::Clean)
        }
    }
}

/// Bytes as people count them.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
