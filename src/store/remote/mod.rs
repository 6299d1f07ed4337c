//! A store behind a SPARQL 1.1 endpoint, as [`quads`](super::quads) and the queries use it.
//!
//! * [`client`] speaks the protocol, [`rows`] reads its tables into [one form](terms) of each value.
//! * [`query`] answers queries: [`split`] says which parts the endpoint is asked for, [`spelling`] in which
//!   words.
//! * [`changeset`] writes; [`register`] is the graph by which several servers over one endpoint know of each other's
//!   changes, and by which writers take turns.
//!
//! The endpoint's default graph must be the union of all graphs, as it is in a store on disk.

mod body;
mod changeset;
mod client;
mod login;
mod query;
mod register;
mod rows;
mod spelling;
mod split;
mod terms;

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use oxigraph::model::{
    GraphName, GraphNameRef, NamedNode, NamedNodeRef, NamedOrBlankNode, NamedOrBlankNodeRef, Quad,
    Term, TermRef,
};
use oxigraph::sparql::QuerySolution;
use oxigraph::store::StorageError;

pub(super) use changeset::Changeset;
use client::Client;
pub(super) use query::Question;
pub(super) use register::Stamp;
use register::{ALL, BASE, REGISTER, iri, registered, statements};

use super::quads::Found;
use super::{DEFAULT_BASE, StoreError, manifest};
use crate::config;
use crate::rdf::Base;

/// Graphs that Virtuoso itself keeps among those of its users.
const OF_THE_ENGINE: [&str; 6] = [
    "http://www.openlinksw.com/schemas/",
    "http://www.w3.org/ns/ldp#",
    "http://www.w3.org/2002/07/owl#",
    "http://localuriqaserver/",
    "http://localhost:8890/",
    "urn:activitystreams-owl:",
];

/// Why an endpoint does not serve as a store.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    #[error(
        "{0} is not the address of an endpoint: give http:// or https://, without user and password (those go into GANGMU_STORE__USER and GANGMU_STORE__PASSWORD)"
    )]
    Address(String),
    #[error("{0} gives no answer: {1}")]
    Unreachable(String, String),
    #[error(
        "{0} does not let this program in (status {1}): check GANGMU_STORE__USER and GANGMU_STORE__PASSWORD, and that this user may query and update"
    )]
    Refused(String, u16),
    #[error("{0} answers with status {1}: {2}")]
    Status(String, u16, String),
    #[error("{0} sends what is no table of results: {1}")]
    Results(String, String),
    #[error(
        "{0} gives the first {1} rows only, and there are more: raise its limit (ResultSetMaxRows of Virtuoso)"
    )]
    Cut(String, u64),
    #[error(
        "{0} ran out of time and gives a part of the answer only: raise its limit (MaxQueryExecutionTime of Virtuoso)"
    )]
    Partial(String),
    #[error(
        "the default graph of {0} is not the union of its graphs: start it so (`oxigraph serve --union-default-graph`; tdb2:unionDefaultGraph of Fuseki; Virtuoso does so by itself)"
    )]
    NotUnion(String),
    #[error("{0} is being written by another gangmu ({1}): wait for it to end")]
    Busy(String, String),
    #[error(
        "{0} has lost what it remembers of the store (graph <urn:gangmu:store>): open it with `gangmu ingest --base-iri IRI`, which writes it anew"
    )]
    Lost(String),
    #[error("a statement about {0} has {1} bytes; an endpoint is sent {2} at most")]
    TooLong(String, usize, usize),
}

impl RemoteError {
    /// The error of an endpoint that came as one of the database.
    pub(super) fn within(error: StorageError) -> Result<Self, StorageError> {
        match error {
            StorageError::Io(error) => error.downcast().map_err(StorageError::Io),
            other => Err(other),
        }
    }
}

/// See the module.
pub(super) struct Endpoint {
    client: Client,
    /// Nothing, to evaluate over what is here.
    nothing: oxigraph::store::Store,
    known: Mutex<Option<(Instant, Stamp)>>,
    /// What this process is called among writers.
    name: String,
}

