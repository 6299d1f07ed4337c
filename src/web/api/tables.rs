//! The small facts that lists are filtered and sorted by, of all things, read once a revision of the store.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::Serialize;
use utoipa::ToSchema;

use super::super::site::{Row, Site};
use super::links::Links;
use super::terms::{Concept, Jurisdiction};
use crate::rdf::vocab::{gm, role};
use crate::store::{QueryError, Revision};

const DOCUMENTS: &str = include_str!("../queries/documents.rq");
const TASKS: &str = include_str!("../queries/api_tasks.rq");
const BEARERS: &str = include_str!("../queries/api_bearers.rq");
const DUE: &str = include_str!("../queries/api_due.rq");
const COUNTS: &str = include_str!("../queries/counts_by_version.rq");
const HIGHER: &str = include_str!("../queries/higher.rq");
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

    /// The day that it was written on or, where it does not say so, published.
    pub(in crate::web) fn day(&self) -> Option<&String> {
        self.written_on.as_ref().or(self.published_on.as_ref())
    }

    /// The day that stands for the document in time; where it has none, the year.
    pub(in crate::web) fn date(&self) -> Option<String> {
        self.day().or(self.year.as_ref()).cloned()
    }
}

/// A task, with what it is found by.
pub(in crate::web) struct Task {
    pub(in crate::web) iri: String,
    pub(in crate::web) document: Arc<Document>,
    pub(in crate::web) number: Option<String>,
    pub(in crate::web) heading: Option<String>,
    /// Its heading, or else its text.
    pub(in crate::web) said: String,
    pub(in crate::web) order: usize,
    pub(in crate::web) bearers: Vec<Part>,
    /// How many agencies lead it.
    pub(in crate::web) leads: usize,
    /// Days by which it, or a target of it, is due.
    pub(in crate::web) due: BTreeSet<String>,
    /// Whether it or a target of it has a time limit, with a day or without.
    pub(in crate::web) is_limited: bool,
    /// How many targets it states.
    pub(in crate::web) targets: usize,
    /// What it or its document carries out.
    pub(in crate::web) policies: Vec<Arc<str>>,
}

/// A bearer's part in an item of a document.
#[derive(Clone)]
pub(in crate::web) struct Part {
    /// The code of the role: `lead`.
    pub(in crate::web) role: String,
    /// None of a person.
    pub(in crate::web) agency: Option<String>,
    /// The name of a person, as printed.
    pub(in crate::web) person: Option<String>,
}

/// How many agencies lead.
pub(in crate::web) fn leads(parts: &[Part]) -> usize {
    let leads = parts.iter().filter(|part| part.leads());
    leads.filter_map(|part| part.agency.as_deref()).collect::<BTreeSet<_>>().len()
}

impl Part {
    pub(in crate::web) fn leads(&self) -> bool {
        self.role == "lead"
    }

    pub(in crate::web) fn is_of(&self, agency: &str) -> bool {
        self.agency.as_deref() == Some(agency)
    }
}

/// What a document as a whole carries out or rests on.
pub(in crate::web) struct Higher {
    /// The IRI of the document's work, and of the relation.
    pub(in crate::web) work: String,
    pub(in crate::web) relation: String,
    /// The IRI of the work that it names.
    pub(in crate::web) policy: String,
}

/// A target, achievement or limit, with what it is found by.
pub(in crate::web) struct Target {
    pub(in crate::web) iri: String,
    pub(in crate::web) class: String,
    /// The task or other item that states it.
    pub(in crate::web) item: String,
    pub(in crate::web) document: Arc<Document>,
    pub(in crate::web) indicator: Option<String>,
    pub(in crate::web) comparator: Concept,
    /// A decimal number, or a ratio.
    pub(in crate::web) value: String,
    pub(in crate::web) unit: Option<String>,
    /// How firmly it is promised, as printed.
    pub(in crate::web) modality: Option<String>,
    pub(in crate::web) quote: String,
    /// The IRI of the place that says so.
    pub(in crate::web) evidence: String,
    /// What the item or its document carries out.
    pub(in crate::web) policies: Vec<Arc<str>>,
    /// Its time limit, as printed, and the day it gives.
    pub(in crate::web) limit: Option<String>,
    pub(in crate::web) due: Option<String>,
}

