//! Which rows of a list an address asks for.

use std::ops::Range;

use memchr::memmem::Finder;

use super::{Asked, Known, List, NO, NONE, TWO, YES};
use crate::store::QueryError;
use crate::web::api::columns::{Column, Documents, Part, Rows, UNSAID, Values};

/// What a row may fail: a bit each.
pub(in crate::web::pages) mod fails {
    pub(in crate::web::pages) const WORDS: u32 = 1;
    pub(in crate::web::pages) const PLACE: u32 = 1 << 1;
    pub(in crate::web::pages) const PARTS: u32 = 1 << 2;
    pub(in crate::web::pages) const GENRE: u32 = 1 << 3;
    pub(in crate::web::pages) const TIER: u32 = 1 << 4;
    pub(in crate::web::pages) const YEAR: u32 = 1 << 5;
    pub(in crate::web::pages) const DOCUMENT: u32 = 1 << 6;
    pub(in crate::web::pages) const SECTION: u32 = 1 << 7;
    pub(in crate::web::pages) const POLICY: u32 = 1 << 8;
    pub(in crate::web::pages) const DUE: u32 = 1 << 9;
    pub(in crate::web::pages) const LEAD: u32 = 1 << 10;
    pub(in crate::web::pages) const DEADLINE: u32 = 1 << 11;
    pub(in crate::web::pages) const TARGET: u32 = 1 << 12;
    pub(in crate::web::pages) const NAMES: u32 = 1 << 13;
    pub(in crate::web::pages) const INDICATOR: u32 = 1 << 14;
    pub(in crate::web::pages) const UNIT: u32 = 1 << 15;
    pub(in crate::web::pages) const COMPARATOR: u32 = 1 << 16;
    pub(in crate::web::pages) const CLASS: u32 = 1 << 17;
    pub(super) const ALL: usize = 18;
    /// What nobody is offered to take back by a choice of another value.
    pub(super) const FINAL: u32 = WORDS | DOCUMENT | SECTION | DUE | INDICATOR;
}

/// What was found.
#[derive(Default)]
pub(in crate::web::pages) struct Found {
    /// The rows that are wanted, in their order.
    pub(in crate::web::pages) wanted: Vec<u32>,
    /// Those that fail one thing only, by that.
    but: [Vec<u32>; fails::ALL],
}

impl Found {
    /// The rows that are wanted, or would be but for this.
    pub(super) fn but(&self, bit: u32) -> impl Iterator<Item = u32> {
        self.wanted.iter().chain(&self.but[bit.trailing_zeros() as usize]).copied()
    }
}

/// The number that a column must have; any, if the value is empty.
fn wanted(column: &Column, asked: &str) -> Option<u32> {
    match asked {
        "" => None,
        NONE => Some(UNSAID),
        asked => Some(column.values.wanted(asked)),
    }
}

fn fail(bit: u32, holds: bool) -> u32 {
    if holds { 0 } else { bit }
}

