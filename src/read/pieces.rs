//! The lines of a text as pieces of print: their widths, and how they fill printed lines.
//!
//! Widths count half-width columns: a Chinese character is two. Invariant: pieces keep the order of
//! the lines. Unwrapping decides on these measures which pieces make a paragraph.

use std::cmp::Ordering;
use std::ops::RangeInclusive;

use super::draft::{Kind, Line};
use crate::knowledge::debris::{Debris, Start};
use crate::knowledge::marks::marks;

/// What a width may be off by.
pub(super) const SLACK: usize = 3;
/// A paragraph's first line is indented by two characters.
pub(super) const INDENT: usize = 4;
/// How many lines ahead the end of an open bracket or of a printed line is looked for.
pub(super) const AHEAD: usize = 12;
/// The widths that lines of print have.
const NARROWEST: usize = 40;
const WIDEST: usize = 160;
/// No page of a short text is wider.
const SHORT_PAGE: usize = 100;
/// So many pieces before and after tell whether one stands in a table.
const CONTEXT: usize = 6;

/// What a line's end or beginning says about the break there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// A letter, digit or Chinese character.
    Plain,
    /// A full stop, semicolon or colon.
    Stop,
    /// A comma: the sentence goes on.
    Comma,
    /// A closing bracket or quotation mark.
    Close,
    /// An opening one.
    Open,
}

pub(super) fn edge(c: Option<char>) -> Edge {
    match c {
        Some('。' | '！' | '？' | '；' | '：' | ';' | ':' | '!' | '?' | '…') => Edge::Stop,
        Some('，' | '、' | ',' | '·') => Edge::Comma,
        Some(
            '）' | ')' | '》' | '〉' | '”' | '’' | '】' | '〕' | ']' | '］' | '％' | '%' | '"',
        ) => Edge::Close,
        Some('（' | '(' | '《' | '〈' | '“' | '‘' | '【' | '〔' | '[' | '［') => {
            Edge::Open
        }
        _ => Edge::Plain,
    }
}

pub(super) fn is_open(c: char) -> bool {
    matches!(c, '（' | '(' | '《' | '〈' | '〔' | '【' | '[' | '［')
}

pub(super) fn is_close(c: char) -> bool {
    matches!(c, '）' | ')' | '》' | '〉' | '〕' | '】' | ']' | '］')
}

/// Half-width columns of `text`; the spaces that PDF extraction puts around digits do not count.
pub(super) fn width(text: &str) -> usize {
    // Counted by the first byte of each character, so many bytes at once that the sum fits in one.
    let columns = |b: &u8| match b {
        b' ' | 0x80..0xc0 => 0,
        b if b.is_ascii() => 1,
        _ => 2,
    };
    text.as_bytes().chunks(64).map(|some| usize::from(some.iter().map(columns).sum::<u8>())).sum()
}

/// The punctuation of a line.
#[derive(Default)]
struct Marks {
    /// How many brackets it closes that it did not open, and how many it leaves open.
    brackets: (usize, usize),
    /// Whether it holds a full stop.
    stopped: bool,
    commas: usize,
}

impl Marks {
    fn of(text: &str) -> Self {
        let mut all = Self::default();
        let (closed, opened) = (&mut all.brackets.0, &mut all.brackets.1);
        for (_, c) in marks(text) {
            match c {
                '。' => all.stopped = true,
                '，' => all.commas += 1,
                c if is_open(c) => *opened += 1,
                c if is_close(c) && *opened == 0 => *closed += 1,
                c if is_close(c) => *opened -= 1,
                _ => {}
            }
        }
        all
    }
}

/// One line with what the decisions need.
pub(super) struct Piece<'a> {
    pub line: &'a Line,
    pub width: usize,
    pub first: Edge,
    pub last: Edge,
    /// Brackets closed that were opened before it, and brackets left open.
    pub brackets: (usize, usize),
    /// Whether it holds a full stop.
    pub stopped: bool,
    /// How many commas it holds.
    pub commas: usize,
    /// Begins an item, a label line, an annex.
    pub starts: Option<Start>,
    /// A date, a document number.
    pub alone: bool,
    /// A blank line stands before it.
    pub gap: bool,
    /// Whether it is indented, where indents tell the paragraphs of the document.
    pub indented: Option<bool>,
}

