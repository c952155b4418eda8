//! `compile` is a pure function of bytes that never panics, and a unit is plain data.

use davy::compile::compile;
use davy::record::Packed;
use davy::rule::Definitions;
use davy::unit::{Kind, Unit};
use proptest::prelude::*;

/// Pieces of real programs, so that random sequences get deep into the walks.
const PIECES: &[&str] = &[
    "import datetime\n",
    "from pydantic import BaseModel, validator\n",
    "class A(BaseModel):\n",
    "    ",
    "def f(self, x: 'A' = 1):\n",
    "@validator('a', pre=True)\n",
    "class Config:\n",
    "orm_mode = True\n",
    "datetime.datetime.utcnow()",
    "x = ",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    ".dict()",
    "._private",
    "password = 'hunter2!x'",
    "\"\"\"",
    "'",
    "f\"{",
    "}\"",
    "\n",
    "\r\n",
    "\r",
    "\\",
    "lambda: ",
    "not ",
    "async ",
    "await ",
    "if ",
    "else ",
    "elif ",
    "match x:\n",
    "case ",
    "try:\n",
    "except ",
    "<<<<<<< HEAD\n",
    "=======\n",
    ">>>>>>> x\n",
    "# davy: ignore[x]\n",
    "# noqa: S105\n",
    "\u{feff}",
    "é",
    "😀",
    "\0",
    "\t",
    "{{ x }}",
    "global x\n",
    "yield ",
    "return ",
    "self",
    "isinstance(x, A)",
    " and ",
    " | ",
    "*",
    "**",
    "->",
    ":=",
    "...",
    "1",
    "0777",
];

fn program() -> impl Strategy<Value = Vec<u8>> {
    let pieces =
        prop::collection::vec(prop::sample::select(PIECES), 0..120).prop_map(|pieces| pieces.concat().into_bytes());
    let bytes = prop::collection::vec(any::<u8>(), 0..400);
    prop_oneof![4 => pieces, 1 => bytes]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_give_one_unit(bytes in program()) {
        let definitions = Definitions::default();
        let unit = compile(&bytes, Kind::Python, &definitions);
        prop_assert_eq!(&unit, &compile(&bytes, Kind::Python, &definitions));
        let json = serde_json::to_vec(&unit).expect("a unit is plain data");
        let back: Unit = serde_json::from_slice(&json).expect("what was written can be read");
        prop_assert_eq!(&unit, &back);
        let text = davy::text::decode(&bytes);
        for finding in &unit.findings.list() {
            prop_assert!(text.text.get(finding.span.range()).is_some(), "a span cuts a character: {:?}", finding);
        }
    }
}

#[test]
fn the_beginning_of_a_unit_is_what_a_file_tells() {
    let text = "from pydantic import BaseModel\nclass A(BaseModel):\n    x: int\ndef f(a: A):\n    return a.dict()  # davy: ignore\nDB_PASSWORD = 'k3ep-me-0ut-of-here'\n";
    let unit = compile(text.as_bytes(), Kind::Python, &Definitions::default());
    assert!(!unit.findings.is_empty() && !unit.facts.symbols.is_empty());
    let packed = postcard::to_stdvec(&unit).expect("a unit is plain data");
    assert_eq!(unit.secrets.len(), 1);
    assert_eq!(Unit::secrets(&packed).as_ref(), Some(&unit.secrets));
    let told = Unit::told(&packed).expect("it begins like one");
    assert_eq!(told, Unit { findings: Packed::default(), ignores: Vec::new(), ..unit });
}
