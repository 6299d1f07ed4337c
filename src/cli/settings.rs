//! The settings that all subcommands share, and the flags that go before them.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::config::{Config, ConfigError, Settings};

/// Where the settings are from.
#[derive(Args)]
pub(super) struct Given {
    /// A settings file; what it does not name is as `gangmu config` shows [env: GANGMU_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One setting, as in --set limits.query_timeout=10; can be given more than once
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Given {
    pub(super) fn settings(&self) -> Result<Settings, ConfigError> {
        Settings::load(self.config.as_deref(), std::env::vars_os(), &self.set)
    }
}

/// The store that a subcommand works on.
#[derive(Args)]
pub(super) struct Place {
    /// The store's directory, instead of the setting store.address
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
}

/// The command line lacks something that the settings do not say either.
#[derive(Debug, thiserror::Error)]
#[error("which store? name it with --store DIR, or with the setting store.address")]
pub(super) struct NoStore;

impl Place {
    pub(super) fn dir<'a>(&'a self, config: &'a Config) -> Result<&'a Path, NoStore> {
        self.store.as_deref().or(config.store.address.as_deref()).ok_or(NoStore)
    }
}
