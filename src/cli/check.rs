//! `davy check`: scan, link, mend, report.

use super::{Check, Format, Outcome, When, add_ignore, explain_unknown, fixing, gate, terminal};
use crate::baseline::{Baseline, Standing};
use crate::config::{Changes, ConfigError, Configs, paths};
use crate::finding::{Code, Judged, Proposal, Severity};
use crate::fix;
use crate::git;
use crate::identity;
use crate::journal;
use crate::link::Linked;
use crate::python::{self, imports::Imports};
use crate::report::{self, Gate, Problem, Report, Settled, Shown, Source, TextEdit};
use crate::rules;
use crate::scan::{self, Request, Scan, scan};
use crate::text::{Span, decode};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::Instant;

/// Runs the command.
pub fn run(check: &Check, when: When) -> io::Result<Outcome> {
    with_threads(usize::from(check.threads), || inside(check, when))
}

/// Runs a command on threads of its own; 0 leaves their number to the machine.
pub fn with_threads(threads: usize, work: impl FnOnce() -> io::Result<Outcome> + Send) -> io::Result<Outcome> {
    quiet_panics();
    // Our own walks grow their stacks; what the parser does while it recovers may not.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(64 << 20).build();
    match pool {
        Ok(pool) => pool.install(work),
        Err(_) => {
            terminal::complain("cannot start threads", Some("try again with `--threads 1`"));
            Ok(Outcome::Failed)
        }
    }
}

