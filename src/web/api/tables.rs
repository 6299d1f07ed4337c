//! The small facts that lists are filtered and sorted by, of all things, read once a revision of the store.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::super::App;
use super::super::site::{Row, Site};
use super::cell::Cell;
use super::derived::Made;
use super::follow::{Since, Update, failure};
use super::links::Links;
use super::records::{
    Agency, Counts, Days, Document, Higher, Part, Parts, Policy, Target, Task, leads,
};
use super::terms::{Concept, Jurisdiction};
use crate::rdf::vocab::{gm, role};
use crate::store::{QueryError, Revision};
use oxigraph::model::NamedNode;

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

/// How long the store is left alone after a change before everything is read anew.
const QUIET: Duration = Duration::from_secs(1);

/// All tables of one state of the store; each is read when it is first asked for.
pub(crate) struct Tables {
    me: Weak<Self>,
    /// Tables of a state before, until all of these are read.
    since: Mutex<Option<Arc<Since>>>,
    /// What many rows of the tables say, each once.
    said: Mutex<HashSet<Arc<str>>>,
    documents: Cell<Vec<Arc<Document>>>,
    works: Cell<HashMap<String, Arc<Document>>>,
    versions: Cell<HashMap<String, Arc<Document>>>,
    counts: Cell<Counts>,
    parts: Cell<HashMap<Arc<str>, Parts>>,
    due: Cell<HashMap<Arc<str>, Days>>,
    higher: Cell<Vec<Higher>>,
    tasks: Cell<Vec<Task>>,
    targets: Cell<Vec<Target>>,
    agencies: Cell<Vec<Agency>>,
    agency_places: Cell<HashMap<String, usize>>,
    policies: Cell<Vec<Policy>>,
    policy_places: Cell<HashMap<String, usize>>,
    pub(super) links: Links,
    pub(super) made: Made,
}

/// The tables of the last state that was asked for.
#[derive(Default)]
pub(crate) struct Kept(Mutex<Option<(Revision, Arc<Tables>)>>);

impl Kept {
    /// The tables of the store as it is now; while it is being changed, as it was before.
    pub(in crate::web) fn now(&self, site: &Site) -> Arc<Tables> {
        let Some(revision) = site.store.last_revision() else { return Tables::new(None) };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((known, tables)) if *known == revision => Arc::clone(tables),
            before => {
                let since = before.as_ref().and_then(|(known, tables)| {
                    Some(Since::new(tables, site.store.touched(*known, revision)?))
                });
                let tables = Tables::new(since);
                *kept = Some((revision, Arc::clone(&tables)));
                tables
            }
        }
    }
}

/// Reads all tables at the start and after each change, so that nobody has to wait for them; as long as there is the
/// site, and has what pages need made of them. A store behind an endpoint is not asked when nobody asks for anything.
pub(in crate::web) fn keep_ready(site: &App, make: fn(&Site, &Tables) -> Result<(), QueryError>) {
    if !site.store.is_here() {
        return;
    }
    let (mut seen, mut read) = (site.store.revision(), None);
    let site = Arc::downgrade(site);
    std::thread::spawn(move || {
        while let Some(site) = site.upgrade() {
            let now = site.store.revision();
            if now.is_some() && now == seen && now != read {
                let begun = Instant::now();
                let tables = site.tables.now(&site);
                match tables.read_all(&site).and_then(|()| make(&site, &tables)) {
                    Ok(()) => {
                        let ms = begun.elapsed().as_millis();
                        tracing::info!(ms, "the tables of the pages are read");
                    }
                    Err(error) => {
                        tracing::error!(cause = %error, "the tables of the pages could not be read");
                    }
                }
                read = now;
            }
            seen = now;
            drop(site);
            std::thread::sleep(QUIET);
        }
    });
}

