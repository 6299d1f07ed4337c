//! Whether pages have a text: one that is a picture has none, and fonts may not tell what they print.
//!
//! Invariant: a text of which much is missing is never given as a whole one.

use super::super::ReadError;
use super::Page;

/// A page with fewer characters on a picture is a picture: a scanner may print its name on it.
const FEW: usize = 40;
/// A picture that covers this share of a page may be the page.
const COVERED: f32 = 0.5;
/// Letters drawn as outlines take so many paths.
const OUTLINES: usize = 400;
/// If this share of the characters cannot be told, or makes no sense, none can.
const ILLEGIBLE: f32 = 0.15;

/// The pages without text among `pages` of a file of this format, counted from 1.
///
/// # Errors
/// Where half of the pages that are not empty have no text, or their characters cannot be told.
pub(super) fn judge(pages: &[Page], format: &'static str) -> Result<Vec<usize>, ReadError> {
    let mut empty = 0;
    let mut without = Vec::new();
    let (mut seen, mut unknown) = (0, 0);
    for (page, number) in pages.iter().zip(1..) {
        let letters = || page.glyphs.iter().map(|g| g.c).filter(|c| !c.is_whitespace());
        let (all, odd) = (letters().count(), letters().filter(|&c| is_odd(c)).count());
        seen += all;
        unknown += odd;
        let picture = page.pictures > COVERED && all < FEW;
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let illegible = odd as f32 > ILLEGIBLE * all as f32;
        if picture || all == 0 && (page.pictures > 0.05 || page.paths > OUTLINES) || illegible {
            without.push(number);
        } else if all == 0 {
            empty += 1;
        }
    }
    let printed = pages.len() - empty;
    if without.len() * 2 < printed || without.is_empty() {
        return Ok(without);
    }
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let illegible = unknown as f32 > ILLEGIBLE * seen as f32;
    Err(match illegible {
        true => ReadError::Illegible { without: without.len(), pages: pages.len() },
        false => ReadError::NoTextLayer { format, without: without.len(), pages: pages.len() },
    })
}

/// Whether a character is none that Chinese documents print: what a font that does not tell its characters gives.
fn is_odd(c: char) -> bool {
    !matches!(c,
        '!'..='~' | '\u{b0}'..='\u{b7}' | '×' | '÷' | '®' | '©'
        | '\u{370}'..='\u{451}' | '\u{2000}'..='\u{22ff}' | '\u{2460}'..='\u{27bf}'
        | '\u{2e80}'..='\u{9fff}' | '\u{e000}'..='\u{faff}' | '\u{fe30}'..='\u{ffef}'
        | '\u{20000}'..='\u{3ffff}' | 'ā'..='ǜ' | 'à'..='ü')
        || c == char::REPLACEMENT_CHARACTER
}
