//! Rules of ruff that say what davy says: off in ruff's configuration, so that nothing is reported twice.

use super::{Change, Site, Step, text_of};
use std::path::PathBuf;
use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

/// What davy owns: naive `utcnow` and `utcfromtimestamp`, private access, hardcoded passwords.
const OWNED: [&str; 6] = ["DTZ003", "DTZ004", "SLF001", "S105", "S106", "S107"];

/// What ruff selects where nothing says so and davy cares for: its version 0.17.6, asked with an empty configuration.
const BY_DEFAULT: [&str; 3] = ["DTZ003", "DTZ004", "RUF100"];

/// `own` are the files that davy is about to write: one of them may be ruff's, too.
pub fn step(site: &Site, own: &[Change]) -> Step {
    let Some((path, is_pyproject)) = configuration(site) else { return Step::default() };
    let old = match own.iter().find(|change| change.path == path) {
        Some(change) => Ok(Some(change.new.clone())),
        None => text_of(&path),
    };
    let Ok(Some(old)) = old else { return Step::default() };
    match edited(&old, is_pyproject) {
        Some(new) => Step::write(vec![Change::edited(path, old, new)]),
        None => Step::default(),
    }
}

/// The file that ruff takes its configuration from, the nearest one upward to the top of the repository.
fn configuration(site: &Site) -> Option<(PathBuf, bool)> {
    let top = site.top.as_deref().unwrap_or(&site.folder);
    for folder in site.folder.ancestors().take_while(|folder| folder.starts_with(top)) {
        for name in [".ruff.toml", "ruff.toml"] {
            if folder.join(name).is_file() {
                return Some((folder.join(name), false));
            }
        }
        let pyproject = folder.join("pyproject.toml");
        let text = text_of(&pyproject).ok().flatten().unwrap_or_default();
        let table = text.parse::<toml::Table>().unwrap_or_default();
        if table.get("tool").and_then(|tool| tool.get("ruff")).is_some() {
            return Some((pyproject, true));
        }
    }
    None
}

/// The text with davy's rules ignored; none where ruff reports none of them.
fn edited(text: &str, is_pyproject: bool) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let mut root: &mut dyn TableLike = document.as_table_mut();
    if is_pyproject {
        for key in ["tool", "ruff"] {
            root = root.get_mut(key)?.as_table_like_mut()?;
        }
    }
    // Until 0.2 the keys stood at the top; ruff still reads them there.
    let lint = |key: &str| root.get("lint").and_then(|lint| lint.get(key));
    let words = |key: &str| -> Vec<String> {
        let lists = [root.get(key), lint(key)].into_iter().flatten().filter_map(Item::as_array).flatten();
        lists.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let chosen = words("select");
    let by_default = if chosen.is_empty() { BY_DEFAULT.map(str::to_owned).to_vec() } else { chosen };
    let selected: Vec<String> = by_default.into_iter().chain(words("extend-select")).collect();
    let ignored: Vec<String> = ["ignore", "extend-ignore"].into_iter().flat_map(words).collect();
    let reports = |code: &str| {
        let said = |list: &[String]| list.iter().filter(|word| means(word, code)).map(String::len).max();
        match (said(&selected), said(&ignored)) {
            (Some(select), Some(ignore)) => select > ignore,
            (select, None) => select.is_some(),
            (None, Some(_)) => false,
        }
    };
    let codes: Vec<&str> = OWNED.into_iter().filter(|code| reports(code)).collect();
    if codes.is_empty() {
        return None;
    }
    // ruff would call the comments that silence them unused.
    let finds_unused = selected.iter().any(|word| means(word, "RUF100"));
    let is_old = lint("ignore").is_none() && (root.contains_key("ignore") || root.contains_key("select"));
    let table: &mut dyn TableLike = if is_old {
        root
    } else {
        root.entry("lint").or_insert_with(|| Item::Table(Table::new())).as_table_like_mut()?
    };
    add(table, "ignore", &codes)?;
    if finds_unused {
        add(table, "external", &codes)?;
    }
    Some(document.to_string())
}

/// Whether a selector of ruff's means a rule: the letters are a linter's, the digits a beginning.
fn means(selector: &str, code: &str) -> bool {
    let digits = |word: &str| word.find(|char: char| char.is_ascii_digit()).unwrap_or(word.len());
    let (letters, rest) = selector.split_at(digits(selector));
    let (own, number) = code.split_at(digits(code));
    selector == "ALL" || letters == own && number.starts_with(rest)
}

