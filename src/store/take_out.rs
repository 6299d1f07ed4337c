//! Taking a source out: one transaction.
//!
//! What a version says leaves the store when its last source does, and with it what only it said of identities. The
//! version before it, if there is one, is the current one of the work again.

use std::collections::HashSet;

use oxigraph::model::{
    GraphName, LiteralRef, NamedNode, NamedNodeRef, NamedOrBlankNode, Quad, QuadRef, Term,
};
use oxigraph::store::StorageError;

use super::take_in::Taking;
use super::{Store, StoreError};
use crate::rdf::vocab::{gm, prov};
use crate::rdf::{Described, Quads};

impl Store {
    /// Takes the source `source_name` from a version, and from those before it that have it too, since they were the
    /// same file's earlier texts, but not from versions in `held`, which other files give. Versions left without a
    /// source go. The digest goes with the name unless it may be that of another source. Gives back the versions that
    /// went.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub fn take_out(
        &self,
        version: &NamedNode,
        source_name: &str,
        sha256: &str,
        held: &HashSet<NamedNode>,
    ) -> Result<Vec<NamedNode>, StoreError> {
        let changing = self.revisions.changing();
        let tx = self.quads.change()?;
        let nothing = Described {
            version: version.clone(),
            graph: version.clone(),
            own: Quads::default(),
            shared: Quads::default(),
            history: self.base.history_graph(),
        };
        let mut taking = Taking { tx, document: &nothing, base: &self.base };
        let (mut gone, mut removed, mut graphs) = (Vec::new(), Vec::new(), Vec::new());
        let mut next = Some(version.clone());
        while let Some(version) = next.take().filter(|version| !held.contains(version)) {
            let name = LiteralRef::new_simple_literal(source_name);
            let Some(graph) = taking.remove(version.as_ref(), gm::SOURCE_NAME, name)? else {
                break;
            };
            graphs.push(graph.to_string());
            next = taking.before(version.as_ref())?;
            let names = taking.count(version.as_ref(), gm::SOURCE_NAME)?;
            if names == 0 {
                removed.extend(taking.remove_version(version.as_ref(), &graph, next.as_ref())?);
                gone.push(version);
            } else if taking.count(version.as_ref(), gm::SHA256)? > names {
                let sha256 = LiteralRef::new_simple_literal(sha256);
                taking.remove(version.as_ref(), gm::SHA256, sha256)?;
            }
        }
        if graphs.is_empty() {
            changing.unchanged();
            return Ok(gone);
        }
        taking.forget_unused(removed.iter())?;
        let shared = self.base.shared_graphs();
        self.indexing.expect(graphs.into_iter().chain(shared.iter().map(ToString::to_string)))?;
        taking.tx.commit()?;
        Ok(gone)
    }

    /// Whether this is the current version of a work.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn is_current(&self, version: &NamedNode) -> Result<bool, StoreError> {
        let version = Some(version.as_ref().into());
        let mut found = self.quads.matching(None, Some(gm::CURRENT_VERSION), version, None);
        Ok(found.next().transpose()?.is_some())
    }
}

