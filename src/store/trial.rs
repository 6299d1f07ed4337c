//! A part of what the store says, or would say, apart from it.

use std::collections::{BTreeSet, HashSet};

use oxigraph::model::vocab::rdf;
use oxigraph::model::{GraphName, NamedNode, QuadRef, Term, TermRef};

use super::query::{Answer, Query, QueryError};
use super::take_in::names;
use super::{Services, Store, StoreError};
use crate::rdf::Described;
use crate::rdf::vocab::gm;

/// The graphs of some documents, in memory, for queries to be put to them as to the store.
pub struct Trial(oxigraph::store::Store);

impl Trial {
    /// What one document would add; its version is the current one.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn of(document: &Described) -> Result<Self, StoreError> {
        let quads = oxigraph::store::Store::new()?;
        let mut tx = quads.start_transaction()?;
        let Described { version, own, shared, history, .. } = document;
        for quad in own.iter().chain(shared.iter()) {
            tx.insert(quad);
        }
        for quad in own.iter().filter(|quad| quad.predicate == gm::VERSION_OF) {
            if let TermRef::NamedNode(work) = quad.object {
                tx.insert(QuadRef::new(work, gm::CURRENT_VERSION, version, history));
            }
        }
        tx.commit()?;
        Ok(Self(quads))
    }

    /// Answers a query as if the documents were in the store, and nothing else.
    ///
    /// # Errors
    /// When evaluation fails or was stopped.
    pub fn answer(&self, query: Query) -> Result<Answer, QueryError> {
        query.run_on(&self.0, &Services::default())
    }
}

impl Store {
    /// The works that these are versions of.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn works_of<'v>(
        &self,
        versions: impl IntoIterator<Item = &'v NamedNode>,
    ) -> Result<BTreeSet<NamedNode>, StoreError> {
        let mut works = BTreeSet::new();
        for version in versions {
            let subject = Some(version.as_ref().into());
            for said in self.quads.matching(subject, Some(gm::VERSION_OF), None, None) {
                if let Term::NamedNode(work) = said?.object {
                    works.insert(work);
                }
            }
        }
        Ok(works)
    }

    /// Whether there is a policy of this IRI.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn has_policy(&self, policy: &NamedNode) -> Result<bool, StoreError> {
        let (subject, class) = (Some(policy.as_ref().into()), Some(gm::POLICY.into()));
        let mut found = self.quads.matching(subject, Some(rdf::TYPE), class, None);
        Ok(found.next().transpose()?.is_some())
    }

    /// The current versions of some works, with what is said of them and of all identities that they name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn excerpt(&self, works: &BTreeSet<NamedNode>) -> Result<Trial, StoreError> {
        let (copy, base) = (oxigraph::store::Store::new()?, self.base.as_str());
        let mut tx = copy.start_transaction()?;
        let (mut named, mut seen) = (Vec::from_iter(works.iter().cloned()), HashSet::new());
        for work in works {
            let subject = Some(work.as_ref().into());
            for current in self.quads.matching(subject, Some(gm::CURRENT_VERSION), None, None) {
                let current = current?;
                tx.insert(&current);
                let Term::NamedNode(version) = &current.object else { continue };
                let (said, of) = (Some(version.as_ref().into()), Some(work.as_ref().into()));
                for version_of in self.quads.matching(said, Some(gm::VERSION_OF), of, None) {
                    let graph = version_of?.graph_name;
                    for quad in self.quads.matching(None, None, None, Some(graph.as_ref())) {
                        let quad = quad?;
                        let is_own = |name: &NamedNode| name.as_str().starts_with(version.as_str());
                        named.extend(names(&quad).filter(|name| !is_own(name)));
                        tx.insert(&quad);
                    }
                }
            }
        }
        let shared = self.base.shared_graphs();
        while let Some(name) = named.pop() {
            if !name.as_str().starts_with(base) || !seen.insert(name.clone()) {
                continue;
            }
            for quad in self.quads.matching(Some(name.as_ref().into()), None, None, None) {
                let quad = quad?;
                if matches!(&quad.graph_name, GraphName::NamedNode(graph) if shared.contains(graph))
                {
                    named.extend(names(&quad));
                    tx.insert(&quad);
                }
            }
        }
        tx.commit()?;
        Ok(Trial(copy))
    }
}
