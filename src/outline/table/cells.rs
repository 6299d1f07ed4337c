//! The lines of a row that lost the edges of its cells → its cells: of all ways to cut the lines into as
//! many stretches as there are columns, the one whose stretches suit the columns best.

use super::flat::is_limit;
use super::{Column, Row, fill_content, is_none};
use crate::knowledge::agencies::Agencies;
use crate::knowledge::recognise::Recognition;
use crate::model::{Role, Span, Text};
use crate::outline::lines::Line;

/// So many lines at the end of a row are cut into cells; what stands before them is the task.
const LINES: usize = 40;
/// The cells of one kind take no more lines.
const ROLE_LINES: usize = 24;
const LIMIT_LINES: usize = 4;
/// A cell of names is at most this long, in characters.
const NAMES: usize = 200;
/// A name that is not known is at most this long, in characters.
const UNKNOWN: usize = 18;

/// Columns side by side that hold the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// So many columns of text.
    Content(usize),
    Role(Role),
    Limit,
    Other,
}

impl Block {
    /// The blocks of a head.
    pub fn of(columns: &[Column]) -> Vec<Self> {
        let mut out = Vec::new();
        for column in columns {
            match (column, out.last_mut()) {
                (Column::Number, _) => {}
                (Column::Content, Some(Self::Content(n))) => *n += 1,
                (Column::Content, _) => out.push(Self::Content(1)),
                (Column::Deadline, _) => out.push(Self::Limit),
                (Column::Role(role), _) => out.push(Self::Role(*role)),
                (Column::Other, _) => out.push(Self::Other),
            }
        }
        out
    }

    fn columns(self) -> usize {
        if let Self::Content(n) = self { n } else { 1 }
    }
}

/// What a line may be.
struct Piece<'t> {
    text: &'t str,
    after_blank: bool,
    names: bool,
    limit: bool,
}

/// Judges how well lines suit the columns of a table.
pub struct Judge<'a> {
    pub text: &'a Text,
    pub agencies: &'a Agencies,
    pub blocks: &'a [Block],
}

/// Where the stretch of each block ends.
pub struct Cells {
    ends: Vec<usize>,
    score: f32,
}

impl Judge<'_> {
    /// The best cut of the lines of a row.
    pub fn cells(&self, lines: &[Line]) -> Cells {
        let before = lines.len().saturating_sub(LINES);
        let pieces: Vec<Piece<'_>> = lines[before..].iter().map(|l| self.piece(l)).collect();
        let (n, m) = (pieces.len(), self.blocks.len());
        let exact = lines.len() == self.blocks.iter().map(|b| b.columns()).sum::<usize>();
        // best[b][i]: the first b blocks hold the first i pieces, how well, and where the last begins.
        let mut best = vec![vec![(f32::NEG_INFINITY, 0); n + 1]; m + 1];
        best[0][0].0 = 0.0;
        for (b, &block) in self.blocks.iter().enumerate() {
            let longest = match block {
                Block::Role(_) => ROLE_LINES,
                Block::Limit => LIMIT_LINES,
                Block::Content(_) | Block::Other => n,
            };
            let (done, after) = best.split_at_mut(b + 1);
            let after = &mut after[0];
            for (i, &(so_far, _)) in done[b].iter().enumerate() {
                if so_far == f32::NEG_INFINITY {
                    continue;
                }
                let reach = i..=n.min(i + longest);
                for (j, next) in reach.clone().zip(&mut after[reach]) {
                    let one_each = exact && j - i == block.columns();
                    let cell = self.suits(block, &pieces, lines, before, i, j);
                    let score = so_far + cell + edge(&pieces, j) + if one_each { 0.6 } else { 0.0 };
                    if score > next.0 {
                        *next = (score, i);
                    }
                }
            }
        }
        let mut ends = vec![n; m];
        let mut end = n;
        for b in (0..m).rev() {
            ends[b] = end + before;
            end = best[b + 1][end].1;
        }
        Cells { ends, score: best[m][n].0 }
    }

    /// Whether lines that nothing numbers are a row.
    pub fn is_row(&self, lines: &[Line]) -> bool {
        lines.len() <= LINES && self.cells(lines).score > 1.0
    }

    fn piece(&self, line: &Line) -> Piece<'_> {
        let text = self.text.slice(line.span);
        Piece {
            text,
            after_blank: line.after_blank,
            names: self.known(text) == 1.0,
            limit: is_limit(text),
        }
    }

    /// Which part of a list are names of bearers.
    fn known(&self, list: &str) -> f32 {
        if list.contains(['。', '：', '“']) || list.chars().nth(NAMES).is_some() {
            return 0.0;
        }
        let parts: Vec<_> = self.agencies.split_names(list).collect();
        let is_name = |r: &&std::ops::Range<usize>| {
            self.agencies.recognise(&list[(*r).clone()]) != Recognition::None
        };
        parts.iter().filter(is_name).count() as f32 / parts.len().max(1) as f32
    }

    /// How well the pieces from `i` to `j` suit a block.
    fn suits(
        &self,
        block: Block,
        pieces: &[Piece<'_>],
        lines: &[Line],
        before: usize,
        i: usize,
        j: usize,
    ) -> f32 {
        let inside = &pieces[i..j];
        // An empty cell may have left a blank line.
        let blank = pieces.get(i).is_some_and(|p| p.after_blank);
        let whole = || {
            let all = lines[before + i..before + j].iter().map(|l| l.span);
            all.reduce(Span::cover).map_or("", |span| self.text.slice(span))
        };
        let loose =
            |s: &str| s.chars().count() <= UNKNOWN && !s.contains(['，', '。', '；', '：', '%']);
        match block {
            Block::Content(_) if inside.is_empty() => -4.0,
            Block::Content(_) => {
                let worth = |(k, p): (usize, &Piece<'_>)| match p {
                    _ if is_none(p.text) => -2.0,
                    p if p.limit => -1.5,
                    p if p.names && k > 0 => -1.0,
                    _ => 0.3,
                };
                inside.iter().enumerate().map(worth).sum()
            }
            Block::Role(_) => match inside {
                [] if blank => -0.4,
                [] => -1.2,
                [one] if is_none(one.text) => 2.0,
                [one] if one.names => 2.0,
                [one] if !one.limit && loose(one.text) => -0.6 + self.known(one.text),
                [_] => 2.0 * self.known(whole()) - 2.0,
                _ if inside.iter().any(|p| p.limit || is_none(p.text)) => -4.0,
                _ => {
                    // Whole names that nothing parts are those of two cells.
                    let pairs = inside.windows(2);
                    let apart = pairs
                        .filter(|w| w[0].names && w[1].names && !goes_on(w[0].text, w[1].text));
                    let known = self.known(whole());
                    let first = if known < 1.0 { 4.0 * known - 3.5 } else { 2.0 };
                    first - (1.2 * apart.count() as f32).min(1.6)
                }
            },
            Block::Limit => match inside {
                [] if blank => -0.4,
                [] => -1.0,
                [one] if is_none(one.text) => 1.5,
                _ if is_limit(whole()) && inside[1..].iter().all(|p| !p.names) => 2.0,
                [one] if !one.names && loose(one.text) => -0.6,
                _ => -4.0,
            },
            Block::Other => match inside {
                [] => 0.0,
                _ => inside.iter().map(|p| if p.names || p.limit { -1.0 } else { -0.1 }).sum(),
            },
        }
    }
}

