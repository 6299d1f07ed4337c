//! Carrying the operations of an update out, in one transaction.
//!
//! The database's own executor cannot be stopped between what it reads and what it writes, so the operations are
//! carried out here, step by step under the limits of the run.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use oxigraph::io::RdfParser;
use oxigraph::model::{
    BlankNode, GraphName, GraphNameRef, NamedNode, NamedOrBlankNode, Quad, QuadRef, Term, Triple,
};
use oxigraph::sparql::{QueryDatasetSpecification, QueryResults, QuerySolution, SparqlEvaluator};
use oxigraph::store::Transaction;
use spargebra::GraphUpdateOperation;
use spargebra::algebra::{GraphPattern, GraphTarget};
use spargebra::term::{GraphName as Target, GroundQuad};

use super::template::Template;
use super::{UpdateError, UpdateReport};
use crate::store::query::unite;
use crate::store::run::Run;
use crate::store::run::pace::Plan;
use crate::store::services::Services;

/// Bytes that a change takes in the transaction, roughly: up to nine index entries of up to 133 bytes. The
/// database allocates them where they are not counted.
const CHANGE: usize = 1 << 10;
/// Quads that are taken out at once.
const BATCH: usize = 50_000;
const TRIPLES: &str =
    "text/turtle, application/n-triples, application/rdf+xml;q=0.8, application/ld+json;q=0.5";

/// An update on its way.
pub(super) struct Applying<'a> {
    pub(super) tx: Transaction<'a>,
    pub(super) services: &'a Services,
    pub(super) run: Option<Arc<Run>>,
    pub(super) using: Option<QueryDatasetSpecification>,
    pub(super) base: Option<String>,
    pub(super) report: UpdateReport,
}

impl Applying<'_> {
    pub(super) fn apply(&mut self, operation: GraphUpdateOperation) -> Result<(), UpdateError> {
        match operation {
            GraphUpdateOperation::InsertData { data } => {
                let mut nodes = HashMap::new();
                for quad in data {
                    self.insert(&with_new_nodes(quad, &mut nodes))?;
                }
            }
            GraphUpdateOperation::DeleteData { data } => {
                for quad in data {
                    self.remove(&ground(quad))?;
                }
            }
            GraphUpdateOperation::DeleteInsert { delete, insert, using, pattern } => {
                let using = using.map(Into::into).or_else(|| self.using.clone());
                let templates = (Template::of_delete(delete), Template::of_insert(insert));
                self.rewrite(templates, using.unwrap_or_default(), pattern)?;
            }
            GraphUpdateOperation::Load { silent, source, destination } => {
                let loaded = self.load(&source, graph(destination));
                forgive(silent, loaded, self.run.as_deref())?;
            }
            GraphUpdateOperation::Create { silent, graph } => {
                if !self.tx.contains_named_graph(&graph)? {
                    self.tx.insert_named_graph(&graph);
                } else if !silent {
                    return Err(UpdateError::GraphExists(graph));
                }
            }
            GraphUpdateOperation::Clear { silent, graph } => self.clear(&graph, silent, false)?,
            GraphUpdateOperation::Drop { silent, graph } => self.clear(&graph, silent, true)?,
        }
        Ok(())
    }

    fn tick(&self) {
        if let Some(run) = &self.run {
            run.tick();
        }
    }

    fn change(&self) {
        if let Some(run) = &self.run {
            run.charge(CHANGE);
            run.tick();
        }
    }

    fn insert(&mut self, quad: &Quad) -> Result<(), UpdateError> {
        if !self.tx.contains(quad)? {
            self.change();
            self.tx.insert(quad);
            self.report.inserted += 1;
        }
        Ok(())
    }

    fn remove(&mut self, quad: &Quad) -> Result<(), UpdateError> {
        if self.tx.contains(quad)? {
            self.change();
            self.tx.remove(quad);
            self.report.deleted += 1;
        }
        Ok(())
    }

    /// DELETE and INSERT with WHERE: all solutions are found before anything is changed.
    fn rewrite(
        &mut self,
        (delete, insert): (Template, Template),
        using: QueryDatasetSpecification,
        pattern: Box<GraphPattern>,
    ) -> Result<(), UpdateError> {
        let mut variables: Vec<_> = delete.variables().chain(insert.variables()).collect();
        variables.sort_unstable();
        variables.dedup();
        let (mut deleted, mut inserted) = (HashSet::new(), HashSet::new());
        let pattern = GraphPattern::Project { inner: pattern, variables };
        self.solutions(pattern, using, |solution| {
            deleted.extend(delete.fill(solution));
            inserted.extend(insert.fill(solution));
        })?;
        for quad in &deleted {
            self.remove(quad)?;
        }
        for quad in &inserted {
            self.insert(quad)?;
        }
        Ok(())
    }

    fn solutions(
        &self,
        pattern: GraphPattern,
        mut using: QueryDatasetSpecification,
        mut each: impl FnMut(&QuerySolution),
    ) -> Result<(), UpdateError> {
        unite(&mut using);
        let base_iri = self.base.clone().and_then(|base| oxiri::Iri::parse(base).ok());
        let query = spargebra::Query::Select { dataset: None, pattern, base_iri };
        let (evaluator, query) = match &self.run {
            Some(run) => Plan::new(query, &HashSet::new()).of(run),
            None => (SparqlEvaluator::new(), query),
        };
        let mut prepared = self.services.serve(evaluator).for_query(query);
        *prepared.dataset_mut() = using;
        let found = prepared.on_transaction(&self.tx).execute().map_err(UpdateError::evaluation)?;
        if let QueryResults::Solutions(solutions) = found {
            for solution in solutions {
                self.tick();
                each(&solution.map_err(UpdateError::evaluation)?);
            }
        }
        // After it is stopped, the evaluator may find too little without saying so.
        self.tick();
        Ok(())
    }

    fn load(&mut self, source: &NamedNode, into: GraphName) -> Result<(), UpdateError> {
        let document = self.services.hosts().get(source.as_str(), TRIPLES)?;
        let format = oxigraph::io::RdfFormat::from_media_type(&document.kind)
            .ok_or_else(|| UpdateError::LoadFormat(source.clone(), document.kind.clone()))?;
        let parser = RdfParser::from_format(format)
            .rename_blank_nodes()
            .without_named_graphs()
            .with_default_graph(into.clone())
            .with_base_iri(source.as_str())
            .map_err(|e| UpdateError::Load(source.clone(), e.to_string()))?;
        // All of it is read before anything is changed: LOAD SILENT of half a document changes nothing.
        let mut quads = Vec::new();
        for quad in parser.for_slice(&document.content) {
            self.tick();
            quads.push(quad.map_err(|e| UpdateError::Load(source.clone(), e.to_string()))?);
        }
        if let GraphName::NamedNode(graph) = &into {
            self.tx.insert_named_graph(graph);
        }
        quads.iter().try_for_each(|quad| self.insert(quad))
    }

    fn clear(&mut self, target: &GraphTarget, silent: bool, drop: bool) -> Result<(), UpdateError> {
        let named = match target {
            GraphTarget::NamedNode(graph) if self.tx.contains_named_graph(graph)? => {
                vec![graph.clone().into()]
            }
            GraphTarget::NamedNode(_) if silent => Vec::new(),
            GraphTarget::NamedNode(graph) => return Err(UpdateError::NoGraph(graph.clone())),
            GraphTarget::DefaultGraph => Vec::new(),
            GraphTarget::NamedGraphs | GraphTarget::AllGraphs => {
                self.tx.named_graphs().collect::<Result<Vec<NamedOrBlankNode>, _>>()?
            }
        };
        if matches!(target, GraphTarget::DefaultGraph | GraphTarget::AllGraphs) {
            self.empty(GraphNameRef::DefaultGraph)?;
        }
        for graph in &named {
            self.empty(graph.into())?;
            if drop {
                self.tx.remove_named_graph(graph)?;
            }
        }
        Ok(())
    }

    fn empty(&mut self, graph: GraphNameRef<'_>) -> Result<(), UpdateError> {
        loop {
            let quads = self.tx.quads_for_pattern(None, None, None, Some(graph)).take(BATCH);
            let quads = quads.inspect(|_| self.tick()).collect::<Result<Vec<_>, _>>()?;
            for quad in &quads {
                self.change();
                self.tx.remove(QuadRef::from(quad));
                self.report.deleted += 1;
            }
            if quads.len() < BATCH {
                return Ok(());
            }
        }
    }
}