impl Endpoint {
    /// The endpoint at `address`, and the base IRI of the store in it. To write, a store is made where there is none:
    /// with `base`, or with [`DEFAULT_BASE`].
    ///
    /// # Errors
    /// When it cannot be reached or does not serve, has no store to read, or one of another base IRI.
    pub(super) fn open(
        address: &str,
        settings: &config::Store,
        base: Option<&str>,
        to_write: bool,
    ) -> Result<(Arc<Self>, Base), StoreError> {
        let given = base.map(manifest::base).transpose()?;
        let client = Client::new(address, settings)?;
        let (nothing, name) = (oxigraph::store::Store::new()?, name()?);
        let endpoint = Arc::new(Self { client, nothing, known: Mutex::default(), name });
        let place = PathBuf::from(endpoint.client.address());
        let base = match (endpoint.register()?.base, given) {
            (Some(stored), Some(given)) if stored != given.as_str() => {
                let given = given.as_str().to_owned();
                return Err(StoreError::OtherBase { dir: place, stored, given });
            }
            (Some(stored), _) => manifest::base(&stored)?,
            (None, _) if !to_write => return Err(StoreError::Missing(place)),
            (None, Some(given)) => endpoint.make(given)?,
            (None, None) => endpoint.make(manifest::base(DEFAULT_BASE)?)?,
        };
        endpoint.stamp()?;
        let united = format!("SELECT ?o WHERE {{ <{REGISTER}> <{BASE}> ?o }}");
        if endpoint.rows(&united)?.row()?.is_none() {
            return Err(RemoteError::NotUnion(endpoint.client.address()).into());
        }
        Ok((endpoint, base))
    }

    fn make(&self, base: Base) -> Result<Base, StoreError> {
        let epoch =
            getrandom::u64().map_err(|e| StoreError::Io(PathBuf::from(REGISTER), e.into()))?;
        let stamp = Stamp { epoch, revision: 0, changed: 0 };
        let base_is = format!("<{REGISTER}> <{BASE}> \"{}\" . ", base.as_str());
        let said = registered(&format!("{base_is}{}", statements(&stamp)));
        self.client.update(&format!("INSERT DATA {{ {said} }}"))?;
        Ok(base)
    }

    fn known(&self) -> MutexGuard<'_, Option<(Instant, Stamp)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where questions go to.
    pub(super) fn address(&self) -> String {
        self.client.address()
    }

