//! Documents are added by holders of an editor's token: a file is read and shown before it is kept.
//!
//! Invariant: a preview stores nothing. The token comes in a header or in a field of the form, never in an address or
//! a cookie, so that no other site can make a browser send it.

use std::sync::Arc;

use askama::Template;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use oxigraph::model::TermRef;
use serde_json::json;

use super::document;
use crate::config::Role;
use crate::pipeline::{self, Counts};
use crate::rdf;
use crate::rdf::vocab::gm;
use crate::store::Trial;
use crate::web::address::see_other;
use crate::web::body::{self, Part};
use crate::web::error::WebError;
use crate::web::failure::of_fault;
use crate::web::labels::Label;
use crate::web::negotiate::choose;
use crate::web::problem::Problem;
use crate::web::site::{Here, Site, page};
use crate::web::upload::{self, Sent};
use crate::web::{App, filters};

const GRAPH: &str = include_str!("../queries/graph_of_version.rq");
const CURRENT: &str = include_str!("../queries/current_version.rq");

#[derive(Template)]
#[template(path = "add.html")]
struct Add {
    /// Whether the server knows anybody who may write.
    is_open: bool,
    megabytes: usize,
    /// The endings of files that are read.
    kinds: String,
}

#[derive(Template)]
#[template(path = "added.html")]
struct Added {
    title: Label,
    is_preview: bool,
    /// Why nothing was looked at.
    refused: Option<Problem>,
    files: Vec<File>,
}

/// What became of a file.
struct File {
    name: String,
    fate: Result<Done, Problem>,
}

struct Done {
    fate: Label,
    /// Where it is shown, if it is kept.
    href: Option<String>,
    counts: Counts,
}

impl Added {
    fn failed(&self) -> usize {
        self.files.iter().filter(|file| file.fate.is_err()).count()
    }
}

/// The form.
pub(super) async fn show(Here(site): Here) -> Result<Response, WebError> {
    let is_open = site.access.anyone_writes();
    let page = Add { is_open, megabytes: site.largest, kinds: pipeline::kinds() };
    let html = site.render(&page)?;
    // Who may write is not in the store.
    let live = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((live, Html(html)).into_response())
}

/// Where a preview was asked for without a file, as the switch of languages does.
pub(super) async fn again(Here(site): Here) -> Response {
    see_other(&format!("{}add", site.root()))
}

/// Takes the files of the form in.
pub(super) async fn keep(Here(site): Here, request: Request) -> Result<Response, WebError> {
    let sent = match allowed(&site, request).await {
        Ok(sent) => sent,
        Err(problem) => return refused(&site, false, problem),
    };
    let mut files = Vec::with_capacity(sent.len());
    for document in sent {
        let name = document.name.clone();
        let fate = upload::keep(&site, document).await.map(|(_, taken)| Done {
            fate: outcome(taken.outcome),
            href: Some(site.href(&taken.version)),
            counts: taken.counts,
        });
        files.push(File { name, fate });
    }
    let title = Label::new("收录结果", "What was kept");
    let status = status(&files);
    let page = Added { title, is_preview: false, refused: None, files };
    Ok((status, Html(site.render(&page)?)).into_response())
}

