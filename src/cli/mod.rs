//! The command line: what users type, and the exit codes they get.
//!
//! 0 clean, 1 findings, 2 davy could not do its job; the same for every output format.

mod add_ignore;
mod baseline;
mod cache;
mod check;
mod collect;
mod config;
mod explain_unknown;
mod fixing;
mod gate;
mod init;
mod leaks;
mod migrate;
mod migrate_datetime;
mod plan;
mod report;
mod show;
mod terminal;
mod trend;

use crate::history::Every;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// A safety lamp for Python backends.
///
/// Finds deprecated Pydantic V1, naive datetimes, files that do not parse, private access and secrets; knows the whole project, and
/// proves the fixes it offers.
#[derive(Debug, Parser)]
#[command(name = "davy", version, arg_required_else_help = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    color: When,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check files, and mend them where asked to
    Check(Box<Check>),
    /// Move a project to another version of a library, all files at once
    Migrate {
        #[command(subcommand)]
        what: Migrate,
    },
    /// Set davy up in a project: its configuration, the hook, the CI job
    Init(Init),
    /// Record the findings there are, so that only new ones fail
    Baseline {
        #[command(subcommand)]
        command: BaselineCommand,
    },
    /// What the configuration comes to
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// What earlier runs compiled, kept so that the next one need not
    Cache {
        #[command(subcommand)]
        command: CacheCommand,
    },
    /// List the tests that pytest would collect, and what it would not, without running anything
    Collect(Collect),
    /// Show how many findings each commit had, from the first one on
    Trend(Trend),
    /// Write the readiness report: what stands in the way of production, how it came to this, what to do first
    Report(Report),
    /// Tell what a rule is about
    Explain {
        /// A code or a name: `DTM001`, `naive-utcnow`
        rule: String,
    },
    /// List all rules
    Rules {
        /// How to print them
        #[arg(long, value_enum, default_value_t = RulesFormat::Text)]
        format: RulesFormat,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
struct Collect {
    /// Files and folders; by itself what `testpaths` names, or the working directory
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = CollectFormat::Text)]
    format: CollectFormat,
    /// The Python that runs the tests, where the source asks for its version
    #[arg(long, value_name = "VERSION", default_value = "3.14", value_parser = python_version)]
    python: (u32, u32),
    /// Print node ids alone
    #[arg(long, short)]
    quiet: bool,
}

/// How tests are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CollectFormat {
    /// Node ids, then what is not collected
    Text,
    /// One object
    Json,
}

/// Which part of a history is looked at.
#[derive(Debug, Args)]
struct Walk {
    /// The repository, or a file or folder of it: what lies below is looked at; by itself the working directory
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Look at what lies below these files and folders alone, be they there today or not
    #[arg(long = "path", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The commit to begin with: a branch, a tag, a commit; by itself the first one
    #[arg(long, value_name = "REV")]
    from: Option<String>,
    /// The commit to end with
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    to: String,
    /// The commits to look at: each `commit`, the last one of each `day` or `week`, those with a `tag`
    ///
    /// Commits are those along first parents: what the branch has been, one after the other.
    #[arg(long, value_name = "WHICH", default_value = "day")]
    every: Every,
    /// Say that what a branch brings came with its merge, whoever wrote it
    #[arg(long)]
    first_parent: bool,
    /// Rules to look for: codes, prefixes, names, families, or `all`
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    select: Vec<String>,
    /// Keep the history in this file, a SQLite database; by itself in the folder of caches
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// Show no progress
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Debug, Args)]
struct Trend {
    #[command(flatten)]
    walk: Walk,
    /// What to count by
    #[arg(long, value_enum, default_value_t = TrendBy::Family)]
    by: TrendBy,
    /// List the secrets that any commit ever held, along every parent, gone or not; never a value
    #[arg(long, conflicts_with_all = ["sql", "db", "by"])]
    secrets: bool,
    /// Exit with 1 where there is such a secret
    #[arg(long, requires = "secrets")]
    exit_code: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t = TrendFormat::Text)]
    format: TrendFormat,
    /// Ask what is kept, after it was brought up to date: docs/store.md tells of the tables
    #[arg(long, value_name = "SQL", conflicts_with_all = ["paths", "by"])]
    sql: Option<String>,
}

