//! Where the quads are: in a directory of this machine, or at an endpoint. Everything else in this module reads and
//! changes them through here.

use std::io;
use std::sync::Arc;

use oxigraph::model::{
    GraphNameRef, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad, QuadRef, TermRef,
};
use oxigraph::store::{StorageError, Transaction};

use super::remote::{Changeset, Endpoint};

/// Quads as they are read.
pub(super) type Found<'a> = Box<dyn Iterator<Item = Result<Quad, StorageError>> + 'a>;

/// What holds the quads.
#[derive(Clone)]
pub(super) enum Quads {
    Embedded(oxigraph::store::Store),
    Remote(Arc<Endpoint>),
}

impl Quads {
    /// The database in the store's own directory; none at an endpoint.
    pub(super) fn embedded(&self) -> Option<&oxigraph::store::Store> {
        match self {
            Self::Embedded(store) => Some(store),
            Self::Remote(_) => None,
        }
    }

    pub(super) fn matching(
        &self,
        subject: Option<NamedOrBlankNodeRef<'_>>,
        predicate: Option<NamedNodeRef<'_>>,
        object: Option<TermRef<'_>>,
        graph: Option<GraphNameRef<'_>>,
    ) -> Found<'static> {
        match self {
            Self::Embedded(store) => {
                Box::new(store.quads_for_pattern(subject, predicate, object, graph))
            }
            Self::Remote(endpoint) => endpoint.matching(subject, predicate, object, graph),
        }
    }

    /// The names of all graphs.
    pub(super) fn graphs(&self) -> Result<Vec<NamedOrBlankNode>, StorageError> {
        match self {
            Self::Embedded(store) => store.named_graphs().collect(),
            Self::Remote(endpoint) => Ok(endpoint.graphs().map_err(io::Error::other)?),
        }
    }

    pub(super) fn has_graph(&self, name: NamedOrBlankNodeRef<'_>) -> Result<bool, StorageError> {
        match self {
            Self::Embedded(store) => store.contains_named_graph(name),
            Self::Remote(_) => has_any(self.matching(None, None, None, Some(name.into()))),
        }
    }

    pub(super) fn is_empty(&self) -> Result<bool, StorageError> {
        match self {
            Self::Embedded(store) => store.is_empty(),
            Self::Remote(endpoint) => Ok(endpoint.count().map_err(io::Error::other)? == 0),
        }
    }

    pub(super) fn len(&self) -> Result<usize, StorageError> {
        match self {
            Self::Embedded(store) => store.len(),
            Self::Remote(endpoint) => Ok(endpoint.count().map_err(io::Error::other)?),
        }
    }

    pub(super) fn flush(&self) -> Result<(), StorageError> {
        match self {
            Self::Embedded(store) => store.flush(),
            // What an endpoint has answered for it has written.
            Self::Remote(_) => Ok(()),
        }
    }

    /// One graph where many questions about it cost little: itself, or a copy in memory.
    pub(super) fn at_hand(&self, graph: GraphNameRef<'_>) -> Result<Self, StorageError> {
        match self {
            Self::Embedded(_) => Ok(self.clone()),
            Self::Remote(_) => {
                let copy = oxigraph::store::Store::new()?;
                let quads = self.matching(None, None, None, Some(graph));
                copy.extend(quads.collect::<Result<Vec<_>, _>>()?)?;
                Ok(Self::Embedded(copy))
            }
        }
    }

    /// Begins a change, which nobody sees before it is committed.
    pub(super) fn change(&self) -> Result<Change<'_>, StorageError> {
        Ok(match self {
            Self::Embedded(store) => Change::Embedded(store.start_transaction()?),
            Self::Remote(endpoint) => {
                Change::Remote(Box::new(endpoint.change().map_err(io::Error::other)?))
            }
        })
    }
}

/// A change on its way: it reads what it has changed already.
pub(super) enum Change<'a> {
    Embedded(Transaction<'a>),
    Remote(Box<Changeset<'a>>),
}

impl Change<'_> {
    pub(super) fn matching(
        &self,
        subject: Option<NamedOrBlankNodeRef<'_>>,
        predicate: Option<NamedNodeRef<'_>>,
        object: Option<TermRef<'_>>,
        graph: Option<GraphNameRef<'_>>,
    ) -> Found<'_> {
        match self {
            Self::Embedded(tx) => Box::new(tx.quads_for_pattern(subject, predicate, object, graph)),
            Self::Remote(changes) => changes.matching(subject, predicate, object, graph),
        }
    }

    /// Those of the quads that are not there.
    pub(super) fn missing(&self, quads: &[QuadRef<'_>]) -> Result<Vec<Quad>, StorageError> {
        match self {
            Self::Embedded(tx) => {
                let mut missing = Vec::new();
                for &quad in quads {
                    if !tx.contains(quad)? {
                        missing.push(quad.into_owned());
                    }
                }
                Ok(missing)
            }
            Self::Remote(changes) => Ok(changes.missing(quads).map_err(io::Error::other)?),
        }
    }

    pub(super) fn has_graph(&self, name: NamedOrBlankNodeRef<'_>) -> Result<bool, StorageError> {
        match self {
            Self::Embedded(tx) => tx.contains_named_graph(name),
            Self::Remote(_) => has_any(self.matching(None, None, None, Some(name.into()))),
        }
    }

    pub(super) fn insert<'q>(&mut self, quad: impl Into<QuadRef<'q>>) {
        match self {
            Self::Embedded(tx) => tx.insert(quad),
            Self::Remote(changes) => changes.insert(quad.into()),
        }
    }

    pub(super) fn remove<'q>(&mut self, quad: impl Into<QuadRef<'q>>) {
        match self {
            Self::Embedded(tx) => tx.remove(quad),
            Self::Remote(changes) => changes.remove(quad.into()),
        }
    }

    /// Changes one statement where the change becomes visible: after all others where not everything is written at
    /// once.
    pub(super) fn at_last(&mut self, removed: Option<QuadRef<'_>>, inserted: QuadRef<'_>) {
        match self {
            Self::Embedded(tx) => {
                if let Some(removed) = removed {
                    tx.remove(removed);
                }
                tx.insert(inserted);
            }
            Self::Remote(changes) => changes.at_last(removed, inserted),
        }
    }

    /// Makes a graph, which may be empty; an endpoint knows no empty graphs.
    pub(super) fn insert_graph(&mut self, name: NamedOrBlankNodeRef<'_>) {
        if let Self::Embedded(tx) = self {
            tx.insert_named_graph(name);
        }
    }

    pub(super) fn clear_graph(&mut self, graph: GraphNameRef<'_>) -> Result<(), StorageError> {
        match self {
            Self::Embedded(tx) => tx.clear_graph(graph),
            Self::Remote(changes) => {
                changes.clear(graph);
                Ok(())
            }
        }
    }

    pub(super) fn remove_graph(
        &mut self,
        name: NamedOrBlankNodeRef<'_>,
    ) -> Result<(), StorageError> {
        match self {
            Self::Embedded(tx) => tx.remove_named_graph(name),
            Self::Remote(changes) => {
                changes.clear(name.into());
                Ok(())
            }
        }
    }

    pub(super) fn commit(self) -> Result<(), StorageError> {
        match self {
            Self::Embedded(tx) => tx.commit(),
            Self::Remote(changes) => Ok(changes.commit().map_err(io::Error::other)?),
        }
    }
}

fn has_any(mut found: Found<'_>) -> Result<bool, StorageError> {
    Ok(found.next().transpose()?.is_some())
}
