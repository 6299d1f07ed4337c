//! Characters as they are compared: NFKC (full-width forms become ASCII), lower case.

use unicode_normalization::UnicodeNormalization;

/// A folded character and the bytes of the text that it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) ch: char,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What a character is to a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Chinese: every character can begin or end a word.
    Han,
    /// A letter or digit of another script, which belongs together with its neighbours.
    Word,
    /// The end of a sentence or line, which no phrase goes across.
    Stop,
    /// Anything else: brackets, commas, spaces.
    Other,
}

impl Point {
    pub(super) fn class(self) -> Class {
        match self.ch {
            '。' | '!' | '?' | ';' | '\n' => Class::Stop,
            ch if is_han(ch) => Class::Han,
            ch if ch.is_alphanumeric() => Class::Word,
            _ => Class::Other,
        }
    }
}

/// Folds a text character by character, so that each result still knows its place.
pub(super) fn fold(text: &str) -> Vec<Point> {
    let mut points = Vec::with_capacity(text.len());
    for (start, ch) in text.char_indices() {
        let end = start + ch.len_utf8();
        let mut push = |ch| points.push(Point { ch, start, end });
        if ch.is_ascii() {
            push(ch.to_ascii_lowercase());
        } else if ('\u{4E00}'..='\u{9FFF}').contains(&ch) {
            push(ch);
        } else {
            std::iter::once(ch).nfkc().flat_map(char::to_lowercase).for_each(push);
        }
    }
    points
}

/// Ideographs of the Unicode blocks that hold them, and 〇, which is written as a digit.
fn is_han(ch: char) -> bool {
    matches!(ch,
        '〇' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{323AF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_and_cases_fall_together_and_keep_their_places() {
        let text = "５Ｇ基站ⅡA";
        let folded = fold(text);
        let word: String = folded.iter().map(|point| point.ch).collect();
        assert_eq!(word, "5g基站iia");
        assert_eq!(&text[folded[1].start..folded[1].end], "Ｇ");
        assert_eq!((folded[4].start, folded[5].start), (folded[5].start, folded[4].start));
    }

    #[test]
    fn classes() {
        let class = |text| fold(text)[0].class();
        assert_eq!(class("教"), Class::Han);
        assert_eq!(class("〇"), Class::Han);
        assert_eq!(class("Ａ"), Class::Word);
        assert_eq!(class("！"), Class::Stop);
        assert_eq!(class("（"), Class::Other);
    }
}
