//! Import requests: which local name stands for `module.name` at a place, and the one import line that changes for it.
//!
//! Works on one file, after all other edits are known. An import of its own is added only where nothing can be extended.

use super::ast::{self, Expr, Stmt};
use super::bound::stored;
use super::walk::{blocks, imported};
use super::{Tree, deeper, span};
use crate::finding::{Edit, Piece, Rebind};
use crate::text::{Span, line_end, line_start};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// A replacement in plain text.
pub type Replacement = (Span, String);

/// Two new import lines at one place become one insertion.
fn join_insertions(settled: Vec<Replacement>) -> Vec<Replacement> {
    let mut joined: Vec<Replacement> = Vec::new();
    for (span, new) in settled {
        match joined.last_mut() {
            Some((last, text)) if *last == span && span.start == span.end => text.push_str(&new),
            _ => joined.push((span, new)),
        }
    }
    joined
}

#[derive(Default)]
struct Wanted {
    /// Changes of `from` statements, by their place among the imports.
    statements: BTreeMap<usize, Change>,
    /// New statements: a module, and the name where it is a `from` import.
    fresh: BTreeSet<(String, Option<Imported>)>,
}

/// A name of a `from` import, with its alias.
type Imported = (String, Option<String>);

#[derive(Default)]
struct Change {
    added: BTreeSet<String>,
    removed: BTreeSet<String>,
    /// Statements that follow, as module and names: what an alias moves to where the file has no better place for it.
    beside: BTreeMap<String, BTreeSet<String>>,
}

/// One import statement.
struct Import<'a> {
    stmt: &'a Stmt,
    /// The function that holds it; `None` at module level.
    function: Option<Span>,
    /// Runs whenever its block does: not under `if`, `try` or `TYPE_CHECKING`.
    plain: bool,
}

/// What a file imports, and the names that it binds.
pub struct Imports<'a> {
    all: Vec<Import<'a>>,
    /// How often each name is bound, anywhere in the file.
    bound: FxHashMap<&'a str, usize>,
    body: &'a [Stmt],
    /// Docstrings, which use no name.
    prose: Vec<Span>,
}

