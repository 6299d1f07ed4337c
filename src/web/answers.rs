//! Answering under limits: an answer is sent whole, or the client is told that it is not.
//!
//! What fails before the first byte is a problem document; what fails later breaks the transfer, so that no client
//! can take a part for the whole. A client that goes away stops the evaluation.

use std::io::{self, Write};
use std::mem::take;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};

use super::App;
use super::cache::{Kept, Key, may_change};
use super::failure;
use super::problem::Problem;
use super::site::Site;
use crate::store::{
    Admitted, AnswerFormat, Asked, Query, QueryError, Revision, Run, Stop, Update, UpdateReport,
};

/// Bytes that are sent at once; an answer that is not larger is known to be whole before it is sent.
const CHUNK: usize = 256 << 10;
/// Chunks that may wait for a slow client, beside the one being made.
const WAITING: usize = 2;

/// How an answer is written, and the name of that.
pub(super) type Choice = (&'static str, AnswerFormat);

/// A query, as it was asked.
pub(super) struct Ask {
    pub(super) text: String,
    pub(super) default_graphs: Vec<String>,
    pub(super) named_graphs: Vec<String>,
    /// Less time than the settings give.
    pub(super) time: Option<Duration>,
    pub(super) client: String,
}

impl Ask {
    /// Says who asks.
    pub(super) fn of(mut self, client: Option<Extension<ConnectInfo<SocketAddr>>>) -> Self {
        self.client = client.map(|client| client.0.0.ip().to_string()).unwrap_or_default();
        self
    }

    fn asked(&self) -> Asked {
        Asked { text: self.text.clone(), client: self.client.clone() }
    }
}

/// Answers a query in the form that `choice` makes of whether the answer is a graph. The response has the
/// [`Revision`] it was read from as an extension, where one is known.
pub(super) async fn query(
    app: App,
    ask: Ask,
    choice: impl Fn(bool) -> Result<Choice, Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let (asked, time) = (ask.asked(), ask.time);
    let key = key(&app, &ask, &choice);
    if let Some(key) = &key {
        let kept = app.kept.get(key);
        app.metrics.cache(kept.is_some());
        if let Some(kept) = kept {
            return Ok(respond(kept.headers, Some(key.revision), Body::from(kept.body)));
        }
    }
    let changing = may_change(&ask.text);
    let parse = move |site: &Site| {
        let query = site.store.query(&ask.text)?;
        query.in_dataset(&ask.default_graphs, &ask.named_graphs)
    };
    let begun = begin(Arc::clone(&app), asked, time, choice, parse).await?;
    let Head { kind, revision, first, whole } = &begun.head;
    if let Some(key) = key.filter(|key| *whole && *revision == Some(key.revision)) {
        app.kept.keep(key, Kept { headers: of_kind(kind), body: first.clone() });
    }
    let mut response = begun.into_response();
    if changing {
        // The same revision may give another answer: it has no tag.
        let live = HeaderValue::from_static("no-store");
        response.headers_mut().insert(header::CACHE_CONTROL, live);
    }
    Ok(response)
}

/// What the answer depends on; none if it may not be kept.
fn key(app: &Site, ask: &Ask, choice: impl Fn(bool) -> Result<Choice, Problem>) -> Option<Key> {
    let revision = app.store.revision().filter(|_| !may_change(&ask.text))?;
    let kinds = [false, true].map(|graph| choice(graph).ok().map(|(kind, _)| kind));
    Some(Key {
        text: ask.text.clone(),
        default_graphs: ask.default_graphs.clone(),
        named_graphs: ask.named_graphs.clone(),
        kinds,
        revision,
    })
}

/// Answers a query of our own.
pub(super) async fn own_query(
    app: App,
    asked: Asked,
    query: Query,
    choice: Choice,
) -> Result<Response, Problem> {
    let begun = begin(app, asked, None, move |_| Ok(choice), move |_| Ok(query)).await?;
    Ok(begun.into_response())
}

/// Makes an update.
pub(super) async fn update(app: App, ask: Ask) -> Result<UpdateReport, Problem> {
    let (asked, time) = (ask.asked(), ask.time);
    let limits = *app.runs.limits();
    let made = within(app, asked, time, move |site| {
        let update = Update::parse(&ask.text, site.store.base())?;
        update.using(&ask.default_graphs, &ask.named_graphs)?.run(&site.store)
    });
    made.await?.map_err(|error| failure::of_update(&error, &limits))
}

/// Does work that reads or writes the store on a thread that may block, as one run: whatever it evaluates is under
/// one set of limits.
pub(super) async fn within<T: Send + 'static>(
    app: App,
    asked: Asked,
    time: Option<Duration>,
    work: impl FnOnce(&Site) -> T + Send + 'static,
) -> Result<T, Problem> {
    let admitted = app.runs.admit(asked, time).await.map_err(failure::of_queue)?;
    let run = Arc::clone(admitted.run());
    let _gone = Gone(Arc::clone(&run));
    let task = tokio::task::spawn_blocking(move || {
        let run = admitted.run();
        let done = run.enter(|| work(&app)).and_then(|done| run.finish().map(|()| done));
        app.metrics.ended(run.rows(), run.stopped());
        done
    });
    let done = task.await.map_err(|fault| failure::of_thread(&fault))?;
    done.map_err(|stop| failure::of_stop(stop, run.limits()))
}

