//! Globs of the configuration, each with the folder it is written for.
//!
//! A plain name (`migrations`, `*_pb2.py`) means any file or folder of that name; with a slash (`app/gen/*`) it is a path from
//! that folder, where `*` also crosses slashes, as in ruff. A folder that matches takes everything below it along.

use globset::{GlobBuilder, GlobMatcher};
use std::path::{Path, PathBuf};

/// A glob and the folder it is written for.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As written.
    pub text: String,
    /// The folder it is written for; absolute.
    pub base: PathBuf,
    /// Written with a leading `!`: everything else is meant.
    pub negated: bool,
    anywhere: bool,
    glob: GlobMatcher,
}

impl Pattern {
    /// Reads a glob; the error says what is wrong with it.
    pub fn new(text: &str, base: &Path) -> Result<Pattern, String> {
        let (negated, mut body) = text.strip_prefix('!').map_or((false, text), |rest| (true, rest));
        let mut folder = base.to_owned();
        if let Some(rest) = base.to_str().and_then(|base| body.strip_prefix(base)).filter(|rest| rest.starts_with('/'))
        {
            body = rest;
        }
        let mut rooted = body.starts_with('/');
        body = body.trim_matches('/');
        loop {
            if let Some(rest) = body.strip_prefix("./") {
                body = rest;
            } else if let Some(rest) = body.strip_prefix("../") {
                body = rest;
                folder.pop();
            } else {
                break;
            }
            rooted = true;
        }
        if matches!(body, "" | "." | "..") {
            return Err("it names nothing".to_owned());
        }
        let glob = GlobBuilder::new(body).build().map_err(|error| error.kind().to_string())?;
        let anywhere = !rooted && !body.contains('/');
        Ok(Pattern { text: text.to_owned(), base: folder, negated, anywhere, glob: glob.compile_matcher() })
    }

    /// Whether it means this file or folder itself.
    pub fn matches(&self, path: &Path) -> bool {
        let Some(below) = self.below(path) else { return self.negated };
        let found = if self.anywhere {
            below.file_name().is_some_and(|name| self.glob.is_match(name))
        } else {
            self.glob.is_match(below)
        };
        found != self.negated
    }

    /// Whether it means this file or folder, or a folder above it.
    pub fn covers(&self, path: &Path) -> bool {
        let Some(below) = self.below(path) else { return self.negated };
        let found = if self.anywhere {
            below.iter().any(|name| self.glob.is_match(name))
        } else {
            below.ancestors().any(|part| self.glob.is_match(part))
        };
        found != self.negated
    }

    /// The part of an absolute path that the glob sees. A plain name sees a file elsewhere too, from where the ways part.
    fn below<'a>(&self, path: &'a Path) -> Option<&'a Path> {
        if let Ok(below) = path.strip_prefix(&self.base) {
            return Some(below);
        }
        if !self.anywhere {
            return None;
        }
        let shared = path.ancestors().find(|folder| self.base.starts_with(folder))?;
        path.strip_prefix(shared).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(pattern: &str, path: &str) -> bool {
        Pattern::new(pattern, Path::new("/p/backend")).unwrap().covers(Path::new(path))
    }

    #[test]
    fn a_plain_name_means_any_component_below() {
        assert!(covers("migrations", "/p/backend/app/migrations/0001.py"));
        assert!(covers("migrations/", "/p/backend/migrations"));
        assert!(covers("*_pb2.py", "/p/backend/gen/api_pb2.py"));
        assert!(covers("test_*", "/p/backend/test_x/helpers.py"));
        assert!(!covers("migrations", "/p/backend/app/migrations_old/a.py"));
        assert!(!covers("p", "/p/backend/a.py"), "folders above are not meant");
        assert!(covers("old", "/p/other/old/a.py"), "a file beside the folder");
        assert!(!covers("p", "/p/other/a.py"));
    }

    #[test]
    fn a_path_starts_at_its_folder() {
        assert!(covers("app/gen", "/p/backend/app/gen/deep/a.py"));
        assert!(covers("./app", "/p/backend/app/a.py"));
        assert!(covers("/app", "/p/backend/app/a.py"));
        assert!(covers("/p/backend/app", "/p/backend/app/a.py"));
        assert!(covers("app/*.py", "/p/backend/app/deep/a.py"), "as in ruff, a star crosses slashes");
        assert!(covers("**/gen/**", "/p/backend/x/gen/a.py"));
        assert!(covers("../shared/*", "/p/shared/a.py"));
        assert!(covers("{a,b}/c.py", "/p/backend/b/c.py"));
        assert!(!covers("app/gen", "/p/backend/x/app/gen/a.py"));
        assert!(!covers("./app", "/p/backend/x/app/a.py"));
        assert!(!covers("app/gen", "/q/app/gen"));
    }

    #[test]
    fn a_folder_itself() {
        let pattern = Pattern::new("gen", Path::new("/p")).unwrap();
        assert!(pattern.matches(Path::new("/p/x/gen")));
        assert!(!pattern.matches(Path::new("/p/gen/a.py")));
    }

    #[test]
    fn an_exclamation_mark_turns_it_round() {
        assert!(covers("!tests/**", "/p/backend/app/a.py"));
        assert!(covers("!tests/**", "/q/a.py"));
        assert!(!covers("!tests/**", "/p/backend/tests/a.py"));
    }

    #[test]
    fn wrong_globs_are_errors() {
        for text in ["", "/", "!", "a[", "{a", "./", "."] {
            assert!(Pattern::new(text, Path::new("/p")).is_err(), "{text}");
        }
    }
}