/// What findings are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TrendBy {
    /// The families of rules
    Family,
    /// Each rule
    Rule,
    /// The folders of the files
    Folder,
    /// Who owns the files by the last commit's `CODEOWNERS`; where there is none, the authors
    Owner,
    /// Who wrote the commits that they came with
    Author,
}

/// How a trend is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TrendFormat {
    /// The course of each group, for people
    Text,
    /// One object, with every commit and every rule
    Json,
    /// A line for each commit
    Csv,
    /// A table of the first and the last commit
    Markdown,
}

#[derive(Debug, Args)]
struct Report {
    #[command(flatten)]
    walk: Walk,
    /// Compare with this revision: a branch, a tag, a commit
    #[arg(long, value_name = "REV")]
    since: Option<String>,
    /// How to write it
    #[arg(long, value_enum, default_value_t = ReportFormat::Html)]
    format: ReportFormat,
    /// Where to write it, `-` for standard output; by itself a page goes to davy-report.html, the rest to standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// One page that needs nothing else
    Html,
    /// For a wiki or a pull request
    Markdown,
    /// One object with every number of it
    Json,
}

fn python_version(text: &str) -> Result<(u32, u32), String> {
    let version = text.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    version.ok_or_else(|| "a version looks like `3.12`".to_owned())
}

#[derive(Debug, Subcommand)]
enum Migrate {
    /// From pydantic 1 to pydantic 2
    Pydantic(MigratePydantic),
    /// From `utcnow()` to what Python has in its place
    Datetime(MigrateDatetime),
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum CacheCommand {
    /// Remove all of it
    Clean,
    /// Say where it lies, and how much it is
    Stats,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print what applies to a file, and where each value comes from
    Show(ConfigShow),
    /// Print the JSON schema of the configuration, for editors
    Schema,
}

#[derive(Debug, Args)]
struct ConfigShow {
    /// A file, or a folder
    #[arg(default_value = ".", value_name = "PATH")]
    path: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t = ConfigFormat::Text)]
    format: ConfigFormat,
    /// Set a configuration key for this run: `key = value`, or a TOML file
    #[arg(long, value_name = "SETTING")]
    config: Vec<String>,
}

/// How the configuration is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ConfigFormat {
    /// A table
    Text,
    /// One object
    Json,
}

#[derive(Debug, Subcommand)]
enum BaselineCommand {
    /// Record every finding there is
    Create {
        #[command(flatten)]
        args: BaselineArgs,
        /// Record only the secrets that a baseline of detect-secrets holds
        #[arg(long, value_name = "FILE")]
        from_detect_secrets: Option<PathBuf>,
    },
    /// Add what is new, remove what is gone, and say what
    Update(BaselineArgs),
    /// Remove what is gone, and add nothing
    Prune(BaselineArgs),
    /// Say whether the baseline is what davy finds
    Check(BaselineArgs),
}

#[derive(Debug, Args)]
struct Init {
    /// The project's folder
    #[arg(default_value = ".", value_name = "PATH")]
    path: PathBuf,
    /// Write without asking
    #[arg(long, short)]
    yes: bool,
    /// Show what would be written, and write nothing
    #[arg(long, conflicts_with = "yes")]
    diff: bool,
    /// Parts to leave out
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PART")]
    skip: Vec<InitPart>,
    /// Whose job to write; by itself, what the project's files and its remote say
    #[arg(long, value_enum, value_name = "SYSTEM")]
    ci: Option<CiSystem>,
}

/// What `davy init` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum InitPart {
    /// `[tool.davy]`
    Config,
    /// `.pre-commit-config.yaml`
    Hook,
    /// A job that checks every push
    Ci,
    /// Rules of ruff that davy owns, switched off there
    Ruff,
}

/// Where checks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CiSystem {
    /// GitHub Actions
    Github,
    /// GitLab CI
    Gitlab,
}

#[derive(Debug, Args)]
struct BaselineArgs {
    /// The project's folder
    #[arg(default_value = ".", value_name = "PATH")]
    path: PathBuf,
    /// Set a configuration key for this run: `key = value`, or a TOML file
    #[arg(long, value_name = "SETTING")]
    config: Vec<String>,
}