fn inside(check: &Check, when: When) -> io::Result<Outcome> {
    let start = Instant::now();
    let request = match request(check) {
        Ok(request) => request,
        Err((message, help)) => {
            terminal::complain(&message, Some(help));
            return Ok(Outcome::Failed);
        }
    };
    if let Err((message, help)) = combination(check) {
        terminal::complain(message, Some(help));
        return Ok(Outcome::Failed);
    }
    let writes = check.add_ignore || check.fix && !check.diff && request.stdin.is_none();
    let places = || request.paths.iter().map(PathBuf::as_path);
    if writes {
        if !fixing::resume(places())? {
            return Ok(Outcome::Failed);
        }
    } else if let Some(root) = places().find_map(journal::pending) {
        let message = format!("{}: an interrupted run has changed some files and not yet the others", root.display());
        terminal::complain(&message, Some("`davy check --fix` finishes what it had begun"));
    }
    let pages = rules::pages();
    let progress = terminal::Progress::new(check.quiet);
    let result = configs(check, &pages)
        .and_then(|mut configs| scan(&request, &mut configs, &|done, total| progress.step("compiling", done, total)));
    progress.end();
    let mut scan = match result {
        Ok(scan) => scan,
        Err(error) => {
            terminal::complain(&error.to_string(), None);
            // A reader of a format finds a whole document, whatever went wrong.
            if check.screen() != Format::Text && check.screen() != Format::Concise && !check.diff {
                let problem = scan::Problem { display: None, message: error.to_string(), help: None };
                let report = report(check, &Scan::default(), Linked::default(), vec![problem], 0, 0);
                files(check, &report);
                terminal::read_or_not(render(check, when, &report))?;
            }
            return Ok(Outcome::Failed);
        }
    };
    let narrowed = if check.staged {
        gate::at_index(&scan).map(|index| scan = index)
    } else if check.changed {
        gate::only_changed(&mut scan)
    } else {
        Ok(())
    };
    if let Err(error) = narrowed {
        terminal::complain(&error.message, Some(&error.help));
        return Ok(Outcome::Failed);
    }
    let shown = scan.files.iter().filter(|file| file.shown).count();
    let say = |what: &str| {
        if check.verbose {
            // Nobody is left to tell where standard error is closed.
            let _ = writeln!(io::stderr(), "{what} ({} ms)", start.elapsed().as_millis());
        }
    };
    say(&format!(
        "{} {}, of which {shown} are checked, and {}",
        if scan.is_near() { "knew from an earlier run" } else { "compiled" },
        report::count(scan.files.len(), "file"),
        report::count(scan.manifests.len(), "manifest")
    ));

    if let Some((_, line)) = check.explain_unknown.as_deref().and_then(explain_unknown::place) {
        return explain_unknown::run(&scan, line);
    }
    if check.add_ignore {
        let linked = scan.link();
        // A comment about comments would be the next one to silence nothing.
        let wanted = |one: &Judged| rules::page(&one.code.0).is_some_and(|page| page.family.name != "davy");
        let wanted: Vec<Judged> = linked
            .findings
            .into_iter()
            .filter(|one| wanted(one) && (check.notes || one.severity > Severity::Note))
            .collect();
        let (count, problems) = add_ignore::run(&scan, &wanted);
        let failed = complain_of(problems.iter().chain(&scan.problems));
        let comments = if count == 1 { "comment" } else { "comments" };
        writeln!(io::stdout(), "Added {count} {comments}; write behind each why it is there.")?;
        return Ok(if failed { Outcome::Failed } else { Outcome::Clean });
    }

    let mut fixed = if check.fix || check.diff {
        let wanted = if check.unsafe_fixes { fixing::Wanted::All } else { fixing::Wanted::Safe };
        fixing::apply(&mut scan, wanted)
    } else {
        fixing::Fixed { linked: scan.link(), count: 0, problems: Vec::new(), ties: fixing::Ties::default() }
    };
    say(&format!("linked {} findings", fixed.linked.findings.len()));
    if check.diff {
        return show_diff(check, &request, &scan, &fixed);
    }
    if check.fix {
        let from_stdin = request.stdin.is_some();
        if from_stdin {
            return show_stdin(check, &request, &scan, &fixed);
        }
        fixing::write(&mut scan, &mut fixed);
    }
    let mut linked = std::mem::take(&mut fixed.linked);
    let budgets = gate::budgets(&scan, &linked.findings);
    let held = match &check.since {
        Some(revision) => held_since(&scan, revision, check.staged, &mut linked),
        None => held(check, &scan, &mut linked),
    };
    let gate = match held {
        Ok(gate) => gate,
        Err((message, help)) => {
            terminal::complain(&message, Some(&help));
            return Ok(Outcome::Failed);
        }
    };
    let mut problems: Vec<scan::Problem> = scan.problems.clone();
    problems.extend(fixed.problems);
    problems.sort();
    let mut report = report(check, &scan, linked, problems, fixed.count, shown);
    report.budgets = budgets;
    report.gate = gate.map(|(gate, known)| {
        for shown in &mut report.findings {
            let finding = &shown.finding;
            shown.baselined = known.contains(&(finding.path.clone(), finding.span, finding.code.clone()));
        }
        gate
    });
    report::incidents::join(&mut report);
    let whole = files(check, &report);
    terminal::read_or_not(render(check, when, &report))?;
    let shows_budgets = matches!(check.screen(), Format::Text | Format::Concise | Format::Github | Format::Markdown);
    if check.quiet || check.statistics || !shows_budgets {
        for (name, total, most) in report.budgets.iter().filter(|(_, total, most)| total > most) {
            let help = format!("mend {}, or raise the budget in the configuration", total - most);
            terminal::complain(&format!("{name}: {total} findings, {most} allowed"), Some(&help));
        }
    }
    say("done");
    // The process ends here: nobody has to take apart what it holds.
    std::mem::forget(scan);
    Ok(if whole { outcome(check, &report) } else { Outcome::Failed })
}

type Known = HashSet<(String, Span, Code)>;

/// Holds the findings against the baseline, where there is one: what it knows goes, or is named. Paths are those that reports show.
fn held(check: &Check, scan: &Scan, linked: &mut Linked) -> Result<Option<(Gate, Known)>, (String, String)> {
    if check.no_baseline {
        return Ok(None);
    }
    let staged = check.staged.then(|| git::in_index(&scan.baseline)).flatten();
    let read = match staged {
        Some(bytes) => Baseline::parse(&String::from_utf8_lossy(&bytes)).map(Some),
        None => Baseline::read(&scan.baseline),
    };
    let baseline = read.map_err(|error| {
        let display = paths::shown(&scan.baseline, &paths::working_directory());
        (format!("{display}: {error}"), error.help().to_owned())
    })?;
    let Some(baseline) = baseline else { return Ok(None) };
    let (counted, notes): (Vec<Judged>, Vec<Judged>) =
        std::mem::take(&mut linked.findings).into_iter().partition(|finding| gate::counts(scan, finding));
    let compared = gate::compare(scan, &baseline, &gate::identities(scan, &counted));
    let mut gate = Gate { fixed: compared.fixed.len(), stale: compared.stale.len(), ..Gate::default() };
    let mut known = Known::new();
    for (finding, standing) in counted.into_iter().zip(compared.findings) {
        match standing {
            Standing::New => {
                linked.findings.push(finding);
                continue;
            }
            Standing::Known => gate.known += 1,
            Standing::OfNewRule => *gate.of_new_rules.entry(finding.code.0.clone()).or_default() += 1,
        }
        if check.show_baselined {
            let path = scan.file(&finding.path).map_or(finding.path.clone(), |file| file.display.clone());
            known.insert((path, finding.span, finding.code.clone()));
            linked.findings.push(finding);
        }
    }
    linked.findings.extend(notes);
    Ok(Some((gate, known)))
}

