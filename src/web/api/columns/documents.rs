//! The documents as columns.

use std::cmp::Reverse;
use std::sync::Arc;

use super::super::derived::Derived;
use super::super::records;
use super::super::tables::Tables;
use super::{Column, Values, number};
use crate::store::QueryError;
use crate::web::site::Site;

/// The documents, numbered in the order of their IRIs.
pub(in crate::web) struct Documents {
    pub(in crate::web) ids: Values,
    all: Vec<Arc<records::Document>>,
    pub(in crate::web) place: Column,
    pub(in crate::web) genre: Column,
    pub(in crate::web) tier: Column,
    pub(in crate::web) year: Column,
    pub(in crate::web) title: Column,
    /// Their numbers, the newest first.
    pub(in crate::web) newest: Vec<u32>,
}

impl Derived for Documents {
    fn read(site: &Site, tables: &Tables) -> Result<(), QueryError> {
        tables.documents(site).map(|_| ())
    }

    fn derive(site: &Site, tables: &Tables) -> Result<Self, QueryError> {
        let read = tables.documents(site)?;
        let mut order: Vec<usize> = (0..read.len()).collect();
        order.sort_unstable_by_key(|&place| &read[place].id);
        let mut newest = vec![0; order.len()];
        for (new, &place) in order.iter().enumerate() {
            newest[place] = number(new);
        }
        let all: Vec<_> = order.into_iter().map(|place| Arc::clone(&read[place])).collect();
        newest.sort_by_cached_key(|&document| {
            let document = &all[document as usize];
            let (year, day) = (document.year.as_deref(), document.day());
            // What has no title goes last, in whatever language that is said.
            let title = document.title.as_deref();
            let newest = (year.unwrap_or_default(), day.map_or("", |day| day));
            (Reverse(newest), title.is_none(), title)
        });
        Ok(Self {
            ids: Values::new(all.iter().map(|document| &*document.id).collect()),
            place: Column::new(
                all.iter().map(|d| d.jurisdiction.as_ref().map(|place| &*place.code)),
            ),
            genre: Column::new(all.iter().map(|d| d.genre.as_ref().map(|genre| genre.code()))),
            tier: Column::new(all.iter().map(|d| d.tier.as_ref().map(|tier| tier.code()))),
            year: Column::new(all.iter().map(|d| d.year.as_deref())),
            title: Column::new(all.iter().map(|d| d.title.as_deref())),
            newest,
            all,
        })
    }
}

impl Documents {
    /// The document of a number.
    pub(in crate::web) fn get(&self, number: u32) -> &Arc<records::Document> {
        &self.all[number as usize]
    }

    /// The same, if there is one of this number.
    pub(in crate::web) fn find(&self, number: u32) -> Option<&Arc<records::Document>> {
        self.all.get(number as usize)
    }

    pub(in crate::web) fn len(&self) -> usize {
        self.all.len()
    }
}
