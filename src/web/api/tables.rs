//! The small facts that lists are filtered and sorted by, of all things, read once a revision of the store.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::Serialize;
use utoipa::ToSchema;

use super::super::site::{Row, Site};
use super::terms::{Concept, Jurisdiction};
use crate::rdf::vocab::role;
use crate::store::{QueryError, Revision};

const DOCUMENTS: &str = include_str!("../queries/documents.rq");
const TASKS: &str = include_str!("../queries/api_tasks.rq");
const BEARERS: &str = include_str!("../queries/api_bearers.rq");
const DUE: &str = include_str!("../queries/api_due.rq");
const TARGETS: &str = include_str!("../queries/api_targets.rq");
const AGENCIES: &str = include_str!("../queries/agencies.rq");
const ALTERNATIVES: &str = include_str!("../queries/api_alternatives.rq");
const POLICIES: &str = include_str!("../queries/api_policies.rq");

/// 文件 A document by its current version.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct Document {
    /// The IRI of the work.
    pub(in crate::web) id: String,
    /// The class.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The IRI of its current version.
    pub(in crate::web) version: String,
    /// Null where the text has none.
    pub(in crate::web) title: Option<String>,
    /// 发文字号
    #[serde(rename = "documentNumber")]
    pub(in crate::web) number: Option<String>,
    pub(in crate::web) genre: Option<Concept>,
    pub(in crate::web) tier: Option<Concept>,
    /// Whether it is not (yet) in force: a draft or an unofficial text.
    pub(in crate::web) draft: bool,
    pub(in crate::web) year: Option<String>,
    /// 成文日期
    pub(in crate::web) written_on: Option<String>,
    /// 发布日期
    pub(in crate::web) published_on: Option<String>,
    pub(in crate::web) jurisdiction: Option<Jurisdiction>,
}

impl Document {
    fn read(site: &Site, row: &Row) -> Self {
        let tier = Concept::read(site, row, "tier");
        Self {
            id: row.text("work"),
            kind: "Document",
            version: row.text("version"),
            title: row.get("title"),
            number: row.get("number"),
            genre: Concept::read(site, row, "genre"),
            draft: tier.as_ref().is_some_and(|tier| tier.code() != "official"),
            tier,
            year: row.get("year"),
            written_on: row.get("written"),
            published_on: row.get("published"),
            jurisdiction: Jurisdiction::read(row),
        }
    }

    /// The day that stands for the document in time.
    pub(super) fn date(&self) -> Option<String> {
        let day = self.written_on.as_ref().or(self.published_on.as_ref());
        day.or(self.year.as_ref()).cloned()
    }
}

/// A task, with what it is found by.
pub(super) struct Task {
    pub(super) iri: String,
    pub(super) document: Arc<Document>,
    pub(super) number: Option<String>,
    pub(super) heading: Option<String>,
    pub(super) order: usize,
    /// The codes of roles and the agencies that have them; none of a person or a name that is no agency.
    pub(super) bearers: Vec<(String, Option<String>)>,
    /// Days by which it, or a target of it, is due.
    pub(super) due: BTreeSet<String>,
}

/// A target, achievement or limit, with what it is found by.
pub(super) struct Target {
    pub(super) iri: String,
    pub(super) class: String,
    /// The task or other item that states it.
    pub(super) item: String,
    pub(super) document: Arc<Document>,
    pub(super) indicator: Option<String>,
    pub(super) due: Option<String>,
}

impl Target {
    /// Whether its indicator has these characters.
    pub(super) fn is_of(&self, words: &str) -> bool {
        self.indicator.as_ref().is_some_and(|indicator| indicator.contains(words))
    }
}

/// A bearer named in a current version.
pub(super) struct Agency {
    pub(super) iri: String,
    pub(super) name: String,
    pub(super) others: Vec<String>,
    /// The class of a group or an unresolved name.
    pub(super) kind: Option<String>,
    pub(super) jurisdiction: Option<Jurisdiction>,
    pub(super) tasks: usize,
    pub(super) leads: usize,
}

impl Agency {
    /// All its names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        [&self.name].into_iter().chain(&self.others).map(String::as_str)
    }
}

/// A normative document.
pub(super) struct Policy {
    pub(super) iri: String,
    pub(super) title: String,
    /// How many documents cite it in their current versions.
    pub(super) cited_by: usize,
    /// Its current version, where it has been taken in.
    pub(super) document: Option<Arc<Document>>,
}

/// All tables of one state of the store; each is read when it is first asked for.
#[derive(Default)]
pub(crate) struct Tables {
    documents: OnceLock<Vec<Arc<Document>>>,
    versions: OnceLock<HashMap<String, Arc<Document>>>,
    tasks: OnceLock<Vec<Task>>,
    targets: OnceLock<Vec<Target>>,
    agencies: OnceLock<Vec<Agency>>,
    policies: OnceLock<Vec<Policy>>,
}

/// The tables of the last state that was asked for.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Option<(Revision, Arc<Tables>)>>);

impl Kept {
    /// The tables of the store as it is now. While it is being changed they serve this request only.
    pub(super) fn now(&self, site: &Site) -> Arc<Tables> {
        let Some(revision) = site.store.revision() else { return Arc::default() };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((known, tables)) if *known == revision => Arc::clone(tables),
            _ => {
                let tables = Arc::default();
                *kept = Some((revision, Arc::clone(&tables)));
                tables
            }
        }
    }
}

