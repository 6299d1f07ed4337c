//! `POST /documents`: files are read as documents and taken into the store.
//!
//! Each document goes in as a whole or not at all, whatever becomes of the others. An archive is its documents: one
//! of them is unpacked at a time.

use std::io::Cursor;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::App;
use super::address::ascii;
use super::body::{self, Part};
use super::failure::of_fault;
use super::problem::Problem;
use super::protocol::form_urlencoded;
use crate::config::Role;
use crate::pipeline::{self, Bundle, Counts, ReadError, Reading};
use crate::rdf;
use crate::store::Outcome;

/// A document that was sent: a file of its own, or one of an archive, which is unpacked when it is read.
pub(super) struct Sent {
    /// In an archive `papers.zip/2024/plan.docx`; empty where the file has no name.
    pub(super) name: String,
    content: Content,
}

enum Content {
    /// As it was sent.
    File(Part),
    /// By its place in the archive.
    Packed(Arc<Mutex<Bundle>>, usize),
    Refused(ReadError),
}

/// The documents in the files that were sent, in their order.
pub(super) async fn documents(parts: Vec<Part>) -> Result<Vec<Sent>, Problem> {
    let listed = tokio::task::spawn_blocking(|| parts.into_iter().flat_map(documents_in).collect());
    listed.await.map_err(|error| of_fault(&error))
}

fn documents_in(part: Part) -> Vec<Sent> {
    let archive = part.file_name.clone().unwrap_or_default();
    if !pipeline::is_archive(&archive) {
        return vec![Sent { name: archive, content: Content::File(part) }];
    }
    let size = part.bytes.len() as u64;
    let refused = |name, error| Sent { name, content: Content::Refused(error) };
    let mut bundle = match Bundle::open(Box::new(Cursor::new(part.bytes)), size) {
        Ok(bundle) => bundle,
        Err(error) => return vec![refused(archive, error)],
    };
    let inner = |name: &str| format!("{archive}/{name}");
    let failed = std::mem::take(&mut bundle.refused);
    let names: Vec<_> = bundle.documents().map(inner).collect();
    let bundle = Arc::new(Mutex::new(bundle));
    let packed = |nth| Content::Packed(Arc::clone(&bundle), nth);
    let mut sent: Vec<_> =
        names.into_iter().enumerate().map(|(i, name)| Sent { name, content: packed(i) }).collect();
    sent.extend(failed.into_iter().map(|(name, error)| refused(inner(&name), error)));
    if sent.is_empty() {
        sent.push(refused(archive, ReadError::NoDocument));
    }
    sent
}

