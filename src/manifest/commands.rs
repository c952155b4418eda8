//! What the files that start programs say of tests: makefiles, scripts, CI, and the commands that other manifests keep.

use std::collections::BTreeSet;

/// The words of a file that starts programs, wherever they stand: a folder of tests is named by `cd`, a list or an argument alike.
pub fn words(text: &str) -> BTreeSet<String> {
    of_lines(text.lines())
}

/// The words beside `pytest`, and beside `PYTHONPATH`, in a manifest that says much else.
pub fn words_beside_pytest(text: &str) -> BTreeSet<String> {
    of_lines(text.lines().filter(|line| ["pytest", "py.test", "PYTHONPATH"].iter().any(|word| line.contains(word))))
}

/// Whether what builds a project makes modules of other languages, as far as its words tell.
pub fn builds_modules(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "ext_modules",
        "ext-modules",
        "ext_package",
        "cffi_modules",
        "rust_extensions",
        "cython",
        "cythonize",
        "meson-python",
        "mesonpy",
        "scikit-build",
        "maturin",
        "pybind11",
        "nanobind",
        "setuptools-rust",
    ];
    let text = text.to_lowercase();
    WORDS.iter().any(|word| text.contains(word))
}

/// The table `[build-system]` of a `pyproject.toml`; empty where there is none.
pub fn build_system(text: &str) -> &str {
    let Some(start) = text.find("[build-system]") else { return "" };
    let table = &text[start..];
    &table[..table.find("\n[").unwrap_or(table.len())]
}

fn of_lines<'t>(lines: impl Iterator<Item = &'t str>) -> BTreeSet<String> {
    let between = |c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | '/' | '*');
    let comment = |line: &&str| !line.trim_start().starts_with('#');
    let all = lines.filter(comment).flat_map(|line| line.split(between));
    let plain = |word: &'t str| word.trim_start_matches("./").trim_end_matches(['/', '*', '.']);
    all.map(plain).filter(|word| !word.is_empty() && !word.starts_with('-')).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_named_in_many_ways() {
        let text = "e2e:\n\tcd tests/e2e && pytest -x\nall:\n\tpytest ./smoke/ 'load'\n# pytest old\n";
        let said = words(text);
        for word in ["tests/e2e", "smoke", "load"] {
            assert!(said.contains(word), "{word} in {said:?}");
        }
        assert!(!said.contains("old"));
        let beside = words_beside_pytest("[tool.ruff]\nexclude = [\"e2e\"]\n[scripts]\nslow = \"pytest slow\"\n");
        assert!(beside.contains("slow") && !beside.contains("e2e"), "{beside:?}");
    }
}
