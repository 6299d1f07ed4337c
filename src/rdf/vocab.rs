//! The terms the program writes, as constants.
//!
//! Invariant: the constants of [`gm`], [`role`] and [`genre`] are exactly what `ontology/gangmu.ttl`
//! declares (a test compares the two). The rest of the `rdf` stage takes every term from here.

use oxigraph::model::NamedNodeRef;

/// The ontology, the one source of the vocabulary (Turtle).
pub const ONTOLOGY: &str = include_str!("../../ontology/gangmu.ttl");

/// The prefixes under which people read and write these terms, with their namespaces.
pub const PREFIXES: &[(&str, &str)] = &[
    ("gm", gm::NAMESPACE),
    ("role", role::NAMESPACE),
    ("genre", genre::NAMESPACE),
    ("dcterms", "http://purl.org/dc/terms/"),
    ("oa", "http://www.w3.org/ns/oa#"),
    ("org", "http://www.w3.org/ns/org#"),
    ("prov", "http://www.w3.org/ns/prov#"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// Constants for the terms of one namespace, and `ALL` of them for the tests.
macro_rules! terms {
    ($ns:literal, $($name:ident = $local:literal),* $(,)?) => {
        $(pub const $name: NamedNodeRef<'static> =
            NamedNodeRef::new_unchecked(concat!($ns, $local));)*
        #[cfg(test)]
        pub const ALL: &[NamedNodeRef<'static>] = &[$($name),*];
    };
    ($ns:literal; $($name:ident = $local:literal),* $(,)?) => {
        $(pub const $name: NamedNodeRef<'static> =
            NamedNodeRef::new_unchecked(concat!($ns, $local));)*
    };
}

/// The project's own vocabulary.
pub mod gm {
    use super::NamedNodeRef;

    /// The namespace of the vocabulary.
    pub const NAMESPACE: &str = "https://w3id.org/gangmu/ontology#";

    terms! {
        "https://w3id.org/gangmu/ontology#",
        ACHIEVEMENT = "Achievement",
        AGENCY_CLASS = "Agency",
        AGENCY_GROUP = "AgencyGroup",
        BASIS_CLASS = "Basis",
        CITATION = "Citation",
        CITATION_KIND = "CitationKind",
        CLAIM = "Claim",
        COMPARATOR_CLASS = "Comparator",
        DEADLINE_CLASS = "Deadline",
        DOCUMENT = "Document",
        ITEM = "Item",
        JURISDICTION_CLASS = "Jurisdiction",
        LEADER_CLASS = "Leader",
        LIMIT = "Limit",
        MEASURE = "Measure",
        POLICY = "Policy",
        PRACTICE = "Practice",
        PRECISION_CLASS = "Precision",
        QUANTITY = "Quantity",
        RESPONSIBILITY = "Responsibility",
        SECTION = "Section",
        TARGET = "Target",
        TASK = "Task",
        TIER_CLASS = "Tier",
        UNRESOLVED_AGENCY = "UnresolvedAgency",
        VERSION = "Version",
        AGENCY = "agency",
        AGENCY_INVOLVED = "agencyInvolved",
        AT_MOST = "limit",
        BASED_ON = "basedOn",
        BASIS = "basis",
        CITED = "cited",
        CITED_NUMBER = "citedNumber",
        CITES = "cites",
        CITING = "citing",
        COMPARATOR = "comparator",
        CONFIDENCE = "confidence",
        COUNTERPART = "counterpart",
        CURRENT_VERSION = "currentVersion",
        DATE = "date",
        DEADLINE = "deadline",
        DIVISION_CODE = "divisionCode",
        DOCUMENT_NUMBER = "documentNumber",
        DRAFTS = "drafts",
        EVIDENCE = "evidence",
        FORWARDS = "forwards",
        GENRE = "genre",
        GUIDE_AGENCY = "guideAgency",
        HEADING = "heading",
        IMPLEMENTS = "implements",
        IN_VERSION = "inVersion",
        INDICATOR = "indicator",
        ISSUER = "issuer",
        ISSUES = "issues",
        JURISDICTION = "jurisdiction",
        KIND = "kind",
        LEAD_AGENCY = "leadAgency",
        LEADER = "leader",
        MAKER_NAME = "makerName",
        MATCHES = "matches",
        MEMBER_RULE = "memberRule",
        MENTIONS = "mentions",
        MODALITY = "modality",
        NUMBER = "number",
        OF_TASK = "ofTask",
        ONGOING = "ongoing",
        ORDER = "order",
        PART_OF = "partOf",
        PLACE = "place",
        PRECISION = "precision",
        PUBLISHED_ON = "publishedOn",
        QUOTE = "quote",
        RATIO = "ratio",
        RESPONSIBLE_AGENCY = "responsibleAgency",
        ROLE = "role",
        SCORE = "score",
        SEARCH = "search",
        SHA256 = "sha256",
        SNIPPET = "snippet",
        SOURCE_NAME = "sourceName",
        SUPPORT_AGENCY = "supportAgency",
        SURFACE = "surface",
        TEXT = "text",
        TIER = "tier",
        UNIT = "unit",
        VALUE = "value",
        VERSION_OF = "versionOf",
        VIA = "via",
        WRITTEN_ON = "writtenOn",
        YEAR = "year",
        OFFICIAL = "official",
        DRAFT = "draft",
        UNOFFICIAL = "unofficial",
        INLINE = "inline",
        TABLE = "table",
        AT_HEADING = "atHeading",
        POSITION = "position",
        PROSE = "prose",
        INHERITED = "inherited",
        GE = "ge",
        LE = "le",
        EQ = "eq",
        INC = "inc",
        DEC = "dec",
        PRECISION_DAY = "precisionDay",
        PRECISION_MONTH = "precisionMonth",
        PRECISION_QUARTER = "precisionQuarter",
        PRECISION_HALF_YEAR = "precisionHalfYear",
        PRECISION_SEASON = "precisionSeason",
        PRECISION_YEAR = "precisionYear",
        PRECISION_PERIOD = "precisionPeriod",
        PRECISION_RELATIVE = "precisionRelative",
        PRECISION_RECURRING = "precisionRecurring",
        PRECISION_ONGOING = "precisionOngoing",
        PRECISION_VAGUE = "precisionVague",
    }
}

/// The SKOS scheme of roles.
pub mod role {
    use super::NamedNodeRef;

    /// The scheme, and the namespace of its concepts.
    pub const NAMESPACE: &str = "https://w3id.org/gangmu/role/";

    terms! {
        "https://w3id.org/gangmu/role/",
        LEAD = "lead",
        SUPPORT = "support",
        RESPONSIBLE = "responsible",
        GUIDE = "guide",
        LEADER = "leader",
    }
}

/// The SKOS scheme of genres.
pub mod genre {
    use super::NamedNodeRef;

    /// The scheme, and the namespace of its concepts.
    pub const NAMESPACE: &str = "https://w3id.org/gangmu/genre/";

    terms! {
        "https://w3id.org/gangmu/genre/",
        WORK_POINTS = "work-points",
        DIVISION_PLAN = "division-plan",
        PLAN = "plan",
        OPINION = "opinion",
        NOTICE = "notice",
        REPORT = "report",
        NEWS = "news",
        REGULATION = "regulation",
        BULLETIN = "bulletin",
    }
}

/// Dublin Core terms.
pub mod dcterms {
    use super::NamedNodeRef;
    terms! { "http://purl.org/dc/terms/"; TITLE = "title" }
}

/// Web Annotation, for evidence.
pub mod oa {
    use super::NamedNodeRef;
    terms! {
        "http://www.w3.org/ns/oa#";
        SPECIFIC_RESOURCE = "SpecificResource",
        TEXT_QUOTE_SELECTOR = "TextQuoteSelector",
        TEXT_POSITION_SELECTOR = "TextPositionSelector",
        HAS_SOURCE = "hasSource",
        HAS_SELECTOR = "hasSelector",
        EXACT = "exact",
        START = "start",
        END = "end",
    }
}

/// The Organization Ontology.
pub mod org {
    use super::NamedNodeRef;
    terms! {
        "http://www.w3.org/ns/org#";
        SUB_ORGANIZATION_OF = "subOrganizationOf",
        UNIT_OF = "unitOf",
    }
}

/// PROV-O.
pub mod prov {
    use super::NamedNodeRef;
    terms! {
        "http://www.w3.org/ns/prov#";
        ACTIVITY = "Activity",
        ENTITY = "Entity",
        SOFTWARE_AGENT = "SoftwareAgent",
        USED = "used",
        WAS_GENERATED_BY = "wasGeneratedBy",
        WAS_ASSOCIATED_WITH = "wasAssociatedWith",
        WAS_REVISION_OF = "wasRevisionOf",
    }
}

/// SKOS.
pub mod skos {
    use super::NamedNodeRef;
    terms! {
        "http://www.w3.org/2004/02/skos/core#";
        PREF_LABEL = "prefLabel",
        ALT_LABEL = "altLabel",
        BROADER = "broader",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use oxigraph::io::{RdfFormat, RdfParser};
    use oxigraph::model::vocab::{rdf, rdfs};
    use oxigraph::model::{NamedNode, NamedOrBlankNode, Term, Triple};

    use super::*;

    fn ontology() -> Vec<Triple> {
        RdfParser::from_format(RdfFormat::Turtle)
            .for_slice(ONTOLOGY)
            .map(|quad| Triple::from(quad.expect("the ontology parses")))
            .collect()
    }

    fn ours(iri: &str) -> bool {
        [gm::NAMESPACE, role::NAMESPACE, genre::NAMESPACE]
            .iter()
            .any(|ns| iri.strip_prefix(ns).is_some_and(|local| !local.is_empty()))
    }

    /// Term → what the ontology says of it, for our terms.
    fn declared() -> BTreeMap<NamedNode, Vec<Triple>> {
        let mut terms: BTreeMap<NamedNode, Vec<Triple>> = BTreeMap::new();
        for triple in ontology() {
            if let NamedOrBlankNode::NamedNode(subject) = &triple.subject
                && ours(subject.as_str())
            {
                terms.entry(subject.clone()).or_default().push(triple);
            }
        }
        terms
    }

    #[test]
    fn constants_and_ontology_agree() {
        let constants: BTreeSet<_> = [gm::ALL, role::ALL, genre::ALL]
            .concat()
            .into_iter()
            .map(NamedNodeRef::into_owned)
            .collect();
        let declared: BTreeSet<_> = declared().into_keys().collect();
        let only_here: Vec<_> = constants.difference(&declared).collect();
        let only_there: Vec<_> = declared.difference(&constants).collect();
        assert_eq!((only_here, only_there), (vec![], vec![]));
    }

    #[test]
    fn every_term_is_labelled_and_explained_in_chinese_and_english() {
        for (term, triples) in declared() {
            let said = |predicates: &[NamedNodeRef], language: &str| {
                triples.iter().any(|t| {
                    predicates.contains(&t.predicate.as_ref())
                        && matches!(&t.object, Term::Literal(l) if l.language() == Some(language))
                })
            };
            for language in ["zh", "en"] {
                assert!(
                    said(&[rdfs::LABEL, skos::PREF_LABEL], language),
                    "{term}: {language} label"
                );
                assert!(said(&[rdfs::COMMENT], language), "{term}: {language} comment");
            }
        }
    }

    #[test]
    fn every_property_has_domain_and_range_and_every_mention_is_declared() {
        let terms = declared();
        for (term, triples) in &terms {
            let has = |p: NamedNodeRef| triples.iter().any(|t| t.predicate.as_ref() == p);
            let property = triples.iter().any(|t| {
                t.predicate.as_ref() == rdf::TYPE && t.object.to_string().contains("Property>")
            });
            assert!(!property || (has(rdfs::DOMAIN) && has(rdfs::RANGE)), "{term}");
        }
        for triple in ontology() {
            if let Term::NamedNode(object) = &triple.object
                && ours(object.as_str())
            {
                assert!(terms.contains_key(object), "{object} is not declared");
            }
        }
    }
}
