//! Every format: names, values and places; what is broken, and what is hostile.

use super::*;

fn pairs(text: &str, syntax: Syntax) -> Vec<(String, String)> {
    let document = read(text, syntax);
    for entry in &document.entries {
        assert!(text.is_char_boundary(entry.span.start as usize) && text.is_char_boundary(entry.span.end as usize));
    }
    document.entries.iter().map(|entry| (entry.key.to_string(), entry.span.of(text).to_owned())).collect()
}

fn check(syntax: Syntax, text: &str, expected: &[(&str, &str)]) {
    let expected: Vec<(String, String)> =
        expected.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    assert_eq!(pairs(text, syntax), expected, "{text}");
}

#[test]
fn variables_of_the_environment() {
    check(
        Syntax::Env,
        "# a comment\nA=1\nexport B = \"two words\" # note\nC='x#y'\nD=plain # note\nE=\n#F=old\nG=\"first\nsecond\"\nH=a=b\r\n",
        &[
            ("A", "1"),
            ("B", "two words"),
            ("C", "x#y"),
            ("D", "plain"),
            ("F", "old"),
            ("G", "first\nsecond"),
            ("H", "a=b"),
        ],
    );
}

#[test]
fn options_of_ini_files() {
    check(
        Syntax::Ini,
        "[db]\npassword = zebra\nuser: app\n; key = old\n# a note = of two words\nrequirepass zebra2\nspring.mail.password=\"x y\"\nlist = \n  \"json_like\": \"v\",\n",
        &[
            ("password", "zebra"),
            ("user", "app"),
            ("key", "old"),
            ("requirepass", "zebra2"),
            ("spring.mail.password", "x y"),
            ("json_like", "v"),
        ],
    );
}

#[test]
fn yaml_by_its_parser() {
    check(
        Syntax::Yaml,
        "ä: \"ö\"\ndb:\n  password: zebra # note\n  'user': 'app'\nenv:\n  - name: TOKEN\n    value: abc\n  - B=two\nblock: |\n  one\n  two\nlist: [a, b]\n? c\n: d\n--- \nx: 1\n",
        &[
            ("ä", "ö"),
            ("password", "zebra"),
            ("user", "app"),
            ("name", "TOKEN"),
            ("TOKEN", "abc"),
            ("B", "two"),
            ("block", "one\n  two"),
            ("list", "a"),
            ("list", "b"),
            ("c", "d"),
            ("x", "1"),
        ],
    );
}

#[test]
fn files_inside_of_yaml() {
    check(
        Syntax::Yaml,
        "data:\n  app.properties: |\n    # the database\n    a.url=x\n    requirepass zebra\n    b=y\n  run.sh: |\n    set -e\n    cd /app && make it so\n    export X=1\nrun: A=zebra make it\n",
        &[
            ("a.url", "x"),
            ("requirepass", "zebra"),
            ("b", "y"),
            ("run.sh", "set -e\n    cd /app && make it so\n    export X=1"),
            ("run", "A=zebra make it"),
        ],
    );
    let within = |text: &str, syntax: Syntax| read(text, syntax).entries.remove(0).within.into_owned();
    assert_eq!(within("Jwt:\n  Key: x\n", Syntax::Yaml), "Jwt");
    assert_eq!(within("{\"Jwt\": {\"Key\": \"x\"}}", Syntax::Json), "Jwt");
    assert_eq!(within("[Jwt]\nKey = \"x\"\n", Syntax::Toml), "Jwt");
    assert_eq!(within("[tool:pytest]\nkey = x\n", Syntax::Ini), "tool:pytest");
}

#[test]
fn yaml_that_is_a_template() {
    check(Syntax::Yaml, "a: 1\n{{- if x }}\npassword: zebra\n{{ end }}\n", &[("a", "1"), ("password", "zebra")]);
}

