//! `/agencies`: the bearers of duties, found by any of their names or by their initials.

use std::cmp::Reverse;
use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use memchr::memmem::Finder;
use serde::Deserialize;

use super::narrow::Counter;
use crate::rdf::vocab::gm;
use crate::search::Kind;
use crate::store::QueryError;
use crate::web::api::columns::{Column, number};
use crate::web::api::derived::Derived;
use crate::web::api::records;
use crate::web::api::search::matching;
use crate::web::api::tables::Tables;
use crate::web::error::WebError;
use crate::web::export::{self, Cell, Form, Table};
use crate::web::facets::{Chip, Facet, Question};
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
    place: Option<String>,
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
        let tables = site.tables.now(site);
        let found = Found::new(site, &tables, &asked)?;
        let all = tables.agencies(site)?;
        let found = found.wanted.iter().map(|at| Agency::new(site, &all[*at as usize], &asked));
        Ok(tabulate(site, &found.collect::<Vec<_>>()))
    })
    .await
}

impl Asked {
    fn pairs(&self) -> [(&'static str, &str); 4] {
        [("q", &self.q), ("place", &self.place), ("kind", &self.kind), ("sort", &self.sort)]
    }

    /// Whether a name has all that is sought.
    fn has(&self, name: &str) -> bool {
        self.q.split_whitespace().all(|word| name.contains(word))
    }
}

/// The agencies in the orders that they are listed in, by their places in the table.
pub(super) struct Ranked {
    by_tasks: Vec<u32>,
    by_leads: Vec<u32>,
    by_name: Vec<u32>,
    kind: Column,
    place: Column,
}

impl Derived for Ranked {
    fn read(site: &Site, tables: &Tables) -> Result<(), QueryError> {
        tables.agencies(site).map(|_| ())
    }

    fn derive(site: &Site, tables: &Tables) -> Result<Self, QueryError> {
        let all = tables.agencies(site)?;
        let at = |at: u32| &all[at as usize];
        let mut by_name: Vec<u32> = (0..number(all.len())).collect();
        by_name.sort_by(|a, b| at(*a).name.cmp(&at(*b).name));
        let by = |counts: fn(&records::Agency) -> (usize, usize)| {
            let mut ranked = by_name.clone();
            // Names that are no known body go last, whatever their number.
            ranked.sort_by_key(|a| (at(*a).is_unresolved(), Reverse(counts(at(*a)))));
            ranked
        };
        Ok(Self {
            by_tasks: by(|agency| (agency.tasks, agency.leads)),
            by_leads: by(|agency| (agency.leads, agency.tasks)),
            kind: Column::new(all.iter().map(|agency| Some(code(agency)))),
            place: Column::new(all.iter().map(|a| a.jurisdiction.as_ref().map(|p| &*p.code))),
            by_name,
        })
    }
}

fn code(agency: &records::Agency) -> &'static str {
    match agency.kind {
        None => "body",
        Some(_) if agency.is_unresolved() => "unresolved",
        Some(_) => "group",
    }
}

/// The agencies that are asked for, in the order that is, and how many each choice would leave.
struct Found {
    ranked: Arc<Ranked>,
    wanted: Vec<u32>,
    kinds: Counter,
    places: Counter,
}