/// Stops a run when nobody waits for it any more.
struct Gone(Arc<Run>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.stop(Stop::Gone);
    }
}

/// The begin of an answer.
struct Head {
    kind: &'static str,
    revision: Option<Revision>,
    first: Bytes,
    /// Whether `first` is all.
    whole: bool,
}

/// An answer that has begun.
struct Begun {
    head: Head,
    rest: mpsc::Receiver<Piece>,
    gone: Gone,
}

impl Begun {
    fn into_response(self) -> Response {
        let Self { head, rest, gone } = self;
        let body = if head.whole {
            Body::from(head.first)
        } else {
            let first = tokio_stream::once(Ok(head.first));
            Body::from_stream(first.chain(to_the_end(rest, gone)))
        };
        respond(of_kind(head.kind), head.revision, body)
    }
}

/// The chunks; an error if they end without saying that this was all.
fn to_the_end(
    rest: mpsc::Receiver<Piece>,
    gone: Gone,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let pieces = ReceiverStream::new(rest).map(Some).chain(tokio_stream::once(None));
    let mut ended = false;
    pieces.filter_map(move |piece| {
        let _until_here = &gone;
        match piece {
            Some(Piece::Chunk(bytes)) => return Some(Ok(bytes)),
            Some(Piece::End) => ended = true,
            None if ended => {}
            None => return Some(Err(io::Error::other("the answer is not complete"))),
        }
        None
    })
}

fn of_kind(kind: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))])
}

fn respond(headers: HeaderMap, revision: Option<Revision>, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.headers_mut() = headers;
    if let Some(revision) = revision {
        response.extensions_mut().insert(revision);
    }
    response
}

/// Waits for a turn and the begin of the answer.
async fn begin(
    app: App,
    asked: Asked,
    time: Option<Duration>,
    choice: impl FnOnce(bool) -> Result<Choice, Problem> + Send + 'static,
    parse: impl FnOnce(&Site) -> Result<Query, QueryError> + Send + 'static,
) -> Result<Begun, Problem> {
    let admitted = app.runs.admit(asked, time).await.map_err(failure::of_queue)?;
    let gone = Gone(Arc::clone(admitted.run()));
    let (head, begun) = oneshot::channel();
    let (chunks, rest) = mpsc::channel(WAITING);
    let task = tokio::task::spawn_blocking(move || {
        let out = Chunks::new(Arc::clone(admitted.run()), head, chunks);
        evaluate(&app, &admitted, out, choice, parse)
    });
    match begun.await {
        Ok(head) => Ok(Begun { head, rest, gone }),
        // Nothing was sent: the thread ended with the reason, or with a fault.
        Err(_) => Err(match task.await {
            Ok(Err(problem)) => problem,
            Ok(Ok(())) => failure::of_fault(&"the answer ended before it began"),
            Err(fault) => failure::of_thread(&fault),
        }),
    }
}

