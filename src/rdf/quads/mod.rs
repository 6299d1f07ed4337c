//! One document's claims → the quads of its version's graph.
//!
//! Invariant: pure; every claim has an IRI below the outline node it belongs to, and every quote in
//! the graph is cut from the text at the very span whose code points stand beside it.

mod citations;
mod document;
mod items;
mod quantities;
mod responsibilities;

pub(super) use document::PROGRAM;
use foldhash::{HashMap, HashMapExt};
use oxigraph::model::NamedNode;
use oxigraph::model::vocab::xsd;

use super::graph::{Name, Quads};
use super::identities::Names;
use super::vocab::{gm, oa};
use super::{Base, Reading, iri};
use crate::model::{NodeId, Places, Span};

/// The version, its graph's name, and all the version says.
pub fn quads(reading: &Reading, names: &Names, base: &Base) -> (NamedNode, NamedNode, Quads) {
    let text = reading.document.text.as_str();
    let (version, graph) = base.version_and_graph(text);
    let mut own = Quads::new(&graph);
    own.expect(text.len());
    let name = own.name(&version);
    let mut claims = Claims {
        reading,
        names,
        places: reading.document.text.places(),
        document: own.name(&names.document),
        agencies: names.agencies.iter().map(|agency| own.name(agency)).collect(),
        works: names.works.iter().map(|work| own.name(work)).collect(),
        items: items::names(reading.document, name, &mut own),
        version: name,
        graph: own,
        proven: HashMap::new(),
        minted: HashMap::new(),
        numbered: HashMap::new(),
    };
    claims.document(base);
    claims.items();
    claims.responsibilities();
    claims.quantities();
    claims.citations();
    (version, graph, claims.graph)
}

/// The version's graph under construction, with what its parts share.
struct Claims<'a> {
    reading: &'a Reading<'a>,
    names: &'a Names,
    places: Places<'a>,
    version: Name,
    /// The document's own work.
    document: Name,
    /// The agencies, works and outline nodes by their ids.
    agencies: Vec<Name>,
    works: Vec<Name>,
    items: Vec<Name>,
    graph: Quads,
    /// Spans that stand in the graph as evidence.
    proven: HashMap<Span, Name>,
    /// How many times an IRI was asked for.
    minted: HashMap<String, usize>,
    /// How many claims of a kind a node has.
    numbered: HashMap<(Name, &'static str), usize>,
}

impl Claims<'_> {
    /// The outline node a fact belongs to.
    fn item(&self, id: NodeId) -> Name {
        self.items[id]
    }

    /// An IRI below `node` that nothing else has: the second of a name gets `/2`.
    fn mint(&mut self, node: Name, segments: &[&str]) -> Name {
        let name = self.graph.below(node, |iri| iri::push(iri, segments));
        let iri = self.graph.iri(name);
        let Some(count) = self.minted.get_mut(iri) else {
            self.minted.insert(iri.to_owned(), 1);
            return name;
        };
        *count += 1;
        let count = count.to_string();
        self.graph.below(name, |iri| iri::push(iri, &[&count]))
    }

    /// An IRI below `node` that counts from 1: `target/1`, `target/2`.
    fn mint_numbered(&mut self, node: Name, kind: &'static str) -> Name {
        let count = self.numbered.entry((node, kind)).or_default();
        *count += 1;
        let count = count.to_string();
        self.graph.below(node, |iri| iri::push(iri, &[kind, &count]))
    }

    /// Says where the text says `claim`.
    fn prove(&mut self, claim: Name, span: Span) {
        if let Some(&evidence) = self.proven.get(&span) {
            return self.graph.link(claim, gm::EVIDENCE, evidence);
        }
        let text = &self.reading.document.text;
        let points = text.code_points(span);
        let graph = &mut self.graph;
        let evidence = graph.below(self.version, |iri| iri::push_evidence(iri, points));
        self.proven.insert(span, evidence);
        let quote = graph.below(evidence, |iri| iri::push(iri, &["quote"]));
        let position = graph.below(evidence, |iri| iri::push(iri, &["position"]));
        graph.link(claim, gm::EVIDENCE, evidence);
        graph.class(evidence, oa::SPECIFIC_RESOURCE);
        graph.link(evidence, oa::HAS_SOURCE, self.version);
        graph.link(evidence, oa::HAS_SELECTOR, quote);
        graph.link(evidence, oa::HAS_SELECTOR, position);
        if let Some(place) = self.places.of(span.start) {
            graph.text(evidence, gm::PLACE, place.to_string());
        }
        graph.class(quote, oa::TEXT_QUOTE_SELECTOR);
        graph.text(quote, oa::EXACT, text.slice(span));
        graph.class(position, oa::TEXT_POSITION_SELECTOR);
        graph.count(position, oa::START, points.start);
        graph.count(position, oa::END, points.end);
    }

    /// Says how sure a claim is, as a decimal of at most three places.
    fn rate(&mut self, claim: Name, confidence: f32) {
        // The cast makes 0 of NaN.
        let thousandths = (confidence.clamp(0.0, 1.0) * 1000.0).round() as u32;
        let (whole, mut fraction, mut places) = (thousandths / 1000, thousandths % 1000, 3);
        while fraction % 10 == 0 && places > 1 {
            fraction /= 10;
            places -= 1;
        }
        let lexical = format_args!("{whole}.{fraction:0places$}");
        self.graph.typed(claim, gm::CONFIDENCE, lexical, xsd::DECIMAL);
    }
}