/// What became of the files, in their order.
#[derive(Serialize)]
struct Summary {
    documents: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: String,
    /// What the file alone would have been answered with.
    status: u16,
    #[serde(flatten)]
    fate: Fate,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Fate {
    Problem(Problem),
    #[serde(untagged)]
    Taken(Taken),
}

/// A document that is in the store now.
#[derive(Serialize)]
pub(super) struct Taken {
    pub(super) outcome: &'static str,
    pub(super) version: String,
    graph: String,
    #[serde(flatten)]
    pub(super) counts: Counts,
}

/// One file in the body, named by `Content-Disposition` or `?name=`, or several as a form.
pub(super) async fn post(
    State(app): State<App>,
    RawQuery(address): RawQuery,
    request: Request,
) -> Result<Response, Problem> {
    app.access.check(request.headers(), Role::Editor)?;
    let parameters = form_urlencoded(address.as_deref().unwrap_or_default())?;
    let name = parameters.into_iter().find_map(|(name, value)| (name == "name").then_some(value));
    let mut parts = body::parts(request).await?;
    if let ([part], Some(name)) = (parts.as_mut_slice(), name) {
        part.file_name = body::without_folders(&name);
    }
    let sent = self::documents(parts).await?;
    let mut documents = Vec::with_capacity(sent.len());
    for document in sent {
        documents.push(take(&app, document).await);
    }
    answer(documents)
}

fn answer(mut documents: Vec<Entry>) -> Result<Response, Problem> {
    if let [Entry { fate: Fate::Problem(_), .. }] = documents.as_slice()
        && let Some(Entry { fate: Fate::Problem(problem), .. }) = documents.pop()
    {
        return Err(problem);
    }
    let first = documents.first().map_or(200, |entry| entry.status);
    let same = documents.iter().all(|entry| entry.status == first);
    let status = if same { first } else { StatusCode::MULTI_STATUS.as_u16() };
    let location = match documents.as_slice() {
        [Entry { fate: Fate::Taken(taken), .. }] => {
            HeaderValue::try_from(ascii(&taken.version)).ok()
        }
        _ => None,
    };
    let status = StatusCode::from_u16(status).map_err(|error| of_fault(&error))?;
    let mut response = (status, Json(Summary { documents })).into_response();
    if let Some(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

async fn take(app: &App, document: Sent) -> Entry {
    let name = document.name.clone();
    match keep(app, document).await {
        Ok((outcome, taken)) => {
            let created = matches!(outcome, Outcome::New | Outcome::NewVersion);
            let status = if created { StatusCode::CREATED } else { StatusCode::OK };
            Entry { name, status: status.as_u16(), fate: Fate::Taken(taken) }
        }
        Err(problem) => {
            Entry { name, status: problem.status().as_u16(), fate: Fate::Problem(problem) }
        }
    }
}

/// Reads a document and takes it in.
pub(super) async fn keep(app: &App, document: Sent) -> Result<(Outcome, Taken), Problem> {
    let site = App::clone(app);
    read(app, document, move |reading| {
        let described = rdf::quads(&reading.as_rdf(), site.store.base());
        let outcome = site.store.take_in(&described).map_err(|error| of_fault(&error))?;
        let taken = Taken {
            outcome: match outcome {
                Outcome::New => "new",
                Outcome::NewVersion => "new-version",
                Outcome::NewSource => "new-source",
                Outcome::Reread => "reread",
                Outcome::Unchanged => "unchanged",
            },
            version: described.version.into_string(),
            graph: described.graph.into_string(),
            counts: Counts::of(reading),
        };
        Ok((outcome, taken))
    })
    .await
}

/// Reads a document and makes something of what was read.
pub(super) async fn read<T: Send + 'static>(
    app: &App,
    Sent { name, content }: Sent,
    make: impl FnOnce(&Reading) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    if name.is_empty() {
        let title = "文件没有名字 The file has no name";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "no-file-name", title)
            .remedy("?name=…; Content-Disposition: attachment; filename*=UTF-8''…"));
    }
    let site = App::clone(app);
    // A fault of the program costs one document, not the others.
    let made = tokio::task::spawn_blocking(move || {
        let knowledge = site.knowledge.as_ref().ok_or_else(|| of_fault(&"nothing to read with"))?;
        let reading = match content {
            Content::File(part) => {
                may_be_document(&part.content_type)?;
                pipeline::read_in_time(&name, part.bytes, knowledge)
            }
            Content::Packed(bundle, nth) => {
                let bytes = bundle.lock().unwrap_or_else(PoisonError::into_inner).document(nth);
                bytes.and_then(|bytes| pipeline::read_in_time(&name, bytes, knowledge))
            }
            Content::Refused(error) => Err(error),
        };
        make(&reading.map_err(|error| unreadable(&error))?)
    });
    made.await.map_err(|error| of_fault(&error)).and_then(|made| made)
}

fn unreadable(error: &ReadError) -> Problem {
    let title = "文件里读不出公文 The file cannot be read as a document";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unreadable-document", title)
        .detail(error.to_string())
}

/// Refuses what its sender calls another thing than a document. What he calls a document, the file itself tells: systems
/// have many names for office formats.
fn may_be_document(content_type: &str) -> Result<(), Problem> {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let family = essence.split('/').next().unwrap_or_default();
    let is_other = matches!(family, "image" | "audio" | "video" | "font" | "multipart" | "message");
    if !is_other && !matches!(essence.as_str(), "application/json" | "application/sparql-query") {
        return Ok(());
    }
    let title = "不读这种类型的文件 Files of this type are not read";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unknown-media-type", title)
        .detail(format!("Content-Type: {content_type}"))
        .remedy(format!("能读的文件 These are read: {}", pipeline::kinds())))
}
