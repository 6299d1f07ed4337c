//! Ruling lines → frames: the cells of a table, merged ones told by the lines that are missing.
//!
//! Invariant: a frame has at least two columns; whoever draws many lines that are no table costs no more
//! than [`MOST`] allows.

use super::Rule;

/// Lines that are so near are one.
const NEAR: f32 = 2.5;
/// So far a line may end from the one it meets.
const MEET: f32 = 4.0;
/// A table without a line at its side reaches to the ends of the lying ones if they reach farther than this.
const OPEN: f32 = 8.0;
/// A page with more lines is a drawing.
const MOST: usize = 3000;
/// A frame with more fields is one.
const FIELDS: usize = 20_000;

/// The edges of columns and rows, and the cell that each field belongs to.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub columns: Vec<f32>,
    pub rows: Vec<f32>,
    /// By row and column.
    pub cells: Vec<Vec<usize>>,
}

/// The frames that `rules` draw.
pub(super) fn frames(rules: &[Rule]) -> Vec<Frame> {
    let upright = merged(rules.iter().filter(|r| r.upright));
    let lying = merged(rules.iter().filter(|r| !r.upright));
    if upright.len() > MOST || lying.len() > MOST {
        return Vec::new();
    }
    // What meets belongs together.
    let mut groups = Groups::new(upright.len() + lying.len());
    for (i, u) in upright.iter().enumerate() {
        for (j, l) in lying.iter().enumerate() {
            let meet = |at: f32, r: &Rule| at > r.from - MEET && at < r.to + MEET;
            if meet(u.at, l) && meet(l.at, u) {
                groups.join(i, upright.len() + j);
            }
        }
    }
    let mut found: Vec<(usize, Vec<Rule>, Vec<Rule>)> = Vec::new();
    for (i, rule) in upright.iter().chain(&lying).enumerate() {
        let group = groups.of(i);
        let at = found.iter().position(|f| f.0 == group).unwrap_or_else(|| {
            found.push((group, Vec::new(), Vec::new()));
            found.len() - 1
        });
        if rule.upright { found[at].1.push(*rule) } else { found[at].2.push(*rule) }
    }
    let mut frames: Vec<Frame> =
        found.iter().filter_map(|(_, upright, lying)| frame(upright, lying)).collect();
    frames.sort_by(|a, b| a.rows[0].total_cmp(&b.rows[0]));
    frames
}

/// Joins lines that lie on one another or go on.
fn merged<'r>(rules: impl Iterator<Item = &'r Rule>) -> Vec<Rule> {
    let mut rules: Vec<Rule> =
        rules.filter(|r| [r.at, r.from, r.to].iter().all(|v| v.is_finite())).copied().collect();
    rules.sort_by(|a, b| a.at.total_cmp(&b.at));
    let mut out: Vec<Rule> = Vec::new();
    let mut rest = rules.as_slice();
    while let Some(first) = rest.first() {
        let near = rest.iter().take_while(|r| r.at - first.at < NEAR).count();
        let (here, after) = rest.split_at(near);
        rest = after;
        let mut here = here.to_vec();
        here.sort_by(|a, b| a.from.total_cmp(&b.from));
        let start = out.len();
        for rule in here {
            match out[start..].last_mut() {
                Some(last) if rule.from <= last.to + MEET => last.to = last.to.max(rule.to),
                _ => out.push(Rule { at: first.at, ..rule }),
            }
        }
    }
    // What is shorter than a line of print is high parts nothing.
    out.retain(|r| r.to - r.from > 5.0);
    out
}

fn frame(upright: &[Rule], lying: &[Rule]) -> Option<Frame> {
    let columns = edges(upright, lying);
    let rows = edges(lying, upright);
    let (wide, high) = (columns.len().checked_sub(1)?, rows.len().checked_sub(1)?);
    if wide < 2 || high < 1 || wide * high > FIELDS {
        return None;
    }
    let parted = |rules: &[Rule], at: f32, from: f32, to: f32| {
        let covered: f32 = rules
            .iter()
            .filter(|r| (r.at - at).abs() < NEAR)
            .map(|r| (r.to.min(to) - r.from.max(from)).max(0.0))
            .sum();
        covered > 0.5 * (to - from)
    };
    let mut groups = Groups::new(wide * high);
    for row in 0..high {
        for column in 0..wide {
            let field = row * wide + column;
            let (x, y) = (columns[column + 1], rows[row + 1]);
            if column + 1 < wide && !parted(upright, x, rows[row], y) {
                groups.join(field, field + 1);
            }
            if row + 1 < high && !parted(lying, y, columns[column], x) {
                groups.join(field, field + wide);
            }
        }
    }
    let cells = (0..high).map(|row| (0..wide).map(|c| groups.of(row * wide + c)).collect());
    Some(Frame { columns, rows, cells: cells.collect() })
}

/// The places of `rules`, and the ends of those across where none is.
fn edges(rules: &[Rule], across: &[Rule]) -> Vec<f32> {
    let mut edges: Vec<f32> = rules.iter().map(|r| r.at).collect();
    edges.sort_by(f32::total_cmp);
    edges.dedup_by(|b, a| *b - *a < NEAR);
    let from = across.iter().map(|r| r.from).fold(f32::INFINITY, f32::min);
    let to = across.iter().map(|r| r.to).fold(f32::NEG_INFINITY, f32::max);
    if let (Some(&first), Some(&last)) = (edges.first(), edges.last()) {
        if from < first - OPEN {
            edges.insert(0, from);
        }
        if to > last + OPEN {
            edges.push(to);
        }
    }
    edges
}

/// Which numbers belong together.
struct Groups(Vec<usize>);

impl Groups {
    fn new(n: usize) -> Self {
        Self((0..n).collect())
    }

    fn of(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.of(a), self.of(b));
        let first = a.min(b);
        self.0[a.max(b)] = first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(upright: &[(f32, f32, f32)], lying: &[(f32, f32, f32)]) -> Vec<Rule> {
        let rule =
            |upright| move |&(at, from, to): &(f32, f32, f32)| Rule { upright, at, from, to };
        upright.iter().map(rule(true)).chain(lying.iter().map(rule(false))).collect()
    }

    #[test]
    fn a_missing_line_merges_cells() {
        // Two columns, two rows; the line between the rows stops at the second column.
        let upright = [(0.0, 0.0, 40.0), (50.0, 0.0, 40.0), (100.0, 0.0, 40.0)];
        let lying = [(0.0, 0.0, 100.0), (20.0, 50.0, 100.0), (40.0, 0.0, 100.0)];
        let frames = frames(&rules(&upright, &lying));
        assert_eq!(frames.len(), 1);
        assert_eq!(frames[0].cells, [[0, 1], [0, 3]]);
    }

    #[test]
    fn a_table_may_be_open_at_its_sides() {
        let lying = [(0.0, 0.0, 100.0), (20.0, 0.0, 100.0), (40.0, 0.0, 100.0)];
        let frames = frames(&rules(&[(50.0, 0.0, 40.0)], &lying));
        assert_eq!(frames[0].columns, [0.0, 50.0, 100.0]);
    }

    #[test]
    fn lines_under_words_and_frames_around_a_page_are_no_table() {
        assert!(frames(&rules(&[], &[(0.0, 0.0, 100.0), (20.0, 0.0, 100.0)])).is_empty());
        let sides = [(0.0, 0.0, 40.0), (100.0, 0.0, 40.0)];
        assert!(frames(&rules(&sides, &[(0.0, 0.0, 100.0), (40.0, 0.0, 100.0)])).is_empty());
    }
}
