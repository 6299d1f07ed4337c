//! Tasks and targets as rows of columns.

use std::ops::Range;
use std::sync::Arc;

use super::super::derived::Derived;
use super::super::records::{self, Agency, Target, leads};
use super::super::tables::Tables;
use super::sections::Sections;
use super::{Column, Documents, Lists, Numbering, Several, UNSAID, Values, number};
use crate::store::QueryError;
use crate::web::site::Site;

/// What tasks and targets are both narrowed by. Rows of one document stand together.
pub(in crate::web) struct Rows {
    /// The documents in the order of their rows.
    pub(in crate::web) spans: Vec<(u32, Range<u32>)>,
    /// The document of each row.
    pub(in crate::web) document: Vec<u32>,
    pub(in crate::web) sections: Sections,
    /// The IRIs of agencies, the codes of roles, and who has which.
    pub(in crate::web) agencies: Values,
    pub(in crate::web) roles: Values,
    pub(in crate::web) parts: Lists<Part>,
    pub(in crate::web) policies: Several,
    /// The days on which each row is due, the first one first.
    pub(in crate::web) due: Several,
    pub(in crate::web) facts: Vec<Facts>,
}

/// An agency's part; of a person's the agency is unsaid. Those of a row are in the order of agencies and roles, each
/// once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::web) struct Part {
    pub(in crate::web) agency: u32,
    pub(in crate::web) role: u32,
}

impl Part {
    /// Whether it is one of these agencies'.
    pub(in crate::web) fn is_of(&self, agencies: &[bool]) -> bool {
        agencies.get(self.agency as usize).is_some_and(|is_meant| *is_meant)
    }
}

/// What a row has or lacks.
#[derive(Clone, Copy)]
pub(in crate::web) struct Facts {
    /// Agencies that lead, as many as tell: none, one, two.
    pub(in crate::web) leads: u8,
    pub(in crate::web) has_deadline: bool,
    pub(in crate::web) has_target: bool,
    /// Whether one of those who have a part is no known body.
    pub(in crate::web) is_unresolved: bool,
    /// Whether none who has a part is an agency.
    pub(in crate::web) is_nobodys: bool,
}

/// What a row is made of.
struct Source<'t> {
    document: u32,
    item: &'t str,
    parts: &'t [records::Part],
    leads: usize,
    due: &'t [Arc<str>],
    policies: &'t [Arc<str>],
    has_deadline: bool,
    has_target: bool,
}

impl Rows {
    fn new(site: &Site, tables: &Tables, sources: &[Source<'_>]) -> Result<Self, QueryError> {
        let mut spans: Vec<(u32, Range<u32>)> = Vec::new();
        for (row, source) in (0..).zip(sources) {
            match spans.last_mut().filter(|(document, _)| *document == source.document) {
                Some((_, rows)) => rows.end = row + 1,
                None => spans.push((source.document, row..row + 1)),
            }
        }
        let (mut agencies, mut roles) = (Numbering::default(), Numbering::default());
        let named = sources.iter().flat_map(|source| source.parts).map(|part| Part {
            agency: part.agency.as_deref().map_or(UNSAID, |agency| agencies.of(agency)),
            role: roles.of(&part.role),
        });
        let named: Vec<Part> = named.collect();
        let ((agencies, agency), (roles, role)) = (agencies.done(), roles.done());
        let mut named = named.into_iter().map(|part| Part {
            agency: agency.get(part.agency as usize).copied().unwrap_or(UNSAID),
            role: role[part.role as usize],
        });
        let mut unresolved = Vec::with_capacity(agencies.len());
        for iri in agencies.iter() {
            unresolved.push(tables.agency(site, iri)?.is_some_and(Agency::is_unresolved));
        }
        let mut parts = Lists::default();
        let mut facts = Vec::with_capacity(sources.len());
        let mut list: Vec<Part> = Vec::new();
        for source in sources {
            list.clear();
            list.extend(named.by_ref().take(source.parts.len()));
            list.sort_unstable();
            list.dedup();
            let bodies = || list.iter().filter(|part| part.agency != UNSAID);
            facts.push(Facts {
                leads: u8::try_from(source.leads.min(2)).unwrap_or(2),
                has_deadline: source.has_deadline,
                has_target: source.has_target,
                is_unresolved: bodies().any(|part| unresolved[part.agency as usize]),
                is_nobodys: bodies().next().is_none(),
            });
            parts.push(list.iter().copied());
        }
        Ok(Self {
            document: sources.iter().map(|source| source.document).collect(),
            sections: Sections::new(site, tables, sources.iter().map(|source| source.item))?,
            policies: Several::new(sources.iter().map(|source| texts(source.policies))),
            due: Several::new(sources.iter().map(|source| texts(source.due))),
            spans,
            agencies,
            roles,
            parts,
            facts,
        })
    }

    pub(in crate::web) fn len(&self) -> usize {
        self.facts.len()
    }
}

fn texts(all: &[Arc<str>]) -> impl Iterator<Item = &str> {
    all.iter().map(|text| &**text)
}

/// The tasks, numbered as in their table, and by what they are sorted beside.
pub(in crate::web) struct TaskRows {
    pub(in crate::web) rows: Rows,
    /// The places of what they say in its order.
    pub(in crate::web) said: Vec<u32>,
    /// Those of the names of the first who leads, and of the first who has another part.
    pub(in crate::web) lead: Vec<u32>,
    pub(in crate::web) others: Vec<u32>,
}

impl Derived for TaskRows {
    fn read(site: &Site, tables: &Tables) -> Result<(), QueryError> {
        tables.tasks(site)?;
        tables.agency(site, "")?;
        tables.outline(site)?;
        Documents::read(site, tables)
    }

