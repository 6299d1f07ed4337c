//! Taking a document in: one transaction.
//!
//! The rules:
//! - What a version says stands in a graph of its own, which is replaced by what the document says now;
//!   nothing is written where nothing changed.
//! - The sources of a version (file names, digests) only grow: the same text may come from many files.
//! - A text not seen before becomes the current version of its work; the one before it stays, and the new
//!   one names it with `prov:wasRevisionOf`.
//! - Shared graphs hold statements about identities that are true whatever document speaks of them, so
//!   statements are only added there, until no version speaks of the identity any more: then it goes.

use std::collections::HashSet;

use oxigraph::model::vocab::rdf;
use oxigraph::model::{
    GraphName, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad, QuadRef, Term,
    TermRef,
};
use oxigraph::store::StorageError;

use super::quads::Change;
use super::revision::Changing;
use super::{Store, StoreError};
use crate::rdf::vocab::{gm, prov};
use crate::rdf::{Base, Described};

/// What taking a document in did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The first text of its work.
    New,
    /// Another text of a work that the store has; it is the current one now.
    NewVersion,
    /// A text that the store has, from one more source.
    NewSource,
    /// A text that the store has, read differently than before (another program or other names).
    Reread,
    /// All of it was there already; nothing was written.
    Unchanged,
}

impl Store {
    /// Takes one document in: afterwards the store holds all of it, whatever happens to the process, or the
    /// store is as it was before.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub fn take_in(&self, document: &Described) -> Result<Outcome, StoreError> {
        let changing = self.revisions.changing();
        self.put(document, document.own.iter().map(QuadRef::into_owned).collect(), changing)
    }

    /// The same for a version that says `after`; the document says only of which work it is one, and what is shared.
    pub(super) fn put(
        &self,
        document: &Described,
        mut after: HashSet<Quad>,
        changing: Changing<'_>,
    ) -> Result<Outcome, StoreError> {
        let tx = self.quads.change()?;
        let mut taking = Taking { tx, document, base: &self.base };
        let before = taking.quads(document.graph.as_ref())?;
        // Places in another source stay; those that this source had before are found anew.
        let elsewhere = before.iter().any(|q| q.predicate == gm::SHA256 && !after.contains(q));
        let kept = |quad: &&Quad| names_source(quad) && (elsewhere || quad.predicate != gm::PLACE);
        after.extend(before.iter().filter(kept).cloned());
        let outcome = taking.outcome(&before, &after)?;
        if outcome == Outcome::Unchanged {
            changing.unchanged();
            return Ok(outcome);
        }
        for quad in before.difference(&after) {
            taking.tx.remove(quad);
        }
        let is_new = !before.iter().any(is_version);
        for quad in after.difference(&before) {
            if is_version(quad) {
                taking.tx.at_last(None, quad.as_ref());
            } else {
                taking.tx.insert(quad);
            }
        }
        for quad in document.shared.iter() {
            taking.tx.insert(quad);
        }
        taking.make_current(is_new)?;
        taking.forget_unused(before.difference(&after))?;
        let shared = document.shared.iter().map(|quad| quad.graph_name.to_string());
        self.indexing.expect(shared.chain([document.graph.to_string()]))?;
        taking.tx.commit()?;
        Ok(outcome)
    }
}

/// The work that a document is a version of; the version itself where it names none.
pub(super) fn work(document: &Described) -> NamedNodeRef<'_> {
    let Described { version, own, .. } = document;
    let mut works = own.iter().filter_map(|quad| match quad.object {
        TermRef::NamedNode(work)
            if quad.predicate == gm::VERSION_OF && quad.subject == version.as_ref().into() =>
        {
            Some(work)
        }
        _ => None,
    });
    works.next().unwrap_or(version.as_ref())
}

/// `gm:sourceName`, `gm:sha256` and `gm:place` say where a version came from, not what it says.
fn names_source(quad: &Quad) -> bool {
    [gm::SOURCE_NAME, gm::SHA256, gm::PLACE].contains(&quad.predicate.as_ref())
}

/// Whether a quad says that something is a version. It is written at last: a version of which it is not said was
/// not written to its end.
fn is_version(quad: &Quad) -> bool {
    quad.predicate == rdf::TYPE
        && matches!(&quad.object, Term::NamedNode(class) if *class == gm::VERSION)
}

/// A document on its way in.
pub(super) struct Taking<'a> {
    pub(super) tx: Change<'a>,
    pub(super) document: &'a Described,
    pub(super) base: &'a Base,
}

impl<'a> Taking<'a> {
    fn quads(&self, graph: NamedNodeRef<'_>) -> Result<HashSet<Quad>, StorageError> {
        self.tx.matching(None, None, None, Some(graph.into())).collect()
    }

    fn outcome(
        &self,
        before: &HashSet<Quad>,
        after: &HashSet<Quad>,
    ) -> Result<Outcome, StorageError> {
        if !before.iter().any(is_version) {
            let known = self.current(work(self.document))?.is_some();
            return Ok(if known { Outcome::NewVersion } else { Outcome::New });
        }
        let mut said_otherwise =
            before.symmetric_difference(after).filter(|quad| !names_source(quad));
        if said_otherwise.next().is_some() {
            return Ok(Outcome::Reread);
        }
        let shared: Vec<_> = self.document.shared.iter().collect();
        if !self.tx.missing(&shared)?.is_empty() {
            return Ok(Outcome::Reread);
        }
        Ok(if before == after { Outcome::Unchanged } else { Outcome::NewSource })
    }

