//! Lines → a tree of items by the rank of their numbers.

use super::cells::Cells;
use super::date;
use super::header::{Head, after_contents, opens_contents};
use super::lines::Line;
use super::table;
use crate::knowledge::agencies::Agencies;
use crate::knowledge::outline::OutlineRules;
use crate::knowledge::roles::{Label, Roles};
use crate::model::{Node, NodeId, NodeKind, ROOT, Span, Text};

/// Where a node comes from; decides, with its text, what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    Root,
    /// The covering notice, or the text before the first item.
    Front,
    /// The text behind `附件`.
    Annex,
    /// A numbered item; its rank.
    Item(u8),
    /// A paragraph of a text without numbers.
    Paragraph,
    /// A row of a table.
    Row,
}

impl Origin {
    /// The rank that items below must exceed.
    fn rank(self) -> u8 {
        match self {
            Origin::Item(rank) => rank,
            _ => 0,
        }
    }
}

/// A node in the making: its paragraphs are not yet split into own text and assignments.
#[derive(Clone, Debug)]
pub struct Item {
    pub node: Node,
    pub origin: Origin,
    /// Index of the number's style in the rules; `usize::MAX` without a number.
    pub style: usize,
    /// What the number counts to.
    pub value: u32,
    /// The text after the number, a span a line.
    pub paragraphs: Vec<Span>,
}

impl Item {
    pub fn new(origin: Origin, parent: NodeId, span: Span) -> Self {
        let node = Node {
            kind: NodeKind::Section,
            parent,
            path: String::new(),
            number: None,
            heading: None,
            own: vec![],
            assignments: vec![],
            columns: vec![],
            span,
            in_table: false,
            counterpart: None,
        };
        Self { node, origin, style: usize::MAX, value: 0, paragraphs: vec![] }
    }
}

/// The items of a document in the order of the text; the first is the root.
pub fn build(
    text: &Text,
    lines: &[Line],
    head: &Head,
    rules: &OutlineRules,
    roles: &Roles,
    agencies: &Agencies,
) -> Vec<Item> {
    let mut tree = Tree {
        text,
        rules,
        roles,
        agencies,
        cells: Cells::new(text),
        next_annex: None,
        items: vec![],
        stack: vec![ROOT],
        next_row: 1,
    };
    let mut root = Item::new(Origin::Root, ROOT, text.span());
    root.node.kind = NodeKind::Root;
    tree.items.push(root);
    if !head.notice.is_empty() {
        let notice = &lines[head.notice.clone()];
        let front = tree.push(Item::new(Origin::Front, ROOT, notice[0].span));
        for line in notice {
            tree.extend(front, line.span);
        }
    }
    tree.body(lines, head.body);
    tree.items
}

struct Tree<'a> {
    text: &'a Text,
    rules: &'a OutlineRules,
    roles: &'a Roles,
    agencies: &'a Agencies,
    cells: Cells,
    /// Where the annex begins that was last looked for.
    next_annex: Option<usize>,
    items: Vec<Item>,
    /// The open items, outermost first.
    stack: Vec<NodeId>,
    /// The number of the row that would go on with the last table.
    next_row: u32,
}