/// Holds the findings against those of a revision: what was there already goes.
fn held_since(
    scan: &Scan,
    revision: &str,
    staged: bool,
    linked: &mut Linked,
) -> Result<Option<(Gate, Known)>, (String, String)> {
    let earlier = gate::since(scan, revision, staged).map_err(|error| (error.message, error.help))?;
    let (counted, notes): (Vec<Judged>, Vec<Judged>) =
        std::mem::take(&mut linked.findings).into_iter().partition(|finding| gate::counts(scan, finding));
    let found = identity::strict(&earlier.identities, &gate::exact_identities(scan, &counted));
    let known: HashSet<usize> = found.iter().flatten().copied().collect();
    let fixed = (0..earlier.counted).filter(|index| !known.contains(index)).count();
    linked.findings =
        counted.into_iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(one, _)| one).collect();
    linked.findings.extend(notes);
    let gate = Gate { since: Some(earlier.name), known: known.len(), fixed, ..Gate::default() };
    Ok(Some((gate, Known::new())))
}

/// Says what could not be done where no report holds it; whether there was anything.
pub fn complain_of<'p>(problems: impl Iterator<Item = &'p scan::Problem>) -> bool {
    let mut some = false;
    for problem in problems {
        some = true;
        let place = problem.display.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
        terminal::complain(&format!("{place}{}", problem.message), problem.help.as_deref());
    }
    some
}

/// Panics are caught per file and reported with its path; their own message would tear the report apart, and may quote the file.
/// With `DAVY_BACKTRACE` set they say where they were.
fn quiet_panics() {
    let shows = std::env::var_os("DAVY_BACKTRACE").is_some();
    std::panic::set_hook(Box::new(move |panic| {
        if let Some(place) = panic.location().filter(|_| shows) {
            let trace = std::backtrace::Backtrace::force_capture();
            let _ = writeln!(io::stderr(), "panicked at {place}\n{trace}");
        }
    }));
}

/// Options that say nothing together.
fn combination(check: &Check) -> Result<(), (&'static str, &'static str)> {
    let from_stdin = check.stdin_filename.is_some() || check.paths.iter().any(|path| path.as_os_str() == "-");
    if check.statistics && !check.formats.is_empty() {
        return Err((
            "`--statistics` is a table of its own",
            "leave out `--format`, or count the findings of the JSON",
        ));
    }
    if check.diff && !check.formats.is_empty() {
        return Err(("`--diff` is a format of its own", "leave out `--format`; the JSON holds the edits of every fix"));
    }
    if check.formats.iter().filter(|wanted| wanted.file.is_none()).count() > 1 {
        return Err((
            "two formats cannot share standard output",
            "give one of them a file: `--format sarif=davy.sarif`",
        ));
    }
    let mut files: Vec<&PathBuf> = check.formats.iter().filter_map(|wanted| wanted.file.as_ref()).collect();
    files.sort();
    if files.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(("two reports cannot share a file", "give each of them a file of its own"));
    }
    if check.explain_unknown.as_deref().is_some_and(|word| explain_unknown::place(word).is_none()) {
        return Err(("`--explain-unknown` wants a file and a line", "write it as FILE:LINE, such as `app/crud.py:12`"));
    }
    if check.add_ignore && from_stdin {
        return Err(("`--add-ignore` writes files, and standard input is none", "name the file instead of `-`"));
    }
    Ok(())
}

