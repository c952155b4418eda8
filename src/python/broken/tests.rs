//! Each kind of breakage in its smallest form, with the exact line and message.

use super::{Broken, broken_places, too_deep};
use crate::text::Lines;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

fn places(text: &str) -> Vec<Broken> {
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module)).try_into_module().unwrap();
    let found = broken_places(text, &parsed);
    assert_eq!(found.is_empty(), parsed.errors().is_empty(), "{text}");
    found
}

/// Sources, each with the findings it must have, as `line:message`.
fn all(cases: &[(&str, &[&str])]) {
    for (text, wanted) in cases {
        let lines = Lines::new(text);
        let said = |broken: &Broken| format!("{}:{}", lines.line(broken.span.start), broken.message);
        let found: Vec<String> = places(text).iter().map(said).collect();
        assert_eq!(found, *wanted, "in\n{text}");
    }
}

/// The first finding: what it underlines, its help, its labels.
fn first(text: &str) -> (String, String, Vec<String>) {
    let broken = places(text).remove(0);
    let labels = broken.labels.iter().map(|(span, said)| format!("{}: {said}", span.of(text))).collect();
    (broken.span.of(text).to_owned(), broken.help.unwrap_or_default(), labels)
}

#[test]
fn what_breaks_a_whole_file() {
    all(&[
        (
            "def f():\n<<<<<<< HEAD\n    return 1 +\n=======\n    return (2\n>>>>>>> branch\n\ndef g():\n    return 3\n",
            &["2:a merge conflict is not resolved"],
        ),
        ("x = 1\n=======\ny = 2\n", &["2:`=======` is left over from a merge conflict"]),
        ("```python\nx = 1\n```\n", &["1:a Markdown fence stands in the code"]),
        (
            "Here is the updated module you asked for:\n\n```python\nx = 1\n```\n\nIt doesn't need the old helper any more.\n",
            &["3:a Markdown fence stands in the code"],
        ),
        ("Here is the new function:\ndef f():\n    return 1\n", &["1:this line is text, not Python"]),
        (
            "import os\n{% if x %}\nimport {{ package }}\n{% endif %}\n",
            &["2:this file is a Jinja template, not Python"],
        ),
        ("from {{ cookiecutter.slug }} import app\n", &["1:this file is a cookiecutter template, not Python"]),
        ("print 'a'\nprint 'b'\nexec 'c'\n", &["1:this file is Python 2: 3 lines that Python 3 does not read"]),
    ]);
}

#[test]
fn python_2() {
    all(&[
        ("x = 1\nprint 'a'\ny = 2\n", &["2:`print` without parentheses is Python 2"]),
        ("exec 'x = 1'\n", &["1:`exec` without parentheses is Python 2"]),
        ("raise ValueError, 'x'\n", &["1:`raise` with a comma is Python 2"]),
        ("x = `y`\n", &["1:backticks are Python 2"]),
        ("if a <> b:\n    pass\n", &["1:`<>` is Python 2"]),
        ("x = 0777\n", &["1:`0777` has a leading zero"]),
        ("x = 089\n", &["1:`089` has a leading zero"]),
        ("x = 10L\n", &["1:`10L` is a long integer of Python 2"]),
        ("x = ur'a'\n", &["1:the prefix `ur` is Python 2"]),
    ]);
}

#[test]
fn brackets() {
    all(&[
        ("x = foo(\n    1,\n    2,\n\ndef f():\n    return 1\n", &["1:`(` is never closed"]),
        ("x = foo(\n    bar(1,\n    2,\n)\ny = 3\n", &["2:`(` is never closed"]),
        ("def f(a, b:\n    return 1\n\nx = 2\n", &["1:`(` is never closed"]),
        ("def f():\n    x = [1, 2\n    return x\n", &["2:`[` is never closed"]),
        ("x = {'a': (1, 2}\n", &["1:`(` is never closed"]),
        ("x = foo(1]\n", &["1:`]` does not close `(`"]),
        ("x = foo(1))\n", &["1:`)` closes no bracket"]),
        ("x = foo(\n    bar(1)),\n    2,\n)\n", &["2:this `)` is one too many"]),
        ("from a import\n    b,\n    c,\n)\n", &["1:`(` is missing after `import`"]),
    ]);
}

#[test]
fn strings() {
    all(&[
        ("x = 'abc\ny = 1\n", &["1:string is never closed"]),
        ("foo('abc, 1)\n", &["1:string is never closed"]),
        ("x = 'don't'\n", &["1:the `'` inside the string ends it"]),
        ("x = foo(abc', 1)\n", &["1:string is never closed"]),
        (
            "def f():\n    \"\"\"Text.\n    return 1\n\ndef g():\n    \"\"\"More text here.\"\"\"\n    return 2\n",
            &["2:triple-quoted string is never closed"],
        ),
        (
            "def f():\n    Text of the function.\"\"\"\n    return 1\n\ndef g():\n    \"\"\"More text here.\"\"\"\n    return 2\n",
            &["2:the opening `\"\"\"` of this text is missing"],
        ),
        ("x = f'{a'\n", &["1:`{` is never closed in this f-string"]),
        ("x = f'{}'\n", &["1:a value is missing between the braces of this f-string"]),
        ("x = f'{a!x}'\n", &["1:what follows `!` is no conversion in this f-string"]),
    ]);
}

