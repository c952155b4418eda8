//! Passwords inside URLs and connection strings.
//!
//! Gives spans and what the host is; a password that is a hole or a documentation word is not reported.

use memchr::memmem;

use super::likelihood::{Likelihood, grade};
use super::name::{NameClass, classify_name};
use super::shape::is_template;
use super::value::harmless_as;
use super::words::has;

/// Where a URL's host lives, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Host {
    /// `localhost`, `127.0.0.0/8`, `::1`, `0.0.0.0`, `host.docker.internal`.
    Loopback,
    /// One label, as services are called inside a compose file or cluster: `db`, `redis`.
    Service,
    /// Reserved for documentation and tests (RFC 2606, RFC 6761): `example.com`, `.test`, `.invalid`.
    Example,
    /// A hole: `{host}`.
    Template,
    /// Anything else.
    Remote,
}

/// What stands around a URL's password. Holds no part of the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlInfo {
    /// Lower-case scheme, `postgresql+asyncpg`.
    pub scheme: String,
    /// Host without port.
    pub host: String,
    /// What kind of host it is.
    pub kind: Host,
    /// How sure the password looks.
    pub likelihood: Likelihood,
    /// The id of the format that describes it: `db-url`, `redis-amqp-url`, `url-credentials`.
    pub format: &'static str,
}

impl UrlInfo {
    /// Loopback or a compose service.
    #[must_use]
    pub fn is_local(&self) -> bool {
        matches!(self.kind, Host::Loopback | Host::Service)
    }
}

/// The span of the first URL password in a text.
#[must_use]
pub fn url_password(text: &str) -> Option<(usize, usize, UrlInfo)> {
    candidates(text).find_map(|candidate| judge_candidate(text, &candidate))
}

/// The spans of all URL passwords in a text.
#[must_use]
pub fn url_passwords(text: &str) -> Vec<(usize, usize, UrlInfo)> {
    candidates(text).filter_map(|candidate| judge_candidate(text, &candidate)).collect()
}

pub(super) struct Candidate {
    scheme: (usize, usize),
    user: (usize, usize),
    pub password: (usize, usize),
    host: (usize, usize),
}

/// Everything of the form `scheme://user:password@host` (RFC 3986, 3.2.1), also with holes. Linear: an authority ends
/// at the next slash, quote or space, so no byte is read for two URLs.
pub(super) fn candidates(text: &str) -> impl Iterator<Item = Candidate> + '_ {
    let bytes = text.as_bytes();
    memmem::find_iter(bytes, b"://").filter_map(move |at| {
        let scheme_length =
            bytes[..at].iter().rev().take(32).take_while(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b)).count();
        let scheme = (at - scheme_length, at);
        if scheme_length == 0 || scheme_length == 32 {
            return None;
        }
        let start = at + 3;
        let end = authority_end(bytes, start);
        let sign = start + memchr::memrchr(b'@', &bytes[start..end])?;
        let colon = start + memchr::memchr(b':', &bytes[start..sign])?;
        let host_end = host_end(bytes, sign + 1, end);
        (colon + 1 < sign).then_some(Candidate {
            scheme,
            user: (start, colon),
            password: (colon + 1, sign),
            host: (sign + 1, host_end),
        })
    })
}

/// Holes such as `{os.environ["X"]}` may hold anything, so braces are stepped over.
fn authority_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0usize;
    for (i, &b) in bytes[start..].iter().enumerate().take(512) {
        match b {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'\n' | b'\r' => return start + i,
            b'/' | b'?' | b'#' | b'"' | b'\'' | b'`' | b' ' | b'\t' | b'\\' | b',' | b';' if depth == 0 => {
                return start + i;
            }
            _ => {}
        }
    }
    let mut end = (start + 512).min(bytes.len());
    while end < bytes.len() && bytes[end] & 0xC0 == 0x80 {
        end -= 1;
    }
    end
}

fn host_end(bytes: &[u8], start: usize, end: usize) -> usize {
    if bytes.get(start) == Some(&b'[') {
        return memchr::memchr(b']', &bytes[start..end]).map_or(end, |n| start + n + 1);
    }
    if bytes.get(start) == Some(&b'{') {
        return memchr::memchr(b'}', &bytes[start..end]).map_or(end, |n| start + n + 1);
    }
    memchr::memchr(b':', &bytes[start..end]).map_or(end, |n| start + n)
}

