//! What a document comes from and what comes from it: who carries out or rests on whom, from the centre to counties.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::rdf::vocab::gm;
use crate::store::QueryError;
use crate::web::api::links::{CARRIES_OUT, Citing, Level};
use crate::web::api::records::Document;
use crate::web::labels::Label;
use crate::web::pages::narrow::Known;
use crate::web::pages::policies::address;

/// A document in the lineage of another.
pub(super) struct Step {
    pub(super) iri: String,
    pub(super) title: String,
    pub(super) href: String,
    /// Where it speaks for, and the level of that; nothing where its text has not been taken in.
    pub(super) place: Option<(String, &'static str)>,
    pub(super) year: String,
    /// How it is tied to the one it is listed at.
    pub(super) relation: Option<Label>,
    /// How many tasks cite, where the document as a whole does not.
    pub(super) tasks: usize,
    /// Steps from the document that the lineage is of.
    pub(super) depth: usize,
    /// Whether it is listed with what lies behind it elsewhere.
    pub(super) is_told: bool,
}

/// The lineage of a document: the highest first, then each with those that carry it out.
pub(super) struct Lineage {
    pub(super) above: Vec<Step>,
    pub(super) below: Vec<Step>,
    pub(super) network: Value,
}

/// How a document carries out another.
#[derive(Default)]
struct Tie<'s> {
    kind: &'static str,
    is_whole: bool,
    items: HashSet<&'s str>,
}

/// How documents carry each other out by these citations, by the document at the `other` end.
fn ties<'s>(
    citations: impl Iterator<Item = &'s Citing>,
    other: impl Fn(&'s Citing) -> &'s str,
) -> BTreeMap<&'s str, Tie<'s>> {
    let mut ties: BTreeMap<&str, Tie<'_>> = BTreeMap::new();
    for citing in citations.filter(|citing| citing.carries_out()) {
        let tie = ties.entry(other(citing)).or_default();
        tie.is_whole |= citing.item.is_none();
        tie.items.extend(citing.item.as_deref());
        let place = |kind: &str| CARRIES_OUT.iter().position(|known| *known == kind);
        let kind = CARRIES_OUT.into_iter().find(|known| **known == *citing.kind).unwrap_or("");
        if tie.kind.is_empty() || place(kind) < place(tie.kind) {
            tie.kind = kind;
        }
    }
    ties
}

/// Steps that are followed from a document.
const FAR: usize = 6;

impl Lineage {
    pub(super) fn new(known: &Known<'_>, work: &str, title: &str) -> Result<Self, QueryError> {
        let (site, tables) = (known.site, known.tables);
        let way = Ways { known, works: tables.works(site)? };
        let mut edges = HashSet::new();
        let mut above = Vec::new();
        let higher = |iri: &str| way.higher(iri);
        way.walk(work, 1, &higher, &mut HashSet::from([work.to_owned()]), &mut above)?;
        let lower = |iri: &str| way.lower(iri);
        let mut below = Vec::new();
        way.walk(work, 1, &lower, &mut HashSet::from([work.to_owned()]), &mut below)?;
        let own = way.step(work, title, 0)?;
        let mut nodes: Vec<Value> = Vec::new();
        let mut seen: HashSet<&str> = HashSet::new();
        for step in above.iter().chain([&own]).chain(&below) {
            if seen.insert(&step.iri) {
                let kind = match (step.depth, &step.place) {
                    (0, _) => "centre",
                    (_, Some(_)) => "document",
                    (_, None) => "policy",
                };
                nodes.push(
                    json!({"id": step.iri, "label": step.title, "href": step.href, "kind": kind}),
                );
            }
        }
        for lower in &seen {
            let ties = way.higher(lower)?.into_iter();
            edges.extend(ties.filter(|(higher, _)| seen.contains(higher)).map(|(higher, tie)| {
                (higher, *lower, way.relation(&tie).0.of(site.lang).to_owned())
            }));
        }
        let mut edges: Vec<_> = edges.into_iter().collect();
        edges.sort();
        let edges: Vec<Value> = edges
            .into_iter()
            .map(|(source, target, label)| json!({"source": source, "target": target, "label": label}))
            .collect();
        let network = json!({"layout": "tree", "nodes": nodes, "edges": edges});
        // The highest first, as one reads from the centre down.
        let level = |step: &Step| way.level(&step.iri);
        above.sort_by_cached_key(|step| {
            (level(step), std::cmp::Reverse(step.depth), step.title.clone())
        });
        Ok(Self { above, below, network })
    }

