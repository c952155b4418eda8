//! What plugins of pytest bring, from `rules/tests/plugins.toml`.

use super::Manifest;
use serde::Deserialize;
use std::sync::LazyLock;

/// A plugin, or pytest itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plugin {
    /// As PEP 503 normalises it.
    pub name: String,
    /// Keys of an ini file.
    #[serde(default)]
    pub settings: Vec<String>,
    /// Options of the command line.
    #[serde(default)]
    pub options: Vec<String>,
    /// Names of fixtures.
    #[serde(default)]
    pub fixtures: Vec<String>,
    /// Names of marks.
    #[serde(default)]
    pub marks: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    plugin: Vec<Plugin>,
}

static ALL: LazyLock<Vec<Plugin>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../rules/tests/plugins.toml")).expect("a test reads it");
    file.plugin
});

/// Every plugin that davy knows.
pub fn all() -> &'static [Plugin] {
    &ALL
}

/// Whether a package is known to bring pytest nothing.
pub fn brings_none(name: &str) -> bool {
    const PACKAGES: &str = "\
        aiofiles aiohttp alembic asyncpg attrs bcrypt black boto3 botocore certifi charset-normalizer click colorama coverage \
        cryptography django djangorestframework email-validator fastapi flake8 flask gunicorn h11 httpcore httptools httpx idna \
        iniconfig isort itsdangerous jinja2 loguru mako markupsafe mypy mypy-extensions numpy orjson packaging pandas passlib \
        pathspec pillow pip platformdirs pluggy pre-commit psycopg psycopg2 psycopg2-binary pydantic pydantic-core \
        pydantic-settings pygments pyjwt pymongo pymysql python-dateutil python-dotenv python-jose python-multipart pytz pyyaml \
        redis requests rich ruff s3transfer scikit-learn scipy setuptools six sniffio sqlalchemy sqlmodel starlette tenacity \
        tomli typer typing-extensions tzdata ujson urllib3 uvicorn uvloop watchfiles websockets werkzeug wheel";
    PACKAGES.split_ascii_whitespace().any(|package| package == name)
}

/// What a project says of the plugins that it installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installed {
    /// It declares pytest, and nothing that davy does not know.
    Known,
    /// It declares no pytest, or a plugin that davy does not know.
    Unclear,
}

/// The plugins that tox, nox, CI or a makefile install, as far as they are called `pytest-...`.
pub fn installed_by_commands(manifest: &Manifest) -> impl Iterator<Item = &str> {
    let names = manifest.commands.iter().map(String::as_str);
    names.filter(|name| {
        name.strip_prefix("pytest-")
            .is_some_and(|rest| rest.starts_with(char::is_alphabetic) && !rest.contains(['/', '.']))
    })
}

/// Whether the manifests say all there is to know of the plugins.
pub fn installed<'m>(manifests: impl Iterator<Item = &'m Manifest> + Clone) -> Installed {
    let names = || {
        manifests.clone().flat_map(|manifest| {
            let required = manifest.requirements.iter().map(|one| one.name.as_str());
            let locked = manifest.locked.iter().map(|(name, _)| name.as_str());
            required.chain(locked).chain(installed_by_commands(manifest))
        })
    };
    let is_unknown = |name: &str| name.contains("pytest") && !ALL.iter().any(|plugin| plugin.name == name);
    match names().any(|name| name == "pytest") && !names().any(is_unknown) {
        true => Installed::Known,
        false => Installed::Unclear,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        assert!(all().len() > 40);
        let of = |name: &str| all().iter().find(|plugin| plugin.name == name).expect("it is listed");
        assert!(of("pytest").settings.iter().any(|key| key == "testpaths"));
        assert!(of("pytest-xdist").options.iter().any(|option| option == "-n"));
        assert!(of("pytest-asyncio").marks.iter().any(|mark| mark == "asyncio"));
        assert!(of("pytest-mock").fixtures.iter().any(|fixture| fixture == "mocker"));
    }

    #[test]
    fn what_is_not_listed_is_unclear() {
        let with = |names: &[&str]| {
            let text = names.join("\n");
            super::super::read(crate::manifest::Kind::Requirements, &text).expect("requirements are never broken")
        };
        for (names, expected) in [
            (&["pytest", "pytest-cov"][..], Installed::Known),
            (&["pytest", "pytest-nobody-knows"], Installed::Unclear),
            (&["fastapi"], Installed::Unclear),
        ] {
            assert_eq!(installed([with(names)].iter()), expected, "{names:?}");
        }
    }
}