impl Tree<'_> {
    fn push(&mut self, item: Item) -> NodeId {
        self.items.push(item);
        self.items.len() - 1
    }

    /// Adds a line to an item.
    fn extend(&mut self, id: NodeId, line: Span) {
        self.items[id].paragraphs.push(line);
        self.items[id].node.span = self.items[id].node.span.cover(line);
    }

    fn body(&mut self, lines: &[Line], from: usize) {
        let numbered = lines[from.min(lines.len())..]
            .iter()
            .any(|l| self.rules.number(self.text.slice(l.span), |_| 0).is_some());
        let mut at = from;
        let mut before_items = true;
        while let Some(line) = lines.get(at) {
            let s = self.text.slice(line.span);
            let table = self.cells.table_at(line.span).map(|table| &self.text.tables[table]);
            let printed = table.and_then(|t| table::printed(self.text, t, line.span, self.roles));
            let rows = printed.or_else(|| {
                let Self { text, rules, roles, agencies, next_row, .. } = *self;
                let reader = table::Reader { text, rules, roles, agencies };
                reader.table(&lines[at..], next_row, || self.next_annex(lines, at) - at)
            });
            if let Some(table) = rows {
                let end = table.span.end;
                self.next_row = table.rows.last().map_or(1, |r| r.value + 1);
                self.table(table);
                at += lines[at..].iter().take_while(|l| l.span.start < end).count().max(1);
                before_items = false;
            } else if self.rules.opens_annex(s) {
                at = self.annex(lines, at);
                before_items = true;
            } else if self.rules.lists_annexes(s) && self.begins_table(lines, at + 1) {
                // The title of a table that stands here.
                self.stack.truncate(1);
                self.next_row = 1;
                let mut item = Item::new(Origin::Annex, ROOT, line.span);
                item.paragraphs.push(line.span);
                let id = self.push(item);
                self.stack.push(id);
                before_items = true;
                at += 1;
            } else if self.rules.lists_annexes(s) {
                at = self.annex_list(lines, at);
            } else if self.rules.is_imprint(s) {
                at += 1;
            } else if opens_contents(s) {
                at = after_contents(self.text, lines, at + 1);
            } else if self.goes_on_counting(line.span) {
                before_items = false;
                at += 1;
            } else if let Some((number, value)) = self.number(line.span) {
                self.item(line.span, number, value);
                before_items = false;
                at += 1;
            } else if self.closes(lines, at) {
                break;
            } else {
                self.paragraph(line.span, numbered, before_items);
                at += 1;
            }
        }
    }

    /// Whether a table begins with line `at`.
    fn begins_table(&self, lines: &[Line], at: usize) -> bool {
        lines
            .get(at)
            .is_some_and(|l| self.cells.hold(l.span) || table::opens(self.text.slice(l.span)))
    }

    /// The line from `at` on where the next annex begins, or how many lines there are.
    fn next_annex(&mut self, lines: &[Line], at: usize) -> usize {
        let opens = |l: &Line| self.rules.opens_annex(self.text.slice(l.span));
        let find = || at + lines[at..].iter().take_while(|l| !opens(l)).count();
        let next = self.next_annex.filter(|&next| next >= at).unwrap_or_else(find);
        self.next_annex = Some(next);
        next
    }

    /// The number that a line begins with: (style, its span and value).
    fn number(&self, line: Span) -> Option<(usize, (Span, u32))> {
        let s = self.text.slice(line);
        let number = self.rules.number(s, |style| {
            let rank = self.rules.styles[style].rank;
            self.stack
                .iter()
                .rev()
                .find(|&&id| self.items[id].origin == Origin::Item(rank))
                .map_or(0, |&id| self.items[id].value)
        })?;
        // A paragraph that goes on counting (`一是…二是…`) is split with the item above it.
        if self.rules.styles[number.style].inline && self.rules.inline_numbers(s).len() > 1 {
            return None;
        }
        Some((number.style, (Span::new(line.start, line.start + number.len), number.value)))
    }

    /// A line that goes on counting what a paragraph of the open item began to count (`…一是…` on one line,
    /// `二是…` on the next): each number begins an item. False where it does not.
    fn goes_on_counting(&mut self, line: Span) -> bool {
        let s = self.text.slice(line);
        let Some(first) = self.rules.number(s, |_| 0) else { return false };
        if !self.rules.styles[first.style].inline || first.value < 2 {
            return false;
        }
        let top = self.top();
        let begun = self.items[top].paragraphs.iter().enumerate().rev().find_map(|(i, &p)| {
            let all = self.rules.inline_numbers(self.text.slice(p));
            all.into_iter().rev().find(|(_, n)| n.style == first.style).map(|(at, n)| (i, at, n))
        });
        let Some((i, at, before)) = begun.filter(|(.., n)| n.value + 1 == first.value) else {
            return false;
        };
        let all = self.rules.inline_numbers(s);
        if before.value == 1 {
            // Alone in its line it was not known to be one.
            let paragraph = self.items[top].paragraphs[i];
            let from = Span::new(paragraph.start + at, paragraph.end);
            let more = self.items[top].paragraphs.split_off(i);
            let head = super::lines::trim(self.text, Span::new(paragraph.start, from.start));
            self.items[top].paragraphs.extend(Some(head).filter(|h| !h.is_empty()));
            self.item(from, first.style, (Span::new(from.start, from.start + before.len), 1));
            for &paragraph in &more[1..] {
                let open = self.top();
                self.extend(open, paragraph);
            }
        } else if all.len() < 2 {
            return false;
        }
        let mut next = first.value;
        let mut starts: Vec<(usize, u32, usize)> = Vec::new();
        for (at, number) in all.into_iter().filter(|(_, n)| n.style == first.style) {
            if number.value == next {
                starts.push((line.start + at, next, number.len));
                next += 1;
            }
        }
        for (n, &(start, value, len)) in starts.iter().enumerate() {
            let end = starts.get(n + 1).map_or(line.end, |next| next.0);
            let part = super::lines::trim(self.text, Span::new(start, end));
            self.item(part, first.style, (Span::new(start, start + len), value));
        }
        true
    }

    fn item(&mut self, line: Span, style: usize, (number, value): (Span, u32)) {
        let rank = self.rules.styles[style].rank;
        while self.stack.len() > 1 && self.open().origin.rank() >= rank {
            self.stack.pop();
        }
        if matches!(self.open().origin, Origin::Front | Origin::Paragraph | Origin::Row) {
            self.stack.pop();
        }
        let parent = self.top();
        let mut item = Item::new(Origin::Item(rank), parent, line);
        item.style = style;
        item.value = value;
        item.node.number =
            Some(Span::new(number.start, number.start + self.text.slice(number).trim_end().len()));
        let rest = Span::new(number.end, line.end);
        if !self.text.slice(rest).trim().is_empty() {
            item.paragraphs.push(super::lines::trim(self.text, rest));
        }
        let id = self.push(item);
        self.stack.push(id);
    }

    /// A line without a number: it goes on with the open item, or is a paragraph of its own.
    fn paragraph(&mut self, line: Span, numbered: bool, before_items: bool) {
        let top = self.top();
        let front = self.open().origin == Origin::Front;
        if numbered && !before_items && top != ROOT || front {
            self.extend(top, line);
            return;
        }
        let s = self.text.slice(line);
        if self.open().origin == Origin::Paragraph && self.roles.label_at_start(s).is_some() {
            self.extend(top, line);
            return;
        }
        let origin = if numbered { Origin::Front } else { Origin::Paragraph };
        if self.open().origin == Origin::Paragraph {
            self.stack.pop();
        }
        let mut item = Item::new(origin, self.top(), line);
        item.paragraphs.push(line);
        let id = self.push(item);
        self.stack.push(id);
    }

    /// An annex: its title is the next line that is no number.
    fn annex(&mut self, lines: &[Line], at: usize) -> usize {
        self.stack.truncate(1);
        self.next_row = 1;
        let mut item = Item::new(Origin::Annex, ROOT, lines[at].span);
        item.node.number = Some(lines[at].span);
        let mut next = at + 1;
        while let Some(line) = lines.get(next) {
            let s = self.text.slice(line.span);
            let title =
                self.rules.number(s, |_| 0).is_none() && s.len() < 150 && !s.ends_with('。');
            let whole =
                item.paragraphs.iter().any(|&p| self.rules.ends_as_title(self.text.slice(p)));
            let cell = self.cells.hold(line.span);
            if !title
                || whole
                || item.paragraphs.len() == 3
                || table::opens(s)
                || cell
                || self.rules.opens_annex(s)
            {
                break;
            }
            item.paragraphs.push(line.span);
            item.node.span = item.node.span.cover(line.span);
            next += 1;
        }
        let id = self.push(item);
        self.stack.push(id);
        next
    }

    /// Skips a list of annexes: its lines are titles, no items.
    fn annex_list(&mut self, lines: &[Line], at: usize) -> usize {
        let mut next = at + 1;
        while let Some(line) = lines.get(next) {
            let s = self.text.slice(line.span);
            let goes_on = self.rules.number(s, |_| 0).is_some_and(|n| n.value > 1)
                || self.rules.ends_as_title(s.trim_end_matches(['》', '）', ')']));
            if !goes_on || s.len() > 150 || s.ends_with('。') || self.rules.opens_annex(s) {
                break;
            }
            next += 1;
        }
        next
    }

    /// The rows of a table, each with the measures numbered in its cells.
    fn table(&mut self, table: table::Rows) {
        while self.open().origin.rank() >= table::MEASURE_RANK
            || matches!(self.open().origin, Origin::Front | Origin::Paragraph | Origin::Row)
        {
            self.stack.pop();
        }
        let parent = self.top();
        for row in table.rows {
            let mut item = Item::new(Origin::Row, parent, row.span);
            item.node.in_table = true;
            item.node.number = row.number;
            item.value = row.value;
            item.node.heading = row.title;
            item.node.own = row.title.into_iter().chain(row.content).collect();
            item.node.assignments = row.assignments;
            item.node.columns = row.columns;
            let id = self.push(item);
            for measure in row.measures {
                let mut m = Item::new(Origin::Item(table::MEASURE_RANK), id, measure.span);
                m.node.number = Some(measure.number);
                m.value = measure.value;
                // A number may stand alone in its cell.
                m.node.own =
                    Some(measure.text).filter(|text| !text.is_empty()).into_iter().collect();
                m.node.in_table = true;
                self.push(m);
            }
        }
    }

    /// Whether the document closes here: a signature or date with nothing numbered after it.
    fn closes(&self, lines: &[Line], at: usize) -> bool {
        let s = self.text.slice(lines[at].span);
        lines.len() - at <= 6
            && (date::whole_line(s).is_some()
                || lines.get(at + 1).is_some_and(|l| {
                    date::whole_line(self.text.slice(l.span)).is_some() && !s.ends_with('。')
                }))
            && lines[at..]
                .iter()
                .all(|l| self.rules.number(self.text.slice(l.span), |_| 0).is_none())
            && lines[at..].iter().all(|l| {
                !matches!(
                    self.roles.label_at_start(self.text.slice(l.span)),
                    Some((Label::Role(_), _))
                )
            })
    }

    fn top(&self) -> NodeId {
        *self.stack.last().unwrap_or(&ROOT)
    }

    fn open(&self) -> &Item {
        &self.items[self.top()]
    }
}
