//! Task tables: those whose cells the source still had, and those that a site or a PDF flattened to
//! one cell a line; and the tasks of the body that their rows restate.
//!
//! A table is one of tasks if the head of at least one column names a role (`责任单位`). Either way its
//! rows come out the same: a [`Row`] has the spans of its cells by what their columns hold.

mod cells;
mod counterparts;
mod flat;

pub use counterparts::counterparts;
pub use flat::Reader;

use super::lines::trim;
use crate::knowledge::roles::{Label, Roles};
use crate::model::{Role, Span, Table, Text};

/// The rank of items numbered inside a cell: below every item of the outline.
pub const MEASURE_RANK: u8 = 10;
/// A title's cell is at most this long, in bytes.
const TITLE: usize = 90;

/// A row.
#[derive(Default)]
pub struct Row {
    pub number: Option<Span>,
    pub value: u32,
    pub span: Span,
    pub title: Option<Span>,
    /// The cells of content after the title, without numbered measures.
    pub content: Vec<Span>,
    pub measures: Vec<Measure>,
    /// Deadline and agency cells.
    pub assignments: Vec<Span>,
    /// The agency cells with the role of their column.
    pub columns: Vec<(Span, Role)>,
}

/// An item numbered inside a cell.
pub struct Measure {
    pub number: Span,
    pub value: u32,
    pub text: Span,
    pub span: Span,
}

/// The rows of a table and the text that it takes.
pub struct Rows {
    pub rows: Vec<Row>,
    pub span: Span,
}

/// What the head of a column says of its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Number,
    Content,
    Deadline,
    Role(Role),
    Other,
}

fn column(head: &str, roles: &Roles) -> Column {
    if opens(head) {
        return Column::Number;
    }
    match roles.label_alone(head) {
        Some(Label::Role(role)) => Column::Role(role),
        Some(Label::Deadline) => Column::Deadline,
        Some(Label::Other) => Column::Other,
        _ => Column::Content,
    }
}

/// Whether a line is the first cell of a table's head.
pub fn opens(line: &str) -> bool {
    let word = || line.chars().filter(|c| !c.is_whitespace());
    ["序号", "编号"].into_iter().any(|head| word().eq(head.chars()))
}

/// The rows of the table that begins with `line`, if it is one of tasks.
pub fn printed(text: &Text, table: &Table, line: Span, roles: &Roles) -> Option<Rows> {
    let names_roles = |row: &Vec<Span>| {
        row.iter().any(|c| matches!(column(text.slice(*c), roles), Column::Role(_)))
    };
    // A head of two rows (`责任分工` over `牵头单位`, `配合单位`): the lower one is exact.
    let first = table.rows.iter().position(names_roles)?;
    let head_row = first + table.rows[first + 1..].iter().take_while(|r| names_roles(r)).count();
    let columns: Vec<_> =
        table.rows[head_row].iter().map(|c| column(text.slice(*c), roles)).collect();
    let span = table.rows.iter().flatten().fold(line, |a, b| a.cover(*b));
    let mut rows: Vec<Row> = Vec::new();
    let mut above: Vec<Span> = Vec::new();
    for cells in &table.rows[head_row + 1..] {
        let repeated_head = cells.iter().zip(&columns).any(|(c, head)| {
            matches!(head, Column::Role(_)) && column(text.slice(*c), roles) == *head
        });
        // One cell over all columns is the heading of the rows below it.
        let heading = cells.len() > 1 && cells.iter().all(|c| *c == cells[0]);
        if repeated_head || heading || cells.iter().all(|c| c.is_empty()) {
            continue;
        }
        let row = printed_row(text, cells, &columns, &above, rows.len() as u32 + 1);
        above.clone_from(cells);
        if row.title.is_some() || !row.content.is_empty() {
            rows.push(row);
        }
    }
    Some(Rows { rows, span })
}

