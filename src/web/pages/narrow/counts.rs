//! How many rows each choice would leave.

use std::cmp::Reverse;

use memchr::memmem::Finder;

use super::found::{Found, fails};
use super::{Asked, Known, List, NONE};
use crate::store::QueryError;
use crate::web::api::columns::{Column, UNKNOWN, UNSAID, Values};

/// Choices of one facet that are listed.
const MOST: usize = 30;

/// How many rows have each value of a column, by its number.
#[derive(Default)]
pub(in crate::web::pages) struct Counter {
    counts: Vec<usize>,
    /// Those that have none.
    pub(in crate::web::pages) unsaid: usize,
}

impl Counter {
    pub(in crate::web::pages) fn new(values: &Values) -> Self {
        Self { counts: vec![0; values.len()], unsaid: 0 }
    }

    pub(in crate::web::pages) fn of(column: &Column, rows: impl Iterator<Item = u32>) -> Self {
        let mut counter = Self::new(&column.values);
        rows.for_each(|row| counter.add(column.of[row as usize], 1));
        counter
    }

    pub(in crate::web::pages) fn add(&mut self, number: u32, count: usize) {
        match self.counts.get_mut(number as usize) {
            Some(known) => *known += count,
            None => self.unsaid += count,
        }
    }

    /// How many have the value of a number.
    pub(in crate::web::pages) fn get(&self, number: u32) -> usize {
        self.counts.get(number as usize).copied().unwrap_or_default()
    }

    /// The numbers of values that there are, with how many rows have them.
    pub(in crate::web::pages) fn iter(&self) -> impl Iterator<Item = (u32, usize)> {
        let said = (0..).zip(self.counts.iter().copied());
        said.chain([(UNSAID, self.unsaid)]).filter(|(_, count)| *count > 0)
    }

    /// The values that there are, the most frequent first; not that none is said.
    pub(in crate::web::pages) fn ranked(&self) -> Vec<(u32, usize)> {
        let mut ranked: Vec<_> = self.iter().filter(|(number, _)| *number != UNSAID).collect();
        ranked.sort_by_key(|(_, count)| Reverse(*count));
        ranked
    }

    /// The values that most rows have, and the one that is chosen.
    pub(in crate::web::pages) fn tally(&self, values: &Values, chosen: u32) -> Tally {
        let mut choices: Vec<(u32, usize)> = self.iter().collect();
        let code = |number: u32| if number == UNSAID { NONE } else { values.get(number) };
        let order = |(a, one): &(u32, usize), (b, other): &(u32, usize)| {
            other.cmp(one).then_with(|| match (*a, *b) {
                (UNSAID, b) => NONE.cmp(code(b)),
                (a, UNSAID) => code(a).cmp(NONE),
                (a, b) => a.cmp(&b),
            })
        };
        let all = choices.len();
        let chosen = choices.iter().copied().find(|(number, _)| *number == chosen);
        if all > MOST {
            choices.select_nth_unstable_by(MOST, order);
            choices.truncate(MOST);
        }
        choices.sort_unstable_by(order);
        choices.extend(chosen.filter(|(number, _)| choices.iter().all(|(n, _)| n != number)));
        Tally { left_off: all - choices.len(), choices }
    }
}

/// The values of a column that are offered, the most frequent first.
#[derive(Default)]
pub(in crate::web::pages) struct Tally {
    /// Their numbers, and how many rows have each.
    pub(in crate::web::pages) choices: Vec<(u32, usize)>,
    /// Values that there are beside these.
    pub(in crate::web::pages) left_off: usize,
}

/// What the facets of a list count.
pub(in crate::web::pages) struct Counts {
    pub(super) place: Counter,
    pub(super) agency: Tally,
    pub(super) role: Tally,
    pub(super) year: Tally,
    pub(super) genre: Tally,
    pub(super) tier: Tally,
    pub(super) policy: Tally,
    /// With no lead, with one and with more.
    pub(super) leads: [usize; 3],
    /// Without and with.
    pub(super) deadline: [usize; 2],
    pub(super) target: [usize; 2],
    pub(super) unresolved: usize,
    /// Of targets.
    pub(super) measures: Option<OfMeasures>,
}

/// What is counted of targets alone.
pub(super) struct OfMeasures {
    pub(super) class: Counter,
    pub(super) indicator: Tally,
    pub(super) comparator: Tally,
    pub(super) unit: Tally,
}