impl<'a> Imports<'a> {
    /// Reads them once for any number of fixes of one file.
    pub fn read(tree: &'a Tree) -> Imports<'a> {
        let mut file = Imports { all: Vec::new(), bound: FxHashMap::default(), body: tree.body(), prose: Vec::new() };
        file.block(tree.body(), None, true);
        file
    }

    /// Turns edits into plain replacements, adds the imports they need and drops the names they orphan.
    /// `keep` says that others may import any name from this self. `None` where a name finds no place.
    pub fn settle(
        &self,
        text: &str,
        edits: &[Edit],
        orphans: &[String],
        rebinds: &[Rebind],
        keep: bool,
    ) -> Option<Vec<Replacement>> {
        let mut settled = Vec::new();
        let mut wanted = Wanted::default();
        for rebind in rebinds {
            self.rebind(rebind, text, keep, &mut wanted)?;
        }
        for edit in edits {
            let mut new = String::new();
            for piece in &edit.text {
                match piece {
                    Piece::Text(part) => new.push_str(part),
                    Piece::Source(span) => new.push_str(span.of(text)),
                    Piece::Name { module, name } => new.push_str(&self.spell(module, name, edit.span, &mut wanted)?),
                    Piece::Ask(_) => return None,
                }
            }
            settled.push((edit.span, new));
        }
        if !keep {
            for orphan in orphans {
                if let Some(at) = self.orphaned(orphan, text, &settled) {
                    wanted.statements.entry(at).or_default().removed.insert(orphan.clone());
                }
            }
        }
        self.join_fresh(&mut wanted);
        for (&at, change) in &wanted.statements {
            settled.extend(self.change(at, change, text)?);
        }
        // Several may come to stand at one place: in the order of their groups.
        let mut fresh: Vec<&(String, Option<Imported>)> = wanted.fresh.iter().collect();
        fresh.sort_by_key(|(module, name)| (Group::of(module), name.is_some()));
        for (module, name) in fresh {
            let goes = |stmt: &Stmt| self.goes(stmt, &wanted);
            settled.push(self.insert(module, name.as_ref(), text, &goes));
        }
        settled.sort_by_key(|(span, _)| (span.start, span.end));
        Some(join_insertions(settled))
    }

    fn bind(&mut self, name: &'a str) {
        *self.bound.entry(name).or_default() += 1;
    }

    fn block(&mut self, body: &'a [Stmt], function: Option<Span>, plain: bool) {
        for stmt in body {
            deeper(|| self.stmt(stmt, function, plain));
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt, function: Option<Span>, plain: bool) {
        match stmt {
            Stmt::Expr(expr) if matches!(*expr.value, Expr::StringLiteral(_)) => self.prose.push(span(stmt)),
            Stmt::Import(import) => {
                import.names.iter().for_each(|alias| self.bind(imported(alias).0));
                self.all.push(Import { stmt, function, plain });
            }
            Stmt::ImportFrom(import) => {
                let names = import.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str());
                names.for_each(|name| self.bind(name));
                self.all.push(Import { stmt, function, plain });
            }
            Stmt::FunctionDef(definition) => {
                self.bind(definition.name.as_str());
                definition.parameters.iter().for_each(|parameter| self.bind(parameter.name().as_str()));
                self.block(&definition.body, Some(span(definition)), true);
            }
            Stmt::ClassDef(class) => {
                self.bind(class.name.as_str());
                self.block(&class.body, function, false);
            }
            other => {
                let mut targets = Vec::new();
                stored(other, &mut targets);
                targets.into_iter().for_each(|name| self.bind(name));
                let mut inner = Vec::new();
                blocks(other, &mut |body| inner.push(body));
                for body in inner {
                    self.block(body, function, false);
                }
            }
        }
    }

    /// Whether a name is bound by nothing but one import.
    fn only(&self, name: &str) -> bool {
        self.bound.get(name) == Some(&1)
    }

    /// The spelling of `module.name` at a place, and what has to change so that it is bound.
    fn spell(&self, module: &str, name: &str, at: Span, wanted: &mut Wanted) -> Option<String> {
        let reaches = |import: &Import| match import.function {
            None => true,
            Some(function) => function.contains(at),
        };
        let before = |import: &&Import| {
            let start = span(import.stmt).start;
            import.plain && reaches(import) && start < at.start
        };
        let near = || self.all.iter().enumerate().rev().filter(|(_, import)| before(import));
        let dotted = |base: &str| if name.is_empty() { base.to_owned() } else { format!("{base}.{name}") };
        // A name that an import binds already.
        for (_, import) in near() {
            match import.stmt {
                Stmt::ImportFrom(from) if !name.is_empty() && from.level == 0 && module_of(from) == module => {
                    for alias in from.names.iter().filter(|alias| alias.name.as_str() == name) {
                        let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                        if self.only(local) {
                            return Some(local.to_owned());
                        }
                    }
                }
                _ => {}
            }
        }
        for (_, import) in near() {
            if let Stmt::Import(import) = import.stmt {
                for alias in import.names.iter().filter(|alias| alias.name.as_str() == module) {
                    let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    let top = local.split('.').next().unwrap_or(local);
                    if self.bound.get(top).copied().unwrap_or_default() == self.imports_of(top) {
                        return Some(dotted(local));
                    }
                }
            }
        }
        if name.is_empty() {
            if self.bound.contains_key(module) {
                return None;
            }
            wanted.fresh.insert((module.to_owned(), None));
            return Some(module.to_owned());
        }
        // A statement that can take one more name.
        let extend = near().find(|(_, import)| match import.stmt {
            Stmt::ImportFrom(from) => {
                from.level == 0
                    && module_of(from) == module
                    && from.names.iter().all(|alias| alias.name.as_str() != "*")
            }
            _ => false,
        });
        let (local, entry) = self.free(module, name)?;
        match extend {
            Some((index, _)) => {
                wanted.statements.entry(index).or_default().added.insert(entry);
            }
            None => {
                let alias = (local != name).then(|| local.clone());
                wanted.fresh.insert((module.to_owned(), Some((name.to_owned(), alias))));
            }
        }
        Some(local)
    }

    fn imports_of(&self, name: &str) -> usize {
        let binds = |import: &&Import| match import.stmt {
            Stmt::Import(import) => import.names.iter().any(|alias| imported(alias).0 == name),
            _ => false,
        };
        self.all.iter().filter(binds).count()
    }

    /// A local name that nothing in the file binds, and the text that imports it.
    fn free(&self, module: &str, name: &str) -> Option<(String, String)> {
        if !self.bound.contains_key(name) {
            return Some((name.to_owned(), name.to_owned()));
        }
        let prefix = module.rsplit('.').next().unwrap_or(module);
        let candidates = [format!("{prefix}_{name}"), format!("_{name}"), format!("_{prefix}_{name}")];
        let local = candidates.into_iter().find(|local| !self.bound.contains_key(local.as_str()))?;
        let entry = format!("{name} as {local}");
        Some((local, entry))
    }

    /// The statement from which an orphaned name can go: it is imported once and nothing names it any more.
    fn orphaned(&self, name: &str, text: &str, settled: &[Replacement]) -> Option<usize> {
        if !self.only(name) {
            return None;
        }
        let at = self.all.iter().position(|import| {
            import.plain
                && match import.stmt {
                    Stmt::ImportFrom(from) => {
                        from.names.iter().any(|alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str() == name)
                    }
                    _ => false,
                }
        })?;
        let own = span(self.all[at].stmt);
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let elsewhere = text.match_indices(name).any(|(start, found)| {
            let here = Span::new(start as u32, (start + found.len()) as u32);
            let whole = !text[..start].ends_with(word) && !text[start + found.len()..].starts_with(word);
            let comment =
                text[..start].rfind(['\n', '\r']).map_or(&text[..start], |line| &text[line..start]).contains('#');
            let prose = self.prose.iter().any(|docstring| docstring.contains(here));
            whole && !comment && !prose && !own.contains(here) && !settled.iter().any(|(span, _)| span.contains(here))
        });
        let again = settled.iter().any(|(_, new)| {
            new.match_indices(name)
                .any(|(start, found)| !new[..start].ends_with(word) && !new[start + found.len()..].starts_with(word))
        });
        (!elsewhere && !again).then_some(at)
    }

    /// Imports a name from elsewhere, or not at all.
    fn rebind(&self, rebind: &Rebind, text: &str, keep: bool, wanted: &mut Wanted) -> Option<()> {
        let holds = |import: &Import| span(import.stmt).contains(rebind.at);
        let at = self.all.iter().position(holds)?;
        let Stmt::ImportFrom(from) = self.all[at].stmt else { return None };
        let alias = from.names.iter().find(|alias| span(*alias) == rebind.at)?;
        let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
        if rebind.module.is_empty() {
            if keep || self.orphaned(local, text, &[]) != Some(at) {
                return None;
            }
            wanted.statements.entry(at).or_default().removed.insert(local.to_owned());
            return Some(());
        }
        let entry = if rebind.name == local { rebind.name.clone() } else { format!("{} as {local}", rebind.name) };
        wanted.statements.entry(at).or_default().removed.insert(local.to_owned());
        let takes = |other: &Import| {
            other.plain
                && other.function == self.all[at].function
                && match other.stmt {
                    Stmt::ImportFrom(from) => {
                        from.level == 0
                            && module_of(from) == rebind.module
                            && from.names.iter().all(|alias| alias.name.as_str() != "*")
                    }
                    _ => false,
                }
        };
        let own = &self.all[at];
        match self.all.iter().position(takes).filter(|_| own.plain) {
            Some(other) => {
                wanted.statements.entry(other).or_default().added.insert(entry);
            }
            None => {
                let beside = &mut wanted.statements.entry(at).or_default().beside;
                beside.entry(rebind.module.clone()).or_default().insert(entry);
            }
        }
        Some(())
    }

    /// A new name joins the statement that another change makes of an import from the same module, if that is in the head of the file.
    fn join_fresh(&self, wanted: &mut Wanted) {
        let head = self.body.iter().take_while(|stmt| is_head(stmt)).last().map_or(0, |last| span(last).end);
        let Wanted { statements, fresh } = wanted;
        fresh.retain(|(module, name)| {
            let Some((name, alias)) = name else { return true };
            let entry = alias.as_ref().map_or(name.clone(), |alias| format!("{name} as {alias}"));
            let takes = |at: usize| {
                let import = &self.all[at];
                import.plain && import.function.is_none() && span(import.stmt).end <= head
            };
            let joined = statements.iter_mut().filter(|(at, _)| takes(**at));
            let joined = joined.filter_map(|(_, change)| change.beside.get_mut(module)).next();
            joined.map(|names| names.insert(entry)).is_none()
        });
    }

    /// The replacements that change one `from` statement; `None` where it cannot be done.
    fn change(&self, at: usize, change: &Change, text: &str) -> Option<Vec<Replacement>> {
        let import = &self.all[at];
        let Stmt::ImportFrom(from) = import.stmt else { return None };
        let local = |alias: &ast::Alias| alias.asname.as_ref().unwrap_or(&alias.name).as_str().to_owned();
        let kept: Vec<&ast::Alias> =
            from.names.iter().filter(|alias| !change.removed.contains(&local(alias))).collect();
        let whole = span(from);
        let source = whole.of(text);
        let statement = |(module, names): (&String, &BTreeSet<String>)| {
            format!("from {module} import {}", names.iter().cloned().collect::<Vec<_>>().join(", "))
        };
        let beside: Vec<String> = change.beside.iter().map(statement).collect();
        if kept.is_empty() && change.added.is_empty() {
            if beside.is_empty() {
                return self.remove(import, text).map(|removal| vec![removal]);
            }
            let joined = beside.join(&format!("{}{}", newline_of(text), indent_before(whole.start, text)?));
            return (!source.contains('#')).then(|| vec![(whole, joined)]);
        }
        let mut replacements = Vec::new();
        if !beside.is_empty() {
            let rest = &text[whole.end as usize..];
            let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
            let behind = rest[..end].trim_start();
            if !(behind.is_empty() || behind.starts_with('#')) {
                return None;
            }
            let (newline, indent) = (newline_of(text), indent_before(whole.start, text)?);
            let lines: String = beside.iter().map(|line| format!("{newline}{indent}{line}")).collect();
            replacements.push((Span::at(whole.end + end as u32), lines));
        }
        if change.added.is_empty() && change.removed.is_empty() {
            return Some(replacements);
        }
        replacements.extend(self.names(from, &kept, change, text));
        Some(replacements)
    }

    /// The names of a `from` statement, changed.
    fn names(&self, from: &ast::StmtImportFrom, kept: &[&ast::Alias], change: &Change, text: &str) -> Vec<Replacement> {
        let source = span(from).of(text);
        let (Some(first), Some(last)) = (from.names.first(), from.names.last()) else { return Vec::new() };
        if source.contains('#') {
            return Self::change_around_comments(from, change, text);
        }
        let entries: Vec<String> = kept.iter().map(|alias| span(*alias).of(text).to_owned()).collect();
        let entries = insert_sorted(entries, &change.added);
        let names = Span::new(span(first).start, span(last).end);
        let joined = if source.contains(['\n', '\r']) && source.contains('(') {
            let start = names.start as usize;
            let line = line_start(text, start as u32) as usize;
            let indent = &text[line..start];
            let lines = source.lines().count().saturating_sub(2);
            if indent.trim().is_empty() && lines >= from.names.len() {
                let newline = if source.contains("\r\n") { "\r\n" } else { "\n" };
                entries.join(&format!(",{newline}{indent}"))
            } else {
                entries.join(", ")
            }
        } else {
            entries.join(", ")
        };
        vec![(names, joined)]
    }

    /// Where comments stand between the names, each name is changed on its own: one that has a line takes its comment along.
    fn change_around_comments(from: &ast::StmtImportFrom, change: &Change, text: &str) -> Vec<Replacement> {
        let mut added = change.added.iter().cloned().collect::<Vec<_>>();
        let mut replacements = Vec::new();
        let owns_line = |here: Span| {
            let before = &text[line_start(text, here.start) as usize..here.start as usize];
            let rest = &text[here.end as usize..];
            let rest = &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())];
            let behind = rest.trim_start().strip_prefix(',').unwrap_or(rest).trim_start();
            before.trim().is_empty() && (behind.is_empty() || behind.starts_with('#'))
        };
        for alias in &from.names {
            let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            if !change.removed.contains(local) {
                continue;
            }
            let here = span(alias);
            if owns_line(here) {
                let line = Span::new(line_start(text, here.start), line_end(text, here.end));
                replacements.push((line, String::new()));
                continue;
            }
            if let Some(new) = added.pop() {
                replacements.push((here, new));
                continue;
            }
            let rest = &text[here.end as usize..];
            let comma = rest.len() - rest.trim_start().len();
            let end = if rest[comma..].starts_with(',') { here.end + comma as u32 + 1 } else { here.end };
            replacements.push((Span::new(here.start, end), String::new()));
        }
        if let (Some(first), false) = (from.names.first(), added.is_empty()) {
            let here = span(first);
            let start = line_start(text, here.start);
            let indent = &text[start as usize..here.start as usize];
            if owns_line(here) {
                let newline = newline_of(text);
                let lines: String = added.iter().map(|entry| format!("{indent}{entry},{newline}")).collect();
                replacements.push((Span::at(start), lines));
            } else {
                replacements.push((Span::at(here.start), format!("{}, ", added.join(", "))));
            }
        }
        replacements
    }

    /// Takes a statement away with its line, unless something else shares the line or needs the block.
    fn remove(&self, import: &Import, text: &str) -> Option<Replacement> {
        if import.function.is_some() || !import.plain {
            return None;
        }
        let here = span(import.stmt);
        let start = line_start(text, here.start) as usize;
        let rest = &text[here.end as usize..];
        let stop = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let alone = text[start..here.start as usize].trim().is_empty() && rest[..stop].trim().is_empty();
        let breaks = if rest[stop..].starts_with("\r\n") { 2 } else { usize::from(stop < rest.len()) };
        alone.then(|| (Span::new(start as u32, here.end + (stop + breaks) as u32), String::new()))
    }

    /// Whether an import loses all its names, and goes.
    fn goes(&self, stmt: &Stmt, wanted: &Wanted) -> bool {
        let Stmt::ImportFrom(from) = stmt else { return false };
        let at = self.all.iter().position(|import| std::ptr::eq(import.stmt, stmt));
        let change = at.and_then(|at| wanted.statements.get(&at));
        change.is_some_and(|change| change.added.is_empty() && change.removed.len() == from.names.len())
    }

    /// A new statement, in the group it belongs to; `goes` tells of imports that will not be there.
    fn insert(&self, module: &str, name: Option<&Imported>, text: &str, goes: &dyn Fn(&Stmt) -> bool) -> Replacement {
        let statement = match name {
            None => format!("import {module}"),
            Some((name, None)) => format!("from {module} import {name}"),
            Some((name, Some(alias))) => format!("from {module} import {name} as {alias}"),
        };
        let newline = newline_of(text);
        let group = |stmt: &Stmt| match stmt {
            Stmt::ImportFrom(from) if from.level > 0 => Group::Relative,
            Stmt::ImportFrom(from) if module_of(from) == "__future__" => Group::Future,
            Stmt::ImportFrom(from) => Group::of(module_of(from)),
            Stmt::Import(import) => Group::of(import.names.first().map_or("", |alias| alias.name.as_str())),
            _ => Group::Relative,
        };
        let key = |stmt: &Stmt| match stmt {
            Stmt::ImportFrom(from) => (true, module_of(from).to_owned()),
            Stmt::Import(import) => {
                (false, import.names.first().map_or(String::new(), |alias| alias.name.as_str().to_owned()))
            }
            _ => (true, String::new()),
        };
        let own = Group::of(module);
        let own_key = (name.is_some(), module.to_owned());
        // Only the imports at the head of the file: what follows code of its own has its reasons.
        let head = self.body.iter().take_while(|stmt| is_head(stmt));
        let imports: Vec<&Stmt> = head.filter(|stmt| matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_))).collect();
        let same: Vec<&&Stmt> = imports.iter().filter(|stmt| group(stmt) == own).collect();
        let before_line = |stmt: &Stmt| line_start(text, span(stmt).start);
        let after_line = |stmt: &Stmt| line_end(text, span(stmt).end);
        if let Some(next) = same.iter().find(|stmt| key(stmt) > own_key) {
            return (Span::at(before_line(next)), format!("{statement}{newline}"));
        }
        if let Some(last) = same.last() {
            return after(after_line(last), &statement, newline, text);
        }
        if let Some(later) = imports.iter().find(|stmt| group(stmt) > own) {
            return (Span::at(before_line(later)), format!("{statement}{newline}{newline}"));
        }
        // What takes the place of the only import needs no gap to it.
        if let [only] = imports.as_slice()
            && goes(only)
        {
            return (Span::at(before_line(only)), format!("{statement}{newline}"));
        }
        if let Some(earlier) = imports.last() {
            return after(after_line(earlier), &format!("{newline}{statement}"), newline, text);
        }
        let docstring = self.body.first().filter(|stmt| is_docstring(stmt));
        match docstring {
            Some(docstring) => after(after_line(docstring), &format!("{newline}{statement}"), newline, text),
            None => {
                let at = self.body.first().map_or(text.len() as u32, |first| line_start(text, span(first).start));
                (Span::at(at), format!("{statement}{newline}{newline}"))
            }
        }
    }
}

