//! The layers that settings come from, each over the ones before it: the defaults, a file, the environment, the
//! command line.
//!
//! Invariant: a setting that `default.toml` does not name is an error, wherever it stands. Environment and command line
//! know only text, so the default says what is to be read in it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::Config;

const DEFAULT: &str = include_str!("default.toml");
/// What our variables of the environment begin with.
const PREFIX: &str = "GANGMU_";
/// The variable that names the settings file.
const FILE: &str = "GANGMU_CONFIG";
/// The variable that gives a process a token of the role admin. Settings hold digests of tokens only, so it is none.
pub(crate) const ADMIN_TOKEN: &str = "GANGMU_ADMIN_TOKEN";

/// Why settings cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{0} cannot be read ({1}): name another settings file, or check its permissions")]
    Io(PathBuf, #[source] std::io::Error),
    #[error("{0} is not a settings file: {1}")]
    Syntax(PathBuf, #[source] toml::de::Error),
    #[error("{origin}: there is no setting {key}; {known}")]
    Unknown { origin: Origin, key: String, known: String },
    #[error("{origin}: {key} is {text:?}: {reason}")]
    Text { origin: Origin, key: String, text: String, reason: String },
    #[error("{origin}: {key}: {reason}")]
    Value { origin: Origin, key: String, reason: String },
    #[error("{0}: its value is not Unicode text")]
    NotUnicode(Origin),
    #[error("--set {0}: write KEY=VALUE, as in --set limits.query_timeout=10")]
    NoValue(String),
}

/// Where a value is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    File(PathBuf),
    /// A variable of the environment.
    Variable(String),
    /// `--set` on the command line.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::Flag => f.write_str("--set"),
        }
    }
}

/// One setting in force.
#[derive(Clone, Debug)]
struct Setting {
    value: Value,
    origin: Origin,
}

/// The settings in force, with where each is from.
#[derive(Clone, Debug)]
pub struct Settings {
    pub config: Config,
    /// By their names, such as `limits.query_timeout`.
    values: BTreeMap<String, Setting>,
}

impl Default for Settings {
    fn default() -> Self {
        Self::load(None, [], &[]).expect("default.toml is a settings file, as a test checks")
    }
}

impl Settings {
    /// The defaults, changed by a file (the one named, else the one that `GANGMU_CONFIG` names), by the `GANGMU_`
    /// variables of `environment` and by `flags`, each `KEY=VALUE`.
    ///
    /// # Errors
    /// When the file cannot be read or is not TOML, or a setting or a value is not known; it says where.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        flags: &[String],
    ) -> Result<Self, ConfigError> {
        let mut layers = Layers::defaults();
        let mut variables = ours(environment)?;
        let named = variables.remove(FILE).map(PathBuf::from);
        if let Some(path) = file.map(Path::to_owned).or(named) {
            layers.read(path)?;
        }
        variables.remove(ADMIN_TOKEN);
        for (name, text) in variables {
            let key = name[PREFIX.len()..].to_ascii_lowercase().replace("__", ".");
            layers.set(&key, &text, Origin::Variable(name))?;
        }
        for flag in flags {
            let pair = flag.split_once('=').ok_or_else(|| ConfigError::NoValue(flag.clone()))?;
            layers.set(pair.0.trim(), pair.1, Origin::Flag)?;
        }
        Ok(Self { config: layers.config()?, values: layers.0 })
    }

    /// Name, value as TOML writes it, and origin of each setting, by name. A password is not shown.
    pub fn iter(&self) -> impl Iterator<Item = (&str, String, &Origin)> {
        self.values.iter().map(|(key, Setting { value, origin })| {
            let is_secret = key.ends_with("password") && value.as_str() != Some("");
            let text = if is_secret { "\"(hidden)\"".to_owned() } else { value.to_string() };
            (key.as_str(), text, origin)
        })
    }
}

