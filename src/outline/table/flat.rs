//! Tables whose cells a site, a PDF or spaces gave a line each, or several: where one cell ends and the
//! next begins is told by what the columns hold.

use super::cells::{Block, Judge};
use super::{Column, Row, Rows, TITLE, column, fill_content, opens};
use crate::knowledge::agencies::Agencies;
use crate::knowledge::outline::OutlineRules;
use crate::knowledge::roles::Roles;
use crate::model::{Role, Span, Text};
use crate::outline::date;
use crate::outline::lines::Line;

/// Numbers of this rank and above are enumerated inside a cell.
const MEASURE: u8 = 6;
/// How many lines the head of a flattened table may take.
const HEAD_LINES: usize = 16;
/// A name of a column is at most this long, in bytes.
const NAME: usize = 60;
/// A row takes at most so many lines; where a table has no head, so many.
const ROW_LINES: usize = 80;
const HEADLESS_ROW_LINES: usize = 24;

/// What tells a flattened table.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    pub text: &'a Text,
    pub rules: &'a OutlineRules,
    pub roles: &'a Roles,
    pub agencies: &'a Agencies,
}

/// The names of the columns on lines of their own.
struct Head {
    lines: usize,
    columns: Vec<Column>,
}

impl Head {
    fn roles(&self) -> Vec<Role> {
        let role = |c: &Column| if let Column::Role(role) = c { Some(*role) } else { None };
        self.columns.iter().filter_map(role).collect()
    }
}

