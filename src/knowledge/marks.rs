//! What a text is taken apart by: stops, brackets, digits, white space.
//!
//! Nearly all of a text is ideographs, and none of these is one; an ideograph is told by its first byte, so that
//! looking for marks costs a step a character and no decoding.

/// The characters of `text` that are no ideographs (U+4000 to U+9FFF), each with its place in bytes.
pub fn marks(text: &str) -> Marks<'_> {
    Marks { text, at: 0 }
}

/// See [`marks`].
#[derive(Clone)]
pub struct Marks<'t> {
    text: &'t str,
    at: usize,
}

impl Iterator for Marks<'_> {
    type Item = (usize, char);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        while let Some(0xe4..=0xe9) = self.text.as_bytes().get(self.at) {
            self.at += '一'.len_utf8();
        }
        let c = self.text[self.at..].chars().next()?;
        let at = self.at;
        self.at += c.len_utf8();
        Some((at, c))
    }
}

/// `text` without white space; it is copied only where it has some.
pub fn without_space(text: &str) -> std::borrow::Cow<'_, str> {
    match marks(text).any(|(_, c)| c.is_whitespace()) {
        true => text.chars().filter(|c| !c.is_whitespace()).collect(),
        false => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    #[test]
    fn marks_are_all_but_ideographs() {
        let text = "一㐀龥、a\u{a000}（\u{3fff}\u{4000}\u{20000}。";
        let all = text.char_indices().filter(|(_, c)| !matches!(c, '\u{4000}'..='\u{9fff}'));
        assert!(marks(text).eq(all));
        assert_eq!(marks("").next(), None);
    }

    #[test]
    fn space_is_taken_out_only_where_there_is_some() {
        assert!(matches!(without_space("市教育局"), Cow::Borrowed("市教育局")));
        assert_eq!(without_space("市 教\u{3000}育局"), "市教育局");
    }
}
