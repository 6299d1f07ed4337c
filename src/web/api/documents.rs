//! `/api/v1/documents`: the documents that have been taken in.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::super::App;
use super::super::problem::Problem;
use super::super::site::Site;
use super::facts::{Bearer, Citation, citations};
use super::listing::{Key, Listing, One, Page};
use super::params::{Id, Order, Params, choice, limit, order, text, year};
use super::read;
use super::records::Document;
use super::search::matching;
use super::terms::{Failures, Genre, Tier, address, code, iri};
use crate::search::Kind;

const GRAPH: &str = include_str!("../queries/graph_of_version.rq");
const ISSUERS: &str = include_str!("../queries/issuers.rq");
const SOURCES: &str = include_str!("../queries/sources.rq");
const VERSIONS: &str = include_str!("../queries/versions.rq");
const COUNTS: &str = include_str!("../queries/counts.rq");

/// What is asked of the list.
#[derive(Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// 标题、文号 Words of its title, or its number
    q: Option<String>,
    /// 行政区划代码 The code of the division it speaks for (GB/T 2260)
    place: Option<String>,
    /// 年度 Its year
    year: Option<String>,
    /// 文种 Its genre
    #[param(value_type = Option<Genre>)]
    genre: Option<String>,
    /// 效力 How far it may be relied on
    #[param(value_type = Option<Tier>)]
    tier: Option<String>,
    /// 排序 `date` or `title`; backwards with `-`. Usually `-date`
    sort: Option<String>,
    /// 每页条数 Items on a page, from 1 to 100; usually 20
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// 下一页的标记 From the `next` of the page before
    cursor: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum By {
    Date,
    Title,
}

/// Which documents are asked for, or things by their documents.
pub(super) struct Filter<'a> {
    place: Option<&'a str>,
    year: Option<&'a str>,
    genre: Option<String>,
    tier: Option<String>,
}

impl<'a> Filter<'a> {
    /// From the parameters `place`, `year`, `genre` and `tier`.
    pub(super) fn new(
        [place, year, genre, tier]: [Option<&'a String>; 4],
    ) -> Result<Self, Problem> {
        Ok(Self {
            place: text(place),
            year: self::year(year)?,
            genre: choice::<Genre>("genre", genre)?.map(|genre| code(&genre)),
            tier: choice::<Tier>("tier", tier)?.map(|tier| code(&tier)),
        })
    }

    pub(super) fn holds(&self, document: &Document) -> bool {
        fn is(asked: Option<&str>, value: Option<&str>) -> bool {
            asked.is_none_or(|asked| value == Some(asked))
        }
        is(self.place, document.jurisdiction.as_ref().map(|place| place.code.as_str()))
            && is(self.year, document.year.as_deref())
            && is(self.genre.as_deref(), document.genre.as_ref().map(|genre| genre.code()))
            && is(self.tier.as_deref(), document.tier.as_ref().map(|tier| tier.code()))
    }
}

/// 文件 A document, with where the API says more.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListedDocument {
    #[serde(flatten)]
    document: Document,
    /// Where the API says more.
    #[serde(rename = "self")]
    address: Option<String>,
}

/// 文件详情 A document with all that it says of itself.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocumentDetails {
    #[serde(flatten)]
    listed: ListedDocument,
    /// 发文机关
    issuer: Vec<Bearer>,
    /// Files it was read from.
    sources: Vec<String>,
    /// IRIs of other texts of it.
    other_versions: Vec<String>,
    /// How many things its current version states.
    counts: Counts,
    /// What the document as a whole cites.
    citations: Vec<Citation>,
    /// Who cites it.
    cited_by: Vec<Citation>,
}

/// How many things a version states.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Counts {
    tasks: usize,
    responsibilities: usize,
    targets: usize,
    deadlines: usize,
    citations: usize,
}

impl ListedDocument {
    fn new(site: &Site, document: &Document) -> Self {
        let address = address(site, "documents", &document.id);
        Self { document: document.clone(), address }
    }
}