    fn derive(site: &Site, tables: &Tables) -> Result<Self, QueryError> {
        let documents = tables.derived::<Documents>(site)?;
        let tasks = tables.tasks(site)?;
        let sources = tasks.iter().map(|task| Source {
            document: documents.ids.wanted(&task.document.id),
            item: &task.iri,
            parts: &task.bearers,
            leads: task.leads,
            due: &task.due,
            policies: &task.policies,
            has_deadline: task.is_limited,
            has_target: task.targets > 0,
        });
        let sources: Vec<Source<'_>> = sources.collect();
        let first = |roles: &[&str]| -> Result<Vec<u32>, QueryError> {
            let mut names = Vec::with_capacity(tasks.len());
            for task in tasks {
                let mut name = None;
                for part in task.bearers.iter().filter(|part| roles.contains(&&*part.role)) {
                    let agency = part.agency.as_deref();
                    let agency = agency.map_or(Ok(None), |iri| tables.agency(site, iri))?;
                    name = agency.map(|agency| &*agency.name).or(part.person.as_deref());
                    if name.is_some() {
                        break;
                    }
                }
                names.push(name);
            }
            Ok(Column::new(names).of)
        };
        Ok(Self {
            rows: Rows::new(site, tables, &sources)?,
            said: Column::new(tasks.iter().map(|task| Some(&*task.said))).of,
            lead: first(&["lead"])?,
            others: first(&["responsible", "support", "guide", "leader"])?,
        })
    }
}

/// The targets, achievements and limits, numbered in the order of places, years and texts, which they are listed in.
pub(in crate::web) struct TargetRows {
    pub(in crate::web) rows: Rows,
    /// Where each stands in its table.
    pub(in crate::web) at: Vec<u32>,
    pub(in crate::web) measures: Measures,
    /// The places of their words, and of their values, in the order of these.
    pub(in crate::web) quote: Vec<u32>,
    pub(in crate::web) value: Vec<u32>,
}

/// What targets alone are narrowed by.
pub(in crate::web) struct Measures {
    pub(in crate::web) class: Column,
    pub(in crate::web) indicator: Column,
    pub(in crate::web) unit: Column,
    pub(in crate::web) comparator: Column,
}

impl Derived for TargetRows {
    fn read(site: &Site, tables: &Tables) -> Result<(), QueryError> {
        tables.targets(site)?;
        tables.parts(site)?;
        tables.agency(site, "")?;
        tables.outline(site)?;
        Documents::read(site, tables)
    }

    fn derive(site: &Site, tables: &Tables) -> Result<Self, QueryError> {
        let documents = tables.derived::<Documents>(site)?;
        let (targets, parts) = (tables.targets(site)?, tables.parts(site)?);
        let mut at: Vec<(u32, u32)> = (0..number(targets.len()))
            .map(|at| (documents.ids.wanted(&targets[at as usize].document.id), at))
            .collect();
        at.sort_unstable_by_key(|&(document, at)| {
            let (place, year) = (&documents.place.of, &documents.year.of);
            let known = document as usize;
            // What has no place goes last, what has no year first.
            let year = year[known].wrapping_add(1);
            (place[known], year, document, &targets[at as usize].iri)
        });
        let sorted = || at.iter().map(|&(_, at)| &targets[at as usize]);
        let no_parts = &records::Parts::default();
        let parts = |target: &Target| parts.get(&target.item).unwrap_or(no_parts);
        let sources = at.iter().zip(sorted()).map(|(&(document, _), target)| Source {
            document,
            item: &target.item,
            parts: parts(target),
            leads: leads(parts(target)),
            due: target.due.as_slice(),
            policies: &target.policies,
            has_deadline: target.limit.is_some(),
            has_target: true,
        });
        let sources: Vec<Source<'_>> = sources.collect();
        Ok(Self {
            rows: Rows::new(site, tables, &sources)?,
            measures: Measures {
                class: Column::new(sorted().map(|target| Some(&*target.class))),
                indicator: Column::new(sorted().map(|target| target.indicator.as_deref())),
                unit: Column::new(sorted().map(|target| target.unit.as_deref())),
                comparator: Column::new(sorted().map(|target| Some(target.comparator.code()))),
            },
            quote: Column::new(sorted().map(|target| Some(&*target.quote))).of,
            value: ranks(sorted().map(|target| target.value.parse().ok())),
            at: at.iter().map(|(_, at)| *at).collect(),
        })
    }
}

/// The places of values in their order; of equal ones the same.
fn ranks(values: impl Iterator<Item = Option<f64>>) -> Vec<u32> {
    let values: Vec<Option<f64>> = values.collect();
    let mut sorted: Vec<f64> = values.iter().copied().flatten().collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let place =
        |value: f64| number(sorted.partition_point(|other| other.total_cmp(&value).is_lt()));
    values.into_iter().map(|value| value.map_or(UNSAID, place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_ranked_as_numbers() {
        let values = [Some(10.0), None, Some(9.0), Some(10.0)];
        assert_eq!(ranks(values.into_iter()), [1, UNSAID, 0, 1]);
    }
}
