//! The canonical form of a dataset: RDFC-1.0 (<https://www.w3.org/TR/rdf-canon/>), by sophia.
//!
//! Invariant: two isomorphic datasets are written as the same bytes. `store` uses it for exports.

use std::collections::HashSet;
use std::convert::Infallible;
use std::io::Write;

use oxigraph::model::{BlankNode, GraphName, Literal, NamedNode, NamedOrBlankNode, Quad, Term};
use sophia::api::MownStr;
use sophia::api::quad::Spog;
use sophia::api::term::{BnodeId, IriRef, LanguageTag, SimpleTerm};
use sophia::c14n::C14nError;
use sophia::c14n::rdfc10::normalize;

/// Why a dataset has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// RDFC-1.0 is about RDF 1.1; `quad` has a triple as a term or a literal with a direction.
    #[error("RDFC-1.0 does not know the RDF 1.2 terms of {quad}")]
    Rdf12 { quad: Box<Quad> },
    /// The blank nodes are too entangled, or writing failed.
    #[error("cannot bring the dataset to its canonical form: {0}")]
    Canonicalise(#[from] C14nError<Infallible>),
}

/// Writes a dataset as sorted canonical N-Quads.
///
/// # Errors
/// When it holds terms that RDFC-1.0 does not know, is too entangled, or writing fails.
pub fn write(quads: &[Quad], out: impl Write) -> Result<(), CanonicalError> {
    let dataset = quads
        .iter()
        .map(|quad| spog(quad).ok_or_else(|| CanonicalError::Rdf12 { quad: quad.clone().into() }))
        .collect::<Result<HashSet<_>, _>>()?;
    Ok(normalize(&dataset, out)?)
}

fn spog(quad: &Quad) -> Option<Spog<SimpleTerm<'_>>> {
    let subject = match &quad.subject {
        NamedOrBlankNode::NamedNode(node) => iri(node),
        NamedOrBlankNode::BlankNode(node) => blank(node),
    };
    let object = match &quad.object {
        Term::NamedNode(node) => iri(node),
        Term::BlankNode(node) => blank(node),
        Term::Literal(value) => literal(value)?,
        Term::Triple(_) => return None,
    };
    let graph = match &quad.graph_name {
        GraphName::NamedNode(node) => Some(iri(node)),
        GraphName::BlankNode(node) => Some(blank(node)),
        GraphName::DefaultGraph => None,
    };
    Some(([subject, iri(&quad.predicate), object], graph))
}

// Terms of the model are valid by construction, so sophia need not check them again.

fn iri(node: &NamedNode) -> SimpleTerm<'_> {
    SimpleTerm::Iri(IriRef::new_unchecked(MownStr::from_ref(node.as_str())))
}

fn blank(node: &BlankNode) -> SimpleTerm<'_> {
    SimpleTerm::BlankNode(BnodeId::new_unchecked(MownStr::from_ref(node.as_str())))
}

fn literal(literal: &Literal) -> Option<SimpleTerm<'_>> {
    if literal.direction().is_some() {
        return None;
    }
    let value = MownStr::from_ref(literal.value());
    Some(match literal.language() {
        Some(tag) => {
            SimpleTerm::LiteralLanguage(value, LanguageTag::new_unchecked(tag.into()), None)
        }
        None => SimpleTerm::LiteralDatatype(
            value,
            IriRef::new_unchecked(MownStr::from_ref(literal.datatype().as_str())),
        ),
    })
}
