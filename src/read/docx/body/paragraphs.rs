//! What stands in paragraphs, and how each is written when it ends.

use super::super::styles::Listed;
use super::{Body, Kind, Op, Tag};

/// A paragraph that is being read.
#[derive(Default)]
pub(super) struct Paragraph {
    pub(super) style: Option<String>,
    pub(super) listed: Listed,
    /// Hidden as its style says.
    pub(super) hidden: bool,
    /// The hidden mark at its end: with no text in it, nothing of it is printed.
    pub(super) mark_hidden: bool,
    /// Tracked changes took its end out: it goes on in the next.
    pub(super) goes_on: bool,
    pub(super) pieces: Vec<Op>,
    pub(super) before: Vec<Op>,
    pub(super) after: Vec<Op>,
}

impl Paragraph {
    pub(super) fn has_text(&self) -> bool {
        self.pieces.iter().any(|op| matches!(op, Op::Text(t) if !t.trim().is_empty()))
    }
}

impl Body {
    pub(super) fn is_hidden(&self) -> bool {
        self.run_hidden || self.fields.contains(&true)
    }

    pub(super) fn write(&mut self, text: &str) {
        let Some(preserve) = self.text else { return };
        if self.skipped.is_some() || self.run_marks {
            return;
        }
        let text = if preserve { text } else { text.trim_matches([' ', '\t', '\r', '\n']) };
        self.piece(Op::Text(text.to_owned()));
    }

    pub(super) fn piece(&mut self, piece: Op) {
        if !self.is_hidden()
            && let Some(paragraph) = self.paragraphs.last_mut()
        {
            paragraph.pieces.push(piece);
        }
    }

    /// Writes a paragraph, its number first.
    pub(super) fn finish(&mut self, mut paragraph: Paragraph) {
        self.ops.append(&mut paragraph.before);
        let shown = paragraph.has_text() || !(paragraph.mark_hidden || paragraph.hidden);
        self.ops.push(Op::Open(Kind::Block, (1, 1)));
        if shown {
            let style = paragraph.style.as_deref();
            let told = self.styles.listed(style);
            let listed = Listed {
                num: paragraph.listed.num.or(told.num),
                level: paragraph.listed.level.or(told.level),
            };
            self.ops.extend(self.lists.next(listed, style, &self.styles).map(Op::Text));
        }
        self.ops.append(&mut paragraph.pieces);
        self.ops.push(Op::Close);
        self.ops.append(&mut paragraph.after);
    }
}

/// A character of a font of symbols. Boxes to tick are text; other symbols are marks, which no font names.
pub(super) fn symbol(tag: &Tag<'_>) -> Option<char> {
    let code = u32::from_str_radix(&tag.attribute("char")?, 16).ok()?;
    let font = tag.attribute("font").unwrap_or_default();
    match (font.as_str(), code & 0xff) {
        ("Wingdings", 0x6f | 0xa8) | ("Wingdings 2", 0x2a | 0xa3) => Some('□'),
        ("Wingdings", 0xfe | 0xfc) | ("Wingdings 2", 0x50 | 0x52) => Some('☑'),
        _ => char::from_u32(code)
            .filter(|c| !matches!(c, '\u{e000}'..='\u{f8ff}') && !c.is_control()),
    }
}
