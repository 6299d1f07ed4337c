//! Which documents a text cites and how: `gm:Citation`, and the short cuts over it.

use foldhash::{HashSet, HashSetExt};

use super::Claims;
use crate::model::{Citation, NodeId, NodeKind};
use crate::rdf::graph::Name;
use crate::rdf::terms;
use crate::rdf::vocab::gm;

impl Claims<'_> {
    pub(super) fn citations(&mut self) {
        // A text may cite one document in one way several times.
        let mut short_cuts = HashSet::new();
        for claim in &self.reading.facts.citations {
            // A title that the resolve stage tied to no work has nothing to point to.
            let Some(work) = claim.work.filter(|&id| id < self.names.works.len()) else { continue };
            let cited = self.works[work];
            let citer = claim.citing.filter(|&id| self.cites_by_itself(id));
            self.citation(claim, citer, cited);
            let citing = citer.map_or(self.document, |id| self.items[id]);
            let itself = citer.is_none() && self.names.document == self.names.works[work];
            if !itself && short_cuts.insert((citer, claim.kind, work)) {
                self.graph.link(citing, terms::citation_short_cut(claim.kind), cited);
            }
        }
    }

    /// A section without a heading is no place of its own: what it cites the document cites.
    fn cites_by_itself(&self, id: NodeId) -> bool {
        let node = &self.reading.document.nodes[id];
        match node.kind {
            NodeKind::Root => false,
            NodeKind::Section => node.heading.is_some(),
            NodeKind::Task | NodeKind::Measure | NodeKind::Practice => true,
        }
    }

    fn citation(&mut self, claim: &Citation, citer: Option<NodeId>, cited: Name) {
        let place = citer.map_or(self.version, |id| self.items[id]);
        let node = self.mint_numbered(place, "citation");
        let slice = |span| self.reading.document.text.slice(span);
        let graph = &mut self.graph;
        graph.class(node, gm::CITATION);
        let citing = citer.map_or(self.document, |id| self.items[id]);
        graph.link(node, gm::CITING, citing);
        graph.link(node, gm::CITED, cited);
        if claim.policy {
            graph.class(cited, gm::POLICY);
        }
        graph.term(node, gm::KIND, terms::citation_kind(claim.kind));
        graph.text(node, gm::QUOTE, slice(claim.title));
        if let Some(number) = claim.number {
            graph.text(node, gm::CITED_NUMBER, slice(number));
        }
        self.prove(node, claim.evidence);
        self.rate(node, claim.confidence);
    }
}
