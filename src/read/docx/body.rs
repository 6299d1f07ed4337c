//! The elements of a document's body → the order in which they are read.
//!
//! Invariant: no sentence is broken by what hangs on a place in it: a text box stands before its paragraph where
//! it hangs before the paragraph's first word, else after it; a note stands after the paragraph or the table that
//! refers to it; a note is read once. Every list counts in the order of the document.

use std::collections::HashMap;
use std::mem::take;

use super::super::ReadError;
use super::super::draft::Content;
use super::super::page::{Element, Event, Kind, Page};
use super::super::xml::{self, Node, Tag};
use super::numbering::Numbering;
use super::styles::{Listed, Styles};

/// More paragraphs, cells and pieces of text than any document has.
const MOST: usize = 1 << 21;
/// Columns of a table whose merged cells are followed.
const COLUMNS: usize = 400;
/// A cell reaches over no more columns or rows than this.
const WIDEST_SPAN: usize = 64;
const DEEPEST_SPAN: usize = 2000;

/// What is written into the page, in order.
enum Op {
    Open(Kind, (usize, usize)),
    Close,
    Text(String),
    Break,
}

/// A paragraph that is being read.
#[derive(Default)]
struct Paragraph {
    style: Option<String>,
    listed: Listed,
    /// Hidden as its style says.
    hidden: bool,
    /// The hidden mark at its end: with no text in it, nothing of it is printed.
    mark_hidden: bool,
    /// Tracked changes took its end out: it goes on in the next.
    goes_on: bool,
    pieces: Vec<Op>,
    before: Vec<Op>,
    after: Vec<Op>,
}

impl Paragraph {
    fn has_text(&self) -> bool {
        self.pieces.iter().any(|op| matches!(op, Op::Text(t) if !t.trim().is_empty()))
    }
}

/// A table that is being read.
#[derive(Default)]
struct Table {
    /// The cell that begins in each column, by its place among the ops, in the last row that had one.
    columns: Vec<Option<usize>>,
    /// Where the row begins among the ops, and the columns that are taken in it.
    row: (usize, usize),
    dropped: bool,
    cell: Cell,
}

#[derive(Default)]
struct Cell {
    at: usize,
    wide: usize,
    /// Goes on from the row above.
    goes_on: bool,
    begun: bool,
}

/// What an element that is open is to the reading of it.
enum Open {
    Paragraph,
    Table,
    Row,
    Cell,
    /// A text box: what was written before it.
    Box(Vec<Op>),
    /// `mc:AlternateContent`: whether one of the choices was taken.
    Choice(bool),
    Run,
    Note,
    Other,
}

