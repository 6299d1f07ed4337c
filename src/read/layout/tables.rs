//! Frames and what stands in them → tables; a table that goes on over a page is one.

use super::grid::{Frame, frames};
use super::lines::{Printed, is_mark, lines};
use super::{Block, Glyph, Rule, Sheet};
use crate::knowledge::debris::{Debris, Start};

/// The white space at the side of a cell is at most this wide.
const PADDING: f32 = 6.0;
/// Edges of columns on two pages are the same if they are so near.
const SAME: f32 = 4.0;

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    pub top: f32,
    /// The edges of its columns.
    columns: Vec<f32>,
    pub rows: Vec<Row>,
    pub cells: Vec<Cell>,
}

/// A row: the cell at each column, a merged one wherever it reaches.
#[derive(Debug)]
pub(super) struct Row {
    /// The page, counted from 1, of a row that came from a later page than the table.
    pub page: Option<usize>,
    pub cells: Vec<usize>,
}

/// A cell.
#[derive(Debug, Default)]
pub(super) struct Cell {
    left: f32,
    right: f32,
    lines: Vec<Printed>,
}

impl Cell {
    fn text(&self) -> String {
        self.lines.iter().map(|l| l.text.as_str()).collect()
    }
}

/// Takes the characters that stand in tables out of `glyphs`.
pub(super) fn take(glyphs: &mut Vec<Glyph>, rules: &[Rule]) -> Vec<Table> {
    let mut tables = Vec::new();
    for frame in frames(rules) {
        let mut fields: Vec<Vec<Glyph>> = vec![Vec::new(); frame.rows.len() * frame.columns.len()];
        let mut outside = Vec::with_capacity(glyphs.len());
        for &glyph in glyphs.iter() {
            match place(&frame, &glyph) {
                Some(cell) => fields[cell].push(glyph),
                None => outside.push(glyph),
            }
        }
        let filled = fields.iter().filter(|f| f.iter().any(|g| !g.c.is_whitespace())).count();
        if filled > 1 {
            tables.push(table(&frame, fields));
            *glyphs = outside;
        }
    }
    tables
}

/// The cell of a frame that a character stands in.
fn place(frame: &Frame, glyph: &Glyph) -> Option<usize> {
    let x = (glyph.left + glyph.right) / 2.0;
    let y = glyph.base - 0.35 * glyph.size;
    let column = frame.columns.partition_point(|&edge| edge <= x).checked_sub(1)?;
    let row = frame.rows.partition_point(|&edge| edge <= y).checked_sub(1)?;
    frame.cells.get(row)?.get(column).copied()
}

fn table(frame: &Frame, mut fields: Vec<Vec<Glyph>>) -> Table {
    let mut number = vec![None; fields.len()];
    let mut cells: Vec<Cell> = Vec::new();
    let mut rows = Vec::with_capacity(frame.cells.len());
    for fields_of_row in &frame.cells {
        let mut row = Vec::with_capacity(fields_of_row.len());
        for (column, &field) in fields_of_row.iter().enumerate() {
            let (left, right) = (frame.columns[column], frame.columns[column + 1]);
            let cell = *number[field].get_or_insert_with(|| {
                let lines = lines(std::mem::take(&mut fields[field]));
                cells.push(Cell { left, right, lines });
                cells.len() - 1
            });
            cells[cell].right = cells[cell].right.max(right);
            row.push(cell);
        }
        rows.push(Row { page: None, cells: row });
    }
    let mut table = Table { top: frame.rows[0], columns: frame.columns.clone(), rows, cells };
    table.drop_empty();
    table
}

impl Table {
    /// Drops rows and columns in which nothing stands: lines drawn twice make such.
    fn drop_empty(&mut self) {
        let Self { rows, cells, columns, .. } = self;
        let empty = |cell: &usize| cells[*cell].lines.is_empty();
        rows.retain(|row| !row.cells.iter().all(empty));
        let mut width = columns.len().saturating_sub(1);
        let mut column = 0;
        while column < width {
            let narrow = columns[column + 1] - columns[column] < 2.0 * SAME;
            if narrow && rows.iter().all(|row| empty(&row.cells[column])) {
                for row in rows.iter_mut() {
                    row.cells.remove(column);
                }
                columns.remove(column + 1);
                width -= 1;
            } else {
                column += 1;
            }
        }
    }

    /// Whether `other` has the same columns.
    fn is_like(&self, other: &Table) -> bool {
        self.columns.len() == other.columns.len()
            && self.columns.iter().zip(&other.columns).all(|(a, b)| (a - b).abs() < SAME)
    }

    fn texts(&self, row: usize) -> Vec<String> {
        self.rows[row].cells.iter().map(|&cell| self.cells[cell].text()).collect()
    }

    /// How many rows `other`, on the next page, begins with that this table begins with too.
    fn repeated(&self, other: &Table) -> usize {
        let most = self.rows.len().min(other.rows.len());
        (0..most).take_while(|&row| self.texts(row) == other.texts(row)).count()
    }

