//! The lines of a text without the blank ones.

use crate::model::{Span, Text};

/// A line that is not blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Without the white space around it.
    pub span: Span,
    /// Whether a blank line stands before it.
    pub after_blank: bool,
}

/// The lines of `text` that are not blank.
pub fn lines(text: &Text) -> Vec<Line> {
    let mut after_blank = false;
    let mut out = Vec::new();
    for span in text.lines() {
        let span = trim(text, span);
        if span.is_empty() {
            after_blank = true;
        } else {
            out.push(Line { span, after_blank });
            after_blank = false;
        }
    }
    out
}

/// `span` without the white space at its ends.
pub fn trim(text: &Text, span: Span) -> Span {
    let s = text.slice(span);
    let start = span.start + (s.len() - s.trim_start().len());
    Span::new(start, start + s.trim().len())
}