impl Taking<'_> {
    /// Removes a statement, and gives back the graph that it stood in.
    fn remove(
        &mut self,
        subject: NamedNodeRef<'_>,
        predicate: NamedNodeRef<'_>,
        value: LiteralRef<'_>,
    ) -> Result<Option<GraphName>, StorageError> {
        let (subject, value) = (Some(subject.into()), Some(value.into()));
        let found = self.tx.matching(subject, Some(predicate), value, None).next();
        let found = found.transpose()?;
        if let Some(quad) = &found {
            self.tx.remove(quad);
        }
        Ok(found.map(|quad| quad.graph_name))
    }

    fn count(
        &self,
        subject: NamedNodeRef<'_>,
        predicate: NamedNodeRef<'_>,
    ) -> Result<usize, StorageError> {
        self.statements(subject.into(), predicate)
            .try_fold(0, |count, quad| quad.map(|_| count + 1))
    }

    /// The version that this one revises.
    fn before(&self, version: NamedNodeRef<'_>) -> Result<Option<NamedNode>, StorageError> {
        let found = self.statements(version.into(), prov::WAS_REVISION_OF).next().transpose()?;
        Ok(found.and_then(|quad| match quad.object {
            Term::NamedNode(version) => Some(version),
            _ => None,
        }))
    }

    /// Removes all that a version says, and puts the one before it in its place in the history. Gives back what
    /// was removed.
    fn remove_version(
        &mut self,
        version: NamedNodeRef<'_>,
        graph: &GraphName,
        before: Option<&NamedNode>,
    ) -> Result<Vec<Quad>, StorageError> {
        let own = self.tx.matching(None, None, None, Some(graph.as_ref()));
        let mut removed: Vec<Quad> = own.collect::<Result<_, _>>()?;
        let object = Some(version.into());
        for predicate in [gm::CURRENT_VERSION, prov::WAS_REVISION_OF] {
            let told = self.tx.matching(None, Some(predicate), object, None);
            for quad in told.collect::<Result<Vec<_>, _>>()? {
                if let (Some(before), NamedOrBlankNode::NamedNode(subject)) =
                    (before, &quad.subject)
                {
                    self.tx.insert(QuadRef::new(subject, predicate, before, &quad.graph_name));
                }
                removed.push(quad);
            }
        }
        let revised = self.statements(version.into(), prov::WAS_REVISION_OF);
        removed.extend(revised.collect::<Result<Vec<_>, _>>()?);
        for quad in &removed {
            self.tx.remove(quad);
        }
        if let GraphName::NamedNode(graph) = graph {
            self.tx.remove_graph(graph.into())?;
        }
        Ok(removed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A document with its own body, which no other document names unless it is of the same work.
    fn take_in(store: &Store, work: &str, text: &str, source: &str) -> NamedNode {
        let base = store.base();
        let node = |path: String| NamedNode::new(format!("{}{path}", base.as_str())).unwrap();
        let (version, graph) = base.version_and_graph(text);
        let (work, body) = (node(format!("work/{work}")), node(format!("agency/{work}")));
        let mut own = Quads::new(&graph);
        own.class(&version, gm::VERSION);
        own.link(&version, gm::VERSION_OF, &work);
        own.text(&version, gm::SOURCE_NAME, source);
        own.text(&version, gm::SHA256, format!("{text} as {source}"));
        own.link(&version, gm::LEAD_AGENCY, &body);
        let mut shared = Quads::new(&base.works_graph());
        shared.class(&work, gm::DOCUMENT);
        shared.enter(&base.agencies_graph());
        shared.class(&body, gm::AGENCY_CLASS);
        let history = base.history_graph();
        let described = Described { version: version.clone(), graph, own, shared, history };
        store.take_in(&described).unwrap();
        version
    }

    fn all(store: &Store) -> HashSet<Quad> {
        store.quads.matching(None, None, None, None).collect::<Result<_, _>>().unwrap()
    }

    fn store() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), None).unwrap();
        (dir, store)
    }

    #[test]
    fn what_came_from_one_file_only_leaves_as_if_it_had_never_come() {
        let (_dir, store) = store();
        let (_other, other) = self::store();
        take_in(&store, "v", "kept", "kept.txt");
        take_in(&other, "v", "kept", "kept.txt");
        take_in(&store, "w", "first", "a.txt");
        let second = take_in(&store, "w", "second", "a.txt");
        let digest = "second as a.txt";
        let gone = store.take_out(&second, "a.txt", digest, &HashSet::new()).unwrap();
        assert_eq!(gone.len(), 2, "the same file's earlier text goes too");
        assert_eq!(all(&store), all(&other));
        let revision = store.revision();
        assert!(store.take_out(&second, "a.txt", digest, &HashSet::new()).unwrap().is_empty());
        assert_eq!(store.revision(), revision);
    }

    #[test]
    fn what_another_file_says_too_stays() {
        let (_dir, store) = store();
        let first = take_in(&store, "w", "first", "a.txt");
        let second = take_in(&store, "w", "second", "b.txt");
        let before = all(&store);
        take_in(&store, "w", "second", "c.txt");
        let held = HashSet::new();
        assert!(store.take_out(&second, "c.txt", "second as c.txt", &held).unwrap().is_empty());
        assert_eq!(all(&store), before, "name and digest are gone, nothing else");
        assert_eq!(store.take_out(&second, "b.txt", "second as b.txt", &held).unwrap(), [second]);
        assert!(store.is_current(&first).unwrap(), "the one before is current again");
    }

    #[test]
    fn a_version_in_the_middle_leaves_the_others_in_their_order() {
        let (_dir, store) = store();
        let (_other, other) = self::store();
        for store in [&store, &other] {
            take_in(store, "w", "first", "a.txt");
        }
        let second = take_in(&store, "w", "second", "b.txt");
        for store in [&store, &other] {
            take_in(store, "w", "third", "c.txt");
        }
        let digest = "second as b.txt";
        assert_eq!(store.take_out(&second, "b.txt", digest, &HashSet::new()).unwrap(), [second]);
        assert_eq!(all(&store), all(&other));
    }

    #[test]
    fn an_earlier_text_that_another_file_still_has_stays() {
        let (_dir, store) = store();
        let first = take_in(&store, "w", "first", "a.txt");
        let second = take_in(&store, "w", "second", "a.txt");
        let held = HashSet::from([first.clone()]);
        assert_eq!(store.take_out(&second, "a.txt", "second as a.txt", &held).unwrap(), [second]);
        assert!(store.is_current(&first).unwrap());
    }
}
