//! The documents a command line names: files, folders, and archives with the documents in them, with the limits that
//! hold for each.
//!
//! A document in an archive has a path as if the archive were a folder (`papers.zip/2024/plan.docx`); everything that
//! is asked of a path here holds for it too. Invariant: no more than one document of an archive is in memory at a time
//! and thread.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context;
use clap::Args;
use walkdir::WalkDir;

use crate::config::Config;
use crate::knowledge::Knowledge;
use crate::pipeline::{self, ReadError, Reading};
use crate::read::{self, Bundle};

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = read::LIMIT as u64;

/// Why a document cannot be had, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub(super) enum SourceError {
    #[error("there is no such file or folder: check the name")]
    Missing,
    #[error(
        "no document in this folder: put files there of these kinds, or name another folder: {}",
        read::kinds()
    )]
    NoDocument,
    #[error("not a kind of file that is read; these are: {}", read::kinds())]
    Ending,
    #[error("{} MB large, and {} MB is the limit: split it, or leave out what is not text", .0 >> 20, MAX_BYTES >> 20)]
    TooLarge(u64),
    #[error("cannot be opened or read ({0}): check its permissions")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error("the program failed on this document; the others are not affected: please report it")]
    Panic,
}

/// A path that came to nothing.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) path: PathBuf,
    pub(super) error: SourceError,
}

/// Names that the user adds to what the program knows.
#[derive(Args)]
pub(super) struct Names {
    /// A TOML file of divisions and agencies to know besides the built-in ones, in the form of
    /// seeds/agencies.toml, instead of the setting names [env: GANGMU_NAMES]
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
}

impl Names {
    /// What the program knows, with the names of the user's file.
    pub(super) fn knowledge(&self, config: &Config) -> anyhow::Result<Arc<Knowledge>> {
        let known = Knowledge::embedded();
        let known = match self.names.as_deref().or(config.names.as_deref()) {
            None => known,
            Some(path) => known.with_names(path).context("the names cannot be used")?,
        };
        Ok(Arc::new(known))
    }
}

/// The documents that `paths` name: files as they are, folders with all documents below them, archives with those in
/// them; in a fixed order.
pub(super) fn find(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<Failure>) {
    let mut all = Found::default();
    for path in paths {
        if path.is_dir() {
            let before = all.found.len() + all.failures.len();
            for entry in WalkDir::new(path).follow_links(true).sort_by_file_name() {
                match entry {
                    Ok(entry) if entry.file_type().is_file() && is_read(entry.path()) => {
                        all.add(entry.into_path());
                    }
                    Ok(_) => {}
                    Err(error) => {
                        let path = error.path().unwrap_or(path).to_owned();
                        all.fail(&path, SourceError::Io(error.into()));
                    }
                }
            }
            if all.found.len() + all.failures.len() == before {
                all.fail(path, SourceError::NoDocument);
            }
        } else if let Some((archive, name)) = packed(path).filter(|(_, name)| !name.is_empty()) {
            all.add_packed(&archive, &name);
        } else if !path.exists() {
            all.fail(path, SourceError::Missing);
        } else if is_read(path) {
            all.add(path.clone());
        } else {
            all.fail(path, SourceError::Ending);
        }
    }
    (all.found, all.failures)
}

#[derive(Default)]
struct Found {
    found: Vec<PathBuf>,
    failures: Vec<Failure>,
}

impl Found {
    fn fail(&mut self, path: &Path, error: SourceError) {
        self.failures.push(Failure { path: path.to_owned(), error });
    }

    fn add(&mut self, path: PathBuf) {
        match packed(&path) {
            Some((archive, name)) => self.add_packed(&archive, &name),
            None => self.found.push(path),
        }
    }

    /// Adds the document or the folder called `name` in an archive; all of it where that is empty.
    fn add_packed(&mut self, archive: &Path, name: &str) {
        let below = |inner: &str| {
            let rest = inner.strip_prefix(name);
            name.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let before = self.found.len() + self.failures.len();
        let listed = open(archive, |bundle| {
            let found = bundle.documents().filter(|n| below(n)).map(|n| archive.join(n));
            self.found.extend(found);
            for (inner, error) in bundle.refused.iter().filter(|(inner, _)| below(inner)) {
                self.failures.push(Failure {
                    path: archive.join(inner),
                    error: SourceError::Read(error.clone()),
                });
            }
        });
        let none = self.found.len() + self.failures.len() == before;
        match listed {
            Err(error) => self.fail(archive, error),
            Ok(()) if none && name.is_empty() => self.fail(archive, ReadError::NoDocument.into()),
            Ok(()) if none => self.fail(&archive.join(name), SourceError::Missing),
            Ok(()) => {}
        }
    }
}

/// Whether a file is a document or an archive of documents, by its ending.
fn is_read(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    ending.is_some_and(|e| e == read::ARCHIVE || read::EXTENSIONS.contains(&e.as_str()))
}

/// The archive that a path leads into and the name in it, which is empty where the path is that archive.
fn packed(path: &Path) -> Option<(PathBuf, String)> {
    let is_archive = |part: &&Path| {
        part.file_name().is_some_and(|name| read::is_archive(&name.to_string_lossy()))
            && part.is_file()
    };
    let archive = path.ancestors().filter(is_archive).last()?;
    let name = path.strip_prefix(archive).ok()?.to_string_lossy().into_owned();
    Some((archive.to_owned(), name))
}

/// What a document is called in the graph: its file without folders; in an archive the archive's file too.
pub(super) fn name(path: &Path) -> Cow<'_, str> {
    let file = |path: &'_ Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    match packed(path) {
        Some((archive, name)) => format!("{}/{name}", file(&archive).unwrap_or_default()).into(),
        None => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy(),
    }
}

