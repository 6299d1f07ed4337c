//! What a document would say in the store, without being there.

use oxigraph::model::{QuadRef, TermRef};

use super::query::{Answer, Query, QueryError};
use super::{Services, StoreError};
use crate::rdf::Described;
use crate::rdf::vocab::gm;

/// The graphs that one document would add, in memory, for queries to be put to it as to the store: its version is
/// the current one.
pub struct Trial(oxigraph::store::Store);

impl Trial {
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

    /// Answers a query as if the document were in the store, and nothing else.
    ///
    /// # Errors
    /// When evaluation fails or was stopped.
    pub fn answer(&self, query: Query) -> Result<Answer, QueryError> {
        query.run_on(&self.0, &Services::default())
    }
}
