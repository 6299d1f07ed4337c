//! A workbook (XLSX, ISO/IEC 29500) → its sheets in order.
//!
//! calamine reads it; what cells show is [`Format`]'s, and what is hidden in shown sheets [`hidden`]'s. Hidden sheets are
//! left out. Of a formula the value is taken that was kept with it. Invariant: nothing that the file only states (sizes,
//! counts, a merged region over a million rows) is believed.

use std::io::Cursor;

use calamine::{Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use memchr::memmem;

use super::archive::Archive;
use super::draft::Content;
use super::hidden::hidden;
use super::sheet::{Cell, Sheet};
use super::shown::Format;
use super::{LIMIT, ReadError};
use crate::knowledge::debris::Debris;

/// A workbook has at most so many filled cells, in so many sheets.
const MOST_CELLS: usize = 1 << 19;
const MOST_SHEETS: usize = 256;
/// The parts beside sheets and strings, such as styles, are at most so large, in bytes.
const LARGEST_PART: usize = 8 << 20;

/// Reads a workbook.
///
/// # Errors
/// Where it is damaged, encrypted or larger than the limits.
pub(super) fn read(bytes: &[u8], debris: &Debris) -> Result<Content, ReadError> {
    check(bytes)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|e| damaged(&e, "workbook"))?;
    // An archive of its own: each part may be unpacked once more.
    let mut hidden = hidden(&mut Archive::open(bytes)?)?;
    hidden.resize_with(book.sheets_metadata().len(), Default::default);
    let shown: Vec<_> = book
        .sheets_metadata()
        .iter()
        .zip(hidden)
        .filter(|(s, _)| s.typ == SheetType::WorkSheet && s.visible == SheetVisible::Visible)
        .map(|(s, hidden)| (s.name.clone(), hidden))
        .collect();
    let mut content = Content::default();
    if shown.len() > MOST_SHEETS {
        let part = "the workbook".to_owned();
        return Err(ReadError::TooMuch { part, limit: MOST_SHEETS, what: "sheets" });
    }
    let (mut formats, mut left) = (Vec::new(), Left { cells: MOST_CELLS, bytes: LIMIT });
    let mut before = 0;
    for (name, hidden) in shown {
        let cells = cells(&mut book, &name, &mut formats, &mut left)?;
        let merged = book.merge_cells_by_sheet_name(&name).map_err(|e| damaged(&e, &name))?;
        before = Sheet { name, cells, merged, hidden }.write(before, debris, &mut content);
    }
    Ok(content)
}

/// Looks at the parts before calamine does: it takes the memory that a file says it needs.
fn check(bytes: &[u8]) -> Result<(), ReadError> {
    let mut archive = Archive::open(bytes)?;
    let mut names = archive.names()?;
    names.retain(|name| name.ends_with(".xml") || name.ends_with(".rels"));
    for name in names {
        let Some(part) = archive.part(&name)? else { continue };
        let holds_cells = name.contains("sheet") || name.ends_with("sharedstrings.xml");
        if !holds_cells && part.len() > LARGEST_PART {
            return Err(ReadError::Expands { part: name, limit: LARGEST_PART });
        }
        // The number of strings, for which room is made before they are read.
        let stated = memmem::find_iter(&part, b"uniqueCount").filter_map(|at| count(&part[at..]));
        if stated.max().is_some_and(|strings| strings > part.len()) {
            return Err(ReadError::Damaged { part: name });
        }
    }
    Ok(())
}

/// The number in `uniqueCount="12"`; the greatest where it is too long for one.
fn count(attribute: &[u8]) -> Option<usize> {
    let digits: String = attribute
        .iter()
        .skip("uniqueCount".len())
        .skip_while(|b| b.is_ascii_whitespace() || matches!(b, b'=' | b'"' | b'\''))
        .take_while(|b| b.is_ascii_digit())
        .map(|&b| char::from(b))
        .collect();
    (!digits.is_empty()).then(|| digits.parse().unwrap_or(usize::MAX))
}

/// What a workbook may still hold: a long string that many cells share is stored once and is the text of each.
struct Left {
    cells: usize,
    bytes: usize,
}

impl Left {
    fn take(&mut self, cell: &str, sheet: &str) -> Result<(), ReadError> {
        let too_much =
            |limit, what| move || ReadError::TooMuch { part: sheet.to_owned(), limit, what };
        let cells = self.cells.checked_sub(1);
        self.cells = cells.ok_or_else(too_much(MOST_CELLS, "filled cells"))?;
        let bytes = self.bytes.checked_sub(cell.len());
        self.bytes = bytes.ok_or_else(too_much(LIMIT, "bytes of text"))?;
        Ok(())
    }
}

/// The filled cells of a sheet.
fn cells(
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    formats: &mut Vec<Format>,
    left: &mut Left,
) -> Result<Vec<Cell>, ReadError> {
    let damaged = |e| damaged(&e, sheet);
    let mut reader = book.worksheet_cells_reader(sheet).map_err(damaged)?;
    if formats.is_empty() {
        formats.extend(reader.styles().iter().map(|s| Format::new(s.number_format.as_ref())));
    }
    let mut cells = Vec::new();
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(damaged)? {
        let value = cell.get_value();
        let text = match formats.get(style) {
            Some(format) => format.show(value),
            None => Format::new(None).show(value),
        };
        if text.trim().is_empty() {
            continue;
        }
        left.take(&text, sheet)?;
        let (row, column) = cell.get_position();
        cells.push(Cell { row, column, text });
    }
    Ok(cells)
}

fn damaged(error: &XlsxError, part: &str) -> ReadError {
    match error {
        XlsxError::Password => ReadError::Encrypted,
        _ => ReadError::Damaged { part: format!("{part} ({error})") },
    }
}
