//! A bearer's tasks by role, and what of them an address asks for.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::rdf::vocab::role;
use crate::web::api::records::{Days, Document};
use crate::web::error::WebError;
use crate::web::labels::Label;
use crate::web::pages::document::view::shorten;
use crate::web::site::{Row, Site};

const TASKS: &str = include_str!("../../queries/agency_tasks.rq");
const LIMITS: &str = include_str!("../../queries/task_limits.rq");

/// The roles that agencies have, in the order they are told in.
pub(super) const ROLES: [&str; 4] = ["lead", "responsible", "support", "guide"];

/// A bearer's tasks in one role.
pub(super) struct Duties {
    pub(super) code: &'static str,
    pub(super) role: Label,
    pub(super) tasks: Vec<Task>,
}

/// A task, as one bearer has it.
#[derive(Clone)]
pub(super) struct Task {
    pub(super) iri: String,
    pub(super) href: String,
    pub(super) number: String,
    pub(super) name: String,
    /// Its own text, heading included.
    pub(super) text: String,
    /// Whether a heading above assigns it.
    pub(super) inherited: bool,
    order: usize,
    /// The document that it stands in.
    pub(super) document: Arc<Document>,
    /// The IRIs of what restates it: the row of a table, or the item of the body.
    counterparts: Vec<String>,
    /// What it restates that stands before it: its number or name, and its address.
    pub(super) restates: Option<(String, String)>,
    /// Days by which it, or a target of it, is due.
    pub(super) due: Days,
    pub(super) deadlines: Vec<Limit>,
    pub(super) targets: Vec<Limit>,
}

/// A time limit or a target, as printed, and the day it gives.
#[derive(Clone)]
pub(super) struct Limit {
    pub(super) quote: String,
    pub(super) date: Option<String>,
}

/// The bearer's tasks by role, the newest documents first.
pub(super) fn duties(site: &Site, iri: &str) -> Result<Vec<Duties>, WebError> {
    let tables = site.tables.now(site);
    let (versions, due) = (tables.versions(site)?, tables.due(site)?);
    let mut by_role: HashMap<String, Vec<Task>> = HashMap::new();
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    for row in &site.rows(TASKS, &[("agency", iri)])? {
        let Some(document) = versions.get(&row.text("version")) else { continue };
        let due = due.get(&*row.text("task")).cloned().unwrap_or_default();
        let task = Task::new(site, row, Arc::clone(document), due);
        let role = row.text("role");
        let tasks = by_role.entry(role.clone()).or_default();
        // One agency may be printed twice at one task.
        match places.entry((role, task.iri.clone())) {
            Entry::Occupied(place) => {
                let known = &mut tasks[*place.get()];
                known.inherited &= task.inherited;
                known.counterparts.extend(task.counterparts);
            }
            Entry::Vacant(place) => {
                place.insert(tasks.len());
                tasks.push(task);
            }
        }
    }
    for tasks in by_role.values_mut() {
        tasks.sort_by_cached_key(|task| {
            let document = &task.document;
            (
                Reverse(document.year.clone()),
                document.title.clone(),
                document.id.clone(),
                task.order,
            )
        });
        restate(tasks);
    }
    let each = ROLES.into_iter().filter_map(|code| {
        let iri = format!("{}{code}", role::NAMESPACE);
        by_role.remove(&iri).map(|tasks| Duties { code, role: site.labels.of(&iri), tasks })
    });
    Ok(each.collect())
}

/// Finds what tasks restate of those before them: a table of tasks says again what the body says.
fn restate(tasks: &mut [Task]) {
    let places: HashMap<String, usize> =
        tasks.iter().enumerate().map(|(at, task)| (task.iri.clone(), at)).collect();
    for at in 0..tasks.len() {
        let counterparts = tasks[at].counterparts.iter();
        let first = counterparts.filter_map(|iri| places.get(iri)).min();
        tasks[at].restates = first.filter(|first| **first < at).map(|&first| {
            let task = &tasks[first];
            let called = if task.number.is_empty() { &task.name } else { &task.number };
            (called.clone(), task.href.clone())
        });
    }
}

impl Task {
    fn new(site: &Site, row: &Row, document: Arc<Document>, due: Days) -> Self {
        let (iri, text) = (row.text("task"), row.text("text"));
        // `…/version/HASH/task/2.1` is `task/2.1` on the document's page.
        let place = iri.strip_prefix(&document.version).unwrap_or_default().trim_start_matches('/');
        Self {
            href: format!("{}#{place}", site.href(&document.id)),
            number: row.text("number"),
            name: row.get("heading").unwrap_or_else(|| shorten(&text)),
            text,
            inherited: row.text("basis").ends_with("#inherited"),
            order: row.number("order"),
            document,
            due,
            counterparts: row.get("counterpart").into_iter().collect(),
            restates: None,
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
