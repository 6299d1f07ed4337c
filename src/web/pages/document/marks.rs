//! Words and sentences marked in a line of text, properly nested however they overlap.

use std::collections::VecDeque;

use super::text::{Span, Text};

/// What is marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) span: Span,
    pub(super) sort: Sort,
}

/// Sorts of marks, from the outside in where they cover the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// A sentence, bracket or cell that proves something.
    Evidence,
    /// The heading of an item.
    Heading,
    /// Words that say a fact: its class, and its number on the page.
    Words { class: &'static str, fact: usize },
}

/// A piece of a line, to be written one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// Text that leads to a fact.
    Link(usize, String),
    /// The place that an item begins at.
    Anchor(String),
    /// The beginning of a mark: its classes and, where it is the first part of the mark, its name.
    Open(String, Option<String>),
    Close,
}

/// The name of the place of a span.
pub(super) fn name(sort: &Sort, (start, end): Span) -> Option<String> {
    match sort {
        Sort::Evidence => Some(format!("span/{start}-{end}")),
        Sort::Heading => None,
        Sort::Words { .. } => Some(format!("w{start}-{end}")),
    }
}

/// The pieces of a line. `marks` are those that reach into it, `anchors` the places in it that have names; both in
/// the order of the text.
pub(super) fn pieces(
    text: &Text,
    line: Span,
    marks: &[&Mark],
    anchors: &[(usize, &str)],
) -> Vec<Piece> {
    let mut left: VecDeque<(Span, &Mark)> = marks
        .iter()
        .map(|mark| ((mark.span.0.max(line.0), mark.span.1.min(line.1)), *mark))
        .filter(|((start, end), _)| start < end)
        .collect();
    left.make_contiguous().sort_by(|a, b| order(a).cmp(&order(b)));
    let mut writer = Writer {
        text,
        at: line.0,
        anchors: anchors.iter().copied().collect(),
        open: Vec::new(),
        pieces: Vec::new(),
    };
    while let Some((span, mark)) = left.pop_front() {
        writer.close_until(span.0);
        // What reaches beyond the mark around it is parted there.
        let within = writer.open.iter().map(|&(end, _)| end).min().unwrap_or(line.1);
        if within < span.1 {
            let rest = ((within, span.1), mark);
            let place = left.partition_point(|other| order(other) < order(&rest));
            left.insert(place, rest);
        }
        writer.write_until(span.0);
        // The place of words is named once, whatever they state.
        let named = writer
            .open
            .iter()
            .any(|(_, other)| other.span == mark.span && matches!(other.sort, Sort::Words { .. }));
        let first = span.0 == mark.span.0 && !named;
        let name = first.then(|| name(&mark.sort, mark.span)).flatten();
        let class = match mark.sort {
            Sort::Evidence => "e".to_owned(),
            Sort::Heading => "h".to_owned(),
            Sort::Words { class, .. } => format!("m {class}"),
        };
        writer.pieces.push(Piece::Open(class, name));
        writer.open.push((span.1.min(within), mark));
    }
    writer.close_until(usize::MAX);
    writer.write_until(line.1);
    writer.pieces
}

type Order<'m> = (usize, std::cmp::Reverse<usize>, &'m Sort);

fn order<'m>(&((start, end), mark): &(Span, &'m Mark)) -> Order<'m> {
    (start, std::cmp::Reverse(end), &mark.sort)
}

struct Writer<'m> {
    text: &'m Text,
    at: usize,
    anchors: VecDeque<(usize, &'m str)>,
    /// Where the marks that are open end, from the outside in.
    open: Vec<(usize, &'m Mark)>,
    pieces: Vec<Piece>,
}

impl Writer<'_> {
    fn close_until(&mut self, to: usize) {
        while let Some(&(end, _)) = self.open.last().filter(|&&(end, _)| end <= to) {
            self.write_before(end);
            self.open.pop();
            self.pieces.push(Piece::Close);
        }
    }

    /// Writes what stands before `to`.
    fn write_before(&mut self, to: usize) {
        while let Some(&(place, name)) = self.anchors.front().filter(|&&(place, _)| place < to) {
            self.anchor(place, name);
        }
        self.write_plain(to);
    }

    /// The same, and names the places that are at `to`.
    fn write_until(&mut self, to: usize) {
        self.write_before(to);
        while let Some(&(place, name)) = self.anchors.front().filter(|&&(place, _)| place <= to) {
            self.anchor(place, name);
        }
    }

    fn anchor(&mut self, place: usize, name: &str) {
        self.write_plain(place);
        self.pieces.push(Piece::Anchor(name.to_owned()));
        self.anchors.pop_front();
    }

    fn write_plain(&mut self, to: usize) {
        if to <= self.at {
            return;
        }
        let text = self.text.slice((self.at, to));
        self.at = to;
        // The innermost words lead to their fact.
        let fact = self.open.iter().rev().find_map(|(_, mark)| match mark.sort {
            Sort::Words { fact, .. } => Some(fact),
            _ => None,
        });
        self.pieces.push(match fact {
            Some(fact) => Piece::Link(fact, text),
            None => Piece::Text(text),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(start: usize, end: usize, sort: Sort) -> Mark {
        Mark { span: (start, end), sort }
    }

    fn words(class: &'static str, fact: usize) -> Sort {
        Sort::Words { class, fact }
    }

    /// The pieces as one would read them in a page.
    fn shown(pieces: &[Piece]) -> String {
        let show = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Link(fact, text) => format!("{text}→{fact}"),
            Piece::Anchor(name) => format!("#{name} "),
            Piece::Open(class, Some(name)) => format!("<{class} {name}:"),
            Piece::Open(class, None) => format!("<{class}:"),
            Piece::Close => ">".to_owned(),
        };
        pieces.iter().map(show).collect()
    }

    #[test]
    fn marks_that_overlap_are_nested() {
        let text = Text::new("甲乙丙丁戊\n己");
        let marks = [
            mark(0, 4, Sort::Evidence),
            mark(1, 3, words("target", 1)),
            mark(2, 5, words("deadline", 2)),
        ];
        let pieces = pieces(
            &text,
            (0, 6),
            &marks.iter().collect::<Vec<_>>(),
            &[(0, "task/1"), (4, "task/2")],
        );
        assert_eq!(
            shown(&pieces),
            "#task/1 <e span/0-4:甲<m target w1-3:乙→1<m deadline w2-5:丙→2>><m deadline:丁→2>>\
             #task/2 <m deadline:戊→2>\n"
        );
    }

    #[test]
    fn the_text_is_whole_and_marks_are_closed_whatever_they_cover() {
        let text = Text::new("甲乙丙丁戊己庚辛壬癸\n");
        for seed in 0..2000_usize {
            let at = |n: usize| seed.wrapping_mul(2_654_435_761).rotate_right(7 * n as u32) % 11;
            let marks: Vec<Mark> =
                (0..4).map(|n| mark(at(n), at(n) + at(n + 4), words("lead", n))).collect();
            let pieces = pieces(&text, (0, 11), &marks.iter().collect::<Vec<_>>(), &[]);
            let (mut said, mut depth) = (String::new(), 0_usize);
            for piece in &pieces {
                match piece {
                    Piece::Text(text) | Piece::Link(_, text) => said += text,
                    Piece::Open(..) => depth += 1,
                    Piece::Close => depth = depth.checked_sub(1).unwrap(),
                    Piece::Anchor(_) => {}
                }
            }
            assert_eq!((said.as_str(), depth), ("甲乙丙丁戊己庚辛壬癸\n", 0), "{marks:?}");
        }
    }
}