    /// Says that this version is the current one of its work if its text is new to the store, or if the
    /// work has none (a text read differently may belong to another work than before).
    fn make_current(&mut self, new: bool) -> Result<(), StorageError> {
        let Described { version, history, .. } = self.document;
        let work = work(self.document);
        self.release(work)?;
        let previous = self.current(work)?;
        if previous.is_some() && !new {
            return Ok(());
        }
        let replaced = previous
            .as_ref()
            .map(|previous| QuadRef::new(work, gm::CURRENT_VERSION, previous, history));
        if let Some(previous) = &previous {
            self.tx.insert(QuadRef::new(version, prov::WAS_REVISION_OF, previous, history));
        }
        self.tx.at_last(replaced, QuadRef::new(work, gm::CURRENT_VERSION, version, history));
        Ok(())
    }

    /// The current version of a work.
    fn current(&self, work: NamedNodeRef<'_>) -> Result<Option<Term>, StorageError> {
        let mut found = self.statements(work.into(), gm::CURRENT_VERSION);
        Ok(found.next().transpose()?.map(|quad| quad.object))
    }

    /// Gives any other work that this version was the current one of its previous version back.
    fn release(&mut self, work: NamedNodeRef<'_>) -> Result<(), StorageError> {
        let version = &self.document.version;
        let object = Some(version.as_ref().into());
        let held: Vec<Quad> = self
            .tx
            .matching(None, Some(gm::CURRENT_VERSION), object, None)
            .collect::<Result<_, _>>()?;
        let revisions: Vec<Quad> = self
            .statements(version.as_ref().into(), prov::WAS_REVISION_OF)
            .collect::<Result<_, _>>()?;
        for current in held.iter().filter(|current| !is_about(current, work)) {
            self.tx.remove(current);
            for revision in &revisions {
                self.tx.remove(revision);
                self.tx.insert(&Quad { object: revision.object.clone(), ..current.clone() });
            }
        }
        Ok(())
    }

    pub(super) fn statements(
        &self,
        subject: NamedOrBlankNodeRef<'_>,
        predicate: NamedNodeRef<'_>,
    ) -> impl Iterator<Item = Result<Quad, StorageError>> {
        self.tx.matching(Some(subject), Some(predicate), None, None)
    }

    /// Takes away the shared statements about identities of which only the removed quads spoke.
    pub(super) fn forget_unused<'q>(
        &mut self,
        removed: impl Iterator<Item = &'q Quad>,
    ) -> Result<(), StorageError> {
        let mut suspects: Vec<NamedNode> = removed.flat_map(names).collect();
        while let Some(suspect) = suspects.pop() {
            for statement in self.unused(suspect.as_ref())? {
                self.tx.remove(&statement);
                // What only this identity led to (its division, its parent body) may be unused now.
                suspects.extend(names(&statement).filter(|name| *name != suspect));
            }
        }
        Ok(())
    }

    /// The shared statements about an identity of which nothing else speaks; none while anything does.
    fn unused(&self, identity: NamedNodeRef<'_>) -> Result<Vec<Quad>, StorageError> {
        let spoken_of = self.tx.matching(None, None, Some(identity.into()), None);
        if spoken_of.take(1).count() > 0 {
            return Ok(Vec::new());
        }
        let about: Vec<Quad> =
            self.tx.matching(Some(identity.into()), None, None, None).collect::<Result<_, _>>()?;
        let shared = about.iter().all(|quad| self.is_shared(&quad.graph_name));
        Ok(if shared { about } else { Vec::new() })
    }

    fn is_shared(&self, graph: &GraphName) -> bool {
        matches!(graph, GraphName::NamedNode(graph) if self.base.shared_graphs().contains(graph))
    }
}

/// The IRIs in a quad's subject and object.
pub(super) fn names(quad: &Quad) -> impl Iterator<Item = NamedNode> {
    let subject = match &quad.subject {
        NamedOrBlankNode::NamedNode(node) => Some(node.clone()),
        NamedOrBlankNode::BlankNode(_) => None,
    };
    let object = match &quad.object {
        Term::NamedNode(node) => Some(node.clone()),
        _ => None,
    };
    subject.into_iter().chain(object)
}

