//! A version's text by code points, in which evidence counts.

/// The text of a version.
pub(super) struct Text(Vec<char>);

/// Code points from the first to before the last.
pub(super) type Span = (usize, usize);

impl Text {
    pub(super) fn new(text: &str) -> Self {
        Self(text.chars().collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn slice(&self, (start, end): Span) -> String {
        let end = end.min(self.0.len());
        self.0[start.min(end)..end].iter().collect()
    }

    /// The lines, each with the break at its end.
    pub(super) fn lines(&self) -> Vec<Span> {
        let mut lines = Vec::new();
        let mut start = 0;
        while start < self.0.len() {
            let rest = &self.0[start..];
            let length = rest.iter().position(|&c| c == '\n').map_or(rest.len(), |at| at + 1);
            lines.push((start, start + length));
            start += length;
        }
        lines
    }

    /// Where words first stand between two places, whatever blanks and line breaks are printed between their
    /// characters.
    pub(super) fn find(&self, words: &str, (from, to): Span) -> Option<Span> {
        let words: Vec<char> = words.chars().filter(|c| !c.is_whitespace()).collect();
        let to = to.min(self.0.len());
        (from..to).find_map(|start| Some((start, self.end_of(&words, start, to)?)))
    }

    /// Where words last stand there.
    pub(super) fn find_last(&self, words: &str, (from, to): Span) -> Option<Span> {
        let words: Vec<char> = words.chars().filter(|c| !c.is_whitespace()).collect();
        let to = to.min(self.0.len());
        (from..to).rev().find_map(|start| Some((start, self.end_of(&words, start, to)?)))
    }

    /// Where words that begin at `start` end, if they stand there.
    fn end_of(&self, words: &[char], start: usize, to: usize) -> Option<usize> {
        let (first, rest) = words.split_first()?;
        if self.0[start] != *first {
            return None;
        }
        let mut at = start + 1;
        for word in rest {
            while at < to && self.0[at].is_whitespace() {
                at += 1;
            }
            if at >= to || self.0[at] != *word {
                return None;
            }
            at += 1;
        }
        Some(at)
    }

    /// Where words that end at `end` begin, blanks between them and `end` left out of account.
    pub(super) fn before(&self, words: &str, end: usize) -> Option<usize> {
        let mut at = end.min(self.0.len());
        for word in words.chars().rev().filter(|c| !c.is_whitespace()) {
            while at > 0 && self.0[at - 1].is_whitespace() {
                at -= 1;
            }
            if at == 0 || self.0[at - 1] != word {
                return None;
            }
            at -= 1;
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_across_line_breaks() {
        let text = Text::new("一、总\n则\n市教 育局牵头，市教育局");
        assert_eq!(text.find("市教育局", (0, 99)), Some((6, 11)));
        assert_eq!(text.find_last("市教育局", (0, 99)), Some((14, 18)));
        assert_eq!(text.find("市教育局", (0, 9)), None);
        assert_eq!(text.find("总则", (0, 99)), Some((2, 5)));
        assert_eq!(text.before("一、", 2), Some(0));
        assert_eq!(text.before("则", 6), Some(4));
        assert_eq!(text.before("二、", 2), None);
        assert_eq!(text.lines(), [(0, 4), (4, 6), (6, 18)]);
        assert_eq!(text.slice((14, 99)), "市教育局");
        assert_eq!(text.find("", (0, 99)), None);
    }
}
