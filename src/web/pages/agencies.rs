//! `/agencies`: the bearers of duties, with search and a filter by division.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use crate::rdf::vocab::gm;
use crate::web::error::WebError;
use crate::web::export::{self, Cell, Column, Form, Table};
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::paging::Paging;
use crate::web::site::{Here, Site, page};

/// Agencies on a page.
const SIZE: usize = 100;

const AGENCIES: &str = include_str!("../queries/agencies.rq");

/// What the address asks for; an empty value asks for all.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    place: String,
    page: String,
}

#[derive(Template)]
#[template(path = "agencies.html")]
struct Agencies {
    asked: Asked,
    places: Vec<Place>,
    agencies: Vec<Agency>,
    paging: Paging,
    all: usize,
}

struct Place {
    code: String,
    name: String,
    count: usize,
    chosen: bool,
}

struct Agency {
    iri: String,
    href: String,
    name: String,
    /// Group or unresolved; none for one body.
    kind: Option<Label>,
    is_unresolved: bool,
    place: Option<(String, String)>,
    tasks: usize,
    leads: usize,
}

/// The list of agencies, known bodies first, those with most tasks before the others.
pub(super) async fn list(
    Here(app): Here,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    page(app, |site| build(site, asked)).await
}

/// The same as a table.
pub(super) async fn table(
    Here(app): Here,
    form: Form,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    export::answer(app, form, move |site| {
        let mut found = all(site)?;
        found.retain(|agency| agency.answers(&asked));
        Ok(tabulate(site, &found))
    })
    .await
}

fn all(site: &Site) -> Result<Vec<Agency>, WebError> {
    let code = |iri: String| iri.rsplit('/').next().unwrap_or_default().to_owned();
    let mut all: Vec<Agency> = site
        .rows(AGENCIES, &[])?
        .iter()
        .map(|row| Agency {
            iri: row.text("agency"),
            href: site.href(&row.text("agency")),
            name: row.text("name"),
            is_unresolved: row.text("kind") == gm::UNRESOLVED_AGENCY.as_str(),
            kind: row.get("kind").map(|iri| site.labels.of(&iri)),
            place: row.get("place").map(|iri| (code(iri), row.text("placeName"))),
            tasks: row.number("tasks"),
            leads: row.number("leads"),
        })
        .collect();
    // Names that are no known body go last, whatever their number.
    all.sort_by_cached_key(|a| {
        (a.is_unresolved, Reverse(a.tasks), Reverse(a.leads), a.name.clone())
    });
    Ok(all)
}

fn build(site: &Site, asked: Asked) -> Result<Agencies, WebError> {
    let mut found = all(site)?;
    let mut counted: BTreeMap<(String, String), usize> = BTreeMap::new();
    for place in found.iter().filter_map(|agency| agency.place.clone()) {
        *counted.entry(place).or_default() += 1;
    }
    let places = counted.into_iter().map(|((code, name), count)| {
        let chosen = code == asked.place;
        Place { code, name, count, chosen }
    });
    let places = places.collect();
    let all = found.len();
    found.retain(|agency| agency.answers(&asked));
    let question = [("q", &*asked.q), ("place", &asked.place)];
    let paging = Paging::new(found.len(), SIZE, asked.page.parse().unwrap_or(1), &question);
    let agencies = paging.cut(found, SIZE);
    Ok(Agencies { asked, places, agencies, paging, all })
}

impl Agency {
    fn answers(&self, asked: &Asked) -> bool {
        let place = self.place.as_ref().map(|(code, _)| code.as_str());
        asked.q.split_whitespace().all(|word| self.name.contains(word))
            && (asked.place.is_empty() || place == Some(&asked.place))
    }
}

fn tabulate(site: &Site, agencies: &[Agency]) -> Table {
    let column = |key, zh, en, width| Column::new(key, site.say(zh, en), width);
    let rows = agencies.iter().map(|agency| {
        vec![
            Cell::link(&agency.name, agency.href.clone()),
            agency.kind.as_ref().map(|kind| kind.of(site.lang).to_owned()).into(),
            agency.place.as_ref().map(|(_, name)| name.clone()).into(),
            agency.leads.into(),
            agency.tasks.into(),
        ]
    });
    Table {
        name: site.say("机构", "Agencies").to_owned(),
        sheet: site.say("机构", "Agencies").to_owned(),
        columns: vec![
            column("name", "名称", "Name", 40.0),
            column("kind", "性质", "Kind", 16.0),
            column("jurisdiction", "地区", "Jurisdiction", 16.0),
            column("leads", "牵头任务", "Leads", 10.0),
            column("tasks", "全部任务", "Tasks", 10.0),
        ],
        rows: rows.collect(),
        notes: vec![
            site.say("共 {} 个机构。", "{} agencies.").replace("{}", &agencies.len().to_string()),
        ],
        things: agencies.iter().map(|agency| agency.iri.clone()).collect(),
        frozen: 1,
    }
}
