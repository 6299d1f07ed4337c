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
    /// Where the workbook of its tasks is.
    ledger: String,
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

/// A task, as one bearer has it.
pub(super) struct Task {
    pub(super) iri: String,
    href: String,
    pub(super) number: String,
    pub(super) name: String,
    /// The bearer as it is printed there.
    surface: String,
    /// Whether a heading above assigns it.
    pub(super) inherited: bool,
    order: usize,
    pub(super) document: Document,
    pub(super) deadlines: Vec<Limit>,
    pub(super) targets: Vec<Limit>,
}

/// The document that a task stands in.
#[derive(Clone)]
pub(super) struct Document {
    pub(super) title: String,
    href: String,
    pub(super) year: String,
    /// Of a draft or an unofficial text.
    pub(super) tier: Option<Label>,
}

/// A time limit or a target, as printed, and the day it gives.
pub(super) struct Limit {
    pub(super) quote: String,
    pub(super) date: Option<String>,
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
    let (roles, paging) = roles(site, iri, asked)?;
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
        ledger: format!("{}.xlsx", site.href(iri)),
        paging,
    })
}

/// The IRIs of the roles that agencies have, in the order they are told in.
fn roles_in_order() -> impl Iterator<Item = (&'static str, String)> {
    let codes = ["lead", "responsible", "support", "guide"].into_iter();
    codes.map(|code| (code, format!("{}{code}", crate::rdf::vocab::role::NAMESPACE)))
}

/// A bearer's tasks in one role.
pub(super) struct Duties {
    code: &'static str,
    pub(super) role: Label,
    pub(super) tasks: Vec<Task>,
}

/// The bearer's tasks by role, the newest documents first.
pub(super) fn duties(site: &Site, iri: &str) -> Result<Vec<Duties>, WebError> {
    let mut documents: HashMap<String, Document> = HashMap::new();
    let mut by_role: HashMap<String, Vec<Task>> = HashMap::new();
    for row in &site.rows(TASKS, &[("agency", iri)])? {
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
    let each = roles_in_order().filter_map(|(code, role)| {
        by_role.remove(&role).map(|tasks| Duties { code, role: site.labels.of(&role), tasks })
    });
    Ok(each.collect())
}

fn roles(site: &Site, iri: &str, asked: &Asked) -> Result<(Vec<Role>, Option<Paging>), WebError> {
    let (mut roles, mut paging) = (Vec::new(), None);
    for Duties { code, role, tasks } in duties(site, iri)? {
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
        roles.push(Role { code: code.to_owned(), label: role, total, tasks });
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

    /// Reads its time limits and targets.
    pub(super) fn limit(&mut self, site: &Site) -> Result<(), WebError> {
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
