//! One sheet of a workbook → lines and tables.
//!
//! A sheet has no mark where its table begins: what stands above the head (title, `填报单位：…`) and below the
//! last row (notes) are lines, what stands between is the table. A source line is a row of a sheet, counted on
//! over the sheets. Invariant: every cell that is seen becomes text once, in the order of rows, and a merged
//! cell stands wherever it reaches.

use calamine::Dimensions;

use super::draft::{Content, Grid, Kind, Line};
use super::hidden::Hidden;
use super::plain::squeeze;
use crate::knowledge::debris::Debris;
use crate::model::Part;

/// The name of a column is at most this long, in characters.
const NAME: usize = 48;
/// Merged cells are spread over no more places of a sheet than this.
const MOST_PLACES: usize = 1 << 20;

/// A filled cell; rows and columns count from 0.
pub(super) struct Cell {
    pub row: u32,
    pub column: u32,
    pub text: String,
}

pub(super) struct Sheet {
    pub name: String,
    pub cells: Vec<Cell>,
    pub merged: Vec<Dimensions>,
    pub hidden: Hidden,
}

/// A row: its number and the cells that stand in it, by column.
struct Row {
    number: u32,
    /// (column, index of the cell), ascending.
    places: Vec<(u32, usize)>,
}

impl Sheet {
    /// Adds what the sheet says to `content`, its rows counted from after `before`. Returns its last row.
    pub fn write(mut self, before: usize, debris: &Debris, content: &mut Content) -> usize {
        self.cells.sort_by_key(|c| (c.row, c.column));
        self.cells.dedup_by_key(|c| (c.row, c.column));
        let rows = self.rows();
        let Some(last) = rows.last().map(|row| row.number) else { return before };
        content.parts.push((before + 1, Part::Sheet(std::mem::take(&mut self.name))));
        let numbers = vec![None; self.cells.len()];
        let mut writer = Writer { cells: &self.cells, numbers, before, debris, content };
        let mut at = 0;
        while at < rows.len() {
            match writer.table_at(&rows[at..]) {
                0 => {
                    writer.lines(&rows[at]);
                    at += 1;
                }
                taken => {
                    writer.table(&rows[at..at + taken]);
                    at += taken;
                }
            }
        }
        before + last as usize + 1
    }

    /// The rows that have anything, cells where they reach to.
    fn rows(&self) -> Vec<Row> {
        let position = |c: &Cell| (c.row, c.column);
        let find = |at| self.cells.binary_search_by_key(&at, position).ok();
        let Some(last) = self.cells.last().map(|c| c.row) else { return Vec::new() };
        let right = self.cells.iter().map(|c| c.column).max().unwrap_or(0);
        let mut hidden = vec![false; self.cells.len()];
        let mut places: Vec<(u32, u32, usize)> = Vec::with_capacity(self.cells.len());
        for region in &self.merged {
            let Some(first) = find(region.start) else { continue };
            let (end, wide) = (region.end.0.min(last), region.end.1.min(right));
            let columns = || region.start.1..=wide;
            let reached = (region.start.0..=end).flat_map(|row| columns().map(move |c| (row, c)));
            // A hostile sheet merges without end.
            for (row, column) in reached.take(MOST_PLACES.saturating_sub(places.len())) {
                if let Some(under) = find((row, column)).filter(|&under| under != first) {
                    hidden[under] = true;
                }
                places.push((row, column, first));
            }
        }
        let own = self.cells.iter().enumerate().filter(|(i, _)| !hidden[*i]);
        places.extend(own.map(|(i, c)| (c.row, c.column, i)));
        // A merged cell is seen as far as it reaches over what is not hidden.
        places.retain(|&(row, column, _)| !self.hidden.has(row, column));
        places.sort_unstable();
        places.dedup_by_key(|&mut (row, column, _)| (row, column));
        let mut rows: Vec<Row> = Vec::new();
        for (number, column, cell) in places {
            match rows.last_mut().filter(|row| row.number == number) {
                Some(row) => row.places.push((column, cell)),
                None => rows.push(Row { number, places: vec![(column, cell)] }),
            }
        }
        rows
    }
}

struct Writer<'s> {
    cells: &'s [Cell],
    /// The number of each cell in the content, once it is written.
    numbers: Vec<Option<usize>>,
    before: usize,
    debris: &'s Debris,
    content: &'s mut Content,
}

