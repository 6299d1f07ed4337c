//! Looking for faults of a store, without changing anything.

mod conform;
mod versions;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use oxigraph::model::vocab::{rdf, rdfs};
use oxigraph::model::{NamedOrBlankNode, Term};
use oxigraph::store::StorageError;
use serde::Serialize;

use super::manifest::{self, FORMAT, LOCK, QUADS, SEARCH};
use super::{Store, StoreError};
use crate::rdf::shacl::Shapes;
use crate::rdf::vocab::{gm, prov};
use crate::search::Index;

/// Bytes that must be free: what the database writes before it notices that there is no more.
const LEAST: u64 = 256 << 20;
/// Examples of a fault that are named.
const EXAMPLES: usize = 3;

/// How grave it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    Ok,
    /// It works, but something is to be known or done; also what could not be looked at.
    Warning,
    Error,
}

/// What was found by one look.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    pub check: &'static str,
    pub status: Status,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    pub fn ok(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, status: Status::Ok, message: message.into(), remedy: None }
    }

    pub fn warning(
        check: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (message, remedy) = (message.into(), Some(remedy.into()));
        Self { check, status: Status::Warning, message, remedy }
    }

    pub fn error(
        check: &'static str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { status: Status::Error, ..Self::warning(check, message, remedy) }
    }
}

/// Looks at the store in a directory.
pub struct Doctor<'a> {
    pub dir: &'a Path,
    /// Takes each finding as it is made.
    pub tell: &'a mut dyn FnMut(Finding),
}

