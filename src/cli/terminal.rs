//! What the terminal at hand can do, and what is said on standard error.

use super::When;
use indicatif::{ProgressBar, ProgressStyle};
use std::env;
use std::io::{IsTerminal, Write};
use std::sync::{LazyLock, OnceLock};
use std::time::{Duration, Instant};

/// Whether to colour what goes to standard output.
pub fn color(when: When) -> bool {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let forces = |name: &str| set(name) && env::var_os(name).is_some_and(|value| value != "0");
    match when {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR") => false,
        When::Auto if forces("FORCE_COLOR") || forces("CLICOLOR_FORCE") => true,
        When::Auto => std::io::stdout().is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}

/// Columns to fill: the terminal's, or 100 where the output goes elsewhere.
pub fn width() -> usize {
    let told = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let asked = || terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0));
    told.or_else(asked).unwrap_or(100)
}

/// Whether the locale can show box drawing characters; a file can.
pub fn unicode() -> bool {
    let locale =
        ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    let utf8 = locale
        .as_deref()
        .map(str::to_lowercase)
        .is_none_or(|locale| locale.contains("utf-8") || locale.contains("utf8"));
    utf8 && env::var_os("TERM").is_none_or(|term| term != "linux")
}

/// The folder of the sources that this was built from, as a URL, where they still lie there: the pages are in it. So it is with
/// `cargo run`, `cargo install --path` and pre-commit.
pub fn pages() -> Option<&'static str> {
    static FOLDER: LazyLock<Option<String>> = LazyLock::new(|| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        folder.join("rules").is_dir().then(|| format!("file://{}", folder.display()).replace(' ', "%20"))
    });
    FOLDER.as_deref()
}

/// Takes it well that whoever reads standard output has seen enough, as `head` has: the verdict stays what it is.
pub fn read_or_not(written: std::io::Result<()>) -> std::io::Result<()> {
    match written {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Says what went wrong and what to do about it.
pub fn complain(message: &str, help: Option<&str>) {
    let mut err = std::io::stderr().lock();
    // Nobody is left to tell where standard error is closed.
    let _ = writeln!(err, "error: {message}");
    if let Some(help) = help {
        let _ = writeln!(err, "  help: {help}");
    }
}

/// A progress bar on standard error, once a run takes more than a second in a terminal; for work of one stage or several.
pub struct Progress {
    start: Instant,
    wanted: bool,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// Not shown yet.
    pub fn new(quiet: bool) -> Progress {
        Progress { start: Instant::now(), wanted: !quiet && std::io::stderr().is_terminal(), bar: OnceLock::new() }
    }

    /// `done` of `total` steps of a stage are done.
    pub fn step(&self, stage: &str, done: usize, total: usize) {
        if !self.wanted || self.start.elapsed() < Duration::from_secs(1) {
            return;
        }
        let bar = self.bar.get_or_init(|| {
            let style = ProgressStyle::with_template("{msg:20} {bar:30} {pos}/{len} {eta}");
            ProgressBar::new(total as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        if bar.message() != stage {
            bar.set_message(stage.to_owned());
            bar.set_length(total as u64);
            bar.reset_eta();
        }
        bar.set_position(done as u64);
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
