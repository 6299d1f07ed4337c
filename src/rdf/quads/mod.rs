//! One document's claims → the quads of its version's graph.
//!
//! Invariant: pure; every claim has an IRI below the outline node it belongs to, and every quote in
//! the graph is cut from the text at the very span whose code points stand beside it.

mod citations;
mod document;
mod items;
mod quantities;
mod responsibilities;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use oxigraph::model::NamedNode;
use oxigraph::model::vocab::xsd;

use super::graph::Quads;
use super::identities::Names;
use super::vocab::{gm, oa};
use super::{Base, Reading, iri};
use crate::model::{NodeId, Span};

/// The version, its graph's name, and all the version says.
pub fn quads(reading: &Reading, names: &Names, base: &Base) -> (NamedNode, NamedNode, Quads) {
    let text = reading.document.text.as_str();
    let (version, graph) = base.version_and_graph(text);
    let mut claims = Claims {
        reading,
        names,
        items: items::names(reading.document, &version),
        version,
        graph: Quads::new(&graph),
        proven: HashSet::new(),
        minted: HashMap::new(),
    };
    claims.document(base);
    claims.items();
    claims.responsibilities();
    claims.quantities();
    claims.citations();
    (claims.version, graph, claims.graph)
}

/// The version's graph under construction, with what its parts share.
struct Claims<'a> {
    reading: &'a Reading<'a>,
    names: &'a Names,
    version: NamedNode,
    /// The IRIs of the outline nodes, by their ids.
    items: Vec<NamedNode>,
    graph: Quads,
    /// Spans that stand in the graph as evidence.
    proven: HashSet<Span>,
    /// How many times an IRI was asked for.
    minted: HashMap<NamedNode, usize>,
}

impl Claims<'_> {
    /// The outline node a fact belongs to.
    fn item(&self, id: NodeId) -> &NamedNode {
        &self.items[id]
    }

    /// An IRI below `node` that nothing else has: the second of a name gets `/2`.
    fn mint(&mut self, node: &NamedNode, segments: &[&str]) -> NamedNode {
        let name = iri::below(node, segments);
        let count = self.minted.entry(name.clone()).or_default();
        *count += 1;
        match *count {
            1 => name,
            n => iri::below(&name, &[&n.to_string()]),
        }
    }

    /// An IRI below `node` that counts from 1: `target/1`, `target/2`.
    fn mint_numbered(&mut self, node: &NamedNode, kind: &str) -> NamedNode {
        let count = self.minted.entry(iri::below(node, &[kind])).or_default();
        *count += 1;
        iri::below(node, &[kind, &count.to_string()])
    }

    /// Says where the text says `claim`.
    fn prove(&mut self, claim: &NamedNode, span: Span) {
        let document = self.reading.document;
        let points = document.text.code_points(span);
        let evidence = iri::evidence(&self.version, points);
        self.graph.link(claim, gm::EVIDENCE, &evidence);
        if !self.proven.insert(span) {
            return;
        }
        let (quote, position) =
            (iri::below(&evidence, &["quote"]), iri::below(&evidence, &["position"]));
        let graph = &mut self.graph;
        graph.class(&evidence, oa::SPECIFIC_RESOURCE);
        graph.link(&evidence, oa::HAS_SOURCE, &self.version);
        graph.link(&evidence, oa::HAS_SELECTOR, &quote);
        graph.link(&evidence, oa::HAS_SELECTOR, &position);
        graph.class(&quote, oa::TEXT_QUOTE_SELECTOR);
        graph.text(&quote, oa::EXACT, document.text.slice(span));
        graph.class(&position, oa::TEXT_POSITION_SELECTOR);
        graph.count(&position, oa::START, points.start);
        graph.count(&position, oa::END, points.end);
    }

    /// Says how sure a claim is, as a decimal of at most three places.
    fn rate(&mut self, claim: &NamedNode, confidence: f32) {
        // The cast makes 0 of NaN.
        let thousandths = (confidence.clamp(0.0, 1.0) * 1000.0).round() as u32;
        let lexical = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
        let short = lexical.trim_end_matches('0');
        let short = if short.ends_with('.') { &lexical[..3] } else { short };
        self.graph.typed(claim, gm::CONFIDENCE, short, xsd::DECIMAL);
    }
}