fn judge_candidate(text: &str, candidate: &Candidate) -> Option<(usize, usize, UrlInfo)> {
    let part = |(start, end): (usize, usize)| &text[start..end];
    let (password, user, host) = (part(candidate.password), part(candidate.user), part(candidate.host));
    let scheme = part(candidate.scheme).to_ascii_lowercase();
    if host.is_empty() && !scheme.starts_with("sqlite") {
        return None;
    }
    let kind = host_kind(host);
    // `user:password@host:port`
    if text[candidate.host.1..]
        .strip_prefix(':')
        .is_some_and(|port| port.starts_with(|c: char| c.is_ascii_alphabetic()))
    {
        return None;
    }
    // What stands where the token is not: GitHub and GitLab take the token as user.
    if password == "x-oauth-basic" || password == "x-token-auth" || user == "oauth2accesstoken" && is_template(password)
    {
        return None;
    }
    // `http://localhost:8000@evil.com`: a host with its port, put where a user stands.
    let is_host = user == "localhost" || user.contains('.');
    if is_host && password.len() <= 5 && password.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // RabbitMQ's shipped login works on loopback only.
    if user == "guest"
        && password == "guest"
        && scheme.starts_with("amqp")
        && matches!(kind, Host::Loopback | Host::Service)
    {
        return None;
    }
    let one_letter = password.chars().count() < 3;
    if one_letter
        || has(DOCUMENTATION, &password.to_ascii_lowercase())
        || harmless_as(NameClass::Password, "", password).is_some()
    {
        return None;
    }
    let mut likelihood = grade(NameClass::Password, password);
    if user.eq_ignore_ascii_case(password) {
        likelihood = Likelihood::Weak;
    } else if likelihood == Likelihood::Unlikely {
        // Nobody writes a word there but as password.
        likelihood = Likelihood::Weak;
    }
    let format = format_of(&scheme);
    Some((
        candidate.password.0,
        candidate.password.1,
        UrlInfo { scheme, host: host.to_owned(), kind, likelihood, format },
    ))
}

fn format_of(scheme: &str) -> &'static str {
    let base = scheme.split('+').next().unwrap_or(scheme);
    match base {
        "postgres" | "postgresql" | "mysql" | "mariadb" | "mongodb" | "mssql" | "oracle" | "clickhouse"
        | "cockroachdb" | "db2" | "snowflake" | "redshift" | "sqlserver" | "sqlite" => "db-url",
        "redis" | "rediss" | "amqp" | "amqps" | "pyamqp" | "kafka" | "nats" | "memcached" | "mqtt" | "mqtts" => {
            "redis-amqp-url"
        }
        _ => "url-credentials",
    }
}

fn host_kind(host: &str) -> Host {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    if host.starts_with('{') || host.starts_with('$') || host.starts_with('<') || host.starts_with('%') {
        return Host::Template;
    }
    if host == "localhost"
        || host.starts_with("127.")
        || host == "::1"
        || host == "0.0.0.0"
        || host.ends_with(".localhost")
        || host == "host.docker.internal"
    {
        return Host::Loopback;
    }
    let reserved = ["example", "test", "invalid"];
    let labels: Vec<&str> = host.split('.').collect();
    if reserved.iter().any(|r| labels.last() == Some(r))
        || labels.len() >= 2 && labels[labels.len() - 2] == "example"
        || host == "host"
        || host == "hostname"
    {
        return Host::Example;
    }
    if !host.contains('.') && !host.contains(':') { Host::Service } else { Host::Remote }
}

/// Passwords of documentation, not of people.
const DOCUMENTATION: &str = "\
    password passwd pass pwd pw secret token mypassword userpassword key apikey";