/// The length of a document, and when it was changed: in an archive, when that was.
pub(super) fn stamp(path: &Path) -> Option<(u64, SystemTime)> {
    let Some((archive, name)) = packed(path).filter(|(_, name)| !name.is_empty()) else {
        let file = path.metadata().ok()?;
        return Some((file.len(), file.modified().ok()?));
    };
    let changed = archive.metadata().ok()?.modified().ok()?;
    let size = open(&archive, |bundle| bundle.find(&name).map(|nth| bundle.size(nth)));
    Some((size.ok()??, changed))
}

/// Reads one document; a file over the limit is not read at all.
pub(super) fn read(path: &Path, knowledge: &Arc<Knowledge>) -> Result<Reading, SourceError> {
    read_bytes(&name(path), load(path)?, knowledge)
}

/// Reads the bytes of one document.
pub(super) fn read_bytes(
    name: &str,
    bytes: Vec<u8>,
    knowledge: &Arc<Knowledge>,
) -> Result<Reading, SourceError> {
    // A fault of the program costs one document, not the run.
    let reading = catch_unwind(AssertUnwindSafe(|| pipeline::read_in_time(name, bytes, knowledge)));
    Ok(reading.map_err(|_| SourceError::Panic)??)
}

/// The bytes of a document that is not too large.
pub(super) fn load(path: &Path) -> Result<Vec<u8>, SourceError> {
    if let Some((archive, name)) = packed(path) {
        return open(&archive, |bundle| {
            let nth = bundle.find(&name).ok_or(SourceError::Missing)?;
            Ok(bundle.document(nth)?)
        })?;
    }
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > MAX_BYTES {
        return Err(SourceError::TooLarge(length));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    // The file may grow while it is read.
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= MAX_BYTES => Ok(bytes),
        _ => Err(SourceError::TooLarge(MAX_BYTES + 1)),
    }
}

/// An open archive, with its file and that file's length and age.
struct Opened {
    path: PathBuf,
    state: (u64, Option<SystemTime>),
    bundle: Bundle,
}

/// Asks an archive, which stays open in this thread until another is asked.
fn open<T>(archive: &Path, ask: impl FnOnce(&mut Bundle) -> T) -> Result<T, SourceError> {
    thread_local! {
        static LAST: RefCell<Option<Opened>> = const { RefCell::new(None) };
    }
    let metadata = archive.metadata()?;
    let state = (metadata.len(), metadata.modified().ok());
    LAST.with_borrow_mut(|last| {
        let same = |opened: &Opened| opened.path == archive && opened.state == state;
        let opened = match last.take().filter(same) {
            Some(opened) => opened,
            None => {
                let bundle = Bundle::open(Box::new(File::open(archive)?), state.0)?;
                Opened { path: archive.to_owned(), state, bundle }
            }
        };
        Ok(ask(&mut last.insert(opened).bundle))
    })
}

/// Names what came to nothing, with the reason, on standard error.
pub(super) fn report(failures: &[Failure]) {
    for Failure { path, error } in failures {
        eprintln!("gangmu: {}: {error}", path.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_give_their_documents_in_order_and_the_rest_fails_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "x").unwrap();
            path
        };
        let (b, a, exe) = (file("in/b.txt"), file("in/a/c.HTML"), file("in/d.exe"));
        std::fs::create_dir(dir.path().join("bare")).unwrap();
        let asked = ["in", "in/d.exe", "none", "bare"].map(|name| dir.path().join(name));
        let (found, failures) = find(&asked);
        assert_eq!(found, [a, b]);
        let failed: Vec<_> = failures.iter().map(|f| f.path.clone()).collect();
        assert_eq!(failed, [exe, asked[2].clone(), asked[3].clone()]);
    }

    #[test]
    fn an_archive_is_as_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("papers.zip");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        for name in ["2024/计划.txt", "2024/图.jpg", "../要点.txt", "bad.zip"] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut zip, name.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        let inner = |name: &str| path.join(name);
        for asked in [dir.path().to_owned(), path.clone()] {
            let (found, failures) = find(&[asked]);
            assert_eq!(found, [inner("2024/计划.txt"), inner("要点.txt")]);
            assert_eq!(failures.len(), 1);
            assert_eq!(failures[0].path, inner("bad.zip"));
        }
        let (found, failures) = find(&[inner("2024"), inner("none.txt")]);
        assert_eq!(found, [inner("2024/计划.txt")]);
        assert!(matches!(failures[0].error, SourceError::Missing));
        assert_eq!(name(&found[0]), "papers.zip/2024/计划.txt");
        assert_eq!(load(&inner("要点.txt")).unwrap(), "../要点.txt".as_bytes());
    }

    #[test]
    fn a_huge_file_is_refused_unread() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("huge.txt");
        File::create(&path).unwrap().set_len(200 << 20).unwrap();
        let error = load(&path).unwrap_err();
        assert_eq!(
            error.to_string(),
            "200 MB large, and 64 MB is the limit: split it, or leave out what is not text"
        );
    }
}