    /// The quads of a pattern.
    pub(super) fn matching(
        &self,
        subject: Option<NamedOrBlankNodeRef<'_>>,
        predicate: Option<NamedNodeRef<'_>>,
        object: Option<TermRef<'_>>,
        graph: Option<GraphNameRef<'_>>,
    ) -> Found<'static> {
        let known = [
            subject.map(|subject| ("s", Term::from(subject.into_owned()))),
            predicate.map(|predicate| ("p", predicate.into_owned().into())),
            object.map(|object| ("o", object.into_owned())),
            graph.and_then(|graph| match graph {
                GraphNameRef::NamedNode(name) => Some(("g", name.into_owned().into())),
                GraphNameRef::BlankNode(name) => Some(("g", name.into_owned().into())),
                GraphNameRef::DefaultGraph => None,
            }),
        ];
        // Blank nodes have no names that a request could use, and what stands in no graph stands in the union.
        if known.iter().flatten().any(|(_, term)| matches!(term, Term::BlankNode(_)))
            || graph == Some(GraphNameRef::DefaultGraph)
        {
            return Box::new(std::iter::empty());
        }
        let text = |name: &str| {
            let given = known.iter().flatten().find(|(given, _)| *given == name);
            given.map_or_else(|| format!("?{name}"), |(_, term)| term.to_string())
        };
        let (s, p, o, g) = (text("s"), text("p"), text("o"), text("g"));
        let wanted = ["s", "p", "o", "g"].into_iter();
        let wanted = wanted.filter(|name| !known.iter().flatten().any(|(given, _)| given == name));
        let mut wanted: Vec<String> = wanted.map(|name| format!("?{name}")).collect();
        if wanted.is_empty() {
            wanted.push("(1 AS ?any)".to_owned());
        }
        let query = format!("SELECT {} WHERE {{ GRAPH {g} {{ {s} {p} {o} }} }}", wanted.join(" "));
        let known: Vec<(&str, Term)> = known.into_iter().flatten().collect();
        let quad = move |row: &QuerySolution| {
            let term = |name: &str| {
                let given = known.iter().find(|(given, _)| *given == name);
                given.map(|(_, term)| term).or_else(|| row.get(name)).cloned()
            };
            quad(term("s")?, term("p")?, term("o")?, &term("g")?)
        };
        Box::new(self.read(&query, quad).map(|quad| Ok(quad.map_err(io::Error::other)?)))
    }

    /// The quads of a graph whose parts `?s ?p ?o` have the values that `about` says.
    fn quads(
        &self,
        about: &str,
        graph: GraphNameRef<'_>,
    ) -> impl Iterator<Item = Result<Quad, RemoteError>> {
        let query = format!("SELECT ?s ?p ?o WHERE {{ {about} GRAPH {graph} {{ ?s ?p ?o }} }}");
        let graph = graph.into_owned();
        let quad = move |row: &QuerySolution| {
            let term = |name: &str| row.get(name).cloned();
            let GraphName::NamedNode(name) = &graph else { return None };
            quad(term("s")?, term("p")?, term("o")?, &name.clone().into())
        };
        self.read(&query, quad)
    }

    /// What a row is made to by `quad`, row by row.
    fn read(
        &self,
        query: &str,
        quad: impl Fn(&QuerySolution) -> Option<Quad> + 'static,
    ) -> Box<dyn Iterator<Item = Result<Quad, RemoteError>>> {
        let mut rows = match self.rows(query) {
            Ok(rows) => rows,
            Err(error) => return Box::new(std::iter::once(Err(error))),
        };
        let mut over = false;
        let next = move || {
            if over {
                return None;
            }
            let row = rows.row().transpose();
            over = !matches!(row, Some(Ok(_)));
            row
        };
        Box::new(std::iter::from_fn(next).filter_map(move |row| match row {
            Ok(row) => quad(&row).map(Ok),
            Err(error) => Some(Err(error)),
        }))
    }

    /// The names of the graphs that hold something, without those of the endpoint itself.
    pub(super) fn graphs(&self) -> Result<Vec<NamedOrBlankNode>, RemoteError> {
        Ok(self.sizes()?.into_iter().map(|(name, _)| name.into()).collect())
    }

    /// How many quads there are in these graphs.
    pub(super) fn count(&self) -> Result<usize, RemoteError> {
        Ok(self.sizes()?.into_iter().map(|(_, size)| size).sum())
    }

    /// The graphs, with how many quads each holds: Virtuoso counts a thousand times faster than it makes DISTINCT.
    fn sizes(&self) -> Result<Vec<(NamedNode, usize)>, RemoteError> {
        let query = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g";
        let mut sizes = Vec::new();
        let mut rows = self.rows(query)?;
        while let Some(row) = rows.row()? {
            let name = iri(&row, "g");
            if let Some(Term::Literal(number)) = row.get("n")
                && is_of_users(name)
            {
                let size = number.value().parse().unwrap_or(0);
                sizes.push((NamedNode::new_unchecked(name), size));
            }
        }
        Ok(sizes)
    }

    /// Begins a change, as soon as nobody else writes.
    pub(super) fn change(&self) -> Result<Changeset<'_>, RemoteError> {
        Ok(Changeset::new(self, self.turn()?))
    }

    /// Sends an update as it is, and says which graphs it touched; all where that is not known.
    pub(super) fn update(
        &self,
        update: &str,
        touched: Option<BTreeSet<String>>,
    ) -> Result<(), RemoteError> {
        changeset::make(self, self.turn()?, update, &touched.unwrap_or_else(all))
    }

    /// Tells all servers over this endpoint that any graph may say something else now, as after the engine's own bulk
    /// loader ran.
    pub(super) fn announce(&self) -> Result<(), RemoteError> {
        changeset::announce(self, self.turn()?, &all())
    }
}

/// What stands for all graphs in the register.
fn all() -> BTreeSet<String> {
    BTreeSet::from([format!("<{ALL}>")])
}

fn is_of_users(graph: &str) -> bool {
    !graph.is_empty()
        && graph != REGISTER
        && !OF_THE_ENGINE.iter().any(|engine| graph.starts_with(engine))
}

fn quad(subject: Term, predicate: Term, object: Term, graph: &Term) -> Option<Quad> {
    let subject: NamedOrBlankNode = match subject {
        Term::NamedNode(node) => node.into(),
        Term::BlankNode(node) => node.into(),
        _ => return None,
    };
    let (Term::NamedNode(predicate), Term::NamedNode(graph)) = (predicate, graph.clone()) else {
        return None;
    };
    Some(Quad { subject, predicate, object, graph_name: graph.into() })
}

/// A name that no other process has: the machine's, and a number.
fn name() -> Result<String, StoreError> {
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let host: String =
        host.trim().chars().filter(|c| c.is_ascii_alphanumeric() || ".-".contains(*c)).collect();
    let number = getrandom::u32().map_err(|e| StoreError::Io(PathBuf::from(REGISTER), e.into()))?;
    Ok(format!("{host} {number:08x}"))
}