impl Doctor<'_> {
    /// Looks at everything that can be looked at.
    pub fn look(&mut self) {
        if !self.manifest() {
            return;
        }
        self.disk();
        if !self.lock() {
            let remedy =
                "stop the server, or look at a copy: gangmu backup --server …, gangmu restore";
            let message = "the graphs and the index were not looked at, since the store is written";
            return (self.tell)(Finding::warning("content", message, remedy));
        }
        let store = match Store::open_as_it_is(self.dir) {
            Ok(store) => store,
            Err(error) => return (self.tell)(unreadable(&error.to_string())),
        };
        let validated = store.quads.embedded().map_or(Ok(()), oxigraph::store::Store::validate);
        if let Err(error) = validated {
            (self.tell)(unreadable(&error.to_string()));
        } else {
            (self.tell)(Finding::ok("database", "its indexes agree with each other"));
        }
        self.index(&store);
        for look in [Self::versions, Self::shapes, Self::identities, Self::programs] {
            if let Err(error) = look(self, &store) {
                (self.tell)(unreadable(&error.to_string()));
            }
        }
    }

    /// Whether it is a store that this version can read at all.
    fn manifest(&mut self) -> bool {
        let dir = self.dir.display();
        let finding = match manifest::read(self.dir) {
            Ok(Some(known)) if known.format == FORMAT => {
                let base = known.base.as_str();
                Finding::ok(
                    "format",
                    format!("{dir} is a store of format {FORMAT}, its IRIs begin with <{base}>"),
                )
            }
            Ok(Some(known)) => Finding::warning(
                "format",
                format!(
                    "{dir} is a store of format {}, which an older version wrote; this one writes {FORMAT}",
                    known.format
                ),
                "make a backup (gangmu backup); the first command that opens the store brings it to the new format",
            ),
            Ok(None) if matches!(manifest::is_ours(self.dir), Ok(false)) => Finding::error(
                "format",
                format!("{dir} holds other files and no store.json"),
                "name the store's own directory; if store.json was lost, restore a backup",
            ),
            Ok(None) => Finding::error(
                "format",
                format!("{dir} has no store"),
                "name another directory, or take documents in: gangmu ingest",
            ),
            Err(StoreError::Newer(_, format)) => Finding::error(
                "format",
                format!(
                    "{dir} was written by a newer version (format {format}; this one knows {FORMAT})"
                ),
                "use that version",
            ),
            Err(error) => Finding::error(
                "format",
                format!("store.json of {dir} cannot be used: {error}"),
                "restore a backup, or write the file as in another store: {\"format\": …, \"base\": …}",
            ),
        };
        let known = finding.status != Status::Error;
        (self.tell)(finding);
        known
    }

    fn disk(&mut self) {
        let finding = match fs4::available_space(self.dir) {
            Ok(free) => disk(free, size(self.dir)),
            Err(error) => Finding::warning(
                "disk",
                format!("the free space is not known: {error}"),
                "look: df -h",
            ),
        };
        (self.tell)(finding);
    }

    /// Whether the store can be read now.
    fn lock(&mut self) -> bool {
        let lock = match File::open(self.dir.join(LOCK)) {
            Ok(lock) => lock,
            Err(error) => {
                let remedy =
                    "make an empty file of that name, for the user that the store belongs to";
                (self.tell)(Finding::error("lock", format!("the file lock: {error}"), remedy));
                return false;
            }
        };
        let alone = lock.try_lock().is_ok();
        let shared = alone || lock.try_lock_shared().is_ok();
        (self.tell)(match (alone, shared) {
            (true, _) => Finding::ok("lock", "no other process has the store open"),
            (_, true) => Finding::ok("lock", "other processes read the store; none writes"),
            _ => Finding::ok("lock", "a process has the store open to write"),
        });
        shared
    }

    fn index(&mut self, store: &Store) {
        let remedy = format!("gangmu index --store {}", self.dir.display());
        let dir = self.dir.join(SEARCH);
        let finding = match (store.indexing.is_in_step(), Index::damaged(&dir)) {
            (Err(error), _) => unreadable(&error.to_string()),
            (Ok(_), _) if !dir.exists() => Finding::warning(
                "index",
                "there is no search index: each start builds one in memory",
                remedy,
            ),
            (Ok(_), Err(error)) => Finding::error("index", error.to_string(), remedy),
            (Ok(_), Ok(files)) if !files.is_empty() => Finding::error(
                "index",
                format!(
                    "{} files of the search index are damaged, such as {}",
                    files.len(),
                    files[0].display()
                ),
                remedy,
            ),
            (Ok(false), _) => Finding::warning(
                "index",
                "the search index is behind the graphs, or of another version: each start builds one in memory",
                remedy,
            ),
            (Ok(true), _) => Finding::ok("index", "the search index is in step with the graphs"),
        };
        (self.tell)(finding);
    }

    /// Whether what each version says stands in its text.
    fn versions(&mut self, store: &Store) -> Result<(), StorageError> {
        let mut faults = Faults::default();
        let looked = versions::look(&store.quads, &store.base, &mut |fault| faults.add(fault))?;
        let message = format!(
            "{} versions of documents, {} pieces of evidence: every quote stands where it says",
            looked.versions, looked.evidence
        );
        let remedy = "take the documents in again (gangmu ingest), or restore a backup";
        (self.tell)(faults.finding("versions", message, remedy));
        Ok(())
    }

    fn shapes(&mut self, store: &Store) -> Result<(), StorageError> {
        let shapes = match Shapes::of_the_ontology() {
            Ok(shapes) => shapes,
            Err(error) => {
                (self.tell)(Finding::error(
                    "shapes",
                    error.to_string(),
                    "report it: it is a fault of the program",
                ));
                return Ok(());
            }
        };
        let mut faults = Faults::default();
        let looked = conform::conform(&store.quads, &shapes, &mut |violation| {
            faults.add(format!("{}: {}", violation.node, violation.what));
        })?;
        let remedy = "take the documents in again (gangmu ingest), take back the update that changed them, or restore a backup";
        (self.tell)(faults.finding(
            "shapes",
            format!("{looked} things conform to the shapes"),
            remedy,
        ));
        Ok(())
    }

    fn identities(&mut self, store: &Store) -> Result<(), StorageError> {
        let count = |class| {
            let mut nodes = std::collections::HashSet::new();
            for quad in store.quads.matching(None, Some(rdf::TYPE), Some(class), None) {
                nodes.insert(quad?.subject);
            }
            Ok::<_, StorageError>(nodes.len())
        };
        let (all, unresolved) =
            (count(gm::AGENCY_CLASS.into())?, count(gm::UNRESOLVED_AGENCY.into())?);
        let message = format!("{unresolved} of {all} bodies are known by the name printed only");
        (self.tell)(match unresolved {
            0 => Finding::ok("identities", format!("all {all} bodies are known")),
            _ => Finding {
                remedy: Some(
                    "see queries/unresolved-names.rq; a names file makes them known (--names)"
                        .to_owned(),
                ),
                ..Finding::ok("identities", message)
            },
        });
        Ok(())
    }

    /// Which versions of the program have read the documents.
    fn programs(&mut self, store: &Store) -> Result<(), StorageError> {
        let mut read: BTreeMap<String, usize> = BTreeMap::new();
        for quad in store.quads.matching(None, Some(prov::WAS_ASSOCIATED_WITH), None, None) {
            *read.entry(label(store, &quad?.object)?).or_default() += 1;
        }
        let this = concat!("gangmu ", env!("CARGO_PKG_VERSION"));
        let others: Vec<_> = read.iter().filter(|(program, _)| *program != this).collect();
        (self.tell)(if others.is_empty() {
            Finding::ok("programs", format!("all documents were read by this version ({this})"))
        } else {
            let others: Vec<_> =
                others.iter().map(|(program, count)| format!("{count} by {program}")).collect();
            let message = format!(
                "documents were read by other versions than this one ({this}): {}",
                others.join(", ")
            );
            Finding::warning(
                "programs",
                message,
                "take them in again to have them read as this version reads: gangmu ingest",
            )
        });
        Ok(())
    }
}

