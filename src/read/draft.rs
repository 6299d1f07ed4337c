//! Lines on their way to the clean text, with the source line of each of their pieces.
//!
//! Invariant: the origins of a line ascend, the first is at byte 0, and every edit keeps them true.

use std::ops::Range;

use crate::knowledge::debris::Look;
use crate::model::{Part, Span, Table, Text};

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// An empty line that the document has; in a flattened table an empty cell.
    Blank,
    /// A page break: what stands before and after it may be one paragraph.
    Page,
}

/// A line of the source, later a paragraph.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub kind: Kind,
    /// Without outer white space.
    pub text: String,
    /// Columns of white space before the text.
    pub indent: usize,
    /// 1-based line of the decoded source.
    source: usize,
    /// (byte offset in `text`, source line) of the pieces after the first, ascending.
    joined: Vec<(usize, usize)>,
    /// The cell it belongs to, in a table whose cells the source told.
    pub cell: Option<usize>,
    /// What it may be as a whole; nothing for one that was not looked at.
    pub look: Look,
}

impl Line {
    pub fn new(kind: Kind, text: String, indent: usize, source: usize) -> Self {
        Self { kind, text, indent, source, joined: Vec::new(), cell: None, look: Look::default() }
    }

    /// 1-based line of the decoded source where it begins.
    pub fn source(&self) -> usize {
        self.source
    }

    pub fn is_text(&self) -> bool {
        self.kind == Kind::Text
    }

    /// Appends `next` after `glue`.
    pub fn join(&mut self, glue: &str, next: &Line) {
        self.text.push_str(glue);
        let at = self.text.len();
        self.text.push_str(&next.text);
        self.joined.push((at, next.source));
        self.joined.extend(next.joined.iter().map(|&(offset, source)| (at + offset, source)));
    }

    /// Takes `cuts` out: ascending byte ranges that do not overlap.
    pub fn remove(&mut self, cuts: &[Range<usize>]) {
        if cuts.is_empty() {
            return;
        }
        let mut kept = String::with_capacity(self.text.len());
        let mut from = 0;
        let mut joined = self.joined.iter_mut().peekable();
        for cut in cuts.iter().chain([&(self.text.len()..self.text.len())]) {
            while let Some((offset, _)) = joined.next_if(|(offset, _)| *offset < cut.end) {
                *offset = kept.len() + (*offset).min(cut.start) - from;
            }
            kept.push_str(&self.text[from..cut.start]);
            from = cut.end;
        }
        for (offset, _) in joined {
            *offset = kept.len();
        }
        self.text = kept;
    }

    /// Drops outer white space.
    pub fn trim(&mut self) {
        let start = self.text.len() - self.text.trim_start().len();
        let end = start + self.text.trim().len();
        self.remove(&[0..start, end..self.text.len()]);
    }
}

/// The cells of a table by number, row by row; a merged cell stands wherever it reaches.
#[derive(Clone, Debug, Default)]
pub(super) struct Grid {
    pub rows: Vec<Vec<usize>>,
}

/// What a reader of a format gives: lines, tables, and where the pages or sheets begin.
#[derive(Default)]
pub(super) struct Content {
    /// Their source lines ascend. What a line of a source without lines is (a paragraph, a printed line,
    /// a row of a sheet) is the reader's to say.
    pub lines: Vec<Line>,
    pub grids: Vec<Grid>,
    /// How many cells lines and grids speak of.
    pub cells: usize,
    /// Pages or sheets by the source line they begin on, ascending; empty where the format has none.
    pub parts: Vec<(usize, Part)>,
    /// Pages that have no text to read, counted from 1.
    pub without_text: Vec<usize>,
}

/// Puts the lines together.
pub(super) fn assemble(content: Content) -> Text {
    let Content { lines, grids, cells, parts, without_text } = content;
    let mut string = String::with_capacity(lines.iter().map(|l| l.text.len() + 1).sum());
    let mut origins = Vec::with_capacity(lines.len());
    let mut spans: Vec<Option<Span>> = vec![None; cells];
    for (i, line) in lines.iter().enumerate() {
        if i > 0 {
            string.push('\n');
        }
        let at = string.len();
        origins.push((at, line.source));
        origins.extend(line.joined.iter().map(|&(offset, source)| (at + offset, source)));
        string.push_str(&line.text);
        if let Some(span) = line.cell.and_then(|c| spans.get_mut(c)) {
            let here = Span::new(at, string.len());
            *span = Some(span.map_or(here, |s| s.cover(here)));
        }
    }
    // An empty cell stands where the one before it ends.
    let mut last = Span::new(0, 0);
    let spans: Vec<Span> = spans
        .into_iter()
        .map(|span| {
            last = span.unwrap_or(Span::new(last.end, last.end));
            last
        })
        .collect();
    let tables = grids
        .iter()
        .map(|grid| Table {
            rows: grid
                .rows
                .iter()
                .map(|row| row.iter().filter_map(|&c| spans.get(c).copied()).collect())
                .collect(),
        })
        .collect();
    Text::new(string, origins, tables).with_parts(parts).with_gaps(without_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_keep_their_source_lines() {
        let mut line = Line::new(Kind::Text, "甲乙".into(), 0, 1);
        line.join("", &Line::new(Kind::Text, "丙 丁".into(), 0, 2));
        line.join("", &Line::new(Kind::Text, "戊".into(), 0, 5));
        line.remove(&[3..6, 9..10]);
        assert_eq!(line.text, "甲丙丁戊");
        assert_eq!(line.joined, [(3, 2), (9, 5)]);
        line.remove(&[0..3, 3..6]);
        assert_eq!((line.text.as_str(), line.joined.as_slice()), ("丁戊", &[(0, 2), (3, 5)][..]));
    }
}
