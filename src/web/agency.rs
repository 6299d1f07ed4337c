//! One bearer of duties: what it is, and its tasks by role.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use askama::Template;
use serde::Deserialize;

use super::error::WebError;
use super::labels::Label;
use super::paging::Paging;
use super::site::{Row, Site};
use super::tasks::shorten;

/// Tasks of each role on the first page, and of one role on a page of its own.
const FEW: usize = 30;
const SIZE: usize = 100;

const AGENCY: &str = include_str!("queries/agency.rq");
const NAMES: &str = include_str!("queries/agency_names.rq");
const FAMILY: &str = include_str!("queries/agency_family.rq");
const TASKS: &str = include_str!("queries/agency_tasks.rq");
const TITLE: &str = include_str!("queries/version_title.rq");
const LIMITS: &str = include_str!("queries/task_limits.rq");

/// What the address asks for: one role, and a page of it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    role: String,
    page: String,
}

#[derive(Template)]
#[template(path = "agency.html")]
pub(super) struct Agency {
    root: String,
    iri: String,
    name: String,
    kind: Option<Label>,
    place: Option<(String, String)>,
    rule: Option<String>,
    names: Vec<String>,
    above: Vec<Relative>,
    below: Vec<Relative>,
    roles: Vec<Role>,
    /// Set on the page of one role.
    paging: Option<Paging>,
}

struct Relative {
    name: String,
    href: String,
}

struct Role {
    code: String,
    label: Label,
    total: usize,
    tasks: Vec<Task>,
}

struct Task {
    iri: String,
    href: String,
    number: String,
    name: String,
    surface: String,
    inherited: bool,
    order: usize,
    document: Document,
    deadlines: Vec<Limit>,
    targets: Vec<Limit>,
}

/// The document that a task stands in.
#[derive(Clone)]
struct Document {
    title: String,
    href: String,
    year: String,
    /// Of a draft or an unofficial text.
    tier: Option<Label>,
}

struct Limit {
    quote: String,
    date: Option<String>,
}

/// The page of the bearer that `iri` names.
pub(super) fn build(site: &Site, iri: &str, asked: &Asked) -> Result<Agency, WebError> {
    let given = [("agency", iri)];
    let row = site.row(AGENCY, &given)?.ok_or_else(|| site.not_found(iri.to_owned()))?;
    let family = site.rows(FAMILY, &given)?;
    let relatives = |above: bool| {
        let rows = family.iter().filter(move |row| row.is_true("above") == above);
        let relative =
            |row: &Row| Relative { name: row.text("name"), href: site.href(&row.text("other")) };
        rows.map(relative).collect::<Vec<_>>()
    };
    let (roles, paging) = roles(site, &site.rows(TASKS, &given)?, asked)?;
    Ok(Agency {
        root: site.root().to_owned(),
        iri: iri.to_owned(),
        name: row.text("name"),
        kind: row.get("kind").map(|kind| site.labels.of(&kind)),
        place: row.get("place").map(|place| (row.text("placeName"), site.href(&place))),
        rule: row.get("rule"),
        names: site.rows(NAMES, &given)?.iter().map(|row| row.text("name")).collect(),
        above: relatives(true),
        below: relatives(false),
        roles,
        paging,
    })
}

fn roles(
    site: &Site,
    rows: &[Row],
    asked: &Asked,
) -> Result<(Vec<Role>, Option<Paging>), WebError> {
    let mut documents: HashMap<String, Document> = HashMap::new();
    let mut by_role: HashMap<String, Vec<Task>> = HashMap::new();
    for row in rows {
        let document = match documents.entry(row.text("version")) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let document = Document::read(site, new.key(), &row.text("work"))?;
                new.insert(document)
            }
        };
        let task = Task::new(row, document);
        let tasks = by_role.entry(row.text("role")).or_default();
        // One agency may be printed twice at one task.
        match tasks.iter_mut().find(|known| known.iri == task.iri) {
            Some(known) => known.inherited &= task.inherited,
            None => tasks.push(task),
        }
    }
    for tasks in by_role.values_mut() {
        let newest =
            |task: &Task| (Reverse(task.document.year.clone()), task.document.title.clone());
        tasks.sort_by_cached_key(|task| (newest(task), task.order));
    }
    let (mut roles, mut paging) = (Vec::new(), None);
    for code in ["lead", "responsible", "support", "guide"] {
        let iri = format!("{}{code}", crate::rdf::vocab::role::NAMESPACE);
        let Some(tasks) = by_role.remove(&iri) else { continue };
        if !asked.role.is_empty() && asked.role != code {
            continue;
        }
        let total = tasks.len();
        let mut tasks = if asked.role == code {
            let page = asked.page.parse().unwrap_or(1);
            let pages = Paging::new(total, SIZE, page, &[("role", code)]);
            let tasks = pages.cut(tasks, SIZE);
            paging = Some(pages);
            tasks
        } else {
            tasks.into_iter().take(FEW).collect()
        };
        for task in &mut tasks {
            task.limit(site)?;
        }
        roles.push(Role { code: code.to_owned(), label: site.labels.of(&iri), total, tasks });
    }
    Ok((roles, paging))
}

impl Document {
    fn read(site: &Site, version: &str, work: &str) -> Result<Self, WebError> {
        let row = site.row(TITLE, &[("version", version)])?;
        let get = |variable| row.as_ref().and_then(|row| row.get(variable));
        let tier = get("tier").filter(|tier| !tier.ends_with("#official"));
        Ok(Self {
            href: site.href(work),
            title: get("title").unwrap_or_else(|| "（无题）".to_owned()),
            year: get("year").unwrap_or_default(),
            tier: tier.map(|tier| site.labels.of(&tier)),
        })
    }
}

impl Task {
    fn new(row: &Row, document: &Document) -> Self {
        let iri = row.text("task");
        // `…/version/HASH/task/2.1` is `task/2.1` on the document's page.
        let mut tail = iri.rsplit('/');
        let (path, kind) = (tail.next().unwrap_or_default(), tail.next().unwrap_or_default());
        Self {
            href: format!("{}#{kind}/{path}", document.href),
            number: row.text("number"),
            name: row.get("heading").unwrap_or_else(|| shorten(&row.text("text"))),
            surface: row.text("surface"),
            inherited: row.text("basis").ends_with("#inherited"),
            order: row.number("order"),
            document: document.clone(),
            deadlines: Vec::new(),
            targets: Vec::new(),
            iri,
        }
    }

    fn limit(&mut self, site: &Site) -> Result<(), WebError> {
        for row in site.rows(LIMITS, &[("task", &self.iri)])? {
            let limit = Limit { quote: row.text("quote"), date: row.get("date") };
            match row.text("kind").as_str() {
                "deadline" => self.deadlines.push(limit),
                _ => self.targets.push(limit),
            }
        }
        Ok(())
    }
}