#[test]
fn look_alikes() {
    all(&[
        ("x = foo(“a”)\n", &["1:`“` is U+201C (left double quotation mark), which Python does not read"]),
        ("x =\u{a0}1\n", &["1:U+00A0 (no-break space) is no space for Python"]),
        ("x\u{200b} = 1\n", &["1:U+200B (zero width space) is no part of Python"]),
        ("foo（1）\n", &["1:`（` is U+FF08 (fullwidth parenthesis), which Python does not read"]),
        ("x = €\n", &["1:Python does not read the character U+20AC"]),
    ]);
}

#[test]
fn headers_and_clauses() {
    all(&[
        ("def f()\n    return 1\n", &["1:`:` is missing after the `def` header"]),
        ("if x:\n    y\nelse\n    z\n", &["3:`:` is missing after the `else` header"]),
        ("if x return 1\n", &["1:`:` is missing after the `if` header"]),
        ("try:\n    x = 1\ny = 2\n", &["1:`try` has neither `except` nor `finally`"]),
        ("try:\n    x = foo(\n", &["2:`(` is never closed"]),
        ("x = 1\nelse:\n    y = 2\n", &["2:`else` belongs to no `if`, `for`, `while` or `try`"]),
    ]);
}

#[test]
fn other_languages() {
    all(&[
        ("if x:\n    pass\nelse if y:\n    pass\n", &["3:`else if` is not Python"]),
        ("if !x:\n    pass\n", &["1:`!` is no operator of Python"]),
        ("if a && b:\n    pass\n", &["1:`&&` is no operator of Python"]),
        ("if a || b:\n    pass\n", &["1:`||` is no operator of Python"]),
        ("x++\n", &["1:`++` is no operator of Python"]),
        ("def f() => int:\n    return 1\n", &["1:`=>` does not announce a return type"]),
        ("f = x => x\n", &["1:`=>` is no operator of Python"]),
        (
            "def f(a) {\n    if (a) {\n        return 1;\n    } else if (!b) {\n        return 2;\n    }\n}\n",
            &["1:blocks have no braces in Python"],
        ),
        ("if a === b:\n    pass\n", &["1:`===` is no operator of Python"]),
        ("x = a ? 1 : 2\n", &["1:`?` is no operator of Python"]),
        ("let x = 1\n", &["1:`let` is not Python"]),
        ("x = 1  // the first one\n", &["1:`//` does not start a comment"]),
    ]);
}

#[test]
fn gaps() {
    all(&[
        ("if x = 1:\n    pass\n", &["1:`=` assigns, it does not compare"]),
        ("x = [\n    'a',\n    b\n    c,\n]\n", &["3:`,` is missing between `b` and `c`"]),
        ("x = {\n    'a': 'b'\n    'c': 'd',\n}\n", &["2:`,` is missing between `'b'` and `'c'`"]),
        ("x = {'a' 1, 'b': 2}\n", &["1:`:` is missing between `'a'` and `1`"]),
        ("class = 1\n", &["1:`class` is a keyword and cannot be a name"]),
        ("x = y.from\n", &["1:`from` is a keyword and cannot be a name"]),
        ("fucn f():\n    return 1\n", &["1:`fucn` is no keyword"]),
        ("@a\ndfe f():\n    return 1\n", &["2:`dfe` is no keyword"]),
        ("def f():\n    retrun 1\n", &["2:`retrun` is no keyword"]),
        ("x =\ny = 1\n", &["1:the value after `=` is missing"]),
        ("x = 1 +\n", &["1:the value after `+` is missing"]),
        ("x = foo.\n", &["1:a name is missing after `.`"]),
        ("from x import\n", &["1:nothing is named after `import`"]),
        ("x = 1\n\ndef f(\n", &["3:`(` is never closed"]),
        ("x = 1 if y\n", &["1:`x if condition` has no `else`"]),
    ]);
}

#[test]
fn indentation() {
    all(&[
        ("def f():\n\nx = 1\n", &["1:the block after this function definition is missing"]),
        ("if x:\ny = 1\n", &["2:an indented block is expected after the `if` statement"]),
        ("def f():\nx = 1\n    y = 2\n    return x\n", &["2:this line is not indented as the block it begins"]),
        ("x = 1\n    y = 2\nz = 3\n", &["2:this line is indented deeper than the block it is in"]),
        ("def f():\n    x = 1\ny = 2\n    z = 3\n", &["3:this line is indented less than the block around it"]),
        (
            "if x:\n    if y:\n        a = 1\n      b = 2\n",
            &["4:this line is indented like none of the blocks around it"],
        ),
        (
            "class A:\n    def f(self):\n        return 1\n\ndef g(self):\n        return 2\n\n    def h(self):\n        return 3\n",
            &["5:this line is indented less than the block around it"],
        ),
        ("def f():\n    if x:\n\t\ta = 1\n    return 2\n", &["3:tabs and spaces are mixed in the indentation"]),
    ]);
}

