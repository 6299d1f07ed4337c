//! Facts → triples: what one document says as RDF, by the vocabulary of `ontology/gangmu.ttl`.
//!
//! Invariant: [`quads`] is a pure function: the same reading and base give the same quads on any
//! machine, without blank nodes and time stamps, so that taking a document in again replaces
//! exactly its own graph. Every quote in the graph equals the span it names, counted in code points
//! of the version's `gm:text`. What body and table say is kept apart even where they disagree.
//!
//! One named graph holds what one version says; identities that documents share (agencies,
//! divisions, works) stand in graphs of their own, where every statement holds whichever document
//! made it, so that the union of what documents say never depends on their order.
//!
//! The pipeline hands in a [`Reading`] and gives the result to the store; `cli` uses [`canonical`]
//! and [`jsonld`] for exports.

pub mod canonical;
#[cfg(test)]
pub(crate) mod fixture;
mod graph;
mod identities;
pub mod iri;
pub mod jsonld;
mod quads;
#[cfg(test)]
mod questions;
pub mod shacl;
#[cfg(test)]
pub(crate) mod shapes;
mod terms;
pub mod vocab;

use oxigraph::model::NamedNode;

pub use graph::{Name, Quads, Resource};
pub use iri::{Base, BaseError};

use crate::model::{Document, Facts, Identities};

/// What the stages before have read in one source.
pub struct Reading<'a> {
    /// The file's name without folders.
    pub source_name: &'a str,
    /// SHA-256 of the source's bytes, lower-case hexadecimal.
    pub sha256: &'a str,
    /// The digest of the knowledge that the source was read with.
    pub knowledge: &'a str,
    pub document: &'a Document,
    pub facts: &'a Facts,
    pub identities: &'a Identities,
}

/// A document as RDF.
pub struct Described {
    /// The version, which depends on the clean text only.
    pub version: NamedNode,
    /// The named graph of the version.
    pub graph: NamedNode,
    /// What the version says; all in `graph`.
    pub own: Quads,
    /// Identities it shares with others, in their graphs; to be added, never to replace.
    pub shared: Quads,
    /// The named graph where the store says which version of a work is current, and which it revised.
    pub history: NamedNode,
}

/// What the readings of this release with such knowledge used: the same program and knowledge, of whose digest the code
/// is part, read the same in the same bytes.
pub fn used(base: &Base, knowledge: &str) -> NamedNode {
    base.knowledge(quads::PROGRAM.0, quads::PROGRAM.1, knowledge)
}

/// What a document says, as quads.
pub fn quads(reading: &Reading, base: &Base) -> Described {
    let names = identities::Names::new(reading, base);
    let shared = identities::quads(reading.identities, &names, base);
    let (version, graph, own) = quads::quads(reading, &names, base);
    Described { version, graph, own, shared, history: base.history_graph() }
}