impl Reader<'_> {
    /// The flattened table that begins with the first of `lines`: a head and rows that count up, or
    /// rows that blank lines or their number of lines tell apart; or, where the head is lost or stands
    /// on an earlier page, rows alone whose numbers go on from `next`. It ends before line `annex()`,
    /// where the next annex begins. A table that names no bearers has no rows.
    pub fn table(&self, lines: &[Line], next: u32, annex: impl FnOnce() -> usize) -> Option<Rows> {
        let first = lines.first()?;
        if let Some(head) = self.head(lines) {
            let lines = &lines[..annex()];
            // An annex that begins before the first row: the head was none.
            return (lines.len() > head.lines).then(|| self.headed(lines, &head)).flatten();
        }
        self.counts_on(lines, next)?;
        let lines = &lines[..annex().max(1)];
        let (parts, end) = self.numbered(lines, 0, next, &[]);
        let rows = parts.iter().map(|part| self.headless_row(part)).collect();
        Some(self.rows(rows, lines, first, end))
    }

    fn rows(&self, mut rows: Vec<Row>, lines: &[Line], first: &Line, end: usize) -> Rows {
        rows.retain(|r| r.title.is_some() || !r.content.is_empty() || !r.measures.is_empty());
        let span = lines[..end].iter().fold(first.span, |a, l| a.cover(l.span));
        Rows { rows, span }
    }

    fn slice(&self, line: &Line) -> &str {
        self.text.slice(line.span)
    }

    /// The head that `lines` begin with: up to the row `1`, or of names that all are known.
    fn head(&self, lines: &[Line]) -> Option<Head> {
        let first = self.slice(&lines[0]);
        if opens(first) {
            let end = (1..lines.len().min(HEAD_LINES))
                .find(|&i| row_number(self.slice(&lines[i])) == Some(1))?;
            return Some(Head { lines: end, columns: self.columns(&lines[1..end]) });
        }
        let short = |l: &&Line| l.span.len() <= NAME;
        if lines.iter().take(3).filter(short).count() < 3 {
            return None;
        }
        let known = |l: &&Line| short(l) && self.roles.label_alone(self.slice(l)).is_some();
        let end = lines.iter().take(HEAD_LINES).take_while(known).count();
        let ends = |l: &Line| !self.slice(l).ends_with(['：', ':']);
        let head = Head { lines: end, columns: self.columns(&lines[..end]) };
        let content = head.columns.contains(&Column::Content);
        (end >= 3 && content && lines[..end].iter().all(ends) && !head.roles().is_empty())
            .then_some(head)
    }

    /// What the names of the columns say; one may be broken over two lines (`完成`, `时限`).
    fn columns(&self, head: &[Line]) -> Vec<Column> {
        let mut out = Vec::new();
        let mut at = 0;
        while let Some(line) = head.get(at) {
            let here = self.slice(line);
            let joined = head.get(at + 1).map(|next| format!("{here}{}", self.slice(next)));
            let broken = joined.filter(|joined| {
                self.roles.label_alone(here).is_none() && self.roles.label_alone(joined).is_some()
            });
            at += 1 + usize::from(broken.is_some());
            out.push(column(broken.as_deref().unwrap_or(here), self.roles));
        }
        out
    }

    fn headed(&self, lines: &[Line], head: &Head) -> Option<Rows> {
        let agency = head.roles();
        let first = row_number(self.slice(&lines[head.lines])) == Some(1);
        let (parts, end) = match first {
            true => self.numbered(lines, head.lines, 1, &lines[..head.lines]),
            false => self.parted(lines, head),
        };
        if agency.is_empty() || parts.is_empty() {
            // What is no table of tasks tells nothing of the item above it.
            let counted = parts.len() > 1;
            return counted.then(|| self.rows(Vec::new(), lines, &lines[0], end));
        }
        let blocks = Block::of(&head.columns);
        let judge = Judge { text: self.text, agencies: self.agencies, blocks: &blocks };
        let cells: Vec<_> = parts.iter().map(|part| judge.cells(&part.lines)).collect();
        // A title that goes on in the next line is as wide as its column.
        let width = |i: usize| cells[i].title_width(self.text, &parts[i].lines);
        let widest = (0..parts.len()).map(width).max().unwrap_or(0);
        let mut rows: Vec<Row> = parts
            .iter()
            .zip(&cells)
            .map(|(part, cells)| {
                let mut row = part.row();
                cells.fill(self.text, &part.lines, &blocks, widest, &mut row);
                row
            })
            .collect();
        give_roles(self.text, &mut rows, &agency);
        Some(self.rows(rows, lines, &lines[0], end))
    }

    /// The rows that count up from line `at` on, and where they end. The head may be repeated between them.
    fn numbered(
        &self,
        lines: &[Line],
        mut at: usize,
        value: u32,
        head: &[Line],
    ) -> (Vec<Part>, usize) {
        let mut parts: Vec<Part> = Vec::new();
        let mut value = value;
        while let Some(number) = lines.get(at).filter(|l| row_number(self.slice(l)) == Some(value))
        {
            let mut part = Part { number: Some(number.span), value, lines: Vec::new() };
            let mut i = at + 1;
            let mut goes_on = false;
            while let Some(line) = lines.get(i).filter(|_| part.lines.len() < ROW_LINES) {
                if self.repeats(&lines[i..], head) {
                    i += head.len();
                    continue;
                }
                let s = self.slice(line);
                // Numbers lost in print: the row after the next goes on just as well.
                goes_on = row_number(s).is_some_and(|n| n > value && n <= value + 2);
                if goes_on || self.divides(s) {
                    break;
                }
                part.lines.push(*line);
                i += 1;
            }
            if !goes_on {
                let kept = self.last_row_end(&part.lines);
                part.lines.truncate(kept);
                i = part.lines.last().map_or(at + 1, |last| {
                    at + lines[at..].iter().take_while(|l| l.span.start <= last.span.start).count()
                });
            }
            parts.push(part);
            at = i;
            value = lines.get(at).and_then(|l| row_number(self.slice(l))).unwrap_or(0);
        }
        (parts, at)
    }

    /// The rows that blank lines tell apart, or, where all have a line a cell, their number of lines.
    fn parted(&self, lines: &[Line], head: &Head) -> (Vec<Part>, usize) {
        let width = head.columns.len();
        let blocks = Block::of(&head.columns);
        let judge = Judge { text: self.text, agencies: self.agencies, blocks: &blocks };
        let body = &lines[head.lines..];
        let blanks = body.iter().take(HEAD_LINES).skip(1).any(|l| l.after_blank);
        let mut parts = Vec::new();
        let mut at = 0;
        while at < body.len() {
            if self.repeats(&body[at..], &lines[..head.lines]) {
                at += head.lines;
                continue;
            }
            let more = |l: &&Line| !l.after_blank && !self.divides(self.slice(l));
            let end = match blanks {
                true => at + 1 + body[at + 1..].iter().take(ROW_LINES).take_while(more).count(),
                false => at + width,
            };
            let Some(row) = body.get(at..end) else { break };
            if self.divides(self.slice(&row[0])) || !judge.is_row(row) {
                break;
            }
            parts.push(Part { number: None, value: parts.len() as u32 + 1, lines: row.to_vec() });
            at = end;
        }
        (parts, head.lines + at)
    }

    /// Whether `lines` begin with the head again.
    fn repeats(&self, lines: &[Line], head: &[Line]) -> bool {
        let same = |(a, b): (&Line, &Line)| self.slice(a) == self.slice(b);
        !head.is_empty() && lines.len() >= head.len() && lines.iter().zip(head).all(same)
    }

    /// Whether a line begins with a number that divides the document.
    fn divides(&self, line: &str) -> bool {
        self.rules.number(line, |_| 0).is_some_and(|n| self.rules.styles[n.style].rank < MEASURE)
    }

    /// Whether the first line is the row number `next` and the lines below count on from it.
    fn counts_on(&self, lines: &[Line], next: u32) -> Option<()> {
        if row_number(self.slice(&lines[0]))? != next {
            return None;
        }
        if next > 1 {
            return Some(());
        }
        let (mut at, mut value) = (0, next);
        for _ in 0..2 {
            (at, value) = (at + 2..lines.len().min(at + HEADLESS_ROW_LINES)).find_map(|i| {
                // A number may be lost in print.
                let found = row_number(self.slice(&lines[i]))?;
                (value + 1..=value + 2).contains(&found).then_some((i, found))
            })?;
        }
        Some(())
    }

    /// The last row ends with the text, before a long paragraph that follows its agencies or its limit,
    /// or before a signature.
    fn last_row_end(&self, lines: &[Line]) -> usize {
        let mut limited = false;
        for (i, line) in lines.iter().enumerate() {
            let s = self.slice(line);
            if limited && s.len() > TITLE {
                return i;
            }
            if limited && i > 0 && date::whole_line(s).is_some() {
                return i - 1;
            }
            limited |= is_limit(s);
        }
        lines.len()
    }

    /// A row of a table without a head: short cells behind the task say where it comes from and the like.
    fn headless_row(&self, part: &Part) -> Row {
        let tail = part.lines.iter().rev().take_while(|l| is_name(self.slice(l))).count();
        // A row has at least a title and a task.
        let content = part.lines.len() - tail.min(part.lines.len().saturating_sub(2));
        let lines: Vec<Span> = part.lines[..content].iter().map(|l| l.span).collect();
        let mut row = part.row();
        fill_content(self.text, &mut row, &lines, true);
        row
    }
}