/// What is asked for, or what is wrong with it and what to do.
fn request(check: &Check) -> Result<Request, (String, &'static str)> {
    let mut paths: Vec<PathBuf> = check.paths.clone();
    if let Some((file, _)) = check.explain_unknown.as_deref().and_then(explain_unknown::place) {
        paths = vec![file];
    }
    let mut stdin = None;
    if check.stdin_filename.is_some() && !paths.iter().any(|path| path.as_os_str() == "-") {
        if !paths.iter().all(|path| path.as_os_str() == ".") {
            let message = "`--stdin-filename` names standard input, and other paths are named, too".to_owned();
            return Err((message, "write `-` in their place, or leave the option out"));
        }
        paths = vec![PathBuf::from("-")];
    }
    if paths.iter().any(|path| path.as_os_str() == "-") {
        if paths.len() > 1 {
            let message = "`-` reads standard input and goes with no other path".to_owned();
            return Err((message, "leave out the other paths, or the `-`"));
        }
        paths.clear();
        let mut bytes = Vec::new();
        let unreadable = |error| format!("cannot read standard input: {}", scan::plain(&error));
        let read = io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| (unreadable(error), "pipe the source in: `davy check - < FILE`"))?;
        stdin = Some((check.stdin_filename.clone().unwrap_or_else(|| PathBuf::from("<stdin>")), bytes));
    }
    Ok(Request {
        paths,
        stdin,
        force_exclude: check.force_exclude,
        threads: usize::from(check.threads),
        cache: !check.no_cache,
    })
}