impl Known<'_> {
    /// What each document fails of what an address asks for.
    pub(in crate::web::pages) fn failures(
        &self,
        asked: &Asked,
        documents: &Documents,
    ) -> Result<Vec<u32>, QueryError> {
        let document = Some(&*asked.document).filter(|path| !path.is_empty());
        let document = document.map(|path| self.of_path(&documents.ids, path));
        let columns = [
            (fails::GENRE, &documents.genre, &asked.genre),
            (fails::TIER, &documents.tier, &asked.tier),
            (fails::YEAR, &documents.year, &asked.year),
        ];
        let columns = columns
            .map(|(bit, column, asked)| wanted(column, asked).map(|value| (bit, column, value)));
        let mut inside = Vec::with_capacity(documents.place.values.len());
        for code in documents.place.values.iter() {
            inside.push(self.tables.chain(self.site, code)?.contains(&&*asked.place));
        }
        let is_at = |place: u32| match (&*asked.place, place) {
            ("", _) => true,
            (NONE, place) => place == UNSAID,
            (_, UNSAID) => false,
            (_, place) => inside[place as usize],
        };
        let failures = (0..documents.len()).map(|at| {
            let of_document = document.is_none_or(|document| document as usize == at);
            let mut failed = fail(fails::DOCUMENT, of_document)
                | fail(fails::PLACE, is_at(documents.place.of[at]));
            for (bit, column, value) in columns.iter().flatten() {
                failed |= fail(*bit, column.of[at] == *value);
            }
            failed
        });
        Ok(failures.collect())
    }

    /// The rows of a list that an address asks for.
    pub(super) fn find(&self, list: &impl List, asked: &Asked) -> Result<Found, QueryError> {
        let failures = self.failures(asked, list.documents())?;
        let conditions = Conditions::new(self, list, asked)?;
        let mut found = Found::default();
        for (document, rows) in &list.rows().spans {
            let of_document = failures[*document as usize];
            if of_document & fails::FINAL != 0 || of_document.count_ones() > 1 {
                continue;
            }
            for row in rows.clone() {
                let failed = of_document | conditions.failures(row);
                match failed.count_ones() {
                    0 if conditions.says(list, row) => found.wanted.push(row),
                    1 if failed & fails::FINAL == 0 && conditions.says(list, row) => {
                        found.but[failed.trailing_zeros() as usize].push(row);
                    }
                    _ => {}
                }
            }
        }
        Ok(found)
    }

    /// The agencies that an address asks for, of those that rows have.
    pub(super) fn agencies(
        &self,
        asked: &Asked,
        iris: &Values,
    ) -> Result<Option<Vec<bool>>, QueryError> {
        if asked.agency.is_empty() {
            return Ok(None);
        }
        let mut meant = vec![false; iris.len()];
        let mut mean = |iri: &str| {
            if let Some(number) = iris.number(iri) {
                meant[number as usize] = true;
            }
        };
        match asked.agency_iri(self.site) {
            Some(iri) => {
                self.tables.agency(self.site, &iri)?.into_iter().for_each(|a| mean(&a.iri))
            }
            None => {
                let words = Finder::new(&asked.agency);
                let is_meant = |name: &str| words.find(name.as_bytes()).is_some();
                let all = self.tables.agencies(self.site)?.iter();
                all.filter(|a| a.names().any(is_meant)).for_each(|agency| mean(&agency.iri));
            }
        }
        Ok(Some(meant))
    }
}