/// SILENT forgives all but that the run was stopped.
fn forgive(
    silent: bool,
    done: Result<(), UpdateError>,
    run: Option<&Run>,
) -> Result<(), UpdateError> {
    if let Some(stop) = run.and_then(Run::stopped) {
        return Err(stop.into());
    }
    if silent { Ok(()) } else { done }
}

/// The blank nodes of a request are new ones in the store.
fn with_new_nodes(quad: spargebra::term::Quad, nodes: &mut HashMap<BlankNode, BlankNode>) -> Quad {
    let subject = new_subject(quad.subject, nodes);
    let object = new_object(quad.object, nodes);
    Quad::new(subject, quad.predicate, object, graph(quad.graph_name))
}

fn new_subject(
    subject: NamedOrBlankNode,
    nodes: &mut HashMap<BlankNode, BlankNode>,
) -> NamedOrBlankNode {
    match subject {
        NamedOrBlankNode::BlankNode(node) => nodes.entry(node).or_default().clone().into(),
        name @ NamedOrBlankNode::NamedNode(_) => name,
    }
}

fn new_object(object: Term, nodes: &mut HashMap<BlankNode, BlankNode>) -> Term {
    match object {
        Term::BlankNode(node) => nodes.entry(node).or_default().clone().into(),
        Term::Triple(triple) => Term::Triple(Box::new(Triple {
            subject: new_subject(triple.subject, nodes),
            predicate: triple.predicate,
            object: new_object(triple.object, nodes),
        })),
        other => other,
    }
}

fn ground(quad: GroundQuad) -> Quad {
    Quad::new(quad.subject, quad.predicate, Term::from(quad.object), graph(quad.graph_name))
}

fn graph(name: Target) -> GraphName {
    match name {
        Target::NamedNode(graph) => GraphName::NamedNode(graph),
        Target::DefaultGraph => GraphName::DefaultGraph,
    }
}