    /// Adds the rows of `other`, which stands on `page` and goes on with this table.
    fn append(&mut self, other: Table, page: usize) {
        let skip = self.repeated(&other);
        let last = self.rows.last().map(|row| row.cells.clone()).unwrap_or_default();
        let first = self.cells.len();
        self.cells.extend(other.cells);
        // The cell that each cell of `other` is; those that reach over the page break are of this table.
        let mut same: Vec<usize> = (0..self.cells.len()).collect();
        for (number, row) in other.rows.into_iter().skip(skip).enumerate() {
            let cells: Vec<usize> = row.cells.iter().map(|cell| first + cell).collect();
            let parted = number == 0 && !last.is_empty() && self.is_empty(cells[0]);
            if parted && self.is_rest(&last, &cells) {
                for (&before, &cell) in last.iter().zip(&cells) {
                    let lines = std::mem::take(&mut self.cells[cell].lines);
                    self.cells[before].lines.extend(lines);
                    same[cell] = before;
                }
                continue;
            }
            if parted {
                for (&before, &cell) in last.iter().zip(&cells) {
                    if !self.is_empty(cell) {
                        break;
                    }
                    same[cell] = before;
                }
            }
            let cells = cells.into_iter().map(|cell| same[cell]).collect();
            self.rows.push(Row { page: Some(row.page.unwrap_or(page)), cells });
        }
    }

    fn is_empty(&self, cell: usize) -> bool {
        self.cells[cell].lines.is_empty()
    }

    /// Whether a page break parts a row whose cells are `last` from the rest of it: not all of its cells go on, or
    /// one breaks off. Otherwise a merged cell reaches down to the next row.
    fn is_rest(&self, last: &[usize], next: &[usize]) -> bool {
        let filled = next.iter().position(|&cell| !self.is_empty(cell)).unwrap_or(0);
        let breaks_off = |(&before, &cell): (&usize, &usize)| {
            let text = self.cells[before].text();
            !self.is_empty(cell)
                && text.chars().count() > 8
                && !text.ends_with(['。', '；', '！', '？'])
        };
        next[filled..].iter().any(|&cell| self.is_empty(cell))
            || last.iter().zip(next).any(breaks_off)
    }

    /// Whether each cell stands in a column of the names of those who do the work.
    fn of_names(&self, debris: &Debris) -> Vec<bool> {
        let mut of_names = vec![false; self.cells.len()];
        let Some((head, rows)) = self.rows.split_first() else { return of_names };
        for (column, &name) in head.cells.iter().enumerate() {
            let name: String = self.cells[name].text().split_whitespace().collect();
            if debris.is_column(&name) {
                for row in rows {
                    of_names[row.cells[column]] = true;
                }
            }
        }
        of_names
    }

    /// The paragraphs of each cell.
    pub fn paragraphs(&self, debris: &Debris) -> Vec<Vec<String>> {
        // Cells of one column have the same white space at their sides.
        let padding = |cell: &Cell| {
            let same = |other: &&Cell| (other.left - cell.left).abs() < SAME;
            self.cells
                .iter()
                .filter(same)
                .flat_map(|other| other.lines.iter().map(|l| l.left - other.left))
                .fold(PADDING, f32::min)
                .max(0.0)
        };
        let of_names = self.of_names(debris);
        let mut known: Vec<(f32, f32)> = Vec::new();
        self.cells
            .iter()
            .zip(of_names)
            .map(|(cell, of_names)| {
                let found = known.iter().find(|(left, _)| (left - cell.left).abs() < 0.01);
                let padding = found.map_or_else(|| padding(cell), |f| f.1);
                if found.is_none() {
                    known.push((cell.left, padding));
                }
                join(cell, cell.right - cell.left - 2.0 * padding, of_names, debris)
            })
            .collect()
    }
}

/// The paragraphs of a cell whose lines are at most `room` wide. In one of names a line may be full and no more than
/// a name.
fn join(cell: &Cell, room: f32, of_names: bool, debris: &Debris) -> Vec<String> {
    let listed = of_names && !cell.lines.iter().any(|l| l.text.contains(['、', '，', '；']));
    let mut out: Vec<String> = Vec::new();
    let mut before: Option<&Printed> = None;
    for line in &cell.lines {
        let goes_on = before.is_some_and(|before| {
            let item = debris.starts_paragraph(&line.text) == Some(Start::Item)
                && before.text.ends_with(['。', '；', ';', '：']);
            let hangs = line.text.starts_with(is_mark);
            let another = listed && debris.parts_names(&before.text, &line.text);
            hangs || !item && !another && before.width() + before.needs(line) > room
        });
        match out.last_mut() {
            Some(last) if goes_on => {
                last.push_str(super::glue(last, &line.text, before.is_some_and(|b| b.gap)));
                last.push_str(&line.text);
            }
            _ => out.push(line.text.clone()),
        }
        before = Some(line);
    }
    out
}

/// Puts the parts of tables together that page breaks part.
pub(super) fn join_pages(sheets: &mut [Sheet]) {
    // Where the table that may go on stands, as sheet and block.
    let mut open: Option<(usize, usize)> = None;
    for at in 0..sheets.len() {
        let (before, here) = sheets.split_at_mut(at);
        let blocks = &mut here[0].blocks;
        let next = match (open, blocks.first()) {
            (Some((sheet, block)), Some(Block::Table(table))) => match &before[sheet].blocks[block]
            {
                Block::Table(whole) if whole.is_like(table) => open,
                _ => None,
            },
            _ => None,
        };
        if let Some((sheet, block)) = next
            && let Block::Table(table) = blocks.remove(0)
            && let Block::Table(whole) = &mut before[sheet].blocks[block]
        {
            whole.append(table, at + 1);
            if blocks.is_empty() {
                continue;
            }
        }
        open = match blocks.last() {
            Some(Block::Table(_)) => Some((at, blocks.len() - 1)),
            _ => None,
        };
    }
}
