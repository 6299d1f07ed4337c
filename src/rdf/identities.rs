//! Identities that documents share → quads in the graphs of agencies, divisions and works.
//!
//! Invariant: what is said of an identity follows from the identity and one document alone, and
//! what two documents say can stand side by side: single-valued properties are functions of the
//! IRI, all others may have many values. So the graphs are unions, whatever came first.

use oxigraph::model::NamedNode;
use oxigraph::model::vocab::rdfs;

use super::graph::Quads;
use super::terms;
use super::vocab::{gm, org, skos};
use super::{Base, Reading, iri};
use crate::model::{Agency, AgencyKind, Identities, Work};

/// The IRIs of a document's identities, by their ids.
pub struct Names {
    /// The document's own work.
    pub document: NamedNode,
    pub agencies: Vec<NamedNode>,
    pub jurisdictions: Vec<NamedNode>,
    pub works: Vec<NamedNode>,
}

impl Names {
    /// Mints all of them.
    pub fn new(reading: &Reading, base: &Base) -> Self {
        let identities = reading.identities;
        let text = reading.document.text.as_str();
        let own = identities.work.and_then(|id| identities.works.get(id));
        let document = own.map_or_else(|| base.untitled(text), |work| base.work(work));
        let scope = own.map_or_else(|| iri::digest(text), |work| work.key.clone());
        let agency = |agency: &Agency| {
            let division = agency.jurisdiction.and_then(|id| identities.divisions.get(id));
            base.agency(agency, division, &scope)
        };
        Self {
            document,
            agencies: identities.agencies.iter().map(agency).collect(),
            jurisdictions: identities
                .divisions
                .iter()
                .map(|d| base.jurisdiction(&d.code))
                .collect(),
            works: identities.works.iter().map(|work| base.work(work)).collect(),
        }
    }
}

/// All identities of a document.
pub fn quads(identities: &Identities, names: &Names, base: &Base) -> Quads {
    let mut quads = Quads::new(&base.jurisdictions_graph());
    jurisdictions(&mut quads, identities, names, base);
    quads.enter(&base.agencies_graph());
    agencies(&mut quads, identities, names);
    quads.enter(&base.works_graph());
    works(&mut quads, identities, names);
    quads
}

fn jurisdictions(graph: &mut Quads, identities: &Identities, names: &Names, base: &Base) {
    for (division, node) in identities.divisions.iter().zip(&names.jurisdictions) {
        graph.class(node, gm::JURISDICTION_CLASS);
        graph.text(node, gm::DIVISION_CODE, &division.code);
        graph.text(node, skos::PREF_LABEL, &division.name);
        if let Some(code) = &division.broader {
            graph.link(node, skos::BROADER, &base.jurisdiction(code));
        }
    }
}

fn agencies(graph: &mut Quads, identities: &Identities, names: &Names) {
    for (agency, node) in identities.agencies.iter().zip(&names.agencies) {
        graph.class(node, gm::AGENCY_CLASS);
        if let Some(class) = terms::agency_class(agency.kind) {
            graph.class(node, class);
        }
        // The full official name of a name that could not be resolved is not known.
        graph.text(node, rdfs::LABEL, &agency.name);
        match agency.kind {
            AgencyKind::Unresolved => graph.text(node, skos::ALT_LABEL, &agency.name),
            AgencyKind::Body | AgencyKind::Group => {
                graph.text(node, skos::PREF_LABEL, &agency.name);
            }
        }
        for name in agency.alt.iter().filter(|name| **name != agency.name) {
            graph.text(node, skos::ALT_LABEL, name);
        }
        if let Some(jurisdiction) = agency.jurisdiction.and_then(|id| names.jurisdictions.get(id)) {
            graph.link(node, gm::JURISDICTION, jurisdiction);
        }
        let above = [(org::SUB_ORGANIZATION_OF, agency.part_of), (org::UNIT_OF, agency.unit_of)];
        for (relation, whole) in above {
            if let Some(whole) = whole.and_then(|id| names.agencies.get(id))
                && whole != node
            {
                graph.link(node, relation, whole);
            }
        }
        if let Some(rule) = &agency.member_rule {
            graph.text(node, gm::MEMBER_RULE, rule);
        }
    }
}

fn works(graph: &mut Quads, identities: &Identities, names: &Names) {
    for (work, node) in identities.works.iter().zip(&names.works) {
        self::work(graph, work, node);
        for &(kind, other) in &work.relations {
            if let Some(other) = names.works.get(other)
                && other != node
            {
                graph.link(node, terms::citation_short_cut(kind), other);
            }
        }
    }
    // A document without a title is no entry of the works, but still a work.
    if !names.works.contains(&names.document) {
        graph.class(&names.document, gm::DOCUMENT);
    }
}

/// The title of a work differs with the document that prints it, so here its label is the key and
/// the title an alternative; `dcterms:title` is what a version says of its own document.
fn work(graph: &mut Quads, work: &Work, node: &NamedNode) {
    graph.class(node, gm::DOCUMENT);
    if work.policy {
        graph.class(node, gm::POLICY);
    }
    graph.text(node, skos::PREF_LABEL, &work.key);
    if work.title != work.key {
        graph.text(node, skos::ALT_LABEL, &work.title);
    }
    if let Some(maker) = &work.maker {
        graph.text(node, gm::MAKER_NAME, maker);
    }
}
