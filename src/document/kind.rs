//! Which files hold settings, by their names alone.

use crate::unit::Syntax;

/// How the file of this name is written; none of lock files, and of what is not read.
pub fn syntax_of(name: &str) -> Option<Syntax> {
    let lower = name.to_ascii_lowercase();
    // davy's own configuration holds none.
    if is_lock(&lower) || matches!(lower.as_str(), "davy.toml" | ".davy.toml") {
        return None;
    }
    let (stem, end) = lower.rsplit_once('.').unwrap_or((&lower, ""));
    match lower.as_str() {
        ".env" | ".envrc" | ".flaskenv" => return Some(Syntax::Env),
        ".netrc" | "_netrc" | ".pgpass" => return Some(Syntax::Netrc),
        ".pypirc" | ".npmrc" | ".s3cfg" | ".boto" | ".my.cnf" | ".yarnrc" => return Some(Syntax::Ini),
        "id_rsa" | "id_dsa" | "id_ecdsa" | "id_ed25519" => return Some(Syntax::Key),
        "dockerfile" | "containerfile" => return Some(Syntax::Docker),
        _ => {}
    }
    if lower.starts_with(".env.") || lower.starts_with(".env-") {
        return Some(Syntax::Env);
    }
    if stem == "dockerfile" || stem == "containerfile" {
        return Some(Syntax::Docker);
    }
    match end {
        "env" => Some(Syntax::Env),
        "ini" | "cfg" | "conf" | "cnf" | "properties" | "tfvars" => Some(Syntax::Ini),
        "yaml" | "yml" => Some(Syntax::Yaml),
        "toml" => Some(Syntax::Toml),
        "json" | "jsonc" | "json5" => Some(Syntax::Json),
        "dockerfile" => Some(Syntax::Docker),
        "pem" | "key" | "ppk" | "pkcs8" => Some(Syntax::Key),
        "ipynb" => Some(Syntax::Notebook),
        _ => None,
    }
}

/// Written by package managers: full of hashes, and of nothing that a person put there.
fn is_lock(name: &str) -> bool {
    const NAMES: [&str; 7] = [
        "package-lock.json",
        "npm-shrinkwrap.json",
        "pnpm-lock.yaml",
        "conda-lock.yml",
        "conda-lock.yaml",
        "composer.json.lock",
        "packages.lock.json",
    ];
    NAMES.contains(&name)
        || name.ends_with(".lock")
        || name.ends_with(".lock.json")
        || name.ends_with("-lock.json")
        || name.ends_with(".min.json")
        || name.ends_with(".map.json")
        || name.starts_with("pylock.") && name.ends_with("toml")
}
