//! What a name says about the value bound to it, decided on its last words.
//!
//! The head of an English name stands last: `api_key_header` is a header, `password_min_length` a length. So only a
//! name that *ends* in a secret's word is one, and a word before it may still take it back (`next_token`).

use super::words::{has, words};
use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::sync::LazyLock;

/// What a name says about the value bound to it (variable, keyword, dict key, attribute, header, environment variable).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameClass {
    /// Nothing secret.
    No,
    /// A password, passphrase or passcode: short and chosen by people, so a guessable literal is still a live one.
    Password,
    /// A key this application makes up itself (`SECRET_KEY`, `jwt_secret`, `encryption_key`): *any* literal works, so
    /// even `"your-secret-key"` is in force.
    SigningKey,
    /// A key or secret that somebody else issued: API key, client secret, private key, webhook secret.
    Key,
    /// A token somebody else issued: access token, bot token, bearer.
    Token,
    /// User and password in one value (`credentials`, `basic_auth`): a secret when it reads `user:password`.
    Credentials,
    /// The `Authorization` header: a secret when it reads `Bearer ...` or `Basic ...`.
    Authorization,
    /// A URL or connection string: a secret only if it carries a password.
    Connection,
}

impl NameClass {
    /// Whether the value itself is the secret, not a part of it.
    #[must_use]
    pub fn is_secret(self) -> bool {
        !matches!(self, NameClass::No | NameClass::Connection)
    }
}

/// The class of a name in any style: `snake_case`, `camelCase`, `kebab-case`, dotted, spaced, `UPPER`.
#[must_use]
pub fn classify_name(name: &str) -> NameClass {
    if name.len() > 64 || !MAY_BE_SECRET.is_match(name) {
        return NameClass::No;
    }
    /// So many names are remembered: those of a project come again and again.
    const REMEMBERED: usize = 4_096;
    thread_local! {
        static CLASSES: RefCell<FxHashMap<Box<str>, NameClass>> = RefCell::default();
    }
    CLASSES.with_borrow_mut(|classes| {
        if let Some(class) = classes.get(name) {
            return *class;
        }
        let class = by_words(name);
        if classes.len() < REMEMBERED {
            classes.insert(name.into(), class);
        }
        class
    })
}

/// Whether a word stands in a text that may make a name one of a secret.
#[must_use]
pub fn may_name(text: &str) -> bool {
    MAY_BE_SECRET.is_match(text)
}

/// Where such words stand in a text.
pub(super) fn secret_words(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    MAY_BE_SECRET.find_iter(text).map(|found| found.range())
}

/// Whether a text may hold a secret by any name, in a URL or as a key.
#[must_use]
pub fn may_hold(text: &str) -> bool {
    may_name(text) || text.contains("://") || text.contains("-----BEGIN ")
}

/// One of these stands in every name that says anything: most names are done with here.
static MAY_BE_SECRET: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(SECRET_WORDS.split_ascii_whitespace())
        .expect("short literals make an automaton")
});

/// One of these stands in every name that says anything.
pub(super) const SECRET_WORDS: &str = "\
    pass psw pasw paswd pwd pw kennwort senha contrasena wachtwoord mnemonic phrase secret key token bearer jwt \
    git azure devops ado bitbucket cred auth userinfo url uri dsn conn broker backend psk pepper docker";

