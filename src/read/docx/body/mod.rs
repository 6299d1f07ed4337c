//! The elements of a document's body → the order in which they are read.
//!
//! Invariant: no sentence is broken by what hangs on a place in it: a text box stands before its paragraph where
//! it hangs before the paragraph's first word, else after it; a note stands after the paragraph or the table that
//! refers to it; a note is read once. Every list counts in the order of the document.

mod paragraphs;
mod properties;
mod tables;

use std::collections::HashMap;
use std::mem::take;

use super::super::ReadError;
use super::super::draft::Content;
use super::super::page::{Element, Event, Kind, Page};
use super::super::xml::{self, Node, Tag};
use super::numbering::Numbering;
use super::styles::Styles;
use paragraphs::{Paragraph, symbol};
use tables::{Cell, Table};

/// More paragraphs, cells and pieces of text than any document has.
const MOST: usize = 1 << 21;

/// What is written into the page, in order.
enum Op {
    Open(Kind, (usize, usize)),
    Close,
    Text(String),
    Break,
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