#[derive(Debug, Args)]
struct MigratePydantic {
    /// The project's folder
    #[arg(default_value = ".", value_name = "PATH")]
    path: PathBuf,
    /// Show what would change, and change nothing
    #[arg(long, conflicts_with = "plan")]
    diff: bool,
    /// Show the order of the modules, what each contains and what it costs, and change nothing
    #[arg(long)]
    plan: bool,
    /// How to print the plan
    #[arg(long, value_enum, default_value_t = PlanFormat::Text, requires = "plan")]
    format: PlanFormat,
    /// Go ahead though files are changed or under no version control
    #[arg(long)]
    allow_dirty: bool,
    /// Give back what pydantic 1 did even where pydantic 2 is pinned already, as to go on with a move
    #[arg(long)]
    restore: bool,
    /// Set a configuration key for this run: `key = value`, or a TOML file
    #[arg(long, value_name = "SETTING")]
    config: Vec<String>,
}

#[derive(Debug, Args)]
struct MigrateDatetime {
    /// The project's folder
    #[arg(default_value = ".", value_name = "PATH")]
    path: PathBuf,
    /// Write this function once, and call it everywhere: `app.time:utc_now`
    #[arg(long, value_name = "MODULE:NAME")]
    helper: Option<String>,
    /// What the rewritten code gives
    #[arg(long, value_enum, value_name = "STYLE")]
    style: Option<Style>,
    /// Show what would change, and change nothing
    #[arg(long)]
    diff: bool,
    /// Go ahead though files are changed or under no version control
    #[arg(long)]
    allow_dirty: bool,
    /// Set a configuration key for this run: `key = value`, or a TOML file
    #[arg(long, value_name = "SETTING")]
    config: Vec<String>,
}

/// What the rewritten code gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Style {
    /// Naive values as before, aware ones where nobody can tell the difference
    Preserve,
    /// Aware values everywhere, whatever they meet: read the difference
    Aware,
}

impl Style {
    fn word(self) -> &'static str {
        match self {
            Style::Preserve => "preserve",
            Style::Aware => "aware",
        }
    }
}

/// How a plan is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PlanFormat {
    /// A table
    Text,
    /// One object
    Json,
}

#[derive(Debug, Args)]
struct Check {
    /// Files and folders; `-` reads standard input
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Apply the fixes that keep behaviour
    #[arg(long)]
    fix: bool,
    /// Apply (or show) the fixes that a person has to want, too
    #[arg(long)]
    unsafe_fixes: bool,
    /// Show what the fixes would change, and change nothing
    #[arg(long)]
    diff: bool,
    /// Rules to run: codes, prefixes, names, families, or `all`
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    select: Vec<String>,
    /// Rules to run beside those of the configuration
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    extend_select: Vec<String>,
    /// Rules to leave out
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    ignore: Vec<String>,
    /// How to print the findings, or `FORMAT=FILE` to write them; may be given several times
    ///
    /// text: framed, for people (the default). concise: one line each. json: one object, stable. jsonl: one object a line.
    /// sarif: SARIF 2.1.0, for code scanning. github: workflow commands, and the summary of the job. gitlab: Code Quality.
    /// junit: JUnit's XML. rdjson: reviewdog. sonar: generic issues of SonarQube. markdown: a comment on a pull request.
    #[arg(long = "format", value_name = "FORMAT[=FILE]", value_parser = wanted)]
    formats: Vec<Wanted>,
    /// List notes too
    #[arg(long)]
    notes: bool,
    /// Show every finding in its frame, however many there are
    #[arg(long)]
    all: bool,
    /// Count the findings by rule instead of listing them
    #[arg(long)]
    statistics: bool,
    /// Report what is new since a revision: a branch, a tag, a commit
    #[arg(long, value_name = "REV", conflicts_with_all = ["show_baselined", "no_baseline", "stdin_filename"])]
    since: Option<String>,
    /// Check the staged files as git's index has them
    #[arg(long, conflicts_with_all = ["fix", "diff", "add_ignore", "stdin_filename"])]
    staged: bool,
    /// Check the files that differ from the last commit
    #[arg(long, conflicts_with_all = ["staged", "stdin_filename"])]
    changed: bool,
    /// List what the baseline holds, too
    #[arg(long)]
    show_baselined: bool,
    /// Leave the baseline alone: every finding counts
    #[arg(long, conflicts_with = "show_baselined")]
    no_baseline: bool,
    /// Exit with 0 though there are findings
    #[arg(long)]
    exit_zero: bool,
    /// Exit with 1 if anything was fixed, as a hook wants it
    #[arg(long)]
    exit_non_zero_on_fix: bool,
    /// Write a `# davy: ignore[...]` for every finding
    #[arg(long, conflicts_with_all = ["fix", "diff", "since"])]
    add_ignore: bool,
    /// Say why a place got no finding: which type or base is unknown
    #[arg(long, value_name = "FILE:LINE", conflicts_with_all = ["fix", "diff", "add_ignore", "statistics"])]
    explain_unknown: Option<String>,
    /// Let `exclude` count for files that are named, too
    #[arg(long)]
    force_exclude: bool,
    /// The name that standard input would have as a file
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<PathBuf>,
    /// Set a configuration key for this run: `key = value`, or a TOML file
    #[arg(long, value_name = "SETTING")]
    config: Vec<String>,
    /// Compile every file anew, and keep nothing for the next run
    #[arg(long)]
    no_cache: bool,
    /// Threads to use; 0 leaves it to the machine
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u16).range(0..=256))]
    threads: u16,
    /// Print findings, but no summary
    #[arg(long, short, conflicts_with = "verbose")]
    quiet: bool,
    /// Say what is done and how long it takes
    #[arg(long, short)]
    verbose: bool,
}

