//! The elements and texts of a page in their order, and what of them is the document.
//!
//! Invariant: every opened element is closed, inner ones first. The HTML reader fills a page and
//! asks it for its content.

use super::draft::{Content, Grid, Kind as LineKind, Line};
use super::plain::squeeze;

/// Merged cells are spread over no more places of a table than this.
const MOST_PLACES: usize = 1 << 16;

/// Index into [`Page::elements`].
pub(super) type ElementId = usize;

/// What an element does to the text in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Inline,
    Block,
    /// A block that keeps its line breaks.
    Pre,
    Table,
    Rows,
    Row,
    Cell,
    /// A line break.
    Break,
    /// Has no content.
    Void,
    /// Its content is not shown or no text of the document.
    Skipped,
}

/// One element.
#[derive(Clone, Debug, Default)]
pub(super) struct Element {
    kind: Kind,
    skipped: bool,
    link: bool,
    /// Rows and columns that a cell reaches over.
    span: (usize, usize),
    parent: Option<ElementId>,
    /// Characters in it, and those of them in links.
    text: usize,
    linked: usize,
    links: usize,
    /// Sentences in it.
    stops: usize,
    /// Index into [`Page::tables`] of a table, or of the table a row or cell belongs to.
    table: Option<usize>,
    /// Number of the cell in the content, once its table is known to be one.
    cell: Option<usize>,
}

impl Element {
    /// An element as its start tag says it; `span` are the rows and columns a cell reaches over.
    pub fn new(kind: Kind, skipped: bool, link: bool, span: (usize, usize)) -> Self {
        Self { kind, skipped, link, span, ..Self::default() }
    }
}

/// What stands in a page, in order.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Open(ElementId),
    Close(ElementId),
    /// A byte range of [`Page::text`] and the source line it begins on.
    Text(usize, usize, usize),
    Break,
}

#[derive(Clone, Debug, Default)]
struct Table {
    /// The table it stands in.
    outer: Option<usize>,
    inner: usize,
    rows: Vec<Vec<ElementId>>,
}

/// A page as it was read.
#[derive(Default)]
pub(super) struct Page {
    pub elements: Vec<Element>,
    pub events: Vec<Event>,
    pub title: String,
    /// Name, content and source line of the `meta` elements.
    pub meta: Vec<(String, String, usize)>,
    text: String,
    tables: Vec<Table>,
    /// Characters of the page.
    total: usize,
}

impl Page {
    pub fn open(&mut self, element: Element, parent: Option<ElementId>) -> ElementId {
        let id = self.elements.len();
        let around = parent.and_then(|p| self.elements[p].table);
        let mut element = Element { parent, table: around, ..element };
        match element.kind {
            Kind::Table => {
                element.table = Some(self.tables.len());
                if let Some(outer) = around {
                    self.tables[outer].inner += 1;
                }
                self.tables.push(Table { outer: around, ..Table::default() });
            }
            Kind::Row => {
                if let Some(table) = around {
                    self.tables[table].rows.push(Vec::new());
                }
            }
            Kind::Cell => {
                if let Some(table) = around {
                    let rows = &mut self.tables[table].rows;
                    if rows.is_empty() {
                        rows.push(Vec::new());
                    }
                    if let Some(row) = rows.last_mut() {
                        row.push(id);
                    }
                }
            }
            _ => {}
        }
        self.elements.push(element);
        self.events.push(Event::Open(id));
        id
    }

    pub fn close(&mut self, id: ElementId) {
        self.events.push(Event::Close(id));
        let Element { parent, text, linked, links, stops, link, skipped, .. } = self.elements[id];
        if skipped {
            return;
        }
        let (linked, links) = if link { (text, links + 1) } else { (linked, links) };
        match parent {
            Some(parent) => {
                let parent = &mut self.elements[parent];
                parent.text += text;
                parent.linked += linked;
                parent.links += links;
                parent.stops += stops;
            }
            None => self.total += text,
        }
    }