/// Reads the files of the form and keeps nothing: one is shown with what was read in it, of several it is told how much.
pub(super) async fn preview(
    State(app): State<App>,
    Here(site): Here,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, WebError> {
    let offers = [("text/html", false), ("application/json", true)];
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let wants_json = choose(accept, &offers).unwrap_or_default();
    let mut sent = match allowed(&site, request).await {
        Ok(sent) => sent,
        Err(problem) if wants_json => return Err(problem.into()),
        Err(problem) => return refused(&site, true, problem),
    };
    if sent.len() == 1
        && !wants_json
        && let Some(document) = sent.pop()
    {
        let name = document.name.clone();
        return match look(&app, document).await {
            Ok(Look { fate, version, trial, .. }) => {
                let trial = site.trying(trial);
                page(site, move |site| document::preview(site, &trial, &version, (name, fate)))
                    .await
            }
            Err(problem) => previewed(&site, vec![File { name, fate: Err(problem) }]),
        };
    }
    let mut files = Vec::with_capacity(sent.len());
    for document in sent {
        let name = document.name.clone();
        let fate = look(&app, document).await;
        let fate = fate.map(|Look { fate, counts, .. }| Done { fate, href: None, counts });
        files.push(File { name, fate });
    }
    if wants_json { Ok(told(&site, files)) } else { previewed(&site, files) }
}

fn previewed(site: &Site, files: Vec<File>) -> Result<Response, WebError> {
    let title = Label::new("预览：尚未收录", "A preview: nothing is kept yet");
    let status = status(&files);
    let page = Added { title, is_preview: true, refused: None, files };
    Ok((status, Html(site.render(&page)?)).into_response())
}

/// The same for programs, as `POST /documents` tells it.
fn told(site: &Site, files: Vec<File>) -> Response {
    let status = status(&files);
    let tell = |file: File| match file.fate {
        Ok(done) => {
            let Counts {
                title,
                tasks,
                responsibilities,
                targets,
                deadlines,
                citations,
                pages_not_read,
            } = done.counts;
            json!({
                "name": file.name, "status": 200, "fate": done.fate.of(site.lang), "title": title,
                "tasks": tasks, "responsibilities": responsibilities, "targets": targets,
                "deadlines": deadlines, "citations": citations, "pagesNotRead": pages_not_read,
            })
        }
        Err(problem) => json!({
            "name": file.name, "status": problem.status().as_u16(), "problem": problem,
        }),
    };
    let documents: Vec<_> = files.into_iter().map(tell).collect();
    (status, Json(json!({ "documents": documents }))).into_response()
}

fn refused(site: &Site, is_preview: bool, problem: Problem) -> Result<Response, WebError> {
    let status = problem.status();
    let title = Label::new("没有收", "Nothing was taken");
    let page = Added { title, is_preview, refused: Some(problem), files: Vec::new() };
    Ok((status, Html(site.render(&page)?)).into_response())
}

/// What the form is answered with: as its files are if they all are alike.
fn status(files: &[File]) -> StatusCode {
    let of = |file: &File| file.fate.as_ref().map_or_else(Problem::status, |_| StatusCode::OK);
    let first = files.first().map_or(StatusCode::OK, of);
    let same = files.iter().all(|file| of(file) == first);
    if same { first } else { StatusCode::MULTI_STATUS }
}

/// The documents in a form that has an editor's token, or comes with one.
async fn allowed(site: &Site, request: Request) -> Result<Vec<Sent>, Problem> {
    let mut headers = request.headers().clone();
    let by_header = headers.contains_key(header::AUTHORIZATION);
    if by_header || !site.access.anyone_writes() {
        site.access.check(&headers, Role::Editor)?;
    }
    let parts = body::parts(request).await?;
    let (tokens, files): (Vec<Part>, Vec<Part>) =
        parts.into_iter().partition(|part| part.field == "token" && part.file_name.is_none());
    if !by_header {
        let token = tokens.first().map(|part| String::from_utf8_lossy(&part.bytes));
        let token = token.unwrap_or_default().trim().to_owned();
        if let Ok(token) = HeaderValue::try_from(format!("Bearer {token}")) {
            headers.insert(header::AUTHORIZATION, token);
        }
        site.access.check(&headers, Role::Editor).map_err(|problem| match problem.status() {
            StatusCode::UNAUTHORIZED => {
                let title = "令牌不对 The token is not known";
                Problem::new(StatusCode::UNAUTHORIZED, "token-needed", title)
                    .remedy("检查有没有抄错；没有令牌请找管理员 Check it for slips; the administrator gives tokens")
                    .wants_token()
            }
            _ => problem,
        })?;
    }
    upload::documents(files).await
}

/// A document that was read and not kept.
struct Look {
    fate: Label,
    version: String,
    counts: Counts,
    trial: Trial,
}

async fn look(app: &App, document: Sent) -> Result<Look, Problem> {
    let site = Arc::clone(app);
    upload::read(app, document, move |reading| {
        let described = rdf::quads(&reading.as_rdf(), site.store.base());
        let trial = Trial::of(&described).map_err(|error| of_fault(&error))?;
        let version = described.version.as_str().to_owned();
        let counts = Counts::of(reading);
        let there = |query: &str, name: &str, iri: &str| {
            let row = site.row(query, &[(name, iri)]).map_err(|error| of_fault(&error))?;
            Ok::<_, Problem>(row.is_some())
        };
        let of_version = described.own.iter().find(|quad| quad.predicate == gm::VERSION_OF);
        let work = match of_version.map(|quad| quad.object) {
            Some(TermRef::NamedNode(work)) => work.as_str().to_owned(),
            _ => version.clone(),
        };
        let fate = if there(GRAPH, "version", &version)? {
            Label::new(
                "库里已经有同样的文本，收录只会更新读法。",
                "The store has the same text; keeping it would only read it anew.",
            )
        } else if there(CURRENT, "work", &work)? {
            Label::new(
                "库里有这份文件的另一文本；收录后，这一份成为现行版本。",
                "The store has another text of this document; kept, this one becomes the current one.",
            )
        } else {
            Label::new("库里还没有这份文件。", "The store does not have this document.")
        };
        Ok(Look { fate, version, counts, trial })
    })
    .await
}

fn outcome(outcome: &str) -> Label {
    match outcome {
        "new" => Label::new("已收录，是新文件", "Kept: a new document"),
        "new-version" => Label::new("已收录，成为现行版本", "Kept: the current version now"),
        "new-source" => {
            Label::new("已收录，同一文本多了一个来源", "Kept: one more source of a known text")
        }
        "reread" => Label::new("已重新读过", "Read anew"),
        _ => Label::new("库里原来就有，没有变化", "It was there already; nothing changed"),
    }
}
