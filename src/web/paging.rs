//! Long lists in pages, and links that keep the rest of the question.

use std::ops::Range;

/// One page of a list.
pub(super) struct Paging {
    /// From 1.
    pub(super) page: usize,
    pub(super) pages: usize,
    pub(super) total: usize,
    first: usize,
    /// The question without its page, ready for `page=`: `q=…&`.
    question: String,
}

impl Paging {
    /// The page asked for, or the nearest there is. `question` are the other parameters of the address.
    pub(super) fn new(total: usize, size: usize, page: usize, question: &[(&str, &str)]) -> Self {
        let pages = total.div_ceil(size).max(1);
        let page = page.clamp(1, pages);
        let question = question
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}&", encode(value)))
            .collect();
        Self { page, pages, total, first: (page - 1) * size, question }
    }

    /// What of the list is on the page.
    pub(super) fn cut<T>(&self, list: Vec<T>, size: usize) -> Vec<T> {
        list.into_iter().skip(self.first).take(size).collect()
    }

    /// Which part of the list is on the page.
    pub(super) fn part(&self, size: usize) -> Range<usize> {
        self.first..(self.first + size).min(self.total)
    }

    /// The address of another page.
    pub(super) fn at(&self, page: &usize) -> String {
        format!("?{}page={page}", self.question)
    }
}

/// A value for the query part of an address, percent-encoded (RFC 3986).
pub(super) fn encode(value: &str) -> String {
    value.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_stay_within_the_list() {
        let paging = Paging::new(25, 10, 9, &[("q", "教育 a&b"), ("place", "")]);
        assert_eq!((paging.page, paging.pages), (3, 3));
        assert_eq!(paging.cut((0..25).collect(), 10), [20, 21, 22, 23, 24]);
        assert_eq!(paging.part(10), 20..25);
        assert_eq!(paging.at(&2), "?q=%E6%95%99%E8%82%B2%20a%26b&page=2");
        assert_eq!(Paging::new(0, 10, 0, &[]).pages, 1);
    }
}
