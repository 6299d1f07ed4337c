//! The places in a text that prove claims, with a little of the text around them.

use std::collections::HashMap;

use crate::store::QueryError;
use crate::web::site::Site;

/// Code points shown before and after a quote.
const AROUND: usize = 40;

const EVIDENCE: &str = include_str!("../../queries/evidence.rq");

/// A quote in its context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) before: String,
    pub(super) quote: String,
    pub(super) after: String,
    /// First code point of the quote in the version's text.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// All evidence of one version.
pub(super) struct Evidence {
    text: String,
    /// Byte offset of each code point, and of the end.
    offsets: Vec<usize>,
    places: HashMap<String, (usize, usize)>,
}

impl Evidence {
    /// Reads where the evidence of a version's graph stands in its text.
    pub(super) fn of(site: &Site, graph: &str, text: String) -> Result<Self, QueryError> {
        let rows = site.rows(EVIDENCE, &[("graph", graph)])?;
        let places = rows
            .iter()
            .map(|row| (row.text("evidence"), (row.number("start"), row.number("end"))))
            .collect();
        Ok(Self::new(text, places))
    }

    fn new(text: String, places: HashMap<String, (usize, usize)>) -> Self {
        let mut offsets: Vec<usize> = text.char_indices().map(|(offset, _)| offset).collect();
        offsets.push(text.len());
        Self { text, offsets, places }
    }

    /// The quote that an evidence IRI stands for.
    pub(super) fn excerpt(&self, iri: &str) -> Option<Excerpt> {
        let &(start, end) = self.places.get(iri)?;
        Some(Excerpt {
            before: self.before(start),
            quote: self.slice(start, end).trim().to_owned(),
            after: self.after(end),
            start,
            end,
        })
    }

    /// Up to [`AROUND`] code points before, from the line's beginning on.
    fn before(&self, start: usize) -> String {
        let context = self.slice(start.saturating_sub(AROUND), start);
        match context.rsplit_once('\n') {
            Some((_, line)) => line.to_owned(),
            None if start > AROUND => format!("…{context}"),
            None => context.to_owned(),
        }
    }

    fn after(&self, end: usize) -> String {
        let context = self.slice(end, end + AROUND);
        match context.split_once('\n') {
            Some((line, _)) => line.to_owned(),
            None if end + AROUND < self.offsets.len() - 1 => format!("{context}…"),
            None => context.to_owned(),
        }
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        let last = self.offsets.len() - 1;
        let (start, end) = (self.offsets[start.min(last)], self.offsets[end.min(last)]);
        self.text.get(start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_keeps_to_its_line() {
        let places = HashMap::from([("e".to_owned(), (5, 8)), ("wild".to_owned(), (90, 99))]);
        let evidence = Evidence::new("甲乙丙\n（牵头单位）。\n丁".to_owned(), places);
        let excerpt = evidence.excerpt("e").unwrap();
        assert_eq!(
            (&*excerpt.before, &*excerpt.quote, &*excerpt.after),
            ("（", "牵头单", "位）。")
        );
        assert_eq!(evidence.excerpt("wild").unwrap().quote, "");
        assert_eq!(evidence.excerpt("none"), None);
    }
}
