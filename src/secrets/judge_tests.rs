//! Names and values together: what is reported, how sure, and why the rest is not.

use super::*;

fn sure(name: &str, value: &str) -> Option<Likelihood> {
    match judge(name, value) {
        Judgement::Harmless(_) => None,
        Judgement::Secret { likelihood, .. } => Some(likelihood),
    }
}

#[test]
fn passwords_as_people_make_them() {
    for value in [
        "zebra42",
        "Sommer2024",
        "kX9!vv2m",
        "p@ssion!",
        "tr0ub4dor&3",
        "Abc12!",
        "q7w8e9",
        "hund-99-katze",
        "Jupiter_17",
        "xK3p",
        "s3rv1ce",
        "B1gB00ts",
        "latest99",
        "contest2020",
        "MyD0gSpot",
        "rockyou_77",
        "ftpuser01!",
        "Zq8/Lm2x",
        "9fj2kd",
        "bLuE7sky",
        "h4ckm3",
        "vbnmx2",
    ] {
        assert_eq!(sure("password", value), Some(Likelihood::Likely), "{value}");
        assert_eq!(sure("DB_PASS", value), Some(Likelihood::Likely), "{value}");
    }
}

#[test]
fn guessable_values_are_weak() {
    for value in [
        "changeme",
        "change-me",
        "admin",
        "postgres",
        "elastic",
        "password123",
        "123456",
        "1234",
        "qwerty",
        "root",
        "P@ssw0rd",
        "Welcome1!",
        "admin@123",
        "letmein",
        "minioadmin",
        "passw0rd",
        "test123",
        "s3cr3t",
        "CHANGE_ME",
    ] {
        assert_eq!(sure("password", value), Some(Likelihood::Weak), "{value}");
    }
    for value in [
        "dev",
        "secret",
        "my-secret-key",
        "your-secret-key",
        "super-secret",
        "changeme",
        "this is a secret key",
        "not so secret",
        "supersecretkey",
        "CHANGE_ME",
        "YOUR_SECRET_KEY",
        "your-256-bit-secret",
    ] {
        assert_eq!(sure("SECRET_KEY", value), Some(Likelihood::Weak), "{value}");
        assert_eq!(sure("jwt_secret_key", value), Some(Likelihood::Weak), "{value}");
    }
}

#[test]
fn words_alone_are_unlikely() {
    for value in ["kolibri", "two-words", "Saturn", "ab"] {
        assert_eq!(sure("password", value), Some(Likelihood::Unlikely), "{value}");
    }
}

#[test]
fn random_values_are_certain() {
    let hex = ["9f3c07be51d8a264", "0e7b93c5d1f8a642"].concat();
    let mixed = ["Zk3v9QxT1b", "Lm7RwYp5Nc"].concat();
    for name in ["password", "SECRET_KEY", "api_key", "token", "client_secret", "X-Api-Key"] {
        assert_eq!(sure(name, &hex), Some(Likelihood::Certain), "{name}");
        assert_eq!(sure(name, &mixed), Some(Likelihood::Certain), "{name}");
    }
    assert_eq!(sure("Authorization", &format!("Bearer {mixed}")), Some(Likelihood::Certain));
    assert_eq!(sure("token", &format!("Token {mixed}")), Some(Likelihood::Certain));
    assert_eq!(sure("api_key", "k7Zp-2xQ9"), Some(Likelihood::Likely));
    assert_eq!(sure("api_key", "b1946ac9-2492-4d23-8c5e-0f3a7b6d1e42"), Some(Likelihood::Certain));
    assert_eq!(sure("credentials", "bob:zebra42"), Some(Likelihood::Likely));
    assert_eq!(
        sure("DATABASE_URL", &["postgresql://app:", "zebra42", "@db.acme.io/x"].concat()),
        Some(Likelihood::Likely)
    );
}

#[test]
fn copied_signing_keys_are_certain_and_say_so() {
    let key = ["09d25e094faa6ca2556c818166b7a956", "3b93f7099f6f0f4caa6cf63b88e8d3e7"].concat();
    assert_eq!(
        judge("SECRET_KEY", &key),
        Judgement::Secret { class: NameClass::SigningKey, likelihood: Likelihood::Certain, copied: true }
    );
}

