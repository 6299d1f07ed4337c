//! Whether each version's graph is whole: its text is there and is the one that it is named by, and what it quotes
//! stands where it says.

use std::collections::HashMap;

use oxigraph::model::vocab::rdf;
use oxigraph::model::{GraphNameRef, NamedOrBlankNode, Quad, Term};
use oxigraph::store::StorageError;

use super::super::quads::Quads;
use crate::rdf::Base;
use crate::rdf::vocab::{gm, oa};

/// What was looked at.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) versions: usize,
    pub(super) evidence: usize,
}

/// Gives every fault to `tell`.
pub(super) fn look(
    quads: &Quads,
    base: &Base,
    tell: &mut dyn FnMut(String),
) -> Result<Looked, StorageError> {
    let mut looked = Looked::default();
    for quad in quads.matching(None, Some(rdf::TYPE), Some(gm::VERSION.into()), None) {
        let Quad { subject: version, graph_name, .. } = quad?;
        let graph = Graph::read(quads, &version, graph_name.as_ref())?;
        looked.versions += 1;
        looked.evidence += graph.evidence.len();
        graph.judge(&version, base, tell);
    }
    Ok(looked)
}

/// What a version's graph says of evidence.
#[derive(Default)]
struct Graph {
    text: Option<String>,
    /// Evidence on the version, with its selectors.
    evidence: HashMap<NamedOrBlankNode, Vec<Term>>,
    quotes: HashMap<Term, String>,
    starts: HashMap<Term, usize>,
    ends: HashMap<Term, usize>,
}

impl Graph {
    fn read(
        quads: &Quads,
        version: &NamedOrBlankNode,
        name: GraphNameRef<'_>,
    ) -> Result<Self, StorageError> {
        let mut graph = Self::default();
        let mut selectors: HashMap<NamedOrBlankNode, Vec<Term>> = HashMap::new();
        for quad in quads.matching(None, None, None, Some(name)) {
            let Quad { subject, predicate, object, .. } = quad?;
            let number = |object: &Term| match object {
                Term::Literal(literal) => literal.value().parse().ok(),
                _ => None,
            };
            match (predicate.as_ref(), &object) {
                (p, Term::Literal(text)) if p == gm::TEXT && subject == *version => {
                    graph.text = Some(text.value().to_owned());
                }
                (p, source) if p == oa::HAS_SOURCE && *source == Term::from(version.clone()) => {
                    graph.evidence.entry(subject).or_default();
                }
                (p, _) if p == oa::HAS_SELECTOR => {
                    selectors.entry(subject).or_default().push(object)
                }
                (p, Term::Literal(quote)) if p == oa::EXACT => {
                    graph.quotes.insert(subject.into(), quote.value().to_owned());
                }
                (p, _) if p == oa::START => {
                    graph.starts.extend(number(&object).map(|number| (subject.into(), number)));
                }
                (p, _) if p == oa::END => {
                    graph.ends.extend(number(&object).map(|number| (subject.into(), number)));
                }
                _ => {}
            }
        }
        for (evidence, of) in &mut graph.evidence {
            *of = selectors.remove(evidence).unwrap_or_default();
        }
        Ok(graph)
    }

    fn judge(&self, version: &NamedOrBlankNode, base: &Base, tell: &mut dyn FnMut(String)) {
        let Some(text) = &self.text else {
            return tell(format!("{version}: its text is not there"));
        };
        if *version != base.version(text).into() {
            tell(format!("{version}: its text is not the one that it is named by"));
        }
        // Where each code point begins.
        let mut places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        places.push(text.len());
        for (evidence, selectors) in &self.evidence {
            let find =
                |map: &HashMap<Term, usize>| selectors.iter().find_map(|s| map.get(s).copied());
            let quote = selectors.iter().find_map(|selector| self.quotes.get(selector));
            let (Some(quote), Some(start), Some(end)) =
                (quote, find(&self.starts), find(&self.ends))
            else {
                tell(format!("{evidence}: it lacks its quote or its position"));
                continue;
            };
            let span = places.get(start).zip(places.get(end)).and_then(|(&s, &e)| text.get(s..e));
            if span != Some(quote) {
                tell(format!("{evidence}: what it quotes does not stand there in the text"));
            }
        }
    }
}
