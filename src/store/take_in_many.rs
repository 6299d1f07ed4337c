//! Taking many documents in: each whole or not at all, most of them in one write.
//!
//! A document that is new to the store and whose work is too needs nothing taken away, so what many of them say can be
//! written as sorted files that the database takes over in one step, in a small part of the time that transactions take.
//! The others go in by [`Store::take_in`].

use std::collections::{HashMap, HashSet};

use oxigraph::model::{NamedNodeRef, QuadRef};
use oxigraph::store::StorageError;

use super::take_in::work;
use super::{Outcome, Store, StoreError};
use crate::rdf::Described;
use crate::rdf::vocab::{gm, prov};

/// Quads for which a transaction is quicker than files of their own.
const FEW: usize = 4_000;
/// Quads of one sorted file.
const OF_A_FILE_IN_THOUSANDS: usize = 250;

/// New documents that wait to be written together.
#[derive(Default)]
struct Together<'a> {
    documents: Vec<(usize, &'a Described)>,
    versions: HashSet<NamedNodeRef<'a>>,
    /// Work → its current version.
    current: HashMap<NamedNodeRef<'a>, NamedNodeRef<'a>>,
    /// A version and the one it revises.
    revisions: Vec<(NamedNodeRef<'a>, NamedNodeRef<'a>)>,
    quads: usize,
}

