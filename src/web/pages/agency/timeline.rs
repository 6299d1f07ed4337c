//! When tasks are due, month by month, as a page draws it.

use std::collections::BTreeMap;

use super::duties::Task;

/// A year in which something is due.
pub(super) struct Year {
    pub(super) year: String,
    pub(super) count: usize,
    pub(super) months: [Month; 12],
}

/// A month of it.
pub(super) struct Month {
    /// `2025-06`.
    pub(super) code: String,
    /// How many tasks are due in it.
    pub(super) count: usize,
    /// How dark it is drawn, from 0 to 4.
    pub(super) shade: usize,
    pub(super) is_now: bool,
}

/// The years in which tasks are due, a task in every month in which it or a target of it is; `today` is marked.
pub(super) fn years<'t>(tasks: impl IntoIterator<Item = &'t Task>, today: &str) -> Vec<Year> {
    let mut counted: BTreeMap<String, usize> = BTreeMap::new();
    let mut by_year: BTreeMap<String, usize> = BTreeMap::new();
    for task in tasks {
        let months: std::collections::BTreeSet<_> =
            task.due.iter().filter_map(|d| d.get(..7)).collect();
        let years: std::collections::BTreeSet<_> = months.iter().map(|month| &month[..4]).collect();
        for month in &months {
            *counted.entry((*month).to_owned()).or_default() += 1;
        }
        for year in years {
            *by_year.entry(year.to_owned()).or_default() += 1;
        }
    }
    let most = counted.values().copied().max().unwrap_or(1);
    let year = |(year, count): (String, usize)| {
        let months = std::array::from_fn(|month| {
            let code = format!("{year}-{:02}", month + 1);
            let count = counted.get(&code).copied().unwrap_or(0);
            let is_now = today.starts_with(&code);
            Month { shade: (count * 4).div_ceil(most), code, count, is_now }
        });
        Year { year, count, months }
    };
    by_year.into_iter().map(year).collect()
}
