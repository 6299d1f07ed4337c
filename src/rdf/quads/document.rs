//! The document and its version: `gm:Version`, `gm:Document` and the header's claims.

use oxigraph::model::vocab::{rdfs, xsd};

use super::Claims;
use crate::model::Stated;
use crate::rdf::vocab::{dcterms, gm, prov};
use crate::rdf::{self, Base, iri, terms};

/// What wrote the graph, and in which release; the same release writes the same graph.
pub(in crate::rdf) const PROGRAM: (&str, &str) =
    (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));

impl Claims<'_> {
    pub(super) fn document(&mut self, base: &Base) {
        self.provenance(base);
        self.header();
        self.covering_notice();
    }

    fn provenance(&mut self, base: &Base) {
        let reading = self.reading;
        let (graph, version) = (&mut self.graph, self.version);
        graph.class(version, gm::VERSION);
        graph.link(version, gm::VERSION_OF, self.document);
        graph.text(version, gm::SOURCE_NAME, reading.source_name);
        graph.text(version, gm::SHA256, reading.sha256);
        graph.text(version, gm::TEXT, reading.document.text.as_str());

        let program = graph.name(&base.program(PROGRAM.0, PROGRAM.1));
        let activity = graph.below(version, |iri| iri::push(iri, &["reading"]));
        graph.link(version, prov::WAS_GENERATED_BY, activity);
        graph.class(activity, prov::ACTIVITY);
        graph.link(activity, prov::WAS_ASSOCIATED_WITH, program);
        let used = graph.name(&rdf::used(base, reading.knowledge));
        graph.link(activity, prov::USED, used);
        graph.class(used, prov::ENTITY);
        graph.class(program, prov::SOFTWARE_AGENT);
        graph.text(program, rdfs::LABEL, format!("{} {}", PROGRAM.0, PROGRAM.1));
    }

    fn header(&mut self) {
        let header = &self.reading.document.header;
        let identities = self.reading.identities;
        let (graph, work) = (&mut self.graph, self.document);
        graph.class(work, gm::DOCUMENT);
        if let Some(Stated { value, .. }) = &header.title {
            graph.text(work, dcterms::TITLE, value);
        }
        if let Some(Stated { value, .. }) = &header.number {
            graph.text(work, gm::DOCUMENT_NUMBER, value);
        }
        let issuers = identities.issuers.iter().filter_map(|&id| self.agencies.get(id));
        for &issuer in issuers {
            graph.link(work, gm::ISSUER, issuer);
        }
        let dates = [(gm::WRITTEN_ON, &header.written), (gm::PUBLISHED_ON, &header.published)];
        for (property, date) in dates {
            if let Some(Stated { value, .. }) = date {
                graph.typed(work, property, value, xsd::DATE);
            }
        }
        if let Some(year) = header.year {
            graph.typed(work, gm::YEAR, format_args!("{year:04}"), xsd::G_YEAR);
        }
        if let Some(genre) = header.genre {
            graph.term(work, gm::GENRE, terms::genre(genre));
        }
        if let Some(tier) = header.tier {
            graph.term(work, gm::TIER, terms::tier(tier));
        }
        let jurisdiction = identities.jurisdiction.and_then(|id| self.names.jurisdictions.get(id));
        if let Some(jurisdiction) = jurisdiction {
            graph.link(work, gm::JURISDICTION, jurisdiction);
        }
    }

    /// The notice that prints the document is a work of its own; the version is only the document's.
    fn covering_notice(&mut self) {
        let Some(notice) = self.reading.identities.notice else { return };
        let Some(other) = self.names.works.get(notice).filter(|w| **w != self.names.document)
        else {
            return;
        };
        let notice = self.graph.name(other);
        let header = &self.reading.document.header;
        self.graph.class(notice, gm::DOCUMENT);
        if let Some(Stated { value, .. }) = &header.notice {
            self.graph.text(notice, dcterms::TITLE, value);
        }
        self.graph.link(notice, gm::ISSUES, self.document);
    }
}
