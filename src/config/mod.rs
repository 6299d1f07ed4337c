//! The settings: `default.toml`, and what a file, the environment and the command line change of it ([`Settings`]).
//!
//! A new setting is a line in `default.toml` and a field here; a new section a struct beside the others.

mod layers;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub(crate) use layers::ADMIN_TOKEN;
pub use layers::{ConfigError, Origin, Settings};

/// All settings; `default.toml` says what each means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    #[serde(deserialize_with = "filled")]
    pub names: Option<PathBuf>,
    pub store: Store,
    pub serve: Serve,
    pub limits: Limits,
    pub access: Access,
    pub cors: Cors,
    pub rate: Rate,
    pub federation: Federation,
    pub cache: Cache,
    pub log: Log,
}

/// Where the data is: in a directory, or behind a SPARQL 1.1 endpoint.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    pub address: String,
    #[serde(deserialize_with = "filled")]
    pub base_iri: Option<String>,
    pub update: String,
    pub user: String,
    pub password: String,
    pub index: PathBuf,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { address, base_iri, update, user, index, password: _ } = self;
        let mut shown = f.debug_struct("Store");
        shown.field("address", address).field("base_iri", base_iri).field("update", update);
        shown.field("user", user).field("index", index).finish_non_exhaustive()
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
        let name = hex::encode(&Sha256::digest(endpoint)[..8]);
        cache.unwrap_or_else(std::env::temp_dir).join("gangmu").join(name)
    }
}

/// Where the server is, and what it follows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serve {
    pub bind: SocketAddr,
    pub watch: Vec<PathBuf>,
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
        Self { name: name.into(), role, sha256: hex::encode(Sha256::digest(secret)) }
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
    pub level: LogLevel,
    pub format: LogFormat,
    #[serde(deserialize_with = "seconds")]
    pub slow_query: Duration,
}

/// What is logged; each says also what the ones before it say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    Text,
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Settings::default().config
    }
}

/// What may be left empty, which is none.
fn filled<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: From<String>,
{
    let text = String::deserialize(deserializer)?;
    Ok(Some(text).filter(|text| !text.is_empty()).map(T::from))
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
