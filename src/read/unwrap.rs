//! Undoes the line breaks of print: hard-wrapped lines → paragraphs.
//!
//! A document is wrapped if its lines crowd at one width and break in mid-sentence there. PDF
//! extraction further breaks a printed line after punctuation, so that only the sum of several
//! pieces has that width; the sums tell whether a piece goes on with the paragraph before it.
//! Invariant: no text is lost or moved; where nothing tells, lines stay apart, since two items on
//! one line do more harm than one item on two.

use std::cmp::Ordering;
use std::ops::RangeInclusive;

use super::draft::{Kind, Line};
use crate::knowledge::debris::{Debris, Start};

/// Widths count half-width columns: a Chinese character is two.
const SLACK: usize = 3;
/// A paragraph's first line is indented by two characters.
const INDENT: usize = 4;
/// How many lines ahead the end of an open bracket or of a printed line is looked for.
const AHEAD: usize = 12;
/// The widths that lines of print have.
const NARROWEST: usize = 40;
const WIDEST: usize = 160;
/// So many pieces before and after tell whether one stands in a table.
const CONTEXT: usize = 6;
/// Titles are printed among the first lines.
const TITLE_LINES: usize = 6;

/// The paragraphs of `lines`, which may hold blank lines and page breaks. True if it was wrapped.
pub(super) fn unwrap(lines: Vec<Line>, debris: &Debris) -> (Vec<Line>, bool) {
    let lines = settle_blanks(lines);
    let pieces = Pieces::new(&lines, debris);
    let widths = pieces.widths();
    let unwrapped = Width { columns: usize::MAX, indent: 0 };
    let out = join(&pieces, |state, i| match widths.get(i) {
        Some(&width) => (pieces.goes_on(state, i, width), width),
        None => (pieces.closes_bracket(state, i, 2), unwrapped),
    });
    (out, !widths.is_empty())
}

/// Drops the blank lines at page breaks and those that merely space the lines out, so that a blank
/// line that is left says something: an empty cell, a pause.
fn settle_blanks(lines: Vec<Line>) -> Vec<Line> {
    let mut gaps = [0usize; 2];
    let mut run = None;
    for line in &lines {
        match (line.kind, &mut run) {
            (Kind::Text, None) => run = Some(0),
            (Kind::Text, Some(blanks)) => {
                gaps[usize::from(*blanks > 0)] += 1;
                *blanks = 0;
            }
            (Kind::Blank, Some(blanks)) => *blanks += 1,
            (Kind::Page, _) => run = None,
            _ => {}
        }
    }
    let spaced = gaps[1] > 4 && gaps[1] * 10 > (gaps[0] + gaps[1]) * 6;
    let mut out: Vec<Line> = Vec::with_capacity(lines.len());
    let mut blanks = Vec::new();
    for line in lines {
        match line.kind {
            Kind::Blank => blanks.push(line),
            Kind::Page => {
                blanks.clear();
                if out.last().is_some_and(|l| l.kind != Kind::Page) {
                    out.push(line);
                }
            }
            Kind::Text => {
                // In a spaced text every empty line of its own comes with the space around it.
                let kept = if spaced { blanks.len() / 2 } else { blanks.len().min(1) };
                if out.last().is_some_and(Line::is_text) {
                    out.extend(blanks.drain(..).take(kept));
                }
                blanks.clear();
                out.push(line);
            }
        }
    }
    out
}

/// What a line's end or beginning says about the break there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
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

fn edge(c: Option<char>) -> Edge {
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

fn is_open(c: char) -> bool {
    matches!(c, '（' | '(' | '《' | '〈' | '〔' | '【' | '[' | '［')
}

fn is_close(c: char) -> bool {
    matches!(c, '）' | ')' | '》' | '〉' | '〕' | '】' | ']' | '］')
}

/// Half-width columns of `text`; the spaces that PDF extraction puts around digits do not count.
fn width(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            ' ' => 0,
            c if c.is_ascii() => 1,
            _ => 2,
        })
        .sum()
}

/// How many brackets `text` closes that it did not open, and how many it leaves open.
fn brackets(text: &str) -> (usize, usize) {
    let (mut closed, mut opened) = (0, 0);
    for c in text.chars() {
        if is_open(c) {
            opened += 1;
        } else if is_close(c) {
            if opened == 0 { closed += 1 } else { opened -= 1 }
        }
    }
    (closed, opened)
}

/// One line with what the decisions need.
struct Piece<'a> {
    line: &'a Line,
    width: usize,
    first: Edge,
    last: Edge,
    /// Brackets closed that were opened before it, and brackets left open.
    brackets: (usize, usize),
    /// Begins an item, a label line, an annex.
    starts: Option<Start>,
    /// A date, a document number.
    alone: bool,
    /// A blank line stands before it.
    gap: bool,
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
struct Width {
    columns: usize,
    /// Of the first line of a paragraph.
    indent: usize,
}

impl Width {
    fn is_full(self, column: usize) -> bool {
        column.saturating_add(SLACK) >= self.columns
    }
}