    pub fn add_text(&mut self, inside: Option<ElementId>, text: &str, line: usize) {
        let start = self.text.len();
        self.text.push_str(text);
        self.events.push(Event::Text(start, self.text.len(), line));
        let seen = text.chars().filter(|c| !c.is_whitespace()).count();
        match inside {
            Some(id) => {
                self.elements[id].text += seen;
                self.elements[id].stops += text.matches('。').count();
            }
            None => self.total += seen,
        }
    }

    /// The lines and tables of the document in the page.
    pub fn content(mut self) -> Content {
        self.skip_link_lists();
        let (grids, cells) = self.grids();
        let mut writer = Writer::default();
        let (mut skipped, mut pre) = (0usize, 0usize);
        let mut inside: Vec<usize> = Vec::new();
        for event in &self.events {
            match *event {
                Event::Open(id) => {
                    let element = &self.elements[id];
                    skipped += usize::from(element.skipped);
                    pre += usize::from(element.kind == Kind::Pre);
                    if element.kind != Kind::Inline {
                        writer.end_line(inside.last().copied());
                    }
                    inside.extend(element.cell);
                }
                Event::Close(id) => {
                    let element = &self.elements[id];
                    if element.kind != Kind::Inline {
                        writer.end_line(inside.last().copied());
                    }
                    skipped -= usize::from(element.skipped);
                    pre -= usize::from(element.kind == Kind::Pre);
                    if element.cell.is_some() {
                        inside.pop();
                    }
                }
                Event::Break if skipped == 0 => writer.end_line(inside.last().copied()),
                Event::Text(from, to, line) if skipped == 0 => {
                    for part in self.text[from..to].split_inclusive('\n') {
                        writer.add(part, line);
                        if pre > 0 && part.ends_with('\n') {
                            writer.end_line(inside.last().copied());
                        }
                    }
                }
                _ => {}
            }
        }
        writer.end_line(None);
        let mut lines = self.head_lines(&writer.lines);
        lines.append(&mut writer.lines);
        Content { lines, grids, cells, ..Content::default() }
    }

    /// Leaves out blocks that are but links: menus, lists of other pages.
    fn skip_link_lists(&mut self) {
        let total = self.total;
        for element in &mut self.elements {
            let block = matches!(element.kind, Kind::Block | Kind::Table);
            if block
                && element.links > 2
                && element.stops == 0
                && element.linked * 10 > element.text * 7
                && element.text * 3 < total
            {
                element.skipped = true;
            }
        }
    }

    /// Which tables are tables, and their cells; those that lay out the page are not.
    fn grids(&mut self) -> (Vec<Grid>, usize) {
        let mut data = vec![false; self.tables.len()];
        let (mut grids, mut cells) = (Vec::new(), 0);
        for t in 0..self.tables.len() {
            let table = &self.tables[t];
            let within = table.outer.is_some_and(|outer| data[outer]);
            // The cells of a table in a cell are lines of that cell.
            data[t] = within || self.is_data(table);
            if within || !data[t] {
                continue;
            }
            for &cell in table.rows.iter().flatten() {
                self.elements[cell].cell = Some(cells);
                cells += 1;
            }
            grids.push(self.grid(t));
        }
        (grids, cells)
    }

    fn is_data(&self, table: &Table) -> bool {
        let filled =
            |row: &&Vec<ElementId>| row.iter().filter(|&&c| self.elements[c].text > 0).count() > 1;
        let article = |&cell: &ElementId| self.elements[cell].text * 5 > self.total * 3;
        let rows = table.rows.iter().filter(filled).count();
        rows > 1
            && (table.inner == 0 || rows > 2)
            && (self.total < 400 || !table.rows.iter().flatten().any(article))
    }