impl Found {
    fn new(site: &Site, tables: &Tables, asked: &Asked) -> Result<Self, WebError> {
        let ranked = tables.derived::<Ranked>(site)?;
        // By their sound, too; a question that the index does not understand is one for names only.
        let sounding = matching(site, Some(&asked.q), Some(Kind::Agency)).ok().flatten();
        let sounding = sounding.unwrap_or_default();
        let order = match asked.sort.as_str() {
            "name" => &ranked.by_name,
            "leads" => &ranked.by_leads,
            _ => &ranked.by_tasks,
        };
        let chosen =
            |column: &Column, asked: &str| (!asked.is_empty()).then(|| column.values.wanted(asked));
        let (kind, place) =
            (chosen(&ranked.kind, &asked.kind), chosen(&ranked.place, &asked.place));
        let (mut wanted, mut kinds, mut places) =
            (Vec::new(), Counter::new(&ranked.kind.values), Counter::new(&ranked.place.values));
        let all = tables.agencies(site)?;
        let words: Vec<Finder<'_>> = asked.q.split_whitespace().map(Finder::new).collect();
        let has = |name: &str| words.iter().all(|word| word.find(name.as_bytes()).is_some());
        let is_sought =
            |agency: &records::Agency| agency.names().any(has) || sounding.contains(&agency.iri);
        let sought = (!words.is_empty()).then(|| all.iter().map(is_sought).collect::<Vec<bool>>());
        for &at in order {
            if sought.as_ref().is_some_and(|sought| !sought[at as usize]) {
                continue;
            }
            let (own, other) = (ranked.kind.of[at as usize], ranked.place.of[at as usize]);
            let is_kind = kind.is_none_or(|kind| kind == own);
            let is_at = place.is_none_or(|place| place == other);
            if is_at {
                kinds.add(own, 1);
            }
            if is_kind {
                places.add(other, 1);
            }
            if is_at && is_kind {
                wanted.push(at);
            }
        }
        Ok(Self { ranked, wanted, kinds, places })
    }
}

impl Agency {
    fn new(site: &Site, agency: &records::Agency, asked: &Asked) -> Self {
        let sought =
            agency.others.iter().find(|other| !asked.has(&agency.name) && asked.has(other));
        Self {
            iri: agency.iri.clone(),
            href: site.href(&agency.iri),
            name: agency.name.clone(),
            kind: agency.kind.as_ref().map(|iri| site.labels.of(iri)),
            place: agency.jurisdiction.as_ref().map(|place| place.name.clone()),
            tasks: agency.tasks,
            leads: agency.leads,
            sought: sought.cloned(),
        }
    }
}

fn build(site: &Site, asked: Asked) -> Result<Agencies, WebError> {
    let tables = site.tables.now(site);
    let found = Found::new(site, &tables, &asked)?;
    let question = Question::new(&asked.pairs());
    let all = tables.agencies(site)?;
    let mut facets = facets(site, &tables, &question, &asked, &found)?;
    facets.retain(|facet| facet.narrows(found.wanted.len()));
    let number = asked.page.parse().unwrap_or(1);
    let paging = Paging::new(found.wanted.len(), SIZE, number, &asked.pairs());
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
    let shown = found.wanted[paging.part(SIZE)].iter();
    let shown = shown.map(|at| Agency::new(site, &all[*at as usize], &asked));
    Ok(Agencies {
        chips: Facet::chips(&facets),
        facets,
        heads: heads.into(),
        agencies: shown.collect(),
        paging,
        all: all.len(),
        asked,
    })
}

fn facets(
    site: &Site,
    tables: &Tables,
    question: &Question,
    asked: &Asked,
    found: &Found,
) -> Result<Vec<Facet>, WebError> {
    let divisions = tables.divisions(site)?;
    let kinds = found.kinds.ranked().into_iter().map(|(number, count)| {
        let code = found.ranked.kind.values.get(number);
        let text = match code {
            "body" => site.say("单个机构", "one body").to_owned(),
            "group" => site.labels.of(gm::AGENCY_GROUP.as_str()).of(site.lang).to_owned(),
            _ => site.labels.of(gm::UNRESOLVED_AGENCY.as_str()).of(site.lang).to_owned(),
        };
        (code, text, count)
    });
    let places = found.places.ranked().into_iter().map(|(number, count)| {
        let code = found.ranked.place.values.get(number);
        let division = divisions.get(code);
        (code, division.map_or(code, |division| &division.name).to_owned(), count)
    });
    Ok(vec![
        Facet::new(question, ("kind", Label::new("性质", "Kind")), &asked.kind, kinds),
        Facet::new(question, ("place", Label::new("地区", "Jurisdiction")), &asked.place, places),
    ])
}

fn tabulate(site: &Site, agencies: &[Agency]) -> Table {
    let column = |key, zh, en, width| export::Column::new(key, site.say(zh, en), width);
    let rows = agencies.iter().map(|agency| {
        vec![
            Cell::link(&agency.name, agency.href.clone()),
            agency.kind.as_ref().map(|kind| kind.of(site.lang).to_owned()).into(),
            agency.place.clone().into(),
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