/// The width within `range` that most lines have, if some have one.
fn crowd(counts: &[usize], range: RangeInclusive<usize>) -> Option<usize> {
    let near = |w: usize| counts[w - 1] + 2 * counts[w] + counts[w + 1];
    let width = range.max_by_key(|&w| near(w))?;
    (near(width) > 2).then_some(width)
}

struct Pieces<'a> {
    debris: &'a Debris,
    all: Vec<Piece<'a>>,
    /// Blank lines, by the piece they stand before.
    blanks: Vec<(usize, &'a Line)>,
}

/// The paragraph that is being put together.
struct State {
    line: Line,
    /// Columns of its printed line so far.
    column: usize,
    /// Brackets that are open at its end.
    open: usize,
    /// Number of its pieces.
    pieces: usize,
    /// Number of paragraphs before it.
    index: usize,
    /// It is a date or a document number.
    alone: bool,
    /// It begins an item.
    starts: bool,
}

/// `goes_on` says of a piece whether it goes on with the paragraph, and the width around it.
fn join(pieces: &Pieces, goes_on: impl Fn(&State, usize) -> (bool, Width)) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::with_capacity(pieces.all.len());
    let mut blanks = pieces.blanks.iter().peekable();
    let mut state: Option<State> = None;
    for (i, piece) in pieces.all.iter().enumerate() {
        let mut indent = INDENT;
        if let Some(state) = &mut state {
            let (joined, width) = goes_on(state, i);
            indent = width.indent;
            if joined {
                state.line.join(glue(&state.line.text, &piece.line.text), piece.line);
                let (closed, opened) = piece.brackets;
                state.open = state.open.saturating_sub(closed) + opened;
                state.pieces += 1;
                let new_line = width.is_full(state.column)
                    || state.column + piece.width > width.columns.saturating_add(SLACK);
                state.column = if new_line { piece.width } else { state.column + piece.width };
                continue;
            }
        }
        let index = state.as_ref().map_or(0, |s| s.index + 1);
        out.extend(state.take().map(|s| s.line));
        while let Some((_, blank)) = blanks.next_if(|(before, _)| *before <= i) {
            out.push((*blank).clone());
        }
        state = Some(State {
            line: piece.line.clone(),
            column: piece.width + indent,
            open: piece.brackets.1,
            pieces: 1,
            index,
            alone: piece.alone,
            starts: piece.starts.is_some(),
        });
    }
    out.extend(state.map(|s| s.line));
    out
}

fn glue(left: &str, right: &str) -> &'static str {
    let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    if latin(left.chars().next_back()) && latin(right.chars().next()) { " " } else { "" }
}

impl<'a> Pieces<'a> {
    fn new(lines: &'a [Line], debris: &'a Debris) -> Self {
        let mut pieces = Self { debris, all: Vec::with_capacity(lines.len()), blanks: Vec::new() };
        let mut gap = false;
        for line in lines {
            match line.kind {
                Kind::Text => {
                    let text = line.text.as_str();
                    pieces.all.push(Piece {
                        line,
                        width: width(text),
                        brackets: brackets(text),
                        first: edge(text.chars().next()),
                        last: edge(text.chars().next_back()),
                        starts: debris.starts_paragraph(text),
                        alone: debris.stands_alone(text),
                        gap: std::mem::take(&mut gap),
                    });
                }
                Kind::Blank => {
                    gap = true;
                    pieces.blanks.push((pieces.all.len(), line));
                }
                Kind::Page => {}
            }
        }
        pieces
    }