/// The span of a password in a connection string that is no URL: `Server=x;Password=y;` (ADO.NET, ODBC),
/// `host=x password=y` (libpq), `DefaultEndpointsProtocol=https;AccountKey=...` (Azure).
#[must_use]
pub fn dsn_password(text: &str) -> Option<(usize, usize)> {
    if text.len() > 4096 || !text.contains('=') {
        return None;
    }
    let separator = |c: char| c == ';' || (c.is_whitespace() && !text.contains(';'));
    let mut from = 0;
    let mut pairs = 0;
    let mut found = None;
    for part in text.split(separator) {
        let start = from;
        from += part.len() + 1;
        let Some((key, value)) = part.split_once('=') else {
            continue;
        };
        pairs += 1;
        let class = match key.trim().to_ascii_lowercase().as_str() {
            "accountkey" | "sharedaccesskey" => NameClass::Key,
            "password" | "pwd" => NameClass::Password,
            other => classify_name(other),
        };
        let documented = has(DOCUMENTATION, &value.trim().to_ascii_lowercase());
        if found.is_none()
            && matches!(class, NameClass::Password | NameClass::Key)
            && !documented
            && !value.contains(['\'', '"', '(', ')'])
            && harmless_as(class, "", value).is_none()
        {
            found = Some((start + key.len() + 1, start + part.len()));
        }
    }
    found.filter(|_| pairs >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(scheme: &str, user: &str, password: &str, rest: &str) -> String {
        [scheme, "://", user, ":", password, "@", rest].concat()
    }

    #[test]
    fn finds_the_password() {
        for (scheme, user, password, rest, kind, format) in [
            ("postgresql", "app", "kX9!vv2m", "db.prod.internal:5432/app", Host::Remote, "db-url"),
            ("postgresql+asyncpg", "app", "sommer24", "localhost/app", Host::Loopback, "db-url"),
            ("redis", "", "zebra42", "redis:6379/0", Host::Service, "redis-amqp-url"),
            ("https", "bot", "p4kk-7hz1", "git.acme.io/x.git", Host::Remote, "url-credentials"),
            ("mysql", "root", "root", "127.0.0.1/x", Host::Loopback, "db-url"),
            ("mongodb+srv", "u", "a@b9x7", "c.mongodb.net", Host::Remote, "db-url"),
            ("amqp", "guest", "guest", "mq.acme.io//", Host::Remote, "redis-amqp-url"),
            ("http", "u", "tr3e.house", "[::1]:80/", Host::Loopback, "url-credentials"),
            ("http", "u", "tr3e.house", "{host}:80/", Host::Template, "url-credentials"),
        ] {
            let text = format!("see <{}>", url(scheme, user, password, rest));
            let (start, end, info) = url_password(&text).unwrap_or_else(|| panic!("{scheme} {user}"));
            assert_eq!((&text[start..end], info.kind, info.format), (password, kind, format));
        }
    }

    #[test]
    fn holes_and_documentation_are_none() {
        for password in [
            "{password}",
            "${PASS}",
            "$PASS",
            "<password>",
            "****",
            "password",
            "pass",
            "%s",
            "xxxx",
            "your-password",
            "{os.environ[\"P\"]}",
            "PASSWORD",
            "x",
            "{{ p }}",
            "...",
        ] {
            assert_eq!(url_password(&url("postgres", "user", password, "db.acme.io/x")), None, "{password}");
        }
        for text in [
            "https://acme.io/a:b@c",
            "https://acme.io:8080/@scope/x",
            "mailto:a@b.c",
            "https://user@acme.io",
            "://:@",
            "git@github.com:a/b.git",
            "https://:@host",
            "",
        ] {
            assert_eq!(url_password(text), None, "{text}");
        }
        assert_eq!(url_password(&url("amqp", "guest", "guest", "localhost//")), None);
    }

    #[test]
    fn shipped_logins_are_weak() {
        for (user, password) in [("postgres", "postgres"), ("root", "root"), ("app", "changeme"), ("zenml", "zenml")] {
            let found = url_password(&url("postgresql", user, password, "db/x"));
            assert_eq!(found.map(|f| (f.2.likelihood, f.2.is_local())), Some((Likelihood::Weak, true)), "{user}");
        }
    }

    #[test]
    fn connection_strings() {
        for (text, password) in [
            ("Server=a.b.c;Database=x;User Id=sa;Password=Zug!2291;", "Zug!2291"),
            ("host=db user=app password=zebra42 dbname=x", "zebra42"),
            ("Driver={ODBC};PWD=kk9-lm2p;UID=x", "kk9-lm2p"),
        ] {
            assert_eq!(dsn_password(text).map(|(a, b)| &text[a..b]), Some(password));
        }
        for text in ["Server=a;Password={pw};", "password=zebra42", "a=b;c=d", "host=db password=password", ""] {
            assert_eq!(dsn_password(text), None, "{text}");
        }
    }

    #[test]
    fn linear_on_many_schemes() {
        assert_eq!(url_passwords(&"a://".repeat(250_000)), Vec::new());
        assert_eq!(url_passwords(&"a://{".repeat(250_000)), Vec::new());
        assert_eq!(url_passwords(&"@:".repeat(250_000)), Vec::new());
    }
}