impl Target {
    /// Whether its indicator has these characters.
    pub(in crate::web) fn is_of(&self, words: &str) -> bool {
        self.indicator.as_ref().is_some_and(|indicator| indicator.contains(words))
    }
}

/// A bearer named in a current version.
pub(in crate::web) struct Agency {
    pub(in crate::web) iri: String,
    pub(in crate::web) name: String,
    pub(in crate::web) others: Vec<String>,
    /// The class of a group or an unresolved name.
    pub(in crate::web) kind: Option<String>,
    pub(in crate::web) jurisdiction: Option<Jurisdiction>,
    pub(in crate::web) tasks: usize,
    pub(in crate::web) leads: usize,
}

impl Agency {
    /// All its names.
    pub(in crate::web) fn names(&self) -> impl Iterator<Item = &str> {
        [&self.name].into_iter().chain(&self.others).map(String::as_str)
    }
}

/// A normative document.
pub(in crate::web) struct Policy {
    pub(in crate::web) iri: String,
    pub(in crate::web) title: String,
    /// How many documents cite it in their current versions.
    pub(in crate::web) cited_by: usize,
    /// Its current version, where it has been taken in.
    pub(in crate::web) document: Option<Arc<Document>>,
}

/// How many things of each class a document says, by its version.
pub(in crate::web) type Counts = HashMap<String, Vec<(String, usize)>>;

/// All tables of one state of the store; each is read when it is first asked for.
#[derive(Default)]
pub(crate) struct Tables {
    documents: OnceLock<Vec<Arc<Document>>>,
    works: OnceLock<HashMap<String, Arc<Document>>>,
    versions: OnceLock<HashMap<String, Arc<Document>>>,
    counts: OnceLock<Counts>,
    parts: OnceLock<HashMap<String, Vec<Part>>>,
    due: OnceLock<HashMap<String, BTreeSet<String>>>,
    higher: OnceLock<Vec<Higher>>,
    tasks: OnceLock<Vec<Task>>,
    targets: OnceLock<Vec<Target>>,
    agencies: OnceLock<Vec<Agency>>,
    agency_places: OnceLock<HashMap<String, usize>>,
    policies: OnceLock<Vec<Policy>>,
    policy_places: OnceLock<HashMap<String, usize>>,
    pub(super) links: Links,
}

/// The tables of the last state that was asked for.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Option<(Revision, Arc<Tables>)>>);

