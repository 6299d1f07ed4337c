//! A change to an endpoint: gathered here, sent at its end.
//!
//! Not every engine makes the operations of one request together or not at all (Virtuoso makes each by itself), and
//! none takes requests of any size. So what a reader goes by is changed last and in one operation: what says that a
//! version is one and which is current, and the stamp of the register. Before that, nothing points to what was
//! written; if the rest never comes, taking the same document in again writes what is missing.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write;

use oxigraph::model::{
    GraphName, GraphNameRef, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad, QuadRef,
    Term, TermRef,
};

use super::register::{CHANGED_IN, Stamp, Turn, registered, seconds, statements};
use super::{Endpoint, RemoteError};
use crate::store::quads::Found;

/// Statements and bytes of one operation: Virtuoso's compiler takes no more than 5,000 statements, and its parser takes
/// longer with the square of the bytes.
const MOST_QUADS: usize = 1000;
const MOST_BYTES: usize = 1 << 20;
/// Subjects that are asked about at once.
const AT_ONCE: usize = 100;

/// See the module.
pub(in crate::store) struct Changeset<'a> {
    endpoint: &'a Endpoint,
    turn: Turn<'a>,
    cleared: HashSet<GraphName>,
    removed: HashSet<Quad>,
    inserted: Vec<Quad>,
    removed_last: Vec<Quad>,
    inserted_last: Vec<Quad>,
}

impl<'a> Changeset<'a> {
    pub(super) fn new(endpoint: &'a Endpoint, turn: Turn<'a>) -> Self {
        Self {
            endpoint,
            turn,
            cleared: HashSet::new(),
            removed: HashSet::new(),
            inserted: Vec::new(),
            removed_last: Vec::new(),
            inserted_last: Vec::new(),
        }
    }

    pub(in crate::store) fn matching(
        &self,
        subject: Option<NamedOrBlankNodeRef<'_>>,
        predicate: Option<NamedNodeRef<'_>>,
        object: Option<TermRef<'_>>,
        graph: Option<GraphNameRef<'_>>,
    ) -> Found<'_> {
        let there = self.endpoint.matching(subject, predicate, object, graph);
        let fits = |quad: &&Quad| {
            subject.is_none_or(|subject| quad.subject.as_ref() == subject)
                && predicate.is_none_or(|predicate| quad.predicate.as_ref() == predicate)
                && object.is_none_or(|object| quad.object.as_ref() == object)
                && graph.is_none_or(|graph| quad.graph_name.as_ref() == graph)
        };
        let added = self.inserted.iter().chain(&self.inserted_last).filter(fits);
        let added: Vec<Quad> = added.cloned().collect();
        let known: HashSet<Quad> = added.iter().cloned().collect();
        let kept = there.filter(move |quad| match quad {
            Ok(quad) => !self.is_removed(quad) && !known.contains(quad),
            Err(_) => true,
        });
        Box::new(kept.chain(added.into_iter().map(Ok)))
    }

    fn is_removed(&self, quad: &Quad) -> bool {
        self.cleared.contains(&quad.graph_name)
            || self.removed.contains(quad)
            || self.removed_last.contains(quad)
    }

    /// Those of the quads that are not at the endpoint: it is asked about their subjects.
    pub(in crate::store) fn missing(
        &self,
        quads: &[QuadRef<'_>],
    ) -> Result<Vec<Quad>, RemoteError> {
        let graphs: HashSet<GraphNameRef<'_>> = quads.iter().map(|quad| quad.graph_name).collect();
        let mut there = HashSet::new();
        for graph in graphs {
            let subjects: BTreeSet<String> = quads
                .iter()
                .filter(|quad| quad.graph_name == graph)
                .map(|quad| quad.subject.to_string())
                .collect();
            let subjects: Vec<String> = subjects.into_iter().collect();
            for part in subjects.chunks(AT_ONCE) {
                let about = format!("VALUES ?s {{ {} }}", part.join(" "));
                for quad in self.endpoint.quads(&about, graph) {
                    there.insert(quad?);
                }
            }
        }
        let quads = quads.iter().map(|&quad| quad.into_owned());
        Ok(quads.filter(|quad| !there.contains(quad)).collect())
    }

    pub(in crate::store) fn insert(&mut self, quad: QuadRef<'_>) {
        let quad = quad.into_owned();
        self.removed.remove(&quad);
        self.inserted.push(quad);
    }

    pub(in crate::store) fn remove(&mut self, quad: QuadRef<'_>) {
        let quad = quad.into_owned();
        self.inserted.retain(|inserted| *inserted != quad);
        self.removed.insert(quad);
    }

    pub(in crate::store) fn at_last(
        &mut self,
        removed: Option<QuadRef<'_>>,
        inserted: QuadRef<'_>,
    ) {
        let inserted = inserted.into_owned();
        self.removed.remove(&inserted);
        self.removed_last.extend(removed.map(QuadRef::into_owned));
        self.inserted_last.push(inserted);
    }

    /// Empties a graph; what was inserted into it so far stays.
    pub(in crate::store) fn clear(&mut self, graph: GraphNameRef<'_>) {
        self.cleared.insert(graph.into_owned());
    }

    pub(in crate::store) fn commit(self) -> Result<(), RemoteError> {
        let all = self.removed.iter().chain(&self.inserted);
        let all = all.chain(&self.removed_last).chain(&self.inserted_last);
        let mut touched: BTreeSet<String> = all.map(|quad| quad.graph_name.to_string()).collect();
        touched.extend(self.cleared.iter().map(ToString::to_string));
        let mut sending = Sending { endpoint: self.endpoint, request: String::new() };
        for graph in &self.cleared {
            sending.add(&match graph {
                GraphName::NamedNode(name) => format!("CLEAR SILENT GRAPH {name}"),
                _ => "CLEAR SILENT DEFAULT".to_owned(),
            })?;
        }
        let removed: Vec<Quad> = self.removed.into_iter().collect();
        sending.data("DELETE DATA", &removed)?;
        sending.data("INSERT DATA", &self.inserted)?;
        let (removed, inserted) = (data(&self.removed_last)?, data(&self.inserted_last)?);
        sending.finish(self.turn, &touched, &removed, &inserted)
    }
}

