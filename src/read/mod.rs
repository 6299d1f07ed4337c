//! Bytes → clean text.
//!
//! One way for all formats: decode → lines → debris out → line breaks of print undone → text with
//! the source line of each piece. Invariant: reading never fails on odd text, only on what is no
//! text at all, and takes time and memory linear in the size of the file. The pipeline depends on
//! this; no later stage sees bytes.

mod debris;
mod draft;
mod encoding;
mod html;
mod page;
mod plain;
mod spacing;
mod unwrap;

use std::path::Path;

use crate::knowledge::debris::Debris;
use crate::model::Text;

/// The largest file that is read, in bytes: no government document comes near it.
pub const LIMIT: usize = 64 << 20;

/// Why a file holds no readable text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("the file is empty")]
    Empty,
    #[error(
        "the file has {size} bytes, more than the {limit} that are read; split it into its documents"
    )]
    TooLarge { limit: usize, size: usize },
    #[error(
        "byte {offset} belongs to no text: this is a binary file; save the document as .txt or .html"
    )]
    Binary { offset: usize },
    #[error("the encoding is none of UTF-8, UTF-16, GB18030 and Big5; save the file as UTF-8")]
    UnknownEncoding,
    #[error(
        "the file holds no text besides markup and site debris; save the page's main text as .txt"
    )]
    NoText,
    #[error("files of type .{extension} are not read yet; save the document as .txt or .html")]
    UnsupportedFormat { extension: String },
}

/// Reads one file. `name` is its file name: with the content it tells the format.
///
/// # Errors
/// Where the file is empty, larger than [`LIMIT`], binary, in an unknown encoding, of another format
/// than plain text or HTML, or holds nothing but markup.
pub fn read(name: &str, bytes: &[u8], debris: &Debris) -> Result<Text, ReadError> {
    let extension =
        Path::new(name).extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    if !matches!(
        extension.as_str(),
        "" | "txt" | "text" | "md" | "html" | "htm" | "xhtml" | "shtml"
    ) {
        return Err(ReadError::UnsupportedFormat { extension });
    }
    if bytes.len() > LIMIT {
        return Err(ReadError::TooLarge { limit: LIMIT, size: bytes.len() });
    }
    let string = encoding::decode(bytes)?;
    let page = html::is_html(&extension, &string).then(|| html::read(&string, debris));
    let (lines, grids, cells) = match page {
        Some(page) => (page.lines, page.grids, page.cells),
        None => (plain::lines(&string), Vec::new(), 0),
    };
    let mut lines = debris::mark_pages(lines, debris);
    let sites = debris::drop_lines(&mut lines, debris);
    let (mut lines, wrapped) = unwrap::unwrap(lines, debris);
    for line in &mut lines {
        spacing::tidy(line, wrapped);
        debris::cut_parts(line, debris, &sites);
    }
    lines.retain(|l| l.kind == draft::Kind::Blank || !l.text.is_empty());
    if !lines.iter().any(draft::Line::is_text) {
        return Err(ReadError::NoText);
    }
    Ok(draft::assemble(&lines, &grids, cells))
}
