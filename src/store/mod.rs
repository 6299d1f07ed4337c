//! The store: the graph of all documents taken in, in a directory or behind a SPARQL endpoint.
//!
//! Invariant: a reader of the store sees whole documents only. A document goes in through
//! [`Store::take_in`], one transaction that replaces the named graph of its version whole or not at all.
//! Who may write can also change what graphs say ([`Store::fill_graph`], [`Store::drop_graph`],
//! [`Update::run`]), each time in one transaction; every writer has its turn. The directory remembers the base IRI its IRIs were minted under and refuses
//! another. `cli` opens stores; `web` only asks them. Where the quads are is the business of [`quads`]; all about
//! endpoints is in [`remote`].
//!
//! The directory:
//!
//! ```text
//! store.json   format number (`migrate`) and base IRI; written last, so that its presence means a whole store
//! search/      the full-text index (tantivy); search.stale beside it while it may be behind the triples
//! lock         locked by the process that has the store open: shared to read, exclusive to write
//! changed      empty; its time is that of the last change
//! quads/       the triples (oxigraph on RocksDB)
//! beside/      while parts are being loaded: the triples that quads/ has yet to take over
//! ```

mod algebra;
mod backup;
mod doctor;
mod empty;
mod export;
mod federation;
mod graphs;
mod held;
mod indexing;
mod journal;
mod load;
mod manifest;
mod migrate;
mod quads;
mod query;
mod remote;
mod restore;
mod revision;
mod run;
mod services;
mod size;
mod take_in;
mod take_in_many;
mod take_out;
mod trial;
mod update;

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use oxigraph::model::NamedNode;

pub use backup::{BackupError, Contents};
pub use doctor::{Doctor, Finding, Status};
pub use empty::{Cause, Empty};
pub use export::{Dump, ExportError};
pub use federation::FetchError;
pub use graphs::{Content, GraphError};
pub use load::{LoadError, Loaded, Part};
pub use manifest::{DEFAULT_BASE, FORMAT, base};
pub use query::{Answer, AnswerFormat, Query, QueryError, Told};
pub use remote::RemoteError;
pub use restore::{RestoreError, check, restore};
pub use revision::Revision;
pub use run::{Admitted, Asked, Busy, CountingAllocator, Limits, Overview, Run, Runs, Stop};
pub use services::{Service, ServiceError, Services};
pub use size::TooLarge;
pub use take_in::Outcome;
pub use trial::Trial;
pub use update::{Update, UpdateError, UpdateReport};

use crate::config;
use crate::rdf::Base;
use crate::search::{self, SearchError};
use indexing::{Indexing, Searching};
use manifest::{CHANGED, Known, LOCK, QUADS};
use quads::Quads;
use query::Queries;
use remote::Endpoint;
use revision::Revisions;

/// Bytes of the database's log that opening may take the time to go through: some milliseconds.
const MUCH: u64 = 4 << 20;

