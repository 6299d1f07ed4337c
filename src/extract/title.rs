//! Where titles stand: pairs of 《》 and of the signs used in their place.
//!
//! Printed texts nest titles in single brackets, mix the two sorts, lose one half of a pair and
//! break titles over lines. Invariant: the titles come in the order of the text and do not overlap;
//! every one has something between its brackets. The citation extractor depends on this.

use crate::knowledge::citations::{CitationRules, closes, opens};
use crate::knowledge::marks::marks;
use crate::model::Span;

/// Longest title, in bytes: about 130 characters.
const LONGEST: usize = 400;
/// Line breaks tolerated inside a title.
const MOST_BREAKS: usize = 3;

/// A bracketed title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    /// With its brackets, as far as they are printed.
    pub outer: Span,
    /// Between them.
    pub inner: Span,
    /// Titles inside this one, in order.
    pub nested: Vec<Title>,
    /// Both brackets are printed.
    pub whole: bool,
}

/// An opening bracket whose partner has not come yet.
struct Open {
    at: usize,
    width: usize,
    double: bool,
    nested: Vec<Title>,
}

struct Scan<'a> {
    text: &'a str,
    rules: &'a CitationRules,
    stack: Vec<Open>,
    found: Vec<Title>,
}

/// A bracket of the text: where, how wide in bytes, whether it opens, whether it is double.
#[derive(Clone, Copy)]
struct Bracket {
    at: usize,
    width: usize,
    opening: bool,
    double: bool,
}

/// All titles of `text`.
pub fn titles(text: &str, rules: &CitationRules) -> Vec<Title> {
    let brackets: Vec<_> = marks(text).filter_map(|(at, c)| bracket(at, c)).collect();
    let mut scan = Scan { text, rules, stack: Vec::new(), found: Vec::new() };
    let mut last = 0;
    for (i, &b) in brackets.iter().enumerate() {
        if let Some(bottom) = scan.stack.first()
            && (b.at - bottom.at > LONGEST || interrupts(&text[last..b.at], text, bottom.at, b.at))
        {
            scan.give_up(b.at);
        }
        last = b.at;
        if b.opening {
            scan.stack.push(Open { at: b.at, width: b.width, double: b.double, nested: vec![] });
        } else {
            scan.close(b, brackets.get(i + 1).copied());
        }
    }
    scan.give_up(text.len());
    scan.found
}

fn bracket(at: usize, c: char) -> Option<Bracket> {
    let width = c.len_utf8();
    opens(c)
        .map(|double| Bracket { at, width, opening: true, double })
        .or_else(|| closes(c).map(|double| Bracket { at, width, opening: false, double }))
}

/// Whether a title cannot reach over `gap`: a full stop, or too many lines since it opened.
fn interrupts(gap: &str, text: &str, from: usize, to: usize) -> bool {
    gap.contains(['。', '！', '？'])
        || (gap.contains('\n') && text[from..to].matches('\n').count() > MOST_BREAKS)
}

