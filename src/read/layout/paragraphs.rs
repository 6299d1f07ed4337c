//! Printed lines → paragraphs, by where the lines begin and end.
//!
//! A line that has room for what follows it ends a paragraph; one that begins farther in than the text does
//! begins one. Invariant: lines stay in order but for footnotes, which stand before the paragraph that goes on
//! over their page's end.

use std::collections::HashMap;

use super::lines::{Printed, is_mark, raised};
use super::{Block, Sheet, Table};
use crate::knowledge::debris::Debris;

/// What is beside the edge of the text by less than this, in characters, is at it.
const SLACK: f32 = 0.8;

/// What is so many times as large as the text is a title.
const LARGE: f32 = 1.12;

/// A paragraph or a table, with the pages it stands on.
pub(super) enum Paragraph {
    Lines(Vec<(usize, Printed)>),
    Table(usize, Table),
}

/// The measures of the text on pages of each width.
pub(super) struct Measures(HashMap<i32, Measure>);

#[derive(Clone, Copy, Debug)]
struct Measure {
    /// Of the font of most of the text.
    size: f32,
    left: f32,
    right: f32,
    /// From line to line.
    pitch: f32,
    /// Whether the first lines of paragraphs are indented.
    indents: bool,
    middle: f32,
}

impl Measures {
    pub fn of(sheets: &[Sheet]) -> Self {
        let mut by_width: HashMap<i32, Vec<&Sheet>> = HashMap::new();
        for sheet in sheets {
            by_width.entry(width_of(sheet)).or_default().push(sheet);
        }
        let measures = by_width.into_iter();
        Self(measures.filter_map(|(width, sheets)| Some((width, Measure::of(&sheets)?))).collect())
    }

    /// The paragraphs and tables of `sheets`.
    pub fn paragraphs(&self, sheets: Vec<Sheet>, debris: &Debris) -> Vec<Paragraph> {
        let mut out = Vec::new();
        let mut open: Vec<(usize, Printed)> = Vec::new();
        let mut notes: Vec<(usize, Printed)> = Vec::new();
        for (sheet, page) in sheets.into_iter().zip(1..) {
            let Some(&measure) = self.0.get(&width_of(&sheet)) else {
                // No line stands on it.
                for block in sheet.blocks {
                    if let Block::Table(table) = block {
                        close(&mut out, &mut open, &mut notes);
                        out.push(Paragraph::Table(page, table));
                    }
                }
                continue;
            };
            let noted = measure.notes(&sheet);
            let (mut first, last) = (true, sheet.blocks.len() - noted);
            let marks = marks(&sheet.blocks[last..]);
            let mut here = Vec::new();
            for (block, at) in sheet.blocks.into_iter().zip(0..) {
                match block {
                    Block::Line(mut line) if at < last => {
                        line.indent = measure.indent(&line);
                        line.text.retain(|c| !marks.contains(&c));
                        let goes_on = measure.goes_on(&open, &line, first, debris);
                        if !goes_on {
                            close(&mut out, &mut open, &mut notes);
                        } else if first {
                            out.extend(separate(&mut notes));
                        }
                        first = false;
                        open.push((page, line));
                    }
                    Block::Line(line) => here.push((page, line)),
                    Block::Table(table) => {
                        close(&mut out, &mut open, &mut notes);
                        out.push(Paragraph::Table(page, table));
                        first = false;
                    }
                }
            }
            notes.append(&mut here);
        }
        close(&mut out, &mut open, &mut notes);
        out
    }
}

/// Ends the open paragraph and puts the notes after it.
fn close(
    out: &mut Vec<Paragraph>,
    open: &mut Vec<(usize, Printed)>,
    notes: &mut Vec<(usize, Printed)>,
) {
    if !open.is_empty() {
        out.push(Paragraph::Lines(std::mem::take(open)));
    }
    out.extend(separate(notes));
}

/// The notes at the foot of a page: each begins with a mark.
fn separate(notes: &mut Vec<(usize, Printed)>) -> Vec<Paragraph> {
    let mut out: Vec<Vec<(usize, Printed)>> = Vec::new();
    for note in notes.drain(..) {
        match out.last_mut() {
            Some(last) if !begins_note(&note.1) => last.push(note),
            _ => out.push(vec![note]),
        }
    }
    out.into_iter().map(Paragraph::Lines).collect()
}