/// The lines of a row.
struct Part {
    number: Option<Span>,
    value: u32,
    lines: Vec<Line>,
}

impl Part {
    fn row(&self) -> Row {
        let all = self.number.into_iter().chain(self.lines.iter().map(|l| l.span));
        let span = all.reduce(Span::cover).unwrap_or_default();
        Row { number: self.number, value: self.value, span, ..Row::default() }
    }
}

/// Where the cells of several columns of names have a name a line, nothing tells where one column ends:
/// the first line is that of the first column and the others of the last.
fn give_roles(text: &Text, rows: &mut [Row], agency: &[Role]) {
    let (Some(&first), Some(&last)) = (agency.first(), agency.last()) else { return };
    let lines = |row: &Row| -> Vec<Span> {
        row.columns.iter().flat_map(|(cell, _)| super::cell_lines(text, *cell)).collect()
    };
    let one_a_line = rows.iter().any(|row| lines(row).len() > agency.len())
        && !rows.iter().any(|row| row.columns.iter().any(|(c, _)| text.slice(*c).contains('、')));
    if !one_a_line || agency.len() < 2 {
        return;
    }
    for row in rows {
        let names = lines(row);
        row.assignments.retain(|a| !row.columns.iter().any(|(cell, _)| cell == a));
        row.assignments.extend(&names);
        let role = |i| if i == 0 { first } else { last };
        row.columns = names.into_iter().enumerate().map(|(i, name)| (name, role(i))).collect();
    }
}

fn row_number(line: &str) -> Option<u32> {
    line.trim_end_matches(['.', '．', '、']).parse().ok().filter(|n| *n < 1000)
}

/// A cell that can hold names of agencies: short, no sentence.
fn is_name(cell: &str) -> bool {
    cell.chars().count() <= 60
        && !cell.contains(['。', '：', ':', '“'])
        && !cell.starts_with(|c: char| c.is_ascii_digit())
}

