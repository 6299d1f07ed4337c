//! Writing the store's graphs out.

use std::io::{self, Write};

use oxigraph::io::{RdfFormat, WriterQuadSerializer};
use oxigraph::model::{GraphName, GraphNameRef, NamedNode, NamedOrBlankNode, Quad};
use oxigraph::store::StorageError;

use super::Store;
use super::query::with_prefixes;
use crate::rdf::canonical::{self, CanonicalError};
use crate::rdf::jsonld::{self, JsonLdError};

/// Why a store cannot be written out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("<{0}> is not an IRI: {1}")]
    BadIri(String, String),
    #[error("the store has no graph <{0}>")]
    NoGraph(String),
    #[error("the database says: {0}")]
    Database(#[from] StorageError),
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    #[error(transparent)]
    JsonLd(#[from] JsonLdError),
    #[error("the export cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// What is to be written: all graphs, or one.
pub struct Dump<'a> {
    store: &'a Store,
    graph: Option<NamedNode>,
}

impl Store {
    /// All graphs, or the one named.
    ///
    /// # Errors
    /// When the name is no IRI, or there is no such graph.
    pub fn dump(&self, graph: Option<&str>) -> Result<Dump<'_>, ExportError> {
        let Some(iri) = graph else { return Ok(Dump { store: self, graph: None }) };
        let graph =
            NamedNode::new(iri).map_err(|e| ExportError::BadIri(iri.to_owned(), e.to_string()))?;
        if !self.quads.has_graph(graph.as_ref().into())? {
            return Err(ExportError::NoGraph(iri.to_owned()));
        }
        Ok(Dump { store: self, graph: Some(graph) })
    }
}

impl Dump<'_> {
    /// Writes graph by graph, as the database gives them. A format without graphs gets all triples.
    ///
    /// # Errors
    /// When the database cannot be read or `out` not be written.
    pub fn write(&self, format: RdfFormat, out: impl Write) -> Result<(), ExportError> {
        let mut writer = with_prefixes(format).for_writer(out);
        let keeps_graphs = format.supports_datasets() && self.graph.is_none();
        for graph in self.graphs()? {
            for quad in self.quads(&graph) {
                serialize(&mut writer, &quad?, keeps_graphs)?;
            }
        }
        writer.finish()?;
        Ok(())
    }

    /// Writes canonical N-Quads (RDFC-1.0): the same bytes for the same content.
    ///
    /// # Errors
    /// When the database cannot be read or `out` not be written.
    pub fn write_canonical(&self, out: impl Write) -> Result<(), ExportError> {
        Ok(canonical::write(&self.collect()?, out)?)
    }

    /// Writes JSON-LD with the project's context. All of it is held in memory; one graph is written as the
    /// default graph.
    ///
    /// # Errors
    /// When the database cannot be read or `out` not be written.
    pub fn write_json_ld(&self, out: impl Write) -> Result<(), ExportError> {
        let mut quads = self.collect()?;
        if self.graph.is_some() {
            for quad in &mut quads {
                quad.graph_name = GraphName::DefaultGraph;
            }
        }
        Ok(jsonld::write(&quads, out)?)
    }

    fn collect(&self) -> Result<Vec<Quad>, StorageError> {
        let mut quads = Vec::new();
        for graph in self.graphs()? {
            for quad in self.quads(&graph) {
                quads.push(quad?);
            }
        }
        Ok(quads)
    }

    fn graphs(&self) -> Result<Vec<NamedOrBlankNode>, StorageError> {
        match &self.graph {
            Some(graph) => Ok(vec![graph.clone().into()]),
            None => self.store.quads.graphs(),
        }
    }

    fn quads(&self, graph: &NamedOrBlankNode) -> impl Iterator<Item = Result<Quad, StorageError>> {
        let graph = GraphNameRef::from(graph.as_ref());
        self.store.quads.matching(None, None, None, Some(graph))
    }
}

fn serialize<W: Write>(
    writer: &mut WriterQuadSerializer<W>,
    quad: &Quad,
    keep_graph: bool,
) -> io::Result<()> {
    if keep_graph { writer.serialize_quad(quad) } else { writer.serialize_triple(quad.as_ref()) }
}
