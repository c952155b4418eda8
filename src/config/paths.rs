//! Paths as davy compares them and as people read them.
//!
//! Asks the file system only where a `..` crosses what may be a link.

use std::fmt::Write;
use std::path::{Component, Path, PathBuf};

/// The working directory; `.` where it is gone.
pub fn working_directory() -> PathBuf {
    std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
}

/// `path` seen from `from`, without `.` and `..`. Links keep their names, unless a `..` has to look behind them.
pub fn absolute(path: &Path, from: &Path) -> PathBuf {
    let joined = from.join(path);
    let parts: Vec<Component> = joined.components().collect();
    let Some(last) = parts.iter().rposition(|part| *part == Component::ParentDir) else {
        return parts.iter().collect();
    };
    let above: PathBuf = parts[..=last].iter().collect();
    let mut clean = above.canonicalize().unwrap_or_else(|_| lexical(&parts[..=last]));
    clean.extend(&parts[last + 1..]);
    clean
}

/// Drops each `..` with the name before it.
fn lexical(parts: &[Component]) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in parts {
        if *part != Component::ParentDir {
            clean.push(part);
        } else {
            clean.pop();
        }
    }
    clean
}

/// An absolute path as a person in the folder `from` would write it, with forward slashes.
///
/// Relative below `from` and beside it (`../other/a.py`), absolute where the two share no folder. Bytes that are no UTF-8 are
/// written `\xff`, so that two files never look alike.
pub fn shown(path: &Path, from: &Path) -> String {
    // Most paths lie below, spelled alike.
    if let Some(below) = below(path, from) {
        return below.to_owned();
    }
    let same = path.components().zip(from.components()).take_while(|(a, b)| a == b).count();
    let roots = path.components().take_while(|part| !matches!(part, Component::Normal(_))).count();
    if same <= roots {
        let all = readable(path.as_os_str());
        return if cfg!(windows) { all.replace('\\', "/") } else { all };
    }
    let up = std::iter::repeat_n("..".to_owned(), from.components().count() - same);
    let down = path.components().skip(same).map(|part| readable(part.as_os_str()));
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// What follows a folder in a path that begins with the same letters and needs no cleaning.
fn below<'p>(path: &'p Path, from: &Path) -> Option<&'p str> {
    let (path, from) = (path.to_str()?, from.to_str()?);
    let rest = path.strip_prefix(from)?.strip_prefix('/')?;
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    let is_clean = !cfg!(windows) && from.len() > 1 && rest.split('/').all(plain);
    is_clean.then_some(rest)
}

fn readable(name: &std::ffi::OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned() {
        let from = Path::new("/no/such/folder");
        for (given, clean) in [
            ("a/./b.py", "/no/such/folder/a/b.py"),
            (".", "/no/such/folder"),
            ("../x//y/", "/no/such/x/y"),
            ("a/../../x", "/no/such/x"),
            ("../../../../../x", "/x"),
            ("/abs/x", "/abs/x"),
        ] {
            assert_eq!(absolute(Path::new(given), from), Path::new(clean), "{given}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_parent_is_looked_up_behind_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(base.join("deep/er")).unwrap();
        std::os::unix::fs::symlink("deep/er", base.join("link")).unwrap();
        assert_eq!(absolute(Path::new("link/../x.py"), &base), base.join("deep/x.py"));
        assert_eq!(absolute(Path::new("link/x.py"), &base), base.join("link/x.py"));
    }

    #[test]
    fn paths_are_shown_from_where_one_stands() {
        let from = Path::new("/home/me/app");
        for (path, text) in [
            ("/home/me/app/src/a.py", "src/a.py"),
            ("/home/me/app", "."),
            ("/home/me/other/a.py", "../other/a.py"),
            ("/srv/a.py", "/srv/a.py"),
        ] {
            assert_eq!(shown(Path::new(path), from), text);
        }
    }

    #[test]
    #[cfg(unix)]
    fn other_bytes_stay_apart() {
        use std::os::unix::ffi::OsStrExt;
        let name = |bytes| PathBuf::from("/w").join(std::ffi::OsStr::from_bytes(bytes));
        assert_eq!(shown(&name(b"caf\xe9.py"), Path::new("/w")), "caf\\xe9.py");
        assert_eq!(shown(&name("café.py".as_bytes()), Path::new("/w")), "café.py");
    }
}