impl Kept {
    /// The tables of the store as it is now. While it is being changed they serve this request only.
    pub(in crate::web) fn now(&self, site: &Site) -> Arc<Tables> {
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
pub(super) fn once<T>(
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
    pub(in crate::web) fn documents(&self, site: &Site) -> Result<&[Arc<Document>], QueryError> {
        let read = || {
            let rows = site.rows(DOCUMENTS, &[])?;
            // A work with two values of something has a row for each.
            let mut seen = BTreeSet::new();
            let documents = rows.iter().map(|row| Arc::new(Document::read(site, row)));
            Ok(documents.filter(|document| seen.insert(document.id.clone())).collect())
        };
        once(&self.documents, read).map(Vec::as_slice)
    }

    /// The documents by their IRIs.
    pub(in crate::web) fn works(
        &self,
        site: &Site,
    ) -> Result<&HashMap<String, Arc<Document>>, QueryError> {
        once(&self.works, || {
            let documents = self.documents(site)?.iter();
            Ok(documents.map(|d| (d.id.clone(), Arc::clone(d))).collect())
        })
    }

    /// The documents by their versions.
    pub(in crate::web) fn versions(
        &self,
        site: &Site,
    ) -> Result<&HashMap<String, Arc<Document>>, QueryError> {
        once(&self.versions, || {
            let documents = self.documents(site)?.iter();
            Ok(documents.map(|d| (d.version.clone(), Arc::clone(d))).collect())
        })
    }

    /// The tasks in the order of the texts, the newest documents first.
    pub(in crate::web) fn tasks(&self, site: &Site) -> Result<&[Task], QueryError> {
        let read = || {
            let versions = self.versions(site)?;
            let (mut tasks, mut seen) = (Vec::new(), BTreeSet::new());
            for row in site.rows(TASKS, &[])? {
                let (iri, version) = (row.text("task"), row.text("version"));
                let (Some(document), true) = (versions.get(&version), seen.insert(iri.clone()))
                else {
                    continue;
                };
                tasks.push(Task {
                    iri,
                    document: Arc::clone(document),
                    number: row.get("number"),
                    heading: row.get("heading"),
                    said: row.text("said"),
                    order: row.number("order"),
                    bearers: Vec::new(),
                    leads: 0,
                    due: BTreeSet::new(),
                    is_limited: false,
                    targets: 0,
                    policies: Vec::new(),
                });
            }
            let mut targets: HashMap<&str, usize> = HashMap::new();
            for target in self.targets(site)?.iter().filter(|t| t.class == gm::TARGET.as_str()) {
                *targets.entry(&target.item).or_default() += 1;
            }
            let (parts, due, limited) = (self.parts(site)?, self.due(site)?, self.limited(site)?);
            for task in &mut tasks {
                task.bearers = parts.get(&task.iri).cloned().unwrap_or_default();
                task.leads = leads(&task.bearers);
                task.due = due.get(&task.iri).cloned().unwrap_or_default();
                task.is_limited = limited.contains(&task.iri);
                task.targets = targets.get(&*task.iri).copied().unwrap_or(0);
                task.policies = self.carried_out(site, &task.iri, &task.document)?;
            }
            // The order in which pages list them.
            tasks.sort_by(|a, b| {
                let newest = b.document.year.cmp(&a.document.year);
                let of_one = newest.then_with(|| a.document.id.cmp(&b.document.id));
                of_one.then_with(|| a.order.cmp(&b.order))
            });
            Ok(tasks)
        };
        once(&self.tasks, read).map(Vec::as_slice)
    }

    /// How many things of each class a document says, by its version.
    pub(in crate::web) fn counts(&self, site: &Site) -> Result<&Counts, QueryError> {
        once(&self.counts, || {
            let mut counts = Counts::new();
            for row in site.rows(COUNTS, &[])? {
                let count = (row.text("class"), row.number("count"));
                counts.entry(row.text("version")).or_default().push(count);
            }
            Ok(counts)
        })
    }

    /// Who has which part in the items of documents, by item.
    pub(in crate::web) fn parts(
        &self,
        site: &Site,
    ) -> Result<&HashMap<String, Vec<Part>>, QueryError> {
        once(&self.parts, || {
            let mut parts: HashMap<String, Vec<Part>> = HashMap::new();
            for row in site.rows(BEARERS, &[])? {
                let role = row.text("role").trim_start_matches(role::NAMESPACE).to_owned();
                let part = Part { role, agency: row.get("agency"), person: row.get("person") };
                parts.entry(row.text("task")).or_default().push(part);
            }
            Ok(parts)
        })
    }

    /// The days by which items of documents, or targets of them, are due, by item.
    pub(in crate::web) fn due(
        &self,
        site: &Site,
    ) -> Result<&HashMap<String, BTreeSet<String>>, QueryError> {
        once(&self.due, || {
            let mut due: HashMap<String, BTreeSet<String>> = HashMap::new();
            for row in site.rows(DUE, &[])? {
                due.entry(row.text("task")).or_default().insert(row.text("date"));
            }
            Ok(due)
        })
    }

    /// What the documents carry out or rest on.
    pub(in crate::web) fn higher(&self, site: &Site) -> Result<&[Higher], QueryError> {
        let read = || {
            let higher = |row: &Row| Higher {
                work: row.text("work"),
                relation: row.text("relation"),
                policy: row.text("policy"),
            };
            Ok(site.rows(HIGHER, &[])?.iter().map(higher).collect())
        };
        once(&self.higher, read).map(Vec::as_slice)
    }

    pub(in crate::web) fn targets(&self, site: &Site) -> Result<&[Target], QueryError> {
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
                    policies: Vec::new(),
                    document: Arc::clone(document),
                    indicator: row.get("indicator"),
                    comparator: Concept::of(site, &row.text("comparator")),
                    value: row.get("value").or(row.get("ratio")).unwrap_or_default(),
                    unit: row.get("unit"),
                    modality: row.get("modality"),
                    quote: row.text("quote"),
                    evidence: row.text("evidence"),
                    limit: row.get("limit"),
                    due: row.get("date"),
                })
            };
            let mut targets: Vec<Target> =
                site.rows(TARGETS, &[])?.iter().filter_map(target).collect();
            for target in &mut targets {
                target.policies = self.carried_out(site, &target.item, &target.document)?;
            }
            Ok(targets)
        };
        once(&self.targets, read).map(Vec::as_slice)
    }

    pub(in crate::web) fn agencies(&self, site: &Site) -> Result<&[Agency], QueryError> {
        let read = || {
            let mut others: HashMap<String, Vec<String>> = HashMap::new();
            for row in site.rows(ALTERNATIVES, &[])? {
                others.entry(row.text("agency")).or_default().push(row.text("name"));
            }
            let mut counted = self.counted(site)?;
            let agency = |row: &Row| {
                let iri = row.text("agency");
                // Those that only versions of the past name have no part.
                let (tasks, leads) = counted.remove(iri.as_str())?;
                let name = row.text("name");
                let mut others = others.remove(&iri).unwrap_or_default();
                others.retain(|other| *other != name);
                let (kind, jurisdiction) = (row.get("kind"), Jurisdiction::read(row));
                Some(Agency { iri, name, others, kind, jurisdiction, tasks, leads })
            };
            Ok(site.rows(AGENCIES, &[])?.iter().filter_map(agency).collect())
        };
        once(&self.agencies, read).map(Vec::as_slice)
    }

    /// In how many items each agency has a part, and how many of them it leads.
    fn counted(&self, site: &Site) -> Result<HashMap<&str, (usize, usize)>, QueryError> {
        let mut counted: HashMap<&str, (usize, usize)> = HashMap::new();
        for parts in self.parts(site)?.values() {
            let named = parts.iter().filter_map(|part| part.agency.as_deref());
            for agency in named.collect::<BTreeSet<_>>() {
                let counts = counted.entry(agency).or_default();
                counts.0 += 1;
                counts.1 +=
                    usize::from(parts.iter().any(|part| part.leads() && part.is_of(agency)));
            }
        }
        Ok(counted)
    }

    /// The agency of an IRI.
    pub(in crate::web) fn agency(
        &self,
        site: &Site,
        iri: &str,
    ) -> Result<Option<&Agency>, QueryError> {
        let agencies = self.agencies(site)?;
        let by_iri = once(&self.agency_places, || {
            Ok(agencies.iter().enumerate().map(|(at, agency)| (agency.iri.clone(), at)).collect())
        })?;
        Ok(by_iri.get(iri).map(|&at| &agencies[at]))
    }

    /// The normative document of an IRI.
    pub(in crate::web) fn policy(
        &self,
        site: &Site,
        iri: &str,
    ) -> Result<Option<&Policy>, QueryError> {
        let policies = self.policies(site)?;
        let by_iri = once(&self.policy_places, || {
            Ok(policies.iter().enumerate().map(|(at, policy)| (policy.iri.clone(), at)).collect())
        })?;
        Ok(by_iri.get(iri).map(|&at| &policies[at]))
    }

    pub(in crate::web) fn policies(&self, site: &Site) -> Result<&[Policy], QueryError> {
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
