//! The tables as columns of numbers, which lists are narrowed, counted and sorted by without looking at texts.
//!
//! Invariant: values are numbered in their order, so that numbers compare as what they stand for does; a row without a
//! value has [`UNSAID`], which is above all of them.

mod documents;
mod rows;
mod sections;

use std::collections::HashMap;
use std::sync::Arc;

pub(in crate::web) use documents::Documents;
pub(in crate::web) use rows::{Facts, Measures, Part, Rows, TargetRows, TaskRows};

/// The number of what a text does not say.
pub(in crate::web) const UNSAID: u32 = u32::MAX;
/// The number of what no row has.
pub(in crate::web) const UNKNOWN: u32 = u32::MAX - 1;

/// The place of something as a number; there are fewer things than numbers.
pub(in crate::web) fn number(place: usize) -> u32 {
    u32::try_from(place).expect("fewer things than numbers")
}

/// Values in their order, each once; their places are their numbers.
#[derive(Default)]
pub(in crate::web) struct Values(Vec<Arc<str>>);

impl Values {
    fn new(mut values: Vec<&str>) -> Self {
        values.sort_unstable();
        values.dedup();
        Self(values.into_iter().map(Arc::from).collect())
    }

    pub(in crate::web) fn len(&self) -> usize {
        self.0.len()
    }

    pub(in crate::web) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|value| &**value)
    }

    /// What a number stands for; not of what is unsaid.
    pub(in crate::web) fn get(&self, number: u32) -> &str {
        &self.0[number as usize]
    }

    pub(in crate::web) fn number(&self, value: &str) -> Option<u32> {
        self.0.binary_search_by(|known| (**known).cmp(value)).ok().map(number)
    }

    /// The number of a value, or one that no row has.
    pub(in crate::web) fn wanted(&self, value: &str) -> u32 {
        self.number(value).unwrap_or(UNKNOWN)
    }

    /// How many come before a value.
    pub(in crate::web) fn before(&self, value: &str) -> u32 {
        number(self.0.partition_point(|known| **known < *value))
    }

    /// How many come before a value or are it.
    pub(in crate::web) fn until(&self, value: &str) -> u32 {
        number(self.0.partition_point(|known| **known <= *value))
    }

    /// Which of them answer a question, by their numbers.
    pub(in crate::web) fn which(&self, is_so: impl Fn(&str) -> bool) -> Vec<bool> {
        self.iter().map(is_so).collect()
    }
}

/// Numbers given to values as they come, put into their order at last.
#[derive(Default)]
struct Numbering<'v> {
    numbers: HashMap<&'v str, u32>,
    values: Vec<&'v str>,
}

impl<'v> Numbering<'v> {
    fn of(&mut self, value: &'v str) -> u32 {
        *self.numbers.entry(value).or_insert_with(|| {
            self.values.push(value);
            number(self.values.len() - 1)
        })
    }

    /// The values, and what each number has become.
    fn done(self) -> (Values, Vec<u32>) {
        let mut order: Vec<u32> = (0..number(self.values.len())).collect();
        order.sort_unstable_by_key(|&place| self.values[place as usize]);
        let mut now = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            now[old as usize] = number(new);
        }
        let values = order.iter().map(|&place| self.values[place as usize].into());
        (Values(values.collect()), now)
    }
}

/// A property that rows have once at most.
#[derive(Default)]
pub(in crate::web) struct Column {
    pub(in crate::web) values: Values,
    /// The number of the value of each row.
    pub(in crate::web) of: Vec<u32>,
}

impl Column {
    pub(in crate::web) fn new<'v>(rows: impl IntoIterator<Item = Option<&'v str>>) -> Self {
        let mut numbering = Numbering::default();
        let of = rows.into_iter().map(|value| value.map_or(UNSAID, |value| numbering.of(value)));
        let mut of: Vec<u32> = of.collect();
        let (values, now) = numbering.done();
        for number in of.iter_mut().filter(|number| **number != UNSAID) {
            *number = now[*number as usize];
        }
        Self { values, of }
    }
}

/// What rows have several of.
pub(in crate::web) struct Lists<T> {
    /// Where the list of each row ends.
    ends: Vec<u32>,
    all: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { ends: Vec::new(), all: Vec::new() }
    }
}

impl<T> Lists<T> {
    fn push(&mut self, list: impl IntoIterator<Item = T>) {
        self.all.extend(list);
        self.ends.push(number(self.all.len()));
    }

    pub(in crate::web) fn of(&self, row: u32) -> &[T] {
        let row = row as usize;
        let begin = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[begin as usize..self.ends[row] as usize]
    }
}

/// The values that rows have several of.
#[derive(Default)]
pub(in crate::web) struct Several {
    pub(in crate::web) values: Values,
    pub(in crate::web) of: Lists<u32>,
}

impl Several {
    /// Each value once a row, in the order of the numbers.
    pub(in crate::web) fn new<'v, R: IntoIterator<Item = &'v str>>(
        rows: impl IntoIterator<Item = R>,
    ) -> Self {
        let (mut numbering, mut of) = (Numbering::default(), Lists::default());
        let mut ends = Vec::new();
        for row in rows {
            of.all.extend(row.into_iter().map(|value| numbering.of(value)));
            ends.push(of.all.len());
        }
        let (values, now) = numbering.done();
        let (mut all, mut begin) = (Lists::default(), 0);
        let mut list: Vec<u32> = Vec::new();
        for end in ends {
            list.clear();
            list.extend(of.all[begin..end].iter().map(|old: &u32| now[*old as usize]));
            list.sort_unstable();
            list.dedup();
            all.push(list.iter().copied());
            begin = end;
        }
        Self { values, of: all }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_the_order_of_the_values() {
        let column = Column::new([Some("b"), None, Some("a"), Some("b")]);
        assert_eq!(column.of, [1, UNSAID, 0, 1]);
        let values = column.values;
        assert_eq!((values.number("a"), values.number("c")), (Some(0), None));
        assert_eq!((values.before("b"), values.until("b"), values.until("0")), (1, 2, 0));
        assert_ne!(values.wanted("c"), UNSAID);
    }

    #[test]
    fn a_list_has_each_value_once() {
        let several = Several::new([vec!["b", "a", "b"], vec![], vec!["c"]]);
        assert_eq!([0, 1, 2].map(|row| several.of.of(row).to_vec()), [vec![0, 1], vec![], vec![2]]);
    }
}