impl Writer<'_> {
    /// How many of these rows are a table that the first is the head of; 0 if it is none.
    fn table_at(&self, rows: &[Row]) -> usize {
        if !self.is_head(&rows[0]) {
            return 0;
        }
        // The head of another table, with a line above it.
        let next = rows.windows(2).position(|pair| {
            pair[0].width() == 1
                && self.is_head(&pair[1])
                && self.names_bearers(&pair[1])
                && !self.repeats(&rows[0], &pair[1])
        });
        let end = next.map_or(rows.len(), |at| at + 1);
        let filled = rows[..end].iter().rposition(|row| row.width() > 1);
        filled.filter(|&last| last > 0).map_or(0, |last| last + 1)
    }

    /// Whether the cells of a row are names of columns.
    fn is_head(&self, row: &Row) -> bool {
        row.width() > 1
            && row.places.iter().all(|&(_, cell)| {
                let text = &self.cells[cell].text;
                !text.contains(['：', ':', '。'])
                    && text.chars().count() <= NAME
                    && text.contains(char::is_alphabetic)
            })
    }

    /// Whether a row names a column of those who do the work.
    fn names_bearers(&self, row: &Row) -> bool {
        row.places.iter().any(|&(_, cell)| self.debris.is_column(self.cells[cell].text.trim()))
    }

    /// Whether a row says again what the head of a table says, as on each page of print.
    fn repeats(&self, head: &Row, row: &Row) -> bool {
        let texts = |row: &Row| -> Vec<&str> {
            row.places.iter().map(|&(_, cell)| self.cells[cell].text.as_str()).collect()
        };
        texts(head) == texts(row)
    }

    /// Adds the cells of a row that belongs to no table, each a line of its own; what is labelled stands
    /// behind its label.
    fn lines(&mut self, row: &Row) {
        let source = self.before + row.number as usize + 1;
        let mut label = false;
        for &(_, cell) in &row.places {
            if self.numbers[cell].is_some() {
                continue;
            }
            // No number of the content: it is only marked as written.
            self.numbers[cell] = Some(0);
            for text in lines(&self.cells[cell].text) {
                let goes_on = std::mem::replace(&mut label, text.ends_with(['：', ':']));
                let line = Line::new(Kind::Text, text, 0, source);
                match self.content.lines.last_mut().filter(|_| goes_on) {
                    Some(last) => last.join("", &line),
                    None => self.content.lines.push(line),
                }
            }
        }
    }

    fn table(&mut self, rows: &[Row]) {
        let mut grid = Grid::default();
        let columns = columns(rows);
        for row in rows {
            let source = self.before + row.number as usize + 1;
            let mut places = row.places.iter().peekable();
            let mut numbers = Vec::with_capacity(columns.len());
            for &column in &columns {
                while places.next_if(|(at, _)| *at < column).is_some() {}
                let cell = places.next_if(|(at, _)| *at == column).map(|&(_, cell)| cell);
                numbers.push(match cell.and_then(|cell| self.numbers[cell]) {
                    Some(number) => number,
                    None => self.cell(cell, source),
                });
            }
            grid.rows.push(numbers);
        }
        self.content.grids.push(grid);
    }

    /// Adds a cell of a table, or an empty one, and returns its number.
    fn cell(&mut self, cell: Option<usize>, source: usize) -> usize {
        let number = self.content.cells;
        self.content.cells += 1;
        if let Some(cell) = cell {
            self.numbers[cell] = Some(number);
            self.content.lines.extend(lines(&self.cells[cell].text).map(|text| {
                let mut line = Line::new(Kind::Text, text, 0, source);
                line.cell = Some(number);
                line
            }));
        }
        number
    }
}

impl Row {
    /// How many cells stand in it.
    fn width(&self) -> usize {
        1 + self.places.windows(2).filter(|pair| pair[0].1 != pair[1].1).count()
    }
}

/// The columns that say anything: those that have a cell, without those merged with the one before in all rows.
fn columns(rows: &[Row]) -> Vec<u32> {
    let mut columns: Vec<u32> = Vec::new();
    let mut fresh: Vec<u32> = Vec::new();
    for row in rows {
        for (i, &(column, cell)) in row.places.iter().enumerate() {
            let merged = i.checked_sub(1).map(|before| row.places[before])
                == Some((column.wrapping_sub(1), cell));
            if !merged {
                fresh.push(column);
            }
        }
        // Rows are alike: what is kept stays small.
        if fresh.len() > 1 << 12 {
            columns.append(&mut fresh);
            columns.sort_unstable();
            columns.dedup();
        }
    }
    columns.append(&mut fresh);
    columns.sort_unstable();
    columns.dedup();
    columns
}

