//! `--store`: where the store is, for all subcommands.

use std::path::PathBuf;

use crate::config;
use crate::store::{Store, StoreError};

#[derive(clap::Args)]
pub(super) struct Place {
    /// The store's directory, or the address of a SPARQL 1.1 endpoint (https://host/sparql); user and password for
    /// that go into GANGMU_STORE_USER and GANGMU_STORE_PASSWORD
    #[arg(long, value_name = "STORE")]
    store: String,
    /// The directory for the full-text index of a store behind an endpoint [default: one in the user's cache]
    #[arg(long, value_name = "DIR")]
    index: Option<PathBuf>,
}

impl Place {
    /// What the settings say of the store, with what the environment and the command line do.
    pub(super) fn settings(&self, settings: config::Store) -> config::Store {
        let mut settings = settings.with_environment();
        settings.address.clone_from(&self.store);
        if let Some(index) = &self.index {
            settings.index.clone_from(index);
        }
        settings
    }

    /// Opens the store to write; see [`Store::at`].
    pub(super) fn open(&self, base: Option<&str>) -> Result<Store, StoreError> {
        Store::at(&self.settings(config::Config::default().store), base)
    }

    /// Opens the store to read; see [`Store::at_to_read`].
    pub(super) fn open_to_read(&self) -> Result<Store, StoreError> {
        Store::at_to_read(&self.settings(config::Config::default().store))
    }
}