fn configs<'a>(check: &Check, pages: &'a [&'a crate::page::Page]) -> Result<Configs<'a>, ConfigError> {
    let changes = Changes {
        config: check.config.clone(),
        select: check.select.clone(),
        extend_select: check.extend_select.clone(),
        ignore: check.ignore.clone(),
    };
    Configs::new(pages, changes)
}

fn show_diff(check: &Check, request: &Request, scan: &Scan, fixed: &fixing::Fixed) -> io::Result<Outcome> {
    let given = request.stdin.as_ref().map(|(_, bytes)| bytes.as_slice());
    let fixing::Diff { text, masks } = fixing::diff(scan, given);
    terminal::read_or_not(io::stdout().lock().write_all(text.as_bytes()))?;
    let failed = complain_of(scan.problems.iter().chain(&fixed.problems));
    if !check.quiet {
        let would = if fixed.count == 1 { "1 finding".to_owned() } else { format!("{} findings", fixed.count) };
        let masked = if masks { " Secrets are shown as `*`: the diff is to be read, not applied." } else { "" };
        writeln!(io::stderr(), "Would fix {would}.{masked}")?;
    }
    Ok(match (failed, text.is_empty()) {
        (true, _) => Outcome::Failed,
        (false, true) => Outcome::Clean,
        (false, false) if check.exit_zero => Outcome::Clean,
        (false, false) => Outcome::Findings,
    })
}

/// With `-` the mended source goes to standard output, as formatters do it; findings that are left decide the exit code.
fn show_stdin(check: &Check, request: &Request, scan: &Scan, fixed: &fixing::Fixed) -> io::Result<Outcome> {
    let file = scan.files.iter().find(|file| file.shown);
    // An editor replaces its buffer by this: what davy could not read goes back as it came.
    let given = || request.stdin.as_ref().map(|(_, bytes)| bytes.clone());
    let source = file.and_then(scan::File::bytes).or_else(given).unwrap_or_default();
    terminal::read_or_not(io::stdout().lock().write_all(&source))?;
    let failed = complain_of(scan.problems.iter().chain(&fixed.problems));
    let left = fixed.linked.findings.iter().any(|finding| scan.fails(finding));
    Ok(if failed {
        Outcome::Failed
    } else if check.exit_non_zero_on_fix && fixed.count > 0 || left && !check.exit_zero {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}

/// Everything the formats need, with the paths that people know.
fn report(
    check: &Check,
    scan: &Scan,
    linked: Linked,
    problems: Vec<scan::Problem>,
    fixed: usize,
    files: usize,
) -> Report {
    let display = |key: &str| scan.file(key).map_or_else(|| key.to_owned(), |file| file.display.clone());
    let with_edits = check.wants(&[Format::Json, Format::Jsonl, Format::Sarif, Format::Rdjson]);
    let mut wanted = BTreeSet::new();
    for finding in &linked.findings {
        wanted.insert(finding.path.clone());
        wanted.extend(finding.labels.iter().map(|label| label.path.clone()));
    }
    let mut sources = BTreeMap::new();
    for key in &wanted {
        let Some(file) = scan.file(key) else { continue };
        let Some(bytes) = file.bytes() else { continue };
        let decoded = decode(&bytes);
        sources.insert(file.display.clone(), Source::new(decoded.text.into_owned(), decoded.bom, file.secrets()));
    }
    let mut findings = linked.findings;
    findings.sort_by(|a, b| (&a.path, a.span, &a.code).cmp(&(&b.path, b.span, &b.code)));
    let mut fixes = Vec::new();
    for same in findings.chunk_by(|a, b| a.path == b.path) {
        fixes.extend(fixes_of(scan, sources.get(&display(&same[0].path)), same, with_edits));
    }
    let findings = findings.into_iter().zip(fixes).filter_map(|(mut finding, (fix, alternatives))| {
        let page = rules::page(&finding.code.0)?;
        let fails = scan.fails(&finding);
        for label in &mut finding.labels {
            label.path = display(&label.path);
        }
        finding.path = display(&finding.path);
        Some(Shown { finding, page, fix, alternatives, baselined: false, fails })
    });
    let mut findings: Vec<Shown> = findings.collect();
    findings.sort_by(|a, b| {
        let key = |shown: &Shown| (shown.finding.path.clone(), shown.finding.span, shown.finding.code.clone());
        key(a).cmp(&key(b))
    });
    Report {
        findings,
        errors: problems
            .into_iter()
            .map(|one| Problem { path: one.display, message: one.message, help: one.help })
            .collect(),
        files,
        sources,
        show_notes: check.notes,
        show_all: check.all,
        summary: !check.quiet,
        again: again(check),
        fixed,
        suppressed: linked.suppressed,
        skipped: scan.files.iter().filter(|file| file.shown && file.skipped).count(),
        gate: None,
        budgets: Vec::new(),
        pinned: linked.pinned,
        tool_version: env!("CARGO_PKG_VERSION"),
        site: option_env!("CARGO_PKG_HOMEPAGE").filter(|site| !site.is_empty()).map(str::to_owned),
    }
}

/// The fix of a finding, and what may be meant instead.
type Offer = (Option<Settled>, Vec<Settled>);

/// The fixes of one file's findings, each complete by itself; the file is parsed once for all of them.
fn fixes_of(scan: &Scan, source: Option<&Source>, findings: &[Judged], with_edits: bool) -> Vec<Offer> {
    let offers = |settle: &dyn Fn(&Proposal) -> Option<Settled>| -> Vec<Offer> {
        let offer = |finding: &Judged| {
            let fix = finding.fix.as_ref().and_then(settle);
            let others = finding.alternatives.iter().filter(|_| fix.is_some()).filter_map(settle).collect();
            (fix, others)
        };
        findings.iter().map(offer).collect()
    };
    let settled = |proposal: &Proposal, edits| Settled { title: proposal.title.clone(), safe: proposal.safe, edits };
    if !with_edits || findings.iter().all(|finding| finding.fix.is_none()) {
        return offers(&|proposal| Some(settled(proposal, Vec::new())));
    }
    let file = findings.first().and_then(|finding| scan.file(&finding.path));
    let (Some(file), Some(source)) = (file, source) else { return offers(&|_| None) };
    let tree = python::parse(&source.text, file.kind);
    let imports = Imports::read(&tree);
    let keep = fixing::keeps_imports(&findings[0].path);
    let edit = |(span, text)| TextEdit { path: file.display.clone(), span, text };
    offers(&|proposal| {
        let edits = fix::complete(&imports, &source.text, proposal, keep)?;
        Some(settled(proposal, edits.into_iter().map(edit).collect()))
    })
}

/// What the user typed to choose files and rules, as it has to be typed again.
fn again(check: &Check) -> String {
    let mut words: Vec<String> = Vec::new();
    let paths: Vec<_> = check.paths.iter().filter(|path| path.as_os_str() != ".").collect();
    words.extend(paths.iter().take(3).map(|path| path.to_string_lossy().into_owned()));
    if paths.len() > 3 {
        words.push("...".to_owned());
    }
    let lists = [("--select", &check.select), ("--extend-select", &check.extend_select), ("--ignore", &check.ignore)];
    for (flag, rules) in lists.into_iter().filter(|(_, rules)| !rules.is_empty()) {
        words.extend([flag.to_owned(), rules.join(",")]);
    }
    words.extend(check.config.iter().flat_map(|setting| ["--config".to_owned(), setting.clone()]));
    let quoted = |word: &String| {
        let plain = |c: char| c.is_alphanumeric() || "-_./,=:+@".contains(c);
        if word.chars().all(plain) { format!(" {word}") } else { format!(" '{}'", word.replace('\'', "'\\''")) }
    };
    words.iter().map(quoted).collect()
}

fn render(check: &Check, when: When, report: &Report) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    if check.statistics {
        report::statistics::render(report, &mut out)?;
    } else {
        one_format(check.screen(), when, report, &mut out)?;
    }
    out.flush()
}

fn one_format(format: Format, when: When, report: &Report, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => {
            let color = terminal::color(when);
            let options = report::text::Options {
                color,
                width: terminal::width(),
                unicode: terminal::unicode(),
                hyperlinks: color,
                pages: terminal::pages(),
            };
            report::text::render(report, options, out)
        }
        Format::Concise => report::concise::render(report, out),
        Format::Json => report::json::render(report, out),
        Format::Jsonl => report::json::render_lines(report, out),
        Format::Sarif => report::sarif::render(report, out),
        Format::Github => report::github::render(report, out),
        Format::Gitlab => report::gitlab::render(report, out),
        Format::Junit => report::junit::render(report, out),
        Format::Rdjson => report::rdjson::render(report, out),
        Format::Sonar => report::sonar::render(report, out),
        Format::Markdown => report::markdown::render(report, out),
    }
}

/// Writes the reports that go to files, and the summary of a GitHub job; whether all could be written.
fn files(check: &Check, report: &Report) -> bool {
    let mut whole = true;
    for (format, path) in check.formats.iter().filter_map(|wanted| Some((wanted.format, wanted.file.as_ref()?))) {
        let mut bytes = Vec::new();
        let written = one_format(format, When::Never, report, &mut bytes).and_then(|()| std::fs::write(path, &bytes));
        if let Err(error) = written {
            let message = format!("{}: cannot write it: {}", path.display(), scan::plain(&error));
            terminal::complain(&message, Some("name a file in a folder that is there and can be written to"));
            whole = false;
        }
    }
    // GitHub shows ten annotations of a kind; the summary has the others.
    if check.wants(&[Format::Github])
        && let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty())
    {
        let mut bytes = Vec::new();
        let append = std::fs::OpenOptions::new().create(true).append(true).open(&path);
        let written = report::markdown::render(report, &mut bytes)
            .and_then(|()| append.and_then(|mut file| file.write_all(&bytes)));
        if let Err(error) = written {
            let message = format!("the summary of the job could not be written: {}", scan::plain(&error));
            terminal::complain(&message, None);
        }
    }
    whole
}

fn outcome(check: &Check, report: &Report) -> Outcome {
    let failing = report.findings.iter().any(|shown| shown.fails && !shown.baselined)
        || report.budgets.iter().any(|(_, total, most)| total > most);
    if !report.errors.is_empty() {
        Outcome::Failed
    } else if check.exit_non_zero_on_fix && report.fixed > 0 || failing && !check.exit_zero {
        Outcome::Findings
    } else {
        Outcome::Clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const VALUE: &str = "Planted!4799x";

    /// Run by the test below, in a process of its own.
    #[test]
    #[ignore = "it panics"]
    fn panics() {
        quiet_panics();
        let text = format!("ä{VALUE}");
        let caught = std::panic::catch_unwind(|| text[1..].len());
        assert!(caught.is_err());
    }

    #[test]
    fn a_panic_quotes_nothing() {
        let own = std::env::current_exe().expect("the test itself");
        let mut command = Command::new(own);
        command.args(["--exact", "cli::check::tests::panics", "--ignored", "--nocapture"]).env("DAVY_BACKTRACE", "1");
        let output = command.output().expect("it runs");
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(text.contains("panicked at") && text.contains("1 passed"), "{text}");
        assert!(!text.contains(VALUE), "{text}");
    }
}
