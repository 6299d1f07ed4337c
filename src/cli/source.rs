//! The documents a command line names: files and folders, with the limits that hold for each file.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use walkdir::WalkDir;

use crate::knowledge::Knowledge;
use crate::pipeline::{self, ReadError, Reading};
use crate::read;

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = read::LIMIT as u64;

/// Why a document cannot be had, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub(super) enum SourceError {
    #[error("there is no such file or folder: check the name")]
    Missing,
    #[error("no document in this folder: put .txt or .html files there, or name another folder")]
    NoDocument,
    #[error("not a kind of file that is read: save it as .txt or .html")]
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
    /// seeds/agencies.toml [env: GANGMU_NAMES]
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
}

impl Names {
    /// What the program knows, with the names of the user's file.
    pub(super) fn knowledge(&self) -> anyhow::Result<Knowledge> {
        let configured = || std::env::var_os("GANGMU_NAMES").filter(|path| !path.is_empty());
        match self.names.clone().or_else(|| configured().map(PathBuf::from)) {
            None => Ok(Knowledge::embedded()),
            Some(path) => {
                Knowledge::embedded().with_names(&path).context("the names cannot be used")
            }
        }
    }
}

/// The files that `paths` name: files as they are, folders with all documents below them, in a fixed order.
pub(super) fn find(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<Failure>) {
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for path in paths {
        if path.is_dir() {
            let before = found.len();
            for entry in WalkDir::new(path).follow_links(true).sort_by_file_name() {
                match entry {
                    Ok(entry) if entry.file_type().is_file() && is_document(entry.path()) => {
                        found.push(entry.into_path());
                    }
                    Ok(_) => {}
                    Err(error) => failures.push(Failure {
                        path: error.path().unwrap_or(path).to_owned(),
                        error: SourceError::Io(error.into()),
                    }),
                }
            }
            if found.len() == before {
                failures.push(Failure { path: path.clone(), error: SourceError::NoDocument });
            }
        } else if !path.exists() {
            failures.push(Failure { path: path.clone(), error: SourceError::Missing });
        } else if is_document(path) {
            found.push(path.clone());
        } else {
            failures.push(Failure { path: path.clone(), error: SourceError::Ending });
        }
    }
    (found, failures)
}

fn is_document(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str).map(str::to_ascii_lowercase);
    ending.is_some_and(|ending| read::EXTENSIONS.contains(&ending.as_str()))
}

/// Reads one document; a file over the limit is not read at all.
pub(super) fn read(path: &Path, knowledge: &Knowledge) -> Result<Reading, SourceError> {
    read_bytes(&name(path), &load(path)?, knowledge)
}

/// What a file is called in the graph: its name without folders.
pub(super) fn name(path: &Path) -> Cow<'_, str> {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy()
}

/// Reads the bytes of one document.
pub(super) fn read_bytes(
    name: &str,
    bytes: &[u8],
    knowledge: &Knowledge,
) -> Result<Reading, SourceError> {
    // A fault of the program costs one document, not the run.
    let reading = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        pipeline::read(name, bytes, knowledge)
    }));
    Ok(reading.map_err(|_| SourceError::Panic)??)
}

/// The bytes of a file that is not too large.
pub(super) fn load(path: &Path) -> Result<Vec<u8>, SourceError> {
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
        let (b, a, pdf) = (file("in/b.txt"), file("in/a/c.HTML"), file("in/d.pdf"));
        std::fs::create_dir(dir.path().join("bare")).unwrap();
        let asked = ["in", "in/d.pdf", "none", "bare"].map(|name| dir.path().join(name));
        let (found, failures) = find(&asked);
        assert_eq!(found, [a, b]);
        let failed: Vec<_> = failures.iter().map(|f| f.path.clone()).collect();
        assert_eq!(failed, [pdf, asked[2].clone(), asked[3].clone()]);
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
