//! The clean text of one document, and places in it.

use std::fmt;

/// A half-open range of **byte** offsets into a [`Text`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    pub const fn len(self) -> usize {
        self.end - self.start
    }

    pub const fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// Whether `other` lies wholly inside this span.
    pub const fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share at least one byte.
    pub const fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The smallest span that holds both.
    pub fn cover(self, other: Span) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }
}

/// A table whose cell boundaries the source still had (HTML) or that was put together again from
/// lines. A merged cell stands in every row and column that it covers, with the same span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub rows: Vec<Vec<Span>>,
}

/// A part of the source that a reader of it sees as one: where a piece of text stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A page, counted from 1.
    Page(usize),
    /// A sheet of a workbook, by its name.
    Sheet(String),
}

/// Where in the source a piece of text stands, as far as the format tells: by page, by row of a sheet or by
/// row of a table, all counted from 1. Written as a person would say it: `第3页`, `表2 第5行`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<'t> {
    part: Option<(&'t Part, usize)>,
    /// The table and its row.
    row: Option<(usize, usize)>,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            Some((Part::Sheet(name), row)) => return write!(f, "工作表“{name}” 第{row}行"),
            Some((Part::Page(page), _)) => write!(f, "第{page}页")?,
            None => {}
        }
        if let Some((table, row)) = self.row {
            let gap = if self.part.is_some() { " " } else { "" };
            write!(f, "{gap}表{table} 第{row}行")?;
        }
        Ok(())
    }
}

/// Finds the [`Place`] of each piece of a text.
pub struct Places<'t> {
    text: &'t Text,
    /// Cells with their table and the first row they stand in; ascending.
    cells: Vec<(Span, usize, usize)>,
}

impl Places<'_> {
    /// The place of the byte at `offset`; none where the format tells nothing of it.
    pub fn of(&self, offset: usize) -> Option<Place<'_>> {
        let line = self.text.source_line(offset);
        let part = match self.text.parts.partition_point(|&(from, _)| from <= line) {
            0 => None,
            n => Some(&self.text.parts[n - 1]).map(|(from, part)| (part, line - from + 1)),
        };
        let row = match self.cells.partition_point(|&(cell, ..)| cell.start <= offset) {
            0 => None,
            n => Some(self.cells[n - 1])
                .filter(|&(cell, ..)| offset < cell.end)
                .map(|(_, table, row)| (table, row)),
        };
        (part.is_some() || row.is_some()).then_some(Place { part, row })
    }
}

/// The text that positions count in (`gm:text`): decoded, unwrapped, one paragraph, list item or
/// table cell a line, without site debris. It remembers the line of the source each piece came from.
#[derive(Clone, Debug, Default)]
pub struct Text {
    string: String,
    /// (byte offset in `string`, 1-based line of the decoded source), ascending; holds from there on.
    origins: Vec<(usize, usize)>,
    /// Tables in the order of the text.
    pub tables: Vec<Table>,
    /// Pages or sheets by the source line they begin on, ascending; empty where the format has none.
    parts: Vec<(usize, Part)>,
    /// Pages of the source whose text is not in it, counted from 1: they are pictures.
    gaps: Vec<usize>,
    /// Number of code points before every `STEP`-th byte, so that a position is found quickly.
    marks: Vec<usize>,
}

/// Distance in bytes between two entries of `Text::marks`.
const STEP: usize = 256;

impl Text {
    /// A text with the source line of each of its pieces: (byte offset, 1-based line), ascending.
    pub fn new(string: String, origins: Vec<(usize, usize)>, tables: Vec<Table>) -> Self {
        let starts = |b: &&u8| !matches!(**b, 0x80..0xc0);
        let marks = string.as_bytes().chunks(STEP).scan(0, |points, step| {
            let before = *points;
            *points += step.iter().filter(starts).count();
            Some(before)
        });
        let marks = marks.collect();
        Self { string, origins, tables, parts: Vec::new(), gaps: Vec::new(), marks }
    }

    /// The same text, of a source that has `parts`: each by the source line it begins on, ascending.
    #[must_use]
    pub fn with_parts(self, parts: Vec<(usize, Part)>) -> Self {
        Self { parts, ..self }
    }

    /// The same text, of a source whose pages `gaps` could not be read.
    #[must_use]
    pub fn with_gaps(self, gaps: Vec<usize>) -> Self {
        Self { gaps, ..self }
    }