fn by_words(name: &str) -> NameClass {
    // `spring.datasource.password`: the last segment is the name; what stands before is its place.
    let name = name.trim_matches(|c: char| !c.is_alphanumeric());
    let segment = match name.rsplit_once('.') {
        // `crypto.signing.key`: a key of what stands before.
        Some((place, key)) if key.eq_ignore_ascii_case("key") => &name[place.rfind('.').map_or(0, |at| at + 1)..],
        Some((_, last)) => last,
        None => name,
    };
    if segment.split_whitespace().count() > 3 {
        return NameClass::No;
    }
    let mut words: Vec<String> = words(segment);
    words.retain(|w| !w.bytes().all(|b| b.is_ascii_digit()));
    while words.len() > 1 && words.last().is_some_and(|w| has(NEUTRAL, w)) {
        words.pop();
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some((&head, before)) = words.split_last() else {
        return NameClass::No;
    };
    let modifier = before.last().copied().unwrap_or("");
    let class = by_head(head, modifier, before);
    let taken_back = class != NameClass::No
        && (before.contains(&"public")
            || before.iter().any(|w| has("md sha bcrypt argon crypt ntlm checksum postman", w))
            || has(TAKES_BACK, modifier)
            || before.first().is_some_and(|w| has(TAKES_BACK_FIRST, w)));
    if taken_back { NameClass::No } else { class }
}

fn by_head(head: &str, modifier: &str, before: &[&str]) -> NameClass {
    match head {
        "password" | "passwd" | "pwd" | "psw" | "pswd" | "paswd" | "passw" | "pasword" | "passphrase" | "passcode"
        | "passwort" | "kennwort" | "senha" | "contrasena" | "wachtwoord" | "mnemonic" | "requirepass"
        | "masterauth" | "psk" => NameClass::Password,
        "pepper" if has("password pw hash auth secret app jwt", modifier) => NameClass::SigningKey,
        "credentials" if modifier == "bind" => NameClass::Password,
        "dockerconfigjson" | "dockercfg" => NameClass::Key,
        "phrase" if has("pass seed recovery mnemonic", modifier) => NameClass::Password,
        "word" | "code" | "wd" if modifier == "pass" => NameClass::Password,
        "pass" | "pw" if modifier.is_empty() || has(OWNS_A_PASSWORD, modifier) => NameClass::Password,
        "secret" if before.iter().any(|w| has(SIGNS, w)) => NameClass::SigningKey,
        "secret" if !has(NAMES_AN_OBJECT, modifier) => NameClass::Key,
        "key" if modifier == "secret" && !before.iter().any(|w| has(ISSUED, w)) => NameClass::SigningKey,
        "key" if has(SIGNS, modifier) && !has("session cookie cookies flask django", modifier) => NameClass::SigningKey,
        "key" if has(ISSUED_KEY, modifier) || has(PROVIDERS, modifier) => NameClass::Key,
        "key" if modifier == "role" && before.contains(&"service") => NameClass::Key,
        "token" if !has(NO_TOKEN, modifier) && !before.first().is_some_and(|w| has(NO_TOKEN, w)) => NameClass::Token,
        "bearer" | "jwt" => NameClass::Token,
        "pat" if has("github gitlab azure devops ado bitbucket git", modifier) => NameClass::Token,
        "credentials" | "credential" | "creds" | "cred" => NameClass::Credentials,
        "auth" if modifier.is_empty() || has("basic http proxy", modifier) => NameClass::Credentials,
        "userpwd" | "userinfo" => NameClass::Credentials,
        "authorization" => NameClass::Authorization,
        "url" | "uri" | "dsn" | "connstr" | "broker" => NameClass::Connection,
        "string" | "str" if has("connection conn connect", modifier) => NameClass::Connection,
        "backend" if modifier == "result" => NameClass::Connection,
        _ => joined(head),
    }
}

/// Words written without a break: `PGPASSWORD`, `dbpass`, `APIkey`, `accesstoken`.
fn joined(head: &str) -> NameClass {
    let ends = |list: &str| list.split_ascii_whitespace().any(|w| head.ends_with(w));
    let class = if ends("password passwd passphrase")
        || head.len() > 3 && ends("pwd") && !has("oldpwd cwdpwd", head)
        || has("dbpass userpass rootpw rootpass adminpass ftppass sudopass dbpw userpw adminpw dbpwd", head)
    {
        NameClass::Password
    } else if has("secretkey signingkey encryptionkey jwtsecret fernetkey cookiesecret", head) {
        NameClass::SigningKey
    } else if ends("apikey privatekey accesskey clientsecret appsecret authkey apisecret") {
        NameClass::Key
    } else if ends("accesstoken authtoken apitoken refreshtoken bottoken bearertoken") {
        NameClass::Token
    } else {
        return NameClass::No;
    };
    let verbs = "public publishable hashed encrypted forgot reset wrong invalid change update validate verify check no";
    if verbs.split_ascii_whitespace().any(|w| head.starts_with(w)) { NameClass::No } else { class }
}

/// Words after the head that change nothing: `token_value`, `DB_PASSWORD_PROD`, `secret_key_base`.
const NEUTRAL: &str = "\
    value val raw plain plaintext cleartext clear default literal bytes base prod production dev development staging \
    live sandbox local old new current previous fallback v real actual";

/// First words that make a name a question, an action, a message or a name of a name, never a value.
const TAKES_BACK_FIRST: &str = "\
    field label placeholder dummy fake mock example sample msg message error err exc exception invalid incorrect \
    wrong bad missing no not is has have use uses enable show hide forgot forgotten lost reset change set get update \
    validate verify check require requires required allow with without ask prompt hint description title regex \
    pattern event signal enter confirm repeat expected supports requested encrypted hashed masked redacted \
    obfuscated column col env envvar header param parameter arg option flag opt scope perm permission feature step \
    grant generate create delete remove rotate revoke empty blank unknown expired unauthorized issue translation \
    command revoked";

/// Words right before the head that take it back, whatever the head is.
const TAKES_BACK: &str = "\
    public publishable csrf xsrf hashed encrypted hash encoded is has no wrong invalid incorrect bad missing forgot \
    reset masked redacted expired anon anonymous captcha recaptcha without site";

/// Who has a `pass` or a `pw` (`first_pass`, `low_pass` are no passwords).
const OWNS_A_PASSWORD: &str = "\
    db database user usr username admin root smtp mail email ftp sftp ssh http auth login api proxy mysql pg \
    postgres postgresql redis mongo mongodb rabbit rabbitmq mq amqp mqtt ldap my account app server client wifi \
    router bind sql key keystore sudo default basic service svc imap pop vpn wallet rpc broker kafka elastic es neo \
    remote jenkins master repl test tmp temp new old";

/// What an application signs or encrypts with its own key.
const SIGNS: &str = "\
    signing sign encryption encrypt encrypting jwt session cookie cookies fernet crypto crypt cipher aes hmac flask \
    django itsdangerous";

/// Before `secret_key`: somebody else issued it.
const ISSUED: &str = "\
    aws s api access client minio stripe alibaba oss consumer app user cloud tencent recaptcha storage";

/// Before `key`: a key somebody issued, or a private one. `session_key`, `cache_key`, `sort_key`, `host_key` are not.
const ISSUED_KEY: &str = "\
    api client secret private priv master access auth authentication authorization shared app application license deploy \
    subscription account rapidapi consumer admin apikey token webhook preshared psk wallet service_role server mch";

/// Before `key`: whose API it opens.
const PROVIDERS: &str = "\
    openai anthropic stripe sendgrid mailgun mailchimp google gcp azure aws github gitlab twilio maps gemini groq \
    cohere mistral deepl algolia datadog sentry pinecone huggingface hf fcm firebase cloudflare heroku supabase";

/// Before `secret`: the name of an object that holds one (Kubernetes), or a boolean.
const NAMES_AN_OBJECT: &str = "\
    pull kubernetes k kube tls existing from image top store database";

/// Before `token`: pages, parsers, language models, coins.
const NO_TOKEN: &str = "\
    next page pagination continuation continue sync parser lexer eos bos pad padding unk mask sep cls special stop \
    start end begin punctuation operator prev delim delimiter word sub vocab image idempotency contract native input \
    output prompt completion max min num count cancellation cancel resume sequence fencing lock template symbol \
    audio video text query search path date first last open close comment keyword string newline indent dedent \
    whitespace marker separator offset bracket tok per total iterator check change concurrency version form paging \
    more split think tool eot fim";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hold_secrets() {
        use NameClass::*;
        for (name, class) in [
            ("password", Password),
            ("DB_PASSWORD", Password),
            ("dbPassword", Password),
            ("PGPASSWORD", Password),
            ("smtp_pass", Password),
            ("pw", Password),
            ("root-pw", Password),
            ("userpass", Password),
            ("requirepass", Password),
            ("WIFI_PSK", Password),
            ("crypto.signing.key", SigningKey),
            ("Jwt.Key", SigningKey),
            ("PASSWORD_PEPPER", SigningKey),
            (".dockerconfigjson", Key),
            ("key_passphrase", Password),
            ("password1", Password),
            ("DB_PASSWORD_PROD", Password),
            ("spring.datasource.password", Password),
            ("old_password", Password),
            ("SECRET_KEY", SigningKey),
            ("app.secret_key", SigningKey),
            ("jwt_secret", SigningKey),
            ("JWT_SECRET_KEY", SigningKey),
            ("SESSION_SECRET", SigningKey),
            ("signing_key", SigningKey),
            ("fernet_key", SigningKey),
            ("secretKey", SigningKey),
            ("SECRET_KEY_BASE", SigningKey),
            ("api_key", Key),
            ("apiKey", Key),
            ("APIKey", Key),
            ("apikey", Key),
            ("X-Api-Key", Key),
            ("client_secret", Key),
            ("webhook_secret", Key),
            ("aws_secret_access_key", Key),
            ("s3_secret_key", Key),
            ("secret", Key),
            ("private_key", Key),
            ("OPENAI_KEY", Key),
            ("token", Token),
            ("access_token", Token),
            ("botToken", Token),
            ("X-Auth-Token", Token),
            ("bearer", Token),
            ("api key", Key),
            ("credentials", Credentials),
            ("Authorization", Authorization),
            ("DATABASE_URL", Connection),
            ("dsn", Connection),
            ("sqlalchemy_database_uri", Connection),
            ("connection_string", Connection),
        ] {
            assert_eq!(classify_name(name), class, "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_before_the_words_are_read(
            before in "(db|pass|seed|recovery|connection|connect|result|github|ado|devops|azure|service|role|basic|my|a)?",
            separator in "(_|-|)",
            head in "(password|passwd|pwd|passphrase|passcode|passwort|kennwort|senha|contrasena|wachtwoord|mnemonic|phrase|word|code|wd|pass|pw|secret|key|token|bearer|jwt|pat|credentials|cred|creds|auth|userpwd|userinfo|authorization|url|uri|dsn|connstr|broker|string|str|backend|dbpw|rootpw|apikey|bottoken|name)",
            after in "(_prod|_value|2|)",
        ) {
            let name = format!("{before}{separator}{head}{after}");
            proptest::prop_assert_eq!(classify_name(&name), by_words(&name));
            let upper = name.to_uppercase();
            proptest::prop_assert_eq!(classify_name(&upper), by_words(&upper));
        }
    }

    #[test]
    fn names_that_do_not() {
        for name in [
            "",
            "_",
            "password_hash",
            "password_min_length",
            "password_field",
            "is_password",
            "has_password",
            "hashed_password",
            "reset_password",
            "forgotPassword",
            "wrong_password",
            "DUMMY_SECRET",
            "secret_name",
            "checksum/secret",
            "Postman-Token",
            "cache.key",
            "secret_id",
            "api_key_header",
            "api_key_id",
            "access_key_id",
            "csrf_token",
            "csrf-token",
            "next_token",
            "nextToken",
            "page_token",
            "token_type",
            "tokenizer",
            "tokens",
            "max_tokens",
            "pad_token",
            "eos_token",
            "keyword",
            "keywords",
            "key",
            "sort_key",
            "public_key",
            "primary_key",
            "foreign_key",
            "cache_key",
            "host_key",
            "partition_key",
            "first_pass",
            "low_pass",
            "bypass",
            "compass",
            "secretary",
            "image_pull_secret",
            "passed",
            "password_label",
            "monkey",
            "password_regex",
            "stripe_publishable_key",
            "Please enter your new password",
            "resetpassword",
            "session_key",
            "storage_key",
            "passwordless",
            "author",
            "authority",
            "token_expiry",
            "passenger",
        ] {
            assert_eq!(classify_name(name), NameClass::No, "{name}");
        }
        assert_eq!(classify_name("token_url"), NameClass::Connection);
        assert_eq!(classify_name(&"password".repeat(20)), NameClass::No);
    }
}
