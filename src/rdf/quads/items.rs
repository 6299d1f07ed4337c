//! The outline: sections, tasks, measures, practices.

use foldhash::{HashSet, HashSetExt};

use super::Claims;
use crate::model::{Document, NodeId, NodeKind, ROOT};
use crate::rdf::graph::{Name, Quads};
use crate::rdf::vocab::gm;
use crate::rdf::{iri, terms};

/// The IRIs of all nodes, by their ids. Paths are meant to be unique; where two nodes share one, the
/// later adds its id.
pub fn names(document: &Document, version: Name, graph: &mut Quads) -> Vec<Name> {
    let mut taken = HashSet::new();
    let mut names = Vec::with_capacity(document.nodes.len());
    for (id, node) in document.nodes() {
        let kind = iri::kind(node.kind);
        let first = taken.insert((kind, &*node.path));
        names.push(graph.below(version, |iri| match (node.kind, first) {
            (NodeKind::Root, _) => iri::push(iri, &[kind]),
            (_, true) => iri::push(iri, &[kind, &node.path]),
            (_, false) => iri::push(iri, &[kind, &format!("{}~{id}", node.path)]),
        }));
    }
    names
}

impl Claims<'_> {
    pub(super) fn items(&mut self) {
        for id in 0..self.reading.document.nodes.len() {
            self.item_quads(id);
        }
    }

    fn item_quads(&mut self, id: NodeId) {
        let document = self.reading.document;
        let node = &document.nodes[id];
        let item = self.items[id];
        let graph = &mut self.graph;
        graph.class(item, terms::item_class(node.kind));
        graph.link(item, gm::IN_VERSION, self.version);
        graph.count(item, gm::ORDER, id);
        if id == ROOT {
            return;
        }
        graph.link(item, gm::PART_OF, self.items[node.parent]);
        if let Some(number) = node.number {
            graph.text(item, gm::NUMBER, document.text.slice(number));
        }
        let heading = document.heading(id);
        if let Some(heading) = &heading {
            graph.text(item, gm::HEADING, heading);
        }
        if let Some(text) = text(document, id, heading.as_deref()) {
            graph.text(item, gm::TEXT, text);
        }
        // Both nodes name each other; said from both sides, one naming is enough.
        if let Some(other) = node.counterpart.filter(|&other| other != id)
            && let Some(&counterpart) = self.items.get(other)
        {
            graph.link(item, gm::COUNTERPART, counterpart);
            if document.nodes[other].counterpart != Some(id) {
                graph.link(counterpart, gm::COUNTERPART, item);
            }
        }
        if node.kind != NodeKind::Section {
            for &piece in &node.own {
                self.prove(item, piece);
            }
        }
    }
}

/// `gm:text`: of a section its heading, so that a fact of a section without one counts as a fact of
/// the whole document; of all others their own text.
fn text(document: &Document, id: NodeId, heading: Option<&str>) -> Option<String> {
    let own = || document.own_text(id);
    match document.nodes[id].kind {
        NodeKind::Root | NodeKind::Section => heading.map(str::to_owned),
        NodeKind::Task | NodeKind::Measure | NodeKind::Practice => {
            Some(own()).filter(|text| !text.is_empty()).or(heading.map(str::to_owned))
        }
    }
}