/// A format, and where it goes: standard output, or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    format: Format,
    file: Option<PathBuf>,
}

fn wanted(word: &str) -> Result<Wanted, String> {
    let (name, file) = word.split_once('=').map_or((word, None), |(name, file)| (name, Some(file)));
    let known: Vec<String> = Format::value_variants()
        .iter()
        .filter_map(|one| Some(one.to_possible_value()?.get_name().to_owned()))
        .collect();
    let format = Format::from_str(name, false).map_err(|_| {
        match crate::page::nearest(name, known.iter().map(String::as_str)) {
            Some(near) => format!("there is no such format; did you mean `{near}`?"),
            None => format!("there is no such format; the formats are {}", known.join(", ")),
        }
    })?;
    match file {
        Some("") => Err("name a file behind the `=`".to_owned()),
        file => Ok(Wanted { format, file: file.map(PathBuf::from) }),
    }
}

impl Check {
    /// What standard output shows: the format without a file, else the one for people.
    fn screen(&self) -> Format {
        self.formats.iter().find(|wanted| wanted.file.is_none()).map_or(Format::Text, |wanted| wanted.format)
    }

    fn wants(&self, formats: &[Format]) -> bool {
        self.formats.iter().any(|wanted| formats.contains(&wanted.format))
    }
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Framed, for people
    Text,
    /// One line each
    Concise,
    /// One object, stable
    Json,
    /// One object a line
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
    /// GitLab's Code Quality
    Gitlab,
    /// JUnit's XML
    Junit,
    /// reviewdog's diagnostics
    Rdjson,
    /// SonarQube's generic issues
    Sonar,
    /// A comment on a pull request
    Markdown,
}

/// How rules are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RulesFormat {
    /// A table
    Text,
    /// The page `rules.md`
    Markdown,
    /// One object
    Json,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum When {
    /// On a terminal, unless NO_COLOR says otherwise
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What a run comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Clean,
    Findings,
    Failed,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> ExitCode {
        ExitCode::from(outcome as u8)
    }
}

/// Runs a command line.
pub fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; a reader that has gone away is none of ours.
            let _ = error.print();
            return ExitCode::from(error.exit_code() as u8);
        }
    };
    let result = match &cli.command {
        Command::Check(check) => check::run(check, cli.color),
        Command::Migrate { what: Migrate::Pydantic(migrate) } => migrate::run(migrate, cli.color),
        Command::Migrate { what: Migrate::Datetime(migrate) } => migrate_datetime::run(migrate, cli.color),
        Command::Init(init) => init::run(init),
        Command::Config { command } => config::run(command),
        Command::Baseline { command } => baseline::run(command),
        Command::Cache { command } => cache::run(*command),
        Command::Collect(args) => collect::run(args),
        Command::Trend(args) => trend::run(args),
        Command::Report(args) => report::run(args),
        Command::Explain { rule } => show::explain(rule, cli.color),
        Command::Rules { format } => show::rules(*format),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "davy", &mut script);
            io::stdout().write_all(&script).map(|()| Outcome::Clean)
        }
    };
    match result {
        Ok(outcome) => outcome.into(),
        // `davy rules | head` has what it wanted.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            terminal::complain(&format!("cannot write the output: {}", crate::scan::plain(&error)), None);
            Outcome::Failed.into()
        }
    }
}
