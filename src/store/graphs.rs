//! Whole graphs: read, replaced, added to and taken away, as the Graph Store Protocol does.
//!
//! Unlike in queries, the default graph is here the graph without a name, not the union of all.

use std::io::{self, Write};

use oxigraph::io::{RdfFormat, RdfParseError, RdfParser};
use oxigraph::model::{GraphName, NamedOrBlankNodeRef, Quad};
use oxigraph::store::StorageError;

use super::Store;
use super::query::with_prefixes;

/// RDF as it was sent.
pub struct Content {
    pub format: RdfFormat,
    pub bytes: Vec<u8>,
}

/// Why a graph cannot be written, to the store or out of it.
#[derive(Debug, thiserror::Error)]
pub enum GraphError {
    #[error("part {part} of the content: {error}")]
    Content { part: usize, error: RdfParseError },
    #[error("the database says: {0}")]
    Database(#[from] StorageError),
    #[error("the graph cannot be sent: {0}")]
    Write(#[from] io::Error),
}

impl Store {
    /// Whether there is such a graph; the default graph always is.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn has_graph(&self, graph: &GraphName) -> Result<bool, StorageError> {
        name(graph).map_or(Ok(true), |name| self.quads.has_graph(name))
    }

    /// Writes the triples of one state of a graph; none of a graph that is not there.
    ///
    /// # Errors
    /// When the database cannot be read or `out` not be written.
    pub fn write_graph(
        &self,
        graph: &GraphName,
        format: RdfFormat,
        out: impl Write,
    ) -> Result<(), GraphError> {
        let mut writer = with_prefixes(format).for_writer(out);
        for quad in self.quads.matching(None, None, None, Some(graph.as_ref())) {
            writer.serialize_triple(quad?.as_ref())?;
        }
        writer.finish()?;
        Ok(())
    }

    /// Puts the triples of all contents into a graph, in the place of its own or beside them, and makes the
    /// graph if need be; all of them or none. Relative IRIs are resolved against `base`; a blank node is
    /// never one of another content or of the store. True if the graph is new.
    ///
    /// # Errors
    /// When a content is not RDF or names graphs of its own, or the database cannot be written.
    pub fn fill_graph(
        &self,
        graph: &GraphName,
        contents: &[Content],
        base: &str,
        replace: bool,
    ) -> Result<bool, GraphError> {
        // Before the turn to write is taken, since this is most of the work.
        let quads = parse(graph, contents, base)?;
        let _changing = self.revisions.changing();
        let mut tx = self.quads.change()?;
        let mut new = false;
        if let Some(name) = name(graph) {
            new = !tx.has_graph(name)?;
            tx.insert_graph(name);
        }
        if replace {
            tx.clear_graph(graph.as_ref())?;
        }
        for quad in &quads {
            tx.insert(quad);
        }
        self.indexing.expect([graph.to_string()])?;
        tx.commit()?;
        Ok(new)
    }

    /// Takes a graph away; the default graph is emptied. False if there was none.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn drop_graph(&self, graph: &GraphName) -> Result<bool, StorageError> {
        let changing = self.revisions.changing();
        let mut tx = self.quads.change()?;
        let known = name(graph).map_or(Ok(true), |name| tx.has_graph(name))?;
        match name(graph) {
            _ if !known => {
                changing.unchanged();
                return Ok(false);
            }
            Some(name) => tx.remove_graph(name)?,
            None => tx.clear_graph(graph.as_ref())?,
        }
        self.indexing.expect([graph.to_string()])?;
        tx.commit()?;
        Ok(true)
    }
}

/// The name of a graph; none of the default graph.
fn name(graph: &GraphName) -> Option<NamedOrBlankNodeRef<'_>> {
    match graph {
        GraphName::NamedNode(name) => Some(name.into()),
        GraphName::BlankNode(name) => Some(name.into()),
        GraphName::DefaultGraph => None,
    }
}

fn parse(graph: &GraphName, contents: &[Content], base: &str) -> Result<Vec<Quad>, GraphError> {
    let mut quads = Vec::new();
    for (number, content) in contents.iter().enumerate() {
        let parser = RdfParser::from_format(content.format)
            .without_named_graphs()
            .with_default_graph(graph.clone())
            .rename_blank_nodes();
        let parser = parser.clone().with_base_iri(base).unwrap_or(parser);
        for quad in parser.for_slice(&content.bytes) {
            quads.push(
                quad.map_err(|error| GraphError::Content {
                    part: number + 1,
                    error: error.into(),
                })?,
            );
        }
    }
    Ok(quads)
}

#[cfg(test)]
mod tests {
    use oxigraph::model::NamedNode;

    use super::*;

    fn turtle(text: &str) -> Content {
        Content { format: RdfFormat::Turtle, bytes: text.into() }
    }

    fn read(store: &Store, graph: &GraphName) -> String {
        let mut out = Vec::new();
        store.write_graph(graph, RdfFormat::NTriples, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_graph_is_made_replaced_added_to_and_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), None).unwrap();
        let graph = GraphName::from(NamedNode::new_unchecked("http://x/g"));
        let put = |text, replace| store.fill_graph(&graph, &[turtle(text)], "http://x/g", replace);
        assert!(!store.has_graph(&graph).unwrap());
        assert!(put("<s> <p> 1 .", true).unwrap());
        assert!(!put("<s> <p> 2 .", true).unwrap());
        assert!(read(&store, &graph).starts_with("<http://x/s> <http://x/p> \"2\""));
        assert!(!put("<s> <p> 3 .", false).unwrap());
        assert_eq!(read(&store, &graph).lines().count(), 2);
        assert!(read(&store, &GraphName::DefaultGraph).is_empty());
        assert!(store.drop_graph(&graph).unwrap());
        assert!(!store.drop_graph(&graph).unwrap());
        assert!(put("", true).unwrap(), "an empty graph is one too");
        assert!(store.has_graph(&graph).unwrap());
    }

    #[test]
    fn a_bad_part_leaves_the_store_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), None).unwrap();
        let before = store.revision();
        let named = Content {
            format: RdfFormat::TriG,
            bytes: b"<http://x/h> { <http://x/s> <http://x/p> 1 }".to_vec(),
        };
        for bad in [turtle("<s> <p>"), named] {
            let parts = [turtle("<s> <p> 1 ."), bad];
            let refused =
                store.fill_graph(&GraphName::DefaultGraph, &parts, "http://x/", false).unwrap_err();
            assert!(matches!(refused, GraphError::Content { part: 2, .. }), "{refused}");
        }
        assert_eq!(read(&store, &GraphName::DefaultGraph), "");
        assert_eq!(store.revision(), before);
    }

    #[test]
    fn blank_nodes_of_two_parts_are_two() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), None).unwrap();
        let parts = [turtle("_:a <http://x/p> 1 ."), turtle("_:a <http://x/p> 1 .")];
        store.fill_graph(&GraphName::DefaultGraph, &parts, "http://x/", false).unwrap();
        assert_eq!(read(&store, &GraphName::DefaultGraph).lines().count(), 2);
    }
}