/// Our variables, by name; an empty one is none.
fn ours(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<BTreeMap<String, String>, ConfigError> {
    let mut variables = BTreeMap::new();
    for (name, value) in environment {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
        match value.into_string() {
            Ok(text) if text.is_empty() => {}
            Ok(text) => drop(variables.insert(name.to_owned(), text)),
            Err(_) => return Err(ConfigError::NotUnicode(Origin::Variable(name.to_owned()))),
        }
    }
    Ok(variables)
}

/// The settings by their names, as far as layers have been laid.
struct Layers(BTreeMap<String, Setting>);

impl Layers {
    fn defaults() -> Self {
        let table = toml::from_str(DEFAULT).expect("default.toml is TOML, as a test checks");
        let mut values = BTreeMap::new();
        flatten("", table, &mut |key, value| {
            values.insert(key, Setting { value, origin: Origin::Default });
        });
        Self(values)
    }

    fn read(&mut self, path: PathBuf) -> Result<(), ConfigError> {
        let table = match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text),
            Err(error) => return Err(ConfigError::Io(path, error)),
        };
        let table: Table = table.map_err(|error| ConfigError::Syntax(path.clone(), error))?;
        let mut given = Vec::new();
        flatten("", table, &mut |key, value| given.push((key, value)));
        for (key, value) in given {
            self.put(&key, value, Origin::File(path.clone()))?;
        }
        Ok(())
    }

    fn set(&mut self, key: &str, text: &str, origin: Origin) -> Result<(), ConfigError> {
        let value = match self.0.get(key) {
            None => return Err(self.unknown(key, origin)),
            Some(Setting { value: Value::String(_), .. }) => Value::from(text),
            Some(Setting { value: like, .. }) => value(text).ok_or_else(|| {
                let (key, text) = (key.to_owned(), text.to_owned());
                let reason = format!("write it as TOML does, such as {like}");
                ConfigError::Text { origin: origin.clone(), key, text, reason }
            })?,
        };
        self.put(key, value, origin)
    }

    fn put(&mut self, key: &str, value: Value, origin: Origin) -> Result<(), ConfigError> {
        if let Some(setting) = self.0.get_mut(key) {
            *setting = Setting { value, origin };
            return Ok(());
        }
        let is_empty = value.as_table().is_some_and(Table::is_empty);
        if is_empty && self.in_section(key).next().is_some() {
            return Ok(());
        }
        Err(self.unknown(key, origin))
    }

    fn in_section(&self, section: &str) -> impl Iterator<Item = &str> {
        let start = format!("{section}.");
        self.0.keys().filter_map(move |key| key.strip_prefix(&start))
    }

    fn unknown(&self, key: &str, origin: Origin) -> ConfigError {
        let section = key.split('.').next().unwrap_or_default();
        let names: Vec<_> = self.in_section(section).collect();
        let known = if names.is_empty() {
            let mut first: Vec<_> = self.0.keys().filter_map(|key| key.split('.').next()).collect();
            first.dedup();
            format!("the sections and settings are {}", first.join(", "))
        } else {
            format!("those of {section} are {}", names.join(", "))
        };
        ConfigError::Unknown { origin, key: key.to_owned(), known }
    }

    fn config(&self) -> Result<Config, ConfigError> {
        let mut table = Table::new();
        for (key, setting) in &self.0 {
            let mut at = &mut table;
            let mut names = key.split('.').peekable();
            while let Some(name) = names.next() {
                if names.peek().is_none() {
                    at.insert(name.to_owned(), setting.value.clone());
                    break;
                }
                let next = at.entry(name).or_insert_with(|| Value::Table(Table::new()));
                at = next.as_table_mut().expect("a section is no setting, as the defaults show");
            }
        }
        serde_path_to_error::deserialize(Value::Table(table)).map_err(|error| {
            let path = error.path().to_string();
            let begins = |key: &str| {
                path.strip_prefix(key)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            };
            let of = self.0.iter().find(|(key, _)| begins(key));
            let origin = of.map_or(Origin::Default, |(_, setting)| setting.origin.clone());
            let reason = error.into_inner().message().trim().to_owned();
            ConfigError::Value { origin, key: path, reason }
        })
    }
}

/// Gives each setting below a table to `take`, by its name; an empty table as such.
fn flatten(above: &str, table: Table, take: &mut impl FnMut(String, Value)) {
    for (name, value) in table {
        let key = if above.is_empty() { name } else { format!("{above}.{name}") };
        match value {
            Value::Table(inner) if !inner.is_empty() => flatten(&key, inner, take),
            value => take(key, value),
        }
    }
}