fn printed_row(text: &Text, cells: &[Span], columns: &[Column], above: &[Span], value: u32) -> Row {
    let mut row = Row { value, ..Row::default() };
    let fresh = |i: usize, c: Span| above.get(i) != Some(&c);
    // A column before that of the numbers names the group of a row.
    let numbers = columns.iter().position(|c| *c == Column::Number).unwrap_or(0);
    let mut content = Vec::new();
    for (i, (&cell, column)) in cells.iter().zip(columns).enumerate() {
        if is_none(text.slice(cell)) {
            continue;
        }
        match column {
            Column::Number => row.number = Some(cell),
            Column::Content if i < numbers => {}
            // A cell merged over rows groups them; it is the text of none.
            Column::Content if fresh(i, cell) || content_columns(columns) == 1 => {
                content.push(cell)
            }
            Column::Content | Column::Other => {}
            Column::Deadline => row.assignments.push(cell),
            // A cell merged over two columns of roles does not say who leads.
            Column::Role(_) if row.assignments.contains(&cell) => {
                if let Some((_, role)) = row.columns.iter_mut().find(|(c, _)| *c == cell) {
                    *role = Role::Responsible;
                }
            }
            Column::Role(role) => {
                row.assignments.push(cell);
                row.columns.push((cell, *role));
            }
        }
    }
    let parts = row.number.iter().chain(&content).chain(&row.assignments);
    let cover = parts.copied().reduce(Span::cover);
    row.span = cover.unwrap_or_default();
    if content.len() > 1 && content[0].len() <= TITLE {
        row.title = Some(content.remove(0));
    }
    let lines: Vec<Span> = content.iter().flat_map(|c| cell_lines(text, *c)).collect();
    let titled = row.title.is_none();
    fill_content(text, &mut row, &lines, titled);
    row
}

/// Whether a cell says that it has nothing to say.
fn is_none(cell: &str) -> bool {
    matches!(cell.trim(), "" | "—" | "-" | "--" | "/" | "－" | "——" | "–" | "无")
}

fn content_columns(columns: &[Column]) -> usize {
    columns.iter().filter(|c| **c == Column::Content).count()
}

fn cell_lines(text: &Text, cell: Span) -> Vec<Span> {
    let mut start = cell.start;
    let mut out = Vec::new();
    for line in text.slice(cell).split('\n') {
        let span = trim(text, Span::new(start, start + line.len()));
        start += line.len() + 1;
        if !span.is_empty() {
            out.push(span);
        }
    }
    out
}

/// Content and measures of a row from the lines of its content cells; with `titled` its title too, which
/// without a cell of its own is the first short lines.
fn fill_content(text: &Text, row: &mut Row, lines: &[Span], titled: bool) {
    let title_lines = lines
        .iter()
        .take_while(|l| {
            let s = text.slice(**l);
            let short = s.len() <= TITLE && !s.ends_with(['。', '；', ';']);
            titled && short && measure_number(s).is_none()
        })
        .count()
        .min(lines.len().saturating_sub(1));
    if title_lines > 0 {
        row.title = Some(lines[0].cover(lines[title_lines - 1]));
    }
    for &line in &lines[title_lines..] {
        let last = row.measures.last().map_or(0, |m| m.value);
        match measure_number(text.slice(line)).filter(|(n, _)| *n == last + 1) {
            Some((value, len)) => {
                let number = Span::new(line.start, line.start + len);
                let rest = trim(text, Span::new(number.end, line.end));
                row.measures.push(Measure { number, value, text: rest, span: line });
            }
            None => match row.measures.last_mut() {
                Some(m) => {
                    m.text = m.text.cover(line);
                    m.span = m.span.cover(line);
                }
                None => row.content.push(line),
            },
        }
    }
}

/// `3.` or `3,` at the start of a cell: (number, bytes).
fn measure_number(cell: &str) -> Option<(u32, usize)> {
    let digits = cell.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &cell[digits..];
    let marks: usize = rest
        .chars()
        .take_while(|c| matches!(c, '.' | '．' | '、' | ',' | '，'))
        .map(char::len_utf8)
        .sum();
    let decimal = rest[marks..].starts_with(|c: char| c.is_ascii_digit());
    if digits == 0 || digits > 2 || marks == 0 || decimal {
        return None;
    }
    Some((cell[..digits].parse().ok()?, digits + marks))
}
