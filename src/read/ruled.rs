//! Plain text → lines and tables: cells set apart by tabs or bars on a line (Markdown), or by spaces
//! under a head of columns' names.
//!
//! Tabs and bars tell the cells: such a table has a grid. Spaces stand inside of cells too, and lines
//! break in them: there each word becomes a line of its own, which no other is joined to, as where a
//! site flattened a table; the outline puts the cells together again. Invariant: all text stays in order.

use memchr::memchr2;

use super::draft::{Content, Grid, Kind, Line};
use super::pieces::{SLACK, width};
use super::plain::{Raw, is_blank, push, raw_lines, squeeze, without_tags};
use crate::knowledge::debris::Debris;

/// The name of a column is at most this long, in characters.
const NAME: usize = 16;
/// No cell that shares its line with others is longer, in bytes.
const CELL: usize = 3000;
/// A cell between tabs goes on over so many lines.
const CELL_LINES: usize = 8;
/// A line of a head set apart by spaces is at most this long, in bytes.
const HEAD: usize = 240;

/// Reads plain text.
pub(super) fn read(text: &str, debris: &Debris) -> Content {
    let mut raws = Vec::with_capacity(text.len() / 60 + 1);
    raw_lines(text, |raw| raws.push(raw));
    let ruled = memchr2(b'\t', b'|', text.as_bytes()).is_some();
    let mut reader = Reader { debris, content: Content::default() };
    reader.content.lines.reserve(raws.len());
    let mut at = 0;
    while let Some(&raw) = raws.get(at) {
        let table = if let Raw::Line(line, _) = raw {
            let rest = &raws[at..];
            let rows = if ruled { reader.ruled(line, rest) } else { None };
            rows.or_else(|| reader.spaced(line, rest))
        } else {
            None
        };
        match table {
            Some(taken) => at += taken,
            None => {
                push(&mut reader.content.lines, raw);
                at += 1;
            }
        }
    }
    reader.content
}

/// A piece of a cell's text and its line in the source.
type Piece<'t> = (&'t str, usize);

struct Reader<'d> {
    debris: &'d Debris,
    content: Content,
}