#[test]
fn toml_by_its_parser() {
    check(
        Syntax::Toml,
        "a = 1\n[db]\npassword = \"zebra\" # note\nurl = '''x'''\nt = { token = \"abc\", n = [\"K=v\"] }\n[[s]]\nkey = 'k'\n",
        &[("a", "1"), ("password", "zebra"), ("url", "x"), ("token", "abc"), ("K", "v"), ("key", "k")],
    );
    check(Syntax::Toml, "password = zebra\n", &[("password", "zebra")]);
}

#[test]
fn json_with_and_without_comments() {
    check(
        Syntax::Json,
        "{\n// note\n\"a\": 1, \"db\": {\"password\": \"ze\\\"bra\", \"n\": null,},\n\"l\": [\"x\", {\"y\": true}], \"e\": [{\"name\": \"TOKEN\", \"value\": \"abc\"}, \"K=v\"]}",
        &[
            ("a", "1"),
            ("password", "ze\\\"bra"),
            ("n", "null"),
            ("l", "x"),
            ("y", "true"),
            ("name", "TOKEN"),
            ("TOKEN", "abc"),
            ("K", "v"),
        ],
    );
    assert_eq!(read("{\"a\": \"x\\u00e9\\n\"}", Syntax::Json).entries[0].value(), "xé\n");
}

#[test]
fn images_and_their_variables() {
    check(
        Syntax::Docker,
        "FROM x\nARG TOKEN=abc\nENV A=1 B=\"two words\" \\\n    C=3\nENV LONG the rest\nRUN echo X=1\n",
        &[("TOKEN", "abc"), ("A", "1"), ("B", "two words"), ("C", "3"), ("LONG", "the rest")],
    );
}

#[test]
fn machines_and_their_passwords() {
    check(
        Syntax::Netrc,
        "machine a login b\n  password zebra\nhost:5432:db:app:zebra2\n",
        &[("password", "zebra"), ("password", "zebra2")],
    );
}

#[test]
fn cells_are_python_with_places() {
    let text = r#"{"cells": [{"cell_type": "markdown", "source": ["no"]},
 {"source": ["%magic\n", "x = \"é\"\n"], "cell_type": "code", "outputs": [{"text": ["out"]}]}], "nbformat": 4}"#;
    let cells = read(text, Syntax::Notebook).cells;
    assert_eq!(cells.len(), 1);
    assert_eq!(cells[0].source, "#magic\nx = \"é\"\n");
    let at = cells[0].source.find('é').expect("it is there") as u32;
    assert_eq!(
        cells[0].place(Span::new(at, at + 2)).map(|span| span.start),
        Some(text.find('é').expect("there") as u32)
    );
}

#[test]
fn which_files_are_read() {
    for (name, syntax) in [
        (".env", Some(Syntax::Env)),
        (".env.production", Some(Syntax::Env)),
        ("prod.env", Some(Syntax::Env)),
        ("docker-compose.yml", Some(Syntax::Yaml)),
        ("Dockerfile", Some(Syntax::Docker)),
        ("Dockerfile.dev", Some(Syntax::Docker)),
        ("api.Dockerfile", Some(Syntax::Docker)),
        ("settings.toml", Some(Syntax::Toml)),
        ("server.pem", Some(Syntax::Key)),
        (".netrc", Some(Syntax::Netrc)),
        ("a.ipynb", Some(Syntax::Notebook)),
        ("application.properties", Some(Syntax::Ini)),
        ("package-lock.json", None),
        ("pnpm-lock.yaml", None),
        ("uv.lock", None),
        ("app.min.json", None),
        ("env", None),
        ("README.md", None),
    ] {
        assert_eq!(syntax_of(name), syntax, "{name}");
    }
}

#[test]
fn nothing_is_slow_or_panics() {
    for syntax in Syntax::ALL {
        let start = std::time::Instant::now();
        for unit in
            ["a", "[", "{", "{\"a\":", "a:\n", "- ", "\"", "a=\"", "ENV A=1 \\\n", "é: ", "\\", "&a *a ", "a: |\n", "'"]
        {
            let text = unit.repeat(300_000 / unit.len());
            let _ = read(&text, syntax);
        }
        assert!(start.elapsed().as_secs() < 60, "{syntax:?} took {:?}", start.elapsed());
    }
}
