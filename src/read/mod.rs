//! Bytes → clean text.
//!
//! One way for all formats: decode → lines → debris out → line breaks of print undone → text with
//! the source line of each piece. Invariant: reading never fails on odd text, only on what is no
//! text at all, and takes time and memory linear in the size of the file. The pipeline depends on
//! this; no later stage sees bytes.

mod archive;
mod debris;
mod docx;
mod draft;
mod encoding;
mod format;
mod html;
mod layout;
mod ofd;
mod page;
mod pdf;
mod pieces;
mod plain;
mod ruled;
mod spacing;
mod unwrap;
mod xml;

use std::path::Path;

use crate::knowledge::debris::Debris;
use crate::model::Text;

pub use format::EXTENSIONS;

use draft::Content;
use format::Format;

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
    #[error(
        "{without} of its {pages} pages have no text, only pictures of it; have the text recognised (OCR) and give \
         the PDF with its text layer, or save the text as .txt"
    )]
    NoTextLayer { without: usize, pages: usize },
    #[error(
        "the fonts of {without} of its {pages} pages do not tell which characters they print; export it again from \
         the original, or have the text recognised (OCR)"
    )]
    Illegible { without: usize, pages: usize },
    #[error("files of type .{extension} are not read yet; save the document as .txt or .html")]
    UnsupportedFormat { extension: String },
    #[error("the file is damaged in {part}; save the document anew")]
    Damaged { part: String },
    #[error("the file is encrypted and opens only with a password; save it without one")]
    Encrypted,
    #[error("the file packs {parts} parts, more than the {limit} that are read")]
    TooManyParts { limit: usize, parts: usize },
    #[error(
        "{part} in the file grows beyond {limit} bytes when it is unpacked; a document does not"
    )]
    Expands { part: String, limit: usize },
    #[error("{part} in the file has more than {limit} {what}; split it into its documents")]
    TooMuch { part: String, limit: usize, what: &'static str },
}

/// Reads one file. `name` is its file name: with the content it tells the format.
///
/// # Errors
/// Where the file is empty, larger than [`LIMIT`], binary, in an unknown encoding, of a format that is
/// not read, or holds nothing but markup; where it is damaged, encrypted or beyond a limit; where its pages are
/// pictures.
pub fn read(name: &str, bytes: &[u8], debris: &Debris) -> Result<Text, ReadError> {
    let extension =
        Path::new(name).extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    if bytes.len() > LIMIT {
        return Err(ReadError::TooLarge { limit: LIMIT, size: bytes.len() });
    }
    let mut content = match format::of(&extension, bytes)? {
        Format::Text => text(&extension, bytes, debris)?,
        Format::Docx => docx::read(bytes)?,
        Format::Pdf => pdf::read(bytes, debris)?,
        Format::Ofd => ofd::read(bytes, debris)?,
        Format::Xlsx | Format::Doc | Format::Xls => {
            return Err(ReadError::UnsupportedFormat { extension });
        }
    };
    let mut lines = content.lines;
    debris::look(&mut lines, debris);
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
    content.lines = lines;
    Ok(draft::assemble(content))
}

/// Reads characters in an encoding: plain text, Markdown or HTML.
fn text(extension: &str, bytes: &[u8], debris: &Debris) -> Result<Content, ReadError> {
    let string = encoding::decode(bytes)?;
    Ok(match html::is_html(extension, &string) {
        true => html::read(&string, debris),
        false => ruled::read(&string, debris),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    static DEBRIS: LazyLock<Debris> = LazyLock::new(Debris::embedded);

    fn read_txt(text: &str) -> Result<Text, ReadError> {
        read("a.txt", text.as_bytes(), &DEBRIS)
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        assert_eq!(read_txt("").unwrap_err(), ReadError::Empty);
        assert_eq!(read_txt(" \n<p></p>\n").unwrap_err(), ReadError::NoText);
        assert_eq!(read_txt("甲\0").unwrap_err(), ReadError::Binary { offset: 3 });
        let damaged = ReadError::Damaged { part: "its list of objects or of pages".into() };
        assert_eq!(read("a.PDF", b"%PDF-1.7", &DEBRIS).unwrap_err(), damaged);
        let sheet = ReadError::UnsupportedFormat { extension: "xls".into() };
        assert_eq!(read("a.xls", b"\xd0\xcf", &DEBRIS).unwrap_err(), sheet);
        let size = LIMIT + 1;
        let large = ReadError::TooLarge { limit: LIMIT, size };
        assert_eq!(read("a.txt", &vec![b'a'; size], &DEBRIS).unwrap_err(), large);
    }

    #[test]
    fn a_text_knows_its_source_lines() {
        let text = read_txt("字号： 大 中 小\n青澜市教育局《工作\n要点》\n2024 年3 月").unwrap();
        assert_eq!(text.as_str(), "青澜市教育局《工作要点》\n2024年3月");
        let line = |needle: &str| text.source_line(text.as_str().find(needle).unwrap());
        assert_eq!((line("青澜"), line("要点"), line("2024")), (2, 3, 4));
    }

    #[test]
    fn masked_numbers_stay() {
        assert_eq!(
            read_txt("普惠率达到**.*%，建成***个。").unwrap().as_str(),
            "普惠率达到**.*%，建成***个。"
        );
    }

    /// What every text must be.
    fn check(name: &str, bytes: &[u8]) {
        let Ok(text) = read(name, bytes, &DEBRIS) else { return };
        let string = text.as_str();
        assert!(!string.trim().is_empty() && !string.contains(['\r', '\u{feff}', '\0']));
        let mut last = 1;
        for span in text.lines() {
            let line = text.slice(span);
            assert_eq!(line, line.trim());
        }
        for (at, _) in string.char_indices() {
            let line = text.source_line(at);
            assert!(line >= last, "lines of the source ascend");
            last = line;
        }
        assert!(last <= bytes.len() + 1);
        for &cell in text.tables.iter().flat_map(|t| t.rows.iter().flatten()) {
            text.slice(cell);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            check("a.txt", &bytes);
            check("a.html", &bytes);
        }

        #[test]
        fn no_text_panics(parts in proptest::collection::vec(
            prop::sample::select(vec![
                "\n", "\r\n", "\u{c}", " ", "\u{3000}", "甲", "市教育局", "，", "。", "（", "）", "《", "》", "“",
                "一、", "（一）", "1.", "①", "第一条", "附件", "责任单位：", "2024 年3 月1 日", "# Page 3:", "- 3 -", "3",
                "加强统筹协调完善工作机制推动各项任务落实到位不断提升服务水平和治理能力为青澜发展提供支撑",
                "<p>", "</p>", "<table>", "<tr>", "<td rowspan=2>", "<td>", "</table>", "<br>", "<script>", "&nbsp;",
                "365bet体育在线网址_彩票", "[打印本页]", "欢迎光临 青澜网站名 (http://a.cn)", "相关阅读", "a", "b c",
            ]),
            0..120,
        )) {
            let text: String = parts.concat();
            check("a.txt", text.as_bytes());
            check("a.html", text.as_bytes());
            check("a.txt", &encoding_rs::GB18030.encode(&text).0);
        }
    }
}