fn after(at: u32, statement: &str, newline: &str, text: &str) -> Replacement {
    if text[..at as usize].ends_with(['\n', '\r']) {
        (Span::at(at), format!("{statement}{newline}"))
    } else {
        (Span::at(at), format!("{newline}{statement}"))
    }
}

fn newline_of(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The blanks in front of a statement that stands first on its line.
fn indent_before(start: u32, text: &str) -> Option<&str> {
    let indent = &text[line_start(text, start) as usize..start as usize];
    indent.trim().is_empty().then_some(indent)
}

fn is_docstring(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Expr(stmt) if matches!(*stmt.value, Expr::StringLiteral(_)))
}

fn is_head(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_) | Stmt::If(_) | Stmt::Try(_)) || is_docstring(stmt)
}

/// The groups of imports, in the order in which isort and ruff sort them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Future,
    Standard,
    Other,
    Relative,
}

impl Group {
    fn of(module: &str) -> Group {
        match module.split('.').next().unwrap_or(module) {
            "__future__" => Group::Future,
            top if super::stdlib::is_stdlib(top) => Group::Standard,
            _ => Group::Other,
        }
    }
}

/// Puts new entries where the order of the old ones has them; at the end where there is no order.
fn insert_sorted(mut entries: Vec<String>, added: &BTreeSet<String>) -> Vec<String> {
    type Key = fn(&String) -> (u8, String);
    let by_kind: Key = |entry| {
        let upper = entry.chars().all(|c| !c.is_lowercase()) && entry.len() > 1;
        let class = entry.starts_with(|c: char| c.is_uppercase());
        (
            if upper {
                0
            } else if class {
                1
            } else {
                2
            },
            entry.clone(),
        )
    };
    let by_case: Key = |entry| (0, entry.to_lowercase());
    let key = [by_kind, by_case].into_iter().find(|key| entries.is_sorted_by_key(key));
    for new in added {
        let at = match key {
            Some(key) => entries.partition_point(|entry| key(entry) <= key(new)),
            None => entries.len(),
        };
        entries.insert(at, new.clone());
    }
    entries
}

fn module_of(import: &ast::StmtImportFrom) -> &str {
    import.module.as_ref().map(|module| module.as_str()).unwrap_or_default()
}