fn unreadable(error: &str) -> Finding {
    let remedy = "restore the last backup: gangmu restore FILE --store NEW-DIRECTORY";
    Finding::error("database", format!("it cannot be read: {error}"), remedy)
}

fn label(store: &Store, program: &Term) -> Result<String, StorageError> {
    let node = match program {
        Term::NamedNode(node) => NamedOrBlankNode::from(node.clone()),
        other => return Ok(other.to_string()),
    };
    let labels = store.quads.matching(Some(node.as_ref()), Some(rdfs::LABEL), None, None);
    Ok(match labels.map(|quad| quad.map(|quad| quad.object)).next().transpose()? {
        Some(Term::Literal(label)) => label.value().to_owned(),
        _ => node.to_string(),
    })
}

/// Whether there is room for a store of `used` bytes to be written to.
fn disk(free: u64, used: u64) -> Finding {
    let megabytes = |bytes: u64| format!("{} MB", bytes >> 20);
    let message = format!("{} free, {} used by the store", megabytes(free), megabytes(used));
    let remedy = "make room, or move the store to a larger disk (gangmu backup, gangmu restore)";
    match free {
        _ if free < LEAST => Finding::error("disk", message, remedy),
        // The database needs it where it puts its files together.
        _ if free < used.max(4 * LEAST) => Finding::warning("disk", message, remedy),
        _ => Finding::ok("disk", message),
    }
}

/// Bytes of the files of a store.
fn size(dir: &Path) -> u64 {
    let dirs = [QUADS, SEARCH].map(|name| dir.join(name));
    let entries = dirs.iter().filter_map(|dir| std::fs::read_dir(dir).ok()).flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|entry| entry.len()).sum()
}

/// Faults of one kind: how many, and the first of them.
#[derive(Default)]
struct Faults {
    count: usize,
    first: Vec<String>,
}

impl Faults {
    fn add(&mut self, fault: String) {
        self.count += 1;
        if self.first.len() < EXAMPLES {
            self.first.push(fault);
        }
    }

    fn finding(self, check: &'static str, if_none: String, remedy: &str) -> Finding {
        match self.count {
            0 => Finding::ok(check, if_none),
            count => {
                let more = if count > EXAMPLES { "; …" } else { "" };
                let message = format!("{count} faults: {}{more}", self.first.join("; "));
                Finding::error(check, message, remedy)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_must_have_room_for_the_store_and_more() {
        let status = |free: u64, used: u64| disk(free << 20, used << 20).status;
        assert_eq!(status(100_000, 5_000), Status::Ok);
        assert_eq!(status(100_000, 200_000), Status::Warning);
        assert_eq!(status(500, 1), Status::Warning);
        assert_eq!(status(100, 1), Status::Error);
    }
}
