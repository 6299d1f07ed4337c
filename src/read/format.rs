//! What a file is: told by its first bytes, where they say nothing by its name.

use std::path::Path;

use super::ReadError;
use super::archive::Archive;
use super::docx;

/// Endings of the names of files that are read, in lower case.
pub const EXTENSIONS: &[&str] = &[
    "txt", "text", "md", "markdown", "html", "htm", "xhtml", "shtml", "docx", "docm", "doc", "wps",
    "pdf", "ofd", "xlsx", "xlsm",
];

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// Plain text, Markdown or HTML: characters in an encoding.
    Text,
    /// Office Open XML of a text: DOCX (ISO/IEC 29500, GB/T 41814).
    Docx,
    /// Office Open XML of a workbook: XLSX.
    Xlsx,
    /// PDF (ISO 32000).
    Pdf,
    /// OFD (GB/T 33190).
    Ofd,
    /// Compound file of Word 97 to 2003.
    Doc,
    /// Compound file of Excel 97 to 2003.
    Xls,
}

/// The ending of a file's name, in lower case.
pub(super) fn extension(name: &str) -> String {
    Path::new(name).extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// The format of a file with this ending of its name, in lower case, and this content.
///
/// # Errors
/// Where it is a file of a kind that is not read.
pub(super) fn of(extension: &str, bytes: &[u8]) -> Result<Format, ReadError> {
    let unsupported = || ReadError::UnsupportedFormat { extension: extension.to_owned() };
    // A PDF may have something before its first line.
    let head = &bytes[..bytes.len().min(1024)];
    if memchr::memmem::find(head, b"%PDF-").is_some_and(|at| at == 0 || extension == "pdf") {
        return Ok(Format::Pdf);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return of_archive(&Archive::open(bytes)?).ok_or_else(unsupported);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        // What is encrypted is packed like files of old (MS-OFFCRYPTO).
        if memchr::memmem::find(bytes, b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0")
            .is_some()
        {
            return Err(ReadError::Encrypted);
        }
        // WPS writes the same under names of its own.
        return match extension {
            "doc" | "wps" => Ok(Format::Doc),
            "xls" | "et" => Ok(Format::Xls),
            _ => Err(unsupported()),
        };
    }
    match extension.is_empty() || EXTENSIONS.contains(&extension) {
        true => Ok(Format::Text),
        false => Err(unsupported()),
    }
}

/// The format of an archive, by the part that each has.
fn of_archive(archive: &Archive<'_>) -> Option<Format> {
    let parts = [
        (docx::MAIN[0], Format::Docx),
        (docx::MAIN[1], Format::Docx),
        ("xl/workbook.xml", Format::Xlsx),
        ("OFD.xml", Format::Ofd),
    ];
    parts.into_iter().find(|(part, _)| archive.has(part)).map(|(_, format)| format)
}