impl Store {
    /// Takes documents in, in their order; says of each what that did. Afterwards the store holds all of them. If the
    /// process ends before, it holds some of them, each of these whole.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub fn take_in_all(&self, documents: &[Described]) -> Result<Vec<Outcome>, StoreError> {
        let Some(database) = self.quads.embedded() else {
            return documents.iter().map(|document| self.take_in(document)).collect();
        };
        let mut outcomes = vec![Outcome::Unchanged; documents.len()];
        let mut together = Together::default();
        for (number, document) in documents.iter().enumerate() {
            let version = document.version.as_ref();
            if together.versions.contains(&version) {
                self.write(database, &mut together, &mut outcomes)?;
            } else if self.is_new(document, &together)? {
                outcomes[number] = together.add(number, document);
                continue;
            }
            outcomes[number] = self.take_in(document)?;
        }
        self.write(database, &mut together, &mut outcomes)?;
        Ok(outcomes)
    }

    /// Whether nothing of the store has to change for this document.
    fn is_new(&self, document: &Described, together: &Together) -> Result<bool, StorageError> {
        if self.quads.has_graph((&document.graph).into())? {
            return Ok(false);
        }
        let work = work(document);
        if together.current.contains_key(&work) {
            return Ok(true);
        }
        let version = document.version.as_ref();
        let current = Some(gm::CURRENT_VERSION);
        for (subject, object) in [(Some(work.into()), None), (None, Some(version.into()))] {
            let found = self.quads.matching(subject, current, object, None).next();
            if found.transpose()?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn write(
        &self,
        database: &oxigraph::store::Store,
        together: &mut Together,
        outcomes: &mut [Outcome],
    ) -> Result<(), StoreError> {
        let Together { documents, current, revisions, quads, .. } = std::mem::take(together);
        let mut one_by_one = || {
            for &(number, document) in &documents {
                outcomes[number] = self.take_in(document)?;
            }
            Ok(())
        };
        if quads < FEW {
            return one_by_one();
        }
        let Some(history) = documents.first().map(|(_, document)| document.history.as_ref()) else {
            return Ok(());
        };
        let changing = self.revisions.changing();
        // Another thread may have written since they were found to be new.
        let alone = Together::default();
        for (_, document) in &documents {
            if !self.is_new(document, &alone)? {
                changing.unchanged();
                return one_by_one();
            }
        }
        let said = documents.iter().flat_map(|(_, document)| [&document.own, &document.shared]);
        let graphs = documents.iter().map(|(_, document)| document.graph.to_string());
        let shared =
            [self.base.agencies_graph(), self.base.jurisdictions_graph(), self.base.works_graph()];
        self.indexing.expect(graphs.chain(shared.iter().map(ToString::to_string)))?;
        let current = current
            .iter()
            .map(|(work, version)| QuadRef::new(*work, gm::CURRENT_VERSION, *version, history));
        let revisions = revisions.iter().map(|(version, previous)| {
            QuadRef::new(*version, prov::WAS_REVISION_OF, *previous, history)
        });
        let quads = said.flat_map(|quads| quads.iter()).chain(current).chain(revisions);
        let mut loader = database
            .bulk_loader()
            .with_num_threads(1)
            .with_max_memory_size_in_megabytes(OF_A_FILE_IN_THOUSANDS);
        loader.load_quads(quads.map(QuadRef::into_owned))?;
        Ok(loader.commit()?)
    }
}

impl<'a> Together<'a> {
    fn add(&mut self, number: usize, document: &'a Described) -> Outcome {
        let version = document.version.as_ref();
        self.documents.push((number, document));
        self.versions.insert(version);
        self.quads += document.own.len() + document.shared.len();
        match self.current.insert(work(document), version) {
            None => Outcome::New,
            Some(previous) => {
                self.revisions.push((version, previous));
                Outcome::NewVersion
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use oxigraph::model::{NamedNode, Quad};

    use super::*;
    use crate::rdf::Quads;

    /// A document of so many statements.
    fn document(store: &Store, work: &str, text: &str, size: usize) -> Described {
        let base = store.base();
        let node = |path: &str| NamedNode::new(format!("{}{path}", base.as_str())).unwrap();
        let (version, graph) = base.version_and_graph(text);
        let mut own = Quads::new(&graph);
        own.class(&version, gm::VERSION);
        own.link(&version, gm::VERSION_OF, &node(work));
        own.text(&version, gm::SOURCE_NAME, text);
        for number in 0..size {
            own.text(&node(&format!("{work}/{number}")), gm::TEXT, text);
        }
        let mut shared = Quads::new(&base.works_graph());
        shared.class(&node(work), gm::DOCUMENT);
        Described { version, graph, own, shared, history: base.history_graph() }
    }

    fn all(store: &Store) -> HashSet<Quad> {
        store.quads.matching(None, None, None, None).collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn many_at_once_are_as_one_after_the_other() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let one = Store::open(one.path(), None).unwrap();
        let other = Store::open(other.path(), None).unwrap();
        for texts in [
            // Large enough for files; two versions of w, and one text twice.
            vec![("v", "a"), ("w", "b"), ("w", "c"), ("x", "d"), ("x", "d")],
            // A work of the store, an old text, a new one, three versions.
            vec![("w", "e"), ("v", "a"), ("y", "f"), ("y", "g"), ("y", "h"), ("z", "i")],
        ] {
            let documents: Vec<_> =
                texts.iter().map(|(work, text)| document(&one, work, text, FEW / 3)).collect();
            let apart: Vec<_> = documents.iter().map(|d| one.take_in(d).unwrap()).collect();
            assert_eq!(other.take_in_all(&documents).unwrap(), apart, "{texts:?}");
            assert_eq!(all(&one), all(&other), "{texts:?}");
        }
        assert_ne!(other.revision().unwrap().changes(), 0);
    }

    #[test]
    fn writers_at_the_same_time_give_a_work_one_current_version() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), None).unwrap();
        for round in 0..10 {
            let work = format!("work{round}");
            let text = |writer: usize| document(&store, &work, &format!("{round}-{writer}"), FEW);
            let together = std::sync::Barrier::new(2);
            let (store, together) = (&store, &together);
            let outcomes = std::thread::scope(|scope| {
                let writers = [text(0), text(1)].map(|document| {
                    scope.spawn(move || {
                        together.wait();
                        store.take_in_all(&[document]).unwrap()[0]
                    })
                });
                writers.map(|writer| writer.join().unwrap())
            });
            let second = outcomes.iter().filter(|&&outcome| outcome == Outcome::NewVersion);
            assert_eq!(second.count(), 1, "{outcomes:?}");
        }
        let current = store.quads.matching(None, Some(gm::CURRENT_VERSION), None, None);
        assert_eq!(current.count(), 10);
    }
}
