//! Names of classes, properties and concepts in Chinese and English, as the ontology gives them.

use std::collections::{BTreeMap, HashMap};

use oxigraph::io::{RdfFormat, RdfParser};
use oxigraph::model::vocab::rdfs;
use oxigraph::model::{NamedOrBlankNode, Term};

use super::lang::Lang;
use crate::rdf::vocab::{ONTOLOGY, PREFIXES, gm, skos};

/// A name in two languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(super) struct Label {
    pub(super) zh: String,
    pub(super) en: String,
}

impl Label {
    pub(super) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The name in one language.
    pub(super) fn of(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

pub(super) struct Labels(HashMap<String, Label>);

impl Labels {
    pub(super) fn of_the_ontology() -> Self {
        let mut labels: HashMap<String, Label> = HashMap::new();
        for quad in RdfParser::from_format(RdfFormat::Turtle).for_slice(ONTOLOGY).flatten() {
            let names = [rdfs::LABEL, skos::PREF_LABEL].contains(&quad.predicate.as_ref());
            let (true, NamedOrBlankNode::NamedNode(term), Term::Literal(name)) =
                (names, quad.subject, quad.object)
            else {
                continue;
            };
            let label = labels.entry(term.into_string()).or_default();
            match name.language() {
                Some("zh") => label.zh = name.value().to_owned(),
                _ => label.en = name.value().to_owned(),
            }
        }
        Self(labels)
    }

    /// The terms that have a prefixed name, such as `gm:Task`, with their labels, by name.
    pub(super) fn terms(&self) -> BTreeMap<String, &Label> {
        let terms = self.0.iter().filter_map(|(iri, label)| Some((short(iri)?, label)));
        terms.collect()
    }

    /// Whether the ontology names this term.
    pub(super) fn knows(&self, iri: &str) -> bool {
        self.0.contains_key(iri)
    }

    /// The name of a kind of citation. The kind `gm:basis` shares its IRI with a property of another name.
    pub(super) fn of_citation(&self, kind: &str) -> Label {
        self.of(if kind == gm::BASIS.as_str() { gm::BASED_ON.as_str() } else { kind })
    }

    /// The name of a term; of one that the ontology does not declare, its prefixed name in both languages.
    pub(super) fn of(&self, iri: &str) -> Label {
        self.0.get(iri).cloned().unwrap_or_else(|| {
            let short = short(iri).unwrap_or_else(|| iri.to_owned());
            Label { zh: short.clone(), en: short }
        })
    }
}

/// A prefixed name.
fn short(iri: &str) -> Option<String> {
    PREFIXES.iter().find_map(|(prefix, namespace)| {
        let name = iri.strip_prefix(namespace).filter(|name| !name.is_empty())?;
        Some(format!("{prefix}:{name}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_have_names_in_both_languages() {
        let labels = Labels::of_the_ontology();
        let lead = labels.of("https://w3id.org/gangmu/role/lead");
        assert_eq!(lead, Label { zh: "牵头".into(), en: "lead".into() });
        assert_eq!(labels.of("http://purl.org/dc/terms/title").en, "dcterms:title");
    }
}
