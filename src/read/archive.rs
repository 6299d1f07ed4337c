//! The parts of a ZIP file: what DOCX, XLSX and OFD are packed in.
//!
//! Invariant: no archive makes more of itself than [`MOST`] bytes in all, however it was made: sizes that it
//! states are not believed, bytes are counted as they come. Readers of packed formats depend on it.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::ReadError;

/// An archive has at most so many parts.
const MOST_PARTS: usize = 1 << 14;
/// All parts that are read have at most so many bytes.
const MOST: usize = 256 << 20;
/// A part of more than [`SMALL`] bytes is at most so many times as large as it is packed: text is packed to a tenth.
const RATIO: usize = 200;
const SMALL: usize = 4 << 20;

/// An open archive.
pub(super) struct Archive<'b> {
    zip: ZipArchive<Cursor<&'b [u8]>>,
    /// Place of each part by its name as [`key`] writes it.
    index: HashMap<String, usize>,
    /// Bytes that may still come out of it.
    left: usize,
}

impl<'b> Archive<'b> {
    /// Opens the archive that `bytes` are.
    ///
    /// # Errors
    /// Where it is damaged or has too many parts.
    pub fn open(bytes: &'b [u8]) -> Result<Self, ReadError> {
        let zip = ZipArchive::new(Cursor::new(bytes))
            .map_err(|_| ReadError::Damaged { part: "the list of its parts".into() })?;
        if zip.len() > MOST_PARTS {
            return Err(ReadError::TooManyParts { limit: MOST_PARTS, parts: zip.len() });
        }
        let index =
            (0..zip.len()).filter_map(|i| Some((key(&zip.name_for_index(i)?.ok()?), i))).collect();
        Ok(Self { zip, index, left: MOST })
    }

    /// Whether it has a part of this name.
    pub fn has(&self, name: &str) -> bool {
        self.index.contains_key(&key(name))
    }

    /// The names of all parts, as they are compared.
    ///
    /// # Errors
    /// Where two parts have one name: which of them another reader takes cannot be told.
    pub fn names(&self) -> Result<Vec<String>, ReadError> {
        if self.index.len() < self.zip.len() {
            return Err(ReadError::Damaged { part: "the list of its parts".into() });
        }
        Ok(self.index.keys().cloned().collect())
    }

    /// The content of a part; none where there is no such part.
    ///
    /// # Errors
    /// Where it is encrypted or damaged, or grows beyond the limits.
    pub fn part(&mut self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let Some(&at) = self.index.get(&key(name)) else { return Ok(None) };
        let damaged = || ReadError::Damaged { part: name.to_owned() };
        let part = self.zip.by_index(at).map_err(|error| match error {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => ReadError::Encrypted,
            _ => damaged(),
        })?;
        let packed = usize::try_from(part.compressed_size()).unwrap_or(usize::MAX);
        let limit = packed.saturating_mul(RATIO).max(SMALL).min(self.left);
        let mut bytes = Vec::new();
        // One byte more tells that there is more.
        part.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|_| damaged())?;
        if bytes.len() > limit {
            return Err(ReadError::Expands { part: name.to_owned(), limit });
        }
        self.left -= bytes.len();
        Ok(Some(bytes))
    }
}

/// Names of parts are compared without case (ISO/IEC 29500-2); some writers take the slashes of Windows.
fn key(name: &str) -> String {
    name.trim_start_matches(['/', '\\']).replace('\\', "/").to_ascii_lowercase()
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    /// An archive of these parts.
    pub fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn parts_are_found_by_name() {
        let bytes = packed(&[("Word\\Document.xml", b"<a/>"), ("b", b"")]);
        let mut archive = Archive::open(&bytes).unwrap();
        assert!(archive.has("/word/document.xml") && !archive.has("c"));
        assert_eq!(archive.part("word/document.xml"), Ok(Some(b"<a/>".to_vec())));
        assert_eq!(archive.part("c"), Ok(None));
        let mut names = archive.names().unwrap();
        names.sort();
        assert_eq!(names, ["b", "word/document.xml"]);
        let twins = packed(&[("a", b""), ("A", b"")]);
        assert!(matches!(Archive::open(&twins).unwrap().names(), Err(ReadError::Damaged { .. })));
    }

    #[test]
    fn what_grows_without_measure_is_refused() {
        let bytes = packed(&[("a", &vec![b' '; SMALL + 1])]);
        let error = Archive::open(&bytes).unwrap().part("a").unwrap_err();
        assert_eq!(error, ReadError::Expands { part: "a".into(), limit: SMALL });
        let mut many = Archive::open(&bytes).unwrap();
        many.left = 100;
        assert_eq!(many.part("a"), Err(ReadError::Expands { part: "a".into(), limit: 100 }));
    }

    #[test]
    fn what_is_damaged_says_where() {
        let mut bytes = packed(&[("a", "市教育局".repeat(99).as_bytes())]);
        bytes[40] ^= 0x55;
        let damaged = ReadError::Damaged { part: "a".into() };
        assert_eq!(Archive::open(&bytes).unwrap().part("a"), Err(damaged));
        assert!(matches!(Archive::open(&bytes[..60]), Err(ReadError::Damaged { .. })));
    }
}
