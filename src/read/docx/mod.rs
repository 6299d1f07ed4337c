//! DOCX → lines and tables: ISO/IEC 29500 as Word, WPS and LibreOffice write it, in both its forms.
//!
//! Text is what a reader of the printed document sees in it: automatic numbers, text boxes, notes, what tracked
//! changes put in; not what they took out, not hidden text, instructions of fields, comments, page heads and feet.
//! A line's source line is its paragraph's number. A page is filled, as the HTML reader does: tables are one matter.

mod body;
mod counting;
mod numbering;
mod styles;

use std::collections::HashMap;

use super::ReadError;
use super::archive::Archive;
use super::draft::Content;
use super::relations::{Relation, relations};

use body::Body;
use numbering::Numbering;
use styles::Styles;

/// Names of the part with the document, the usual one first.
pub(super) const MAIN: [&str; 2] = ["word/document.xml", "word/document2.xml"];

/// Reads a DOCX file.
///
/// # Errors
/// Where the archive or a part of it is damaged or encrypted, or grows beyond the limits.
pub(super) fn read(bytes: &[u8]) -> Result<Content, ReadError> {
    let mut archive = Archive::open(bytes)?;
    let main = MAIN.into_iter().find(|name| archive.has(name)).unwrap_or(MAIN[0]);
    let related = related(&mut archive, main)?;
    let mut part = |kind: &str| -> Result<Option<(&str, Vec<u8>)>, ReadError> {
        let Some(name) = related.get(kind) else { return Ok(None) };
        Ok(archive.part(name)?.map(|bytes| (name.as_str(), bytes)))
    };
    let styles = part("styles")?.map(|(name, b)| Styles::read(name, &b)).transpose()?;
    let lists = part("numbering")?.map(|(name, b)| Numbering::read(name, &b)).transpose()?;
    let mut body = Body::new(styles.unwrap_or_default(), lists.unwrap_or_default());
    for kind in ["footnotes", "endnotes"] {
        if let Some((name, bytes)) = part(kind)? {
            body.read_notes(name, &bytes)?;
        }
    }
    let document =
        archive.part(main)?.ok_or_else(|| ReadError::Damaged { part: main.to_owned() })?;
    body.read(main, &document)?;
    Ok(body.content())
}

/// The names of the parts that the document refers to, by their kind: the last word of the relation's type.
fn related(archive: &mut Archive<'_>, main: &str) -> Result<HashMap<String, String>, ReadError> {
    let mut related = HashMap::new();
    for Relation { kind, part, .. } in relations(archive, main)? {
        related.entry(kind).or_insert(part);
    }
    Ok(related)
}

#[cfg(test)]
pub(super) mod tests;