/// What a reading of a document has come to.
pub(super) struct Body {
    styles: Styles,
    lists: Numbering,
    /// Notes that were not referred to yet, by kind and id.
    notes: HashMap<(&'static str, String), Vec<Op>>,
    note: Option<(&'static str, String)>,
    ops: Vec<Op>,
    open: Vec<Open>,
    paragraphs: Vec<Paragraph>,
    tables: Vec<Table>,
    /// Notes referred to in a table.
    waiting: Vec<Op>,
    /// Text whose paragraph goes on in the next.
    carried: Option<Paragraph>,
    /// Fields that are open: whether the instruction of each goes on.
    fields: Vec<bool>,
    /// Depth of the element that is left out, with all in it.
    skipped: Option<usize>,
    depth: usize,
    /// Within properties of a paragraph, a run or a row.
    properties: Vec<&'static str>,
    run_hidden: bool,
    /// The text of a run is the mark of a note.
    run_marks: bool,
    /// Outer white space of the text counts.
    text: Option<bool>,
    count: usize,
    part: String,
}

impl Body {
    pub fn new(styles: Styles, lists: Numbering) -> Self {
        Self {
            styles,
            lists,
            notes: HashMap::new(),
            note: None,
            ops: Vec::new(),
            open: Vec::new(),
            paragraphs: Vec::new(),
            tables: Vec::new(),
            waiting: Vec::new(),
            carried: None,
            fields: Vec::new(),
            skipped: None,
            depth: 0,
            properties: Vec::new(),
            run_hidden: false,
            run_marks: false,
            text: None,
            count: 0,
            part: String::new(),
        }
    }

    /// Reads the part of footnotes or endnotes.
    ///
    /// # Errors
    /// Where it is damaged or holds too much.
    pub fn read_notes(&mut self, part: &str, bytes: &[u8]) -> Result<(), ReadError> {
        self.read(part, bytes)?;
        self.ops.clear();
        Ok(())
    }

    /// Reads the part of the document.
    ///
    /// # Errors
    /// Where it is damaged or holds too much.
    pub fn read(&mut self, part: &str, bytes: &[u8]) -> Result<(), ReadError> {
        part.clone_into(&mut self.part);
        xml::read(part, bytes, |node| match node {
            Node::Start(tag) => self.start(&tag),
            Node::End(name) => self.end(name),
            Node::Text(text) => {
                self.write(text);
                Ok(())
            }
        })?;
        // A last paragraph may go on in none.
        if let Some(carried) = self.carried.take() {
            self.finish(carried);
        }
        Ok(())
    }

    fn start(&mut self, tag: &Tag<'_>) -> Result<(), ReadError> {
        self.depth += 1;
        if self.skipped.is_some() {
            self.open.push(Open::Other);
            return Ok(());
        }
        self.count += 1;
        if self.count > MOST {
            let part = self.part.clone();
            return Err(ReadError::TooMuch { part, limit: MOST, what: "elements" });
        }
        let open = if self.properties.is_empty() { self.element(tag) } else { self.property(tag) };
        self.open.push(open);
        Ok(())
    }

    /// Leaves out the element that begins, with all in it.
    fn skip(&mut self) -> Open {
        self.skipped = Some(self.depth);
        Open::Other
    }

    fn element(&mut self, tag: &Tag<'_>) -> Open {
        if matches!(self.open.last(), Some(Open::Cell)) && tag.name != "tcPr" {
            self.begin_cell();
        }
        match tag.name {
            "pPr" => self.properties.push("pPr"),
            "rPr" => self.properties.push("rPr"),
            "trPr" => self.properties.push("trPr"),
            "tcPr" => self.properties.push("tcPr"),
            "sdtPr" => self.properties.push("sdtPr"),
            // Taken out; the reading of characters; settings of pages and tables.
            "del" | "moveFrom" | "rt" | "sectPr" | "tblPr" | "tblGrid" | "tblPrEx" => {
                return self.skip();
            }
            "Fallback" if matches!(self.open.last(), Some(Open::Choice(true))) => {
                return self.skip();
            }
            "Choice" => {
                // Of several that could be shown the first is.
                if matches!(self.open.last(), Some(Open::Choice(true))) {
                    return self.skip();
                }
                if let Some(Open::Choice(taken)) = self.open.last_mut() {
                    *taken = true;
                }
            }
            "AlternateContent" => return Open::Choice(false),
            "p" => {
                let carried = self.carried.take().unwrap_or_default();
                let Paragraph { pieces, before, after, .. } = carried;
                let hidden = self.styles.hidden(None).unwrap_or(false);
                self.paragraphs.push(Paragraph {
                    pieces,
                    before,
                    after,
                    hidden,
                    ..Paragraph::default()
                });
                return Open::Paragraph;
            }
            "r" => {
                self.run_hidden = self.paragraphs.last().is_some_and(|p| p.hidden);
                self.run_marks = false;
                return Open::Run;
            }
            "tbl" => {
                self.ops.push(Op::Open(Kind::Table, (1, 1)));
                self.tables.push(Table::default());
                return Open::Table;
            }
            "tr" => return self.start_row(),
            "tc" => {
                if let Some(table) = self.tables.last_mut() {
                    table.cell = Cell { wide: 1, ..Cell::default() };
                    return Open::Cell;
                }
            }
            "txbxContent" => return Open::Box(take(&mut self.ops)),
            "footnote" | "endnote" => return self.start_note(tag),
            "footnoteReference" => self.refer("footnote", tag),
            "endnoteReference" => self.refer("endnote", tag),
            "fldChar" => match tag.attribute("fldCharType").as_deref() {
                Some("begin") => self.fields.push(true),
                Some("separate") => {
                    if let Some(instruction) = self.fields.last_mut() {
                        *instruction = false;
                    }
                }
                Some("end") => {
                    self.fields.pop();
                }
                _ => {}
            },
            "t" => self.text = Some(tag.attribute("space").is_some_and(|s| s == "preserve")),
            "tab" | "ptab" => self.piece(Op::Text(" ".into())),
            "noBreakHyphen" => self.piece(Op::Text("-".into())),
            "br" | "cr" => self.piece(Op::Break),
            "sym" => {
                if let Some(c) = symbol(tag) {
                    self.piece(Op::Text(c.into()));
                }
            }
            _ => {}
        }
        Open::Other
    }

    /// A property of what is open.
    fn property(&mut self, tag: &Tag<'_>) -> Open {
        let of = self.properties.last().copied().unwrap_or_default();
        let paragraph = self.paragraphs.last_mut();
        match (of, tag.name) {
            // What it was before a change.
            (_, "pPrChange" | "rPrChange" | "trPrChange" | "tcPrChange" | "sectPr") => {
                return self.skip();
            }
            ("pPr", "rPr") => self.properties.push("mark"),
            ("pPr", "pStyle") => {
                if let Some(p) = paragraph {
                    p.style = tag.attribute("val");
                    p.hidden = self.styles.hidden(p.style.as_deref()).unwrap_or(false);
                }
            }
            ("pPr", "numId") => {
                if let Some(p) = paragraph {
                    p.listed.num = tag.number("val");
                }
            }
            ("pPr", "ilvl") => {
                if let Some(p) = paragraph {
                    p.listed.level = tag.number("val");
                }
            }
            ("mark", "del" | "moveFrom") => {
                if let Some(p) = paragraph {
                    p.goes_on = true;
                }
            }
            ("mark", "vanish") => {
                if let Some(p) = paragraph {
                    p.mark_hidden = tag.is_on();
                }
            }
            ("rPr", "vanish") => self.run_hidden = tag.is_on(),
            ("rPr", "rStyle") => {
                let style = tag.attribute("val");
                if let Some(hidden) = style.and_then(|s| self.styles.hidden(Some(&s))) {
                    self.run_hidden = hidden;
                }
            }
            ("trPr", "del" | "hidden") => {
                if let Some(table) = self.tables.last_mut() {
                    table.dropped |= tag.is_on();
                }
            }
            ("trPr", "gridBefore") => {
                let wide = tag.number("val").unwrap_or(1).clamp(1, WIDEST_SPAN);
                if let Some(table) = self.tables.last_mut() {
                    table.row.1 += wide;
                    self.ops.extend([Op::Open(Kind::Cell, (1, wide)), Op::Close]);
                }
            }
            ("tcPr", "gridSpan") => {
                if let Some(table) = self.tables.last_mut() {
                    table.cell.wide = tag.number("val").unwrap_or(1).clamp(1, WIDEST_SPAN);
                }
            }
            ("tcPr", "vMerge") => {
                let goes_on = tag.attribute("val").is_none_or(|v| v == "continue");
                if let Some(table) = self.tables.last_mut() {
                    table.cell.goes_on = goes_on;
                }
            }
            // What stands in the control is but a prompt.
            ("sdtPr", "showingPlcHdr") if tag.is_on() => {
                // The control is the parent of its properties.
                self.skipped = Some(self.depth.saturating_sub(2).max(1));
                self.properties.pop();
            }
            _ => {}
        }
        Open::Other
    }

    fn end(&mut self, name: &str) -> Result<(), ReadError> {
        let open = self.open.pop();
        self.depth = self.depth.saturating_sub(1);
        if let Some(depth) = self.skipped {
            if self.depth < depth {
                self.skipped = None;
            }
            return Ok(());
        }
        match (self.properties.last(), name) {
            (Some(&of), _) if of == name || of == "mark" && name == "rPr" => {
                self.properties.pop();
                if name == "tcPr" {
                    self.begin_cell();
                }
                return Ok(());
            }
            (Some(_), _) => return Ok(()),
            _ => {}
        }
        match open {
            Some(Open::Paragraph) => {
                // A field whose end is missing must not take the rest of the document with it.
                self.fields.iter_mut().for_each(|instruction| *instruction = false);
                if let Some(paragraph) = self.paragraphs.pop() {
                    if paragraph.goes_on {
                        self.carried = Some(paragraph);
                    } else {
                        self.finish(paragraph);
                    }
                }
            }
            Some(Open::Cell) => {
                self.begin_cell();
                self.end_cell();
            }
            Some(Open::Row) => self.end_row(),
            Some(Open::Table) => {
                self.tables.pop();
                self.ops.push(Op::Close);
                if self.tables.is_empty() {
                    let mut notes = take(&mut self.waiting);
                    self.ops.append(&mut notes);
                }
            }
            Some(Open::Box(outer)) => {
                let mut inner = std::mem::replace(&mut self.ops, outer);
                match self.paragraphs.last_mut() {
                    Some(host) if host.has_text() => host.after.append(&mut inner),
                    Some(host) => host.before.append(&mut inner),
                    None => self.ops.append(&mut inner),
                }
            }
            Some(Open::Note) => {
                let ops = take(&mut self.ops);
                if let Some(note) = self.note.take() {
                    self.notes.insert(note, ops);
                }
            }
            _ if name == "t" => self.text = None,
            _ => {}
        }
        Ok(())
    }

    fn start_row(&mut self) -> Open {
        let Some(table) = self.tables.last_mut() else { return Open::Other };
        table.row = (self.ops.len(), 0);
        table.dropped = false;
        self.ops.push(Op::Open(Kind::Row, (1, 1)));
        Open::Row
    }

    fn end_row(&mut self) {
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
    fn begin_cell(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        if table.cell.begun {
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

    fn end_cell(&mut self) {
        let Some(table) = self.tables.last() else { return };
        if table.cell.goes_on {
            // It is not shown.
            self.ops.truncate(table.cell.at);
        } else {
            self.ops.push(Op::Close);
        }
    }

    fn start_note(&mut self, tag: &Tag<'_>) -> Open {
        // Others part notes from the text.
        if tag.attribute("type").is_some_and(|t| t != "normal") {
            return self.skip();
        }
        let kind = if tag.name == "footnote" { "footnote" } else { "endnote" };
        self.note = tag.attribute("id").map(|id| (kind, id));
        self.ops.clear();
        Open::Note
    }

    /// Puts a note after the paragraph or the table.
    fn refer(&mut self, kind: &'static str, tag: &Tag<'_>) {
        self.run_marks =
            tag.attribute("customMarkFollows").is_some_and(|v| v != "0" && v != "false");
        if self.is_hidden() {
            return;
        }
        let Some(mut note) = tag.attribute("id").and_then(|id| self.notes.remove(&(kind, id)))
        else {
            return;
        };
        match self.paragraphs.last_mut() {
            Some(host) if self.tables.is_empty() => host.after.append(&mut note),
            _ => self.waiting.append(&mut note),
        }
    }

    fn is_hidden(&self) -> bool {
        self.run_hidden || self.fields.contains(&true)
    }

    fn write(&mut self, text: &str) {
        let Some(preserve) = self.text else { return };
        if self.skipped.is_some() || self.run_marks {
            return;
        }
        let text = if preserve { text } else { text.trim_matches([' ', '\t', '\r', '\n']) };
        self.piece(Op::Text(text.to_owned()));
    }

    fn piece(&mut self, piece: Op) {
        if !self.is_hidden()
            && let Some(paragraph) = self.paragraphs.last_mut()
        {
            paragraph.pieces.push(piece);
        }
    }

    /// Writes a paragraph, its number first.
    fn finish(&mut self, mut paragraph: Paragraph) {
        self.ops.append(&mut paragraph.before);
        let shown = paragraph.has_text() || !(paragraph.mark_hidden || paragraph.hidden);
        self.ops.push(Op::Open(Kind::Block, (1, 1)));
        if shown {
            let style = paragraph.style.as_deref();
            let told = self.styles.listed(style);
            let listed = Listed {
                num: paragraph.listed.num.or(told.num),
                level: paragraph.listed.level.or(told.level),
            };
            self.ops.extend(self.lists.next(listed, style, &self.styles).map(Op::Text));
        }
        self.ops.append(&mut paragraph.pieces);
        self.ops.push(Op::Close);
        self.ops.append(&mut paragraph.after);
    }

    /// The lines and tables of what was read; a line's source line is its paragraph's number.
    pub fn content(mut self) -> Content {
        let mut page = Page::default();
        let mut open = Vec::new();
        let mut line = 0;
        for op in take(&mut self.ops) {
            match op {
                Op::Open(kind, span) => {
                    line += usize::from(kind == Kind::Block);
                    let element = Element::new(kind, false, false, span);
                    open.push(page.open(element, open.last().copied()));
                }
                Op::Close => {
                    if let Some(id) = open.pop() {
                        page.close(id);
                    }
                }
                Op::Text(text) => page.add_text(open.last().copied(), &text, line),
                Op::Break => page.events.push(Event::Break),
            }
        }
        page.content()
    }
}

/// A character of a font of symbols. Boxes to tick are text; other symbols are marks, which no font names.
fn symbol(tag: &Tag<'_>) -> Option<char> {
    let code = u32::from_str_radix(&tag.attribute("char")?, 16).ok()?;
    let font = tag.attribute("font").unwrap_or_default();
    match (font.as_str(), code & 0xff) {
        ("Wingdings", 0x6f | 0xa8) | ("Wingdings 2", 0x2a | 0xa3) => Some('□'),
        ("Wingdings", 0xfe | 0xfc) | ("Wingdings 2", 0x50 | 0x52) => Some('☑'),
        _ => char::from_u32(code)
            .filter(|c| !matches!(c, '\u{e000}'..='\u{f8ff}') && !c.is_control()),
    }
}