    /// The width at which the document is wrapped around each piece; empty if it is not.
    fn widths(&self) -> Vec<Width> {
        // A line broken off before and after in mid-sentence is neither indented nor cut short.
        let inner = |i: usize| i > 0 && self.breaks_off(i - 1) && self.breaks_off(i);
        let mut counts = self.count(inner);
        let mut page = crowd(&counts, NARROWEST..=WIDEST);
        if page.is_none() {
            counts = self.count(|_| true);
            page = crowd(&counts, NARROWEST..=WIDEST);
        }
        let Some(most) = page else { return Vec::new() };
        // The lines of a wide table column may outnumber those of the page.
        let page = crowd(&counts, most + 4 * SLACK..=WIDEST)
            .filter(|&wide| counts[wide] * 20 >= counts[most])
            .unwrap_or(most);
        if !self.is_wrapped(page) {
            return Vec::new();
        }
        let paragraphs = Width { columns: page, indent: INDENT };
        let Some(columns) = crowd(&counts, NARROWEST..=page.saturating_sub(4 * SLACK)) else {
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

    /// Whether piece `i` goes on with the paragraph before it, in a text wrapped at `width`.
    fn goes_on(&self, state: &State, i: usize, width: Width) -> bool {
        let piece = &self.all[i];
        let text = state.line.text.as_str();
        if piece.gap || piece.line.cell.is_some() || state.line.cell.is_some() {
            return false;
        }
        if self.closes_bracket(state, i, AHEAD) {
            return true;
        }
        if piece.starts.is_some() || piece.alone || state.alone {
            return false;
        }
        if matches!(piece.first, Edge::Stop | Edge::Comma | Edge::Close) || is_bare_number(text) {
            return true;
        }
        let last = edge(text.chars().next_back());
        if matches!(last, Edge::Comma | Edge::Open) {
            return true;
        }
        if state.index < TITLE_LINES && is_unfinished_title(text) && !width.is_full(piece.width) {
            return last != Edge::Stop;
        }
        // A sentence that was begun goes on, wherever it was broken off; in a cell none needs an end.
        let begun = width.indent > 0
            && (text.contains('。')
                || text.contains('，')
                    && (state.pieces > 1 || !state.starts && text.matches('，').count() > 1));
        let full = width.is_full(state.column);
        // A nearly full printed line may still take a character, or be full.
        let fits = state.column + piece.width <= width.columns + SLACK;
        let measured = (fits || !full)
            .then(|| self.measure(state.column, i, width))
            .flatten()
            .or_else(|| full.then(|| self.measure(0, i, width)).flatten());
        match last {
            Edge::Plain if full => begun || width.indent == 0 || measured != Some(false),
            Edge::Plain if piece.first != Edge::Open || measured.is_none() => {
                begun && !self.is_heading(i)
            }
            Edge::Close if last_bracket(text).is_some_and(|b| self.debris.is_assignment(b)) => {
                false
            }
            Edge::Close if measured.is_none() => begun && !self.is_heading(i),
            // A colon among the first lines ends the list of those addressed.
            Edge::Stop
                if state.index < TITLE_LINES && !state.starts && text.ends_with(['：', ':']) =>
            {
                false
            }
            Edge::Stop | Edge::Close if full && measured.is_none() => {
                matches!(piece.last, Edge::Stop | Edge::Close)
            }
            _ => measured == Some(true) && !self.is_last_line(i),
        }
    }

    /// Whether a bracket or title that the paragraph leaves open is closed by one of the next pieces.
    fn closes_bracket(&self, state: &State, i: usize, ahead: usize) -> bool {
        if state.open == 0 || state.line.cell.is_some() {
            return false;
        }
        let mut inner = 0;
        for (n, piece) in self.all[i..].iter().take(ahead).enumerate() {
            if piece.gap || piece.line.cell.is_some() {
                return false;
            }
            let (closed, opened) = piece.brackets;
            if closed > inner {
                return true;
            }
            // An item that begins here was not in the bracket: the bracket was never closed.
            if piece.starts == Some(Start::Item) || n > 0 && piece.alone {
                return false;
            }
            inner = inner - closed + opened;
        }
        false
    }

    /// Whether the printed lines come out even if piece `i` goes on at `column` (`Some(true)`), or
    /// if it begins an indented paragraph (`Some(false)`); nothing if neither does so better.
    fn measure(&self, column: usize, i: usize, width: Width) -> Option<bool> {
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
    fn is_last_line(&self, i: usize) -> bool {
        self.is_heading(i)
            && self
                .all
                .get(i + 1)
                .is_none_or(|next| next.starts.is_some() || next.alone || next.gap)
    }

    /// Whether piece `i` looks like a heading, a signature or a cell: short, without punctuation,
    /// and what follows is one too or begins a paragraph.
    fn is_heading(&self, i: usize) -> bool {
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

/// Whether `text` is but the number of an item (`（一）`, `12．`).
fn is_bare_number(text: &str) -> bool {
    text.chars().count() <= 6
        && text.chars().all(|c| {
            c.is_ascii_digit()
                || matches!(
                    c,
                    '（' | '）' | '(' | ')' | '.' | '．' | '、' | ' ' | '第' | '条' | '章'
                )
                || "一二三四五六七八九十百①②③④⑤⑥⑦⑧⑨⑩".contains(c)
        })
        && text.ends_with([
            '）', ')', '.', '．', '、', '条', '①', '②', '③', '④', '⑤', '⑥', '⑦', '⑧', '⑨', '⑩',
        ])
}

/// Whether `text` begins a title (`X关于…`) whose genre is still to come.
fn is_unfinished_title(text: &str) -> bool {
    const GENRES: [&str; 24] = [
        "通知", "意见", "方案", "办法", "决定", "通告", "公告", "函", "规定", "条例", "措施",
        "细则", "要点", "清单", "计划", "报告", "批复", "纪要", "指南", "规程", "日）", "日)",
        "行）", "稿）",
    ];
    text.contains("关于")
        && !text.contains(['。', '；', '：'])
        && !GENRES.iter().any(|genre| text.ends_with(genre))
}

/// What the bracket holds with which `text` ends.
fn last_bracket(text: &str) -> Option<&str> {
    let inner = text.strip_suffix(is_close)?;
    let mut depth = 0;
    for (at, c) in inner.char_indices().rev() {
        if is_close(c) {
            depth += 1;
        } else if is_open(c) {
            if depth == 0 {
                return Some(&inner[at + c.len_utf8()..]);
            }
            depth -= 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
}
