//! After a change: what was read of documents that it did not touch is taken over.
//!
//! What touched documents say now is read by the same queries as everything, put to an excerpt of the store that holds
//! these documents alone. So a change costs what it touches and the copying of rows, not a reading of the whole store.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use oxigraph::model::NamedNode;

use super::super::site::Site;
use super::cell::Cell;
use super::tables::Tables;
use crate::store::{QueryError, StoreError};

/// How a table follows that of a state before: from the old rows and those of the touched documents.
pub(super) type Follow<T> = fn(&Tables, &Site, &Update, &T, &T) -> Result<T, QueryError>;

/// A state before, and the versions that were touched since.
pub(super) struct Since {
    before: Arc<Tables>,
    touched: BTreeSet<NamedNode>,
    /// Made when it is first needed; none inside where everything must be read anew.
    update: Mutex<Option<Option<Arc<Update>>>>,
}

/// What touched documents say now.
pub(super) struct Update {
    before: Arc<Tables>,
    /// Tables of these documents alone, and a site that they are read from.
    part: Arc<Tables>,
    excerpt: Site,
    /// The works of these documents, and the versions of them that were current before.
    works: HashSet<String>,
    versions: HashSet<String>,
}

impl Since {
    /// From the tables of a state before or, while these follow up others themselves, from those. What of them is not
    /// read yet is read, once for all that follow.
    pub(super) fn new(tables: &Arc<Tables>, mut touched: BTreeSet<NamedNode>) -> Self {
        let before = match tables.since() {
            Some(since) => {
                touched.extend(since.touched.iter().cloned());
                Arc::clone(&since.before)
            }
            None => Arc::clone(tables),
        };
        Self { before, touched, update: Mutex::default() }
    }

    /// Made for the tables that follow.
    fn update(&self, now: &Tables, site: &Site) -> Result<Option<Arc<Update>>, QueryError> {
        let mut update = self.update.lock().unwrap_or_else(PoisonError::into_inner);
        match &*update {
            Some(update) => Ok(update.clone()),
            None => {
                let new = self.read(now, site)?.map(Arc::new);
                *update = Some(new.clone());
                Ok(new)
            }
        }
    }

    fn read(&self, now: &Tables, site: &Site) -> Result<Option<Update>, QueryError> {
        let before = Arc::clone(&self.before);
        let (known, all) = (before.versions(site)?, before.documents(site)?.len());
        // Where most of it is new, reading everything is less work.
        if self.touched.len() > all.max(2) / 2 || renamed(site, &before, now)? {
            return Ok(None);
        }
        let old = self.touched.iter().filter_map(|version| known.get(version.as_str()));
        let mut works: BTreeSet<NamedNode> =
            old.map(|document| NamedNode::new_unchecked(&document.id)).collect();
        works.extend(site.store.works_of(&self.touched).map_err(failure)?);
        let documents = before.works(site)?;
        let versions = works.iter().filter_map(|work| documents.get(work.as_str()));
        let versions: HashSet<String> = versions.map(|document| document.version.clone()).collect();
        let excerpt = site.store.excerpt(&works).map_err(failure)?;
        let works = works.into_iter().map(NamedNode::into_string).collect();
        let (part, excerpt) = (Tables::new(None), site.trying(excerpt));
        Ok(Some(Update { before, part, excerpt, works, versions }))
    }
}

/// Whether a division has another name than before, which any document may be told with.
fn renamed(site: &Site, before: &Tables, now: &Tables) -> Result<bool, QueryError> {
    let old = before.divisions(site)?;
    let mut now = now.divisions(site)?.iter();
    Ok(now.any(|(code, division)| old.get(code).is_some_and(|old| old != division)))
}

pub(super) fn failure(error: StoreError) -> QueryError {
    QueryError::Write(std::io::Error::other(error))
}

impl Tables {
    /// What a cell holds; if it is empty, taken over from the tables of a state before as far as that can be, and else
    /// read.
    pub(super) fn followed<T: Send + Sync + 'static>(
        &self,
        site: &Site,
        cell: fn(&Self) -> &Cell<T>,
        read: fn(&Self, &Site) -> Result<T, QueryError>,
        follow: Follow<T>,
    ) -> Result<&T, QueryError> {
        self.filled(site, cell, move |tables, site| {
            let update = match tables.since() {
                Some(since) => since.update(tables, site)?,
                None => None,
            };
            match update {
                Some(update) => {
                    let old = update.before.once(site, cell, read)?;
                    let new = update.part.once(&update.excerpt, cell, read)?;
                    follow(tables, site, &update, old, new)
                }
                None => read(tables, site),
            }
        })
    }
}