/// Makes a change that somebody else has put into words, and makes known which graphs it touched. The two are requests
/// of their own: whether more can stand behind the words depends on how they end.
pub(super) fn make(
    endpoint: &Endpoint,
    turn: Turn<'_>,
    update: &str,
    touched: &BTreeSet<String>,
) -> Result<(), RemoteError> {
    endpoint.client.update(update)?;
    announce(endpoint, turn, touched)
}

/// Makes known which graphs were changed.
pub(super) fn announce(
    endpoint: &Endpoint,
    turn: Turn<'_>,
    touched: &BTreeSet<String>,
) -> Result<(), RemoteError> {
    Sending { endpoint, request: String::new() }.finish(turn, touched, "", "")
}

/// Operations on their way, in requests that are not too large.
struct Sending<'a> {
    endpoint: &'a Endpoint,
    request: String,
}

impl Sending<'_> {
    fn add(&mut self, operation: &str) -> Result<(), RemoteError> {
        if !self.request.is_empty() {
            if self.request.len() + operation.len() > MOST_BYTES {
                self.endpoint.client.update(&std::mem::take(&mut self.request))?;
            } else {
                self.request.push_str(" ;\n");
            }
        }
        self.request.push_str(operation);
        Ok(())
    }

    /// Operations over quads, none of which is too large.
    fn data(&mut self, what: &str, quads: &[Quad]) -> Result<(), RemoteError> {
        let mut from = 0;
        while from < quads.len() {
            let mut bytes = 0;
            let fits = quads[from..].iter().take(MOST_QUADS).take_while(|quad| {
                bytes += size(quad);
                bytes <= MOST_BYTES
            });
            // One alone goes through, or is refused for what it is.
            let to = from + fits.count().max(1);
            self.add(&format!("{what} {{ {}}}", data(&quads[from..to])?))?;
            from = to;
        }
        Ok(())
    }

    /// The last operation, which makes it all known: one that is made whole or not at all.
    fn finish(
        mut self,
        turn: Turn<'_>,
        touched: &BTreeSet<String>,
        removed: &str,
        inserted: &str,
    ) -> Result<(), RemoteError> {
        let before = turn.before;
        let after = Stamp { revision: before.revision + 1, changed: seconds(), ..before };
        let (mut old, mut new) = (String::new(), String::new());
        let named = touched.iter().filter(|graph| graph.starts_with('<')).cloned().collect();
        for (graph, number) in self.endpoint.marks(&named)? {
            let _ = write!(old, "<{graph}> <{CHANGED_IN}> {number} . ");
        }
        for graph in &named {
            let _ = write!(new, "{graph} <{CHANGED_IN}> {} . ", after.revision);
        }
        let (stamped, stamp, turned) = (statements(&before), statements(&after), turn.statement());
        self.add(&format!(
            "DELETE {{ {removed}{} }}\nINSERT {{ {inserted}{} }}\nWHERE {{}}",
            registered(&format!("{old}{stamped}{turned}")),
            registered(&format!("{new}{stamp}"))
        ))?;
        self.endpoint.client.update(&self.request)?;
        turn.end(after);
        Ok(())
    }
}

/// Quads as SPARQL writes them, graph by graph.
fn data(quads: &[Quad]) -> Result<String, RemoteError> {
    let mut text = String::new();
    let mut graph: Option<&GraphName> = None;
    for quad in quads {
        if size(quad) > MOST_BYTES {
            return Err(RemoteError::TooLong(quad.subject.to_string(), size(quad), MOST_BYTES));
        }
        if graph != Some(&quad.graph_name) {
            if graph.is_some_and(|graph| *graph != GraphName::DefaultGraph) {
                text.push_str("} ");
            }
            if quad.graph_name != GraphName::DefaultGraph {
                let _ = write!(text, "GRAPH {} {{ ", quad.graph_name);
            }
            graph = Some(&quad.graph_name);
        }
        let _ = writeln!(text, "{} {} {} .", quad.subject, quad.predicate, quad.object);
    }
    if graph.is_some_and(|graph| *graph != GraphName::DefaultGraph) {
        text.push_str("} ");
    }
    Ok(text)
}

/// Bytes of a quad, roughly.
fn size(quad: &Quad) -> usize {
    let subject = match &quad.subject {
        NamedOrBlankNode::NamedNode(node) => node.as_str().len(),
        NamedOrBlankNode::BlankNode(node) => node.as_str().len(),
    };
    let object = match &quad.object {
        Term::NamedNode(node) => node.as_str().len(),
        Term::Literal(literal) => literal.value().len(),
        _ => 64,
    };
    subject + quad.predicate.as_str().len() + object + 16
}
