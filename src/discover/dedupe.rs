//! Each file once: through links, and through arguments that overlap.
//!
//! The walk never follows a link to a folder, so only a folder as named, and a link to a file, can hide the real path.

use super::walk::File;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};

/// Sorted by path; of several ways to one file the one without a link, else the first. A file named on any way stays named.
///
/// The files were found in the folders that were `walked`, or named.
pub fn once(mut files: Vec<File>, walked: &[PathBuf]) -> Vec<File> {
    files.sort_unstable_by(|a, b| bytes(&a.path).cmp(bytes(&b.path)));
    let is_real = |folder: &PathBuf| folder.canonicalize().is_ok_and(|real| real == *folder);
    if files.iter().all(|file| !file.link && !file.explicit) && walked.iter().all(is_real) {
        files.dedup_by(|a, b| bytes(&a.path) == bytes(&b.path));
        return files;
    }
    let mut folders: HashMap<PathBuf, PathBuf> = HashMap::new();
    let mut seen: HashMap<PathBuf, usize> = HashMap::with_capacity(files.len());
    let mut kept: Vec<File> = Vec::with_capacity(files.len());
    for file in files {
        match seen.entry(real(&file, &mut folders)) {
            Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(file);
            }
            Entry::Occupied(place) => {
                let first = &mut kept[*place.get()];
                let explicit = first.explicit || file.explicit;
                let direct = |file: &File| (file.path == *place.key(), !file.link);
                if direct(&file) > direct(first) {
                    *first = file;
                }
                first.explicit = explicit;
            }
        }
    }
    kept.sort_unstable_by(|a, b| bytes(&a.path).cmp(bytes(&b.path)));
    kept
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// The path without links, as far as the file system tells; each folder is asked once.
fn real(file: &File, folders: &mut HashMap<PathBuf, PathBuf>) -> PathBuf {
    if file.link
        && let Ok(real) = file.path.canonicalize()
    {
        return real;
    }
    let (Some(folder), Some(name)) = (file.path.parent(), file.path.file_name()) else { return file.path.clone() };
    if let Some(real) = folders.get(folder) {
        return real.join(name);
    }
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let joined = real.join(name);
    folders.insert(folder.to_owned(), real);
    joined
}