/// A cell that holds a time limit and nothing else.
pub fn is_limit(cell: &str) -> bool {
    const OPENING: [&str; 13] = [
        "长期",
        "持续",
        "全年",
        "常态",
        "每年",
        "每月",
        "每季",
        "年底",
        "月底",
        "季度",
        "上半年",
        "下半年",
        "即时",
    ];
    let word: String = cell.chars().filter(|c| !c.is_whitespace()).collect();
    let dated = word.starts_with(|c: char| c.is_ascii_digit()) && word.contains(['年', '月']);
    word.chars().count() <= 20
        && !word.ends_with(['。', '；'])
        && (dated || OPENING.iter().any(|w| word.starts_with(w)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outline::lines::lines;

    /// The rows of a flattened table: title, content, limit and names of each.
    fn rows(text: &str) -> Vec<[String; 4]> {
        let text = Text::new(text.into(), vec![(0, 1)], vec![]);
        let (rules, roles) = (OutlineRules::embedded(), Roles::embedded());
        let agencies = Agencies::embedded();
        let reader = Reader { text: &text, rules: &rules, roles: &roles, agencies: &agencies };
        let lines = lines(&text);
        let table = reader.table(&lines, 1, || lines.len()).expect("a table");
        let string = |spans: &[Span]| -> String {
            spans.iter().map(|s| text.slice(*s).replace('\n', "/")).collect::<Vec<_>>().join(" ")
        };
        let row = |r: &Row| {
            let names: Vec<Span> = r.columns.iter().map(|(c, _)| *c).collect();
            let limits: Vec<Span> =
                r.assignments.iter().copied().filter(|a| !names.contains(a)).collect();
            let title: Vec<Span> = r.title.into_iter().collect();
            [string(&title), string(&r.content), string(&limits), string(&names)]
        };
        table.rows.iter().map(row).collect()
    }

    const WANTED: [[&str; 4]; 2] = [
        ["完善督导机构", "配齐专职督学20名。", "2024年10月/底前", "市委编办 市教育局、/市财政局"],
        ["规范学校督导", "建立综合督导制度。", "长期坚持", "市教育局"],
    ];

    #[test]
    fn cells_are_found_in_every_order_of_the_columns() {
        let titles =
            [["完善督导机构", "配齐专职督学20名。"], ["规范学校督导", "建立综合督导制度。"]];
        let names = [["市委编办", "市教育局、\n市财政局"], ["市教育局", "—"]];
        let limits = ["2024年10月\n底前", "长期坚持"];
        let table = |order: [usize; 3]| {
            let head = ["重点任务\n具体措施", "牵头单位\n责任单位", "完成时限"];
            let mut out = vec![format!("序号\n{}", order.map(|o| head[o]).join("\n"))];
            for row in 0..2 {
                let parts = [titles[row].join("\n"), names[row].join("\n"), limits[row].to_owned()];
                out.push(format!("{}\n{}", row + 1, order.map(|o| parts[o].clone()).join("\n")));
            }
            out.join("\n")
        };
        for order in [[0, 1, 2], [0, 2, 1], [2, 0, 1]] {
            assert_eq!(rows(&table(order)), WANTED, "{order:?}");
        }
    }

    #[test]
    fn a_head_may_be_repeated_and_numbers_be_missing() {
        let head = "重点任务\n具体措施\n牵头单位\n责任单位\n完成时限\n";
        let first =
            "完善督导机构\n配齐专职督学20名。\n市委编办\n市教育局、\n市财政局\n2024年10月\n底前\n";
        let last = "规范学校督导\n建立综合督导制度。\n市教育局\n—\n长期坚持";
        assert_eq!(rows(&format!("序号\n{head}1\n{first}序号\n{head}2\n{last}")), WANTED);
        assert_eq!(rows(&format!("{head}\n{first}\n{head}\n{last}")), WANTED);
        let even = format!("{head}{}{last}", first.replace("、\n", "、").replace("月\n", "月"));
        assert_eq!(rows(&even).len(), 2);
    }

    #[test]
    fn a_table_without_bearers_has_no_rows() {
        assert_eq!(rows("序号\n指标\n数值\n1\n覆盖率\n95%\n2\n新建学校\n3所\n").len(), 0);
    }
}
