//! Where the cells of a text's tables stand, so that a line finds its table without a look at all.

use crate::model::{Span, Text};

/// The cells of all tables of a text.
pub struct Cells {
    /// The first cell of each table that has one, in the order of the text, and the table.
    first: Vec<(Span, usize)>,
    /// How many of them end before the lines asked about.
    passed: usize,
    /// Where a cell begins, ascending, and the furthest end of those that begin up to there.
    reach: Vec<(usize, usize)>,
}

impl Cells {
    pub fn new(text: &Text) -> Self {
        let filled =
            |table: usize| text.tables[table].rows.iter().flatten().filter(|c| !c.is_empty());
        let tables = 0..text.tables.len();
        let mut first: Vec<_> =
            tables.clone().filter_map(|table| Some((*filled(table).next()?, table))).collect();
        first.sort_by_key(|(cell, table)| (cell.start, *table));
        let mut reach: Vec<_> = tables.flat_map(filled).map(|c| (c.start, c.end)).collect();
        reach.sort_unstable();
        let mut furthest = 0;
        for (_, end) in &mut reach {
            furthest = furthest.max(*end);
            *end = furthest;
        }
        Self { first, passed: 0, reach }
    }

    /// The table whose first cell `line` holds, or that holds `line`, or that begins where it does.
    /// Lines are to be asked in the order of the text: cells before one are forgotten.
    pub fn table_at(&mut self, line: Span) -> Option<usize> {
        let ahead = &self.first[self.passed..];
        self.passed += ahead.iter().take_while(|(cell, _)| cell.end < line.start).count();
        self.first[self.passed..]
            .iter()
            .take_while(|(cell, _)| cell.start <= line.end)
            .filter(|(cell, _)| {
                line.contains(*cell) || cell.contains(line) || cell.start == line.start
            })
            .map(|(_, table)| *table)
            .min()
    }

    /// Whether `line` stands inside of a cell.
    pub fn hold(&self, line: Span) -> bool {
        let up_to = self.reach.partition_point(|(start, _)| *start <= line.start);
        up_to > 0 && self.reach[up_to - 1].1 >= line.end
    }
}
