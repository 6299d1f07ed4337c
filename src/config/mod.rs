//! The settings of the server: `default.toml`, and the file of the user's that changes some of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const DEFAULT: &str = include_str!("default.toml");

/// Why settings cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{0} cannot be read: {1}")]
    Io(PathBuf, #[source] std::io::Error),
    #[error("{0} is not a settings file: {1}")]
    Syntax(PathBuf, #[source] toml::de::Error),
}

/// All settings; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub store: Store,
    pub limits: Limits,
    pub access: Access,
    pub cors: Cors,
    pub rate: Rate,
    pub federation: Federation,
    pub cache: Cache,
    pub log: Log,
}

/// Where the store is.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    pub address: String,
    pub update: String,
    pub user: String,
    pub password: String,
    pub index: PathBuf,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { address, update, user, index, password: _ } = self;
        let mut shown = f.debug_struct("Store");
        shown.field("address", address).field("update", update).field("user", user);
        shown.field("index", index).finish_non_exhaustive()
    }
}

impl Store {
    /// The address of the endpoint; none where the store is a directory.
    pub fn endpoint(&self) -> Option<&str> {
        let web = ["http://", "https://"].iter().any(|scheme| self.address.starts_with(scheme));
        web.then_some(&self.address)
    }

    /// The directory on this machine for the full-text index of the store behind an endpoint.
    pub fn index_dir(&self, endpoint: &str) -> PathBuf {
        if !self.index.as_os_str().is_empty() {
            return self.index.clone();
        }
        // As the XDG Base Directory Specification has it.
        let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or(home);
        let name: String =
            Sha256::digest(endpoint).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        cache.unwrap_or_else(std::env::temp_dir).join("gangmu").join(name)
    }

    /// The same with what the environment says: `GANGMU_STORE_UPDATE`, `GANGMU_STORE_USER`, `GANGMU_STORE_PASSWORD`
    /// and `GANGMU_STORE_INDEX`.
    #[must_use]
    pub fn with_environment(mut self) -> Self {
        for (name, place) in [
            ("GANGMU_STORE_UPDATE", &mut self.update),
            ("GANGMU_STORE_USER", &mut self.user),
            ("GANGMU_STORE_PASSWORD", &mut self.password),
        ] {
            if let Ok(value) = std::env::var(name) {
                *place = value;
            }
        }
        if let Some(index) = std::env::var_os("GANGMU_STORE_INDEX") {
            self.index = index.into();
        }
        self
    }
}

/// What a request may cost. Sizes are in megabytes (2²⁰ bytes).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    #[serde(deserialize_with = "seconds")]
    pub query_timeout: Duration,
    pub query_memory: usize,
    pub query_rows: usize,
    pub step_rows: usize,
    pub answer_size: usize,
    pub running: usize,
    #[serde(deserialize_with = "seconds")]
    pub queue: Duration,
    pub body: usize,
}

/// Who may read and write.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    pub read: Reading,
    pub tokens: Vec<Token>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    Open,
    Token,
}

/// A token by its digest.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    pub name: String,
    pub role: Role,
    /// SHA-256 of the token, in hexadecimal.
    pub sha256: String,
}

/// What the holder of a token may do; each may also do what the ones before it may.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Reader,
    Editor,
    Admin,
}

impl Token {
    /// The token `secret`, of which only the digest is kept.
    pub fn new(name: impl Into<String>, role: Role, secret: &str) -> Self {
        let digest = Sha256::digest(secret);
        let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { name: name.into(), role, sha256 }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cors {
    #[serde(deserialize_with = "origins")]
    pub origins: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    pub per_second: u32,
    pub burst: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Federation {
    pub hosts: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    pub memory: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    #[serde(deserialize_with = "seconds")]
    pub slow_query: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    Text,
    Json,
}

impl Default for Config {
    fn default() -> Self {
        toml::from_str(DEFAULT).expect("default.toml is a settings file, as a test checks")
    }
}

impl Config {
    /// The defaults, changed by what the file says.
    ///
    /// # Errors
    /// When the file cannot be read, is not TOML, or has a key or a value that is not known.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text =
            std::fs::read_to_string(path).map_err(|e| ConfigError::Io(path.to_owned(), e))?;
        Self::parse(&text).map_err(|e| ConfigError::Syntax(path.to_owned(), e))
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let mut settings: toml::Table = toml::from_str(DEFAULT)?;
        merge(&mut settings, toml::from_str(text)?);
        settings.try_into()
    }
}

/// Puts the values of `changes` in the place of those of `settings`, table by table.
fn merge(settings: &mut toml::Table, changes: toml::Table) {
    for (key, change) in changes {
        match (settings.get_mut(&key), change) {
            (Some(toml::Value::Table(old)), toml::Value::Table(new)) => merge(old, new),
            (_, change) => drop(settings.insert(key, change)),
        }
    }
}

/// Origins as a browser sends them (RFC 6454): anything else would never match.
fn origins<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let origins = Vec::<String>::deserialize(deserializer)?;
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    for origin in origins.iter().filter(|origin| *origin != "*") {
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        if !host.is_some_and(|host| !host.is_empty() && host.chars().all(is_host)) {
            let what =
                format!("{origin:?} is no origin, such as \"https://example.org\", nor \"*\"");
            return Err(serde::de::Error::custom(what));
        }
    }
    Ok(origins)
}

fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_changes_what_it_names() {
        let config = Config::parse("[limits]\nquery_timeout = 0.5\n[cors]\norigins = ['*']\n");
        let config = config.unwrap();
        assert_eq!(config.limits.query_timeout, Duration::from_millis(500));
        assert_eq!(config.limits.body, Config::default().limits.body);
        assert_eq!(config.cors.origins, ["*"]);
        assert_eq!(config.access.read, Reading::Open);
    }

    #[test]
    fn what_is_not_known_is_an_error() {
        for text in [
            "[limit]",
            "[limits]\nrows = 3",
            "[limits]\nquery_timeout = -1.0",
            "[cors]\norigins = ['example.org']",
            "[cors]\norigins = ['https://example.org/']",
        ] {
            assert!(Config::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_token_has_a_role() {
        let text = "[[access.tokens]]\nname = 'a'\nrole = 'editor'\nsha256 = 'b'\n";
        let config = Config::parse(text).unwrap();
        assert_eq!(config.access.tokens[0].role, Role::Editor);
        assert!(Role::Editor < Role::Admin);
    }
}