/// How well pieces fill printed lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Evenness {
    /// A line would end too early or too late.
    Odd,
    /// The paragraph ends before the line does.
    Open,
    /// One line comes out, the next does not.
    Doubtful,
    /// One line comes out.
    Likely,
    /// Two do, or one that breaks a sentence off.
    Even,
}

/// The width of a printed line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Width {
    pub columns: usize,
    /// Of the first line of a paragraph.
    pub indent: usize,
}

impl Width {
    pub fn is_full(self, column: usize) -> bool {
        column.saturating_add(SLACK) >= self.columns
    }
}

/// The width within `range` that most lines have, if some have one.
fn crowd(counts: &[usize], range: RangeInclusive<usize>) -> Option<usize> {
    let near = |w: usize| counts[w - 1] + 2 * counts[w] + counts[w + 1];
    let width = range.max_by_key(|&w| near(w))?;
    (near(width) > 2).then_some(width)
}

pub(super) struct Pieces<'a> {
    pub debris: &'a Debris,
    pub all: Vec<Piece<'a>>,
    /// Blank lines, by the piece they stand before.
    pub blanks: Vec<(usize, &'a Line)>,
}

impl<'a> Pieces<'a> {
    pub fn new(lines: &'a [Line], debris: &'a Debris) -> Self {
        let mut pieces = Self { debris, all: Vec::with_capacity(lines.len()), blanks: Vec::new() };
        let mut gap = false;
        for line in lines {
            match line.kind {
                Kind::Text => {
                    let text = line.text.as_str();
                    let marks = Marks::of(text);
                    pieces.all.push(Piece {
                        line,
                        width: width(text),
                        brackets: marks.brackets,
                        stopped: marks.stopped,
                        commas: marks.commas,
                        first: edge(text.chars().next()),
                        last: edge(text.chars().next_back()),
                        starts: debris.starts_paragraph(text),
                        alone: debris.stands_alone(text, line.look),
                        gap: std::mem::take(&mut gap),
                        indented: None,
                    });
                }
                Kind::Blank => {
                    gap = true;
                    pieces.blanks.push((pieces.all.len(), line));
                }
                Kind::Page => {}
            }
        }
        pieces.tell_indents();
        pieces
    }

    /// Tells indented lines from others where many are and most are not.
    fn tell_indents(&mut self) {
        let least = self.all.iter().map(|p| p.line.indent).min().unwrap_or_default();
        let is_indented = |p: &Piece| p.line.indent > least + 1;
        let indented = self.all.iter().filter(|p| is_indented(p)).count();
        if indented > 2 && indented * 8 > self.all.len() && indented * 2 < self.all.len() {
            for piece in &mut self.all {
                piece.indented = Some(is_indented(piece));
            }
        }
    }

    /// The width at which the document is wrapped around each piece; empty if it is not.
    pub fn widths(&self) -> Vec<Width> {
        // A line broken off before and after in mid-sentence is neither indented nor cut short.
        let inner = |i: usize| i > 0 && self.breaks_off(i - 1) && self.breaks_off(i);
        let (inner, every) = (self.count(inner), self.count(|_| true));
        // A short text may have no crowd, only a widest line.
        let widest = (NARROWEST..=SHORT_PAGE).rev().find(|&w| every[w] > 0);
        let candidates = [
            (crowd(&inner, NARROWEST..=WIDEST), &inner),
            (crowd(&every, NARROWEST..=WIDEST), &every),
            (widest, &every),
        ];
        let page = candidates.into_iter().find_map(|(most, counts)| {
            let most = most?;
            // The lines of a wide table column may outnumber those of the page.
            let page = crowd(counts, most + 4 * SLACK..=WIDEST)
                .filter(|&wide| counts[wide] * 20 >= counts[most])
                .unwrap_or(most);
            self.is_wrapped(page).then_some((page, counts))
        });
        let Some((page, counts)) = page else { return Vec::new() };
        let paragraphs = Width { columns: page, indent: INDENT };
        let Some(columns) = crowd(counts, NARROWEST..=page.saturating_sub(4 * SLACK)) else {
            return vec![paragraphs; self.all.len()];
        };
        let cells = Width { columns, indent: 0 };
        let near = |i: usize| {
            let around = i.saturating_sub(CONTEXT)..(i + CONTEXT + 1).min(self.all.len());
            let fits = self.all[around.clone()].iter().all(|p| p.width <= columns + SLACK);
            let full = |&j: &usize| self.breaks_off(j) && self.all[j].width + SLACK >= columns;
            if fits && around.filter(full).nth(1).is_some() { cells } else { paragraphs }
        };
        (0..self.all.len()).map(near).collect()
    }

