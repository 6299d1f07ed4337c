//! The properties of what is open: of a paragraph and its mark, a run, a row, a cell, a control.

use super::tables::WIDEST_SPAN;
use super::{Body, Kind, Op, Open, Tag};

impl Body {
    /// A property of what is open.
    pub(super) fn property(&mut self, tag: &Tag<'_>) -> Open {
        let of = self.properties.last().copied().unwrap_or_default();
        let paragraph = self.paragraphs.last_mut();
        match (of, tag.name) {
            // What it was before a change.
            (_, "pPrChange" | "rPrChange" | "trPrChange" | "tcPrChange" | "sectPr") => {
                return self.skip();
            }
            ("pPr", "rPr") => self.properties.push("mark"),
            ("pPr", "pStyle") => {
                if let Some(p) = paragraph {
                    p.style = tag.attribute("val");
                    p.hidden = self.styles.hidden(p.style.as_deref()).unwrap_or(false);
                }
            }
            ("pPr", "numId") => {
                if let Some(p) = paragraph {
                    p.listed.num = tag.number("val");
                }
            }
            ("pPr", "ilvl") => {
                if let Some(p) = paragraph {
                    p.listed.level = tag.number("val");
                }
            }
            ("mark", "del" | "moveFrom") => {
                if let Some(p) = paragraph {
                    p.goes_on = true;
                }
            }
            ("mark", "vanish") => {
                if let Some(p) = paragraph {
                    p.mark_hidden = tag.is_on();
                }
            }
            ("rPr", "vanish") => self.run_hidden = tag.is_on(),
            ("rPr", "rStyle") => {
                let style = tag.attribute("val");
                if let Some(hidden) = style.and_then(|s| self.styles.hidden(Some(&s))) {
                    self.run_hidden = hidden;
                }
            }
            ("trPr", "del" | "hidden") => {
                if let Some(table) = self.tables.last_mut() {
                    table.dropped |= tag.is_on();
                }
            }
            ("trPr", "gridBefore") => {
                let wide = tag.number("val").unwrap_or(1).clamp(1, WIDEST_SPAN);
                if let Some(table) = self.tables.last_mut() {
                    table.row.1 += wide;
                    self.ops.extend([Op::Open(Kind::Cell, (1, wide)), Op::Close]);
                }
            }
            ("tcPr", "gridSpan") => {
                if let Some(table) = self.tables.last_mut() {
                    table.cell.wide = tag.number("val").unwrap_or(1).clamp(1, WIDEST_SPAN);
                }
            }
            ("tcPr", "vMerge") => {
                let goes_on = tag.attribute("val").is_none_or(|v| v == "continue");
                if let Some(table) = self.tables.last_mut() {
                    table.cell.goes_on = goes_on;
                }
            }
            // What stands in the control is but a prompt.
            ("sdtPr", "showingPlcHdr") if tag.is_on() => {
                // The control is the parent of its properties.
                self.skipped = Some(self.depth.saturating_sub(2).max(1));
                self.properties.pop();
            }
            _ => {}
        }
        Open::Other
    }
}
