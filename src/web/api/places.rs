//! Where in the tables one thing is: a page about it costs the same however many others there are.

use std::collections::HashMap;

use super::super::site::Site;
use super::links::Citing;
use super::records::{Document, Higher, Task};
use super::tables::Tables;
use crate::store::QueryError;

const ITEM: &str = include_str!("../queries/api_item.rq");

impl Tables {
    /// The task of an IRI.
    pub(in crate::web) fn task(&self, site: &Site, iri: &str) -> Result<Option<&Task>, QueryError> {
        let Some(row) = site.row(ITEM, &[("item", iri)])? else { return Ok(None) };
        let Some(document) = self.versions(site)?.get(&row.text("version")) else {
            return Ok(None);
        };
        Ok(self.tasks_in(site, document)?.iter().find(|task| *task.iri == *iri))
    }

    /// The tasks of a document in the order of its text. All tasks are sorted by their documents.
    pub(in crate::web) fn tasks_in(
        &self,
        site: &Site,
        document: &Document,
    ) -> Result<&[Task], QueryError> {
        Ok(stretch(self.tasks(site)?, |task| {
            let newest = document.year.cmp(&task.document.year);
            newest.then_with(|| task.document.id.cmp(&document.id))
        }))
    }

    /// What a document cites. All citations are sorted by their versions.
    pub(in crate::web) fn citations_in(
        &self,
        site: &Site,
        document: &Document,
    ) -> Result<&[Citing], QueryError> {
        let citations = self.citations(site)?;
        Ok(stretch(citations, |citing| citing.document.version.cmp(&document.version)))
    }

    /// What a document as a whole carries out or rests on.
    pub(in crate::web) fn higher_of(
        &self,
        site: &Site,
        work: &str,
    ) -> Result<impl Iterator<Item = &Higher>, QueryError> {
        let read = |tables: &Self, site: &Site| {
            let mut places: HashMap<String, Vec<usize>> = HashMap::new();
            for (at, higher) in tables.higher(site)?.iter().enumerate() {
                places.entry(higher.work.clone()).or_default().push(at);
            }
            Ok(places)
        };
        let places = self.once(site, |tables| &tables.links.higher, read)?;
        let all = self.higher(site)?;
        Ok(places.get(work).into_iter().flatten().map(|&at| &all[at]))
    }
}

/// The part of a sorted list that is equal to what is sought.
fn stretch<T>(sorted: &[T], compare: impl Fn(&T) -> std::cmp::Ordering) -> &[T] {
    let start = sorted.partition_point(|one| compare(one).is_lt());
    let end = start + sorted[start..].partition_point(|one| compare(one).is_eq());
    &sorted[start..end]
}
