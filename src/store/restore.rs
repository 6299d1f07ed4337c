//! Backups, read again: a new store, which is there as a whole or not at all.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use oxigraph::io::{RdfFormat, RdfParseError, RdfParser};
use oxigraph::model::NamedNode;
use oxigraph::store::{LoaderError, StorageError};

use super::backup::{BackupError, Contents, Reading};
use super::manifest::{self, CHANGED, Known, LOCK, MANIFEST, QUADS, SEARCH, STALE};
use super::{Store, StoreError};

/// Why nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error("{0}: {1}")]
    Backup(PathBuf, #[source] BackupError),
    #[error("{0} is not empty: name a directory that is empty or does not exist")]
    NotEmpty(PathBuf),
    #[error("{0} is being restored by another process: wait for it to end")]
    Running(PathBuf),
    #[error("{0} cannot be written: {1}")]
    Io(PathBuf, #[source] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads a backup to its end, and says what it holds.
///
/// # Errors
/// When it is no backup, not whole, or not as it was written.
pub fn check(file: &Path) -> Result<Contents, RestoreError> {
    let checked = File::open(file).map_err(BackupError::from).and_then(|bytes| {
        let mut reading = Reading::begin(bytes)?;
        read(&mut reading, |reading| io::copy(reading, &mut io::sink()).map(drop))?;
        reading.end()
    });
    checked.map_err(|error| RestoreError::Backup(file.to_owned(), error))
}

/// Makes the store that was backed up, with a search index, at `dir`, which does not exist or is empty. It is made
/// beside it, at `dir` with `.restoring` behind it, and comes to its place when it is whole; what a restoring that was
/// ended early has left there is taken away.
///
/// # Errors
/// When the directory is not empty, the backup cannot be used, or the disk cannot be written: then `dir` is as it was.
pub fn restore(file: &Path, dir: &Path) -> Result<Contents, RestoreError> {
    let at = |error| RestoreError::Io(dir.to_owned(), error);
    match std::fs::read_dir(dir) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                return Err(RestoreError::NotEmpty(dir.to_owned()));
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(at(error)),
    }
    let of_backup = |error| RestoreError::Backup(file.to_owned(), error);
    // Before anything is made.
    let bytes = File::open(file).map_err(|error| of_backup(error.into()))?;
    let reading = Reading::begin(bytes).map_err(of_backup)?;
    let draft = Draft::make(dir)?;
    let contents = draft.fill(reading).map_err(of_backup)?;
    draft.put(dir)?;
    Ok(contents)
}

/// The store before it is in its place; taken away unless it gets there.
struct Draft {
    dir: PathBuf,
    lock: Option<File>,
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.dir.exists()
            && let Err(error) = std::fs::remove_dir_all(&self.dir)
        {
            tracing::warn!(%error, "{} cannot be removed", self.dir.display());
        }
    }
}

impl Draft {
    fn make(place: &Path) -> Result<Self, RestoreError> {
        let at = |error| RestoreError::Io(place.to_owned(), error);
        let place = std::path::absolute(place).map_err(at)?;
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(".restoring");
        let dir = place.with_file_name(name);
        std::fs::create_dir_all(&dir).map_err(at)?;
        let lock = File::create(dir.join(LOCK)).map_err(at)?;
        lock.try_lock().map_err(|_| RestoreError::Running(place.clone()))?;
        // The manifest first, so that what is left never looks whole.
        for left in [MANIFEST, QUADS, SEARCH, STALE, CHANGED].map(|name| dir.join(name)) {
            match std::fs::metadata(&left) {
                Ok(entry) if entry.is_dir() => std::fs::remove_dir_all(left).map_err(at)?,
                Ok(_) => std::fs::remove_file(left).map_err(at)?,
                Err(_) => {}
            }
        }
        Ok(Self { dir, lock: Some(lock) })
    }

    /// Puts into the database what the backup holds, all of which was then there as it was written.
    fn fill(&self, mut reading: Reading<impl io::BufRead>) -> Result<Contents, BackupError> {
        let quads = oxigraph::store::Store::open(self.dir.join(QUADS))?;
        read(&mut reading, |reading| {
            // What was written is what is wanted back, also names that are odd.
            let parser = RdfParser::from_format(RdfFormat::NQuads).lenient();
            let mut loader = quads.bulk_loader();
            let parsed = parser.for_reader(reading);
            loader.load_ok_quads::<RdfParseError, LoaderError>(parsed).map_err(io::Error::other)?;
            loader.commit().map_err(io::Error::other)
        })?;
        for graph in &reading.graphs {
            match graph.strip_prefix('<').and_then(|iri| iri.strip_suffix('>')) {
                Some(iri) => quads.insert_named_graph(&NamedNode::new_unchecked(iri))?,
                None => {
                    let name = graph.trim_start_matches("_:");
                    quads.insert_named_graph(&oxigraph::model::BlankNode::new_unchecked(name))?;
                }
            }
        }
        quads.flush()?;
        let known =
            Known { format: reading.head.store_format, base: self.base(&reading.head.base)? };
        let contents = reading.end()?;
        let count = quads.len()? as u64;
        if count != contents.quads {
            let found = format!("{count} quads are in the store, {} in the backup", contents.quads);
            return Err(BackupError::Changed(found));
        }
        // Last, since with it there is a store.
        manifest::write(&self.dir, &known).map_err(io::Error::other)?;
        Ok(contents)
    }

    fn base(&self, iri: &str) -> Result<crate::rdf::Base, BackupError> {
        manifest::base(iri).map_err(|error| BackupError::Changed(error.to_string()))
    }

    /// Makes the index, and brings the store to its place.
    fn put(mut self, place: &Path) -> Result<(), RestoreError> {
        drop(self.lock.take());
        let store = Store::open(&self.dir, None)?;
        store.rebuild_index()?;
        store.flush()?;
        drop(store);
        let place = std::path::absolute(place).unwrap_or_else(|_| place.to_owned());
        let put = || {
            sync(&self.dir)?;
            // Empty, or it stays.
            let _ = std::fs::remove_dir(&place);
            std::fs::rename(&self.dir, &place)?;
            place.parent().map_or(Ok(()), sync)
        };
        put().map_err(|error| RestoreError::Io(place.clone(), error))
    }
}

/// Has the disk keep what is in a directory.
fn sync(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Reads a backup by `with`; what goes wrong is put down to the backup.
fn read<R: io::BufRead>(
    reading: &mut Reading<R>,
    with: impl FnOnce(&mut dyn Read) -> io::Result<()>,
) -> Result<(), BackupError> {
    with(reading).map_err(|error| match error.downcast::<LoaderError>() {
        Ok(LoaderError::Storage(error)) => BackupError::Database(error),
        Ok(LoaderError::Parsing(RdfParseError::Io(error))) => of_bytes(error),
        Ok(error) => BackupError::Changed(error.to_string()),
        Err(error) => match error.downcast::<StorageError>() {
            Ok(error) => BackupError::Database(error),
            Err(error) => of_bytes(error),
        },
    })
}

fn of_bytes(error: io::Error) -> BackupError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => BackupError::CutShort,
        _ => BackupError::Changed(error.to_string()),
    }
}
