//! `/api/v1/search`: full text over tasks, documents and agencies.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::App;
use super::super::problem::Problem;
use super::super::site::Site;
use super::listing::{Key, Listing, Page};
use super::params::{Params, bad, choice, limit, text};
use super::read;
use super::records::Document;
use super::terms::{Failures, address};
use crate::search::{Found, Hit, Kind, SearchError, Snippet};

const ITEM: &str = include_str!("../queries/api_item.rq");

/// What is sought.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// 要找的词语 Words: a space means all of them, quotation marks a phrase, OR one of both, a minus sign without; agencies also by pinyin or its initials
    #[param(required = true, value_type = String, min_length = 1)]
    q: Option<String>,
    /// 种类 Only things of this kind
    #[serde(rename = "type")]
    #[param(value_type = Option<FoundKind>)]
    kind: Option<String>,
    /// 每页条数 Items on a page, from 1 to 100; usually 20
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// 下一页的标记 From the `next` of the page before
    cursor: Option<String>,
}

/// 种类 A class of things that can be found.
#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
pub(super) enum FoundKind {
    Task,
    Measure,
    Practice,
    Section,
    Document,
    Agency,
}

/// 检索结果 A thing that answers a search.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct Answer {
    pub(in crate::web) id: String,
    #[serde(rename = "type")]
    pub(in crate::web) kind: &'static str,
    /// The number of an item, as printed.
    pub(in crate::web) number: Option<String>,
    /// Its heading, title or name; null where it has none.
    pub(in crate::web) label: Option<String>,
    pub(in crate::web) snippet: Marked,
    /// How well it answers; comparable within one search.
    score: f64,
    /// The document it stands in; null of an agency, and of a document that is only cited.
    pub(in crate::web) document: Option<Document>,
    /// Where the API says more.
    #[serde(rename = "self")]
    address: Option<String>,
}

/// 摘录 A little of the text, and what of it was sought.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct Marked {
    pub(in crate::web) text: String,
    /// First code point of each mark, and one past its last.
    pub(in crate::web) marks: Vec<[usize; 2]>,
}

impl From<Snippet> for Marked {
    fn from(snippet: Snippet) -> Self {
        let marks = snippet.marks.into_iter().map(|(start, end)| [start, end]).collect();
        Self { text: snippet.text, marks }
    }
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Self {
        if error.is_of_the_question() {
            return bad("q", error);
        }
        tracing::error!(cause = %error, "searching failed");
        Self::ours()
    }
}

/// The things that match a filter `q`; none where it is not given.
pub(in crate::web) fn matching(
    site: &Site,
    asked: Option<&String>,
    kind: Option<Kind>,
) -> Result<Option<HashSet<String>>, Problem> {
    let Some(asked) = text(asked) else { return Ok(None) };
    let found = index(site)?.search(asked, kind)?;
    Ok(Some(found.hits.into_iter().map(|hit| hit.iri).collect()))
}

fn index(site: &Site) -> Result<Arc<crate::search::Index>, Problem> {
    Ok(site.store.search()?)
}

/// The hits that current versions have, and where they are from.
pub(in crate::web) fn current(
    site: &Site,
    question: &str,
    kind: Option<Kind>,
) -> Result<(Found, Vec<Hit>), Problem> {
    let mut found = index(site)?.search(question, kind)?;
    let tables = site.tables.now(site);
    let versions = tables.versions(site)?;
    let below = format!("{}version/", site.store.base().as_str());
    let is_current = |hit: &Hit| match hit.iri.strip_prefix(&below) {
        Some(rest) => {
            let end = hit.iri.len() - rest.len() + rest.find('/').unwrap_or(rest.len());
            versions.contains_key(&hit.iri[..end])
        }
        None => true,
    };
    let mut hits = std::mem::take(&mut found.hits);
    hits.retain(is_current);
    Ok((found, hits))
}

/// What is told of a hit.
pub(in crate::web) fn show(site: &Site, found: &Found, hit: &Hit) -> Result<Answer, Problem> {
    let tables = site.tables.now(site);
    let (mut number, mut title, mut document) = (None, None, None);
    match hit.kind {
        Kind::Document => {
            document = tables.works(site)?.get(&hit.iri).map(|document| Document::clone(document));
            title = match &document {
                Some(document) => document.title.clone(),
                None => tables.policy(site, &hit.iri)?.map(|policy| policy.title.clone()),
            };
        }
        Kind::Agency => {
            title = tables.agency(site, &hit.iri)?.map(|agency| agency.name.clone());
        }
        Kind::Task | Kind::Measure | Kind::Practice | Kind::Section => {
            if let Some(row) = site.row(ITEM, &[("item", &hit.iri)])? {
                number = row.get("number");
                title = row.get("heading");
                document =
                    tables.versions(site)?.get(&row.text("version")).map(|d| Document::clone(d));
            }
        }
    }
    let resource = match hit.kind {
        Kind::Task => Some("tasks"),
        Kind::Agency => Some("agencies"),
        Kind::Document if document.is_some() => Some("documents"),
        _ => None,
    };
    Ok(Answer {
        id: hit.iri.clone(),
        kind: hit.kind.name(),
        number,
        label: title,
        snippet: found.snippet(hit)?.into(),
        score: f64::from(hit.score),
        document,
        address: resource.and_then(|resource| address(site, resource, &hit.iri)),
    })
}

/// The kind of this name.
fn kind(value: Option<&String>) -> Result<Option<Kind>, Problem> {
    let class = choice::<FoundKind>("type", value)?;
    Ok(class.and_then(|class| Kind::named(&super::terms::code(&class))))
}

/// 检索 Full text over tasks, documents and agencies, the best first
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(Asked),
    responses((status = 200, body = Page<Answer>), Failures))]
pub(super) async fn list(
    State(app): State<App>,
    params: Params<Asked>,
) -> Result<Page<Answer>, Problem> {
    read(app, move |site| {
        let asked = &params.asked;
        let limit = limit(asked.limit.as_ref())?;
        let kind = kind(asked.kind.as_ref())?;
        let q = text(asked.q.as_ref()).ok_or_else(|| bad("q", "what to look for is missing"))?;
        let (found, hits) = current(site, q, kind)?;
        Listing::of_found("search", &hits, true, |hit: &Hit| {
            (Some(Key::Text(format!("{:012.3}", hit.score).into())), &*hit.iri)
        })
        .page(site, &params, limit, None, |hit| show(site, &found, hit))
    })
    .await
}