/// 文件 Documents by their current versions
#[utoipa::path(get, path = "/api/v1/documents", tag = "documents", params(Asked),
    responses((status = 200, body = Page<ListedDocument>), Failures))]
pub(super) async fn list(
    State(app): State<App>,
    params: Params<Asked>,
) -> Result<Page<ListedDocument>, Problem> {
    read(app, move |site| {
        let asked = &params.asked;
        let limit = limit(asked.limit.as_ref())?;
        let order = order(asked.sort.as_ref(), Order { by: By::Date, backwards: true })?;
        let filter = Filter::new(
            [&asked.place, &asked.year, &asked.genre, &asked.tier].map(Option::as_ref),
        )?;
        let tables = site.tables.now(site);
        let matching = matching(site, asked.q.as_ref(), Some(Kind::Document))?;
        let documents = tables.documents(site)?;
        let list = Listing::of_table(
            site,
            &tables,
            "documents",
            documents,
            &params,
            order.backwards,
            |document: &Arc<Document>| {
                let key = match order.by {
                    By::Date => document.day().or(document.year.as_ref()),
                    By::Title => document.title.as_ref(),
                };
                (key.map(|key| Key::text(key)), &*document.id)
            },
        )?;
        let is_wanted = |document: &Arc<Document>| {
            filter.holds(document)
                && matching.as_ref().is_none_or(|found| found.contains(&document.id))
        };
        let wanted = || documents.iter().map(is_wanted).collect::<Vec<bool>>();
        let wanted = (!params.is_of_all()).then(wanted);
        list.page(site, &params, limit, wanted.as_deref(), |document| {
            Ok(ListedDocument::new(site, document))
        })
    })
    .await
}

/// 一份文件 One document
#[utoipa::path(get, path = "/api/v1/documents/{id}", tag = "documents",
    params(("id" = String, Path, description = "基址之后的 IRI The IRI after the base, as one segment: `work%2F…`")),
    responses((status = 200, body = One<DocumentDetails>), Failures))]
pub(super) async fn one(
    State(app): State<App>,
    Id(id): Id,
) -> Result<One<DocumentDetails>, Problem> {
    read(app, move |site| {
        let iri = iri(site, &id)?;
        let tables = site.tables.now(site);
        let document = tables.works(site)?.get(&iri);
        let document = document.ok_or_else(|| Problem::unknown(&id))?;
        let place = site.row(GRAPH, &[("version", &document.version)])?;
        let graph = place.map(|place| place.text("graph")).unwrap_or_default();
        let of_graph = [("graph", graph.as_str())];
        let issuers = site.rows(ISSUERS, &of_graph)?;
        let issuer = issuers
            .iter()
            .map(|row| Bearer::new(row.text("issuer"), None, row.text("name")))
            .collect();
        let mut counts = Counts::default();
        for row in site.rows(COUNTS, &of_graph)? {
            let count = row.number("count");
            match row.text("class").rsplit('#').next() {
                Some("Task") => counts.tasks = count,
                Some("Responsibility") => counts.responsibilities = count,
                Some("Target") => counts.targets = count,
                Some("Deadline") => counts.deadlines = count,
                Some("Citation") => counts.citations = count,
                _ => {}
            }
        }
        let versions = site.rows(VERSIONS, &[("work", &iri)])?;
        let mut others: Vec<String> = versions.iter().map(|row| row.text("version")).collect();
        others.retain(|version| *version != document.version);
        others.dedup();
        let sources = site.rows(SOURCES, &of_graph)?;
        let details = DocumentDetails {
            listed: ListedDocument::new(site, document),
            issuer,
            sources: sources.iter().map(|row| row.text("name")).collect(),
            other_versions: others,
            counts,
            citations: citations(site, ("citing", &iri))?,
            cited_by: citations(site, ("cited", &iri))?,
        };
        Ok(One::new(site, details))
    })
    .await
}
