//! Characters → printed lines.
//!
//! Invariant: every visible character is in one line; white space is kept where the print has it.

use super::Glyph;
use super::glyphs::{dashes, written};

/// The room between a Chinese character and a digit or a letter, in characters: programs for offices leave a fifth
/// or a quarter.
const APART: f32 = 0.2;

/// A line as it is printed.
#[derive(Clone, Debug, Default)]
pub(super) struct Printed {
    pub text: String,
    pub left: f32,
    pub right: f32,
    pub base: f32,
    /// Of the font that most of it is in.
    pub size: f32,
    /// How wide it is up to where it could be broken first.
    pub head: f32,
    /// Whether white space stands at its end.
    pub gap: bool,
    /// Columns of white space before it, set when the edge of the text is known.
    pub indent: usize,
    /// Words that wide gaps set apart: byte offset and left edge.
    pub words: Vec<(usize, f32)>,
}

impl Printed {
    pub fn width(&self) -> f32 {
        self.right - self.left
    }

    /// The room that the first word of `next` would have taken behind this line.
    pub fn needs(&self, next: &Printed) -> f32 {
        let (before, after) = (self.text.chars().next_back(), next.text.chars().next());
        let han = |c: Option<char>| c.is_some_and(|c| is_wide(c) && c.is_alphanumeric());
        let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        // Offices set them apart.
        let apart = han(before) && latin(after) || latin(before) && han(after);
        next.head + if apart { APART * self.size } else { 0.0 }
    }
}

/// The lines that `glyphs` make, from top to bottom.
pub(super) fn lines(mut glyphs: Vec<Glyph>) -> Vec<Printed> {
    glyphs.retain(|g| {
        g.size > 0.5 && [g.left, g.right, g.base, g.size].iter().all(|v| v.is_finite())
    });
    for glyph in &mut glyphs {
        glyph.c = written(glyph.c);
    }
    glyphs.sort_by(|a, b| a.base.total_cmp(&b.base));
    let mut rows: Vec<Row> = Vec::new();
    for glyph in glyphs {
        match rows.last_mut() {
            Some(row) if row.holds(&glyph) => row.glyphs.push(glyph),
            _ => rows.push(Row { base: glyph.base, size: glyph.size, glyphs: vec![glyph] }),
        }
    }
    for row in &mut rows {
        row.settle();
    }
    join_raised(rows).into_iter().filter_map(Row::print).collect()
}

/// Characters that stand on one line.
struct Row {
    base: f32,
    size: f32,
    glyphs: Vec<Glyph>,
}

impl Row {
    fn holds(&self, glyph: &Glyph) -> bool {
        glyph.base - self.base < 0.22 * self.size.min(glyph.size)
    }

    /// Takes base and size of most of its characters.
    fn settle(&mut self) {
        self.glyphs.sort_by(|a, b| a.size.total_cmp(&b.size));
        let seen: Vec<&Glyph> = self.glyphs.iter().filter(|g| !g.c.is_whitespace()).collect();
        let Some(middle) = seen.get(seen.len() / 2) else { return };
        (self.base, self.size) = (middle.base, middle.size);
    }

    fn is_blank(&self) -> bool {
        self.glyphs.iter().all(|g| g.c.is_whitespace())
    }

    /// Whether the characters of `small` stand in gaps of this row or beyond its ends.
    fn leaves_room(&self, small: &Row) -> bool {
        let slack = 0.15 * small.size;
        // No printed line is so long.
        small.glyphs.len() * self.glyphs.len() < 1 << 20
            && small.glyphs.iter().all(|s| {
                self.glyphs.iter().all(|g| {
                    g.c.is_whitespace() || s.right <= g.left + slack || s.left >= g.right - slack
                })
            })
    }

    fn print(mut self) -> Option<Printed> {
        self.glyphs.sort_by(|a, b| a.left.total_cmp(&b.left));
        // Bold print may be made by printing twice.
        self.glyphs.dedup_by(|b, a| b.c == a.c && b.left - a.left < 0.2 * b.size);
        let seen = |g: &Glyph| !g.c.is_whitespace();
        let first = self.glyphs.iter().position(seen)?;
        let last = self.glyphs.iter().rposition(seen)?;
        let usual = self.usual_gap();
        let mut line = Printed {
            left: self.glyphs[first].left,
            base: self.base,
            size: self.size,
            ..Printed::default()
        };
        line.words.push((0, line.left));
        line.right = line.left;
        line.gap = last + 1 < self.glyphs.len();
        let mut before: Option<Glyph> = None;
        let mut space = false;
        let mut head_ends = false;
        for &glyph in &self.glyphs[first..=last] {
            if !seen(&glyph) {
                space = true;
                continue;
            }
            if let Some(before) = before {
                let gap = glyph.left - line.right;
                let wide = is_wide(before.c) && is_wide(glyph.c);
                let apart = match (wide, is_wide(before.c) || is_wide(glyph.c)) {
                    (true, _) => gap > usual + 0.8 * self.size,
                    (false, true) => gap > usual + 0.6 * self.size,
                    _ => gap > 0.17 * self.size,
                };
                if space || apart {
                    line.text.push(' ');
                }
                if gap > usual + 1.4 * self.size {
                    line.words.push((line.text.len(), glyph.left));
                }
                head_ends |= space || apart || may_break(before.c, glyph.c);
            }
            if !head_ends {
                line.head = glyph.right - line.left;
            }
            space = false;
            match dashes(glyph.c) {
                Some(dashes) => line.text.push_str(dashes),
                None => line.text.push(self.shown(&glyph)),
            }
            line.right = line.right.max(glyph.right);
            before = Some(glyph);
        }
        Some(line)
    }