/// What a cell holds, read if it is empty. Two requests may read at once; they read the same.
fn once<T>(
    cell: &OnceLock<T>,
    read: impl FnOnce() -> Result<T, QueryError>,
) -> Result<&T, QueryError> {
    match cell.get() {
        Some(known) => Ok(known),
        None => {
            let new = read()?;
            Ok(cell.get_or_init(|| new))
        }
    }
}

impl Tables {
    pub(super) fn documents(&self, site: &Site) -> Result<&[Arc<Document>], QueryError> {
        let read = || {
            let rows = site.rows(DOCUMENTS, &[])?;
            // A work with two values of something has a row for each.
            let mut seen = BTreeSet::new();
            let documents = rows.iter().map(|row| Arc::new(Document::read(site, row)));
            Ok(documents.filter(|document| seen.insert(document.id.clone())).collect())
        };
        once(&self.documents, read).map(Vec::as_slice)
    }

    /// The documents by their versions.
    pub(super) fn versions(
        &self,
        site: &Site,
    ) -> Result<&HashMap<String, Arc<Document>>, QueryError> {
        once(&self.versions, || {
            let documents = self.documents(site)?.iter();
            Ok(documents.map(|d| (d.version.clone(), Arc::clone(d))).collect())
        })
    }

    pub(super) fn tasks(&self, site: &Site) -> Result<&[Task], QueryError> {
        let read = || {
            let versions = self.versions(site)?;
            let (mut tasks, mut index) = (Vec::new(), HashMap::new());
            for row in site.rows(TASKS, &[])? {
                let (iri, version) = (row.text("task"), row.text("version"));
                let (Some(document), false) = (versions.get(&version), index.contains_key(&iri))
                else {
                    continue;
                };
                index.insert(iri.clone(), tasks.len());
                tasks.push(Task {
                    iri,
                    document: Arc::clone(document),
                    number: row.get("number"),
                    heading: row.get("heading"),
                    order: row.number("order"),
                    bearers: Vec::new(),
                    due: BTreeSet::new(),
                });
            }
            for row in site.rows(BEARERS, &[])? {
                let role = row.text("role").trim_start_matches(role::NAMESPACE).to_owned();
                if let Some(&task) = index.get(&row.text("task")) {
                    tasks[task].bearers.push((role, row.get("agency")));
                }
            }
            for row in site.rows(DUE, &[])? {
                if let (Some(&task), Some(day)) = (index.get(&row.text("task")), row.get("date")) {
                    tasks[task].due.insert(day);
                }
            }
            Ok(tasks)
        };
        once(&self.tasks, read).map(Vec::as_slice)
    }

    pub(super) fn targets(&self, site: &Site) -> Result<&[Target], QueryError> {
        let read = || {
            let versions = self.versions(site)?;
            let mut seen = BTreeSet::new();
            let target = |row: &Row| {
                let iri = row.text("target");
                let document = versions.get(&row.text("version"))?;
                seen.insert(iri.clone()).then(|| Target {
                    iri,
                    class: row.text("class"),
                    item: row.text("item"),
                    document: Arc::clone(document),
                    indicator: row.get("indicator"),
                    due: row.get("date"),
                })
            };
            Ok(site.rows(TARGETS, &[])?.iter().filter_map(target).collect())
        };
        once(&self.targets, read).map(Vec::as_slice)
    }

    pub(super) fn agencies(&self, site: &Site) -> Result<&[Agency], QueryError> {
        let read = || {
            let mut others: HashMap<String, Vec<String>> = HashMap::new();
            for row in site.rows(ALTERNATIVES, &[])? {
                others.entry(row.text("agency")).or_default().push(row.text("name"));
            }
            let mut seen = BTreeSet::new();
            let agency = |row: &Row| {
                let iri = row.text("agency");
                seen.insert(iri.clone()).then(|| {
                    let name = row.text("name");
                    let mut others = others.remove(&iri).unwrap_or_default();
                    others.retain(|other| *other != name);
                    Agency {
                        name,
                        others,
                        kind: row.get("kind"),
                        jurisdiction: Jurisdiction::read(row),
                        tasks: row.number("tasks"),
                        leads: row.number("leads"),
                        iri,
                    }
                })
            };
            Ok(site.rows(AGENCIES, &[])?.iter().filter_map(agency).collect())
        };
        once(&self.agencies, read).map(Vec::as_slice)
    }

    pub(super) fn policies(&self, site: &Site) -> Result<&[Policy], QueryError> {
        let read = || {
            let versions = self.versions(site)?;
            let mut seen = BTreeSet::new();
            let policy = |row: &Row| {
                let iri = row.text("policy");
                let document = row.get("version").and_then(|v| versions.get(&v)).cloned();
                let own = document.as_ref().and_then(|document| document.title.clone());
                seen.insert(iri.clone()).then(|| Policy {
                    // Its own title goes before those that others print.
                    title: own.or(row.get("title")).or(row.get("key")).unwrap_or_default(),
                    cited_by: row.number("citing"),
                    document,
                    iri,
                })
            };
            Ok(site.rows(POLICIES, &[])?.iter().filter_map(policy).collect())
        };
        once(&self.policies, read).map(Vec::as_slice)
    }
}
