//! What the items of documents lie in, as a tree of numbers.

use super::super::links::DEEPEST;
use super::super::tables::Tables;
use super::{Numbering, UNSAID, Values};
use crate::store::QueryError;
use crate::web::site::Site;

/// The items that rows lie in; the root of a document is none.
#[derive(Default)]
pub(in crate::web) struct Sections {
    items: Values,
    /// What each of them lies in.
    above: Vec<u32>,
    /// What each row lies in.
    of: Vec<u32>,
}

impl Sections {
    /// Of rows that are these items or stated by them.
    pub(super) fn new<'t>(
        site: &Site,
        tables: &'t Tables,
        rows: impl Iterator<Item = &'t str>,
    ) -> Result<Self, QueryError> {
        let outline = tables.outline(site)?;
        let mut numbering = Numbering::default();
        let (mut above, mut of): (Vec<u32>, Vec<u32>) = Default::default();
        for row in rows {
            let parent = outline.get(row).and_then(|place| place.parent.as_deref());
            if let Some(known) = parent.and_then(|parent| numbering.numbers.get(parent)) {
                of.push(*known);
                continue;
            }
            // The nearest first: each stands below the next.
            let way = tables.above(site, row)?;
            of.push(way.first().map_or(UNSAID, |nearest| numbering.of(nearest)));
            for (at, item) in way.iter().enumerate() {
                let item = numbering.of(item);
                let higher = way.get(at + 1).map_or(UNSAID, |higher| numbering.of(higher));
                above.resize(numbering.values.len(), UNSAID);
                above[item as usize] = higher;
            }
        }
        let (items, now) = numbering.done();
        let renumber = |old: u32| if old == UNSAID { UNSAID } else { now[old as usize] };
        let mut sorted = vec![UNSAID; above.len()];
        for (old, higher) in above.into_iter().enumerate() {
            sorted[now[old] as usize] = renumber(higher);
        }
        Ok(Self { items, above: sorted, of: of.into_iter().map(renumber).collect() })
    }

    /// Whether a row lies in an item.
    pub(in crate::web) fn lies_in(&self, row: u32, item: u32) -> bool {
        self.way(self.of[row as usize]).any(|higher| higher == item)
    }

    /// Whether a row lies in a section of a document: whether the highest item it lies in is one.
    pub(in crate::web) fn is_in_any(&self, row: u32) -> bool {
        let top = self.way(self.of[row as usize]).last();
        top.is_some_and(|top| self.items.get(top).rsplit('/').nth(1) == Some("section"))
    }

    /// What rows lie in.
    pub(in crate::web) fn items(&self) -> &Values {
        &self.items
    }

    fn way(&self, item: u32) -> impl Iterator<Item = u32> {
        let is_item = |item: &u32| *item != UNSAID;
        let above = move |item: &u32| Some(self.above[*item as usize]).filter(is_item);
        std::iter::successors(Some(item).filter(is_item), above).take(DEEPEST)
    }
}