impl Scan<'_> {
    /// A closing bracket; `next` tells how to read one that fits badly.
    fn close(&mut self, b: Bracket, next: Option<Bracket>) {
        let more = next.is_some_and(|n| {
            !n.opening && n.at - b.at < LONGEST && !self.text[b.at..n.at].contains(['。', '\n'])
        });
        match (self.stack.last().map(|o| o.double), b.double) {
            (None, true) => self.without_opening(b),
            (None, false) => {}
            // `《…>50%…》`: a single sign inside a double pair closes nothing.
            (Some(true), false) if more || b.width == 1 => {}
            // `《甲〈乙》`: one bracket for two, unless another one still comes.
            (Some(false), true) if self.stack.len() > 1 && !more => {
                self.pop(b, false);
                self.pop(b, true);
            }
            _ => self.pop(b, true),
        }
    }

    /// Closes the innermost title; it is whole if the bracket is its own.
    fn pop(&mut self, b: Bracket, whole: bool) {
        let Some(open) = self.stack.pop() else { return };
        let inner = trimmed(self.text, Span::new(open.at + open.width, b.at));
        let end = if whole { b.at + b.width } else { inner.end };
        let outer = Span::new(open.at, end);
        let title = Title { outer, inner, nested: open.nested, whole };
        let plausible = open.double || b.double || !self.stack.is_empty() || self.reads(&title);
        if plausible
            && self.text[title.inner.start..title.inner.end].contains(char::is_alphanumeric)
        {
            self.keep(title);
        }
    }

    /// Whether what stands between single brackets of their own is a title and no formula or tag.
    fn reads(&self, title: &Title) -> bool {
        let text = &self.text[title.inner.start..title.inner.end];
        let text = text.trim_matches(|c| opens(c).or_else(|| closes(c)).is_some());
        text.chars().filter(|c| !c.is_ascii()).count() >= 3
            && self.rules.titles.normative(text).is_some()
    }

    fn keep(&mut self, title: Title) {
        match self.stack.last_mut() {
            Some(open) => open.nested.push(title),
            // `<<甲>>` and `《〈甲〉》` are one title in two pairs of brackets.
            None => match title.nested.first() {
                Some(only) if title.inner == only.outer => {
                    let only = only.clone();
                    self.found.push(Title { outer: title.outer, ..only });
                }
                _ => self.found.push(title),
            },
        }
    }

    /// No partner can come any more before `end`: titles inside stand for themselves, and an
    /// opening bracket without partner has its title as far as the words read like one.
    fn give_up(&mut self, end: usize) {
        let first = self.found.len();
        for open in std::mem::take(&mut self.stack) {
            let from = open.at + open.width;
            let until = open.nested.first().map_or(end, |n| n.outer.start);
            let until = self.text[from..until]
                .find(['。', '；', '！', '？', '\n'])
                .map_or(until, |i| from + i);
            if open.double
                && until - from <= LONGEST
                && let Some(length) = self.rules.titles.first_ending(&self.text[from..until])
            {
                let inner = trimmed(self.text, Span::new(from, from + length));
                let outer = Span::new(open.at, inner.end);
                if !inner.is_empty() {
                    self.found.push(Title { outer, inner, nested: vec![], whole: false });
                }
            }
            self.found.extend(open.nested);
        }
        self.found[first..].sort_by_key(|t| t.outer.start);
    }

    /// `贯彻〈甲〉任务分工方案》已经同意`: the title begins with its clause.
    fn without_opening(&mut self, b: Bracket) {
        let reach = b.at.saturating_sub(LONGEST);
        let mut near = self.found.iter().rev().take_while(|t| t.outer.end > reach);
        let floor = near.find(|t| !t.inner_single(self.text)).map_or(reach, |t| t.outer.end);
        let floor = (floor..=b.at).find(|&i| self.text.is_char_boundary(i)).unwrap_or(b.at);
        let stops = |c: char| "。；，：！？\n,;:“”（）()".contains(c);
        let clause = match self.text[floor..b.at].rfind(stops) {
            Some(i) => floor + i + self.text[floor + i..].chars().next().map_or(0, char::len_utf8),
            None => floor,
        };
        let first = self.found.partition_point(|t| t.outer.end <= clause);
        let nested = self.found.split_off(first.min(self.found.len()));
        // A clause may begin inside a title that has a comma.
        let mut start = nested.first().map_or(clause, |n| clause.min(n.outer.start));
        if nested.is_empty() {
            // Verbs that govern the title are not part of it: `现将青澜市方案》印发`.
            if let Some((range, _)) = self.rules.verbs(&self.text[clause..b.at]).next()
                && range.start <= "现".len()
            {
                start = clause + range.end;
            }
        }
        let inner = trimmed(self.text, Span::new(start, b.at));
        let text = &self.text[inner.start..inner.end];
        if self.rules.titles.normative(text).is_some() && text.chars().count() > 3 {
            let outer = Span::new(inner.start, b.at + b.width);
            self.found.push(Title { outer, inner, nested, whole: false });
        } else {
            self.found.extend(nested);
        }
    }
}

impl Title {
    /// Whether its own brackets are single ones.
    fn inner_single(&self, text: &str) -> bool {
        text[self.outer.start..].chars().next().and_then(opens) == Some(false)
    }
}

fn trimmed(text: &str, span: Span) -> Span {
    let slice = &text[span.start..span.end.max(span.start)];
    let start = span.start + (slice.len() - slice.trim_start().len());
    Span::new(start, (start + slice.trim().len()).max(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<&str> {
        let rules = CitationRules::embedded();
        titles(text, &rules).iter().map(|t| &text[t.inner.start..t.inner.end]).collect()
    }

    #[test]
    fn pairs_nest_in_any_sign() {
        assert_eq!(
            read("落实《甲意见》《乙方案》和《 丙办法 》。"),
            ["甲意见", "乙方案", "丙办法"]
        );
        for (a, b) in [("〈", "〉"), ("<", ">"), ("‹", "›"), ("﹤", "﹥"), ("《", "》")] {
            let text = format!("《关于印发{a}青湖办法{b}的通知》（青政发〔2024〕1号）");
            let rules = CitationRules::embedded();
            let found = titles(&text, &rules);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].nested.len(), 1, "{text}");
            assert!(found[0].whole);
        }
    }

    #[test]
    fn a_missing_bracket_is_made_up_for() {
        assert_eq!(
            read("按照《青湖保护条例要求，做好《青湖保护规划》。"),
            ["青湖保护条例", "青湖保护规划"]
        );
        assert_eq!(
            read("落实《青湖保护条例、《青湖保护规划》。"),
            ["青湖保护条例", "青湖保护规划"]
        );
        assert_eq!(
            read("落实〈青湖保护条例〉任务分工方案》已经市政府同意"),
            ["落实〈青湖保护条例〉任务分工方案"]
        );
        assert_eq!(read("现将青澜市校车管理办法》印发给你们"), ["青澜市校车管理办法"]);
        assert_eq!(
            read("《关于印发〈青湖保护规划的通知》，要求"),
            ["关于印发〈青湖保护规划的通知"]
        );
        assert_eq!(read("《青湖保护规划〉已经同意"), ["青湖保护规划"]);
    }

    #[test]
    fn a_title_may_be_broken_over_lines() {
        assert_eq!(read("落实《青湖保\n护条例》精神"), ["青湖保\n护条例"]);
        assert_eq!(read("关于印发<青湖保护办法>的通知"), ["青湖保护办法"]);
        assert_eq!(read("<p>若 a<b 且 c>d 则</p>"), Vec::<&str>::new());
        assert_eq!(read("<<青湖保护办法>>"), ["青湖保护办法"]);
    }

    #[test]
    fn odd_input_gives_no_panic() {
        for text in
            ["《》", "》", "《", "〉》《〈", "《《《", "》》》》", "《a》》b", "<<>>", "《〈》〉"]
        {
            read(text);
        }
    }
}