    /// How many of the `wanted` pieces have each width.
    fn count(&self, wanted: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut counts = vec![0; WIDEST + 2];
        for (i, piece) in self.all.iter().enumerate() {
            if piece.width <= WIDEST && wanted(i) {
                counts[piece.width] += 1;
            }
        }
        counts
    }

    /// Whether lines break in mid-sentence at `width`, and hardly any is longer.
    fn is_wrapped(&self, width: usize) -> bool {
        let total: usize = self.all.iter().map(|p| p.width).sum();
        let over: usize = self.all.iter().map(|p| p.width).filter(|&w| w > width + 4 * SLACK).sum();
        let (mut filled, mut broken) = (0, 0);
        for (i, piece) in self.all.iter().enumerate() {
            if piece.width + SLACK + INDENT >= width && piece.width <= width + SLACK {
                filled += 1;
                broken += usize::from(self.breaks_off(i));
            }
        }
        broken >= 2 && broken * 3 >= filled && over * 6 < total
    }

    /// Whether the line after piece `i` breaks a sentence off: a printed line ends there.
    fn breaks_off(&self, i: usize) -> bool {
        self.all[i].last == Edge::Plain
            && self.all.get(i + 1).is_some_and(|next| {
                next.first == Edge::Plain && next.starts.is_none() && !next.alone && !next.gap
            })
    }

    /// Whether the printed lines come out even if piece `i` goes on at `column` (`Some(true)`), or
    /// if it begins an indented paragraph (`Some(false)`); nothing if neither does so better.
    pub fn measure(&self, column: usize, i: usize, width: Width) -> Option<bool> {
        let joined = self.evenness(column, i, width.columns);
        let apart = self.evenness(width.indent, i, width.columns);
        match joined.cmp(&apart) {
            Ordering::Greater if joined > Evenness::Open => Some(true),
            Ordering::Less => Some(false),
            _ => None,
        }
    }

    /// How well the pieces from `i` on fill printed lines, the first from `column` on. Only a line
    /// stretched to the full width comes in pieces, and one that breaks a sentence off is full.
    fn evenness(&self, mut column: usize, i: usize, width: usize) -> Evenness {
        let mut pieces = usize::from(column > INDENT);
        let mut even = Evenness::Open;
        for (j, piece) in self.all.iter().enumerate().skip(i).take(AHEAD) {
            if j > i && (piece.gap || piece.starts.is_some() || piece.alone) {
                return if even == Evenness::Open && pieces > 1 { Evenness::Odd } else { even };
            }
            column += piece.width;
            pieces += 1;
            let hangs = self.all.get(j + 1).is_some_and(|next| {
                matches!(next.first, Edge::Stop | Edge::Comma | Edge::Close) && next.width <= 4
            });
            // Punctuation may hang over the edge or be squeezed.
            let edge = if pieces > 1 || piece.last != Edge::Plain { width + 4 } else { width };
            if column + 2 >= width && column <= edge && !hangs {
                (column, pieces) = (0, 0);
                match even {
                    _ if self.breaks_off(j) => return Evenness::Even,
                    Evenness::Open => even = Evenness::Likely,
                    _ => return Evenness::Even,
                }
            } else if column > edge || self.breaks_off(j) {
                return if even == Evenness::Open { Evenness::Odd } else { Evenness::Doubtful };
            }
        }
        even
    }

    /// Whether piece `i` looks like a signature or a heading before an item.
    pub fn is_last_line(&self, i: usize) -> bool {
        self.is_heading(i)
            && self
                .all
                .get(i + 1)
                .is_none_or(|next| next.starts.is_some() || next.alone || next.gap)
    }

    /// Whether piece `i` looks like a heading, a signature or a cell: short, without punctuation,
    /// and what follows is one too or begins a paragraph.
    pub fn is_heading(&self, i: usize) -> bool {
        let bare =
            |p: &Piece| p.width < 60 && !p.line.text.contains(['，', '。', '；', '：', '、', ',']);
        bare(&self.all[i])
            && self.all[i].last == Edge::Plain
            && self
                .all
                .get(i + 1)
                .is_none_or(|next| next.starts.is_some() || next.alone || next.gap || bare(next))
    }
}
