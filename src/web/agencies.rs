//! `/agencies`: the bearers of duties, with search and a filter by division.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::App;
use super::error::WebError;
use super::labels::Label;
use super::paging::Paging;
use super::site::{Site, page};
use crate::rdf::vocab::gm;

/// Agencies on a page.
const SIZE: usize = 100;

const AGENCIES: &str = include_str!("queries/agencies.rq");

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
    root: String,
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
    State(app): State<App>,
    Query(asked): Query<Asked>,
) -> Result<Response, WebError> {
    page(app, |site| build(site, asked)).await
}

fn build(site: &Site, asked: Asked) -> Result<Agencies, WebError> {
    let code = |iri: String| iri.rsplit('/').next().unwrap_or_default().to_owned();
    let mut all: Vec<Agency> = site
        .rows(AGENCIES, &[])?
        .iter()
        .map(|row| Agency {
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
    let mut counted: BTreeMap<(String, String), usize> = BTreeMap::new();
    for place in all.iter().filter_map(|agency| agency.place.clone()) {
        *counted.entry(place).or_default() += 1;
    }
    let places = counted.into_iter().map(|((code, name), count)| {
        let chosen = code == asked.place;
        Place { code, name, count, chosen }
    });
    let places = places.collect();
    let (total, mut found) = (all.len(), all);
    found.retain(|agency| {
        let place = agency.place.as_ref().map(|(code, _)| code.as_str());
        asked.q.split_whitespace().all(|word| agency.name.contains(word))
            && (asked.place.is_empty() || place == Some(&asked.place))
    });
    let question = [("q", &*asked.q), ("place", &asked.place)];
    let paging = Paging::new(found.len(), SIZE, asked.page.parse().unwrap_or(1), &question);
    let agencies = paging.cut(found, SIZE);
    Ok(Agencies { root: site.root().to_owned(), asked, places, agencies, paging, all: total })
}
