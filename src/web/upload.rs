//! `POST /documents`: files are read as documents and taken into the store.
//!
//! Each file goes in as a whole or not at all, whatever becomes of the others.

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
use crate::pipeline::{self, Counts, Reading};
use crate::rdf;
use crate::store::Outcome;

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
    let mut documents = Vec::with_capacity(parts.len());
    for part in parts {
        documents.push(take(&app, part).await);
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

async fn take(app: &App, part: Part) -> Entry {
    let name = part.file_name.clone().unwrap_or_default();
    match keep(app, part).await {
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

/// Reads a file and takes it in.
pub(super) async fn keep(app: &App, part: Part) -> Result<(Outcome, Taken), Problem> {
    let site = App::clone(app);
    read(app, part, move |reading| {
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

/// Reads a file and makes something of what was read.
pub(super) async fn read<T: Send + 'static>(
    app: &App,
    part: Part,
    make: impl FnOnce(&Reading) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let Some(name) = part.file_name else {
        let title = "文件没有名字 The file has no name";
        return Err(Problem::new(StatusCode::BAD_REQUEST, "no-file-name", title)
            .remedy("?name=…; Content-Disposition: attachment; filename*=UTF-8''…"));
    };
    if !is_text(&part.content_type) {
        let title = "不读这种类型的文件 Files of this type are not read";
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unknown-media-type",
            title,
        )
        .detail(format!("Content-Type: {}", part.content_type))
        .remedy("Word、PDF 等请先另存为纯文本或网页 Save it as plain text or as a web page first (Content-Type: text/plain, text/html)"));
    }
    let site = App::clone(app);
    // A fault of the program costs one document, not the others.
    let made = tokio::task::spawn_blocking(move || {
        let knowledge = site.knowledge.as_ref().ok_or_else(|| of_fault(&"nothing to read with"))?;
        let reading = pipeline::read(&name, &part.bytes, knowledge).map_err(|error| {
            let title = "文件里读不出公文 The file cannot be read as a document";
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unreadable-document", title)
                .detail(error.to_string())
        })?;
        make(&reading)
    });
    made.await.map_err(|error| of_fault(&error)).and_then(|made| made)
}

/// What the reader of documents may make something of; where no type is given, the file itself tells.
fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    matches!(
        essence.as_str(),
        "" | "text/plain" | "text/html" | "application/xhtml+xml" | "application/octet-stream"
    )
}