impl Reader<'_> {
    /// The table whose head `line` is, cells set apart by tabs or bars: how many lines it takes.
    fn ruled(&mut self, line: &str, rest: &[Raw<'_>]) -> Option<usize> {
        let rule = Rule::of(line)?;
        let head = rule.cells(line.trim_end());
        let names = head.iter().all(|c| {
            let name = c.trim_matches(is_blank);
            !name.is_empty()
                && name.chars().count() <= 3 * NAME
                && !name.contains(['：', ':', '。'])
        });
        let width = head.len();
        if width < 2 || !names {
            return None;
        }
        let mut rows: Vec<Vec<Vec<Piece<'_>>>> = Vec::new();
        // A row that is still short of cells: its last cell goes on in the next line, or the rest is empty.
        let mut open: Option<Vec<Vec<Piece<'_>>>> = None;
        let mut end = 0;
        for (i, raw) in rest.iter().enumerate() {
            let Raw::Line(line, source) = *raw else { continue };
            let text = line.trim_matches(is_blank);
            if text.is_empty() || self.is_page(text) {
                continue;
            }
            if rule.is_divider(line) {
                end = i + 1;
                continue;
            }
            let mut cells: Vec<Vec<Piece<'_>>> =
                rule.cells(line).into_iter().map(|c| vec![(c, source)]).collect();
            // Empty cells at the end may be more than the columns.
            while cells.len() > width
                && cells.last().is_some_and(|c| c[0].0.trim_matches(is_blank).is_empty())
            {
                cells.pop();
            }
            match &mut open {
                Some(row) if rule.completes(&rest[i..], width + 1 - row.len()) => {
                    let mut cells = cells.into_iter();
                    if let (Some(last), Some(first)) = (row.last_mut(), cells.next()) {
                        last.extend(first);
                    }
                    row.extend(cells);
                }
                _ if cells.len() == width
                    || cells.len() > 1 && cells.len() < width && !rows.is_empty() =>
                {
                    rows.extend(open.take());
                    open = Some(cells);
                }
                _ => break,
            }
            if open.as_ref().is_some_and(|row| row.len() == width) {
                rows.extend(open.take());
            }
            end = i + 1;
        }
        rows.extend(open);
        let told = rows[..1]
            .iter()
            .flatten()
            .any(|c| self.debris.is_column(c[0].0.trim_matches(is_blank)));
        let least = if width > 2 || told { 2 } else { 4 };
        if rows.len() < least {
            return None;
        }
        self.table(&rows, width);
        Some(end)
    }

    /// Adds a table whose cells are known.
    fn table(&mut self, rows: &[Vec<Vec<Piece<'_>>>], width: usize) {
        let mut grid = Grid::default();
        for row in rows {
            let first = self.content.cells;
            for cell in row {
                for &(text, source) in cell {
                    for text in text.split("<br>").flat_map(|t| t.split("<br/>")) {
                        self.cell(text, source);
                    }
                }
                self.content.cells += 1;
            }
            self.content.cells = first + width;
            grid.rows.push((first..first + width).collect());
        }
        self.content.grids.push(grid);
    }

    /// Adds a line of the cell that is next to be numbered.
    fn cell(&mut self, text: &str, source: usize) {
        let untagged = without_tags(text);
        let text = squeeze(untagged.as_deref().unwrap_or(text).trim_matches('"'));
        if !text.is_empty() {
            let mut line = Line::new(Kind::Text, text, 0, source);
            line.cell = Some(self.content.cells);
            self.content.lines.push(line);
        }
    }

    fn is_page(&self, line: &str) -> bool {
        self.debris.is_page(line, self.debris.look(line))
    }

    /// The table whose head `line` is, its columns' names set apart by spaces: how many lines it takes.
    fn spaced(&mut self, line: &str, rest: &[Raw<'_>]) -> Option<usize> {
        if line.len() > HEAD || !line.trim_matches(is_blank).contains(is_blank) {
            return None;
        }
        let head = words(line);
        let name =
            |w: &&str| w.chars().count() <= NAME && !w.contains(['，', '。', '：', ':', '、']);
        if head.len() < 3
            || !head.iter().all(name)
            || !head.iter().any(|w| self.debris.is_column(w))
        {
            return None;
        }
        let numbered = matches!(head[0], "序号" | "编号");
        let (mut taken, mut end) = (Vec::new(), 1);
        let mut gap = false;
        for (i, raw) in rest.iter().enumerate().skip(1) {
            let Raw::Line(line, source) = *raw else { continue };
            let text = line.trim_matches(is_blank);
            if text.is_empty() {
                gap = true;
                continue;
            }
            if self.is_page(text) {
                continue;
            }
            let words = words(text);
            if words == head && !taken.is_empty() {
                (gap, end) = (false, i + 1);
                continue;
            }
            let digit = text.starts_with(|c: char| c.is_ascii_digit());
            let ends = match numbered {
                true if taken.is_empty() => words[0].trim_end_matches(['.', '、']) != "1",
                true => {
                    !digit
                        && (self.debris.starts_paragraph(text).is_some() || gap && words.len() == 1)
                }
                false => words.len() != head.len(),
            };
            if ends || text.len() > CELL {
                break;
            }
            taken.push((words, source));
            (gap, end) = (false, i + 1);
        }
        if taken.len() < 2 - usize::from(numbered) {
            return None;
        }
        let Some(Raw::Line(_, source)) = rest.first() else { return None };
        taken.insert(0, (head, *source));
        if taken.iter().all(|(words, _)| words.len() == taken[0].0.len()) {
            let width = taken[0].0.len();
            let rows: Vec<_> = taken
                .iter()
                .map(|(words, source)| words.iter().map(|w| vec![(*w, *source)]).collect())
                .collect();
            self.table(&rows, width);
        } else {
            self.broken(&taken);
        }
        Some(end)
    }

    /// Adds the words of lines that break cells, each a line of its own. Where a line is full, its last
    /// word goes on in the next.
    fn broken(&mut self, lines: &[(Vec<&str>, usize)]) {
        let columns = |words: &[&str]| words.iter().map(|w| width(w)).sum::<usize>() + words.len();
        let widest = lines.iter().map(|(words, _)| columns(words)).max().unwrap_or(0);
        let mut goes_on = false;
        for (words, source) in lines {
            let begins = words[0].starts_with(|c: char| c.is_ascii_digit()) && words.len() > 1;
            for (i, word) in words.iter().enumerate() {
                let first = self.content.lines.len();
                self.cell(word, *source);
                self.content.cells += 1;
                let begins_row = begins && word.len() < 4;
                if i == 0 && goes_on && !begins_row && self.content.lines.len() > first {
                    let rest = self.content.lines.pop();
                    if let (Some(rest), Some(last)) = (rest, self.content.lines.last_mut()) {
                        last.join("", &rest);
                    }
                }
            }
            let last = words.last().copied().unwrap_or_default();
            goes_on = columns(words) + 2 * SLACK >= widest && !last.ends_with(['。', '；']);
        }
    }
}

/// What sets the cells of a line apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    Tab,
    Bar,
}

impl Rule {
    /// The rule of a line that may be the head of a table.
    fn of(line: &str) -> Option<Self> {
        let line = line.trim_matches(' ').trim_end();
        if line.contains('|') {
            return (line.starts_with('|') || line.contains(" | ")).then_some(Self::Bar);
        }
        (line.contains('\t') && !line.starts_with('\t')).then_some(Self::Tab)
    }

    fn cells(self, line: &str) -> Vec<&str> {
        match self {
            Self::Tab => line.split('\t').collect(),
            Self::Bar => {
                let line = line.trim_matches(is_blank);
                let line = line.strip_prefix('|').unwrap_or(line);
                line.strip_suffix('|').unwrap_or(line).split('|').collect()
            }
        }
    }

    /// Whether the next lines, the last of them with `cells`, are the rest of a row.
    fn completes(self, next: &[Raw<'_>], cells: usize) -> bool {
        let lines = next.iter().take(CELL_LINES).filter_map(|raw| match raw {
            Raw::Line(line, _) => Some(self.cells(line).len()),
            Raw::Page(_) => None,
        });
        self == Self::Tab && lines.into_iter().find(|&n| n > 1) == Some(cells)
    }

    /// Whether a line only parts the head of a Markdown table from its rows.
    fn is_divider(self, line: &str) -> bool {
        self == Self::Bar
            && line.contains('-')
            && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
    }
}

/// The words of a line. Spaces that extraction puts behind digits part none.
fn words(line: &str) -> Vec<&str> {
    let mut out: Vec<&str> = Vec::new();
    let mut from = None;
    for (at, c) in line.char_indices().chain([(line.len(), ' ')]) {
        match (is_blank(c), from) {
            (false, None) => from = Some(at),
            (true, Some(start)) => {
                let word = &line[start..at];
                let digits = |s: &str| s.ends_with(|c: char| c.is_ascii_digit());
                let han = word.starts_with(|c: char| ('\u{4e00}'..='\u{9fff}').contains(&c));
                match out.len() {
                    n if n > 1 && han && digits(out[n - 1]) => {
                        let begun = out[n - 1].as_ptr() as usize - line.as_ptr() as usize;
                        out[n - 1] = &line[begun..at];
                    }
                    _ => out.push(word),
                }
                from = None;
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(text: &str) -> Vec<Vec<Vec<String>>> {
        let content = read(text, &Debris::embedded());
        let string = |cell: usize| -> String {
            let lines = content.lines.iter().filter(|l| l.cell == Some(cell));
            lines.map(|l| l.text.as_str()).collect::<Vec<_>>().join("/")
        };
        let row = |row: &Vec<usize>| row.iter().map(|&c| string(c)).collect();
        content.grids.iter().map(|g| g.rows.iter().map(row).collect()).collect()
    }

    #[test]
    fn tabs_and_bars_make_tables() {
        let tabs = "一、任务\n序号\t任务\t牵头单位\n1\t建学校\n 2所\t市教育局\n\n2\t修路\t\n各部门要落实。";
        let wanted =
            [["序号", "任务", "牵头单位"], ["1", "建学校/2所", "市教育局"], ["2", "修路", ""]];
        assert_eq!(tables(tabs), [wanted]);
        let bars = "| 序号 | 任务 | 牵头单位 |\n|---|:--|---|\n| 1 | 建学校<br>2所 | 市教育局 |\n| 2 | 修路 | |\n";
        assert_eq!(tables(bars), [wanted]);
    }

    #[test]
    fn spaces_make_a_table_under_a_head() {
        let exact = "任务 牵头单位 时限\n建学校 市教育局 6月底前\n修路 — 年底前\n请落实。";
        let wanted = [
            ["任务", "牵头单位", "时限"],
            ["建学校", "市教育局", "6月底前"],
            ["修路", "—", "年底前"],
        ];
        assert_eq!(tables(exact), [wanted]);
        let broken = "序号 任务 牵头单位\n1 建设普通高中学校三所，为新建学校配齐教学\n设备 市教育局\n2 修路 市交通局";
        let content = read(broken, &Debris::embedded());
        let lines: Vec<_> = content.lines.iter().map(|l| l.text.as_str()).collect();
        assert_eq!(content.grids.len(), 0);
        assert_eq!(
            lines[3..],
            [
                "1",
                "建设普通高中学校三所，为新建学校配齐教学设备",
                "市教育局",
                "2",
                "修路",
                "市交通局"
            ]
        );
    }

    #[test]
    fn other_lines_are_no_tables() {
        for text in [
            "索引号：\t01\n发文机关：\t青澜市\n成文日期：\t2024年3月1日",
            "首页 | 政务公开 | 互动交流\n关于印发方案的通知",
            "来源 2023-03-15 青澜网\n1 市教育局",
            "牵头单位 市教育局",
        ] {
            let content = read(text, &Debris::embedded());
            assert_eq!((content.grids.len(), content.cells), (0, 0), "{text}");
        }
    }
}