fn is_about(quad: &Quad, node: NamedNodeRef<'_>) -> bool {
    matches!(&quad.subject, NamedOrBlankNode::NamedNode(subject) if subject.as_ref() == node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rdf::Quads;
    use crate::rdf::vocab::skos;

    struct Fixture {
        _dir: tempfile::TempDir,
        store: Store,
    }

    impl Fixture {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let store = Store::open(dir.path(), None).unwrap();
            Self { _dir: dir, store }
        }

        fn node(&self, path: &str) -> NamedNode {
            NamedNode::new(format!("{}{path}", self.store.base().as_str())).unwrap()
        }

        /// A document of one task with one agency, whose body and division are shared.
        fn document(&self, work: &str, text: &str, source: &str, agency: &str) -> Described {
            let base = self.store.base();
            let (version, graph) = (base.version(text), base.version_graph(text));
            let work = self.node(&format!("work/{work}"));
            let (body, division) = (self.node(agency), self.node(&format!("{agency}/division")));
            let mut own = Quads::new(&graph);
            own.class(&version, gm::VERSION);
            own.link(&version, gm::VERSION_OF, &work);
            own.text(&version, gm::SOURCE_NAME, source);
            own.link(&version, gm::LEAD_AGENCY, &body);
            let mut shared = Quads::new(&base.works_graph());
            shared.text(&work, skos::PREF_LABEL, "名");
            shared.enter(&base.agencies_graph());
            shared.text(&body, skos::PREF_LABEL, "名");
            shared.link(&body, gm::JURISDICTION, &division);
            shared.enter(&base.jurisdictions_graph());
            shared.text(&division, skos::PREF_LABEL, "名");
            Described { version, graph, own, shared, history: base.history_graph() }
        }

        fn take_in(&self, work: &str, text: &str, source: &str, agency: &str) -> Outcome {
            self.store.take_in(&self.document(work, text, source, agency)).unwrap()
        }

        fn current(&self, work: &str) -> Vec<Term> {
            let work = self.node(&format!("work/{work}"));
            let found = self.store.quads.matching(
                Some(work.as_ref().into()),
                Some(gm::CURRENT_VERSION),
                None,
                None,
            );
            found.map(|quad| quad.unwrap().object).collect()
        }

        fn version(&self, text: &str) -> Term {
            self.store.base().version(text).into()
        }

        fn is_known(&self, path: &str) -> bool {
            let node = self.node(path);
            let subject = Some(NamedOrBlankNodeRef::from(node.as_ref()));
            self.store.quads.matching(subject, None, None, None).next().is_some()
        }

        fn sources(&self) -> usize {
            self.store.quads.matching(None, Some(gm::SOURCE_NAME), None, None).count()
        }
    }

    #[test]
    fn the_same_again_changes_nothing() {
        let f = Fixture::new();
        assert_eq!(f.take_in("w", "text", "a.txt", "agency/a"), Outcome::New);
        let size = f.store.quads.len().unwrap();
        assert_eq!(f.take_in("w", "text", "a.txt", "agency/a"), Outcome::Unchanged);
        assert_eq!(f.store.quads.len().unwrap(), size);
    }

    #[test]
    fn the_same_text_under_another_name_is_one_more_source_for_good() {
        let f = Fixture::new();
        f.take_in("w", "text", "a.txt", "agency/a");
        assert_eq!(f.take_in("w", "text", "b.txt", "agency/a"), Outcome::NewSource);
        assert_eq!(f.take_in("w", "text", "a.txt", "agency/a"), Outcome::Unchanged);
        assert_eq!(f.take_in("w", "text", "a.txt", "agency/b"), Outcome::Reread);
        assert_eq!((f.sources(), f.current("w")), (2, vec![f.version("text")]));
    }

    #[test]
    fn another_text_is_the_current_version_and_the_first_stays() {
        let f = Fixture::new();
        f.take_in("w", "first", "a.txt", "agency/a");
        assert_eq!(f.take_in("w", "second", "a.txt", "agency/a"), Outcome::NewVersion);
        assert_eq!(f.current("w"), [f.version("second")]);
        assert_eq!(f.take_in("w", "first", "c.txt", "agency/a"), Outcome::NewSource);
        assert_eq!(f.current("w"), [f.version("second")]);
        assert_eq!(f.sources(), 3);
        assert!(f.is_known("work/w"));
    }

    #[test]
    fn identities_go_when_the_last_version_that_speaks_of_them_is_read_otherwise() {
        let f = Fixture::new();
        f.take_in("v", "one", "a.txt", "agency/a");
        f.take_in("w", "two", "b.txt", "agency/a");
        f.take_in("v", "one", "a.txt", "agency/b");
        assert!(f.is_known("agency/a") && f.is_known("agency/a/division"));
        f.take_in("w", "two", "b.txt", "agency/b");
        assert!(!f.is_known("agency/a") && !f.is_known("agency/a/division"));
        assert!(f.is_known("agency/b") && f.is_known("agency/b/division"));
    }

    #[test]
    fn a_text_read_as_another_work_gives_the_first_work_its_previous_version_back() {
        let f = Fixture::new();
        f.take_in("w", "first", "a.txt", "agency/a");
        f.take_in("w", "second", "b.txt", "agency/a");
        assert_eq!(f.take_in("x", "second", "b.txt", "agency/a"), Outcome::Reread);
        assert_eq!(f.current("w"), [f.version("first")]);
        assert_eq!(f.current("x"), [f.version("second")]);
        f.take_in("x", "first", "a.txt", "agency/a");
        assert!(f.current("w").is_empty() && !f.is_known("work/w"));
        assert_eq!(f.current("x"), [f.version("second")]);
    }
}
