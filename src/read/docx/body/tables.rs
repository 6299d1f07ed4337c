//! The cells of tables: which begin in a row, which go on from the rows above it.

use super::{Body, Kind, Op, Open};

/// Columns of a table whose merged cells are followed.
const COLUMNS: usize = 400;
/// A cell reaches over no more columns or rows than this.
pub(super) const WIDEST_SPAN: usize = 64;
const DEEPEST_SPAN: usize = 2000;

/// A table that is being read.
#[derive(Default)]
pub(super) struct Table {
    /// The cell that begins in each column, by its place among the ops, in the last row that had one.
    pub(super) columns: Vec<Option<usize>>,
    /// Where the row begins among the ops, and the columns that are taken in it.
    pub(super) row: (usize, usize),
    pub(super) dropped: bool,
    pub(super) cell: Cell,
}

#[derive(Default)]
pub(super) struct Cell {
    pub(super) at: usize,
    /// In columns; none before the first cell.
    pub(super) wide: usize,
    /// Goes on from the row above.
    pub(super) goes_on: bool,
    pub(super) begun: bool,
}

impl Body {
    pub(super) fn start_row(&mut self) -> Open {
        let Some(table) = self.tables.last_mut() else { return Open::Other };
        table.row = (self.ops.len(), 0);
        table.dropped = false;
        self.ops.push(Op::Open(Kind::Row, (1, 1)));
        Open::Row
    }

    pub(super) fn end_row(&mut self) {
        self.ops.push(Op::Close);
        let Some(table) = self.tables.last_mut() else { return };
        if table.dropped {
            let from = table.row.0;
            self.ops.truncate(from);
            for column in &mut table.columns {
                *column = column.filter(|&at| at < from);
            }
        }
    }

    /// Opens the cell once its properties are known, or finds it in the rows above.
    pub(super) fn begin_cell(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        // Properties that stand in no cell begin none.
        if table.cell.begun || table.cell.wide == 0 {
            return;
        }
        table.cell.begun = true;
        let column = table.row.1;
        let wide = table.cell.wide;
        table.row.1 += wide;
        let above = table.columns.get(column).copied().flatten();
        if table.cell.goes_on
            && let Some(Op::Open(Kind::Cell, (deep, over))) =
                above.and_then(|at| self.ops.get_mut(at))
            && *over == wide
            && *deep < DEEPEST_SPAN
        {
            *deep += 1;
            table.cell.at = self.ops.len();
            return;
        }
        table.cell.goes_on = false;
        if column < COLUMNS {
            if table.columns.len() < column + wide {
                table.columns.resize(column + wide, None);
            }
            table.columns[column..column + wide].fill(None);
            table.columns[column] = Some(self.ops.len());
        }
        self.ops.push(Op::Open(Kind::Cell, (1, wide)));
    }

    pub(super) fn end_cell(&mut self) {
        let Some(table) = self.tables.last() else { return };
        if table.cell.goes_on {
            // It is not shown.
            self.ops.truncate(table.cell.at);
        } else {
            self.ops.push(Op::Close);
        }
    }
}
