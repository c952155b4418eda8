//! Formats read, compile, find what they say and stay linear. Tokens are put together at run time: this source holds
//! none.

use super::*;

/// Characters of a class, without pattern, the same in every run.
fn noise(length: usize, of: &str) -> String {
    let of: Vec<char> = of.chars().collect();
    let mut state = 0x2545_f491_4f6c_dd1du64;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            of[usize::try_from(state >> 33).unwrap() % of.len()]
        })
        .collect()
}

const HEX: &str = "0123456789abcdef";
const ALNUM: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn found(text: &str) -> Vec<(String, String)> {
    Formats::built_in().find(text).iter().map(|h| (h.format.id.clone(), text[h.start..h.end].to_owned())).collect()
}

#[test]
fn built_in_formats_compile() {
    let formats = Formats::built_in();
    assert_eq!(formats.all().len(), 91);
    for format in formats.all() {
        check(format).unwrap_or_else(|e| panic!("{e}"));
        assert!(format.found_by.is_some() == format.shape.is_empty(), "{}", format.id);
        assert!(!format.documented.is_empty());
    }
}

#[test]
fn finds_what_it_says() {
    for (id, token) in [
        ("aws-access-key-id", format!("AKIA{}", noise(16, BASE32))),
        ("gcp-api-key", format!("AIza{}", noise(35, ALNUM))),
        ("gcp-oauth-client-secret", format!("GOCSPX-{}", noise(28, ALNUM))),
        ("digitalocean-token", format!("dop_v1_{}", noise(64, HEX))),
        ("github-classic", format!("ghp_{}", noise(36, ALNUM))),
        ("github-fine-grained", format!("github_pat_{}_{}", noise(22, ALNUM), noise(59, ALNUM))),
        ("gitlab-pat", format!("glpat-{}", noise(20, ALNUM))),
        ("gitlab-other", format!("gldt-{}", noise(20, ALNUM))),
        ("npm-token", format!("npm_{}", noise(36, ALNUM))),
        ("pypi-token", format!("pypi-AgEIcHlwaS5vcmc{}", noise(60, ALNUM))),
        ("rubygems", format!("rubygems_{}", noise(48, HEX))),
        ("docker-hub", format!("dckr_pat_{}", noise(27, ALNUM))),
        ("openai-key", format!("sk-{}T3BlbkFJ{}", noise(20, ALNUM), noise(20, ALNUM))),
        ("anthropic-key", format!("sk-ant-api03-{}AA", noise(93, ALNUM))),
        ("huggingface", format!("hf_{}", noise(34, "abcdefghijklmnopqrstuvwxyzABCDEF"))),
        ("groq", format!("gsk_{}", noise(52, ALNUM))),
        ("slack-token", format!("xoxb-{}-{}", noise(12, "0123456789"), noise(24, ALNUM))),
        ("telegram-bot", format!("{}:AA{}", noise(10, "123456789"), noise(33, ALNUM))),
        ("sendgrid", format!("SG.{}.{}", noise(22, ALNUM), noise(43, ALNUM))),
        ("stripe-secret", format!("sk_live_{}", noise(24, ALNUM))),
        ("stripe-webhook", format!("whsec_{}", noise(32, ALNUM))),
        ("shopify", format!("shpat_{}", noise(32, HEX))),
        ("grafana", format!("glsa_{}_{}", noise(32, ALNUM), noise(8, HEX))),
        ("airtable", format!("pat{}.{}", noise(14, ALNUM), noise(64, HEX))),
        ("notion", format!("ntn_{}", noise(46, ALNUM))),
        ("databricks", format!("dapi{}", noise(32, HEX))),
        ("hashicorp-vault", format!("hvs.{}", noise(24, ALNUM))),
        ("supabase", format!("sbp_{}", noise(40, HEX))),
        ("age-key", format!("AGE-SECRET-KEY-1{}", noise(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"))),
        ("jwt", format!("eyJhbGciOiJIUzI1NiJ9.eyJ{}.{}", noise(20, ALNUM), noise(43, ALNUM))),
        ("postman", format!("PMAK-{}-{}", noise(24, HEX), noise(34, HEX))),
    ] {
        for text in [token.clone(), format!("X = \"{token}\"\n"), format!("é{token}é, {token}")] {
            let hits = found(&text);
            assert!(hits.iter().any(|(i, t)| *i == id && *t == token), "{id}: {hits:?}");
        }
        let touched = format!("q7{token}");
        assert!(!found(&touched).iter().any(|(i, t)| *i == id && *t == token), "{id} inside a longer word");
    }
}

#[test]
fn group_one_is_the_secret_part() {
    let key = noise(43, ALNUM) + "=";
    let text = format!("Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey={key}");
    assert_eq!(found(&text), [("azure-servicebus-key".to_owned(), key)]);
    let hook = noise(24, ALNUM);
    let text =
        format!("https://hooks.slack.com/services/T0{}/B0{}/{hook}", noise(8, "ABCDEF019"), noise(8, "ABCDEF019"));
    assert_eq!(found(&text), [("slack-webhook".to_owned(), hook)]);
    let token = noise(24, ALNUM);
    assert_eq!(found(&format!("Authorization: Bearer {token}")), [("bearer-header".to_owned(), token)]);
}

#[test]
fn context_comes_from_the_line_or_the_name() {
    let formats = Formats::built_in();
    let token = noise(32, HEX);
    assert!(formats.find(&token).is_empty());
    assert_eq!(formats.find_in("TWILIO_AUTH_TOKEN", &token).len(), 1);
    assert_eq!(found(&format!("Twilio: {token}")).len(), 1);
    assert!(found(&format!("Twilio\n{token}")).is_empty());
    assert!(found(&format!("{token} twilio")).is_empty());
    assert!(found(&format!("twilio{}{token}", " ".repeat(400))).is_empty());
}

/// `speaks` passes texts by that have no such run.
#[test]
fn every_token_has_a_long_word() {
    use proptest::strategy::{Strategy, ValueTree};
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for format in Formats::built_in().all().iter().filter(|format| !format.shape.is_empty()) {
        // The generator knows no word boundaries; they add nothing to a token.
        let shape = format.shape.replace("\\b", "");
        let Ok(tokens) = proptest::string::string_regex(&shape) else { panic!("{}: {shape}", format.id) };
        for _ in 0..64 {
            let token = tokens.new_tree(&mut runner).expect("a token").current();
            assert!(has_word(token.as_bytes(), SHORTEST), "{}: {token}", format.id);
        }
    }
}

#[test]
fn placeholders_are_not_found() {
    let x = |n: usize| "x".repeat(n);
    for text in [
        format!("ghp_{}", x(36)),
        format!("AKIA{}", "A".repeat(16)),
        format!("sk_live_{}", x(24)),
        ["ghp_", "abcdefghijklmnopqrstuvwxyz0123456789"].concat(),
        ["xoxb-your-", "token-goes-here"].concat(),
        "Bearer your-access-token".to_owned(),
        "Basic authentication".to_owned(),
        "Bearer {access_token_of_user}".to_owned(),
        "task-force pattern re_use hf_hub secret_key".to_owned(),
    ] {
        assert_eq!(found(&text), [], "{text}");
    }
}

#[test]
fn checksums_and_known_values_are_marked() {
    let id = ["AKIA", "IOSFODNN7", "EXAMPLE"].concat();
    let hits = Formats::built_in().find(&id);
    assert!(hits[0].public);
    let hits_of = |t: &str| Formats::built_in().find(t)[0].checksum;
    assert_eq!(hits_of(&format!("ghp_{}", noise(36, ALNUM))), Checksum::Wrong);
    assert_eq!(hits_of(&format!("glpat-{}", noise(20, ALNUM))), Checksum::None);
}

#[test]
fn own_formats() {
    let own = "[[format]]\nid = \"acme\"\nname = \"Acme\"\nshape = 'acme_[0-9a-f]{8}'\nkeywords = [\"acme_\"]\nseverity = \"error\"\ndocumented = \"us\"\n";
    let formats = Formats::built_in_and(read(own).unwrap()).unwrap();
    assert_eq!(formats.find(&["x acme_", "9f3c07be"].concat()).len(), 1);
    assert_ne!(formats.hash(), Formats::built_in().hash());
    assert_eq!(formats.all().len(), 92);
    assert!(matches!(Formats::parse(&own.repeat(2)), Err(FormatError::Twice(_))));
    assert!(matches!(Formats::parse(&own.replace("[0-9a-f]{8}", "(?!x)")), Err(FormatError::Shape { .. })));
    assert!(matches!(Formats::parse(&own.replace("[\"acme_\"]", "[]")), Err(FormatError::NoKeyword(_))));
    assert!(matches!(
        Formats::parse(&own.replace("acme_[0-9a-f]{8}", "x*").replace("name", "bounded = false\nname")),
        Err(FormatError::MatchesNothing(_))
    ));
    assert!(matches!(Formats::parse(&own.replace("severity", "gravity")), Err(FormatError::Form(_))));
}

/// 1 MB of one character, of one keyword, of near matches: seconds if linear (in a debug build), hours if not.
#[test]
fn linear_on_hostile_text() {
    let start = std::time::Instant::now();
    for unit in [
        "A",
        "x",
        "AKIA",
        "sk-",
        "eyJ",
        "ghp_",
        "twilio ",
        "Bearer ",
        "eyJabcdefgh.",
        "xoxb-1-",
        "sig=",
        "-us",
        "pat",
        "://",
        "é",
        "\n",
    ] {
        let text = unit.repeat(1_000_000 / unit.len());
        let hits = Formats::built_in().find(&text);
        assert!(hits.len() <= text.len() / 16, "{unit}");
    }
    assert!(start.elapsed().as_secs() < 240, "took {:?}", start.elapsed());
}