/// The raised digits by which a text refers to these notes.
fn marks(notes: &[Block]) -> Vec<char> {
    let number = |block: &Block| match block {
        Block::Line(line) => line.text.chars().next().and_then(|c| c.to_digit(10)),
        Block::Table(_) => None,
    };
    notes.iter().filter_map(number).filter_map(raised).collect()
}

/// Whether a line of `text` refers to one of `notes`.
fn refers(text: &[Block], notes: &[Block]) -> bool {
    let marks = marks(notes);
    let refers =
        |block: &Block| matches!(block, Block::Line(line) if line.text.contains(&marks[..]));
    text.iter().any(refers)
}

fn begins_note(line: &Printed) -> bool {
    line.text.starts_with(|c: char| {
        c.is_ascii_digit() || matches!(c, '①'..='⑳' | '⁰' | '¹' | '²' | '³' | '⁴'..='⁹' | '*' | '＊' | '[' | '〔' | '注')
    })
}

#[expect(clippy::cast_possible_truncation, reason = "saturates, and pages are small")]
fn width_of(sheet: &Sheet) -> i32 {
    (sheet.width / 10.0) as i32
}

/// The most frequent of `values`, rounded to halves.
fn mode(values: impl Iterator<Item = (f32, usize)>) -> Option<f32> {
    let mut counts: HashMap<i32, usize> = HashMap::new();
    #[expect(clippy::cast_possible_truncation, reason = "saturates, and pages are small")]
    for (value, weight) in values {
        *counts.entry((value * 2.0).round() as i32).or_default() += weight;
    }
    let most = counts.into_iter().max_by_key(|&(value, n)| (n, value))?.0;
    #[expect(clippy::cast_precision_loss, reason = "small")]
    Some(most as f32 / 2.0)
}

/// The first place, from the start of `values`, where at least `least` stand within `near`.
fn crowd(values: &[f32], near: f32, least: usize) -> Option<usize> {
    (0..values.len()).find(|&i| {
        values[i..].iter().take_while(|v| (**v - values[i]).abs() <= near).count() >= least
    })
}

impl Measure {
    fn of(sheets: &[&Sheet]) -> Option<Self> {
        let lines = || {
            sheets.iter().flat_map(|sheet| {
                sheet.blocks.iter().filter_map(|block| match block {
                    Block::Line(line) => Some(line),
                    Block::Table(_) => None,
                })
            })
        };
        let size = mode(lines().map(|l| (l.size, l.text.chars().count())))?;
        let body: Vec<&Printed> = lines().filter(|l| (l.size - size).abs() < 0.1 * size).collect();
        let mut lefts: Vec<f32> = body.iter().map(|l| l.left).collect();
        lefts.sort_by(f32::total_cmp);
        let least = (lefts.len() / 25).max(2);
        let left = lefts[crowd(&lefts, 0.4 * size, least).unwrap_or(0)];
        let mut rights: Vec<f32> = body.iter().map(|l| l.right).collect();
        rights.sort_by(|a, b| b.total_cmp(a));
        // Some lines have a mark hang over the edge.
        let near = 0.35 * size;
        let most = (0..rights.len())
            .map(|i| rights[i..].iter().take_while(|r| rights[i] - **r <= near).take(200).count())
            .max()
            .unwrap_or(1);
        let least = (most * 2 / 5).max(2);
        let right = crowd(&rights, near, least).map_or(rights[0], |i| {
            let here = rights[i..].iter().take_while(|r| rights[i] - **r <= near).count();
            rights[i + here / 2]
        });
        let gaps = sheets.iter().flat_map(|sheet| {
            sheet.blocks.windows(2).filter_map(|pair| match pair {
                [Block::Line(a), Block::Line(b)] => Some((b.base - a.base, 1)),
                _ => None,
            })
        });
        let pitch =
            mode(gaps.filter(|g| g.0 > 0.8 * size && g.0 < 4.0 * size)).unwrap_or(1.5 * size);
        let mut measure =
            Self { size, left, right, pitch, indents: false, middle: sheets[0].width / 2.0 };
        let begun = body.windows(2).filter(|pair| {
            let (a, b) = (pair[0].left - left, pair[1].left - left);
            a > 1.2 * size
                && a < 3.2 * size
                && b.abs() < 0.4 * size
                && measure.is_full(pair[0], pair[1])
        });
        measure.indents = begun.count() > 1;
        Some(measure)
    }

