//! `/store`: the SPARQL 1.1 Graph Store HTTP Protocol.
//!
//! A graph is named by `?graph=IRI` or `?default`, or by the address itself: `/store/PATH` is the graph
//! whose IRI is the base with `store/PATH` behind it, whatever host name the client knows the server by. The
//! default graph is here the graph without a name, not the union of all as in queries. A graph that was put
//! without a triple is there all the same.

use std::io;

use axum::body::Body;
use axum::extract::{RawQuery, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use oxigraph::io::RdfFormat;
use oxigraph::model::{GraphName, NamedNode};

use super::address::{ascii, decode};
use super::body::{self, Part};
use super::failure::of_fault;
use super::problem::Problem;
use super::protocol::form_urlencoded;
use super::sparql::TRIPLES;
use super::{App, stream, triples};
use crate::config::Role;
use crate::store::{Content, GraphError};

/// GET and HEAD.
pub(super) async fn read(
    State(app): State<App>,
    RawQuery(address): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    app.access.check(request.headers(), Role::Reader)?;
    let graph = Named::by(&app, request.uri().path(), address.as_deref())?.existing()?;
    let (kind, format) = triples::format(request.headers())?;
    let asked = graph.clone();
    if !blocking(&app, move |app| app.store.has_graph(&asked).map_err(|error| of_fault(&error)))
        .await?
    {
        return Err(missing(&graph));
    }
    let body = match *request.method() {
        // Of a length that is not stated, as GET's is.
        Method::HEAD => Body::from_stream(tokio_stream::empty::<io::Result<Vec<u8>>>()),
        _ => {
            let write = move |app: &App, out: &mut dyn io::Write| {
                app.store.write_graph(&graph, format, out).map_err(io::Error::other)
            };
            stream::body(app, "a graph", write).await?
        }
    };
    Ok(([(header::CONTENT_TYPE, kind)], body).into_response())
}

/// PUT: these triples in the place of the graph's.
pub(super) async fn put(
    State(app): State<App>,
    RawQuery(address): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    app.access.check(request.headers(), Role::Editor)?;
    let graph = Named::by(&app, request.uri().path(), address.as_deref())?.existing()?;
    let parts = body::parts(request).await?;
    fill(app, graph, parts, true).await
}

/// POST: these triples beside the graph's; to `/store` itself, as a new graph.
pub(super) async fn post(
    State(app): State<App>,
    RawQuery(address): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    app.access.check(request.headers(), Role::Editor)?;
    let graph = match Named::by(&app, request.uri().path(), address.as_deref())? {
        Named::Graph(graph) => graph,
        Named::Store => {
            let number = getrandom::u64().map_err(|error| of_fault(&error))?;
            let iri = format!("{}store/{number:016x}", app.store.base().as_str());
            NamedNode::new_unchecked(iri).into()
        }
    };
    let parts = body::parts(request).await?;
    fill(app, graph, parts, false).await
}

/// DELETE: the graph is gone; the default graph is empty.
pub(super) async fn delete(
    State(app): State<App>,
    RawQuery(address): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    app.access.check(request.headers(), Role::Editor)?;
    let graph = Named::by(&app, request.uri().path(), address.as_deref())?.existing()?;
    let dropped = graph.clone();
    if !blocking(&app, move |app| app.store.drop_graph(&dropped).map_err(|error| of_fault(&error)))
        .await?
    {
        return Err(missing(&graph));
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What an address names.
#[derive(Debug, PartialEq)]
enum Named {
    Graph(GraphName),
    /// The store itself, without any graph.
    Store,
}

impl Named {
    /// `path` is below the base IRI and begins with a slash.
    fn by(app: &App, path: &str, parameters: Option<&str>) -> Result<Self, Problem> {
        let direct = path.strip_prefix("/store/").filter(|rest| !rest.is_empty());
        let mut named = Vec::new();
        if direct.is_some() {
            let iri = format!("{}{}", app.store.base().as_str(), decode(&path[1..]));
            named.push(graph(iri)?);
        }
        for (name, value) in form_urlencoded(parameters.unwrap_or_default())? {
            match name.as_str() {
                "graph" => named.push(graph(value)?),
                "default" => named.push(GraphName::DefaultGraph),
                _ => {}
            }
        }
        match (named.pop(), named.pop()) {
            (Some(graph), None) => Ok(Self::Graph(graph)),
            (None, _) => Ok(Self::Store),
            _ => Err(unnamed("more than one graph is named".to_owned())),
        }
    }

    fn existing(self) -> Result<GraphName, Problem> {
        match self {
            Self::Graph(graph) => Ok(graph),
            Self::Store => Err(unnamed("no graph is named".to_owned())),
        }
    }
}

fn graph(iri: String) -> Result<GraphName, Problem> {
    match NamedNode::new(&*iri) {
        Ok(name) => Ok(name.into()),
        Err(error) => Err(unnamed(format!("<{iri}> is not an absolute IRI: {error}"))),
    }
}

fn unnamed(detail: String) -> Problem {
    let title = "要指明一个图 One graph must be named";
    Problem::new(StatusCode::BAD_REQUEST, "graph-not-named", title)
        .detail(detail)
        .remedy("/store?graph=IRI, /store?default, /store/PATH; POST /store")
}

fn missing(graph: &GraphName) -> Problem {
    let title = "没有这个图 There is no such graph";
    Problem::new(StatusCode::NOT_FOUND, "no-such-graph", title).detail(graph.to_string())
}

async fn fill(
    app: App,
    graph: GraphName,
    parts: Vec<Part>,
    replace: bool,
) -> Result<Response, Problem> {
    let contents = parts.into_iter().map(content).collect::<Result<Vec<_>, _>>()?;
    let (iri, base) = match &graph {
        GraphName::NamedNode(name) => (Some(name.as_str().to_owned()), name.as_str().to_owned()),
        _ => (None, app.store.base().as_str().to_owned()),
    };
    let new = blocking(&app, move |app| {
        app.store.fill_graph(&graph, &contents, &base, replace).map_err(|error| match error {
            GraphError::Content { .. } => {
                let title = "内容不合所说的 RDF 格式 The content is not RDF of the stated type";
                Problem::new(StatusCode::BAD_REQUEST, "bad-rdf", title).detail(error.to_string())
            }
            GraphError::Database(_) | GraphError::Write(_) => of_fault(&error),
        })
    });
    match (new.await?, iri) {
        (true, Some(iri)) => {
            Ok((StatusCode::CREATED, [(header::LOCATION, ascii(&iri))]).into_response())
        }
        _ => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

fn content(part: Part) -> Result<Content, Problem> {
    let Some(format) = RdfFormat::from_media_type(&part.content_type) else {
        let title = "不认识的内容类型 The type of the content is not known";
        let names = TRIPLES.map(|(name, _)| name).join(", ");
        let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unknown-media-type", title);
        return Err(problem
            .detail(format!("Content-Type: {}", part.content_type))
            .remedy(format!("Content-Type: {names}")));
    };
    Ok(Content { format, bytes: part.bytes.into() })
}

/// Runs what reads or writes the store on a thread that may block.
async fn blocking<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&App) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let app = App::clone(app);
    tokio::task::spawn_blocking(move || work(&app)).await.map_err(|error| of_fault(&error))?
}