/// Evaluates on this thread and sends what comes. A failure after the first byte is only logged: that the end is
/// missing tells the client.
fn evaluate(
    site: &Site,
    admitted: &Admitted,
    mut out: Chunks,
    choice: impl FnOnce(bool) -> Result<Choice, Problem>,
    parse: impl FnOnce(&Site) -> Result<Query, QueryError>,
) -> Result<(), Problem> {
    let run = admitted.run();
    let failed = |error: QueryError| failure::of_query(&error, run.limits());
    let written = run.enter(|| {
        let query = parse(site).map_err(failed)?;
        let before = site.store.revision();
        let answer = query.run(&site.store).map_err(failed)?;
        out.revision = before.filter(|_| site.store.revision() == before);
        let (kind, format) = choice(answer.is_graph())?;
        out.kind = kind;
        answer.write(format, &mut out).map_err(failed)
    });
    let done = match written {
        Ok(Ok(())) => out.end().map_err(|stop| failure::of_stop(stop, run.limits())),
        Ok(Err(problem)) => Err(problem),
        Err(stop) => Err(failure::of_stop(stop, run.limits())),
    };
    site.metrics.ended(run.rows(), run.stopped());
    if let Err(problem) = &done
        && out.head.is_none()
    {
        tracing::info!(reason = problem.status().as_u16(), "an answer was broken off");
    }
    done
}

enum Piece {
    Chunk(Bytes),
    End,
}

/// Where an answer is written to: chunks for the client.
struct Chunks {
    run: Arc<Run>,
    kind: &'static str,
    revision: Option<Revision>,
    buffer: Vec<u8>,
    sent: u64,
    /// None once the begin of the answer is sent.
    head: Option<oneshot::Sender<Head>>,
    chunks: mpsc::Sender<Piece>,
}

impl Chunks {
    fn new(run: Arc<Run>, head: oneshot::Sender<Head>, chunks: mpsc::Sender<Piece>) -> Self {
        let (kind, revision) = ("", None);
        Self { run, kind, revision, buffer: Vec::new(), sent: 0, head: Some(head), chunks }
    }

    fn pass_on(&mut self, whole: bool) -> Result<(), Stop> {
        let bytes = take(&mut self.buffer);
        self.run.give_up(bytes.capacity());
        self.sent += bytes.len() as u64;
        let bytes = Bytes::from(bytes);
        match self.head.take() {
            Some(head) => {
                let head = head.send(Head {
                    kind: self.kind,
                    revision: self.revision,
                    first: bytes,
                    whole,
                });
                head.map_err(|_| Stop::Gone)
            }
            None => self.send(Piece::Chunk(bytes)),
        }
    }

    /// Waits for the client to take it, but no longer than the run may last.
    fn send(&self, piece: Piece) -> Result<(), Stop> {
        tokio::runtime::Handle::current().block_on(async {
            tokio::select! {
                sent = self.chunks.send(piece) => sent.map_err(|_| Stop::Gone),
                stop = self.run.until_stopped() => Err(stop),
            }
        })
    }

    /// Sends what is left, and that this was all.
    fn end(&mut self) -> Result<(), Stop> {
        let whole = self.head.is_some();
        if whole || !self.buffer.is_empty() {
            self.pass_on(whole)?;
        }
        if !whole {
            self.send(Piece::End)?;
        }
        self.run.finish()
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let size = self.sent + (self.buffer.len() + bytes.len()) as u64;
        if size > self.run.limits().answer {
            self.run.stop(Stop::Answer);
        }
        if let Some(stop) = self.run.stopped() {
            return Err(io::Error::other(stop));
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.pass_on(false).map_err(io::Error::other)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