#[test]
fn the_parsers_own_errors() {
    all(&[
        ("foo(a=1, b)\n", &["1:a positional argument follows a keyword argument"]),
        ("def f(a=1, b):\n    return 1\n", &["1:a parameter without a default follows one with a default"]),
        ("f() = 1\n", &["1:this cannot be assigned to"]),
        ("@a\nx = 1\n", &["2:a decorator stands above this, which is neither a function nor a class"]),
        ("async x = 1\n", &["1:`async` stands in front of `def`, `with` or `for` only"]),
    ]);
}

#[test]
fn two_places_are_two_findings() {
    all(&[
        (
            "def f()\n    return 1\n\ndef g():\n    return (2\n\ndef h():\n    return 3\n",
            &["1:`:` is missing after the `def` header", "5:`(` is never closed"],
        ),
        (
            "class A:\n    def f(self)\n        return 1\n\n    def g(self):\n        x = 'a\n        return x\n",
            &["2:`:` is missing after the `def` header", "6:string is never closed"],
        ),
    ]);
}

#[test]
fn findings_underline_little_and_say_what_to_do() {
    let unclosed = first("def f():\n    x = foo(1,\n    return x\n");
    assert_eq!(unclosed.0, "(");
    assert_eq!(unclosed.1, "add the missing `)`");
    assert_eq!(unclosed.2, ["return: `)` should come before this"]);
    let wrong = first("x = foo(1]\n");
    assert_eq!((wrong.0.as_str(), wrong.2), ("]", vec!["(: opened here".to_owned()]));
    assert_eq!(first("x = 'abc\n").0, "'");
    assert_eq!(first("def f():\n    \"\"\"Text.\n").0, "\"\"\"");
    assert_eq!(first("x = “a”\n").1, "write `\"`");
    assert_eq!(first("if x:\n    pass\nelse if y:\n    pass\n").0, "else if");
    let two = first("print 'a'\nprint 'b'\nprint 'c'\n");
    assert_eq!(two.2, ["print: `print` without parentheses"]);
}

#[test]
fn prefixes_and_mixed_halves_of_a_file_never_panic() {
    let text = include_str!("tests.rs");
    let cuts: Vec<usize> = (0..text.len()).step_by(611).filter(|&at| text.is_char_boundary(at)).collect();
    for &cut in &cuts {
        places(&text[..cut]);
        places(&text[cut..(cut + 800).min(text.len())].replace('a', "\"\"\""));
    }
}

#[test]
fn nesting_is_limited_as_in_cpython() {
    let brackets = |count: usize| format!("x = {}{}\n", "(".repeat(count), ")".repeat(count));
    let levels = |count: usize| -> String {
        let headers: String = (0..count).map(|level| format!("{}if 1:\n", " ".repeat(level))).collect();
        headers + &" ".repeat(count) + "x\n"
    };
    assert_eq!(too_deep(&brackets(200)), None);
    assert_eq!(too_deep(&levels(99)), None);
    let deep = too_deep(&brackets(201)).unwrap();
    assert_eq!(deep.message, "too many nested parentheses: Python reads at most 200");
    assert_eq!(deep.span.start, 4 + 200);
    let deep = too_deep(&levels(100)).unwrap();
    assert_eq!(deep.message, "too many levels of indentation: Python reads at most 99");
    assert_eq!(too_deep(&format!("x = '{}'  # {}\n", "(".repeat(300), "[".repeat(300))), None);
    assert!(too_deep(&"(".repeat(100_000)).is_some());
}

/// Sources with what is said about them: `### name`, the source, `---`, and a line for each finding.
const MESSAGES: &str = include_str!("messages.txt");

fn cases() -> impl Iterator<Item = (&'static str, &'static str, Vec<&'static str>)> {
    MESSAGES.split("### ").skip(1).map(|case| {
        let (name, rest) = case.split_once('\n').unwrap();
        let (text, said) = rest.split_once("---\n").unwrap();
        (name, text, said.lines().filter(|line| !line.is_empty()).collect())
    })
}

#[test]
fn what_is_pasted_misspelt_or_of_another_language_is_said_so() {
    for (name, text, wanted) in cases() {
        let lines = Lines::new(text);
        let said = |broken: &Broken| format!("{}:{}", lines.line(broken.span.start), broken.message);
        let found: Vec<String> = places(text).iter().map(said).collect();
        assert_eq!(found, wanted, "{name}");
    }
}

#[test]
fn cases_with_a_word_less_or_twice_never_panic() {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    for (_, text, _) in cases() {
        let mut cuts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        cuts.retain(|&at| !(text[..at].ends_with(is_part) && text[at..].starts_with(is_part)));
        for pair in cuts.windows(2) {
            let (before, word, after) = (&text[..pair[0]], &text[pair[0]..pair[1]], &text[pair[1]..]);
            for changed in [format!("{before}{after}"), format!("{before}{word} {word}{after}"), before.to_owned()] {
                let parsed = parse_unchecked(&changed, ParseOptions::from(Mode::Module)).try_into_module().unwrap();
                broken_places(&changed, &parsed);
            }
        }
    }
}
