//! What a file is: told by its first bytes, where they say nothing by its name.

use std::path::Path;

use memchr::memmem;

use super::ReadError;
use super::archive::Archive;
use super::docx;
use super::html;

/// Endings of the names of files that are read, in lower case.
pub const EXTENSIONS: &[&str] = &[
    "txt", "text", "md", "markdown", "html", "htm", "xhtml", "shtml", "docx", "docm", "doc", "wps",
    "pdf", "ofd", "xlsx", "xlsm", "xls", "et",
];
/// Those of them that hold characters and nothing else.
const TEXTS: &[&str] = &["txt", "text", "md", "markdown", "html", "htm", "xhtml", "shtml"];
/// Those of them that are only found so that it can be said what to do with them.
pub(super) const REFUSED: &[&str] = &["doc", "wps", "xls", "et"];

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
    if memmem::find(head, b"%PDF-").is_some_and(|at| at == 0 || extension == "pdf") {
        return Ok(Format::Pdf);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return of_archive(&Archive::open(bytes)?).ok_or_else(unsupported);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return of_compound(bytes).and_then(|format| format.ok_or_else(unsupported));
    }
    let convert = |what| Err(ReadError::Convert { what, to: "docx" });
    if bytes.starts_with(b"{\\rtf") {
        return convert("a file in Rich Text Format (RTF)");
    }
    if head.starts_with(b"MIME-Version:") {
        return convert("a web archive (MHTML)");
    }
    // Sites and registers call a page .doc or .xls so that an office program opens it.
    let is_text = extension.is_empty() || TEXTS.contains(&extension) || html::begins(head);
    match EXTENSIONS.contains(&extension) {
        _ if is_text => Ok(Format::Text),
        true => Err(ReadError::Damaged {
            part: format!("its first bytes, which no .{extension} file has"),
        }),
        false => Err(unsupported()),
    }
}

/// The format of a compound file, by the stream that each has; Word's and WPS's are alike.
///
/// # Errors
/// Where it holds but an encrypted document.
fn of_compound(bytes: &[u8]) -> Result<Option<Format>, ReadError> {
    let has = |stream: &str| {
        let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memmem::find(bytes, &name).is_some()
    };
    if has("EncryptedPackage") {
        return Err(ReadError::Encrypted);
    }
    let streams = [("WordDocument", Format::Doc), ("Workbook", Format::Xls), ("Book", Format::Xls)];
    Ok(streams.into_iter().find(|(stream, _)| has(stream)).map(|(_, format)| format))
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

#[cfg(test)]
mod tests {
    use super::super::archive::tests::packed;
    use super::*;

    /// The head of a compound file with such a stream in it.
    fn compound(stream: &str) -> Vec<u8> {
        let name = stream.encode_utf16().flat_map(u16::to_le_bytes);
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".iter().copied().chain([0; 99]).chain(name).collect()
    }

    #[test]
    fn a_file_is_what_it_holds_whatever_its_name() {
        let word = packed(&[("word/document.xml", b"")]);
        assert_eq!(of("doc", &word), Ok(Format::Docx));
        assert_eq!(of("wps", &compound("WordDocument")), Ok(Format::Doc));
        assert_eq!(of("docx", &compound("WordDocument")), Ok(Format::Doc));
        assert_eq!(of("docx", &compound("EncryptedPackage")), Err(ReadError::Encrypted));
        assert_eq!(of("doc", b"<html><p>"), Ok(Format::Text));
        assert!(matches!(of("doc", b"{\\rtf1"), Err(ReadError::Convert { .. })));
        assert!(matches!(of("docx", b"PK\x03\x04"), Err(ReadError::Damaged { .. })));
        assert!(matches!(of("pdf", b"no page"), Err(ReadError::Damaged { .. })));
        assert_eq!(of("txt", b"no page"), Ok(Format::Text));
        assert!(matches!(of("exe", b"MZ"), Err(ReadError::UnsupportedFormat { .. })));
    }
}