/// Adds words to a list, in the style that it has: comments stay beside the words that they stand beside.
fn add(table: &mut dyn TableLike, key: &str, codes: &[&str]) -> Option<()> {
    let list = table.entry(key).or_insert_with(|| Item::Value(Value::Array(Array::new()))).as_array_mut()?;
    let new: Vec<&str> =
        codes.iter().filter(|code| !list.iter().any(|word| word.as_str() == Some(code))).copied().collect();
    let text = |raw: Option<&toml_edit::RawString>| raw.and_then(|raw| raw.as_str()).unwrap_or_default().to_owned();
    let last = list.iter().last().map(|value| (text(value.decor().prefix()), text(value.decor().suffix())));
    let (prefix, suffix) = last.unwrap_or_default();
    let after = suffix + &text(Some(list.trailing()));
    let indent = match prefix.rsplit_once('\n') {
        Some((_, indent)) => indent,
        None if after.contains('#') => "    ",
        None => {
            new.into_iter().for_each(|code| list.push(code));
            return Some(());
        }
    };
    // One a line. What stands between the last word, its comma and the bracket goes in front of the first new one.
    if let Some(index) = list.len().checked_sub(1)
        && let Some(value) = list.get_mut(index)
    {
        value.decor_mut().set_suffix("");
    }
    let (mut before, end) =
        after.rsplit_once('\n').map_or((String::new(), ""), |(before, end)| (before.to_owned(), end));
    for code in new {
        let mut value = Value::from(code);
        value.decor_mut().set_prefix(format!("{}\n{indent}", std::mem::take(&mut before)));
        list.push_formatted(value);
    }
    list.set_trailing(format!("\n{end}"));
    list.set_trailing_comma(true);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ruff_reports_as_well_is_switched_off() {
        let cases = [
            (
                "[lint]\nselect = [\"E\", \"S\"] # mine\nignore = [\"S101\"]\n",
                "[lint]\nselect = [\"E\", \"S\"] # mine\nignore = [\"S101\", \"S105\", \"S106\", \"S107\"]\n",
            ),
            (
                "lint.select = [\"ALL\"]\nlint.ignore = [\n    \"D\", # docs\n    \"S105\",\n]\n",
                "lint.select = [\"ALL\"]\nlint.ignore = [\n    \"D\", # docs\n    \"S105\",\n    \"DTZ003\",\n    \"DTZ004\",\n    \"SLF001\",\n    \"S106\",\n    \"S107\",\n]\nlint.external = [\"DTZ003\", \"DTZ004\", \"SLF001\", \"S106\", \"S107\"]\n",
            ),
            (
                "lint.select = [\"SLF\"]\nlint.ignore = [\n  # all\n  \"D\", # docs\n  \"E\" # e\n  # end\n]\n",
                "lint.select = [\"SLF\"]\nlint.ignore = [\n  # all\n  \"D\", # docs\n  \"E\", # e\n  # end\n  \"SLF001\",\n]\n",
            ),
            (
                "lint.select = [\"SLF\"]\nlint.ignore = [\n  \"E\", # e\n]\n",
                "lint.select = [\"SLF\"]\nlint.ignore = [\n  \"E\", # e\n  \"SLF001\",\n]\n",
            ),
            (
                "lint.select = [\"SLF\"]\nlint.ignore = [\"D\", \"ANN\"  # docs\n]\n",
                "lint.select = [\"SLF\"]\nlint.ignore = [\"D\", \"ANN\",  # docs\n    \"SLF001\",\n]\n",
            ),
            ("select = [\"DTZ003\"]\n", "select = [\"DTZ003\"]\nignore = [\"DTZ003\"]\n"),
            (
                "line-length = 100\n\n[lint]\nextend-select = [\"SLF\"]\n",
                "line-length = 100\n\n[lint]\nextend-select = [\"SLF\"]\nignore = [\"DTZ003\", \"DTZ004\", \"SLF001\"]\nexternal = [\"DTZ003\", \"DTZ004\", \"SLF001\"]\n",
            ),
        ];
        for (before, after) in cases {
            assert_eq!(edited(before, false).as_deref(), Some(after), "{before}");
            assert_eq!(edited(after, false), None, "nothing is done twice: {after}");
        }
    }

    #[test]
    fn what_ruff_does_not_report_stays() {
        for text in
            ["[lint]\nselect = [\"E\", \"SIM\"]\n", "[lint]\nselect = [\"S\"]\nignore = [\"S10\"]\n", "not toml"]
        {
            assert_eq!(edited(text, false), None, "{text}");
        }
        let pyproject = "[tool.ruff.lint]\nselect = [\"DTZ\"]\n[tool.other]\nx = 1\n";
        let after = "[tool.ruff.lint]\nselect = [\"DTZ\"]\nignore = [\"DTZ003\", \"DTZ004\"]\n[tool.other]\nx = 1\n";
        assert_eq!(edited(pyproject, true).as_deref(), Some(after));
    }
}
