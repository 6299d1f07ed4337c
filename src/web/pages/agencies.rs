//! `/agencies`: the bearers of duties, found by any of their names or by their initials.

use std::cmp::Reverse;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use crate::rdf::vocab::gm;
use crate::search::Kind;
use crate::web::api::search::matching;
use crate::web::api::tables;
use crate::web::error::WebError;
use crate::web::export::{self, Cell, Column, Form, Table};
use crate::web::facets::{Chip, Facet, Order, Question};
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::paging::Paging;
use crate::web::site::{Here, Site, page};

/// Agencies on a page.
const SIZE: usize = 60;

/// What the address asks for; an empty value asks for all.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    /// The code of a division.
    place: String,
    /// `body`, `group` or `unresolved`.
    kind: String,
    /// `tasks`, `leads` or `name`.
    sort: String,
    page: String,
}

#[derive(Template)]
#[template(path = "agencies.html")]
struct Agencies {
    asked: Asked,
    facets: Vec<Facet>,
    chips: Vec<Chip>,
    heads: Vec<Head>,
    agencies: Vec<Agency>,
    paging: Paging,
    all: usize,
}

/// The head of a column, and where the list is in its order.
struct Head {
    label: Label,
    href: String,
    chosen: bool,
    is_number: bool,
}

struct Agency {
    iri: String,
    href: String,
    name: String,
    /// Group or unresolved; none for one body.
    kind: Option<Label>,
    code: &'static str,
    place: Option<(String, String)>,
    tasks: usize,
    leads: usize,
    /// Of its other names the one that was sought.
    sought: Option<String>,
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
        let mut found = named(site, &asked)?;
        found.retain(|agency| asked.wants(agency, ""));
        Ok(tabulate(site, &found))
    })
    .await
}

impl Asked {
    /// Whether it asks for this agency; for the sake of counting choices, whatever `except` is.
    fn wants(&self, agency: &Agency, except: &str) -> bool {
        let place = agency.place.as_ref().map(|(code, _)| code.as_str());
        (except == "place" || self.place.is_empty() || place == Some(&self.place))
            && (except == "kind" || self.kind.is_empty() || agency.code == self.kind)
    }

    fn pairs(&self) -> [(&'static str, &str); 4] {
        [("q", &self.q), ("place", &self.place), ("kind", &self.kind), ("sort", &self.sort)]
    }
}

/// The agencies with the name that is sought, in the order that is asked for.
fn named(site: &Site, asked: &Asked) -> Result<Vec<Agency>, WebError> {
    let tables = site.tables.now(site);
    let words: Vec<&str> = asked.q.split_whitespace().collect();
    // By their sound, too; a question that the index does not understand is one for names only.
    let sounding = matching(site, Some(&asked.q), Some(Kind::Agency)).ok().flatten();
    let sounding = sounding.unwrap_or_default();
    let agencies = tables.agencies(site)?.iter().filter_map(|agency| {
        let has = |name: &str| words.iter().all(|word| name.contains(word));
        let by_name = agency.names().any(has);
        (by_name || sounding.contains(&agency.iri)).then(|| Agency::new(site, agency, has))
    });
    let mut agencies: Vec<Agency> = agencies.collect();
    match asked.sort.as_str() {
        "name" => agencies.sort_by(|a, b| a.name.cmp(&b.name)),
        sort => agencies.sort_by_cached_key(|a| {
            let (first, second) =
                if sort == "leads" { (a.leads, a.tasks) } else { (a.tasks, a.leads) };
            // Names that are no known body go last, whatever their number.
            (a.code == "unresolved", Reverse(first), Reverse(second), a.name.clone())
        }),
    }
    Ok(agencies)
}

impl Agency {
    fn new(site: &Site, agency: &tables::Agency, has: impl Fn(&str) -> bool) -> Self {
        let code = match agency.kind.as_deref() {
            None => "body",
            Some(kind) if kind == gm::UNRESOLVED_AGENCY.as_str() => "unresolved",
            Some(_) => "group",
        };
        let place = agency.jurisdiction.as_ref();
        let sought = agency.others.iter().find(|other| !has(&agency.name) && has(other));
        Self {
            iri: agency.iri.clone(),
            href: site.href(&agency.iri),
            name: agency.name.clone(),
            kind: agency.kind.as_ref().map(|iri| site.labels.of(iri)),
            code,
            place: place.map(|place| (place.code.clone(), place.name.clone())),
            tasks: agency.tasks,
            leads: agency.leads,
            sought: sought.cloned(),
        }
    }
}

fn build(site: &Site, asked: Asked) -> Result<Agencies, WebError> {
    let mut found = named(site, &asked)?;
    let question = Question::new(&asked.pairs());
    let all = site.tables.now(site).agencies(site)?.len();
    let mut facets = facets(site, &question, &asked, &found);
    found.retain(|agency| asked.wants(agency, ""));
    facets.retain(|facet| facet.narrows(found.len()));
    let paging = Paging::new(found.len(), SIZE, asked.page.parse().unwrap_or(1), &asked.pairs());
    let heads = [
        ("name", "名称", "Name", "name"),
        ("", "地区", "Jurisdiction", ""),
        ("leads", "牵头", "Leads", "leads"),
        ("tasks", "任务", "Tasks", ""),
    ];
    let heads = heads.map(|(sort, zh, en, value)| Head {
        label: Label::new(zh, en),
        href: if sort.is_empty() { String::new() } else { question.with("sort", value) },
        chosen: !sort.is_empty() && asked.sort == value,
        is_number: ["leads", "tasks"].contains(&sort),
    });
    Ok(Agencies {
        chips: Facet::chips(&facets),
        facets,
        heads: heads.into(),
        agencies: paging.cut(found, SIZE),
        paging,
        all,
        asked,
    })
}

fn facets(site: &Site, question: &Question, asked: &Asked, found: &[Agency]) -> Vec<Facet> {
    let rest = |except: &'static str| found.iter().filter(move |a| asked.wants(a, except));
    let kinds = rest("kind").map(|agency| {
        let label = match &agency.kind {
            Some(label) => label.of(site.lang).to_owned(),
            None => site.say("单个机构", "one body").to_owned(),
        };
        (agency.code.to_owned(), label)
    });
    let places = rest("place").filter_map(|agency| agency.place.clone());
    vec![
        Facet::new(
            question,
            ("kind", Label::new("性质", "Kind")),
            &asked.kind,
            Order::Count,
            kinds,
        ),
        Facet::new(
            question,
            ("place", Label::new("地区", "Jurisdiction")),
            &asked.place,
            Order::Count,
            places,
        ),
    ]
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