/// Why a store cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{0} is not there: take documents in first (gangmu ingest --store {0} PATH…)")]
    Missing(PathBuf),
    #[error(
        "{0} is not a store of this program: it holds other files; name an empty directory or one that does not exist"
    )]
    NotAStore(PathBuf),
    #[error(
        "{0} is in use by another process (a running `gangmu serve` or `gangmu ingest`): stop it or wait for it to end"
    )]
    Locked(PathBuf),
    #[error("{0} was written by a newer version of this program (format {1}): use that version")]
    Newer(PathBuf, u32),
    #[error(
        "{dir} was made with the base IRI <{stored}> and keeps it; <{given}> needs a store of its own"
    )]
    OtherBase { dir: PathBuf, stored: String, given: String },
    #[error(
        "<{0}> cannot be the base IRI: it must be an absolute http or https IRI, where the pages will be"
    )]
    BadBase(String),
    #[error("{dir} cannot be brought to format {to}; it is of the one before, as it was: {reason}")]
    Migration { dir: PathBuf, to: u32, reason: String },
    #[error("{0} cannot be read or written: {1}")]
    Io(PathBuf, #[source] io::Error),
    #[error(transparent)]
    Search(#[from] SearchError),
    #[error("the database says: {0}")]
    Database(#[source] oxigraph::store::StorageError),
    #[error(transparent)]
    Remote(#[from] RemoteError),
}

impl From<oxigraph::store::StorageError> for StoreError {
    fn from(error: oxigraph::store::StorageError) -> Self {
        match RemoteError::within(error) {
            Ok(error) => Self::Remote(error),
            Err(error) => Self::Database(error),
        }
    }
}

/// An open store. A directory is locked until it is dropped.
pub struct Store {
    /// None behind an endpoint.
    home: Option<Home>,
    quads: Quads,
    indexing: Arc<Indexing>,
    base: Base,
    revisions: Arc<Revisions>,
    queries: Queries,
    services: Services,
}

/// The directory that a store of this machine has to itself.
struct Home {
    dir: PathBuf,
    /// [`FORMAT`], but of a store that is looked at as it is.
    format: u32,
    _lock: File,
}

impl Store {
    /// Opens the store that the settings name: a directory as [`Store::open`] does, or an endpoint, which may have
    /// any number of readers and writers; the latter take turns. The full-text index of an endpoint's store stands on
    /// this machine.
    ///
    /// # Errors
    /// As of [`Store::open`]; and when the endpoint cannot be reached or does not serve.
    pub fn at(settings: &config::Store, base: Option<&str>) -> Result<Self, StoreError> {
        match settings.endpoint() {
            Some(address) => Self::behind(address, settings, base, true),
            None => Self::open(Path::new(&settings.address), base),
        }
    }

    /// The same to read, as [`Store::open_to_read`] does.
    ///
    /// # Errors
    /// As of [`Store::at`], and when there is no store.
    pub fn at_to_read(settings: &config::Store) -> Result<Self, StoreError> {
        match settings.endpoint() {
            Some(address) => Self::behind(address, settings, None, false),
            None => Self::open_to_read(Path::new(&settings.address)),
        }
    }

    fn behind(
        address: &str,
        settings: &config::Store,
        base: Option<&str>,
        to_write: bool,
    ) -> Result<Self, StoreError> {
        let (endpoint, base) = Endpoint::open(address, settings, base, to_write)?;
        let dir = settings.index_dir(&endpoint.address());
        let revisions = Arc::new(Revisions::of(Arc::clone(&endpoint)));
        let quads = Quads::Remote(endpoint);
        let indexing = Indexing::beside(&dir, quads.clone(), Arc::clone(&revisions))
            .map_err(|e| StoreError::Io(dir, e))?;
        Ok(Self::of(None, quads, indexing, base, revisions))
    }

    fn of(
        home: Option<Home>,
        quads: Quads,
        indexing: Indexing,
        base: Base,
        revisions: Arc<Revisions>,
    ) -> Self {
        let (indexing, queries) = (Arc::new(indexing), Queries::new());
        let services = Services::default();
        let store = Self { home, quads, indexing, base, revisions, queries, services };
        store.with_services(Services::default())
    }

    /// Opens the store at `dir` to write, and makes it where it does not exist yet: with `base`, or with
    /// [`DEFAULT_BASE`]. One that an older version wrote is brought to the present format.
    ///
    /// # Errors
    /// When the directory holds something else, is in use, or was made with another base IRI.
    pub fn open(dir: &Path, base: Option<&str>) -> Result<Self, StoreError> {
        let at = |e| StoreError::Io(dir.to_owned(), e);
        let given = base.map(manifest::base).transpose()?;
        std::fs::create_dir_all(dir).map_err(at)?;
        if !manifest::is_ours(dir).map_err(at)? {
            return Err(StoreError::NotAStore(dir.to_owned()));
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(dir.join(LOCK))
            .map_err(at)?;
        refuse_if_locked(dir, lock.try_lock())?;
        let known = manifest::read(dir)?;
        if let (Some(stored), Some(given)) = (&known, &given)
            && stored.base != *given
        {
            return Err(StoreError::OtherBase {
                dir: dir.to_owned(),
                stored: stored.base.as_str().to_owned(),
                given: given.as_str().to_owned(),
            });
        }
        let database = oxigraph::store::Store::open(dir.join(QUADS))?;
        let Known { format, base } = match known {
            Some(known) => migrate::migrate(dir, &database, known)?,
            None => {
                let base = given.map_or_else(|| manifest::base(DEFAULT_BASE), Ok)?;
                let known = Known { format: FORMAT, base };
                manifest::write(dir, &known)?;
                known
            }
        };
        let home = Home { dir: dir.to_owned(), format, _lock: lock };
        let revisions = Arc::new(Revisions::new(dir.join(CHANGED)).map_err(at)?);
        let quads = Quads::Embedded(database);
        let indexing = Indexing::to_write(dir, quads.clone(), Arc::clone(&revisions))?;
        Ok(Self::of(Some(home), quads, indexing, base, revisions))
    }

    /// Puts what was taken in where readers find it at once, and into the index; it is safe already.
    ///
    /// # Errors
    /// When the database or the index cannot be written.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.quads.flush()?;
        Ok(self.indexing.catch_up()?)
    }

    /// The full-text index, in step with all changes that are written.
    ///
    /// # Errors
    /// When the index or the database cannot be read.
    pub fn search(&self) -> Result<Arc<search::Index>, SearchError> {
        self.indexing.index()
    }

    /// Builds the full-text index anew from the store.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn rebuild_index(&self) -> Result<(), StoreError> {
        Ok(self.indexing.rebuild()?)
    }

    /// Opens the store at `dir` to read; any number of processes may at the same time. One that an older version
    /// wrote is first brought to the present format.
    ///
    /// # Errors
    /// When there is no store, or a process writes to it.
    pub fn open_to_read(dir: &Path) -> Result<Self, StoreError> {
        if known(dir)?.format < FORMAT {
            drop(Self::open(dir, None)?);
        }
        Self::read(dir, settle)
    }

    /// The same, but leaves every file as it is: also the format that an older version wrote, and what a killed writer
    /// has left in the database's log.
    ///
    /// # Errors
    /// As of [`Store::open_to_read`].
    pub fn open_as_it_is(dir: &Path) -> Result<Self, StoreError> {
        Self::read(dir, |_, _| {})
    }

    fn read(dir: &Path, prepare: impl FnOnce(&Path, &File)) -> Result<Self, StoreError> {
        known(dir)?;
        let at = |e| StoreError::Io(dir.to_owned(), e);
        let lock = File::open(dir.join(LOCK)).map_err(at)?;
        prepare(dir, &lock);
        refuse_if_locked(dir, lock.try_lock_shared())?;
        let Known { format, base } = known(dir)?;
        let home = Home { dir: dir.to_owned(), format, _lock: lock };
        let quads = Quads::Embedded(oxigraph::store::Store::open_read_only(dir.join(QUADS))?);
        let revisions = Arc::new(Revisions::new(dir.join(CHANGED)).map_err(at)?);
        let indexing = Indexing::to_read(dir, quads.clone(), Arc::clone(&revisions));
        Ok(Self::of(Some(home), quads, indexing, base, revisions))
    }

    /// The state that a reading begun now sees; none while a change is being written.
    pub fn revision(&self) -> Option<Revision> {
        self.revisions.now()
    }

    /// The state that a reading begun now sees or, while a change is being written, the one before it.
    pub fn last_revision(&self) -> Option<Revision> {
        self.revisions.last()
    }

    /// The versions that were changed between two states; none where that is not known, or more than what documents
    /// say may have been changed.
    pub fn touched(&self, from: Revision, to: Revision) -> Option<BTreeSet<NamedNode>> {
        self.revisions.touched(from, to, &self.base)
    }

    /// When the store was last changed; none where it never was.
    pub fn last_change(&self) -> Option<SystemTime> {
        self.revisions.last_change()
    }

    /// Parses SPARQL 1.1 (query forms only: an update is a syntax error here); relative IRIs are resolved against
    /// the store's base. Texts that come often are parsed and planned once.
    ///
    /// # Errors
    /// When the text is not a query, or one too large to plan.
    pub fn query(&self, text: &str) -> Result<Query, QueryError> {
        self.queries.get(text, &self.base)
    }

    /// How many triples there are in all graphs. They are counted one by one: a matter of seconds in a large store.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn count(&self) -> Result<usize, StoreError> {
        Ok(self.quads.len()?)
    }

    /// The same store, whose queries and updates may call these services, and always its own search.
    #[must_use]
    pub fn with_services(self, services: Services) -> Self {
        let searching = Searching(Arc::clone(&self.indexing));
        let services = services.with(search::SERVICE.into_owned(), Arc::new(searching));
        Self { services, ..self }
    }

    /// Whether the data is in a directory of this machine, not behind an endpoint.
    pub fn is_here(&self) -> bool {
        self.quads.embedded().is_some()
    }

    #[cfg(test)]
    fn embedded(&self) -> &oxigraph::store::Store {
        let Quads::Embedded(quads) = &self.quads else { panic!("the store is in a directory") };
        quads
    }

    /// What all IRIs of the data begin with.
    pub fn base(&self) -> &Base {
        &self.base
    }
}

/// What the store at `dir` says of itself.
fn known(dir: &Path) -> Result<Known, StoreError> {
    manifest::read(dir)?.ok_or_else(|| match manifest::is_ours(dir) {
        Ok(false) => StoreError::NotAStore(dir.to_owned()),
        _ => StoreError::Missing(dir.to_owned()),
    })
}

/// Flushes what a killed writer has left in the log, if nobody else is reading: every reader would have to go
/// through all of it again. Where that is not possible, opening only takes longer.
fn settle(dir: &Path, lock: &File) {
    let entries = std::fs::read_dir(dir.join(QUADS)).into_iter().flatten().flatten();
    let logs =
        entries.filter(|entry| Path::new(&entry.file_name()).extension() == Some("log".as_ref()));
    let unflushed: u64 = logs.filter_map(|log| log.metadata().ok()).map(|log| log.len()).sum();
    if unflushed > MUCH && lock.try_lock().is_ok() {
        let flushed = oxigraph::store::Store::open(dir.join(QUADS)).and_then(|quads| quads.flush());
        if let Err(error) = flushed {
            tracing::warn!(%error, "the store's log could not be flushed");
        }
        // The lock is taken anew as a shared one, which replaces this one where it is still held.
        drop(lock.unlock());
    }
}

fn refuse_if_locked(dir: &Path, tried: Result<(), TryLockError>) -> Result<(), StoreError> {
    tried.map_err(|e| match e {
        TryLockError::WouldBlock => StoreError::Locked(dir.to_owned()),
        TryLockError::Error(e) => StoreError::Io(dir.to_owned(), e),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_remembers_its_base_and_refuses_another() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/store");
        drop(Store::open(&path, Some("https://data.example.cn/")).unwrap());
        assert_eq!(Store::open(&path, None).unwrap().base().as_str(), "https://data.example.cn/");
        let refused = Store::open(&path, Some("http://other.example/")).err().unwrap();
        assert!(matches!(refused, StoreError::OtherBase { .. }), "{refused}");
    }

    #[test]
    fn a_base_must_be_a_web_address() {
        let dir = tempfile::tempdir().unwrap();
        for base in ["data", "http://a.example/?q=", "urn:x/", "http://a b/", ""] {
            let refused = Store::open(dir.path(), Some(base)).err().unwrap();
            assert!(matches!(refused, StoreError::BadBase(_)), "{base}: {refused}");
        }
    }

    #[test]
    fn a_directory_of_other_files_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("letter.txt"), "mine").unwrap();
        assert!(matches!(Store::open(dir.path(), None), Err(StoreError::NotAStore(_))));
        assert!(matches!(Store::open_to_read(dir.path()), Err(StoreError::NotAStore(_))));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn readers_share_and_a_writer_is_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path();
        assert!(matches!(Store::open_to_read(path), Err(StoreError::Missing(_))));
        let writer = Store::open(path, None).unwrap();
        assert!(matches!(Store::open(path, None), Err(StoreError::Locked(_))));
        assert!(matches!(Store::open_to_read(path), Err(StoreError::Locked(_))));
        drop(writer);
        let readers = (Store::open_to_read(path).unwrap(), Store::open_to_read(path).unwrap());
        assert!(matches!(Store::open(path, None), Err(StoreError::Locked(_))));
        drop(readers);
        Store::open(path, None).unwrap();
    }

    #[test]
    fn a_store_whose_making_was_cut_short_is_made_again() {
        let dir = tempfile::tempdir().unwrap();
        drop(Store::open(dir.path(), None).unwrap());
        std::fs::remove_file(dir.path().join(manifest::MANIFEST)).unwrap();
        assert!(matches!(Store::open_to_read(dir.path()), Err(StoreError::Missing(_))));
        Store::open(dir.path(), None).unwrap();
    }
}