impl Counts {
    pub(super) fn new(
        known: &Known<'_>,
        list: &impl List,
        asked: &Asked,
        found: &Found,
    ) -> Result<Self, QueryError> {
        let (rows, documents) = (list.rows(), list.documents());
        let chosen = |values: &Values, asked: &str| match asked {
            "" => UNKNOWN,
            NONE => UNSAID,
            asked => values.wanted(asked),
        };
        let by_document = |bit, column: &Column| {
            let mut counter = Counter::new(&column.values);
            let documents = found.but(bit).map(|row| rows.document[row as usize]);
            documents.for_each(|document| counter.add(column.of[document as usize], 1));
            counter
        };
        let tally = |bit, column: &Column, asked: &str| {
            by_document(bit, column).tally(&column.values, chosen(&column.values, asked))
        };
        let mut policies = Counter::new(&rows.policies.values);
        for row in found.but(fails::POLICY) {
            rows.policies.of.of(row).iter().for_each(|policy| policies.add(*policy, 1));
        }
        let facts = |bit| found.but(bit).map(|row| rows.facts[row as usize]);
        let (mut leads, mut deadline, mut target) =
            <([usize; 3], [usize; 2], [usize; 2])>::default();
        facts(fails::LEAD).for_each(|facts| leads[usize::from(facts.leads)] += 1);
        facts(fails::DEADLINE).for_each(|facts| deadline[usize::from(facts.has_deadline)] += 1);
        facts(fails::TARGET).for_each(|facts| target[usize::from(facts.has_target)] += 1);
        let (agencies, roles) = parts(known, list, asked, found)?;
        let policy = known.of_path(&rows.policies.values, &asked.policy);
        let agency = known.of_path(&rows.agencies, &asked.agency);
        Ok(Self {
            place: by_document(fails::PLACE, &documents.place),
            agency: agencies.tally(&rows.agencies, agency),
            role: roles.tally(&rows.roles, chosen(&rows.roles, &asked.role)),
            year: tally(fails::YEAR, &documents.year, &asked.year),
            genre: tally(fails::GENRE, &documents.genre, &asked.genre),
            tier: tally(fails::TIER, &documents.tier, &asked.tier),
            policy: policies.tally(&rows.policies.values, policy),
            leads,
            deadline,
            target,
            unresolved: facts(fails::NAMES).filter(|facts| facts.is_unresolved).count(),
            measures: list.measures().map(|measures| {
                let tally = |bit, column: &Column, asked: &str| {
                    let counter = Counter::of(column, found.but(bit));
                    counter.tally(&column.values, chosen(&column.values, asked))
                };
                OfMeasures {
                    class: Counter::of(&measures.class, found.but(fails::CLASS)),
                    indicator: indicators(&measures.indicator, asked, found),
                    comparator: tally(fails::COMPARATOR, &measures.comparator, &asked.comparator),
                    unit: tally(fails::UNIT, &measures.unit, &asked.unit),
                }
            }),
        })
    }
}

impl Counts {
    /// How many are of a class, of what answers the rest of the question.
    pub(in crate::web::pages) fn of_class(&self, list: &impl List, class: &str) -> usize {
        let counted = self.measures.as_ref().zip(list.measures());
        counted.map_or(0, |(counts, columns)| counts.class.get(columns.class.values.wanted(class)))
    }
}

/// The agencies that have a part, in the role that is asked for; the roles, of the agency that is.
fn parts(
    known: &Known<'_>,
    list: &impl List,
    asked: &Asked,
    found: &Found,
) -> Result<(Counter, Counter), QueryError> {
    let rows = list.rows();
    let meant = known.agencies(asked, &rows.agencies)?;
    let role = Some(&asked.role).filter(|role| !role.is_empty());
    let role = role.map(|role| rows.roles.wanted(role));
    let (mut agencies, mut roles) = (Counter::new(&rows.agencies), Counter::new(&rows.roles));
    // The row that each role was last counted in.
    let mut counted = vec![UNSAID; rows.roles.len()];
    for row in found.but(fails::PARTS) {
        let mut last = UNSAID;
        for part in rows.parts.of(row) {
            // Those of one agency stand together; a person's are none's.
            let is_another = part.agency != last && part.agency != UNSAID;
            if is_another && role.is_none_or(|role| part.role == role) {
                agencies.add(part.agency, 1);
                last = part.agency;
            }
            let is_meant = meant.as_ref().is_none_or(|meant| part.is_of(meant));
            let counted = &mut counted[part.role as usize];
            if is_meant && *counted != row {
                roles.add(part.role, 1);
                *counted = row;
            }
        }
    }
    Ok((agencies, roles))
}

/// The indicators with the characters that are asked for. Each leads to all whose indicators have its own, which is
/// what one compares, and counts them so.
fn indicators(column: &Column, asked: &Asked, found: &Found) -> Tally {
    let mut counter = Counter::of(column, found.wanted.iter().copied());
    counter.unsaid = 0;
    let chosen = column.values.wanted(&asked.indicator);
    let mut tally = counter.tally(&column.values, chosen);
    for (number, count) in &mut tally.choices {
        let words = Finder::new(column.values.get(*number));
        let others = counter.iter();
        let others =
            others.filter(|(other, _)| words.find(column.values.get(*other).as_bytes()).is_some());
        *count = others.map(|(_, count)| count).sum();
    }
    tally.choices.sort_by_key(|(_, count)| Reverse(*count));
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_are_told_and_the_chosen() {
        let texts: Vec<String> = (10..50).map(|n| n.to_string()).collect();
        let rows = texts.iter().chain(&texts[20..25]).map(|text| Some(text.as_str()));
        let column = Column::new(rows.chain([None]));
        let counter = Counter::of(&column, 0..46);
        let tally = counter.tally(&column.values, 39);
        assert_eq!(tally.choices[..2], [(20, 2), (21, 2)]);
        assert_eq!(tally.choices[5], (0, 1));
        assert_eq!((tally.choices.len(), tally.choices.last()), (31, Some(&(39, 1))));
        assert_eq!(tally.left_off, 10);
        assert_eq!(counter.tally(&column.values, UNKNOWN).left_off, 11);
    }
}