/// The lines of a cell.
fn lines(text: &str) -> impl Iterator<Item = String> {
    text.split(['\n', '\r']).map(squeeze).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::draft::assemble;
    use super::*;
    use crate::model::Text;

    type Position = (u32, u32);

    /// A sheet from rows of cells set apart by bars; merged regions by rows and columns from 0.
    fn text(rows: &str, merged: &[(Position, Position)]) -> Text {
        let cells = rows.lines().zip(0..).flat_map(|(line, row)| {
            let cells = line.split('|').zip(0..).filter(|(text, _)| !text.is_empty());
            cells.map(move |(text, column)| Cell { row, column, text: text.replace('/', "\n") })
        });
        let merged = merged.iter().map(|&(start, end)| Dimensions::new(start, end)).collect();
        let sheet = Sheet {
            name: "分工".into(),
            cells: cells.collect(),
            merged,
            hidden: Hidden::default(),
        };
        let mut content = Content::default();
        sheet.write(10, &Debris::embedded(), &mut content);
        assemble(content)
    }

    fn rows(text: &Text, table: usize) -> Vec<Vec<&str>> {
        let rows = &text.tables[table].rows;
        rows.iter().map(|r| r.iter().map(|&c| text.slice(c)).collect()).collect()
    }

    #[test]
    fn title_table_and_notes_are_told_apart() {
        let text = text(
            "|青澜市2024年重点任务分解表\n|填报单位：|市教育局||2024年3月\n\n|序号|任务|牵头单位\n|1|建学校/2所|市教育局\n\n|2|修路|\n|注：按季报送。",
            &[((0, 1), (0, 4))],
        );
        assert_eq!(
            text.as_str(),
            "青澜市2024年重点任务分解表\n填报单位：市教育局\n2024年3月\n序号\n任务\n牵头单位\n1\n建学校\n2所\n市教育局\n2\n修路\n注：按季报送。"
        );
        assert_eq!(
            rows(&text, 0),
            [["序号", "任务", "牵头单位"], ["1", "建学校\n2所", "市教育局"], ["2", "修路", ""]]
        );
        let at = text.as_str().find("市教育局\n2\n").unwrap();
        assert_eq!(text.source_line(at), 15);
        assert_eq!(text.places().of(at).unwrap().to_string(), "工作表“分工” 第5行");
    }

    #[test]
    fn merged_cells_stand_wherever_they_reach() {
        // The content is merged over two columns in all rows: one column of the table.
        let text = text(
            "类别|任务||责任分工\n|||牵头|配合\n德育|上课||甲局|乙局\n|活动||甲局",
            &[
                ((0, 0), (1, 0)),
                ((0, 1), (1, 2)),
                ((0, 3), (0, 4)),
                ((2, 0), (3, 0)),
                ((2, 1), (2, 2)),
                ((3, 1), (3, 2)),
                ((3, 3), (900_000, 9000)),
            ],
        );
        assert_eq!(
            rows(&text, 0),
            [
                ["类别", "任务", "责任分工", "责任分工"],
                ["类别", "任务", "牵头", "配合"],
                ["德育", "上课", "甲局", "乙局"],
                ["德育", "活动", "甲局", "甲局"]
            ]
        );
    }

    #[test]
    fn a_sheet_may_have_two_tables_or_none() {
        let two =
            text("任务|牵头单位\n修路|甲局\n一组\n架桥|乙局\n附表\n措施|责任单位\n植树|丙局", &[]);
        assert_eq!(two.tables.len(), 2);
        assert_eq!(rows(&two, 1), [["措施", "责任单位"], ["植树", "丙局"]]);
        let none = text("关于修路的通知\n各单位：\n请修路。", &[]);
        assert_eq!((none.tables.len(), none.as_str()), (0, "关于修路的通知\n各单位：\n请修路。"));
    }

    #[test]
    fn a_head_that_is_printed_again_begins_no_table() {
        let text = text("任务|牵头单位\n修路|甲局\n（续）\n任务|牵头单位\n架桥|乙局", &[]);
        assert_eq!(text.tables.len(), 1);
        assert_eq!(text.tables[0].rows.len(), 5);
    }
}