#[test]
fn harmless_and_why() {
    use Harmless::*;
    for (name, value, why) in [
        ("password", "", Empty),
        ("password", "  ", Empty),
        ("password", "{}", Template),
        ("password", "${DB_PASSWORD}", Template),
        ("password", "$DB_PASSWORD", Template),
        ("password", "<password>", Template),
        ("password", "%(password)s", Template),
        ("password", "{{ secrets.db }}", Template),
        ("token", "[YOUR TOKEN]", Template),
        ("password", "%s", Template),
        ("token", "vault:secret/data/db#password", Reference),
        ("password", "********", Masked),
        ("api_key", "sk-...", Masked),
        ("password", "xxxxxxxx", Repeated),
        ("PSK", "MDAwMDAwMDAwMDAwMDAwMDAw", Repeated),
        ("token", "#ff00aa", Identifier),
        ("password", "ENC(nrmZtkF7T0kjG/VodDvBw93Ct8)", Reference),
        ("password", "*C57F2A2B9D8E1C3A4B5C6D7E8F9A0B1C2D3E4F5A", Digest),
        ("SESSION_SECRET", "TODO", Placeholder),
        ("token", "0000-0000", Repeated),
        ("api_key", "123456", Sequence),
        ("token", "abcdefgh", Sequence),
        ("password", "---", NoAlphanumerics),
        ("password", "Enter your password", Prose),
        ("password", "Password:", Prose),
        ("password", "パスワード", Prose),
        ("secret", "The secret to use for signing.", Prose),
        ("token", "https://acme.io/oauth/token", Url),
        ("DATABASE_URL", "postgresql://localhost/app", Url),
        ("dsn", "host=db dbname=x", NoPassword),
        ("password", "/run/secrets/db_password", Path),
        ("private_key", "certs/server.pem", Path),
        ("password", "component.config.step.password", DottedKey),
        ("api_key", "X-Api-Key", HeaderOrMime),
        ("token", "application/json", HeaderOrMime),
        ("password", "^[a-z0-9]{8,}$", Regex),
        ("password", "password", OwnName),
        ("db_password", "password", OwnName),
        ("CONF_PASSWORD", "password", OwnName),
        ("accessToken", "access_token", OwnName),
        ("token", "access_token", Vocabulary),
        ("secret", "Client-Secret", HeaderOrMime),
        ("password", "secret", Vocabulary),
        ("password", "pass", Vocabulary),
        ("password", "new_password", Vocabulary),
        ("password", "DB_PASSWORD", EnvName),
        ("token", "MY_API_TOKEN", EnvName),
        ("password", "cannot_connect", Identifier),
        ("token", "active_listener", Identifier),
        ("secret", "my-app-tls-certificate", Identifier),
        ("password", "$2b$12$Kq9zTx2mVb7LwR4pYn", Digest),
        ("name", "9f3c07be51d8a2640e7b93c5d1f8a642", Digest),
        ("id", "b1946ac9-2492-4d23-8c5e-0f3a7b6d1e42", Uuid),
        ("api_key", "your-api-key", Placeholder),
        ("password", "long-enough-1", Placeholder),
        ("password", "tooShort", Placeholder),
        ("password", "your_password_here", Placeholder),
        ("password", "test", Placeholder),
        ("token", "test-token", Placeholder),
        ("api_key", "dummy", Placeholder),
        ("token", "fake-token-123", Placeholder),
        ("api_key", "example", Placeholder),
        ("password", "foo", Placeholder),
        ("password", "bob@acme.io", Identifier),
        ("password", "<<password>>", Template),
        ("PyJWT", "PyJWT>=2.13.0", Identifier),
        ("password", "string", PlainWord),
        ("token", "parser", PlainWord),
        ("stripe_key", "pk_live_x", Publishable),
        ("username", "zebra42", NotSecret),
        ("credentials", "default", NotSecret),
        ("Authorization", "required", NotSecret),
        ("SECRET_KEY", "SECRET_KEY", EnvName),
        ("DATA_JWT_SECRET", "oauth_jwt_secret", OwnName),
    ] {
        assert_eq!(judge(name, value), Judgement::Harmless(why), "{name} = {value}");
    }
    assert_eq!(
        judge("aws_secret_access_key", &["wJalrXUtnFEMI", "/K7MDENG/", "bPxRfiCYEXAMPLEKEY"].concat()),
        Judgement::Harmless(KnownPublic)
    );
}

#[test]
fn nothing_panics() {
    let pieces = [
        "", "é", "🔑", "{", "}", "<", ">", "%", "$", ":", "//", "://", "@", "=", ";", "password", " ", "\\", "\"", "1",
        "Bearer ", ".", "-",
    ];
    for a in pieces {
        for b in pieces {
            for c in pieces {
                let value = [a, b, c].concat();
                for name in ["password", "SECRET_KEY", "Authorization", "dsn", "credentials", &value] {
                    let _ = judge(name, &value);
                }
            }
        }
    }
}

/// A megabyte under a secret's name: every check reads it a bounded number of times.
#[test]
fn linear_on_hostile_values() {
    let start = std::time::Instant::now();
    for unit in ["a", "A", "aB", "1", "{", "<", "://", ":@", "a.", "a/", "é", " a", "$", "-----BEGIN PRIVATE KEY-----"]
    {
        let value = unit.repeat(1_000_000 / unit.len());
        for name in ["password", "token", "SECRET_KEY", "dsn", "credentials"] {
            let _ = judge(name, &value);
        }
    }
    assert!(start.elapsed().as_secs() < 120, "took {:?}", start.elapsed());
}