impl Update {
    /// Whether nothing went that was current before.
    pub(super) fn only_adds(&self) -> bool {
        self.versions.is_empty()
    }

    /// The rows of documents that were not touched, and the new ones of those that were; `work` is the IRI of the work
    /// that a row is of.
    pub(super) fn rows<R: Clone>(&self, old: &[R], new: &[R], work: fn(&R) -> &String) -> Vec<R> {
        let old = old.iter().filter(|row| !self.works.contains(work(row)));
        old.chain(new).cloned().collect()
    }

    /// Whether a thing is said by a version that was touched: its IRI lies below that of the version, or is that.
    pub(super) fn touches(&self, thing: &str) -> bool {
        let ends = thing.match_indices('/').map(|(at, _)| &thing[..at]).chain([thing]);
        ends.into_iter().any(|start| self.versions.contains(start))
    }

    /// The same as [`Update::rows`] for what is kept by its IRI.
    pub(super) fn things<K, V>(&self, old: &HashMap<K, V>, new: &HashMap<K, V>) -> HashMap<K, V>
    where
        K: Clone + Eq + Hash + AsRef<str>,
        V: Clone,
    {
        let old = old.iter().filter(|(thing, _)| !self.touches(thing.as_ref()));
        old.chain(new).map(|(thing, value)| (thing.clone(), value.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;
    use crate::config::Config;
    use crate::knowledge::Knowledge;
    use crate::rdf::Described;
    use crate::store::{Store, Update as Request};
    use crate::{pipeline, rdf};

    struct Fixture {
        _dir: tempfile::TempDir,
        site: Site,
        knowledge: Knowledge,
    }

    impl Fixture {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let store = Store::open(dir.path(), None).unwrap();
            let site = Site::new(Arc::new(store), None, &Config::default());
            Self { _dir: dir, site, knowledge: Knowledge::embedded() }
        }

        fn described(&self, name: &str, text: &str) -> Described {
            let reading = pipeline::read(name, text.as_bytes(), &self.knowledge).unwrap();
            rdf::quads(&reading.as_rdf(), self.site.store.base())
        }

        fn take_in(&self, name: &str, text: &str) -> Described {
            let described = self.described(name, text);
            self.site.store.take_in(&described).unwrap();
            described
        }

        /// The tables of the store as it is now, whole, and whether they took anything over.
        fn tables(&self) -> (Arc<Tables>, bool) {
            let tables = self.site.tables.now(&self.site);
            let since = tables.since();
            tables.read_all(&self.site).unwrap();
            let update = since.and_then(|since| since.update(&tables, &self.site).unwrap());
            (tables, update.is_some())
        }

        fn is_followed(&self) {
            let (tables, followed) = self.tables();
            assert!(followed);
            self.are_as_read_anew(&tables);
        }

        fn are_as_read_anew(&self, tables: &Tables) {
            let anew = Tables::new(None);
            anew.read_all(&self.site).unwrap();
            let (told, expected) = (told(tables, &self.site), told(&anew, &self.site));
            for (told, expected) in told.into_iter().zip(expected) {
                let [told, expected] = [told, expected].map(BTreeSet::from_iter);
                let differ: Vec<_> = told.symmetric_difference(&expected).collect();
                assert!(differ.is_empty(), "{differ:#?}");
            }
        }
    }

    /// All that tables say, without the order of what has none.
    fn told(tables: &Tables, site: &Site) -> Vec<Vec<String>> {
        fn each(rows: impl IntoIterator<Item = impl Debug>) -> Vec<String> {
            let mut rows: Vec<String> = rows.into_iter().map(|row| format!("{row:?}")).collect();
            rows.sort();
            rows
        }
        let tasks = tables.tasks(site).unwrap();
        let order = tasks.iter().enumerate().map(|(at, task)| format!("{at} {}", task.iri));
        let counts =
            tables.counts(site).unwrap().iter().map(|(version, counts)| {
                (version, counts.iter().cloned().collect::<BTreeSet<_>>())
            });
        let parts = tables.parts(site).unwrap().iter().map(|(item, parts)| (item, each(&**parts)));
        vec![
            each(tables.documents(site).unwrap()),
            order.collect(),
            each(tasks.iter().map(|task| (each(&*task.bearers), each(&task.policies), &task.due))),
            each(tables.targets(site).unwrap().iter().map(|t| (&t.iri, &t.document, &t.due))),
            each(tables.agencies(site).unwrap().iter().map(|agency| {
                (&agency.iri, agency.names().collect::<BTreeSet<_>>(), agency.tasks, agency.leads)
            })),
            each(tables.policies(site).unwrap()),
            each(counts),
            each(parts),
            each(tables.due(site).unwrap()),
            each(tables.limited(site).unwrap()),
            each(tables.higher(site).unwrap()),
            each(tables.outline(site).unwrap()),
            each(tables.citations(site).unwrap()),
            each(tables.divisions(site).unwrap()),
        ]
    }

    const DIVISION_PLAN: &str =
        include_str!("../../../seeds/samples/elderly-division-plan-2024.txt");
    const ACTION_PLAN: &str = include_str!("../../../seeds/samples/wanghu-elderly-plan-2025.txt");
    const WORK_POINTS: &str = include_str!("../../../seeds/samples/education-work-points-2024.txt");
    const OPINION: &str = include_str!("../../../seeds/samples/business-environment-plan-2024.txt");

    const OTHERS: [&str; 3] = [
        include_str!("../../../seeds/samples/parking-regulation-2022.txt"),
        include_str!("../../../seeds/samples/reservoir-flood-notice-2024.txt"),
        include_str!("../../../seeds/samples/linlan-aftercare-news-2024.txt"),
    ];

    #[test]
    fn what_was_not_touched_is_taken_over() {
        let f = Fixture::new();
        f.take_in("a.txt", DIVISION_PLAN);
        f.take_in("b.txt", WORK_POINTS);
        for text in OTHERS {
            f.take_in("other.txt", text);
        }
        // Tables that nobody has read yet are followed, too.
        assert!(f.site.tables.now(&f.site).since().is_none());
        // Another document, which cites one that is there.
        f.take_in("c.txt", ACTION_PLAN);
        f.is_followed();
        // Two changes between two readings; one gives a work that is there another version.
        f.take_in("d.txt", OPINION);
        f.take_in("b.txt", &WORK_POINTS.replace("学生", "学员"));
        f.site.tables.now(&f.site);
        let revised = f.take_in("a.txt", &DIVISION_PLAN.replacen("局", "署", 2));
        f.is_followed();
        // A version goes, and the one before it is current again; a document goes, with what only it named.
        let sha256 = |text: &str| pipeline::read("", text.as_bytes(), &f.knowledge).unwrap().sha256;
        let take_out = |version: &NamedNode, name: &str, text: &str, held: &[NamedNode]| {
            let held = held.iter().cloned().collect();
            f.site.store.take_out(version, name, &sha256(text), &held).unwrap()
        };
        let first = f.described("a.txt", DIVISION_PLAN).version;
        let text = DIVISION_PLAN.replacen("局", "署", 2);
        assert_eq!(take_out(&revised.version, "a.txt", &text, &[first]).len(), 1);
        f.is_followed();
        let opinion = f.described("d.txt", OPINION).version;
        assert_eq!(take_out(&opinion, "d.txt", OPINION, &[]).len(), 1);
        f.is_followed();
    }

    #[test]
    fn after_a_change_of_anything_else_all_is_read_anew() {
        let f = Fixture::new();
        for (name, text) in [("a.txt", DIVISION_PLAN), ("b.txt", WORK_POINTS), ("c.txt", OPINION)] {
            f.take_in(name, text);
        }
        let (tables, _) = f.tables();
        let lead = tables.agencies(&f.site).unwrap()[0].iri.clone();
        let rename = format!(
            "INSERT DATA {{ GRAPH <http://own.example/g> {{ \
             <{lead}> <http://www.w3.org/2004/02/skos/core#altLabel> \"别名\" }} }}"
        );
        Request::parse(&rename, f.site.store.base()).unwrap().run(&f.site.store).unwrap();
        let (tables, followed) = f.tables();
        assert!(!followed);
        let named = tables.agency(&f.site, &lead).unwrap().unwrap();
        assert!(named.names().any(|name| name == "别名"));
        f.are_as_read_anew(&tables);
    }
}
