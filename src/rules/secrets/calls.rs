//! Calls that take a secret without a name, from the documentation of each package.

use crate::python::ast::{Expr, ExprCall};
use crate::python::dotted;
use crate::rule::Cx;
use std::sync::LazyLock;

/// A call that takes a secret by its place.
struct Known {
    /// The last part of the callee's name.
    call: &'static str,
    /// Where the secret stands.
    at: usize,
    /// What it is.
    meaning: &'static str,
    /// What has to be spoken of in the file; nothing where the name of the call says enough.
    package: &'static str,
    /// The package itself is called (`jwt.encode`), not something of it.
    direct: bool,
    /// Only the name speaks for it: anybody may call something else so.
    loose: bool,
}

const fn of(call: &'static str, at: usize, meaning: &'static str, package: &'static str) -> Known {
    Known { call, at, meaning, package, direct: false, loose: false }
}

const fn direct(call: &'static str, at: usize, meaning: &'static str, package: &'static str) -> Known {
    Known { direct: true, ..of(call, at, meaning, package) }
}

const fn named(call: &'static str, at: usize) -> Known {
    Known { loose: true, ..of(call, at, "password", "") }
}

static KNOWN: [Known; 67] = [
    // Signing and encryption.
    direct("encode", 1, "jwt_secret", "jwt"),
    direct("decode", 1, "jwt_secret", "jwt"),
    direct("new", 0, "signing_key", "hmac"),
    of("Fernet", 0, "encryption_key", "cryptography"),
    of("URLSafeTimedSerializer", 0, "secret_key", "itsdangerous"),
    of("URLSafeSerializer", 0, "secret_key", "itsdangerous"),
    of("TimestampSigner", 0, "secret_key", "itsdangerous"),
    of("TimedJSONWebSignatureSerializer", 0, "secret_key", "itsdangerous"),
    of("EncryptedCookieStorage", 0, "secret_key", "aiohttp_session"),
    // HTTP.
    of("HTTPBasicAuth", 1, "password", "requests"),
    of("HTTPDigestAuth", 1, "password", "requests"),
    of("HttpNtlmAuth", 1, "password", "requests_ntlm"),
    of("OAuth1", 1, "client_secret", "requests_oauthlib"),
    of("OAuth1", 3, "access_token", "requests_oauthlib"),
    of("OAuth1Session", 1, "client_secret", "requests_oauthlib"),
    of("BasicAuth", 1, "password", "httpx"),
    of("DigestAuth", 1, "password", "httpx"),
    of("BasicAuth", 1, "password", "aiohttp"),
    // Mail, files, shells, directories.
    of("login", 1, "password", "smtplib"),
    of("login", 1, "password", "imaplib"),
    of("login", 1, "password", "imapclient"),
    of("login", 1, "password", "ftplib"),
    of("FTP", 2, "password", "ftplib"),
    of("pass_", 0, "password", "poplib"),
    Known { loose: true, ..of("connect", 3, "password", "paramiko") },
    of("simple_bind_s", 1, "password", "ldap"),
    of("bind_s", 1, "password", "ldap"),
    of("Connection", 2, "password", "ldap3"),
    // Databases and queues.
    direct("connect", 2, "password", "pymysql"),
    direct("connect", 2, "password", "MySQLdb"),
    direct("connect", 2, "password", "pymssql"),
    direct("connect", 1, "password", "cx_Oracle"),
    direct("connect", 1, "password", "oracledb"),
    of("PlainCredentials", 1, "password", "pika"),
    of("PlainAuthProvider", 1, "password", "cassandra"),
    of("Redis", 3, "password", "redis"),
    of("StrictRedis", 3, "password", "redis"),
    of("username_pw_set", 1, "password", "mqtt"),
    // Services.
    of("LineBotApi", 0, "access_token", "linebot"),
    of("WebhookHandler", 0, "channel_secret", "linebot"),
    of("Client", 1, "auth_token", "twilio"),
    of("TeleBot", 0, "bot_token", "telebot"),
    of("Bot", 0, "bot_token", "telegram"),
    of("WebClient", 0, "access_token", "slack"),
    of("SlackClient", 0, "access_token", "slack"),
    of("Github", 0, "access_token", "github"),
    of("Github", 1, "password", "github"),
    of("Gitlab", 1, "private_token", "gitlab"),
    of("OAuthHandler", 1, "client_secret", "tweepy"),
    of("set_access_token", 1, "access_token_secret", "tweepy"),
    of("SendGridAPIClient", 0, "api_key", "sendgrid"),
    // Users.
    of("set_password", 0, "password", ""),
    of("make_password", 0, "password", ""),
    of("generate_password_hash", 0, "password", ""),
    of("hash_password", 0, "password", ""),
    of("check_password", 0, "password", ""),
    of("create_superuser", 2, "password", ""),
    named("create_user", 1),
    named("create_user", 2),
    named("login", 1),
    named("log_in", 1),
    named("sign_in", 1),
    named("authenticate", 1),
    named("basic_auth", 1),
    named("set_auth", 1),
    named("set_credentials", 1),
    named("Credentials", 1),
];

/// The lengths of the names in the table, as bits, by their first byte: most calls are none of them, and this tells so.
static LENGTHS: LazyLock<[u32; 256]> = LazyLock::new(|| {
    let mut lengths = [0; 256];
    for known in &KNOWN {
        lengths[usize::from(known.call.as_bytes()[0])] |= 1 << known.call.len().min(31);
    }
    lengths
});

/// What a call takes at a place, with the call's name; and whether it only sounds so.
pub fn known<'a>(cx: &Cx<'a>, call: &ExprCall, at: usize) -> Option<(&'a str, &'a str, bool)> {
    let callee = callee(call)?;
    if LENGTHS[usize::from(*callee.as_bytes().first()?)] & (1 << callee.len().min(31)) == 0 {
        return None;
    }
    let mut fitting = KNOWN.iter().filter(|known| known.at == at && known.call == callee);
    let known = fitting.find(|known| {
        let whole = || dotted(&call.func).unwrap_or_default();
        cx.mentions(known.package) && (!known.direct || whole() == format!("{}.{}", known.package, known.call))
    })?;
    Some((known.call, known.meaning, known.loose))
}

/// The last part of a callee's name.
pub fn callee(call: &ExprCall) -> Option<&str> {
    match &*call.func {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

/// Calls that take a name and then its value: `setdefault("password", "...")`.
pub fn names_and_sets(callee: &str) -> bool {
    matches!(
        callee,
        "setdefault"
            | "set"
            | "setenv"
            | "putenv"
            | "setattr"
            | "add_header"
            | "set_secret"
            | "set_option"
            | "set_value"
            | "set_config"
            | "DEFINE_string"
            | "put"
            | "set_env"
            | "set_credential"
    )
}