/// Whether a line goes on with the list or the date of the line before.
fn goes_on(before: &str, line: &str) -> bool {
    let dated = before.ends_with(|c: char| c.is_ascii_digit() || matches!(c, '年' | '月'));
    if dated && line.starts_with(['年', '月', '日', '底', '前', '末', '初', '上', '中', '下'])
    {
        return true;
    }
    before.ends_with(['、', '，', ',', '（', '('])
        || line.starts_with(['、', '，', '。', '）', ')'])
}

/// What a cell's edge costs before piece `at`.
fn edge(pieces: &[Piece<'_>], at: usize) -> f32 {
    let broken = at > 0 && at < pieces.len() && goes_on(pieces[at - 1].text, pieces[at].text);
    if broken { -3.0 } else { 0.0 }
}

impl Cells {
    fn range(&self, block: usize) -> std::ops::Range<usize> {
        let start = block.checked_sub(1).map_or(0, |b| self.ends[b]);
        start..self.ends[block]
    }

    /// How wide the first line of a title is, in characters.
    pub fn title_width(&self, text: &Text, lines: &[Line]) -> usize {
        lines.first().map_or(0, |l| text.slice(l.span).chars().count())
    }

    /// Gives a row its title, content and assignments. `widest` is the width of the widest title.
    pub fn fill(
        &self,
        text: &Text,
        lines: &[Line],
        blocks: &[Block],
        widest: usize,
        row: &mut Row,
    ) {
        let mut content: Vec<Span> = Vec::new();
        let mut columns = 0;
        for (b, &block) in blocks.iter().enumerate() {
            let cell = &lines[self.range(b)];
            let Some(span) = cell.iter().map(|l| l.span).reduce(Span::cover) else { continue };
            if is_none(text.slice(span)) {
                continue;
            }
            match block {
                Block::Content(n) => {
                    columns += n;
                    content.extend(cell.iter().map(|l| l.span));
                }
                Block::Limit => row.assignments.push(span),
                Block::Role(role) => {
                    row.assignments.push(span);
                    row.columns.push((span, role));
                }
                Block::Other => {}
            }
        }
        if columns > 1 && content.len() > 1 {
            // A title may be broken over lines no wider than the widest; a sentence is none of them.
            let goes_on = |s: &&Span| {
                let line = text.slice(**s);
                line.chars().count() <= widest + 1
                    && !line.contains(['，', '。', '；', '：', ',', '《'])
                    && super::measure_number(line).is_none()
            };
            let more = content[1..].iter().take_while(goes_on).count().min(content.len() - 2);
            let title: Vec<Span> = content.drain(..=more).collect();
            row.title = title.into_iter().reduce(Span::cover);
        }
        fill_content(text, row, &content, false);
    }
}
