//! The settings that all subcommands share, and the flags that go before them.

use std::path::PathBuf;

use clap::Args;

use crate::config::{self, Config, ConfigError, Settings};
use crate::store::Store;

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
    /// The store's directory, or the address of a SPARQL 1.1 endpoint (https://host/sparql), instead of the setting
    /// store.address; user and password for an endpoint go into GANGMU_STORE__USER and GANGMU_STORE__PASSWORD
    #[arg(long, value_name = "STORE")]
    store: Option<String>,
    /// The directory for the full-text index of a store behind an endpoint, instead of the setting store.index
    /// [default: one in the user's cache]
    #[arg(long, value_name = "DIR")]
    index: Option<PathBuf>,
}

/// The command line lacks something that the settings do not say either.
#[derive(Debug, thiserror::Error)]
#[error("which store? name it with --store, or with the setting store.address")]
pub(super) struct NoStore;

impl Place {
    /// What the settings say of the store, with what the command line does.
    pub(super) fn settings(&self, config: &Config) -> Result<config::Store, NoStore> {
        let mut settings = config.store.clone();
        if let Some(address) = &self.store {
            settings.address.clone_from(address);
        }
        if let Some(index) = &self.index {
            settings.index.clone_from(index);
        }
        if settings.address.is_empty() { Err(NoStore) } else { Ok(settings) }
    }

    /// The store's directory, for what is done with its files.
    pub(super) fn dir(&self, config: &Config) -> anyhow::Result<PathBuf> {
        let settings = self.settings(config)?;
        if let Some(endpoint) = settings.endpoint() {
            anyhow::bail!(
                "{endpoint} is an endpoint: do this with the means of the database behind it"
            );
        }
        Ok(settings.address.into())
    }

    /// Opens the store to write; see [`Store::at`]. `base` goes before what the settings say.
    pub(super) fn open(&self, config: &Config, base: Option<&str>) -> anyhow::Result<Store> {
        let base = base.or(config.store.base_iri.as_deref());
        Ok(Store::at(&self.settings(config)?, base)?)
    }

    /// Opens the store to read; see [`Store::at_to_read`].
    pub(super) fn open_to_read(&self, config: &Config) -> anyhow::Result<Store> {
        Ok(Store::at_to_read(&self.settings(config)?)?)
    }
}
