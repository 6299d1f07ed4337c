//! Task tables: those whose cells the source still had, and those that a site or a PDF flattened to
//! one cell a line; and the tasks of the body that their rows restate.
//!
//! A table is one of tasks if the head of at least one column names a role (`责任单位`).

use foldhash::{HashMap, HashMapExt, HashSet};

use super::lines::{Line, trim};
use crate::knowledge::outline::OutlineRules;
use crate::knowledge::roles::{Label, Roles};
use crate::model::{Node, NodeId, NodeKind, Role, Span, Table, Text};

/// The rank of items numbered inside a cell: below every item of the outline.
pub const MEASURE_RANK: u8 = 10;
/// Numbers of this rank and above are enumerated inside a cell.
const MEASURE: u8 = 6;
/// How many lines the head of a flattened table may take.
const HEAD_LINES: usize = 16;
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
#[derive(Clone, Copy, PartialEq, Eq)]
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
        if repeated_head || cells.iter().all(|c| c.is_empty()) {
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
        if cell.is_empty() || matches!(text.slice(cell).trim(), "—" | "-" | "/" | "－" | "——")
        {
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
    fill_content(text, &mut row, &lines);
    row
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

/// The flattened table that begins with the first of `lines`: a head from `序号` to the row `1`, then
/// rows that count up; or, where the head is lost or stands on an earlier page, rows alone whose
/// numbers go on from `next`. It ends before line `annex()`, where the next annex begins.
pub fn flattened(
    text: &Text,
    lines: &[Line],
    roles: &Roles,
    rules: &OutlineRules,
    next: u32,
    annex: impl FnOnce() -> usize,
) -> Option<Rows> {
    let head_line = lines.first()?;
    let (first, head) = if opens(text.slice(head_line.span)) {
        let first = (1..lines.len().min(HEAD_LINES))
            .find(|&i| row_number(text, lines[i].span) == Some(1))?;
        (first, &lines[1..first])
    } else {
        counts_on(text, lines, next)?;
        (0, &lines[..0])
    };
    let lines = &lines[..annex()];
    if lines.len() <= first {
        // An annex that begins before the first row: the head was none.
        return None;
    }
    let columns: Vec<_> = head.iter().map(|l| column(text.slice(l.span), roles)).collect();
    let agency: Vec<Role> = columns
        .iter()
        .filter_map(|c| if let Column::Role(r) = c { Some(*r) } else { None })
        .collect();
    if first > 0 && agency.is_empty() {
        return None;
    }
    // `完成` and `时限` may stand on two lines of the head.
    let head_text: String = head.iter().map(|l| text.slice(l.span)).collect();
    let timed = columns.contains(&Column::Deadline) || head_text.contains("时限");
    let mut rows: Vec<Row> = Vec::new();
    let mut at = first;
    let mut value = if first > 0 { 1 } else { next };
    while let Some(number) = lines.get(at) {
        if row_number(text, number.span) != Some(value) {
            break;
        }
        let end = (at + 1..lines.len())
            .find(|&i| {
                let s = text.slice(lines[i].span);
                let heading =
                    rules.number(s, |_| 0).is_some_and(|n| rules.styles[n.style].rank < MEASURE);
                // Numbers lost in print: the row after the next goes on just as well.
                let number = row_number(text, lines[i].span);
                heading || number.is_some_and(|n| n > value && n <= value + 2)
            })
            .unwrap_or_else(|| last_row_end(text, lines, at + 1));
        let kind = Cells { timed, named: !agency.is_empty() };
        rows.push(flattened_row(text, number.span, value, &lines[at + 1..end], kind));
        at = end;
        value = lines.get(at).and_then(|l| row_number(text, l.span)).unwrap_or(0);
    }
    if !agency.is_empty() {
        give_roles(&mut rows, &agency);
    }
    rows.retain(|r| r.title.is_some() || !r.content.is_empty());
    let span = lines[..at].iter().fold(head_line.span, |a, l| a.cover(l.span));
    (!rows.is_empty()).then_some(Rows { rows, span })
}

/// Whether the first line is the row number `next` and the lines below count on from it.
fn counts_on(text: &Text, lines: &[Line], next: u32) -> Option<()> {
    /// A row takes at most so many lines.
    const ROW_LINES: usize = 24;
    if row_number(text, lines[0].span)? != next {
        return None;
    }
    if next > 1 {
        return Some(());
    }
    let (mut at, mut value) = (0, next);
    for _ in 0..2 {
        (at, value) = (at + 2..lines.len().min(at + ROW_LINES)).find_map(|i| {
            // A number may be lost in print.
            let found = row_number(text, lines[i].span)?;
            (value + 1..=value + 2).contains(&found).then_some((i, found))
        })?;
    }
    Some(())
}

/// Gives the agency cells of flattened rows the roles of their columns. Where a cell of names took
/// several lines, the first line is that of the first column and the others of the last.
fn give_roles(rows: &mut [Row], agency: &[Role]) {
    let Some(last) = agency.last() else { return };
    let one_name_a_line = rows.iter().any(|r| r.columns.len() > agency.len());
    for row in rows {
        for (i, (_, role)) in row.columns.iter_mut().enumerate() {
            *role = match i {
                0 => agency[0],
                _ if one_name_a_line => *last,
                _ => agency[i.min(agency.len() - 1)],
            };
        }
    }
}

fn row_number(text: &Text, line: Span) -> Option<u32> {
    let s = text.slice(line).trim_end_matches(['.', '．', '、']);
    s.parse().ok().filter(|n| *n < 1000)
}

/// The last row ends with the text, or before a long paragraph that follows its agencies.
fn last_row_end(text: &Text, lines: &[Line], from: usize) -> usize {
    let mut limited = false;
    for (i, line) in lines.iter().enumerate().skip(from) {
        let s = text.slice(line.span);
        limited |= is_limit(s);
        if limited && s.len() > TITLE {
            return i;
        }
    }
    lines.len()
}

/// What the head says that the cells of a row hold besides the task.
#[derive(Clone, Copy)]
struct Cells {
    timed: bool,
    named: bool,
}

fn flattened_row(text: &Text, number: Span, value: u32, cells: &[Line], kind: Cells) -> Row {
    let timed = kind.timed;
    let span = cells.last().map_or(number, |l| number.cover(l.span));
    // The agency cells are the short lines at the end; the deadline cell stands before them.
    let limit = cells.iter().rposition(|l| timed && is_limit(text.slice(l.span)));
    let names_from = limit.map_or_else(
        || {
            let tail = cells.iter().rev().take_while(|l| is_name(text.slice(l.span))).count();
            // A row has at least a title and a task.
            cells.len() - tail.min(cells.len().saturating_sub(2))
        },
        |i| i + 1,
    );
    let content_end = limit.unwrap_or(names_from);
    let mut row = Row { number: Some(number), value, span, ..Row::default() };
    if !kind.named {
        // Short cells behind the task say where it comes from and the like.
        let lines: Vec<Span> = cells[..names_from].iter().map(|l| l.span).collect();
        fill_content(text, &mut row, &lines);
        return row;
    }
    row.assignments = cells[content_end..].iter().map(|l| l.span).collect();
    row.columns = cells[names_from..].iter().map(|l| (l.span, Role::Responsible)).collect();
    let lines: Vec<Span> = cells[..content_end].iter().map(|l| l.span).collect();
    fill_content(text, &mut row, &lines);
    row
}

/// Title, content and measures of a row from the lines of its content cells.
fn fill_content(text: &Text, row: &mut Row, lines: &[Span]) {
    // Without a cell of its own the title is the first short lines.
    let titled = row.title.is_some();
    let title_lines = lines
        .iter()
        .take_while(|l| {
            let s = text.slice(**l);
            let short = s.len() <= TITLE && !s.ends_with(['。', '；', ';']);
            !titled && short && measure_number(s).is_none()
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

/// A cell that can hold names of agencies: short, no sentence.
fn is_name(cell: &str) -> bool {
    cell.chars().count() <= 60
        && !cell.contains(['。', '：', ':', '“'])
        && !cell.starts_with(|c: char| c.is_ascii_digit())
}

/// A cell that holds a time limit and nothing else.
fn is_limit(cell: &str) -> bool {
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
    word.chars().count() <= 16
        && !word.ends_with(['。', '；'])
        && (dated || OPENING.iter().any(|w| word.starts_with(w)))
}

/// Ties the rows of a table to the tasks of the body that they restate: the one with the same
/// heading, if no other row or task has it; where most rows have one under their own number, the
/// others by their number.
pub fn counterparts(text: &Text, nodes: &mut [Node]) {
    let letters = |span: Option<Span>| -> String {
        span.map_or("", |s| text.slice(s)).chars().filter(|c| c.is_alphanumeric()).collect()
    };
    // The rows and the tasks under each heading.
    let mut headings: HashMap<String, [Vec<NodeId>; 2]> = HashMap::new();
    let (mut rows, mut in_order) = (Vec::new(), Vec::new());
    for (id, node) in nodes.iter().enumerate().filter(|(_, n)| n.kind == NodeKind::Task) {
        if node.in_table {
            rows.push(id)
        } else {
            in_order.push(id)
        };
        let heading = letters(node.heading);
        if !heading.is_empty() {
            headings.entry(heading).or_default()[usize::from(!node.in_table)].push(id);
        }
    }
    let mut pairs: Vec<_> = headings
        .values()
        .filter_map(|both| match [&both[0][..], &both[1][..]] {
            [[row], [task]] => Some((*row, *task)),
            _ => None,
        })
        .collect();
    // Both lists ascend.
    let place = |of: &[NodeId], id: &NodeId| of.binary_search(id).ok();
    let aligned = pairs.iter().filter(|(r, t)| place(&rows, r) == place(&in_order, t)).count();
    if aligned * 2 > rows.len() {
        let mut paired: HashSet<NodeId> = pairs.iter().flat_map(|&(r, t)| [r, t]).collect();
        for (&row, &task) in rows.iter().zip(&in_order) {
            if !paired.contains(&row) && !paired.contains(&task) {
                pairs.push((row, task));
                paired.extend([row, task]);
            }
        }
    }
    for (row, task) in pairs {
        nodes[row].counterpart = Some(task);
        nodes[task].counterpart = Some(row);
    }
}