    /// Columns of white space before a line.
    fn indent(&self, line: &Printed) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
        let columns = (2.0 * (line.left - self.left) / self.size).round() as usize;
        columns
    }

    /// Whether `next` did not fit on the line before it.
    fn is_full(&self, line: &Printed, next: &Printed) -> bool {
        line.right + line.needs(next) > self.right + 0.1 * self.size
    }

    fn is_centred(&self, line: &Printed) -> bool {
        ((line.left + line.right) / 2.0 - self.middle).abs() < line.size
            && (line.left > self.left + 0.4 * self.size || line.size > LARGE * self.size)
    }

    /// Whether `next`, the first line of a page or not, goes on with the paragraph whose lines are `open`.
    fn goes_on(
        &self,
        open: &[(usize, Printed)],
        next: &Printed,
        first: bool,
        debris: &Debris,
    ) -> bool {
        let Some((_, before)) = open.last() else { return false };
        let larger = before.size.max(next.size);
        let pitch = self.pitch * (larger / self.size).max(1.0);
        if (before.size - next.size).abs() > 0.1 * larger
            || !first && next.base - before.base > 1.6 * pitch
        {
            return false;
        }
        let alone = |line: &Printed| debris.stands_alone(&line.text, debris.look(&line.text));
        if alone(next) || open.len() == 1 && alone(before) {
            return false;
        }
        let starts = debris.starts_paragraph(&next.text).is_some();
        let stopped = before.text.ends_with(['。', '；', '：', '！', '？', ';', ':']);
        let ended = stopped || before.text.ends_with(['）', ')']);
        if starts && ended {
            return false;
        }
        // A title is broken where its maker liked.
        if self.is_centred(before) && self.is_centred(next) && !starts && !stopped {
            let title = larger > LARGE * self.size
                || debris.is_unfinished_title(
                    &open.iter().map(|(_, l)| l.text.as_str()).collect::<String>(),
                );
            if title {
                let broken = before.width() + next.head > self.right - self.left;
                return broken || !next.text.starts_with(['（', '(']);
            }
        }
        if next.text.starts_with(is_mark) {
            return true;
        }
        if !self.is_full(before, next) {
            return false;
        }
        let em = self.size;
        let deeper = next.left - before.left;
        match next.left - self.left > SLACK * em {
            // What begins in the middle of a line is a signature.
            false => open.len() > 1 || before.left - self.left < 4.0 * em,
            // Lines as far in as those before: a block, or paragraphs of one line each.
            true if deeper.abs() < 0.5 * em => open.len() > 1 || !self.indents,
            // The second line of an item may hang below its words.
            true => open.len() == 1 && deeper > 0.0 && !starts && !ended && !self.is_centred(next),
        }
    }

    /// How many blocks at the end of a page are notes at its foot.
    fn notes(&self, sheet: &Sheet) -> usize {
        let blocks = &sheet.blocks;
        let small = |line: &Printed| line.size < 0.87 * self.size;
        let parted = |line: &Printed| sheet.foot.is_some_and(|foot| line.base > foot);
        let note = |block: &&Block| matches!(block, Block::Line(l) if small(l) || parted(l));
        let mut count = blocks.iter().rev().take_while(note).count();
        // What stands above the first mark is no note; nor is what is as large as the text unless the text refers to it.
        while count > 0 {
            let (text, notes) = blocks.split_at(blocks.len() - count);
            match &notes[0] {
                Block::Line(line)
                    if begins_note(line) && (small(line) || refers(text, &notes[..1])) =>
                {
                    break;
                }
                _ => count -= 1,
            }
        }
        if count == blocks.len() { 0 } else { count }
    }
}