/// What is asked of the rows beside their documents, in their numbers.
struct Conditions<'a> {
    asked: &'a Asked,
    rows: &'a Rows,
    is_of_targets: bool,
    words: Vec<Finder<'a>>,
    role: Option<u32>,
    agencies: Option<Vec<bool>>,
    section: Option<u32>,
    policy: Option<u32>,
    /// The numbers of the days.
    due: Option<Range<u32>>,
    /// Of columns that targets alone have.
    values: Vec<(u32, &'a Column, u32)>,
    indicators: Option<(&'a Column, Vec<bool>)>,
}

impl<'a> Conditions<'a> {
    fn new(known: &Known<'_>, list: &'a impl List, asked: &'a Asked) -> Result<Self, QueryError> {
        let rows = list.rows();
        let none_or = |path: &str, number: &dyn Fn(&str) -> u32| match path {
            "" => None,
            NONE => Some(UNSAID),
            path => Some(number(path)),
        };
        let days = &rows.due.values;
        let until = match &*asked.to {
            "" => u32::MAX,
            day => days.until(day),
        };
        let has_span = !asked.from.is_empty() || !asked.to.is_empty();
        let mut conditions = Self {
            asked,
            rows,
            is_of_targets: list.measures().is_some(),
            words: asked.q.split_whitespace().map(Finder::new).collect(),
            role: none_or(&asked.role, &|code| rows.roles.wanted(code)),
            agencies: known.agencies(asked, &rows.agencies)?,
            section: none_or(&asked.section, &|path| known.of_path(rows.sections.items(), path)),
            policy: none_or(&asked.policy, &|path| known.of_path(&rows.policies.values, path)),
            due: has_span.then(|| days.before(&asked.from)..until),
            values: Vec::new(),
            indicators: None,
        };
        if let Some(measures) = list.measures() {
            let columns = [
                (fails::UNIT, &measures.unit, &*asked.unit),
                (fails::COMPARATOR, &measures.comparator, &*asked.comparator),
                (fails::CLASS, &measures.class, asked.class()),
            ];
            conditions.values = columns
                .into_iter()
                .filter_map(|(bit, column, asked)| Some((bit, column, wanted(column, asked)?)))
                .collect();
            if !asked.indicator.is_empty() {
                let words = Finder::new(&asked.indicator);
                let has = |indicator: &str| words.find(indicator.as_bytes()).is_some();
                let which = measures.indicator.values.which(has);
                conditions.indicators = Some((&measures.indicator, which));
            }
        }
        Ok(conditions)
    }

    /// What a row fails, but for its words.
    fn failures(&self, row: u32) -> u32 {
        let (asked, rows, at) = (self.asked, self.rows, row as usize);
        let facts = rows.facts[at];
        let mut failed = 0;
        let is_part = |part: &Part| {
            self.role.is_none_or(|role| part.role == role)
                && self.agencies.as_ref().is_none_or(|meant| part.is_of(meant))
        };
        if self.role.is_some() || self.agencies.is_some() {
            failed |= fail(fails::PARTS, rows.parts.of(row).iter().any(is_part));
        }
        if let Some(section) = self.section {
            let lies_in_it = match section {
                UNSAID => !rows.sections.is_in_any(row),
                section => rows.sections.lies_in(row, section),
            };
            failed |= fail(fails::SECTION, lies_in_it);
        }
        if let Some(policy) = self.policy {
            let policies = rows.policies.of.of(row);
            let carries_out = match policy {
                UNSAID => policies.is_empty(),
                policy => policies.contains(&policy),
            };
            failed |= fail(fails::POLICY, carries_out);
        }
        if let Some(span) = &self.due {
            let is_due = rows.due.of.of(row).iter().any(|day| span.contains(day));
            failed |= fail(fails::DUE, is_due);
        }
        let has_leads = match &*asked.lead {
            YES => facts.leads > 0,
            NO => facts.leads == 0,
            TWO => facts.leads > 1,
            _ => true,
        };
        failed |= fail(fails::LEAD, has_leads);
        let is = |asked: &str, holds: bool| asked.is_empty() || (asked == YES) == holds;
        failed |= fail(fails::DEADLINE, is(&asked.deadline, facts.has_deadline));
        failed |= fail(fails::TARGET, self.is_of_targets || is(&asked.target, facts.has_target));
        failed |= fail(fails::NAMES, asked.names.is_empty() || facts.is_unresolved);
        for (bit, column, value) in &self.values {
            failed |= fail(*bit, column.of[at] == *value);
        }
        if let Some((column, which)) = &self.indicators {
            let indicator = which.get(column.of[at] as usize);
            failed |= fail(fails::INDICATOR, indicator.is_some_and(|is_meant| *is_meant));
        }
        failed
    }

    fn says(&self, list: &impl List, row: u32) -> bool {
        self.words.is_empty() || {
            let said = list.said(row).as_bytes();
            self.words.iter().all(|word| word.find(said).is_some())
        }
    }
}

/// The rows that stand in a part of a list in the order of keys; those without one go last, backwards too, and those of
/// the same key stay in their order.
pub(in crate::web::pages) fn ordered(
    wanted: &[u32],
    part: Range<usize>,
    backwards: bool,
    key: impl Fn(u32) -> u32,
) -> Vec<u32> {
    let key = |row: u32| match key(row) {
        UNSAID => UNSAID,
        key if backwards => UNSAID - 1 - key,
        key => key,
    };
    let mut keyed: Vec<(u32, u32)> = wanted.iter().map(|&row| (key(row), row)).collect();
    if part.end < keyed.len() {
        keyed.select_nth_unstable(part.end);
        keyed.truncate(part.end);
    }
    keyed.sort_unstable();
    keyed.get(part).unwrap_or_default().iter().map(|(_, row)| *row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_cut_from_the_order_of_all() {
        let keys = [3, UNSAID, 1, 3, 2];
        let order =
            |part, backwards| ordered(&[0, 1, 2, 3, 4], part, backwards, |row| keys[row as usize]);
        assert_eq!(order(0..5, false), [2, 4, 0, 3, 1]);
        assert_eq!(order(0..5, true), [0, 3, 4, 2, 1]);
        assert_eq!(order(1..3, false), [4, 0]);
        assert_eq!(order(4..5, true), [1]);
        assert_eq!(order(3..3, true), [0; 0]);
    }
}