    /// The pages of the source that could not be read, counted from 1: they are pictures. What they say is not
    /// in the text.
    pub fn gaps(&self) -> &[usize] {
        &self.gaps
    }

    /// Where the pieces of the text stand in the source.
    pub fn places(&self) -> Places<'_> {
        let mut cells = Vec::new();
        for (table, at) in self.tables.iter().zip(1..) {
            for (row, number) in table.rows.iter().zip(1..) {
                cells.extend(row.iter().filter(|c| !c.is_empty()).map(|&cell| (cell, at, number)));
            }
        }
        // A merged cell counts where it begins.
        cells.sort_unstable();
        cells.dedup_by_key(|&mut (cell, ..)| cell);
        Places { text: self, cells }
    }

    pub fn as_str(&self) -> &str {
        &self.string
    }

    pub fn slice(&self, span: Span) -> &str {
        &self.string[span.start..span.end]
    }

    /// The span of the whole text.
    pub fn span(&self) -> Span {
        Span::new(0, self.string.len())
    }

    /// `span` in Unicode code points, as `oa:TextPositionSelector` counts them.
    pub fn code_points(&self, span: Span) -> Span {
        Span::new(self.code_point(span.start), self.code_point(span.end))
    }

    fn code_point(&self, offset: usize) -> usize {
        // The mark of byte k*STEP counts the code points that start before the first boundary at or after it.
        let mark = (offset / STEP).min(self.marks.len().saturating_sub(1));
        let mut from = mark * STEP;
        while !self.string.is_char_boundary(from) {
            from += 1;
        }
        if self.marks.is_empty() || from > offset {
            return self.string[..offset].chars().count();
        }
        self.marks[mark] + self.string[from..offset].chars().count()
    }

    /// The 1-based line of the decoded source that the byte at `offset` came from.
    pub fn source_line(&self, offset: usize) -> usize {
        match self.origins.partition_point(|&(from, _)| from <= offset) {
            0 => 1,
            n => self.origins[n - 1].1,
        }
    }

    /// The lines of the text (paragraphs, items, cells) with their spans, without the line breaks.
    pub fn lines(&self) -> impl Iterator<Item = Span> + '_ {
        let mut start = 0;
        self.string.split('\n').map(move |line| {
            let span = Span::new(start, start + line.len());
            start = span.end + 1;
            span
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_code_points() {
        let string: String = "牵头a单位，\n".chars().cycle().take(2000).collect();
        let text = Text::new(string.clone(), vec![(0, 1)], vec![]);
        for (points, (offset, _)) in string.char_indices().enumerate() {
            assert_eq!(text.code_points(Span::new(offset, string.len())), Span::new(points, 2000));
        }
    }

    #[test]
    fn a_piece_knows_its_source_line() {
        let text = Text::new("甲\n乙".into(), vec![(0, 3), (4, 9)], vec![]);
        assert_eq!((text.source_line(0), text.source_line(3), text.source_line(4)), (3, 3, 9));
        let lines: Vec<_> = text.lines().map(|s| text.slice(s)).collect();
        assert_eq!(lines, ["甲", "乙"]);
    }

    #[test]
    fn a_piece_knows_its_page_and_its_row() {
        let cell = |at| Span::new(at, at + 3);
        let tables = vec![Table { rows: vec![vec![cell(4), cell(8)], vec![cell(4), cell(12)]] }];
        let text = Text::new("甲\n乙\n丙\n丁\n戊".into(), vec![(0, 1), (12, 7)], tables)
            .with_parts(vec![(1, Part::Page(1)), (5, Part::Page(2))]);
        let places = text.places();
        let said = [0, 4, 8, 12, 16].map(|at| places.of(at).unwrap().to_string());
        assert_eq!(
            said,
            ["第1页", "第1页 表1 第1行", "第1页 表1 第1行", "第2页 表1 第2行", "第2页"]
        );
        let plain = Text::new("甲".into(), vec![(0, 1)], vec![]);
        assert_eq!(plain.places().of(0), None);
        let sheet = plain.with_parts(vec![(1, Part::Sheet("分工".into()))]);
        assert_eq!(sheet.places().of(0).unwrap().to_string(), "工作表“分工” 第1行");
    }
}
