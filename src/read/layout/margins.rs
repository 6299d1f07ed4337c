//! Running heads and feet and the numbers of pages: told by where they stand and that they repeat.

use std::collections::HashMap;

use super::lines::Printed;
use super::{Block, Sheet};

/// So many lines at the top and at the foot of a page may be running ones.
const LINES: usize = 3;
/// They stand in this share of the page.
const MARGIN: f32 = 0.14;
/// In this share stand those that two pages have.
const OUTER: f32 = 0.1;

/// A line that may run: what it says with all numbers alike, and where.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    shape: String,
    /// In twelfths of a line.
    at: i32,
    width: i32,
}

/// Drops running heads and feet and the numbers of pages.
pub(super) fn drop_running(sheets: &mut [Sheet]) {
    let mut pages: HashMap<Key, usize> = HashMap::new();
    for sheet in &*sheets {
        let mut keys: Vec<Key> = at_margins(sheet).map(|(_, line)| key(sheet, line)).collect();
        keys.dedup();
        for key in keys {
            *pages.entry(key).or_default() += 1;
        }
    }
    let all = sheets.len();
    for sheet in sheets {
        let runs = |line: &Printed| {
            let key = key(sheet, line);
            let near = |by: i32| pages.get(&Key { at: key.at + by, ..key.clone() }).unwrap_or(&0);
            let seen = near(-1) + near(0) + near(1);
            let outer =
                line.base < OUTER * sheet.height || line.base > (1.0 - OUTER) * sheet.height;
            seen > 2 && seen * 4 > all || seen == 2 && all < 4 && outer
        };
        let drop: Vec<usize> = at_margins(sheet)
            .filter(|(at, line)| runs(line) || is_page_number(sheet, *at, line))
            .map(|(at, _)| at)
            .collect();
        for at in drop.into_iter().rev() {
            sheet.blocks.remove(at);
        }
    }
}

/// The lines at the top and the foot of a page with their places among the blocks, ascending.
fn at_margins(sheet: &Sheet) -> impl Iterator<Item = (usize, &Printed)> {
    let blocks = &sheet.blocks;
    let line = |at: usize| match &blocks[at] {
        Block::Line(line) => Some((at, line)),
        Block::Table(_) => None,
    };
    let (top, foot) = (MARGIN * sheet.height, (1.0 - MARGIN) * sheet.height);
    let head: Vec<_> =
        (0..blocks.len()).map_while(line).take(LINES).filter(|(_, l)| l.base < top).collect();
    let mut tail: Vec<_> = (head.len()..blocks.len())
        .rev()
        .map_while(line)
        .take(LINES)
        .filter(|(_, l)| l.base > foot)
        .collect();
    tail.reverse();
    head.into_iter().chain(tail)
}

fn key(sheet: &Sheet, line: &Printed) -> Key {
    let mut shape = String::with_capacity(line.text.len());
    for c in line.text.chars().filter(|c| !c.is_whitespace()) {
        match c.is_ascii_digit() {
            true if shape.ends_with('0') => {}
            true => shape.push('0'),
            false => shape.push(c),
        }
    }
    // A whole number of points that is near enough.
    #[expect(clippy::cast_possible_truncation, reason = "saturates, and pages are small")]
    let at = (line.base / 3.0) as i32;
    #[expect(clippy::cast_possible_truncation, reason = "saturates, and pages are small")]
    let width = (sheet.width / 10.0) as i32;
    Key { shape, at, width }
}

/// Whether a line is the number of its page: `— 3 —`, `3`, `第3页 共5页`, `3/5`.
fn is_page_number(sheet: &Sheet, at: usize, line: &Printed) -> bool {
    let mut digits = 0;
    let mut others = 0;
    for c in line.text.chars().filter(|c| !c.is_whitespace()) {
        match c {
            '0'..='9' | '０'..='９' => digits += 1,
            '-' | '—' | '–' | '－' | '―' | '─' | '·' | '/' | '第' | '页' | '共' | '，' | ',' =>
            {
                others += 1;
            }
            _ => return false,
        }
    }
    let outer = line.base > 0.88 * sheet.height || line.base < 0.08 * sheet.height;
    if digits == 0 || digits > 8 || !outer {
        return false;
    }
    // A bare number next to the text may belong to it.
    let beside = |at: Option<usize>| match at.and_then(|at| sheet.blocks.get(at)) {
        Some(Block::Line(other)) => (line.base - other.base).abs() < 1.6 * other.size,
        _ => false,
    };
    let edge = at == 0 || at + 1 == sheet.blocks.len();
    edge && (others > 0 || !beside(at.checked_sub(1)) && !beside(Some(at + 1)))
}
