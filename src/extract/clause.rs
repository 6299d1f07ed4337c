//! Sentences and clauses of running text, shared by the extractors.
//!
//! Invariant: the clauses of a span are in order, do not overlap, hold no white space at their
//! ends, and each lies inside its sentence. Commas inside brackets and quotation marks do not
//! end a clause; a bracket that is never closed ends with its sentence.

use crate::knowledge::marks::marks;
use crate::model::Span;

/// A stretch between two commas (or stronger stops).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Without its stop.
    pub span: Span,
    /// The sentence it stands in, its stop included.
    pub sentence: Span,
    /// Which part of the sentence, counted between semicolons.
    pub part: usize,
}

/// Brackets inside brackets that are kept apart; what is nested deeper is no prose.
const DEEPEST: usize = 16;

fn opens(c: char) -> Option<char> {
    Some(match c {
        '（' | '(' => '）',
        '〔' | '[' | '［' | '【' => '】',
        '《' => '》',
        '“' => '”',
        '「' => '」',
        _ => return None,
    })
}

fn closes(c: char) -> Option<char> {
    Some(match c {
        '）' | ')' => '）',
        '〕' | ']' | '］' | '】' => '】',
        '》' | '”' | '」' => c,
        _ => return None,
    })
}

/// The sentences of `within`: up to 。！？ or a line break.
pub fn sentences(text: &str, within: Span) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = within.start;
    for (offset, c) in marks(&text[within.start..within.end]) {
        let at = within.start + offset;
        if matches!(c, '。' | '！' | '？' | '\n') {
            let end = if c == '\n' { at } else { at + c.len_utf8() };
            found.extend(trimmed(text, Span::new(start, end)));
            start = at + c.len_utf8();
        }
    }
    found.extend(trimmed(text, Span::new(start, within.end)));
    found
}

/// The clauses of `within`, sentence by sentence.
pub fn clauses(text: &str, within: Span) -> Vec<Clause> {
    let mut found = Vec::new();
    for sentence in sentences(text, within) {
        split(text, sentence, &mut found);
    }
    found
}

fn split(text: &str, sentence: Span, found: &mut Vec<Clause>) {
    let mut open: Vec<char> = Vec::new();
    let (mut start, mut part) = (sentence.start, 0);
    let bytes = &text.as_bytes()[sentence.start..sentence.end];
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    for (offset, c) in marks(&text[sentence.start..sentence.end]) {
        let at = sentence.start + offset;
        if let Some(close) = opens(c) {
            if open.len() < DEEPEST {
                open.push(close);
            }
        } else if let Some(close) = closes(c)
            && let Some(depth) = open.iter().rposition(|&o| o == close)
        {
            open.truncate(depth);
        }
        let digits = || offset > 0 && digit(offset - 1) && digit(offset + c.len_utf8());
        let stop = match c {
            '；' | ';' | '。' | '！' | '？' => true,
            '，' => true,
            ',' | ':' | '：' => !digits(),
            _ => false,
        };
        if stop && open.is_empty() {
            push(text, Span::new(start, at), sentence, part, found);
            start = at + c.len_utf8();
            part += usize::from(matches!(c, '；' | ';'));
        }
    }
    push(text, Span::new(start, sentence.end), sentence, part, found);
}

fn push(text: &str, span: Span, sentence: Span, part: usize, found: &mut Vec<Clause>) {
    if let Some(span) = trimmed(text, span) {
        found.push(Clause { span, sentence, part });
    }
}

/// `span` without white space at its ends; none where nothing is left.
fn trimmed(text: &str, span: Span) -> Option<Span> {
    let inner = &text[span.start..span.end];
    let start = span.start + inner.len() - inner.trim_start().len();
    let end = start + inner.trim().len();
    (start < end).then_some(Span::new(start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<&str> {
        clauses(text, Span::new(0, text.len()))
            .iter()
            .map(|c| &text[c.span.start..c.span.end])
            .collect()
    }

    #[test]
    fn commas_inside_brackets_do_not_split() {
        assert_eq!(
            of("新建学校3所（含初中，高中），改造1,200间；“甲，乙”并进。丁"),
            ["新建学校3所（含初中，高中）", "改造1,200间", "“甲，乙”并进", "丁"]
        );
    }

    #[test]
    fn an_unclosed_bracket_ends_with_its_sentence() {
        assert_eq!(of("甲（乙，丙。丁，戊"), ["甲（乙，丙。", "丁", "戊"]);
    }

    #[test]
    fn parts_are_counted_between_semicolons() {
        let text = "甲，乙；丙。丁";
        let parts: Vec<_> =
            clauses(text, Span::new(0, text.len())).iter().map(|c| c.part).collect();
        assert_eq!(parts, [0, 0, 1, 0]);
    }
}
