//! Printed pages → lines and tables: PDF and OFD give characters and ruling lines with their places, here
//! they become paragraphs and cells.
//!
//! Lengths are points (1/72 inch), `y` grows downward. A source line is a printed line or a row of a table.
//! Invariant: what is printed stays, line by line from top to bottom; only running heads and feet and the
//! numbers of pages are dropped, and a footnote stands before the paragraph that a page break parts.

mod glyphs;
mod grid;
mod legible;
mod lines;
mod margins;
mod paragraphs;
mod tables;

use super::ReadError;
use super::draft::{Content, Grid, Kind, Line};
use super::plain::squeeze;
use crate::knowledge::debris::Debris;
use crate::model::Part;

use lines::Printed;
pub(super) use lines::is_wide;
use paragraphs::{Measures, Paragraph};
use tables::Table;

/// A character where it is printed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glyph {
    pub c: char,
    pub left: f32,
    pub right: f32,
    /// The line it stands on.
    pub base: f32,
    /// Of its font.
    pub size: f32,
}

/// A ruling line along an axis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub upright: bool,
    /// `x` of an upright one, `y` of one that lies.
    pub at: f32,
    pub from: f32,
    pub to: f32,
}

/// A printed page.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    pub width: f32,
    pub height: f32,
    pub glyphs: Vec<Glyph>,
    pub rules: Vec<Rule>,
    /// The share of it that pictures cover.
    pub pictures: f32,
    /// How many paths are drawn on it.
    pub paths: usize,
}

/// What stands on a page.
#[derive(Debug)]
enum Block {
    Line(Printed),
    Table(Table),
}

/// The blocks of a page from top to bottom.
#[derive(Debug)]
struct Sheet {
    width: f32,
    height: f32,
    blocks: Vec<Block>,
    /// Where a short line parts the notes at the foot of the page from the text.
    foot: Option<f32>,
}

/// The text of `pages` of a file of this format.
///
/// # Errors
/// Where half of the pages have no text.
pub(super) fn content(
    pages: Vec<Page>,
    format: &'static str,
    debris: &Debris,
) -> Result<Content, ReadError> {
    let without = legible::judge(&pages, format)?;
    let mut sheets: Vec<Sheet> = pages.into_iter().map(sheet).collect();
    margins::drop_running(&mut sheets);
    tables::join_pages(&mut sheets);
    let measures = Measures::of(&sheets);
    let mut writer = Writer::default();
    for paragraph in measures.paragraphs(sheets, debris) {
        match paragraph {
            Paragraph::Lines(lines) => writer.lines(&lines),
            Paragraph::Table(page, table) => writer.table(page, &table, debris),
        }
    }
    writer.content.without_text = without;
    Ok(writer.content)
}

/// Takes a page apart.
fn sheet(page: Page) -> Sheet {
    let Page { width, height, mut glyphs, rules, .. } = page;
    let tables = tables::take(&mut glyphs, &rules);
    let mut blocks: Vec<(f32, Block)> =
        lines::lines(glyphs).into_iter().map(|l| (l.base, Block::Line(l))).collect();
    blocks.extend(tables.into_iter().map(|t| (t.top, Block::Table(t))));
    blocks.sort_by(|a, b| a.0.total_cmp(&b.0));
    let blocks = blocks.into_iter().map(|(_, b)| b).collect();
    Sheet { width, height, blocks, foot: foot(width, &rules) }
}

/// The lowest of the short lines on a page so wide.
fn foot(width: f32, rules: &[Rule]) -> Option<f32> {
    let short = |r: &&Rule| !r.upright && (36.0..0.45 * width).contains(&(r.to - r.from));
    rules.iter().filter(short).map(|r| r.at).max_by(f32::total_cmp)
}

/// Puts paragraphs and tables down, counting source lines.
#[derive(Default)]
struct Writer {
    content: Content,
    source: usize,
}

impl Writer {
    /// The next source line, which stands on `page`.
    fn next(&mut self, page: usize) -> usize {
        self.source += 1;
        if self.content.parts.last().is_none_or(|(_, last)| *last != Part::Page(page)) {
            self.content.parts.push((self.source, Part::Page(page)));
        }
        self.source
    }

    fn lines(&mut self, lines: &[(usize, Printed)]) {
        let mut paragraph: Option<Line> = None;
        let mut gap = false;
        for (page, printed) in lines {
            let source = self.next(*page);
            let line = Line::new(Kind::Text, squeeze(&printed.text), printed.indent, source);
            match &mut paragraph {
                Some(whole) => whole.join(glue(&whole.text, &line.text, gap), &line),
                None => paragraph = Some(line),
            }
            gap = printed.gap;
        }
        self.content.lines.extend(paragraph);
    }

    fn table(&mut self, page: usize, table: &Table, debris: &Debris) {
        let first = self.content.cells;
        let paragraphs = table.paragraphs(debris);
        let mut written = vec![false; table.cells.len()];
        for row in &table.rows {
            let source = self.next(row.page.unwrap_or(page));
            for &cell in &row.cells {
                if std::mem::replace(&mut written[cell], true) {
                    continue;
                }
                for text in &paragraphs[cell] {
                    let mut line = Line::new(Kind::Text, squeeze(text), 0, source);
                    line.cell = Some(first + cell);
                    self.content.lines.push(line);
                }
            }
        }
        self.content.cells += table.cells.len();
        let rows = table.rows.iter().map(|r| r.cells.iter().map(|c| first + c).collect());
        self.content.grids.push(Grid { rows: rows.collect() });
    }
}

/// What stands between two printed lines of a paragraph, with white space at their break or none.
fn glue(left: &str, right: &str, gap: bool) -> &'static str {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    let both = latin(left.chars().next_back()) && latin(right.chars().next());
    if gap || both { " " } else { "" }
}