    /// Whether anything is known before or after it.
    pub(super) fn is_empty(&self) -> bool {
        self.above.is_empty() && self.below.is_empty()
    }
}

struct Ways<'k, 's> {
    known: &'k Known<'s>,
    /// The documents by their IRIs.
    works: &'s HashMap<String, Arc<Document>>,
}

impl<'s> Ways<'_, 's> {
    /// What a document carries out.
    fn higher(&self, iri: &str) -> Result<BTreeMap<&'s str, Tie<'s>>, QueryError> {
        let Some(document) = self.works.get(iri) else { return Ok(BTreeMap::new()) };
        let citations = self.known.tables.citations_in(self.known.site, document)?.iter();
        let others = citations.filter(|citing| citing.cited != citing.document.id);
        Ok(ties(others, |citing| &citing.cited))
    }

    /// What carries a document out.
    fn lower(&self, iri: &str) -> Result<BTreeMap<&'s str, Tie<'s>>, QueryError> {
        let citations = self.known.tables.citations_of(self.known.site, iri)?.into_iter();
        Ok(ties(citations, |citing| &citing.document.id))
    }

    fn relation(&self, tie: &Tie<'_>) -> (Label, usize) {
        let label = self.known.site.labels.of_citation(&format!("{}{}", gm::NAMESPACE, tie.kind));
        (label, if tie.is_whole { 0 } else { tie.items.len() })
    }

    /// The level of a document; what is only cited may be of any.
    fn level(&self, iri: &str) -> Option<Level> {
        let place = self.works.get(iri)?.jurisdiction.as_ref()?;
        Some(Level::of(&place.code))
    }

    fn step(&self, iri: &str, title: &str, depth: usize) -> Result<Step, QueryError> {
        let site = self.known.site;
        let document = self.works.get(iri);
        let place = document.and_then(|document| document.jurisdiction.as_ref());
        Ok(Step {
            iri: iri.to_owned(),
            title: title.to_owned(),
            href: address(site, iri),
            place: place.map(|place| (place.name.clone(), Level::of(&place.code).name(site))),
            year: document.and_then(|document| document.year.clone()).unwrap_or_default(),
            relation: None,
            tasks: 0,
            depth,
            is_told: false,
        })
    }

    /// The title of a document, as it bears it or as others print it.
    fn title(&self, iri: &str) -> Result<String, QueryError> {
        let (site, tables) = (self.known.site, self.known.tables);
        if let Some(policy) = tables.policy(site, iri)? {
            return Ok(policy.title.clone());
        }
        let document = self.works.get(iri);
        Ok(document.map_or(iri, |document| self.known.title(document)).to_owned())
    }

    /// Goes on from a document, each before what lies behind it; what has been listed is not gone on from again.
    fn walk(
        &self,
        from: &str,
        depth: usize,
        next: &impl Fn(&str) -> Result<BTreeMap<&'s str, Tie<'s>>, QueryError>,
        seen: &mut HashSet<String>,
        steps: &mut Vec<Step>,
    ) -> Result<(), QueryError> {
        let mut others: Vec<_> = next(from)?.into_iter().collect();
        others.sort_by_cached_key(|(iri, _)| {
            let document = self.works.get(*iri);
            let place = document.and_then(|d| d.jurisdiction.as_ref()).map(|p| p.code.clone());
            (self.level(iri), place, document.and_then(|d| d.year.clone()), *iri)
        });
        for (iri, tie) in others {
            let (label, tasks) = self.relation(&tie);
            let is_new = seen.insert(iri.to_owned());
            let step = self.step(iri, &self.title(iri)?, depth)?;
            steps.push(Step { relation: Some(label), tasks, is_told: !is_new, ..step });
            if is_new && depth < FAR {
                self.walk(iri, depth + 1, next, seen, steps)?;
            }
        }
        Ok(())
    }
}