    /// The cells of a table where they reach to.
    fn grid(&self, table: usize) -> Grid {
        let source = &self.tables[table].rows;
        let mut rows: Vec<Vec<usize>> = Vec::with_capacity(source.len());
        // By column: the cell that reaches down and how many rows are left of it.
        let mut down: Vec<(usize, usize)> = Vec::new();
        let mut placed = 0;
        for row in source {
            let mut cells = row.iter();
            let mut out = Vec::new();
            loop {
                let column = out.len();
                if let Some((cell, left)) = down.get_mut(column).filter(|(_, left)| *left > 0) {
                    *left -= 1;
                    placed += 1;
                    out.push(*cell);
                    continue;
                }
                let Some((cell, (deep, wide))) = cells.next().and_then(|&id| {
                    let element = &self.elements[id];
                    Some((element.cell?, element.span))
                }) else {
                    for (cell, left) in down.iter_mut().skip(column) {
                        if *left > 0 {
                            *left -= 1;
                            out.push(*cell);
                        }
                    }
                    break;
                };
                // A hostile page could span without end.
                let (deep, wide) = if placed < MOST_PLACES { (deep, wide) } else { (1, 1) };
                placed += wide;
                for column in column..column + wide {
                    if down.len() <= column {
                        down.resize(column + 1, (0, 0));
                    }
                    down[column] = (cell, deep - 1);
                    out.push(cell);
                }
            }
            rows.push(out);
        }
        Grid { rows }
    }

    /// What the page's head says of the document and its body does not.
    fn head_lines(&self, body: &[Line]) -> Vec<Line> {
        let solid = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let shown: String = body.iter().take(60).map(|l| solid(&l.text)).collect();
        let meta = |name: &str| {
            self.meta
                .iter()
                .find(|(n, v, _)| n == name && !v.is_empty())
                .map(|(_, v, l)| (v.as_str(), *l))
        };
        let title = self.title.split(['_', '|']).next().unwrap_or_default();
        let title = title.split(" - ").next().unwrap_or_default();
        let stated = [
            ("", meta("articletitle").unwrap_or((title, 1))),
            ("发布日期：", meta("pubdate").unwrap_or_default()),
            ("来源：", meta("contentsource").unwrap_or_default()),
        ];
        let mut lines = Vec::new();
        // Lines of the source ascend, wherever the head is.
        let last = body.first().map_or(1, Line::source);
        let mut source = 1;
        for (label, (value, line)) in stated {
            let value = squeeze(value);
            // A date's time of day may be shown in another way.
            let key = value.split_whitespace().next().unwrap_or_default();
            let key = if label.is_empty() { solid(&value) } else { key.to_owned() };
            if key.chars().count() > 4 && !shown.contains(&key) {
                source = line.clamp(source, last.max(source));
                lines.push(Line::new(LineKind::Text, format!("{label}{value}"), 0, source));
            }
        }
        lines
    }
}

/// Collects text into lines.
#[derive(Default)]
struct Writer {
    lines: Vec<Line>,
    line: String,
    /// Source line where `line` began.
    source: usize,
    /// White space waits for what follows; true if it holds a line break.
    gap: Option<bool>,
}

impl Writer {
    fn add(&mut self, text: &str, source: usize) {
        for c in text.chars() {
            if c.is_whitespace() {
                self.gap = Some(self.gap.unwrap_or(false) || c == '\n');
                continue;
            }
            if self.line.is_empty() {
                self.source = source.max(self.source);
            } else if let Some(broken) = self.gap
                && !(broken && is_wide(c) && self.line.chars().next_back().is_some_and(is_wide))
            {
                self.line.push(' ');
            }
            self.gap = None;
            self.line.push(c);
        }
    }

    fn end_line(&mut self, cell: Option<usize>) {
        self.gap = None;
        let text = squeeze(&std::mem::take(&mut self.line));
        if !text.is_empty() {
            let mut line = Line::new(LineKind::Text, text, 0, self.source);
            line.cell = cell;
            self.lines.push(line);
        }
    }
}

/// Whether a character needs no space to its neighbour, as in Chinese.
fn is_wide(c: char) -> bool {
    c >= '\u{2e80}'
}