/// A value as TOML writes it.
fn value(text: &str) -> Option<Value> {
    let mut table: Table = toml::from_str(&format!("value = {text}")).ok()?;
    let value = table.remove("value")?;
    table.is_empty().then_some(value)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::{Reading, Role};

    fn load(
        file: &str,
        environment: &[(&str, &str)],
        flags: &[&str],
    ) -> Result<Settings, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("gangmu.toml");
        std::fs::write(&path, file).unwrap();
        let environment = environment.iter().map(|&(name, value)| (name.into(), value.into()));
        let flags: Vec<_> = flags.iter().map(|&flag| flag.to_owned()).collect();
        Settings::load(Some(&path), environment, &flags)
    }

    fn origin(settings: &Settings, key: &str) -> String {
        let found = settings.iter().find(|(name, ..)| *name == key).unwrap();
        let origin = found.2.to_string();
        origin.rsplit('/').next().unwrap().to_owned()
    }

    #[test]
    fn a_layer_changes_what_it_names_and_goes_before_the_ones_below() {
        let file =
            "[limits]\nquery_timeout = 0.5\nbody = 3\nrunning = 5\n[cors]\norigins = ['*']\n";
        let environment = [
            ("GANGMU_LIMITS__BODY", "7"),
            ("GANGMU_LIMITS__RUNNING", "7"),
            ("GANGMU_STORE__ADDRESS", "/srv/a = b"),
            ("GANGMU_NAMES", ""),
            ("GANGMU_ADMIN_TOKEN", "secret"),
            ("OTHER_LIMITS__NONE", "1"),
        ];
        let settings =
            load(file, &environment, &["limits.running=9", "serve.bind=[::1]:80"]).unwrap();
        let config = &settings.config;
        assert_eq!(config.limits.query_timeout, Duration::from_millis(500));
        assert_eq!((config.limits.body, config.limits.running), (7, 9));
        assert_eq!(config.limits.query_rows, Config::default().limits.query_rows);
        assert_eq!(config.cors.origins, ["*"]);
        assert_eq!(config.access.read, Reading::Open);
        assert_eq!(config.store.address, "/srv/a = b");
        assert_eq!(config.names, None);
        assert!(config.serve.bind.is_ipv6());
        for (key, from) in [
            ("limits.query_timeout", "gangmu.toml"),
            ("limits.body", "environment variable GANGMU_LIMITS__BODY"),
            ("limits.running", "--set"),
            ("limits.query_rows", "default"),
        ] {
            assert_eq!(origin(&settings, key), from);
        }
    }

    #[test]
    fn every_setting_can_be_given_by_every_layer() {
        for (key, text, _) in Settings::default().iter() {
            let plain = text.trim_matches('"');
            let name = format!("GANGMU_{}", key.replace('.', "__").to_uppercase());
            let flag = format!("{key}={plain}");
            let settings = load(&format!("{key} = {text}"), &[], &[]).unwrap();
            assert_eq!(origin(&settings, key), "gangmu.toml");
            if !plain.is_empty() {
                let settings = load("", &[(&name, plain)], &[]).unwrap();
                assert!(origin(&settings, key).ends_with(&name));
            }
            assert_eq!(origin(&load("", &[], &[&flag]).unwrap(), key), "--set");
        }
    }

    #[test]
    fn what_is_not_known_is_an_error_that_says_where_it_stands() {
        let file = |text: &str| load(text, &[], &[]);
        let variable = |name: &str, value: &str| load("", &[(name, value)], &[]);
        let cases = [
            (file("[limit]"), "gangmu.toml: there is no setting limit; the sections"),
            (
                file("[limits]\nrows = 3"),
                "gangmu.toml: there is no setting limits.rows; those of limits are answer_size",
            ),
            (file("limits = 3"), "no setting limits;"),
            (file("names.x = 3"), "no setting names.x;"),
            (file("[limits]\nquery_timeout = -1.0"), "gangmu.toml: limits.query_timeout: "),
            (file("[limits]\nbody = 'x'"), "gangmu.toml: limits.body: invalid type"),
            (
                file("[cors]\norigins = ['example.org']"),
                "cors.origins: \"example.org\" is no origin",
            ),
            (
                file("[[access.tokens]]\nname = 'a'\nrole = 'boss'\nsha256 = 'b'"),
                "access.tokens[0].role: unknown variant",
            ),
            (file("limits = ["), "is not a settings file"),
            (
                variable("GANGMU_LIMITS__ROWS", "3"),
                "environment variable GANGMU_LIMITS__ROWS: there is no setting limits.rows",
            ),
            (
                variable("GANGMU_TYPO", "3"),
                "environment variable GANGMU_TYPO: there is no setting typo",
            ),
            (
                variable("GANGMU_CORS__ORIGINS", "https://a"),
                "GANGMU_CORS__ORIGINS: cors.origins is \"https://a\": write it as TOML does, such as []",
            ),
            (variable("GANGMU_LIMITS__BODY", "1\nx = 2"), "GANGMU_LIMITS__BODY: limits.body is"),
            (
                variable("GANGMU_SERVE__BIND", "here"),
                "GANGMU_SERVE__BIND: serve.bind: invalid socket address",
            ),
            (load("", &[], &["limits.body"]), "--set limits.body: write KEY=VALUE"),
            (load("", &[], &["body=1"]), "--set: there is no setting body"),
            (Settings::load(Some(Path::new("/none")), [], &[]), "/none cannot be read"),
        ];
        for (result, expected) in cases {
            let error = result.err().unwrap_or_else(|| panic!("{expected}")).to_string();
            assert!(error.contains(expected), "{error}\n{expected}");
        }
    }

    #[test]
    fn a_token_has_a_role() {
        let text = "[[access.tokens]]\nname = 'a'\nrole = 'editor'\nsha256 = 'b'\n";
        let settings = load(text, &[], &[]).unwrap();
        assert_eq!(settings.config.access.tokens[0].role, Role::Editor);
        assert!(Role::Editor < Role::Admin);
    }
}
