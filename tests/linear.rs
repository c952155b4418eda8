//! Secrets in hostile files: four times the text takes about four times as long, whatever it is made of.

use davy::compile::compile;
use davy::rule::Definitions;
use davy::unit::{Kind, Syntax};
use std::time::{Duration, Instant};

const UNITS: [&str; 18] = [
    "a",
    "A1",
    "password",
    "password=",
    "password: \\\"",
    "token ",
    "api_key='x",
    "ghp_",
    "eyJ.",
    "xoxb-1-",
    "://a:b@",
    "a://{",
    "-----BEGIN PRIVATE KEY-----",
    "curl -u ",
    "secret = (",
    "Bearer ",
    "é=",
    "K=v;",
];

fn files(size: usize) -> Vec<(Kind, String)> {
    let mut files = Vec::new();
    for unit in UNITS {
        let body = unit.repeat(size / unit.len());
        files.push((Kind::Python, format!("password = \"{body}\"\n")));
        files.push((Kind::Python, format!("# {body}\nx = f(\"{body}\")\n")));
        for syntax in [Syntax::Env, Syntax::Ini, Syntax::Yaml, Syntax::Toml, Syntax::Docker, Syntax::Netrc, Syntax::Key]
        {
            files.push((Kind::Text(syntax), body.clone()));
            files.push((Kind::Text(syntax), format!("password: {body}\nENV password={body}\n")));
        }
        files.push((Kind::Text(Syntax::Json), format!("{{\"password\": \"{body}\"}}")));
        files.push((
            Kind::Text(Syntax::Notebook),
            format!("{{\"cells\": [{{\"cell_type\": \"code\", \"source\": [\"x = '{body}'\\n\"]}}]}}"),
        ));
    }
    let line = |unit: &str| unit.repeat(size / unit.len());
    files.push((Kind::Python, line("f(password='a1b2c3d4e5')\n")));
    files.push((Kind::Python, line("# password = 'a1b2c3d4e5'\n")));
    files.push((Kind::Python, format!("password = {}'x'\n", line("'a1' + "))));
    files.push((Kind::Python, format!("def f(a, password): ...\n{}", line("f(1, 'a1b2c3d4e5')\n"))));
    for (open, unit, close) in [
        ("WORDS = [", "'a1b2c3d4e5', ", "]"),
        ("WORDS = (", "'a1b2c3d4e5', ", ")"),
        ("WORDS = {", "'password': 'a1b2c3d4e5', ", "}"),
        ("WORDS = {", "'a1b2c3d4e5', ", "}"),
        ("WORDS = [", "('password', 'a1b2c3d4e5'), ", "]"),
        ("f(", "'a1b2c3d4e5', ", ")"),
        ("f(", "password_='a1b2c3d4e5', ", ")"),
        ("x = (", "'a1b2c3d4e5' + ", "'x')"),
        ("x = (", "'a1b2c3d4e5' or ", "'x')"),
        ("x = (", "'a1b2c3d4e5' 'y' ", "'x')"),
        ("x = ", "f('a1b2c3d4e5').", "x"),
        ("x = f\"", "{'a1b2c3d4e5'}", "\""),
        ("class A:\n", "    password = 'a1b2c3d4e5'\n", ""),
        ("def f():\n", "    password = 'a1b2c3d4e5'\n", ""),
        ("match x:\n", "    case 'a1b2c3d4e5': pass\n", ""),
    ] {
        files.push((Kind::Python, format!("{open}{}{close}\n", line(unit))));
    }
    files.push((Kind::Text(Syntax::Yaml), line("- password: a1b2c3d4e5\n")));
    files.push((Kind::Text(Syntax::Yaml), line("[")));
    files.push((Kind::Text(Syntax::Json), line("{\"password\":")));
    files.push((Kind::Text(Syntax::Json), format!("[{}1]", line("{\"password\": \"a1b2c3d4e5\"},"))));
    files.push((Kind::Text(Syntax::Env), line("PASSWORD=a1b2c3d4e5\n")));
    files
}

fn time(kind: Kind, text: &str) -> Duration {
    let start = Instant::now();
    std::hint::black_box(compile(text.as_bytes(), kind, &Definitions::default()).findings.list().len());
    start.elapsed()
}

#[test]
fn nothing_grows_faster_than_the_file() {
    const SIZE: usize = 60_000;
    // Tables that are made once are made here.
    for (kind, text) in files(100) {
        let _ = time(kind, &text);
    }
    for ((kind, small), (_, large)) in files(SIZE).iter().zip(files(4 * SIZE)) {
        let mut said = String::new();
        // Whatever else runs meanwhile disturbs a measurement, but not three.
        let linear = (0..3).any(|_| {
            let few = time(*kind, small);
            let many = time(*kind, &large);
            let head: String = small.chars().take(40).collect();
            said = format!("{kind:?} {head:?}: {few:?} for {SIZE} bytes, {many:?} for four times as many");
            many < few * 9 + Duration::from_millis(60)
        });
        assert!(linear, "{said}");
    }
}