    /// The room between two Chinese characters of this row: lines that are stretched have some.
    fn usual_gap(&self) -> f32 {
        let mut gaps: Vec<f32> = self
            .glyphs
            .windows(2)
            .filter(|pair| is_wide(pair[0].c) && is_wide(pair[1].c))
            .filter(|pair| !pair[0].c.is_whitespace() && !pair[1].c.is_whitespace())
            .map(|pair| pair[1].left - pair[0].right)
            .collect();
        gaps.sort_by(f32::total_cmp);
        gaps.get(gaps.len() / 2).copied().unwrap_or(0.0).max(0.0)
    }

    /// Raised digits are no part of the number before them: `90%¹`, `m²`.
    fn shown(&self, glyph: &Glyph) -> char {
        let is_raised = glyph.size < 0.8 * self.size && glyph.base < self.base - 0.15 * self.size;
        glyph.c.to_digit(10).filter(|_| is_raised).and_then(raised).unwrap_or(glyph.c)
    }
}

/// A digit as it is raised.
pub(super) fn raised(digit: u32) -> Option<char> {
    "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit as usize)
}

/// Puts rows of raised or lowered characters into the rows they belong to.
fn join_raised(rows: Vec<Row>) -> Vec<Row> {
    let mut out: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows {
        if row.is_blank() {
            continue;
        }
        let Some(last) = out.last_mut() else {
            out.push(row);
            continue;
        };
        let near = |small: &Row, big: &Row| {
            small.size < 0.8 * big.size
                && small.base > big.base - 0.65 * big.size
                && small.base < big.base + 0.3 * big.size
                && big.leaves_room(small)
        };
        if near(last, &row) {
            let raised = std::mem::replace(last, row);
            last.glyphs.extend(raised.glyphs);
        } else if near(&row, last) {
            last.glyphs.extend(row.glyphs);
        } else {
            out.push(row);
        }
    }
    out
}

/// Whether a character is as wide as it is high, as Chinese ones are.
pub(in super::super) fn is_wide(c: char) -> bool {
    c >= '\u{2e80}' || matches!(c, '“' | '”' | '‘' | '’' | '—' | '…' | '①'..='⑳')
}

/// Whether a printed line may end between two characters.
fn may_break(before: char, after: char) -> bool {
    if is_closing(after) || is_opening(before) {
        return false;
    }
    let word = |c: char| c.is_ascii() && !c.is_ascii_whitespace();
    !(word(before) && word(after))
}

/// Whether no line begins with it.
fn is_closing(c: char) -> bool {
    is_mark(c) || "…—%％‰,.;:?!)]}·".contains(c)
}

/// Whether no paragraph begins with it.
pub(super) fn is_mark(c: char) -> bool {
    "，。、；：？！）》〉”’】〕］｝".contains(c)
}

/// Whether no line ends with it.
fn is_opening(c: char) -> bool {
    "（《〈“‘【〔［｛([{".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Prints `text` from `left` on, Chinese characters `size` wide and others half of it.
    pub(in super::super) fn print(text: &str, left: f32, base: f32, size: f32) -> Vec<Glyph> {
        let mut x = left;
        text.chars()
            .map(|c| {
                let width = if is_wide(c) { size } else { size / 2.0 };
                let glyph = Glyph { c, left: x, right: x + width, base, size };
                x += width;
                glyph
            })
            .collect()
    }

    fn texts(glyphs: Vec<Glyph>) -> Vec<String> {
        lines(glyphs).into_iter().map(|l| l.text).collect()
    }

    #[test]
    fn lines_are_read_from_the_top_whatever_order_they_are_printed_in() {
        let mut glyphs = print("推进改革", 90.0, 140.0, 16.0);
        glyphs.extend(print("市教育局 市财政局", 90.0, 112.0, 16.0));
        glyphs.reverse();
        assert_eq!(texts(glyphs), ["市教育局 市财政局", "推进改革"]);
    }

    #[test]
    fn a_raised_digit_is_no_part_of_the_number_before_it() {
        let mut glyphs = print("达到90%", 90.0, 112.0, 16.0);
        glyphs.extend(print("1", 146.0, 105.0, 8.0));
        glyphs.extend(print("。", 150.0, 112.0, 16.0));
        assert_eq!(texts(glyphs), ["达到90%¹。"]);
    }

    #[test]
    fn stretched_lines_have_no_spaces_and_bold_print_is_read_once() {
        let mut glyphs = Vec::new();
        for (i, c) in "总则要求".chars().enumerate() {
            let left = 90.0 + 30.0 * i as f32;
            for shift in [0.0, 0.4] {
                glyphs.extend(print(&c.to_string(), left + shift, 112.0, 16.0));
            }
        }
        assert_eq!(texts(glyphs), ["总则要求"]);
    }

    #[test]
    fn words_set_apart_by_room_are_known() {
        let mut glyphs = print("序号", 90.0, 112.0, 12.0);
        glyphs.extend(print("任务", 150.0, 112.0, 12.0));
        let line = &lines(glyphs)[0];
        assert_eq!((line.text.as_str(), line.words.len()), ("序号 任务", 2));
    }
}
