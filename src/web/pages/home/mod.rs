//! `/`: where everybody begins: one box to search in, what is due next, what is new, and the whole as a picture.

pub(super) mod overview;

use std::cmp::Reverse;
use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use serde_json::Value;

use super::document::view::shorten;
use crate::store::QueryError;
use crate::web::api::derived::Derived;
use crate::web::api::records::{Document, Part, Task};
use crate::web::api::tables::Tables;
use crate::web::error::WebError;
use crate::web::filters;
use crate::web::labels::Label;
use crate::web::site::{Here, Site, page};
use overview::{Flow, Overview};

/// Tasks and documents that are told at once.
const FEW: usize = 8;

const TASK: &str = include_str!("../../queries/api_task.rq");

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    documents: usize,
    agencies: usize,
    tasks: usize,
    /// What is due today or later, and how many things are; what was due of late fills the room that is left.
    next: Vec<Due>,
    ahead: usize,
    past: Vec<Due>,
    newest: Vec<New>,
    flows: Vec<Flow>,
    /// Documents that name a higher one; `flows` has those with most tasks.
    carrying: usize,
    picture: Value,
}

/// A task and the day by which it is due.
struct Due {
    day: String,
    name: String,
    href: String,
    leads: Vec<(String, String)>,
    document: String,
    tier: Option<Label>,
}

struct New {
    title: String,
    href: String,
    date: String,
    place: String,
    genre: Option<Label>,
    tier: Option<Label>,
}

/// The page.
pub(in crate::web) async fn show(Here(app): Here) -> Result<Response, WebError> {
    page(app, build).await
}

/// The days on which tasks are due, in their order, with the places of the tasks.
pub(super) struct Days(Vec<(Arc<str>, u32)>);

impl Derived for Days {
    fn read(site: &Site, tables: &Tables) -> Result<(), QueryError> {
        tables.tasks(site).map(|_| ())
    }

    fn derive(site: &Site, tables: &Tables) -> Result<Self, QueryError> {
        let tasks = tables.tasks(site)?;
        let days = (0..).zip(tasks).flat_map(|(at, task): (u32, &Task)| {
            task.due.iter().map(move |day| (Arc::clone(day), at))
        });
        let mut days: Vec<_> = days.collect();
        days.sort_by(|(a, one), (b, other)| {
            let in_text = |at: &u32| {
                let task = &tasks[*at as usize];
                (&task.document.version, task.order)
            };
            a.cmp(b).then_with(|| in_text(one).cmp(&in_text(other)))
        });
        Ok(Self(days))
    }
}

fn build(site: &Site) -> Result<Home, WebError> {
    let tables = site.tables.now(site);
    let tasks = tables.tasks(site)?;
    let days = tables.derived::<Days>(site)?;
    let (past, ahead) = days.0.split_at(days.0.partition_point(|(day, _)| **day < *site.today));
    let room = FEW.saturating_sub(ahead.len());
    let read = |(day, at): &(Arc<str>, u32)| Due::read(site, &tables, day, &tasks[*at as usize]);
    let Overview { flows, carrying, picture } = overview::read(site, &tables)?;
    Ok(Home {
        documents: tables.documents(site)?.len(),
        agencies: tables.agencies(site)?.len(),
        tasks: tasks.len(),
        next: ahead.iter().take(FEW).map(read).collect::<Result<_, _>>()?,
        past: past.iter().rev().take(room).map(read).collect::<Result<_, _>>()?,
        ahead: ahead.len(),
        newest: newest(site, &tables)?,
        flows,
        carrying,
        picture,
    })
}

impl Due {
    fn read(site: &Site, tables: &Tables, day: &str, task: &Task) -> Result<Self, WebError> {
        let name = match &task.heading {
            Some(heading) => heading.to_string(),
            None => {
                let row = site.row(TASK, &[("task", &task.iri)])?;
                shorten(&row.map(|row| row.text("text")).unwrap_or_default())
            }
        };
        let mut leads = Vec::new();
        for Part { role, agency, .. } in &*task.bearers {
            let Some(agency) = agency.as_ref().filter(|_| **role == *"lead") else { continue };
            if let Some(agency) = tables.agency(site, agency)? {
                leads.push((agency.name.clone(), site.href(&agency.iri)));
            }
        }
        Ok(Self {
            day: day.to_owned(),
            name,
            href: site.href(&task.iri),
            leads,
            document: title(site, &task.document),
            tier: tier(&task.document),
        })
    }
}

/// The documents that are told first.
pub(super) struct Newest(Vec<Arc<Document>>);

impl Derived for Newest {
    fn read(site: &Site, tables: &Tables) -> Result<(), QueryError> {
        tables.documents(site).map(|_| ())
    }

    fn derive(site: &Site, tables: &Tables) -> Result<Self, QueryError> {
        let mut documents = tables.documents(site)?.to_vec();
        let key = |document: &Document| (document.date().unwrap_or_default(), document.id.clone());
        documents.sort_by_cached_key(|document| Reverse(key(document)));
        documents.truncate(FEW);
        Ok(Self(documents))
    }
}

fn newest(site: &Site, tables: &Tables) -> Result<Vec<New>, WebError> {
    let documents = tables.derived::<Newest>(site)?;
    let new = documents.0.iter().map(|document| New {
        title: title(site, document),
        href: site.href(&document.id),
        date: document.date().unwrap_or_default(),
        place: document.jurisdiction.as_ref().map(|place| place.name.clone()).unwrap_or_default(),
        genre: document.genre.as_ref().map(|genre| genre.label()),
        tier: tier(document),
    });
    Ok(new.collect())
}

fn title(site: &Site, document: &Document) -> String {
    document.title.clone().unwrap_or_else(|| site.say("（无题）", "(untitled)").to_owned())
}

/// Of a draft or an unofficial text.
fn tier(document: &Document) -> Option<Label> {
    document.tier.as_ref().filter(|_| document.draft).map(|tier| tier.label())
}