impl Tables {
    /// Empty ones. What of them is said by documents that were not touched since an earlier state is taken over from
    /// the tables of that.
    pub(super) fn new(since: Option<Since>) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            since: Mutex::new(since.map(Arc::new)),
            said: Mutex::default(),
            documents: Cell::default(),
            works: Cell::default(),
            versions: Cell::default(),
            counts: Cell::default(),
            parts: Cell::default(),
            due: Cell::default(),
            higher: Cell::default(),
            tasks: Cell::default(),
            targets: Cell::default(),
            agencies: Cell::default(),
            agency_places: Cell::default(),
            policies: Cell::default(),
            policy_places: Cell::default(),
            links: Links::default(),
            made: Made::default(),
        })
    }

    /// These tables, for another thread.
    pub(super) fn shared(&self) -> Arc<Self> {
        self.me.upgrade().expect("tables are made shared, and whoever has them shares them")
    }

    /// What these follow up, while not all of them are read.
    pub(super) fn since(&self) -> Option<Arc<Since>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads every table that has not been, on two threads, those that most pages need first.
    pub(super) fn read_all(&self, site: &Site) -> Result<(), QueryError> {
        // Of the long ones each thread has half.
        std::thread::scope(|scope| {
            let others = scope.spawn(|| {
                self.citations_of(site, "")?;
                self.targets(site)?;
                self.outline(site)?;
                self.policy(site, "")?;
                self.higher(site).map(drop)
            });
            self.documents(site)?;
            self.agency(site, "")?;
            self.tasks(site)?;
            self.counts(site)?;
            others.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })?;
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }

    /// A text that may stand in many rows.
    pub(super) fn keep(&self, text: &str) -> Arc<str> {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        match said.get(text) {
            Some(known) => Arc::clone(known),
            None => {
                let new: Arc<str> = text.into();
                said.insert(Arc::clone(&new));
                new
            }
        }
    }

    /// What a variable has, which may stand in many rows.
    pub(super) fn kept(&self, row: &Row, variable: &str) -> Option<Arc<str>> {
        row.get(variable).map(|text| self.keep(&text))
    }

    pub(in crate::web) fn documents(&self, site: &Site) -> Result<&[Arc<Document>], QueryError> {
        let read = |_: &Self, site: &Site| {
            let (mut documents, mut seen) = (Vec::new(), HashSet::new());
            site.each(DOCUMENTS, |row| {
                let document = Document::read(site, &row);
                // A work with two values of something has a row for each.
                if seen.insert(document.id.clone()) {
                    documents.push(Arc::new(document));
                }
            })?;
            Ok(documents)
        };
        let follow =
            |_: &Self, _: &Site, update: &Update, old: &Vec<Arc<Document>>, new: &Vec<_>| {
                Ok(update.rows(old, new, |document| &document.id))
            };
        self.followed(site, |tables| &tables.documents, read, follow).map(Vec::as_slice)
    }

    /// The documents by their IRIs.
    pub(in crate::web) fn works(
        &self,
        site: &Site,
    ) -> Result<&HashMap<String, Arc<Document>>, QueryError> {
        let read = |tables: &Self, site: &Site| {
            let documents = tables.documents(site)?.iter();
            Ok(documents.map(|d| (d.id.clone(), Arc::clone(d))).collect())
        };
        self.once(site, |tables| &tables.works, read)
    }

    /// The documents by their versions.
    pub(in crate::web) fn versions(
        &self,
        site: &Site,
    ) -> Result<&HashMap<String, Arc<Document>>, QueryError> {
        let read = |tables: &Self, site: &Site| {
            let documents = tables.documents(site)?.iter();
            Ok(documents.map(|d| (d.version.clone(), Arc::clone(d))).collect())
        };
        self.once(site, |tables| &tables.versions, read)
    }

    /// The tasks in the order of the texts, the newest documents first.
    pub(in crate::web) fn tasks(&self, site: &Site) -> Result<&[Task], QueryError> {
        let follow = |_: &Self, _: &Site, update: &Update, old: &Vec<Task>, new: &Vec<_>| {
            let mut tasks = update.rows(old, new, |task| &task.document.id);
            Self::sort(&mut tasks);
            Ok(tasks)
        };
        self.followed(site, |tables| &tables.tasks, Self::read_tasks, follow).map(Vec::as_slice)
    }

    /// The order in which pages list them.
    fn sort(tasks: &mut [Task]) {
        tasks.sort_by(|a, b| {
            let newest = b.document.year.cmp(&a.document.year);
            let of_one = newest.then_with(|| a.document.id.cmp(&b.document.id));
            of_one.then_with(|| a.order.cmp(&b.order))
        });
    }

    fn read_tasks(&self, site: &Site) -> Result<Vec<Task>, QueryError> {
        let versions = self.versions(site)?;
        let mut targets: HashMap<&str, usize> = HashMap::new();
        for target in self.targets(site)?.iter().filter(|t| *t.class == *gm::TARGET.as_str()) {
            *targets.entry(&target.item).or_default() += 1;
        }
        let (parts, due, limited) = (self.parts(site)?, self.due(site)?, self.limited(site)?);
        let (no_parts, no_days): (Parts, Days) = Default::default();
        let (mut tasks, mut seen) = (Vec::new(), HashSet::new());
        site.each(TASKS, |row| {
            let iri = self.keep(&row.text("task"));
            let (Some(document), true) =
                (versions.get(&row.text("version")), seen.insert(Arc::clone(&iri)))
            else {
                return;
            };
            let bearers = Arc::clone(parts.get(&iri).unwrap_or(&no_parts));
            let heading = self.kept(&row, "heading");
            tasks.push(Task {
                document: Arc::clone(document),
                number: self.kept(&row, "number"),
                said: heading.clone().unwrap_or_else(|| row.text("said").into()),
                heading,
                order: row.number("order"),
                leads: leads(&bearers),
                bearers,
                due: Arc::clone(due.get(&iri).unwrap_or(&no_days)),
                is_limited: limited.contains(&iri),
                targets: targets.get(&*iri).copied().unwrap_or(0),
                policies: Vec::new(),
                iri,
            });
        })?;
        for task in &mut tasks {
            task.policies = self.carried_out(site, &task.iri, &task.document)?;
        }
        Self::sort(&mut tasks);
        Ok(tasks)
    }

    /// How many things of each class a document says, by its version.
    pub(in crate::web) fn counts(&self, site: &Site) -> Result<&Counts, QueryError> {
        let read = |tables: &Self, site: &Site| {
            let mut counts = Counts::new();
            site.each(COUNTS, |row| {
                let count = (tables.keep(&row.text("class")), row.number("count"));
                counts.entry(row.text("version")).or_default().push(count);
            })?;
            Ok(counts)
        };
        let follow = |_: &Self, _: &Site, update: &Update, old: &Counts, new: &Counts| {
            Ok(update.things(old, new))
        };
        self.followed(site, |tables| &tables.counts, read, follow)
    }

    /// Who has which part in the items of documents, by item.
    pub(in crate::web) fn parts(
        &self,
        site: &Site,
    ) -> Result<&HashMap<Arc<str>, Parts>, QueryError> {
        let read = |tables: &Self, site: &Site| {
            let mut parts: HashMap<Arc<str>, Vec<Part>> = HashMap::new();
            site.each(BEARERS, |row| {
                let role = tables.keep(row.text("role").trim_start_matches(role::NAMESPACE));
                let (agency, person) = (tables.kept(&row, "agency"), tables.kept(&row, "person"));
                let task = tables.keep(&row.text("task"));
                parts.entry(task).or_default().push(Part { role, agency, person });
            })?;
            Ok(parts.into_iter().map(|(item, parts)| (item, parts.into())).collect())
        };
        let follow =
            |_: &Self, _: &Site, update: &Update, old: &_, new: &_| Ok(update.things(old, new));
        self.followed(site, |tables| &tables.parts, read, follow)
    }

    /// The days by which items of documents, or targets of them, are due, by item.
    pub(in crate::web) fn due(&self, site: &Site) -> Result<&HashMap<Arc<str>, Days>, QueryError> {
        let read = |tables: &Self, site: &Site| {
            let mut due: HashMap<Arc<str>, BTreeSet<Arc<str>>> = HashMap::new();
            site.each(DUE, |row| {
                let task = tables.keep(&row.text("task"));
                due.entry(task).or_default().insert(tables.keep(&row.text("date")));
            })?;
            Ok(due.into_iter().map(|(item, days)| (item, days.into_iter().collect())).collect())
        };
        let follow =
            |_: &Self, _: &Site, update: &Update, old: &_, new: &_| Ok(update.things(old, new));
        self.followed(site, |tables| &tables.due, read, follow)
    }

    /// What the documents carry out or rest on.
    pub(in crate::web) fn higher(&self, site: &Site) -> Result<&[Higher], QueryError> {
        let read = |_: &Self, site: &Site| {
            let higher = |row: &Row| Higher {
                work: row.text("work"),
                relation: row.text("relation"),
                policy: row.text("policy"),
            };
            Ok(site.rows(HIGHER, &[])?.iter().map(higher).collect())
        };
        let follow = |_: &Self, _: &Site, update: &Update, old: &Vec<Higher>, new: &Vec<_>| {
            Ok(update.rows(old, new, |higher| &higher.work))
        };
        self.followed(site, |tables| &tables.higher, read, follow).map(Vec::as_slice)
    }

    pub(in crate::web) fn targets(&self, site: &Site) -> Result<&[Target], QueryError> {
        let follow = |_: &Self, _: &Site, update: &Update, old: &Vec<Target>, new: &Vec<_>| {
            Ok(update.rows(old, new, |target| &target.document.id))
        };
        self.followed(site, |tables| &tables.targets, Self::read_targets, follow).map(Vec::as_slice)
    }

    fn read_targets(&self, site: &Site) -> Result<Vec<Target>, QueryError> {
        let versions = self.versions(site)?;
        let mut comparators: HashMap<String, Arc<Concept>> = HashMap::new();
        let (mut targets, mut seen) = (Vec::new(), HashSet::new());
        site.each(TARGETS, |row| {
            let Some(document) = versions.get(&row.text("version")) else { return };
            let iri: Arc<str> = row.text("target").into();
            if !seen.insert(Arc::clone(&iri)) {
                return;
            }
            let comparator = row.text("comparator");
            let concept = || Arc::new(Concept::of(site, &comparator));
            let comparator = comparators.entry(comparator.clone()).or_insert_with(concept);
            let value = self.kept(&row, "value").or_else(|| self.kept(&row, "ratio"));
            targets.push(Target {
                iri,
                class: self.keep(&row.text("class")),
                item: self.keep(&row.text("item")),
                policies: Vec::new(),
                document: Arc::clone(document),
                indicator: self.kept(&row, "indicator"),
                comparator: Arc::clone(comparator),
                value: value.unwrap_or_default(),
                unit: self.kept(&row, "unit"),
                modality: self.kept(&row, "modality"),
                quote: row.text("quote").into(),
                evidence: row.text("evidence").into(),
                limit: self.kept(&row, "limit"),
                due: self.kept(&row, "date"),
            });
        })?;
        for target in &mut targets {
            target.policies = self.carried_out(site, &target.item, &target.document)?;
        }
        Ok(targets)
    }

    pub(in crate::web) fn agencies(&self, site: &Site) -> Result<&[Agency], QueryError> {
        let follow = |tables: &Self, site: &Site, _: &Update, old: &Vec<_>, new: &Vec<_>| {
            tables.follow_agencies(site, old, new)
        };
        self.followed(site, |tables| &tables.agencies, Self::read_agencies, follow)
            .map(Vec::as_slice)
    }

    fn read_agencies(&self, site: &Site) -> Result<Vec<Agency>, QueryError> {
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
    }

    /// The agencies of the documents that were touched have new names, and all may have other numbers.
    fn follow_agencies(
        &self,
        site: &Site,
        old: &[Agency],
        new: &[Agency],
    ) -> Result<Vec<Agency>, QueryError> {
        let mut counted = self.counted(site)?;
        let fresh: HashSet<&str> = new.iter().map(|agency| agency.iri.as_str()).collect();
        let old = old.iter().filter(|agency| !fresh.contains(agency.iri.as_str()));
        let known = old.chain(new).filter_map(|agency| {
            let (tasks, leads) = counted.remove(agency.iri.as_str())?;
            Some(Agency { tasks, leads, ..agency.clone() })
        });
        Ok(known.collect())
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
        let read = |tables: &Self, site: &Site| {
            let agencies = tables.agencies(site)?.iter().enumerate();
            Ok(agencies.map(|(at, agency)| (agency.iri.clone(), at)).collect())
        };
        let by_iri = self.once(site, |tables| &tables.agency_places, read)?;
        let agencies = self.agencies(site)?;
        Ok(by_iri.get(iri).map(|&at| &agencies[at]))
    }

    /// The normative document of an IRI.
    pub(in crate::web) fn policy(
        &self,
        site: &Site,
        iri: &str,
    ) -> Result<Option<&Policy>, QueryError> {
        let read = |tables: &Self, site: &Site| {
            let policies = tables.policies(site)?.iter().enumerate();
            Ok(policies.map(|(at, policy)| (policy.iri.clone(), at)).collect())
        };
        let by_iri = self.once(site, |tables| &tables.policy_places, read)?;
        let policies = self.policies(site)?;
        Ok(by_iri.get(iri).map(|&at| &policies[at]))
    }

    pub(in crate::web) fn policies(&self, site: &Site) -> Result<&[Policy], QueryError> {
        let follow = |tables: &Self, site: &Site, update: &Update, old: &Vec<_>, new: &Vec<_>| {
            tables.follow_policies(site, update, old, new)
        };
        self.followed(site, |tables| &tables.policies, Self::read_policies, follow)
            .map(Vec::as_slice)
    }

    fn read_policies(&self, site: &Site) -> Result<Vec<Policy>, QueryError> {
        // What a policy is called: by its key, and as others print it; of these the first by its characters.
        let mut called: HashMap<String, (Option<String>, Option<String>)> = HashMap::new();
        site.each(POLICIES, |row| {
            let (key, printed) = called.entry(row.text("policy")).or_default();
            *key = key.take().or_else(|| row.get("key"));
            *printed = match (printed.take(), row.get("printed")) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        })?;
        let policy = |(iri, (key, printed)): (String, (Option<String>, Option<String>))| {
            let title = printed.or(key).unwrap_or_default();
            self.policy_called(site, iri, title)
        };
        called.into_iter().map(policy).collect()
    }

    /// A policy with what the other tables say of it.
    fn policy_called(&self, site: &Site, iri: String, title: String) -> Result<Policy, QueryError> {
        let document = self.works(site)?.get(&iri).cloned();
        let own = document.as_ref().and_then(|document| document.title.clone());
        let citing = self.citations_of(site, &iri)?;
        let citing: HashSet<&str> = citing.iter().map(|c| c.document.version.as_str()).collect();
        Ok(Policy { cited_by: citing.len(), title: own.unwrap_or(title), document, iri })
    }

    /// The policies that touched documents name have new titles, and all may be cited otherwise. One that is a document
    /// no more and is not cited may be gone.
    fn follow_policies(
        &self,
        site: &Site,
        update: &Update,
        old: &[Policy],
        new: &[Policy],
    ) -> Result<Vec<Policy>, QueryError> {
        let fresh: HashSet<&str> = new.iter().map(|policy| policy.iri.as_str()).collect();
        let old = old.iter().filter(|policy| !fresh.contains(policy.iri.as_str()));
        let mut policies = Vec::new();
        for Policy { iri, title, .. } in old.chain(new) {
            let policy = self.policy_called(site, iri.clone(), title.clone())?;
            let is_named = policy.cited_by > 0 || policy.document.is_some() || update.only_adds();
            if is_named || site.store.has_policy(&NamedNode::new_unchecked(iri)).map_err(failure)? {
                policies.push(policy);
            }
        }
        Ok(policies)
    }
}
