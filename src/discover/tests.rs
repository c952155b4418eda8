//! Trees on disk and what is found in them.

use super::root::root_below;
use super::*;
use std::fs;

/// A folder that is gone after the test.
struct Tree {
    _folder: tempfile::TempDir,
    base: PathBuf,
}

/// Makes files with nothing in them; a name that ends in `/` is a folder.
fn tree(names: &[&str]) -> Tree {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().canonicalize().unwrap();
    let tree = Tree { _folder: folder, base };
    names.iter().for_each(|name| tree.write(name, ""));
    tree
}

impl Tree {
    fn write(&self, name: &str, text: &str) {
        let path = self.base.join(name);
        if name.ends_with('/') {
            return fs::create_dir_all(path).unwrap();
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[cfg(unix)]
    fn link(&self, to: &str, name: &str) {
        std::os::unix::fs::symlink(to, self.base.join(name)).unwrap();
    }

    fn find_with(&self, roots: &[&str], exclude: &[&str], force_exclude: bool) -> Discovery {
        let exclude: Vec<Pattern> = exclude.iter().map(|text| Pattern::new(text, &self.base).unwrap()).collect();
        let roots: Vec<PathBuf> = roots.iter().map(PathBuf::from).collect();
        let working_directory = self.base.clone();
        discover(
            &roots,
            &Options { working_directory, exclude: &exclude, force_exclude, loose: Vec::new(), threads: 2 },
        )
    }

    fn find(&self, roots: &[&str]) -> Discovery {
        self.find_with(roots, &[], false)
    }

    fn manifests(&self) -> Vec<String> {
        self.find(&["."]).manifests.iter().map(|path| paths::shown(path, &self.base)).collect()
    }
}

fn names(discovery: &Discovery) -> Vec<&str> {
    assert_eq!(discovery.problems, [], "no problem was expected");
    discovery.files.iter().map(|file| file.display.as_str()).collect()
}

#[test]
fn python_and_stubs_in_order() {
    let tree = tree(&["b.py", "a/z.py", "a/y.pyi", "a.py", "a-b.py", "readme.md", "c.pyc", "B.py", "deep/er/x.py"]);
    let found = tree.find(&["."]);
    assert_eq!(names(&found), ["B.py", "a-b.py", "a.py", "a/y.pyi", "a/z.py", "b.py", "deep/er/x.py"]);
    assert!(found.files.iter().all(|file| file.path.is_absolute() && !file.explicit));
    assert_eq!(found.files[3].kind, Kind::Stub);
    assert_eq!(found.files[4].kind, Kind::Python);
    assert!(names(&tree.find(&[])).is_empty());
}

#[test]
fn ignore_files_count_without_git() {
    let tree = tree(&["a.py", "gen/b.py", "tmp/c.py", "sub/d.py", "sub/e.py", ".hidden.py", ".config/f.py"]);
    tree.write(".gitignore", "gen/\n/sub/d.py\n");
    tree.write(".ignore", "tmp\n");
    assert_eq!(names(&tree.find(&["."])), ["a.py", "sub/e.py"]);
    assert_eq!(names(&tree.find(&["sub"])), ["sub/e.py"], "an ignore file above counts");
    assert_eq!(names(&tree.find(&["gen", ".config"])), [".config/f.py", "gen/b.py"], "a named folder is walked");
}

#[test]
fn a_broken_ignore_file_is_no_problem() {
    let tree = tree(&["a.py"]);
    tree.write(".gitignore", "a[\n\u{0}\n");
    assert_eq!(names(&tree.find(&["."])), ["a.py"]);
}

#[test]
fn named_files_are_taken() {
    let tree = tree(&["script", "x.pyi", "gen/b.py", ".secret.py", "venv/pyvenv.cfg", "venv/c.py"]);
    tree.write(".gitignore", "gen\n");
    let found = tree.find_with(&["script", "x.pyi", "gen/b.py", ".secret.py", "venv/c.py"], &["script", "gen"], false);
    assert_eq!(names(&found), [".secret.py", "gen/b.py", "script", "venv/c.py", "x.pyi"]);
    assert!(found.files.iter().all(|file| file.explicit));
    assert_eq!((found.files[2].kind, found.files[4].kind), (Kind::Python, Kind::Stub));
}

#[test]
fn named_manifests_are_manifests() {
    let tree = tree(&["pyproject.toml", "setup.py"]);
    let found = tree.find(&["pyproject.toml", "setup.py"]);
    assert_eq!(names(&found), ["pyproject.toml", "setup.py"], "settings may hold secrets");
    assert_eq!(found.manifests.len(), 2);
}

#[test]
fn force_exclude_counts_for_named_files() {
    let tree = tree(&["a.py", "gen/b.py", "gen/deep/c.py", "node_modules/x/d.py"]);
    let roots = ["a.py", "gen/b.py", "gen/deep", "node_modules/x/d.py"];
    let found = tree.find_with(&roots, &["gen"], true);
    assert_eq!((names(&found), found.excluded), (vec!["a.py"], 3));
    assert_eq!(
        names(&tree.find_with(&roots, &["gen"], false)).len(),
        4,
        "else a named folder is walked, wherever it lies"
    );
}

#[test]
fn exclude_by_name_path_and_glob() {
    let tree = tree(&["a.py", "app/a_pb2.py", "app/gen/b.py", "x/app/gen/c.py", "x/migrations/0001.py", "x/deep/y.py"]);
    let found = tree.find_with(&["."], &["migrations", "*_pb2.py", "app/gen", "x/*/y.py"], false);
    assert_eq!(names(&found), ["a.py", "x/app/gen/c.py"]);
    assert_eq!(found.excluded, 4);
}

#[test]
fn foreign_folders_are_skipped() {
    let tree = tree(&[
        "a.py",
        "envs/py39/pyvenv.cfg",
        "envs/py39/lib/b.py",
        "conda/conda-meta/",
        "conda/lib/b.py",
        "venv/lib/python2.7/b.py",
        "env/settings.py",
        "lib/site-packages/b.py",
        "web/node_modules/gyp/b.py",
        "__pycache__/b.py",
        ".venv/lib/python3/b.py",
        ".tox/b.py",
    ]);
    assert_eq!(names(&tree.find(&["."])), ["a.py", "env/settings.py"]);
    assert_eq!(names(&tree.find(&["lib/site-packages"])), ["lib/site-packages/b.py"]);
}

#[test]
fn build_output_is_skipped_but_a_package_called_build_is_not() {
    let tree = tree(&["pyproject.toml", "build/lib/app/a.py", "dist/app.whl", "dist/b.py"]);
    tree.write("src/build/c.py", "");
    tree.write("tools/setup.py", "");
    tree.write("tools/build/__init__.py", "");
    tree.write("tools/build/lib/d.py", "");
    tree.write("tools/dist/e.py", "");
    let expected = [
        "pyproject.toml",
        "src/build/c.py",
        "tools/build/__init__.py",
        "tools/build/lib/d.py",
        "tools/dist/e.py",
        "tools/setup.py",
    ];
    assert_eq!(names(&tree.find(&["."])), expected);
}

#[test]
fn manifests_are_found_though_hidden() {
    let wanted = [
        ".env.example",
        ".pytest.ini",
        "Pipfile",
        "Pipfile.lock",
        "app-1.0.dist-info/METADATA",
        "app.egg-info/PKG-INFO",
        "poetry.lock",
        "pyproject.toml",
        "requirements-dev.txt",
        "requirements.txt",
        "requirements/base.txt",
        "setup.cfg",
        "setup.py",
        "sub/pyproject.toml",
        "tox.ini",
        "uv.lock",
    ];
    let tree = tree(&wanted);
    ["METADATA", ".env", ".hidden/pyproject.toml", "venv/pyvenv.cfg", "venv/lib/a.dist-info/METADATA", "notes.txt"]
        .iter()
        .for_each(|name| tree.write(name, ""));
    assert_eq!(tree.manifests(), wanted);
}

#[test]
fn missing_paths_are_problems() {
    let tree = tree(&["a.py"]);
    let found = tree.find(&["a.py", "nope", "nope", "a.py/x", "", "also/nope.py"]);
    let shown: Vec<&str> = found.problems.iter().map(|problem| problem.display.as_str()).collect();
    assert_eq!(found.files.len(), 1);
    assert_eq!(shown, ["\"\"", "a.py/x", "also/nope.py", "nope"]);
    assert!(found.problems[3].message.starts_with("no such file or folder"));
}

#[test]
fn overlapping_arguments_give_each_file_once() {
    let tree = tree(&["src/a.py", "src/sub/b.py"]);
    let found = tree.find(&[".", "src", "./src/", "src/../src/sub", "src/a.py"]);
    assert_eq!(names(&found), ["src/a.py", "src/sub/b.py"]);
    assert_eq!(found.files.iter().map(|file| file.explicit).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn files_outside_the_working_directory() {
    let tree = tree(&["work/a.py", "other/b.py"]);
    let options = Options { working_directory: tree.base.join("work"), ..Options::default() };
    let found = discover(&["../other".into(), tree.base.join("work")], &options);
    assert_eq!(names(&found), ["../other/b.py", "a.py"]);
}

#[cfg(unix)]
mod on_unix {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn links_to_files_count_once_and_links_to_folders_are_not_followed() {
        let tree = tree(&["real.py", "folder/b.py", "outside.txt"]);
        tree.link("real.py", "alias.py");
        tree.link("outside.txt", "text.py");
        tree.link("folder", "linked");
        tree.link("nowhere", "dangling.py");
        tree.link(".", "loop");
        tree.link("self.py", "self.py");
        assert_eq!(names(&tree.find(&["."])), ["folder/b.py", "real.py", "text.py"]);
        assert_eq!(names(&tree.find(&["linked"])), ["linked/b.py"], "a named link is followed");
        assert_eq!(names(&tree.find(&["linked", "folder", "loop/folder"])), ["folder/b.py"]);
        assert_eq!(names(&tree.find(&["alias.py"])), ["alias.py"]);
        let both = tree.find(&["alias.py", "."]);
        assert_eq!(names(&both), ["folder/b.py", "real.py", "text.py"]);
        assert!(both.files[1].explicit);
        let missing = tree.find(&["dangling.py"]);
        assert_eq!(missing.problems[0].message, "it is a link to something that does not exist");
        assert_eq!(tree.find(&["self.py"]).problems.len(), 1);
    }

    #[test]
    fn names_of_any_bytes() {
        let tree = tree(&["a.py"]);
        fs::create_dir(tree.base.join(OsStr::from_bytes(b"d\xff"))).unwrap();
        fs::write(tree.base.join(OsStr::from_bytes(b"d\xff/x\xfe.py")), "").unwrap();
        fs::write(tree.base.join(OsStr::from_bytes(b"x\xfe.py")), "").unwrap();
        fs::write(tree.base.join("x\n.py"), "").unwrap();
        let found = tree.find_with(&["."], &["never"], false);
        assert_eq!(names(&found), ["a.py", "d\\xff/x\\xfe.py", "x\n.py", "x\\xfe.py"]);
        assert!(found.files.iter().all(|file| file.path.is_file()));
    }

    #[test]
    fn only_regular_files_are_opened() {
        let tree = tree(&["a.py", "folder.py/b.py"]);
        let _socket = std::os::unix::net::UnixListener::bind(tree.base.join("socket.py")).unwrap();
        assert_eq!(names(&tree.find(&["."])), ["a.py", "folder.py/b.py"]);
    }

    #[test]
    fn an_unreadable_folder_is_a_problem() {
        let tree = tree(&["a.py", "closed/b.py"]);
        let closed = tree.base.join("closed");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
        let for_root = fs::read_dir(&closed).is_ok();
        let found = tree.find(&["."]);
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
        if for_root {
            return;
        }
        assert_eq!(found.files.len(), 1);
        assert_eq!(found.problems[0].display, "closed");
        assert!(found.problems[0].message.starts_with("permission denied"));
    }
}

#[test]
fn one_thread_or_many_find_the_same() {
    let tree = tree(&[]);
    for folder in 0..40 {
        for file in 0..10 {
            tree.write(&format!("p{folder}/q{}/m{file}.py", folder % 7), "");
        }
    }
    let find = |threads| {
        let options = Options { working_directory: tree.base.clone(), threads, ..Options::default() };
        discover(&[PathBuf::from(".")], &options).files
    };
    let one = find(1);
    assert_eq!(one.len(), 400);
    assert!(one.is_sorted_by_key(|file| file.path.as_os_str().as_encoded_bytes().to_vec()));
    assert!((0..5).all(|_| find(8) == one));
}

#[test]
fn a_project_starts_at_git_else_at_configuration_else_at_manifests() {
    let tree = tree(&["home/mono/.git/", "home/mono/api/pyproject.toml", "home/mono/api/app/a.py"]);
    let root = |path: &str| root_below(&tree.base.join(path), Some(&tree.base.join("home"))).folder;
    assert_eq!(root("home/mono/api/app/a.py"), tree.base.join("home/mono"));

    tree.write("home/plain/davy.toml", "");
    tree.write("home/plain/api/pyproject.toml", "[tool.davy]\n");
    tree.write("home/plain/api/app/a.py", "");
    assert_eq!(root("home/plain/api/app/a.py"), tree.base.join("home/plain"));

    tree.write("home/other/pyproject.toml", "");
    tree.write("home/other/api/pyproject.toml", "[tool.davy]\nnope = 1\n");
    tree.write("home/other/web/setup.py", "");
    tree.write("home/other/api/a.py", "");
    assert_eq!(root("home/other/api/a.py"), tree.base.join("home/other/api"), "configuration before manifests");
    assert_eq!(root("home/other/web/"), tree.base.join("home/other"), "the outermost manifest");
}

#[test]
fn a_project_starts_where_any_manifest_that_is_read_lies() {
    let manifests = [
        "requirements/base.txt",
        "dev-requirements.in",
        "pylock.toml",
        "constraints.txt",
        "PKG-INFO",
        "shop-1.2.dist-info/METADATA",
        "shop.egg-info/PKG-INFO",
    ];
    for manifest in manifests {
        let tree = tree(&[manifest, "shop/a.py", "shop/sub/b.py"]);
        assert_eq!(root_below(&tree.base.join("shop/sub"), None), Root { folder: tree.base.clone(), marked: true });
    }
    for others in
        [&["pytest.ini", "tox.ini", ".env.example"][..], &["a-1.dist-info/METADATA", "b-2.dist-info/METADATA"]]
    {
        let tree = tree(&[others, &["shop/a.py"]].concat());
        assert!(!root_below(&tree.base.join("shop"), None).marked, "{others:?}");
    }
}

#[test]
fn a_project_without_anything_is_its_folder_and_never_the_home() {
    let tree = tree(&["home/pyproject.toml", "home/.git/", "home/x/a.py", "home/y/pkg/__init__.py", "home/y/pkg/sub/"]);
    tree.write("home/y/pkg/sub/__init__.py", "");
    tree.write("home/y/pkg/sub/a.py", "");
    let root = |path: &str| root_below(&tree.base.join(path), Some(&tree.base.join("home"))).folder;
    assert_eq!(root("home/x/a.py"), tree.base.join("home/x"));
    assert_eq!(root("home/x/missing.py"), tree.base.join("home/x"));
    assert_eq!(root("home/y/pkg/sub/a.py"), tree.base.join("home/y"), "the parent of the topmost package");
    assert_eq!(root("home"), tree.base.join("home"), "unless it is asked for");
    assert!(project_root(Path::new(".")).folder.is_absolute());
}

#[test]
fn a_folder_that_is_no_project_lends_its_files_and_packages_only() {
    let tree = tree(&["x/a.py", "x/b.py", "x/pkg/__init__.py", "x/pkg/m.py", "x/pkg/data/d.py", "x/other/.git/"]);
    tree.write("x/other/app.py", "");
    assert!(!root_below(&tree.base.join("x/a.py"), Some(&tree.base)).marked);
    assert!(root_below(&tree.base.join("x/other/app.py"), Some(&tree.base)).marked);
    let options =
        Options { working_directory: tree.base.clone(), loose: vec![tree.base.join("x")], ..Options::default() };
    let found = discover(&[PathBuf::from("x")], &options);
    assert_eq!(names(&found), ["x/a.py", "x/b.py", "x/pkg/__init__.py", "x/pkg/m.py"]);
}
