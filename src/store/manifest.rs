//! `store.json`: what a store's directory says of itself.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::rdf::Base;

/// The base IRI of a store for which none is named: where `gangmu serve` listens unless told otherwise.
pub const DEFAULT_BASE: &str = "http://127.0.0.1:8080/";

pub(super) const MANIFEST: &str = "store.json";
pub(super) const LOCK: &str = "lock";
pub(super) const QUADS: &str = "quads";
/// What is being loaded, until the store takes it over.
pub(super) const BESIDE: &str = "beside";
pub(super) const SEARCH: &str = "search";
/// There while the store may say something that the index does not.
pub(super) const STALE: &str = "search.stale";
/// A file that is touched at each change.
pub(super) const CHANGED: &str = "changed";
/// The manifest before it is renamed into place.
const DRAFT: &str = "store.json.new";
/// What this program writes: the layout of the directory, and how the graphs say what they say. `migrate` has the
/// way from each earlier one.
pub const FORMAT: u32 = 2;

#[derive(Deserialize, Serialize)]
struct Manifest {
    format: u32,
    base: String,
}

/// What is known of a store that is there.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// At most [`FORMAT`].
    pub(super) format: u32,
    pub(super) base: Base,
}

/// Whether `dir` is empty or holds nothing but a store's own files.
pub(super) fn is_ours(dir: &Path) -> io::Result<bool> {
    for entry in std::fs::read_dir(dir)? {
        let own = [MANIFEST, LOCK, QUADS, CHANGED, SEARCH, STALE, DRAFT];
        if !own.iter().any(|&own| entry_is(&entry, own)) {
            return Ok(dir.join(MANIFEST).is_file());
        }
    }
    Ok(true)
}

fn entry_is(entry: &io::Result<std::fs::DirEntry>, name: &str) -> bool {
    entry.as_ref().is_ok_and(|e| e.file_name() == name)
}

/// What the store at `dir` says of itself; none where the store is yet to be made.
pub(super) fn read(dir: &Path) -> Result<Option<Known>, StoreError> {
    let bytes = match std::fs::read(dir.join(MANIFEST)) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(StoreError::Io(dir.to_owned(), e)),
    };
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|_| StoreError::NotAStore(dir.to_owned()))?;
    if manifest.format > FORMAT {
        return Err(StoreError::Newer(dir.to_owned(), manifest.format));
    }
    let base = base(&manifest.base)?;
    Ok(Some(Known { format: manifest.format, base }))
}

/// Writes the manifest, whole or not at all.
pub(super) fn write(dir: &Path, known: &Known) -> Result<(), StoreError> {
    let manifest = Manifest { format: known.format, base: known.base.as_str().to_owned() };
    let json = serde_json::to_vec_pretty(&manifest).map_err(io::Error::from);
    json.and_then(|json| std::fs::write(dir.join(DRAFT), json))
        .and_then(|()| std::fs::rename(dir.join(DRAFT), dir.join(MANIFEST)))
        .map_err(|e| StoreError::Io(dir.to_owned(), e))
}

/// A base IRI at which pages can be had: the paths of the IRIs are those of the pages.
///
/// # Errors
/// When it is no absolute http or https IRI that IRIs can begin with.
pub fn base(iri: &str) -> Result<Base, StoreError> {
    let web = iri.starts_with("http://") || iri.starts_with("https://");
    match Base::new(iri) {
        Ok(base) if web => Ok(base),
        _ => Err(StoreError::BadBase(iri.to_owned())),
    }
}
